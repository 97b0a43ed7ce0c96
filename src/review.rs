//! From requests to a report: verdicts, rules, levels, waivers.

use std::collections::HashSet;

use jiff::civil::Date;

use crate::catalog::Catalog;
use crate::engine::{self, Judged, Verdict};
use crate::filter;
use crate::finding::{Finding, Severity};
use crate::input::Request;
use crate::policy::Policy;
use crate::report::{CatalogInfo, NotEvaluated, PolicyInfo, Report, RunInfo};
use crate::rules::{self, Context, RunContext};
use crate::source::{Place, Sources};

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

impl Review<'_> {
    /// Judges requests and runs every rule over them. `sources` are the texts that the requests and the policy point
    /// into; `not_evaluated` is what could not be read before.
    #[must_use]
    pub fn run(&self, requests: &[Request], sources: Sources, not_evaluated: Vec<NotEvaluated>) -> Report {
        let mut scopes = Vec::new();
        let mut findings = Vec::new();
        for request in requests {
            let policy = self.policy.effective(request.app.as_deref());
            let judged = engine::judge_request(self.catalog, &policy, request);
            let context =
                Context { request, scopes: &judged, catalog: self.catalog, policy: &policy, data: &self.policy.data };
            let mut found = Vec::new();
            for rule in rules::ALL {
                rule.check(&context, &mut found);
            }
            findings.extend(found.into_iter().filter_map(|finding| filter::with_level(finding, &policy)));
            scopes.extend(judged);
        }
        let (mut findings, waived, mut uses) = filter::apply_waivers(findings, self.policy, self.as_of);
        // A run over one application says nothing of the others' waivers.
        let judged: HashSet<Option<&str>> = requests.iter().map(|request| request.app.as_deref()).collect();
        uses.retain(|used| used.waiver.app.is_none() || judged.contains(&used.waiver.app.as_deref()));
        let context = RunContext { catalog: self.catalog, policy: self.policy, waivers: &uses, as_of: self.as_of };
        let mut of_run = Vec::new();
        for rule in rules::ALL {
            rule.check_run(&context, &mut of_run);
        }
        let policy = self.policy.effective(None);
        findings.extend(of_run.into_iter().filter_map(|finding| filter::with_level(finding, &policy)));
        mark_waived(&mut scopes, &findings, waived.iter().map(|waived| &waived.finding));
        let mut report = Report {
            policy: PolicyInfo { path: self.policy.origin.label.clone(), digest: self.policy.origin.digest.clone() },
            catalog: CatalogInfo { digest: self.catalog.digest().to_owned(), date: self.catalog.date().to_owned() },
            as_of: self.as_of,
            scopes,
            findings,
            waived,
            not_evaluated,
            sources,
            run: RunInfo::default(),
        };
        report.sort();
        report
    }
}

/// A scope whose every error is waived has the verdict `waived`.
fn mark_waived<'f>(scopes: &mut [Judged], standing: &[Finding], waived: impl Iterator<Item = &'f Finding>) {
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let failing: HashSet<Place> = standing.iter().filter(is_error).map(|finding| finding.place).collect();
    let absolved: HashSet<Place> = waived.filter(is_error).map(|finding| finding.place).collect();
    for scope in scopes {
        if absolved.contains(&scope.place) && !failing.contains(&scope.place) {
            scope.verdict = Verdict::Waived;
        }
    }
}
