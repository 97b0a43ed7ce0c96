//! What is compared, looked up, replaced or expected: nobody asks for it there.

use std::ops::Range;

use super::line::{Line, SIDE};
use super::names::words_of;
use crate::input::scan::enclosing::Opener;

/// Whether a scope is compared with something, or is the label of a case.
pub(super) fn is_compared(line: &Line<'_>) -> bool {
    let (before, after) = line.outside();
    let (before, after) = (before.trim_end_matches([' ', '\t', '*']), after.trim_start());
    let before =
        before.strip_suffix(['f', 'r', 'b', 'u']).filter(|rest| rest.ends_with(' ')).unwrap_or(before).trim_end();
    const BEFORE: [&str; 8] = ["==", "!=", "=~", "!~", "<>", "===", "!==", "~="];
    const WORDS: [&str; 20] = [
        "case",
        "when",
        "is",
        "in",
        "eq",
        "ne",
        "not",
        "like",
        "-eq",
        "-ne",
        "-like",
        "-contains",
        "-match",
        "-ceq",
        "-notcontains",
        "-in",
        "LIKE",
        "equals",
        "Case",
        "IN",
    ];
    let word = before.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '{' | ';')).next().unwrap_or("");
    let compared = BEFORE.iter().any(|sign| before.ends_with(sign)) || WORDS.contains(&word);
    const AFTER: [&str; 15] = [
        "==",
        "!=",
        "=~",
        "<>",
        "in ",
        "not in ",
        "not_in ",
        "-in ",
        "-eq ",
        "-notin ",
        ".equals",
        ".equalsIgnoreCase",
        "IN (",
        "is in ",
        "-ne ",
    ];
    let first = after.trim_start_matches(')').trim_start();
    let ends_pattern = after.starts_with(')') || after.starts_with('|') && after.contains(')');
    let label = line.literal.is_none() && ends_pattern && is_pattern_of_shell(before);
    // `[ "$scope" = "…" ]`
    let tested = before.ends_with('=') && !before.ends_with("==") && {
        let open = before.rfind("[ ").or_else(|| before.rfind("[["));
        open.is_some_and(|open| before.get(open..).is_some_and(|rest| rest.contains('$') && !rest.contains(" ]")))
    };
    // The labels of several cases in one row: `case "a", "b":`.
    let row = line.head.trim_start();
    let in_row = ["case ", "when ", "in "].iter().any(|word| row.starts_with(word));
    // `If held = "…"` of Visual Basic; what is searched for.
    let asked = before.ends_with('=') && ["If ", "ElseIf ", "While "].iter().any(|word| row.starts_with(word));
    let searched = before.contains("grep ");
    compared || tested || label || in_row || asked || searched || AFTER.iter().any(|sign| first.starts_with(sign))
}

/// Whether a line's beginning is that of a pattern in a shell's `case`: nothing, or other patterns.
fn is_pattern_of_shell(before: &str) -> bool {
    let before = before.trim();
    before.is_empty() || before.ends_with('|') && !before.contains(['=', '(', '"', ' '])
}

/// Whether dots stand in a scope as in a pattern, which matches texts and asks for nothing.
pub(super) fn is_escaped_pattern(text: &str, span: &Range<usize>, line: &Line<'_>) -> bool {
    if !text.get(span.clone()).is_some_and(|raw| raw.contains("\\.")) {
        return false;
    }
    let (before, _) = line.outside();
    let slashes = line.literal.is_none() && line.head.contains('/') && line.tail.contains('/');
    let raw = line.literal.is_some() && before.ends_with(['r', 'R', 'x']);
    let words = ["regex", "Regex", "RegExp", "re.", "grep", "sed ", "match", "pattern", "test("];
    slashes || raw || line.tail.contains("\\b") || words.iter().any(|word| before.contains(word))
}

/// Names of functions that look something up, compare, replace, or expect.
pub(super) fn is_check(opener: &Opener, name: &str) -> bool {
    const CHECKS: [&str; 66] = [
        "has",
        "includes",
        "include",
        "contains",
        "contain",
        "containskey",
        "indexof",
        "lastindexof",
        "startswith",
        "starts_with",
        "endswith",
        "ends_with",
        "equals",
        "equalsignorecase",
        "equal",
        "eql",
        "eq",
        "ne",
        "strcmp",
        "strcasecmp",
        "compare",
        "compareto",
        "match",
        "matches",
        "test",
        "expect",
        "tobe",
        "toequal",
        "tocontain",
        "tostrictequal",
        "tomatch",
        "tocontainequal",
        "tomatchobject",
        "replace",
        "replaceall",
        "replace_all",
        "gsub",
        "sub",
        "migrate",
        "rename",
        "remove",
        "delete",
        "discard",
        "in_array",
        "array_search",
        "array_key_exists",
        "key_exists",
        "has_key",
        "haskey",
        "contains_key",
        "isgranted",
        "is_granted",
        "hasscope",
        "has_scope",
        "hasanyscope",
        "has_any_scope",
        "haspermission",
        "has_permission",
        "hasauthority",
        "hasanyauthority",
        "equalfold",
        "hasprefix",
        "hassuffix",
        "in",
        "notin",
        "like",
    ];
    if opener.byte != b'(' {
        return false;
    }
    let lower = name.to_ascii_lowercase();
    const BEGINNINGS: [&str; 4] = ["assert", "toequal", "tohavebeen", "tohave"];
    // `hasRequiredScope`, `validate_scopes`, `isScopeGranted`.
    const ASKS: [&str; 12] =
        ["has", "have", "is", "can", "may", "check", "validate", "verify", "should", "expect", "matches", "missing"];
    let words = words_of(name);
    let asks = words.len() > 1 && words.first().is_some_and(|first| ASKS.contains(&first.as_str()));
    CHECKS.contains(&lower.as_str()) || asks || BEGINNINGS.iter().any(|begin| lower.starts_with(begin))
}

/// Whether a scope of a statement in SQL is looked for or replaced, not written.
pub(super) fn is_condition(text: &str, at: usize) -> bool {
    let reach = text.floor_char_boundary(at.saturating_sub(SIDE));
    let head = text.get(reach..at).unwrap_or("");
    let statement = head.rsplit(';').next().unwrap_or("").to_ascii_uppercase();
    let last = |words: &[&str]| words.iter().filter_map(|word| statement.rfind(word)).max();
    let looked_for = last(&["WHERE ", " LIKE ", "HAVING ", " WHEN ", "REPLACE(", "CHECK (", "CHECK("]);
    let written = last(&["VALUES", " SET ", "SELECT ", "DEFAULT "]);
    looked_for.is_some_and(|looked_for| written.is_none_or(|written| looked_for > written))
}
