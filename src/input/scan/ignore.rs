//! Comments that accept findings: `zscope: ignore[RULE, …] reason`, on the line of a finding or above it.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memmem, memrchr};

use crate::text::{Place, SourceId, Span};

/// The mark with which such a comment begins.
pub(super) const MARK: &[u8] = b"zscope:";

/// How much of a comment is read, in bytes: a line may be as long as a file.
const LONGEST: usize = 4000;

/// What can open a comment, the longer before what it ends with.
const OPENERS: [&str; 16] =
    ["<!--", "//", "/*", "--", "{#", "{-", "(*", "<%#", "{{!", "::", "..", "#", ";", "*", "%", "'"];

/// What can close a comment on its line.
const CLOSERS: [&str; 8] = ["*/", "-->", "#}", "-}", "#>", "*)", "%>", "}}"];

/// A comment that accepts findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    /// Where it stands, from its mark to its end.
    pub place: Place,
    /// The line whose findings it accepts, from 1: its own, or the next one when it has a line for itself.
    pub line: usize,
    /// The rules that it names, by name or code; empty when it names none.
    pub rules: Vec<IgnoredRule>,
    /// Why; empty when it does not say.
    pub reason: String,
}

/// A rule that such a comment names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoredRule {
    /// The name or code as written.
    pub name: String,
    /// Where it stands.
    pub place: Place,
}

impl Ignore {
    /// The comment as one of another source.
    #[must_use]
    pub fn moved_to(mut self, source: SourceId) -> Self {
        self.each_place(|place| place.source = source);
        self
    }

    /// Changes the place of the comment and those of its rules.
    pub(super) fn each_place(&mut self, mut change: impl FnMut(&mut Place)) {
        change(&mut self.place);
        self.rules.iter_mut().for_each(|rule| change(&mut rule.place));
    }
}

/// A comment as it stands in one text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Comment {
    pub(super) span: Range<usize>,
    /// Where the line begins that it is about.
    pub(super) about: usize,
    pub(super) rules: Vec<Range<usize>>,
    pub(super) reason: Range<usize>,
}

impl Comment {
    /// The comment with places moved and its line known.
    fn finished(&self, id: SourceId, text: &str, line: usize, moved: impl Fn(Span) -> Span) -> Ignore {
        let place = |range: &Range<usize>| Place::new(id, moved(Span::new(range.start, range.end)));
        let words = |range: &Range<usize>| text.get(range.clone()).unwrap_or("").to_owned();
        let rules = self.rules.iter().map(|rule| IgnoredRule { name: words(rule), place: place(rule) });
        Ignore { place: place(&self.span), line, rules: rules.collect(), reason: words(&self.reason) }
    }
}

/// Every such comment of a text, in order. Takes time in proportion to the text, whatever it holds.
pub(super) fn comments(text: &str) -> Vec<Comment> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut line = Line { start: 0, indent: 0, end: 0 };
    // Where the lines begin and end that comments before were found to be followed by, and are about nothing.
    let mut passed = 0..0;
    for at in memmem::find_iter(bytes, MARK) {
        if at >= line.end {
            line = Line::around(text, at);
        }
        let Some(opener) = text.get(line.start..at).and_then(opener) else { continue };
        let Some(mut comment) = read(text, at..text.floor_char_boundary(line.end.min(at + LONGEST))) else { continue };
        comment.about = if line.start + opener > line.indent {
            line.start
        } else if passed.contains(&line.end) {
            passed.end
        } else {
            passed = line.end..next_line(text, line.end);
            passed.end
        };
        found.push(comment);
    }
    found
}

/// A line of a text: where it begins, where something stands on it, and where it ends.
struct Line {
    start: usize,
    indent: usize,
    end: usize,
}

impl Line {
    fn around(text: &str, at: usize) -> Self {
        let bytes = text.as_bytes();
        let start = bytes.get(..at).and_then(|head| memrchr(b'\n', head)).map_or(0, |line| line + 1);
        let end = line_end(bytes, at);
        let blank = text.get(start..end).map_or(0, |line| line.len() - line.trim_start().len());
        Self { start, indent: start + blank, end }
    }
}

/// Comments of a text with their places moved and their lines known.
pub(super) fn finished(
    comments: &[Comment],
    id: SourceId,
    text: &str,
    moved: impl Fn(Span) -> Span + Copy,
) -> Vec<Ignore> {
    let breaks = |range: Range<usize>| memchr_iter(b'\n', text.as_bytes().get(range).unwrap_or(&[])).count();
    // Counted on from one to the next, which is seldom about a line before.
    let (mut at, mut line) = (0, 1);
    let of = |comment: &Comment| {
        line = line + breaks(at..comment.about) - breaks(comment.about..at);
        at = comment.about;
        comment.finished(id, text, line, moved)
    };
    comments.iter().map(of).collect()
}

/// Where the comment opens whose first word follows this text; `None` when none does.
fn opener(before: &str) -> Option<usize> {
    let before = before.trim_end();
    // A batch file's remark is a command.
    if before.trim_start().trim_start_matches('@').eq_ignore_ascii_case("rem") {
        return Some(0);
    }
    let opener = OPENERS.iter().find(|opener| before.ends_with(**opener))?;
    Some(before.trim_end_matches(*opener).trim_end_matches(['/', '*', '#', '!', '<', '-']).len())
}

/// Reads what follows the mark on its line.
fn read(text: &str, range: Range<usize>) -> Option<Comment> {
    let mut body = text.get(range.clone())?.trim_end();
    if let Some(closer) = CLOSERS.iter().filter_map(|closer| body.find(closer)).min() {
        body = body.get(..closer)?.trim_end();
    }
    let blanks = |at: usize| body.get(at..).map_or(0, |rest| rest.len() - rest.trim_start().len());
    let word = MARK.len() + blanks(MARK.len());
    let after = word + body.get(word..)?.strip_prefix("ignore").map(|_| "ignore".len())?;
    let follows = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    if body.get(after..)?.starts_with(follows) {
        return None;
    }
    let at = after + blanks(after);
    let (list, reason) = match body.get(at..)?.strip_prefix('[') {
        Some(list) => {
            let close = list.find(']').unwrap_or(list.len());
            (at + 1..at + 1 + close, (at + 2 + close).min(body.len()))
        }
        None => (at..at, after),
    };
    let trimmed = |part: Range<usize>| {
        let words = body.get(part.clone()).unwrap_or("");
        let start = range.start + part.start + words.len() - words.trim_start().len();
        start..start + words.trim().len()
    };
    let mut rules = Vec::new();
    let mut start = list.start;
    for rule in body.get(list)?.split(',') {
        rules.push(trimmed(start..start + rule.len()));
        start += rule.len() + 1;
    }
    rules.retain(|rule| !rule.is_empty());
    let dashes = body.get(reason..)?.trim_start_matches([' ', '\t', ':', '-', '—']);
    let reason = trimmed(body.len() - dashes.len()..body.len());
    Some(Comment { span: range.start..range.start + body.len(), about: range.start, rules, reason })
}

/// Where the first line after a place begins that is neither blank nor such a comment nor the end of one; the end of the
/// text when there is none.
fn next_line(text: &str, end: usize) -> usize {
    let bytes = text.as_bytes();
    let mut start = (end + 1).min(bytes.len());
    while start < bytes.len() {
        let line = start..line_end(bytes, start);
        let words = text.get(line.clone()).unwrap_or("");
        let comment = memmem::find(words.as_bytes(), MARK).is_some_and(|at| {
            words
                .get(..at)
                .and_then(opener)
                .is_some_and(|opener| words.get(..opener).is_some_and(|b| b.trim().is_empty()))
        });
        if !words.trim().is_empty() && !comment && !CLOSERS.contains(&words.trim()) {
            return start;
        }
        start = line.end + 1;
    }
    bytes.len()
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes.get(from..).and_then(|rest| memchr(b'\n', rest)).map_or(bytes.len(), |at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rules, reason, and the text of the line that each comment is about.
    fn read_all(text: &str) -> Vec<(Vec<&str>, &str, &str)> {
        let of = |comment: &Comment| {
            let rules = comment.rules.iter().map(|rule| &text[rule.clone()]).collect();
            let line = text[comment.about..].lines().next().unwrap_or("").trim_end();
            (rules, &text[comment.reason.clone()], line)
        };
        comments(text).iter().map(of).collect()
    }

    #[test]
    fn comments_of_many_languages() {
        for text in [
            "x # zscope: ignore[ZS201] because",
            "x // zscope: ignore[ZS201] because",
            "x /* zscope: ignore[ZS201] because */",
            "x <!-- zscope: ignore[ZS201] because -->",
            "x -- zscope: ignore[ZS201] because",
            "x ; zscope:ignore [ ZS201 ]: because\r",
            "x {# zscope: ignore[ZS201] because #}",
            "x ' zscope: ignore[ZS201] — because",
            "x /// zscope: ignore[ZS201] because",
            "x {- zscope: ignore[ZS201] because -}",
            "x <# zscope: ignore[ZS201] because #>",
        ] {
            assert_eq!(read_all(text), [(vec!["ZS201"], "because", text.trim_end())], "{text}");
        }
    }

    #[test]
    fn a_comment_of_its_own_is_about_the_next_line() {
        let text =
            "a\n  # zscope: ignore[full-access, ZS203] why not\n\n  # zscope: ignore[denied] more\n  target\nlast";
        assert_eq!(
            read_all(text),
            [(vec!["full-access", "ZS203"], "why not", "  target"), (vec!["denied"], "more", "  target"),]
        );
        assert_eq!(read_all(" * zscope: ignore[x] y\n * next"), [(vec!["x"], "y", " * next")]);
        for text in [
            "/*\n * zscope: ignore[x] y\n */\nnext",
            "<!--\n# zscope: ignore[x] y\n-->\nnext",
            "REM zscope: ignore[x] y\r\nnext",
            "  @rem zscope: ignore[x] y\nnext",
            ":: zscope: ignore[x] y\nnext",
            ".. zscope: ignore[x] y\n\nnext",
        ] {
            assert_eq!(read_all(text), [(vec!["x"], "y", "next")], "{text}");
        }
        assert_eq!(read_all("// zscope: ignore[x] y"), [(vec!["x"], "y", "")]);
    }

    #[test]
    fn what_lacks_rules_or_a_reason_is_read_as_such() {
        assert_eq!(read_all("x # zscope: ignore"), [(vec![], "", "x # zscope: ignore")]);
        assert_eq!(read_all("x # zscope: ignore all of it"), [(vec![], "all of it", "x # zscope: ignore all of it")]);
        assert_eq!(read_all("x # zscope: ignore[ZS201]"), [(vec!["ZS201"], "", "x # zscope: ignore[ZS201]")]);
        assert_eq!(read_all("x # zscope: ignore[ZS201"), [(vec!["ZS201"], "", "x # zscope: ignore[ZS201")]);
        assert_eq!(read_all("x # zscope: ignore[]"), [(vec![], "", "x # zscope: ignore[]")]);
    }

    #[test]
    fn other_text_is_no_such_comment() {
        for text in [
            "zscope: ignore[ZS201] because",
            "run zscope: ignore[ZS201] because",
            "# zscope: ignored[ZS201]",
            "# zscope: judge",
            "# see zscope: ignore[ZS201]",
            "theorem zscope: ignore[ZS201]",
            "\"zscope: ignore[ZS201]\"",
            "# zscope:",
        ] {
            assert_eq!(read_all(text), [], "{text}");
        }
    }

    #[test]
    fn many_comments_take_time_in_proportion() {
        for text in [
            "# zscope: ignore[x] y ".repeat(2_000),
            format!("{}{}", " ".repeat(50_000), "# zscope: ".repeat(2_000)),
            "# zscope: ignore[x] y\n".repeat(2_000),
            "x\n# zscope: ignore[x] y\n\n".repeat(2_000),
        ] {
            let comments = comments(&text);
            let id = crate::text::Sources::default().next_id();
            assert_eq!(finished(&comments, id, &text, |span| span).len(), comments.len());
        }
    }

    #[test]
    fn lines_are_counted_back_where_a_comment_is_about_a_line_before() {
        let text = "# zscope: ignore[a] b\n# zscope: judge # zscope: ignore[c] d\n\nx\n";
        let id = crate::text::Sources::default().next_id();
        let lines: Vec<_> = finished(&comments(text), id, text, |span| span).iter().map(|found| found.line).collect();
        assert_eq!(lines, [4, 2]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in "(?s)([#/*\\n é]|zscope:|ignore|\\[|\\]|,|x){0,40}") {
            for comment in comments(&text) {
                proptest::prop_assert!(text.get(comment.span.clone()).is_some());
                proptest::prop_assert!(text.get(comment.reason.clone()).is_some());
                proptest::prop_assert!(text.get(comment.about..).is_some());
                proptest::prop_assert!(comment.rules.iter().all(|rule| text.get(rule.clone()).is_some()));
            }
        }
    }
}
