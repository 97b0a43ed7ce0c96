//! Exports of any length: read in pieces, judged on all cores, told in the order read.
//!
//! Memory does not grow with the input: a piece of it is read while the workers judge the one before; judgements that
//! are alike are made once; and only the grants that a report shows are read in full, with their places.

use std::io::{self, Read, Write};
use std::num::NonZero;
use std::ops::Range;
use std::thread;

use super::Audit;
use super::alone::Scopes;
use super::collect::{Collector, DETAILED, SHOWN};
use super::memo::{Known, Memo, Purpose};
use crate::input::token::{self, Facts, Failure, Grant, Header, Row, TableReader, skim};
use crate::report::{GrantState, Line, Rows, Whose};
use crate::source::Sources;

/// The longest record that is read, in bytes.
pub const MAX_RECORD: usize = 64 << 20;

/// About so many bytes are judged by one worker at a time.
const PIECE: usize = 256 << 10;

/// Pieces for each worker between two rounds of reading.
const PIECES: usize = 4;

/// So many rows of a table are judged by one worker at a time.
const ROWS: usize = 1024;

/// More workers than this gain nothing: one thread reads.
const MOST_WORKERS: usize = 16;

/// A format that writes every grant, and where it writes.
pub struct Sink<'s> {
    /// The format.
    pub rows: &'s dyn Rows,
    /// Where it goes.
    pub out: Box<dyn Write + 's>,
}

/// Grants on their way from texts into a collector and to the formats that write every one of them.
pub struct Stream<'a, 's> {
    audit: &'a Audit<'a>,
    /// What has been gathered.
    pub collector: Collector<'a>,
    sinks: Vec<Sink<'s>>,
    formats: Vec<&'s dyn Rows>,
    scopes: Scopes,
    names_count: bool,
    memos: Vec<Memo>,
}

/// A piece of an input, for one worker.
enum Piece {
    /// Whole lines, the first of them of this number.
    Lines { first: usize, text: Vec<u8> },
    /// Rows of a table.
    Rows(Vec<Row>),
}

/// What a worker made of a piece.
#[derive(Default)]
struct Done {
    /// How many grants have been judged.
    grants: usize,
    /// Of these, how many have no token.
    failed: usize,
    /// What is written, for each format.
    out: Vec<Vec<u8>>,
    /// Records that a report may show.
    kept: Vec<Kept>,
    /// How many of the kept ones offend.
    offending: usize,
    /// How many of the kept ones have no token.
    failing: usize,
}

/// A record that a report may show.
struct Kept {
    /// How many grants of the piece come before.
    after: usize,
    line: usize,
    record: Record,
    offends: bool,
    failed: bool,
}

/// Where a record stands in its piece.
#[derive(Clone)]
enum Record {
    Line(Range<usize>),
    Row(usize),
}

impl<'a, 's> Stream<'a, 's> {
    /// A stream into a collector. `names_count` when clients that the policy does not have are told apart, for a lock.
    #[must_use]
    pub fn new(audit: &'a Audit<'a>, sources: Sources, sinks: Vec<Sink<'s>>, names_count: bool) -> Self {
        let collector = Collector::new(audit, sources, names_count);
        let nowhere = collector.sources.next_id();
        let formats: Vec<&dyn Rows> = sinks.iter().map(|sink| sink.rows).collect();
        let scopes = Scopes::new(nowhere, !formats.is_empty());
        let workers = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_WORKERS);
        let memos = (0..workers).map(|_| Memo::new()).collect();
        Self { audit, collector, sinks, formats, scopes, names_count, memos }
    }

    /// Writes what the formats have before everything else.
    ///
    /// # Errors
    ///
    /// When a format cannot be written.
    pub fn begin(&mut self) -> io::Result<()> {
        let (policy, catalog, as_of) = self.audit.review.head();
        for sink in &mut self.sinks {
            sink.out.write_all(sink.rows.begin(&policy, &catalog, as_of).as_bytes())?;
        }
        Ok(())
    }

    /// How many grants have been read.
    #[must_use]
    pub fn seen(&self) -> usize {
        self.collector.seen()
    }

    /// Takes the grants of a text that was read whole, into [`Collector::sources`].
    ///
    /// # Errors
    ///
    /// When a format cannot be written.
    pub fn grants(&mut self, grants: Vec<Grant>) -> io::Result<()> {
        for mut grant in grants {
            let matched = self.audit.matched(grant.labels.iter().map(|(label, _)| label.as_str()));
            let judgement = self.audit.judge(&mut grant, matched);
            for sink in &mut self.sinks {
                let source = self.collector.sources.get(grant.place.source);
                let whose = Whose {
                    path: source.name(),
                    line: source.position(grant.place.span.start).line,
                    grant: Some(&grant.name),
                    app: grant.request.app.as_deref(),
                    data_centre: grant.data_centre,
                };
                let whose = sink.rows.whose(&whose);
                for Line { head, tail } in sink.rows.lines(&judgement.subject(&grant.state)) {
                    for part in [&head, &whose, &tail] {
                        sink.out.write_all(part.as_bytes())?;
                    }
                }
            }
            self.collector.add_judged(grant, matched, judgement);
        }
        Ok(())
    }

    /// Takes an input with a JSON document on each line.
    ///
    /// # Errors
    ///
    /// When the input cannot be read, or a format cannot be written.
    pub fn lines(&mut self, name: &str, input: &mut dyn Read) -> Result<(), StreamError> {
        let mut lines = Lines { input, rest: Vec::new(), line: 1, at_end: false };
        self.rounds(name, None, &mut || lines.next())
    }

    /// Takes a table with a header.
    ///
    /// # Errors
    ///
    /// When the input cannot be read, or a format cannot be written.
    pub fn table(&mut self, name: &str, delimiter: u8, input: &mut dyn Read) -> Result<(), StreamError> {
        let mut rows = TableReader::new(input, delimiter);
        let Some(header) = rows.header().map_err(StreamError::Input)? else { return Ok(()) };
        if !header.names_grants() {
            let failed = token::failed(name, 1, Failure::NoColumn, &mut self.collector.sources);
            return self.grants(vec![failed]).map_err(StreamError::Output);
        }
        self.rounds(name, Some(&header), &mut || {
            let mut piece = Vec::with_capacity(ROWS);
            while piece.len() < ROWS {
                match rows.next()? {
                    Some(row) => piece.push(row),
                    None => break,
                }
            }
            Ok((!piece.is_empty()).then_some(Piece::Rows(piece)))
        })
    }

    fn rounds(
        &mut self,
        name: &str,
        header: Option<&Header>,
        next: &mut dyn FnMut() -> io::Result<Option<Piece>>,
    ) -> Result<(), StreamError> {
        let most = self.memos.len() * PIECES;
        let mut round = gather(next, most);
        loop {
            let (pieces, end) = round;
            if pieces.is_empty() {
                round = (Vec::new(), End::Here);
            } else {
                let reader = || match &end {
                    End::More => gather(next, most),
                    End::Here | End::Failed(_) => (Vec::new(), End::Here),
                };
                let (done, following) = self.round(name, header, &pieces, reader);
                for (piece, done) in pieces.iter().zip(done) {
                    self.merge(name, header, piece, &done).map_err(StreamError::Output)?;
                }
                for memo in &mut self.memos {
                    memo.spill(&mut self.collector);
                }
                round = following;
            }
            match end {
                End::More => {}
                End::Here => return Ok(()),
                End::Failed(error) => return Err(StreamError::Input(error)),
            }
        }
    }

    /// Judges pieces on all workers while the next ones are read.
    fn round<T>(
        &mut self,
        name: &str,
        header: Option<&Header>,
        pieces: &[Piece],
        read: impl FnOnce() -> T,
    ) -> (Vec<Done>, T) {
        let purpose = Purpose { formats: &self.formats, names_count: self.names_count, scopes: &self.scopes };
        let (audit, workers) = (self.audit, self.memos.len());
        thread::scope(|scope| {
            let mut running = Vec::new();
            for (number, memo) in self.memos.iter_mut().enumerate().take(pieces.len()) {
                running.push(scope.spawn(move || {
                    let mut worker = Worker { audit, purpose, memo, name, header, done: Done::default() };
                    let own = pieces.iter().enumerate().skip(number).step_by(workers);
                    own.map(|(at, piece)| (at, worker.piece(piece))).collect::<Vec<_>>()
                }));
            }
            let following = read();
            let mut done: Vec<(usize, Done)> = Vec::new();
            for worker in running {
                match worker.join() {
                    Ok(part) => done.extend(part),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            done.sort_by_key(|(at, _)| *at);
            (done.into_iter().map(|(_, done)| done).collect(), following)
        })
    }

    /// Takes what a worker has made, in the order read.
    fn merge(&mut self, name: &str, header: Option<&Header>, piece: &Piece, done: &Done) -> io::Result<()> {
        for (sink, out) in self.sinks.iter_mut().zip(&done.out) {
            sink.out.write_all(out)?;
        }
        for kept in &done.kept {
            if !self.collector.wants(kept.after, kept.offends, kept.failed) {
                continue;
            }
            let grants = read(name, header, piece, kept.line, &kept.record, &mut self.collector.sources);
            let offends = (grants.len() == 1).then_some(kept.offends);
            for (number, grant) in grants.into_iter().enumerate() {
                self.collector.consider(kept.after + number, grant, offends);
            }
        }
        self.collector.pass(done.grants, done.failed);
        Ok(())
    }

    /// Ends the stream: what the workers have counted goes to the collector.
    #[must_use]
    pub fn finish(mut self) -> (Collector<'a>, Vec<Sink<'s>>) {
        for memo in self.memos {
            memo.finish(&mut self.collector);
        }
        (self.collector, self.sinks)
    }
}

/// Why a stream ended early.
#[derive(Debug)]
pub enum StreamError {
    /// The input cannot be read.
    Input(io::Error),
    /// A format cannot be written.
    Output(io::Error),
}

/// What follows the pieces that were read.
enum End {
    More,
    Here,
    Failed(io::Error),
}

fn gather(next: &mut dyn FnMut() -> io::Result<Option<Piece>>, most: usize) -> (Vec<Piece>, End) {
    let mut pieces = Vec::with_capacity(most);
    while pieces.len() < most {
        match next() {
            Ok(Some(piece)) => pieces.push(piece),
            Ok(None) => return (pieces, End::Here),
            Err(error) => return (pieces, End::Failed(error)),
        }
    }
    (pieces, End::More)
}

/// An input in pieces of whole lines.
struct Lines<'r> {
    input: &'r mut dyn Read,
    rest: Vec<u8>,
    line: usize,
    at_end: bool,
}

impl Lines<'_> {
    fn next(&mut self) -> io::Result<Option<Piece>> {
        let mut text = std::mem::take(&mut self.rest);
        text.reserve((PIECE + PIECE / 4).saturating_sub(text.len()));
        let mut cut = memchr::memrchr(b'\n', &text);
        while !self.at_end && (text.len() < PIECE || cut.is_none()) {
            let from = text.len();
            if from > MAX_RECORD {
                let message = format!("line {} is longer than {} MiB", self.line, MAX_RECORD >> 20);
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            let wanted = u64::try_from(PIECE.max(from) / 4).unwrap_or(u64::MAX);
            self.at_end = (&mut *self.input).take(wanted).read_to_end(&mut text)? == 0;
            cut = memchr::memrchr(b'\n', text.get(from..).unwrap_or_default()).map(|at| from + at).or(cut);
        }
        if let (Some(cut), false) = (cut, self.at_end) {
            self.rest = text.split_off(cut + 1);
        }
        if text.is_empty() {
            return Ok(None);
        }
        let first = self.line;
        self.line += memchr::memchr_iter(b'\n', &text).count();
        Ok(Some(Piece::Lines { first, text }))
    }
}

/// The grants of a record, read in full.
fn read(
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
struct Worker<'w> {
    audit: &'w Audit<'w>,
    purpose: Purpose<'w>,
    memo: &'w mut Memo,
    name: &'w str,
    header: Option<&'w Header>,
    done: Done,
}

impl Worker<'_> {
    fn piece(&mut self, piece: &Piece) -> Done {
        self.done.out = vec![Vec::new(); self.purpose.formats.len()];
        match piece {
            Piece::Lines { first, text } => {
                let whole = std::str::from_utf8(text).ok();
                let mut start = 0;
                let mut line = *first;
                while start < text.len() {
                    let rest = text.get(start..).unwrap_or_default();
                    let end = start + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                    let bytes = text.get(start..end).unwrap_or_default();
                    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
                    let range = start..start + bytes.len();
                    let skimmed = match whole {
                        Some(text) => text.get(range.clone()),
                        None => std::str::from_utf8(bytes).ok(),
                    };
                    if !bytes.trim_ascii().is_empty() {
                        self.record(piece, line, Record::Line(range), skimmed.and_then(skim));
                    }
                    start = end + 1;
                    line += 1;
                }
            }
            Piece::Rows(rows) => {
                for (at, row) in rows.iter().enumerate() {
                    let facts = self.header.and_then(|header| header.skim(&row.cells));
                    self.record(piece, row.line, Record::Row(at), facts);
                }
            }
        }
        std::mem::take(&mut self.done)
    }

    fn record(&mut self, piece: &Piece, line: usize, record: Record, facts: Option<Facts<'_>>) {
        if let Some(facts) = facts {
            let known = self.memo.of_facts(self.audit, self.purpose, &facts);
            let (offends, failed) = (known.offends, false);
            if !self.purpose.formats.is_empty() {
                let label = facts.labels().next().map_or_else(|| token::unnamed(self.name, line, 0), str::to_owned);
                write(self.audit, self.purpose, known, (self.name, line, &label), &mut self.done.out);
            }
            self.keep(line, record, offends, failed);
            self.done.grants += 1;
            return;
        }
        let mut sources = Sources::default();
        let grants = read(self.name, self.header, piece, line, &record, &mut sources);
        let (mut any_offends, mut any_failed) = (false, false);
        let count = grants.len();
        for grant in &grants {
            let known = self.memo.of_grant(self.audit, self.purpose, grant);
            any_offends |= known.offends;
            let failed = known.state == GrantState::Failed;
            any_failed |= failed;
            self.done.failed += usize::from(failed);
            if !self.purpose.formats.is_empty() {
                let line = sources.get(grant.place.source).position(grant.place.span.start).line;
                write(self.audit, self.purpose, known, (self.name, line, &grant.name), &mut self.done.out);
            }
        }
        self.keep(line, record, any_offends, any_failed);
        self.done.grants += count;
    }

    /// Notes a record that a report may show, as many of a piece as any report could show.
    fn keep(&mut self, line: usize, record: Record, offends: bool, failed: bool) {
        let after = self.done.grants;
        let shown = (offends && self.done.offending < SHOWN) || (failed && self.done.failing < SHOWN);
        if after < DETAILED || shown {
            self.done.offending += usize::from(offends);
            self.done.failing += usize::from(failed);
            self.done.kept.push(Kept { after, line, record, offends, failed });
        }
    }
}

/// Writes a grant in every format.
fn write(
    audit: &Audit<'_>,
    purpose: Purpose<'_>,
    known: &Known,
    (path, line, grant): (&str, usize, &str),
    out: &mut [Vec<u8>],
) {
    let app = audit.app(known.matched);
    let whose = Whose { path, line, grant: Some(grant), app, data_centre: known.data_centre };
    for ((format, lines), out) in purpose.formats.iter().zip(&known.lines).zip(out) {
        let whose = format.whose(&whose);
        for Line { head, tail } in lines {
            for part in [head, &whose, tail] {
                out.extend_from_slice(part.as_bytes());
            }
        }
    }
}
