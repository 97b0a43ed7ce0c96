//! The baseline: findings that were known before. Each of its entries absolves exactly its own finding, by the
//! finding's fingerprint, which holds no line number.
//!
//! ```
//! use zscope::review::Baseline;
//!
//! let text = r#"{ "version": 1, "findings": [] }"#;
//! assert_eq!(Baseline::read(text)?.findings.len(), 0);
//! assert!(Baseline::read("[]").is_err());
//! # Ok::<(), zscope::review::Unreadable>(())
//! ```

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, KnownFinding, Waived, WaiverKind, apart};
use crate::report::Report;
use crate::secret::redact;
use crate::text::{Place, SourceId, Span};

/// The version of the format.
const VERSION: u32 = 1;

/// The findings that a run accepts because they were known before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Always 1.
    pub version: u32,
    /// The findings, in the order of path, rule and scope.
    pub findings: Vec<KnownFinding>,
}

/// Why a baseline cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Unreadable {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// Where.
    pub span: Span,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    ///
    /// When the text is not JSON of this form and version.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let baseline: Self = serde_json::from_str(text).map_err(|error| Unreadable {
            message: format!("this is no baseline: {}", without_position(&error.to_string())),
            span: span_of(text, error.line(), error.column()),
        })?;
        if baseline.version != VERSION {
            let at = text.find("version").unwrap_or(0);
            let message = format!("version {} of the format is not known, only {VERSION}", baseline.version);
            return Err(Unreadable { message, span: Span::new(at, at + "version".len()) });
        }
        Ok(baseline)
    }

    /// Everything that stands in a report, what is absorbed included.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let names = report.fingerprints();
        let absorbed = names.absorbed.into_iter().flatten();
        let of_absorbed = report.findings.iter().flat_map(|finding| &finding.absorbed).zip(absorbed);
        let all = report.findings.iter().zip(names.findings).chain(of_absorbed);
        let mut findings: Vec<KnownFinding> = all.map(|(finding, name)| known(report, finding, name)).collect();
        findings.sort();
        Self { version: VERSION, findings }
    }

    /// The text of the file: the same findings give the same bytes.
    ///
    /// # Errors
    ///
    /// Never, as far as is known: every field can be written as JSON.
    pub fn text(&self) -> std::io::Result<String> {
        crate::report::document(self)
    }

    /// Moves the findings that were known before to what is waived, and returns the entries that absolved nothing.
    /// `path` is the baseline's own.
    #[must_use]
    pub fn apply(&self, report: &mut Report, path: &str) -> Vec<&KnownFinding> {
        report.findings = apart(std::mem::take(&mut report.findings));
        let names = report.fingerprints();
        let known: HashSet<&str> = self.findings.iter().map(|known| known.fingerprint.as_str()).collect();
        let mut met: HashSet<String> = names.waived.into_iter().collect();
        let mut standing = Vec::new();
        for (finding, name) in std::mem::take(&mut report.findings).into_iter().zip(names.findings) {
            if known.contains(name.as_str()) {
                let (kind, waiver) = (WaiverKind::Baseline, path.to_owned());
                let reason = "it was known before".to_owned();
                report.waived.push(Waived { finding, kind, waiver, reason, expires: None });
            } else {
                standing.push(finding);
            }
            met.insert(name);
        }
        report.findings = standing;
        self.findings.iter().filter(|known| !met.contains(&known.fingerprint)).collect()
    }
}

impl Baseline {
    /// Where an entry stands in the text of a baseline.
    #[must_use]
    pub fn place(entry: &KnownFinding, source: SourceId, text: &str) -> Place {
        let at = text.find(&entry.fingerprint).unwrap_or(0);
        Place::new(source, Span::new(at, at + entry.fingerprint.len()))
    }
}

fn known(report: &Report, finding: &Finding, fingerprint: String) -> KnownFinding {
    let plain = |text: &String| redact(text).into_owned();
    KnownFinding {
        path: redact(report.sources.get(finding.place.source).name()).into_owned(),
        code: finding.rule.code.to_owned(),
        rule: finding.rule.name.to_owned(),
        scope: finding.scope.as_ref().map(plain),
        app: finding.app.as_ref().map(plain),
        fingerprint,
    }
}

/// The message of a JSON error without the position at its end, which is shown in its own way.
fn without_position(message: &str) -> &str {
    message.rfind(" at line ").map_or(message, |at| message.get(..at).unwrap_or(message))
}

/// The character at a line and a column that count from 1, the column in bytes.
fn span_of(text: &str, line: usize, column: usize) -> Span {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let at = text.floor_char_boundary((start + column.saturating_sub(1)).min(text.len()));
    Span::new(at, text.ceil_char_boundary((at + 1).min(text.len())))
}
