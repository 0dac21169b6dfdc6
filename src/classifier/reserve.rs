//! What a classifier that was chosen leaves to the class frequencies.
//!
//! ```text
//! p(y|x) = (1 − ε) p̂(y|x) + ε p(y),   ε = 1 / (n + 2)
//! ```
//!
//! No n samples tell that something happens less often than once among them. Far from all of them a classifier p̂ may
//! still be sure without bounds, and a single sample there would outweigh all others in every mean: with the reserve no
//! log p(y|x) is below log(ε p(y)).

use crate::Float;
use alloc::{vec, vec::Vec};

/// Samples of a class without any, so that its share is not 0.
const LEAST_COUNT: f64 = 0.5;

/// How many samples each of so many classes has.
pub(crate) fn class_counts(targets: &[usize], classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    targets.iter().for_each(|&class| counts[class] += 1);
    counts
}

/// The class frequencies of a training, of which a classifier is given a share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reserve<'a> {
    counts: &'a [usize],
    samples: f64,
}

impl<'a> Reserve<'a> {
    /// Of training samples of which each class has so many; nothing is reserved where none are known.
    pub(crate) fn new(counts: &'a [usize]) -> Self {
        Reserve { counts, samples: counts.iter().sum::<usize>() as f64 }
    }

    /// p(y).
    pub(super) fn frequency(&self, class: usize) -> f64 {
        (self.counts[class] as f64).max(LEAST_COUNT) / self.samples
    }

    /// log p(y) of every class.
    pub(super) fn log_frequencies(&self) -> impl Iterator<Item = f64> + '_ {
        (0..self.counts.len()).map(|class| libm::log(self.frequency(class)))
    }

    /// ε.
    pub(super) fn share(&self) -> f64 {
        1.0 / (self.samples + 2.0)
    }

    /// log p(y|x) of log p̂(y|x).
    pub(crate) fn log_probability(&self, class: usize, log_p: f64) -> f64 {
        if self.counts.is_empty() {
            return log_p;
        }
        let share = self.share();
        libm::log((1.0 - share) * libm::exp(log_p) + share * self.frequency(class))
    }

    /// Gives classes without a sample among those that a classifier was fitted to what they are as likely as, whatever x:
    /// nothing was learned of them, and that a fold's own classes are missing from the others must not tell which they
    /// are. `rows` are log-probabilities of samples, in the order of the classes.
    pub(super) fn level_unseen(&self, fitted_to: impl Iterator<Item = usize>, rows: &mut [f64]) {
        let mut was_seen = vec![false; self.counts.len()];
        fitted_to.for_each(|class| was_seen[class] = true);
        let (seen, unseen): (Vec<usize>, Vec<usize>) =
            (0..self.counts.len()).partition(|&class| was_seen[class]);
        let left = 1.0 - unseen.iter().map(|&class| self.frequency(class)).sum::<f64>();
        if unseen.is_empty() || left <= 0.0 {
            return;
        }
        for row in rows.chunks_exact_mut(self.counts.len()) {
            let most = seen.iter().map(|&class| row[class]).fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = seen.iter().map(|&class| libm::exp(row[class] - most)).sum();
            let shift = libm::log(left) - most - libm::log(sum);
            seen.iter().for_each(|&class| row[class] += shift);
            unseen.iter().for_each(|&class| row[class] = libm::log(self.frequency(class)));
        }
    }

    /// log p(y|x) of every class in the place of log p̂(y|x).
    pub(super) fn add_to<T: Float>(&self, log_p: &mut [T]) {
        for (class, v) in log_p.iter_mut().enumerate() {
            *v = T::of(self.log_probability(class, v.f64()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_stay_such_and_none_is_below_its_share() {
        let reserve = Reserve::new(&[6, 2, 0]);
        let mut log_p = [0.0f64, -3.0, -700.0];
        log_p[0] = (1.0 - log_p[1].exp() - log_p[2].exp()).ln();
        let p = log_p.map(f64::exp);
        reserve.add_to(&mut log_p);
        let (share, frequencies) = (0.1, [0.75, 0.25, 0.0625]);
        for class in 0..3 {
            let expected = 0.9 * p[class] + share * frequencies[class];
            approx::assert_relative_eq!(log_p[class].exp(), expected, max_relative = 1e-14);
        }
        approx::assert_relative_eq!(log_p[2], (0.1f64 * 0.0625).ln(), max_relative = 1e-14);
        assert_eq!(reserve.log_probability(1, f64::NEG_INFINITY), (0.1f64 * 0.25).ln());
        assert!(reserve.log_probability(0, f64::NAN).is_nan(), "what is no number stays none");
        assert_eq!(Reserve::new(&[]).log_probability(1, -800.0), -800.0);
    }

    #[test]
    fn classes_that_were_not_seen_are_as_likely_as_they_are() {
        let reserve = Reserve::new(&[6, 3, 1]);
        let given = [0.2f64, 0.2, 0.6].map(f64::ln);
        let mut rows = [given, given].concat();
        reserve.level_unseen([0, 1, 0].into_iter(), &mut rows);
        for row in rows.chunks(3) {
            for (got, expected) in row.iter().zip([0.45, 0.45, 0.1f64]) {
                approx::assert_relative_eq!(got.exp(), expected, max_relative = 1e-14);
            }
        }
        let mut same = given;
        reserve.level_unseen(0..3, &mut same);
        assert_eq!(same, given);
    }
}
