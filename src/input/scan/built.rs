//! Places at which a program puts a scope together so that the text does not tell which.

use std::ops::Range;

use memchr::memmem;

use super::context::Context;
use super::find::Suspicion;
use super::joins::{is_joined, literal, operator, skip_blanks};
use super::token::Token;
use crate::input::operation::Operation;

/// How far the expression may reach in which a service's name is joined with the rest, in bytes.
const LONGEST: usize = 240;

/// Where a scope is put together at a suspicious place.
pub(super) fn at(text: &str, suspicion: &Suspicion) -> Option<Range<usize>> {
    match suspicion {
        Suspicion::Service(name) => from_service(text, name),
        Suspicion::FullAccess(name) => from_full_access(text, name),
    }
}

/// Whether a token is a service with nothing known after it, in a template of a program: it may be any scope of the
/// service. In prose the same tells how scopes are made.
pub(super) fn is_template(text: &str, token: &Token, context: Context) -> bool {
    let filled = token.parts.len() >= 3 && token.parts.iter().skip(1).all(|part| part.starts_with('{'));
    let raw = text.get(token.span.clone()).unwrap_or("");
    filled && context.quoted && (token.joined || ["${", "#{", "%s", "%v", "$"].iter().any(|mark| raw.contains(mark)))
}

/// `"Zoho" + product + ".invoices.READ"`: a literal that is a name and nothing else, joined with what is no literal.
fn from_service(text: &str, name: &Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let opened = name.start.checked_sub(1).and_then(|at| bytes.get(at))?;
    let closed = bytes.get(name.end)?;
    if opened != closed || !is_joined(bytes, name.end) {
        return None;
    }
    let after = skip_blanks(bytes, name.end + 1);
    let next = skip_blanks(bytes, after + operator(bytes, after));
    let is_expression = operator(bytes, after) > 0
        && bytes.get(next).is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'$' | b'_' | b'('));
    let reach = text.floor_char_boundary((name.end + LONGEST).min(text.len()));
    let rest = text.get(name.end..reach)?;
    let rest = rest.get(..rest.find([';', '\n']).unwrap_or(rest.len()))?;
    // A scope ends in an operation.
    let literals = rest.split(['"', '\'', '`']).filter(|piece| piece.starts_with('.'));
    let mut ends = literals.filter_map(|piece| piece.rsplit('.').next()).filter(|word| Operation::of(word).is_some());
    let joined_literal = literal(bytes, next).is_some();
    ((is_expression || joined_literal) && ends.next().is_some()).then_some(name.start..name.end)
}

/// `product + ".fullaccess.all"`, `'fullaccess.all'`, `{service}.fullaccess.all`.
fn from_full_access(text: &str, name: &Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let rest = bytes.get(name.end..)?;
    let all = rest.get(..4).is_some_and(|rest| rest.eq_ignore_ascii_case(b".all"));
    let ends = rest.get(4).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let before = name.start.checked_sub(1).and_then(|at| bytes.get(at));
    let start = if before == Some(&b'.') { name.start - 1 } else { name.start };
    let opener = start.checked_sub(1).and_then(|at| bytes.get(at));
    // In prose (`.fullaccess.all gives everything`) and in the policies of this program nothing is put together.
    let put = matches!(opener, Some(b'"' | b'\'' | b'`' | b'}' | b'>' | b')'))
        || opener.is_some_and(u8::is_ascii_alphanumeric);
    (all && ends && put).then(|| start..name.end + 4)
}

/// Whether a text calls one of Zoho's accounts hosts.
pub(super) fn calls_accounts(text: &str) -> bool {
    memmem::find_iter(text.as_bytes(), b"accounts.zoho").next().is_some()
        || memmem::find(text.as_bytes(), b"/oauth/v2/").is_some()
}
