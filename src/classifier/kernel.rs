//! Radial units in canonical coordinates, fitted by least squares.
//!
//! ```text
//! f_y(z) = Σ_j W_yj exp(−γ |z − c_j|²) + const,   min Σ_i |f(z_i) − e_{y_i}|² + n λ tr W (K_cc + ε I) Wᵀ
//! ```
//!
//! with the 1-of-C codes e_y, centres c_j that are samples, and their kernel matrix K_cc (kernel ridge regression with
//! the subset of regressors). The logits are some multiple of f; how large, the weights of
//! [`stack`](super::stack) say.
//!
//! Source: Poggio and Girosi, "Networks for Approximation and Learning", 1990.

use super::expansion::{Expansion, ExpansionParameters};
use super::projection::Projection;
use super::{Network, linear_options};
use crate::linalg::dense::MOST_LANES;
use crate::linalg::softmax::exp_block;
use crate::rng::Stream;
use crate::simd::Level;
use crate::{Float, Result};
use alloc::{vec, vec::Vec};
use nalgebra::{Cholesky, DMatrix};

/// γ times the sum of the coordinates' variances.
pub(super) const PRECISIONS: [f64; 3] = [0.25, 0.5, 1.0];

/// λ.
const RIDGE: f64 = 1e-4;

/// ε: so that weights stay small enough for single precision.
const NUGGET: f64 = 1e-3;

/// The logits of a sample whose class is sure.
const SCALE: f64 = 10.0;

/// Centres at most, and per coordinate.
const MOST_CENTRES: usize = 512;
const CENTRES_PER_COORDINATE: usize = 64;

/// Samples that weights are found from, at most.
pub(super) const MOST_SAMPLES: usize = 20_000;

/// Samples in coordinates, and which of them are centres.
pub(super) struct Kernel {
    /// A sample per column.
    z: DMatrix<f64>,
    centres: DMatrix<f64>,
    /// The variances of the coordinates, summed.
    variance: f64,
    /// e_y less its mean, a sample per row, and that mean.
    codes: DMatrix<f64>,
    shares: Vec<f64>,
}

/// Centres among so many samples of so many coordinates.
pub(super) fn centres(samples: usize, coordinates: usize) -> usize {
    samples.min(MOST_CENTRES).min(CENTRES_PER_COORDINATE * coordinates)
}

impl Kernel {
    /// Of coordinates, a sample per column, and their classes.
    pub(super) fn new(z: &DMatrix<f64>, targets: &[usize], classes: usize, stream: &mut Stream) -> Self {
        let mut order: Vec<usize> = (0..targets.len()).collect();
        stream.shuffle(&mut order);
        order.truncate(MOST_SAMPLES);
        let n = order.len();
        let count = centres(n, z.nrows());
        let z = z.select_columns(&order);
        let mut shares = vec![0.0; classes];
        order.iter().for_each(|&i| shares[targets[i]] += 1.0 / n as f64);
        let codes = DMatrix::from_fn(n, classes, |row, class| {
            f64::from(u8::from(targets[order[row]] == class)) - shares[class]
        });
        let centres = z.columns(0, count).into_owned();
        let variance = z.row_iter().map(|row| row.variance()).sum();
        Kernel { z, centres, variance, codes, shares }
    }

    /// f of features whose coordinates `projection` gives, as logits; nothing if the weights are not determined.
    pub(super) fn network<T: Float>(
        &self,
        projection: &Projection,
        precision: f64,
    ) -> Option<Result<Network<T>>> {
        let (n, classes) = self.codes.shape();
        let gamma = precision / self.variance;
        let mut features = radial(&self.z, &self.centres, gamma);
        let means = features.row_mean();
        features.row_iter_mut().for_each(|mut row| row -= &means);
        // nalgebra's own transposed product is a slow one.
        let transposed = features.transpose();
        let mut normal = &transposed * &features;
        let ridge = n as f64 * RIDGE;
        normal += radial(&self.centres, &self.centres, gamma) * ridge;
        (0..normal.nrows()).for_each(|i| normal[(i, i)] += ridge * NUGGET);
        let weights = Cholesky::new(normal)?.solve(&(transposed * &self.codes)) * SCALE;
        let biases = (0..classes)
            .map(|class| SCALE * self.shares[class] - means.transpose().dot(&weights.column(class)));
        let parameters = ExpansionParameters {
            // k×m, a centre per column, is m×k in C order.
            centres: self.centres.iter().map(|&c| T::of(c)).collect(),
            precision: T::of(gamma),
            weights: weights.iter().map(|&w| T::of(w)).collect(),
            ..projection.expansion_parameters()
        };
        let d = projection.parts().0.ncols();
        let mut flat = vec![T::zero(); d * classes];
        flat.extend(biases.map(T::of));
        let network = Network::from_flat(linear_options(), vec![d, classes], flat);
        Some(Expansion::new(d, classes, parameters).and_then(|e| network.with_expansions(vec![e])))
    }
}

/// exp(−γ |a − b|²) of every column a of the one and b of the other.
fn radial(a: &DMatrix<f64>, b: &DMatrix<f64>, gamma: f64) -> DMatrix<f64> {
    let squares = |m: &DMatrix<f64>| -> Vec<f64> { m.column_iter().map(|c| c.norm_squared()).collect() };
    let (of_a, of_b) = (squares(a), squares(b));
    let (rows, columns) = (a.ncols(), b.ncols());
    let mut exponents = (a.transpose() * b).as_slice().to_vec();
    for (column, b) in exponents.chunks_exact_mut(rows).zip(of_b) {
        for (value, a) in column.iter_mut().zip(&of_a) {
            *value = -gamma * (a + b - 2.0 * *value).max(0.0);
        }
    }
    exponents.resize((rows * columns).next_multiple_of(MOST_LANES), 0.0);
    exp_block(Level::best(), &mut exponents);
    exponents.truncate(rows * columns);
    DMatrix::from_vec(rows, columns, exponents)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Samples;
    use nalgebra::DVector;

    /// Two rings, and which.
    fn rings(n: usize) -> (DMatrix<f64>, Vec<usize>) {
        let mut stream = Stream::new(3, 0);
        let targets: Vec<usize> = (0..n).map(|i| i % 2).collect();
        let columns = targets.iter().map(|&ring| {
            let (angle, radius) = (stream.uniform(0.0, core::f64::consts::TAU), 1.0 + ring as f64);
            DVector::from_vec(vec![radius * angle.cos(), radius * angle.sin()])
        });
        let columns: Vec<_> = columns.collect();
        (DMatrix::from_columns(&columns), targets)
    }

    #[test]
    fn weights_minimise_the_penalised_squares() {
        let (z, targets) = rings(60);
        let kernel = Kernel::new(&z, &targets, 2, &mut Stream::new(1, 0));
        assert_eq!(kernel.centres.ncols(), 60, "all samples are centres");
        let identity = Projection::new(DMatrix::identity(2, 2), &DVector::zeros(2));
        let network: Network<f64> = kernel.network(&identity, 0.5).unwrap().unwrap();
        let p = network.expansions()[0].parameters();
        let weights = DMatrix::from_row_slice(2, 60, &p.weights).transpose() / SCALE;
        let bias = DVector::from_vec(network.layers()[0].biases.clone()) / SCALE;
        let gamma = 0.5 / kernel.variance;
        let distances =
            DMatrix::from_fn(60, 60, |i, j| (kernel.z.column(i) - kernel.z.column(j)).norm_squared());
        let matrix = distances.map(|d| (-gamma * d).exp());
        let penalty = (&matrix + DMatrix::identity(60, 60) * NUGGET) * (60.0 * RIDGE);
        let mut residuals = &matrix * &weights - &kernel.codes;
        for class in 0..2 {
            residuals.column_mut(class).add_scalar_mut(bias[class] - kernel.shares[class]);
        }
        // Without residuals the bias has none to explain, and the gradient for the weights is 0.
        approx::assert_abs_diff_eq!(residuals.row_sum().norm(), 0.0, epsilon = 1e-8);
        let gradient = matrix.transpose() * residuals + penalty * weights;
        approx::assert_abs_diff_eq!(gradient.norm(), 0.0, epsilon = 1e-7);
    }

    #[test]
    fn rings_are_told_apart_in_single_precision_too() {
        let (z, targets) = rings(1000);
        let kernel = Kernel::new(&z, &targets, 2, &mut Stream::new(1, 0));
        assert_eq!(kernel.centres.ncols(), 2 * CENTRES_PER_COORDINATE);
        let identity = Projection::new(DMatrix::identity(2, 2), &DVector::zeros(2));
        let double: Network<f64> = kernel.network(&identity, 0.5).unwrap().unwrap();
        let single: Network<f32> = kernel.network(&identity, 0.5).unwrap().unwrap();
        let (rows, rows32) = (z.as_slice(), z.iter().map(|&v| v as f32).collect::<Vec<f32>>());
        let (mut log_p, mut log_p32) = (vec![0.0; 2000], vec![0.0f32; 2000]);
        double.log_probabilities(Samples::from_rows("z", rows, 2).unwrap(), &mut log_p).unwrap();
        single.log_probabilities(Samples::from_rows("z", &rows32, 2).unwrap(), &mut log_p32).unwrap();
        for ((row, row32), &class) in log_p.chunks(2).zip(log_p32.chunks(2)).zip(&targets) {
            assert!(row[class] > -0.05, "{row:?}");
            approx::assert_abs_diff_eq!(row[class], f64::from(row32[class]), epsilon = 2e-3);
        }
    }
}
