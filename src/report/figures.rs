//! For people: the figures of an audit as tables, and the ways to smaller grants.

use std::io;

use anstyle::AnsiColor;

use super::clean::{MESSAGE, NAME, clipped};
use super::closing::{self, counted, styled};
use super::grid::{Column, WIDTH, WORD, breakable, drawn, fitting};
use super::summed;
use super::{Canvas, GrantInfo, Plan, Report, Tally, Totals};
use crate::finding::{Finding, Subject};

/// What is known of a run of which not every grant is shown.
pub(super) fn render(report: &Report, canvas: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
    let Some(totals) = &report.totals else { return Ok(()) };
    if report.grants.len() >= totals.all.grants {
        return Ok(());
    }
    if report.grants.is_empty() {
        look_first(report, totals, canvas, out)?;
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
    tables(report, totals, canvas, out)
}

/// So many applications and scopes are named.
const FIRST: usize = 10;

/// The applications and scopes to look at first, and why.
fn look_first(report: &Report, totals: &Totals, canvas: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
    let badness = |tally: &Tally| (tally.findings.error, tally.unknown_grants, tally.findings.warning);
    let mut apps: Vec<_> = totals.by_app.iter().filter(|(_, tally)| badness(tally) > (0, 0, 0)).collect();
    apps.sort_by_key(|(_, tally)| std::cmp::Reverse(badness(tally)));
    if !apps.is_empty() {
        writeln!(out, "look first at these applications:")?;
        for (app, _) in apps.iter().take(FIRST) {
            writeln!(out, "  {}", summed::heading(report, app.as_deref(), canvas))?;
        }
        writeln!(out)?;
    }
    if !report.first.is_empty() {
        writeln!(out, "and at these scopes:")?;
        for first in report.first.iter().take(FIRST) {
            let word = closing::severity(first.severity, canvas.color);
            let scope = clipped(&first.scope, NAME);
            let of = match first.apps.len() {
                0 => String::new(),
                count => format!(", of {}", counted(count, "application")),
            };
            let (code, name) = (first.rule.code, first.rule.name);
            writeln!(out, "  {word}[{code} {name}] `{scope}` in {}{of}", counted(first.findings, "grant"))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn tables(report: &Report, totals: &Totals, canvas: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
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
    let mut columns = tallied("app", &apps);
    if !report.policy.owners.is_empty() {
        let owner = |app: &Option<String>| match (report.policy.owner(app.as_deref()), app) {
            (Some(owner), _) => clipped(owner, NAME),
            (None, Some(app)) if report.is_unlisted(app) => "not in the policy".to_owned(),
            _ => String::new(),
        };
        let cells = totals.by_app.keys().map(owner).collect();
        columns.insert(1, Column { title: "owner", cells, gives_way: Some(5) });
    }
    draw(columns)?;
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

/// The most grants of one plan that are named.
const PLANNED: usize = 5;

/// The ways to smaller grants.
pub(super) fn plans(report: &Report, canvas: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
    // Equal ways are told once, with all their grants.
    let mut told: Vec<(&Plan, Vec<&GrantInfo>)> = Vec::new();
    for plan in &report.plans {
        let Some(grant) = report.grants.get(plan.grant) else { continue };
        match told.iter_mut().find(|(known, _)| known.is_same_way(plan)) {
            Some((_, grants)) => grants.push(grant),
            None => told.push((plan, vec![grant])),
        }
    }
    for (plan, grants) in told {
        let word = styled(canvas.color, AnsiColor::Cyan.on_default().bold(), "plan");
        let named = |grant: &&GrantInfo| {
            let centre = grant.data_centre.map(|centre| format!(", {centre}")).unwrap_or_default();
            format!("`{}` ({}{centre})", clipped(&grant.name, NAME), closing::spot(report, grant.place))
        };
        let names: Vec<String> = grants.iter().take(PLANNED).map(named).collect();
        let rest = grants.len().saturating_sub(PLANNED);
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        let word_of_grants = if grants.len() == 1 { "grant" } else { "grants" };
        let app = grants.first().and_then(|grant| grant.app.as_deref());
        let owner = report.policy.owner(app).map(|owner| format!(", owner {}", clipped(owner, NAME)));
        let owner = owner.unwrap_or_default();
        writeln!(out, "{word} for {word_of_grants} {}{rest}{owner}:", names.join(", "))?;
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
