//! What is read from sources and requests: where a request begins and ends, what hides a scope, what is changed.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::run::{Ended, Run, zscope};

/// Nothing but reading invoices.
const STRICT: &str = "version: 1\ndefault: deny\nallow: [\"ZohoBooks.{invoices,contacts}.{CREATE,READ}\"]\n";

fn run(args: &[&str]) -> Run {
    let mut run = zscope(args);
    run.command.args(["--as-of", "2026-11-23"]);
    run
}

fn report(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {} {}", ended.stdout, ended.stderr))
}

/// The scopes of a report, each with its kind.
fn scopes(report: &Value) -> Vec<String> {
    let scope = |scope: &Value| {
        let name = scope["scope"].as_str().or(scope["written"].as_str()).unwrap();
        format!("{name} {}", scope["kind"].as_str().unwrap())
    };
    report["scopes"].as_array().unwrap().iter().map(scope).collect()
}

fn codes(report: &Value) -> Vec<&str> {
    report["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

#[test]
fn full_access_does_not_pass_a_scan_however_it_is_spelt() {
    let spellings = [
        ("a.sh", "SCOPE=${X:-ZohoBooks.fullaccess.all}\n"),
        ("a.sh", "SCOPE=${X:=ZohoBooks.fullaccess.all}\n"),
        ("a.sh", "SCOPE=${X-ZohoBooks.fullaccess.all}\n"),
        ("a.yaml", "scopes:\n  - zohobooks.fullaccess.all\n"),
        ("a.yaml", "scope: >-\n  zohobooks.invoices.read,\n  zohobooks.fullaccess.all\n"),
        ("a.env", "SCOPE=\"desk.tickets.all,desk.contacts.all\"\n"),
        ("a.env", "SCOPE=workdrive.files.all\n"),
        (
            "a.js",
            "u = 'https://accounts.zoho.com/oauth/v2/auth?scope=ZohoBooks.invoices.READ%252CZohoBooks.fullaccess.all'\n",
        ),
        ("a.html", "<input name=\"scope\" value=\"ZohoBooks&#46;fullaccess&#46;all\">\n"),
        ("a.js", "s = 'ZohoBooks\\.fullaccess\\.all'\n"),
        ("a.js", "s = 'Zoho\u{200b}Books.fullaccess.all'\n"),
        ("a.js", "s = 'ZohoBooks\u{a0}.fullaccess.all'\n"),
        ("a.js", "s = 'ZohoBooks．fullaccess．all'\n"),
        ("a.js", "s = 'ZоhоBооks.fullaccess.all'\n"),
        ("a.js", "s = '\\x5aohoBooks.fullaccess.all'\n"),
        ("a.py", "s = '\\132ohoBooks\\056fullaccess.all'\n"),
        ("a.js", "s = \"Zoho\" + \"Books.fullaccess.all\"\n"),
        ("a.js", "s = \"ZohoBooks\" + \".fullaccess.all\"\n"),
        ("a.js", "s = \"ZohoBooks.full\" + \"access.all\"\n"),
        ("a.js", "s = ['ZohoBooks', 'fullaccess', 'all'].join('.')\n"),
        ("a.py", "s = '.'.join(['ZohoBooks', 'fullaccess', 'all'])\n"),
        ("a.py", "s = ('Zoho'\n     'Books.fullaccess.all')\n"),
        ("a.php", "$s = 'Zoho' . 'Books.full' . 'access.all';\n"),
        ("a.sh", "SCOPE=ZohoBooks.invoices.{READ,DELETE}\n"),
        ("a.py", "s = 'Zoho.People.leaves.ALL'\n"),
        ("a.py", "S='DESK.TICKETS.ALL'\n"),
        ("a.py", "s = 'ZohoNew.fullaccess.all'\n"),
        ("a.py", "s = 'Other.fullaccess.all'\n"),
        ("a.ipynb", "{\"cells\": [{\"source\": [\"s = ('ZohoBooks.'\\n\",\n \"  'fullaccess.all')\"]}]}\n"),
        ("a.yaml", "scope: \"ZohoBooks.\\\n  fullaccess.all\"\n"),
        ("a.php", "<?php /*\0*/ $s='ZohoBooks.fullaccess.all';\n"),
        ("zscope.lock", "scope: ZohoBooks.fullaccess.all\n"),
        (
            "a.js",
            "u = 'https://accounts.zoho.com/oauth/v2/auth?scope=Creator.report.READ,CRM.modules.ALL&client_id=1'\n",
        ),
    ];
    let mut passed = Vec::new();
    for (name, text) in spellings {
        let ended = run(&["scan", "--policy", "p.yaml"]).file("p.yaml", STRICT).file(name, text).ended();
        if ended.code != Some(1) {
            passed.push(format!("{text:?}: {:?} {}", ended.code, ended.stdout));
        }
    }
    assert!(passed.is_empty(), "{}", passed.join("\n"));
}

#[test]
fn what_only_looks_hidden_is_not_told() {
    for (name, text) in [
        ("a.js", "const re = /ZohoBooks\\.invoices\\.READ/;\n"),
        ("a.md", "Ask for ZohoBooks\\.invoices\\.READ.\n"),
        ("a.md", "Это ZohoBooks.invoices.READ и ещё\n"),
        ("a.md", "请用ZohoBooks.invoices.READ。\n"),
        ("a.json", "{\"a\": \"x\\u002Cy\", \"scope\": \"ZohoBooks.invoices.READ\\u002CZohoBooks.contacts.READ\"}\n"),
        ("a.js", "const brand = 'Zoho' + ' One';\n"),
        ("a.js", "const names = ['Zoho', 'Google'];\n"),
    ] {
        let ended = run(&["scan", "--policy", "p.yaml", "--format", "json", "--fail-on", "warning"])
            .file("p.yaml", STRICT)
            .file(name, text)
            .ended();
        let report = report(&ended);
        let told = codes(&report);
        assert!(ended.code == Some(0) && !told.contains(&"ZS602"), "{text:?}: {told:?}");
    }
}

#[test]
fn what_is_put_together_at_run_time_is_told() {
    for (text, severity) in [
        ("s = \"Zoho\" + product + \".fullaccess.all\"\n", "error"),
        ("s = product + \".fullaccess.all\"\n", "error"),
        ("s = `${service}.fullaccess.all`\n", "error"),
        ("s = service + '.fullaccess' + '.all'\n", "error"),
        ("s = '.fullaccess.all'\n", "error"),
        ("if (s.endsWith('.fullaccess.all')) warn()\n", "note"),
        ("if (s === service + '.fullaccess.all') warn()\n", "note"),
        ("s = `ZohoCRM.${resource}.${operation}`\n", "note"),
        ("s = `Zoho${product}.invoices.READ`\n", "note"),
        ("const scope = `ZohoCRM.${rest}`\n", "note"),
    ] {
        let report = report(&run(&["scan", "--format", "json"]).file("a.js", text).ended());
        assert_eq!(codes(&report), ["ZS602"], "{text}");
        assert_eq!(report["findings"][0]["severity"], severity, "{text}");
    }
    let text = "fetch('https://accounts.zoho.com/oauth/v2/auth?scope=' + s); s = `ZohoCRM.${part}.${operation}`\n";
    let report = report(&run(&["scan", "--format", "json"]).file("a.js", text).ended());
    assert_eq!(report["findings"][0]["severity"], "warning");
}

#[test]
fn a_commented_scope_is_no_member_of_the_list_beside_it() {
    for (name, text) in [
        ("a.env", "ZOHO_SCOPE=\"ZohoMail.messages.READ\"\n#ZOHO_SCOPE=\"ZohoMail.messages.ALL\"\n"),
        ("b.env", "#ZOHO_SCOPE=ZohoMail.messages.ALL\nZOHO_SCOPE=ZohoMail.messages.READ\n"),
        ("a.go", "const scope = \"ZohoMail.messages.READ\"\n// const scope = \"ZohoMail.messages.ALL\"\n"),
        ("a.toml", "scope = \"ZohoMail.messages.READ\" # was \"ZohoMail.messages.ALL\"\n"),
        ("a.yaml", "scopes:\n  - ZohoMail.messages.READ\n#  - ZohoMail.messages.ALL\n"),
        ("a.py", "SCOPES = [\n    \"ZohoMail.messages.READ\",\n    # \"ZohoMail.messages.ALL\",\n]\n"),
        ("a.js", "const SCOPES = [\n  'ZohoMail.messages.READ',\n  // 'ZohoMail.messages.ALL',\n];\n"),
        ("a.sql", "-- 'ZohoMail.messages.ALL',\nINSERT INTO a VALUES ('ZohoMail.messages.READ');\n"),
        ("a.lua", "s = 'ZohoMail.messages.READ' -- 'ZohoMail.messages.ALL'\n"),
    ] {
        let report = report(&run(&["scan", "--format", "json"]).file(name, text).ended());
        let mut found = scopes(&report);
        found.sort();
        assert_eq!(found, ["ZohoMail.messages.ALL mention", "ZohoMail.messages.READ request"], "{text}");
        let told = codes(&report);
        assert!(!["ZS002", "ZS004", "ZS005", "ZS206"].iter().any(|code| told.contains(code)), "{text}: {told:?}");
    }
}

#[test]
fn no_fix_touches_what_is_no_request() {
    for (name, text) in [
        ("a.go", "switch s {\n case \"zohobooks.fullaccess.all\":\n  return 1\n}\n"),
        ("a.py", "if \"zohocrm.modules.all\" in held:\n    pass\n"),
        ("a.ts", "held.has('zohobooks.fullaccess.all') || held.has('zohobooks.invoices.read')\n"),
        ("a.json", "{\"labels\": {\"zohocrm.modules.all\": \"All\", \"aaaserver.profile.read\": \"You\"}}\n"),
        ("b.js", "a(s.includes('ZohoBooks.fullaccess.all') || s.includes('ZohoBooks.FullAccess.all'))\n"),
        ("a.csv", "app,old_scope,new_scope\na,ZohoCRM.modules.ALL,zohocrm.modules.leads.READ\n"),
        (
            "t.json",
            "{\"access_token\":\"1000.a.b\",\"scope\":\"ZohoCRM.modules.ALL ZohoCRM.modules.ALL aaaserver.profile.READ\",\"expires_in\":1}\n",
        ),
        ("a.sql", "UPDATE a SET s = replace(s, 'ZohoCRM.modules.ALL', 'ZohoCRM.modules.ALL');\n"),
        ("c.js", "migrate('ZohoCRM.modules.ALL', 'zohocrm.modules.READ')\n"),
        ("d.js", "const scopes = ['ZohoBooks.fullaccess.all', 'ZohoBooks.invoices.READ'];\n"),
        ("test/e.js", "const scope = 'ZohoCRM.modules.ALL,ZohoCRM.modules.ALL';\n"),
    ] {
        let mut run = run(&["scan", "--fix"]).file(name, text);
        let path = run.path().join(name);
        run.ended();
        assert_eq!(fs::read_to_string(path).unwrap(), text);
    }
    let text = "const scopes = ['zohobooks.invoices.READ', 'ZohoBooks.invoices.READ']; // zohobooks.bills.READ\n";
    let mut run = run(&["scan", "--fix"]).file("a.js", text);
    let path = run.path().join("a.js");
    run.ended();
    assert_eq!(
        fs::read_to_string(path).unwrap(),
        "const scopes = ['ZohoBooks.invoices.READ']; // zohobooks.bills.READ\n"
    );
}

#[test]
fn a_diff_applies() {
    let text = "a\tb\r\nCLIENT_SECRET = '8cb99d3f5a0e47c2b16d9e8f7a205c419b03e5d7c1'\n\nx = 1\ny = 2\nscope = 'zohobooks.invoices.READ'\nz = 3";
    let mut shown = run(&["scan", "--diff"]).file("a b.py", text);
    let ended = shown.ended();
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(!ended.stdout.contains("8cb99d3f"), "{}", ended.stdout);
    fs::write(shown.path().join("p.diff"), &ended.stdout).unwrap();
    let applied = Command::new("git").current_dir(shown.path()).args(["apply", "p.diff"]).output();
    let Ok(applied) = applied else {
        println!("skipped: git is not installed");
        return;
    };
    assert!(applied.status.success(), "{}\n{}", String::from_utf8_lossy(&applied.stderr), ended.stdout);
    let now = fs::read_to_string(shown.path().join("a b.py")).unwrap();
    assert_eq!(now, text.replace("zohobooks", "ZohoBooks"));
}

#[test]
fn an_argument_that_is_a_scope_is_one_whatever_files_there_are() {
    let ended = run(&["check", "--policy", "p.yaml", "ZohoBooks.fullaccess.all"])
        .file("p.yaml", STRICT)
        .file("ZohoBooks.fullaccess.all", "ZohoBooks.invoices.READ\n")
        .ended();
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    let by_path = run(&["check", "--policy", "p.yaml", "./ZohoBooks.fullaccess.all"])
        .file("p.yaml", STRICT)
        .file("ZohoBooks.fullaccess.all", "ZohoBooks.invoices.READ\n")
        .ended();
    assert_eq!(by_path.code, Some(0), "{}", by_path.stdout);
    for (word, said) in [
        ("SCOPES", "no such file, and no scope"),
        ("emial", "did you mean `email`?"),
        ("ZohoBooks", "`ZohoBooks` is a service, and no scope"),
    ] {
        let ended = run(&["check", word]).ended();
        assert!(ended.code == Some(3) && ended.stdout.contains(said), "{word}: {}", ended.stdout);
    }
}

#[test]
fn files_are_checked_as_they_are_scanned() {
    for (name, text, count) in [
        ("Dockerfile", "FROM x\nENV ZOHO_SCOPE=SalesIQ.portals.READ,ZohoCRM.modules.ALL\n", 2),
        ("issue.md", "Here are the scopes we used:\n- WorkDrive.files.CREATE\n- WorkDrive.files.READ\n", 2),
        (
            "main.tf",
            "scope = join(\",\", [\n  \"ZohoCRM.modules.deals.READ\", # deals\n  \"ZohoCRM.users.READ\",\n])\n",
            2,
        ),
        ("app.properties", "zoho.scopes=ZohoCRM.modules.leads.READ,\\\n    ZohoCRM.users.READ\n", 2),
        ("strings.xml", "<r><string name=\"oauthscopes\">ZohoCRM.users.ALL,ZohoCRM.org.ALL</string></r>\n", 2),
        ("a.csv", "app,scope\na,ZohoBooks.invoices.READ\nb,ZohoBooks.contacts.READ\n", 2),
        (
            "c.json",
            "{\"query\": [{\"key\": \"scope\", \"value\": \"ZohoCRM.modules.ALL\"}], \"permissions\": [\"ZohoCRM.users.READ\"]}\n",
            2,
        ),
        (
            "l.yaml",
            "scopeList: [ZohoBooks.invoices.READ]\nscope_1: ZohoBooks.contacts.READ\nx: {y: [[ZohoBooks.bills.READ]]}\n",
            3,
        ),
        (".env", "ZOHO_PERM=ZohoBooks.invoices.READ\nZOHO_SCOPE=email\n", 2),
    ] {
        let ended = run(&["check", name, "--format", "json"]).file(name, text).ended();
        let report = report(&ended);
        assert_eq!(report["scopes"].as_array().unwrap().len(), count, "{name}: {:?}", scopes(&report));
        assert!(scopes(&report).iter().all(|scope| scope.ends_with(" request")), "{name}");
    }
    let prose = "In this letter we say that the app may read.\nIt needs ZohoBooks.fullaccess.all for that.\n";
    let ended = run(&["check", "letter.txt"]).file("letter.txt", prose).ended();
    assert!(ended.stdout.contains("zscope scan letter.txt") && ended.stdout.contains("ZS201"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("letter`"), "{}", ended.stdout);
}

#[test]
fn keys_of_servers_are_secrets() {
    let key = "9d2c4b6a8f0e1735ac4e6d8b0f213579";
    for url in [
        format!("https://acme-600.zohomcp.com/mcp/{key}/message"),
        format!("https://acme-600.zohomcp.eu/mcp/message?key={key}"),
        format!("https://acme-600.zohomcp.com.au/mcp/message?a=1&key={key}"),
    ] {
        let text = format!("{{\"mcpServers\": {{\"zoho\": {{\"url\": \"{url}\"}}}}}}\n");
        for format in ["text", "json", "sarif", "markdown"] {
            let ended = run(&["scan", "--format", format]).file("mcp.json", &text).ended();
            assert_eq!(ended.code, Some(1), "{}", ended.stdout);
            assert!(!ended.stdout.contains(key) && ended.stdout.contains("ZS601"), "{}", ended.stdout);
        }
    }
    let text = "{\"url\": \"https://crm.zohomcp.com/mcp/message\"}\n";
    assert_eq!(run(&["scan"]).file("mcp.json", text).ended().code, Some(0));
}

#[test]
fn own_documents_are_known_by_what_stands_in_them() {
    let source = "S = 'ZohoBooks.fullaccess.all'\n";
    let first = run(&["scan", "--output", "json=r.data", "--output", "html=r.txt", "--output", "sarif=s.txt"]);
    let mut first = first.file("a.py", source).file("other.yml", STRICT);
    first.ended();
    let mut again = first.again(&["scan", "--format", "json", "--as-of", "2026-11-23"]);
    let report = report(&again.ended());
    assert_eq!(scopes(&report), ["ZohoBooks.fullaccess.all request"]);
}
