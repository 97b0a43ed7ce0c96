//! `zscope audit`: what tokens hold, against a policy.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::check::FailOn;
use super::error::CommandError;
use super::output::{Outputs, Target};
use super::setup::{Basis, Ready};
use super::{Outcome, files};
use crate::access;
use crate::audit::{Audit, Collector, Lock, plan};
use crate::input::{self, token};
use crate::report::{Format, NotEvaluated, Report};
use crate::review::Review;
use crate::scope::Scope;
use crate::source::{Source, Sources};

/// The lock file where no other is named.
const LOCK: &str = "zscope.lock";

/// Arguments of `zscope audit`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// What the token endpoint answered, as it was received, stored or exported: JSON, NDJSON, CSV; - for standard input
    #[arg(value_name = "FILE")]
    inputs: Vec<OsString>,

    #[command(flatten)]
    basis: Basis,

    /// What the application requests: a list of scopes, or a file with one. Without it: `requested` of the policy's app
    #[arg(long, value_name = "LIST|FILE")]
    requested: Option<OsString>,

    /// Write the access that is held to a lock file
    #[arg(long, value_name = "PATH", num_args = 0..=1, require_equals = true, default_missing_value = LOCK, conflicts_with = "check_lock")]
    lock: Option<PathBuf>,

    /// Compare the access that is held with a lock file
    #[arg(long, value_name = "PATH", num_args = 0..=1, require_equals = true, default_missing_value = LOCK)]
    check_lock: Option<PathBuf>,

    /// Show for each offending grant the way to a smaller one
    #[arg(long)]
    plan: bool,

    /// Show the figures by application, service and rule, and no findings one by one
    #[arg(long)]
    summary: bool,

    /// End with exit code 3 when a response does not say what its token holds
    #[arg(long)]
    strict: bool,

    /// Fail (exit 1) on findings of this severity and above
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::Error)]
    fail_on: FailOn,

    /// Format of the report
    #[arg(long, value_name = "FORMAT", default_value_t)]
    format: Format,

    /// Write the report to a file instead of standard output; FORMAT=PATH writes one more report. May be repeated
    #[arg(short, long, value_name = "[FORMAT=]PATH", value_parser = Target::parse)]
    output: Vec<Target>,
}
