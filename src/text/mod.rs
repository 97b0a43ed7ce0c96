//! Texts: where they come from, places in them, percent-encoding, digests.

pub mod digest;
pub(crate) mod percent;
mod source;

pub(crate) use source::characters;
pub use source::{Piece, Place, Position, Problem, Source, SourceId, Sources, Span};
