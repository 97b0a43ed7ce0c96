//! What a reader sees first: how the run ended, its figures, and charts of them.

use std::collections::BTreeMap;

use super::super::groups::groups;
use super::super::{Report, Summary, Tally, Totals, firsts};
use super::population::Population;
use super::shown::{Prose, Shown, counted, thousands};
use crate::finding::Severity;

/// The most bars in a chart.
const BARS: usize = 12;

/// The length of the longest bar, in units of its drawing.
const LENGTH: usize = 1000;

/// How the run ended, in a word for the style sheet and in words for people.
pub(super) struct Headline {
    /// `incomplete`, `error`, `warning`, `note` or `clean`.
    pub(super) state: &'static str,
    pub(super) title: String,
    pub(super) sentence: &'static str,
}

impl Headline {
    /// What the figures come to. What could not be evaluated outweighs findings: the report is not whole. Of an audit,
    /// `grants` are its figures, and access that nobody knows is never clean.
    pub(super) fn new(summary: &Summary, grants: Option<&Tally>) -> Self {
        let Summary { scopes, not_evaluated, findings, denied, not_allowed, unknown, .. } = *summary;
        if not_evaluated > 0 {
            let inputs = counted(not_evaluated, "input");
            return Self {
                state: "incomplete",
                title: format!("Incomplete: {inputs} could not be evaluated"),
                sentence: "Everything else was judged and stands below. While an input is unread, the absence of \
                           findings means nothing.",
            };
        }
        if findings.error > 0 {
            return Self {
                state: "error",
                title: format!("{} to settle", counted(findings.error, "error")),
                sentence: "Each has to change, or a waiver has to accept it.",
            };
        }
        if findings.warning > 0 {
            return Self {
                state: "warning",
                title: format!("No errors, {}", counted(findings.warning, "warning")),
                sentence: "Warnings should change, or need a decision.",
            };
        }
        let unknown_grants = grants.map_or(0, |all| all.unknown_grants);
        if unknown_grants > 0 {
            return Self {
                state: "warning",
                title: format!("{} of unknown access", counted(unknown_grants, "grant")),
                sentence: "Nothing says what these tokens hold, so nothing here speaks for them.",
            };
        }
        if findings.note > 0 || denied + not_allowed + unknown > 0 {
            return Self {
                state: "note",
                title: format!("No errors or warnings, {}", counted(findings.note, "note")),
                sentence: "Notes are worth knowing; nothing has to change.",
            };
        }
        if scopes == 0 {
            return Self {
                state: "note",
                title: "No scopes were judged".to_owned(),
                sentence: if grants.is_some() { "The tokens hold nothing." } else { "The inputs ask for nothing." },
            };
        }
        Self {
            state: "clean",
            title: "Nothing to object to".to_owned(),
            sentence: "Every scope passes, and no rule has anything to say.",
        }
    }
}

/// Something to do first.
pub(super) struct Todo {
    pub(super) severity: Severity,
    pub(super) scope: Shown,
    pub(super) code: &'static str,
    pub(super) rule: &'static str,
    /// In how many places, of which applications.
    pub(super) whereabouts: Shown,
    pub(super) help: Option<Prose>,
}

/// The most things to do first.
const TODOS: usize = 7;

/// The most applications that are named with each.
const NAMED: usize = 3;

/// What to do first: what is worst, and most often found.
pub(super) fn todo(report: &Report) -> Vec<Todo> {
    let found = firsts(report.findings.iter());
    let todo = found.into_iter().take(TODOS).map(|first| {
        let apps: Vec<String> = first
            .apps
            .iter()
            .take(NAMED)
            .map(|app| match report.policy.owner(Some(app)) {
                Some(owner) => format!("{app} ({owner})"),
                None => app.clone(),
            })
            .collect();
        let rest = first.apps.len().saturating_sub(NAMED);
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        let of = if apps.is_empty() { String::new() } else { format!(": {}{rest}", apps.join(", ")) };
        Todo {
            severity: first.severity,
            scope: Shown::name(&first.scope),
            code: first.rule.code,
            rule: first.rule.name,
            whereabouts: Shown::sentence(&format!("{}{of}", counted(first.findings, "place"))),
            help: first.help.as_deref().map(|help| Prose::new(&Shown::sentence(help))),
        }
    });
    todo.collect()
}

/// A number with its name.
pub(super) struct Figure {
    /// The name that the JSON report gives it.
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) value: usize,
}

impl Figure {
    /// The number for people.
    pub(super) fn text(&self) -> String {
        thousands(self.value)
    }
}

/// The figures of a run: verdicts on scopes, then findings.
pub(super) fn figures(summary: &Summary) -> [Vec<Figure>; 2] {
    let figure = |key, label, value| Figure { key, label, value };
    let verdicts = vec![
        figure("scopes", "Scopes judged", summary.scopes),
        figure("allowed", "Allowed by entries", summary.allowed),
        figure("flagged", "Flagged", summary.flagged),
        figure("unflagged", "Unflagged", summary.no_policy - summary.flagged),
        figure("denied", "Denied", summary.denied),
        figure("not_allowed", "Not allowed", summary.not_allowed),
        figure("unknown", "Unknown", summary.unknown),
        figure("waived", "Waived", summary.waived),
    ];
    let findings = vec![
        figure("error", "Errors", summary.findings.error),
        figure("warning", "Warnings", summary.findings.warning),
        figure("note", "Notes", summary.findings.note),
        figure("not_evaluated", "Not evaluated", summary.not_evaluated),
    ];
    [verdicts, findings]
}

/// A bar chart: a table whose rows have a bar each, so that the picture and its text are one.
pub(super) struct Chart {
    pub(super) key: &'static str,
    pub(super) title: &'static str,
    /// What the rows are.
    pub(super) rows_are: &'static str,
    /// What the numbers count, one column each.
    pub(super) columns: Vec<&'static str>,
    pub(super) bars: Vec<Bar>,
    /// How many more rows there would be.
    pub(super) more: usize,
}

/// A row of a chart.
pub(super) struct Bar {
    /// A class that gives the label its mark; empty for none.
    pub(super) mark: &'static str,
    pub(super) label: Shown,
    pub(super) parts: Vec<Part>,
    pub(super) values: Vec<usize>,
}

/// A stretch of a bar.
pub(super) struct Part {
    pub(super) class: &'static str,
    pub(super) start: usize,
    pub(super) length: usize,
}

const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Note];

/// The charts over findings and verdicts.
pub(super) fn charts(report: &Report, summary: &Summary, population: &Population<'_>) -> Vec<Chart> {
    let mut charts = vec![by_severity(summary), by_verdict(summary)];
    match &report.totals {
        Some(totals) if !totals.by_rule.is_empty() => charts.push(by_rule_of_grants(totals)),
        None if !report.findings.is_empty() => charts.push(by_rule(report)),
        _ => {}
    }
    match &report.totals {
        Some(totals) if totals.by_app.len() > 1 => charts.push(by_app_of_grants(totals)),
        None if population.apps.len() > 1 => charts.push(by_app(population)),
        _ => {}
    }
    charts
}

fn by_severity(summary: &Summary) -> Chart {
    let counts = [summary.findings.error, summary.findings.warning, summary.findings.note];
    let rows = SEVERITIES.iter().zip(counts).map(|(severity, count)| Counted {
        mark: severity.as_str(),
        label: Shown::name(plural(*severity)),
        values: vec![(severity.as_str(), count)],
    });
    chart("severity", "Findings by severity", "Severity", vec!["Findings"], rows.collect())
}

fn plural(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Errors",
        Severity::Warning => "Warnings",
        Severity::Note => "Notes",
    }
}

fn by_verdict(summary: &Summary) -> Chart {
    let verdicts = [
        ("allowed", "Allowed", summary.allowed - summary.refused),
        ("refused", "Allowed, but a rule refuses", summary.refused),
        ("flagged", "Flagged", summary.flagged),
        ("unflagged", "Unflagged", summary.no_policy - summary.flagged),
        ("denied", "Denied", summary.denied),
        ("not-allowed", "Not allowed", summary.not_allowed),
        ("unknown", "Unknown", summary.unknown),
        ("waived", "Waived", summary.waived),
    ];
    let rows = verdicts.into_iter().filter(|(_, _, count)| *count > 0).map(|(word, label, count)| Counted {
        mark: word,
        label: Shown::name(label),
        values: vec![(word, count)],
    });
    chart("verdict", "Scopes by verdict", "Verdict", vec!["Scopes"], rows.collect())
}

fn by_rule(report: &Report) -> Chart {
    let mut counts: BTreeMap<&str, (&str, [usize; 3])> = BTreeMap::new();
    for finding in groups(report).iter().map(|group| group.lead) {
        let (_, by_severity) = counts.entry(finding.rule.code).or_insert((finding.rule.name, [0; 3]));
        for (count, severity) in by_severity.iter_mut().zip(SEVERITIES) {
            *count += usize::from(severity == finding.severity);
        }
    }
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by_key(|(_, (_, counts))| std::cmp::Reverse(counts.iter().sum::<usize>()));
    let rows = rows.into_iter().map(|(code, (name, counts))| Counted {
        mark: "",
        label: Shown::name(&format!("{code} {name}")),
        values: vec_of(counts),
    });
    chart("rule", "Findings by rule", "Rule", vec!["Errors", "Warnings", "Notes"], rows.collect())
}

/// Findings by rule over all grants, whether or not the report shows each.
fn by_rule_of_grants(totals: &Totals) -> Chart {
    let mut rules: Vec<_> = totals.by_rule.values().collect();
    rules.sort_by_key(|tally| std::cmp::Reverse(tally.findings));
    let rows = rules.into_iter().map(|tally| Counted {
        mark: "",
        label: Shown::name(&format!("{} {}", tally.rule.code, tally.rule.name)),
        values: vec![(tally.severity.as_str(), tally.findings), (NOT_DRAWN, tally.grants)],
    });
    chart("rule", "Findings by rule", "Rule", vec!["Findings", "Grants"], rows.collect())
}

/// Findings by application over all grants, the worst first.
fn by_app_of_grants(totals: &Totals) -> Chart {
    let mut apps: Vec<_> = totals.by_app.iter().map(|(name, tally)| (name.as_deref(), tally.findings)).collect();
    apps.sort_by_key(|(_, findings)| std::cmp::Reverse([findings.error, findings.warning, findings.note]));
    let rows = apps.into_iter().map(|(name, findings)| Counted {
        mark: "",
        label: Shown::name(name.unwrap_or("no application")),
        values: vec_of([findings.error, findings.warning, findings.note]),
    });
    let rows = rows.filter(|row| row.values.iter().any(|(_, count)| *count > 0)).collect();
    chart("app", "Findings by application", "Application", vec!["Errors", "Warnings", "Notes"], rows)
}

fn by_app(population: &Population<'_>) -> Chart {
    let rows = population.apps.iter().map(|app| Counted {
        mark: "",
        label: Shown::name(app.name.unwrap_or("no application")),
        values: vec_of(SEVERITIES.map(|severity| app.count(severity))),
    });
    // A policy's own faults are no application's.
    let rows = rows.filter(|row| row.values.iter().any(|(_, count)| *count > 0)).collect();
    chart("app", "Findings by application", "Application", vec!["Errors", "Warnings", "Notes"], rows)
}

fn vec_of(counts: [usize; 3]) -> Vec<(&'static str, usize)> {
    SEVERITIES.iter().zip(counts).map(|(severity, count)| (severity.as_str(), count)).collect()
}

/// The class of a number that stands in its column alone: it counts something else than the bar does.
const NOT_DRAWN: &str = "";

/// A row before it is drawn.
struct Counted {
    mark: &'static str,
    label: Shown,
    /// Class and number of each stretch; [`NOT_DRAWN`] for a number without one.
    values: Vec<(&'static str, usize)>,
}

fn chart(
    key: &'static str,
    title: &'static str,
    rows_are: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Counted>,
) -> Chart {
    let is_drawn = |(class, value): &&(&'static str, usize)| *class != NOT_DRAWN && *value > 0;
    let total = |row: &Counted| row.values.iter().filter(is_drawn).map(|(_, value)| value).sum::<usize>();
    let longest = rows.iter().map(total).max().unwrap_or(0).max(1);
    let more = rows.len().saturating_sub(BARS);
    let bars = rows.into_iter().take(BARS).map(|row| {
        let mut upto = 0;
        let parts = row.values.iter().filter(is_drawn).map(|&(class, value)| {
            let start = scaled(upto, longest);
            upto += value;
            // What is there at all is seen.
            Part { class, start, length: (scaled(upto, longest) - start).max(LENGTH / 250) }
        });
        let parts = parts.collect();
        Bar { mark: row.mark, label: row.label, parts, values: row.values.iter().map(|(_, value)| *value).collect() }
    });
    let bars = bars.collect();
    Chart { key, title, rows_are, columns, bars, more }
}

fn scaled(value: usize, longest: usize) -> usize {
    value.saturating_mul(LENGTH) / longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Counts;

    #[test]
    fn the_headline_tells_the_worst() {
        let none = Summary::default();
        let findings = |error, warning, note| Counts { error, warning, note };
        for (summary, state, title) in [
            (none, "note", "No scopes were judged"),
            (Summary { scopes: 2, allowed: 2, ..none }, "clean", "Nothing to object to"),
            (
                Summary { scopes: 2, allowed: 2, findings: findings(0, 0, 1), ..none },
                "note",
                "No errors or warnings, 1 note",
            ),
            (Summary { scopes: 2, findings: findings(0, 3, 1), ..none }, "warning", "No errors, 3 warnings"),
            (Summary { scopes: 2, findings: findings(1, 3, 1), ..none }, "error", "1 error to settle"),
            (
                Summary { scopes: 2, not_evaluated: 1, findings: findings(1, 0, 0), ..none },
                "incomplete",
                "Incomplete: 1 input could not be evaluated",
            ),
        ] {
            let headline = Headline::new(&summary, None);
            assert_eq!((headline.state, &*headline.title), (state, title));
        }
        let grants = Tally { grants: 3, unknown_grants: 2, ..Tally::default() };
        let headline = Headline::new(&Summary { scopes: 2, allowed: 2, ..none }, Some(&grants));
        assert_eq!((headline.state, &*headline.title), ("warning", "2 grants of unknown access"));
    }

    #[test]
    fn bars_are_in_proportion_and_never_vanish() {
        let row = |values: [usize; 3]| Counted { mark: "", label: Shown::name("x"), values: vec_of(values) };
        let chart = chart("x", "x", "x", vec![], vec![row([5000, 0, 5000]), row([1, 0, 0]), row([0, 0, 0])]);
        let lengths = |bar: &Bar| bar.parts.iter().map(|part| (part.start, part.length)).collect::<Vec<_>>();
        let drawn: Vec<_> = chart.bars.iter().map(lengths).collect();
        assert_eq!(drawn, [vec![(0, 500), (500, 500)], vec![(0, 4)], vec![]]);
    }
}
