//! `zscope catalog import`: whole runs on small documents of every shape that was met.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A run in a folder of its own with the documents of `tests/fixtures/openapi/`.
struct Run {
    folder: TempDir,
    args: Vec<String>,
}

struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn import(args: &[&str]) -> Run {
    let folder = TempDir::new().unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/openapi");
    for entry in fs::read_dir(fixtures).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let args = ["catalog", "import"].iter().chain(args).map(|&arg| arg.to_owned()).collect();
    Run { folder, args }
}

impl Run {
    fn file(self, name: &str, content: &str) -> Self {
        fs::write(self.folder.path().join(name), content).unwrap();
        self
    }

    fn ended(&self) -> Ended {
        run(self.folder.path(), &self.args)
    }

    fn transcript(&self) -> String {
        let ended = self.ended();
        assert_eq!(self.ended().stdout, ended.stdout, "the same input gives the same output");
        let mut text = format!("exit: {}\n", ended.code.unwrap());
        for (name, part) in [("stdout", &ended.stdout), ("stderr", &ended.stderr)] {
            if !part.is_empty() {
                let _ = write!(text, "--- {name}\n{part}");
            }
        }
        text
    }
}

fn run(folder: &Path, args: &[String]) -> Ended {
    let program = env!("CARGO_BIN_EXE_zscope");
    let output = Command::new(program).args(args).current_dir(folder).env_clear().output().unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn alternatives_in_one_requirement_and_every_slip() {
    insta::assert_snapshot!(import(&["openapi", "alternatives.json", "--seen", "2026-11"]).transcript());
}

#[test]
fn alternatives_in_separate_requirements() {
    let args = ["openapi", "together.yaml", "--seen", "2026-11", "--service", "ZohoCRM"];
    insta::assert_snapshot!(import(&args).transcript());
}

#[test]
fn a_service_that_the_catalog_does_not_know() {
    let args = ["openapi", "new-service.json", "--seen", "2026-11-23", "--source-kind", "third-party"];
    insta::assert_snapshot!(import(&args).transcript());
}

#[test]
fn the_list_of_apis() {
    insta::assert_snapshot!(import(&["apis", "apis.json", "--seen", "2026-11"]).transcript());
}

#[test]
fn what_an_import_would_change() {
    insta::assert_snapshot!("import_diff", import(&["openapi", "alternatives.json", "--diff"]).transcript());
    let json = import(&["openapi", "alternatives.json", "--diff", "--format", "json"]).ended();
    assert_eq!(json.code, Some(1));
    insta::assert_snapshot!("import_diff_json", json.stdout);
    let apis = import(&["apis", "apis.json", "--diff", "--combine", "any"]).ended();
    assert_eq!(apis.code, Some(1), "{}", apis.stdout);
    assert!(apis.stdout.contains("calls with other needs"), "{}", apis.stdout);
}

#[test]
fn what_was_imported_is_no_difference_any_more() {
    for (args, file) in [
        (&["openapi", "alternatives.json"][..], "ZohoCRM.yaml"),
        (&["openapi", "together.yaml", "--service", "ZohoCRM"], "ZohoCRM.yaml"),
        (&["openapi", "new-service.json"], "ZohoGadgets.yaml"),
        (&["apis", "apis.json"], "ZohoCRM.yaml"),
        (&["openapi", "alternatives.json", "together.yaml", "--service", "ZohoCRM"], "ZohoCRM.yaml"),
    ] {
        let first = import(args);
        let ended = first.ended();
        assert_eq!(ended.code, Some(0), "{args:?}: {}", ended.stderr);
        let again = import(&[args, &["--diff", "--catalog", file]].concat()).file(file, &ended.stdout).ended();
        assert_eq!(again.code, Some(0), "{args:?}: {}{}", again.stdout, again.stderr);
    }
}

#[test]
fn an_imported_file_judges_scopes() {
    let file = import(&["openapi", "new-service.json"]).ended().stdout;
    let run_in = import(&[]).file("ZohoGadgets.yaml", &file);
    let args = ["check", "ZohoGadgets.spare_parts.EXPORT", "--catalog", "ZohoGadgets.yaml"].map(str::to_owned);
    let ended = run(run_in.folder.path(), &args);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    assert!(!ended.stdout.contains("ZS10"), "{}", ended.stdout);
}

#[test]
fn how_scopes_combine_can_be_said() {
    for (combine, expected) in [
        ("any", "needs: [settings.gadgets.READ, settings.gadgets.ALL]"),
        ("all", "needs: settings.gadgets.READ & settings.gadgets.ALL"),
        ("unstated", "unstated: [settings.gadgets.READ, settings.gadgets.ALL]"),
    ] {
        let ended = import(&["openapi", "alternatives.json", "--combine", combine]).ended();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let line = ended.stdout.lines().find(|line| line.contains("GET /crm/v8/settings/gadgets")).unwrap();
        assert!(line.contains(expected), "{combine}: {line}");
        assert!(!ended.stderr.contains("combined"), "{}", ended.stderr);
    }
}

#[test]
fn a_scope_of_several_services_asks_for_one() {
    insta::assert_snapshot!(import(&["openapi", "together.yaml"]).transcript());
}

#[test]
fn bad_documents_are_told_with_their_place() {
    let mut told = String::new();
    for (name, content) in [
        ("empty.json", ""),
        ("text.json", "just text"),
        ("broken.json", "{\"openapi\": \"3.0.0\", \"paths\": {"),
        ("other.json", "{\"scope\": \"ZohoCRM.org.READ\"}"),
        ("apis.json", "{\"__apis\": []}"),
        ("swagger.json", "{\"swagger\": \"2.0\", \"paths\": {}}"),
        ("future.json", "{\"openapi\": \"4.0.0\", \"paths\": {}}"),
        ("nopaths.json", "{\"openapi\": \"3.0.0\"}"),
        ("silent.json", "{\"openapi\": \"3.0.0\", \"paths\": {\"/a\": {\"get\": {}}}}"),
        (
            "unreadable.json",
            "{\"openapi\": \"3.0.0\", \"security\": [{\"x\": [\"{a}.b.READ\"]}],\n\"paths\": {\"/a\": {\"get\": {}}}}",
        ),
        (
            "shapes.json",
            "{\"openapi\": \"3.0.0\", \"servers\": {}, \"security\": [[\"a\"], {\"x\": [[\"a.b.READ\"]]}, {\"x\": \"a.b.READ\"}],\n\
             \"paths\": {\"/a\": [], \"/b\": {\"get\": 1, \"put\": {\"security\": 3}}, \"/c\": {\"get\": {}}}}",
        ),
    ] {
        let ended = import(&["openapi", name]).file(name, content).ended();
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), ""), "{name}: {}", ended.stderr);
        let _ = writeln!(told, "{}", ended.stderr);
    }
    for content in [
        "{\"openapi\": \"3.0.0\"}",
        "{\"__apis\": [{\"operation_types\": []}, {\"path\": \"/x\", \"operation_types\": [{}]}]}",
        "{\"__apis\": []}",
    ] {
        let ended = import(&["apis", "bad.json"]).file("bad.json", content).ended();
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), ""), "{content}: {}", ended.stderr);
        let _ = writeln!(told, "{}", ended.stderr);
    }
    insta::assert_snapshot!(told);
}

#[test]
fn wrong_usage_ends_with_two() {
    for args in [
        &["openapi"][..],
        &["openapi", "alternatives.json", "alternatives.json"],
        &["openapi", "alternatives.json", "--format", "json"],
        &["openapi", "alternatives.json", "--seen", "soon"],
        &["openapi", "alternatives.json", "--source-id", "a/b"],
        &["openapi", "alternatives.json", "--service", "a b"],
        &["openapi", "alternatives.json", "--catalog", "missing.yaml"],
        &["openapi", "-", "-"],
        &["apis"],
        &["wsdl", "x"],
    ] {
        let ended = import(args).ended();
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{args:?}: {}", ended.stderr);
        assert!(ended.stderr.starts_with("error: "), "{args:?}: {}", ended.stderr);
    }
    let missing = import(&["openapi", "missing.json"]).ended();
    assert_eq!((missing.code, missing.stderr.as_str()), (Some(3), "error: `missing.json`: no such file\n"));
}

#[test]
fn huge_and_deep_documents_are_refused_or_read() {
    let mut bomb = String::from("openapi: 3.0.0\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..12 {
        let _ = writeln!(bomb, "a{n}: &a{n} [{}]", format!("*a{}, ", n - 1).repeat(10));
    }
    for content in [bomb, format!("{{\"openapi\": \"3.0.0\", \"paths\": {}", "[".repeat(100_000))] {
        let ended = import(&["openapi", "bad.yaml"]).file("bad.yaml", &content).ended();
        assert_eq!(ended.code, Some(3), "{}", ended.stderr);
        assert!(ended.stderr.contains("bad.yaml:"), "{}", ended.stderr);
    }
    let mut paths = String::new();
    for n in 0..20_000 {
        let comma = if n > 0 { "," } else { "" };
        let _ = write!(
            paths,
            "{comma}\"/crm/v8/x{n}/{{a{n}}}\": {{\"get\": {{\"security\": [{{\"x\": [\"ZohoCRM.r{n}.read\", \"odd\"]}}]}}}}"
        );
    }
    let ended = import(&["openapi", "large.json", "--diff"])
        .file("large.json", &format!("{{\"openapi\": \"3.0.0\", \"paths\": {{{paths}}}}}"))
        .ended();
    assert_eq!(ended.code, Some(1));
    assert!(ended.stdout.ends_with(
        "20000 scopes and 20000 calls new, 0 calls with other needs, 0 as in the catalog, 0 in other words\n"
    ));
}

#[test]
fn hostile_texts_stay_texts() {
    let document = r#"{"openapi": "3.0.0", "paths": {"/crm/v8/a\u001b[31m\u202e": {"get": {
        "summary": "x: {y} # z\n- evil: 1 refresh_token=1000.0123456789abcdef0123456789abcdef.0123456789abcdef0123456789abcdef",
        "security": [{"x": ["ZohoCRM.org.READ", "ZohoCRM.\u001b[2J.READ"]}]}}}}"#;
    let ended = import(&["openapi", "bad.json"]).file("bad.json", document).ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    for text in [&ended.stdout, &ended.stderr] {
        assert!(!text.contains(['\u{1b}', '\u{202e}']) && !text.contains("0123456789abcdef"), "{text}");
    }
    let again = import(&["openapi", "bad.json", "--diff", "--catalog", "own.yaml"])
        .file("bad.json", document)
        .file("own.yaml", &ended.stdout)
        .ended();
    assert_eq!(again.code, Some(0), "{}{}", again.stdout, again.stderr);
}
