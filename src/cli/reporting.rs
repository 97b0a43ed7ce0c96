//! How a run that judges reports, and when it fails; the same for every such command.

use clap::ValueEnum;

use super::Outcome;
use super::error::CommandError;
use super::output::{Outputs, Target};
use crate::finding::{Confidence, Finding, Severity};
use crate::report::{Format, Report};

/// Options that say how to report.
#[derive(Debug, clap::Args)]
pub(super) struct Reporting {
    /// Fail (exit 1) on findings of this severity and above
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::Error)]
    fail_on: FailOn,

    /// Format of the report
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Write the report to a file instead of standard output; FORMAT=PATH writes one more report. May be repeated
    #[arg(short, long, value_name = "[FORMAT=]PATH", value_parser = Target::parse)]
    output: Vec<Target>,
}

impl Reporting {
    /// Opens every output, before the work starts.
    pub(super) fn open(&self) -> Result<Outputs, CommandError> {
        Outputs::open(self.format, &self.output)
    }

    /// How a run with this report ends.
    pub(super) fn outcome(&self, report: &Report) -> Outcome {
        self.fail_on.outcome(report)
    }
}

/// From which severity on a run fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Any finding
    Note,
    /// Warnings and errors
    Warning,
    /// Errors
    Error,
    /// No finding; what could not be evaluated still fails
    Never,
}

impl FailOn {
    /// How a run with this report ends. What could not be evaluated outweighs findings: the report is not whole.
    fn outcome(self, report: &Report) -> Outcome {
        if !report.not_evaluated.is_empty() {
            return Outcome::Incomplete;
        }
        let least = match self {
            Self::Note => Severity::Note,
            Self::Warning => Severity::Warning,
            Self::Error => Severity::Error,
            Self::Never => return Outcome::Clean,
        };
        // A guess from context fails nothing by itself.
        let counts = |finding: &&Finding| finding.confidence > Confidence::Low;
        let fails = report.findings.iter().filter(counts).any(|finding| finding.severity >= least);
        if fails { Outcome::Findings } else { Outcome::Clean }
    }
}
