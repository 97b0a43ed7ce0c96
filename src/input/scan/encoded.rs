//! Scopes in base64: the data of a secret of Kubernetes, what is piped into `base64 -d`, the argument of `atob`.

use std::ops::Range;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex::bytes::Regex;

/// How much is decoded to either side of a word, in bytes of base64.
const AROUND: usize = 2048;

/// What begins the names of services, and what full access is called.
const WORDS: [&str; 5] = ["Zoho", "zoho", "ZOHO", "fullaccess", "FullAccess"];

/// How the words look in base64, wherever in a text they stand.
static CODES: LazyLock<Regex> = LazyLock::new(|| {
    let codes = WORDS.iter().flat_map(|word| (0..3).map(|before| code(word, before)));
    let codes: Vec<String> = codes.map(|code| regex::escape(&code)).collect();
    #[expect(clippy::expect_used, reason = "an alternation of escaped words is a pattern")]
    Regex::new(&codes.join("|")).expect("a pattern")
});

/// The letters of base64 that depend on nothing but the word, where so many bytes stand before it in its group of three.
fn code(word: &str, before: usize) -> String {
    let text = [&"   "[..before], word].concat();
    let code = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&text);
    let from = (before * 8).div_ceil(6);
    let to = text.len() * 8 / 6;
    code.get(from..to).unwrap_or("").to_owned()
}

/// Both alphabets, with and without padding.
fn decoder(bytes: &[u8]) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let of_urls = bytes.iter().any(|byte| matches!(byte, b'-' | b'_'));
    GeneralPurpose::new(if of_urls { &alphabet::URL_SAFE } else { &alphabet::STANDARD }, config)
}

/// A text in base64.
pub(super) struct Encoded {
    /// Where it stands.
    pub(super) place: Range<usize>,
    /// What it says.
    pub(super) text: String,
}

/// Whether a text may hold scopes in base64; never wrong when it says no.
pub(super) fn may_hold(text: &[u8]) -> bool {
    CODES.is_match(text)
}

/// The texts in base64 that may hold scopes, in order.
pub(super) fn texts(text: &[u8]) -> Vec<Encoded> {
    let mut found: Vec<Encoded> = Vec::new();
    let mut run = 0..0;
    for hit in CODES.find_iter(text) {
        if found.last().is_some_and(|last| hit.start() < last.place.end) {
            continue;
        }
        if hit.start() >= run.end {
            run = run_around(text, hit.start(), run.end);
        }
        // The middle one of the three parts of a signed token tells what somebody holds.
        let beside = |at: Option<usize>| at.and_then(|at| text.get(at)) == Some(&b'.');
        if beside(run.start.checked_sub(1))
            || beside(Some(run.end)) && text.get(run.clone()).is_some_and(|run| run.starts_with(b"eyJ"))
        {
            continue;
        }
        let reach = hit.start().saturating_sub(AROUND).max(run.start);
        let start = reach - (reach - run.start) % 4;
        let end = run.end.min(hit.end() + AROUND);
        let end = if end == run.end { end } else { end - (end - start) % 4 };
        let Some(code) = text.get(start..end) else { continue };
        let Ok(bytes) = decoder(code).decode(code) else { continue };
        // What fills up the last group belongs to it.
        let filled = text.get(end..).unwrap_or(&[]).iter().take(2).take_while(|byte| **byte == b'=').count();
        found.push(Encoded { place: start..end + filled, text: String::from_utf8_lossy(&bytes).into_owned() });
    }
    found
}

/// The letters of base64 that stand around a place, from another place on.
fn run_around(text: &[u8], at: usize, from: usize) -> Range<usize> {
    let is_letter = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let before = text.get(from..at).unwrap_or(&[]).iter().rev().take_while(is_letter).count();
    let after = text.get(at..).unwrap_or(&[]).iter().take_while(is_letter).count();
    at - before..at + after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_found_wherever_in_a_text_they_stand() {
        for before in ["", "a", "ab", "{\"scope\":\"", "x y z ", "SCOPE="] {
            for after in ["", ",email", "\n", "\"}"] {
                let said = format!("{before}ZohoBooks.fullaccess.all{after}");
                for engine in
                    [base64::engine::general_purpose::STANDARD, base64::engine::general_purpose::URL_SAFE_NO_PAD]
                {
                    let text = format!("data:\n  x: {}\n", engine.encode(&said));
                    let found = texts(text.as_bytes());
                    assert!(found.len() == 1 && found[0].text == said, "{said}");
                    assert!(may_hold(text.as_bytes()));
                }
            }
        }
        let long = "x".repeat(50_001) + "ZohoBooks.fullaccess.all" + &"y".repeat(50_000);
        let text = base64::engine::general_purpose::STANDARD.encode(long);
        assert!(texts(text.as_bytes())[0].text.contains("ZohoBooks.fullaccess.all"));
    }

    #[test]
    fn what_a_token_tells_is_held_and_not_asked_for() {
        let part = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode("{\"scope\":\"ZohoBooks.invoices.READ\"}");
        assert!(texts(format!("t = 'eyJhbGciOiJSUzI1NiJ9.{part}.c2ln'").as_bytes()).is_empty());
        for text in ["Wm9o", "", "ZohoBooks.fullaccess.all", "d29yZHM="] {
            assert!(!may_hold(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_long_text_is_looked_at_once() {
        let text = base64::engine::general_purpose::STANDARD.encode("ZohoBooks ".repeat(100_000));
        assert!(texts(text.as_bytes()).len() < 2000);
    }
}
