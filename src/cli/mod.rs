//! The commands: one file each, with its arguments and a function that runs it to an exit code.
//!
//! Only here and in live requests does the program touch files, the clock and the terminal.

mod audit;
mod baseline;
mod catalog;
mod check;
mod completions;
mod crash;
mod draft;
mod environment;
mod error;
pub(crate) mod explain;
mod files;
mod git;
mod init;
mod least;
mod lsp;
mod man;
mod mcp;
mod output;
mod patient;
mod policy;
mod reporting;
mod scan;
mod schema;
mod setup;
#[cfg(unix)]
mod signals;
mod step_summary;
mod who;

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::LazyLock;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};

use error::CommandError;
use patient::Patient;

use crate::secret::redact;

/// How a run ended. The same for every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing at or above the severity that fails.
    Clean,
    /// Findings at or above it.
    Findings,
    /// Wrong usage, policy or catalog: nothing was judged.
    Usage,
    /// Something could not be evaluated; what could be was reported.
    Incomplete,
}

impl Outcome {
    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
        }
    }
}

/// An answer that is handed on instead of printed.
struct Told {
    outcome: Outcome,
    /// For people.
    text: String,
    /// For programs: a JSON document.
    document: String,
}

/// A least-privilege linter and auditor for Zoho OAuth scopes
#[derive(Debug, Parser)]
#[command(name = "zscope", version, long_version = VERSION.as_str(), about, max_term_width = 100, after_help = EXIT_CODES, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    color: Color,

    /// Never use the network. Only `audit --live` would, and refuses then
    #[arg(long, global = true)]
    offline: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge requested scopes: scope strings, consent URLs, files, standard input
    Check(check::Args),
    /// Find the scopes that a source tree asks for, and judge each at its line
    Scan(scan::Args),
    /// Judge what tokens hold: token responses and exports of them, at any length
    Audit(audit::Args),
    /// Find the smallest set of scopes for a set of API calls, with a proof
    Least(least::Args),
    /// Explain a rule, or what a scope gives and why
    Explain(explain::Args),
    /// Look into the catalog: services, scopes, calls; check and compare catalog files
    Catalog(catalog::Args),
    /// Tell which scopes open an API call, the narrowest first
    Who(who::Args),
    /// Work on policies: write a first one, find its faults, test, compare and explain it
    Policy(policy::Args),
    /// Answer an editor over standard input and output: a language server for policies and for sources of any language
    Lsp(lsp::Args),
    /// Answer a coding agent over standard input and output: a server of the Model Context Protocol
    Mcp(mcp::Args),
    /// Compare what two lists of scopes, token responses, locks or policies give
    Diff(policy::diff::Args),
    /// Print the JSON Schema of policies or inventories
    Schema(schema::Args),
    /// Write what a project needs to run zscope: jobs for CI services, a first policy
    Init(init::Args),
    /// Print the completion script of a shell
    Completions(completions::Args),
    /// Print the manual page, or write the pages of all commands
    Man(man::Args),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal, or where `CLICOLOR_FORCE` is set, unless `NO_COLOR` or TERM=dumb says otherwise
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The program's version, and which catalog it has.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let (date, digest) = crate::catalog::Catalog::version();
    format!("{}\ncatalog {date}, SHA-256 {digest}", env!("CARGO_PKG_VERSION"))
});

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing at or above --fail-on (default: error)
  1  findings
  2  wrong usage, policy or catalog
  3  something could not be evaluated; everything else was reported";

/// Runs the program on its arguments, the program's name first.
#[must_use]
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    crash::tell_nothing_of_the_input();
    let cli = match parsed(args.into_iter().collect()) {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { Outcome::Usage.code() } else { Outcome::Clean.code() };
            // A closed pipe while printing help is nothing to complain about.
            let _ = tell_usage(&error);
            return ExitCode::from(code);
        }
    };
    match cli.color {
        // The library takes any value for a yes; the convention says that 0 is none.
        Color::Auto
            if std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value == "0") && !stdout_is_terminal() =>
        {
            anstream::ColorChoice::Never.write_global();
        }
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    let result = match cli.command {
        Command::Check(args) => check::run(&args),
        Command::Scan(args) => scan::run(&args),
        Command::Audit(args) => audit::run(&args, cli.offline),
        Command::Least(args) => least::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Catalog(args) => catalog::run(&args),
        Command::Who(args) => who::run(&args),
        Command::Policy(args) => policy::run(&args),
        Command::Lsp(args) => lsp::run(&args),
        Command::Mcp(args) => mcp::run(&args),
        Command::Diff(args) => policy::diff::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    };
    let outcome = result.unwrap_or_else(|error| {
        // Nothing can be done when standard error is closed too.
        let _ = error.render(&mut anstream::stderr().lock());
        error.outcome()
    });
    ExitCode::from(outcome.code())
}

/// The command line, with what variables set.
fn parsed(args: Vec<OsString>) -> Result<Cli, clap::Error> {
    let set = environment::set(&args);
    if set.is_empty() {
        return Cli::try_parse_from(args);
    }
    let mut command = environment::with_defaults(Cli::command(), set);
    let mut matches = command.try_get_matches_from_mut(args)?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// A complaint about arguments without what may be a secret among them: what has no name before it is known by its looks
/// alone, a run of letters and digits that is too long for any word of ours.
fn unspoken(text: &str) -> String {
    const LONGEST: usize = 24;
    let is_part = |c: char| c.is_ascii_alphanumeric();
    let text = redact(text);
    let mut told = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(start) = rest.find(is_part) {
        let (before, run) = rest.split_at(start);
        let (run, after) = run.split_at(run.find(|c| !is_part(c)).unwrap_or(run.len()));
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        told.push_str(before);
        told.push_str(if run.len() > LONGEST && digits > 3 { "****" } else { run });
        rest = after;
    }
    told + rest
}

/// Whether standard output is a terminal.
fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Says what is wrong with the arguments, or prints the help. What repeats an argument is cleaned like every other text.
fn tell_usage(error: &clap::Error) -> io::Result<()> {
    let plain = error.render().to_string();
    let harmless = plain.lines().map(|line| format!("{}\n", unspoken(&crate::report::clean(line)))).collect::<String>();
    if !error.use_stderr() || plain.trim_end() == harmless.trim_end() {
        return error.print();
    }
    anstream::stderr().lock().write_all(harmless.as_bytes())
}

/// Writes to standard output through the colour filter.
fn print(text: &str) -> Result<(), CommandError> {
    let mut out = Patient::new(anstream::stdout().lock());
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| CommandError::stdout(&error))
}

/// Writes a line to standard error.
fn tell(line: &str) {
    // Nothing can be done when standard error is closed.
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}
