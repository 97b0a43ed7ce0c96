//! Tables of what calls without an address of its own: operations of SDKs, tasks of Deluge, tools of MCP servers.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::catalog::Needs;
use crate::input::calls::seen::Method;
use crate::scope::Scope;

/// An operation of an SDK of Zoho CRM.
#[derive(Debug)]
pub(in crate::input::calls) struct Operation {
    pub(in crate::input::calls) class: &'static str,
    /// In snake case.
    pub(in crate::input::calls) method: &'static str,
    /// Of the API: `8.0`; `1` and `0` are the old clients.
    pub(in crate::input::calls) version: &'static str,
    pub(in crate::input::calls) http: Option<Method>,
    pub(in crate::input::calls) path: &'static str,
    /// What the constructor takes.
    pub(in crate::input::calls) made_with: Vec<&'static str>,
    /// What the method takes.
    pub(in crate::input::calls) takes: Vec<&'static str>,
    /// What the SDK calls by itself.
    pub(in crate::input::calls) hidden: Vec<&'static str>,
    /// Its name in camel case.
    pub(in crate::input::calls) camel: String,
}

/// How an SDK writes the names of methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::input::calls) enum Case {
    /// `get_records`: Python and Ruby.
    Snake,
    /// `getRecords`: Java, Node, TypeScript, PHP, Scala.
    Camel,
    /// `GetRecords`: C#.
    Pascal,
}

impl Operation {
    /// Its name in an SDK.
    pub(in crate::input::calls) fn name(&self, case: Case) -> String {
        match case {
            Case::Snake => self.method.to_owned(),
            Case::Camel => self.camel.clone(),
            Case::Pascal => {
                let mut letters = self.camel.chars();
                letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
            }
        }
    }
}

/// An integration task of Deluge, or a tool of an MCP server.
#[derive(Debug)]
pub(in crate::input::calls) struct Task {
    pub(in crate::input::calls) service: &'static str,
    pub(in crate::input::calls) method: Option<Method>,
    /// Empty where it is not known.
    pub(in crate::input::calls) path: &'static str,
    pub(in crate::input::calls) takes: Vec<&'static str>,
    /// The scopes where no address is known.
    needs: &'static str,
    /// How sure that is.
    pub(in crate::input::calls) basis: &'static str,
    /// It needs no scope unless a connection is named.
    pub(in crate::input::calls) is_own: bool,
}

impl Task {
    /// The scopes that it needs, of one without an address.
    pub(in crate::input::calls) fn needs(&self) -> Option<Needs> {
        if !self.path.is_empty() {
            return None;
        }
        let sets = self.needs.split('|').filter(|set| !set.is_empty());
        let sets: Vec<Vec<Scope>> =
            sets.map(|set| set.split('&').filter_map(|scope| scope.parse().ok()).collect()).collect();
        Some(match self.basis {
            _ if sets.is_empty() => Needs::Unknown,
            "guess" | "assumed" => Needs::Likely(sets.concat()),
            _ => Needs::AnyOf(sets),
        })
    }
}

/// The fields of each row.
fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(|line| line.split('\t').collect())
}

fn words(field: Option<&&'static str>) -> Vec<&'static str> {
    field.map(|field| field.split(' ').filter(|word| !word.is_empty()).collect()).unwrap_or_default()
}

fn camel(snake: &str) -> String {
    let mut out = String::new();
    for (at, word) in snake.split('_').enumerate() {
        let mut letters = word.chars();
        let first = letters.next().filter(|_| at > 0).map(|first| first.to_ascii_uppercase());
        out.extend(first.or_else(|| word.chars().next()).into_iter().chain(letters));
    }
    out
}

/// All operations, in the order of the table: those of the newest API first.
pub(in crate::input::calls) fn operations() -> &'static [Operation] {
    static TABLE: LazyLock<Vec<Operation>> = LazyLock::new(|| {
        let operation = |row: Vec<&'static str>| {
            let field = |at: usize| row.get(at).copied().unwrap_or("");
            let known = field(8);
            Operation {
                class: field(0),
                method: field(1),
                version: field(2),
                http: Method::named(field(3)),
                path: field(4),
                made_with: words(row.get(5)),
                takes: words(row.get(6)),
                hidden: words(row.get(7)),
                camel: if known.is_empty() { camel(field(1)) } else { known.to_owned() },
            }
        };
        rows(include_str!("../data/sdk.tsv")).map(operation).collect()
    });
    &TABLE
}

/// The operations of a class.
pub(in crate::input::calls) fn class(name: &str) -> &'static [usize] {
    static TABLE: LazyLock<HashMap<&'static str, Vec<usize>>> = LazyLock::new(|| {
        let mut classes: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, operation) in operations().iter().enumerate() {
            classes.entry(operation.class).or_default().push(at);
        }
        classes
    });
    TABLE.get(name).map_or(&[], Vec::as_slice)
}

fn tasks(table: &'static str, takes: usize, needs: usize, basis: usize, own: usize) -> HashMap<String, Task> {
    let task = |row: Vec<&'static str>| {
        let field = |at: usize| row.get(at).copied().unwrap_or("");
        let task = Task {
            service: field(1),
            method: Method::named(field(2)),
            path: field(3),
            takes: words(row.get(takes)),
            needs: field(needs),
            basis: field(basis),
            is_own: field(own) == "own",
        };
        (field(0).to_ascii_lowercase(), task)
    };
    rows(table).map(task).collect()
}

/// The task of Deluge of that name, in any case.
pub(in crate::input::calls) fn task(name: &str) -> Option<&'static Task> {
    static TABLE: LazyLock<HashMap<String, Task>> =
        LazyLock::new(|| tasks(include_str!("../data/deluge.tsv"), 4, 5, 6, 7));
    TABLE.get(&name.to_ascii_lowercase())
}

/// Whether there are tasks for a product: `zoho.crm`.
pub(in crate::input::calls) fn has_tasks(product: &str) -> bool {
    static TABLE: LazyLock<Vec<String>> = LazyLock::new(|| {
        let product =
            |row: Vec<&'static str>| row.first().and_then(|name| name.split('.').nth(1)).unwrap_or("").to_owned();
        rows(include_str!("../data/deluge.tsv")).map(product).collect()
    });
    TABLE.iter().any(|known| known == product)
}

/// The tool of an MCP server of that name.
pub(in crate::input::calls) fn tool(name: &str) -> Option<&'static Task> {
    static TABLE: LazyLock<HashMap<String, Task>> =
        LazyLock::new(|| tasks(include_str!("../data/mcp.tsv"), usize::MAX, 4, 5, usize::MAX));
    TABLE.get(&name.to_ascii_lowercase())
}
