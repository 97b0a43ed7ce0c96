//! Reports in the formats of other programs, as whole runs write them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::run::{Run, without_catalog_lines, zscope};

const POLICY: &str = "version: 1\ndefault: deny\nallow:\n  - ZohoBooks.invoices.READ\nrules: { all-operations: warning }\nwaivers:\n  - id: W-7\n    \
                      scopes: [ZohoCRM.modules.ALL]\n    rules: [not-allowed, all-operations, group-access]\n    reason: the importer | <b>needs</b> it\n    \
                      owner: finance\n    expires: 2027-06-30\n";

const SCOPES: &str = "# what we ask for\nZohoBooks.invoices.READ\nZohoBooks.fullaccess.all\nZohoCRM.modules.ALL\nZohoBooks.invoice.READ\n";

/// A run over a repository, from its root.
fn repository(args: &[&str]) -> Run {
    let mut run = zscope(&["check", "--as-of", "2026-11-23"]);
    run.command.args(args);
    run.file("zscope.yaml", POLICY).file("oauth/scopes.txt", SCOPES).file(".git/HEAD", "ref: refs/heads/main\n")
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn read(run: &Run, name: &str) -> String {
    fs::read_to_string(run.path().join(name)).unwrap()
}

/// Digests change with the catalog.
fn without_digests(text: &str) -> String {
    let is_digest = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    words
        .map(|word| {
            if is_digest(word.get(..64).unwrap_or("")) {
                word.replacen(&word[..64], "DIGEST", 1)
            } else {
                word.to_owned()
            }
        })
        .collect()
}

#[test]
fn one_run_writes_every_format() {
    let names = ["sarif", "junit", "github", "gitlab", "markdown", "json", "table", "text"];
    let targets: Vec<String> = names.iter().map(|name| format!("{name}=out.{name}")).collect();
    let mut run = repository(&["oauth/scopes.txt"]);
    for target in &targets {
        run.command.args(["--output", target]);
    }
    let ended = run.ended();
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    for name in names {
        assert!(read(&run, &format!("out.{name}")).len() > 100, "{name}");
    }
    let findings = json(&read(&run, "out.json"))["findings"].as_array().unwrap().len();
    assert_eq!(json(&read(&run, "out.sarif"))["runs"][0]["results"].as_array().unwrap().len(), findings);
    assert_eq!(json(&read(&run, "out.gitlab")).as_array().unwrap().len(), findings);
    for name in ["junit", "github", "gitlab", "markdown"] {
        let written = read(&run, &format!("out.{name}"));
        insta::assert_snapshot!(name, without_digests(&without_catalog_lines(&written)));
    }
}

/// A device stays a device, whoever runs the program.
#[cfg(unix)]
#[test]
fn only_files_are_replaced() {
    use std::os::unix::fs::FileTypeExt as _;

    let mut run = repository(&["oauth/scopes.txt", "--output", "json=report.json", "--output", "html=/dev/null"]);
    run = run.file("report.json", "old");
    let pipe = run.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    run.command.arg("--output=gitlab=pipe");
    let reader = std::thread::spawn(move || fs::read_to_string(pipe).unwrap());
    assert_eq!(run.ended().code, Some(1));
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    assert_eq!(json(&read(&run, "report.json"))["format_version"], 1);
    assert!(json(&reader.join().unwrap()).is_array());
    assert!(fs::symlink_metadata(run.path().join("pipe")).unwrap().file_type().is_fifo());

    let ended = repository(&["oauth/scopes.txt", "--output", "sarif=-"]).ended();
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("--format says what standard output gets"), "{}", ended.stderr);
}

#[test]
fn paths_are_told_from_the_root_of_the_repository() {
    let paths = |run: &mut Run| -> BTreeSet<String> {
        let ended = run.ended();
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        let report = json(&ended.stdout);
        let paths =
            report.as_array().unwrap().iter().map(|issue| issue["location"]["path"].as_str().unwrap().to_owned());
        paths.collect()
    };
    let expected = BTreeSet::from(["oauth/scopes.txt".to_owned()]);
    assert_eq!(paths(&mut repository(&["oauth/scopes.txt", "--format", "gitlab"])), expected);
    let mut below = repository(&["./scopes.txt", "--policy", "../zscope.yaml", "--format", "gitlab"]);
    let folder = below.path().join("oauth");
    below.command.current_dir(folder);
    assert_eq!(paths(&mut below), expected);
    let mut absolute = repository(&["--format", "gitlab"]);
    let path = absolute.path().canonicalize().unwrap().join("oauth/scopes.txt");
    absolute.command.arg(path);
    assert_eq!(paths(&mut absolute), expected);
}

#[test]
fn a_report_tells_the_time_only_when_asked() {
    let time = |args: &[&str], epoch: Option<&str>| -> Value {
        let mut run = repository(&["oauth/scopes.txt", "--format", "json"]);
        run.command.args(args);
        if let Some(epoch) = epoch {
            run.command.env("SOURCE_DATE_EPOCH", epoch);
        }
        json(&run.ended().stdout)["timestamp"].clone()
    };
    assert_eq!(time(&[], None), Value::Null);
    assert_eq!(time(&["--timestamp", "2026-11-23T19:00:00+01:00"], None), "2026-11-23T18:00:00Z");
    assert_eq!(time(&[], Some("1700000000")), "2023-11-14T22:13:20Z");
    assert_eq!(time(&["--timestamp", "2026-11-23T18:00:00Z"], Some("1700000000")), "2026-11-23T18:00:00Z");
    let now = time(&["--timestamp", "now"], None);
    assert!(now.as_str().is_some_and(|now| now.len() == 20 && now.ends_with('Z')), "{now}");
    let mut run = repository(&["oauth/scopes.txt"]);
    run.command.env("SOURCE_DATE_EPOCH", "soon");
    let ended = run.ended();
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert_eq!(
        ended.stderr,
        "error: `SOURCE_DATE_EPOCH` is no time: `soon`\n  help: set it to seconds since 1970, or unset it\n"
    );
}

#[test]
fn inputs_are_named_as_they_were_given() {
    let mut run = repository(&["oauth/scopes.txt", "-", "ZohoBooks.invoices.READ", "--format", "json"]);
    run = run.stdin("ZohoBooks.bills.READ");
    let report = json(&run.ended().stdout);
    assert_eq!(report["inputs"], json(r#"["oauth/scopes.txt", "<stdin>", "<argument>"]"#));
}

#[test]
fn the_summary_of_the_job_is_added_to() {
    let mut run = repository(&["oauth/scopes.txt", "--format", "github"]).file("summary.md", "before\n");
    let path = run.path().join("summary.md");
    run.command.env("GITHUB_STEP_SUMMARY", &path);
    let ended = run.ended();
    assert!(ended.stdout.starts_with("::error file=oauth/scopes.txt,line="), "{}", ended.stdout);
    let summary = read(&run, "summary.md");
    assert!(summary.starts_with("before\n\n<!-- zscope -->\n### zscope: "), "{summary}");
    fs::write(&path, "x".repeat(1024 * 1024)).unwrap();
    let ended = run.ended();
    assert_eq!(ended.stderr, "note: the step's summary is full: nothing was added to it\n");
    assert_eq!(fs::metadata(&path).unwrap().len(), 1024 * 1024);
    run.command.env("GITHUB_STEP_SUMMARY", run.path().join("no/such/folder"));
    assert_eq!(run.ended().code, Some(3));
}

#[test]
fn sarif_for_github_and_whole() {
    let results = |args: &[&str]| -> (usize, usize, Value) {
        let mut run = repository(&["oauth/scopes.txt", "--format", "sarif"]);
        run.command.args(args);
        let run = json(&run.ended().stdout)["runs"][0].clone();
        let all = run["results"].as_array().unwrap();
        let suppressed = all.iter().filter(|result| result["suppressions"].is_array()).count();
        (all.len(), suppressed, run["automationDetails"]["id"].clone())
    };
    let (standing, suppressed, category) = results(&["--sarif-category", "sync/"]);
    assert_eq!((suppressed, category), (0, "sync/".into()));
    let (all, suppressed, category) = results(&["--sarif-profile", "full"]);
    assert!(suppressed > 0);
    assert_eq!((all, category), (standing + suppressed, "zscope/".into()));
}

#[test]
fn junit_is_valid() {
    let run = repository(&["oauth/scopes.txt", "missing.txt", "ZohoBooks.fullaccess.all", "--output", "junit=out.xml"]);
    let mut run = run;
    assert_eq!(run.ended().code, Some(3));
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schemas/junit-10.xsd");
    let checked =
        Command::new("xmllint").arg("--noout").arg("--schema").arg(schema).arg(run.path().join("out.xml")).output();
    match checked {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => eprintln!("skipped: xmllint is not installed (libxml2-utils)"),
    }
}
