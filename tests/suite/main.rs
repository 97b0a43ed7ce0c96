//! The one integration binary: semantics tables, laws over the whole catalog, the evidence, and the program itself.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod catalog_commands;
mod catalog_import;
mod evidence;
mod formats;
mod html;
mod judging;
mod laws;
mod naive;
mod policies;
mod program;
mod readme;
mod run;
mod semantics;
mod shell;
mod who;
