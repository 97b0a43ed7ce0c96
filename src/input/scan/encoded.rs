//! Scopes in other letters: in base64, as the data of a secret of Kubernetes, what is piped into `base64 -d` and the
//! argument of `atob`; from behind; turned by thirteen letters; by the numbers of their letters, in hexadecimal or decimal.

use std::ops::Range;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use memchr::{memchr_iter, memmem};
use regex::bytes::Regex;

/// How much is decoded to either side of a word, in bytes of base64.
const AROUND: usize = 2048;

/// What tells a scope: what begins the names of services, what full access is called, the operations.
const WORDS: [&str; 11] =
    ["Zoho", "zoho", "ZOHO", "fullaccess", "FullAccess", ".ALL", ".READ", ".CREATE", ".UPDATE", ".DELETE", ".WRITE"];

/// How far the letters of a scope by numbers, or turned, are followed to either side, in bytes.
const REACH: usize = 1600;

/// The longest text in base64 that is put together from several lines, in bytes.
const LONGEST_FOLDED: usize = 64 * 1024;

/// How the words look in base64, wherever in a text they stand.
static CODES: LazyLock<Regex> =
    LazyLock::new(|| any_of(WORDS.iter().flat_map(|word| (0..3).map(|before| code(word, before)))));

/// What stands in each of the words: enough to tell that one may be there.
const CORES: [&str; 9] = ["oho", "OHO", "ccess", "ALL", "READ", "CREA", "UPDA", "DELE", "WRIT"];

/// Calls that make a letter of its number: `chr(90) . chr(111) . …`
const CALLS: [&str; 6] = ["hr(111)", "HR(111)", "hrW(111)", "hr(0x6f)", "hr(76)", "hr(108)"];

/// Numbers of letters with the end of a line between two (`@`).
const APART: [&str; 4] = ["111,@104,", "0x6[fF],@0x68,", "65,@76,@76", "117,@108,"];

/// Letters one by one, with or without blanks between two (`@`).
const LETTERS: [&str; 5] = ["'o',@'h'", "\"o\",@\"h\"", "'L',@'L'", "\"L\",@\"L\"", "'l',@'l'"];

/// How many texts are looked for at once: of more, the search goes byte by byte, which costs ten times as much.
const AT_ONCE: usize = 24;

/// How the words look in other letters.
static TURNED: LazyLock<Regex> = LazyLock::new(|| {
    let codes = WORDS.iter().flat_map(|word| turned_over(word).into_iter().chain(by_number(word)));
    let codes: Vec<String> = codes.chain(CALLS.map(str::to_owned)).map(|code| regex::escape(&code)).collect();
    pattern(&[codes.join("|"), apart(), letter_by_letter()].join("|"))
});

/// Searches of which one finds something wherever [`TURNED`] does, fast enough for every text.
static HINTS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let codes = WORDS.iter().flat_map(|word| turned_over(word)).chain(CORES.iter().flat_map(|core| by_number(core)));
    let mut codes: Vec<String> = codes.chain(CALLS.map(str::to_owned)).collect();
    codes.sort_unstable();
    codes.dedup();
    let at_once = codes.chunks(AT_ONCE).map(|codes| any_of(codes.iter().cloned()));
    at_once.chain([pattern(&apart()), pattern(&letter_by_letter())]).collect()
});

/// A word from behind, and thirteen letters on.
fn turned_over(word: &str) -> [String; 2] {
    [word.chars().rev().collect(), word.bytes().map(|byte| char::from(rot13(byte))).collect()]
}

/// A word by the numbers of its letters.
fn by_number(word: &str) -> Vec<String> {
    let number = |separator: &str, show: fn(u8) -> String| word.bytes().map(show).collect::<Vec<_>>().join(separator);
    let decimal = |byte: u8| byte.to_string();
    let mut codes: Vec<String> = Vec::new();
    for show in [|byte: u8| format!("{byte:02x}"), |byte: u8| format!("{byte:02X}")] {
        codes.extend(["", " ", ":"].map(|separator| number(separator, show)));
    }
    for separator in [",", ", ", " "] {
        codes.push(number(separator, decimal));
        codes.push(number(separator, |byte| format!("0x{byte:02x}")));
        codes.push(number(separator, |byte| format!("0x{byte:02X}")));
    }
    codes
}

fn apart() -> String {
    APART.map(|code| code.replace('@', "[ \t\r\n]{1,40}")).join("|")
}

fn letter_by_letter() -> String {
    LETTERS.map(|code| code.replace('@', "[ \t\r\n]{0,40}")).join("|")
}

/// A letter by itself in quotes.
static LETTER: LazyLock<Regex> = LazyLock::new(|| pattern("'[A-Za-z0-9._,]'|\"[A-Za-z0-9._,]\""));

/// A number in an expression.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern("0[xX][0-9a-fA-F]{2}|[0-9]+|[0-9a-fA-F]{2}"));

/// A letter by its number in base sixteen, and nothing else.
static BARE: LazyLock<Regex> = LazyLock::new(|| pattern("[0-9a-fA-F]{2}"));

fn any_of(words: impl IntoIterator<Item = String>) -> Regex {
    let words: Vec<String> = words.into_iter().map(|word| regex::escape(&word)).collect();
    pattern(&words.join("|"))
}

fn pattern(text: &str) -> Regex {
    #[expect(clippy::expect_used, reason = "every pattern here is a constant")]
    Regex::new(text).expect("a pattern")
}

/// A letter, thirteen letters on.
fn rot13(byte: u8) -> u8 {
    match byte {
        b'a'..=b'm' | b'A'..=b'M' => byte + 13,
        b'n'..=b'z' | b'N'..=b'Z' => byte - 13,
        _ => byte,
    }
}

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

/// A text in other letters.
pub(super) struct Encoded {
    /// Where it stands.
    pub(super) place: Range<usize>,
    /// What it says.
    pub(super) text: String,
}

/// Whether a text may hold scopes in other letters; never wrong when it says no.
pub(super) fn may_hold(text: &[u8]) -> bool {
    let may_be_turned = || HINTS.iter().any(|hint| hint.is_match(text)) && TURNED.is_match(text);
    CODES.is_match(text) || may_be_turned() || decodes(text) && !folded(text).is_empty()
}

/// The texts in other letters that may hold scopes, in order within each kind.
pub(super) fn all(text: &[u8]) -> Vec<Encoded> {
    let mut found = texts(text);
    found.extend(turned(text));
    if decodes(text) {
        for (place, code) in folded(text) {
            // What stands before it may look like a part of it.
            for from in 0..4 {
                let inner = texts(code.as_bytes().get(from..).unwrap_or(&[])).into_iter();
                found.extend(inner.map(|encoded| Encoded { place: place.clone(), text: encoded.text }));
            }
        }
    }
    found
}

/// Whether a text says that something in it is to be decoded.
fn decodes(text: &[u8]) -> bool {
    let says = |mark: &[u8]| memmem::find(text, mark).is_some();
    memmem::find_iter(text, b"64").any(|at| {
        let before = text.get(at.saturating_sub(3)..at).unwrap_or(&[]);
        before.eq_ignore_ascii_case(b"ase") || before.last().is_some_and(|byte| byte.eq_ignore_ascii_case(&b'b'))
    }) || says(b"atob")
        || says(b"kind: Secret")
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// Texts in base64 that go on over the ends of lines, put together, where one may hold scopes.
fn folded(text: &[u8]) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    let mut open: Option<(Range<usize>, Vec<u8>)> = None;
    let mut close = |open: &mut Option<(Range<usize>, Vec<u8>)>| {
        if let Some((place, code)) = open.take()
            && CODES.is_match(&code)
        {
            found.push((place, String::from_utf8_lossy(&code).into_owned()));
        }
    };
    let mut start = 0;
    for end in memchr_iter(b'\n', text).chain([text.len()]) {
        let line = text.get(start..end).unwrap_or(&[]);
        let is_around = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`+\\,.&|#*".contains(byte);
        let from = line.iter().take_while(|byte| is_around(byte)).count();
        let length = line.iter().skip(from).take_while(|byte| is_letter(**byte)).count();
        let rest = line.get(from + length..).unwrap_or(&[]);
        let is_whole = rest.iter().all(is_around);
        let leading = line.get(from..from + length).unwrap_or(&[]);
        match &mut open {
            Some((place, code)) if length > 0 && code.len() < LONGEST_FOLDED => {
                code.extend_from_slice(leading);
                place.end = start + from + length;
                if !is_whole {
                    close(&mut open);
                }
            }
            _ => close(&mut open),
        }
        if open.is_none() {
            let after = line.iter().rev().take_while(|byte| is_around(byte)).count();
            let body = line.get(..line.len() - after).unwrap_or(&[]);
            let length = body.iter().rev().take_while(|byte| is_letter(**byte)).count();
            if length > 0 {
                let begin = body.len() - length;
                open = Some((start + begin..start + body.len(), body.get(begin..).unwrap_or(&[]).to_vec()));
            }
        }
        start = end + 1;
    }
    close(&mut open);
    found
}

/// The texts that are written from behind, turned, or by the numbers of their letters.
fn turned(text: &[u8]) -> Vec<Encoded> {
    let mut found: Vec<Encoded> = Vec::new();
    let mut done = 0;
    for hit in TURNED.find_iter(text) {
        if hit.start() < done {
            continue;
        }
        let first = hit.as_bytes();
        let is_hex = |byte: u8| byte.is_ascii_hexdigit();
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b',' | b' ');
        let is_sum = |byte: u8| byte.is_ascii_alphanumeric() || b" ,()+.&:|$[]%;\t\n\r\\'\"".contains(&byte);
        let by_letters = !first.iter().any(u8::is_ascii_digit);
        let (place, said) = if matches!(first, [b'\'' | b'"', ..]) {
            let place = around(text, hit.range(), done, is_sum);
            let letters = LETTER.find_iter(text.get(place.clone()).unwrap_or(&[]));
            let said = letters.filter_map(|letter| letter.as_bytes().get(1).copied()).map(char::from).collect();
            (place, said)
        } else if by_letters {
            let place = around(text, hit.range(), done, is_part);
            let letters = text.get(place.clone()).unwrap_or(&[]);
            let turned = letters.iter().map(|byte| char::from(rot13(*byte))).collect();
            found.push(Encoded { place: place.clone(), text: turned });
            (place, letters.iter().rev().map(|byte| char::from(*byte)).collect())
        } else if first.iter().all(|byte| is_hex(*byte)) {
            let place = around(text, hit.range(), done, is_hex);
            let start = hit.start() - (hit.start() - place.start) / 2 * 2;
            let said = letters(&BARE, text.get(start..place.end).unwrap_or(&[]), 16);
            (start..place.end, said)
        } else {
            let place = around(text, hit.range(), done, is_sum);
            let bare = !first.contains(&b'x')
                && first.split(|byte| matches!(byte, b' ' | b':')).all(|two| two.len() == 2)
                && first.iter().any(u8::is_ascii_alphabetic);
            let (pattern, base) = if bare { (&*BARE, 16) } else { (&*NUMBER, 10) };
            let said = letters(pattern, text.get(place.clone()).unwrap_or(&[]), base);
            (place, said)
        };
        done = place.end;
        found.push(Encoded { place, text: said });
    }
    found
}

/// The letters of which the numbers stand in a text.
fn letters(pattern: &Regex, text: &[u8], base: u32) -> String {
    let number = |number: regex::bytes::Match<'_>| {
        let digits = std::str::from_utf8(number.as_bytes()).ok()?;
        let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
        let code = u8::from_str_radix(hex.unwrap_or(digits), if hex.is_some() { 16 } else { base }).ok()?;
        Some(if code.is_ascii_graphic() { char::from(code) } else { ' ' })
    };
    pattern.find_iter(text).filter_map(number).collect()
}

/// What stands around a place and consists of certain letters; it begins no earlier than `from`.
fn around(text: &[u8], place: Range<usize>, from: usize, is_part: impl Fn(u8) -> bool) -> Range<usize> {
    let head = text.get(place.start.saturating_sub(REACH).max(from)..place.start).unwrap_or(&[]);
    let rest = text.get(place.end..text.len().min(place.end + REACH)).unwrap_or(&[]);
    let before = head.iter().rev().take_while(|byte| is_part(**byte)).count();
    let after = rest.iter().take_while(|byte| is_part(**byte)).count();
    place.start - before..place.end + after
}

/// The texts in base64 that may hold scopes, in order.
fn texts(text: &[u8]) -> Vec<Encoded> {
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
        let whole = code.get(..code.len() / 4 * 4).unwrap_or(code);
        let Ok(bytes) = decoder(code).decode(code).or_else(|_| decoder(code).decode(whole)) else { continue };
        // What fills up the last group belongs to it.
        let filled = text.get(end..).unwrap_or(&[]).iter().take(2).take_while(|byte| **byte == b'=').count();
        found.push(Encoded { place: start..end + filled, text: String::from_utf8_lossy(&bytes).into_owned() });
    }
    found
}

/// The letters of base64 that stand around a place, from another place on.
fn run_around(text: &[u8], at: usize, from: usize) -> Range<usize> {
    let is_letter = |byte: &&u8| is_letter(**byte);
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

    #[test]
    fn a_hint_is_in_every_word_in_other_letters() {
        for code in WORDS.iter().flat_map(|word| turned_over(word).into_iter().chain(by_number(word))) {
            assert!(HINTS.iter().any(|hint| hint.is_match(code.as_bytes())), "{code}");
        }
    }

    #[test]
    fn other_letters_are_read() {
        let said = "ZohoBooks.fullaccess.all";
        let numbers =
            |show: fn(u8) -> String, separator: &str| said.bytes().map(show).collect::<Vec<_>>().join(separator);
        let mut written = vec![
            said.chars().rev().collect::<String>(),
            said.bytes().map(|byte| char::from(rot13(byte))).collect(),
            numbers(|byte| format!("{byte:02x}"), ""),
            numbers(|byte| format!("{byte:02X}"), ""),
            numbers(|byte| format!("{byte:02x}"), " "),
            numbers(|byte| format!("0x{byte:02x}"), ", "),
            numbers(|byte| format!("0x{byte:02X}"), ","),
            numbers(|byte| byte.to_string(), ", "),
            numbers(|byte| byte.to_string(), ","),
            numbers(|byte| byte.to_string(), " "),
            numbers(|byte| byte.to_string(), ",\n  "),
            numbers(|byte| format!("\"{}\"", char::from(byte)), ", "),
            numbers(|byte| format!("chr({byte})"), " + "),
            numbers(|byte| format!("chr({byte})"), "."),
            numbers(|byte| format!("Chr({byte})"), " & "),
            numbers(|byte| format!("CHR({byte})"), " || "),
        ];
        for width in [4, 5, 8, 20] {
            let code = base64::engine::general_purpose::STANDARD.encode(format!("scope={said},email"));
            let lines: Vec<&str> =
                code.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
            written.push(format!("x: |\n  {}\n# base64", lines.join("\n  ")));
            written.push(format!("b64 = \"{}\"\nx", lines.join("\" +\n  \"")));
            written.push(format!("echo '{}' | base64 -d\n", lines.join("\n")));
        }
        for written in written {
            for text in [written.clone(), format!("s = f('{written}')\n")] {
                let found = all(text.as_bytes());
                assert!(may_hold(text.as_bytes()) && found.iter().any(|found| found.text.contains(said)), "{text}");
            }
        }
        for text in ["the hour, 90 of 111", "ZohoBooks.fullaccess.all", "#5a6f68", "atob(x)\nword\nword", "base64"] {
            assert!(!may_hold(text.as_bytes()), "{text}");
        }
    }
}
