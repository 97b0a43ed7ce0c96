//! Values of keys that name Zoho and scopes: requests, whatever their words.

use std::ops::Range;

use base64::Engine as _;

use super::stand::words_of;
use super::syntax::{Family, Syntax};
use crate::input::recognise;

/// How long the value of a key may be, in bytes.
const LONGEST: usize = 2000;

/// The shortest list in base64, in bytes.
const SHORTEST_CODE: usize = 16;

/// The value of a key, where it asks for scopes. Words that are none ask only under a name that says nothing but whose
/// scopes they are: `zohoReadScope: 'personalized'` tells something else.
pub(super) fn asked(text: &str, key: &Range<usize>, syntax: Syntax) -> Option<Range<usize>> {
    const PLAIN: [&str; 16] = [
        "api",
        "app",
        "auth",
        "client",
        "config",
        "default",
        "env",
        "login",
        "oauth",
        "oauth2",
        "requested",
        "required",
        "scope",
        "scopes",
        "vite",
        "zoho",
    ];
    let value = value(text, key, syntax)?;
    let mut items = text.get(value.clone())?.split([',', ' ', ';']).filter(|item| !item.is_empty());
    let is_asked = |item: &str| item.contains('.') || recognise::is_oidc_word(item) || item.len() >= SHORTEST_CODE;
    let name = text.get(key.clone())?;
    let plain = || words_of(name).iter().all(|word| PLAIN.contains(&word.as_str()));
    (items.any(is_asked) || !name.contains(|c: char| c.is_ascii_lowercase()) || plain()).then_some(value)
}

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
            let from = text.floor_char_boundary(key.start.saturating_sub(LONGEST));
            let from = text.get(from..key.start)?.rfind('\n').map_or(from, |end| from + end + 1);
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
    is_list(value).then(|| start..start + value.len())
}

/// Whether a value may be a list of scopes, whatever its words: no sentence, and nothing to be filled in.
fn is_list(value: &str) -> bool {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':' | '/' | ',' | ' ' | ';' | '+' | '=');
    // A sentence is no list.
    let words = value.split([' ', ',']).filter(|word| !word.is_empty() && !word.contains(['.', ':', '/']));
    if words.take(7).count() > 6 {
        return false;
    }
    let filled_in = ["your", "xxx", "...", "todo", "changeme", "example"];
    let lower = value.to_ascii_lowercase();
    value.contains(|c: char| c.is_ascii_alphabetic())
        && value.chars().all(plain)
        && !filled_in.iter().any(|word| lower.contains(word))
        && !value.contains("://")
        && !["true", "false", "null", "none", "string", "str"].contains(&lower.as_str())
}

/// How far after the beginning of a URL its parameters may stand, in bytes.
const REACH: usize = 500;

/// The scopes that a program adds to a URL without any: `params={"scope": "…"}`, `searchParams.set("scope", "…")`. No
/// URL of somebody else's stands between.
pub(super) fn beside_url(text: &str, url: usize) -> Option<Range<usize>> {
    let rest = text.get(url..text.floor_char_boundary((url + REACH).min(text.len())))?;
    let others =
        rest.match_indices("://").find(|(at, _)| !rest.get(at + 3..).unwrap_or("").starts_with("accounts.zoho"));
    let rest = others.map_or(Some(rest), |(at, _)| rest.get(..at))?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    rest.match_indices("scope").find_map(|(at, name)| {
        let (before, after) = (rest.get(..at)?, rest.get(at + name.len()..)?);
        let after = after.strip_prefix('s').unwrap_or(after);
        if before.ends_with(is_part) || after.starts_with(is_part) {
            return None;
        }
        let quoted = before.ends_with(['"', '\'']);
        let body = after.trim_start_matches(['"', '\'']).trim_start();
        let argument =
            || body.strip_prefix(',').filter(|_| quoted && before.trim_end_matches(['"', '\'']).ends_with('('));
        let value = ["=>", ":", "="].iter().find_map(|sign| body.strip_prefix(sign)).or_else(argument)?;
        let value = value.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
        let start = rest.len() - value.len() + 1;
        let inner = value.get(1..)?.split_once(quote)?.0;
        is_list(inner).then(|| url + start..url + start + inner.len())
    })
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
        for (text, is_one) in [
            ("zohoReadScope: 'personalized'", false),
            ("zoho_scope: 'personalized'", true),
            ("zohoReadScope: 'email'", true),
            ("zohoReadScope: 'Creator.report.READ'", true),
            ("ZOHO_DATA_SCOPE = 'own'", true),
        ] {
            let end = text.find([':', ' ']).unwrap();
            assert_eq!(asked(text, &(0..end), Syntax::of(Path::new("a.ts"))).is_some(), is_one, "{text}");
        }
        let text = "assert \"ZOHO_SCOPE=\" in said and \"x\" in it";
        assert_eq!(value(text, &(8..18), Syntax::of(Path::new("a.py"))), None);
        for (text, expected) in [
            ("get(\"@\", params={\"scope\": \"email,Aaa.b\", \"x\": 1})", Some("email,Aaa.b")),
            ("new URL('@'); u.searchParams.set('scope', 'Creator.report.READ')", Some("Creator.report.READ")),
            ("'@?' . http_build_query(['scope' => 'email'])", Some("email")),
            ("'@', scope: 'email openid'", Some("email openid")),
            ("'@', scope: scopes", None),
            ("'@', scopes_seen: 'email'", None),
            ("'@', google: 'https://x.example/auth', scope: 'email'", None),
            ("'@', microscope: 'email'", None),
        ] {
            let at = text.find('@').unwrap() + 1;
            assert_eq!(beside_url(text, at).map(|range| &text[range]), expected, "{text}");
        }
        assert_eq!(decoded("WkEuYi5SRUFELFpBLmMuUkVBRA==").as_deref(), Some("ZA.b.READ,ZA.c.READ"));
        assert_eq!(decoded("not-in-base64-at-all"), None);
    }
}
