//! Where a scope may begin: a fast look over the bytes of a text, before anything is parsed.
//!
//! Two passes, each led by bytes that are rare or cheap to test: names that begin with `zoho` are found by their `z`,
//! all others by the dot after them.

use std::ops::Range;

use memchr::{memchr_iter, memchr2_iter};

use super::ignore;
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
}

/// Finds the names of services that a dot follows.
pub(super) fn find(text: &[u8], words: &Vocabulary) -> Found {
    let mut found = Found::default();
    let mut behind = 0;
    for (name, dotted) in by_z(text) {
        found.zoho = true;
        if dotted && name.start >= behind {
            behind = name.end;
            found.names.push(name);
        }
    }
    let first = found.names.len();
    found.names.extend(by_dot(text, words));
    if first > 0 && first < found.names.len() {
        found.names.sort_unstable_by_key(|name| name.start);
    }
    found
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
            Some((_, true)) => return Look::OfInterest,
            Some((_, false)) => zoho = true,
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

/// Words that begin with `zoho`, each with whether a dot follows.
fn by_z(text: &[u8]) -> impl Iterator<Item = (Range<usize>, bool)> {
    memchr2_iter(b'z', b'Z', text).filter_map(|at| word_at(text, at))
}

/// The word at a `z`, if it begins with `zoho`, and whether a dot follows.
fn word_at(text: &[u8], at: usize) -> Option<(Range<usize>, bool)> {
    let &[o, h, o2] = text.get(at + 1..at + 4)? else { return None };
    if (o | 0x20, h | 0x20, o2 | 0x20) != (b'o', b'h', b'o') {
        return None;
    }
    let rest = text.get(at + 4..text.len().min(at + LONGEST_NAME)).unwrap_or(&[]);
    let end = at + 4 + rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    Some((at..end, end > at + 4 && dot(text, end).is_some()))
}

/// Names of services that do not begin with `zoho`, each before a dot.
fn by_dot(text: &[u8], words: &Vocabulary) -> impl Iterator<Item = Range<usize>> {
    memchr_iter(b'.', text).filter_map(|at| {
        let length = words.name_before(text.get(..at).unwrap_or(&[]))?;
        Some(at - length..at)
    })
}

/// How long the dot is that stands at a place: a plain one, or one in the notation of a URL or a string.
pub(super) fn dot(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at)? {
        b'.' => Some(1),
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
    }
}
