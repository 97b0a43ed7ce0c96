//! From arguments to calls.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufReader, IsTerminal as _};
use std::path::Path;

use super::super::error::CommandError;
use super::super::{files, scan};
use super::Args;
use crate::catalog::Catalog;
use crate::input::calls::{Certainty, Left, Method, Reader, SeenCall, SeenCalls, Via};
use crate::policy::App;
use crate::report::NotEvaluated;
use crate::text::{Source, Sources};

/// What the inputs hold.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) seen: Vec<SeenCall>,
    /// What in them could not be read.
    pub(super) left: Vec<Left>,
    /// Inputs that could not be read.
    pub(super) not_evaluated: Vec<NotEvaluated>,
}

pub(super) fn gather(
    args: &Args,
    app: Option<&App>,
    catalog: &Catalog,
    sources: &mut Sources,
) -> Result<Gathered, CommandError> {
    let reader = Reader::new(catalog);
    let mut found = SeenCalls::default();
    let mut not_evaluated = Vec::new();
    let (calls, paths) = sorted_out(&args.inputs)?;
    if !calls.is_empty() {
        let id = sources.add(Source::new("<argument>", calls.join("\n")));
        found.append(reader.read(id, sources.get(id)));
    }
    let is_nothing_named = args.inputs.is_empty() && args.scan.is_empty();
    for call in app.iter().filter(|_| is_nothing_named).flat_map(|app| &app.calls) {
        let method = Method::named(call.method);
        found.add(SeenCall::new(method, &*call.path, call.place, Certainty::Proven, Via::Policy));
    }
    match app {
        Some(app) if is_nothing_named && app.calls.is_empty() => {
            return Err(CommandError::usage(format!("the policy lists no calls for `{}`", app.name))
                .help("list them under `calls:`, or name inputs that hold them"));
        }
        None if is_nothing_named && io::stdin().is_terminal() => {
            return Err(CommandError::usage("there are no calls").help(
                "name calls, files that hold them, --scan with source code, or --app with the calls of the policy",
            ));
        }
        _ => {}
    }
    let stdin = [OsString::from("-")];
    let paths = if is_nothing_named && app.is_none() { stdin.iter().map(AsRef::as_ref).collect() } else { paths };
    for path in paths {
        if let Err(unread) = read(path, &reader, sources, &mut found) {
            not_evaluated.push(unread);
        }
    }
    if !args.scan.is_empty() {
        let tree = scan::files_of(&args.scan);
        not_evaluated.extend(tree.not_evaluated);
        for path in tree.files {
            // What is no text holds no source code.
            let Ok(text) = files::read_file(&path) else { continue };
            let id = sources.next_id();
            let name = path.to_string_lossy();
            let source = Source::new(name.strip_prefix("./").unwrap_or(&name), text);
            let in_it = reader.scan(id, &source);
            if !in_it.is_empty() {
                sources.add(source);
                found.append(in_it);
            }
        }
    }
    let SeenCalls { calls: seen, left, .. } = found;
    Ok(Gathered { seen, left, not_evaluated })
}

/// The calls among the arguments, one a line, and the paths.
fn sorted_out(inputs: &[OsString]) -> Result<(Vec<String>, Vec<&Path>), CommandError> {
    let (mut calls, mut paths) = (Vec::new(), Vec::new());
    let mut rest = inputs.iter();
    while let Some(input) = rest.next() {
        let text = input.to_str().unwrap_or_default();
        if Method::named(text).is_some() && !Path::new(text).exists() {
            let Some(address) = rest.next().and_then(|next| next.to_str()) else {
                return Err(CommandError::usage(format!("the address is missing after `{text}`"))
                    .help("give a method and a path or URL: `zscope least GET /books/v3/invoices`"));
            };
            calls.push(format!("{text} {address}"));
        } else if is_call(text) && !Path::new(text).exists() {
            calls.push(text.to_owned());
        } else {
            paths.push(Path::new(input));
        }
    }
    if paths.iter().filter(|path| **path == Path::new("-")).count() > 1 {
        return Err(CommandError::usage("`-` stands twice: standard input can be read once"));
    }
    Ok((calls, paths))
}

/// Whether an argument is a call and no path of a file: `GET /x`, or an address of the web.
fn is_call(text: &str) -> bool {
    let begins = text.split_whitespace().next().is_some_and(|word| Method::named(word).is_some());
    begins || text.starts_with("https://") || text.starts_with("http://")
}

fn read(path: &Path, reader: &Reader<'_>, sources: &mut Sources, found: &mut SeenCalls) -> Result<(), NotEvaluated> {
    let is_stdin = path.as_os_str() == OsStr::new("-");
    let name = if is_stdin { "<stdin>".to_owned() } else { path.to_string_lossy().into_owned() };
    let unread = |message: String, help: Option<&str>| NotEvaluated {
        input: name.clone(),
        message,
        help: help.map(str::to_owned),
        place: None,
    };
    let id = sources.next_id();
    let read = if is_stdin {
        reader.stream(id, &name, io::stdin().lock())
    } else {
        let file = files::open(path).map_err(|error| unread(error.message(), error.help()))?;
        reader.stream(id, &name, BufReader::new(file))
    };
    let (source, seen) = read.map_err(|error| unread(format!("cannot be read: {error}"), None))?;
    sources.add(source);
    if seen.is_empty() {
        return Err(unread("no calls found".to_owned(), Some("give calls as `GET /books/v3/invoices`, one a line")));
    }
    found.append(seen);
    Ok(())
}
