//! `--fix`: the safe changes made in the files, or shown with `--diff`.

use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::apps::Apps;
use crate::access;
use crate::catalog::Catalog;
use crate::cli::draft::Goal;
use crate::cli::error::CommandError;
use crate::cli::files;
use crate::input::Request;
use crate::input::scan::Scanner;
use crate::judge::{applied, edits};
use crate::report::source_line;
use crate::review::{Gathered, Review};
use crate::scope::Scope;
use crate::text::{Source, SourceId, Sources};

/// How often a file is looked at again: a change may make room for another.
const ROUNDS: usize = 20;

/// What came of the changes.
#[derive(Debug, Default)]
pub(super) struct Fixed {
    /// Changes made, or to be made.
    pub(super) changes: usize,
    /// Files with such changes.
    pub(super) files: usize,
    /// Files that were left alone, each with the reason.
    pub(super) left: Vec<(String, String)>,
    /// The changes as a unified diff, for people: what a terminal would obey is written out.
    pub(super) diff: String,
}

/// Makes the safe changes of files.
pub(super) struct Fixer<'a> {
    pub(super) review: &'a Review<'a>,
    pub(super) scanner: &'a Scanner<'a>,
    pub(super) apps: &'a Apps,
    /// Only show what would change.
    pub(super) preview: bool,
}

impl Fixer<'_> {
    /// Goes through files, each with the name that reports show.
    pub(super) fn run(&self, paths: &[(PathBuf, String)]) -> Result<Fixed, CommandError> {
        let mut fixed = Fixed::default();
        for (path, name) in paths {
            let text = match files::read_file(path) {
                Ok(text) => text,
                Err(error) => {
                    fixed.left.push((name.clone(), error.message()));
                    continue;
                }
            };
            let (changed, changes) = self.changed(path, &text);
            if changed == text {
                continue;
            }
            if !same_access(self.review.catalog, &self.requests(&text), &self.requests(&changed)) {
                fixed.left.push((name.clone(), "a change would alter what the file asks for".to_owned()));
                continue;
            }
            fixed.changes += changes;
            fixed.files += 1;
            if self.preview {
                fixed.diff.push_str(&diff(name, &text, &changed));
            } else if let Err(error) = Goal::at(path).and_then(|goal| goal.put(&changed)) {
                let message = format!("`{}` cannot be written: {error}", path.display());
                return Err(CommandError::incomplete(message).help("no file is left half-written"));
            }
        }
        Ok(fixed)
    }

    /// A file's text after all safe changes, and how many they are.
    fn changed(&self, path: &Path, text: &str) -> (String, usize) {
        let mut text = text.to_owned();
        let mut changes = 0;
        for _ in 0..ROUNDS {
            let mut sources = Sources::default();
            let id = sources.add(Source::new("", &*text));
            let requests = self.of_apps(path, id, &text);
            let report = self.review.run(Gathered {
                requests,
                ignores: self.scanner.ignores(id, &text),
                sources,
                not_evaluated: Vec::new(),
            });
            let edits = edits(&report.findings, id, &text);
            if edits.is_empty() {
                break;
            }
            changes += edits.len();
            text = applied(&text, &edits);
        }
        (text, changes)
    }

    fn of_apps(&self, path: &Path, id: SourceId, text: &str) -> Vec<Request> {
        let apps = self.apps.of_file(path);
        let requests = self.scanner.read(id, text).into_iter();
        requests
            .flat_map(|request| {
                apps.iter().map(move |app| Request { app: app.clone(), ..request.clone() }).collect::<Vec<_>>()
            })
            .collect()
    }

    fn requests(&self, text: &str) -> Vec<Request> {
        let id = Sources::default().add(Source::new("", ""));
        self.scanner.read(id, text)
    }
}

/// Whether two readings of a file ask for the same, list by list: every scope of one is given by those of the other.
fn same_access(catalog: &Catalog, old: &[Request], new: &[Request]) -> bool {
    let meant = |request: &Request| -> Vec<Scope> {
        let scopes = request.items.iter().filter_map(|item| item.scope.as_ref().ok());
        let identities = scopes.map(|scope| access::identify(catalog, scope));
        identities.map(|identity| identity.erratum.map_or(identity.scope, |(_, slip)| slip.means.clone())).collect()
    };
    let given = |small: &[Scope], big: &[Scope]| {
        small.iter().all(|scope| {
            let starts = access::starts(catalog, scope);
            big.contains(scope) || starts.iter().all(|start| big.iter().any(|big| access::covers(catalog, big, start)))
        })
    };
    let same = |(old, new): (&Request, &Request)| {
        let (old, new) = (meant(old), meant(new));
        given(&old, &new) && given(&new, &old)
    };
    old.len() == new.len() && old.iter().zip(new).all(same)
}

/// A unified diff with three lines around each change.
fn diff(name: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    let (before, after) = (format!("a/{name}"), format!("b/{name}"));
    let text = diff.unified_diff().context_radius(3).header(&before, &after).to_string();
    text.lines().flat_map(|line| [source_line(line), "\n".to_owned()]).collect()
}
