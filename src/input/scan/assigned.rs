//! Variables to which a text gives a part of a scope, and the scopes that are put together with them, whatever the
//! language: `S=ZohoBooks` and `$S.fullaccess.all`, `A=Zoho`, `B=Books` and `$A$B.invoices.ALL`.
//!
//! Looked at are the places at which a variable stands beside a dot; what it was given is looked for in the same text.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use memchr::{memchr_iter, memchr2_iter, memmem};

use super::joins::{literal, operator, skip_blanks};
use super::vocabulary::Vocabulary;
use crate::input::disguise::{How, Resolved};

/// The longest name of a variable with its marks, and the longest value that is followed, in bytes.
const LONGEST: usize = 80;

/// The most values of one variable that are tried, the names of services first.
const MOST_VALUES: usize = 8;

/// How many of the values before and after a place are looked at. A variable that is given more may hold anything.
const NEAREST: usize = 32;

/// How many variables may stand in the values of others, one behind the other.
const DEEPEST: usize = 3;

/// How far after a dot an operation may stand, in bytes.
const REACH: usize = 120;

/// A variable, as it is written at a place.
struct Variable<'t> {
    name: &'t str,
    end: usize,
}

/// What a text gives to variables.
pub(super) struct Values<'t> {
    of: HashMap<&'t str, Given>,
}

/// What one variable is given.
#[derive(Default)]
struct Given {
    /// Texts, in order.
    texts: Vec<Range<usize>>,
    /// Whether it is given something else as well, which nobody can read here.
    open: bool,
}

/// A part of a text with the values of its variables.
pub(super) struct Filled {
    pub(super) plain: Resolved,
    /// Where variables stand that may hold something else.
    pub(super) open: Vec<Range<usize>>,
}

/// Whether a text may put scopes together that no service begins: `$S.tickets.ALL`. Never wrong when it says no, but for
/// scopes in small letters under a name that does not speak of scopes.
pub(super) fn may_hold(text: &[u8]) -> bool {
    places(text).any(|at| {
        let rest = text.get(at + 1..text.len().min(at + REACH)).unwrap_or(&[]);
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
        let length = rest.iter().take_while(is_part).count();
        let last = rest.get(..length).unwrap_or(&[]).rsplit(|byte| *byte == b'.').next().unwrap_or(&[]);
        let operation = [&b"ALL"[..], b"READ", b"CREATE", b"UPDATE", b"DELETE", b"WRITE"].contains(&last);
        operation || {
            let before = text.get(at.saturating_sub(LONGEST)..at).unwrap_or(&[]);
            let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or(&[]);
            line.windows(5).any(|word| word.eq_ignore_ascii_case(b"scope"))
        }
    })
}

/// The dots beside which a variable stands, in order.
pub(super) fn places(text: &[u8]) -> impl Iterator<Item = usize> {
    memchr_iter(b'.', text).filter(|at| {
        let next = text.get(at + 1);
        let opens = matches!(next, Some(b'$' | b'#' | b'%' | b'!' | b'{'))
            && text.get(at + 2).is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'{' | b'(' | b'_'));
        opens || is_quote(next) && joins_after(text, at + 1) || ends_variable(text, *at)
    })
}

/// Whether a variable ends at a place, or a literal opens there that is joined with what stands before it.
fn ends_variable(text: &[u8], at: usize) -> bool {
    let head = text.get(at.saturating_sub(LONGEST)..at).unwrap_or(&[]);
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    match head.last() {
        Some(b'}') => memchr::memrchr(b'{', head).is_some(),
        Some(b')') => memmem::rfind(head, b"$(").is_some(),
        Some(mark @ (b'%' | b'!')) => {
            let length = head.iter().rev().skip(1).take_while(is_name).count();
            length > 0 && head.len() > length + 1 && head.get(head.len() - length - 2) == Some(mark)
        }
        Some(b'"' | b'\'' | b'`') => {
            let end = head.len() - 1;
            let open = head.get(..end).unwrap_or(&[]).trim_ascii_end();
            matches!(open.last(), Some(b'+' | b'.' | b'&' | b'~' | b'|' | b'>' | b'}'))
                || open.len() == end && ends_name(open)
        }
        Some(b's' | b'v') if head.get(..head.len() - 1).is_some_and(|head| head.ends_with(b"%")) => true,
        _ => ends_name(head),
    }
}

/// Whether a text ends in a name after a mark: `$S`, `$env:S`.
fn ends_name(head: &[u8]) -> bool {
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':');
    let length = head.iter().rev().take_while(is_name).count();
    length > 0 && head.len().checked_sub(length + 1).and_then(|at| head.get(at)) == Some(&b'$')
}

/// Whether a name is joined to the literal that closes at a place.
fn joins_after(text: &[u8], quote: usize) -> bool {
    let after = skip_blanks(text, quote + 1);
    operator(text, after) > 0
}

/// The variable that is written at a place with its marks.
fn marked(text: &str, at: usize) -> Option<Variable<'_>> {
    const MARKS: [(&str, &str); 11] = [
        ("${{", "}}"),
        ("${", "}"),
        ("$env:", ""),
        ("#{", "}"),
        ("$(", ")"),
        ("@{", "}"),
        ("{{", "}}"),
        ("{", "}"),
        ("%", "%"),
        ("!", "!"),
        ("$", ""),
    ];
    let rest = text.get(at..)?;
    MARKS.iter().find_map(|(open, close)| {
        let inner = rest.strip_prefix(open)?;
        let blanks = inner.bytes().take_while(|byte| *byte == b' ').count();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':');
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let braced = !close.is_empty() && open.len() + close.len() > 2;
        let body = inner.get(blanks..)?;
        let length = body.bytes().take(LONGEST).take_while(|b| if braced { is_part(b) } else { plain(b) }).count();
        let name = body.get(..length)?;
        let after = body.get(length..)?;
        let blanks_after = if braced { after.bytes().take_while(|byte| *byte == b' ').count() } else { 0 };
        after.get(blanks_after..)?.starts_with(close).then_some(())?;
        let end = at + open.len() + blanks + length + blanks_after + close.len();
        let name = name.rsplit(['.', ':']).next()?;
        is_identifier(name).then_some(Variable { name, end })
    })
}

/// The variable that is written at a place without marks, as programs do outside of literals.
fn bare(text: &str, at: usize) -> Option<Variable<'_>> {
    let before = text.as_bytes().get(at.checked_sub(1)?);
    if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')) {
        return None;
    }
    let mark = usize::from(text.as_bytes().get(at) == Some(&b'$'));
    let rest = text.get(at + mark..)?;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let length = rest.bytes().take(LONGEST).take_while(is_part).count();
    let name = rest.get(..length)?;
    is_identifier(name).then_some(Variable { name, end: at + mark + length })
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

fn is_quote(byte: Option<&u8>) -> bool {
    matches!(byte, Some(b'"' | b'\'' | b'`'))
}

impl<'t> Values<'t> {
    /// What the variables are given that stand in these parts of a text.
    pub(super) fn of(text: &'t str, windows: &[Range<usize>]) -> Self {
        let mut wanted = HashSet::new();
        for window in windows {
            let bytes = text.as_bytes();
            let mut at = window.start;
            while at < window.end {
                let byte = bytes.get(at).copied().unwrap_or(0);
                let found = match byte {
                    b'$' | b'#' | b'@' | b'{' | b'%' | b'!' => marked(text, at),
                    byte if byte.is_ascii_alphabetic() || byte == b'_' => bare(text, at),
                    _ => None,
                };
                match found {
                    Some(variable) => {
                        wanted.insert(variable.name);
                        // A variable may stand in the marks of another.
                        at = if byte == b'{' { at + 1 } else { variable.end };
                    }
                    None => at += 1,
                }
            }
        }
        let mut values = Self { of: HashMap::new() };
        if !wanted.is_empty() {
            values.take(text, &wanted);
            // Values are made of other variables.
            let inner: HashSet<&str> =
                values.names_within(text).into_iter().filter(|name| !wanted.contains(name)).collect();
            if !inner.is_empty() {
                values.take(text, &inner);
            }
        }
        for given in values.of.values_mut() {
            given.texts.sort_unstable_by_key(|value| value.start);
            given.open |= given.texts.len() > NEAREST;
        }
        values
    }

    pub(super) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// The variables that stand in values.
    fn names_within(&self, text: &'t str) -> Vec<&'t str> {
        let ranges = self.of.values().flat_map(|given| &given.texts);
        let with = |range: &Range<usize>| {
            let marks = memchr2_iter(b'$', b'{', text.get(range.clone()).unwrap_or("").as_bytes());
            marks.filter_map(|at| marked(text, range.start + at)).map(|variable| variable.name).collect::<Vec<_>>()
        };
        ranges.flat_map(with).collect()
    }

    /// Takes what those variables are given.
    fn take(&mut self, text: &'t str, wanted: &HashSet<&'t str>) {
        let bytes = text.as_bytes();
        for sign in memchr2_iter(b'=', b':', bytes) {
            let next = bytes.get(sign + 1);
            let before = sign.checked_sub(1).and_then(|at| bytes.get(at));
            if next == Some(&b'=')
                || bytes.get(sign) == Some(&b':') && matches!(next, Some(b':' | b'-' | b'='))
                || matches!(before, Some(b'=' | b'!' | b'<' | b'>'))
            {
                // `:=` counts once, at its second half; the others compare.
                continue;
            }
            let names = names_before(text, sign);
            if !names.iter().flatten().any(|name| wanted.contains(name)) {
                continue;
            }
            let value = value_after(text, sign + 1);
            for name in names.into_iter().flatten().filter(|name| wanted.contains(name)) {
                let given = self.of.entry(name).or_default();
                match &value {
                    Some(value) => given.texts.push(value.clone()),
                    None => given.open = true,
                }
            }
        }
        for mark in ["ENV ", "ARG ", "set "] {
            for at in memmem::find_iter(bytes, mark) {
                let line = text.get(at + mark.len()..).and_then(|rest| rest.lines().next()).unwrap_or("");
                let Some((name, _)) = line.split_once(' ').filter(|(name, _)| is_identifier(name)) else { continue };
                let starts = text.get(..at).is_none_or(|head| head.rsplit('\n').next().unwrap_or("").trim().is_empty());
                if let Some(name) = wanted.get(name).filter(|_| starts)
                    && let Some(value) = value_after(text, at + mark.len() + name.len())
                {
                    self.of.entry(name).or_default().texts.push(value);
                }
            }
        }
    }

    /// The values of a variable that are tried where it stands: what names a service comes first, then what it was given
    /// last.
    fn tried(&self, text: &'t str, name: &str, at: usize, words: &Vocabulary) -> Vec<&'t str> {
        let Some(given) = self.of.get(name) else { return Vec::new() };
        let later = given.texts.partition_point(|value| value.start < at);
        let (before, after) = given.texts.split_at(later);
        let mut texts: Vec<&str> = Vec::new();
        for value in before.iter().rev().take(NEAREST).chain(after.iter().take(NEAREST)) {
            let Some(value) = text.get(value.clone()) else { continue };
            if !texts.contains(&value) {
                texts.push(value);
            }
        }
        let names_service = |value: &str| {
            value.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("zoho"))
                || words.name_before(value.split('.').next().unwrap_or("").as_bytes()).is_some()
        };
        // The sort is stable.
        texts.sort_by_key(|value| !names_service(value));
        texts.truncate(MOST_VALUES);
        texts
    }

    /// How often a part of a text has to be read, each time with other values.
    pub(super) fn rounds(&self) -> usize {
        self.of.values().map(|given| given.texts.len()).max().unwrap_or(0).min(MOST_VALUES)
    }

    /// A part of a text with the values of variables in their places; `None` where it holds none of them.
    pub(super) fn fill(
        &self,
        text: &'t str,
        window: &Range<usize>,
        round: usize,
        words: &Vocabulary,
    ) -> Option<Filled> {
        let bytes = text.as_bytes();
        let mut filled = Filled { plain: Resolved::new(), open: Vec::new() };
        let (mut next, mut copied) = (window.start, window.start);
        let value = |name: &str, at: usize| {
            let tried = self.tried(text, name, at, words);
            let value = *tried.get(round).or_else(|| tried.first())?;
            Some(self.deep(text, value, at, words, DEEPEST))
        };
        while next < window.end {
            let at = next;
            let byte = bytes.get(at).copied().unwrap_or(0);
            let found = match byte {
                b'$' | b'#' | b'@' | b'{' | b'%' | b'!' => marked(text, at)
                    .map(|variable| (variable.name, after_marked(bytes, variable.end)))
                    .or_else(|| argument(text, at)),
                b'"' | b'\'' | b'`' => joined(text, at),
                byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                    let variable = bare(text, at);
                    let length = variable.as_ref().map_or(1, |variable| variable.end - at);
                    let end = variable.and_then(|variable| Some((variable.name, after_bare(text, variable.end)?)));
                    if end.is_none() {
                        next += length;
                        continue;
                    }
                    end
                }
                _ => None,
            };
            let Some((name, end, value)) = found.and_then(|(name, end)| Some((name, end, value(name, at)?))) else {
                next += 1;
                continue;
            };
            let end = end.min(text.len());
            // `self.service`
            let at = if byte.is_ascii_alphabetic() { owner(bytes, copied, at) } else { at };
            filled.plain.text.push_str(text.get(copied..at)?);
            filled.plain.put(&value, at - window.start..end - window.start, How::Join);
            if self.of.get(name).is_some_and(|given| given.open) {
                filled.open.push(at..end);
            }
            copied = end;
            next = end;
        }
        filled.plain.text.push_str(text.get(copied..window.end.max(copied))?);
        (!filled.plain.is_plain()).then_some(filled)
    }

    /// A value with the values of the variables in it.
    fn deep(&self, text: &'t str, value: &str, at: usize, words: &Vocabulary, depth: usize) -> String {
        let mut said = String::new();
        let mut from = 0;
        while let Some(rest) = value.get(from..).filter(|rest| !rest.is_empty() && said.len() < LONGEST * 4) {
            let inner = marked(value, from).filter(|_| depth > 0);
            let known = inner.and_then(|inner| Some((*self.tried(text, inner.name, at, words).first()?, inner.end)));
            if let Some((inner, end)) = known {
                said.push_str(&self.deep(text, inner, at, words, depth - 1));
                from = end;
            } else {
                let c = rest.chars().next().unwrap_or(' ');
                said.push(c);
                from += c.len_utf8();
            }
        }
        said
    }
}

/// Where the names before a name begin whose member it is: `self.`, `this->`.
fn owner(bytes: &[u8], from: usize, at: usize) -> usize {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
    let mut start = at;
    loop {
        let head = bytes.get(from.max(start.saturating_sub(LONGEST))..start).unwrap_or(&[]);
        let Some(body) = head.strip_suffix(b".").or_else(|| head.strip_suffix(b"->")) else { return start };
        let length = body.iter().rev().take_while(is_part).count();
        if length == 0 {
            return start;
        }
        start -= head.len() - body.len() + length;
    }
}

/// The name that is put in the place of `{}` or `%s`, behind the literal in which that stands.
fn argument(text: &str, at: usize) -> Option<(&str, usize)> {
    const HOLES: [&str; 3] = ["{}", "%s", "%v"];
    let rest = text.get(at..text.floor_char_boundary((at + REACH).min(text.len())))?;
    let hole = HOLES.iter().find(|hole| rest.starts_with(**hole))?;
    let close = rest.find(['"', '\'', '`', '\n'])?;
    let quote = rest.get(close..close + 1).filter(|quote| *quote != "\n")?;
    let head = text.get(text.floor_char_boundary(at.saturating_sub(REACH))..at)?.rsplit(quote).next()?;
    let before = head.matches(hole).count();
    let behind = rest.get(close + 1..)?.lines().next()?;
    let behind = behind.trim_start().trim_start_matches(".format").trim_start_matches(['%', ',', '(', ' ']);
    let name = behind.split(',').nth(before)?.trim();
    let length = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')).count();
    let name = name.get(..length)?.rsplit('.').next()?;
    is_identifier(name).then_some((name, at + hole.len()))
}

/// Where what goes on with a marked variable begins: the quotes around it are no part of a word, nor is what joins it.
fn after_marked(bytes: &[u8], end: usize) -> usize {
    let goes_on =
        |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'$'));
    if is_quote(bytes.get(end)) && goes_on(end + 1) {
        return end + 1;
    }
    // `$S . '.fullaccess.all'`, `$A . $B`
    let after = skip_blanks(bytes, end);
    let length = operator(bytes, after);
    let next = skip_blanks(bytes, after + length);
    let is_apart = after > end && next > after + length;
    match literal(bytes, next) {
        Some(begins) if length > 0 || after == end => begins,
        None if length > 0 && is_apart && bytes.get(next) == Some(&b'$') => next,
        _ => end,
    }
}

/// Where what goes on with a bare name begins: a literal, or another name, that is joined to it.
fn after_bare(text: &str, end: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let after = skip_blanks(bytes, end);
    let length = operator(bytes, after);
    let next = skip_blanks(bytes, after + length);
    if length == 0 {
        return None;
    }
    literal(bytes, next).or_else(|| {
        let plain = bytes.get(after) == Some(&b'+') || after > end && next > after + length;
        (plain && bare(text, next).is_some()).then_some(next)
    })
}

/// The name that is joined to the literal that closes at a place, and where what goes on begins.
fn joined(text: &str, quote: usize) -> Option<(&str, usize)> {
    let bytes = text.as_bytes();
    let after = skip_blanks(bytes, quote + 1);
    let length = operator(bytes, after);
    let next = skip_blanks(bytes, after + length);
    let before = quote.checked_sub(1).and_then(|at| bytes.get(at))?;
    if length == 0 || !(before.is_ascii_alphanumeric() || matches!(before, b'.' | b'_')) {
        return None;
    }
    let variable = bare(text, next)?;
    Some((variable.name, after_bare(text, variable.end).unwrap_or(variable.end)))
}

/// The names that something is given to at a sign: that of the variable, before or behind its type.
fn names_before(text: &str, sign: usize) -> [Option<&str>; 2] {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let name = |end: usize| {
        let head = text.as_bytes().get(end.saturating_sub(LONGEST)..end)?;
        let blanks = head.iter().rev().take_while(|b| b" \t\"'`:?+]".contains(b)).count();
        let head = head.get(..head.len() - blanks)?;
        let length = head.iter().rev().take_while(is_part).count();
        let end = end - blanks;
        Some((text.get(end - length..end).filter(|name| is_identifier(name))?, end - length))
    };
    let Some((first, start)) = name(sign) else { return [None, None] };
    if first.eq_ignore_ascii_case("value") {
        // `- name: S` with its value in the next line.
        let head = text.get(text.floor_char_boundary(start.saturating_sub(REACH))..start).unwrap_or("");
        let body = head.rfind("name").and_then(|at| head.get(at + 4..)).unwrap_or("");
        let body = body.trim_start_matches(['"', '\'', ' ', ':', '=']);
        let length = body.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        return [Some(first), body.get(..length).filter(|name| is_identifier(name))];
    }
    let head = text.get(..start).unwrap_or("").trim_end_matches([' ', '&']);
    let typed = head.ends_with(':').then(|| name(head.len() - 1)).flatten();
    [Some(first), typed.map(|(name, _)| name)]
}

/// The text that is given after a sign: a literal, or a bare word.
fn value_after(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut start = from;
    if matches!(bytes.get(start), Some(b'>' | b'=')) {
        start += 1;
    }
    start += bytes.get(start..)?.iter().take(LONGEST).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    // `String::from("…")`
    let wrapper = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'.' | b'(' | b'&' | b'@');
    let wrapped = bytes.get(start..)?.iter().take(24).take_while(wrapper).count();
    let is_call = wrapped > 0 && is_quote(bytes.get(start + wrapped));
    if is_call && !matches!(bytes.get(start + wrapped - 1), Some(b'.' | b':')) {
        start += wrapped;
    }
    let quoted = is_quote(bytes.get(start)) || bytes.get(start) == Some(&b'$') && is_quote(bytes.get(start + 1));
    start +=
        bytes.get(start..)?.iter().take(4).take_while(|byte| is_quote(Some(*byte)) || quoted && **byte == b'$').count();
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_.-${}".contains(*byte);
    let length = bytes.get(start..)?.iter().take(LONGEST + 1).take_while(is_part).count();
    let end = start + length;
    let ends = bytes.get(end).is_none_or(|byte| is_quote(Some(byte)) || b" \t\r\n;,)&|#".contains(byte));
    let is_text = text.get(start..end)?.contains(|c: char| c.is_ascii_alphanumeric());
    (ends && is_text && length <= LONGEST).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::super::plain;
    use super::*;
    use crate::catalog::Catalog;

    /// What a text says with the values of its variables, in all rounds.
    fn filled(text: &str) -> Vec<String> {
        let words = Vocabulary::of(&Catalog::embedded());
        let places: Vec<usize> = places(text.as_bytes()).collect();
        let windows = plain::windows(text, &places);
        let values = Values::of(text, &windows);
        let rounds = 0..values.rounds();
        let all = |window: &Range<usize>| {
            let fill = |round| values.fill(text, window, round, &words);
            rounds.clone().filter_map(fill).map(|filled| filled.plain.text).collect::<Vec<_>>()
        };
        windows.iter().flat_map(all).collect()
    }

    #[test]
    fn a_variable_stands_for_what_it_was_given() {
        for text in [
            "S=ZohoBooks\nSCOPE=$S.invoices.ALL",
            "S=ZohoBooks\nSCOPE=\"${S}.invoices.ALL\"",
            "export S='ZohoBooks'; SCOPE=\"$S\".invoices.ALL",
            "S := ZohoBooks\nSCOPE := $(S).invoices.ALL",
            "set S=ZohoBooks\nset SCOPE=%S%.invoices.ALL",
            "$S = \"ZohoBooks\"\n$scope = \"$S.invoices.ALL\"",
            "$env:S = \"ZohoBooks\"\n$scope = \"$env:S.invoices.ALL\"",
            "const S = 'ZohoBooks';\nconst scope = `${S}.invoices.ALL`;",
            "const S: string = 'ZohoBooks';\nconst scope = S + '.invoices.ALL';",
            "let s = String::from(\"ZohoBooks\");\nlet scope = s + \".invoices.ALL\";",
            "S = 'ZohoBooks'\nscope = f'{S}.invoices.ALL'",
            "s = 'ZohoBooks'\nscope = \"#{s}.invoices.ALL\"",
            "$s = 'ZohoBooks';\n$scope = $s . '.invoices.ALL';",
            "env:\n  S: ZohoBooks\nrun: x ${{ env.S }}.invoices.ALL",
            "ENV S ZohoBooks\nENV SCOPE ${S}.invoices.ALL",
            "ARG S=ZohoBooks\nENV SCOPE=$S.invoices.ALL",
            "A=Zoho\nB=Books\nSCOPE=$A$B.invoices.ALL",
            "A=Zoho B=Books\nSCOPE=\"${A}${B}.invoices.ALL\"",
            "A=Zoho\nS=${A}Books\nSCOPE=$S.invoices.ALL",
            "X=Books\nSCOPE=Zoho${X}.invoices.ALL",
            "a = 'Zoho'\nb = 'Books'\nscope = a + b + '.invoices.ALL'",
            "a = 'Books.inv'\nscope = 'Zoho' + a + 'oices.' + op\nop = 'ALL'",
            "REST=invoices.ALL\nSCOPE=ZohoBooks.$REST",
            "rest = 'invoices.ALL'\nscope = 'ZohoBooks.' + rest",
            "S=ZohoBooks\nR=invoices\nO=ALL\nSCOPE=$S.$R.$O",
            "class A:\n  service = 'ZohoBooks'\n  def s(self): return self.service + '.invoices.ALL'",
            "- name: S\n  value: ZohoBooks\n- name: SCOPE\n  value: $(S).invoices.ALL",
            "let s = \"ZohoBooks\";\nformat!(\"{}.invoices.ALL\", s)",
            "s = 'ZohoBooks'\nscope = '%s.invoices.ALL' % s",
            "s = 'ZohoBooks'\nscope = '{}.{}.ALL'.format(s, r)\nr = 'invoices'",
            "S=x\nS=ZohoBooks\nif false; then S=y; fi\nSCOPE=$S.invoices.ALL",
        ] {
            let filled = filled(text);
            assert!(filled.iter().any(|text| text.contains("ZohoBooks.invoices.ALL")), "{text}: {filled:?}");
        }
        let filled = filled("S=Desk\nSCOPE=$S.tickets.ALL");
        assert!(filled[0].ends_with("Desk.tickets.ALL"), "{filled:?}");
    }

    #[test]
    fn what_is_quickly_seen_to_hold_none() {
        for text in ["S=Desk\nx=$S.tickets.ALL", "S=Desk\nSCOPE=$S.tickets.all", "const scope = s + '.tickets.ALL'"] {
            assert!(may_hold(text.as_bytes()), "{text}");
        }
        for text in ["a.b.c", "`${x}.js`", "foo().bar(); $x.y", "s.READ", "'a.' + b", "x = y.ALL", ""] {
            assert!(!may_hold(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn many_variables_are_followed() {
        let mut text: String = (0..2000).map(|n| format!("V{n}=x{n}\n$V{n}.a.READ\n")).collect();
        text.push_str("S=ZohoBooks\n$S.invoices.ALL");
        assert!(filled(&text).iter().any(|text| text.contains("ZohoBooks.invoices.ALL")));
    }
}
