//! The one place where findings are weighed, then accepted, then made one for each fault.
//!
//! In this order: [`weigh`] decides how much each matters; comments in the sources accept some, waivers others; what the
//! baseline accepts comes once a report is whole; and [`one_a_fault`](crate::finding::one_a_fault) is last, so that to accept a finding never accepts
//! another that it would have absorbed.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::finding::{Confidence, Finding, RuleInfo, Severity, Subject, Waived, WaiverKind};
use crate::input::scan::Ignore;
use crate::input::{ListKind, Request};
use crate::judge::Judged;
use crate::policy::{Comments, Effective, Level, Policy, Waiver, WaiverState};
use crate::rules::{IgnoreUse, WaiverUse};
use crate::scope::Scope;
use crate::text::{SourceId, Sources};

/// Decides how much a finding matters; nothing where the policy silences its rule. What comes later has the last word:
///
/// 1. the rule: its severity, or less in a milder case;
/// 2. the policy's level for the rule and the application, but advice stays a note;
/// 3. doubt: a finding is no surer than what it is about, `sure`, and of a guess no more than a note.
///
/// A rule that states the policy's verdict is an error whatever a level or doubt says: a scope that is denied never passes
/// in silence.
#[must_use]
pub fn weigh(mut finding: Finding, policy: &Effective<'_>, sure: Confidence) -> Option<Finding> {
    if finding.rule.is_verdict {
        // A guess fails no run, and this has to.
        finding.confidence = finding.confidence.min(sure.max(Confidence::Medium));
        return Some(finding);
    }
    finding.confidence = finding.confidence.min(sure);
    if let Some(level) = policy.level(finding.rule.name) {
        finding.severity = level.severity()?.min(finding.most);
    }
    if sure == Confidence::Low {
        finding.severity = Severity::Note;
    }
    Some(finding)
}

/// A finding as it counts where its list stands, whatever its level; nothing where the policy says nothing of mentions.
///
/// Of a scope that is only spoken of it is no more than the policy's level for mentions, and nothing is changed there.
/// Where that level is a note, a scope that does not exist is a warning: whoever looks its name up goes on with it. What
/// a list holds that is no plain text of its file is for people to change.
pub(super) fn as_it_stands(mut finding: Finding, request: &Request, mentions: Level) -> Option<Finding> {
    if request.kind == ListKind::Mention {
        let is_secret = finding.rule.name == "secret-in-source";
        let is_unknown = ["unknown-scope", "unknown-service"].contains(&finding.rule.name);
        let most = match mentions {
            _ if is_secret => Severity::Error,
            Level::Off => return None,
            Level::Note if is_unknown => Severity::Warning,
            Level::Note => Severity::Note,
            Level::Warning => Severity::Warning,
            Level::Error => Severity::Error,
        };
        finding.severity = finding.severity.min(most);
        finding.fix = None;
    }
    if !request.fixable {
        finding.fix.iter_mut().for_each(|fix| fix.safe = false);
    }
    Some(finding)
}

/// A finding of what a token holds, before it is weighed: what Zoho has given does exist.
pub(crate) fn as_held(mut finding: Finding) -> Finding {
    if ["unknown-scope", "unknown-service"].contains(&finding.rule.name) {
        finding.severity = finding.severity.min(Severity::Warning);
    }
    finding
}

/// How sure it is that what a finding on a list is about is meant as a scope.
#[must_use]
pub(super) fn sureness(finding: &Finding, scopes: &[Judged]) -> Confidence {
    let of = |judged: &Judged| judged.confidence;
    match finding.subject {
        Subject::Scope(at) => scopes.get(at).map_or(Confidence::High, of),
        Subject::List => scopes.iter().map(of).min().unwrap_or(Confidence::High),
        _ => Confidence::High,
    }
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
                kind: WaiverKind::Policy,
                waiver: waiver.id.clone(),
                reason: waiver.reason.clone(),
                expires: Some(waiver.expires),
            }),
            None => kept.push(finding),
        }
    }
    (kept, waived, uses)
}

/// Parts findings into those that stand and those that a comment beside them accepts, and tells what became of each
/// comment. One without a reason accepts nothing, nor does any what the policy lets no comment accept.
#[must_use]
pub fn apply_ignores(
    findings: Vec<Finding>,
    ignores: &[Ignore],
    rules: &[&'static RuleInfo],
    permitted: &Comments,
    sources: &Sources,
) -> (Vec<Finding>, Vec<Waived>, Vec<IgnoreUse>) {
    let rule_of = |word: &str| rules.iter().find(|rule| rule.name == word || rule.code.eq_ignore_ascii_case(word));
    let mut uses: Vec<IgnoreUse> = Vec::with_capacity(ignores.len());
    let mut by_line: HashMap<(SourceId, usize), Vec<usize>> = HashMap::new();
    for (at, ignore) in ignores.iter().enumerate() {
        let rules: Vec<&str> =
            ignore.rules.iter().filter_map(|rule| rule_of(&rule.name)).map(|rule| rule.name).collect();
        let refused = rules.iter().copied().filter(|rule| !permitted.may_accept(rule)).collect();
        uses.push(IgnoreUse { ignore: ignore.clone(), rules, refused, matched: 0 });
        by_line.entry((ignore.place.source, ignore.line)).or_default().push(at);
    }
    let mut kept = Vec::new();
    let mut waived = Vec::new();
    for finding in findings {
        let source = sources.get(finding.place.source);
        let line = source.position(finding.place.span.start).line;
        let mut accepted_by = None;
        for at in by_line.get(&(finding.place.source, line)).into_iter().flatten() {
            let Some(used) = uses.get_mut(*at).filter(|used| used.rules.contains(&finding.rule.name)) else { continue };
            used.matched += 1;
            if finding.is_forbidden && !used.refused.contains(&finding.rule.name) {
                used.refused.push(finding.rule.name);
            }
            let is_permitted = !used.refused.contains(&finding.rule.name);
            if is_permitted && !used.ignore.reason.is_empty() && accepted_by.is_none() {
                accepted_by = Some((used.ignore.place, used.ignore.reason.clone()));
            }
        }
        match accepted_by {
            Some((place, reason)) => {
                let waiver = format!("a comment in line {}", source.position(place.span.start).line);
                waived.push(Waived { finding, kind: WaiverKind::Inline, waiver, reason, expires: None });
            }
            None => kept.push(finding),
        }
    }
    (kept, waived, uses)
}

/// The last day on which a waiver absolves a finding for an application; `None` where none ever does.
pub(crate) fn absolved_until(policy: &Policy, app: Option<&str>, finding: &Finding) -> Option<Date> {
    let finding = Finding { app: app.map(str::to_owned), ..finding.clone() };
    policy.waivers.iter().filter(|waiver| applies(waiver, &finding)).map(|waiver| waiver.expires).max()
}

fn applies(waiver: &Waiver, finding: &Finding) -> bool {
    let app = waiver.app.is_none() || waiver.app == finding.app;
    let rule = waiver.rules.contains(&finding.rule.name);
    let scope: Option<Scope> = finding.scope.as_deref().and_then(|scope| scope.parse().ok());
    app && rule && scope.is_some_and(|scope| waiver.scopes.iter().any(|entry| entry.pattern.matches(&scope)))
}
