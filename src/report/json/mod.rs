//! For programs: one JSON document, format version 1.
//!
//! Within version 1 fields may be added and are never renamed, removed or given another meaning. Everything stands in
//! the order in which it was read or sorted, so the same run writes the same bytes.
//!
//! The fields are described at [`Document`] and what it holds. A field without a value is `null`, never left out.
//! Characters that a terminal would obey or hide are written as `\uXXXX`.

mod findings;
mod held;
mod scopes;

use std::io;

use serde::Serialize;

use super::clean::{self, Text};
use super::groups::groups;
use super::{Canvas, Coverage, Notice, PolicyInfo, Renderer, Report, Summary, pretty};
use crate::text::{Place, Sources};
use findings::{Finding, Unread, WaivedFinding};
use held::{Figures, Grant, Way};
use scopes::JudgedScope;

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
        pretty::write(out, &Document::new(report), clean::in_json)
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
    /// What stands, sorted by severity, then place, then code. Of requests, what says the same stands once, with all its
    /// `places`.
    findings: Vec<Finding<'a>>,
    /// What somebody accepted; none of it is among `findings`.
    waived: Vec<WaivedFinding<'a>>,
    /// What could not be evaluated. While this is not empty, the absence of findings means nothing.
    not_evaluated: Vec<Unread<'a>>,
    /// The figures of an audit over all its grants, of which the lists above may hold only some; `null` for requests.
    totals: Option<Figures<'a>>,
    /// The ways to smaller grants, where they were asked for.
    plans: Vec<Way<'a>>,
    /// What else has to be known of the run: what of the policy this command does not use.
    notes: Vec<Text<'a>>,
    /// How many files of a tree were looked at, and how many not, by reason; `null` where no tree was.
    files: Option<&'a Coverage>,
    /// What a reader has to know of the way in which the run judged. No policy can silence it.
    notices: Vec<Told<'a>>,
}

/// An entry of `notices`.
#[derive(Serialize)]
struct Told<'a> {
    /// What kind of thing it is: `policy-changed`, `nearer-policy`, `catalog-redefined`, `outside-policy`, ….
    kind: &'static str,
    /// The file or folder that it is about; `null` where it is about the run.
    path: Option<Text<'a>>,
    /// What it is.
    message: Text<'a>,
    /// What to do about it.
    help: Option<Text<'a>>,
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

impl<'a> Document<'a> {
    fn new(report: &'a Report) -> Self {
        let sources = &report.sources;
        let fingerprints = report.fingerprints();
        let names = &fingerprints.findings;
        // Of an audit every grant has its own.
        let groups = report.totals.is_none().then(|| groups(report));
        let findings: Vec<Finding<'_>> = match &groups {
            Some(groups) => groups.iter().map(|group| Finding::of_group(report, group, names)).collect(),
            None => report
                .findings
                .iter()
                .zip(names)
                .map(|(finding, name)| Finding::new(finding, name.clone(), report))
                .collect(),
        };
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
            summary: report.told(),
            grants: report.grants.iter().map(|grant| Grant::new(grant, report)).collect(),
            scopes: report.scopes.iter().map(|judged| JudgedScope::new(judged, sources)).collect(),
            findings,
            waived: waived.map(|(waived, name)| WaivedFinding::new(waived, name, report)).collect(),
            not_evaluated: report.not_evaluated.iter().map(|input| Unread::new(input, sources)).collect(),
            totals: report.totals.as_ref().map(|totals| Figures::new(totals, &report.policy)),
            plans: report.plans.iter().map(Way::new).collect(),
            notes: report.notes.iter().map(|note| Text::new(note)).collect(),
            files: report.run.coverage.as_ref(),
            notices: report.run.notices.iter().map(Told::new).collect(),
        }
    }
}

impl<'a> Told<'a> {
    fn new(notice: &'a Notice) -> Self {
        Self {
            kind: notice.kind,
            path: notice.path.as_deref().map(Text::new),
            message: Text::new(&notice.message),
            help: notice.help.as_deref().map(Text::new),
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
