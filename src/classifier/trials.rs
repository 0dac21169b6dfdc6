//! What forms of a classifier that were tried say of samples that they did not see.

use super::stack::{Mix, Stack};
use super::{Network, Reserve};
use crate::optim::Folds;
use crate::{Float, Samples};
use alloc::collections::BTreeMap;
use alloc::{vec, vec::Vec};

/// What is the same for all forms of a classifier.
#[derive(Clone, Copy)]
pub(crate) struct Data<'a, T> {
    pub(crate) x: Samples<'a, T>,
    pub(crate) targets: &'a [usize],
    pub(crate) classes: usize,
    /// Features of each modality, side by side in `x`.
    pub(crate) widths: &'a [usize],
    /// What is left to the class frequencies of the targets.
    pub(crate) reserve: Reserve<'a>,
}

/// A training's state after some epochs, or what one of several settings gave, with their number.
pub(super) type Look<T> = (usize, Network<T>);

/// The training without a fold: its looks, and the loss of each on the fold.
pub(super) type Fold<T> = (Vec<Look<T>>, Vec<f64>);

/// The losses of one form, by fold and look.
pub(super) struct Losses<'a>(pub(super) Vec<&'a [f64]>);

impl Losses<'_> {
    /// Looks that all folds have.
    pub(super) fn looks(&self) -> usize {
        self.0.iter().map(|losses| losses.len()).min().unwrap_or(0)
    }

    /// The losses of all folds but `left_out`, summed.
    fn total(&self, look: usize, left_out: Option<usize>) -> f64 {
        self.0.iter().enumerate().filter(|(fold, _)| Some(*fold) != left_out).map(|(_, l)| l[look]).sum()
    }

    /// The look of the least loss.
    pub(super) fn best(&self, left_out: Option<usize>) -> usize {
        let total = |look: &usize| self.total(*look, left_out);
        (0..self.looks()).min_by(|a, b| total(a).total_cmp(&total(b))).unwrap_or(0)
    }
}

/// The trainings of one form, one per fold: its looks, and the loss of each on the fold.
#[derive(Clone, Copy)]
pub(super) struct Tried<'a, T>(pub(super) &'a [Fold<T>]);

impl<T> Tried<'_, T> {
    fn losses(&self) -> Losses<'_> {
        Losses(self.0.iter().map(|(_, losses)| &losses[..]).collect())
    }

    /// The epochs of a look, or the number of its setting.
    pub(super) fn label(&self, look: usize) -> usize {
        self.0[0].0[look].0
    }

    /// The losses of all folds, summed.
    pub(super) fn total(&self, look: usize) -> f64 {
        self.losses().total(look, None)
    }

    /// The look of the least loss in all folds but `left_out`.
    fn best(&self, left_out: Option<usize>) -> usize {
        self.losses().best(left_out)
    }
}

/// What networks say of samples that they did not see, by form and look.
pub(super) struct Predictions<'a, T> {
    data: Data<'a, T>,
    folds: &'a Folds,
    forms: &'a [Tried<'a, T>],
    known: BTreeMap<(usize, usize), Vec<f64>>,
}

impl<'a, T: Float> Predictions<'a, T> {
    pub(super) fn new(data: Data<'a, T>, folds: &'a Folds, forms: &'a [Tried<'a, T>]) -> Self {
        Predictions { data, folds, forms, known: BTreeMap::new() }
    }

    /// The looks of each form and the mix of forms that the folds but `left_out`, of these samples, find best.
    pub(super) fn choose(&mut self, left_out: Option<usize>, samples: &[usize]) -> (Mix, Vec<usize>) {
        let looks: Vec<usize> = self.forms.iter().map(|form| form.best(left_out)).collect();
        let data = self.data;
        let members = self.of(&looks);
        (stack(data, members, samples).choose(), looks)
    }

    /// The log-probabilities of all samples under the prior and under these looks of the forms.
    pub(super) fn of(&mut self, looks: &[usize]) -> Vec<&[f64]> {
        const PRIOR: (usize, usize) = (usize::MAX, 0);
        let (data, folds) = (self.data, self.folds);
        let keys = || looks.iter().copied().enumerate();
        self.known
            .entry(PRIOR)
            .or_insert_with(|| data.reserve.log_frequencies().collect::<Vec<_>>().repeat(data.x.samples()));
        for (form, look) in keys() {
            let trained = self.forms[form].0;
            self.known.entry((form, look)).or_insert_with(|| {
                let mut all = vec![0.0; data.x.samples() * data.classes];
                for (fold, (networks, _)) in trained.iter().enumerate() {
                    let samples = folds.split(fold).validation;
                    let mut log_p = log_probabilities(&networks[look].1, data.x, &samples);
                    level_unseen(data, folds, fold, &mut log_p);
                    for (&i, row) in samples.iter().zip(log_p.chunks(data.classes)) {
                        all[i * data.classes..][..data.classes].copy_from_slice(row);
                    }
                }
                all
            });
        }
        core::iter::once(PRIOR).chain(keys()).map(|key| &self.known[&key][..]).collect()
    }
}

/// What finds the weights of members by these samples.
pub(super) fn stack<'a, T>(data: Data<'a, T>, members: Vec<&'a [f64]>, samples: &'a [usize]) -> Stack<'a> {
    Stack { members, targets: data.targets, classes: data.classes, samples, reserve: data.reserve }
}

/// The mean log-loss of the class frequencies, nats: where every form begins.
pub(super) fn loss_of_prior<T>(data: Data<'_, T>) -> f64 {
    let log_prior: Vec<f64> = data.reserve.log_frequencies().collect();
    -data.targets.iter().map(|&class| log_prior[class]).sum::<f64>() / data.targets.len() as f64
}

/// The log-probabilities of the samples with these numbers.
pub(super) fn log_probabilities<T: Float>(
    network: &Network<T>,
    x: Samples<'_, T>,
    samples: &[usize],
) -> Vec<f64> {
    let rows: Vec<T> = samples.iter().flat_map(|&i| x.sample(i)).copied().collect();
    let mut out = vec![T::zero(); samples.len() * network.classes()];
    if !samples.is_empty() {
        let x = Samples::from_rows("x", &rows, x.features()).expect("whole rows were gathered");
        network.log_probabilities(x, &mut out).expect("the network's own features and classes");
    }
    out.iter().map(|v| v.f64()).collect()
}

/// Levels classes that are in one fold only, in the log-probabilities of that fold's samples: see [`Reserve`].
pub(super) fn level_unseen<T>(data: Data<'_, T>, folds: &Folds, fold: usize, log_p: &mut [f64]) {
    let others = (0..data.targets.len()).filter(|&i| folds.of(i) != fold);
    data.reserve.level_unseen(others.map(|i| data.targets[i]), log_p);
}

/// The mean log-loss of these samples, nats; none if a probability leaves the finite numbers.
pub(super) fn mean_loss<T: Float>(network: &Network<T>, data: Data<'_, T>, samples: &[usize]) -> f64 {
    let log_p = log_probabilities(network, data.x, samples);
    if log_p.iter().any(|v| !v.is_finite()) {
        return f64::NAN;
    }
    let losses = samples.iter().zip(log_p.chunks(data.classes)).map(|(&i, row)| {
        let class = data.targets[i];
        -data.reserve.log_probability(class, row[class])
    });
    losses.sum::<f64>() / samples.len() as f64
}
