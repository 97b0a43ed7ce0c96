//! What a secret of Zoho's looks like, and what is shown in its place.

mod hidden;
mod mask;
mod redact;

pub use hidden::Secret;
pub(crate) use mask::{masked, suspicious};
pub use redact::redact;
