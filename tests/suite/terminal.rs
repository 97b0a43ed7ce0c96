//! What a live audit shows and asks on a terminal, and how it ends when somebody interrupts it.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::pty::openpty;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::live::{audit, good, numbered};
use crate::run::{Run, zscope};
use crate::token_server::{Reply, TokenServer};

/// Longer than anything here takes, even where others work on the same machine.
const LONG: Duration = Duration::from_mins(1);

/// A run whose standard input and standard error are a terminal.
struct OnTerminal {
    child: Child,
    terminal: File,
    shown: Receiver<Vec<u8>>,
    seen: String,
}

impl OnTerminal {
    fn start(run: &mut Run) -> Self {
        let pair = openpty(None, None).unwrap();
        let terminal = File::from(pair.master);
        let stdin = pair.slave.try_clone().unwrap();
        run.command.env("TERM", "xterm-256color");
        run.command.stdin(Stdio::from(stdin)).stderr(Stdio::from(pair.slave)).stdout(Stdio::piped());
        let child = run.command.spawn().unwrap();
        let mut from = terminal.try_clone().unwrap();
        let (send, shown) = channel();
        // It ends with the process: a terminal has no end while somebody holds it open.
        thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(read) = from.read(&mut piece) {
                if read == 0 || send.send(piece[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { child, terminal, shown, seen: String::new() }
    }

    /// Waits until the terminal shows a text.
    fn wait_for(&mut self, text: &str) {
        let start = Instant::now();
        while !self.seen.contains(text) {
            assert!(start.elapsed() < LONG, "no {text:?} in {:?}", self.seen);
            if let Ok(piece) = self.shown.recv_timeout(Duration::from_millis(100)) {
                self.seen.push_str(&String::from_utf8_lossy(&piece));
            }
        }
    }

    fn type_in(&mut self, text: &str) {
        self.terminal.write_all(text.as_bytes()).unwrap();
    }

    /// Exit code, standard output, and all that the terminal showed.
    fn ended(mut self) -> (Option<i32>, String, String) {
        let mut stdout = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        let code = self.child.wait().unwrap().code();
        while let Ok(piece) = self.shown.recv_timeout(Duration::from_millis(200)) {
            self.seen.push_str(&String::from_utf8_lossy(&piece));
        }
        (code, stdout, self.seen)
    }
}

#[test]
fn the_way_to_a_smaller_grant_is_named_to_people_alone() {
    let wide = "{\"scope\": \"ZohoBooks.fullaccess.all\"}";
    let hint = "`--plan` shows the way";
    for (args, is_told) in [(&["audit", "t.json"][..], true), (&["audit", "t.json", "--plan"], false)] {
        let (code, stdout, shown) = OnTerminal::start(&mut zscope(args).file("t.json", wide)).ended();
        assert_eq!((code, shown.contains(hint)), (Some(1), is_told), "{shown}");
        assert!(!stdout.contains(hint));
    }
    let (_, _, shown) =
        OnTerminal::start(&mut zscope(&["audit", "t.json"]).file("t.json", "{\"scope\": \"openid\"}")).ended();
    assert!(!shown.contains(hint), "{shown}");
    let ended = zscope(&["audit", "t.json"]).file("t.json", wide).ended();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""));
}

#[test]
fn minting_is_accepted_by_a_plain_yes_alone() {
    let server = TokenServer::start(|_| good("openid"));
    for (typed, accepted) in [
        ("y\n", true),
        ("YES\n", true),
        (" yes \n", true),
        ("n\n", false),
        ("\n", false),
        ("yes please\n", false),
        ("\u{4}", false),
    ] {
        let before = server.seen().len();
        let mut run = audit(&server, &numbered(2), &["--format", "json"]);
        let mut on = OnTerminal::start(&mut run);
        on.wait_for("[y/N] ");
        assert_eq!(server.seen().len(), before, "nothing is sent before the answer");
        on.type_in(typed);
        let (code, stdout, seen) = on.ended();
        let warning = seen.find("note: each grant mints an access token").unwrap_or_else(|| panic!("{seen}"));
        let question = seen.find("mint access tokens for `app0@localhost:").unwrap_or_else(|| panic!("{seen}"));
        assert!(warning < question, "{seen}");
        assert!(seen.contains("` and 1 more? [y/N]"), "{seen}");
        let sent = server.seen().len() - before;
        assert_eq!((code, sent), if accepted { (Some(0), 2) } else { (Some(2), 0) }, "{typed:?}: {stdout} {seen}");
        assert_eq!(seen.contains("not accepted: nothing was sent"), !accepted, "{typed:?}: {seen}");
    }
}

#[test]
fn who_has_accepted_is_not_asked_and_sees_how_far_it_is() {
    let server = TokenServer::start(|_| {
        thread::sleep(Duration::from_millis(300));
        good("openid")
    });
    let mut run = audit(&server, &numbered(3), &["--yes", "--jobs", "1", "--format", "json"]);
    let mut on = OnTerminal::start(&mut run);
    on.wait_for("0/3 grants asked about");
    let (code, stdout, seen) = on.ended();
    assert_eq!(code, Some(0), "{stdout} {seen}");
    assert!(!seen.contains("[y/N]"), "{seen}");
    assert!(seen.contains("1/3 grants asked about") || seen.contains("2/3 grants asked about"), "{seen:?}");
    // The line is taken away at the end.
    let last = seen.rsplit("grants asked about").next().unwrap();
    assert!(last.contains("\u{1b}[2K"), "{seen:?}");
    assert!(!stdout.contains('\u{1b}') && serde_json::from_str::<Value>(&stdout).is_ok(), "{stdout}");
    // Without a terminal there is no such line.
    let ended = audit(&server, &numbered(1), &["--yes"]).ended();
    assert!(!ended.stderr.contains("asked about") && !ended.stderr.contains('\u{1b}'), "{}", ended.stderr);
}

/// Starts a run and waits until its first request has arrived.
fn under_way(server: &TokenServer, run: &mut Run) -> Child {
    let child = run.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while server.seen().is_empty() {
        assert!(start.elapsed() < LONG, "nothing was asked");
        thread::sleep(Duration::from_millis(10));
    }
    child
}

fn interrupt(child: &Child) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
}

#[test]
fn what_was_learnt_before_an_interrupt_is_reported() {
    let server = TokenServer::start(|_| {
        Reply::Slow(Duration::from_millis(700), r#"{"access_token":"x","scope":"openid"}"#.to_owned())
    });
    let mut run = audit(&server, &numbered(30), &["--yes", "--jobs", "2", "--format", "json", "--lock=old"])
        .file("old", "what was there before\n");
    let child = under_way(&server, &mut run);
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("note: interrupted: what has been learnt is reported"), "{stderr}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let names = |list: &str, key: &str| -> Vec<String> {
        report[list].as_array().unwrap().iter().map(|entry| entry[key].as_str().unwrap().to_owned()).collect()
    };
    let (held, missed) = (names("grants", "name"), names("not_evaluated", "input"));
    assert!(!held.is_empty() && held.len() < 30, "{held:?}");
    let mut all: Vec<String> = held.iter().chain(&missed).cloned().collect();
    all.sort();
    all.dedup();
    assert_eq!((all.len(), held.len() + missed.len()), (30, 30), "each is told once");
    let messages = names("not_evaluated", "message");
    assert!(messages.iter().all(|message| message == "not asked about: the run was interrupted"), "{messages:?}");
    assert_eq!(server.seen().len(), held.len());
    assert_eq!(std::fs::read_to_string(run.path().join("old")).unwrap(), "what was there before\n");
}

#[test]
fn a_second_interrupt_ends_the_run_and_leaves_old_files_whole() {
    let server = TokenServer::start(|_| Reply::Slow(Duration::from_secs(20), String::new()));
    let mut run =
        audit(&server, &numbered(3), &["--yes", "--output", "json=old"]).file("old", "what was there before\n");
    let mut child = under_way(&server, &mut run);
    interrupt(&child);
    thread::sleep(Duration::from_millis(300));
    interrupt(&child);
    let started = Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(started.elapsed() < Duration::from_secs(15));
    assert_eq!(std::fs::read_to_string(run.path().join("old")).unwrap(), "what was there before\n");
}
