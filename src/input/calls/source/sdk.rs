//! Operations of Zoho CRM's SDKs: the import first, then the object with the operations, then its method.

use std::collections::{BTreeSet, HashMap};

use super::code::{Code, Language};
use super::functions::Function;
use super::tables::{self, Case, Operation};
use super::values::Values;
use crate::input::calls::seen::{Certainty, SeenCall, SeenCalls, Via};
use crate::text::{Place, SourceId, Span};

/// The modules of which the SDK knows by itself what they are.
const KNOWN_MODULES: [&str; 5] = ["Leads", "Contacts", "Accounts", "Products", "Vendors"];

/// The most modules that one call is followed to.
const MOST_MODULES: usize = 20;

/// What a file imports of an SDK.
struct Imported {
    case: Case,
    /// Of the API, where the import says it; `1` and `0` are the old clients.
    version: Option<String>,
    /// What names in the file stand for which classes.
    names: HashMap<String, String>,
    /// Every class may be named, but for those that come from elsewhere.
    all: bool,
    foreign: BTreeSet<String>,
    /// Names that stand for the whole SDK: `ZOHOCRMSDK`.
    spaces: BTreeSet<String>,
}

/// An object that has operations.
#[derive(Clone, Debug)]
struct Object {
    class: String,
    /// Where its constructor's arguments open; none of a declaration.
    open: Option<usize>,
    at: usize,
}

struct Finder<'a, 't> {
    source: SourceId,
    code: &'a Code<'t>,
    values: &'a Values<'a, 't>,
    functions: &'a [Function<'t>],
    imported: Imported,
    objects: HashMap<&'t str, Vec<Object>>,
    seen: SeenCalls,
}

/// Finds the operations that a file calls; none where it imports no SDK.
pub(in crate::input::calls) fn find<'t>(
    source: SourceId,
    code: &Code<'t>,
    values: &Values<'_, 't>,
    functions: &[Function<'t>],
) -> SeenCalls {
    let Some(imported) = imports(code) else { return SeenCalls::default() };
    let mut finder =
        Finder { source, code, values, functions, imported, objects: HashMap::new(), seen: SeenCalls::default() };
    finder.make();
    finder.run();
    finder.seen
}

/// What the file imports, by the roots of the SDKs' packages.
fn imports(code: &Code<'_>) -> Option<Imported> {
    let text = code.text;
    let roots: &[(&str, Case, Option<&str>)] = match code.language {
        Language::Python => &[
            ("zohocrmsdk.src.com.zoho", Case::Snake, None),
            ("zcrmsdk.src.com.zoho", Case::Snake, Some("2.1")),
            ("zcrmsdk", Case::Snake, Some("1")),
        ],
        Language::Script => &[
            ("@zohocrm/nodejs-sdk-", Case::Camel, None),
            ("@zohocrm/typescript-sdk-", Case::Camel, None),
            ("zcrmsdk", Case::Camel, Some("0")),
        ],
        Language::Braces => &[("com.zoho.crm.api", Case::Camel, None)],
        Language::CSharp => &[("Com.Zoho.Crm.API", Case::Pascal, None)],
        Language::Php => &[("com\\zoho\\crm\\api", Case::Camel, None), ("zcrmsdk\\crm", Case::Camel, Some("1"))],
        Language::Ruby => &[("ZOHOCRMSDK", Case::Snake, None)],
        Language::Shell | Language::Deluge => &[],
    };
    let (root, case, version) = roots.iter().find(|(root, ..)| statements(text, root).next().is_some())?;
    let mut imported = Imported {
        case: *case,
        version: version.map(str::to_owned),
        names: HashMap::new(),
        all: false,
        foreign: foreign(text, root),
        spaces: BTreeSet::new(),
    };
    for statement in statements(text, root) {
        let after = statement.split(root).nth(1).unwrap_or("");
        // `nodejs-sdk-8.0`, `ZOHOCRMSDK8_0`
        let number: String = after
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.' || *c == '_')
            .collect::<String>()
            .replace('_', ".");
        if number.starts_with(|c: char| c.is_ascii_digit()) && imported.version.is_none() {
            imported.version = Some(number.trim_end_matches('.').to_owned());
        }
        let words: Vec<&str> =
            statement.split(|c: char| c != '_' && !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
        for (at, word) in words.iter().enumerate() {
            if !tables::class(word).is_empty() {
                let alias =
                    words.get(at + 1).filter(|next| **next == "as").and_then(|_| words.get(at + 2)).unwrap_or(word);
                imported.names.insert((*alias).to_owned(), (*word).to_owned());
            }
        }
        // `using Ops = Com.Zoho.Crm.API.Record.RecordOperations;`
        if code.language == Language::CSharp {
            if let (Some(alias), Some(class)) = (words.get(1).filter(|_| statement.contains('=')), words.last()) {
                imported.names.insert((*alias).to_owned(), (*class).to_owned());
            }
            imported.all = true;
        }
        imported.all |= statement.contains('*') && code.language != Language::Script;
        match code.language {
            Language::Script => {
                // `import * as X from`, `import X from`, `const X = require(…)`
                let space = words
                    .iter()
                    .position(|word| *word == "as")
                    .and_then(|at| words.get(at + 1))
                    .or_else(|| words.get(1));
                imported.spaces.extend(space.filter(|_| !statement.contains('{')).map(|space| (*space).to_owned()));
                imported.spaces.extend(
                    words.iter().filter(|word| word.starts_with(char::is_uppercase)).map(|word| (*word).to_owned()),
                );
            }
            Language::Ruby => {
                imported.spaces.insert("ZOHOCRMSDK".to_owned());
                imported.all |= statement.contains("include");
            }
            _ => {}
        }
    }
    if *version == Some("1") && code.language == Language::Python {
        imported.all = true;
    }
    Some(imported)
}

/// The classes that a file imports from elsewhere under the names of an SDK's.
fn foreign(text: &str, root: &str) -> BTreeSet<String> {
    let is_import =
        |line: &&str| ["import ", "from ", "use ", "using "].iter().any(|word| line.trim_start().starts_with(word));
    let lines = text.lines().filter(is_import).filter(|line| !line.contains(root));
    let words = lines.flat_map(|line| line.split(|c: char| c != '_' && !c.is_ascii_alphanumeric()));
    words.filter(|word| !tables::class(word).is_empty()).map(str::to_owned).collect()
}

/// The statements that import something of a root, each with what it spans.
fn statements<'t>(text: &'t str, root: &'t str) -> impl Iterator<Item = &'t str> {
    text.match_indices(root).filter_map(move |(at, _)| {
        let start = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
        let line = text.get(start..)?.lines().next().unwrap_or("");
        let head = text.get(start..at)?;
        let begins = |word: &str| line.trim_start().starts_with(word);
        let is_import = [
            "import",
            "from",
            "use ",
            "using",
            "require",
            "const",
            "let ",
            "var ",
            "include",
            "export",
            "}",
            "global using",
            "gem",
        ]
        .iter()
        .any(|word| begins(word));
        // `const {\n  A,\n  B\n} = require("…")`: from where the bracket opens.
        let start = if begins("}") {
            text.get(..start)?.rfind('{').and_then(|open| text.get(..open)?.rfind('\n')).map_or(0, |end| end + 1)
        } else {
            start
        };
        if !is_import || head.trim_start().starts_with(['#', '/', '*']) {
            return None;
        }
        // A root that is a part of another word.
        let follows = text.get(at + root.len()..)?.chars().next();
        let is_whole = follows.is_none_or(|c| !c.is_ascii_alphabetic())
            && !head.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        if !is_whole {
            return None;
        }
        let rest = text.get(start..)?;
        let end = rest.find('\n').unwrap_or(rest.len());
        let first = rest.get(..end)?;
        let close = if first.contains('(') && !first.contains(')') {
            ')'
        } else if first.contains('{') && !first.contains('}') {
            '}'
        } else {
            '\n'
        };
        let end = rest.find(close).map_or(end, |found| found.max(end).min(4000)).max(at - start + root.len());
        let end = rest.get(end..).and_then(|tail| tail.find('\n')).map_or(rest.len(), |more| end + more);
        rest.get(..end)
    })
}

impl<'t> Finder<'_, 't> {
    /// The class that the word at a token names, with what stands before it in its chain.
    fn class_at(&self, at: usize) -> Option<&str> {
        let word = self.code.word(at)?;
        let imported = &self.imported;
        if let Some(class) = imported.names.get(word) {
            return Some(class).filter(|class| !tables::class(class).is_empty()).map(String::as_str);
        }
        if tables::class(word).is_empty() {
            return None;
        }
        let (words, _) = self.code.chain(at);
        let is_qualified = words.last().is_some_and(|first| {
            words.len() > 1
                && (imported.spaces.contains(*first) || matches!(*first, "com" | "Com" | "zohocrmsdk" | "zcrmsdk"))
        });
        if !is_qualified && (!imported.all || imported.foreign.contains(word)) {
            return None;
        }
        // A class of the file's own.
        let is_own = !is_qualified
            && (1..self.code.len())
                .any(|own| self.code.word(own) == Some(word) && self.code.word(own - 1) == Some("class"));
        (!is_own)
            .then(|| {
                tables::class(word)
                    .first()
                    .and_then(|first| tables::operations().get(*first))
                    .map(|operation| operation.class)
            })
            .flatten()
    }

    /// Takes the objects that are made or declared.
    fn make(&mut self) {
        let code = self.code;
        for at in 0..code.len() {
            let Some(class) = self.class_at(at).map(str::to_owned) else { continue };
            let (_, begin) = code.chain(at);
            match self.constructor(at) {
                Some(open) => {
                    let begin = if begin > 0 && code.word(begin - 1) == Some("new") { begin - 1 } else { begin };
                    if let Some(name) = self.assigned(begin) {
                        self.objects.entry(name).or_default().push(Object { class, open: Some(open), at });
                    }
                }
                None => {
                    // `RecordOperations operations;`, `operations: RecordOperations`
                    let named = code.word(at + 1).filter(|_| !code.is_mark(at + 2, '('));
                    let typed = begin
                        .checked_sub(1)
                        .filter(|colon| code.is_mark(*colon, ':'))
                        .and_then(|colon| code.word(colon.checked_sub(1)?));
                    if let Some(name) = named.or(typed) {
                        self.objects.entry(name).or_default().push(Object { class, open: None, at });
                    }
                }
            }
        }
    }

    /// Where the arguments of a constructor open, when the class at a token is made there.
    fn constructor(&self, at: usize) -> Option<usize> {
        let code = self.code;
        if code.is_mark(at + 1, '.') {
            // `X.new(…)`, `ZCRMModule.get_instance("Leads")`
            let word = code.word(at + 2)?;
            let makes = matches!(word, "new" | "get_instance" | "getInstance");
            return makes.then_some(at + 3);
        }
        let (_, begin) = code.chain(at);
        let is_new = begin > 0 && code.word(begin - 1) == Some("new");
        let needs_new = matches!(code.language, Language::Script | Language::CSharp | Language::Php);
        (code.is_mark(at + 1, '(') && (is_new || !needs_new)).then_some(at + 1)
    }

    /// The name to which what begins at a token is assigned.
    fn assigned(&self, begin: usize) -> Option<&'t str> {
        let code = self.code;
        let mut equals = begin.checked_sub(1)?;
        if code.word(equals).is_some_and(|word| word == "await") || code.is_mark(equals, '(') {
            equals = equals.checked_sub(1)?;
        }
        if !code.is_mark(equals, '=') {
            return None;
        }
        let last = equals.checked_sub(1)?;
        let (_, first) = code.chain(last);
        // `let a: X.Y = …`, and not what follows `if a:`.
        let is_type = |colon: usize| {
            let between = Span::new(code.tokens[colon].span.end, code.tokens[first].span.start);
            code.is_mark(colon, ':') && !code.text.get(between.start..between.end).is_some_and(|gap| gap.contains('\n'))
        };
        if first > 1 && is_type(first - 1) {
            return code.word(first - 2);
        }
        code.word(last)
    }

    fn run(&mut self) {
        let code = self.code;
        for at in 2..code.len() {
            if !code.is_mark(at - 1, '.') {
                continue;
            }
            let Some(method) = code.word(at) else { continue };
            let is_called = code.is_mark(at + 1, '(') || code.language == Language::Ruby;
            let Some(object) = self.receiver(at - 2).filter(|_| is_called) else { continue };
            let open = code.is_mark(at + 1, '(').then_some(at + 1);
            if matches!(method, "new" | "get_instance" | "getInstance") {
                continue;
            }
            self.operation(&object, method, at, open);
        }
    }

    /// The object before a member.
    fn receiver(&self, at: usize) -> Option<Object> {
        let code = self.code;
        if let Some(open) = code.open(at) {
            // `new X(…).m(`, `(new X(…))->m(`, `X.new(…).m(`, `ZCRMModule.get_instance("Leads").m(`
            let inner =
                if code.is_mark(at - 1, ')') && code.is_mark(open, '(') && open > 0 && code.word(open - 1).is_none() {
                    code.open(at - 1)?
                } else {
                    open
                };
            let last = inner.checked_sub(1)?;
            if let Some(class) = self.class_at(last).filter(|_| self.constructor(last) == Some(inner)) {
                return Some(Object { class: class.to_owned(), open: Some(inner), at: last });
            }
            let owner = last.checked_sub(2)?;
            if let Some(class) = self.class_at(owner).filter(|_| self.constructor(owner) == Some(inner)) {
                return Some(Object { class: class.to_owned(), open: Some(inner), at: owner });
            }
            return self.given(last, inner);
        }
        let name = code.word(at)?;
        if self.imported.version.as_deref() == Some("0") {
            // `ZCRMRestClient.API.MODULES.get({…})`
            let is_api = at >= 2
                && code.is_mark(at - 1, '.')
                && code.word(at - 2) == Some("API")
                && !tables::class(name).is_empty();
            return is_api.then(|| Object { class: name.to_owned(), open: None, at });
        }
        if let Some(objects) = self.objects.get(name) {
            let made = objects.iter().filter(|object| object.open.is_some());
            let last = made.clone().rfind(|object| object.at < at).or_else(|| made.clone().next());
            return last.or_else(|| objects.last()).cloned();
        }
        // `m = client.get_module_instance("Leads")`
        let value = self.values.assignment(name, at)?;
        let close = (value..code.len().min(value + 24)).find(|&end| code.is_mark(end, '('))?;
        self.given(close - 1, close)
    }

    /// The object that an old client's method hands out.
    fn given(&self, word: usize, open: usize) -> Option<Object> {
        if self.imported.version.as_deref() != Some("1") {
            return None;
        }
        let class = match self.code.word(word)? {
            "get_module_instance" | "getModuleInstance" => "ZCRMModule",
            "get_record_instance" | "getRecordInstance" => "ZCRMRecord",
            "get_organization_instance" | "getOrganizationInstance" => "ZCRMOrganization",
            _ => return None,
        };
        Some(Object { class: class.to_owned(), open: Some(open), at: word })
    }

    fn operation(&mut self, object: &Object, method: &str, at: usize, open: Option<usize>) {
        let code = self.code;
        let all = tables::class(&object.class).iter().filter_map(|at| tables::operations().get(*at));
        let named: Vec<&Operation> = all.filter(|operation| operation.name(self.imported.case) == method).collect();
        let version = self.imported.version.as_deref();
        let Some(operation) = named.iter().find(|operation| Some(operation.version) == version).or(named.first())
        else {
            if open.is_some() && object.class.ends_with("Operations") {
                let place = self.place(at, at);
                self.seen.leave(place, format!("`{}.{method}` is no operation that is known", object.class));
            }
            return;
        };
        let name = format!("{}.{method}", object.class);
        let place = self.place(at, open.map_or(at, |open| code.close(open)));
        if operation.path.starts_with("/{") {
            self.seen.leave(place, format!("`{name}` calls an address that the API hands out"));
            return;
        }
        let modules = self.modules(operation, object, open);
        let mut path = operation.path.to_owned();
        if let Some(version) = version.filter(|version| *version != operation.version && version.len() > 1) {
            let known = format!("/v{}/", operation.version.trim_end_matches(".0"));
            path = path.replace(&known, &format!("/v{}/", version.trim_end_matches(".0")));
        }
        let hole = operation.path.split('/').find(|segment| segment.starts_with('{') && segment.contains("module"));
        let targets: Vec<Option<&String>> =
            if modules.is_empty() { vec![None] } else { modules.iter().map(Some).collect() };
        for module in targets {
            let url = match (module, hole) {
                (Some(module), Some(hole)) => path.replace(hole, module),
                _ => path.clone(),
            };
            let certainty = if hole.is_some() && module.is_none() { Certainty::Likely } else { Certainty::Proven };
            let mut call = SeenCall::new(operation.http, url, place, certainty, Via::Sdk { name: name.clone() });
            if hole.is_none() {
                call.modules.extend(module.cloned());
            }
            if object.class == "CoqlOperations" {
                call.modules = self.queried(at);
            }
            self.seen.add(call);
            self.hidden(operation, &name, module.map(String::as_str), place, &path);
        }
    }

    /// The modules that a call is about: from its own arguments, or those of the constructor.
    fn modules(&self, operation: &Operation, object: &Object, open: Option<usize>) -> Vec<String> {
        let code = self.code;
        let is_module = |name: &&str| name.contains("module");
        if let (Some(position), Some(open)) = (operation.takes.iter().position(is_module), open) {
            let given = code.arguments(open);
            return given.get(position).map(|(from, to)| self.names(*from, *to)).unwrap_or_default();
        }
        let made = object.open.map(|open| code.arguments(open)).unwrap_or_default();
        let position = match self.imported.version.as_deref() {
            Some("1") => Some(0),
            Some("0") => {
                // `{ module: "Leads" }`
                let open = open.unwrap_or(usize::MAX);
                let key =
                    (open..code.close(open)).find(|at| code.word(*at) == Some("module") && code.is_mark(at + 1, ':'));
                return key.map(|at| self.names(at + 2, at + 3)).unwrap_or_default();
            }
            _ => operation.made_with.iter().position(|name| name.contains("module")),
        };
        position.and_then(|at| made.get(at)).map(|(from, to)| self.names(*from, *to)).unwrap_or_default()
    }

    /// The texts that an argument can be: one, or those that the file gives to the parameter that it is.
    fn names(&self, from: usize, to: usize) -> Vec<String> {
        let code = self.code;
        let from = if code.is_mark(from + 1, '=') || code.is_mark(from + 1, ':') { from + 2 } else { from };
        let is_name = |text: &String| !text.is_empty() && text.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric());
        if let Some(value) = self.values.within(from, to).map(|value| value.text()).filter(is_name) {
            return vec![value];
        }
        let Some(name) = code.word(to.saturating_sub(1)).filter(|_| to > from) else { return Vec::new() };
        let around = self.functions.iter().rev().find(|function| function.tokens.0 < from && from < function.tokens.1);
        let Some((function, position)) =
            around.and_then(|function| Some((function, function.parameters.iter().position(|known| *known == name)?)))
        else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for at in 1..code.len() {
            if code.word(at) == Some(function.name) && code.is_mark(at + 1, '(') && at + 1 != function.tokens.0 {
                let given = code.arguments(at + 1);
                if let Some((from, to)) = given.get(position)
                    && let Some(text) = self.values.within(*from, *to).map(|value| value.text()).filter(is_name)
                    && !found.contains(&text)
                    && found.len() < MOST_MODULES
                {
                    found.push(text);
                }
            }
        }
        found
    }

    /// The modules of the last query before a call.
    fn queried(&self, at: usize) -> Vec<String> {
        let texts = (0..at).rev().take(400).filter_map(|at| self.code.plain(at));
        let mut queries = texts.filter(|text| {
            text.to_ascii_lowercase().contains("select ") && text.to_ascii_lowercase().contains("from ")
        });
        queries.next().map(crate::input::calls::body::queried).unwrap_or_default()
    }

    /// What the SDK calls by itself before or after the operation.
    fn hidden(&mut self, operation: &Operation, name: &str, module: Option<&str>, place: Place, path: &str) {
        let base = path.find("/crm/").and_then(|at| path.get(at..)).unwrap_or("/crm/v8/");
        let version = base.split('/').nth(2).filter(|segment| segment.starts_with('v')).unwrap_or("v8");
        let mut add = |what: &str, module: Option<&str>, certainty: Certainty| {
            let query = module.map(|module| format!("?module={module}")).unwrap_or_default();
            let url = format!("/crm/{version}/settings/{what}{query}");
            let via = Via::Hidden { by: name.to_owned() };
            self.seen.add(SeenCall::new(Some(crate::input::calls::seen::Method::Get), url, place, certainty, via));
        };
        for code in &operation.hidden {
            match *code {
                "F" => add("fields", module, Certainty::Likely),
                "D" if module == Some("Deals") => add("fields", module, Certainty::Likely),
                "D" if module.is_none() => add("fields", None, Certainty::Guessed),
                "R" => {
                    add("related_lists", module, Certainty::Likely);
                    add("fields", None, Certainty::Likely);
                }
                "M" if module.is_none_or(|module| !KNOWN_MODULES.contains(&module)) => {
                    add("modules", None, Certainty::Likely);
                }
                fixed => {
                    if let Some(module) = fixed.strip_prefix('=') {
                        add("fields", Some(module), Certainty::Likely);
                    }
                }
            }
        }
    }

    fn place(&self, start: usize, end: usize) -> Place {
        let token = |at: usize| self.code.tokens.get(at).map(|token| token.span).unwrap_or_default();
        Place::new(self.source, Span::new(token(start).start, token(end).end.max(token(start).end)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::functions::functions;
    use super::*;
    use crate::text::Sources;

    fn seen(text: &str, language: Language) -> SeenCalls {
        let code = Code::new(text, language);
        let values = Values::new(&code);
        find(Sources::default().next_id(), &code, &values, &functions(&code))
    }

    fn shown(seen: &SeenCalls) -> Vec<String> {
        let shown = |call: &SeenCall| format!("{} {}", call.method.map_or("?", |method| method.as_str()), call.url);
        seen.calls.iter().filter(|call| matches!(call.via, Via::Sdk { .. })).map(shown).collect()
    }

    /// Every operation as each language writes it is that operation and no other.
    #[test]
    fn every_operation_is_recognised_in_every_language() {
        let languages: [(&str, Language, Case); 8] = [
            ("python", Language::Python, Case::Snake),
            ("node", Language::Script, Case::Camel),
            ("typescript", Language::Script, Case::Camel),
            ("java", Language::Braces, Case::Camel),
            ("scala", Language::Braces, Case::Camel),
            ("csharp", Language::CSharp, Case::Pascal),
            ("php", Language::Php, Case::Camel),
            ("ruby", Language::Ruby, Case::Snake),
        ];
        let current: Vec<&Operation> =
            tables::operations().iter().filter(|operation| operation.version == "8.0").collect();
        assert_eq!(current.len(), 426);
        let (mut count, mut unread) = (0, 0);
        for (name, language, case) in languages {
            for operation in &current {
                let (class, method) = (operation.class, operation.name(case));
                let text = match name {
                    "python" => {
                        format!("from zohocrmsdk.src.com.zoho.crm.api.x import {class}\no = {class}()\no.{method}()\n")
                    }
                    "node" => format!(
                        "const S = require(\"@zohocrm/nodejs-sdk-8.0\");\nlet o = new S.X.{class}();\nawait o.{method}();\n"
                    ),
                    "typescript" => format!(
                        "import * as S from \"@zohocrm/typescript-sdk-8.0\";\nlet o: S.X.{class} = new S.X.{class}();\nawait o.{method}();\n"
                    ),
                    "java" => format!(
                        "import com.zoho.crm.api.x.{class};\nclass A {{ void a() {{ {class} o = new {class}();\no.{method}(); }} }}\n"
                    ),
                    "scala" => format!(
                        "import com.zoho.crm.api.x.{class}\nobject A {{ val o = new {class}()\no.{method}() }}\n"
                    ),
                    "csharp" => format!(
                        "using Com.Zoho.Crm.API.X;\nclass A {{ void B() {{ {class} o = new {class}();\no.{method}(); }} }}\n"
                    ),
                    "php" => {
                        format!("<?php\nuse com\\zoho\\crm\\api\\x\\{class};\n$o = new {class}();\n$o->{method}();\n")
                    }
                    _ => format!("require \"ZOHOCRMSDK8_0\"\no = ZOHOCRMSDK::X::{class}.new\no.{method}()\n"),
                };
                let found = seen(&text, language);
                count += 1;
                if operation.path.starts_with("/{") {
                    unread += 1;
                    assert!(found.left[0].reason.ends_with("calls an address that the API hands out"), "{text}");
                    continue;
                }
                let expected = format!("{} {}", operation.http.unwrap().as_str(), operation.path);
                assert_eq!(shown(&found), [expected], "{text}");
            }
        }
        assert_eq!((count, unread), (8 * 426, 8 * 3));
    }

    #[test]
    fn older_operations_are_recognised_by_their_version() {
        for operation in tables::operations().iter().filter(|operation| !matches!(operation.version, "8.0" | "0" | "1"))
        {
            let text = format!(
                "const S = require(\"@zohocrm/nodejs-sdk-{}\");\nlet o = new S.X.{}();\no.{}();\n",
                operation.version,
                operation.class,
                operation.name(Case::Camel)
            );
            let expected = format!("{} {}", operation.http.unwrap().as_str(), operation.path);
            let found = shown(&seen(&text, Language::Script));
            assert!(found == [expected], "{text}: {found:?}");
        }
        for operation in tables::operations().iter().filter(|operation| operation.version == "1") {
            let text =
                format!("import zcrmsdk\no = zcrmsdk.{}.get_instance()\no.{}()\n", operation.class, operation.method);
            let found = shown(&seen(&text, Language::Python));
            assert!(found == [format!("{} {}", operation.http.unwrap().as_str(), operation.path)], "{text}: {found:?}");
        }
        for operation in tables::operations().iter().filter(|operation| operation.version == "0") {
            let text =
                format!("const c = require('zcrmsdk');\nc.API.{}.{}(input)\n", operation.class, operation.method);
            let found = shown(&seen(&text, Language::Script));
            assert!(found == [format!("{} {}", operation.http.unwrap().as_str(), operation.path)], "{text}: {found:?}");
        }
    }

    #[test]
    fn modules_narrow_and_hidden_calls_are_told() {
        let text = "from zohocrmsdk.src.com.zoho.crm.api.record import (\n    RecordOperations as RO,\n)\n\
                    def sync(name):\n    ops = RO(name)\n    return ops.get_records()\nsync('Leads')\nsync('Deals')\n\
                    MODULE = 'Contacts'\nRO(MODULE).delete_record(1)\n";
        let found = seen(text, Language::Python);
        assert_eq!(shown(&found), ["GET /crm/v8/Leads", "GET /crm/v8/Deals", "DELETE /crm/v8/Contacts/{id}"]);
        let hidden: Vec<&str> = found
            .calls
            .iter()
            .filter(|call| matches!(call.via, Via::Hidden { .. }))
            .map(|call| call.url.as_str())
            .collect();
        assert_eq!(hidden, ["/crm/v8/settings/fields?module=Leads", "/crm/v8/settings/fields?module=Deals"]);
    }

    #[test]
    fn look_alikes_are_no_operations() {
        for (text, language) in [
            (
                "from app.ops import RecordOperations\no = RecordOperations('Leads')\no.get_records()\n",
                Language::Python,
            ),
            (
                "# from zohocrmsdk.src.com.zoho.crm.api.record import RecordOperations\no = RecordOperations('x')\no.get_records()\n",
                Language::Python,
            ),
            (
                "from zohocrmsdk.src.com.zoho.crm.api.users import UsersOperations\nfrom app import RecordOperations\no = RecordOperations()\no.get_records()\n",
                Language::Python,
            ),
            (
                "import com.acme.RecordOperations;\nRecordOperations o = new RecordOperations();\no.getRecords();\n",
                Language::Braces,
            ),
            (
                "const S = require('@zohocrm/nodejs-sdk-8.0');\nconst o = new Other.RecordOperations();\no.getRecords();\n",
                Language::Script,
            ),
            (
                "import com.zoho.crm.api.record.RecordOperations;\nRecordOperations o = new RecordOperations();\no.get_records();\n",
                Language::Braces,
            ),
        ] {
            assert_eq!(shown(&seen(text, language)), [""; 0], "{text}");
        }
    }
}
