//! Grants: what each token holds, which of them do not say so, and the figures of all.

use std::collections::BTreeSet;

use super::super::{GrantInfo, GrantState, Report, Tally};
use super::population::{App, Held, Population};
use super::row::{Absolved, CELL, FRAME, Row, Statement, absolved};
use super::shown::{Guide, Name, Shown, Spots, counted, thousands};
use super::summary::Figure;
use crate::finding::Severity;

/// The most grants that the list names, in lines of 400 bytes.
const LINES: usize = 1000;

/// The most grants of unknown access that are named one by one above the list.
const UNKNOWN: usize = 50;

/// The most services in the table of services.
const SERVICES: usize = 200;

/// The most remarks on a grant, and waivers of them.
const REMARKS: usize = 50;

/// The grants of a run; the figures are of all, the lists of those that the report shows.
pub(super) struct Grants {
    pub(super) figures: Vec<Figure>,
    /// What the page does not show; `None` where it shows every grant.
    pub(super) partial: Option<String>,
    /// Of how many nobody knows what they hold.
    pub(super) unknown_count: usize,
    pub(super) unknown: Vec<Head>,
    /// The worst first.
    pub(super) lines: Vec<Head>,
    pub(super) more_lines: usize,
    pub(super) services: Vec<(Shown, Tally)>,
    pub(super) more_services: usize,
}

/// A grant in a line.
pub(super) struct Head {
    /// Its index in the report.
    pub(super) number: usize,
    /// Whether its scopes stand in the page, to be linked to.
    pub(super) is_shown: bool,
    pub(super) name: Shown,
    pub(super) app: Name,
    /// A word of its own where nothing tells.
    pub(super) data_centre: &'static str,
    pub(super) state: GrantState,
    /// The word of the worst finding; `none` when nothing is said of it.
    pub(super) worst: &'static str,
    pub(super) scopes: usize,
    pub(super) spots: Spots,
}

/// Scopes that stand together: those of a grant, or all of an application where there are no grants.
pub(super) struct Group {
    pub(super) grant: Option<Detail>,
    pub(super) rows: Vec<Row>,
}

/// What is known of a grant apart from its scopes.
pub(super) struct Detail {
    pub(super) head: Head,
    pub(super) said: Vec<Statement>,
    pub(super) said_left_out: usize,
    pub(super) waived: Vec<Absolved>,
    /// The way to a smaller one, step by step.
    pub(super) steps: Vec<Shown>,
}

/// The figures of a run's grants; `None` where requests were judged.
pub(super) fn tally(report: &Report) -> Option<Tally> {
    report.totals.as_ref().map(|totals| totals.all)
}

/// Whether the report shows only some of the grants that were judged.
pub(super) fn is_partial(report: &Report) -> bool {
    tally(report).is_some_and(|all| report.grants.len() < all.grants)
}

impl Grants {
    /// The grants of a report, of which these are `shown` in sections; `None` where requests were judged.
    pub(super) fn new(
        report: &Report,
        population: &Population<'_>,
        shown: &BTreeSet<usize>,
        guide: Guide<'_>,
    ) -> Option<Self> {
        let totals = report.totals.as_ref()?;
        let all = &totals.all;
        let grants = || population.apps.iter().flat_map(|app| app.grants.iter().map(move |held| (app, held)));
        let head = |(app, held)| Head::new(app, held, shown.contains(&held.number), guide);
        let mut unknown: Vec<_> = grants().filter(|(_, held)| held.info.state.is_unknown()).collect();
        unknown.sort_by_key(|(_, held)| held.number);
        let services = totals.by_service.iter().take(SERVICES);
        Some(Self {
            figures: figures(all),
            partial: is_partial(report).then(|| partial(report.grants.len(), all.grants)),
            unknown_count: all.unknown_grants,
            unknown: unknown.into_iter().take(UNKNOWN).map(head).collect(),
            lines: grants().take(LINES).map(head).collect(),
            more_lines: report.grants.len().saturating_sub(LINES),
            services: services.map(|(name, tally)| (Shown::name(name), *tally)).collect(),
            more_services: totals.by_service.len().saturating_sub(SERVICES),
        })
    }
}

fn figures(all: &Tally) -> Vec<Figure> {
    let figure = |key, label, value| Figure { key, label, value };
    let known = all.grants.saturating_sub(all.unknown_grants + all.failed_grants);
    vec![
        figure("grants", "Grants judged", all.grants),
        figure("known_grants", "Known", known),
        figure("unknown_grants", "Unknown", all.unknown_grants),
        figure("failed_grants", "Failed", all.failed_grants),
        figure("offending_grants", "With warnings or errors", all.offending_grants),
    ]
}

fn partial(shown: usize, all: usize) -> String {
    let which = match shown {
        0 => "none of them is shown one by one".to_owned(),
        _ => format!("the first {} with warnings or errors are shown one by one", thousands(shown)),
    };
    format!(
        "Details are partial: of {}, {which}. Figures, charts and the table of applications count all of them; access,          sections, waivers and unknown scopes only what is shown. Every grant: the reports in NDJSON and CSV of the same run.",
        counted(all, "grant")
    )
}

impl Head {
    fn new(app: &App<'_>, held: &Held<'_>, is_shown: bool, guide: Guide<'_>) -> Self {
        let GrantInfo { name, state, scopes, place, data_centre, .. } = held.info;
        Self {
            number: held.number,
            is_shown,
            name: Shown::name(name),
            app: guide.name(app.name),
            data_centre: data_centre.unwrap_or("not known"),
            state: *state,
            worst: held.worst.map_or("none", Severity::as_str),
            scopes: *scopes,
            spots: guide.spots(&[*place]),
        }
    }

    /// How many scopes it holds, in words; none can be counted where nothing says what it holds.
    pub(super) fn holds(&self) -> String {
        match self.state {
            GrantState::Known => counted(self.scopes, "scope"),
            GrantState::Unknown => "nobody knows which scopes".to_owned(),
            GrantState::Accepted => "nobody knows which scopes, which the policy accepts".to_owned(),
            GrantState::Failed => "no token".to_owned(),
        }
    }

    /// A mark for its state.
    pub(super) fn mark(&self) -> &'static str {
        match self.state {
            GrantState::Known => "allowed",
            GrantState::Unknown | GrantState::Accepted => "unknown",
            GrantState::Failed => "error",
        }
    }
}

impl Group {
    /// The scopes of a grant of an application, or of none, as far as there is room; takes what they weigh from it.
    pub(super) fn new(app: &App<'_>, held: Option<&Held<'_>>, room: &mut usize, guide: Guide<'_>) -> Self {
        let grant = held.map(|held| Detail::new(app, held, guide));
        *room = room.saturating_sub(grant.as_ref().map_or(0, Detail::weight));
        let mut rows = Vec::new();
        for access in app.held_by(held.map(|held| held.number)) {
            let row = Row::new(access, guide);
            *room = room.saturating_sub(row.weight());
            rows.push(row);
            if *room == 0 {
                break;
            }
        }
        Self { grant, rows }
    }
}

impl Detail {
    fn new(app: &App<'_>, held: &Held<'_>, guide: Guide<'_>) -> Self {
        Self {
            head: Head::new(app, held, true, guide),
            said: held.remarks.iter().take(REMARKS).map(|remark| Statement::new(remark, guide)).collect(),
            said_left_out: held.remarks.len().saturating_sub(REMARKS),
            waived: absolved(&held.waived, CELL),
            steps: held
                .plan
                .map(|plan| plan.steps().iter().map(|step| Shown::step(step)).collect())
                .unwrap_or_default(),
        }
    }

    fn weight(&self) -> usize {
        const TAGS: usize = 22;
        let lists = self.steps.iter().map(|text| TAGS + text.weight());
        let texts = self.said.iter().map(Statement::weight).chain(lists).chain([self.head.name.weight()]);
        2 * FRAME + FRAME * self.waived.len() + texts.sum::<usize>()
    }
}
