//! The commands of the README and of the book do what they say.

use std::fs;
use std::path::Path;
use std::process::Command;

fn text(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The texts of the book that are written by hand.
fn pages() -> Vec<String> {
    let folder = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")).unwrap();
    let paths =
        folder.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "md"));
    let mut pages: Vec<String> =
        paths.map(|path| format!("docs/{}", path.file_name().unwrap().to_str().unwrap())).collect();
    pages.sort();
    pages
}

/// A catalog file of one's own.
const CATALOG: &str = "service: Mine\nproduct: Mine\ncategory: own\n";

/// The fenced blocks of an info string.
fn blocks<'t>(text: &'t str, info: &str) -> Vec<&'t str> {
    let start = format!("```{info}\n");
    text.match_indices(&start)
        .map(|(at, _)| {
            let body = &text[at + start.len()..];
            &body[..body.find("\n```").unwrap()]
        })
        .collect()
}

#[test]
fn pictures_are_what_the_program_prints() {
    let pictured = ["README.md", "docs/getting-started.md"].map(text);
    for picture in pictured.iter().map(|text| blocks(text, "console")[0]) {
        one_picture(picture);
    }
}

fn one_picture(picture: &str) {
    let (command, expected) = picture.split_once('\n').unwrap();
    let args: Vec<&str> = command.strip_prefix("$ zscope ").unwrap().split(' ').collect();
    let folder = tempfile::TempDir::new().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_zscope")).args(args).current_dir(folder.path()).env_clear().output();
    assert_eq!(String::from_utf8(output.unwrap().stdout).unwrap().trim_end(), expected.trim_end());
}

#[test]
fn every_command_runs() {
    let ran = commands_of(&text("README.md"), "README.md");
    assert!(ran >= 6, "the README shows {ran} commands only");
}

#[test]
fn every_command_of_the_book_runs() {
    let ran: usize = pages().iter().map(|name| commands_of(&text(name), name)).sum();
    assert!(ran >= 40, "the book shows {ran} commands only");
}

/// Runs each command that a text shows, in a folder with the files that it speaks of; how many there were.
#[expect(clippy::print_stdout, reason = "what is skipped is told where the test is read")]
fn commands_of(text: &str, name: &str) -> usize {
    let folder = tempfile::TempDir::new().unwrap();
    let readme = self::text("README.md");
    let is_policy = |block: &&str| block.starts_with("version: 1");
    let policy = blocks(text, "yaml").into_iter().find(is_policy);
    let policy = policy.or_else(|| blocks(&readme, "yaml").into_iter().find(is_policy)).unwrap();
    for (name, content) in [
        ("zscope.yaml", policy),
        ("scopes.txt", "ZohoBooks.invoices.READ\n"),
        ("oauth.json", r#"{"scope": "ZohoBooks.invoices.READ"}"#),
        ("config.yaml", "scope: ZohoBooks.contacts.READ\n"),
        ("old.yaml", CATALOG),
        ("new.yaml", CATALOG),
        (".env", "SCOPE=ZohoBooks.contacts.READ\n"),
        ("config.ini", "scope = ZohoBooks.contacts.READ\n"),
        ("src/auth.py", "SCOPES = 'ZohoBooks.contacts.READ'\n"),
        ("token.json", r#"{"access_token": "x", "scope": "ZohoBooks.contacts.READ"}"#),
        ("calls.txt", "GET /books/v3/invoices\n"),
        ("answer.json", r#"{"code": 57, "message": "You are not authorized to perform this operation"}"#),
        ("old-token.json", r#"{"access_token": "x", "scope": "ZohoBooks.contacts.READ"}"#),
        ("export.csv", "app,scope\nsync,ZohoBooks.contacts.READ\n"),
        ("inventory.yaml", include_str!("../../schemas/inventory.example.yaml")),
        ("grants.ndjson", "{\"access_token\": \"x\", \"scope\": \"ZohoBooks.contacts.READ\"}\n"),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    // `--since` asks git.
    let git = |args: &[&str]| {
        let output = Command::new("git").args(args).current_dir(folder.path()).output();
        output.is_ok_and(|output| output.status.success())
    };
    let identity = ["-c", "user.name=a", "-c", "user.email=a@b.example"];
    let commit = [&identity[..], &["commit", "-q", "-m", "first"]].concat();
    let has_git = git(&["init", "-q"]) && git(&["add", "."]) && git(&commit);
    let mut ran = 0;
    let commands = blocks(text, "sh").into_iter().flat_map(str::lines).filter(|line| line.contains("zscope "));
    for line in commands.filter(|line| !line.starts_with("cargo")) {
        if (line.contains("--since") || line.contains("HEAD:")) && !has_git {
            println!("skipped without git: {line}");
            continue;
        }
        let line = line.replace("scope=…", "scope=ZohoBooks.invoices.READ&state=");
        let path = Path::new(env!("CARGO_BIN_EXE_zscope")).parent().unwrap();
        let output = Command::new("sh")
            .args(["-c", &line])
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", path.display()))
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{name}: {line}: {told}");
        // What was written, and what a program that is built for tests says of itself, are no faults.
        let is_word = |line: &str| line.starts_with("the job runs this very program") || line.starts_with("wrote ");
        assert!(told.lines().all(is_word), "{name}: {line}: {told}");
        ran += 1;
    }
    ran
}

/// The journey from nothing to a gate: its commands, run one after the other in a repository, leave a gate that holds.
#[test]
#[cfg(unix)]
fn six_commands_lead_from_nothing_to_a_gate() {
    let text = text("README.md");
    let commands: Vec<&str> = blocks(&text, "shell")[0].lines().collect();
    assert!((2..=6).contains(&commands.len()), "{commands:?}");
    let run = crate::run::zscope(&[])
        .repository()
        .file("services/sync/app.py", "SCOPES = 'ZohoBooks.invoices.READ,ZohoBooks.contacts.READ'\n")
        .file("billing/app.js", "const scope = 'ZohoCRM.modules.leads.READ,ZohoBooks.fullaccess.all';\n")
        .commit();
    let path = Path::new(env!("CARGO_BIN_EXE_zscope")).parent().unwrap();
    for command in commands {
        let output = Command::new("sh")
            .args(["-ec", command])
            .current_dir(run.path())
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", path.display()))
            .envs(
                ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"]
                    .map(|key| (key, "a@b")),
            )
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        // Owners that nobody has named are faults.
        let expected = i32::from(command.contains("policy lint"));
        assert_eq!(output.status.code(), Some(expected), "{command}: {told}");
        let wanted = match command {
            command if command.contains("policy init") => "next: name the owners (`zscope policy lint`)",
            command if command.contains("policy lint") => "placeholder-owner",
            command if command.contains("zscope scan") => "passes",
            _ => "",
        };
        assert!(told.contains(wanted), "{command}: {told}");
    }
    assert!(run.path().join(".github/workflows/zscope.yml").is_file());
    let base = run.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let judge = || crate::author::judged(run.path(), &base);
    let (code, said) = judge();
    assert_eq!(code, Some(0), "the base passes its own gate: {said}");
    // A change that asks for more, and one that allows itself more.
    let app = run.path().join("services/sync/app.py");
    fs::write(&app, "SCOPES = 'ZohoBooks.fullaccess.all'\n").unwrap();
    run.git(&["commit", "-q", "-a", "-m", "more"]);
    let (code, said) = judge();
    assert!(code == Some(1) && said.contains("services/sync/app.py"), "{said}");
    let policy = run.path().join("zscope.yaml");
    let allowed = fs::read_to_string(&policy).unwrap().replace("ZohoBooks.contacts.READ,", "ZohoBooks.contacts.ALL,");
    fs::write(&policy, allowed).unwrap();
    fs::write(&app, "SCOPES = 'ZohoBooks.invoices.READ'\n").unwrap();
    run.git(&["commit", "-q", "-a", "-m", "a wider policy"]);
    let (code, said) = judge();
    assert!(code == Some(1) && said.contains("ZohoBooks.contacts.ALL"), "{said}");
}
