//! Findings, what somebody accepted, and what could not be evaluated.

use serde::Serialize;

use super::super::clean::Text;
use super::super::groups::Group;
use super::super::{NotEvaluated, Report};
use super::Location;
use crate::finding::{self, Confidence, Severity};
use crate::finding::{Waived, WaiverKind};
use crate::text::Sources;

/// An entry of `findings`.
#[derive(Serialize)]
pub(super) struct Finding<'a> {
    /// The rule's code: `ZS203`. Codes are never given to another rule.
    code: &'static str,
    /// The rule's name, which policies use: `all-operations`.
    rule: &'static str,
    /// `error`, `warning` or `note`, as the policy wants it.
    severity: Severity,
    /// `high`, `medium` or `low`: how sure the rule is that it understood what it saw.
    confidence: Confidence,
    /// What is wrong.
    message: Text<'a>,
    /// What to do about it.
    help: Option<Text<'a>>,
    /// The canonical scope it is about.
    scope: Option<Text<'a>>,
    /// The application it is about.
    app: Option<Text<'a>>,
    /// Who answers for that application, where the policy says it.
    owner: Option<Text<'a>>,
    /// What it is about.
    subject: Subject,
    /// Where.
    location: Location<'a>,
    /// What else belongs to it.
    related: Vec<Related<'a>>,
    /// What narrower rules say of the same scope: the same fault, told once.
    absorbed: Vec<Absorbed<'a>>,
    /// A name that is its own within the report and stays the same when lines move: 32 hexadecimal digits.
    fingerprint: String,
    /// A change that would settle it.
    fix: Option<Fix<'a>>,
    /// Every scope and place of which it tells, the one above included.
    places: Vec<Spot<'a>>,
}

/// An entry of `places`.
#[derive(Serialize)]
struct Spot<'a> {
    /// The canonical scope that stands there.
    scope: Option<Text<'a>>,
    /// What it is about.
    subject: Subject,
    /// Where.
    location: Location<'a>,
    /// A name that is its own within the report and stays the same when lines move.
    fingerprint: String,
    /// A change that would settle it there.
    fix: Option<Fix<'a>>,
}

/// `subject`: what a finding is about.
#[derive(Serialize)]
struct Subject {
    /// `scope`, `list`, `url`, `text`, `grant`, `policy` or `run`.
    kind: &'static str,
    /// Which one: a position in `scopes` or `grants`, from 0.
    index: Option<usize>,
}

/// An entry of `absorbed`: what a narrower rule says.
#[derive(Serialize)]
struct Absorbed<'a> {
    /// The rule's code.
    code: &'static str,
    /// The rule's name.
    rule: &'static str,
    /// What it would have alone.
    severity: Severity,
    /// How sure the rule is.
    confidence: Confidence,
    /// What is wrong.
    message: Text<'a>,
    /// What to do about it.
    help: Option<Text<'a>>,
}

/// An entry of `related`: a second thing that a finding points at.
#[derive(Serialize)]
struct Related<'a> {
    /// What it is.
    message: Text<'a>,
    /// Where, when it stands in one of the texts that were read.
    location: Option<Location<'a>>,
}

/// `fix`: a replacement of text.
#[derive(Serialize)]
struct Fix<'a> {
    /// What the change does, in the imperative.
    description: Text<'a>,
    /// Whether what the scopes give stays the same, so that `zscope scan --fix` makes the change.
    safe: bool,
    /// What to write there; empty to delete.
    replacement: Text<'a>,
    /// What to replace.
    location: Location<'a>,
}

/// An entry of `waived`: the fields of a finding, and of what accepts it.
#[derive(Serialize)]
pub(super) struct WaivedFinding<'a> {
    /// The finding, with the severity that it would have.
    #[serde(flatten)]
    finding: Finding<'a>,
    /// `policy` for a waiver of the policy, `inline` for a comment in the source, `baseline` for what was known before.
    kind: WaiverKind,
    /// The waiver's id; where the comment stands; the baseline's path.
    waiver: Text<'a>,
    /// Why it was accepted.
    reason: Text<'a>,
    /// The last day on which that holds, as `YYYY-MM-DD`.
    expires: Option<String>,
}

/// An entry of `not_evaluated`.
#[derive(Serialize)]
pub(super) struct Unread<'a> {
    /// Which input.
    input: Text<'a>,
    /// Why.
    message: Text<'a>,
    /// What to do about it.
    help: Option<Text<'a>>,
    /// Where, when the input could be read that far.
    location: Option<Location<'a>>,
}

impl<'a> Finding<'a> {
    /// What findings that say the same come to. `names` are the fingerprints of all findings of the report.
    pub(super) fn of_group(report: &'a Report, group: &Group<'a>, names: &[String]) -> Self {
        let name = |at: &usize| names[*at].clone();
        let first = group.members.first().map(name).unwrap_or_default();
        let members = group.members.iter().filter_map(|at| Some((report.findings.get(*at)?, name(at))));
        let places = members.map(|(finding, name)| Spot::new(finding, name, &report.sources)).collect();
        Self { places, ..Self::new(group.lead, first, report) }
    }

    pub(super) fn new(finding: &'a finding::Finding, fingerprint: String, report: &'a Report) -> Self {
        let (sources, policy) = (&report.sources, &report.policy);
        let related = finding.related.iter().map(|related| Related {
            message: Text::new(&related.message),
            location: related.place.map(|place| Location::new(place, sources)),
        });
        Self {
            code: finding.rule.code,
            rule: finding.rule.name,
            severity: finding.severity,
            confidence: finding.confidence,
            message: Text::new(&finding.message),
            help: finding.help.as_deref().map(Text::new),
            scope: finding.scope.as_deref().map(Text::new),
            app: finding.app.as_deref().map(Text::new),
            owner: policy.owner(finding.app.as_deref()).map(Text::new),
            subject: Subject::from(finding.subject),
            location: Location::new(finding.place, sources),
            related: related.collect(),
            absorbed: finding.absorbed.iter().map(Absorbed::new).collect(),
            places: vec![Spot::new(finding, fingerprint.clone(), sources)],
            fingerprint,
            fix: finding.fix.as_ref().map(|fix| Fix::new(fix, sources)),
        }
    }
}

impl<'a> Spot<'a> {
    fn new(finding: &'a finding::Finding, fingerprint: String, sources: &'a Sources) -> Self {
        Self {
            scope: finding.scope.as_deref().map(Text::new),
            subject: Subject::from(finding.subject),
            location: Location::new(finding.place, sources),
            fingerprint,
            fix: finding.fix.as_ref().map(|fix| Fix::new(fix, sources)),
        }
    }
}

impl<'a> Fix<'a> {
    fn new(fix: &'a finding::Fix, sources: &'a Sources) -> Self {
        Self {
            description: Text::new(&fix.description),
            safe: fix.safe,
            replacement: Text::new(&fix.replacement),
            location: Location::new(fix.place, sources),
        }
    }
}

impl<'a> Absorbed<'a> {
    fn new(finding: &'a finding::Finding) -> Self {
        Self {
            code: finding.rule.code,
            rule: finding.rule.name,
            severity: finding.severity,
            confidence: finding.confidence,
            message: Text::new(&finding.message),
            help: finding.help.as_deref().map(Text::new),
        }
    }
}

impl From<finding::Subject> for Subject {
    fn from(subject: finding::Subject) -> Self {
        let (kind, index) = match subject {
            finding::Subject::Scope(index) => ("scope", Some(index)),
            finding::Subject::List => ("list", None),
            finding::Subject::Url => ("url", None),
            finding::Subject::Text => ("text", None),
            finding::Subject::Grant(index) => ("grant", Some(index)),
            finding::Subject::Policy => ("policy", None),
            finding::Subject::Run => ("run", None),
        };
        Self { kind, index }
    }
}

impl<'a> WaivedFinding<'a> {
    pub(super) fn new(waived: &'a Waived, fingerprint: String, report: &'a Report) -> Self {
        Self {
            finding: Finding::new(&waived.finding, fingerprint, report),
            kind: waived.kind,
            waiver: Text::new(&waived.waiver),
            reason: Text::new(&waived.reason),
            expires: waived.expires.map(|day| day.to_string()),
        }
    }
}

impl<'a> Unread<'a> {
    pub(super) fn new(input: &'a NotEvaluated, sources: &'a Sources) -> Self {
        Self {
            input: Text::new(&input.input),
            message: Text::new(&input.message),
            help: input.help.as_deref().map(Text::new),
            location: input.place.map(|place| Location::new(place, sources)),
        }
    }
}
