//! The answers of zscope for coding agents: a server of the Model Context Protocol over a pair of streams.
//!
//! Here stands what the protocol wants: versions, the list of tools with what they take and give, the folders that a
//! client names. Who answers is a [`Desk`]; it alone knows files. The server asks nobody but its client.

mod session;
mod tools;

use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::rpc::{lines, put_line};
use session::Session;
pub(crate) use tools::{By, Task};

/// Who answers.
pub(crate) trait Desk {
    /// Whether the person who started the server named the folders: then nobody asks the client for them.
    fn has_roots(&self) -> bool;

    /// Takes the folders that the client names; they take the place of those that it named before.
    fn take_roots(&mut self, roots: Vec<PathBuf>);

    /// Does what a tool is asked to do.
    ///
    /// # Errors
    ///
    /// When nothing could be judged: the arguments, the policy or the catalog are wrong.
    fn answer(&mut self, task: &Task) -> Result<Answer, Refusal>;
}

/// What a tool answers.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The code with which the same command ends.
    pub(crate) exit_code: u8,
    /// In a few words.
    pub(crate) text: String,
    /// The command's document for programs.
    pub(crate) document: Value,
}

/// Why a tool does not answer.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// What is wrong: lower case, no full stop.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: Option<String>,
}

impl Refusal {
    /// A refusal with what to do instead.
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()) }
    }
}

/// How long a client may take to name its folders, before what needs them is answered without.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many messages may wait to be looked at.
const WAITING: usize = 64;

/// Serves one client, until it closes its stream.
///
/// # Errors
///
/// When answers cannot be written.
pub(crate) fn serve(input: impl BufRead + Send + 'static, out: &mut dyn Write, desk: &mut dyn Desk) -> io::Result<()> {
    let (sender, receiver) = mpsc::sync_channel(WAITING);
    // It ends with the stream, or with the program.
    thread::spawn(move || lines(input).try_for_each(|received| sender.send(received)));
    let mut session = Session::new(desk);
    loop {
        let answers = match receiver.recv_timeout(PATIENCE) {
            Ok(received) => session.receive(received),
            Err(RecvTimeoutError::Timeout) => session.go_on_without_roots(),
            Err(RecvTimeoutError::Disconnected) => {
                session.go_on_without_roots().iter().try_for_each(|answer| put_line(out, answer))?;
                return Ok(());
            }
        };
        answers.iter().try_for_each(|answer| put_line(out, answer))?;
    }
}
