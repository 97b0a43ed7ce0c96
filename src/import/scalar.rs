//! Texts as YAML scalars: plain where that is safe, in quotes otherwise.

use std::fmt::Write as _;

/// A text as a scalar that reads back as itself, in a flow collection too.
pub(super) fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// Whether a text may stand without quotes, inside braces and brackets too, and is read as a text.
fn is_plain(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '_' | '('));
    let ends = !text.ends_with([' ', ':']);
    let inside = !text.contains(['{', '}', '[', ']', ',', '"', '\\']) && !text.contains(": ") && !text.contains(" #");
    let harmless = !text.chars().any(|c| c.is_control() || is_hidden(c) || (c.is_whitespace() && c != ' '));
    starts && ends && inside && harmless && !text.eq_ignore_ascii_case("null")
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_hidden(c) => {
                let code = u32::from(c);
                let _ = if code > 0xffff { write!(out, "\\U{code:08x}") } else { write!(out, "\\u{code:04x}") };
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Characters that nobody sees or that reorder text, and line ends besides the usual ones.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A list in brackets.
pub(super) fn list<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| scalar(item.as_ref())).collect();
    format!("[{}]", items.join(", "))
}

/// One text, or a list of several in brackets.
pub(super) fn one_or_list<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [one] => scalar(one.as_ref()),
        _ => list(items),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::yaml::{self, Value};

    fn collect(node: &yaml::Node, found: &mut Vec<String>) {
        match &node.value {
            Value::Scalar(text) => found.push(text.clone()),
            Value::Null => found.push("(nothing)".to_owned()),
            Value::Sequence(items) => items.iter().for_each(|item| collect(item, found)),
            Value::Mapping(entries) => entries.iter().for_each(|entry| {
                if entry.key.starts_with('k') {
                    found.push(entry.key.clone());
                }
                collect(&entry.value, found);
            }),
        }
    }

    fn read_back(text: &str) -> Vec<String> {
        let document = format!(
            "a: {}\nb: {{ c: {}, d: [{}, x] }}\n{}: e\n",
            scalar(text),
            scalar(text),
            scalar(text),
            scalar(&format!("k{text}"))
        );
        let node = yaml::parse(&document).unwrap_or_else(|error| panic!("{document:?}: {error:?}"));
        let mut found = Vec::new();
        collect(&node, &mut found);
        found
    }

    fn expected(text: &str) -> Vec<String> {
        [text, text, text, "x", &format!("k{text}"), "e"].map(str::to_owned).to_vec()
    }

    #[test]
    fn texts_that_look_like_something_else_stay_texts() {
        for text in [
            "",
            "~",
            "null",
            "Null",
            "true",
            "off",
            "1.50",
            "0x10",
            "2026-11",
            "- a",
            "? a",
            "a: b",
            "a #b",
            "#a",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a`",
            "'a'",
            "a:",
            " a",
            "a ",
            "a\tb",
            "a\nb",
            "{id}",
            "GET /x/{id}",
            "a & b",
            "x\u{1b}[31m",
            "\u{85}\u{2028}\u{feff}",
            "é 日本",
            "\\d+",
            "a\"b",
            "<<",
            "=",
            "---",
            "...",
            "1_000",
        ] {
            assert_eq!(read_back(text), expected(text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_reads_back_as_itself(text in "\\PC{0,20}|[ -~]{0,20}|(?s).{0,12}") {
            prop_assert_eq!(read_back(&text), expected(&text));
        }
    }
}
