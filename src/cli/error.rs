//! Why a command could not do its work.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use super::Outcome;
use crate::report::{Canvas, clean, render_problems};
use crate::text::{Problem, SourceId, Sources};

/// A command's failure: what, where, what to do.
#[derive(Debug)]
pub(crate) struct CommandError {
    outcome: Outcome,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// One sentence, and what to do.
    Plain { message: String, help: Option<String> },
    /// Problems in files that a person wrote.
    Problems { sources: Box<Sources>, problems: Vec<(SourceId, Problem)> },
}

impl CommandError {
    /// Wrong usage.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { outcome: Outcome::Usage, kind: Kind::Plain { message: message.into(), help: None } }
    }

    /// Something in the way that is not the user's doing: an output that cannot be written.
    pub(crate) fn incomplete(message: impl Into<String>) -> Self {
        Self { outcome: Outcome::Incomplete, kind: Kind::Plain { message: message.into(), help: None } }
    }

    /// Problems in a policy or a catalog file.
    pub(crate) fn problems(sources: Sources, problems: Vec<(SourceId, Problem)>) -> Self {
        Self { outcome: Outcome::Usage, kind: Kind::Problems { sources: Box::new(sources), problems } }
    }

    /// Problems in inputs that were to be read.
    pub(crate) fn bad_inputs(sources: Sources, problems: Vec<(SourceId, Problem)>) -> Self {
        Self { outcome: Outcome::Incomplete, kind: Kind::Problems { sources: Box::new(sources), problems } }
    }

    /// Standard output cannot be written.
    pub(crate) fn stdout(error: &io::Error) -> Self {
        Self::incomplete(format!("standard output cannot be written: {error}"))
    }

    /// A file that a command needs cannot be read.
    pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self::usage(format!("`{}` cannot be read: {error}", path.display()))
    }

    /// Adds what to do about it.
    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        if let Kind::Plain { help, .. } = &mut self.kind {
            *help = Some(text.into());
        }
        self
    }

    /// The error for programs that show texts: as it is rendered, without colours and without the first word.
    pub(crate) fn plain(&self) -> String {
        let mut written = Vec::new();
        // Writing to memory cannot fail.
        let _ = self.render(&mut written);
        let text = String::from_utf8_lossy(&written);
        let text = anstream::adapter::strip_str(&text).to_string();
        text.trim_end().strip_prefix("error: ").unwrap_or(text.trim_end()).to_owned()
    }

    /// The problems in files that a person wrote, or else the error.
    pub(crate) fn into_problems(self) -> Result<(Sources, Vec<(SourceId, Problem)>), Self> {
        match self.kind {
            Kind::Problems { sources, problems } => Ok((*sources, problems)),
            Kind::Plain { .. } => Err(self),
        }
    }

    /// How the run ends.
    pub(crate) fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Writes the error for people.
    pub(crate) fn render(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.kind {
            Kind::Plain { message, help } => {
                let style = anstyle::AnsiColor::Red.on_default().bold();
                writeln!(out, "{style}error{style:#}: {}", clean(message))?;
                if let Some(help) = help {
                    writeln!(out, "  help: {}", clean(help))?;
                }
                Ok(())
            }
            Kind::Problems { sources, problems } => {
                // The stream strips colours where they are not wanted.
                render_problems(sources, problems, Canvas { color: true, ..Canvas::default() }, out)?;
                let s = if problems.len() == 1 { "" } else { "s" };
                let left = if self.outcome == Outcome::Incomplete { "read" } else { "judged" };
                writeln!(out, "{} problem{s}: nothing was {left}", problems.len())
            }
        }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Plain { message, .. } => f.write_str(message),
            Kind::Problems { problems, .. } => write!(f, "{} problems", problems.len()),
        }
    }
}

impl std::error::Error for CommandError {}
