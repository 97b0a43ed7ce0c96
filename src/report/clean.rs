//! Untrusted text on its way out. Every text of a report passes here before it is written.
//!
//! Scopes, paths, source lines and waiver reasons come from whoever wrote the input. In a terminal they must not move
//! the cursor, change colours, reorder what is read or hide a part of it.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;

use crate::secret::redact;

/// Where the next command stands that a runner obeys anywhere in a line of a log: `##[` of GitHub Actions
/// (`actions/runner`, `src/Runner.Common/ActionCommand.cs`), `##vso[` of Azure Pipelines, `##teamcity[`.
pub(super) fn command(text: &str) -> Option<std::ops::Range<usize>> {
    text.match_indices('#').find_map(|(at, _)| {
        let name = text.get(at..)?.strip_prefix("##")?;
        let length = name.bytes().take_while(u8::is_ascii_alphabetic).count();
        (name.as_bytes().get(length) == Some(&b'[')).then(|| at..at + 2 + length + 1)
    })
}

/// The text with what [`command`] finds broken: `second` stands for the second of its marks.
fn without_commands(mut text: &str, second: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    while let Some(found) = command(text) {
        out.push_str(text.get(..=found.start).unwrap_or_default());
        out.push_str(second);
        text = text.get(found.start + 2..).unwrap_or_default();
    }
    out + text
}

/// The most characters of a scope or an input that are shown.
pub(super) const NAME: usize = 120;

/// The most characters of a message that are shown.
pub(super) const MESSAGE: usize = 600;

/// A text for a format that carries any text faithfully, such as JSON.
///
/// The field is private so that a renderer cannot make one without passing [`verbatim`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct Text<'a>(Cow<'a, str>);

impl<'a> Text<'a> {
    /// Takes a text.
    pub(super) fn new(text: &'a str) -> Self {
        Self(verbatim(text))
    }

    /// Takes a text that was made for the occasion.
    pub(super) fn owned(text: &str) -> Text<'static> {
        Text(Cow::Owned(verbatim(text).into_owned()))
    }
}

/// A text as it may leave the program, in formats that do their own escaping. All other functions here build on it.
pub(super) fn verbatim(text: &str) -> Cow<'_, str> {
    redact(text)
}

/// A text for people, on one line: what a terminal would obey or hide is written out, as in `\u{1b}` and `\n`.
///
/// Terminals are not the only ones that obey what they show: see [`command`].
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    match verbatim(text) {
        Cow::Borrowed(text) if !text.contains(is_treacherous) && command(text).is_none() => Cow::Borrowed(text),
        text => {
            let mut escaped = String::with_capacity(text.len() + 16);
            for c in text.chars() {
                if is_treacherous(c) { escaped.extend(c.escape_default()) } else { escaped.push(c) }
            }
            Cow::Owned(without_commands(&escaped, "\\u{23}"))
        }
    }
}

/// A line for a log, where it does not stand behind text of ours: a runner obeys `::name::` at the beginning of one.
pub(super) fn for_log(line: &str) -> Cow<'_, str> {
    if line.trim_start().starts_with("::") { format!("· {line}").into() } else { line.into() }
}

/// Like [`clean`], and cut to a number of characters with an ellipsis for the rest.
pub(super) fn clipped(text: &str, most: usize) -> String {
    let cleaned = clean(text);
    match cleaned.char_indices().nth(most) {
        Some(_) => cleaned.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
        None => cleaned.into_owned(),
    }
}

/// Puts one visible character in the place of each that a terminal would obey or hide, so that what is underlined stays
/// underlined. Tabs stay. For pieces of source lines that have passed [`verbatim`].
pub(super) fn visible(text: &str) -> String {
    text.chars().map(|c| if c != '\t' && is_treacherous(c) { picture(c) } else { c }).collect()
}

fn picture(c: char) -> char {
    match c {
        '\0'..='\u{1f}' => char::from_u32(u32::from(c) + 0x2400).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        _ => '\u{fffd}',
    }
}

/// A JSON document in such a way that a terminal shows it safely, too: characters that [`clean`] would escape become
/// `\uXXXX`. In valid JSON none but the line breaks of the layout stand outside strings, and those stay.
pub(super) fn json(document: String) -> String {
    match in_json(&document) {
        Cow::Borrowed(_) => document,
        Cow::Owned(escaped) => escaped,
    }
}

/// [`json`] for a part of a document, or of a string in it, that parts no [`command`].
pub(super) fn in_json(part: &str) -> Cow<'_, str> {
    let hidden = |c: char| c > '\u{7e}' && is_treacherous(c);
    // Nearly every part holds none of these bytes, and all its bytes are seen at once.
    let is_special = |byte: u8| matches!(byte, b'#' | 0x7f..);
    if !part.bytes().fold(false, |found, byte| found | is_special(byte))
        || !(command(part).is_some() || part.contains(hidden))
    {
        return Cow::Borrowed(part);
    }
    let mut escaped = String::with_capacity(part.len() + 64);
    for c in without_commands(part, "\\u0023").chars() {
        if hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// [`in_json`] for a text that has not passed [`verbatim`].
pub(super) fn redacted_json(part: &str) -> Cow<'_, str> {
    match verbatim(part) {
        Cow::Borrowed(part) => in_json(part),
        Cow::Owned(redacted) => Cow::Owned(json(redacted)),
    }
}

/// Characters that a terminal obeys, that reorder text, or that nobody sees: controls (C0, DEL, C1), line and paragraph
/// separators, bidirectional controls, zero-width and invisible characters, tags.
fn is_treacherous(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_for_people_is_one_harmless_line() {
        for (text, expected) in [
            ("ZohoBooks.invoices.READ", "ZohoBooks.invoices.READ"),
            ("é 日本 🦀", "é 日本 🦀"),
            ("\u{1b}[31mred", r"\u{1b}[31mred"),
            ("a\nerror: forged", r"a\nerror: forged"),
            ("a\r\tb\0", r"a\r\tb\u{0}"),
            ("\u{9b}2J", r"\u{9b}2J"),
            ("\u{202e}DAER", r"\u{202e}DAER"),
            ("a##[add-mask]b", r"a#\u{23}[add-mask]b"),
            ("##vso[task.complete]##[x]", r"#\u{23}vso[task.complete]#\u{23}[x]"),
            ("###teamcity[x] ## [y] ##9[", r"##\u{23}teamcity[x] ## [y] ##9["),
            ("RE\u{200b}AD\u{feff}", r"RE\u{200b}AD\u{feff}"),
            ("\u{2066}x\u{2069}\u{85}\u{2028}", r"\u{2066}x\u{2069}\u{85}\u{2028}"),
        ] {
            assert_eq!(clean(text), expected);
        }
    }

    #[test]
    fn a_source_line_keeps_its_columns() {
        let line = "a\u{1b}b\u{7f}\u{9b}\u{202e}\u{200b}\tc";
        assert_eq!(visible(line), "a␛b␡���\tc");
        assert_eq!(visible(line).chars().count(), line.chars().count());
    }

    #[test]
    fn long_texts_are_clipped_on_characters() {
        for (text, most, expected) in
            [("日本語", 3, "日本語"), ("日本語", 2, "日…"), ("", 1, ""), ("ab", 1, "…"), ("a\u{1b}", 4, r"a\u…")]
        {
            assert_eq!(clipped(text, most), expected);
        }
    }

    #[test]
    fn json_says_the_same_after_escaping() {
        let text = "é\u{1b}\u{7f}\u{9b}\u{202e}\u{e0041}\n🦀 \\##[error] ##vso[x]";
        let document = serde_json::to_string_pretty(&[Text::new(text)]).unwrap();
        let escaped = json(document);
        assert!(!escaped.contains(|c| c != '\n' && is_treacherous(c)) && command(&escaped).is_none(), "{escaped}");
        assert!(escaped.contains("\\u202e") && escaped.contains('é') && escaped.contains('🦀'), "{escaped}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&escaped).unwrap(), [text]);
    }
}
