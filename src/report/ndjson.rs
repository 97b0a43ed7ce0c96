//! For programs, at any length: one JSON object a line, each with a `type`.
//!
//! `run` comes first: tool, policy, day. Then a `grant` for each grant and a `scope` for each scope, passes included; a
//! `finding` for what belongs to neither, a `not-evaluated` for each input that could not be read. `summary` comes last:
//! a document without it is not whole. Fields may be added within format version 1, and are never renamed.

use std::io;

use serde::Serialize;

use super::clean::{self, Text};
use super::population::{self, Line, Rows, Unit, Whose};
use super::{Canvas, CatalogInfo, Coverage, GrantState, PolicyInfo, Renderer, Report, Summary, Tally};
use crate::finding::{Confidence, Finding, Severity};
use crate::judge::{Judged, Verdict};

/// The format `ndjson`.
pub(super) struct Ndjson;

impl Renderer for Ndjson {
    fn name(&self) -> &'static str {
        "ndjson"
    }

    fn about(&self) -> &'static str {
        "For programs: a JSON object a line for every scope, passes included, at any length"
    }

    fn render(&self, report: &Report, _: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
        population::render(self, report, out)
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(self)
    }
}

/// The first line.
#[derive(Serialize)]
struct Run<'a> {
    r#type: &'static str,
    /// Always 1.
    format_version: u32,
    tool: &'static str,
    version: &'static str,
    policy: Text<'a>,
    policy_digest: Text<'a>,
    rule_pages: Option<Text<'a>>,
    catalog_digest: Text<'a>,
    catalog_date: Text<'a>,
    as_of: String,
}

/// Whose a line is: part of `grant`, `scope` and `finding`.
#[derive(Serialize)]
struct Belonging<'a> {
    /// The input.
    path: Text<'a>,
    /// The line of the record, or of the scope in a list.
    line: usize,
    /// The grant's name; `null` for a request.
    grant: Option<Text<'a>>,
    /// The application by which it was judged; `null` for the policy's top level.
    app: Option<Text<'a>>,
    /// The code of the data centre (`eu`); `null` where nothing tells.
    data_centre: Option<Text<'a>>,
}

/// `grant`, after whose it is.
#[derive(Serialize)]
struct Grant<'a> {
    /// Who answers for the application.
    owner: Option<Text<'a>>,
    /// `known`, `unknown` or `failed`.
    state: GrantState,
    /// Why there is no token.
    failure: Option<Text<'a>>,
    /// How many scopes follow.
    scopes: usize,
    /// The worst severity of all its findings, those on its scopes included.
    severity: Option<Severity>,
    /// Findings on the grant as a whole.
    findings: Vec<FindingFields<'a>>,
}

/// `scope`, after whose it is.
#[derive(Serialize)]
#[allow(clippy::struct_field_names, reason = "the fields are the format's")]
struct Scope<'a> {
    /// Who answers for the application.
    owner: Option<Text<'a>>,
    /// The scope in the catalog's spelling; `null` when the text is no scope.
    scope: Option<Text<'static>>,
    written: Text<'a>,
    known: bool,
    verdict: Verdict,
    severity: Option<Severity>,
    findings: Vec<FindingFields<'a>>,
    /// Ids of the waivers that absolve a finding on it.
    waivers: Vec<Text<'a>>,
    excess: Vec<Text<'static>>,
    witness: Option<Text<'a>>,
    gives: Text<'a>,
    data: &'a [crate::catalog::DataClass],
}

/// `finding`, after whose it is: one that belongs to no scope and no grant.
#[derive(Serialize)]
struct Alone<'a> {
    /// Who answers for the application.
    owner: Option<Text<'a>>,
    #[serde(flatten)]
    finding: FindingFields<'a>,
}

/// A finding.
#[derive(Serialize)]
struct FindingFields<'a> {
    code: &'static str,
    rule: &'static str,
    severity: Severity,
    confidence: Confidence,
    message: Text<'a>,
    help: Option<Text<'a>>,
    /// What narrower rules say of the same scope.
    absorbed: Vec<FindingFields<'a>>,
}

/// `not-evaluated`.
#[derive(Serialize)]
struct Unread<'a> {
    r#type: &'static str,
    input: Text<'a>,
    message: Text<'a>,
    help: Option<Text<'a>>,
}

/// The last line.
#[derive(Serialize)]
struct Last<'a> {
    r#type: &'static str,
    /// What the run looked at, as it was named.
    inputs: Vec<Text<'a>>,
    /// When the run was, if that was asked for.
    timestamp: Option<String>,
    #[serde(flatten)]
    summary: Summary,
    /// Figures of an audit's grants; `null` for requests.
    grants: Option<Tally>,
    /// What else has to be known of the run.
    notes: Vec<Text<'a>>,
    /// How many files of a tree were looked at, and how many not; `null` where no tree was.
    files: Option<&'a Coverage>,
}

/// `notice`: what a reader has to know of the way in which the run judged.
#[derive(Serialize)]
struct Noticed<'a> {
    r#type: &'static str,
    kind: &'static str,
    path: Option<Text<'a>>,
    message: Text<'a>,
    help: Option<Text<'a>>,
}

impl Rows for Ndjson {
    fn begin(&self, policy: &PolicyInfo, catalog: &CatalogInfo, as_of: jiff::civil::Date) -> String {
        line(&Run {
            r#type: "run",
            format_version: 1,
            tool: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            policy: Text::new(&policy.path),
            policy_digest: Text::new(&policy.digest),
            rule_pages: policy.rule_pages.as_ref().map(|pages| Text::new(pages.as_str())),
            catalog_digest: Text::new(&catalog.digest),
            catalog_date: Text::new(&catalog.date),
            as_of: as_of.to_string(),
        })
    }

    fn whose(&self, whose: &Whose<'_>) -> String {
        let belonging = Belonging {
            path: Text::new(whose.path),
            line: whose.line,
            grant: whose.grant.map(Text::new),
            app: whose.app.map(Text::new),
            data_centre: whose.data_centre.map(Text::new),
        };
        fields(&belonging)
    }

    fn before(&self, unit: &Unit<'_>) -> Option<Line> {
        let grant = Grant {
            owner: unit.owner.map(Text::new),
            state: unit.state?,
            failure: unit.failure.as_deref().map(Text::new),
            scopes: unit.scopes.len(),
            severity: worst(&unit.findings),
            findings: told(&unit.on_the_whole()),
        };
        Some(halves("grant", &grant))
    }

    fn scope(&self, unit: &Unit<'_>, at: usize) -> Line {
        unit.scopes.get(at).map_or_else(Line::default, |judged| halves("scope", &scope(unit, at, judged)))
    }

    fn after(&self, _: &Unit<'_>) -> Vec<Line> {
        Vec::new()
    }

    fn end(&self, report: &Report) -> String {
        let mut out = String::new();
        for (whose, finding) in population::others(report) {
            let owner = report.policy.owner(finding.app.as_deref()).map(Text::new);
            let Line { head, tail } = halves("finding", &Alone { owner, finding: FindingFields::from(finding) });
            out.push_str(&head);
            out.push_str(&self.whose(&whose));
            out.push_str(&tail);
        }
        let grants = |input: &&super::NotEvaluated| report.totals.is_none() || input.place.is_none();
        for input in report.not_evaluated.iter().filter(grants) {
            out.push_str(&line(&Unread {
                r#type: "not-evaluated",
                input: Text::new(&input.input),
                message: Text::new(&input.message),
                help: input.help.as_deref().map(Text::new),
            }));
        }
        for notice in &report.run.notices {
            out.push_str(&line(&Noticed {
                r#type: "notice",
                kind: notice.kind,
                path: notice.path.as_deref().map(Text::new),
                message: Text::new(&notice.message),
                help: notice.help.as_deref().map(Text::new),
            }));
        }
        let grants = report.totals.as_ref().map(|totals| totals.all);
        out.push_str(&line(&Last {
            r#type: "summary",
            inputs: report.run.inputs.iter().map(|input| Text::new(input)).collect(),
            timestamp: report.run.timestamp.map(|time| time.to_string()),
            summary: report.summary(),
            grants,
            files: report.run.coverage.as_ref(),
            notes: report.notes.iter().map(|note| Text::new(note)).collect(),
        }));
        out
    }
}

fn scope<'a>(unit: &Unit<'a>, at: usize, judged: &'a Judged) -> Scope<'a> {
    let findings = unit.on(at);
    Scope {
        owner: unit.owner.map(Text::new),
        scope: judged.scope.as_ref().ok().map(|scope| Text::owned(&scope.to_string())),
        written: Text::new(&judged.written),
        known: judged.known,
        verdict: judged.verdict,
        severity: worst(&findings),
        findings: told(&findings),
        waivers: unit.waivers(at).into_iter().map(Text::new).collect(),
        excess: judged.excess.iter().map(|scope| Text::owned(&scope.to_string())).collect(),
        witness: judged.witness.as_ref().map(|witness| Text::new(&witness.call)),
        gives: Text::new(&judged.gives),
        data: &judged.data,
    }
}

fn worst(findings: &[&Finding]) -> Option<Severity> {
    findings.iter().map(|finding| finding.severity).max()
}

fn told<'a>(findings: &[&'a Finding]) -> Vec<FindingFields<'a>> {
    findings.iter().copied().map(FindingFields::from).collect()
}

impl<'a> From<&'a Finding> for FindingFields<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            code: finding.rule.code,
            rule: finding.rule.name,
            severity: finding.severity,
            confidence: finding.confidence,
            message: Text::new(&finding.message),
            help: finding.help.as_deref().map(Text::new),
            absorbed: finding.absorbed.iter().map(FindingFields::from).collect(),
        }
    }
}

/// A value on a line of its own.
fn line(value: &impl Serialize) -> String {
    object(value) + "\n"
}

#[expect(clippy::expect_used, reason = "the values of this format have texts as keys, and no numbers but whole ones")]
fn object(value: &impl Serialize) -> String {
    clean::json(serde_json::to_string(value).expect("a row can be written as JSON"))
}

/// The fields of an object, without its braces.
#[expect(clippy::expect_used, reason = "only structs come here")]
fn fields(value: &impl Serialize) -> String {
    let object = object(value);
    object.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).expect("a struct is an object").to_owned()
}

fn halves(kind: &str, value: &impl Serialize) -> Line {
    Line { head: format!("{{\"type\":\"{kind}\","), tail: format!(",{}}}\n", fields(value)) }
}
