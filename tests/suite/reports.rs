//! Reports that lead to the next step: what the default pack says, how much of it, and that it is told once.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use regex::Regex;
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
    // Fifteen grants are of an application that the records alone name.
    assert!(text.contains("`nobody-knows` (not in the policy): 15 grants"), "{text}");
    assert!(by_app.iter().all(|tally| !tally["app"].is_null()));
    for tally in by_app.iter().filter(|tally| tally["in_policy"] == true) {
        let app = tally["app"].as_str().unwrap();
        let owner = tally["owner"].as_str().unwrap();
        let figures =
            format!("`{app}`, owner {owner}: {} grants, {} error", tally["grants"], tally["findings"]["error"]);
        assert!(text.contains(&figures), "{figures}\n{text}");
        assert!(csv.contains(&format!(",{owner}\r\n")), "{owner}");
    }
    let html = run(&["--format", "html"]);
    assert!(html.len() <= 400_000, "{} bytes", html.len());
    reconcile(&html, &report);
    let plans = run(&["--plan"]);
    assert!(plans.contains("plan for grant `app-0`"), "a plan is shown whatever the number of findings\n{plans}");
}

/// The cells of each row of a table, without markup and drawings.
fn rows(page: &str, start: &str) -> Vec<Vec<String>> {
    let markup = Regex::new("<[^>]*>").unwrap();
    let cell = Regex::new("(?s)<t[hd][^>]*>(.*?)</t[hd]>").unwrap();
    let beyond = Regex::new("<span class=\"(?:beyond|sub)\">.*?(?:</span></span>|</span>)").unwrap();
    let Some((_, table)) = page.split_once(start) else { return Vec::new() };
    let table = table.split("</table>").next().unwrap();
    let row = |row: &str| -> Vec<String> {
        let cells = cell.captures_iter(row).map(|found| beyond.replace_all(&found[1], "").into_owned());
        cells.map(|cell| markup.replace_all(&cell, "").trim().to_owned()).collect()
    };
    table.split("<tr").skip(1).map(row).collect()
}

/// Sums a table's columns of numbers by their titles, those of several tables alike.
fn sums(rows: &[Vec<String>]) -> BTreeMap<String, usize> {
    let Some((head, rows)) = rows.split_first() else { return BTreeMap::new() };
    let mut sums = BTreeMap::new();
    for (at, title) in head.iter().enumerate() {
        let numbers: Option<Vec<usize>> = rows.iter().map(|row| row.get(at)?.parse().ok()).collect();
        if let Some(numbers) = numbers.filter(|_| !title.is_empty()) {
            sums.insert(title.to_lowercase(), numbers.iter().sum());
        }
    }
    sums
}

/// The most bars of a chart.
const BARS: usize = 12;

/// All numbers of a page that count the same are the same, and those of the JSON report.
fn reconcile(page: &str, report: &Value) {
    let figure = Regex::new("data-figure=\"([^\"]+)\" data-value=\"([0-9]+)\"").unwrap();
    let figures: BTreeMap<String, usize> =
        figure.captures_iter(page).map(|found| (found[1].to_owned(), found[2].parse().unwrap())).collect();
    let of = |name: &str| figures.get(name).copied().unwrap_or_default();
    let is_audit = figures.contains_key("grants");
    let verdicts = ["allowed", "flagged", "unflagged", "denied", "not_allowed", "unknown", "waived"];
    assert_eq!(verdicts.iter().map(|verdict| of(verdict)).sum::<usize>(), of("scopes"), "{figures:?}");
    let summary = |name: &str| usize::try_from(report["summary"][name].as_u64().unwrap()).unwrap();
    for name in ["scopes", "allowed", "flagged", "denied", "not_allowed", "unknown", "waived", "not_evaluated"] {
        assert_eq!(of(name), summary(name), "{name}");
    }
    assert_eq!(of("unflagged"), summary("no_policy") - summary("flagged"));
    for severity in ["error", "warning", "note"] {
        let found = usize::try_from(report["summary"]["findings"][severity].as_u64().unwrap()).unwrap();
        assert_eq!(of(severity), found, "{severity}");
    }
    let chart = |name: &str| rows(page, &format!("data-chart=\"{name}\""));
    let findings = of("error") + of("warning") + of("note");
    assert_eq!(sums(&chart("severity"))["findings"], findings);
    assert_eq!(sums(&chart("verdict"))["scopes"], of("scopes"));
    // A chart has the longest bars alone.
    let is_whole = |name: &str| chart(name).len() <= BARS;
    if is_whole("rule") {
        let of_rules = sums(&chart("rule"));
        let by_severity = ["findings", "errors", "warnings", "notes"].map(|name| of_rules.get(name).copied());
        assert_eq!(by_severity.into_iter().flatten().sum::<usize>(), findings, "{of_rules:?}");
    }
    let is_allowed = |row: &&Vec<String>| row[0].starts_with("Allowed");
    let number = |row: &Vec<String>| row.last().unwrap().parse::<usize>().unwrap();
    assert_eq!(chart("verdict").iter().filter(is_allowed).map(number).sum::<usize>(), of("allowed"));
    let others = chart("verdict").into_iter().skip(1).filter(|row| !is_allowed(&row));
    for row in chart("severity").into_iter().skip(1).chain(others) {
        let name = row[0].to_lowercase().replace(' ', "_");
        let name = name.strip_suffix('s').filter(|name| figures.contains_key(*name)).unwrap_or(&name);
        assert_eq!(number(&row), of(name), "{row:?}");
    }
    // What is found of the policy as a whole is no application's.
    let policy =
        page.split_once("id=\"policy-findings\"").map_or("", |(_, rest)| rest.split("</section>").next().unwrap());
    let remark = Regex::new(r#"(?s)<div class="said (\w+)">\s*<p>(.*?)</p>"#).unwrap();
    let times = Regex::new(r#"<span class="more">(\d+)×"#).unwrap();
    let of_policy = |severity: &str| -> usize {
        let said = remark.captures_iter(policy).filter(|said| &said[1] == severity);
        said.map(|said| times.captures(&said[2]).map_or(1, |times| times[1].parse().unwrap())).sum()
    };
    let overview = sums(&rows(page, "<table id=\"overview\""));
    let apps = sums(&chart("app"));
    let whole = [(&overview, true), (&apps, is_whole("app"))];
    for (sums, _) in whole.iter().filter(|(sums, is_whole)| !sums.is_empty() && *is_whole) {
        for severity in ["error", "warning", "note"] {
            let beyond = of(severity) - sums[&format!("{severity}s")];
            if is_audit {
                assert_eq!(beyond, of_policy(severity), "{severity}: {sums:?}");
            } else {
                // What says the same counts once.
                let most = of_policy(severity);
                assert!(beyond <= most && (beyond > 0) == (most > 0), "{severity}: {beyond} {most} {sums:?}");
            }
        }
    }
    // A page about one application has no overview.
    for name in ["scopes", "allowed", "flagged", "unflagged", "waived", "grants"] {
        assert!(overview.get(name).is_none_or(|sum| *sum == of(name)), "{name}: {overview:?}");
    }
    let beyond = of("denied") + of("not_allowed") + of("unknown");
    assert!(overview.get("beyond policy").is_none_or(|sum| *sum == beyond), "{overview:?}");
    if is_audit {
        assert_eq!(of("known_grants") + of("unknown_grants") + of("failed_grants"), of("grants"), "{figures:?}");
    }
    // A product's cells are its sum, and no heat map counts a scope that is not there.
    for row in chart("service").iter().skip(1).chain(chart("data").iter().skip(1)) {
        let numbers: Vec<usize> =
            row[1..].iter().map(|cell| cell.parse().unwrap_or_else(|_| panic!("{row:?}"))).collect();
        let (sum, cells) = numbers.split_last().unwrap();
        assert_eq!(cells.iter().sum::<usize>(), *sum, "{row:?}");
        assert!(*sum <= of("scopes"), "{row:?}");
    }
}

/// The pages of checks, scans and audits of many kinds: with waivers that are used, unused and expired, unknown grants, inputs
/// that could not be read.
#[test]
fn every_number_of_a_page_is_the_one_that_it_counts() {
    let policy = "version: 1\ndefault: deny\nallow: [ZohoBooks.*.READ, ZohoCRM.modules.ALL, Desk.tickets.ALL]\n\
                  deny: ['**.fullaccess.all']\napps:\n  sync: { owner: finance, allow: [ZohoMail.messages.READ] }\n  \
                  other: { owner: sales }\nwaivers:\n\
                  - { id: W-1, app: sync, scopes: [ZohoCRM.fullaccess.all], rules: [denied, full-access], reason: r, owner: o, approved-by: a, ticket: T-1, created: 2026-11-01, expires: 2026-12-20 }\n\
                  - { id: W-2, app: other, scopes: [ZohoCRM.fullaccess.all], rules: [full-access], reason: r, owner: o, approved-by: a, ticket: T-2, created: 2026-08-01, expires: 2026-10-20 }\n\
                  - { id: W-3, app: other, scopes: [ZohoCRM.users.READ], rules: [not-allowed], reason: r, owner: o, approved-by: a, ticket: T-3, created: 2026-11-01, expires: 2026-12-20 }\n";
    let grants = r#"{"app":"sync","scope":"ZohoCRM.fullaccess.all ZohoBooks.bills.READ ZohoMail.messages.READ","token_type":"Bearer"}
{"app":"other","scope":"ZohoCRM.fullaccess.all Desk.tickets.ALL Nothing.x.READ","token_type":"Bearer"}
{"app":"other","access_token":"x","token_type":"Bearer"}
{"app":"nobody","scope":"ZohoCRM.modules.ALL","token_type":"Bearer"}
{"error":"invalid_code"}
"#;
    let source =
        "SCOPE = 'ZohoBooks.fullaccess.all,ZohoCRM.modules.ALL'\n# ZohoBooks.bills.READ\nX = 'ZohoMail.folders.RAED'\n";
    let runs: [&[&str]; 6] = [
        &["audit", "grants.ndjson", "--policy", "p.yaml"],
        &["audit", "grants.ndjson", "missing.json", "--policy", "p.yaml", "--summary"],
        &["audit", "grants.ndjson"],
        &["scan", "src", "--policy", "p.yaml"],
        &["scan", "src"],
        &[
            "check",
            "ZohoCRM.modules.ALL,ZohoBooks.nothing.READ,ZohoBooks.fullaccess.all,zohobooks.bills.read",
            "--policy",
            "p.yaml",
            "--app",
            "sync",
        ],
    ];
    for args in runs {
        let written = |format: &str| {
            let args = [args, &["--as-of", "2026-11-27", "--fail-on", "never", "--format", format]].concat();
            let mut run = zscope(&args).file("grants.ndjson", grants).file("p.yaml", policy).file("src/a.py", source);
            run.ended().stdout
        };
        println!("{args:?}");
        reconcile(&written("html"), &serde_json::from_str(&written("json")).unwrap());
    }
}
