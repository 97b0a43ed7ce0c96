//! Findings that say the same, told once: of one scope in many places, or of several scopes in one text.
//!
//! A report holds a finding for each scope and place: waivers, baselines, and formats for programs that show places one
//! by one need that. People, and whoever counts, see one for each group.

use std::collections::{BTreeSet, HashMap};

use super::{Counts, Report};
use crate::finding::{Confidence, Finding, Severity};
use crate::text::{Place, SourceId};

/// Findings that say the same, the first of them first.
#[derive(Debug)]
pub(super) struct Group<'r> {
    /// Their positions in the report, in order.
    pub(super) members: Vec<usize>,
    /// What the first of them says.
    pub(super) lead: &'r Finding,
    /// The first finding on each scope, in order; of what is about no scope none.
    pub(super) scopes: Vec<&'r Finding>,
}

/// What makes two findings say the same of one scope.
#[derive(PartialEq, Eq, Hash)]
struct Sameness<'r> {
    code: &'static str,
    severity: Severity,
    confidence: Confidence,
    app: Option<&'r str>,
    message: &'r str,
    help: Option<&'r str>,
    also: Vec<(&'static str, Option<&'r str>)>,
    /// Where an error about no scope stands: each secret and each URL is a fault of its own.
    own: Option<Place>,
}

impl<'r> Sameness<'r> {
    fn of(report: &'r Report, finding: &'r Finding) -> Self {
        Self {
            code: finding.rule.code,
            severity: finding.severity,
            confidence: finding.confidence,
            app: report.app_of(finding),
            message: &finding.message,
            help: finding.help.as_deref(),
            also: finding.absorbed.iter().map(|finding| (finding.rule.code, finding.aside.as_deref())).collect(),
            own: (finding.scope.is_none() && finding.severity == Severity::Error).then_some(finding.place),
        }
    }
}

/// What makes findings on several scopes of one text say the same.
#[derive(PartialEq, Eq, Hash)]
struct Likeness<'r> {
    code: &'static str,
    severity: Severity,
    app: Option<&'r str>,
    /// What is said, without names and numbers, up to the details.
    gist: String,
    source: SourceId,
}

/// The findings of a report in groups, in the order of the first of each.
pub(super) fn groups(report: &Report) -> Vec<Group<'_>> {
    let mut by_scope: Vec<Group<'_>> = Vec::new();
    let mut known: HashMap<Sameness<'_>, usize> = HashMap::new();
    for (at, finding) in report.findings.iter().enumerate() {
        let same = Sameness::of(report, finding);
        let group = *known.entry(same).or_insert(by_scope.len());
        match by_scope.get_mut(group) {
            Some(group) => group.members.push(at),
            None => by_scope.push(Group {
                members: vec![at],
                lead: finding,
                scopes: finding.scope.iter().map(|_| finding).collect(),
            }),
        }
    }
    let mut all: Vec<Group<'_>> = Vec::new();
    let mut known: HashMap<Likeness<'_>, usize> = HashMap::new();
    for group in by_scope {
        let Some(source) = source_of(report, &group) else {
            all.push(group);
            continue;
        };
        let Finding { rule, severity, message, .. } = group.lead;
        let (code, severity, app) = (rule.code, *severity, report.app_of(group.lead));
        let same = Likeness { code, severity, app, gist: gist(message), source };
        match known.get(&same).and_then(|at| all.get_mut(*at)) {
            Some(first) => {
                first.members.extend(group.members);
                first.scopes.extend(group.scopes);
            }
            None => {
                known.insert(same, all.len());
                all.push(group);
            }
        }
    }
    all
}

/// The one text in which a group of findings on a scope stands, where others may join it: errors, and what a policy
/// says, are told scope by scope.
fn source_of(report: &Report, group: &Group<'_>) -> Option<SourceId> {
    let finding = group.lead;
    if finding.rule.is_verdict || finding.severity == Severity::Error || finding.scope_index().is_none() {
        return None;
    }
    let sources: BTreeSet<SourceId> =
        group.members.iter().filter_map(|at| Some(report.findings.get(*at)?.place.source)).collect();
    let mut sources = sources.into_iter();
    sources.next().filter(|_| sources.next().is_none())
}

/// What a message says, without names and numbers, up to the details.
fn gist(message: &str) -> String {
    let unnamed = message.split('`').step_by(2).collect::<Vec<_>>().join("`");
    let front = unnamed.split([':', ',']).next().unwrap_or_default();
    front.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// How many groups there are of each severity.
pub(super) fn counts(groups: &[Group<'_>]) -> Counts {
    let mut counts = Counts::default();
    groups.iter().for_each(|group| counts.add(group.lead.severity, 1));
    counts
}

/// The most places or scopes that are named one by one.
const NAMED: usize = 5;

impl<'r> Group<'r> {
    /// The findings of the group.
    pub(super) fn findings(&self, report: &'r Report) -> impl Iterator<Item = &'r Finding> {
        self.members.iter().filter_map(|at| report.findings.get(*at))
    }

    /// Of what else it tells, in words: the other scopes, or the other places.
    pub(super) fn others(&self, report: &'r Report, spot: impl Fn(&Finding) -> String) -> Option<String> {
        let named = |names: Vec<String>, word: &str| {
            let count = names.len();
            let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            let rest = count.checked_sub(NAMED).filter(|rest| *rest > 0);
            let rest = rest.map(|rest| format!(" and {rest} more")).unwrap_or_default();
            format!("the same of {count} more {word}{}: {shown}{rest}", if count == 1 { "" } else { "s" })
        };
        match self.scopes.len() {
            0 | 1 if self.members.len() > 1 => {
                let places = self.findings(report).skip(1).map(spot).collect();
                Some(named(places, "place"))
            }
            0 | 1 => None,
            _ => Some(named(self.scopes.iter().skip(1).map(|finding| named_scope(finding)).collect(), "scope")),
        }
    }
}

/// The scope of a finding, with what other rules add to it.
fn named_scope(finding: &Finding) -> String {
    let asides: Vec<&str> = finding.absorbed.iter().filter_map(|finding| finding.aside.as_deref()).collect();
    let asides = if asides.is_empty() { String::new() } else { format!(" ({})", asides.join("; ")) };
    format!("`{}`{asides}", finding.scope.as_deref().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{ALL_OPERATIONS, Builder, FULL_ACCESS};
    use super::*;
    use crate::judge::Verdict;

    fn grouped(built: &Builder) -> Vec<String> {
        let scopes =
            |group: &Group<'_>| group.scopes.iter().filter_map(|first| first.scope.clone()).collect::<Vec<_>>();
        let shown = |group: &Group<'_>| format!("{} {:?} {:?}", group.lead.rule.code, group.members, scopes(group));
        groups(&built.0).iter().map(shown).collect()
    }

    #[test]
    fn one_scope_in_many_places_and_scopes_of_one_text_are_told_once() {
        let mut built = Builder::new();
        let [a, b] = ["a.env", "b.env"].map(|name| built.source(name, "Desk.b.ALL Desk.c.ALL Desk.d.ALL"));
        for (source, scope) in [(a, "Desk.b.ALL"), (a, "Desk.c.ALL"), (a, "Desk.d.ALL"), (b, "Desk.b.ALL")] {
            let place = built.scope(source, scope, Verdict::NoPolicy).place;
            let say = |rule, what: &str| Finding::new(rule, place, format!("`{scope}` {what}")).scope(scope);
            built.finding(say(&ALL_OPERATIONS, "is wide"));
            built.finding(say(&FULL_ACCESS, "is too wide"));
        }
        built.0.sort();
        // Errors stand scope by scope; what stands in two texts joins no other scope.
        assert_eq!(
            grouped(&built),
            [
                "ZS201 [0, 3] [\"Desk.b.ALL\"]",
                "ZS201 [1] [\"Desk.c.ALL\"]",
                "ZS201 [2] [\"Desk.d.ALL\"]",
                "ZS203 [4, 7] [\"Desk.b.ALL\"]",
                "ZS203 [5, 6] [\"Desk.c.ALL\", \"Desk.d.ALL\"]",
            ]
        );
        let found = groups(&built.0);
        let others = |at: usize| found[at].others(&built.0, |finding| format!("{:?}", finding.place.source == b));
        assert_eq!(others(0).as_deref(), Some("the same of 1 more place: true"));
        assert_eq!(others(4).as_deref(), Some("the same of 1 more scope: `Desk.d.ALL`"));
        assert_eq!(others(1), None);
        let Counts { error, warning, note } = counts(&found);
        assert_eq!((error, warning, note), (3, 2, 0));
    }
}
