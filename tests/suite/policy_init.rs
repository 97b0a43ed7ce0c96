//! `zscope policy init`: a first policy from everything that it may be made from, held against what it was made from.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use crate::run::{Ended, Run, zscope};

const DAY: [&str; 2] = ["--as-of", "2026-11-23"];

fn init(args: &[&str]) -> Run {
    zscope(&[&["policy", "init"], args, &DAY].concat())
}

/// The kinds of faults that lint finds in `zscope.yaml`.
fn faults(run: Run) -> (Run, BTreeSet<String>) {
    let mut run = run.again(&[&["policy", "lint", "--format", "json"][..], &DAY].concat());
    let ended = run.ended();
    let told: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}", ended.stderr));
    let kinds = told["faults"].as_array().unwrap().iter().map(|fault| fault["kind"].as_str().unwrap().to_owned());
    (run, kinds.collect())
}

fn written(run: &mut Run) -> String {
    let ended = run.ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    fs::read_to_string(run.path().join("zscope.yaml")).unwrap()
}

/// Without any one entry `args` fails, and `policy diff` calls what is left narrower.
fn no_less_would_do(mut run: Run, text: &str, args: &[&str]) -> Run {
    let lines: Vec<&str> = text.lines().collect();
    let entries: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].trim_start().starts_with("- { scope:")).collect();
    assert!(!entries.is_empty(), "{text}");
    for at in entries {
        let mut less = lines.clone();
        let gone = less.remove(at);
        let less = less.join("\n").replace("    allow:\n    owner", "    owner").replace("    allow:\n\n", "\n");
        run = run.file("less.yaml", less + "\n").again(&["policy", "diff", "zscope.yaml", "less.yaml"]);
        let ended = run.ended();
        let is_narrower = ended.stdout.contains("NEW is narrower") || ended.code == Some(2);
        assert!(is_narrower, "{gone}: {}{}", ended.stdout, ended.stderr);
        run = run.again(&[args, &["--policy", "less.yaml"], &DAY[..]].concat());
        let ended = run.ended();
        assert!(matches!(ended.code, Some(1 | 2)), "{gone}: {}{}", ended.stdout, ended.stderr);
        run = run.again(&[]);
    }
    run
}

fn passes(run: Run, args: &[&str]) -> Run {
    let mut run = run.again(&[args, &DAY[..]].concat());
    let Ended { code, stdout, stderr } = run.ended();
    assert_eq!(code, Some(0), "{args:?}: {stdout}{stderr}");
    run
}

#[test]
fn a_policy_of_a_tree_passes_it_and_is_clean_but_for_owners() {
    let mut run = init(&[])
        .file("services/sync/app.py", "SCOPES = 'ZohoBooks.invoices.READ,ZohoBooks.contacts.READ'\n")
        .file("services/wide/app.py", "scope = 'ZohoBooks.fullaccess.all'\n")
        .file("services/shared.py", "scope = 'ZohoCRM.users.READ'\n")
        .file("billing/a/b.js", "const scope = `ZohoCRM.modules.${name}.READ`;\n")
        .file("top.env", "ZOHO_SCOPE=Desk.tickets.READ\n");
    let text = written(&mut run);
    assert!(text.contains("paths: [services/shared.py]") && text.contains("ZohoCRM.modules.*.READ"), "{text}");
    let run = passes(run, &["scan"]);
    let (run, kinds) = faults(run);
    assert_eq!(kinds, BTreeSet::from(["placeholder-owner".to_owned()]), "{text}");
    let run = no_less_would_do(run, &text, &["scan"]);
    // With owners and tickets nothing is left to say.
    fs::write(run.path().join("zscope.yaml"), text.replace("TODO", "T-1")).unwrap();
    let (_, kinds) = faults(run);
    assert!(kinds.is_empty(), "{kinds:?}");
}

#[test]
fn a_policy_of_tokens_passes_their_audit() {
    let tokens = "{\"app\":\"crm\",\"scope\":\"ZohoCRM.users.READ,ZohoCRM.modules.leads.READ\",\"access_token\":\"x\",\"api_domain\":\"https://www.zohoapis.eu\"}\n\
                  {\"client_id\":\"1000.GMB0YULZHJK411248S8I5GZ4CHUEX0\",\"scope\":\"Desk.tickets.READ\",\"api_domain\":\"https://www.zohoapis.eu\"}\n";
    let mut run = init(&["--tokens", "grants.ndjson"]).file("grants.ndjson", tokens);
    let text = written(&mut run);
    assert!(
        text.contains("  client-gmb0yu:\n") && text.contains("why: \"held by a grant of grants.ndjson\""),
        "{text}"
    );
    let run = passes(run, &["audit", "grants.ndjson"]);
    let run = no_less_would_do(run, &text, &["audit", "grants.ndjson"]);
    let (run, kinds) = faults(run);
    assert_eq!(kinds, BTreeSet::from(["placeholder-owner".to_owned()]), "{text}");
    // The lock of the same tokens gives the same access.
    let run = passes(run, &["audit", "grants.ndjson", "--lock"]);
    let run = passes(run, &["policy", "init", "--lock", "zscope.lock", "--output", "of-lock.yaml"]);
    let mut run = run.again(&["policy", "diff", "zscope.yaml", "of-lock.yaml", "--format", "json"]);
    let told: Value = serde_json::from_str(&run.ended().stdout).unwrap();
    assert_eq!(told["access"].as_array().unwrap().len(), 0, "{told}");
}

fn har(calls: &[&str]) -> String {
    let entry = |call: &&str| {
        let (method, path) = call.split_once(' ').unwrap();
        json!({ "request": { "method": method, "url": format!("https://www.zohoapis.eu{path}") }, "response": { "status": 200 } })
    };
    json!({ "log": { "entries": calls.iter().map(entry).collect::<Vec<_>>() } }).to_string()
}

#[test]
fn a_policy_of_calls_allows_the_least_that_opens_them() {
    let calls = ["GET /books/v3/invoices", "GET /books/v3/invoices/4815162342", "POST /books/v3/contacts"];
    let mut run = init(&["--calls", "traffic.har"]).file("traffic.har", har(&calls));
    let text = written(&mut run);
    for line in [
        "  traffic:",
        "      - { scope: ZohoBooks.contacts.CREATE, calls: [\"POST /books/v3/contacts\"] }",
        "      - { scope: ZohoBooks.invoices.READ, calls: [\"GET /books/v3/invoices\", \"GET /books/v3/invoices/{invoice_id}\"] }",
    ] {
        assert!(text.lines().any(|known| known == line), "{line}: {text}");
    }
    assert!(!text.contains("4815162342"), "{text}");
    let (run, kinds) = faults(run);
    assert_eq!(kinds, BTreeSet::from(["placeholder-owner".to_owned()]), "{text}");
    let mut run = run.again(&["least", "traffic.har", "--format", "scopes"]);
    let least = run.ended().stdout;
    let run = passes(run, &["check", least.trim(), "--app", "traffic"]);
    no_less_would_do(run, &text, &["check", least.trim(), "--app", "traffic"]);
    // Logs, and the source of a folder, each app by its own folder.
    let log = "10.0.0.1 - - [23/Nov/2026:10:00:00 +0000] \"GET /books/v3/invoices HTTP/1.1\" 200 12\n";
    let source = "import requests\nrequests.get('https://www.zohoapis.eu/books/v3/contacts')\n";
    let mut run = init(&["--calls", "access.log", "--calls", "services"])
        .file("access.log", log)
        .file("services/reader/app.py", source);
    let text = written(&mut run);
    for line in
        ["  access:", "  reader:", "      - { scope: ZohoBooks.contacts.READ, calls: [\"GET /books/v3/contacts\"] }"]
    {
        assert!(text.lines().any(|known| known == line), "{line}: {text}");
    }
    assert_eq!(init(&["--calls", "x.txt"]).file("x.txt", "nothing here\n").ended().code, Some(3));
    assert_eq!(init(&["--calls", "none.har"]).ended().code, Some(2));
}

#[test]
fn strict_leaves_out_what_no_call_needs() {
    let asked = "ZohoBooks.invoices.ALL\nZohoBooks.bills.READ\nZohoBooks.contacts.READ\n";
    let calls = ["GET /books/v3/invoices", "GET /books/v3/contacts"];
    let args = ["--app", "sync", "--requests", "asked.txt", "--calls", "traffic.har"];
    let run =
        |more: &[&str]| init(&[&args[..], more].concat()).file("asked.txt", asked).file("traffic.har", har(&calls));
    let all = written(&mut run(&[]));
    assert!(all.contains("ZohoBooks.bills.READ") && all.contains("ZohoBooks.invoices.ALL"), "{all}");
    let mut strict = run(&["--strict"]);
    let ended = strict.ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let text = fs::read_to_string(strict.path().join("zscope.yaml")).unwrap();
    for line in [
        "      - { scope: ZohoBooks.contacts.READ, calls: [\"GET /books/v3/contacts\"] }",
        "      - { scope: ZohoBooks.invoices.READ, calls: [\"GET /books/v3/invoices\"] }",
        "      # left out: ZohoBooks.bills.READ, asked for in asked.txt:2: no call that was seen needs it",
    ] {
        assert!(text.lines().any(|known| known == line), "{line}: {text}");
    }
    assert!(!text.contains("scope: ZohoBooks.bills.READ") && !text.contains("scope: ZohoBooks.invoices.ALL"), "{text}");
    assert!(ended.stderr.contains("sync: ZohoBooks.bills.READ is left out: ask for it no more"), "{}", ended.stderr);
    let (strict, kinds) = faults(strict);
    assert_eq!(kinds, BTreeSet::from(["placeholder-owner".to_owned()]), "{text}");
    // What asks for more fails until it asks for less.
    let mut strict = strict.again(&["check", "asked.txt", "--app", "sync"]);
    assert_eq!(strict.ended().code, Some(1));
    let mut strict = strict.again(&["check", "ZohoBooks.invoices.READ,ZohoBooks.contacts.READ", "--app", "sync"]);
    assert_eq!(strict.ended().code, Some(0));
    // Of a call in doubt, and where none was seen, nothing is proven.
    let doubt = init(&[&args[..], &["--strict"]].concat())
        .file("asked.txt", asked)
        .file("traffic.har", har(&["GET /books/v3/invoices", "GET /books/v3/nothing/known/of/this"]))
        .ended();
    assert!(doubt.stderr.contains("is not in the catalog"), "{}", doubt.stderr);
    assert!(!doubt.stderr.contains("left out: ask"), "{}", doubt.stderr);
    let mut tree = init(&["--strict"])
        .file("services/sync/app.py", "SCOPE = 'ZohoBooks.invoices.READ,ZohoBooks.bills.READ'\nimport requests\nrequests.get('https://www.zohoapis.eu/books/v3/invoices')\n")
        .file("services/other/app.py", "SCOPE = 'ZohoBooks.bills.READ'\n");
    let ended = tree.ended();
    assert!(ended.stderr.contains("other: no calls were seen, so that nothing is left out"), "{}", ended.stderr);
    let text = fs::read_to_string(tree.path().join("zscope.yaml")).unwrap();
    assert_eq!(text.matches("scope: ZohoBooks.bills.READ").count(), 1, "{text}");
}

#[test]
fn what_nobody_knows_is_no_entry() {
    let mut run = init(&[]).file("a/app.py", "scope = 'ZohoBooks.dreams.READ,ZohoBooks.invoices.READ'\n");
    let ended = run.ended();
    assert!(ended.stderr.contains("a: the catalog does not know ZohoBooks.dreams.READ"), "{}", ended.stderr);
    let text = fs::read_to_string(run.path().join("zscope.yaml")).unwrap();
    assert!(
        text.contains("# no entry makes this pass, since the catalog does not know it: ZohoBooks.dreams.READ"),
        "{text}"
    );
    let (_, kinds) = faults(run);
    assert_eq!(kinds, BTreeSet::from(["placeholder-owner".to_owned()]), "{text}");
}
