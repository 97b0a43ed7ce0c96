//! The built-in policies keep what they promise: their own `tests:` hold.

use zscope::access::Graph;
use zscope::catalog::Catalog;
use zscope::judge::{Table, denials_of_nothing};
use zscope::policy::{self, builtin};
use zscope::scope::Scope;
use zscope::text::Sources;

use crate::run::zscope;
use crate::semantics::policy_of;

#[test]
fn the_tests_of_every_built_in_policy_hold() {
    let catalog = Catalog::embedded();
    let mut ran = 0;
    for name in builtin::names() {
        let read = |_: &std::path::Path| Err("a built-in policy extends built-in policies alone".to_owned());
        let rules = zscope::rules::infos();
        let policy = policy::load(policy::Top::Builtin(name), &read, &rules, &mut Sources::default()).unwrap();
        assert!(!policy.tests.is_empty(), "{name} has no tests");
        for test in &policy.tests {
            let table = Table::new(&catalog, &policy);
            let scope: Scope = test.scopes.parse().unwrap();
            let verdict = table.judge(test.app.as_deref()).verdict(Graph::of(&catalog).id(&scope));
            assert!(verdict.meets(test.expect), "{name}: {scope}: {verdict}, and not {}", test.expect);
            ran += 1;
        }
    }
    assert!(ran >= 10, "{ran} tests only");
}

#[test]
fn the_built_in_policies_say_what_the_table_says() {
    let catalog = Catalog::embedded();
    let rules = zscope::rules::infos();
    let read = |_: &std::path::Path| Err("a built-in policy extends built-in policies alone".to_owned());
    let load = |name| policy::load(policy::Top::Builtin(name), &read, &rules, &mut Sources::default()).unwrap();
    let policies: Vec<_> = builtin::names().map(load).collect();
    let tables: Vec<Table<'_>> = policies.iter().map(|policy| Table::new(&catalog, policy)).collect();
    let rows: Vec<&str> =
        include_str!("../semantics/packs.txt").lines().filter(|line| !line.starts_with('#')).collect();
    assert!(rows.len() >= 60 && tables.len() == 5);
    let mut wrong = String::new();
    for row in rows {
        let mut words = row.split_whitespace();
        let scope: Scope = words.next().unwrap().parse().unwrap();
        let id = Graph::of(&catalog).id(&scope);
        let really: Vec<&str> = tables.iter().map(|table| table.judge(None).verdict(id).as_str()).collect();
        if words.collect::<Vec<_>>() != really {
            wrong.push_str(&format!("\n{} {}", row.split_whitespace().next().unwrap(), really.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn no_built_in_policy_denies_what_nobody_knows() {
    let catalog = Catalog::embedded();
    for name in builtin::names() {
        let read = |_: &std::path::Path| Err(String::new());
        let policy =
            policy::load(policy::Top::Builtin(name), &read, &zscope::rules::infos(), &mut Sources::default()).unwrap();
        assert_eq!(denials_of_nothing(&catalog, &policy), []);
    }
}

#[test]
fn a_deny_entry_that_names_nothing_is_told_with_what_was_meant() {
    let catalog = Catalog::embedded();
    for (entry, message, help) in [
        ("ZohoDeks.**", "the catalog knows no service `zohodeks`", "did you mean `Desk.**`?"),
        ("ZohoBook.invoices.ALL", "the catalog knows no service `zohobook`", "did you mean `ZohoBooks.invoices.ALL`?"),
        ("{ZohoBoks,ZohoCMR}.*.READ", "the catalog knows no service `zohoboks`", "did you mean `ZohoBooks.*.READ`?"),
        ("**.DELEET", "it matches no scope that the catalog knows", "did you mean `**.DELETE`?"),
        ("*.nosuch.thing.READ", "it matches no scope that the catalog knows", "describe it in a catalog file"),
    ] {
        let policy = policy_of("allow", &[], &[entry.to_owned()]);
        let problems = denials_of_nothing(&catalog, &policy);
        let [(_, problem)] = problems.as_slice() else { panic!("{entry}: {problems:?}") };
        assert_eq!(problem.message, format!("`{entry}` denies nothing: {message}"));
        assert!(problem.help.as_deref().unwrap_or_default().starts_with(help), "{entry}: {problem:?}");
    }
    for entry in [
        "ZohoDesk.**",
        "zohosupport.tickets.READ",
        "**",
        "**.DELETE",
        "*.fullaccess.all",
        "openid",
        "{ZohoBooks,ZohoBoks}.**",
        "ZohoBooks.dreams.READ",
    ] {
        let policy = policy_of("allow", &[], &[entry.to_owned()]);
        assert_eq!(denials_of_nothing(&catalog, &policy), [], "{entry}");
    }
}

#[test]
fn a_deny_entry_that_names_nothing_ends_every_command_that_judges() {
    let policy = "version: 1\ndefault: allow\nextends: [base.yaml]\n";
    let base = "version: 1\napps:\n  sync:\n    deny: [ZohoDeks.tickets.ALL]\n";
    for args in [&["check", "Desk.tickets.ALL"][..], &["scan"], &["audit", "--app", "sync", "t.json"]] {
        let ended = zscope(args).file("zscope.yaml", policy).file("base.yaml", base).file("t.json", "{}").ended();
        assert_eq!(ended.code, Some(2), "{args:?}: {}", ended.stderr);
        assert!(ended.stdout.is_empty() && ended.stderr.contains("base.yaml:4:12"), "{}", ended.stderr);
        assert!(ended.stderr.contains("did you mean `Desk.tickets.ALL`?"), "{}", ended.stderr);
    }
    // A catalog of one's own makes a name known.
    let own = "service: ZohoDeks\nproduct: x\ncategory: x\nsources: { s: { kind: own, where: x, seen: 2026-11 } }\n";
    let known = zscope(&["check", "--catalog", "own.yaml", "Desk.tickets.READ"])
        .file("zscope.yaml", policy)
        .file("base.yaml", base)
        .file("own.yaml", own)
        .ended();
    assert_eq!(known.code, Some(0), "{}", known.stderr);
}
