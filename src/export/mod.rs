//! A policy as a script for other engines: SQL for a warehouse, Rego for a policy agent.
//!
//! What a policy says of a scope depends on its parts alone, and of all texts that may stand there it can tell only so many
//! apart. [`decisions`] walks the parts that entries, waivers and the catalog name, has one scope of each kind judged by the
//! program itself, and joins what is judged alike: what comes out is a table of steps from state to state, a part at a time,
//! with a way for names that nobody knows. So a script judges a custom module, an unknown service or a text that is no
//! scope by the same table as a scope of the catalog, and holds no second copy of the rules. No token holds what a program
//! fills in at run time (`{module}`): in a script that is no scope, which passes nowhere.

mod answers;
mod dialect;
mod form;
mod kinds;
mod names;
mod rego;
mod sql;
mod states;

pub use answers::Answer;
pub use dialect::Dialect;
pub use names::OTHER;
pub use rego::{About, rego};
pub use sql::{Options, sql};
pub use states::{Decisions, START, State, decisions};
