//! A feed-forward network with log-softmax output: evaluation and gradient.

use super::expansion::Expansion;
use super::passes::{BLOCK, Form, Memory, layer_ranges, parameter_count};
use crate::linalg::adam::Parameters;
use crate::matrix::{check_count, total_weight};
use crate::simd::Level;
use crate::{Error, Float, Result, Samples, parallel};
use alloc::string::ToString;
use alloc::{format, vec, vec::Vec};
use serde::{Deserialize, Serialize};

/// Samples that one thread evaluates with the same memory.
const CHUNK: usize = 4 * BLOCK;

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
///
/// A classifier that a fit chose may add smooth functions of x to the logits: see [`Network::expansions`].
///
/// Networks are equal if their forms and parameters are; the level does not count.
#[derive(Debug, Clone)]
pub struct Network<T> {
    options: NetworkOptions,
    /// Features, hidden widths, classes.
    sizes: Vec<usize>,
    parameters: Vec<T>,
    expansions: Vec<Expansion<T>>,
    level: Level,
}

impl<T: PartialEq> PartialEq for Network<T> {
    fn eq(&self, other: &Self) -> bool {
        (&self.options, &self.sizes, &self.parameters, &self.expansions)
            == (&other.options, &other.sizes, &other.parameters, &other.expansions)
    }
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
        Ok(Network::from_flat(options, sizes, parameters))
    }

    pub(super) fn from_flat(options: NetworkOptions, sizes: Vec<usize>, parameters: Vec<T>) -> Self {
        debug_assert_eq!(parameter_count(&sizes), parameters.len());
        Network { options, sizes, parameters, expansions: Vec::new(), level: Level::best() }
    }

    /// The network with these functions added to its logits, instead of those that it had.
    ///
    /// # Errors
    /// [`Error::Shape`] where one is of other features or classes.
    pub fn with_expansions(mut self, expansions: Vec<Expansion<T>>) -> Result<Self> {
        for expansion in &expansions {
            check_count("expansion", "features", self.features(), expansion.features())?;
            check_count("expansion", "classes", self.classes(), expansion.classes())?;
        }
        self.expansions = expansions;
        Ok(self)
    }

    /// The functions that are added to the logits.
    pub fn expansions(&self) -> &[Expansion<T>] {
        &self.expansions
    }

    /// Runs the kernels on a lower instruction set than [`Level::best`].
    pub fn with_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// The instruction set that the kernels run on.
    pub fn level(&self) -> Level {
        self.level
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
        Form { sizes: &self.sizes, activation: self.options.activation, level: self.level }
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
            let mut memory = Memory::new();
            for (block, out) in out.chunks_mut(BLOCK * classes).enumerate() {
                let first = start / classes + block * BLOCK;
                memory.gather(self.form(), &x, first..first + out.len() / classes);
                memory.forward(self.form(), &self.parameters);
                memory.expand(self.form(), &self.expansions);
                memory.log_probabilities(self.form(), out);
            }
        });
        Ok(())
    }

    /// Weighted mean cross-entropy −Σ wᵢ log p(yᵢ|xᵢ) / Σ wᵢ and its gradient for the parameters of all layers and for
    /// x.
    ///
    /// # Errors
    /// [`Error::Shape`] if features, targets or weights do not fit, [`Error::Class`] for a target outside the
    /// classes, [`Error::Weight`] for weights that are negative or not finite, [`Error::Setting`] if all are 0.
    pub fn gradient(
        &self,
        x: Samples<'_, T>,
        y: &[i64],
        weights: Option<&[T]>,
    ) -> Result<NetworkGradient<T>> {
        x.check_features("x", self.features())?;
        let targets = check_targets(y, x.samples(), self.classes())?;
        let total = total_weight(weights, x.samples())?;
        let (mut memory, form, features) = (Memory::new(), self.form(), self.features());
        let mut gradient = vec![T::zero(); self.parameters.len()];
        let mut gradient_x = vec![T::zero(); x.samples() * features];
        let mut loss = 0.0;
        for (block, out) in gradient_x.chunks_mut(BLOCK * features).enumerate() {
            let first = block * BLOCK;
            memory.gather(form, &x, first..first + out.len() / features);
            memory.forward(form, &self.parameters);
            memory.expand(form, &self.expansions);
            let weight = |i: usize| weights.map_or(1.0, |w| w[i].f64()) / total;
            loss += memory.cross_entropy(form, |i| (targets[first + i], weight(first + i)));
            let mut through_expansions = vec![T::zero(); out.len()];
            memory.expansions_backward(&self.expansions, &mut through_expansions);
            let fixed = Parameters::Fixed(&self.parameters);
            memory.backward(form, fixed, (&mut gradient, true), Some(out));
            out.iter_mut().zip(through_expansions).for_each(|(out, more)| *out += more);
        }
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
    y.iter().enumerate().map(|(row, &y)| class_of(row, y, classes)).collect()
}

/// The target of a sample as an index.
///
/// # Errors
/// [`Error::Class`] if it is not one of `classes`.
pub(crate) fn class_of(row: usize, y: i64, classes: usize) -> Result<usize> {
    match usize::try_from(y) {
        Ok(class) if class < classes => Ok(class),
        _ => Err(Error::Class {
            field: "y".to_string(),
            row,
            column: None,
            expected: format!("a class number from 0 to {}", classes - 1),
            got: y.to_string(),
        }),
    }
}
