//! The policy: what an application may have, who answers for exceptions, and how much each rule matters.
//!
//! A policy is YAML, decoded from the spanned tree of [`crate::yaml`], so that everything wrong with a file, and with
//! the files it extends, is told at once and at its place. Nothing here touches a file: texts come from the caller.
//!
//! ```
//! use std::path::Path;
//! use zscope::policy::{self, Effect, Top};
//! use zscope::text::Sources;
//!
//! let text = "version: 1\nallow:\n  - ZohoBooks.invoices.READ\n".to_owned();
//! let top = Top::File { path: Path::new("zscope.yaml"), text };
//! let read = |path: &Path| Err(format!("{} does not exist", path.display()));
//! let policy = policy::load(top, &read, &[], &mut Sources::default())?;
//! assert_eq!(policy.default, Effect::Deny);
//! assert!(policy.allow[0].pattern.matches(&"zohobooks.Invoices.read".parse()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod builtin;
mod decode;
mod discover;
mod entries;
mod entry;
pub(crate) mod fields;
mod files;
#[cfg(test)]
mod fixture;
mod model;
mod resolve;
mod rule_pages;
mod secrets;
mod trial;
mod unknown_grants;
mod verdict;
mod waiver;

pub use discover::names_in;
pub use files::is_policy;
pub use model::{
    App, CallEntry, Comments, DataOverride, Effect, Effective, Entry, Expectation, Level, LevelSetting, Levels, Origin,
    Policy, PolicyTest, Review, Spanned, UnknownGrant,
};
pub use resolve::{PolicyErrors, Top, load};
pub use rule_pages::RulePages;
pub use trial::load_tests;
pub use verdict::Verdict;
pub use waiver::{EXPIRING_WITHIN_DAYS, Waiver, WaiverState};
