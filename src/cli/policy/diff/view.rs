//! The answer in words: for people, and for pull requests.

use super::super::{Lines, counted};
use super::Document;
use crate::governance::{AccessChange, Comparison, Direction, Setting};
use crate::judge::{Gap, Relation};
use crate::report::clean;

/// Whose access it is, in words.
fn whose(document: &Document, apps: &[Option<String>]) -> String {
    let named = |app: &Option<String>| match app {
        Some(app) => format!("`{app}`"),
        None if document.kind == "policy" => "no app in particular".to_owned(),
        None => "the list".to_owned(),
    };
    let names: Vec<String> = apps.iter().map(named).collect();
    match names.len() {
        0..=6 => names.join(", "),
        more => format!("{} and {} more", names[..5].join(", "), more - 5),
    }
}

/// A scope with what is known of it, in one line.
fn told(gap: &Gap) -> String {
    let mut parts = Vec::new();
    match (gap.old, gap.new) {
        (Some(old), Some(new)) => parts.push(format!("{old} → {new}")),
        (None, Some(new)) => parts.push(new.to_string()),
        _ => {}
    }
    if !gap.known {
        parts.push("not in the catalog".to_owned());
    }
    if let Some(call) = &gap.call {
        parts.push(format!("opens `{call}`"));
    }
    if !gap.data.is_empty() {
        let classes: Vec<&str> = gap.data.iter().map(|class| class.as_str()).collect();
        parts.push(classes.join(", "));
    }
    parts.join(" · ")
}

/// The widest scopes of a list, and how many there are besides: narrower ones, and those beyond what is shown.
fn widest(gaps: &[Gap], shown: usize) -> (Vec<&Gap>, usize) {
    if shown == usize::MAX {
        return (gaps.iter().collect(), 0);
    }
    let top: Vec<&Gap> = gaps.iter().filter(|gap| gap.within.is_none()).take(shown).collect();
    let rest = gaps.len() - top.len();
    (top, rest)
}

fn closing(document: &Document) -> String {
    let Comparison { relation, access, settings, is_whole } = &document.comparison;
    let count = |of: fn(&AccessChange) -> usize| access.iter().map(of).sum::<usize>();
    let mut parts = vec![
        format!("NEW is {}", if *relation == Relation::Equivalent { "equivalent" } else { relation.as_str() }),
        format!("+{} -{} scopes", count(|change| change.appears.len()), count(|change| change.disappears.len())),
    ];
    if document.kind == "policy" {
        let looser = settings.iter().filter(|setting| setting.direction == Direction::Looser).count();
        parts.push(format!("{} changed, {looser} looser", counted(settings.len(), "setting")));
    }
    if !document.never.is_empty() {
        parts.push(format!("{} broken", counted(document.never.len(), "assertion")));
    }
    if !is_whole {
        parts.push("more names beyond the catalog than could be looked at: split the policy's patterns".to_owned());
    }
    parts.join(" · ")
}

fn setting(setting: &Setting) -> String {
    let app = setting.app.as_deref().map_or_else(String::new, |app| format!(" of {app}"));
    let shows = setting.witness.as_ref().map_or_else(String::new, |scope| format!(": {scope}"));
    let direction = match setting.direction {
        Direction::Looser => format!(" (looser{shows})"),
        Direction::Tighter => format!(" (tighter{shows})"),
        Direction::Other => String::new(),
    };
    format!("{}{app}: {} → {}{direction}", setting.what, setting.old, setting.new)
}

/// The answer for people.
pub(super) fn text(document: &Document, shown: usize) -> String {
    let mut page = Lines::default();
    for change in &document.comparison.access {
        page.add(0, format!("{}: {}", whose(document, &change.apps), change.relation.as_str()));
        for (sign, gaps) in [("+", &change.appears), ("-", &change.disappears)] {
            let (top, rest) = widest(gaps, shown);
            for gap in top {
                let told = told(gap);
                page.add(1, format!("{sign} {}{}{told}", gap.scope, if told.is_empty() { "" } else { "  " }));
            }
            if rest > 0 {
                page.add(1, format!("{sign} and {rest} more, most of them within these (--all)"));
            }
        }
    }
    for changed in &document.comparison.settings {
        page.add(0, format!("~ {}", setting(changed)));
    }
    for broken in &document.never {
        page.add(0, format!("! never {}: {} can have it", broken.never, whose(document, &broken.apps)));
        let (top, rest) = widest(&broken.allowed, shown);
        top.iter().for_each(|gap| page.add(1, format!("! {}  {}", gap.scope, told(gap))));
        if rest > 0 {
            page.add(1, format!("! and {rest} more (--all)"));
        }
    }
    page.add(0, closing(document));
    page.0
}

/// A piece of text in a table of Markdown.
fn cell(text: &str) -> String {
    clean(text).replace('|', "\\|").replace('<', "&lt;").replace('@', "&#64;")
}

fn code(text: &str) -> String {
    let text = clean(text).replace('`', "'").replace('|', "\\|");
    format!("`{text}`")
}

/// The answer for a comment on a pull request.
pub(super) fn markdown(document: &Document, shown: usize) -> String {
    let mut page = String::new();
    let mut add = |line: String| {
        page.push_str(&line);
        page.push('\n');
    };
    let what = if document.kind == "policy" { "What this change of the policy lets in" } else { "Access that changes" };
    add(format!("### {what}"));
    add(String::new());
    add(cell(&closing(document)));
    for change in &document.comparison.access {
        add(String::new());
        add(format!("**{}**: {}", cell(&whose(document, &change.apps)), change.relation.as_str()));
        add(String::new());
        add("| | scope | |".to_owned());
        add("|---|---|---|".to_owned());
        for (sign, gaps) in [("+", &change.appears), ("−", &change.disappears)] {
            let (top, rest) = widest(gaps, shown);
            top.iter().for_each(|gap| add(format!("| {sign} | {} | {} |", code(&gap.scope), cell(&told(gap)))));
            if rest > 0 {
                add(format!("| {sign} | and {rest} more | |"));
            }
        }
    }
    if !document.comparison.settings.is_empty() {
        add(String::new());
        document.comparison.settings.iter().for_each(|changed| add(format!("- ~ {}", cell(&setting(changed)))));
    }
    if !document.never.is_empty() {
        add(String::new());
        for broken in &document.never {
            let scopes: Vec<String> = widest(&broken.allowed, 5).0.iter().map(|gap| code(&gap.scope)).collect();
            let whom = cell(&whose(document, &broken.apps));
            add(format!("- **never {}**: {whom} can have it by {}", code(&broken.never), scopes.join(", ")));
        }
    }
    page
}
