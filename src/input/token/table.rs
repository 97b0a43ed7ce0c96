//! Tables with a header: exports with a column for the application or client, and one for scopes or responses.

use std::fmt::Write as _;
use std::io::{self, Read};

use super::fields::{Key, is_list_of_scopes};
use super::record::{self, Parts, number, parts, unnamed};
use super::rows::{self, Cell, Row, TableReader};
use super::shape::is_in_milliseconds;
use super::skim::{Facts, is_plain_list};
use super::{Failure, Grant};
use crate::secret::blot;
use crate::text::{Source, Sources, Span};

/// Columns that hold a whole response.
const RESPONSES: [&str; 6] = ["response", "token_response", "body", "json", "token", "payload"];

/// What the columns of a table hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The columns, as the header names them.
    names: Vec<String>,
    /// What they are.
    keys: Vec<Key>,
    /// The byte between cells.
    delimiter: u8,
    /// No two columns are the same, and none holds whole responses: rows can be taken as they are.
    is_plain: bool,
}

impl Header {
    /// A header of these cells.
    #[must_use]
    pub fn new<'c>(cells: impl IntoIterator<Item = &'c str>, delimiter: u8) -> Self {
        let bare = |cell: &str| cell.trim_start_matches('\u{feff}').trim().to_owned();
        let names: Vec<String> = cells.into_iter().map(bare).collect();
        let keys: Vec<Key> = names.iter().map(|name| Key::of(name.as_bytes())).collect();
        let names = told_apart(names, &keys);
        let twice = |key: &Key| *key != Key::Other && keys.iter().filter(|other| *other == key).count() > 1;
        let is_plain = !keys.iter().any(twice) && !names.iter().any(|name| is_response(name));
        Self { names, keys, delimiter, is_plain }
    }

    /// The header that a line is.
    #[must_use]
    pub fn of_line(line: &str, delimiter: u8) -> Option<Self> {
        TableReader::new(line.as_bytes(), delimiter).header().ok()?
    }

    /// Whether there is a column for scopes or responses.
    #[must_use]
    pub fn names_grants(&self) -> bool {
        self.names.iter().any(|name| Key::of(name.as_bytes()) == Key::Scope || is_response(name))
    }

    /// The facts of a row; `None` where the full reader has to look.
    pub(crate) fn skim<'r>(&self, row: &'r csv::ByteRecord) -> Option<Facts<'r>> {
        let is_beyond = row.iter().skip(self.keys.len()).any(|cell| !cell.trim_ascii().is_empty());
        if !self.is_plain || is_beyond || row.as_slice().iter().any(|byte| *byte < b' ') {
            return None;
        }
        let mut facts = Facts::default();
        let (mut has_life, mut has_seconds) = (false, false);
        for (key, cell) in self.keys.iter().zip(row) {
            // A cell that holds JSON may hold a response.
            let start = cell.trim_ascii_start();
            if start.starts_with(b"{") || start.starts_with(b"[") {
                return None;
            }
            if matches!(key, Key::Other | Key::Asked | Key::Token | Key::TokenType) {
                let is_list = || std::str::from_utf8(cell).map_or(true, is_list_of_scopes);
                if *key == Key::Other && is_list() {
                    return None;
                }
                continue;
            }
            let cell = std::str::from_utf8(cell).ok()?.trim();
            if cell.is_empty() {
                continue;
            }
            match key {
                Key::Scope if !is_plain_list(cell) => return None,
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

    /// The JSON record that a row stands for, its cells as texts; nothing for a row that has cells for neither scopes
    /// nor a response.
    fn record<'c>(&self, cells: &'c [Cell]) -> Option<Record<'c>> {
        let mut record = Record { text: String::from("{"), cells, runs: Vec::new() };
        let mut found = false;
        for (number, (name, cell)) in self.names.iter().zip(cells).enumerate() {
            let value = &cell.value;
            let is_scope = Key::of(name.as_bytes()) == Key::Scope;
            let is_json = is_response(name) && value.trim_start().starts_with(['{', '[', '"']);
            found |= is_scope || is_json;
            // An empty cell is no field, but for the scopes: there it says that they are not known.
            if value.trim().is_empty() && !is_scope {
                continue;
            }
            if record.text.len() > 1 {
                record.text.push(',');
            }
            record.text.push_str(&serde_json::Value::from(name.as_str()).to_string());
            record.text.push(':');
            record.push(number, value);
        }
        record.text.push('}');
        found.then_some(record)
    }
}

impl<R: Read> TableReader<R> {
    /// The header: the first row, or the second one after a line by which a spreadsheet says what separates cells.
    ///
    /// # Errors
    ///
    /// When the input cannot be read.
    pub(crate) fn header(&mut self) -> io::Result<Option<Header>> {
        let Some(mut row) = self.next()? else { return Ok(None) };
        let bare = row.text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&row.text);
        if bare == [b"sep=", &[self.delimiter()][..]].concat() {
            let Some(second) = self.next()? else { return Ok(None) };
            row = second;
        }
        let cells: Vec<_> = row.cells.iter().map(String::from_utf8_lossy).collect();
        Ok(Some(Header::new(cells.iter().map(AsRef::as_ref), self.delimiter())))
    }
}

/// Names of columns of which none stands twice, as far as they say nothing to us: what they hold is looked at all the same.
fn told_apart(mut names: Vec<String>, keys: &[Key]) -> Vec<String> {
    for at in 1..names.len() {
        let (before, rest) = names.split_at(at);
        if keys.get(at) == Some(&Key::Other)
            && let Some(name) = rest.first()
            && before.contains(name)
            && !is_response(name)
        {
            names[at] = format!("{name} {}", at + 1);
        }
    }
    names
}

fn is_response(name: &str) -> bool {
    RESPONSES.iter().any(|known| known.eq_ignore_ascii_case(&name.replace([' ', '-'], "_")))
}

/// A row as a JSON object, and where in the row its texts stand.
struct Record<'c> {
    text: String,
    cells: &'c [Cell],
    /// Ascending in the text.
    runs: Vec<Run>,
}

/// Characters of a cell that stand in the object as they are, or one that is escaped there.
struct Run {
    inside: Span,
    cell: usize,
    value: Span,
}

impl Record<'_> {
    /// Adds the text of a cell.
    fn push(&mut self, cell: usize, value: &str) {
        self.text.push('"');
        for (at, c) in value.char_indices() {
            let start = self.text.len();
            match c {
                '"' | '\\' => self.text.extend(['\\', c]),
                '\0'..='\u{1f}' => {
                    let _ = write!(self.text, "\\u{:04x}", u32::from(c));
                }
                c => self.text.push(c),
            }
            let run = Run { inside: Span::new(start, self.text.len()), cell, value: Span::new(at, at + c.len_utf8()) };
            let as_it_is = |run: &Run| run.inside.len() == run.value.len();
            match self.runs.last_mut() {
                Some(last) if last.inside.end == start && as_it_is(last) && as_it_is(&run) => {
                    (last.inside.end, last.value.end) = (run.inside.end, run.value.end);
                }
                _ => self.runs.push(run),
            }
        }
        self.text.push('"');
    }

    /// Where in the row a part of the object stands: one piece for each cell.
    fn pieces(&self, part: Span) -> Vec<Span> {
        let first = self.runs.partition_point(|run| run.inside.end <= part.start);
        let until = self.runs.partition_point(|run| run.inside.start < part.end);
        let touched = self.runs.get(first..until).unwrap_or_default();
        let same_cell = touched.chunk_by(|one, other| one.cell == other.cell);
        let located = same_cell.filter_map(|runs| {
            let (first, last) = (runs.first()?, runs.last()?);
            let start = match part.start.checked_sub(first.inside.start) {
                Some(into) if first.inside.len() == first.value.len() => first.value.start + into,
                _ => first.value.start,
            };
            let end = match last.inside.end.checked_sub(part.end) {
                Some(left) if last.inside.len() == last.value.len() => last.value.end - left,
                _ => last.value.end,
            };
            Some(self.cells.get(first.cell)?.locate(start..end))
        });
        located.collect()
    }

    /// The one place in the row of a part of the object; the whole row where it has several.
    fn locate(&self, part: Span) -> Span {
        match self.pieces(part)[..] {
            [place] => place,
            _ => Span::new(0, self.cells.last().map_or(0, |cell| cell.span.end)),
        }
    }
}

/// Reads every row of a table. Each row is a source of its own.
pub(super) fn read_table(name: &str, text: &str, delimiter: u8, sources: &mut Sources) -> record::Read {
    let source = sources.next_id();
    let mut rows = TableReader::new(text.as_bytes(), delimiter);
    let mut grants = Vec::new();
    // A text in memory can always be read.
    if let Ok(Some(header)) = rows.header() {
        if header.names_grants() {
            while let Ok(Some(row)) = rows.next() {
                grants.extend(read_row(name, &header, &row, sources));
            }
        } else {
            grants.push(failed(name, 1, Failure::NoColumn, sources));
        }
    }
    if sources.next_id() == source {
        sources.add(Source::new(name, ""));
    }
    record::Read { grants, source }
}

/// Reads the grants of one row. The row goes into `sources` without its secrets.
pub(crate) fn read_row(name: &str, header: &Header, row: &Row, sources: &mut Sources) -> Vec<Grant> {
    let Ok(text) = std::str::from_utf8(&row.text) else {
        return vec![failed(name, row.line, Failure::NotUtf8, sources)];
    };
    let cells = rows::cells(text, header.delimiter);
    if cells.iter().skip(header.names.len()).any(|cell| !cell.value.trim().is_empty()) {
        return vec![failed(name, row.line, Failure::LongRow, sources)];
    }
    let Some(record) = header.record(&cells) else {
        return vec![failed(name, row.line, Failure::ShortRow, sources)];
    };
    let source = sources.next_id();
    let Parts { mut grants, hide, keep } = parts(source, &record.text);
    for grant in &mut grants {
        grant.relocate(|part| record.locate(part));
        // In a record the list is told from its only scope by quotes; in a cell there may be none.
        let list = grant.request.place;
        if grant.request.items.iter().any(|item| item.place == list) {
            let alone = Span::new(0, text.len()) == list.span;
            grant.request.place.span = Span::new(0, if alone { 0 } else { text.len() });
        }
    }
    let everywhere = |parts: Vec<Span>| parts.into_iter().flat_map(|part| record.pieces(part)).collect::<Vec<_>>();
    let mut hide = everywhere(hide);
    // Cells over which the header says nothing, and whole responses: of these the reader keeps what may be shown.
    let is_open = |number: usize| header.names.get(number).is_some_and(|name| !is_response(name));
    hide.extend(cells.iter().enumerate().filter(|(number, _)| !is_open(*number)).map(|(_, cell)| cell.span));
    sources.add(Source::starting_at(name, blot(text, &hide, &everywhere(keep), '*'), row.line));
    number(name, row.line, &mut grants);
    grants
}

/// A record that cannot even be read as text, or has no cells.
pub(crate) fn failed(name: &str, line: usize, failure: Failure, sources: &mut Sources) -> Grant {
    let text = "(row)".to_owned();
    let source = sources.next_id();
    let mut reader = super::shape::Reader::new(source, &text);
    reader.fail(failure, Span::new(0, text.len()), &super::shape::Labels::new());
    let mut grant = reader.grants().remove(0);
    grant.name = unnamed(name, line, 0);
    sources.add(Source::starting_at(name, text, line));
    grant
}
