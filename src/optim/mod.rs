//! Adam, its schedule, and the one training loop that densities and classifiers share.

mod adam;
mod folds;
mod train;

pub(crate) use adam::{Adam, Group};
pub(crate) use folds::Folds;
pub(crate) use train::{Descent, Objective, Split, mean_weight, train};
pub use train::{History, TrainingProgress, TrainingRun};

use crate::{Error, Result};
use alloc::format;
use alloc::string::ToString;
use serde::{Deserialize, Serialize};

/// How a density or a classifier is trained: Adam (β₁ = 0.9, β₂ = 0.999, ε = 1e-8) on mini-batches of a seeded
/// shuffle, under a step schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// Passes over the training samples, at most.
    pub epochs: usize,
    /// Samples per step; the last batch of a pass may be smaller.
    pub batch: usize,
    /// Step size of Adam.
    pub learning_rate: f64,
    /// Epochs between two reductions of the learning rate; 0 keeps it.
    pub decay_every: usize,
    /// Factor of each reduction.
    pub decay_factor: f64,
    /// Decoupled weight decay: a step first scales weights by 1 − learning_rate · weight_decay. It acts on the
    /// weights of networks and the triangular part of densities; biases, means, diagonals and logits are free.
    pub weight_decay: f64,
    /// Epochs without a better validation loss after which training stops and the best state is restored;
    /// 0 runs all epochs and keeps the last state.
    pub patience: usize,
    /// A quirk of the released program: gradients are never cleared, so that each step follows the sum of all
    /// gradients so far.
    pub accumulate_gradients: bool,
}

impl Training {
    /// Refuses values that no training can use; `field` prefixes the setting's name.
    pub(crate) fn check(&self, field: &str) -> Result<()> {
        let fail = |key: &str, expected: &str, got: f64| {
            Err(Error::Setting {
                field: format!("{field}{key}"),
                expected: expected.into(),
                got: got.to_string(),
            })
        };
        if self.batch == 0 {
            return fail("batch", "at least 1", 0.0);
        }
        let rate = self.learning_rate;
        if !(rate.is_finite() && rate > 0.0) {
            return fail("learning_rate", "a finite number above 0", rate);
        }
        if !(self.decay_factor > 0.0 && self.decay_factor <= 1.0) {
            return fail("decay_factor", "a number above 0, at most 1", self.decay_factor);
        }
        if !(self.weight_decay >= 0.0 && self.weight_decay * rate < 1.0) {
            return fail("weight_decay", "a number from 0 to below 1/learning_rate", self.weight_decay);
        }
        Ok(())
    }
}
