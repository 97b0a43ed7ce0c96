//! What people and CI services have around the program: help, completions, manual pages, CI jobs, colours.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::run::zscope;

/// The names under `Commands:` of a help text.
fn commands(help: &str) -> Vec<String> {
    let Some((_, list)) = help.split_once("\nCommands:\n") else { return Vec::new() };
    let lines = list.lines().take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    lines.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The help of a command and of all below it.
fn reference(command: &[&str], text: &mut String) {
    let mut args = command.to_vec();
    args.push("--help");
    let ended = zscope(&args).ended();
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""), "{command:?}");
    let _ = write!(text, "## zscope {}\n\n{}\n", command.join(" "), ended.stdout);
    for name in commands(&ended.stdout) {
        let mut below = command.to_vec();
        below.push(&name);
        reference(&below, text);
    }
}

#[test]
fn the_whole_command_line() {
    let mut text = String::new();
    reference(&[], &mut text);
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ended = zscope(&["completions", shell]).ended();
        assert_eq!((ended.code, &*ended.stderr), (Some(0), ""), "{shell}");
        for word in ["zscope", "check", "catalog", "--fail-on"] {
            let word = if shell == "fish" { word.trim_start_matches("--") } else { word };
            assert!(ended.stdout.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(zscope(&["completions", "tcsh"]).ended().code, Some(2));
}

#[test]
fn a_manual_page_for_every_command() {
    let ended = zscope(&["man"]).ended();
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""));
    assert!(
        ended.stdout.contains(".TH zscope 1 \"\" \"zscope ") && ended.stdout.contains("Exit codes"),
        "{}",
        ended.stdout
    );

    let mut run = zscope(&["man", "--out", "share/man1"]);
    let ended = run.ended();
    assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (Some(0), "", ""));
    let files = fs::read_dir(run.path().join("share/man1")).unwrap();
    let names: BTreeSet<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    for name in
        ["zscope.1", "zscope-check.1", "zscope-catalog.1", "zscope-catalog-import-openapi.1", "zscope-init-ci.1"]
    {
        assert!(names.contains(name), "{names:?}");
    }
    assert!(!names.iter().any(|name| name.contains("help")), "{names:?}");
    let page = fs::read_to_string(run.path().join("share/man1/zscope-check.1")).unwrap();
    assert!(page.contains("\\-\\-fail\\-on") && page.contains("zscope check"), "{page}");
}

#[test]
fn ci_jobs_are_printed_or_written_and_never_overwrite() {
    let from = ["--from", "https://git.example.com/security/zscope"];
    for (service, path) in [
        ("github", ".github/workflows/zscope.yml"),
        ("gitlab", ".gitlab-ci.yml"),
        ("jenkins", "Jenkinsfile"),
        ("azure", "azure-pipelines.yml"),
        ("bitbucket", "bitbucket-pipelines.yml"),
    ] {
        let printed = zscope(&["init", "ci", service, from[0], from[1]]).ended();
        // A program that is built for tests is none that was released, and says so.
        let told = &*printed.stderr;
        assert!(
            printed.code == Some(0) && told.starts_with("the job runs this very program alone"),
            "{service}: {told}"
        );
        assert!(printed.stdout.contains("security/zscope"), "{}", printed.stdout);
        if service != "jenkins" {
            serde_yaml::from_str::<serde_json::Value>(&printed.stdout).unwrap();
        }

        let mut run = zscope(&["init", "ci", service, "--write", from[0], from[1]]);
        assert_eq!(run.ended().code, Some(0));
        let written = fs::read_to_string(run.path().join(path)).unwrap();
        assert_eq!(written, printed.stdout, "{service}");
        fs::write(run.path().join(path), "mine").unwrap();
        let ended = run.ended();
        assert_eq!(ended.code, Some(2), "{service}");
        assert!(ended.stderr.contains(&format!("`{path}` is there already")), "{}", ended.stderr);
        assert_eq!(fs::read_to_string(run.path().join(path)).unwrap(), "mine");
    }
    let ended = zscope(&["init", "ci", "github"]).ended();
    assert!(!ended.stdout.contains("OWNER"), "nothing is left to fill in: {}", ended.stdout);
    assert_eq!(zscope(&["init", "ci", "github", "--from", "x; rm -rf /"]).ended().code, Some(2));
}

#[test]
fn colours_follow_the_usual_variables() {
    let painted = |args: &[&str], vars: &[(&str, &str)]| {
        let mut run = zscope(&[&["check", "ZohoBooks.fullaccess.all"], args].concat());
        run.command.envs(vars.iter().copied());
        run.ended().stdout.contains('\u{1b}')
    };
    assert!(!painted(&[], &[]), "standard output is no terminal");
    assert!(painted(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!painted(&[], &[("CLICOLOR_FORCE", "0")]));
    assert!(!painted(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]), "NO_COLOR has the last word");
    assert!(!painted(&[], &[("TERM", "dumb")]));
    assert!(
        painted(&["--color", "always"], &[("NO_COLOR", "1"), ("TERM", "dumb")]),
        "the option beats the environment"
    );
    assert!(!painted(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn links_are_for_terminals_and_for_those_who_insist() {
    const LINK: &str =
        "\u{1b}]8;;https://wiki.example.com/zscope/ZS201#full-access\u{1b}\\ZS201 full-access\u{1b}]8;;\u{1b}\\";
    const SOURCE: &str = "\u{1b}]8;;https://zstatic.zohostatic.com/books/api/v3/oauth\u{1b}\\catalog: ZohoBooks.yaml:";
    let policy = "version: 1\nextends: [builtin:least-privilege]\ndefault: allow\n\
                  rule-pages: https://wiki.example.com/zscope/{code}#{rule}\n";
    let written = |vars: &[(&str, &str)]| {
        let mut run =
            zscope(&["check", "ZohoBooks.fullaccess.all", "--output", "text=out.txt", "--output", "html=out.html"]);
        run.command.args(["--format", "text"]);
        run = run.file("zscope.yaml", policy);
        run.command.arg("--policy=zscope.yaml").envs(vars.iter().copied());
        let stdout = run.ended().stdout;
        let read = |name: &str| fs::read_to_string(run.path().join(name)).unwrap();
        assert!(!read("out.txt").contains('\u{1b}'), "a file gets no links");
        let link = "<a class=\"code\" href=\"https://wiki.example.com/zscope/ZS201#full-access\">ZS201</a>";
        assert!(read("out.html").contains(link), "{}", read("out.html"));
        stdout
    };
    let plain = written(&[]);
    assert!(!plain.contains('\u{1b}'), "standard output is no terminal: {plain:?}");
    for vars in [&[("FORCE_HYPERLINK", "1")][..], &[("FORCE_HYPERLINK", "1"), ("NO_COLOR", "1"), ("CI", "true")]] {
        let linked = written(vars);
        assert!(linked.contains(LINK) && linked.contains(SOURCE), "{linked:?}");
        assert!(!linked.contains("\u{1b}["), "links are no colours: {linked:?}");
        assert_eq!(linked.replace(LINK, "ZS201 full-access").matches('\u{1b}').count(), 4, "{linked:?}");
    }
    assert!(!written(&[("FORCE_HYPERLINK", "0")]).contains('\u{1b}'));
    let coloured = written(&[("CLICOLOR_FORCE", "1"), ("FORCE_HYPERLINK", "0")]);
    assert!(coloured.contains("\u{1b}[") && !coloured.contains("\u{1b}]8"), "{coloured:?}");
}

#[test]
fn the_action_hands_inputs_over_as_variables_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("action.yml")).unwrap();
    let action: serde_json::Value = serde_yaml::from_str(&text).unwrap();
    let steps = action["runs"]["steps"].as_array().unwrap();
    let mut handed = BTreeSet::new();
    for step in steps {
        if let Some(run) = step["run"].as_str() {
            assert!(!run.contains("${{"), "an expression in a script runs as code: {run}");
            assert_eq!(step["shell"], "bash");
            handed.extend(step["env"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
        }
    }
    // What the scripts read is handed over, and what is handed over is read.
    let scripts = [".ci/action/install", ".ci/action/run"].map(|path| fs::read_to_string(root.join(path)).unwrap());
    let words = scripts.iter().flat_map(|script| script.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    let read: BTreeSet<String> = words.filter(|word| word.starts_with("INPUT_")).map(str::to_owned).collect();
    handed.retain(|name| name.starts_with("INPUT_"));
    assert_eq!(read, handed);
    for input in action["inputs"].as_object().unwrap().keys() {
        assert!(text.contains(&format!("inputs.{input}")), "the input {input} goes nowhere");
    }
}
