//! What stands around a dotted name: the look of the place tells a scope from a class path, a call or a domain.

use std::ops::Range;

use super::key::{Key, Keys};

/// How far a line is looked at on both sides, in bytes.
const DISTANCE: usize = 80;

/// Words before a name of a package or a type.
const KEYWORDS: [&str; 13] = [
    "class",
    "extends",
    "from",
    "implements",
    "import",
    "include",
    "instanceof",
    "interface",
    "module",
    "namespace",
    "new",
    "package",
    "using",
];

/// What stands around a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a sign of its own, and any may come with any")]
pub(super) struct Context {
    /// It stands in quotes or backticks, at least on one side.
    pub(super) quoted: bool,
    /// It stands in quotes, and is assigned to something.
    pub(super) assigned: bool,
    /// It is the value, or in the value, of a key or a variable that is named like a list of scopes.
    pub(super) under_scope_key: bool,
    /// The words before it speak of scopes or permissions.
    pub(super) after_scope_word: bool,
    /// It is called, indexed, assigned to, or followed by a member.
    pub(super) used_as_code: bool,
    /// A keyword before it says that it is a package or a type.
    pub(super) after_keyword: bool,
    /// A slash is next to it, as in a path.
    pub(super) in_path: bool,
    /// Nothing else stands on its line but a bullet or a separator.
    pub(super) alone: bool,
}

impl Context {
    /// Whether a name may begin after this; not where it is a part of a longer word, path or address.
    pub(super) fn may_begin(before: &[u8]) -> bool {
        match *before {
            [] | [.., b'.', b'.'] => true,
            [.., b'.' | b'$' | b'@' | b'\\'] | [.., b':', b':'] | [.., b'-', b'>'] => false,
            [.., byte, b'-'] => {
                byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'-' | b'>') || ends_default(before)
            }
            [.., byte] => !byte.is_ascii_alphanumeric() || ends_escape(before),
        }
    }

    /// Looks around a token; `None` where it is only a part of a longer word, path or address.
    pub(super) fn around(text: &str, span: &Range<usize>, keys: &mut Keys) -> Option<Self> {
        let bytes = text.as_bytes();
        let before = bytes.get(..span.start)?;
        if !Self::may_begin(before) {
            return None;
        }
        let mut context = Self::default();
        match *before {
            [.., b'/'] => context.in_path = true,
            // Markdown's emphasis, which closes as it opens.
            [.., b'_'] => {
                let opens =
                    before.iter().rev().find(|byte| **byte != b'_').is_none_or(|byte| !byte.is_ascii_alphanumeric());
                if !opens || bytes.get(span.end) != Some(&b'_') {
                    return None;
                }
            }
            _ => {}
        }
        let after = bytes.get(span.end..)?;
        let is_quote = |byte: Option<&u8>| matches!(byte, Some(b'"' | b'\'' | b'`'));
        match *after {
            [b'(' | b'[' | b'@', ..] | [b':', b':', ..] | [b'-', b'>', ..] => context.used_as_code = true,
            [b'/', ..] => context.in_path = true,
            _ => {}
        }
        context.quoted = is_quote(before.last()) || is_quote(after.first()) || is_escaped_quote(after);
        if !context.quoted {
            let blanks = after.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let next = after.get(blanks..).unwrap_or(&[]);
            // Between two signs of equality it is marked as code in a text.
            let marked = blanks == 0 && before.last() == Some(&b'=');
            context.used_as_code |= matches!(*next, [b'=', next, ..] if !marked && !matches!(next, b'=' | b'>'))
                || next.starts_with(b"<- function");
        }
        // Lines may be as long as a file: nothing is looked for beyond what counts.
        let head = text.get(text.floor_char_boundary(span.start.saturating_sub(DISTANCE))..span.start)?;
        let head = head.rsplit('\n').next().unwrap_or(head);
        let rest = text.get(span.end..text.floor_char_boundary(text.len().min(span.end + DISTANCE)))?;
        let rest = rest.split('\n').next().unwrap_or(rest);
        context.assigned = context.quoted && head.trim_end_matches(['"', '\'', '`']).trim_end().ends_with(['=', ':']);
        context.alone = head.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '*' | ',')).is_empty()
            && rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',')).is_empty();
        let Key { of_scopes, words, .. } = keys.of(text, span.start);
        context.under_scope_key = of_scopes;
        context.after_scope_word = words;
        let word = head.trim_end().rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
        context.after_keyword = head.ends_with([' ', '\t']) && KEYWORDS.contains(&word);
        Some(context)
    }
}

/// Whether a text ends in an escape, so that the letter at its end belongs to no word: `\n`, `%2C`, `\u0022`, `\x2c`.
fn ends_escape(text: &[u8]) -> bool {
    let is_hex = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
    matches!(*text, [.., b'\\', b'n' | b'r' | b't' | b'f' | b'v' | b'b'])
        || matches!(*text, [.., b'%', a, b] if is_hex(&[a, b]))
        || matches!(*text, [.., b'%', b'2', b'5', a, b] if is_hex(&[a, b]))
        || matches!(*text, [.., b'\\', b'x', a, b] if is_hex(&[a, b]))
        || matches!(*text, [.., b'\\', b'u', a, b, c, d] if is_hex(&[a, b, c, d]))
}

/// Whether a text begins with a quote in the notation of a string or a URL.
fn is_escaped_quote(text: &[u8]) -> bool {
    matches!(*text, [b'\\', b'"' | b'\'' | b'\\', ..] | [b'%', b'2', b'2' | b'7', ..])
        || text.starts_with(b"&quot;")
        || text.starts_with(b"\\u0022")
}

/// Whether a text ends in the beginning of a variable's default in a shell: `${SCOPE:-`, `${SCOPE-`.
fn ends_default(text: &[u8]) -> bool {
    let Some(text) = text.strip_suffix(b"-") else { return false };
    let name = text.strip_suffix(b":").unwrap_or(text);
    let length = name.iter().rev().take(80).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    length > 0 && name.get(..name.len() - length).is_some_and(|head| head.ends_with(b"${"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(text: &str) -> Option<Context> {
        let start = text.find("Desk").unwrap();
        let length = text[start..].find("READ").map_or(4, |at| at + 4);
        Context::around(text, &(start..start + length), &mut Keys::default())
    }

    #[test]
    fn a_part_of_something_longer_is_none() {
        for text in [
            "HelpDesk.READ",
            "a.Desk.READ",
            "$Desk.READ",
            "@Desk.READ",
            "a-Desk.READ",
            "x::Desk.READ",
            "_Desk.READ",
            "$a->Desk.READ",
            "\\Desk.READ",
            "a_Desk.READ",
        ] {
            assert_eq!(around(text), None, "{text}");
        }
        for text in [
            "Desk.READ",
            "é Desk.READ",
            "\\nDesk.READ",
            "%2CDesk.READ",
            "\\u0022Desk.READ",
            "- Desk.READ",
            "--Desk.READ",
            "…Desk.READ",
            "...Desk.READ",
            "_Desk.READ_",
            "スDesk.READ",
            "\"-Desk.READ",
        ] {
            assert!(around(text).is_some(), "{text}");
        }
    }

    #[test]
    fn the_look_of_the_place_is_told() {
        let none = Context::default();
        let quoted = Context { quoted: true, ..none };
        for (text, expected) in [
            ("a Desk.READ", none),
            ("  - Desk.READ,", Context { alone: true, ..none }),
            ("'Desk.READ'", quoted),
            ("\\\"Desk.READ\\\"", quoted),
            ("a Desk.READ(", Context { used_as_code: true, ..none }),
            ("a Desk.READ = 1", Context { used_as_code: true, ..none }),
            ("a Desk.READ == 1", none),
            ("a =Desk.READ=, b", none),
            ("Desk.READ <- function(x)", Context { used_as_code: true, ..none }),
            ("import Desk.READ", Context { after_keyword: true, ..none }),
            ("docs/Desk.READ", Context { in_path: true, ..none }),
            ("scope=Desk.READ", Context { under_scope_key: true, after_scope_word: true, ..none }),
            ("**OAuth Scope:** `Desk.READ`", Context { under_scope_key: true, after_scope_word: true, ..quoted }),
            ("oauthScopes: [\"Desk.READ\"", Context { under_scope_key: true, ..quoted }),
            ("->setScope('Desk.READ')", Context { under_scope_key: true, ..quoted }),
            ("the scope 'Desk.READ'", Context { after_scope_word: true, ..quoted }),
            ("permission to call, for Desk.READ", Context { after_scope_word: true, ..none }),
            ("permission is not asked for by Desk.READ", none),
            ("microscope = 'Desk.READ'", Context { assigned: true, ..quoted }),
        ] {
            assert_eq!(around(text), Some(expected), "{text}");
        }
    }
}
