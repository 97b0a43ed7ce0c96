//! `zscope scan`: the scopes that a source tree asks for, each judged at its line.

mod apps;
mod open;
mod progress;
mod since;
mod walk;
mod worker;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::Outcome;
use super::error::CommandError;
use super::reporting::Reporting;
use super::setup::{Basis, Ready};
use crate::input::Request;
use crate::input::scan::Scanner;
use crate::report::NotEvaluated;
use crate::review::Review;
use crate::source::{Source, Sources};
use apps::Apps;
use worker::FoundFile;

/// Arguments of `zscope scan`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Files and folders to scan [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    basis: Basis,

    #[command(flatten)]
    reporting: Reporting,

    #[command(flatten)]
    choice: Choice,

    /// Scan the files that a list names, one a line (or parted by zero bytes), and no others; - reads standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "since"])]
    files_from: Option<PathBuf>,

    /// Scan only files that differ from this git revision, and files that git does not know
    #[arg(long, value_name = "REV")]
    since: Option<String>,

    /// Threads to scan with [default: one for each processor]
    #[arg(short = 'j', long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

/// Options that choose among the files of a tree.
#[derive(Debug, clap::Args)]
struct Choice {
    /// Scan hidden files and folders, too
    #[arg(long)]
    hidden: bool,

    /// Scan what .gitignore, .ignore and git's own lists leave out
    #[arg(long)]
    no_ignore: bool,

    /// Scan only files that match; with ! before it, leave out those that match. May be repeated, the last that matches
    /// decides
    #[arg(short, long, value_name = "GLOB")]
    glob: Vec<String>,

    /// Leave out files that are larger: bytes, or with K, M or G
    #[arg(long, value_name = "SIZE", value_parser = size)]
    max_filesize: Option<u64>,
}

const EXAMPLES: &str = "\
Examples:
  zscope scan
  zscope scan src deploy --policy zscope.yaml
  zscope scan -g '*.php' -g '!vendor/**'
  zscope scan --since origin/main --format json
  git ls-files -z | zscope scan --files-from -

A file is judged for each application of the policy whose `paths` match it, relative to the policy's folder; other files
by the policy's top level. With --app everything is judged for that one.

Exit codes: 0 clean, 1 findings, 2 wrong usage, policy or catalog, 3 something could not be evaluated";

fn size(text: &str) -> Result<u64, String> {
    let wrong = || "write a number of bytes, for example 500000, 500K, 20M or 1G".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..).unwrap_or("").to_ascii_uppercase().as_str() {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => return Err(wrong()),
    };
    digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(wrong)
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let Ready { policy, catalog, as_of, sources } = args.basis.prepare()?;
    let outputs = args.reporting.open()?;
    let apps = match &args.basis.app {
        Some(app) => Apps::one(app),
        None => match Apps::of(&policy) {
            Ok(apps) => apps,
            Err(problems) => return Err(CommandError::problems(sources, problems)),
        },
    };
    let scanner = Scanner::new(&catalog);
    let outcomes = walk::scan(args, &scanner, &open::own_files(&sources))?;
    let mut gathered = Gathered { sources, requests: Vec::new(), not_evaluated: outcomes.not_evaluated };
    gathered.take(outcomes.files, &apps);
    let review = Review { catalog: &catalog, policy: &policy, as_of };
    let report = review.run(&gathered.requests, gathered.sources, gathered.not_evaluated);
    outputs.write(&report)?;
    Ok(args.reporting.outcome(&report))
}

/// What a tree holds.
struct Gathered {
    sources: Sources,
    requests: Vec<Request>,
    not_evaluated: Vec<NotEvaluated>,
}

impl Gathered {
    /// Takes the files in the order of their names, each once, and each of their requests for every application that
    /// the file belongs to.
    fn take(&mut self, mut files: Vec<FoundFile>, apps: &Apps) {
        files.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.path.cmp(&b.path)));
        // `a` and `./a` are one file.
        let plain = |file: &FoundFile| file.path.strip_prefix(".").unwrap_or(&file.path).to_owned();
        files.dedup_by(|a, b| plain(a) == plain(b));
        for FoundFile { path, name, scanned } in files {
            let id = self.sources.add(Source::of_pieces(name, scanned.pieces));
            let apps = apps.of_file(&path);
            for mut request in scanned.requests {
                request.each_place(|place| place.source = id);
                self.requests.extend(apps.iter().map(|app| Request { app: app.clone(), ..request.clone() }));
            }
        }
        self.not_evaluated.sort_by(|a, b| (&a.input, &a.message).cmp(&(&b.input, &b.message)));
        self.not_evaluated.dedup_by(|a, b| (&a.input, &a.message) == (&b.input, &b.message));
    }
}
