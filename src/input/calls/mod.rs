//! API calls that a program makes: read from records of them, from descriptions, and from source code.
//!
//! ```
//! use zscope::catalog::Catalog;
//! use zscope::input::calls::Reader;
//! use zscope::text::{Source, Sources};
//!
//! let catalog = Catalog::embedded();
//! let mut sources = Sources::default();
//! let id = sources.add(Source::new("calls.txt", "GET /crm/v8/Leads\nGET /crm/v8/Leads\n"));
//! let seen = Reader::new(&catalog).read(id, sources.get(id));
//! assert_eq!((seen.calls.len(), seen.calls[0].count), (1, 2));
//! ```

mod lines;
mod seen;

pub use seen::{Certainty, Left, Method, SeenCall, SeenCalls, Via};

use crate::catalog::Catalog;
use crate::text::{Source, SourceId};

/// Reads calls from texts of any kind.
#[derive(Debug)]
pub struct Reader<'c> {
    #[expect(dead_code, reason = "the readers of source code look hosts up in it")]
    catalog: &'c Catalog,
}

impl<'c> Reader<'c> {
    /// Knows the hosts and calls of a catalog, overlays included.
    #[must_use]
    pub fn new(catalog: &'c Catalog) -> Self {
        Self { catalog }
    }

    /// Reads a text whose kind is told by what stands in it.
    #[must_use]
    pub fn read(&self, id: SourceId, source: &Source) -> SeenCalls {
        lines::read(id, source.text())
    }
}
