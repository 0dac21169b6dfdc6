//! How far readings by other folds and from other starts lie apart.

use super::quantities::{Quantities, of_sample};
use crate::estimator::same_samples;
use crate::interaction::Information;
use crate::rng::Stream;
use crate::{Config, Error, Float, Model, Result, Samples, fit_with_progress};
use alloc::string::ToString;
use alloc::vec::Vec;
use core::ops::ControlFlow;
use serde::{Deserialize, Serialize};

/// The streams of the seeds of the fits, apart from those of fits.
const FIRST_STREAM: u64 = 5 << 32;

/// The most repeats of a [`spread`]: each takes as long as the fit.
pub const MOST_REPEATS: usize = 1000;

/// What differs when nothing but chance does: the division into folds, what is held out, starts and batches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Further fits.
    pub repeats: usize,
    /// The seed that their seeds were drawn with.
    pub seed: u64,
    /// The means of each further fit, nats.
    pub means: Vec<Quantities<f64>>,
    /// The standard deviation of the means of all fits, that of the model among them, nats.
    pub deviation: Quantities<f64>,
    /// The same of a sample's values: the root of the mean square over the samples, nats.
    pub sample_deviation: Quantities<f64>,
    /// The same of every sample, in their order; not in JSON.
    #[serde(skip)]
    pub samples: Vec<Quantities<f64>>,
}

/// Fits the training samples of `model` again, `repeats` times, with its settings and other seeds, so that folds, starts
/// and batches differ, and compares the cross-fitted readings.
///
/// `x1` and `x2` are those samples, in their order. Each repeat takes as long as the fit.
///
/// # Errors
/// [`Error::Setting`] for a number of repeats outside 1…1000, a model that was fitted without folds, and other samples
/// than those of the fit, [`Error::Shape`] for another number of samples or features, and as [`fit`](crate::fit).
pub fn spread<T: Float>(
    model: &Model<T>,
    x1: Samples<'_, T>,
    x2: Samples<'_, T>,
    repeats: usize,
    seed: u64,
) -> Result<Spread> {
    spread_with_progress(model, x1, x2, repeats, seed, &mut |_| ControlFlow::Continue(()))
}

/// [`spread`] that tells `observer` how many repeats are done, always by the calling thread; a break cancels.
///
/// # Errors
/// As [`spread`]; [`Error::Cancelled`] after a break.
pub fn spread_with_progress<T: Float>(
    model: &Model<T>,
    x1: Samples<'_, T>,
    x2: Samples<'_, T>,
    repeats: usize,
    seed: u64,
    observer: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> Result<Spread> {
    if !(1..=MOST_REPEATS).contains(&repeats) {
        return Err(Error::Setting {
            field: "repeats".to_string(),
            expected: "a whole number from 1 to 1000".to_string(),
            got: repeats.to_string(),
        });
    }
    let read = same_samples(model, x1, x2)?;
    let mut sums = Sums::new(&read.information);
    let mut means = Vec::with_capacity(repeats);
    for number in 0..repeats {
        let seed = Stream::new(seed, FIRST_STREAM + number as u64).below(1 << 31) as u64;
        let config = Config { seed, ..model.config().clone() };
        let again = fit_with_progress(x1, x2, &read.y, &config, &mut |_| observer(number))?;
        let information = again.cross_fitted().map_or(&[][..], |scores| &scores.information);
        sums.add(information);
        means.push(Quantities::means(information));
    }
    if observer(repeats).is_break() {
        return Err(Error::Cancelled);
    }
    let mut of_means = Moments::new(Quantities::means(&read.information).values());
    means.iter().for_each(|means| of_means.add(means.values()));
    let samples: Vec<[f64; 8]> = sums.0.iter().map(Moments::deviations).collect();
    let square = |column: usize| samples.iter().map(|v| v[column] * v[column]).sum::<f64>();
    let root = |column: usize| libm::sqrt(square(column) / samples.len() as f64);
    Ok(Spread {
        repeats,
        seed,
        means,
        deviation: Quantities::of(of_means.deviations()),
        sample_deviation: Quantities::of(core::array::from_fn(root)),
        samples: samples.into_iter().map(Quantities::of).collect(),
    })
}

/// The running mean and the sum of squared differences from it (Welford, 1962) of each quantity.
#[derive(Clone)]
struct Moments {
    count: f64,
    means: [f64; 8],
    squares: [f64; 8],
}

impl Moments {
    fn new(first: [f64; 8]) -> Self {
        Moments { count: 1.0, means: first, squares: [0.0; 8] }
    }

    fn add(&mut self, values: [f64; 8]) {
        self.count += 1.0;
        for ((mean, square), value) in self.means.iter_mut().zip(&mut self.squares).zip(values) {
            let before = value - *mean;
            *mean += before / self.count;
            *square += before * (value - *mean);
        }
    }

    fn deviations(&self) -> [f64; 8] {
        self.squares.map(|square| libm::sqrt(square / (self.count - 1.0)))
    }
}

/// Those of every sample.
struct Sums(Vec<Moments>);

impl Sums {
    fn new(information: &[Information]) -> Self {
        Sums(information.iter().map(|i| Moments::new(of_sample(i))).collect())
    }

    fn add(&mut self, information: &[Information]) {
        self.0.iter_mut().zip(information).for_each(|(moments, i)| moments.add(of_sample(i)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_are_those_of_the_values() {
        let mut moments = Moments::new([1.0; 8]);
        moments.add([2.0; 8]);
        moments.add([4.0; 8]);
        // The mean is 7/3: squares of 4/3, 1/3, 5/3 sum to 42/9.
        for deviation in moments.deviations() {
            approx::assert_relative_eq!(deviation, (42.0f64 / 18.0).sqrt(), max_relative = 1e-12);
        }
        assert_eq!(moments.means, [7.0 / 3.0; 8]);
    }
}
