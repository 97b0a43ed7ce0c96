//! The brackets that are open where a scope stands, and the names before them: the call, the list or the mapping in which
//! it stands.

/// How far back brackets are looked for, in bytes.
const REACH: usize = 900;

/// How many open brackets are looked at, the nearest first.
const DEPTH: usize = 3;

/// An open bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Opener {
    pub(super) byte: u8,
    pub(super) at: usize,
}

impl Opener {
    /// The name before it: of the function that is called, of the key or variable that is assigned.
    pub(super) fn name(self, text: &str) -> &str {
        let reach = text.floor_char_boundary(self.at.saturating_sub(160));
        let head = text.get(reach..self.at).unwrap_or("");
        let head = head.trim_end_matches(|c: char| {
            c.is_whitespace() || matches!(c, ':' | '=' | '"' | '\'' | '`' | '>' | '?' | '!' | '\\')
        });
        let head = without_type(text.get(reach..self.at).unwrap_or(""), head);
        let start = head
            .rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-'))
            .map_or(0, |at| at + head.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8));
        head.get(start..).unwrap_or("")
    }
}

impl Opener {
    /// Whether what it opens is assigned to its name, as a mapping is and the body of a function is not.
    pub(super) fn is_assigned(self, text: &str) -> bool {
        let reach = text.floor_char_boundary(self.at.saturating_sub(40));
        text.get(reach..self.at).unwrap_or("").trim_end().ends_with([':', '=', '>', '('])
    }
}

/// The head of an assignment without the type that stands between its name and the sign: `x: Record<string, string> =`.
fn without_type<'t>(whole: &'t str, head: &'t str) -> &'t str {
    let line = whole.rsplit(['\n', ';', '{', '(']).next().unwrap_or("");
    let typed = line.trim_end().strip_suffix('=').filter(|line| !line.ends_with(['=', '!', '<', '>', ':']));
    match typed.and_then(|line| line.split_once(": ")) {
        Some((name, of_type)) if !of_type.contains('=') && !name.contains(['"', '\'', '`']) => {
            name.trim_end_matches(['?', '!'])
        }
        _ => head,
    }
}

/// The brackets that are open at a place, the nearest first.
pub(super) fn openers(text: &str, at: usize) -> Vec<Opener> {
    let bytes = text.as_bytes();
    let from = at.saturating_sub(REACH);
    let mut openers = Vec::new();
    let mut closed: Vec<u8> = Vec::new();
    let mut quote: Option<u8> = None;
    let mut blank_lines = 0;
    let mut quotes = Quotes::of_line(bytes, from, at);
    for position in (from..at).rev() {
        let Some(&byte) = bytes.get(position) else { break };
        let closes = quotes.pass(byte);
        if let Some(open) = quote {
            // A literal ends with its line: what seemed to close one was an apostrophe.
            if byte == open || byte == b'\n' {
                quote = None;
            }
            if byte == b'\n' {
                quotes = Quotes::of_line(bytes, from, position);
            }
            continue;
        }
        match byte {
            b'\n' => {
                quotes = Quotes::of_line(bytes, from, position);
                let above = bytes.get(from..position).unwrap_or(&[]);
                let blank = above.iter().rev().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
                if above.get(..above.len() - blank).is_some_and(|head| head.ends_with(b"\n")) {
                    blank_lines += 1;
                    if blank_lines > 3 {
                        break;
                    }
                }
            }
            b'"' | b'\'' | b'`' if closes => quote = Some(byte),
            b')' | b']' | b'}' => closed.push(byte),
            b'(' | b'[' | b'{' => {
                let closing = match byte {
                    b'(' => b')',
                    b'[' => b']',
                    _ => b'}',
                };
                if closed.last() == Some(&closing) {
                    closed.pop();
                } else {
                    closed.clear();
                    openers.push(Opener { byte, at: position });
                    if openers.len() == DEPTH {
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    openers
}

/// How many quotes of each kind stand on a line before a place.
struct Quotes([usize; 3]);

impl Quotes {
    /// Those of the line that ends, or is looked at up to, `at`.
    fn of_line(bytes: &[u8], from: usize, at: usize) -> Self {
        let line = bytes.get(from..at).unwrap_or(&[]);
        let start = line.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let mut counts = [0; 3];
        for byte in line.get(start..).unwrap_or(&[]) {
            if let Some(count) = Self::kind(*byte).and_then(|kind| counts.get_mut(kind)) {
                *count += 1;
            }
        }
        Self(counts)
    }

    fn kind(byte: u8) -> Option<usize> {
        match byte {
            b'"' => Some(0),
            b'\'' => Some(1),
            b'`' => Some(2),
            _ => None,
        }
    }

    /// Goes back over a byte, and tells whether it is a quote that closes: an odd number stands before it.
    fn pass(&mut self, byte: u8) -> bool {
        let Some(count) = Self::kind(byte).and_then(|kind| self.0.get_mut(kind)) else { return false };
        *count = count.saturating_sub(1);
        *count % 2 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_open_brackets_come_first() {
        for (text, expected) in [
            ("held.has('", &[("(", "has")][..]),
            ("expect(f(x)).toEqual(['", &[("[", ""), ("(", "toEqual")]),
            ("scopes: {\n  'a(': 'b',\n  '", &[("{", "scopes")]),
            ("migrate('A.ALL', '", &[("(", "migrate")]),
            ("ANY_OF = [\"a\", \"", &[("[", "ANY_OF")]),
            ("const aliases: Record<string, string[]> = {\n  'a': ['", &[("[", "a"), ("{", "aliases")]),
            ("const x: string = f(['", &[("[", ""), ("(", "f")]),
            ("x = (1) + '", &[]),
        ] {
            let found = openers(text, text.len());
            let shown: Vec<(String, &str)> =
                found.iter().map(|opener| (char::from(opener.byte).to_string(), opener.name(text))).collect();
            let expected: Vec<(String, &str)> = expected.iter().map(|(b, n)| ((*b).to_owned(), *n)).collect();
            assert_eq!(shown, expected, "{text}");
        }
    }
}
