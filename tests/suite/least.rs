//! `zscope least`: the answer as people and programs get it, what it is compared with, and its proof.

use serde_json::Value;

use crate::run::{Ended, zscope};

const CALLS: &str = "GET https://www.zohoapis.eu/books/v3/invoices\nPOST /books/v3/invoices\nDELETE /crm/v8/Leads/77\n\
                     GET https://api.stripe.com/v1/customers\n";

fn least(args: &[&str]) -> Ended {
    zscope(&[&["least"], args].concat()).file("calls.txt", CALLS).ended()
}

fn json(args: &[&str]) -> Value {
    serde_json::from_str(&least(&[args, &["--format", "json"]].concat()).stdout).unwrap()
}

#[test]
fn the_answer_for_people() {
    let ended = least(&["calls.txt", "--why"]);
    insta::assert_snapshot!(ended.stdout);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[test]
fn calls_are_named_in_every_way() {
    for args in [
        &["GET", "/books/v3/invoices"][..],
        &["GET /books/v3/invoices"],
        &["get", "https://www.zohoapis.com/books/v3/invoices?page=2"],
        &["-"],
        &[],
        &["--app", "sync"],
        &["zscope.yaml"],
        &["a.txt"],
    ] {
        let policy = "version: 1\ndefault: allow\napps:\n  sync: { owner: o, calls: [GET /books/v3/invoices] }\n";
        let mut run = zscope(&[&["least"], args, &["--format", "scopes"]].concat())
            .file("zscope.yaml", policy)
            .file("a.txt", "GET /books/v3/invoices\n")
            .stdin("GET /books/v3/invoices\n");
        let ended = run.ended();
        assert_eq!(
            (ended.stdout.as_str(), ended.code),
            ("ZohoBooks.invoices.READ\n", Some(0)),
            "{args:?}: {}",
            ended.stderr
        );
    }
}

#[test]
fn what_is_not_known_is_told_and_fails() {
    for (calls, code, told) in [
        ("GET /books/v3/invoices", 0, "proven: nothing that suffices reaches less"),
        ("GET /books/v3/chickens/1/feathers", 1, "the call is not in the catalog"),
        ("GET https://www.zohoapis.com/crm/v8/{module}", 1, "which is filled in at run time"),
        ("GET https://api.stripe.com/v1/customers", 0, "0 of 1 call matched; 1 other hosts"),
    ] {
        let ended = least(&[calls]);
        assert_eq!(ended.code, Some(code), "{calls}: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stdout.contains(told), "{calls}: {}", ended.stdout);
    }
    assert_eq!(least(&["nothing.txt"]).code, Some(3));
    assert_eq!(least(&["GET"]).code, Some(2));
    // What is in doubt fails where everything has to be proven.
    let in_doubt = ["GET", "https://www.zohoapis.com/crm/v2/Leads"];
    assert_eq!(least(&in_doubt).code, Some(0));
    assert!(least(&in_doubt).stdout.contains("not proven"), "{}", least(&in_doubt).stdout);
    assert_eq!(least(&[&in_doubt[..], &["--strict"]].concat()).code, Some(1));
}

#[test]
fn a_list_is_held_against_the_calls() {
    let list = "ZohoBooks.invoices.ALL,ZohoBooks.settings.READ,ZohoBooks.invoices.READ";
    let ended = least(&["calls.txt", "--requested", list]);
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.stdout);
    let document = json(&["calls.txt", "--requested", list]);
    let compared = &document["compared"][0];
    assert_eq!(compared["unused"][0]["scope"], "ZohoBooks.invoices.READ");
    assert_eq!(compared["unused"][1]["scope"], "ZohoBooks.settings.READ");
    assert_eq!(compared["too_wide"][0]["scope"], "ZohoBooks.invoices.ALL");
    assert_eq!(compared["missing"][0]["add"][0], "ZohoCRM.modules.leads.DELETE");
    assert_eq!(compared["missing"][0]["answer"], "HTTP 401 and `OAUTH_SCOPE_MISMATCH`");
    // The list that it asks for instead leaves nothing to say.
    let answer = document["list"].as_str().unwrap().to_owned();
    assert_eq!(least(&["calls.txt", "--requested", &answer]).code, Some(0));
    let token = format!("{{\"access_token\": \"1000.x.y\", \"scope\": \"{}\"}}", answer.replace(',', " "));
    let mut run =
        zscope(&["least", "calls.txt", "--granted", "token.json"]).file("calls.txt", CALLS).file("token.json", token);
    assert_eq!(run.ended().code, Some(0));
}

#[test]
fn the_answer_is_written_as_what_it_is_pasted_into() {
    for format in ["markdown", "scopes", "url", "policy"] {
        let ended = least(&["calls.txt", "--format", format]);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        insta::assert_snapshot!(format!("least_{format}"), ended.stdout);
    }
    // The piece of a policy is one.
    let piece = least(&["calls.txt", "--format", "policy"]).stdout;
    let policy = format!("version: 1\n{piece}");
    let ended = zscope(&["check", "ZohoBooks.invoices.READ", "--app", "my-app"]).file("zscope.yaml", policy).ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    assert!(ended.stdout.contains("lacks `ZohoCRM.modules.leads.DELETE`"), "{}{}", ended.stdout, ended.stderr);
}

#[test]
fn the_table_of_a_readme_is_held() {
    let table = least(&["calls.txt", "--format", "markdown"]).stdout;
    let readme = format!("# An app\r\n\r\n{}\r\nThe end.\r\n", table.replace('\n', "\r\n"));
    let check = |readme: &str| {
        let args = ["least", "calls.txt", "--check", "README.md"];
        zscope(&args).file("calls.txt", CALLS).file("README.md", readme).ended()
    };
    assert_eq!(check(&readme).code, Some(0));
    let ended = check(&readme.replace("ZohoBooks.invoices.READ", "ZohoBooks.invoices.ALL"));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stdout.contains("  - | `ZohoBooks.invoices.ALL`"), "{}", ended.stdout);
    assert!(ended.stdout.contains("`zscope least calls.txt --format markdown`"), "{}", ended.stdout);
    assert_eq!(check("# no table\n").code, Some(2));
}

#[test]
fn a_proof_is_written_and_checked() {
    let mut run = zscope(&["least", "calls.txt", "--proof", "proof.json"]).file("calls.txt", CALLS);
    assert_eq!(run.ended().code, Some(0));
    let proof = std::fs::read_to_string(run.path().join("proof.json")).unwrap();
    let verify = |proof: &str| zscope(&["least", "--verify", "proof.json"]).file("proof.json", proof).ended();
    let ended = verify(&proof);
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "the proof holds: 3 scopes for 3 calls, and nothing that suffices reaches less\n")
    );
    let ended = verify(&proof.replace("ZohoBooks.invoices.CREATE", "ZohoBooks.invoices.ALL"));
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    assert!(ended.stdout.starts_with("the proof does not hold"), "{}", ended.stdout);
    assert_eq!(verify("{}").code, Some(2));
    assert_eq!(verify("no proof").code, Some(2));
}

#[test]
fn the_calls_of_an_app_are_held_against_what_it_asks_for_and_holds() {
    let policy = "version: 1\ndefault: allow\napps:\n  sync:\n    owner: o\n    paths: [src/**]\n    calls: [GET /books/v3/invoices, GET /books/v3/contacts]\n";
    let names = |text: &str| {
        let report: Value = serde_json::from_str(text).unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        let of_calls = findings.filter(|finding| ["ZS207", "ZS208"].contains(&finding["code"].as_str().unwrap()));
        let mut told: Vec<String> = of_calls
            .map(|finding| format!("{} {}", finding["code"].as_str().unwrap(), finding["scope"].as_str().unwrap()))
            .collect();
        told.sort();
        told
    };
    let asked = "ZohoBooks.invoices.READ,ZohoBooks.bills.READ";
    let expected = ["ZS207 ZohoBooks.bills.READ", "ZS208 ZohoBooks.contacts.READ"];
    let mut check = zscope(&["check", asked, "--app", "sync", "--format", "json"]).file("zscope.yaml", policy);
    assert_eq!(names(&check.ended().stdout), expected);
    // What two files ask for is one request of the application.
    let mut scan = zscope(&["scan", "--format", "json"])
        .file("zscope.yaml", policy)
        .file("src/a.py", "scope = 'ZohoBooks.invoices.READ'\n")
        .file("src/b.py", "scope = 'ZohoBooks.bills.READ'\n");
    assert_eq!(names(&scan.ended().stdout), expected);
    let token = "{\"access_token\": \"1000.x.y\", \"scope\": \"ZohoBooks.invoices.READ ZohoBooks.bills.READ\"}";
    let mut audit = zscope(&["audit", "token.json", "--app", "sync", "--format", "json"])
        .file("zscope.yaml", policy)
        .file("token.json", token);
    assert_eq!(names(&audit.ended().stdout), expected);
    // Whoever asks for what the calls need hears nothing of it.
    let whole = "ZohoBooks.invoices.READ,ZohoBooks.contacts.READ";
    let mut check = zscope(&["check", whole, "--app", "sync", "--format", "json"]).file("zscope.yaml", policy);
    assert_eq!(names(&check.ended().stdout), Vec::<String>::new());
}

#[test]
fn a_refusal_is_named_with_the_scope_that_ends_it() {
    let crm = r#"{"code":"OAUTH_SCOPE_MISMATCH","details":{},"message":"invalid oauth scope to access this URL","status":"error"}"#;
    let run = |answer: &str, args: &[&str]| {
        zscope(&[&["who", "--denied", "-"], args].concat())
            .file("token.json", "{\"access_token\": \"1000.x.y\", \"scope\": \"ZohoBooks.invoices.READ\"}")
            .stdin(answer)
            .ended()
    };
    let ended = run(&format!("DELETE https://www.zohoapis.eu/crm/v8/Leads/1 401 {crm}"), &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    insta::assert_snapshot!(ended.stdout);
    // The call may stand in the arguments; what is there already counts.
    let books = r#"{"code":57,"message":"You are not authorized to perform this operation"}"#;
    let told = run(books, &["POST", "/books/v3/invoices", "--granted", "token.json"]).stdout;
    assert!(told.contains("perhaps a scope is missing") && told.contains("add ZohoBooks.invoices.CREATE"), "{told}");
    let told = run(books, &["GET", "/books/v3/invoices", "--granted", "token.json"]).stdout;
    assert!(told.contains("the scopes that are there suffice") && !told.contains("  add "), "{told}");
    // A wider need takes the place of what it covers.
    let told = run(crm, &["GET", "/crm/v8/Contacts/roles", "--requested", "ZohoCRM.modules.contacts.READ"]).stdout;
    assert!(told.contains("add ZohoCRM.modules.ALL"), "{told}");
    assert!(told.contains("in the place of ZohoCRM.modules.contacts.READ, which it covers"), "{told}");
    let told = run(crm, &[]).stdout;
    assert!(told.contains("name it beside --denied"), "{told}");
    let document: Value =
        serde_json::from_str(&run(crm, &["GET", "/crm/v8/Leads", "--format", "json"]).stdout).unwrap();
    assert_eq!(document["denied"]["add"][0], "ZohoCRM.modules.leads.READ");
    assert_eq!(document["matches"][0]["service"], "ZohoCRM");
    let told = run(r#"{"error":"invalid_scope"}"#, &[]);
    assert!(told.code == Some(1) && told.stdout.contains("does not exist"), "{}", told.stdout);
    for other in [r#"{"code":"NO_PERMISSION","status":403}"#, r#"{"code":"INVALID_TOKEN"}"#, "nothing"] {
        assert_eq!(run(other, &["GET", "/crm/v8/Leads"]).code, Some(1), "{other}");
    }
}

#[test]
fn a_source_tree_is_read_for_calls() {
    let mut run = zscope(&["least", "--scan", "src", "--format", "json"])
        .file("src/a.py", "import requests\nrequests.get('https://www.zohoapis.eu/books/v3/invoices')\n")
        .file("src/README.md", "POST https://www.zohoapis.eu/books/v3/bills makes a bill\n")
        .file("src/picture.png", [0xff, 0xd8, 0xff, 0x00]);
    let ended = run.ended();
    let document: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(document["list"], "ZohoBooks.invoices.READ", "{}{}", ended.stdout, ended.stderr);
    assert_eq!(
        (&document["calls"][0]["seen"][0]["input"], &document["calls"][0]["seen"][0]["line"]),
        (&"src/a.py".into(), &2.into())
    );
}

/// The calls of one small app, and what it has to ask for.
const APP: [(&str, &str); 5] = [
    ("GET", "https://www.zohoapis.eu/crm/v8/Leads"),
    ("POST", "https://www.zohoapis.eu/crm/v8/Deals"),
    ("GET", "https://www.zohoapis.eu/books/v3/invoices"),
    ("POST", "https://www.zohoapis.eu/books/v3/contacts"),
    ("GET", "https://desk.zoho.eu/api/v1/tickets/77"),
];
const ASKS: &str = "Desk.tickets.READ,ZohoBooks.contacts.CREATE,ZohoBooks.invoices.READ,ZohoCRM.modules.deals.CREATE,\
                    ZohoCRM.modules.leads.READ\n";

/// The app as each kind of record and of source shows it: name and text.
fn records() -> Vec<(&'static str, String)> {
    let each = |line: &dyn Fn(&str, &str) -> String| APP.map(|(method, url)| line(method, url)).join("");
    let entries = APP.map(|(method, url)| serde_json::json!({"request": {"method": method, "url": url}}));
    // As the vendor's documents become collections: a variable for the address, path and host in pieces, answers beside.
    let item = |(method, url): (&str, &str)| {
        let (base, path) = url.split_once(if url.contains("desk") { "/v1/" } else { "/v" }).unwrap();
        let base = if base.contains("desk") {
            "{{desk}}"
        } else if base.contains("crm") {
            "{{crm}}"
        } else {
            "{{books}}"
        };
        let path: Vec<&str> = path.split('/').skip(usize::from(!url.contains("desk"))).collect();
        let request = serde_json::json!({
            "url": {"path": path, "host": [base], "query": [{"key": "x", "value": "<integer>"}], "variable": []},
            "method": method, "auth": null, "description": {},
        });
        serde_json::json!({"name": "a call", "request": request, "response": [{"originalRequest": request, "code": 200}]})
    };
    let variables = [
        ("crm", "https://www.zohoapis.eu/crm/v8"),
        ("books", "https://www.zohoapis.eu/books/v3"),
        ("desk", "https://desk.zoho.eu/api/v1"),
    ];
    let collection = serde_json::json!({
        "info": {"name": "app", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
        "variable": variables.map(|(key, value)| serde_json::json!({"type": "string", "key": key, "value": value})),
        "item": [{"name": "a folder", "item": APP.map(item)}],
    });
    vec![
        ("calls.txt", each(&|method, url| format!("{method} {url}\n"))),
        ("app.har", serde_json::json!({"log": {"version": "1.2", "entries": entries}}).to_string()),
        ("app.postman_collection.json", collection.to_string()),
        (
            "calls.sh",
            each(&|method, url| format!("curl -X {method} -H \"Authorization: Zoho-oauthtoken $T\" '{url}?x=1'\n")),
        ),
        (
            "access.log",
            each(&|method, url| {
                format!("10.0.0.1 - - [01/Nov/2026:10:00:00 +0000] \"{method} {url}?x=1 HTTP/1.1\" 200 12\n")
            }),
        ),
        (
            "calls.jsonl",
            each(&|method, url| format!("{{\"level\":\"info\",\"method\":\"{method}\",\"url\":\"{url}\"}}\n")),
        ),
        (
            "app.py",
            format!(
                "import requests\n{}",
                each(&|method, url| format!("requests.{}(\"{url}\", headers=H)\n", method.to_lowercase()))
            ),
        ),
        ("app.js", each(&|method, url| format!("await fetch(`{url}`, {{ method: '{method}', headers }});\n"))),
        (
            "app.dg",
            each(&|method, url| {
                format!("r = invokeurl\n[\n  url: \"{url}\"\n  type: {method}\n  connection: \"zoho\"\n];\n")
            }),
        ),
    ]
}

#[test]
fn every_record_of_an_app_asks_for_the_same() {
    for (name, text) in records() {
        let is_source = name.starts_with("app.") && !name.ends_with("har") && !name.ends_with("json");
        let args: &[&str] = if is_source { &["least", "--scan", name] } else { &["least", name] };
        for format in ["scopes", "text"] {
            let ended = zscope(&[args, &["--format", format]].concat()).file(name, text.as_str()).ended();
            assert_eq!(ended.code, Some(0), "{name}: {}{}", ended.stdout, ended.stderr);
            assert!(ended.stdout.starts_with(ASKS), "{name}: {}", ended.stdout);
            assert!(format == "scopes" || ended.stdout.contains("5 of 5 calls matched"), "{name}: {}", ended.stdout);
        }
    }
}

#[test]
fn a_call_of_a_policy_may_name_its_host() {
    let piece = zscope(&["least", "GET https://sign.zoho.eu/api/v1/templates", "--format", "policy"]).ended().stdout;
    assert!(piece.contains("- \"GET https://sign.zoho.eu/api/v1/templates\""), "{piece}");
    assert!(piece.contains("{ scope: ZohoSign.templates.READ, why: "), "{piece}");
    let policy = format!("version: 1\ndefault: allow\n{piece}");
    let ended =
        zscope(&["least", "--app", "my-app", "--format", "scopes"]).file("zscope.yaml", policy.as_str()).ended();
    assert_eq!((ended.stdout.as_str(), ended.code), ("ZohoSign.templates.READ\n", Some(0)), "{}", ended.stderr);
    let ended = zscope(&["policy", "lint"]).file("zscope.yaml", policy.as_str()).ended();
    assert!(ended.stdout.contains("\n0 errors, "), "{}{}", ended.stdout, ended.stderr);
}

/// One address may be that of a service under its older name as well: what somebody paired with it by name makes the
/// documented call neither another product's nor ambiguous.
#[test]
fn what_is_documented_comes_before_what_is_paired_by_name() {
    for (call, scope) in [
        ("POST https://mail.zoho.com/api/accounts/123/messages", "ZohoMail.messages.CREATE"),
        ("GET https://mail.zoho.com/api/accounts", "ZohoMail.accounts.READ"),
        ("GET https://mail.zoho.eu/api/accounts/123/folders", "ZohoMail.folders.READ"),
    ] {
        let ended = zscope(&["least", call, "--format", "scopes"]).ended();
        assert_eq!((ended.stdout.trim(), ended.code), (scope, Some(0)), "{call}: {}", ended.stderr);
        let document = zscope(&["who", call, "--format", "json"]).ended().stdout;
        let document: Value = serde_json::from_str(&document).unwrap();
        assert_eq!(document["matches"][0]["alternatives"][0]["scopes"][0]["scope"], scope, "{call}");
    }
}

#[test]
fn addresses_that_leave_their_place_open_nothing() {
    for call in [
        "GET https://www.zohoapis.eu/crm/v8/../../books/v3/invoices",
        "GET https://www.zohoapis.eu/crm/v8/Leads/..%2F..%2Fsettings%2Froles",
        "GET https://www.zohoapis.eu/crm/v8/Leads/%252e%252e%252fsettings",
        "DELETE https://www.zohoapis.eu/books/v3/invoices/..",
        "GET https://www.zohoapis.eu/crm%2Fv8%2FLeads",
        "GET https://www.zohoapis.eu/crm/v8/%2e%2e/%2e%2e/books/v3/invoices",
        "GET https://www.zohoapis.eu//books//v3//..//v3/invoices",
    ] {
        let ended = zscope(&["least", call]).ended();
        assert_eq!(ended.code, Some(1), "{call}: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stdout.contains("not proven"), "{call}: {}", ended.stdout);
    }
}

/// A program with its client in one file and what it calls in another.
#[test]
fn what_calls_below_a_base_of_another_file_is_found_or_guessed() {
    let client = "class ZohoMailClient:\n    def __init__(self, token, base=None):\n        self.base_url = base or config.BASE\n        \
        self.headers = {'Authorization': f'Zoho-oauthtoken {token}'}\n    def _get(self, path):\n        \
        url = f'{self.base_url}{path}'\n        return httpx.get(url, headers=self.headers)\n    \
        def labels(self, account):\n        return self._get(f'/accounts/{account}/labels')\n";
    let routes = "import { zohoProjectsRequest } from '../lib';\nexport async function list(token: string) {\n  \
        return zohoProjectsRequest<Portal[]>(token, '/api/v3/portals');\n}\nawait fetch('/api/v3/portals/mine');\n";
    let mut run = zscope(&["least", "--scan", ".", "--format", "json", "--likely"])
        .file("client.py", client)
        .file("routes.ts", routes)
        .file("other.py", client.replace("ZohoMail", "Acme").replace("Zoho-oauthtoken", "Bearer"));
    let document: Value = serde_json::from_str(&run.ended().stdout).unwrap();
    let calls: Vec<&str> =
        document["calls"].as_array().unwrap().iter().map(|call| call["call"].as_str().unwrap()).collect();
    assert_eq!(
        calls,
        ["GET /api/v3/portals", "GET https://mail.zoho.{dc}/api/accounts/{account}/labels"],
        "{document:#}"
    );
    assert!(!document["proven"].as_bool().unwrap_or(false), "{document:#}");
}

#[test]
fn nothing_found_is_nothing_proven() {
    let ended = zscope(&["least", "--scan", "a.py"]).file("a.py", "print(1)\n").ended();
    assert!(ended.stdout.starts_with("no calls were found\n"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("proven: nothing that suffices"), "{}", ended.stdout);
}
