//! Where a scope stands: asked for, or only spoken of.
//!
//! In doubt it is asked for. What certainly is not: comments, prose, tables of documentation; comparisons and the labels
//! of cases; keys of maps, but for those that list scopes; tables of aliases and of alternatives; statements that migrate;
//! recorded answers.

mod comment;
mod compared;
mod line;
mod maps;
mod names;
mod recorded;

use std::ops::Range;

use super::enclosing::{self, Opener};
use super::key::Key;
use super::syntax::{Comments, Family, Syntax};
use crate::input::ListKind;
use comment::{Remarks, opens_on};
use compared::{is_among, is_check, is_compared, is_condition, is_escaped_pattern, is_message, is_predicate};
use line::{Line, SIDE, words_beside};
use maps::{MapKey, is_key, is_under_scope, is_value_of_scope};
use names::names_no_request;
pub(super) use names::words_of;
use recorded::{is_record_of_grants, is_recorded};

/// From how many words beside the scopes a text is prose.
const PROSE: usize = 3;

/// What stands in comments and in fences of a text, found once.
pub(super) struct Layout<'t> {
    text: &'t str,
    syntax: Syntax,
    remarks: Remarks<'t>,
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
        let mut layout = Self { text, syntax, remarks: Remarks::of(text, syntax), fences: Vec::new() };
        if syntax.family == Family::Prose {
            layout.find_fences();
        }
        layout
    }

    /// What the scope is that stands at a place, under a key.
    pub(super) fn stand(&self, span: &Range<usize>, key: &Key) -> Stand {
        let line = Line::around(self.text, span);
        let openers = enclosing::openers(self.text, span.start);
        let in_words = is_word_list(self.text, span, &openers);
        if let Some(layer) = self.comment(span, &line) {
            return Stand { kind: ListKind::Mention, fixable: false, layer: Some(layer), in_words };
        }
        let asked = !self.is_mention(span, &line, key, &openers);
        let kind = if asked { ListKind::Request } else { ListKind::Mention };
        let data = matches!(self.syntax.family, Family::Table | Family::Notebook | Family::Sql) || self.is_cell(key);
        let fixable = asked && !data && !self.syntax.of_tests;
        Stand { kind, fixable, layer: None, in_words }
    }

    /// Whether a scope is what a record of a file of data is known by, as in a catalog of scopes.
    fn is_cell(&self, key: &Key) -> bool {
        let name = key.name.as_ref().and_then(|name| self.text.get(name.clone())).unwrap_or("");
        let knows = ["name", "id", "key", "code", "slug"].iter().any(|word| word.eq_ignore_ascii_case(name));
        self.syntax.family == Family::Data && knows && !key.of_scopes
    }

    fn is_mention(&self, span: &Range<usize>, line: &Line<'_>, key: &Key, openers: &[Opener]) -> bool {
        if in_url(line.head) {
            return false;
        }
        match self.syntax.family {
            Family::Prose if !self.in_fence(span) => {
                return !key.of_scopes || line.head.trim_start().starts_with('|') || is_described(line);
            }
            Family::Html if line.literal.is_none() => return true,
            Family::Table => return is_record_of_grants(self.text),
            _ => {}
        }
        let name = key.name.as_ref().and_then(|name| self.text.get(name.clone())).unwrap_or("");
        match is_key(self.text, self.syntax.family, span, line, openers) {
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
                is_check(opener, name)
                    || holds && names_no_request(name)
                    || is_under_scope(self.text, opener)
                    || is_predicate(self.text, opener)
                    || is_among(self.text, opener)
            })
            || is_message(self.text, line, openers)
            || is_value_of_scope(line)
            || self.is_prose(line)
            || is_recorded(self.text, self.syntax.family, span, openers)
            || self.syntax.family == Family::Sql && is_condition(self.text, span.start)
    }

    /// Where the line begins of the comment in which a scope stands.
    fn comment(&self, span: &Range<usize>, line: &Line<'_>) -> Option<usize> {
        let in_prose = self.syntax.family == Family::Prose;
        let fenced = in_prose && self.in_fence(span);
        let comments = if fenced { Comments::default() } else { self.syntax.comments };
        let opens = || (fenced || !in_prose) && opens_on(line, comments, self.syntax.family);
        (self.remarks.hold(span.start) || opens()).then_some(line.start)
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

    /// Whether a scope stands among words of a sentence.
    fn is_prose(&self, line: &Line<'_>) -> bool {
        match &line.literal {
            Some(literal) => words_beside(literal.text.0) + words_beside(literal.text.1) >= PROSE,
            None => match self.syntax.family {
                Family::Code | Family::Sql => {
                    let command = line.head.trim_start();
                    let said = ["echo ", "printf ", "Write-Host ", "say "].iter().any(|word| command.starts_with(word));
                    // The text of a page in a template.
                    let marked = line.head.ends_with('>') && line.tail.starts_with("</");
                    said && words_beside(command) > PROSE
                        || marked && words_beside(command) + words_beside(line.tail) >= PROSE
                }
                Family::Data | Family::Xml => {
                    let value = line.head.rsplit(['=', '>']).next().unwrap_or(line.head);
                    let value = value.split_once(": ").map_or(value, |(_, value)| value);
                    words_beside(value) + words_beside(line.tail) >= PROSE
                }
                _ => {
                    let option = line.head.trim_end().ends_with("scope") && line.head.contains("--");
                    let key = line.head.contains(['=', ':']) && words_beside(line.tail) < PROSE;
                    !option && !key && words_beside(line.head) + words_beside(line.tail) >= PROSE
                }
            },
        }
    }
}

/// Whether a scope is an entry of a list that says what each is for: `- **ZohoBooks.invoices.READ**: reads invoices`.
fn is_described(line: &Line<'_>) -> bool {
    let is_mark = |c: char| matches!(c, '*' | '`' | '_' | '"');
    let head = line.head.trim().trim_end_matches(is_mark).trim_end();
    let tail = line.tail.trim_start_matches(is_mark).trim_start();
    let said = [":", "–", "—", "- "].iter().find_map(|sign| tail.strip_prefix(sign));
    matches!(head, "-" | "*" | "+" | "•") && said.is_some_and(|said| words_beside(said) > 0)
}

/// Whether a text ends in the middle of a URL's query or of a command's parameter that asks for scopes.
fn in_url(head: &str) -> bool {
    let last =
        head.rsplit(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '(' | '<')).next().unwrap_or("");
    let lower = last.to_ascii_lowercase();
    let has = |mark: &str| lower.contains(mark);
    has("scope=") && (has("?") || has("&") || has("://") || has("%3f") || has("%26")) || has("scope%3d")
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
