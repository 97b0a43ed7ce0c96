//! The key, variable or heading that a scope stands under: on its line, or on a line before when the lines between hold
//! nothing but items of the same list.

use std::ops::Range;

use memchr::memrchr;

use crate::input::names_scopes;

/// How far back on its line a key is looked for, in bytes: lines may be as long as a file.
pub(super) const ON_LINE: usize = 400;

/// How many lines before may lie between a list's key and an item of it.
const LINES: usize = 80;

/// How far from a list's key an item of it may stand, in bytes.
const FAR: usize = 900;

/// How many words before a name may lie between it and the word that says what it is: `the scopes needed are …`.
const WORDS_BETWEEN: usize = 4;

/// What a list is said to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Key {
    /// The name that the list is assigned to, passed under, or introduced by.
    pub(super) name: Option<Range<usize>>,
    /// The name is that of a list of scopes.
    pub(super) of_scopes: bool,
    /// The words before the list, or the head of its table, speak of scopes or permissions.
    pub(super) words: bool,
}

/// Finds the keys of places that follow each other, and remembers those of lines.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// The line that was looked at last as an item of a list, by its beginning, and what its list is said to be.
    last: Option<(usize, Key)>,
}

impl Keys {
    /// What is said of the list to which the text at a place belongs.
    pub(super) fn of(&mut self, text: &str, start: usize) -> Key {
        let bytes = text.as_bytes();
        let reach = text.floor_char_boundary(start.saturating_sub(ON_LINE));
        let line = bytes.get(reach..start).and_then(|head| memrchr(b'\n', head)).map_or(reach, |at| reach + at + 1);
        let whole = line == 0 || bytes.get(line - 1) == Some(&b'\n');
        let head = text.get(line..start).unwrap_or("");
        let mut key = on_line(head, line);
        key.of_scopes |= whole && paired_above(text, line, head.trim_start());
        key.words = about_scopes(head);
        let in_table = head.trim_start().starts_with('|');
        if key.name.is_none() && whole && (in_table || without_items(head).is_empty()) {
            let above = self.above(text, line);
            return Key { words: key.words || above.words, ..above };
        }
        key
    }

    /// What is said of a list by the lines before one that holds an item of it.
    fn above(&mut self, text: &str, line: usize) -> Key {
        let bytes = text.as_bytes();
        let mut at = line;
        for _ in 0..LINES {
            if let Some((known, key)) = &self.last
                && *known == at
            {
                let key = key.clone();
                self.last = Some((line, key.clone()));
                return key;
            }
            if at == 0 || line - at > FAR {
                break;
            }
            let from = text.floor_char_boundary((at - 1).saturating_sub(ON_LINE));
            let begin =
                bytes.get(from..at - 1).and_then(|head| memrchr(b'\n', head)).map_or(from, |end| from + end + 1);
            let before = text.get(begin..at - 1).unwrap_or("").trim_end();
            at = begin;
            if is_item(before) {
                continue;
            }
            let key = introduced(before, begin, text.get(line..).and_then(|rest| rest.lines().next()).unwrap_or(""));
            self.last = Some((line, key.clone()));
            return key;
        }
        self.last = Some((line, Key::default()));
        Key::default()
    }
}

/// What a line says of the list that begins on the next.
fn introduced(line: &str, begin: usize, item: &str) -> Key {
    let line_of_code = without_comment(line);
    let opens = line_of_code.ends_with([':', '[', '(', '{', '=', '|', '>', '"', '\'', '`', ',', '\\', '+'])
        || line_of_code.ends_with(">-")
        || line_of_code.ends_with("|-")
        || line_of_code.ends_with("= ")
        || line_of_code.contains("<<");
    let mut key = if opens { on_line(line_of_code, begin) } else { Key::default() };
    // A here-document: `$scope = <<<SCOPE`.
    if key.name.is_none()
        && let Some((head, _)) = line_of_code.split_once("<<")
    {
        key = on_line(head, begin);
    }
    let in_table = item.trim_start().starts_with('|') && line.trim_start().starts_with('|');
    let is_heading = line.starts_with('#') || line.ends_with(':') || in_table;
    key.words = is_heading && speaks_of_scopes(line);
    key
}

/// The name to which the end of a line's beginning belongs: `scope=`, `"scopes": ["`, `setScope("`, `**Scope:** `; items
/// of the same list may stand between.
fn on_line(head: &str, begin: usize) -> Key {
    let head_of_list = without_prefix(without_items(head));
    let name = head_of_list.trim_end_matches(opens);
    let between = head_of_list.get(name.len()..).unwrap_or("");
    if !between.contains(['=', ':', '(', '>', '[', '{']) {
        return Key::default();
    }
    let word_at = name
        .rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-'))
        .map_or(0, |at| at + name.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8));
    let word = name.get(word_at..).unwrap_or("");
    if word.is_empty() {
        return Key::default();
    }
    let of_scopes = between.contains(['=', ':', '(', '>', '[']) && names_scopes(word);
    // `{ "key": "scope", "value": "…" }` of forms and collections, `<add key="Scope" value="…"/>`.
    let paired = !of_scopes && matches!(word, "value" | "Value" | "default" | "default_value" | "content" | "text");
    let of_scopes = of_scopes || paired && paired_with_scope(name.get(..word_at).unwrap_or(""));
    Key { name: Some(begin + word_at..begin + name.len()), of_scopes, words: false }
}

/// The beginning of a line without the literal that opens at its end, where a letter stands before the quote: `f"`.
fn without_prefix(head: &str) -> &str {
    let body = head.trim_end_matches(['"', '\'']);
    let kept = body.trim_end_matches(|c: char| "fFrRbBuU$@".contains(c));
    let is_prefix = body.len() < head.len()
        && (1..=2).contains(&(body.len() - kept.len()))
        && kept.ends_with(|c: char| c.is_whitespace() || "=([{,:".contains(c));
    if is_prefix { kept } else { head }
}

/// Whether the text before `value` names it a scope: `"key": "scope", `, `name="oauth_scopes" `.
fn paired_with_scope(before: &str) -> bool {
    let before = before.trim_end_matches(|c: char| c.is_whitespace() || "\"',\\".contains(c));
    let name_at = before
        .rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.'))
        .map_or(0, |at| at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8));
    let (head, name) = before.split_at(name_at);
    let head = head.trim_end_matches(|c: char| c.is_whitespace() || "\"':=\\".contains(c));
    let labelled = ["key", "name", "Key", "Name", "id"].iter().any(|label| head.ends_with(label));
    labelled && names_scopes(name)
}

/// Whether the lines above name a value scopes: `- name: ZOHO_SCOPES` above `value:`, `<key>Scopes</key>` above `<string>`.
fn paired_above(text: &str, line: usize, head: &str) -> bool {
    let above = || text.get(..line).unwrap_or("").lines().rev().take(LINES).map(str::trim);
    if ["value:", "\"value\":"].iter().any(|value| head.starts_with(value)) {
        return above().next().is_some_and(paired_with_scope);
    }
    let key = |line: &str| Some(names_scopes(line.strip_prefix("<key>")?.strip_suffix("</key>")?));
    head.starts_with("<string>")
        && above().find(|line| !line.starts_with("<string>") && !line.starts_with("<array>")).and_then(key)
            == Some(true)
}

fn opens(c: char) -> bool {
    c.is_whitespace() || "\"'`[({=:>,\\*@|<-".contains(c)
}

/// The beginning of a line without the items of a list at its end: `SCOPE="desk.tickets.all,` becomes `SCOPE=`.
fn without_items(head: &str) -> &str {
    let mut rest = head;
    loop {
        let trimmed = rest.trim_end_matches(|c: char| c.is_whitespace() || "\"'`,;+\\*•-".contains(c));
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '$' | '{' | '}' | '%');
        let body = trimmed.trim_end_matches(is_part);
        let item = trimmed.get(body.len()..).unwrap_or("");
        let dotted = item.trim_matches('.').contains('.') || item.contains("%2E");
        let separated = rest.len() > trimmed.len() || item.contains("%2C") || item.contains("%20");
        if !(dotted && separated) {
            return if trimmed.is_empty() { "" } else { rest };
        }
        rest = body;
    }
}

/// Whether a line holds nothing but items of a list, a comment, or nothing.
fn is_item(line: &str) -> bool {
    let line = line.trim();
    if line.is_empty()
        || ["#", "//", "--", "/*", "*", "|-", "|:", "| -", "<!--"].iter().any(|mark| {
            line.starts_with(mark) && (*mark != "*" || !line.starts_with("**")) && !(*mark == "#" && is_heading(line))
        })
    {
        return true;
    }
    if line.starts_with('|') {
        // A row of a table; its head names no scope.
        return line.contains('.') || !speaks_of_scopes(line);
    }
    let code = without_comment(line);
    let bullet = code.strip_prefix(['-', '*', '•']).map(str::trim_start);
    let body = bullet.unwrap_or(code).trim_matches(|c: char| c.is_whitespace() || "\"'`,;+\\&_.)]".contains(c));
    let word = body.split([' ', '\t', ':']).next().unwrap_or("");
    let dotted = word.contains('.') && word.chars().all(|c| c.is_ascii_alphanumeric() || "._-${}<>\"'`,%".contains(c));
    dotted
        && (bullet.is_some()
            || word.len() == body.len()
            || body.split([' ', ',']).all(|word| word.is_empty() || word.contains('.')))
}

/// Whether a line that begins with `#` is a heading of Markdown, and no comment.
fn is_heading(line: &str) -> bool {
    line.starts_with("##") && speaks_of_scopes(line)
}

/// A line without the comment at its end.
fn without_comment(line: &str) -> &str {
    let comment = [" #", " //", "\t#", "\t//"].iter().filter_map(|mark| line.find(mark)).min();
    line.get(..comment.unwrap_or(line.len())).unwrap_or(line).trim_end()
}

/// Whether one of the last words of a line's beginning is about scopes: `with permission for `, `the scopes are `.
fn about_scopes(head: &str) -> bool {
    let words = head.rsplit(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.take(WORDS_BETWEEN).any(is_about)
}

/// Whether a line has a word about scopes.
fn speaks_of_scopes(line: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric()).any(is_about)
}

fn is_about(word: &str) -> bool {
    ["scope", "scopes", "permission", "permissions"].iter().any(|about| about.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name of the key of `X.` in a text, whether it names scopes, and whether words do.
    fn key(text: &str) -> (&str, bool, bool) {
        let key = Keys::default().of(text, text.find("X.").unwrap());
        (key.name.map_or("", |name| &text[name]), key.of_scopes, key.words)
    }

    #[test]
    fn a_list_has_the_key_that_it_begins_with() {
        for (text, name) in [
            ("scope=X.", "scope"),
            ("  \"oauthScopes\": [\"a.b\", \"X.", "oauthScopes"),
            ("SCOPE=\"a.b.c,d.e.f,X.", "SCOPE"),
            ("scopes:\n  - a.b.c\n  # d\n  - X.", "scopes"),
            ("SCOPES = [\n  'a.b.c', # why\n\n  'X.", "SCOPES"),
            ("scopes:\n- X.", "scopes"),
            ("scope = f'X.", "scope"),
            ("set(scope=rb\"X.", "scope"),
            ("scope: >-\n  a.b,\n  X.", "scope"),
            ("$scope = <<<SCOPE\na.b,\nX.", "scope"),
            ("zoho.scopes=a.b,\\\n  X.", "scopes"),
            ("->setScope('X.", "setScope"),
            ("{\"key\": \"scope\", \"value\": \"X.", "value"),
            ("<add key=\"ZohoScopes\" value=\"X.", "value"),
            ("- name: ZOHO_SCOPES\n  value: \"X.", "value"),
            ("<key>Scopes</key>\n<array>\n<string>a.b.c</string>\n<string>X.", "string"),
        ] {
            let (found, of_scopes, _) = key(text);
            assert!(found == name && of_scopes, "{text}: {found}");
        }
        for text in ["names: [X.", "x = 1\nX.", "scopes:\n  a: 1\n  b: X.", "scope = 1\nfoo()\nX.", "of scope X."] {
            assert!(!key(text).1, "{text}");
        }
    }

    #[test]
    fn words_and_headings_speak_of_lists() {
        for text in [
            "## Scopes\n\n- a.b.c\n- X.",
            "the scopes are X.",
            "We used these scopes:\n- X.",
            "| Scope | x |\n|---|---|\n| a.b | c |\n| X.",
        ] {
            assert!(key(text).2, "{text}");
        }
        for text in ["## Hosts\n- X.", "scope\n\nnothing of that\n- X."] {
            assert!(!key(text).2, "{text}");
        }
    }

    #[test]
    fn long_lists_are_looked_at_once() {
        let text = format!("scopes:\n{}", "  - X.b.c\n".repeat(100_000));
        let mut keys = Keys::default();
        assert!(text.match_indices("X.").all(|(at, _)| keys.of(&text, at).of_scopes));
    }
}
