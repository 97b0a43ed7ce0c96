//! Findings: what a rule has to say, about which place, on whose authority.

mod absorbed;
mod accepted;
mod link;

pub use absorbed::{apart, one_a_fault};
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
    /// The names of broader rules. Where one of them speaks of a scope, this rule's finding on it is absorbed.
    pub within: &'static [&'static str],
    /// Whether it states a verdict of the policy: always an error, never absorbed; waivers alone accept it.
    pub is_verdict: bool,
}

impl RuleInfo {
    /// A rule that stands for itself.
    #[must_use]
    pub const fn new(
        code: &'static str,
        name: &'static str,
        severity: Severity,
        summary: &'static str,
        docs: &'static str,
    ) -> Self {
        Self { code, name, severity, summary, docs, within: &[], is_verdict: false }
    }

    /// Says that broader rules tell the same fault.
    #[must_use]
    pub const fn within(self, broader: &'static [&'static str]) -> Self {
        Self { within: broader, ..self }
    }

    /// Says that it states a verdict of the policy.
    #[must_use]
    pub const fn verdict(self) -> Self {
        Self { is_verdict: true, ..self }
    }
}

/// What a finding is about. Whoever asks whose a finding is reads this; places are for showing alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// One scope, by its index among the scopes that were judged: those of the list while it is judged, those of the
    /// report afterwards.
    Scope(usize),
    /// A list of scopes as a whole.
    List,
    /// A part of a consent URL.
    Url,
    /// What stands beside a list in the same text.
    Text,
    /// A grant, by its index in the report's grants.
    Grant(usize),
    /// The policy.
    Policy,
    /// The run: a lock, a baseline, comments.
    Run,
}

impl Subject {
    /// The same, where so many scopes come before.
    pub(crate) fn shift(&mut self, before: usize) {
        if let Self::Scope(index) = self {
            *index += before;
        }
    }

    /// The same, counted from a later scope on.
    pub(crate) fn unshift(&mut self, before: usize) {
        if let Self::Scope(index) = self {
            *index -= before;
        }
    }
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
    /// No more than this, whatever a policy's level says: advice that nothing has to follow.
    pub most: Severity,
    /// Whether the policy forbids what it is about, whatever its rule is: no comment in a source accepts it.
    pub is_forbidden: bool,
    /// What is wrong: lower case, no full stop, user text in backticks.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// What it is about.
    pub subject: Subject,
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
    /// What it adds, in a word or two, where a broader rule absorbs it.
    pub aside: Option<String>,
    /// What narrower rules say of the same scope: the same fault.
    pub absorbed: Vec<Finding>,
    /// The text that it rests on, where no scope tells: another text there is another finding.
    pub evidence: Option<Evidence>,
}

/// A text that a finding rests on. It is never kept, only told apart from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Where it stands.
    pub place: Place,
    /// Whether it is a secret that could be found by trying, so that next to nothing may be told of it.
    pub is_guessable: bool,
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
    /// A finding of a rule at a place, about the run, with the rule's own severity and full confidence.
    #[must_use]
    pub fn new(rule: &'static RuleInfo, place: Place, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity,
            confidence: Confidence::High,
            most: Severity::Error,
            is_forbidden: false,
            message: message.into(),
            help: None,
            subject: Subject::Run,
            place,
            related: Vec::new(),
            scope: None,
            app: None,
            fix: None,
            aside: None,
            absorbed: Vec::new(),
            evidence: None,
        }
    }

    /// Says what it is about.
    #[must_use]
    pub fn about(mut self, subject: Subject) -> Self {
        self.subject = subject;
        self
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

    /// Says that it matters more or less than the rule's own severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Says that it is advice, whatever a policy's level says.
    #[must_use]
    pub fn as_advice(mut self) -> Self {
        self.most = Severity::Note;
        self.severity = Severity::Note;
        self
    }

    /// Takes in what narrower rules say of the same scope, and names them.
    pub(crate) fn absorb(&mut self, narrower: Vec<Finding>) {
        let names: Vec<String> = narrower.iter().map(Self::in_short).collect();
        self.related.push(Related { message: format!("also: {}", names.join(", ")), place: None, page: None });
        self.absorbed = narrower;
    }

    /// The rule that speaks, with what it has to add to others on the same scope.
    fn in_short(&self) -> String {
        let aside = self.aside.as_ref().map(|aside| format!(" ({aside})")).unwrap_or_default();
        format!("`{}`{aside}", self.rule.name)
    }

    /// Says what it adds where a broader rule absorbs it.
    #[must_use]
    pub fn aside(mut self, aside: impl Into<String>) -> Self {
        self.aside = Some(aside.into());
        self
    }

    /// Says to which grant of a report it belongs, and how many scopes of others come before the grant's own.
    pub(crate) fn belongs_to(&mut self, grant: usize, before: usize) {
        match &mut self.subject {
            Subject::Scope(_) => self.subject.shift(before),
            subject => *subject = Subject::Grant(grant),
        }
        self.absorbed.iter_mut().for_each(|finding| finding.belongs_to(grant, before));
    }

    /// Gives back what it has absorbed.
    pub(crate) fn release(&mut self) -> Vec<Finding> {
        if !self.absorbed.is_empty() {
            self.related.pop();
        }
        std::mem::take(&mut self.absorbed)
    }

    /// The scope that it is about, by its index.
    #[must_use]
    pub fn scope_index(&self) -> Option<usize> {
        match self.subject {
            Subject::Scope(index) => Some(index),
            _ => None,
        }
    }

    /// Says on which text it rests.
    #[must_use]
    pub fn evidence(mut self, place: Place) -> Self {
        self.evidence = Some(Evidence { place, is_guessable: false });
        self
    }

    /// Says on which secret it rests: one that could be found by trying.
    #[must_use]
    pub fn guessable_evidence(mut self, place: Place) -> Self {
        self.evidence = Some(Evidence { place, is_guessable: true });
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
