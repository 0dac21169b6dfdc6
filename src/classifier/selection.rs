//! A classifier chosen by the log-loss of samples that it was not fitted to.
//!
//! Several forms are trained on all samples but one fold, for each fold: a linear classifier, classes as normal laws,
//! radial units, networks with little and much weight decay, all in [`canonical`](super::canonical) coordinates, and a
//! network of a few directions of the features. Where samples are too few to tell the features' covariance, forms see
//! features as they are. A form's epochs, or its one setting, are those whose held-out log-loss is least. What is taken
//! is a weighted sum of the forms' log-probabilities and those of the prior ([`Stack`](super::stack::Stack)); its members
//! are then trained on all samples.
//!
//! Every sample is also read by networks that never saw it, and for these nothing was chosen by its fold: the epochs
//! and the weights are those of the other folds.

use super::Network;
use super::forms::{Begun, Course, Forms, Shape, Task, Underway, settings};
use super::joined::join;
use super::trials::{
    Data, Fold, Look, Losses, Predictions, Tried, level_unseen, log_probabilities, loss_of_prior, mean_loss,
    stack,
};
use crate::optim::{Folds, History, Split, TrainingProgress, TrainingRun};
use crate::{Error, Float, Result, parallel};
use alloc::boxed::Box;
use alloc::{vec, vec::Vec};
use core::ops::ControlFlow;
use serde::{Deserialize, Serialize};

pub use super::forms::NetworkKind;

/// Epochs after which it is asked whether more may help.
const ROUNDS: [usize; 4] = [20, 36, 64, usize::MAX];

/// An epoch of few samples is over sooner than a thread is woken up to hear of it.
const SAMPLES_PER_REPORT: usize = 10_000;

/// A form of a classifier that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetworkCandidate {
    /// What it is.
    #[serde(default)]
    pub kind: NetworkKind,
    /// Whether it sees canonical coordinates, which no invertible linear map of the features changes.
    #[serde(default)]
    pub canonical: bool,
    /// Of a discriminant the samples per coordinate that the shared covariance counts for, of a kernel γ times the sum of
    /// the coordinates' variances; 0 for a network.
    #[serde(default)]
    pub setting: f64,
    /// Widths of the hidden layers.
    pub hidden: Vec<usize>,
    /// Weight decay.
    pub weight_decay: f64,
    /// Directions that it sees, of all modalities together; 0 for all features, and for a form that was left out.
    pub directions: usize,
    /// Epochs; 0 for what needs none.
    pub epochs: usize,
    /// Mean log-loss of samples under fits that did not see them, nats.
    pub held_out: f64,
    /// Its share of the logits of the classifier that was taken; 0 if it was left out.
    pub weight: f64,
}

/// A classifier and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SelectedNetwork<T> {
    /// Trained on all samples.
    pub(crate) network: Network<T>,
    /// log p(y|x) of every sample and class by networks that did not see the sample, n×C, nats.
    pub(crate) out_of_fold: Vec<f64>,
    pub(crate) candidates: Vec<NetworkCandidate>,
    /// The training, on all samples, of the member that weighs most; empty if there is none.
    pub(crate) history: History,
    /// Whether the budget left something out.
    pub(crate) is_limited: bool,
}

/// Chooses and fits a classifier; see the module. The choice takes at most so many multiply-adds.
pub(crate) fn fit_selected<T: Float>(
    data: Data<'_, T>,
    folds: &Folds,
    run: TrainingRun<'_>,
    budget: f64,
) -> Result<SelectedNetwork<T>> {
    let TrainingRun { name, training, stream, observer, .. } = run;
    let loss = loss_of_prior(data);
    let begun = TrainingProgress { epoch: 0, epochs: 1, loss, validation_loss: None };
    let seed = stream.below(1 << 31) as u64;
    let forms = Forms::new(data, folds, (name, training, seed), budget, &mut |()| observer(begun))?;
    let canonical = forms.are_canonical();
    let shapes = forms.shapes.clone();
    let tried = try_all(&forms, data, folds, &mut |done, total, loss| {
        observer(TrainingProgress { epoch: done, epochs: total, loss, validation_loss: None })
    })?;
    let total = shapes.len() * folds.count() * ROUNDS.len();
    let first_refit = shapes.len();
    let (shapes, tried) = those_that_converged(shapes, tried, folds.count())?;
    let trials: Vec<Tried<'_, T>> = tried.iter().map(|trainings| Tried(trainings)).collect();

    let mut predictions = Predictions::new(data, folds, &trials);
    let everyone: Vec<usize> = (0..data.x.samples()).collect();
    let mut out_of_fold = vec![0.0; data.x.samples() * data.classes];
    for fold in 0..folds.count() {
        let others: Vec<usize> = everyone.iter().copied().filter(|&i| folds.of(i) != fold).collect();
        let (mix, looks) = predictions.choose(Some(fold), &others);
        let read = predictions.of(&looks);
        let samples = folds.split(fold).validation;
        let place = |i: usize| i * data.classes..(i + 1) * data.classes;
        let mut rows = vec![0.0; samples.len() * data.classes];
        for (row, &i) in rows.chunks_mut(data.classes).zip(&samples) {
            mix.log_probabilities(|m| &read[m][place(i)], row);
        }
        level_unseen(data, folds, fold, &mut rows);
        for (row, &i) in rows.chunks_mut(data.classes).zip(&samples) {
            data.reserve.add_to(row);
            out_of_fold[place(i)].copy_from_slice(row);
        }
    }
    let (mix, looks) = predictions.choose(None, &everyone);
    let mut candidates: Vec<NetworkCandidate> = shapes
        .iter()
        .zip(&trials)
        .zip(&looks)
        .map(|((shape, tried), &look)| {
            let label = tried.label(look);
            let setting = settings(shape.kind).get(label.wrapping_sub(1)).copied();
            NetworkCandidate {
                kind: shape.kind,
                canonical,
                setting: setting.unwrap_or(0.0),
                hidden: shape.hidden.clone(),
                weight_decay: shape.weight_decay,
                directions: 0,
                epochs: if setting.is_none() { label } else { 0 },
                held_out: tried.total(look) / everyone.len() as f64,
                weight: 0.0,
            }
        })
        .collect();

    // Again, on all samples.
    let split = Split { training: everyone, validation: Vec::new() };
    let mut networks = Vec::new();
    let mut heaviest = (0.0, History::default());
    let mut biases = vec![0.0; data.classes];
    for (&member, &weight) in mix.members.iter().zip(&mix.weights) {
        if member == 0 {
            biases = data.reserve.log_frequencies().map(|log_p| weight * log_p).collect();
            continue;
        }
        let shape = member - 1;
        let look = Some(trials[shape].label(looks[shape]));
        candidates[shape].weight = weight;
        let mut watch =
            |loss| observer(TrainingProgress { epoch: total, epochs: total, loss, validation_loss: None });
        let seed = ((first_refit + shape) * folds.count()) as u64;
        let task = Task { split: &split, left_out: folds.count(), look, seed };
        let Course { looks, history, directions } = forms.train(&shapes[shape], &task, &mut watch)?;
        let Some((_, network)) = looks.into_iter().next_back() else { continue };
        candidates[shape].directions = directions;
        if weight > heaviest.0 {
            heaviest = (weight, history);
        }
        networks.push((network, weight));
    }
    let members: Vec<(&Network<T>, f64)> =
        networks.iter().map(|(network, weight)| (network, *weight)).collect();
    let network = join(&members, data.x.features(), &biases);
    let is_limited = forms.is_limited;
    Ok(SelectedNetwork { network, out_of_fold, candidates, history: heaviest.1, is_limited })
}

/// What is done about a form without a fold: its looks with their losses, and the network that may go on.
struct Trial<T> {
    fold: Fold<T>,
    underway: Option<Box<Underway<T>>>,
}

/// Trains every form without each fold, shape by shape; `observer` learns how much of how much is done, and a loss.
///
/// Trainings pause at [`ROUNDS`]: a form that has been no better for half of its epochs, whichever fold is left out, goes
/// no further.
fn try_all<T: Float>(
    forms: &Forms<'_, T>,
    data: Data<'_, T>,
    folds: &Folds,
    observer: &mut dyn FnMut(usize, usize, f64) -> ControlFlow<()>,
) -> Result<Vec<Result<Fold<T>>>> {
    let (shapes, count) = (&forms.shapes, folds.count());
    let total = shapes.len() * count * ROUNDS.len();
    let mut trials: Vec<Option<Result<Trial<T>>>> = (0..shapes.len() * count).map(|_| None).collect();
    let mut going: Vec<usize> = (0..shapes.len()).collect();
    for (round, milestone) in ROUNDS.into_iter().enumerate() {
        let mut tasks = Vec::new();
        for place in going.iter().flat_map(|shape| shape * count..(shape + 1) * count) {
            tasks.push((place, trials[place].take()));
        }
        let places: Vec<usize> = tasks.iter().map(|(place, _)| *place).collect();
        let mut done = total - going.len() * count * (ROUNDS.len() - round);
        type Task<T> = (usize, Option<Result<Trial<T>>>);
        let work = |(place, trial): Task<T>, report: &mut dyn FnMut((usize, f64)) -> ControlFlow<()>| {
            let (shape, fold) = (place / count, place % count);
            let mut last = loss_of_prior(data);
            let mut unreported = 0;
            let mut watch = |loss| {
                last = loss;
                unreported += data.x.samples();
                if unreported < SAMPLES_PER_REPORT {
                    return ControlFlow::Continue(());
                }
                unreported = 0;
                report((0, loss))
            };
            let trial =
                further(forms, data, (shape, folds, fold), trial.transpose()?, milestone, &mut watch)?;
            // If this asks for an end, so will the next.
            let _ = report((1, last));
            Ok(trial)
        };
        let mut observe = |(more, loss)| {
            done += more;
            observer(done, total, loss)
        };
        let results = parallel::map_observed(tasks, work, &mut observe).ok_or(Error::Cancelled)?;
        for (place, trial) in places.into_iter().zip(results) {
            trials[place] = Some(trial);
        }
        going.retain(|shape| may_improve(&trials[shape * count..(shape + 1) * count]));
    }
    Ok(trials.into_iter().flatten().map(|trial| trial.map(|trial| trial.fold)).collect())
}

/// A shape without a fold, from where it is to so many epochs.
fn further<T: Float>(
    forms: &Forms<'_, T>,
    data: Data<'_, T>,
    (number, folds, fold): (usize, &Folds, usize),
    trial: Option<Trial<T>>,
    milestone: usize,
    report: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<Trial<T>> {
    let (shape, split) = (&forms.shapes[number], folds.split(fold));
    // What is trained by its log-loss has the size of its logits from there.
    let loss = |network: &Network<T>| match shape.kind {
        NetworkKind::Network => mean_loss(network, data, &split.validation),
        _ => tempered_loss(network, data, &split.validation),
    };
    let losses = |looks: &[Look<T>]| -> Vec<f64> {
        looks.iter().map(|(_, network)| loss(network) * split.validation.len() as f64).collect()
    };
    let mut trial = match trial {
        Some(trial) => trial,
        None => {
            let seed = (number * folds.count() + fold) as u64;
            let task = Task { split: &split, left_out: fold, look: None, seed };
            match forms.begin(shape, &task, report)? {
                Begun::Solved(looks) => {
                    let losses = losses(&looks);
                    return Ok(Trial { fold: (looks, losses), underway: None });
                }
                Begun::Training(underway) => Trial { fold: Default::default(), underway: Some(underway) },
            }
        }
    };
    if let Some(underway) = &mut trial.underway {
        let most = forms.most_epochs(shape, &split);
        let looks = forms.go_on(shape, &split, underway, milestone.min(most), report)?;
        trial.fold.1.extend(losses(&looks));
        trial.fold.0.extend(looks);
        if milestone >= most {
            trial.underway = None;
        }
    }
    Ok(trial)
}

/// Whether a form, by its trainings without each fold, may be better after more epochs.
fn may_improve<T>(trials: &[Option<Result<Trial<T>>>]) -> bool {
    fn under_way<T>(trial: &Option<Result<Trial<T>>>) -> Option<&Fold<T>> {
        match trial {
            Some(Ok(Trial { fold, underway: Some(_) })) => Some(fold),
            _ => None,
        }
    }
    let Some(folds) = trials.iter().map(under_way).collect::<Option<Vec<_>>>() else { return false };
    let losses = Losses(folds.iter().map(|(_, losses)| &losses[..]).collect());
    let epochs = |look: usize| folds[0].0[look].0;
    let is_late = |left_out| 2 * epochs(losses.best(left_out)) > epochs(losses.looks() - 1);
    (0..folds.len()).map(Some).chain([None]).any(is_late)
}

/// The mean log-loss of samples, of the log-probabilities times the number that suits the samples best: the weights of
/// forms are found later.
fn tempered_loss<T: Float>(network: &Network<T>, data: Data<'_, T>, samples: &[usize]) -> f64 {
    let log_p = log_probabilities(network, data.x, samples);
    if log_p.iter().any(|v| !v.is_finite()) {
        return f64::NAN;
    }
    let targets: Vec<usize> = samples.iter().map(|&i| data.targets[i]).collect();
    let everyone: Vec<usize> = (0..samples.len()).collect();
    stack(Data { targets: &targets, ..data }, vec![&log_p], &everyone).tempered_loss(0)
}

/// Shapes, and their trainings without each fold.
type Converged<T> = (Vec<Shape>, Vec<Vec<Fold<T>>>);

/// The shapes whose trainings, one per fold, all stayed finite; the first error if there are none, or another error.
fn those_that_converged<T>(
    shapes: Vec<Shape>,
    tried: Vec<Result<Fold<T>>>,
    folds: usize,
) -> Result<Converged<T>> {
    let mut diverged = None;
    let (mut kept, mut trainings) = (Vec::new(), Vec::new());
    let mut tried = tried.into_iter();
    for shape in shapes {
        let of_shape: Vec<Result<Fold<T>>> = tried.by_ref().take(folds).collect();
        match of_shape.into_iter().collect::<Result<Vec<_>>>() {
            Ok(of_shape) => {
                // Finite on the training samples is not yet finite on others.
                if of_shape.iter().flat_map(|(_, losses)| losses).all(|loss| loss.is_finite()) {
                    kept.push(shape);
                    trainings.push(of_shape);
                }
            }
            Err(error @ Error::Diverged { .. }) => diverged = diverged.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    match (kept.is_empty(), diverged) {
        (true, Some(error)) => Err(error),
        _ => Ok((kept, trainings)),
    }
}

#[cfg(test)]
mod tests;
