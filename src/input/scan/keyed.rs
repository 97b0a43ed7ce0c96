//! Values of keys that name Zoho and scopes: requests, whatever their words.

use std::ops::Range;

use base64::Engine as _;

use super::syntax::{Family, Syntax};

/// How long the value of a key may be, in bytes.
const LONGEST: usize = 2000;

/// The shortest list in base64, in bytes.
const SHORTEST_CODE: usize = 16;

/// The value that stands after a key, where it is a text and not an expression.
pub(super) fn value(text: &str, key: &Range<usize>, syntax: Syntax) -> Option<Range<usize>> {
    let rest = text.get(key.end..text.floor_char_boundary((key.end + LONGEST).min(text.len())))?;
    let line = rest.lines().next()?;
    let body = line.trim_start_matches(['"', '\'', '`', ']', ' ', '\t']);
    let after = ["=>", ":=", "=", ":"].iter().find_map(|sign| body.strip_prefix(sign))?;
    if after.starts_with('=') {
        return None;
    }
    let blank = after.len() - after.trim_start().len();
    let start = key.end + line.len() - after.len() + blank;
    let value = after.trim();
    let (start, value) = match value.chars().next()? {
        quote @ ('"' | '\'' | '`') => {
            // It may close the literal in which the key stands.
            let from = text.get(..key.start)?.rfind('\n').map_or(0, |end| end + 1);
            let before = text.get(from..start)?.matches(quote).count();
            (start + 1, value.get(1..)?.split_once(quote).filter(|_| before.is_multiple_of(2))?.0)
        }
        _ => {
            // Bare it is a text in files of settings alone.
            let settings = match syntax.family {
                Family::Data => true,
                Family::Unknown | Family::Prose => blank == 0 && body.starts_with('='),
                _ => false,
            };
            let value = value.split(" #").next()?.trim_end_matches([',', ';']);
            (start, settings.then_some(value)?)
        }
    };
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':' | '/' | ',' | ' ' | ';' | '+' | '=');
    let filled_in = ["your", "xxx", "...", "todo", "changeme", "example"];
    let lower = value.to_ascii_lowercase();
    let says = value.contains(|c: char| c.is_ascii_alphabetic())
        && value.chars().all(plain)
        && !filled_in.iter().any(|word| lower.contains(word))
        && !value.contains("://")
        && !["true", "false", "null", "none", "string", "str"].contains(&lower.as_str());
    // A sentence is no list.
    let words = value.split([' ', ',']).filter(|word| !word.is_empty() && !word.contains(['.', ':', '/'])).count();
    (says && words <= 6).then(|| start..start + value.len())
}

/// What a value in base64 says, as the data of a secret of Kubernetes does, where that is a list of scopes.
pub(super) fn decoded(value: &str) -> Option<String> {
    if value.len() < SHORTEST_CODE || value.contains(['.', ',', ' ']) {
        return None;
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(value).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let text = text.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ',' | ' ' | ';' | '\n' | '\r');
    (text.contains('.') && text.chars().all(plain)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn texts_are_values_and_expressions_are_not() {
        for (text, file, expected) in [
            ("ZOHO_SCOPE=email", ".env", Some("email")),
            ("ZOHO_SCOPE: \"email openid\"", "a.yaml", Some("email openid")),
            ("ZOHO_SCOPE = 'Creator.report.READ,email'", "a.py", Some("Creator.report.READ,email")),
            ("{\"ZOHO_SCOPE\": \"email\"", "a.json", Some("email")),
            ("ZOHO_SCOPE = scope", "a.py", None),
            ("ZOHO_SCOPE=\" in said.text", "a.py", None),
            ("ZOHO_SCOPE: string;", "a.ts", None),
            ("ZOHO_SCOPE=${SCOPE}", ".env", None),
            ("ZOHO_SCOPE=your_scope", ".env", None),
            ("ZOHO_SCOPE == 'email'", "a.py", None),
            ("ZOHO_SCOPE", ".env", None),
        ] {
            let at = text.find("ZOHO_SCOPE").unwrap();
            let found = value(text, &(at..at + 10), Syntax::of(Path::new(file)));
            assert_eq!(found.map(|range| &text[range]), expected, "{text}");
        }
        let text = "assert \"ZOHO_SCOPE=\" in said and \"x\" in it";
        assert_eq!(value(text, &(8..18), Syntax::of(Path::new("a.py"))), None);
        assert_eq!(decoded("WkEuYi5SRUFELFpBLmMuUkVBRA==").as_deref(), Some("ZA.b.READ,ZA.c.READ"));
        assert_eq!(decoded("not-in-base64-at-all"), None);
    }
}
