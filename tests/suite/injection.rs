//! Text of others in every place of an input, and nothing that a terminal, a runner or a spreadsheet obeys in any output.

use zscope::report::Format;

use crate::run::zscope;

/// What is obeyed somewhere: by GitHub Actions, Azure Pipelines, `TeamCity`, terminals, GitLab's logs, spreadsheets.
const HOSTILE: [&str; 9] = [
    "::error file=pwned.py::pwned",
    "##[error]pwned",
    "##vso[task.complete result=Succeeded;]pwned",
    "##teamcity[buildStatus status='SUCCESS' text='pwned']",
    "\u{1b}[31mpwned\u{1b}]8;;https://pwned.example\u{7}",
    "\u{1b}[0Ksection_start:1:pwned\r\u{1b}[0K",
    "\u{202e}pwned",
    "=cmd|'pwned'!A1",
    " ::add-mask::pwned",
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
    let formula = format == "csv" && line.split(',').any(|cell| cell.trim_start_matches('"').starts_with('='));
    command || marks || control || formula
}

#[test]
fn text_of_others_is_obeyed_by_nobody() {
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
        ];
        for (args, name, text) in &runs {
            // The others are documents, which nobody reads in a log.
            let is_log = |format: &&str| !["html", "sarif", "gitlab", "junit"].contains(format);
            for format in Format::all().iter().map(|format| format.name()).filter(is_log) {
                let mut run = zscope(&[&args[..], &["--format", format]].concat()).file(name, text);
                run.command.env("GITHUB_STEP_SUMMARY", "summary.md");
                let ended = run.ended();
                assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
                for line in ended.stdout.lines().chain(ended.stderr.lines()) {
                    assert!(!is_obeyed(line, format), "{args:?} {format}: {line:?}");
                }
            }
        }
    }
}
