//! The formats by name: each has a file, and one registry line here.

use std::fmt;
use std::io;

use clap::builder::PossibleValue;

use super::concise::Concise;
use super::csv::Csv;
use super::github::GitHub;
use super::gitlab::GitLab;
use super::html::Html;
use super::json::Json;
use super::junit::JUnit;
use super::markdown::Markdown;
use super::ndjson::Ndjson;
use super::sarif::Sarif;
use super::table::Table;
use super::text::Text;
use super::{Canvas, Renderer, Report, Rows};

/// Every format, in the order in which people are told of them.
#[rustfmt::skip]
static ALL: &[Format] = &[
    Format(&Text),
    Format(&Concise),
    Format(&Table),
    Format(&Json),
    Format(&Ndjson),
    Format(&Csv),
    Format(&Sarif),
    Format(&JUnit),
    Format(&GitHub),
    Format(&GitLab),
    Format(&Markdown),
    Format(&Html),
];

/// How a report is written: one of the registered formats.
#[derive(Clone, Copy)]
pub struct Format(&'static dyn Renderer);

impl Format {
    /// Every format.
    #[must_use]
    pub fn all() -> &'static [Self] {
        ALL
    }

    /// The format of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ALL.iter().copied().find(|format| format.name() == name)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Writes a report.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn render(self, report: &Report, canvas: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
        self.0.render(report, canvas, out)
    }

    /// The format by rows, where it can be written while a long input is read.
    #[must_use]
    pub fn rows(self) -> Option<&'static dyn Rows> {
        self.0.rows()
    }
}

impl Default for Format {
    /// What people read.
    fn default() -> Self {
        Self(&Text)
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Format {}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl clap::ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(self.0.about()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_lead_back() {
        let names: BTreeSet<&str> = Format::all().iter().map(|format| format.name()).collect();
        assert_eq!(names.len(), Format::all().len());
        for format in Format::all() {
            assert_eq!(Format::named(format.name()), Some(*format));
        }
        assert_eq!(Format::named("xml"), None);
        assert_eq!(Format::default().name(), "text");
    }
}
