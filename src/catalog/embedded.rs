//! The catalog inside the binary. The table is written by the build script.

use std::borrow::Cow;

use super::calls::packed::Packed as Index;
use super::model::{Endpoint, Endpoints, Service};

include!(concat!(env!("OUT_DIR"), "/catalog.rs"));

/// One service as the build script packed it.
#[derive(Debug)]
pub(super) struct Packed {
    /// Its name, canonical spelling.
    pub(super) name: &'static str,
    /// Other names under which it was seen.
    pub(super) aliases: &'static [&'static str],
    /// Its one-word scopes.
    pub(super) words: &'static [&'static str],
    /// How many calls it has.
    pub(super) count: usize,
    facts: &'static [u8],
    calls: &'static [u8],
}

impl Packed {
    /// The facts. The blob was written by the same version of the same types, so decoding cannot fail; a test decodes
    /// every one.
    #[expect(clippy::expect_used, reason = "the build script wrote it")]
    pub(super) fn facts(&self) -> Service {
        postcard::from_bytes(self.facts).expect("the packed facts of a service can be read")
    }

    /// The calls.
    #[expect(clippy::expect_used, reason = "the build script wrote them")]
    pub(super) fn calls(&self) -> Endpoints {
        postcard::from_bytes(self.calls).expect("the packed calls of a service can be read")
    }

    /// The call that begins at a place of the packed calls.
    #[expect(clippy::expect_used, reason = "the build script wrote it, and the place")]
    pub(super) fn call(&self, at: usize) -> Endpoint {
        let bytes = self.calls.get(at..).unwrap_or(&[]);
        postcard::take_from_bytes(bytes).expect("a packed call can be read").0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_blob_decodes() {
        for packed in SERVICES {
            let service: Service = postcard::from_bytes(packed.facts).unwrap();
            assert_eq!(service.name, packed.name);
            assert_eq!(packed.calls().calls.len(), packed.count);
        }
    }
}
