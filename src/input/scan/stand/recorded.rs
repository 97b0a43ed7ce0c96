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
    let to = text.ceil_char_boundary((span.end + SIDE).min(text.len()));
    // No further than the object or the statement reaches.
    if family == Family::Sql {
        let within = openers.iter().find(|opener| opener.byte == b'{').map(|opener| opener.at);
        let from = within.unwrap_or_else(|| text.floor_char_boundary(span.start.saturating_sub(SIDE)));
        let object = text.get(from..to).unwrap_or("");
        let inside = span.end - from;
        let close = object.get(inside..).and_then(|rest| rest.find(';')).map_or(object.len(), |at| inside + at);
        return is_answer(object.get(..close).and_then(|object| object.rsplit(';').next()).unwrap_or(""), true);
    }
    // The scopes may be a list of their own in it.
    openers.iter().take(2).any(|opener| is_answer(&without_nested(text.get(opener.at..to).unwrap_or("")), false))
}

/// Whether an object, an array with keys or the arguments of a call hold a token and what comes with it.
fn is_answer(object: &str, is_statement: bool) -> bool {
    let Some(at) = object.find("access_token") else { return false };
    let value = object.get(at + "access_token".len()..).unwrap_or("");
    let is_quoted = |text: &str| text.trim_start_matches('\\').starts_with(['"', '\'']);
    // A key in quotes, or a text for a value: what a program hands on is neither.
    let given = value.trim_start().strip_prefix([':', '=']).map(|value| value.trim_start_matches(['>', ' ', '\t']));
    let holds = is_quoted(value) || given.is_some_and(is_quoted);
    let token = object.contains("1000.") || object.contains("expires_in") || object.contains("token_type");
    (holds || is_statement) && token && !object.contains("grant_type")
}

/// What an object holds itself, without what is in others in it. It begins with its bracket.
fn without_nested(object: &str) -> String {
    let mut own = String::new();
    let mut depth = 0_usize;
    for c in object.chars() {
        match c {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' if depth <= 1 => break,
            '}' | ']' | ')' => depth -= 1,
            c if depth == 1 => own.push(c),
            _ => {}
        }
    }
    own
}
