//! Whole texts: which form they have, and their grants.

use serde_json::value::RawValue;

use super::shape::{Labels, Reader};
use super::table::Header;
use super::{Failure, Grant};
use crate::secret::{masked, suspicious};
use crate::text::{Source, SourceId, Sources, Span};

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

/// The grants of a text, in the order read. Every record is at least one grant, a failed one where it is no response.
#[derive(Debug)]
pub struct Read {
    /// The grants.
    pub grants: Vec<Grant>,
    /// The first of the texts into which the grants' places point, without their secrets.
    pub source: SourceId,
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

/// Reads the grants of one JSON document that is a whole input.
#[must_use]
pub fn read_record(name: &str, text: &str, sources: &mut Sources) -> Read {
    let (source, mut grants) = read_piece(name, 1, text, sources);
    named(name, &mut grants);
    Read { grants, source }
}

/// Reads the grants of one record of many. `line` is the number of its first line in the input.
#[must_use]
pub fn read_line(name: &str, line: usize, text: &str, sources: &mut Sources) -> Vec<Grant> {
    let (_, mut grants) = read_piece(name, line, text, sources);
    number(name, line, &mut grants);
    grants
}

/// Names the grants of one record of many that have no name of their own.
pub(super) fn number(name: &str, line: usize, grants: &mut [Grant]) {
    for (number, grant) in grants.iter_mut().enumerate().filter(|(_, grant)| grant.name.is_empty()) {
        grant.name = unnamed(name, line, number);
    }
}

/// The name of a grant for which a record gives none: `tokens.ndjson:7`, and `tokens.ndjson:7 #2` for the second one.
pub(crate) fn unnamed(name: &str, line: usize, number: usize) -> String {
    if number == 0 { format!("{name}:{line}") } else { format!("{name}:{line} #{}", number + 1) }
}

fn read_piece(name: &str, line: usize, text: &str, sources: &mut Sources) -> (SourceId, Vec<Grant>) {
    let source = sources.next_id();
    // People do not see it, and editors do not count it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parts = parts(source, text);
    sources.add(Source::starting_at(name, masked(text, &parts.hide, &parts.keep), line));
    (source, parts.grants)
}

/// Numbers grants that have no name of their own.
pub(super) fn named(name: &str, grants: &mut [Grant]) {
    let alone = grants.len() == 1;
    for (number, grant) in grants.iter_mut().enumerate().filter(|(_, grant)| grant.name.is_empty()) {
        grant.name = if alone { name.to_owned() } else { format!("{name} #{}", number + 1) };
    }
}

pub(super) struct Parts {
    pub(super) grants: Vec<Grant>,
    pub(super) hide: Vec<Span>,
    pub(super) keep: Vec<Span>,
}

/// The grants of one JSON document, and what of its text is secret.
pub(super) fn parts(source: SourceId, text: &str) -> Parts {
    let mut reader = Reader::new(source, text);
    match serde_json::from_str::<&RawValue>(text) {
        Ok(raw) => reader.record(raw, &Labels::new()),
        Err(error) => {
            let written = text.trim_start();
            let whole = Span::new(text.len() - written.len(), text.trim_end().len());
            let (failure, span) = if written.starts_with('<') {
                (Failure::Html, whole)
            } else if error.is_eof() && written.starts_with(['{', '[', '"']) {
                (Failure::Truncated, whole)
            } else {
                (not_json(text, &error), located(text, whole, &error))
            };
            reader.hide = suspicious(text);
            if written.starts_with(['{', '[', '"']) {
                reader.hide_texts(text);
            }
            reader.fail(failure, span, &Labels::new());
        }
    }
    Parts { grants: reader.grants, hide: reader.hide, keep: reader.keep }
}

/// What is wrong with a text that should be JSON. The parser's own words come without its position, which counts
/// otherwise.
fn not_json(text: &str, error: &serde_json::Error) -> Failure {
    if !text.trim_start().starts_with(['{', '[', '"']) {
        let first = text.trim_start().lines().next().unwrap_or_default();
        let is_redirect = ["http://", "https://"].iter().any(|scheme| first.starts_with(scheme))
            && ["?code=", "&code=", "?error=", "&error="].iter().any(|answer| first.contains(answer));
        return if is_redirect { Failure::Redirect } else { Failure::NotAResponse };
    }
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    Failure::NotJson(match said {
        "trailing comma" | "key must be a string" => "after a comma nothing follows".to_owned(),
        said => said.to_owned(),
    })
}

/// The character at which the parser gave up.
fn located(text: &str, whole: Span, error: &serde_json::Error) -> Span {
    let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = text.floor_char_boundary((before + error.column().saturating_sub(1)).min(whole.end));
    match text.get(at..).and_then(|rest| rest.chars().next()) {
        Some(c) if !c.is_control() && at < whole.end => Span::new(at, at + c.len_utf8()),
        _ => whole,
    }
}
