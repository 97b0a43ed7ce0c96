//! A policy's tests, run: what it says of each list against what it is expected to say.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::access::{self, Graph};
use crate::catalog::Catalog;
use crate::input::{self, Request};
use crate::judge::{Judge, Table};
use crate::policy::{App, Entry, Policy, PolicyTest, Verdict};
use crate::review::Review;
use crate::text::{Place, Source, Sources};

/// The tests of a policy, each with the list that it is about.
#[derive(Debug)]
pub struct Trial<'a> {
    catalog: &'a Catalog,
    policy: &'a Policy,
    as_of: Date,
    tests: Vec<(&'a PolicyTest, Request)>,
}

/// What came of one test.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// The test.
    pub test: &'a PolicyTest,
    /// What it expects that does not hold, in words; nothing where it passes.
    pub failures: Vec<String>,
    /// What the policy says of each scope of the list, in order.
    pub answers: Vec<Answer>,
}

/// What a policy says of one scope.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The scope as the catalog spells it, or the text that is none.
    pub scope: String,
    /// The verdict, waivers included.
    pub verdict: Verdict,
    /// What decided: the text of each entry or the id of a waiver, with its place.
    pub deciders: Vec<(String, Place)>,
    /// The rules that find something, accepted or not.
    pub rules: Vec<&'static str>,
}

/// What kind of entry may be covered by tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// An `allow` entry.
    Allow,
    /// A `deny` entry.
    Deny,
    /// A waiver.
    Waiver,
}

/// An entry of the policy's own file, and whether a test has it decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// What kind it is.
    pub kind: EntryKind,
    /// The application that it belongs to.
    pub app: Option<String>,
    /// The text of the entry, or the waiver's id.
    pub text: String,
    /// Where it stands.
    pub place: Place,
    /// Whether a test has it decide.
    pub is_covered: bool,
}

impl EntryKind {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Waiver => "waiver",
        }
    }
}

impl<'a> Trial<'a> {
    /// Reads the lists of some tests.
    #[must_use]
    pub fn new(catalog: &'a Catalog, policy: &'a Policy, as_of: Date, tests: &'a [PolicyTest]) -> Self {
        let read = |test: &'a PolicyTest| {
            let mut sources = Sources::default();
            let id = sources.add(Source::new("<test>", &*test.scopes));
            let mut all = input::read_argument(id, sources.get(id)).into_iter();
            let mut request = all.next().unwrap_or_else(|| Request::new(test.scopes_place, Vec::new()));
            request.items.extend(all.flat_map(|more| more.items));
            request.app.clone_from(&test.app);
            (test, request)
        };
        Self { catalog, policy, as_of, tests: tests.iter().map(read).collect() }
    }

    pub(super) fn catalog(&self) -> &'a Catalog {
        self.catalog
    }

    pub(super) fn policy(&self) -> &'a Policy {
        self.policy
    }

    pub(super) fn as_of(&self) -> Date {
        self.as_of
    }

    /// Runs every test.
    #[must_use]
    pub fn run(&self) -> Vec<Case<'a>> {
        let table = Table::new(self.catalog, self.policy);
        let review = Review::new(self.catalog, self.policy, self.as_of);
        let case = |(test, request): &(&'a PolicyTest, Request)| {
            let answers = answers(&review, &table, request);
            Case { test, failures: failures(test, &answers), answers }
        };
        self.tests.iter().map(case).collect()
    }

    /// Whether a test fails under another policy with the same applications. Of most tests the verdicts alone tell.
    pub(super) fn is_noticed(&self, other: &Policy) -> bool {
        let table = Table::new(self.catalog, other);
        let review = Review::new(self.catalog, other, self.as_of);
        self.tests.iter().any(|(test, request)| {
            let expect = &test.expect;
            let is_plain = other.waivers.is_empty() && expect.rule.is_none() && expect.verdict != Some(Verdict::Waived);
            let answers = match is_plain {
                true => verdicts(table.judge(test.app.as_deref()), request, expect.entry.is_some()),
                false => answers(&review, &table, request),
            };
            !failures(test, &answers).is_empty()
        })
    }

    /// The entries and waivers of the policy's own file, each with whether it decided in some case. What it extends is
    /// tested where it stands.
    #[must_use]
    pub fn coverage(&self, cases: &[Case<'_>]) -> Vec<Covered> {
        let used: BTreeSet<Place> = cases
            .iter()
            .flat_map(|case| &case.answers)
            .flat_map(|answer| &answer.deciders)
            .map(|(_, at)| *at)
            .collect();
        let own = self.policy.origin.source;
        let mut found = Vec::new();
        let mut add = |kind, app: Option<&App>, text: &str, place: Place| {
            if place.source == own {
                let app = app.map(|app| app.name.clone());
                let is_covered = used.contains(&place);
                found.push(Covered { kind, app, text: text.to_owned(), place, is_covered });
            }
        };
        let mut of_lists = |app: Option<&App>, allow: &[Entry], deny: &[Entry]| {
            allow.iter().for_each(|entry| add(EntryKind::Allow, app, &entry.text, entry.place));
            deny.iter().for_each(|entry| add(EntryKind::Deny, app, &entry.text, entry.place));
        };
        of_lists(None, &self.policy.allow, &self.policy.deny);
        self.policy.apps.iter().for_each(|app| of_lists(Some(app), &app.allow, &app.deny));
        for waiver in self.policy.waivers.iter().filter(|waiver| waiver.place.source == own) {
            let (app, is_covered) = (waiver.app.clone(), used.contains(&waiver.place));
            let (kind, text, place) = (EntryKind::Waiver, waiver.id.clone(), waiver.place);
            found.push(Covered { kind, app, text, place, is_covered });
        }
        found
    }
}

/// The verdicts on a list, without what rules and waivers say.
fn verdicts(judge: Judge<'_>, request: &Request, with_deciders: bool) -> Vec<Answer> {
    let graph = Graph::of(judge.catalog());
    let answer = |item: &input::Item| match &item.scope {
        Err(_) => {
            Answer { scope: item.written.clone(), verdict: Verdict::Unknown, deciders: Vec::new(), rules: Vec::new() }
        }
        Ok(scope) => {
            let deciders = if with_deciders { deciders(judge, scope) } else { Vec::new() };
            Answer { scope: scope.to_string(), verdict: judge.verdict(graph.id(scope)), deciders, rules: Vec::new() }
        }
    };
    request.items.iter().map(answer).collect()
}

fn deciders(judge: Judge<'_>, scope: &crate::scope::Scope) -> Vec<(String, Place)> {
    judge.deciders(scope).into_iter().map(|entry| (entry.text.clone(), entry.place)).collect()
}

/// What a policy says of a list, by the same way as of every request.
fn answers(review: &Review<'_>, table: &Table<'_>, request: &Request) -> Vec<Answer> {
    let judge = table.judge(request.app.as_deref());
    let said = review.of_request(table, request);
    let answer = |(at, judged): (usize, &crate::judge::Judged)| {
        let mut deciders = match &judged.scope {
            Ok(scope) => deciders(judge, &access::identify(review.catalog, scope).scope),
            Err(_) => Vec::new(),
        };
        let of_scope = |finding: &crate::finding::Finding| finding.scope_index() == Some(at);
        let mut rules: Vec<&str> =
            said.standing.iter().filter(|finding| of_scope(finding)).map(|finding| finding.rule.name).collect();
        for waived in said.waived.iter().filter(|waived| of_scope(&waived.finding)) {
            rules.push(waived.finding.rule.name);
            if let Some(waiver) = review.policy.waivers.iter().find(|waiver| waiver.id == waived.waiver) {
                deciders.push((waiver.id.clone(), waiver.place));
            }
        }
        // What is said of the list counts for each of its scopes.
        let of_lists = said.standing.iter().filter(|finding| finding.scope_index().is_none());
        rules.extend(of_lists.map(|finding| finding.rule.name));
        rules.sort_unstable();
        rules.dedup();
        let scope = judged.scope.as_ref().map_or_else(|_| judged.written.clone(), ToString::to_string);
        Answer { scope, verdict: judged.verdict, deciders, rules }
    };
    said.scopes.iter().enumerate().map(answer).collect()
}

/// What of an expectation does not hold.
fn failures(test: &PolicyTest, answers: &[Answer]) -> Vec<String> {
    let expect = &test.expect;
    if answers.is_empty() {
        return vec!["there is no scope in it".to_owned()];
    }
    let mut failures = Vec::new();
    if let Some(verdict) = expect.verdict {
        let holds = |answer: &Answer| answer.verdict.meets(verdict);
        let is_met = if verdict.passes() { answers.iter().all(holds) } else { answers.iter().any(holds) };
        if !is_met {
            failures.push(format!("expected {verdict}"));
        }
    }
    if let Some(entry) = &expect.entry {
        let decides = |answer: &Answer| answer.deciders.iter().any(|(text, _)| *text == entry.value.trim());
        if !answers.iter().any(decides) {
            failures.push(format!("expected `{}` to decide", entry.value.trim()));
        }
    }
    if let Some(rule) = expect.rule
        && !answers.iter().any(|answer| answer.rules.contains(&rule))
    {
        failures.push(format!("expected `{rule}` to find something"));
    }
    failures
}
