//! Scores and training steps of a density.

use super::data::{density, normals};
use super::reference::{Mixture, train};
use super::timing::{Effort, median_seconds};
use super::training::{Course, agrees, seconds_per_step, settings};
use super::{Timed, agree, tolerance};
use lsmi::knife::{Marginal, MarginalParameters, refine_marginal};
use lsmi::rng::Stream;
use lsmi::{Float, Result, Samples, TrainingRun};

/// Samples that are checked.
const CHECKED: usize = 16;

pub fn score<T: Float>((d, modes, n): (usize, usize, usize), effort: Effort) -> Result<Timed> {
    let mut stream = Stream::new(1, 0);
    let density = density::<T>(&mut stream, d, modes)?;
    let numbers: Vec<T> = normals(&mut stream, n * d, 1.0);
    let x = Samples::from_rows("x", &numbers, d)?;
    let mut out = vec![T::zero(); n];
    density.log_density(x, &mut out)?;
    let reference = Mixture { d, modes };
    let parameters = flat(&density.parameters());
    for i in (0..n).step_by(n.div_ceil(CHECKED)) {
        let sample: Vec<f64> = x.sample(i).iter().map(|v| v.f64()).collect();
        let expected = reference.log_density(&parameters, &sample);
        agree(|| format!("log p of sample {i}"), out[i].f64(), expected, tolerance::<T>(1e-5, 1e-12))?;
    }
    let checksum = out.iter().map(|v| v.f64()).sum();
    let seconds = median_seconds(effort, || {
        density.log_density(x, &mut out).expect("the shapes fit, as above");
    });
    Ok(Timed { seconds, checksum })
}

pub fn step<T: Float>((d, modes, batch): (usize, usize, usize), effort: Effort) -> Result<Timed> {
    let mut stream = Stream::new(1, 0);
    let density = density::<T>(&mut stream, d, modes)?;
    let numbers: Vec<T> = normals(&mut stream, super::training::SAMPLES.max(batch) * d, 1.0);
    let x = Samples::from_rows("x", &numbers, d)?;
    let checksum = check_step(&density, x.range(0, batch))?;
    let seconds = seconds_per_step(x.samples(), batch, effort, |training, observer| {
        let run = TrainingRun { name: "density", training, held_out: &[], stream: &mut stream, observer };
        refine_marginal(&density, x, None, run).map(drop)
    })?;
    Ok(Timed { seconds, checksum })
}

/// A few steps on one batch against the reference; gives the sum of the parameters after them.
fn check_step<T: Float>(density: &Marginal<T>, x: Samples<'_, T>) -> Result<f64> {
    let training = settings(x.samples(), super::training::CHECKED_STEPS);
    let run = TrainingRun {
        name: "density",
        training: &training,
        held_out: &[],
        stream: &mut Stream::new(2, 0),
        observer: &mut |_| std::ops::ControlFlow::Continue(()),
    };
    let fit = refine_marginal(density, x, None, run)?;
    let samples: Vec<Vec<f64>> = x.iter().map(|x| x.iter().map(|v| v.f64()).collect()).collect();
    let reference = Mixture { d: density.features(), modes: density.options().modes };
    let start = flat(&density.parameters());
    let expected = train(&start, &training, |parameters| reference.gradient(parameters, &samples));
    agrees::<T>(
        &start,
        Course { losses: &fit.history.losses, parameters: flat(&fit.density.parameters()) },
        expected,
    )
}

/// All parameters one after the other, as [`Mixture`] has them.
fn flat<T: Float>(parameters: &MarginalParameters<T>) -> Vec<f64> {
    let MarginalParameters { means, log_diagonal, triangle, logits } = parameters;
    [means, log_diagonal, triangle, logits].into_iter().flatten().map(|v| v.f64()).collect()
}
