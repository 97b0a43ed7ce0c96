//! Answers as an agent has room for them.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::finding::Severity;
use crate::report::{Report, clean};

/// The most findings that are told in words.
const FINDINGS: usize = 10;

/// The most of anything else.
const OTHERS: usize = 3;

/// The longest list of a document.
const LONGEST: usize = 200;

/// A report in a few lines: how it ends, and what matters most.
pub(super) fn text(report: &Report, exit_code: u8) -> String {
    let summary = report.summary();
    let counts = summary.findings;
    let mut text = format!(
        "exit_code {exit_code}: {} errors, {} warnings, {} notes; {} scopes: {} allowed",
        counts.error, counts.warning, counts.note, summary.scopes, summary.allowed
    );
    for (count, what) in [
        (summary.refused, "of these refused by a rule"),
        (summary.denied, "denied"),
        (summary.not_allowed, "not allowed"),
        (summary.unknown, "unknown"),
        (summary.waived, "waived"),
    ] {
        if count > 0 {
            let _ = write!(text, ", {count} {what}");
        }
    }
    let _ = writeln!(text, "; policy {}", clean(&report.policy.path));
    let mut findings: Vec<_> = report.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    for finding in findings.iter().take(FINDINGS) {
        let source = report.sources.get(finding.place.source);
        let at = source.position(finding.place.span.start);
        let _ = writeln!(
            text,
            "{} {} {} {}:{}:{} {}",
            finding.severity,
            finding.rule.code,
            finding.rule.name,
            clean(source.name()),
            at.line,
            at.column,
            clean(&finding.message)
        );
        if let Some(help) = finding.help.as_ref().filter(|_| finding.severity > Severity::Note) {
            let _ = writeln!(text, "  help: {}", clean(help));
        }
    }
    if findings.len() > FINDINGS {
        let _ = writeln!(text, "and {} more findings", findings.len() - FINDINGS);
    }
    for unread in report.not_evaluated.iter().take(OTHERS) {
        let _ = writeln!(text, "not evaluated: {}: {}", clean(&unread.input), clean(&unread.message));
        if let Some(help) = &unread.help {
            let _ = writeln!(text, "  help: {}", clean(help));
        }
    }
    for notice in report.run.notices.iter().take(OTHERS) {
        let _ = writeln!(text, "note: {}", clean(&notice.message));
    }
    text
}

/// A document whose lists are no longer than an agent has room for; `left_out` says of which, and how much.
pub(super) fn cut(mut document: Value) -> Value {
    let mut left_out = Map::new();
    shorten(&mut document, "", &mut left_out);
    if let (Value::Object(fields), false) = (&mut document, left_out.is_empty()) {
        fields.insert("left_out".to_owned(), Value::Object(left_out));
    }
    document
}

fn shorten(value: &mut Value, path: &str, left_out: &mut Map<String, Value>) {
    match value {
        Value::Array(items) => {
            if items.len() > LONGEST {
                left_out.insert(path.to_owned(), (items.len() - LONGEST).into());
                items.truncate(LONGEST);
            }
            items.iter_mut().enumerate().for_each(|(n, item)| shorten(item, &format!("{path}[{n}]"), left_out));
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                shorten(value, &path, left_out);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn long_lists_are_cut_and_it_is_told_where() {
        let document = cut(json!({ "a": vec![1; 203], "b": [{ "c": vec!["x"; 201] }], "d": [] }));
        assert_eq!(document["a"].as_array().unwrap().len(), 200);
        assert_eq!(document["left_out"], json!({ "a": 3, "b[0].c": 1 }));
        assert_eq!(cut(json!({ "a": [1] })), json!({ "a": [1] }));
    }
}
