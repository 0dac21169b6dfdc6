//! What the training steps of densities and classifiers have in common.

use super::timing::{Effort, median};
use super::{agree, tolerance};
use lsmi::{Error, Float, Result, Training, TrainingProgress};
use std::ops::ControlFlow;
use std::time::Instant;

/// Samples of a timed training: an epoch has several steps, so that the way to the next batch counts too.
pub const SAMPLES: usize = 1024;

/// Steps that are checked: the second one shows what the first has done.
pub const CHECKED_STEPS: usize = 2;

/// Epochs that do not count.
const WARM_UP: usize = 2;

/// Plain Adam, as [`super::reference::train`] has it.
pub fn settings(batch: usize, epochs: usize) -> Training {
    Training {
        epochs,
        batch,
        learning_rate: 1e-3,
        decay_every: 0,
        decay_factor: 1.0,
        weight_decay: 0.0,
        patience: 0,
        accumulate_gradients: false,
    }
}

/// The median seconds of a step in a training of many epochs, whose settings and observer `fit` is given.
pub fn seconds_per_step(
    samples: usize,
    batch: usize,
    effort: Effort,
    fit: impl FnOnce(&Training, &mut dyn FnMut(TrainingProgress) -> ControlFlow<()>) -> Result<()>,
) -> Result<f64> {
    let mut seconds = Vec::new();
    let (mut first, mut begin) = (Instant::now(), Instant::now());
    let mut observer = |progress: TrainingProgress| {
        if progress.epoch > WARM_UP {
            seconds.push(begin.elapsed().as_secs_f64());
            if effort.suffices(seconds.len(), first) {
                return ControlFlow::Break(());
            }
        } else {
            first = Instant::now();
        }
        begin = Instant::now();
        ControlFlow::Continue(())
    };
    match fit(&settings(batch, 10_000_000), &mut observer) {
        Err(Error::Cancelled) => {}
        other => other?,
    }
    Ok(median(&mut seconds) / samples.div_ceil(batch) as f64)
}

/// The losses before every step, and the parameters after the last.
pub struct Course<'a> {
    pub losses: &'a [f64],
    pub parameters: Vec<f64>,
}

/// Refuses a training that took another course than the reference; gives the sum of its parameters.
///
/// Adam's steps follow the signs of gradients: where one is nearly 0, rounding decides. So it is the way gone as a whole
/// that must agree.
pub fn agrees<T: Float>(
    start: &[f64],
    got: Course<'_>,
    (losses, parameters): (Vec<f64>, Vec<f64>),
) -> Result<f64> {
    for (i, (got, expected)) in got.losses.iter().zip(losses).enumerate() {
        agree(|| format!("loss before step {}", i + 1), *got, expected, tolerance::<T>(1e-5, 1e-12))?;
    }
    let norm = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
    let astray = norm(&got.parameters, &parameters) / norm(&parameters, start);
    agree(|| "way astray over way gone".into(), astray, 0.0, tolerance::<T>(0.02, 1e-6))?;
    Ok(got.parameters.iter().sum())
}
