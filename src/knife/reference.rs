//! The density and its gradient by their formulas, one sample at a time in f64: what the kernels are tested against.

use super::{Diagonal, MarginalOptions, MarginalParameters, Triangle};
use alloc::vec::Vec;

/// A mode at a sample: σ, exp σ ⊙ (x − μ), z, and the exponent without the constant of the weights.
struct Mode {
    sigma: Vec<f64>,
    scaled: Vec<f64>,
    z: Vec<f64>,
    exponent: f64,
}

fn modes(options: &MarginalOptions, p: &MarginalParameters<f64>, x: &[f64]) -> Vec<Mode> {
    let d = x.len();
    let mode = |k: usize| {
        let row = if options.diagonal == Diagonal::Shared { 0 } else { k };
        let sigma: Vec<f64> = p.log_diagonal[row * d..][..d]
            .iter()
            .map(|l| if options.bounded { l.tanh() } else { *l })
            .collect();
        let scaled: Vec<f64> = (0..d).map(|j| sigma[j].exp() * (x[j] - p.means[k * d + j])).collect();
        let below = |i: usize| match options.triangle {
            Triangle::Full => (0..i).map(|j| p.triangle[(k * d + i) * d + j] * scaled[j]).sum(),
            Triangle::None => 0.0,
        };
        let z: Vec<f64> = (0..d).map(|i| scaled[i] + below(i)).collect();
        let square: f64 = z.iter().map(|z| z * z).sum();
        let exponent = -0.5 * square + sigma.iter().sum::<f64>() + p.logits[k];
        Mode { sigma, scaled, z, exponent }
    };
    (0..options.modes).map(mode).collect()
}

fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let maximum = values.clone().fold(f64::NEG_INFINITY, f64::max);
    maximum + values.map(|v| (v - maximum).exp()).sum::<f64>().ln()
}

/// log p(x) as the formula states it.
pub(crate) fn log_density(options: &MarginalOptions, p: &MarginalParameters<f64>, x: &[f64]) -> f64 {
    let exponents = modes(options, p, x);
    log_sum_exp(exponents.iter().map(|mode| mode.exponent))
        - log_sum_exp(p.logits.iter().copied())
        - 0.5 * x.len() as f64 * (2.0 * core::f64::consts::PI).ln()
}

/// Adds the gradient of g · log p(x) for all parameters; gives that for x.
pub(crate) fn add_gradient(
    options: &MarginalOptions,
    p: &MarginalParameters<f64>,
    x: &[f64],
    g: f64,
    gradient: &mut MarginalParameters<f64>,
) -> Vec<f64> {
    let d = x.len();
    let modes = modes(options, p, x);
    let total = log_sum_exp(modes.iter().map(|mode| mode.exponent));
    let weights = log_sum_exp(p.logits.iter().copied());
    let mut gradient_x = alloc::vec![0.0; d];
    for (k, mode) in modes.iter().enumerate() {
        let share = g * (mode.exponent - total).exp();
        let row = if options.diagonal == Diagonal::Shared { 0 } else { k };
        gradient.logits[k] += share - g * (p.logits[k] - weights).exp();
        for (j, gradient_x) in gradient_x.iter_mut().enumerate() {
            // The gradient for exp σ_j (x_j − μ_j).
            let mut scaled = -share * mode.z[j];
            if options.triangle == Triangle::Full {
                for (i, z) in mode.z.iter().enumerate().skip(j + 1) {
                    let place = (k * d + i) * d + j;
                    scaled -= share * z * p.triangle[place];
                    gradient.triangle[place] -= share * z * mode.scaled[j];
                }
            }
            let scale = mode.sigma[j].exp();
            *gradient_x += scaled * scale;
            gradient.means[k * d + j] -= scaled * scale;
            let slope = if options.bounded { 1.0 - mode.sigma[j].powi(2) } else { 1.0 };
            gradient.log_diagonal[row * d + j] += slope * (scaled * mode.scaled[j] + share);
        }
    }
    gradient_x
}
