//! How close estimates come to the truth.

use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::interaction::{mean, mean_by};

/// Agreement of per-sample estimates with exact values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Root mean square error, in the unit of the values.
    pub rmse: f64,
    /// Pearson correlation, in [−1, 1]; NaN if all estimates or all exact values are the same.
    pub corr: f64,
}

/// Compares one `estimate` per sample with the `exact` value. NaN among the values gives NaN.
///
/// # Errors
/// [`Error::Empty`] without values, [`Error::Shape`] if the lengths differ.
///
/// ```
/// let agreement = lsmi::synthetic::agreement(&[1.0, 2.0, 3.0], &[0.0, 1.0, 2.0])?;
/// assert_eq!((agreement.rmse, agreement.corr), (1.0, 1.0));
/// # Ok::<(), lsmi::Error>(())
/// ```
pub fn agreement(estimate: &[f64], exact: &[f64]) -> Result<Agreement> {
    if estimate.is_empty() {
        return Err(Error::Empty { field: "estimate".into(), what: "samples" });
    }
    if exact.len() != estimate.len() {
        let (expected, got) = (estimate.len(), exact.len());
        return Err(Error::Shape { field: "exact".into(), what: "samples", expected, got });
    }
    let pairs: Vec<(f64, f64)> = estimate.iter().copied().zip(exact.iter().copied()).collect();
    let rmse = libm::sqrt(mean_by(&pairs, |(a, b)| (a - b) * (a - b)));
    let constant = |values: &[f64]| values.iter().all(|value| *value == values[0]);
    if constant(estimate) || constant(exact) {
        return Ok(Agreement { rmse, corr: f64::NAN });
    }
    let (mean_a, mean_b) = (mean(estimate), mean(exact));
    let covariance = mean_by(&pairs, |(a, b)| (a - mean_a) * (b - mean_b));
    let deviation_a = libm::sqrt(mean_by(&pairs, |(a, _)| (a - mean_a) * (a - mean_a)));
    let deviation_b = libm::sqrt(mean_by(&pairs, |(_, b)| (b - mean_b) * (b - mean_b)));
    Ok(Agreement { rmse, corr: (covariance / deviation_a / deviation_b).clamp(-1.0, 1.0) })
}
