//! How far estimates can be trusted: intervals by the bootstrap, what labels that tell nothing would show, how far
//! readings by other folds lie apart, and what is found in data that are made from the user's own.

mod bootstrap;
mod controls;
mod permutation;
mod quantities;
mod spread;

pub use bootstrap::{Interval, Intervals, MOST_DRAWS, bootstrap, intervals, mean_interval};
pub use controls::{Control, ControlLeftOut, ControlResult, Controls, controls, controls_with_progress};
pub use permutation::{
    MOST_PERMUTATIONS, Null, continue_permutation_null, permutation_null, permutation_null_with_progress,
};
pub use quantities::Quantities;
pub(crate) use quantities::of_sample;
pub use spread::{MOST_REPEATS, Spread, spread, spread_with_progress};
