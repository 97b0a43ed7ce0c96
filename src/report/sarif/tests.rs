//! SARIF against its schema, and what GitHub asks for beyond it.

use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::Value;

use super::super::fixture::{ALL_OPERATIONS, Builder, FULL_ACCESS, UNUSED_WAIVER, everything, hostile};
use super::{Options, Profile, Sarif};
use crate::finding::{Confidence, Finding};
use crate::judge::Verdict;
use crate::report::{NotEvaluated, Tree};
use crate::text::{Place, Span};

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/schemas/sarif-schema-2.1.0.json"));
    jsonschema::validator_for(&serde_json::from_str(text).unwrap()).unwrap()
});

/// The document, once it has proved valid.
fn read(built: &Builder) -> Value {
    let written = built.rendered(&Sarif, None);
    assert!(written.chars().all(|c| c == '\n' || !c.is_control()));
    let document: Value = serde_json::from_str(&written).unwrap();
    let errors: Vec<String> =
        SCHEMA.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    document
}

fn full(mut built: Builder) -> Builder {
    built.0.run.sarif.profile = Profile::Full;
    built
}

#[test]
fn one_of_everything_for_github() {
    let built = everything();
    read(&built);
    insta::assert_snapshot!(built.rendered(&Sarif, None));
}

#[test]
fn one_of_everything_whole() {
    let built = full(everything());
    let document = read(&built);
    let results = document["runs"][0]["results"].as_array().unwrap();
    let suppressed: Vec<&Value> = results.iter().filter(|result| result["suppressions"].is_array()).collect();
    assert_eq!(suppressed.len(), 1);
    insta::assert_snapshot!(serde_json::to_string_pretty(suppressed[0]).unwrap());
}

#[test]
fn hostile_texts_are_shown_and_do_nothing() {
    let document = read(&full(hostile()));
    let result = &document["runs"][0]["results"][0];
    let message = result["message"]["text"].as_str().unwrap();
    assert!(message.starts_with(r"`Zoho\u{1b}[31mBooks` is not a scope\nerror: forged."), "{message}");
    let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
    assert_eq!(uri, "evil%0A%1B%5B1mname");
}

#[test]
fn a_run_without_anything_is_valid() {
    let document = read(&Builder::new());
    assert_eq!(document["runs"][0]["results"], Value::Array(Vec::new()));
    assert_eq!(document["runs"][0]["automationDetails"], Value::Null);
}

#[test]
fn the_category_names_the_analysis() {
    let mut built = Builder::new();
    built.0.run.sarif = Options { category: Some("invoice-sync".to_owned()), ..Options::default() };
    built.0.run.timestamp = Some("2026-11-23T18:00:00Z".parse().unwrap());
    let document = read(&built);
    assert_eq!(document["runs"][0]["automationDetails"]["id"], "invoice-sync/");
    assert_eq!(document["runs"][0]["invocations"][0]["endTimeUtc"], "2026-11-23T18:00:00Z");
    assert_eq!(read(&full(Builder::new()))["runs"][0]["automationDetails"]["id"], "zscope/");
}

#[test]
fn what_is_in_no_file_is_shown_at_the_policy_and_each_has_a_name_of_its_own() {
    for (policy, uri) in [
        ("./policies/zscope.yaml", "services/policies/zscope.yaml"),
        ("builtin:least-privilege", "zscope/argument"),
        ("/repo/zscope.yaml", "zscope.yaml"),
    ] {
        let mut built = Builder::new();
        built.0.policy.path = policy.to_owned();
        built.0.run.tree = Tree { root: "/repo".to_owned(), folder: "services".to_owned() };
        let source = built.source("<argument>", "Desk.tickets.READ");
        let place = built.scope(source, "Desk.tickets.READ", Verdict::Allowed).place;
        for scope in ["Desk.tickets.READ", "Desk.tickets.ALL"] {
            built.finding(Finding::new(&FULL_ACCESS, place, "too wide").scope(scope));
        }
        let document = read(&built);
        let results = document["runs"][0]["results"].as_array().unwrap();
        let location = &results[0]["locations"][0];
        assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], uri);
        assert_eq!(location["physicalLocation"]["artifactLocation"]["uriBaseId"], "srcroot");
        assert_eq!(location["physicalLocation"]["region"]["startLine"], 1);
        assert_eq!(location["logicalLocations"][0]["name"], "Desk.tickets.READ");
        let name = |n: usize| results[n]["partialFingerprints"]["primaryLocationLineHash"].clone();
        assert_ne!(name(0), name(1));
    }
}

#[test]
fn the_line_that_decided_stands_for_what_is_in_no_file() {
    let mut built = Builder::new();
    let policy = built.source("zscope.yaml", "version: 1\ndefault: deny\n");
    let source = built.source("<stdin>", "Desk.tickets.READ");
    let (place, decided) = (built.place(source, "Desk"), built.place(policy, "deny"));
    built.finding(Finding::new(&FULL_ACCESS, place, "too wide").related("the policy denies it", Some(decided)));
    let document = read(&built);
    let place = &document["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!((&place["artifactLocation"]["uri"], &place["region"]["startLine"]), (&"zscope.yaml".into(), &2.into()));
}

#[test]
fn text_that_looks_like_a_link_is_none() {
    let mut built = Builder::new();
    let source = built.source("a.env", "x");
    built.finding(Finding::new(&FULL_ACCESS, built.place(source, "x"), "`[click](https://example.com)` is no scope"));
    let document = read(&built);
    let message = &document["runs"][0]["results"][0]["message"]["text"];
    assert_eq!(message, r"`\[click\](https://example.com)` is no scope.");
}

/// So many findings on so many lines of one file.
fn many(count: usize) -> Builder {
    let mut built = Builder::new();
    let lines: Vec<String> = (0..count).map(|n| format!("scope_{n} = \"ZohoBooks.fullaccess.all\"\n")).collect();
    let lines = lines.concat();
    let source = built.source("src/scopes.py", &lines);
    let mut start = 0;
    for (n, line) in lines.split_inclusive('\n').enumerate() {
        let place = Place::new(source, Span::new(start, start + line.len() - 1));
        start += line.len();
        let rule = [&ALL_OPERATIONS, &UNUSED_WAIVER, &FULL_ACCESS][n % 3];
        let finding = Finding::new(rule, place, format!("`ZohoBooks.scope{n}.ALL` is wide")).help("ask for less");
        built.finding(finding.scope(format!("ZohoBooks.scope{n}.ALL")));
    }
    built
}

#[test]
fn thirty_thousand_results_keep_to_the_limits_of_github() {
    let built = many(30_000);
    let document = read(&built);
    let run = &document["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    let level = |n: usize| results[n]["level"].as_str().unwrap();
    assert_eq!(
        [level(0), level(9_999), level(10_000), level(19_999), level(20_000)],
        ["error", "error", "warning", "warning", "note"]
    );
    let notice = &run["invocations"][0]["toolExecutionNotifications"][0];
    assert!(notice["message"]["text"].as_str().unwrap().starts_with("5000 results are left out"), "{notice}");
    assert_eq!(read(&full(built))["runs"][0]["results"].as_array().unwrap().len(), 30_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_finding_gives_a_valid_document(
        name in prop_oneof!["(?s).{1,20}", Just("<argument>".to_owned()), Just("../a b/%41:é.py".to_owned())],
        text in "(?s).{0,200}",
        message in prop_oneof!["(?s).{0,40}", "[\u{0}-\u{1f}\u{7f}-\u{9f}]{1,9}", "[🦀👩‍🚀\u{202e}\u{5d0}]{10240}"],
        start in 0..800_usize,
        length in 0..800_usize,
        whole: bool,
    ) {
        let mut built = Builder::new();
        if whole {
            built.0.run.sarif.profile = Profile::Full;
        }
        let source = built.source(&name, &text);
        let place = Place { source, span: Span { start, end: start + length } };
        let mut finding = Finding::new(&FULL_ACCESS, place, &*message)
            .help(&*message)
            .related(&*message, Some(place))
            .related(&*message, None)
            .confidence(Confidence::Low)
            .fix(&*message, place, &*text)
            .scope(&message);
        finding.app = Some(name.clone());
        built.finding(finding);
        built.0.run.inputs.push(name.clone());
        built.0.not_evaluated.push(NotEvaluated { input: name, message, help: None, place: Some(place) });
        read(&built);
    }
}
