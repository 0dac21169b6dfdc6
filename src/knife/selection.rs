//! The form of a density, chosen by the likelihood of samples that it was not fitted to.
//!
//! Every candidate is a Gaussian mixture fitted by expectation–maximisation. Of those whose held-out log-density is
//! within a standard error of the best one's (of the paired differences), the one with the fewest parameters is taken
//! (Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", 2009, §7.10): more modes than the data
//! tell apart cost accuracy.

use super::fit::{Data, Form, fit_from};
use super::layout::Layout;
use super::mixture::{ROUNDS, Weighted, fit_mixture};
use super::prepared::Prepared;
use super::{Diagonal, MarginalFit, MarginalOptions, Triangle};
use crate::optim::{Split, TrainingProgress, TrainingRun};
use crate::rng::Stream;
use crate::simd::{Buffer, Level};
use crate::{Error, Float, Result, Training, parallel};
use alloc::{vec, vec::Vec};
use core::ops::ControlFlow;
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

    /// Its options, the rest as in `base`, if it is worth a fit to so many samples of d features.
    fn options(&self, base: &MarginalOptions, d: usize, samples: usize) -> Option<MarginalOptions> {
        let Candidate { modes, diagonal, triangle, .. } = *self;
        let full = triangle == Triangle::Full;
        // One mode has one diagonal, and one feature no triangular part.
        let is_twin = (modes == 1 && diagonal == Diagonal::PerMode) || (d == 1 && full);
        // The prior of covariances counts as d + 2 samples of each mode: it should not outweigh the data.
        let has_few = modes > 1 && modes * (d + 2) > samples;
        let is_too_large = full && d > MOST_CORRELATED;
        match is_twin || has_few || is_too_large {
            true => None,
            false => Some(MarginalOptions { modes, diagonal, triangle, ..base.clone() }),
        }
    }
}

/// Fits a density of the form that is chosen, with all samples; of `base` the rest is taken.
///
/// Held-out samples decide whether training goes beyond expectation–maximisation, and for how many epochs. The choice
/// takes at most so many multiply-adds; whether something was left out is told.
pub(super) fn fit_selected<T: Float>(
    data: Data<'_, T>,
    base: &MarginalOptions,
    split: &Split,
    run: TrainingRun<'_>,
    budget: f64,
) -> Result<(MarginalFit<T>, bool)> {
    let TrainingRun { name, training, stream, observer, held_out } = run;
    let diverged = Error::Diverged { field: name.into(), epoch: 0, got: f64::INFINITY };
    let seed = stream.below(1 << 31) as u64;
    let folds = Folds::new(data, stream, seed);
    let Choice { options, candidates, is_limited } = folds.choose(base, budget, &mut |surprisal| {
        let epochs = training.epochs;
        observer(TrainingProgress { epoch: 0, epochs, loss: surprisal, validation_loss: None })
    })?;
    let options = options.ok_or(diverged.clone())?;
    let form = (&options, Layout::new(&options, data.x.features())?, Level::best());

    let stops = training.patience > 0 && training.epochs > 0 && !split.validation.is_empty();
    let stopped = match stops {
        true => {
            let (start, _) = likeliest(&form, &Weighted::of(data, &split.training), folds.starts, seed);
            let run = TrainingRun { name, training, held_out, stream, observer };
            Some(fit_from(start, form.clone(), data, split.clone(), run)?.history)
        }
        false => None,
    };

    let everyone = Split { training: (0..data.x.samples()).collect(), validation: Vec::new() };
    let (start, log_density) =
        likeliest(&form, &Weighted::of(data, &everyone.training), 4 * folds.starts, seed);
    if log_density == f64::NEG_INFINITY {
        return Err(diverged);
    }
    let epochs = stopped.as_ref().map_or(training.epochs, |history| history.best_epoch);
    let again = Training { epochs, patience: 0, ..training.clone() };
    // To those who watch, all of it is the last epoch of the training that decided.
    let mut observe_again = |progress: TrainingProgress| match &stopped {
        Some(history) => {
            let epochs = history.losses.len();
            observer(TrainingProgress { epoch: epochs, epochs, ..progress })
        }
        None => observer(progress),
    };
    let run = TrainingRun { name, training: &again, held_out: &[], stream, observer: &mut observe_again };
    let MarginalFit { density, history, .. } = fit_from(start, form, data, everyone, run)?;
    Ok((MarginalFit { density, history: stopped.unwrap_or(history), candidates }, is_limited))
}

/// The likeliest of so many fits, and the samples' mean log-density under it: −∞ if none has any.
pub(super) fn likeliest<T: Float>(
    form: &Form<'_>,
    samples: &Weighted<T>,
    starts: usize,
    seed: u64,
) -> (Vec<T>, f64) {
    let mut fits: Vec<(Vec<T>, f64)> = vec![Default::default(); starts];
    parallel::for_each_chunk(&mut fits, 1, |start, fit| {
        let (parameters, log_density) = fit_mixture(form, samples, &mut Stream::new(seed, start as u64));
        fit[0] = (parameters, if log_density.is_finite() { log_density } else { f64::NEG_INFINITY });
    });
    // Of equals the first.
    fits.into_iter().reduce(|best, fit| if fit.1 > best.1 { fit } else { best }).unwrap_or_default()
}

/// The options of the form that is chosen, if any has a likelihood, all that were tried, and whether a budget left some
/// out.
struct Choice {
    options: Option<MarginalOptions>,
    candidates: Vec<Candidate>,
    is_limited: bool,
}

/// Samples divided into training and held-out ones in several ways, and how candidates are fitted to them.
struct Folds<T> {
    /// The training samples of each fold, and the held-out ones.
    parts: Vec<[Weighted<T>; 2]>,
    /// Weights of the held-out samples, fold by fold, of mean 1.
    weights: Vec<f64>,
    /// Training samples of the smallest fold.
    least_training: usize,
    /// Starts of every fit.
    starts: usize,
    /// Seed of the starts.
    seed: u64,
}

impl<T: Float> Folds<T> {
    /// Divides the samples of positive weight.
    fn new(data: Data<'_, T>, stream: &mut Stream, seed: u64) -> Self {
        let mut order: Vec<usize> = (0..data.x.samples()).filter(|&i| data.weight(i) > 0.0).collect();
        stream.shuffle(&mut order);
        order.truncate(MOST_SAMPLES);
        let count = FOLDS.min(order.len());
        let d = data.x.features();
        let Effort { folds, starts } = Effort::new(order.len().saturating_mul(d * d));
        let mut parts = Vec::new();
        let (mut held_out_weights, mut least_training) = (Vec::new(), usize::MAX);
        for fold in 0..folds.min(count) {
            let of = |is_held_out: bool| -> Vec<usize> {
                // A single sample is both.
                let chosen = |place: usize| count == 1 || (place % count == fold) == is_held_out;
                order.iter().enumerate().filter(|(place, _)| chosen(*place)).map(|(_, &i)| i).collect()
            };
            let (training, held_out) = (of(false), of(true));
            least_training = least_training.min(training.len());
            held_out_weights.extend(held_out.iter().map(|&i| data.weight(i)));
            parts.push([&training, &held_out].map(|numbers| Weighted::of(data, numbers)));
        }
        let mean = held_out_weights.iter().sum::<f64>() / held_out_weights.len() as f64;
        let weights = held_out_weights.into_iter().map(|weight| weight / mean).collect();
        Folds { parts, weights, least_training, starts, seed }
    }

    /// Tries the candidates for at most so many multiply-adds; each is told to `observer` by its held-out surprisal.
    fn choose(
        &self,
        base: &MarginalOptions,
        budget: f64,
        observer: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<Choice> {
        let d = self.parts[0][0].x().features();
        let (mut candidates, mut forms, mut all_scores) = (Vec::new(), Vec::new(), Vec::new());
        let (mut left, mut is_limited) = (budget, false);
        for form in [
            (Diagonal::Shared, Triangle::None),
            (Diagonal::PerMode, Triangle::None),
            (Diagonal::Shared, Triangle::Full),
            (Diagonal::PerMode, Triangle::Full),
        ] {
            let (mut best, mut worse) = (f64::NEG_INFINITY, 0);
            for modes in MODES {
                let mut candidate = Candidate::new(modes, form, d);
                let Some(options) = candidate.options(base, d, self.least_training) else { continue };
                let Ok(layout) = Layout::new(&options, d) else { continue };
                // The first is tried in any case; more modes of the same form cost more.
                let cost = self.cost(&candidate, d);
                if cost > left && !candidates.is_empty() {
                    is_limited = true;
                    break;
                }
                left -= cost;
                let scores = self.scores(&(&options, layout, Level::best()));
                candidate.held_out = self.mean(&scores);
                if observer(-candidate.held_out).is_break() {
                    return Err(Error::Cancelled);
                }
                worse = if candidate.held_out > best { 0 } else { worse + 1 };
                best = best.max(candidate.held_out);
                // What has no likelihood is no candidate.
                if candidate.held_out.is_finite() {
                    candidates.push(candidate);
                    forms.push(options);
                    all_scores.push(scores);
                }
                if worse == PATIENCE {
                    break;
                }
            }
        }
        let chosen = self.simplest_of_the_best(&candidates, &all_scores);
        if let Some(chosen) = chosen {
            candidates[chosen].chosen = true;
        }
        Ok(Choice { options: chosen.map(|chosen| forms.swap_remove(chosen)), candidates, is_limited })
    }

    /// Multiply-adds of the fits of a candidate at most.
    fn cost(&self, candidate: &Candidate, d: usize) -> f64 {
        let of_mode = if candidate.triangle == Triangle::Full { d * d } else { 2 * d };
        let samples: usize = self.parts.iter().map(|[training, _]| training.weights.len()).sum();
        (self.starts * ROUNDS * candidate.modes * of_mode) as f64 * samples as f64
    }

    /// The log-density of every held-out sample under a fit without it, fold by fold.
    fn scores(&self, form: &Form<'_>) -> Vec<f64> {
        let mut scores: Vec<Vec<f64>> = vec![Vec::new(); self.parts.len()];
        parallel::for_each_chunk(&mut scores, 1, |fold, scores| {
            let [training, held_out] = &self.parts[fold];
            let (parameters, _) = likeliest(form, training, self.starts, self.seed);
            let mut prepared = Prepared::new(form.0, form.1.clone(), form.2);
            prepared.update(&parameters);
            let x = held_out.x();
            let mut out = vec![T::zero(); x.samples()];
            prepared.log_density(&parameters, &x, &mut out, &mut Buffer::default());
            scores[0] = out.iter().map(|value| value.f64()).collect();
        });
        scores.concat()
    }

    /// The mean of a number per held-out sample, −∞ if it is none.
    fn mean(&self, values: &[f64]) -> f64 {
        let sum: f64 = values.iter().zip(&self.weights).map(|(v, w)| v * w).sum();
        let mean = sum / self.weights.len() as f64;
        if mean.is_nan() { f64::NEG_INFINITY } else { mean }
    }

    /// The number of the candidate with the fewest parameters among those within a standard error of the best, of
    /// equals the likelier.
    fn simplest_of_the_best(&self, candidates: &[Candidate], scores: &[Vec<f64>]) -> Option<usize> {
        let likelier = |&a: &usize, &b: &usize| candidates[a].held_out.total_cmp(&candidates[b].held_out);
        let best = (0..candidates.len()).max_by(likelier)?;
        let is_close = |&i: &usize| {
            let lost: Vec<f64> = scores[best].iter().zip(&scores[i]).map(|(b, s)| b - s).collect();
            let mean = self.mean(&lost);
            let squares = lost.iter().zip(&self.weights).map(|(l, w)| w * w * (l - mean) * (l - mean));
            mean <= libm::sqrt(squares.sum::<f64>()) / self.weights.len() as f64
        };
        let simpler = |a: &usize, b: &usize| {
            candidates[*a].parameters.cmp(&candidates[*b].parameters).then(likelier(b, a))
        };
        (0..candidates.len()).filter(is_close).min_by(simpler)
    }
}
