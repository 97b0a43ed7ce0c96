//! What a report holds beyond its findings, where it goes, and how the run ends: the same for every command that judges.

use std::path::Path;

use clap::ValueEnum;
use jiff::Timestamp;

use super::Outcome;
use super::error::CommandError;
use super::output::{Outputs, Target};
use crate::finding::{RuleInfo, Severity};
use crate::policy::{Level, LevelSetting, Policy};
use crate::report::{Coverage, Format, Letterhead, Report, RunInfo, SarifOptions, SarifProfile, Show, Tree, clean};
use crate::review::grants::Sink;
use crate::rules;
use crate::scope::closest;
use crate::text::{Place, Span};

/// Options of every command that writes a report.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(super) struct Reporting {
    /// Fail (exit 1) on findings of this severity and above
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::Error)]
    fail_on: FailOn,

    /// Format of the report: text where no other is named
    #[arg(long, value_name = "FORMAT", value_enum)]
    format: Option<Format>,

    /// Write the report to a file; standard output then gets the last line alone. FORMAT=PATH names the file's format, and
    /// leaves standard output to --format. May be repeated
    #[arg(short, long, value_name = "[FORMAT=]PATH", value_parser = Target::parse)]
    output: Vec<Target>,

    /// Show people every finding, however many there are: a terminal gets the worst 50
    #[arg(long)]
    all: bool,

    /// Show people the last line alone
    #[arg(short, long)]
    quiet: bool,

    /// Show people findings of this severity and above; the others are counted
    #[arg(long, value_name = "SEVERITY", value_enum)]
    min_severity: Option<Least>,

    /// Show people how many findings each rule has, in their place
    #[arg(long)]
    statistics: bool,

    /// Run these rules alone, by name or code, separated by commas; what the policy denies or does not allow is always told
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    select: Vec<String>,

    /// Leave these rules out, by name or code, separated by commas; what the policy denies or does not allow is always told
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    ignore: Vec<String>,

    /// Title of the HTML report
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// For whom the HTML report is made
    #[arg(long, value_name = "NAME")]
    organization: Option<String>,

    /// Who reviewed: a line of the HTML report
    #[arg(long, value_name = "NAME")]
    reviewer: Option<String>,

    /// What SARIF is written for
    #[arg(long, value_name = "PROFILE", value_enum, default_value_t = Profile::Github)]
    sarif_profile: Profile,

    /// Name of this analysis in SARIF, where a commit gets several: without it, GitHub's upload action makes one
    #[arg(long, value_name = "NAME", value_parser = parse_category)]
    sarif_category: Option<String>,

    /// End with exit code 3 when anything was left unread or is not known: a binary file, an unknown grant, be it accepted
    #[arg(long)]
    strict: bool,

    /// Put a time into the report: RFC 3339, or now. Without it, none, or that of `SOURCE_DATE_EPOCH`
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    timestamp: Option<Timestamp>,
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

/// What people are shown at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Least {
    /// Everything
    Note,
    /// Warnings and errors
    Warning,
    /// Errors
    Error,
}

impl Least {
    fn severity(self) -> Severity {
        match self {
            Self::Note => Severity::Note,
            Self::Warning => Severity::Warning,
            Self::Error => Severity::Error,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Profile {
    /// GitHub code scanning: within its limits, without waived findings
    Github,
    /// Everything: waived findings as suppressed results
    Full,
}

fn parse_time(text: &str) -> Result<Timestamp, String> {
    if text == "now" {
        return whole_seconds(Timestamp::now().as_second());
    }
    text.parse().map_err(|_| "write a time as in 2026-11-23T18:00:00Z, or `now`".to_owned())
}

fn whole_seconds(second: i64) -> Result<Timestamp, String> {
    Timestamp::from_second(second).map_err(|_| "the time is out of range".to_owned())
}

fn parse_category(text: &str) -> Result<String, String> {
    let name = text.trim_end_matches('/');
    if name.is_empty() { Err("the name is missing".to_owned()) } else { Ok(name.to_owned()) }
}

impl FailOn {
    fn least(self) -> Option<Severity> {
        match self {
            Self::Note => Some(Severity::Note),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
            Self::Never => None,
        }
    }
}

/// The rule of that name or code.
fn rule(text: &str) -> Result<&'static RuleInfo, CommandError> {
    let rules = rules::infos();
    let word = text.trim();
    let found = rules.iter().find(|rule| rule.name == word || rule.code.eq_ignore_ascii_case(word));
    found.copied().ok_or_else(|| {
        let names = rules.iter().flat_map(|rule| [rule.name, rule.code]);
        let error = CommandError::usage(format!("there is no rule `{}`", clean(word)));
        match closest(word, names) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("`zscope explain` lists the rules"),
        }
    })
}

/// How a run with this report ends. A strict one ends as incomplete where anything of a tree was left unread, too.
pub(super) fn outcome(report: &Report, strict: bool) -> Outcome {
    let has_gaps = strict && report.run.coverage.as_ref().is_some_and(Coverage::has_gaps);
    match report.unread > 0 || !report.not_evaluated.is_empty() || has_gaps {
        true => Outcome::Incomplete,
        false if report.fails() => Outcome::Findings,
        false => Outcome::Clean,
    }
}

/// The outputs of a run, opened, and what its report will say of it.
pub(super) struct Opened {
    outputs: Outputs,
    run: RunInfo,
    strict: bool,
}

impl Reporting {
    /// Opens every output, so that a bad path fails before the work starts.
    pub(super) fn open(&self) -> Result<Opened, CommandError> {
        let run = RunInfo {
            inputs: Vec::new(),
            command: Some(command_line()),
            timestamp: self.timestamp()?,
            fail_on: self.fail_on.least(),
            has_baseline: false,
            tree: tree(),
            coverage: None,
            notices: Vec::new(),
            show: Show {
                all: self.all,
                quiet: self.quiet,
                min_severity: self.min_severity.map(Least::severity),
                statistics: self.statistics,
            },
            letterhead: Letterhead {
                title: self.title.clone(),
                organization: self.organization.clone(),
                reviewer: self.reviewer.clone(),
            },
            sarif: SarifOptions {
                profile: match self.sarif_profile {
                    Profile::Github => SarifProfile::GitHub,
                    Profile::Full => SarifProfile::Full,
                },
                category: self.sarif_category.clone(),
            },
        };
        Ok(Opened { outputs: Outputs::open(self.format, &self.output)?, run, strict: self.strict })
    }

    /// Makes a policy silence the rules that were not selected, and those that were to be left out. What the policy itself
    /// says of scopes is never silenced.
    pub(super) fn restrict(&self, policy: &mut Policy) -> Result<(), CommandError> {
        let select = self.select.iter().map(|text| rule(text)).collect::<Result<Vec<_>, _>>()?;
        let ignore = self.ignore.iter().map(|text| rule(text)).collect::<Result<Vec<_>, _>>()?;
        if let Some(verdict) = ignore.iter().find(|rule| rule.is_verdict) {
            let message = format!("`{}` states what the policy says, and is never silenced", verdict.name);
            return Err(CommandError::usage(message).help("allow what may be had, or accept single scopes by a waiver"));
        }
        let place = Place::new(policy.origin.source, Span::default());
        for rule in rules::infos() {
            let is_out = ignore.iter().any(|out| out.code == rule.code)
                || (!select.is_empty() && !select.iter().any(|kept| kept.code == rule.code));
            if is_out && !rule.is_verdict {
                let setting = LevelSetting { level: Level::Off, place };
                policy.levels.insert(rule.name, setting);
                policy.apps.iter_mut().for_each(|app| {
                    app.levels.insert(rule.name, setting);
                });
            }
        }
        Ok(())
    }

    /// Whether whatever was left unread, or is not known, ends the run as incomplete.
    pub(super) fn is_strict(&self) -> bool {
        self.strict
    }

    /// The files that the run writes.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.output.iter().map(Target::path)
    }

    /// The time that was asked for, else that of a reproducible build.
    fn timestamp(&self) -> Result<Option<Timestamp>, CommandError> {
        const EPOCH: &str = "SOURCE_DATE_EPOCH";
        if self.timestamp.is_some() {
            return Ok(self.timestamp);
        }
        let Some(text) = std::env::var_os(EPOCH).filter(|text| !text.is_empty()) else { return Ok(None) };
        let time = text.to_str().and_then(|text| text.parse().ok()).and_then(|second| whole_seconds(second).ok());
        match time {
            Some(time) => Ok(Some(time)),
            None => Err(CommandError::usage(format!("`{EPOCH}` is no time: `{}`", text.to_string_lossy()))
                .help("set it to seconds since 1970, or unset it")),
        }
    }
}

impl Opened {
    /// Completes a report with what is known of the run, writes it everywhere, and tells how the run ends. What could
    /// not be evaluated outweighs findings: the report is not whole.
    pub(super) fn write(self, mut report: Report, inputs: Vec<String>) -> Result<Outcome, CommandError> {
        let RunInfo { has_baseline, coverage, notices, .. } = report.run;
        report.run = RunInfo { inputs, has_baseline, coverage, notices, ..self.run };
        self.outputs.write(&report)?;
        let outcome = outcome(&report, self.strict);
        // The run ends here, and takes the memory of a large report with it faster than piece by piece.
        std::mem::forget(report);
        Ok(outcome)
    }

    /// What a report says of the run.
    pub(super) fn info(&self, inputs: Vec<String>) -> RunInfo {
        RunInfo { inputs, ..self.run.clone() }
    }

    /// The formats that are written while an input is read, each with the place where it goes.
    pub(super) fn sinks(&mut self) -> Vec<Sink<'_>> {
        self.outputs.sinks()
    }

    /// [`Opened::write`] of what was not written on the way. The report says of the run what [`Opened::info`] tells.
    pub(super) fn complete(self, report: &Report) -> Result<Outcome, CommandError> {
        let strict = self.strict;
        self.outputs.complete(report)?;
        Ok(outcome(report, strict))
    }
}

/// How the program was called, as a shell would take it. By its own name: where it lies differs from machine to machine.
pub(super) fn command_line() -> String {
    let arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    let words: Vec<String> = [env!("CARGO_PKG_NAME").to_owned()].into_iter().chain(arguments).collect();
    // No argument of a program holds the character that cannot be quoted.
    shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| words.join(" "))
}

/// Where the working folder lies in its repository. Where a part of the path is no text, nothing is known, and paths are
/// told as they were given.
fn tree() -> Tree {
    let known = || {
        let here = std::env::current_dir().ok()?;
        let root = here.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&here);
        let folder = here.strip_prefix(root).ok()?;
        Some(Tree { root: slashed(root)?, folder: slashed(folder)? })
    };
    known().unwrap_or_default()
}

fn slashed(path: &Path) -> Option<String> {
    let text = path.to_str()?;
    let text = if cfg!(windows) { text.replace('\\', "/") } else { text.to_owned() };
    Some(text.trim_end_matches('/').to_owned())
}
