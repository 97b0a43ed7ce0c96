//! The kinds of ways past the gate that were found once, each with its neighbours: the kind counts, not the case. A way
//! that is met anew gets a kind here, or stands beside those of its kind, with the idea that it rests on.
//!
//! Every way is a script for `bash` in a folder of its own, in which `z` is the program, `deny.yaml` a policy that allows
//! to create and read invoices and contacts of Books, and `$BAD` a line that asks for full access.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What has to come of a way.
#[derive(Clone, Copy)]
struct Way {
    idea: &'static str,
    script: &'static str,
    code: i32,
    /// What the answer says.
    says: &'static str,
}

/// A kind: the number under which it was met, what passes, the way that was met, and its neighbours.
struct Kind {
    name: &'static str,
    how: &'static str,
    ways: Vec<Way>,
}

/// Neighbours of a way that was met, besides itself.
const NEIGHBOURS: usize = 3;

const PREAMBLE: &str = r#"
set -u
z() { "$ZSCOPE" "$@"; }
repo() { git init -q -b main . && git config user.email a@b && git config user.name x; }
commit() { git add -A -f && git commit -q --allow-empty -m x; }
many() { seq 1 3000 | sed 's/.*/ZohoBooks.thing&.ALL/' > many.txt; }
printf 'version: 1\ndefault: deny\nallow: ["ZohoBooks.{invoices,contacts}.{CREATE,READ}"]\n' > deny.yaml
BAD='S="ZohoBooks.fullaccess.all"'
T=1000.8cb99d3f5a0e47c2b16d9e8f7a205c41.4f1a7c9e2b8d6053c7e9a1f4b2d80657
U=1000.31d7f90e6a2b48c5b0e19d64c7a2f385.c5e81b3a90d74f26e2b5a8091c6d3f74
"#;

const fn way(idea: &'static str, code: i32, says: &'static str, script: &'static str) -> Way {
    Way { idea, script, code, says }
}

fn kind(name: &'static str, how: &'static str, ways: &[Way]) -> Kind {
    Kind { name, how, ways: ways.to_vec() }
}

#[rustfmt::skip]
fn kinds() -> Vec<Kind> {
    vec![
        kind("F1", "a reader that leaves early takes the exit code along", &[
            way("a list is cut by `head`", 1, "", "many; z check --policy deny.yaml many.txt | head -1 >/dev/null; exit ${PIPESTATUS[0]}"),
            way("the reader has left before anything is written", 1, "", "many; z check --policy deny.yaml many.txt | true; exit ${PIPESTATUS[0]}"),
            way("a document is cut in its first line", 1, "", "many; cp many.txt a.py; z scan --policy deny.yaml --format json a.py | head -c 10 >/dev/null; exit ${PIPESTATUS[0]}"),
            way("what could not be read keeps its own code", 3, "", "z check --policy deny.yaml ./none.txt | true; exit ${PIPESTATUS[0]}"),
            way("both streams end in the same reader", 1, "", "many; z check --policy deny.yaml many.txt 2>&1 | head -c 1 >/dev/null; exit ${PIPESTATUS[0]}"),
            way("grants are streamed and cut", 1, "", "seq 1 9000 | sed 's/.*/{\"app\":\"a&\",\"scope\":\"ZohoBooks.fullaccess.all\"}/' > g.ndjson; z audit --policy deny.yaml --format ndjson g.ndjson | head -1 >/dev/null; exit ${PIPESTATUS[0]}"),
        ]),
        kind("F2", "which application owns a file depends on where a run begins", &[
            way("the policy is named from a folder below", 1, "denied", "mkdir -p s/strict; echo \"$BAD\" > s/strict/a.py; printf 'version: 1\\ndefault: allow\\nrules: {full-access: off}\\napps:\\n  strict: { paths: [s/strict/**], deny: [ZohoBooks.fullaccess.all] }\\n' > zscope.yaml; cd s; z scan --policy ../zscope.yaml"),
            way("a folder of another app, from the one that may", 1, "not allowed", "mkdir -p s/strict s/loose; echo \"$BAD\" > s/strict/a.py; printf 'version: 1\\ndefault: deny\\nrules: {full-access: off}\\napps:\\n  loose: { paths: [s/loose/**], allow: [\"**\"] }\\n  strict: { paths: [s/strict/**] }\\n' > zscope.yaml; cd s/loose; z scan ../strict"),
            way("a path that goes through the loose folder", 1, "not allowed", "mkdir -p s/strict s/loose; echo \"$BAD\" > s/strict/a.py; printf 'version: 1\\ndefault: deny\\nrules: {full-access: off}\\napps:\\n  loose: { paths: [s/loose/**], allow: [\"**\"] }\\n' > zscope.yaml; z scan s/loose/../strict"),
            way("a link in the loose folder leads to the strict one", 1, "not allowed", "mkdir -p s/strict s/loose; echo \"$BAD\" > s/strict/a.py; ln -s ../strict s/loose/in; printf 'version: 1\\ndefault: deny\\nrules: {full-access: off}\\napps:\\n  loose: { paths: [s/loose/**], allow: [\"**\"] }\\n' > zscope.yaml; z scan s/loose/in/a.py"),
            way("everything is named in full, from the root", 1, "denied", "mkdir -p s/strict; echo \"$BAD\" > s/strict/a.py; printf 'version: 1\\ndefault: allow\\nrules: {full-access: off}\\napps:\\n  strict: { paths: [s/strict/**], deny: [ZohoBooks.fullaccess.all] }\\n' > zscope.yaml; here=$PWD; cd /; z scan --policy \"$here/zscope.yaml\" \"$here/s\""),
            way("the files come as a list", 1, "denied", "mkdir -p s/strict; echo \"$BAD\" > s/strict/a.py; printf 'version: 1\\ndefault: allow\\nrules: {full-access: off}\\napps:\\n  strict: { paths: [s/strict/**], deny: [ZohoBooks.fullaccess.all] }\\n' > zscope.yaml; cd s; echo ./strict/../strict/a.py | z scan --files-from -"),
        ]),
        kind("F3", "an input is something else than its name says", &[
            way("a file is named like the scope", 1, "ZohoBooks.fullaccess.all", "echo ZohoBooks.invoices.READ > ZohoBooks.fullaccess.all; z check --policy deny.yaml ZohoBooks.fullaccess.all"),
            way("a folder is named like the scope", 1, "ZohoBooks.fullaccess.all", "mkdir ZohoBooks.fullaccess.all; z check --policy deny.yaml ZohoBooks.fullaccess.all"),
            way("a file is named like a list", 1, "ZohoBooks.fullaccess.all", "echo openid > ZohoBooks.invoices.READ,ZohoBooks.fullaccess.all; z check --policy deny.yaml ZohoBooks.invoices.READ,ZohoBooks.fullaccess.all"),
            way("a link is named like the scope", 1, "ZohoBooks.fullaccess.all", "echo ZohoBooks.invoices.READ > ok; ln -s ok ZohoBooks.fullaccess.all; z check --policy deny.yaml ZohoBooks.fullaccess.all"),
            way("a file is named like the scope in small letters", 1, "zohobooks.fullaccess.all", "echo ZohoBooks.invoices.READ > zohobooks.fullaccess.all; z check --policy deny.yaml zohobooks.fullaccess.all"),
        ]),
        kind("F4", "whoever writes the source accepts its findings", &[
            way("a comment names the rules", 1, "denied", "printf 'version: 1\\ndefault: deny\\ndeny: [\"**\"]\\n' > zscope.yaml; echo \"$BAD # zscope: ignore[denied,full-access] x\" > a.py; z scan a.py"),
            way("a comment names their codes", 1, "denied", "printf 'version: 1\\ndefault: deny\\ndeny: [\"**\"]\\n' > zscope.yaml; echo \"$BAD # zscope: ignore[ZS301,ZS201] x\" > a.py; z scan a.py"),
            way("a comment names what is not allowed", 1, "not allowed", "echo \"$BAD # zscope: ignore[not-allowed,full-access] x\" > a.py; z scan --policy deny.yaml a.py"),
            way("a comment on the line before", 1, "not allowed", "printf '# zscope: ignore[not-allowed,full-access] x\\n%s\\n' \"$BAD\" > a.py; z scan --policy deny.yaml a.py"),
            way("the policy lets comments accept, but not this", 1, "denied", "printf 'version: 1\\ndefault: deny\\ncomments: allowed\\ndeny: [\"**\"]\\n' > zscope.yaml; echo \"$BAD # zscope: ignore[denied,full-access] x\" > a.py; z scan a.py"),
            way("a comment accepts a secret", 1, "secret", "printf \"S='ZohoBooks.invoices.READ'\\nT='$T' # zscope: ignore[secret-in-source] x\\n\" > a.py; z scan --policy deny.yaml a.py"),
        ]),
        kind("F5", "whoever writes the tree hides a file of it", &[
            way("a rule of ripgrep", 1, "a.py", "repo; echo \"$BAD\" > a.py; echo '*.py' > .ignore; commit; z scan --policy deny.yaml"),
            way("a rule of git over a tracked file", 1, "a.py", "repo; echo \"$BAD\" > a.py; echo a.py > .gitignore; commit; z scan --policy deny.yaml"),
            way("a rule below the file's folder", 1, "b/a.py", "repo; mkdir b; echo \"$BAD\" > b/a.py; echo '*' > b/.gitignore; commit; z scan --policy deny.yaml"),
            way("a rule of this clone alone", 1, "a.py", "repo; echo \"$BAD\" > a.py; commit; echo '*' > .git/info/exclude; z scan --policy deny.yaml"),
            way("a file of rules that the configuration names", 1, "a.py", "repo; echo \"$BAD\" > a.py; echo '*' > rules; git config core.excludesFile rules; commit; z scan --policy deny.yaml"),
            way("attributes that call it binary", 1, "a.py", "repo; echo \"$BAD\" > a.py; echo '* binary export-ignore' > .gitattributes; commit; z scan --policy deny.yaml"),
            way("a tracked file that is said to be unchanged", 1, "a.py", "repo; echo x > a.py; commit; echo \"$BAD\" > a.py; git update-index --assume-unchanged a.py; z scan --policy deny.yaml"),
        ]),
        kind("F6", "a file looks like something that nobody searches", &[
            way("a NUL byte in a comment", 1, "a.php", "printf '<?php /*\\0*/ $s=\"ZohoBooks.fullaccess.all\";' > a.php; z scan --policy deny.yaml"),
            way("a dot before the name", 1, ".env", "echo SCOPE=ZohoBooks.fullaccess.all > .env; z scan --policy deny.yaml"),
            way("a name of our own", 1, "zscope.lock", "echo 'scope: ZohoBooks.fullaccess.all' > zscope.lock; z scan --policy deny.yaml"),
            way("the beginning of a picture", 1, "a.png", "printf '\\211PNG\\r\\n\\032\\n\\0\\0\\n%s\\n' \"$BAD\" > a.png; z scan --policy deny.yaml"),
            way("the beginning of an archive", 1, "a.gz", "printf '\\037\\213\\010\\0\\n%s\\n' \"$BAD\" > a.gz; z scan --policy deny.yaml"),
            way("a baseline's name with something else in it", 1, "zscope-baseline.json", "echo '{\"scope\": \"ZohoBooks.fullaccess.all\"}' > zscope-baseline.json; z scan --policy deny.yaml"),
            way("two bytes a letter", 1, "a.py", "printf '\\377\\376' > a.py; echo \"$BAD\" | sed 's/./&\\x00/g' | tr '\\n' ' ' >> a.py; z scan --policy deny.yaml"),
        ]),
        kind("F7", "one of several fields that hold scopes is judged", &[
            way("another field beside `scope`", 1, "ZohoBooks.fullaccess.all", "echo '{\"scope\":\"ZohoBooks.invoices.READ\",\"granted_scopes\":\"ZohoBooks.fullaccess.all\"}' > t.json; z audit --policy deny.yaml t.json"),
            way("a field one level down", 1, "ZohoBooks.fullaccess.all", "echo '{\"scope\":\"ZohoBooks.invoices.READ\",\"token\":{\"scope\":\"ZohoBooks.fullaccess.all\"}}' > t.json; z audit --policy deny.yaml t.json"),
            way("a list beside a text", 1, "ZohoBooks.fullaccess.all", "echo '{\"scope\":\"ZohoBooks.invoices.READ\",\"scopes\":[\"ZohoBooks.fullaccess.all\"]}' > t.json; z audit --policy deny.yaml t.json"),
            way("a list written as a text", 1, "ZohoBooks.fullaccess.all", "echo '{\"scope\":\"[\\\"ZohoBooks.fullaccess.all\\\"]\"}' > t.json; z audit --policy deny.yaml t.json"),
            way("the same field in capitals", 1, "ZohoBooks.fullaccess.all", "echo '{\"scope\":\"ZohoBooks.invoices.READ\",\"SCOPE\":\"ZohoBooks.fullaccess.all\"}' > t.json; z audit --policy deny.yaml t.json; c=$?; [ $c = 3 ] && c=1; exit $c"),
        ]),
        kind("F8", "what one reader drops another takes", &[
            way("a cell beyond the header", 3, "not evaluated", "printf 'app,scope\\nx,ZohoBooks.invoices.READ,ZohoBooks.fullaccess.all\\n' > t.csv; z audit --policy deny.yaml t.csv"),
            way("the same key twice", 3, "not evaluated", "echo '{\"scope\":\"ZohoBooks.fullaccess.all\",\"scope\":\"ZohoBooks.invoices.READ\"}' > t.json; z audit --policy deny.yaml t.json"),
            way("the same key twice in a line of many", 3, "not evaluated", "printf '{\"scope\":\"openid\"}\\n{\"scope\":\"ZohoBooks.fullaccess.all\",\"scope\":\"openid\"}\\n' > t.ndjson; z audit --policy builtin:least-privilege t.ndjson"),
            way("two columns of one name", 3, "not evaluated", "printf 'app,scope,scope\\nx,ZohoBooks.fullaccess.all,ZohoBooks.invoices.READ\\n' > t.csv; z audit --policy deny.yaml t.csv"),
            way("a row of tabs that is too long", 3, "not evaluated", "printf 'app\\tscope\\nx\\tZohoBooks.invoices.READ\\tZohoBooks.fullaccess.all\\n' > t.tsv; z audit --policy deny.yaml t.tsv"),
        ]),
        kind("F9", "a record says itself whose it is", &[
            way("it names the app that may", 1, "strict", "printf 'version: 1\\ndefault: deny\\napps:\\n  strict: { clients: [1000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA] }\\n  loose: { allow: [\"**\"], rules: {full-access: off} }\\n' > p.yaml; echo '{\"app\":\"loose\",\"client_id\":\"1000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"scope\":\"ZohoBooks.fullaccess.all\"}' > t.json; z audit --policy p.yaml --app strict t.json"),
            way("the client tells, and nobody else", 1, "strict", "printf 'version: 1\\ndefault: deny\\napps:\\n  strict: { clients: [1000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA] }\\n  loose: { allow: [\"**\"], rules: {full-access: off} }\\n' > p.yaml; echo '{\"app\":\"loose\",\"client_id\":\"1000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"scope\":\"ZohoBooks.fullaccess.all\"}' > t.json; z audit --policy p.yaml t.json"),
            way("the run tells, and no client", 1, "strict", "printf 'version: 1\\ndefault: deny\\napps:\\n  strict: { }\\n  loose: { allow: [\"**\"], rules: {full-access: off} }\\n' > p.yaml; echo '{\"app\":\"loose\",\"scope\":\"ZohoBooks.fullaccess.all\"}' > t.json; z audit --policy p.yaml --app strict t.json"),
            way("a row of a table names it", 1, "strict", "printf 'version: 1\\ndefault: deny\\napps:\\n  strict: { clients: [1000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA] }\\n  loose: { allow: [\"**\"], rules: {full-access: off} }\\n' > p.yaml; printf 'app,client_id,scope\\nloose,1000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,ZohoBooks.fullaccess.all\\n' > t.csv; z audit --policy p.yaml t.csv"),
            way("a line of many names it", 1, "strict", "printf 'version: 1\\ndefault: deny\\napps:\\n  strict: { clients: [1000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA] }\\n  loose: { allow: [\"**\"], rules: {full-access: off} }\\n' > p.yaml; for i in 1 2 3; do echo '{\"app\":\"loose\",\"client_id\":\"1000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"scope\":\"ZohoBooks.fullaccess.all\"}'; done > t.ndjson; z audit --policy p.yaml t.ndjson"),
        ]),
        kind("F10", "what is not known passes for nothing", &[
            way("a token without scopes", 3, "unknown", "echo \"{\\\"app\\\":\\\"x\\\",\\\"access_token\\\":\\\"$T\\\"}\" > t.json; z audit t.json"),
            way("a lock that knows no more", 3, "unknown", "echo \"{\\\"app\\\":\\\"x\\\",\\\"access_token\\\":\\\"$T\\\"}\" > t.json; printf 'version: 1\\ngrants:\\n  x:\\n    unknown: []\\n' > zscope.lock; z audit t.json --check-lock"),
            way("an empty text", 3, "unknown", "echo \"{\\\"app\\\":\\\"x\\\",\\\"access_token\\\":\\\"$T\\\",\\\"scope\\\":\\\"\\\"}\" > t.json; z audit t.json"),
            way("no value at all", 3, "unknown", "echo \"{\\\"app\\\":\\\"x\\\",\\\"access_token\\\":\\\"$T\\\",\\\"scope\\\":null}\" > t.json; z audit t.json"),
            way("an empty list", 3, "unknown", "echo \"{\\\"app\\\":\\\"x\\\",\\\"access_token\\\":\\\"$T\\\",\\\"scope\\\":[]}\" > t.json; z audit t.json"),
            way("an empty cell", 3, "unknown", "printf 'app,scope\\nx,\\ny,openid\\n' > t.csv; z audit --policy builtin:least-privilege t.csv"),
        ]),
        kind("F11", "a policy reads what it should not, and shows it", &[
            way("it extends the runner's environment", 2, "", "printf 'version: 1\\nextends: [%sproc/self/environ]\\n' ../../../../../../../../../../../../ > zscope.yaml; z check openid"),
            way("its catalog is the runner's environment", 2, "", "printf 'version: 1\\ncatalog: %sproc/self/environ\\n' ../../../../../../../../../../../../ > zscope.yaml; z check openid"),
            way("it extends a link that leads there", 2, "", "ln -s /proc/self/environ base.yaml; printf 'version: 1\\nextends: [base.yaml]\\n' > zscope.yaml; z check openid"),
            way("it is itself a link that leads there", 2, "", "ln -s /proc/self/environ zscope.yaml; z check openid"),
            way("it extends a file of secrets beside it", 2, "", "echo 'CI_SECRET=hunter2hunter2' > .env; printf 'version: 1\\nextends: [.env]\\n' > zscope.yaml; z check openid"),
            way("a baseline that is none", 2, "", "echo 'hunter2hunter2: 1' > b.json; z check openid --baseline b.json"),
        ]),
        kind("F12", "an operation that nobody listed does what is denied", &[
            way("`WRITE` of a service that nobody knows", 1, "denied", "z check --policy builtin:no-delete ZohoNew.things.WRITE"),
            way("the same in small letters", 1, "denied", "z check --policy builtin:no-delete zohonew.things.write"),
            way("a deep resource", 1, "denied", "z check --policy builtin:no-delete ZohoNew.a.b.c.d.WRITE"),
            way("a resource that nobody knows of a service that all know", 1, "denied", "z check --policy builtin:no-delete Desk.dreams.WRITE"),
            way("`ALL` of it", 1, "denied", "z check --policy builtin:no-delete ZohoNew.things.ALL"),
        ]),
        kind("F13", "a name that is filled in passes for a name", &[
            way("a variable of a shell", 1, "denied", "printf 'version: 1\\ndefault: deny\\nallow: [\"ZohoCRM.modules.*.READ\"]\\ndeny: [ZohoCRM.modules.contacts.READ]\\n' > p.yaml; echo 'SCOPE=ZohoCRM.modules.$MODULE.READ' > x.env; z check --policy p.yaml x.env"),
            way("a place of a format", 1, "denied", "printf 'version: 1\\ndefault: deny\\nallow: [\"ZohoCRM.modules.*.READ\"]\\ndeny: [ZohoCRM.modules.contacts.READ]\\n' > p.yaml; z check --policy p.yaml 'ZohoCRM.modules.%s.READ'"),
            way("a word in angles", 1, "denied", "printf 'version: 1\\ndefault: deny\\nallow: [\"ZohoCRM.modules.*.READ\"]\\ndeny: [ZohoCRM.modules.contacts.READ]\\n' > p.yaml; z check --policy p.yaml 'ZohoCRM.modules.<module>.READ'"),
            way("two braces", 1, "denied", "printf 'version: 1\\ndefault: deny\\nallow: [\"ZohoCRM.modules.*.READ\"]\\ndeny: [ZohoCRM.modules.contacts.READ]\\n' > p.yaml; z check --policy p.yaml 'ZohoCRM.modules.{{module}}.READ'"),
            way("the operation is filled in", 1, "denied", "printf 'version: 1\\ndefault: deny\\nallow: [\"ZohoCRM.modules.**\"]\\ndeny: [ZohoCRM.modules.contacts.READ]\\n' > p.yaml; z check --policy p.yaml 'ZohoCRM.modules.contacts.{op}'"),
        ]),
        kind("F14", "what is known is stated otherwise", &[
            way("an overlay says what an operation means", 2, "otherwise than the embedded catalog", "mkdir c; printf 'version: 1\\ndefault: deny\\ncatalog: c\\nallow: [\"ZohoBooks.*.READ\"]\\n' > zscope.yaml; printf 'service: ZohoBooks\\nproduct: x\\ncategory: x\\nsources: { s: { kind: own, where: x, seen: 2026-11 } }\\noperations: [ { operation: DELETE, means: [READ], status: documented, source: s } ]\\n' > c/a.yaml; z check ZohoBooks.invoices.DELETE"),
            way("an overlay says what `WRITE` means", 2, "otherwise than the embedded catalog", "printf 'service: ZohoBooks\\nproduct: x\\ncategory: x\\nsources: { s: { kind: own, where: x, seen: 2026-11 } }\\nwrite: { means: [READ], status: documented, source: s }\\n' > a.yaml; z check --catalog a.yaml ZohoBooks.invoices.WRITE"),
            way("an overlay takes another service's name", 2, "otherwise than the embedded catalog", "printf 'service: ZohoBooks\\nproduct: x\\ncategory: x\\nsources: { s: { kind: own, where: x, seen: 2026-11 } }\\naliases: [Desk]\\n' > a.yaml; z check --catalog a.yaml Desk.tickets.READ"),
            way("an overlay says that a resource is harmless", 2, "otherwise than the embedded catalog", "printf 'service: ZohoBooks\\nproduct: x\\ncategory: x\\nsources: { s: { kind: own, where: x, seen: 2026-11 } }\\nresources: { invoices: { grants: nothing, data: [], operations: { READ: documented }, source: s } }\\n' > a.yaml; z check --catalog a.yaml ZohoBooks.invoices.READ"),
            way("an overlay is a service under its other name", 2, "another name of `Desk`", "printf 'service: ZohoDesk\\nproduct: x\\ncategory: x\\nsources: { s: { kind: own, where: x, seen: 2026-11 } }\\n' > a.yaml; z check --catalog a.yaml openid"),
        ]),
        kind("F15", "what was accepted once accepts another", &[
            way("another token at the same place", 1, "secret", "echo \"S='ZohoBooks.invoices.READ'; T='$T'\" > s.py; z scan s.py --write-baseline >/dev/null; echo \"S='ZohoBooks.invoices.READ'; T='$U'\" > s.py; z scan s.py --baseline zscope-baseline.json"),
            way("another text that is no scope", 1, "ZohoBooks", "echo 'ZohoBooks..x' > a.txt; z check --policy deny.yaml a.txt --baseline b.json --write-baseline >/dev/null; printf 'ZohoBooks.fullaccess.all\\xe2\\x80\\x8b\\n' > a.txt; z check --policy deny.yaml a.txt --baseline b.json"),
            way("another operation of the same resource", 1, "ZohoBooks.invoices.DELETE", "echo \"S='ZohoBooks.invoices.UPDATE'\" > a.py; z scan --policy deny.yaml a.py --write-baseline --baseline b.json >/dev/null; echo \"S='ZohoBooks.invoices.DELETE'\" > a.py; z scan --policy deny.yaml a.py --baseline b.json"),
            way("the same scope in another file", 1, "b.py", "echo \"$BAD\" > a.py; z scan --policy deny.yaml a.py --write-baseline --baseline b.json >/dev/null; cp a.py b.py; z scan --policy deny.yaml a.py b.py --baseline b.json"),
            way("another address to return to", 1, "redirect", "u='https://accounts.zoho.com/oauth/v2/auth?scope=ZohoBooks.invoices.READ&response_type=code&client_id=1000.X&state=b7f1c0aa9d3e4f52&redirect_uri='; echo \"${u}http://a.example/cb\" > u.txt; z check --policy deny.yaml u.txt --baseline b.json --write-baseline >/dev/null; echo \"${u}http://evil.example/cb\" > u.txt; z check --policy deny.yaml u.txt --baseline b.json"),
        ]),
        kind("F16", "an entry denies what it does not name", &[
            way("a pack that denies settings denies their fields", 0, "1 unflagged", "z check --policy builtin:no-admin ZohoCRM.settings.fields.READ"),
            way("two stars at the end deny siblings", 0, "1 unflagged", "printf 'version: 1\\ndefault: allow\\ndeny: [ZohoCRM.modules.contacts.**]\\n' > p.yaml; z check --policy p.yaml ZohoCRM.modules.leads.READ"),
            way("full access of any service denies all", 0, "1 unflagged", "printf 'version: 1\\ndefault: allow\\ndeny: [\"**.fullaccess.all\"]\\n' > p.yaml; z check --policy p.yaml ZohoBooks.invoices.READ"),
            way("a parent denies what is separate", 0, "1 unflagged", "printf 'version: 1\\ndefault: allow\\ndeny: [ZohoCatalyst.tables.ALL]\\n' > p.yaml; z check --policy p.yaml ZohoCatalyst.tables.columns.READ"),
            way("an operation denies another", 0, "1 unflagged", "printf 'version: 1\\ndefault: allow\\ndeny: [ZohoBooks.invoices.DELETE]\\n' > p.yaml; z check --policy p.yaml ZohoBooks.invoices.READ"),
            way("a service denies another of the family", 0, "1 unflagged", "printf 'version: 1\\ndefault: allow\\ndeny: [\"ZohoBooks.**\"]\\n' > p.yaml; z check --policy p.yaml ZohoInvoice.invoices.READ"),
        ]),
        kind("F17", "an entry that names nothing denies nothing", &[
            way("another name of the service", 1, "denied", "printf 'version: 1\\ndefault: allow\\ndeny: [\"ZohoDesk.**\"]\\n' > p.yaml; z check --policy p.yaml Desk.tickets.ALL"),
            way("the same in small letters", 1, "denied", "printf 'version: 1\\ndefault: allow\\ndeny: [\"zohodesk.**\"]\\n' > p.yaml; z check --policy p.yaml Desk.tickets.READ"),
            way("the request has the other name", 1, "denied", "printf 'version: 1\\ndefault: allow\\ndeny: [\"Desk.**\"]\\n' > p.yaml; z check --policy p.yaml ZohoDesk.tickets.READ"),
            way("a service that is misspelt is told", 2, "denies nothing", "printf 'version: 1\\ndefault: allow\\ndeny: [\"ZohoBoks.**\"]\\n' > p.yaml; z check --policy p.yaml ZohoBooks.invoices.READ"),
            way("a scope that is misspelt stays in force, and is told", 0, "did you mean `ZohoBooks.invoices.DELETE`", "printf 'version: 1\\ndefault: allow\\ndeny: [ZohoBooks.invioces.DELETE]\\n' > p.yaml; z check --policy p.yaml ZohoBooks.invoices.READ"),
        ]),
        kind("F18", "a link of the tree leads an output elsewhere", &[
            way("a report goes through a link", 2, "is a link", "mkdir r home; echo PRECIOUS > home/x; echo \"$BAD\" > r/a.py; ln -s ../home/x r/zscope.sarif; cd r; z scan --output sarif=zscope.sarif; c=$?; grep -q PRECIOUS ../home/x && exit $c"),
            way("the link leads nowhere yet", 2, "is a link", "mkdir r home; ln -s ../home/new r/out.json; cd r; z check openid --output json=out.json; c=$?; [ ! -e ../home/new ] && exit $c"),
            way("the folder is a link", 2, "is a link", "mkdir r home; ln -s ../home r/reports; cd r; z check openid --output json=reports/out.json; c=$?; [ ! -e ../home/out.json ] && exit $c"),
            way("the baseline is a link", 2, "is a link", "mkdir r home; echo PRECIOUS > home/x; echo \"$BAD\" > r/a.py; ln -s ../home/x r/b.json; cd r; z scan --write-baseline --baseline b.json a.py; c=$?; grep -q PRECIOUS ../home/x && exit $c"),
            way("the lock is a link", 2, "is a link", "mkdir r home; echo PRECIOUS > home/x; echo '{\"app\":\"x\",\"scope\":\"openid\"}' > r/t.json; ln -s ../home/x r/zscope.lock; cd r; z audit t.json --lock; c=$?; grep -q PRECIOUS ../home/x && exit $c"),
        ]),
        kind("F19", "a secret stands where nobody expects one", &[
            way("a token in the field of scopes", 0, "", "echo \"{\\\"app\\\":\\\"x\\\",\\\"scope\\\":\\\"$T\\\"}\" > t.json; z audit t.json --lock; ! grep -q 8cb99d3f zscope.lock"),
            way("a token in a list of scopes", 0, "", "echo \"{\\\"app\\\":\\\"x\\\",\\\"scope\\\":[\\\"openid\\\",\\\"$T\\\"]}\" > t.json; z audit t.json --lock; ! grep -q 8cb99d3f zscope.lock"),
            way("a token in another field of scopes", 0, "", "echo \"{\\\"app\\\":\\\"x\\\",\\\"scope\\\":\\\"openid\\\",\\\"granted_scopes\\\":\\\"$T\\\"}\" > t.json; z audit t.json --lock; ! grep -q 8cb99d3f zscope.lock"),
            way("a token in a cell", 0, "", "printf \"app,scope\\nx,$T\\ny,openid\\n\" > t.csv; z audit t.csv --lock; ! grep -q 8cb99d3f zscope.lock"),
            way("a token for a scope of a source, and its baseline", 0, "", "echo \"ZOHO_SCOPE=ZohoBooks.invoices.ALL,$T\" > .env; z scan --write-baseline --baseline b.json; ! grep -q 8cb99d3f b.json"),
        ]),
        kind("F20", "there is a policy, and it counts for none", &[
            way("it is a folder", 2, "a folder", "mkdir zscope.yaml; z check openid"),
            way("it is a link that leads nowhere", 2, "leads nowhere", "ln -s /nonexistent zscope.yaml; z check openid"),
            way("there are two", 2, "two policies", "cp deny.yaml zscope.yaml; printf 'version: 1\\ndefault: allow\\n' > .zscope.yaml; z check openid"),
            way("it has a dot before its name", 1, "not allowed", "cp deny.yaml .zscope.yaml; z check ZohoBooks.invoices.DELETE"),
            way("it is a device", 2, "is no policy", "ln -s /dev/null zscope.yaml; z check openid"),
            way("it is a pipe", 2, "is no policy", "mkfifo zscope.yaml; z check openid"),
            way("it is empty", 2, "", ": > zscope.yaml; z check ZohoBooks.fullaccess.all"),
        ]),
        kind("F21", "a verdict is denied, and the run passes", &[
            way("the rules are switched off", 2, "always an error", "printf 'version: 1\\ndefault: deny\\nrules: {denied: off}\\n' > p.yaml; z check --policy p.yaml openid"),
            way("the rules are lowered", 2, "always an error", "printf 'version: 1\\ndefault: deny\\nrules: {not-allowed: note}\\n' > p.yaml; z check --policy p.yaml openid"),
            way("they are switched off for an app", 2, "always an error", "printf 'version: 1\\ndefault: deny\\napps: { x: { rules: {ZS301: off} } }\\n' > p.yaml; z check --policy p.yaml openid"),
            way("what it extends switches them off", 2, "always an error", "printf 'version: 1\\nrules: {denied: warning}\\n' > base.yaml; printf 'version: 1\\ndefault: deny\\nextends: [base.yaml]\\n' > p.yaml; z check --policy p.yaml openid"),
            way("doubt about the scope", 1, "not allowed", "echo 'S=\"DESK.TICKETS.ALL\"' > a.py; z scan --policy deny.yaml a.py"),
            way("only worse than errors fails", 1, "denied", "printf 'version: 1\\ndefault: deny\\ndeny: [openid]\\n' > p.yaml; z check --policy p.yaml openid --fail-on error"),
        ]),
        kind("F22", "what the repository configures is run", &[
            way("a filter", 0, "", "repo; echo x > a.py; echo '* filter=x' > .gitattributes; commit; git config filter.x.clean 'touch ../PWNED; cat'; echo y > a.py; z scan --since HEAD >/dev/null; [ ! -e ../PWNED ] && [ ! -e PWNED ]"),
            way("a process that filters", 0, "", "repo; echo x > a.py; echo '* filter=x' > .gitattributes; commit; git config filter.x.process 'touch PWNED'; echo y > a.py; z scan --since HEAD >/dev/null; [ ! -e PWNED ]"),
            way("a converter for diffs", 0, "", "repo; echo x > a.py; echo '* diff=x' > .gitattributes; commit; git config diff.x.textconv 'touch PWNED; cat'; git config diff.external 'touch PWNED'; echo y > a.py; z scan --since HEAD >/dev/null; [ ! -e PWNED ]"),
            way("a monitor of files", 0, "", "repo; echo x > a.py; commit; git config core.fsmonitor 'touch PWNED'; echo y > a.py; z scan --since HEAD >/dev/null; z scan >/dev/null; [ ! -e PWNED ]"),
            way("a hook", 0, "", "repo; echo x > a.py; commit; printf '#!/bin/sh\\ntouch PWNED\\n' > .git/hooks/post-index-change; chmod +x .git/hooks/post-index-change; echo y > a.py; z scan --since HEAD >/dev/null; [ ! -e PWNED ]"),
            way("a filter while the base's policy is read", 0, "", "repo; cp deny.yaml zscope.yaml; echo '* filter=x' > .gitattributes; commit; git config filter.x.smudge 'touch PWNED; cat'; z check openid --policy-from HEAD >/dev/null 2>&1; [ ! -e PWNED ]"),
        ]),
    ]
}

/// Runs a way in a folder of its own; what is wrong with what came of it.
fn tried(way: &Way) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("w");
    fs::create_dir(&inner).unwrap();
    let mut command = Command::new("bash");
    command.args(["-c", &format!("{PREAMBLE}\n{}", way.script)]).current_dir(&inner).env_clear();
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin").env("ZSCOPE", Path::new(env!("CARGO_BIN_EXE_zscope")));
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", folder.path());
    command.env("CI_SECRET", "hunter2hunter2");
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let secret = ["hunter2", "8cb99d3f", "31d7f90e"].iter().any(|secret| said.contains(secret));
    let fine =
        output.status.code() == Some(way.code) && said.contains(way.says) && !said.contains("panicked") && !secret;
    (!fine).then(|| {
        format!(
            "{}: exit {:?} in the place of {}, should say `{}`:\n{said}",
            way.idea,
            output.status.code(),
            way.code,
            way.says
        )
    })
}

#[test]
fn every_kind_is_held_with_its_neighbours() {
    let kinds = kinds();
    let all: Vec<(&str, Way)> = kinds.iter().flat_map(|kind| kind.ways.iter().map(|way| (kind.name, *way))).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut wrong = Vec::new();
        while let Some((kind, way)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
            wrong.extend(tried(way).map(|told| format!("{kind}: {told}")));
        }
        wrong
    };
    let wrong: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    println!("{} kinds, {} ways, {} not held", kinds.len(), all.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_kind_has_neighbours_with_their_ideas() {
    let kinds = kinds();
    assert_eq!(kinds.len(), 22);
    for (n, kind) in kinds.iter().enumerate() {
        assert_eq!(kind.name, format!("F{}", n + 1));
        assert!(!kind.how.is_empty());
        assert!(kind.ways.len() > NEIGHBOURS, "{}: {} ways", kind.name, kind.ways.len());
        let mut ideas: Vec<&str> = kind.ways.iter().map(|way| way.idea).collect();
        ideas.sort_unstable();
        ideas.dedup();
        assert!(ideas.len() == kind.ways.len() && ideas.iter().all(|idea| idea.len() > 5), "{}: {ideas:?}", kind.name);
        let mut scripts: Vec<&str> = kind.ways.iter().map(|way| way.script).collect();
        scripts.sort_unstable();
        scripts.dedup();
        assert_eq!(scripts.len(), kind.ways.len(), "{}", kind.name);
    }
    println!("{} kinds, {} neighbours", kinds.len(), kinds.iter().map(|kind| kind.ways.len() - 1).sum::<usize>());
}
