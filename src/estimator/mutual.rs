//! The mutual information of two vectors of real numbers.

use super::config::Config;
use super::entropy::{Entropy, entropy_with_progress};
use super::ranks::rank_to_normal;
use super::summary::Reading;
use crate::optim::TrainingProgress;
use crate::{Error, Float, Result, Samples, parallel};
use alloc::vec::Vec;
use core::ops::ControlFlow;

/// What x and y tell of each other: the densities of x, of y and of both, and what they say of the samples.
///
/// ```text
/// i(x; y) = h(x) + h(y) − h(x, y) = log p(x, y) − log p(x) − log p(y)      I = E i ≈ 1/n Σᵢ i(xᵢ; yᵢ)      nats
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct MutualInformation<T> {
    /// Those of x, of y, and of x and y side by side.
    pub entropies: [Entropy<T>; 3],
    /// i of every sample, nats.
    pub information: Vec<f64>,
    /// By which densities the samples were read.
    pub reading: Reading,
}

impl<T> MutualInformation<T> {
    /// The mean over the samples, nats.
    pub fn mean(&self) -> f64 {
        self.information.iter().sum::<f64>() / self.information.len() as f64
    }
}

/// Fits the densities of x, of y and of both, and reads the information of every sample by densities that did not see it.
///
/// With `by_ranks` features are replaced by normal quantiles of their ranks, which changes no mutual information but makes
/// densities simple: for features with long tails, or bounded ones. Settings are those of [`entropy`](super::entropy).
///
/// ```
/// use lsmi::{Config, Samples, estimator::mutual_information, rng::Stream};
///
/// // Normal numbers of correlation 0.8: −½ log(1 − 0.64) = 0.5108 nats.
/// let mut stream = Stream::new(1, 0);
/// let x: Vec<f64> = (0..2000).map(|_| stream.normal()).collect();
/// let y: Vec<f64> = x.iter().map(|x| 0.8 * x + 0.6 * stream.normal()).collect();
/// let (x, y) = (Samples::from_rows("x", &x, 1)?, Samples::from_rows("y", &y, 1)?);
/// let found = mutual_information(x, y, false, &Config::robust())?;
/// assert!((found.mean() - 0.5108).abs() < 0.06);
/// # Ok::<(), lsmi::Error>(())
/// ```
///
/// # Errors
/// As [`entropy`](super::entropy), and [`Error::Shape`] for another number of samples of y.
pub fn mutual_information<T: Float>(
    x: Samples<'_, T>,
    y: Samples<'_, T>,
    by_ranks: bool,
    config: &Config,
) -> Result<MutualInformation<T>> {
    mutual_information_with_progress((x, y), by_ranks, config, &mut |_, _| ControlFlow::Continue(()))
}

/// [`mutual_information`] that tells `observer` of every epoch of the density of x (0), of y (1) and of both (2), always
/// by the calling thread; a break cancels.
///
/// # Errors
/// As [`mutual_information`]; [`Error::Cancelled`] after a break.
pub fn mutual_information_with_progress<T: Float>(
    (x, y): (Samples<'_, T>, Samples<'_, T>),
    by_ranks: bool,
    config: &Config,
    observer: &mut dyn FnMut(usize, TrainingProgress) -> ControlFlow<()>,
) -> Result<MutualInformation<T>> {
    x.check_finite("x")?;
    y.check_finite("y")?;
    y.check_samples("y", x.samples())?;
    let of = |x: &Samples<'_, T>| match by_ranks {
        true => rank_to_normal(x),
        false => x.iter().flatten().copied().collect(),
    };
    let (rows, widths) = ([of(&x), of(&y)], [x.features(), y.features()]);
    let both: Vec<T> = rows[0]
        .chunks_exact(widths[0])
        .zip(rows[1].chunks_exact(widths[1]))
        .flat_map(|(x, y)| x.iter().chain(y).copied())
        .collect();
    let samples = [
        Samples::from_rows("x", &rows[0], widths[0])?,
        Samples::from_rows("y", &rows[1], widths[1])?,
        Samples::from_rows("x and y", &both, widths[0] + widths[1])?,
    ];
    let fit = |which: usize, report: &mut dyn FnMut((usize, TrainingProgress)) -> ControlFlow<()>| {
        let found = entropy_with_progress(samples[which], config, &mut |progress| report((which, progress)));
        let name = |field: &str| match field {
            "x" => Some(["x", "y", "x and y"][which].into()),
            "density" => Some(["density of x", "density of y", "density of both"][which].into()),
            _ => None,
        };
        found.map_err(|error: Error| error.rename_field(name))
    };
    let mut observe = |(which, progress)| observer(which, progress);
    let entropies = parallel::map_observed([0, 1, 2].to_vec(), fit, &mut observe).ok_or(Error::Cancelled)?;
    let entropies = entropies.into_iter().collect::<Result<Vec<Entropy<T>>>>()?;
    let Ok(entropies) = <[Entropy<T>; 3]>::try_from(entropies) else { unreachable!("three were fitted") };
    let [of_x, of_y, of_both] = entropies.each_ref().map(|entropy| &entropy.surprisals);
    let information = of_x.iter().zip(of_y).zip(of_both).map(|((x, y), both)| x + y - both).collect();
    let reading = entropies[2].reading;
    Ok(MutualInformation { entropies, information, reading })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;
    use alloc::string::ToString;

    /// Pairs of normal numbers of this correlation in each of three coordinates.
    fn pairs(n: usize, correlation: f64) -> [Vec<f64>; 2] {
        let mut stream = Stream::new(11, 0);
        let x: Vec<f64> = (0..3 * n).map(|_| stream.normal()).collect();
        let rest = libm::sqrt(1.0 - correlation * correlation);
        let y = x.iter().map(|x| correlation * x + rest * stream.normal()).collect();
        [x, y]
    }

    #[test]
    fn correlated_normal_numbers_and_their_cubes() {
        let [x, y] = pairs(3000, 0.7);
        let truth = -1.5 * libm::log(1.0 - 0.49);
        fn samples(x: &[f64]) -> Samples<'_, f64> {
            Samples::from_rows("x", x, 3).unwrap()
        }
        let found = mutual_information(samples(&x), samples(&y), false, &Config::robust()).unwrap();
        approx::assert_abs_diff_eq!(found.mean(), truth, epsilon = 0.06);
        assert_eq!((found.reading, found.information.len()), (Reading::CrossFitted, 3000));
        let cubes = [&x, &y].map(|x| x.iter().map(|v| v * v * v).collect::<Vec<f64>>());
        let by_ranks = |[x, y]: [&Vec<f64>; 2]| {
            mutual_information(samples(x), samples(y), true, &Config::robust()).unwrap().information
        };
        let of_cubes = by_ranks(cubes.each_ref());
        assert_eq!(of_cubes, by_ranks([&x, &y]), "only the order counts");
        approx::assert_abs_diff_eq!(of_cubes.iter().sum::<f64>() / 3000.0, truth, epsilon = 0.06);
        // Nothing where there is nothing.
        let shuffled: Vec<f64> = y.chunks(3).rev().flatten().copied().collect();
        let none = mutual_information(samples(&x), samples(&shuffled), false, &Config::robust()).unwrap();
        approx::assert_abs_diff_eq!(none.mean(), 0.0, epsilon = 0.02);
    }

    #[test]
    fn what_cannot_be_paired_is_refused() {
        let [x, y] = pairs(20, 0.5);
        let (x, y) = (Samples::from_rows("x", &x, 3).unwrap(), Samples::from_rows("y", &y[..57], 3).unwrap());
        let refused = mutual_information(x, y, false, &Config::robust()).unwrap_err();
        assert_eq!(refused.to_string(), "y: expected 20 samples, got 19");
        let constant = Samples::from_rows("y", &[1.0; 20], 1).unwrap();
        let refused = mutual_information(x, constant, false, &Config::robust()).unwrap_err();
        assert_eq!(refused.to_string(), "y: expected features that vary between samples, got none");
        let refused = mutual_information(constant, x, true, &Config::robust()).unwrap_err();
        assert_eq!(refused.to_string(), "x: expected features that vary between samples, got none");
        let mut seen = [false; 3];
        mutual_information_with_progress((x, x), false, &Config::robust(), &mut |which, _| {
            seen[which] = true;
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(seen, [true; 3]);
        let stop = &mut |_, _| ControlFlow::Break(());
        let stopped = mutual_information_with_progress((x, x), false, &Config::robust(), stop);
        assert_eq!(stopped.unwrap_err(), Error::Cancelled);
    }
}
