//! The options and parameters of a conditional density, and where they lie in memory.

use super::net::{self, Net, Places};
use crate::classifier::{Activation, Layer};
use crate::knife::{Diagonal, MarginalOptions, Triangle};
use crate::matrix::{MOST_PARAMETERS, check_count};
use crate::{Error, Float, Result};
use alloc::format;
use alloc::string::ToString;
use alloc::{vec, vec::Vec};
use core::ops::Range;
use serde::{Deserialize, Serialize};

/// The form of the nets between a condition and the parameters of a mixture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetOptions {
    /// Widths of the hidden layers; none makes the parameters affine functions of the condition.
    pub hidden: Vec<usize>,
    /// What follows each hidden layer.
    pub activation: Activation,
    /// Whether each hidden layer first brings its inputs, of every sample, to mean 0 and variance 1 (ε = 1e-5), and then
    /// to a gain and shift of their own.
    pub layer_norm: bool,
    /// Whether each hidden layer adds its input to what it puts out; all widths are then that of the condition.
    pub residual: bool,
}

/// The form of a conditional density.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConditionalOptions {
    /// Number of modes, K.
    pub modes: usize,
    /// σ = tanh ℓ rather than σ = ℓ.
    pub bounded: bool,
    /// With or without triangular part.
    pub triangle: Triangle,
    /// The nets, one for each kind of parameter.
    pub nets: NetOptions,
}

impl ConditionalOptions {
    /// The form of the mixture without a condition.
    pub(super) fn marginal(&self) -> MarginalOptions {
        MarginalOptions {
            modes: self.modes,
            bounded: self.bounded,
            diagonal: Diagonal::PerMode,
            triangle: self.triangle,
            train_means: true,
            train_weights: true,
        }
    }
}

/// The numbers of a hidden layer of a net, or the gradient for them.
#[derive(Debug, Clone, PartialEq)]
pub struct HiddenLayer<T> {
    /// Gain and shift of the layer norm, as many each as the layer has inputs; empty without norm.
    pub gain: Vec<T>,
    /// See `gain`.
    pub shift: Vec<T>,
    /// Its affine map.
    pub affine: Layer<T>,
}

/// The numbers of a net, or the gradient for them.
#[derive(Debug, Clone, PartialEq)]
pub struct NetParameters<T> {
    /// The hidden layers.
    pub hidden: Vec<HiddenLayer<T>>,
    /// The map from the last of them to the outputs.
    pub output: Layer<T>,
}

/// The parameters of a conditional density, or the gradient for them: a net for each kind of parameter of the mixture.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionalParameters<T> {
    /// For μ, K·d outputs.
    pub means: NetParameters<T>,
    /// For ℓ, K·d outputs.
    pub log_diagonal: NetParameters<T>,
    /// For T, K·d·d outputs in C order, of which only those of the strict lower part count; none without triangular part.
    pub triangle: Option<NetParameters<T>>,
    /// For w, K outputs.
    pub logits: NetParameters<T>,
}

/// Where the four nets are: means, log-diagonal, triangle (without outputs if there is none), logits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Nets {
    pub(super) features: usize,
    pub(super) modes: usize,
    pub(super) nets: [Net; 4],
}

/// The names of the nets, for errors.
const NAMES: [&str; 4] = ["means", "log_diagonal", "triangle", "logits"];

impl Nets {
    pub(super) fn new(options: &ConditionalOptions, (conditions, features): (usize, usize)) -> Result<Self> {
        for (what, count) in [("c", conditions), ("density", features)] {
            if count == 0 {
                return Err(Error::Empty { field: what.to_string(), what: "features" });
            }
        }
        net::check(&options.nets, conditions)?;
        let modes = options.modes;
        let triangular = options.triangle == Triangle::Full;
        let triangle =
            if triangular { modes.saturating_mul(features.saturating_mul(features - 1) / 2) } else { 0 };
        let rows = modes.saturating_mul(features);
        let counts = [rows, rows, triangle, modes];
        let total = counts.iter().try_fold(0usize, |sum, &outputs| {
            Net::count(&options.nets, conditions, outputs).and_then(|count| sum.checked_add(count))
        });
        if modes == 0 || total.is_none_or(|total| total > MOST_PARAMETERS) {
            return Err(Error::Setting {
                field: "modes".to_string(),
                expected: format!(
                    "at least 1, and so few that there are at most {MOST_PARAMETERS} parameters"
                ),
                got: format!("{modes} of {features} features"),
            });
        }
        Ok(Nets { features, modes, nets: counts.map(|outputs| Net::new(&options.nets, conditions, outputs)) })
    }

    pub(super) fn len(&self) -> usize {
        self.nets.iter().map(Net::len).sum()
    }

    /// The nets, each with its part of the flat parameters.
    pub(super) fn split<'a, T>(&'a self, mut flat: &'a [T]) -> [(&'a Net, &'a [T]); 4] {
        self.nets.each_ref().map(|net| {
            let (own, rest) = flat.split_at(net.len());
            flat = rest;
            (net, own)
        })
    }

    /// Where in a dense K×d×d array the outputs of the net for T are.
    pub(super) fn triangle_places(&self) -> Vec<usize> {
        let d = self.features;
        let rows = (0..self.modes).flat_map(move |mode| (0..d).map(move |i| (mode, i)));
        rows.flat_map(move |(mode, i)| (0..i).map(move |j| (mode * d + i) * d + j)).collect()
    }
}

/// Dense parameters as a flat vector.
pub(super) fn pack<T: Float>(
    nets: &Nets,
    options: &ConditionalOptions,
    parameters: &ConditionalParameters<T>,
) -> Result<Vec<T>> {
    let ConditionalParameters { means, log_diagonal, triangle, logits } = parameters;
    if triangle.is_some() != (options.triangle == Triangle::Full) {
        return Err(Error::Setting {
            field: "triangle".to_string(),
            expected: "a net where there is a triangular part, and none else".to_string(),
            got: if triangle.is_some() { "a net" } else { "none" }.to_string(),
        });
    }
    let mut out = Vec::with_capacity(nets.len());
    let kept = nets.triangle_places();
    let given = [Some(means), Some(log_diagonal), triangle.as_ref(), Some(logits)];
    for ((net, name), given) in nets.nets.iter().zip(NAMES).zip(given) {
        // A triangle of one feature has no element below its diagonal, whatever is given.
        let Some(given) = given.filter(|_| net.outputs() > 0) else { continue };
        check_count(name, "hidden layers", net.layers() - 1, given.hidden.len())?;
        for (l, HiddenLayer { gain, shift, affine }) in given.hidden.iter().enumerate() {
            let Places { gain: place, .. } = net.places(l);
            let (inputs, outputs) = net.widths(l);
            let arrays = [
                ("gain", gain, place.len(), 1),
                ("shift", shift, place.len(), 1),
                ("weights", &affine.weights, inputs * outputs, inputs),
                ("biases", &affine.biases, outputs, 1),
            ];
            for (part, values, expected, columns) in arrays {
                append(&format!("{name} layer {l} {part}"), values, (expected, columns), &mut out)?;
            }
        }
        let inputs = net.widths(net.layers() - 1).0;
        let Layer { weights, biases } = &given.output;
        if name != "triangle" {
            append(&format!("{name} output weights"), weights, (net.outputs() * inputs, inputs), &mut out)?;
            append(&format!("{name} output biases"), biases, (net.outputs(), 1), &mut out)?;
            continue;
        }
        // Of outputs for whole matrices those below the diagonals.
        let rows = nets.modes * nets.features * nets.features;
        let (mut dense, mut dense_biases) = (Vec::new(), Vec::new());
        append("triangle output weights", weights, (rows * inputs, inputs), &mut dense)?;
        append("triangle output biases", biases, (rows, 1), &mut dense_biases)?;
        kept.iter().for_each(|&row| out.extend_from_slice(&dense[row * inputs..][..inputs]));
        out.extend(kept.iter().map(|&row| dense_biases[row]));
    }
    Ok(out)
}

/// Appends an array of so many numbers, which are finite.
fn append<T: Float>(
    field: &str,
    values: &[T],
    (expected, columns): (usize, usize),
    out: &mut Vec<T>,
) -> Result<()> {
    check_count(field, "elements", expected, values.len())?;
    if let Some(i) = values.iter().position(|v| !v.is_finite()) {
        let (row, column, got) = (i / columns, i % columns, values[i].f64());
        return Err(Error::NotFinite { field: field.to_string(), row, column, got });
    }
    out.extend_from_slice(values);
    Ok(())
}

/// Flat parameters as dense arrays.
pub(super) fn unpack<T: Float>(
    nets: &Nets,
    options: &ConditionalOptions,
    flat: &[T],
) -> ConditionalParameters<T> {
    let kept = nets.triangle_places();
    let [means, log_diagonal, triangle, logits] = nets.split(flat).map(|(net, own)| {
        let part = |place: Range<usize>| own[place].to_vec();
        let affine = |places: &Places| Layer {
            weights: part(places.weights.clone()),
            biases: part(places.biases.clone()),
        };
        let last = net.layers() - 1;
        let hidden = (0..last).map(|l| {
            let places = net.places(l);
            let affine = affine(&places);
            HiddenLayer { gain: part(places.gain), shift: part(places.shift), affine }
        });
        NetParameters { hidden: hidden.collect(), output: affine(&net.places(last)) }
    });
    let full = options.triangle == Triangle::Full;
    let triangle = full.then(|| {
        let inputs = nets.nets[2].widths(nets.nets[2].layers() - 1).0;
        let rows = nets.modes * nets.features * nets.features;
        let mut output = Layer { weights: vec![T::zero(); rows * inputs], biases: vec![T::zero(); rows] };
        for (i, &row) in kept.iter().enumerate() {
            output.weights[row * inputs..][..inputs]
                .copy_from_slice(&triangle.output.weights[i * inputs..][..inputs]);
            output.biases[row] = triangle.output.biases[i];
        }
        NetParameters { output, ..triangle }
    });
    ConditionalParameters { means, log_diagonal, triangle, logits }
}
