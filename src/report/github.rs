//! For a step of GitHub Actions: workflow commands, which annotate the lines of a change.
//!
//! GitHub shows ten annotations of a type for each step, the first that come: the worst are written first, no more
//! than it shows, and the last lines say how many there are beyond. What follows the commands is the step's log.

use std::cmp::Reverse;
use std::io;

use super::address::address;
use super::clean::{MESSAGE, clean, clipped, for_log};
use super::closing;
use super::{Canvas, NotEvaluated, Notice, Renderer, Report, coverage, provenance};
use crate::finding::{Finding, Severity};
use crate::text::Place;

/// The most annotations of a type that GitHub shows for one step.
const SHOWN: usize = 10;

/// The format `github`.
pub(super) struct GitHub;

impl Renderer for GitHub {
    fn name(&self) -> &'static str {
        "github"
    }

    fn about(&self) -> &'static str {
        "For GitHub Actions: annotations, and the job's summary where $GITHUB_STEP_SUMMARY is set"
    }

    fn render(&self, report: &Report, _: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
        let mut findings: Vec<&Finding> = report.findings.iter().collect();
        findings.sort_by_key(|finding| Reverse(finding.severity));
        let unread = report.not_evaluated.iter().map(|input| unread(report, input));
        let notices = report.run.notices.iter().map(noticed);
        let commands = unread.chain(notices).chain(findings.into_iter().map(|finding| command(report, finding)));
        let mut written = [0; 3];
        let mut left = [0; 3];
        for (severity, command) in commands {
            let kind = severity as usize;
            if written[kind] < SHOWN {
                written[kind] += 1;
                writeln!(out, "{command}")?;
            } else {
                left[kind] += 1;
            }
        }
        let beyond: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
            .into_iter()
            .filter(|severity| left[*severity as usize] > 0)
            .map(|severity| format!("{} of type {severity}", left[severity as usize]))
            .collect();
        if !beyond.is_empty() {
            let beyond = beyond.join(", ");
            writeln!(out, "not annotated, since GitHub shows {SHOWN} of a type for each step: {beyond}")?;
        }
        writeln!(out, "{}", for_log(&closing::summary(report, false)))?;
        writeln!(out, "{}", for_log(&provenance::line(report)))
    }
}

fn command(report: &Report, finding: &Finding) -> (Severity, String) {
    let title = format!("{} {}", finding.rule.code, finding.rule.name);
    let mut message = clipped(&finding.message, MESSAGE);
    if let Some(app) = &finding.app {
        message.push('\n');
        message.push_str(&report.policy.application(app));
    }
    for related in finding.related.iter().filter(|related| related.place.is_none()) {
        message.push('\n');
        message.push_str(&clipped(&related.message, MESSAGE));
    }
    if let Some(help) = &finding.help {
        message.push_str("\nhelp: ");
        message.push_str(&clipped(&help.split_whitespace().collect::<Vec<_>>().join(" "), MESSAGE));
    }
    if let Some(page) = report.policy.page(finding.rule) {
        message.push_str("\nabout the rule: ");
        message.push_str(page.as_str());
    }
    (finding.severity, written(finding.severity, &properties(report, Some(finding.place), &title), &message))
}

fn unread(report: &Report, input: &NotEvaluated) -> (Severity, String) {
    let mut message = closing::not_evaluated(input);
    if let Some(help) = &input.help {
        message.push_str("\nhelp: ");
        message.push_str(&clipped(help, MESSAGE));
    }
    (Severity::Error, written(Severity::Error, &properties(report, input.place, "not evaluated"), &message))
}

fn noticed(notice: &Notice) -> (Severity, String) {
    let mut message = coverage::notice(notice);
    if let Some(help) = &notice.help {
        message.push_str("\nhelp: ");
        message.push_str(&clipped(help, MESSAGE));
    }
    (Severity::Warning, written(Severity::Warning, &[("title", notice.kind.to_owned())], &message))
}

/// Where an annotation goes, when that is in a file.
fn properties(report: &Report, place: Option<Place>, title: &str) -> Vec<(&'static str, String)> {
    let mut properties = Vec::new();
    if let Some(place) = place {
        let source = report.sources.get(place.source);
        if let Some(path) = address(source.name(), &report.run.tree).path() {
            let (start, end) = (source.position(place.span.start), source.position(place.span.end));
            properties.push(("file", clean(path).into_owned()));
            properties.push(("line", start.line.to_string()));
            properties.push(("endLine", end.line.to_string()));
            // Columns are ignored where lines differ. The last column belongs to the place.
            if start.line == end.line {
                properties.push(("col", start.column.to_string()));
                properties.push(("endColumn", end.column.saturating_sub(1).max(start.column).to_string()));
            }
        }
    }
    properties.push(("title", title.to_owned()));
    properties
}

fn written(severity: Severity, properties: &[(&str, String)], message: &str) -> String {
    let kind = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", escaped(value, true))).collect();
    format!("::{kind} {}::{}", properties.join(","), escaped(message, false))
}

/// A value as the runner reads it back (`actions/toolkit`, `packages/core/src/command.ts`).
fn escaped(value: &str, is_property: bool) -> String {
    let value = value.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    if is_property { value.replace(':', "%3A").replace(',', "%2C") } else { value }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{ALL_OPERATIONS, Builder, FULL_ACCESS, everything, hostile};
    use super::*;

    #[test]
    fn one_of_everything() {
        insta::assert_snapshot!(everything().rendered(&GitHub, None));
    }

    #[test]
    fn hostile_texts_are_shown_and_do_nothing() {
        insta::assert_snapshot!(hostile().rendered(&GitHub, None));
    }

    #[test]
    fn the_worst_come_first_and_the_rest_is_counted() {
        let mut built = Builder::new();
        let source = built.source("a.env", "x");
        for n in 0..30 {
            let rule = if n % 2 == 0 { &ALL_OPERATIONS } else { &FULL_ACCESS };
            built.finding(Finding::new(rule, built.place(source, "x"), format!("message {n}")));
        }
        let written = built.rendered(&GitHub, None);
        let kinds: Vec<&str> = written.lines().map(|line| line.split(' ').next().unwrap_or("")).collect();
        assert!(kinds[..10].iter().all(|kind| *kind == "::error"), "{written}");
        assert!(kinds[10..20].iter().all(|kind| *kind == "::warning"), "{written}");
        assert!(written.contains(
            "\nnot annotated, since GitHub shows 10 of a type for each step: 5 of type error, 5 of type warning\n"
        ));
    }

    #[test]
    fn nothing_that_the_runner_obeys_stands_in_the_log() {
        assert_eq!(for_log(" ::stop-commands::x"), "·  ::stop-commands::x");
        assert_eq!(escaped("a%0A,b:c\n::error::x", true), "a%250A%2Cb%3Ac%0A%3A%3Aerror%3A%3Ax");
    }
}
