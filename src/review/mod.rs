//! From requests to a report: verdicts, rules, levels, waivers.

mod accept;
mod baseline;
pub mod grants;
mod memo;
#[cfg(test)]
mod tests;

pub use accept::{apply_ignores, apply_waivers, with_level};
pub use baseline::{Baseline, Unreadable};

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::thread;

use jiff::civil::Date;

use crate::catalog::Catalog;
use crate::finding::{Confidence, Finding, Severity};
use crate::input::Request;
use crate::input::scan::Ignore;
use crate::judge::{self, Judged, Memory};
use crate::policy::Policy;
use crate::report::{CatalogInfo, NotEvaluated, PolicyInfo, Report, RunInfo};
use crate::rules::{self, Context, RunContext};
use crate::text::{Place, Sources};
use memo::Memo;

/// Everything that a review rests on.
#[derive(Debug)]
pub struct Review<'a> {
    /// What is known of Zoho's scopes.
    pub catalog: &'a Catalog,
    /// What is allowed.
    pub policy: &'a Policy,
    /// The day for which it judges: waivers expire.
    pub as_of: Date,
}

/// What was read before the review.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The requests.
    pub requests: Vec<Request>,
    /// The comments that accept findings.
    pub ignores: Vec<Ignore>,
    /// The texts that requests, comments and the policy point into.
    pub sources: Sources,
    /// What could not be read.
    pub not_evaluated: Vec<NotEvaluated>,
}

impl Review<'_> {
    /// What a report says of policy, catalog and day.
    pub(crate) fn head(&self) -> (PolicyInfo, CatalogInfo, Date) {
        let origin = &self.policy.origin;
        let policy = PolicyInfo {
            path: origin.label.clone(),
            digest: origin.digest.clone(),
            rule_pages: self.policy.rule_pages.clone(),
        };
        let catalog = CatalogInfo { digest: self.catalog.digest().to_owned(), date: self.catalog.date().to_owned() };
        (policy, catalog, self.as_of)
    }

    /// Judges requests and runs every rule over them.
    #[must_use]
    pub fn run(&self, gathered: Gathered) -> Report {
        let Gathered { requests, ignores, sources, not_evaluated } = gathered;
        let Said { scopes, findings } = self.judge(&requests);
        let (findings, mut waived, ignores) =
            accept::apply_ignores(findings, &ignores, &rules::infos(), &self.policy.comments, &sources);
        let (mut findings, by_waiver, mut uses) = accept::apply_waivers(findings, self.policy, self.as_of);
        waived.extend(by_waiver);
        // A run over one application says nothing of the others' waivers.
        let judged: HashSet<Option<&str>> = requests.iter().map(|request| request.app.as_deref()).collect();
        uses.retain(|used| used.waiver.app.is_none() || judged.contains(&used.waiver.app.as_deref()));
        let context = RunContext {
            catalog: self.catalog,
            policy: self.policy,
            waivers: &uses,
            ignores: &ignores,
            as_of: self.as_of,
            drift: &[],
        };
        let mut of_run = Vec::new();
        for rule in rules::ALL {
            rule.check_run(&context, &mut of_run);
        }
        let policy = self.policy.effective(None);
        findings.extend(of_run.into_iter().filter_map(|finding| accept::with_level(finding, &policy)));
        let (policy, catalog, as_of) = self.head();
        let products = products(self.catalog, &scopes);
        let mut report = Report {
            policy,
            catalog,
            as_of,
            grants: Vec::new(),
            scopes,
            findings,
            products,
            waived,
            unread: not_evaluated.len(),
            not_evaluated,
            totals: None,
            plans: Vec::new(),
            sources,
            run: RunInfo::default(),
        };
        report.mark_waived();
        report.sort();
        report
    }
}

/// The products that the services of scopes belong to, by service.
pub(crate) fn products(catalog: &Catalog, scopes: &[Judged]) -> BTreeMap<String, String> {
    let named: BTreeSet<&str> = scopes.iter().filter_map(|judged| judged.scope.as_ref().ok()?.service()).collect();
    let known = named.into_iter().filter_map(|name| Some((name, catalog.service(name)?)));
    known.map(|(name, service)| (name.to_owned(), service.product.clone())).collect()
}

impl Review<'_> {
    /// Judges requests on all processors, and returns what was found in the order of the requests.
    fn judge(&self, requests: &[Request]) -> Said {
        let threads =
            thread::available_parallelism().map_or(1, usize::from).min(requests.len().div_ceil(WORTH_A_THREAD));
        if threads < 2 {
            return self.judge_part(requests);
        }
        let (first, others) = requests.split_at(requests.len().div_ceil(threads));
        let parts = others.chunks(first.len());
        thread::scope(|scope| {
            let running: Vec<_> = parts.map(|part| (part, scope.spawn(|| self.judge_part(part)))).collect();
            let mut all = self.judge_part(first);
            for (part, thread) in running {
                let said = thread.join().unwrap_or_else(|_| self.judge_part(part));
                all.scopes.extend(said.scopes);
                all.findings.extend(said.findings);
            }
            all
        })
    }

    fn judge_part(&self, requests: &[Request]) -> Said {
        let mut all = Said::default();
        let (mut memory, mut memo) = (Memory::default(), Memo::default());
        for request in requests {
            memo.answer(request, &mut all, || self.say(request, &mut memory));
        }
        all
    }

    /// Judges one request and runs every rule over it.
    fn say(&self, request: &Request, memory: &mut Memory) -> Said {
        let policy = self.policy.effective(request.app.as_deref());
        let scopes = judge::judge_request_again(self.catalog, &policy, request, memory);
        let context = Context {
            request,
            scopes: &scopes,
            catalog: self.catalog,
            policy: &policy,
            grant: None,
            data: &self.policy.data,
        };
        let mut found = Vec::new();
        for rule in rules::ALL {
            rule.check(&context, &mut found);
        }
        let doubt = Doubt::of(&scopes);
        let weighed = found.into_iter().filter_map(|finding| accept::with_level(finding, &policy));
        let findings = weighed.map(|finding| doubt.weigh(finding)).collect();
        Said { scopes, findings }
    }
}

/// What there is to say of requests.
#[derive(Debug, Default)]
struct Said {
    scopes: Vec<Judged>,
    findings: Vec<Finding>,
}

impl Said {
    /// Changes every place, those of the policy included.
    fn each_place(&mut self, mut change: impl FnMut(&mut Place)) {
        for judged in &mut self.scopes {
            change(&mut judged.place);
            judged.decided_by.iter_mut().filter_map(|decider| decider.place.as_mut()).for_each(&mut change);
        }
        for finding in &mut self.findings {
            change(&mut finding.place);
            finding.related.iter_mut().filter_map(|related| related.place.as_mut()).for_each(&mut change);
            finding.fix.iter_mut().for_each(|fix| change(&mut fix.place));
        }
    }
}

/// From how many requests on another thread is worth its start.
const WORTH_A_THREAD: usize = 200;

/// How sure it is that the scopes of a request are scopes.
struct Doubt {
    places: HashMap<Place, Confidence>,
    least: Confidence,
}

impl Doubt {
    fn of(scopes: &[Judged]) -> Self {
        let unsure = scopes.iter().filter(|judged| judged.confidence < Confidence::High);
        let least = scopes.iter().map(|judged| judged.confidence).min().unwrap_or(Confidence::High);
        Self { places: unsure.map(|judged| (judged.place, judged.confidence)).collect(), least }
    }

    /// A finding is no surer than what it is about; of a guess there is no more than a note.
    fn weigh(&self, mut finding: Finding) -> Finding {
        if self.least == Confidence::High {
            return finding;
        }
        let sure = match self.places.get(&finding.place) {
            Some(confidence) => *confidence,
            None if finding.scope.is_some() => Confidence::High,
            None => self.least,
        };
        finding.confidence = finding.confidence.min(sure);
        if sure == Confidence::Low {
            finding.severity = Severity::Note;
        }
        finding
    }
}
