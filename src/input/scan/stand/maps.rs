//! Keys of maps, and what stands under them.

use std::ops::Range;

use super::line::{Line, SIDE};
use crate::input::scan::enclosing::Opener;
use crate::input::scan::syntax::Family;
use crate::input::{names_scopes, recognise};

/// What a scope is in a map.
pub(super) enum MapKey {
    /// A key of a map that lists scopes with their descriptions.
    OfScopes,
    /// A key of another map.
    Other,
    No,
}

/// Whether a scope is the key of a map: of one that lists scopes with their descriptions, or of another.
pub(super) fn is_key(text: &str, family: Family, span: &Range<usize>, line: &Line<'_>, openers: &[Opener]) -> MapKey {
    let (before, whole_after) = line.outside();
    let after = whole_after.trim_start_matches([']', ' ', '\t']);
    // `{:scope "ZohoBooks.invoices.READ" :client_id 1}`: what follows is a key, and what stands before it none.
    let names_next = whole_after.starts_with([' ', '\t'])
        && after.strip_prefix(':').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    let colon = after.starts_with(':') && !after.starts_with("::") && !after.starts_with(":=") && !names_next;
    let arrow = after.starts_with("=>") || after.starts_with("->");
    let quoted = line.literal.is_some();
    if quoted && whole_after.starts_with(']') && before.ends_with('[') {
        // `held["ZohoBooks.invoices.READ"]`, `["ZohoBooks.invoices.READ"] = "…"`; and no list of one.
        let head = before.strip_suffix('[').unwrap_or("");
        let word = head.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
        let indexed = head.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
            && !matches!(word, "String" | "string" | "w" | "qw");
        let assigned = after.starts_with('=') && !after.starts_with("==");
        return if indexed || assigned || colon { MapKey::Other } else { MapKey::No };
    }
    // `"ZohoBooks.invoices.READ" = "…"` of TOML.
    let of_toml = quoted && before.trim().is_empty() && after.starts_with('=') && !after.starts_with("==");
    if of_toml && family == Family::Data {
        return MapKey::Other;
    }
    if !colon && !arrow || colon && before.trim_end().ends_with('?') {
        return MapKey::No;
    }
    // Bare, a colon must end the key.
    let rest = after.get(1..).unwrap_or("");
    if colon && !quoted && !rest.is_empty() && !rest.starts_with([' ', '\t']) {
        return MapKey::No;
    }
    let parent = match openers.first() {
        Some(opener) if opener.byte == b'{' => {
            if opener.is_assigned(text) {
                opener.name(text)
            } else {
                ""
            }
        }
        Some(_) => return if arrow { MapKey::Other } else { MapKey::No },
        None if matches!(family, Family::Code | Family::Sql) => "",
        None => parent_key(text, span, line),
    };
    if names_scopes(parent) { MapKey::OfScopes } else { MapKey::Other }
}

/// The key of the mapping in which a line stands that is indented.
fn parent_key<'t>(text: &'t str, span: &Range<usize>, line: &Line<'_>) -> &'t str {
    let indent = line.head.len() - line.head.trim_start().len();
    let reach = text.floor_char_boundary(span.start.saturating_sub(900));
    let above = text.get(reach..line.start).unwrap_or("");
    let parent = above.lines().rev().find(|above| {
        let trimmed = above.trim_start();
        !trimmed.is_empty() && !trimmed.starts_with('#') && above.len() - trimmed.len() < indent
    });
    parent.map_or("", |parent| {
        parent.trim().trim_start_matches("- ").split(':').next().unwrap_or("").trim_matches(['"', '\''])
    })
}

/// Whether a scope is the value of a key that is a scope itself: an alias.
pub(super) fn is_value_of_scope(line: &Line<'_>) -> bool {
    let (before, _) = line.outside();
    let before = before.trim_end().trim_end_matches(['[', '(', '{']).trim_end();
    let key = before.strip_suffix("=>").or_else(|| before.strip_suffix(':')).or_else(|| before.strip_suffix("->"));
    let Some(key) = key else { return false };
    let key = key.trim_end().trim_end_matches(['"', '\'', '`', ']']);
    let word = key.rsplit(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))).next().unwrap_or("");
    // One of two: `admin ? "…" : "…"`.
    let head = key.get(..key.len() - word.len()).unwrap_or("").trim_end_matches(['"', '\'', '`', ' ', '[']);
    if head.ends_with('?') {
        return false;
    }
    word.matches('.').count() >= 2 && recognise::is_scope_by_form(word)
}

/// Whether a list stands under a key that is a scope itself: an alias, or what it implies.
pub(super) fn is_under_scope(text: &str, opener: &Opener) -> bool {
    if opener.byte != b'[' {
        return false;
    }
    let reach = text.floor_char_boundary(opener.at.saturating_sub(SIDE));
    let head = text.get(reach..opener.at).unwrap_or("").trim_end();
    let key = head.strip_suffix("=>").or_else(|| head.strip_suffix(':')).map(str::trim_end);
    key.and_then(|key| key.strip_suffix(['"', '\'', '`'])).is_some_and(|key| {
        let word = key.rsplit(['"', '\'', '`']).next().unwrap_or("");
        word.matches('.').count() >= 2 && recognise::is_scope_by_form(word)
    })
}
