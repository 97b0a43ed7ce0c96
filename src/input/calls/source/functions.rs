//! The functions of a file, as far as it takes to see what they are given.

use super::code::{Code, Language};

/// A function of the file, which may call with what it is given.
pub(in crate::input::calls) struct Function<'t> {
    pub(in crate::input::calls) name: &'t str,
    pub(in crate::input::calls) parameters: Vec<&'t str>,
    /// Where its parameters begin, and where its body ends.
    pub(in crate::input::calls) tokens: (usize, usize),
}

/// The functions of a file that are given something.
pub(in crate::input::calls) fn functions<'t>(code: &Code<'t>) -> Vec<Function<'t>> {
    let mut found = Vec::new();
    for open in 1..code.len() {
        if !code.is_mark(open, '(') {
            continue;
        }
        let close = code.close(open);
        let Some(name) = code.word(open - 1) else {
            continue;
        };
        if matches!(
            name,
            "if" | "for" | "while" | "switch" | "catch" | "return" | "await" | "foreach" | "elif" | "with" | "match"
        ) {
            continue;
        }
        let keyword = open.checked_sub(2).and_then(|at| code.word(at)).unwrap_or("");
        let is_defined = matches!(keyword, "def" | "function" | "func" | "fn" | "fun" | "sub" | "async");
        // `const get = async (path) => …`, `get: function (path) {`
        let is_arrow = matches!(name, "async" | "function")
            && open >= 3
            && (code.is_mark(open - 2, '=') || code.is_mark(open - 2, ':'));
        // `get(path) {`, `Task<T> Get(string path) {`, `func (c *Client) get(path string) error {`
        let body = (close + 1..close + 12).find(|&at| code.is_mark(at, '{')).filter(|&brace| {
            (close + 1..brace).all(|at| {
                code.word(at).is_some_and(|word| !matches!(word, "if" | "for" | "while" | "switch" | "return" | "try"))
                    || [':', '.', '<', '>', ',', '?', '[', ']', '-', '(', ')', '*']
                        .iter()
                        .any(|mark| code.is_mark(at, *mark))
            })
        });
        let is_braced = body.is_some() && !matches!(code.language, Language::Python | Language::Ruby);
        let after = code.is_mark(close + 1, ':') || is_braced || code.language == Language::Ruby;
        if !(is_defined || is_arrow || is_braced) || !after && !is_defined {
            continue;
        }
        let name = if is_arrow { code.word(open - 3).unwrap_or(name) } else { name };
        let end = match body.filter(|_| !matches!(code.language, Language::Python | Language::Ruby)) {
            Some(brace) => code.close(brace),
            // Up to the next definition.
            None => (close..code.len()).find(|&at| code.word(at) == Some("def")).unwrap_or(code.len()),
        };
        found.push(Function { name, parameters: parameters(code, open), tokens: (open, end) });
    }
    // `const get = (path) => …`
    for open in 2..code.len() {
        if code.is_mark(open, '(') && code.is_mark(open - 1, '=') && code.is_mark(code.close(open) + 1, ':') {
            let close = code.close(open);
            let end = if code.is_mark(close + 2, '{') { code.close(close + 2) } else { (close + 80).min(code.len()) };
            if let Some(name) = code.word(open - 2) {
                found.push(Function { name, parameters: parameters(code, open), tokens: (open, end) });
            }
        }
    }
    found.sort_by_key(|function| function.tokens.0);
    found
}

/// The names of the parameters between brackets.
fn parameters<'t>(code: &Code<'t>, open: usize) -> Vec<&'t str> {
    let mut names = Vec::new();
    for (from, to) in code.arguments(open) {
        let value = (from..to).find(|&at| code.is_mark(at, '=')).unwrap_or(to);
        let typed = (from..value).find(|&at| code.is_mark(at, ':'));
        let last = |end: usize| (from..end).rev().find_map(|at| code.word(at));
        let name = match (typed, code.language) {
            (Some(colon), _) => last(colon),
            // `path string`: the name comes first in Go.
            (None, Language::Braces) if code.text.contains("\nfunc ") => code.word(from),
            (None, _) => last(value),
        };
        names.extend(name.filter(|name| !matches!(*name, "self" | "cls" | "this")));
    }
    names
}
