//! What is compared, looked up, replaced or expected: nobody asks for it there.

use std::ops::Range;

use super::line::{Line, SIDE, words_beside};
use super::names::words_of;
use crate::input::scan::enclosing::Opener;

/// Whether a scope is compared with something, or is the label of a case.
pub(super) fn is_compared(line: &Line<'_>) -> bool {
    let (before, after) = line.outside();
    let (before, after) = (before.trim_end_matches([' ', '\t', '*']), after.trim_start());
    let before =
        before.strip_suffix(['f', 'r', 'b', 'u']).filter(|rest| rest.ends_with(' ')).unwrap_or(before).trim_end();
    const BEFORE: [&str; 8] = ["==", "!=", "=~", "!~", "<>", "===", "!==", "~="];
    const WORDS: [&str; 12] = ["case", "when", "is", "in", "eq", "ne", "not", "like", "LIKE", "equals", "Case", "IN"];
    let word = before.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '{' | ';')).next().unwrap_or("");
    let compared = BEFORE.iter().any(|sign| before.ends_with(sign)) || WORDS.contains(&word) || is_operator(word);
    const AFTER: [&str; 16] = [
        "%in%",
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
    let pattern = after.trim_start_matches('*').trim_start();
    let ends_pattern = pattern.starts_with(')') || pattern.starts_with('|') && pattern.contains(')');
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
    let asked =
        before.ends_with('=') && ["If ", "ElseIf ", "While ", "Return "].iter().any(|word| row.starts_with(word));
    let searched = before.contains("grep ") || before.contains("string match ");
    // What a test holds to be so.
    let asserted = ["assert", "expect("].iter().any(|word| row.starts_with(word));
    // `switch ($scope) { '…' { … } }` of PowerShell.
    let switched = row.starts_with("switch ") && before.ends_with('{') && after.starts_with('{');
    let fits = switched || is_head_of_function(row, before, after) || is_sent_to_check(before);
    compared
        || asserted
        || fits
        || tested
        || label
        || in_row
        || asked
        || searched
        || AFTER.iter().any(|sign| first.starts_with(sign))
}

/// Whether a word is an operator of PowerShell that compares: `-notmatch`, `-ceq`.
fn is_operator(word: &str) -> bool {
    const OPERATORS: [&str; 6] = ["eq", "ne", "like", "match", "contains", "in"];
    let Some(name) = word.strip_prefix('-') else { return false };
    let is_one = |name: &str| OPERATORS.contains(&name.strip_prefix("not").unwrap_or(name));
    is_one(name) || name.strip_prefix(['c', 'i']).is_some_and(is_one)
}

/// Whether a literal stands for a parameter, so that the function is for that value: `def may?("…"), do: false`.
fn is_head_of_function(row: &str, before: &str, after: &str) -> bool {
    let defines = ["def ", "defp "].iter().any(|word| row.starts_with(word));
    defines && before.ends_with(['(', ',']) && (after.contains(" do") || after.contains(" when "))
}

/// Whether a literal is what a message that asks something has for its argument: `[s isEqualToString:@"…"]`.
fn is_sent_to_check(before: &str) -> bool {
    const ASKS: [&str; 6] = ["is", "has", "contains", "range", "index", "compare"];
    let Some(selector) = before.trim_end_matches('@').strip_suffix(':') else { return false };
    let word = selector.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
    let sent =
        selector.get(..selector.len() - word.len()).is_some_and(|head| head.ends_with(' ') && head.contains('['));
    sent && words_of(word).first().is_some_and(|first| ASKS.contains(&first.as_str()))
}

/// Whether a scope is one of several, one of which something is looked for among: `s in ["…", "…"]`. A loop goes over
/// all of them.
pub(super) fn is_among(text: &str, opener: &Opener) -> bool {
    let reach = text.floor_char_boundary(opener.at.saturating_sub(SIDE));
    let head = text.get(reach..opener.at).unwrap_or("").rsplit('\n').next().unwrap_or("").trim_end();
    let looked_for = head.ends_with(" in") || head.ends_with("%in% c");
    looked_for && !["for ", "for(", "foreach"].iter().any(|word| head.contains(word))
}

/// Whether a bracket opens the call of a predicate in a notation where the name stands in it: `(contains? held "…")`.
pub(super) fn is_predicate(text: &str, opener: &Opener) -> bool {
    let inner = text.get(opener.at + 1..).unwrap_or("");
    let name = inner.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')')).next().unwrap_or("");
    opener.byte == b'(' && name.len() > 1 && name.ends_with('?') && !name.contains(['"', '\'', '$'])
}

/// Whether a bracket opens the call of a method that writes to a log.
fn is_log(text: &str, opener: &Opener) -> bool {
    const LOGS: [&str; 5] = ["log", "logger", "logging", "console", "slog"];
    let head = text.get(..opener.at).unwrap_or("");
    let method = head.len() - opener.name(text).len();
    let receiver = head.get(..method).and_then(|head| head.strip_suffix('.')).unwrap_or("");
    let receiver = receiver.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
    opener.byte == b'(' && LOGS.contains(&receiver.to_ascii_lowercase().as_str())
}

/// Whether a text is a message for people, with a word beside the scope: what is thrown, logged or printed.
pub(super) fn is_message(text: &str, line: &Line<'_>, openers: &[Opener]) -> bool {
    const CALLS: [&str; 19] = [
        "log", "warn", "warning", "info", "debug", "error", "fatal", "panic", "fail", "abort", "print", "println",
        "printf", "puts", "echo", "raise", "throw", "die", "bail",
    ];
    let (before, _) = line.outside();
    if openers.first().is_some_and(|opener| is_log(text, opener)) {
        return true;
    }
    let Some(literal) =
        line.literal.as_ref().filter(|literal| words_beside(literal.text.0) + words_beside(literal.text.1) > 0)
    else {
        return false;
    };
    // A list of words, or of parameters, is no sentence.
    if literal.text.0.contains('=') {
        return false;
    }
    let row = line.head.trim_start();
    let thrown = ["throw ", "raise "].iter().any(|word| row.starts_with(word));
    let command = before.trim_end().rsplit(char::is_whitespace).next().unwrap_or("");
    let said =
        ["puts", "echo", "print", "die", "raise", "Write-Error", "Write-Warning", "Write-Host"].contains(&command);
    let called = openers.first().filter(|opener| opener.byte == b'(').is_some_and(|opener| {
        let name = opener.name(text);
        let lower = name.to_ascii_lowercase();
        CALLS.contains(&lower.as_str()) || lower.ends_with("error") || lower.ends_with("exception")
    });
    thrown || said || called
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
    const CHECKS: [&str; 70] = [
        "parametrize",
        "deepequal",
        "deepstrictequal",
        "strictequal",
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
