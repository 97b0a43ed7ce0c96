//! Secrets of Zoho's in texts: what they look like, where they stand, and how they are blotted out.
//!
//! One table of shapes stands behind everything here. `redact` is for texts on their way out and blots out too much when
//! in doubt; `sure` is for files that people wrote, where each finding is told; `live` is for sources that are scanned,
//! where examples are left out; `is_none_of_a_scope` is for words that stand where a scope belongs.

mod blot;
mod encoded;
mod hidden;
mod live;
mod redact;
mod shapes;
mod signs;

pub(crate) use blot::{blot, suspicious};
pub use hidden::Secret;
pub(crate) use live::live;
pub use redact::redact;
pub use shapes::SecretKind;

use crate::text::Span;
use shapes::Kind;
use signs::has_hex_run;

/// Stands for a character of a secret where the text is YAML: it reads as plain text there.
pub(crate) const PLAIN: char = 'x';

/// The shortest value of a key such as `client-secret` that is taken for a secret.
const LEAST_VALUE: usize = 20;

/// The shortest run of hexadecimal digits that is taken for a client secret where a client id belongs. Zoho's have
/// around 42, tokens of the first API version 32.
const LEAST_BARE: usize = 32;

/// The shortest run of hexadecimal digits that no name has: half a token, cut off.
const LEAST_HALF: usize = 20;

/// The shortest part of a word that is looked at more closely where a scope belongs.
const LEAST_PART: usize = 24;

/// The spans of everything in a text that surely is a secret: by its looks, or by the name before it and its looks. They
/// are in the order of the text and do not overlap.
pub(crate) fn sure(text: &str) -> Vec<Span> {
    let is_opaque = |value: &str| value.len() >= LEAST_VALUE && value.bytes().any(|byte| byte.is_ascii_digit());
    let mut found: Vec<Span> = Vec::new();
    let mut all: Vec<_> = shapes::find(text.as_bytes())
        .into_iter()
        .filter(|found| match found.kind {
            Kind::Token | Kind::WebToken | Kind::ServerKey => true,
            Kind::Named => text.get(found.range.clone()).is_some_and(is_opaque),
            Kind::Digits | Kind::Header | Kind::Code | Kind::State | Kind::Password => false,
        })
        .map(|found| Span::new(found.range.start, found.range.end))
        .collect();
    all.sort_unstable();
    for span in all {
        match found.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => found.push(span),
        }
    }
    found
}

/// Whether a text holds so many hexadecimal digits in a row that it may be a client secret.
pub(crate) fn is_bare(text: &str) -> bool {
    has_hex_run(text.as_bytes(), LEAST_BARE)
}

/// Whether a text is a client id, which is no secret: `1000.` (the last digit differs between kinds of clients) and
/// thirty capital letters and digits. The form is that of the client ids in the vendor's own samples.
pub(crate) fn is_client_id(text: &str) -> bool {
    let Some((prefix, rest)) = text.split_once('.') else { return false };
    let kind = prefix.strip_prefix("100").is_some_and(|digit| matches!(digit.as_bytes(), [b'0'..=b'9']));
    kind && rest.len() == 30 && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Whether a word that stands where a scope belongs is a secret, or may be one: a token, digits that no name has, or one
/// long word of letters and digits where scopes have dots.
pub(crate) fn is_none_of_a_scope(word: &str) -> bool {
    if !may_hold_secret(word.as_bytes()) {
        return false;
    }
    let is_digits = |part: &str| has_hex_run(part.as_bytes(), LEAST_HALF);
    word.split(|c: char| !c.is_ascii_alphanumeric()).any(is_digits)
        || (!word.contains('.') && word.contains(|c: char| c.is_ascii_digit()))
        || redact(word) != word
}

/// Whether bytes hold a part of a word so long that [`is_none_of_a_scope`] has to look: with a digit in it, or of
/// hexadecimal digits; or the beginning of a web token. Parts end at dots, blanks and commas.
pub(crate) fn may_hold_secret(bytes: &[u8]) -> bool {
    let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    // Every such part has a byte at a multiple of its least length.
    let mut looked_at = (LEAST_PART - 1..bytes.len()).step_by(LEAST_PART);
    let has_long_part = looked_at.any(|at| {
        let (before, after) = bytes.split_at(at);
        let before = before.iter().rev().take_while(inside).count();
        let after = after.iter().take_while(inside).count();
        let part = bytes.get(at - before..at + after).unwrap_or_default();
        let may_be_secret = part.iter().any(u8::is_ascii_digit) || part.iter().all(u8::is_ascii_hexdigit);
        part.len() >= LEAST_PART && may_be_secret
    });
    has_long_part || memchr::memmem::find(bytes, b"eyJ").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(digit: &str, len: usize) -> String {
        digit.repeat(len)
    }

    #[test]
    fn what_surely_is_a_secret_is_found_and_blotted_out() {
        let token = format!("{}.{}", hex("a", 32), hex("b", 32));
        for (before, secret, after) in [
            ("owner: 1000.", token.as_str(), "\n"),
            ("# é 1000.", &token, " in a comment"),
            ("- \"1004.", &token, "\""),
            ("reason: 1000.", &format!("{}.{}", hex("a", 28), hex("b", 33)), "."),
            ("id: 60012345678.", &token, ""),
            ("id: eyJ", "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", ""),
            ("client_secret: ", &hex("0c", 21), "\n"),
            ("{\"clientSecret\": \"", &hex("0c", 21), "\"}"),
            ("url: https://x/?refresh-token=", "abcdefghijklmnopqrs1", "&x=1"),
            ("url: https://a-1.zohomcp.eu/mcp/", &hex("0c", 16), "/message"),
        ] {
            let text = format!("{before}{secret}{after}");
            let found = sure(&text);
            let span = Span::new(before.len(), before.len() + secret.len());
            assert_eq!(found, [span], "{text}");
            assert_eq!(blot(&text, &found, &[], PLAIN), format!("{before}{}{after}", "x".repeat(secret.len())));
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
            assert_eq!(sure(text), [], "{text}");
            assert_eq!(blot(text, &[], &[], PLAIN), text);
        }
    }

    #[test]
    fn where_a_scope_belongs_a_secret_is_told_from_a_name() {
        let token = format!("1000.{}.{}", hex("a1", 16), hex("b2", 16));
        for (word, expected) in [
            (token.as_str(), true),
            (&token.replace('.', "%2E"), true),
            (&token[..40], true),
            (&hex("0c", 21), true),
            (&hex("0c", 16), true),
            ("eyJhbGciOiJIUzI1NiJ9x7abcde.eyJzdWIiOiIxIn0abc.c2lnbmF0dXJl", true),
            ("gho_16C7e42F292c6912E7710c838347Ae178B4a", true),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", true),
            (&format!("1000.{}.{}", hex("a", 32), hex("b", 32)), true),
            ("ZohoBooks.fullaccess.all", false),
            ("openid", false),
            ("ZohoMarketingAutomation.lead.READ", false),
            ("ZohoCRM.modules.Some_Custom_Module_Of_The_Year_2024.READ", false),
            ("ZohoCRM.modules.leads.READ,ZohoCRM.modules.contacts.READ", false),
        ] {
            assert_eq!(is_none_of_a_scope(word), expected, "{word}");
        }
    }
}
