//! `zscope least`: the smallest set of scopes for a set of API calls, with a proof.

mod compared;
mod gather;
mod json;
mod listed;
mod markdown;
mod text;
mod verified;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ValueEnum;

use super::error::CommandError;
use super::files;
use super::setup::{Basis, Ready};
use super::{Outcome, Told, draft};
use crate::catalog::Catalog;
use crate::input::calls::{Left, Reader, SeenCall, SeenCalls};
use crate::least::{Least, NODES, Need, Options};
use crate::policy::App;
use crate::report::NotEvaluated;
use crate::text::{Source, Sources};
use compared::Compared;
use gather::Gathered;

/// Arguments of `zscope least`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(super) struct Args {
    /// Calls, each a method and an address in one argument or two; files that hold calls (lines, HAR, Postman, OpenAPI,
    /// logs, curl commands, policies); or - for standard input. Without any: the calls of the policy's app
    #[arg(value_name = "INPUT")]
    inputs: Vec<OsString>,

    /// Files and folders of source code in which calls are looked for. May be repeated
    #[arg(long, value_name = "PATH")]
    scan: Vec<PathBuf>,

    #[command(flatten)]
    basis: Basis,

    /// Count scopes as needed that were only paired with a call by their names. They prove nothing
    #[arg(long)]
    likely: bool,

    /// What is asked for: a list of scopes, or a file with one. Tells what of it is unused, missing, or too wide
    #[arg(long, value_name = "LIST|FILE")]
    requested: Option<OsString>,

    /// Token responses, or exports of them: tells what of each is unused, missing, or too wide
    #[arg(long, value_name = "FILE")]
    granted: Option<PathBuf>,

    /// Format of the answer
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Show for each scope the calls that need it, where they were seen, and why nothing narrower does
    #[arg(long)]
    why: bool,

    /// Show what operations and kinds of data weigh
    #[arg(long)]
    weights: bool,

    /// Hold the table of `--format markdown` that a file contains against the answer; exit 1 where it differs
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,

    /// Write the proof to a file
    #[arg(long, value_name = "FILE")]
    proof: Option<PathBuf>,

    /// Check a proof that --proof wrote, and nothing else
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["inputs", "scan", "requested", "granted", "check", "proof", "likely", "why"]
    )]
    verify: Option<PathBuf>,

    /// Fail (exit 1) whatever keeps the answer from being proven
    #[arg(long)]
    strict: bool,

    /// End the search of a part after so many nodes, with the best that was found and a bound
    #[arg(long, value_name = "N", default_value_t = NODES)]
    nodes: usize,
}

const EXAMPLES: &str = "\
Examples:
  zscope least GET /books/v3/invoices POST /crm/v8/Leads
  zscope least calls.txt traffic.har --why
  zscope least --scan src --requested 'ZohoCRM.modules.ALL,ZohoCRM.users.READ'
  zscope least --app invoice-sync --granted token.json
  zscope least calls.txt --format markdown > SCOPES.md && zscope least calls.txt --check SCOPES.md
  zscope least calls.txt --proof proof.json && zscope least --verify proof.json

Of the sets that suffice, the least is the one that reaches the least (operations times sensitivity: --weights), then the
one of fewest scopes. Calls to hosts that are none of Zoho's need none of its scopes.

Exit codes: 0 every call is answered, and nothing is unused, missing or too wide, 1 a call is not known or nobody states
what it needs, or something is unused, missing or too wide, or a table differs, or a proof does not hold (with --strict
also: the answer is not proven), 2 wrong usage, policy or catalog, 3 something could not be read";

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs: one document, format version 1
    Json,
    /// A table for a README: scope, calls, why
    Markdown,
    /// The list as a consent page takes it, in one line
    Scopes,
    /// A consent URL
    Url,
    /// A piece of a policy, with the reason for each scope
    Policy,
}

/// What there is to show.
struct Answer<'a> {
    least: &'a Least<'a>,
    seen: &'a [SeenCall],
    sources: &'a Sources,
    /// What readers could not read.
    left: &'a [Left],
    not_evaluated: &'a [NotEvaluated],
    compared: &'a [Compared],
    /// The answers for each connection, where calls name several.
    groups: &'a [(String, Least<'a>)],
    coverage: Coverage,
    app: Option<&'a App>,
    why: bool,
    weights: bool,
}

/// How many of the calls the catalog knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Coverage {
    calls: usize,
    matched: usize,
    unknown: usize,
    ambiguous: usize,
    other_hosts: usize,
}

impl Coverage {
    fn of(least: &Least<'_>, calls: usize) -> Self {
        let count = |is: &dyn Fn(&Need) -> bool| {
            let mut seen: Vec<usize> =
                least.rows.iter().filter(|row| is(&row.need)).flat_map(|row| row.seen.iter().copied()).collect();
            seen.sort_unstable();
            seen.dedup();
            seen.len()
        };
        Self {
            calls,
            matched: count(&Need::is_matched),
            unknown: count(&|need| matches!(need, Need::Unknown(_))),
            ambiguous: count(&|need| matches!(need, Need::Ambiguous(_))),
            other_hosts: count(&|need| *need == Need::OtherHost),
        }
    }

    /// `412 of 430 calls matched; 9 unknown; 9 other hosts`.
    fn line(self) -> String {
        let s = if self.calls == 1 { "" } else { "s" };
        let mut line = format!("{} of {} call{s} matched", self.matched, self.calls);
        for (count, what) in
            [(self.unknown, "unknown"), (self.ambiguous, "of several products"), (self.other_hosts, "other hosts")]
        {
            if count > 0 {
                line.push_str(&format!("; {count} {what}"));
            }
        }
        line
    }
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    if let Some(path) = &args.verify {
        return verified::run(path, &args.basis.catalog, args.format == Format::Json);
    }
    let Ready { policy, catalog, mut sources, .. } = args.basis.prepare()?;
    let app = args.basis.app.as_deref().and_then(|name| policy.app(name));
    let Gathered { seen, left, not_evaluated } = gather::gather(args, app, &catalog, &mut sources)?;
    let requested = args.requested.as_deref().map(|list| super::audit::requested(list, &mut sources)).transpose()?;
    let granted = args.granted.as_deref().map(|path| compared::granted(path, &mut sources)).transpose()?;
    let options = Options { likely: args.likely, nodes: args.nodes };
    let least = Least::of(&catalog, &seen, options);
    let compared = compared::compare(&least, requested.as_deref(), granted.unwrap_or_default());
    let groups = groups(&catalog, &seen, options);
    let answer = Answer {
        least: &least,
        seen: &seen,
        sources: &sources,
        left: &left,
        not_evaluated: &not_evaluated,
        compared: &compared,
        groups: &groups,
        coverage: Coverage::of(&least, seen.len()),
        app,
        why: args.why,
        weights: args.weights,
    };
    if let Some(path) = &args.proof {
        write_proof(path, &least)?;
    }
    let table_differs = match &args.check {
        Some(path) => markdown::check(&answer, path, &super::reporting::command_line())?,
        None => {
            super::print(&match args.format {
                Format::Text => text::render(&answer),
                Format::Json => json::render(&answer)?,
                Format::Markdown => markdown::render(&answer),
                Format::Scopes => listed::scopes(&answer),
                Format::Url => listed::url(&answer),
                Format::Policy => listed::policy(&answer),
            })?;
            false
        }
    };
    // What the answer is not sure of is told beside it, where the format has no room for that.
    if !matches!(args.format, Format::Text | Format::Json) || args.check.is_some() {
        text::tell_gaps(&answer);
    }
    let differs = compared.iter().any(|compared| !compared.is_clean());
    let is_read = not_evaluated.is_empty() && (left.is_empty() || args.inputs.is_empty());
    let fails =
        table_differs || differs || has_open_calls(&least) || (args.strict && !(least.is_proven() && left.is_empty()));
    Ok(match (is_read, fails) {
        (false, _) => Outcome::Incomplete,
        (true, true) => Outcome::Findings,
        (true, false) => Outcome::Clean,
    })
}

/// The answer to calls, for who hands it on; with what is asked for against it.
pub(super) fn told(catalog: &Catalog, calls: &[String], requested: Option<&str>) -> Result<Told, CommandError> {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("<argument>", calls.join("\n")));
    let SeenCalls { calls: seen, left, .. } = Reader::new(catalog).read(id, sources.get(id));
    if seen.is_empty() {
        return Err(CommandError::usage("none of it is a call")
            .help("give a method and a path or URL for each: `GET /books/v3/invoices`"));
    }
    let requested = requested.map(|list| super::audit::requested_list(list, &mut sources)).transpose()?;
    let options = Options { likely: false, nodes: NODES };
    let least = Least::of(catalog, &seen, options);
    let compared = compared::compare(&least, requested.as_deref(), Vec::new());
    let answer = Answer {
        least: &least,
        seen: &seen,
        sources: &sources,
        left: &left,
        not_evaluated: &[],
        compared: &compared,
        groups: &[],
        coverage: Coverage::of(&least, seen.len()),
        app: None,
        why: true,
        weights: false,
    };
    let fails = compared.iter().any(|compared| !compared.is_clean()) || has_open_calls(&least);
    let outcome = match (left.is_empty(), fails) {
        (false, _) => Outcome::Incomplete,
        (true, true) => Outcome::Findings,
        (true, false) => Outcome::Clean,
    };
    Ok(Told { outcome, text: text::render(&answer), document: json::render(&answer)? })
}

/// Whether a call is not known, or nobody states what it needs.
fn has_open_calls(least: &Least<'_>) -> bool {
    let is_open = |row: usize| !matches!(least.rows[row].need, Need::Sets(_) | Need::Nothing | Need::OtherHost);
    least.missing.iter().filter_map(|missing| missing.row).any(is_open)
}

/// The least set for each connection under which calls run, where some name one: they need not share a token.
fn groups<'c>(catalog: &'c Catalog, seen: &[SeenCall], options: Options) -> Vec<(String, Least<'c>)> {
    let mut names: Vec<&str> = seen.iter().filter_map(|call| call.group.as_deref()).collect();
    names.sort_unstable();
    names.dedup();
    let of_group = |name: &str| {
        let calls: Vec<SeenCall> = seen.iter().filter(|call| call.group.as_deref() == Some(name)).cloned().collect();
        (name.to_owned(), Least::of(catalog, &calls, options))
    };
    names.into_iter().map(of_group).collect()
}

fn write_proof(path: &std::path::Path, least: &Least<'_>) -> Result<(), CommandError> {
    let failed = |error: &dyn std::fmt::Display| {
        CommandError::incomplete(format!("`{}` cannot be written: {error}", path.display()))
    };
    let text = crate::report::document(&least.certificate()).map_err(|error| failed(&error))?;
    draft::Goal::at(path).and_then(|goal| goal.put(&text)).map_err(|error| failed(&error))
}

/// A file, or standard input, as text.
fn read(path: &std::path::Path) -> Result<String, CommandError> {
    let text = if path == std::path::Path::new("-") { files::read_stdin() } else { files::read_file(path) };
    text.map_err(|error| {
        let told = CommandError::usage(format!("`{}`: {}", path.display(), error.message()));
        match error.help() {
            Some(help) => told.help(help),
            None => told,
        }
    })
}
