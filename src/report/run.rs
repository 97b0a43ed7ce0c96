//! What a report says of the run itself: what it looked at, when, and for whom.

use jiff::Timestamp;

use super::sarif;
use crate::finding::Severity;

/// How a run was asked for.
#[derive(Clone, Debug)]
pub struct RunInfo {
    /// What the run was to look at, as it was named: paths, `<argument>`, `<stdin>`.
    pub inputs: Vec<String>,
    /// When the run was. `None` unless the user asks for it: the same input gives the same bytes.
    pub timestamp: Option<Timestamp>,
    /// The lowest severity that fails the run; `None` when no finding does.
    pub fail_on: Option<Severity>,
    /// Where the run stood in a repository.
    pub tree: Tree,
    /// What SARIF is written for.
    pub sarif: sarif::Options,
}

impl Default for RunInfo {
    /// A run of which nothing is known; errors fail it.
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            timestamp: None,
            fail_on: Some(Severity::Error),
            tree: Tree::default(),
            sarif: sarif::Options::default(),
        }
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
