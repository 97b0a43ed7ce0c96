//! The tests of a policy as JUnit XML: one case for each, and one for what the tests as a whole lack.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::at;
use super::tested::{Outcomes, asked, expected, really};
use crate::cli::error::CommandError;
use crate::report::clean;

/// The report.
pub(super) fn written(outcomes: &Outcomes<'_>) -> Result<String, CommandError> {
    let failed = |error: io::Error| CommandError::incomplete(format!("the report cannot be written: {error}"));
    let mut bytes = Vec::new();
    write(outcomes, &mut bytes).map_err(failed)?;
    String::from_utf8(bytes).map_err(|error| failed(io::Error::other(error)))
}

fn write(outcomes: &Outcomes<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    // A failed test is its own case; what else is wrong with the tests is one more.
    let lacks: Vec<String> = outcomes.complaints().into_iter().filter(|told| !told.ends_with(" failed")).collect();
    let failures = outcomes.cases.iter().filter(|case| !case.failures.is_empty()).count() + lacks.len();
    let tests = (outcomes.cases.len() + lacks.len()).to_string();
    let failures = failures.to_string();
    let counts = [("tests", &*tests), ("failures", &*failures), ("errors", "0")];
    let name = clean(&outcomes.policy.origin.label).into_owned();
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = xml.create_element("testsuites").with_attribute(("name", "zscope policy test")).with_attributes(counts);
    root.write_inner_content(|xml| {
        let suite = xml.create_element("testsuite").with_attribute(("name", &*name)).with_attributes(counts);
        suite.with_attribute(("skipped", "0")).write_inner_content(|xml| {
            for case in &outcomes.cases {
                let title = clean(&format!("{}: {}", asked(case.test), expected(case.test))).into_owned();
                let element =
                    xml.create_element("testcase").with_attributes([("classname", &*name), ("name", &*title)]);
                if case.failures.is_empty() {
                    element.write_empty()?;
                    continue;
                }
                let message = clean(&case.failures.join("; ")).into_owned();
                let mut lines = vec![at(outcomes.sources, case.test.place)];
                lines.extend(case.answers.iter().map(|answer| really(outcomes.sources, answer)));
                let text: Vec<String> = lines.iter().map(|line| clean(line).into_owned()).collect();
                failure(element, &message, &text.join("\n"))?;
            }
            for told in &lacks {
                let element =
                    xml.create_element("testcase").with_attributes([("classname", &*name), ("name", "the tests")]);
                failure(element, told, told)?;
            }
            Ok(())
        })?;
        Ok(())
    })?;
    out.push(b'\n');
    Ok(())
}

fn failure<W: io::Write>(
    element: quick_xml::writer::ElementWriter<'_, W>,
    message: &str,
    text: &str,
) -> io::Result<()> {
    element.write_inner_content(|xml| {
        let attributes = [("type", "policy-test"), ("message", message)];
        xml.create_element("failure").with_attributes(attributes).write_text_content(BytesText::new(text))?;
        Ok(())
    })?;
    Ok(())
}
