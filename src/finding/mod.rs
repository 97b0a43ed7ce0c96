//! Findings: what a rule has to say, about which place, on whose authority.

mod accepted;
mod link;

pub use accepted::{KnownFinding, Waived, WaiverKind};
pub use link::Link;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::Place;

/// How much a finding matters. Ordered: a note is less than an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing; nothing has to change.
    Note,
    /// Should change, or needs a decision.
    Warning,
    /// Must change, or be waived.
    Error,
}

/// How sure the rule is that it understood what it saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// A guess from context; never fails a build by itself.
    Low,
    /// Rests on something that is assumed or disputed.
    Medium,
    /// Certain.
    High,
}

impl Severity {
    /// The word that people read and type.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What is fixed about a rule. Codes and names are stable: they change only with a changelog line.
#[derive(Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// `ZS…`: the first digit groups rules (0 form, 1 catalog, 2 privilege, 3 policy, 4 consent URL, 5 grant, 6 source).
    pub code: &'static str,
    /// The kebab-case name that policies use.
    pub name: &'static str,
    /// Severity where no policy says otherwise.
    pub severity: Severity,
    /// One line: what it finds.
    pub summary: &'static str,
    /// Markdown under the fixed headings `## What it does`, `## Why is this bad?`, `## Example`, `## Use instead`.
    pub docs: &'static str,
}

/// Something a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: &'static RuleInfo,
    /// How much it matters; starts as the rule's own and may be changed by the policy.
    pub severity: Severity,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// What is wrong: lower case, no full stop, user text in backticks.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where.
    pub place: Place,
    /// What else belongs to it: the policy line that decided, the scope that covers this one, a call that it opens.
    pub related: Vec<Related>,
    /// The canonical scope it is about.
    pub scope: Option<String>,
    /// The application it is about.
    pub app: Option<String>,
    /// A change that would settle it.
    pub fix: Option<Fix>,
}

/// A second thing that a finding points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// What it is.
    pub message: String,
    /// Where, when it stands in one of the run's texts.
    pub place: Option<Place>,
    /// A page that says so, whose address is a part of the message.
    pub page: Option<Link>,
}

/// A replacement of text that would settle a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the change does, in the imperative.
    pub description: String,
    /// What to replace.
    pub place: Place,
    /// With what; empty to delete.
    pub replacement: String,
    /// Whether what the scopes give stays the same, so that nobody has to decide anything.
    pub safe: bool,
}

impl Finding {
    /// A finding of a rule at a place, with the rule's own severity and full confidence.
    #[must_use]
    pub fn new(rule: &'static RuleInfo, place: Place, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity,
            confidence: Confidence::High,
            message: message.into(),
            help: None,
            place,
            related: Vec::new(),
            scope: None,
            app: None,
            fix: None,
        }
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds something it points at.
    #[must_use]
    pub fn related(mut self, message: impl Into<String>, place: Option<Place>) -> Self {
        self.related.push(Related { message: message.into(), place, page: None });
        self
    }

    /// Adds what it rests on.
    #[must_use]
    pub fn resting_on(mut self, statement: Related) -> Self {
        self.related.push(statement);
        self
    }

    /// Says which scope it is about.
    #[must_use]
    pub fn scope(mut self, scope: impl fmt::Display) -> Self {
        self.scope = Some(scope.to_string());
        self
    }

    /// Lowers the confidence.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Adds a change that would settle it.
    #[must_use]
    pub fn fix(mut self, description: impl Into<String>, place: Place, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { description: description.into(), place, replacement: replacement.into(), safe: false });
        self
    }

    /// Says that the change leaves what the scopes give as it is.
    #[must_use]
    pub fn safely(mut self) -> Self {
        self.fix.iter_mut().for_each(|fix| fix.safe = true);
        self
    }
}
