//! A name for a finding that stays the same when lines move.

use super::Report;
use crate::finding::Finding;
use crate::text::Sources;
use crate::text::digest::Digest;
use std::collections::HashMap;

/// The fingerprints of a report's findings: each is its own within the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprints {
    /// One for each of `findings`, in order.
    pub findings: Vec<String>,
    /// One for each of `waived`, in order.
    pub waived: Vec<String>,
}

impl Report {
    /// Names every finding. Findings that are equal in all that counts for a name are numbered in the order of their
    /// places, whether they stand or are waived, so that a waiver renames nothing.
    #[must_use]
    pub fn fingerprints(&self) -> Fingerprints {
        let mut seen: HashMap<[String; 4], usize> = HashMap::new();
        let mut name = |finding: &Finding| {
            let parts = parts(finding, &self.sources);
            let occurrence = seen.entry(parts.clone()).or_default();
            let name = hash(&parts, *occurrence);
            *occurrence += 1;
            name
        };
        let all = self.findings.iter().chain(self.waived.iter().map(|waived| &waived.finding));
        let mut in_order: Vec<(usize, &Finding)> = all.enumerate().collect();
        in_order.sort_by_key(|(_, finding)| (finding.place, finding.rule.code, &finding.message));
        let mut names: Vec<(usize, String)> = in_order.into_iter().map(|(at, finding)| (at, name(finding))).collect();
        names.sort_unstable_by_key(|(at, _)| *at);
        let mut findings: Vec<String> = names.into_iter().map(|(_, name)| name).collect();
        let waived = findings.split_off(self.findings.len());
        Fingerprints { findings, waived }
    }
}

/// The fingerprint of a finding: made of rule, source name, application and scope, never of a line number. `occurrence`
/// counts equal findings of a report from 0, so that each has its own; [`Report::fingerprints`] does that.
#[must_use]
pub fn fingerprint(finding: &Finding, sources: &Sources, occurrence: usize) -> String {
    hash(&parts(finding, sources), occurrence)
}

fn parts(finding: &Finding, sources: &Sources) -> [String; 4] {
    let source = sources.get(finding.place.source).name();
    [finding.rule.code, source, finding.app.as_deref().unwrap_or(""), finding.scope.as_deref().unwrap_or("")]
        .map(str::to_ascii_lowercase)
}

fn hash(parts: &[String; 4], occurrence: usize) -> String {
    let mut digest = Digest::default();
    for part in parts {
        digest.add(part);
        digest.add([0]);
    }
    digest.add(occurrence.to_string());
    digest.hex().chars().take(32).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{ALL_OPERATIONS, Builder, FULL_ACCESS};
    use super::*;

    #[test]
    fn equal_findings_are_numbered_and_others_are_not_disturbed() {
        let mut built = Builder::new();
        let source = built.source("a.env", "A.b.READ A.c.READ");
        let (first, second) = (built.place(source, "A.b.READ"), built.place(source, "A.c.READ"));
        let of = |rule, place, scope: &str| Finding::new(rule, place, "x").scope(scope);
        built.finding(of(&FULL_ACCESS, first, "A.b.READ"));
        built.finding(of(&FULL_ACCESS, second, "a.B.read"));
        built.finding(of(&ALL_OPERATIONS, second, "A.b.READ"));
        let names = built.0.fingerprints().findings;
        let report = &built.0;
        assert_eq!(names[0], fingerprint(&report.findings[0], &report.sources, 0));
        assert_eq!(names[1], fingerprint(&report.findings[0], &report.sources, 1));
        assert_eq!(names[2], fingerprint(&report.findings[2], &report.sources, 0));
        assert!(names[0] != names[1] && names[1] != names[2] && names[0] != names[2]);
        assert!(names.iter().all(|name| name.len() == 32));
    }

    #[test]
    fn a_waiver_does_not_rename_what_stands() {
        let mut built = super::super::fixture::everything();
        let before = built.0.fingerprints();
        built.0.waived.clear();
        assert_eq!(built.0.fingerprints().findings, before.findings);
        assert_eq!(before.waived.len(), 1);
    }
}
