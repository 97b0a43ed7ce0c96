//! Readers of granted scopes: what the token endpoint answered, as it was received, logged, stored or exported.
//!
//! Everything here is pure: texts in, grants out, each with the place where it was read. A response without `scope` is
//! an *unknown* grant, never an empty one: Zoho leaves the key out in about a third of its answers. An answer that is
//! no token response is a *failed* grant that says what it is. Every field of a record that holds scopes counts, and what
//! programs would read differently (a key that stands twice, cells beyond the header) is not evaluated. Nothing is dropped
//! in silence.
//!
//! ```
//! use zscope::input::token::{State, read_tokens};
//! use zscope::text::Sources;
//!
//! let text = "{\"scope\": \"ZohoBooks.invoices.READ email\", \"api_domain\": \"https://www.zohoapis.eu\"}";
//! let mut sources = Sources::default();
//! let read = read_tokens("tokens.json", text, &mut sources);
//! let grant = &read.grants[0];
//! assert_eq!((grant.state.clone(), grant.request.items.len()), (State::Known, 2));
//! assert_eq!(grant.data_centre, Some("eu"));
//! ```

mod failure;
mod fields;
mod grant;
mod lists;
mod read;
mod record;
mod refusal;
mod rows;
mod shape;
mod skim;
mod table;

pub use failure::Failure;
pub use grant::{Grant, Origin, Stale, StaleForm, State};
pub use read::{Kind, kind_of, read_tokens};
pub use record::{Read, read_line, read_record, refusal};
pub use refusal::{Refusal, answer_of};
pub use table::Header;

pub(crate) use record::unnamed;
pub(crate) use rows::{Row, TableReader};
pub(crate) use skim::{Facts, Skimmer, is_clear};
pub(crate) use table::{failed, read_row};
