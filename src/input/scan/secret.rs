//! Secrets of Zoho's beside scopes, in forms that hardly anything else has.

use std::ops::Range;
use std::sync::OnceLock;

use memchr::memmem;
use regex::bytes::{Regex, RegexBuilder};

use crate::input::SecretKind;

/// Tokens begin with 1000, or 1001 to 1005 for devices and functions; both halves have 32 hexadecimal digits. Client
/// secrets have no form of their own and are known by their key; so is the token of the first API version.
const PATTERN: &str = r#"
    \b ( 100[0-5] \. [0-9a-f]{32} \. [0-9a-f]{32} ) \b
    | client[_-]?secret ["'`\]\\]{0,3} \s* (?: [:=] | => | , )+ \s* \\? ["'`]? ( [0-9a-f]{40,44} ) \b
    | authtoken \\? ["'`]? \s* (?: [:=] | => )+ \s* \\? ["'`]? ( [0-9a-f]{32} ) \b
"#;

/// The key of an MCP server's URL, in its path or in its query: the two forms of one server, at every data centre. The
/// URL of a server that asks for a login has none.
const SERVER: &str = r#"
    zohomcp \. [a-z.]{2,12} (?: \\?/ | %2f )+ mcp (?: \\?/ | %2f )+ (?:
        ( [0-9a-z]{16,} ) (?: \\?/ | %2f )+ message
        | message (?: \? | %3f | \\u003f ) (?: [^\s"'`<>]{0,200}? (?: & | %26 | &amp; | \\u0026 ) )? key (?: = | %3d | \\u003d ) ( [0-9a-z]{16,} )
    )
"#;

/// Fewer different digits than this make a made-up example.
const LEAST_VARIETY: usize = 9;

/// Whether a text may hold a secret that is told also where no scope stands.
pub(super) fn may_stand_alone(text: &str) -> bool {
    memmem::find(text.as_bytes(), b"zohomcp.").is_some()
}

/// The secrets of a text that look alive: examples such as `1000.aaaa….bbbb…` are left out.
pub(super) fn secrets(text: &str) -> Vec<(SecretKind, Range<usize>)> {
    static COMPILED: [OnceLock<Option<Regex>>; 2] = [const { OnceLock::new() }; 2];
    let compile = |pattern: &str| {
        RegexBuilder::new(pattern).unicode(false).case_insensitive(true).ignore_whitespace(true).build().ok()
    };
    let [tokens, servers] = &COMPILED;
    let mut found = Vec::new();
    let mut search = |regex: Option<&Regex>, kinds: &[SecretKind]| {
        for captures in regex.iter().flat_map(|regex| regex.captures_iter(text.as_bytes())) {
            let group = kinds.iter().zip(captures.iter().skip(1)).find_map(|(kind, group)| Some((*kind, group?)));
            found.extend(
                group.filter(|(_, group)| looks_alive(group.as_bytes())).map(|(kind, group)| (kind, group.range())),
            );
        }
    };
    search(
        tokens.get_or_init(|| compile(PATTERN)).as_ref(),
        &[SecretKind::Token, SecretKind::ClientSecret, SecretKind::AuthToken],
    );
    if may_stand_alone(text) {
        search(servers.get_or_init(|| compile(SERVER)).as_ref(), &[SecretKind::ServerKey; 2]);
    }
    found.sort_by_key(|(_, range)| range.start);
    found
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
            (format!("https://acme-600.zohomcp.com/mcp/{A}/message"), Some(SecretKind::ServerKey)),
            (format!("https://acme-600.zohomcp.com.au/mcp/message?key={A}"), Some(SecretKind::ServerKey)),
            (format!("https:\\/\\/acme-600.zohomcp.in\\/mcp\\/message?a=1&key={A}"), Some(SecretKind::ServerKey)),
            (format!("http%3A%2F%2Facme.zohomcp.jp%2Fmcp%2Fmessage%3Fkey%3D{A}"), Some(SecretKind::ServerKey)),
            ("https://catalyst.zohomcp.com/mcp/message".to_owned(), None),
            ("https://acme-600.zohomcp.com/mcp/${KEY}/message".to_owned(), None),
            (format!("https://acme.example.com/mcp/{A}/message"), None),
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
