//! Where the characters of a YAML or JSON scalar stand in its source, past quotes, escapes and folded lines.

use crate::text::Span;

/// Maps spans in the value of a scalar to spans in its source.
///
/// Blanks and line breaks are not mapped, since folding and indentation change them: a span begins and ends with the
/// first and last other character in it.
pub(super) struct Alignment {
    /// Pieces of the value that stand in the source as they are, and single escaped characters; ascending.
    runs: Vec<Run>,
}

struct Run {
    value: Span,
    source: Span,
}

impl Alignment {
    /// Lines up the source text of a scalar (quotes included, a block's header left out) with its value.
    ///
    /// `None` when the two do not belong together, as with an alias.
    pub(super) fn new(source: &str, value: &str) -> Option<Self> {
        let quoted = |quote: char| source.strip_prefix(quote)?.strip_suffix(quote);
        // A block scalar may hold a text in quotes, so the first character does not tell the style for sure.
        quoted('"')
            .and_then(|inner| Self::with(Characters { text: inner, at: 0, style: Style::Double }, 1, value))
            .or_else(|| {
                quoted('\'')
                    .and_then(|inner| Self::with(Characters { text: inner, at: 0, style: Style::Single }, 1, value))
            })
            .or_else(|| Self::with(Characters { text: source, at: 0, style: Style::Literal }, 0, value))
    }

    fn with(mut characters: Characters<'_>, offset: usize, value: &str) -> Option<Self> {
        let mut runs: Vec<Run> = Vec::new();
        for (at, c) in value.char_indices().filter(|&(_, c)| !is_blank(c)) {
            let (span, written) = characters.next_visible()?;
            if written != c {
                return None;
            }
            let (source, value) = (span.shifted(offset), Span::new(at, at + c.len_utf8()));
            match runs.last_mut() {
                Some(run)
                    if run.value.end == value.start
                        && run.source.end == source.start
                        && run.value.len() == run.source.len()
                        && value.len() == source.len() =>
                {
                    run.value.end = value.end;
                    run.source.end = source.end;
                }
                _ => runs.push(Run { value, source }),
            }
        }
        characters.next_visible().is_none().then_some(Self { runs })
    }

    /// The span in the source of a span in the value; `None` when there are only blanks in it.
    pub(super) fn source_span(&self, span: Span) -> Option<Span> {
        let first = self.runs.get(self.runs.partition_point(|run| run.value.end <= span.start))?;
        let last = self.runs.get(self.runs.partition_point(|run| run.value.start < span.end).checked_sub(1)?)?;
        let start = match span.start.checked_sub(first.value.start) {
            Some(into) if first.value.len() == first.source.len() => first.source.start + into,
            _ => first.source.start,
        };
        let end = match last.value.end.checked_sub(span.end) {
            Some(left) if last.value.len() == last.source.len() => last.source.end - left,
            _ => last.source.end,
        };
        (start < end).then_some(Span { start, end })
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

#[derive(Clone, Copy)]
enum Style {
    Double,
    Single,
    Literal,
}

/// The characters that a scalar's source stands for, with the bytes they are written with.
struct Characters<'a> {
    text: &'a str,
    at: usize,
    style: Style,
}

impl Characters<'_> {
    /// The next one that is no blank. An escape that YAML does not know ends the text.
    fn next_visible(&mut self) -> Option<(Span, char)> {
        loop {
            let rest = self.text.get(self.at..)?;
            let (c, len) = match (self.style, rest.chars().next()?) {
                (Style::Single, '\'') if rest.starts_with("''") => ('\'', 2),
                (Style::Double, '\\') => escaped(rest)?,
                (_, c) => (c, c.len_utf8()),
            };
            let span = Span::new(self.at, self.at + len);
            self.at = span.end;
            if !is_blank(c) {
                return Some((span, c));
            }
        }
    }
}

/// The character that the escape at the start of a text stands for, and the escape's length: YAML 1.2.2, section 5.7,
/// and the surrogate pairs of JSON.
fn escaped(text: &str) -> Option<(char, usize)> {
    let code = |at: usize, digits: usize| {
        let written = text.get(at..at + digits)?;
        written.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(written, 16).ok())?
    };
    let simple = |c| Some((c, 2));
    let numeric = |digits| Some((char::from_u32(code(2, digits)?)?, 2 + digits));
    match text.chars().nth(1)? {
        '0' => simple('\0'),
        'a' => simple('\u{7}'),
        'b' => simple('\u{8}'),
        'e' => simple('\u{1b}'),
        'f' => simple('\u{c}'),
        'n' => simple('\n'),
        'r' => simple('\r'),
        't' => simple('\t'),
        'v' => simple('\u{b}'),
        'N' => simple('\u{85}'),
        '_' => simple('\u{a0}'),
        'L' => simple('\u{2028}'),
        'P' => simple('\u{2029}'),
        'x' => numeric(2),
        'U' => numeric(8),
        'u' => match (code(2, 4)?, text.get(6..8)) {
            (high @ 0xd800..=0xdbff, Some("\\u")) => {
                let low = code(8, 4)?.checked_sub(0xdc00).filter(|&low| low < 0x400)?;
                Some((char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + low)?, 12))
            }
            (code, _) => Some((char::from_u32(code)?, 6)),
        },
        // A line that is continued with `\`, an escaped blank, and the characters that stand for themselves.
        c @ (' ' | '\t' | '\n' | '\r' | '"' | '\\' | '/' | '\'') => simple(c),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::yaml::{self, Value};

    #[test]
    fn each_style_finds_its_words_in_the_source() {
        for (yaml, words) in [
            ("k: A.b, C.d\n", &["A.b,", "C.d"][..]),
            ("k: A.b,\n   C.d # c\n", &["A.b,", "C.d"]),
            ("k: 'A.b'' C.d'\n", &["A.b''", "C.d"]),
            ("k: \"A\\u002eb C\\/d\\n\\tE\"\n", &["A\\u002eb", "C\\/d", "E"]),
            ("k: \"A.b,\\\n  C.d\"\n", &["A.b,\\\n  C.d"]),
            ("k: \"\\ud83d\\ude00 \\\"é\\x41\\\\\"\n", &["\\ud83d\\ude00", "\\\"é\\x41\\\\"]),
            ("k: |\n  A.b\n\n  C.d\n", &["A.b", "C.d"]),
            ("k: >-\n  \"A.b\"\n  'C.d'\n", &["\"A.b\"", "'C.d'"]),
            ("k: |2-\n    é\n  x", &["é", "x"]),
            ("k: &a !!str \"A.b\"\n", &["A.b"]),
            ("k: \"\"\n", &[]),
        ] {
            let node = yaml::parse(yaml).unwrap();
            let Value::Mapping(entries) = &node.value else { panic!("{yaml}") };
            let Value::Scalar(value) = &entries[0].value.value else { panic!("{yaml}") };
            let span = entries[0].value.span;
            let source = &yaml[span.start..span.end];
            let alignment = Alignment::new(source, value).unwrap_or_else(|| panic!("{yaml}"));
            let mut found = Vec::new();
            let mut at = 0;
            for word in value.split_inclusive([' ', '\n', '\t']) {
                let trimmed = word.trim();
                if !trimmed.is_empty() {
                    let start = at + word.find(trimmed).unwrap();
                    let mapped = alignment.source_span(Span::new(start, start + trimmed.len())).unwrap();
                    found.push(&source[mapped.start..mapped.end]);
                }
                at += word.len();
            }
            assert_eq!(found, words, "{yaml}");
        }
    }

    #[test]
    fn texts_that_do_not_belong_together_are_not_lined_up() {
        for (source, value) in [("*a", "A.b"), ("A.b", "A.b c"), ("A.b c", "A.b"), ("\"\\q\"", "q"), ("", "x")] {
            assert!(Alignment::new(source, value).is_none(), "{source:?} {value:?}");
        }
        let alignment = Alignment::new("a  b", "a b").unwrap();
        assert_eq!(alignment.source_span(Span::new(1, 2)), None);
        assert_eq!(alignment.source_span(Span::new(1, 1)), None);
        assert_eq!(alignment.source_span(Span::new(9, 12)), None);
    }

    proptest! {
        #[test]
        fn json_strings_are_lined_up_character_by_character(value in "(\\PC|[\"\\\\/\n\t ]|😀){0,30}") {
            let source = serde_json::to_string(&value).unwrap();
            let alignment = Alignment::new(&source, &value).unwrap();
            for (at, c) in value.char_indices().filter(|&(_, c)| !is_blank(c)) {
                let span = alignment.source_span(Span::new(at, at + c.len_utf8())).unwrap();
                let quoted = format!("\"{}\"", &source[span.start..span.end]);
                prop_assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), c.to_string());
            }
        }

        #[test]
        fn any_pair_of_texts_is_answered(source in "[\"'\\\\ua0d8c .\n]{0,12}", value in "[\"'\\\\ua0 .\n]{0,12}") {
            if let Some(alignment) = Alignment::new(&source, &value) {
                for start in 0..value.len() {
                    for end in start..=value.len() {
                        if let Some(span) = alignment.source_span(Span::new(start, end)) {
                            prop_assert!(source.get(span.start..span.end).is_some());
                        }
                    }
                }
            }
        }
    }
}
