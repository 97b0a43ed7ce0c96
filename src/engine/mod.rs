//! Verdicts: each scope of a request held against a policy. And imports held against the catalog.

mod entries;
mod imported;
mod nothing;
mod shift;
mod table;
mod verdict;

pub use crate::policy::Verdict;
pub use imported::{Changed, Differences, Relation, imported};
pub use nothing::denials_of_nothing;
pub use shift::{Shift, shifts};
pub use table::{Judge, Table};
pub(crate) use verdict::judge_item;
pub use verdict::{Decider, Judged, Memory, Reasons, Witness, judge_request, judge_request_again};
