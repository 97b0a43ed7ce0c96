//! What a format is.

use std::io;

use super::{Canvas, Report, Rows};

/// Writes a finished report in one format.
pub trait Renderer: Sync {
    /// The name that options take: lower case.
    fn name(&self) -> &'static str;

    /// One line for `--help`: who it is for, and what it holds.
    fn about(&self) -> &'static str;

    /// Writes a report.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    fn render(&self, report: &Report, canvas: Canvas, out: &mut dyn io::Write) -> io::Result<()>;

    /// The format by rows, where it can be written while a long input is read.
    fn rows(&self) -> Option<&dyn Rows> {
        None
    }
}
