//! A least-privilege linter and auditor for Zoho OAuth scopes.
//!
//! It knows what Zoho's scopes give, reads a policy that says what an application may have, and holds the one against
//! the other. The program `zscope` is a thin shell over this library.
//!
//! ```
//! use zscope::{access, catalog::Catalog, scope::Scope};
//!
//! let catalog = Catalog::embedded();
//! let wide: Scope = "ZohoBooks.fullaccess.all".parse()?;
//! let narrow: Scope = "ZohoBooks.invoices.READ".parse()?;
//! assert!(access::covers(&catalog, &wide, &narrow));
//! assert!(!access::covers(&catalog, &narrow, &wide));
//! # Ok::<(), zscope::scope::Malformed>(())
//! ```

pub mod access;
pub mod catalog;
pub mod cli;
pub mod finding;
pub mod import;
pub mod input;
pub mod judge;
pub mod live;
pub mod policy;
pub mod report;
pub mod review;
pub mod rules;
pub mod scope;
pub mod secret;
pub mod text;
pub mod yaml;
