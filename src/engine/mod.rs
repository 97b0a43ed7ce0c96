//! Verdicts: each scope of a request held against a policy.

mod verdict;

pub use verdict::{Decider, Judged, Outcome, Verdict, Witness, judge, judge_request, passes};
