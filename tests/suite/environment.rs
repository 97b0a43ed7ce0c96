//! What the program takes from its surroundings: variables, standard input under a file's name, the day.

use serde_json::Value;

use crate::run::{Ended, Run, zscope};

fn with(mut run: Run, variables: &[(&str, &str)]) -> Ended {
    run.command.envs(variables.iter().copied());
    run.ended()
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}{}", ended.stdout, ended.stderr))
}

const POLICY: &str =
    "version: 1\ndefault: allow\ndeny: ['ZohoBooks.**']\napps:\n  sync: { owner: a, deny: [ZohoCRM.users.READ] }\n";

#[test]
fn variables_set_what_the_command_line_does_not() {
    let check = || zscope(&["check", "ZohoBooks.invoices.READ", "ZohoCRM.users.READ"]).file("other.yaml", POLICY);
    let report = json(&with(check(), &[("ZSCOPE_FORMAT", "json")]));
    assert_eq!(
        (&report["policy"]["path"], &report["notices"]),
        (&"builtin:least-privilege".into(), &Value::Array(Vec::new()))
    );
    let variables = [("ZSCOPE_FORMAT", "json"), ("ZSCOPE_POLICY", "other.yaml"), ("ZSCOPE_APP", "sync")];
    let report = json(&with(check(), &variables));
    assert_eq!((&report["policy"]["path"], &report["summary"]["denied"]), (&"other.yaml".into(), &2.into()));
    assert_eq!(report["notices"][0]["kind"], "policy-of-environment");
    // The command line counts more; an empty variable is none.
    let run = zscope(&["check", "ZohoBooks.invoices.READ", "--policy", "builtin:read-only", "--format", "json"]);
    let report = json(&with(run, &[("ZSCOPE_POLICY", "no-such-file"), ("ZSCOPE_FORMAT", "sarif"), ("ZSCOPE_APP", "")]));
    assert_eq!(report["policy"]["path"], "builtin:read-only");
    let ended = with(check(), &[("ZSCOPE_OUTPUT", "report.json"), ("ZSCOPE_FORMAT", "json")]);
    assert_eq!((ended.stdout.lines().count(), ended.code), (1, Some(0)), "the last line alone: {}", ended.stdout);
    // A format of reports is none of other commands.
    assert_eq!(with(zscope(&["who", "GET", "/books/v3/invoices"]), &[("ZSCOPE_FORMAT", "sarif")]).code, Some(0));
    let ended = with(check(), &[("ZSCOPE_FORMAT", "nothing")]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("--format"), "{}", ended.stderr);
}

#[test]
fn no_variable_lowers_a_gate() {
    let check = |more: &[&str]| zscope(&[&["check", "ZohoBooks.fullaccess.all", "--format", "json"], more].concat());
    let variables = [
        ("ZSCOPE_FAIL_ON", "never"),
        ("ZSCOPE_BASELINE", "baseline.json"),
        ("ZSCOPE_AS_OF", "2020-01-01"),
        ("ZSCOPE_CATALOG", "nothing"),
        ("ZSCOPE_TRUST_CATALOG", "nothing"),
        ("ZSCOPE_ALLOW_PATH", "nothing"),
        ("ZSCOPE_WRITE_BASELINE", "1"),
    ];
    let (plain, set) = (check(&[]).ended(), with(check(&[]), &variables));
    assert_eq!((plain.code, &plain.stdout), (Some(1), &set.stdout));
    assert_eq!(set.code, Some(1));
    // What a change may not touch, no variable touches.
    let run = check(&["--policy-from", "HEAD"]).repository().file("zscope.yaml", "version: 1\n").commit();
    let mut run = run.file("lax.yaml", "version: 1\ndefault: allow\nrules: { full-access: off }\n");
    run.command.env("PATH", std::env::var_os("PATH").unwrap());
    let ended = with(run, &[("ZSCOPE_POLICY", "lax.yaml")]);
    let report = json(&ended);
    assert_eq!((ended.code, report["policy"]["path"].as_str()), (Some(1), Some("zscope.yaml")), "{}", ended.stderr);
}

#[test]
fn standard_input_is_scanned_as_the_file_that_it_is() {
    let policy = "version: 1\ndefault: allow\napps:\n  sync: { owner: a, paths: [src], deny: ['ZohoCRM.**'] }\n";
    let scan = |name: &str, text: &str| {
        let run = zscope(&["scan", "--stdin-filename", name, "--format", "json"]).file("zscope.yaml", policy);
        json(&run.file("src/other.py", "S = 'ZohoBooks.fullaccess.all'\n").stdin(text).ended())
    };
    let report = scan("src/new.py", "S = 'ZohoCRM.users.READ'\n# ZohoBooks.invoices.READ\n");
    assert_eq!(report["inputs"], serde_json::json!(["src/new.py"]));
    assert_eq!(report["files"]["scanned"], 1);
    let denied = report["findings"].as_array().unwrap().iter().find(|finding| finding["code"] == "ZS301");
    let finding = denied.unwrap();
    assert_eq!(finding["app"], "sync");
    assert_eq!((&finding["location"]["path"], &finding["location"]["line"]), (&"src/new.py".into(), &1.into()));
    assert_eq!(report["scopes"][1]["kind"], "mention");
    // A text that is larger than what is read at once, and nothing at all.
    let large = format!("{}S = 'ZohoBooks.fullaccess.all'\n", "x = 1\n".repeat(1_500_000));
    assert_eq!(scan("big.py", &large)["findings"][0]["location"]["line"], 1_500_001);
    assert_eq!(scan("a.py", "")["summary"]["scopes"], 0);
    for others in [&["src"][..], &["--fix"], &["--since", "HEAD"]] {
        let run = zscope(&[&["scan", "--stdin-filename", "a.py"], others].concat()).stdin("").ended();
        assert_eq!(run.code, Some(2), "{others:?}");
    }
}

#[test]
fn the_version_names_the_catalog_and_an_old_one_is_told() {
    let version = zscope(&["--version"]).ended().stdout;
    let (first, second) = version.split_once('\n').unwrap();
    assert_eq!(first, concat!("zscope ", env!("CARGO_PKG_VERSION")));
    assert_eq!(zscope(&["-V"]).ended().stdout.trim_end(), first);
    let report = |day: &str| json(&zscope(&["check", "openid", "--format", "json", "--as-of", day]).ended());
    let catalog = &report("2026-11-27")["tool"]["catalog"];
    let (date, digest) = (catalog["date"].as_str().unwrap(), catalog["digest"].as_str().unwrap());
    assert_eq!(second.trim_end(), format!("catalog {date}, SHA-256 {digest}"));
    let year: i32 = date[..4].parse().unwrap();
    let day = |years: i32, day: &str| format!("{}{}-{day}", year + years, &date[4..7]);
    assert_eq!(report(&day(1, "01"))["notices"], Value::Array(Vec::new()));
    assert_eq!(report(&format!("{}-01-01", year + 2))["notices"][0]["kind"], "old-catalog");
}
