//! Findings that somebody accepted: by a waiver, by a comment, or because they were known before.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Finding;

/// A finding that somebody accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waived {
    /// The finding, with the severity it would have.
    pub finding: Finding,
    /// Who accepted it where.
    pub kind: WaiverKind,
    /// The waiver's id; where the comment stands; the baseline's path.
    pub waiver: String,
    /// Why it was accepted.
    pub reason: String,
    /// The last day on which that holds; `None` where there is none.
    pub expires: Option<Date>,
}

impl Waived {
    /// How long it holds, to follow what accepts it: ` until 2027-01-31`, or nothing.
    #[must_use]
    pub fn until(&self) -> String {
        self.expires.map(|day| format!(" until {day}")).unwrap_or_default()
    }
}

/// The ways in which a finding can be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverKind {
    /// By a waiver of the policy.
    Policy,
    /// By a comment in the source.
    Inline,
    /// By the baseline: it was known before.
    Baseline,
}

/// A finding that was known before. Only the fingerprint decides; the rest is for readers of the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownFinding {
    /// The file in which it was found.
    pub path: String,
    /// The rule's code.
    pub code: String,
    /// The rule's name.
    pub rule: String,
    /// The canonical scope it is about.
    pub scope: Option<String>,
    /// The application it is about.
    pub app: Option<String>,
    /// Its fingerprint: 32 hexadecimal digits.
    pub fingerprint: String,
}
