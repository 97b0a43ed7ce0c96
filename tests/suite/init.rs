//! What `zscope init` prints.

use std::fs;

use crate::run::zscope;

#[test]
fn jobs_scan_the_repository() {
    for service in ["github", "gitlab", "jenkins", "azure", "bitbucket"] {
        let run = zscope(&["init", "ci", service, "--sha256", &"0123abcd".repeat(8)]);
        insta::assert_snapshot!(format!("ci_{service}"), run.transcript());
    }
}

/// The scan that a job runs outside a change, as its arguments.
fn scan_of(job: &str) -> Vec<String> {
    let line = job.lines().find(|line| line.contains("zscope scan ")).unwrap();
    let command = &line[line.find("zscope scan ").unwrap() + "zscope ".len()..];
    // What compares a change with its target is for changes.
    let (before, rest) = command.split_once(" ${").unwrap();
    let after = rest.split_once("\"} ").map_or("", |(_, after)| after);
    let whole = format!("{before} {after}").replace("$(Agent.TempDirectory)/", "").replace("test-results/", "");
    whole.split_whitespace().map(|word| word.trim_end_matches(['\'', '"']).to_owned()).collect()
}

#[test]
fn jobs_find_what_an_example_of_settings_asks_for() {
    for service in ["gitlab", "jenkins", "azure", "bitbucket"] {
        let job = zscope(&["init", "ci", service, "--from", "https://files.example.com/zscope/0.1.0"]).ended().stdout;
        let args = scan_of(&job);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let mut run = zscope(&args)
            .repository()
            .file(".env.example", "ZOHO_SCOPE=ZohoBooks.fullaccess.all\n")
            .file(".gitignore", ".env*\n")
            .commit();
        let ended = run.ended();
        assert_eq!(ended.code, Some(1), "{service} {args:?}: {}", ended.stderr);
        let output = args.iter().find_map(|arg| arg.split_once('=')).unwrap().1;
        assert!(fs::read_to_string(run.path().join(output)).unwrap().contains(".env.example"), "{service}");
    }
}
