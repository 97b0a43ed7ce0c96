//! Findings that somebody accepted: comments in sources, the baseline; and findings that `--fix` settles.

use std::fs;

use serde_json::Value;

use crate::run::{Run, zscope};

const WIDE: &str = "SCOPES = 'ZohoBooks.fullaccess.all'";

fn scan(args: &[&str], text: &str) -> Run {
    let all: Vec<&str> = ["scan"].iter().chain(args).copied().collect();
    zscope(&all).file("auth.py", text)
}

fn json(run: &mut Run) -> Value {
    serde_json::from_str(&run.ended().stdout).unwrap()
}

fn codes(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

#[test]
fn a_comment_with_a_reason_accepts_a_finding() {
    let text = format!("{WIDE}  # zscope: ignore[full-access] the vendor's importer refuses granular scopes\n");
    insta::assert_snapshot!(scan(&[], &text).transcript());
    let text = format!("# zscope: ignore[ZS201] the vendor's importer refuses granular scopes\n\n{WIDE}\n");
    let report = json(&mut scan(&["--format", "json"], &text));
    assert_eq!(codes(&report["findings"]), [""; 0]);
    assert_eq!(report["waived"][0]["kind"], "inline");
    assert_eq!(report["waived"][0]["reason"], "the vendor's importer refuses granular scopes");
    assert_eq!(report["scopes"][0]["verdict"], "waived");
}

#[test]
fn a_comment_that_accepts_nothing_is_a_finding() {
    insta::assert_snapshot!(
        scan(
            &[],
            &format!(
                "{WIDE}  # zscope: ignore[full-access]\n\
                 {WIDE}  # zscope: ignore[ful-access, ZS999] why not\n\
                 {WIDE}  # zscope: ignore\n\
                 x = 1  # zscope: ignore[full-access] long gone\n"
            )
        )
        .transcript()
    );
    // A file that holds nothing else is looked at all the same.
    let report = json(&mut scan(&["--format", "json"], "# zscope: ignore[full-access] long gone\n"));
    assert_eq!(codes(&report["findings"]), ["ZS308"]);
}

#[test]
fn a_comment_is_about_one_line() {
    let text = format!("{WIDE}\n{WIDE}  # zscope: ignore[full-access] why\n{WIDE}\n");
    let report = json(&mut scan(&["--format", "json"], &text));
    // The two that stand say the same.
    let places = report["findings"][0]["places"].as_array().unwrap();
    let lines: Vec<_> = places.iter().map(|place| place["location"]["line"].clone()).collect();
    assert_eq!(lines, [1, 3]);
}

#[test]
fn a_baseline_absolves_what_it_names_and_nothing_else() {
    let text = format!("{WIDE}\n{WIDE}\n");
    let mut first = scan(&["--write-baseline"], &text);
    let ended = first.ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let path = first.path().join("zscope-baseline.json");
    let baseline = fs::read_to_string(&path).unwrap();
    insta::assert_snapshot!(baseline);
    // Lines move, and one more finding of the same kind comes.
    let again =
        |text: &str| json(&mut scan(&["--format", "json", "--baseline", "b.json"], text).file("b.json", &baseline));
    let report = again(&format!("# a new line\n\n{WIDE}\n{WIDE}\n"));
    assert_eq!((codes(&report["findings"]).len(), codes(&report["waived"]).len()), (0, 2));
    assert_eq!(report["waived"][0]["kind"], "baseline");
    let report = again(&format!("{WIDE}\n{WIDE}\n{WIDE}\n"));
    assert_eq!((codes(&report["findings"]), codes(&report["waived"]).len()), (vec!["ZS201"], 2));
    let names: Vec<_> = ["findings", "waived"]
        .iter()
        .flat_map(|list| report[*list].as_array().unwrap())
        .map(|finding| finding["fingerprint"].as_str().unwrap())
        .collect();
    assert!(names[0] != names[1] && names[1] != names[2] && names[0] != names[2]);
    // One of two is gone: the other is still absolved, and the entry without a finding is told.
    let report = again(&format!("{WIDE}\n"));
    assert_eq!((codes(&report["findings"]), codes(&report["waived"]).len()), (vec!["ZS309"], 1));
    assert_eq!(report["findings"][0]["location"]["path"], "b.json");
    // Another rule on the same scope is another finding.
    let report = again("url = 'https://accounts.zoho.com/oauth/v2/auth?scope=ZohoBooks.fullaccess.all&state=x1'\n");
    assert!(!codes(&report["findings"]).is_empty());
}

#[test]
fn a_run_over_a_part_says_nothing_of_the_rest() {
    let mut first = scan(&["--write-baseline"], WIDE);
    assert_eq!(first.ended().code, Some(0));
    let baseline = fs::read_to_string(first.path().join("zscope-baseline.json")).unwrap();
    let other = zscope(&["scan", "other.py", "--baseline", "b.json"]).file("b.json", &baseline).file("auth.py", WIDE);
    insta::assert_snapshot!(other.file("other.py", "x = 'ZohoBooks.bills.READ'\n").transcript());
}

#[test]
fn bad_baselines() {
    for (name, text) in [
        ("not_json", "{ \"version\": 1,\n  findings: [] }"),
        ("another_version", "{ \"version\": 2, \"findings\": [] }"),
        ("an_unknown_key", "{ \"version\": 1, \"findings\": [], \"more\": 1 }"),
    ] {
        let run = scan(&["--baseline", "b.json"], WIDE).file("b.json", text);
        insta::assert_snapshot!(format!("bad_baseline_{name}"), run.transcript());
    }
    insta::assert_snapshot!("bad_baseline_missing", scan(&["--baseline", "b.json"], WIDE).transcript());
}

#[test]
fn check_takes_a_baseline_too() {
    let mut first = zscope(&["check", "scopes.txt", "--write-baseline", "--baseline", "known.json"]);
    first = first.file("scopes.txt", "ZohoBooks.fullaccess.all");
    assert_eq!(first.ended().code, Some(0));
    let baseline = fs::read_to_string(first.path().join("known.json")).unwrap();
    let again = zscope(&["check", "scopes.txt", "--baseline", "known.json"]).file("known.json", baseline);
    insta::assert_snapshot!(again.file("scopes.txt", "ZohoBooks.fullaccess.all").transcript());
}

const UNTIDY: &str = "\
SCOPES = [
    'ZohoBooks.Invoices.read',
    'ZohoBooks.invoices.READ',
    'ZohoBooks.contacts.ALL',
    'ZohoBooks.contacts.READ',  # for the list
    'ZohoBooks.bills.READ', 'ZohoBooks.bills.read',
]
\tmore = \"zohobooks.settings.READ,ZohoBooks.settings.READ\"\r
url = 'https://accounts.zoho.eu/oauth/v2/auth?scope=ZohoBooks.bills.READ%2CZohoBooks.bills.READ&state=x1y2z3&redirect_uri=https%3A%2F%2Fa.example'
wide = 'ZohoBooks.fullaccess.all'
unknown = 'ZohoBooks.invoice.READ'
";

#[test]
fn fix_makes_what_leaves_the_access_as_it_is() {
    insta::assert_snapshot!("fix_preview", scan(&["--diff"], UNTIDY).transcript());
    let mut run = scan(&["--fix"], UNTIDY);
    let ended = run.ended();
    let fixed = fs::read_to_string(run.path().join("auth.py")).unwrap();
    insta::assert_snapshot!("fix_result", format!("{}---\n{}---\n{fixed}", ended.stdout, ended.stderr));
    // Nothing is left to fix, and a second run changes nothing.
    let mut again = scan(&["--diff"], &fixed);
    let ended = again.ended();
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{}", ended.stderr);
}

#[test]
fn what_would_change_the_access_is_never_fixed() {
    for text in ["x = 'ZohoBooks.fullaccess.all'\n", "x = 'ZohoBooks.invoice.READ'\n", "x = 'ZohoBooks.invoices.ALL'\n"]
    {
        let mut run = scan(&["--fix"], text);
        run.ended();
        assert_eq!(fs::read_to_string(run.path().join("auth.py")).unwrap(), text);
    }
}

#[cfg(unix)]
#[test]
fn fix_keeps_permissions_and_what_it_cannot_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let utf16: Vec<u8> = "\u{feff}x = 'ZohoBooks.Invoices.read'\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut run = scan(&["--fix"], "x = 'ZohoBooks.Invoices.read'\n").file("wide.py", &utf16);
    let path = run.path().join("auth.py");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o751)).unwrap();
    let ended = run.ended();
    assert_eq!(fs::read_to_string(&path).unwrap(), "x = 'ZohoBooks.invoices.READ'\n");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o751);
    assert_eq!(fs::read(run.path().join("wide.py")).unwrap(), utf16);
    assert!(ended.stderr.contains("wide.py was left alone: is not UTF-8 text"), "{}", ended.stderr);
}
