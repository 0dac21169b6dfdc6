//! Intervals by the bootstrap.

use super::quantities::{Quantities, of_sample};
use crate::interaction::{Atoms, Information, means_by, shift};
use crate::rng::Stream;
use crate::{Error, Float, Model, Result, parallel};
use alloc::string::ToString;
use alloc::{vec, vec::Vec};
use serde::{Deserialize, Serialize};

/// The streams of the draws, apart from those of fits.
const FIRST_STREAM: u64 = 2 << 32;

/// Where the atoms are among the quantities.
const ATOMS: core::ops::Range<usize> = 3..7;

/// The most draws of a [`bootstrap`].
pub const MOST_DRAWS: usize = 1_000_000;

/// Between two quantiles of the draws.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Its lower end, nats.
    pub low: f64,
    /// Its upper end, nats.
    pub high: f64,
}

/// Bootstrap intervals of means over samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intervals {
    /// The nominal probability that an interval covers the mean over all samples there could be.
    pub level: f64,
    /// Resamples drawn.
    pub draws: usize,
    /// Seed of the draws.
    pub seed: u64,
    /// The intervals, nats.
    #[serde(flatten)]
    pub of: Quantities<Interval>,
    /// The interval of the shift that adjusts the atoms.
    pub shift: Interval,
}

/// Percentile intervals (Efron, "Bootstrap Methods: Another Look at the Jackknife", 1979) of the means of information and
/// raw atoms, and of the shift: the samples are drawn anew with replacement `draws` times.
///
/// They tell how means move with the samples at hand, whose scores are taken as they are: what other samples would have
/// taught the models is not in them; see [`intervals`]. Of samples that the models were fitted to they flatter; see
/// [`Model::cross_fitted`](crate::Model::cross_fitted).
///
/// ```
/// use lsmi::{synthetic::MixedGaussian, trust::bootstrap};
///
/// let data = MixedGaussian::new(2, 0.5, 0.5)?.sample(500, 1)?;
/// let intervals = bootstrap(&data.truth, 1000, 0.95, 42)?;
/// assert!(intervals.of.i12.low < 0.58 && 0.58 < intervals.of.i12.high);
/// # Ok::<(), lsmi::Error>(())
/// ```
///
/// # Errors
/// [`Error::Empty`] without samples, [`Error::Setting`] for a level outside (0, 1) or a number of draws outside
/// 1…1,000,000, [`Error::NotFinite`] for information that is no finite number.
pub fn bootstrap(information: &[Information], draws: usize, level: f64, seed: u64) -> Result<Intervals> {
    widened(information, ONES, draws, level, seed)
}

/// The intervals of [`bootstrap`] for the cross-fitted reading of a model, with the chance of its models in them: those of
/// the atoms are wider or narrower about the mean by [`Model::deviation_ratios`](crate::Model::deviation_ratios). A mean
/// i(x; y) is, but for a constant, the log-likelihood that a classifier is at the maximum of: its chance moves it to
/// second order only. Where classes lie so far apart that resamples say nothing of classifiers to first order, their chance
/// is left out. What another choice of forms would have given is not in them.
///
/// # Errors
/// As [`bootstrap`]; [`Error::Setting`] for a model that was fitted without folds.
pub fn intervals<T: Float>(model: &Model<T>, draws: usize, level: f64, seed: u64) -> Result<Intervals> {
    let Some(read) = model.cross_fitted() else {
        return Err(Error::Setting {
            field: "folds".to_string(),
            expected: "a model fitted with folds".to_string(),
            got: "0".to_string(),
        });
    };
    widened(&read.information, *model.deviation_ratios().unwrap_or(&ONES), draws, level, seed)
}

/// The percentile interval of the mean of `values`, which are drawn anew with replacement `draws` times: that of an entropy
/// by its samples' surprisals ([`Entropy`](crate::estimator::Entropy)), say. What other samples would have taught a model is
/// not in it.
///
/// ```
/// let values: Vec<f64> = (0..400).map(|i| f64::from(i % 20)).collect();
/// // The mean is 9.5, its standard deviation 5.77 / 20.
/// let interval = lsmi::trust::mean_interval(&values, 1000, 0.95, 42)?;
/// assert!((interval.low - 8.94).abs() < 0.1 && (interval.high - 10.06).abs() < 0.1);
/// # Ok::<(), lsmi::Error>(())
/// ```
///
/// # Errors
/// As [`bootstrap`].
pub fn mean_interval(values: &[f64], draws: usize, level: f64, seed: u64) -> Result<Interval> {
    check("values", values.len(), draws, level)?;
    if let Some(row) = values.iter().position(|v| !v.is_finite()) {
        return Err(Error::NotFinite { field: "values".to_string(), row, column: 0, got: values[row] });
    }
    let mut means = vec![0.0; draws];
    parallel::for_each_chunk(&mut means, 1, |draw, out| {
        let mut stream = Stream::new(seed, FIRST_STREAM + draw as u64);
        let sum: f64 = values.iter().map(|_| values[stream.below(values.len())]).sum();
        out[0] = sum / values.len() as f64;
    });
    Ok(between(means, level))
}

/// The settings of a bootstrap of so many samples.
fn check(field: &str, samples: usize, draws: usize, level: f64) -> Result<()> {
    let fail = |field: &str, expected: &str, got: alloc::string::String| {
        Err(Error::Setting { field: field.to_string(), expected: expected.to_string(), got })
    };
    if samples == 0 {
        return Err(Error::Empty { field: field.to_string(), what: "samples" });
    }
    if !(level > 0.0 && level < 1.0) {
        return fail("level", "a probability above 0 and below 1", level.to_string());
    }
    if !(1..=MOST_DRAWS).contains(&draws) {
        return fail("draws", "a whole number from 1 to 1000000", draws.to_string());
    }
    Ok(())
}

/// The interval that so much of the draws lies in.
fn between(mut drawn: Vec<f64>, level: f64) -> Interval {
    drawn.sort_unstable_by(f64::total_cmp);
    let tail = 0.5 * (1.0 - level);
    Interval { low: quantile(&drawn, tail), high: quantile(&drawn, 1.0 - tail) }
}

/// Intervals as they are.
const ONES: Atoms = Atoms { redundancy: 1.0, unique1: 1.0, unique2: 1.0, synergy: 1.0 };

/// Intervals whose raw atoms deviate so many times as much as those of the draws.
fn widened(
    information: &[Information],
    ratios: Atoms,
    draws: usize,
    level: f64,
    seed: u64,
) -> Result<Intervals> {
    check("information", information.len(), draws, level)?;
    let values: Vec<[f64; 8]> = information.iter().map(of_sample).collect();
    for (row, value) in values.iter().enumerate() {
        if let Some(column) = value.iter().position(|v| !v.is_finite()) {
            let (field, got) = ("information".to_string(), value[column]);
            return Err(Error::NotFinite { field, row, column, got });
        }
    }
    let n = values.len();
    let own = means_by(&values, |values| *values);
    let ratios = [ratios.redundancy, ratios.unique1, ratios.unique2, ratios.synergy];
    // The means of every draw, and its shift.
    let mut drawn = vec![[0.0; 9]; draws];
    parallel::for_each_chunk(&mut drawn, 1, |draw, out| {
        let mut stream = Stream::new(seed, FIRST_STREAM + draw as u64);
        let chosen: Vec<usize> = (0..n).map(|_| stream.below(n)).collect();
        let mut means = means_by(&chosen, |&i| values[i]);
        for ((mean, own), ratio) in means[ATOMS].iter_mut().zip(&own[ATOMS]).zip(ratios) {
            *mean = own + ratio * (*mean - own);
        }
        out[0][..8].copy_from_slice(&means);
        out[0][8] = shift(Quantities::of(means).atoms());
    });
    let interval = |column: usize| between(drawn.iter().map(|means| means[column]).collect(), level);
    let of = Quantities::of(core::array::from_fn(interval));
    Ok(Intervals { level, draws, seed, of, shift: interval(8) })
}

/// The quantile of ascending values, between two of them by a straight line.
fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let place = probability * (sorted.len() - 1) as f64;
    let below = libm::floor(place) as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interaction::mean_by;
    use crate::synthetic::MixedGaussian;

    #[test]
    fn quantiles_lie_between_neighbours() {
        let sorted = [1.0, 2.0, 4.0];
        assert_eq!([0.0, 0.5, 0.75, 1.0].map(|p| quantile(&sorted, p)), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(quantile(&[7.0], 0.3), 7.0);
    }

    #[test]
    fn intervals_are_those_of_the_normal_law_and_the_same_for_every_number_of_threads() {
        let truth = MixedGaussian::new(2, 0.5, 0.5).unwrap().sample(400, 3).unwrap().truth;
        let intervals = bootstrap(&truth, 4000, 0.95, 1).unwrap();
        for (read, interval) in [
            ((|i| i.i1) as fn(&Information) -> f64, intervals.of.i1),
            (|i| i.atoms().synergy, intervals.of.synergy),
            (|i| i.synergy_minus_redundancy(), intervals.of.s_minus_r),
        ] {
            let mean = mean_by(&truth, read);
            let error = libm::sqrt(mean_by(&truth, |i| (read(i) - mean) * (read(i) - mean)) / 400.0);
            approx::assert_abs_diff_eq!(interval.low, mean - 1.96 * error, epsilon = 0.25 * error);
            approx::assert_abs_diff_eq!(interval.high, mean + 1.96 * error, epsilon = 0.25 * error);
        }
        let narrow = bootstrap(&truth, 4000, 0.5, 1).unwrap().of.i1;
        assert!(narrow.low > intervals.of.i1.low && narrow.high < intervals.of.i1.high);
        #[cfg(feature = "rayon")]
        for threads in [1, 2, 7] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            assert_eq!(pool.install(|| bootstrap(&truth, 4000, 0.95, 1).unwrap()), intervals);
        }
    }

    #[test]
    fn atoms_deviate_by_their_ratios_and_nothing_else_does() {
        let truth = MixedGaussian::new(2, 0.5, 0.5).unwrap().sample(300, 3).unwrap().truth;
        let plain = bootstrap(&truth, 500, 0.9, 1).unwrap().of.named();
        let ratios = Atoms { redundancy: 2.0, unique1: 1.0, unique2: 0.5, synergy: 0.0 };
        let scaled = widened(&truth, ratios, 500, 0.9, 1).unwrap().of.named();
        let means = Quantities::means(&truth).named();
        for (q, ratio) in [1.0, 1.0, 1.0, 2.0, 1.0, 0.5, 0.0, 1.0].into_iter().enumerate() {
            let (mean, (_, plain), (name, scaled)) = (means[q].1, plain[q], scaled[q]);
            assert!(plain.low < mean && mean < plain.high, "{name}");
            approx::assert_abs_diff_eq!(scaled.low, mean + ratio * (plain.low - mean), epsilon = 1e-12);
            approx::assert_abs_diff_eq!(scaled.high, mean + ratio * (plain.high - mean), epsilon = 1e-12);
        }
    }

    #[test]
    fn the_shift_is_that_of_each_draw() {
        // S is clearly negative: the shift is −S.
        let information = |i12| Information { i1: 0.5, i2: 0.5, i12, h1: 1.0, h2: 1.0 };
        let samples: Vec<Information> = (0..200).map(|i| information(0.2 + 0.1 * f64::from(i % 3))).collect();
        let intervals = bootstrap(&samples, 500, 0.9, 7).unwrap();
        assert!(intervals.of.synergy.high < 0.0);
        approx::assert_relative_eq!(intervals.shift.low, -intervals.of.synergy.high, max_relative = 1e-12);
        approx::assert_relative_eq!(intervals.shift.high, -intervals.of.synergy.low, max_relative = 1e-12);
    }

    #[test]
    fn bad_calls_are_errors() {
        let one = [Information::default()];
        let message = |information: &[Information], draws, level| {
            bootstrap(information, draws, level, 1).unwrap_err().to_string()
        };
        assert_eq!(message(&[], 10, 0.9), "information: expected samples, got none");
        assert_eq!(message(&one, 0, 0.9), "draws: expected a whole number from 1 to 1000000, got 0");
        assert_eq!(message(&one, 5, 1.0), "level: expected a probability above 0 and below 1, got 1");
        assert!(message(&one, 5, f64::NAN).starts_with("level: "));
        let bad = [one[0], Information { i2: f64::INFINITY, ..one[0] }];
        assert_eq!(message(&bad, 5, 0.5), "information: row 1, column 1: expected a finite number, got inf");
        let single = bootstrap(&one, 5, 0.5, 1).unwrap();
        assert_eq!(single.of.i1, Interval { low: 0.0, high: 0.0 });
    }
}
