//! The answer for people, one row for each scope.

use std::fmt::Write as _;

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};

use super::Answer;
use super::text::{data, elsewhere, facts, head, status};
use crate::access::{Opener, Openers};
use crate::report::clean;

/// Columns, whatever the terminal.
const WIDTH: u16 = 120;

pub(super) fn render(answer: &Answer<'_>, shown: usize) -> String {
    let mut text = head(answer);
    for hit in answer.hits.iter().take(shown) {
        text.push('\n');
        text.push_str(&facts(hit));
        let rows = rows(&hit.openers);
        if rows.is_empty() {
            let unknown = matches!(hit.openers, Openers::Unknown);
            let told = if unknown {
                "a known call: which scope it needs, nobody says"
            } else {
                "needs no scope: the vendor says so"
            };
            text.push_str(&format!("  {told}\n"));
            continue;
        }
        if let Openers::Disputed(_) = hit.openers {
            text.push_str("  disputed: sources disagree on what it needs\n");
        }
        text.push_str(&drawn(&rows, shown));
        if let Some(more) = rows.len().checked_sub(shown).filter(|&more| more > 0) {
            let _ = writeln!(text, "… and {more} more (--all shows them)");
        }
    }
    text.push_str(&elsewhere(answer));
    text
}

/// How a scope opens the call, and the scope.
fn rows(openers: &Openers) -> Vec<(String, &Opener)> {
    match openers {
        Openers::Nothing | Openers::Unknown => Vec::new(),
        Openers::Likely(listed) => listed.iter().map(|opener| ("likely, by its name".to_owned(), opener)).collect(),
        Openers::Unstated(listed) => listed.iter().map(|opener| ("listed; any or all".to_owned(), opener)).collect(),
        Openers::AnyOf(choice) | Openers::Disputed(choice) => {
            let mut rows = Vec::new();
            let sets = choice.alternatives.iter().any(|one| one.scopes.len() > 1);
            let row = |n: usize, elsewhere: bool| match (elsewhere, sets) {
                (true, _) => format!("{n}: for others"),
                (false, true) => format!("{n}: with all of {n}"),
                (false, false) => n.to_string(),
            };
            let numbered = choice.alternatives.iter().enumerate().map(|(n, one)| (n + 1, one));
            let (others, fitting): (Vec<_>, Vec<_>) = numbered.partition(|(_, one)| one.elsewhere);
            for (n, one) in &fitting {
                rows.extend(one.scopes.iter().map(|opener| (row(*n, one.elsewhere), opener)));
            }
            rows.extend(choice.wider.iter().map(|opener| ("covers it".to_owned(), opener)));
            for (n, one) in &others {
                rows.extend(one.scopes.iter().map(|opener| (row(*n, one.elsewhere), opener)));
            }
            rows
        }
    }
}

fn drawn(rows: &[(String, &Opener)], shown: usize) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(WIDTH);
    table.set_header(["scope", "opens", "status", "reaches", "data", "gives"]);
    for (opens, opener) in rows.iter().take(shown) {
        table.add_row([
            clean(&opener.scope.to_string()).into_owned(),
            opens.clone(),
            status(opener),
            opener.reach.to_string(),
            data(opener),
            clean(&opener.gives).into_owned(),
        ]);
    }
    // Scopes are copied from here: they keep their line.
    table.set_constraints([ColumnConstraint::ContentWidth]);
    table.trim_fmt() + "\n"
}
