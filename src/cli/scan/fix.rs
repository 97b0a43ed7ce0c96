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
use crate::input::scan::{Scanner, Syntax};
use crate::judge::{applied, edits};
use crate::review::{Gathered, Review};
use crate::scope::Scope;
use crate::secret::{self, redact};
use crate::text::{Source, SourceId, Sources, Span};

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
    /// The changes as a unified diff, which `git apply` takes.
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
            if !same_access(self.review.catalog, &self.requests(path, &text), &self.requests(path, &changed)) {
                fixed.left.push((name.clone(), "a change would alter what the file asks for".to_owned()));
                continue;
            }
            if !reads_as_before(path, &text, &changed) {
                fixed.left.push((name.clone(), "after the change it would not be written as it was before".to_owned()));
                continue;
            }
            if self.preview {
                match diff(name, &text, &changed) {
                    Some(diff) => fixed.diff.push_str(&diff),
                    None => {
                        let reason = "a secret stands beside the change, which no diff can show; make it with --fix";
                        fixed.left.push((name.clone(), reason.to_owned()));
                        continue;
                    }
                }
            }
            fixed.changes += changes;
            fixed.files += 1;
            if self.preview {
                continue;
            }
            if let Err(error) = Goal::at(path).and_then(|goal| goal.put(&changed)) {
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
            let asked: Vec<Span> =
                requests.iter().filter(|asked| asked.fixable).map(|asked| asked.place.span).collect();
            let report = self.review.run(Gathered {
                requests,
                ignores: self.scanner.ignores(id, &text),
                sources,
                not_evaluated: Vec::new(),
            });
            let mut edits = edits(&report.findings, id, &text);
            // What is no part of a list that is asked for stays as it is, whatever a rule offers.
            let inside = |edit: &Span, asked: &Span| asked.start <= edit.start && edit.end <= asked.end;
            edits.retain(|edit| asked.iter().any(|asked| inside(&edit.span, asked)));
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
        let requests = self.scanner.read_as(id, text, Syntax::of(path)).into_iter();
        requests
            .flat_map(|request| {
                apps.iter().map(move |app| Request { app: app.clone(), ..request.clone() }).collect::<Vec<_>>()
            })
            .collect()
    }

    fn requests(&self, path: &Path, text: &str) -> Vec<Request> {
        let id = Sources::default().add(Source::new("", ""));
        self.scanner.read_as(id, text, Syntax::of(path))
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

/// Whether a file is still what it was after a change: what could be read as JSON, YAML, TOML or XML can be, and
/// everywhere the same brackets stand in the same order, with quotes that come in pairs.
fn reads_as_before(path: &Path, old: &str, new: &str) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    let reads: Option<fn(&str) -> bool> = match extension.as_deref() {
        Some("json" | "ipynb" | "har" | "webmanifest") => {
            Some(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok())
        }
        Some("yaml" | "yml") => Some(|text| crate::yaml::parse(text).is_ok()),
        Some("toml") => Some(is_toml),
        Some("xml" | "plist" | "config" | "resx" | "csproj") => Some(is_xml),
        _ => None,
    };
    let holds = reads.is_none_or(|reads| !reads(old) || reads(new));
    let brackets = |text: &str| text.chars().filter(|c| "()[]{}<>".contains(*c)).collect::<String>();
    let is_even = |quote: char| (old.matches(quote).count() + new.matches(quote).count()).is_multiple_of(2);
    holds && brackets(old) == brackets(new) && ['"', '\'', '`'].into_iter().all(is_even)
}

/// How deep what is read as TOML may be nested.
const DEEPEST: u32 = 100;

fn is_toml(text: &str) -> bool {
    let tokens = toml_parser::Source::new(text).lex().into_vec();
    let mut error: Option<toml_parser::ParseError> = None;
    let mut receiver = ();
    let mut guard = toml_parser::parser::RecursionGuard::new(&mut receiver, DEEPEST);
    toml_parser::parser::parse_document(&tokens, &mut guard, &mut error);
    error.is_none()
}

fn is_xml(text: &str) -> bool {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

/// How many lines a diff shows around each change.
const CONTEXT: usize = 3;

/// A unified diff that `git apply` takes; none where a line in it must not be shown as it is.
fn diff(name: &str, old: &str, new: &str) -> Option<String> {
    let diff = TextDiff::from_lines(old, new);
    // A name with a blank in it ends at a tab.
    let tab = if name.contains(' ') { "\t" } else { "" };
    let (before, after) = (format!("a/{name}{tab}"), format!("b/{name}{tab}"));
    // Some are known only by what stands lines before them.
    let secrets = secret::live(old).into_iter().filter_map(|(_, range)| old.get(range)).collect::<Vec<_>>();
    // Less is shown where more would show a secret; but something has to stay after a change, or it is taken for the end.
    (1..=CONTEXT).rev().find_map(|context| {
        let text = diff.unified_diff().context_radius(context).header(&before, &after).to_string();
        let holds_secret = secrets.iter().any(|secret| text.contains(secret));
        (is_showable(&text) && !holds_secret).then_some(text)
    })
}

/// Whether a text can be shown as it is: it holds no secret, and nothing that a terminal would obey.
fn is_showable(text: &str) -> bool {
    let plain = |c: char| !c.is_control() || matches!(c, '\n' | '\t' | '\r');
    text.chars().all(plain) && text.lines().all(|line| *redact(line) == *line)
}
