//! For people and editors: one line a finding, `path:line:column: severity[code name] message`.

use std::io;

use super::clean::{MESSAGE, clipped, for_log};
use super::closing;
use super::figures;
use super::groups::groups;
use super::{Canvas, Renderer, Report};

/// The format `concise`.
pub(super) struct Concise;

impl Renderer for Concise {
    fn name(&self) -> &'static str {
        "concise"
    }

    fn about(&self) -> &'static str {
        "For people and editors: one line for each finding"
    }

    fn render(&self, report: &Report, canvas: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
        let groups = groups(report);
        let shown = closing::Shown::of(report, &groups, canvas);
        for group in &shown.groups {
            let finding = group.lead;
            let word = closing::severity(finding.severity, canvas.color);
            let others = match (group.scopes.len(), group.members.len()) {
                (0 | 1, 1) => String::new(),
                (0 | 1, places) => format!(" (and in {})", closing::counted(places - 1, "more place")),
                (scopes, _) => format!(" (and {})", closing::counted(scopes - 1, "more scope")),
            };
            let spot = closing::spot(report, finding.place);
            let rule = format!("{} {}", finding.rule.code, finding.rule.name);
            let page = report.policy.page(finding.rule).filter(|_| canvas.links);
            let rule = page.map_or_else(|| rule.clone(), |page| closing::linked(&page, &rule));
            // A path begins the line: it may be anybody's.
            let spot = for_log(&spot);
            writeln!(out, "{spot}: {word}[{rule}] {}{others}", clipped(&finding.message, MESSAGE))?;
        }
        for input in report.not_evaluated.iter().filter(|_| !report.run.show.quiet) {
            let word = closing::severity(crate::finding::Severity::Error, canvas.color);
            let spot = input.place.map(|place| format!("{}: ", closing::spot(report, place))).unwrap_or_default();
            let spot = for_log(&spot);
            writeln!(out, "{spot}{word}: {}", closing::not_evaluated(input))?;
        }
        if report.run.show.statistics {
            closing::statistics(report, &groups, out)?;
        }
        closing::left_out(report, &shown, out)?;
        if !report.run.show.quiet {
            closing::waived(report, canvas.color, out)?;
            figures::plans(report, canvas, out)?;
        }
        closing::end(report, canvas, out)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{everything, hostile};
    use super::*;

    #[test]
    fn one_of_everything() {
        insta::assert_snapshot!(everything().rendered(&Concise, None));
    }

    #[test]
    fn hostile_texts_are_shown_and_do_nothing() {
        let written = hostile().rendered(&Concise, None);
        assert!(written.chars().all(|c| c == '\n' || !c.is_control()), "{written:?}");
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let mut built = everything();
        built.0.run.show.min_severity = Some(crate::finding::Severity::Error);
        built.0.run.show.statistics = true;
        insta::assert_snapshot!(built.rendered(&Concise, None));
        built.0.run.show.quiet = true;
        built.0.run.show.statistics = false;
        insta::assert_snapshot!(built.rendered(&Concise, None));
    }
}
