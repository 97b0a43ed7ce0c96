//! Files that were there before a run stay whole, however the run ends.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
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

#[test]
fn a_killed_run_leaves_old_files_whole() {
    for args in
        [["--output", "ndjson=old"], ["--output", "csv=old"], ["--output", "text=old"], ["--lock=old", "--summary"]]
    {
        let mut run = audit(&[&["-"], &args[..]].concat());
        let before = files(&run);
        let mut child = run.command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        pipe.write_all(grants(20_000).as_bytes()).unwrap();
        pipe.flush().unwrap();
        // The new file is beside the old one as soon as the run is under way. The pipe stays open: nothing is finished.
        let start = Instant::now();
        while files(&run) == before && start.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(files(&run) > before, "{args:?}: nothing has been begun");
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success());
        assert_eq!(fs::read_to_string(run.path().join("old")).unwrap(), OLD, "{args:?}");
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
