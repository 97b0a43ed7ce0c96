//! One client and where the talk with it stands.

use std::path::PathBuf;

use serde_json::{Value, json};
use url::Url;

use super::tools::{self, Task};
use super::{Answer, Desk, Refusal};
use crate::report::clean;
use crate::rpc::{self, Fault, Message, Received, Request, code};

/// The versions of the protocol that are spoken, the newest first.
const VERSIONS: [&str; 3] = ["2025-06-18", "2025-03-26", "2024-11-05"];

/// The request by which the client is asked for its folders.
const ROOTS: &str = "zscope-roots";

/// How many requests may wait for the client's folders.
const PATIENT: usize = 100;

/// What is told of the tools as a whole.
const INSTRUCTIONS: &str = "Ask before you write a Zoho OAuth scope into code, configuration or a consent URL: `least` \
    for the calls that the program makes, then `check`. Never take `fullaccess.all` or `.ALL` where `least` names less.";

/// The talk with one client.
pub(super) struct Session<'d> {
    desk: &'d mut dyn Desk,
    /// The version that was agreed on.
    version: Option<&'static str>,
    /// The client can name its folders.
    has_roots: bool,
    /// It was asked for them, and has not answered yet.
    is_asked: bool,
    /// What waits for them.
    waiting: Vec<Request>,
}

impl<'d> Session<'d> {
    pub(super) fn new(desk: &'d mut dyn Desk) -> Self {
        Self { desk, version: None, has_roots: false, is_asked: false, waiting: Vec::new() }
    }

    /// Takes what came in, and returns what is to be sent.
    pub(super) fn receive(&mut self, received: Received) -> Vec<Value> {
        let text = match received {
            Received::Text(text) => text,
            Received::Broken(what) => return vec![Fault::new(Value::Null, code::INVALID_REQUEST, what).answer()],
        };
        match rpc::parsed(&text) {
            Ok(Value::Array(batch)) if !batch.is_empty() && self.version != Some(VERSIONS[0]) => {
                let mut others = Vec::new();
                let mut answers = Vec::new();
                for sent in batch.into_iter().flat_map(|message| self.message(message)) {
                    if sent.get("method").is_some() { others.push(sent) } else { answers.push(sent) }
                }
                if !answers.is_empty() {
                    others.push(Value::Array(answers));
                }
                others
            }
            Ok(message) => self.message(message),
            Err(fault) => vec![fault.answer()],
        }
    }

    /// Answers what waits for the client's folders, although it has not named any yet.
    pub(super) fn go_on_without_roots(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.waiting).into_iter().map(|request| self.call(request)).collect()
    }

    fn message(&mut self, message: Value) -> Vec<Value> {
        match rpc::message(message) {
            Ok(Message::Request(request)) => self.request(request),
            Ok(Message::Notification { method, params }) => self.notification(&method, &params),
            Ok(Message::Response { id, result }) if self.is_asked && id == ROOTS => {
                self.is_asked = false;
                self.desk.take_roots(folders(result.as_ref()));
                self.go_on_without_roots()
            }
            Ok(Message::Response { .. }) => Vec::new(),
            Err(fault) => vec![fault.answer()],
        }
    }

    fn notification(&mut self, method: &str, params: &Value) -> Vec<Value> {
        match method {
            "notifications/initialized" | "notifications/roots/list_changed" => self.ask_for_roots(),
            "notifications/cancelled" => {
                // What is done already cannot be cancelled, and a client does not wait for the answer.
                let name = params.get("requestId");
                self.waiting.retain(|request| Some(&request.id) != name);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Asks the client for its folders, where it can name some and nobody else did.
    fn ask_for_roots(&mut self) -> Vec<Value> {
        if !self.has_roots || self.desk.has_roots() || self.is_asked {
            return Vec::new();
        }
        self.is_asked = true;
        vec![rpc::request(ROOTS, "roots/list", json!({}))]
    }

    fn request(&mut self, request: Request) -> Vec<Value> {
        let Request { id, method, params } = &request;
        let fault = |code, message: &str| vec![Fault::new(id.clone(), code, message).answer()];
        match method.as_str() {
            "ping" => vec![rpc::result(id.clone(), json!({}))],
            "initialize" if self.version.is_some() => {
                fault(code::INVALID_REQUEST, "the session is initialized already")
            }
            "initialize" => match self.initialize(params) {
                Ok(result) => vec![rpc::result(id.clone(), result)],
                Err(what) => fault(code::INVALID_PARAMS, what),
            },
            _ if self.version.is_none() => fault(code::INVALID_REQUEST, "the session is not initialized: `initialize`"),
            "tools/list" => {
                vec![rpc::result(id.clone(), json!({ "tools": tools::list(self.is_typed()) }))]
            }
            "tools/call" if self.is_asked && self.waiting.len() < PATIENT => {
                self.waiting.push(request);
                Vec::new()
            }
            "tools/call" => vec![self.call(request)],
            _ => fault(code::NO_METHOD, &format!("there is no method `{}`", shown(method))),
        }
    }

    fn initialize(&mut self, params: &Value) -> Result<Value, &'static str> {
        let asked = params.get("protocolVersion").and_then(Value::as_str).ok_or("`protocolVersion` is missing")?;
        let version = VERSIONS.into_iter().find(|version| *version == asked).unwrap_or(VERSIONS[0]);
        self.version = Some(version);
        self.has_roots = params.pointer("/capabilities/roots").is_some_and(Value::is_object);
        Ok(json!({
            "protocolVersion": version,
            "capabilities": { "tools": {} },
            "serverInfo": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
            "instructions": INSTRUCTIONS,
        }))
    }

    /// Whether the version knows results with a schema.
    fn is_typed(&self) -> bool {
        self.version == Some(VERSIONS[0])
    }

    fn call(&mut self, request: Request) -> Value {
        let Request { id, params, .. } = request;
        let name = params.get("name").and_then(Value::as_str);
        let Some(tool) = name.and_then(tools::named) else {
            let what = match name {
                Some(name) => format!("there is no tool `{}`", shown(name)),
                None => "`name` of a tool is missing".to_owned(),
            };
            return Fault::new(id, code::INVALID_PARAMS, what).answer();
        };
        let none = json!({});
        let arguments = params.get("arguments").filter(|arguments| !arguments.is_null()).unwrap_or(&none);
        let answer = Task::of(tool, arguments).and_then(|task| self.desk.answer(&task));
        rpc::result(id, self.told(answer))
    }

    /// An answer as the agreed version wants it: where it knows no documents, as a second text.
    fn told(&self, answer: Result<Answer, Refusal>) -> Value {
        let (is_error, text, document) = match answer {
            Ok(Answer { exit_code, text, mut document }) => {
                if let Value::Object(fields) = &mut document {
                    fields.insert("exit_code".to_owned(), exit_code.into());
                }
                (false, text, document)
            }
            Err(Refusal { message, help }) => {
                let lines: Vec<_> = message.lines().map(clean).collect();
                let (message, help) = (lines.join("\n"), help.map(|help| clean(&help).into_owned()));
                let text = help.as_ref().map_or_else(|| message.clone(), |help| format!("{message}\nhelp: {help}"));
                (true, text, json!({ "exit_code": 2, "error": message, "help": help }))
            }
        };
        let mut content = vec![json!({ "type": "text", "text": text })];
        if self.is_typed() {
            return json!({ "content": content, "structuredContent": document, "isError": is_error });
        }
        content.push(json!({ "type": "text", "text": document.to_string() }));
        json!({ "content": content, "isError": is_error })
    }
}

/// The folders of an answer to [`ROOTS`]: none where it is none, and no address but that of a file.
fn folders(result: Option<&Value>) -> Vec<PathBuf> {
    let roots = result.and_then(|result| result.get("roots")).and_then(Value::as_array);
    let address = |root: &Value| Url::parse(root.get("uri")?.as_str()?).ok()?.to_file_path().ok();
    roots.into_iter().flatten().filter_map(address).collect()
}

/// A name that somebody sent, as it may be repeated.
fn shown(name: &str) -> String {
    clean(name).chars().take(60).collect()
}
