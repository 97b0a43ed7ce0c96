//! From requests to a report: verdicts, rules, levels, waivers.

mod accept;
mod baseline;
pub mod grants;
mod memo;
#[cfg(test)]
mod tests;

pub(crate) use accept::{absolved_until, as_held};
pub use accept::{apply_ignores, apply_waivers, weigh};
pub use baseline::{Baseline, Unreadable};

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::thread;

use jiff::civil::Date;

use crate::catalog::Catalog;
use crate::finding::{Confidence, Finding, KnownFinding, RuleInfo, Subject, Waived};
use crate::input::calls::{Certainty, Method, SeenCall, Via};
use crate::input::scan::Ignore;
use crate::input::{ListKind, Request};
use crate::judge::{self, Judge, Judged, Memory, Table};
use crate::least::{self, Least};
use crate::policy::{App, CallEntry, Effective, Policy};
use crate::report::{CatalogInfo, NotEvaluated, PolicyInfo, Report, RunInfo, mark_waived};
use crate::rules::{self, AppScopes, Drift, IgnoreUse, Inspection, Measure, PolicyChange, Rule, RunContext, WaiverUse};
use crate::text::{Place, Sources};
use memo::Memo;

/// The rules on what a change does to the policy.
const CHANGES: [&str; 2] = ["policy-loosened", "policy-tightened"];

/// Everything that a review rests on.
#[derive(Debug)]
pub struct Review<'a> {
    /// What is known of Zoho's scopes.
    pub catalog: &'a Catalog,
    /// What is allowed.
    pub policy: &'a Policy,
    /// The day for which it judges: waivers expire.
    pub as_of: Date,
    /// The rules that speak.
    pub rules: &'a [&'static Rule],
    /// What the change that is judged does to the policy.
    pub changes: Vec<PolicyChange>,
    /// What the calls need that the policy lists for its applications, by name.
    pub(crate) calls: HashMap<&'a str, Least<'a>>,
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

impl<'a> Review<'a> {
    /// A review by every rule.
    #[must_use]
    pub fn new(catalog: &'a Catalog, policy: &'a Policy, as_of: Date) -> Self {
        let with_calls = policy.apps.iter().filter(|app| !app.calls.is_empty());
        let calls = with_calls.map(|app| (app.name.as_str(), needed_by(catalog, app))).collect();
        Self { catalog, policy, as_of, rules: rules::ALL, calls, changes: Vec::new() }
    }

    /// What rules on scopes measure by, for an application.
    pub(crate) fn measure<'m>(&'m self, policy: &'m Effective<'m>, judge: Judge<'m>) -> Measure<'m> {
        let calls = policy.app.and_then(|app| self.calls.get(app.name.as_str()));
        Measure { catalog: self.catalog, policy, judge, data: &self.policy.data, calls }
    }

    /// What rules say of all that an application asks for, where the policy lists its calls. `scopes` are those of all
    /// requests, in their order.
    fn of_apps(&self, requests: &[Request], scopes: &[Judged]) -> Vec<Finding> {
        let mut found = Vec::new();
        for app in &self.policy.apps {
            let Some(least) = self.calls.get(app.name.as_str()) else { continue };
            let mut own: Vec<(usize, &Judged)> = Vec::new();
            let (mut next, mut place) = (0, None);
            for request in requests {
                let first = next;
                next += request.items.len();
                if request.kind == ListKind::Request && request.app.as_deref() == Some(&*app.name) {
                    place.get_or_insert(request.place);
                    own.extend((first..next).filter_map(|at| Some((at, scopes.get(at)?))));
                }
            }
            let Some(place) = place else { continue };
            let policy = self.policy.effective(Some(&app.name));
            let all = AppScopes { least, scopes: &own, place, is_held: false };
            found.extend(rules::of_app(self.rules, all).into_iter().filter_map(|finding| {
                let sure = match finding.subject {
                    Subject::Scope(_) => accept::sureness(&finding, scopes),
                    _ => Confidence::High,
                };
                accept::weigh(Finding { app: Some(app.name.clone()), ..finding }, &policy, sure)
            }));
        }
        found
    }

    /// What the rules on runs say, weighed.
    pub(crate) fn of_run(&self, waivers: &[WaiverUse<'_>], ignores: &[IgnoreUse], drift: &[Drift]) -> Vec<Finding> {
        let rules: Vec<&RuleInfo> = rules::infos_of(self.rules);
        let context = |rule| RunContext {
            rule,
            rules: &rules,
            catalog: self.catalog,
            policy: self.policy,
            waivers,
            ignores,
            as_of: self.as_of,
            drift,
            changes: &self.changes,
        };
        let weighed = rules::of_run(self.rules, context).into_iter().filter_map(|finding| {
            let policy = self.policy.effective(finding.app.as_deref());
            accept::weigh(finding, &policy, Confidence::High)
        });
        weighed.collect()
    }

    /// What the rules on changes of the policy say of what only the finished report shows, weighed.
    pub(crate) fn of_changes(&self, changes: Vec<PolicyChange>) -> Vec<Finding> {
        if changes.is_empty() {
            return Vec::new();
        }
        let of_changes = |rule: &&&'static Rule| CHANGES.contains(&rule.info.name);
        let rules: Vec<&'static Rule> = self.rules.iter().filter(of_changes).copied().collect();
        let review = Review { rules: &rules, changes, ..Review::new(self.catalog, self.policy, self.as_of) };
        review.of_run(&[], &[], &[])
    }

    /// What rules say of an entry of the baseline that accepts nothing any more, weighed.
    pub(crate) fn of_baseline(&self, known: &KnownFinding, place: Place) -> Vec<Finding> {
        let policy = self.policy.effective(None);
        let found = rules::of_baseline(self.rules, known, place).into_iter();
        found.filter_map(|finding| accept::weigh(finding, &policy, Confidence::High)).collect()
    }

    /// What of the policy no judgement uses.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let tests = self.policy.tests.len();
        // Those of a built-in policy are the program's own affair.
        let is_builtin = self.policy.origin.label.starts_with(crate::policy::builtin::PREFIX);
        if tests > 0 && !is_builtin {
            notes.push(format!(
                "the policy's tests ({tests}) are not run by this command: `zscope policy test` runs them"
            ));
        }
        notes
    }

    /// What a report says of policy, catalog and day.
    pub(crate) fn head(&self) -> (PolicyInfo, CatalogInfo, Date) {
        let origin = &self.policy.origin;
        let policy = PolicyInfo {
            path: origin.label.clone(),
            digest: origin.digest.clone(),
            rule_pages: self.policy.rule_pages.clone(),
            owners: owners(self.policy),
            waivers: self.policy.waivers.clone(),
        };
        let catalog = CatalogInfo { digest: self.catalog.digest().to_owned(), date: self.catalog.date().to_owned() };
        (policy, catalog, self.as_of)
    }

    /// Judges requests and runs every rule over them.
    #[must_use]
    pub fn run(&self, gathered: Gathered) -> Report {
        let Gathered { requests, ignores, mut sources, not_evaluated } = gathered;
        let repeated: usize = requests.iter().map(|request| request.repeated).sum();
        requests.iter().flat_map(|request| &request.secrets).for_each(|secret| sources.hide(secret.place));
        let Said { scopes, mut findings } = self.judge(&requests);
        findings.append(&mut self.of_apps(&requests, &scopes));
        let (findings, mut waived, ignores) =
            accept::apply_ignores(findings, &ignores, &rules::infos_of(self.rules), &self.policy.comments, &sources);
        let (mut findings, by_waiver, mut uses) = accept::apply_waivers(findings, self.policy, self.as_of);
        waived.extend(by_waiver);
        // A run over one application says nothing of the others' waivers.
        let judged: HashSet<Option<&str>> = requests.iter().map(|request| request.app.as_deref()).collect();
        uses.retain(|used| used.waiver.app.is_none() || judged.contains(&used.waiver.app.as_deref()));
        findings.append(&mut self.of_run(&uses, &ignores, &[]));
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
            first: Vec::new(),
            notes: self.notes(),
            sources,
            run: RunInfo::default(),
        };
        if repeated > 0 {
            let told = format!("{repeated} more scopes of long lists stand there before and are not shown again");
            report.notes.push(told);
        }
        report.settle();
        report
    }
}

/// What the calls of an application need.
fn needed_by<'c>(catalog: &'c Catalog, app: &App) -> Least<'c> {
    let seen = |call: &CallEntry| {
        SeenCall::new(Method::named(call.method), &*call.path, call.place, Certainty::Proven, Via::Policy)
    };
    let calls: Vec<SeenCall> = app.calls.iter().map(seen).collect();
    Least::of(catalog, &calls, least::Options::default())
}

/// Who answers for the applications of a policy, by name.
fn owners(policy: &Policy) -> BTreeMap<String, String> {
    let owned = policy.apps.iter().filter_map(|app| Some((app.name.clone(), app.owner.clone()?)));
    owned.collect()
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
        let table = Table::new(self.catalog, self.policy);
        let threads =
            thread::available_parallelism().map_or(1, usize::from).min(requests.len().div_ceil(WORTH_A_THREAD));
        if threads < 2 {
            return self.judge_part(&table, requests);
        }
        let (first, others) = requests.split_at(requests.len().div_ceil(threads));
        let parts = others.chunks(first.len());
        thread::scope(|scope| {
            let table = &table;
            let running: Vec<_> = parts.map(|part| (part, scope.spawn(move || self.judge_part(table, part)))).collect();
            let mut all = self.judge_part(table, first);
            for (part, thread) in running {
                let said = thread.join().unwrap_or_else(|_| self.judge_part(table, part));
                all.append(said);
            }
            all
        })
    }

    fn judge_part(&self, table: &Table<'_>, requests: &[Request]) -> Said {
        let mut all = Said::default();
        let (mut memory, mut memo) = (Memory::default(), Memo::default());
        for request in requests {
            memo.answer(request, &mut all, || self.say(table, request, &mut memory));
        }
        all
    }

    /// What is said of one request by itself, once waivers have accepted what they accept.
    pub(crate) fn of_request(&self, table: &Table<'_>, request: &Request) -> OfRequest {
        let Said { mut scopes, findings } = self.say(table, request, &mut Memory::default());
        let (standing, waived, _) = accept::apply_waivers(findings, self.policy, self.as_of);
        mark_waived(&mut scopes, &standing, waived.iter().map(|waived| &waived.finding));
        OfRequest { scopes, standing, waived }
    }

    /// Judges one request and runs every rule over it.
    fn say(&self, table: &Table<'_>, request: &Request, memory: &mut Memory) -> Said {
        let policy = self.policy.effective(request.app.as_deref());
        let judge = table.judge(request.app.as_deref());
        let scopes = judge::judge_request_again(judge, request, memory);
        let inspection = Inspection {
            rules: self.rules,
            measure: self.measure(&policy, judge),
            request,
            scopes: &scopes,
            is_held: false,
            requested: None,
        };
        let weighed = inspection.all().into_iter().filter_map(|finding| {
            let sure = accept::sureness(&finding, &scopes);
            let finding = accept::weigh(Finding { app: request.app.clone(), ..finding }, &policy, sure)?;
            accept::as_it_stands(finding, request, self.policy.mentions)
        });
        Said { findings: weighed.collect(), scopes }
    }
}

/// What is said of one request.
pub(crate) struct OfRequest {
    pub(crate) scopes: Vec<Judged>,
    pub(crate) standing: Vec<Finding>,
    pub(crate) waived: Vec<Waived>,
}

/// What there is to say of requests.
#[derive(Debug, Default)]
struct Said {
    scopes: Vec<Judged>,
    findings: Vec<Finding>,
}

impl Said {
    /// Says more, of other scopes.
    fn append(&mut self, mut more: Self) {
        let before = self.scopes.len();
        more.findings.iter_mut().for_each(|finding| finding.subject.shift(before));
        self.scopes.append(&mut more.scopes);
        self.findings.append(&mut more.findings);
    }

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
