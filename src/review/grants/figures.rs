//! The figures of one grant, put together from what is known of each of its scopes.
//!
//! They are what [`Audit::judge`] and [`Totals::add`] come to, without the words.

use std::sync::Arc;

use super::alone::{Alone, Scopes, Written, split};
use super::{Audit, Judgement, Matched, state};
use crate::finding::Waived;
use crate::finding::{Finding, RuleInfo, Severity};
use crate::input::token::{Facts, Grant, State};
use crate::judge::{Judged, Verdict};
use crate::report::{GrantState, RuleTally, Tally, Totals};
use crate::rules;
use crate::scope::Scope;
use crate::text::{Place, Span};

/// A longer list is judged as a whole: rules say less of each of so many scopes.
const LONGEST: usize = 100;

/// Everything of a grant but its scopes, and what the rules say of that.
pub(super) struct Frame {
    pub(super) matched: Matched,
    /// The grant without its scopes.
    pub(super) grant: Grant,
    findings: Vec<Finding>,
    waived: Vec<Waived>,
    uses: Vec<usize>,
}

impl Frame {
    /// Of a grant's facts, whatever its scopes. `state` is [`State::Known`] where there are any; `differs` when the record
    /// says twice what is held, and otherwise.
    pub(super) fn new(
        audit: &Audit<'_>,
        matched: Matched,
        facts: &Facts<'_>,
        (state, differs): (State, bool),
        scopes: &Scopes,
    ) -> Self {
        let mut grant = Grant::of_facts(&Facts { scope: None, ..*facts }, scopes.nowhere);
        grant.state = state;
        grant.differs = differs.then_some(grant.place);
        audit.assign(&mut grant, matched);
        let (findings, waived, uses) = audit.filtered(audit.of_grant(&grant, matched), matched);
        Self { matched, grant, findings, waived, uses }
    }

    /// Whether the rules say the same of both, so that they are judged alike whatever the scopes. The data centre counts
    /// where it is asked for; where rules speak of it, their findings differ.
    pub(super) fn is_like(&self, other: &Self, with_data_centre: bool) -> bool {
        self.matched == other.matched
            && self.grant.state == other.grant.state
            && (!with_data_centre || self.grant.data_centre == other.grant.data_centre)
            && self.findings == other.findings
            && self.waived == other.waived
    }

    /// The state of the grant.
    pub(super) fn state(&self) -> GrantState {
        state(&self.grant)
    }
}

/// What totals take of one grant.
#[derive(Default)]
pub(super) struct Figures {
    pub(super) all: Tally,
    services: Vec<(Box<str>, Tally)>,
    rules: Vec<RuleTally>,
    /// How many findings each waiver absolves, where it absolves any.
    pub(super) uses: Vec<(usize, usize)>,
}

/// What is known of a grant.
pub(super) struct Made {
    pub(super) figures: Figures,
    /// The scopes that it holds.
    pub(super) held: Vec<Scope>,
    /// The whole judgement, where texts matter.
    pub(super) judgement: Option<Judgement>,
}

/// Judges a list of scopes in a frame. `with_scopes` when it matters what is held, `with_texts` when the words do.
pub(super) fn make(
    audit: &Audit<'_>,
    scopes: &Scopes,
    frame: &Frame,
    list: &str,
    (with_scopes, with_texts): (bool, bool),
) -> Made {
    let items = split(list, scopes.nowhere);
    let Some(composed) = (items.len() <= LONGEST).then(|| Composed::new(audit, scopes, frame, &items)) else {
        let mut grant = frame.grant.clone();
        let whole = Grant::of_facts(&Facts { scope: Some(list), ..Facts::default() }, scopes.nowhere);
        grant.request = whole.request;
        let judgement = audit.judge(&mut grant, frame.matched);
        let figures = Figures::of(audit.app(frame.matched), frame.state(), &judgement);
        return Made {
            figures,
            held: held(&judgement.scopes, with_scopes),
            judgement: with_texts.then_some(judgement),
        };
    };
    let judged = composed.parts.iter().filter(|_| with_scopes).map(|part| &part.alone.judged);
    let held = judged.filter_map(|judged| judged.scope.as_ref().ok().cloned()).collect();
    Made { figures: composed.figures(frame), held, judgement: with_texts.then(|| composed.judgement(frame, &items)) }
}

fn held(scopes: &[Judged], wanted: bool) -> Vec<Scope> {
    scopes.iter().filter(|_| wanted).filter_map(|judged| judged.scope.as_ref().ok().cloned()).collect()
}

/// A scope in its list.
struct Part {
    alone: Arc<Alone>,
    /// It stands in the list for the first time: rules look at it here.
    is_first: bool,
    place: Place,
    /// What rules on the whole list say of it: the worst severity of what stands, and whether an error is absolved.
    worst: Option<Severity>,
    is_absolved: bool,
}

/// What rules say of the scopes of a list together.
fn together(audit: &Audit<'_>, frame: &Frame, parts: &[Part]) -> Vec<Finding> {
    if audit.requested(frame.matched).is_some() {
        let moved = |part: &Part| Judged { place: part.place, ..part.alone.judged.clone() };
        let judged: Vec<Judged> = parts.iter().map(moved).collect();
        return audit.inspection(&frame.grant, frame.matched, &judged, None).list();
    }
    // Of a list that nobody wrote, and of which nobody says what is requested, one rule has something to say; and what
    // it asks of each scope is known.
    let profiles = parts.iter().enumerate().filter(|(_, part)| part.is_first);
    let profiles: Vec<_> =
        profiles.filter_map(|(at, part)| Some((at, part.place, part.alone.profile.as_ref()?))).collect();
    rules::combined(&profiles)
}

/// A grant in parts.
struct Composed {
    parts: Vec<Part>,
    /// What rules on the whole list say.
    findings: Vec<Finding>,
    waived: Vec<Waived>,
    uses: Vec<usize>,
}

impl Composed {
    fn new(audit: &Audit<'_>, scopes: &Scopes, frame: &Frame, items: &[Written<'_>]) -> Self {
        let mut parts: Vec<Part> = Vec::with_capacity(items.len());
        for (at, alone) in scopes.judged(audit, frame.matched, items).into_iter().enumerate() {
            let is_first = !parts.iter().any(|part| part.alone.is_same(&alone));
            // Clear of every place in the frame.
            let place = Place::new(scopes.nowhere, Span::new(2 * at + 8, 2 * at + 9));
            parts.push(Part { alone, is_first, place, worst: None, is_absolved: false });
        }
        let found = together(audit, frame, &parts);
        let (findings, waived, uses) =
            if found.is_empty() { Default::default() } else { audit.filtered(found, frame.matched) };
        for finding in &findings {
            if let Some(part) = finding.scope_index().and_then(|at| parts.get_mut(at)) {
                part.worst = part.worst.max(Some(finding.severity));
            }
        }
        for finding in waived.iter().map(|waived| &waived.finding) {
            if let Some(part) = finding.scope_index().and_then(|at| parts.get_mut(at)) {
                part.is_absolved |= finding.severity == Severity::Error;
            }
        }
        Self { parts, findings, waived, uses }
    }

    fn figures(&self, frame: &Frame) -> Figures {
        let mut figures = Figures::default();
        let state = frame.state();
        figures.all.add_state(state, 1);
        for part in &self.parts {
            let verdict = part.verdict();
            let worst = part.worst.max(part.alone.worst).filter(|_| part.is_first);
            figures.all.add_scope(verdict, worst, 1);
            let service = figures.service(&part.alone.service, state);
            service.add_scope(verdict, worst, 1);
        }
        for part in self.parts.iter().filter(|part| part.is_first) {
            let Alone { told, uses, service, .. } = &*part.alone;
            let of_service = part.alone.judged.scope.is_ok().then_some(&**service);
            for (rule, severity) in told {
                figures.finding(rule, *severity, of_service, state);
            }
            figures.used(uses.iter().copied());
        }
        for finding in self.findings.iter().chain(&frame.findings) {
            let owner = finding.scope_index().and_then(|at| self.parts.get(at));
            figures.finding(finding.rule, finding.severity, owner.map(|part| &*part.alone.service), state);
        }
        figures.used(self.uses.iter().copied().enumerate());
        figures.used(frame.uses.iter().copied().enumerate());
        figures
    }

    fn judgement(&self, frame: &Frame, items: &[Written<'_>]) -> Judgement {
        let mut made = Judgement {
            scopes: Vec::with_capacity(items.len()),
            findings: Vec::new(),
            waived: Vec::new(),
            uses: Vec::new(),
        };
        for (at, (part, item)) in self.parts.iter().zip(items).enumerate() {
            // A scope that stands there again, in whatever spelling, is told as the first time.
            let written = &part.alone.judged;
            let mut same = self.parts.iter().filter(|first| first.alone.is_same(&part.alone));
            let first = same.next().filter(|_| !part.is_first);
            let judged = first.map_or(written, |first| &first.alone.judged);
            let (text, place, verdict) = (item.text().to_owned(), part.place, part.verdict());
            made.scopes.push(Judged { written: text, place, verdict, ..judged.clone() });
            if part.is_first {
                let moved = |finding: &Finding| {
                    let mut finding = Finding { place: part.place, ..finding.clone() };
                    finding.belongs_to(0, at);
                    finding
                };
                made.findings.extend(part.alone.findings.iter().map(moved));
                let moved = |waived: &Waived| Waived { finding: moved(&waived.finding), ..waived.clone() };
                made.waived.extend(part.alone.waived.iter().map(moved));
            }
        }
        made.findings.extend(self.findings.iter().chain(&frame.findings).cloned());
        made.waived.extend(self.waived.iter().chain(&frame.waived).cloned());
        // As rules stand in the registry, which is the order of their codes.
        made.findings.sort_by_key(|finding| finding.rule.code);
        made.waived.sort_by_key(|waived| waived.finding.rule.code);
        made
    }
}

impl Part {
    fn verdict(&self) -> Verdict {
        if self.is_first { self.alone.verdict(self.worst, self.is_absolved) } else { self.alone.judged.verdict }
    }
}

impl Figures {
    fn of(app: Option<&str>, state: GrantState, judgement: &Judgement) -> Self {
        let mut totals = Totals::default();
        totals.add(app, state, &judgement.scopes, &judgement.findings, 1);
        let uses = judgement.uses.iter().copied().enumerate().filter(|(_, times)| *times > 0);
        Self {
            all: totals.all,
            services: totals.by_service.into_iter().map(|(name, tally)| (name.into(), tally)).collect(),
            rules: totals.by_rule.into_values().collect(),
            uses: uses.collect(),
        }
    }

    fn service(&mut self, name: &str, state: GrantState) -> &mut Tally {
        let at = self.services.iter().position(|(known, _)| **known == *name).unwrap_or(self.services.len());
        if at == self.services.len() {
            let mut tally = Tally::default();
            tally.add_state(state, 1);
            self.services.push((name.into(), tally));
        }
        &mut self.services[at].1
    }

    fn finding(&mut self, rule: &'static RuleInfo, severity: Severity, service: Option<&str>, state: GrantState) {
        let offends = usize::from(severity >= Severity::Warning);
        self.all.findings.add(severity, 1);
        self.all.offending_grants = self.all.offending_grants.max(offends);
        if let Some(service) = service {
            let tally = self.service(service, state);
            tally.findings.add(severity, 1);
            tally.offending_grants = tally.offending_grants.max(offends);
        }
        match self.rules.iter_mut().find(|known| known.rule.code == rule.code) {
            Some(known) => {
                known.findings += 1;
                known.severity = known.severity.max(severity);
            }
            None => self.rules.push(RuleTally { rule, severity, findings: 1, grants: 1 }),
        }
    }

    fn used(&mut self, uses: impl Iterator<Item = (usize, usize)>) {
        for (waiver, times) in uses.filter(|(_, times)| *times > 0) {
            match self.uses.iter_mut().find(|(known, _)| *known == waiver) {
                Some((_, all)) => *all += times,
                None => self.uses.push((waiver, times)),
            }
        }
    }

    /// Adds them to totals, so many times.
    pub(super) fn add_to(&self, totals: &mut Totals, app: Option<&str>, times: usize) {
        totals.all.merge(&self.all, times);
        totals.by_app.entry(app.map(str::to_owned)).or_default().merge(&self.all, times);
        for (service, tally) in &self.services {
            match totals.by_service.get_mut(&**service) {
                Some(known) => known.merge(tally, times),
                None => totals.by_service.entry(service.to_string()).or_default().merge(tally, times),
            }
        }
        for tally in &self.rules {
            let none = RuleTally { findings: 0, grants: 0, ..*tally };
            let known = totals.by_rule.entry(tally.rule.code).or_insert(none);
            known.severity = known.severity.max(tally.severity);
            known.findings += tally.findings * times;
            known.grants += tally.grants * times;
        }
    }

    /// How many bytes they take, about.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.services.len() * 160 + self.rules.len() * 40 + self.uses.len() * 16
    }
}
