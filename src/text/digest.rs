//! Digests of texts, for telling whether two runs judged by the same policy and catalog.

use std::fmt::Write as _;

use sha2::Sha256;

/// A SHA-256 over texts fed one after the other.
#[derive(Clone, Debug, Default)]
pub struct Digest(Sha256);

impl Digest {
    /// Adds a text.
    pub fn add(&mut self, text: impl AsRef<[u8]>) {
        sha2::Digest::update(&mut self.0, text);
    }

    /// The digest in lower-case hexadecimal: 64 characters.
    #[must_use]
    pub fn hex(&self) -> String {
        sha2::Digest::finalize(self.0.clone()).iter().fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
