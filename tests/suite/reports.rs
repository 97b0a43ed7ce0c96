//! Reports that lead to the next step: what the default pack says, how much of it, and that it is told once.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;
use zscope::catalog::Catalog;
use zscope::finding::{Finding, Severity};
use zscope::input::read_argument;
use zscope::policy::{self, Policy, Top};
use zscope::review::{Gathered, Review};
use zscope::rules;
use zscope::text::{Source, Sources};

use crate::run::zscope;

fn default_pack(sources: &mut Sources) -> Policy {
    let top = Top::Builtin("least-privilege");
    let read = |path: &Path| Err(format!("{} does not exist", path.display()));
    policy::load(top, &read, &rules::infos(), sources).unwrap()
}

/// What the default pack says of each of some scopes by itself.
fn said_of(scopes: &[String]) -> Vec<Vec<Finding>> {
    let catalog = Catalog::embedded();
    let mut sources = Sources::default();
    let policy = default_pack(&mut sources);
    let mut requests = Vec::new();
    for scope in scopes {
        let id = sources.add(Source::new(scope, scope.as_str()));
        requests.extend(read_argument(id, sources.get(id)));
    }
    assert_eq!(requests.len(), scopes.len());
    let review = Review::new(&catalog, &policy, "2026-11-01".parse().unwrap());
    let report = review.run(Gathered { requests, sources, ..Gathered::default() });
    assert_eq!(report.scopes.len(), scopes.len());
    let mut said = vec![Vec::new(); scopes.len()];
    for finding in report.findings {
        if let Some(at) = finding.scope_index() {
            said[at].push(finding);
        }
    }
    said
}

fn worst(findings: &[Finding]) -> &'static str {
    findings.iter().map(|finding| finding.severity).max().map_or("none", Severity::as_str)
}

#[test]
fn the_scopes_that_are_asked_for_most_have_the_severity_that_they_deserve() {
    let rows: Vec<(&str, &str)> = include_str!("../semantics/severities.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut words = line.split_whitespace();
            let row = (words.next().unwrap(), words.next().unwrap());
            assert!(words.count() > 1, "a reason is missing: {line}");
            row
        })
        .collect();
    assert_eq!(rows.len(), 60);
    let scopes: Vec<String> = rows.iter().map(|(scope, _)| (*scope).to_owned()).collect();
    let mut wrong = String::new();
    for ((scope, expected), findings) in rows.iter().zip(said_of(&scopes)) {
        if worst(&findings) != *expected {
            let said: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
            let _ = writeln!(wrong, "{scope}: {}, and not {expected}: {said:?}", worst(&findings));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// For people to read: what each level says, service by service.
#[test]
fn what_the_default_pack_says_of_the_whole_catalog() {
    let catalog = Catalog::embedded();
    let mut all: Vec<String> = Vec::new();
    for service in catalog.services() {
        let named = service.scopes().map(|(scope, _)| scope).filter(|scope| !scope.has_placeholder());
        all.extend(named.map(|scope| scope.to_string()));
    }
    all.sort_by_key(|scope| scope.to_ascii_lowercase());
    all.dedup();
    let mut services: BTreeMap<String, BTreeMap<(u8, String), Vec<String>>> = BTreeMap::new();
    for (scope, findings) in all.iter().zip(said_of(&all)) {
        let (service, rest) = scope.split_once('.').unwrap_or(("(OpenID)", scope));
        let lines = services.entry(service.to_owned()).or_default();
        if findings.is_empty() {
            lines.entry((9, "nothing".to_owned())).or_default().push(rest.to_owned());
        }
        for finding in findings {
            let rank = 3 - finding.severity as u8;
            let aside =
                |finding: &Finding| finding.aside.as_ref().map(|aside| format!(" ({aside})")).unwrap_or_default();
            let mut what = format!("{} {}{}", finding.severity, finding.rule.name, aside(&finding));
            for absorbed in finding.absorbed.iter().filter(|absorbed| absorbed.aside.is_some()) {
                let _ = write!(what, " and {}{}", absorbed.rule.name, aside(absorbed));
            }
            lines.entry((rank, what)).or_default().push(rest.to_owned());
        }
    }
    let mut text = String::new();
    for (service, lines) in services {
        let _ = writeln!(text, "{service}");
        for ((_, what), scopes) in lines {
            let _ = writeln!(text, "  {what}: {}", scopes.join(" "));
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn lists_as_applications_ask_for_them_fit_a_screen() {
    let lists = include_str!("../samples/requested-lists.txt");
    let mut all = 0;
    let mut transcript = String::new();
    for list in lists.lines() {
        let text = zscope(&["check", list]).ended().stdout;
        assert!(text.lines().count() <= 60, "{list}: {} lines\n{text}", text.lines().count());
        let report: Value = serde_json::from_str(&zscope(&["check", list, "--format", "json"]).ended().stdout).unwrap();
        let findings = report["findings"].as_array().unwrap();
        all += findings.len();
        let counts = &report["summary"]["findings"];
        let counted: u64 = ["error", "warning", "note"].iter().map(|key| counts[*key].as_u64().unwrap()).sum();
        assert_eq!(counted, findings.len() as u64, "{list}");
        let concise = zscope(&["check", list, "--format", "concise"]).ended().stdout;
        let lines = concise.lines().filter(|line| line.starts_with("<argument>:")).count();
        assert_eq!(lines, findings.len(), "{concise}");
        let _ = writeln!(transcript, "{list}\n{concise}");
    }
    assert_eq!(lists.lines().count(), 20);
    assert!(all <= 45, "{all} findings\n{transcript}");
    insta::assert_snapshot!(transcript);
}

#[test]
fn what_sensitive_scopes_read_is_told() {
    let scopes = "ZOHOPEOPLE.employee.READ,ZohoBooks.banking.READ,ZohoMail.messages.READ,ZohoCRM.bulk.READ";
    insta::assert_snapshot!(zscope(&["check", scopes]).transcript());
    let clean = zscope(&["check", "ZohoCRM.modules.leads.READ"]).transcript();
    assert!(clean.contains("passes: no findings · 1 scope: 1 unflagged"), "{clean}");
}

#[test]
fn without_a_policy_of_ones_own_nothing_is_allowed() {
    let args = ["check", "ZohoBooks.invoices.READ,ZohoBooks.bills.ALL"];
    let report: Value =
        serde_json::from_str(&zscope(&[&args[..], &["--format", "json"]].concat()).ended().stdout).unwrap();
    let verdicts: Vec<&str> =
        report["scopes"].as_array().unwrap().iter().map(|scope| scope["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["no-policy", "no-policy"]);
    let summary = &report["summary"];
    assert_eq!((&summary["allowed"], &summary["flagged"], &summary["no_policy"]), (&0.into(), &1.into(), &2.into()));
    for format in ["csv", "table", "html"] {
        let text = zscope(&[&args[..], &["--format", format]].concat()).ended().stdout;
        assert!(text.contains("unflagged") && text.contains("flagged"), "{format}: {text}");
    }
    let text = zscope(&args).ended().stdout;
    assert!(text.contains("2 scopes (1 with warnings): 1 flagged, 1 unflagged"), "{text}");
}

#[test]
fn what_people_are_shown_is_theirs_to_choose() {
    let list = "ZohoBooks.fullaccess.all,ZohoBooks.invoices.ALL,ZohoCRM.modules.all";
    for more in [&["--quiet"][..], &["--min-severity", "error", "--format", "concise"], &["--statistics"]] {
        insta::assert_snapshot!(zscope(&[&["check", list][..], more].concat()).transcript());
    }
    // What is left out fails the run all the same.
    assert_eq!(zscope(&["check", list, "--quiet"]).ended().code, Some(1));
}

#[test]
fn rules_are_selected_and_left_out_but_never_what_the_policy_says() {
    let rules = |more: &[&str]| {
        let policy = "version: 1\nallow: [ZohoBooks.contacts.READ]\ndeny: [ZohoBooks.bills.READ]\n";
        let list = "ZohoBooks.bills.READ,ZohoBooks.invoices.ALL";
        let args = [&["check", list, "--policy", "p.yaml", "--format", "json"][..], more].concat();
        let ended = zscope(&args).file("p.yaml", policy).ended();
        let report: Value = serde_json::from_str(&ended.stdout).unwrap_or_default();
        let findings = report["findings"].as_array().cloned().unwrap_or_default();
        let codes: Vec<String> = findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect();
        (ended.code, codes.join(" "))
    };
    assert_eq!(rules(&[]), (Some(1), "ZS301 ZS302 ZS203".to_owned()));
    assert_eq!(rules(&["--ignore", "ZS203,unknown-entry"]).1, "ZS301 ZS302");
    assert_eq!(rules(&["--select", "all-operations"]), (Some(1), "ZS301 ZS302 ZS203".to_owned()));
    assert_eq!(rules(&["--ignore", "denied"]).0, Some(2));
    assert_eq!(rules(&["--select", "al-operations"]).0, Some(2));
}

#[test]
fn an_audit_of_two_hundred_grants_fits_what_people_read() {
    const APPS: usize = 12;
    let mut policy = "version: 1\ndefault: allow\nextends: [builtin:least-privilege]\napps:\n".to_owned();
    for app in 0..APPS {
        let _ = writeln!(policy, "  app-{app}: {{ owner: team-{app} }}");
    }
    let lists = include_str!("../samples/requested-lists.txt");
    let lists: Vec<String> = lists.lines().map(|line| line.replace([',', ' '], " ").replace("  ", " ")).collect();
    let mut grants = String::new();
    for grant in 0..200 {
        let (app, list) = (grant % (APPS + 1), &lists[grant % lists.len()]);
        let app = if app == APPS { "nobody-knows".to_owned() } else { format!("app-{app}") };
        let _ = writeln!(
            grants,
            "{}",
            serde_json::json!({"app": app, "scope": list, "api_domain": "https://www.zohoapis.eu", "token_type": "Bearer"})
        );
    }
    let run = |more: &[&str]| {
        let args = [&["audit", "grants.ndjson", "--policy", "p.yaml"][..], more].concat();
        zscope(&args).file("grants.ndjson", &grants).file("p.yaml", &policy).ended().stdout
    };
    let text = run(&[]);
    assert!(text.lines().count() <= 200, "{} lines\n{text}", text.lines().count());
    let report: Value = serde_json::from_str(&run(&["--format", "json"])).unwrap();
    let csv = run(&["--format", "csv"]);
    let by_app = report["totals"]["by_app"].as_array().unwrap();
    for tally in by_app.iter().filter(|tally| !tally["app"].is_null()) {
        let app = tally["app"].as_str().unwrap();
        let owner = tally["owner"].as_str().unwrap();
        let figures =
            format!("`{app}`, owner {owner}: {} grants, {} error", tally["grants"], tally["findings"]["error"]);
        assert!(text.contains(&figures), "{figures}\n{text}");
        assert!(csv.contains(&format!(",{owner}\r\n")), "{owner}");
    }
    let html = run(&["--format", "html"]);
    assert!(html.len() <= 400_000, "{} bytes", html.len());
}
