//! Training steps of the three classifiers of a model, each of two hidden layers of 64 and two classes.

use super::Timed;
use super::data::normals;
use super::reference::{Perceptron, train};
use super::timing::Effort;
use super::training::{CHECKED_STEPS, Course, SAMPLES, agrees, seconds_per_step, settings};
use lsmi::classifier::{Activation, Network, NetworkOptions, fit_network};
use lsmi::rng::Stream;
use lsmi::{Float, Result, Samples, Training, TrainingProgress, TrainingRun};
use std::ops::ControlFlow;

const HIDDEN: [usize; 2] = [64, 64];
const CLASSES: usize = 2;

pub fn step<T: Float>(d: usize, batch: usize, effort: Effort) -> Result<Timed> {
    let mut sum = Timed { seconds: 0.0, checksum: 0.0 };
    for features in [d, d, 2 * d] {
        let one = network_step::<T>(features, batch, effort)?;
        sum.seconds += one.seconds;
        sum.checksum += one.checksum;
    }
    Ok(sum)
}

fn network_step<T: Float>(d: usize, batch: usize, effort: Effort) -> Result<Timed> {
    let mut stream = Stream::new(1, d as u64);
    let numbers: Vec<T> = normals(&mut stream, SAMPLES.max(batch) * d, 1.0);
    let x = Samples::from_rows("x", &numbers, d)?;
    let y: Vec<i64> = (0..x.samples()).map(|_| stream.below(CLASSES) as i64).collect();
    let checksum = check(x.range(0, batch), &y[..batch])?;
    let seconds = seconds_per_step(x.samples(), batch, effort, |training, observer| {
        fit(x, &y, training, &mut stream, observer).map(drop)
    })?;
    Ok(Timed { seconds, checksum })
}

/// A network and its training losses.
fn fit<T: Float>(
    x: Samples<'_, T>,
    y: &[i64],
    training: &Training,
    stream: &mut Stream,
    observer: &mut dyn FnMut(TrainingProgress) -> ControlFlow<()>,
) -> Result<(Network<T>, Vec<f64>)> {
    let options = NetworkOptions { hidden: HIDDEN.to_vec(), activation: Activation::Relu };
    let run = TrainingRun { name: "classifier", training, held_out: &[], stream, observer };
    let fit = fit_network(x, (y, CLASSES), None, &options, run)?;
    Ok((fit.network, fit.history.losses))
}

/// A few steps on one batch against the reference; gives the sum of the parameters after them.
fn check<T: Float>(x: Samples<'_, T>, y: &[i64]) -> Result<f64> {
    let epochs = |epochs| {
        let training = settings(x.samples(), epochs);
        fit(x, y, &training, &mut Stream::new(2, 0), &mut |_| ControlFlow::Continue(()))
    };
    let (start, _) = epochs(0)?;
    let (network, losses) = epochs(CHECKED_STEPS)?;
    let samples: Vec<Vec<f64>> = x.iter().map(|x| x.iter().map(|v| v.f64()).collect()).collect();
    let reference = Perceptron { sizes: [&[x.features()], &HIDDEN[..], &[CLASSES]].concat() };
    let start = flat(&start);
    let training = settings(x.samples(), CHECKED_STEPS);
    let expected = train(&start, &training, |parameters| reference.gradient(parameters, &samples, y));
    agrees::<T>(&start, Course { losses: &losses, parameters: flat(&network) }, expected)
}

/// All parameters one after the other, as [`Perceptron`] has them.
fn flat<T: Float>(network: &Network<T>) -> Vec<f64> {
    let layers = network.layers();
    layers.iter().flat_map(|layer| layer.weights.iter().chain(&layer.biases)).map(|v| v.f64()).collect()
}
