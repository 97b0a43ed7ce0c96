//! The author of a change: whoever writes the tree tries to get full access past a deny-by-default policy, in CI, with the
//! job that `zscope init ci github` prints. None of the ways passes, and each answer says what was tried.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::run::{Run, zscope};

const POLICY: &str = "version: 1\ndefault: deny\nextends: [conf/base.yaml]\ncatalog: conf/catalog\n\
                      allow: ['ZohoBooks.{invoices,contacts}.{CREATE,READ}']\n\
                      apps:\n  sync: { paths: [sync/**], allow: [ZohoBooks.settings.READ] }\n";
const LOOSE: &str = "version: 1\ndefault: allow\nrules: { full-access: off, denied: off, not-allowed: off }\n";
const BAD: &str = "SCOPE = 'ZohoBooks.fullaccess.all'\n";
const OWN: &str = "product: Own\ncategory: own\nsources: { s: { kind: own, where: x, seen: 2026-11 } }\n";
const WAIVER: &str = "reason: r, owner: o, expires: 2099-01-01 }\n";

/// What the change does beyond writing files.
type Act = fn(&Path);

/// A way: what it is called, the files it writes, what else it does, and a word that the answer has to hold.
struct Way(&'static str, Vec<(&'static str, Vec<u8>)>, Option<Act>, &'static str);

fn remove(root: &Path, name: &str) {
    fs::remove_file(root.join(name)).unwrap();
}

fn link(root: &Path, to: &str, name: &str) {
    let _ = fs::remove_file(root.join(name));
    symlink(to, root.join(name)).unwrap();
}

fn base() -> Run {
    zscope(&[])
        .repository()
        .file("zscope.yaml", POLICY)
        .file("conf/base.yaml", "version: 1\nallow: [openid]\n")
        .file("conf/catalog/own.yaml", format!("service: ZohoOwn\n{OWN}"))
        .file("loose.yaml", LOOSE)
        .file("src/app.py", "SCOPE = 'ZohoBooks.invoices.READ'\n")
        .file("sync/app.py", "SCOPE = 'ZohoBooks.settings.READ'\n")
        .commit()
}

/// The command of the job that judges, and its variables for a pull request with this base.
fn job(commit: &str) -> (String, String) {
    let printed = zscope(&["init", "ci", "github", "--sha256", &"0".repeat(64)]).ended().stdout;
    let job: Value = serde_yaml::from_str(&printed).unwrap();
    let steps = job["jobs"]["zscope"]["steps"].as_array().unwrap();
    assert_eq!(steps[0]["with"]["fetch-depth"], 0, "the base has to be there");
    let judges = steps.iter().find(|step| step["run"].as_str().is_some_and(|run| run.contains("zscope scan"))).unwrap();
    let base = judges["env"]["BASE"].as_str().unwrap();
    assert_eq!(base, "${{ github.event.pull_request.base.sha }}");
    (judges["run"].as_str().unwrap().to_owned(), commit.to_owned())
}

/// Runs the job's command over a tree; its exit code and everything that it said.
pub(crate) fn judged(tree: &Path, commit: &str) -> (Option<i32>, String) {
    let temp = tempfile::tempdir().unwrap();
    let (script, base) = job(commit);
    fs::create_dir_all(temp.path().join("zscope/bin")).unwrap();
    symlink(env!("CARGO_BIN_EXE_zscope"), temp.path().join("zscope/bin/zscope")).unwrap();
    let mut command = Command::new("bash");
    command.args(["-e", "-c", &script]).current_dir(tree).env_clear();
    command.env("PATH", "/usr/bin:/bin").env("RUNNER_TEMP", temp.path()).env("BASE", base);
    command.env("CI_SECRET", "hunter2hunter2");
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), said)
}

fn file(name: &'static str, content: impl AsRef<[u8]>) -> (&'static str, Vec<u8>) {
    (name, content.as_ref().to_vec())
}

fn bad() -> (&'static str, Vec<u8>) {
    file("src/app.py", BAD)
}

fn utf16(text: &str) -> Vec<u8> {
    [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

/// Files of the change by themselves: a place, a notation, a comment.
fn plain(name: &'static str, path: &'static str, content: impl AsRef<[u8]>) -> Way {
    Way(name, vec![file(path, content)], None, path)
}

fn ways() -> Vec<Way> {
    let by = |name, path, content: &str| Way(name, vec![bad(), file(path, content)], None, path);
    let act = |name, act: Act, word| Way(name, vec![bad()], Some(act), word);
    let policy = |more: &str| format!("{POLICY}{more}");
    let meaning = "operations: [ { operation: fullaccess, means: [READ], status: documented, source: s } ]\n";
    let all = "[denied, not-allowed, full-access, sensitive-access, group-access, all-operations, unknown-scope]";
    let ignore = |rules: &str| format!("SCOPE = 'ZohoBooks.fullaccess.all' # zscope: ignore{rules} needed\n");
    vec![
        // What judges.
        by("the policy lets everything pass", "zscope.yaml", LOOSE),
        by("an entry allows everything", "zscope.yaml", "version: 1\nallow: ['**']\n"),
        by("an entry names full access", "zscope.yaml", "version: 1\nallow: [ZohoBooks.fullaccess.all]\n"),
        by("the default is turned", "zscope.yaml", "version: 1\ndefault: allow\n"),
        by(
            "a pack in the policy's place",
            "zscope.yaml",
            "version: 1\ndefault: allow\nextends: [builtin:least-privilege]\nrules: { full-access: off }\n",
        ),
        by(
            "rules are silenced",
            "zscope.yaml",
            &policy("rules: { denied: off, not-allowed: off, full-access: off }\n"),
        ),
        by(
            "an app of one's own",
            "zscope.yaml",
            &policy("  mine: { paths: ['**'], allow: ['**'], rules: { full-access: off } }\n"),
        ),
        by(
            "an app's paths grow",
            "zscope.yaml",
            &POLICY.replace("sync/**", "**").replace("ZohoBooks.settings.READ", "'**'"),
        ),
        by(
            "a waiver",
            "zscope.yaml",
            &policy(&format!("waivers:\n  - {{ id: W-1, scopes: [ZohoBooks.fullaccess.all], rules: {all}, {WAIVER}")),
        ),
        by(
            "a waiver of everything",
            "zscope.yaml",
            &policy(&format!("waivers:\n  - {{ id: W-1, scopes: ['**'], rules: {all}, {WAIVER}")),
        ),
        by("data classes are taken away", "zscope.yaml", &policy("data: { ZohoBooks.**: [] }\nallow: ['**']\n")),
        by("what the policy extends", "conf/base.yaml", "version: 1\nallow: ['**']\nrules: { full-access: off }\n"),
        by("a second policy beside it", ".zscope.yaml", LOOSE),
        by("a broken policy", "zscope.yaml", "version: [\n"),
        by("an empty policy", "zscope.yaml", ""),
        by("a policy of another version", "zscope.yaml", "version: 99\n"),
        by(
            "a policy that reads the runner",
            "zscope.yaml",
            "version: 1\nextends: [../../../../../../../../proc/self/environ]\n",
        ),
        by("an overlay's meanings", "conf/catalog/own.yaml", &format!("service: ZohoBooks\n{OWN}{meaning}")),
        by("an overlay more", "conf/catalog/more.yaml", &format!("service: ZohoBooks\n{OWN}{meaning}")),
        by(
            "an overlay's other names",
            "conf/catalog/own.yaml",
            &format!("service: ZohoOwn\n{OWN}aliases: [ZohoBooks]\n"),
        ),
        act("the policy goes", |root| remove(root, "zscope.yaml"), "zscope.yaml"),
        act("what it extends goes", |root| remove(root, "conf/base.yaml"), "conf/base.yaml"),
        act("an overlay goes", |root| remove(root, "conf/catalog/own.yaml"), "conf/catalog/own.yaml"),
        act("a link in the policy's place", |root| link(root, "loose.yaml", "zscope.yaml"), "zscope.yaml"),
        act("a link to nowhere", |root| link(root, "nowhere", "zscope.yaml"), "zscope.yaml"),
        act("a link to a device", |root| link(root, "/dev/null", "zscope.yaml"), "zscope.yaml"),
        act("a link to the runner", |root| link(root, "/proc/self/environ", "conf/base.yaml"), "conf/base.yaml"),
        act(
            "a folder in the policy's place",
            |root| {
                remove(root, "zscope.yaml");
                fs::create_dir(root.join("zscope.yaml")).unwrap();
                fs::write(root.join("zscope.yaml/x"), "").unwrap();
            },
            "zscope.yaml",
        ),
        act(
            "the folder of policies is swapped",
            |root| {
                fs::rename(root.join("conf"), root.join("old")).unwrap();
                fs::create_dir(root.join("new")).unwrap();
                fs::write(root.join("new/base.yaml"), "version: 1\nallow: ['**']\n").unwrap();
                link(root, "new", "conf");
            },
            "conf/base.yaml",
        ),
        by("a nearer policy", "src/zscope.yaml", LOOSE).saying("src/app.py"),
        by("a baseline that nobody asked for", "zscope-baseline.json", "{ \"version\": 1, \"findings\": [] }\n")
            .saying("src/app.py"),
        by("a tag of the base's name", "src/x", "")
            .doing(|root| {
                let _ = Command::new("git").args(["tag", "base"]).current_dir(root).status();
            })
            .saying("src/app.py"),
        // What is scanned.
        by("an ignore rule of git", ".gitignore", "*\n").saying("src/app.py"),
        by("an ignore rule of ripgrep", ".ignore", "src/\n").saying("src/app.py"),
        by("another of ripgrep", ".rgignore", "*.py\n").saying("src/app.py"),
        by("an ignore rule beside the file", "src/.gitignore", "app.py\n").saying("src/app.py"),
        by("an ignore rule of our own name", ".zscopeignore", "*\n").saying("src/app.py"),
        by("attributes", ".gitattributes", "* binary -diff export-ignore linguist-generated filter=x\n")
            .saying("src/app.py"),
        plain("a dot file", ".env.example", "SCOPE=ZohoBooks.fullaccess.all\n"),
        plain("a dot folder", ".config/app/oauth.json", "{\"scope\": \"ZohoBooks.fullaccess.all\"}"),
        plain("a workflow", ".github/workflows/x.yml", "env:\n  ZOHO_SCOPE: ZohoBooks.fullaccess.all\n"),
        plain("a folder of dependencies", "node_modules/a/index.js", "const scope = 'ZohoBooks.fullaccess.all';\n"),
        plain("a built file", "dist/app.min.js", "var a=1,scope='ZohoBooks.fullaccess.all',b=2;"),
        plain("a deep folder", "a/b/c/d/e/f/g/h/i/j/k/l/m/n.py", BAD),
        plain("an odd name", "src/a b'c$(x)%0A.py", BAD).saying("src/a b'c"),
        plain("a name that begins with a dash", "-x.py", BAD),
        plain("no ending", "Dockerfile", "ENV ZOHO_SCOPE=ZohoBooks.fullaccess.all\n"),
        plain("the ending of a picture", "logo.png", BAD),
        plain("another encoding", "src/wide.py", utf16(BAD)),
        plain("a byte order mark", "src/bom.py", format!("\u{feff}{BAD}")),
        plain("old ends of lines", "src/mac.py", "x = 1\rSCOPE = 'ZohoBooks.fullaccess.all'\r"),
        plain("a large file", "src/large.py", format!("{}\n{BAD}", "# padding that goes on\n".repeat(420_000))),
        act(
            "a renamed file",
            |root| fs::rename(root.join("src/app.py"), root.join("src/other.py")).unwrap(),
            "src/other.py",
        ),
        act(
            "a file in another app's folder",
            |root| fs::rename(root.join("src/app.py"), root.join("sync/wide.py")).unwrap(),
            "sync/wide.py",
        ),
        // Comments.
        plain("a comment accepts what is not allowed", "src/c1.py", ignore(all)),
        plain("a comment by code", "src/c2.py", ignore("[ZS301, ZS302, ZS201]")),
        plain("a comment for everything", "src/c3.py", ignore("[*]")),
        plain("a comment for nothing in particular", "src/c4.py", ignore("")),
        plain("a comment above", "src/c5.py", format!("# zscope: ignore{all} needed\n{BAD}")),
        plain(
            "a comment in a page",
            "src/c6.html",
            format!("<!-- zscope: ignore{all} needed -->\n<a scope=\"ZohoBooks.fullaccess.all\">\n"),
        ),
        // How it is written.
        plain("another case", "src/w1.py", "SCOPE = 'ZOHOBOOKS.FULLACCESS.ALL'\n"),
        plain("all letters small", "src/w2.env", "ZOHO_SCOPE=zohobooks.fullaccess.all\n"),
        plain("among allowed ones", "src/w3.py", "SCOPES = ['ZohoBooks.invoices.READ', 'ZohoBooks.fullaccess.all']\n"),
        plain(
            "in a consent URL",
            "src/w4.md",
            "https://accounts.zoho.com/oauth/v2/auth?scope=ZohoBooks.fullaccess.all&response_type=code\n",
        ),
        plain(
            "percent signs",
            "src/w5.md",
            "https://accounts.zoho.com/oauth/v2/auth?scope=ZohoBooks%2Efullaccess%2Eall&response_type=code\n",
        ),
        plain("letters by number", "src/w6.js", "const scope = 'ZohoBooks\\u002efullaccess\\u002eall';\n"),
        plain("by every operation", "src/w7.py", "SCOPE = 'ZohoBooks.invoices.ALL'\n"),
        plain("by a word that deletes", "src/w8.py", "SCOPE = 'ZohoBooks.contacts.WRITE'\n"),
        plain("a service that nobody knows", "src/w9.py", "SCOPE = 'ZohoNewThing.fullaccess.all'\n"),
        plain("another service", "src/w10.py", "SCOPE = 'ZohoCRM.modules.ALL'\n"),
        plain("in pieces of a shell", "src/w11.sh", "SCOPE=ZohoBooks.'fullaccess'.all\n"),
        plain("behind a backslash", "src/w12.sh", "SCOPE=Zoho\\Books.fullaccess.all\n"),
        plain("by a variable", "src/w13.sh", "S=ZohoBooks\nSCOPE=$S.fullaccess.all\n"),
        plain("of a service from elsewhere", "src/w14.py", "scope = service + '.fullaccess.all'\n"),
        plain("in base64", "src/w15.yaml", "data:\n  x: Wm9ob0Jvb2tzLmZ1bGxhY2Nlc3MuYWxs\n"),
        plain("joined by dots", "src/w16.rb", "s = %w[ZohoBooks fullaccess all].join('.')\n"),
        plain("letters that look the same", "src/w17.py", "SCOPE = 'Zоhоbооks.fullaccess.all'\n"),
        plain("letters that nobody sees", "src/w18.py", "SCOPE = 'Zoho\u{200b}Books.fullaccess.all'\n"),
        plain("in a default of a shell", "src/w19.sh", "SCOPE=${SCOPE:-ZohoBooks.fullaccess.all}\n"),
        plain("behind a zero", "src/w20.php", "<?php /*\0*/ $s='ZohoBooks.fullaccess.all';\n"),
        plain("a name of our own", "src/zscope.lock", "scope: ZohoBooks.fullaccess.all\n"),
        plain("a place to fill in", "src/w21.py", "SCOPE = f'ZohoBooks.{x}.ALL'\n"),
    ]
}

impl Way {
    fn saying(mut self, word: &'static str) -> Self {
        self.3 = word;
        self
    }

    fn doing(mut self, act: Act) -> Self {
        self.2 = Some(act);
        self
    }
}

#[test]
fn no_change_gets_full_access_past_its_base() {
    let clean = base();
    let commit = clean.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let (code, said) = judged(clean.path(), &commit);
    assert_eq!(code, Some(0), "the base itself is clean: {said}");
    let ways = ways();
    assert!(ways.len() >= 60, "{}", ways.len());
    let mut passed = Vec::new();
    for Way(name, files, act, word) in &ways {
        // Every way begins where the last one did.
        clean.git(&["reset", "-q", "--hard", &commit]);
        clean.git(&["clean", "-q", "-d", "-f", "-f", "-x"]);
        for (path, content) in files {
            let path = clean.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        if let Some(act) = act {
            act(clean.path());
        }
        clean.git(&["add", "-A", "-f"]);
        clean.git(&["commit", "-q", "-m", "change"]);
        let (code, said) = judged(clean.path(), &commit);
        // Of a file that judges it is told that the change touches it; of another, what stands in it.
        let of_policy = word.ends_with("zscope.yaml") || word.starts_with("conf/");
        let is_told = said.lines().any(|line| {
            let tried = if of_policy { line.contains("the change ") } else { line.contains("ZS") };
            tried && line.contains(word)
        });
        if code == Some(0) || !is_told || said.contains("hunter2") {
            passed.push(format!("{name}: exit {code:?}, should say `{word}`:\n{said}"));
        }
    }
    println!("{} ways, {} pass or are not told", ways.len(), passed.len());
    assert!(passed.is_empty(), "{} of {} ways:\n{}", passed.len(), ways.len(), passed.join("\n"));
}
