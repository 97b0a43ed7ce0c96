//! `zscope scan`: the scopes that a source tree asks for, each judged at its line.

mod apps;
mod fix;
mod listing;
mod open;
mod progress;
mod since;
mod walk;
mod worker;

use std::collections::HashSet;
use std::ffi::OsString;
use std::mem::ManuallyDrop;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Parser;

use super::Outcome;
use super::baseline::KnownFindings;
use super::error::CommandError;
use super::reporting::Reporting;
use super::setup::{Basis, Ready};
use crate::catalog::Catalog;
use crate::input::Request;
use crate::input::scan::Scanner;
use crate::report::{Coverage, Notice, Report, clean};
use crate::review::{Gathered, Review};
use crate::text::{Source, Sources};
pub(super) use apps::Apps;
use fix::{Fixed, Fixer};
use open::OwnFiles;
pub(super) use walk::files_of;
use worker::{FoundFile, Outcomes};

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
    baseline: KnownFindings,

    /// Make the changes that leave the access as it is: canonical case, duplicates, redundant scopes, known misspellings
    #[arg(long)]
    fix: bool,

    /// Show these changes as a diff instead of making them; exit 1 when there are any
    #[arg(long)]
    diff: bool,

    #[command(flatten)]
    choice: Choice,

    /// Scan the files that a list names, one a line (or parted by zero bytes), and no others; - reads standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "since"])]
    files_from: Option<PathBuf>,

    /// Scan standard input as a file of this name, which need not be there: the name tells how it is written, and whose it is
    #[arg(
        long,
        value_name = "PATH",
        conflicts_with_all = ["paths", "since", "files_from", "fix", "diff", "threads"]
    )]
    stdin_filename: Option<PathBuf>,

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
    /// Says nothing new: dot files are always scanned
    #[arg(id = "hidden", long = "hidden", hide = true)]
    _hidden: bool,

    /// Scan what git neither tracks nor wants to: files that its ignore rules name. What it tracks is always scanned
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
  zscope scan --stdin-filename src/auth.py < buffer

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
    let mut ready = args.basis.prepare()?;
    let changes = args.basis.changes(&mut ready);
    let outputs = args.reporting.open()?;
    let baseline = args.baseline.read(&ready.ground)?;
    let mut notices = ready.notices();
    let Ready { mut policy, catalog, as_of, mut sources, folder, ground, .. } = ready;
    args.reporting.restrict(&mut policy)?;
    let apps = match Apps::of_run(args.basis.app.as_deref(), &policy, folder) {
        Ok(apps) => apps,
        Err(problems) => return Err(CommandError::problems(sources, problems)),
    };
    let scanner = Scanner::new(&catalog);
    let review = Review { changes, ..Review::new(&catalog, &policy, as_of) };
    let own_files = OwnFiles::of(&sources, args.reporting.paths().chain(args.baseline.path()));
    let found = match &args.stdin_filename {
        Some(name) => worker::standard_input(name, &scanner),
        None => walk::scan(args, &scanner, &own_files)?,
    };
    let mut tree = Tree::of(found, sources, &apps);
    if args.fix || args.diff {
        let fixer = Fixer { review: &review, scanner: &scanner, apps: &apps, preview: args.diff };
        let fixed = fixer.run(&tree.files)?;
        for (name, reason) in &fixed.left {
            super::tell(&format!("{} was left alone: {}", clean(name), clean(reason)));
        }
        if args.diff {
            super::print(&fixed.diff)?;
            return Ok(if fixed.changes == 0 { Outcome::Clean } else { Outcome::Findings });
        }
        let s = |count| if count == 1 { "" } else { "s" };
        let Fixed { changes, files, .. } = fixed;
        super::tell(&format!("{changes} change{} made in {files} file{}", s(changes), s(files)));
        // What is reported is what the files say now.
        sources = args.basis.prepare()?.sources;
        tree = Tree::of(walk::scan(args, &scanner, &own_files)?, sources, &apps);
    }
    let names: HashSet<String> = tree.gathered.sources.names().map(str::to_owned).collect();
    let mut report = review.run(tree.gathered);
    let is_named = args.since.is_some() || args.files_from.is_some() || args.stdin_filename.is_some();
    let whole_tree = args.paths.is_empty() && !is_named;
    let evaluated = |path: &str| names.contains(path) || (whole_tree && !Path::new(path).exists());
    let mut changes = baseline.changes(&ground, &review, &mut report.sources);
    baseline.apply(&mut report, &review, evaluated)?;
    changes.extend(ground.new_comments(&report, &catalog));
    report.findings.extend(review.of_changes(changes));
    report.settle();
    report.run.coverage = Some(tree.coverage);
    notices.extend(tree.notices);
    notices.extend(apps.outside());
    report.run.notices = notices;
    let outcome = outputs.write(report, args.inputs());
    // As with the report: the run ends here.
    std::mem::forget((catalog, policy, tree.files));
    outcome
}

/// A scan for its own sake, with the options that a scan has by itself.
#[derive(Parser)]
struct Alone {
    #[command(flatten)]
    args: Args,
}

/// What is said of a file, or of the files below a folder: a scan that changes and writes nothing.
pub(super) fn report_of(path: &Path, basis: Basis) -> Result<Report, CommandError> {
    let words = ["scan", "--"].map(OsString::from).into_iter().chain([path.as_os_str().to_owned()]);
    let alone = Alone::try_parse_from(words).map_err(|error| CommandError::usage(error.to_string()))?;
    let args = Args { basis, ..alone.args };
    let mut ready = args.basis.prepare()?;
    let changes = args.basis.changes(&mut ready);
    let mut notices = ready.notices();
    let Ready { policy, catalog, as_of, sources, folder, ground, .. } = ready;
    let catalog = ManuallyDrop::into_inner(catalog);
    let apps = match Apps::of_run(args.basis.app.as_deref(), &policy, folder) {
        Ok(apps) => apps,
        Err(problems) => return Err(CommandError::problems(sources, problems)),
    };
    let scanner = Scanner::new(&catalog);
    let own_files = OwnFiles::of(&sources, std::iter::empty());
    let tree = Tree::of(walk::scan(&args, &scanner, &own_files)?, sources, &apps);
    let review = Review { changes, ..Review::new(&catalog, &policy, as_of) };
    let mut report = review.run(tree.gathered);
    notices.extend(tree.notices);
    notices.extend(apps.outside());
    report.findings.extend(review.of_changes(ground.new_comments(&report, &catalog)));
    report.settle();
    report.run.inputs = args.inputs();
    report.run.coverage = Some(tree.coverage);
    report.run.notices = notices;
    Ok(report)
}

/// What files and folders ask for: each file with its lists; those in which nothing was found are left out.
pub(super) fn requests(
    paths: &[PathBuf],
    catalog: &Catalog,
) -> Result<Vec<(String, Source, Vec<Request>)>, CommandError> {
    let words = ["scan", "--"].map(OsString::from).into_iter().chain(paths.iter().map(OsString::from));
    let alone = Alone::try_parse_from(words).map_err(|error| CommandError::usage(error.to_string()))?;
    let scanner = Scanner::new(catalog);
    let own_files = OwnFiles::of(&Sources::default(), std::iter::empty());
    let mut files = walk::scan(&alone.args, &scanner, &own_files)?.files;
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let found = files.into_iter().filter(|file| !file.scanned.requests.is_empty());
    let found = found.map(|FoundFile { name, scanned, .. }| {
        (name.clone(), Source::of_pieces(name, scanned.pieces), scanned.requests)
    });
    Ok(found.collect())
}

impl Args {
    /// What the run is to look at, as it was named.
    fn inputs(&self) -> Vec<String> {
        let shown = |path: &PathBuf| path.to_string_lossy().into_owned();
        match self.files_from.as_ref().or(self.stdin_filename.as_ref()) {
            Some(list) => vec![shown(list)],
            None if self.paths.is_empty() => vec![".".to_owned()],
            None => self.paths.iter().map(shown).collect(),
        }
    }
}

/// What a tree holds.
struct Tree {
    /// The files in which something was found, each with the name that reports show.
    files: Vec<(PathBuf, String)>,
    gathered: Gathered,
    coverage: Coverage,
    notices: Vec<Notice>,
}

impl Tree {
    /// Takes the files in the order of their names, each once, and each of their requests for every application that
    /// the file belongs to.
    fn of(outcomes: Outcomes, sources: Sources, apps: &Apps) -> Self {
        let Outcomes { mut files, mut not_evaluated, counts, notices } = outcomes;
        files.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.path.cmp(&b.path)));
        // `a` and `./a` are one file.
        let plain = |file: &FoundFile| file.path.strip_prefix(".").unwrap_or(&file.path).to_owned();
        files.dedup_by(|a, b| plain(a) == plain(b));
        not_evaluated.sort_by(|a, b| (&a.input, &a.message).cmp(&(&b.input, &b.message)));
        not_evaluated.dedup_by(|a, b| (&a.input, &a.message) == (&b.input, &b.message));
        let mut tree = Self {
            files: Vec::new(),
            gathered: Gathered { sources, not_evaluated, ..Gathered::default() },
            coverage: counts,
            notices,
        };
        for FoundFile { path, name, scanned } in files {
            let id = tree.gathered.sources.add(Source::of_pieces(&*name, scanned.pieces));
            tree.gathered.ignores.extend(scanned.ignores.into_iter().map(|ignore| ignore.moved_to(id)));
            let apps = apps.of_file(&path);
            for mut request in scanned.requests {
                request.each_place(|place| place.source = id);
                tree.gathered.requests.extend(apps.iter().map(|app| Request { app: app.clone(), ..request.clone() }));
            }
            tree.files.push((path, name));
        }
        tree
    }
}
