//! Lookups of calls, against a set of regular expressions made of the same templates.
//!
//! One lookup of every template of the embedded catalog, with made-up values, is one iteration. The peer tells which
//! templates match and stops there; the index also ranks them by closeness, service and host.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench fails by panicking, and prints")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use regex::Regex;
use zscope::catalog::Catalog;
use zscope::catalog::calls::{Call, Index};

/// The placeholders of all services.
const PLACEHOLDER: &str = r"\(\\d\+\)|\{[^}]*\}|<[^>]*>|\[[^\]]*\]|:\w+";

/// Runs a piece of work ten times and prints its median time.
fn time(name: &str, mut work: impl FnMut() -> usize) {
    let mut times: Vec<Duration> = (0..10)
        .map(|_| {
            let started = Instant::now();
            black_box(work());
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("{name:<32} {:>9.3} ms", times[5].as_secs_f64() * 1000.0);
}

fn main() {
    let catalog = Catalog::embedded();
    let endpoints: Vec<_> = catalog.services().flat_map(|service| catalog.endpoints(&service.name)).collect();
    let endpoints: Vec<_> = endpoints.into_iter().filter(|endpoint| endpoint.path.starts_with('/')).collect();
    let placeholder = Regex::new(PLACEHOLDER).unwrap();
    let lines: Vec<String> = endpoints
        .iter()
        .map(|endpoint| {
            let path = endpoint.path.split('?').next().unwrap_or_default();
            format!("{} {}", endpoint.method.replace("UNSTATED", "GET"), placeholder.replace_all(path, "70071"))
        })
        .collect();
    let calls: Vec<Call> = lines.iter().map(|line| line.parse().unwrap()).collect();

    println!("{} lookups", calls.len());
    let index = Index::build(&catalog);
    time("index", || calls.iter().map(|call| index.find(black_box(call)).matches.len()).sum());
    time("index, parsing included", || {
        lines.iter().map(|line| index.find(&black_box(line).parse().unwrap()).matches.len()).sum()
    });
    let patterns: Vec<String> = endpoints
        .iter()
        .map(|endpoint| {
            let path = endpoint.path.split('?').next().unwrap_or_default();
            let pieces: Vec<String> = placeholder.split(path).map(regex::escape).collect();
            format!("^{} {}$", endpoint.method.replace("UNSTATED", "[A-Z]+"), pieces.join("[!-.0-~]+"))
        })
        .collect();
    // With limits so wide that the set keeps its fastest engine.
    let compiled = || {
        let mut builder = regex::RegexSetBuilder::new(&patterns);
        builder.unicode(false).size_limit(1 << 30).dfa_size_limit(1 << 28).build().unwrap()
    };
    let set = compiled();
    time("regex set", || lines.iter().map(|line| set.matches(black_box(line)).iter().count()).sum());
    time("building the index", || Index::build(black_box(&catalog)).len());
    time("decoding and building the index", || Index::build(black_box(&Catalog::embedded())).len());
    time("building the regex set", || compiled().len());
}
