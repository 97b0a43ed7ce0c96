//! JSON-RPC 2.0 over a pair of streams: what a message is, and how messages are parted, by lines or by headers.
//!
//! Whoever writes to a server may write anything: sizes are bounded, and what is no message is answered with what is
//! wrong with it.

mod frames;
mod lines;

pub(crate) use frames::{frames, put_frame};
pub(crate) use lines::{lines, put_line};

use serde_json::{Value, json};

/// Error codes of JSON-RPC.
pub(crate) mod code {
    /// The text is no JSON.
    pub(crate) const PARSE: i64 = -32700;
    /// The JSON is no request, or none that can be answered now.
    pub(crate) const INVALID_REQUEST: i64 = -32600;
    /// There is no such method.
    pub(crate) const NO_METHOD: i64 = -32601;
    /// The parameters are not those of the method.
    pub(crate) const INVALID_PARAMS: i64 = -32602;
}

/// What came in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Received {
    /// The text of a message.
    Text(Vec<u8>),
    /// Something that is no message; why, in a few words.
    Broken(String),
}

/// A message.
#[derive(Debug, PartialEq)]
pub(crate) enum Message {
    /// Somebody waits for an answer.
    Request(Request),
    /// Nobody does.
    Notification {
        /// What it tells.
        method: String,
        /// About what.
        params: Value,
    },
    /// An answer to what was asked before.
    Response {
        /// The name of the request.
        id: Value,
        /// What it says; nothing where it says that something is wrong.
        result: Option<Value>,
    },
}

/// A message that wants an answer.
#[derive(Debug, PartialEq)]
pub(crate) struct Request {
    /// Its name, which the answer repeats: a text or a number.
    pub(crate) id: Value,
    /// What is wanted.
    pub(crate) method: String,
    /// Of what.
    pub(crate) params: Value,
}

/// Why something is no message, or cannot be answered.
#[derive(Debug, PartialEq)]
pub(crate) struct Fault {
    pub(crate) id: Value,
    pub(crate) code: i64,
    pub(crate) message: String,
}

impl Fault {
    /// A fault of a request, or of none that has a name.
    pub(crate) fn new(id: Value, code: i64, message: impl Into<String>) -> Self {
        Self { id, code, message: message.into() }
    }

    /// The answer that tells it.
    pub(crate) fn answer(self) -> Value {
        json!({ "jsonrpc": "2.0", "id": self.id, "error": { "code": self.code, "message": self.message } })
    }
}

/// Reads the JSON of a message. What is nested deeper than any message is none.
pub(crate) fn parsed(text: &[u8]) -> Result<Value, Fault> {
    serde_json::from_slice(text).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        Fault::new(Value::Null, code::PARSE, format!("this is no JSON that can be read ({place})"))
    })
}

/// Tells what a message is.
pub(crate) fn message(value: Value) -> Result<Message, Fault> {
    let invalid = |id: Value, what: &str| Err(Fault::new(id, code::INVALID_REQUEST, what));
    let Value::Object(mut fields) = value else { return invalid(Value::Null, "a message is an object") };
    let id = fields.remove("id");
    let named = id.clone().filter(is_name).unwrap_or_default();
    if fields.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return invalid(named, "`jsonrpc` has to be `2.0`");
    }
    let params = fields.remove("params").unwrap_or_default();
    if !(params.is_object() || params.is_array() || params.is_null()) {
        return invalid(named, "`params` has to be an object");
    }
    match (fields.remove("method"), id) {
        (Some(Value::String(method)), Some(id)) if is_name(&id) => Ok(Message::Request(Request { id, method, params })),
        (Some(Value::String(_)), Some(_)) => invalid(Value::Null, "`id` has to be a text or a number"),
        (Some(Value::String(method)), None) => Ok(Message::Notification { method, params }),
        (Some(_), _) => invalid(named, "`method` has to be a text"),
        (None, Some(id)) if fields.contains_key("result") || fields.contains_key("error") => {
            Ok(Message::Response { id, result: fields.remove("result") })
        }
        (None, _) => invalid(named, "`method` is missing"),
    }
}

/// Whether a request may bear this name.
fn is_name(id: &Value) -> bool {
    id.is_string() || id.is_number()
}

/// An answer.
pub(crate) fn result(id: Value, result: Value) -> Value {
    object([("jsonrpc", "2.0".into()), ("id", id), ("result", result)])
}

/// A request of ours.
pub(crate) fn request(id: &str, method: &str, params: Value) -> Value {
    object([("jsonrpc", "2.0".into()), ("id", id.into()), ("method", method.into()), ("params", params)])
}

/// A notification of ours.
pub(crate) fn notification(method: &str, params: Value) -> Value {
    object([("jsonrpc", "2.0".into()), ("method", method.into()), ("params", params)])
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_apart_and_faults_named() {
        let read = |text: &str| parsed(text.as_bytes()).and_then(message);
        let request = Request { id: json!(1), method: "m".to_owned(), params: Value::Null };
        assert_eq!(read(r#"{"jsonrpc":"2.0","id":1,"method":"m"}"#), Ok(Message::Request(request)));
        let told = Message::Notification { method: "m".to_owned(), params: json!({ "a": 1 }) };
        assert_eq!(read(r#"{"jsonrpc":"2.0","method":"m","params":{"a":1}}"#), Ok(told));
        let answer = Message::Response { id: json!("r"), result: Some(json!(2)) };
        assert_eq!(read(r#"{"jsonrpc":"2.0","id":"r","result":2}"#), Ok(answer));
        let refused = Message::Response { id: json!("r"), result: None };
        assert_eq!(read(r#"{"jsonrpc":"2.0","id":"r","error":{"code":1,"message":"no"}}"#), Ok(refused));
        for (text, id, code) in [
            ("{", Value::Null, code::PARSE),
            ("\u{0}", Value::Null, code::PARSE),
            (&"[".repeat(100_000), Value::Null, code::PARSE),
            (&r#"{"a":"#.repeat(50_000), Value::Null, code::PARSE),
            ("7", Value::Null, code::INVALID_REQUEST),
            ("[]", Value::Null, code::INVALID_REQUEST),
            (r#"{"id":1,"method":"m"}"#, json!(1), code::INVALID_REQUEST),
            (r#"{"jsonrpc":"2.0","id":{},"method":"m"}"#, Value::Null, code::INVALID_REQUEST),
            (r#"{"jsonrpc":"2.0","id":3,"method":4}"#, json!(3), code::INVALID_REQUEST),
            (r#"{"jsonrpc":"2.0","id":3,"method":"m","params":"x"}"#, json!(3), code::INVALID_REQUEST),
            (r#"{"jsonrpc":"2.0","id":"x"}"#, json!("x"), code::INVALID_REQUEST),
        ] {
            let fault = read(text).expect_err(text);
            assert_eq!((fault.id, fault.code), (id, code), "{text:.80}");
        }
    }
}
