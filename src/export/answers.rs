//! What a policy says of a scope, for each of its applications.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::access::{self, Graph};
use crate::finding::{Confidence, Finding, RuleInfo, Severity};
use crate::input::ListKind;
use crate::judge::{Decider, Judged, Table};
use crate::policy::{Effect, Effective, Verdict};
use crate::review::{Review, absolved_until, as_held};
use crate::rules::{self, Check};
use crate::scope::{Malformed, Scope};
use crate::text::{Place, SourceId, Span};

/// How many of the entries that decide are named.
const NAMED: usize = 3;

/// What a policy says of a scope, for an application.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Answer {
    /// What the entries say; waivers are not counted.
    pub verdict: Verdict,
    /// The first entries that decide, as written.
    pub decided_by: Vec<String>,
    /// How many decide.
    pub deciders: usize,
    /// Where the first of them stands: `zscope.yaml:4`.
    pub place: Option<String>,
    /// The codes of the rules on single scopes that find something.
    pub rules: Vec<&'static str>,
    /// The last day on which waivers accept every error that is found.
    pub waived_until: Option<Date>,
}

/// Asks a policy, for nobody in particular and for each application.
pub(super) struct Asked<'a> {
    review: &'a Review<'a>,
    table: Table<'a>,
    columns: Vec<Effective<'a>>,
    nowhere: SourceId,
    /// All answers that were given, each once.
    pub(super) answers: Vec<Answer>,
    numbers: HashMap<Answer, usize>,
    /// What rules say that state a verdict: they look at the verdict, and at what decides by default.
    of_verdicts: HashMap<(Verdict, Option<Effect>), Vec<Finding>>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(review: &'a Review<'a>) -> Self {
        let policy = review.policy;
        let names = std::iter::once(None).chain(policy.apps.iter().map(|app| Some(app.name.as_str())));
        Self {
            review,
            table: Table::new(review.catalog, policy),
            columns: names.map(|name| policy.effective(name)).collect(),
            nowhere: policy.origin.source,
            answers: Vec::new(),
            numbers: HashMap::new(),
            of_verdicts: HashMap::new(),
        }
    }

    fn numbered(&mut self, answer: Answer) -> usize {
        *self.numbers.entry(answer).or_insert_with_key(|answer| {
            self.answers.push(answer.clone());
            self.answers.len() - 1
        })
    }

    /// The answers on what is no scope.
    pub(super) fn of_no_scope(&mut self) -> Vec<usize> {
        self.of_rule("malformed-scope")
    }

    /// The answers on a grant of which nobody knows what it holds.
    pub(super) fn of_unknown_grant(&mut self) -> Vec<usize> {
        self.of_rule("unknown-grant")
    }

    fn of_rule(&mut self, name: &str) -> Vec<usize> {
        let rule = self.review.rules.iter().find(|rule| rule.info.name == name);
        let speaks = |column: &Effective<'_>| column.level(name).is_none_or(|level| level.severity().is_some());
        let answers: Vec<Answer> = self
            .columns
            .iter()
            .map(|column| Answer {
                verdict: Verdict::Unknown,
                decided_by: Vec::new(),
                deciders: 0,
                place: None,
                rules: rule.filter(|_| speaks(column)).map(|rule| rule.info.code).into_iter().collect(),
                waived_until: None,
            })
            .collect();
        answers.into_iter().map(|answer| self.numbered(answer)).collect()
    }

    /// The answers on a scope. `concerned` says which applications have entries of their own that may decide.
    pub(super) fn of_scope(&mut self, scope: &Scope, concerned: &[bool]) -> Vec<usize> {
        let catalog = self.review.catalog;
        let identity = access::identify(catalog, scope);
        let scope = &identity.scope;
        let judged = Judged {
            written: scope.to_string(),
            place: Place::new(self.nowhere, Span::default()),
            scope: Ok::<Scope, Malformed>(scope.clone()),
            known: identity.is_known(),
            app: None,
            confidence: Confidence::High,
            kind: ListKind::Request,
            verdict: Verdict::Allowed,
            decided_by: Vec::new(),
            deciders: 0,
            excess: Vec::new(),
            witness: None,
            gives: String::new(),
            data: access::data_classes(catalog, scope).into_iter().collect(),
            grant: None,
        };
        let facts = self.found(0, &judged, false);
        let mut answers = Vec::with_capacity(self.columns.len());
        for column in 0..self.columns.len() {
            let decided = match column.checked_sub(1) {
                Some(app) if !concerned[app] => None,
                _ => Some(self.decided(column, &judged)),
            };
            answers.push(decided);
        }
        let mut numbers = Vec::with_capacity(answers.len());
        for column in 0..answers.len() {
            let decided = answers[column].as_ref().or(answers[0].as_ref());
            let Some((verdict, found, entries)) = decided else { continue };
            let findings = facts.iter().chain(found);
            let answer = self.answer(column, *verdict, entries, findings);
            numbers.push(self.numbered(answer));
        }
        numbers
    }

    /// The verdict for an application, what rules say of it, and the entries that decide.
    fn decided(&mut self, column: usize, judged: &Judged) -> (Verdict, Vec<Finding>, Vec<Decider>) {
        let Ok(scope) = &judged.scope else { return (Verdict::Unknown, Vec::new(), Vec::new()) };
        let judge = self.table.judge(self.columns[column].app.map(|app| app.name.as_str()));
        let verdict = judge.verdict(Graph::of(self.review.catalog).id(scope));
        let effect = if verdict == Verdict::Denied { Effect::Deny } else { Effect::Allow };
        let decider = |text: &str, place, effect| Decider { effect, text: text.to_owned(), place };
        let mut entries: Vec<Decider> =
            judge.deciders(scope).iter().map(|entry| decider(&entry.text, Some(entry.place), effect)).collect();
        if entries.is_empty() {
            let policy = self.review.policy;
            entries.push(decider("default", policy.default_place, policy.default));
        }
        let key = (verdict, entries.first().map(|decider| decider.effect));
        if !self.of_verdicts.contains_key(&key) {
            let judged = Judged { verdict, deciders: entries.len(), decided_by: entries.clone(), ..judged.clone() };
            let found = self.found(column, &judged, true);
            self.of_verdicts.insert(key, found);
        }
        let found = self.of_verdicts.get(&key).into_iter().flatten();
        let found = found.map(|finding| finding.clone().scope(scope)).collect();
        (verdict, found, entries)
    }

    /// What rules on single scopes say: those that state the verdict, or all others.
    fn found(&self, column: usize, judged: &Judged, of_verdict: bool) -> Vec<Finding> {
        let policy = &self.columns[column];
        let judge = self.table.judge(policy.app.map(|app| app.name.as_str()));
        let measure = self.review.measure(policy, judge);
        let wanted = |info: &RuleInfo| info.is_verdict == of_verdict;
        let rules: Vec<_> = self
            .review
            .rules
            .iter()
            .copied()
            .filter(|rule| matches!(rule.check, Check::Scope(_)) && wanted(&rule.info))
            .collect();
        let mut found = rules::of_scope(&rules, measure, judged);
        // A name that is near to a known one is a note at most, and no table holds distances between names.
        found.retain(|finding| !(judged.known && finding.rule.name == "unknown-scope"));
        found
    }

    fn answer<'f>(
        &self,
        column: usize,
        verdict: Verdict,
        entries: &[Decider],
        found: impl Iterator<Item = &'f Finding>,
    ) -> Answer {
        let policy = &self.columns[column];
        let app = policy.app.map(|app| app.name.as_str());
        let mut rules = Vec::new();
        let (mut until, mut has_errors, mut stands) = (Date::MAX, false, false);
        for finding in found {
            let level = policy.level(finding.rule.name).filter(|_| !finding.rule.is_verdict);
            let severity = match level {
                Some(level) => level.severity(),
                None => Some(as_held(finding.clone()).severity),
            };
            let Some(severity) = severity else { continue };
            rules.push(finding.rule.code);
            if severity == Severity::Error {
                has_errors = true;
                match absolved_until(self.review.policy, app, finding) {
                    Some(day) => until = until.min(day),
                    None => stands = true,
                }
            }
        }
        rules.sort_unstable();
        rules.dedup();
        let texts = &self.review.policy.texts;
        let place = entries.first().and_then(|decider| decider.place).map(|place| {
            let source = texts.get(place.source);
            format!("{}:{}", source.name(), source.position(place.span.start).line)
        });
        Answer {
            verdict,
            decided_by: entries.iter().take(NAMED).map(|decider| decider.text.clone()).collect(),
            deciders: entries.len(),
            place,
            rules,
            waived_until: (has_errors && !stands).then_some(until),
        }
    }
}
