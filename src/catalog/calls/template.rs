//! Path templates: how their segments are written, and what matches them.
//!
//! The catalog keeps the vendor's own ways of writing a placeholder: `{id}`, `<id>`, `[ID]`, `:id`, and `(\d+)` for
//! digits. A segment may mix text and placeholders, as in `{meetingKey}.json`.

/// One segment of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    /// Itself.
    Literal(String),
    /// Text and placeholders.
    Mixed(Vec<Piece>),
    /// One or more ASCII digits.
    Digits,
    /// Anything.
    Any,
}

/// A part of a mixed segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// This text, in any case.
    Text(String),
    /// At least one character.
    Any,
}

impl Segment {
    pub(super) fn parse(text: &str) -> Self {
        if text == r"(\d+)" {
            return Self::Digits;
        }
        let mut pieces: Vec<Piece> = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let after_placeholder = pieces.last().is_none_or(|piece| *piece == Piece::Any);
            if let Some((_, after)) = placeholder(rest, after_placeholder) {
                // Where one placeholder follows another, nothing says where the first ends.
                if pieces.last() != Some(&Piece::Any) {
                    pieces.push(Piece::Any);
                }
                rest = after;
                continue;
            }
            match pieces.last_mut() {
                Some(Piece::Text(text)) => text.push(first),
                _ => pieces.push(Piece::Text(first.to_string())),
            }
            rest = rest.get(first.len_utf8()..).unwrap_or("");
        }
        match pieces.as_slice() {
            [Piece::Any] => Self::Any,
            [] | [Piece::Text(_)] => Self::Literal(text.to_owned()),
            _ => Self::Mixed(pieces),
        }
    }
}

/// The name of the placeholder that is this whole segment.
pub(super) fn name_of(segment: &str) -> Option<&str> {
    placeholder(segment, true).filter(|(_, after)| after.is_empty()).map(|(name, _)| name)
}

/// The name of the placeholder that ends a segment which begins with text: `cm_{module}`.
pub(super) fn only_name(segment: &str) -> Option<&str> {
    let at = segment.find(['{', '<', '['])?;
    name_of(segment.get(at..)?)
}

/// The placeholder that a text begins with, and what follows it. A colon begins one only where no text stands before:
/// `a:b` is text.
fn placeholder(text: &str, colon: bool) -> Option<(&str, &str)> {
    if let Some(closing) = text.chars().next().and_then(closing) {
        let end = text.find(closing)?;
        return Some((text.get(1..end)?, text.get(end + 1..)?)).filter(|(name, _)| !name.is_empty());
    }
    let name = text.strip_prefix(':').filter(|_| colon)?;
    let end = name.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    Some((name.get(..end)?, name.get(end..)?)).filter(|(name, _)| !name.is_empty())
}

fn closing(opening: char) -> Option<char> {
    match opening {
        '{' => Some('}'),
        '<' => Some('>'),
        '[' => Some(']'),
        _ => None,
    }
}

/// The segments of a path: empty ones, which doubled and trailing slashes leave, do not count. A slash inside a
/// placeholder (`[xml/json]`) separates nothing.
pub(super) fn segments(path: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut skip) = (0, 0);
    for (at, c) in path.char_indices() {
        if at < skip {
            continue;
        }
        if c == '/' {
            found.extend(path.get(start..at));
            start = at + 1;
        } else if let Some(closing) = closing(c) {
            // A bracket that closes beyond the next one of its kind is no placeholder; neither is one that never closes.
            let inside = path.get(at + 1..).unwrap_or("");
            let end = inside.find([closing, c]);
            if let Some(end) = end.filter(|&end| inside.get(end..).is_some_and(|rest| rest.starts_with(closing))) {
                skip = at + 1 + end;
            }
        }
    }
    found.extend(path.get(start..));
    found.retain(|segment| !segment.is_empty());
    found
}

/// Whether a text, in lower case, matches text and placeholders.
pub(super) fn matches(pieces: &[Piece], folded: &str) -> bool {
    match pieces {
        [] => folded.is_empty(),
        [Piece::Any] => !folded.is_empty(),
        [Piece::Text(text), after @ ..] => strip_text(folded, text).is_some_and(|rest| matches(after, rest)),
        [Piece::Any, Piece::Text(text)] => folded.len() > text.len() && ends_with_text(folded, text),
        [Piece::Any, after @ ..] => {
            let mut ends = folded.char_indices().skip(1).map(|(at, _)| at);
            ends.any(|at| folded.get(at..).is_some_and(|rest| matches(after, rest)))
        }
    }
}

fn strip_text<'t>(folded: &'t str, text: &str) -> Option<&'t str> {
    let (start, rest) = folded.split_at_checked(text.len())?;
    start.eq_ignore_ascii_case(text).then_some(rest)
}

fn ends_with_text(folded: &str, text: &str) -> bool {
    folded
        .len()
        .checked_sub(text.len())
        .and_then(|at| folded.get(at..))
        .is_some_and(|end| end.eq_ignore_ascii_case(text))
}

/// How much text a mixed segment holds: what holds more is closer.
pub(super) fn text_len(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| if let Piece::Text(text) = piece { text.len() } else { 0 }).sum()
}

/// The number of a version segment: `v8` is (8, 0), `v2.1` is (2, 1).
pub(super) fn version(segment: &str) -> Option<(u32, u32)> {
    let number = segment.strip_prefix(['v', 'V'])?;
    let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    Some((digits(major)?, digits(minor)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_placeholder() {
        for text in ["{x}", "<x>", "[X]", ":x", ":a_:b_:c", "{a}{b}", "[xml/json]"] {
            assert_eq!(Segment::parse(text), Segment::Any, "{text}");
        }
        assert_eq!(Segment::parse(r"(\d+)"), Segment::Digits);
        for text in ["a", "a:b", "{", "{}", "a{", "<", ":", "1.4", "é"] {
            assert_eq!(Segment::parse(text), Segment::Literal(text.to_owned()), "{text}");
        }
    }

    #[test]
    fn mixed_segments() {
        for (template, yes, no) in [
            ("{key}.json", &["1.json", "a.b.JSON"][..], &[".json", "json", "1.xml", "1.json5"][..]),
            ("export{format}", &["exportCSV"], &["export", "xexport1"]),
            ("{a}-{b}.{c}", &["1-2.3", "é-ü.ö"], &["1-2", "-2.3", "1-.3", "1-2."]),
        ] {
            let Segment::Mixed(pieces) = Segment::parse(template) else { panic!("{template}") };
            for text in yes {
                assert!(matches(&pieces, text), "{template} {text}");
            }
            for text in no {
                assert!(!matches(&pieces, text), "{template} {text}");
            }
        }
    }

    #[test]
    fn slashes_separate_outside_of_placeholders() {
        for (path, expected) in [
            ("/a//b/", &["a", "b"][..]),
            ("a/[xml/json]/c", &["a", "[xml/json]", "c"]),
            ("/a{/b}/{c", &["a{/b}", "{c"]),
            ("/<a/<b/c>", &["<a", "<b/c>"]),
            ("", &[]),
            ("///", &[]),
        ] {
            assert_eq!(segments(path), expected, "{path}");
        }
    }

    #[test]
    fn versions() {
        for (text, expected) in [
            ("v8", Some((8, 0))),
            ("V2.1", Some((2, 1))),
            ("v", None),
            ("v2.", None),
            ("8", None),
            ("v8x", None),
            ("vv8", None),
            ("v99999999999", None),
        ] {
            assert_eq!(version(text), expected, "{text}");
        }
    }
}
