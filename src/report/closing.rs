//! How every report for people ends: what could not be evaluated, what was waived, and one line that sums up.

use std::collections::HashMap;
use std::io;

use anstyle::{AnsiColor, Style};

use super::clean::{MESSAGE, NAME, clean, clipped};
use super::groups::Group;
use super::{Canvas, NotEvaluated, Report, Summary, Tally, coverage, provenance};
use crate::finding::Link;
use crate::finding::{Severity, Waived, WaiverKind};
use crate::text::Place;

/// `path:line:column` of a place's start.
pub(super) fn spot(report: &Report, place: Place) -> String {
    let source = report.sources.get(place.source);
    let at = source.position(place.span.start);
    format!("{}:{}:{}", clean(source.name()), at.line, at.column)
}

/// A text in a style, or plain.
pub(super) fn styled(color: bool, style: Style, text: &str) -> String {
    if color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// A text that leads to a page, in a terminal that follows links.
pub(super) fn linked(page: &Link, text: &str) -> String {
    format!("\x1b]8;;{}\x1b\\{text}\x1b]8;;\x1b\\", page.as_str())
}

/// What could not be evaluated, as a phrase.
pub(super) fn not_evaluated(input: &NotEvaluated) -> String {
    format!("`{}` was not evaluated: {}", clipped(&input.input, NAME), clipped(&input.message, MESSAGE))
}

/// One line for what is waived in the same words, with how often; what a baseline accepts is counted in one.
pub(super) fn waived(report: &Report, color: bool, out: &mut dyn io::Write) -> io::Result<()> {
    let word = styled(color, AnsiColor::Cyan.on_default().bold(), "waived");
    let mut lines: Vec<(String, usize)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for waived in report.waived.iter().filter(|waived| waived.kind != WaiverKind::Baseline) {
        let line = waiver(report, waived);
        let at = *known.entry(line.clone()).or_insert(lines.len());
        match lines.get_mut(at) {
            Some((_, count)) => *count += 1,
            None => lines.push((line, 1)),
        }
    }
    for (line, count) in lines {
        let times = if count > 1 { format!(" ({count} places)") } else { String::new() };
        writeln!(out, "{word}: {line}{times}")?;
    }
    let known: Vec<&Waived> = report.waived.iter().filter(|waived| waived.kind == WaiverKind::Baseline).collect();
    if let Some(first) = known.first() {
        let count = counted(known.len(), "known finding");
        writeln!(out, "{word}: {count} accepted by the baseline {}", clean(&first.waiver))?;
    }
    Ok(())
}

/// The most findings that a terminal gets at once.
const SCREENFUL: usize = 50;

/// The groups that people are shown.
pub(super) struct Shown<'g, 'r> {
    pub(super) groups: Vec<&'g Group<'r>>,
    /// How many there are beyond the bound of a terminal.
    beyond: usize,
    /// How many are below the severity that is shown.
    below: usize,
}

impl<'g, 'r> Shown<'g, 'r> {
    /// What of some groups is shown, the worst first as they come.
    pub(super) fn of(report: &Report, groups: &'g [Group<'r>], canvas: Canvas) -> Self {
        let show = report.run.show;
        let (mut shown, below): (Vec<&Group<'_>>, Vec<&Group<'_>>) =
            groups.iter().partition(|group| Some(group.lead.severity) >= show.min_severity);
        if show.quiet || show.statistics {
            return Self { groups: Vec::new(), beyond: 0, below: 0 };
        }
        let most = if canvas.width.is_some() && !show.all { SCREENFUL } else { usize::MAX };
        let beyond = shown.len().saturating_sub(most);
        shown.truncate(most);
        Self { groups: shown, beyond, below: below.len() }
    }
}

/// A line on what was left out.
pub(super) fn left_out(report: &Report, shown: &Shown<'_, '_>, out: &mut dyn io::Write) -> io::Result<()> {
    if shown.beyond > 0 {
        writeln!(out, "and {}: --all shows them", counted(shown.beyond, "more finding"))?;
    }
    if let Some(least) = report.run.show.min_severity.filter(|_| shown.below > 0) {
        writeln!(out, "{} below {least} not shown", counted(shown.below, "finding"))?;
    }
    Ok(())
}

/// How many findings there are of each rule, the worst rules first.
pub(super) fn statistics(report: &Report, groups: &[Group<'_>], out: &mut dyn io::Write) -> io::Result<()> {
    let mut rules: Vec<(Severity, &str, &str, usize, usize)> = Vec::new();
    let shown = groups.iter().filter(|group| Some(group.lead.severity) >= report.run.show.min_severity);
    for group in shown {
        let (rule, severity) = (group.lead.rule, group.lead.severity);
        match rules.iter_mut().find(|known| (known.0, known.1) == (severity, rule.code)) {
            Some(known) => {
                known.3 += 1;
                known.4 += group.members.len();
            }
            None => rules.push((severity, rule.code, rule.name, 1, group.members.len())),
        }
    }
    rules.sort_by_key(|(severity, code, ..)| (std::cmp::Reverse(*severity), *code));
    for (severity, code, name, findings, places) in rules {
        let places = if places > findings { format!(" in {}", counted(places, "place")) } else { String::new() };
        writeln!(out, "{findings:>6} {severity}[{code} {name}]{places}")?;
    }
    Ok(())
}

/// The word of a severity in its colour.
pub(super) fn severity(severity: Severity, color: bool) -> String {
    let style = match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::Green,
    };
    styled(color, style.on_default().bold(), severity.as_str())
}

fn waiver(report: &Report, waived: &Waived) -> String {
    let until = waived.until();
    let Waived { finding, waiver, reason, .. } = waived;
    let on = match &finding.scope {
        Some(scope) => format!("on `{}`", clipped(scope, NAME)),
        None => format!("at {}", spot(report, finding.place)),
    };
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{} {on} by {}{until}: {}", finding.rule.code, clean(waiver), clipped(&reason, MESSAGE))
}

/// One line for each notice.
pub(super) fn notices(report: &Report, color: bool, out: &mut dyn io::Write) -> io::Result<()> {
    let word = styled(color, AnsiColor::Yellow.on_default().bold(), "notice");
    for notice in &report.run.notices {
        writeln!(out, "{word}: {}", coverage::notice(notice))?;
        if let Some(help) = &notice.help {
            writeln!(out, "  help: {}", clipped(help, MESSAGE))?;
        }
    }
    Ok(())
}

/// The last lines.
pub(super) fn end(report: &Report, canvas: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
    notices(report, canvas.color, out)?;
    for note in &report.notes {
        writeln!(out, "{}: {}", styled(canvas.color, AnsiColor::Green.on_default().bold(), "note"), clean(note))?;
    }
    writeln!(out, "{}", summary(report, canvas.color))?;
    if canvas.is_record {
        writeln!(out, "{}", provenance::line(report))?;
    }
    Ok(())
}

/// The line that sums up.
pub(super) fn summary(report: &Report, color: bool) -> String {
    let summary = report.told();
    let (words, style) = verdict(&summary, report.totals.as_ref().map(|totals| &totals.all), report.fails());
    let words = styled(color, style, &words);
    let files = coverage::phrase(report).map(|files| format!(" · {files}")).unwrap_or_default();
    format!("{words}{files} · policy {} · catalog {}", clean(&report.policy.path), clean(&report.catalog.date))
}

/// What the run comes to, then what it looked at.
fn verdict(summary: &Summary, grants: Option<&Tally>, fails: bool) -> (String, Style) {
    let Summary { scopes, allowed, refused, no_policy, flagged, denied, not_allowed, unknown, waived, .. } = *summary;
    let Summary { with_errors, with_warnings, not_evaluated, findings, .. } = *summary;
    let held = grants.map(held).unwrap_or_default();
    let is_known = grants.is_none_or(|grants| grants.unknown_grants == 0);
    let quiet = findings.error + findings.warning + findings.note == 0;
    if quiet && not_evaluated == 0 && scopes > 0 && allowed == scopes && is_known {
        let words = format!("all well: {held}{} allowed, no findings", counted(scopes, "scope"));
        return (words, AnsiColor::Green.on_default().bold());
    }
    let counts = [(findings.error, "error"), (findings.warning, "warning"), (findings.note, "note")];
    let counts =
        if quiet { "no findings".to_owned() } else { counts.map(|(count, word)| counted(count, word)).join(", ") };
    let unsettled = grants.map_or(0, Tally::unsettled_grants);
    let outcome = match (not_evaluated, fails) {
        (0, _) if unsettled > 0 => format!("incomplete: {} unknown, {counts}", counted(unsettled, "grant")),
        (0, true) => format!("fails: {counts}"),
        (0, false) => format!("passes: {counts}"),
        (inputs, _) => format!("incomplete: {} not evaluated, {counts}", counted(inputs, "input")),
    };
    let parts = [
        (allowed - refused, "allowed"),
        (refused, "refused by a rule"),
        (flagged, "flagged"),
        (no_policy - flagged, "unflagged"),
        (denied, "denied"),
        (not_allowed, "not allowed"),
        (unknown, "unknown"),
        (waived, "waived"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let worst = [(with_errors, "with errors"), (with_warnings, "with warnings")];
    let worst: Vec<String> =
        worst.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let worst = if worst.is_empty() { String::new() } else { format!(" ({})", worst.join(", ")) };
    let looked_at = match (scopes, parts.as_slice()) {
        (0, _) => format!("{held}no scopes"),
        (_, []) => format!("{held}{}{worst}", counted(scopes, "scope")),
        _ => format!("{held}{}{worst}: {}", counted(scopes, "scope"), parts.join(", ")),
    };
    let style = if fails || findings.error + not_evaluated + unsettled > 0 {
        AnsiColor::Red.on_default()
    } else if findings.warning > 0 {
        AnsiColor::Yellow.on_default()
    } else {
        Style::new()
    };
    (format!("{outcome} · {looked_at}"), style.bold())
}

/// The grants of an audit, before its scopes.
fn held(grants: &Tally) -> String {
    let parts = [(grants.unknown_grants, "unknown"), (grants.failed_grants, "failed")];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
    format!("{}{parts} with ", counted(grants.grants, "grant"))
}

pub(super) fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Counts;

    #[test]
    fn the_last_line_says_what_matters() {
        let findings = |error, warning, note| Counts { error, warning, note };
        let none = Summary::default();
        for (summary, fails, expected) in [
            (none, false, "passes: no findings · no scopes"),
            (Summary { scopes: 1, allowed: 1, ..none }, false, "all well: 1 scope allowed, no findings"),
            (Summary { scopes: 4, allowed: 4, ..none }, false, "all well: 4 scopes allowed, no findings"),
            (
                Summary { scopes: 1, allowed: 1, refused: 1, with_errors: 1, findings: findings(1, 0, 0), ..none },
                true,
                "fails: 1 error, 0 warnings, 0 notes · 1 scope (1 with errors): 1 refused by a rule",
            ),
            (Summary { scopes: 2, no_policy: 2, ..none }, false, "passes: no findings · 2 scopes: 2 unflagged"),
            (
                Summary {
                    scopes: 4,
                    no_policy: 4,
                    flagged: 3,
                    with_errors: 1,
                    with_warnings: 2,
                    findings: findings(1, 2, 0),
                    ..none
                },
                true,
                "fails: 1 error, 2 warnings, 0 notes · 4 scopes (1 with errors, 2 with warnings): 3 flagged, 1 unflagged",
            ),
            (
                Summary { scopes: 4, allowed: 3, refused: 1, not_allowed: 1, findings: findings(2, 0, 1), ..none },
                true,
                "fails: 2 errors, 0 warnings, 1 note · 4 scopes: 2 allowed, 1 refused by a rule, 1 not allowed",
            ),
            (
                Summary { scopes: 2, allowed: 1, waived: 1, ..none },
                false,
                "passes: no findings · 2 scopes: 1 allowed, 1 waived",
            ),
            (
                Summary { scopes: 2, unknown: 2, findings: findings(0, 2, 0), ..none },
                false,
                "passes: 0 errors, 2 warnings, 0 notes · 2 scopes: 2 unknown",
            ),
            (
                Summary { scopes: 1, allowed: 1, not_evaluated: 2, ..none },
                false,
                "incomplete: 2 inputs not evaluated, no findings · 1 scope: 1 allowed",
            ),
        ] {
            assert_eq!(verdict(&summary, None, fails).0, expected);
        }
    }
}
