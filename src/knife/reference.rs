//! The density by its formula, one sample at a time in f64: what the kernels are tested against.

use super::{Diagonal, MarginalOptions, MarginalParameters, Triangle};
use alloc::vec::Vec;

/// log p(x) as the formula states it.
pub(crate) fn log_density(options: &MarginalOptions, p: &MarginalParameters<f64>, x: &[f64]) -> f64 {
    let d = x.len();
    let total_weight: f64 = p.logits.iter().map(|w| w.exp()).sum();
    let exponents: Vec<f64> = (0..options.modes)
        .map(|k| {
            let row = if options.diagonal == Diagonal::Shared { 0 } else { k };
            let sigma: Vec<f64> = p.log_diagonal[row * d..][..d]
                .iter()
                .map(|l| if options.bounded { l.tanh() } else { *l })
                .collect();
            let scaled: Vec<f64> = (0..d).map(|j| sigma[j].exp() * (x[j] - p.means[k * d + j])).collect();
            let square: f64 = (0..d)
                .map(|i| {
                    let below: f64 = match options.triangle {
                        Triangle::Full => (0..i).map(|j| p.triangle[(k * d + i) * d + j] * scaled[j]).sum(),
                        Triangle::None => 0.0,
                    };
                    (scaled[i] + below).powi(2)
                })
                .sum();
            -0.5 * square + sigma.iter().sum::<f64>() + p.logits[k] - total_weight.ln()
        })
        .collect();
    let maximum = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = exponents.iter().map(|e| (e - maximum).exp()).sum();
    maximum + sum.ln() - 0.5 * d as f64 * (2.0 * core::f64::consts::PI).ln()
}
