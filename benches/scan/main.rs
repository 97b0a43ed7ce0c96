//! `zscope scan` against ripgrep on the same trees, warm, with the same number of threads, in alternation.
//!
//! ripgrep looks for the names of the same services with one expression over bytes, and does nothing else; zscope also
//! parses, judges and reports. The trees are made up by a generator that always makes the same ones: a source tree of
//! more than a gigabyte in more than 100,000 files, 100,000 small files, and one file of 500 MB. A ratio over 1 means
//! that zscope is faster.
//!
//! `cargo bench --bench scan`, with these variables where others are wanted:
//!
//! * `ZSCOPE_BENCH_RG`: the ripgreps to run against, parted by colons [default: `rg`]
//! * `ZSCOPE_BENCH_FOLDER`: where the trees are made, and found again by the next run [default: below `target/`]
//! * `ZSCOPE_BENCH_PROGRAM`: the zscope to run [default: the one just built]
//! * `ZSCOPE_BENCH_ROUNDS`: how often each program runs on each tree [default: 11]
//! * `ZSCOPE_BENCH_THREADS`: with how many threads [default: 2]

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a bench fails by panicking, and prints rates for people"
)]

mod language;
#[path = "../support/numbers.rs"]
mod numbers;
mod tree;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, iter};

use zscope::catalog::Catalog;

use tree::{Content, Maker};

fn main() {
    // `cargo test --benches` runs this, too: then a little is enough to see that it works.
    let is_bench = env::args().any(|arg| arg == "--bench");
    let (files, bytes) = if is_bench { (110_000, 500_000_000) } else { (300, 3_000_000) };
    let folder = env::var_os("ZSCOPE_BENCH_FOLDER").filter(|_| is_bench);
    let folder = folder.map_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("scan"), PathBuf::from);
    let folder = folder.join(if is_bench { "whole" } else { "part" });
    let rounds = number("ZSCOPE_BENCH_ROUNDS").unwrap_or(if is_bench { 11 } else { 1 });
    let threads = format!("-j{}", number("ZSCOPE_BENCH_THREADS").unwrap_or(2));
    let peers = env::var("ZSCOPE_BENCH_RG").unwrap_or_else(|_| "rg".to_owned());
    let peers: Vec<&str> = peers.split(':').filter(|peer| version(peer).is_some()).collect();
    for peer in &peers {
        println!("{peer}: {}", version(peer).unwrap_or_default());
    }
    if peers.is_empty() {
        println!("ripgrep is missing: no ratios");
    }
    let pattern = pattern();
    let program = env::var("ZSCOPE_BENCH_PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_zscope").to_owned());
    let trees = [
        made(&folder.join("sources"), |folder| Maker::new().sources(folder, files)),
        made(&folder.join("large"), |folder| Maker::new().large(folder, bytes)),
        made(&folder.join("small"), |folder| Maker::new().small(folder, files.min(100_000))),
    ];
    let out = tempfile::tempdir().unwrap();
    for (tree, content) in &trees {
        let name = tree.file_name().unwrap().to_string_lossy();
        println!("{name}: {} files, {} MB, {} scopes", content.files, content.bytes / 1_000_000, content.scopes);
        let mut zscope = Command::new(&program);
        zscope.arg("scan").arg(tree).args([&threads, "--hidden", "--no-ignore", "--fail-on=never", "--format=json"]);
        let report = out.path().join("zscope");
        let mut programs = vec![("zscope".to_owned(), zscope, report.clone())];
        for (nth, peer) in peers.iter().enumerate() {
            let mut rg = Command::new(peer);
            rg.args(["--no-config", &threads, "-i", "-uu", "-o", "-n", &pattern]).arg(tree);
            programs.push(((*peer).to_owned(), rg, out.path().join(nth.to_string())));
        }
        let mut times = vec![Vec::new(); programs.len()];
        // The first round only warms the cache.
        for round in 0..=rounds {
            for ((_, program, out), times) in iter::zip(&mut programs, &mut times) {
                let took = timed(program.current_dir(folder.parent().unwrap()), out);
                if round > 0 {
                    times.push(took);
                }
            }
        }
        let found = found(&report);
        assert!(found >= content.scopes, "{found} of {} scopes found", content.scopes);
        let ours = Times::of(&times[0]);
        for ((program, ..), times) in iter::zip(&programs, &times) {
            ours.against(program, &Times::of(times), *content);
        }
    }
}

fn number(variable: &str) -> Option<usize> {
    env::var(variable).ok()?.parse().ok()
}

fn version(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    String::from_utf8(output.stdout).ok()?.lines().next().map(str::to_owned)
}

/// The expression that finds what begins with the name of a service.
fn pattern() -> String {
    let catalog = Catalog::embedded();
    let names: Vec<&str> = catalog.names().collect();
    format!(r"(?-u)\b(?:{})(?:\.[A-Za-z0-9_{{}}$]+){{1,4}}\b", names.join("|"))
}

/// A tree as it was made before, or made now.
fn made(tree: &Path, make: impl FnOnce(&Path) -> Content) -> (PathBuf, Content) {
    let note = tree.with_extension("content");
    let read = || {
        let text = fs::read_to_string(&note).ok()?;
        let numbers: Vec<u64> = text.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        let &[files, bytes, scopes] = numbers.as_slice() else { return None };
        Some(Content { files: usize::try_from(files).ok()?, bytes, scopes: usize::try_from(scopes).ok()? })
    };
    let content = read().unwrap_or_else(|| {
        let _ = fs::remove_dir_all(tree);
        let content = make(tree);
        fs::write(&note, format!("{} {} {}", content.files, content.bytes, content.scopes)).unwrap();
        content
    });
    (tree.to_owned(), content)
}

/// Runs a program to its end, what it says in a file.
fn timed(program: &mut Command, out: &Path) -> Duration {
    program.stdin(Stdio::null()).stdout(File::create(out).unwrap()).stderr(Stdio::null());
    let start = Instant::now();
    let status = program.status().unwrap();
    let took = start.elapsed();
    assert!(status.success(), "{program:?}: {status}");
    took
}

/// How many scopes a report tells of.
fn found(report: &Path) -> usize {
    let report: serde_json::Value = serde_json::from_reader(File::open(report).unwrap()).unwrap();
    report["scopes"].as_array().unwrap().len()
}

/// Times of one program, in seconds.
struct Times {
    least: f64,
    median: f64,
}

impl Times {
    fn of(times: &[Duration]) -> Self {
        let mut times: Vec<f64> = times.iter().map(Duration::as_secs_f64).collect();
        times.sort_by(f64::total_cmp);
        Self { least: times[0], median: times[times.len() / 2] }
    }

    fn against(&self, name: &str, other: &Self, content: Content) {
        let rate = |amount: f64| amount / other.least;
        println!(
            "  {name:<24} min {:.3} s, median {:.3} s: {:>5.0} MB/s, {:>7.0} files/s; ratio {:.2} by min, {:.2} by median",
            other.least,
            other.median,
            rate(content.bytes as f64 / 1e6),
            rate(content.files as f64),
            other.least / self.least,
            other.median / self.median,
        );
    }
}
