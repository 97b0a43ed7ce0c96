//! The finished report, and one renderer for each format.
//!
//! A renderer sees a [`Report`] and nothing else; it neither judges nor sorts.

mod address;
mod clean;
mod closing;
mod coverage;
mod csv;
mod document;
mod excerpt;
mod figures;
mod fingerprint;
#[cfg(test)]
mod fixture;
mod format;
mod github;
mod gitlab;
pub(crate) mod grid;
mod html;
mod json;
mod junit;
mod markdown;
mod ndjson;
pub(crate) mod plan;
mod population;
mod pretty;
mod provenance;
mod renderer;
mod rows;
mod run;
mod sarif;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod totals;

pub use coverage::{Coverage, Notice, Skipped};
pub use document::document;
pub use fingerprint::{Fingerprints, fingerprint};
pub use format::Format;
pub use plan::Plan;
pub use population::{Line, Rows, Subject, Whose};
pub use renderer::Renderer;
pub use run::{RunInfo, Tree};
pub use sarif::{Options as SarifOptions, Profile as SarifProfile};
pub use totals::{RuleTally, Tally, Totals};
pub(crate) use totals::{offends, service};

use std::collections::{BTreeMap, HashSet};
use std::io;

use jiff::civil::Date;
use serde::Serialize;

use crate::finding::Link;
use crate::finding::Waived;
use crate::finding::{Finding, RuleInfo, Severity};
use crate::judge::{Judged, Verdict};
use crate::policy::RulePages;
use crate::text::{Place, Problem, SourceId, Sources};

/// Everything that one run found out. Findings are sorted by place, then code.
#[derive(Debug)]
pub struct Report {
    /// The policy that judged.
    pub policy: PolicyInfo,
    /// The catalog that was asked.
    pub catalog: CatalogInfo,
    /// The day for which the run judged.
    pub as_of: Date,
    /// What tokens hold, in the order read; empty where requests were judged.
    pub grants: Vec<GrantInfo>,
    /// Every scope that was judged, one for each place, in the order read.
    pub scopes: Vec<Judged>,
    /// What stands.
    pub findings: Vec<Finding>,
    /// The products that the services of its scopes belong to, by service, where the catalog knows them.
    pub products: BTreeMap<String, String>,
    /// What a waiver absolves.
    pub waived: Vec<Waived>,
    /// What could not be evaluated, and why.
    pub not_evaluated: Vec<NotEvaluated>,
    /// How many inputs could not be evaluated: of a large run, `not_evaluated` shows only the first.
    pub unread: usize,
    /// The figures of an audit, over all its grants; of a large run, the lists above show only some.
    pub totals: Option<Totals>,
    /// How to get to smaller grants, where that was asked for.
    pub plans: Vec<Plan>,
    /// The texts that places point into.
    pub sources: Sources,
    /// How the run was asked for.
    pub run: RunInfo,
}

/// A grant: what one token holds.
#[derive(Clone, Debug)]
pub struct GrantInfo {
    /// What people call it: the client that the input names, or the input's name and a number.
    pub name: String,
    /// The application of the policy by which it was judged; `None` for the policy's top level.
    pub app: Option<String>,
    /// The code of its data centre, where the response tells.
    pub data_centre: Option<&'static str>,
    /// Whether its scopes are known.
    pub state: GrantState,
    /// How many scopes it holds, as far as is known.
    pub scopes: usize,
    /// Where it was read.
    pub place: Place,
}

/// Whether the scopes of a grant are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GrantState {
    /// The response names them.
    Known,
    /// There is a token, and nothing says what it holds.
    Unknown,
    /// There is no token.
    Failed,
}

impl GrantState {
    /// The word used in outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
        }
    }
}

/// Which policy judged.
#[derive(Clone, Debug)]
pub struct PolicyInfo {
    /// Its path, or `builtin:NAME`.
    pub path: String,
    /// Lower-case hexadecimal SHA-256 of the policy and of what it extends.
    pub digest: String,
    /// The organisation's own pages about rules, to which findings link.
    pub rule_pages: Option<RulePages>,
}

impl PolicyInfo {
    /// The organisation's own page about a rule.
    #[must_use]
    pub fn page(&self, rule: &RuleInfo) -> Option<Link> {
        self.rule_pages.as_ref()?.page(rule)
    }
}

/// Which catalog was asked.
#[derive(Clone, Debug, Serialize)]
pub struct CatalogInfo {
    /// Lower-case hexadecimal SHA-256 of the catalog files, overlays included.
    pub digest: String,
    /// When its newest source was read.
    pub date: String,
}

/// Something that could not be evaluated. The run fails closed on it.
#[derive(Clone, Debug)]
pub struct NotEvaluated {
    /// Which input.
    pub input: String,
    /// Why: lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where, when the input could be read that far.
    pub place: Option<Place>,
}

/// How much of what a report holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Scopes judged, one for each place.
    pub scopes: usize,
    /// Of these: allowed.
    pub allowed: usize,
    /// Of these: denied.
    pub denied: usize,
    /// Of these: not allowed.
    pub not_allowed: usize,
    /// Of these: unknown.
    pub unknown: usize,
    /// Of these: waived.
    pub waived: usize,
    /// Inputs that could not be evaluated.
    pub not_evaluated: usize,
    /// Findings that stand.
    pub findings: Counts,
}

/// Findings by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Errors.
    pub error: usize,
    /// Warnings.
    pub warning: usize,
    /// Notes.
    pub note: usize,
}

impl Report {
    /// Counts what the report holds.
    #[must_use]
    pub fn summary(&self) -> Summary {
        if let Some(totals) = &self.totals {
            return totals.summary(self.unread);
        }
        let verdicts = |wanted| self.scopes.iter().filter(|scope| scope.verdict == wanted).count();
        let severities = |wanted| self.findings.iter().filter(|finding| finding.severity == wanted).count();
        Summary {
            scopes: self.scopes.len(),
            allowed: verdicts(Verdict::Allowed),
            denied: verdicts(Verdict::Denied),
            not_allowed: verdicts(Verdict::NotAllowed),
            unknown: verdicts(Verdict::Unknown),
            waived: verdicts(Verdict::Waived),
            not_evaluated: self.not_evaluated.len(),
            findings: Counts {
                error: severities(Severity::Error),
                warning: severities(Severity::Warning),
                note: severities(Severity::Note),
            },
        }
    }

    /// Gives a scope whose every error is waived the verdict `waived`.
    pub fn mark_waived(&mut self) {
        mark_waived(&mut self.scopes, &self.findings, self.waived.iter().map(|waived| &waived.finding));
    }

    /// Sorts findings by place, then code, so that output never depends on the order in which rules ran.
    pub fn sort(&mut self) {
        self.findings.sort_by(|a, b| (a.place, a.rule.code, &a.message).cmp(&(b.place, b.rule.code, &b.message)));
        self.waived.sort_by(|a, b| (a.finding.place, a.finding.rule.code).cmp(&(b.finding.place, b.finding.rule.code)));
    }
}

/// Gives scopes whose every error is waived the verdict `waived`.
pub(crate) fn mark_waived<'f>(scopes: &mut [Judged], standing: &[Finding], waived: impl Iterator<Item = &'f Finding>) {
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let failing: HashSet<Place> = standing.iter().filter(is_error).map(|finding| finding.place).collect();
    let absolved: HashSet<Place> = waived.filter(is_error).map(|finding| finding.place).collect();
    for scope in scopes {
        if absolved.contains(&scope.place) && !failing.contains(&scope.place) {
            scope.verdict = Verdict::Waived;
        }
    }
}

/// What a renderer may assume of where its output goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Canvas {
    /// Whether colours may be used. Renderers may always write them: the stream strips them where they are not wanted.
    pub color: bool,
    /// Whether links may be written that a terminal follows. Unlike colours they need not be stripped elsewhere, so they
    /// are written only then.
    pub links: bool,
    /// Columns of the terminal; `None` when it is none.
    pub width: Option<usize>,
    /// Whether the report is kept in a file: then those for people say in full by what they were made, too.
    pub is_record: bool,
}

/// Writes the problems of files that a person wrote, each with its source line.
///
/// # Errors
///
/// When the writer fails.
pub fn render_problems(
    sources: &Sources,
    problems: &[(SourceId, Problem)],
    canvas: Canvas,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    text::problems(sources, problems, canvas, out)
}

/// A text as it may be shown to people: on one line, without anything that a terminal obeys or hides, and without
/// secrets.
#[must_use]
pub fn clean(text: &str) -> std::borrow::Cow<'_, str> {
    clean::clean(text)
}

/// A line of a source as it may be shown to people: without secrets, with a picture in the place of each character that
/// a terminal obeys or hides. Tabs stay.
pub(crate) fn source_line(line: &str) -> String {
    clean::visible(&clean::verbatim(line))
}
