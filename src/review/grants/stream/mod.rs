//! Exports of any length: read in pieces, judged on all cores, told in the order read.
//!
//! Memory does not grow with the input. Each worker takes the next piece, judges it, and hands over what came of it; there
//! is room for a few pieces only, so that nobody runs ahead. Judgements that are alike are made once; and only the grants
//! that a report shows are read in full, with their places.

mod pieces;
mod worker;

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::num::NonZero;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::Audit;
use super::cells::Cells;
use super::collect::Collector;
use super::memo::{Memo, Purpose};
use crate::input::token::{self, Failure, Grant, Header, Skimmer};
use crate::report::{Line, Rows, Whose};
use crate::text::Sources;
use pieces::{Cut, Lines, Piece, Table};
use worker::{Done, Room, Worker, read};

/// The longest record that is read, in bytes.
pub const MAX_RECORD: usize = 64 << 20;

/// There is room for so many pieces for each worker.
const PIECES: usize = 2;

/// More workers than this gain nothing: one at a time reads.
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
    cells: Cells<'s>,
    names_count: bool,
    memos: Vec<Memo>,
}

impl<'a, 's> Stream<'a, 's> {
    /// A stream into a collector. `names_count` when clients that the policy does not have are told apart, for a lock.
    #[must_use]
    pub fn new(audit: &'a Audit<'a>, sources: Sources, sinks: Vec<Sink<'s>>, names_count: bool) -> Self {
        let collector = Collector::new(audit, sources, names_count);
        let formats = sinks.iter().map(|sink| sink.rows).collect();
        let cells = Cells::new(collector.sources.next_id(), formats);
        let workers = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_WORKERS);
        let memos = (0..workers).map(|_| Memo::default()).collect();
        Self { audit, collector, sinks, cells, names_count, memos }
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
            let matched = self.audit.matched(grant.owners());
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
                for Line { head, tail } in sink.rows.lines(&judgement.unit(&grant, self.audit.owner(&grant))) {
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
    pub fn lines(&mut self, name: &str, input: &mut (dyn Read + Send)) -> Result<(), StreamError> {
        self.pieces(name, None, &mut Lines::new(input))
    }

    /// Takes a table with a header.
    ///
    /// # Errors
    ///
    /// When the input cannot be read, or a format cannot be written.
    pub fn table(&mut self, name: &str, delimiter: u8, input: &mut (dyn Read + Send)) -> Result<(), StreamError> {
        let Some((mut rows, header)) = Table::new(delimiter, input).map_err(StreamError::Input)? else { return Ok(()) };
        if !header.names_grants() {
            let failed = token::failed(name, 1, Failure::NoColumn, &mut self.collector.sources);
            return self.grants(vec![failed]).map_err(StreamError::Output);
        }
        self.pieces(name, Some(&header), &mut rows)
    }

    fn pieces(&mut self, name: &str, header: Option<&Header>, cut: &mut dyn Cut) -> Result<(), StreamError> {
        let Self { audit, collector, sinks, cells, names_count, memos } = self;
        let purpose = Purpose { audit, cells, names_count: *names_count };
        let (give, rooms) = mpsc::channel();
        for _ in 0..memos.len() * PIECES {
            let _ = give.send(None);
        }
        let source = Mutex::new(Input { cut, rooms, next: 0, has_ended: false, failure: None });
        let room = Room::default();
        let (tell, told) = mpsc::channel();
        let merged = thread::scope(|scope| {
            for memo in memos {
                let (source, room, tell) = (&source, &room, Bell(tell.clone()));
                let skimmer = Skimmer::default();
                let mut worker = Worker { purpose, memo, name, header, room, skimmer, done: Done::default() };
                scope.spawn(move || {
                    while let Some((number, piece)) = take(source) {
                        let done = worker.piece(&piece);
                        if tell.0.send(Some((number, piece, done))).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(tell);
            let mut merger = Merger { collector, sinks, name, header, room: &room };
            let mut early = BTreeMap::new();
            let mut next = 0;
            while let Ok(Some((number, piece, done))) = told.recv() {
                early.insert(number, (piece, done));
                while let Some((piece, done)) = early.remove(&next) {
                    merger.merge(&piece, &done)?;
                    // Nobody takes it when the input has ended.
                    let _ = give.send(Some(piece));
                    next += 1;
                }
            }
            // From here on workers find neither room nor somebody to tell: what is left of them ends.
            drop((give, told));
            Ok(())
        });
        merged.map_err(StreamError::Output)?;
        let input = source.into_inner().unwrap_or_else(PoisonError::into_inner);
        input.failure.map_or(Ok(()), |error| Err(StreamError::Input(error)))
    }

    /// Ends the stream: what the workers have counted goes to the collector.
    #[must_use]
    pub fn finish(mut self) -> (Collector<'a>, Vec<Sink<'s>>) {
        for memo in self.memos {
            memo.finish(&self.cells, &mut self.collector);
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

/// The input, of which one worker at a time takes a piece.
struct Input<'c> {
    cut: &'c mut dyn Cut,
    /// Room for pieces: without it, a worker waits.
    rooms: Receiver<Option<Piece>>,
    next: usize,
    has_ended: bool,
    failure: Option<io::Error>,
}

/// The next piece and its number; nothing at the end.
fn take(input: &Mutex<Input<'_>>) -> Option<(usize, Piece)> {
    let mut input = input.lock().unwrap_or_else(PoisonError::into_inner);
    if input.has_ended {
        return None;
    }
    let room = input.rooms.recv().ok()?;
    match input.cut.next(room) {
        Ok(Some(piece)) => {
            input.next += 1;
            return Some((input.next - 1, piece));
        }
        Ok(None) => {}
        Err(error) => input.failure = Some(error),
    }
    input.has_ended = true;
    None
}

/// What a worker tells: the number of a piece, the piece, and what came of it.
type Told = Option<(usize, Piece, Done)>;

/// How a worker tells. One that panics says that nothing will come, so that nobody waits for it.
struct Bell(Sender<Told>);

impl Drop for Bell {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.0.send(None);
        }
    }
}

/// Takes what workers have made, in the order read.
struct Merger<'m, 'a, 's> {
    collector: &'m mut Collector<'a>,
    sinks: &'m mut Vec<Sink<'s>>,
    name: &'m str,
    header: Option<&'m Header>,
    room: &'m Room,
}

impl Merger<'_, '_, '_> {
    fn merge(&mut self, piece: &Piece, done: &Done) -> io::Result<()> {
        for (sink, out) in self.sinks.iter_mut().zip(&done.out) {
            sink.out.write_all(out)?;
        }
        let collector = &mut *self.collector;
        for kept in &done.kept {
            if !collector.wants(kept.after, kept.offends, kept.failed) {
                continue;
            }
            let grants = read(self.name, self.header, piece, kept.line, &kept.record, &mut collector.sources);
            let offends = (grants.len() == 1).then_some(kept.offends);
            for (number, grant) in grants.into_iter().enumerate() {
                collector.consider(kept.after + number, grant, offends);
            }
        }
        collector.pass(done.grants, done.failed);
        self.room.any.store(!collector.wants(0, false, false), Ordering::Relaxed);
        self.room.offending.store(!collector.wants(0, true, false), Ordering::Relaxed);
        self.room.failed.store(!collector.wants(0, false, true), Ordering::Relaxed);
        Ok(())
    }
}
