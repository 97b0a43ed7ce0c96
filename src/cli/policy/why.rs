//! `zscope policy why`: the whole derivation of one verdict.

use std::mem::ManuallyDrop;

use serde::Serialize;

use super::{FORMAT_VERSION, Layout, Lines, Spot, as_json, spot};
use crate::access::{self, Graph};
use crate::cli::error::CommandError;
use crate::cli::setup::{Basis, Ready};
use crate::cli::{Outcome, Told};
use crate::finding::Severity;
use crate::input::{Item, Request};
use crate::judge::{Side, Table};
use crate::policy::{Entry, Policy, Verdict};
use crate::review::Review;
use crate::scope::Scope;
use crate::text::{Place, Source, Span};

/// How many lines of a long list are shown without `--all`.
const SHOWN: usize = 12;

/// Arguments of `zscope policy why`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Scope to judge
    #[arg(value_name = "SCOPE")]
    scope: String,

    #[command(flatten)]
    basis: Basis,

    /// Show long lists whole
    #[arg(long)]
    all: bool,

    /// Format of the answer
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Layout::Text)]
    format: Layout,
}

const EXAMPLES: &str = "\
Examples:
  zscope policy why ZohoBooks.fullaccess.all --app invoice-sync
  zscope policy why ZohoCRM.modules.ALL --policy builtin:no-admin --format json

Exit codes: 0 the scope may be had, 1 it may not, 2 wrong usage, policy or catalog";

/// The JSON document.
#[derive(Serialize)]
struct Document<'a> {
    format_version: u32,
    policy: &'a str,
    app: Option<&'a str>,
    scope: String,
    known: bool,
    gives: String,
    /// Before waivers.
    by_entries: Verdict,
    /// After waivers.
    verdict: Verdict,
    /// Deny entries that name something in its reach.
    denied_by: Vec<Line>,
    /// Allow entries that cover it.
    allowed_by: Vec<Line>,
    /// What holds where no entry decides.
    default: &'static str,
    default_place: Option<Spot>,
    /// What goes beyond the policy.
    excess: Vec<String>,
    /// A call that the excess opens.
    witness: Option<String>,
    /// What the scope may reach: how many scopes of the catalog.
    reaches: usize,
    /// What surely covers it.
    covered_by: Vec<String>,
    rules: Vec<RuleLine>,
}

#[derive(Serialize)]
struct Line {
    entry: String,
    place: Spot,
    why: Option<String>,
}

#[derive(Serialize)]
struct RuleLine {
    rule: &'static str,
    severity: Severity,
    message: String,
    /// The waiver that accepts it.
    waiver: Option<String>,
    /// The line of the policy that says how much the rule matters.
    level_place: Option<Spot>,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let shown = if args.all { usize::MAX } else { SHOWN };
    let Told { outcome, text, document } = told(&mut args.basis.prepare()?, &args.basis, &args.scope, shown)?;
    crate::cli::print(if args.format == Layout::Json { &document } else { &text })?;
    Ok(outcome)
}

/// The derivation, for who hands it on; of long lists so many lines.
fn told(ready: &mut Ready, basis: &Basis, written: &str, shown: usize) -> Result<Told, CommandError> {
    let scope: Scope = written.trim().parse().map_err(|error| {
        CommandError::usage(format!("`{written}` is no scope: {error}"))
            .help("write one scope, such as `ZohoBooks.invoices.READ`")
    })?;
    let Ready { policy, catalog, as_of, sources, .. } = ready;
    let as_of = *as_of;
    let app = basis.app.as_deref();
    let table = Table::new(catalog, policy);
    let judge = table.judge(app);
    let identity = access::identify(catalog, &scope);
    let graph = Graph::of(catalog);
    let reasons = judge.reasons(&identity.scope);
    let id = sources.add(Source::new("<argument>", written));
    let place = Place::new(id, Span::new(0, written.len()));
    let mut request = Request::new(place, vec![Item::new(written, place, Ok(scope))]);
    request.app.clone_from(&basis.app);
    let said = Review::new(catalog, policy, as_of).of_request(&table, &request);
    let effective = policy.effective(app);
    let level_place = |rule: &str| effective.setting(rule).map(|setting| spot(sources, setting.place));
    let mut rules: Vec<RuleLine> = Vec::new();
    for finding in &said.standing {
        let (rule, severity, message) = (finding.rule.name, finding.severity, finding.message.clone());
        rules.push(RuleLine { rule, severity, message, waiver: None, level_place: level_place(rule) });
    }
    for waived in &said.waived {
        let finding = &waived.finding;
        let (rule, severity, message) = (finding.rule.name, finding.severity, finding.message.clone());
        let waiver = Some(waived.waiver.clone());
        rules.push(RuleLine { rule, severity, message, waiver, level_place: level_place(rule) });
    }
    let line =
        |entry: &&Entry| Line { entry: entry.text.clone(), place: spot(sources, entry.place), why: entry.why.clone() };
    let deciders: Vec<Line> = judge.deciders(&identity.scope).iter().map(line).collect();
    let (denied_by, allowed_by) = match reasons.verdict {
        Verdict::Denied => (deciders, Vec::new()),
        _ => (Vec::new(), deciders),
    };
    let verdict = said.scopes.first().map_or(reasons.verdict, |judged| judged.verdict);
    let document = Document {
        format_version: FORMAT_VERSION,
        policy: &policy.origin.label,
        app,
        scope: identity.scope.to_string(),
        known: identity.is_known(),
        gives: access::gives(catalog, &identity.scope),
        by_entries: reasons.verdict,
        verdict,
        denied_by,
        allowed_by,
        default: policy.default.as_str(),
        default_place: policy.default_place.map(|place| spot(sources, place)),
        excess: reasons.excess.iter().map(ToString::to_string).collect(),
        witness: reasons.witness.map(|witness| witness.call),
        reaches: access::reach(catalog, &identity.scope).len(),
        covered_by: graph
            .above_least(graph.id(&identity.scope))
            .into_iter()
            .map(|above| graph.scope(above).to_string())
            .collect(),
        rules,
    };
    let verdict = Side::new(catalog, policy, as_of).verdict(app, &identity.scope);
    let passes = verdict.passes() || verdict == Verdict::Waived;
    let outcome = if passes { Outcome::Clean } else { Outcome::Findings };
    Ok(Told { outcome, text: text(&document, policy, shown), document: as_json(&document)? })
}

/// The derivation with lists as long as they are for people.
pub(in crate::cli) fn told_in_short(basis: &Basis, written: &str) -> Result<Told, CommandError> {
    let mut ready = basis.prepare()?;
    let told = told(&mut ready, basis, written, SHOWN);
    drop(ManuallyDrop::into_inner(ready.catalog));
    told
}

fn text(document: &Document<'_>, policy: &Policy, shown: usize) -> String {
    let mut page = Lines::default();
    let whom = document.app.map_or_else(|| "for no app in particular".to_owned(), |app| format!("for {app}"));
    page.add(0, format!("`{}` is {} {whom}", document.scope, document.verdict));
    page.add(1, format!("it gives {}", document.gives));
    if !document.known {
        page.add(1, "the catalog does not know it: no default allows it");
    }
    let told = |spot: &Spot| format!("{}:{}:{}", spot.path, spot.line, spot.column);
    let lines = |page: &mut Lines, title: &str, lines: &[Line]| {
        if lines.is_empty() {
            return;
        }
        page.add(0, title);
        for line in lines.iter().take(shown) {
            let why = line.why.as_deref().map_or_else(String::new, |why| format!(" ({why})"));
            page.add(1, format!("{} `{}`{why}", told(&line.place), line.entry));
        }
        if lines.len() > shown {
            page.add(1, format!("and {} more (--all)", lines.len() - shown));
        }
    };
    page.add(
        0,
        format!(
            "1. what may it reach, and is any of that denied? It may reach {} of the catalog",
            super::counted(document.reaches, "scope")
        ),
    );
    if document.denied_by.is_empty() {
        let count = policy.effective(document.app).deny.len();
        page.add(1, format!("none of {} names anything of it", super::counted(count, "deny entry")));
    }
    lines(&mut page, "   yes, by", &document.denied_by);
    if document.by_entries != Verdict::Denied {
        page.add(0, "2. is all that it may reach surely allowed?");
        lines(&mut page, "   yes, by", &document.allowed_by);
        if document.allowed_by.is_empty() {
            let count = policy.effective(document.app).allow.len();
            page.add(1, format!("none of {} surely covers it", super::counted(count, "allow entry")));
            let over: Vec<&str> = document.covered_by.iter().take(shown).map(String::as_str).collect();
            page.add(1, format!("an entry would have to name one of: {}", over.join(", ")));
            let place = document
                .default_place
                .as_ref()
                .map_or_else(|| "which holds where a policy says nothing".to_owned(), told);
            page.add(0, format!("3. what no entry decides: default {} ({place})", document.default));
        }
    }
    if !document.by_entries.passes() && !document.excess.is_empty() {
        page.add(0, format!("what goes beyond the policy ({}):", document.excess.len()));
        document.excess.iter().take(shown).for_each(|scope| page.add(1, scope));
        if let Some(call) = &document.witness {
            page.add(1, format!("for example, it opens `{call}`"));
        }
    }
    if !document.rules.is_empty() {
        page.add(0, "what rules say:");
    }
    for line in &document.rules {
        let level = line.level_place.as_ref().map_or_else(String::new, |place| format!(", level by {}", told(place)));
        let waiver = line.waiver.as_deref().map_or_else(String::new, |waiver| format!(", accepted by waiver {waiver}"));
        page.add(1, format!("{} {}{level}{waiver}: {}", line.severity, line.rule, line.message));
    }
    page.0
}
