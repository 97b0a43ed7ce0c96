//! Findings as SARIF results.

use super::super::Report;
use super::super::address::{Address, of_source};
use super::super::clean::MESSAGE;
use super::super::clean::{Text, clipped, verbatim};
use super::Chosen;
use super::model::{
    ArtifactChange, Fingerprints, Fix, Location, LogicalLocation, Message, Replacement, ResultProperties, Suppression,
};
use super::places::{Artifacts, LineNames};
use super::rules::{Rules, level};
use crate::finding::{self, Confidence, Finding};
use crate::finding::{Waived, WaiverKind};

/// The most further places of a result.
const RELATED: usize = 100;

/// The most characters of a replacement; a longer one is left out, since a cut one would be wrong.
const REPLACEMENT: usize = 10_000;

pub(super) fn result<'r>(
    report: &'r Report,
    chosen: &Chosen<'r>,
    rules: &Rules,
    lines: &LineNames,
    artifacts: &mut Artifacts<'_>,
) -> super::model::Result<'r> {
    let finding = chosen.finding;
    let location = Location {
        id: None,
        message: None,
        physical_location: artifacts.of_finding(finding),
        logical_locations: logical(report, finding),
    };
    let suppression = chosen.waived.map(|waived| Suppression {
        kind: if waived.kind == WaiverKind::Inline { "inSource" } else { "external" },
        status: "accepted",
        justification: Text::owned(&clipped(&one_line(&waived.reason), MESSAGE)),
    });
    super::model::Result {
        rule_id: finding.rule.code,
        rule_index: rules.index(finding.rule),
        level: level(finding.severity),
        message: Message { text: Text::owned(&text(report, finding)) },
        locations: [location],
        related_locations: related(finding, artifacts),
        partial_fingerprints: Fingerprints {
            // What is in no file has no line: its own name does.
            line: lines.get(report, finding).map_or_else(|| format!("{}:1", chosen.name), str::to_owned),
            own: chosen.name.to_owned(),
        },
        baseline_state: report.run.has_baseline.then(|| state(chosen.waived)),
        suppressions: suppression.into_iter().collect(),
        fixes: finding.fix.as_ref().and_then(|fix| change(fix, report, artifacts)).into_iter().collect(),
        properties: ResultProperties {
            rule: finding.rule.name,
            confidence: finding.confidence,
            scope: finding.scope.as_deref().map(Text::new),
            app: finding.app.as_deref().map(Text::new),
            waiver: chosen.waived.map(|waived| Text::new(&waived.waiver)),
            expires: chosen.waived.and_then(|waived| waived.expires).map(|day| day.to_string()),
        },
    }
}

/// Whether a result was there before, as far as the baseline knows.
fn state(waived: Option<&Waived>) -> &'static str {
    if waived.is_some_and(|waived| waived.kind == WaiverKind::Baseline) { "unchanged" } else { "new" }
}

/// All that is known in words: a viewer shows the first sentence where room is short.
fn text(report: &Report, finding: &Finding) -> String {
    let unplaced = finding.related.iter().filter(|related| related.place.is_none());
    let app = finding.app.as_deref().map(|app| report.policy.application(app));
    let confidence = match finding.confidence {
        Confidence::Low => Some("confidence is low".to_owned()),
        Confidence::Medium => Some("confidence is medium".to_owned()),
        Confidence::High => None,
    };
    let help = finding.help.as_deref().map(one_line);
    let parts = std::iter::once(finding.message.clone()).chain(unplaced.map(|related| related.message.clone()));
    sentences(parts.chain(app).chain(confidence).chain(help))
}

/// Phrases as sentences in plain text. Plain text knows one piece of markup, links: a bracket that would
/// make one is escaped, as the standard says.
pub(super) fn sentences(parts: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    for part in parts {
        let part = clipped(&part, MESSAGE);
        let part = if part.contains("](") { part.replace('[', "\\[").replace(']', "\\]") } else { part };
        let mut chars = part.chars();
        let Some(first) = chars.next() else { continue };
        if !text.is_empty() {
            text.push(' ');
        }
        text.push(first.to_ascii_uppercase());
        text.push_str(chars.as_str());
        if !text.ends_with(['.', '!', '?']) {
            text.push('.');
        }
    }
    text
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the finding is about, by name: the application's scope.
fn logical<'r>(report: &'r Report, finding: &'r Finding) -> Vec<LogicalLocation<'r>> {
    let source = report.sources.get(finding.place.source);
    let is_file = of_source(source, &report.run.tree) != Address::Nowhere;
    let source = source.name();
    let (name, within) = match (&finding.scope, &finding.app) {
        (Some(scope), app) => (scope.as_str(), app.as_deref().unwrap_or(source)),
        (None, Some(app)) => (app.as_str(), source),
        (None, None) if is_file => return Vec::new(),
        (None, None) => (source, ""),
    };
    let whole = if within.is_empty() { clipped(name, MESSAGE) } else { clipped(&format!("{within}/{name}"), MESSAGE) };
    if name.is_empty() {
        return Vec::new();
    }
    vec![LogicalLocation { name: Text::new(name), fully_qualified_name: Text::owned(&whole), kind: "resource" }]
}

fn related<'r>(finding: &Finding, artifacts: &mut Artifacts<'_>) -> Vec<Location<'r>> {
    let placed = finding.related.iter().filter_map(|related| Some((related, related.place?)));
    let found = placed.filter_map(|(related, place)| Some((related, artifacts.in_file(place)?)));
    let locations = found.take(RELATED).enumerate().map(|(n, (related, physical_location))| Location {
        id: Some(n + 1),
        message: Some(Message { text: Text::owned(&sentences(std::iter::once(related.message.clone()))) }),
        physical_location,
        logical_locations: Vec::new(),
    });
    locations.collect()
}

/// A change of a file. A replacement out of which a secret was blotted is no change to make.
fn change(fix: &finding::Fix, report: &Report, artifacts: &mut Artifacts<'_>) -> Option<Fix> {
    if fix.replacement.len() > REPLACEMENT || verbatim(&fix.replacement) != fix.replacement {
        return None;
    }
    let place = artifacts.in_file(fix.place)?;
    Some(Fix {
        description: Message { text: Text::owned(&sentences(std::iter::once(fix.description.clone()))) },
        artifact_changes: [ArtifactChange {
            artifact_location: place.artifact_location,
            replacements: [Replacement {
                deleted_region: super::places::region(report, fix.place),
                inserted_content: Message { text: Text::owned(&fix.replacement) },
            }],
        }],
    })
}
