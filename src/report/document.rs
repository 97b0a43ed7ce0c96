//! JSON documents that are no report of findings, such as what the catalog holds.

use std::io;

use serde::Serialize;

use super::{clean, pretty};

/// A value as a JSON document for a terminal or a file: laid out, without secrets, and without characters that a
/// terminal would obey or hide (they are written as `\uXXXX`).
///
/// # Errors
///
/// When the value cannot be written as JSON, such as a map whose keys are no texts.
pub fn document<T: Serialize>(value: &T) -> io::Result<String> {
    let mut bytes = Vec::new();
    pretty::write(&mut bytes, value, clean::redacted_json)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
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
