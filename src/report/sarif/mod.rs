//! For code scanning: SARIF 2.1.0, as GitHub takes it or whole.

mod limits;
mod line_hash;
mod model;
mod places;
mod results;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;

use self::model::{
    AutomationDetails, Basis, Descriptor, Driver, Help, Invocation, Location, Log, Message, Notice, Notification, ROOT,
    Run, RunProperties, SCHEMA, Tool, UriBase,
};
use self::places::{Artifacts, LineNames};
use self::rules::Rules;
use super::clean::{self, Text};
use super::closing;
use super::coverage;
use super::{Canvas, Fingerprints, Renderer, Report};
use crate::finding::Finding;
use crate::finding::Waived;

/// What SARIF is written for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Which consumer.
    pub profile: Profile,
    /// The name of this analysis among others of the same tool and commit: without it, GitHub's upload action makes
    /// one of the workflow and its job.
    pub category: Option<String>,
}

/// Which consumer SARIF is written for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// GitHub code scanning: without waived findings, which it would show as open, and within its limits.
    #[default]
    GitHub,
    /// Everything: waived findings are suppressed results.
    Full,
}

/// The most that is told of what could not be evaluated, one by one.
const NOTIFICATIONS: usize = 1000;

const NOT_EVALUATED: usize = 0;
const LEFT_OUT: usize = 1;
const NOTICE: usize = 2;
const COVERAGE: usize = 3;

/// Their names.
const KINDS: [&str; 4] = ["not-evaluated", "left-out", "notice", "coverage"];

/// The format `sarif`.
pub(super) struct Sarif;

impl Renderer for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn about(&self) -> &'static str {
        "For code scanning: SARIF 2.1.0, for GitHub unless --sarif-profile says otherwise"
    }

    fn render(&self, report: &Report, _: Canvas, out: &mut dyn io::Write) -> io::Result<()> {
        let names = report.fingerprints();
        let document = match report.run.sarif.profile {
            Profile::Full => write(&Selection::whole(report, &names))?,
            Profile::GitHub => limits::fitting(Selection::standing(report, &names), write)?,
        };
        out.write_all(document.as_bytes())
    }
}

/// One result to be: a finding, its own name, and the waiver that absolves it.
#[derive(Clone, Copy)]
struct Chosen<'r> {
    finding: &'r Finding,
    name: &'r str,
    waived: Option<&'r Waived>,
}

/// What goes into the document.
struct Selection<'r> {
    report: &'r Report,
    chosen: Vec<Chosen<'r>>,
    /// How many results had to be left out.
    left_out: usize,
}

impl<'r> Selection<'r> {
    fn standing(report: &'r Report, names: &'r Fingerprints) -> Self {
        let findings = report.findings.iter().zip(&names.findings);
        let chosen = findings.map(|(finding, name)| Chosen { finding, name, waived: None }).collect();
        Self { report, chosen, left_out: 0 }
    }

    fn whole(report: &'r Report, names: &'r Fingerprints) -> Self {
        let mut selection = Self::standing(report, names);
        let waived = report.waived.iter().zip(&names.waived);
        let waived = waived.map(|(waived, name)| Chosen { finding: &waived.finding, name, waived: Some(waived) });
        selection.chosen.extend(waived);
        selection
    }

    fn findings(&self) -> impl Iterator<Item = &'r Finding> {
        self.chosen.iter().map(|chosen| chosen.finding)
    }
}

/// The document as text, safe for a terminal too.
fn write(selection: &Selection<'_>) -> io::Result<String> {
    let mut document = clean::json(serde_json::to_string_pretty(&log(selection))?);
    document.push('\n');
    Ok(document)
}

fn log<'r>(selection: &Selection<'r>) -> Log<'r> {
    let report = selection.report;
    let rules = Rules::of(selection.findings());
    let lines = LineNames::new(report, selection.findings());
    let mut artifacts = Artifacts::new(report);
    let results =
        selection.chosen.iter().map(|chosen| results::result(report, chosen, &rules, &lines, &mut artifacts)).collect();
    let notifications = notifications(selection, &mut artifacts);
    let driver = Driver {
        name: env!("CARGO_PKG_NAME"),
        full_name: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")),
        short_description: ours(concat!(env!("CARGO_PKG_DESCRIPTION"), ".")),
        version: env!("CARGO_PKG_VERSION"),
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: rules.described(&report.policy),
        notifications: vec![
            noticed(
                "not-evaluated",
                "Something could not be evaluated.",
                "What could not be evaluated was not judged: that there are no results on it means nothing.",
            ),
            noticed("left-out", "Results were left out.", "The other formats of the report list all results."),
            noticed(
                "notice",
                "Something has to be known of the way in which the run judged.",
                "It says by what was judged, where that is not what a reader would expect. No policy can silence it.",
            ),
            noticed("coverage", "How many files were scanned, and how many skipped.", "Skipped files were not judged."),
        ],
    };
    let category = match (&report.run.sarif.category, report.run.sarif.profile) {
        (Some(category), _) => Some(category.as_str()),
        (None, Profile::Full) => Some(env!("CARGO_PKG_NAME")),
        (None, Profile::GitHub) => None,
    };
    let run = Run {
        tool: Tool { driver },
        invocations: [Invocation {
            execution_successful: report.not_evaluated.is_empty(),
            end_time_utc: report.run.timestamp.map(|time| time.to_string()),
            tool_execution_notifications: notifications,
        }],
        // What follows the last slash would name this one run.
        automation_details: category.map(|name| AutomationDetails { id: Text::owned(&format!("{name}/")) }),
        original_uri_base_ids: BTreeMap::from([(
            ROOT,
            UriBase { description: ours("The root of the repository, or the folder in which zscope ran.") },
        )]),
        column_kind: "unicodeCodePoints",
        artifacts: artifacts.into_all(),
        results,
        properties: RunProperties {
            policy: Basis {
                path: Some(Text::new(&report.policy.path)),
                digest: Text::new(&report.policy.digest),
                date: None,
            },
            catalog: Basis {
                path: None,
                digest: Text::new(&report.catalog.digest),
                date: Some(Text::new(&report.catalog.date)),
            },
            as_of: report.as_of.to_string(),
            inputs: report.run.inputs.iter().map(|input| Text::new(input)).collect(),
            summary: report.summary(),
            waived_findings: report.waived.len(),
        },
    };
    Log { schema: SCHEMA, version: "2.1.0", runs: [run] }
}

/// What could not be evaluated, and what had to be left out.
fn notifications<'r>(selection: &Selection<'r>, artifacts: &mut Artifacts<'_>) -> Vec<Notification<'r>> {
    let notice = |index, level, text: String, locations| Notification {
        descriptor: Descriptor { id: KINDS[index], index },
        level,
        message: Message { text: Text::owned(&text) },
        locations,
    };
    let unread = &selection.report.not_evaluated;
    let mut notices: Vec<Notification<'_>> = unread
        .iter()
        .take(NOTIFICATIONS)
        .map(|input| {
            let help = input.help.as_deref();
            let text =
                results::sentences(std::iter::once(closing::not_evaluated(input)).chain(help.map(str::to_owned)));
            let place = input.place.and_then(|place| artifacts.in_file(place));
            let locations = place.map(|physical_location| Location {
                id: None,
                message: None,
                physical_location,
                logical_locations: Vec::new(),
            });
            notice(NOT_EVALUATED, "error", text, locations.into_iter().collect())
        })
        .collect();
    if let Some(more) = unread.len().checked_sub(NOTIFICATIONS).filter(|more| *more > 0) {
        notices.push(notice(NOT_EVALUATED, "error", format!("{more} more inputs were not evaluated."), Vec::new()));
    }
    if selection.left_out > 0 {
        let text = format!(
            "{} results are left out, the least severe: GitHub takes no more in one file. Other formats list them all.",
            selection.left_out
        );
        notices.push(notice(LEFT_OUT, "warning", text, Vec::new()));
    }
    let told = selection.report.run.notices.iter().take(NOTIFICATIONS);
    notices.extend(told.map(|told| {
        let text = results::sentences(std::iter::once(coverage::notice(told)).chain(told.help.clone()));
        notice(NOTICE, "warning", text, Vec::new())
    }));
    if let Some(files) = coverage::phrase(selection.report) {
        notices.push(notice(COVERAGE, "note", results::sentences(std::iter::once(files)), Vec::new()));
    }
    notices
}

fn noticed(id: &'static str, short: &str, whole: &'static str) -> Notice {
    let help = Help { text: whole, markdown: whole };
    Notice { id, short_description: ours(short), full_description: ours(whole), help }
}

fn ours(text: &str) -> Message {
    Message { text: Text::owned(text) }
}
