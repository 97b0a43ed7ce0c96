//! `zscope scan` over files as they are found in the wild: looping, shut, growing, vanishing, endless, huge, oddly named.
//! Never a hang, never a panic; what could not be read is told.

#![cfg(unix)]

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::Value;

use crate::run::{Ended, Run, zscope};

const SCOPE: &str = "'Desk.tickets.READ'\n";

fn scan(args: &[&str]) -> Run {
    let mut run = zscope(&["scan", "--as-of", "2026-11-23", "--format", "json"]);
    run.command.args(args);
    run
}

fn report(ended: &Ended) -> Value {
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {} {}", ended.stdout, ended.stderr))
}

/// `path:line` of every scope.
fn places(report: &Value) -> Vec<String> {
    let place =
        |scope: &Value| format!("{}:{}", scope["location"]["path"].as_str().unwrap(), scope["location"]["line"]);
    report["scopes"].as_array().unwrap().iter().map(place).collect()
}

/// `input: message` of everything that could not be read.
fn untold(report: &Value) -> Vec<String> {
    let of = |input: &Value| format!("{}: {}", input["input"].as_str().unwrap(), input["message"].as_str().unwrap());
    report["not_evaluated"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn links_are_not_followed_and_loops_end() {
    let mut run = scan(&[]).file("a/b/c.js", SCOPE);
    let folder = run.path().to_owned();
    symlink("..", folder.join("a/b/up")).unwrap();
    symlink(&folder, folder.join("a/whole")).unwrap();
    symlink("self", folder.join("self")).unwrap();
    symlink("nowhere", folder.join("dangling")).unwrap();
    symlink("a/b/c.js", folder.join("file.js")).unwrap();
    let ended = run.ended();
    assert_eq!((ended.code, places(&report(&ended))), (Some(0), vec!["a/b/c.js:1".to_owned()]));
    // A link that somebody names is what it points to.
    run.command.args(["file.js", "a/b/up", "self", "dangling"]);
    let ended = run.ended();
    let told = report(&ended);
    assert_eq!(ended.code, Some(3));
    assert_eq!(places(&told), ["a/b/up/b/c.js:1", "file.js:1"]);
    let untold = untold(&told);
    assert_eq!(untold[0], "dangling: no such file or folder");
    assert!(untold[1].starts_with("self: cannot be read: "), "{untold:?}");
}

#[test]
fn what_is_shut_is_told_and_the_rest_is_judged() {
    let mut run =
        scan(&[]).file("open.js", SCOPE).file("shut.js", SCOPE).file("folder/in.js", SCOPE).file("listed/in.js", SCOPE);
    let folder = run.path().to_owned();
    let mode = |name: &str, mode| fs::set_permissions(folder.join(name), Permissions::from_mode(mode)).unwrap();
    mode("shut.js", 0o000);
    mode("folder", 0o000);
    // Its names can be read, and what they name cannot.
    mode("listed", 0o444);
    if fs::metadata(&folder).unwrap().uid() == 0 {
        // Whoever runs as root can read everything: be somebody else.
        mode("", 0o755);
        run.command.uid(65_534).gid(65_534);
        if run.command.output().is_err() {
            println!("skipped: the program cannot be run as somebody else");
            return;
        }
    }
    let ended = run.ended();
    let told = report(&ended);
    assert_eq!(ended.code, Some(3));
    assert_eq!(places(&told), ["open.js:1"]);
    let denied = |name: &str| format!("{name}: cannot be read: permission denied");
    assert_eq!(untold(&told), ["folder", "listed/in.js", "shut.js"].map(denied));
    for name in ["folder", "listed"] {
        mode(name, 0o755);
    }
}

#[test]
fn what_has_no_end_is_not_opened() {
    let mut run = scan(&[]).file("good.js", SCOPE);
    let folder = run.path().to_owned();
    let _socket = UnixListener::bind(folder.join("socket.js")).unwrap();
    let made = Command::new("mkfifo").arg(folder.join("pipe.js")).status();
    assert!(made.is_ok_and(|status| status.success()));
    symlink("/dev/zero", folder.join("zero.js")).unwrap();
    let ended = run.ended();
    assert_eq!((ended.code, places(&report(&ended))), (Some(0), vec!["good.js:1".to_owned()]));
    run.command.args(["socket.js", "pipe.js", "zero.js", "/dev/zero", "/dev/stdin", "good.js"]);
    let ended = run.ended();
    let told = report(&ended);
    assert_eq!((ended.code, places(&told)), (Some(3), vec!["good.js:1".to_owned()]));
    let other = |name: &str| format!("{name}: is neither a file nor a folder");
    assert_eq!(untold(&told), ["/dev/stdin", "/dev/zero", "pipe.js", "socket.js", "zero.js"].map(other));
}

#[test]
fn what_the_system_makes_up_is_read_although_it_has_no_size() {
    // The name of a process is the content of a file of size 0.
    const NAME: &str = "Desk.basic.READ";
    if !Path::new("/proc/self/comm").exists() {
        println!("skipped: there is no /proc");
        return;
    }
    let run = scan(&[]);
    let program = run.path().join(NAME);
    symlink(env!("CARGO_BIN_EXE_zscope"), &program).unwrap();
    let mut command = Command::new(&program);
    command.args(["scan", "/proc/self/comm", "--format", "json", "--max-filesize", "1K"]).env_clear();
    let output = command.stdin(Stdio::null()).output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(places(&told), ["/proc/self/comm:1"]);
    assert_eq!(told["scopes"][0]["scope"], NAME);
}

#[test]
fn a_file_that_grows_is_read_as_far_as_it_reached() {
    let mut run =
        scan(&[]).file("small.log", SCOPE).file("large.log", format!("{SCOPE}{}", "more and more\n".repeat(800_000)));
    let done = AtomicBool::new(false);
    let (small, large) = (run.path().join("small.log"), run.path().join("large.log"));
    let grow = |path: &Path| {
        let mut file = OpenOptions::new().append(true).open(path).unwrap();
        let more = "still more\n".repeat(10_000);
        // No test fills a disk.
        for _ in 0..2_000 {
            if done.load(Ordering::Relaxed) {
                break;
            }
            file.write_all(more.as_bytes()).unwrap();
        }
    };
    let ended = thread::scope(|scope| {
        scope.spawn(|| grow(&small));
        scope.spawn(|| grow(&large));
        let ended = run.ended();
        done.store(true, Ordering::Relaxed);
        ended
    });
    assert_eq!(
        (ended.code, places(&report(&ended))),
        (Some(0), vec!["large.log:1".to_owned(), "small.log:1".to_owned()])
    );
}

#[test]
fn files_that_vanish_on_the_way_are_passed_over_and_named_ones_are_told() {
    let mut run = scan(&[]).file("stays.js", SCOPE);
    for number in 0..2_000 {
        run = run.file(&format!("{}/{number}.js", number % 7), SCOPE);
    }
    let folder = run.path().to_owned();
    let ended = thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..2_000 {
                fs::remove_file(folder.join(format!("{}/{number}.js", number % 7))).unwrap();
            }
            (0..7).for_each(|number| fs::remove_dir(folder.join(number.to_string())).unwrap());
        });
        run.ended()
    });
    let told = report(&ended);
    assert_eq!((ended.code, untold(&told)), (Some(0), Vec::new()), "{}", ended.stderr);
    assert!(places(&told).contains(&"stays.js:1".to_owned()));
    let mut run = scan(&["--files-from", "-"]).file("stays.js", SCOPE).stdin("gone.js\nstays.js\ngone/too.js\n");
    let ended = run.ended();
    let told = report(&ended);
    assert_eq!((ended.code, places(&told)), (Some(3), vec!["stays.js:1".to_owned()]));
    assert_eq!(untold(&told), ["gone.js", "gone/too.js"].map(|name| format!("{name}: no such file or folder")));
}

#[test]
fn a_file_that_is_cut_off_and_filled_again_breaks_nothing() {
    let content = format!("{SCOPE}{}", "nothing here\n".repeat(100)).repeat(10_000);
    let mut run = scan(&[]).file("log.txt", &content);
    let path = run.path().join("log.txt");
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = OpenOptions::new().write(true).open(&path).unwrap();
            while !done.load(Ordering::Relaxed) {
                file.set_len(1_000_000).unwrap();
                file.seek(SeekFrom::Start(0)).unwrap();
                file.write_all(content.as_bytes()).unwrap();
            }
        });
        let ended = run.ended();
        done.store(true, Ordering::Relaxed);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(places(&report(&ended)).len() > 500);
    });
}

#[test]
fn a_scope_at_the_end_of_a_huge_file_is_found() {
    // More than four gigabytes: no offset fits into 32 bits. The hole in the middle needs no disk.
    const SIZE: u64 = 4_400_000_000;
    let mut run = scan(&["--max-filesize", "4G"])
        .file("other.js", SCOPE)
        .file("huge.sql", format!("-- a dump\n{}", SCOPE.repeat(2_000)));
    let mut file = OpenOptions::new().write(true).open(run.path().join("huge.sql")).unwrap();
    file.seek(SeekFrom::Start(SIZE)).unwrap();
    file.write_all(b"\n\nscope = 'ZohoMail.folders.READ'\n").unwrap();
    drop(file);
    let ended = run.ended();
    assert_eq!((ended.code, places(&report(&ended))), (Some(0), vec!["other.js:1".to_owned()]));
    let mut run = run.again(&["scan", "--as-of", "2026-11-23", "--format", "json", "--fail-on", "never"]);
    let ended = run.ended();
    let found = places(&report(&ended));
    // Of what is said again, a thousand places are listed.
    assert_eq!((ended.code, found.len()), (Some(0), 1_002), "{}", ended.stderr);
    assert!(found.contains(&"huge.sql:2004".to_owned()), "{:?}", found.last());
}

#[test]
fn names_that_are_no_text_are_shown_as_well_as_can_be() {
    for (format, shown) in [
        ("json", "\"odd\u{fffd}.js\""),
        ("ndjson", "odd\u{fffd}.js"),
        ("sarif", "odd%EF%BF%BD.js"),
        ("csv", "odd\u{fffd}.js"),
        ("text", "odd\u{fffd}.js:1"),
        ("junit", "odd\u{fffd}.js"),
        ("gitlab", "odd\u{fffd}.js"),
        ("markdown", "odd\u{fffd}.js"),
        ("github", "odd\u{fffd}.js"),
        ("html", "odd\u{fffd}.js"),
    ] {
        let mut run = zscope(&["scan", "--format", format]);
        let folder = run.path().to_owned();
        for name in [&b"odd\xff.js"[..], b"\xc3\x28/line\nbreak \x1b[31m.js"] {
            let path = folder.join(OsStr::from_bytes(name));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "'ZohoBooks.fullaccess.all'\n").unwrap();
        }
        let ended = run.ended();
        assert_eq!(ended.code, Some(1), "{format}: {}", ended.stderr);
        assert!(ended.stdout.contains(shown), "{format}: {}", ended.stdout);
        assert!(!ended.stdout.contains('\x1b'), "{format}");
    }
}

#[test]
fn folders_of_any_depth_are_walked_or_told() {
    let mut run = scan(&[]).file(&format!("{}a.js", "d/".repeat(1500)), SCOPE);
    let ended = run.ended();
    assert_eq!((ended.code, places(&report(&ended)).len()), (Some(0), 1), "{}", ended.stderr);
    // One in another, two folders are deeper than the longest path that the system takes.
    let half = |name: &str| format!("{name}{}", format!("/{}", "d".repeat(200)).repeat(15));
    let mut run = scan(&[]).file("top.js", SCOPE).file(&format!("{}/a.js", half("upper")), SCOPE);
    fs::create_dir_all(run.path().join(half("lower"))).unwrap();
    fs::write(run.path().join(half("lower")).join("b.js"), SCOPE).unwrap();
    fs::rename(run.path().join("lower"), run.path().join(half("upper")).join("lower")).unwrap();
    let ended = run.ended();
    let told = report(&ended);
    assert_eq!((ended.code, places(&told).len()), (Some(3), 2), "{}", ended.stderr);
    assert!(matches!(untold(&told).as_slice(), [one] if one.contains("name too long")), "{:?}", untold(&told));
}

#[test]
fn a_closed_pipe_is_quiet() {
    let mut run = zscope(&["scan"]);
    for number in 0..300 {
        run = run.file(&format!("{number}.js"), "'ZohoBooks.fullaccess.all'\n".repeat(10));
    }
    let mut child = run.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::with_capacity(16, child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(line.starts_with("error[ZS201"), "{line}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

/// Whether whoever started the tests lets nothing be interrupted, as shells do with what runs in the background.
pub(crate) fn interrupts_are_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 0b10 != 0)
}

#[test]
fn an_interrupted_scan_leaves_old_reports_whole() {
    for signal in ["INT", "TERM", "KILL"] {
        if signal == "INT" && interrupts_are_ignored() {
            println!("skipped: interrupts are ignored here");
            continue;
        }
        let mut run = scan(&["--files-from", "-", "--output", "sarif=old"]).file("old", "what was there before\n");
        let mut child = run.command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // The list of files is longer than what a pipe holds, and goes on: the run has begun to read it, and waits.
        let mut list = child.stdin.take().unwrap();
        list.write_all("a.js\n".repeat(40_000).as_bytes()).unwrap();
        let kill = Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status().unwrap();
        assert!(kill.success());
        assert_eq!(child.wait().unwrap().code(), None, "ended by a signal");
        assert_eq!(fs::read_to_string(run.path().join("old")).unwrap(), "what was there before\n");
        assert_eq!(fs::read_dir(run.path()).unwrap().count(), 1, "nothing is left behind");
        drop(list);
    }
}

/// What a run shows on a terminal, its report left out; nothing where no terminal can be made.
fn on_a_terminal(run: &Run, arguments: &str) -> Option<String> {
    let line = format!("{} {arguments} >/dev/null", env!("CARGO_BIN_EXE_zscope"));
    let shown = run.path().join("shown");
    let mut command = Command::new("script");
    command.args(["-qec", &line]).arg(&shown).current_dir(run.path()).env_clear();
    command.env("TERM", "xterm").env("PATH", std::env::var_os("PATH")?);
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    child.ok()?.wait().unwrap();
    let mut text = Vec::new();
    File::open(shown).unwrap().read_to_end(&mut text).unwrap();
    let text = String::from_utf8_lossy(&text);
    // What `script` itself notes.
    Some(text.lines().filter(|line| !line.starts_with("Script ")).collect::<Vec<_>>().join("\n"))
}

#[test]
fn progress_is_shown_on_a_terminal_and_nowhere_else() {
    let mut run = zscope(&["scan"]);
    for number in 0..2_000 {
        run = run.file(&format!("{number}.txt"), "nothing\n".repeat(100));
    }
    assert!(run.ended().stderr.is_empty());
    let Some(shown) = on_a_terminal(&run, "scan") else {
        println!("skipped: the program `script`, which makes terminals, is missing");
        return;
    };
    assert!(shown.contains("files scanned"), "{shown:?}");
    // The line is taken away at the end.
    let (_, after) = shown.rsplit_once("scanned").unwrap();
    assert!(after.contains("\x1b[2K"), "{after:?}");
}
