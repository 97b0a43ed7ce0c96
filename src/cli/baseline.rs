//! The baseline of a run: read before the work starts, applied to the finished report, or written anew from it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::draft::Goal;
use super::error::CommandError;
use super::setup::Ground;
use crate::finding::{KnownFinding, Severity};
use crate::governance::accepted_by_change;
use crate::policy::Level;
use crate::report::Report;
use crate::review::{Baseline, Review};
use crate::rules::{self, PolicyChange};
use crate::text::{Place, Problem, Source, Sources, Span};

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

/// How many entries that a change adds to the baseline are told one by one.
const TOLD: usize = 50;

impl Start {
    /// What the change that is judged adds to the baseline, where that is read from before the change: it does not count,
    /// and would have been accepted.
    pub(super) fn changes(&self, ground: &Ground, review: &Review<'_>, sources: &mut Sources) -> Vec<PolicyChange> {
        let Self::Known(known) = self else { return Vec::new() };
        let Some(text) = ground.of_change(&known.path, &known.text) else { return Vec::new() };
        let source = sources.add(Source::new(known.path.to_string_lossy(), &*text));
        let start = Place::new(source, Span::default());
        let Ok(changed) = Baseline::read(&text) else {
            let message = "the change leaves a baseline that cannot be read".to_owned();
            return vec![accepted_by_change(review.catalog, message, (None, None), Severity::Error, start)];
        };
        let before: HashSet<&str> = known.baseline.findings.iter().map(|known| known.fingerprint.as_str()).collect();
        let added: Vec<&KnownFinding> =
            changed.findings.iter().filter(|known| !before.contains(known.fingerprint.as_str())).collect();
        let mut changes: Vec<PolicyChange> = added
            .iter()
            .take(TOLD)
            .map(|entry| {
                let (scope, app) = (entry.scope.as_deref(), entry.app.as_deref());
                let of = scope.map_or_else(String::new, |scope| format!(" of `{scope}`"));
                let message = format!("the change adds to the baseline: `{}`{of} in {}", entry.rule, entry.path);
                let rule = rules::infos().into_iter().find(|rule| rule.name == entry.rule);
                let level = review.policy.effective(app).level(&entry.rule).map(Level::severity);
                let severity = level.unwrap_or_else(|| rule.map(|rule| rule.severity)).unwrap_or(Severity::Note);
                accepted_by_change(
                    review.catalog,
                    message,
                    (app, scope),
                    severity,
                    Baseline::place(entry, source, &text),
                )
            })
            .collect();
        if added.len() > TOLD {
            let message = format!("the change adds {} more entries to the baseline", added.len() - TOLD);
            changes.push(accepted_by_change(review.catalog, message, (None, None), Severity::Error, start));
        }
        changes
    }

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
