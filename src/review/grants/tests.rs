//! What holds for every input: the fast way and the thorough one say the same, and every record is counted once.

use std::path::Path;

use jiff::civil::date;
use proptest::prelude::*;

use super::{Audit, Lock, Sink, Stream, Wanted};
use crate::catalog::Catalog;
use crate::input::token::{Kind, kind_of, read_tokens};
use crate::policy::{self, Policy, Top};
use crate::report::{Format, Report};
use crate::review::Review;
use crate::text::Sources;

const POLICY: &str = "\
version: 1
allow: [ZohoBooks.invoices.READ, email]
apps:
  sync: { owner: us, data-centers: [eu], requested: [ZohoBooks.invoices.READ] }
waivers:
  - { id: W-1, scopes: [ZohoBooks.fullaccess.all], rules: [full-access], reason: r, owner: o, expires: 2027-01-01 }
";

/// Denials, levels, classes of data, expired and narrow waivers, and an application with rights of its own.
const STRICT: &str = "\
version: 1
allow: [\"ZohoCRM.**\", ZohoMail.messages.READ]
deny: [\"**.DELETE\", ZohoCRM.users.ALL]
rules: { toxic-combination: warning, all-operations: off, unknown-scope: error, sensitive-access: error }
apps:
  sync:
    owner: us
    allow: [ZohoDirectory.users.ALL]
    data-centers: [eu]
    requested: [ZohoCRM.modules.ALL, ZohoMail.messages.READ, No.such.READ]
  other: { owner: us, rules: { sensitive-access: warning, toxic-combination: error } }
waivers:
  - { id: W-1, scopes: [\"**.ALL\"], rules: [toxic-combination, not-allowed, denied], reason: r, owner: o, expires: 2027-01-01 }
  - { id: W-2, app: sync, scopes: [\"**\"], rules: [toxic-combination, sensitive-access, missing-grant], reason: r, owner: o, expires: 2027-01-01 }
  - { id: W-3, scopes: [\"**\"], rules: [excess-grant, denied], reason: r, owner: o, expires: 2025-01-01 }
  - { id: W-4, app: other, scopes: [\"ZohoMail.**\", \"ZohoDirectory.**\"], rules: [toxic-combination], reason: r, owner: o, expires: 2027-01-01 }
";

/// Nothing is denied, and rules speak.
const OPEN: &str = "\
version: 1
default: allow
data:
  ZohoCRM.coql: [credentials]
  \"ZohoBooks.*\": [users-and-roles, messages]
";

fn load(text: &str, sources: &mut Sources) -> Policy {
    let top = Top::File { path: Path::new("zscope.yaml"), text: text.to_owned() };
    policy::load(top, &|_| Err("no such file".to_owned()), &crate::rules::infos(), sources).unwrap()
}

/// The rows of a format, and the report, for an input that is read in pieces or whole.
fn run(name: &str, text: &[u8], format: &str, in_pieces: bool) -> (String, Report) {
    let (rows, report, _) = run_by(POLICY, name, text, Some(format), in_pieces);
    (rows, report)
}

/// The same by another policy, with the lock file; without a format no words are asked for.
fn run_by(policy: &str, name: &str, text: &[u8], format: Option<&str>, in_pieces: bool) -> (String, Report, String) {
    let mut sources = Sources::default();
    let policy = load(policy, &mut sources);
    let catalog = Catalog::embedded();
    let review = Review::new(&catalog, &policy, date(2026, 11, 23));
    let audit = Audit::new(&review, None, None);
    let mut out = Vec::new();
    let rows = format.map(|format| Format::named(format).unwrap().rows().unwrap());
    let sinks = rows.map(|rows| Sink { rows, out: Box::new(&mut out) }).into_iter().collect();
    let mut stream = Stream::new(&audit, sources, sinks, true);
    let kind = kind_of(Some(name), &String::from_utf8_lossy(text), true);
    match kind {
        Kind::Table(delimiter) if in_pieces => stream.table(name, delimiter, &mut &text[..]).unwrap(),
        _ if in_pieces => stream.lines(name, &mut &text[..]).unwrap(),
        _ => {
            let text = std::str::from_utf8(text).unwrap();
            let grants = read_tokens(name, text, &mut stream.collector.sources).grants;
            stream.grants(grants).unwrap();
        }
    }
    let (collector, mut sinks) = stream.finish();
    let lock = Lock::write(collector.held());
    let report = collector.finish(None, Wanted { details: true, plans: true });
    for sink in &mut sinks {
        let end = sink.rows.end(&report);
        sink.out.write_all(end.as_bytes()).unwrap();
    }
    drop(sinks);
    (String::from_utf8(out).unwrap(), report, lock)
}

fn field() -> impl Strategy<Value = String> {
    let scopes = "(ZohoBooks\\.invoices\\.READ|ZohoBooks\\.fullaccess\\.all|zohobooks\\.Invoices\\.all|email|openid|No\\.such\\.READ|\\.\\.\\.)";
    let list = prop::collection::vec(scopes, 0..5);
    let scope = (list, prop_oneof![Just(" "), Just(","), Just("\\u0020"), Just("  ")], "scopes?")
        .prop_map(|(list, between, key)| format!("\"{key}\": \"{}\"", list.join(between)));
    let plain = prop_oneof![
        Just("\"access_token\":\"1000.x.y\""),
        Just("\"refresh_token\": \"1000.x.z\""),
        Just("\"accessToken\": \"1000.x.y\""),
        Just("\"access_token\": null"),
        Just("\"api_domain\": \"https://www.zohoapis.eu\""),
        Just("\"api_domain\": \"https://api.zoho.com\""),
        Just("\"api_domain\": \"evil.example\""),
        Just("\"expires_in\": 3600"),
        Just("\"expires_in\": 3600000"),
        Just("\"expires_in\": \"3600000\""),
        Just("\"expires_in_sec\": 3600"),
        Just("\"client\": \"sync\""),
        Just("\"app\": \" other \""),
        Just("\"client_id\": \"\\u0073ync\""),
        Just("\"dc\": \"in\""),
        Just("\"token_type\": \"Bearer\""),
        Just("\"error\": \"invalid_code\""),
        Just("\"status\": \"failure\""),
        Just("\"note\": \"x\""),
        Just("\"note\": -1.5e3"),
        Just("\"data\": {\"access_token\": \"1000.x.y\", \"scope\": \"email\"}"),
        Just("\"blob\": \"{\\\"scope\\\": \\\"email openid\\\"}\""),
        Just("\"list\": [1, {\"scope\": [\"email\", \"openid\"]}]"),
        Just("\"scope\": 7"),
        Just("\"scope\": null"),
    ];
    prop_oneof![2 => scope, 3 => plain.prop_map(str::to_owned)]
}

fn line() -> impl Strategy<Value = String> {
    let object = || prop::collection::vec(field(), 0..6).prop_map(|fields| format!("{{{}}}", fields.join(", ")));
    prop_oneof![
        8 => object(),
        1 => object().prop_map(|object| format!("  {object} \r")),
        1 => "\\PC{0,20}",
        1 => Just(String::new()),
        1 => Just("[{\"scope\": \"email\"}, {\"scope\": \"openid\"}]".to_owned()),
        1 => Just("{\"scope\": \"email\"".to_owned()),
    ]
}

/// Every scope of a few services, full access, unknown ones and what is no scope, in odd spellings, too.
fn any_scope() -> impl Strategy<Value = String> {
    let catalog = Catalog::embedded();
    let services = ["ZohoCRM", "ZohoBooks", "ZohoMail", "ZohoDirectory", "WorkDrive", "Desk", "ZohoVault"];
    let services = services.iter().filter_map(|name| catalog.service(name));
    let known: Vec<String> =
        services.flat_map(|service| service.scopes().map(|(scope, _)| scope.to_string())).collect();
    let toxic = [
        "ZohoMail.messages.READ",
        "ZohoMail.messages.ALL",
        "ZohoDirectory.users.ALL",
        "ZohoDirectory.Users.UPDATE",
        "ZohoCRM.bulk.ALL",
        "ZohoCRM.modules.READ",
        "ZohoCRM.modules.ALL",
        "WorkDrive.files.READ",
        "WorkDrive.links.CREATE",
    ];
    let odd = [
        "ZohoBooks.fullaccess.all",
        "ZohoCRM.modules.ALLL",
        "ZohoCRM.modules.mine.READ",
        "ZohoCRM.modules.Mine.READ",
        "Nobody.knows.READ",
        "nobody.Knows.read",
        "No.such.READ",
        "word",
        "openid",
        "..",
        "a.b.",
        "%41aaserver.profile.READ",
        "[email]",
        "\u{e9}.x.READ",
    ];
    let known = prop::sample::select(known);
    prop_oneof![
        4 => known.clone(),
        1 => known.prop_map(|scope| scope.to_lowercase()),
        3 => prop::sample::select(toxic.to_vec()).prop_map(str::to_owned),
        3 => prop::sample::select(odd.to_vec()).prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn put_together_from_its_scopes_a_judgement_is_the_same(
        policy in prop::sample::select(vec![POLICY, STRICT, OPEN, "version: 1\ndefault: allow\ndeny: [\"**.ALL\"]\n"]),
        lists in prop::collection::vec((prop::collection::vec(any_scope(), 1..14), "(sync|other|nobody)", "(eu|com|zz)"), 1..6),
    ) {
        let line = |(scopes, client, domain): &(Vec<String>, String, String)| {
            let scopes = scopes.join(" ");
            format!("{{\"client\":\"{client}\",\"scope\":\"{scopes}\",\"api_domain\":\"https://www.zohoapis.{domain}\"}}\n")
        };
        // Each grant twice: what is known already counts like what is new.
        let text: String = lists.iter().chain(&lists).map(line).collect();
        let full = run_by(policy, "t.ndjson", text.as_bytes(), Some("ndjson"), false);
        let fast = run_by(policy, "t.ndjson", text.as_bytes(), Some("ndjson"), true);
        prop_assert_eq!(&fast.0, &full.0);
        let silent = run_by(policy, "t.ndjson", text.as_bytes(), None, true);
        for fast in [fast, silent] {
            prop_assert_eq!(&fast.1.totals, &full.1.totals);
            prop_assert_eq!(fast.1.summary(), full.1.summary());
            prop_assert_eq!(&fast.2, &full.2);
            let told = |report: &Report| report.findings.iter().map(|finding| (finding.rule.code, finding.message.clone())).collect::<Vec<_>>();
            prop_assert_eq!(told(&fast.1), told(&full.1));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn skimmed_and_read_in_full_a_line_has_the_same_rows(lines in prop::collection::vec(line(), 0..12)) {
        let text = lines.join("\n");
        let (fast, report) = run("t.ndjson", text.as_bytes(), "ndjson", true);
        let (full, thorough) = run("t.ndjson", text.as_bytes(), "ndjson", false);
        prop_assert_eq!(fast, full);
        prop_assert_eq!(&report.totals, &thorough.totals);
        prop_assert_eq!(report.summary(), thorough.summary());
        let grants = report.totals.unwrap().all.grants;
        let records = text.lines().filter(|line| !line.trim().is_empty()).count();
        prop_assert!(grants >= records, "{grants} of {records}");
        prop_assert_eq!(report.grants.len(), grants);
    }

    #[test]
    fn a_table_has_the_same_rows_either_way(
        rows in prop::collection::vec("(sync|other|),(email|ZohoBooks.fullaccess.all email||No.such.READ),(1000\\.x\\.y|),(eu|us|mars|),(3600|3600000|)(,x)?", 0..8),
    ) {
        let text = format!("client,scope,access_token,dc,expires_in\n{}\n", rows.join("\n"));
        for format in ["csv", "ndjson"] {
            prop_assert_eq!(run("t.csv", text.as_bytes(), format, true).0, run("t.csv", text.as_bytes(), format, false).0);
        }
    }

    #[test]
    fn any_bytes_are_audited(text in prop::collection::vec(any::<u8>(), 0..200)) {
        let (_, report) = run("t.ndjson", &text, "csv", true);
        let records = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
        prop_assert!(report.totals.unwrap().all.grants >= records);
    }
}

#[test]
fn pieces_end_anywhere() {
    let line = "{\"client\": \"sync\", \"scope\": \"ZohoBooks.invoices.READ email\"}\n";
    let odd = "{\"client\": \"sync\", \"scope\": \"ZohoBooks.fullaccess.all\"}\n";
    let text = format!("{}{odd}{}", line.repeat(20_000), line.repeat(3));
    let (rows, report) = run("t.ndjson", text.as_bytes(), "csv", true);
    let totals = report.totals.as_ref().unwrap();
    assert_eq!(totals.all.grants, 20_004);
    assert_eq!(rows.lines().filter(|row| row.contains("fullaccess")).count(), 1);
    assert!(rows.contains("t.ndjson,20001,sync"));
    assert_eq!(totals.by_app[&Some("sync".to_owned())].grants, 20_004);
}
