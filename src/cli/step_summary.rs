//! The summary that GitHub Actions shows for a job.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use super::error::CommandError;
use super::tell;
use crate::report::{Canvas, Format, Report};

/// GitHub takes no summary of a step that is larger, in bytes.
const MOST: u64 = 1024 * 1024;

/// Appends the report to the step's summary, where there is one: other steps' commands write there too.
pub(super) fn append(report: &Report) -> Result<(), CommandError> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from) else {
        return Ok(());
    };
    let Some(markdown) = Format::named("markdown") else { return Ok(()) };
    let failed = |error: &std::io::Error| {
        CommandError::incomplete(format!("the summary `{}` cannot be written: {error}", path.display()))
    };
    let mut text = b"\n".to_vec();
    markdown.render(report, Canvas::default(), &mut text).map_err(|error| failed(&error))?;
    let mut file = OpenOptions::new().append(true).create(true).open(&path).map_err(|error| failed(&error))?;
    let there = file.metadata().map_err(|error| failed(&error))?.len();
    if there.saturating_add(u64::try_from(text.len()).unwrap_or(u64::MAX)) > MOST {
        tell("note: the step's summary is full: nothing was added to it");
        return Ok(());
    }
    file.write_all(&text).map_err(|error| failed(&error))
}
