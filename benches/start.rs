//! How long zscope takes to start, beside `rg --version`, the least that a program of its kind does.
//!
//! The commands take turns, so that a machine's moods meet all of them; figures are medians. `ZSCOPE_BENCH_ROUNDS` sets the
//! number of turns, `ZSCOPE_BENCH_OTHER` names another program to run beside, such as an older build.
//! `cargo bench --bench start`

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench fails by panicking, and prints")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const USUAL: &str = "ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.users.ALL,ZohoCRM.org.ALL";

const COMMANDS: [&[&str]; 5] = [
    &["who", "GET", "/crm/v8/Leads"],
    &["explain", "ZohoCRM.modules.leads.READ"],
    &["check", "ZohoBooks.invoices.READ"],
    &["check", "ZohoBooks.fullaccess.all"],
    &["check", USUAL],
];

/// How long a program takes; nothing where it is missing.
fn time(program: &str, args: &[&str]) -> Option<Duration> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    command.status().ok()?;
    Some(start.elapsed())
}

fn main() {
    // `cargo test --benches` runs this, too: then one turn is enough to see that it works.
    let is_bench = std::env::args().any(|arg| arg == "--bench");
    let rounds = std::env::var("ZSCOPE_BENCH_ROUNDS").ok().and_then(|number| number.parse().ok());
    let rounds: usize = rounds.unwrap_or(if is_bench { 50 } else { 1 });
    let other = std::env::var("ZSCOPE_BENCH_OTHER").ok();
    let programs = [Some(env!("CARGO_BIN_EXE_zscope")), other.as_deref()];
    let mut runs: Vec<(&str, &[&str], Vec<Duration>)> = vec![("rg", &["--version"], Vec::new())];
    for args in COMMANDS {
        runs.extend(programs.into_iter().flatten().map(|program| (program, args, Vec::new())));
    }
    for _ in 0..rounds {
        for (program, args, took) in &mut runs {
            took.extend(time(program, args));
        }
    }
    let medians: Vec<Option<f64>> = runs
        .iter_mut()
        .map(|(_, _, took)| {
            took.sort();
            took.get(took.len() / 2).map(|median| median.as_secs_f64() * 1000.0)
        })
        .collect();
    let least = medians[0];
    for ((program, args, _), median) in runs.iter().zip(&medians) {
        let beyond = median.zip(least).map(|(median, least)| format!("{:+.2} ms to rg", median - least));
        let median = median.map_or("missing".to_owned(), |median| format!("{median:.2} ms"));
        let name = program.rsplit('/').next().unwrap_or(program);
        println!("{median:>9} {:>18}  {name} {}", beyond.unwrap_or_default(), args.join(" "));
    }
}
