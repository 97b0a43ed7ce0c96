//! Calls in source code, against labels: programs of `tests/calls/` in which each line that calls says so.
//!
//! `~> METHOD path @connection` at the end of a line is what stands there; lines without a label call nothing of Zoho's.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{Reader, SeenCall, Via};
use crate::catalog::Catalog;
use crate::text::{Source, Sources};

/// A call at a line of a file.
type Labelled = (String, usize, String);

fn labels(name: &str, text: &str) -> Vec<Labelled> {
    let label = |(at, line): (usize, &str)| {
        let label = line.split("~> ").nth(1)?;
        Some((name.to_owned(), at + 1, label.trim().to_owned()))
    };
    text.lines().enumerate().filter_map(label).collect()
}

/// A call as labels write it: without host and query, and with `{}` for what is filled in.
fn written(call: &SeenCall) -> String {
    let path = call.url.split('?').next().unwrap_or("");
    let path = path.split_once("://").map_or(path, |(_, rest)| rest.find('/').map_or("", |at| &rest[at..]));
    let path = if path.starts_with('{') { path.find('/').map_or("", |at| &path[at..]) } else { path };
    let segments = path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    let method = call.method.map_or("?", |method| method.as_str());
    let group = call.group.as_ref().map(|group| format!(" @{group}")).unwrap_or_default();
    format!("{method} {}{group}", segments.collect::<Vec<_>>().join("/"))
}

#[test]
fn calls_of_programs_are_found_and_nothing_else() {
    let catalog = Catalog::embedded();
    let reader = Reader::new(&catalog);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calls");
    let (mut expected, mut found) = (BTreeSet::new(), BTreeSet::new());
    let mut languages = BTreeSet::new();
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension != "json")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        languages.insert(path.extension().unwrap().to_string_lossy().into_owned());
        let text = fs::read_to_string(path).unwrap();
        expected.extend(labels(&name, &text));
        let mut sources = Sources::default();
        let id = sources.add(Source::new(name.as_str(), text));
        for call in reader.scan(id, sources.get(id)).calls {
            if matches!(call.via, Via::Hidden { .. }) {
                continue;
            }
            let line = sources.get(id).position(call.place.span.start).line;
            found.insert((name.clone(), line, written(&call)));
        }
    }
    for (name, line, call) in expected.difference(&found) {
        println!("missed  {name}:{line}: {call}");
    }
    for (name, line, call) in found.difference(&expected) {
        println!("beyond  {name}:{line}: {call}");
    }
    let right = expected.intersection(&found).count();
    let (recall, precision) = (share(right, expected.len()), share(right, found.len()));
    println!(
        "{} labelled calls in {} languages: recall {recall:.3}, precision {precision:.3}",
        expected.len(),
        languages.len()
    );
    assert!(expected.len() >= 120 && languages.len() >= 7);
    assert!(recall >= 0.98 && precision >= 0.98);
}

fn share(part: usize, whole: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap());
    number(part) / number(whole.max(1))
}

/// What programs send is read for the modules that it names.
#[test]
fn queries_name_their_modules() {
    let catalog = Catalog::embedded();
    for (name, modules) in [("crm_sync.py", "Contacts"), ("tasks.dg", "Contacts"), ("sdk_app.py", "Contacts")] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calls").join(name);
        let mut sources = Sources::default();
        let id = sources.add(Source::new(name, fs::read_to_string(path).unwrap()));
        let seen = Reader::new(&catalog).scan(id, sources.get(id));
        let queries: Vec<_> = seen.calls.iter().filter(|call| call.url.ends_with("/coql")).collect();
        assert_eq!(queries.iter().map(|call| call.modules.join(" ")).collect::<Vec<_>>(), [modules], "{name}");
    }
}

#[test]
fn tools_of_a_server_are_calls_but_for_what_is_denied() {
    let catalog = Catalog::embedded();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calls/allowed.json");
    let mut sources = Sources::default();
    let id = sources.add(Source::new("allowed.json", fs::read_to_string(path).unwrap()));
    let seen = Reader::new(&catalog).read(id, sources.get(id));
    let calls: Vec<String> = seen.calls.iter().map(written).collect();
    assert_eq!(calls, ["GET /crm/v8/{}", "GET /books/v3/invoices", "GET /api/v1/tickets"]);
    assert!(seen.left.is_empty(), "{:?}", seen.left);
}
