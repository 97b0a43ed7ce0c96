//! Words that are written in pieces: what a shell takes away before a program sees the word, such as the quotes of
//! `ZohoBooks.'fullaccess'.all`, the backslash of `Zoho\Books.fullaccess.all`, the caret of `full^access` in a batch file,
//! the backtick of PowerShell, and the expansion of nothing in `Zoho${_}Books.invoices.ALL`.
//!
//! Where a word is read as it stands, that comes first: an escape of a string may look the same.

use std::ops::Range;

use memchr::{memchr2_iter, memchr3_iter};

use super::vocabulary::Vocabulary;
use crate::input::Disguise;
use crate::input::disguise::{self, How, Resolved};

/// How far a word is followed to either side of what holds its pieces together, in bytes.
const LONGEST: usize = 400;

/// How much of the line before and after a word tells where it stands, in bytes.
const BESIDE: usize = 160;

/// What stands in the midst of a word and is no part of what is meant.
struct Glue {
    length: usize,
    /// What it stands for, where that is a letter or a dot.
    letter: Option<char>,
    how: How,
}

/// The words of a text that are written in pieces and may name a scope, in order.
pub(super) fn words(text: &[u8], vocabulary: &Vocabulary) -> Vec<Range<usize>> {
    let mut places: Vec<usize> = holders(text).collect();
    places.sort_unstable();
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut done = 0;
    for at in places {
        if at < done {
            continue;
        }
        let word = word_around(text, at);
        done = word.end;
        if names_a_service(text, &word, vocabulary) {
            words.push(word);
        }
    }
    words
}

/// Whether a text may hold such words; never wrong when it says no.
pub(super) fn may_hold(text: &[u8], vocabulary: &Vocabulary) -> bool {
    let mut done = 0;
    holders(text).any(|at| {
        // Each of the two searches runs from the beginning to the end.
        if at < done && done - at <= 2 * LONGEST {
            return false;
        }
        let word = word_around(text, at);
        done = word.end;
        names_a_service(text, &word, vocabulary)
    })
}

/// Places in the midst of words at which two pieces meet, in no order.
fn holders(text: &[u8]) -> impl Iterator<Item = usize> {
    let quotes = memchr3_iter(b'\'', b'"', b'\\', text);
    let others = memchr2_iter(b'^', b'`', text);
    let expansions = memchr::memchr_iter(b'$', text).filter(|at| expansion(text, *at).is_some());
    quotes.chain(others).chain(expansions).filter(|at| {
        let before = match text.get(..*at).unwrap_or(&[]) {
            [.., byte, b'$'] => Some(byte),
            head => head.last(),
        };
        before.is_some_and(|byte| is_part(*byte)) && {
            let mut end = *at;
            while let Some(glue) = glue(text, end) {
                end += glue.length;
                if glue.letter.is_some() {
                    return true;
                }
            }
            end > *at && text.get(end).is_some_and(|byte| is_part(*byte))
        }
    })
}

/// The word that reaches over a place.
fn word_around(text: &[u8], at: usize) -> Range<usize> {
    let least = at.saturating_sub(LONGEST);
    let mut start = at;
    while start > least {
        let inside = match text.get(start - 1) {
            // `$'…'`
            Some(b'$') => matches!(text.get(start), Some(b'\'' | b'"')),
            Some(b'\'' | b'"' | b'\\' | b'^' | b'`') => true,
            Some(byte) => is_part(*byte),
            None => false,
        };
        if !inside {
            break;
        }
        start -= 1;
    }
    let mut end = at;
    while end < at + LONGEST {
        match (glue(text, end), text.get(end)) {
            (Some(glue), _) => end += glue.length,
            (None, Some(byte)) if is_part(*byte) => end += 1,
            _ => break,
        }
    }
    start..end.max(at + 1).min(text.len())
}

/// What holds two pieces of a word together at a place.
fn glue(text: &[u8], at: usize) -> Option<Glue> {
    let rest = text.get(at..)?;
    let nothing = |length, how| Some(Glue { length, letter: None, how });
    let hidden = How::Disguise(Disguise::Escape);
    match *rest {
        // The last of them: a line goes on.
        [b'$', b'\'' | b'"', ..] | [b'\\', b'\'' | b'"' | b'\\', ..] | [b'^' | b'`', b'\n', ..] => {
            nothing(2, How::Join)
        }
        [b'$', ..] => nothing(expansion(text, at)?, hidden),
        [b'\'' | b'"', ..] => nothing(1, How::Join),
        [b'^' | b'`', b'\r', b'\n', ..] => nothing(3, How::Join),
        [b'\\', ..] => match disguise::escape(rest) {
            Some(read) => Some(Glue { length: read.length, letter: read.letter, how: read.how }),
            None => nothing(1, hidden),
        },
        [b'^' | b'`', ..] => nothing(1, hidden),
        _ => None,
    }
}

/// The length of an expansion of a shell that may come to nothing: `${_}`, `$@`, `$*`.
fn expansion(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at + 1)? {
        b'@' | b'*' => Some(2),
        b'{' => {
            let name = text.get(at + 2..)?.iter().take(40).position(|byte| *byte == b'}')?;
            Some(name + 3)
        }
        _ => None,
    }
}

/// Whether a byte may stand in a scope.
fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// Whether a word has the name of a service before a dot, once nothing stands in the midst of it.
fn names_a_service(text: &[u8], word: &Range<usize>, vocabulary: &Vocabulary) -> bool {
    let mut plain = Vec::with_capacity(word.len());
    let mut at = word.start;
    while at < word.end {
        match (glue(text, at), text.get(at)) {
            (Some(glue), _) => {
                plain.extend(glue.letter.and_then(|letter| u8::try_from(letter).ok()));
                at += glue.length;
            }
            (None, byte) => {
                plain.extend(byte);
                at += 1;
            }
        }
    }
    let mut dots = memchr::memchr_iter(b'.', &plain).peekable();
    let is_zoho = |name: &[u8]| name.eq_ignore_ascii_case(b"zoho");
    dots.peek().is_some() && plain.windows(4).any(is_zoho)
        || dots.any(|dot| plain.get(..dot).is_some_and(|head| vocabulary.name_before(head).is_some()))
}

/// The line around a word, with the word as it is meant; and where what is given begins.
pub(super) fn resolved(text: &str, word: &Range<usize>) -> Option<(usize, Resolved)> {
    let bytes = text.as_bytes();
    let from = text.floor_char_boundary(word.start.saturating_sub(BESIDE));
    let from = text.get(from..word.start)?.rfind('\n').map_or(from, |end| from + end + 1);
    let to = text.ceil_char_boundary((word.end + BESIDE).min(text.len()));
    let to = text.get(word.end..to)?.find('\n').map_or(to, |end| word.end + end);
    let mut plain = Resolved::new();
    let (mut at, mut copied) = (word.start, from);
    while at < word.end {
        let Some(glue) = glue(bytes, at) else {
            at += 1;
            continue;
        };
        let end = (at + glue.length).min(text.len());
        plain.text.push_str(text.get(copied..at)?);
        plain.put(&glue.letter.map(String::from).unwrap_or_default(), at - from..end - from, glue.how);
        (at, copied) = (end, end);
    }
    plain.text.push_str(text.get(copied..to.max(copied))?);
    Some((from, plain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn words_in_pieces_are_what_a_shell_makes_of_them() {
        let vocabulary = Vocabulary::of(&Catalog::embedded());
        for text in [
            "S=ZohoBooks.'fullaccess'.all x",
            "S=ZohoBooks.\"fullaccess\".all x",
            "S=\"Zoho\"Books.fullaccess.all x",
            "S='Z'ohoBooks.fullaccess.all x",
            "S=Zo''hoBooks.fullaccess.all x",
            "S=Zoho\\Books.fullaccess.all x",
            "S=ZohoBooks.f\\ullaccess.all x",
            "S=ZohoBooks.fullaccess.a'l'l x",
            "S=ZohoBooks$'.fullaccess'.all x",
            "S=ZohoBooks$'\\x2efullaccess'.all x",
            "S=$'Zoho'Books.fullaccess.all x",
            "S=Zoho^Books.full^access.all x",
            "S=ZohoBooks.full^\r\naccess.all x",
            "S=Zoho`Books.fullaccess.all x",
            "S=Zoho${_}Books.fullaccess.all x",
            "S=Zoho$@Books.fullaccess.all x",
            "S=ZohoBooks.\\\"fullaccess\\\".all x",
        ] {
            let words = words(text.as_bytes(), &vocabulary);
            assert!(words.len() == 1 && may_hold(text.as_bytes(), &vocabulary), "{text}: {words:?}");
            let (from, plain) = resolved(text, &words[0]).unwrap();
            assert_eq!(from, 0, "{text}");
            assert_eq!(
                plain.text.trim_start_matches("S=").trim_start_matches('$'),
                "ZohoBooks.fullaccess.all x",
                "{text}"
            );
            let at = plain.text.find("Zoho").unwrap();
            let origin = plain.origin(&(at..at + "ZohoBooks.fullaccess.all".len()));
            assert!(text[..origin.start].len() <= 4 && text[origin.end..].ends_with(" x"), "{text}: {origin:?}");
        }
        let text = "S=De'sk'.tickets.ALL";
        assert_eq!(words(text.as_bytes(), &vocabulary).len(), 1);
        for text in ["don't. it's", "a='b'", "{\"a\":\"b.c\"}", "'a','b'", "x\\ny.z", "a.b'", "'ZohoBooks.a.READ'", ""]
        {
            assert!(
                words(text.as_bytes(), &vocabulary).is_empty() && !may_hold(text.as_bytes(), &vocabulary),
                "{text}"
            );
        }
    }

    #[test]
    fn long_words_are_looked_at_once() {
        let vocabulary = Vocabulary::of(&Catalog::embedded());
        let text = "a'b.".repeat(500_000);
        assert!(words(text.as_bytes(), &vocabulary).is_empty() && !may_hold(text.as_bytes(), &vocabulary));
    }
}
