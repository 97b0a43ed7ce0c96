//! What a secret of Zoho's looks like, and what is shown in its place.

mod hidden;
mod mask;
mod redact;

pub use hidden::Secret;
pub(crate) use mask::{masked, suspicious};
pub use redact::redact;

/// Whether a text is a client id, which is no secret: `1000.` (the last digit differs between kinds of clients) and
/// thirty capital letters and digits. The form is that of the client ids in the vendor's own samples.
pub(crate) fn is_client_id(text: &str) -> bool {
    let Some((prefix, rest)) = text.split_once('.') else { return false };
    let kind = prefix.strip_prefix("100").is_some_and(|digit| matches!(digit.as_bytes(), [b'0'..=b'9']));
    kind && rest.len() == 30 && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
