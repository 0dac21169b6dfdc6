//! The training of one of the five models, and its reading of samples that it did not see.

use super::component::Component;
use super::config::{ClassifierForm, Config};
use super::course::Course;
use super::density::{TrainedDensity, train_density};
use super::model::Histories;
use crate::classifier::{
    self, Network, NetworkCandidate, NetworkFit, PresentClasses, Reserve, class_counts, fit_network,
    log_probabilities_out_of_fold,
};
use crate::knife::{Candidate, Marginal};
use crate::optim::{Folds, History, TrainingProgress, TrainingRun};
use crate::rng::Stream;
use crate::{Float, Result, Samples, Training};
use alloc::string::ToString;
use alloc::{vec, vec::Vec};
use core::ops::ControlFlow;

/// Folds of the choice of a classifier where no reading asks for a number.
const FOLDS: usize = 5;

/// What the five trainings share.
pub(super) struct Trainer<'a, T> {
    pub(super) config: &'a Config,
    /// Preprocessed features of x1 and x2 side by side.
    pub(super) both: Samples<'a, T>,
    /// Features of each.
    pub(super) widths: [usize; 2],
    pub(super) targets: &'a [usize],
    pub(super) classes: usize,
    /// Samples that decide when to stop, ascending.
    pub(super) held_out: &'a [usize],
    /// How the samples are divided for the reading, if there is one.
    pub(super) folds: Option<&'a Folds>,
}

/// One of the five models.
enum Part<T> {
    Classifier(Network<T>, Vec<NetworkCandidate>),
    Density(Marginal<T>, Vec<Candidate>),
}

/// What one of the five trainings gives.
pub(super) struct Trained<T> {
    part: Part<T>,
    history: History,
    /// Log-probabilities (n×C) or log-densities (n) of samples by models that did not see them; empty without folds.
    pub(super) out_of_fold: Vec<f64>,
    /// Whether the budget left some forms out, or some of their epochs.
    is_limited: bool,
}

/// log p(y|x1), log p(y|x2), log p(y|x1, x2), n×C each, and log p(x1), log p(x2), by models that did not see the
/// samples.
pub(super) type OutOfFold = [Vec<f64>; 5];

impl<T: Float> Trainer<'_, T> {
    /// Trains one of the models; `observer` may cancel.
    pub(super) fn train(
        &self,
        component: Component,
        observer: &mut dyn FnMut(TrainingProgress) -> ControlFlow<()>,
    ) -> Result<Trained<T>> {
        let [d1, d2] = self.widths;
        let (first, second) = (self.both.columns(0, d1), self.both.columns(d1, d2));
        match component {
            Component::Classifier1 => self.classifier(component, first, observer),
            Component::Classifier2 => self.classifier(component, second, observer),
            Component::ClassifierJoint => self.classifier(component, self.both, observer),
            Component::Density1 => self.density(component, first, observer),
            Component::Density2 => self.density(component, second, observer),
        }
    }

    /// Streams 1 to 5 are the models'.
    fn stream(&self, component: Component) -> Stream {
        Stream::new(self.config.seed, 1 + component as u64)
    }

    fn run<'r>(
        &'r self,
        name: &'r str,
        training: &'r Training,
        stream: &'r mut Stream,
        observer: &'r mut dyn FnMut(TrainingProgress) -> ControlFlow<()>,
    ) -> TrainingRun<'r> {
        TrainingRun { name, training, held_out: self.held_out, stream, observer }
    }

    fn classifier(
        &self,
        component: Component,
        x: Samples<'_, T>,
        observer: &mut dyn FnMut(TrainingProgress) -> ControlFlow<()>,
    ) -> Result<Trained<T>> {
        let name = component.to_string();
        let training = self.config.classifier_training();
        if self.config.classifier_form == ClassifierForm::Validated {
            // The same for all three, so that the chance in them is the same, and atoms are differences without it.
            let mut stream = self.stream(Component::Classifier1);
            let own;
            let folds = match self.folds {
                Some(folds) => folds,
                None => {
                    own = Folds::stratified(self.targets, FOLDS.min(self.targets.len()), &mut stream);
                    &own
                }
            };
            let [d1, d2] = self.widths;
            let widths = match component {
                Component::ClassifierJoint => vec![d1, d2],
                _ => vec![x.features()],
            };
            let present = PresentClasses::new(&class_counts(self.targets, self.classes));
            let data = classifier::Data {
                x,
                targets: &present.places(self.targets),
                classes: present.counts().len(),
                widths: &widths,
                reserve: Reserve::new(present.counts()),
            };
            let run = self.run(&name, &training, &mut stream, observer);
            let fit = classifier::fit_selected(data, folds, run, self.config.budget_of_model())?;
            return Ok(Trained {
                part: Part::Classifier(present.network(fit.network)?, fit.candidates),
                history: fit.history,
                is_limited: fit.is_limited,
                out_of_fold: match self.folds {
                    Some(_) => present.log_probabilities(fit.out_of_fold),
                    None => Vec::new(),
                },
            });
        }
        let mut stream = self.stream(component);
        let options = self.config.network_options();
        let y: Vec<i64> = self.targets.iter().map(|&class| class as i64).collect();
        let mut course = Course::new(self.folds, observer);
        let mut observe = |progress| course.training(progress);
        let run = self.run(&name, &training, &mut stream, &mut observe);
        let NetworkFit { network, history } = fit_network(x, (&y, self.classes), None, &options, run)?;
        let out_of_fold = match self.folds {
            Some(folds) => {
                // The folds tell of themselves.
                let mut nobody = |_| ControlFlow::Continue(());
                let run = self.run(&name, &training, &mut stream, &mut nobody);
                let targets = (self.targets, self.classes);
                log_probabilities_out_of_fold(x, targets, &options, folds, run, &mut |done| {
                    course.reading(done)
                })?
            }
            None => Vec::new(),
        };
        let part = Part::Classifier(network, Vec::new());
        Ok(Trained { part, history, out_of_fold, is_limited: false })
    }

    fn density(
        &self,
        component: Component,
        x: Samples<'_, T>,
        observer: &mut dyn FnMut(TrainingProgress) -> ControlFlow<()>,
    ) -> Result<Trained<T>> {
        let run = (&*component.to_string(), self.stream(component));
        let TrainedDensity { fit, out_of_fold, is_limited } =
            train_density(self.config, x, run, (self.held_out, self.folds), observer)?;
        let part = Part::Density(fit.density, fit.candidates);
        Ok(Trained { part, history: fit.history, out_of_fold, is_limited })
    }
}

/// The five models in their places, how they came about, and what those say that did not see the samples.
pub(super) type Assembled<T> = ([Network<T>; 3], [Marginal<T>; 2], Histories, Option<OutOfFold>);

/// Puts the five models, in the order of [`Component::ALL`], in their places.
pub(super) fn assemble<T: Float>(trained: Vec<Trained<T>>) -> Assembled<T> {
    let (mut networks, mut densities) = (Vec::new(), Vec::new());
    let (mut histories, mut out_of_fold) = (Histories::default(), Vec::new());
    for (trained, is_limited) in trained.into_iter().zip(&mut histories.limited) {
        *is_limited = trained.is_limited;
        out_of_fold.push(trained.out_of_fold);
        match trained.part {
            Part::Classifier(network, candidates) => {
                histories.classifiers[networks.len()] = trained.history;
                histories.classifier_candidates[networks.len()] = candidates;
                networks.push(network);
            }
            Part::Density(density, candidates) => {
                histories.densities[densities.len()] = trained.history;
                histories.candidates[densities.len()] = candidates;
                densities.push(density);
            }
        }
    }
    let out_of_fold = out_of_fold.iter().all(|values| !values.is_empty()).then_some(out_of_fold);
    match (networks.try_into(), densities.try_into(), out_of_fold.map(TryInto::try_into).transpose()) {
        (Ok(networks), Ok(densities), Ok(out_of_fold)) => (networks, densities, histories, out_of_fold),
        _ => unreachable!("three classifiers and two densities were trained"),
    }
}
