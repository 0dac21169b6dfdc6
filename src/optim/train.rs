//! The training loop.

use super::{Adam, Group, Training};
use crate::rng::Stream;
use crate::simd::Level;
use crate::{Error, Float, Result};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::{vec, vec::Vec};
use core::ops::ControlFlow;
use serde::{Deserialize, Serialize};

/// Something with a mean loss over samples, and its gradient for a flat vector of parameters.
pub(crate) trait Objective<T> {
    /// The parameters that are trained.
    fn groups(&self) -> Vec<Group>;
    /// The instruction set that they move with.
    fn level(&self) -> Level;
    /// One step along the gradient of the mean loss over the samples of `batch`; gives that loss (nats), before the
    /// step.
    fn step(&mut self, parameters: &mut [T], batch: &[usize], adam: &mut Adam<T>) -> f64;
    /// Mean loss (nats) over the samples.
    fn loss(&mut self, parameters: &[T], samples: &[usize]) -> f64;
}

/// Which samples are trained on and which are held out to decide when to stop.
#[derive(Debug, Clone)]
pub(crate) struct Split {
    pub(crate) training: Vec<usize>,
    pub(crate) validation: Vec<usize>,
}

impl Split {
    /// All of `samples` but those held out for training.
    ///
    /// # Errors
    /// [`Error::Setting`] if an index is outside the samples or comes twice, or none is left for training.
    pub(crate) fn new(samples: usize, held_out: &[usize]) -> Result<Self> {
        let mut trains = vec![true; samples];
        let wrong =
            |expected: String, got: String| Error::Setting { field: "held_out".to_string(), expected, got };
        for &index in held_out {
            match trains.get_mut(index) {
                Some(trains) if *trains => *trains = false,
                Some(_) => {
                    return Err(wrong("every sample number once".to_string(), format!("{index} again")));
                }
                None => return Err(wrong(format!("sample numbers below {samples}"), index.to_string())),
            }
        }
        let training: Vec<usize> = (0..samples).filter(|&i| trains[i]).collect();
        match training.is_empty() {
            false => Ok(Split { training, validation: held_out.to_vec() }),
            true => Err(wrong(
                "at least one sample left for training".to_string(),
                format!("all {samples} held out"),
            )),
        }
    }
}

impl Split {
    /// The training samples divided again: those of `held_out`, which are ascending, validate, unless that were all.
    pub(crate) fn without(&self, held_out: &[usize]) -> Split {
        let validates = |i: &usize| held_out.binary_search(i).is_ok();
        let (validation, training): (Vec<usize>, _) = self.training.iter().copied().partition(validates);
        match validation.len() == self.training.len() {
            true => Split { training: validation, validation: Vec::new() },
            false => Split { training, validation },
        }
    }
}

/// What a training loop reports after each epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainingProgress {
    /// Epochs done, those of the folds' fits too; 0 while the form of a density is chosen, once for each that was tried.
    /// While a classifier is chosen, parts of its trainings done.
    pub epoch: usize,
    /// Epochs at most.
    pub epochs: usize,
    /// Mean training loss of this epoch, nats; in epoch 0 the held-out surprisal of the form.
    pub loss: f64,
    /// Mean loss of the held-out samples, nats, if there are any and training may stop early (a patience above 0).
    pub validation_loss: Option<f64>,
}

/// The course of a training.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// Mean training loss of every epoch, nats.
    pub losses: Vec<f64>,
    /// Mean loss of the held-out samples, before training and after every epoch; empty if none were held out.
    pub validation_losses: Vec<f64>,
    /// The number of epochs after which the parameters were kept.
    pub best_epoch: usize,
}

/// One training: what it is called, how it goes, and who watches.
pub struct TrainingRun<'a> {
    /// What is trained, for errors.
    pub name: &'a str,
    /// Settings.
    pub training: &'a Training,
    /// Samples that are not trained on; with patience they decide when to stop. [`Start::Validated`] trains on them in the
    /// end.
    ///
    /// [`Start::Validated`]: crate::knife::Start::Validated
    pub held_out: &'a [usize],
    /// Randomness of the start and of the batches.
    pub stream: &'a mut Stream,
    /// Called after each epoch; a break cancels the training.
    pub observer: &'a mut dyn FnMut(TrainingProgress) -> ControlFlow<()>,
}

/// The mean weight of the training samples: a batch's sum of weighted losses is divided by its length times this, so
/// that the steps of an epoch follow the weighted mean over all samples, whatever the batches.
///
/// # Errors
/// [`Error::Setting`] if all training samples, or all held-out ones, have weight 0.
pub(crate) fn mean_weight<T: Float>(weights: Option<&[T]>, split: &Split) -> Result<f64> {
    let Some(weights) = weights else { return Ok(1.0) };
    let total = |samples: &[usize]| samples.iter().map(|&i| weights[i].f64()).sum::<f64>();
    for (name, samples) in [("training", &split.training), ("held-out", &split.validation)] {
        if !samples.is_empty() && total(samples) <= 0.0 {
            return Err(Error::Setting {
                field: "weights".to_string(),
                expected: format!("at least one above 0 among the {name} samples"),
                got: "none".to_string(),
            });
        }
    }
    Ok(total(&split.training) / split.training.len() as f64)
}

/// Minimises `objective` from `parameters` on; leaves there the best state by validation (with patience and
/// held-out samples), else the last.
pub(crate) fn train<T: Float>(
    objective: &mut impl Objective<T>,
    parameters: &mut [T],
    split: &Split,
    run: TrainingRun<'_>,
) -> Result<History> {
    let mut descent = Descent::new(objective, parameters.len(), split, run.training);
    let epochs = run.training.epochs;
    descent.go_on((objective, parameters), split, run, epochs, &mut |_, _| {})?;
    if let Some((_, state)) = &descent.best {
        parameters.copy_from_slice(state);
    }
    Ok(descent.history)
}

/// A training that may pause after any epoch.
pub(crate) struct Descent<T> {
    adam: Adam<T>,
    order: Vec<usize>,
    learning_rate: f64,
    /// The best validation loss so far and the parameters that had it.
    best: Option<(f64, Vec<T>)>,
    history: History,
}

impl<T: Float> Descent<T> {
    /// No epoch yet of so many parameters.
    pub(crate) fn new(
        objective: &impl Objective<T>,
        parameters: usize,
        split: &Split,
        training: &Training,
    ) -> Self {
        Descent {
            adam: Adam::new(parameters, objective.groups(), training, objective.level()),
            order: split.training.clone(),
            learning_rate: training.learning_rate,
            best: None,
            history: History::default(),
        }
    }

    /// The course so far.
    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    /// Goes on to epoch `until`, unless patience ends before; `show` sees the parameters after every epoch, with its
    /// number. All but `until` is as it was before a pause.
    pub(crate) fn go_on(
        &mut self,
        (objective, parameters): (&mut impl Objective<T>, &mut [T]),
        split: &Split,
        TrainingRun { name, training, stream, observer, .. }: TrainingRun<'_>,
        until: usize,
        show: &mut dyn FnMut(usize, &[T]),
    ) -> Result<()> {
        let finite = |loss: f64, epoch| match loss.is_finite() {
            true => Ok(loss),
            false => Err(Error::Diverged { field: name.to_string(), epoch, got: loss }),
        };
        let history = &mut self.history;
        let stops = training.patience > 0 && !split.validation.is_empty();
        if stops && self.best.is_none() {
            let loss = finite(objective.loss(parameters, &split.validation), 0)?;
            history.validation_losses.push(loss);
            self.best = Some((loss, parameters.to_vec()));
        }
        for epoch in history.losses.len() + 1..=until {
            stream.shuffle(&mut self.order);
            let mut total = 0.0;
            for batch in self.order.chunks(training.batch) {
                self.adam.advance(self.learning_rate);
                total += objective.step(parameters, batch, &mut self.adam) * batch.len() as f64;
            }
            let loss = finite(total / self.order.len() as f64, epoch - 1)?;
            history.losses.push(loss);
            show(epoch, parameters);
            match &mut self.best {
                Some((least, state)) => {
                    let loss = finite(objective.loss(parameters, &split.validation), epoch - 1)?;
                    history.validation_losses.push(loss);
                    if loss < *least {
                        *least = loss;
                        state.copy_from_slice(parameters);
                        history.best_epoch = epoch;
                    }
                }
                None => history.best_epoch = epoch,
            }
            let validation_loss = history.validation_losses.last().copied();
            if observer(TrainingProgress { epoch, epochs: training.epochs, loss, validation_loss }).is_break()
            {
                return Err(Error::Cancelled);
            }
            if stops && epoch - history.best_epoch >= training.patience {
                break;
            }
            if training.decay_every > 0 && epoch % training.decay_every == 0 {
                self.learning_rate *= training.decay_factor;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean of (p − target)² over samples; one parameter, and a second one that no group trains.
    struct Quadratic {
        targets: Vec<f64>,
        batches: Vec<Vec<usize>>,
    }

    impl Objective<f64> for Quadratic {
        fn groups(&self) -> Vec<Group> {
            vec![Group { range: 0..1, decays: true }]
        }
        fn level(&self) -> Level {
            Level::best()
        }
        fn step(&mut self, p: &mut [f64], batch: &[usize], adam: &mut Adam<f64>) -> f64 {
            self.batches.push(batch.to_vec());
            let mean = |f: &dyn Fn(f64) -> f64| {
                batch.iter().map(|&i| f(self.targets[i])).sum::<f64>() / batch.len() as f64
            };
            let before = if adam.accumulates() { adam.gradient()[0] } else { 0.0 };
            adam.gradient()[0] = before + mean(&|t| 2.0 * (p[0] - t));
            adam.gradient()[1] = 1.0;
            let loss = mean(&|t| (p[0] - t) * (p[0] - t));
            adam.finish(p, 0..0);
            loss
        }
        fn loss(&mut self, p: &[f64], samples: &[usize]) -> f64 {
            samples.iter().map(|&i| (p[0] - self.targets[i]).powi(2)).sum::<f64>() / samples.len() as f64
        }
    }

    fn settings() -> Training {
        Training {
            epochs: 200,
            batch: 4,
            learning_rate: 0.1,
            decay_every: 0,
            decay_factor: 0.1,
            weight_decay: 0.0,
            patience: 0,
            accumulate_gradients: false,
        }
    }

    fn run(training: &Training, split: &Split, targets: Vec<f64>) -> (Result<History>, [f64; 2], Quadratic) {
        let mut objective = Quadratic { targets, batches: Vec::new() };
        let mut p = [0.0, 7.0];
        let mut stream = Stream::new(1, 0);
        let mut observer = |_| ControlFlow::Continue(());
        let run =
            TrainingRun { name: "q", training, held_out: &[], stream: &mut stream, observer: &mut observer };
        let history = train(&mut objective, &mut p, split, run);
        (history, p, objective)
    }

    #[test]
    fn held_out_samples_are_named_once() {
        let message = |held_out: &[usize]| Split::new(3, held_out).unwrap_err().to_string();
        assert_eq!(message(&[0, 2, 0]), "held_out: expected every sample number once, got 0 again");
        assert_eq!(message(&[3]), "held_out: expected sample numbers below 3, got 3");
        assert_eq!(
            message(&[0, 1, 2]),
            "held_out: expected at least one sample left for training, got all 3 held out"
        );
        assert_eq!(Split::new(3, &[2, 0]).unwrap().training, [1]);
    }

    #[test]
    fn reaches_the_minimum_and_visits_every_sample_once_per_epoch() {
        let targets: Vec<f64> = (0..10).map(|i| 4.05 + 0.1 * f64::from(i)).collect();
        let training = Training { decay_every: 40, ..settings() };
        let (history, p, objective) = run(&training, &Split::new(10, &[]).unwrap(), targets);
        approx::assert_abs_diff_eq!(p[0], 4.5, epsilon = 0.05);
        assert_eq!(p[1], 7.0, "not in a group");
        assert_eq!(history.unwrap().best_epoch, 200);
        assert_eq!(objective.batches.len(), 600, "the last, smaller batch counts");
        let mut first: Vec<usize> = objective.batches[..3].concat();
        assert_ne!(first, objective.batches[3..6].concat(), "reshuffled");
        first.sort_unstable();
        assert_eq!(first, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn stops_early_with_the_best_state() {
        // Training pulls towards 10, validation wants 1.
        let mut targets = vec![10.0; 8];
        targets.extend([1.0, 1.0]);
        let split = Split { training: (0..8).collect(), validation: vec![8, 9] };
        let (history, p, _) = run(&Training { patience: 3, ..settings() }, &split, targets);
        let history = history.unwrap();
        let losses = &history.validation_losses;
        assert_eq!(losses.len(), history.best_epoch + 4, "three more epochs, and the start");
        assert_eq!(losses[history.best_epoch], (p[0] - 1.0).powi(2));
        assert!(losses.iter().all(|l| *l >= losses[history.best_epoch]));
    }

    #[test]
    fn quirk_follows_the_sum_of_all_gradients() {
        let training = Training { epochs: 6, accumulate_gradients: true, ..settings() };
        let (_, p, _) = run(&training, &Split::new(4, &[]).unwrap(), vec![1.0; 4]);
        let (mut x, mut sum, mut m, mut v) = (0.0f64, 0.0, 0.0, 0.0);
        for step in 1..=6 {
            sum += 2.0 * (x - 1.0);
            m = 0.9 * m + 0.1 * sum;
            v = 0.999 * v + 0.001 * sum * sum;
            let corrected = v / (1.0 - 0.999f64.powi(step));
            x -= 0.1 / (1.0 - 0.9f64.powi(step)) * m / (corrected.sqrt() + 1e-8);
        }
        approx::assert_relative_eq!(p[0], x, max_relative = 1e-12);
    }

    #[test]
    fn pauses_change_nothing() {
        let (split, targets) = (Split::new(10, &[8, 9]).unwrap(), (0..10).map(f64::from).collect::<Vec<_>>());
        let training = Training { patience: 50, decay_every: 3, ..settings() };
        let of = |ends: &[usize]| {
            let mut objective = Quadratic { targets: targets.clone(), batches: Vec::new() };
            let (mut p, mut stream, mut shown) = ([0.0, 7.0], Stream::new(1, 0), Vec::new());
            let mut descent = Descent::new(&objective, 2, &split, &training);
            for &until in ends {
                let (stream, observer) = (&mut stream, &mut |_| ControlFlow::Continue(()));
                let run = TrainingRun { name: "q", training: &training, held_out: &[], stream, observer };
                let mut show = |epoch: usize, p: &[f64]| shown.push((epoch, p[0]));
                descent.go_on((&mut objective, &mut p), &split, run, until, &mut show).unwrap();
            }
            (p, shown, descent.history, objective.batches)
        };
        let whole = of(&[9]);
        assert_eq!(whole.1.len(), 9);
        assert_eq!(of(&[2, 2, 8, 9]), whole);
    }

    #[test]
    fn decay_pulls_the_minimum_towards_zero() {
        let decayed = Training { weight_decay: 5.0, ..settings() };
        let p = run(&decayed, &Split::new(4, &[]).unwrap(), vec![1.0; 4]).1[0];
        assert!(p < 0.9, "{p}");
    }

    #[test]
    fn divergence_and_cancellation_are_errors() {
        let (history, ..) = run(&settings(), &Split::new(2, &[]).unwrap(), vec![f64::MAX, 0.0]);
        assert_eq!(history, Err(Error::Diverged { field: "q".into(), epoch: 0, got: f64::INFINITY }));
        let mut objective = Quadratic { targets: vec![1.0], batches: Vec::new() };
        let mut observer = |p: TrainingProgress| match p.epoch {
            3 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        };
        let (training, mut stream) = (settings(), Stream::new(1, 0));
        let run = TrainingRun {
            name: "q",
            training: &training,
            held_out: &[],
            stream: &mut stream,
            observer: &mut observer,
        };
        let result = train(&mut objective, &mut [0.0, 0.0], &Split::new(1, &[]).unwrap(), run);
        assert_eq!(result, Err(Error::Cancelled));
        assert_eq!(objective.batches.len(), 3);
    }
}
