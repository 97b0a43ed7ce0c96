//! Audits of token responses, as the program runs them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{Run, zscope};

fn audit(args: &[&str]) -> Run {
    let mut run = zscope(&["audit", "--as-of", "2026-11-23"]);
    run.command.args(args);
    run
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tokens");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// A token that any leak would show: half of one is enough.
const CANARY: &str = "c0ffee";

fn token(number: usize) -> String {
    format!("1000.{CANARY}{number:026x}.{CANARY}{:026x}", number + 1)
}

#[test]
fn every_shape_that_was_seen_has_its_verdict() {
    let mut text = String::new();
    for path in fixtures() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let mut run = audit(&[name, "--format", "json"]).file(name, fs::read(&path).unwrap());
        let ended = run.ended();
        let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(
            !ended.stdout.contains("aaaaaaaaaa") && !ended.stdout.contains("cccccccccc"),
            "{name}: {}",
            ended.stdout
        );
        let _ = writeln!(text, "== {name}: exit {}", ended.code.unwrap());
        for grant in report["grants"].as_array().unwrap() {
            let place = &grant["location"];
            let _ = writeln!(
                text,
                "{} {} in {}, {} scopes, {}:{}",
                grant["name"], grant["state"], grant["data_centre"], grant["scopes"], place["line"], place["column"]
            );
        }
        for scope in report["scopes"].as_array().unwrap() {
            let place = &scope["location"];
            let (line, column) = (&place["line"], &place["column"]);
            let _ = writeln!(text, "  {} {} {} {line}:{column}", scope["written"], scope["scope"], scope["verdict"]);
        }
        for finding in report["findings"].as_array().unwrap() {
            let place = &finding["location"];
            let (line, column) = (&place["line"], &place["column"]);
            let _ = writeln!(
                text,
                "  {} {} {line}:{column} {}",
                finding["code"].as_str().unwrap(),
                finding["severity"].as_str().unwrap(),
                finding["message"].as_str().unwrap()
            );
        }
        for input in report["not_evaluated"].as_array().unwrap() {
            let _ = writeln!(text, "  not evaluated: {}", input["message"].as_str().unwrap());
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_wide_grant_as_people_see_it() {
    let policy = "version: 1\nallow: [\"ZohoBooks.invoices.{CREATE,READ}\"]\napps:\n  sync:\n    owner: finance\n    \
                  clients: [1000.GMB0YULZHJK411248S8I5GZ4CHUEX0]\n    data-centers: [eu]\n    \
                  requested: [ZohoBooks.invoices.READ, ZohoBooks.dreams.READ]\n";
    let response = format!(
        "{{\n  \"client_id\": \"1000.GMB0YULZHJK411248S8I5GZ4CHUEX0\",\n  \"access_token\": \"{}\",\n  \
         \"refresh_token\": \"{}\",\n  \"scope\": \"ZohoBooks.invoices.READ ZohoBooks.contacts.ALL\",\n  \
         \"api_domain\": \"https://www.zohoapis.com\",\n  \"expires_in\": 3600000\n}}\n",
        token(1),
        token(2)
    );
    let run = audit(&["token.json", "--plan"]).file("zscope.yaml", policy).file("token.json", response);
    insta::assert_snapshot!(run.transcript());
}

#[test]
fn an_export_is_judged_by_each_clients_app() {
    let policy = "version: 1\ndefault: allow\nrules: { full-access: error }\napps:\n  books: { owner: finance }\n  crm: { owner: sales }\n";
    let rows = format!(
        "app,scopes,access_token,dc\nbooks,ZohoBooks.fullaccess.all,{0},eu\ncrm,\"ZohoCRM.modules.leads.READ,email\",{0},us\n\
         other,ZohoBooks.invoices.READ,{0},eu\ncrm,,{0},eu\nshort\n",
        token(7)
    );
    let run = audit(&["export.csv", "--format", "csv"]).file("zscope.yaml", policy).file("export.csv", &rows);
    insta::assert_snapshot!("export_csv", run.transcript());
    let run = audit(&["export.csv", "--format", "ndjson"]).file("zscope.yaml", policy).file("export.csv", &rows);
    insta::assert_snapshot!("export_ndjson", run.transcript());
    let run = audit(&["export.csv", "--format", "table"]).file("zscope.yaml", policy).file("export.csv", &rows);
    insta::assert_snapshot!("export_table", run.transcript());
    let run = audit(&["export.csv", "--summary"]).file("zscope.yaml", policy).file("export.csv", &rows);
    insta::assert_snapshot!("export_summary", run.transcript());
}

/// Applications that the records alone name stand under these names, whether or not grants are shown one by one; with very
/// many of them, together.
#[test]
fn applications_that_the_policy_does_not_name_stand_under_the_names_of_the_records() {
    let policy = "version: 1\ndefault: allow\nextends: [builtin:least-privilege]\napps:\n  sync: { owner: finance }\n";
    let run = |names: usize, grants: usize, more: &[&str]| {
        let mut records = String::new();
        for grant in 0..grants {
            let app = if grant % 10 == 0 { "sync".to_owned() } else { format!("own-{}", grant % names) };
            let client = format!("1000.{:030}", grant % names);
            let record = serde_json::json!({
                "app": app, "client_id": client, "scope": "ZohoBooks.fullaccess.all", "token_type": "Bearer",
            });
            records.push_str(&format!("{record}\n"));
        }
        audit(&[&["grants.ndjson", "--policy", "p.yaml", "--format"], more].concat())
            .file("grants.ndjson", records)
            .file("p.yaml", policy)
            .ended()
            .stdout
    };
    let by_app = |names: usize, grants: usize, more: &[&str]| -> Vec<(String, u64, bool)> {
        let report: serde_json::Value = serde_json::from_str(&run(names, grants, &[&["json"], more].concat())).unwrap();
        let told = report["totals"]["by_app"].as_array().unwrap().iter();
        let name = |tally: &serde_json::Value| tally["app"].as_str().unwrap_or("nobody").to_owned();
        told.map(|tally| (name(tally), tally["grants"].as_u64().unwrap(), tally["in_policy"] == true)).collect()
    };
    let named = |name: &str, grants: u64, listed: bool| (name.to_owned(), grants, listed);
    let few = [named("own-1", 12, false), named("own-2", 12, false), named("own-3", 12, false), named("sync", 4, true)];
    let told = by_app(4, 40, &[]);
    assert_eq!(told.iter().map(|(_, grants, _)| grants).sum::<u64>(), 40);
    assert_eq!(by_app(4, 40, &["--summary"]), told);
    assert!(
        few.iter().all(|(name, _, listed)| told.iter().any(|(own, _, own_listed)| (own, own_listed) == (name, listed))),
        "{told:?}"
    );
    // More grants than are shown are counted alike.
    let many = by_app(4, 4_000, &[]);
    let hundredfold: Vec<(String, u64, bool)> =
        told.iter().map(|(app, grants, listed)| (app.clone(), grants * 100, *listed)).collect();
    assert_eq!(many, hundredfold);
    assert_eq!(by_app(300, 3_000, &[]), [named("nobody", 2_700, false), named("sync", 300, true)]);
    let text = run(4, 40, &["text", "--summary"]);
    assert!(text.contains("`own-1` (not in the policy): ") && text.contains("not in the policy"), "{text}");
    assert!(run(4, 40, &["html"]).contains("own-1 (not in the policy)"));
}

#[test]
fn rows_hold_a_check_too() {
    for format in ["csv", "ndjson"] {
        let run = zscope(&["check", "ZohoBooks.invoices.ALL", "=1+1", "no-such.txt", "--as-of", "2026-11-23"]);
        let mut run = run;
        run.command.args(["--format", format]);
        insta::assert_snapshot!(format!("check_{format}"), run.transcript());
    }
}

#[test]
fn an_unknown_grant_ends_a_run_unless_the_policy_accepts_it() {
    let response = "{\"app\": \"Nightly\", \"access_token\": \"1000.x.y\", \"client_id\": \"1000.ABCABCABCABCABCABCABCABCABCABC\"}";
    let row = "app,client_id,scope\nNightly,1000.ABCABCABCABCABCABCABCABCABCABC,\n";
    let policy = |accepted: &str| {
        format!(
            "version: 1\ndefault: allow\napps: {{ sync: {{ owner: us, clients: [1000.ABCABCABCABCABCABCABCABCABCABC] }}, other: {{ owner: us }} }}\nunknown-grants: [{accepted}]\n"
        )
    };
    for (accepted, code, strict) in [
        ("", 3, 3),
        ("{ app: sync, reason: it is on file }", 0, 3),
        ("{ grant: nightly, reason: it is on file }", 0, 3),
        ("{ grant: 1000.ABCABCABCABCABCABCABCABCABCABC, reason: it is on file, expires: 2026-11-23 }", 0, 3),
        ("{ grant: nightly, reason: it is on file, expires: 2026-11-22 }", 3, 3),
        ("{ app: other, reason: it is on file }", 3, 3),
        ("{ grant: another, reason: it is on file }", 3, 3),
    ] {
        for (name, text) in [("t.json", response), ("t.ndjson", response), ("t.csv", row)] {
            let run = |args: &[&str]| {
                let args = [&[name, "--format", "json"], args].concat();
                audit(&args).file("zscope.yaml", policy(accepted)).file(name, text).ended()
            };
            let ended = run(&[]);
            assert_eq!(ended.code, Some(code), "{accepted} {name}: {} {}", ended.stdout, ended.stderr);
            assert_eq!(run(&["--strict"]).code, Some(strict), "{accepted} {name}");
            let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
            let (all, finding) = (&report["totals"]["all"], &report["findings"][0]);
            assert_eq!((&all["unknown_grants"], &all["accepted_grants"]), (&1.into(), &usize::from(code == 0).into()));
            assert_eq!(report["grants"][0]["state"], "unknown");
            assert_eq!(finding["code"], "ZS503", "{}", ended.stdout);
            assert_eq!(finding["severity"], if code == 0 { "note" } else { "warning" });
        }
    }
    // A level does not make it known.
    let off = "version: 1\ndefault: allow\nrules: { unknown-grant: off }\n";
    assert_eq!(audit(&["t.json"]).file("zscope.yaml", off).file("t.json", response).ended().code, Some(3));
}

#[test]
fn every_text_of_an_audit_tells_what_was_not_evaluated() {
    let lines = "{\"app\":\"x\",\"access_token\":\"1000.x.y\"}\n{\"error\":\"invalid_code\"}\n{\"scope\":\"openid\",\"scope\":\"email\"}\n";
    for format in ["text", "table", "json", "ndjson", "csv", "markdown"] {
        let ended = audit(&["t.ndjson", "--format", format]).file("t.ndjson", lines).ended();
        assert_eq!(ended.code, Some(3), "{format}");
        for said in ["unknown, not empty", "the token endpoint refused", "stands twice"] {
            assert!(ended.stdout.contains(said), "{format} does not say `{said}`: {}", ended.stdout);
        }
        if format == "csv" {
            assert_eq!(ended.stdout.matches(",not-evaluated,").count(), 3, "{}", ended.stdout);
        }
    }
}

#[test]
fn the_client_id_and_the_runs_choice_say_more_than_a_name() {
    let policy = "version: 1\ndefault: deny\napps:\n  strict: { owner: us, clients: [1000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA] }\n  \
                  loose: { owner: us, clients: [1000.BBBBBBBBBBBBBBBBBBBBBBBBBBBBBB], allow: [\"**\"], rules: {full-access: off} }\n";
    let client = "1000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let scope = "\"scope\": \"ZohoBooks.fullaccess.all\"";
    for (record, args, app, claimed) in [
        (format!("{{\"app\": \"loose\", \"client_id\": \"{client}\", {scope}}}"), &[][..], "strict", true),
        (format!("{{\"client\": \"LOOSE\", \"clientId\": \"{client}\", {scope}}}"), &[], "strict", true),
        (format!("{{\"app\": \"loose\", {scope}}}"), &["--app", "strict"], "strict", true),
        (
            format!("{{\"client_id\": \"1000.BBBBBBBBBBBBBBBBBBBBBBBBBBBBBB\", {scope}}}"),
            &["--app", "strict"],
            "strict",
            true,
        ),
        (format!("{{\"app\": \"loose\", \"token\": {{\"client_id\": \"{client}\", {scope}}}}}"), &[], "strict", true),
        (format!("{{\"app\": \"strict\", \"client_id\": \"{client}\", {scope}}}"), &[], "strict", false),
        (format!("{{\"app\": \"nobody\", \"client_id\": \"{client}\", {scope}}}"), &[], "strict", false),
        (format!("{{\"app\": \"nobody\", {scope}}}"), &["--app", "strict"], "strict", false),
        (
            format!("{{\"app\": \"loose\", \"client_id\": \"1000.CCCCCCCCCCCCCCCCCCCCCCCCCCCCCC\", {scope}}}"),
            &[],
            "loose",
            false,
        ),
    ] {
        let cells = |key: &str| {
            let value: serde_json::Value = serde_json::from_str(&record).unwrap();
            value[key].as_str().or(value["token"][key].as_str()).unwrap_or_default().to_owned()
        };
        let table = format!(
            "app,client,client_id,scope\n{},{},{}{},{}\n",
            cells("app"),
            cells("client"),
            cells("client_id"),
            cells("clientId"),
            cells("scope")
        );
        for (name, text) in [("t.json", &record), ("t.ndjson", &format!("{record}\n{record}\n")), ("t.csv", &table)] {
            let args = [&[name, "--format", "json"], args].concat();
            let ended = audit(&args).file("zscope.yaml", policy).file(name, text).ended();
            let report: serde_json::Value =
                serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}", ended.stderr));
            assert_eq!(report["grants"][0]["app"], app, "{name} {record}");
            let told = report["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "ZS508");
            assert_eq!(told, claimed, "{name} {record}: {}", ended.stdout);
            assert_eq!(ended.code, Some(i32::from(app == "strict")), "{name} {record}");
        }
    }
}

#[test]
fn a_lock_says_what_is_not_known() {
    let known = "{\"app\":\"a\",\"scope\":\"openid\",\"dc\":\"eu\"}\n";
    let some = format!(
        "{known}{{\"app\":\"b\",\"access_token\":\"1000.x.y\",\"dc\":\"us\"}}\n{{\"app\":\"c\",\"scope\":7}}\n"
    );
    let mut run = audit(&["t.ndjson", "--lock"]).file("t.ndjson", &some);
    let ended = run.ended();
    assert_eq!(ended.code, Some(3));
    assert!(ended.stderr.contains("not known what is held by `b` (us), `c` (unknown)"), "{}", ended.stderr);
    assert!(!run.path().join("zscope.lock").exists());
    let mut run = audit(&["t.ndjson", "--lock", "--lock-known"]).file("t.ndjson", &some);
    assert_eq!(run.ended().code, Some(3));
    let lock = fs::read_to_string(run.path().join("zscope.lock")).unwrap();
    assert!(lock.ends_with("grants:\n  a:\n    eu:\n      - openid\nunknown:\n  b: [us]\n  c: [unknown]\n"), "{lock}");
    let check = |lock: &str, text: &str| {
        let accepted = "version: 1\ndefault: allow\nunknown-grants: [{ grant: b, reason: r }]\n";
        let run = audit(&["t.ndjson", "--check-lock"]).file("zscope.yaml", accepted).file("zscope.lock", lock);
        run.file("t.ndjson", text).ended()
    };
    let unknown = "{\"app\":\"b\",\"access_token\":\"1000.x.y\",\"dc\":\"us\"}\n";
    let held = "version: 1\ngrants: { b: { us: [openid] } }\n";
    assert_eq!(check(&lock, &format!("{known}{unknown}")).code, Some(0));
    let drifted = check(held, unknown);
    assert!(drifted.code == Some(1) && drifted.stdout.contains("grant-drift"), "{}", drifted.stdout);
    assert_eq!(check("version: 1\ngrants: { b: { us: [] } }\n", unknown).code, Some(1));
}

#[test]
fn an_apis_refusal_is_named_with_the_next_step() {
    let refused = "{\"code\":\"OAUTH_SCOPE_MISMATCH\",\"details\":{},\"message\":\"invalid oauth scope to access this URL\",\"status\":\"error\"}";
    let mut told = String::new();
    for text in [
        refused.to_owned(),
        "{\"code\":57,\"message\":\"You are not authorized to perform this operation\"}".to_owned(),
        "{\"status\":\"failure\",\"summary\":\"INVALID_OAUTHSCOPE\",\"data\":{\"errorCode\":8540}}".to_owned(),
        "[2, {\"msg\": \"Invalid OAuth scope\", \"errorCode\": \"INVALID_OAUTHSCOPE\", \"moreInfo\": null}]".to_owned(),
        format!("HTTP/1.1 401\r\nContent-Type: application/json\r\n\r\n{refused}"),
        format!(
            "{{\"method\":\"GET\",\"url\":\"https://www.zohoapis.eu/crm/v8/Leads?page=1\",\"status\":401,\"response\":{refused}}}"
        ),
    ] {
        let ended = audit(&["answer"]).file("answer", &text).ended();
        assert_eq!(ended.code, Some(3), "{text}");
        let lines = ended.stdout.lines().filter(|line| line.contains("error") || line.contains("help:"));
        let _ = writeln!(told, "{}", lines.collect::<Vec<_>>().join("\n"));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn the_lock_is_written_whole_and_growth_fails() {
    let response = |scopes: &str| {
        format!("{{\"client\": \"sync\", \"scope\": \"{scopes}\", \"api_domain\": \"https://www.zohoapis.eu\"}}\n")
    };
    let old = response("ZohoBooks.invoices.READ email");
    let mut run = audit(&["t.json", "--lock"]).file("t.json", &old);
    let ended = run.ended();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let lock = fs::read_to_string(run.path().join("zscope.lock")).unwrap();
    insta::assert_snapshot!("lock", lock);

    let same = audit(&["t.json", "--check-lock"]).file("zscope.lock", &lock).file("t.json", old).ended();
    assert_eq!(same.code, Some(0), "{}", same.stdout);
    let grown = audit(&["t.json", "--check-lock"])
        .file("zscope.lock", &lock)
        .file("t.json", response("ZohoBooks.invoices.ALL"));
    insta::assert_snapshot!("grown", grown.transcript());

    let mut run =
        audit(&["t.json", "--lock"]).file("zscope.lock", &lock).file("t.json", "{\"access_token\": \"1000.x.y\"}");
    assert_eq!(run.ended().code, Some(3));
    assert_eq!(fs::read_to_string(run.path().join("zscope.lock")).unwrap(), lock);
    let missing = audit(&["t.json", "--check-lock"]).file("t.json", "{}").ended();
    assert_eq!(missing.code, Some(2), "{}", missing.stderr);
}

#[test]
fn wrong_usage_is_told() {
    for args in [
        &["-", "-"][..],
        &["t.json", "--lock", "--check-lock"],
        &["t.json", "--requested", "nonsense.x"],
        &["t.json", "--requested", "no/such/file"],
        &["t.json", "--lock=no/such/folder/lock"],
        &["t.json", "--check-lock=missing"],
    ] {
        let ended = audit(args).file("t.json", "{}").ended();
        assert_eq!(ended.code, Some(2), "{args:?}: {} {}", ended.stdout, ended.stderr);
    }
}

#[test]
fn no_token_reaches_any_output() {
    let secret = token(11);
    let jwt = format!("eyJ{CANARY}abcdef.{CANARY}abcdef.{CANARY}abcdef");
    let odd = format!("{CANARY}-short");
    let records = [
        format!("{{\"access_token\": \"{secret}\", \"scope\": \"ZohoBooks.fullaccess.all\", \"rt\": \"{odd}\"}}"),
        format!(
            "{{\"access_token\": \"{secret}\", \"token\": [\"{odd}\", {{\"x\": \"{odd}\"}}], \"scope\": \"nonsense.x\"}}"
        ),
        format!("{{\"{secret}\": {{\"scope\": \"ZohoBooks.fullaccess.all\", \"id_token\": \"{jwt}\"}}}}"),
        format!("{{\"client_secret\": \"{odd}\", \"error\": \"invalid_client\"}}"),
        format!("{{\"access_token\": \"{secret}\", \"code\": \"{secret}\""),
        format!("{{\"access_token\": \"{secret}\", \"access_token\": \"{secret}\"}}"),
        format!("{{\"access_token\": \"{secret}\", \"api_domain\": \"https://x.example/?code={secret}\"}}"),
        format!("{{\"a\": \"{{\\\"refresh_token\\\": \\\"{odd}\\\", \\\"scope\\\": \\\"ZohoCRM.modules.ALL\\\"}}\"}}"),
        format!("{{\"client\": \"{secret}\", \"scope\": \"ZohoCRM.modules.ALL\"}}"),
        format!("{{\"error\": \"{secret}\"}}"),
        format!("<html>{secret}</html>"),
        format!("https://x.example/cb?code={secret}&location=in"),
        secret.clone(),
    ];
    let whole = records.join("\n");
    let tables = [
        format!(
            "app,scope,refresh_token,note\nx,ZohoBooks.fullaccess.all,{secret},{odd}\n{secret},nonsense.x,{odd},\n"
        ),
        // Cells beyond the header, over several lines, with quotes, in a response.
        format!("app;scope;note\r\nx;ZohoBooks.fullaccess.all;\"{odd}\r\n{odd} \"\"{odd}\"\"\";{odd};{secret}\r\n"),
        format!("app;response\nx;\"{{\"\"scope\"\": \"\"ZohoBooks.fullaccess.all\"\", \"\"x\"\": \"\"{odd}\"\"}}\"\n"),
        // No header: the first row is none.
        format!("sync,ZohoBooks.fullaccess.all,{secret},{odd}\nother,email,{secret},{odd}\n"),
        format!("{odd},scope\n{odd},\"ZohoBooks.fullaccess.all\n"),
    ];
    let blob = format!(
        "{{\"refresh_token\": \"{odd}\", \"scope\": \"ZohoBooks.fullaccess.all\", \"t\": {{\"access_token\": \"{odd}\"}}}}"
    );
    let once = serde_json::to_string(&blob).unwrap();
    let twice = serde_json::to_string(&once).unwrap();
    let mut inputs: Vec<(String, &str)> = records.iter().map(|record| (record.clone(), "t.json")).collect();
    inputs.push((whole, "t.ndjson"));
    inputs.push((format!("{once}\n{twice}\n{{\"data\": [{blob}, {once}]}}\n"), "t.ndjson"));
    inputs.extend(tables.into_iter().map(|table| (table, "t.csv")));
    let formats = zscope::report::Format::all().iter().map(|format| format.name());
    for format in formats {
        for (text, name) in &inputs {
            let run = |args: &[&str]| {
                let mut run = audit(&[&[*name, "--format", format][..], args].concat()).file(name, text);
                run.command.env("GITHUB_STEP_SUMMARY", "summary.md");
                let ended = run.ended();
                let mut all = format!("{}{}", ended.stdout, ended.stderr);
                for entry in fs::read_dir(run.path()).unwrap().map(|entry| entry.unwrap().path()) {
                    if entry.file_name().unwrap() != *name {
                        all.push_str(&fs::read_to_string(entry).unwrap());
                    }
                }
                all
            };
            for args in [&["--plan"][..], &["--summary", "--lock"]] {
                let all = run(args);
                assert!(!all.contains(CANARY), "{format} {name} {args:?}: {text}\n{all}");
                assert!(!all.contains("panicked"), "{all}");
            }
        }
    }
    // Where a list of scopes, a lock or an option is wrong.
    for args in [vec!["t.json", "--requested", secret.as_str()], vec!["t.json", "--check-lock"], vec![secret.as_str()]]
    {
        let lock = format!("version: 1\ngrants:\n  {secret}:\n    {secret}: [{secret}]\n{secret}: 1\n");
        let ended = audit(&args).file("zscope.lock", lock).file("t.json", "{}").ended();
        let all = format!("{}{}", ended.stdout, ended.stderr);
        assert!(!all.contains(CANARY) && ended.code > Some(1), "{args:?}: {all}");
    }
}

#[test]
fn tables_point_into_the_file_itself() {
    let policy = "version: 1\nallow: [email]\napps: { sync: { owner: us, requested: [email, openid] } }\n";
    let table = "\u{feff}app;scope;response;\"free\r\nnote\"\r\n\
                 sync;\"ZohoBooks.fullaccess.all,\r\n email\";;x\r\n\
                 \r\n\
                 \u{fc}nknown;zohobooks.Invoices.read;;\"a \"\"quoted\"\" word\"\r\n\
                 other;;\"{\"\"scope\"\": \"\"email No.such.READ\"\",\r\n  \"\"api_domain\"\": \"\"https://evil.example\"\"}\";\r\n\
                 short\r\n";
    let run = || audit(&["export.csv"]).file("zscope.yaml", policy).file("export.csv", table);
    insta::assert_snapshot!("table_places", run().transcript());
    let mut json = audit(&["export.csv", "--format", "json"]).file("zscope.yaml", policy).file("export.csv", table);
    let report: serde_json::Value = serde_json::from_str(&json.ended().stdout).unwrap();
    let lines: Vec<&str> = table.trim_start_matches('\u{feff}').split("\r\n").collect();
    for scope in report["scopes"].as_array().unwrap() {
        let number = |key: &str| usize::try_from(scope["location"][key].as_u64().unwrap()).unwrap();
        let found: String = lines[number("line") - 1].chars().skip(number("column") - 1).collect();
        assert!(found.starts_with(scope["written"].as_str().unwrap()), "{scope}");
    }
    assert_eq!(report["scopes"].as_array().unwrap().len(), 5);
}

#[test]
fn a_table_without_a_column_for_scopes_is_told_once() {
    let ended = audit(&["t.csv"]).file("t.csv", "name,when\na,1\nb,2\n").ended();
    assert_eq!(ended.code, Some(3));
    assert_eq!(
        ended.stdout.matches("no column of the table is called `scope` or `response`").count(),
        1,
        "{}",
        ended.stdout
    );
}

#[test]
fn compressed_files_are_named() {
    for (start, form) in
        [(&b"\x1f\x8b\x08\0"[..], "gzip"), (b"PK\x03\x04\x14\0", "zip"), (b"\x28\xb5\x2f\xfd\0", "zstd")]
    {
        let ended = audit(&["grants.ndjson.gz"]).file("grants.ndjson.gz", start).ended();
        assert_eq!(ended.code, Some(3));
        assert!(ended.stdout.contains(&format!("is compressed ({form})")), "{}", ended.stdout);
    }
}

/// A plan's command is pasted into a shell, with the smaller grant that the plan asks for.
#[cfg(unix)]
#[test]
fn the_command_of_a_plan_works_when_it_is_pasted() {
    let policy = "version: 1\nallow: [\"ZohoBooks.{invoices,contacts}.READ\"]\napps:\n  \"nightly sync's\": { owner: us, data-centers: [in], \
                  clients: [1000.GMB0YULZHJK411248S8I5GZ4CHUEX0] }\n";
    let grant = |scopes: &str| {
        format!(
            "{{\"client_id\": \"1000.GMB0YULZHJK411248S8I5GZ4CHUEX0\", \"access_token\": \"{}\", \"scope\": \"{scopes}\", \"api_domain\": \"https://www.zohoapis.in\"}}",
            token(1)
        )
    };
    let mut run = audit(&["t.json", "--policy", "a policy.yaml", "--plan", "--format", "json"])
        .file("a policy.yaml", policy)
        .file("t.json", grant("ZohoBooks.fullaccess.all ZohoBooks.contacts.ALL"));
    let ended = run.ended();
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}", ended.stderr));
    let plan = &report["plans"][0];
    assert_eq!(plan["accounts_host"], "accounts.zoho.in");
    let kept: Vec<&str> = plan["keep"].as_array().unwrap().iter().map(|scope| scope.as_str().unwrap()).collect();
    assert_eq!(kept, ["ZohoBooks.contacts.READ", "ZohoBooks.invoices.READ"]);
    let paste = |scopes: &str| {
        fs::write(run.path().join("new-token.json"), grant(scopes)).unwrap();
        let folder = Path::new(env!("CARGO_BIN_EXE_zscope")).parent().unwrap();
        let mut shell = std::process::Command::new("/bin/sh");
        shell.arg("-c").arg(plan["verify"].as_str().unwrap()).current_dir(run.path()).env_clear().env("PATH", folder);
        let output = shell.output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, told) = paste(&kept.join(" "));
    assert_eq!(code, Some(0), "{told}");
    let (code, told) = paste("ZohoBooks.contacts.READ ZohoBooks.invoices.READ ZohoBooks.invoices.CREATE");
    assert!(code == Some(1) && told.contains("excess-grant"), "{told}");
    let (code, told) = paste("ZohoBooks.contacts.READ");
    assert!(code == Some(0) && told.contains("missing-grant"), "{told}");
}

#[test]
fn plans_say_what_only_people_can_decide() {
    let plan = |policy: &str, response: &str, args: &[&str]| {
        let mut all = vec!["t.json", "--plan", "--format", "json"];
        all.extend(args);
        let ended = audit(&all).file("zscope.yaml", policy).file("t.json", response).ended();
        let report: serde_json::Value =
            serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}", ended.stderr));
        let steps = report["plans"][0]["steps"].as_array().unwrap_or_else(|| panic!("{report}"));
        steps.iter().map(|step| step.as_str().unwrap()).collect::<Vec<_>>().join("\n")
    };
    let open = "version: 1\ndefault: allow\n";
    let mut told = String::new();
    for (what, policy, response, args) in [
        (
            "too wide, and nobody says which part is needed",
            open,
            "{\"scope\": \"ZohoBooks.fullaccess.all email\", \"access_token\": \"x\"}",
            &[][..],
        ),
        (
            "too wide, and requested so",
            open,
            "{\"scope\": \"ZohoBooks.fullaccess.all email\", \"dc\": \"au\"}",
            &["--requested", "ZohoBooks.fullaccess.all,email"],
        ),
        (
            "too wide, and less is requested",
            open,
            "{\"scope\": \"ZohoBooks.fullaccess.all email\", \"dc\": \"cn\"}",
            &["--requested", "ZohoBooks.invoices.READ"],
        ),
        ("nothing is allowed", "version: 1\n", "{\"scope\": \"ZohoBooks.invoices.ALL\", \"dc\": \"ca\"}", &[]),
        (
            "in the wrong data centre",
            "version: 1\nallow: [email]\napps: { x: { owner: o, data-centers: [jp, sa] } }\n",
            "{\"app\": \"x\", \"scope\": \"ZohoBooks.invoices.READ email\", \"dc\": \"us\"}",
            &[],
        ),
        (
            "in an unknown one, of an app that has one",
            "version: 1\nallow: [email]\napps: { x: { owner: o, data-centers: [uk] } }\n",
            "{\"app\": \"x\", \"scope\": \"ZohoBooks.invoices.READ email\"}",
            &[],
        ),
        (
            "many parts are allowed",
            "version: 1\nallow: [\"ZohoCRM.modules.*.{READ,CREATE,UPDATE}\", \"ZohoCRM.settings.*.READ\", \"ZohoCRM.*.READ\"]\n",
            "{\"scope\": \"ZohoCRM.modules.ALL ZohoCRM.settings.ALL ZohoCRM.users.ALL\", \"dc\": \"ae\"}",
            &[],
        ),
    ] {
        let _ = writeln!(told, "== {what}\n{}\n", plan(policy, response, args));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn hostile_inputs_are_told_and_nothing_is_lost() {
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let nested = format!("{}{{\"scope\": \"openid\"}}{}", "{\"a\":".repeat(200), "}".repeat(200));
    let long =
        format!("{{\"scope\": \"{} {}\"}}", "ZohoBooks.invoices.READ ".repeat(1000), "x".repeat(10 * 1024 * 1024));
    let lines: Vec<Vec<u8>> = vec![
        b"\xef\xbb\xbf{\"scope\": \"openid\"}\r".to_vec(),
        b"".to_vec(),
        b"   ".to_vec(),
        b"{\"scope\": \"openid\0\"}".to_vec(),
        b"{\"scope\": \"\xff\"}".to_vec(),
        b"{\"scope\": \"openid\"".to_vec(),
        b"{\"scope\": 7}".to_vec(),
        b"{\"scope\": [\"openid\", \"email\"]}".to_vec(),
        b"null".to_vec(),
        b"{\"scope\": \"openid\", \"scope\": \"email\"}".to_vec(),
        deep.into_bytes(),
        nested.into_bytes(),
        long.into_bytes(),
        b"{\"scope\": \"openid email\"}".to_vec(),
    ];
    let records = lines.iter().filter(|line| !line.trim_ascii().is_empty()).count();
    let ended = audit(&["t.ndjson", "--format", "json"]).file("t.ndjson", lines.join(&b'\n')).ended();
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["totals"]["all"]["grants"], records, "{}", report["totals"]["all"]);
    let states: Vec<&str> =
        report["grants"].as_array().unwrap().iter().map(|grant| grant["state"].as_str().unwrap()).collect();
    let (known, failed) = ("known", "failed");
    // A list of ten mebibytes is that of no token.
    assert_eq!(states, [known, failed, failed, failed, failed, known, failed, failed, failed, failed, failed, known]);
    assert_eq!(report["summary"]["not_evaluated"], 9);
}

#[test]
fn a_large_run_is_cut_for_people_and_whole_for_programs() {
    let mut lines = String::new();
    for number in 0..3000 {
        let scope = if number % 10 == 3 { "ZohoBooks.fullaccess.all" } else { "ZohoBooks.invoices.READ email" };
        let _ = writeln!(
            lines,
            "{{\"client\": \"c{}\", \"access_token\": \"{}\", \"scope\": \"{scope}\", \"api_domain\": \"https://www.zohoapis.eu\"}}",
            number % 7,
            token(number)
        );
    }
    let mut run = audit(&[
        "g.ndjson",
        "--format",
        "text",
        "--output",
        "json=r.json",
        "--output",
        "csv=r.csv",
        "--output",
        "ndjson=r.ndjson",
    ])
    .file("g.ndjson", &lines);
    let ended = run.ended();
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert_eq!(ended.stdout.matches("error[ZS201").count(), 1);
    assert!(ended.stdout.contains("the same of 99 more places: "), "{}", ended.stdout);
    let tail = ended.stdout.split("shown above:").nth(1).unwrap();
    insta::assert_snapshot!(tail);
    let read = |name: &str| fs::read_to_string(run.path().join(name)).unwrap();
    let report: serde_json::Value = serde_json::from_str(&read("r.json")).unwrap();
    assert_eq!(report["summary"]["findings"]["error"], 300);
    assert_eq!(report["grants"].as_array().unwrap().len(), 100);
    assert_eq!(report["grants"][99]["location"]["line"], 994);
    assert_eq!(read("r.csv").lines().count(), 1 + 300 + 2 * 2700);
    let rows = read("r.ndjson");
    assert_eq!(rows.matches("{\"type\":\"grant\"").count(), 3000);
    assert_eq!(rows.matches("{\"type\":\"scope\"").count(), 300 + 2 * 2700);
    assert!(rows.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
    assert!(!rows.contains(CANARY) && !read("r.csv").contains(CANARY));
}
