//! The catalog inside the binary. The table is written by the build script.

use std::borrow::Cow;

use super::calls::packed::Packed as Index;
use super::model::{Endpoint, Endpoints, Service};
use super::needed::Needed;

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
    needs: &'static [u8],
}

impl Packed {
    /// The facts.
    pub(super) fn facts(&self) -> Service {
        decoded(self.name, self.facts)
    }

    /// The calls.
    pub(super) fn calls(&self) -> Endpoints {
        decoded(self.name, self.calls)
    }

    /// What the calls need.
    pub(super) fn needed(&self) -> Needed {
        decoded(self.name, self.needs)
    }

    /// The call that begins at a place of the packed calls.
    pub(super) fn call(&self, at: usize) -> Endpoint {
        decoded(self.name, self.calls.get(at..).unwrap_or(&[]))
    }
}

/// What a blob holds. A program whose catalog is damaged judges nothing: an empty service would let everything pass.
#[expect(clippy::panic, reason = "the build script wrote the blob with the same types; a test decodes every one")]
fn decoded<T: serde::de::DeserializeOwned>(name: &str, blob: &[u8]) -> T {
    match postcard::from_bytes(blob) {
        Ok(value) => value,
        Err(error) => panic!("the catalog of `{name}` inside the program is damaged: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "the catalog of `ZohoBooks` inside the program is damaged")]
    fn a_damaged_blob_is_no_empty_service() {
        let _: Service = decoded("ZohoBooks", &[7, 1]);
    }

    #[test]
    fn every_blob_decodes() {
        for packed in SERVICES {
            let service: Service = postcard::from_bytes(packed.facts).unwrap();
            assert_eq!(service.name, packed.name);
            let (calls, needed) = (packed.calls().calls, packed.needed());
            assert_eq!((calls.len(), needed.calls().len()), (packed.count, packed.count));
            // Where each begins is known.
            let found = needed.calls().iter().map(|call| packed.call(call.at as usize).call());
            assert!(calls.iter().map(Endpoint::call).eq(found), "{}", packed.name);
        }
    }
}
