//! The inputs of an audit: opened, told apart by their form, read into the stream.

use std::io::{self, Read};
use std::path::Path;

use super::super::error::CommandError;
use super::super::files;
use crate::input::token::{self, Kind};
use crate::report::NotEvaluated;
use crate::review::grants::{Stream, StreamError};

/// So much of an input is looked at to tell its form.
const LOOK: usize = 1 << 20;

/// Reads one input, whatever its form, into the stream.
pub(super) fn read_input(path: &Path, stream: &mut Stream<'_, '_>) -> Result<(), CommandError> {
    let is_stdin = path == Path::new("-");
    let name = if is_stdin { "<stdin>".to_owned() } else { path.to_string_lossy().into_owned() };
    let opened: Result<Box<dyn Read + Send>, files::Unreadable> = if is_stdin {
        Ok(Box::new(io::stdin()))
    } else {
        files::open(path).map(|file| Box::new(file) as Box<dyn Read + Send>)
    };
    let told = match opened {
        Ok(mut input) => read_opened(&name, path, &mut input, stream),
        Err(error) => Err(Stop::Unread(error.message(), error.help().map(str::to_owned))),
    };
    match told {
        Ok(()) => Ok(()),
        Err(Stop::Unread(message, help)) => {
            stream.collector.unread(NotEvaluated { input: name, message, help, place: None });
            Ok(())
        }
        Err(Stop::Command(error)) => Err(error),
    }
}

/// Why an input was not read to its end.
enum Stop {
    /// It cannot be: the run goes on and says so.
    Unread(String, Option<String>),
    /// The run cannot go on.
    Command(CommandError),
}

fn read_opened(
    name: &str,
    path: &Path,
    input: &mut (dyn Read + Send),
    stream: &mut Stream<'_, '_>,
) -> Result<(), Stop> {
    let unread = |error: files::Unreadable| Stop::Unread(error.message(), error.help().map(str::to_owned));
    let mut start = Vec::new();
    let limit = u64::try_from(LOOK).unwrap_or(u64::MAX);
    (&mut *input).take(limit).read_to_end(&mut start).map_err(|error| unread(files::Unreadable::Io(error)))?;
    if let Some((form, unpack)) = compressed(&start) {
        let help = format!("unpack it first: `{unpack} FILE | zscope audit -`");
        return Err(Stop::Unread(format!("is compressed ({form})"), Some(help)));
    }
    let is_whole = start.len() < LOOK;
    let file_name = path.file_name().and_then(std::ffi::OsStr::to_str);
    let kind = token::kind_of(file_name, &String::from_utf8_lossy(&start), is_whole);
    let before = stream.seen();
    let done = match kind {
        Kind::Lines => stream.lines(name, &mut (&start[..]).chain(input)),
        Kind::Table(delimiter) => stream.table(name, delimiter, &mut (&start[..]).chain(input)),
        Kind::Document => {
            let text = files::read_text((&start[..]).chain(input)).map_err(|error| match error {
                files::Unreadable::TooLarge => Stop::Unread(
                    error.message(),
                    Some("put each response on a line of its own, for example with `jq -c '.[]'`: lines are read at any length".to_owned()),
                ),
                error => unread(error),
            })?;
            if text.trim_start_matches('\u{feff}').trim().is_empty() {
                return Err(nothing());
            }
            let grants = token::read_record(name, &text, &mut stream.collector.sources).grants;
            stream.grants(grants).map_err(StreamError::Output)
        }
    };
    match done {
        Ok(()) if stream.seen() == before => Err(nothing()),
        Ok(()) => Ok(()),
        Err(StreamError::Input(error)) => Err(Stop::Unread(format!("cannot be read to its end: {error}"), None)),
        Err(StreamError::Output(error)) => Err(Stop::Command(CommandError::stdout(&error))),
    }
}

/// What a compressed file is, by what it begins with, and what unpacks it.
fn compressed(start: &[u8]) -> Option<(&'static str, &'static str)> {
    const FORMS: [(&[u8], &str, &str); 5] = [
        (b"\x1f\x8b", "gzip", "gzip -dc"),
        (b"PK\x03\x04", "zip", "unzip -p"),
        (b"\x28\xb5\x2f\xfd", "zstd", "zstd -dc"),
        (b"\xfd7zXZ\0", "xz", "xz -dc"),
        (b"BZh", "bzip2", "bzip2 -dc"),
    ];
    FORMS.iter().find(|(mark, ..)| start.starts_with(mark)).map(|(_, form, unpack)| (*form, *unpack))
}

fn nothing() -> Stop {
    let help = "give the token endpoint's answer as it was received; `zscope check` reads lists of scopes";
    Stop::Unread("no token response found".to_owned(), Some(help.to_owned()))
}
