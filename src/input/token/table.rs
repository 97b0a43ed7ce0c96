//! Tables with a header: exports with a column for the application or client, and one for scopes or responses.

use super::fields::Key;
use super::mask::masked;
use super::read::{Read, read_line, unnamed};
use super::shape::is_in_milliseconds;
use super::skim::Facts;
use super::{Failure, Grant};
use crate::source::{Source, Sources, Span};

/// Columns that hold a whole response.
const RESPONSES: [&str; 6] = ["response", "token_response", "body", "json", "token", "payload"];

/// What the columns of a table hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The columns, as the header names them.
    names: Vec<String>,
    /// What they are.
    keys: Vec<Key>,
    /// No two columns are the same, and none holds whole responses: rows can be taken as they are.
    is_plain: bool,
}

impl Header {
    /// A header of these cells.
    #[must_use]
    pub fn new<'c>(cells: impl IntoIterator<Item = &'c str>) -> Self {
        let bare = |cell: &str| cell.trim_start_matches('\u{feff}').trim().to_owned();
        let names: Vec<String> = cells.into_iter().map(bare).collect();
        let keys: Vec<Key> = names.iter().map(|name| Key::of(name.as_bytes())).collect();
        let twice = |key: &Key| *key != Key::Other && keys.iter().filter(|other| *other == key).count() > 1;
        let is_plain = !keys.iter().any(twice) && !names.iter().any(|name| is_response(name));
        Self { names, keys, is_plain }
    }

    /// The header that a line is.
    #[must_use]
    pub fn of_line(line: &str, delimiter: u8) -> Option<Self> {
        let mut reader = reader(line, delimiter);
        let record = reader.records().next()?.ok()?;
        Some(Self::new(&record))
    }

    /// Whether there is a column for scopes or responses.
    #[must_use]
    pub fn names_grants(&self) -> bool {
        self.names.iter().any(|name| Key::of(name.as_bytes()) == Key::Scope || is_response(name))
    }

    /// The facts of a row; `None` where the full reader has to look.
    pub(crate) fn skim<'r>(&self, row: &'r csv::ByteRecord) -> Option<Facts<'r>> {
        if !self.is_plain || row.as_slice().iter().any(|byte| *byte < b' ') {
            return None;
        }
        let mut facts = Facts::default();
        let (mut has_life, mut has_seconds) = (false, false);
        for (key, cell) in self.keys.iter().zip(row) {
            if *key == Key::Other || *key == Key::Token || *key == Key::TokenType {
                // A cell that holds JSON may hold a response.
                if cell.trim_ascii_start().starts_with(b"{") || cell.trim_ascii_start().starts_with(b"[") {
                    return None;
                }
                continue;
            }
            let cell = std::str::from_utf8(cell).ok()?.trim();
            if cell.is_empty() {
                continue;
            }
            match key {
                Key::Scope => facts.scope = Some(cell),
                Key::ApiDomain => facts.api_domain = Some(cell),
                Key::DataCentre => facts.data_centre = Some(cell),
                Key::Label(rank) => *facts.labels.get_mut(usize::from(*rank))? = Some(cell),
                Key::ExpiresIn => {
                    has_life = true;
                    facts.is_in_milliseconds = is_in_milliseconds(cell);
                }
                Key::ExpiresInSec => has_seconds = true,
                _ => return None,
            }
        }
        facts.has_expires_in_sec = has_life && has_seconds;
        facts.scope.is_some().then_some(facts)
    }

    /// The JSON record that a row stands for, its cells as texts, and for each cell of the row where it stands in that
    /// record; nothing for a row that has cells for neither scopes nor a response.
    #[must_use]
    pub(crate) fn record(&self, cells: &[&str]) -> Option<String> {
        let mut out = String::from("{");
        let mut found = false;
        for (name, cell) in self.names.iter().zip(cells) {
            let is_scope = Key::of(name.as_bytes()) == Key::Scope;
            let is_json = is_response(name) && cell.trim_start().starts_with(['{', '[', '"']);
            found |= is_scope || is_json;
            if cell.trim().is_empty() {
                continue;
            }
            if out.len() > 1 {
                out.push(',');
            }
            push_text(name, &mut out);
            out.push(':');
            push_text(cell, &mut out);
        }
        out.push('}');
        found.then_some(out)
    }
}

fn is_response(name: &str) -> bool {
    RESPONSES.iter().any(|known| known.eq_ignore_ascii_case(&name.replace([' ', '-'], "_")))
}

fn push_text(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

/// A reader of rows that takes what it gets: rows may be too short or too long.
pub(crate) fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(text.as_bytes())
}

/// Reads every row of a table. Each row is a source of its own: the record that it stands for.
pub(super) fn read_table(name: &str, text: &str, delimiter: u8, sources: &mut Sources) -> Read {
    let mut rows = reader(text, delimiter);
    let mut grants = Vec::new();
    let mut header: Option<Header> = None;
    let source = sources.next_id();
    for row in rows.byte_records().flatten() {
        let line = row.position().map_or(1, |position| usize::try_from(position.line()).unwrap_or(usize::MAX));
        let Ok(row) = csv::StringRecord::from_byte_record(row) else {
            grants.push(failed(name, line, Failure::NotUtf8, sources));
            continue;
        };
        let cells: Vec<&str> = row.iter().collect();
        match &header {
            None => header = Some(Header::new(cells)),
            Some(header) => grants.extend(read_row(name, line, header, &cells, sources)),
        }
    }
    if sources.next_id() == source {
        sources.add(Source::new(name, ""));
    }
    Read { grants, source }
}

/// Reads the grants of one row.
pub(crate) fn read_row(name: &str, line: usize, header: &Header, cells: &[&str], sources: &mut Sources) -> Vec<Grant> {
    match header.record(cells) {
        Some(record) => read_line(name, line, &record, sources),
        None => vec![failed(name, line, Failure::ShortRow, sources)],
    }
}

/// A record that cannot even be read as text, or has no cells.
pub(crate) fn failed(name: &str, line: usize, failure: Failure, sources: &mut Sources) -> Grant {
    let text = masked("(row)", &[], &[]);
    let source = sources.next_id();
    let mut reader = super::shape::Reader::new(source, &text);
    reader.fail(failure, Span::new(0, text.len()), &super::shape::Labels::new());
    let mut grant = reader.grants.remove(0);
    grant.name = unnamed(name, line, 0);
    sources.add(Source::starting_at(name, text, line));
    grant
}
