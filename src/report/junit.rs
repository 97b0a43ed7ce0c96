//! For test reports of CI systems: JUnit XML, as the schema of Jenkins' xUnit plugin has it.
//!
//! Each scope is a test case, each finding on none of them too, and each input that could not be evaluated. A case fails
//! when the run fails on a finding of it; what does not fail the run is in the case's output. Waived is skipped, and not
//! evaluated is an error. Cases are named without line numbers, so that a CI system knows them again when lines move.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::clean::{MESSAGE, NAME, clipped};
use super::closing::{self, spot};
use super::rows::by_row;
use super::{Canvas, NotEvaluated, Renderer, Report, coverage, provenance};
use crate::finding::Finding;
use crate::finding::Waived;
use crate::judge::Judged;

/// The format `junit`.
pub(super) struct JUnit;

impl Renderer for JUnit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn about(&self) -> &'static str {
        "For test reports of CI systems: JUnit XML, one case for each scope"
    }

    fn render(&self, report: &Report, _: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
        let cases = cases(report);
        let count =
            |wanted: fn(&Outcome) -> bool| cases.iter().filter(|case| wanted(&case.outcome)).count().to_string();
        let tests = cases.len().to_string();
        let failures = count(|outcome| matches!(outcome, Outcome::Failed { .. }));
        let errors = count(|outcome| matches!(outcome, Outcome::Error { .. }));
        let skipped = count(|outcome| matches!(outcome, Outcome::Skipped { .. }));

        let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let all = [("tests", &*tests), ("failures", &*failures), ("errors", &*errors)];
        xml.create_element("testsuites").with_attribute(("name", "zscope")).with_attributes(all).write_inner_content(
            |xml| {
                let mut suite = xml.create_element("testsuite").with_attribute(("name", "zscope"));
                suite = suite.with_attributes(all).with_attribute(("skipped", &*skipped));
                if let Some(time) = report.run.timestamp {
                    suite = suite.with_attribute(("timestamp", &*time.to_string()));
                }
                suite.write_inner_content(|xml| {
                    properties(report, xml)?;
                    cases.iter().try_for_each(|case| case.write(xml))
                })?;
                Ok(())
            },
        )?;
        out.write_all(b"\n")
    }
}

fn properties<W: io::Write>(report: &Report, xml: &mut Writer<W>) -> io::Result<()> {
    let counts = provenance::counts(report).map(|(name, count)| (name, count.to_string()));
    xml.create_element("properties").write_inner_content(|xml| {
        let notices = report.run.notices.iter().map(|notice| ("notice", coverage::notice(notice)));
        for (name, value) in provenance::facts(report).into_iter().chain(notices).chain(counts) {
            let attributes = [("name", name), ("value", &*legal(&value))];
            xml.create_element("property").with_attributes(attributes).write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

struct Case {
    class: String,
    name: String,
    outcome: Outcome,
    output: String,
}

enum Outcome {
    Passed,
    Failed { kind: &'static str, message: String, text: String },
    Skipped { message: String },
    Error { message: String, text: String },
}

impl Case {
    fn write<W: io::Write>(&self, xml: &mut Writer<W>) -> io::Result<()> {
        let element =
            xml.create_element("testcase").with_attributes([("classname", &*self.class), ("name", &*self.name)]);
        if matches!(self.outcome, Outcome::Passed) && self.output.is_empty() {
            element.write_empty()?;
            return Ok(());
        }
        element.write_inner_content(|xml| {
            match &self.outcome {
                Outcome::Passed => {}
                Outcome::Failed { kind, message, text } => {
                    let attributes = [("type", *kind), ("message", message)];
                    xml.create_element("failure")
                        .with_attributes(attributes)
                        .write_text_content(BytesText::new(text))?;
                }
                Outcome::Skipped { message } => {
                    xml.create_element("skipped").with_attribute(("message", &**message)).write_empty()?;
                }
                Outcome::Error { message, text } => {
                    let attributes = [("type", "not-evaluated"), ("message", message)];
                    xml.create_element("error").with_attributes(attributes).write_text_content(BytesText::new(text))?;
                }
            }
            if !self.output.is_empty() {
                xml.create_element("system-out").write_text_content(BytesText::new(&self.output))?;
            }
            Ok(())
        })?;
        Ok(())
    }
}

fn cases(report: &Report) -> Vec<Case> {
    let (rows, others) = by_row(report, &report.findings);
    let (waived_rows, waived_others) = by_row(report, report.waived.iter().map(|waived| &waived.finding));
    let waivers: HashMap<*const Finding, &Waived> =
        report.waived.iter().map(|waived| (std::ptr::from_ref(&waived.finding), waived)).collect();
    let waived = |findings: &[&Finding]| -> Vec<&Waived> {
        findings.iter().filter_map(|finding| waivers.get(&std::ptr::from_ref(*finding)).copied()).collect()
    };

    let mut cases: Vec<Case> = Vec::new();
    for ((judged, findings), absolved) in report.scopes.iter().zip(&rows).zip(&waived_rows) {
        let source = report.sources.get(judged.place.source).name();
        cases.push(case(report, source, &name(judged), findings, &waived(absolved)));
    }
    for finding in &others {
        let source = report.sources.get(finding.place.source).name();
        cases.push(case(report, source, finding.rule.name, &[finding], &[]));
    }
    for finding in &waived_others {
        let source = report.sources.get(finding.place.source).name();
        cases.push(case(report, source, finding.rule.name, &[], &waived(&[finding])));
    }
    cases.extend(report.not_evaluated.iter().map(|input| unread(report, input)));

    let mut seen: HashMap<(String, String), usize> = HashMap::new();
    for case in &mut cases {
        loop {
            let count = seen.entry((case.class.clone(), case.name.clone())).or_default();
            *count += 1;
            if *count == 1 {
                break;
            }
            let _ = write!(case.name, " #{count}");
        }
    }
    cases
}

fn name(judged: &Judged) -> String {
    let scope = match &judged.scope {
        Ok(scope) => clipped(&scope.to_string(), NAME),
        Err(_) => clipped(&judged.written, NAME),
    };
    match &judged.app {
        Some(app) => format!("{scope} for {}", clipped(app, NAME)),
        None => scope,
    }
}

fn case(report: &Report, source: &str, name: &str, findings: &[&Finding], waived: &[&Waived]) -> Case {
    let fails = |finding: &&&Finding| report.run.fails(finding);
    let (failing, passing): (Vec<&&Finding>, Vec<&&Finding>) = findings.iter().partition(fails);
    let told = |findings: &[&&Finding]| findings.iter().map(|finding| told(report, finding)).collect::<String>();
    let absolved: String = waived.iter().map(|waived| told_waived(report, waived)).collect();
    let outcome = match (failing.iter().max_by_key(|finding| finding.severity), waived.first()) {
        (Some(worst), _) => Outcome::Failed {
            kind: worst.severity.as_str(),
            message: legal(&clipped(&worst.message, MESSAGE)),
            text: legal(&told(&failing)),
        },
        (None, Some(first)) => {
            let message = format!("waived by {}{}", clipped(&first.waiver, NAME), first.until());
            Outcome::Skipped { message: legal(&message) }
        }
        (None, None) => Outcome::Passed,
    };
    let output = legal(&(told(&passing) + &absolved));
    Case { class: legal(&clipped(source, NAME)), name: legal(name), outcome, output }
}

fn unread(report: &Report, input: &NotEvaluated) -> Case {
    let message = legal(&clipped(&input.message, MESSAGE));
    let mut text = format!("\n{}\n", closing::not_evaluated(input));
    if let Some(place) = input.place {
        let _ = writeln!(text, "  at {}", spot(report, place));
    }
    if let Some(help) = &input.help {
        let _ = writeln!(text, "  help: {}", clipped(help, MESSAGE));
    }
    Case {
        class: legal(&clipped(&input.input, NAME)),
        name: "not evaluated".to_owned(),
        outcome: Outcome::Error { message, text: legal(&text) },
        output: String::new(),
    }
}

/// A finding in plain text: one line, and lines below it that are set in.
fn told(report: &Report, finding: &Finding) -> String {
    let message = clipped(&finding.message, MESSAGE);
    let mut text = format!("\n{}[{} {}]: {message}\n", finding.severity, finding.rule.code, finding.rule.name);
    let _ = writeln!(text, "  at {}", spot(report, finding.place));
    if let Some(page) = report.policy.page(finding.rule) {
        let _ = writeln!(text, "  about the rule: {}", page.as_str());
    }
    for related in &finding.related {
        let place = related.place.map(|place| format!(" ({})", spot(report, place))).unwrap_or_default();
        let _ = writeln!(text, "  note: {}{place}", clipped(&related.message, MESSAGE));
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(text, "  help: {}", clipped(&help.split_whitespace().collect::<Vec<_>>().join(" "), MESSAGE));
    }
    text
}

fn told_waived(report: &Report, waived: &Waived) -> String {
    let until = waived.until();
    let Waived { finding, waiver, reason, .. } = waived;
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    format!(
        "\nwaived[{} {}]: {}\n  at {}\n  by {}{until}: {}\n",
        finding.rule.code,
        finding.rule.name,
        clipped(&finding.message, MESSAGE),
        spot(report, finding.place),
        clipped(waiver, NAME),
        clipped(&reason, MESSAGE),
    )
}

/// A text without the characters that XML 1.0 cannot hold, not even escaped.
fn legal(text: &str) -> String {
    let is_illegal = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if is_illegal(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use roxmltree::Document;

    use super::super::fixture::{Builder, FULL_ACCESS, UNUSED_WAIVER, everything, hostile};
    use super::*;
    use crate::finding::Severity;
    use crate::judge::Verdict;

    #[test]
    fn one_of_everything() {
        insta::assert_snapshot!(everything().rendered(&JUnit, None));
    }

    #[test]
    fn hostile_texts_are_shown_and_do_nothing() {
        insta::assert_snapshot!(hostile().rendered(&JUnit, None));
    }

    #[test]
    fn what_fails_the_run_fails_the_case() {
        for (fail_on, failures) in [(None, 0), (Some(Severity::Error), 1), (Some(Severity::Note), 2)] {
            let mut built = Builder::new();
            built.0.run.fail_on = fail_on;
            let source = built.source("a.env", "Desk.tickets.READ");
            let place = built.scope(source, "Desk.tickets.READ", Verdict::Allowed).place;
            built.finding(Finding::new(&FULL_ACCESS, place, "x"));
            let other = built.source("b.yaml", "b");
            built.finding(Finding::new(&UNUSED_WAIVER, built.place(other, "b"), "y"));
            let written = built.rendered(&JUnit, None);
            let read = Document::parse(&written).unwrap();
            let failed = read.descendants().filter(|node| node.has_tag_name("failure")).count();
            assert_eq!(failed, failures, "{fail_on:?}");
            assert_eq!(read.root_element().attribute("failures"), Some(&*failures.to_string()));
            let told = ["ZS201", "ZS311"].map(|code| written.matches(code).count());
            assert_eq!(told, [1, 1], "what fails nothing is told, too: {written}");
        }
    }

    #[test]
    fn equal_cases_have_names_of_their_own() {
        let mut built = Builder::new();
        for _ in 0..3 {
            let source = built.source("<argument>", "Desk.tickets.READ Desk.tickets.READ#2");
            built.scope(source, "Desk.tickets.READ", Verdict::Allowed);
        }
        let written = built.rendered(&JUnit, None);
        let read = Document::parse(&written).unwrap();
        let cases: Vec<_> = read.descendants().filter(|node| node.has_tag_name("testcase")).collect();
        let names: BTreeSet<_> = cases.iter().map(|case| case.attribute("name").unwrap()).collect();
        assert_eq!(names.len(), 3, "{names:?}");
    }
}
