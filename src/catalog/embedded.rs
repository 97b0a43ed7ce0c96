//! The catalog inside the binary. The table is written by the build script.

use super::model::{Endpoints, Service};

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
    facts: &'static [u8],
    calls: &'static [u8],
}

impl Packed {
    /// The facts.
    pub(super) fn facts(&self) -> Service {
        unpacked(self.facts)
    }

    /// The calls.
    pub(super) fn calls(&self) -> Endpoints {
        unpacked(self.calls)
    }
}

/// A service that could not be read would be one that reaches nothing, and nobody would notice.
#[expect(clippy::expect_used, reason = "the build script wrote the blob from the same types")]
fn unpacked<T: serde::de::DeserializeOwned>(blob: &[u8]) -> T {
    postcard::from_bytes(blob).expect("a blob of the embedded catalog decodes: it was packed by this very build")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_blob_decodes() {
        for packed in SERVICES {
            let service: Service = postcard::from_bytes(packed.facts).unwrap();
            assert_eq!(service.name, packed.name);
            let _: Endpoints = postcard::from_bytes(packed.calls).unwrap();
        }
    }
}
