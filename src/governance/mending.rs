//! Taking items out of a policy's text without touching anything else in it.

use super::faults::Fault;
use crate::text::Span;

/// A text with its safe changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The text.
    pub text: String,
    /// How many items were taken out.
    pub changes: usize,
}

/// Takes out every item of a policy's own text that can go, one after the other, as long as `is_same` says that what is
/// left means the same. What cannot be taken out by itself, such as the only item of a list, stays.
pub fn mend(text: &str, faults: &[Fault], is_same: impl Fn(&str) -> bool) -> Mended {
    let mut spans: Vec<Span> = faults.iter().filter_map(|fault| fault.removable).map(|place| place.span).collect();
    spans.sort_unstable();
    spans.dedup();
    let mut mended = Mended { text: text.to_owned(), changes: 0 };
    // From the end, so that the places before stay true.
    for span in spans.into_iter().rev() {
        let Some(cut) = removal(&mended.text, span) else { continue };
        let mut shorter = mended.text.clone();
        shorter.replace_range(cut.start..cut.end, "");
        if is_same(&shorter) {
            mended = Mended { text: shorter, changes: mended.changes + 1 };
        }
    }
    mended
}

/// What to cut so that an item is gone: its lines where it stands on lines of its own, else the item with a comma.
fn removal(text: &str, item: Span) -> Option<Span> {
    let bytes = text.as_bytes();
    // The braces of a mapping stand around what it holds.
    let before = text.get(..item.start)?.trim_end_matches([' ', '\t']);
    let after = text.get(item.end..)?;
    let blanks = after.len() - after.trim_start_matches([' ', '\t']).len();
    let in_braces = before.ends_with('{') && after[blanks..].starts_with('}');
    let (start, end) = if in_braces { (before.len() - 1, item.end + blanks + 1) } else { (item.start, item.end) };
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let head = &text[line_start..start];
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    let tail = text[end..line_end].trim();
    if head.trim() == "-" && (tail.is_empty() || tail.starts_with('#')) {
        return Some(Span::new(line_start, line_end));
    }
    // In brackets: with the comma after it, else with the one before.
    let rest = &text[end..];
    let to_comma = rest.len() - rest.trim_start().len();
    if bytes.get(end + to_comma) == Some(&b',') {
        let past = end + to_comma + 1;
        let blanks = text[past..].len() - text[past..].trim_start_matches([' ', '\t']).len();
        return Some(Span::new(start, past + blanks));
    }
    let comma = text[..start].trim_end().len();
    (comma > 0 && bytes[comma - 1] == b',').then(|| Span::new(comma - 1, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_goes_with_its_line_or_its_comma_and_nothing_else() {
        for (text, item, expected) in [
            ("allow:\n  - a  # why\n  - b\n", "b", Some("allow:\n  - a  # why\n")),
            ("allow: [a, b, c]\n", "a", Some("allow: [b, c]\n")),
            ("allow: [x, b, c]\n", "c", Some("allow: [x, b]\n")),
            ("allow:\n  - { scope: q }\n  - z\n", "scope: q", Some("allow:\n  - z\n")),
            ("allow: [{ scope: q }, z]\n", "scope: q", Some("allow: [z]\n")),
            ("allow: [only]\n", "only", None),
        ] {
            let start = text.rfind(item).unwrap();
            let cut = removal(text, Span::new(start, start + item.len()));
            let left = cut.map(|cut| format!("{}{}", &text[..cut.start], &text[cut.end..]));
            assert_eq!(left.as_deref(), expected, "{text} {item}");
        }
    }
}
