//! Scopes of one word in the company of others: `ZohoCRM.users.READ openid profile`. By themselves they are common words.

use std::ops::Range;

use super::Sighting;
use super::decide::Decision;
use super::group;
use super::key::Keys;
use super::token::Token;
use crate::input::recognise;

/// How far a word may lie from its neighbour in a list, in bytes.
const FARTHEST: usize = 24;

/// Adds the scopes of one word that stand in lists beside scopes, where a key names the list.
pub(super) fn add_beside(text: &str, sightings: &mut Vec<Sighting>) {
    let mut keys = Keys::default();
    let mut found: Vec<Range<usize>> = Vec::new();
    for sighting in sightings.iter() {
        let span = &sighting.span;
        let mut at = span.end;
        let mut first = true;
        while let Some(word) = after(text, at) {
            // The key is looked for where there is a word at all.
            if std::mem::take(&mut first) && !keys.of(text, span.start).of_scopes {
                break;
            }
            at = word.end;
            found.push(word);
        }
        let (mut at, mut first) = (span.start, true);
        while let Some(word) = before(text, at) {
            if std::mem::take(&mut first) && !keys.of(text, word.start).of_scopes {
                break;
            }
            at = word.start;
            found.push(word);
        }
    }
    if found.is_empty() {
        return;
    }
    found.sort_unstable_by_key(|word| word.start);
    found.dedup();
    sightings.extend(found.into_iter().map(|span| Sighting {
        token: Token::word(text, span.clone()),
        span,
        decision: Decision::InCompany,
        disguise: None,
        read_through: false,
    }));
    sightings.sort_by_key(|sighting| sighting.span.start);
}

/// The next word of a list after an item that ends at a place.
fn after(text: &str, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let gap = bytes.get(at..)?.iter().take(FARTHEST).position(|byte| byte.is_ascii_alphabetic() && *byte != b'%')?;
    // The letters of `%2C` and `\n` are none of a word.
    let gap = skip_codes(bytes.get(at..)?, gap)?;
    let start = at + gap;
    let length = bytes.get(start..)?.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    word(text, start..start + length).filter(|word| parts(text, at, word.start))
}

/// Where a word begins after codes such as `%20` and `%2C`, from the first letter on.
fn skip_codes(rest: &[u8], mut at: usize) -> Option<usize> {
    while let [.., b'%', b'2'] = *rest.get(..at)? {
        at += 1 + rest.get(at + 1..)?.iter().take(FARTHEST).position(u8::is_ascii_alphabetic)?;
    }
    Some(at)
}

/// The word of a list before an item that begins at a place.
fn before(text: &str, at: usize) -> Option<Range<usize>> {
    let head = text.as_bytes().get(..at)?;
    let trimmed = text.get(..at)?.trim_end_matches(|c: char| c.is_whitespace() || ",+\"'`-".contains(c));
    let trimmed = trimmed.strip_suffix("%20").or_else(|| trimmed.strip_suffix("%2C")).unwrap_or(trimmed);
    if head.len() - trimmed.len() > FARTHEST {
        return None;
    }
    let length = trimmed.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
    word(text, trimmed.len() - length..trimmed.len()).filter(|word| parts(text, word.end, at))
}

/// A range, if it is one of the words and nothing longer.
fn word(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    if !recognise::is_oidc_word(text.get(range.clone())?) {
        return None;
    }
    let joins = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'@' | b'$' | b'/');
    let head = bytes.get(..range.start)?;
    let coded = head.ends_with(b"%20") || head.ends_with(b"%2C") || head.ends_with(b"%2c");
    let starts = coded || head.last().is_none_or(|byte| !joins(byte));
    let tail = bytes.get(range.end..)?;
    let ends = tail.first().is_none_or(|byte| !joins(byte));
    // A key of the same map is no item.
    let rest = text.get(range.end..)?.trim_start_matches(['"', '\'', '`', ' ']);
    let is_key = rest.starts_with([':', '(', '{']) || rest.starts_with('=');
    (starts && ends && !is_key).then_some(range)
}

/// Whether what stands between two items of a list parts them, in one literal or in one list of literals.
fn parts(text: &str, start: usize, end: usize) -> bool {
    let between = text.get(start..end).unwrap_or("");
    let quotes = between.chars().filter(|c| matches!(c, '"' | '\'' | '`')).count();
    quotes.is_multiple_of(2) && !between.contains(['#', '/']) && group::gap(text, start, end).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_on_both_sides() {
        for (text, expected) in [
            ("scope: \"X openid profile email\"", &["openid", "profile", "email"][..]),
            ("scope=openid%20X%2Cemail&x=1", &["openid", "email"]),
            ("scopes: ['openid', 'X', 'email']", &["openid", "email"]),
            ("scopes:\n  - openid\n  - X\n  - phone", &["openid", "phone"]),
            ("SCOPE=openid,X", &["openid"]),
            ("{scope: 'X', profile: 1}", &[]),
            ("{scope: 'X', email}", &[]),
            ("scope: X # email us", &[]),
            ("scope: 'X', 'email': 1", &[]),
            ("scope=X,emails", &[]),
        ] {
            let at = text.find('X').unwrap();
            let mut found: Vec<&str> = Vec::new();
            let mut end = at;
            while let Some(word) = before(text, end) {
                end = word.start;
                found.insert(0, &text[word]);
            }
            let mut start = at + 1;
            while let Some(word) = after(text, start) {
                start = word.end;
                found.push(&text[word]);
            }
            assert_eq!(found, expected, "{text}");
        }
    }
}
