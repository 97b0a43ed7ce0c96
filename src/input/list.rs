//! Lists of scopes, however they are separated.
//!
//! Zoho documents the comma; real requests also use blanks, line breaks, `+` and their percent-encoded forms, and
//! people paste lists with the quotes and brackets of the program they stood in. All of it is read, and what was
//! used is recorded, so that a rule can speak about it.

use std::borrow::Cow;
use std::collections::HashSet;

use super::disguise::{self, How};
use super::placeholder::placeholder;
use super::{Disguise, Item, Separator};
use crate::scope::{MOST_OF_A_LIST, Malformed, Scope};
use crate::secret::is_none_of_a_scope;
use crate::text::percent::{decode, unit};
use crate::text::{Place, SourceId, Span};

/// What a list of scopes holds.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// The scopes, in the order written. Nothing between two separators is no item.
    pub items: Vec<Item>,
    /// What stood between them, each kind once, in order of first use.
    pub separators: Vec<Separator>,
    /// How many more items say again what one of these says, beyond the first thousand.
    pub repeated: usize,
    /// What the items say, once there are so many.
    seen: HashSet<String>,
}

/// So many items of a list are kept whatever they say; beyond them one that says again what stands there is counted alone:
/// it changes no verdict, and a list of a million equal lines would fill the memory.
pub(super) const WHOLE: usize = 1000;

impl List {
    pub(super) fn push(&mut self, item: Item) {
        if self.items.len() >= WHOLE && item.is_plain() {
            if self.seen.is_empty() {
                self.seen.extend(self.items.iter().map(|item| item.written.clone()));
            }
            if self.seen.contains(&item.written) {
                self.repeated += 1;
                return;
            }
            if self.items.len() < MOST_OF_A_LIST {
                self.seen.insert(item.written.clone());
            }
        }
        if self.items.len() < MOST_OF_A_LIST {
            self.items.push(item);
        } else {
            leave_out(&mut self.items, item.place, 1);
        }
    }

    /// From the first scope to the last; `None` without any.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        let start = self.items.iter().map(|item| item.place.span.start).min()?;
        let end = self.items.iter().map(|item| item.place.span.end).max()?;
        Some(Span::new(start, end))
    }

    /// Adds another list at the end. `between` is what stands between the two, where that is part of the notation.
    pub fn append(&mut self, other: Self, between: Option<Separator>) {
        if let (Some(between), false, false) = (between, self.items.is_empty(), other.items.is_empty()) {
            self.note(between);
        }
        self.repeated += other.repeated;
        other.items.into_iter().for_each(|item| self.push(item));
        for separator in other.separators {
            self.note(separator);
        }
    }

    fn note(&mut self, separator: Separator) {
        if !self.separators.contains(&separator) {
            self.separators.push(separator);
        }
    }
}

/// Counts items of a list that are not kept, which is an error: what is not read is not judged.
pub(super) fn leave_out(items: &mut Vec<Item>, place: Place, count: usize) {
    match items.last_mut() {
        Some(Item { scope: Err(Malformed::Beyond(left)), .. }) => *left += count,
        _ => items.push(Item::new("…", place, Err(Malformed::Beyond(count)))),
    }
}

/// Reads a list of scopes. `text` begins at byte `offset` of the source.
///
/// Separators are `,` `;` `+`, blanks and line breaks, also percent-encoded; braces hold them back (`{a,b}` is one
/// wrong scope, not two). Quotes, brackets and parentheses around a scope are left out, and so are dots after it,
/// which [`Item::stray`] tells of. The default of a shell's variable (`${SCOPE:-ZohoBooks.invoices.READ}`) is read as
/// the list that it is, and what a program fills in (`$module`, `%s`, `<module>`) as a placeholder. A secret is read as so
/// many `*`. Every text is read; what is no scope becomes an item that says so.
#[must_use]
pub fn read_list(source: SourceId, text: &str, offset: usize) -> List {
    let bytes = text.as_bytes();
    let place = |span: Span| Place::new(source, span.shifted(offset));
    let mut list = List::default();
    let mut between: Option<Separator> = None;
    let mut braces = Braces::default();
    let mut at = 0;
    while at < bytes.len() {
        if let Some((separator, next)) = separator_at(bytes, at) {
            between = between.map_or(Some(separator), |seen| Some(stronger(seen, separator)));
            at = next;
            continue;
        }
        if let Some(next) = default_at(bytes, at) {
            braces.defaults += 1;
            at = next;
            continue;
        }
        let token = Token::read(text, at, &mut braces);
        at = token.end;
        let Some(core) = token.core else { continue };
        let mut written = decode(text.get(core.start..core.end).unwrap_or("")).into_owned();
        // A secret is told, and not kept.
        if is_none_of_a_scope(&written) {
            written = "*".repeat(written.chars().count());
        }
        if let (Some(separator), false) = (between.take(), list.items.is_empty()) {
            list.note(separator);
        }
        let (scope, disguise) = meaning(&written);
        let (place_of_core, stray) = (place(core), token.stray.map(place));
        list.push(Item { stray, disguise, ..Item::new(written, place_of_core, scope) });
    }
    list
}

/// The scope that a text names, and how it hides that.
pub(super) fn meaning(written: &str) -> (Result<Scope, Malformed>, Option<Disguise>) {
    // What was encoded twice is one text still.
    let plain = decode(written);
    let scope: Result<Scope, Malformed> = filled_in(&plain).parse();
    let suspicious = |c: char| !c.is_ascii() || matches!(c, '\\' | '&');
    if scope.is_ok() || !plain.contains(suspicious) {
        return (scope, None);
    }
    let read = disguise::resolve(&plain).and_then(|read| {
        let how = read.changes_in(&(0..read.text.len() + 1)).find_map(|how| match how {
            How::Disguise(how) => Some(how),
            How::Encoded | How::Join => None,
        })?;
        let scope: Scope = filled_in(read.text.trim_matches('.')).parse().ok()?;
        (!scope.is_word()).then_some((scope, how))
    });
    match read {
        Some((scope, how)) => (Ok(scope), Some(how)),
        None => (scope, None),
    }
}

/// The text with every notation of a placeholder in the one form that a scope has.
fn filled_in(written: &str) -> Cow<'_, str> {
    if !written.contains(['$', '%', '<', ':', '[', '#']) {
        return Cow::Borrowed(written);
    }
    let mut filled = String::with_capacity(written.len());
    let (mut at, mut begins) = (0, true);
    while let Some(c) = written.get(at..).and_then(|rest| rest.chars().next()) {
        let found = match c {
            // Between names these are no placeholders: a colon after a name, a tag after a word.
            ':' | '<' | '[' if !begins => None,
            '$' | '%' | '<' | ':' | '[' | '#' => placeholder(written, at),
            _ => None,
        };
        match found {
            // A scope names its service: one that is filled in as a whole says nothing.
            Some(found) if !filled.is_empty() => {
                filled.push_str(&found.name);
                at = found.end;
            }
            _ => {
                filled.push(c);
                at += c.len_utf8();
            }
        }
        begins = c == '.';
    }
    Cow::Owned(filled)
}

/// Where the default of a shell's variable begins, if one stands at a place: after `${NAME:-` and its like.
fn default_at(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?.strip_prefix(b"${")?;
    let name = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let colon = usize::from(rest.get(name) == Some(&b':'));
    let operator = matches!(rest.get(name + colon), Some(b'-' | b'=' | b'?' | b'+'));
    (name > 0 && operator).then_some(at + 2 + name + colon + 1)
}

/// The separator that begins at a byte, and where it ends.
fn separator_at(bytes: &[u8], at: usize) -> Option<(Separator, usize)> {
    let (byte, next) = unit(bytes, at)?;
    let separator = match byte {
        // Encoded twice.
        b'%' if next > at + 1 => {
            let hex = bytes.get(next..next + 2)?;
            let separator = match hex.to_ascii_lowercase().as_slice() {
                b"2c" => Separator::Comma,
                b"3b" => Separator::Semicolon,
                b"20" | b"2b" | b"09" => Separator::Space,
                b"0a" | b"0d" => Separator::Newline,
                _ => return None,
            };
            return Some((separator, next + 2));
        }
        b',' => Separator::Comma,
        b';' => Separator::Semicolon,
        b'\n' | b'\r' => Separator::Newline,
        b' ' | b'\t' | b'+' => Separator::Space,
        // A shell continues a line after a backslash: what it passes on is one line.
        b'\\' if bytes.get(next) == Some(&b'\n') => return Some((Separator::Space, next + 1)),
        b'\\' if bytes.get(next..next + 2) == Some(b"\r\n") => return Some((Separator::Space, next + 2)),
        _ => return None,
    };
    Some((separator, next))
}

/// The one that counts when both stand between two scopes: `, ` is a comma, and so is a comma before a line break.
fn stronger(a: Separator, b: Separator) -> Separator {
    let rank = |separator| match separator {
        Separator::Comma => 3,
        Separator::Semicolon => 2,
        Separator::Newline => 1,
        Separator::Space => 0,
    };
    if rank(a) >= rank(b) { a } else { b }
}

/// What stands between two separators.
struct Token {
    /// The scope; nothing when there are only quotes and brackets.
    core: Option<Span>,
    /// The first dots after the scope.
    stray: Option<Span>,
    end: usize,
}

impl Token {
    fn read(text: &str, start: usize, braces: &mut Braces) -> Self {
        let bytes = text.as_bytes();
        let mut token = Self { core: None, stray: None, end: start };
        while let Some((byte, next)) = unit(bytes, token.end) {
            let at = token.end;
            if separator_at(bytes, at).is_some() {
                break;
            }
            if let Some(default) = default_at(bytes, at).filter(|_| token.core.is_none()) {
                braces.defaults += 1;
                token.end = default;
                continue;
            }
            token.end = next;
            match byte {
                b'"' | b'\'' | b'`' | b']' | b'(' | b')' => {}
                b'}' if braces.defaults > 0 => braces.defaults -= 1,
                b'[' if !token.begins_part(bytes, at) => {}
                b'.' if token.core.is_some() => match &mut token.stray {
                    Some(stray) if stray.end == at => stray.end = next,
                    Some(_) => {}
                    None => token.stray = Some(Span::new(at, next)),
                },
                _ => {
                    match byte {
                        b'{' => token.end = braces.close(bytes, next).unwrap_or(next),
                        // Its semicolon separates nothing.
                        b'&' => token.end = disguise::reading(text, at).map_or(next, |read| at + read.length),
                        _ => {}
                    }
                    let start = token.core.map_or(at, |core| core.start);
                    token.core = Some(Span::new(start, token.end));
                    token.stray = None;
                }
            }
        }
        token
    }
}

impl Token {
    /// Whether a part of a scope begins at a place, after a dot.
    fn begins_part(&self, bytes: &[u8], at: usize) -> bool {
        self.core.is_some() && at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'.')
    }
}

/// Finds closing braces, and remembers where there is none, so that a text full of open ones is read in one pass.
#[derive(Default)]
struct Braces {
    none_before: usize,
    /// How many defaults of variables have begun and not ended.
    defaults: usize,
}

impl Braces {
    /// Where the brace that was opened before `from` is closed on the same line.
    fn close(&mut self, bytes: &[u8], from: usize) -> Option<usize> {
        if from < self.none_before {
            return None;
        }
        let mut at = from;
        while let Some((byte, next)) = unit(bytes, at) {
            match byte {
                b'}' => return Some(next),
                b'\n' | b'\r' => break,
                _ => at = next,
            }
        }
        self.none_before = at.max(from + 1);
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Separator::{Comma, Newline, Semicolon, Space};
    use super::*;
    use crate::input::samples::{check_places, sources};
    use crate::scope::{Malformed, Scope};

    fn read(text: &str) -> (Vec<String>, Vec<Separator>) {
        let (sources, id) = sources(text);
        let list = read_list(id, text, 0);
        check_places(&sources, &list.items);
        (list.items.into_iter().map(|item| item.written).collect(), list.separators)
    }

    #[test]
    fn every_separator_in_use_is_read_and_recorded() {
        for (text, items, separators) in [
            ("a,b", &["a", "b"][..], &[Comma][..]),
            ("a, b ,c", &["a", "b", "c"], &[Comma]),
            ("a b\tc", &["a", "b", "c"], &[Space]),
            ("a+b%20c", &["a", "b", "c"], &[Space]),
            ("a%2Cb%2cc", &["a", "b", "c"], &[Comma]),
            ("a\nb\r\nc", &["a", "b", "c"], &[Newline]),
            ("a%0Ab", &["a", "b"], &[Newline]),
            ("a,\nb\n,c", &["a", "b", "c"], &[Comma]),
            ("a;b; c", &["a", "b", "c"], &[Semicolon]),
            ("a b,c\nd;e f", &["a", "b", "c", "d", "e", "f"], &[Space, Comma, Newline, Semicolon]),
            ("a,,b", &["a", "b"], &[Comma]),
            (",a, b,\n", &["a", "b"], &[Comma]),
            (" , ;\n", &[], &[]),
            ("", &[], &[]),
            (r#"["a", 'b',`c`]"#, &["a", "b", "c"], &[Comma]),
            ("[\n  \"a\",\n  \"b\",\n]", &["a", "b"], &[Comma]),
            ("%22a%22+%5Bb%5D", &["a", "b"], &[Space]),
            ("('a' 'b')", &["a", "b"], &[Space]),
            ("a,\\\n  b \\\r\nc", &["a", "b", "c"], &[Comma, Space]),
            ("\"\" '' []", &[], &[]),
            ("a%252Cb%2520c", &["a", "b", "c"], &[Comma, Space]),
            ("${S:-a,b} ${T-c} \"${U:=${V:?d}}\"", &["a", "b", "c", "d"], &[Comma, Space]),
        ] {
            assert_eq!(read(text), (items.iter().map(|&i| i.to_owned()).collect(), separators.to_vec()), "{text:?}");
        }
    }

    #[test]
    fn braces_hold_separators_back() {
        for (text, items) in [
            ("A.{m}.READ,B.${x y}.READ", &["A.{m}.READ", "B.${x y}.READ"][..]),
            ("A.{{ m }}.READ B.b.READ", &["A.{{ m }}.READ", "B.b.READ"]),
            ("A.{a,b}.READ,c", &["A.{a,b}.READ", "c"]),
            ("A.%7Ba%2Cb%7D.READ,c", &["A.{a,b}.READ", "c"]),
            ("A.{a,b.READ", &["A.{a", "b.READ"]),
            ("A.{a\nb}", &["A.{a", "b}"]),
            ("{{{{", &["{{{{"]),
        ] {
            assert_eq!(read(text).0, items, "{text:?}");
        }
    }

    #[test]
    fn dots_after_a_scope_are_stray() {
        for (text, written, stray) in [
            ("A.b.READ.", "A.b.READ", Some(".")),
            ("A.b.READ...,", "A.b.READ", Some("...")),
            ("A.b.READ%2E", "A.b.READ", Some("%2E")),
            ("\"A.b.READ.\"", "A.b.READ", Some(".")),
            ("'A.b.READ'.", "A.b.READ", Some(".")),
            ("A.b.READ.\".", "A.b.READ", Some(".")),
            ("A.b.READ", "A.b.READ", None),
            (".A.b.READ", ".A.b.READ", None),
            ("...", ".", Some("..")),
        ] {
            let (sources, id) = sources(text);
            let list = read_list(id, text, 0);
            assert_eq!(list.items.len(), 1, "{text}");
            let item = &list.items[0];
            let stray_text = item.stray.map(|place| sources.get(id).slice(place.span));
            assert_eq!((item.written.as_str(), stray_text), (written, stray), "{text}");
        }
    }

    #[test]
    fn what_is_no_scope_is_one_item_that_says_why() {
        for (text, why) in [
            ("A.b\u{0}.READ", Malformed::Character('\u{0}')),
            ("A.b%00.READ", Malformed::Character('\u{0}')),
            ("“A.b.READ”", Malformed::Character('“')),
            ("A.b%FF.READ", Malformed::Character('\u{fffd}')),
            ("A.b[c].READ", Malformed::Character('[')),
            ("A..READ", Malformed::EmptyPart),
            (".", Malformed::EmptyPart),
            ("A.b", Malformed::NoOperation),
        ] {
            let (_, id) = sources(text);
            let list = read_list(id, text, 0);
            assert_eq!(list.items.len(), 1, "{text:?}");
            assert_eq!(list.items[0].scope, Err(why), "{text:?}");
        }
    }

    #[test]
    fn what_hides_a_scope_is_read_through() {
        for (text, scope, how) in [
            ("ZohoBooks.fullaccess.all\u{a0}", "ZohoBooks.fullaccess.all", Disguise::Invisible),
            ("Zoho\u{200b}Books.fullaccess.all", "ZohoBooks.fullaccess.all", Disguise::Invisible),
            ("ZоhоBooks.fullaccess.all", "ZohoBooks.fullaccess.all", Disguise::LookAlike),
            ("ZohoBooks．fullaccess．all", "ZohoBooks.fullaccess.all", Disguise::LookAlike),
            ("ZohoBooks&#46;fullaccess&#x2E;all", "ZohoBooks.fullaccess.all", Disguise::Escape),
            ("ZohoBooks\\.fullaccess\\x2eall", "ZohoBooks.fullaccess.all", Disguise::Escape),
            ("ZohoBooks%EF%BC%8Efullaccess.all", "ZohoBooks.fullaccess.all", Disguise::LookAlike),
        ] {
            let (_, id) = sources(text);
            let list = read_list(id, text, 0);
            assert_eq!(list.items.len(), 1, "{text}");
            let read = list.items[0].scope.as_ref().map(Scope::to_string);
            assert_eq!((read.as_deref(), list.items[0].disguise), (Ok(scope), Some(how)), "{text}");
        }
    }

    #[test]
    fn what_is_filled_in_is_a_placeholder() {
        for (text, scope) in [
            ("A.b.$MODULE.READ", "A.b.{MODULE}.READ"),
            ("A.b.${MODULE}.READ", "A.b.{MODULE}.READ"),
            ("A.b.%s.READ", "A.b.{value}.READ"),
            ("A.b.%(module)s.READ", "A.b.{module}.READ"),
            ("A.b.<module>.READ", "A.b.{module}.READ"),
            ("A.b.:module.READ", "A.b.{module}.READ"),
            ("A.b.[module].READ", "A.b.{module}.READ"),
            ("A.b.#{m}.READ", "A.b.{m}.READ"),
            ("A.b.{m}.$op", "A.b.{m}.{op}"),
            ("A.b%252Ec.READ", "A.b.c.READ"),
        ] {
            let (_, id) = sources(text);
            let list = read_list(id, text, 0);
            assert_eq!(list.items.len(), 1, "{text}");
            assert_eq!(list.items[0].scope.as_ref().map(Scope::to_string), Ok(scope.to_owned()), "{text}");
        }
    }

    #[test]
    fn places_count_from_the_start_of_the_source() {
        let text = "scope=A.b.READ%2CA.c.READ.";
        let (sources, id) = sources(text);
        let list = read_list(id, &text[6..], 6);
        let slices: Vec<_> = list.items.iter().map(|item| sources.get(id).slice(item.place.span)).collect();
        assert_eq!(slices, ["A.b.READ", "A.c.READ"]);
        assert_eq!(list.items[1].stray.map(|place| place.span), Some(Span::new(25, 26)));
        assert_eq!(list.span(), Some(Span::new(6, 25)));
    }

    #[test]
    fn open_braces_do_not_make_reading_slow() {
        // Quadratic reading would take hours.
        let text = "{ ".repeat(500_000);
        let items = read_list(sources("").1, &text, 0).items;
        assert_eq!(items.len(), MOST_OF_A_LIST + 1);
        assert_eq!(items.last().map(|item| &item.scope), Some(&Err(Malformed::Beyond(500_000 - MOST_OF_A_LIST))));
    }

    /// Of a list that is too long what is left out is told, and what says again what stands before is none of it.
    #[test]
    fn a_list_without_end_is_cut_and_told() {
        let names: Vec<String> = (0..MOST_OF_A_LIST + 50).map(|n| format!("ZohoBooks.x{n}.READ")).collect();
        let text = format!("{},ZohoBooks.x1.READ", names.join(","));
        let list = read_list(sources("").1, &text, 0);
        assert_eq!((list.items.len(), list.repeated), (MOST_OF_A_LIST + 1, 1));
        assert_eq!(list.items.last().map(|item| &item.scope), Some(&Err(Malformed::Beyond(50))));
        let list = read_list(sources("").1, &names[..MOST_OF_A_LIST].join(","), 0);
        assert!(list.items.iter().all(|item| item.scope.is_ok()));
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_every_place_is_exact(text in "(\\PC|[\\x00-\\x7f]|[,%{}. \"]|%2[0CcEe]|é){0,60}") {
            read(&text);
        }

        #[test]
        fn scopes_survive_any_mix_of_separators(
            parts in prop::collection::vec(
                (
                    "[A-Z][A-Za-z0-9]{1,8}(\\.([a-z_]{1,8}|\\{[a-z]{1,4}\\})){1,3}\\.(READ|ALL|[A-Z]{1,7})",
                    "(,|;| |\\+|\n|\r\n|\t|%2C|%20|%0a|[,;] |,\n|\", '|,,){1}",
                ),
                1..12,
            )
        ) {
            let text: String = parts.iter().flat_map(|(scope, separator)| [scope.as_str(), separator]).collect();
            let (sources, id) = sources(&text);
            let list = read_list(id, &text, 0);
            check_places(&sources, &list.items);
            let read: Vec<Scope> = list.items.into_iter().map(|item| item.scope.unwrap()).collect();
            let meant: Vec<Scope> = parts.iter().map(|(scope, _)| scope.parse().unwrap()).collect();
            prop_assert!(read.iter().zip(&meant).all(|(a, b)| a.same_spelling(b)));
            prop_assert_eq!(read.len(), meant.len());
        }
    }
}
