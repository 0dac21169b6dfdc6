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
use super::forms::{Course, Forms, Shape, Task, settings};
use super::joined::join;
use super::stack::Stack;
use super::trials::{Data, Fold, Predictions, Tried, log_prior, log_probabilities, loss_of_prior, mean_loss};
use crate::optim::{Folds, History, Split, TrainingProgress, TrainingRun};
use crate::{Error, Float, Result, parallel};
use alloc::{vec, vec::Vec};
use core::ops::ControlFlow;
use serde::{Deserialize, Serialize};

pub use super::forms::NetworkKind;

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
}

/// Chooses and fits a classifier; see the module.
pub(crate) fn fit_selected<T: Float>(
    data: Data<'_, T>,
    folds: &Folds,
    run: TrainingRun<'_>,
) -> Result<SelectedNetwork<T>> {
    let TrainingRun { name, training, stream, observer, .. } = run;
    let loss = loss_of_prior(data);
    let begun = TrainingProgress { epoch: 0, epochs: 1, loss, validation_loss: None };
    let seed = stream.below(1 << 31) as u64;
    let forms = Forms::new(data, folds, (name, training, seed), &mut |()| observer(begun))?;
    let canonical = forms.are_canonical();
    let shapes = forms.shapes.clone();
    let tasks: Vec<(usize, usize)> =
        (0..shapes.len()).flat_map(|shape| (0..folds.count()).map(move |fold| (shape, fold))).collect();
    let (total, mut done) = (tasks.len(), 0);
    let work = |(shape, fold): (usize, usize), report: &mut dyn FnMut((usize, f64)) -> ControlFlow<()>| {
        let seed = (shape * folds.count() + fold) as u64;
        let (split, mut last) = (folds.split(fold), loss);
        let mut watch = |loss| {
            last = loss;
            report((0, loss))
        };
        let task = Task { split: &split, left_out: fold, look: None, seed };
        let looks = forms.train(&shapes[shape], &task, &mut watch)?.looks;
        // What is trained by its log-loss has the size of its logits from there.
        let loss = |network: &Network<T>| match shapes[shape].kind {
            NetworkKind::Network => mean_loss(network, data, &split.validation),
            _ => tempered_loss(network, data, &split.validation),
        };
        let sum = |network| loss(network) * split.validation.len() as f64;
        let losses = looks.iter().map(|(_, network)| sum(network)).collect();
        // If this asks for an end, so will the next.
        let _ = report((1, last));
        Ok((looks, losses))
    };
    let mut observe = |(more, loss)| {
        done += more;
        observer(TrainingProgress { epoch: done, epochs: total, loss, validation_loss: None })
    };
    let tried = parallel::map_observed(tasks, work, &mut observe).ok_or(Error::Cancelled)?;
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
        for i in everyone.iter().copied().filter(|&i| folds.of(i) == fold) {
            let place = i * data.classes..(i + 1) * data.classes;
            mix.log_probabilities(|m| &read[m][place.clone()], &mut out_of_fold[place.clone()]);
        }
    }
    let (mix, looks) = predictions.choose(None, &everyone);
    let log_prior = log_prior(data.targets, data.classes);
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
                held_out: tried.total(look, None) / everyone.len() as f64,
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
            biases = log_prior.iter().map(|log_p| weight * log_p).collect();
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
    Ok(SelectedNetwork { network, out_of_fold, candidates, history: heaviest.1 })
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
    let stack = Stack { members: vec![&log_p], targets: &targets, classes: data.classes, samples: &everyone };
    stack.tempered_loss(0)
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
