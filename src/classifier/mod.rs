//! Networks for p(y|x): from no hidden layer (a linear classifier) to any number of them.

mod cross_fit;
mod fit;
mod joined;
mod network;
mod passes;
mod projection;
#[cfg(test)]
mod reference;
mod selection;
mod stack;
#[cfg(test)]
mod tests;
mod trials;

pub(crate) use cross_fit::log_probabilities_out_of_fold;
pub(crate) use network::{check_targets, class_of};
pub(crate) use selection::fit_selected;
pub(crate) use trials::Data;

pub use fit::{NetworkFit, fit_network};
pub use network::{Activation, Layer, Network, NetworkGradient, NetworkOptions};
pub use selection::NetworkCandidate;
