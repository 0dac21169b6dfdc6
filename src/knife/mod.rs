//! KNIFE: a learned Gaussian mixture as density, whose mean surprisal estimates an entropy (Pichler et al. 2022).

mod columns;
mod conditional;
mod cross_fit;
mod fit;
mod layout;
mod marginal;
mod mixture;
mod prepared;
#[cfg(test)]
mod reference;
mod refit;
mod selection;
#[cfg(test)]
mod tests;

pub use conditional::{
    Conditional, ConditionalFit, ConditionalGradient, ConditionalOptions, ConditionalParameters, HiddenLayer,
    NetOptions, NetParameters, fit_conditional,
};
pub(crate) use cross_fit::log_density_out_of_fold;
pub(crate) use fit::fit_marginal_within;
pub use fit::{MarginalFit, Start, fit_marginal, refine_marginal};
pub use layout::{Diagonal, MarginalOptions, MarginalParameters, Triangle};
pub use marginal::{Marginal, MarginalGradient};
pub(crate) use refit::log_density_of_weighted;
pub use selection::Candidate;
