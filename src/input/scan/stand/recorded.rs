//! Answers of the token endpoint that somebody kept, and tables of what tokens hold.

use std::ops::Range;

use super::line::SIDE;
use crate::input::scan::enclosing::Opener;
use crate::input::scan::syntax::Family;

/// Whether a table holds what tokens have, and not what is asked for.
pub(super) fn is_record_of_grants(text: &str) -> bool {
    let head = text.lines().next().unwrap_or("").to_ascii_lowercase();
    let words: Vec<&str> = head.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    !words.iter().any(|word| matches!(*word, "scope" | "scopes"))
        || words.iter().any(|word| {
            matches!(*word, "granted" | "token" | "old" | "new" | "issued" | "expires" | "expiry" | "refresh")
        })
}

/// Whether a scope stands in the answer of a token endpoint that somebody kept.
pub(super) fn is_recorded(text: &str, family: Family, span: &Range<usize>, openers: &[Opener]) -> bool {
    let from = match openers.iter().find(|opener| opener.byte == b'{') {
        Some(opener) => opener.at,
        None if family == Family::Sql => text.floor_char_boundary(span.start.saturating_sub(SIDE)),
        None => return false,
    };
    let to = text.ceil_char_boundary((span.end + SIDE).min(text.len()));
    let object = text.get(from..to).unwrap_or("");
    // No further than the object or the statement reaches.
    let object = if family == Family::Sql {
        let inside = span.end - from;
        let close = object.get(inside..).and_then(|rest| rest.find(';')).map_or(object.len(), |at| inside + at);
        object.get(..close).and_then(|object| object.rsplit(';').next()).unwrap_or("").to_owned()
    } else {
        without_nested(object)
    };
    let Some(at) = object.find("access_token") else { return false };
    let value = object.get(at + "access_token".len()..).unwrap_or("");
    let quoted = value.trim_start_matches('\\').starts_with(['"', '\'']);
    let token = object.contains("1000.") || object.contains("expires_in") || object.contains("token_type");
    (quoted || family == Family::Sql) && token && !object.contains("grant_type")
}

/// What an object holds itself, without what is in objects in it. It begins with its bracket.
fn without_nested(object: &str) -> String {
    let mut own = String::new();
    let mut depth = 0_usize;
    for c in object.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => break,
            '}' => depth -= 1,
            c if depth == 1 => own.push(c),
            _ => {}
        }
    }
    own
}
