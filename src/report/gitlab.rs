//! For merge requests of GitLab: a Code Quality report.
//!
//! One array; an empty one says that all is well, and merge requests are compared with it. The format has no room for
//! what was waived, nor for what the run judged by: the other formats tell.

use std::io;

use serde::Serialize;

use super::address::address;
use super::clean::{self, MESSAGE, Text, clipped};
use super::closing;
use super::{Canvas, NotEvaluated, Renderer, Report, coverage};
use crate::finding::{Finding, Severity};
use crate::text::Place;
use crate::text::digest::Digest;

/// The name under which what could not be evaluated is reported.
const NOT_EVALUATED: &str = "not-evaluated";

/// The format `gitlab`.
pub(super) struct GitLab;

impl Renderer for GitLab {
    fn name(&self) -> &'static str {
        "gitlab"
    }

    fn about(&self) -> &'static str {
        "For GitLab merge requests: a Code Quality report"
    }

    fn render(&self, report: &Report, _: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
        let names = report.fingerprints().findings;
        let findings = report.findings.iter().zip(names).map(|(finding, name)| Issue::new(report, finding, name));
        let unread = report.not_evaluated.iter().enumerate().map(|(n, input)| Issue::unread(report, input, n));
        let notices = report.run.notices.iter().map(|notice| {
            Issue::of_run(report, notice.kind, "major", &coverage::notice(notice), notice.path.as_deref())
        });
        let files = coverage::phrase(report).map(|files| Issue::of_run(report, "coverage", "info", &files, None));
        let issues: Vec<Issue<'_>> = unread.chain(notices).chain(findings).chain(files).collect();
        out.write_all(clean::json(serde_json::to_string_pretty(&issues)?).as_bytes())?;
        out.write_all(b"\n")
    }
}

/// An entry of the array.
#[derive(Serialize)]
struct Issue<'a> {
    description: Text<'static>,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: Text<'static>,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

impl<'a> Issue<'a> {
    fn new(report: &Report, finding: &'a Finding, fingerprint: String) -> Self {
        let code = finding.rule.code;
        let description = match (finding.scope.as_deref(), finding.app.as_deref()) {
            (_, Some(app)) => format!("{code}: {} ({})", finding.message, report.policy.application(app)),
            _ => format!("{code}: {}", finding.message),
        };
        Self {
            description: Text::owned(&clipped(&description, MESSAGE)),
            check_name: finding.rule.name,
            fingerprint,
            severity: match finding.severity {
                Severity::Error => "critical",
                Severity::Warning => "major",
                Severity::Note => "info",
            },
            location: Location::new(report, Some(finding.place), ""),
        }
    }

    fn unread(report: &Report, input: &NotEvaluated, n: usize) -> Self {
        let mut digest = Digest::default();
        for part in [NOT_EVALUATED, &input.input, &n.to_string()] {
            digest.add(part);
            digest.add([0]);
        }
        Self {
            description: Text::owned(&closing::not_evaluated(input)),
            check_name: NOT_EVALUATED,
            fingerprint: digest.hex().chars().take(32).collect(),
            severity: "blocker",
            location: Location::new(report, input.place, &input.input),
        }
    }
}

impl<'a> Issue<'a> {
    /// What is to be said of the run. Its fingerprint says what it is about, and not how much of it there is.
    fn of_run(report: &Report, kind: &'a str, severity: &'static str, description: &str, path: Option<&str>) -> Self {
        let mut digest = Digest::default();
        for part in [kind, path.unwrap_or_default()] {
            digest.add(part);
            digest.add([0]);
        }
        Self {
            description: Text::owned(description),
            check_name: kind,
            fingerprint: digest.hex().chars().take(32).collect(),
            severity,
            location: Location::new(report, None, path.unwrap_or_default()),
        }
    }
}

impl Location {
    /// A place, or the first line of an input. What is in no file is shown at the policy.
    fn new(report: &Report, place: Option<Place>, input: &str) -> Self {
        let source = place.map(|place| (report.sources.get(place.source), place.span.start));
        let name = source.map_or(input, |(source, _)| source.name());
        let tree = &report.run.tree;
        match address(name, tree).path() {
            Some(path) => Self::at(path, source.map_or(1, |(source, start)| source.position(start).line)),
            None => Self::at(address(&report.policy.path, tree).path().unwrap_or(name), 1),
        }
    }

    fn at(path: &str, begin: usize) -> Self {
        Self { path: Text::owned(path), lines: Lines { begin } }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::super::fixture::{ALL_OPERATIONS, Builder, FULL_ACCESS, everything};
    use super::*;

    fn issues(built: &Builder) -> Vec<Value> {
        serde_json::from_str(&built.rendered(&GitLab, None)).unwrap()
    }

    #[test]
    fn one_of_everything() {
        insta::assert_snapshot!(everything().rendered(&GitLab, None));
    }

    #[test]
    fn nothing_wrong_is_an_empty_array() {
        assert_eq!(Builder::new().rendered(&GitLab, None), "[]\n");
    }

    #[test]
    fn every_issue_has_what_gitlab_demands() {
        for issue in issues(&everything()) {
            for key in ["description", "check_name", "fingerprint", "severity"] {
                assert!(issue[key].as_str().is_some_and(|text| !text.is_empty()), "{key}: {issue}");
            }
            let severity = issue["severity"].as_str().unwrap();
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity), "{severity}");
            let path = issue["location"]["path"].as_str().unwrap();
            assert!(!path.starts_with(['.', '/', '<']), "{path}");
            assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() > 0);
        }
    }

    #[test]
    fn fingerprints_are_unique_and_stay_when_lines_move() {
        let names = |before: &str| -> Vec<String> {
            let mut built = Builder::new();
            let text = format!("{before}a = \"Desk.tickets.ALL\"\nb = \"Desk.tickets.ALL Desk.tasks.ALL\"\n");
            let source = built.source("./src/auth.py", &text);
            for (start, scope) in text.match_indices("Desk.t").map(|(start, _)| (start, &text[start..start + 12])) {
                for rule in [&ALL_OPERATIONS, &FULL_ACCESS] {
                    let place = Place::new(source, crate::text::Span::new(start, start + 5));
                    built.finding(Finding::new(rule, place, "wide").scope(scope));
                }
            }
            issues(&built).iter().map(|issue| issue["fingerprint"].as_str().unwrap().to_owned()).collect()
        };
        let names_before = names("");
        assert_eq!(names_before.iter().collect::<BTreeSet<_>>().len(), 6);
        assert_eq!(names("# new\n\n"), names_before);
    }
}
