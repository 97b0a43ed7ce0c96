//! The same calls of one small program, however they were written down.

use super::*;
use crate::text::Sources;

/// What a small program calls.
const CALLS: [&str; 4] = [
    "DELETE https://www.zohoapis.eu/crm/v8/Leads/{id}",
    "GET https://www.zohoapis.eu/books/v3/invoices",
    "GET https://www.zohoapis.eu/crm/v8/Leads",
    "POST https://www.zohoapis.eu/crm/v8/coql",
];

fn read(name: &str, text: &str) -> (Source, SeenCalls) {
    let catalog = Catalog::embedded();
    let source = Source::new(name, text);
    let seen = Reader::new(&catalog).read(Sources::default().next_id(), &source);
    (source, seen)
}

fn shown(seen: &SeenCalls) -> Vec<String> {
    let shown = |call: &SeenCall| format!("{} {}", call.method.map_or("?", Method::as_str), call.url);
    let mut calls: Vec<String> = seen.calls.iter().map(shown).collect();
    calls.sort();
    calls
}

fn reasons(seen: &SeenCalls) -> Vec<&str> {
    seen.left.iter().map(|left| left.reason.as_str()).collect()
}

const HAR: &str = r#"{"log": {"version": "1.2", "entries": [
 {"request": {"method": "GET", "url": "https://www.zohoapis.eu/crm/v8/Leads"}, "response": {"content": {"text": "{\"a\": [1]}"}}},
 {"request": {"method": "GET", "url": "https://www.zohoapis.eu/books/v3/invoices"}},
 {"request": {"method": "DELETE", "url": "https:\/\/www.zohoapis.eu/crm/v8/Leads/{id}"}},
 {"request": {"method": "POST", "url": "https://www.zohoapis.eu/crm/v8/coql",
   "postData": {"mimeType": "application/json", "text": "{\"select_query\": \"select id from Deals\"}"}}},
 {"request": {"method": "GET", "url": "data:image/png;base64,xx"}},
 {"response": {}}]}}"#;

const POSTMAN: &str = r#"{"info": {"name": "x", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
 "variable": [{"key": "base", "value": "https://{{host}}"}, {"key": "host", "value": "www.zohoapis.eu"},
              {"key": "loop", "value": "{{loop}}"}],
 "item": [
  {"name": "folder", "item": [{"name": "deeper", "variable": [{"key": "crm", "value": "{{base}}/crm/v8"}], "item": [
    {"name": "a", "request": {"method": "GET", "url": {"raw": "{{crm}}/Leads?x={{loop}}", "query": [{"key": "x", "value": "1", "disabled": true}]}}},
    {"name": "b", "request": {"method": "DELETE", "url": "{{crm}}/Leads/:id"}}]}]},
  {"name": "c", "request": "{{base}}/books/v3/invoices"},
  {"name": "d", "request": {"method": "POST", "url": {"protocol": "https", "host": ["www", "zohoapis", "eu"], "path": ["crm", "v8", "coql"]},
    "body": {"mode": "raw", "raw": "{\"select_query\": \"select id from Deals\"}"}}},
  {"name": "e", "disabled": true, "request": "{{base}}/crm/v8/Contacts"},
  {"name": "f", "request": {"method": "GET"}}]}"#;

const OPENAPI: &str = "openapi: 3.1.0\nservers:\n- url: https://www.zohoapis.{dc}/crm/v8\n  variables: {dc: {default: eu}}\npaths:\n  \
    /Leads:\n    get: {summary: x}\n  /Leads/{id}:\n    parameters: []\n    delete: {}\n  /coql:\n    post: {}\n  \
    /invoices:\n    servers: [{url: 'https://www.zohoapis.eu/books/v3/'}]\n    get: {}\n  /x: {$ref: other.yaml}\n";

const COMBINED: &str = r#"10.0.0.1 - - [27/Nov/2026:10:00:00 +0000] "GET https://www.zohoapis.eu/crm/v8/Leads?page=1&token=secret HTTP/1.1" 200 12 "-" "x"
10.0.0.1 - bob [27/Nov/2026:10:00:01 +0000] "GET https://www.zohoapis.eu/crm/v8/Leads?page=2 HTTP/1.1" 200 12
10.0.0.1 - - [27/Nov/2026:10:00:02 +0000] "GET https://www.zohoapis.eu/books/v3/invoices HTTP/1.1" 200 12 "-" "x"
10.0.0.1 - - [27/Nov/2026:10:00:02 +0000] "DELETE https://www.zohoapis.eu/crm/v8/Leads/3652397000001234567 HTTP/1.1" 200 12 "-" "x"
10.0.0.1 - - [27/Nov/2026:10:00:02 +0000] "DELETE https://www.zohoapis.eu/crm/v8/Leads/3652397000001234568 HTTP/1.1" 200 12 "-" "x"
10.0.0.1 - - [27/Nov/2026:10:00:03 +0000] "POST https://www.zohoapis.eu/crm/v8/coql HTTP/1.1" 200 12 "-" "x"
10.0.0.1 - - [27/Nov/2026:10:00:03 +0000] "CONNECT crm.zoho.eu:443 HTTP/1.1" 200 12 "-" "x"
10.0.0.1 - - [27/Nov/2026:10:00:03 +0000] "-" 400 12 "-" "x"
"#;

const SQUID: &str = "1700000000.123 45 10.0.0.1 TCP_MISS/200 1234 GET https://www.zohoapis.eu/crm/v8/Leads - DIRECT/1.2.3.4 -\n\
    1700000000.124 45 10.0.0.1 TCP_MISS/200 1234 GET https://www.zohoapis.eu/books/v3/invoices - DIRECT/1.2.3.4 -\n\
    1700000000.125 45 10.0.0.1 TCP_MISS/200 1234 DELETE https://www.zohoapis.eu/crm/v8/Leads/12345 - DIRECT/1.2.3.4 -\n\
    1700000000.126 45 10.0.0.1 TCP_MISS/200 1234 POST https://www.zohoapis.eu/crm/v8/coql - DIRECT/1.2.3.4 -\n\
    1700000000.127 45 10.0.0.1 TCP_TUNNEL/200 1234 CONNECT crm.zoho.eu:443 - DIRECT/1.2.3.4 -\n";

const JSON_LINES: &str = r#"{"time": 1, "method": "GET", "url": "https://www.zohoapis.eu/crm/v8/Leads", "status": 200}
{"time": 2, "request": {"method": "GET", "host": "www.zohoapis.eu", "uri": "/books/v3/invoices"}}
{"http": {"request": {"method": "DELETE"}}, "url": {"original": "https://www.zohoapis.eu/crm/v8/Leads/0123456789abcdef01", "path": "/x"}}
{"request": "POST /crm/v8/coql HTTP/1.1", "host": "www.zohoapis.eu", "list": [{"a": null}]}
{"level": "info", "msg": "started"}
"#;

const URLLIB: &str = r#"DEBUG:urllib3.connectionpool:https://www.zohoapis.eu:443 "GET /crm/v8/Leads HTTP/1.1" 200 12
DEBUG:urllib3.connectionpool:x https://www.zohoapis.eu:443 "GET /crm/v8/Leads HTTP/1.1" 200 12
"#;

const CURL: &str = "#!/bin/sh\ncurl -H \"Authorization: Zoho-oauthtoken $T\" https://www.zohoapis.eu/crm/v8/Leads\n\
    curl https://www.zohoapis.eu/books/v3/invoices\ncurl -X DELETE \"https://www.zohoapis.eu/crm/v8/Leads/$id\"\n\
    curl https://www.zohoapis.eu/crm/v8/coql \\\n  -d '{\"select_query\": \"select id from Deals\"}'\n";

#[test]
fn the_same_calls_from_every_kind_of_record() {
    let lines = CALLS.join("\n");
    let policy = "version: 1\napps:\n  x:\n    calls:\n    - DELETE https://www.zohoapis.eu/crm/v8/Leads/{id}\n    \
        - GET https://www.zohoapis.eu/books/v3/invoices\n    - GET https://www.zohoapis.eu/crm/v8/Leads\n    \
        - POST https://www.zohoapis.eu/crm/v8/coql\n";
    for (name, text, left) in [
        ("calls.txt", lines.as_str(), 0),
        ("x.har", HAR, 1),
        ("x.postman_collection.json", POSTMAN, 2),
        ("api.yaml", OPENAPI, 1),
        ("access.log", COMBINED, 2),
        ("squid.log", SQUID, 1),
        ("x.jsonl", JSON_LINES, 1),
        ("zscope.yaml", policy, 0),
    ] {
        let (source, seen) = read(name, text);
        assert_eq!(shown(&seen), CALLS, "{name}");
        assert_eq!(seen.left.len(), left, "{name}: {:?}", seen.left);
        for place in seen.calls.iter().map(|call| call.place).chain(seen.left.iter().map(|left| left.place)) {
            assert!(!source.slice(place.span).is_empty(), "{name} {place:?}");
        }
    }
    let (source, seen) = read("x.har", HAR);
    assert_eq!(source.slice(seen.calls[2].place.span), r"https:\/\/www.zohoapis.eu/crm/v8/Leads/{id}");
    assert_eq!(seen.calls[3].modules, ["Deals"]);
    let (_, seen) = read("x.json", POSTMAN);
    assert_eq!(seen.calls.iter().flat_map(|call| &call.modules).collect::<Vec<_>>(), ["Deals"]);
    let (_, seen) = read("access.log", COMBINED);
    assert_eq!(seen.calls.iter().map(|call| call.count).collect::<Vec<_>>(), [2, 1, 2, 1]);
    let (_, seen) = read("urllib.log", URLLIB);
    assert!(shown(&seen).contains(&"GET https://www.zohoapis.eu:443/crm/v8/Leads".to_owned()), "{seen:?}");
    let (_, seen) = read("notes", CURL.trim_start_matches("#!/bin/sh\n"));
    assert_eq!(shown(&seen), CALLS);
}

#[test]
fn a_log_is_read_as_a_stream() {
    let catalog = Catalog::embedded();
    let reader = Reader::new(&catalog);
    let id = Sources::default().next_id();
    let (mut long, filler) = (COMBINED.repeat(50), "x".repeat(200_000));
    long.push_str(&format!(
        "1 - - [x] \"GET /crm/v8/{filler} HTTP/1.1\" 200\n1 - - [x] \"GET /crm/v8/Deals HTTP/1.1\" 200\n"
    ));
    let (source, seen) = reader.stream(id, "access.log", long.as_bytes()).unwrap();
    assert_eq!(seen.calls.iter().map(|call| call.count).collect::<Vec<_>>(), [100, 50, 100, 50, 1, 1]);
    assert!(source.text().len() < 100_000);
    let position = source.position(seen.calls[5].place.span.start);
    assert_eq!((position.line, position.column), (402, 1));
    assert_eq!(
        reasons(&seen),
        [
            "lines without a method and an address",
            "connections through a proxy, of which the log shows the host alone",
            "lines longer than 65536 bytes, of which the beginning was read",
        ]
    );
    let whole = reader.read(id, &Source::new("access.log", long.as_str()));
    assert_eq!(shown(&whole), shown(&seen));
    // Anything else is held whole.
    let (_, seen) = reader.stream(id, "x.har", HAR.as_bytes()).unwrap();
    assert_eq!(shown(&seen), CALLS);
}

#[test]
fn different_calls_are_bounded_and_told() {
    let mut text = String::new();
    for n in 0..100_100 {
        text.push_str(&format!("1 - - [x] \"GET /crm/v8/m{n:x}z HTTP/1.1\" 200\n"));
    }
    let catalog = Catalog::embedded();
    let id = Sources::default().next_id();
    let (_, seen) = Reader::new(&catalog).stream(id, "a.log", text.as_bytes()).unwrap();
    assert_eq!(seen.calls.len(), 100_000);
    assert_eq!((reasons(&seen), seen.left[0].count), (vec!["calls beyond 100000 different ones"], 100));
}

#[test]
fn hostile_texts_are_told_and_bounded() {
    let nested = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let folders = format!("{}{{\"request\": \"https://a.b/c\"}}{}", "{\"item\": [".repeat(100), "]}".repeat(100));
    let yaml = format!("openapi: 3.0.0\npaths: {}x{}\n", "[".repeat(1000), "]".repeat(1000));
    let lines = "no call here\n".repeat(1000);
    for (name, text, expected) in [
        ("a.json", nested.as_str(), "JSON that holds no calls: neither HAR, Postman, OpenAPI nor a list of tools"),
        ("a.json", "{\"log\": ", "not valid JSON, in line 1 column 8"),
        ("a.json", folders.as_str(), "folders nest deeper than 40"),
        ("a.yaml", yaml.as_str(), ""),
        ("a.txt", lines.as_str(), "the line does not begin with an HTTP method or an address"),
    ] {
        let (_, seen) = read(name, text);
        assert!(
            seen.calls.is_empty() && !seen.left.is_empty() && seen.left.len() <= 201,
            "{name} {:?}",
            seen.left.len()
        );
        assert!(seen.left[0].reason.starts_with(expected), "{name}: {}", seen.left[0].reason);
        let told: u64 = seen.left.iter().map(|left| left.count).sum();
        assert_eq!(told, if name == "a.txt" { 1000 } else { 1 }, "{name}");
    }
    for text in [
        "",
        "\u{feff}",
        "{",
        "[]",
        "null",
        "\0\0",
        "{\"item\": {\"item\": 1}}",
        "{\"log\": {\"entries\": [1, null]}}",
        "GET /crm/v8/../../x%2F..%2Fy",
    ] {
        read("x", text);
    }
}
