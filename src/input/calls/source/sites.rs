//! Which method an address is called with: by the words of the call, its arguments, and what stands around it.

use super::code::{Code, Language};
use crate::input::calls::seen::Method;

/// How far around an address its method may stand, in tokens.
const NEAR: usize = 120;

/// Functions that call with GET unless they are told otherwise.
const GETTERS: [&str; 16] = [
    "fetch",
    "urlopen",
    "axios",
    "got",
    "ky",
    "ajax",
    "file_get_contents",
    "curl_init",
    "urlretrieve",
    "wget",
    "curl",
    "geturl",
    "openstream",
    "superagent",
    "needle",
    "$fetch",
];

/// Functions that are told the method.
const TOLD: [&str; 19] = [
    "request",
    "req",
    "call",
    "send",
    "execute",
    "exchange",
    "open",
    "newrequest",
    "newrequestwithcontext",
    "apicall",
    "http",
    "invoke",
    "urlrequest",
    "setendpoint",
    "seturl",
    "restrequest",
    "httprequestmessage",
    "async_request",
    "query",
];

/// Functions that tell people, and call nothing.
const TELLING: [&str; 34] = [
    "print",
    "println",
    "printf",
    "echo",
    "puts",
    "log",
    "debug",
    "info",
    "warn",
    "warning",
    "error",
    "fatal",
    "trace",
    "exception",
    "raise",
    "throw",
    "assert",
    "assertequal",
    "assert_equal",
    "expect",
    "describe",
    "it",
    "logger",
    "console",
    "writeline",
    "alert",
    "fail",
    "panic",
    "require",
    "import",
    "include",
    "link",
    "redirect",
    "notice",
];

/// What begins with a verb and calls nothing.
const LOOKUPS: [&str; 10] = [
    "getenv",
    "getproperty",
    "getattr",
    "getstring",
    "get_option",
    "getattribute",
    "getelementbyid",
    "getinstance",
    "getlogger",
    "get_instance",
];

/// What `get` reads a value of.
const STORES: [&str; 11] =
    ["environ", "env", "config", "settings", "params", "os", "dict", "options", "map", "cache", "localstorage"];

/// What a call site says of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::input::calls) enum Site {
    /// It is called so.
    Method(Method),
    /// It is called, and the method is what a variable holds.
    Variable(usize),
    /// It is called, and nothing says how.
    Called,
    /// Nothing calls it here.
    Nothing,
    /// It is told to people.
    Told,
}

/// The verb among the words of a name: `postJson`, `api_get`, `HttpDelete`, `GetAsync`.
pub(in crate::input::calls) fn verb_of(name: &str) -> Option<Method> {
    let mut words: Vec<String> = Vec::new();
    for (at, c) in name.char_indices() {
        let is_break = c == '_'
            || c.is_ascii_uppercase()
                && !name.get(..at).is_some_and(|front| front.ends_with(|c: char| c.is_ascii_uppercase()));
        if is_break || words.is_empty() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c != '_') {
            word.push(c.to_ascii_lowercase());
        }
    }
    words.iter().find_map(|word| match word.as_str() {
        "get" | "post" | "put" | "patch" | "delete" | "head" => Method::named(word),
        "getjson" | "gets" => Some(Method::Get),
        "posts" => Some(Method::Post),
        "del" => Some(Method::Delete),
        _ => None,
    })
}

/// The method that a word or a text is.
pub(in crate::input::calls) fn method_at(code: &Code<'_>, at: usize) -> Option<Method> {
    if let Some(text) = code.plain(at) {
        return Method::named(text.trim()).filter(|_| text.len() <= 8);
    }
    let word = code.word(at)?;
    // `HttpMethod.Post`, `http.MethodPost`, `Method.POST`, `Net::HTTP::Post`, `:post`
    let name = word.strip_prefix("Method").filter(|rest| !rest.is_empty()).unwrap_or(word);
    let is_member = at >= 2
        && code.is_mark(at - 1, '.')
        && code.word(at - 2).is_some_and(|owner| {
            let owner = owner.to_ascii_lowercase();
            owner.contains("method") || owner.contains("http") || owner.contains("verb") || owner == "responses"
        });
    let is_symbol = at >= 1 && code.is_mark(at - 1, ':') && code.language == Language::Ruby;
    (is_member || is_symbol || word.starts_with("Method") || name.bytes().all(|b| b.is_ascii_uppercase()))
        .then(|| Method::named(name))
        .flatten()
}

/// What the surroundings of an expression say. `start` and `end` are its tokens.
pub(in crate::input::calls) fn site(code: &Code<'_>, start: usize, end: usize) -> Site {
    if start
        .checked_sub(1)
        .and_then(|before| code.word(before))
        .is_some_and(|word| TELLING.contains(&word.to_ascii_lowercase().as_str()))
    {
        return Site::Told;
    }
    let mut site = Site::Nothing;
    let (mut inner, mut depth) = (start, 0);
    while let Some(open) = code.around(inner).filter(|open| inner - open < 4000 && depth < 6) {
        depth += 1;
        let close = code.close(open);
        if code.is_mark(open, '(') {
            let (words, _) = code.callee(open).map(|last| code.chain(last)).unwrap_or_default();
            // `getEndpoint(x)(y)`, `if (…)`: no call of a name.
            if let Some(name) = words.first() {
                match of_call(code, open, close, &words, start) {
                    Site::Nothing => {}
                    Site::Called => site = Site::Called,
                    found => return found,
                }
                if matches!(*name, "function" | "def" | "func" | "fn") {
                    break;
                }
            }
        } else if code.is_mark(open, '{') || code.is_mark(open, '[') {
            // An object that says method and address.
            match key(code, open) {
                Some(Site::Method(method)) => return Site::Method(method),
                Some(found) => site = found,
                None if code.is_mark(open, '{') && open > 0 && code.is_mark(open - 1, ')') => break,
                None => {}
            }
        }
        inner = open;
    }
    later(code, end, site == Site::Called).map_or(site, Site::Method)
}

/// What one call says that has the expression among its arguments.
fn of_call(code: &Code<'_>, open: usize, close: usize, words: &[&str], start: usize) -> Site {
    let name = words.first().map(|word| word.to_ascii_lowercase()).unwrap_or_default();
    let owner = words.get(1).map(|word| word.to_ascii_lowercase()).unwrap_or_default();
    if TELLING.contains(&name.as_str())
        || matches!(owner.as_str(), "console" | "logger" | "log" | "logging" | "system.out")
    {
        return Site::Told;
    }
    // What only looks up, tests or takes apart.
    if matches!(
        name.as_str(),
        "startswith"
            | "starts_with"
            | "endswith"
            | "includes"
            | "contains"
            | "replace"
            | "match"
            | "test"
            | "indexof"
            | "split"
            | "equals"
            | "define"
    ) {
        return Site::Told;
    }
    let arguments = code.arguments(open);
    let told = || arguments.iter().find_map(|(from, _)| method_at_argument(code, *from).filter(|_| *from != start));
    if GETTERS.contains(&name.as_str())
        || TOLD.contains(&name.as_str())
        || name.ends_with("request")
        || name.ends_with("fetch")
    {
        if let Some(method) = told().or_else(|| anywhere(code, open, close)) {
            return Site::Method(method);
        }
        if let Some(variable) = variable(code, &arguments) {
            return Site::Variable(variable);
        }
        if let Some(method) = chained(code, close) {
            return Site::Method(method);
        }
        let sends = arguments.iter().any(|(from, _)| {
            code.word(*from).is_some_and(|word| matches!(word, "data" | "json" | "files"))
                && code.is_mark(from + 1, '=')
        });
        // `Request(url)` is a GET as long as nothing is sent.
        let is_getter = GETTERS.contains(&name.as_str()) || words.first() == Some(&"Request");
        // Options that are not spelt out may say anything.
        let has_unknown = arguments.len() > 1
            && arguments.iter().skip(1).any(|(from, to)| to - from == 1 && code.word(*from).is_some());
        return match () {
            () if is_getter && sends => Site::Method(Method::Post),
            () if is_getter && name == "curl_init" => {
                later(code, close, true).map_or(Site::Method(Method::Get), Site::Method)
            }
            () if is_getter && !has_unknown => Site::Method(Method::Get),
            () => Site::Called,
        };
    }
    // `Net::HTTP::Post.new(uri)`
    let makes = matches!(name.as_str(), "new" | "build" | "create" | "of" | "parse" | "newbuilder");
    if let Some(method) = words.get(usize::from(makes)).and_then(|word| verb_of(word)) {
        // `os.environ.get("URL")`, `map.get("x")`: nobody names an address so, but a default may be one.
        let looks_up = LOOKUPS.contains(&name.as_str()) || name == "get" && STORES.contains(&owner.as_str());
        return if looks_up && method == Method::Get { Site::Nothing } else { Site::Method(method) };
    }
    if let Some(method) = chained(code, close) {
        return Site::Method(method);
    }
    // `new Request("…")`, `.url("…").post(…)`: the words of the chain before.
    if words.len() > 1 && matches!(name.as_str(), "url" | "uri" | "path" | "endpoint") {
        let verb = words.iter().skip(1).find_map(|word| verb_of(word).filter(|_| word.len() <= 6));
        return verb.map_or(Site::Called, Site::Method);
    }
    Site::Nothing
}

/// The method that an argument is, perhaps by name: `'POST'`, `method='POST'`, `HttpMethod.Post`.
pub(in crate::input::calls) fn method_at_argument(code: &Code<'_>, from: usize) -> Option<Method> {
    let value =
        if code.word(from).is_some_and(is_method_key) && (code.is_mark(from + 1, '=') || code.is_mark(from + 1, ':')) {
            from + 2
        } else {
            from
        };
    let mut at = value;
    while code.is_mark(at + 1, '.') && code.word(at + 2).is_some() {
        at += 2;
    }
    if code.is_mark(at, ':') {
        at += 1;
    }
    method_at(code, at)
}

fn is_method_key(word: &str) -> bool {
    matches!(
        word.to_ascii_lowercase().as_str(),
        "method" | "type" | "httpmethod" | "http_method" | "verb" | "requestmethod"
    )
}

/// A method that an object inside the brackets names: `{ method: 'POST' }`, `['method' => 'POST']`.
fn anywhere(code: &Code<'_>, open: usize, close: usize) -> Option<Method> {
    (open + 1..close.min(open + 400)).find_map(|at| {
        let is_key = code.word(at).is_some_and(is_method_key) || code.plain(at).is_some_and(is_method_key);
        let has_value = code.is_mark(at + 1, ':') || code.is_mark(at + 1, '=');
        (is_key && has_value).then(|| method_at(code, at + 2).or_else(|| method_at(code, at + 4))).flatten()
    })
}

/// A variable named like a method among the arguments.
fn variable(code: &Code<'_>, arguments: &[(usize, usize)]) -> Option<usize> {
    let is_method = |at: usize| {
        code.word(at).is_some_and(|word| {
            matches!(
                word.to_ascii_lowercase().as_str(),
                "method" | "verb" | "http_method" | "httpmethod" | "requestmethod"
            )
        })
    };
    arguments.iter().find_map(|(from, to)| {
        if to - from == 1 && is_method(*from) {
            return Some(*from);
        }
        let is_named = is_method(*from)
            && (code.is_mark(from + 1, '=') || code.is_mark(from + 1, ':'))
            && code.word(from + 2).is_some();
        // `{ method, headers }`
        let inside = (*from..*to).find(|at| is_method(*at) && (code.is_mark(at + 1, ',') || code.is_mark(at + 1, '}')));
        is_named.then_some(from + 2).or(inside)
    })
}

/// The method that a chain after a call names: `.url("…").post(body)`, `.uri(…).GET()`, `.method("PUT", …)`.
fn chained(code: &Code<'_>, close: usize) -> Option<Method> {
    let mut at = close + 1;
    for _ in 0..12 {
        if !code.is_mark(at, '.') {
            return None;
        }
        let word = code.word(at + 1)?;
        let lower = word.to_ascii_lowercase();
        if matches!(lower.as_str(), "get" | "post" | "put" | "patch" | "delete" | "head") && code.is_mark(at + 2, '(') {
            return Method::named(word);
        }
        if matches!(lower.as_str(), "method" | "setmethod" | "httpmethod") && code.is_mark(at + 2, '(') {
            return method_at_argument(code, at + 3);
        }
        at += 2;
        if code.is_mark(at, '(') {
            at = code.close(at) + 1;
        }
    }
    None
}

/// The method that an object's keys name.
fn key(code: &Code<'_>, open: usize) -> Option<Site> {
    let arguments = code.arguments(open);
    for (from, to) in &arguments {
        let is_key = code.word(*from).is_some_and(is_method_key) || code.plain(*from).is_some_and(is_method_key);
        if is_key && (code.is_mark(from + 1, ':') || code.is_mark(from + 1, '=')) {
            return match (from + 2..*to).find_map(|at| method_at(code, at)) {
                Some(method) => Some(Site::Method(method)),
                None => Some(Site::Called),
            };
        }
    }
    None
}

/// The method that is set on what was made with the address, further down: `setRequestMethod("POST")`, `httpMethod = "PUT"`,
/// `CURLOPT_CUSTOMREQUEST, 'DELETE'`, `request.Method = HttpMethod.Post`.
fn later(code: &Code<'_>, end: usize, is_called: bool) -> Option<Method> {
    let is_last = |at: &usize| code.word(*at).is_some_and(|word| word.eq_ignore_ascii_case("curl_exec"));
    let stop = (end..(end + NEAR).min(code.len())).find(is_last).unwrap_or((end + NEAR).min(code.len()));
    for at in end..stop {
        let Some(word) = code.word(at) else { continue };
        let lower = word.to_ascii_lowercase();
        match lower.as_str() {
            // Another function, or another call.
            "def" | "function" | "func" | "fn" | "curl_init" if at > end + 3 => return None,
            "setrequestmethod" | "setmethod" | "setrequest" if code.is_mark(at + 1, '(') => {
                return method_at_argument(code, at + 2);
            }
            "httpmethod" | "method"
                if code.is_mark(at + 1, '=') && (is_called || code.is_mark(at.wrapping_sub(1), '.')) =>
            {
                let value = (at + 2..at + 6).find_map(|at| method_at(code, at));
                if value.is_some() {
                    return value;
                }
            }
            "curlopt_customrequest" => return (at + 1..at + 4).find_map(|at| method_at(code, at)),
            "curlopt_post" | "curlopt_postfields" => {
                // A method of its own may still follow.
                let own = (at..stop).find(|at| code.word(*at).is_some_and(|word| word == "CURLOPT_CUSTOMREQUEST"));
                return own.and_then(|at| (at + 1..at + 4).find_map(|at| method_at(code, at))).or(Some(Method::Post));
            }
            "curlopt_put" => return Some(Method::Put),
            "curlopt_httpget" => return Some(Method::Get),
            _ => {}
        }
    }
    None
}
