//! Secrets beside scopes in sources, in forms that hardly anything else has.

use std::ops::Range;

use super::encoded;
use super::shapes::{SecretKind, find_certain};

/// Fewer different digits than this make a made-up example.
const LEAST_VARIETY: usize = 9;

/// Fewer digits than this make no key of a server.
const LEAST_DIGITS: usize = 4;

/// The secrets of a text that look alive, in its order: examples such as `1000.aaaa….bbbb…` are left out.
pub(crate) fn live(text: &str) -> Vec<(SecretKind, Range<usize>)> {
    let found = find_certain(text.as_bytes()).into_iter().map(|found| (found.kind, found.range));
    let encoded = encoded::find(text.as_bytes()).into_iter().filter(|found| looks_alive(&found.plain));
    let is_alive = |(kind, range): &(SecretKind, Range<usize>)| {
        let secret = text.as_bytes().get(range.clone()).unwrap_or_default();
        // What people write for a key of theirs has hardly a digit.
        let digits = secret.iter().filter(|byte| byte.is_ascii_digit()).count();
        looks_alive(secret) && (*kind != SecretKind::ServerKey || digits >= LEAST_DIGITS)
    };
    let mut all: Vec<_> = found.filter(is_alive).chain(encoded.map(|found| (found.kind, found.range))).collect();
    all.sort_by_key(|(_, range)| (range.start, range.end));
    all
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

    fn coded(text: &str) -> String {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(text)
    }

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
            (format!("<string name=\"c_secret\">{secret}</string>"), Some(SecretKind::ClientSecret)),
            (format!("<key>ClientSecret</key>\n\t<string>{secret}</string>"), Some(SecretKind::ClientSecret)),
            (format!("<add key=\"Zoho:ClientSecret\" value=\"{secret}\" />"), Some(SecretKind::ClientSecret)),
            (
                format!("{{\"key\": \"client_secret\", \"type\": \"secret\", \"value\": \"{secret}\"}}"),
                Some(SecretKind::ClientSecret),
            ),
            (format!("- name: ZOHO_CLIENT_SECRET\n  value: \"{secret}\"\n"), Some(SecretKind::ClientSecret)),
            (
                format!(
                    "variable \"zoho_secret\" {{\n  description = \"of 2 apps\"\n  type = string\n  default = \"{secret}\"\n}}"
                ),
                Some(SecretKind::ClientSecret),
            ),
            (format!("- **Client Secret:** `{secret}`"), Some(SecretKind::ClientSecret)),
            (format!("| Client Secret | {secret} |"), Some(SecretKind::ClientSecret)),
            (format!("<td>Client secret</td>\n<td><code>{secret}</code></td>"), Some(SecretKind::ClientSecret)),
            (format!("the secret of commit {secret}"), None),
            (format!("authtoken={A}"), Some(SecretKind::AuthToken)),
            (format!("https://my-60012.zohomcp.eu/mcp/{A}/message"), Some(SecretKind::ServerKey)),
            (format!("\"https:\\/\\/my-60012.zohomcp.com.au\\/mcp\\/message?key={A}\""), Some(SecretKind::ServerKey)),
            (format!("1000%2E{A}%2e{B}"), Some(SecretKind::Token)),
            (format!("  refresh-token: {}\n", coded(&format!("1000.{A}.{B}"))), Some(SecretKind::Token)),
            (format!("x: '{}'", coded(&format!("1002.{A}.{B}\n"))), Some(SecretKind::Token)),
            (format!("  ZOHO_CLIENT_SECRET: {}\n", coded(&secret)), Some(SecretKind::ClientSecret)),
            (format!("\"clientSecret\": \"{}\"", coded(&format!("{secret}\n"))), Some(SecretKind::ClientSecret)),
            (
                format!("client_secret: {}", coded(&format!("{secret}1a")).trim_end_matches('=')),
                Some(SecretKind::ClientSecret),
            ),
            (
                format!("Authorization: Basic {}", coded(&format!("1000.GMB0YULZHJK411248S8I5GZ4CHUEX0:{secret}"))),
                Some(SecretKind::ClientSecret),
            ),
            (format!("  refresh: {}\n", coded(&format!("1000.{}.{}", "a".repeat(32), "b".repeat(32)))), None),
            (format!("  client-secret: {}\n", coded("the secret of this client stands in the vault!")), None),
            (format!("  digest: {}\n", coded(&secret)), None),
            (
                format!(
                    "  x: {}\n",
                    coded("1000.0 litres of water and 1000.0 more of it, in a text that is long enough")
                ),
                None,
            ),
            ("https://catalyst.zohomcp.com/mcp/message".to_owned(), None),
            ("https://my-60012.zohomcp.in/mcp/your-api-key-goes-here/message".to_owned(), None),
            (format!("1010.{A}.{B}"), None),
            (format!("1000.{}.{}", "a".repeat(32), "b".repeat(32)), None),
            (format!("1000.{}.{}", "0123456789abcdef".repeat(2), "0123456789abcdef".repeat(2)), None),
            (format!("client_secret={}", "x".repeat(42)), None),
            (format!("commit {A}{}", &B[..8]), None),
        ] {
            let found = live(&text);
            assert_eq!(found.first().map(|(kind, _)| *kind), kind, "{text}");
            assert!(found.len() <= 1);
        }
    }
}
