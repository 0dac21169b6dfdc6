//! Classes as normal laws: the quadratic discriminant, with covariances drawn towards the one that they share.
//!
//! ```text
//! log p(z|y) = −½ (z − m_y)ᵀ Σ_y⁻¹ (z − m_y) − ½ log |Σ_y|,   Σ_y = (n_y S_y + ν I) / (n_y + ν)
//! ```
//!
//! with the mean m_y and the covariance S_y of the n_y samples of a class, in coordinates where the shared covariance
//! is the identity (see [`canonical`](super::canonical)), so that no linear map of the features changes anything.
//!
//! Source: Friedman, "Regularized Discriminant Analysis", 1989.

use super::expansion::{Expansion, ExpansionParameters};
use super::projection::Projection;
use super::{Network, linear_options};
use crate::{Float, Result};
use alloc::{vec, vec::Vec};
use nalgebra::{Cholesky, DMatrix, DVector};

/// ν, in samples per coordinate.
pub(super) const DRAWS: [f64; 4] = [2.0, 8.0, 32.0, 128.0];

/// Operations beyond which the matrices cost more than the networks: classes times coordinates³.
const MOST_OPERATIONS: usize = 1 << 28;

/// Numbers of a class.
struct Class {
    samples: f64,
    mean: DVector<f64>,
    covariance: DMatrix<f64>,
}

/// Means and covariances of classes.
pub(super) struct Discriminant {
    classes: Vec<Class>,
    log_prior: Vec<f64>,
}

/// Whether a discriminant is not too much work.
pub(super) fn is_possible(coordinates: usize, classes: usize) -> bool {
    coordinates.saturating_pow(3).saturating_mul(classes) <= MOST_OPERATIONS
}

impl Discriminant {
    /// That of coordinates, a sample per column, and their classes.
    pub(super) fn new(z: &DMatrix<f64>, targets: &[usize], log_prior: Vec<f64>) -> Self {
        let k = z.nrows();
        let of_class = |class: usize| {
            let members: Vec<usize> = (0..targets.len()).filter(|&i| targets[i] == class).collect();
            let samples = members.len() as f64;
            if members.is_empty() {
                return Class { samples, mean: DVector::zeros(k), covariance: DMatrix::zeros(k, k) };
            }
            let mut centred = z.select_columns(&members);
            let mean = centred.column_mean();
            centred.column_iter_mut().for_each(|mut column| column -= &mean);
            Class { samples, mean, covariance: &centred * centred.transpose() / samples }
        };
        Discriminant { classes: (0..log_prior.len()).map(of_class).collect(), log_prior }
    }

    /// log p(y|x) of features whose coordinates `projection` gives, with so many samples per coordinate for the shared
    /// covariance; nothing if a covariance has no inverse.
    pub(super) fn network<T: Float>(&self, projection: &Projection, draw: f64) -> Option<Result<Network<T>>> {
        let (k, d) = projection.parts().0.shape();
        let shared = draw * k as f64;
        let mut forms = Vec::with_capacity(self.classes.len());
        let (mut linear, mut biases) = (Vec::new(), Vec::new());
        for (Class { samples, mean, covariance }, log_prior) in self.classes.iter().zip(&self.log_prior) {
            let mut drawn = covariance * (samples / (samples + shared));
            (0..k).for_each(|i| drawn[(i, i)] += shared / (samples + shared));
            let factor = Cholesky::new(drawn)?;
            let half_log_determinant: f64 = factor.l_dirty().diagonal().iter().map(|l| libm::log(*l)).sum();
            let towards = factor.solve(mean);
            linear.extend(towards.iter().map(|&l| T::of(l)));
            biases.push(T::of(log_prior - half_log_determinant - 0.5 * mean.dot(&towards)));
            forms.push(factor.inverse() * -0.5);
        }
        // What all classes have in common is none of the softmax's business.
        let common = forms.iter().fold(DMatrix::zeros(k, k), |sum, form| sum + form) / forms.len() as f64;
        let quadratic =
            forms.iter().flat_map(|form| (form - &common).iter().map(|&q| T::of(q)).collect::<Vec<T>>());
        let quadratic = quadratic.collect();
        let parameters = ExpansionParameters { linear, quadratic, ..projection.expansion_parameters() };
        let classes = self.classes.len();
        let flat = [vec![T::zero(); d * classes], biases].concat();
        let network = Network::from_flat(linear_options(), vec![d, classes], flat);
        Some(Expansion::new(d, classes, parameters).and_then(|e| network.with_expansions(vec![e])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Samples;
    use crate::rng::Stream;

    #[test]
    fn log_probabilities_are_those_of_normal_laws() {
        let (k, n, classes, draw) = (3, 90, 4, 0.5);
        let mut stream = Stream::new(1, 0);
        // The last class has no samples.
        let targets: Vec<usize> = (0..n).map(|i| i % 3).collect();
        let z = DMatrix::from_fn(k, n, |row, i| {
            stream.normal() * (1.0 + (row * targets[i]) as f64) + targets[i] as f64
        });
        let log_prior = vec![-0.5, -1.5, -2.5, -3.0];
        let discriminant = Discriminant::new(&z, &targets, log_prior.clone());
        let projection = Projection::new(
            DMatrix::from_fn(k, k + 1, |_, _| stream.normal()),
            &DVector::from_element(k + 1, 0.3),
        );
        let network: Network<f64> = discriminant.network(&projection, draw).unwrap().unwrap();

        let rows: Vec<f64> = (0..5 * (k + 1)).map(|_| 2.0 * stream.normal()).collect();
        let x = Samples::from_rows("x", &rows, k + 1).unwrap();
        let mut got = vec![0.0; 5 * classes];
        network.log_probabilities(x, &mut got).unwrap();
        let projected = projection.apply(x);
        for (v, got) in projected.chunks(k).zip(got.chunks(classes)) {
            let v = DVector::from_column_slice(v);
            let logits: Vec<f64> = (0..classes)
                .map(|class| {
                    let members: Vec<usize> = (0..n).filter(|&i| targets[i] == class).collect();
                    let count = members.len() as f64;
                    let mut mean = DVector::zeros(k);
                    members.iter().for_each(|&i| mean += z.column(i) / count);
                    let mut scatter = DMatrix::identity(k, k) * draw * k as f64;
                    for &i in &members {
                        let away = z.column(i) - &mean;
                        scatter += &away * away.transpose();
                    }
                    let covariance = scatter / (count + draw * k as f64);
                    let away = &v - &mean;
                    let distance = (away.transpose() * covariance.clone().try_inverse().unwrap() * &away)[0];
                    log_prior[class] - 0.5 * (distance + covariance.determinant().ln())
                })
                .collect();
            let total = logits.iter().map(|l| l.exp()).sum::<f64>().ln();
            for (logit, got) in logits.iter().zip(got) {
                approx::assert_relative_eq!(logit - total, *got, epsilon = 1e-10);
            }
        }
    }
}
