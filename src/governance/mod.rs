//! What a policy is worth: its tests, with the changes that none of them notices; its faults; and what a change of it
//! lets in.

mod comparison;
mod mutants;
mod trial;

pub use comparison::{Change as AccessChange, Comparison, Direction, Setting, compare};
pub use mutants::{Change, Mutant, Mutation, mutate};
pub use trial::{Answer, Case, Covered, EntryKind, Trial};
