//! Judgements of grants that are alike, made once.
//!
//! What a judgement depends on is the application, the spelling of the scopes, the data centre, and the old forms of
//! the response. A million grants have a few thousand of those.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ahash::RandomState;

use super::alone::{Scopes, split};
use super::collect::Collector;
use super::figures::{Figures, Frame, Made, make};
use super::{Audit, Matched};
use crate::input::token::{Facts, Grant, StaleForm, State};
use crate::report::{GrantState, Line, Rows};
use crate::scope::Scope;

/// The most bytes of keys, figures and lines that one memo holds, about. A full memo is emptied: its figures go to the
/// totals first.
const MOST: usize = 10 << 20;

/// What an entry takes besides key, figures and lines, about.
const WEIGHT: usize = 200;

/// What one held scope takes, about.
const LIGHT: usize = 150;

/// So many frames of grants are remembered, that is combinations of application, API host and whatever else a response
/// says.
const FRAMES: usize = 20_000;

/// So many kinds of frames are remembered: a real export has a few for each application.
const KINDS: usize = 4000;

type Table = HashMap<Box<[u8]>, usize, RandomState>;

/// The judgements of one worker.
#[derive(Default)]
pub(super) struct Memo {
    /// By the kind of frame, the client where it counts, and the scopes.
    entries: Table,
    known: Vec<Known>,
    /// By the application and everything that the response says, but for the scopes.
    frames: Table,
    framed: Vec<Framed>,
    /// Frames of which the rules say the same are of one kind.
    kinds: Vec<Frame>,
    size: usize,
    key: Vec<u8>,
    /// Lines that stand for a scope in many lists.
    lines: HashSet<Arc<Line>, RandomState>,
    /// Judgements that had to make room, oldest first.
    forgotten: Vec<Known>,
}

/// A grant without its scopes.
#[derive(Clone, Copy)]
struct Framed {
    kind: usize,
    data_centre: Option<&'static str>,
}

/// A judgement, and how many grants have it.
pub(super) struct Known {
    pub(super) offends: bool,
    /// The lines of each format for a grant of this kind.
    pub(super) lines: Vec<Vec<Arc<Line>>>,
    matched: Matched,
    state: GrantState,
    /// Where names count.
    data_centre: Option<&'static str>,
    /// The client by which a lock names it, where the policy has no application for it.
    label: Option<String>,
    figures: Figures,
    /// What it holds, for a lock.
    held: Vec<Scope>,
    times: usize,
}

/// What is known of one grant.
#[derive(Clone, Copy)]
pub(super) struct Answer<'m> {
    pub(super) known: &'m Known,
    pub(super) matched: Matched,
    pub(super) state: GrantState,
    pub(super) data_centre: Option<&'static str>,
}

/// What a memo's judgements are for.
#[derive(Clone, Copy)]
pub(super) struct Purpose<'p> {
    pub(super) formats: &'p [&'p dyn Rows],
    /// The names of clients count, and what they hold, for a lock.
    pub(super) names_count: bool,
    /// What is known of single scopes.
    pub(super) scopes: &'p Scopes,
}

impl Memo {
    /// The judgement on a grant of these facts, counted once more.
    pub(super) fn of_facts(&mut self, audit: &Audit<'_>, purpose: Purpose<'_>, facts: &Facts<'_>) -> Answer<'_> {
        self.judged(audit, purpose, facts, None)
    }

    /// The judgement on a grant that was read in full, counted once more.
    pub(super) fn of_grant(&mut self, audit: &Audit<'_>, purpose: Purpose<'_>, grant: &Grant) -> Answer<'_> {
        let scopes: Vec<&str> = grant.request.items.iter().map(|item| item.written.as_str()).collect();
        let scopes = scopes.join(" ");
        let has = |form| grant.stale.iter().any(|stale| stale.form == form);
        let facts = Facts {
            labels: [grant.labels.first().map(|(label, _)| label.as_str()), None, None],
            scope: (grant.state == State::Known).then_some(scopes.as_str()),
            api_domain: grant.api_domain.as_ref().map(|(host, _)| host.as_str()),
            data_centre: grant.data_centre,
            is_in_milliseconds: has(StaleForm::Milliseconds),
            has_expires_in_sec: has(StaleForm::ExpiresInSec),
        };
        self.judged(audit, purpose, &facts, Some(grant))
    }

    fn judged(
        &mut self,
        audit: &Audit<'_>,
        purpose: Purpose<'_>,
        facts: &Facts<'_>,
        read: Option<&Grant>,
    ) -> Answer<'_> {
        let matched = match read {
            Some(grant) => audit.matched(grant.owners()),
            None => audit.matched(facts.owners()),
        };
        let label = facts.labels().next().filter(|_| purpose.names_count && audit.app(matched).is_none());
        let Framed { kind, data_centre } = self.frame(audit, purpose, facts, matched, read);
        // Lengths stand before the texts, so that no two kinds of grant have one key.
        self.key.clear();
        self.key.extend_from_slice(&kind.to_le_bytes());
        let text = label.unwrap_or_default();
        self.key.extend_from_slice(&text.len().to_le_bytes());
        self.key.extend_from_slice(text.as_bytes());
        self.key.extend_from_slice(facts.scope.unwrap_or_default().as_bytes());
        let index = match self.entries.get(self.key.as_slice()) {
            Some(&index) => index,
            None => self.learn(audit, purpose, facts, kind, label),
        };
        let known = &mut self.known[index];
        known.times += 1;
        Answer { matched, state: known.state, data_centre, known }
    }

    /// Everything that decides, but for the scopes.
    fn frame(
        &mut self,
        audit: &Audit<'_>,
        purpose: Purpose<'_>,
        facts: &Facts<'_>,
        matched: Matched,
        read: Option<&Grant>,
    ) -> Framed {
        let failed = read.map(|grant| &grant.state).filter(|state| matches!(state, State::Failed(_)));
        let differs = read.is_some_and(|grant| grant.differs.is_some());
        let holds = |list: &str| {
            list.starts_with(|c: char| c.is_ascii_alphanumeric()) || !split(list, purpose.scopes.nowhere).is_empty()
        };
        let is_known = facts.scope.is_some_and(holds);
        let message = match failed {
            Some(State::Failed(failure)) => Some(failure.message()),
            _ => None,
        };
        let flags = [
            differs,
            facts.is_in_milliseconds,
            facts.has_expires_in_sec,
            is_known,
            facts.api_domain.is_some(),
            facts.data_centre.is_some(),
            failed.is_some(),
        ];
        self.key.clear();
        matched.add_to(&mut self.key);
        self.key.extend_from_slice(&flags.map(u8::from));
        for text in [facts.api_domain, facts.data_centre, message.as_deref()] {
            let text = text.unwrap_or_default();
            self.key.extend_from_slice(&text.len().to_le_bytes());
            self.key.extend_from_slice(text.as_bytes());
        }
        if let Some(framed) = self.frames.get(self.key.as_slice()).and_then(|&index| self.framed.get(index)) {
            return *framed;
        }
        let state = failed.cloned().unwrap_or(if is_known { State::Known } else { State::Unknown });
        let frame = Frame::new(audit, matched, facts, (state, differs), purpose.scopes);
        let data_centre = frame.grant.data_centre;
        let framed = Framed { kind: self.kind(frame, purpose.names_count), data_centre };
        if self.framed.len() >= FRAMES {
            self.frames.clear();
            self.framed.clear();
        }
        self.frames.insert(self.key.as_slice().into(), self.framed.len());
        self.framed.push(framed);
        framed
    }

    /// The kind of a frame. Data centres matter where names count, for a lock.
    fn kind(&mut self, frame: Frame, names_count: bool) -> usize {
        let known = self.kinds.iter().position(|known| known.is_like(&frame, names_count));
        known.unwrap_or_else(|| {
            if self.kinds.len() >= KINDS {
                self.forget();
                self.frames.clear();
                self.framed.clear();
                self.kinds.clear();
            }
            self.kinds.push(frame);
            self.kinds.len() - 1
        })
    }

    fn learn(
        &mut self,
        audit: &Audit<'_>,
        purpose: Purpose<'_>,
        facts: &Facts<'_>,
        kind: usize,
        label: Option<&str>,
    ) -> usize {
        let frame = &self.kinds[kind];
        let with_texts = !purpose.formats.is_empty();
        let list = facts.scope.unwrap_or_default();
        let Made { figures, held, judgement } =
            make(audit, purpose.scopes, frame, list, (purpose.names_count, with_texts));
        let mut size = self.key.len() + WEIGHT + figures.size() + LIGHT * held.len();
        let mut lines = Vec::new();
        for format in purpose.formats {
            let unit = judgement.as_ref().map(|judgement| judgement.unit(&frame.grant, audit.owner(&frame.grant)));
            let own = unit.map(|unit| format.lines(&unit)).unwrap_or_default();
            size += own.len() * size_of::<Arc<Line>>();
            let shared = own.into_iter().map(|line| {
                let known = self.lines.get(&line).cloned();
                known.unwrap_or_else(|| {
                    size += WEIGHT + line.head.len() + line.tail.len();
                    let line = Arc::new(line);
                    self.lines.insert(Arc::clone(&line));
                    line
                })
            });
            lines.push(shared.collect());
        }
        let known = Known {
            matched: frame.matched,
            state: frame.state(),
            data_centre: frame.grant.data_centre,
            offends: figures.all.offending_grants > 0,
            lines,
            label: label.map(str::to_owned),
            figures,
            held,
            times: 0,
        };
        if self.size + size > MOST {
            self.forget();
        }
        self.size += size;
        self.entries.insert(self.key.as_slice().into(), self.known.len());
        self.known.push(known);
        self.known.len() - 1
    }

    /// Makes room.
    fn forget(&mut self) {
        let from = self.forgotten.len();
        self.forgotten.append(&mut self.known);
        self.forgotten.iter_mut().skip(from).for_each(|known| known.lines = Vec::new());
        self.lines.clear();
        self.entries.clear();
        self.size = 0;
    }

    /// The judgements that had to make room since this was asked last.
    pub(super) fn forgotten(&mut self) -> Vec<Known> {
        std::mem::take(&mut self.forgotten)
    }

    /// Hands over all figures.
    pub(super) fn finish(self, collector: &mut Collector<'_>) {
        for known in self.forgotten.iter().chain(&self.known) {
            known.hand_over(collector);
        }
    }
}

impl Known {
    /// Hands the figures over, as often as they were counted.
    pub(super) fn hand_over(&self, collector: &mut Collector<'_>) {
        if self.times == 0 {
            return;
        }
        collector.count_alike(self.matched, &self.figures, self.times);
        collector.hold(self.matched, self.label.as_deref(), self.data_centre, self.state, &self.held);
    }
}
