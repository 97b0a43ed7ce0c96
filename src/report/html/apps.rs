//! One section for each application: its grants, its scopes, what is said of them, what a waiver absolves.

use super::super::{GrantState, Tally, Totals};
use super::grants::Group;
use super::population::{Access, App, Population, Remark};
use super::shown::{Guide, Prose, Shown, Spots, counted};
use crate::engine::{Decider, Judged, Verdict};
use crate::filter::Waived;
use crate::finding::{Confidence, Related, Severity};
use crate::link::Link;

/// What the sections of the whole page may weigh, in bytes. A page beyond that opens slowly, and nobody reads it.
const ROOM: usize = 3_800_000;

/// The most applications that the overview lists, in lines of 400 bytes.
const OVERVIEW: usize = 3000;

/// What a section, a row and a remark weigh without their texts, in bytes.
pub(super) const FRAME: usize = 400;

/// The most remarks on no scope in particular, in one section.
const REMARKS: usize = 200;

/// The most entries, excess scopes or waivers in one cell.
pub(super) const CELL: usize = 4;

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
    /// The word of its state, for filter and mark.
    pub(super) state: &'static str,
    pub(super) scopes: usize,
    pub(super) allowed: usize,
    pub(super) beyond: usize,
    pub(super) waived: usize,
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) notes: usize,
    pub(super) grants: usize,
    pub(super) unknown_grants: usize,
}

/// What a section is called.
pub(super) enum Name {
    App(Shown),
    None,
}

/// A section.
pub(super) struct Section {
    pub(super) number: usize,
    pub(super) name: Name,
    pub(super) state: &'static str,
    pub(super) tally: String,
    pub(super) is_open: bool,
    /// Its scopes, grant by grant where tokens were judged.
    pub(super) groups: Vec<Group>,
    pub(super) left_out: usize,
    pub(super) grants_left_out: usize,
    pub(super) remarks: Vec<Said>,
    pub(super) remarks_left_out: usize,
    pub(super) waived: Vec<Absolved>,
}

/// A scope.
pub(super) struct Row {
    pub(super) scope: Shown,
    /// The spelling in the input, where it differs.
    pub(super) written: Option<Shown>,
    pub(super) is_known: bool,
    pub(super) verdict: Verdict,
    /// The highest severity of what is said of it.
    pub(super) severity: &'static str,
    pub(super) gives: Shown,
    pub(super) data: String,
    pub(super) deciders: Vec<Decided>,
    pub(super) more_deciders: usize,
    pub(super) excess: Vec<Shown>,
    pub(super) more_excess: usize,
    pub(super) witness: Option<(Shown, Shown)>,
    pub(super) said: Vec<Said>,
    pub(super) waived: Vec<Absolved>,
    pub(super) count: usize,
    pub(super) spots: Spots,
}

/// An entry of the policy that decided.
pub(super) struct Decided {
    pub(super) text: String,
    pub(super) spots: Spots,
}

/// What a rule says.
pub(super) struct Said {
    pub(super) severity: Severity,
    pub(super) code: &'static str,
    pub(super) rule: &'static str,
    /// The organisation's own page about the rule.
    pub(super) page: Option<Link>,
    pub(super) message: Prose,
    pub(super) help: Vec<Prose>,
    pub(super) related: Vec<(Prose, Spots)>,
    pub(super) doubt: Option<&'static str>,
    pub(super) count: usize,
    pub(super) spots: Spots,
}

/// A finding that a waiver absolves.
pub(super) struct Absolved {
    pub(super) code: &'static str,
    pub(super) rule: &'static str,
    pub(super) waiver: Shown,
    pub(super) reason: Shown,
    pub(super) expires: Option<String>,
}

impl Apps {
    /// Takes as many applications as the page has room for, in the order given. `totals` are the figures of a run of
    /// which the report holds not every grant.
    pub(super) fn new(population: &Population<'_>, totals: Option<&Totals>, guide: Guide<'_>) -> Self {
        let apps = &population.apps;
        let mut room = ROOM;
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
        let line = |(number, app)| Line::new(app, Some(number).filter(|number| *number < shown));
        let mut overview: Vec<Line> = apps.iter().enumerate().map(line).collect();
        if let Some(totals) = totals {
            counted_whole(&mut overview, population, totals);
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
}

/// Gives lines the figures of all their grants, and a line to each application of which no grant is shown.
fn counted_whole(overview: &mut Vec<Line>, population: &Population<'_>, totals: &Totals) {
    let shown: std::collections::BTreeSet<Option<&str>> = population.apps.iter().map(|app| app.name).collect();
    for (line, app) in overview.iter_mut().zip(&population.apps) {
        if let Some(tally) = totals.by_app.get(&app.name.map(str::to_owned)) {
            line.count(tally);
        }
    }
    for (name, tally) in totals.by_app.iter().filter(|(name, _)| !shown.contains(&name.as_deref())) {
        let mut line = Line::new(&App { name: name.as_deref(), ..App::default() }, None);
        line.count(tally);
        overview.push(line);
    }
    overview.sort_by_key(|line| std::cmp::Reverse([line.errors, line.beyond, line.warnings, line.notes]));
}

impl Name {
    pub(super) fn new(name: Option<&str>) -> Self {
        name.map_or(Self::None, |name| Self::App(Shown::name(name)))
    }
}

impl Line {
    fn new(app: &App<'_>, section: Option<usize>) -> Self {
        let verdicts = |verdict| app.verdicts(verdict);
        Self {
            section,
            name: Name::new(app.name),
            state: state(app),
            scopes: app.scopes.iter().map(|access| access.places.len()).sum(),
            allowed: verdicts(Verdict::Allowed),
            beyond: verdicts(Verdict::Denied) + verdicts(Verdict::NotAllowed) + verdicts(Verdict::Unknown),
            waived: verdicts(Verdict::Waived),
            errors: app.count(Severity::Error),
            warnings: app.count(Severity::Warning),
            notes: app.count(Severity::Note),
            grants: app.grants.len(),
            unknown_grants: app.grants.iter().filter(|held| held.info.state == GrantState::Unknown).count(),
        }
    }

    /// Takes the figures of all grants. What was found of the application apart from them keeps its word.
    fn count(&mut self, tally: &Tally) {
        self.scopes = tally.scopes;
        self.allowed = tally.allowed;
        self.beyond = tally.denied + tally.not_allowed + tally.unknown;
        self.waived = tally.waived;
        // A lock's findings are the application's and no grant's: the tally does not have them.
        self.errors = self.errors.max(tally.findings.error);
        self.warnings = self.warnings.max(tally.findings.warning);
        self.notes = self.notes.max(tally.findings.note);
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
        let remarks: Vec<Said> = app.remarks.iter().take(REMARKS).map(|remark| Said::new(remark, guide)).collect();
        spend(FRAME + remarks.iter().map(Said::weight).sum::<usize>());
        let mut groups = Vec::new();
        let without_grant = app.grants.is_empty() || app.held_by(None).next().is_some();
        for held in app.grants.iter().map(Some).chain(without_grant.then_some(None)) {
            groups.push(Group::new(app, held, room, guide));
            if *room == 0 {
                break;
            }
        }
        let shown = groups.iter().map(|group| group.rows.len()).sum::<usize>();
        let grants_shown = groups.iter().filter(|group| group.grant.is_some()).count();
        Self {
            number,
            name: Name::new(app.name),
            state: state(app),
            tally: tally(app),
            is_open: false,
            left_out: app.scopes.len() - shown,
            grants_left_out: app.grants.len() - grants_shown,
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

impl Row {
    pub(super) fn new(access: &Access<'_>, guide: Guide<'_>) -> Self {
        let judged = access.judged;
        let name = access.name();
        // A scope that is beyond the policy as a whole need not be named again.
        let excess = || judged.excess.iter().filter(|scope| judged.scope.as_ref() != Ok(*scope));
        Self {
            written: Some(&judged.written).filter(|written| **written != name).map(|written| Shown::name(written)),
            scope: Shown::name(&name),
            is_known: judged.known,
            verdict: judged.verdict,
            severity: access.severity().map_or("none", Severity::as_str),
            gives: Shown::sentence(&judged.gives),
            data: judged.data.iter().map(|class| class.as_str()).collect::<Vec<_>>().join(", "),
            deciders: judged.decided_by.iter().take(CELL).map(|decider| Decided::new(decider, guide)).collect(),
            more_deciders: judged.decided_by.len().saturating_sub(CELL),
            excess: excess().take(CELL).map(|scope| Shown::name(&scope.to_string())).collect(),
            more_excess: excess().count().saturating_sub(CELL),
            witness: judged
                .witness
                .as_ref()
                .map(|witness| (Shown::name(&witness.call), Shown::sentence(&witness.summary))),
            said: access.remarks.iter().map(|remark| Said::of_scope(remark, judged, guide)).collect(),
            waived: absolved(&access.waived, CELL),
            count: access.places.len(),
            spots: guide.spots(&access.places),
        }
    }

    pub(super) fn weight(&self) -> usize {
        let names = [&self.scope, &self.gives].into_iter().chain(&self.excess).map(Shown::weight);
        let deciders = self.deciders.iter().map(|decided| decided.text.len() + decided.spots.weight());
        let witness = self.witness.iter().map(|(call, summary)| call.weight() + summary.weight());
        let said = self.said.iter().map(Said::weight);
        let waived = self.waived.iter().map(|waived| FRAME / 2 + waived.reason.weight());
        let parts: usize = names.chain(deciders).chain(witness).chain(said).chain(waived).sum();
        FRAME + self.data.len() + self.spots.weight() + parts
    }
}

impl Decided {
    fn new(decider: &Decider, guide: Guide<'_>) -> Self {
        let effect = decider.effect.as_str();
        let text = match decider.text.as_str() {
            "default" => format!("default {effect}"),
            entry => format!("{effect} {}", Shown::name(entry)),
        };
        Self { text, spots: guide.spots(decider.place.as_slice()) }
    }
}

impl Said {
    /// What a rule says once, for all the places at which it says so.
    pub(super) fn new(remark: &Remark<'_>, guide: Guide<'_>) -> Self {
        Self::with_related(remark, remark.finding.related.iter(), guide)
    }

    /// What a rule says of a scope, without what the row of that scope tells already: the entry that decided, the call
    /// that it opens.
    fn of_scope(remark: &Remark<'_>, judged: &Judged, guide: Guide<'_>) -> Self {
        let decided = |related: &Related| {
            related.place.is_some() && judged.decided_by.iter().any(|decider| decider.place == related.place)
        };
        let opens =
            |related: &Related| judged.witness.as_ref().is_some_and(|witness| related.message.contains(&witness.call));
        let related = remark.finding.related.iter().filter(|related| !decided(related) && !opens(related));
        Self::with_related(remark, related, guide)
    }

    fn with_related<'f>(remark: &Remark<'_>, related: impl Iterator<Item = &'f Related>, guide: Guide<'_>) -> Self {
        let finding = remark.finding;
        let related = related.take(CELL).map(|related| {
            let message = Prose::citing(&Shown::sentence(&related.message), related.page.as_ref());
            (message, guide.spots(related.place.as_slice()))
        });
        Self {
            severity: finding.severity,
            code: finding.rule.code,
            rule: finding.rule.name,
            page: guide.page(finding.rule),
            message: Prose::new(&Shown::sentence(&finding.message)),
            help: finding.help.as_deref().map(Shown::lines).unwrap_or_default().iter().map(Prose::new).collect(),
            related: related.collect(),
            doubt: match finding.confidence {
                Confidence::High => None,
                Confidence::Medium => Some("medium"),
                Confidence::Low => Some("low"),
            },
            count: remark.places.len(),
            spots: guide.spots(&remark.places),
        }
    }

    pub(super) fn weight(&self) -> usize {
        let related = self.related.iter().map(|(message, spots)| message.weight() + spots.weight());
        let texts = self.help.iter().chain([&self.message]).map(Prose::weight).chain(related);
        FRAME + self.page.as_ref().map_or(0, |page| page.as_str().len()) + texts.sum::<usize>()
    }

    /// Whether there is more to tell than the message.
    pub(super) fn has_more(&self) -> bool {
        !self.help.is_empty() || !self.related.is_empty() || self.doubt.is_some()
    }
}

/// Waived findings, those that say the same once.
pub(super) fn absolved(waived: &[&Waived], most: usize) -> Vec<Absolved> {
    let mut seen = std::collections::BTreeSet::new();
    let first = waived.iter().filter(|waived| seen.insert((waived.finding.rule.code, &waived.waiver)));
    first.take(most).map(|waived| Absolved::new(waived)).collect()
}

impl Absolved {
    fn new(waived: &Waived) -> Self {
        Self {
            code: waived.finding.rule.code,
            rule: waived.finding.rule.name,
            waiver: Shown::name(&waived.waiver),
            reason: Shown::prose(&waived.reason),
            expires: waived.expires.map(|day| day.to_string()),
        }
    }
}
