//! Policies as scripts for other engines: what the table of a script says is held against the program's own audit, for
//! policies and scopes at random.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Value, json};
use zscope::catalog::{self, Catalog};
use zscope::export::{self, Decisions, Dialect, Options};
use zscope::finding::RuleInfo;
use zscope::input::token::read_line;
use zscope::judge::Judged;
use zscope::policy::{self, Policy};
use zscope::review::Review;
use zscope::review::grants::Audit;
use zscope::rules::{self, Check, Rule};
use zscope::scope::Scope;
use zscope::text::{Source, Sources};

use crate::policy_diff::{Dice, entry, scopes_of};
use crate::run::zscope;
use crate::whole_policies::ZOO;

#[path = "../../benches/support/grants.rs"]
mod grants;
#[path = "../../benches/support/numbers.rs"]
mod numbers;

const TODAY: &str = "2026-11-27";

fn policy_of(text: &str) -> Policy {
    let read = |_: &Path| Err("nothing to extend".to_owned());
    let top = policy::Top::File { path: Path::new("zscope.yaml"), text: text.to_owned() };
    policy::load(top, &read, &rules::infos(), &mut Sources::default())
        .unwrap_or_else(|errors| panic!("{text}\n{errors:?}"))
}

/// A catalog that has one service, in which everything happens that a catalog file can say.
fn zoo() -> Catalog {
    let mut catalog = Catalog::empty();
    let (service, endpoints) = catalog::decode(&Source::new("zoo.yaml", ZOO)).unwrap();
    catalog.overlay(service, endpoints, ZOO);
    catalog
}

/// The client id of an application.
fn client_id(app: usize) -> String {
    format!("1000.KEEPEROFALLTHEINVOICESWXYZQ{app:0>3}")
}

/// That of the second one.
const CLIENT_1: &str = "1000.keeperofalltheinvoiceswxyzq001";

/// A row as engines give it: verdict, deciding entries, how many, where, rules.
type Row = (String, String, usize, String, String);

/// The rules on single scopes, and the one on what is no scope: all that a script speaks of.
fn rules_on_scopes() -> &'static [&'static Rule] {
    let rules: Vec<&'static Rule> = rules::ALL.iter().copied().filter(|rule| is_of_scope(&rule.info)).collect();
    rules.leak()
}

/// A review by the rules of which scripts speak.
fn review_of<'a>(catalog: &'a Catalog, policy: &'a Policy) -> Review<'a> {
    let mut review = Review::new(catalog, policy, TODAY.parse().unwrap());
    review.rules = rules_on_scopes();
    review
}

/// What an audit says of some texts that a client holds, in the policy's text.
fn audited(audit: &Audit<'_>, policy: &str, client: &str, texts: &[String]) -> Vec<Row> {
    let record = json!({ "client": client, "scope": texts.join(" ") }).to_string();
    let mut grants = read_line("grants.ndjson", 1, &record, &mut Sources::default());
    let judgement = audit.judge(&mut grants[0], audit.matched([client]));
    assert_eq!(judgement.scopes.len(), texts.len());
    let waived = judgement.waived.iter().map(|waived| &waived.finding);
    let mut codes: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); texts.len()];
    for finding in judgement.findings.iter().chain(waived) {
        for finding in std::iter::once(finding).chain(&finding.absorbed) {
            let at = finding.scope_index().unwrap();
            // A name that is near to a known one is a note, of which scripts do not speak.
            if !(judgement.scopes[at].known && finding.rule.name == "unknown-scope") {
                codes[at].insert(finding.rule.code);
            }
        }
    }
    let row = |(judged, codes): (&Judged, BTreeSet<&str>)| {
        let texts: Vec<&str> = judged.decided_by.iter().map(|decider| decider.text.as_str()).collect();
        let place = judged.decided_by.first().and_then(|decider| decider.place);
        let line = |offset: usize| policy[..offset].matches('\n').count() + 1;
        let place = place.map_or_else(String::new, |place| format!("zscope.yaml:{}", line(place.span.start)));
        let codes: Vec<&str> = codes.into_iter().collect();
        (judged.verdict.to_string(), texts.join("; "), judged.deciders, place, codes.join(" "))
    };
    judgement.scopes.iter().zip(codes).map(row).collect()
}

fn is_of_scope(rule: &RuleInfo) -> bool {
    let known = rules::ALL.iter().find(|known| known.info.code == rule.code).unwrap();
    matches!(known.check, Check::Scope(_)) || rule.name == "malformed-scope"
}

/// What the table says of a text. `None` where it is no scope that the table reads.
fn told(decisions: &Decisions, app: Option<&str>, text: &str) -> Row {
    let scope: Result<Scope, _> = text.parse();
    let parts: Vec<String> = scope.map_or_else(
        |_| text.split('.').map(str::to_ascii_lowercase).filter(|_| text.split('.').count() == 2).collect(),
        |scope| scope.parts().iter().map(|part| part.to_ascii_lowercase()).collect(),
    );
    let column = app.map_or(0, |app| decisions.apps.iter().position(|name| name == app).unwrap() + 1);
    let answer = decisions.answer(decisions.after(parts.iter().map(String::as_str)), column);
    let waived = answer.waived_until.is_some_and(|day| day.to_string().as_str() >= TODAY);
    let verdict = if waived { "waived" } else { answer.verdict.as_str() };
    (
        verdict.to_owned(),
        answer.decided_by.join("; "),
        answer.deciders,
        answer.place.clone().unwrap_or_default(),
        answer.rules.join(" "),
    )
}

/// A policy with applications, entries of their own, levels and waivers.
fn random(dice: &mut Dice, pool: &[String], apps: usize) -> String {
    let list = |dice: &mut Dice, most: usize| -> Vec<String> {
        (0..dice.throw(most + 1)).map(|_| random_entry(dice, pool)).collect()
    };
    let mut text = format!("version: 1\ndefault: {}\n", if dice.throw(4) == 0 { "allow" } else { "deny" });
    let lists = |dice: &mut Dice, text: &mut String, indent: &str, most: usize| {
        for key in ["allow", "deny"] {
            let entries = list(dice, if key == "allow" { most } else { most / 2 });
            if !entries.is_empty() {
                let _ = writeln!(text, "{indent}{key}:");
                entries.iter().for_each(|entry| _ = writeln!(text, "{indent}  - {entry:?}"));
            }
        }
    };
    lists(dice, &mut text, "", 4);
    if dice.throw(3) == 0 {
        text.push_str(
            "rules: { full-access: warning, all-operations: error, unknown-scope: error, sensitive-access: off }\n",
        );
    }
    if apps > 0 {
        text.push_str("apps:\n");
    }
    for app in 0..apps {
        let _ = writeln!(text, "  app-{app}:\n    clients: [{}]", client_id(app));
        lists(dice, &mut text, "    ", 6);
        if dice.throw(4) == 0 {
            text.push_str("    rules: { write-includes-delete: off, group-access: error }\n");
        }
    }
    let waivers = dice.throw(4);
    if waivers > 0 {
        text.push_str("waivers:\n");
    }
    for waiver in 0..waivers {
        let app =
            if apps > 0 && dice.throw(2) == 0 { format!("app: app-{}, ", dice.throw(apps)) } else { String::new() };
        let rules =
            dice.one(&["not-allowed", "denied, not-allowed", "denied, not-allowed, full-access, unknown-scope"]);
        let expires = dice.one(&["2026-11-26", "2026-11-27", "2099-12-31"]);
        let scopes = random_entry(dice, pool);
        let _ = writeln!(
            text,
            "  - {{ id: W-{waiver}, {app}scopes: [{scopes:?}], rules: [{rules}], reason: r, owner: o, expires: {expires} }}"
        );
    }
    text
}

/// An entry that may stand in a deny list: of a service that the catalog knows.
fn random_entry(dice: &mut Dice, pool: &[String]) -> String {
    entry(dice, pool)
}

/// Texts that somebody's token may hold: scopes of the catalog, names beyond it, odd case, words, and what is none.
fn texts(dice: &mut Dice, pool: &[String], names: &[&str], count: usize) -> Vec<String> {
    let mut found = Vec::with_capacity(count);
    for _ in 0..count {
        let mut parts: Vec<String> = dice.one(pool).split('.').map(str::to_owned).collect();
        let last = parts.len() - 1;
        let new = *dice.one(&["dreams", "night", "any-other", "fullaccess", "READ", "all", "a_b", "food", "leads"]);
        match dice.throw(16) {
            0 if last > 1 => new.clone_into(&mut parts[1]),
            1 if last > 1 => new.clone_into(&mut parts[last - 1]),
            2 => parts.insert(last, new.to_owned()),
            3 => {
                parts.insert(last, new.to_owned());
                parts.insert(last, (*dice.one(&["dreams", "late", "x"])).to_owned());
            }
            4 if last > 1 => {
                (*dice.one(&["WRITE", "ALL", "FROB", "VIEW", "DELETE", "LOOK"])).clone_into(&mut parts[last]);
            }
            5 => (*dice.one(names)).clone_into(&mut parts[0]),
            6 => parts = vec![parts[0].clone(), "FullAccess".to_owned(), "ALL".to_owned()],
            7 => parts = vec![(*dice.one(&["openid", "email", "crmapi", "aaaserver", "profile"])).to_owned()],
            8 if last > 1 => parts.truncate(2),
            10 => parts = parts.iter().map(|part| part.to_ascii_uppercase()).collect(),
            11 if last > 1 => parts = vec!["Nobody".to_owned(), parts[1].clone(), parts[last].clone()],
            12 if last > 1 => {
                let at = 1 + dice.throw(last - 1);
                parts.truncate(at + 1);
                parts.push((*dice.one(&["READ", "ALL", "WRITE"])).to_owned());
            }
            _ => {}
        }
        found.push(parts.join("."));
    }
    found
}

/// Holds one policy's table against the audit, and returns how many rows that were.
fn hold(catalog: &Catalog, text: &str, asked: &[String], differ: &mut Vec<String>) -> (usize, Decisions) {
    let policy = policy_of(text);
    let review = review_of(catalog, &policy);
    let decisions = export::decisions(&review);
    let audit = Audit::new(&review, None, None);
    let mut rows = 0;
    let asked = distinct(asked);
    for app in std::iter::once(None).chain(policy.apps.iter().map(|app| Some(app.name.as_str()))) {
        let expected = audited(&audit, text, app.unwrap_or("nobody-in-particular"), &asked);
        for (asked, expected) in asked.iter().zip(expected) {
            let row = told(&decisions, app, asked);
            if row != expected {
                differ.push(format!("{app:?} {asked}\n  script: {row:?}\n  audit:  {expected:?}\n{text}"));
            }
            rows += 1;
        }
    }
    (rows, decisions)
}

/// Texts without those that differ in case alone: of one scope the rules speak once in a list.
fn distinct(texts: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    texts.iter().filter(|text| seen.insert(text.to_ascii_lowercase())).cloned().collect()
}

fn usable(catalog: &Catalog, text: &str) -> bool {
    zscope::judge::denials_of_nothing(catalog, &policy_of(text)).is_empty()
}

#[test]
fn a_script_says_what_an_audit_says_where_everything_happens() {
    let catalog = zoo();
    let mut pool = scopes_of(&catalog, &["Zoo"]);
    pool.extend(["Zoo.pets.emu.READ", "Zoo.Zoo.wild.READ", "ZohoZoo.pets.ALL", "Zoo.wild.emu.LOOK"].map(String::from));
    let mut dice = Dice(7);
    let (mut rows, mut states) = (0, 0);
    let mut differ = Vec::new();
    for _ in 0..8 {
        let policy = random(&mut dice, &pool, 3);
        let asked = texts(&mut dice, &pool, &["ZohoZoo", "ZOO", "Nobody"], 400);
        let (more, decisions) = hold(&catalog, &policy, &asked, &mut differ);
        rows += more;
        states += decisions.states.len();
    }
    println!("{rows} rows of 8 policies, {states} states");
    assert!(differ.is_empty(), "{} of {rows}\n{}", differ.len(), differ.iter().take(3).cloned().collect::<String>());
}

const SMALL: &str = "version: 1\nallow:\n  - Zoo.pets.*.READ\n  - Zoo.food.ALL\ndeny: [\"**.DELETE\"]\napps:\n  keeper:\n    \
                     clients: [1000.KEEPEROFALLTHEINVOICESWXYZQ007]\n    allow: [Zoo.wild.KEEP]\n  o'brien's: { deny: [Zoo.food.ALL] }\nwaivers:\n  - { id: W-1, \
                     app: keeper, scopes: [Zoo.store.READ], rules: [not-allowed], reason: r, owner: o, expires: 2027-01-31 }\n";

#[test]
fn each_engine_has_its_words() {
    let catalog = zoo();
    let policy = policy_of(SMALL);
    let review = Review::new(&catalog, &policy, TODAY.parse().unwrap());
    let decisions = export::decisions(&review);
    let about = vec!["zscope.yaml".to_owned()];
    for dialect in Dialect::ALL {
        let as_of = (dialect != Dialect::Postgres).then(|| TODAY.parse().unwrap());
        let options = Options { dialect, grants: "grants", app: None, as_of, about: &about };
        let script = export::sql(&decisions, &options);
        // The rows are the same for all.
        let is_row = |line: &str| line.starts_with('(') && !line.starts_with("(0,") || line.contains('\t');
        let is_shown = |line: &&str| dialect == Dialect::Duckdb || !is_row(line) || line.starts_with("SELECT");
        let shown: Vec<&str> = script.lines().filter(is_shown).collect();
        insta::assert_snapshot!(format!("export_{}", dialect.name()), shown.join("\n"));
    }
}

/// What a Rego engine says of grants: rows by grant and scope.
fn by_rego(module: &str, grants: &Value) -> BTreeSet<String> {
    let mut engine = regorus::Engine::new();
    engine.add_policy("zscope.rego".to_owned(), module.to_owned()).unwrap();
    engine.set_input(regorus::Value::from_json_str(&json!({ "grants": grants }).to_string()).unwrap());
    let rows = engine.eval_rule("data.zscope.verdicts".to_owned()).unwrap();
    let rows: Value = serde_json::from_str(&rows.to_json_str().unwrap()).unwrap();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let keys = ["grant_id", "app", "scope", "verdict", "decided_by", "place", "rules"];
    let line = |row: &Value| format!("{}|{}", keys.map(|key| text(row, key)).join("|"), row["deciders"]);
    rows.as_array().unwrap().iter().map(line).collect()
}

#[test]
fn rego_says_what_an_audit_says() {
    let catalog = zoo();
    let mut pool = scopes_of(&catalog, &["Zoo"]);
    pool.extend(["Zoo.pets.emu.READ", "ZohoZoo.pets.ALL"].map(String::from));
    let mut dice = Dice(23);
    let mut rows = 0;
    for _ in 0..6 {
        let text = random(&mut dice, &pool, 2);
        let policy = policy_of(&text);
        let review = review_of(&catalog, &policy);
        let about = export::About { app: None, as_of: Some(TODAY.parse().unwrap()), lines: &[] };
        let module = export::rego(&export::decisions(&review), &about);
        let audit = Audit::new(&review, None, None);
        let (mut grants, mut expected) = (Vec::new(), BTreeSet::new());
        for (number, asked) in texts(&mut dice, &pool, &["ZohoZoo", "Nobody"], 60).chunks(3).enumerate() {
            let (client, app) = *dice.one(&[(CLIENT_1, "app-1"), ("APP-0", "app-0"), ("x", "")]);
            grants.push(json!({ "grant_id": number.to_string(), "client": client, "scope": asked.join(", ") }));
            for asked in asked {
                let row = audited(&audit, &text, client, std::slice::from_ref(asked));
                expected.insert(line_of(number, app, asked, &row[0]));
            }
        }
        let said = by_rego(&module, &Value::Array(grants));
        rows += said.len();
        let differ: Vec<&String> = said.symmetric_difference(&expected).take(6).collect();
        assert!(differ.is_empty(), "{differ:#?}\n{text}");
    }
    println!("{rows} rows");
}

fn line_of(grant: usize, app: &str, asked: &str, row: &Row) -> String {
    let (verdict, decided_by, deciders, place, rules) = row;
    let is_scope = asked.parse::<Scope>().is_ok();
    let shown = if is_scope { asked } else { "(no scope)" };
    format!("{grant}|{app}|{shown}|{verdict}|{decided_by}|{place}|{rules}|{deciders}")
}

#[test]
fn a_grant_of_which_nothing_is_known_has_a_row() {
    let catalog = zoo();
    let policy = policy_of(SMALL);
    let review = Review::new(&catalog, &policy, TODAY.parse().unwrap());
    let about = export::About { app: None, as_of: Some(TODAY.parse().unwrap()), lines: &[] };
    let module = export::rego(&export::decisions(&review), &about);
    let secret = format!("1000.{}.{}", "abcdef0123456789".repeat(2), "0123456789abcdef".repeat(2));
    let grants = json!([
        { "grant_id": "1", "client": "KEEPER", "scope": " , " },
        { "grant_id": "2" },
        { "grant_id": "3", "scope": secret },
        { "grant_id": "4", "scope": "Zoo.{kind}.READ" },
        { "grant_id": "5", "scope": "\"Zoo.pets.emu.READ\";" },
    ]);
    let rows: Vec<String> = by_rego(&module, &grants).into_iter().collect();
    let expected = [
        "1|keeper||unknown|||ZS503|0",
        "2|||unknown|||ZS503|0",
        "3||(no scope)|unknown|||ZS001|0",
        "4||(no scope)|unknown|||ZS001|0",
        "5||Zoo.pets.emu.READ|allowed|Zoo.pets.*.READ|zscope.yaml:3||1",
    ];
    assert_eq!(rows, expected);
}

#[test]
fn the_command_writes_a_script() {
    let run = |args: &[&str]| {
        let args = [&["policy", "export", "--as-of", TODAY], args].concat();
        zscope(&args).file("zscope.yaml", "version: 1\nallow: [ZohoBooks.invoices.READ]\napps: { sync: {} }\n").ended()
    };
    let sql = run(&["--format", "sql", "--dialect", "duckdb", "--table", "audit.grants", "--app", "sync"]);
    assert_eq!(sql.code, Some(0), "{}", sql.stderr);
    assert!(sql.stdout.contains("FROM audit.grants AS g") && sql.stdout.contains("'sync' AS app"));
    assert!(sql.stdout.contains("'ZohoBooks.invoices.READ', 1, 'zscope.yaml:2'"));
    assert_eq!(run(&["--format", "sql"]).code, Some(2));
    let hostile = run(&["--format", "sql", "--dialect", "duckdb", "--table", "grants; DROP TABLE x"]);
    assert_eq!(hostile.code, Some(2));
}

/// How many policies, applications of each, and lists are written for engines to run.
fn size(name: &str, usual: usize) -> usize {
    env::var(name).ok().map_or(usual, |text| text.parse().unwrap())
}

/// Writes policies with lists of scopes into the folder that `ZSCOPE_EXPORT_DIR` names: for each a folder with the policy;
/// the grants, as engines read them; of each application every text once, for an audit; and which text stands in which
/// grant. What has to come out is for the program itself to say.
#[test]
#[ignore = "tests/consumers/export.sh runs it"]
fn material_for_engines_is_written() {
    let folder = PathBuf::from(env::var("ZSCOPE_EXPORT_DIR").unwrap());
    let catalog = Catalog::embedded();
    let services: Vec<&str> = catalog.names().collect();
    let pool = scopes_of(&catalog, &services);
    let (policies, apps) = (size("ZSCOPE_EXPORT_POLICIES", 4), size("ZSCOPE_EXPORT_APPS", 5));
    let (lists, many) = (size("ZSCOPE_EXPORT_LISTS", 2000), size("ZSCOPE_EXPORT_TEXTS", 300));
    let mut dice = Dice(size("ZSCOPE_EXPORT_SEED", 5).try_into().unwrap());
    let codes: Vec<&str> = rules_on_scopes().iter().map(|rule| rule.info.code).collect();
    fs::write(folder.join("rules.txt"), codes.join(",")).unwrap();
    let mut written = 0;
    while written < policies {
        let text = random(&mut dice, &pool, apps);
        if !usable(&catalog, &text) {
            continue;
        }
        let own = folder.join(format!("{written}"));
        fs::create_dir_all(&own).unwrap();
        let near = near_entries(&policy_of(&text), &mut dice, &pool);
        let (mut grants, mut cells, mut asked) = (String::new(), String::new(), String::new());
        let mut number = 0;
        // The last are the grants of somebody of whom the policy knows nothing.
        for app in 0..=apps {
            let name = if app < apps { format!("app-{app}") } else { String::new() };
            let mut own = texts(&mut dice, &near, &["ZohoWorkDrive", "workdrive", "Nobody"], many);
            own.push("no-scope-at/all".to_owned());
            let own = distinct(&own);
            let client = if app < apps { name.as_str() } else { "somebody-else" };
            let _ = writeln!(cells, "{}", json!({ "client": client, "scope": own.join(" ") }));
            for _ in 0..lists {
                let client = match (app < apps, dice.throw(2)) {
                    (false, _) => "somebody-else".to_owned(),
                    (_, 0) => client_id(app).to_lowercase(),
                    _ => format!("App-{app}"),
                };
                let held: BTreeSet<&String> = (0..=dice.throw(6)).map(|_| dice.one(&own)).collect();
                let held: Vec<&str> = held.into_iter().map(String::as_str).collect();
                let list = held.join(*dice.one(&[",", " ", ", ", "+", "%20"]));
                let grant = json!({ "grant_id": number.to_string(), "client": client, "scope": list });
                let _ = writeln!(grants, "{grant}");
                held.iter().for_each(|text| _ = writeln!(asked, "{number}\t{name}\t{text}"));
                number += 1;
            }
        }
        for (name, content) in
            [("zscope.yaml", text), ("grants.ndjson", grants), ("cells.ndjson", cells), ("asked.tsv", asked)]
        {
            fs::write(own.join(name), content).unwrap();
        }
        written += 1;
    }
    println!("{policies} policies of {apps} apps, {lists} lists for each of them");
}

/// Writes the grants of the benchmark of audits, and its policy, into the folder that `ZSCOPE_EXPORT_DIR` names.
#[test]
#[ignore = "benches/warehouse.sh runs it"]
fn grants_of_the_benchmark_are_written() {
    let folder = PathBuf::from(env::var("ZSCOPE_EXPORT_DIR").unwrap());
    let known = grants::lists(&mut numbers::Numbers(0x5EED), grants::APPS);
    grants::generate(&folder.join("grants.ndjson"), size("ZSCOPE_BENCH_GRANTS", 10_000_000), &known);
    grants::policy(&folder.join("zscope.yaml"), &known);
}

/// Scopes near to what the entries name, and some of the whole catalog.
fn near_entries(policy: &Policy, dice: &mut Dice, pool: &[String]) -> Vec<String> {
    let apps = policy.apps.iter().flat_map(|app| app.allow.iter().chain(&app.deny));
    let entries: Vec<String> =
        policy.allow.iter().chain(&policy.deny).chain(apps).map(|entry| entry.text.clone()).collect();
    let services: BTreeSet<String> = entries
        .iter()
        .filter_map(|entry| entry.split('.').next())
        .filter(|first| !first.contains(['*', '{']))
        .map(str::to_ascii_lowercase)
        .collect();
    let is_near =
        |scope: &&String| services.contains(&scope.split('.').next().unwrap_or_default().to_ascii_lowercase());
    let mut near: Vec<String> = pool.iter().filter(is_near).cloned().collect();
    near.extend((0..200).map(|_| dice.one(pool).clone()));
    near.extend(entries.into_iter().filter(|entry| entry.parse::<Scope>().is_ok() && !entry.contains(['*', '{'])));
    near
}

#[test]
fn severities_are_of_what_is_held() {
    // What Zoho has given does exist: a waiver of the verdict alone suffices.
    let catalog = zoo();
    let text = "version: 1\nwaivers:\n  - { id: W, scopes: [Zoo.pets.emu.eggs.READ], rules: [not-allowed], reason: r, owner: \
                o, expires: 2027-01-31 }\n";
    let mut differ = Vec::new();
    let (_, decisions) = hold(&catalog, text, &["Zoo.pets.emu.eggs.READ".to_owned()], &mut differ);
    assert!(differ.is_empty(), "{differ:?}");
    assert_eq!(told(&decisions, None, "Zoo.pets.emu.eggs.READ").0, "waived");
}
