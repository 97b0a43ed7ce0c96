//! What the tests of this room share: rules, and files that exist in memory only.

use std::path::Path;

use crate::finding::{RuleInfo, Severity};
use crate::text::Sources;

use super::{Policy, PolicyErrors, Top};

const fn rule(code: &'static str, name: &'static str) -> RuleInfo {
    RuleInfo::new(code, name, Severity::Warning, "", "")
}

static FULL_ACCESS: RuleInfo = rule("ZS201", "full-access");
static ALL_OPERATIONS: RuleInfo = rule("ZS203", "all-operations");
static TOXIC_COMBINATION: RuleInfo = rule("ZS206", "toxic-combination");
static NOT_ALLOWED: RuleInfo = rule("ZS302", "not-allowed").verdict();

/// Some of the program's rules.
pub(super) static RULES: [&RuleInfo; 4] = [&FULL_ACCESS, &ALL_OPERATIONS, &TOXIC_COMBINATION, &NOT_ALLOWED];

/// Loads one text as `zscope.yaml`.
pub(super) fn load(text: &str) -> Result<Policy, PolicyErrors> {
    load_files(&[("zscope.yaml", text)]).0
}

/// Loads the first of several files, which may extend the others.
pub(super) fn load_files(files: &[(&str, &str)]) -> (Result<Policy, PolicyErrors>, Sources) {
    let mut sources = Sources::default();
    let read = |path: &Path| {
        let found = files.iter().find(|(name, _)| Path::new(name) == path);
        found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| "no such file".to_owned())
    };
    let (path, text) = files[0];
    let top = Top::File { path: Path::new(path), text: text.to_owned() };
    (super::load(top, &read, &RULES, &mut sources), sources)
}

/// Everything that is wrong with some files, one line each: `file:line:column [text] message (help)`.
pub(super) fn errors(files: &[(&str, &str)]) -> String {
    let (result, sources) = load_files(files);
    let problems = result.err().map(|errors| errors.problems).unwrap_or_default();
    let line = |(source, problem): &(_, crate::text::Problem)| {
        let source = sources.get(*source);
        let (name, at) = (source.name(), source.position(problem.span.start));
        let help = problem.help.as_deref().map(|help| format!(" ({help})")).unwrap_or_default();
        let text = source.slice(problem.span);
        format!("{name}:{}:{} [{text}] {}{help}\n", at.line, at.column, problem.message)
    };
    problems.iter().map(line).collect()
}
