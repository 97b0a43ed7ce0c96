//! Whole texts: which form they have, and their grants.

use serde_json::value::RawValue;

use super::record::{Read, read_line, read_record};
use super::table::Header;
use crate::text::Sources;

/// The forms of a text that holds token responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One JSON document; also what is no JSON at all.
    Document,
    /// A JSON document on every line.
    Lines,
    /// A table with a header; the byte between cells.
    Table(u8),
}

/// Which form a text has, by the name of its file and what it begins with. `start` may be cut off at any place; a text
/// of a mebibyte decides surely.
#[must_use]
pub fn kind_of(file_name: Option<&str>, start: &str, whole: bool) -> Kind {
    let start = start.trim_start_matches('\u{feff}');
    let ends = |endings: &[&str]| {
        let name = file_name.unwrap_or("").to_ascii_lowercase();
        endings.iter().any(|ending| name.ends_with(ending))
    };
    if ends(&[".ndjson", ".jsonl"]) {
        return Kind::Lines;
    }
    // The headers of a response, and what follows them.
    if start.starts_with("HTTP/") {
        return Kind::Document;
    }
    if !start.trim_start().starts_with(['{', '[']) {
        let first = start.trim_start().lines().next().unwrap_or("");
        if let Some(delimiter) = delimiter(first, ends(&[".csv", ".tsv"])) {
            return Kind::Table(delimiter);
        }
    }
    if whole && serde_json::from_str::<&RawValue>(start).is_ok() {
        return Kind::Document;
    }
    // Each line of a document that is laid out is no document of its own, but for lone brackets and numbers.
    let mut lines = start.split_inclusive('\n').filter(|line| whole || line.ends_with('\n'));
    let is_record = |line: &str| {
        let line = line.trim();
        line.starts_with(['{', '[', '"']) && line.len() > 2 && serde_json::from_str::<&RawValue>(line).is_ok()
    };
    let several = start.trim().contains('\n');
    if several && lines.any(is_record) { Kind::Lines } else { Kind::Document }
}

/// What separates the cells of a table, by its first line: a header, or what a spreadsheet writes before it. Nothing
/// where the line is no header, unless `is_table` says so.
fn delimiter(first: &str, is_table: bool) -> Option<u8> {
    const ALL: [u8; 4] = [b'\t', b',', b';', b'|'];
    if let &[delimiter] = first.strip_prefix("sep=").unwrap_or_default().as_bytes() {
        return Some(delimiter);
    }
    let names_grants = |delimiter: &u8| Header::of_line(first, *delimiter).is_some_and(|header| header.names_grants());
    let times = |delimiter: &u8| first.bytes().filter(|byte| byte == delimiter).count();
    let most = || ALL.into_iter().rev().max_by_key(times).filter(|_| is_table);
    ALL.into_iter().find(names_grants).or_else(most)
}

/// Reads every grant of a text. The text goes into `sources` without its secrets.
#[must_use]
pub fn read_tokens(name: &str, text: &str, sources: &mut Sources) -> Read {
    let file_name = std::path::Path::new(name).file_name().and_then(std::ffi::OsStr::to_str);
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    match kind_of(file_name, text, true) {
        Kind::Document => read_record(name, text, sources),
        Kind::Lines => {
            let source = sources.next_id();
            let lines = bare.split_inclusive('\n').enumerate().filter(|(_, line)| !line.trim().is_empty());
            let grants = lines.flat_map(|(at, line)| read_line(name, at + 1, line.trim_end(), sources)).collect();
            Read { grants, source }
        }
        Kind::Table(delimiter) => super::table::read_table(name, bare, delimiter, sources),
    }
}
