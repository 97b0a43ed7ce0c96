//! An audit of many grants, for people: each application with what is found in its grants, one line a finding.

use std::collections::BTreeMap;
use std::io;

use super::clean::{MESSAGE, NAME, clipped};
use super::closing::{self, counted};
use super::groups::Group;
use super::{Canvas, Report};
use crate::finding::{Finding, Subject};

/// So many findings are shown one by one, each with its source line.
const ONE_BY_ONE: usize = 20;

/// About so many lines of findings are shown; an application has at least [`LEAST`].
const LINES: usize = 100;
const LEAST: usize = 2;

/// The most lines on what was not evaluated.
const UNREAD: usize = 10;

/// Whether a report is told in this way: an audit with more findings than anybody reads one by one.
pub(super) fn is_wanted(report: &Report, groups: &[&Group<'_>]) -> bool {
    report.totals.is_some() && groups.len() > ONE_BY_ONE && !report.run.show.all
}

/// Writes the findings.
pub(super) fn findings(
    report: &Report,
    groups: &[&Group<'_>],
    canvas: Canvas,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut apps: BTreeMap<Option<&str>, Vec<&Group<'_>>> = BTreeMap::new();
    for group in groups {
        apps.entry(report.app_of(group.lead)).or_default().push(group);
    }
    let mut apps: Vec<(Option<&str>, Vec<&Group<'_>>)> = apps.into_iter().collect();
    apps.sort_by_cached_key(|(name, _)| std::cmp::Reverse(badness(report, *name)));
    let most = (LINES / apps.len().max(1)).max(LEAST);
    for (name, groups) in apps.iter().take(LINES / LEAST) {
        writeln!(out, "{}", heading(report, *name, canvas))?;
        for group in groups.iter().take(most) {
            let finding = group.lead;
            let word = closing::severity(finding.severity, canvas.color);
            let rule = format!("{} {}", finding.rule.code, finding.rule.name);
            let message = clipped(&finding.message, MESSAGE);
            writeln!(out, "  {word}[{rule}]: {message} ({})", whereabouts(report, group))?;
        }
        let rest = groups.len().saturating_sub(most);
        if rest > 0 {
            writeln!(out, "  and {}", counted(rest, "more finding"))?;
        }
        writeln!(out)?;
    }
    let beyond = apps.len().saturating_sub(LINES / LEAST);
    if beyond > 0 {
        writeln!(out, "and {}", counted(beyond, "more application"))?;
    }
    Ok(())
}

/// Writes what could not be evaluated.
pub(super) fn not_evaluated(report: &Report, canvas: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
    for input in report.not_evaluated.iter().take(UNREAD) {
        let word = closing::severity(crate::finding::Severity::Error, canvas.color);
        let spot = input.place.map(|place| format!(" ({})", closing::spot(report, place))).unwrap_or_default();
        writeln!(out, "{word}: {}{spot}", closing::not_evaluated(input))?;
    }
    let rest = report.not_evaluated.len().saturating_sub(UNREAD);
    if rest > 0 {
        writeln!(out, "and {} that could not be evaluated", counted(rest, "more input"))?;
    }
    Ok(())
}

/// Errors, warnings and notes of an application's grants.
fn badness(report: &Report, app: Option<&str>) -> [usize; 3] {
    let totals = report.totals.as_ref().and_then(|totals| totals.by_app.get(&app.map(str::to_owned)));
    totals.map_or([0; 3], |tally| [tally.findings.error, tally.findings.warning, tally.findings.note])
}

/// The name of an application with its owner and its figures.
pub(super) fn heading(report: &Report, app: Option<&str>, canvas: Canvas) -> String {
    let name = app.map_or_else(|| "no application of the policy".to_owned(), |app| format!("`{}`", clipped(app, NAME)));
    let owner = match report.policy.owner(app) {
        Some(owner) => format!(", owner {}", clipped(owner, NAME)),
        None if app.is_some_and(|app| report.is_unlisted(app)) => " (not in the policy)".to_owned(),
        None => String::new(),
    };
    let tally = report.totals.as_ref().and_then(|totals| totals.by_app.get(&app.map(str::to_owned)));
    let figures = tally.map(|tally| {
        let unknown = tally.unknown_grants;
        let unknown = if unknown > 0 { format!(" ({unknown} unknown)") } else { String::new() };
        format!(
            ": {}{unknown}, {}, {}",
            counted(tally.grants, "grant"),
            counted(tally.findings.error, "error"),
            counted(tally.findings.warning, "warning")
        )
    });
    closing::styled(
        canvas.color,
        anstyle::Style::new().bold(),
        &format!("{name}{owner}{}", figures.unwrap_or_default()),
    )
}

/// How many grants a group is about, and where the first is.
fn whereabouts(report: &Report, group: &Group<'_>) -> String {
    let grant = |finding: &Finding| match finding.subject {
        Subject::Scope(at) => report.scopes.get(at).and_then(|judged| judged.grant),
        Subject::Grant(at) => Some(at),
        _ => None,
    };
    let mut grants: Vec<usize> = group.findings(report).filter_map(grant).collect();
    grants.sort_unstable();
    grants.dedup();
    let spot = closing::spot(report, group.lead.place);
    let more = group.scopes.len().saturating_sub(1);
    let more = if more > 0 { format!("and {}, ", counted(more, "more scope")) } else { String::new() };
    match grants.len() {
        0 | 1 => format!("{more}{spot}"),
        count => format!("{more}{count} grants, first {spot}"),
    }
}
