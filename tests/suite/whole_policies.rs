//! Whole policies at random, held against the naive model: allow and deny, defaults, `extends`, applications, wildcards,
//! placeholders, unknown names and services, other names of services.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use zscope::access::Graph;
use zscope::catalog::{self, Catalog};
use zscope::judge::{Table, Verdict};
use zscope::policy::{self, Policy};
use zscope::scope::Scope;
use zscope::text::{Source, Sources};

use crate::naive::{Model, pattern};

/// A service in which everything happens that a catalog file can say.
const ZOO: &str = r#"
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
const BEYOND: [&str; 14] = [
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
    "store.shelf",
    "store.shelf.top",
    "{x}",
    "pets.{x}",
];

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

    fn some(&mut self, list: &[String], most: usize) -> Vec<String> {
        (0..self.throw(most + 1)).map(|_| self.one(list).clone()).collect()
    }
}

/// Scopes to ask for: what the catalog has, names beyond it in every operation, placeholders.
fn asked(model: &Model, name: &str, dice: &mut Dice) -> Vec<String> {
    let mut scopes: Vec<String> = model.scopes.iter().filter(|scope| scope.contains('.')).cloned().collect();
    while scopes.len() > 60 {
        let at = dice.throw(scopes.len());
        scopes.swap_remove(at);
    }
    for path in BEYOND {
        for operation in ["READ", "WRITE", "ALL", "FROB"] {
            scopes.push(format!("{name}.{path}.{operation}"));
        }
    }
    scopes.extend(["fullaccess.all", "{x}.{y}.READ", "wild.{x}.den.READ"].map(|rest| format!("{name}.{rest}")));
    scopes
}

/// Entries: scopes of the pool, and the same with wildcards, alternatives and other words.
fn entries(scopes: &[String], names: &[&str], dice: &mut Dice) -> Vec<String> {
    let mut found: Vec<String> = vec!["**.DELETE".into(), "**".into(), "**.fullaccess.all".into(), "*.*.READ".into()];
    // What lies below full access is nothing that an entry could mean.
    for scope in scopes.iter().filter(|scope| !scope.contains('{') && !scope.contains("fullaccess")) {
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
    found
}

/// What a policy says, as the model sees it.
struct Said {
    text: String,
    base: Option<String>,
    default: bool,
    allow: Vec<String>,
    deny: Vec<String>,
    app: (Vec<String>, Vec<String>),
}

fn policy(dice: &mut Dice, pool: &[String]) -> Said {
    let list = |key: &str, list: &[String], indent: &str| match list {
        [] => String::new(),
        list => format!("{indent}{key}: {list:?}\n"),
    };
    let default = dice.throw(2) == 0;
    let (own, base) = ((dice.some(pool, 4), dice.some(pool, 3)), (dice.some(pool, 2), dice.some(pool, 2)));
    let app = (dice.some(pool, 3), dice.some(pool, 2));
    let extends = dice.throw(2) == 0;
    let mut text = String::from("version: 1\n");
    let _ = writeln!(text, "default: {}", if default { "allow" } else { "deny" });
    if extends {
        text.push_str("extends: [base.yaml]\n");
    }
    text.push_str(&list("allow", &own.0, ""));
    text.push_str(&list("deny", &own.1, ""));
    let _ = write!(text, "apps:\n  other: {{ allow: [\"**\"], deny: [\"**\"] }}\n  one:\n    owner: o\n");
    text.push_str(&list("allow", &app.0, "    "));
    text.push_str(&list("deny", &app.1, "    "));
    // The default of what is extended says nothing here.
    let base_text = format!("version: 1\ndefault: allow\n{}{}", list("allow", &base.0, ""), list("deny", &base.1, ""));
    let with =
        |own: Vec<String>, base: Vec<String>| own.into_iter().chain(base.into_iter().filter(|_| extends)).collect();
    Said {
        text,
        default,
        app,
        allow: with(own.0, base.0),
        deny: with(own.1, base.1),
        base: extends.then_some(base_text),
    }
}

fn loaded(said: &Said) -> Policy {
    let read = |_: &Path| said.base.clone().ok_or_else(|| "nothing to extend".to_owned());
    let top = policy::Top::File { path: Path::new("zscope.yaml"), text: said.text.clone() };
    policy::load(top, &read, &[], &mut Sources::default()).unwrap_or_else(|errors| panic!("{}\n{errors:?}", said.text))
}

/// Answers of the model for one service, each worked out once.
struct Answers<'m> {
    model: &'m Model,
    denies: BTreeMap<(String, String), bool>,
}

impl Answers<'_> {
    fn denies(&mut self, entry: &str, scope: &str) -> bool {
        let key = (entry.to_owned(), scope.to_owned());
        let model = self.model;
        *self.denies.entry(key).or_insert_with(|| model.denies(&pattern(entry), &scope.to_ascii_lowercase()))
    }

    fn verdict(&mut self, said: &Said, scope: &str, for_app: bool, real_name: &dyn Fn(&str) -> String) -> Verdict {
        let own = |own: &[String]| own.iter().filter(|_| for_app).map(|entry| real_name(entry)).collect::<Vec<_>>();
        let shared = |list: &[String]| list.iter().map(|entry| real_name(entry)).collect::<Vec<_>>();
        let (mut allow, mut deny) = (shared(&said.allow), shared(&said.deny));
        allow.extend(own(&said.app.0));
        deny.extend(own(&said.app.1));
        if deny.iter().any(|entry| self.denies(entry, scope)) {
            return Verdict::Denied;
        }
        let allow: Vec<Vec<String>> = allow.iter().map(|entry| pattern(entry)).collect();
        let scope = scope.to_ascii_lowercase();
        match (self.model.allows(&allow, &scope), self.model.is_known(&scope), said.default) {
            (true, ..) => Verdict::Allowed,
            (_, true, true) => Verdict::NoPolicy,
            (_, false, _) => Verdict::Unknown,
            _ => Verdict::NotAllowed,
        }
    }
}

#[test]
#[ignore = "takes minutes: cargo test --test suite -- --ignored whole_policies"]
fn whole_policies_agree_with_the_naive_model() {
    let mut catalog = Catalog::embedded();
    let file = Source::new("zoo.yaml", ZOO);
    let (service, endpoints) = catalog::decode(&file).unwrap_or_else(|problems| panic!("{problems:#?}"));
    catalog.overlay(service, endpoints, ZOO);
    let graph = Graph::of(&catalog);
    let started = Instant::now();
    let (mut lists, mut judged, mut found) = (0_usize, 0_usize, BTreeMap::new());
    for (name, names, policies) in [
        ("Zoo", ["Zoo", "ZohoZoo", "ZOO"], 1500_usize),
        ("ZohoFSM", ["ZohoFSM", "zohofsm", "ZohoFSM"], 300),
        ("ZohoCatalyst", ["ZohoCatalyst", "zohocatalyst", "*"], 300),
        ("WorkDrive", ["WorkDrive", "ZohoWorkDrive", "workdrive"], 300),
        ("ZohoNowhere", ["ZohoNowhere", "zohonowhere", "*"], 300),
    ] {
        let model = match catalog.service(name) {
            Some(service) => Model::with(service, &BEYOND),
            None => Model::unknown(name, &BEYOND),
        };
        let mut dice = Dice(7);
        let mut scopes = asked(&model, name, &mut dice);
        // Whether full access surely gives what has no name yet below a part that has none either: the model says no.
        scopes.retain(|scope| !scope.contains("{x}.den"));
        let pool = entries(&scopes, &names, &mut dice);
        let mut answers = Answers { model: &model, denies: BTreeMap::new() };
        // An entry by another name of a service means the service, and that name.
        let real_name = |entry: &str| {
            let (first, rest) = entry.split_once('.').unwrap_or((entry, ""));
            if first == names[1] && !first.eq_ignore_ascii_case(name) {
                format!("{name}.{rest}")
            } else {
                entry.to_owned()
            }
        };
        for _ in 0..policies {
            let said = policy(&mut dice, &pool);
            let policy = loaded(&said);
            let table = Table::new(&catalog, &policy);
            for _ in 0..20 {
                lists += 1;
                let app = [None, Some("one")][dice.throw(2)];
                for _ in 0..=dice.throw(3) {
                    let scope = dice.one(&scopes).clone();
                    let parsed: Scope = scope.parse().unwrap();
                    let really = table.judge(app).verdict(graph.id(&parsed));
                    let naively = answers.verdict(&said, &scope, app.is_some(), &real_name);
                    assert_eq!(really, naively, "{scope} for {app:?} under\n{}\n{:?}", said.text, said.base);
                    assert_eq!(table.judge(app).reasons(&parsed).verdict, really, "{scope}");
                    judged += 1;
                    *found.entry(really.as_str()).or_insert(0) += 1;
                }
            }
        }
    }
    println!("{lists} lists under random policies, {judged} scopes: {found:?} in {:.1?}", started.elapsed());
    assert!(lists >= 50_000 && found.values().all(|count| *count > 1000), "{lists} {found:?}");
}
