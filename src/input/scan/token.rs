//! A dotted name that may be a scope, read from the service's name on.

use std::ops::Range;

use super::find::dot;
use super::joins::{literal, operator, skip_blanks};
use crate::input::operation::Operation;
use crate::input::placeholder::{braced, placeholder};
use crate::scope::MAX_LENGTH;

/// How far an expression between two string literals may reach, in bytes.
const LONGEST_EXPRESSION: usize = 120;

/// A dotted name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// Where it stands, from the service's name to the last part.
    pub(super) span: Range<usize>,
    /// The parts, put together from all literals; a placeholder in the form `{name}`.
    pub(super) parts: Vec<String>,
    /// Whether it was put together from several string literals.
    pub(super) joined: bool,
    /// Whether it is one of several that a choice stands for: `Desk.tickets.{READ,CREATE}`.
    pub(super) chosen: bool,
}

/// The most scopes that choices in one text may stand for.
const MOST_CHOICES: usize = 24;

/// A choice that is not told word by word.
const CHOICE: &str = "{choice}";

/// A part of a choice parts its words by this.
const COMMA: char = ',';

impl Token {
    /// A scope of one word.
    pub(super) fn word(text: &str, span: Range<usize>) -> Self {
        let word = text.get(span.clone()).unwrap_or("").to_owned();
        Self { span, parts: vec![word], joined: false, chosen: false }
    }

    /// Reads the tokens that begin with a service's name: one, or all that choices stand for. Of more choices than are
    /// worth telling each is a part that is filled in.
    ///
    /// # Errors
    ///
    /// How far that reaches which is no scope: a wildcard stands in it, or it is longer than any.
    pub(super) fn all(text: &str, name: Range<usize>) -> Result<Vec<Self>, usize> {
        let mut token = Self::read(text, name)?;
        let is_choice = |part: &&mut String| part.contains(COMMA);
        let count = |part: &mut String| part.split(COMMA).count();
        let count = token.parts.iter_mut().filter(is_choice).map(count).fold(1, usize::saturating_mul);
        if count > MOST_CHOICES {
            token.parts.iter_mut().filter(is_choice).for_each(|part| CHOICE.clone_into(part));
            return Ok(vec![token]);
        }
        let mut all = vec![Self { parts: Vec::new(), chosen: count > 1, span: token.span.clone(), ..token }];
        for part in &token.parts {
            let words: Vec<&str> = part.split(COMMA).collect();
            let with = |token: &Self, word: &str| {
                let parts = token.parts.iter().cloned().chain([word.to_owned()]).collect();
                Self { parts, span: token.span.clone(), ..*token }
            };
            all = all.iter().flat_map(|token| words.iter().map(|word| with(token, word)).collect::<Vec<_>>()).collect();
        }
        Ok(all)
    }

    /// Reads the token that begins with a service's name; in a part that is a choice the words stand with commas.
    fn read(text: &str, name: Range<usize>) -> Result<Self, usize> {
        let parts = vec![text.get(name.clone()).ok_or(name.end)?.to_owned()];
        let mut token = Self { parts, span: name, joined: false, chosen: false };
        while let Some(length) = dot(text.as_bytes(), token.span.end) {
            let from = token.span.end + length;
            let Some(part) = Part::read(text, from).ok_or(token.span.end)? else { break };
            token.joined |= part.joined;
            token.parts.push(part.text);
            token.span.end = part.end;
            if token.span.len() > MAX_LENGTH {
                return Err(token.span.end);
            }
        }
        token.trim();
        Ok(token)
    }

    /// The last part, where it names an operation, or `None` for a placeholder.
    pub(super) fn operation(&self) -> Option<&str> {
        self.parts.last().map(String::as_str).filter(|part| !part.starts_with('{'))
    }

    /// The parts between service and operation.
    pub(super) fn resource(&self) -> &[String] {
        self.parts.get(1..self.parts.len().saturating_sub(1)).unwrap_or(&[])
    }

    /// The parts with dots between them.
    pub(super) fn text(&self) -> String {
        self.parts.join(".")
    }

    /// Cuts off what prose has glued to the last part: emphasis (`…READ_`), a dash (`…READ-only`).
    fn trim(&mut self) {
        let Some(last) = self.parts.last_mut() else { return };
        let kept = last.trim_end_matches(['_', '-']).len();
        let is_operation = |word: &str| word.bytes().all(|b| b.is_ascii_uppercase()) && Operation::of(word).is_some();
        let kept = match last.split_once('-') {
            Some((head, _)) if Operation::of(last.get(..kept).unwrap_or("")).is_none() && is_operation(head) => {
                head.len()
            }
            _ => kept,
        };
        if kept > 0 && !last.starts_with('{') {
            self.span.end -= last.len() - kept;
            last.truncate(kept);
        }
    }
}

/// One part of a token.
struct Part {
    text: String,
    end: usize,
    joined: bool,
}

impl Part {
    /// Reads the part that begins at a place; `Some(None)` when none does, `None` when the whole is no scope.
    #[allow(clippy::option_option, reason = "nothing here, and nothing at all, are different answers")]
    fn read(text: &str, from: usize) -> Option<Option<Self>> {
        let bytes = text.as_bytes();
        let mut part = Self { text: String::new(), end: from, joined: false };
        let mut hole: Option<String> = None;
        while let Some(&byte) = bytes.get(part.end) {
            match byte {
                byte if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') => {
                    part.text.push(char::from(byte));
                    part.end += 1;
                }
                // Markdown escapes the underscore.
                b'\\' if bytes.get(part.end + 1) == Some(&b'_') => part.end += 1,
                b'*' if part.text.is_empty() && hole.is_none() => return None,
                b'"' | b'\'' | b'`' if part.text.is_empty() && hole.is_none() => {
                    let Some(join) = Join::read(text, part.end) else { break };
                    part.joined = true;
                    part.end = join.end;
                    if let Some(expression) = join.expression {
                        hole = Some(braced(&expression));
                        if !join.goes_on {
                            break;
                        }
                    }
                }
                // Between two parts these are no placeholders: a colon after a name, a tag after a word.
                b':' | b'<' | b'[' | b'&' if !part.text.is_empty() || hole.is_some() => break,
                _ => match placeholder(text, part.end) {
                    Some(found) => {
                        part.end = found.end;
                        hole.get_or_insert(found.name);
                    }
                    None if byte == b'{' => {
                        let is_plain = part.text.is_empty() && hole.is_none();
                        let goes_on = |end: usize| {
                            bytes.get(end).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'{'))
                        };
                        let words = choice(text, part.end).filter(|(_, end)| is_plain && !goes_on(*end));
                        if let Some((words, end)) = words {
                            part.text = words;
                            part.end = end;
                            break;
                        }
                        // Whatever a shell makes of it.
                        part.end = braces(bytes, part.end)?;
                        hole.get_or_insert_with(|| CHOICE.to_owned());
                    }
                    None => break,
                },
            }
        }
        if let Some(hole) = hole {
            part.text = hole;
        }
        Some((!part.text.is_empty()).then_some(part))
    }
}

/// Where braces end in which words stand with commas: some of them may be empty, or have braces of their own.
pub(super) fn braces(bytes: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut commas = false;
    for (length, byte) in bytes.get(at..)?.iter().take(LONGEST_EXPRESSION * 2).enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.checked_sub(1)?,
            b',' => commas = true,
            byte if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') => {}
            _ => return None,
        }
        if depth == 0 {
            return (commas && length > 0).then_some(at + length + 1);
        }
    }
    None
}

/// The words between which a choice leaves it, `{READ,CREATE}`, and where it ends.
fn choice(text: &str, at: usize) -> Option<(String, usize)> {
    let body = text.get(at + 1..)?;
    let end = body.bytes().take(120).position(|byte| byte == b'}')?;
    let words = body.get(..end)?;
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (words.contains(COMMA) && words.split(COMMA).all(is_word)).then(|| (words.to_owned(), at + end + 2))
}

/// What stands between two string literals that make one text.
struct Join {
    /// The expression between them, if there is one.
    expression: Option<String>,
    /// Whether another literal follows.
    goes_on: bool,
    /// Where the next literal's text begins, or the expression ends.
    end: usize,
}

impl Join {
    /// Reads from a literal's closing quote on.
    fn read(text: &str, quote: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let after = skip_blanks(bytes, quote + 1);
        let operator = operator(bytes, after);
        let next = skip_blanks(bytes, after + operator);
        if let Some(end) = literal(bytes, next) {
            // Two literals in a row are one text in C and Python, where they stand apart.
            return (operator > 0 || after > quote + 1).then_some(Self { expression: None, goes_on: true, end });
        }
        let symbol = bytes.get(after..after + operator).filter(|symbol| !symbol.is_empty())?;
        let limit = bytes.len().min(next + LONGEST_EXPRESSION);
        let mut at = next;
        while at < limit {
            match bytes.get(at)? {
                byte if byte.is_ascii_alphanumeric()
                    || matches!(byte, b'_' | b'$' | b'(' | b')' | b' ' | b'[' | b']') =>
                {
                    at += 1;
                }
                b'-' if bytes.get(at + 1) == Some(&b'>') => at += 2,
                _ if bytes.get(at..at + symbol.len()) == Some(symbol) => {
                    let next = skip_blanks(bytes, at + symbol.len());
                    if let Some(end) = literal(bytes, next).filter(|_| at > after + operator) {
                        let expression = text.get(after + operator..at)?.trim().to_owned();
                        return Some(Self { expression: Some(expression), goes_on: true, end });
                    }
                    at += symbol.len();
                }
                b'.' => at += 1,
                _ => break,
            }
        }
        let expression = text.get(next..at)?.trim_end();
        let named = expression.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$'));
        named.then(|| Self { expression: Some(expression.to_owned()), goes_on: false, end: next + expression.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, String)> {
        let end = text.find(['.', '%']).unwrap();
        let token = Token::read(text, 0..end).ok()?;
        Some((token.text(), text[token.span.end..].to_owned()))
    }

    #[test]
    fn tokens_end_where_their_names_end() {
        for (text, token, rest) in [
            ("Desk.tickets.READ", "Desk.tickets.READ", ""),
            ("Desk.tickets.READ.", "Desk.tickets.READ", "."),
            ("Desk.tickets.READ,Desk.", "Desk.tickets.READ", ",Desk."),
            ("Desk%2Etickets%2eREAD%2C", "Desk.tickets.READ", "%2C"),
            ("Desk.record\\_locks.READ\\n", "Desk.record_locks.READ", "\\n"),
            ("Desk.tickets.READ_ and", "Desk.tickets.READ", "_ and"),
            ("Desk.tickets.READ-only", "Desk.tickets.READ", "-only"),
            ("Desk.tickets.CREATE-UPDATE", "Desk.tickets.CREATE-UPDATE", ""),
            ("Desk.tickets.READ->", "Desk.tickets.READ", "->"),
            ("Desk.${x}.READ`", "Desk.{x}.READ", "`"),
            ("Desk.pre${x}post.READ", "Desk.{x}.READ", ""),
            ("Desk.{a}.{b}", "Desk.{a}.{b}", ""),
            ("Desk.{a,}.READ", "Desk.{choice}.READ", ""),
            ("Desk.{a,b}{c,d}.READ", "Desk.{choice}.READ", ""),
            ("Desk.tick{ets,x}.{a,{b,c}}", "Desk.{choice}.{choice}", ""),
            ("Desk.<m>.READ</code>", "Desk.{m}.READ", "</code>"),
            ("Desk.tickets.READ: what", "Desk.tickets.READ", ": what"),
            ("Desk.tickets.READ</b>", "Desk.tickets.READ", "</b>"),
            ("Desk.\" + x + \".READ\"", "Desk.{x}.READ", "\""),
            ("Desk.' . $x . '.READ'", "Desk.{x}.READ", "'"),
            ("Desk.' . $this->x . '.READ'", "Desk.{x}.READ", "'"),
            ("Desk.\" & x & \".READ\"", "Desk.{x}.READ", "\""),
            ("Desk.\" .. x .. \".READ\"", "Desk.{x}.READ", "\""),
            ("Desk.\" + m.toLower() + \".READ\"", "Desk.{m}.READ", "\""),
            ("Desk.\" + \"tickets.READ\"", "Desk.tickets.READ", "\""),
            ("Desk.\"\n    \"tickets.READ\"", "Desk.tickets.READ", "\""),
            ("Desk.\" \\\n    \"tickets.READ\"", "Desk.tickets.READ", "\""),
            ("Desk.tickets.\" + operation;", "Desk.tickets.{operation}", ";"),
            ("Desk.tickets.\", \"x", "Desk.tickets", ".\", \"x"),
            ("Desk.\"", "Desk", ".\""),
        ] {
            assert_eq!(read(text), Some((token.to_owned(), rest.to_owned())), "{text}");
        }
        for text in ["Desk.*.READ", "Desk.tickets.*", "Desk.{a, b}.READ"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_choice_stands_for_each_of_its_words() {
        let all = |text| {
            let tokens = Token::all(text, 0..4).unwrap();
            tokens.iter().map(|token| (token.text(), text[token.span.clone()].len())).collect::<Vec<_>>()
        };
        let of = |texts: &[&str], length| texts.iter().map(|text| ((*text).to_owned(), length)).collect::<Vec<_>>();
        assert_eq!(all("Desk.tickets.{READ,WRITE}"), of(&["Desk.tickets.READ", "Desk.tickets.WRITE"], 25));
        assert_eq!(all("Desk.{a,b}.{READ,ALL}"), of(&["Desk.a.READ", "Desk.a.ALL", "Desk.b.READ", "Desk.b.ALL"], 21));
        assert_eq!(all("Desk.tickets.READ"), of(&["Desk.tickets.READ"], 17));
        assert_eq!(all("Desk.{a,b,c,d,e}.{a,b,c,d,e}"), of(&["Desk.{choice}.{choice}"], 28));
    }
}
