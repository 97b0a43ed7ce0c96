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
    /// The facts. The blob was written by the same version of the same types, so decoding cannot fail; a test decodes
    /// every one.
    pub(super) fn facts(&self) -> Service {
        postcard::from_bytes(self.facts).unwrap_or_default()
    }

    /// The calls.
    pub(super) fn calls(&self) -> Endpoints {
        postcard::from_bytes(self.calls).unwrap_or_default()
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
            let _: Endpoints = postcard::from_bytes(packed.calls).unwrap();
        }
    }
}
