//! Places at which a program puts a scope together so that the text does not tell which.

use std::ops::Range;

use memchr::memmem;

use super::context::Context;
use super::find::Suspicion;
use super::joins::{is_joined, literal, operator, skip_blanks};
use super::token::{Token, braces};
use crate::input::operation::Operation;
use crate::input::placeholder::placeholder;

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
    let filled = token.parts.len() >= 2 && token.parts.iter().skip(1).all(|part| part.starts_with('{'));
    let raw = text.get(token.span.clone()).unwrap_or("");
    let told = context.under_scope_key || context.quoted && token.parts.len() >= 3;
    let marked = || ["${", "#{", "%s", "%v", "$"].iter().any(|mark| raw.contains(mark));
    filled && told && (token.joined || marked() || context.quoted && is_formatted(text, &token.span))
}

/// Whether a place stands in a literal of which a program fills in the parts in braces: `f"…"`, `"…".format(…)`.
fn is_formatted(text: &str, span: &Range<usize>) -> bool {
    let from = text.floor_char_boundary(span.start.saturating_sub(LONGEST));
    let line = text.get(from..span.start).unwrap_or("").rsplit('\n').next().unwrap_or("");
    let quote = line.rfind(['"', '\'']);
    let prefix = quote.and_then(|quote| line.get(..quote)).is_some_and(|head| head.ends_with(['f', 'F', '$']));
    let rest = text.get(span.end..text.floor_char_boundary((span.end + LONGEST).min(text.len()))).unwrap_or("");
    let rest = rest.lines().next().unwrap_or("");
    prefix || rest.contains(".format(") || line.contains("format!(") || line.contains("ormat(")
}

/// The expression that ends with a literal at a place, from the variable or the call on that it is joined to.
pub(super) fn expression(text: &str, place: &Range<usize>) -> Range<usize> {
    let joined = || {
        let head = text.get(..place.start)?.strip_suffix(['"', '\'', '`'])?;
        let reach = text.floor_char_boundary(head.len().saturating_sub(LONGEST));
        let head = head.get(reach..)?.trim_end().strip_suffix(['+', '.', '&', '~'])?.trim_end();
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$' | '(' | ')' | '[' | ']');
        let start = head.trim_end_matches(is_part).len();
        // A call that is open goes on with what it is given.
        let inner = head.get(start..)?.rfind('(').filter(|_| !head.ends_with(')')).map_or(0, |open| open + 1);
        Some(reach + start + inner)
    };
    joined().unwrap_or(place.start)..place.end
}

/// Whether everything in a service is asked for at a place where a scope is put together.
pub(super) fn is_full_access(text: &str, place: &Range<usize>) -> bool {
    let has = |text: &str| text.to_ascii_lowercase().contains("fullaccess");
    text.get(place.clone()).is_some_and(has) || expression_after(text, place.end).is_some_and(has)
}

/// The rest of an expression, as far as it is looked at.
fn expression_after(text: &str, at: usize) -> Option<&str> {
    let rest = text.get(at..text.floor_char_boundary((at + LONGEST).min(text.len())))?;
    rest.get(..rest.find([';', '\n']).unwrap_or(rest.len()))
}

/// `Zoho${product}.invoices.READ`, `Zoho{}.{}.READ`: a program fills in the rest of the service's name.
fn with_filled_name(text: &str, name: &Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let filled = placeholder(text, name.end).map(|filled| filled.end);
    let mut at = filled.or_else(|| braces(bytes, name.end))?;
    let end = at + bytes.get(at..)?.iter().take(40).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    at = end;
    let synthetic = text.get(at..text.floor_char_boundary((at + LONGEST).min(text.len())))?;
    let token = Token::all(synthetic, 0..0).ok()?.into_iter().next()?;
    let last = token.parts.last()?;
    let ends = last.starts_with('{') || Operation::of(last).is_some();
    (token.parts.len() >= 3 && ends).then(|| name.start..at + token.span.end)
}

/// `"Zoho" + product + ".invoices.READ"`: a literal that is a name and nothing else, joined with what is no literal.
fn from_service(text: &str, name: &Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    if let Some(place) = with_filled_name(text, name) {
        return Some(place);
    }
    // `ZohoBooks fullaccess all`, in which a program puts dots.
    let next = text.get(name.end + 1..).and_then(|rest| rest.get(..10));
    if next.is_some_and(|next| next.eq_ignore_ascii_case("fullaccess")) {
        return Some(name.start..name.end + 11);
    }
    let opened = name.start.checked_sub(1).and_then(|at| bytes.get(at))?;
    let closed = bytes.get(name.end)?;
    if opened != closed || !is_joined(bytes, name.end) {
        return None;
    }
    let after = skip_blanks(bytes, name.end + 1);
    let next = skip_blanks(bytes, after + operator(bytes, after));
    let is_expression = operator(bytes, after) > 0
        && bytes.get(next).is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'$' | b'_' | b'('));
    let rest = expression_after(text, name.end)?;
    // `format("%s.%s.%s", "ZohoBooks", "fullaccess", "all")`
    let pieces = || rest.split(['"', '\'', '`']);
    if pieces()
        .any(|piece| piece.trim_matches('.').get(..10).is_some_and(|head| head.eq_ignore_ascii_case("fullaccess")))
    {
        return Some(name.clone());
    }
    // A scope ends in an operation.
    let literals = rest.split(['"', '\'', '`']).filter(|piece| piece.starts_with('.'));
    let mut ends = literals.filter_map(|piece| piece.rsplit('.').next()).filter(|word| Operation::of(word).is_some());
    let joined_literal = literal(bytes, next).is_some();
    ((is_expression || joined_literal) && ends.next().is_some()).then_some(name.start..name.end)
}

/// `product + ".fullaccess.all"`, `'fullaccess.all'`, `{service}.fullaccess.all`.
fn from_full_access(text: &str, name: &Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    // `'.fullaccess' + '.all'`
    let joined = matches!(bytes.get(name.end), Some(b'"' | b'\'' | b'`')).then(|| {
        let after = skip_blanks(bytes, name.end + 1);
        literal(bytes, skip_blanks(bytes, after + operator(bytes, after)))
    });
    let end = joined.flatten().unwrap_or(name.end);
    let rest = bytes.get(end..)?;
    let all = rest.get(..4).is_some_and(|rest| rest.eq_ignore_ascii_case(b".all"));
    let ends = rest.get(4).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let before = name.start.checked_sub(1).and_then(|at| bytes.get(at));
    let start = if before == Some(&b'.') { name.start - 1 } else { name.start };
    let opener = start.checked_sub(1).and_then(|at| bytes.get(at));
    // In prose (`.fullaccess.all gives everything`) and in the policies of this program nothing is put together.
    let put = matches!(opener, Some(b'"' | b'\'' | b'`' | b'}' | b'>' | b')' | b'=' | b'%' | b'!'))
        || opener.is_some_and(u8::is_ascii_alphanumeric)
        || opener == Some(&b' ') && is_value(text.get(..start)?);
    (all && ends && put).then(|| start..end + 4)
}

/// Whether a text ends where the value of a key begins. What is called so in a catalog of this program is none.
fn is_value(before: &str) -> bool {
    let head = before.trim_end_matches([' ', '\t']);
    head.ends_with([':', '=']) && !head.ends_with("full-access:")
}

/// Whether a text calls one of Zoho's accounts hosts.
pub(super) fn calls_accounts(text: &str) -> bool {
    memmem::find_iter(text.as_bytes(), b"accounts.zoho").next().is_some()
        || memmem::find(text.as_bytes(), b"/oauth/v2/").is_some()
}
