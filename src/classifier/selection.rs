//! A classifier chosen by the log-loss of samples that it was not fitted to.
//!
//! Several forms are trained on all samples but one fold, for each fold: a linear classifier, networks with little and
//! much weight decay, and a network of a few directions of the features. A form's epochs are those whose held-out
//! log-loss is least. What is taken is a weighted sum of the forms' log-probabilities and those of the prior
//! ([`Stack`](super::stack::Stack)); its members are then trained on all samples.
//!
//! Every sample is also read by networks that never saw it, and for these nothing was chosen by its fold: the epochs
//! and the weights are those of the other folds.

use super::fit::{fit_split, sizes};
use super::joined::join;
use super::passes::Form;
use super::projection::{Kind, Moments, Projection};
use super::trials::{Data, Fold, Look, Predictions, Tried, log_prior, mean_loss};
use super::{Activation, Network, NetworkOptions};
use crate::optim::{Folds, History, Split, TrainingProgress, TrainingRun};
use crate::rng::Stream;
use crate::simd::Level;
use crate::{Error, Float, Result, Samples, Training, parallel};
use alloc::{vec, vec::Vec};
use core::ops::ControlFlow;
use serde::{Deserialize, Serialize};

/// A form of a classifier that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetworkCandidate {
    /// Widths of the hidden layers.
    pub hidden: Vec<usize>,
    /// Weight decay.
    pub weight_decay: f64,
    /// Directions that it sees, of all modalities together; 0 for all features, and for a form that was left out.
    pub directions: usize,
    /// Epochs.
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

/// Epochs after which a training is looked at.
const LOOKS: [usize; 16] = [1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36, 48, 64, 84, 110, 150];

/// Steps of a training at most, unless those are too few epochs.
const STEPS: usize = 6000;

/// Epochs that are done however many steps that makes.
const LEAST_EPOCHS: usize = 20;

/// Steps by which directions are compared.
const SCREENED: usize = 1000;

/// Classes beyond which a linear form is not tried: its logits would have to go through the layers of the others.
const MOST_CLASSES: usize = 128;

/// Numbers of directions that are tried.
const DIRECTIONS: [usize; 4] = [1, 2, 4, 8];

/// A form to be tried.
#[derive(Clone)]
struct Shape {
    hidden: Vec<usize>,
    learning_rate: f64,
    weight_decay: f64,
    projected: bool,
}

/// A training: its looks, losses, and the directions that its network sees, 0 for all features.
struct Course<T> {
    looks: Vec<Look<T>>,
    history: History,
    directions: usize,
}

/// The shapes that are tried, the simplest first.
fn shapes<T>(data: Data<'_, T>, training: &Training) -> Vec<Shape> {
    let rate = training.learning_rate;
    if training.epochs == 0 {
        return Vec::new();
    }
    let network =
        |weight_decay| Shape { hidden: vec![64, 64], learning_rate: rate, weight_decay, projected: false };
    let mut shapes = vec![network(2.0), network(0.1)];
    if data.classes <= MOST_CLASSES {
        let (hidden, learning_rate) = (vec![], 5.0 * rate);
        shapes.insert(0, Shape { hidden, learning_rate, weight_decay: 0.1, projected: false });
    }
    if data.widths.iter().any(|&width| width >= 2 * DIRECTIONS[1]) {
        shapes.push(Shape {
            hidden: vec![32, 32],
            learning_rate: 3.0 * rate,
            weight_decay: 0.1,
            projected: true,
        });
    }
    shapes
}

/// Chooses and fits a classifier; see the module.
pub(crate) fn fit_selected<T: Float>(
    data: Data<'_, T>,
    folds: &Folds,
    run: TrainingRun<'_>,
) -> Result<SelectedNetwork<T>> {
    let TrainingRun { name, training, stream, observer, .. } = run;
    let shapes = shapes(data, training);
    let selection = Selection { data, folds, name, training, seed: stream.below(1 << 31) as u64 };
    let tasks: Vec<(usize, usize)> =
        (0..shapes.len()).flat_map(|shape| (0..folds.count()).map(move |fold| (shape, fold))).collect();
    let (total, mut done) = (tasks.len(), 0);
    let work = |(shape, fold): (usize, usize), report: &mut dyn FnMut((usize, f64)) -> ControlFlow<()>| {
        let seed = (shape * folds.count() + fold) as u64;
        let (split, mut last) = (folds.split(fold), f64::NAN);
        let mut watch = |loss| {
            last = loss;
            report((0, loss))
        };
        let looks = selection
            .train(&shapes[shape], (&split, selection.epochs(&split, STEPS)), seed, &mut watch)?
            .looks;
        let losses = looks.iter().map(|(_, network)| selection.loss(network, fold)).collect();
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
    let forms: Vec<Tried<'_, T>> = tried.iter().map(|trainings| Tried(trainings)).collect();

    let mut predictions = Predictions::new(data, folds, &forms);
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
        .zip(&forms)
        .zip(&looks)
        .map(|((shape, form), &look)| NetworkCandidate {
            hidden: shape.hidden.clone(),
            weight_decay: shape.weight_decay,
            directions: 0,
            epochs: form.epochs(look),
            held_out: form.total(look, None) / everyone.len() as f64,
            weight: 0.0,
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
        let epochs = forms[shape].epochs(looks[shape]);
        candidates[shape].weight = weight;
        let mut watch =
            |loss| observer(TrainingProgress { epoch: total, epochs: total, loss, validation_loss: None });
        let seed = ((first_refit + shape) * folds.count()) as u64;
        let Course { looks, history, directions } =
            selection.train(&shapes[shape], (&split, epochs), seed, &mut watch)?;
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

struct Selection<'a, T> {
    data: Data<'a, T>,
    folds: &'a Folds,
    name: &'a str,
    training: &'a Training,
    seed: u64,
}

impl<T: Float> Selection<'_, T> {
    /// Trains a shape; `report` learns the loss of every epoch and may cancel.
    fn train(
        &self,
        shape: &Shape,
        (split, epochs): (&Split, usize),
        seed: u64,
        report: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<Course<T>> {
        let mut stream = Stream::new(self.seed, seed);
        let projection = match shape.projected {
            true => self.projection(shape, split, &mut stream, report)?,
            false => None,
        };
        let Some(projection) = projection else {
            return self.fit(shape, self.data, (split, epochs), &mut stream, report);
        };
        let rows = projection.apply(self.data.x);
        let x = Samples::from_rows("x", &rows, projection.directions())?;
        let course = self.fit(shape, Data { x, ..self.data }, (split, epochs), &mut stream, report)?;
        let unfold = |(epoch, network): Look<T>| (epoch, projection.unfold(&network));
        let looks = course.looks.into_iter().map(unfold).collect();
        Ok(Course { looks, directions: projection.directions(), ..course })
    }

    fn fit(
        &self,
        shape: &Shape,
        data: Data<'_, T>,
        (split, epochs): (&Split, usize),
        stream: &mut Stream,
        report: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<Course<T>> {
        let options = NetworkOptions { hidden: shape.hidden.clone(), activation: Activation::Relu };
        let sizes = sizes(data.x.features(), &options, data.classes)?;
        let form = Form { sizes: &sizes, activation: options.activation, level: Level::best() };
        let training = Training {
            epochs,
            learning_rate: shape.learning_rate,
            // A step must not turn weights round.
            weight_decay: shape.weight_decay.min(0.5 / shape.learning_rate),
            // The fold must not even decide when to stop.
            patience: 0,
            decay_every: 0,
            ..self.training.clone()
        };
        let mut looks = Vec::new();
        let mut show = |epoch: usize, parameters: &[T]| {
            if epoch == epochs || LOOKS.contains(&epoch) {
                looks.push((epoch, Network::from_flat(options.clone(), sizes.clone(), parameters.to_vec())));
            }
        };
        let mut observer = |progress: TrainingProgress| report(progress.loss);
        let (name, observer) = (self.name, &mut observer);
        let run = TrainingRun { name, training: &training, held_out: &[], stream, observer };
        let (_, history) = fit_split(form, data.x, (data.targets, None), split, run, &mut show)?;
        Ok(Course { looks, history, directions: 0 })
    }

    /// Epochs that make so many steps.
    fn epochs(&self, split: &Split, steps: usize) -> usize {
        let in_epoch = split.training.len().div_ceil(self.training.batch);
        (steps / in_epoch).max(LEAST_EPOCHS).min(self.training.epochs)
    }

    /// The directions that are best for samples held out of the training samples.
    fn projection(
        &self,
        shape: &Shape,
        split: &Split,
        stream: &mut Stream,
        report: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<Option<Projection>> {
        let Data { x, targets, classes, widths } = self.data;
        let mut order = split.training.clone();
        stream.shuffle(&mut order);
        let validation = order.split_off(order.len() - order.len() / 5);
        let inner = Split { training: order, validation };
        let seed = stream.below(1 << 31) as u64;
        let epochs = self.epochs(&inner, SCREENED);
        let Some(moments) = Moments::new(x, (targets, classes), &inner.training) else { return Ok(None) };
        let mut best: Option<(f64, Kind, usize)> = None;
        for kind in Kind::ALL {
            let directions = moments.directions(kind, widths);
            for count in DIRECTIONS {
                let Some(projection) = directions.first(count) else { continue };
                let rows = projection.apply(x);
                let data = Data { x: Samples::from_rows("x", &rows, projection.directions())?, ..self.data };
                let stream = &mut Stream::new(seed, 0);
                let course = self.fit(shape, data, (&inner, epochs), stream, report)?;
                for (_, network) in course.looks {
                    let loss = mean_loss(&network, data, &inner.validation);
                    if best.is_none_or(|(least, ..)| loss < least) {
                        best = Some((loss, kind, count));
                    }
                }
            }
        }
        let Some((_, kind, count)) = best else { return Ok(None) };
        let moments = Moments::new(x, (targets, classes), &split.training);
        Ok(moments.and_then(|moments| moments.directions(kind, widths).first(count)))
    }

    /// The sum of the log-losses of the fold's samples.
    fn loss(&self, network: &Network<T>, fold: usize) -> f64 {
        let samples = self.folds.split(fold).validation;
        mean_loss(network, self.data, &samples) * samples.len() as f64
    }
}

#[cfg(test)]
mod tests;
