//! A feed-forward network with log-softmax output: evaluation and gradient.

use crate::linalg::general;
use crate::matrix::{check_count, total_weight};
use crate::simd::{log_sum_exp, softmax_into};
use crate::{Error, Float, Result, Samples, parallel};
use alloc::string::ToString;
use alloc::{format, vec, vec::Vec};
use core::ops::Range;
use serde::{Deserialize, Serialize};

/// Samples that one thread evaluates at a time.
const CHUNK: usize = 256;

/// What follows each hidden layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// max(0, v).
    Relu,
    /// tanh v.
    Tanh,
}

/// The form of a network between features and classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetworkOptions {
    /// Widths of the hidden layers; none makes a linear classifier.
    pub hidden: Vec<usize>,
    /// What follows each hidden layer.
    pub activation: Activation,
}

/// Weights (outputs × inputs, C order) and biases of a layer, or the gradient for them.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer<T> {
    /// outputs × inputs.
    pub weights: Vec<T>,
    /// One per output.
    pub biases: Vec<T>,
}

/// A network for p(y|x): affine layers with an activation between them, and a log-softmax.
///
/// ```text
/// v₀ = x      v_{l+1} = f(W_l v_l + b_l)      log p(y|x) = log softmax(W_L v_L + b_L)_y
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Network<T> {
    options: NetworkOptions,
    /// Features, hidden widths, classes.
    sizes: Vec<usize>,
    parameters: Vec<T>,
}

/// Loss and gradients of [`Network::gradient`].
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkGradient<T> {
    /// Weighted mean cross-entropy −Σ wᵢ log p(yᵢ|xᵢ) / Σ wᵢ, nats.
    pub loss: f64,
    /// Gradient of the loss for every layer.
    pub layers: Vec<Layer<T>>,
    /// Gradient of the loss for every feature, n×d in C order.
    pub x: Vec<T>,
}

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

/// Memory for the activations of a batch, reused from batch to batch.
#[derive(Default)]
pub(super) struct Activations<T> {
    /// Outputs of every layer, n × width each; the last ones are logits.
    outputs: Vec<Vec<T>>,
    /// Gradients for them.
    gradients: Vec<Vec<T>>,
}

/// The widths and the activation of a network, as its kernels need them.
#[derive(Clone, Copy)]
pub(super) struct Form<'a> {
    /// Features, hidden widths, classes.
    pub(super) sizes: &'a [usize],
    pub(super) activation: Activation,
}

/// Runs the layers on `n` samples (n×d); the logits are the last of the activations.
pub(super) fn forward<T: Float>(
    Form { sizes, activation }: Form<'_>,
    parameters: &[T],
    (n, x): (usize, &[T]),
    memory: &mut Activations<T>,
) {
    let layers = sizes.len() - 1;
    memory.outputs.resize_with(layers, Vec::new);
    for l in 0..layers {
        let (weights, biases) = layer_ranges(sizes, l);
        let (before, rest) = memory.outputs.split_at_mut(l);
        let (input, output) = (before.last().map_or(x, |v| v), &mut rest[0]);
        output.resize(n * sizes[l + 1], T::zero());
        general::times_transposed((n, sizes[l + 1], sizes[l]), input, &parameters[weights], output);
        let biases = &parameters[biases];
        for row in output.chunks_exact_mut(biases.len()) {
            for (out, &bias) in row.iter_mut().zip(biases) {
                *out += bias;
            }
            if l + 1 < layers {
                activate(activation, row);
            }
        }
    }
}

fn activate<T: Float>(activation: Activation, row: &mut [T]) {
    match activation {
        // NaN stays NaN, as it would not under max.
        Activation::Relu => row.iter_mut().for_each(|v| {
            if *v < T::zero() {
                *v = T::zero()
            }
        }),
        Activation::Tanh => row.iter_mut().for_each(|v| *v = v.tanh()),
    }
}

/// Turns the logits of `memory` into log-probabilities in place.
fn log_softmax<T: Float>(classes: usize, logits: &mut [T]) {
    for row in logits.chunks_exact_mut(classes) {
        let total = log_sum_exp(row);
        row.iter_mut().for_each(|v| *v -= total);
    }
}

/// −Σ wᵢ log p(yᵢ|xᵢ) of a batch that [`forward`] has run, nats.
pub(super) fn cross_entropy<T: Float>(
    classes: usize,
    memory: &Activations<T>,
    target: impl Fn(usize) -> (usize, f64),
) -> f64 {
    let logits = memory.outputs.last().map_or(&[][..], |v| v);
    let mut loss = 0.0;
    for (i, row) in logits.chunks_exact(classes).enumerate() {
        let (class, weight) = target(i);
        if weight > 0.0 {
            loss -= weight * (row[class] - log_sum_exp(row)).f64();
        }
    }
    loss
}

/// Adds the gradient of [`cross_entropy`] to `gradient`, and to `gradient_x` (n×d).
pub(super) fn backward<T: Float>(
    Form { sizes, activation }: Form<'_>,
    parameters: &[T],
    (n, x): (usize, &[T]),
    memory: &mut Activations<T>,
    target: impl Fn(usize) -> (usize, f64),
    gradient: &mut [T],
    gradient_x: Option<&mut [T]>,
) -> f64 {
    let layers = sizes.len() - 1;
    let classes = sizes[layers];
    let loss = cross_entropy(classes, memory, &target);
    let Activations { outputs, gradients } = memory;
    gradients.resize_with(layers, Vec::new);
    gradients[layers - 1].resize(n * classes, T::zero());
    for (i, row) in outputs[layers - 1].chunks_exact(classes).enumerate() {
        let (class, weight) = target(i);
        let out = &mut gradients[layers - 1][i * classes..][..classes];
        softmax_into(row, out);
        out[class] -= T::one();
        out.iter_mut().for_each(|g| *g = if weight > 0.0 { *g * T::of(weight) } else { T::zero() });
    }
    for l in (0..layers).rev() {
        let (weights, biases) = layer_ranges(sizes, l);
        let (below, here) = gradients.split_at_mut(l);
        let input = if l == 0 { x } else { &outputs[l - 1] };
        let shape = (n, sizes[l + 1], sizes[l]);
        general::add_transposed_times(shape, &here[0], input, &mut gradient[weights.clone()]);
        for row in here[0].chunks_exact(sizes[l + 1]) {
            for (out, &g) in gradient[biases.clone()].iter_mut().zip(row) {
                *out += g;
            }
        }
        if let Some(below) = below.last_mut() {
            below.resize(n * sizes[l], T::zero());
            general::times(shape, &here[0], &parameters[weights], below);
            for (g, &v) in below.iter_mut().zip(input) {
                match activation {
                    Activation::Relu if v > T::zero() => {}
                    Activation::Relu => *g = T::zero(),
                    Activation::Tanh => *g *= T::one() - v * v,
                }
            }
        }
    }
    if let Some(out) = gradient_x {
        let weights = &parameters[layer_ranges(sizes, 0).0];
        general::times((n, sizes[1], sizes[0]), &gradients[0], weights, out);
    }
    loss
}

impl<T: Float> Network<T> {
    /// A network of the given layers, from features to classes, with `activation` after each but the last.
    ///
    /// # Errors
    /// [`Error::Empty`] without layers, [`Error::Shape`] where a layer's arrays do not fit its neighbours,
    /// [`Error::NotFinite`] for a parameter that is no finite number.
    pub fn from_layers(features: usize, layers: &[Layer<T>], activation: Activation) -> Result<Self> {
        let mut sizes = vec![features];
        let mut parameters = Vec::new();
        for (l, layer) in layers.iter().enumerate() {
            let (inputs, outputs) = (sizes[l], layer.biases.len());
            if inputs == 0 || outputs == 0 {
                return Err(Error::Empty { field: format!("layer {l}"), what: "features" });
            }
            let expected = inputs.saturating_mul(outputs);
            check_count(&format!("layer {l} weights"), "elements", expected, layer.weights.len())?;
            for (part, values, columns) in [("weights", &layer.weights, inputs), ("biases", &layer.biases, 1)]
            {
                if let Some(i) = values.iter().position(|v| !v.is_finite()) {
                    return Err(Error::NotFinite {
                        field: format!("layer {l} {part}"),
                        row: i / columns,
                        column: i % columns,
                        got: values[i].f64(),
                    });
                }
                parameters.extend_from_slice(values);
            }
            sizes.push(outputs);
        }
        if layers.is_empty() {
            return Err(Error::Empty { field: "network".to_string(), what: "layers" });
        }
        let options = NetworkOptions { hidden: sizes[1..sizes.len() - 1].to_vec(), activation };
        Ok(Network { options, sizes, parameters })
    }

    pub(super) fn from_flat(options: NetworkOptions, sizes: Vec<usize>, parameters: Vec<T>) -> Self {
        debug_assert_eq!(parameter_count(&sizes), parameters.len());
        Network { options, sizes, parameters }
    }

    /// The network's form.
    pub fn options(&self) -> &NetworkOptions {
        &self.options
    }

    /// Number of features, d.
    pub fn features(&self) -> usize {
        self.sizes[0]
    }

    /// Number of classes, C.
    pub fn classes(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }

    /// The layers, from features to classes.
    pub fn layers(&self) -> Vec<Layer<T>> {
        self.split(&self.parameters)
    }

    fn split(&self, flat: &[T]) -> Vec<Layer<T>> {
        (0..self.sizes.len() - 1)
            .map(|l| {
                let (weights, biases) = layer_ranges(&self.sizes, l);
                Layer { weights: flat[weights].to_vec(), biases: flat[biases].to_vec() }
            })
            .collect()
    }

    fn form(&self) -> Form<'_> {
        Form { sizes: &self.sizes, activation: self.options.activation }
    }

    /// log p(y|x) of every sample and class into `out`, n×C in C order, nats.
    ///
    /// # Errors
    /// [`Error::Shape`] if the features differ from the network's or `out` is not n·C numbers.
    pub fn log_probabilities(&self, x: Samples<'_, T>, out: &mut [T]) -> Result<()> {
        x.check_features("x", self.features())?;
        let classes = self.classes();
        check_count("out", "elements", x.samples() * classes, out.len())?;
        parallel::for_each_chunk(out, CHUNK * classes, |start, out| {
            let samples = x.range(start / classes, out.len() / classes);
            let input: Vec<T> = samples.iter().flatten().copied().collect();
            let mut memory = Activations { outputs: Vec::new(), gradients: Vec::new() };
            let batch = (samples.samples(), &input[..]);
            forward(self.form(), &self.parameters, batch, &mut memory);
            out.copy_from_slice(&memory.outputs[self.sizes.len() - 2]);
            log_softmax(classes, out);
        });
        Ok(())
    }

    /// Weighted mean cross-entropy −Σ wᵢ log p(yᵢ|xᵢ) / Σ wᵢ and its gradient for all parameters and for x.
    ///
    /// # Errors
    /// [`Error::Shape`] if features, targets or weights do not fit, [`Error::Class`] for a target outside the
    /// classes, [`Error::Setting`] for weights that are negative, infinite or all 0.
    pub fn gradient(
        &self,
        x: Samples<'_, T>,
        y: &[i64],
        weights: Option<&[T]>,
    ) -> Result<NetworkGradient<T>> {
        x.check_features("x", self.features())?;
        let targets = check_targets(y, x.samples(), self.classes())?;
        let total = total_weight(weights, x.samples())?;
        let input: Vec<T> = x.iter().flatten().copied().collect();
        let mut memory = Activations { outputs: Vec::new(), gradients: Vec::new() };
        let mut gradient = vec![T::zero(); self.parameters.len()];
        let mut gradient_x = vec![T::zero(); input.len()];
        let batch = (x.samples(), &input[..]);
        forward(self.form(), &self.parameters, batch, &mut memory);
        let loss = backward(
            self.form(),
            &self.parameters,
            batch,
            &mut memory,
            |i| (targets[i], weights.map_or(1.0, |w| w[i].f64()) / total),
            &mut gradient,
            Some(&mut gradient_x),
        );
        Ok(NetworkGradient { loss, layers: self.split(&gradient), x: gradient_x })
    }
}

/// Targets as indices, each checked to be one of `classes`.
///
/// # Errors
/// [`Error::Shape`] if there is not one per sample, [`Error::Class`] for one outside the classes.
pub(crate) fn check_targets(y: &[i64], samples: usize, classes: usize) -> Result<Vec<usize>> {
    if y.len() != samples {
        return Err(Error::Shape {
            field: "y".to_string(),
            what: "samples",
            expected: samples,
            got: y.len(),
        });
    }
    let class = |(row, &value): (usize, &i64)| match usize::try_from(value) {
        Ok(class) if class < classes => Ok(class),
        _ => Err(Error::Class {
            field: "y".to_string(),
            row,
            column: None,
            expected: format!("a class number from 0 to {}", classes - 1),
            got: value.to_string(),
        }),
    };
    y.iter().enumerate().map(class).collect()
}
