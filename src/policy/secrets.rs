//! Tokens and client secrets that somebody pasted into a policy.
//!
//! They are blotted out before the text is parsed or kept, so that no message and no snippet can repeat them.

use crate::text::{Problem, Span};
use crate::yaml::{Entry, Node, Value};

/// What stands where a secret stood; YAML reads it as plain text.
const BLOT: &str = "x";

/// The shortest and the longest half of a token that is taken for one. Zoho's have 32 hexadecimal digits; copies in
/// documents are often a few digits off.
const HALF: std::ops::RangeInclusive<usize> = 20..=64;

/// The shortest value of a key such as `client-secret` that is taken for a secret.
const LEAST_VALUE: usize = 20;

/// The shortest run of hexadecimal digits that is taken for a client secret where a client id belongs. Zoho's have
/// around 42, tokens of the first API version 32.
const LEAST_BARE: usize = 32;

/// Keys whose value is a secret, in lower case without hyphens and underscores.
const KEYS: &[&str] =
    &["clientsecret", "refreshtoken", "accesstoken", "granttoken", "authtoken", "idtoken", "enhancetoken", "zapikey"];

/// The spans of everything in a text that looks like a token, or like a secret by the name before it.
pub(crate) fn find(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut key: Option<Span> = None;
    for word in words(text) {
        let content = text.get(word.start..word.end).unwrap_or("");
        let named = key.is_some_and(|key| {
            let gap = text.get(key.end..word.start).unwrap_or("");
            gap.contains([':', '=']) && gap.chars().all(|c| " \t\"':=".contains(c))
        });
        if is_token(content) || (named && is_opaque(content)) {
            found.push(word);
        }
        let folded = content.replace(['-', '_'], "").to_ascii_lowercase();
        key = KEYS.contains(&folded.as_str()).then_some(word);
    }
    found
}

/// The spans of bare client secrets among the client ids of a parsed policy.
pub(super) fn among_clients(policy: &Node) -> Vec<Span> {
    let apps = entries(policy).iter().filter(|entry| entry.key == "apps");
    let keys = apps.flat_map(|apps| entries(&apps.value)).flat_map(|app| entries(&app.value));
    let clients = keys.filter(|entry| entry.key == "clients").flat_map(|entry| match &entry.value.value {
        Value::Sequence(items) => items.as_slice(),
        _ => std::slice::from_ref(&entry.value),
    });
    let secret = |node: &&Node| match &node.value {
        Value::Scalar(text) => text.len() >= LEAST_BARE && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
        _ => false,
    };
    clients.filter(secret).map(|node| node.span).collect()
}

fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Mapping(entries) => entries,
        _ => &[],
    }
}

/// Whether a text holds so many hexadecimal digits in a row that it may be a client secret.
pub(crate) fn is_bare(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_hexdigit()).any(|run| run.len() >= LEAST_BARE)
}

/// The text with these spans blotted out, byte for byte, so that every other span stays right.
pub(crate) fn blot(text: &str, spans: &[Span]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans.iter().filter(|span| span.start < span.end) {
        if let (Some(kept), true) = (text.get(at..span.start), text.is_char_boundary(span.end)) {
            out.push_str(kept);
            out.push_str(&BLOT.repeat(span.len()));
            at = span.end;
        }
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

/// What is said about a secret.
pub(super) fn problem(span: Span) -> Problem {
    Problem::new(span, "here stands what looks like a token or a client secret")
        .help("take it out of the file and revoke it; a policy needs client ids only")
}

/// Runs of the characters that tokens consist of.
fn words(text: &str) -> Vec<Span> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let inside = c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push(Span::new(from, at));
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// Access, refresh, grant and device tokens (`1000.` and two hexadecimal halves), tokens of Mail360 (a longer number
/// in front) and JSON web tokens.
fn is_token(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let half = |part: &str| HALF.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = |part: &str| part.len() >= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    let web = |part: &str| part.len() >= 10;
    parts.windows(3).any(|parts| match parts {
        [first, a, b] => (number(first) && half(a) && half(b)) || (first.starts_with("eyJ") && web(a) && web(b)),
        _ => false,
    })
}

/// Whether a value is long and mixed enough to be no word of a language.
fn is_opaque(word: &str) -> bool {
    word.len() >= LEAST_VALUE && word.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(digit: &str, len: usize) -> String {
        digit.repeat(len)
    }

    #[test]
    fn what_looks_like_a_secret_is_found_and_blotted_out() {
        let token = format!("1000.{}.{}", hex("a", 32), hex("b", 32));
        for (before, secret, after) in [
            ("owner: ", token.as_str(), "\n"),
            ("# é ", &token, " in a comment"),
            ("- \"", &token.replacen("1000", "1004", 1), "\""),
            ("reason: ", &format!("1000.{}.{}.", hex("a", 28), hex("b", 33)), ""),
            ("id: ", &format!("60012345678.{}.{}", hex("c", 32), hex("d", 32)), ""),
            ("id: ", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", ""),
            ("client_secret: ", &hex("0c", 21), "\n"),
            ("{\"clientSecret\": \"", &hex("0c", 21), "\"}"),
            ("url: https://x/?refresh-token=", "abcdefghijklmnopqrs1", "&x=1"),
        ] {
            let text = format!("{before}{secret}{after}");
            let found = find(&text);
            let span = Span::new(before.len(), before.len() + secret.len());
            assert_eq!(found, [span], "{text}");
            assert_eq!(blot(&text, &found), format!("{before}{}{after}", "x".repeat(secret.len())));
        }
    }

    #[test]
    fn other_text_is_left_alone() {
        for text in [
            "clients: [1000.GMB0YULZHJK411248S8I5GZ4CHUEX0]",
            "ticket: 2fc0417aa7c5b1f6f3c0a7d2e1b5c4d3a2f1e0d9",
            "reason: the client_secret moved to the vault on 2026-11-01-and-stays",
            "client-secret: see-the-vault-of-the-finance-team",
            "calls: [GET /books/v3/invoices]",
            "allow: [ZohoVault.secrets.READ]",
        ] {
            assert_eq!(find(text), [], "{text}");
            assert_eq!(blot(text, &[]), text);
        }
    }

    #[test]
    fn a_bare_secret_is_known_by_where_it_stands() {
        let secret = hex("0c", 21);
        for (text, expected) in [
            (format!("apps: {{ x: {{ clients: [{secret}] }} }}"), 1),
            (format!("apps: {{ x: {{ clients: {secret} }}, y: {{ clients: ['{secret}', {secret}] }} }}"), 3),
            (format!("apps: {{ x: {{ owner: {secret} }} }}"), 0),
            (format!("apps: [{secret}]"), 0),
            ("apps: { x: { clients: [abcdef] } }".to_owned(), 0),
        ] {
            assert_eq!(among_clients(&crate::yaml::parse(&text).unwrap()).len(), expected, "{text}");
        }
    }
}
