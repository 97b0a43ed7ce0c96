//! What findings are about: whose verdict a waiver touches, what absorbs what, and what can never pass.

use serde_json::Value;

use crate::run::{Run, zscope};

fn json(run: &mut Run) -> Value {
    serde_json::from_str(&run.ended().stdout).unwrap()
}

fn codes(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

/// The verdict of each application on the one scope of a file that both own.
fn verdicts(policy: &str) -> Vec<(String, String)> {
    let mut run = zscope(&["scan", "--format", "json"])
        .file("zscope.yaml", policy)
        .file("shared/auth.py", "SCOPES = 'ZohoBooks.invoices.ALL'\n");
    let report = json(&mut run);
    let scopes = report["scopes"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    scopes.iter().map(|scope| (text(&scope["app"]), text(&scope["verdict"]))).collect()
}

#[test]
fn one_apps_waiver_never_touches_anothers_verdict() {
    let policy = |b: &str, waivers: &[&str]| {
        let waiver = |app: &&str| {
            format!(
                "  - {{ id: W-{app}, app: {app}, scopes: [ZohoBooks.invoices.ALL], rules: [not-allowed, all-operations], \
                 reason: r, owner: o, expires: 2999-01-01 }}\n"
            )
        };
        let waivers: String = waivers.iter().map(waiver).collect();
        format!(
            "version: 1\napps:\n  a: {{ owner: o, paths: [shared/**] }}\n  b: {{ owner: o, paths: [shared/**], allow: {b} }}\n\
             waivers:\n{waivers}"
        )
    };
    let both = |a: &str, b: &str| vec![("a".to_owned(), a.to_owned()), ("b".to_owned(), b.to_owned())];
    // App b is allowed by an entry of its own: app a's waiver is not its.
    assert_eq!(verdicts(&policy("[ZohoBooks.invoices.ALL]", &["a"])), both("waived", "allowed"));
    // Without that entry b is not allowed, and a's waiver is still seen.
    assert_eq!(verdicts(&policy("[]", &["a"])), both("waived", "not-allowed"));
    // The other way round.
    assert_eq!(verdicts(&policy("[]", &["b"])), both("not-allowed", "waived"));
    assert_eq!(verdicts(&policy("[]", &["a", "b"])), both("waived", "waived"));
}

#[test]
fn a_finding_names_the_scope_or_the_grant_that_it_is_about() {
    let policy =
        "version: 1\ndefault: allow\napps:\n  a: { owner: o, paths: [x/**] }\n  b: { owner: o, paths: [x/**] }\n";
    let mut run = zscope(&["scan", "--format", "json"])
        .file("zscope.yaml", policy)
        .file("x/auth.py", "S = 'openid,ZohoBooks.fullaccess.all'\n");
    let report = json(&mut run);
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 2);
    for finding in findings {
        assert_eq!(finding["subject"]["kind"], "scope");
        let scope = &report["scopes"][usize::try_from(finding["subject"]["index"].as_u64().unwrap()).unwrap()];
        assert_eq!((&scope["scope"], &scope["app"]), (&finding["scope"], &finding["app"]));
    }
    let tokens = "{\"scope\":\"openid\"}\n{\"access_token\":\"x\"}\n{\"scope\":\"openid,ZohoBooks.fullaccess.all\"}\n";
    let report = json(&mut zscope(&["audit", "t.ndjson", "--format", "json"]).file("t.ndjson", tokens));
    let subjects: Vec<_> = report["findings"].as_array().unwrap().iter().map(|finding| &finding["subject"]).collect();
    assert_eq!(*subjects[0], serde_json::json!({ "kind": "scope", "index": 2 }));
    assert_eq!(*subjects[1], serde_json::json!({ "kind": "grant", "index": 1 }));
    assert_eq!(report["scopes"][2]["scope"], "ZohoBooks.fullaccess.all");
    assert_eq!(report["scopes"][2]["grant"], 2);
}

#[test]
fn one_fault_is_one_finding_and_names_what_it_absorbs() {
    let check = |policy: &str| {
        let args = ["check", "ZohoCRM.settings.ALL", "--format", "json"];
        json(&mut zscope(&args).file("zscope.yaml", format!("version: 1\ndefault: allow\n{policy}")))
    };
    let report = check("");
    assert_eq!(codes(&report["findings"]), ["ZS202"]);
    assert_eq!(codes(&report["findings"][0]["absorbed"]), ["ZS203", "ZS205"]);
    let text = zscope(&["check", "ZohoCRM.settings.ALL"]).ended().stdout;
    assert!(text.contains("= note: also: `all-operations`, `sensitive-access`"), "{text}");
    // What matters more stands by itself.
    let report = check("rules: { sensitive-access: error }\n");
    assert_eq!(codes(&report["findings"]), ["ZS205", "ZS202"]);
    assert_eq!(report["findings"][0]["severity"], "error");
    // To accept the broad finding accepts no other: what it would have absorbed stands then.
    let report = check(
        "waivers: [{ id: W-1, scopes: [ZohoCRM.settings.ALL], rules: [group-access], reason: r, owner: o, \
         expires: 2999-01-01 }]\n",
    );
    assert_eq!((codes(&report["findings"]), codes(&report["waived"])), (vec!["ZS203"], vec!["ZS202"]));
    assert_eq!(codes(&report["findings"][0]["absorbed"]), ["ZS205"]);
    // A verdict of the policy is absorbed by nothing.
    let report = check("deny: [\"**.DELETE\"]\n");
    assert_eq!(codes(&report["findings"]), ["ZS301", "ZS202"]);
}

#[test]
fn a_baseline_knows_what_was_absorbed_and_accepts_no_more() {
    let mut first = zscope(&["check", "a.txt", "--write-baseline"])
        .file("zscope.yaml", "version: 1\ndefault: allow\n")
        .file("a.txt", "ZohoCRM.settings.ALL\n");
    assert_eq!(first.ended().code, Some(0));
    let args = ["check", "a.txt", "--baseline", "zscope-baseline.json", "--format", "json"];
    let mut again = first.again(&args);
    let report = json(&mut again);
    assert_eq!((codes(&report["findings"]).len(), codes(&report["waived"])), (0, vec!["ZS202", "ZS203", "ZS205"]));
    let path = again.path().join("zscope-baseline.json");
    let mut baseline: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    baseline["findings"].as_array_mut().unwrap().retain(|known| known["code"] == "ZS202");
    std::fs::write(&path, baseline.to_string()).unwrap();
    assert_eq!(codes(&json(&mut again)["findings"]), ["ZS203"]);
}

#[test]
fn a_baseline_accepts_the_text_that_it_saw_and_no_other() {
    let token = |digit: &str| format!("1000.8cb99d3f5a0e47c2b16d9e8f7a205c4{digit}.4f1a7c9e2b8d6053c7e9a1f4b2d80657");
    let source = |token: &str| format!("S = 'ZohoBooks.invoices.READ'\nT = '{token}'\n");
    let url = |secret: &str| {
        format!(
            "S = 'https://accounts.zoho.com/oauth/v2/token?scope=ZohoBooks.invoices.READ&client_secret={secret}&grant_type=x'\n"
        )
    };
    for (name, first, second) in
        [("s.py", source(&token("1")), source(&token("2"))), ("u.py", url("hunter2"), url("hunter3"))]
    {
        let mut run = zscope(&["scan", "--write-baseline"]).file(name, &first);
        assert_eq!(run.ended().code, Some(0));
        let baseline = std::fs::read_to_string(run.path().join("zscope-baseline.json")).unwrap();
        assert!(!baseline.contains("hunter2") && !baseline.contains("1000."), "{baseline}");
        let again = |text: &str| {
            let args = ["scan", "--baseline", "b.json", "--format", "json"];
            json(&mut zscope(&args).file(name, text).file("b.json", &baseline))
        };
        assert_eq!(codes(&again(&format!("# moved\n{first}"))["findings"]), [""; 0], "{name}");
        let standing = again(&second);
        let errors = standing["summary"]["findings"]["error"].as_u64().unwrap();
        assert_eq!(errors, 1, "{standing}");
    }
    // What is no scope is known by its text.
    let mut run = zscope(&["check", "a.txt", "--write-baseline"]).file("a.txt", "ZohoBooks..x");
    assert_eq!(run.ended().code, Some(0));
    let run = run.file("a.txt", "ZohoBooks.fullaccess.all\u{200b}");
    assert_eq!(run.again(&["check", "a.txt", "--baseline", "zscope-baseline.json"]).ended().code, Some(1));
}

#[test]
fn no_level_lets_pass_what_the_policy_denies() {
    for level in ["off", "note", "warning"] {
        for rule in ["denied", "not-allowed", "ZS301", "ZS302"] {
            let policy = format!("version: 1\ndefault: deny\ndeny: [\"**\"]\nrules: {{ {rule}: {level} }}\n");
            let ended = zscope(&["check", "ZohoBooks.fullaccess.all"]).file("zscope.yaml", policy).ended();
            assert_eq!(ended.code, Some(2), "{rule}: {level}");
            assert!(ended.stderr.contains("is always an error"), "{}", ended.stderr);
        }
    }
    let of_app = "version: 1\napps: { a: { owner: o, rules: { denied: off } } }\n";
    assert_eq!(zscope(&["check", "openid"]).file("zscope.yaml", of_app).ended().code, Some(2));
    // Neither does doubt: what may be a scope and is denied fails the run.
    let policy = "version: 1\ndefault: allow\ndeny: [\"Desk.**\"]\n";
    let mut run =
        zscope(&["scan", "--format", "json"]).file("zscope.yaml", policy).file("a.py", "x = DESK.TICKETS.ALL\n");
    let ended = run.ended();
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let is_denied = report["scopes"].as_array().unwrap().iter().any(|scope| scope["verdict"] == "denied");
    assert_eq!(ended.code, Some(i32::from(is_denied)));
}

#[test]
fn what_of_the_policy_is_not_used_is_told() {
    let policy = "version: 1\ndefault: allow\napps:\n  a: { owner: o, calls: [GET /books/v3/invoices] }\n\
                  tests: [{ scopes: openid, expect: allowed }]\n";
    let run = || zscope(&["check", "openid"]).file("zscope.yaml", policy);
    let text = run().ended().stdout;
    assert!(
        text.contains("note: the policy's tests (1) are not run by this command: `zscope policy test` runs them\n"),
        "{text}"
    );
    let report = json(&mut run().again(&["check", "openid", "--format", "json"]));
    assert_eq!(report["notes"].as_array().unwrap().len(), 1);
}

#[test]
fn the_last_line_says_what_the_run_comes_to() {
    let last = |scope: &str| zscope(&["check", scope]).ended().stdout.lines().last().unwrap().to_owned();
    assert!(last("ZohoBooks.fullaccess.all").starts_with(
        "fails: 1 error, 0 warnings, 0 notes · 1 scope (1 with errors): 1 flagged · policy builtin:least-privilege"
    ));
    assert!(last("ZohoBooks.invoices.READ").starts_with("passes: no findings · 1 scope: 1 unflagged"));
    assert!(
        last("ZohoBooks.invoices.ALL")
            .starts_with("passes: 0 errors, 1 warning, 0 notes · 1 scope (1 with warnings): 1 flagged")
    );
}

#[test]
fn a_waiver_for_everything_or_for_ever_is_a_finding() {
    let check = |limit: &str, waiver: &str| {
        let policy = format!(
            "version: 1\ndefault: allow\n{limit}waivers: [{{ id: W-1, rules: [full-access], reason: r, owner: o, {waiver} }}]\n"
        );
        let args = ["check", "ZohoBooks.fullaccess.all", "--as-of", "2026-11-01", "--format", "json"];
        let report = json(&mut zscope(&args).file("zscope.yaml", policy));
        codes(&report["findings"]).into_iter().filter(|code| *code == "ZS310").count()
    };
    let own = "scopes: [ZohoBooks.fullaccess.all]";
    let limit = "max-waiver-days: 90\n";
    assert_eq!(check("", "scopes: [\"**\"], expires: 2027-01-01"), 1);
    assert_eq!(check("", "scopes: [openid, \"*.*.*\"], expires: 2027-01-01"), 1);
    assert_eq!(check("", &format!("{own}, expires: 2999-01-01")), 0);
    assert_eq!(check(limit, &format!("{own}, expires: 2027-01-30")), 0);
    assert_eq!(check(limit, &format!("{own}, expires: 2027-01-31")), 1);
    assert_eq!(check(limit, &format!("{own}, created: 2026-10-01, expires: 2027-01-01")), 1);
    assert_eq!(check(limit, "scopes: [\"**\"], expires: 2999-01-31"), 2);
}
