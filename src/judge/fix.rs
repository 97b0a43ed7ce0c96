//! Changes of a text that settle findings and leave what its scopes give as it is.

use crate::finding::Finding;
use crate::text::{SourceId, Span};

/// A change of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What to replace.
    pub span: Span,
    /// With what.
    pub replacement: String,
}

/// The safe changes that findings offer for a text, in its order, none over another: of two that meet, the first wins,
/// and the other may be offered again for the text as it is then.
#[must_use]
pub fn edits(findings: &[Finding], source: SourceId, text: &str) -> Vec<Edit> {
    let fixes = findings.iter().filter_map(|finding| finding.fix.as_ref());
    let own = fixes.filter(|fix| fix.safe && fix.place.source == source);
    let mut edits: Vec<Edit> =
        own.map(|fix| Edit { span: fix.place.span, replacement: fix.replacement.clone() }).collect();
    edits.retain(|edit| {
        text.get(edit.span.start..edit.span.end).is_some_and(|old| !edit.replacement.is_empty() || is_whole_item(old))
    });
    edits.sort_by_key(|edit| edit.span);
    let mut end = 0;
    edits.retain(|edit| {
        let apart = edit.span.start >= end;
        if apart {
            end = edit.span.end;
        }
        apart
    });
    edits
}

/// The text with all changes made.
#[must_use]
pub fn applied(text: &str, edits: &[Edit]) -> String {
    let mut changed = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        changed.push_str(text.get(at..edit.span.start).unwrap_or(""));
        changed.push_str(&edit.replacement);
        at = edit.span.end;
    }
    changed.push_str(text.get(at..).unwrap_or(""));
    changed
}

/// Whether what is deleted is an item of a list with what parts it from its neighbour, and nothing else: no comment, no
/// operator, no bracket; and quotes that come in pairs.
fn is_whole_item(deleted: &str) -> bool {
    let quotes: Vec<char> = deleted.chars().filter(|c| matches!(c, '"' | '\'' | '`')).collect();
    let (paired, quoted) = match quotes.as_slice() {
        [] => (true, false),
        [a, b] => (a == b, true),
        _ => (false, true),
    };
    let plain = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, '.' | '_' | '-' | '{' | '}' | '%' | ',' | ';' | '"' | '\'' | '`')
            || c.is_whitespace()
    };
    // In a URL a plus is a blank; between strings it joins them.
    paired && deleted.chars().all(|c| plain(c) || (c == '+' && !quoted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_made_from_left_to_right() {
        let edit = |start, end, new: &str| Edit { span: Span::new(start, end), replacement: new.to_owned() };
        assert_eq!(applied("one two three", &[]), "one two three");
        assert_eq!(applied("one two three", &[edit(0, 3, "1"), edit(3, 7, ""), edit(8, 13, "drei")]), "1 drei");
    }

    #[test]
    fn only_items_with_their_separator_are_deleted() {
        for good in [
            ",Desk.a.READ",
            "\", \"Desk.a.READ",
            "',\n  'Desk.a.READ",
            "%2CDesk.a.READ",
            " Desk.a.READ",
            "\nDesk.a.READ",
        ] {
            assert!(is_whole_item(good), "{good}");
        }
        for bad in [
            "\" + \"Desk.a.READ",
            "\", // why\n\"Desk.a.READ",
            "\", 'Desk.a.READ",
            "\"]\n[\"Desk.a.READ",
            "\", Desk.a.READ",
        ] {
            assert!(!is_whole_item(bad), "{bad}");
        }
    }
}
