//! Where a scope stands: asked for, or only spoken of.
//!
//! In doubt it is asked for. What certainly is not: comments, prose, tables of documentation; comparisons and the labels
//! of cases; keys of maps, but for those that list scopes; tables of aliases and of alternatives; statements that migrate;
//! recorded answers.

use std::ops::Range;

use memchr::{memchr, memmem, memrchr};

use super::enclosing::{self, Opener};
use super::key::Key;
use super::syntax::{Comments, Family, Syntax};
use crate::input::{ListKind, names_scopes, recognise};

/// How far a line is looked at on both sides of a scope, in bytes: lines may be as long as a file.
const SIDE: usize = 400;

/// From how many words beside the scopes a text is prose.
const PROSE: usize = 3;

/// What stands in comments and in fences of a text, found once.
pub(super) struct Layout<'t> {
    text: &'t str,
    syntax: Syntax,
    /// Comments that may reach over several lines.
    blocks: Vec<Range<usize>>,
    /// Fenced blocks of Markdown.
    fences: Vec<Range<usize>>,
}

/// What a scope is where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stand {
    pub(super) kind: ListKind,
    /// Whether the text there may be changed.
    pub(super) fixable: bool,
    /// The line of the comment in which it stands, by its beginning: scopes on different layers are of no one list.
    pub(super) layer: Option<usize>,
    /// The items stand in a list of words of the language, which says nothing about separators.
    pub(super) in_words: bool,
}

impl<'t> Layout<'t> {
    pub(super) fn new(text: &'t str, syntax: Syntax) -> Self {
        let mut layout = Self { text, syntax, blocks: Vec::new(), fences: Vec::new() };
        for (mark, open, close) in [
            (Comments::BLOCK, "/*", "*/"),
            (Comments::ANGLE, "<!--", "-->"),
            (Comments::POWERSHELL, "<#", "#>"),
            (Comments::HASKELL, "{-", "-}"),
        ] {
            if syntax.comments.has(mark) {
                layout.find_blocks(open, close);
            }
        }
        if syntax.comments.has(Comments::TRIPLE) {
            layout.find_docstrings();
        }
        layout.blocks.sort_unstable_by_key(|range| range.start);
        if syntax.family == Family::Prose {
            layout.find_fences();
        }
        layout
    }

    /// What the scope is that stands at a place, under a key.
    pub(super) fn stand(&self, span: &Range<usize>, key: &Key) -> Stand {
        let line = self.line(span);
        let openers = enclosing::openers(self.text, span.start);
        let in_words = is_word_list(self.text, span, &openers);
        if let Some(layer) = self.comment(span, &line) {
            return Stand { kind: ListKind::Mention, fixable: false, layer: Some(layer), in_words };
        }
        let asked = !self.is_mention(span, &line, key, &openers);
        let kind = if asked { ListKind::Request } else { ListKind::Mention };
        let data = matches!(self.syntax.family, Family::Table | Family::Notebook | Family::Sql);
        let fixable = asked && !data && !self.syntax.of_tests;
        Stand { kind, fixable, layer: None, in_words }
    }

    fn is_mention(&self, span: &Range<usize>, line: &Line<'_>, key: &Key, openers: &[Opener]) -> bool {
        if in_url(line.head) {
            return false;
        }
        match self.syntax.family {
            Family::Prose if !self.in_fence(span) => return !key.of_scopes || line.head.trim_start().starts_with('|'),
            Family::Html if line.literal.is_none() => return true,
            Family::Table => return self.is_record_of_grants(),
            _ => {}
        }
        let name = key.name.as_ref().and_then(|name| self.text.get(name.clone())).unwrap_or("");
        match self.is_key(span, line, openers) {
            MapKey::OfScopes => return false,
            MapKey::Other => return true,
            MapKey::No => {}
        }
        is_compared(line)
            || is_escaped_pattern(self.text, span, line)
            || names_no_request(name)
            || openers.iter().any(|opener| {
                let name = opener.name(self.text);
                let holds = opener.byte == b'[' || opener.byte == b'{' && opener.is_assigned(self.text);
                is_check(opener, name) || holds && names_no_request(name)
            })
            || is_value_of_scope(line)
            || self.is_prose(span, line)
            || self.is_recorded(span, openers)
            || self.syntax.family == Family::Sql && is_condition(self.text, span.start)
    }

    /// The line around a scope, as far as it counts, and the string literal in it.
    fn line(&self, span: &Range<usize>) -> Line<'t> {
        let bytes = self.text.as_bytes();
        let reach = self.text.floor_char_boundary(span.start.saturating_sub(SIDE));
        let found = bytes.get(reach..span.start).and_then(|head| memrchr(b'\n', head));
        let start = found.map_or(reach, |at| reach + at + 1);
        let reach = self.text.ceil_char_boundary((span.end + SIDE).min(bytes.len()));
        let end = bytes.get(span.end..reach).and_then(|tail| memchr(b'\n', tail)).map_or(reach, |at| span.end + at);
        let head = self.text.get(start..span.start).unwrap_or("");
        let tail = self.text.get(span.end..end).unwrap_or("").trim_end_matches('\r');
        let whole = found.is_some() || start == 0;
        Line { start, whole, head, tail, literal: Literal::around(head, tail) }
    }

    /// Where the line begins of the comment in which a scope stands.
    fn comment(&self, span: &Range<usize>, line: &Line<'_>) -> Option<usize> {
        let next = self.blocks.partition_point(|block| block.end <= span.start);
        if self.blocks.get(next).is_some_and(|block| block.start <= span.start) {
            return Some(line.start);
        }
        let fenced = self.syntax.family == Family::Prose && self.in_fence(span);
        let comments = if fenced { Comments::default() } else { self.syntax.comments };
        if self.syntax.family == Family::Prose && !fenced {
            return None;
        }
        let family = self.syntax.family;
        (line.whole && opens_comment(line.head, line.tail, comments, family)).then_some(line.start)
    }

    fn find_blocks(&mut self, open: &str, close: &str) {
        let bytes = self.text.as_bytes();
        let mut from = 0;
        while let Some(at) = bytes.get(from..).and_then(|rest| memmem::find(rest, open.as_bytes())).map(|at| from + at)
        {
            from = at + open.len();
            // A pattern of paths (`src/*`, `**/*.js`), or a text in quotes.
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            if before
                .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'"' | b'\'' | b'`' | b'*' | b'/'))
            {
                continue;
            }
            let Some(end) = memmem::find(bytes.get(from..).unwrap_or(&[]), close.as_bytes()) else { return };
            let end = from + end + close.len();
            self.blocks.push(at..end);
            from = end;
        }
    }

    fn find_docstrings(&mut self) {
        let bytes = self.text.as_bytes();
        let mut from = 0;
        let next = |from: usize| {
            let rest = bytes.get(from..)?;
            let (a, b) = (memmem::find(rest, b"\"\"\""), memmem::find(rest, b"'''"));
            match (a, b) {
                (Some(a), Some(b)) => Some(from + a.min(b)),
                (one, None) | (None, one) => one.map(|at| from + at),
            }
        };
        while let Some(at) = next(from) {
            let quotes = bytes.get(at..at + 3).unwrap_or(&[]);
            let Some(end) = memmem::find(bytes.get(at + 3..).unwrap_or(&[]), quotes) else { return };
            let end = at + 3 + end + 3;
            let line = bytes.get(..at).and_then(|head| memrchr(b'\n', head)).map_or(0, |line| line + 1);
            let before = self.text.get(line..at).unwrap_or("").trim_start();
            if matches!(before, "" | "r" | "u" | "R" | "U") {
                // What goes on a call's or a list's line before is a value.
                let above = self.text.get(..line).unwrap_or("").trim_end();
                if !above.ends_with(['(', '[', '{', ',', '=', '+', '\\']) {
                    self.blocks.push(at..end);
                }
            }
            from = end;
        }
    }

    fn find_fences(&mut self) {
        let mut open = None;
        let mut at = 0;
        for line in self.text.split_inclusive('\n') {
            let mark = line.trim_start_matches([' ', '\t', '>']);
            if mark.starts_with("```") || mark.starts_with("~~~") {
                match open.take() {
                    Some(start) => self.fences.push(start..at),
                    None => open = Some(at + line.len()),
                }
            }
            at += line.len();
        }
        if let Some(start) = open {
            self.fences.push(start..at);
        }
    }

    fn in_fence(&self, span: &Range<usize>) -> bool {
        let next = self.fences.partition_point(|fence| fence.end <= span.start);
        self.fences.get(next).is_some_and(|fence| fence.start <= span.start)
    }

    /// Whether a table holds what tokens have, and not what is asked for.
    fn is_record_of_grants(&self) -> bool {
        let head = self.text.lines().next().unwrap_or("").to_ascii_lowercase();
        let words: Vec<&str> = head.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        !words.iter().any(|word| matches!(*word, "scope" | "scopes"))
            || words.iter().any(|word| {
                matches!(*word, "granted" | "token" | "old" | "new" | "issued" | "expires" | "expiry" | "refresh")
            })
    }

    /// Whether a scope is the key of a map: of one that lists scopes with their descriptions, or of another.
    fn is_key(&self, span: &Range<usize>, line: &Line<'_>, openers: &[Opener]) -> MapKey {
        let (before, whole_after) = line.outside();
        let after = whole_after.trim_start_matches([']', ' ', '\t']);
        let colon = after.starts_with(':') && !after.starts_with("::") && !after.starts_with(":=");
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
        if of_toml && self.syntax.family == Family::Data {
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
                if opener.is_assigned(self.text) {
                    opener.name(self.text)
                } else {
                    ""
                }
            }
            Some(_) => return if arrow { MapKey::Other } else { MapKey::No },
            None if matches!(self.syntax.family, Family::Code | Family::Sql) => "",
            None => self.parent_key(span, line),
        };
        if names_scopes(parent) { MapKey::OfScopes } else { MapKey::Other }
    }

    /// The key of the mapping in which a line stands that is indented.
    fn parent_key(&self, span: &Range<usize>, line: &Line<'_>) -> &'t str {
        let indent = line.head.len() - line.head.trim_start().len();
        let reach = self.text.floor_char_boundary(span.start.saturating_sub(900));
        let above = self.text.get(reach..line.start).unwrap_or("");
        let parent = above.lines().rev().find(|above| {
            let trimmed = above.trim_start();
            !trimmed.is_empty() && !trimmed.starts_with('#') && above.len() - trimmed.len() < indent
        });
        parent.map_or("", |parent| {
            parent.trim().trim_start_matches("- ").split(':').next().unwrap_or("").trim_matches(['"', '\''])
        })
    }

    /// Whether a scope stands among words of a sentence.
    fn is_prose(&self, span: &Range<usize>, line: &Line<'_>) -> bool {
        match &line.literal {
            Some(literal) => words_beside(literal.text) >= PROSE,
            None => match self.syntax.family {
                Family::Code | Family::Sql => {
                    let command = line.head.trim_start();
                    ["echo ", "printf ", "Write-Host ", "say "].iter().any(|word| command.starts_with(word))
                        && words_beside(command) > PROSE
                }
                Family::Data | Family::Xml => {
                    let value = line.head.rsplit(['=', '>']).next().unwrap_or(line.head);
                    let value = value.split_once(": ").map_or(value, |(_, value)| value);
                    words_beside(value) + words_beside(line.tail) >= PROSE
                }
                _ => {
                    let option = line.head.trim_end().ends_with("scope") && line.head.contains("--");
                    let key = line.head.contains(['=', ':']) && words_beside(line.tail) < PROSE;
                    let _ = span;
                    !option && !key && words_beside(line.head) + words_beside(line.tail) >= PROSE
                }
            },
        }
    }

    /// Whether a scope stands in the answer of a token endpoint that somebody kept.
    fn is_recorded(&self, span: &Range<usize>, openers: &[Opener]) -> bool {
        let from = match openers.iter().find(|opener| opener.byte == b'{') {
            Some(opener) => opener.at,
            None if self.syntax.family == Family::Sql => self.text.floor_char_boundary(span.start.saturating_sub(SIDE)),
            None => return false,
        };
        let to = self.text.ceil_char_boundary((span.end + SIDE).min(self.text.len()));
        let object = self.text.get(from..to).unwrap_or("");
        // No further than the object or the statement reaches.
        let end = if self.syntax.family == Family::Sql { ';' } else { '}' };
        let inside = span.end - from;
        let close = object.get(inside..).and_then(|rest| rest.find(end)).map_or(object.len(), |at| inside + at);
        let object = object.get(..close).unwrap_or("");
        let object = if end == ';' { object.rsplit(';').next().unwrap_or("") } else { object };
        let Some(at) = object.find("access_token") else { return false };
        let value = object.get(at + "access_token".len()..).unwrap_or("");
        let quoted = value.trim_start_matches('\\').starts_with(['"', '\'']);
        let token = object.contains("1000.") || object.contains("expires_in") || object.contains("token_type");
        (quoted || self.syntax.family == Family::Sql) && token && !object.contains("grant_type")
    }
}

/// What a scope is in a map.
enum MapKey {
    /// A key of a map that lists scopes with their descriptions.
    OfScopes,
    /// A key of another map.
    Other,
    No,
}

/// A line around a scope.
struct Line<'t> {
    start: usize,
    /// Its beginning is the line's.
    whole: bool,
    head: &'t str,
    tail: &'t str,
    literal: Option<Literal<'t>>,
}

impl<'t> Line<'t> {
    /// What stands before and after the literal, or the scope.
    fn outside(&self) -> (&'t str, &'t str) {
        match &self.literal {
            Some(literal) => {
                (self.head.get(..literal.opens).unwrap_or(""), self.tail.get(literal.closes..).unwrap_or(""))
            }
            None => (self.head, self.tail),
        }
    }
}

/// The string literal around a scope on its line.
struct Literal<'t> {
    /// The part of it that stands around the scope, without the scope.
    text: (&'t str, &'t str),
    /// Where it opens in the head.
    opens: usize,
    /// Where it has closed in the tail.
    closes: usize,
}

impl<'t> Literal<'t> {
    fn around(head: &'t str, tail: &'t str) -> Option<Self> {
        let is_quote = |c: char| matches!(c, '"' | '\'' | '`');
        // The quote that opens is the first, looking back, that also closes and is not closed between.
        let mut best: Option<Self> = None;
        for quote in ['"', '\'', '`'] {
            let Some(close) = find_unescaped(tail, quote) else { continue };
            let opened = head.char_indices().filter(|(_, c)| *c == quote).map(|(at, _)| at).collect::<Vec<_>>();
            // An even number before means that the last has closed, but where an apostrophe came before.
            let Some(&open) = opened.last() else { continue };
            let inner = head.get(open + 1..).unwrap_or("");
            if opened.len().is_multiple_of(2) && !inner.is_empty() {
                continue;
            }
            let literal = Self {
                text: (inner, tail.get(..close).unwrap_or("")),
                opens: if head.get(..open).is_some_and(|head| head.ends_with('\\')) { open - 1 } else { open },
                closes: close + 1,
            };
            if best.as_ref().is_none_or(|best| literal.opens > best.opens) {
                best = Some(literal);
            }
        }
        best.filter(|literal| !literal.text.0.contains(is_quote) || literal.text.0.len() < SIDE)
    }
}

fn find_unescaped(text: &str, quote: char) -> Option<usize> {
    text.find(quote)
}

/// How many words stand beside scopes in the parts of a text.
fn words_beside<'a>(parts: impl IntoParts<'a>) -> usize {
    parts.parts().into_iter().flat_map(str::split_whitespace).filter(|word| is_word_of_prose(word)).count()
}

trait IntoParts<'a> {
    fn parts(self) -> [&'a str; 2];
}

impl<'a> IntoParts<'a> for &'a str {
    fn parts(self) -> [&'a str; 2] {
        [self, ""]
    }
}

impl<'a> IntoParts<'a> for (&'a str, &'a str) {
    fn parts(self) -> [&'a str; 2] {
        [self.0, self.1]
    }
}

fn is_word_of_prose(word: &str) -> bool {
    // A tag is none.
    if word.starts_with('<') || word.ends_with('>') {
        return false;
    }
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.chars().count() >= 2
        && word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-'))
        && !recognise::is_oidc_word(word)
        && !["scope", "scopes"].iter().any(|scope| word.eq_ignore_ascii_case(scope))
}

/// Whether a text ends in the middle of a URL's query or of a command's parameter that asks for scopes.
fn in_url(head: &str) -> bool {
    let last =
        head.rsplit(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '(' | '<')).next().unwrap_or("");
    let lower = last.to_ascii_lowercase();
    let has = |mark: &str| lower.contains(mark);
    has("scope=") && (has("?") || has("&") || has("://") || has("%3f") || has("%26")) || has("scope%3d")
}

/// Whether a scope is compared with something, or is the label of a case.
fn is_compared(line: &Line<'_>) -> bool {
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
fn is_escaped_pattern(text: &str, span: &Range<usize>, line: &Line<'_>) -> bool {
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
fn is_check(opener: &Opener, name: &str) -> bool {
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
    CHECKS.contains(&lower.as_str()) || lower.starts_with("assert") || lower.starts_with("toequal")
}

/// Whether a name says that its scopes are not asked for: alternatives, aliases, labels, what is held or was once.
fn names_no_request(name: &str) -> bool {
    const WORDS: [&str; 34] = [
        "alias",
        "aliases",
        "alternative",
        "alternatives",
        "any",
        "anyof",
        "deprecated",
        "description",
        "descriptions",
        "either",
        "equivalent",
        "equivalents",
        "expected",
        "forbidden",
        "former",
        "granted",
        "held",
        "implied",
        "implies",
        "label",
        "labels",
        "legacy",
        "missing",
        "obsolete",
        "old",
        "oneof",
        "previous",
        "renamed",
        "replaced",
        "revoked",
        "denied",
        "disallowed",
        "blocked",
        "retired",
    ];
    let lower = name.to_ascii_lowercase();
    if matches!(lower.as_str(), "any_of" | "one_of" | "anyof" | "oneof") {
        return true;
    }
    words_of(name).iter().any(|word| WORDS.contains(&word.as_str()) && (word != "any" || lower.contains("of")))
}

/// The words of a name: `grantedScopes`, `OLD_SCOPES`.
fn words_of(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = '_';
    for c in name.chars() {
        let starts =
            c.is_alphanumeric() && (!previous.is_alphanumeric() || c.is_uppercase() && previous.is_lowercase());
        if starts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        previous = c;
    }
    words
}

/// Whether a scope is the value of a key that is a scope itself: an alias.
fn is_value_of_scope(line: &Line<'_>) -> bool {
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

/// Whether a scope of a statement in SQL is looked for or replaced, not written.
fn is_condition(text: &str, at: usize) -> bool {
    let reach = text.floor_char_boundary(at.saturating_sub(SIDE));
    let head = text.get(reach..at).unwrap_or("");
    let statement = head.rsplit(';').next().unwrap_or("").to_ascii_uppercase();
    let last = |words: &[&str]| words.iter().filter_map(|word| statement.rfind(word)).max();
    let looked_for = last(&["WHERE ", " LIKE ", "HAVING ", " WHEN ", "REPLACE(", "CHECK (", "CHECK("]);
    let written = last(&["VALUES", " SET ", "SELECT ", "DEFAULT "]);
    looked_for.is_some_and(|looked_for| written.is_none_or(|written| looked_for > written))
}

/// Whether a scope stands in a list of words of the language: `%w[…]`, `qw(…)`, `~w(…)`, `"…".split`.
fn is_word_list(text: &str, span: &Range<usize>, openers: &[Opener]) -> bool {
    let of_words = openers.first().is_some_and(|opener| {
        let head = text.get(..opener.at).unwrap_or("");
        ["%w", "%W", "%i", "%I", "qw", "~w", "~W", "qw ", "@"].iter().any(|mark| head.ends_with(mark))
            || opener.byte == b'(' && head.ends_with('=')
    });
    let reach = text.ceil_char_boundary((span.end + SIDE).min(text.len()));
    let rest = text.get(span.end..reach).unwrap_or("");
    let after = rest.find(['"', '\'', '`']).and_then(|close| rest.get(close..)).unwrap_or("");
    let after = after.trim_start_matches(['"', '\'', '`', ')']);
    let split = [".split", ".words", "->split"].iter().any(|call| after.starts_with(call));
    let reach = text.floor_char_boundary(span.start.saturating_sub(SIDE));
    let head = text.get(reach..span.start).unwrap_or("");
    let call = head.rfind('(').map_or("", |at| head.get(..at).unwrap_or(""));
    let exploded = ["explode", "split", "strings.Fields", "Fields", "shlex.split", "wordlist"]
        .iter()
        .any(|name| call.ends_with(name));
    of_words || split || exploded
}

/// Whether a comment opens in a line before a scope.
fn opens_comment(head: &str, tail: &str, comments: Comments, family: Family) -> bool {
    let bytes = head.as_bytes();
    let lead = head.len() - head.trim_start().len();
    let start = head.get(lead..).unwrap_or("");
    let begins = |mark: &str| start.starts_with(mark);
    let unknown = family == Family::Unknown;
    if comments.has(Comments::REMARK) {
        let plain = start.trim_start_matches('@').to_ascii_lowercase();
        return plain.starts_with("rem ") || plain.starts_with("::");
    }
    if (comments.has(Comments::SEMICOLON) || unknown) && begins(";")
        || comments.has(Comments::PERCENT) && begins("%")
        || (comments.has(Comments::DASHES) || unknown) && begins("-- ")
        || comments.has(Comments::SLASHES) && (begins("* ") && comments.has(Comments::BLOCK) && family == Family::Code)
    {
        return true;
    }
    let mut quote: Option<u8> = None;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or(&[]);
        let apart = at == 0
            || bytes.get(at - 1).is_some_and(|before| before.is_ascii_whitespace() || b";,{}()[]".contains(before));
        match quote {
            Some(_) if byte == b'\\' => at += 1,
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None => match byte {
                b'\'' if comments.has(Comments::QUOTE) => return true,
                b'"' | b'\'' | b'`' => {
                    // A quote that is never closed on its line is an apostrophe.
                    let closes =
                        memchr(byte, rest.get(1..).unwrap_or(&[])).is_some() || tail.as_bytes().contains(&byte);
                    if closes {
                        quote = Some(byte);
                    }
                }
                b'#' if comments.has(Comments::HASH) && apart => return true,
                b'/' if comments.has(Comments::SLASHES) && rest.starts_with(b"//") && apart => return true,
                b'-' if comments.has(Comments::DASHES) && rest.starts_with(b"--") && apart => return true,
                b';' if comments.has(Comments::SEMICOLON) && apart => return true,
                _ => {}
            },
        }
        at += 1;
    }
    false
}
