//! The labelled corpus: sources of every shape, with the place of each scope and of each look-alike.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::run::zscope;

/// At least this share of what is a scope is found, and of what is found is a scope.
const LEAST: f64 = 0.995;

/// A label: file, line, column, what stands there, and the scope with its placeholders emptied.
struct Label {
    place: (String, u64, u64),
    is_scope: bool,
    text: String,
    /// Whether it is asked for, or only spoken of: `request`, `mention`; `-` for a look-alike.
    kind: String,
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn labels() -> Vec<Label> {
    let text = fs::read_to_string(corpus().join("labels.tsv")).unwrap();
    let label = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let number = |at: usize| fields[at].parse().unwrap();
        let place = (fields[0].to_owned(), number(1), number(2));
        Label { place, is_scope: fields[3] == "use", text: fields[4].to_owned(), kind: fields[5].to_owned() }
    };
    text.lines().map(label).collect()
}

/// What a scope is compared by: in lower case, with any placeholder as `{}`.
fn folded(scope: &str) -> String {
    let mut folded = String::new();
    let mut inside = false;
    for c in scope.chars() {
        if c == '}' {
            inside = false;
        }
        if !inside {
            folded.push(c.to_ascii_lowercase());
        }
        inside |= c == '{';
    }
    folded
}

#[derive(Default)]
struct Score {
    right: usize,
    missed: usize,
    wrong: usize,
}

impl Score {
    fn recall(&self) -> f64 {
        share(self.right, self.right + self.missed)
    }

    fn precision(&self) -> f64 {
        share(self.right, self.right + self.wrong)
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole).unwrap()) }
}

/// A scope that a scan of the corpus finds.
struct Found {
    place: (String, u64, u64),
    scope: String,
    kind: String,
}

fn found() -> Vec<Found> {
    let mut run = zscope(&["scan", ".", "--no-ignore", "--format", "json", "--as-of", "2026-11-23"]);
    run.command.current_dir(corpus()).args(["-g", "!labels.tsv", "--hidden"]);
    let report: Value = serde_json::from_str(&run.ended().stdout).unwrap();
    let of = |scope: &Value| {
        let location = &scope["location"];
        let number = |key: &str| location[key].as_u64().unwrap();
        let place = (location["path"].as_str().unwrap().to_owned(), number("line"), number("column"));
        // What is malformed stands there as it is written.
        let named = scope["scope"].as_str().or(scope["written"].as_str());
        let kind = scope["kind"].as_str().unwrap().to_owned();
        Found { place, scope: named.unwrap_or_default().to_owned(), kind }
    };
    report["scopes"].as_array().unwrap().iter().map(of).collect()
}

/// At least this share of requests is called so, and of what is called so is one; and so of mentions.
const LEAST_OF_KIND: f64 = 0.98;

/// At most this share of requests is called a mention, which is the worse fault.
const MOST_MISSED: f64 = 0.005;

#[test]
fn requests_are_told_from_mentions() {
    let found: HashMap<(String, u64, u64), String> =
        found().into_iter().map(|found| (found.place, found.kind)).collect();
    // A list of one shape, however long, is one case among many.
    let labels = labels().into_iter().filter(|label| label.is_scope && !label.place.0.starts_with("lists/"));
    let (mut right, mut missed, mut wrong) = ([0_u32; 2], 0_u32, 0_u32);
    let mut told = Vec::new();
    for label in labels {
        let Some(kind) = found.get(&label.place) else { continue };
        let at = usize::from(label.kind == "mention");
        match (kind == &label.kind, at) {
            (true, at) => right[at] += 1,
            (false, 0) => missed += 1,
            (false, _) => wrong += 1,
        }
        if kind != &label.kind {
            told.push(format!("{:?} {}: {kind} instead of {}", label.place, label.text, label.kind));
        }
    }
    let told = told.join("\n");
    let [requests, mentions] = right;
    assert!(requests + missed >= 200 && mentions + wrong >= 150, "{requests} {mentions}");
    let part = |part: u32, rest: u32| f64::from(part) / f64::from(part + rest);
    println!("requests: {requests} right, {missed} missed; mentions: {mentions} right, {wrong} missed");
    for (what, value) in [
        ("recall of requests", part(requests, missed)),
        ("precision of requests", part(requests, wrong)),
        ("recall of mentions", part(mentions, wrong)),
        ("precision of mentions", part(mentions, missed)),
    ] {
        assert!(value >= LEAST_OF_KIND, "{what}: {value}\n{told}");
    }
    assert!(f64::from(missed) <= MOST_MISSED * f64::from(requests + missed), "{missed}\n{told}");
}

#[test]
fn scopes_are_told_from_look_alikes() {
    let labels = labels();
    let uses = labels.iter().filter(|label| label.is_scope).count();
    assert!(uses >= 300 && labels.len() - uses >= 150, "{uses} of {}", labels.len());

    let found: HashMap<(String, u64, u64), String> =
        found().into_iter().map(|found| (found.place, found.scope)).collect();

    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    let mut told = Vec::new();
    let mut expected = HashSet::new();
    for label in labels.iter().filter(|label| label.is_scope) {
        let score = scores.entry(label.place.0.split('/').next().unwrap()).or_default();
        expected.insert(&label.place);
        match found.get(&label.place) {
            Some(scope) if folded(scope) == folded(&label.text) => score.right += 1,
            other => {
                score.missed += 1;
                told.push(format!("missed {:?} {}: {other:?}", label.place, label.text));
            }
        }
    }
    for (place, scope) in found.iter().filter(|(place, _)| !expected.contains(place)) {
        scores.entry(place.0.split('/').next().unwrap()).or_default().wrong += 1;
        told.push(format!("wrong {place:?} {scope}"));
    }
    told.sort();
    let told = told.join("\n");
    let mut pooled = Score::default();
    for score in scores.values() {
        pooled.right += score.right;
        pooled.missed += score.missed;
        pooled.wrong += score.wrong;
    }
    let groups = f64::from(u32::try_from(scores.len()).unwrap());
    let mean = |of: fn(&Score) -> f64| scores.values().map(of).sum::<f64>() / groups;
    for (what, value) in [
        ("recall", pooled.recall()),
        ("precision", pooled.precision()),
        ("recall by group", mean(Score::recall)),
        ("precision by group", mean(Score::precision)),
    ] {
        assert!(value >= LEAST, "{what}: {value}\n{told}");
    }
}
