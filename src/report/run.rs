//! What a report says of the run itself: what it looked at, when, and for whom.

use jiff::Timestamp;

use super::coverage::{Coverage, Notice};
use super::sarif;
use crate::finding::{Confidence, Finding, Severity};

/// How a run was asked for.
#[derive(Clone, Debug)]
pub struct RunInfo {
    /// What the run was to look at, as it was named: paths, `<argument>`, `<stdin>`.
    pub inputs: Vec<String>,
    /// The command line, as a shell would take it, where there was one.
    pub command: Option<String>,
    /// When the run was. `None` unless the user asks for it: the same input gives the same bytes.
    pub timestamp: Option<Timestamp>,
    /// The lowest severity that fails the run; `None` when no finding does.
    pub fail_on: Option<Severity>,
    /// Whether the findings were held against a baseline: what stands is new then.
    pub has_baseline: bool,
    /// Where the run stood in a repository.
    pub tree: Tree,
    /// What SARIF is written for.
    pub sarif: sarif::Options,
    /// How much of a tree was looked at; `None` where the run looked at none.
    pub coverage: Option<Coverage>,
    /// What a reader has to know of the way in which the run judged.
    pub notices: Vec<Notice>,
    /// How much of the report people are shown.
    pub show: Show,
    /// What stands at the head of a report that is signed.
    pub letterhead: Letterhead,
}

/// What stands at the head of a report that is signed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letterhead {
    /// Instead of the report's own title.
    pub title: Option<String>,
    /// For whom it was made.
    pub organization: Option<String>,
    /// Who looked at it.
    pub reviewer: Option<String>,
}

/// How much of a report is shown in the formats for people. What is left out is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Show {
    /// However many findings there are; in a terminal the first are enough.
    pub all: bool,
    /// The last line alone.
    pub quiet: bool,
    /// Findings of this severity and above.
    pub min_severity: Option<Severity>,
    /// How many findings of each rule, in their place.
    pub statistics: bool,
}

impl Default for RunInfo {
    /// A run of which nothing is known; errors fail it.
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            command: None,
            timestamp: None,
            fail_on: Some(Severity::Error),
            has_baseline: false,
            tree: Tree::default(),
            sarif: sarif::Options::default(),
            coverage: None,
            notices: Vec::new(),
            show: Show::default(),
            letterhead: Letterhead::default(),
        }
    }
}

impl RunInfo {
    /// Whether a finding fails the run. A guess from context fails nothing by itself.
    #[must_use]
    pub fn fails(&self, finding: &Finding) -> bool {
        finding.confidence > Confidence::Low && self.fail_on.is_some_and(|least| finding.severity >= least)
    }
}

/// Where a run stood in a repository, so that paths can be told from the repository's root. Never part of an output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// The absolute path of the repository's root, without a slash at its end; without a repository, of the working
    /// folder. Empty when it is not known.
    pub root: String,
    /// The working folder from there, without slashes at its ends; empty at the root.
    pub folder: String,
}
