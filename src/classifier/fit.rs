//! Fitting a network: its start, and its objective for the training loop.

use super::network;
use super::passes::{BLOCK, Form, Memory, layer_ranges, parameter_count};
use super::{Network, NetworkOptions};
use crate::linalg::adam::Parameters;
use crate::matrix::{MOST_PARAMETERS, total_weight};
use crate::optim::{Adam, Descent, Group, History, Objective, Split, TrainingRun, mean_weight, train};
use crate::rng::Stream;
use crate::simd::{Buffer, Level};
use crate::{Error, Float, Result, Samples};
use alloc::string::ToString;
use alloc::{vec, vec::Vec};

/// A fitted network and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkFit<T> {
    /// The network.
    pub network: Network<T>,
    /// Its losses.
    pub history: History,
}

/// Fits a network to class numbers 0, …, `classes` − 1 by minimising the weighted mean cross-entropy.
///
/// Weights and biases start uniform in ±1/√inputs of their layer.
///
/// # Errors
/// [`Error::Setting`] for settings out of range or a held-out index outside the samples, [`Error::Shape`] if
/// targets or weights do not fit, [`Error::Class`] for a target outside the classes, [`Error::NotFinite`] for a
/// feature that is no finite number, [`Error::Diverged`], [`Error::Cancelled`].
pub fn fit_network<T: Float>(
    x: Samples<'_, T>,
    (y, classes): (&[i64], usize),
    weights: Option<&[T]>,
    options: &NetworkOptions,
    run: TrainingRun<'_>,
) -> Result<NetworkFit<T>> {
    run.training.check("classifier_")?;
    x.check_finite("x")?;
    total_weight(weights, x.samples())?;
    if classes < 2 {
        return Err(Error::Setting {
            field: "classes".to_string(),
            expected: "at least 2".to_string(),
            got: classes.to_string(),
        });
    }
    let sizes = sizes(x.features(), options, classes)?;
    let targets = network::check_targets(y, x.samples(), classes)?;
    let split = Split::new(x.samples(), run.held_out)?;
    let form = Form { sizes: &sizes, activation: options.activation, level: Level::best() };
    let (parameters, history) = fit_split(form, x, (&targets, weights), &split, run)?;
    Ok(NetworkFit { network: Network::from_flat(options.clone(), sizes, parameters), history })
}

/// The parameters of a network fitted to the training samples of `split`.
pub(super) fn fit_split<T: Float>(
    form: Form<'_>,
    x: Samples<'_, T>,
    (targets, weights): (&[usize], Option<&[T]>),
    split: &Split,
    run: TrainingRun<'_>,
) -> Result<(Vec<T>, History)> {
    let mut parameters = starting(form, run.stream);
    let mut objective = CrossEntropy::new(form, x, (targets, weights), split)?;
    let parameters = &mut parameters.slice_mut()[..parameter_count(form.sizes)];
    let history = train(&mut objective, parameters, split, run)?;
    Ok((parameters.to_vec(), history))
}

/// Where parameters begin.
fn starting<T: Float>(form: Form<'_>, stream: &mut Stream) -> Buffer<T> {
    let sizes = form.sizes;
    let mut buffer = Buffer::new(parameter_count(sizes));
    let parameters = buffer.slice_mut();
    for (l, &inputs) in sizes[..sizes.len() - 1].iter().enumerate() {
        let bound = 1.0 / libm::sqrt(inputs as f64);
        let (layer_weights, biases) = layer_ranges(sizes, l);
        for value in &mut parameters[layer_weights.start..biases.end] {
            *value = T::of(stream.uniform(-bound, bound));
        }
    }
    buffer
}

/// A network whose training may pause.
pub(super) struct InTraining<T> {
    parameters: Buffer<T>,
    /// None before the first epoch.
    descent: Option<Descent<T>>,
}

impl<T: Float> InTraining<T> {
    pub(super) fn new(form: Form<'_>, stream: &mut Stream) -> Self {
        InTraining { parameters: starting(form, stream), descent: None }
    }

    /// The course so far.
    pub(super) fn history(&self) -> History {
        self.descent.as_ref().map(|descent| descent.history().clone()).unwrap_or_default()
    }

    /// Goes on to epoch `until`; see [`Descent::go_on`].
    pub(super) fn go_on(
        &mut self,
        (form, x, targets): (Form<'_>, Samples<'_, T>, &[usize]),
        split: &Split,
        run: TrainingRun<'_>,
        until: usize,
        show: &mut dyn FnMut(usize, &[T]),
    ) -> Result<()> {
        let mut objective = CrossEntropy::new(form, x, (targets, None), split)?;
        let parameters = &mut self.parameters.slice_mut()[..parameter_count(form.sizes)];
        let new = || Descent::new(&objective, parameters.len(), split, run.training);
        let descent = self.descent.get_or_insert_with(new);
        descent.go_on((&mut objective, parameters), split, run, until, show)
    }
}

/// Widths from features to classes.
pub(super) fn sizes(features: usize, options: &NetworkOptions, classes: usize) -> Result<Vec<usize>> {
    let mut sizes = vec![features];
    sizes.extend(&options.hidden);
    sizes.push(classes);
    let parameters = sizes
        .windows(2)
        .try_fold(0usize, |sum, w| w[0].checked_add(1)?.checked_mul(w[1]).and_then(|n| n.checked_add(sum)));
    let possible = parameters.is_some_and(|n| n <= MOST_PARAMETERS);
    if !possible || sizes.contains(&0) {
        return Err(Error::Setting {
            field: "hidden".to_string(),
            expected: alloc::format!("widths of at least 1 that give at most {MOST_PARAMETERS} parameters"),
            got: alloc::format!("{:?} between {features} features and {classes} classes", options.hidden),
        });
    }
    Ok(sizes)
}

/// The mean cross-entropy of the samples as an objective.
struct CrossEntropy<'a, T> {
    form: Form<'a>,
    x: Samples<'a, T>,
    targets: &'a [usize],
    weights: Option<&'a [T]>,
    mean_weight: f64,
    memory: Memory<T>,
}

impl<'a, T: Float> CrossEntropy<'a, T> {
    fn new(
        form: Form<'a>,
        x: Samples<'a, T>,
        (targets, weights): (&'a [usize], Option<&'a [T]>),
        split: &Split,
    ) -> Result<Self> {
        let mean_weight = mean_weight(weights, split)?;
        Ok(CrossEntropy { form, x, targets, weights, mean_weight, memory: Memory::new() })
    }

    /// The sum of the weighted losses of `block`, at most [`BLOCK`] samples, their weights divided by `total`.
    fn block(&mut self, parameters: &[T], block: &[usize], total: f64) -> f64 {
        self.memory.gather(self.form, &self.x, block.iter().copied());
        self.memory.forward(self.form, parameters);
        let (targets, weights) = (self.targets, self.weights);
        let weight = |i: usize| weights.map_or(1.0, |w| w[i].f64()) / total;
        self.memory.cross_entropy(self.form, |i| (targets[block[i]], weight(block[i])))
    }
}

impl<T: Float> Objective<T> for CrossEntropy<'_, T> {
    fn groups(&self) -> Vec<Group> {
        (0..self.form.sizes.len() - 1)
            .flat_map(|l| {
                let (weights, biases) = layer_ranges(self.form.sizes, l);
                [Group { range: weights, decays: true }, Group { range: biases, decays: false }]
            })
            .collect()
    }

    fn level(&self) -> Level {
        self.form.level
    }

    fn step(&mut self, parameters: &mut [T], batch: &[usize], adam: &mut Adam<T>) -> f64 {
        let total = batch.len() as f64 * self.mean_weight;
        let mut loss = 0.0;
        for (i, block) in batch.chunks(BLOCK).enumerate() {
            loss += self.block(parameters, block, total);
            let adds = adam.accumulates() || i > 0;
            let is_last = (i + 1) * BLOCK >= batch.len();
            // All parameters move with the last block.
            let (gradient, parameters) = match is_last && !adam.accumulates() {
                true => {
                    let all = 0..parameters.len();
                    let (gradient, moving) = adam.moving(parameters, all);
                    (gradient, Parameters::Moving(moving))
                }
                false => (adam.gradient(), Parameters::Fixed(parameters)),
            };
            self.memory.backward(self.form, parameters, (gradient, adds), None);
        }
        if adam.accumulates() {
            adam.finish(parameters, 0..0);
        }
        loss
    }

    fn loss(&mut self, parameters: &[T], samples: &[usize]) -> f64 {
        let total = self.weights.map_or(samples.len() as f64, |w| samples.iter().map(|&i| w[i].f64()).sum());
        samples.chunks(BLOCK).map(|block| self.block(parameters, block, total)).sum()
    }
}
