//! By what a report was made: program, catalog, policy, day, inputs.

use super::clean::{NAME, clipped};
use super::{Report, coverage};

/// The most inputs that are named in a line for people.
const INPUTS: usize = 10;

/// What every report says of itself, as names and values for people. Values are on one line each and harmless in a
/// terminal; each format still has to escape them for itself.
pub(super) fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("zscope", env!("CARGO_PKG_VERSION").to_owned()),
        ("policy", clipped(&report.policy.path, NAME)),
        ("policy digest", clipped(&report.policy.digest, NAME)),
        ("catalog", clipped(&report.catalog.date, NAME)),
        ("catalog digest", clipped(&report.catalog.digest, NAME)),
        ("as of", report.as_of.to_string()),
    ];
    if let Some(time) = report.run.timestamp {
        facts.push(("timestamp", time.to_string()));
    }
    if !report.run.inputs.is_empty() {
        facts.push(("inputs", inputs(&report.run.inputs)));
    }
    if let Some(files) = coverage::phrase(report) {
        facts.push(("files", files));
    }
    facts
}

/// The facts on one line.
pub(super) fn line(report: &Report) -> String {
    let facts: Vec<String> = facts(report).into_iter().map(|(name, value)| format!("{name} {value}")).collect();
    facts.join(" · ")
}

fn inputs(all: &[String]) -> String {
    let mut named: Vec<String> = all.iter().take(INPUTS).map(|input| clipped(input, NAME)).collect();
    if let Some(more) = all.len().checked_sub(INPUTS).filter(|more| *more > 0) {
        named.push(format!("and {more} more"));
    }
    named.join(", ")
}

/// What was counted, as names and values.
pub(super) fn counts(report: &Report) -> [(&'static str, usize); 15] {
    let summary = report.told();
    [
        ("scopes", summary.scopes),
        ("allowed", summary.allowed),
        ("flagged", summary.flagged),
        ("unflagged", summary.no_policy - summary.flagged),
        ("denied", summary.denied),
        ("not allowed", summary.not_allowed),
        ("unknown", summary.unknown),
        ("waived", summary.waived),
        ("with errors", summary.with_errors),
        ("with warnings", summary.with_warnings),
        ("not evaluated", summary.not_evaluated),
        ("errors", summary.findings.error),
        ("warnings", summary.findings.warning),
        ("notes", summary.findings.note),
        ("waived findings", report.waived.len()),
    ]
}
