//! The one integration binary: semantics tables, laws over the whole catalog, the evidence, and the program itself.

mod evidence;
mod judging;
mod laws;
mod naive;
mod program;
mod semantics;
