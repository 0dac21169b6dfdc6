//! Random densities and samples from fixed seeds.

use lsmi::knife::{Diagonal, Marginal, MarginalOptions, MarginalParameters, Triangle};
use lsmi::rng::Stream;
use lsmi::{Float, Result};

/// Draws from N(0, scale²).
pub fn normals<T: Float>(stream: &mut Stream, count: usize, scale: f64) -> Vec<T> {
    (0..count).map(|_| T::of(scale * stream.normal())).collect()
}

/// A density with every option that costs time, near a mixture of standard normals.
pub fn density<T: Float>(stream: &mut Stream, d: usize, modes: usize) -> Result<Marginal<T>> {
    let options = MarginalOptions {
        modes,
        bounded: true,
        diagonal: Diagonal::PerMode,
        triangle: Triangle::Full,
        train_means: true,
        train_weights: true,
    };
    let parameters = MarginalParameters {
        means: normals(stream, modes * d, 1.0),
        log_diagonal: normals(stream, modes * d, 0.1),
        triangle: normals(stream, modes * d * d, 0.05),
        logits: vec![T::zero(); modes],
    };
    Marginal::from_parameters(options, d, &parameters)
}
