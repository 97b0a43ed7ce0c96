//! JSON documents that are no report of findings, such as what the catalog holds.

use std::io;

use serde::Serialize;

use super::{clean, pretty};
use crate::catalog::Catalog;

/// `tool` of such a document: the program that wrote it, and what it knew.
#[derive(Serialize)]
pub struct Tool<'a> {
    /// `zscope`.
    name: &'static str,
    /// The program's version.
    version: &'static str,
    /// What it knew of Zoho's scopes.
    catalog: Known<'a>,
}

/// `tool.catalog`.
#[derive(Serialize)]
struct Known<'a> {
    /// Lower-case hexadecimal SHA-256 of the catalog files, overlays included.
    digest: &'a str,
    /// When the newest source of the catalog was read.
    date: &'a str,
}

impl<'a> Tool<'a> {
    /// This program, with a catalog.
    #[must_use]
    pub fn of(catalog: &'a Catalog) -> Self {
        let known = Known { digest: catalog.digest(), date: catalog.date() };
        Self { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION"), catalog: known }
    }
}

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
