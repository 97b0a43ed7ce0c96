//! `zscope policy test`, `why` and `show`, as their users run them.

use serde_json::Value;
use zscope::policy::builtin;

use crate::run::{Ended, zscope};

const POLICY: &str = "\
version: 1
default: deny
allow:
  - { scope: 'ZohoBooks.{invoices,contacts}.READ', why: the report reads both }
deny:
  - '**.DELETE'
apps:
  sync:
    owner: finance
    allow: [ZohoBooks.settings.READ]
waivers:
  - { id: W-1, app: sync, scopes: [ZohoBooks.bills.DELETE], rules: [denied], reason: r, owner: o, expires: 2027-01-31 }
tests:
  - { scopes: ZohoBooks.invoices.READ, expect: allowed }
  - { scopes: ZohoBooks.invoices.DELETE, expect: { verdict: denied, entry: '**.DELETE' } }
  - { app: sync, scopes: ZohoBooks.settings.READ, expect: allowed }
";

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {} {}", ended.stdout, ended.stderr))
}

fn test(policy: &str, args: &[&str]) -> Ended {
    let mut run = zscope(&["policy", "test", "--as-of", "2026-11-23"]).file("zscope.yaml", policy);
    run.command.args(args);
    run.ended()
}

#[test]
fn tests_of_a_policy_are_run_and_covered() {
    let ended = test(POLICY, &["--format", "json", "--mutate"]);
    let told = json(&ended);
    assert_eq!(ended.code, Some(1), "{told}");
    assert_eq!((told["passed"].as_u64(), told["failed"].as_u64()), (Some(3), Some(0)), "{told}");
    assert_eq!(told["coverage"]["percent"], 75, "{told}");
    let covered = |entry: &str| {
        let rows = told["coverage"]["entries"].as_array().unwrap();
        rows.iter().find(|row| row["entry"] == entry).unwrap()["covered"].as_bool().unwrap()
    };
    assert!(covered("**.DELETE") && covered("ZohoBooks.settings.READ") && !covered("W-1"));
    let survivors: Vec<String> = told["mutation"]["survivors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|survivor| format!("{} {}", survivor["place"]["line"], survivor["change"].as_str().unwrap()))
        .collect();
    for expected in [
        "12 waiver `W-1` of sync removed",
        "12 waiver `W-1` of sync for every app",
        "4 allow `ZohoBooks.{invoices,contacts}.READ` narrowed to `zohobooks.invoices.read`",
        "4 allow `ZohoBooks.{invoices,contacts}.READ` widened to `zohobooks.{invoices,contacts}.*`",
        "10 allow `ZohoBooks.settings.READ` of sync widened to `zohobooks.settings.*`",
    ] {
        assert!(survivors.iter().any(|survivor| survivor == expected), "{expected}: {survivors:#?}");
    }
    assert!(!survivors.iter().any(|survivor| survivor.ends_with("`**.DELETE` removed")), "{survivors:#?}");
    // Less is enough where less is asked for.
    assert_eq!(test(POLICY, &["--min-coverage", "75"]).code, Some(0));
    let short = test(POLICY, &["--min-coverage", "76"]);
    assert_eq!(short.code, Some(1));
    assert!(short.stdout.contains("zscope.yaml:12:11 waiver `W-1` of sync"), "{}", short.stdout);
}

#[test]
fn what_a_test_expects_is_held_against_what_is_said_with_the_deciding_lines() {
    for (expect, reason) in [
        ("allowed", "expected allowed"),
        ("not-allowed", "expected not-allowed"),
        ("waived", "expected waived"),
        ("{ entry: ZohoBooks.invoices.READ }", "expected `ZohoBooks.invoices.READ` to decide"),
        ("{ verdict: denied, rule: toxic-combination }", "expected `toxic-combination` to find something"),
    ] {
        let tests = format!("tests: [{{ scopes: ZohoBooks.invoices.DELETE, expect: {expect} }}]\n");
        let policy = format!("version: 1\nallow: [ZohoBooks.invoices.READ]\ndeny: ['**.DELETE']\n{tests}");
        let ended = test(&policy, &[]);
        assert_eq!(ended.code, Some(1), "{expect}: {}", ended.stdout);
        assert!(ended.stdout.contains(reason), "{expect}: {}", ended.stdout);
        assert!(ended.stdout.contains("is denied, by `**.DELETE` (zscope.yaml:3:8)"), "{}", ended.stdout);
        let junit = test(&policy, &["--format", "junit"]);
        assert_eq!(junit.code, Some(1));
        let document = roxmltree::Document::parse(&junit.stdout).unwrap();
        let failure = document.descendants().find(|node| node.has_tag_name("failure")).unwrap();
        assert!(failure.attribute("message").unwrap().contains(reason), "{}", junit.stdout);
    }
    for expect in ["denied", "{ verdict: denied, entry: '**.DELETE', rule: denied }", "{ rule: ZS301 }"] {
        let tests = format!("tests: [{{ scopes: 'ZohoBooks.invoices.DELETE email', expect: {expect} }}]\n");
        let policy = format!("version: 1\nallow: [email]\ndeny: ['**.DELETE']\n{tests}");
        assert_eq!(test(&policy, &[]).code, Some(0), "{expect}: {}", test(&policy, &[]).stdout);
    }
    // A waiver's verdict, and the waiver by its id.
    let waived = "tests: [{ app: sync, scopes: ZohoBooks.bills.DELETE, expect: { verdict: waived, entry: W-1 } }]\n";
    let policy = POLICY.replace("tests:\n", "rest:\n");
    let policy = format!("{}{waived}", &policy[..policy.find("rest:").unwrap()]);
    let ended = test(&policy, &[]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
}

#[test]
fn files_of_tests_stand_beside_the_policy() {
    let bare = &POLICY[..POLICY.find("tests:").unwrap()];
    let tests = "version: 1\ntests:\n  - { app: sync, scopes: ZohoBooks.settings.READ, expect: denied }\n";
    let run = || zscope(&["policy", "test"]).file("zscope.yaml", bare);
    let ended = run().file("zscope.sync.test.yaml", tests).file("other.test.yaml", "what").ended();
    assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("FAILED  zscope.sync.test.yaml:3:5"), "{}", ended.stdout);
    // What is wrong with such a file is told at its place.
    for (text, place) in [
        ("version: 1\ntests: [{ app: snyc, scopes: openid, expect: allowed }]\n", "zscope.test.yaml:2:16"),
        ("version: 1\ntests: [{ scopes: openid, expect: allow }]\n", "zscope.test.yaml:2:35"),
        ("version: 1\nallow: [openid]\ntests: []\n", "zscope.test.yaml:2:1"),
        ("version: 1\ntests: [{ scopes: openid, expect: {} }]\n", "zscope.test.yaml:2:35"),
    ] {
        let ended = run().file("zscope.test.yaml", text).ended();
        assert_eq!(ended.code, Some(2), "{text}: {}", ended.stdout);
        assert!(ended.stderr.contains(place), "{text}: {}", ended.stderr);
    }
    // A policy that tests nothing does not pass.
    let ended = run().ended();
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("has no tests"), "{}", ended.stderr);
}

#[test]
fn a_change_that_means_the_same_survives_nothing() {
    let policy = "version: 1\nallow: [ZohoBooks.invoices.READ, zohobooks.Invoices.read]\n\
                  tests:\n  - { scopes: ZohoBooks.invoices.READ, expect: allowed }\n  \
                  - { scopes: ZohoBooks.invoices.CREATE, expect: not-allowed }\n  \
                  - { scopes: ZohoBooks.bills.READ, expect: not-allowed }\n";
    let told = json(&test(policy, &["--mutate", "--format", "json"]));
    assert_eq!(
        (told["mutation"]["made"].as_u64(), told["mutation"]["equivalent"].as_u64()),
        (Some(6), Some(2)),
        "{told}"
    );
    assert_eq!(told["mutation"]["survivors"].as_array().unwrap().len(), 0, "{told}");
}

#[test]
fn a_verdict_is_derived_line_by_line() {
    let why = |args: &[&str]| {
        let mut run = zscope(&["policy", "why"]).file("zscope.yaml", POLICY);
        run.command.args(args).args(["--as-of", "2026-11-23"]);
        run.ended()
    };
    let allowed = why(&["ZohoBooks.invoices.READ"]);
    assert_eq!(allowed.code, Some(0), "{}{}", allowed.stdout, allowed.stderr);
    assert!(allowed.stdout.contains("`ZohoBooks.invoices.READ` is allowed"), "{}", allowed.stdout);
    assert!(
        allowed.stdout.contains("zscope.yaml:4:14 `ZohoBooks.{invoices,contacts}.READ` (the report reads both)"),
        "{}",
        allowed.stdout
    );
    let denied = why(&["ZohoBooks.fullaccess.all", "--app", "sync"]);
    assert_eq!(denied.code, Some(1));
    assert!(denied.stdout.contains("zscope.yaml:6:5 `**.DELETE`"), "{}", denied.stdout);
    assert!(denied.stdout.contains("error full-access"), "{}", denied.stdout);
    let waived = json(&why(&["ZohoBooks.bills.DELETE", "--app", "sync", "--format", "json"]));
    assert_eq!(
        (waived["by_entries"].as_str(), waived["verdict"].as_str()),
        (Some("denied"), Some("waived")),
        "{waived}"
    );
    assert!(waived["rules"].as_array().unwrap().iter().any(|rule| rule["waiver"] == "W-1"), "{waived}");
    let default = why(&["ZohoBooks.bills.READ"]);
    assert_eq!(default.code, Some(1));
    assert!(default.stdout.contains("3. what no entry decides: default deny (zscope.yaml:2:10)"), "{}", default.stdout);
    assert_eq!(why(&["no scope"]).code, Some(2));
}

#[test]
fn what_is_shown_resolved_is_a_policy_that_means_the_same() {
    let base = "version: 1\ndeny: ['ZohoMail.**']\nrules: { full-access: note }\ncomments: [group-access]\n";
    let own = POLICY.replace("default: deny\n", "default: deny\nextends: [base.yaml, builtin:no-admin]\n");
    let run = zscope(&["policy", "show", "--resolved"]).file("zscope.yaml", &own).file("base.yaml", base);
    let mut run = run;
    let shown = run.ended();
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    for line in [
        "  - \"ZohoMail.**\"  # base.yaml:2:8",
        "  - \"ZohoVault.**\"  # builtin:no-admin:17:5",
        "  full-access: note  # base.yaml:3:10",
        "    owner: \"finance\"",
    ] {
        assert!(shown.stdout.lines().any(|known| known == line), "{line}: {}", shown.stdout);
    }
    let ended =
        run.file("resolved.yaml", &shown.stdout).again(&["policy", "diff", "zscope.yaml", "resolved.yaml"]).ended();
    assert_eq!(
        (ended.code, ended.stdout.starts_with("NEW is equivalent")),
        (Some(0), true),
        "{}{}",
        ended.stdout,
        ended.stderr
    );
    for name in builtin::names() {
        let policy = format!("builtin:{name}");
        let shown = zscope(&["policy", "show", "--resolved", "--policy", &policy]).ended();
        let ended = zscope(&["policy", "diff", &policy, "r.yaml"]).file("r.yaml", &shown.stdout).ended();
        assert_eq!(ended.code, Some(0), "{name}: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stdout.starts_with("NEW is equivalent"), "{name}: {}", ended.stdout);
    }
}
