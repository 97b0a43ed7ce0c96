//! Verdicts: each scope of a request held against a policy, and the edits that would put a request right.

mod fix;
mod shift;
mod verdict;

pub use crate::policy::Verdict;
pub use fix::{applied, edits};
pub use shift::{Shift, shifts};
pub(crate) use verdict::judge_item;
pub use verdict::{
    Decider, Judged, Memory, Outcome, Witness, judge, judge_request, judge_request_again, passes, verdict,
};
