//! What a classifier may have beside its network: smooth functions of a few coordinates of the features.

use crate::linalg::dense::{self, Cut, block_length, pitch};
use crate::linalg::softmax;
use crate::matrix::check_count;
use crate::simd::{Buffer, Level};
use crate::{Error, Float, Result};
use alloc::string::ToString;
use alloc::{vec, vec::Vec};

/// The numbers of an [`Expansion`], of d features, k coordinates, C classes and m centres, all in C order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExpansionParameters<T> {
    /// M, k×d.
    pub map: Vec<T>,
    /// o, k.
    pub offset: Vec<T>,
    /// The least and the greatest that a coordinate counts as, k each, or none.
    pub lowest: Vec<T>,
    /// See `lowest`.
    pub highest: Vec<T>,
    /// L, C×k, or none.
    pub linear: Vec<T>,
    /// Q, C×k×k, or none.
    pub quadratic: Vec<T>,
    /// c, m×k, or none.
    pub centres: Vec<T>,
    /// γ, at least 0.
    pub precision: T,
    /// W, C×m.
    pub weights: Vec<T>,
}

/// What is added to the logits of a network: linear and quadratic forms, and radial units, of coordinates z, which may be
/// limited to what a fit saw.
///
/// ```text
/// z = max(lowest, min(highest, M x + o))      logit_y += L_y z + zᵀ Q_y z + Σ_j W_yj exp(−γ |z − c_j|²)
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Expansion<T> {
    features: usize,
    coordinates: usize,
    classes: usize,
    parameters: ExpansionParameters<T>,
    /// The exponents of the radial units as a layer of z and |z|²: weights m×(k+1), and biases.
    exponents: (Vec<T>, Vec<T>),
}

/// The values of a block of samples, a number per row and a sample per column, reused from block to block.
#[derive(Debug)]
pub(super) struct ExpansionMemory<T> {
    /// z, and |z|² in the row after it.
    coordinates: Buffer<T>,
    radial: Buffer<T>,
    /// What a layer adds to the logits; Q z.
    out: Buffer<T>,
    zeros: Vec<T>,
}

impl<T> Default for ExpansionMemory<T>
where
    Buffer<T>: Default,
{
    fn default() -> Self {
        let [coordinates, radial, out] = core::array::from_fn(|_| Buffer::default());
        ExpansionMemory { coordinates, radial, out, zeros: Vec::new() }
    }
}

impl<T: Float> Expansion<T> {
    /// An expansion of these numbers.
    ///
    /// # Errors
    /// [`Error::Empty`] without coordinates, [`Error::Shape`] where arrays do not fit each other,
    /// [`Error::NotFinite`] for a number that is none, [`Error::Setting`] for a γ below 0 and for limits the wrong way
    /// round.
    pub fn new(features: usize, classes: usize, parameters: ExpansionParameters<T>) -> Result<Self> {
        let ExpansionParameters { map, offset, lowest, highest, linear, quadratic, .. } = &parameters;
        let ExpansionParameters { centres, precision, weights, .. } = &parameters;
        let k = offset.len();
        if k == 0 {
            return Err(Error::Empty { field: "expansion".to_string(), what: "coordinates" });
        }
        let units = centres.len() / k;
        let unless_none = |values: &[T], count: usize| if values.is_empty() { 0 } else { count };
        let limits = if lowest.is_empty() && highest.is_empty() { 0 } else { k };
        for (name, values, expected) in [
            ("map", map, features.saturating_mul(k)),
            ("offset", offset, k),
            ("lowest", lowest, limits),
            ("highest", highest, limits),
            ("linear", linear, unless_none(linear, classes.saturating_mul(k))),
            ("quadratic", quadratic, unless_none(quadratic, classes.saturating_mul(k * k))),
            ("centres", centres, units * k),
            ("weights", weights, units.saturating_mul(classes)),
            ("precision", &vec![*precision], 1),
        ] {
            let field = alloc::format!("expansion {name}");
            check_count(&field, "elements", expected, values.len())?;
            if let Some(row) = values.iter().position(|v| !v.is_finite()) {
                return Err(Error::NotFinite { field, row, column: 0, got: values[row].f64() });
            }
        }
        if let Some(row) = lowest.iter().zip(highest).position(|(lowest, highest)| lowest > highest) {
            let field = "expansion lowest".to_string();
            let (expected, got) = ("at most the highest".to_string(), lowest[row].f64().to_string());
            return Err(Error::Setting { field, expected, got });
        }
        if *precision < T::zero() {
            let (expected, got) = ("at least 0".to_string(), precision.f64().to_string());
            return Err(Error::Setting { field: "expansion precision".to_string(), expected, got });
        }
        let (mut slopes, mut biases) = (Vec::with_capacity(units * (k + 1)), Vec::with_capacity(units));
        for centre in centres.chunks_exact(k) {
            slopes.extend(centre.iter().map(|&c| T::of(2.0) * *precision * c));
            slopes.push(-*precision);
            let square: f64 = centre.iter().map(|c| c.f64() * c.f64()).sum();
            biases.push(T::of(-precision.f64() * square));
        }
        Ok(Expansion { features, coordinates: k, classes, parameters, exponents: (slopes, biases) })
    }

    /// Number of features, d.
    pub fn features(&self) -> usize {
        self.features
    }

    /// Number of classes, C.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Number of coordinates, k.
    pub fn coordinates(&self) -> usize {
        self.coordinates
    }

    /// Its numbers.
    pub fn parameters(&self) -> &ExpansionParameters<T> {
        &self.parameters
    }

    /// The expansion that adds so many times as much.
    pub(super) fn scaled(&self, factor: f64) -> Self {
        let times = |values: &[T]| values.iter().map(|&v| T::of(factor) * v).collect();
        let ExpansionParameters { linear, quadratic, weights, .. } = &self.parameters;
        let (linear, quadratic, weights) = (times(linear), times(quadratic), times(weights));
        let parameters = ExpansionParameters { linear, quadratic, weights, ..self.parameters.clone() };
        Expansion { parameters, ..self.clone() }
    }

    fn units(&self) -> usize {
        self.exponents.1.len()
    }

    /// Adds what it has for `samples` samples, whose features are `x`, to their logits; both blocks have a sample per
    /// column, see [`dense`].
    pub(super) fn add(
        &self,
        level: Level,
        samples: usize,
        x: &[T],
        logits: &mut [T],
        memory: &mut ExpansionMemory<T>,
    ) {
        let (k, classes, units) = (self.coordinates, self.classes, self.units());
        let (pitch, p) = (pitch::<T>(samples), &self.parameters);
        let layer = |inputs, outputs| dense::Layer { samples, inputs, outputs };
        memory.coordinates.reserve(block_length::<T>(k + 1, samples));
        memory.radial.reserve(block_length::<T>(units, samples));
        memory.out.reserve(block_length::<T>(k.max(classes), samples));
        memory.zeros.resize(k.max(classes), T::zero());
        let z = memory.coordinates.slice_mut();
        dense::forward(level, layer(self.features, k), (&p.map, &p.offset, Cut::None), x, z);
        let (rows, squares) = z.split_at_mut(k * pitch);
        for ((row, &lowest), &highest) in rows.chunks_exact_mut(pitch).zip(&p.lowest).zip(&p.highest) {
            // In this order NaN stays.
            row.iter_mut().filter(|z| **z < lowest).for_each(|z| *z = lowest);
            row.iter_mut().filter(|z| **z > highest).for_each(|z| *z = highest);
        }
        let squares = &mut squares[..pitch];
        squares.fill(T::zero());
        for row in rows.chunks_exact(pitch) {
            squares.iter_mut().zip(row).for_each(|(sum, &z)| *sum += z * z);
        }
        let z = memory.coordinates.slice();
        let out = memory.out.slice_mut();
        if !p.linear.is_empty() {
            let linear = (&p.linear[..], &memory.zeros[..classes], Cut::None);
            dense::forward(level, layer(k, classes), linear, z, out);
            logits[..classes * pitch].iter_mut().zip(&*out).for_each(|(logit, &more)| *logit += more);
        }
        if units > 0 {
            let radial = memory.radial.slice_mut();
            let (slopes, biases) = &self.exponents;
            dense::forward(level, layer(k + 1, units), (slopes, biases, Cut::None), z, radial);
            softmax::exp_block(level, &mut radial[..units * pitch]);
            let weights = (&p.weights[..], &memory.zeros[..classes], Cut::None);
            dense::forward(level, layer(units, classes), weights, radial, out);
            logits[..classes * pitch].iter_mut().zip(&*out).for_each(|(logit, &more)| *logit += more);
        }
        for (form, logit) in p.quadratic.chunks_exact(k * k).zip(logits.chunks_exact_mut(pitch)) {
            dense::forward(level, layer(k, k), (form, &memory.zeros[..k], Cut::None), z, out);
            for (z, turned) in z.chunks_exact(pitch).zip(out.chunks_exact(pitch)).take(k) {
                for ((logit, &z), &turned) in logit.iter_mut().zip(z).zip(turned) {
                    *logit += z * turned;
                }
            }
        }
    }

    /// Adds to `out`, samples × features, the gradient that `deltas`, those for the logits, give the features through
    /// this; after [`Expansion::add`] with the same block.
    pub(super) fn gradient_x(
        &self,
        samples: usize,
        deltas: &[T],
        memory: &ExpansionMemory<T>,
        out: &mut [T],
    ) {
        let (k, pitch, p) = (self.coordinates, pitch::<T>(samples), &self.parameters);
        let (z, radial) = (memory.coordinates.slice(), memory.radial.slice());
        let two = T::of(2.0);
        let mut of_coordinates = vec![T::zero(); k];
        for (i, out) in out.chunks_exact_mut(self.features).enumerate() {
            let delta = |class: usize| deltas[class * pitch + i];
            let z = |row: usize| z[row * pitch + i];
            of_coordinates.fill(T::zero());
            for (class, row) in p.linear.chunks_exact(k).enumerate() {
                of_coordinates.iter_mut().zip(row).for_each(|(to, &l)| *to += delta(class) * l);
            }
            for (class, form) in p.quadratic.chunks_exact(k * k).enumerate() {
                for (r, row) in form.chunks_exact(k).enumerate() {
                    for (c, &q) in row.iter().enumerate() {
                        let both = delta(class) * q;
                        of_coordinates[r] += both * z(c);
                        of_coordinates[c] += both * z(r);
                    }
                }
            }
            for (unit, centre) in p.centres.chunks_exact(k).enumerate() {
                let above = (0..self.classes).fold(T::zero(), |sum, class| {
                    sum + delta(class) * p.weights[class * self.units() + unit]
                });
                let slope = -two * p.precision * above * radial[unit * pitch + i];
                for (r, (to, &c)) in of_coordinates.iter_mut().zip(centre).enumerate() {
                    *to += slope * (z(r) - c);
                }
            }
            // Where a coordinate is limited, it does not move.
            for (r, (&lowest, &highest)) in p.lowest.iter().zip(&p.highest).enumerate() {
                if z(r) <= lowest || z(r) >= highest {
                    of_coordinates[r] = T::zero();
                }
            }
            for (row, &of_coordinate) in p.map.chunks_exact(self.features).zip(&of_coordinates) {
                out.iter_mut().zip(row).for_each(|(out, &m)| *out += of_coordinate * m);
            }
        }
    }
}

#[cfg(test)]
mod tests;
