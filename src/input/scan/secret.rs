//! Secrets of Zoho's beside scopes, in forms that hardly anything else has.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use crate::input::SecretKind;

/// Tokens begin with 1000, or 1001 to 1005 for devices and functions; both halves have 32 hexadecimal digits. Client
/// secrets have no form of their own and are known by their key; so is the token of the first API version.
const PATTERN: &str = r#"
    \b ( 100[0-5] \. [0-9a-f]{32} \. [0-9a-f]{32} ) \b
    | client[_-]?secret ["'`\]\\]{0,3} \s* (?: [:=] | => | , )+ \s* \\? ["'`]? ( [0-9a-f]{40,44} ) \b
    | authtoken \\? ["'`]? \s* (?: [:=] | => )+ \s* \\? ["'`]? ( [0-9a-f]{32} ) \b
"#;

/// Fewer different digits than this make a made-up example.
const LEAST_VARIETY: usize = 9;

/// The secrets of a text that look alive: examples such as `1000.aaaa….bbbb…` are left out.
pub(super) fn secrets(text: &str) -> Vec<(SecretKind, Range<usize>)> {
    static COMPILED: OnceLock<Option<Regex>> = OnceLock::new();
    let compile =
        || RegexBuilder::new(PATTERN).unicode(false).case_insensitive(true).ignore_whitespace(true).build().ok();
    let Some(regex) = COMPILED.get_or_init(compile) else { return Vec::new() };
    let kinds = [SecretKind::Token, SecretKind::ClientSecret, SecretKind::AuthToken];
    let captures = regex.captures_iter(text.as_bytes());
    let found = captures.filter_map(|found| {
        let (kind, group) =
            kinds.into_iter().zip(found.iter().skip(1)).find_map(|(kind, group)| Some((kind, group?)))?;
        looks_alive(group.as_bytes()).then(|| (kind, group.range()))
    });
    found.collect()
}

/// Whether the digits of a secret are as various as chance makes them.
fn looks_alive(secret: &[u8]) -> bool {
    let pieces = secret.split(|&byte| byte == b'.').filter(|piece| piece.len() > 4);
    pieces.into_iter().all(|piece| {
        let mut seen = [false; 256];
        for byte in piece {
            seen[usize::from(byte.to_ascii_lowercase())] = true;
        }
        let runs = piece.windows(2).filter(|pair| matches!(*pair, [a, b] if a == b || a + 1 == *b)).count();
        seen.iter().filter(|&&seen| seen).count() >= LEAST_VARIETY && runs * 3 < piece.len()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "8cb99d3f5a0e47c2b16d9e8f7a205c41";
    const B: &str = "4f1a7c9e2b8d6053c7e9a1f4b2d80657";

    #[test]
    fn only_what_looks_alive_is_a_secret() {
        let secret = format!("{A}9b03e5d7c1");
        for (text, kind) in [
            (format!("refresh = \"1000.{A}.{B}\""), Some(SecretKind::Token)),
            (format!("1004.{A}.{B}"), Some(SecretKind::Token)),
            (format!("client_secret={secret}&x"), Some(SecretKind::ClientSecret)),
            (format!("'clientSecret' => '{secret}'"), Some(SecretKind::ClientSecret)),
            (format!("\\\"client_secret\\\": \\\"{secret}\\\""), Some(SecretKind::ClientSecret)),
            (format!("authtoken={A}"), Some(SecretKind::AuthToken)),
            (format!("1010.{A}.{B}"), None),
            (format!("1000.{}.{}", "a".repeat(32), "b".repeat(32)), None),
            (format!("1000.{}.{}", "0123456789abcdef".repeat(2), "0123456789abcdef".repeat(2)), None),
            (format!("client_secret={}", "x".repeat(42)), None),
            (format!("commit {A}{}", &B[..8]), None),
        ] {
            let found = secrets(&text);
            assert_eq!(found.first().map(|(kind, _)| *kind), kind, "{text}");
            assert!(found.len() <= 1);
        }
    }
}
