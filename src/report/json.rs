//! For programs: one JSON document, format version 1.
//!
//! Within version 1 fields may be added and are never renamed, removed or given another meaning. Everything stands in
//! the order in which it was read or sorted, so the same run writes the same bytes.
//!
//! The fields are described at [`Document`] and what it holds. A field without a value is `null`, never left out.
//! Characters that a terminal would obey or hide are written as `\uXXXX`.

use std::io;

use serde::Serialize;

use super::clean::{self, Text};
use super::{Canvas, GrantInfo, GrantState, NotEvaluated, PolicyInfo, Renderer, Report, RuleTally, Summary, Tally, Totals};
use crate::audit::Plan;
use crate::catalog::DataClass;
use crate::engine::{Decider, Judged, Verdict};
use crate::filter::{Waived, WaiverKind};
use crate::finding::{self, Confidence, Severity};
use crate::scope::Scope;
use crate::source::{Place, Sources};

/// The version of the format. It changes only when something is renamed, removed or comes to mean something else.
const FORMAT_VERSION: u32 = 1;

/// The format `json`.
pub(super) struct Json;

impl Renderer for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "For programs: one document, format version 1"
    }

    fn render(&self, report: &Report, _: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
        let document = serde_json::to_string_pretty(&Document::new(report))?;
        out.write_all(clean::json(document).as_bytes())?;
        out.write_all(b"\n")
    }
}

/// The whole document.
#[derive(Serialize)]
struct Document<'a> {
    /// Always 1.
    format_version: u32,
    /// Which program wrote it, with which catalog.
    tool: Tool<'a>,
    /// Which policy judged.
    policy: Policy<'a>,
    /// The day for which the run judged, as `YYYY-MM-DD`: waivers that ended before it did not count.
    as_of: String,
    /// When the run was, where it was told: `2026-11-23T18:00:00Z`. `null` unless asked for, so that the same input
    /// gives the same bytes.
    timestamp: Option<String>,
    /// What the run was to look at, as it was named; `<argument>` and `<stdin>` for what is no file.
    inputs: Vec<Text<'a>>,
    /// How many of what follows there are.
    summary: Summary,
    /// What tokens hold, in the order read; empty for requests.
    grants: Vec<Grant<'a>>,
    /// Every scope that was judged, passes included: one entry for each place.
    scopes: Vec<JudgedScope<'a>>,
    /// What stands, sorted by place, then code.
    findings: Vec<Finding<'a>>,
    /// What somebody accepted; none of it is among `findings`.
    waived: Vec<WaivedFinding<'a>>,
    /// What could not be evaluated. While this is not empty, the absence of findings means nothing.
    not_evaluated: Vec<Unread<'a>>,
    /// The figures of an audit over all its grants, of which the lists above may hold only some; `null` for requests.
    totals: Option<Figures<'a>>,
    /// The ways to smaller grants, where they were asked for.
    plans: Vec<Way<'a>>,
}

/// `totals`: the figures of an audit.
#[derive(Serialize)]
struct Figures<'a> {
    /// All grants.
    all: Tally,
    /// By application; `app` is `null` for what the policy's top level judged.
    by_app: Vec<OfApp<'a>>,
    /// By service, for scopes that the catalog knows.
    by_service: Vec<OfService<'a>>,
    /// Findings by rule.
    by_rule: Vec<OfRule>,
}

/// An entry of `totals.by_app`.
#[derive(Serialize)]
struct OfApp<'a> {
    app: Option<Text<'a>>,
    #[serde(flatten)]
    tally: Tally,
}

/// An entry of `totals.by_service`.
#[derive(Serialize)]
struct OfService<'a> {
    service: Text<'a>,
    #[serde(flatten)]
    tally: Tally,
}

/// An entry of `totals.by_rule`.
#[derive(Serialize)]
struct OfRule {
    code: &'static str,
    rule: &'static str,
    /// The worst of its findings.
    severity: Severity,
    findings: usize,
    /// Grants with at least one.
    grants: usize,
}

/// An entry of `plans`: the way from a grant to a smaller one.
#[derive(Serialize)]
struct Way<'a> {
    /// The grant: its position in `grants`, from 0.
    grant: usize,
    /// What to consent to.
    keep: Vec<Text<'static>>,
    /// What the policy allows no part of.
    lose: Vec<Text<'static>>,
    /// What is too wide, and nothing says which part is needed.
    undecided: Vec<Text<'static>>,
    accounts_host: &'static str,
    /// The data centre is not known, and `accounts_host` is the default.
    accounts_host_assumed: bool,
    /// With placeholders in braces.
    consent_url: Option<Text<'a>>,
    /// The steps in words.
    steps: Vec<Text<'static>>,
}

/// `tool`: the program.
#[derive(Serialize)]
struct Tool<'a> {
    /// `zscope`.
    name: &'static str,
    /// The program's version.
    version: &'static str,
    /// What it knew of Zoho's scopes.
    catalog: Catalog<'a>,
}

/// `tool.catalog`: what was known of Zoho's scopes.
#[derive(Serialize)]
struct Catalog<'a> {
    /// Lower-case hexadecimal SHA-256 of the catalog files, overlays included.
    digest: Text<'a>,
    /// When the newest source of the catalog was read.
    date: Text<'a>,
}

/// `policy`: what judged.
#[derive(Serialize)]
struct Policy<'a> {
    /// The file's path as it was found or given, or `builtin:NAME`.
    path: Text<'a>,
    /// Lower-case hexadecimal SHA-256 of the policy and of what it extends.
    digest: Text<'a>,
    /// The address of the organisation's pages about rules, in which `{code}` and `{rule}` stand for a rule's code and
    /// name; `null` where the policy names none.
    rule_pages: Option<Text<'a>>,
}

/// A place in a text. Lines and columns count from 1, columns in characters (Unicode scalar values).
#[derive(Serialize)]
struct Location<'a> {
    /// A file's path as it was given; `<argument>` or `<stdin>` for what stood in no file.
    path: Text<'a>,
    /// The line of the first character.
    line: usize,
    /// The column of the first character.
    column: usize,
    /// The line of the first character that no longer belongs to it.
    end_line: usize,
    /// The column of the first character that no longer belongs to it.
    end_column: usize,
}

/// An entry of `grants`: what one token holds.
#[derive(Serialize)]
struct Grant<'a> {
    /// The client that the input names, or the input's name and a number.
    name: Text<'a>,
    /// The application of the policy by which it was judged; `null` for the policy's top level.
    app: Option<Text<'a>>,
    /// The code of its data centre (`eu`); `null` where the response does not tell.
    data_centre: Option<&'static str>,
    /// `known`, `unknown` (the response does not say what the token holds) or `failed` (there is no token).
    state: GrantState,
    /// How many scopes it holds, as far as is known.
    scopes: usize,
    /// Where it was read.
    location: Location<'a>,
    /// The calls that the vendor's own list opens to it; only where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    calls: Option<Vec<Text<'a>>>,
}

/// An entry of `scopes`: a scope that was judged.
#[derive(Serialize)]
struct JudgedScope<'a> {
    /// The scope in the catalog's spelling; `null` when the text is not a scope.
    scope: Option<Text<'static>>,
    /// The text as written.
    written: Text<'a>,
    /// Whether the catalog knows it.
    known: bool,
    /// The application for which it was judged.
    app: Option<Text<'a>>,
    /// `high`, `medium` or `low`: how sure it is that somebody asks for a scope here. Less than `high` only in a scan.
    confidence: Confidence,
    /// `allowed`, `denied`, `not-allowed`, `unknown` or `waived`.
    verdict: Verdict,
    /// The entries of the policy that decided.
    decided_by: Vec<DecidedBy<'a>>,
    /// What it may reach and no entry allows, as the narrowest scopes that have a name; for `denied`, what is denied.
    excess: Vec<Text<'static>>,
    /// A call that the excess opens: `DELETE /books/v3/invoices/{invoice_id}`.
    witness: Option<Text<'a>>,
    /// What it gives, in words.
    gives: Text<'a>,
    /// The kinds of data in everything that it may reach.
    data: &'a [DataClass],
    /// The grant that holds it: its position in `grants`, from 0; `null` for a scope that is requested.
    grant: Option<usize>,
    /// Where it stands.
    location: Location<'a>,
}

/// An entry of `decided_by`: an entry of the policy.
#[derive(Serialize)]
struct DecidedBy<'a> {
    /// `allow` or `deny`.
    effect: &'static str,
    /// The entry as written; `default` for the policy's default.
    entry: Text<'a>,
    /// Where it stands; `null` for a default that nobody wrote.
    location: Option<Location<'a>>,
}

/// An entry of `findings`.
#[derive(Serialize)]
struct Finding<'a> {
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
    /// Where.
    location: Location<'a>,
    /// What else belongs to it.
    related: Vec<Related<'a>>,
    /// A name that is its own within the report and stays the same when lines move: 32 hexadecimal digits.
    fingerprint: String,
    /// A change that would settle it.
    fix: Option<Fix<'a>>,
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
struct WaivedFinding<'a> {
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
struct Unread<'a> {
    /// Which input.
    input: Text<'a>,
    /// Why.
    message: Text<'a>,
    /// What to do about it.
    help: Option<Text<'a>>,
    /// Where, when the input could be read that far.
    location: Option<Location<'a>>,
}

impl<'a> Document<'a> {
    fn new(report: &'a Report) -> Self {
        let sources = &report.sources;
        let fingerprints = report.fingerprints();
        let findings = report.findings.iter().zip(fingerprints.findings);
        let waived = report.waived.iter().zip(fingerprints.waived);
        Self {
            format_version: FORMAT_VERSION,
            tool: Tool {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
                catalog: Catalog { digest: Text::new(&report.catalog.digest), date: Text::new(&report.catalog.date) },
            },
            policy: Policy::new(&report.policy),
            as_of: report.as_of.to_string(),
            timestamp: report.run.timestamp.map(|time| time.to_string()),
            inputs: report.run.inputs.iter().map(|input| Text::new(input)).collect(),
            summary: report.summary(),
            grants: report.grants.iter().map(|grant| Grant::new(grant, sources)).collect(),
            scopes: report.scopes.iter().map(|judged| JudgedScope::new(judged, sources)).collect(),
            findings: findings.map(|(finding, name)| Finding::new(finding, name, sources)).collect(),
            waived: waived.map(|(waived, name)| WaivedFinding::new(waived, name, sources)).collect(),
            not_evaluated: report.not_evaluated.iter().map(|input| Unread::new(input, sources)).collect(),
            totals: report.totals.as_ref().map(Figures::new),
            plans: report.plans.iter().map(Way::new).collect(),
        }
    }
}

impl<'a> Policy<'a> {
    fn new(policy: &'a PolicyInfo) -> Self {
        Self {
            path: Text::new(&policy.path),
            digest: Text::new(&policy.digest),
            rule_pages: policy.rule_pages.as_ref().map(|pages| Text::new(pages.as_str())),
        }
    }
}

impl<'a> Location<'a> {
    fn new(place: Place, sources: &'a Sources) -> Self {
        let source = sources.get(place.source);
        let (start, end) = (source.position(place.span.start), source.position(place.span.end));
        Self {
            path: Text::new(source.name()),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

impl<'a> Figures<'a> {
    fn new(totals: &'a Totals) -> Self {
        let of_rule = |tally: &RuleTally| OfRule {
            code: tally.rule.code,
            rule: tally.rule.name,
            severity: tally.severity,
            findings: tally.findings,
            grants: tally.grants,
        };
        let of_app =
            |(app, tally): (&'a Option<String>, &Tally)| OfApp { app: app.as_deref().map(Text::new), tally: *tally };
        Self {
            all: totals.all,
            by_app: totals.by_app.iter().map(of_app).collect(),
            by_service: totals
                .by_service
                .iter()
                .map(|(service, tally)| OfService { service: Text::new(service), tally: *tally })
                .collect(),
            by_rule: totals.by_rule.values().map(of_rule).collect(),
        }
    }
}

impl<'a> Way<'a> {
    fn new(plan: &'a Plan) -> Self {
        let list = |scopes: &[Scope]| scopes.iter().map(|scope| Text::owned(&scope.to_string())).collect();
        Self {
            grant: plan.grant,
            keep: list(&plan.keep),
            lose: list(&plan.lose),
            undecided: list(&plan.undecided),
            accounts_host: plan.accounts_host,
            accounts_host_assumed: plan.is_host_assumed,
            consent_url: plan.consent_url.as_deref().map(Text::new),
            steps: plan.steps().iter().map(|step| Text::owned(step)).collect(),
        }
    }
}

impl<'a> Grant<'a> {
    fn new(grant: &'a GrantInfo, sources: &'a Sources) -> Self {
        Self {
            name: Text::new(&grant.name),
            app: grant.app.as_deref().map(Text::new),
            data_centre: grant.data_centre,
            state: grant.state,
            scopes: grant.scopes,
            location: Location::new(grant.place, sources),
            calls: grant.calls.as_ref().map(|calls| calls.iter().map(|call| Text::new(call)).collect()),
        }
    }
}

impl<'a> JudgedScope<'a> {
    fn new(judged: &'a Judged, sources: &'a Sources) -> Self {
        Self {
            scope: judged.scope.as_ref().ok().map(|scope| Text::owned(&scope.to_string())),
            written: Text::new(&judged.written),
            known: judged.known,
            app: judged.app.as_deref().map(Text::new),
            confidence: judged.confidence,
            verdict: judged.verdict,
            decided_by: judged.decided_by.iter().map(|decider| DecidedBy::new(decider, sources)).collect(),
            excess: judged.excess.iter().map(|scope| Text::owned(&scope.to_string())).collect(),
            witness: judged.witness.as_ref().map(|witness| Text::new(&witness.call)),
            gives: Text::new(&judged.gives),
            data: &judged.data,
            grant: judged.grant,
            location: Location::new(judged.place, sources),
        }
    }
}

impl<'a> DecidedBy<'a> {
    fn new(decider: &'a Decider, sources: &'a Sources) -> Self {
        Self {
            effect: decider.effect.as_str(),
            entry: Text::new(&decider.text),
            location: decider.place.map(|place| Location::new(place, sources)),
        }
    }
}

impl<'a> Finding<'a> {
    fn new(finding: &'a finding::Finding, fingerprint: String, sources: &'a Sources) -> Self {
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
            location: Location::new(finding.place, sources),
            related: related.collect(),
            fingerprint,
            fix: finding.fix.as_ref().map(|fix| Fix {
                description: Text::new(&fix.description),
                safe: fix.safe,
                replacement: Text::new(&fix.replacement),
                location: Location::new(fix.place, sources),
            }),
        }
    }
}

impl<'a> WaivedFinding<'a> {
    fn new(waived: &'a Waived, fingerprint: String, sources: &'a Sources) -> Self {
        Self {
            finding: Finding::new(&waived.finding, fingerprint, sources),
            kind: waived.kind,
            waiver: Text::new(&waived.waiver),
            reason: Text::new(&waived.reason),
            expires: waived.expires.map(|day| day.to_string()),
        }
    }
}

impl<'a> Unread<'a> {
    fn new(input: &'a NotEvaluated, sources: &'a Sources) -> Self {
        Self {
            input: Text::new(&input.input),
            message: Text::new(&input.message),
            help: input.help.as_deref().map(Text::new),
            location: input.place.map(|place| Location::new(place, sources)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::fixture::{Builder, everything, hostile, one_long_line};
    use super::Json;

    #[test]
    fn one_of_everything() {
        insta::assert_snapshot!(everything().rendered(&Json, None));
    }

    #[test]
    fn a_run_without_anything() {
        insta::assert_snapshot!(Builder::new().rendered(&Json, None));
    }

    #[test]
    fn texts_are_exact_and_harmless_in_a_terminal() {
        let built = hostile();
        let written = built.rendered(&Json, None);
        assert!(written.chars().all(|c| c == '\n' || !c.is_control()), "{written}");
        assert!(!written.contains(['\u{202e}', '\u{200b}', '\u{2066}']), "{written}");
        let read: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(read["findings"][0]["message"], *built.0.findings[0].message);
        assert_eq!(read["findings"][0]["location"]["path"], "evil\n\u{1b}[1mname");
        assert_eq!(read["scopes"][0]["written"], *built.0.scopes[0].written);
        assert_eq!(read["scopes"][0]["scope"], Value::Null);
    }

    #[test]
    fn columns_of_a_long_line_are_true() {
        let read: Value = serde_json::from_str(&one_long_line().rendered(&Json, None)).unwrap();
        let column = 3 * (1 << 17) + 1;
        let place = &read["findings"][0]["location"];
        assert_eq!(place["column"], column);
        assert_eq!(place["end_column"], column + "Desk.tickets.READ".len());
        assert_eq!(*place, read["findings"][0]["related"][0]["location"]);
    }
}
