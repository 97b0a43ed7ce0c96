//! The one place where findings are weighed: levels of the policy, then waivers.

use jiff::civil::Date;

use crate::finding::Finding;
use crate::policy::{Effective, Level, Policy, Waiver, WaiverState};
use crate::scope::Scope;

/// What became of a waiver in a run.
#[derive(Clone, Debug)]
pub struct WaiverUse<'a> {
    /// The waiver.
    pub waiver: &'a Waiver,
    /// Whether it still holds on the day of the run.
    pub state: WaiverState,
    /// How many findings it absolved, or would have absolved had it not expired.
    pub matched: usize,
}

/// A finding that a waiver absolves.
#[derive(Clone, Debug)]
pub struct Waived {
    /// The finding, with the severity it would have.
    pub finding: Finding,
    /// The waiver's id.
    pub waiver: String,
    /// Why it was granted.
    pub reason: String,
    /// The last day on which it holds.
    pub expires: Date,
}

/// Gives a finding the severity that the policy wants, or drops it when the policy silences the rule.
#[must_use]
pub fn with_level(mut finding: Finding, policy: &Effective<'_>) -> Option<Finding> {
    match policy.level(finding.rule.name) {
        Some(Level::Off) => return None,
        Some(level) => finding.severity = level.severity().unwrap_or(finding.severity),
        None => {}
    }
    Some(finding)
}

/// Parts findings into those that stand and those that a waiver absolves, and tells what became of each waiver.
///
/// A waiver absolves a finding of one of its rules on a scope that one of its entries names to the part; what a
/// waived scope covers is not waived with it. An expired waiver absolves nothing.
#[must_use]
pub fn apply_waivers(
    findings: Vec<Finding>,
    policy: &Policy,
    as_of: Date,
) -> (Vec<Finding>, Vec<Waived>, Vec<WaiverUse<'_>>) {
    let mut uses: Vec<WaiverUse<'_>> =
        policy.waivers.iter().map(|waiver| WaiverUse { waiver, state: waiver.state(as_of), matched: 0 }).collect();
    let mut kept = Vec::new();
    let mut waived = Vec::new();
    for finding in findings {
        let mut absolved_by = None;
        for used in uses.iter_mut().filter(|used| applies(used.waiver, &finding)) {
            used.matched += 1;
            if absolved_by.is_none() && !matches!(used.state, WaiverState::Expired { .. }) {
                absolved_by = Some(used.waiver);
            }
        }
        match absolved_by {
            Some(waiver) => waived.push(Waived {
                finding,
                waiver: waiver.id.clone(),
                reason: waiver.reason.clone(),
                expires: waiver.expires,
            }),
            None => kept.push(finding),
        }
    }
    (kept, waived, uses)
}

fn applies(waiver: &Waiver, finding: &Finding) -> bool {
    let app = waiver.app.is_none() || waiver.app == finding.app;
    let rule = waiver.rules.contains(&finding.rule.name);
    let scope: Option<Scope> = finding.scope.as_deref().and_then(|scope| scope.parse().ok());
    app && rule && scope.is_some_and(|scope| waiver.scopes.iter().any(|entry| entry.pattern.matches(&scope)))
}
