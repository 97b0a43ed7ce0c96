//! What kind of text it is, told by what stands in it.

use std::path::Path;

use super::{curl, log};
use crate::input::scan::Syntax;

/// The kinds of texts that tell of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// JSON; which kind is seen when it is read.
    Json,
    /// YAML that describes an API, or a policy.
    Yaml,
    Log,
    Curl,
    /// Source code.
    Code,
    /// A method and an address a line.
    Lines,
}

/// How many lines are looked at.
const LOOKED_AT: usize = 40;

impl Kind {
    /// The kind of a text, or of one that begins so. The name decides only whether it is source code.
    pub(super) fn of(name: &str, text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}');
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(LOOKED_AT);
        let first = lines.next().unwrap_or("");
        if first.starts_with(['{', '[']) {
            // One object a line is a log.
            return if log::is_line(first) { Self::Log } else { Self::Json };
        }
        if Syntax::of(Path::new(name)).is_known_to_scans() {
            return Self::Code;
        }
        let lines: Vec<&str> = std::iter::once(first).chain(lines).collect();
        let is_key =
            |line: &&str| ["openapi:", "swagger:", "apps:", "version:"].iter().any(|key| line.starts_with(key));
        if lines.iter().any(is_key) && !lines.iter().any(|line| log::is_line(line)) {
            return Self::Yaml;
        }
        let count = |is: fn(&str) -> bool| lines.iter().filter(|line| is(line)).count();
        if count(log::is_line) * 2 > lines.len() {
            return Self::Log;
        }
        if curl::starts(text).next().is_some() && !text.contains("import ") {
            return Self::Curl;
        }
        if first.starts_with("#!") || count(is_code) * 4 > lines.len() { Self::Code } else { Self::Lines }
    }
}

/// Whether a line is one of a program's.
fn is_code(line: &str) -> bool {
    let begins =
        ["import ", "from ", "use ", "using ", "require", "const ", "let ", "var ", "def ", "function", "public "];
    begins.iter().any(|word| line.starts_with(word))
        || line.ends_with(['{', ';', '('])
        || (line.contains(" = ") && !line.contains("://"))
}
