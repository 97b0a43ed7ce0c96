//! `zscope audit` over a million grants, against the least that any program has to do, and against what a user would write.
//!
//! The grants are made up by a generator that always makes the same ones: 1,500 applications, each with a list of 5 to
//! 20 scopes of its own, some with a second version of the list, three in ten without `scope`. The peers look up a
//! verdict for each spelling of a list and know nothing of places, policies, findings or secrets:
//!
//! * `bare`: finds `"scope":"` in each line and looks the value up in a map, on one and on two cores: the physical limit;
//! * `serde`: reads each line into a struct that borrows, and looks the value up;
//! * `python`, `jq`: scripts of a few lines (skipped where the program is missing).
//!
//! `ZSCOPE_BENCH_GRANTS` sets the number of grants. `cargo bench --bench audit`

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench fails by panicking, and prints")]

#[path = "support/numbers.rs"]
mod numbers;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use numbers::Numbers;
use serde::Deserialize;
use zscope::catalog::Catalog;

fn lists(numbers: &mut Numbers) -> Vec<String> {
    let catalog = Catalog::embedded();
    let of = |service: &str| -> Vec<String> {
        let service = catalog.service(service).unwrap();
        let scopes = service.scopes().map(|(scope, _)| scope.to_string());
        scopes.filter(|scope| !scope.contains('{')).collect()
    };
    let services = ["ZohoCRM", "ZohoBooks", "Desk", "ZohoProjects", "ZohoMail", "ZOHOPEOPLE", "WorkDrive"].map(of);
    (0..1500)
        .map(|_| {
            let own = [&services[numbers.below(services.len())], &services[numbers.below(services.len())]];
            let scopes: Vec<&str> = (0..5 + numbers.below(16))
                .map(|_| {
                    let service = own[numbers.below(2)];
                    service[numbers.below(service.len())].as_str()
                })
                .collect();
            scopes.join(" ")
        })
        .collect()
}

fn generate(path: &Path, grants: usize) {
    let mut numbers = Numbers(0x5EED);
    let lists = lists(&mut numbers);
    let domains = ["https://www.zohoapis.com", "https://www.zohoapis.eu", "https://www.zohoapis.in"];
    let mut out = BufWriter::new(File::create(path).unwrap());
    for number in 0..grants {
        let app = numbers.below(lists.len());
        let mut list = &lists[app];
        if numbers.below(8) == 0 {
            list = &lists[(app + 1) % lists.len()];
        }
        let mut line = format!(
            "{{\"client\":\"app-{app}\",\"access_token\":\"1000.{number:032x}.{app:032x}\",\"refresh_token\":\"1000.{app:032x}.{number:032x}\""
        );
        if numbers.below(10) >= 3 {
            let _ = write!(line, ",\"scope\":\"{list}\"");
        }
        let domain = domains[numbers.below(3)];
        let _ = writeln!(line, ",\"api_domain\":\"{domain}\",\"token_type\":\"Bearer\",\"expires_in\":3600}}");
        out.write_all(line.as_bytes()).unwrap();
    }
    out.flush().unwrap();
}

fn bare(text: &str) -> usize {
    let finder = memchr::memmem::Finder::new("\"scope\":\"");
    let mut known: HashMap<&str, usize> = HashMap::new();
    for line in text.lines() {
        let Some(start) = finder.find(line.as_bytes()) else { continue };
        let value = &line[start + 9..];
        let value = &value[..memchr::memchr(b'"', value.as_bytes()).unwrap()];
        *known.entry(value).or_default() += 1;
    }
    known.values().sum()
}

fn serde(text: &str) -> usize {
    #[derive(Deserialize)]
    struct Response<'a> {
        scope: Option<&'a str>,
    }
    let mut known: HashMap<&str, usize> = HashMap::new();
    for line in text.lines() {
        let response: Response<'_> = serde_json::from_str(line).unwrap();
        if let Some(scope) = response.scope {
            *known.entry(scope).or_default() += 1;
        }
    }
    known.values().sum()
}

fn halves(text: &str) -> [&str; 2] {
    let middle = text[text.len() / 2..].find('\n').unwrap() + text.len() / 2 + 1;
    let (one, two) = text.split_at(middle);
    [one, two]
}

fn on_two(text: &str, count: fn(&str) -> usize) -> usize {
    std::thread::scope(|scope| {
        let running = halves(text).map(|half| scope.spawn(move || count(half)));
        running.map(|half| half.join().unwrap()).iter().sum()
    })
}

/// The best of three runs.
fn timed(mut work: impl FnMut() -> usize) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        std::hint::black_box(work());
        best = best.min(start.elapsed());
    }
    best
}

fn told(name: &str, grants: usize, took: Duration, more: &str) {
    #[allow(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = grants as f64 / took.as_secs_f64() / 1e6;
    println!("{name:<28} {:>9.3} s {rate:>8.3} M grants/s {more}", took.as_secs_f64());
}

/// Runs a program to its end; how long that took, and the most memory it had, in MB, where the system tells.
fn program(command: &mut Command) -> Option<(Duration, Option<usize>)> {
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
    let mut most = None;
    loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<usize>().ok());
        most = most.max(peak.map(|kilobytes| kilobytes / 1024));
        if child.try_wait().ok()?.is_some() {
            return Some((start.elapsed(), most));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

const PYTHON: &str = "\
import json, sys
seen = {}
for line in open(sys.argv[1]):
    scope = json.loads(line).get('scope')
    if scope is not None:
        seen[scope] = seen.get(scope, 0) + 1
print(len(seen))
";

fn main() {
    // `cargo test --benches` runs this, too: then a few grants are enough to see that it works.
    let is_bench = std::env::args().any(|arg| arg == "--bench");
    let asked = std::env::var("ZSCOPE_BENCH_GRANTS").ok().and_then(|grants| grants.parse().ok());
    let grants: usize = asked.unwrap_or(if is_bench { 1_000_000 } else { 1_000 });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grants.ndjson");
    generate(&path, grants);
    let text = fs::read_to_string(&path).unwrap();
    println!("{grants} grants, {} MB", text.len() / 1_000_000);
    told("bare, one core", grants, timed(|| bare(&text)), "");
    told("bare, two cores", grants, timed(|| on_two(&text, bare)), "");
    told("serde, one core", grants, timed(|| serde(&text)), "");
    told("serde, two cores", grants, timed(|| on_two(&text, serde)), "");
    drop(text);
    let file = path.to_str().unwrap();
    let zscope = env!("CARGO_BIN_EXE_zscope");
    for (name, args) in [
        ("zscope --summary", &["--summary"][..]),
        ("zscope", &[]),
        ("zscope --format csv", &["--format", "csv"]),
        ("zscope --format ndjson", &["--format", "ndjson"]),
    ] {
        let mut command = Command::new(zscope);
        let (took, most) = program(command.arg("audit").arg(file).args(args).current_dir(folder.path())).unwrap();
        told(name, grants, took, &most.map(|most| format!("peak {most} MB")).unwrap_or_default());
    }
    match program(Command::new("python3").args(["-c", PYTHON, file])) {
        Some((took, _)) => told("python", grants, took, ""),
        None => println!("python: skipped, there is no python3"),
    }
    // jq takes minutes for a million: a tenth tells its speed.
    let part = folder.path().join("part.ndjson");
    let lines = grants.min(grants / 10 + 1);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&part, text.lines().take(lines).flat_map(|line| [line, "\n"]).collect::<String>()).unwrap();
    match program(Command::new("jq").args(["-c", "[.client, .scope]"]).arg(&part)) {
        Some((took, _)) => told("jq, prints the scopes", lines, took, ""),
        None => println!("jq: skipped, it is missing"),
    }
}
