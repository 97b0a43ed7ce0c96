//! The baseline of a run: read before the work starts, applied to the finished report, or written anew from it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::error::CommandError;
use super::files;
use crate::baseline::Baseline;
use crate::filter;
use crate::policy::Policy;
use crate::report::Report;
use crate::source::{Problem, Source, Sources};

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

/// A baseline that was read.
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

    /// Reads the baseline that the run starts from; none where a new one is written.
    pub(super) fn read(&self) -> Result<Option<Known>, CommandError> {
        let Some(path) = self.baseline.as_ref().filter(|_| !self.write_baseline) else { return Ok(None) };
        let text = files::read_file(path).map_err(|error| {
            CommandError::usage(format!("the baseline `{}` cannot be used: {}", path.display(), error.message()))
                .help("write one with --write-baseline")
        })?;
        match Baseline::read(&text) {
            Ok(baseline) => Ok(Some(Known { path: path.clone(), text, baseline })),
            Err(error) => {
                let mut sources = Sources::default();
                let id = sources.add(Source::new(path.to_string_lossy(), text));
                let problem = Problem::new(error.span, error.message).help("write it anew with --write-baseline");
                Err(CommandError::problems(sources, vec![(id, problem)]))
            }
        }
    }

    /// Applies the baseline to a report, or writes a new one from it and applies that. `evaluated` says whether the run
    /// looked at a file: of others it cannot say that their findings have vanished.
    pub(super) fn apply(
        &self,
        known: Option<Known>,
        report: &mut Report,
        policy: &Policy,
        evaluated: impl Fn(&str) -> bool,
    ) -> Result<(), CommandError> {
        let known = match known {
            _ if self.write_baseline => write(self.baseline.as_deref().unwrap_or(Path::new(DEFAULT)), report)?,
            Some(known) => known,
            None => return Ok(()),
        };
        let Known { path, text, baseline } = known;
        let path = path.to_string_lossy();
        let vanished = baseline.apply(report, &path);
        let source = report.sources.add(Source::new(&*path, &*text));
        let policy = policy.effective(None);
        let vanished = vanished.into_iter().filter(|known| evaluated(&known.path));
        let found = vanished.map(|known| known.vanished(source, &text));
        report.findings.extend(found.filter_map(|finding| filter::with_level(finding, &policy)));
        report.run.has_baseline = true;
        report.mark_waived();
        report.sort();
        Ok(())
    }
}

/// Writes the standing findings of a report; the old file stays whole until the new one is.
fn write(path: &Path, report: &Report) -> Result<Known, CommandError> {
    let failed = |error: &dyn std::fmt::Display| {
        CommandError::incomplete(format!("the baseline `{}` cannot be written: {error}", path.display()))
    };
    let baseline = Baseline::of(report);
    let text = baseline.text().map_err(|error| failed(&error))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
    file.write_all(text.as_bytes()).map_err(|error| failed(&error))?;
    super::output::readable_by_others(file.as_file());
    file.as_file().sync_all().map_err(|error| failed(&error))?;
    file.persist(path).map_err(|error| failed(&error.error))?;
    Ok(Known { path: path.to_owned(), text, baseline })
}
