//! What names hold and what expressions come to, as far as the same file tells.

use std::collections::HashMap;

use super::code::{Code, Kind, Part};
use super::functions::Function;

/// How often a name leads to another.
const MAX_DEPTH: usize = 6;

/// The most parts of one expression.
const MOST_PARTS: usize = 64;

/// Keys of objects that say nothing of the name elsewhere.
const COMMON_KEYS: [&str; 9] = ["url", "uri", "method", "type", "path", "href", "link", "endpoint", "name"];

/// What is assigned to names in a file.
pub(in crate::input::calls) struct Values<'c, 't> {
    code: &'c Code<'t>,
    functions: &'c [Function<'t>],
    /// For each name where it gets a value, and where that begins.
    assigned: HashMap<&'t str, Vec<(usize, usize)>>,
}

/// What an expression comes to.
#[derive(Clone, Debug, Default)]
pub(in crate::input::calls) struct Value {
    pub(in crate::input::calls) parts: Vec<Part>,
    /// The token after it.
    pub(in crate::input::calls) end: usize,
    /// The texts that stand in it.
    pub(in crate::input::calls) texts: Vec<usize>,
    /// The assignments that it went through, by where their values begin.
    pub(in crate::input::calls) through: Vec<usize>,
}

impl Value {
    /// As one text, with `{name}` for what is filled in.
    pub(in crate::input::calls) fn text(&self) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Plain(plain) => text.push_str(plain),
                Part::Open(name) => {
                    let name: String = name.chars().filter(|c| *c == '_' || c.is_ascii_alphanumeric()).collect();
                    text.push_str(&format!("{{{}}}", if name.is_empty() { "x" } else { &name }));
                }
            }
        }
        text
    }

    fn has_plain(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Plain(_)))
    }
}

impl Value {
    /// Whether it is a text of a base and what follows, both filled in: `f"{base_url}{path}"`.
    fn is_below_base(&self) -> bool {
        let is_base = |part: &Part| matches!(part, Part::Open(name) if is_base(name));
        self.parts.len() > 1 && !self.texts.is_empty() && self.parts.first().is_some_and(is_base)
    }
}

/// Whether a name is that of the address below which an API is called.
pub(in crate::input::calls) fn is_base(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["base", "host", "url", "domain", "server", "root", "api"].iter().any(|word| name.contains(word))
}

impl<'c, 't> Values<'c, 't> {
    pub(in crate::input::calls) fn new(code: &'c Code<'t>, functions: &'c [Function<'t>]) -> Self {
        let mut assigned: HashMap<&str, Vec<(usize, usize)>> = HashMap::new();
        for at in 0..code.len() {
            let Some(word) = code.word(at) else { continue };
            let is_argument = code.around(at).is_some_and(|open| code.is_mark(open, '('));
            if code.is_mark(at + 1, '=') {
                // An argument by name gives no value to a name, but for a text: that may be a parameter's default.
                if !is_argument || code.parts(at + 2).is_some() {
                    assigned.entry(word).or_default().push((at, at + 2));
                }
            } else if code.is_mark(at + 1, ':') {
                // `name: type = value`, and `name: 'text'` in an object.
                let typed = (at + 2..at + 6).find(|&next| code.is_mark(next, '='));
                let is_type = |end: usize| {
                    (at + 2..end).all(|next| {
                        code.word(next).is_some()
                            || ['.', '?', '|', '<', '>'].iter().any(|mark| code.is_mark(next, *mark))
                    })
                };
                if let Some(equals) = typed.filter(|&end| is_type(end)) {
                    assigned.entry(word).or_default().push((at, equals + 1));
                } else if code.parts(at + 2).is_some() && !COMMON_KEYS.contains(&word) {
                    assigned.entry(word).or_default().push((at, at + 2));
                }
            }
        }
        Self { code, functions, assigned }
    }

    /// Where the value of a name begins: the last one that it got before a token, else the first. What a function is given
    /// has only the values that it gets inside.
    pub(in crate::input::calls) fn assignment(&self, name: &str, before: usize) -> Option<usize> {
        let all = self.assigned.get(name)?;
        let around = self.functions.iter().rfind(|function| function.tokens.0 < before && before < function.tokens.1);
        let given = around.filter(|function| function.parameters.contains(&name));
        let from = given.map_or(0, |function| function.tokens.0);
        let last = all.iter().rfind(|(at, value)| *value < before && *at < before && *at >= from);
        last.or(all.first().filter(|_| given.is_none())).map(|(_, value)| *value)
    }

    /// What the expression that begins at a token comes to; `None` where none does.
    pub(in crate::input::calls) fn at(&self, at: usize) -> Option<Value> {
        self.evaluate(at, self.code.len(), MAX_DEPTH)
    }

    /// The same, no further than a token.
    pub(in crate::input::calls) fn within(&self, at: usize, end: usize) -> Option<Value> {
        self.evaluate(at, end, MAX_DEPTH)
    }

    /// What a name holds where a token uses it.
    pub(in crate::input::calls) fn named(&self, name: &str, before: usize, depth: usize) -> Option<Value> {
        let value_at = self.assignment(name, before).filter(|_| depth > 0)?;
        // A value that uses the name itself says nothing (`url = url + x`).
        let mut value = self
            .evaluate(value_at, self.code.len(), depth - 1)
            .filter(|value| value.has_plain() || value.is_below_base())?;
        if value_at >= before && value.end > before && before >= value_at {
            return None;
        }
        value.through.push(value_at);
        value.through.extend(value.texts.iter().copied());
        value.texts.clear();
        Some(value)
    }

    fn evaluate(&self, at: usize, end: usize, depth: usize) -> Option<Value> {
        let code = self.code;
        let mut value = Value { end: at, ..Value::default() };
        let mut here = at;
        loop {
            let before = here;
            match code.tokens.get(here).filter(|_| here < end).map(|token| &token.kind) {
                Some(Kind::Text(_)) => here = self.text(here, end, depth, &mut value),
                Some(Kind::Word) => here = self.chain(here, end, depth, &mut value),
                Some(Kind::Mark('(')) => {
                    let close = code.close(here);
                    match self.evaluate(here + 1, close.min(end), depth).filter(|inner| inner.end == close) {
                        Some(inner) => {
                            value.parts.extend(inner.parts);
                            value.texts.extend(inner.texts);
                            value.through.extend(inner.through);
                            here = close + 1;
                        }
                        None => break,
                    }
                }
                _ => break,
            }
            if here == before || value.parts.len() > MOST_PARTS {
                break;
            }
            value.end = here;
            if code.is_mark(here, '+') && here < end {
                here += 1;
            } else if code.parts(here).is_none() || here >= end || code.parts(here - 1).is_none() {
                // One text after another is one text; anything else is the end.
                break;
            }
        }
        (value.end > at).then_some(value)
    }

    /// Takes a text, and what is filled into it: from names, or from what follows.
    fn text(&self, at: usize, end: usize, depth: usize, value: &mut Value) -> usize {
        let code = self.code;
        value.texts.push(at);
        let mut after = at + 1;
        let mut arguments: Vec<(usize, usize)> = Vec::new();
        if code.is_mark(at + 1, '%') && at + 1 < end {
            if code.is_mark(at + 2, '(') {
                arguments = code.arguments(at + 2);
                after = code.close(at + 2) + 1;
            } else if code.word(at + 2).is_some() {
                let mut last = at + 2;
                while code.is_mark(last + 1, '.') && code.word(last + 2).is_some() {
                    last += 2;
                }
                arguments = vec![(at + 2, last + 1)];
                after = last + 1;
            }
        } else if code.is_mark(at + 1, '.')
            && code.word(at + 2).is_some_and(|word| matches!(word, "format" | "formatted"))
            && code.is_mark(at + 3, '(')
        {
            arguments = code.arguments(at + 3);
            after = code.close(at + 3) + 1;
        } else if let Some(open) = code.around(at).filter(|open| code.is_mark(*open, '('))
            && open > 0
            && code
                .word(open - 1)
                .is_some_and(|word| matches!(word.to_ascii_lowercase().as_str(), "format" | "sprintf" | "printf"))
        {
            arguments = code.arguments(open).into_iter().filter(|(start, _)| *start > at).collect();
        }
        let mut next = arguments.iter();
        for part in code.parts(at).unwrap_or_default() {
            let Part::Open(name) = part else {
                value.parts.push(part.clone());
                continue;
            };
            let number = name.parse::<usize>().ok();
            let argument = if name.is_empty() {
                next.next().copied()
            } else if let Some(number) = number {
                arguments.get(number).copied()
            } else {
                // `{name}` and `%(name)s` of arguments that bear names.
                let is_named = |(start, _): &&(usize, usize)| {
                    code.word(*start) == Some(name) && (code.is_mark(start + 1, '=') || code.is_mark(start + 1, ':'))
                };
                arguments.iter().find(is_named).map(|(start, end)| (start + 2, *end))
            };
            let filled = match argument {
                Some((start, end)) => self.evaluate(start, end, depth.saturating_sub(1)).filter(|_| depth > 0),
                None => self.named(name, at, depth),
            };
            match filled {
                Some(inner) => {
                    value.parts.extend(inner.parts);
                    value.through.extend(inner.through);
                }
                None => value.parts.push(part.clone()),
            }
        }
        after
    }

    /// What a function comes to that reads a setting, formats, joins or wraps: of others nobody knows.
    fn called(&self, name: &str, arguments: &[(usize, usize)], depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        let at = |number: usize| arguments.get(number).and_then(|(from, to)| self.evaluate(*from, *to, depth));
        match name.to_ascii_lowercase().as_str() {
            // A default beside the name of the setting.
            "getenv" | "get" | "env" | "fetch" | "getproperty" | "getordefault" | "config" | "setting"
            | "get_option" => {
                let is_address =
                    |(from, _): &&(usize, usize)| self.code.plain(*from).is_some_and(|text| text.starts_with("http"));
                let (from, to) = arguments.iter().skip(1).find(is_address)?;
                self.evaluate(*from, *to, depth)
            }
            "format" | "sprintf" => {
                let (from, to) = arguments.iter().find(|(from, _)| self.code.parts(*from).is_some())?;
                self.evaluate(*from, *to, depth)
            }
            "create" | "parse" | "uri" | "url" | "str" | "string" | "valueof" | "parse_request_uri"
                if arguments.len() == 1 =>
            {
                at(0).filter(Value::has_plain)
            }
            "urljoin" | "join" | "url_join" | "urlcombine" => {
                let (mut base, rest) = (at(0).filter(Value::has_plain)?, at(1)?);
                let (front, end) = (base.text(), rest.text());
                let front = match front.split_once("://").filter(|_| end.starts_with('/')) {
                    Some((scheme, tail)) => format!("{scheme}://{}", tail.split('/').next().unwrap_or("")),
                    None => front,
                };
                base.parts = vec![Part::Plain(format!("{}/", front.trim_end_matches('/')))];
                let mut parts = rest.parts.into_iter();
                match parts.next() {
                    Some(Part::Plain(text)) => base.parts.push(Part::Plain(text.trim_start_matches('/').to_owned())),
                    first => base.parts.extend(first),
                }
                base.parts.extend(parts);
                Some(base)
            }
            _ => None,
        }
    }

    /// Takes a name, with what belongs to it: `lead.id`, `os.getenv("URL", "https://…")`, `encodeURIComponent(id)`.
    fn chain(&self, at: usize, end: usize, depth: usize, value: &mut Value) -> usize {
        let code = self.code;
        let (mut here, mut name, mut called) = (at, code.word(at).unwrap_or(""), None);
        // `new URL("…")`, `await x`, `return x`
        if matches!(name, "new" | "await" | "return" | "str" | "String" | "Uri" | "URL" | "URI" | "encodeURI")
            && let Some(inner) = (at + 1 < end).then(|| self.evaluate(at + 1, end, depth)).flatten()
        {
            value.parts.extend(inner.parts);
            value.texts.extend(inner.texts);
            value.through.extend(inner.through);
            return inner.end;
        }
        here += 1;
        while here < end {
            if code.is_mark(here, '.') && code.word(here + 1).is_some() {
                name = code.word(here + 1).unwrap_or("");
                called = None;
                here += 2;
            } else if code.is_mark(here, '(') || code.is_mark(here, '[') {
                called = Some(here);
                here = code.close(here).saturating_add(1).min(code.len());
            } else {
                break;
            }
        }
        if let Some(open) = called {
            let arguments = code.arguments(open);
            if let Some(inner) = self.called(name, &arguments, depth) {
                value.parts.extend(inner.parts);
                value.texts.extend(inner.texts);
                value.through.extend(inner.through);
                return here;
            }
            let inside = arguments.last().and_then(|(start, end)| {
                let word = (*start..*end).rev().find_map(|at| code.word(at).or_else(|| code.plain(at)))?;
                (word.len() < 40).then_some(word)
            });
            value.parts.push(Part::Open(inside.unwrap_or(name).to_owned()));
            return here;
        }
        // `a || "b"`, `a or "b"`
        let is_other = code.is_mark(here, '|') || code.word(here) == Some("or");
        if is_other && code.parts(here + 1).is_some() && here + 1 < end {
            return self.text(here + 1, end, depth, value);
        }
        match self.named(name, at, depth) {
            Some(inner) => {
                value.parts.extend(inner.parts);
                value.through.extend(inner.through);
            }
            None => value.parts.push(Part::Open(name.to_owned())),
        }
        here
    }
}

#[cfg(test)]
mod tests {
    use super::super::code::Language;
    use super::super::functions::functions;
    use super::*;

    /// What the argument of `go(…)` comes to.
    fn of(text: &str, language: Language) -> String {
        let code = Code::new(text, language);
        let at = (0..code.len()).rev().find(|at| code.word(*at) == Some("go")).unwrap();
        let functions = functions(&code);
        let values = Values::new(&code, &functions);
        values.at(at + 2).map(|value| value.text()).unwrap_or_default()
    }

    #[test]
    fn names_and_expressions_come_to_texts() {
        use Language::{Php, Python, Script};
        for (text, language, expected) in [
            ("B = 'https://h/v8'\ngo(B + '/Leads/' + str(lead.id))", Python, "https://h/v8/Leads/{id}"),
            ("B = 'https://h/v8'\ngo(f'{B}/Leads')", Python, "https://h/v8/Leads"),
            (
                "class A:\n def __init__(self, base='https://h'):\n  self.base = base\n def x(self):\n  go(self.base + '/x')",
                Python,
                "https://h/x",
            ),
            ("B: str = os.getenv('X', 'https://h')\ngo('%s/x/%s' % (B, id))", Python, "https://h/x/{id}"),
            ("go('{}/x/{}'.format(B, lead.id))", Python, "{B}/x/{id}"),
            ("url = 'https://h/1'\nurl2 = 1\nurl = 'https://h/2'\ngo(url)", Python, "https://h/2"),
            ("url = url + '/x'\ngo(url)", Python, "{url}/x"),
            ("const b = process.env.X || 'https://h'; const u = `${b}/x/${l.id}`; go(u)", Script, "https://h/x/{id}"),
            ("go(`${b}/x/` + encodeURIComponent(id) + '/y')", Script, "{b}/x/{id}/y"),
            ("go(new URL('https://h/x'))", Script, "https://h/x"),
            ("$b = 'https://h'; go($b . \"/x/{$this->id}\" . '/y')", Php, "https://h/x/{id}/y"),
        ] {
            assert_eq!(of(text, language), expected, "{text}");
        }
    }

    #[test]
    fn what_formats_fills_in() {
        let text = "b := \"https://h\"\nu := fmt.Sprintf(\"%s/x/%d\", b, id)";
        let code = Code::new(text, Language::Braces);
        let at = (0..code.len()).find(|at| code.plain(*at).is_none() && code.parts(*at).is_some()).unwrap();
        assert_eq!(Values::new(&code, &[]).at(at).unwrap().text(), "https://h/x/{id}");
    }
}
