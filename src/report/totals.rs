//! The figures of an audit: how much of what, by application, service and rule.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Counts, GrantState, Summary, worst};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::judge::{Judged, Verdict};

/// The figures of all grants of a run, whether or not the report shows each of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Grants, scopes and findings.
    pub all: Tally,
    /// The same by application; the first is what the policy's top level judged. What is found of the policy as a whole is
    /// no application's.
    pub by_app: BTreeMap<Option<String>, Tally>,
    /// Which of these the policy does not name: what the records call them.
    pub unlisted: BTreeSet<String>,
    /// The same by service, as the catalog spells it. A grant of several services counts in each; findings count where
    /// their scope belongs.
    pub by_service: BTreeMap<String, Tally>,
    /// Findings that stand, by rule.
    pub by_rule: BTreeMap<&'static str, RuleTally>,
}

/// Figures of some grants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Grants, whatever their state.
    pub grants: usize,
    /// Of these: the response does not say what they hold.
    pub unknown_grants: usize,
    /// Of the unknown ones: the policy accepts that.
    pub accepted_grants: usize,
    /// Of these: there is no token.
    pub failed_grants: usize,
    /// Of these: with a finding that stands, of warning or worse.
    pub offending_grants: usize,
    /// Scopes held.
    pub scopes: usize,
    /// Of these: allowed by an entry of the policy.
    pub allowed: usize,
    /// Of the allowed: with an error that stands.
    pub refused: usize,
    /// Of these: no entry of the policy decided, and its default lets them pass.
    pub no_policy: usize,
    /// Of those that no entry decided: with a warning or an error that stands.
    pub flagged: usize,
    /// Of these: denied.
    pub denied: usize,
    /// Of these: not allowed.
    pub not_allowed: usize,
    /// Of these: unknown.
    pub unknown: usize,
    /// Of these: waived.
    pub waived: usize,
    /// Of these: with an error that stands.
    pub with_errors: usize,
    /// Of these: with a warning that stands, and no error.
    pub with_warnings: usize,
    /// Findings that stand.
    pub findings: Counts,
}

/// Findings of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleTally {
    /// The rule.
    pub rule: &'static RuleInfo,
    /// The worst severity of its findings.
    pub severity: Severity,
    /// Findings that stand.
    pub findings: usize,
    /// Grants with at least one.
    pub grants: usize,
}

impl RuleTally {
    /// Adds the findings of others.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.severity = self.severity.max(other.severity);
        self.findings += other.findings;
        self.grants += other.grants;
    }
}

impl Counts {
    /// How many there are of a severity.
    #[must_use]
    pub fn of(&self, severity: Severity) -> usize {
        match severity {
            Severity::Error => self.error,
            Severity::Warning => self.warning,
            Severity::Note => self.note,
        }
    }

    /// Counts one more, so many times.
    pub(crate) fn add(&mut self, severity: Severity, times: usize) {
        match severity {
            Severity::Error => self.error += times,
            Severity::Warning => self.warning += times,
            Severity::Note => self.note += times,
        }
    }
}

impl Tally {
    /// Counts a grant, so many times.
    pub(crate) fn add_state(&mut self, state: GrantState, times: usize) {
        self.grants += times;
        match state {
            GrantState::Known => {}
            GrantState::Unknown => self.unknown_grants += times,
            GrantState::Accepted => {
                self.unknown_grants += times;
                self.accepted_grants += times;
            }
            GrantState::Failed => self.failed_grants += times,
        }
    }

    /// How many grants are unknown without the policy's consent.
    #[must_use]
    pub fn unsettled_grants(&self) -> usize {
        self.unknown_grants.saturating_sub(self.accepted_grants)
    }

    /// Counts a scope, so many times, with the worst severity of what stands on it.
    pub(crate) fn add_scope(&mut self, verdict: Verdict, worst: Option<Severity>, times: usize) {
        self.scopes += times;
        match worst {
            Some(Severity::Error) => self.with_errors += times,
            Some(Severity::Warning) => self.with_warnings += times,
            _ => {}
        }
        match verdict {
            Verdict::Allowed => {
                self.allowed += times;
                self.refused += if worst == Some(Severity::Error) { times } else { 0 };
            }
            Verdict::NoPolicy => {
                self.no_policy += times;
                self.flagged += if worst >= Some(Severity::Warning) { times } else { 0 };
            }
            Verdict::Denied => self.denied += times,
            Verdict::NotAllowed => self.not_allowed += times,
            Verdict::Unknown => self.unknown += times,
            Verdict::Waived => self.waived += times,
        }
    }

    /// The figures as a report's summary.
    pub(crate) fn summary(&self, not_evaluated: usize) -> Summary {
        Summary {
            scopes: self.scopes,
            allowed: self.allowed,
            refused: self.refused,
            no_policy: self.no_policy,
            flagged: self.flagged,
            denied: self.denied,
            not_allowed: self.not_allowed,
            unknown: self.unknown,
            waived: self.waived,
            with_errors: self.with_errors,
            with_warnings: self.with_warnings,
            not_evaluated,
            findings: self.findings,
        }
    }

    /// Adds the figures of others, so many times.
    pub(crate) fn merge(&mut self, other: &Self, times: usize) {
        self.grants += other.grants * times;
        self.unknown_grants += other.unknown_grants * times;
        self.accepted_grants += other.accepted_grants * times;
        self.failed_grants += other.failed_grants * times;
        self.offending_grants += other.offending_grants * times;
        self.scopes += other.scopes * times;
        self.allowed += other.allowed * times;
        self.refused += other.refused * times;
        self.no_policy += other.no_policy * times;
        self.flagged += other.flagged * times;
        self.denied += other.denied * times;
        self.not_allowed += other.not_allowed * times;
        self.unknown += other.unknown * times;
        self.waived += other.waived * times;
        self.with_errors += other.with_errors * times;
        self.with_warnings += other.with_warnings * times;
        self.findings.error += other.findings.error * times;
        self.findings.warning += other.findings.warning * times;
        self.findings.note += other.findings.note * times;
    }
}

impl Totals {
    /// The figures of an application of the policy, or of what the records call one that the policy does not name.
    pub(crate) fn of_app(&mut self, app: Option<&str>, unlisted: Option<String>) -> &mut Tally {
        if let Some(name) = &unlisted {
            self.unlisted.insert(name.clone());
        }
        self.by_app.entry(app.map(str::to_owned).or(unlisted)).or_default()
    }

    /// Counts what the policy does not name together.
    pub(crate) fn merge_unlisted(&mut self) {
        for name in std::mem::take(&mut self.unlisted) {
            if let Some(tally) = self.by_app.remove(&Some(name)) {
                self.by_app.entry(None).or_default().merge(&tally, 1);
            }
        }
    }

    /// Counts a grant with its scopes and findings, so many times.
    pub fn add(
        &mut self,
        app: Option<&str>,
        unlisted: Option<String>,
        state: GrantState,
        scopes: &[Judged],
        findings: &[Finding],
        times: usize,
    ) {
        if times == 0 {
            return;
        }
        let mut tally = Tally::default();
        tally.add_state(state, times);
        for (judged, worst) in scopes.iter().zip(worst(scopes.len(), findings)) {
            tally.add_scope(judged.verdict, worst, times);
        }
        for finding in findings {
            tally.findings.add(finding.severity, times);
        }
        if offends(findings) {
            tally.offending_grants += times;
        }
        self.all.merge(&tally, 1);
        self.of_app(app, unlisted).merge(&tally, 1);
        self.add_services(state, scopes, findings, times);
        self.add_rules(findings, times);
    }

    /// Counts findings that belong to no grant: of the run, and of the application that they are about.
    pub fn add_run(&mut self, findings: &[Finding]) {
        for finding in findings {
            self.all.findings.add(finding.severity, 1);
            if finding.app.is_some() {
                self.by_app.entry(finding.app.clone()).or_default().findings.add(finding.severity, 1);
            }
            self.rule(finding).findings += 1;
        }
    }

    /// The figures as a report's summary.
    #[must_use]
    pub fn summary(&self, not_evaluated: usize) -> Summary {
        self.all.summary(not_evaluated)
    }

    fn add_services(&mut self, state: GrantState, scopes: &[Judged], findings: &[Finding], times: usize) {
        let mut services: BTreeMap<&str, Tally> = BTreeMap::new();
        for (judged, worst) in scopes.iter().zip(worst(scopes.len(), findings)) {
            services.entry(service(judged)).or_default().add_scope(judged.verdict, worst, times);
        }
        for (name, tally) in &mut services {
            tally.add_state(state, times);
            let owner = |finding: &Finding| scopes.get(finding.scope_index()?).filter(|judged| judged.scope.is_ok());
            let own = |finding: &&Finding| owner(finding).is_some_and(|owner| service(owner) == *name);
            let mut worst = None;
            for finding in findings.iter().filter(own) {
                tally.findings.add(finding.severity, times);
                worst = worst.max(Some(finding.severity));
            }
            if worst >= Some(Severity::Warning) {
                tally.offending_grants += times;
            }
        }
        for (name, tally) in services {
            self.by_service.entry(name.to_owned()).or_default().merge(&tally, 1);
        }
    }

    fn add_rules(&mut self, findings: &[Finding], times: usize) {
        let mut seen: Vec<&'static str> = Vec::new();
        for finding in findings {
            let is_first = !seen.contains(&finding.rule.code);
            let tally = self.rule(finding);
            tally.findings += times;
            if is_first {
                tally.grants += times;
                seen.push(finding.rule.code);
            }
        }
    }

    fn rule(&mut self, finding: &Finding) -> &mut RuleTally {
        let none = RuleTally { rule: finding.rule, severity: finding.severity, findings: 0, grants: 0 };
        let tally = self.by_rule.entry(finding.rule.code).or_insert(none);
        tally.severity = tally.severity.max(finding.severity);
        tally
    }
}

/// Whether one of a grant's findings is a warning or worse.
pub(crate) fn offends(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity >= Severity::Warning)
}

/// The service of a scope. What the catalog does not know is of none: a hostile input could make up any number.
pub(crate) fn service(judged: &Judged) -> &str {
    match &judged.scope {
        Ok(scope) if judged.known => scope.service().unwrap_or("(OpenID)"),
        _ => "(unknown)",
    }
}
