//! What came of the tests of a policy, and the words for it.

use super::{at, counted};
use crate::governance::{Answer, Case, Covered, Mutation};
use crate::policy::{Policy, PolicyTest};
use crate::text::Sources;

/// Everything that a run found out.
pub(super) struct Outcomes<'a> {
    pub(super) policy: &'a Policy,
    pub(super) sources: &'a Sources,
    pub(super) cases: Vec<Case<'a>>,
    pub(super) coverage: Vec<Covered>,
    pub(super) least: Option<u8>,
    pub(super) mutation: Option<Mutation>,
}

impl Outcomes<'_> {
    pub(super) fn failed(&self) -> usize {
        self.cases.iter().filter(|case| !case.failures.is_empty()).count()
    }

    pub(super) fn covered(&self) -> usize {
        self.coverage.iter().filter(|entry| entry.is_covered).count()
    }

    pub(super) fn percent(&self) -> usize {
        match self.coverage.len() {
            0 => 100,
            all => self.covered() * 100 / all,
        }
    }

    /// Why the run fails, besides single tests.
    pub(super) fn complaints(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.failed() > 0 {
            found.push(format!("{} failed", counted(self.failed(), "test")));
        }
        if let Some(least) = self.least.filter(|least| self.percent() < usize::from(*least)) {
            found.push(format!("the tests cover {} % of the entries, and {least} % are asked for", self.percent()));
        }
        let survivors = self.mutation.as_ref().map_or(0, |mutation| mutation.survivors.len());
        if survivors > 0 {
            found.push(format!("no test notices {}", counted(survivors, "change")));
        }
        found
    }
}

/// Whom a test asks for and what.
pub(super) fn asked(test: &PolicyTest) -> String {
    match &test.app {
        Some(app) => format!("{app}: {}", test.scopes),
        None => test.scopes.clone(),
    }
}

/// What a test expects, in words.
pub(super) fn expected(test: &PolicyTest) -> String {
    let expect = &test.expect;
    let verdict = expect.verdict.map(|verdict| verdict.to_string());
    let entry = expect.entry.as_ref().map(|entry| format!("by `{}`", entry.value));
    let rule = expect.rule.map(|rule| format!("found by {rule}"));
    verdict.into_iter().chain(entry).chain(rule).collect::<Vec<_>>().join(", ")
}

/// What the policy really says of a scope, and by which lines.
pub(super) fn really(sources: &Sources, answer: &Answer) -> String {
    let by: Vec<String> =
        answer.deciders.iter().take(3).map(|(text, place)| format!("`{text}` ({})", at(sources, *place))).collect();
    let more = answer.deciders.len().saturating_sub(by.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let by = if by.is_empty() { ", by the default".to_owned() } else { format!(", by {}{more}", by.join(", ")) };
    let rules = match answer.rules.as_slice() {
        [] => String::new(),
        rules => format!("; rules: {}", rules.join(", ")),
    };
    format!("`{}` is {}{by}{rules}", answer.scope, answer.verdict)
}
