//! Verdicts: each scope of a request held against a policy. And imports held against the catalog.

mod imported;
mod shift;
mod verdict;

pub use crate::policy::Verdict;
pub use imported::{Changed, Differences, Relation, imported};
pub use shift::{Shift, shifts};
pub(crate) use verdict::judge_item;
pub use verdict::{
    Decider, Judged, Memory, Outcome, Witness, judge, judge_request, judge_request_again, passes, verdict,
};
