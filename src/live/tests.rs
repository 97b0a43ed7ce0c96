//! Runs over a transport that is no network: what is asked, how answers are read, and what is kept of them.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use zeroize::Zeroizing;

use super::*;
use crate::live::inventory::{self, Grant, Inventory};
use crate::secret::Secret;
use crate::text::Sources;

const ID: &str = "1000.GMB0YULZHJK411248S8I5GZ4CHUEX0";

fn secret(mark: &str) -> String {
    mark.repeat(21)
}

fn token(mark: &str) -> String {
    format!("1000.{}.{}", mark.repeat(16), mark.repeat(16))
}

/// Variables: `SECRET` is the client's; `TOKEN_x` is a token of its own for each name.
struct Variables;

impl Environment for Variables {
    fn variable(&self, name: &str) -> Option<String> {
        match name {
            "ID" => Some(ID.to_owned()),
            "SECRET" => Some(secret("5e")),
            "UNSET" => None,
            name => name.strip_prefix("TOKEN_").map(|name| format!("{}.{name}", token("f1"))),
        }
    }
}

/// Answers by the last part of the refresh token; keeps what was sent.
#[derive(Default)]
struct Fake {
    answers: HashMap<String, (u16, String)>,
    sent: Mutex<Vec<(String, String)>>,
}

impl Fake {
    fn with(answers: &[(&str, u16, &str)]) -> Self {
        let answers = answers.iter().map(|(name, status, body)| ((*name).to_owned(), (*status, (*body).to_owned())));
        Self { answers: answers.collect(), sent: Mutex::default() }
    }
}

impl Transport for Fake {
    fn send(&self, request: &Request) -> Result<Response, Fault> {
        let body = request.body().to_string();
        let path = request.url.rsplit("localhost").next().unwrap_or_default();
        let name = match path {
            "/oauth/v2/token" => body.rsplit(['.', '=']).next().unwrap_or_default().to_owned(),
            other => other.to_owned(),
        };
        self.sent.lock().unwrap().push((request.url.clone(), body));
        let (status, body) = self.answers.get(&name).cloned().unwrap_or((500, String::new()));
        let location = (300..400).contains(&status).then(|| "https://elsewhere.example/x?token=1".to_owned());
        Ok(Response { status, content_type: None, location, body: Zeroizing::new(body.into_bytes()) })
    }
}

fn inventory(apps: &str) -> Inventory {
    let text = format!(
        "version: 1\ndefaults: {{ accounts-url: 'https://localhost', client-id: {ID}, client-secret: env:SECRET }}\n\
         apps:\n{apps}"
    );
    inventory::load(Path::new("inventory.yaml"), &text, &mut Sources::default()).unwrap()
}

fn asked(inventory: &Inventory, fake: &Fake, options: &Options) -> Vec<Asked> {
    let grants: Vec<&Grant> = inventory.grants.iter().collect();
    let count = Count { done: Mutex::new(0), stop_after: usize::MAX };
    let options = Options { pause: Duration::ZERO, ..*options };
    let results = run(&grants, fake, &Variables, &options, &count);
    assert_eq!((results.len(), *count.done.lock().unwrap()), (grants.len(), grants.len()));
    results
}

/// Counts grants, and stops the run after some.
struct Count {
    done: Mutex<usize>,
    stop_after: usize,
}

impl Watch for Count {
    fn advance(&self) {
        *self.done.lock().unwrap() += 1;
    }

    fn is_stopped(&self) -> bool {
        *self.done.lock().unwrap() >= self.stop_after
    }
}

#[test]
fn a_run_that_is_stopped_asks_no_more_and_tells_of_every_grant() {
    let inventory = inventory(
        "  a: { refresh-token: env:TOKEN_a }\n  b: { refresh-token: env:TOKEN_b }\n  c: { refresh-token: env:TOKEN_c }\n",
    );
    let grants: Vec<&Grant> = inventory.grants.iter().collect();
    let good = r#"{"access_token":"x","scope":"openid"}"#;
    let fake = Fake::with(&[("a", 200, good), ("b", 200, good), ("c", 200, good)]);
    let options = Options { pause: Duration::ZERO, ..Options::default() };
    let results = run(&grants, &fake, &Variables, &options, &Count { done: Mutex::new(0), stop_after: 1 });
    let told: Vec<bool> = results.iter().map(|asked| asked.answer.is_ok()).collect();
    assert_eq!((told, fake.sent.lock().unwrap().len()), (vec![true, false, false], 1));
    assert_eq!(results[2].answer.as_ref().unwrap_err().message, "not asked about: the run was interrupted");
    let fake = Fake::with(&[]);
    let results = run(&grants, &fake, &Variables, &options, &Count { done: Mutex::new(0), stop_after: 0 });
    assert_eq!((results.len(), fake.sent.lock().unwrap().len()), (3, 0));
}

/// What becomes of one answer.
fn answer(status: u16, body: &str) -> Result<Answer, Fault> {
    let inventory = inventory("  a: { refresh-token: env:TOKEN_a }\n");
    asked(&inventory, &Fake::with(&[("a", status, body)]), &Options::default()).remove(0).answer
}

#[test]
fn of_an_answer_only_what_is_no_secret_is_kept() {
    let body = format!(
        r#"{{"access_token": "{}", "refresh_token": "{}", "id_token": "eyJ.x.y", "scope": "ZohoBooks.invoices.READ email",
             "api_domain": "https://www.zohoapis.eu", "token_type": "Bearer", "expires_in": 3600, "other": {{"a": [1]}}}}"#,
        token("a0"),
        token("b0")
    );
    assert_eq!(
        answer(200, &body).unwrap().text,
        "{\n  \"access_token\": \"********\",\n  \"scope\": \"ZohoBooks.invoices.READ email\",\n  \"api_domain\": \"https://www.zohoapis.eu\",\n  \
         \"token_type\": \"Bearer\",\n  \"expires_in\": 3600\n}"
    );
    assert_eq!(
        answer(200, "\u{feff}{\"access_token\": \"x\"}").unwrap().text,
        "{\n  \"access_token\": \"********\"\n}"
    );
    assert_eq!(
        answer(200, r#"{"access_token": "x", "scope": null}"#).unwrap().text,
        "{\n  \"access_token\": \"********\"\n}"
    );
    let odd = r#"{"access_token": "x", "scope": ["a.b.READ", "c"], "expires_in": -1, "token_type": {"x": "y"}}"#;
    assert_eq!(
        answer(200, odd).unwrap().text,
        "{\n  \"access_token\": \"********\",\n  \"scope\": [\n    \"a.b.READ\",\n    \"c\"\n  ],\n  \"token_type\": null,\n  \"expires_in\": null\n}"
    );
}

#[test]
fn secrets_that_come_back_are_masked() {
    let (client, refresh, access) = (secret("5e"), format!("{}.a", token("f1")), token("ac"));
    for sent in [&client, &refresh, &access] {
        let body = format!(
            r#"{{"access_token": "{access}", "scope": "{sent} x{sent}y", "token_type": "{sent}", "api_domain": "https://{sent}"}}"#
        );
        let kept = answer(200, &body).unwrap().text;
        assert!(!kept.contains(sent.as_str()), "{kept}");
        let body = format!(r#"{{"error": "bad {sent}", "error_description": "no {sent}"}}"#);
        let fault = answer(200, &body).unwrap_err();
        assert!(!format!("{fault:?}").contains(sent.as_str()), "{fault:?}");
    }
}

#[test]
fn every_shape_of_an_answer_is_named_for_what_it_is() {
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let cases: &[(u16, &str)] = &[
        (200, r#"{"error":"invalid_client"}"#),
        (200, r#"{"error":"invalid_code"}"#),
        (400, r#"{"error":"invalid_grant"}"#),
        (200, r#"{"error":"invalid_client_secret"}"#),
        (200, r#"{"error":"general_error"}"#),
        (200, r#"{"error":"missing_org_info","error_description":"give the organisation"}"#),
        (
            400,
            r#"{"error_description":"You have made too many requests continuously.","error":"Access Denied","status":"failure"}"#,
        ),
        (200, r#"{"error_description":"您已连续提出过多请求，请稍后再试。","error":"拒绝访问","status":"failure"}"#),
        (429, "slow down"),
        (200, "<html><body>Maintenance</body></html>"),
        (503, "  <!DOCTYPE html>"),
        (200, ""),
        (200, "   \n"),
        (500, ""),
        (404, r#"{"message":"no"}"#),
        (200, r#"{"token_type":"Bearer","expires_in":3600}"#),
        (200, r#"{"access_token":"","scope":"openid"}"#),
        (200, r#"{"access_token":7}"#),
        (200, r#"{"access_token":["x"]}"#),
        (200, r#"{"access_token":"x","error":"oops"}"#),
        (200, r#"{"access_token":"x","status":"failure"}"#),
        (200, r#"{"access_token":"x","error":{"a":1}}"#),
        (500, r#"{"access_token":"x","scope":"openid"}"#),
        (200, r#"{"access_token":"x","scope":"openid","scope":"email"}"#),
        (200, r#"{"access_token":"x","sco"#),
        (200, r#"{"access_token":"x",}"#),
        (200, "{\"access_token\":\"x\"}\n{\"access_token\":\"y\"}\n"),
        (200, r#"[{"access_token":"x"}]"#),
        (200, r#""just a text""#),
        (200, "access_token=x&scope=openid"),
        (200, "\u{0}\u{1}\u{2}"),
        (200, &deep),
        (301, ""),
        (302, r#"{"access_token":"x"}"#),
    ];
    let mut told = String::new();
    for (status, body) in cases {
        let shown: String = body.chars().take(60).collect();
        match answer(*status, body) {
            Ok(answer) => panic!("{status} {body}: {answer:?}"),
            Err(fault) => {
                let _ = writeln!(
                    told,
                    "{status} {shown:?}\n    {:?}: {} ({})",
                    fault.kind,
                    fault.message,
                    fault.help.unwrap_or("")
                );
            }
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn each_grant_is_asked_about_once_and_a_throttled_client_no_more() {
    let other = "1000.GMB0YULZHJK411248S8I5GZ4CHUEX1";
    let inventory = inventory(&format!(
        "  a: {{ refresh-token: env:TOKEN_a }}\n  b: {{ refresh-token: env:TOKEN_b }}\n  c: {{ refresh-token: env:TOKEN_c }}\n  \
         again: {{ refresh-token: env:TOKEN_a }}\n  unset: {{ refresh-token: env:UNSET }}\n  \
         d: {{ refresh-token: env:TOKEN_d, client-id: {other} }}\n"
    ));
    let good = r#"{"access_token":"x","scope":"openid"}"#;
    let fake =
        Fake::with(&[("a", 200, good), ("b", 400, r#"{"status":"failure"}"#), ("c", 200, good), ("d", 200, good)]);
    let results = asked(&inventory, &fake, &Options::default());
    let kinds: Vec<Option<FaultKind>> =
        results.iter().map(|asked| asked.answer.as_ref().err().map(|f| f.kind)).collect();
    let expected = [
        None,
        Some(FaultKind::Throttled),
        Some(FaultKind::NotAsked),
        Some(FaultKind::Duplicate),
        Some(FaultKind::Place),
        None,
    ];
    assert_eq!(kinds, expected);
    let sent = fake.sent.lock().unwrap();
    assert_eq!(sent.len(), 3);
    assert!(
        sent.iter().all(|(url, body)| url == "https://localhost/oauth/v2/token" && body.starts_with("grant_type="))
    );
}

#[test]
fn the_token_is_given_back() {
    let inventory = inventory("  a: { refresh-token: env:TOKEN_a }\n");
    let good = format!(r#"{{"access_token":"{}"}}"#, token("ac"));
    let fake = Fake::with(&[("a", 200, &good), ("/oauth/v2/token/revoke", 200, "{\"status\":\"success\"}")]);
    let asked = asked(&inventory, &fake, &Options { revoke: true, ..Options::default() }).remove(0);
    assert_eq!(asked.revoked, Some(Ok(())));
    let sent = fake.sent.into_inner().unwrap();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[1], ("https://localhost/oauth/v2/token/revoke".to_owned(), format!("token={}", token("ac"))));
}

#[test]
fn what_would_be_sent_is_shown_as_it_is_sent() {
    let text = "\
version: 1
apps:
  sync: { data-center: eu, client-id: env:ID, client-secret: env:SECRET, refresh-token: 'cmd:pass show --key hunter2' }
  night: { data-center: ca, client-id: 1000.GMB0YULZHJK411248S8I5GZ4CHUEX0, client-secret: file:s/night, grant-type: client-credentials, soid: ZohoCRM.600123, scopes: [ZohoCRM.modules.READ, ZohoCRM.users.READ] }
  own: { accounts-url: 'https://sso.example.com:8443/iam/', client-id: env:ID, client-secret: env:SECRET, refresh-token: env:TOKEN_x }
";
    let inventory = inventory::load(Path::new("inventory.yaml"), text, &mut Sources::default()).unwrap();
    let grants: Vec<&Grant> = inventory.grants.iter().collect();
    insta::assert_snapshot!(plan(&grants, &Options { revoke: true, ..Options::default() }));
}

#[test]
fn nothing_that_is_debugged_shows_a_secret() {
    let form = vec![Parameter { name: "client_secret", value: Value::Secret(Secret::new("hunter2 &=".to_owned())) }];
    let request = Request { url: "https://localhost".to_owned(), form };
    let shown = format!("{request:?} {}", request.shown());
    assert!(!shown.contains("hunter2"), "{shown}");
    assert_eq!(request.body().as_str(), "client_secret=hunter2+%26%3D");
}
