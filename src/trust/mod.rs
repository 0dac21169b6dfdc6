//! How far estimates can be trusted: intervals by the bootstrap, what labels that tell nothing would show, and what is
//! found in data that are made from the user's own.

mod bootstrap;
mod controls;
mod permutation;
mod quantities;

pub use bootstrap::{Interval, Intervals, MOST_DRAWS, bootstrap};
pub use controls::{Control, ControlResult, Controls, controls, controls_with_progress};
pub use permutation::{MOST_PERMUTATIONS, Null, permutation_null, permutation_null_with_progress};
pub use quantities::Quantities;
