//! A density as other samples would have made it.

use super::Marginal;
use super::fit::{Data, Form};
use super::layout::Layout;
use super::mixture::{Weighted, go_on};
use crate::{Float, Result, Samples};
use alloc::{vec, vec::Vec};

/// Nats per sample that a round of expectation–maximisation gains at least. What moves a density from one resample to
/// another is some parameters per sample, far less than what the choice of a form looks at.
const LEAST_GAIN: f64 = 1e-6;

/// The log-density of every sample, nats, under the mixture that `density` becomes if each sample counts as often as
/// `counts` says: expectation–maximisation goes on from it.
pub(crate) fn log_density_of_weighted<T: Float>(
    density: &Marginal<T>,
    x: Samples<'_, T>,
    counts: &[T],
) -> Result<Vec<f64>> {
    let form: Form<'_> = (density.options(), Layout::new(density.options(), x.features())?, density.level());
    let everyone: Vec<usize> = (0..x.samples()).collect();
    let samples = Weighted::of(Data { x, weights: Some(counts) }, &everyone);
    let parameters = go_on(&form, &samples, density.packed().to_vec(), LEAST_GAIN);
    let again = Marginal::from_packed(density.options().clone(), form.1, parameters).with_level(form.2);
    let mut out = vec![T::zero(); x.samples()];
    again.log_density(x, &mut out)?;
    Ok(out.iter().map(|value| value.f64()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knife::{MarginalOptions, Start, fit_marginal};
    use crate::optim::{Training, TrainingRun};
    use crate::rng::Stream;
    use core::ops::ControlFlow;

    #[test]
    fn samples_that_count_twice_are_likelier_and_equal_counts_change_little() {
        let mut stream = Stream::new(1, 0);
        let rows: Vec<f64> = (0..400).map(|i| stream.normal() + if i % 4 < 2 { 3.0 } else { -3.0 }).collect();
        let x = Samples::from_rows("x", &rows, 2).unwrap();
        let options = MarginalOptions { modes: 2, ..crate::Config::robust().density_options() };
        let training = Training { epochs: 0, ..crate::Config::robust().density_training() };
        let run = TrainingRun {
            name: "x",
            training: &training,
            held_out: &[],
            stream: &mut stream,
            observer: &mut |_| ControlFlow::Continue(()),
        };
        let density = fit_marginal(x, None, &options, Start::Mixture, run).unwrap().density;
        let mut before = vec![0.0; 200];
        density.log_density(x, &mut before).unwrap();
        let same = log_density_of_weighted(&density, x, &[1.0; 200]).unwrap();
        for (same, before) in same.iter().zip(&before) {
            approx::assert_abs_diff_eq!(same, before, epsilon = 0.02);
        }
        // Every second sample is of the upper cluster.
        let counts: Vec<f64> = (0..200).map(|i| if i % 2 == 0 { 1.5 } else { 0.5 }).collect();
        let moved = log_density_of_weighted(&density, x, &counts).unwrap();
        let mean = |of: &[f64], first: usize| of.iter().skip(first).step_by(2).sum::<f64>() / 100.0;
        // Weights of 3/4 and 1/4 in place of 1/2.
        approx::assert_abs_diff_eq!(mean(&moved, 0) - mean(&before, 0), 1.5f64.ln(), epsilon = 0.02);
        approx::assert_abs_diff_eq!(mean(&moved, 1) - mean(&before, 1), 0.5f64.ln(), epsilon = 0.02);
    }
}
