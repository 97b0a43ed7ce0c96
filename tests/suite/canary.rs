//! Planted secrets come out nowhere: in no format, no error, no dry run, no file.

use std::fmt::Write as _;

use zscope::report::Format;

use crate::run::zscope;
use crate::token_server::{Reply, TokenServer};

/// Secrets of every kind, each with a mark that stands nowhere else.
struct Planted {
    client_secret: String,
    refresh_token: String,
    access_token: String,
    grant_token: String,
    code: String,
}

impl Planted {
    fn new() -> Self {
        let token = |mark: &str| format!("1000.{}.{}", mark.repeat(16), mark.repeat(16));
        Self {
            client_secret: "c1".repeat(21),
            refresh_token: token("e2"),
            access_token: token("a3"),
            grant_token: token("b4"),
            code: token("d5"),
        }
    }

    fn all(&self) -> [&String; 5] {
        [&self.client_secret, &self.refresh_token, &self.access_token, &self.grant_token, &self.code]
    }
}

/// Nothing of a secret that would be of use: eight digits in a row.
fn assert_absent(text: &str, from: &str) {
    for mark in ["c1c1c1c1", "e2e2e2e2", "a3a3a3a3", "b4b4b4b4", "d5d5d5d5"] {
        assert!(!text.contains(mark), "{from}: {mark}: {text}");
    }
}

/// A server that gives everything back that it gets, wherever it can.
fn parrot(planted: &Planted) -> TokenServer {
    let (access, grant, code) = (planted.access_token.clone(), planted.grant_token.clone(), planted.code.clone());
    TokenServer::start(move |seen| {
        let form = |name: &str| seen.form.get(name).cloned().unwrap_or_default();
        let (secret, refresh) = (form("client_secret"), form("refresh_token"));
        let all = format!("{secret} {refresh} {access} {grant} code={code}");
        match form("client_id").bytes().last() {
            Some(b'1') => Reply::json(format!(
                r#"{{"access_token":"{access}","refresh_token":"{refresh}","scope":"ZohoBooks.fullaccess.all ZohoX.{secret}.READ {all}",
                    "api_domain":"https://{refresh}.example","token_type":"{access}","{grant}":"{code}"}}"#
            )),
            Some(b'2') => Reply::json(format!(r#"{{"error":"no {all}","error_description":"{all}"}}"#)),
            Some(b'3') => Reply::Body(200, "text/html", format!("<html>{all}</html>")),
            Some(b'4') => Reply::json(all),
            Some(b'5') => {
                Reply::Redirect(302, format!("https://elsewhere.example/?refresh_token={refresh}&code={code}"))
            }
            Some(b'6') => Reply::CutOff(all),
            _ => Reply::Body(500, "text/plain", all),
        }
    })
}

#[test]
fn planted_secrets_come_out_nowhere() {
    let planted = Planted::new();
    let server = parrot(&planted);
    let mut inventory = format!(
        "version: 1\ndefaults:\n  accounts-url: {}\n  client-secret: env:SECRET\n  accept-minting: true\napps:\n",
        server.url()
    );
    // Each grant has a token of its own; an argument of the program is a secret, too.
    for n in 1..=7 {
        let program = format!("sh -c \"printf %s.{n} $(cat token); cat token >&2\" {}", planted.grant_token);
        let _ = writeln!(
            inventory,
            "  app{n}: {{ client-id: 1000.{n:030}, refresh-token: 'cmd:{program}', requested: [openid] }}"
        );
    }
    let run = |args: &[&str], inventory: &str| {
        let mut run = zscope(&["audit", "--live", "--inventory", "inventory.yaml", "--ca-file", "ca.pem"]);
        run.command.args(args).env("SECRET", &planted.client_secret).env("PATH", "/usr/bin:/bin");
        let mut run = run
            .file("inventory.yaml", inventory)
            .file("ca.pem", &server.authority)
            .file("token", format!("{}\n", planted.refresh_token));
        let ended = run.ended();
        let from = format!("{args:?}");
        assert_absent(&ended.stdout, &from);
        assert_absent(&ended.stderr, &from);
        for entry in std::fs::read_dir(run.path()).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !["inventory.yaml", "ca.pem", "token"].contains(&name.as_str()) {
                assert_absent(&String::from_utf8_lossy(&std::fs::read(&path).unwrap()), &name);
            }
        }
        ended
    };
    for format in Format::all().iter().map(|format| format.name()) {
        for more in [&[][..], &["--revoke"], &["--plan"], &["--output", "copy.txt"]] {
            let mut args = vec!["--format", format];
            args.extend(more);
            let ended = run(&args, &inventory);
            assert_eq!(ended.code, Some(3), "{args:?}: {} {}", ended.stdout, ended.stderr);
            assert!(ended.stderr.contains("note: each grant mints"), "{}", ended.stderr);
        }
    }
    assert!(server.seen().iter().any(|seen| seen.form.values().any(|value| value.contains("e2e2e2e2"))), "it was used");
    run(&["--dry-run", "--revoke"], &inventory);
    run(&["--lock"], &inventory);
    for secret in planted.all() {
        for broken in [
            format!("version: 1\napps: {{ x: {{ client-secret: {secret} }} }}\n"),
            format!("version: 1\napps: {{ x: {{ refresh-token: '{secret}', {secret}: 1 }} }}\n"),
            format!("version: 1\n# {secret}\napps: {{ x: [ }}\n"),
        ] {
            // A comment with bare hexadecimal digits cannot be told from a checksum.
            if broken.contains('#') && secret == &planted.client_secret {
                continue;
            }
            let ended = run(&[], &broken);
            assert_eq!(ended.code, Some(2), "{broken}");
        }
    }
}

/// A secret in every place of an input that people write, and of an argument.
#[test]
fn secrets_in_records_sources_and_arguments_come_out_nowhere() {
    let planted = Planted::new();
    let (token, secret) = (&planted.refresh_token, &planted.client_secret);
    let server_key = "f6a7".repeat(8);
    let escaped = token.replace('.', "\\u002e");
    let twice = token.replace('.', "%252E");
    let web = format!("eyJ{0}.{0}.{0}", "e2e2e2e2e2e2e2");
    let mut inputs: Vec<(&str, String, &[&str])> = Vec::new();
    for text in [token, secret, &web, &token[..45]] {
        inputs.push(("t.json", format!(r#"{{"app":"x","access_token":"{token}","scope":"{text}"}}"#), &["audit"]));
        inputs.push((
            "t.json",
            format!(r#"{{"app":"x","access_token":"{token}","scope":["email","{text}"]}}"#),
            &["audit"],
        ));
        inputs.push((
            "t.json",
            format!(r#"{{"app":"x","scope":"email","granted_scopes":"{text} openid"}}"#),
            &["audit"],
        ));
        inputs.push((
            "t.json",
            format!(r#"{{"app":"x","scope":"[\"{text}\"]","x":{{"scope":{{"a":"{text}"}}}}}}"#),
            &["audit"],
        ));
        inputs.push((
            "t.ndjson",
            format!("{{\"app\":\"x\",\"scope\":\"email {text}\"}}\n{{\"scope\":\"openid\"}}\n"),
            &["audit"],
        ));
        inputs.push(("t.csv", format!("app,scope,note\nx,email {text},\ny,openid,n,{text}\n"), &["audit"]));
        inputs.push((
            "t.json",
            format!(r#"{{"code":57,"message":"not authorized","details":{{"t":"{text}"}}}}"#),
            &["audit"],
        ));
    }
    let redirect =
        "https://accounts.zoho.eu/oauth/v2/auth?scope=ZohoBooks.fullaccess.all&response_type=code&access_type=offline";
    for url in [
        format!("{redirect}&redirect_uri=http://anna:{secret}@x.example/cb"),
        format!("{redirect}&redirect_uri=http%3A%2F%2Fanna%3A{secret}%40x.example%2Fcb"),
        format!("{redirect}&state={secret}"),
        format!("{redirect}&state={token}"),
        format!("{redirect}&redirect_uri=https://x.example/%3Fcode%3D{secret}"),
    ] {
        inputs.push(("u.txt", url.clone(), &["check"]));
        inputs.push(("u.py", format!("URL = '{url}'\n"), &["scan"]));
    }
    for text in [
        format!("S = 'ZohoBooks.fullaccess.all'; T = '{token}'"),
        format!("S = 'ZohoBooks.fullaccess.all'; T = '{escaped}'"),
        format!("S = 'ZohoBooks.fullaccess.all'; T = '{twice}'"),
        format!("S = 'ZohoBooks.fullaccess.all'; M = 'https://my-600.zohomcp.eu/mcp/{server_key}/message'"),
        format!("S = 'ZohoBooks.fullaccess.all'; M = 'https://my-600.zohomcp.com.au/mcp/message?key={server_key}'"),
        format!("S = 'ZohoBooks.fullaccess.all'; M = 'https:\\/\\/my-600.zohomcp.in\\/mcp\\/{server_key}\\/message'"),
    ] {
        inputs.push(("a.py", text, &["scan"]));
    }
    for text in [
        format!("version: 1\nallow: [{token}]\n"),
        format!("version: 1\nextends: [{escaped}]\n"),
        format!("version: 1\n# https://my-600.zohomcp.eu/mcp/{server_key}/message\nno-such-key: 1\n"),
        format!("version: 1\napps: {{ x: {{ client-secret: {secret} }} }}\n"),
    ] {
        inputs.push(("zscope.yaml", text, &["check", "ZohoBooks.fullaccess.all"]));
    }
    // Beside scopes in base64, in a scope's place, in an entry, in what accepts findings.
    let code = |text: &str| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
    let mcp = format!("https://my-600.zohomcp.eu/mcp/{server_key}/message");
    inputs.push((
        "a.yaml",
        format!("data:\n  x: {}\n", code(&format!("{{\"scope\":\"ZohoBooks.fullaccess.all\",\"t\":\"{token}\"}}"))),
        &["scan"],
    ));
    inputs.push(("t.json", format!(r#"{{"app":"x","scope":"email {mcp}"}}"#), &["audit"]));
    inputs.push(("t.json", format!(r#"{{"app":"x","scope":"email","granted_scopes":["{mcp}"]}}"#), &["audit"]));
    for text in [token.as_str(), &escaped, &mcp] {
        inputs.push(("zscope.yaml", format!("version: 1\ndeny: ['{text}']\n"), &["check", "ZohoBooks.fullaccess.all"]));
        inputs.push((
            "zscope.yaml",
            format!("version: 1\nwaivers:\n  - {{ id: W, scopes: ['{text}'], reason: '{text}', owner: x }}\n"),
            &["check", "ZohoBooks.fullaccess.all"],
        ));
        for broken in [
            format!("{{ \"version\": 1, \"findings\": [ {{ \"rule\": \"{text}\" }} ] }}\n"),
            format!("{{ \"version\": \"{text}\" }}\n"),
            format!("{{ \"{text}\": 1 }}\n"),
            format!("{{ \"version\": 1, \"findings\": [ \"{text}\", }}\n"),
        ] {
            inputs.push(("b.json", broken, &["check", "ZohoBooks.fullaccess.all", "--baseline", "b.json"]));
        }
    }
    for argument in [token, &web, &escaped] {
        for command in
            [&["explain"][..], &["check"], &["audit"], &["scan"], &["who", "GET"], &["check", "--as-of"], &["--color"]]
        {
            let ended = zscope(&[command, &[argument.as_str()]].concat()).ended();
            let from = format!("{command:?}");
            assert_absent(&ended.stdout, &from);
            assert_absent(&ended.stderr, &from);
        }
    }
    println!("{} inputs with a secret, in six formats", inputs.len());
    for (name, text, command) in &inputs {
        for format in ["text", "json", "csv", "sarif", "html", "github"] {
            let file: &[&str] = if command.len() == 1 && command[0] != "scan" { &[name] } else { &[] };
            let mut args = [command, file, &["--format", format]].concat();
            match command[0] {
                "audit" => args.push("--lock"),
                "scan" => args.push("--write-baseline"),
                _ => {}
            }
            let mut run = zscope(&args).file(name, text);
            run.command.env("GITHUB_STEP_SUMMARY", "summary.md");
            let ended = run.ended();
            let from = format!("{args:?} {text}");
            for part in [&ended.stdout, &ended.stderr] {
                assert_absent(part, &from);
                assert!(!part.contains("f6a7f6a7") && !part.contains("panicked"), "{from}: {part}");
            }
            for entry in std::fs::read_dir(run.path()).unwrap().map(|entry| entry.unwrap().path()) {
                if entry.file_name().unwrap() != *name {
                    let written = std::fs::read_to_string(&entry).unwrap_or_default();
                    assert_absent(&written, &format!("{from} {}", entry.display()));
                    assert!(!written.contains("f6a7f6a7"), "{from} {}", entry.display());
                }
            }
        }
    }
}
