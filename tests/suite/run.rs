//! Runs of the program as its users start it.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// One run, in a folder of its own, with nothing of the caller's environment that could change the output.
pub(crate) struct Run {
    folder: TempDir,
    pub(crate) command: Command,
    stdin: Option<Vec<u8>>,
}

/// How a run ended and what it wrote.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn zscope(args: &[&str]) -> Run {
    let folder = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_zscope"));
    command.args(args).current_dir(folder.path()).env_clear();
    Run { folder, command, stdin: None }
}

impl Run {
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Makes the folder a git repository, in which nothing is tracked yet.
    pub(crate) fn repository(self) -> Self {
        self.git(&["init", "-q"]);
        self
    }

    /// Commits everything that is there, whatever ignore rules say.
    pub(crate) fn commit(self) -> Self {
        self.git(&["add", "-A", "-f"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
        self
    }

    /// Runs git in the folder, as nobody in particular.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let settings = ["user.name=a", "user.email=a@b", "init.defaultBranch=main", "protocol.file.allow=always"];
        let settings = settings.iter().flat_map(|setting| ["-c", setting]);
        let mut command = Command::new("git");
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        let output = command.current_dir(self.folder.path()).args(settings).args(args).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn stdin(mut self, content: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(content.into());
        self
    }

    /// Another run over the same files.
    pub(crate) fn again(self, args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zscope"));
        command.args(args).current_dir(self.folder.path()).env_clear();
        Self { command, stdin: None, ..self }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn ended(&mut self) -> Ended {
        let stdin = if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
        self.command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        if let Some(content) = self.stdin.take() {
            // The program may end before it has read everything.
            let _ = child.stdin.take().unwrap().write_all(&content);
        }
        let output = child.wait_with_output().unwrap();
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Exit code, standard output and standard error as one text.
    pub(crate) fn transcript(mut self) -> String {
        let ended = self.ended();
        if !self.command.get_args().any(|arg| arg == "-") {
            assert_eq!(self.ended().stdout, ended.stdout, "the same input gives the same output");
        }
        let mut text = format!("exit: {}\n", ended.code.unwrap());
        for (name, part) in [("stdout", &ended.stdout), ("stderr", &ended.stderr)] {
            if !part.is_empty() {
                let _ = write!(text, "--- {name}\n{}", without_digests(&without_catalog_lines(part)));
            }
        }
        text
    }
}

/// The text without line numbers of catalog files, which move with every entry above them.
pub(crate) fn without_catalog_lines(text: &str) -> String {
    let mut lines = String::new();
    for line in text.split_inclusive('\n') {
        match line.split_once("catalog: ").and_then(|(_, rest)| rest.split_once(".yaml:").map(|(_, rest)| rest)) {
            Some(rest) => {
                let head = &line[..line.len() - rest.len()];
                lines.push_str(head);
                lines.push('N');
                lines.push_str(rest.trim_start_matches(|c: char| c.is_ascii_digit()));
            }
            None => lines.push_str(line),
        }
    }
    lines
}

/// The text without SHA-256 digests, which move with every edit of the catalog or of a policy.
pub(crate) fn without_digests(text: &str) -> String {
    const LENGTH: usize = 64;
    let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    let mut scrubbed = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_digit) {
        let (before, run) = rest.split_at(start);
        let end = run.find(|c| !is_digit(c)).unwrap_or(run.len());
        scrubbed.push_str(before);
        scrubbed.push_str(if end == LENGTH { "DIGEST" } else { &run[..end] });
        rest = &run[end..];
    }
    scrubbed + rest
}
