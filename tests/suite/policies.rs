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
fn every_built_in_policy_has_tests_that_notice_every_change_of_it() {
    for name in builtin::names() {
        let policy = format!("builtin:{name}");
        let ended = zscope(&["policy", "test", "--policy", &policy, "--min-coverage", "100", "--mutate"]).ended();
        assert_eq!(ended.code, Some(0), "{name}: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stdout.contains("0 failed"), "{name}: {}", ended.stdout);
    }
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

/// What a comment speaks of counts as much as the policy says; what is asked for, and a secret, as ever.
#[test]
fn the_policy_says_how_much_a_mention_counts() {
    let source = "# before: ZohoBooks.fullaccess.all, ZohoBooks.nothing.READ\nSCOPE = 'ZohoBooks.bills.READ'\n";
    let severities = |mentions: &str| -> Vec<String> {
        let policy = format!("version: 1\ndefault: allow\n{mentions}");
        let mut run = zscope(&["scan", "--format", "json", "--fail-on", "never"])
            .file("zscope.yaml", policy)
            .file("a.py", source);
        let report: serde_json::Value = serde_json::from_str(&run.ended().stdout).unwrap();
        assert_eq!(report["scopes"].as_array().unwrap().len(), 3, "mentions are listed whatever they count");
        let told = report["findings"].as_array().unwrap().iter().filter(|finding| finding["location"]["line"] == 1);
        told.map(|finding| format!("{} {}", finding["code"].as_str().unwrap(), finding["severity"].as_str().unwrap()))
            .collect()
    };
    assert_eq!(severities(""), ["ZS102 warning", "ZS201 note"]);
    assert_eq!(severities("mentions: note\n"), ["ZS102 warning", "ZS201 note"]);
    assert_eq!(severities("mentions: warning\n"), ["ZS201 warning", "ZS102 warning"]);
    assert_eq!(severities("mentions: error\n"), ["ZS201 error", "ZS102 error"]);
    assert_eq!(severities("mentions: off\n"), [""; 0]);
    let secret =
        "# ZohoBooks.bills.READ\nTOKEN = '1000.8cb99d3f5a0e47c2b16d9e8f7a205c41.4f1a7c9e2b8d6053c7e9a1f4b2d80657'\n";
    let mut run =
        zscope(&["scan"]).file("zscope.yaml", "version: 1\ndefault: allow\nmentions: off\n").file("a.py", secret);
    assert_eq!(run.ended().code, Some(1), "a secret counts as ever");
    let mut run = zscope(&["scan"]).file("zscope.yaml", "version: 1\nmentions: loud\n");
    assert_eq!(run.ended().code, Some(2));
}
