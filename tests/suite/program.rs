//! Whole runs of the program: what it prints and how it ends.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use crate::run::{Run, zscope};

fn check(args: &[&str]) -> Run {
    let mut run = zscope(&["check", "--as-of", "2026-11-23"]);
    run.command.args(args);
    run
}

/// The codes of the findings that a JSON report holds.
fn codes(json: &str) -> Vec<String> {
    let report: serde_json::Value = serde_json::from_str(json).unwrap();
    report["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn full_access_is_found_and_shown_by_a_call() {
    insta::assert_snapshot!(check(&["ZohoBooks.fullaccess.all"]).transcript());
}

#[test]
fn a_list_with_odd_case_and_a_stray_dot() {
    let list =
        "ZohoBooks.invoices.Create, ZohoBooks.invoices.UPDATE,ZohoBooks.invoices.READ,ZohoBooks.invoices.DELETE.";
    let ended = check(&[list, "--format", "json"]).ended();
    assert_eq!(ended.code, Some(0));
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["summary"]["scopes"], 4);
    assert_eq!(report["summary"]["no_policy"], 4);
    assert_eq!(codes(&ended.stdout), ["ZS003", "ZS001"]);
    insta::assert_snapshot!(check(&[list]).transcript());
}

#[test]
fn a_consent_url_and_its_faults() {
    let url = "https://accounts.zoho.com/oauth/v2/auth?scope=ZohoBooks.fullaccess.all&client_id=1000.X&state=testing\
               &response_type=code&redirect_uri=http://www.zoho.com/books&access_type=offline";
    let ended = check(&[url, "--format", "json"]).ended();
    assert_eq!(ended.code, Some(1));
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let mut found: Vec<(String, &str)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let location = &finding["location"];
            let column = |key: &str| usize::try_from(location[key].as_u64().unwrap()).unwrap() - 1;
            (finding["code"].as_str().unwrap().to_owned(), &url[column("column")..column("end_column")])
        })
        .collect();
    found.sort();
    let places: Vec<&str> = found.iter().map(|(_, place)| *place).collect();
    let codes: Vec<&str> = found.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(codes, ["ZS201", "ZS401", "ZS402", "ZS403"]);
    assert_eq!(places[0], "ZohoBooks.fullaccess.all");
    assert!(places[1].contains("offline") && places[2].contains("http://www.zoho.com/books"), "{places:?}");
    assert!(places[3].contains("testing"), "{places:?}");
    insta::assert_snapshot!(check(&[url]).transcript());
}

#[test]
fn a_policy_allows_denies_and_shows_its_lines() {
    let policy = "version: 1\nallow:\n  - ZohoCRM.modules.READ\n  - ZohoBooks.invoices.{CREATE,READ,UPDATE,DELETE}\ndeny:\n  - \"**.DELETE\"\n";
    let scopes = "ZohoCRM.modules.leads.READ\nZohoCRM.modules.my_module.READ\nZohoCRM.modules.leads.UPDATE\nZohoCRM.modules.leads.ALL\n";
    let run = check(&["scopes.txt"]).file("zscope.yaml", policy).file("scopes.txt", scopes);
    insta::assert_snapshot!(run.transcript());
}

#[test]
fn why_four_operations_are_not_all() {
    let policy = "version: 1\nallow: [\"ZohoBooks.invoices.{CREATE,READ,UPDATE,DELETE}\"]\n";
    insta::assert_snapshot!(check(&["ZohoBooks.invoices.ALL"]).file("zscope.yaml", policy).transcript());
}

#[test]
fn unknown_scopes_are_named_with_a_suggestion_and_fail_under_deny() {
    let policy = "version: 1\nallow: [ZohoBooks.invoices.READ]\n";
    for (scope, suggestion) in [
        ("ZohoBook.invoices.READ", "ZohoBooks.invoices.READ"),
        ("ZohoBooks.invoice.READ", "ZohoBooks.invoices.READ"),
        ("ZohoSupport.tickets.ALL", "Desk.tickets.ALL"),
        ("ZohoCRM.modules.ALLL", "ZohoCRM.modules.ALL"),
    ] {
        let ended = check(&[scope]).file("zscope.yaml", policy).ended();
        assert_eq!(ended.code, Some(1), "{scope}: {}", ended.stdout);
        assert!(ended.stdout.contains(&format!("`{suggestion}`")), "{scope}: {}", ended.stdout);
        assert!(ended.stdout.contains("unknown"), "{scope}: {}", ended.stdout);
        let lenient = check(&[scope]).ended();
        assert!(lenient.stdout.contains("ZS10"), "{scope} passes in silence: {}", lenient.stdout);
    }
}

#[test]
fn waivers_hold_until_their_day() {
    let policy = "version: 1\ndefault: allow\nwaivers:\n  - id: W-7\n    scopes: [ZohoBooks.fullaccess.all]\n    rules: [full-access]\n    \
                  reason: the importer refuses granular scopes\n    owner: finance\n    expires: 2026-12-31\n";
    let on = |day: &str| {
        let mut run = zscope(&["check", "ZohoBooks.fullaccess.all", "--as-of", day]).file("zscope.yaml", policy);
        let ended = run.ended();
        (ended.code, ended.stdout)
    };
    let (code, text) = on("2026-11-01");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("W-7"), "{text}");
    let (code, text) = on("2026-12-31");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("ZS304"), "{text}");
    let (code, text) = on("2027-01-01");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("ZS303") && text.contains("ZS201"), "{text}");
}

#[test]
fn every_kind_of_file_is_read() {
    let run = check(&["list.txt", "app.json", "app.yaml", ".env", "-", "--format", "table"])
        .file("list.txt", "# reads\nZohoBooks.invoices.READ # all of them\nZohoBooks.bills.READ\n")
        .file("app.json", r#"{"oauth": {"scopes": ["ZohoCRM.modules.leads.READ", "ZohoCRM.users.READ"]}}"#)
        .file("app.yaml", "zoho:\n  scope: Desk.tickets.READ,Desk.contacts.READ\n")
        .file(".env", "PORT=80\nexport ZOHO_SCOPES=\"WorkDrive.files.READ ZohoMail.messages.READ\"\n")
        .stdin("ZOHOPEOPLE.forms.READ");
    insta::assert_snapshot!(run.transcript());
}

#[test]
fn bad_input_is_told_and_nothing_is_lost() {
    let run = check(&["good.txt", "missing.txt", "folder", "latin.txt", "empty.txt", "bad.json"])
        .file("good.txt", "ZohoBooks.invoices.READ\n")
        .file("folder/x.txt", "")
        .file("latin.txt", b"ZohoBooks.invoices.READ # \xe9\n")
        .file("empty.txt", "")
        .file("bad.json", "{\"scope\": [\"ZohoBooks.invoices.READ\"");
    insta::assert_snapshot!(run.transcript());
}

#[test]
fn wrong_usage_ends_with_two() {
    for args in [
        &["check", "-", "-"][..],
        &["check", "x.y.READ", "--app", "nobody"],
        &["check", "x.y.READ", "--as-of", "tomorrow"],
        &["check", "x.y.READ", "--format", "pdf"],
        &["check", "x.y.READ", "--policy", "builtin:nothing"],
        &["check", "x.y.READ", "--policy", "missing.yaml"],
        &["check", "x.y.READ", "--catalog", "missing.yaml"],
        &["check", "x.y.READ", "--output", "no/such/folder/report.json"],
        &["check", "x.y.READ", "--output", "a.txt", "--output", "json=a.txt"],
        &["explain", "ZS999"],
        &["explain", "ZohoBooks"],
        &["chek"],
    ] {
        let ended = zscope(args).ended();
        assert_eq!(ended.code, Some(2), "{args:?}: {} {}", ended.stdout, ended.stderr);
        assert!(ended.stdout.is_empty(), "{args:?}: {}", ended.stdout);
        assert!(ended.stderr.starts_with("error: "), "{args:?}: {}", ended.stderr);
    }
}

#[test]
fn every_error_of_a_policy_is_told_at_once() {
    let policy = "version: 1\nalow: [ZohoBooks.invoices.READ]\nallow:\n  - ZohoBooks.invoices\n  - ZohoBooks.inv*.READ\nrules: { full-acces: error }\n\
                  waivers:\n  - { id: W-1, scopes: [ZohoBooks.fullaccess.all], rules: [full-access], reason: x, owner: y, expires: soon }\n";
    insta::assert_snapshot!(check(&["ZohoBooks.invoices.READ"]).file("zscope.yaml", policy).transcript());
}

#[test]
fn bombs_and_deep_nesting_in_a_policy_are_refused() {
    let mut bomb = String::from("version: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..12 {
        let _ = writeln!(bomb, "a{n}: &a{n} [{}]", format!("*a{}, ", n - 1).repeat(10));
    }
    for policy in [bomb, format!("version: 1\nallow: {}", "[".repeat(100_000)), "version: 1\nversion: 1\n".to_owned()] {
        let ended = check(&["openid"]).file("zscope.yaml", policy).ended();
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains("zscope.yaml:"), "{}", ended.stderr);
    }
}

#[test]
fn a_list_of_ten_megabytes_is_judged() {
    let line = format!("ZohoBooks.invoices.READ,ZohoCRM.modules.{}.READ,", "long_name_".repeat(40));
    let list = line.repeat(10 * 1024 * 1024 / line.len());
    let ended = check(&["list.txt", "--format", "json", "--output", "out.json", "--fail-on", "never"])
        .file("list.txt", list)
        .ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[test]
fn output_goes_to_files_whole_or_not_at_all() {
    let mut run = check(&["ZohoBooks.invoices.READ", "-o", "report.json", "-o", "table=table.txt", "--format", "json"]);
    let ended = run.ended();
    assert_eq!(ended.code, Some(0));
    assert!(ended.stdout.starts_with("passes: no findings") && ended.stdout.lines().count() == 1, "{}", ended.stdout);
    let report: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(run.path().join("report.json")).unwrap()).unwrap();
    assert_eq!(report["format_version"], 1);
    assert!(fs::read_to_string(run.path().join("table.txt")).unwrap().contains("ZohoBooks.invoices.READ"));
    let mut names: Vec<_> = fs::read_dir(run.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["report.json", "table.txt"]);
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_quiet() {
    let program = env!("CARGO_BIN_EXE_zscope");
    let script = format!("{{ {program} check ZohoBooks.fullaccess.all; echo \"code $?\" >&2; }} | true");
    for _ in 0..3 {
        let output =
            Command::new("sh").args(["-c", &script]).env_clear().env("PATH", "/usr/bin:/bin").output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!told.contains("panic") && !told.contains("error"), "{told}");
    }
}

#[test]
fn the_order_of_a_list_changes_no_verdict() {
    let one = check(&["ZohoBooks.invoices.ALL", "ZohoBooks.invoices.READ", "--format", "json"]).ended().stdout;
    let two = check(&["zohobooks.invoices.read", "ZOHOBOOKS.INVOICES.ALL", "--format", "json"]).ended().stdout;
    let verdicts = |json: &str| {
        let report: serde_json::Value = serde_json::from_str(json).unwrap();
        let mut found: Vec<String> = report["scopes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|scope| format!("{} {}", scope["scope"], scope["verdict"]))
            .collect();
        found.sort();
        found
    };
    assert_eq!(verdicts(&one), verdicts(&two));
}

#[test]
fn a_catalog_file_of_ones_own_is_laid_over() {
    let file = "service: ZohoBooks\nproduct: Zoho Books\ncategory: finance\nresources:\n  dreams:\n    grants: dreams\n    data: [personal]\n    \
                operations: { READ: documented }\n    source: us\nendpoints:\n  - { call: GET /books/v3/dreams, needs: dreams.READ, source: us }\n\
                sources:\n  us: { kind: own, where: the office, seen: 2026-11 }\n";
    let ended = check(&["ZohoBooks.dreams.READ", "ZohoBooks.invoices.READ", "--catalog", "own"])
        .file("own/ZohoBooks.yaml", file)
        .ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    assert!(ended.stdout.contains("2 scopes: 2 unflagged"), "{}", ended.stdout);
    let broken =
        check(&["ZohoBooks.dreams.READ", "--catalog", "own.yaml"]).file("own.yaml", file.replace("grants", "grant"));
    insta::assert_snapshot!(broken.transcript());
}

#[test]
fn explain_a_rule_and_a_scope() {
    for (args, pointer, value) in [
        (&["explain", "ZohoCRM.modules.READ"][..], "/scope", "ZohoCRM.modules.READ"),
        (&["explain", "zohobooks.invoices.all"], "/narrower/0/scope", "ZohoBooks.invoices.CREATE"),
        (&["explain", "ZohoBooks.items.READ"], "/suggestion", "ZohoBooks.settings.READ"),
        (&["explain", "full-access"], "/code", "ZS201"),
        (&["explain"], "/rules/0/code", "ZS001"),
    ] {
        let ended = zscope(args).again(&[args, &["--format", "json"]].concat()).ended();
        let document: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(document["format_version"], 1, "{args:?}");
        assert_eq!(document.pointer(pointer).and_then(|value| value.as_str()), Some(value), "{args:?} {document}");
    }
    insta::assert_snapshot!("explain_rule", zscope(&["explain", "ZS201"]).transcript());
    insta::assert_snapshot!("explain_scope", zscope(&["explain", "ZohoCRM.modules.READ"]).transcript());
    insta::assert_snapshot!("explain_unknown", zscope(&["explain", "ZohoBooks.items.READ"]).transcript());
}

#[test]
fn the_waivers_of_other_applications_are_left_alone() {
    let policy = "version: 1\ndefault: allow\napps:\n  one: { owner: us }\n  two: { owner: us }\nwaivers:\n  - id: W-1\n    app: two\n    \
                  scopes: [ZohoBooks.fullaccess.all]\n    rules: [full-access]\n    reason: x\n    owner: us\n    expires: 2026-01-31\n";
    let of = |app: &str| {
        let ended =
            check(&["ZohoBooks.invoices.READ", "--app", app, "--format", "json"]).file("zscope.yaml", policy).ended();
        codes(&ended.stdout)
    };
    assert_eq!(of("one"), Vec::<String>::new());
    assert_eq!(of("two"), ["ZS303"]);
}
