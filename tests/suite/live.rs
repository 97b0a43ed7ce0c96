//! `zscope audit --live` against a token endpoint of the tests' own, over real TLS.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::run::{Ended, Run, zscope};
use crate::token_server::{Reply, Seen, TokenServer, proxy};

/// The number of every access token.
const ACCESS: usize = 4711;

/// A token of 2 × 32 digits that begins with a number.
pub(crate) fn token(n: usize) -> String {
    format!("1000.{n:032x}.{n:032x}")
}

pub(crate) fn client(n: usize) -> String {
    format!("1000.{n:030}")
}

pub(crate) fn good(scope: &str) -> Reply {
    Reply::json(format!(
        r#"{{"access_token":"{}","scope":"{scope}","api_domain":"https://www.zohoapis.eu","token_type":"Bearer","expires_in":3600}}"#,
        token(ACCESS)
    ))
}

/// An inventory of apps of this server, with their keys.
fn inventory(server: &TokenServer, apps: &[(String, String)]) -> String {
    let mut text =
        format!("version: 1\ndefaults:\n  accounts-url: {}\n  client-secret: env:SECRET\napps:\n", server.url());
    for (name, keys) in apps {
        let _ = writeln!(text, "  {name}: {{ {keys} }}");
    }
    text
}

/// One app for each reply; the number of a refresh token is that of its app.
pub(crate) fn numbered(count: usize) -> Vec<(String, String)> {
    (0..count).map(|n| (format!("app{n}"), format!("client-id: {}, refresh-token: env:TOKEN_{n}", client(n)))).collect()
}

/// The number that a refresh token has.
fn number(seen: &Seen) -> usize {
    let token = seen.form.get("refresh_token").map_or("", String::as_str);
    token.rsplit('.').next().and_then(|hex| usize::from_str_radix(hex, 16).ok()).unwrap_or(usize::MAX)
}

pub(crate) fn audit(server: &TokenServer, apps: &[(String, String)], args: &[&str]) -> Run {
    let mut run =
        zscope(&["audit", "--live", "--inventory", "inventory.yaml", "--ca-file", "ca.pem", "--as-of", "2026-11-23"]);
    run.command.args(args).env("SECRET", "5ec4e7".repeat(7));
    for n in 0..apps.len() {
        run.command.env(format!("TOKEN_{n}"), token(n));
    }
    run.file("inventory.yaml", inventory(server, apps)).file("ca.pem", &server.authority)
}

fn report(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {} {}", ended.stdout, ended.stderr))
}

/// Messages by what could not be evaluated.
fn not_evaluated(report: &Value) -> BTreeMap<String, String> {
    let list = report["not_evaluated"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let found: BTreeMap<_, _> = list.iter().map(|item| (text(&item["input"]), text(&item["message"]))).collect();
    assert_eq!(found.len(), list.len(), "each is told once");
    found
}

#[test]
fn a_grant_is_asked_about_and_judged() {
    let server = TokenServer::start(|_| good("ZohoBooks.fullaccess.all email"));
    let apps = vec![("sync".to_owned(), format!("client-id: {}, refresh-token: env:TOKEN_0", client(0)))];
    let ended = audit(&server, &apps, &["--yes", "--format", "json"]).ended();
    assert_eq!(ended.code, Some(1), "{} {}", ended.stdout, ended.stderr);
    let report = report(&ended);
    assert_eq!(report["grants"].as_array().unwrap().len(), 1);
    assert_eq!(report["scopes"].as_array().unwrap().len(), 2);
    assert!(report["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "ZS201"), "{report}");
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].line, "POST /oauth/v2/token HTTP/1.1");
    let form: BTreeMap<_, _> = seen[0].form.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let expected = [
        ("client_id", client(0)),
        ("client_secret", "5ec4e7".repeat(7)),
        ("grant_type", "refresh_token".to_owned()),
        ("refresh_token", token(0)),
    ];
    assert_eq!(form, expected.into());
    assert_eq!(seen[0].headers["content-type"], "application/x-www-form-urlencoded");
    assert!(ended.stderr.starts_with("note: each grant mints an access token"), "{}", ended.stderr);
}

#[test]
fn client_credentials_name_organisation_and_scopes() {
    let server = TokenServer::start(|_| good("ZohoCRM.modules.READ"));
    let keys = format!(
        "client-id: {}, grant-type: client-credentials, soid: ZohoCRM.6001, scopes: [ZohoCRM.modules.READ, ZohoCRM.users.READ]",
        client(0)
    );
    let ended = audit(&server, &[("night".to_owned(), keys)], &["--yes", "--format", "json"]).ended();
    assert_eq!(report(&ended)["grants"].as_array().unwrap().len(), 1, "{}", ended.stderr);
    let form = &server.seen()[0].form;
    assert_eq!(form["grant_type"], "client_credentials");
    assert_eq!(
        (form["soid"].as_str(), form["scope"].as_str()),
        ("ZohoCRM.6001", "ZohoCRM.modules.READ,ZohoCRM.users.READ")
    );
    assert!(!form.contains_key("refresh_token"));
    // Of the two scopes that were asked for, one was granted.
    assert!(ended.stdout.contains("ZohoCRM.users.READ"), "{}", ended.stdout);
}

/// Every way in which an answer can go wrong, and what is said of it.
fn faults(elsewhere: &str) -> Vec<(Reply, &'static str)> {
    let json = Reply::json;
    let html = "<!DOCTYPE html><html><body>maintenance</body></html>".to_owned();
    vec![
        (json(r#"{"error":"invalid_client"}"#), "the server does not know the client"),
        (json(r#"{"error":"invalid_code"}"#), "the refresh token is not valid"),
        (json(r#"{"error":"invalid_client_secret"}"#), "the client secret is wrong"),
        (
            Reply::Body(400, "application/json", r#"{"error":"Access Denied","status":"failure"}"#.to_owned()),
            "too many requests",
        ),
        (
            json(r#"{"error_description":"您已连续提出过多请求","error":"拒绝访问","status":"failure"}"#),
            "too many requests",
        ),
        (Reply::Body(200, "text/html", html.clone()), "a page for people"),
        (Reply::Body(200, "application/json", html), "a page for people"),
        (
            Reply::Body(200, "text/html", r#"{"error":"general_error"}"#.to_owned()),
            "the server refuses (`general_error`)",
        ),
        (Reply::Body(500, "text/plain", "oops".to_owned()), "HTTP 500"),
        (json("{}\n{}\n\u{0}garbage"), "not JSON"),
        (json(""), "the answer is empty"),
        (json(r#"{"access_token":"x","#), "ends in the middle"),
        (json(r#"{"token_type":"Bearer"}"#), "without a token"),
        (Reply::CutOff(r#"{"access_token":"x"}"#.to_owned()), "ends too early"),
        (Reply::Closed, "ends the connection"),
        (Reply::Garbage, "without an answer in HTTP"),
        (Reply::Endless, "longer than 1024 KiB"),
        (Reply::Redirect(302, elsewhere.to_owned()), "which is not followed"),
        (Reply::Redirect(307, elsewhere.to_owned()), "which is not followed"),
    ]
}

#[test]
fn two_hundred_apps_with_mixed_faults_are_each_accounted_for_once() {
    let trap = TokenServer::start(|_| good("ZohoBooks.fullaccess.all"));
    let elsewhere = format!("{}/oauth/v2/token", trap.url());
    let replies = faults(&elsewhere);
    let kinds = replies.len();
    let server = TokenServer::start(move |seen| match number(seen) {
        n if n % 2 == 0 => good("ZohoBooks.invoices.READ"),
        n => replies[(n / 2) % kinds].0.clone(),
    });
    let mut apps = numbered(200);
    // Some hold several grants of one client.
    for n in [40, 42, 44] {
        apps[n].1 = format!("client-id: {}, refresh-token: env:TOKEN_{n}", client(900));
    }
    apps[60].1 = format!("client-id: {}, refresh-token: env:NOT_SET", client(60));
    let ended = audit(&server, &apps, &["--yes", "--format", "json", "--jobs", "16", "--timeout", "20"]).ended();
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let report = report(&ended);
    let missed = not_evaluated(&report);
    let held = report["grants"].as_array().unwrap();
    let labels: HashSet<String> = held.iter().map(|grant| grant["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!((labels.len(), held.len(), missed.len()), (99, 99, 101));
    let expected = faults(&elsewhere);
    for n in 0..200 {
        let label = format!("app{n}@localhost:{}", server.port);
        assert!(labels.contains(&label) != missed.contains_key(&label), "{label}");
        if n % 2 == 1 {
            let wanted = expected[(n / 2) % kinds].1;
            assert!(missed[&label].contains(wanted), "{label}: {}, not {wanted}", missed[&label]);
        }
    }
    let seen = server.seen();
    let mut asked: Vec<usize> = seen.iter().map(number).collect();
    asked.sort_unstable();
    assert_eq!(asked, (0..200).filter(|n| *n != 60).collect::<Vec<_>>(), "each once");
    for request in &seen {
        assert_eq!(request.line, "POST /oauth/v2/token HTTP/1.1");
        let headers = format!("{:?}", request.headers);
        assert!(!headers.contains("5ec4e7") && !headers.contains(&token(number(request))), "{headers}");
    }
    assert!(trap.seen().is_empty(), "a redirect was followed");
}

/// Answers of a server that wants a grant to pass for less than it is: none of them tells in a clear way of what the policy
/// allows, and of nothing else.
fn lies() -> Vec<(&'static str, Reply)> {
    const FINE: &str = "ZohoBooks.invoices.READ";
    const BAD: &str = "ZohoBooks.fullaccess.all";
    let own = token(ACCESS);
    let json = |fields: &str| Reply::json(format!("{{\"access_token\":\"{own}\",{fields}}}"));
    let whole = |text: String| Reply::Body(200, "application/json", text);
    let good = format!("{{\"access_token\":\"{own}\",\"scope\":\"{FINE}\"}}");
    vec![
        ("two scopes, the good one last", json(&format!("\"scope\":\"{BAD}\",\"scope\":\"{FINE}\""))),
        ("two scopes, the good one first", json(&format!("\"scope\":\"{FINE}\",\"scope\":\"{BAD}\""))),
        ("the name again in escapes", json(&format!("\"scope\":\"{FINE}\",\"sc\\u006fpe\":\"{BAD}\""))),
        ("the name again in capitals", json(&format!("\"scope\":\"{FINE}\",\"SCOPE\":\"{BAD}\""))),
        ("another field of scopes", json(&format!("\"scope\":\"{FINE}\",\"scopes\":\"{BAD}\""))),
        ("what is granted beside", json(&format!("\"scope\":\"{FINE}\",\"granted_scopes\":[\"{BAD}\"]"))),
        ("what is granted below", json(&format!("\"scope\":\"{FINE}\",\"data\":{{\"scope\":\"{BAD}\"}}"))),
        ("a list", json(&format!("\"scope\":[\"{FINE}\",\"{BAD}\"]"))),
        ("a list in a text", json(&format!("\"scope\":\"[\\\"{FINE}\\\",\\\"{BAD}\\\"]\""))),
        ("an object", json(&format!("\"scope\":{{\"a\":\"{BAD}\"}}"))),
        ("lists in lists", json(&format!("\"scope\":[[[\"{BAD}\"]]]"))),
        ("a number", json("\"scope\":1")),
        ("yes", json("\"scope\":true")),
        ("nothing", json("\"scope\":null")),
        ("an empty text", json("\"scope\":\"\"")),
        ("a blank", json("\"scope\":\" \"")),
        ("no word of scopes", json("\"token_type\":\"Bearer\"")),
        ("small letters", json("\"scope\":\"zohobooks.fullaccess.all\"")),
        ("letters that look the same", json("\"scope\":\"Zоhоbооks.fullaccess.all\"")),
        ("letters that nobody sees", json("\"scope\":\"Zoho\u{200b}Books.fullaccess.all\"")),
        ("dots in escapes", json("\"scope\":\"ZohoBooks\\u002efullaccess\\u002eall\"")),
        ("dots of a URL", json("\"scope\":\"ZohoBooks%2Efullaccess%2Eall\"")),
        ("dots of a URL in a URL", json("\"scope\":\"ZohoBooks%252Efullaccess%252Eall\"")),
        ("dots of a page", json("\"scope\":\"ZohoBooks&#46;fullaccess&#46;all\"")),
        ("a comma of a URL", json(&format!("\"scope\":\"{FINE}%2C{BAD}\""))),
        ("a line break between", json(&format!("\"scope\":\"{FINE}\\n{BAD}\""))),
        ("a zero between", json(&format!("\"scope\":\"{FINE}\\u0000{BAD}\""))),
        ("a place to fill in", json("\"scope\":\"ZohoBooks.{x}.ALL\"")),
        ("a wildcard", json("\"scope\":\"ZohoBooks.**\"")),
        ("a token for a scope", json(&format!("\"scope\":\"{own}\""))),
        ("an error beside", json(&format!("\"scope\":\"{FINE}\",\"error\":\"invalid_code\""))),
        ("a failure beside", json(&format!("\"scope\":\"{FINE}\",\"status\":\"failure\",\"error\":\"x\""))),
        ("two answers", whole(format!("{good}\n{{\"access_token\":\"{own}\",\"scope\":\"{BAD}\"}}"))),
        ("a list of answers", whole(format!("[{good},{{\"access_token\":\"{own}\",\"scope\":\"{BAD}\"}}]"))),
        ("an answer and a rest", whole(format!("{good} trailing"))),
        ("an answer that is cut", Reply::CutOff(good.clone())),
        ("single quotes", whole(good.replace('"', "'"))),
        ("a comment", whole(format!("// {good}\n"))),
        ("a form", whole(format!("access_token={own}&scope={FINE}"))),
        ("a page", Reply::Body(200, "text/html", format!("<html>{good}</html>"))),
        ("an answer with an error's number", Reply::Body(500, "application/json", good.clone())),
        ("an answer that is no longer there", Reply::Body(404, "application/json", good.clone())),
        ("an answer that refuses", Reply::Body(401, "application/json", good.clone())),
        ("another place", Reply::Redirect(302, "https://localhost:1/".to_owned())),
        ("no HTTP", Reply::Garbage),
        ("no word", Reply::Closed),
        ("more than anybody reads", Reply::Endless),
        ("as deep as nobody reads", whole(format!("{}{good}{}", "[".repeat(5000), "]".repeat(5000)))),
    ]
}

#[test]
fn a_server_that_lies_gets_nothing_through() {
    let lies = lies();
    let count = lies.len();
    let names: Vec<&str> = lies.iter().map(|(name, _)| *name).collect();
    // The last one tells the truth.
    let server = TokenServer::start(move |seen| {
        lies.get(number(seen)).map_or_else(|| good("ZohoBooks.invoices.READ"), |(_, reply)| reply.clone())
    });
    let mut run = audit(
        &server,
        &numbered(count + 1),
        &["--yes", "--format", "json", "--jobs", "16", "--timeout", "20", "--policy", "deny.yaml"],
    )
    .file("deny.yaml", "version: 1\ndefault: deny\nallow: [ZohoBooks.invoices.READ]\n");
    let ended = run.ended();
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let report = report(&ended);
    let missed = not_evaluated(&report);
    let held = report["grants"].as_array().unwrap();
    let passes = |n: usize| {
        let label = format!("app{n}@localhost:{}", server.port);
        if missed.keys().any(|input| input.contains(&label)) {
            return false;
        }
        let own: Vec<usize> = (0..held.len()).filter(|at| held[*at]["name"].as_str() == Some(&label)).collect();
        assert!(!own.is_empty(), "{n} is told: {:?} {}", names.get(n), ended.stdout);
        let scopes: Vec<&Value> = report["scopes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|scope| scope["grant"].as_u64().is_some_and(|grant| own.iter().any(|at| *at as u64 == grant)))
            .collect();
        own.iter().all(|at| held[*at]["state"] == "known") && scopes.iter().all(|scope| scope["verdict"] == "allowed")
    };
    let through: Vec<&str> = (0..count).filter(|n| passes(*n)).map(|n| names[n]).collect();
    println!("{count} lying token servers, {} get something through", through.len());
    assert!(count >= 46 && through.is_empty(), "{through:?}");
    assert!(passes(count), "the one that tells the truth");
}

#[test]
fn slow_servers_do_not_hold_a_run_up() {
    let server = TokenServer::start(|seen| match number(seen) {
        0 => Reply::Slow(Duration::from_secs(10), String::new()),
        1 => Reply::Drip,
        _ => good("ZohoBooks.invoices.READ"),
    });
    let started = Instant::now();
    let ended = audit(&server, &numbered(3), &["--yes", "--format", "json", "--timeout", "1"]).ended();
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    let report = report(&ended);
    let missed = not_evaluated(&report);
    assert_eq!((ended.code, missed.len(), report["grants"].as_array().unwrap().len()), (Some(3), 2, 1));
    assert!(missed.values().all(|message| message.contains("no whole answer")), "{missed:?}");
}

#[test]
fn a_server_has_to_prove_who_it_is() {
    let good_server = TokenServer::start(|_| good("openid"));
    let other_name = TokenServer::for_name("other.example", |_| good("openid"));
    let told = |server: &TokenServer, authority: &str| {
        let ended = audit(server, &numbered(1), &["--yes", "--format", "json"]).file("ca.pem", authority).ended();
        assert_eq!(ended.code, Some(3), "{}", ended.stderr);
        not_evaluated(&report(&ended)).into_values().next().unwrap()
    };
    assert!(told(&good_server, &other_name.authority).contains("unknown authority"));
    assert!(told(&other_name, &other_name.authority).contains("for another name"));
    assert!(good_server.seen().is_empty() && other_name.seen().is_empty());
}

#[test]
fn nobody_there_is_told_and_names_without_an_address_are() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = gone.local_addr().unwrap().port();
    drop(gone);
    let server = TokenServer::start(|_| good("openid"));
    let mut apps = numbered(2);
    let _ = write!(apps[0].1, ", accounts-url: 'https://localhost:{port}'");
    apps[1].1.push_str(", accounts-url: 'https://nowhere.invalid'");
    let ended = audit(&server, &apps, &["--yes", "--format", "json"]).ended();
    let missed = not_evaluated(&report(&ended));
    assert!(missed[&format!("app0@localhost:{port}")].contains("no connection"), "{missed:?}");
    assert!(missed["app1@nowhere.invalid"].contains("has no address"), "{missed:?}");
}

#[test]
fn certificates_and_proxies_of_the_environment_are_honoured() {
    let server = TokenServer::start(|_| good("openid"));
    let (port, asked) = proxy();
    let mut run = zscope(&["audit", "--live", "--inventory", "inventory.yaml", "--yes", "--format", "json"]);
    run.command.env("SECRET", "x").env("TOKEN_0", token(0)).env("SSL_CERT_FILE", "ca.pem");
    run.command.env("HTTPS_PROXY", format!("http://127.0.0.1:{port}"));
    let ended = run.file("inventory.yaml", inventory(&server, &numbered(1))).file("ca.pem", &server.authority).ended();
    assert_eq!(report(&ended)["grants"].as_array().unwrap().len(), 1, "{} {}", ended.stdout, ended.stderr);
    assert_eq!(*asked.lock().unwrap(), [format!("CONNECT localhost:{} HTTP/1.1", server.port)]);
}

#[test]
fn nothing_is_sent_that_nobody_accepted() {
    let server = TokenServer::start(|_| good("openid"));
    let ended = audit(&server, &numbered(2), &[]).ended();
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(ended.stderr.contains("--yes") && ended.stderr.contains("accept-minting"), "{}", ended.stderr);
    let ended = audit(&server, &numbered(2), &["--dry-run"]).ended();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!(ended.stdout.matches("POST https://localhost").count(), 2, "{}", ended.stdout);
    let ended = audit(&server, &numbered(2), &["--yes", "--offline"]).ended();
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(server.seen().is_empty());
    let mut apps = numbered(2);
    for (_, keys) in &mut apps {
        keys.push_str(", accept-minting: true");
    }
    let ended = audit(&server, &apps, &["--format", "json"]).ended();
    assert_eq!(report(&ended)["grants"].as_array().unwrap().len(), 2);
}

#[test]
fn apps_and_tags_choose_grants() {
    let server = TokenServer::start(|_| good("openid"));
    let mut apps = numbered(4);
    apps[1].1.push_str(", tags: [books, live]");
    apps[2].1.push_str(", tags: [books]");
    let names = |args: &[&str]| {
        let mut all = vec!["--yes", "--format", "json"];
        all.extend(args);
        let ended = audit(&server, &apps, &all).ended();
        let names = |grant: &Value| grant["name"].as_str().unwrap().split('@').next().unwrap().to_owned();
        report(&ended)["grants"].as_array().unwrap().iter().map(names).collect::<Vec<_>>()
    };
    assert_eq!(names(&["--tag", "books"]), ["app1", "app2"]);
    assert_eq!(names(&["--tag", "live", "--tag", "nothing"]), ["app1"]);
    let ended = audit(&server, &apps, &["--yes", "--tag", "bokos"]).ended();
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
}

#[test]
fn what_an_app_asks_for_is_held_against_its_grant() {
    let server = TokenServer::start(|_| good("ZohoBooks.invoices.READ ZohoBooks.contacts.READ"));
    let mut apps = numbered(2);
    apps[0].1.push_str(", requested: [ZohoBooks.invoices.READ]");
    apps[1].1.push_str(", requested-file: wanted.txt");
    let wanted = "ZohoBooks.invoices.READ\nZohoBooks.contacts.READ\nZohoBooks.bills.READ\n";
    let ended = audit(&server, &apps, &["--yes", "--format", "json"]).file("wanted.txt", wanted).ended();
    let report = report(&ended);
    let found: Vec<(String, String)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            (finding["rule"].as_str().unwrap().to_owned(), finding["scope"].as_str().unwrap_or("").to_owned())
        })
        .filter(|(rule, _)| rule.ends_with("-grant"))
        .collect();
    assert!(found.contains(&("excess-grant".to_owned(), "ZohoBooks.contacts.READ".to_owned())), "{found:?}");
    assert!(found.iter().any(|(rule, _)| rule == "missing-grant"), "{found:?}");
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn tokens_are_given_back() {
    let server = TokenServer::start(|seen| {
        if seen.line.contains("/token/revoke") {
            return Reply::json(r#"{"status":"success"}"#);
        }
        Reply::json(format!(r#"{{"access_token":"{}","scope":"ZohoCRM.modules.READ"}}"#, token(ACCESS)))
    });
    let ended = audit(&server, &numbered(1), &["--yes", "--revoke"]).ended();
    assert!(ended.stdout.contains("ZohoCRM.modules.READ"), "{} {}", ended.stdout, ended.stderr);
    let seen = server.seen();
    let lines: Vec<&str> = seen.iter().map(|seen| seen.line.as_str()).collect();
    assert_eq!(lines, ["POST /oauth/v2/token HTTP/1.1", "POST /oauth/v2/token/revoke HTTP/1.1"]);
    assert_eq!(seen[1].form["token"], token(ACCESS));
}

/// What could not be evaluated of an inventory, by the name of its app.
fn missed(
    apps: &[(&str, String)],
    args: &[&str],
    more: impl FnOnce(Run) -> Run,
) -> (BTreeMap<String, String>, Ended, usize) {
    let server = TokenServer::start(|_| good("openid"));
    let apps: Vec<(String, String)> = apps.iter().map(|(name, keys)| ((*name).to_owned(), keys.clone())).collect();
    let mut all = vec!["--yes", "--format", "json"];
    all.extend(args);
    let ended = more(audit(&server, &apps, &all)).ended();
    let missed = not_evaluated(&report(&ended));
    let by_app = missed.into_iter().map(|(label, message)| (label.split('@').next().unwrap().to_owned(), message));
    (by_app.collect(), ended, server.seen().len())
}

#[cfg(unix)]
#[test]
fn a_secret_that_is_not_had_is_told_of_its_app_and_the_others_go_on() {
    let of = |n: usize, place: &str| format!("client-id: {}, refresh-token: '{place}'", client(n));
    let apps = [
        ("hangs", of(1, "cmd:sleep 60")),
        ("prints-nothing", of(2, "cmd:true")),
        ("fails", of(3, "cmd:sh -c \"echo c0ffee-secret >&2; echo c0ffee-secret; exit 7\"")),
        ("no-program", of(4, "cmd:./no-such-program --key c0ffee-secret")),
        ("not-set", of(5, "env:NOT_SET")),
        ("no-file", of(6, "file:no/such/file")),
        ("folder", of(7, "file:folder")),
        ("empty-file", of(8, "file:empty")),
        ("blanks", of(9, "file:blanks")),
        ("good-file", of(10, "file:token")),
        ("good-program", of(11, "cmd:cat second")),
        ("good-program-with-noise", of(12, "cmd:sh -c \"echo c0ffee-secret >&2; cat third\"")),
    ];
    let (missed, ended, asked) = missed(&apps, &["--timeout", "2"], |mut run| {
        run.command.env("PATH", "/usr/bin:/bin");
        run.file("folder/x", "")
            .file("empty", "\n")
            .file("blanks", "c0ffee secret\n")
            .file("token", format!("{}\r\n", token(1)))
            .file("second", format!("{}\nmore\n", token(2)))
            .file("third", token(3))
    });
    assert_eq!((ended.code, asked), (Some(3), 3), "{missed:?}");
    assert!(!format!("{}{}", ended.stdout, ended.stderr).contains("c0ffee"), "{} {}", ended.stdout, ended.stderr);
    let had = |place: &str, why: &str| format!("the refresh token cannot be had from `{place}`: {why}");
    let expected = [
        ("blanks", had("file:blanks", "what is there holds blanks or characters that none of Zoho's secrets has")),
        ("empty-file", had("file:empty", "nothing is there")),
        ("fails", had("cmd:sh …", "the program ends with exit code 7")),
        ("folder", had("file:folder", "is a directory")),
        ("hangs", had("cmd:sleep …", "the program takes longer than 2 seconds")),
        ("no-file", had("file:no/such/file", "entity not found")),
        ("no-program", had("cmd:./no-such-program …", "the program cannot be started: entity not found")),
        ("not-set", had("env:NOT_SET", "the variable is not set")),
        ("prints-nothing", had("cmd:true", "nothing is there")),
    ];
    let expected: BTreeMap<String, String> = expected.into_iter().map(|(app, why)| (app.to_owned(), why)).collect();
    assert_eq!(missed, expected);
}

#[test]
fn proxies_are_left_out_where_the_environment_says_so() {
    let server = TokenServer::start(|_| good("openid"));
    let (port, asked) = proxy();
    for (without, through) in [("localhost", 0), ("example.com,.localhost", 0), ("example.com", 1)] {
        asked.lock().unwrap().clear();
        let mut run = audit(&server, &numbered(1), &["--yes", "--format", "json"]);
        run.command.env("HTTPS_PROXY", format!("http://127.0.0.1:{port}")).env("NO_PROXY", without);
        let ended = run.ended();
        assert_eq!(report(&ended)["grants"].as_array().unwrap().len(), 1, "{without}: {}", ended.stdout);
        assert_eq!(asked.lock().unwrap().len(), through, "{without}");
    }
}

#[test]
fn a_proxy_that_fails_is_told_without_its_password() {
    let server = TokenServer::start(|_| good("openid"));
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = gone.local_addr().unwrap().port();
    drop(gone);
    let refusing = refusing_proxy();
    for (proxy, code) in [
        (format!("http://user:c0ffee-secret@127.0.0.1:{port}"), 3),
        (format!("http://user:c0ffee-secret@127.0.0.1:{refusing}"), 3),
        ("http://user:c0ffee secret@[::1".to_owned(), 2),
        ("c0ffee-secret://x".to_owned(), 2),
        ("socks5://user:c0ffee-secret@127.0.0.1:1".to_owned(), 2),
    ] {
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
            let mut run = audit(&server, &numbered(1), &["--yes", "--format", "json"]);
            run.command.env(name, &proxy);
            let ended = run.ended();
            let all = format!("{}{}", ended.stdout, ended.stderr);
            assert!(!all.contains("c0ffee") && !all.contains("fault of its own"), "{proxy}: {all}");
            assert_eq!(ended.code, Some(code), "{name}={proxy}: {all}");
            // Nobody is asked past the proxy.
            assert!(server.seen().is_empty(), "{name}={proxy}");
            let told = if code == 2 { format!("`{name}` is not the address of a proxy") } else { "proxy".to_owned() };
            assert!(all.contains(&told), "{name}={proxy}: {all}");
        }
    }
}

/// A proxy that connects to nothing.
fn refusing_proxy() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let mut head = [0; 1024];
            let _ = std::io::Read::read(&mut client, &mut head);
            let _ = std::io::Write::write_all(
                &mut client,
                b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
            );
        }
    });
    port
}

#[test]
fn a_second_attempt_is_made_only_where_nothing_was_sent() {
    // Whoever hangs up before TLS is there has received nothing.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = std::sync::Arc::clone(&connections);
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            drop(client);
        }
    });
    let server = TokenServer::start(|_| Reply::Closed);
    let mut apps = numbered(2);
    let _ = write!(apps[0].1, ", accounts-url: 'https://localhost:{port}'");
    let ended = audit(&server, &apps, &["--yes", "--format", "json"]).ended();
    let missed = not_evaluated(&report(&ended));
    assert!(missed[&format!("app0@localhost:{port}")].contains("no connection"), "{missed:?}");
    assert_eq!(connections.load(std::sync::atomic::Ordering::SeqCst), 2);
    assert_eq!(server.seen().len(), 1, "what was received is not sent again");
}

#[test]
fn clients_are_asked_at_the_same_time_and_the_grants_of_one_with_a_pause() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NOW: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let server = TokenServer::start(|_| {
        MOST.fetch_max(NOW.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(300));
        NOW.fetch_sub(1, Ordering::SeqCst);
        good("openid")
    });
    for (jobs, most) in [("1", 1), ("3", 3)] {
        MOST.store(0, Ordering::SeqCst);
        let ended = audit(&server, &numbered(9), &["--yes", "--format", "json", "--jobs", jobs]).ended();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert_eq!(MOST.load(Ordering::SeqCst), most);
    }
    MOST.store(0, Ordering::SeqCst);
    let mut apps = numbered(3);
    for (n, (_, keys)) in apps.iter_mut().enumerate() {
        *keys = format!("client-id: {}, refresh-token: env:TOKEN_{n}", client(0));
    }
    let started = Instant::now();
    let ended = audit(&server, &apps, &["--yes", "--format", "json", "--jobs", "8"]).ended();
    assert_eq!((ended.code, MOST.load(Ordering::SeqCst)), (Some(0), 1), "{}", ended.stderr);
    // Three answers, and two pauses of half a second.
    assert!(started.elapsed() > Duration::from_millis(1900), "{:?}", started.elapsed());
}

#[test]
fn every_data_centre_has_its_own_servers() {
    let mut text =
        "version: 1\ndefaults: { client-id: env:ID, client-secret: env:SECRET, refresh-token: env:T }\napps:\n"
            .replace(", refresh-token: env:T", "");
    for centre in zscope::catalog::data_centre::ALL {
        let _ = writeln!(text, "  of-{0}: {{ data-center: {0}, refresh-token: env:T }}", centre.code);
    }
    let run = zscope(&["audit", "--live", "--inventory", "inventory.yaml", "--dry-run", "--revoke"]);
    let ended = run.file("inventory.yaml", text).ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    for centre in zscope::catalog::data_centre::ALL {
        let part = ended.stdout.split("# ").find(|part| part.starts_with(&format!("of-{}@", centre.code))).unwrap();
        for line in [
            format!("POST https://{}/oauth/v2/token\n", centre.accounts_host),
            format!("POST https://{}/oauth/v2/token/revoke\n", centre.accounts_host),
        ] {
            assert!(part.contains(&line), "{line}{part}");
        }
    }
}

/// The first plan of a run.
fn plan(report: &Value) -> Value {
    report["plans"][0].clone()
}

#[test]
fn plans_keep_what_the_inventory_requests_and_name_its_servers() {
    let server = TokenServer::start(|seen| match number(seen) {
        usize::MAX => good("ZohoCRM.modules.ALL ZohoCRM.users.READ"),
        _ => good("ZohoBooks.invoices.ALL ZohoBooks.contacts.READ ZohoBooks.bills.READ"),
    });
    let policy = "version: 1\nallow: [\"ZohoBooks.{invoices,contacts,bills}.{CREATE,READ}\", ZohoCRM.modules.leads.READ, ZohoCRM.users.READ]\napps: { app0: { owner: us } }\n";
    let mut apps = numbered(1);
    let id = "1000.GMB0YULZHJK411248S8I5GZ4CHUEX0";
    apps[0].1 = format!(
        "client-id: {id}, refresh-token: env:TOKEN_0, requested: [ZohoBooks.contacts.READ, zohobooks.Invoices.read, ZohoBooks.settings.READ]"
    );
    let args = ["--yes", "--plan", "--format", "json", "--policy", "zscope.yaml"];
    let report = report(&audit(&server, &apps, &args).file("zscope.yaml", policy).ended());
    let way = plan(&report);
    // Of what is requested, what the token gives and the policy allows.
    assert_eq!(way["keep"], serde_json::json!(["ZohoBooks.contacts.READ", "ZohoBooks.invoices.READ"]), "{report}");
    let list = "ZohoBooks.contacts.READ,ZohoBooks.invoices.READ";
    assert_eq!(
        way["consent_url"],
        format!(
            "{}/oauth/v2/auth?response_type=code&client_id={}&scope={list}&redirect_uri={{redirect_uri}}&access_type=offline&prompt=consent&state={{state}}",
            server.url(),
            id
        )
    );
    assert_eq!(way["revoke_url"], format!("{}/oauth/v2/token/revoke", server.url()));
    assert_eq!(way["accounts_host_assumed"], false);
    assert_eq!(
        way["verify"],
        format!("zscope audit new-token.json --policy zscope.yaml --app app0 --requested '{list}'")
    );

    // A client that asks with its own credentials has nothing to consent to and nothing to revoke.
    let keys = format!(
        "client-id: {}, grant-type: client-credentials, soid: ZohoCRM.1, scopes: [ZohoCRM.modules.ALL, ZohoCRM.users.READ]",
        client(1)
    );
    let ended = audit(&server, &[("night".to_owned(), keys)], &args).file("zscope.yaml", policy).ended();
    let way = plan(&self::report(&ended));
    assert_eq!((&way["consent_url"], &way["revoke_url"]), (&Value::Null, &Value::Null));
    let steps = way["steps"].to_string();
    assert!(!steps.contains("revoke") && !steps.contains("consent"), "{steps}");
    insta::assert_snapshot!(
        way["steps"].as_array().unwrap().iter().map(|step| step.as_str().unwrap()).collect::<Vec<_>>().join("\n")
    );
}
