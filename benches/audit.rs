//! `zscope audit` over a million grants, against the least that any program has to do, and against what a user would write.
//!
//! The grants are made up by a generator that always makes the same ones: 1,500 applications, each with a list of 5 to
//! 20 scopes of its own, some with the list of another, three in ten without `scope`. Every program is a process of its
//! own that reads the file. The peers look up each spelling of a list and know nothing of places, policies, findings or
//! secrets:
//!
//! * `bare`: finds `"scope":"` in each line, on one and on two cores: the physical limit;
//! * `serde`: reads each line into a struct that borrows;
//! * `python`, `jq`: scripts of a few lines (skipped where the program is missing).
//!
//! zscope is run without a policy, with one that has an application for each client, and on grants of which no two hold
//! the same. All take turns, so that a machine's moods meet all of them. The ratio is that of median times: over 0.5, a
//! peer takes more than half of zscope's time.
//!
//! `ZSCOPE_BENCH_GRANTS` sets the number of grants, `ZSCOPE_BENCH_ROUNDS` that of turns. `cargo bench --bench audit`

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench fails by panicking, and prints")]

#[path = "support/numbers.rs"]
mod numbers;

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use ahash::RandomState;
use numbers::Numbers;
use serde::Deserialize;
use zscope::catalog::Catalog;

/// So many applications.
const APPS: usize = 1500;

fn lists(numbers: &mut Numbers, number: usize) -> Vec<String> {
    let catalog = Catalog::embedded();
    let of = |service: &str| -> Vec<String> {
        let service = catalog.service(service).unwrap();
        let scopes = service.scopes().map(|(scope, _)| scope.to_string());
        scopes.filter(|scope| !scope.contains('{')).collect()
    };
    let services = ["ZohoCRM", "ZohoBooks", "Desk", "ZohoProjects", "ZohoMail", "ZOHOPEOPLE", "WorkDrive"].map(of);
    (0..number)
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

/// Writes grants that hold one of so many lists.
fn generate(path: &Path, grants: usize, lists: &[String]) {
    let mut numbers = Numbers(0x6EED);
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

/// A policy with an application for each client, which may have the first half of what it holds.
fn policy(path: &Path, lists: &[String]) {
    let mut text = String::from("version: 1\ndefault: deny\nextends: [builtin:least-privilege]\napps:\n");
    for (app, list) in lists.iter().enumerate() {
        let scopes: BTreeSet<&str> = list.split(' ').take(list.split(' ').count() / 2).collect();
        let scopes: Vec<&str> = scopes.into_iter().collect();
        let _ = writeln!(text, "  app-{app}: {{ owner: team, allow: [{}] }}", scopes.join(", "));
    }
    fs::write(path, text).unwrap();
}

/// How often each list stands there.
type Counts = HashMap<Box<[u8]>, usize, RandomState>;

fn count(counts: &mut Counts, list: &[u8]) {
    match counts.get_mut(list) {
        Some(times) => *times += 1,
        None => {
            counts.insert(list.into(), 1);
        }
    }
}

#[derive(Deserialize)]
struct Response<'a> {
    scope: Option<&'a str>,
}

/// Counts the list of a line.
fn look(kind: &str, line: &[u8], finder: &memchr::memmem::Finder<'_>, counts: &mut Counts) {
    if kind == "bare" {
        if let Some(at) = finder.find(line) {
            let list = &line[at + finder.needle().len()..];
            count(counts, &list[..memchr::memchr(b'"', list).unwrap()]);
        }
        return;
    }
    let response: Response<'_> = serde_json::from_slice(line).unwrap();
    if let Some(list) = response.scope {
        count(counts, list.as_bytes());
    }
}

/// A peer: reads the file in pieces on so many threads, and looks at each line.
fn peer(kind: &str, path: &str, threads: usize) {
    let input = Mutex::new((File::open(path).unwrap(), Vec::<u8>::new()));
    let work = || {
        let mut counts = Counts::default();
        let finder = memchr::memmem::Finder::new("\"scope\":\"");
        let mut text = vec![0; 128 << 10];
        loop {
            let end = {
                let (file, rest) = &mut *input.lock().unwrap();
                text[..rest.len()].copy_from_slice(rest);
                let mut filled = rest.len();
                while filled < text.len() {
                    match file.read(&mut text[filled..]).unwrap() {
                        0 => break,
                        read => filled += read,
                    }
                }
                let Some(end) = memchr::memrchr(b'\n', &text[..filled]) else { break };
                rest.clear();
                rest.extend_from_slice(&text[end + 1..filled]);
                end
            };
            for line in text[..end].split(|byte| *byte == b'\n') {
                look(kind, line, &finder, &mut counts);
            }
        }
        counts.values().sum::<usize>()
    };
    let sum: usize = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    println!("{sum}");
}

/// A program with its figures.
struct Program {
    name: &'static str,
    grants: usize,
    command: Command,
    took: Vec<Duration>,
    /// In MB, where the system tells.
    peak: Option<usize>,
}

impl Program {
    fn new(name: &'static str, grants: usize, program: &str, args: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.args(args);
        Self { name, grants, command, took: Vec::new(), peak: None }
    }

    /// Runs it to its end. Whether it is there at all.
    fn run(&mut self) -> bool {
        let start = Instant::now();
        let command = self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(mut child) = command.spawn() else { return false };
        loop {
            let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let peak = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<usize>().ok());
            self.peak = self.peak.max(peak.map(|kilobytes| kilobytes / 1024));
            if child.try_wait().unwrap().is_some() {
                self.took.push(start.elapsed());
                return true;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn median(&self) -> Option<Duration> {
        let mut took = self.took.clone();
        took.sort();
        took.get(took.len() / 2).copied()
    }

    /// Grants in a second, in millions.
    #[allow(clippy::cast_precision_loss, reason = "a rate for people")]
    fn rate(&self, took: Duration) -> f64 {
        self.grants as f64 / took.as_secs_f64() / 1e6
    }

    fn tell(&self, peers: &[&Self]) {
        let (Some(median), Some(best)) = (self.median(), self.took.iter().min()) else {
            println!("{:<34} skipped: it is not here", self.name);
            return;
        };
        let mut more = self.peak.map(|peak| format!(", {peak} MB")).unwrap_or_default();
        for peer in peers {
            if let Some(took) = peer.median() {
                let _ = write!(more, ", {:.2} of {}", self.rate(median) / peer.rate(took), peer.name);
            }
        }
        println!(
            "{:<34} {:>7.3} s (best {:.3}), {:>6.3} M grants/s{more}",
            self.name,
            median.as_secs_f64(),
            best.as_secs_f64(),
            self.rate(median)
        );
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
    let args: Vec<String> = std::env::args().collect();
    if let [_, flag, kind, path, threads] = &args[..]
        && flag == "--peer"
    {
        return peer(kind, path, threads.parse().unwrap());
    }
    // `cargo test --benches` runs this, too: then a few grants are enough to see that it works.
    let is_bench = args.iter().any(|arg| arg == "--bench");
    let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse().ok());
    let grants: usize = number("ZSCOPE_BENCH_GRANTS").unwrap_or(if is_bench { 1_000_000 } else { 1000 });
    let rounds = number("ZSCOPE_BENCH_ROUNDS").unwrap_or(if is_bench { 5 } else { 1 });
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (all, part, other, apps) =
        (path("grants.ndjson"), path("part.ndjson"), path("other.ndjson"), path("apps.yaml"));
    let mut numbers = Numbers(0x5EED);
    let known = lists(&mut numbers, APPS);
    generate(Path::new(&all), grants, &known);
    policy(Path::new(&apps), &known);
    // What is slow is told by a tenth.
    let tenth = grants.min(grants / 10 + 1);
    generate(Path::new(&part), tenth, &known);
    generate(Path::new(&other), tenth, &lists(&mut numbers, tenth));
    println!("{grants} grants, {} MB", fs::metadata(&all).unwrap().len() / 1_000_000);

    let (own, zscope) = (args[0].as_str(), env!("CARGO_BIN_EXE_zscope"));
    let mut programs = [
        Program::new("bare, two cores", grants, own, &["--peer", "bare", &all, "2"]),
        Program::new("serde, two cores", grants, own, &["--peer", "serde", &all, "2"]),
        Program::new("bare, one core", grants, own, &["--peer", "bare", &all, "1"]),
        Program::new("zscope --summary", grants, zscope, &["audit", &all, "--summary"]),
        Program::new("zscope", grants, zscope, &["audit", &all]),
        Program::new(
            "zscope --summary, 1,500 policies",
            grants,
            zscope,
            &["audit", &all, "--summary", "--policy", &apps],
        ),
        Program::new("zscope --summary, no two alike", tenth, zscope, &["audit", &other, "--summary"]),
        Program::new("zscope --format csv", tenth, zscope, &["audit", &part, "--format", "csv"]),
        Program::new("zscope --format ndjson", tenth, zscope, &["audit", &part, "--format", "ndjson"]),
        Program::new("python", tenth, "python3", &["-c", PYTHON, &part]),
        Program::new("jq, prints the scopes", tenth, "jq", &["-c", "[.client, .scope]", &part]),
    ];
    for _ in 0..rounds {
        for program in &mut programs {
            program.run();
        }
    }
    let [bare, json, ..] = &programs;
    for program in &programs {
        program.tell(&if program.name.starts_with("zscope") { vec![bare, json] } else { Vec::new() });
    }
}
