//! Reading a lock file, and saying what is wrong with one that people or merges have changed.

use super::{Entry, Lock, UNKNOWN, VERSION};
use crate::catalog::data_centre::{self, DataCentre};
use crate::scope::Scope;
use crate::secret::redact;
use crate::text::{Place, Problem, SourceId, Span};
use crate::yaml::{self, Node, Value};

pub(super) fn read(source: SourceId, text: &str) -> Result<Lock, Vec<Problem>> {
    if let Some(problem) = unmerged(text) {
        return Err(vec![problem]);
    }
    let root = yaml::parse(text).map_err(|problems| problems.into_iter().map(mended).collect::<Vec<_>>())?;
    let mut reader = Reader { source, problems: Vec::new() };
    let lock = reader.lock(&root, text);
    if reader.problems.is_empty() { Ok(lock) } else { Err(reader.problems) }
}

struct Reader {
    source: SourceId,
    problems: Vec<Problem>,
}

impl Reader {
    fn place(&self, span: Span) -> Place {
        Place::new(self.source, span)
    }

    fn report(&mut self, span: Span, message: impl Into<String>) {
        let help = "write the file anew with `zscope audit --lock`, or mend it by hand";
        self.problems.push(Problem::new(span, message).help(help));
    }

    /// Whether the file is of the version that this build reads. The keys of another one are not judged.
    fn version(&mut self, root: &Node, fields: &[yaml::Entry]) -> bool {
        let Some(field) = fields.iter().find(|field| field.key == "version") else {
            self.report(root.span, "a lock file needs the key `version`");
            return true;
        };
        match &field.value.value {
            Value::Scalar(version) if version == VERSION => return true,
            Value::Scalar(version) if version.parse::<u32>().is_ok() => {
                let message = format!("`{version}` is not a version of lock files that this build reads");
                let help = format!("it reads version {VERSION}: use the zscope that wrote the file, or a newer one");
                self.problems.push(Problem::new(field.value.span, message).help(help));
            }
            _ => self.report(field.value.span, "expected the version of the lock file, a number"),
        }
        false
    }

    fn lock(&mut self, root: &Node, text: &str) -> Lock {
        let mut lock = Lock { start: self.place(first_line(text)), entries: Vec::new(), unknown: Vec::new() };
        let Value::Mapping(fields) = &root.value else {
            self.report(root.span, "expected a lock file (a mapping)");
            return lock;
        };
        if !self.version(root, fields) {
            return lock;
        }
        for field in fields {
            match field.key.as_str() {
                "version" => {}
                "grants" => {
                    lock.start = self.place(field.key_span);
                    self.apps(&field.value, &mut lock.entries);
                }
                "unknown" => self.unknown(&field.value, &mut lock.unknown),
                other => self.report(field.key_span, format!("a lock file has no key `{}`", redact(other))),
            }
        }
        lock
    }

    fn apps(&mut self, node: &Node, entries: &mut Vec<Entry>) {
        let Value::Mapping(apps) = &node.value else {
            return self.report(node.span, "expected applications by name");
        };
        for app in apps {
            let Value::Mapping(centres) = &app.value.value else {
                self.report(app.value.span, "expected data centres with lists of scopes");
                continue;
            };
            for centre in centres {
                let place = self.place(centre.key_span);
                if !self.data_centre(centre.key_span, &centre.key) {
                    continue;
                }
                let scopes = self.scopes(&centre.value);
                entries.push(Entry { app: app.key.clone(), data_centre: centre.key.clone(), place, scopes });
            }
        }
    }

    /// Of whom nobody knows what is held: data centres by application.
    fn unknown(&mut self, node: &Node, unknown: &mut Vec<(String, String, Place)>) {
        let Value::Mapping(apps) = &node.value else {
            return self.report(node.span, "expected applications by name");
        };
        for app in apps {
            let Value::Sequence(centres) = &app.value.value else {
                self.report(app.value.span, "expected a list of data centres");
                continue;
            };
            for centre in centres {
                match &centre.value {
                    Value::Scalar(code) if self.data_centre(centre.span, code) => {
                        unknown.push((app.key.clone(), code.clone(), self.place(centre.span)));
                    }
                    Value::Scalar(_) => {}
                    _ => self.report(centre.span, "expected a data centre"),
                }
            }
        }
    }

    /// Whether a text is the code of a data centre; where not, says so.
    fn data_centre(&mut self, span: Span, written: &str) -> bool {
        if written == UNKNOWN || DataCentre::by_code(written).is_some_and(|known| known.code == written) {
            return true;
        }
        let mut known = data_centre::codes().to_vec();
        known.push(UNKNOWN);
        let message = format!("`{}` is not a data centre", redact(written));
        let help = match crate::scope::closest(written, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write one of {}", known.join(", ")),
        };
        self.problems.push(Problem::new(span, message).help(help));
        false
    }

    fn scopes(&mut self, node: &Node) -> Vec<(Scope, Place)> {
        let Value::Sequence(items) = &node.value else {
            self.report(node.span, "expected a list of scopes");
            return Vec::new();
        };
        let mut scopes = Vec::new();
        for item in items {
            let scope = match &item.value {
                Value::Scalar(text) => text.parse::<Scope>().map_err(|error| error.to_string()),
                _ => Err("expected a scope".to_owned()),
            };
            match scope {
                Ok(scope) => scopes.push((scope, self.place(item.span))),
                Err(error) => self.report(item.span, format!("not a scope: {error}")),
            }
        }
        scopes
    }
}

/// What a merge has left in a file: git's marks stand at the start of a line.
fn unmerged(text: &str) -> Option<Problem> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let mark = line.trim_end();
        if ["<<<<<<<", ">>>>>>>"].iter().any(|mark| line.starts_with(mark)) || mark == "=======" {
            let problem = Problem::new(Span::new(start, start + mark.len()), "a merge conflict is not settled");
            return Some(problem.help("settle it by hand, or audit again and write the file anew with `--lock`"));
        }
        start += line.len();
    }
    None
}

/// A fault of the YAML, with what to do.
fn mended(problem: Problem) -> Problem {
    if problem.help.is_some() { problem } else { problem.help("mend it by hand, or write the file anew with `--lock`") }
}

fn first_line(text: &str) -> Span {
    Span::new(0, text.lines().next().map_or(0, str::len))
}
