//! Text of others in every place of an input, and nothing that a terminal, a runner or a spreadsheet obeys in any output.

use zscope::report::Format;

use crate::run::zscope;

/// What is obeyed somewhere: by GitHub Actions, Azure Pipelines, `TeamCity`, terminals, GitLab's logs, spreadsheets.
const HOSTILE: [&str; 21] = [
    "::error file=pwned.py::pwned",
    "##[error]pwned",
    "##vso[task.complete result=Succeeded;]pwned",
    "##teamcity[buildStatus status='SUCCESS' text='pwned']",
    "\u{1b}[31mpwned\u{1b}]8;;https://pwned.example\u{7}",
    "\u{1b}[0Ksection_start:1:pwned\r\u{1b}[0K",
    "\u{202e}pwned",
    "=cmd|'pwned'!A1",
    " ::add-mask::pwned",
    "\u{a0}::warning::pwned",
    "x\r::error file=pwned.py::pwned",
    "x\n::set-output name=pwned::pwned",
    "x\u{2028}::debug::pwned",
    "x\u{85}##vso[task.setvariable variable=pwned]pwned",
    "##[group]pwned",
    "##teamcity[publishArtifacts 'pwned']",
    "\u{9b}31mpwned",
    "\u{1b}]0;pwned\u{7}",
    "+cmd|'pwned'!A1",
    "@SUM(pwned)",
    "\u{2066}pwned\u{2069}",
];

/// Whether a line would be obeyed.
fn is_obeyed(line: &str, format: &str) -> bool {
    let command = line.trim_start().starts_with("::")
        && (format != "github"
            || ["::error file=pwned", "::add-mask"].iter().any(|start| line.trim_start().starts_with(start)));
    let marks = line.match_indices('#').any(|(at, _)| {
        line[at..].strip_prefix("##").is_some_and(|name| {
            let length = name.bytes().take_while(u8::is_ascii_alphabetic).count();
            name.as_bytes().get(length) == Some(&b'[')
        })
    });
    let control =
        line.chars().any(|c| c != '\t' && c != '\r' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)));
    let begins_formula = |cell: &str| cell.trim_start_matches('"').starts_with(['=', '+', '@']);
    let formula = format == "csv" && line.split(',').any(begins_formula);
    command || marks || control || formula
}

#[test]
fn text_of_others_is_obeyed_by_nobody() {
    let mut count = 0;
    for hostile in HOSTILE {
        let json = |text: &str| serde_json::Value::from(text).to_string();
        let cell = format!("\"{hostile}\"");
        let file = hostile.replace('/', "_");
        let runs: Vec<(Vec<&str>, &str, String)> = vec![
            (
                vec!["audit", &file],
                &file,
                format!("app,scope\n{cell},ZohoBooks.fullaccess.all\n{cell},{cell}\n{cell},,\n{cell},email,x\n"),
            ),
            (
                vec!["audit", &file, "--summary", "--lock"],
                &file,
                format!(
                    "{{\"app\":{0},\"scope\":\"ZohoBooks.fullaccess.all\"}}\n{{\"app\":{0},\"scope\":{0},{0}:1}}\n{{\"error\":{0}}}\n{{{0}:1,{0}:2}}\n",
                    json(hostile)
                ),
            ),
            (
                vec!["audit", &file, "--plan"],
                &file,
                format!(
                    "[{{\"app\":{0},\"api_domain\":{0},\"dc\":\"eu\",\"scope\":\"ZohoBooks.fullaccess.all\"}},{{\"code\":{0},\"status\":\"error\"}}]",
                    json(hostile)
                ),
            ),
            (vec!["check", &file], &file, format!("ZohoBooks.fullaccess.all,{hostile}\n")),
            (vec!["check", hostile, "ZohoBooks.fullaccess.all"], "x", String::new()),
            (vec!["scan", "."], &file, format!("S = 'ZohoBooks.fullaccess.all' # {hostile}\n")),
            (
                vec!["scan", "."],
                &file,
                format!("S = 'ZohoBooks.{hostile}.all,ZohoBooks.fullaccess.all,ZohoBooks.x.{hostile}'\n"),
            ),
            (
                vec!["scan", "."],
                &file,
                format!("S = 'ZohoBooks.fullaccess.all' # zscope: ignore[{hostile}] {hostile}\n"),
            ),
        ];
        for (args, name, text) in &runs {
            // The others are documents, which nobody reads in a log.
            let is_log = |format: &&str| !["html", "sarif", "gitlab", "junit"].contains(format);
            let formats: Vec<&str> = Format::all().iter().map(|format| format.name()).filter(is_log).collect();
            let folder = tempfile::tempdir().unwrap();
            let outputs: Vec<String> =
                formats.iter().map(|format| format!("{format}={}/{format}", folder.path().display())).collect();
            let mut run = zscope(args).file(name, text);
            run.command.args(outputs.iter().flat_map(|output| ["--output", output]));
            run.command.env("GITHUB_STEP_SUMMARY", "summary.md");
            let ended = run.ended();
            assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
            for line in ended.stdout.lines().chain(ended.stderr.lines()) {
                assert!(!is_obeyed(line, "text"), "{args:?}: {line:?}");
            }
            for format in formats {
                let written = std::fs::read_to_string(folder.path().join(format)).unwrap();
                for line in written.lines() {
                    assert!(!is_obeyed(line, format), "{args:?} {format}: {line:?}");
                }
                count += 1;
            }
        }
    }
    println!("{count} inputs and formats, nothing obeyed");
    assert!(count >= 1063, "{count}");
}
