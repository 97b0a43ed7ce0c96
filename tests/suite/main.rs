//! The one integration binary: semantics tables, laws over the whole catalog, the evidence, and the program itself.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod accepted;
mod audit;
mod author;
mod base;
#[cfg(feature = "online")]
mod canary;
mod catalog_commands;
mod catalog_import;
mod container;
mod disguises;
mod environment;
mod evidence;
mod export;
mod field;
mod fixes;
mod formats;
mod gate;
mod html;
mod init;
mod injection;
mod interrupted;
mod judging;
mod kinds;
mod laws;
mod least;
#[cfg(feature = "online")]
mod live;
mod loosened;
mod lsp;
mod mcp;
mod naive;
mod policies;
mod policy_commands;
mod policy_diff;
mod policy_init;
mod policy_lint;
mod program;
mod reading;
mod readme;
mod reports;
mod rooms;
mod run;
mod scan;
mod scan_corpus;
mod scan_files;
mod schemas;
mod semantics;
mod shapes;
mod shell;
mod subjects;
#[cfg(all(unix, feature = "online"))]
mod terminal;
#[cfg(feature = "online")]
mod token_server;
mod token_shapes;
mod ways;
mod who;
mod whole_policies;
