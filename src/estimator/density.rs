//! The training of one density, and its reading of samples that it did not see.

use super::config::Config;
use super::course::Course;
use crate::knife::{MarginalFit, fit_marginal_within, log_density_out_of_fold};
use crate::optim::{Folds, TrainingProgress, TrainingRun};
use crate::rng::Stream;
use crate::{Float, Result, Samples};
use alloc::vec::Vec;
use core::ops::ControlFlow;

/// A density and what it says of samples that it did not see.
pub(super) struct TrainedDensity<T> {
    pub(super) fit: MarginalFit<T>,
    /// log p(x) of every sample by a density that did not see it, nats; empty without folds.
    pub(super) out_of_fold: Vec<f64>,
    /// Whether the budget left some forms out.
    pub(super) is_limited: bool,
}

/// Trains a density of preprocessed samples as the settings say; `held_out` decide when to stop, and `observer` may
/// cancel.
pub(super) fn train_density<T: Float>(
    config: &Config,
    x: Samples<'_, T>,
    (name, mut stream): (&str, Stream),
    (held_out, folds): (&[usize], Option<&Folds>),
    observer: &mut dyn FnMut(TrainingProgress) -> ControlFlow<()>,
) -> Result<TrainedDensity<T>> {
    let (training, options) = (config.density_training(), config.density_options());
    let mut course = Course::new(folds, observer);
    let mut observe = |progress| course.training(progress);
    let run =
        TrainingRun { name, training: &training, held_out, stream: &mut stream, observer: &mut observe };
    let (start, budget) = (config.start, config.budget_of_model());
    let (fit, is_limited) = fit_marginal_within(x, None, &options, start, run, budget)?;
    let out_of_fold = match folds {
        Some(folds) => {
            // The folds tell of themselves.
            let mut nobody = |_| ControlFlow::Continue(());
            let run = TrainingRun {
                name,
                training: &training,
                held_out,
                stream: &mut stream,
                observer: &mut nobody,
            };
            let mut read = |done| course.reading(done);
            log_density_out_of_fold(x, &fit, &options, start, folds, run, &mut read)?
        }
        None => Vec::new(),
    };
    Ok(TrainedDensity { fit, out_of_fold, is_limited })
}
