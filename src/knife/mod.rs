//! KNIFE: a learned Gaussian mixture as density, whose mean surprisal estimates an entropy (Pichler et al. 2022).

mod columns;
mod cross_fit;
mod fit;
mod layout;
mod marginal;
mod mixture;
mod prepared;
#[cfg(test)]
mod reference;
mod selection;
#[cfg(test)]
mod tests;

pub(crate) use cross_fit::log_density_out_of_fold;
pub use fit::{MarginalFit, Start, fit_marginal, refine_marginal};
pub use layout::{Diagonal, MarginalOptions, MarginalParameters, Triangle};
pub use marginal::{Marginal, MarginalGradient};
pub use selection::Candidate;
