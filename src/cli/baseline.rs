//! The baseline of a run: read before the work starts, applied to the finished report, or written anew from it.

use std::path::{Path, PathBuf};

use super::draft::Goal;
use super::error::CommandError;
use super::setup::Ground;
use crate::report::Report;
use crate::review::{Baseline, Review};
use crate::text::{Problem, Source, Sources};

/// The file that is written when none is named.
pub(super) const DEFAULT: &str = "zscope-baseline.json";

/// Options on findings that were known before.
#[derive(Debug, clap::Args)]
pub(super) struct KnownFindings {
    /// Accept the findings that this file names; each of its entries absolves one
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Write the findings of this run into the file of --baseline, or zscope-baseline.json, and accept them
    #[arg(long)]
    write_baseline: bool,
}

/// What a run begins with.
pub(super) enum Start {
    /// Nothing that is known.
    Blank,
    /// A baseline that was read.
    Known(Known),
    /// The place of one that is to be written.
    Anew(PathBuf, Goal),
}

/// A baseline.
pub(super) struct Known {
    path: PathBuf,
    text: String,
    baseline: Baseline,
}

impl KnownFindings {
    /// The file of the baseline, where one is named.
    pub(super) fn path(&self) -> Option<&Path> {
        self.baseline.as_deref()
    }

    /// Reads the baseline that the run starts from, or looks whether a new one can be written.
    pub(super) fn read(&self, ground: &Ground) -> Result<Start, CommandError> {
        if self.write_baseline {
            let path = self.baseline.as_deref().unwrap_or(Path::new(DEFAULT));
            let goal = Goal::at(path).map_err(|error| {
                CommandError::usage(format!("the baseline `{}` cannot be written: {error}", path.display()))
            })?;
            return Ok(Start::Anew(path.to_owned(), goal));
        }
        let Some(path) = &self.baseline else { return Ok(Start::Blank) };
        let text = ground.read(path).map_err(|error| {
            CommandError::usage(format!("the baseline `{}` cannot be used: {}", path.display(), error.message()))
                .help("write one with --write-baseline")
        })?;
        match Baseline::read(&text) {
            Ok(baseline) => Ok(Start::Known(Known { path: path.clone(), text, baseline })),
            // Of what may be any file, nothing is shown.
            Err(_) if !is_alike(&text) => {
                Err(CommandError::usage(format!("the baseline `{}` cannot be used: it is none", path.display()))
                    .help("write one with --write-baseline"))
            }
            Err(error) => {
                let mut sources = Sources::default();
                let id = sources.add(Source::new(path.to_string_lossy(), text));
                let problem = Problem::new(error.span, error.message).help("write it anew with --write-baseline");
                Err(CommandError::problems(sources, vec![(id, problem)]))
            }
        }
    }
}

/// Whether a text may be a baseline that somebody edited wrongly.
fn is_alike(text: &str) -> bool {
    text.trim_start().starts_with('{') && ["version", "findings"].iter().all(|key| text.contains(key))
}

impl Start {
    /// Applies the baseline to a report, or writes a new one from it and applies that. `evaluated` says whether the run
    /// looked at a file: of others it cannot say that their findings have vanished.
    pub(super) fn apply(
        self,
        report: &mut Report,
        review: &Review<'_>,
        evaluated: impl Fn(&str) -> bool,
    ) -> Result<(), CommandError> {
        let Known { path, text, baseline } = match self {
            Self::Blank => return Ok(()),
            Self::Known(known) => known,
            Self::Anew(path, goal) => written(path, &goal, report)?,
        };
        let path = path.to_string_lossy();
        let vanished = baseline.apply(report, &path);
        let source = report.sources.add(Source::new(&*path, &*text));
        let vanished = vanished.into_iter().filter(|known| evaluated(&known.path));
        let places = vanished.map(|known| (known, Baseline::place(known, source, &text)));
        report.findings.extend(places.flat_map(|(known, place)| review.of_baseline(known, place)));
        report.run.has_baseline = true;
        report.settle();
        Ok(())
    }
}

/// Writes the standing findings of a report; the old file stays whole until the new one is.
fn written(path: PathBuf, goal: &Goal, report: &Report) -> Result<Known, CommandError> {
    let failed = |error: &dyn std::fmt::Display| {
        CommandError::incomplete(format!("the baseline `{}` cannot be written: {error}", path.display()))
    };
    let baseline = Baseline::of(report);
    let text = baseline.text().map_err(|error| failed(&error))?;
    goal.put(&text).map_err(|error| failed(&error))?;
    Ok(Known { path, text, baseline })
}
