//! The script for a warehouse.

use jiff::civil::Date;

use super::answers::Answer;
use super::dialect::Dialect;
use super::form::{AROUND, BETWEEN, SCOPE, SECRET};
use super::names::OTHER;
use super::states::{Decisions, START, State};
use crate::scope::MAX_LENGTH;

/// What a script is written for.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// The engine.
    pub dialect: Dialect,
    /// The table of grants: columns `grant_id`, `client`, `scope`.
    pub grants: &'a str,
    /// The application of every grant, whatever its client.
    pub app: Option<&'a str>,
    /// The day for which it judges; that of the run where absent.
    pub as_of: Option<Date>,
    /// Where it comes from, a line each.
    pub about: &'a [String],
}

/// Writes the script.
#[must_use]
pub fn sql(decisions: &Decisions, options: &Options<'_>) -> String {
    let Options { dialect, grants, as_of, about, .. } = options;
    let mut script = String::new();
    for line in about.iter().chain([
        &format!("Run it: {}", dialect.how()),
        &format!("It reads the table {grants}: grant_id, client (a client id or an app's name), scope (the list that the token holds)."),
        &"It leaves zscope_verdicts, a row for each grant and scope, and zscope_summary.".to_owned(),
    ]) {
        // Nothing of a file's name ends the comment.
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        script.push_str(&format!("-- {line}\n"));
    }
    script.push_str(dialect.head());
    script.push_str(
        "\n-- Reading a scope part by part: from state to state; * stands for every name that no other row has.\n",
    );
    script.push_str(&steps(decisions, *dialect));
    script.push_str("\n-- What holds where a scope ends.\n");
    script.push_str(&outcomes(decisions, options));
    script.push_str("\n-- The apps by their names and client ids.\n");
    script.push_str(&clients(decisions, options));
    let day = as_of.map_or_else(|| dialect.today().to_owned(), |day| dialect.text(&day.to_string()));
    script.push_str(&plan(options, &day));
    script
}

fn steps(decisions: &Decisions, dialect: Dialect) -> String {
    let numbered = || decisions.states.iter().enumerate();
    let step = |(at, (name, to)): (usize, (&String, &usize))| vec![at.to_string(), name.clone(), to.to_string()];
    let rows: Vec<Vec<String>> = numbered()
        .flat_map(|(at, state)| state.steps.iter().filter(|(name, _)| *name != OTHER).map(move |step| (at, step)))
        .map(step)
        .collect();
    let state = |(at, state): (usize, &State)| {
        vec![at.to_string(), state.steps.get(OTHER).copied().unwrap_or(at).to_string(), state.outcome.to_string()]
    };
    let states: Vec<Vec<String>> = numbered().map(state).collect();
    let mut text = dialect.rows("zscope_step", &[("state", true), ("part", false), ("next", true)], &rows);
    text.push_str(&dialect.rows("zscope_state", &[("state", true), ("other", true), ("outcome", true)], &states));
    text
}

/// The answers of each outcome: for nobody in particular, and for the applications for which it is another.
fn outcomes(decisions: &Decisions, options: &Options<'_>) -> String {
    let dialect = options.dialect;
    let mut rows = Vec::new();
    let chosen = options.app.and_then(|app| decisions.apps.iter().position(|name| name == app));
    for (number, answers) in decisions.outcomes.iter().enumerate() {
        let mut row = |app: &str, answer: usize| {
            rows.push(outcome(number, app, &decisions.answers[answer]));
        };
        if let Some(chosen) = chosen {
            row("", answers[chosen + 1]);
            continue;
        }
        row("", answers[0]);
        for (app, answer) in decisions.apps.iter().zip(&answers[1..]).filter(|(_, answer)| **answer != answers[0]) {
            row(app, *answer);
        }
    }
    let columns = [
        ("outcome", true),
        ("app", false),
        ("verdict", false),
        ("decided_by", false),
        ("deciders", true),
        ("place", false),
        ("rules", false),
        ("waived_until", false),
    ];
    dialect.rows("zscope_outcome", &columns, &rows)
}

fn outcome(number: usize, app: &str, answer: &Answer) -> Vec<String> {
    // A text that nothing has, so that engines need not be told what type it is.
    let day = answer.waived_until.map(|day| day.to_string()).unwrap_or_default();
    vec![
        number.to_string(),
        app.to_owned(),
        answer.verdict.as_str().to_owned(),
        answer.decided_by.join("; "),
        answer.deciders.to_string(),
        answer.place.clone().unwrap_or_default(),
        answer.rules.join(" "),
        day,
    ]
}

fn clients(decisions: &Decisions, options: &Options<'_>) -> String {
    let dialect = options.dialect;
    let row = |(client, app): &(String, String)| vec![client.clone(), app.clone()];
    let rows: Vec<Vec<String>> =
        if options.app.is_some() { Vec::new() } else { decisions.clients.iter().map(row).collect() };
    dialect.rows("zscope_client", &[("client", false), ("app", false)], &rows)
}

/// The texts of all lists, each once; their scopes, each once; where each leads; then the grants.
fn plan(options: &Options<'_>, day: &str) -> String {
    let Options { dialect, grants, app, .. } = options;
    let keep = |name: &str| dialect.keep(name);
    // What stands between scopes, plain or encoded, becomes a blank.
    let blanks = dialect.replaced("list", BETWEEN, " ");
    let pieces = dialect.split(&blanks, ' ');
    let unfolded = dialect.unfolded("list", &pieces, "word", "zscope_list");
    // Quotes and brackets around a scope are left out, and dots after it.
    let bare = dialect.replaced("word", AROUND, "");
    let is_scope = [
        dialect.matches("item", SCOPE),
        format!("{} <= {MAX_LENGTH}", dialect.bytes("item")),
        // What looks like a secret is no scope, and is not shown.
        format!(
            "NOT ({} AND ({} OR {}))",
            dialect.matches("item", SECRET[0]),
            dialect.matches("item", SECRET[1]),
            dialect.matches("item", SECRET[2]),
        ),
    ]
    .join(" AND ");
    let parts = dialect.split("lower(item)", '.');
    let none = dialect.no_pieces();
    let (start, one) = (dialect.number(&START.to_string()), dialect.number("1"));
    let count = dialect.count("w.parts");
    let piece = dialect.piece("w.parts", "w.position");
    let next = dialect.number("w.position + 1");
    let verdict =
        |column: &str| format!("CASE WHEN own.app IS NULL THEN base.{column} ELSE own.{column} END AS {column}");
    let app = app.map_or_else(|| "c.app".to_owned(), |app| dialect.text(app));
    let columns: Vec<String> =
        ["verdict", "decided_by", "deciders", "place", "rules", "waived_until"].map(verdict).into();
    let columns = columns.join(",\n    ");
    format!(
        "
-- 1. Every list once, and every scope of it once.
{list}
SELECT DISTINCT scope AS list FROM {grants} WHERE scope IS NOT NULL;
{item}
SELECT DISTINCT list, item FROM (SELECT list, {bare} AS item FROM ({unfolded}) AS u) AS b WHERE item <> '';
{cached}
-- 2. Every scope once, read part by part. What is no scope has no parts.
{word}
SELECT item, CASE WHEN {is_scope} THEN {parts} ELSE {none} END AS parts
FROM (SELECT DISTINCT item FROM zscope_item) AS d;
{cached_word}{walked}
WITH RECURSIVE w AS (
  SELECT item, parts, {one} AS position, {start} AS state FROM zscope_word
  UNION ALL
  SELECT w.item, w.parts, {next} AS position, COALESCE(n.next, s.other) AS state
  FROM w
  JOIN zscope_state AS s ON s.state = w.state
  LEFT JOIN zscope_step AS n ON n.state = w.state AND n.part = {piece}
  WHERE w.position <= {count}
)
SELECT w.item AS item, w.state AS state, s.outcome AS outcome
FROM w JOIN zscope_state AS s ON s.state = w.state WHERE w.position > {count};
{cached_walked}
-- 3. The grants. One that holds nothing that can be read has one row, without a scope.
{verdicts}
SELECT grant_id, client, app, scope,
  CASE WHEN waived_until >= {day} THEN 'waived' ELSE verdict END AS verdict,
  decided_by, deciders, place, rules
FROM (
  SELECT g.grant_id AS grant_id, g.client AS client, {app} AS app,
    CASE WHEN w.state = {start} THEN '(no scope)' ELSE w.item END AS scope,
    {columns}
  FROM {grants} AS g
  LEFT JOIN zscope_client AS c ON c.client = lower(g.client)
  LEFT JOIN zscope_item AS i ON i.list = g.scope
  LEFT JOIN zscope_walked AS w ON w.item = i.item
  JOIN zscope_outcome AS base ON base.outcome = COALESCE(w.outcome, {unknown}) AND base.app = ''
  LEFT JOIN zscope_outcome AS own ON own.outcome = COALESCE(w.outcome, {unknown}) AND own.app = c.app
) AS judged;
{summary}
SELECT app, verdict, count(*) AS scopes, count(DISTINCT grant_id) AS grants
FROM zscope_verdicts GROUP BY app, verdict;
SELECT * FROM zscope_summary ORDER BY app, verdict;
",
        list = keep("zscope_list"),
        item = keep("zscope_item"),
        cached = dialect.kept("zscope_item"),
        word = keep("zscope_word"),
        cached_word = dialect.kept("zscope_word"),
        walked = keep("zscope_walked"),
        cached_walked = dialect.kept("zscope_walked"),
        verdicts = keep("zscope_verdicts"),
        summary = keep("zscope_summary"),
        unknown = dialect.number("0"),
    )
}
