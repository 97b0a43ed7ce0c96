//! `zscope mcp`, as a client sees it: whole sessions over standard input and output.

use std::path::Path;

use serde_json::{Value, json};

use crate::run::{Run, zscope};

/// A session: what is sent, a message a line, and what comes back.
fn session(run: Run, sent: &[Value]) -> Vec<Value> {
    let lines: Vec<String> = sent.iter().map(Value::to_string).collect();
    raw(run, lines.join("\n").as_bytes())
}

fn raw(run: Run, sent: &[u8]) -> Vec<Value> {
    let ended = run.stdin(sent).ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.stderr, "");
    ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn initialize(version: &str, capabilities: &Value) -> Value {
    let client = json!({ "name": "test", "version": "1" });
    let params = json!({ "protocolVersion": version, "capabilities": capabilities, "clientInfo": client });
    request(0, "initialize", &params)
}

fn request(id: i64, method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

fn call(id: i64, tool: &str, arguments: &Value) -> Value {
    request(id, "tools/call", &json!({ "name": tool, "arguments": arguments }))
}

fn initialized() -> Value {
    json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })
}

/// Asks a server with one root, the folder of the run, and returns the results in the order of the questions.
fn asked(run: Run, calls: &[(&str, Value)]) -> Vec<Value> {
    let mut sent = vec![initialize("2025-06-18", &json!({})), initialized()];
    sent.extend(calls.iter().zip(1..).map(|((tool, arguments), id)| call(id, tool, arguments)));
    let answers = session(run, &sent);
    assert_eq!(answers.len(), calls.len() + 1);
    answers.into_iter().skip(1).map(|mut answer| answer["result"].take()).collect()
}

fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap()
}

const POLICY: &str =
    "version: 1\nallow: [ZohoBooks.invoices.READ]\napps:\n  sync: { owner: a, allow: [ZohoBooks.contacts.READ] }\n";

#[test]
fn each_version_is_spoken_and_another_gets_the_newest() {
    for (asked, agreed) in [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2099-01-01", "2025-06-18"),
    ] {
        let question = call(2, "check", &json!({ "scopes": "ZohoBooks.invoices.READ" }));
        let sent = [initialize(asked, &json!({})), initialized(), request(1, "tools/list", &json!({})), question];
        let answers = session(zscope(&["mcp"]), &sent);
        assert_eq!(answers[0]["result"]["protocolVersion"], agreed);
        assert_eq!(answers[0]["result"]["capabilities"], json!({ "tools": {} }));
        let is_typed = agreed == "2025-06-18";
        let tools = answers[1]["result"]["tools"].as_array().unwrap();
        assert!(tools.iter().all(|tool| tool.get("outputSchema").is_some() == is_typed));
        let result = &answers[2]["result"];
        let document = match is_typed {
            true => result["structuredContent"].clone(),
            false => serde_json::from_str(result["content"][1]["text"].as_str().unwrap()).unwrap(),
        };
        assert_eq!((&document["exit_code"], &document["format_version"]), (&json!(0), &json!(1)));
    }
}

#[test]
fn each_tool_answers_with_a_document_that_its_schema_describes() {
    let run = zscope(&["mcp", "--root", ".", "--as-of", "2026-11-27"])
        .file("zscope.yaml", POLICY)
        .file("src/auth.py", "SCOPES = ['ZohoBooks.fullaccess.all']\n");
    let calls = [
        ("check", json!({ "scopes": "ZohoBooks.invoices.READ" }), 0),
        ("check", json!({ "scopes": "ZohoBooks.contacts.READ" }), 1),
        ("check", json!({ "scopes": "ZohoBooks.contacts.READ", "app": "sync" }), 0),
        ("check", json!({ "scopes": "ZohoBooks.contacts.READ", "policy": "builtin:least-privilege" }), 0),
        ("check", json!({ "scopes": "https://example.com/" }), 3),
        ("check", json!({ "scopes": "ZohoBooks" }), 3),
        ("least", json!({ "calls": ["GET /books/v3/invoices", "DELETE /crm/v8/Leads/1"] }), 0),
        ("least", json!({ "calls": ["GET /books/v3/invoices"], "requested": "ZohoBooks.fullaccess.all" }), 1),
        ("who", json!({ "call": "GET /books/v3/invoices" }), 0),
        ("who", json!({ "call": "GET /books/v3/nothing" }), 1),
        ("explain", json!({ "subject": "ZohoCRM.modules.ALL" }), 0),
        ("explain", json!({ "subject": "ZS201" }), 0),
        ("scan", json!({}), 1),
        ("scan", json!({ "path": "src/auth.py" }), 1),
        ("why", json!({ "scope": "ZohoBooks.invoices.READ" }), 0),
        ("why", json!({ "scope": "ZohoBooks.invoices.ALL" }), 1),
    ];
    let list = session(zscope(&["mcp"]), &[initialize("2025-06-18", &json!({})), request(1, "tools/list", &json!({}))]);
    let tools = list[1]["result"]["tools"].as_array().unwrap().clone();
    let questions: Vec<(&str, Value)> = calls.iter().map(|(tool, given, _)| (*tool, given.clone())).collect();
    for (result, (name, given, exit_code)) in asked(run, &questions).iter().zip(&calls) {
        let told = text(result);
        assert_eq!(result["isError"], false, "{name} {given}: {told}");
        let document = &result["structuredContent"];
        assert_eq!(document["exit_code"], *exit_code, "{name} {given}: {told}");
        let tool = tools.iter().find(|tool| tool["name"] == *name).unwrap();
        assert!(jsonschema::is_valid(&tool["outputSchema"], document), "{name} {given}");
        assert!(jsonschema::is_valid(&tool["inputSchema"], given), "{name} {given}");
        assert!(!told.trim().is_empty() && told.len() < 6000, "{name} {given}: {} bytes", told.len());
    }
}

#[test]
fn answers_are_those_of_the_commands() {
    let scopes = "ZohoBooks.fullaccess.all,ZohoCRM.modules.ALL";
    let [check, who] = &asked(
        zscope(&["mcp", "--root", "."]).file("zscope.yaml", POLICY),
        &[("check", json!({ "scopes": scopes })), ("who", json!({ "call": "GET /books/v3/invoices" }))],
    )[..] else {
        panic!("two answers")
    };
    let printed = |args: &[&str]| -> Value {
        let ended = zscope(args).file("zscope.yaml", POLICY).ended();
        serde_json::from_str(&ended.stdout).unwrap()
    };
    let mut document = check["structuredContent"].clone();
    document.as_object_mut().unwrap().remove("exit_code");
    let mut command = printed(&["check", "ZohoBooks.fullaccess.all", "ZohoCRM.modules.ALL", "--format", "json"]);
    // Several arguments are a list in lines: places differ, and nothing else.
    for place in ["/findings", "/scopes"] {
        let ends = |document: &Value| -> Vec<Value> {
            let of =
                |item: &Value| json!([item["rule"], item["message"], item["verdict"], item["scope"], item["help"]]);
            document.pointer(place).unwrap().as_array().unwrap().iter().map(of).collect()
        };
        assert_eq!(ends(&document), ends(&command), "{place}");
    }
    for field in ["policy", "tool", "summary", "as_of", "notes"] {
        assert_eq!(document[field], command[field].take(), "{field}");
    }
    let mut document = who["structuredContent"].clone();
    document.as_object_mut().unwrap().remove("exit_code");
    assert_eq!(document, printed(&["who", "GET", "/books/v3/invoices", "--format", "json"]));
}

#[test]
fn the_client_names_the_roots_and_may_change_them() {
    let run = zscope(&["mcp"])
        .file("one/zscope.yaml", POLICY)
        .file("one/a.py", "S = 'ZohoBooks.fullaccess.all'\n")
        .file("two/b.py", "S = 'ZohoCRM.modules.ALL'\n");
    let address = |folder: &str| format!("file://{}", run.path().join(folder).display());
    let roots = |folders: &[&str]| {
        let roots: Vec<Value> = folders.iter().map(|folder| json!({ "uri": address(folder) })).collect();
        json!({ "jsonrpc": "2.0", "id": "zscope-roots", "result": { "roots": roots } })
    };
    let sent = [
        initialize("2025-06-18", &json!({ "roots": { "listChanged": true } })),
        call(1, "scan", &json!({})),
        initialized(),
        // Asked before the folders are known, and answered afterwards.
        call(2, "scan", &json!({})),
        call(3, "scan", &json!({ "path": "a.py" })),
        json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 3 } }),
        roots(&["one"]),
        call(4, "scan", &json!({ "path": address("two/b.py") })),
        json!({ "jsonrpc": "2.0", "method": "notifications/roots/list_changed" }),
        roots(&["one", "two"]),
        call(5, "scan", &json!({ "path": address("two/b.py") })),
        call(6, "scan", &json!({ "path": "b.py" })),
    ];
    let answers = session(run, &sent);
    let ids: Vec<&Value> = answers.iter().map(|answer| &answer["id"]).collect();
    let asks = json!("zscope-roots");
    let numbers: Vec<Value> = (0..10).map(Value::from).collect();
    let n = |id: usize| &numbers[id];
    assert_eq!(ids, [n(0), n(1), &asks, n(2), n(4), &asks, n(5), n(6)]);
    assert_eq!(answers[2]["method"], "roots/list");
    let told = |at: usize| text(&answers[at]["result"]);
    assert!(told(1).starts_with("there are no roots: no file may be read"), "{}", told(1));
    assert!(told(3).contains("policy zscope.yaml") && told(3).contains("a.py:1:6"), "{}", told(3));
    assert!(told(4).contains("lies outside the roots"), "{}", told(4));
    for at in [6, 7] {
        assert!(told(at).contains("b.py:1:6") && told(at).contains("policy builtin:least-privilege"), "{}", told(at));
    }
}

#[cfg(unix)]
#[test]
fn nothing_outside_the_roots_is_read() {
    const HIDDEN: &str = "version: 1\nallow: ['ZohoDesk.secretword.READ']\n";
    let run = zscope(&["mcp", "--root", "in"])
        .file("zscope.yaml", "version: 1\ndefault: allow\n")
        .file("out/policy.yaml", HIDDEN)
        .file("out/secret.py", "S = 'ZohoBooks.fullaccess.all' # secretword\n")
        .file("in/extends.yaml", "version: 1\nextends: [../out/policy.yaml]\n")
        .file("in/catalog.yaml", "version: 1\ncatalog: ../out\n")
        .file("in/a.py", "");
    let link = |to: &str, from: &str| std::os::unix::fs::symlink(to, run.path().join(from)).unwrap();
    link("../out/secret.py", "in/link.py");
    link("../out", "in/folder");
    link("../out/policy.yaml", "in/linked.yaml");
    let outside = run.path().join("out").display().to_string();
    let scan = |path: &str| ("scan", json!({ "path": path }));
    let by = |policy: &str| ("check", json!({ "scopes": "ZohoBooks.invoices.READ", "policy": policy }));
    let calls = [
        scan("../out"),
        scan("../out/nothing-there"),
        scan("/etc/passwd"),
        scan(&outside),
        scan(&format!("file://{outside}/secret.py")),
        scan("file://elsewhere/x"),
        scan("link.py"),
        scan("folder/secret.py"),
        scan("a.py/../../out/secret.py"),
        scan("\u{0}"),
        by("../out/policy.yaml"),
        by(&format!("{outside}/policy.yaml")),
        by("linked.yaml"),
        by("extends.yaml"),
        by("catalog.yaml"),
        by("/etc/passwd"),
        ("why", json!({ "scope": "ZohoBooks.invoices.READ", "policy": "folder/policy.yaml" })),
        ("least", json!({ "calls": ["GET /books/v3/invoices"], "requested": "../out/secret.py" })),
    ];
    for (result, (tool, given)) in asked(run, &calls).iter().zip(&calls) {
        let told = text(result);
        assert_eq!(result["isError"], true, "{tool} {given}: {told}");
        assert_eq!(result["structuredContent"]["exit_code"], 2, "{tool} {given}: {told}");
        assert!(!result.to_string().contains("secretword"), "{tool} {given}: {told}");
        assert!(tool == &"least" || told.contains("outside the") || told.contains("no such file"), "{told}");
    }
    // The policy above the root is none, and what links lead out of it is skipped on a walk.
    let run = zscope(&["mcp", "--root", "in"])
        .file("zscope.yaml", "version: 1\nallow: []\n")
        .file("out/secret.py", "S = 'ZohoBooks.fullaccess.all'\n")
        .file("in/a.py", "");
    std::os::unix::fs::symlink("../out/secret.py", run.path().join("in/link.py")).unwrap();
    let [scan, check] =
        &asked(run, &[("scan", json!({})), ("check", json!({ "scopes": "ZohoBooks.invoices.READ" }))])[..]
    else {
        panic!("two answers")
    };
    assert_eq!(scan["structuredContent"]["findings"], json!([]));
    assert_eq!(check["structuredContent"]["policy"]["path"], "builtin:least-privilege");
}

#[test]
fn hostile_messages_are_answered_and_the_next_one_is_served() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let nested = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{}1{}}}"#,
        r#"{"a":"#.repeat(60_000),
        "}".repeat(60_000)
    );
    let long = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{}"}}"#, "x".repeat(5 << 20));
    let ping = r#"{"jsonrpc":"2.0","id":"still there","method":"ping"}"#;
    let broken: [(&[u8], i64); 12] = [
        (b"{", -32700),
        (b"\xff\xfe{}", -32700),
        (deep.as_bytes(), -32700),
        (nested.as_bytes(), -32700),
        (long.as_bytes(), -32600),
        (b"7", -32600),
        (b"[]", -32600),
        (br#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600),
        (br#"{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}"#, -32600),
        (br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, -32600),
        (br#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":7}}"#, -32602),
        (br#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":"x"}"#, -32600),
    ];
    let mut sent = Vec::new();
    for (message, _) in &broken {
        sent.extend_from_slice(message);
        sent.push(b'\n');
    }
    sent.extend_from_slice(ping.as_bytes());
    let answers = raw(zscope(&["mcp"]), &sent);
    let codes: Vec<i64> = answers.iter().filter_map(|answer| answer.pointer("/error/code")?.as_i64()).collect();
    assert_eq!(codes, broken.map(|(_, code)| code));
    assert_eq!(answers.last().unwrap(), &json!({ "jsonrpc": "2.0", "id": "still there", "result": {} }));
}

#[test]
fn wrong_calls_are_told_apart_from_wrong_arguments() {
    let sent = [
        initialize("2025-06-18", &json!({})),
        request(1, "tools/call", &json!({ "name": "delete" })),
        request(2, "tools/call", &json!({})),
        request(3, "resources/list", &json!({})),
        initialize("2025-06-18", &json!({})),
        call(5, "check", &json!({ "scope": "x" })),
        call(6, "check", &json!({ "scopes": "ZohoBooks.invoices.READ", "app": "nobody" })),
        call(7, "explain", &json!({ "subject": "x y" })),
        call(8, "check", &json!({ "scopes": "ZohoBooks.invoices.READ", "policy": "builtin:nothing" })),
    ];
    let answers = session(zscope(&["mcp"]), &sent);
    let codes: Vec<Option<i64>> =
        answers.iter().map(|answer| answer.pointer("/error/code").and_then(Value::as_i64)).collect();
    let (params, method, request) = (Some(-32602), Some(-32601), Some(-32600));
    assert_eq!(codes, [None, params, params, method, request, None, None, None, None]);
    for (at, told) in [
        (5, "`check` has no argument `scope`\nhelp: did you mean `scopes`?"),
        (6, "the policy builtin:least-privilege has no app `nobody`"),
        (7, "`x y` cannot be explained"),
        (8, "there is no built-in policy `nothing`"),
    ] {
        let result = &answers[at]["result"];
        assert_eq!(result["isError"], true);
        assert!(text(result).contains(told), "{}", text(result));
        assert_eq!(result["structuredContent"]["exit_code"], 2);
    }
}

#[test]
fn batches_are_answered_as_one_where_the_version_knows_them() {
    let batch = json!([request(1, "ping", &json!({})), initialized(), request(2, "ping", &json!({})), 7]);
    let answers = session(zscope(&["mcp"]), &[initialize("2025-03-26", &json!({})), batch.clone()]);
    let ids: Vec<&Value> = answers[1].as_array().unwrap().iter().map(|answer| &answer["id"]).collect();
    assert_eq!(ids, [&json!(1), &json!(2), &Value::Null]);
    let answers = session(zscope(&["mcp"]), &[initialize("2025-06-18", &json!({})), batch]);
    assert_eq!(answers[1]["error"]["code"], -32600);
}

#[test]
fn no_secret_comes_back() {
    let token = format!("1000.{}.{}", "a1b2c3d4".repeat(4), "e5f6a7b8".repeat(4));
    let secret = "0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7b8c9d0e";
    let url = format!(
        "https://accounts.zoho.eu/oauth/v2/auth?scope=ZohoBooks.fullaccess.all&client_secret={secret}&state={token}"
    );
    let run = zscope(&["mcp", "--root", "."]).file(
        "a.py",
        format!("refresh_token = '{token}'\nclient_secret = '{secret}'\nS = 'ZohoBooks.fullaccess.all'\n"),
    );
    let calls = [
        ("check", json!({ "scopes": url })),
        ("check", json!({ "scopes": token })),
        ("check", json!({ "scopes": "ZohoBooks.invoices.READ", "policy": format!("{token}.yaml") })),
        ("check", json!({ "scopes": "ZohoBooks.invoices.READ", "app": format!("client_secret={secret}") })),
        ("explain", json!({ "subject": token })),
        ("explain", json!({ "subject": format!("client_secret={secret}") })),
        ("who", json!({ "call": format!("GET /books/v3/invoices?authtoken={secret}&x={token}") })),
        ("who", json!({ "call": format!("{token} /x") })),
        ("least", json!({ "calls": [format!("GET https://www.zohoapis.eu/books/v3/invoices?x={token}")] })),
        ("least", json!({ "calls": [format!("access_token={token}")] })),
        ("scan", json!({})),
        ("scan", json!({ "path": format!("{token}.py") })),
        ("why", json!({ "scope": token })),
        ("why", json!({ "scope": "ZohoBooks.invoices.READ", token.as_str(): 1 })),
        (token.as_str(), json!({})),
    ];
    let mut sent = vec![initialize("2025-06-18", &json!({})), request(99, &token, &json!({}))];
    sent.extend(calls.iter().zip(1..).map(|((tool, arguments), id)| call(id, tool, arguments)));
    let answers = session(run, &sent);
    assert_eq!(answers.len(), sent.len());
    for answer in &answers {
        let told = answer.to_string();
        assert!(!told.contains(secret) && !told.contains(&token[5..40]) && !told.contains(&token[40..]), "{told}");
    }
}

#[test]
fn a_server_that_is_asked_often_does_not_grow() {
    let status = Path::new("/proc/self/status");
    if !status.exists() {
        return;
    }
    // Peak memory after many questions, against a few: a leak of a catalog for each would be hundreds of MiB.
    let peak = |count: i64| {
        let run =
            zscope(&["mcp", "--root", "."]).file("zscope.yaml", POLICY).file("a.py", "S = 'ZohoCRM.modules.ALL'\n");
        let mut sent = vec![initialize("2025-06-18", &json!({}))];
        for id in 0..count {
            sent.push(call(3 * id, "check", &json!({ "scopes": "ZohoCRM.modules.ALL" })));
            sent.push(call(3 * id + 1, "why", &json!({ "scope": "ZohoCRM.modules.leads.READ" })));
            sent.push(call(3 * id + 2, "scan", &json!({})));
        }
        peak_memory(run, &sent)
    };
    let (few, many) = (peak(3), peak(60));
    assert!(many < few + 20_000, "{few} KiB, then {many} KiB");
}

/// The most memory that a server had, in KiB, once everything was answered.
fn peak_memory(mut run: Run, sent: &[Value]) -> u64 {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::Stdio;

    let mut child = run.command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for message in sent {
        writeln!(stdin, "{message}").unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'), "{message}");
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    drop(stdin);
    assert!(child.wait().unwrap().success());
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
