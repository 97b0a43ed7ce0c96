//! Judgements of grants that are alike, made once.
//!
//! What a judgement depends on is the application, the spelling of the scopes, the data centre, and the old forms of
//! the response. A million grants have a few thousand of those.

use std::collections::HashMap;

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
const MOST: usize = 8 << 20;

/// What an entry takes besides key, figures and lines, about.
const WEIGHT: usize = 200;

/// What one held scope takes, about.
const LIGHT: usize = 150;

/// So many frames of grants are remembered: a real export has a few for each application.
const FRAMES: usize = 2000;

/// The judgements of one worker.
pub(super) struct Memo {
    entries: HashMap<Box<[u8]>, usize, RandomState>,
    known: Vec<Known>,
    frames: HashMap<Box<[u8]>, usize, RandomState>,
    framed: Vec<Frame>,
    size: usize,
    key: Vec<u8>,
    /// Figures of entries that had to make room, oldest first.
    evicted: Vec<Known>,
}

/// A judgement, and how many grants have it.
pub(super) struct Known {
    pub(super) matched: Matched,
    pub(super) state: GrantState,
    pub(super) data_centre: Option<&'static str>,
    pub(super) offends: bool,
    /// The lines of each format for a grant of this kind.
    pub(super) lines: Vec<Vec<Line>>,
    /// The client by which a lock names it, where the policy has no application for it.
    label: Option<String>,
    figures: Figures,
    /// What it holds, for a lock.
    held: Vec<Scope>,
    times: usize,
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
    pub(super) fn new() -> Self {
        Self {
            entries: HashMap::default(),
            known: Vec::new(),
            frames: HashMap::default(),
            framed: Vec::new(),
            size: 0,
            key: Vec::new(),
            evicted: Vec::new(),
        }
    }

    /// The judgement on a grant of these facts, counted once more.
    pub(super) fn of_facts(&mut self, audit: &Audit<'_>, purpose: Purpose<'_>, facts: &Facts<'_>) -> &Known {
        self.judged(audit, purpose, facts, None)
    }

    /// The judgement on a grant that was read in full, counted once more.
    pub(super) fn of_grant(&mut self, audit: &Audit<'_>, purpose: Purpose<'_>, grant: &Grant) -> &Known {
        let scopes: Vec<&str> = grant.request.items.iter().map(|item| item.written.as_str()).collect();
        let scopes = scopes.join(" ");
        let has = |form| grant.stale.iter().any(|stale| stale.form == form);
        let mut labels = grant.labels.iter().map(|(label, _)| label.as_str());
        let facts = Facts {
            labels: [labels.next(), labels.next(), labels.next()],
            scope: (grant.state == State::Known).then_some(scopes.as_str()),
            api_domain: grant.api_domain.as_ref().map(|(host, _)| host.as_str()),
            data_centre: grant.data_centre,
            is_in_milliseconds: has(StaleForm::Milliseconds),
            has_expires_in_sec: has(StaleForm::ExpiresInSec),
        };
        let failed = matches!(grant.state, State::Failed(_)).then_some(&grant.state);
        self.judged(audit, purpose, &facts, failed)
    }

    fn judged(&mut self, audit: &Audit<'_>, purpose: Purpose<'_>, facts: &Facts<'_>, failed: Option<&State>) -> &Known {
        let matched = audit.matched(facts.labels());
        let label = facts.labels().next().filter(|_| purpose.names_count && audit.app(matched).is_none());
        let frame = self.frame(audit, purpose, facts, matched, failed);
        // Lengths stand before the texts, so that no two kinds of grant have one key.
        self.key.clear();
        self.key.extend(frame.to_le_bytes());
        let text = label.unwrap_or_default();
        self.key.extend(text.len().to_le_bytes());
        self.key.extend_from_slice(text.as_bytes());
        self.key.extend_from_slice(facts.scope.unwrap_or_default().as_bytes());
        let index = match self.entries.get(self.key.as_slice()) {
            Some(&index) => index,
            None => self.learn(audit, purpose, facts, frame, label),
        };
        let known = &mut self.known[index];
        known.times += 1;
        known
    }

    /// Everything that decides, but for the scopes.
    fn frame(
        &mut self,
        audit: &Audit<'_>,
        purpose: Purpose<'_>,
        facts: &Facts<'_>,
        matched: Matched,
        failed: Option<&State>,
    ) -> usize {
        let holds = |list: &str| {
            list.starts_with(|c: char| c.is_ascii_alphanumeric()) || !split(list, purpose.scopes.nowhere).is_empty()
        };
        let is_known = facts.scope.is_some_and(holds);
        let message = match failed {
            Some(State::Failed(failure)) => Some(failure.message()),
            _ => None,
        };
        let flags = [
            matched.is_unmatched,
            facts.is_in_milliseconds,
            facts.has_expires_in_sec,
            is_known,
            facts.api_domain.is_some(),
            facts.data_centre.is_some(),
            failed.is_some(),
        ];
        self.key.clear();
        self.key.extend(matched.index.to_le_bytes());
        self.key.extend(flags.map(u8::from));
        for text in [facts.api_domain, facts.data_centre, message.as_deref()] {
            let text = text.unwrap_or_default();
            self.key.extend(text.len().to_le_bytes());
            self.key.extend_from_slice(text.as_bytes());
        }
        if let Some(&index) = self.frames.get(self.key.as_slice()) {
            return index;
        }
        if self.framed.len() >= FRAMES {
            self.forget();
            self.frames.clear();
            self.framed.clear();
        }
        let state = failed.cloned().unwrap_or(if is_known { State::Known } else { State::Unknown });
        self.framed.push(Frame::new(audit, matched, facts, state, purpose.scopes));
        self.frames.insert(self.key.as_slice().into(), self.framed.len() - 1);
        self.framed.len() - 1
    }

    fn learn(
        &mut self,
        audit: &Audit<'_>,
        purpose: Purpose<'_>,
        facts: &Facts<'_>,
        at: usize,
        label: Option<&str>,
    ) -> usize {
        let frame = &self.framed[at];
        let with_texts = !purpose.formats.is_empty();
        let list = facts.scope.unwrap_or_default();
        let Made { figures, held, judgement } =
            make(audit, purpose.scopes, frame, list, (purpose.names_count, with_texts));
        let lines = |format: &&dyn Rows| {
            let subject = judgement.as_ref().map(|judgement| judgement.subject(&frame.grant.state));
            subject.map(|subject| format.lines(&subject)).unwrap_or_default()
        };
        let lines: Vec<Vec<Line>> = purpose.formats.iter().map(lines).collect();
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
        let size = self.key.len() + known.size();
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
        self.evicted.append(&mut self.known);
        self.evicted.iter_mut().for_each(|known| known.lines = Vec::new());
        self.entries.clear();
        self.size = 0;
    }

    /// Hands over the figures of entries that had to make room.
    pub(super) fn spill(&mut self, collector: &mut Collector<'_>) {
        for known in self.evicted.drain(..) {
            known.hand_over(collector);
        }
    }

    /// Hands over all figures.
    pub(super) fn finish(mut self, collector: &mut Collector<'_>) {
        self.spill(collector);
        for known in &self.known {
            known.hand_over(collector);
        }
    }
}

impl Known {
    fn hand_over(&self, collector: &mut Collector<'_>) {
        if self.times == 0 {
            return;
        }
        collector.count_alike(self.matched, &self.figures, self.times);
        collector.hold(self.matched, self.label.as_deref(), self.data_centre, self.state, &self.held);
    }

    /// How many bytes it takes besides its key, about.
    fn size(&self) -> usize {
        let lines: usize = self.lines.iter().flatten().map(|line| 48 + line.head.len() + line.tail.len()).sum();
        WEIGHT + self.figures.size() + LIGHT * self.held.len() + lines
    }
}
