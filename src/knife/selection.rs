//! The form of a density, chosen by the likelihood of samples that it was not fitted to.
//!
//! Every candidate is a Gaussian mixture fitted by expectation–maximisation. Of those whose held-out log-density is
//! within a standard error of the best one's (of the paired differences), the one with the fewest parameters is taken
//! (Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", 2009, §7.10): more modes than the data
//! tell apart cost accuracy.

use super::fit::{Data, fit_from, weight};
use super::layout::Layout;
use super::mixture::{Weighted, fit_mixture};
use super::prepared::Prepared;
use super::{Diagonal, MarginalFit, MarginalOptions, Triangle};
use crate::optim::{Split, TrainingProgress, TrainingRun};
use crate::rng::Stream;
use crate::simd::{Buffer, Level};
use crate::{Error, Float, Result, Samples, Training, parallel};
use alloc::{vec, vec::Vec};
use serde::{Deserialize, Serialize};

/// Parts that the samples are divided into.
const FOLDS: usize = 5;

/// How much is done for every candidate: parts that are held out, one after the other, and starts, of which the likeliest
/// counts.
struct Effort {
    folds: usize,
    starts: usize,
}

impl Effort {
    /// What so many numbers of a scatter matrix, samples × features², allow.
    fn new(numbers: usize) -> Effort {
        match numbers {
            0..4_000_000 => Effort { folds: FOLDS, starts: 2 },
            _ => Effort { folds: 2, starts: 1 },
        }
    }
}

/// Samples that candidates are compared on, at most: beyond, a random choice of them.
const MOST_SAMPLES: usize = 4096;

/// Numbers of modes that are tried one after the other.
const MODES: [usize; 14] = [1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24, 32];

/// Numbers of modes in a row that are no better than a smaller one, after which no larger one is tried.
const PATIENCE: usize = 3;

/// Features beyond which there are no candidates with a triangular part: their covariances would fill the memory.
const MOST_CORRELATED: usize = 2048;

/// A form of a density that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Number of modes, K.
    pub modes: usize,
    /// One diagonal per mode or a shared one.
    pub diagonal: Diagonal,
    /// With or without triangular part.
    pub triangle: Triangle,
    /// Free parameters.
    pub parameters: usize,
    /// Mean log-density of samples under a fit that did not see them, nats.
    pub held_out: f64,
    /// Whether it is the one that was taken.
    pub chosen: bool,
}

impl Candidate {
    fn new(modes: usize, (diagonal, triangle): (Diagonal, Triangle), d: usize) -> Self {
        let diagonals = if diagonal == Diagonal::Shared { 1 } else { modes };
        let below = if triangle == Triangle::Full { modes * (d * (d - 1) / 2) } else { 0 };
        let parameters = (modes + diagonals) * d + below + modes - 1;
        Candidate { modes, diagonal, triangle, parameters, held_out: f64::NEG_INFINITY, chosen: false }
    }

    fn options(&self, base: &MarginalOptions) -> MarginalOptions {
        let Candidate { modes, diagonal, triangle, .. } = *self;
        MarginalOptions { modes, diagonal, triangle, ..base.clone() }
    }
}

/// Fits a density of the form that is chosen, with all samples; of `base` the rest is taken.
///
/// Held-out samples decide whether training goes beyond expectation–maximisation, and for how many epochs.
pub(super) fn fit_selected<T: Float>(
    data: Data<'_, T>,
    base: &MarginalOptions,
    split: &Split,
    run: TrainingRun<'_>,
) -> Result<MarginalFit<T>> {
    let TrainingRun { name, training, stream, observer, held_out } = run;
    let seed = stream.below(1 << 31) as u64;
    let mut candidates = Vec::new();
    let mut differences: Vec<Vec<f64>> = Vec::new();
    let folds = divided(data, stream);
    for form in [
        (Diagonal::Shared, Triangle::None),
        (Diagonal::PerMode, Triangle::None),
        (Diagonal::Shared, Triangle::Full),
        (Diagonal::PerMode, Triangle::Full),
    ] {
        let mut best = f64::NEG_INFINITY;
        let mut worse = 0;
        for modes in MODES {
            let mut candidate = Candidate::new(modes, form, data.x.features());
            // One mode has one diagonal, and one feature no triangular part.
            let is_twin = (modes == 1 && form.0 == Diagonal::PerMode)
                || (data.x.features() == 1 && form.1 == Triangle::Full);
            // The prior of covariances counts as d + 2 samples of each mode: it should not outweigh the data.
            let is_too_large = (modes > 1 && modes * (data.x.features() + 2) > folds.least_training)
                || (data.x.features() > MOST_CORRELATED && form.1 == Triangle::Full);
            let options = candidate.options(base);
            let Ok(layout) = Layout::new(&options, data.x.features()) else { continue };
            if is_twin || is_too_large || worse == PATIENCE {
                continue;
            }
            let scores = folds.scores(&(&options, layout, Level::best()), seed);
            let held_out = folds.mean(&scores);
            candidate.held_out = held_out;
            worse = if held_out > best { 0 } else { worse + 1 };
            best = best.max(held_out);
            // What has no likelihood is no candidate.
            if held_out.is_finite() {
                candidates.push(candidate);
                differences.push(scores);
            }
            let progress = TrainingProgress {
                epoch: 0,
                epochs: training.epochs,
                loss: -held_out,
                validation_loss: None,
            };
            if observer(progress).is_break() {
                return Err(Error::Cancelled);
            }
        }
    }
    if candidates.is_empty() {
        return Err(Error::Diverged { field: name.into(), epoch: 0, got: f64::INFINITY });
    }
    let chosen = folds.simplest_of_the_best(&candidates, &differences);
    candidates[chosen].chosen = true;
    let options = candidates[chosen].options(base);
    let layout = Layout::new(&options, data.x.features())?;
    let form = (&options, layout, Level::best());

    // How many epochs help.
    let mut history = Default::default();
    let stops = training.patience > 0 && training.epochs > 0 && !split.validation.is_empty();
    if stops {
        let (start, _) = likeliest(&form, &gathered(data, &split.training), folds.starts, seed);
        let run = TrainingRun { name, training, held_out, stream, observer };
        history = fit_from(start, form.clone(), data, split.clone(), run)?.history;
    }
    let epochs = if stops { history.best_epoch } else { training.epochs };
    let everyone = Split { training: (0..data.x.samples()).collect(), validation: Vec::new() };
    let (start, log_density) = likeliest(&form, &gathered(data, &everyone.training), 4 * folds.starts, seed);
    if !log_density.is_finite() {
        return Err(Error::Diverged { field: name.into(), epoch: 0, got: -log_density });
    }
    let training = Training { epochs, patience: 0, ..training.clone() };
    // To those who watch, these are the last epoch still.
    let epochs = history.losses.len().max(1);
    let mut again = |progress: TrainingProgress| match stops {
        true => observer(TrainingProgress { epoch: epochs, epochs, validation_loss: None, ..progress }),
        false => observer(progress),
    };
    let run = TrainingRun { name, training: &training, held_out: &[], stream, observer: &mut again };
    let fit = fit_from(start, form, data, everyone, run)?;
    let history = if stops { history } else { fit.history };
    Ok(MarginalFit { density: fit.density, history, candidates })
}

type Form<'a> = (&'a MarginalOptions, Layout, Level);

/// The likeliest of so many fits, and the samples' mean log-density under it: −∞ if none has any.
fn likeliest<T: Float>(
    (options, layout, level): &Form<'_>,
    (x, weights): &(Vec<T>, Vec<f64>),
    starts: usize,
    seed: u64,
) -> (Vec<T>, f64) {
    let x = Samples::from_rows("x", x, layout.features).expect("whole rows were gathered");
    let mut fits: Vec<(Vec<T>, f64)> = vec![Default::default(); starts];
    parallel::for_each_chunk(&mut fits, 1, |start, fit| {
        let samples = Weighted { x, weights: weights.clone() };
        let mut stream = Stream::new(seed, start as u64);
        let (parameters, log_density) = fit_mixture((options, layout, *level), &samples, &mut stream);
        fit[0] = (parameters, if log_density.is_finite() { log_density } else { f64::NEG_INFINITY });
    });
    // Of equals the first.
    fits.into_iter().reduce(|best, fit| if fit.1 > best.1 { fit } else { best }).unwrap_or_default()
}

/// These samples side by side, and their weights, of mean 1.
fn gathered<T: Float>(data: Data<'_, T>, samples: &[usize]) -> (Vec<T>, Vec<f64>) {
    let x = samples.iter().flat_map(|&i| data.x.sample(i)).copied().collect();
    let weights: Vec<f64> = samples.iter().map(|&i| weight(data.weights, i)).collect();
    let mean = weights.iter().sum::<f64>() / weights.len() as f64;
    (x, weights.into_iter().map(|w| w / mean).collect())
}

/// Samples divided into training and held-out ones in several ways.
struct Folds<T> {
    d: usize,
    /// The training samples of each fold with their weights.
    training: Vec<(Vec<T>, Vec<f64>)>,
    /// The held-out samples of each fold.
    held_out: Vec<Vec<T>>,
    /// Weights of the held-out samples, fold by fold, of mean 1.
    weights: Vec<f64>,
    /// Training samples of the smallest fold.
    least_training: usize,
    /// Starts of every fit.
    starts: usize,
}

/// Divides the samples of positive weight.
fn divided<T: Float>(data: Data<'_, T>, stream: &mut Stream) -> Folds<T> {
    let mut order: Vec<usize> = (0..data.x.samples()).filter(|&i| weight(data.weights, i) > 0.0).collect();
    stream.shuffle(&mut order);
    order.truncate(MOST_SAMPLES);
    // A single sample is both.
    let count = FOLDS.min(order.len());
    let effort = Effort::new(order.len().saturating_mul(data.x.features() * data.x.features()));
    let of = |fold: usize, held_out: bool| -> Vec<usize> {
        let chosen = order.iter().enumerate().filter(|(place, _)| (place % count == fold) == held_out);
        chosen.map(|(_, &i)| i).collect()
    };
    let mut folds = Folds {
        d: data.x.features(),
        training: vec![],
        held_out: vec![],
        weights: vec![],
        least_training: usize::MAX,
        starts: effort.starts,
    };
    for fold in 0..effort.folds.min(count) {
        let held_out = of(fold, true);
        let training = if count == 1 { held_out.clone() } else { of(fold, false) };
        folds.least_training = folds.least_training.min(training.len());
        folds.training.push(gathered(data, &training));
        folds.weights.extend(held_out.iter().map(|&i| weight(data.weights, i)));
        folds.held_out.push(gathered(data, &held_out).0);
    }
    let mean = folds.weights.iter().sum::<f64>() / folds.weights.len() as f64;
    folds.weights.iter_mut().for_each(|w| *w /= mean);
    folds
}

impl<T: Float> Folds<T> {
    /// The log-density of every held-out sample under a fit without it, fold by fold.
    fn scores(&self, form: &Form<'_>, seed: u64) -> Vec<f64> {
        let mut scores: Vec<Vec<f64>> = vec![Vec::new(); self.training.len()];
        parallel::for_each_chunk(&mut scores, 1, |fold, scores| {
            let (parameters, _) = likeliest(form, &self.training[fold], self.starts, seed);
            let x = Samples::from_rows("x", &self.held_out[fold], self.d).expect("whole rows");
            let mut prepared = Prepared::new(form.0, form.1.clone(), form.2);
            prepared.update(&parameters);
            let mut out = vec![T::zero(); x.samples()];
            prepared.log_density(&parameters, &x, &mut out, &mut Buffer::default());
            scores[0] = out.iter().map(|value| value.f64()).collect();
        });
        scores.concat()
    }

    fn mean(&self, values: &[f64]) -> f64 {
        let total: f64 = self.weights.iter().sum();
        let mean = values.iter().zip(&self.weights).map(|(v, w)| v * w).sum::<f64>() / total;
        if mean.is_nan() { f64::NEG_INFINITY } else { mean }
    }

    /// The number of the candidate with the fewest parameters among those that are within a standard error of the best.
    fn simplest_of_the_best(&self, candidates: &[Candidate], scores: &[Vec<f64>]) -> usize {
        let mut best = 0;
        for (i, candidate) in candidates.iter().enumerate() {
            if candidate.held_out > candidates[best].held_out {
                best = i;
            }
        }
        let total: f64 = self.weights.iter().sum();
        let is_close = |i: usize| {
            let lost: Vec<f64> = scores[best].iter().zip(&scores[i]).map(|(b, s)| b - s).collect();
            let mean = self.mean(&lost);
            let squares = lost.iter().zip(&self.weights).map(|(l, w)| w * w * (l - mean) * (l - mean));
            mean <= libm::sqrt(squares.sum::<f64>()) / total
        };
        let close = (0..candidates.len()).filter(|&i| i == best || is_close(i));
        let rank = |i: usize| (candidates[i].parameters, -candidates[i].held_out);
        close.min_by(|&a, &b| rank(a).0.cmp(&rank(b).0).then(rank(a).1.total_cmp(&rank(b).1))).unwrap_or(best)
    }
}
