//! The work on one piece of an input.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::collect::{DETAILED, SHOWN};
use super::super::memo::{Answer, Memo, Purpose};
use super::pieces::Piece;
use crate::input::token::{self, Facts, Failure, Grant, Header, Skimmer, is_clear};
use crate::report::{GrantState, Whose};
use crate::text::Sources;

/// What a worker made of a piece.
#[derive(Default)]
pub(super) struct Done {
    /// How many grants have been judged.
    pub(super) grants: usize,
    /// Of these, how many have no token.
    pub(super) failed: usize,
    /// What is written, for each format.
    pub(super) out: Vec<Vec<u8>>,
    /// Records that a report may show.
    pub(super) kept: Vec<Kept>,
    /// How many of the kept ones offend.
    offending: usize,
    /// How many of the kept ones have no token.
    failing: usize,
}

/// A record that a report may show.
pub(super) struct Kept {
    /// How many grants of the piece come before.
    pub(super) after: usize,
    pub(super) line: usize,
    pub(super) record: Record,
    pub(super) offends: bool,
    pub(super) failed: bool,
}

/// Whether the report is full, so that records need not be kept for it. It never becomes empty again.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// Of grants of any kind.
    pub(super) any: AtomicBool,
    /// Of grants that offend.
    pub(super) offending: AtomicBool,
    /// Of grants without token.
    pub(super) failed: AtomicBool,
}

/// Where a record stands in its piece.
#[derive(Clone)]
pub(super) enum Record {
    Line(Range<usize>),
    Row(usize),
}

/// The grants of a record, read in full.
pub(super) fn read(
    name: &str,
    header: Option<&Header>,
    piece: &Piece,
    line: usize,
    record: &Record,
    sources: &mut Sources,
) -> Vec<Grant> {
    match (piece, record, header) {
        (Piece::Lines { text, .. }, Record::Line(range), _) => {
            match std::str::from_utf8(text.get(range.clone()).unwrap_or_default()) {
                Ok(text) => token::read_line(name, line, text, sources),
                Err(_) => vec![token::failed(name, line, Failure::NotUtf8, sources)],
            }
        }
        (Piece::Rows(rows), Record::Row(row), Some(header)) => {
            rows.get(*row).map(|row| token::read_row(name, header, row, sources)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// Judges pieces.
pub(super) struct Worker<'w> {
    pub(super) purpose: Purpose<'w>,
    pub(super) memo: &'w mut Memo,
    pub(super) name: &'w str,
    pub(super) header: Option<&'w Header>,
    pub(super) room: &'w Room,
    pub(super) skimmer: Skimmer,
    pub(super) done: Done,
}

impl Worker<'_> {
    pub(super) fn piece(&mut self, piece: &Piece) -> Done {
        self.done.out = vec![Vec::new(); self.purpose.cells.formats.len()];
        match piece {
            Piece::Lines { first, text, end } => self.lines(piece, *first, text.get(..*end).unwrap_or_default()),
            Piece::Rows(rows) => {
                for (at, row) in rows.iter().enumerate() {
                    let facts = self.header.and_then(|header| header.skim(&row.cells));
                    self.record(piece, row.line, Record::Row(at), facts);
                }
            }
        }
        std::mem::take(&mut self.done)
    }

    fn lines(&mut self, piece: &Piece, first: usize, text: &[u8]) {
        let whole = std::str::from_utf8(text).ok();
        let all_clear = is_clear(text);
        let mut start = 0;
        let mut line = first;
        while start < text.len() {
            let rest = text.get(start..).unwrap_or_default();
            let end = start + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let bytes = text.get(start..end).unwrap_or_default();
            let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
            let range = start..start + bytes.len();
            let text = match whole {
                Some(text) => text.get(range.clone()),
                None => std::str::from_utf8(bytes).ok(),
            };
            if !bytes.trim_ascii_start().is_empty() {
                let facts = text.filter(|_| all_clear || is_clear(bytes)).and_then(|text| self.skimmer.skim(text));
                self.record(piece, line, Record::Line(range), facts);
            }
            start = end + 1;
            line += 1;
        }
    }

    fn record(&mut self, piece: &Piece, line: usize, record: Record, facts: Option<Facts<'_>>) {
        if let Some(facts) = facts {
            let answer = self.memo.of_facts(self.purpose, &facts, None);
            let offends = answer.known.offends;
            if !self.purpose.cells.formats.is_empty() {
                let label = facts.labels().next().map_or_else(|| token::unnamed(self.name, line, 0), str::to_owned);
                write(self.purpose, answer, (self.name, line, &label), &mut self.done.out);
            }
            self.keep(line, record, offends, false);
            self.done.grants += 1;
            return;
        }
        let mut sources = Sources::default();
        let grants = read(self.name, self.header, piece, line, &record, &mut sources);
        let (mut any_offends, mut any_failed) = (false, false);
        let count = grants.len();
        for grant in &grants {
            let answer = self.memo.of_grant(self.purpose, grant);
            any_offends |= answer.known.offends;
            let failed = answer.state == GrantState::Failed;
            any_failed |= failed;
            self.done.failed += usize::from(failed);
            if !self.purpose.cells.formats.is_empty() {
                let line = sources.get(grant.place.source).position(grant.place.span.start).line;
                write(self.purpose, answer, (self.name, line, &grant.name), &mut self.done.out);
            }
        }
        self.keep(line, record, any_offends, any_failed);
        self.done.grants += count;
    }

    /// Notes a record that a report may show, as many of a piece as any report could show.
    fn keep(&mut self, line: usize, record: Record, offends: bool, failed: bool) {
        let after = self.done.grants;
        let is_open = |full: &AtomicBool| !full.load(Ordering::Relaxed);
        if (after < DETAILED && is_open(&self.room.any))
            || (offends && self.done.offending < SHOWN && is_open(&self.room.offending))
            || (failed && self.done.failing < SHOWN && is_open(&self.room.failed))
        {
            self.done.offending += usize::from(offends);
            self.done.failing += usize::from(failed);
            self.done.kept.push(Kept { after, line, record, offends, failed });
        }
    }
}

/// Writes a grant in every format.
fn write(purpose: Purpose<'_>, answer: Answer<'_>, (path, line, grant): (&str, usize, &str), out: &mut [Vec<u8>]) {
    let app = purpose.audit.app(answer.matched);
    let whose = Whose { path, line, grant: Some(grant), app, data_centre: answer.data_centre };
    for (number, (format, out)) in purpose.cells.formats.iter().zip(out).enumerate() {
        let whose = format.whose(&whose);
        for line in answer.known.lines(number) {
            for part in [&line.head, &whose, &line.tail] {
                out.extend_from_slice(part.as_bytes());
            }
        }
    }
}
