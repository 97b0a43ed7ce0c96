//! Where a scope may begin: a fast look over the bytes of a text, before anything is parsed.
//!
//! Two passes, each led by bytes that are rare or cheap to test: names that begin with `zoho` are found by their `z`,
//! all others by the dot after them.

use std::ops::Range;

use memchr::{memchr_iter, memchr2_iter};

use super::ignore;
use super::joins::is_joined;
use super::vocabulary::Vocabulary;

/// The longest name that is taken for a service's, in bytes.
const LONGEST_NAME: usize = 40;

/// What the first look over a text found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Service names with a dot after them, in the order of the text.
    pub(super) names: Vec<Range<usize>>,
    /// Whether the text speaks of Zoho at all.
    pub(super) zoho: bool,
    /// Where a scope may be hidden or put together.
    pub(super) suspicious: Vec<Suspicion>,
    /// Keys that name a list of Zoho's scopes, whatever stands in it.
    pub(super) keys: Vec<Range<usize>>,
}

/// A place at which a scope may be hidden or put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Suspicion {
    /// The name of a service with something else than a dot after it.
    Service(Range<usize>),
    /// `fullaccess` without a service before it.
    FullAccess(Range<usize>),
}

impl Suspicion {
    /// Where the name stands.
    pub(super) fn place(&self) -> &Range<usize> {
        match self {
            Self::Service(place) | Self::FullAccess(place) => place,
        }
    }
}

/// The resource that stands for everything in a service.
const FULL_ACCESS: &[u8] = b"fullaccess";

/// Finds the names of services that a dot follows.
pub(super) fn find(text: &[u8], words: &Vocabulary) -> Found {
    let mut found = Found::default();
    let mut behind = 0;
    for (name, after) in by_z(text) {
        found.zoho = true;
        match after {
            After::Dot if name.start >= behind => {
                behind = name.end;
                found.names.push(name);
            }
            After::Unclear => found.suspicious.push(Suspicion::Service(name)),
            After::Scope => found.keys.push(name.start..name.start + identifier(text, name.start)),
            _ => {}
        }
    }
    let mut mixed = !found.names.is_empty();
    for (name, after) in by_dot(text, words) {
        if text.get(name.clone()).is_some_and(|name| name.eq_ignore_ascii_case(FULL_ACCESS)) {
            match first_name(text, name.start) {
                Some(first) => {
                    mixed = true;
                    found.names.push(first);
                }
                None => found.suspicious.push(Suspicion::FullAccess(name)),
            }
        } else if after == After::Dot {
            found.names.push(name);
        } else {
            found.suspicious.push(Suspicion::Service(name));
        }
    }
    if mixed {
        found.names.sort_unstable_by_key(|name| (name.start, name.end));
        found.names.dedup();
    }
    found
}

/// The first of the names with dots between them that end before a place; `None` where none does.
fn first_name(text: &[u8], end: usize) -> Option<Range<usize>> {
    let dotted = text.get(..end)?.strip_suffix(b".")?;
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let length = dotted.iter().rev().take(LONGEST_NAME * 2).take_while(is_part).count();
    let start = dotted.len() - length;
    // The name of a variable is not what it holds, nor are the letters of `%s`.
    let mark = start.checked_sub(1).and_then(|before| dotted.get(before));
    if mark == Some(&b'$') || mark == Some(&b'%') && length == 1 {
        return None;
    }
    let first = dotted.get(start..)?.split(|byte| *byte == b'.').next().filter(|name| !name.is_empty())?;
    first.first()?.is_ascii_alphabetic().then(|| start..start + first.len())
}

/// What the quickest look over a text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It holds the name of a service with a dot after it, or what begins a comment for this program.
    OfInterest,
    /// It holds neither.
    Other {
        /// Whether it speaks of Zoho at all.
        zoho: bool,
    },
}

/// Looks over a text, no further than to the first place of interest.
pub(super) fn look(text: &[u8], words: &Vocabulary) -> Look {
    let mut zoho = false;
    for at in memchr2_iter(b'z', b'Z', text) {
        match word_at(text, at) {
            Some((_, After::Dot | After::Unclear | After::Scope)) => return Look::OfInterest,
            // The page that asks for consent, whatever is asked for.
            Some((name, After::Other)) if text.get(..name.start).is_some_and(|head| head.ends_with(b"accounts.")) => {
                return Look::OfInterest;
            }
            Some((_, After::Other)) => zoho = true,
            None if text.get(at..).is_some_and(|rest| rest.starts_with(ignore::MARK)) => return Look::OfInterest,
            None => {}
        }
    }
    if by_dot(text, words).next().is_some() { Look::OfInterest } else { Look::Other { zoho } }
}

/// Whether a text speaks of Zoho at all.
pub(super) fn zoho(text: &[u8]) -> bool {
    by_z(text).next().is_some()
}

/// What follows the name of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    /// A dot.
    Dot,
    /// What may hide a dot, or the rest of a scope: a quote, an escape, a letter of another alphabet.
    Unclear,
    /// The end of a key that names scopes: `ZOHO_SCOPE=`.
    Scope,
    Other,
}

/// Words that begin with `zoho`, each with what follows.
fn by_z(text: &[u8]) -> impl Iterator<Item = (Range<usize>, After)> {
    memchr2_iter(b'z', b'Z', text).filter_map(|at| word_at(text, at))
}

/// The word at a `z`, if it begins with `zoho`, and what follows.
fn word_at(text: &[u8], at: usize) -> Option<(Range<usize>, After)> {
    let &[o, h, o2] = text.get(at + 1..at + 4)? else { return None };
    if (o | 0x20, h | 0x20, o2 | 0x20) != (b'o', b'h', b'o') {
        return None;
    }
    let rest = text.get(at + 4..text.len().min(at + LONGEST_NAME)).unwrap_or(&[]);
    let end = at + 4 + rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    // The domains of Zoho are everywhere; a scope of a service that is called no more than that stands in quotes.
    let is_name = || {
        let quoted = at.checked_sub(1).and_then(|before| text.get(before)).is_some_and(|byte| is_quote(*byte));
        end > at + 4 || quoted && text.get(end + 1).is_some_and(u8::is_ascii_uppercase)
    };
    let after = match text.get(end) {
        Some(byte) if is_quote(*byte) => {
            if is_joined(text, end) {
                After::Unclear
            } else {
                After::Other
            }
        }
        Some(b'\\' | b'&' | 0x80..) if dot(text, end).is_none() => After::Unclear,
        // `Zoho${product}.invoices.READ`; `%w[ZohoBooks invoices READ].join('.')`
        Some(b'$' | b'{' | b'#' | b'%') if dot(text, end).is_none() => {
            let marks = text.get(end..end + 2).is_some_and(|two| matches!(two, b"${" | b"#{" | b"%s" | b"%v" | b"{}"));
            let filled =
                marks || matches!(text.get(end..end + 2), Some([b'$' | b'{', byte]) if byte.is_ascii_alphanumeric());
            if filled { After::Unclear } else { After::Other }
        }
        Some(b' ') if end > at + 4 && opens_words(text, at) => After::Unclear,
        // Whatever stands for the dot.
        Some(b' ' | b'/' | b'-' | b'_' | b':' | b'|' | b',')
            if text.get(end + 1..end + 11).is_some_and(|word| word.eq_ignore_ascii_case(FULL_ACCESS)) =>
        {
            After::Unclear
        }
        _ if dot(text, end).is_some() && is_name() => After::Dot,
        Some(b'_' | b'-' | b'=' | b':' | b' ') if is_key_of_scopes(text, at) => After::Scope,
        _ => After::Other,
    };
    Some((at..end, after))
}

/// Whether a list of words begins at a place: `%w[`, `qw(`, a literal.
fn opens_words(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or(&[]);
    match before {
        [.., b'%', b'w' | b'W', b'[' | b'(' | b'{' | b'<'] | [.., b'q', b'w', b'[' | b'(' | b'{' | b'/'] => true,
        [.., byte] => {
            is_quote(*byte)
                && text
                    .get(at..text.len().min(at + 400))
                    .is_some_and(|rest| memchr::memmem::find(rest, b"split").is_some())
        }
        [] => false,
    }
}

/// How long the identifier is that begins at a place.
fn identifier(text: &[u8], at: usize) -> usize {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    text.get(at..).unwrap_or(&[]).iter().take(LONGEST_NAME * 2).take_while(is_part).count()
}

/// Whether a key begins at a place that names scopes.
fn is_key_of_scopes(text: &[u8], at: usize) -> bool {
    let name = text.get(at..at + identifier(text, at)).unwrap_or(&[]);
    // In base64 they are the same scopes.
    let coded = [&b"_B64"[..], b"_BASE64", b"_b64", b"_base64"];
    let name = coded.iter().find_map(|code| name.strip_suffix(*code)).unwrap_or(name);
    let name = name.strip_suffix(b"s").or_else(|| name.strip_suffix(b"S")).unwrap_or(name);
    let ends = name.len() > 5 && name.get(name.len() - 5..).is_some_and(|end| end.eq_ignore_ascii_case(b"scope"));
    ends && std::str::from_utf8(name).is_ok_and(crate::input::names_scopes)
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Names of services that do not begin with `zoho`, and `fullaccess`, each before a dot.
fn by_dot(text: &[u8], words: &Vocabulary) -> impl Iterator<Item = (Range<usize>, After)> {
    memchr_iter(b'.', text).filter_map(|at| {
        let before = text.get(..at).unwrap_or(&[]);
        let named = |end: usize| {
            let length = words.name_before(text.get(..end)?)?;
            Some(end - length..end)
        };
        match before.last()? {
            b'\\' => Some((named(at - 1)?, After::Dot)),
            // A literal that begins with a dot, and is joined to one that ends with a name.
            byte if is_quote(*byte) => Some((named(joined_to(before)?)?, After::Unclear)),
            _ => Some((named(at)?, After::Dot)),
        }
    })
}

/// Where the text of the literal ends that is joined to one that opens at the end of a text.
fn joined_to(text: &[u8]) -> Option<usize> {
    let blanks = |text: &[u8]| text.iter().rev().take(100).take_while(|byte| byte.is_ascii_whitespace()).count();
    let (_, text) = text.split_last()?;
    let text = text.get(..text.len() - blanks(text))?;
    let operators = text.iter().rev().take(2).take_while(|byte| b"+.&~|<>^".contains(byte)).count();
    let text = text.get(..text.len() - operators)?;
    let text = text.get(..text.len() - blanks(text))?;
    let (quote, text) = text.split_last()?;
    is_quote(*quote).then_some(text.len())
}

/// How long the dot is that stands at a place: a plain one, or one in the notation of a URL, a pattern or a string.
pub(super) fn dot(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at)? {
        b'.' => Some(1),
        b'\\' if text.get(at + 1) == Some(&b'.') => Some(2),
        b'%' if text.get(at + 1..at + 5).is_some_and(|hex| hex.eq_ignore_ascii_case(b"252e")) => Some(5),
        b'%' if text.get(at + 1..at + 3).is_some_and(|hex| hex.eq_ignore_ascii_case(b"2e")) => Some(3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn names_of_every_kind_are_found_in_order() {
        let words = Vocabulary::of(&Catalog::embedded());
        let text = b"Desk.a zohocrm.b ZOHO.c ZohoNew%2ed x.y.z WorkDrive.e zeptomail.f Zoho Books. zoho";
        let found = find(text, &words);
        let names: Vec<_> = found.names.into_iter().map(|name| std::str::from_utf8(&text[name]).unwrap()).collect();
        assert_eq!(names, ["Desk", "zohocrm", "ZohoNew", "WorkDrive", "zeptomail"]);
        assert!(found.zoho && !find(b"Desk.tickets", &words).zoho);
        let text = b"Foo.fullaccess.all \"Zoho.People.x\" accounts.zoho.com Desk\\.e 'Zoho' 'ZohoNew%252ea";
        let names: Vec<_> =
            find(text, &words).names.into_iter().map(|name| std::str::from_utf8(&text[name]).unwrap()).collect();
        assert_eq!(names, ["Foo", "Zoho", "Desk", "ZohoNew"]);
        let text = b"\"Zoho\" + \"Books\", 'Desk' + '.tickets' \".fullaccess.all\" 'Zoho' 'zoho\\x41";
        let suspicious: Vec<_> = find(text, &words)
            .suspicious
            .into_iter()
            .map(|suspicion| std::str::from_utf8(&text[suspicion.place().clone()]).unwrap())
            .collect();
        assert_eq!(suspicious, ["Zoho", "Zoho", "zoho", "Desk", "fullaccess"]);
    }
}
