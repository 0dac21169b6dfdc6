//! The log-density of every sample under a fit that did not see it.

use super::fit::{Data, Form, fit_from, starting};
use super::layout::Layout;
use super::mixture::Weighted;
use super::selection::likeliest;
use super::{MarginalFit, MarginalOptions, Start};
use crate::optim::{Folds, Split, TrainingRun};
use crate::rng::Stream;
use crate::simd::Level;
use crate::{Float, Result, Samples, Training};
use alloc::{vec, vec::Vec};
use core::ops::ControlFlow;

/// Starts of the expectation–maximisation of which the likeliest counts, where the form was validated.
const STARTS: usize = 2;

/// The log-density, nats, of every sample under a density of the form of `fit` that was fitted to the other folds, as
/// `fit` was to all: from the same kind of start, with the same settings. What `run` holds out decides when to stop,
/// less the fold's samples; with [`Start::Validated`] it is the form and the epochs of `fit`, which no label and no
/// single sample decides.
pub(crate) fn log_density_out_of_fold<T: Float>(
    x: Samples<'_, T>,
    fit: &MarginalFit<T>,
    options: &MarginalOptions,
    start: Start,
    folds: &Folds,
    run: TrainingRun<'_>,
    observer: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> Result<Vec<f64>> {
    let data = Data { x, weights: None };
    let validated = start == Start::Validated;
    let options = if validated { fit.density.options() } else { options };
    let TrainingRun { name, training, held_out, stream, .. } = run;
    let seed = stream.below(1 << 31) as u64;
    let again = match validated {
        true => Training { epochs: fit.history.best_epoch, patience: 0, ..training.clone() },
        false => training.clone(),
    };
    let read =
        |fold: usize, split: &Split, report: &mut dyn FnMut() -> ControlFlow<()>| -> Result<Vec<f64>> {
            let form: Form<'_> = (options, Layout::new(options, x.features())?, Level::best());
            // Streams before are those of the starts.
            let mut stream = Stream::new(seed, (STARTS + fold) as u64);
            let inner = if validated { split.without(&[]) } else { split.without(held_out) };
            let parameters = match validated {
                true => likeliest(&form, &Weighted::of(data, &inner.training), STARTS, seed).0,
                false => starting(start, &form, data, &inner.training, &mut stream),
            };
            let mut observer = |_| report();
            let (stream, observer) = (&mut stream, &mut observer);
            let run = TrainingRun { name, training: &again, held_out: &[], stream, observer };
            let density = fit_from(parameters, form, data, inner, run)?.density;
            let gathered = Weighted::of(data, &split.validation);
            let mut out = vec![T::zero(); split.validation.len()];
            density.log_density(gathered.x(), &mut out)?;
            Ok(out.iter().map(|value| value.f64()).collect())
        };
    folds.read(1, read, observer)
}
