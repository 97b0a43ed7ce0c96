//! The inventory: which grants a live audit asks the token endpoint about, and where their secrets lie.
//!
//! An inventory is YAML. It never holds a secret itself but says where each is found: in an environment variable, in a
//! file, or in what a program prints. Like a policy it is decoded from the spanned tree of [`crate::yaml`], so that
//! everything wrong with it is told at once and at its place. Nothing here touches a file or the environment.
//!
//! ```
//! use std::path::Path;
//! use zscope::live::inventory;
//! use zscope::text::Sources;
//!
//! let text = "\
//! version: 1
//! apps:
//!   invoice-sync:
//!     data-center: eu
//!     client-id: 1000.GMB0YULZHJK411248S8I5GZ4CHUEX0
//!     client-secret: env:INVOICE_SYNC_SECRET
//!     refresh-token: file:secrets/invoice-sync.token
//! ";
//! let inventory = inventory::load(Path::new("inventory.yaml"), text, &mut Sources::default())?;
//! assert_eq!(inventory.grants[0].label(), "invoice-sync@eu");
//! assert_eq!(inventory.grants[0].server.accounts, "https://accounts.zoho.eu");
//! # Ok::<(), inventory::InventoryErrors>(())
//! ```

mod decode;
mod layer;
mod model;
mod secrets;
mod server;
#[cfg(test)]
mod tests;
mod whereabouts;

pub use decode::{InventoryErrors, load};
pub use model::{ClientId, Grant, GrantType, Inventory, Requested, Server};
pub use whereabouts::Whereabouts;
