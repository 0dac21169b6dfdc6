//! The passes of a block of samples: through the nets, through their mixtures, and back.

use super::ConditionalOptions;
use super::net::Pass;
use super::parameters::Nets;
use crate::knife::Triangle;
use crate::linalg::dense;
use crate::linalg::mixture::samplewise::{self, Blocks, Gradients};
use crate::simd::{Buffer, Level};
use crate::{Float, Samples};

/// Samples that go through the nets together.
pub(super) const BLOCK: usize = 64;

/// What the passes need to know of a density.
#[derive(Clone, Copy)]
pub(super) struct Form<'a> {
    pub(super) nets: &'a Nets,
    pub(super) options: &'a ConditionalOptions,
    pub(super) level: Level,
}

impl Form<'_> {
    fn mixtures(&self, samples: usize) -> samplewise::Form {
        samplewise::Form {
            samples,
            features: self.nets.features,
            modes: self.nets.modes,
            bounded: self.options.bounded,
            triangular: self.options.triangle == Triangle::Full,
        }
    }
}

/// The values of a block of samples, reused from block to block.
#[derive(Debug, Default)]
pub(super) struct Memory<T> {
    samples: usize,
    rows: Buffer<T>,
    condition: Buffer<T>,
    x: Buffer<T>,
    passes: [Pass<T>; 4],
    /// log p of every sample.
    pub(super) log_density: Buffer<T>,
    weights: Buffer<T>,
    mixture: Buffer<T>,
    /// The gradient for the condition and for x, a sample per column.
    pub(super) to_condition: Buffer<T>,
    pub(super) to_x: Buffer<T>,
}

impl<T: Float> Memory<T> {
    /// Makes `count` samples of c and x the block, the i-th being that of number `number(i)`.
    pub(super) fn gather(
        &mut self,
        form: Form<'_>,
        [c, x]: [&Samples<'_, T>; 2],
        count: usize,
        number: impl Fn(usize) -> usize,
    ) {
        self.samples = count;
        for (from, to) in [(c, &mut self.condition), (x, &mut self.x)] {
            let shape = (from.features(), count);
            dense::gather(form.level, shape, |i| from.sample(number(i)), &mut self.rows, to);
        }
    }

    /// The parameters of every sample's mixture.
    fn nets(&mut self, form: Form<'_>, parameters: &[T]) {
        for (pass, net) in self.passes.iter_mut().zip(form.nets.split(parameters)) {
            if net.0.outputs() > 0 {
                pass.forward(form.level, net, self.samples, self.condition.slice());
            }
        }
        self.log_density.reserve(dense::pitch::<T>(self.samples));
    }

    /// log p of the block.
    pub(super) fn log_density(&mut self, form: Form<'_>, parameters: &[T]) {
        self.nets(form, parameters);
        let [means, log_diagonal, triangle, logits] = self.passes.each_ref().map(Pass::outputs);
        let parameters = Blocks { means, log_diagonal, triangle, logits };
        let (x, out) = (self.x.slice(), self.log_density.slice_mut());
        let mixtures = form.mixtures(self.samples);
        samplewise::log_density(form.level, mixtures, (parameters, x), out, None, &mut self.mixture);
    }

    /// −Σ gᵢ log p of the block, nats, and its gradient for what the nets put out, and for x; gᵢ is `weight(i)`.
    pub(super) fn gradient(&mut self, form: Form<'_>, parameters: &[T], weight: impl Fn(usize) -> T) -> f64 {
        self.nets(form, parameters);
        let (n, pitch) = (self.samples, dense::pitch::<T>(self.samples));
        self.weights.reserve(pitch);
        let weights = &mut self.weights.slice_mut()[..pitch];
        weights.fill(T::zero());
        weights[..n].iter_mut().enumerate().for_each(|(i, to)| *to = weight(i));
        self.to_x.reserve(dense::block_length::<T>(form.nets.features, n));
        let [means, log_diagonal, triangle, logits] = self.passes.each_mut().map(Pass::outputs_and_delta);
        let parameters =
            Blocks { means: means.0, log_diagonal: log_diagonal.0, triangle: triangle.0, logits: logits.0 };
        let deltas =
            Blocks { means: means.1, log_diagonal: log_diagonal.1, triangle: triangle.1, logits: logits.1 };
        let gradients =
            Gradients { weights: self.weights.slice(), parameters: deltas, x: self.to_x.slice_mut() };
        let (inputs, out) = ((parameters, self.x.slice()), self.log_density.slice_mut());
        let mixtures = form.mixtures(n);
        samplewise::log_density(form.level, mixtures, inputs, out, Some(gradients), &mut self.mixture);
        let terms = (0..n).map(|i| (weight(i).f64(), out[i].f64())).filter(|(weight, _)| *weight != 0.0);
        -terms.map(|(weight, log_density)| weight * log_density).sum::<f64>()
    }

    /// Writes the gradient for the nets' parameters, after [`Memory::gradient`], or adds it if `adds`; and that for the
    /// condition if it is wanted.
    pub(super) fn backward(
        &mut self,
        form: Form<'_>,
        parameters: &[T],
        (gradient, adds): (&mut [T], bool),
        wants_condition: bool,
    ) {
        if wants_condition {
            self.to_condition.reserve(dense::block_length::<T>(form.nets.nets[0].inputs(), self.samples));
            self.to_condition.slice_mut().fill(T::zero());
        }
        let (condition, mut rest) = (self.condition.slice(), gradient);
        for (pass, (net, parameters)) in self.passes.iter_mut().zip(form.nets.split(parameters)) {
            let (own, others) = rest.split_at_mut(net.len());
            rest = others;
            if net.outputs() > 0 {
                let to = wants_condition.then(|| self.to_condition.slice_mut());
                pass.backward(form.level, (net, parameters), condition, (own, adds), to);
            }
        }
    }
}
