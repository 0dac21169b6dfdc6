//! The class probabilities of every sample under networks that did not see it.

use super::fit::{fit_split, sizes};
use super::passes::Form;
use super::trials::log_probabilities;
use super::{Network, NetworkOptions, Reserve, class_counts};
use crate::optim::{Folds, Split, TrainingRun};
use crate::rng::Stream;
use crate::simd::Level;
use crate::{Float, Result, Samples};
use alloc::vec::Vec;
use core::ops::ControlFlow;

/// log p(y|x) of every sample and class, n×C in C order, nats, under networks that were fitted to the other folds; what
/// `run` holds out decides when to stop, less the fold's samples. `observer` learns how many folds are done.
pub(crate) fn log_probabilities_out_of_fold<T: Float>(
    x: Samples<'_, T>,
    (targets, classes): (&[usize], usize),
    options: &NetworkOptions,
    folds: &Folds,
    run: TrainingRun<'_>,
    observer: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> Result<Vec<f64>> {
    let sizes = sizes(x.features(), options, classes)?;
    let form = Form { sizes: &sizes, activation: options.activation, level: Level::best() };
    let TrainingRun { name, training, held_out, stream, .. } = run;
    let seed = stream.below(1 << 31) as u64;
    let counts = class_counts(targets, classes);
    let reserve = Reserve::new(&counts);
    let read =
        |fold: usize, split: &Split, report: &mut dyn FnMut() -> ControlFlow<()>| -> Result<Vec<f64>> {
            let mut observer = |_| report();
            let (stream, observer) = (&mut Stream::new(seed, fold as u64), &mut observer);
            let run = TrainingRun { name, training, held_out: &[], stream, observer };
            let (parameters, _) = fit_split(form, x, (targets, None), &split.without(held_out), run)?;
            let network = Network::from_flat(options.clone(), sizes.clone(), parameters);
            let mut log_p = log_probabilities(&network, x, &split.validation);
            reserve.level_unseen(split.training.iter().map(|&i| targets[i]), &mut log_p);
            Ok(log_p)
        };
    folds.read(classes, read, observer)
}
