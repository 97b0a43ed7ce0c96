//! The one integration binary: semantics tables, laws over the whole catalog, the evidence, and the program itself.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod catalog_import;
mod evidence;
mod judging;
mod laws;
mod naive;
mod program;
mod readme;
mod semantics;
