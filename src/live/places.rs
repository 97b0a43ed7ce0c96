//! Getting secrets from where an inventory says they are.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::{Fault, FaultKind};
use crate::live::inventory::Whereabouts;
use crate::secret::Secret;

/// The most that is read for one secret, in bytes.
const MAX_SECRET: u64 = 64 * 1024;

/// The outside that secrets come from.
pub trait Environment: Sync {
    /// The value of an environment variable.
    fn variable(&self, name: &str) -> Option<String>;
}

/// The environment of this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Environment for System {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

/// Gets a secret. `what` is what it is, for messages: `the client secret`; `patience` is how long a program may take.
pub(super) fn resolve(
    what: &str,
    place: &Whereabouts,
    environment: &dyn Environment,
    patience: Duration,
) -> Result<Secret, Fault> {
    let fault = |why: &str| Fault::new(FaultKind::Place, format!("{what} cannot be had from `{place}`: {why}"));
    let text = match place {
        Whereabouts::Env(name) => {
            let value = environment.variable(name).map(Zeroizing::new);
            value
                .ok_or_else(|| fault("the variable is not set").help("set it, or correct its name in the inventory"))?
        }
        Whereabouts::File { path, .. } => read(path).map_err(|why| {
            fault(&why).help("paths begin at the folder of the inventory; the file's first line is the secret")
        })?,
        Whereabouts::Command { words, folder } => print(words, folder, patience).map_err(|why| {
            fault(&why).help(
                "the program is started in the folder of the inventory, without a shell; its first line is the secret",
            )
        })?,
    };
    let line = text.trim_start_matches('\u{feff}').lines().next().unwrap_or("").trim();
    if line.is_empty() {
        return Err(fault("nothing is there"));
    }
    if line.bytes().any(|byte| !byte.is_ascii_graphic()) {
        return Err(fault("what is there holds blanks or characters that none of Zoho's secrets has"));
    }
    Ok(Secret::new(line.to_owned()))
}

fn read(path: &Path) -> Result<Zeroizing<String>, String> {
    let file = File::open(path).map_err(|error| error.kind().to_string())?;
    let bytes = bounded(file).map_err(|error| error.kind().to_string())?;
    text(&bytes)
}

fn bounded(reader: impl Read) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    reader.take(MAX_SECRET).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn text(bytes: &[u8]) -> Result<Zeroizing<String>, String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err("what is there is not text".to_owned()),
    }
}

/// What a program prints. What it writes to standard error is dropped: it may repeat a secret.
fn print(words: &[String], folder: &Path, patience: Duration) -> Result<Zeroizing<String>, String> {
    let [program, arguments @ ..] = words else { return Err("there is no program".to_owned()) };
    let mut command = Command::new(program);
    if !folder.as_os_str().is_empty() {
        command.current_dir(folder);
    }
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| format!("the program cannot be started: {}", error.kind()))?;
    let (send, receive) = mpsc::channel();
    let stdout = child.stdout.take();
    // A program's own children may hold its output open for ever: nobody waits for this thread.
    std::thread::spawn(move || {
        let printed = stdout.map(bounded);
        // The receiver has gone when the program took too long.
        let _ = send.send(printed);
    });
    let deadline = Instant::now() + patience;
    let printed = receive.recv_timeout(patience);
    // It may have closed its output and go on.
    let status = loop {
        match child.try_wait().map_err(|error| error.kind().to_string())? {
            Some(status) if printed.is_ok() => break status,
            _ if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("the program takes longer than {} seconds", patience.as_secs_f32()));
            }
        }
    };
    if !status.success() {
        return Err(match status.code() {
            Some(code) => format!("the program ends with exit code {code}"),
            None => "the program was ended by a signal".to_owned(),
        });
    }
    match printed {
        Ok(Some(Ok(bytes))) => text(&bytes),
        _ => Err("what the program prints cannot be read".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Variables;

    impl Environment for Variables {
        fn variable(&self, name: &str) -> Option<String> {
            match name {
                "GOOD" => Some(" hunter2-value \nmore\n".to_owned()),
                "EMPTY" => Some("  \n".to_owned()),
                "ODD" => Some("hunter2 value".to_owned()),
                _ => None,
            }
        }
    }

    fn get(place: &Whereabouts) -> Result<String, String> {
        let secret = resolve("the client secret", place, &Variables, Duration::from_secs(1));
        assert!(!format!("{secret:?}").contains("hunter2"), "{secret:?}");
        secret.map(|secret| secret.expose().to_owned()).map_err(|fault| fault.message)
    }

    #[test]
    fn variables() {
        let of = |name: &str| get(&Whereabouts::Env(name.to_owned()));
        let wrong = |why: &str, name: &str| Err(format!("the client secret cannot be had from `env:{name}`: {why}"));
        assert_eq!(of("GOOD").as_deref(), Ok("hunter2-value"));
        assert_eq!(of("NONE"), wrong("the variable is not set", "NONE"));
        assert_eq!(of("EMPTY"), wrong("nothing is there", "EMPTY"));
        assert_eq!(of("ODD"), wrong("what is there holds blanks or characters that none of Zoho's secrets has", "ODD"));
    }

    #[test]
    fn files() {
        let folder = tempfile::TempDir::new().unwrap();
        let of = |name: &str, content: &[u8]| {
            let path = folder.path().join(name);
            if !content.is_empty() {
                std::fs::write(&path, content).unwrap();
            }
            let found = get(&Whereabouts::File { written: name.to_owned(), path });
            found.map_err(|message| message.split_once("`: ").unwrap().1.to_owned())
        };
        assert_eq!(of("a", b"\xef\xbb\xbfhunter2\r\nrest").as_deref(), Ok("hunter2"));
        assert_eq!(of("b", b"\xff\xfe"), Err("what is there is not text".to_owned()));
        assert_eq!(of("c", b""), Err("entity not found".to_owned()));
    }

    #[cfg(unix)]
    #[test]
    fn programs() {
        let of = |words: &[&str]| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            let found = get(&Whereabouts::Command { words, folder: std::path::PathBuf::new() });
            found.map_err(|message| message.split_once("`: ").unwrap().1.to_owned())
        };
        assert_eq!(of(&["printf", "%s\\nrest", "hunter2"]).as_deref(), Ok("hunter2"));
        // Nothing is left to a shell.
        assert_eq!(of(&["echo", "$(id)"]).as_deref(), Ok("$(id)"));
        assert_eq!(
            of(&["sh", "-c", "echo hunter2; echo hunter2 >&2; exit 3"]),
            Err("the program ends with exit code 3".to_owned())
        );
        assert_eq!(of(&["/no/such/program"]), Err("the program cannot be started: entity not found".to_owned()));
        assert_eq!(of(&["true"]), Err("nothing is there".to_owned()));
        let slow = Err("the program takes longer than 1 seconds".to_owned());
        assert_eq!(of(&["sleep", "60"]), slow);
        // Its output is closed, and it goes on; its output is held open by a child of its own.
        assert_eq!(of(&["sh", "-c", "echo hunter2; exec >&- 2>&-; sleep 60"]), slow);
        assert_eq!(of(&["sh", "-c", "sleep 60 & echo hunter2"]), slow);
    }
}
