//! What a change does to its own judge: each move is an error of its own, with a scope and a call by which it shows.

use serde_json::Value;

use crate::run::{Run, zscope};

const POLICY: &str =
    "version: 1\nextends: [conf/base.yaml]\ncatalog: conf/own\nallow: [ZohoBooks.invoices.READ, 'ZohoBooks.*.READ']\n";
const BASE: &str = "version: 1\ndeny: ['**.DELETE']\nrules: { full-access: error }\n";
const OWN: &str = "service: ZohoBooks\nproduct: Zoho Books\ncategory: finance\nsources: { s: { kind: own, where: x, seen: 2026-11 } }\n";
const MORE: &str =
    "resources: { vaults: { grants: what lies in vaults, data: [], operations: { READ: documented }, source: s } }\n";
const ENTRY: &str = "{ \"version\": 1, \"findings\": [ { \"path\": \"src/app.py\", \"code\": \"ZS302\", \"rule\": \"not-allowed\", \
                     \"scope\": \"ZohoBooks.fullaccess.all\", \"app\": null, \"fingerprint\": \"0123456789abcdef0123456789abcdef\" } ] }\n";

fn base() -> Run {
    zscope(&[])
        .repository()
        .file("zscope.yaml", POLICY)
        .file("conf/base.yaml", BASE)
        .file("conf/own/own.yaml", OWN)
        .file("known.json", "{ \"version\": 1, \"findings\": [] }\n")
        .file("src/app.py", "S = 'ZohoBooks.invoices.READ'\n")
        .commit()
}

fn judged(run: Run, format: &str) -> (Run, Option<i32>, String) {
    let mut run = run.again(&[
        "scan",
        "--policy-from",
        "HEAD",
        "--baseline",
        "known.json",
        "--as-of",
        "2026-11-23",
        "--format",
        format,
    ]);
    let ended = run.ended();
    assert!(ended.stderr.is_empty(), "{}", ended.stderr);
    (run, ended.code, ended.stdout)
}

/// The loosenings: severity, message, scope and notes.
fn loosened(report: &str) -> Vec<(String, String, Option<String>, String)> {
    let told: Value = serde_json::from_str(report).unwrap();
    let findings = told["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "policy-loosened");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    findings
        .map(|finding| {
            let notes = finding["related"].as_array().unwrap().iter().map(|note| text(&note["message"]));
            let scope = finding["scope"].as_str().map(str::to_owned);
            (text(&finding["severity"]), text(&finding["message"]), scope, notes.collect::<Vec<_>>().join("; "))
        })
        .collect()
}

#[test]
fn a_change_that_moves_everything_at_once_is_told_piece_by_piece() {
    let (run, code, report) = judged(base(), "json");
    assert_eq!((code, loosened(&report).len()), (Some(0), 0), "{report}");
    let policy = format!(
        "{}rules: {{ sensitive-access: off }}\nwaivers:\n  - {{ id: W-1, scopes: [ZohoBooks.bills.DELETE], rules: [denied], reason: r, owner: o, expires: 2027-01-31 }}\n",
        POLICY.replace("allow: [", "allow: [ZohoBooks.fullaccess.all, ")
    );
    let run = run
        .file("zscope.yaml", policy)
        .file("conf/base.yaml", BASE.replace("deny: ['**.DELETE']\n", ""))
        .file("conf/own/own.yaml", format!("{OWN}{MORE}"))
        .file("known.json", ENTRY)
        .file("src/app.py", "S = 'ZohoBooks.fullaccess.all'  # zscope: ignore[full-access] the importer needs it\n");
    let (run, code, report) = judged(run, "json");
    assert_eq!(code, Some(1), "{report}");
    let all = loosened(&report);
    let (_, _, markdown) = judged(run, "markdown");
    for (part, scope, call) in [
        ("the change lets any app have `ZohoBooks.fullaccess.all`", "ZohoBooks.fullaccess.all", "DELETE /books/v3/"),
        (
            "the change loosens waiver W-1: `none` becomes `denied of ZohoBooks.bills.DELETE until 2027-01-31`",
            "ZohoBooks.bills.DELETE",
            "DELETE /books/v3/bills",
        ),
        ("the change loosens rule sensitive-access", "", ""),
        ("the change loosens what catalog files say", "ZohoBooks.vaults.READ", ""),
        (
            "the change adds to the baseline: `not-allowed` of `ZohoBooks.fullaccess.all` in src/app.py",
            "ZohoBooks.fullaccess.all",
            "DELETE /books/v3/",
        ),
        (
            "the change adds a comment that accepts `full-access` of `ZohoBooks.fullaccess.all`: the importer needs it",
            "ZohoBooks.fullaccess.all",
            "DELETE /books/v3/",
        ),
    ] {
        let Some((severity, _, witness, notes)) = all.iter().find(|(_, message, ..)| message.starts_with(part)) else {
            panic!("{part}: {all:#?}");
        };
        assert_eq!(severity, "error", "{part}");
        assert!(witness.as_ref().is_some_and(|witness| scope.is_empty() || witness == scope), "{part}: {witness:?}");
        assert!(call.is_empty() || notes.contains(&format!("it opens `{call}")), "{part}: {notes}");
        assert!(markdown.contains("policy-loosened"), "{markdown}");
    }
    for part in ["waiver W-1", "adds to the baseline", "adds a comment", "what catalog files say"] {
        assert!(markdown.contains(part), "{part}: {markdown}");
    }
}

#[test]
fn what_stood_before_is_no_loosening() {
    let comment = "S = 'ZohoBooks.invoices.ALL'  # zscope: ignore[all-operations] the importer needs it\n";
    let run = base()
        .file("zscope.yaml", POLICY.replace("ZohoBooks.invoices.READ", "ZohoBooks.invoices.ALL"))
        .file("conf/base.yaml", "version: 1\nrules: { full-access: error }\n")
        .file("src/app.py", comment)
        .file("known.json", ENTRY)
        .commit();
    let (run, _, report) = judged(run, "json");
    assert_eq!(loosened(&report), [], "{report}");
    // The same comment once more is one that the change adds; it matters as much as what it accepts.
    let (_, _, report) = judged(run.file("src/app.py", comment.repeat(2)), "json");
    let all = loosened(&report);
    assert_eq!(all.len(), 1, "{all:#?}");
    assert!(all[0].1.starts_with("the change adds a comment that accepts `all-operations`"), "{all:#?}");
}

#[test]
fn kinds_of_data_that_a_policy_takes_away_are_a_loosening() {
    let run = base().file("zscope.yaml", format!("{POLICY}data: {{ 'ZohoBooks.**': [] }}\n"));
    let (_, code, report) = judged(run, "json");
    let all = loosened(&report);
    assert_eq!((code, all.len()), (Some(1), 1), "{all:#?}");
    assert!(all[0].1.starts_with("the change loosens data classes: `"), "{all:#?}");
    assert!(all[0].2.as_ref().is_some_and(|scope| scope.starts_with("ZohoBooks.")), "{all:#?}");
}
