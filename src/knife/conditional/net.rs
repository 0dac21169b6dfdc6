//! Feed-forward nets from a condition c to the parameters of a mixture: forward, and back with the gradient.
//!
//! A hidden layer is, in this order, a layer norm (if there is one), an affine map, an activation, and the layer's own
//! input added (if residual); an affine map follows the last.

use super::NetOptions;
use crate::classifier::Activation;
use crate::linalg::dense::{self, Cut, Derivative, Layer, LayerGradient, block_length, pitch};
use crate::linalg::softmax;
use crate::rng::Stream;
use crate::simd::{Buffer, Level};
use crate::{Error, Float, Result};
use alloc::string::{String, ToString};
use alloc::{format, vec, vec::Vec};
use core::ops::Range;

/// ε of the layer norm.
const EPSILON: f64 = 1e-5;

/// The form of a net, and where its numbers lie: of each layer gain and shift of its norm, weights, biases.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Net {
    /// Condition, hidden widths, outputs.
    sizes: Vec<usize>,
    activation: Activation,
    layer_norm: bool,
    residual: bool,
}

/// Where the numbers of a layer lie.
pub(super) struct Places {
    /// Empty without a norm, as the shift.
    pub(super) gain: Range<usize>,
    pub(super) shift: Range<usize>,
    pub(super) weights: Range<usize>,
    pub(super) biases: Range<usize>,
}

impl Net {
    /// A net from `inputs` to `outputs` numbers; it has no parameters if there are none of these.
    pub(super) fn new(options: &NetOptions, inputs: usize, outputs: usize) -> Self {
        let mut sizes = Vec::with_capacity(options.hidden.len() + 2);
        sizes.push(inputs);
        sizes.extend(options.hidden.iter().filter(|_| outputs > 0));
        sizes.push(outputs);
        let &NetOptions { activation, layer_norm, residual, .. } = options;
        Net { sizes, activation, layer_norm, residual }
    }

    /// Number of affine maps.
    pub(super) fn layers(&self) -> usize {
        self.sizes.len() - 1
    }

    pub(super) fn inputs(&self) -> usize {
        self.sizes[0]
    }

    pub(super) fn outputs(&self) -> usize {
        self.sizes[self.layers()]
    }

    /// Inputs and outputs of a layer.
    pub(super) fn widths(&self, l: usize) -> (usize, usize) {
        (self.sizes[l], self.sizes[l + 1])
    }

    fn has_norm(&self, l: usize) -> bool {
        self.layer_norm && l + 1 < self.layers()
    }

    pub(super) fn places(&self, l: usize) -> Places {
        let mut end = (0..l).map(|l| self.size(l)).sum::<usize>();
        let mut next = |length: usize| {
            end += length;
            end - length..end
        };
        let (inputs, outputs) = self.widths(l);
        let normed = if self.has_norm(l) { inputs } else { 0 };
        Places {
            gain: next(normed),
            shift: next(normed),
            weights: next(inputs * outputs),
            biases: next(outputs),
        }
    }

    /// Numbers of a layer.
    fn size(&self, l: usize) -> usize {
        let (inputs, outputs) = self.widths(l);
        (inputs + 1) * outputs + if self.has_norm(l) { 2 * inputs } else { 0 }
    }

    /// Number of parameters.
    pub(super) fn len(&self) -> usize {
        (0..self.layers()).map(|l| self.size(l)).sum()
    }

    /// Number of parameters of any net, if it can be counted.
    pub(super) fn count(options: &NetOptions, inputs: usize, outputs: usize) -> Option<usize> {
        let mut total = 0usize;
        let mut before = inputs;
        for &width in options.hidden.iter().chain([&outputs]) {
            total = total.checked_add(before.checked_add(3)?.checked_mul(width.max(before))?)?;
            before = width;
        }
        Some(total)
    }
}

/// The values of a block of samples on their way through a net, reused from block to block.
#[derive(Debug, Default)]
pub(super) struct Pass<T> {
    samples: usize,
    /// What leaves each layer, a unit per row, a sample per column.
    units: Vec<Buffer<T>>,
    /// What the affine map of a layer with a norm reads, and before gain and shift.
    fed: Vec<Buffer<T>>,
    normed: Vec<Buffer<T>>,
    /// One over the deviation of each sample's inputs.
    precisions: Vec<Buffer<T>>,
    /// What a residual layer adds to its input.
    added: Vec<Buffer<T>>,
    rows: Buffer<T>,
    deltas: [Buffer<T>; 2],
    skipped: Buffer<T>,
}

impl<T: Float> Pass<T> {
    fn layer(&self, net: &Net, l: usize) -> Layer {
        let (inputs, outputs) = net.widths(l);
        Layer { samples: self.samples, inputs, outputs }
    }

    /// Runs the net on a block of `samples` conditions.
    pub(super) fn forward(
        &mut self,
        level: Level,
        (net, parameters): (&Net, &[T]),
        samples: usize,
        condition: &[T],
    ) {
        self.samples = samples;
        let (layers, pitch) = (net.layers(), pitch::<T>(samples));
        for buffers in
            [&mut self.units, &mut self.fed, &mut self.normed, &mut self.precisions, &mut self.added]
        {
            buffers.resize_with(layers, Buffer::default);
        }
        for l in 0..layers {
            let (layer, places) = (self.layer(net, l), net.places(l));
            let (before, after) = self.units.split_at_mut(l);
            let input = before.last().map_or(condition, Buffer::slice);
            let out = &mut after[0];
            out.reserve(block_length::<T>(layer.outputs, samples));
            let fed = match net.has_norm(l) {
                true => {
                    let memory = (&mut self.normed[l], &mut self.precisions[l], &mut self.fed[l]);
                    let (gain, shift) = (&parameters[places.gain], &parameters[places.shift]);
                    norm(layer, (gain, shift), input, memory);
                    self.fed[l].slice()
                }
                false => input,
            };
            let hidden = l + 1 < layers;
            let cut = match net.activation {
                Activation::Relu if hidden => Cut::BelowZero,
                _ => Cut::None,
            };
            let affine = (&parameters[places.weights], &parameters[places.biases], cut);
            dense::forward(level, layer, affine, fed, out.slice_mut());
            let out = &mut out.slice_mut()[..layer.outputs * pitch];
            if hidden && net.activation == Activation::Tanh {
                softmax::tanh_block(level, out);
            }
            if hidden && net.residual {
                self.added[l].reserve(block_length::<T>(layer.outputs, samples));
                self.added[l].slice_mut()[..out.len()].copy_from_slice(out);
                out.iter_mut().zip(input).for_each(|(out, &v)| *out += v);
            }
        }
    }

    /// The outputs of the block, after [`Pass::forward`]; none of a net without any.
    pub(super) fn outputs(&self) -> &[T] {
        self.units.last().map_or(&[], Buffer::slice)
    }

    /// The same, and where the gradient for them goes, before [`Pass::backward`].
    pub(super) fn outputs_and_delta(&mut self) -> (&[T], &mut [T]) {
        let outputs = self.units.last().map_or(&[][..], Buffer::slice);
        self.deltas[0].reserve(outputs.len());
        (outputs, self.deltas[0].slice_mut())
    }

    /// Writes the gradient for the parameters, or adds it if `adds`; and adds that for the condition.
    pub(super) fn backward(
        &mut self,
        level: Level,
        (net, parameters): (&Net, &[T]),
        condition: &[T],
        (gradient, adds): (&mut [T], bool),
        to_condition: Option<&mut [T]>,
    ) {
        let (n, pitch) = (self.samples, pitch::<T>(self.samples));
        for l in (0..net.layers()).rev() {
            let (layer, places) = (self.layer(net, l), net.places(l));
            let hidden = l + 1 < net.layers();
            let [here, below] = &mut self.deltas;
            let delta = &mut here.slice_mut()[..layer.outputs * pitch];
            if hidden {
                if net.residual {
                    self.skipped.reserve(delta.len());
                    self.skipped.slice_mut()[..delta.len()].copy_from_slice(delta);
                }
                let values = if net.residual { self.added[l].slice() } else { self.units[l].slice() };
                match net.activation {
                    Activation::Relu => delta.iter_mut().zip(values).for_each(|(delta, &v)| {
                        if v <= T::zero() {
                            *delta = T::zero();
                        }
                    }),
                    Activation::Tanh => {
                        delta.iter_mut().zip(values).for_each(|(delta, &v)| *delta *= T::one() - v * v);
                    }
                }
            }
            let input = if l == 0 { condition } else { self.units[l - 1].slice() };
            let fed = if net.has_norm(l) { self.fed[l].slice() } else { input };
            self.rows.reserve(block_length::<T>(n, layer.inputs));
            let rows = (self.rows.slice_mut(), dense::pitch::<T>(layer.inputs));
            dense::transpose(level, (layer.inputs, n), fed, rows);
            let values = &mut gradient[places.weights.start..places.biases.end];
            let out = LayerGradient { values, adds, moving: None };
            dense::weight_gradient(level, layer, (here.slice(), self.rows.slice()), out);
            if l == 0 && to_condition.is_none() && !net.has_norm(l) {
                return;
            }
            below.reserve(block_length::<T>(layer.inputs, n));
            let weights = &parameters[places.weights];
            dense::downward(level, layer, weights, here.slice(), Derivative::One, below.slice_mut());
            let down = &mut below.slice_mut()[..layer.inputs * pitch];
            if net.has_norm(l) {
                let places = (places.gain.clone(), places.shift.clone());
                let memory = (self.normed[l].slice(), self.precisions[l].slice());
                norm_backward(layer, (&parameters[places.0.clone()], memory), down, (gradient, places, adds));
            }
            if hidden && net.residual {
                down.iter_mut().zip(self.skipped.slice()).for_each(|(down, &v)| *down += v);
            }
            core::mem::swap(here, below);
        }
        if let Some(to) = to_condition {
            to.iter_mut()
                .zip(self.deltas[0].slice())
                .take(net.inputs() * pitch)
                .for_each(|(to, &v)| *to += v);
        }
    }
}

/// Numbers of a layer that a norm makes of `input`: (v − mean) / deviation, and with gain and shift.
fn norm<T: Float>(
    Layer { samples, inputs, .. }: Layer,
    (gain, shift): (&[T], &[T]),
    input: &[T],
    (normed, precisions, fed): (&mut Buffer<T>, &mut Buffer<T>, &mut Buffer<T>),
) {
    let pitch = pitch::<T>(samples);
    normed.reserve(block_length::<T>(inputs, samples));
    fed.reserve(block_length::<T>(inputs, samples));
    precisions.reserve(2 * pitch);
    let (means, precisions) = precisions.slice_mut()[..2 * pitch].split_at_mut(pitch);
    let share = T::of(1.0 / inputs as f64);
    let rows = || input.chunks_exact(pitch).take(inputs);
    means.fill(T::zero());
    rows().for_each(|row| means.iter_mut().zip(row).for_each(|(mean, &v)| *mean += share * v));
    precisions.fill(T::of(EPSILON));
    for row in rows() {
        for ((precision, &mean), &v) in precisions.iter_mut().zip(&*means).zip(row) {
            *precision += share * (v - mean) * (v - mean);
        }
    }
    precisions.iter_mut().for_each(|variance| *variance = T::one() / variance.sqrt());
    let out = normed.slice_mut().chunks_exact_mut(pitch).zip(fed.slice_mut().chunks_exact_mut(pitch));
    for ((row, (normed, fed)), (&gain, &shift)) in rows().zip(out).zip(gain.iter().zip(shift)) {
        for (i, &v) in row.iter().enumerate() {
            normed[i] = (v - means[i]) * precisions[i];
            fed[i] = normed[i] * gain + shift;
        }
    }
}

/// The gradient for what a norm read in the place of that for what it made, `delta`; and for gain and shift.
fn norm_backward<T: Float>(
    Layer { samples, inputs, .. }: Layer,
    (gain, (normed, precisions)): (&[T], (&[T], &[T])),
    delta: &mut [T],
    (gradient, (gain_place, shift_place), adds): (&mut [T], (Range<usize>, Range<usize>), bool),
) {
    let pitch = pitch::<T>(samples);
    let precisions = &precisions[pitch..2 * pitch];
    let (mut sums, mut along) = (vec![T::zero(); pitch], vec![T::zero(); pitch]);
    for (i, (delta, normed)) in delta.chunks_exact_mut(pitch).zip(normed.chunks_exact(pitch)).enumerate() {
        let (mut to_gain, mut to_shift) = (T::zero(), T::zero());
        for (&delta, &normed) in delta.iter().zip(normed).take(samples) {
            to_gain += delta * normed;
            to_shift += delta;
        }
        for (place, value) in [(gain_place.start + i, to_gain), (shift_place.start + i, to_shift)] {
            gradient[place] = if adds { gradient[place] + value } else { value };
        }
        for (j, delta) in delta.iter_mut().enumerate() {
            *delta *= gain[i];
            sums[j] += *delta;
            along[j] += *delta * normed[j];
        }
    }
    let share = T::of(1.0 / inputs as f64);
    for (delta, normed) in delta.chunks_exact_mut(pitch).zip(normed.chunks_exact(pitch)) {
        for (j, delta) in delta.iter_mut().enumerate() {
            *delta = precisions[j] * (*delta - share * (sums[j] + normed[j] * along[j]));
        }
    }
}

/// What starts a net: weights and biases of hidden layers uniform in ±1/√inputs, gains 1, shifts 0, and outputs that are
/// `outputs` whatever the condition.
pub(super) fn starting<T: Float>(net: &Net, outputs: &[T], stream: &mut Stream) -> Vec<T> {
    let mut parameters = vec![T::zero(); net.len()];
    let last = net.layers() - 1;
    for l in 0..last {
        let Places { gain, weights, biases, .. } = net.places(l);
        let bound = 1.0 / libm::sqrt(net.widths(l).0 as f64);
        parameters[gain].fill(T::one());
        for value in &mut parameters[weights.start..biases.end] {
            *value = T::of(stream.uniform(-bound, bound));
        }
    }
    parameters[net.places(last).biases].copy_from_slice(outputs);
    parameters
}

/// A net's options checked against a condition.
pub(super) fn check(options: &NetOptions, inputs: usize) -> Result<()> {
    let fail = |expected: String| {
        let got = format!("{:?}", options.hidden);
        Err(Error::Setting { field: "hidden".to_string(), expected, got })
    };
    if options.hidden.contains(&0) {
        return fail("widths of at least 1".to_string());
    }
    match options.residual && options.hidden.iter().any(|&width| width != inputs) {
        true => fail(format!("widths of {inputs}, as the condition has, since layers are residual")),
        false => Ok(()),
    }
}
