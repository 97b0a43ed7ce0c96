//! For people: one row for each scope, then what belongs to no row, and one line that sums up.

use std::collections::BTreeMap;
use std::io;

use anstyle::{AnsiColor, Style};

use super::clean::{MESSAGE, NAME, clipped};
use super::closing::{self, styled};
use super::figures;
use super::grid::{Column, WIDTH, WORD, breakable, broken, drawn, fitting};
use super::rows::by_row;
use super::{Canvas, Renderer, Report, verdict_word, worst};
use crate::finding::Link;
use crate::finding::{Finding, Severity};
use crate::judge::{Decider, Judged};

/// The same for a policy entry, which is shorter as a rule.
const ENTRY: usize = 20;

/// Terminals of fewer columns have no room for a long scope on one line, however many columns of the table go.
const NARROW: usize = 72;

/// The longest piece of a scope there.
const NARROW_WORD: usize = 16;

/// The most policy entries shown in a row.
const DECIDERS: usize = 3;

/// The format `table`.
pub(super) struct Table;

impl Renderer for Table {
    fn name(&self) -> &'static str {
        "table"
    }

    fn about(&self) -> &'static str {
        "For people: one row for each scope"
    }

    fn render(&self, report: &Report, canvas: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
        let (by_row, others) = by_row(report, &report.findings);
        if !report.scopes.is_empty() {
            let width = canvas.width.unwrap_or(WIDTH);
            let word = if width < NARROW { NARROW_WORD } else { WORD };
            let pages = pages(report, canvas);
            let (columns, dropped) = fitting(columns(report, &by_row, word), width);
            for line in drawn(&columns, width).lines() {
                writeln!(out, "{}", painted(canvas.color, &leading(&pages, line)))?;
            }
            if !dropped.is_empty() {
                writeln!(out, "no room for the columns: {}", dropped.join(", "))?;
            }
        }
        for finding in others {
            let severity = styled(canvas.color, severity_style(finding.severity), finding.severity.as_str());
            let page = report.policy.page(finding.rule).filter(|_| canvas.links);
            let rule = format!("{} {}", finding.rule.code, finding.rule.name);
            let rule = page.map_or_else(|| rule.clone(), |page| closing::linked(&page, &rule));
            let spot = closing::spot(report, finding.place);
            writeln!(out, "{severity}[{rule}]: {} ({spot})", clipped(&finding.message, MESSAGE))?;
        }
        for input in &report.not_evaluated {
            let word = styled(canvas.color, severity_style(Severity::Error), "error");
            let spot = input.place.map(|place| format!(" ({})", closing::spot(report, place))).unwrap_or_default();
            writeln!(out, "{word}: {}{spot}", closing::not_evaluated(input))?;
        }
        closing::waived(report, canvas.color, out)?;
        figures::plans(report, canvas, out)?;
        figures::render(report, canvas, out)?;
        closing::end(report, canvas, out)
    }
}

fn columns(report: &Report, findings: &[Vec<&Finding>], word: usize) -> Vec<Column> {
    let column = |title, gives_way, cell: &dyn Fn(&Judged) -> String| Column {
        title,
        cells: report.scopes.iter().map(cell).collect(),
        gives_way,
    };
    let worst = worst(report.scopes.len(), &report.findings);
    let words = report.scopes.iter().zip(worst).map(|(judged, worst)| verdict_word(judged.verdict, worst).to_owned());
    let words = words.collect();
    let mut columns = vec![
        Column { title: "verdict", cells: words, gives_way: None },
        column("scope", None, &|judged| breakable(&name(judged), word)),
    ];
    if !report.grants.is_empty() {
        let grant = |judged: &Judged| judged.grant.and_then(|grant| report.grants.get(grant));
        columns.push(column("grant", None, &|judged| clipped(grant(judged).map_or("", |grant| &grant.name), NAME)));
    }
    if report.scopes.iter().any(|judged| judged.app.is_some()) {
        let app = |judged: &Judged| match (judged.app.as_deref(), report.policy.owner(judged.app.as_deref())) {
            (Some(app), Some(owner)) => format!("{app} ({owner})"),
            (app, _) => app.unwrap_or_default().to_owned(),
        };
        columns.push(column("app", Some(3), &|judged| breakable(&clipped(&app(judged), NAME), word)));
    }
    if report.run.coverage.is_some() {
        columns.push(column("place", Some(4), &|judged| {
            let source = report.sources.get(judged.place.source);
            let line = source.position(judged.place.span.start).line;
            format!("{}:{line}", broken(&clipped(source.name(), NAME), '/', word))
        }));
    }
    columns.push(column("gives", Some(0), &|judged| clipped(&judged.gives, NAME)));
    columns.push(column("data", Some(1), &|judged| {
        judged.data.iter().map(|class| class.as_str()).collect::<Vec<_>>().join(", ")
    }));
    columns.push(column("decided by", Some(2), &|judged| deciders(report, judged)));
    let codes = findings.iter().map(|findings| codes(findings)).collect();
    columns.push(Column { title: "findings", cells: codes, gives_way: None });
    columns
}

fn name(judged: &Judged) -> String {
    match &judged.scope {
        Ok(scope) => clipped(&scope.to_string(), NAME),
        Err(_) => clipped(&judged.written, NAME),
    }
}

fn deciders(report: &Report, judged: &Judged) -> String {
    let named = judged.decided_by.iter().take(DECIDERS);
    let mut lines: Vec<String> = named.map(|decider| decided(report, decider)).collect();
    if judged.deciders > lines.len() {
        lines.push(format!("and {} more", judged.deciders - lines.len()));
    }
    lines.join("\n")
}

fn decided(report: &Report, decider: &Decider) -> String {
    let effect = decider.effect.as_str();
    let entry = if decider.text == "default" {
        format!("default {effect}")
    } else {
        format!("{effect} {}", breakable(&clipped(&decider.text, NAME), ENTRY))
    };
    let Some(place) = decider.place else { return entry };
    let source = report.sources.get(place.source);
    format!("{entry} {}:{}", clipped(source.name(), NAME), source.position(place.span.start).line)
}

/// The codes of findings, worst first, each once.
fn codes(findings: &[&Finding]) -> String {
    let mut sorted: Vec<_> =
        findings.iter().map(|finding| (std::cmp::Reverse(finding.severity), finding.rule.code)).collect();
    sorted.sort_unstable();
    let mut codes: Vec<&str> = sorted.into_iter().map(|(_, code)| code).collect();
    let mut seen = std::collections::BTreeSet::new();
    codes.retain(|code| seen.insert(*code));
    codes.join(" ")
}

/// The pages about the rules of a report's findings, by code, where the terminal follows links.
fn pages(report: &Report, canvas: Canvas) -> BTreeMap<&'static str, Link> {
    let rules = report.findings.iter().filter(|_| canvas.links).map(|finding| finding.rule);
    rules.filter_map(|rule| Some((rule.code, report.policy.page(rule)?))).collect()
}

/// A line of the table whose codes lead to their pages. They stand in the last column, which holds nothing else.
fn leading(pages: &BTreeMap<&'static str, Link>, line: &str) -> String {
    const BETWEEN: char = '┆';
    let Some((before, last)) = line.rsplit_once(BETWEEN).filter(|_| !pages.is_empty()) else { return line.to_owned() };
    let words = last.split(' ').map(|word| match pages.get(word) {
        Some(page) => closing::linked(page, word),
        None => word.to_owned(),
    });
    format!("{before}{BETWEEN}{}", words.collect::<Vec<_>>().join(" "))
}

/// A line of the table with its verdict in colour. The table itself is drawn without: colour codes would count as width.
fn painted(color: bool, line: &str) -> String {
    const EDGE: &str = "│ ";
    let verdict = line.strip_prefix(EDGE).and_then(|rest| rest.split_once(' '));
    let Some((word, rest)) = verdict.filter(|_| color) else { return line.to_owned() };
    match verdict_style(word) {
        Some(style) => format!("{EDGE}{style}{word}{style:#} {rest}"),
        None => line.to_owned(),
    }
}

/// The style of a word for what became of a scope; none for other words.
fn verdict_style(word: &str) -> Option<Style> {
    let color = match word {
        "allowed" => AnsiColor::Green,
        "denied" | "not-allowed" => AnsiColor::Red,
        "unknown" | "flagged" => AnsiColor::Yellow,
        "waived" => AnsiColor::Cyan,
        "unflagged" => return Some(Style::new().bold()),
        _ => return None,
    };
    Some(color.on_default().bold())
}

fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::Green,
    }
    .on_default()
    .bold()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{everything, hostile};
    use super::*;

    #[test]
    fn one_of_everything() {
        insta::assert_snapshot!(everything().rendered(&Table, None));
    }

    #[test]
    fn narrow_terminals_lose_columns_before_words_break() {
        let widths =
            [100, 80, 60, 40, 1].map(|width| format!("{width}\n{}", everything().rendered(&Table, Some(width))));
        insta::assert_snapshot!(widths.join("\n"));
    }

    #[test]
    fn hostile_texts_are_shown_and_do_nothing() {
        let written = hostile().rendered(&Table, None);
        assert!(written.chars().all(|c| c == '\n' || !c.is_control()), "{written:?}");
        insta::assert_snapshot!(written);
    }

    #[test]
    fn lines_keep_to_the_width() {
        for width in [40, 60, 80, 90, 120, 200] {
            let written = everything().rendered(&Table, Some(width));
            let rows = written.lines().filter(|line| line.starts_with(['│', '┌', '╞', '└']));
            assert!(rows.clone().count() > 8, "{width}");
            rows.for_each(|line| assert!(line.chars().count() <= width, "{width}: {line}"));
        }
    }

    #[test]
    fn colours_are_added_and_change_nothing_else() {
        let built = everything();
        let painted = built.painted(&Table, Canvas { color: true, ..Canvas::default() });
        assert!(painted.contains("│ \u{1b}[1m\u{1b}[31mnot-allowed\u{1b}[0m "), "{painted:?}");
        assert_eq!(anstream::adapter::strip_str(&painted).to_string(), built.rendered(&Table, None));
    }

    #[test]
    fn scopes_break_after_dots_only() {
        let long = "Verylong.".repeat(6);
        for (scope, expected) in [
            ("Desk.tickets.READ", "Desk.tickets.READ".to_owned()),
            (&*format!("{long}READ"), format!("{}\n{}READ", "Verylong.".repeat(4), "Verylong.".repeat(2))),
            (&*"x".repeat(80), "x".repeat(80)),
        ] {
            assert_eq!(breakable(scope, 36), expected);
        }
    }
}
