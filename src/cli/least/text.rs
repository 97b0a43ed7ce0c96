//! The answer for people.

use std::fmt::Write as _;

use super::{Answer, compared};
use crate::access;
use crate::input::calls::Via;
use crate::least::{Chosen, Least, Missing, Need, Row, weight};
use crate::report::clean;

/// How many calls, places and narrower scopes are shown of each kind.
const SHOWN: usize = 12;

/// How many places of a call are shown.
const PLACES: usize = 3;

pub(super) fn render(answer: &Answer<'_>) -> String {
    let Answer { least, .. } = answer;
    let mut text = String::new();
    if least.rows.is_empty() {
        text.push_str("no calls were found\n");
    } else if least.scopes.is_empty() {
        text.push_str("no scope is needed by what is known\n");
    } else {
        let _ = writeln!(text, "{}", clean(&least.list()));
    }
    let _ = writeln!(text, "\n{}", headline(least));
    let width = least.scopes.iter().map(|chosen| chosen.scope.to_string().len()).max().unwrap_or(0);
    for chosen in &least.scopes {
        let scope = chosen.scope.to_string();
        let gives = access::gives(least.catalog(), &chosen.scope);
        let count = chosen.serves.len();
        let calls = if count == 1 { "1 call".to_owned() } else { format!("{count} calls") };
        let _ = writeln!(text, "  {:<width$}  {}; for {calls}; weight {}", clean(&scope), clean(&gives), chosen.weight);
        if answer.why {
            text.push_str(&reasons(answer, chosen));
        }
    }
    for (name, group) in answer.groups {
        let list = if group.scopes.is_empty() { "no scope".to_owned() } else { group.list() };
        let _ = writeln!(text, "\nconnection {}: {}", clean(name), clean(&list));
    }
    text.push_str(&gaps(answer));
    for compared in answer.compared {
        text.push_str(&compared::render(answer, compared));
    }
    if answer.weights {
        text.push_str(&weights());
    }
    let _ = writeln!(text, "\n{}", coverage(answer));
    text
}

fn headline(least: &Least<'_>) -> String {
    let count = least.scopes.len();
    let scopes = if count == 1 { "1 scope".to_owned() } else { format!("{count} scopes") };
    let cost = least.cost.access;
    if least.rows.is_empty() {
        return "nothing is proven of what was not found: name the calls, or a record of them".to_owned();
    }
    if least.is_proven() {
        return format!("{scopes}, access of weight {cost}; proven: nothing that suffices reaches less");
    }
    let mut rows: Vec<usize> = least.missing.iter().filter_map(|missing| missing.row).collect();
    rows.sort_unstable();
    rows.dedup();
    let why = match rows.len() {
        0 => "the search was cut short".to_owned(),
        1 => "1 call is in doubt".to_owned(),
        count => format!("{count} calls are in doubt"),
    };
    format!("{scopes}, access of weight {cost}; not proven: {why}")
}

/// Why a scope is there: the calls that need it, where they were seen, and what narrower scopes fail.
fn reasons(answer: &Answer<'_>, chosen: &Chosen) -> String {
    let mut text = String::new();
    let rows = &answer.least.rows;
    for row in chosen.serves.iter().take(SHOWN).filter_map(|row| rows.get(*row)) {
        let _ = writeln!(text, "    {}{}", clean(&row.call), seen(answer, row));
    }
    if let Some(more) = chosen.serves.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(text, "    … and {more} more calls");
    }
    if chosen.narrower.is_empty() {
        text.push_str("    nothing narrower is known\n");
    }
    for narrower in chosen.narrower.iter().take(SHOWN) {
        let fails = rows.get(narrower.fails).map_or("", |row| row.call.as_str());
        let _ = writeln!(text, "    not {}: {} fails with it", clean(&narrower.scope.to_string()), clean(fails));
    }
    if let Some(more) = chosen.narrower.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(text, "    … and {more} more that do not suffice");
    }
    text
}

/// Where a call was seen, and how often.
fn seen(answer: &Answer<'_>, row: &Row<'_>) -> String {
    let mut places: Vec<String> = Vec::new();
    for call in row.seen.iter().filter_map(|number| answer.seen.get(*number)) {
        let place = place(answer, call.place);
        let via = match &call.via {
            Via::Line | Via::Policy | Via::Literal | Via::Within => String::new(),
            via => format!(" ({via})"),
        };
        let sure = match call.certainty {
            crate::input::calls::Certainty::Proven => "",
            crate::input::calls::Certainty::Likely => " likely",
            crate::input::calls::Certainty::Guessed => " guessed",
        };
        places.push(format!("{place}{via}{sure}"));
    }
    places.sort();
    places.dedup();
    let more = places.len().saturating_sub(PLACES);
    places.truncate(PLACES);
    let mut text = format!("  at {}", clean(&places.join(", ")));
    if more > 0 {
        let _ = write!(text, " and {more} more");
    }
    if row.times > 1 {
        let _ = write!(text, "; {} times", row.times);
    }
    text
}

/// `src/app.py:12`.
pub(super) fn place(answer: &Answer<'_>, place: crate::text::Place) -> String {
    let source = answer.sources.get(place.source);
    format!("{}:{}", source.name(), source.position(place.span.start).line)
}

/// What keeps the answer from being proven, and what could not be read.
fn gaps(answer: &Answer<'_>) -> String {
    let Answer { least, .. } = answer;
    let mut text = String::new();
    if !least.missing.is_empty() {
        text.push_str("\nmissing for the proof\n");
    }
    let mut told = None;
    for Missing { row, reason } in least.missing.iter().take(4 * SHOWN) {
        match row.and_then(|row| least.rows.get(row)) {
            None => {
                let _ = writeln!(text, "  {}", clean(reason));
            }
            Some(known) => {
                if told != *row {
                    let _ = writeln!(text, "  {}{}", clean(&known.call), seen(answer, known));
                }
                let _ = writeln!(text, "    {}", clean(reason));
                if let Some(hint) = hint(&known.need).filter(|_| told != *row) {
                    let _ = writeln!(text, "    {}", clean(&hint));
                }
            }
        }
        told = *row;
    }
    if let Some(more) = least.missing.len().checked_sub(4 * SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(text, "  … and {more} more (--format json shows them)");
    }
    if !answer.left.is_empty() || !answer.not_evaluated.is_empty() {
        text.push_str("\nnot read\n");
    }
    for unread in answer.not_evaluated {
        let _ = writeln!(text, "  {}: {}", clean(&unread.input), clean(&unread.message));
        if let Some(help) = &unread.help {
            let _ = writeln!(text, "    help: {}", clean(help));
        }
    }
    for left in answer.left.iter().take(SHOWN) {
        let times = if left.count > 1 { format!(" ({} times)", left.count) } else { String::new() };
        let _ = writeln!(text, "  {}: {}{times}", clean(&place(answer, left.place)), clean(&left.reason));
    }
    if let Some(more) = answer.left.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(text, "  … and {more} more places");
    }
    text
}

/// What is known of what a call needs although it proves nothing.
fn hint(need: &Need) -> Option<String> {
    let list = |scopes: &mut dyn Iterator<Item = &crate::scope::Scope>| {
        let mut names: Vec<String> = scopes.map(ToString::to_string).collect();
        names.sort();
        names.dedup();
        let more = names.len().saturating_sub(SHOWN);
        names.truncate(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", names.join(", "))
    };
    match need {
        Need::Unstated(listed) => Some(format!("listed: {}", list(&mut listed.iter()))),
        Need::Likely(listed) => Some(format!("likely: {} (--likely counts it)", list(&mut listed.iter()))),
        Need::OneForEach(sets) => Some(format!("one of: {}", list(&mut sets.iter().flatten()))),
        Need::Unknown(near) if !near.is_empty() => Some(format!("the nearest known: {}", near.join(", "))),
        _ => None,
    }
}

/// The line of coverage, and how many calls SDKs make by themselves.
fn coverage(answer: &Answer<'_>) -> String {
    let hidden = answer.seen.iter().filter(|call| matches!(call.via, Via::Hidden { .. })).count();
    let mut line = answer.coverage.line();
    if hidden > 0 {
        let _ = write!(line, "; {hidden} of them made by an SDK without being named in the code");
    }
    line
}

/// Tells on standard error what a format has no room for.
pub(super) fn tell_gaps(answer: &Answer<'_>) {
    if !answer.least.is_proven() || !answer.left.is_empty() || !answer.not_evaluated.is_empty() {
        super::super::tell(gaps(answer).trim());
    }
    for compared in answer.compared {
        super::super::tell(compared::render(answer, compared).trim());
    }
    super::super::tell(&coverage(answer));
}

fn weights() -> String {
    let mut text = String::from("\nweights: an operation times the heaviest kind of data of its resource\n");
    for (word, weight) in weight::OPERATIONS {
        let _ = writeln!(text, "  {word:<16}  {weight:>3}");
    }
    let _ = writeln!(text, "  {:<16}  {:>3}", "other operations", weight::OTHER_OPERATION);
    for (class, weight) in weight::DATA {
        let _ = writeln!(text, "  {class:<16}  {weight:>3}");
    }
    let _ = writeln!(text, "  {:<16}  {:>3}", "no kind known", weight::OTHER_DATA);
    let _ = writeln!(text, "  {:<16}  {:>3}", "full access", weight::FULL_ACCESS);
    text
}
