//! Judgements of grants that are alike, made once.
//!
//! What a judgement depends on is the application, the spelling of the scopes, the data centre, and the old forms of
//! the response. A million grants have a few thousand of those.

use std::collections::HashMap;

use super::collect::{Collector, Counted, state};
use super::{Audit, Judgement, Matched};
use crate::input::token::{Facts, Grant, StaleForm, State};
use crate::report::{GrantState, Line, Rows, offends};
use crate::source::SourceId;

/// The most bytes of keys, judgements and lines that one memo holds, about. A full memo is emptied: its figures go to the
/// collector first.
const MOST: usize = 12 << 20;

/// What one judgement takes besides its texts, about: for each of its scopes and findings.
const WEIGHT: usize = 400;

/// The judgements of one worker.
pub(super) struct Memo {
    entries: HashMap<Box<[u8]>, usize>,
    known: Vec<Known>,
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
    judgement: Judgement,
    times: usize,
}

/// What a memo's judgements are for.
#[derive(Clone, Copy)]
pub(super) struct Purpose<'p> {
    pub(super) formats: &'p [&'p dyn Rows],
    /// The names of clients count, for a lock.
    pub(super) names_count: bool,
    /// A source for places that are never shown.
    pub(super) nowhere: SourceId,
}

impl Memo {
    pub(super) fn new() -> Self {
        Self { entries: HashMap::new(), known: Vec::new(), size: 0, key: Vec::new(), evicted: Vec::new() }
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
        self.write_key(matched, facts, label, failed);
        let index = match self.entries.get(self.key.as_slice()) {
            Some(&index) => index,
            None => self.learn(audit, purpose, facts, matched, label, failed),
        };
        let known = &mut self.known[index];
        known.times += 1;
        known
    }

    /// Everything that decides. Lengths stand before the texts, so that no two kinds of grant have one key.
    fn write_key(&mut self, matched: Matched, facts: &Facts<'_>, label: Option<&str>, failed: Option<&State>) {
        let failed = match failed {
            Some(State::Failed(failure)) => Some(failure.message()),
            _ => None,
        };
        self.key.clear();
        self.key.extend(matched.index.to_le_bytes());
        let flags = [
            matched.is_unmatched,
            facts.is_in_milliseconds,
            facts.has_expires_in_sec,
            facts.scope.is_some(),
            failed.is_some(),
        ];
        self.key.extend(flags.map(u8::from));
        for text in [facts.api_domain, facts.data_centre, label, failed.as_deref(), facts.scope] {
            let text = text.unwrap_or_default();
            self.key.extend(text.len().to_le_bytes());
            self.key.extend_from_slice(text.as_bytes());
        }
    }

    fn learn(
        &mut self,
        audit: &Audit<'_>,
        purpose: Purpose<'_>,
        facts: &Facts<'_>,
        matched: Matched,
        label: Option<&str>,
        failed: Option<&State>,
    ) -> usize {
        let mut grant = Grant::of_facts(facts, purpose.nowhere);
        if let Some(failed) = failed {
            grant.state = failed.clone();
        }
        let judgement = audit.judge(&mut grant, matched);
        let lines: Vec<Vec<Line>> =
            purpose.formats.iter().map(|format| format.lines(&judgement.subject(&grant.state))).collect();
        let texts: usize = lines.iter().flatten().map(|line| line.head.len() + line.tail.len()).sum();
        let size = 2 * self.key.len() + WEIGHT * (2 + judgement.scopes.len() + judgement.findings.len()) + texts;
        if self.size + size > MOST {
            self.evicted.append(&mut self.known);
            self.evicted.iter_mut().for_each(|known| known.lines = Vec::new());
            self.entries.clear();
            self.size = 0;
        }
        self.size += size;
        let index = self.known.len();
        self.entries.insert(self.key.clone().into_boxed_slice(), index);
        self.known.push(Known {
            matched,
            state: state(&grant.state),
            data_centre: grant.data_centre,
            offends: offends(&judgement.findings),
            lines,
            label: label.map(str::to_owned),
            judgement,
            times: 0,
        });
        index
    }

    /// Hands over the figures of entries that had to make room.
    pub(super) fn spill(&mut self, collector: &mut Collector<'_>) {
        for known in self.evicted.drain(..) {
            hand_over(&known, collector);
        }
    }

    /// Hands over all figures.
    pub(super) fn finish(mut self, collector: &mut Collector<'_>) {
        self.spill(collector);
        for known in &self.known {
            hand_over(known, collector);
        }
    }
}

fn hand_over(known: &Known, collector: &mut Collector<'_>) {
    let Known { matched, state, data_centre, label, judgement, times, .. } = known;
    if *times == 0 {
        return;
    }
    collector.count(*matched, &Counted { state: *state, judgement, times: *times });
    collector.hold(*matched, label.as_deref(), *data_centre, *state, judgement);
}
