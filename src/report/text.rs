//! For people: each finding with its source line, then what was waived, and one line that sums up.

use std::io;

use annotate_snippets::renderer::DEFAULT_LINE_NUM_STYLE;
use annotate_snippets::{AnnotationKind, Group, Level, Message, Renderer as SnippetRenderer, Snippet, Title};

use super::clean::{MESSAGE, NAME, clean, clipped, for_log};
use super::closing::{self, styled};
use super::excerpt::{Excerpt, excerpt};
use super::figures;
use super::groups::{self, groups};
use super::summed;
use super::{Canvas, NotEvaluated, PolicyInfo, Renderer, Report};
use crate::finding::{Confidence, Fix, Related, Severity};
use crate::text::{Place, Problem, SourceId, Sources};

/// Wider than any excerpt: lines are cut before they get to the snippet renderer, which keeps the work small.
const WIDER_THAN_ANY_EXCERPT: usize = 10_000;

/// The format `text`.
pub(super) struct Text;

impl Renderer for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn about(&self) -> &'static str {
        "For people: each finding with its source line"
    }

    fn render(&self, report: &Report, canvas: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
        let page = Page::new(&report.sources, Some(&report.policy), canvas);
        let groups = groups(report);
        let shown = closing::Shown::of(report, &groups, canvas);
        let show = report.run.show;
        let is_summed = summed::is_wanted(report, &shown.groups);
        if is_summed {
            summed::findings(report, &shown.groups, canvas, out)?;
        } else {
            for group in &shown.groups {
                writeln!(out, "{}\n", page.finding(report, group))?;
            }
        }
        if show.statistics {
            closing::statistics(report, &groups, out)?;
        }
        closing::left_out(report, &shown, out)?;
        if show.quiet {
            return closing::end(report, canvas, out);
        }
        if is_summed {
            summed::not_evaluated(report, canvas, out)?;
        } else {
            for input in &report.not_evaluated {
                writeln!(out, "{}\n", page.not_evaluated(input))?;
            }
        }
        closing::waived(report, canvas.color, out)?;
        if !report.waived.is_empty() {
            writeln!(out)?;
        }
        figures::plans(report, canvas, out)?;
        figures::render(report, canvas, out)?;
        if is_summed {
            writeln!(
                out,
                "every finding with its source line: --all; a row for every scope of every grant: --format csv"
            )?;
        }
        closing::end(report, canvas, out)
    }
}

/// Writes the problems of files that a person wrote: policies, catalog files.
pub(super) fn problems(
    sources: &Sources,
    problems: &[(SourceId, Problem)],
    canvas: Canvas,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let page = Page::new(sources, None, canvas);
    for (source, problem) in problems {
        let title = Level::ERROR.primary_title(clipped(&problem.message, MESSAGE));
        let remarks = problem.help.as_deref().map(help).into_iter().collect();
        let place = Place::new(*source, problem.span);
        writeln!(out, "{}\n", page.block(title, Level::ERROR, Some(place), remarks))?;
    }
    Ok(())
}

struct Page<'a> {
    sources: &'a Sources,
    policy: Option<&'a PolicyInfo>,
    canvas: Canvas,
    renderer: SnippetRenderer,
}

impl<'a> Page<'a> {
    fn new(sources: &'a Sources, policy: Option<&'a PolicyInfo>, canvas: Canvas) -> Self {
        let renderer = if canvas.color { SnippetRenderer::styled() } else { SnippetRenderer::plain() };
        let renderer = renderer.term_width(WIDER_THAN_ANY_EXCERPT).hyperlink(canvas.links);
        Self { sources, policy, canvas, renderer }
    }

    fn finding(&self, report: &Report, group: &groups::Group<'_>) -> String {
        let finding = group.lead;
        let grant = figures::grant_of(report, finding).map(|grant| grant.name.as_str());
        let level = match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let title = level
            .clone()
            .primary_title(clipped(&finding.message, MESSAGE))
            .id(format!("{} {}", finding.rule.code, finding.rule.name));
        let page = self.policy.and_then(|policy| policy.page(finding.rule));
        let title = match &page {
            Some(page) => title.id_url(page.as_str()),
            None => title,
        };
        let (placed, unplaced): (Vec<_>, Vec<_>) = finding.related.iter().partition(|related| related.place.is_some());
        let mut remarks: Vec<Message<'_>> =
            unplaced.iter().map(|related| Level::NOTE.message(self.statement(related))).collect();
        if let Some(others) = group.others(report, |finding| closing::spot(report, finding.place)) {
            remarks.push(Level::NOTE.message(clipped(&others, MESSAGE)));
        }
        if let Some(grant) = grant.filter(|grant| finding.app.as_deref() != Some(grant)) {
            remarks.push(Level::NOTE.message(format!("grant `{}`", clipped(grant, NAME))));
        }
        if let Some(app) = &finding.app {
            remarks.push(Level::NOTE.message(report.policy.application(app)));
        }
        match finding.confidence {
            Confidence::Low => remarks.push(Level::NOTE.message("confidence is low")),
            Confidence::Medium => remarks.push(Level::NOTE.message("confidence is medium")),
            Confidence::High => {}
        }
        remarks.extend(finding.help.as_deref().map(help));
        remarks.extend(finding.fix.as_ref().filter(|fix| says_more(fix, finding.help.as_deref())).map(suggestion));

        // A note is read in passing: its place is enough.
        let mut block = match finding.severity {
            Severity::Note => self.in_short(title, finding.place, remarks),
            _ => self.block(title, level, Some(finding.place), remarks),
        };
        for related in placed.iter().filter(|_| finding.severity > Severity::Note) {
            block.push('\n');
            let title = Level::NOTE.secondary_title(clipped(&related.message, MESSAGE));
            block.push_str(&self.block(title, Level::NOTE, related.place, Vec::new()));
        }
        block
    }

    /// What a finding rests on; it leads to the page that says so.
    fn statement(&self, related: &Related) -> String {
        let text = clipped(&related.message, MESSAGE);
        match related.page.as_ref().filter(|_| self.canvas.links) {
            Some(page) => closing::linked(page, &text),
            None => text,
        }
    }

    fn not_evaluated(&self, input: &NotEvaluated) -> String {
        let title = Level::ERROR.primary_title(closing::not_evaluated(input));
        self.block(title, Level::ERROR, input.place, input.help.as_deref().map(help).into_iter().collect())
    }

    /// A title, the place, and remarks below.
    fn in_short(&self, title: Title<'_>, place: Place, remarks: Vec<Message<'_>>) -> String {
        let source = self.sources.get(place.source);
        let at = source.position(place.span.start);
        let arrow = styled(self.canvas.color, DEFAULT_LINE_NUM_STYLE, "-->");
        let title = self.renderer.render(&[Group::with_title(title)]);
        let location = format!(" {arrow} {}:{}:{}", clean(source.name()), at.line, at.column);
        if remarks.is_empty() {
            return format!("{title}\n{location}");
        }
        let remarks = self.renderer.render(&[Group::with_level(Level::NOTE).elements(remarks)]);
        format!("{title}\n{location}\n{remarks}")
    }

    /// A title, the place with its source line, and remarks below.
    fn block(&self, title: Title<'_>, level: Level<'_>, place: Option<Place>, remarks: Vec<Message<'_>>) -> String {
        let Some(place) = place else { return self.renderer.render(&[title.elements(remarks)]) };
        let source = self.sources.get(place.source);
        let Excerpt { at, text, mark } = excerpt(source, place.span, self.canvas.width);
        // The location is written here, not by the snippet renderer: that sees a piece of the line and would count
        // columns from the start of the piece.
        let indent = " ".repeat(at.line.to_string().len());
        let arrow = styled(self.canvas.color, DEFAULT_LINE_NUM_STYLE, "-->");
        let location = format!("{indent}{arrow} {}:{}:{}", clean(source.name()), at.line, at.column);
        let snippet = Snippet::source(text).line_start(at.line).annotation(AnnotationKind::Primary.span(mark));
        let title = self.renderer.render(&[Group::with_title(title)]);
        let body = self.renderer.render(&[Group::with_level(level).element(snippet).elements(remarks)]);
        // The place stands above the line: no bar need lead to it.
        let body = body.split_once('\n').map_or(body.as_str(), |(_, rest)| rest);
        format!("{title}\n{location}\n{body}")
    }
}

/// A help text, which may have several lines: the renderer indents them, so that none looks like a finding of its own.
fn help(text: &str) -> Message<'_> {
    Level::HELP
        .message(text.lines().map(|line| for_log(&clipped(line, MESSAGE)).into_owned()).collect::<Vec<_>>().join("\n"))
}

/// Whether the change tells a reader more than the help does already: a replacement that the help does not name.
fn says_more(fix: &Fix, help: Option<&str>) -> bool {
    help.is_none_or(|help| !fix.replacement.is_empty() && !help.contains(&fix.replacement))
}

fn suggestion(fix: &Fix) -> Message<'_> {
    let description = clipped(&fix.description, MESSAGE);
    if fix.replacement.is_empty() {
        return Level::HELP.message(description);
    }
    Level::HELP.message(format!("{description}: `{}`", clipped(&fix.replacement, MESSAGE)))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Builder, everything, hostile, one_long_line};
    use super::super::{json::Json, table::Table};
    use super::*;
    use crate::finding::Finding;
    use crate::judge::Verdict;

    #[test]
    fn one_of_everything() {
        insta::assert_snapshot!(everything().rendered(&Text, None));
    }

    #[test]
    fn hostile_texts_are_shown_and_do_nothing() {
        let written = hostile().rendered(&Text, Some(100));
        assert!(written.chars().all(|c| c == '\n' || !c.is_control()), "{written:?}");
        insta::assert_snapshot!(written);
    }

    #[test]
    fn a_long_line_is_cut_and_its_column_is_true() {
        insta::assert_snapshot!(one_long_line().rendered(&Text, Some(80)));
    }

    #[test]
    fn nothing_wrong_is_one_line() {
        let mut built = Builder::new();
        let source = built.source("a.env", "Desk.tickets.READ");
        built.scope(source, "Desk.tickets.READ", Verdict::Allowed);
        assert_eq!(
            built.rendered(&Text, None),
            "all well: 1 scope allowed, no findings · policy zscope.yaml · catalog 2026-11-23\n"
        );
    }

    #[test]
    fn a_message_without_end_is_clipped() {
        let mut built = Builder::new();
        let source = built.source("a.env", "x");
        let endless = "日".repeat(1 << 20);
        built.finding(
            Finding::new(&super::super::fixture::FULL_ACCESS, built.place(source, "x"), &*endless)
                .help(&*endless)
                .related(&*endless, None)
                .fix(&*endless, built.place(source, "x"), &*endless),
        );
        for format in [&Text as &dyn Renderer, &Table] {
            assert!(built.rendered(format, None).chars().count() < 5 * MESSAGE + 500);
        }
    }

    #[test]
    fn colours_are_added_and_change_nothing_else() {
        let built = everything();
        let painted = built.painted(&Text, Canvas { color: true, ..Canvas::default() });
        assert!(painted.contains("\u{1b}["));
        assert_eq!(anstream::adapter::strip_str(&painted).to_string(), built.rendered(&Text, None));
    }

    proptest::proptest! {
        #[test]
        fn any_text_and_place_can_be_rendered(
            name in "(?s).{0,20}", text in "(?s).{0,200}", message in "(?s).{0,40}", start in 0..800_usize,
            length in 0..800_usize, width: Option<u8>,
        ) {
            let mut built = Builder::new();
            let source = built.source(&name, &text);
            let place = Place { source, span: crate::text::Span { start, end: start + length } };
            built.finding(
                Finding::new(&super::super::fixture::FULL_ACCESS, place, &*message)
                    .help(&*message)
                    .related(&*message, Some(place))
                    .fix(&*message, place, &*text),
            );
            for format in [&Text as &dyn Renderer, &Table, &Json] {
                let written = built.rendered(format, width.map(usize::from));
                proptest::prop_assert!(written.chars().all(|c| c == '\n' || !c.is_control()), "{:?}", written);
            }
        }
    }
}
