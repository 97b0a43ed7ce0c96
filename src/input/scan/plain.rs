//! Parts of a text that read like something else than they are: letters hidden in escapes or behind others that look the
//! same, and string literals that a program joins; resolved with a way back to the places in the text.
//!
//! Looked at closely are only the surroundings of places that a quick look over the bytes finds suspicious.

use std::ops::Range;

use memchr::{memchr3_iter, memmem};

use super::joins::{literal, operator, skip_blanks, skip_gap};
use crate::input::disguise::{self, How, Resolved};

/// How far before a suspicious place its scope may begin, and how far after it may end, in bytes.
const BEFORE: usize = 160;
const AFTER: usize = 480;

/// Whether a text may hide letters or dots of scopes: never wrong when it says no, but for dots after a backslash, which
/// are found with the names before them. The bytes may be any.
pub(super) fn may_hide(text: &[u8]) -> bool {
    escapes(text).next().is_some() || wide(text).next().is_some() || foreign(text).next().is_some()
}

/// The places of hidden letters, in no order.
pub(super) fn hidden(text: &[u8]) -> impl Iterator<Item = usize> {
    escapes(text).chain(foreign(text)).chain(wide(text))
}

/// Dots between letters of two bytes each.
fn wide(text: &[u8]) -> impl Iterator<Item = usize> {
    memmem::find_iter(text, b".\0").filter(|at| {
        let around = at.checked_sub(2).and_then(|from| text.get(from..from + 5));
        matches!(around, Some([before, 0, _, 0, after]) if before.is_ascii_alphanumeric() && after.is_ascii_alphanumeric())
    })
}

fn escapes(text: &[u8]) -> impl Iterator<Item = usize> {
    memchr3_iter(b'\\', b'&', b'%', text)
        .filter(|at| text.get(at + 1) != Some(&b'.') && disguise::escape(text.get(*at..).unwrap_or(&[])).is_some())
}

/// Letters that look like ASCII ones, and what nobody sees, beside ASCII letters.
fn foreign(text: &[u8]) -> impl Iterator<Item = usize> {
    const BLOCK: usize = 64;
    let blocks = text.chunks(BLOCK).enumerate().filter(|(_, block)| !block.is_ascii());
    let within = |(number, block): (usize, &[u8])| {
        let start = number * BLOCK;
        (start..start + block.len()).filter(|at| is_foreign(text, *at)).collect::<Vec<_>>()
    };
    blocks.flat_map(within)
}

fn is_foreign(text: &[u8], at: usize) -> bool {
    let is_lead = text.get(at).is_some_and(|byte| *byte >= 0xc0);
    if !is_lead {
        return false;
    }
    let length = match text.get(at) {
        Some(0xc0..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        _ => 4,
    };
    let beside = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let before_dot = text.get(at + length) == Some(&b'.');
    let may_be_dot = matches!(
        text.get(at..at + 2),
        Some([0xef, 0xb9 | 0xbc | 0xbd] | [0xe3, 0x80] | [0xe2, 0x80 | 0x88 | 0x8b] | [0xdb, 0x94])
    );
    let is_beside = beside(at.checked_sub(1)) || beside(Some(at + length));
    if !(is_beside || before_dot || may_be_dot) {
        return false;
    }
    let Some(letter) = letter_at(text, at, length) else { return false };
    let goes_on = |at: usize| text.get(at).is_some_and(|byte| *byte >= 0xc0 || byte.is_ascii_alphanumeric());
    match letter {
        _ if is_beside => true,
        // Where all letters are others, they stand on both sides of a dot.
        Some('.') => {
            let before = (2..=4).find_map(|length| letter_at(text, at.checked_sub(length)?, length));
            before.flatten().is_some() && goes_on(at + length)
        }
        Some(_) => before_dot && goes_on(at + length + 1),
        None => false,
    }
}

/// The letter that the character of this length reads like which stands at a place: nothing, for what nobody sees.
#[allow(clippy::option_option, reason = "to read like nothing is something else than not to be read")]
fn letter_at(text: &[u8], at: usize, length: usize) -> Option<Option<char>> {
    let letter = text.get(at..at + length).and_then(|bytes| std::str::from_utf8(bytes).ok())?;
    let is_one = letter.chars().count() == 1;
    disguise::reading(letter, 0).filter(|_| is_one).map(|reading| reading.letter)
}

/// The surroundings of suspicious places, which are in order; those that meet are one.
pub(super) fn windows(text: &str, places: &[usize]) -> Vec<Range<usize>> {
    let mut windows: Vec<Range<usize>> = Vec::new();
    for place in places {
        let from = text.floor_char_boundary(place.saturating_sub(BEFORE));
        let to = text.ceil_char_boundary((place + AFTER).min(text.len()));
        match windows.last_mut() {
            Some(last) if from <= last.end => last.end = last.end.max(to),
            _ => windows.push(from..to),
        }
    }
    windows
}

/// Ranges in order, those that meet as one.
pub(super) fn together(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    ranges.dedup_by(|next, last| {
        let meets = next.start <= last.end;
        last.end = if meets { last.end.max(next.end) } else { last.end };
        meets
    });
    ranges
}

/// What a part of a text reads like; `None` where it is what it seems.
pub(super) fn plain(text: &str) -> Option<Resolved> {
    let bytes = text.as_bytes();
    // `['ZohoBooks', 'fullaccess', 'all'].join('.')`, and the same in other languages.
    let has = |marks: &[&[u8]]| marks.iter().any(|mark| memmem::find(bytes, mark).is_some());
    let by_dots = has(&[b"'.'", b"\".\"", b"`.`", b"\\\".\\\"", b"%s.%s", b"}.{"]);
    let gap = Gap {
        dots: by_dots,
        nothing: has(&[b"concat", b"CONCAT", b"Concat", b"join('')", b"join(\"\")", b"''.join", b"\"\".join"]),
    };
    let words = if by_dots { lists_of_words(bytes) } else { Vec::new() };
    let mut plain = Resolved::new();
    let (mut at, mut from) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        let change = match byte {
            b'"' | b'\'' | b'`' => join(bytes, at, 1, gap).map(|(end, new)| (new.to_owned(), end, How::Join)),
            b'\\' if matches!(bytes.get(at + 1), Some(b'"' | b'\'')) => {
                join(bytes, at, 2, gap).map(|(end, new)| (new.to_owned(), end, How::Join))
            }
            b'\\' if matches!(bytes.get(at + 1), Some(b'\n' | b'\r')) => {
                let end = skip_blanks(bytes, at + 1);
                (is_part(before(bytes, at)) && is_part(bytes.get(end))).then(|| (String::new(), end, How::Join))
            }
            byte if byte.is_ascii_whitespace() && words.iter().any(|list| list.contains(&at)) => {
                let end = skip_blanks(bytes, at);
                (is_part(before(bytes, at)) && is_part(bytes.get(end))).then(|| (".".to_owned(), end, How::Join))
            }
            // A dot after a backslash is one of the notations of a dot.
            b'\\' if bytes.get(at + 1) == Some(&b'.') => None,
            b'\\' | b'&' | b'%' | 0 | 0xc0.. => disguise::reading(text, at).map(|reading| {
                (reading.letter.map(String::from).unwrap_or_default(), at + reading.length, reading.how)
            }),
            _ => None,
        };
        match change {
            Some((new, end, how)) => {
                plain.text.push_str(text.get(from..at)?);
                plain.put(&new, at..end, how);
                (at, from) = (end, end);
            }
            None => at += 1,
        }
    }
    if plain.is_plain() {
        return None;
    }
    plain.text.push_str(text.get(from..)?);
    Some(plain)
}

/// Whether string literals are joined at a closing quote that is so long: where the text of the next one begins, and what
/// stands between the two when they are one.
fn join(bytes: &[u8], quote: usize, length: usize, gap: Gap) -> Option<(usize, &'static str)> {
    if !is_part(before(bytes, quote)) {
        return None;
    }
    let after = skip_gap(bytes, quote + length);
    let (between, next) = match bytes.get(after) {
        Some(b',') => {
            let next = skip_gap(bytes, after + 1);
            let own = own_text(bytes, quote);
            if own == b"." || own.contains(&b'%') || own.contains(&b'{') {
                return None;
            }
            // Of what begins or ends with a dot nobody makes a list: `concat('ZohoBooks', '.fullaccess.all')`.
            let dotted = before(bytes, quote) == Some(&b'.')
                || literal(bytes, next).is_some_and(|start| bytes.get(start) == Some(&b'.'));
            match gap {
                _ if dotted => ("", next),
                Gap { dots: true, .. } => (".", next),
                Gap { nothing: true, .. } => ("", next),
                Gap { .. } => return None,
            }
        }
        _ if bytes.get(after..).is_some_and(|rest| rest.starts_with(b".concat(")) => ("", after + 8),
        _ => ("", skip_gap(bytes, after + operator(bytes, after))),
    };
    let start = literal(bytes, next).or_else(|| {
        let escaped = bytes.get(next) == Some(&b'\\') && matches!(bytes.get(next + 1), Some(b'"' | b'\''));
        escaped.then_some(next + 2)
    })?;
    is_part(bytes.get(start)).then_some((start, between))
}

/// What a part of a text puts between the literals of a list.
#[derive(Clone, Copy)]
struct Gap {
    /// Something there puts a dot between literals.
    dots: bool,
    /// Something there puts literals together as they are.
    nothing: bool,
}

/// Where words of a list stand with nothing but blanks between them: `%w[ZohoBooks fullaccess all]`, `qw(…)`, a literal
/// that is split.
fn lists_of_words(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut lists = Vec::new();
    for mark in [b"%w".as_slice(), b"%W", b"qw"] {
        for at in memmem::find_iter(bytes, mark) {
            let close = match bytes.get(at + 2) {
                Some(b'[') => b']',
                Some(b'(') => b')',
                Some(b'{') => b'}',
                Some(b'<') => b'>',
                Some(b'/') => b'/',
                _ => continue,
            };
            let length = bytes.iter().skip(at + 3).take(AFTER).position(|byte| *byte == close);
            lists.extend(length.map(|length| at + 3..at + 3 + length));
        }
    }
    for at in memmem::find_iter(bytes, b".split") {
        let Some(quote) = before(bytes, at).filter(|byte| matches!(byte, b'"' | b'\'' | b'`')) else { continue };
        let length = bytes.get(..at - 1).unwrap_or(&[]).iter().rev().take(AFTER).position(|byte| byte == quote);
        lists.extend(length.map(|length| at - 1 - length..at - 1));
    }
    lists
}

/// The end of the text of the literal that is closed at a place.
fn own_text(bytes: &[u8], quote: usize) -> &[u8] {
    let text = bytes.get(quote.saturating_sub(BEFORE)..quote).unwrap_or(&[]);
    let length = text.iter().rev().take_while(|byte| !matches!(byte, b'"' | b'\'' | b'`' | b'\n')).count();
    text.get(text.len() - length..).unwrap_or(text)
}

fn before(bytes: &[u8], at: usize) -> Option<&u8> {
    bytes.get(at.checked_sub(1)?)
}

/// Whether a byte may stand in a scope.
fn is_part(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'\\' | 0x80..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_literals_are_one_text() {
        for (text, expected) in [
            ("\"Zoho\" + \"Books.fullaccess.all\"", "\"ZohoBooks.fullaccess.all\""),
            ("'ZohoBooks' . '.full' . \"access.all\"", "'ZohoBooks.fullaccess.all\""),
            ("\"ZohoBooks\" +\n  \".\" + \"fullaccess.all\"", "\"ZohoBooks.fullaccess.all\""),
            ("(\"ZohoBooks.\"\n \"fullaccess.all\")", "(\"ZohoBooks.fullaccess.all\")"),
            ("['Zoho', 'a', 'all'].join('.')", "['Zoho.a.all'].join('.')"),
            ("\".\".join([\"Zoho\", \"a\", \"all\"])", "\".\".join([\"Zoho.a.all\"])"),
            ("ZohoBooks.full\\\n  access.all", "ZohoBooks.fullaccess.all"),
            ("\"a = 'ZohoBooks.'\\n\",\n \"  'fullaccess.all'\"", "\"a = 'ZohoBooks.fullaccess.all'\""),
            ("\\\"Zoho\\\" + \\\"Books\\\"", "\\\"ZohoBooks\\\""),
            ("\"Zoho\".concat(\"Books\")", "\"ZohoBooks\")"),
            ("'Zoho'.concat('Books', '.full', 'access')", "'ZohoBooks.fullaccess')"),
            ("concat!(\"Zoho\", \"Books\", \".all\")", "concat!(\"ZohoBooks.all\")"),
            ("%w[Zoho a all].join('.')", "%w[Zoho.a.all].join('.')"),
            ("qw(Zoho a\n all), '.'", "qw(Zoho.a.all), '.'"),
            ("'Zoho a all'.split.join('.')", "'Zoho.a.all'.split.join('.')"),
            ("f(\"%s.%s.%s\", \"Zoho\", \"a\", \"all\")", "f(\"%s.%s.%s\", \"Zoho.a.all\")"),
        ] {
            let plain = plain(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(plain.text, expected, "{text}");
        }
        for text in ["'a', 'b'", "'a' + b", "'a ' + 'b'", "'a,' 'b'", "plain"] {
            assert!(plain(text).is_none(), "{text}");
        }
    }

    #[test]
    fn suspicious_places_are_found_quickly() {
        for text in [
            "\\u005aoho",
            "\\x5aoho",
            "\\132oho",
            "&#90;oho",
            "%5Aoho",
            "Zohо.",
            "Z\u{200b}oho",
            "ＺohO",
            "Ｂｏｏｋｓ．ａ",
            "𝐁.𝐚",
        ] {
            assert!(may_hide(text.as_bytes()), "{text}");
        }
        for text in ["\\n\\t", "a\\.b", "&amp;", "%20", "слово и дело", "日本語", "", "é à", "100 %"] {
            assert!(!may_hide(text.as_bytes()), "{text}");
        }
    }
}
