//! For people: the figures of an audit as tables, and the ways to smaller grants.

use std::io;

use anstyle::AnsiColor;

use super::clean::{MESSAGE, NAME, clipped};
use super::closing::{counted, styled};
use super::grid::{Column, WIDTH, WORD, breakable, drawn, fitting};
use super::{Canvas, GrantInfo, Report, Tally, Totals};
use crate::finding::{Finding, Subject};

/// What is known of a run of which not every grant is shown.
pub(super) fn render(report: &Report, canvas: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
    let Some(totals) = &report.totals else { return Ok(()) };
    if report.grants.len() >= totals.all.grants {
        return Ok(());
    }
    if report.grants.is_empty() {
        writeln!(out, "figures of {}:", counted(totals.all.grants, "grant"))?;
    } else {
        let shown = counted(report.grants.len(), "grant");
        let all = counted(totals.all.offending_grants, "grant");
        writeln!(
            out,
            "shown above: the first {shown} with findings, of {all} with warnings or errors among {} in all",
            totals.all.grants
        )?;
        writeln!(out, "every one of them: --format ndjson or --format csv")?;
    }
    let shown = report.not_evaluated.len();
    if report.unread > shown {
        writeln!(out, "not evaluated: {} inputs in all, of which {shown} are shown", report.unread)?;
    }
    writeln!(out)?;
    tables(totals, canvas, out)
}

fn tables(totals: &Totals, canvas: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
    let width = canvas.width.unwrap_or(WIDTH);
    let mut draw = |columns: Vec<Column>| {
        let (columns, _) = fitting(columns, width);
        writeln!(out, "{}", drawn(&columns, width))
    };
    let apps: Vec<(String, Tally)> = totals
        .by_app
        .iter()
        .map(|(app, tally)| (app.as_deref().map_or("(no app)".to_owned(), |app| clipped(app, NAME)), *tally))
        .collect();
    draw(tallied("app", &apps))?;
    let services: Vec<(String, Tally)> =
        totals.by_service.iter().map(|(service, tally)| (clipped(service, NAME), *tally)).collect();
    if !services.is_empty() {
        draw(tallied("service", &services))?;
    }
    let rules: Vec<_> = totals.by_rule.values().collect();
    if !rules.is_empty() {
        let column = |title, cells| Column { title, cells, gives_way: None };
        draw(vec![
            column("rule", rules.iter().map(|tally| format!("{} {}", tally.rule.code, tally.rule.name)).collect()),
            column("severity", rules.iter().map(|tally| tally.severity.to_string()).collect()),
            column("findings", rules.iter().map(|tally| tally.findings.to_string()).collect()),
            column("grants", rules.iter().map(|tally| tally.grants.to_string()).collect()),
        ])?;
    }
    Ok(())
}

fn tallied(title: &'static str, rows: &[(String, Tally)]) -> Vec<Column> {
    let column = |title, gives_way, cell: &dyn Fn(&Tally) -> usize| Column {
        title,
        cells: rows.iter().map(|(_, tally)| cell(tally).to_string()).collect(),
        gives_way,
    };
    vec![
        Column { title, cells: rows.iter().map(|(name, _)| breakable(name, WORD)).collect(), gives_way: None },
        column("grants", None, &|tally| tally.grants),
        column("unknown", Some(2), &|tally| tally.unknown_grants),
        column("failed", Some(1), &|tally| tally.failed_grants),
        column("offending", None, &|tally| tally.offending_grants),
        column("scopes", Some(3), &|tally| tally.scopes),
        column("beyond policy", Some(4), &|tally| tally.denied + tally.not_allowed + tally.unknown),
        column("errors", None, &|tally| tally.findings.error),
        column("warnings", None, &|tally| tally.findings.warning),
        column("notes", Some(0), &|tally| tally.findings.note),
    ]
}

/// The ways to smaller grants.
pub(super) fn plans(report: &Report, canvas: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
    for plan in &report.plans {
        let name = report.grants.get(plan.grant).map_or("", |grant| &grant.name);
        let word = styled(canvas.color, AnsiColor::Cyan.on_default().bold(), "plan");
        writeln!(out, "{word} for grant `{}`:", clipped(name, NAME))?;
        for (number, step) in plan.steps().iter().enumerate() {
            writeln!(out, "  {}. {}", number + 1, clipped(step, 20 * MESSAGE))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The grant that a finding is about, where its name says more than the source's does.
pub(super) fn grant_of<'r>(report: &'r Report, finding: &Finding) -> Option<&'r GrantInfo> {
    let index = match finding.subject {
        Subject::Scope(at) => report.scopes.get(at)?.grant?,
        Subject::Grant(index) => index,
        _ => return None,
    };
    let grant = report.grants.get(index)?;
    let source = report.sources.get(finding.place.source).name();
    (!grant.name.starts_with(source)).then_some(grant)
}
