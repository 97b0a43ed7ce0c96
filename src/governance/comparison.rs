//! Two policies side by side: the access that comes and goes for each application, and the settings that are changed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::witness::{Silenced, silenced};
use crate::access;
use crate::catalog::Catalog;
use crate::finding::RuleInfo;
use crate::judge::{Access, Gap, Relation, Side, difference};
use crate::policy::{Comments, Effective, Entry, Level, Policy, UnknownGrant, Waiver};

/// How two policies differ.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// How the new one stands to the old one, settings included.
    pub relation: Relation,
    /// What comes and goes for each application, and for those that no policy names. Applications without a difference are
    /// left out, and those with the same are one.
    pub access: Vec<Change>,
    /// What else is changed.
    pub settings: Vec<Setting>,
    /// Whether every kind of name beyond the catalog was looked at.
    pub is_whole: bool,
}

/// What comes and goes for some applications.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The applications; `null` stands for none in particular.
    pub apps: Vec<Option<String>>,
    /// How the new policy stands to the old one.
    pub relation: Relation,
    /// What comes.
    pub appears: Vec<Gap>,
    /// What goes.
    pub disappears: Vec<Gap>,
}

/// Something that is changed and is no access by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// The application, where it is one's.
    pub app: Option<String>,
    /// What: `rule full-access`, `waiver W-7`, `comments`.
    pub what: String,
    /// Before, in words.
    pub old: String,
    /// After, in words.
    pub new: String,
    /// Whether more passes now.
    pub direction: Direction,
    /// A scope by which that shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<String>,
}

/// Whether a changed setting lets more pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// More passes.
    Looser,
    /// Less passes.
    Tighter,
    /// Neither, or nobody can tell.
    Other,
}

/// What stands for nothing.
const NONE: &str = "none";

/// Compares two policies. `rules` are those whose levels may be set.
#[must_use]
pub fn compare(old: &Side<'_>, new: &Side<'_>, rules: &[&'static RuleInfo]) -> Comparison {
    let mut names: Vec<Option<&str>> = vec![None];
    for policy in [new.policy(), old.policy()] {
        for app in &policy.apps {
            if !names.contains(&Some(&app.name)) {
                names.push(Some(&app.name));
            }
        }
    }
    let mut is_whole = true;
    let mut access: Vec<Change> = Vec::new();
    for name in names {
        let (Access { relation, appears, disappears, .. }, whole) = difference(old, new, name);
        is_whole &= whole;
        let app = name.map(str::to_owned);
        if relation == Relation::Equivalent {
            continue;
        }
        match access.iter_mut().find(|known| known.appears == appears && known.disappears == disappears) {
            Some(known) => known.apps.push(app),
            None => access.push(Change { apps: vec![app], relation, appears, disappears }),
        }
    }
    let mut settings = settings(old.policy(), new.policy(), rules);
    settings.extend(of_data(old, new));
    for setting in &mut settings {
        setting.witness = setting.witness.take().or_else(|| witness(old, new, setting));
    }
    let has = |direction| settings.iter().any(|setting: &Setting| setting.direction == direction);
    let comes = access.iter().any(|change| !change.appears.is_empty()) || has(Direction::Looser);
    let goes = access.iter().any(|change| !change.disappears.is_empty()) || has(Direction::Tighter);
    Comparison { relation: Relation::of(comes, goes), access, settings, is_whole }
}

/// What is changed that is no access by itself.
fn settings(old: &Policy, new: &Policy, rules: &[&'static RuleInfo]) -> Vec<Setting> {
    let mut found = Vec::new();
    let (shared_old, shared_new) = (old.effective(None), new.effective(None));
    let shared = levels(&shared_old, &shared_new, rules, None);
    let apps: BTreeSet<&str> = [old, new].iter().flat_map(|policy| &policy.apps).map(|app| app.name.as_str()).collect();
    found.extend(shared.iter().cloned());
    for app in &apps {
        let (before, after) = (old.effective(Some(app)), new.effective(Some(app)));
        let own = levels(&before, &after, rules, Some(app)).into_iter();
        found.extend(own.filter(|own| {
            shared.iter().all(|known| (&known.what, &known.old, &known.new) != (&own.what, &own.old, &own.new))
        }));
    }
    if old.comments != new.comments {
        let looser = rules.iter().any(|rule| new.comments.may_accept(rule.name) && !old.comments.may_accept(rule.name));
        let told = [&old.comments, &new.comments].map(comments);
        found.push(setting(
            None,
            "comments".to_owned(),
            told,
            if looser { Direction::Looser } else { Direction::Tighter },
        ));
    }
    if old.max_waiver_days != new.max_waiver_days {
        let days = |days: Option<u32>| days.map_or_else(|| "any number".to_owned(), |days| days.to_string());
        let most = |days: Option<u32>| days.unwrap_or(u32::MAX);
        let told = [days(old.max_waiver_days), days(new.max_waiver_days)];
        let direction = direction(most(new.max_waiver_days).cmp(&most(old.max_waiver_days)));
        found.push(setting(None, "max-waiver-days".to_owned(), told, direction));
    }
    found.extend(waivers(old, new));
    found.extend(unknown_grants(old, new));
    for app in apps {
        found.extend(of_app(old, new, app));
    }
    found
}

/// What the kinds of data that the policy or catalog files give to scopes change: by them rules speak.
fn of_data(old: &Side<'_>, new: &Side<'_>) -> Option<Setting> {
    let data = |side: &Side<'_>| -> Vec<String> {
        side.policy().data.iter().map(|data| format!("{}: {:?}", data.pattern, data.classes)).collect()
    };
    let what = match (data(old) != data(new), old.catalog().digest() != new.catalog().digest()) {
        (true, _) => "data classes",
        (_, true) => "what catalog files say",
        _ => return None,
    };
    let told = |rule: &str, severity: Option<crate::finding::Severity>| {
        severity.map_or_else(|| NONE.to_owned(), |severity| format!("{} {rule}", severity.as_str()))
    };
    let changed = |Silenced { scope, rule, before, after }: Silenced, is_looser: bool| {
        let mut texts = [told(rule, Some(before)), told(rule, after)];
        if !is_looser {
            texts.reverse();
        }
        let direction = if is_looser { Direction::Looser } else { Direction::Tighter };
        Setting { witness: Some(scope.to_string()), ..setting(None, what.to_owned(), texts, direction) }
    };
    // Nothing else of the policy changes: levels and waivers are told by themselves.
    let policy = Policy { data: new.policy().data.clone(), ..old.policy().clone() };
    let changed_alone = Side::new(new.catalog(), &policy, old.as_of());
    let looser = silenced(old, &changed_alone, None, None).map(|found| changed(found, true));
    let tighter = || silenced(&changed_alone, old, None, None).map(|found| changed(found, false));
    let is_of_policy = what == "data classes";
    looser.or_else(tighter).or_else(|| {
        let told = [old, new].map(|side| format!("{} entries", side.policy().data.len()));
        is_of_policy.then(|| setting(None, what.to_owned(), told, Direction::Other))
    })
}

/// A scope by which a changed setting shows: one on which the rule speaks, or that the waiver is about.
fn witness(old: &Side<'_>, new: &Side<'_>, changed: &Setting) -> Option<String> {
    let (more, less) = match changed.direction {
        Direction::Looser => (old, new),
        Direction::Tighter => (new, old),
        Direction::Other => return None,
    };
    if let Some(rule) = changed.what.strip_prefix("rule ") {
        let found = silenced(more, less, changed.app.as_deref(), Some(rule))?;
        return Some(found.scope.to_string());
    }
    let id = changed.what.strip_prefix("waiver ")?;
    let has_it = |side: &Side<'_>| side.policy().waivers.iter().find(|waiver| waiver.id == id).cloned();
    let waiver = has_it(less).or_else(|| has_it(more))?;
    waiver.scopes.iter().find_map(|entry| named(less.catalog(), entry))
}

/// A scope that an entry names.
fn named(catalog: &Catalog, entry: &Entry) -> Option<String> {
    let of_catalog = || {
        let mut all = catalog.services().flat_map(|service| service.scopes().map(|(scope, _)| scope));
        all.find(|scope| entry.pattern.matches(scope))
    };
    let scope = entry.pattern.literal().or_else(of_catalog)?;
    Some(access::identify(catalog, &scope).scope.to_string())
}

fn setting(app: Option<&str>, what: String, [old, new]: [String; 2], direction: Direction) -> Setting {
    Setting { app: app.map(str::to_owned), what, old, new, direction, witness: None }
}

fn direction(more: std::cmp::Ordering) -> Direction {
    match more {
        std::cmp::Ordering::Greater => Direction::Looser,
        std::cmp::Ordering::Less => Direction::Tighter,
        std::cmp::Ordering::Equal => Direction::Other,
    }
}

/// Rules that matter more or less.
fn levels(old: &Effective<'_>, new: &Effective<'_>, rules: &[&'static RuleInfo], app: Option<&str>) -> Vec<Setting> {
    let rank = |level: Option<Level>, rule: &RuleInfo| match level {
        Some(level) => level.severity().map_or(0, |severity| severity as u8 + 1),
        None => rule.severity as u8 + 1,
    };
    let word = |level: Option<Level>, rule: &RuleInfo| match level {
        Some(level) => level.to_string(),
        None => rule.severity.as_str().to_owned(),
    };
    let changed = rules.iter().filter_map(|rule| {
        let (before, after) = (old.level(rule.name), new.level(rule.name));
        let (was, is) = (rank(before, rule), rank(after, rule));
        let told = [word(before, rule), word(after, rule)];
        (was != is).then(|| setting(app, format!("rule {}", rule.name), told, direction(was.cmp(&is))))
    });
    changed.collect()
}

fn comments(comments: &Comments) -> String {
    match comments {
        Comments::Allowed => "allowed".to_owned(),
        Comments::Off => "off".to_owned(),
        Comments::Rules(rules) => rules.join(", "),
    }
}

fn waivers(old: &Policy, new: &Policy) -> Vec<Setting> {
    let by_id = |policy: &'_ Policy| -> BTreeMap<String, Waiver> {
        policy.waivers.iter().map(|waiver| (waiver.id.clone(), waiver.clone())).collect()
    };
    let (old, new) = (by_id(old), by_id(new));
    let told = |waiver: Option<&Waiver>| {
        waiver.map_or_else(
            || NONE.to_owned(),
            |waiver| {
                let scopes: Vec<&str> = waiver.scopes.iter().map(|entry| entry.text.as_str()).collect();
                let app = waiver.app.as_deref().map_or_else(String::new, |app| format!(" for {app}"));
                format!("{} of {}{app} until {}", waiver.rules.join(", "), scopes.join(", "), waiver.expires)
            },
        )
    };
    let ids: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut found = Vec::new();
    for id in ids {
        let (before, after) = (old.get(id), new.get(id));
        let texts = [told(before), told(after)];
        if texts[0] == texts[1] {
            continue;
        }
        let direction = match (before, after) {
            (Some(before), Some(after)) if is_inside(after, before) => Direction::Tighter,
            (Some(_), None) => Direction::Tighter,
            _ => Direction::Looser,
        };
        let app = after.or(before).and_then(|waiver| waiver.app.as_deref());
        found.push(setting(app, format!("waiver {id}"), texts, direction));
    }
    found
}

/// Whether a waiver accepts nothing that another one does not.
fn is_inside(small: &Waiver, big: &Waiver) -> bool {
    let patterns =
        |waiver: &Waiver| -> BTreeSet<String> { waiver.scopes.iter().map(|entry| entry.pattern.to_string()).collect() };
    small.expires <= big.expires
        && (big.app.is_none() || small.app == big.app)
        && small.rules.iter().all(|rule| big.rules.contains(rule))
        && patterns(small).is_subset(&patterns(big))
}

fn unknown_grants(old: &Policy, new: &Policy) -> Vec<Setting> {
    let key = |grant: &UnknownGrant| grant.app.clone().or_else(|| grant.grant.clone()).unwrap_or_default();
    let by_key = |policy: &Policy| -> BTreeMap<String, UnknownGrant> {
        policy.unknown_grants.iter().map(|grant| (key(grant), grant.clone())).collect()
    };
    let (old, new) = (by_key(old), by_key(new));
    let told = |grant: Option<&UnknownGrant>| match grant {
        None => NONE.to_owned(),
        Some(UnknownGrant { expires: Some(day), .. }) => format!("accepted until {day}"),
        Some(_) => "accepted".to_owned(),
    };
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        let (before, after) = (old.get(name), new.get(name));
        let texts = [told(before), told(after)];
        if texts[0] != texts[1] {
            let end = |grant: Option<&UnknownGrant>| grant.map(|grant| grant.expires.unwrap_or(jiff::civil::Date::MAX));
            found.push(setting(None, format!("unknown grant {name}"), texts, direction(end(after).cmp(&end(before)))));
        }
    }
    found
}

/// What is changed of whose an application is and what belongs to it.
fn of_app(old: &Policy, new: &Policy, name: &str) -> Vec<Setting> {
    let (before, after) = (old.app(name), new.app(name));
    let listed = |values: Vec<String>| if values.is_empty() { NONE.to_owned() } else { values.join(", ") };
    let facts = |app: Option<&crate::policy::App>| {
        app.map(|app| {
            [
                ("owner", app.owner.clone().unwrap_or_else(|| NONE.to_owned())),
                ("clients", listed(app.clients.iter().map(|client| client.value.clone()).collect())),
                ("data-centers", listed(app.data_centers.iter().map(|centre| centre.value.to_owned()).collect())),
                ("paths", listed(app.paths.iter().map(|path| path.value.clone()).collect())),
                (
                    "requested",
                    app.requested.as_ref().map_or_else(
                        || NONE.to_owned(),
                        |scopes| listed(scopes.iter().map(|scope| scope.value.to_string()).collect()),
                    ),
                ),
                ("calls", listed(app.calls.iter().map(|call| call.text.clone()).collect())),
            ]
        })
    };
    match (facts(before), facts(after)) {
        (Some(before), Some(after)) => {
            let pairs = before.into_iter().zip(after).filter(|((_, old), (_, new))| old != new);
            pairs
                .map(|((what, old), (_, new))| setting(Some(name), what.to_owned(), [old, new], Direction::Other))
                .collect()
        }
        (None, Some(_)) => {
            vec![setting(Some(name), "app".to_owned(), [NONE.to_owned(), "described".to_owned()], Direction::Other)]
        }
        (Some(_), None) => {
            vec![setting(Some(name), "app".to_owned(), ["described".to_owned(), NONE.to_owned()], Direction::Other)]
        }
        (None, None) => Vec::new(),
    }
}
