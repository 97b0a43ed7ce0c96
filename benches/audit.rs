//! `zscope audit` over a million grants, against the least that any program has to do, and against what a user would write.
//!
//! The grants are made up by a generator that always makes the same ones: 1,500 applications, each with a list of 5 to
//! 20 scopes of its own, some with the list of another, three in ten without `scope`. Every program is a process of its
//! own that reads the file. The peers look up each spelling of a list and know nothing of places, policies, findings or
//! secrets:
//!
//! * `bare`: finds `"scope":"` in each line, on one and on two cores: the physical limit;
//! * `serde`: reads each line into a struct that borrows;
//! * `python`, `jq`: scripts of a few lines (skipped where the program is missing); `python csv` writes a row for each
//!   scope, as zscope does;
//! * `duckdb`: what somebody would do who knows SQL: each distinct scope is judged first, by zscope, and joined to the
//!   grants. It comes from `PyPI` (`pip install duckdb` into a folder of the run); where that fails, the reason is told.
//!
//! There are two shapes of grants. In the one, 1,500 lists come again and again; in the other, all lists are different, as
//! in a real tenant, whose scopes are few. zscope is run without a policy, and with one that has an application for each
//! client. All take turns, so that a machine's moods meet all of them. Figures are medians: time, processor time, and the
//! highest memory; a ratio is that of processor times, and over 1, the peer takes more than zscope.
//!
//! `benches/warehouse.sh` holds the exported policy on `DuckDB` and Spark against the same audit.
//!
//! `ZSCOPE_BENCH_GRANTS` sets the number of grants, `ZSCOPE_BENCH_ROUNDS` that of turns; `ZSCOPE_BENCH_OTHER` names another
//! program to run beside, such as an older build. `cargo bench --bench audit`

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench fails by panicking, and prints")]

#[path = "support/grants.rs"]
mod grants;
#[path = "support/numbers.rs"]
mod numbers;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use ahash::RandomState;
use grants::{APPS, generate, lists, policy};
use numbers::Numbers;
use serde::Deserialize;

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
    name: String,
    grants: usize,
    command: Vec<String>,
    took: Vec<Duration>,
    /// Processor time, user and system, children included.
    used: Vec<Duration>,
    /// In MB, where the system tells.
    peak: Option<usize>,
}

impl Program {
    fn new(name: &str, grants: usize, program: &str, args: &[&str]) -> Self {
        let command = [program].iter().chain(args).map(|&word| word.to_owned()).collect();
        Self { name: name.to_owned(), grants, command, took: Vec::new(), used: Vec::new(), peak: None }
    }

    /// Runs it to its end, if it is there at all. The shell tells the processor time of what it has run.
    fn run(&mut self) {
        let start = Instant::now();
        let mut command = Command::new("bash");
        command.args(["-c", "\"$@\" >/dev/null 2>&1; code=$?; times; [ $code -lt 126 ]", "bash"]).args(&self.command);
        let Ok(mut child) = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn() else { return };
        let children = format!("/proc/{0}/task/{0}/children", child.id());
        loop {
            let own = fs::read_to_string(&children).unwrap_or_default();
            let own = own.split_whitespace().next().unwrap_or("none");
            let status = fs::read_to_string(format!("/proc/{own}/status")).unwrap_or_default();
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let peak = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<usize>().ok());
            self.peak = self.peak.max(peak.map(|kilobytes| kilobytes / 1024));
            if let Some(status) = child.try_wait().unwrap() {
                if status.success() {
                    self.took.push(start.elapsed());
                    let mut told = String::new();
                    child.stdout.take().unwrap().read_to_string(&mut told).unwrap();
                    self.used.push(of_children(&told));
                }
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// The median of times.
    fn median(times: &[Duration]) -> Option<f64> {
        let mut times = times.to_vec();
        times.sort();
        times.get(times.len() / 2).map(Duration::as_secs_f64)
    }

    /// Processor time for a million grants, in seconds.
    #[allow(clippy::cast_precision_loss, reason = "a rate for people")]
    fn cost(&self) -> Option<f64> {
        Some(Self::median(&self.used)? / self.grants as f64 * 1e6)
    }

    fn tell(&self, peers: &[&Self]) {
        let (Some(took), Some(cost)) = (Self::median(&self.took), self.cost()) else {
            println!("{:<42} skipped: it is not here", self.name);
            return;
        };
        let mut more = self.peak.map(|peak| format!(", {peak} MB")).unwrap_or_default();
        for peer in peers.iter().filter(|peer| peer.name != self.name) {
            if let Some(other) = peer.cost() {
                let _ = write!(more, ", {}: {:.2}", peer.name, other / cost);
            }
        }
        println!("{:<42} {took:>7.3} s, {cost:>6.3} CPU s a million grants{more}", self.name);
    }
}

/// What `times` tells of the shell's children: the second line, user and system as in `0m1.234s 0m0.056s`.
fn of_children(told: &str) -> Duration {
    let line = told.lines().last().unwrap_or_default();
    let seconds = line.split_whitespace().map(|time| {
        let (minutes, seconds) = time.trim_end_matches('s').split_once('m').unwrap();
        minutes.parse::<f64>().unwrap() * 60.0 + seconds.parse::<f64>().unwrap()
    });
    Duration::from_secs_f64(seconds.sum())
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

/// The scopes of all grants as a set, as somebody would who wants to know what is held.
const PYTHON_SET: &str = "\
import json, sys
seen = set()
for line in open(sys.argv[1]):
    scope = json.loads(line).get('scope')
    if scope is not None:
        seen.update(scope.split(' '))
print(len(seen))
";

/// A row for each scope of each grant, with a verdict that is looked up.
const PYTHON_CSV: &str = "\
import csv, json, sys
out = csv.writer(sys.stdout)
said = {}
for number, line in enumerate(open(sys.argv[1]), 1):
    grant = json.loads(line)
    for scope in (grant.get('scope') or '').split(' '):
        row = said.get(scope)
        if row is None:
            row = said[scope] = ('known', scope, scope, 'allowed', 'warning', 'ZS203 ZS205',
                '`' + scope + '` allows every operation: CREATE, UPDATE and DELETE besides reading', '', '',
                'every operation on what the resource holds', 'personal financial')
        out.writerow((sys.argv[1], number, grant['client'], '', 'eu') + row)
";

const DUCKDB: &str = "\
import subprocess, sys, duckdb
path, zscope, folder = sys.argv[1:4]
db = duckdb.connect()
db.execute('set threads to 2')
db.execute(\"create table grants as select client, scope from read_json(?, format='newline_delimited', \\
columns={'client': 'varchar', 'scope': 'varchar'})\", [path])
scopes = db.execute(\"select distinct unnest(string_split(scope, ' ')) from grants where scope is not null\").fetchall()
open(folder + '/scopes.txt', 'w').write('\\n'.join(scope for (scope,) in scopes))
rows = subprocess.run([zscope, 'check', folder + '/scopes.txt', '--format', 'csv'], capture_output=True).stdout
open(folder + '/verdicts.csv', 'wb').write(rows)
db.execute(\"create table verdicts as select written, max(verdict) verdict, max(severity) severity \\
from read_csv(?, header=true, all_varchar=true) group by written\", [folder + '/verdicts.csv'])
print(db.execute(\"select verdict, severity, count(*) from (select unnest(string_split(scope, ' ')) written from grants) \\
join verdicts using (written) group by all\").fetchall())
";

/// The folder with `DuckDB` for Python, or why there is none.
fn duckdb(folder: &Path) -> Result<String, String> {
    let target = folder.join("duckdb").to_str().unwrap().to_owned();
    let probe = |path: &str| {
        let probe = Command::new("python3").args(["-c", "import duckdb"]).env("PYTHONPATH", path).output();
        probe.is_ok_and(|probe| probe.status.success())
    };
    if probe("") {
        return Ok(String::new());
    }
    let pip = ["-m", "pip", "install", "--quiet", "--target", &target, "duckdb"];
    match Command::new("python3").args(pip).output() {
        Ok(_) if probe(&target) => Ok(target),
        Ok(output) => {
            Err(String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or("it cannot be loaded").to_owned())
        }
        Err(error) => Err(error.to_string()),
    }
}

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
    let (again, different, part, apps) =
        (path("again.ndjson"), path("different.ndjson"), path("part.ndjson"), path("apps.yaml"));
    let mut numbers = Numbers(0x5EED);
    let known = lists(&mut numbers, APPS);
    generate(Path::new(&again), grants, &known);
    policy(Path::new(&apps), &known);
    generate(Path::new(&different), grants, &lists(&mut numbers, grants));
    // What is slow is told by a tenth.
    let tenth = grants.min(grants / 10 + 1);
    generate(Path::new(&part), tenth, &lists(&mut numbers, tenth));
    println!("{grants} grants, {} MB", fs::metadata(&again).unwrap().len() / 1_000_000);

    let own = args[0].as_str();
    let zscope = env!("CARGO_BIN_EXE_zscope");
    let other = std::env::var("ZSCOPE_BENCH_OTHER").ok();
    for (shape, grants, file) in [("1,500 lists again", grants, &again), ("all lists different", grants, &different)] {
        println!("\n{shape}: --summary");
        let mut programs = vec![
            Program::new("zscope", grants, zscope, &["audit", file, "--summary"]),
            Program::new("zscope, 1,500 policies", grants, zscope, &["audit", file, "--summary", "--policy", &apps]),
            Program::new("bare", grants, own, &["--peer", "bare", file, "2"]),
            Program::new("serde", grants, own, &["--peer", "serde", file, "2"]),
            Program::new("python", grants, "python3", &["-c", PYTHON, file]),
            Program::new("python set", grants, "python3", &["-c", PYTHON_SET, file]),
            Program::new("jq", grants, "jq", &["-c", "[.client, .scope]", file]),
        ];
        match duckdb(folder.path()) {
            Ok(place) => {
                let place = format!("PYTHONPATH={place}");
                let script = [&place, "python3", "-c", DUCKDB, file, zscope, folder.path().to_str().unwrap()];
                programs.push(Program::new("duckdb", grants, "env", &script));
            }
            Err(reason) => println!("duckdb skipped: {reason}"),
        }
        if let Some(other) = &other {
            programs.push(Program::new("other zscope", grants, other, &["audit", file, "--summary"]));
        }
        measure(&mut programs, rounds);
    }
    println!("\nall lists different: every row");
    let mut programs = vec![
        Program::new("zscope csv", tenth, zscope, &["audit", &part, "--format", "csv"]),
        Program::new("zscope ndjson", tenth, zscope, &["audit", &part, "--format", "ndjson"]),
        Program::new("python csv", tenth, "python3", &["-c", PYTHON_CSV, &part]),
    ];
    if let Some(other) = &other {
        programs.push(Program::new("other zscope csv", tenth, other, &["audit", &part, "--format", "csv"]));
    }
    measure(&mut programs, rounds);
}

/// Lets programs take turns, and tells what they took; of zscope, beside all others.
fn measure(programs: &mut [Program], rounds: usize) {
    for _ in 0..rounds {
        programs.iter_mut().for_each(Program::run);
    }
    let peers: Vec<&Program> = programs.iter().filter(|program| !program.name.starts_with("zscope")).collect();
    for program in programs.iter() {
        program.tell(if program.name.starts_with("zscope") { &peers } else { &[] });
    }
}
