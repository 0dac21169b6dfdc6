//! The forms of classifiers that are tried, and the training of one of them.

use super::budget::{self, Sizes};
use super::discriminant::{self, DRAWS, Discriminant};
use super::fit::{InTraining, sizes};
use super::kernel::{Kernel, PRECISIONS};
use super::passes::Form;
use super::projection::{Directions, Kind, Moments, Projection};
use super::trials::{Data, Look, loss_of_prior, mean_loss};
use super::{Activation, Network, NetworkOptions, Reserve, canonical, class_counts};
use crate::optim::{Folds, History, Split, TrainingProgress, TrainingRun};
use crate::rng::Stream;
use crate::simd::Level;
use crate::{Error, Float, Result, Samples, Training, parallel};
use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::ops::ControlFlow;
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

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

/// What a form of a classifier is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkKind {
    /// A network, or a linear classifier.
    #[default]
    Network,
    /// Classes as normal laws, their covariances drawn towards the one that they share.
    Discriminant,
    /// Radial units around samples, fitted by least squares.
    Kernel,
}

/// A form to be tried.
#[derive(Clone)]
pub(super) struct Shape {
    pub(super) kind: NetworkKind,
    pub(super) hidden: Vec<usize>,
    learning_rate: f64,
    pub(super) weight_decay: f64,
    pub(super) projected: bool,
    /// Epochs at most that a budget allows.
    pub(super) epochs: usize,
}

impl Shape {
    fn options(&self) -> NetworkOptions {
        NetworkOptions { hidden: self.hidden.clone(), activation: Activation::Relu }
    }
}

/// A training: its looks, losses, and the directions that its network sees, 0 for all features.
pub(super) struct Course<T> {
    pub(super) looks: Vec<Look<T>>,
    pub(super) history: History,
    pub(super) directions: usize,
}

/// A form that has begun.
pub(super) enum Begun<T> {
    /// What needs no epochs: a look for each setting that is tried.
    Solved(Vec<Look<T>>),
    /// A network, after so many epochs.
    Training(Box<Underway<T>>),
}

/// A network in training, and what it sees.
pub(super) struct Underway<T> {
    network: InTraining<T>,
    stream: Stream,
    projection: Option<Projection>,
    sizes: Vec<usize>,
}

/// Which samples a training sees, and which of the looks at it are wanted.
pub(super) struct Task<'a> {
    pub(super) split: &'a Split,
    /// The fold that is left out; the number of folds for none.
    pub(super) left_out: usize,
    /// The look that is wanted: epochs, or the number of a setting; all if there is none.
    pub(super) look: Option<usize>,
    pub(super) seed: u64,
}

/// What trains the forms of a classifier.
pub(super) struct Forms<'a, T> {
    data: Data<'a, T>,
    name: &'a str,
    training: &'a Training,
    seed: u64,
    /// The shapes that are tried, the simplest first.
    pub(super) shapes: Vec<Shape>,
    /// Whether the budget allowed less than would be tried without.
    pub(super) is_limited: bool,
    /// The coordinates that classifiers see, without each fold and of all samples; none where they see features as
    /// they are.
    coordinates: Vec<Option<Projection>>,
}

impl<'a, T: Float> Forms<'a, T> {
    pub(super) fn new(
        data: Data<'a, T>,
        folds: &Folds,
        (name, training, seed): (&'a str, &'a Training, u64),
        budget: f64,
        report: &mut dyn FnMut(()) -> ControlFlow<()>,
    ) -> Result<Self> {
        let Data { x, targets, classes, .. } = data;
        let everyone: Vec<usize> = (0..x.samples()).collect();
        let in_fold = x.samples() as f64 * (1.0 - 1.0 / folds.count() as f64);
        let moments = Moments::new(x, (targets, classes), &everyone);
        let moments = moments.filter(|moments| canonical::are_enough(moments, in_fold));
        let of_split = |left_out: usize, report: &mut dyn FnMut(()) -> ControlFlow<()>| {
            let training = if left_out < folds.count() { &folds.split(left_out).training } else { &everyone };
            // If this asks for an end, so will the trainings.
            let _ = report(());
            let moments = Moments::new(x, (targets, classes), training)?;
            canonical::coordinates(&moments)
        };
        let splits = 0..=folds.count();
        let coordinates: Vec<Option<Projection>> = match moments {
            Some(_) => parallel::map_observed(splits.collect(), of_split, report).ok_or(Error::Cancelled)?,
            None => splits.map(|_| None).collect(),
        };
        let most = coordinates.iter().map(|c| c.as_ref().map_or(0, Projection::directions)).max();
        let shapes = shapes(data, training, most.unwrap_or(0));
        let mut forms = Forms { data, name, training, seed, shapes, is_limited: false, coordinates };
        if let Some(sizes) = forms.sizes(folds) {
            let shapes = core::mem::take(&mut forms.shapes);
            (forms.shapes, forms.is_limited) = budget::within(budget, &sizes, shapes);
        }
        Ok(forms)
    }

    /// What a budget goes by; nothing where there is nothing to try.
    fn sizes(&self, folds: &Folds) -> Option<Sizes> {
        let split = (folds.count() > 0 && !self.shapes.is_empty()).then(|| folds.split(0))?;
        let modalities = self.data.widths.len();
        let kinds = Kind::of(self.are_canonical()).len();
        let coordinates = self.coordinates.iter().flatten().map(Projection::directions).max();
        Some(Sizes {
            folds: folds.count(),
            samples: split.training.len(),
            classes: self.data.classes,
            inputs: coordinates.unwrap_or(self.data.x.features()),
            epochs: self.epochs(&split, STEPS),
            screening: (
                kinds * DIRECTIONS.len() * self.epochs(&split, SCREENED),
                modalities * DIRECTIONS[DIRECTIONS.len() - 1],
            ),
        })
    }

    /// Whether classifiers see canonical coordinates.
    pub(super) fn are_canonical(&self) -> bool {
        self.coordinates.iter().all(Option::is_some)
    }

    /// Trains a shape to the look that is wanted; `report` learns the loss of every epoch and may cancel.
    pub(super) fn train(
        &self,
        shape: &Shape,
        task: &Task<'_>,
        report: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<Course<T>> {
        let mut underway = match self.begin(shape, task, report)? {
            Begun::Solved(looks) => return Ok(Course { looks, history: History::default(), directions: 0 }),
            Begun::Training(underway) => underway,
        };
        let until = task.look.unwrap_or(self.most_epochs(shape, task.split));
        let looks = self.go_on(shape, task.split, &mut underway, until, report)?;
        let directions = underway.projection.as_ref().filter(|_| shape.projected);
        let directions = directions.map_or(0, Projection::directions);
        Ok(Course { looks, history: underway.network.history(), directions })
    }

    /// Begins with a shape; `report` learns the losses of trainings that choose what it sees, and may cancel.
    pub(super) fn begin(
        &self,
        shape: &Shape,
        task: &Task<'_>,
        report: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<Begun<T>> {
        let mut stream = Stream::new(self.seed, task.seed);
        let projection = match (shape.projected, &self.coordinates[task.left_out]) {
            (true, _) => self.projection(shape, task.split, &mut stream, report)?,
            (false, coordinates) => coordinates.clone(),
        };
        match &projection {
            Some(projection) if shape.kind != NetworkKind::Network => {
                if report(loss_of_prior(self.data)).is_break() {
                    return Err(Error::Cancelled);
                }
                let rows = projection.apply(self.data.x);
                let x = Samples::from_rows("x", &rows, projection.directions())?;
                self.solve(shape.kind, (x, projection), task, &mut stream).map(Begun::Solved)
            }
            _ => self.underway(shape, projection, stream).map(Begun::Training),
        }
    }

    /// A network before its first epoch.
    fn underway(
        &self,
        shape: &Shape,
        projection: Option<Projection>,
        mut stream: Stream,
    ) -> Result<Box<Underway<T>>> {
        let features = projection.as_ref().map_or(self.data.x.features(), Projection::directions);
        let options = shape.options();
        let sizes = sizes(features, &options, self.data.classes)?;
        let form = Form { sizes: &sizes, activation: options.activation, level: Level::best() };
        let network = InTraining::new(form, &mut stream);
        Ok(Box::new(Underway { network, stream, projection, sizes }))
    }

    /// Goes on to epoch `until`: the looks on the way there, of networks of all features.
    pub(super) fn go_on(
        &self,
        shape: &Shape,
        split: &Split,
        underway: &mut Underway<T>,
        until: usize,
        report: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<Vec<Look<T>>> {
        let Underway { network, stream, projection, sizes } = underway;
        let rows = projection.as_ref().map(|projection| projection.apply(self.data.x));
        let x = match &rows {
            Some(rows) => Samples::from_rows("x", rows, sizes[0])?,
            None => self.data.x,
        };
        let options = shape.options();
        let form = Form { sizes, activation: options.activation, level: Level::best() };
        let training = Training {
            epochs: until,
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
            if epoch == until || LOOKS.contains(&epoch) {
                let network = Network::from_flat(options.clone(), sizes.clone(), parameters.to_vec());
                let whole = projection.as_ref().map(|projection| projection.unfold(&network));
                looks.push((epoch, whole.unwrap_or(network)));
            }
        };
        let observer = &mut |progress: TrainingProgress| report(progress.loss);
        let run = TrainingRun { name: self.name, training: &training, held_out: &[], stream, observer };
        network.go_on((form, x, self.data.targets), split, run, until, &mut show)?;
        Ok(looks)
    }

    /// What needs no epochs: a look for each setting that is tried.
    fn solve(
        &self,
        kind: NetworkKind,
        (x, projection): (Samples<'_, T>, &Projection),
        task: &Task<'_>,
        stream: &mut Stream,
    ) -> Result<Vec<Look<T>>> {
        let samples = &task.split.training;
        let z = DMatrix::from_fn(x.features(), samples.len(), |row, i| x.sample(samples[i])[row].f64());
        let projection = &projection.limited_to(&z);
        let targets: Vec<usize> = samples.iter().map(|&i| self.data.targets[i]).collect();
        let settings = settings(kind);
        let wanted = (1..=settings.len()).filter(|number| task.look.is_none_or(|look| look == *number));
        let fail = || Error::Diverged { field: self.name.to_string(), epoch: 0, got: f64::NAN };
        match kind {
            NetworkKind::Discriminant => {
                let counts = class_counts(&targets, self.data.classes);
                let log_prior = Reserve::new(&counts).log_frequencies().collect();
                let discriminant = Discriminant::new(&z, &targets, log_prior);
                let network = |number: usize| discriminant.network(projection, settings[number - 1]);
                wanted.map(|number| Ok((number, network(number).ok_or_else(fail)??))).collect()
            }
            _ => {
                let kernel = Kernel::new(&z, &targets, self.data.classes, stream);
                let network = |number: usize| kernel.network(projection, settings[number - 1]);
                wanted.map(|number| Ok((number, network(number).ok_or_else(fail)??))).collect()
            }
        }
    }

    /// Epochs of a training at most.
    pub(super) fn most_epochs(&self, shape: &Shape, split: &Split) -> usize {
        self.epochs(split, STEPS).min(shape.epochs)
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
        let Data { x, targets, classes, widths, .. } = self.data;
        let mut order = split.training.clone();
        stream.shuffle(&mut order);
        let validation = order.split_off(order.len() - order.len() / 5);
        let inner = Split { training: order, validation };
        let seed = stream.below(1 << 31) as u64;
        let epochs = self.epochs(&inner, SCREENED);
        let Some(moments) = Moments::new(x, (targets, classes), &inner.training) else { return Ok(None) };
        let mut best: Option<(f64, Kind, usize)> = None;
        for kind in Kind::of(self.are_canonical()) {
            let directions = directions(&moments, *kind, widths);
            for count in DIRECTIONS {
                let Some(projection) = directions.as_ref().and_then(|all| all.first(count)) else { continue };
                let mut underway = self.underway(shape, Some(projection), Stream::new(seed, 0))?;
                for (_, network) in self.go_on(shape, &inner, &mut underway, epochs, report)? {
                    let loss = mean_loss(&network, self.data, &inner.validation);
                    if loss.is_finite() && best.is_none_or(|(least, ..)| loss < least) {
                        best = Some((loss, *kind, count));
                    }
                }
            }
        }
        let Some((_, kind, count)) = best else { return Ok(None) };
        let moments = Moments::new(x, (targets, classes), &split.training);
        Ok(moments.and_then(|moments| directions(&moments, kind, widths)?.first(count)))
    }
}

/// The directions of one kind, if there are any.
fn directions(moments: &Moments, kind: Kind, widths: &[usize]) -> Option<Directions> {
    match kind {
        Kind::Canonical => canonical::coordinates(moments).map(|all| moments.along(all)),
        _ => Some(moments.directions(kind, widths)),
    }
}

/// The settings of a form that needs no epochs, each a look.
pub(super) fn settings(kind: NetworkKind) -> &'static [f64] {
    match kind {
        NetworkKind::Network => &[],
        NetworkKind::Discriminant => &DRAWS,
        NetworkKind::Kernel => &PRECISIONS,
    }
}

/// The shapes that are tried, in so many canonical coordinates or, with none, on features as they are.
pub(super) fn shapes<T>(data: Data<'_, T>, training: &Training, coordinates: usize) -> Vec<Shape> {
    let rate = training.learning_rate;
    if training.epochs == 0 {
        return Vec::new();
    }
    let network = |hidden: &[usize], learning_rate: f64, weight_decay: f64| Shape {
        kind: NetworkKind::Network,
        hidden: hidden.to_vec(),
        learning_rate,
        weight_decay,
        projected: false,
        epochs: usize::MAX,
    };
    let solved = |kind| Shape { kind, ..network(&[], 0.0, 0.0) };
    let mut shapes = Vec::new();
    if data.classes <= MOST_CLASSES {
        shapes.push(network(&[], 5.0 * rate, 0.1));
    }
    if coordinates > 0 {
        if discriminant::is_possible(coordinates, data.classes) {
            shapes.push(solved(NetworkKind::Discriminant));
        }
        shapes.push(solved(NetworkKind::Kernel));
    }
    shapes.extend([network(&[64, 64], rate, 2.0), network(&[64, 64], rate, 0.1)]);
    if data.widths.iter().any(|&width| width >= 2 * DIRECTIONS[1]) {
        shapes.push(Shape { projected: true, ..network(&[32, 32], 3.0 * rate, 0.1) });
    }
    shapes
}
