//! Grants on their way into a report: all of them counted, and as many of them kept as people can read.

use std::collections::{BTreeMap, BTreeSet};

use super::lock::{self, HeldAccess, Lock};
use super::plan::{Offender, plan};
use super::sums::Counts;
use super::{Audit, Judgement, Matched, state};
use crate::finding::Finding;
use crate::input::token::{Grant, Origin, State};
use crate::report::{First, GrantInfo, GrantState, NotEvaluated, Report, RunInfo, Totals, firsts, offends};
use crate::review::{accept, products};
use crate::rules::{Drift, WaiverUse};
use crate::scope::Scope;
use crate::secret::redact;
use crate::text::Sources;

/// A run of up to so many grants is shown whole.
pub const DETAILED: usize = 1000;

/// Of a larger run, so many grants with findings of warning or worse are shown, the first in the order read.
pub const SHOWN: usize = 100;

/// Gathers judged grants.
pub struct Collector<'a> {
    audit: &'a Audit<'a>,
    /// The texts that places point into: those of the policy, and those of the grants that are shown.
    pub sources: Sources,
    totals: Totals,
    held: BTreeMap<(String, String), HeldAccess>,
    /// Whether what is held matters, for a lock.
    is_locked: bool,
    uses: Vec<usize>,
    apps: BTreeSet<Option<String>>,
    shown: Vec<Shown>,
    seen: usize,
    offending: usize,
    failed: usize,
    not_evaluated: Vec<NotEvaluated>,
    unread: usize,
}

/// What a report is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Grants one by one, and not only figures.
    pub details: bool,
    /// The way to a smaller grant, for each that offends.
    pub plans: bool,
}

/// A grant that the report may show.
struct Shown {
    info: GrantInfo,
    matched: Matched,
    requested: Option<Vec<Scope>>,
    origin: Option<Origin>,
    offends: bool,
    judged: Judged,
}

/// A judgement, or the grant to judge once it is certain that it is shown.
enum Judged {
    Done(Judgement),
    Open(Box<Grant>),
}

impl<'a> Collector<'a> {
    /// An empty one. `sources` holds the policy's texts; `is_locked` when what is held is to be known, for a lock.
    #[must_use]
    pub fn new(audit: &'a Audit<'a>, sources: Sources, is_locked: bool) -> Self {
        let uses = vec![0; audit.review.policy.waivers.len()];
        Self {
            audit,
            sources,
            totals: Totals::default(),
            held: BTreeMap::new(),
            is_locked,
            uses,
            apps: BTreeSet::new(),
            shown: Vec::new(),
            seen: 0,
            offending: 0,
            failed: 0,
            not_evaluated: Vec::new(),
            unread: 0,
        }
    }

    /// Judges a grant whose text is among [`Collector::sources`], counts it, and keeps it while there is room.
    pub fn add(&mut self, mut grant: Grant) {
        let matched = self.audit.matched(grant.owners());
        let judgement = self.audit.judge(&mut grant, matched);
        self.add_judged(grant, matched, judgement);
    }

    /// [`Collector::add`] for a grant that has been judged.
    pub(crate) fn add_judged(&mut self, grant: Grant, matched: Matched, judgement: Judgement) {
        let state = state(&grant);
        self.count(matched, state, &judgement);
        let label = grant.labels.first().map(|(label, _)| label.as_str());
        self.hold(matched, label, grant.data_centre, state, held(&judgement));
        let failed = state == GrantState::Failed;
        let offends = offends(&judgement.findings);
        if self.wants(0, offends, failed) {
            self.keep(grant, matched, offends, Some(judgement));
        }
        self.pass(1, usize::from(failed));
    }

    /// Keeps a grant that comes so many after the last one passed, if a report would show it. It is counted elsewhere.
    /// `offends` where that is known already.
    pub(crate) fn consider(&mut self, after: usize, mut grant: Grant, offends: Option<bool>) {
        let matched = self.audit.matched(grant.owners());
        let failed = matches!(grant.state, State::Failed(_));
        self.audit.assign(&mut grant, matched);
        let judgement = offends.is_none().then(|| self.audit.judge(&mut grant, matched));
        let offends = offends.or(judgement.as_ref().map(|judgement| self::offends(&judgement.findings)));
        let offends = offends.unwrap_or_default();
        if self.wants(after, offends, failed) {
            self.keep(grant, matched, offends, judgement);
        }
    }

    /// Notes that so many grants have been read, whether or not they are kept, and how many of them have no token.
    pub(crate) fn pass(&mut self, grants: usize, failed: usize) {
        self.seen += grants;
        self.unread += failed;
    }

    /// How many grants have been read.
    pub(crate) fn seen(&self) -> usize {
        self.seen
    }

    /// Counts a grant.
    fn count(&mut self, matched: Matched, state: GrantState, judgement: &Judgement) {
        let app = self.audit.app(matched);
        let unlisted = self.audit.unlisted(matched);
        self.totals.add(app, unlisted, state, &judgement.scopes, &judgement.findings, 1);
        self.note(app, judgement.uses.iter().copied().enumerate());
    }

    /// Counts what a worker has counted.
    pub(super) fn take(&mut self, counts: &Counts, services: &[Box<str>]) {
        let apps = counts.hand_over(self.audit, services, &mut self.totals);
        for (all, used) in self.uses.iter_mut().zip(counts.uses()) {
            *all += used;
        }
        self.apps.extend(apps);
    }

    fn note(&mut self, app: Option<&str>, uses: impl Iterator<Item = (usize, usize)>) {
        for (waiver, used) in uses {
            if let Some(all) = self.uses.get_mut(waiver) {
                *all += used;
            }
        }
        self.apps.insert(app.map(str::to_owned));
    }

    /// Notes what is held, for the lock.
    pub(crate) fn hold<'s>(
        &mut self,
        matched: Matched,
        label: Option<&str>,
        data_centre: Option<&str>,
        state: GrantState,
        scopes: impl IntoIterator<Item = &'s Scope>,
    ) {
        let app = self.audit.app(matched);
        // What has no name, and of which nothing was read, has no place in a lock.
        if !self.is_locked || (state == GrantState::Failed && app.or(label).is_none()) {
            return;
        }
        // As the file has it: a name that looks like a secret is not written down.
        let name = redact(app.or(label).unwrap_or("(no client)")).into_owned();
        let key = (name, data_centre.unwrap_or(lock::UNKNOWN).to_owned());
        let held = self.held.entry(key).or_default();
        held.policy_app = app.map(str::to_owned);
        held.is_unknown |= state.is_unknown();
        held.is_failed |= state == GrantState::Failed;
        for scope in scopes {
            if !held.scopes.contains(scope) {
                held.scopes.insert(scope.clone());
            }
        }
    }

    /// Keeps a grant for the report while there is room for it.
    fn keep(&mut self, grant: Grant, matched: Matched, offends: bool, judgement: Option<Judgement>) {
        if let State::Failed(failure) = &grant.state {
            let (message, help) = (failure.message(), Some(failure.help().into_owned()));
            let input = self.sources.get(grant.place.source).name().to_owned();
            self.failed += 1;
            self.not_evaluated.push(NotEvaluated { input, message, help, place: Some(grant.place) });
        }
        self.offending += usize::from(offends);
        let info = GrantInfo {
            app: grant.request.app.clone(),
            unlisted: None,
            data_centre: grant.data_centre,
            state: state(&grant),
            scopes: grant.request.items.len(),
            place: grant.place,
            name: grant.name.clone(),
        };
        let (requested, origin) = (grant.requested.clone(), grant.origin.clone());
        let judged = judgement.map_or_else(|| Judged::Open(Box::new(grant)), Judged::Done);
        self.shown.push(Shown { info, matched, requested, origin, offends, judged });
    }

    /// Whether the grant that comes so many after the last one passed would still be shown, so that it has to be kept.
    #[must_use]
    pub(crate) fn wants(&self, after: usize, offends: bool, failed: bool) -> bool {
        self.seen + after < DETAILED || (offends && self.offending < SHOWN) || (failed && self.failed < SHOWN)
    }

    /// Notes an input that could not be evaluated.
    pub fn unread(&mut self, input: NotEvaluated) {
        self.unread += 1;
        self.not_evaluated.push(input);
    }

    /// What tokens hold, by application and data centre.
    #[must_use]
    pub fn held(&self) -> &BTreeMap<(String, String), HeldAccess> {
        &self.held
    }

    /// Whether everything was evaluated, and is known or accepted, so that what is held is all there is.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.unread == 0 && self.totals.all.unsettled_grants() == 0
    }

    /// The finished report.
    #[must_use]
    pub fn finish(mut self, lock: Option<&Lock>, wanted: Wanted) -> Report {
        let review = self.audit.review;
        let looked_at = if wanted.details { Vec::new() } else { self.firsts() };
        if self.seen > DETAILED || !wanted.details {
            let most = if wanted.details { SHOWN } else { 0 };
            self.shown.retain(|shown| shown.offends);
            self.shown.truncate(most);
            self.not_evaluated.truncate(SHOWN);
        }
        if self.audit.has_many_unlisted() {
            self.totals.merge_unlisted();
        }
        let drift = lock.map(|lock| lock.drift(review.catalog, &self.held)).unwrap_or_default();
        let of_run = self.of_run(&drift);
        self.totals.add_run(&of_run);
        let (policy, catalog, as_of) = review.head();
        let mut report = Report {
            policy,
            catalog,
            as_of,
            grants: Vec::new(),
            scopes: Vec::new(),
            findings: of_run,
            products: BTreeMap::new(),
            waived: Vec::new(),
            not_evaluated: self.not_evaluated,
            unread: self.unread,
            totals: Some(self.totals),
            plans: Vec::new(),
            first: looked_at,
            notes: review.notes(),
            sources: self.sources,
            run: RunInfo::default(),
        };
        for (index, shown) in self.shown.into_iter().enumerate() {
            let Shown { info: mut grant, matched, requested, origin, judged, .. } = shown;
            grant.unlisted = self.audit.unlisted(matched);
            let mut judgement = match judged {
                Judged::Done(judgement) => judgement,
                Judged::Open(mut grant) => self.audit.judge(&mut grant, matched),
            };
            if wanted.plans {
                report.plans.extend(plan(
                    self.audit,
                    &Offender {
                        matched,
                        index,
                        grant: &grant,
                        requested: requested.as_deref(),
                        origin: origin.as_ref(),
                        scopes: &judgement.scopes,
                        findings: &judgement.findings,
                    },
                ));
            }
            judgement.scopes.iter_mut().for_each(|judged| judged.grant = Some(index));
            let standing = judgement.findings.iter_mut();
            let accepted = judgement.waived.iter_mut().map(|waived| &mut waived.finding);
            standing.chain(accepted).for_each(|finding| finding.belongs_to(index, report.scopes.len()));
            report.grants.push(grant);
            report.scopes.append(&mut judgement.scopes);
            report.findings.append(&mut judgement.findings);
            report.waived.append(&mut judgement.waived);
        }
        report.products = products(review.catalog, &report.scopes);
        report.sort();
        report
    }

    /// What to look at first, of the grants that were kept.
    fn firsts(&self) -> Vec<First> {
        let mut found: Vec<Finding> = Vec::new();
        for shown in self.shown.iter().filter(|shown| shown.offends) {
            match &shown.judged {
                Judged::Done(judgement) => found.extend(judgement.findings.iter().cloned()),
                Judged::Open(grant) => {
                    found.extend(self.audit.judge(&mut grant.as_ref().clone(), shown.matched).findings);
                }
            }
        }
        firsts(found.iter())
    }

    fn of_run(&self, drift: &[Drift]) -> Vec<Finding> {
        let review = self.audit.review;
        let (_, _, mut uses) = accept::apply_waivers(Vec::new(), review.policy, review.as_of);
        for (used, matched) in uses.iter_mut().zip(&self.uses) {
            used.matched = *matched;
        }
        let judged = |used: &WaiverUse<'_>| used.waiver.app.is_none() || self.apps.contains(&used.waiver.app);
        uses.retain(judged);
        review.of_run(&uses, &[], drift)
    }
}

/// The scopes of a judged grant.
fn held(judgement: &Judgement) -> impl Iterator<Item = &Scope> {
    judgement.scopes.iter().filter_map(|judged| judged.scope.as_ref().ok())
}
