//! The tools: what each is for, what it takes and what it gives.
//!
//! Every word here is read by a model in every session, whether it asks or not: a test holds how many they are.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::Refusal;
use crate::report::clean;
use crate::scope::closest;

/// The longest text of an argument, in bytes.
const LONGEST: usize = 256 << 10;

/// The most calls of one question.
const CALLS: usize = 500;

/// A tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Check,
    Least,
    Who,
    Explain,
    Scan,
    Why,
}

/// What a tool is asked to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Judge a list of scopes, or a consent URL.
    Check { scopes: String, by: By },
    /// Find the least set of scopes for calls, and hold what is asked for against it.
    Least { calls: Vec<String>, requested: Option<String> },
    /// Tell which scopes open a call.
    Who { call: String },
    /// Tell what a scope gives, or what a rule is about.
    Explain { subject: String },
    /// Judge what the files below a path ask for.
    Scan { path: Option<PathBuf>, by: By },
    /// Derive the policy's verdict on a scope.
    Why { scope: String, by: By },
}

/// By what to judge, where it is not what the server was started with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct By {
    /// A policy's file below the roots, or a built-in policy.
    pub(crate) policy: Option<String>,
    /// An application of the policy.
    pub(crate) app: Option<String>,
}

impl Tool {
    const ALL: [Self; 6] = [Self::Check, Self::Least, Self::Who, Self::Explain, Self::Scan, Self::Why];

    fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Least => "least",
            Self::Who => "who",
            Self::Explain => "explain",
            Self::Scan => "scan",
            Self::Why => "why",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Check => {
                "Judge Zoho OAuth scopes before you write them down: unknown, too wide, denied by the policy. \
                 exit_code 0: may be used; 1: findings; 3: could not be judged."
            }
            Self::Least => {
                "The smallest set of Zoho scopes for the API calls that a program makes, with a proof. With \
                 `requested`: what of it is unused, missing or too wide. exit_code 1: a call is unknown, or a difference."
            }
            Self::Who => "Which Zoho scopes open an API call, the narrowest first. exit_code 1: the call is not known.",
            Self::Explain => "What a Zoho scope gives at least and at most, and what is narrower; or a rule (ZS201).",
            Self::Scan => "Find the Zoho scopes that files ask for, and judge each at its line.",
            Self::Why => "Why the policy judges a scope as it does, line by line.",
        }
    }

    /// The arguments: name, whether it has to be there, its schema.
    fn arguments(self) -> Vec<(&'static str, bool, Value)> {
        let text = || json!({ "type": "string" });
        let told = |what: &str| json!({ "type": "string", "description": what });
        let by = || {
            [
                ("policy", false, told("file below the roots, or builtin:NAME; default: the project's")),
                ("app", false, told("application of the policy")),
            ]
        };
        match self {
            Self::Check => {
                [("scopes", true, told("list of scopes, or a consent URL"))].into_iter().chain(by()).collect()
            }
            Self::Least => vec![
                (
                    "calls",
                    true,
                    json!({ "type": "array", "items": text(), "description": "e.g. GET /books/v3/invoices" }),
                ),
                ("requested", false, told("list of scopes")),
            ],
            Self::Who => vec![("call", true, told("e.g. DELETE https://www.zohoapis.eu/crm/v8/Leads/1"))],
            Self::Explain => vec![("subject", true, told("scope, or a rule's code or name"))],
            Self::Scan => [("path", false, told("file or folder below the roots; default: the root"))]
                .into_iter()
                .chain(by())
                .collect(),
            Self::Why => [("scope", true, text())].into_iter().chain(by()).collect(),
        }
    }

    /// The fields of its document that matter most, each with its type. It may hold more.
    fn fields(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Check | Self::Scan => {
                &[("summary", "object"), ("scopes", "array"), ("findings", "array"), ("not_evaluated", "array")]
            }
            Self::Least => &[("list", "string"), ("proven", "boolean"), ("calls", "array"), ("compared", "array")],
            Self::Who => &[("matches", "array"), ("nearest", "array")],
            Self::Explain => &[("gives", "string"), ("narrower", "array")],
            Self::Why => &[("verdict", "string"), ("denied_by", "array"), ("allowed_by", "array")],
        }
    }

    fn described(self, is_typed: bool) -> Value {
        let arguments = self.arguments();
        let required: Vec<&str> =
            arguments.iter().filter(|(_, required, _)| *required).map(|(name, ..)| *name).collect();
        let properties: Map<String, Value> =
            arguments.into_iter().map(|(name, _, schema)| (name.to_owned(), schema)).collect();
        let mut input = json!({ "type": "object", "properties": properties, "additionalProperties": false });
        if !required.is_empty() {
            input["required"] = json!(required);
        }
        let mut tool = json!({ "name": self.name(), "description": self.description(), "inputSchema": input });
        if is_typed {
            let mut fields = Map::new();
            fields.insert("exit_code".to_owned(), json!({ "type": "integer" }));
            fields.extend(self.fields().iter().map(|(name, kind)| ((*name).to_owned(), json!({ "type": kind }))));
            tool["outputSchema"] = json!({ "type": "object", "properties": fields, "required": ["exit_code"] });
            tool["annotations"] = json!({ "readOnlyHint": true });
        }
        tool
    }
}

/// The tool of that name.
pub(super) fn named(name: &str) -> Option<Tool> {
    Tool::ALL.into_iter().find(|tool| tool.name() == name)
}

/// The list of tools; with the schemas of what they give, where the client knows such.
pub(super) fn list(is_typed: bool) -> Vec<Value> {
    Tool::ALL.into_iter().map(|tool| tool.described(is_typed)).collect()
}

impl Task {
    /// Reads the arguments of a tool.
    pub(super) fn of(tool: Tool, arguments: &Value) -> Result<Self, Refusal> {
        let arguments = Arguments::of(tool, arguments)?;
        let by =
            || -> Result<By, Refusal> { Ok(By { policy: arguments.text("policy")?, app: arguments.text("app")? }) };
        Ok(match tool {
            Tool::Check => Self::Check { scopes: arguments.required("scopes")?, by: by()? },
            Tool::Least => Self::Least { calls: arguments.texts("calls")?, requested: arguments.text("requested")? },
            Tool::Who => Self::Who { call: arguments.required("call")? },
            Tool::Explain => Self::Explain { subject: arguments.required("subject")? },
            Tool::Scan => Self::Scan { path: arguments.text("path")?.map(PathBuf::from), by: by()? },
            Tool::Why => Self::Why { scope: arguments.required("scope")?, by: by()? },
        })
    }
}

/// The arguments of a call, of which none is unknown.
struct Arguments<'a> {
    tool: Tool,
    given: &'a Map<String, Value>,
}

impl<'a> Arguments<'a> {
    fn of(tool: Tool, given: &'a Value) -> Result<Self, Refusal> {
        let Value::Object(given) = given else {
            return Err(Refusal::new(
                "the arguments are no object",
                format!("`{}` takes {}", tool.name(), names(tool)),
            ));
        };
        let known: Vec<&str> = tool.arguments().into_iter().map(|(name, ..)| name).collect();
        if let Some(unknown) = given.keys().find(|name| !known.contains(&name.as_str())) {
            let shown: String = clean(unknown).chars().take(60).collect();
            let help = match closest(unknown, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it takes {}", names(tool)),
            };
            return Err(Refusal::new(format!("`{}` has no argument `{shown}`", tool.name()), help));
        }
        Ok(Self { tool, given })
    }

    fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.given.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => bounded(name, text).map(|text| Some(text.to_owned())),
            Some(_) => Err(Refusal::new(format!("`{name}` is no text"), "write it as a string")),
        }
    }

    fn required(&self, name: &str) -> Result<String, Refusal> {
        let is_there = |text: &String| !text.trim().is_empty();
        self.text(name)?.filter(is_there).ok_or_else(|| {
            Refusal::new(format!("`{name}` is missing"), format!("`{}` takes {}", self.tool.name(), names(self.tool)))
        })
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, Refusal> {
        let help = "give an array of calls, such as [\"GET /books/v3/invoices\"]";
        let Some(Value::Array(items)) = self.given.get(name) else {
            return Err(Refusal::new(format!("`{name}` is no array"), help));
        };
        if items.is_empty() || items.len() > CALLS {
            return Err(Refusal::new(format!("`{name}` holds {} items", items.len()), format!("give 1 to {CALLS}")));
        }
        let text = |item: &Value| match item {
            Value::String(text) if !text.trim().is_empty() => bounded(name, text).map(str::to_owned),
            _ => Err(Refusal::new(format!("an item of `{name}` is no text"), help)),
        };
        items.iter().map(text).collect()
    }
}

fn bounded<'t>(name: &str, text: &'t str) -> Result<&'t str, Refusal> {
    match text.len() {
        0..=LONGEST => Ok(text),
        _ => Err(Refusal::new(format!("`{name}` is longer than {} KiB", LONGEST >> 10), "split it")),
    }
}

/// The arguments of a tool, for people.
fn names(tool: Tool) -> String {
    let names: Vec<String> = tool.arguments().into_iter().map(|(name, ..)| format!("`{name}`")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the tools may cost a model in each session, in tokens.
    const BUDGET: usize = 1500;

    /// A bound on the tokens of a text, without the tables of any one model. Encodings of the day (`cl100k_base`,
    /// `o200k_base` and their like) part a text at the ends of words and of runs of digits and signs; a word of up to
    /// six letters is nearly always one token, with the blank before it, a run of digits one for each three, and of signs
    /// such as `":{"` two or more share one. So: a token for each six letters begun, each three digits, each two signs.
    fn tokens(text: &str) -> usize {
        let kind = |c: char| match c {
            ' ' => 0,
            c if c.is_alphabetic() => 6,
            c if c.is_ascii_digit() => 3,
            _ => 2,
        };
        let (mut count, mut run, mut of) = (0, 0, 0);
        for c in text.chars().chain([' ']) {
            let next = kind(c);
            if next != of {
                count += if of == 0 { 0 } else { usize::div_ceil(run, of) };
                (run, of) = (0, next);
            }
            run += 1;
        }
        count
    }

    #[test]
    fn the_list_of_tools_stays_within_its_budget() {
        assert_eq!(tokens("Judge Zoho scopes: 2025"), 1 + 1 + 1 + 1 + 2);
        assert_eq!(tokens("{\"type\":\"object\"}"), 1 + 1 + 2 + 1 + 1);
        let written = serde_json::to_string(&list(true)).unwrap();
        let count = tokens(&written);
        println!(
            "{} tools: {count} tokens by the bound, {} by a quarter of its bytes",
            Tool::ALL.len(),
            written.len() / 4
        );
        assert!(Tool::ALL.len() <= 6 && count.max(written.len() / 4) < BUDGET, "{count}");
    }

    #[test]
    fn arguments_of_the_wrong_kind_are_told() {
        for (tool, arguments, told) in [
            ("check", json!([]), "the arguments are no object"),
            ("check", json!({}), "`scopes` is missing"),
            ("check", json!({ "scopes": " " }), "`scopes` is missing"),
            ("check", json!({ "scopes": 7 }), "`scopes` is no text"),
            ("check", json!({ "scopes": ["a"] }), "`scopes` is no text"),
            ("check", json!({ "scope": "a" }), "`check` has no argument `scope`"),
            ("check", json!({ "scopes": "x".repeat(1 << 20) }), "`scopes` is longer than 256 KiB"),
            ("least", json!({ "calls": "GET /x" }), "`calls` is no array"),
            ("least", json!({ "calls": [] }), "`calls` holds 0 items"),
            ("least", json!({ "calls": vec!["GET /x"; 501] }), "`calls` holds 501 items"),
            ("least", json!({ "calls": [{}] }), "an item of `calls` is no text"),
            ("why", json!({ "scope": "a", "\u{1b}": 1 }), "`why` has no argument `\\u{1b}`"),
        ] {
            let refusal = Task::of(named(tool).unwrap(), &arguments).unwrap_err();
            assert_eq!(refusal.message, told);
            assert!(refusal.help.is_some(), "{told}");
        }
        let task = Task::of(Tool::Who, &json!({ "call": "GET /x" })).unwrap();
        assert_eq!(task, Task::Who { call: "GET /x".to_owned() });
    }
}
