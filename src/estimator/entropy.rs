//! The entropy of one modality.

use super::config::Config;
use super::density::{TrainedDensity, train_density};
use super::fit::{hold_out, stratified};
use super::preprocess::Preprocessing;
use super::summary::Reading;
use crate::knife::{Candidate, Marginal};
use crate::optim::{History, TrainingProgress};
use crate::rng::Stream;
use crate::{Float, Result, Samples};
use alloc::{vec, vec::Vec};
use core::ops::ControlFlow;

/// The stream of the training, apart from those of the five models of a [`Model`](crate::Model).
const STREAM: u64 = 8 << 32;

/// How surprising samples are: a density, and what it says of the samples that were given.
///
/// ```text
/// h(x) = −log p(x)      H = E h(x) ≈ 1/n Σᵢ h(xᵢ)      nats, in the units of the features as given
/// ```
///
/// The mean surprisal under any density p is above the entropy, by the divergence of the samples' law from p, but for the
/// chance in the samples. That of samples which p was fitted to may be below. Source: Pichler et al., "A Differential
/// Entropy Estimator for Training Neural Networks", ICML 2022.
#[derive(Debug, Clone, PartialEq)]
pub struct Entropy<T> {
    /// What is done to features before the density sees them.
    pub preprocessing: Preprocessing,
    /// The density of preprocessed features, fitted to all samples (but those that decide when to stop, where the form is
    /// given).
    pub density: Marginal<T>,
    /// How its training went.
    pub history: History,
    /// Forms that were tried.
    pub candidates: Vec<Candidate>,
    /// Whether the budget left some forms out.
    pub is_limited: bool,
    /// h of every sample, nats: by densities that did not see it, or without folds by the one that did.
    pub surprisals: Vec<f64>,
    /// By which densities the samples were read.
    pub reading: Reading,
}

/// Fits a density to samples and reads their surprisals by densities that did not see them.
///
/// Of the settings those of densities count, and `standardize`, `folds`, `held_out`, `budget` and `seed`; values are not
/// limited, however far away. The default chooses the form by the log-density of unseen samples.
///
/// ```
/// use lsmi::{Config, Samples, estimator::entropy, rng::Stream};
///
/// // A normal law of deviation 3: ½ log(2πe·9) = 2.5176 nats.
/// let mut stream = Stream::new(1, 0);
/// let x: Vec<f64> = (0..2000).map(|_| 3.0 * stream.normal()).collect();
/// let found = entropy(Samples::from_rows("x", &x, 1)?, &Config::robust())?;
/// assert!((found.mean() - 2.5176).abs() < 0.05);
/// # Ok::<(), lsmi::Error>(())
/// ```
///
/// # Errors
/// [`Error::Setting`](crate::Error::Setting), [`Error::Empty`](crate::Error::Empty) where no feature varies,
/// [`Error::NotFinite`](crate::Error::NotFinite), [`Error::Diverged`](crate::Error::Diverged).
pub fn entropy<T: Float>(x: Samples<'_, T>, config: &Config) -> Result<Entropy<T>> {
    entropy_with_progress(x, config, &mut |_| ControlFlow::Continue(()))
}

/// [`entropy`] that tells `observer` of every epoch; a break cancels.
///
/// # Errors
/// As [`entropy`]; [`Error::Cancelled`](crate::Error::Cancelled) after a break.
pub fn entropy_with_progress<T: Float>(
    x: Samples<'_, T>,
    config: &Config,
    observer: &mut dyn FnMut(TrainingProgress) -> ControlFlow<()>,
) -> Result<Entropy<T>> {
    config.check()?;
    let config = &Config { classifier_patience: 0, ..config.clone() };
    x.check_finite("x")?;
    let preprocessing = match config.standardize {
        // With limited values far samples would lie on a border, where a density may be as high as it likes.
        true => Preprocessing::standardise("x", &x, f64::INFINITY)?,
        false => Preprocessing::none(x.features()),
    };
    let z = preprocessing.transform("x", x)?;
    let z = Samples::from_rows("x", &z, preprocessing.kept().len())?;
    // All are alike to the folds.
    let classes = vec![0; x.samples()];
    let held_out = hold_out(&classes, &[x.samples()], config);
    let folds = stratified(&classes, config).filter(|_| x.samples() > 1);
    let run = ("density", Stream::new(config.seed, STREAM));
    let TrainedDensity { fit, out_of_fold, is_limited } =
        train_density(config, z, run, (&held_out, folds.as_ref()), observer)?;
    let mut found = Entropy {
        preprocessing,
        density: fit.density,
        history: fit.history,
        candidates: fit.candidates,
        is_limited,
        surprisals: Vec::new(),
        reading: Reading::CrossFitted,
    };
    found.surprisals = match folds {
        Some(_) => {
            let offset = found.preprocessing.log_jacobian();
            out_of_fold.iter().map(|log_density| offset - log_density).collect()
        }
        None => {
            found.reading = Reading::InSample;
            found.surprisals_of(x)?
        }
    };
    Ok(found)
}

impl<T: Float> Entropy<T> {
    /// The mean surprisal of the samples that it was fitted to, as they were read, nats.
    pub fn mean(&self) -> f64 {
        self.surprisals.iter().sum::<f64>() / self.surprisals.len() as f64
    }

    /// h of other samples, nats.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) for another number of features,
    /// [`Error::NotFinite`](crate::Error::NotFinite).
    pub fn surprisals_of(&self, x: Samples<'_, T>) -> Result<Vec<f64>> {
        x.check_finite("x")?;
        let z = self.preprocessing.transform("x", x)?;
        let mut log_density = vec![T::zero(); x.samples()];
        self.density.log_density(Samples::from_rows("x", &z, self.density.features())?, &mut log_density)?;
        let offset = self.preprocessing.log_jacobian();
        Ok(log_density.iter().map(|value| offset - value.f64()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;
    use alloc::string::ToString;

    fn normal(n: usize, seed: u64) -> Vec<f64> {
        let mut stream = Stream::new(seed, 0);
        (0..2 * n).map(|i| [100.0, 0.25][i % 2] * stream.normal() + 7.0).collect()
    }

    /// 1 + log 2π + log 25.
    const TRUTH: f64 = 1.0 + 1.837_877_066_409_345_5 + 3.218_875_824_868_201;

    #[test]
    fn the_entropy_of_a_normal_law_is_found_and_unseen_samples_are_as_surprising() {
        let rows = normal(3000, 1);
        let x = Samples::from_rows("x", &rows, 2).unwrap();
        let found = entropy(x, &Config::robust()).unwrap();
        // The chance in the mean of 3,000 is 1/√3000.
        approx::assert_abs_diff_eq!(found.mean(), TRUTH, epsilon = 0.04);
        assert_eq!((found.reading, found.surprisals.len()), (Reading::CrossFitted, 3000));
        let fresh = normal(3000, 2);
        let fresh = found.surprisals_of(Samples::from_rows("x", &fresh, 2).unwrap()).unwrap();
        approx::assert_abs_diff_eq!(fresh.iter().sum::<f64>() / 3000.0, TRUTH, epsilon = 0.04);
        // Exact sample by sample, of one that is typical.
        let near = found.surprisals_of(Samples::from_rows("x", &[7.0, 7.0], 2).unwrap()).unwrap();
        approx::assert_abs_diff_eq!(near[0], TRUTH - 1.0, epsilon = 0.06);
        // Another scale is another constant.
        let scaled: Vec<f64> = rows.iter().map(|v| 4.0 * v).collect();
        let other = entropy(Samples::from_rows("x", &scaled, 2).unwrap(), &Config::robust()).unwrap();
        for (scaled, plain) in other.surprisals.iter().zip(&found.surprisals) {
            approx::assert_abs_diff_eq!(scaled - plain, 2.0 * libm::log(4.0), epsilon = 1e-9);
        }
    }

    #[test]
    fn far_samples_are_as_surprising_as_they_are() {
        let mut rows = normal(1000, 4);
        rows[7] = 1e7;
        let found = entropy(Samples::from_rows("x", &rows, 2).unwrap(), &Config::robust()).unwrap();
        // Under a normal law of the others it would be 5e9.
        assert!(found.surprisals[3] > TRUTH + 3.0, "{}", found.surprisals[3]);
        assert!(found.mean() > TRUTH - 0.1, "{}", found.mean());
    }

    #[test]
    fn without_folds_the_reading_is_in_sample_and_what_never_varies_is_dropped() {
        let rows: Vec<f64> = normal(300, 3).chunks(2).flat_map(|row| [row[0], 5.0, row[1]]).collect();
        let config = Config { folds: 0, ..Config::robust() };
        let found = entropy(Samples::from_rows("x", &rows, 3).unwrap(), &config).unwrap();
        assert_eq!((found.reading, found.preprocessing.kept()), (Reading::InSample, &[0, 2][..]));
        approx::assert_abs_diff_eq!(found.mean(), TRUTH, epsilon = 0.15);
        let constant = [2.0; 10];
        let refused = entropy(Samples::from_rows("x", &constant, 1).unwrap(), &config).unwrap_err();
        assert_eq!(refused.to_string(), "x: expected features that vary between samples, got none");
        let mut calls = 0;
        let x = Samples::from_rows("x", &rows, 3).unwrap();
        let stopped = entropy_with_progress(x, &Config::robust(), &mut |_| {
            calls += 1;
            ControlFlow::Break(())
        });
        assert_eq!((stopped.unwrap_err(), calls), (Error::Cancelled, 1));
    }
}
