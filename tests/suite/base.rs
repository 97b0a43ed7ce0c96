//! What `--policy-from` and `--since` read where git makes it hard: renames, submodules, shallow clones, merges. Each is
//! handled, or it is said that it cannot be.

#![cfg(unix)]

use std::fs;

use serde_json::Value;

use crate::run::{Ended, Run, zscope};

const DENY: &str = "version: 1\ndefault: deny\nextends: [conf/base.yaml]\n";
const BASE: &str = "version: 1\nallow: [ZohoBooks.invoices.READ]\n";
const LOOSE: &str = "version: 1\ndefault: allow\nrules: { full-access: off }\n";
const BAD: &str = "S='ZohoBooks.fullaccess.all'\n";

fn base() -> Run {
    zscope(&[])
        .repository()
        .file("zscope.yaml", DENY)
        .file("conf/base.yaml", BASE)
        .file("known.json", "{ \"version\": 1, \"findings\": [] }\n")
        .file("a.py", "S='ZohoBooks.invoices.READ'\n")
        .commit()
}

fn scanned(run: Run, args: &[&str]) -> Ended {
    let mut run = run.again(&["scan", "--format", "json"]);
    run.command.args(args);
    run.ended()
}

fn told(ended: &Ended) -> Vec<String> {
    let report: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {}", ended.stderr));
    let of = |notice: &Value| {
        format!("{} {}", notice["kind"].as_str().unwrap_or(""), notice["path"].as_str().unwrap_or("-"))
    };
    report["notices"].as_array().unwrap().iter().map(of).collect()
}

fn moved(run: &Run, from: &str, to: &str) {
    run.git(&["mv", from, to]);
}

/// What a change does to the files of a run.
type Edit = fn(Run) -> Run;

/// A file by which a change is judged counts as it stood, under the name that it had.
#[test]
fn what_was_renamed_counts_as_it_stood() {
    let edits: [(&str, Edit, &str); 6] = [
        (
            "the policy gets its other name",
            |run| {
                moved(&run, "zscope.yaml", ".zscope.yaml");
                run.file(".zscope.yaml", LOOSE)
            },
            "zscope.yaml",
        ),
        (
            "the policy moves below",
            |run| {
                fs::create_dir(run.path().join("in")).unwrap();
                moved(&run, "zscope.yaml", "in/zscope.yaml");
                run
            },
            "zscope.yaml",
        ),
        (
            "what it extends moves, and another takes its place",
            |run| {
                moved(&run, "conf/base.yaml", "conf/old.yaml");
                run.file("conf/base.yaml", "version: 1\nallow: ['**']\n")
            },
            "conf/base.yaml",
        ),
        (
            "the folder of what it extends moves",
            |run| {
                moved(&run, "conf", "settings");
                run
            },
            "conf/base.yaml",
        ),
        (
            "the baseline moves, and another takes its place",
            |run| {
                moved(&run, "known.json", "old.json");
                run.file("known.json", "{ \"version\": 1, \"findings\": [ ] }\n")
            },
            "known.json",
        ),
        (
            "a loose file takes the policy's name",
            |run| {
                let run = run.file("loose.yaml", LOOSE).commit();
                fs::rename(run.path().join("loose.yaml"), run.path().join("zscope.yaml")).unwrap();
                run
            },
            "zscope.yaml",
        ),
    ];
    for (what, edit, path) in edits {
        let ended = scanned(edit(base().file("a.py", BAD)), &["--policy-from", "HEAD", "--baseline", "known.json"]);
        assert_eq!(ended.code, Some(1), "{what}: {} {}", ended.stdout, ended.stderr);
        let wanted = format!("policy-changed {path}");
        assert!(told(&ended).contains(&wanted), "{what}: {:?}", told(&ended));
    }
}

/// The base of a merge is one commit, whichever sides it has; so is a merge that is the base.
#[test]
fn merges_are_commits_as_others() {
    let merged = || {
        let run = base();
        run.git(&["checkout", "-qb", "side"]);
        let run = run.file("conf/base.yaml", "version: 1\nallow: ['**']\n").file("side.py", BAD).commit();
        run.git(&["checkout", "-q", "main"]);
        let run = run.file("main.py", BAD).commit();
        run.git(&["merge", "-q", "--no-ff", "-m", "m", "side"]);
        run
    };
    // The first side: what the other brought counts for nothing.
    let ended = scanned(merged(), &["--policy-from", "HEAD^1", "side.py"]);
    assert_eq!(ended.code, Some(1), "{} {}", ended.stdout, ended.stderr);
    assert_eq!(told(&ended), ["policy-changed conf/base.yaml"]);
    // The merge itself holds what it holds.
    let ended = scanned(merged(), &["--policy-from", "HEAD", "--since", "HEAD"]);
    assert_eq!((ended.code, told(&ended)), (Some(0), vec![]), "{}", ended.stdout);
    let ended = scanned(merged(), &["--policy-from", "HEAD^1", "--since", "HEAD^1"]);
    assert!(ended.stdout.contains("side.py") && !ended.stdout.contains("main.py"), "{}", ended.stdout);
    // A merge that is under way, with both sides in the tree.
    let run = base();
    run.git(&["checkout", "-qb", "side"]);
    let run = run.file("zscope.yaml", LOOSE).commit();
    run.git(&["checkout", "-q", "main"]);
    let run = run.file("zscope.yaml", "version: 1\ndefault: deny\n").file("a.py", BAD).commit();
    let merge =
        std::process::Command::new("git").args(["merge", "-q", "side"]).current_dir(run.path()).output().unwrap();
    assert!(!merge.status.success(), "the two sides meet");
    let ended = scanned(run, &["--policy-from", "HEAD"]);
    assert_eq!(ended.code, Some(1), "{} {}", ended.stdout, ended.stderr);
    assert_eq!(told(&ended), ["policy-changed zscope.yaml"]);
}

/// A clone that lacks the revision says so, and nothing is judged by what is at hand.
#[test]
fn a_shallow_clone_says_what_it_lacks() {
    let whole = base().file("zscope.yaml", LOOSE).file("a.py", BAD).commit();
    let address = format!("file://{}", whole.path().display());
    for args in
        [&["--policy-from", "HEAD^"][..], &["--since", "HEAD^"], &["--policy-from", "HEAD^", "--since", "HEAD^"]]
    {
        let run = zscope(&[]);
        run.git(&["clone", "-q", "--depth", "1", &address, "."]);
        let ended = scanned(run, args);
        assert_eq!(ended.code, Some(2), "{args:?}: {}", ended.stdout);
        assert!(ended.stderr.contains("the clone is shallow"), "{args:?}: {}", ended.stderr);
    }
    // What it has is enough where the base is at hand.
    let run = zscope(&[]);
    run.git(&["clone", "-q", "--depth", "2", &address, "."]);
    let ended = scanned(run, &["--policy-from", "HEAD^"]);
    assert_eq!(ended.code, Some(1), "{} {}", ended.stdout, ended.stderr);
    assert_eq!(told(&ended), ["policy-changed zscope.yaml"]);
    // A clone without the contents of files fetches none.
    whole.git(&["config", "uploadpack.allowFilter", "true"]);
    let run = zscope(&[]);
    run.git(&["clone", "-q", "--no-checkout", "--filter=blob:none", &address, "."]);
    let ended = scanned(run.file("a.py", BAD), &["--policy-from", "HEAD^"]);
    assert_eq!(ended.code, Some(2), "{} {}", ended.stdout, ended.stderr);
}

/// What a policy takes from a submodule belongs to another repository: it is not known how it stood at the base.
#[test]
fn a_policy_in_a_submodule_is_refused() {
    let inner = zscope(&[]).repository().file("zscope.yaml", LOOSE).file("in.py", BAD).commit();
    let address = inner.path().to_str().unwrap();
    let with_submodule = |policy: &str| {
        let run = zscope(&[]).repository().file("zscope.yaml", policy).file("a.py", BAD);
        run.git(&["submodule", "--quiet", "add", address, "sub"]);
        run.commit()
    };
    let ended =
        scanned(with_submodule("version: 1\ndefault: deny\nextends: [sub/zscope.yaml]\n"), &["--policy-from", "HEAD"]);
    assert_eq!(ended.code, Some(2), "{} {}", ended.stdout, ended.stderr);
    let ended = scanned(
        with_submodule("version: 1\ndefault: deny\n"),
        &["--policy-from", "HEAD", "--policy", "sub/zscope.yaml", "a.py"],
    );
    assert_ne!(ended.code, Some(0), "{} {}", ended.stdout, ended.stderr);
    // A scan from within the submodule is judged by what the submodule's own revision says, or not at all.
    let run = with_submodule("version: 1\ndefault: deny\n");
    let mut run = run
        .file("sub/zscope.yaml", "version: 1\ndefault: allow\nrules: { full-access: off }\n# new\n")
        .again(&["scan", "--format", "json", "--policy-from", "HEAD"]);
    let folder = run.path().join("sub");
    run.command.current_dir(folder);
    let ended = run.ended();
    assert!(
        ended.code != Some(0) || told(&ended).contains(&"policy-changed zscope.yaml".to_owned()),
        "{}",
        ended.stdout
    );
}

/// The author of a change says with a submodule, too, what is scanned: it is looked into, or said to be missing.
#[test]
fn a_submodule_that_moves_is_scanned() {
    let inner = zscope(&[]).repository().file("in.py", "x = 1\n").commit();
    let address = inner.path().to_str().unwrap();
    let run = zscope(&[]).repository().file("zscope.yaml", "version: 1\ndefault: deny\n").file("a.py", "x = 1\n");
    run.git(&["submodule", "--quiet", "add", address, "sub"]);
    let run = run.commit().file("sub/in.py", BAD);
    for args in [&["-C", "sub", "add", "-A"][..], &["-C", "sub", "commit", "-q", "-m", "y"], &["add", "sub"]] {
        run.git(args);
    }
    let ended = scanned(run, &["--policy-from", "HEAD", "--since", "HEAD"]);
    assert!(ended.code == Some(1) && ended.stdout.contains("sub/in.py"), "{} {}", ended.stdout, ended.stderr);
}
