//! For people who sign: one self-contained page to read, to print and to keep.
//!
//! The page asks nothing of anybody: style and script stand in it, a content security policy forbids everything else,
//! and without JavaScript only filters and sorting are missing. Charts are tables whose rows have a bar, and heat maps
//! tables whose cells are shaded, so that the picture and its text cannot disagree.

mod appendix;
mod apps;
mod grants;
mod heat;
mod population;
mod row;
mod shown;
mod summary;
#[cfg(test)]
pub(super) mod tests;

use std::io;

use askama::Template as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::{Canvas, Renderer, Report, coverage};
use appendix::{Exception, PolicyText, Standing, Told, Unknown, Unread};
use apps::Apps;
use grants::Grants;
use heat::Heat;
use population::Population;
use row::Statement;
use shown::{Guide, Name, Shown};
use summary::{Chart, Figure, Headline, Todo};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The most remarks on the policy itself.
const OF_POLICY: usize = 500;

/// The format `html`.
pub(super) struct Html;

impl Renderer for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn about(&self) -> &'static str {
        "For auditors: one self-contained page, to read and to print"
    }

    fn render(&self, report: &Report, _: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
        let mut out = io::BufWriter::new(out);
        Page::new(report).write_into(&mut out)?;
        io::Write::flush(&mut out)
    }
}

/// Everything that the template shows.
#[derive(askama::Template)]
#[template(path = "page.html", config = "src/report/html/askama.toml")]
struct Page {
    style: &'static str,
    script: &'static str,
    security: String,
    version: &'static str,
    as_of: String,
    timestamp: Option<String>,
    title: Option<Shown>,
    organization: Option<Shown>,
    reviewer: Option<Shown>,
    first: Vec<Todo>,
    /// The page holds more than anybody prints.
    is_short: bool,
    waivers: (Vec<Standing>, usize),
    policy: Shown,
    policy_digest: Shown,
    catalog_date: Shown,
    catalog_digest: Shown,
    headline: Headline,
    figures: [Vec<Figure>; 2],
    charts: Vec<Chart>,
    heat: Vec<Heat>,
    grants: Option<Grants>,
    apps: Apps,
    of_policy: Vec<Statement>,
    of_policy_left_out: usize,
    exceptions: (Vec<Exception>, usize),
    notices: Vec<Told>,
    files: Option<Shown>,
    unread: (Vec<Unread>, usize),
    unknown: (Vec<Unknown>, usize),
    inputs: (Vec<Shown>, usize),
    command: Option<Shown>,
    policies: Vec<PolicyText>,
}

impl Page {
    fn new(report: &Report) -> Self {
        let listed = appendix::policy_sources(report);
        let guide = Guide::new(report, &listed);
        let population = Population::new(report, guide);
        let summary = report.told();
        // Where every grant is in the report, its own lists count the same, and more finely.
        let totals = report.totals.as_ref().filter(|_| grants::is_partial(report));
        let apps = Apps::new(&population, totals, guide);
        Self {
            style: STYLE,
            script: SCRIPT,
            security: security(),
            version: env!("CARGO_PKG_VERSION"),
            as_of: report.as_of.to_string(),
            timestamp: report.run.timestamp.map(|time| time.to_string()),
            title: report.run.letterhead.title.as_deref().map(Shown::name),
            organization: report.run.letterhead.organization.as_deref().map(Shown::name),
            reviewer: report.run.letterhead.reviewer.as_deref().map(Shown::name),
            first: summary::todo(report),
            is_short: population.apps.iter().any(|app| app.is_merged),
            waivers: appendix::waivers(report),
            policy: Shown::name(&report.policy.path),
            policy_digest: Shown::name(&report.policy.digest),
            catalog_date: Shown::name(&report.catalog.date),
            catalog_digest: Shown::name(&report.catalog.digest),
            headline: Headline::new(&summary, grants::tally(report).as_ref()),
            figures: summary::figures(&summary),
            charts: summary::charts(report, &summary, &population),
            heat: heat::maps(&population, &report.products),
            grants: Grants::new(report, &population, &apps.grants(), guide),
            apps,
            of_policy: population
                .of_policy
                .iter()
                .take(OF_POLICY)
                .map(|remark| Statement::new(remark, guide))
                .collect(),
            of_policy_left_out: population.of_policy.len().saturating_sub(OF_POLICY),
            exceptions: appendix::exceptions(report),
            notices: appendix::notices(report),
            files: coverage::phrase(report).as_deref().map(Shown::sentence),
            unread: appendix::unread(report, guide),
            unknown: appendix::unknown(&population, guide),
            inputs: appendix::inputs(report, &listed),
            command: report.run.command.as_deref().map(Shown::step),
            policies: appendix::policies(report, &listed),
        }
    }
}

/// The content security policy: this style sheet and this script, and nothing else from anywhere.
fn security() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}
