//! Fitting a conditional density.

use super::net::starting;
use super::parameters::Nets;
use super::passes::{BLOCK, Form, Memory};
use super::{Conditional, ConditionalOptions};
use crate::knife::{MarginalParameters, Start, fit_marginal};
use crate::matrix::total_weight;
use crate::optim::{
    Adam, Group, History, Objective, Split, Training, TrainingProgress, TrainingRun, mean_weight, train,
};
use crate::simd::Level;
use crate::{Float, Result, Samples};
use alloc::vec::Vec;
use core::ops::{ControlFlow, Range};

/// A fitted conditional density and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionalFit<T> {
    /// The density.
    pub density: Conditional<T>,
    /// Its losses.
    pub history: History,
}

/// Fits p(x|c) by minimising the weighted mean surprisal.
///
/// The density begins as the Gaussian mixture that expectation–maximisation finds for x without c, as that of
/// [`Start::Mixture`] does: from there training can only learn what c tells. Hidden weights and biases begin uniform in
/// ±1/√inputs of their layer, the weights of outputs at 0.
///
/// # Errors
/// [`Error::Setting`](crate::Error::Setting) for settings out of range or a held-out index outside the samples,
/// [`Error::Shape`](crate::Error::Shape) if conditions or weights do not fit the samples,
/// [`Error::Weight`](crate::Error::Weight), [`Error::NotFinite`](crate::Error::NotFinite) for a number of x or c that is
/// none, [`Error::Diverged`](crate::Error::Diverged), [`Error::Cancelled`](crate::Error::Cancelled).
pub fn fit_conditional<T: Float>(
    c: Samples<'_, T>,
    x: Samples<'_, T>,
    weights: Option<&[T]>,
    options: &ConditionalOptions,
    run: TrainingRun<'_>,
) -> Result<ConditionalFit<T>> {
    run.training.check("density_")?;
    c.check_samples("c", x.samples())?;
    c.check_finite("c")?;
    x.check_finite("x")?;
    total_weight(weights, x.samples())?;
    let nets = Nets::new(options, (c.features(), x.features()))?;
    let split = Split::new(x.samples(), run.held_out)?;
    let TrainingRun { name, training, held_out, stream, observer } = run;
    let none = Training { epochs: 0, ..training.clone() };
    let nobody = &mut |_: TrainingProgress| ControlFlow::Continue(());
    let start = TrainingRun { name, training: &none, held_out, stream: &mut *stream, observer: nobody };
    let marginal = fit_marginal(x, weights, &options.marginal(), Start::Mixture, start)?.density.parameters();
    let MarginalParameters { means, log_diagonal, triangle, logits } = marginal;
    let below: Vec<T> = match triangle.is_empty() {
        true => Vec::new(),
        false => nets.triangle_places().into_iter().map(|place| triangle[place]).collect(),
    };
    let outputs = [means, log_diagonal, below, logits];
    let parts = nets.nets.iter().zip(&outputs).map(|(net, outputs)| starting(net, outputs, stream));
    let mut parameters: Vec<T> = parts.flatten().collect();
    let form = Form { nets: &nets, options, level: Level::best() };
    let scale = 1.0 / mean_weight(weights, &split)?;
    let mut objective = Surprisal { form, c, x, weights, scale, memory: Memory::default() };
    let run = TrainingRun { name, training, held_out, stream, observer };
    let history = train(&mut objective, &mut parameters, &split, run)?;
    Ok(ConditionalFit { density: Conditional::from_packed(options.clone(), nets, parameters), history })
}

/// The mean surprisal of the samples as an objective.
struct Surprisal<'a, T> {
    form: Form<'a>,
    c: Samples<'a, T>,
    x: Samples<'a, T>,
    weights: Option<&'a [T]>,
    /// One over the mean weight.
    scale: f64,
    memory: Memory<T>,
}

impl<T: Float> Surprisal<'_, T> {
    fn weight(&self, sample: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[sample].f64())
    }
}

impl<T: Float> Objective<T> for Surprisal<'_, T> {
    fn groups(&self) -> Vec<Group> {
        let mut groups = Vec::new();
        let mut start = 0;
        for net in &self.form.nets.nets {
            for l in 0..net.layers() {
                let places = net.places(l);
                let place = |range: Range<usize>| start + range.start..start + range.end;
                // Gains and shifts come before the weights, biases after them.
                for (range, decays) in [
                    (places.gain.start..places.shift.end, false),
                    (places.weights, true),
                    (places.biases, false),
                ] {
                    groups.push(Group { range: place(range), decays });
                }
            }
            start += net.len();
        }
        groups.retain(|group| !group.range.is_empty());
        groups
    }

    fn level(&self) -> Level {
        self.form.level
    }

    fn step(&mut self, parameters: &mut [T], batch: &[usize], adam: &mut Adam<T>) -> f64 {
        let share = self.scale / batch.len() as f64;
        let mut adds = adam.accumulates();
        let mut loss = 0.0;
        for block in batch.chunks(BLOCK) {
            let weights: Vec<T> = block.iter().map(|&i| T::of(self.weight(i) * share)).collect();
            let Surprisal { form, c, x, memory, .. } = self;
            memory.gather(*form, [c, x], block.len(), |i| block[i]);
            loss += memory.gradient(*form, parameters, |i| weights[i]);
            memory.backward(*form, parameters, (adam.gradient(), adds), false);
            adds = true;
        }
        adam.finish(parameters, 0..0);
        loss
    }

    fn loss(&mut self, parameters: &[T], samples: &[usize]) -> f64 {
        let (mut sum, mut total) = (0.0, 0.0);
        for block in samples.chunks(BLOCK) {
            let Surprisal { form, c, x, memory, .. } = self;
            memory.gather(*form, [c, x], block.len(), |i| block[i]);
            memory.log_density(*form, parameters);
            for (i, &sample) in block.iter().enumerate() {
                let weight = self.weight(sample);
                if weight > 0.0 {
                    sum -= weight * self.memory.log_density.slice()[i].f64();
                    total += weight;
                }
            }
        }
        sum / total
    }
}
