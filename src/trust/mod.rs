//! How far estimates can be trusted: intervals by the bootstrap, and what labels that tell nothing would show.

mod bootstrap;
mod permutation;
mod quantities;

pub use bootstrap::{Interval, Intervals, MOST_DRAWS, bootstrap};
pub use permutation::{MOST_PERMUTATIONS, Null, permutation_null, permutation_null_with_progress};
pub use quantities::Quantities;
