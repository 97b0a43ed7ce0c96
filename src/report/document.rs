//! JSON documents that are no report of findings, such as what the catalog holds.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use super::clean;

/// A value as a JSON document for a terminal or a file: laid out, without secrets, and without characters that a
/// terminal would obey or hide (they are written as `\uXXXX`).
///
/// # Errors
///
/// When the value cannot be written as JSON, such as a map whose keys are no texts.
pub fn document<T: Serialize>(value: &T) -> serde_json::Result<String> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Redacting(PrettyFormatter::new())))?;
    let mut document = clean::json(String::from_utf8_lossy(&bytes).into_owned());
    document.push('\n');
    Ok(document)
}

/// The usual layout, with every text redacted on its way. A fragment holds no character that JSON escapes, so what is
/// blotted out cannot break the document.
struct Redacting<'a>(PrettyFormatter<'a>);

impl Formatter for Redacting<'_> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        self.0.write_string_fragment(writer, &clean::verbatim(fragment))
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn secrets_and_terminal_codes_do_not_get_out() {
        let token = format!("1000.{}.{}", "0123456789abcdef".repeat(2), "fedcba9876543210".repeat(2));
        let value = BTreeMap::from([("note", format!("\"refresh_token={token}\"\n\u{1b}[2J\u{202e}"))]);
        let written = document(&value).unwrap();
        assert!(!written.contains(&token) && !written.contains('\u{1b}') && !written.contains('\u{202e}'), "{written}");
        let read: BTreeMap<String, String> = serde_json::from_str(&written).unwrap();
        assert!(read["note"].starts_with("\"refresh_token=1000.") && read["note"].ends_with('\u{202e}'), "{written}");
    }
}
