//! `zscope catalog`: whole runs. Snapshots rest on files of the tests' own, so that they do not move with the catalog.

use proptest::prelude::*;
use serde_json::Value;
use zscope::catalog::{Catalog, lint};
use zscope::text::Source;

use crate::run::{Run, zscope};

const MINE: &str = "\
service: Mine
product: My Quux
category: own
docs: https://example.com/api
api: { hosts: [api.example.com], base-paths: [/mine] }
aliases: [OurMine]
full-access: { scope: fullaccess.all, status: observed, source: us }
write: { means: [CREATE, UPDATE, DELETE], status: documented, source: us, note: not READ }
resources:
  quuxes:
    grants: quuxes and their sizes
    data: [files, personal]
    operations: { READ: documented, DELETE: { status: reported, source: them/1 }, ALL: observed }
    source: us/quuxes
    note: also known as quuces
  quuxes.parts:
    grants: parts of quuxes
    data: [files]
    operations: { READ: documented, CREATE: documented }
    source: us
groups:
  - { parent: quuxes, children: quuxes.*, except: [quuxes.secret], operations: [READ], status: documented, source: us }
endpoints:
  - { call: GET /mine/quuxes, needs: quuxes.READ, summary: list quuxes, source: us }
  - { call: \"DELETE /mine/quuxes/{id}\", needs: [quuxes.DELETE, quuxes.ALL], summary: remove a quux, source: us }
  - { call: \"GET /mine/quuxes/{id}/parts\", needs: quuxes.READ & quuxes.parts.READ, source: us }
  - { call: POST /mine/parts, unstated: [quuxes.parts.CREATE, quuxes.ALL], source: us }
  - { call: GET /mine/version, needs: none, source: us }
errata:
  - { written: Mine.quuxs.READ, means: quuxes.READ, source: us }
deprecated:
  - { scope: quuces.*, since: v2, use: [quuxes], source: us }
invalid:
  - { scope: quuxes.UPDATE, use: [quuxes.DELETE], source: them }
notes:
  - { text: quuxes are never empty, source: us }
left-out:
  - { scope: Mine.everything, reason: no scope, source: them }
sources:
  us: { kind: own, where: https://example.com/, seen: 2026-11 }
  them: { kind: third-party, where: https://example.org/, seen: 2026-10 }
";

fn catalog(args: &[&str]) -> Run {
    let mut run = zscope(&["catalog"]);
    run.command.args(args);
    run.file("own/Mine.yaml", MINE)
}

fn json(args: &[&str]) -> Value {
    let mut run = catalog(args);
    run.command.args(["--format", "json"]);
    let document: Value = serde_json::from_str(&run.ended().stdout).unwrap();
    assert_eq!(document["format_version"], 1, "{args:?}");
    document
}

#[test]
fn a_service_is_shown_whole() {
    insta::assert_snapshot!("show_service", catalog(&["show", "MINE", "--catalog", "own"]).transcript());
    let table = catalog(&["show", "mine", "--catalog", "own", "--format", "table"]);
    insta::assert_snapshot!("show_service_table", table.transcript());
}

#[test]
fn a_resource_and_a_scope_are_shown_with_their_calls() {
    insta::assert_snapshot!("show_resource", catalog(&["show", "Mine.quuxes", "--catalog", "own"]).transcript());
    insta::assert_snapshot!("show_scope", catalog(&["show", "mine.QUUXES.delete", "--catalog", "own"]).transcript());
    let document = json(&["show", "Mine.quuxes.parts.READ", "--catalog", "own"]);
    assert_eq!(document["resources"][0]["operations"][0]["scope"], "Mine.quuxes.parts.READ");
    assert_eq!(document["resources"][0]["operations"][0]["status"], "documented");
    assert_eq!(document["resources"].as_array().unwrap().len(), 1);
    assert_eq!(document["endpoints"][0]["call"], "GET /mine/quuxes/{id}/parts");
    assert_eq!(document["groups"][0]["parent"], "quuxes");
    assert_eq!(json(&["show", "openid"])["words"][0]["scope"], "openid");
    assert_eq!(json(&["show", "zohobooks.FullAccess.ALL"])["full_access"]["operation"], "all");
}

#[test]
fn every_service_resource_and_scope_can_be_shown() {
    let list = json(&["list"]);
    for service in list["services"].as_array().unwrap() {
        let name = service["service"].as_str().unwrap();
        assert_eq!(zscope(&["catalog", "show", name]).ended().code, Some(0), "{name}");
    }
    let shown = json(&["show", "ZohoCRM"]);
    for resource in shown["resources"].as_array().unwrap().iter().step_by(11) {
        let resource = format!("ZohoCRM.{}", resource["resource"].as_str().unwrap());
        let ended = zscope(&["catalog", "show", &resource]).ended();
        assert!(ended.code == Some(0) && ended.stdout.contains("kinds of data"), "{resource}: {}", ended.stderr);
    }
}

#[test]
fn a_near_name_is_suggested() {
    for (subject, suggestion) in [
        ("ZohoBook", "did you mean `ZohoBooks`?"),
        ("Books.invoices.READ", "did you mean `ZohoBooks.invoices.READ`?"),
        ("OurMine.quuxes", "did you mean `Mine.quuxes`? My Quux was seen under this name"),
        ("Mine.quuxe", "did you mean `Mine.quuxes`?"),
        ("Mine.quuxe.READ", "did you mean `Mine.quuxes.READ`?"),
        ("Mine.quuxes.DELTE", "did you mean `Mine.quuxes.DELETE`?"),
        ("Mine.quuxes.EXECUTE", "operations of `quuxes`: READ, DELETE, ALL"),
        ("Mine.quuxes.UPDATE", "did you mean `Mine.quuxes.DELETE`? what you name is reported not to exist"),
        ("Mine.quuxs.READ", "did you mean `Mine.quuxes.READ`?"),
        ("ZohoCRM.leads.READ", "did you mean `ZohoCRM.modules.leads.READ`?"),
        ("ZohoCRM.templates", "resources under it: "),
        ("Mine.nothing.of.the.kind", "`zscope catalog show Mine` lists its resources"),
        ("Mine.", "`zscope catalog show Mine` lists its resources"),
        ("qwertyuiop", "`zscope catalog list` lists the services"),
    ] {
        let ended = catalog(&["show", subject, "--catalog", "own"]).ended();
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{subject}");
        assert!(ended.stderr.contains(suggestion), "{subject}: {}", ended.stderr);
    }
}

#[test]
fn words_are_found_in_scopes_resources_and_calls() {
    insta::assert_snapshot!("search", catalog(&["search", "quuxes", "--catalog", "own"]).transcript());
    let found = catalog(&["search", "Remove", "quux", "--catalog", "own", "--format", "table"]);
    insta::assert_snapshot!("search_table", found.transcript());
    let document = json(&["search", "quuxes", "--catalog", "own", "--limit", "2"]);
    assert_eq!(document["hits"].as_array().unwrap().len(), 2);
    assert!(document["found"].as_u64().unwrap() > 2);
    let ended = zscope(&["catalog", "search", "xyzzy", "invoices"]).ended();
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    assert_eq!(ended.stderr, "nothing found for `xyzzy invoices`\n");
    let all = zscope(&["catalog", "search", "delete", "invoices", "--all"]).ended().stdout;
    assert!(
        all.contains("ZohoBooks.invoices.DELETE ") && all.contains("DELETE /books/v3/invoices/{invoice_id} "),
        "{all}"
    );
}

#[test]
fn figures_add_up() {
    let (list, stats) = (json(&["list", "--catalog", "own"]), json(&["stats", "--catalog", "own"]));
    let services = list["services"].as_array().unwrap();
    assert_eq!(stats["services"], services.len());
    let sum = |key: &str| services.iter().map(|service| service[key].as_u64().unwrap()).sum::<u64>();
    assert_eq!(stats["scopes"], sum("scopes"));
    assert_eq!(stats["endpoints"], sum("endpoints"));
    let mine = services.iter().find(|service| service["service"] == "Mine").unwrap();
    insta::assert_snapshot!("list_json", serde_json::to_string_pretty(mine).unwrap());
    for format in ["text", "table"] {
        let ended = catalog(&["list", "--catalog", "own", "--format", format]).ended();
        assert!(ended.code == Some(0) && ended.stdout.contains("My Quux"), "{}", ended.stdout);
        let ended = catalog(&["stats", "--catalog", "own", "--format", format]).ended();
        assert!(ended.code == Some(0) && ended.stdout.contains("scopes by status"), "{}", ended.stdout);
    }
    let mut only_mine = catalog(&["diff", "own", "own"]);
    assert_eq!(only_mine.ended().code, Some(0));
}

#[test]
fn faults_are_told_with_their_places() {
    let faulty = MINE
        .replace("children: quuxes.*", "children: quucks.*")
        .replace("summary: list quuxes", "sumary: list quuxes")
        .replace("needs: quuxes.READ & quuxes.parts.READ", "needs: ZohoBooks/dreams.READ");
    let lint = || catalog(&["lint", "faulty.yaml", "own"]).file("faulty.yaml", &faulty);
    insta::assert_snapshot!("lint", lint().transcript());
    let mut run = lint();
    run.command.args(["--format", "json"]);
    insta::assert_snapshot!("lint_json", without_digest(&run.transcript()));
    let mut run = lint();
    run.command.args(["--format", "table", "--notes"]);
    insta::assert_snapshot!("lint_table", run.transcript());
    let ended = catalog(&["lint", "own/Mine.yaml"]).ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
}

#[test]
fn a_file_that_cannot_be_read_hides_no_other() {
    let ended = catalog(&["lint", "missing.yaml", "latin.yaml", "own"]).file("latin.yaml", b"service: \xe9\n").ended();
    assert_eq!(ended.code, Some(3));
    assert!(ended.stdout.contains("error: missing.yaml: no such file"), "{}", ended.stdout);
    assert!(ended.stdout.contains("latin.yaml: is not UTF-8") && ended.stdout.contains("1 file:"), "{}", ended.stdout);
}

#[test]
fn two_catalogs_are_compared_down_to_the_verdicts() {
    let new = MINE
        .replace("status: documented, source: us }\nendpoints", "status: assumed, source: us }\nendpoints")
        .replace("DELETE: { status: reported", "DELETE: { status: documented")
        .replace("data: [files, personal]", "data: [personal]")
        .replace("READ: documented, CREATE: documented", "READ: documented, EXECUTE: observed")
        .replace("unstated: [quuxes.parts.CREATE, quuxes.ALL]", "needs: none")
        .replace("GET /mine/version", "GET /mine/versions");
    let policy = "version: 1\nallow: [Mine.quuxes.READ]\napps: { a: { allow: [\"Mine.quuxes.parts.*\"] } }\n";
    let diff = |more: &[&str]| {
        let mut run = catalog(&["diff", "own", "new.yaml", "--policy", "zscope.yaml"]);
        run.command.args(more);
        run.file("new.yaml", &new).file("zscope.yaml", policy)
    };
    insta::assert_snapshot!("diff", diff(&[]).transcript());
    insta::assert_snapshot!("diff_table", diff(&["--format", "table"]).transcript());
    insta::assert_snapshot!("diff_json", diff(&["--format", "json"]).transcript());
    let of_app = diff(&["--app", "a"]).ended();
    assert!(of_app.stdout.ends_with("· 0 verdicts changed\n"), "{}", of_app.stdout);
    assert_eq!(catalog(&["diff", "own", "own/Mine.yaml", "--policy", "builtin:deny-all"]).ended().code, Some(0));
    assert_eq!(zscope(&["catalog", "diff", "embedded", "embedded"]).ended().code, Some(0));
    let ended = catalog(&["diff", "embedded", "own"]).ended();
    assert!(ended.code == Some(1) && ended.stdout.contains("+ scope Mine.quuxes.READ"), "{}", ended.stderr);
}

#[test]
fn wrong_usage_ends_with_two() {
    for args in [
        &[][..],
        &["search"],
        &["search", "x", "--all", "--limit", "3"],
        &["list", "--catalog", "missing.yaml"],
        &["lint", "empty"],
        &["diff", "embedded"],
        &["diff", "embedded", "missing"],
        &["diff", "embedded", "embedded", "--policy", "missing.yaml"],
        &["diff", "embedded", "embedded", "--policy", "builtin:deny-all", "--app", "nobody"],
        &["diff", "embedded", "embedded", "--app", "nobody"],
    ] {
        let ended = catalog(args).file("empty/readme.txt", "").ended();
        assert_eq!(ended.code, Some(2), "{args:?}: {} {}", ended.stdout, ended.stderr);
        assert!(ended.stdout.is_empty(), "{args:?}: {}", ended.stdout);
    }
}

#[test]
fn what_a_file_says_is_shown_and_does_nothing() {
    let token = format!("1000.{}.{}", "0123456789abcdef".repeat(2), "fedcba9876543210".repeat(2));
    let hostile = MINE
        .replace("My Quux", "\"My \\e[2J\\u202eQuux\"")
        .replace("quuxes are never empty", &format!("\"refresh_token={token}\\r\\n::error::x\""));
    for format in ["text", "table", "json"] {
        for args in [&["show", "Mine"][..], &["list"], &["search", "never"], &["diff", "embedded", "embedded"]] {
            let mut run = zscope(&["catalog"]).file("own.yaml", &hostile);
            run.command.args(args).args(["--catalog", "own.yaml", "--format", format]);
            let ended = run.ended();
            let text = format!("{}{}", ended.stdout, ended.stderr);
            assert!(
                text.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')),
                "{args:?} {format}: {text:?}"
            );
            assert!(!text.contains(&token) && !text.contains("\n::error"), "{args:?} {format}: {text}");
        }
    }
}

/// The text without the digest of the embedded catalog, which moves with every entry.
fn without_digest(text: &str) -> String {
    let line = |line: &str| match line.split_once("\"digest\": \"") {
        Some((head, _)) => format!("{head}\"digest\": \"…\","),
        None if line.contains("\"date\":") => "    \"date\": \"…\"".to_owned(),
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is missing, doubled or mangled: faults lie in the file, sorted, and the same every time.
    #[test]
    fn any_damage_is_told_at_a_place_of_the_file(
        changes in prop::collection::vec((0_usize..60, 0_usize..4, "[ -~é]{0,12}"), 1..5),
    ) {
        let mut lines: Vec<String> = MINE.lines().map(str::to_owned).collect();
        for (at, how, text) in changes {
            let at = at % lines.len();
            match how {
                0 => drop(lines.remove(at)),
                1 => lines.insert(at, lines[at].clone()),
                2 => lines[at].push_str(&text),
                _ => lines[at] = text,
            }
        }
        let text = lines.join("\n");
        let faults = || lint::files(&[Source::new("Mine.yaml", text.clone())], Catalog::empty());
        let found = faults();
        for fault in &found {
            let line = text.lines().nth(fault.line - 1).unwrap_or_default();
            prop_assert!(fault.line <= lines.len().max(1), "{fault:?}");
            prop_assert!(fault.column.is_some_and(|column| column >= 1 && column <= line.chars().count() + 1), "{fault:?}");
            prop_assert!(!fault.message.is_empty() && !fault.message.ends_with('.'), "{fault:?}");
        }
        prop_assert!(found.is_sorted_by_key(|fault| (fault.line, fault.column)));
        prop_assert_eq!(faults(), found);
    }
}
