//! Networks for p(y|x): from no hidden layer (a linear classifier) to any number of them.

mod fit;
mod network;
mod passes;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

pub(crate) use network::{check_targets, class_of};

pub use fit::{NetworkFit, fit_network};
pub use network::{Activation, Layer, Network, NetworkGradient, NetworkOptions};
