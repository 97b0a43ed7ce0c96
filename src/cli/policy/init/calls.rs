//! The calls of applications, and what of their scopes those need.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::TOLD;
use super::found::{Apps, owner, stem};
use crate::catalog::Catalog;
use crate::cli::error::CommandError;
use crate::cli::{files, scan};
use crate::input::calls::{Reader, SeenCall, SeenCalls};
use crate::least::{Least, Options};
use crate::report::clean;
use crate::text::{Source, Sources};

/// The calls of one application.
#[derive(Default)]
struct Calls {
    seen: Vec<SeenCall>,
    /// Where the first of them was found.
    place: String,
    /// How much could not be read.
    left: usize,
    /// Whether somebody named them: then what they need is allowed, too.
    is_named: bool,
}

/// The calls that are found by and by.
pub(super) struct CallsOfApps<'c> {
    catalog: &'c Catalog,
    /// The application of all that names none.
    app: Option<&'c str>,
    reader: Reader<'c>,
    sources: Sources,
    apps: BTreeMap<String, Calls>,
}

impl<'c> CallsOfApps<'c> {
    pub(super) fn new(catalog: &'c Catalog, app: Option<&'c str>) -> Self {
        Self { catalog, app, reader: Reader::new(catalog), sources: Sources::default(), apps: BTreeMap::new() }
    }

    /// Takes the calls of a file that is a record of them, or of the source code in a folder.
    pub(super) fn read(&mut self, path: &Path) -> Result<(), CommandError> {
        if path.is_dir() {
            self.source_code(&[path.to_owned()], true);
            return Ok(());
        }
        let name = path.to_string_lossy().into_owned();
        let unread = |message: String| CommandError::usage(format!("`{name}` {message}"));
        let file = files::open(path).map_err(|error| unread(error.message()))?;
        let id = self.sources.next_id();
        let (source, seen) = self
            .reader
            .stream(id, &name, BufReader::new(file))
            .map_err(|error| unread(format!("cannot be read: {error}")))?;
        if seen.calls.is_empty() {
            return Err(CommandError::incomplete(format!("no calls found in `{name}`"))
                .help("give HAR, a log, or calls as `GET /books/v3/invoices`, one a line"));
        }
        self.sources.add(source);
        self.take(&stem(path), &name, seen, true);
        Ok(())
    }

    /// Takes the calls of the source code that was scanned.
    pub(super) fn folders(&mut self, paths: &[PathBuf]) {
        self.source_code(paths, false);
    }

    fn source_code(&mut self, paths: &[PathBuf], is_named: bool) {
        for path in scan::files_of(paths).files {
            // What is no text holds no source code.
            let Ok(text) = files::read_file(&path) else { continue };
            let name = path.to_string_lossy();
            let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
            let id = self.sources.next_id();
            let source = Source::new(&*name, text);
            let seen = self.reader.scan(id, &source);
            if !seen.is_empty() {
                self.sources.add(source);
                self.take(&owner(&name).0, &name, seen, is_named);
            }
        }
    }

    fn take(&mut self, name: &str, place: &str, seen: SeenCalls, is_named: bool) {
        let left: u64 = seen.left.iter().map(|left| left.count).sum();
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        for call in seen.calls {
            let name = self.app.or(call.group.as_deref()).unwrap_or(name).to_owned();
            let line = self.sources.get(call.place.source).position(call.place.span.start).line;
            let calls = self.apps.entry(name).or_default();
            calls.is_named |= is_named;
            if calls.place.is_empty() {
                calls.place = format!("{place}:{line}");
            }
            calls.seen.push(call);
        }
        self.apps.entry(self.app.unwrap_or(name).to_owned()).or_default().left += left;
    }

    /// Gives applications what their calls need; with `strict`, leaves out what they do not. What is in doubt is returned,
    /// a line each.
    pub(super) fn settle(self, apps: &mut Apps, strict: bool) -> Vec<String> {
        let mut doubts = Vec::new();
        for (name, calls) in &self.apps {
            let least = Least::of(self.catalog, &calls.seen, Options::default());
            let app = if calls.is_named {
                apps.entry(name.clone()).or_default()
            } else {
                let Some(app) = apps.get_mut(name) else { continue };
                app
            };
            if calls.is_named {
                app.take_calls(&least, &calls.place);
            }
            if strict && calls.left == 0 {
                app.reduce(&least);
            }
            let missing: Vec<String> = least
                .missing
                .iter()
                .map(|missing| {
                    let call =
                        missing.row.and_then(|row| least.rows.get(row)).map(|row| format!("`{}`: ", clean(&row.call)));
                    format!("{name}: {}{}", call.unwrap_or_default(), missing.reason)
                })
                .collect();
            let more = missing.len().saturating_sub(TOLD);
            doubts.extend(missing.into_iter().take(TOLD));
            if more > 0 {
                doubts.push(format!("{name}: {more} more calls are in doubt: `zscope least` shows them"));
            }
            if calls.left > 0 {
                let what = if strict { ", so that nothing is left out" } else { "" };
                doubts
                    .push(format!("{name}: {} more in the code that makes calls could not be read{what}", calls.left));
            }
        }
        if strict {
            let without = apps.keys().filter(|name| self.apps.get(*name).is_none_or(|calls| calls.seen.is_empty()));
            doubts.extend(without.map(|name| format!("{name}: no calls were seen, so that nothing is left out")));
        }
        doubts
    }
}
