//! Source code as words, texts and marks: as much of a language as it takes to see what is called with what.

use std::path::Path;

use crate::text::Span;

/// The most tokens of one file: what follows is not read.
const MOST_TOKENS: usize = 2_000_000;

/// The longest text that is looked into, in bytes.
const LONGEST_TEXT: usize = 16 * 1024;

/// Families of languages, as far as their comments and texts differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::input::calls) enum Language {
    Python,
    /// JavaScript and `TypeScript`.
    Script,
    /// Java, Kotlin, Scala, Groovy, Apex, Dart, Swift, Go, Rust, C and what is alike.
    Braces,
    CSharp,
    Ruby,
    Php,
    Shell,
    Deluge,
}

impl Language {
    /// The language of a file, by its name; `None` where calls are not looked for.
    pub(in crate::input::calls) fn of(name: &str) -> Option<Self> {
        let extension = Path::new(name).extension()?.to_str()?.to_ascii_lowercase();
        Some(match extension.as_str() {
            "py" | "pyi" | "pyw" => Self::Python,
            "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" | "vue" | "svelte" | "gs" => Self::Script,
            "java" | "kt" | "kts" | "scala" | "sc" | "groovy" | "gradle" | "cls" | "apex" | "trigger" | "dart"
            | "swift" | "go" | "rs" | "c" | "h" | "cc" | "cpp" | "hpp" | "m" | "mm" => Self::Braces,
            "cs" | "cshtml" | "razor" => Self::CSharp,
            "rb" | "rake" | "cr" => Self::Ruby,
            "php" | "phtml" | "pl" | "pm" => Self::Php,
            "sh" | "bash" | "zsh" | "ps1" | "psm1" | "bat" | "cmd" => Self::Shell,
            "dg" | "ds" | "deluge" => Self::Deluge,
            _ => return None,
        })
    }

    /// The language of a text, by what stands in it.
    pub(in crate::input::calls) fn guessed(text: &str) -> Self {
        let has = |word: &str| text.contains(word);
        match () {
            () if has("invokeurl") || has("zoho.crm.") && !has("import ") => Self::Deluge,
            () if has("<?php") => Self::Php,
            () if has("def ") && has("end\n") => Self::Ruby,
            () if has("def ") || has("import ") && !has(";") => Self::Python,
            () if text.starts_with("#!") && has("sh\n") => Self::Shell,
            () if has("const ") || has("=>") || has("function") => Self::Script,
            () if has("using ") && has("namespace ") => Self::CSharp,
            () => Self::Braces,
        }
    }

    fn hash_comments(self) -> bool {
        matches!(self, Self::Python | Self::Ruby | Self::Php | Self::Shell)
    }

    fn slash_comments(self) -> bool {
        !matches!(self, Self::Python | Self::Ruby | Self::Shell)
    }

    /// Whether `$name` stands for a value inside a text.
    fn dollar_names(self, quote: u8) -> bool {
        quote == b'"' && matches!(self, Self::Php | Self::Braces | Self::Shell)
    }
}

/// A part of a text: what stands there, or the name of what is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::input::calls) enum Part {
    Plain(String),
    Open(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::input::calls) enum Kind {
    Word,
    Text(Vec<Part>),
    /// One sign. What leads to a member (`.`, `->`, `::`, `?.`) is `.`, what joins texts is `+`, `=>` is `:`.
    Mark(char),
}

#[derive(Clone, Debug)]
pub(in crate::input::calls) struct Token {
    pub(in crate::input::calls) kind: Kind,
    pub(in crate::input::calls) span: Span,
}

/// A text as tokens, with the brackets paired.
pub(in crate::input::calls) struct Code<'t> {
    pub(in crate::input::calls) text: &'t str,
    pub(in crate::input::calls) language: Language,
    pub(in crate::input::calls) tokens: Vec<Token>,
    /// For each token that opens a bracket, the one that closes it, and the other way round.
    pairs: Vec<usize>,
    /// For each token, the one that opens the bracket around it.
    encloses: Vec<Option<usize>>,
}

impl<'t> Code<'t> {
    pub(in crate::input::calls) fn new(text: &'t str, language: Language) -> Self {
        let tokens = Lexer { text, language, at: 0, tokens: Vec::new() }.run();
        let mut pairs = vec![usize::MAX; tokens.len()];
        let mut encloses = Vec::with_capacity(tokens.len());
        let mut open: Vec<usize> = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            if let Kind::Mark(')' | ']' | '}') = token.kind
                && let Some(opener) = open.pop()
            {
                pairs[opener] = at;
                pairs[at] = opener;
            }
            encloses.push(open.last().copied());
            if let Kind::Mark('(' | '[' | '{') = token.kind {
                open.push(at);
            }
        }
        Self { text, language, tokens, pairs, encloses }
    }

    pub(in crate::input::calls) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The word at a token, without the sign of a variable.
    pub(in crate::input::calls) fn word(&self, at: usize) -> Option<&'t str> {
        let token = self.tokens.get(at)?;
        let text = (token.kind == Kind::Word).then(|| self.text.get(token.span.start..token.span.end))??;
        Some(text.trim_start_matches(['$', '@']))
    }

    pub(in crate::input::calls) fn is_mark(&self, at: usize, mark: char) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Mark(mark))
    }

    pub(in crate::input::calls) fn parts(&self, at: usize) -> Option<&[Part]> {
        match &self.tokens.get(at)?.kind {
            Kind::Text(parts) => Some(parts),
            _ => None,
        }
    }

    /// The text at a token, when nothing is filled in.
    pub(in crate::input::calls) fn plain(&self, at: usize) -> Option<&str> {
        match self.parts(at)? {
            [Part::Plain(text)] => Some(text),
            [] => Some(""),
            _ => None,
        }
    }

    /// Where the bracket that opens at a token closes; the end when it never does.
    pub(in crate::input::calls) fn close(&self, at: usize) -> usize {
        self.pairs.get(at).copied().unwrap_or(usize::MAX).min(self.tokens.len())
    }

    /// Where the bracket opens that closes at a token.
    pub(in crate::input::calls) fn open(&self, at: usize) -> Option<usize> {
        let is_closer = ['}', ')', ']'].iter().any(|mark| self.is_mark(at, *mark));
        self.pairs.get(at).copied().filter(|open| is_closer && *open < at)
    }

    /// The bracket around a token.
    pub(in crate::input::calls) fn around(&self, at: usize) -> Option<usize> {
        self.encloses.get(at).copied().flatten()
    }

    /// The parts between commas inside the bracket that opens at a token: where each begins and ends.
    pub(in crate::input::calls) fn arguments(&self, open: usize) -> Vec<(usize, usize)> {
        let end = self.close(open);
        let mut found = Vec::new();
        let (mut start, mut at) = (open + 1, open + 1);
        while at < end {
            match self.tokens.get(at).map(|token| &token.kind) {
                Some(Kind::Mark('(' | '[' | '{')) => at = self.close(at),
                Some(Kind::Mark(',')) => {
                    found.push((start, at));
                    start = at + 1;
                }
                _ => {}
            }
            at += 1;
        }
        if start < end {
            found.push((start, end));
        }
        found
    }

    /// The name of what is called with the bracket that opens at a token, over type arguments: `post<Bill>(`.
    pub(in crate::input::calls) fn callee(&self, open: usize) -> Option<usize> {
        let last = open.checked_sub(1)?;
        if !self.is_mark(last, '>') {
            return Some(last);
        }
        let angle = (last.saturating_sub(20)..last).rev().find(|&at| self.is_mark(at, '<'))?;
        angle.checked_sub(1)
    }

    /// The words of the chain that ends at a token, the last first: `client.leads.get` gives `get`, `leads`, `client`.
    /// Calls in between are passed over. Also where the chain begins.
    pub(in crate::input::calls) fn chain(&self, end: usize) -> (Vec<&'t str>, usize) {
        let mut words = Vec::new();
        let mut at = end;
        let Some(last) = self.word(at) else { return (words, end) };
        words.push(last);
        while at >= 2 && self.is_mark(at - 1, '.') && words.len() < 12 {
            let mut before = at - 2;
            // `a.b(…).c`
            while let Some(open) = self.open(before) {
                let Some(next) = open.checked_sub(1) else { return (words, at) };
                before = next;
            }
            let Some(word) = self.word(before) else { break };
            words.push(word);
            at = before;
        }
        (words, at)
    }
}

struct Lexer<'t> {
    text: &'t str,
    language: Language,
    at: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn byte(&self, offset: usize) -> u8 {
        self.text.as_bytes().get(self.at + offset).copied().unwrap_or(0)
    }

    fn begins(&self, with: &str) -> bool {
        self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(with.as_bytes()))
    }

    fn push(&mut self, kind: Kind, start: usize) {
        self.tokens.push(Token { kind, span: Span::new(start, self.at) });
    }

    /// Goes to what stands behind a text, or to the end.
    fn pass(&mut self, until: &str) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += memchr::memmem::find(rest, until.as_bytes()).map_or(rest.len(), |at| at + until.len());
    }

    fn run(mut self) -> Vec<Token> {
        while self.at < self.text.len() && self.tokens.len() < MOST_TOKENS {
            let byte = self.byte(0);
            let start = self.at;
            match byte {
                _ if byte.is_ascii_whitespace() => self.at += 1,
                b'#' if self.language.hash_comments() && self.byte(1) != b'{' && self.byte(1) != b'[' => {
                    self.pass("\n");
                }
                b'/' if self.language.slash_comments() && self.byte(1) == b'/' => self.pass("\n"),
                b'/' if self.language.slash_comments() && self.byte(1) == b'*' => {
                    self.at += 2;
                    self.pass("*/");
                }
                b'"' | b'\'' | b'`' => self.text_token(start),
                _ if byte == b'_' || byte == b'$' || byte == b'@' || byte.is_ascii_alphanumeric() || byte >= 0x80 => {
                    self.word(start);
                }
                _ => self.mark(start),
            }
        }
        self.tokens
    }

    fn word(&mut self, start: usize) {
        self.at += 1;
        while {
            let byte = self.byte(0);
            byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80
        } {
            self.at += 1;
        }
        // Letters before a quote say how the text is to be read: `f"…"`, `$"…"`, `@"…"`.
        let word = self.text.get(start..self.at).unwrap_or("");
        let is_prefix = word.len() <= 3 && word.bytes().all(|b| b"fFrRbBuUsS$@".contains(&b));
        if is_prefix && matches!(self.byte(0), b'"' | b'\'') {
            self.text_token(start);
        } else if word != "$" && word != "@" {
            self.push(Kind::Word, start);
        }
    }

    fn mark(&mut self, start: usize) {
        let is_php = self.language == Language::Php;
        let (mark, length) = match () {
            () if self.begins("===") || self.begins("!==") => ('!', 3),
            () if self.begins("->") || self.begins("::") || self.begins("?.") || self.begins("&.") => ('.', 2),
            () if self.begins("?->") => ('.', 3),
            () if self.begins("=>") => (':', 2),
            () if self.begins(":=") => ('=', 2),
            () if self.begins("==") || self.begins("!=") || self.begins("<=") || self.begins(">=") => ('!', 2),
            () if self.begins("+=") || self.begins(".=") || self.begins("<-") => ('~', 2),
            () if self.begins("||") || self.begins("??") || self.begins("?:") => ('|', 2),
            () if self.begins("..") => ('+', 2),
            () if is_php && self.byte(0) == b'.' => ('+', 1),
            () => (char::from(self.byte(0)), 1),
        };
        self.at += length;
        self.push(Kind::Mark(mark), start);
    }

    /// Reads a text; `start` is where its prefix begins.
    fn text_token(&mut self, start: usize) {
        let prefix = self.text.get(start..self.at).unwrap_or("").to_ascii_lowercase();
        let quote = self.byte(0);
        let triple = [quote; 3];
        let is_triple =
            quote != b'`' && self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(&triple));
        // A single quote is a character, a lifetime or a label in some languages.
        if quote == b'\'' && matches!(self.language, Language::Braces | Language::CSharp) && !is_triple {
            let closes = (2..10).find(|&offset| self.byte(offset) == b'\'' && (self.byte(1) != b'\\' || offset > 2));
            let is_apex =
                self.text.get(self.at + 1..).is_some_and(|rest| rest.starts_with("http") || rest.starts_with('/'));
            if !is_apex && !self.single_quotes() {
                self.at += closes.map_or(1, |offset| offset + 1);
                return;
            }
        }
        let width = if is_triple { 3 } else { 1 };
        self.at += width;
        let spans_lines =
            is_triple || quote == b'`' || matches!(self.language, Language::Php | Language::Ruby | Language::Shell);
        let is_raw = prefix.contains('r') || (prefix.contains('@') && self.language == Language::CSharp);
        let fills = prefix.contains('f') || prefix.contains('$');
        let mut parts = Parts::default();
        let body = self.at;
        loop {
            let byte = self.byte(0);
            if self.at >= self.text.len() || (byte == b'\n' && !spans_lines) {
                break;
            }
            if byte == quote && (!is_triple || self.text.as_bytes()[self.at..].starts_with(&triple)) {
                self.at += width;
                break;
            }
            if self.at - body > LONGEST_TEXT {
                self.at += 1;
                continue;
            }
            if byte == b'\\' && !is_raw && quote != b'`' {
                if self.byte(1) == b'(' && self.language == Language::Braces {
                    self.at += 1;
                    self.filled(b'(', b')', &mut parts);
                    continue;
                }
                self.at += 1;
                match self.byte(0) {
                    b'n' | b't' | b'r' => parts.plain.push(' '),
                    b'\n' => {}
                    other if other.is_ascii() => parts.plain.push(char::from(other)),
                    _ => {}
                }
                self.at += usize::from(self.at < self.text.len());
                self.at = self.text.ceil_char_boundary(self.at);
                continue;
            }
            let opens = |with: &[u8]| self.text.as_bytes()[self.at..].starts_with(with);
            if opens(b"${") || (opens(b"#{") && self.language == Language::Ruby) {
                self.at += 1;
                self.filled(b'{', b'}', &mut parts);
            } else if byte == b'{' && fills && self.byte(1) == b'{' {
                self.at += 2;
                parts.plain.push('{');
            } else if byte == b'{' && (fills || self.byte(1) == b'$' || self.is_simple_placeholder()) {
                self.filled(b'{', b'}', &mut parts);
            } else if byte == b'$'
                && self.language.dollar_names(quote)
                && (self.byte(1) == b'_' || self.byte(1).is_ascii_alphabetic())
            {
                let name_at = self.at + 1;
                self.at = name_at;
                while self.byte(0) == b'_' || self.byte(0).is_ascii_alphanumeric() {
                    self.at += 1;
                }
                let name = self.text.get(name_at..self.at).unwrap_or("");
                parts.open(name);
            } else if byte == b'%'
                && let Some(length) = self.verb()
            {
                // Which one a bare `%s` is, is found among the arguments.
                let verb = self.text.get(self.at..self.at + length).unwrap_or("");
                let name = verb.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(name, _)| name);
                parts.open(name);
                self.at += length;
            } else {
                let next = self.text.ceil_char_boundary(self.at + 1);
                parts.plain.push_str(self.text.get(self.at..next).unwrap_or(""));
                self.at = next;
            }
        }
        let parts = parts.finish();
        self.push(Kind::Text(parts), start);
    }

    /// Whether texts stand in single quotes although the language is of a family where characters do: Apex, Dart, Groovy.
    fn single_quotes(&self) -> bool {
        let before = self.tokens.last().map(|token| &token.kind);
        let line = self.text.get(self.at + 1..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let end = line.find('\'').unwrap_or(0);
        end > 3 && matches!(before, Some(Kind::Mark('(' | ',' | '=' | '+' | ':' | '[' | '{' | '?')))
    }

    /// Passes over what is filled in between brackets and takes its last name.
    fn filled(&mut self, open: u8, close: u8, parts: &mut Parts) {
        let start = self.at + 1;
        let mut depth = 0;
        while self.at < self.text.len() {
            let byte = self.byte(0);
            self.at += 1;
            if byte == open {
                depth += 1;
            } else if byte == close {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            } else if byte == b'\n' && depth == 1 && self.at - start > 200 {
                break;
            }
        }
        let inside = self.text.get(start..self.at.saturating_sub(1)).unwrap_or("");
        // `{name:>10}`, `{name!r}`
        let inside = inside.split([':', '!']).next().filter(|front| !front.is_empty()).unwrap_or(inside);
        parts.open(last_name(inside));
    }

    /// Whether `{name}` or `{}` stands here.
    fn is_simple_placeholder(&self) -> bool {
        let rest = self.text.get(self.at + 1..).unwrap_or("");
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_.-[]".contains(c))).unwrap_or(rest.len());
        rest.get(end..).is_some_and(|rest| rest.starts_with('}'))
    }

    /// The length of `%s`, `%d`, `%v`, `%(name)s`, `%1$s`.
    fn verb(&self) -> Option<usize> {
        let rest = self.text.get(self.at + 1..)?;
        if let Some(named) = rest.strip_prefix('(') {
            let end = named.find(')')?;
            return named.get(end + 1..)?.starts_with(['s', 'd']).then_some(end + 4);
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (skip, rest) = match rest.get(digits..)?.strip_prefix('$') {
            Some(rest) if digits > 0 => (digits + 1, rest),
            _ => (0, rest),
        };
        let is_verb = rest.starts_with(['s', 'd', 'v', 'i', 'q', '@']);
        let is_hex = rest.starts_with('d') && rest.as_bytes().get(1).is_some_and(u8::is_ascii_hexdigit);
        (is_verb && !is_hex).then_some(skip + 2)
    }
}

/// The parts of a text as they come.
#[derive(Default)]
struct Parts {
    all: Vec<Part>,
    plain: String,
}

impl Parts {
    fn open(&mut self, name: &str) {
        let plain = std::mem::take(&mut self.plain);
        if !plain.is_empty() {
            self.all.push(Part::Plain(plain));
        }
        self.all.push(Part::Open(name.to_owned()));
    }

    fn finish(mut self) -> Vec<Part> {
        if !self.plain.is_empty() {
            self.all.push(Part::Plain(self.plain));
        }
        self.all
    }
}

/// The last name of an expression: `lead.id`, `encodeURIComponent(id)`, `data['id']` all end in `id`.
pub(in crate::input::calls) fn last_name(expression: &str) -> &str {
    let is_part = |c: char| c == '_' || c.is_ascii_alphanumeric();
    let body = expression.trim_end_matches(|c: char| !is_part(c));
    let start = body.rfind(|c: char| !is_part(c)).map_or(0, |at| at + 1);
    body.get(body.ceil_char_boundary(start)..).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, language: Language) -> Vec<String> {
        let code = Code::new(text, language);
        let written = |part: &Part| match part {
            Part::Plain(text) => text.clone(),
            Part::Open(name) => format!("<{name}>"),
        };
        let texts = code.tokens.iter().filter_map(|token| match &token.kind {
            Kind::Text(parts) => Some(parts.iter().map(written).collect()),
            _ => None,
        });
        texts.collect()
    }

    #[test]
    fn texts_of_every_language() {
        use Language::{Braces, CSharp, Php, Python, Ruby, Script};
        for (text, language, expected) in [
            ("a = f\"{BASE}/x/{lead['id']}\" # 'no'", Python, &["<BASE>/x/<id>"][..]),
            ("'%s/Leads/%(id)s%20a' + \"\"\"a\"b\"\"\"", Python, &["<>/Leads/<id>%20a", "a\"b"]),
            ("'{}/x/{0}'.format(a)", Python, &["<>/x/<0>"]),
            ("fetch(`${base}/a/${x.map(y => y.id)}`) // 'no'", Script, &["<base>/a/<id>"]),
            ("var s = '/* no comment */'; /* 'no' */ \"a\\\"b\"", Script, &["/* no comment */", "a\"b"]),
            ("String s = \"a\" + 'c' + \"b\";", Braces, &["a", "b"]),
            ("let u = \"\\(base)/x\"; fn f<'a>(x: &'a str) { \"z\" }", Braces, &["<base>/x", "z"]),
            ("val u = \"$base/x/${lead.id}\"", Braces, &["<base>/x/<id>"]),
            ("req.setEndpoint('https://h/x' + id);", Braces, &["https://h/x"]),
            ("var u = $\"{Base}/x/{lead.Id}\"; var v = @\"c:\\d\";", CSharp, &["<Base>/x/<Id>", "c:\\d"]),
            ("u = \"#{base}/x\" # \"no\"", Ruby, &["<base>/x"]),
            ("$u = \"{$this->base}/x/$id\" . '/y'; # 'no'", Php, &["<base>/x/<id>", "/y"]),
        ] {
            assert_eq!(texts(text, language), expected, "{text}");
        }
    }

    #[test]
    fn any_text_is_taken_apart() {
        for text in [
            "",
            "\"",
            "'",
            "`${",
            "f\"{",
            "((((",
            "))))",
            "'''",
            "\\",
            "é\"\\é",
            "\"%(\"",
            "#",
            "$",
            "a.b.",
            "x = \u{0}",
        ] {
            for language in [Language::Python, Language::Script, Language::Braces, Language::Php, Language::Ruby] {
                let code = Code::new(text, language);
                for at in 0..code.len() {
                    code.arguments(at);
                    code.chain(at);
                }
            }
        }
    }
}
