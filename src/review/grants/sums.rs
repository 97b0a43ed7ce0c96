//! Figures of grants on their way into totals: what one grant comes to, and what a worker has counted.

use super::cells::{Cell, Cells};
use super::{Audit, Judgement, Matched};
use crate::finding::{Finding, Severity};
use crate::judge::Verdict;
use crate::report::{GrantState, RuleTally, Tally, Totals, service, worst};

/// What totals take of one grant. Services and rules go by their numbers.
#[derive(Default)]
pub(super) struct Sum {
    pub(super) all: Tally,
    services: Vec<(usize, Tally)>,
    rules: Vec<OfRule>,
    /// How many findings each waiver absolves, where it absolves any.
    uses: Vec<(usize, usize)>,
}

/// The findings of one rule.
#[derive(Clone, Copy)]
struct OfRule {
    rule: usize,
    severity: Severity,
    findings: usize,
}

impl Sum {
    /// Of a grant that was judged as a whole.
    pub(super) fn of(audit: &Audit<'_>, cells: &Cells<'_>, state: GrantState, judgement: &Judgement) -> Self {
        let mut sum = Self::default();
        sum.all.add_state(state, 1);
        let worst = worst(judgement.scopes.len(), &judgement.findings);
        for (judged, worst) in judgement.scopes.iter().zip(worst) {
            let service = cells.service(service(judged));
            sum.scope(service, judged.verdict, worst, state);
        }
        for finding in &judgement.findings {
            let owner = finding.scope_index().and_then(|at| judgement.scopes.get(at));
            let owner = owner.filter(|judged| judged.scope.is_ok()).map(|judged| cells.service(service(judged)));
            sum.found(audit, finding, owner, state);
        }
        sum.used(judgement.uses.iter().copied().enumerate());
        sum
    }

    /// Takes everything out, and keeps the room.
    pub(super) fn clear(&mut self) {
        self.all = Tally::default();
        self.services.clear();
        self.rules.clear();
        self.uses.clear();
    }

    /// Counts a scope.
    pub(super) fn scope(&mut self, service: usize, verdict: Verdict, worst: Option<Severity>, state: GrantState) {
        self.all.add_scope(verdict, worst, 1);
        self.service(service, state).add_scope(verdict, worst, 1);
    }

    /// Counts what is said of a scope by itself.
    pub(super) fn alone(&mut self, cell: &Cell, state: GrantState) {
        let service = cell.id.map(|_| cell.service);
        for (rule, severity) in &cell.told {
            self.finding(*rule, *severity, service, state);
        }
        self.used(cell.uses.iter().copied());
    }

    /// Counts a finding on a scope of a service, or on none.
    pub(super) fn found(&mut self, audit: &Audit<'_>, finding: &Finding, service: Option<usize>, state: GrantState) {
        if let Some(rule) = audit.rule_number(finding.rule) {
            self.finding(rule, finding.severity, service, state);
        }
    }

    fn finding(&mut self, rule: usize, severity: Severity, service: Option<usize>, state: GrantState) {
        let offends = usize::from(severity >= Severity::Warning);
        self.all.findings.add(severity, 1);
        self.all.offending_grants = self.all.offending_grants.max(offends);
        if let Some(service) = service {
            let tally = self.service(service, state);
            tally.findings.add(severity, 1);
            tally.offending_grants = tally.offending_grants.max(offends);
        }
        match self.rules.iter_mut().find(|known| known.rule == rule) {
            Some(known) => {
                known.findings += 1;
                known.severity = known.severity.max(severity);
            }
            None => self.rules.push(OfRule { rule, severity, findings: 1 }),
        }
    }

    fn service(&mut self, service: usize, state: GrantState) -> &mut Tally {
        let at = self.services.iter().position(|(known, _)| *known == service).unwrap_or(self.services.len());
        if at == self.services.len() {
            let mut tally = Tally::default();
            tally.add_state(state, 1);
            self.services.push((service, tally));
        }
        &mut self.services[at].1
    }

    /// Counts what waivers absolve.
    pub(super) fn used(&mut self, uses: impl Iterator<Item = (usize, usize)>) {
        for (waiver, times) in uses.filter(|(_, times)| *times > 0) {
            match self.uses.iter_mut().find(|(known, _)| *known == waiver) {
                Some((_, all)) => *all += times,
                None => self.uses.push((waiver, times)),
            }
        }
    }
}

/// What a worker has counted.
#[derive(Default)]
pub(super) struct Counts {
    /// By the application's index, then by service and by rule.
    apps: Vec<Tally>,
    /// By the number of the name of a client that the policy does not name; the first is never used.
    unlisted: Vec<Tally>,
    services: Vec<Tally>,
    rules: Vec<Option<(OfRule, usize)>>,
    uses: Vec<usize>,
}

/// The element of that number, made where there is none.
fn at<T: Default + Clone>(list: &mut Vec<T>, number: usize) -> &mut T {
    if list.len() <= number {
        list.resize(number + 1, T::default());
    }
    &mut list[number]
}

impl Counts {
    /// Counts grants that come to the same.
    pub(super) fn add(&mut self, matched: Matched, sum: &Sum, times: usize) {
        let own = match matched.unlisted {
            0 => at(&mut self.apps, matched.index),
            number => at(&mut self.unlisted, number),
        };
        own.merge(&sum.all, times);
        for (service, tally) in &sum.services {
            at(&mut self.services, *service).merge(tally, times);
        }
        for of in &sum.rules {
            let (known, grants) = at(&mut self.rules, of.rule).get_or_insert((OfRule { findings: 0, ..*of }, 0));
            known.severity = known.severity.max(of.severity);
            known.findings += of.findings * times;
            *grants += times;
        }
        for (waiver, used) in &sum.uses {
            *at(&mut self.uses, *waiver) += used * times;
        }
    }

    /// How often each waiver was used.
    pub(super) fn uses(&self) -> &[usize] {
        &self.uses
    }

    /// Hands the figures over, and tells of which applications they are.
    pub(super) fn hand_over(
        &self,
        audit: &Audit<'_>,
        services: &[Box<str>],
        totals: &mut Totals,
    ) -> Vec<Option<String>> {
        let mut apps = Vec::new();
        let named = self.apps.iter().enumerate().map(|(index, tally)| (Matched { index, ..Matched::default() }, tally));
        let unlisted = self.unlisted.iter().enumerate();
        let unlisted = unlisted.map(|(unlisted, tally)| (Matched { unlisted, ..Matched::default() }, tally));
        for (matched, tally) in named.chain(unlisted).filter(|(_, tally)| tally.grants > 0) {
            totals.all.merge(tally, 1);
            totals.of_app(audit.app(matched), audit.unlisted(matched)).merge(tally, 1);
            apps.push(audit.app(matched).map(str::to_owned));
        }
        for (name, tally) in services.iter().zip(&self.services).filter(|(_, tally)| tally.grants > 0) {
            totals.by_service.entry(name.to_string()).or_default().merge(tally, 1);
        }
        for (of, grants) in self.rules.iter().flatten() {
            let Some(rule) = audit.review.rules.get(of.rule) else { continue };
            let tally = RuleTally { rule: &rule.info, severity: of.severity, findings: of.findings, grants: *grants };
            totals.by_rule.entry(rule.info.code).and_modify(|known| known.merge(&tally)).or_insert(tally);
        }
        apps
    }
}
