//! Secrets in base64, as Kubernetes keeps them under `data:` and as headers carry a client: what they decode to is
//! looked at, so that nothing is guessed.

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::shapes::{CODED_TOKEN, SecretKind, Shape};
use super::signs::{NAME, Sign, Signs};

/// Padding is left out by some, and cut off by others.
const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
const FOR_URLS: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);

/// Hexadecimal digits in base64, after a word for a secret.
static FORMS: [Shape<()>; 2] = [
    Shape::new((), Sign::Exact(b"MTAw"), CODED_TOKEN),
    Shape::new(
        (),
        Sign::Words(NAME),
        r"secret BESIDE ( (?-i: (?: [MNOYZ][0-9A-Za-z]{3} ){13,15} [0-9A-Za-z]{0,3} ) ={0,2} ) (?: [^0-9a-z+/=] | $ )",
    ),
];

/// A secret in base64.
pub(super) struct Encoded {
    pub(super) kind: SecretKind,
    pub(super) range: Range<usize>,
    /// What is secret of what it stands for.
    pub(super) plain: Vec<u8>,
}

/// Every secret in base64, in no order.
pub(super) fn find(text: &[u8]) -> Vec<Encoded> {
    let signs = Signs::of(text);
    let mut found = Vec::new();
    for form in FORMS.iter().filter(|form| signs.has(&form.sign)) {
        for group in form.all(text).filter_map(|captures| captures.get(1)) {
            if let Some((kind, plain)) = decoded(group.as_bytes()) {
                found.push(Encoded { kind, range: group.range(), plain });
            }
        }
    }
    found
}

/// What a text in base64 stands for, where that is a secret of Zoho's.
fn decoded(coded: &[u8]) -> Option<(SecretKind, Vec<u8>)> {
    let bytes = STANDARD.decode(coded).or_else(|_| FOR_URLS.decode(coded)).ok()?;
    let plain = bytes.trim_ascii();
    let is_hex = |part: &[u8]| part.iter().all(u8::is_ascii_hexdigit);
    let is_secret = |part: &[u8]| (40..=44).contains(&part.len()) && is_hex(part);
    if is_secret(plain) {
        return Some((SecretKind::ClientSecret, plain.to_vec()));
    }
    let rest = plain.get(5..).filter(|_| plain.get(4) == Some(&b'.'))?;
    // A client with its secret, as a header has it.
    if let Some((client, secret)) = rest.split_at_checked(30)
        && let Some(secret) = secret.strip_prefix(b":").filter(|secret| is_secret(secret))
        && client.iter().all(u8::is_ascii_alphanumeric)
    {
        return Some((SecretKind::ClientSecret, secret.to_vec()));
    }
    let mut halves = rest.split(|&byte| byte == b'.');
    let is_half = |half: Option<&[u8]>| half.is_some_and(|half| half.len() == 32 && is_hex(half));
    let is_token = is_half(halves.next()) && is_half(halves.next()) && halves.next().is_none();
    is_token.then(|| (SecretKind::Token, plain.to_vec()))
}
