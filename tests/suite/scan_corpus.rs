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
        Label { place, is_scope: fields[3] == "use", text: fields[4].to_owned() }
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

#[test]
fn scopes_are_told_from_look_alikes() {
    let labels = labels();
    let uses = labels.iter().filter(|label| label.is_scope).count();
    assert!(uses >= 300 && labels.len() - uses >= 150, "{uses} of {}", labels.len());

    let mut run = zscope(&["scan", ".", "--hidden", "--no-ignore", "--format", "json", "--as-of", "2026-11-23"]);
    run.command.current_dir(corpus()).args(["-g", "!labels.tsv"]);
    let report: Value = serde_json::from_str(&run.ended().stdout).unwrap();
    let found: HashMap<(String, u64, u64), String> = report["scopes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|scope| {
            let location = &scope["location"];
            let number = |key: &str| location[key].as_u64().unwrap();
            let place = (location["path"].as_str().unwrap().to_owned(), number("line"), number("column"));
            // What is malformed stands there as it is written.
            let named = scope["scope"].as_str().or(scope["written"].as_str());
            (place, named.unwrap_or_default().to_owned())
        })
        .collect();

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
