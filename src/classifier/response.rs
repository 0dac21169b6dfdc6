//! What other samples would have made of a classifier, to first order: only where classes overlap, as the curvature
//! vanishes where a classifier is sure.
//!
//! Its logits f(x) are thought to have a linear correction, B φ(x) with φ the first canonical coordinates and 1, that
//! samples would fit by penalised likelihood. If each sample counts c_i times in place of once, a Newton step from B = 0
//! moves it by
//!
//! ```text
//! ΔB = −H⁻¹ Σ_i (c_i − 1) ∂(−log p(y_i|x_i))/∂B     H = Σ_i ∂²(−log p(y_i|x_i))/∂B² + 1
//! ```
//!
//! Curvature 1 is that of a normal prior of variance 1 of each weight of a coordinate of variance 1.
//!
//! Source: Hampel, "The Influence Curve and its Role in Robust Estimation", 1974.

use super::canonical;
use super::projection::Moments;
use crate::{Float, Samples};
use alloc::vec::Vec;
use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// Numbers of a correction at most: of coordinates only the first are kept.
const MOST_PARAMETERS: usize = 256;

/// How a classifier answers to a change of its samples.
pub(crate) struct Response<'a> {
    classes: usize,
    targets: &'a [usize],
    /// log p(y|x), n×C.
    log_p: &'a [f64],
    /// φ of every sample, a column each.
    inputs: DMatrix<f64>,
    curvature: Cholesky<f64, Dyn>,
}

impl<'a> Response<'a> {
    /// That of a classifier which says `log_p` (n×C) of samples `x`; none where there are too many classes or features,
    /// and where no feature varies.
    pub(crate) fn new<T: Float>(x: Samples<'_, T>, targets: &'a [usize], log_p: &'a [f64]) -> Option<Self> {
        let (n, classes) = (targets.len(), log_p.len() / targets.len());
        let everyone: Vec<usize> = (0..n).collect();
        let coordinates = canonical::coordinates(&Moments::new(x, (targets, classes), &everyone)?)?;
        let kept = coordinates.directions().min((MOST_PARAMETERS / classes).saturating_sub(1));
        if kept == 0 {
            return None;
        }
        let rows = coordinates.apply(x);
        let all = coordinates.directions();
        let inputs = DMatrix::from_fn(kept + 1, n, |row, i| match row < kept {
            true => rows[i * all + row].f64(),
            false => 1.0,
        });
        let mut curvature = DMatrix::identity(classes * (kept + 1), classes * (kept + 1));
        let mut weighted = inputs.clone();
        for c in 0..classes {
            for d in 0..=c {
                for (i, mut column) in weighted.column_iter_mut().enumerate() {
                    let p = |class: usize| libm::exp(log_p[i * classes + class]);
                    let weight = if c == d { p(c) * (1.0 - p(c)) } else { -p(c) * p(d) };
                    column.copy_from(&inputs.column(i));
                    column *= weight;
                }
                let block = &weighted * inputs.transpose();
                let size = (kept + 1, kept + 1);
                for (row, column) in [(c, d), (d, c)].into_iter().take(if c == d { 1 } else { 2 }) {
                    let mut place = curvature.view_mut((row * size.0, column * size.1), size);
                    place += &block;
                }
            }
        }
        let curvature = Cholesky::new(curvature)?;
        Some(Response { classes, targets, log_p, inputs, curvature })
    }

    /// By how much log p(y|x) of every sample's own class moves if samples count as often as `counts` says.
    pub(crate) fn to<T: Float>(&self, counts: &[T]) -> Vec<f64> {
        let (classes, size) = (self.classes, self.inputs.nrows());
        let mut gradient = DVector::zeros(classes * size);
        for (i, (row, &class)) in self.log_p.chunks_exact(classes).zip(self.targets).enumerate() {
            let more = counts[i].f64() - 1.0;
            for (c, log_p) in row.iter().enumerate() {
                let slope = more * (libm::exp(*log_p) - f64::from(u8::from(c == class)));
                gradient.rows_mut(c * size, size).axpy(slope, &self.inputs.column(i), 1.0);
            }
        }
        let step = -self.curvature.solve(&gradient);
        let moves = DMatrix::from_column_slice(size, classes, step.as_slice()).transpose() * &self.inputs;
        let rows = self.log_p.chunks_exact(classes).zip(self.targets);
        let of_sample = |(i, (row, &class)): (usize, (&[f64], &usize))| {
            let moves = moves.column(i);
            // log Σ p exp Δ is what the others take.
            let most = moves.max();
            let sum: f64 = row.iter().zip(moves.iter()).map(|(v, m)| libm::exp(v + m - most)).sum();
            moves[class] - most - libm::log(sum)
        };
        rows.enumerate().map(of_sample).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    const SAMPLES: usize = 4000;

    /// Two features, three classes, and what a classifier says that knows the law of the first.
    fn data() -> (Vec<f64>, Vec<usize>, Vec<f64>) {
        let mut stream = Stream::new(8, 0);
        let (mut rows, mut targets, mut log_p) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..SAMPLES {
            let x = [stream.normal(), stream.normal()];
            let logits = [0.0, x[0], -x[0]];
            let sum: f64 = logits.iter().map(|l| l.exp()).sum();
            let mut rest = stream.uniform(0.0, 1.0);
            let class = logits.iter().position(|l| {
                rest -= l.exp() / sum;
                rest < 0.0
            });
            targets.push(class.unwrap_or(2));
            rows.extend(x);
            log_p.extend(logits.map(|l| l - sum.ln()));
        }
        (rows, targets, log_p)
    }

    #[test]
    fn samples_that_count_as_they_did_move_nothing() {
        let (rows, targets, log_p) = data();
        let x = Samples::from_rows("x", &rows, 2).unwrap();
        let response = Response::new(x, &targets, &log_p).unwrap();
        let moves = response.to(&[1.0; SAMPLES]);
        assert!(moves.iter().all(|m| m.abs() < 1e-12));
    }

    #[test]
    fn a_class_that_counts_more_becomes_likelier_as_its_prior_does() {
        let (rows, targets, log_p) = data();
        let x = Samples::from_rows("x", &rows, 2).unwrap();
        let response = Response::new(x, &targets, &log_p).unwrap();
        // The likeliest correction of log p(y|x) is then log c_y, and what normalises.
        let counts: Vec<f64> = targets.iter().map(|&class| if class == 0 { 1.02 } else { 0.99 }).collect();
        let moves = response.to(&counts);
        let (mut errors, mut squares) = (0.0, 0.0);
        for ((m, row), &class) in moves.iter().zip(log_p.chunks(3)).zip(&targets) {
            let weights = [1.02, 0.99, 0.99];
            let sum: f64 = row.iter().zip(weights).map(|(v, w)| v.exp() * w).sum();
            let expected = (weights[class] / sum).ln();
            errors += (m - expected) * (m - expected);
            squares += expected * expected;
        }
        // These samples are not quite as likely as the classifier has it.
        assert!(errors < 0.05 * 0.05 * squares, "{errors} of {squares}");
    }

    #[test]
    fn resamples_move_it_as_far_as_maximum_likelihood_scatters() {
        let (rows, targets, log_p) = data();
        let x = Samples::from_rows("x", &rows, 2).unwrap();
        let response = Response::new(x, &targets, &log_p).unwrap();
        // Twice the log-likelihood ratio has as many degrees of freedom as the correction: (3 − 1)(2 + 1).
        let mut stream = Stream::new(9, 0);
        const DRAWS: usize = 300;
        let mut ratios = 0.0;
        for _ in 0..DRAWS {
            let mut counts = vec![0.0; SAMPLES];
            (0..SAMPLES).for_each(|_| counts[stream.below(SAMPLES)] += 1.0);
            let moves = response.to(&counts);
            let gain: f64 = moves.iter().zip(&counts).map(|(m, c)| m * c).sum();
            // Less what the samples as they are tell against it: they are not where it was fitted.
            let loss: f64 = moves.iter().sum();
            ratios += (gain - loss) / DRAWS as f64;
        }
        approx::assert_relative_eq!(ratios, 6.0, max_relative = 0.1);
        assert!(
            Response::new(Samples::from_rows("x", &[0.0; SAMPLES], 1).unwrap(), &targets, &log_p).is_none()
        );
    }
}
