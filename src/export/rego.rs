//! The module for a policy agent.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::form::{AROUND, BETWEEN, SCOPE, SECRET};
use super::names::OTHER;
use super::states::{Decisions, START};
use crate::scope::MAX_LENGTH;

/// What a module is written for.
#[derive(Clone, Debug)]
pub struct About<'a> {
    /// The application of every grant, whatever its client.
    pub app: Option<&'a str>,
    /// The day for which it judges; that of the run where absent.
    pub as_of: Option<Date>,
    /// Where it comes from, a line each.
    pub lines: &'a [String],
}

/// Writes the module.
#[must_use]
pub fn rego(decisions: &Decisions, about: &About<'_>) -> String {
    let mut text = String::new();
    let usage = [
        "Run it: opa eval -d zscope.rego -i grants.json data.zscope.verdicts",
        "input.grants is a list of { grant_id, client, scope }: client is a client id or an app's name, scope the list that",
        "the token holds. data.zscope.allow says whether everything passes.",
    ];
    for line in about.lines.iter().map(String::as_str).chain(usage) {
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        text.push_str(&format!("# {line}\n"));
    }
    text.push_str("package zscope\n\nimport rego.v1\n\n");
    let steps: Vec<Value> = decisions
        .states
        .iter()
        .map(|state| {
            let named = state.steps.iter().filter(|(name, _)| *name != OTHER);
            Value::Object(named.map(|(name, to)| (name.clone(), json!(to))).collect::<Map<_, _>>())
        })
        .collect();
    let others: Vec<usize> =
        decisions.states.iter().enumerate().map(|(at, state)| state.steps.get(OTHER).copied().unwrap_or(at)).collect();
    let ends: Vec<usize> = decisions.states.iter().map(|state| state.outcome).collect();
    let chosen = about.app.and_then(|app| decisions.apps.iter().position(|name| name == app));
    let outcomes: Vec<Value> = decisions
        .outcomes
        .iter()
        .map(|answers| {
            let base = chosen.map_or(0, |at| at + 1);
            let own = decisions.apps.iter().zip(&answers[1..]).filter(|(_, answer)| **answer != answers[base]);
            let own = own.filter(|_| chosen.is_none()).map(|(app, answer)| (app.as_str(), *answer));
            let all = std::iter::once(("", answers[base])).chain(own);
            Value::Object(all.map(|(app, answer)| (app.to_owned(), json!(answer))).collect::<Map<_, _>>())
        })
        .collect();
    let answers: Vec<Value> = decisions
        .answers
        .iter()
        .map(|answer| {
            json!({
                "verdict": answer.verdict.as_str(),
                "decided_by": answer.decided_by.join("; "),
                "deciders": answer.deciders,
                "place": answer.place.as_deref().unwrap_or_default(),
                "rules": answer.rules.join(" "),
                "waived_until": answer.waived_until.map(|day| day.to_string()).unwrap_or_default(),
            })
        })
        .collect();
    let clients: Map<String, Value> =
        decisions.clients.iter().map(|(client, app)| (client.clone(), json!(app))).collect();
    let mut define = |name: &str, about: &str, value: &Value| {
        text.push_str(&format!("# {about}\n{name} := {value}\n\n"));
    };
    define("steps", "For each state where each part leads.", &Value::Array(steps));
    define("others", "For each state where every other part leads.", &json!(others));
    define("ends", "For each state what holds where a scope ends there.", &json!(ends));
    define(
        "outcomes",
        "The answer of each outcome, and for the apps for which it is another.",
        &Value::Array(outcomes),
    );
    define("answers", "The answers.", &Value::Array(answers));
    define("clients", "The apps by their names and client ids.", &Value::Object(clients));
    let day = match about.as_of {
        Some(day) => format!("\"{day}\""),
        None => "time.format([time.now_ns(), \"UTC\", \"2006-01-02\"])".to_owned(),
    };
    text.push_str(&format!("as_of := {day}\n\n"));
    match about.app {
        Some(app) => text.push_str(&format!("app_of(_) := {}\n", json!(app))),
        None => text.push_str(APP_OF),
    }
    let raw = |pattern: &str| format!("`{pattern}`");
    let rules = RULES
        .replace("%BETWEEN%", &raw(BETWEEN))
        .replace("%AROUND%", &raw(AROUND))
        .replace("%SCOPE%", &raw(SCOPE))
        .replace("%SECRET%", &raw(SECRET[0]))
        .replace("%HEX%", &raw(SECRET[1]))
        .replace("%WORD%", &raw(SECRET[2]))
        .replace("%LONGEST%", &MAX_LENGTH.to_string())
        .replace("%START%", &START.to_string());
    text.push_str(&rules);
    text
}

const APP_OF: &str = "\
app_of(grant) := object.get(clients, lower(object.get(grant, \"client\", \"\")), \"\")
";

/// Functions call no function of their own name: a path is walked in strides, each made of four of the next smaller.
const RULES: &str = r#"
items(list) := {item |
	some word in split(regex.replace(list, %BETWEEN%, " "), " ")
	item := regex.replace(word, %AROUND%, "")
	item != ""
}

# What looks like a secret is no scope, and is not shown.
is_secret(item) if {
	regex.match(%SECRET%, item)
	regex.match(%HEX%, item)
}

is_secret(item) if {
	regex.match(%SECRET%, item)
	regex.match(%WORD%, item)
}

is_scope(item) if {
	count(item) <= %LONGEST%
	regex.match(%SCOPE%, item)
	not is_secret(item)
}

default parts(_) := []

parts(item) := split(lower(item), ".") if is_scope(item)

step(path, at, state) := state if at >= count(path)

step(path, at, state) := object.get(steps[state], path[at], others[state]) if at < count(path)

by_4(path, at, state) := state if at >= count(path)

by_4(path, at, state) := step(path, at + 3, step(path, at + 2, step(path, at + 1, step(path, at, state)))) if at < count(path)

by_16(path, at, state) := state if at >= count(path)

by_16(path, at, state) := by_4(path, at + 12, by_4(path, at + 8, by_4(path, at + 4, by_4(path, at, state)))) if at < count(path)

by_64(path, at, state) := state if at >= count(path)

by_64(path, at, state) := by_16(path, at + 48, by_16(path, at + 32, by_16(path, at + 16, by_16(path, at, state)))) if at < count(path)

state_of(path) := by_64(path, 192, by_64(path, 128, by_64(path, 64, by_64(path, 0, %START%))))

shown(item, state) := item if state != %START%

shown(_, state) := "(no scope)" if state == %START%

verdict_of(answer) := "waived" if answer.waived_until >= as_of

verdict_of(answer) := answer.verdict if answer.waived_until < as_of

row(grant, scope, outcome) := {
	"grant_id": object.get(grant, "grant_id", null),
	"client": object.get(grant, "client", null),
	"app": app,
	"scope": scope,
	"verdict": verdict_of(answer),
	"decided_by": answer.decided_by,
	"deciders": answer.deciders,
	"place": answer.place,
	"rules": answer.rules,
} if {
	app := app_of(grant)
	of_outcome := outcomes[outcome]
	answer := answers[object.get(of_outcome, app, of_outcome[""])]
}

verdicts contains row(grant, shown(item, state), ends[state]) if {
	some grant in input.grants
	some item in items(object.get(grant, "scope", ""))
	state := state_of(parts(item))
}

# A grant of which nobody knows what it holds.
verdicts contains row(grant, null, 0) if {
	some grant in input.grants
	count(items(object.get(grant, "scope", ""))) == 0
}

default allow := false

allow if {
	count(verdicts) > 0
	every verdict in verdicts {
		verdict.verdict in {"allowed", "waived"}
	}
}
"#;
