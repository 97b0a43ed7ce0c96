//! API calls that a program makes: read from records of them, from descriptions, and from source code.
//!
//! ```
//! use zscope::catalog::Catalog;
//! use zscope::input::calls::Reader;
//! use zscope::text::{Source, Sources};
//!
//! let catalog = Catalog::embedded();
//! let mut sources = Sources::default();
//! let id = sources.add(Source::new("calls.txt", "GET /crm/v8/Leads\nGET /crm/v8/Leads\n"));
//! let seen = Reader::new(&catalog).read(id, sources.get(id));
//! assert_eq!((seen.calls.len(), seen.calls[0].count), (1, 2));
//! ```

mod body;
mod curl;
mod har;
mod json;
mod kind;
mod lines;
mod log;
mod openapi;
mod policy;
mod postman;
mod seen;
#[cfg(test)]
mod tests;

use std::io::{self, BufRead, Read};

pub use seen::{Certainty, Left, Method, SeenCall, SeenCalls, Via};

use crate::catalog::Catalog;
use crate::text::{Place, Source, SourceId, Span};
use crate::yaml;
use json::Json;
use kind::Kind;

/// The most that is held of one text, in bytes; logs may be of any length.
const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// How much of a stream is looked at to tell its kind, in bytes.
const HEAD: usize = 64 * 1024;

/// The largest YAML that is read, in bytes.
const MOST_YAML: usize = 32 * 1024 * 1024;

/// Reads calls from texts of any kind.
#[derive(Debug)]
pub struct Reader<'c> {
    #[expect(dead_code, reason = "the readers of source code look hosts up in it")]
    catalog: &'c Catalog,
}

impl<'c> Reader<'c> {
    /// Knows the hosts and calls of a catalog, overlays included.
    #[must_use]
    pub fn new(catalog: &'c Catalog) -> Self {
        Self { catalog }
    }

    /// Reads a text whose kind is told by what stands in it.
    #[must_use]
    pub fn read(&self, id: SourceId, source: &Source) -> SeenCalls {
        let text = source.text();
        match Kind::of(source.name(), text) {
            Kind::Json => self.json(id, text),
            Kind::Yaml => document(id, text),
            Kind::Log => log::read(id, text),
            Kind::Curl => curl::read(id, text),
            Kind::Code | Kind::Lines => lines::read(id, text),
        }
    }

    /// Reads a text of any length. Of a log only the lines are kept that are the first of their call; anything else is
    /// held whole, within bounds. The source is what places refer to.
    ///
    /// # Errors
    ///
    /// When the bytes cannot be read.
    pub fn stream(&self, id: SourceId, name: &str, mut input: impl BufRead) -> io::Result<(Source, SeenCalls)> {
        let mut head = Vec::new();
        input.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        // The last line may be cut.
        let whole_lines = head.iter().rposition(|b| *b == b'\n').map_or(head.len(), |at| at + 1);
        let start = String::from_utf8_lossy(head.get(..whole_lines).unwrap_or_default()).into_owned();
        if Kind::of(name, &start) == Kind::Log {
            return log::stream(id, name, &mut head.as_slice().chain(input));
        }
        let mut bytes = head;
        input.by_ref().take(MOST_BYTES).read_to_end(&mut bytes)?;
        let is_cut = !input.fill_buf()?.is_empty();
        let source = Source::new(name, String::from_utf8_lossy(&bytes));
        let mut seen = self.read(id, &source);
        if is_cut {
            let limit = MOST_BYTES / 1024 / 1024;
            seen.leave(
                Place::new(id, Span::default()),
                format!("the text is longer than {limit} MB: the rest is not read"),
            );
        }
        Ok((source, seen))
    }

    #[expect(clippy::unused_self, reason = "lists of tools are looked up in the catalog")]
    fn json(&self, id: SourceId, text: &str) -> SeenCalls {
        let root = match Json::parse(id, text) {
            Ok(root) => root,
            Err(error) => {
                let mut seen = SeenCalls::default();
                let reason = format!("not valid JSON, in line {} column {}", error.line(), error.column());
                seen.leave(Place::new(id, Span::default()), reason);
                return seen;
            }
        };
        let members = root.members();
        let has = |name: &str| members.contains_key(name);
        if has("log") {
            har::read(root)
        } else if has("item") || members.get("collection").is_some_and(|inner| inner.get("item").is_some()) {
            postman::read(root)
        } else if has("openapi") || has("swagger") {
            document(id, text)
        } else {
            let mut seen = SeenCalls::default();
            seen.leave(root.place(), "JSON that holds no calls: neither HAR, Postman, OpenAPI nor a list of tools");
            seen
        }
    }
}

/// Reads a document of YAML, of which JSON is a part: an API that is used, or a policy.
fn document(id: SourceId, text: &str) -> SeenCalls {
    let mut seen = SeenCalls::default();
    if text.len() > MOST_YAML {
        let limit = MOST_YAML / 1024 / 1024;
        seen.leave(Place::new(id, Span::default()), format!("the document is longer than {limit} MB"));
        return seen;
    }
    match yaml::parse(text) {
        Ok(root) if openapi::get(&root, "paths").is_some() => openapi::read(id, &root),
        Ok(root) if openapi::get(&root, "apps").is_some() => policy::read(id, &root),
        Ok(root) => {
            seen.leave(Place::new(id, root.span), "neither an API's description nor a policy with applications");
            seen
        }
        Err(problems) => {
            for problem in problems {
                seen.leave(Place::new(id, problem.span), problem.message);
            }
            seen
        }
    }
}
