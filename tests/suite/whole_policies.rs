//! Whole policies at random, held against the naive model: allow and deny, defaults, `extends`, applications, waivers,
//! wildcards, placeholders, unknown names and services, other names of services. What a policy lets through is asked of
//! whole lists.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use zscope::access::{Graph, ScopeId};
use zscope::catalog::{self, Catalog};
use zscope::finding::{Finding, RuleInfo, Subject};
use zscope::judge::{Table, Verdict};
use zscope::policy::{self, Policy};
use zscope::review::apply_waivers;
use zscope::rules;
use zscope::scope::Scope;
use zscope::text::{Place, Source, Sources, Span};

use crate::naive::{Atom, Model, matches, pattern};

/// A service in which everything happens that a catalog file can say.
pub(crate) const ZOO: &str = r#"
service: Zoo
product: Zoo
category: animals
aliases: [ZohoZoo]
full-access: { scope: fullaccess.all, status: observed, source: s }
operations:
  - { operation: LOOK, means: [READ], status: documented, source: s }
  - { operation: KEEP, means: [LOOK, FEED], status: assumed, source: s }
  - { operation: WRITE, means: [UPDATE], resources: "pets.{cat,dog}", status: documented, source: s }
resources:
  pets: { grants: pets, data: [metadata], operations: { READ: documented, ALL: documented, WRITE: observed }, source: s }
  pets.cat: { grants: cats, data: [metadata], operations: { READ: documented, UPDATE: documented, WRITE: documented, DELETE: reported }, source: s }
  pets.dog: { grants: dogs, data: [metadata], operations: { READ: disputed, ALL: disputed }, source: s }
  pets.{kind}: { grants: pets of any kind, data: [metadata], operations: { READ: documented, ALL: documented }, source: s }
  pets.cat.toys: { grants: toys, data: [metadata], operations: { READ: documented, FEED: documented }, source: s }
  wild: { grants: wild ones, data: [metadata], operations: { READ: documented, ALL: documented, KEEP: documented }, source: s }
  wild.bear: { grants: bears, data: [metadata], operations: { READ: documented, ALL: documented }, source: s }
  wild.bear.den: { grants: dens, data: [metadata], operations: { READ: documented, LOOK: documented }, source: s }
  wild.wolf: { grants: wolves, data: [metadata], operations: { READ: documented, DELETE: documented }, source: s }
  food: { grants: food, data: [metadata], operations: { ALL: documented, CREATE: documented }, source: s }
  store: { grants: the store, data: [metadata], operations: { READ: documented, CREATE: documented }, source: s }
groups:
  - { parent: pets, children: pets.*, except: [pets.dog], status: documented, source: s }
  - { parent: wild, children: wild.bear, status: separate, source: s }
  - { parent: wild, children: wild.wolf, operations: [READ], status: observed, source: s }
  - { parent: food, children: store, status: documented, source: s }
  - { parent: store, children: food, status: assumed, source: s }
endpoints: []
errata:
  - { written: Zoo.Zoo.wild.READ, means: wild.READ, source: s }
sources:
  s: { kind: own, where: x, seen: 2026-11 }
"#;

/// Paths beyond the catalog that somebody asks about or an entry names.
const BEYOND: [&str; 16] = [
    "dreams",
    "dreams.night",
    "dreams.night.late",
    "pets.emu",
    "pets.emu.eggs",
    "pets.emu.eggs.raw",
    "pets.cat.nap",
    "wild.emu",
    "wild.bear.cub",
    "wild.bear.den.bed",
    "wild.{x}.den",
    "store.shelf",
    "store.shelf.top",
    "{x}",
    "{x}.{y}",
    "pets.{x}",
];

/// How many scopes and entries of a world there are: all that stand in its policies and lists are drawn from them.
const SCOPES: usize = 40;
const ENTRIES: usize = 50;

/// How many policies each world has, and how many lists each policy judges.
const POLICIES: usize = 140;
const LISTS: usize = 40;

/// The day on which waivers are judged.
const TODAY: &str = "2026-11-27";

/// Numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn one<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.throw(list.len())]
    }

    /// Up to so many numbers below another.
    fn some(&mut self, below: usize, most: usize) -> Vec<usize> {
        (0..self.throw(most + 1)).map(|_| self.throw(below)).collect()
    }

    fn sample<T>(&mut self, mut list: Vec<T>, count: usize) -> Vec<T> {
        while list.len() > count {
            let at = self.throw(list.len());
            list.swap_remove(at);
        }
        list
    }
}

/// One service with the scopes that are asked for and the entries that policies are made of, and what the model answers,
/// each worked out once.
struct World {
    model: Model,
    scopes: Vec<String>,
    atoms: Vec<Atom>,
    entries: Vec<String>,
    /// The entries as the model reads them: with the service's real name.
    patterns: Vec<Vec<String>>,
    /// By entry and scope.
    denies: Vec<OnceCell<bool>>,
    /// By entry, whether it names a permission or something below.
    touches: Vec<HashMap<Atom, bool>>,
    /// By entry, whether it surely gives a permission.
    covers: Vec<HashMap<Atom, bool>>,
}

impl World {
    fn new(catalog: &Catalog, name: &str, names: [&str; 3], dice: &mut Dice) -> Self {
        let model = match catalog.service(name) {
            Some(service) => Model::with(service, &BEYOND),
            None => Model::unknown(name, &BEYOND),
        };
        let scopes = asked(&model, name, dice);
        let entries = entries(&scopes, &names, dice);
        let mut real: Vec<(&str, &str)> = names.iter().map(|other| (*other, name)).collect();
        real.retain(|(other, _)| *other != "*");
        let pattern_of = |entry: &String| {
            let mut parts = pattern(entry);
            if real.iter().any(|(other, _)| other.eq_ignore_ascii_case(&parts[0])) {
                parts[0] = name.to_ascii_lowercase();
            }
            parts
        };
        Self {
            atoms: scopes.iter().map(|scope| scope.to_ascii_lowercase()).collect(),
            patterns: entries.iter().map(pattern_of).collect(),
            denies: vec![OnceCell::new(); scopes.len() * entries.len()],
            touches: vec![HashMap::new(); entries.len()],
            covers: vec![HashMap::new(); entries.len()],
            model,
            scopes,
            entries,
        }
    }

    fn denies(&mut self, entry: usize, scope: usize) -> bool {
        let cell = &self.denies[entry * self.scopes.len() + scope];
        let (model, pattern, touches) = (&self.model, &self.patterns[entry], &mut self.touches[entry]);
        *cell.get_or_init(|| {
            let scope = &self.atoms[scope];
            let reached = model.at_most(scope);
            let mut touches = |atom: &Atom| match touches.get(atom) {
                Some(known) => *known,
                None => {
                    let touched = model.touches(pattern, atom);
                    touches.insert(atom.clone(), touched);
                    touched
                }
            };
            reached.iter().any(&mut touches) || model.names_in_doubt(pattern, scope)
        })
    }

    fn covers(&mut self, entry: usize, own: &Atom) -> bool {
        if let Some(known) = self.covers[entry].get(own) {
            return *known;
        }
        let covers = self.model.covers(&self.patterns[entry], own);
        self.covers[entry].insert(own.clone(), covers);
        covers
    }

    /// What a policy says of a scope.
    fn verdict(&mut self, said: &Said, scope: usize, app: Option<usize>) -> Verdict {
        let own = |lists: &[Lists; 2]| app.map(|app| lists[app].clone()).unwrap_or_default();
        let Lists { allow, deny } = own(&said.apps);
        let deny: Vec<usize> = said.shared.deny.iter().chain(&deny).copied().collect();
        if deny.into_iter().any(|entry| self.denies(entry, scope)) {
            return Verdict::Denied;
        }
        let allow: Vec<usize> = said.shared.allow.iter().chain(&allow).copied().collect();
        let atom = self.atoms[scope].clone();
        let own = self.model.own(&atom);
        let allowed = own.iter().all(|own| allow.iter().any(|entry| self.covers(*entry, own)));
        match (allowed, self.model.is_known(&atom), said.default) {
            (true, ..) => Verdict::Allowed,
            (_, true, true) => Verdict::NoPolicy,
            (_, false, _) => Verdict::Unknown,
            _ => Verdict::NotAllowed,
        }
    }

    /// The entries of which the model says that they decide, to be shown.
    fn deciding(&mut self, said: &Said, scope: usize, app: Option<usize>) -> String {
        let Lists { allow, deny } = app.map(|app| said.apps[app].clone()).unwrap_or_default();
        let (allow, deny) = ([&said.shared.allow[..], &allow].concat(), [&said.shared.deny[..], &deny].concat());
        let own = self.model.own(&self.atoms[scope]);
        let deny: Vec<usize> = deny.into_iter().filter(|entry| self.denies(*entry, scope)).collect();
        let allow: Vec<usize> =
            allow.into_iter().filter(|entry| own.iter().any(|own| self.covers(*entry, own))).collect();
        let texts = |list: Vec<usize>| list.into_iter().map(|entry| self.entries[entry].clone()).collect::<Vec<_>>();
        format!("allow {:?}, deny {:?}, default {}", texts(allow), texts(deny), said.default)
    }

    /// Whether a waiver accepts what fails: it names the scope to the part, the rule and nobody or the application, and its
    /// last day is not over.
    fn is_waived(&self, said: &Said, scope: usize, rule: &str, app: Option<usize>) -> bool {
        let parts = pattern(&self.scopes[scope]);
        said.waivers.iter().any(|waiver| {
            let names = |entry: &usize| matches(&pattern(&self.entries[*entry]), &parts);
            (waiver.app.is_none() || waiver.app == app)
                && waiver.rules.contains(&rule)
                && waiver.expires >= TODAY
                && waiver.scopes.iter().any(names)
        })
    }
}

/// Scopes to ask for: what the catalog has, names beyond it in every operation, placeholders.
fn asked(model: &Model, name: &str, dice: &mut Dice) -> Vec<String> {
    let known: Vec<String> = model.scopes.iter().filter(|scope| scope.contains('.')).cloned().collect();
    let mut scopes = dice.sample(known, SCOPES / 2);
    let mut beyond = Vec::new();
    for path in BEYOND {
        for operation in ["READ", "WRITE", "ALL", "FROB"] {
            beyond.push(format!("{name}.{path}.{operation}"));
        }
    }
    scopes.push(format!("{name}.fullaccess.all"));
    let left = SCOPES - scopes.len();
    scopes.extend(dice.sample(beyond, left));
    scopes
}

/// Entries: scopes of the pool, and the same with wildcards, alternatives and other words.
fn entries(scopes: &[String], names: &[&str; 3], dice: &mut Dice) -> Vec<String> {
    let mut found = Vec::new();
    for scope in scopes.iter().filter(|scope| !scope.contains('{')) {
        for _ in 0..3 {
            let mut parts: Vec<String> = scope.split('.').map(str::to_owned).collect();
            let last = parts.len() - 1;
            if dice.throw(3) == 0 {
                (*dice.one(names)).clone_into(&mut parts[0]);
            }
            match dice.throw(8) {
                0 => {
                    let word = dice.one(&["ALL", "WRITE", "READ", "{READ,DELETE}", "*", "LOOK", "KEEP"]);
                    (*word).clone_into(&mut parts[last]);
                }
                1 => "*".clone_into(&mut parts[dice.throw(last)]),
                2 => "**".clone_into(&mut parts[dice.throw(last + 1)]),
                3 => {
                    let at = 1 + dice.throw(last - 1);
                    parts[at] = format!("{{{},food}}", parts[at]);
                }
                4 => {
                    let at = 1 + dice.throw(last);
                    parts.splice(at.., ["**".to_owned()]);
                }
                _ => {}
            }
            found.push(parts.join("."));
        }
    }
    found.sort();
    found.dedup();
    let mut found = dice.sample(found, ENTRIES);
    found.extend(["**.DELETE", "**", "**.fullaccess.all", "*.*.READ"].map(String::from));
    found.extend([format!("{}.fullaccess.**", names[0]), format!("{}.fullaccess.*.READ", names[1])]);
    found
}

/// Entries by their numbers.
#[derive(Clone, Debug, Default)]
struct Lists {
    allow: Vec<usize>,
    deny: Vec<usize>,
}

#[derive(Debug)]
struct Excuse {
    app: Option<usize>,
    scopes: Vec<usize>,
    rules: Vec<&'static str>,
    expires: &'static str,
}

/// What a policy says, as the model sees it.
#[derive(Debug)]
struct Said {
    text: String,
    base: Option<String>,
    default: bool,
    shared: Lists,
    apps: [Lists; 2],
    waivers: Vec<Excuse>,
}

/// The second application and the second waiver stand in the file that is extended.
const APPS: [&str; 2] = ["one", "two"];

fn policy(dice: &mut Dice, entries: &[String]) -> Said {
    let quoted = |list: &[usize]| format!("{:?}", list.iter().map(|entry| &entries[*entry]).collect::<Vec<_>>());
    let lists = |lists: &Lists, indent: &str| {
        let mut text = String::new();
        for (key, list) in [("allow", &lists.allow), ("deny", &lists.deny)].iter().filter(|(_, list)| !list.is_empty())
        {
            let _ = writeln!(text, "{indent}{key}: {}", quoted(list));
        }
        text
    };
    let mut draw = |allow, deny| Lists { allow: dice.some(entries.len(), allow), deny: dice.some(entries.len(), deny) };
    let (own, base, apps) = (draw(4, 3), draw(2, 2), [draw(3, 2), draw(3, 2)]);
    let (default, extends) = (dice.throw(2) == 0, dice.throw(2) == 0);
    let mut waivers = Vec::new();
    let mut waiver_texts = Vec::new();
    for id in 0..=usize::from(extends) {
        let app = [None, Some(0), Some(id)][dice.throw(3)];
        let choices: [&[&'static str]; 4] =
            [&["denied"], &["not-allowed"], &["denied", "not-allowed"], &["full-access"]];
        let rules = *dice.one(&choices);
        // One more than none: a waiver names a scope.
        let mut scopes = dice.some(entries.len(), 3);
        scopes.push(dice.throw(entries.len()));
        let expires = *dice.one(&[TODAY, "2027-02-01", "2026-11-26"]);
        let about = app.map_or_else(String::new, |app| format!("app: {}, ", APPS[app]));
        waiver_texts.push(format!(
            "waivers:\n  - {{ id: W-{id}, {about}scopes: {}, rules: {rules:?}, reason: r, owner: o, expires: {expires} }}\n",
            quoted(&scopes)
        ));
        waivers.push(Excuse { app, scopes, rules: rules.to_vec(), expires });
    }
    let mut text = format!("version: 1\ndefault: {}\n", if default { "allow" } else { "deny" });
    if extends {
        text.push_str("extends: [base.yaml]\n");
    }
    text.push_str(&lists(&own, ""));
    let _ = write!(text, "apps:\n  other: {{ allow: [\"**\"], deny: [\"**\"] }}\n");
    let app = |at: usize| format!("  {}:\n    owner: o\n{}", APPS[at], lists(&apps[at], "    "));
    text.push_str(&app(0));
    if !extends {
        text.push_str(&app(1));
    }
    text.push_str(&waiver_texts[0]);
    let base_text = extends.then(|| {
        // The default of what is extended says nothing here.
        format!("version: 1\ndefault: allow\n{}apps:\n{}{}", lists(&base, ""), app(1), waiver_texts[1])
    });
    let with = |own: &[usize], base: &[usize]| own.iter().chain(base.iter().filter(|_| extends)).copied().collect();
    let shared = Lists { allow: with(&own.allow, &base.allow), deny: with(&own.deny, &base.deny) };
    Said { text, base: base_text, default, shared, apps, waivers }
}

fn loaded(said: &Said, rules: &[&'static RuleInfo]) -> Policy {
    let read = |_: &Path| said.base.clone().ok_or_else(|| "nothing to extend".to_owned());
    let top = policy::Top::File { path: Path::new("zscope.yaml"), text: said.text.clone() };
    policy::load(top, &read, rules, &mut Sources::default())
        .unwrap_or_else(|errors| panic!("{}\n{errors:?}", said.text))
}

/// The rule that tells of a verdict.
fn rule_of(verdict: Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Denied => Some("denied"),
        Verdict::NotAllowed | Verdict::Unknown => Some("not-allowed"),
        Verdict::Allowed | Verdict::NoPolicy | Verdict::Waived => None,
    }
}

#[test]
fn whole_policies_agree_with_the_naive_model() {
    let mut catalog = Catalog::embedded();
    let file = Source::new("zoo.yaml", ZOO);
    let (service, endpoints) = catalog::decode(&file).unwrap_or_else(|problems| panic!("{problems:#?}"));
    catalog.overlay(service, endpoints, ZOO);
    let graph = Graph::of(&catalog);
    let infos = rules::infos();
    let place = Place::new(Sources::default().add(Source::new("x", "")), Span::default());
    let finding = |scope: &str, rule: &str, app: Option<usize>| {
        let info = infos.iter().find(|info| info.name == rule).unwrap();
        let app = app.map(|app| APPS[app].to_owned());
        Finding { app, ..Finding::new(info, place, "").scope(scope).about(Subject::Scope(0)) }
    };
    let started = Instant::now();
    let (mut lists, mut passed, mut waived) = (0_usize, 0_usize, 0_usize);
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    let mut disagree: BTreeSet<String> = BTreeSet::new();
    for (name, names, worlds) in [
        ("Zoo", ["Zoo", "ZohoZoo", "ZOO"], 6_u64),
        ("ZohoFSM", ["ZohoFSM", "zohofsm", "ZohoFSM"], 1),
        ("ZohoCatalyst", ["ZohoCatalyst", "zohocatalyst", "*"], 1),
        ("WorkDrive", ["WorkDrive", "ZohoWorkDrive", "workdrive"], 1),
        ("ZohoNowhere", ["ZohoNowhere", "zohonowhere", "*"], 1),
    ] {
        for seed in 1..=worlds {
            let mut dice = Dice(seed * 7);
            let mut world = World::new(&catalog, name, names, &mut dice);
            let ids: Vec<ScopeId> =
                world.scopes.iter().map(|scope| graph.id(&scope.parse::<Scope>().unwrap())).collect();
            for _ in 0..POLICIES {
                let said = policy(&mut dice, &world.entries);
                let policy = loaded(&said, &infos);
                let table = Table::new(&catalog, &policy);
                for _ in 0..LISTS {
                    let app = [None, Some(0), Some(1)][dice.throw(3)];
                    let judge = table.judge(app.map(|app| APPS[app]));
                    let (mut really_fails, mut naively_fails) = (Vec::new(), 0);
                    for scope in (0..=dice.throw(3)).map(|_| dice.throw(ids.len())).collect::<Vec<_>>() {
                        let really = judge.verdict(ids[scope]);
                        let naively = world.verdict(&said, scope, app);
                        let text = &world.scopes[scope];
                        if really != naively {
                            let told = format!("{text} for {app:?} is {really}, naively {naively}, under");
                            disagree.insert(format!("{told} {}", world.deciding(&said, scope, app)));
                            continue;
                        }
                        *found.entry(really.as_str()).or_insert(0) += 1;
                        if let Some(rule) = rule_of(really) {
                            really_fails.push(finding(text, rule, app));
                            naively_fails += usize::from(!world.is_waived(&said, scope, rule, app));
                        }
                    }
                    let (stand, accepted, _) = apply_waivers(really_fails, &policy, TODAY.parse().unwrap());
                    assert_eq!(
                        stand.len(),
                        naively_fails,
                        "{stand:?} for {app:?} under\n{}\n{:?}",
                        said.text,
                        said.base
                    );
                    lists += 1;
                    passed += usize::from(stand.is_empty());
                    waived += accepted.len();
                }
            }
        }
    }
    println!(
        "{lists} pairs of a random policy and a list, {passed} pass: {found:?}, {waived} waived, in {:.1?}",
        started.elapsed()
    );
    let shown: Vec<&String> = disagree.iter().take(40).collect();
    assert!(disagree.is_empty(), "{} disagreements: {shown:#?}", disagree.len());
    assert!(lists >= 50_000 && passed > 5_000 && waived > 1_000, "{lists} {passed} {waived}");
    assert!(found.len() == 5 && found.values().all(|count| *count > 1_000), "{found:?}");
}
