//! For spreadsheets and auditors, at any length: RFC 4180, one row for every scope, passes included.
//!
//! The columns and their order are fixed; columns may be added at the end. A grant without known scopes has one row
//! without a scope, and so has each finding on a grant as a whole. A scope that no entry of the policy names is
//! `flagged` where a warning or an error stands on it, else `unflagged`. Cells that a spreadsheet would take for a formula
//! begin with an apostrophe.

use std::borrow::Cow;
use std::io;

use super::clean::clean;
use super::population::{self, Line, Rows, Unit, Whose};
use super::{Canvas, CatalogInfo, Coverage, PolicyInfo, Renderer, Report, verdict_word};
use crate::finding::Finding;
use crate::judge::Judged;

/// The columns.
const COLUMNS: [&str; 17] = [
    "path",
    "line",
    "grant",
    "app",
    "data_centre",
    "state",
    "scope",
    "written",
    "verdict",
    "severity",
    "rules",
    "message",
    "excess",
    "witness",
    "gives",
    "data",
    "owner",
];

/// The format `csv`.
pub(super) struct Csv;

impl Renderer for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn about(&self) -> &'static str {
        "For spreadsheets: a row for every scope, passes included, at any length"
    }

    fn render(&self, report: &Report, _: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
        population::render(self, report, out)
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(self)
    }
}

/// What a row says besides whose it is.
#[derive(Default)]
struct Row<'a> {
    state: &'a str,
    scope: String,
    written: &'a str,
    verdict: &'a str,
    findings: Vec<&'a Finding>,
    message: Option<&'a str>,
    excess: String,
    witness: &'a str,
    gives: &'a str,
    data: String,
    owner: &'a str,
}

impl Rows for Csv {
    fn begin(&self, _: &PolicyInfo, _: &CatalogInfo, _: jiff::civil::Date) -> String {
        let mut header = COLUMNS.join(",");
        header.push_str("\r\n");
        header
    }

    fn whose(&self, whose: &Whose<'_>) -> String {
        let line = whose.line.to_string();
        let [grant, app, centre] = [whose.grant, whose.app, whose.data_centre].map(Option::unwrap_or_default);
        cells(&[whose.path, &line, grant, app, centre])
    }

    fn before(&self, _: &Unit<'_>) -> Option<Line> {
        None
    }

    fn scope(&self, unit: &Unit<'_>, at: usize) -> Line {
        match unit.scopes.get(at) {
            Some(judged) => scope(state(unit), unit.owner.unwrap_or_default(), judged, unit.on(at)),
            None => Line::default(),
        }
    }

    fn after(&self, unit: &Unit<'_>) -> Vec<Line> {
        let (state, owner) = (state(unit), unit.owner.unwrap_or_default());
        // Of a grant that holds nobody knows what, nothing was evaluated.
        let is_unknown = unit.scopes.is_empty() && unit.state.is_some_and(super::GrantState::is_unknown);
        let verdict = if is_unknown { "not-evaluated" } else { "" };
        let row = |finding| line(&Row { state, findings: vec![finding], verdict, owner, ..Row::default() });
        let mut lines: Vec<Line> = unit.on_the_whole().into_iter().map(row).collect();
        if lines.is_empty() && unit.scopes.is_empty() {
            let message = unit.failure.as_deref();
            lines.push(line(&Row { state, message, verdict: "not-evaluated", owner, ..Row::default() }));
        }
        lines
    }

    fn end(&self, report: &Report) -> String {
        let mut out = String::new();
        for (whose, finding) in population::others(report) {
            out.push_str(&self.whose(&whose));
            let owner = report.policy.owner(finding.app.as_deref()).unwrap_or_default();
            out.push_str(&line(&Row { findings: vec![finding], owner, ..Row::default() }).tail);
        }
        let grants = |input: &&super::NotEvaluated| report.totals.is_none() || input.place.is_none();
        for input in report.not_evaluated.iter().filter(grants) {
            let line_number = input.place.map(|place| report.sources.get(place.source).position(place.span.start).line);
            let line_number = line_number.map(|line| line.to_string()).unwrap_or_default();
            out.push_str(&cells(&[&input.input, &line_number, "", "", ""]));
            let row = Row { message: Some(&input.message), verdict: "not-evaluated", ..Row::default() };
            out.push_str(&line(&row).tail);
        }
        for notice in &report.run.notices {
            out.push_str(&cells(&[notice.path.as_deref().unwrap_or_default(), "", "", "", ""]));
            out.push_str(&line(&Row { message: Some(&notice.message), verdict: "notice", ..Row::default() }).tail);
        }
        if let Some(Coverage { scanned, binary, skipped }) = &report.run.coverage {
            let mut counted = |verdict: &str, message: &str| {
                out.push_str(&cells(&["", "", "", "", ""]));
                out.push_str(&line(&Row { message: Some(message), verdict, ..Row::default() }).tail);
            };
            counted("scanned", &format!("files: {scanned}"));
            if *binary > 0 {
                counted("scanned", &format!("files: {binary} (binary, their runs of text)"));
            }
            for (reason, files) in skipped {
                counted("skipped", &format!("files: {files} ({})", reason.as_str()));
            }
        }
        out
    }
}

fn state(unit: &Unit<'_>) -> &'static str {
    unit.state.map_or("", super::GrantState::as_str)
}

fn scope(state: &str, owner: &str, judged: &Judged, findings: Vec<&Finding>) -> Line {
    let list = |scopes: &[crate::scope::Scope]| scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    line(&Row {
        state,
        scope: judged.scope.as_ref().map(ToString::to_string).unwrap_or_default(),
        written: &judged.written,
        verdict: verdict_word(judged.verdict, findings.iter().map(|finding| finding.severity).max()),
        findings,
        message: None,
        excess: list(&judged.excess),
        witness: judged.witness.as_ref().map_or("", |witness| &witness.call),
        gives: &judged.gives,
        data: judged.data.iter().map(|class| class.as_str()).collect::<Vec<_>>().join(" "),
        owner,
    })
}

fn line(row: &Row<'_>) -> Line {
    let worst = row.findings.iter().max_by_key(|finding| finding.severity);
    let told = row.findings.iter().flat_map(|finding| std::iter::once(*finding).chain(&finding.absorbed));
    let mut codes: Vec<&str> = told.map(|finding| finding.rule.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let codes = codes.join(" ");
    let severity = worst.map_or("", |finding| finding.severity.as_str());
    let first = row.findings.iter().find(|finding| Some(finding.severity) == worst.map(|worst| worst.severity));
    let message = row.message.or(first.map(|finding| finding.message.as_str())).unwrap_or_default();
    let cells = cells(&[
        row.state,
        &row.scope,
        row.written,
        row.verdict,
        severity,
        &codes,
        message,
        &row.excess,
        row.witness,
        row.gives,
        &row.data,
        row.owner,
    ]);
    Line { head: String::new(), tail: format!(",{cells}\r\n") }
}

/// Cells with commas between them.
fn cells(cells: &[&str]) -> String {
    let mut out = String::new();
    for (number, cell) in cells.iter().enumerate() {
        if number > 0 {
            out.push(',');
        }
        push_cell(cell, &mut out);
    }
    out
}

fn push_cell(text: &str, out: &mut String) {
    let text = harmless(text);
    if !text.contains(['"', ',', '\r', '\n']) {
        return out.push_str(&text);
    }
    out.push('"');
    for (number, part) in text.split('"').enumerate() {
        if number > 0 {
            out.push_str("\"\"");
        }
        out.push_str(part);
    }
    out.push('"');
}

/// A cell that no spreadsheet takes for a formula, whatever the width of its signs, and that neither a terminal nor a
/// runner obeys: rows begin with a path, and a line that begins with `::` is a command of GitHub Actions.
fn harmless(text: &str) -> Cow<'_, str> {
    let cleaned = clean(text);
    // What is escaped begins with a backslash: tabs and carriage returns are no danger any more.
    let is_formula = cleaned.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    if is_formula || cleaned.trim_start().starts_with("::") { Cow::Owned(format!("'{cleaned}")) } else { cleaned }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        for (text, expected) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@x", "'@x"),
            ("＝1+1", "'＝1+1"),
            ("＠x", "'＠x"),
            ("\tx", "\\tx"),
            ("\r=x", "\\r=x"),
            ("=a,b", "\"'=a,b\""),
            ("::error file=x::y", "'::error file=x::y"),
            (" ::add-mask::x", "' ::add-mask::x"),
            ("##vso[task.complete]", "#\\u{23}vso[task.complete]"),
            ("", ""),
        ] {
            assert_eq!(cells(&[text]), expected, "{text:?}");
        }
    }
}
