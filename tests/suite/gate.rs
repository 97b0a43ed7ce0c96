//! What a gate has to hold against: each test is a kind of way past it, with some of its neighbours.

#![cfg(unix)]

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::run::{Ended, Run, zscope};

const DENY: &str = "version: 1\ndefault: deny\nallow: ['ZohoBooks.{invoices,contacts}.{CREATE,READ}']\n";
/// What a change does.
type Edit = fn(Run) -> Run;

const BAD: &str = "S='ZohoBooks.fullaccess.all'\n";

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {} {}", ended.stdout, ended.stderr))
}

/// The kinds of notices, each with the path that it is about.
fn notices(ended: &Ended) -> Vec<String> {
    let told = json(ended);
    let of =
        |notice: &Value| format!("{} {}", notice["kind"].as_str().unwrap(), notice["path"].as_str().unwrap_or("-"));
    told["notices"].as_array().unwrap().iter().map(of).collect()
}

/// The paths in which scopes were found.
fn paths(ended: &Ended) -> Vec<String> {
    let mut paths: Vec<String> = json(ended)["scopes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|scope| scope["location"]["path"].as_str().unwrap().to_owned())
        .collect();
    paths.dedup();
    paths
}

fn scan(args: &[&str]) -> Run {
    let mut run = zscope(&["scan", "--as-of", "2026-11-23", "--format", "json"]);
    run.command.args(args);
    run
}

fn fifo(run: &Run, name: &str) {
    assert!(Command::new("mkfifo").arg(run.path().join(name)).status().unwrap().success());
}

/// A reader that leaves early says nothing of what was judged: the exit code stays.
#[test]
fn a_reader_that_leaves_changes_no_exit_code() {
    let many: String = (0..5000).map(|n| format!("ZohoBooks.thing{n}.ALL\n")).collect();
    let grants: String =
        (0..20_000).map(|n| format!("{{\"app\":\"a{n}\",\"scope\":\"ZohoBooks.fullaccess.all\"}}\n")).collect();
    for args in [
        &["check", "--policy", "deny.yaml", "many.txt"][..],
        &["check", "--policy", "deny.yaml", "many.txt", "--format", "json"],
        &["scan", "--policy", "deny.yaml", "many.txt", "--format", "html"],
        &["audit", "--policy", "deny.yaml", "grants.ndjson", "--format", "ndjson"],
        &["check", "--policy", "deny.yaml", "many.txt", "--output", "json=/dev/stdout"],
    ] {
        let mut run = zscope(args).file("deny.yaml", DENY).file("many.txt", &many).file("grants.ndjson", &grants);
        let mut child = run.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 16];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(output.stderr.is_empty(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// `paths` begin at the folder of the policy, whichever way it was named and wherever the run started.
#[test]
fn apps_own_their_paths_wherever_a_run_starts() {
    let policy = "version: 1\ndefault: allow\nrules: {full-access: off}\napps:\n  strict: { paths: [services/strict/**], deny: [ZohoBooks.fullaccess.all] }\n";
    for (folder, args) in [
        ("", &[][..]),
        ("services", &["--policy", "../zscope.yaml"]),
        ("services/strict", &[]),
        ("services/loose", &["../strict"]),
        ("services", &["--policy", "./../services/../zscope.yaml", "strict/a.py"]),
        ("services", &["--policy", "link.yaml"]),
        ("services", &["--policy", "up/zscope.yaml"]),
        ("services", &["up/services/strict/a.py"]),
    ] {
        let mut run =
            scan(args).file("zscope.yaml", policy).file("services/strict/a.py", BAD).file("services/loose/b.txt", "");
        symlink("../zscope.yaml", run.path().join("services/link.yaml")).unwrap();
        symlink("..", run.path().join("services/up")).unwrap();
        let here = run.path().join(folder);
        let ended = run.command.current_dir(here).output().unwrap();
        let said = String::from_utf8_lossy(&ended.stdout);
        assert_eq!(ended.status.code(), Some(1), "{folder} {args:?}: {said}");
        assert!(said.contains("\"denied\": 1"), "{folder} {args:?}: {said}");
    }
}

/// A file outside the policy's folder belongs to no app, and that is told.
#[test]
fn files_outside_the_policys_folder_belong_to_no_app() {
    let policy =
        "version: 1\ndefault: deny\napps:\n  all: { paths: ['**'], allow: ['**'], rules: {full-access: off} }\n";
    let ended = scan(&["--policy", "conf/zscope.yaml"]).file("conf/zscope.yaml", policy).file("a.py", BAD).ended();
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    assert_eq!(notices(&ended), ["outside-policy a.py"]);
    let ended =
        scan(&["conf", "--policy", "conf/zscope.yaml"]).file("conf/zscope.yaml", policy).file("conf/a.py", BAD).ended();
    assert_eq!((ended.code, notices(&ended)), (Some(0), vec![]), "{}", ended.stdout);
}

/// What bears a policy's name and is none is an error, never "no policy".
#[test]
fn what_is_no_policy_is_never_taken_for_none() {
    let check = || zscope(&["check", "ZohoBooks.invoices.DELETE"]);
    let told = |mut run: Run, reason: &str| {
        let ended = run.ended();
        assert_eq!(ended.code, Some(2), "{reason}: {}", ended.stdout);
        assert!(ended.stderr.contains(reason), "{reason}: {}", ended.stderr);
    };
    told(check().file("zscope.yaml/x", ""), "zscope.yaml` is no policy, but a folder");
    let run = check();
    symlink("/nonexistent", run.path().join("zscope.yaml")).unwrap();
    told(run, "is no policy, but a link that leads nowhere");
    let run = check();
    fifo(&run, ".zscope.yaml");
    told(run, "is no policy, but a pipe");
    let run = check();
    symlink("/dev/zero", run.path().join("zscope.yaml")).unwrap();
    told(run, "is no policy, but a link to something else than a file");
    let run = check();
    symlink("/etc/passwd", run.path().join(".zscope.yaml")).unwrap();
    told(run, "is no policy, but a link that leads out of the tree");
    told(
        check().file(".zscope.yaml", DENY).file("zscope.yaml", "version: 1\ndefault: allow\n"),
        "there are two policies",
    );
    let mut run = check().file("zscope.yaml", DENY).file("in/x", "");
    fs::create_dir(run.path().join("in/zscope.yaml")).unwrap();
    let inner = run.path().join("in");
    run.command.current_dir(inner);
    told(run, "is no policy, but a folder");
    let run = check();
    let _listener = UnixListener::bind(run.path().join("zscope.yaml")).unwrap();
    told(run, "is no policy, but a socket");
}

/// Nothing that is named blocks for ever: what is no file is refused.
#[test]
fn what_has_no_end_is_never_waited_for() {
    for (args, code) in [
        (&["check", "pipe.txt"][..], 3),
        (&["check", "openid", "--policy", "pipe.txt"], 2),
        (&["check", "openid", "--policy", "p.yaml"], 2),
        (&["check", "openid", "--catalog", "pipe.txt"], 2),
        (&["check", "openid", "--catalog", "folder"], 2),
        (&["check", "openid", "--baseline", "pipe.txt"], 2),
        (&["scan", "--files-from", "pipe.txt"], 2),
        (&["audit", "pipe.txt"], 3),
        (&["audit", "x.json", "--requested", "./pipe.txt"], 2),
        (&["audit", "x.json", "--check-lock=pipe.txt"], 2),
        (&["check", "openid", "--policy", "/dev/zero"], 2),
        (&["check", "/dev/zero"], 3),
    ] {
        let mut run =
            zscope(args).file("p.yaml", "version: 1\nextends: [pipe.txt]\n").file("folder/a", "").file("x.json", "{}");
        fifo(&run, "pipe.txt");
        fifo(&run, "folder/c.yaml");
        let ended = run.ended();
        assert_eq!(ended.code, Some(code), "{args:?}: {} {}", ended.stdout, ended.stderr);
        let said = ended.stdout + &ended.stderr;
        assert!(said.contains("is no file, but a"), "{args:?}: {said}");
    }
}

/// A policy reads what lies in its folder and its repository, and nothing else.
#[test]
fn a_policy_reads_nothing_from_elsewhere() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("p.yaml"), "version: 1\nallow: ['**']\n").unwrap();
    let up = format!("{}{}", "../".repeat(12), outside.path().display().to_string().trim_start_matches('/'));
    let far = format!("version: 1\nextends: [{up}/p.yaml]\n");
    let check = |policy: &str| {
        let run = zscope(&["check", "openid", "--policy", "in/zscope.yaml"]).file("in/zscope.yaml", policy);
        symlink(outside.path().join("p.yaml"), run.path().join("in/link.yaml")).unwrap();
        symlink(outside.path(), run.path().join("in/folder")).unwrap();
        run.file("base.yaml", "version: 1\nallow: [openid]\n")
    };
    let catalog = format!("version: 1\ncatalog: {}\n", outside.path().display());
    for policy in [
        &far,
        "version: 1\nextends: [link.yaml]\n",
        "version: 1\nextends: [folder/p.yaml]\n",
        "version: 1\nextends: [../base.yaml]\n",
        "version: 1\ncatalog: folder\n",
        &catalog,
    ] {
        let ended = check(policy).ended();
        assert_eq!(ended.code, Some(2), "{policy}: {}", ended.stdout);
        assert!(ended.stderr.contains("it lies outside the policy's folder"), "{policy}: {}", ended.stderr);
    }
    // Within the repository, or where somebody says so, it may.
    let ended = check("version: 1\nextends: [../base.yaml]\n").repository().ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let mut run = check(&far);
    run.command.arg("--allow-path").arg(outside.path());
    let ended = run.ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

/// A file that is no policy, catalog file or baseline never shows what it holds.
#[test]
fn what_is_no_policy_is_not_shown() {
    for content in [
        "CI_SECRET=hunter2hunter2\0PATH=/bin\0",
        "machine example.com login x password hunter2hunter2\n",
        "{\"type\": \"service_account\", \"private_key\": \"hunter2hunter2\"}",
        "-----BEGIN KEY-----\nhunter2hunter2: [\n",
        "version: '3'\nservices:\n  x: 1\nvolumes: hunter2hunter2\nnetworks: 1\nconfigs: 1\nsecrets: [",
        "[default]\naws_secret_access_key = hunter2hunter2\n",
        "# hunter2hunter2\n",
        "hunter2hunter2",
        "hunter2hunter2: 1\nversion: 2\nx: 1\ny: 1\n",
    ] {
        for args in [
            &["check", "openid", "--policy", "zscope.yaml"][..],
            &["check", "openid"],
            &["check", "openid", "--policy", "secret"],
            &["check", "openid", "--catalog", "secret"],
            &["check", "openid", "--catalog", "folder"],
            &["check", "openid", "--baseline", "secret"],
            &["scan", "--policy", "catalog.yaml"],
        ] {
            let mut run = zscope(args)
                .file("zscope.yaml", "version: 1\nextends: [secret]\n")
                .file("catalog.yaml", "version: 1\ncatalog: folder\n")
                .file("folder/a.yaml", content)
                .file("secret", content);
            let ended = run.ended();
            assert_eq!(ended.code, Some(2), "{content:?} {args:?}: {}", ended.stdout);
            assert!(!(ended.stdout + &ended.stderr).contains("hunter2"), "{content:?} {args:?}");
        }
    }
    // Of a policy with a slip, the line is shown.
    let ended = zscope(&["check", "openid"]).file("zscope.yaml", "version: 1\nallw: [openid]\n").ended();
    assert!(ended.stderr.contains("allw: [openid]"), "{}", ended.stderr);
}

const OVERLAY: &str =
    "service: ZohoBooks\nproduct: x\ncategory: x\nsources: { s: { kind: own, where: x, seen: 2026-11 } }\n";

/// An overlay adds; what the embedded catalog states, it changes only where somebody trusts it.
#[test]
fn an_overlay_redefines_nothing() {
    let policy = "version: 1\ndefault: deny\ncatalog: c\nallow: ['ZohoBooks.*.READ']\n";
    for (more, scope) in [
        (
            "operations: [ { operation: DELETE, means: [READ], status: documented, source: s } ]\n",
            "ZohoBooks.invoices.DELETE",
        ),
        (
            "operations: [ { operation: PURGE, means: [READ], status: documented, source: s } ]\n",
            "ZohoBooks.invoices.PURGE",
        ),
        ("write: { means: [READ], status: documented, source: s }\n", "ZohoBooks.invoices.WRITE"),
        ("aliases: [Desk]\n", "Desk.tickets.READ"),
        ("api: { hosts: [evil.example.com] }\n", "openid"),
        (
            "resources: { own: { grants: x, data: [financial], operations: { READ: documented }, source: s } }\nerrata: [ { written: ZohoBooks.invoices.DELETE, means: own.READ, source: s } ]\n",
            "ZohoBooks.invoices.DELETE",
        ),
        (
            "resources: { invoices: { grants: nothing, data: [], operations: { READ: documented }, source: s } }\n",
            "ZohoBooks.invoices.READ",
        ),
    ] {
        let run = |args: &[&str]| {
            let mut run = zscope(&["check", "--format", "json"])
                .file("zscope.yaml", policy)
                .file("c/a.yaml", format!("{OVERLAY}{more}"));
            run.command.args(args).arg(scope);
            run.ended()
        };
        let ended = run(&[]);
        assert_eq!(ended.code, Some(2), "{more}: {}", ended.stdout);
        assert!(ended.stderr.contains("this states otherwise than the embedded catalog"), "{more}: {}", ended.stderr);
        assert!(ended.stderr.contains("--trust-catalog"), "{}", ended.stderr);
        for trusted in ["c", "./c/a.yaml"] {
            let ended = run(&["--trust-catalog", trusted]);
            assert!(ended.code < Some(2), "{more}: {}", ended.stderr);
            assert_eq!(notices(&ended), ["catalog-redefined c/a.yaml"], "{more}");
        }
        assert_eq!(run(&["--trust-catalog", "d"]).code, Some(2), "{more}");
    }
    // A service by another name of a known one.
    let file = OVERLAY.replace("service: ZohoBooks", "service: ZohoDesk");
    let ended = zscope(&["check", "openid", "--catalog", "a.yaml"]).file("a.yaml", file).ended();
    assert!(ended.code == Some(2) && ended.stderr.contains("another name of `Desk`"), "{}", ended.stderr);
}

/// Comments accept what the policy lets them, and what it forbids never.
#[test]
fn comments_accept_what_the_policy_permits() {
    let deny = "version: 1\ndefault: deny\ndeny: ['**']\n";
    let allow = "version: 1\ndefault: allow\n";
    let all = "# zscope: ignore[denied,full-access,not-allowed,sensitive-access,all-operations,group-access] x";
    for (policy, comment, code) in [
        (deny.to_owned(), all, 1),
        (DENY.to_owned(), all, 1),
        (format!("{deny}comments: allowed\n"), all, 1),
        (format!("{allow}comments: allowed\n"), all, 0),
        (allow.to_owned(), all, 0),
        (format!("{allow}comments: off\n"), all, 1),
        (format!("{allow}comments: []\n"), all, 1),
        (format!("{allow}comments: [ZS201, sensitive-access]\n"), all, 0),
        (format!("{allow}comments: [all-operations]\n"), all, 1),
        (format!("{allow}comments: [denied]\n"), all, 2),
        (format!("{allow}comments: [secret-in-source]\n"), all, 2),
        (format!("{allow}comments: maybe\n"), all, 2),
    ] {
        let ended =
            scan(&["a.py"]).file("zscope.yaml", &policy).file("a.py", format!("{} {comment}\n", BAD.trim())).ended();
        assert_eq!(ended.code, Some(code), "{policy}: {} {}", ended.stdout, ended.stderr);
        if code == 1 {
            assert!(ended.stdout.contains("lets no comment accept findings of `"), "{policy}: {}", ended.stdout);
        }
    }
    // What a policy extends says it too, and the nearer file wins.
    let ended = scan(&["a.py"])
        .file("zscope.yaml", "version: 1\ndefault: allow\nextends: [base.yaml]\n")
        .file("base.yaml", "version: 1\ncomments: off\n")
        .file("a.py", format!("{} {all}\n", BAD.trim()))
        .ended();
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    let token = "1000.8cb99d3f5a0e47c2b16d9e8f7a205c41.4f1a7c9e2b8d6053c7e9a1f4b2d80657";
    let text = format!("S='ZohoBooks.invoices.READ'\nT='{token}' # zscope: ignore[secret-in-source] a test's\n");
    let ended = scan(&["a.py"]).file("a.py", text).ended();
    assert!(ended.stdout.contains("\"secret-in-source\""), "{}", ended.stdout);
    assert!(json(&ended)["waived"].as_array().unwrap().is_empty());
}

/// What git tracks is scanned, whatever a file of the tree says.
#[test]
fn no_file_of_the_tree_hides_what_git_tracks() {
    for ignore in [".ignore", ".gitignore", ".rgignore", "sub/.gitignore", ".git/info/exclude"] {
        let ended = scan(&[])
            .repository()
            .file("zscope.yaml", DENY)
            .file("a.py", BAD)
            .file("sub/b.py", BAD)
            .file(ignore, "*.py\n*\n")
            .commit()
            .ended();
        assert_eq!((ended.code, paths(&ended)), (Some(1), vec!["a.py".to_owned(), "sub/b.py".to_owned()]), "{ignore}");
    }
    // Untracked files that an ignore rule of git names are the user's own, and counted.
    let ended = scan(&[])
        .repository()
        .file("a.py", BAD)
        .file(".ignore", "b.py\n")
        .commit()
        .file(".gitignore", "c.py\nd/\n")
        .file("b.py", BAD)
        .file("c.py", BAD)
        .file("d/e.py", BAD)
        .ended();
    assert_eq!(paths(&ended), ["a.py", "b.py"]);
    assert_eq!(json(&ended)["files"]["skipped"]["ignored"], 2, "{}", ended.stdout);
    // Without git, nobody knows what is tracked: nothing is hidden. Where git fails, neither.
    for broken in [false, true] {
        let run = scan(&[]).file("a.py", BAD).file(".ignore", "*\n").file(".gitignore", "*\n").file(".x/b.py", BAD);
        let run = if broken { run.file(".git/HEAD", "nothing\n") } else { run };
        let ended = { run }.ended();
        assert_eq!(paths(&ended), [".x/b.py", "a.py"]);
        assert_eq!(notices(&ended).len(), usize::from(broken), "{}", ended.stdout);
    }
}

/// Dot files that git tracks, and the templates of environments, are sources as any other.
#[test]
fn dot_files_are_scanned() {
    let files = [".env.example", ".github/workflows/ci.yml", ".config/x/y.json"];
    let made = |run: Run| files.iter().fold(run, |run, file| run.file(file, "SCOPE: 'ZohoBooks.fullaccess.all'\n"));
    for run in [made(scan(&[]).repository()).commit(), made(scan(&[]).repository()), made(scan(&[]))] {
        let ended = { run }.ended();
        assert_eq!((ended.code, paths(&ended).len()), (Some(1), 3), "{}", ended.stdout);
    }
}

/// Repositories within the repository are looked into; what is not checked out is told.
#[test]
fn submodules_and_nested_repositories_are_scanned() {
    let inner = zscope(&[]).repository().file("in.py", BAD).commit();
    let address = inner.path().to_str().unwrap();
    let run = scan(&[]).repository().file("zscope.yaml", DENY);
    run.git(&["submodule", "--quiet", "add", address, "sub"]);
    let mut run = run.commit().file("nested/.ignore", "*").file("nested/n.py", BAD);
    let nested = run.path().join("nested");
    assert!(Command::new("git").args(["init", "-q"]).current_dir(&nested).status().unwrap().success());
    let ended = run.ended();
    assert_eq!(paths(&ended), ["nested/n.py", "sub/in.py"], "{}", ended.stdout);
    // The change moves the submodule, or somebody edits in it.
    fs::write(run.path().join("sub/in.py"), "S='ZohoBooks.invoices.READ' # edited\n").unwrap();
    let mut run = run.again(&["scan", "--since", "HEAD", "--format", "json"]);
    let ended = run.ended();
    assert_eq!(paths(&ended), ["nested/n.py", "sub/in.py"], "{} {}", ended.stdout, ended.stderr);
    fs::remove_dir_all(run.path().join("sub")).unwrap();
    fs::create_dir(run.path().join("sub")).unwrap();
    let mut run = run.again(&["scan", "--format", "json", "--strict", "--policy", "builtin:least-privilege"]);
    let ended = run.ended();
    assert_eq!(ended.code, Some(3), "{}", ended.stdout);
    assert_eq!(json(&ended)["files"]["skipped"]["submodule"], 1, "{}", ended.stdout);
}

/// Nothing that a repository configures is run, whatever git is asked.
#[test]
fn nothing_of_the_repository_is_run() {
    for args in [
        &["scan", "--since", "HEAD"][..],
        &["scan"],
        &["scan", "--policy-from", "HEAD"],
        &["check", "openid", "--policy-from", "HEAD"],
    ] {
        let run = zscope(args)
            .repository()
            .file("a.py", "x")
            .file(".gitattributes", "* filter=x diff=x\n")
            .file("zscope.yaml", "version: 1\ndefault: allow\n")
            .commit();
        let pwned = run.path().join("PWNED");
        let touch = format!("touch {}; cat", pwned.display());
        for key in [
            "filter.x.clean",
            "filter.x.smudge",
            "filter.x.process",
            "diff.x.textconv",
            "diff.x.command",
            "diff.external",
            "core.fsmonitor",
            "core.pager",
            "core.sshCommand",
            "core.editor",
            "filter.a.b.clean",
        ] {
            run.git(&["config", key, &touch]);
        }
        run.git(&["config", "filter.x.required", "true"]);
        let hook = run.path().join(".git/hooks/post-index-change");
        fs::create_dir_all(hook.parent().unwrap()).unwrap();
        fs::write(&hook, format!("#!/bin/sh\n{touch}\n")).unwrap();
        let _ = Command::new("chmod").arg("+x").arg(&hook).status();
        let mut run = run.file("a.py", BAD).file("new.py", BAD);
        let ended = run.ended();
        assert!(!pwned.exists(), "{args:?}");
        assert!(ended.code < Some(2), "{args:?}: {}", ended.stderr);
        if args[0] == "scan" {
            assert!(ended.stdout.contains("a.py") && ended.stdout.contains("new.py"), "{args:?}: {}", ended.stdout);
        }
    }
}

/// What `--since` compares with is one commit, and what it cannot know it says.
#[test]
fn since_is_exact_or_says_why_not() {
    let base = || scan(&[]).repository().file("old.py", BAD).file("same.py", BAD).file("d/x.py", BAD).commit();
    let since = |run: Run, args: &[&str]| {
        let mut run = run.again(&["scan", "--format", "json"]);
        run.command.args(args);
        run.ended()
    };
    // A renamed file is judged by its new name; one that was only touched is not.
    let run = base();
    run.git(&["mv", "old.py", "new.py"]);
    Command::new("touch").args(["-d", "2001-01-01"]).arg(run.path().join("same.py")).status().unwrap();
    assert_eq!(paths(&since(run, &["--since", "HEAD"])), ["new.py"]);
    // A merge is compared with the revision, not with one of its sides.
    let run = base();
    run.git(&["checkout", "-qb", "side"]);
    let run = run.file("side.py", BAD).commit();
    run.git(&["checkout", "-q", "main"]);
    let run = run.file("main.py", BAD).commit();
    run.git(&["merge", "-q", "--no-ff", "-m", "m", "side"]);
    assert_eq!(paths(&since(run, &["--since", "HEAD^1"])), ["side.py"]);
    // Only under the paths that are named.
    let run = base().file("d/x.py", "S='Desk.tickets.ALL'").file("e.py", BAD);
    assert_eq!(paths(&since(run, &["d", "--since", "HEAD"])), ["d/x.py"]);
    for (revision, reason) in [
        ("HEAD..main", "is a range of revisions"),
        ("nothing", "git knows no commit `nothing`"),
        ("", "is no git revision"),
        ("HEAD:old.py", "git knows no commit"),
    ] {
        let ended = since(base(), &[&format!("--since={revision}")]);
        assert_eq!(ended.code, Some(2), "{revision}");
        assert!(ended.stderr.contains(reason), "{revision}: {}", ended.stderr);
    }
    // A name that means two things: git would take one without asking.
    let run = base();
    run.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    run.git(&["tag", "origin/main"]);
    let ended = since(run, &["--since=origin/main"]);
    assert!(ended.code == Some(2) && ended.stderr.contains("names 2 things"), "{}", ended.stderr);
    // A shallow clone says what it lacks.
    let whole = base().file("more.py", "").commit();
    let run = scan(&[]);
    let address = format!("file://{}", whole.path().display());
    run.git(&["clone", "-q", "--depth", "1", &address, "."]);
    let ended = since(run, &["--since=HEAD^"]);
    assert!(ended.code == Some(2) && ended.stderr.contains("the clone is shallow"), "{}", ended.stderr);
    let ended = scan(&["--since", "HEAD"]).file("a.py", BAD).ended();
    assert!(ended.code == Some(2) && ended.stderr.contains("is in no git repository"), "{}", ended.stderr);
}

/// The counts of files stand in every format, and a strict run ends with 3 where one was left unread.
#[test]
fn what_was_skipped_is_counted_everywhere() {
    let outside = tempfile::tempdir().unwrap();
    let tree = |args: &[&str]| {
        let mut run = zscope(&["scan", "--max-filesize", "1K"])
            .file("a.py", "S='ZohoBooks.invoices.READ'\n")
            .file("big.py", " ".repeat(2000));
        fifo(&run, "pipe");
        symlink(outside.path(), run.path().join("link")).unwrap();
        symlink("a.py", run.path().join("inner")).unwrap();
        run.command.args(args);
        run.ended()
    };
    for format in ["text", "table", "json", "ndjson", "csv", "sarif", "junit", "github", "gitlab", "markdown", "html"] {
        let ended = tree(&["--format", format]);
        assert_eq!(ended.code, Some(0), "{format}: {}", ended.stderr);
        let words = ["too-large", "special", "link"];
        assert!(words.iter().all(|word| ended.stdout.contains(word)), "{format}: {}", ended.stdout);
    }
    let ended = tree(&["--strict", "--format", "json"]);
    assert_eq!(ended.code, Some(3), "{}", ended.stdout);
    assert_eq!(
        json(&ended)["files"].to_string(),
        r#"{"binary":0,"scanned":1,"skipped":{"link":1,"special":1,"too-large":1}}"#
    );
    let ended = scan(&["--strict"]).file("a.py", "S='ZohoBooks.invoices.READ'\n").ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
}

/// What is in an archive was not looked at, and that is told; what stands in one as it is counts all the same.
#[test]
fn archives_are_counted() {
    let heads: [(&str, &[u8]); 8] = [
        ("a.zip", b"PK\x03\x04\0\0"),
        ("a.jar", b"PK\x03\x04\x14\0"),
        ("a.tgz", b"\x1f\x8b\x08\0\0"),
        ("a.bz2", b"BZh91AY&SY"),
        ("a.xz", b"\xfd7zXZ\0\0"),
        ("a.zst", b"\x28\xb5\x2f\xfd\0"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c\0"),
        ("no-ending", b"Rar!\x1a\x07\0"),
    ];
    for (name, head) in heads {
        let ended = scan(&[]).file(name, head).ended();
        assert_eq!(ended.code, Some(0), "{name}: {}", ended.stderr);
        assert_eq!(json(&ended)["files"]["skipped"].to_string(), r#"{"archive":1}"#, "{name}");
        let ended = scan(&["--strict"]).file(name, head).ended();
        assert_eq!(ended.code, Some(3), "{name}");
        // Nobody hides a source by the way in which it begins.
        let ended = scan(&[]).file(name, [head, b"\n", BAD.as_bytes()].concat()).ended();
        assert_eq!((ended.code, paths(&ended)), (Some(1), vec![name.to_owned()]), "{name}");
    }
    // Files that are named like one, and a `tar`, which holds its files as they are, are searched.
    let ended = scan(&["--strict"]).file("a.zip", BAD).file("b.tar", [&[0; 600], BAD.as_bytes()].concat()).ended();
    assert_eq!((ended.code, paths(&ended).len()), (Some(1), 2), "{}", ended.stdout);
}

/// An ignore rule that the change makes or alters, and that hides something, is told.
#[test]
fn ignore_rules_of_a_change_are_told() {
    let edits: [(&str, Edit, &[&str]); 4] = [
        ("a new rule", |run| run.file(".gitignore", "b.py\n"), &["ignore-rules-changed .gitignore"]),
        ("a rule below", |run| run.file("in/.gitignore", "*.py\n"), &["ignore-rules-changed in/.gitignore"]),
        ("a rule that was there", |run| run.file("in/c.log", ""), &[]),
        (
            "a file that git tracked before",
            |run| {
                run.git(&["rm", "-q", "--cached", "a.py"]);
                run.file(".gitignore", "a.py\n")
            },
            &["ignore-rules-changed .gitignore"],
        ),
    ];
    for (what, edit, told) in edits {
        let run = scan(&[]).repository().file("zscope.yaml", DENY).file("a.py", "").file("in/.gitignore", "*.log\n");
        let run = edit(run.commit().file("b.py", BAD).file("in/d.py", ""));
        let ended = run.again(&["scan", "--format", "json", "--policy-from", "HEAD"]).ended();
        assert_eq!(notices(&ended), told, "{what}: {}", ended.stdout);
    }
}

/// The lock against which a change is held is that of its base.
#[test]
fn a_lock_is_that_of_the_base() {
    let token = r#"{"app":"x","scope":"ZohoBooks.invoices.READ"}"#;
    let mut first = zscope(&["audit", "t.json", "--lock"]).repository().file("t.json", token);
    assert_eq!(first.ended().code, Some(0));
    let wide = r#"{"app":"x","scope":"ZohoBooks.invoices.ALL"}"#;
    let mut second = first.commit().file("t.json", wide).again(&["audit", "t.json", "--lock"]);
    assert_eq!(second.ended().code, Some(0));
    let check = ["audit", "t.json", "--check-lock", "--format", "json"];
    let mut own = second.again(&check);
    assert_eq!(own.ended().code, Some(0), "by its own lock the change is fine");
    let from_base = [&check[..], &["--policy-from", "HEAD", "--policy", "builtin:least-privilege"]].concat();
    let mut from_base = own.again(&from_base);
    let ended = from_base.ended();
    assert_eq!(ended.code, Some(1), "{} {}", ended.stdout, ended.stderr);
    assert_eq!(notices(&ended), ["policy-changed zscope.lock"]);
    fs::remove_file(from_base.path().join("zscope.lock")).unwrap();
    assert_eq!(from_base.ended().code, Some(1), "nor does it help to take it away");
}

/// A link that leads out of the tree is not followed, however it comes into the list of files.
#[test]
fn named_links_stay_in_the_tree() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.py"), BAD).unwrap();
    for name in ["file.py", "folder", "folder/secret.py"] {
        for by_list in [false, true] {
            let mut run = if by_list { scan(&["--files-from", "-"]).stdin(format!("{name}\n")) } else { scan(&[name]) };
            symlink(outside.path().join("secret.py"), run.path().join("file.py")).unwrap();
            symlink(outside.path(), run.path().join("folder")).unwrap();
            let ended = run.ended();
            assert_eq!((ended.code, paths(&ended)), (Some(3), vec![]), "{name}");
            assert!(ended.stdout.contains("a link that leads out of the tree"), "{name}: {}", ended.stdout);
        }
    }
}

/// Where a policy lies nearer than that of the repository, every run says so.
#[test]
fn a_nearer_policy_is_told() {
    let loose = "version: 1\ndefault: allow\nrules: {full-access: off}\n";
    for format in ["json", "text", "csv", "sarif", "junit", "github", "gitlab", "markdown", "html", "ndjson", "table"] {
        let mut run = zscope(&["check", "ZohoBooks.fullaccess.all", "--format", format])
            .repository()
            .file("zscope.yaml", DENY)
            .file("a/zscope.yaml", loose)
            .file("a/b/x", "");
        let inner = run.path().join("a/b");
        let ended = run.command.current_dir(inner).output().unwrap();
        let said = String::from_utf8_lossy(&ended.stdout);
        assert!(said.contains("a nearer policy takes the place of"), "{format}: {said}");
    }
    let mut run = zscope(&["check", "openid", "--format", "json"]).repository().file("a/zscope.yaml", loose);
    let inner = run.path().join("a");
    run.command.current_dir(inner);
    assert_eq!(notices(&run.ended()), ["nearer-policy zscope.yaml"]);
    let ended = zscope(&["check", "openid", "--format", "json"]).repository().file("zscope.yaml", loose).ended();
    assert!(notices(&ended).is_empty());
}

/// A word before `=` that is no format is a slip, never a part of a path.
#[test]
fn an_unknown_format_is_told() {
    for (target, told) in [
        ("sarf=x", "there is no format `sarf`: did you mean `sarif`?"),
        ("JSON=x", "did you mean `json`?"),
        ("pdf=x", "there is no format `pdf`: the formats are text, concise, table"),
    ] {
        let ended = zscope(&["check", "openid", "--output", target]).ended();
        assert_eq!(ended.code, Some(2), "{target}");
        assert!(ended.stderr.contains(told), "{target}: {}", ended.stderr);
    }
    let mut run = zscope(&["check", "openid", "--output", "./a=b.json", "--output", "json=c=d"]);
    assert_eq!(run.ended().code, Some(0));
    assert!(run.path().join("a=b.json").exists() && run.path().join("c=d").exists());
}

/// What a change does to the files by which it is judged does not count, and is told.
#[test]
fn a_change_is_judged_by_what_stood_before_it() {
    let base = || {
        zscope(&[])
            .repository()
            .file("zscope.yaml", "version: 1\ndefault: deny\nextends: [conf/base.yaml]\ncatalog: conf/own\n")
            .file("conf/base.yaml", "version: 1\nallow: ['ZohoBooks.invoices.READ']\n")
            .file(
                "conf/own/own.yaml",
                "service: ZohoOwn\nproduct: x\ncategory: x\nsources: { s: { kind: own, where: x, seen: 2026-11 } }\n",
            )
            .file("known.json", "{ \"version\": 1, \"findings\": [] }\n")
            .file("a.py", "S='ZohoBooks.invoices.READ'\n")
            .commit()
    };
    let scanned = |run: Run, args: &[&str]| {
        let mut run = run.again(&["scan", "--format", "json", "--policy-from", "HEAD", "--baseline", "known.json"]);
        run.command.args(args);
        run.ended()
    };
    let ended = scanned(base(), &[]);
    assert_eq!((ended.code, notices(&ended)), (Some(0), vec![]), "{} {}", ended.stdout, ended.stderr);
    let loose = "version: 1\ndefault: allow\nrules: {full-access: off}\n";
    let edits: [(&str, Edit, &[&str]); 8] = [
        ("the policy", |run| run.file("zscope.yaml", "version: 1\ndefault: allow\n"), &["policy-changed zscope.yaml"]),
        (
            "what it extends",
            |run| run.file("conf/base.yaml", "version: 1\nallow: ['**']\n"),
            &["policy-changed conf/base.yaml"],
        ),
        ("an overlay", |run| run.file("conf/own/own.yaml", OVERLAY), &["policy-changed conf/own/own.yaml"]),
        ("another overlay", |run| run.file("conf/own/more.yaml", OVERLAY), &["policy-changed conf/own/more.yaml"]),
        (
            "the policy goes",
            |run| {
                fs::remove_file(run.path().join("zscope.yaml")).unwrap();
                run
            },
            &["policy-changed zscope.yaml"],
        ),
        (
            "a second policy",
            |run| run.file(".zscope.yaml", "version: 1\ndefault: allow\n"),
            &["policy-changed .zscope.yaml"],
        ),
        (
            "a link in its place",
            |run| {
                fs::remove_file(run.path().join("zscope.yaml")).unwrap();
                symlink("loose.yaml", run.path().join("zscope.yaml")).unwrap();
                run
            },
            &["policy-changed zscope.yaml"],
        ),
        (
            "the baseline",
            |run| run.file("known.json", "{ \"version\": 1, \"findings\": [ ] }\n"),
            &["policy-changed known.json"],
        ),
    ];
    for (what, edit, told) in edits {
        let run = edit(base().file("a.py", BAD).file("loose.yaml", loose));
        let ended = scanned(run, &[]);
        assert_eq!(ended.code, Some(1), "{what}: {} {}", ended.stdout, ended.stderr);
        assert_eq!(notices(&ended), told, "{what}");
    }
    // A policy that only the change has counts for nothing.
    let run = base().file("b.yaml", loose).file("a.py", BAD);
    let mut run = run.again(&["scan", "--policy-from", "HEAD", "--policy", "b.yaml"]);
    let ended = run.ended();
    assert!(ended.code == Some(2) && ended.stderr.contains("does not exist at `HEAD`"), "{}", ended.stderr);
    let mut run = run.file("in/zscope.yaml", loose).file("in/a.py", BAD).again(&[
        "scan",
        "--format",
        "json",
        "--policy-from",
        "HEAD",
    ]);
    let inner = run.path().join("in");
    run.command.current_dir(inner);
    let ended = run.ended();
    assert_eq!(ended.code, Some(1), "{} {}", ended.stdout, ended.stderr);
    assert_eq!(notices(&ended)[0], "policy-changed zscope.yaml", "{}", ended.stdout);
    // A revision that is none, and a folder that is no repository.
    let mut run = base().again(&["scan", "--policy-from", "nothing"]);
    assert_eq!(run.ended().code, Some(2));
    assert_eq!(zscope(&["check", "openid", "--policy-from", "HEAD"]).ended().code, Some(2));
}

/// What somebody pastes in the wrong place is not repeated.
#[test]
fn complaints_about_arguments_repeat_no_secret() {
    let token = "1000.8cb99d3f5a0e47c2b16d9e8f7a205c41.4f1a7c9e2b8d6053c7e9a1f4b2d80657";
    let secret = "8cb99d3f5a0e47c2b16d9e8f7a205c419b03e5d7c1";
    for value in [token, secret] {
        for args in [
            &["explain", value][..],
            &[value],
            &["check", "--as-of", value],
            &["check", "openid", &format!("--{value}")],
            &["check", "openid", "--format", value],
            &["check", "openid", "--output", &format!("{}=x", value.replace('.', ""))],
            &["scan", "--max-filesize", value],
            &["catalog", value],
            &["init", "ci", value],
            &["init", "ci", "github", "--from", &format!("https://x:{value}@example.com/ a")],
            &["audit", "--fail-on", value],
        ] {
            let ended = zscope(args).ended();
            assert_eq!(ended.code, Some(2), "{args:?}");
            let said = ended.stdout + &ended.stderr;
            assert!(!said.contains(&value[5..30]), "{args:?}: {said}");
        }
    }
    let ended = zscope(&["check", "--no-such-option-anywhere-in-this-program-at-all"]).ended();
    assert!(ended.stderr.contains("--no-such-option-anywhere-in-this-program-at-all"), "{}", ended.stderr);
}
