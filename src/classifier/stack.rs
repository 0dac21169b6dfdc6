//! The weighted sum of several classifiers' log-probabilities that samples none of them saw find likeliest.
//!
//! ```text
//! log p(y|x) = log softmax(Σ_m w_m log p_m(y|x))_y,   w ≥ 0
//! ```
//!
//! One weight below 1 is a temperature above 1; with the prior p(y) among the members it draws towards p(y), so that a
//! classifier that knows nothing is left out. The samples find likely what there is with a share of the prior added
//! ([`Reserve`]), so that a few of them, of which members are surely wrong, do not decide for all. Without that share
//! the mean cross-entropy is convex in w; with it steps leave out the terms of its curvature that are negative.
//!
//! Where the samples are told apart without a mistake, larger weights would be better without end. n samples are
//! therefore thought to be n + 2, one of the two a mistake (as Platt's targets have it for each of two classes):
//! 1 / (n + 2) of each sample counts for the other classes.
//!
//! Sources: Wolpert, "Stacked generalization", 1992; Guo et al., "On Calibration of Modern Neural Networks", 2017;
//! Platt, "Probabilistic Outputs for Support Vector Machines", 1999.

use super::Reserve;
use crate::linalg::dense::MOST_LANES;
use crate::linalg::softmax::exp_block;
use crate::simd::Level;
use alloc::{vec, vec::Vec};
use nalgebra::{Cholesky, DMatrix, DVector};

/// Newton steps at most: some five are enough.
const STEPS: usize = 50;

/// What a step must gain for another, nats per sample.
const LEAST_GAIN: f64 = 1e-7;

/// Log-probabilities of samples under several members, and the samples' classes.
pub(super) struct Stack<'a> {
    /// For each member samples × classes, nats.
    pub(super) members: Vec<&'a [f64]>,
    pub(super) targets: &'a [usize],
    pub(super) classes: usize,
    /// The samples that count.
    pub(super) samples: &'a [usize],
    pub(super) reserve: Reserve<'a>,
}

/// Members and their weights.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mix {
    pub(super) members: Vec<usize>,
    pub(super) weights: Vec<f64>,
    /// Cross-entropy between every sample that counts and what the mix says of it, nats.
    losses: Vec<f64>,
}

impl Mix {
    fn loss(&self) -> f64 {
        mean(&self.losses)
    }

    /// log p(y|x) of one sample, whose log-probabilities under member m are `of(m)`, into `out`, one per class.
    pub(super) fn log_probabilities<'v>(&self, of: impl Fn(usize) -> &'v [f64], out: &mut [f64]) {
        out.fill(0.0);
        for (&member, weight) in self.members.iter().zip(&self.weights) {
            out.iter_mut().zip(of(member)).for_each(|(o, v)| *o += weight * v);
        }
        log_softmax(out);
    }
}

impl Stack<'_> {
    /// The first member as it is, and of the others one after the other that which gains most, as long as the gain is
    /// beyond its standard error; or an earlier one that is within a standard error of it.
    pub(super) fn choose(&self) -> Mix {
        let alone = self.evaluate(&[0], &DVector::from_element(1, 1.0));
        let mut mix = Mix { members: vec![0], weights: vec![1.0], losses: alone.losses };
        loop {
            let rest = (1..self.members.len()).filter(|m| !mix.members.contains(m));
            let with = |m| {
                let members = [&mix.members[..], &[m]].concat();
                self.fit(&members, &[&mix.weights[..], &[0.0]].concat())
            };
            let larger: Vec<Mix> = rest.map(with).collect();
            let Some(best) = larger.iter().min_by(|a, b| a.loss().total_cmp(&b.loss())) else { return mix };
            if !is_clear(&mix, best) {
                return mix;
            }
            let Some(first) = larger.iter().position(|mix| !is_clear(mix, best)) else { return mix };
            mix = larger.into_iter().nth(first).unwrap_or(mix);
        }
    }

    /// The mean log-loss of a member alone with the weight that is best, nats.
    pub(super) fn tempered_loss(&self, member: usize) -> f64 {
        let mix = self.fit(&[member], &[1.0]);
        let mut log_p = vec![0.0; self.classes];
        let losses = self.samples.iter().map(|&i| {
            mix.log_probabilities(|m| &self.members[m][i * self.classes..][..self.classes], &mut log_p);
            -self.reserve.log_probability(self.targets[i], log_p[self.targets[i]])
        });
        losses.sum::<f64>() / self.samples.len() as f64
    }

    /// The best weights of these members, from `start` on.
    fn fit(&self, members: &[usize], start: &[f64]) -> Mix {
        let mut weights = DVector::from_column_slice(start);
        let mut now = self.evaluate(members, &weights);
        for _ in 0..STEPS {
            // A weight at its bound that the gradient holds there stays.
            let free: Vec<usize> =
                (0..members.len()).filter(|&m| weights[m] > 0.0 || now.gradient[m] < 0.0).collect();
            let gradient = DVector::from_iterator(free.len(), free.iter().map(|&m| now.gradient[m]));
            let ridge = |i, j| if i == j { 1e-9 + 1e-9 * now.curvature[(free[i], free[i])] } else { 0.0 };
            let curvature = DMatrix::from_fn(free.len(), free.len(), |i, j| {
                now.curvature[(free[i], free[j])] + ridge(i, j)
            });
            let Some(step) = Cholesky::new(curvature).map(|factor| factor.solve(&gradient)) else { break };
            let mut scale = 1.0;
            let better = loop {
                let mut moved = weights.clone();
                for (&m, step) in free.iter().zip(step.iter()) {
                    moved[m] = (weights[m] - scale * step).max(0.0);
                }
                let then = self.evaluate(members, &moved);
                if then.loss() < now.loss() {
                    break Some((moved, then));
                }
                scale *= 0.5;
                if scale < 1e-3 {
                    break None;
                }
            };
            let Some((moved, then)) = better else { break };
            let gain = now.loss() - then.loss();
            (weights, now) = (moved, then);
            if gain < LEAST_GAIN {
                break;
            }
        }
        Mix { members: members.to_vec(), weights: weights.as_slice().to_vec(), losses: now.losses }
    }

    fn evaluate(&self, members: &[usize], weights: &DVector<f64>) -> Evaluation {
        let (classes, count) = (self.classes, members.len());
        // What of every sample counts for each other class.
        let rest = 1.0 / ((self.samples.len() + 2) * (classes - 1)) as f64;
        let reserved: Vec<f64> =
            (0..classes).map(|class| self.reserve.share() * self.reserve.frequency(class)).collect();
        let share = 1.0 - self.reserve.share();
        // What counts for each class, times how likely it is not what is reserved that is seen of it.
        let mut expected = vec![0.0; classes];
        let mut losses = Vec::with_capacity(self.samples.len());
        let (mut gradient, mut curvature) = (DVector::zeros(count), DMatrix::zeros(count, count));
        let (mut means, mut centred) = (vec![0.0; count], vec![0.0; count]);
        // Logits less the largest of their sample; then what they are the logarithms of.
        let numbers = self.samples.len() * classes;
        let mut odds = vec![0.0; numbers.next_multiple_of(MOST_LANES)];
        for (&i, logits) in self.samples.iter().zip(odds.chunks_exact_mut(classes)) {
            for (member, weight) in members.iter().zip(weights.iter()) {
                let of_sample = &self.members[*member][i * classes..][..classes];
                logits.iter_mut().zip(of_sample).for_each(|(l, v)| *l += weight * v);
            }
            let most = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            logits.iter_mut().for_each(|l| *l -= most);
        }
        exp_block(Level::best(), &mut odds);
        for (&i, p) in self.samples.iter().zip(odds.chunks_exact_mut(classes)) {
            let of = |m: usize| &self.members[members[m]][i * classes..][..classes];
            let class = self.targets[i];
            let total: f64 = p.iter().sum();
            p.iter_mut().for_each(|p| *p /= total);
            let (mut loss, mut weight) = (0.0, 0.0);
            for (other, expected) in expected.iter_mut().enumerate() {
                let counts = if other == class { 1.0 - rest * (classes - 1) as f64 } else { rest };
                let whole = share * p[other] + reserved[other];
                loss -= counts * libm::log(whole);
                *expected = counts * share * p[other] / whole;
                weight += *expected;
            }
            losses.push(loss);
            for (m, mean) in means.iter_mut().enumerate() {
                *mean = of(m).iter().zip(&*p).map(|(v, p)| v * p).sum();
                gradient[m] += of(m).iter().zip(&expected).map(|(v, e)| e * (*mean - v)).sum::<f64>();
            }
            for (class, &p) in p.iter().enumerate() {
                let is_reserved = reserved[class] / (share * p + reserved[class]);
                let bent = (weight * p - expected[class] * is_reserved).max(0.0);
                for m in 0..count {
                    centred[m] = of(m)[class] - means[m];
                    for l in 0..=m {
                        curvature[(m, l)] += bent * centred[m] * centred[l];
                    }
                }
            }
        }
        curvature.fill_upper_triangle_with_lower_triangle();
        let n = self.samples.len() as f64;
        Evaluation { losses, gradient: gradient / n, curvature: curvature / n }
    }
}

struct Evaluation {
    losses: Vec<f64>,
    gradient: DVector<f64>,
    curvature: DMatrix<f64>,
}

impl Evaluation {
    fn loss(&self) -> f64 {
        mean(&self.losses)
    }
}

/// Whether `b` is better than `a` by more than a standard error of the difference.
fn is_clear(a: &Mix, b: &Mix) -> bool {
    let gains: Vec<f64> = a.losses.iter().zip(&b.losses).map(|(a, b)| a - b).collect();
    let gain = mean(&gains);
    let squares: f64 = gains.iter().map(|g| (g - gain) * (g - gain)).sum();
    gain > libm::sqrt(squares) / gains.len() as f64
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// v − log Σ exp v, in place.
fn log_softmax(values: &mut [f64]) {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = values.iter().map(|v| libm::exp(v - most)).sum();
    let log_sum = most + libm::log(sum);
    values.iter_mut().for_each(|v| *v -= log_sum);
}

#[cfg(test)]
mod tests;
