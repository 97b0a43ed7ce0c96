//! Calls that stand in one another's way.

use std::collections::HashMap;

use super::{Fault, Kind, Subject};
use crate::catalog::Endpoint;

impl Subject<'_> {
    pub(super) fn calls(&self, faults: &mut Vec<Fault>) {
        let mut exact: HashMap<(&str, &str), &Endpoint> = HashMap::new();
        let mut equal: HashMap<(&str, String), &Endpoint> = HashMap::new();
        let mut earlier: HashMap<(&str, usize), Vec<Template<'_>>> = HashMap::new();
        for call in self.calls {
            let written = call.call();
            let mut push = |kind, message, help: &str| {
                faults.push(self.fault(kind, call.line, |text| text == written, message).help(help));
            };
            if let Some(first) = exact.get(&(call.method.as_str(), call.path.as_str())) {
                let message = format!("the call `{written}` stands in line {} already", first.line);
                push(Kind::DuplicateCall, message, "keep one, with all that it needs");
                continue;
            }
            exact.insert((&call.method, &call.path), call);
            if call.only_reads_to_change() {
                let message = format!("`{written}` changes data, and the scopes that it names only read");
                push(
                    Kind::ReadingScopes,
                    message,
                    "look for a source that names what the change needs, or list them `unstated`",
                );
            }
            let template = Template::new(call);
            if let Some(first) = equal.get(&(call.method.as_str(), template.shape())) {
                let message =
                    format!("`{written}` matches the same paths as `{}` in line {}", first.call(), first.line);
                push(Kind::EqualTemplates, message, "keep one, or say in a note how a caller tells them apart");
                continue;
            }
            equal.insert((&call.method, template.shape()), call);
            let before = earlier.entry((&call.method, template.segments.len())).or_default();
            if let Some(first) = before.iter().find(|first| first.swallows(&template)) {
                let (first, line) = (first.call.call(), first.call.line);
                let message = format!("`{first}` in line {line} matches the path of `{written}` as well");
                push(Kind::ShadowedPath, message, "put the literal path first");
            }
            before.push(template);
        }
    }
}

/// A call's path, in segments.
struct Template<'c> {
    call: &'c Endpoint,
    segments: Vec<&'c str>,
}

impl<'c> Template<'c> {
    fn new(call: &'c Endpoint) -> Self {
        Self { call, segments: call.path.split('/').collect() }
    }

    /// The path with all placeholders alike.
    fn shape(&self) -> String {
        let segment = |segment: &&str| if is_free(segment) { "{}".to_owned() } else { (*segment).to_owned() };
        self.segments.iter().map(segment).collect::<Vec<_>>().join("/")
    }

    /// Whether every path that `later` matches is matched by this one, and more: something literal there is free here.
    fn swallows(&self, later: &Self) -> bool {
        let mut pairs = self.segments.iter().zip(&later.segments);
        let mut freer = false;
        let within = pairs.all(|(mine, theirs)| {
            freer |= is_free(mine) && !is_free(theirs);
            is_free(mine) || (mine == theirs && !is_free(theirs))
        });
        within && freer
    }
}

/// Whether a segment is a placeholder as a whole.
fn is_free(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}
