//! Networks for p(y|x): from no hidden layer (a linear classifier) to any number of them.

mod budget;
mod canonical;
mod cross_fit;
mod discriminant;
mod expansion;
mod fit;
mod forms;
mod joined;
mod kernel;
mod network;
mod passes;
mod present;
mod projection;
#[cfg(test)]
mod reference;
mod reserve;
mod response;
mod selection;
mod stack;
#[cfg(test)]
mod tests;
mod trials;

pub(crate) use cross_fit::log_probabilities_out_of_fold;
pub(crate) use network::{check_targets, class_of};
pub(crate) use present::PresentClasses;
pub(crate) use reserve::{Reserve, class_counts};
pub(crate) use response::Response;
pub(crate) use selection::fit_selected;
pub(crate) use trials::Data;

pub use expansion::{Expansion, ExpansionParameters};
pub use fit::{NetworkFit, fit_network};
pub use network::{Activation, Layer, Network, NetworkGradient, NetworkOptions};
pub use selection::{NetworkCandidate, NetworkKind};

/// The form of a linear classifier.
fn linear_options() -> NetworkOptions {
    NetworkOptions { hidden: alloc::vec::Vec::new(), activation: Activation::Relu }
}
