//! What the judgement rests on: policy text, inputs, what is unknown, what could not be evaluated.

use std::collections::{BTreeMap, HashSet};

use super::super::{Notice, Report, coverage};
use super::population::Population;
use super::shown::{self, Guide, Shown, Spots};
use crate::finding::{Waived, WaiverKind};
use crate::policy::WaiverState;
use crate::text::SourceId;

/// The most rows of a table here.
const ROWS: usize = 500;

/// A policy file.
pub(super) struct PolicyText {
    pub(super) number: usize,
    pub(super) name: Shown,
    pub(super) lines: Vec<Shown>,
    pub(super) is_cut: bool,
}

/// A scope that the catalog does not know.
pub(super) struct Unknown {
    pub(super) scope: Shown,
    pub(super) why: &'static str,
    pub(super) apps: usize,
    pub(super) spots: Spots,
}

/// An input that could not be evaluated.
pub(super) struct Unread {
    pub(super) input: Shown,
    pub(super) message: Shown,
    pub(super) help: Vec<Shown>,
    pub(super) spots: Spots,
}

/// A waiver, and what it absolves.
pub(super) struct Exception {
    pub(super) waiver: Shown,
    pub(super) app: Option<Shown>,
    pub(super) rule: String,
    pub(super) scopes: Vec<Shown>,
    pub(super) more: usize,
    pub(super) count: usize,
    pub(super) reason: Shown,
    pub(super) expires: Option<String>,
    /// Days left after the day of the run, where it ends.
    pub(super) left: Option<i32>,
}

/// A waiver of the policy, whether or not it absolves anything.
pub(super) struct Standing {
    pub(super) id: Shown,
    pub(super) owner: Shown,
    pub(super) app: Option<Shown>,
    pub(super) rules: String,
    pub(super) reason: Shown,
    pub(super) expires: String,
    /// `used`, `unused`, `expiring` or `expired`.
    pub(super) state: &'static str,
    /// How many findings it absolves.
    pub(super) count: usize,
}

/// Every waiver of the policy, and how many more there are.
pub(super) fn waivers(report: &Report) -> (Vec<Standing>, usize) {
    let all = &report.policy.waivers;
    let rows = all.iter().take(ROWS).map(|waiver| {
        let is_its = |waived: &&Waived| waived.kind == WaiverKind::Policy && waived.waiver == waiver.id;
        let count = report.waived.iter().filter(is_its).count();
        let state = match waiver.state(report.as_of) {
            WaiverState::Expired { .. } => "expired",
            WaiverState::Expiring { .. } => "expiring",
            WaiverState::Active if count == 0 => "unused",
            WaiverState::Active => "used",
        };
        Standing {
            id: Shown::name(&waiver.id),
            owner: Shown::name(&waiver.owner),
            app: waiver.app.as_deref().map(Shown::name),
            rules: waiver.rules.join(", "),
            reason: Shown::prose(&waiver.reason),
            expires: waiver.expires.to_string(),
            state,
            count,
        }
    });
    (rows.collect(), all.len().saturating_sub(ROWS))
}

/// The texts of the policy and of what it extends: the file of its name, the built-in ones, and those in which an
/// entry decided.
pub(super) fn policy_sources(report: &Report) -> Vec<SourceId> {
    let top = report.sources.iter().find(|(_, source)| source.name() == report.policy.path).map(|(id, _)| id);
    let builtin = report.sources.iter().filter(|(_, source)| source.name().starts_with("builtin:")).map(|(id, _)| id);
    let deciders = report.scopes.iter().flat_map(|judged| &judged.decided_by);
    let deciding = deciders.filter_map(|decider| decider.place).map(|place| place.source);
    let mut others: Vec<SourceId> = builtin.chain(deciding).filter(|id| Some(*id) != top).collect();
    others.sort_unstable();
    others.dedup();
    top.into_iter().chain(others).collect()
}

/// The policy's texts, line by line.
pub(super) fn policies(report: &Report, listed: &[SourceId]) -> Vec<PolicyText> {
    let texts = listed.iter().enumerate().map(|(number, id)| {
        let source = report.sources.get(*id);
        PolicyText {
            number,
            name: Shown::name(source.name()),
            lines: Shown::listing(source.text()),
            is_cut: source.text().lines().nth(shown::LINES).is_some(),
        }
    });
    texts.collect()
}

/// What the run was to look at, else the names of what was read; each once, and how many more there are.
pub(super) fn inputs(report: &Report, listed: &[SourceId]) -> (Vec<Shown>, usize) {
    let read = report.sources.iter().filter(|(id, _)| !listed.contains(id)).map(|(_, source)| source.name());
    let named = report.run.inputs.iter().map(String::as_str);
    let mut seen = HashSet::new();
    let mut names: Vec<&str> = named.filter(|name| seen.insert(*name)).collect();
    if names.is_empty() {
        names = read.filter(|name| seen.insert(*name)).collect();
    }
    (names.iter().take(ROWS).map(|name| Shown::name(name)).collect(), names.len().saturating_sub(ROWS))
}

/// Scopes that the catalog does not know, by name, and how many more there are.
pub(super) fn unknown(population: &Population<'_>, guide: Guide<'_>) -> (Vec<Unknown>, usize) {
    let mut by_name: BTreeMap<String, (&'static str, usize, Vec<_>)> = BTreeMap::new();
    for app in &population.apps {
        let mut here = HashSet::new();
        for access in app.scopes.iter().filter(|access| !access.judged.known) {
            let why = if access.judged.scope.is_ok() { "not in the catalog" } else { "not a scope" };
            let (_, apps, places) = by_name.entry(access.name()).or_insert((why, 0, Vec::new()));
            // Several grants of an application may hold it.
            *apps += usize::from(here.insert(access.name()));
            places.extend(&access.places);
        }
    }
    let more = by_name.len().saturating_sub(ROWS);
    let rows = by_name.iter().take(ROWS).map(|(name, (why, apps, places))| Unknown {
        scope: Shown::name(name),
        why,
        apps: *apps,
        spots: guide.spots(places),
    });
    (rows.collect(), more)
}

/// What could not be evaluated, and how many more there are.
pub(super) fn unread(report: &Report, guide: Guide<'_>) -> (Vec<Unread>, usize) {
    let rows = report.not_evaluated.iter().take(ROWS).map(|input| Unread {
        input: Shown::name(&input.input),
        message: Shown::sentence(&input.message),
        help: input.help.as_deref().map(Shown::lines).unwrap_or_default(),
        spots: guide.spots(input.place.as_slice()),
    });
    // Of a large run, the report itself lists only the first.
    let all = report.unread.max(report.not_evaluated.len());
    (rows.collect(), all - report.not_evaluated.len().min(ROWS))
}

/// What has to be known of the way in which the run judged.
pub(super) struct Told {
    pub(super) message: Shown,
    pub(super) help: Vec<Shown>,
}

/// Everything that has to be known of the way in which the run judged.
pub(super) fn notices(report: &Report) -> Vec<Told> {
    let told = |notice: &Notice| Told {
        message: Shown::sentence(&coverage::notice(notice)),
        help: notice.help.as_deref().map(Shown::lines).unwrap_or_default(),
    };
    report.run.notices.iter().map(told).collect()
}

/// The waivers that absolved something, by waiver, application and rule, and how many more rows there are.
pub(super) fn exceptions(report: &Report) -> (Vec<Exception>, usize) {
    const SCOPES: usize = 4;
    let mut groups: BTreeMap<(&str, Option<&str>, &str), Vec<_>> = BTreeMap::new();
    for waived in &report.waived {
        let key = (&*waived.waiver, waived.finding.app.as_deref(), waived.finding.rule.code);
        groups.entry(key).or_default().push(waived);
    }
    let more = groups.len().saturating_sub(ROWS);
    let rows = groups.into_iter().take(ROWS).filter_map(|((waiver, app, code), all)| {
        let first = all.first()?;
        let mut scopes: Vec<&str> = all.iter().filter_map(|waived| waived.finding.scope.as_deref()).collect();
        scopes.sort_unstable();
        scopes.dedup();
        let left = first.expires.and_then(|day| report.as_of.until(day).ok()).map(|span| span.get_days());
        Some(Exception {
            waiver: Shown::name(waiver),
            app: app.map(Shown::name),
            rule: format!("{code} {}", first.finding.rule.name),
            more: scopes.len().saturating_sub(SCOPES),
            scopes: scopes.into_iter().take(SCOPES).map(Shown::name).collect(),
            count: all.len(),
            reason: Shown::prose(&first.reason),
            expires: first.expires.map(|day| day.to_string()),
            left,
        })
    });
    (rows.collect(), more)
}
