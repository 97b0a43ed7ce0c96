//! Files that were there before a run stay whole, however the run ends.

use std::fs;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::run::{Run, zscope};

const OLD: &str = "what was there before\n";

fn grants(count: usize) -> String {
    let line = |n: usize| format!("{{\"client\":\"app-{n}\",\"scope\":\"ZohoBooks.invoices.READ email\"}}\n");
    (0..count).map(line).collect()
}

fn audit(args: &[&str]) -> Run {
    let mut run = zscope(&["audit"]).file("old", OLD);
    run.command.args(args);
    run
}

/// Files in the folder of a run.
fn files(run: &Run) -> usize {
    fs::read_dir(run.path()).unwrap().count()
}

/// A run that reads from a pipe that stays open, after it has read most of what is in it.
fn under_way(args: &[&str]) -> (Run, Child) {
    let mut run = audit(&[&["-"], args].concat());
    let mut child = run.command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // Far more than a pipe holds.
    child.stdin.as_mut().unwrap().write_all(grants(20_000).as_bytes()).unwrap();
    (run, child)
}

fn killed(child: &mut Child) {
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());
}

#[test]
fn a_killed_run_leaves_old_files_whole() {
    for args in [["--output", "ndjson=old"], ["--output", "csv=old"]] {
        let (run, mut child) = under_way(&args);
        // What is written on the way stands beside the old file until it is whole.
        let start = Instant::now();
        while files(&run) == 1 && start.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(files(&run) > 1, "{args:?}: nothing has been begun");
        killed(&mut child);
        assert_eq!(fs::read_to_string(run.path().join("old")).unwrap(), OLD, "{args:?}");
    }
}

#[test]
fn a_run_that_is_killed_before_it_writes_leaves_nothing_behind() {
    for args in [["--output", "text=old"], ["--output", "html=new"], ["--lock=old", "--summary"]] {
        let (run, mut child) = under_way(&args);
        killed(&mut child);
        assert_eq!(fs::read_to_string(run.path().join("old")).unwrap(), OLD, "{args:?}");
        assert_eq!(files(&run), 1, "{args:?}");
    }
}

/// What is there and is no file would be replaced by one.
#[cfg(unix)]
#[test]
fn files_are_put_where_files_can_be() {
    let socket = |run: &Run| std::os::unix::net::UnixListener::bind(run.path().join("socket")).unwrap();
    let scan = |args: &[&str]| {
        let mut run = zscope(&["scan", "a.py"]).file("a.py", "SCOPE = 'ZohoBooks.fullaccess.all'\n");
        run.command.args(args);
        run
    };
    let audit = |args: &[&str]| {
        let mut run = zscope(&["audit", "a.json"]).file("a.json", r#"{"scope": "ZohoBooks.invoices.READ"}"#);
        run.command.args(args);
        run
    };
    for (mut run, reason) in [
        (audit(&["--lock=socket"]), "`socket` cannot be written: it is no file"),
        (audit(&["--lock=no/lock"]), "`no/lock` cannot be written: there is no folder `no`"),
        (audit(&["--lock=."]), "`.` cannot be written: it is a folder: name a file in it"),
        (audit(&["--output=."]), "`.` cannot be written: it is a folder: name a file in it"),
        (scan(&["--write-baseline", "--baseline=socket"]), "the baseline `socket` cannot be written: it is no file"),
        (scan(&["--write-baseline", "--baseline=no/b.json"]), "cannot be written: there is no folder `no`"),
    ] {
        let listener = socket(&run);
        let ended = run.ended();
        assert_eq!(ended.code, Some(2), "{reason}");
        assert!(ended.stderr.contains(reason), "{reason}: {}", ended.stderr);
        drop(listener);
    }
}

#[cfg(unix)]
#[test]
fn a_new_file_stands_where_the_old_one_stood() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    // A link that lies outside the tree is the user's own, and leads where it led.
    for args in [&["--output", "json=kept/old"][..], &["--lock=kept/old", "--summary"], &["--output", "LINK"]] {
        let mut run = zscope(&["audit", "a.json"]).file("a.json", r#"{"scope": "ZohoBooks.invoices.READ"}"#);
        let outside = tempfile::tempdir().unwrap();
        let (folder, link) = (run.path().join("kept"), outside.path().join("link"));
        run.command.args(args.iter().map(|arg| if *arg == "LINK" { link.to_str().unwrap() } else { arg }));
        fs::create_dir(&folder).unwrap();
        let old = folder.join("old");
        fs::write(&old, OLD).unwrap();
        fs::set_permissions(&old, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&old, &link).unwrap();
        assert_eq!(run.ended().code, Some(0), "{args:?}");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink(), "{args:?}");
        assert_ne!(fs::read_to_string(&old).unwrap(), OLD, "{args:?}");
        assert_eq!(fs::metadata(&old).unwrap().mode() & 0o777, 0o640, "{args:?}");
    }
}

/// A limit on the size of files stands for a full disk: writing fails in the middle either way.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_old_files_whole() {
    for args in [["--output", "ndjson=old"], ["--output", "csv=old"], ["--lock=old", "--summary"]] {
        let run = audit(&[]).file("grants.ndjson", grants(2000));
        let ended = Command::new("sh")
            .args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_zscope"), "audit"])
            .arg("grants.ndjson")
            .args(args)
            .current_dir(run.path())
            .env_clear()
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(3), "{args:?}: {said}");
        assert!(said.contains("cannot be written"), "{args:?}: {said}");
        assert_eq!(fs::read_to_string(run.path().join("old")).unwrap(), OLD, "{args:?}");
        assert_eq!(files(&run), 2, "{args:?}: nothing half-done is left behind");
    }
}

/// Whoever makes the tree would say which file is overwritten.
#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_of_the_tree() {
    use std::os::unix::fs::symlink;

    let precious = "what is precious\n";
    for (command, path) in [
        (&["scan", "a.py", "--output", "sarif=PATH"][..], "report.sarif"),
        (&["scan", "a.py", "--output", "json=PATH"], "folder/report.json"),
        (&["scan", "a.py", "--output", "json=PATH"], "deep/er/folder/report.json"),
        (&["scan", "a.py", "--output", "json=PATH"], "dangling.json"),
        (&["scan", "a.py", "--output", "json=PATH"], "./deep/../report.sarif"),
        (&["scan", "a.py", "--output", "json=PATH"], "inner.json"),
        (&["scan", "a.py", "--write-baseline", "--baseline", "PATH"], "report.sarif"),
        (&["audit", "t.json", "--lock=PATH"], "report.sarif"),
        (&["man", "--out", "PATH"], "folder"),
        (&["init", "ci", "github", "--write"], ".github/workflows/zscope.yml"),
    ] {
        let args: Vec<String> = command.iter().map(|arg| arg.replace("PATH", path)).collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let mut run = zscope(&args).file("a.py", "").file("t.json", r#"{"scope": "openid"}"#).file("deep/er/x", "");
        let home = tempfile::tempdir().unwrap();
        for name in ["report.sarif", "report.json", "zscope.1"] {
            fs::write(home.path().join(name), precious).unwrap();
        }
        let at = |name: &str| run.path().join(name);
        fs::write(at("mine.json"), precious).unwrap();
        symlink(home.path().join("report.sarif"), at("report.sarif")).unwrap();
        symlink(home.path(), at("folder")).unwrap();
        symlink(home.path(), at("deep/er/folder")).unwrap();
        symlink(home.path().join("new.json"), at("dangling.json")).unwrap();
        symlink("mine.json", at("inner.json")).unwrap();
        symlink(home.path(), at(".github")).unwrap();
        let ended = run.ended();
        assert_eq!(ended.code, Some(2), "{args:?}: {}", ended.stderr);
        assert!(ended.stderr.contains("is a link, and nothing is written through one"), "{args:?}: {}", ended.stderr);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 3, "{args:?}");
        for file in fs::read_dir(home.path()).unwrap() {
            assert_eq!(fs::read_to_string(file.unwrap().path()).unwrap(), precious, "{args:?}");
        }
        assert_eq!(fs::read_to_string(run.path().join("mine.json")).unwrap(), precious, "{args:?}");
    }
}

/// Signals at moments that are spread over a whole run: every file is as it was, or as a whole run writes it.
#[cfg(unix)]
#[expect(clippy::print_stdout, reason = "a test says how much it tried")]
fn signals(count: usize) {
    const OUTPUTS: [&str; 6] = ["--output", "ndjson=old", "--output", "csv=new", "--output", "json=third"];
    let mut whole = audit(&["grants.ndjson"]).file("grants.ndjson", grants(3000));
    whole.command.args(OUTPUTS);
    let start = Instant::now();
    assert_eq!(whole.ended().code, Some(0));
    let length = start.elapsed();
    let of = |run: &Run, name: &str| fs::read_to_string(run.path().join(name)).ok();
    let names = ["old", "new", "third"];
    let finished: Vec<Option<String>> = names.iter().map(|name| of(&whole, name)).collect();
    let before = [Some(OLD.to_owned()), None, None];
    let (mut ended, mut killed) = (0, 0);
    let mut run = audit(&["grants.ndjson"]).file("grants.ndjson", grants(3000));
    run.command.args(OUTPUTS);
    for n in 0..count {
        for name in ["new", "third"] {
            let _ = fs::remove_file(run.path().join(name));
        }
        fs::write(run.path().join("old"), OLD).unwrap();
        let mut child = run.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // The golden section spreads them evenly, however many there are.
        let part = (f64::from(u32::try_from(n).unwrap()) * 0.618_033_988_75).fract();
        std::thread::sleep(length.mul_f64(part * 1.05));
        let signal = ["TERM", "HUP", "KILL", "INT"][n % 4];
        let _ =
            Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).stderr(Stdio::null()).status();
        if child.wait().unwrap().success() {
            ended += 1;
        } else {
            killed += 1;
        }
        for (at, name) in names.iter().enumerate() {
            let now = of(&run, name);
            assert!(now == before[at] || now == finished[at], "{signal} at {part:.3}: `{name}` is neither");
        }
        if signal != "KILL" && !(signal == "INT" && crate::scan_files::interrupts_are_ignored()) {
            let left = fs::read_dir(run.path()).unwrap().filter(|entry| {
                let name = entry.as_ref().unwrap().file_name();
                name.to_string_lossy().starts_with(".zscope-")
            });
            // Those of a run that was killed before stay until the next one that comes to its end.
            assert!(n % 4 == 3 || left.count() <= 3, "{signal} at {part:.3}");
        }
    }
    println!("{count} signals, {killed} runs ended by them and {ended} before, no corrupt file");
    assert!(killed > count / 4, "{killed}");
}

#[cfg(unix)]
#[test]
fn sixty_signals_leave_no_corrupt_file() {
    signals(60);
}

#[cfg(unix)]
#[test]
#[ignore = "takes a minute; `.ci/run` runs it"]
fn five_hundred_and_thirty_signals_leave_no_corrupt_file() {
    signals(530);
}

/// A run that is told to end takes away what it has begun; what a killed one leaves, the next one takes away.
#[cfg(unix)]
#[test]
fn nothing_unfinished_stays() {
    use std::os::unix::process::ExitStatusExt as _;

    for (signal, number) in [("TERM", 15), ("HUP", 1), ("INT", 2), ("KILL", 9)] {
        if signal == "INT" && crate::scan_files::interrupts_are_ignored() {
            continue;
        }
        let (run, mut child) = under_way(&["--output", "ndjson=old", "--output", "csv=new"]);
        let start = Instant::now();
        while files(&run) < 3 && start.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(files(&run), 3, "{signal}: two have been begun");
        let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        assert_eq!(child.wait().unwrap().signal(), Some(number), "ended as ever");
        assert_eq!(fs::read_to_string(run.path().join("old")).unwrap(), OLD, "{signal}");
        let left = files(&run) - 1;
        assert_eq!(left, if signal == "KILL" { 2 } else { 0 }, "{signal}");
        // What looks alike and is somebody's own stays, and so does what another run is writing.
        let run = run.file(".zscope-mine.tmp", "").file("t.json", r#"{"scope": "openid"}"#);
        let mut run = run.again(&["audit", "t.json", "--output", "json=third"]);
        assert_eq!(run.ended().code, Some(0));
        assert_eq!(files(&run), 4, "{signal}");
    }
}
