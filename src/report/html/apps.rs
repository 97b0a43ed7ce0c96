//! One section for each application: its grants, its scopes, what is said of them, what a waiver absolves.

use std::collections::BTreeSet;

use super::super::{Tally, Totals};
use super::grants::Group;
use super::population::{App, Held, Population};
use super::row::{Absolved, FRAME, Statement, absolved};
use super::shown::{Guide, Name, Shown, counted};
use crate::finding::Severity;
use crate::judge::Verdict;

/// What the sections of the whole page may weigh, in bytes. A page beyond that opens slowly, and nobody reads it.
const ROOM: usize = 3_800_000;

/// The same where grants are too many to be told one by one: the page is for reading, a table of scopes for the rest.
const ROOM_OF_MANY: usize = 220_000;

/// The most applications that the overview lists, in lines of 400 bytes.
const OVERVIEW: usize = 3000;

/// The most remarks on no scope in particular, in one section.
const REMARKS: usize = 200;

/// Sections that start open; more would be a wall.
const OPEN: usize = 3;

/// The applications as the page shows them.
pub(super) struct Apps {
    /// One line for each.
    pub(super) overview: Vec<Line>,
    /// How many applications the overview leaves out.
    pub(super) beyond_overview: usize,
    /// The sections.
    pub(super) sections: Vec<Section>,
    /// How many applications have no section.
    pub(super) without_section: usize,
    /// How many scopes of those that have one are left out.
    pub(super) scopes_left_out: usize,
    /// Whether tokens were judged: the overview then has figures of grants.
    pub(super) is_audit: bool,
    /// Whether the overview counts more grants than the sections show.
    pub(super) is_partial: bool,
}

/// A line of the overview.
pub(super) struct Line {
    /// The section, if there is one.
    pub(super) section: Option<usize>,
    pub(super) name: Name,
    pub(super) owner: Option<Shown>,
    /// The word of its state, for filter and mark.
    pub(super) state: &'static str,
    pub(super) scopes: usize,
    pub(super) allowed: usize,
    pub(super) flagged: usize,
    pub(super) unflagged: usize,
    pub(super) beyond: usize,
    pub(super) waived: usize,
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) notes: usize,
    pub(super) grants: usize,
    pub(super) unknown_grants: usize,
}

/// A section.
pub(super) struct Section {
    pub(super) number: usize,
    pub(super) name: Name,
    pub(super) owner: Option<Shown>,
    pub(super) state: &'static str,
    pub(super) tally: String,
    pub(super) is_open: bool,
    /// Its scopes, grant by grant where tokens were judged.
    pub(super) groups: Vec<Group>,
    pub(super) left_out: usize,
    pub(super) grants_left_out: usize,
    pub(super) remarks: Vec<Statement>,
    pub(super) remarks_left_out: usize,
    pub(super) waived: Vec<Absolved>,
}

impl Apps {
    /// Takes as many applications as the page has room for, in the order given. `totals` are the figures of a run of
    /// which the report holds not every grant.
    pub(super) fn new(population: &Population<'_>, totals: Option<&Totals>, guide: Guide<'_>) -> Self {
        let apps = &population.apps;
        let mut room = if apps.iter().any(|app| app.is_merged) { ROOM_OF_MANY } else { ROOM };
        let mut sections = Vec::new();
        let mut scopes_left_out = 0;
        for (number, app) in apps.iter().enumerate() {
            let section = Section::new(app, number, &mut room, guide);
            scopes_left_out += section.left_out;
            sections.push(section);
            if room == 0 {
                break;
            }
        }
        let shown = sections.len();
        if apps.len() <= OPEN {
            for section in &mut sections {
                section.is_open = true;
            }
        }
        let line = |(number, app)| Line::new(app, Some(number).filter(|number| *number < shown), guide);
        let mut overview: Vec<Line> = apps.iter().enumerate().map(line).collect();
        if let Some(totals) = totals {
            counted_whole(&mut overview, population, totals, guide);
        }
        let all = overview.len();
        overview.truncate(OVERVIEW);
        Self {
            overview,
            beyond_overview: all.saturating_sub(OVERVIEW),
            without_section: all - shown,
            sections,
            scopes_left_out,
            is_audit: totals.is_some() || apps.iter().any(|app| !app.grants.is_empty()),
            is_partial: totals.is_some(),
        }
    }

    /// The numbers of the grants that stand in a section.
    pub(super) fn grants(&self) -> BTreeSet<usize> {
        let groups = self.sections.iter().flat_map(|section| &section.groups);
        groups.filter_map(|group| group.grant.as_ref()).map(|detail| detail.head.number).collect()
    }
}

/// Gives lines the figures of all their grants, and a line to each application of which no grant is shown.
fn counted_whole(overview: &mut Vec<Line>, population: &Population<'_>, totals: &Totals, guide: Guide<'_>) {
    let shown: BTreeSet<Option<&str>> = population.apps.iter().map(|app| app.name).collect();
    for (line, app) in overview.iter_mut().zip(&population.apps) {
        if let Some(tally) = totals.by_app.get(&app.name.map(str::to_owned)) {
            line.count(tally);
        }
    }
    for (name, tally) in totals.by_app.iter().filter(|(name, _)| !shown.contains(&name.as_deref())) {
        let mut line = Line::new(&App { name: name.as_deref(), ..App::default() }, None, guide);
        line.count(tally);
        overview.push(line);
    }
    overview.sort_by_key(|line| std::cmp::Reverse([line.errors, line.beyond, line.warnings, line.notes]));
}

impl Line {
    fn new(app: &App<'_>, section: Option<usize>, guide: Guide<'_>) -> Self {
        let verdicts = |verdict| app.verdicts(verdict);
        Self {
            section,
            name: guide.name(app.name),
            owner: guide.owner(app.name),
            state: state(app),
            scopes: app.scopes.iter().map(|access| access.places.len()).sum(),
            allowed: verdicts(Verdict::Allowed),
            flagged: app.flagged(),
            unflagged: verdicts(Verdict::NoPolicy) - app.flagged(),
            beyond: verdicts(Verdict::Denied) + verdicts(Verdict::NotAllowed) + verdicts(Verdict::Unknown),
            waived: verdicts(Verdict::Waived),
            errors: app.count(Severity::Error),
            warnings: app.count(Severity::Warning),
            notes: app.count(Severity::Note),
            grants: app.grants.len(),
            unknown_grants: app.grants.iter().filter(|held| held.info.state.is_unknown()).count(),
        }
    }

    /// Takes the figures of all grants, and of what was found of the application apart from them.
    fn count(&mut self, tally: &Tally) {
        self.scopes = tally.scopes;
        self.allowed = tally.allowed;
        self.flagged = tally.flagged;
        self.unflagged = tally.no_policy - tally.flagged;
        self.beyond = tally.denied + tally.not_allowed + tally.unknown;
        self.waived = tally.waived;
        self.errors = tally.findings.error;
        self.warnings = tally.findings.warning;
        self.notes = tally.findings.note;
        self.grants = tally.grants;
        self.unknown_grants = tally.unknown_grants;
        let counts = [(Severity::Error, self.errors), (Severity::Warning, self.warnings), (Severity::Note, self.notes)];
        self.state = counts.iter().find(|(_, count)| *count > 0).map_or("none", |(severity, _)| severity.as_str());
    }
}

/// The highest severity that an application has, as a word; `none` when nothing is said of it.
fn state(app: &App<'_>) -> &'static str {
    let worst = [Severity::Error, Severity::Warning, Severity::Note].into_iter().find(|s| app.count(*s) > 0);
    worst.map_or("none", Severity::as_str)
}

impl Section {
    /// The section of an application, with as many rows as there is room for; takes what it weighs from the room.
    fn new(app: &App<'_>, number: usize, room: &mut usize, guide: Guide<'_>) -> Self {
        let mut spend = |weight: usize| *room = room.saturating_sub(weight);
        let remarks: Vec<Statement> =
            app.remarks.iter().take(REMARKS).map(|remark| Statement::new(remark, guide)).collect();
        spend(FRAME + remarks.iter().map(Statement::weight).sum::<usize>());
        let mut groups = Vec::new();
        let without_grant = app.grants.is_empty() || app.held_by(None).next().is_some();
        let is_told = |held: &&Held<'_>| {
            !app.is_merged || !held.remarks.is_empty() || !held.waived.is_empty() || held.plan.is_some()
        };
        for held in app.grants.iter().filter(is_told).map(Some).chain(without_grant.then_some(None)) {
            groups.push(Group::new(app, held, room, guide));
            if *room == 0 {
                break;
            }
        }
        let shown = groups.iter().map(|group| group.rows.len()).sum::<usize>();
        let grants_shown = groups.iter().filter(|group| group.grant.is_some()).count();
        Self {
            number,
            name: guide.name(app.name),
            owner: guide.owner(app.name),
            state: state(app),
            tally: tally(app),
            is_open: false,
            left_out: app.scopes.len() - shown,
            grants_left_out: app.grants.iter().filter(is_told).count() - grants_shown,
            groups,
            remarks_left_out: app.remarks.len() - remarks.len(),
            remarks,
            waived: absolved(&app.waived, REMARKS),
        }
    }
}

fn tally(app: &App<'_>) -> String {
    let scopes: usize = app.scopes.iter().map(|access| access.places.len()).sum();
    let grants = Some(app.grants.len()).filter(|grants| *grants > 0).map(|grants| counted(grants, "grant"));
    let mut parts: Vec<String> = grants.into_iter().chain([counted(scopes, "scope")]).collect();
    for verdict in [Verdict::Denied, Verdict::NotAllowed, Verdict::Unknown, Verdict::Waived] {
        let count = app.verdicts(verdict);
        if count > 0 {
            parts.push(format!("{count} {}", verdict.as_str().replace('-', " ")));
        }
    }
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let count = app.count(severity);
        if count > 0 {
            parts.push(counted(count, severity.as_str()));
        }
    }
    parts.join(" · ")
}
