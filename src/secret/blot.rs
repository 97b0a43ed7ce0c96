//! Texts without their secrets, byte for byte and character for character as long as they were.

use crate::text::Span;

/// The text with every character in `hide` blotted out, but for those in `keep`; `with` stands for a character of one byte.
/// Bytes and characters stay where they are, so that spans, lines and columns hold.
pub(crate) fn blot(text: &str, hide: &[Span], keep: &[Span], with: char) -> String {
    let mut hide = hide.to_vec();
    let mut keep = keep.to_vec();
    hide.sort_unstable();
    keep.sort_unstable();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let mut kept = keep.into_iter().peekable();
    for span in hide {
        let start = text.floor_char_boundary(span.start).max(at);
        let end = text.ceil_char_boundary(span.end);
        if end <= start {
            continue;
        }
        out.push_str(text.get(at..start).unwrap_or_default());
        at = start;
        while let Some(keep) = kept.next_if(|keep| keep.start < end) {
            let (from, to) = (text.floor_char_boundary(keep.start).max(at), text.floor_char_boundary(keep.end));
            if to <= from {
                continue;
            }
            cover(text.get(at..from).unwrap_or_default(), with, &mut out);
            out.push_str(text.get(from..to).unwrap_or_default());
            at = to;
        }
        if at < end {
            cover(text.get(at..end).unwrap_or_default(), with, &mut out);
            at = end;
        }
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

fn cover(text: &str, with: char, out: &mut String) {
    out.extend(text.chars().map(|c| match (c, c.len_utf8()) {
        ('\n' | '\r', _) => c,
        (_, 1) => with,
        (_, 2) => '\u{b7}',
        (_, 3) => '\u{2022}',
        _ => '\u{1f784}',
    }));
}

/// Everything in a text of unknown form that could be a secret: words too long for prose.
pub(crate) fn suspicious(text: &str) -> Vec<Span> {
    const LONGEST: usize = 15;
    let mut spans = Vec::new();
    let mut start = None;
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '/' | '=' | '~' | '%');
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (is_word(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                if at - from > LONGEST {
                    spans.push(Span::new(from, at));
                }
                start = None;
            }
            _ => {}
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_kept_stands_in_what_is_hidden() {
        let text = "aé日🦀 keep\nx";
        let hide = [Span::new(0, text.len())];
        assert_eq!(blot(text, &hide, &[Span::new(11, 15)], '*'), "*·•🞄*keep\n*");
        assert_eq!(blot(text, &hide, &[Span::new(0, 3), Span::new(2, 3), Span::new(11, 99)], '*'), "aé•🞄*keep\nx");
        assert_eq!(blot(text, &[], &[Span::new(1, 2)], '*'), text);
    }

    proptest! {
        #[test]
        fn lengths_stay(text in "(\\PC|\n){0,40}", spans in prop::collection::vec((0..60_usize, 0..60_usize), 0..6)) {
            let spans: Vec<Span> = spans.into_iter().map(|(a, b)| Span::new(a, b)).collect();
            let (hide, keep) = spans.split_at(spans.len() / 2);
            let out = blot(&text, hide, keep, '*');
            prop_assert_eq!(out.len(), text.len());
            let places = |text: &str| text.char_indices().map(|(at, _)| at).collect::<Vec<_>>();
            prop_assert_eq!(places(&out), places(&text));
        }
    }
}
