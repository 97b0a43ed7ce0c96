//! The finished report, and one renderer for each format.
//!
//! A renderer sees a [`Report`] and nothing else; it neither judges nor sorts.

mod address;
mod clean;
mod closing;
mod concise;
mod coverage;
mod csv;
mod document;
mod excerpt;
mod figures;
mod fingerprint;
mod first;
#[cfg(test)]
mod fixture;
mod format;
mod github;
mod gitlab;
pub(crate) mod grid;
mod groups;
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
mod summed;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod totals;

pub use coverage::{Coverage, Notice, Skipped};
pub use document::{Tool, document};
pub use fingerprint::{Fingerprints, fingerprint};
pub use first::{First, firsts};
pub use format::Format;
pub use plan::Plan;
pub use population::{Line, Rows, Unit, Whose};
pub use renderer::Renderer;
pub use run::{Letterhead, RunInfo, Show, Tree};
pub use sarif::{Options as SarifOptions, Profile as SarifProfile};
pub use totals::{RuleTally, Tally, Totals};
pub(crate) use totals::{offends, service};

use std::collections::{BTreeMap, HashSet};
use std::io;

use self::clean::{NAME, clipped};
use jiff::civil::Date;
use serde::Serialize;

use crate::finding::{Finding, Link, RuleInfo, Severity, Subject, Waived, one_a_fault};
use crate::judge::{Judged, Verdict};
use crate::policy::{RulePages, Waiver};
use crate::text::{Place, Problem, SourceId, Sources};

/// Everything that one run found out. Findings are sorted by severity, then place, then code.
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
    /// What to look at first, of an audit that shows no findings one by one.
    pub first: Vec<First>,
    /// What else has to be known of the run: what it did not do.
    pub notes: Vec<String>,
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
    /// What the input calls its application where the policy has applications and does not name this one; none in a run with
    /// very many such.
    pub unlisted: Option<String>,
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
    /// The same, and the policy accepts it.
    #[serde(rename = "unknown")]
    Accepted,
    /// There is no token.
    Failed,
}

impl GrantState {
    /// The word used in outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Unknown | Self::Accepted => "unknown",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing says what is held, accepted or not.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        matches!(self, Self::Unknown | Self::Accepted)
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
    /// Who answers for an application, by its name, where the policy says it.
    pub owners: BTreeMap<String, String>,
    /// Its waivers, whether or not they absolve anything.
    pub waivers: Vec<Waiver>,
}

impl PolicyInfo {
    /// Who answers for an application.
    #[must_use]
    pub fn owner(&self, app: Option<&str>) -> Option<&str> {
        self.owners.get(app?).map(String::as_str)
    }

    /// An application as texts for people name it: with who answers for it, where the policy says that.
    pub(crate) fn application(&self, app: &str) -> String {
        let owner = self.owner(Some(app)).map(|owner| format!(", owner {}", clipped(owner, NAME)));
        format!("application `{}`{}", clipped(app, NAME), owner.unwrap_or_default())
    }

    /// The page about a rule: the organisation's own, else that of the book, where the program knows its address.
    #[must_use]
    pub fn page(&self, rule: &RuleInfo) -> Option<Link> {
        match &self.rule_pages {
            Some(pages) => pages.page(rule),
            None => RulePages::of_the_book()?.page(rule),
        }
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
    /// Of these: allowed by an entry of the policy.
    pub allowed: usize,
    /// Of the allowed: with an error that stands, so that a rule refuses what the policy's entries let pass.
    pub refused: usize,
    /// Of these: no entry of the policy decided, and its default lets them pass.
    pub no_policy: usize,
    /// Of those that no entry decided: with a warning or an error that stands.
    pub flagged: usize,
    /// Of these: denied.
    pub denied: usize,
    /// Of these: not allowed.
    pub not_allowed: usize,
    /// Of these: unknown.
    pub unknown: usize,
    /// Of these: waived.
    pub waived: usize,
    /// Of these: with an error that stands.
    pub with_errors: usize,
    /// Of these: with a warning that stands, and no error.
    pub with_warnings: usize,
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
    /// The application of a grant: the policy's, or what the records call one that the policy does not name.
    fn app_of_grant(&self, grant: Option<usize>) -> Option<&str> {
        let grant = self.grants.get(grant?)?;
        grant.app.as_deref().or(grant.unlisted.as_deref())
    }

    /// The application that a finding is about, in the same words.
    pub(crate) fn app_of<'r>(&'r self, finding: &'r Finding) -> Option<&'r str> {
        let grant = match finding.subject {
            Subject::Scope(at) => self.scopes.get(at).and_then(|judged| judged.grant),
            Subject::Grant(at) => Some(at),
            _ => None,
        };
        finding.app.as_deref().or_else(|| self.app_of_grant(grant))
    }

    /// Whether that is none of the policy's.
    pub(crate) fn is_unlisted(&self, app: &str) -> bool {
        self.totals.as_ref().is_some_and(|totals| totals.unlisted.contains(app))
    }

    /// Counts what the report holds.
    #[must_use]
    pub fn summary(&self) -> Summary {
        if let Some(totals) = &self.totals {
            return totals.summary(self.unread);
        }
        let mut tally = Tally::default();
        for (judged, worst) in self.scopes.iter().zip(worst(self.scopes.len(), &self.findings)) {
            tally.add_scope(judged.verdict, worst, 1);
        }
        let severities = |wanted| self.findings.iter().filter(|finding| finding.severity == wanted).count();
        Summary {
            findings: Counts {
                error: severities(Severity::Error),
                warning: severities(Severity::Warning),
                note: severities(Severity::Note),
            },
            ..tally.summary(self.not_evaluated.len())
        }
    }

    /// [`Report::summary`] as people count: findings on requests that say the same are one.
    #[must_use]
    pub fn told(&self) -> Summary {
        let findings = if self.totals.is_some() { None } else { Some(groups::counts(&groups::groups(self))) };
        let summary = self.summary();
        Summary { findings: findings.unwrap_or(summary.findings), ..summary }
    }

    /// The line that sums the report up.
    #[must_use]
    pub fn last_line(&self, color: bool) -> String {
        closing::summary(self, color)
    }

    /// Whether a finding fails the run. Of an audit the counts tell, since a large report shows only some of what it found.
    #[must_use]
    pub fn fails(&self) -> bool {
        let Some(totals) = &self.totals else {
            return self.findings.iter().any(|finding| self.run.fails(finding));
        };
        let Counts { error, warning, note } = totals.all.findings;
        match self.run.fail_on {
            Some(Severity::Note) => error + warning + note > 0,
            Some(Severity::Warning) => error + warning > 0,
            Some(Severity::Error) => error > 0,
            None => false,
        }
    }

    /// Settles what stands once more findings are accepted: one finding a fault, in order, and the verdict `waived` for
    /// scopes whose every error is accepted.
    pub fn settle(&mut self) {
        mark_waived(&mut self.scopes, &self.findings, self.waived.iter().map(|waived| &waived.finding));
        self.findings = one_a_fault(std::mem::take(&mut self.findings));
        self.sort();
    }

    /// Sorts findings by severity, then place, then code, so that output never depends on the order in which rules ran.
    pub fn sort(&mut self) {
        let key = |finding: &Finding| (std::cmp::Reverse(finding.severity), finding.place, finding.rule.code);
        self.findings.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message)));
        self.waived.sort_by(|a, b| (a.finding.place, a.finding.rule.code).cmp(&(b.finding.place, b.finding.rule.code)));
    }
}

/// The worst severity of what stands on each of so many scopes.
pub(crate) fn worst(scopes: usize, standing: &[Finding]) -> Vec<Option<Severity>> {
    let mut worst = vec![None; scopes];
    for finding in standing {
        if let Some(known) = finding.scope_index().and_then(|at| worst.get_mut(at)) {
            *known = (*known).max(Some(finding.severity));
        }
    }
    worst
}

/// The word for what became of a scope. Nobody has allowed what no entry of the policy names: of that a reader is told
/// what the rules say.
pub(crate) fn verdict_word(verdict: Verdict, worst: Option<Severity>) -> &'static str {
    match verdict {
        Verdict::NoPolicy if worst >= Some(Severity::Warning) => "flagged",
        Verdict::NoPolicy => "unflagged",
        verdict => verdict.as_str(),
    }
}

/// The scopes on which an error is among findings.
fn errors<'f>(findings: impl Iterator<Item = &'f Finding>) -> impl Iterator<Item = usize> {
    findings.filter(|finding| finding.severity == Severity::Error).filter_map(Finding::scope_index)
}

/// Gives scopes whose every error is waived the verdict `waived`.
pub(crate) fn mark_waived<'f>(scopes: &mut [Judged], standing: &[Finding], waived: impl Iterator<Item = &'f Finding>) {
    let absolved: HashSet<usize> = errors(waived).collect();
    let failing: HashSet<usize> = errors(standing.iter()).collect();
    for at in absolved.difference(&failing) {
        if let Some(scope) = scopes.get_mut(*at) {
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
