//! The passes through a network: forward to the logits, and back with the gradient.

use super::Activation;
use super::expansion::{Expansion, ExpansionMemory};
use crate::linalg::adam::Parameters;
use crate::linalg::dense::{self, Cut, Derivative, Layer, LayerGradient};
use crate::linalg::dense::{block_length, pitch};
use crate::linalg::softmax;
use crate::simd::{Buffer, Level};
use crate::{Float, Samples};
use alloc::vec::Vec;
use core::ops::Range;

/// Samples that go through the network together: enough to use each weight often, few enough for the caches.
pub(super) const BLOCK: usize = 256;

/// Ranges of weights and biases of layer `l` in the flat parameters of a network with these sizes.
pub(super) fn layer_ranges(sizes: &[usize], l: usize) -> (Range<usize>, Range<usize>) {
    let start: usize = sizes.windows(2).take(l).map(|w| (w[0] + 1) * w[1]).sum();
    let weights = sizes[l] * sizes[l + 1];
    (start..start + weights, start + weights..start + weights + sizes[l + 1])
}

/// Number of parameters of a network with these sizes.
pub(super) fn parameter_count(sizes: &[usize]) -> usize {
    sizes.windows(2).map(|w| (w[0] + 1) * w[1]).sum()
}

/// What the passes need to know of a network.
#[derive(Clone, Copy)]
pub(super) struct Form<'a> {
    /// Features, hidden widths, classes.
    pub(super) sizes: &'a [usize],
    pub(super) activation: Activation,
    pub(super) level: Level,
}

impl Form<'_> {
    fn layers(&self) -> usize {
        self.sizes.len() - 1
    }

    fn classes(&self) -> usize {
        self.sizes[self.layers()]
    }

    fn layer(&self, l: usize, samples: usize) -> Layer {
        Layer { samples, inputs: self.sizes[l], outputs: self.sizes[l + 1] }
    }
}

/// The values of a block of samples, reused from block to block.
#[derive(Debug)]
pub(super) struct Memory<T> {
    samples: usize,
    /// Their numbers.
    chosen: Vec<usize>,
    /// The input of every layer, and the logits: a unit per row, a sample per column. The columns beyond the samples
    /// repeat the first.
    units: Vec<Buffer<T>>,
    /// The input of every layer again, a sample per row.
    rows: Vec<Buffer<T>>,
    /// The gradient for a layer's outputs and for its inputs.
    deltas: [Buffer<T>; 2],
    /// Per sample: target, weight, loss.
    targets: Vec<usize>,
    weights: Buffer<T>,
    losses: Buffer<T>,
    /// Of every expansion.
    expansions: Vec<ExpansionMemory<T>>,
}

impl<T: Float> Memory<T> {
    pub(super) fn new() -> Self {
        Memory {
            samples: 0,
            chosen: Vec::new(),
            units: Vec::new(),
            rows: Vec::new(),
            deltas: [Buffer::new(0), Buffer::new(0)],
            targets: Vec::new(),
            weights: Buffer::new(0),
            losses: Buffer::new(0),
            expansions: Vec::new(),
        }
    }

    /// Makes `samples` of `x` the block, at most [`BLOCK`].
    pub(super) fn gather(
        &mut self,
        form: Form<'_>,
        x: &Samples<'_, T>,
        samples: impl ExactSizeIterator<Item = usize>,
    ) {
        let n = samples.len();
        self.samples = n;
        self.chosen.clear();
        self.chosen.extend(samples);
        self.units.resize_with(form.sizes.len(), Buffer::default);
        self.rows.resize_with(form.layers(), Buffer::default);
        for (units, &size) in self.units.iter_mut().zip(form.sizes) {
            units.reserve(block_length::<T>(size, n));
        }
        let chosen = &self.chosen;
        let sample = |i: usize| x.sample(chosen[i]);
        dense::gather(form.level, (x.features(), n), sample, &mut self.rows[0], &mut self.units[0]);
    }

    /// Runs the layers on the block, up to the logits.
    pub(super) fn forward(&mut self, form: Form<'_>, parameters: &[T]) {
        let layers = form.layers();
        for l in 0..layers {
            let (weights, biases) = layer_ranges(form.sizes, l);
            let (before, after) = self.units.split_at_mut(l + 1);
            let (input, out) = (before[l].slice(), after[0].slice_mut());
            let hidden = l + 1 < layers;
            let cut = match form.activation {
                Activation::Relu if hidden => Cut::BelowZero,
                _ => Cut::None,
            };
            let parameters = (&parameters[weights], &parameters[biases], cut);
            dense::forward(form.level, form.layer(l, self.samples), parameters, input, out);
            if hidden && form.activation == Activation::Tanh {
                softmax::tanh_block(form.level, &mut out[..form.sizes[l + 1] * pitch::<T>(self.samples)]);
            }
        }
    }

    /// Adds expansions to the logits, after [`Memory::forward`].
    pub(super) fn expand(&mut self, form: Form<'_>, expansions: &[Expansion<T>]) {
        self.expansions.resize_with(expansions.len(), ExpansionMemory::default);
        let (before, logits) = self.units.split_at_mut(form.layers());
        let (x, logits) = (before[0].slice(), logits[0].slice_mut());
        for (expansion, memory) in expansions.iter().zip(&mut self.expansions) {
            expansion.add(form.level, self.samples, x, logits, memory);
        }
    }

    /// Adds to `out`, samples × features, what the gradient of [`Memory::cross_entropy`] is through expansions.
    pub(super) fn expansions_backward(&self, expansions: &[Expansion<T>], out: &mut [T]) {
        for (expansion, memory) in expansions.iter().zip(&self.expansions) {
            expansion.gradient_x(self.samples, self.deltas[0].slice(), memory, out);
        }
    }

    /// log p(y|x) of the block, after [`Memory::forward`]: samples × classes.
    pub(super) fn log_probabilities(&mut self, form: Form<'_>, out: &mut [T]) {
        let shape = (form.classes(), self.samples);
        let logits = self.units[form.layers()].slice_mut();
        softmax::log_softmax(form.level, shape, logits);
        dense::transpose(form.level, shape, logits, (out, shape.0));
    }

    /// −Σ wᵢ log p(yᵢ|xᵢ) of the block, nats, after [`Memory::forward`]; `target` tells yᵢ and wᵢ. The gradient for
    /// the logits is the first of the deltas.
    pub(super) fn cross_entropy(&mut self, form: Form<'_>, target: impl Fn(usize) -> (usize, f64)) -> f64 {
        let (n, classes) = (self.samples, form.classes());
        let pitch = pitch::<T>(n);
        self.weights.reserve(pitch);
        self.losses.reserve(pitch);
        self.deltas[0].reserve(block_length::<T>(classes, n));
        self.targets.clear();
        let weights = self.weights.slice_mut();
        for (i, weight) in weights[..n].iter_mut().enumerate() {
            let (class, w) = target(i);
            self.targets.push(class);
            *weight = T::of(w);
        }
        weights[n..pitch].fill(T::zero());
        let (logits, losses) = (self.units[form.layers()].slice(), self.losses.slice_mut());
        let goals = (&self.targets[..], &*weights);
        softmax::cross_entropy(form.level, classes, logits, goals, losses, self.deltas[0].slice_mut());
        let mut loss = 0.0;
        for (i, value) in losses[..n].iter().enumerate() {
            let weight = target(i).1;
            if weight > 0.0 {
                loss += weight * value.f64();
            }
        }
        loss
    }

    /// Writes the gradient of [`Memory::cross_entropy`] for the parameters to `gradient`, or adds it; and that for the
    /// inputs, samples × features. Parameters that move do so at once, and their gradient need not be written.
    pub(super) fn backward(
        &mut self,
        form: Form<'_>,
        mut parameters: Parameters<'_, T>,
        (gradient, adds): (&mut [T], bool),
        gradient_x: Option<&mut [T]>,
    ) {
        let n = self.samples;
        let [here, below] = &mut self.deltas;
        for l in (0..form.layers()).rev() {
            let layer = form.layer(l, n);
            if l > 0 {
                self.rows[l].reserve(block_length::<T>(n, layer.inputs));
                let out = (self.rows[l].slice_mut(), pitch::<T>(layer.inputs));
                dense::transpose(form.level, (layer.inputs, n), self.units[l].slice(), out);
            }
            let (weights, biases) = layer_ranges(form.sizes, l);
            // Before the weights move.
            if l > 0 || gradient_x.is_some() {
                below.reserve(block_length::<T>(layer.inputs, n));
                let values = self.units[l].slice();
                let derivative = match form.activation {
                    _ if l == 0 => Derivative::One,
                    Activation::Relu => Derivative::Relu(values),
                    Activation::Tanh => Derivative::Tanh(values),
                };
                let weights = &parameters.values()[weights.clone()];
                dense::downward(form.level, layer, weights, here.slice(), derivative, below.slice_mut());
            }
            let out = LayerGradient {
                values: &mut gradient[weights.start..biases.end],
                adds,
                moving: match &mut parameters {
                    Parameters::Fixed(_) => None,
                    Parameters::Moving(moving) => Some(moving.part(weights.start..biases.end)),
                },
            };
            dense::weight_gradient(form.level, layer, (here.slice(), self.rows[l].slice()), out);
            core::mem::swap(here, below);
        }
        if let Some(out) = gradient_x {
            let features = form.sizes[0];
            dense::transpose(form.level, (features, n), here.slice(), (out, features));
        }
    }
}
