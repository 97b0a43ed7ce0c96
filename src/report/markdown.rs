//! For comments on pull requests and for job summaries: Markdown as GitHub and GitLab have it.
//!
//! The first line is a hidden mark, by which a bot finds the comment that it wrote before. A comment may have 65,536
//! characters: what has no room is counted. Texts of others stand in code spans, where nothing is obeyed.

use std::cmp::Reverse;
use std::io;

use super::clean::{NAME, clipped};
use super::closing::{counted, not_evaluated, spot};
use super::groups::{Group, groups};
use super::{Canvas, Renderer, Report, coverage, provenance};
use crate::finding::Finding;
use crate::finding::Waived;

/// Says whose comment it is.
const MARK: &str = "<!-- zscope -->";

/// The most characters of a text.
const SHORT: usize = 300;

/// The room of each part, in bytes. Together with headings and provenance they stay below 65,536.
const TABLE: usize = 18_000;
const UNREAD: usize = 8_000;
const DETAILS: usize = 20_000;
const WAIVED: usize = 8_000;

/// The format `markdown`.
pub(super) struct Markdown;

impl Renderer for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn about(&self) -> &'static str {
        "For comments on pull requests, within their limit"
    }

    fn render(&self, report: &Report, _: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
        let groups = groups(report);
        let mut findings: Vec<&Group<'_>> = groups.iter().collect();
        findings.sort_by_key(|group| Reverse(group.lead.severity));

        writeln!(out, "{MARK}\n### zscope: {}\n", verdict(report))?;
        let counts = provenance::counts(report);
        let counts: Vec<_> = counts.iter().filter(|(name, count)| *name == "scopes" || *count > 0).collect();
        let names: Vec<&str> = counts.iter().map(|(name, _)| *name).collect();
        let numbers: Vec<String> = counts.iter().map(|(_, count)| count.to_string()).collect();
        writeln!(out, "| {} |", names.join(" | "))?;
        writeln!(out, "|{}", " --: |".repeat(names.len()))?;
        writeln!(out, "| {} |", numbers.join(" | "))?;

        if !report.not_evaluated.is_empty() {
            writeln!(out, "\n**Not evaluated**: what is missing here was not judged.\n")?;
            let items = report.not_evaluated.iter().map(|input| format!("- {}\n", words(&not_evaluated(input))));
            part(out, items, UNREAD)?;
        }
        if !report.run.notices.is_empty() {
            writeln!(out, "\n**Notices**\n")?;
            let items = report.run.notices.iter().map(|notice| format!("- {}\n", words(&coverage::notice(notice))));
            part(out, items, UNREAD)?;
        }
        if !findings.is_empty() {
            writeln!(out, "\n| severity | rule | where | finding |\n| --- | --- | --- | --- |")?;
            part(out, findings.iter().map(|finding| row(report, finding)), TABLE)?;
            writeln!(out, "\n<details>\n<summary>Details</summary>\n")?;
            part(out, findings.iter().map(|finding| details(report, finding)), DETAILS)?;
            writeln!(out, "\n</details>")?;
        }
        if !report.waived.is_empty() {
            writeln!(out, "\n<details>\n<summary>Waived: {}</summary>\n", report.waived.len())?;
            part(out, report.waived.iter().map(|waived| absolved(report, waived)), WAIVED)?;
            writeln!(out, "\n</details>")?;
        }
        let facts: Vec<String> =
            provenance::facts(report).into_iter().map(|(name, value)| format!("{name} {}", code(&value))).collect();
        writeln!(out, "\n<sub>{}</sub>", facts.join(" · "))
    }
}

/// Writes pieces while there is room, then how many there are beyond.
fn part(out: &mut dyn io::Write, pieces: impl ExactSizeIterator<Item = String>, room: usize) -> io::Result<()> {
    let total = pieces.len();
    let mut left = room;
    for (n, piece) in pieces.enumerate() {
        if piece.len() > left {
            return writeln!(out, "\nand {} more: the other formats list them all", total - n);
        }
        left -= piece.len();
        out.write_all(piece.as_bytes())?;
    }
    Ok(())
}

fn verdict(report: &Report) -> String {
    let summary = report.told();
    let some = [
        (summary.not_evaluated, "not evaluated"),
        (summary.findings.error, "error"),
        (summary.findings.warning, "warning"),
        (summary.findings.note, "note"),
    ];
    let said: Vec<String> = some
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}{}", if *count == 1 || word.ends_with('d') { "" } else { "s" }))
        .collect();
    if said.is_empty() { "no findings".to_owned() } else { said.join(", ") }
}

fn row(report: &Report, group: &Group<'_>) -> String {
    let finding = group.lead;
    let others = match (group.scopes.len(), group.members.len()) {
        (0 | 1, 1) => String::new(),
        (0 | 1, places) => format!(" (and in {})", counted(places - 1, "more place")),
        (scopes, _) => format!(" (and {})", counted(scopes - 1, "more scope")),
    };
    format!(
        "| {} | {} {} | {} | {}{others} |\n",
        finding.severity,
        rule_code(report, finding),
        finding.rule.name,
        place(report, finding),
        words(&finding.message)
    )
}

/// A rule's code, which leads to the organisation's page about the rule where there is one.
fn rule_code(report: &Report, finding: &Finding) -> String {
    let code = finding.rule.code;
    match report.policy.page(finding.rule) {
        // What looks like a character reference would be one.
        Some(page) => format!("[{code}]({})", page.as_str().replace('&', "&amp;")),
        None => code.to_owned(),
    }
}

fn place(report: &Report, finding: &Finding) -> String {
    code(&clipped(&spot(report, finding.place), SHORT))
}

fn details(report: &Report, group: &Group<'_>) -> String {
    let finding = group.lead;
    let code_of_rule = rule_code(report, finding);
    let mut text = format!("- **{code_of_rule} {}** at {}\n", finding.rule.name, place(report, finding));
    let mut line = |name: &str, value: String| {
        text.push_str("  - ");
        text.push_str(name);
        text.push_str(&value);
        text.push('\n');
    };
    if let Some(scope) = &finding.scope {
        line("scope ", code(&clipped(scope, NAME)));
    }
    if let Some(app) = &finding.app {
        line("application ", code(&clipped(app, NAME)));
        if let Some(owner) = report.policy.owner(Some(app)) {
            line("owner ", code(&clipped(owner, NAME)));
        }
    }
    if let Some(others) = group.others(report, |finding| format!("`{}`", spot(report, finding.place))) {
        line("note: ", words(&others));
    }
    for related in finding.related.iter().take(10) {
        let place = related.place.map(|place| format!(" at {}", code(&clipped(&spot(report, place), SHORT))));
        line("note: ", format!("{}{}", words(&related.message), place.unwrap_or_default()));
    }
    if let Some(help) = &finding.help {
        line("help: ", words(help));
    }
    text
}

fn absolved(report: &Report, waived: &Waived) -> String {
    let until = waived.until();
    let Waived { finding, waiver, reason, .. } = waived;
    format!(
        "- {} {} at {}, by {}{until}: {}\n",
        finding.rule.code,
        finding.rule.name,
        place(report, finding),
        code(&clipped(waiver, NAME)),
        words(reason)
    )
}

/// A phrase in which texts of others stand between backticks: those become code spans. Where anything outside them
/// could mean something in Markdown, the phrase as a whole becomes one.
fn words(text: &str) -> String {
    let text = clipped(&text.split_whitespace().collect::<Vec<_>>().join(" "), SHORT);
    let parts: Vec<&str> = text.split('`').collect();
    let plain = parts.iter().step_by(2).all(|part| is_plain(part));
    if parts.len().is_multiple_of(2) || !plain {
        return code(&text);
    }
    let written = parts.iter().enumerate().map(|(n, part)| if n % 2 == 0 { (*part).to_owned() } else { code(part) });
    written.collect()
}

/// Whether a text is nothing but words to Markdown, to GitHub's mentions and references, and to its links.
fn is_plain(text: &str) -> bool {
    let is_harmless = |c: char| c.is_alphanumeric() || " .,;:()'\"/-+=?%…".contains(c);
    let lower = text.to_ascii_lowercase();
    text.chars().all(is_harmless)
        && !["//", "www.", "gh-", "--"].iter().any(|mark| lower.contains(mark))
        && text.split(':').skip(1).all(|after| after.is_empty() || after.starts_with(' '))
}

/// A code span, whatever the text holds. It must not hold a pipe: those part the cells of a table even here.
fn code(text: &str) -> String {
    let text = text.replace('|', "\\u{7c}");
    let runs = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(runs + 1);
    let pad = if text.is_empty() || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Builder, FULL_ACCESS, everything, hostile};
    use super::*;

    #[test]
    fn one_of_everything() {
        insta::assert_snapshot!(everything().rendered(&Markdown, None));
    }

    #[test]
    fn hostile_texts_are_shown_and_do_nothing() {
        insta::assert_snapshot!(hostile().rendered(&Markdown, None));
    }

    #[test]
    fn nothing_wrong_is_short() {
        insta::assert_snapshot!(Builder::new().rendered(&Markdown, None));
    }

    #[test]
    fn texts_of_others_stand_in_code() {
        for (text, expected) in [
            ("`Desk.tickets.READ` is wide: ask for less", "`Desk.tickets.READ` is wide: ask for less"),
            ("`a`b` is not a scope", "`` `a`b` is not a scope ``"),
            ("ask @admin", "`ask @admin`"),
            ("see https://example.com", "`see https://example.com`"),
            ("`<img>` :+1: x", "`` `<img>` :+1: x ``"),
            ("`a|b` is no scope", "`a\\u{7c}b` is no scope"),
            ("a*b*", "`a*b*`"),
            ("one\n- two", "one - two"),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn a_comment_keeps_to_the_limit() {
        let mut built = everything();
        let endless = "日`|".repeat(4000);
        built.0.run.inputs = vec![endless.clone(); 1000];
        built.0.policy.path.clone_from(&endless);
        built.0.policy.digest.clone_from(&endless);
        let source = built.source(&endless, "x");
        for number in 0..3000 {
            let place = built.place(source, "x");
            let finding = Finding::new(&FULL_ACCESS, place, format!("{number} {endless}"))
                .help(&*endless)
                .related(&*endless, Some(place));
            built.finding(finding.scope(&endless));
            built.0.not_evaluated.push(super::super::NotEvaluated {
                input: endless.clone(),
                message: endless.clone(),
                help: None,
                place: None,
            });
        }
        let waived = built.0.waived[0].clone();
        built.0.waived.extend(vec![waived; 3000]);
        let written = built.rendered(&Markdown, None);
        assert!(written.len() < 65_536, "{}", written.len());
        assert_eq!(written.matches("more: the other formats list them all").count(), 4);
    }
}
