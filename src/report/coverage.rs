//! How much of a tree a run looked at, and what a reader has to know of the way it judged.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Report;
use super::clean::{MESSAGE, NAME, clipped};

/// How many files were looked at, and how many not, by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Files whose text was searched.
    pub scanned: usize,
    /// How many of these are no text as a whole: the runs of text in them were searched.
    pub binary: usize,
    /// Files that were not searched.
    pub skipped: BTreeMap<Skipped, usize>,
}

/// Why a file was not searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Skipped {
    /// An archive, or another compressed file: what is in it was not looked at, but for what it holds as it is.
    Archive,
    /// Git does not track it, and an ignore rule names it, or the folder in which it is.
    Ignored,
    /// A symbolic link that leads out of the tree. What links within the tree lead to is looked at where it is.
    Link,
    /// Git tracks it, and it is not there.
    Missing,
    /// A file by which the run judges, or that it writes.
    Own,
    /// A pipe, a device or a socket.
    Special,
    /// A submodule that is not checked out.
    Submodule,
    /// Larger than `--max-filesize`.
    TooLarge,
    /// It could not be read; what could not be evaluated names it.
    Unreadable,
}

impl Skipped {
    /// The word used in outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Ignored => "ignored",
            Self::Link => "link",
            Self::Missing => "missing",
            Self::Own => "own",
            Self::Special => "special",
            Self::Submodule => "submodule",
            Self::TooLarge => "too-large",
            Self::Unreadable => "unreadable",
        }
    }

    /// Whether something that belongs to the tree was left unread: not what somebody's ignore rule leaves to himself, and
    /// not the files by which the run judges.
    #[must_use]
    pub fn leaves_a_gap(self) -> bool {
        !matches!(self, Self::Ignored | Self::Own)
    }
}

impl Coverage {
    /// Counts files that were not searched.
    pub fn skip(&mut self, reason: Skipped, files: usize) {
        if files > 0 {
            *self.skipped.entry(reason).or_default() += files;
        }
    }

    /// Adds the counts of others.
    pub fn add(&mut self, others: &Self) {
        self.scanned += others.scanned;
        self.binary += others.binary;
        for (reason, files) in &others.skipped {
            self.skip(*reason, *files);
        }
    }

    /// Whether something that belongs to the tree was left unread.
    #[must_use]
    pub fn has_gaps(&self) -> bool {
        self.skipped.keys().any(|reason| reason.leaves_a_gap())
    }
}

/// Something that a reader has to know of the way in which a run judged. No policy can silence it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What kind of thing it is, as programs read it: `policy-changed`.
    pub kind: &'static str,
    /// The file or folder that it is about.
    pub path: Option<String>,
    /// What it is: lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Notice {
    /// A notice about the run.
    #[must_use]
    pub fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind, path: None, message: message.into(), help: None }
    }

    /// Says which file or folder it is about.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A notice as a sentence, harmless in a terminal.
pub(super) fn notice(notice: &Notice) -> String {
    let message = clipped(&notice.message, MESSAGE);
    match &notice.path {
        Some(path) => format!("`{}`: {message}", clipped(path, NAME)),
        None => message,
    }
}

/// `12 files scanned, 3 skipped (2 archive, 1 link)`, where the run looked at a tree.
pub(super) fn phrase(report: &Report) -> Option<String> {
    let Coverage { scanned, binary, skipped } = report.run.coverage.as_ref()?;
    let s = if *scanned == 1 { "" } else { "s" };
    let binary = if *binary == 0 { String::new() } else { format!(" ({binary} binary)") };
    let scanned = format!("{scanned} file{s}{binary}");
    if skipped.is_empty() {
        return Some(format!("{scanned} scanned"));
    }
    let parts: Vec<String> = skipped.iter().map(|(reason, files)| format!("{files} {}", reason.as_str())).collect();
    Some(format!("{scanned} scanned, {} skipped ({})", skipped.values().sum::<usize>(), parts.join(", ")))
}
