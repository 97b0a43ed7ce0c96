//! A table for a README, and the check that holds it there.

use std::fmt::Write as _;
use std::path::Path;

use super::super::error::CommandError;
use super::Answer;
use crate::access;
use crate::report::clean;

/// What stands before and after the table, so that it is found again.
const BEGIN: &str = "<!-- zscope least -->";
const END: &str = "<!-- end of zscope least -->";

/// The head of the table.
const HEAD: &str = "| scope | calls | why |";

/// How many calls are named for a scope.
const CALLS: usize = 20;

pub(super) fn render(answer: &Answer<'_>) -> String {
    let least = answer.least;
    let mut text = format!("{BEGIN}\n{HEAD}\n|---|---|---|\n");
    for chosen in &least.scopes {
        let mut calls: Vec<String> =
            chosen.serves.iter().filter_map(|row| least.rows.get(*row)).map(|row| code(&row.call)).collect();
        let more = calls.len().saturating_sub(CALLS);
        calls.truncate(CALLS);
        if more > 0 {
            calls.push(format!("and {more} more"));
        }
        let gives = access::gives(least.catalog(), &chosen.scope);
        let _ = writeln!(text, "| {} | {} | {} |", code(&chosen.scope.to_string()), calls.join("<br>"), plain(&gives));
    }
    let _ = writeln!(text, "{END}");
    text
}

/// Text of others in a cell of a table.
fn code(text: &str) -> String {
    format!("`{}`", clean(text).replace('`', "'").replace('|', "\\|"))
}

fn plain(text: &str) -> String {
    clean(text).replace('|', "\\|").replace('<', "&lt;")
}

/// Whether the table of a file differs from the answer; tells how, and how to renew it.
pub(super) fn check(answer: &Answer<'_>, path: &Path, command: &str) -> Result<bool, CommandError> {
    let file = super::read(path)?;
    let wanted = render(answer);
    let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<String>>();
    let wanted: Vec<String> = lines(&wanted);
    let shown = clean(&path.display().to_string()).into_owned();
    let renew = format!("renew it with the table that `{}` prints", renewing(command));
    let Some(found) = table(&lines(&file)) else {
        return Err(CommandError::usage(format!("`{shown}` has no table of scopes between `{BEGIN}` and `{END}`"))
            .help(format!("paste the table that `{}` prints, with both marks", renewing(command))));
    };
    if found == wanted {
        super::super::print(&format!("`{shown}` has the table of the answer\n"))?;
        return Ok(false);
    }
    let mut text = format!("the table in `{shown}` differs from the answer\n");
    for line in found.iter().filter(|line| !wanted.contains(line)) {
        let _ = writeln!(text, "  - {}", clean(line));
    }
    for line in wanted.iter().filter(|line| !found.contains(line)) {
        let _ = writeln!(text, "  + {}", clean(line));
    }
    if found.iter().all(|line| wanted.contains(line)) && wanted.iter().all(|line| found.contains(line)) {
        text.push_str("  its lines stand in another order, or twice\n");
    }
    let _ = writeln!(text, "  help: {}", clean(&renew));
    super::super::print(&text)?;
    Ok(true)
}

/// The command that prints the table, from the one that checks it.
fn renewing(command: &str) -> String {
    let Some((before, after)) = command.split_once(" --check") else { return format!("{command} --format markdown") };
    let after = after.trim_start_matches(['=', ' ']);
    // What follows is the file, in quotes or not.
    let rest = match after.strip_prefix('\'') {
        Some(quoted) => quoted.split_once('\'').map_or("", |(_, rest)| rest),
        None => after.split_once(' ').map_or("", |(_, rest)| rest),
    };
    format!("{before} {} --format markdown", rest.trim()).replace("  ", " ")
}

/// The lines from one mark to the other.
fn table(lines: &[String]) -> Option<Vec<String>> {
    let start = lines.iter().position(|line| line == BEGIN)?;
    let end = lines.iter().skip(start).position(|line| line == END)?;
    Some(lines[start..=start + end].to_vec())
}
