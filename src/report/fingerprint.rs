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
    /// For each of `findings`, one for each finding that it has absorbed.
    pub absorbed: Vec<Vec<String>>,
    /// One for each of `waived`, in order.
    pub waived: Vec<String>,
}

/// What counts for a name: rule, source name, application, scope, and a digest of the text that it rests on.
type Parts = [String; 5];

/// How many hexadecimal digits of a digest tell two texts apart where somebody could guess the text: too few to find it
/// by trying.
const FEW_DIGITS: usize = 5;

impl Report {
    /// Names every finding. Findings that are equal in all that counts for a name are numbered in the order of their
    /// places, whether they stand, are absorbed or are waived, so that a waiver renames nothing.
    #[must_use]
    pub fn fingerprints(&self) -> Fingerprints {
        let standing = self.findings.iter().flat_map(|finding| std::iter::once(finding).chain(&finding.absorbed));
        let all = standing.chain(self.waived.iter().map(|waived| &waived.finding));
        let mut in_order: Vec<(usize, &Finding)> = all.enumerate().collect();
        in_order.sort_by_key(|(_, finding)| (finding.place, finding.rule.code, &finding.message));
        let mut seen: HashMap<Parts, usize> = HashMap::new();
        let mut names = vec![String::new(); in_order.len()];
        for (at, finding) in in_order {
            let parts = parts(finding, &self.sources);
            let occurrence = seen.entry(parts.clone()).or_default();
            names[at] = hash(&parts, *occurrence);
            *occurrence += 1;
        }
        let mut names = names.into_iter();
        let mut made = Fingerprints::default();
        for finding in &self.findings {
            made.findings.extend(names.next());
            made.absorbed.push(names.by_ref().take(finding.absorbed.len()).collect());
        }
        made.waived = names.collect();
        made
    }
}

/// The fingerprint of a finding: made of rule, source name, application, scope and what it rests on, never of a line
/// number. `occurrence` counts equal findings of a report from 0, so that each has its own; [`Report::fingerprints`] does
/// that.
#[must_use]
pub fn fingerprint(finding: &Finding, sources: &Sources, occurrence: usize) -> String {
    hash(&parts(finding, sources), occurrence)
}

fn parts(finding: &Finding, sources: &Sources) -> Parts {
    let source = sources.get(finding.place.source).name();
    let [code, source, app, scope] =
        [finding.rule.code, source, finding.app.as_deref().unwrap_or(""), finding.scope.as_deref().unwrap_or("")]
            .map(str::to_ascii_lowercase);
    let evidence = finding.evidence.map_or_else(String::new, |evidence| {
        // With the other parts as its key: the same text elsewhere has another digest.
        let mut digest = Digest::default();
        let text = sources.get(evidence.place.source).slice(evidence.place.span);
        for part in [&code, &source, &app, text] {
            digest.add(part.len().to_le_bytes());
            digest.add(part);
        }
        let whole = digest.hex();
        if evidence.is_guessable { whole.chars().take(FEW_DIGITS).collect() } else { whole }
    });
    [code, source, app, scope, evidence]
}

fn hash(parts: &Parts, occurrence: usize) -> String {
    let mut digest = Digest::default();
    // Without evidence the name is as it was before there was any.
    for part in parts.iter().take(4).chain(parts.iter().skip(4).filter(|evidence| !evidence.is_empty())) {
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
