//! How policies and lists differ, by meaning: laws over random policies, held against trying every scope.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use zscope::access::{Graph, ScopeId};
use zscope::catalog::Catalog;
use zscope::judge::{Relation, Side, Table, difference};
use zscope::policy::{self, Policy};
use zscope::rules;
use zscope::scope::Scope;
use zscope::text::Sources;

use crate::run::zscope;
use crate::semantics::policy_of;

/// Numbers that look random and are always the same.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    pub(crate) fn one<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.throw(list.len())]
    }
}

const SERVICES: [&str; 4] = ["ZohoBooks", "ZohoCRM", "Desk", "ZohoFSM"];

pub(crate) fn scopes_of(catalog: &Catalog, services: &[&str]) -> Vec<String> {
    let found = services.iter().filter_map(|name| catalog.service(name));
    let found = found.flat_map(|service| service.scopes().map(|(scope, _)| scope).collect::<Vec<_>>());
    found.filter(|scope| !scope.has_placeholder()).map(|scope| scope.to_string()).collect()
}

/// An entry: a scope, or one with wildcards, alternatives and other words in it.
pub(crate) fn entry(dice: &mut Dice, pool: &[String]) -> String {
    let mut parts: Vec<String> = dice.one(pool).split('.').map(str::to_owned).collect();
    let last = parts.len() - 1;
    if last < 2 {
        return parts.join(".");
    }
    match dice.throw(9) {
        0 => (*dice.one(&["ALL", "WRITE", "READ", "{READ,DELETE}", "*"])).clone_into(&mut parts[last]),
        1 => "*".clone_into(&mut parts[last - 1]),
        2 => {
            parts.splice(1.., ["**".to_owned()]);
        }
        3 => return (*dice.one(&["**.DELETE", "**.READ", "*.*.READ", "**.fullaccess.all"])).to_owned(),
        4 => parts[1] = format!("{{{},dreams}}", parts[1]),
        5 => "dreams".clone_into(&mut parts[last - 1]),
        _ => {}
    }
    parts.join(".")
}

type Said = (bool, Vec<String>, Vec<String>);

fn random(dice: &mut Dice, pool: &[String]) -> Said {
    let some = |dice: &mut Dice, most: usize| -> Vec<String> {
        (0..dice.throw(most + 1)).map(|_| entry(dice, pool)).collect()
    };
    (dice.throw(6) == 0, some(dice, 6), some(dice, 3))
}

/// Another policy, most often one that differs in an entry or two.
fn changed(dice: &mut Dice, (default, mut allow, mut deny): Said, pool: &[String]) -> Said {
    for _ in 0..=dice.throw(2) {
        let list = if dice.throw(2) == 0 { &mut allow } else { &mut deny };
        match dice.throw(3) {
            0 if !list.is_empty() => {
                let at = dice.throw(list.len());
                list.remove(at);
            }
            _ => list.push(entry(dice, pool)),
        }
    }
    (if dice.throw(12) == 0 { !default } else { default }, allow, deny)
}

fn loaded((default, allow, deny): &Said) -> Policy {
    policy_of(if *default { "allow" } else { "deny" }, allow, deny)
}

fn side<'a>(catalog: &'a Catalog, policy: &'a Policy) -> Side<'a> {
    Side::new(catalog, policy, "2026-11-23".parse().unwrap())
}

/// Each pair of policies gets the answer that trying every scope of the catalog gives, and no name beyond the catalog
/// that is tried at random contradicts it.
#[expect(clippy::print_stdout, reason = "a test says how much it compared")]
fn against_every_scope(pairs: usize, seed: u64) {
    let catalog = Catalog::embedded();
    let graph = Graph::of(&catalog);
    let every: Vec<(ScopeId, String)> = catalog
        .services()
        .flat_map(|service| service.scopes().map(|(scope, _)| (graph.id(&scope), scope.folded())).collect::<Vec<_>>())
        .collect();
    let pool = scopes_of(&catalog, &SERVICES);
    let mut dice = Dice(seed);
    let (mut differ, mut beyond_differ) = (0, 0);
    for number in 0..pairs {
        let before = random(&mut dice, &pool);
        let after =
            if dice.throw(5) == 0 { random(&mut dice, &pool) } else { changed(&mut dice, before.clone(), &pool) };
        let (old, new) = (loaded(&before), loaded(&after));
        let (found, is_whole) = difference(&side(&catalog, &old), &side(&catalog, &new), None);
        assert!(is_whole);
        let (old_table, new_table) = (Table::new(&catalog, &old), Table::new(&catalog, &new));
        let (was, is) = (old_table.judge(None), new_table.judge(None));
        let known = |gaps: &[zscope::judge::Gap]| -> BTreeSet<String> {
            let known = gaps.iter().map(|gap| gap.scope.parse::<Scope>().unwrap().folded());
            known.collect()
        };
        let (appears, disappears) = (known(&found.appears), known(&found.disappears));
        for (id, scope) in &every {
            let (before_passes, after_passes) = (was.verdict(*id).passes(), is.verdict(*id).passes());
            assert_eq!(
                (appears.contains(scope), disappears.contains(scope)),
                (!before_passes && after_passes, before_passes && !after_passes),
                "{number}: {scope}\n{before:?}\n{after:?}"
            );
        }
        // What is told beyond the catalog is so, and nothing comes or goes there that is not told by a name of its kind.
        for gap in found.appears.iter().chain(&found.disappears) {
            let scope: Scope = gap.scope.parse().unwrap();
            assert_ne!(was.passes(&scope), is.passes(&scope), "{number}: {scope}");
        }
        for _ in 0..150 {
            let scope = beyond(&mut dice, &pool, &before, &after);
            let (before_passes, after_passes) = (was.passes(&scope), is.passes(&scope));
            if before_passes != after_passes {
                beyond_differ += 1;
                let list = if after_passes { &found.appears } else { &found.disappears };
                assert!(!list.is_empty(), "{number}: {scope} differs\n{before:?}\n{after:?}");
            }
        }
        differ += usize::from(found.relation != Relation::Equivalent);
    }
    let count = every.len();
    println!(
        "{pairs} pairs of policies over {count} scopes, {differ} differ; {beyond_differ} names beyond the catalog differ"
    );
    assert!(differ * 3 > pairs, "{differ} of {pairs} differ");
}

/// A name beyond the catalog, near what the entries name.
fn beyond(dice: &mut Dice, pool: &[String], before: &Said, after: &Said) -> Scope {
    let entries: Vec<&String> = [&before.1, &before.2, &after.1, &after.2].into_iter().flatten().collect();
    loop {
        let text = if entries.is_empty() || dice.throw(3) == 0 {
            dice.one(pool).clone()
        } else {
            (*dice.one(&entries)).clone()
        };
        let mut parts: Vec<String> = Vec::new();
        for part in text.split('.') {
            match part {
                "*" => parts.push((*dice.one(&["dreams", "invoices", "modules", "Any"])).to_owned()),
                "**" => {
                    (0..dice.throw(3))
                        .for_each(|_| parts.push((*dice.one(&["dreams", "night", "modules"])).to_owned()));
                }
                part if part.starts_with('{') => {
                    let names: Vec<&str> = part.trim_matches(['{', '}']).split(',').collect();
                    parts.push((*dice.one(&names)).to_owned());
                }
                part => parts.push(part.to_owned()),
            }
        }
        if parts.len() < 3 {
            parts.insert(0, (*dice.one(&SERVICES)).to_owned());
        }
        if dice.throw(2) == 0 {
            let at = 1 + dice.throw(parts.len() - 1);
            "dreams".clone_into(&mut parts[at]);
        }
        if let Ok(scope) = parts.join(".").parse::<Scope>()
            && !scope.is_word()
        {
            return scope;
        }
    }
}

#[test]
fn the_difference_of_policies_is_that_of_trying_every_scope() {
    against_every_scope(16, 17);
}

#[test]
#[ignore = "takes an hour of a processor without optimisation: run on demand"]
fn the_difference_of_two_thousand_pairs_of_policies_is_that_of_trying_every_scope() {
    std::thread::scope(|scope| {
        for seed in [18, 19] {
            scope.spawn(move || against_every_scope(1000, seed));
        }
    });
}

#[test]
fn order_case_and_duplicates_make_no_difference_and_differences_compose() {
    let catalog = Catalog::embedded();
    let pool = scopes_of(&catalog, &SERVICES);
    let mut dice = Dice(4);
    for _ in 0..8 {
        let first = random(&mut dice, &pool);
        let second = changed(&mut dice, first.clone(), &pool);
        let third = changed(&mut dice, second.clone(), &pool);
        let reworded = |entries: &[String]| -> Vec<String> {
            let mut all: Vec<String> = entries.iter().rev().map(|entry| entry.to_uppercase()).collect();
            all.extend(entries.first().cloned());
            all
        };
        let same = (first.0, reworded(&first.1), reworded(&first.2));
        let policies = [&first, &same, &second, &third].map(loaded);
        let [a, same, b, c] = [0, 1, 2, 3].map(|at| side(&catalog, &policies[at]));
        assert_eq!(difference(&a, &same, None).0.relation, Relation::Equivalent, "{first:?}");
        let names = |old: &Side<'_>, new: &Side<'_>| {
            let found = difference(old, new, None).0;
            let names = |gaps: Vec<zscope::judge::Gap>| -> BTreeSet<String> {
                gaps.into_iter().filter(|gap| gap.known).map(|gap| gap.scope).collect()
            };
            (names(found.appears), names(found.disappears))
        };
        let (ab, bc, ac) = (names(&a, &b), names(&b, &c), names(&a, &c));
        let expected: BTreeSet<String> =
            ab.0.difference(&bc.1).cloned().chain(bc.0.difference(&ab.1).cloned()).collect();
        assert_eq!(ac.0, expected, "{first:?}\n{second:?}\n{third:?}");
        let back = names(&b, &a);
        assert_eq!((back.1, back.0), ab);
    }
}

/// A policy whose entries come from files that it extends means what it means with all of them in one.
#[test]
fn what_is_extended_means_what_it_means_inlined() {
    let catalog = Catalog::embedded();
    let pool = scopes_of(&catalog, &SERVICES);
    let mut dice = Dice(8);
    let list = |entries: &[&String]| entries.iter().map(|entry| format!("{entry:?}")).collect::<Vec<_>>().join(", ");
    let text = |head: &str, allow: &[&String], deny: &[&String]| {
        format!("version: 1\n{head}allow: [{}]\ndeny: [{}]\n", list(allow), list(deny))
    };
    let load = |text: String, base: String, more: String| {
        let read = |path: &Path| Ok(if path.ends_with("base.yaml") { base.clone() } else { more.clone() });
        let top = policy::Top::File { path: Path::new("zscope.yaml"), text };
        policy::load(top, &read, &rules::infos(), &mut Sources::default()).unwrap()
    };
    for number in 0..8 {
        let (default, allow, deny) = random(&mut dice, &pool);
        let mut parts: [[Vec<&String>; 2]; 3] = Default::default();
        allow.iter().for_each(|entry| parts[dice.throw(3)][0].push(entry));
        deny.iter().for_each(|entry| parts[dice.throw(3)][1].push(entry));
        let word = if default { "allow" } else { "deny" };
        let [top, base, more] = &parts;
        let extending = load(
            text(&format!("default: {word}\nextends: [base.yaml]\n"), &top[0], &top[1]),
            text("extends: [more.yaml]\n", &base[0], &base[1]),
            text("", &more[0], &more[1]),
        );
        let inlined = policy_of(word, &allow, &deny);
        let found = difference(&side(&catalog, &extending), &side(&catalog, &inlined), None).0;
        assert_eq!(found.relation, Relation::Equivalent, "{number}: {allow:?} {deny:?}");
    }
}

#[test]
fn a_planted_widening_is_found_with_a_witness_that_check_confirms() {
    let base = "version: 1\napps:\n  sync:\n    allow: ['ZohoBooks.{invoices,contacts}.READ', ZohoCRM.modules.leads.READ]\n    deny: ['**.DELETE']\n";
    for (from, to) in [
        (".READ', ZohoCRM", ".{READ,CREATE}', ZohoCRM"),
        ("leads.READ", "*.READ"),
        ("leads.READ", "leads.*"),
        ("    deny: ['**.DELETE']\n", ""),
        ("ZohoCRM.modules.leads.READ", "ZohoDreams.night.READ"),
        ("['**.DELETE']\n", "['**.DELETE']\n    rules: { sensitive-access: off }\n"),
        ("version: 1\n", "version: 1\nallow: [openid]\n"),
        ("version: 1\n", "version: 1\ndefault: allow\n"),
        (
            "version: 1\n",
            "version: 1\nwaivers:\n  - { id: W-1, app: sync, scopes: [ZohoBooks.invoices.DELETE], rules: [denied], reason: r, owner: o, expires: 2027-01-31 }\n",
        ),
    ] {
        let base = match from {
            // Without anything to take away there is nothing to be loosened.
            "    deny: ['**.DELETE']\n" => base.replace("leads.READ]", "leads.READ, 'ZohoBooks.bills.*']"),
            _ => base.to_owned(),
        };
        let wide = base.replace(from, to);
        assert_ne!(base, wide);
        let diff = |old: &str, new: &str| {
            let mut run =
                zscope(&["policy", "diff", "old.yaml", "new.yaml", "--format", "json", "--as-of", "2026-11-23"])
                    .file("old.yaml", old)
                    .file("new.yaml", new);
            let ended = run.ended();
            let told: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}", ended.stderr));
            (ended.code, told)
        };
        let (code, told) = diff(&base, &wide);
        assert_eq!(code, Some(1), "{to}: {told}");
        assert!(["wider", "incomparable"].contains(&told["relation"].as_str().unwrap()), "{to}: {told}");
        let (back, _) = diff(&wide, &base);
        assert_eq!(back, if told["relation"] == "wider" { Some(0) } else { Some(1) }, "{to}");
        let of_sync = |change: &&Value| change["apps"].as_array().unwrap().contains(&Value::from("sync"));
        let Some(change) = told["access"].as_array().unwrap().iter().find(of_sync) else {
            assert_eq!(told["settings"][0]["direction"], "looser", "{to}: {told}");
            continue;
        };
        let witness = change["appears"][0]["scope"].as_str().unwrap();
        let check = |policy: &str| {
            let run = zscope(&[
                "check",
                witness,
                "--policy",
                "p.yaml",
                "--app",
                "sync",
                "--as-of",
                "2026-11-23",
                "--format",
                "json",
            ]);
            let told: Value = serde_json::from_str(&run.file("p.yaml", policy).ended().stdout).unwrap();
            told["scopes"][0]["verdict"].as_str().unwrap().to_owned()
        };
        let passes = ["allowed", "no-policy", "waived"];
        assert!(passes.contains(&&*check(&wide)), "{to}: {witness} is {}", check(&wide));
        assert!(!passes.contains(&&*check(&base)), "{to}: {witness} is {}", check(&base));
    }
}

#[test]
fn what_a_policy_may_never_allow_is_asserted() {
    let policy = "version: 1\nallow: [ZohoBooks.invoices.READ]\napps:\n  wide: { allow: ['ZohoCRM.modules.ALL'] }\n";
    let run =
        |never: &str| zscope(&["policy", "diff", "p.yaml", "p.yaml", "--never", never]).file("p.yaml", policy).ended();
    for (never, code) in [
        ("ZohoBooks.invoices.DELETE", 0),
        ("ZohoBooks.fullaccess.all", 0),
        ("ZohoCRM.modules.leads.DELETE", 1),
        ("ZohoCRM.modules.dreams.READ", 1),
        ("**.READ", 1),
        ("ZohoBoks.invoices.READ", 2),
    ] {
        let ended = run(never);
        assert_eq!(ended.code, Some(code), "{never}: {}{}", ended.stdout, ended.stderr);
    }
    let ended = run("ZohoCRM.modules.leads.DELETE");
    assert!(ended.stdout.contains("! never ZohoCRM.modules.leads.DELETE: `wide` can have it"), "{}", ended.stdout);
}

#[test]
fn policies_lists_tokens_and_locks_are_compared_on_disk_and_at_revisions() {
    let old = "version: 1\nextends: [base.yaml]\nallow: [ZohoBooks.invoices.READ]\n";
    let new = old.replace("READ]", "ALL]");
    let run = zscope(&[])
        .repository()
        .file("zscope.yaml", old)
        .file("base.yaml", "version: 1\nallow: [openid]\n")
        .file("scopes.txt", "ZohoBooks.invoices.READ\n")
        .commit();
    let run = run
        .file("zscope.yaml", new)
        .file("base.yaml", "version: 1\nallow: [openid, email]\n")
        .file("scopes.txt", "ZohoBooks.invoices.ALL,email\n")
        .file("a.json", r#"{"access_token":"x","scope":"ZohoBooks.invoices.READ"}"#)
        .file("b.json", r#"{"access_token":"x","scope":"ZohoBooks.invoices.READ ZohoBooks.fullaccess.all"}"#)
        .file("unknown.json", r#"{"access_token":"x","api_domain":"https://www.zohoapis.eu"}"#)
        .file("a.lock", "version: 1\ngrants:\n  sync:\n    eu:\n      - ZohoBooks.invoices.READ\n")
        .file("b.lock", "version: 1\ngrants:\n  sync:\n    eu:\n      - ZohoBooks.invoices.ALL\n");
    let mut run = run;
    for (args, code, expected) in [
        (&["policy", "diff", "HEAD:zscope.yaml", "zscope.yaml"][..], 1, "+ ZohoBooks.invoices.ALL"),
        (&["policy", "diff", "HEAD:", "zscope.yaml"], 1, "+ email"),
        (&["policy", "diff", "zscope.yaml", "HEAD:zscope.yaml"], 0, "- email"),
        (&["policy", "diff", "HEAD:zscope.yaml", "zscope.yaml", "--allow-wider"], 0, "NEW is wider"),
        (&["diff", "HEAD:scopes.txt", "scopes.txt"], 1, "+ ZohoBooks.invoices.ALL"),
        (&["diff", "HEAD:scopes.txt", "ZohoBooks.invoices.READ"], 0, "NEW is equivalent"),
        (&["diff", "a.json", "b.json"], 1, "+ ZohoBooks.fullaccess.all"),
        (&["diff", "b.json", "a.json"], 0, "- ZohoBooks.fullaccess.all"),
        (&["diff", "a.lock", "b.lock"], 1, "+ ZohoBooks.invoices.ALL"),
        (&["diff", "a.lock", "b.lock", "--format", "markdown"], 1, "| + | `ZohoBooks.invoices.ALL` |"),
        (&["diff", "a.json", "unknown.json"], 3, ""),
        (&["diff", "zscope.yaml", "scopes.txt"], 2, ""),
        (&["diff", "nothing.txt", "scopes.txt"], 2, ""),
        (&["diff", "a.lock", "b.lock", "--never", "**.DELETE"], 2, ""),
    ] {
        run = run.again(args);
        let ended = run.ended();
        assert_eq!(ended.code, Some(code), "{args:?}: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stdout.contains(expected), "{args:?}: {}{}", ended.stdout, ended.stderr);
    }
}
