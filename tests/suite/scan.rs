//! Whole runs of `zscope scan`.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::run::{Run, zscope};

fn scan(args: &[&str]) -> Run {
    let mut run = zscope(&["scan", "--as-of", "2026-11-23"]);
    run.command.args(args);
    run
}

/// `path:line:column scope confidence` of every scope of a JSON report.
fn places(json: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(json).unwrap();
    let place = |scope: &Value| {
        let at = &scope["location"];
        let (path, scope, sure) = (at["path"].as_str().unwrap(), &scope["scope"], &scope["confidence"]);
        format!("{path}:{}:{} {} {}", at["line"], at["column"], scope.as_str().unwrap_or("-"), sure.as_str().unwrap())
    };
    report["scopes"].as_array().unwrap().iter().map(place).collect()
}

const AUTH: &str =
    "SCOPES = [\n    'ZohoCRM.modules.ALL',\n    'ZohoCRM.modules.leads.READ',\n]\nZohoCRM.Record.Delete(1)\n";

#[test]
fn each_scope_is_judged_at_its_line() {
    let policy = "version: 1\nallow: [ZohoCRM.modules.leads.READ]\napps:\n  mailer:\n    paths: [mail]\n    allow: [ZohoMail.messages.READ]\n";
    let run = scan(&[])
        .file("zscope.yaml", policy)
        .file("src/auth.py", AUTH)
        .file("mail/.env", "SCOPE=ZohoMail.messages.READ\n")
        .file("mail/send.js", "const scope = 'ZohoMail.messages.READ';\n")
        .file("other/send.js", "const scope = 'ZohoMail.messages.READ';\n");
    insta::assert_snapshot!(run.transcript());
}

#[test]
fn secrets_beside_scopes_are_told_and_masked() {
    let token = "1000.8cb99d3f5a0e47c2b16d9e8f7a205c41.4f1a7c9e2b8d6053c7e9a1f4b2d80657";
    let secret = "8cb99d3f5a0e47c2b16d9e8f7a205c419b03e5d7c1";
    let text = format!("SCOPE='ZohoBooks.invoices.READ'\nTOKEN='{token}'\nCLIENT_SECRET='{secret}'\n");
    for format in ["text", "table", "json"] {
        let ended = scan(&["--format", format]).file("a.py", &text).ended();
        assert_eq!(ended.code, Some(1));
        assert!(!ended.stdout.contains(&token[5..]) && !ended.stdout.contains(secret), "{}", ended.stdout);
    }
    insta::assert_snapshot!(scan(&[]).file("a.py", text).transcript());
}

#[test]
fn a_consent_url_in_a_source_has_its_rules() {
    let url = "https://accounts.zoho.com/oauth/v2/auth?scope=ZohoBooks.fullaccess.all&response_type=token&state=test&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback";
    let text = format!(
        "const open = \"{url}\";\nconst more = \"https://accounts.zoho.com/oauth/v2/auth?scope=ZohoBooks.bills.READ&client_id=\" + id;\n"
    );
    let ended = scan(&["--format", "json"]).file("a.js", text).ended();
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let mut codes: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["ZS201", "ZS403", "ZS405"], "{}", ended.stdout);
}

#[test]
fn a_guess_fails_a_build_only_where_the_policy_refuses_it() {
    let scanned = |policy: &str, text: &str| {
        scan(&["--format", "json"]).file("zscope.yaml", policy).file("help.py", text).ended()
    };
    let ended = scanned("version: 1\ndefault: deny\n", "RIGHT = 'desk.tickets.READ'\n");
    assert_eq!(places(&ended.stdout), ["help.py:1:10 Desk.tickets.READ low"]);
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    let policy = "version: 1\ndefault: allow\nrules: { non-canonical-case: error }\n";
    let ended = scanned(policy, "RIGHT = 'desk.tickets.READ'\n");
    assert!(ended.stdout.contains("ZS003"), "{}", ended.stdout);
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
}

#[test]
fn trees_are_walked_as_git_sees_them() {
    let tree = |args: &[&str]| {
        let run = scan(&[&["--format", "json"], args].concat())
            .repository()
            .file(".gitignore", "build/\n")
            .file("build/a.js", "'Desk.tickets.READ'")
            .file(".hidden/a.js", "'Desk.tickets.READ'")
            .file("src/b.js", "'Desk.tickets.READ'")
            .file("src/c.py", "'Desk.tickets.READ'")
            .file("src/big.js", format!("'Desk.tickets.READ'{}", " ".repeat(3000)));
        let mut run = run;
        let ended = run.ended();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        places(&ended.stdout).iter().map(|place| place.split(':').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(tree(&[]), [".hidden/a.js", "src/b.js", "src/big.js", "src/c.py"]);
    assert_eq!(tree(&["--no-ignore"]), [".hidden/a.js", "build/a.js", "src/b.js", "src/big.js", "src/c.py"]);
    assert_eq!(tree(&["build"]), ["build/a.js"]);
    assert_eq!(tree(&["src"]), ["src/b.js", "src/big.js", "src/c.py"]);
    assert_eq!(tree(&["-g", "*.py"]), ["src/c.py"]);
    assert_eq!(tree(&["-g", "!*.py", "-g", "!.hidden", "--max-filesize", "2K"]), ["src/b.js"]);
    assert_eq!(tree(&["src/c.py", "./src/c.py", "build/a.js", "-j1"]), ["build/a.js", "src/c.py"]);
}

#[test]
fn lists_of_files_are_scanned_and_nothing_else() {
    for list in ["a.js\nb c.js\n", "a.js\0b c.js\0"] {
        let ended = scan(&["--files-from", "-", "--format", "json"])
            .file("a.js", "'Desk.tickets.READ'")
            .file("b c.js", "'Desk.tickets.READ'")
            .file("d.js", "'Desk.tickets.READ'")
            .stdin(list)
            .ended();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert_eq!(places(&ended.stdout).len(), 2);
    }
}

#[test]
fn git_tells_what_changed() {
    let mut run = scan(&["--since", "HEAD", "--format", "json"])
        .file("old.js", "'Desk.tickets.READ'")
        .file("changed.js", "1")
        .file("deleted.js", "1");
    let folder = run.path().to_owned();
    let git = |args: &[&str]| {
        let settings = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"];
        Command::new("git").current_dir(&folder).args(settings).args(args).output()
    };
    if git(&["init", "-q"]).is_err() {
        println!("skipped: git is not installed");
        return;
    }
    git(&["add", "-A"]).unwrap();
    git(&["commit", "-qm", "x"]).unwrap();
    fs::write(folder.join("changed.js"), "'Desk.tickets.READ'").unwrap();
    fs::write(folder.join("new.js"), "'Desk.tickets.READ'").unwrap();
    fs::remove_file(folder.join("deleted.js")).unwrap();
    run.command.env("PATH", std::env::var_os("PATH").unwrap());
    let ended = run.ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let files: Vec<String> = places(&ended.stdout);
    assert_eq!(files, ["changed.js:1:2 Desk.tickets.READ high", "new.js:1:2 Desk.tickets.READ high"]);
    for revision in ["no-such-revision", "--output=x"] {
        let mut run = scan(&[&format!("--since={revision}")]);
        run.command.env("PATH", std::env::var_os("PATH").unwrap());
        assert_eq!(run.ended().code, Some(2), "{revision}");
    }
}

#[test]
fn wrong_usage_ends_with_two() {
    for args in [&["--max-filesize", "1X"][..], &["-g", "{a"], &["--files-from", "missing"], &["-j", "0"]] {
        assert_eq!(scan(args).ended().code, Some(2), "{args:?}");
    }
    let policy = "version: 1\napps: { a: { paths: [\"{a\"] } }\n";
    let ended = scan(&[]).file("zscope.yaml", policy).ended();
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("zscope.yaml:2:"), "{}", ended.stderr);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_judged() {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let mut run = scan(&[".", "missing.js", "/dev/null", "binary.bin", "--format", "json"])
        .file("good.js", "'Desk.tickets.READ'")
        .file("binary.bin", b"\0'Desk.tickets.READ'")
        .file("shut.js", "'Desk.tickets.READ'");
    let folder = run.path().to_owned();
    symlink(".", folder.join("loop")).unwrap();
    symlink("/etc", folder.join("out")).unwrap();
    symlink("nowhere", folder.join("dangling")).unwrap();
    fs::write(folder.join(std::ffi::OsStr::from_bytes(b"odd\xff.js")), "'Desk.tickets.READ'").unwrap();
    fs::set_permissions(folder.join("shut.js"), fs::Permissions::from_mode(0o000)).unwrap();
    let made = Command::new("mkfifo").arg(folder.join("pipe.js")).status().is_ok_and(|status| status.success());
    let ended = run.ended();
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let found = places(&ended.stdout);
    assert!(found.contains(&"good.js:1:2 Desk.tickets.READ high".to_owned()), "{found:?}");
    assert!(found.iter().any(|place| place.starts_with("odd\u{fffd}.js:1:2")), "{found:?}");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let told: Vec<&str> =
        report["not_evaluated"].as_array().unwrap().iter().map(|input| input["input"].as_str().unwrap()).collect();
    // Whoever runs as root can read everything.
    let told: Vec<&str> = told.into_iter().filter(|input| *input != "shut.js").collect();
    assert_eq!(told, ["/dev/null", "missing.js"]);
    assert!(found.contains(&"binary.bin:1:3 Desk.tickets.READ high".to_owned()), "{found:?}");
    if made {
        assert_eq!(scan(&[folder.join("pipe.js").to_str().unwrap()]).ended().code, Some(3));
    }
}

#[test]
fn the_output_does_not_depend_on_threads() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let run = |threads: &str| {
        let mut run = scan(&[".", "--format", "json", "-j", threads]);
        run.command.current_dir(&corpus);
        run.ended().stdout
    };
    assert_eq!(run("1"), run("7"));
}

/// The sequence that the README shows reads its own reports, baseline and diff as what they are.
#[test]
fn the_readme_s_scans_twice_give_the_same_bytes() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let commands: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("zscope scan").map(|rest| rest.split(" #").next().unwrap().trim()))
        .filter(|rest| !rest.contains("--since") && !rest.contains("--policy"))
        .collect();
    assert!(commands.len() >= 4, "{commands:?}");
    let mut run = scan(&[])
        .repository()
        .file("src/auth.py", AUTH)
        .file(".env.example", "ZOHO_SCOPE=ZohoBooks.invoices.READ,ZohoBooks.invoices.READ\n")
        .commit();
    let mut rounds: Vec<Vec<String>> = Vec::new();
    for _ in 0..3 {
        let mut told = Vec::new();
        for command in &commands {
            let args: Vec<&str> =
                ["scan", "--as-of", "2026-11-23"].into_iter().chain(command.split_whitespace()).collect();
            run = run.again(&args);
            let ended = run.ended();
            told.push(format!("{command}: {:?}\n{}{}", ended.code, ended.stdout, ended.stderr));
        }
        let files = ["zscope.sarif", "report.html", "zscope-baseline.json"];
        told.extend(files.map(|name| fs::read_to_string(run.path().join(name)).unwrap_or_default()));
        rounds.push(told);
    }
    // The first round too, which has no reports yet to pass over.
    assert_eq!(rounds[0], rounds[1]);
    assert_eq!(rounds[1], rounds[2]);
    // Once they are handed in with the tree, that they are passed over is told.
    run.git(&["add", "."]);
    run.git(&["commit", "-q", "-m", "x"]);
    let told = run.again(&["scan", "--as-of", "2026-11-23"]).ended().stdout;
    assert!(told.contains("3 skipped (3 own)"), "{told}");
}

#[test]
fn an_example_of_settings_in_a_fresh_repository_is_found() {
    let text = "ZOHO_CLIENT_ID=x\nZOHO_SCOPE=ZohoBooks.fullaccess.all\n";
    for args in [&["--format", "json"][..], &["--format", "json", "--fail-on", "warning"]] {
        let mut run = scan(args).repository().file(".env.example", text);
        let ended = run.ended();
        assert_eq!(places(&ended.stdout), [".env.example:2:12 ZohoBooks.fullaccess.all high"]);
        assert_eq!(ended.code, Some(1));
    }
}

/// Whoever makes a change could hide with it what it asks for.
#[test]
fn files_that_a_change_s_own_ignore_rule_hides_are_told() {
    let run = scan(&["--format", "json"]).repository().file(".gitignore", "build/\n").file("a.js", "1").commit();
    let mut run = run.file("secret.js", "'ZohoBooks.fullaccess.all'").file("build/x.js", "1");
    let told = |run: &mut Run| -> Vec<String> {
        let report: Value = serde_json::from_str(&run.ended().stdout).unwrap();
        let notices = report["notices"].as_array().into_iter().flatten();
        let rules = notices.filter(|notice| notice["kind"] == "ignore-rules-changed");
        rules.map(|notice| format!("{} {}", notice["path"], notice["message"])).collect()
    };
    assert_eq!(told(&mut run), [""; 0]);
    let mut run = run.file(".gitignore", "build/\nsecret.js\n").file("inner/.gitignore", "*.log\n");
    let said = told(&mut run);
    assert!(
        said.len() == 1 && said[0].contains("hide 2 files or folders") && said[0].contains("and 1 more"),
        "{said:?}"
    );
    // Committed with the change it is seen against the branch that the change is for.
    run.git(&["add", "."]);
    run.git(&["commit", "-q", "-m", "x"]);
    assert_eq!(told(&mut run), [""; 0]);
    let mut run = run.again(&["scan", "--format", "json", "--since", "HEAD~1"]);
    assert_eq!(told(&mut run).len(), 1);
    let mut run = run.again(&["scan", "--format", "json", "--no-ignore"]);
    assert_eq!(told(&mut run), [""; 0]);
}
