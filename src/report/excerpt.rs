//! The line of a source that a finding points at, cut to what can be read.

use std::borrow::Cow;
use std::ops::Range;

use super::clean;
use crate::text::{Position, Source, Span};

/// The most characters shown on either side of what is marked.
const SIDE: usize = 100;

/// The fewest, however narrow the terminal.
const LEAST_SIDE: usize = 16;

/// Characters looked at beyond those shown, so that a secret is seen whole before its line is cut.
const MARGIN: usize = 1000;

/// What the line number and its separator take of a terminal's width, with room for two ellipses.
const GUTTER: usize = 12;

/// A piece of one line with a mark on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// Where the mark starts in the whole source.
    pub(super) at: Position,
    /// The piece, safe for a terminal; `…` stands where something was cut.
    pub(super) text: String,
    /// The bytes of `text` that are marked. What goes on in further lines is not.
    pub(super) mark: Range<usize>,
}

/// Cuts the first line of a span out of its source, for a terminal of so many columns. Takes time in proportion to what
/// is shown, not to the length of the line.
pub(super) fn excerpt(source: &Source, span: Span, width: Option<usize>) -> Excerpt {
    let at = source.position(span.start);
    let parts = parts(source, span);
    let (text, mark) = window(parts.each_ref().map(AsRef::as_ref), width, clean::verbatim);
    Excerpt { at, text, mark }
}

/// The line of a span's start: what stands before the span, the span itself, what stands after it.
fn parts(source: &Source, span: Span) -> [Cow<'_, str>; 3] {
    let text = source.text();
    let start = text.floor_char_boundary(span.start);
    let line = source.line_span(start);
    let start = start.min(line.end);
    let end = text.floor_char_boundary(span.end).clamp(start, line.end);
    let part = |start, end| source.shown(Span::new(start, end));
    [part(line.start, start), part(start, end), part(end, line.end)]
}

fn window(
    [before, marked, after]: [&str; 3],
    width: Option<usize>,
    redact: impl Fn(&str) -> Cow<'_, str>,
) -> (String, Range<usize>) {
    let mark = first(marked, 2 * SIDE + MARGIN);
    let near = [whole_words(before), mark, if mark.len() < marked.len() { "" } else { first(after, SIDE + MARGIN) }];

    let mut shown = near.map(|part| redact(part).into_owned());
    let whole = near.concat();
    let redacted = redact(&whole);
    if redacted != shown.concat() {
        // A secret reaches over an edge of the mark: where the mark lies in the redacted text is not known.
        shown = [String::new(), redacted.into_owned(), String::new()];
    }

    let mark = first(&shown[1], 2 * SIDE);
    let cut_mark = mark.len() < shown[1].len() || near[1].len() < marked.len();
    let side =
        width.map_or(SIDE, |width| (width.saturating_sub(GUTTER + mark.chars().count()) / 2).clamp(LEAST_SIDE, SIDE));
    let left = last(&shown[0], side);
    let right = if cut_mark { "" } else { first(&shown[2], side) };
    let cut_left = left.len() < shown[0].len() || near[0].len() < before.len();
    let cut_right = cut_mark || right.len() < shown[2].len() || near[2].len() < after.len();

    let mut text = String::from(if cut_left { "…" } else { "" });
    text.push_str(&clean::visible(left));
    let start = text.len();
    text.push_str(&clean::visible(mark));
    let end = text.len();
    text.push_str(&clean::visible(right));
    text.push_str(if cut_right { "…" } else { "" });
    while let Some(found) = clean::command(&text) {
        // As long as what it replaces, so that the mark stays where it is.
        text.replace_range(found.end - 1..found.end, "(");
    }
    (text, start..end)
}

/// The end of a text, without a word whose beginning lies too far away to be looked at: it might be the rest of a
/// secret.
fn whole_words(text: &str) -> &str {
    let end = last(text, SIDE + MARGIN);
    if end.len() == text.len() {
        return end;
    }
    let between = |c: char| c.is_whitespace() || "\"'`&,;<>()[]{}|".contains(c);
    end.find(between).and_then(|at| end.get(at..)).unwrap_or("")
}

fn first(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(at, _)| text.get(..at).unwrap_or(text))
}

fn last(text: &str, characters: usize) -> &str {
    match characters.checked_sub(1) {
        Some(n) => text.char_indices().nth_back(n).map_or(text, |(at, _)| text.get(at..).unwrap_or(text)),
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(before: &str, marked: &str, after: &str, width: Option<usize>) -> (String, String) {
        let source = Source::new("x", format!("first\n{before}{marked}{after}\nlast"));
        let start = 6 + before.len();
        let found = excerpt(&source, Span::new(start, start + marked.len()), width);
        assert_eq!(found.at, Position { line: 2, column: before.chars().count() + 1 });
        (found.text[found.mark.clone()].to_owned(), found.text)
    }

    #[test]
    fn short_lines_are_shown_whole() {
        for (before, marked, after) in [
            ("scope = \"", "ZohoBooks.invoices.READ", "\""),
            ("", "x", ""),
            ("", "", ""),
            ("日本 ", "日本", " 日本"),
            ("\tif ", "🦀", "\t"),
        ] {
            let (mark, text) = cut(before, marked, after, Some(80));
            assert_eq!((mark.as_str(), text), (marked, format!("{before}{marked}{after}")));
        }
    }

    #[test]
    fn long_lines_are_cut_on_both_sides() {
        for filler in ["a ", "é ", "日,", "🦀\""] {
            let long = filler.repeat(5000);
            for (width, side) in [(None, 100), (Some(80), (80 - 12 - 6) / 2), (Some(10), 16), (Some(usize::MAX), 100)] {
                let (mark, text) = cut(&long, "Desk.é", &long, width);
                assert_eq!(mark, "Desk.é");
                let half = side / filler.chars().count();
                let odd =
                    if side % 2 == 1 { (&filler[filler.len() - 1..], &filler[..filler.len() - 1]) } else { ("", "") };
                let half = filler.repeat(half);
                assert_eq!(text, format!("…{}{half}Desk.é{half}{}…", odd.0, odd.1), "{filler} {width:?}");
            }
        }
    }

    #[test]
    fn a_long_mark_is_cut_at_its_end() {
        let long = "日".repeat(3000);
        let (mark, text) = cut("scope=", &long, "after", None);
        assert_eq!(mark, "日".repeat(200));
        assert_eq!(text, format!("scope={mark}…"));
    }

    #[test]
    fn a_word_of_which_only_the_end_was_looked_at_is_left_out() {
        let (_, text) = cut(&"f".repeat(5000), "Desk.tickets.READ", "", None);
        assert_eq!(text, "…Desk.tickets.READ");
        let (_, text) = cut(&format!("{} b,", "f".repeat(1095)), "Desk.tickets.READ", "", None);
        assert_eq!(text, format!("…{} b,Desk.tickets.READ", "f".repeat(97)));
        let (_, text) = cut(&format!("{} b,", "f".repeat(1098)), "Desk.tickets.READ", "", None);
        assert_eq!(text, "… b,Desk.tickets.READ");
    }

    #[test]
    fn a_span_may_run_over_lines_or_lie_nowhere() {
        let source = Source::new("x", "éa\r\nb\n");
        for (start, end, text, mark) in [
            (2, 9, "éa", "a"),  // on into the next line
            (1, 3, "éa", "éa"), // starts inside a character
            (4, 5, "éa", ""),   // the line break
            (7, 7, "", ""),     // the end of the text
            (90, 99, "", ""),   // past it
        ] {
            let found = excerpt(&source, Span::new(start, end), None);
            assert_eq!((&*found.text, &found.text[found.mark.clone()]), (text, mark), "{start}..{end}");
        }
    }

    /// Stands for a redaction that finds a value by its key.
    fn no_secret(text: &str) -> Cow<'_, str> {
        text.replace("SECRET", "[hidden]").replace("key=VALUE", "key=[hidden]").into()
    }

    #[test]
    fn secrets_are_redacted_before_a_line_is_cut() {
        let cut = |before: &str, marked: &str, after: &str| {
            let (text, mark) = window([before, marked, after], None, no_secret);
            (text[mark].to_owned(), text)
        };
        let filler = "x".repeat(97);
        let (_, text) = cut(&format!("SECRET{filler}"), "m", "");
        assert_eq!(text, format!("…en]{filler}m"), "the cut goes through the replacement, never through the secret");
        assert_eq!(
            cut("a SECRET ", "m SECRET", " SECRET"),
            ("m [hidden]".to_owned(), "a [hidden] m [hidden] [hidden]".to_owned())
        );
        assert_eq!(cut("a key=", "VALUE", " b"), ("a key=[hidden] b".to_owned(), "a key=[hidden] b".to_owned()));
    }

    proptest! {
        #[test]
        fn any_span_in_any_text_gives_a_mark_in_one_short_line(text in "(?s).{0,300}", start in 0..1300_usize, length in 0..1300_usize, width: Option<usize>) {
            let source = Source::new("x", text);
            let found = excerpt(&source, Span { start, end: start + length }, width);
            prop_assert!(found.text.get(found.mark.clone()).is_some());
            prop_assert!(found.text.chars().all(|c| c == '\t' || !c.is_control()), "{}", found.text);
            prop_assert!(found.text.chars().count() <= 4 * SIDE + 2);
        }
    }
}
