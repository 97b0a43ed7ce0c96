//! `zscope policy lint` and `init`: every kind of fault at its place, repairs that touch nothing else, first policies under
//! which what they were made from passes.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use zscope::governance::FaultKind;
use zscope::policy::builtin;

use crate::run::{Ended, zscope};

fn lint(policy: &str, args: &[&str]) -> Ended {
    let mut run = zscope(&["policy", "lint", "--as-of", "2026-11-23", "--format", "json"])
        .file("zscope.yaml", policy)
        .file("used.txt", "ZohoBooks.invoices.READ\n");
    run.command.args(args);
    run.ended()
}

/// What is found: `line:column kind`.
fn found(ended: &Ended) -> Vec<String> {
    let told: Value = serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|error| panic!("{error}: {} {}", ended.stdout, ended.stderr));
    let row = |fault: &Value| {
        format!("{}:{} {}", fault["place"]["line"], fault["place"]["column"], fault["kind"].as_str().unwrap())
    };
    told["faults"].as_array().unwrap().iter().map(row).collect()
}

const WAIVER: &str = "rules: [denied], reason: r, owner: o, ticket: T-1, created: 2026-11-01";

/// A policy, options, and a fault that has to be found.
fn planted() -> Vec<(String, &'static [&'static str], &'static str)> {
    let entry = |text: &str| format!("version: 1\n{text}\n");
    let waiver = |fields: &str| format!("version: 1\nwaivers:\n  - {{ id: W-1, {fields} }}\n");
    let app = |fields: &str| format!("version: 1\napps:\n  a: {{ {fields} }}\n");
    let apps = |one: &str, other: &str| {
        format!("version: 1\napps:\n  a: {{ owner: o, {one} }}\n  b: {{ owner: o, {other} }}\n")
    };
    let client = "clients: [1000.GMB0YULZHJK411248S8I5GZ4CHUEX0]";
    let used: &[&str] = &["--used", "used.txt"];
    vec![
        (entry("allow: [ZohoBooks.invoices.READ, ZohoBooks.dreams.READ]"), &[], "2:34 names-nothing"),
        (entry("allow: [ZohoBoks.invoices.READ]"), &[], "2:9 names-nothing"),
        (entry("allow: [ZohoBooks.dreams.*]"), &[], "2:9 names-nothing"),
        (entry("deny: [ZohoBooks.dreams.READ]"), &[], "2:8 names-nothing"),
        (waiver(&format!("scopes: [ZohoBooks.dreams.READ], {WAIVER}, expires: 2027-01-31")), &[], "3:25 names-nothing"),
        (entry("allow: [ZohoBooks.invoices.READ, zohobooks.Invoices.read]"), &[], "2:34 duplicate-entry"),
        (
            entry("deny: ['ZohoBooks.{bills,invoices}.READ', 'ZohoBooks.{invoices,bills}.READ']"),
            &[],
            "2:43 duplicate-entry",
        ),
        (
            entry("allow: [ZohoBooks.bills.READ]\napps:\n  a: { owner: o, allow: [ZohoBooks.bills.READ] }"),
            &[],
            "4:26 duplicate-entry",
        ),
        (entry("allow: ['ZohoBooks.*.READ', ZohoBooks.invoices.READ]"), &[], "2:29 shadowed-entry"),
        (entry("deny: [ZohoBooks.invoices.READ, 'ZohoBooks.**']"), &[], "2:8 shadowed-entry"),
        (entry("default: allow\nallow: [ZohoBooks.invoices.READ]"), &[], "3:9 shadowed-entry"),
        (entry("allow: [ZohoBooks.invoices.DELETE]\ndeny: ['**.DELETE']"), &[], "2:9 beaten-by-deny"),
        (entry("allow: [ZohoBooks.invoices.READ, ZohoBooks.bills.READ]"), used, "2:34 unused-entry"),
        (entry("allow: ['ZohoBooks.invoices.*']"), used, "2:9 broader-than-use"),
        (entry("allow: [ZohoBooks.invoices.READ]"), &[], "2:9 no-reason"),
        (
            entry("allow: [{ scope: ZohoBooks.bills.READ, calls: [GET /books/v3/invoices] }]"),
            &[],
            "2:48 call-not-opened",
        ),
        (
            waiver("scopes: [ZohoBooks.bills.DELETE], rules: [denied], reason: r, owner: o, expires: 2027-01-31"),
            &[],
            "3:11 no-ticket",
        ),
        (
            format!(
                "max-waiver-days: 30\n{}",
                waiver(&format!("scopes: [ZohoBooks.bills.DELETE], {WAIVER}, expires: 2027-01-31"))
            ),
            &[],
            "4:131 long-waiver",
        ),
        (waiver(&format!("scopes: ['ZohoBooks.**'], {WAIVER}, expires: 2027-01-31")), &[], "3:25 wide-waiver"),
        (
            waiver(&format!("scopes: [ZohoBooks.bills.DELETE], {WAIVER}, expires: 2026-11-22")),
            &[],
            "3:131 expired-waiver",
        ),
        (
            waiver(&format!("scopes: [ZohoBooks.bills.DELETE], {WAIVER}, expires: 2026-11-30")),
            &[],
            "3:131 expiring-waiver",
        ),
        (
            format!(
                "{}  - {{ id: W-2, app: a, scopes: ['ZohoBooks.*.DELETE'], {WAIVER}, expires: 2027-01-31 }}\napps: {{ a: {{ owner: o }} }}\n",
                waiver(&format!("scopes: [ZohoBooks.bills.DELETE], {WAIVER}, expires: 2027-01-31"))
            ),
            &[],
            "4:11 overlapping-waivers",
        ),
        (app("allow: []"), &[], "3:3 no-owner"),
        (app("owner: TODO"), &[], "3:3 placeholder-owner"),
        (
            waiver("scopes: [ZohoBooks.bills.DELETE], rules: [denied], reason: r, owner: TODO, expires: 2027-01-31"),
            &[],
            "3:11 placeholder-owner",
        ),
        (apps("paths: ['services/**']", "paths: [services/b]"), &[], "4:26 overlapping-paths"),
        (apps(client, client), &[], "4:28 shared-client"),
        (entry("tests: [{ scopes: No.such.READ, expect: { rule: unknown-service } }]"), &[], "2:9 idle-test"),
        (
            entry("tests:\n  - { scopes: openid, expect: not-allowed }\n  - { scopes: OpenID, expect: not-allowed }"),
            &[],
            "4:5 duplicate-test",
        ),
    ]
}

#[test]
fn every_kind_of_fault_is_found_at_its_place() {
    let mut seen = BTreeSet::new();
    let mut wrong = String::new();
    for (policy, args, expected) in planted() {
        let ended = lint(&policy, args);
        assert!(matches!(ended.code, Some(0 | 1)), "{policy}{}", ended.stderr);
        let all = found(&ended);
        if !all.iter().any(|fault| fault == expected) {
            wrong.push_str(&format!("{policy}expected {expected}, found {all:?}\n"));
        }
        seen.insert(expected.split(' ').nth(1).unwrap());
    }
    assert!(wrong.is_empty(), "{wrong}");
    let overlay = "service: ZohoBooks\nproduct: Zoho Books\ncategory: finance\ngroups:\n  \
                   - { parent: settings, children: settings.*, status: separate, source: s }\n\
                   sources: { s: { kind: own, where: x, seen: 2026-11 } }\n";
    let ended = zscope(&["policy", "lint", "--format", "json", "--trust-catalog", "own.yaml"])
        .file("zscope.yaml", "version: 1\ncatalog: own.yaml\n")
        .file("own.yaml", overlay)
        .ended();
    assert_eq!(found(&ended), ["5:55 separate-overlay"], "{}", ended.stderr);
    seen.insert("separate-overlay");
    let all: BTreeSet<&str> = FaultKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(seen, all);
}

#[test]
fn what_is_right_has_no_fault() {
    let policy = "version: 1\nallow:\n  - { scope: 'ZohoBooks.{invoices,contacts}.READ', why: the report reads both }\n\
                  deny: ['ZohoBooks.invoices.{CREATE,DELETE}']\napps:\n  a:\n    owner: finance\n    paths: [a/**]\n    \
                  calls: [GET /books/v3/bills]\n    allow: [ZohoBooks.bills.READ]\n  b:\n    owner: sales\n    paths: [b/**]\n\
                  waivers:\n  - { id: W-1, app: a, scopes: [ZohoBooks.invoices.DELETE], rules: [denied], reason: r, owner: o, ticket: T-1, expires: 2027-01-31 }\n\
                  tests:\n  - { scopes: ZohoBooks.invoices.READ, expect: allowed }\n  - { scopes: ZohoBooks.invoices.ALL, expect: denied }\n";
    let ended = lint(policy, &[]);
    assert_eq!((found(&ended), ended.code), (vec![], Some(0)), "{}", ended.stdout);
    for name in builtin::names() {
        let ended = zscope(&["policy", "lint", "--policy", &format!("builtin:{name}")]).ended();
        assert_eq!(ended.code, Some(0), "{name}: {}", ended.stdout);
        assert!(ended.stdout.starts_with("0 errors, 0 warnings, 0 notes"), "{name}: {}", ended.stdout);
    }
}

#[test]
fn repairs_take_out_what_changes_nothing_and_leave_the_rest() {
    let policy = "# ours\nversion: 1\nallow:\n  - ZohoBooks.invoices.READ   # first\n  - zohobooks.Invoices.read  # again\n  \
                  - { scope: 'ZohoBooks.{invoices,bills}.READ', why: both }\n  - ZohoBooks.bills.DELETE\ndeny: ['**.DELETE', ZohoBooks.contacts.DELETE]\n\
                  apps:\n  a: { owner: o, allow: [ZohoBooks.invoices.READ, email] }\n  # the end\n";
    let mut run = zscope(&["policy", "lint", "--diff"]).file("zscope.yaml", policy);
    let shown = run.ended();
    assert_eq!(shown.code, Some(1), "{}", shown.stderr);
    assert_eq!(fs::read_to_string(run.path().join("zscope.yaml")).unwrap(), policy, "shown, not made");
    let mut run = run.again(&["policy", "lint", "--fix"]);
    let ended = run.ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let text = fs::read_to_string(run.path().join("zscope.yaml")).unwrap();
    for kept in [
        "# ours",
        "# the end",
        "ZohoBooks.{invoices,bills}.READ', why: both }",
        "deny: ['**.DELETE']",
        "allow: [email] }",
    ] {
        assert!(text.contains(kept), "{kept}: {text}");
    }
    for gone in ["again", "contacts", "ZohoBooks.bills.DELETE"] {
        assert!(!text.contains(gone), "{gone}: {text}");
    }
    let before = run.file("before.yaml", policy);
    let ended = before.again(&["policy", "diff", "before.yaml", "zscope.yaml"]).ended();
    assert!(ended.stdout.starts_with("NEW is equivalent"), "{}", ended.stdout);
}

#[test]
fn a_first_policy_passes_what_it_was_made_from_and_no_less_would() {
    let tree = || {
        zscope(&["policy", "init", "--as-of", "2026-11-23"])
            .file("services/invoice-sync/app.py", "SCOPES = 'ZohoBooks.invoices.READ,ZohoBooks.contacts.READ'\n")
            .file("services/report/app.py", "scope = 'ZohoBooks.fullaccess.all,ZohoBooks.bills.READ'\n")
            .file("top.js", "const scope = 'ZohoCRM.modules.leads.READ';\n")
    };
    let mut run = tree();
    let ended = run.ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("next: name the owners (`zscope policy lint`), then `zscope scan`"),
        "{}",
        ended.stderr
    );
    let text = fs::read_to_string(run.path().join("zscope.yaml")).unwrap();
    for line in [
        "  invoice-sync:",
        "    paths: [\"services/invoice-sync/**\"]",
        "      - { scope: ZohoBooks.contacts.READ, why: \"asked for in services/invoice-sync/app.py:1\" }",
        "    rules: [full-access]",
    ] {
        assert!(text.lines().any(|known| known == line), "{line}: {text}");
    }
    assert!(!text.contains("ZohoBooks.bills.READ"), "full access gives it: {text}");
    // It is never written over.
    assert_eq!(run.ended().code, Some(2));
    let mut scan = run.again(&["scan", "--as-of", "2026-11-23"]);
    let ended = scan.ended();
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    let mut lint = scan.again(&["policy", "lint", "--as-of", "2026-11-23", "--format", "json"]);
    let kinds: BTreeSet<String> =
        found(&lint.ended()).iter().map(|fault| fault.split(' ').nth(1).unwrap().to_owned()).collect();
    assert_eq!(
        kinds,
        ["no-ticket", "placeholder-owner", "wide-waiver"]
            .map(str::to_owned)
            .into_iter()
            .filter(|kind| kinds.contains(kind))
            .collect()
    );
    assert!(kinds.contains("placeholder-owner"));
    // Without any one of its entries something fails.
    let lines: Vec<&str> = text.lines().collect();
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| line.trim_start().starts_with("- { scope:")) {
        let less: Vec<&str> = lines.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, line)| *line).collect();
        let less = less.join("\n").replace("    allow:\n    owner", "    owner");
        let mut run = tree().file("less.yaml", less).again(&["scan", "--policy", "less.yaml", "--as-of", "2026-11-23"]);
        let ended = run.ended();
        assert!(matches!(ended.code, Some(1 | 2)), "{}: {}{}", lines[at], ended.stdout, ended.stderr);
    }
}

#[test]
fn a_first_policy_comes_from_lists_tokens_and_locks_too() {
    let ended = zscope(&[
        "init",
        "policy",
        "--requests",
        "sync.txt",
        "--tokens",
        "t.ndjson",
        "--lock",
        "zscope.lock",
        "--output",
        "-",
    ])
    .file("sync.txt", "ZohoBooks.invoices.READ\nemail\n")
    .file(
        "t.ndjson",
        "{\"app\":\"crm\",\"client_id\":\"1000.GMB0YULZHJK411248S8I5GZ4CHUEX0\",\"scope\":\"ZohoCRM.users.READ\"}\n",
    )
    .file("zscope.lock", "version: 1\ngrants:\n  desk:\n    eu:\n      - Desk.tickets.READ\n")
    .ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    for line in [
        "  sync:",
        "  crm:",
        "    clients: [\"1000.GMB0YULZHJK411248S8I5GZ4CHUEX0\"]",
        "  desk:",
        "      - { scope: Desk.tickets.READ, why: \"held by zscope.lock\" }",
    ] {
        assert!(ended.stdout.lines().any(|known| known == line), "{line}: {}", ended.stdout);
    }
    let unknown = zscope(&["policy", "init", "--tokens", "t.json"]).file("t.json", "{\"access_token\":\"x\"}").ended();
    assert_eq!(unknown.code, Some(3), "{}", unknown.stderr);
    let nothing = zscope(&["policy", "init"]).file("a.py", "x = 1\n").ended();
    assert_eq!(nothing.code, Some(3), "{}", nothing.stderr);
}

#[test]
fn a_change_that_moves_its_own_judge_fails_and_each_move_is_named() {
    let policy = "version: 1\nextends: [base.yaml]\nallow: [ZohoBooks.invoices.READ]\ncomments: off\n";
    let base = "version: 1\ndeny: ['**.DELETE']\nrules: { full-access: error }\n";
    let loose = "version: 1\nextends: [base.yaml]\nallow: [ZohoBooks.invoices.READ, ZohoBooks.fullaccess.all]\ncomments: allowed\n\
                 waivers:\n  - { id: W-1, scopes: [ZohoBooks.bills.DELETE], rules: [denied], reason: r, owner: o, expires: 2027-01-31 }\n";
    let run = zscope(&["scan", "--policy-from", "HEAD", "--as-of", "2026-11-23", "--format", "json"])
        .repository()
        .file("zscope.yaml", policy)
        .file("base.yaml", base)
        .file("a.py", "scope = 'ZohoBooks.invoices.READ'\n")
        .commit()
        .file("zscope.yaml", loose)
        .file("base.yaml", "version: 1\nrules: { full-access: off }\n")
        .file("a.py", "scope = 'ZohoBooks.invoices.READ'\n");
    let mut run = run;
    let ended = run.ended();
    assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
    let told: Value = serde_json::from_str(&ended.stdout).unwrap();
    let loosened: Vec<String> = told["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "policy-loosened")
        .map(|finding| finding["message"].as_str().unwrap().to_owned())
        .collect();
    for part in [
        "`ZohoBooks.fullaccess.all`",
        "rule full-access: `error` becomes `off`",
        "comments: `off` becomes `allowed`",
        "waiver W-1",
    ] {
        assert!(loosened.iter().any(|message| message.contains(part)), "{part}: {loosened:#?}");
    }
    // A stricter one is told, and fails nothing; the same one is not told at all.
    let mut run = run.file("zscope.yaml", "version: 1\nextends: [base.yaml]\ncomments: off\n").file("base.yaml", base);
    let _ = run.path();
    fs::write(run.path().join("a.py"), "x = 1\n").unwrap();
    let ended = run.ended();
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("policy-tightened") && !ended.stdout.contains("policy-loosened"), "{}", ended.stdout);
    let mut run = run.file("zscope.yaml", policy);
    let ended = run.ended();
    assert!(
        !ended.stdout.contains("policy-tightened") && !ended.stdout.contains("policy-loosened"),
        "{}",
        ended.stdout
    );
    // Markdown for the pull request has it, too; what cannot be read is a loosening.
    let mut run = run.file("zscope.yaml", "version: 1\nallow: [\n");
    let ended = run.ended();
    assert_eq!(ended.code, Some(1));
    assert!(ended.stdout.contains("a policy that cannot be read"), "{}", ended.stdout);
}
