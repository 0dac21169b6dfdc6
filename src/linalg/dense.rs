//! The layers of a network on a block of samples: forward, down, and the gradient of weights.
//!
//! A block holds a unit per row and a sample per column, rows [`pitch`] apart, so that samples travel in the lanes;
//! the columns up to the next multiple of [`MOST_LANES`] may be computed too, and hold what the caller filled them with.
//! The gradient of weights wants its inputs the other way round, a sample per row: [`transpose`] turns one into the
//! other.

use super::adam::{Move, Moving, Update};
pub(crate) use super::ends::MOST_LANES;
use super::ends::{load_first, store_first};
use super::product::{Ends, Product};
use super::tile::Left;
use crate::Float;
use crate::simd::{Buffer, Kernel, Level, Vector};

/// Distance of the rows of a block with this many columns: whole vectors on every level, and not a multiple of 512
/// bytes, since such rows would crowd into few places of the cache.
pub(crate) fn pitch<T>(columns: usize) -> usize {
    let whole = columns.next_multiple_of(MOST_LANES);
    match (whole * size_of::<T>()).is_multiple_of(512) {
        true => whole + MOST_LANES,
        false => whole,
    }
}

/// Numbers that a block takes: whole vectors of rows too, as [`transpose`] reads them.
pub(crate) fn block_length<T>(rows: usize, columns: usize) -> usize {
    rows.next_multiple_of(MOST_LANES) * pitch::<T>(columns)
}

/// The sizes of a layer and of the block.
#[derive(Clone, Copy)]
pub(crate) struct Layer {
    pub(crate) samples: usize,
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
}

/// What a layer's outputs go through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Nothing.
    None,
    /// max(0, v); NaN stays.
    BelowZero,
}

/// What the gradient for a layer's inputs is multiplied by: the derivative of what made them, told by their values.
#[derive(Clone, Copy)]
pub(crate) enum Derivative<'a, T> {
    /// 1.
    One,
    /// 1 where the value is above 0, else 0.
    Relu(&'a [T]),
    /// 1 − value².
    Tanh(&'a [T]),
}

/// `out[j] = cut(biases[j] + Σ_i weights[j, i] · input[i])` for every sample.
///
/// # Panics
/// If a slice is too short for the layer; so the other functions here.
pub(crate) fn forward<T: Float>(
    level: Level,
    layer: Layer,
    (weights, biases, cut): (&[T], &[T], Cut),
    input: &[T],
    out: &mut [T],
) {
    let Layer { samples, inputs, outputs } = layer;
    assert!(weights.len() == inputs * outputs && biases.len() == outputs);
    assert!(input.len() >= block_length::<T>(inputs, samples));
    assert!(out.len() >= block_length::<T>(outputs, samples));
    T::layer_forward(level, Forward { layer, weights, biases, cut, input, out });
}

pub struct Forward<'a, T> {
    layer: Layer,
    weights: &'a [T],
    biases: &'a [T],
    cut: Cut,
    input: &'a [T],
    out: &'a mut [T],
}

impl<T: Float> Kernel<T> for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let Layer { samples, inputs, outputs } = self.layer;
        let pitch = pitch::<T>(samples);
        let product = Product {
            rows: outputs,
            columns: samples.next_multiple_of(V::LANES),
            terms: inputs,
            left: Left { start: self.weights.as_ptr(), row: inputs, term: 1 },
            right: self.input.as_ptr(),
            right_term: pitch,
            out: self.out.as_mut_ptr(),
            out_row: pitch,
            adds: false,
        };
        // A maximum with −∞ changes nothing.
        let least = if self.cut == Cut::BelowZero { T::zero() } else { T::of(f64::NEG_INFINITY) };
        // SAFETY: the caller says that the processor has the instruction set; `forward` checked the lengths.
        unsafe { product.compute(&BiasAndCut { biases: self.biases.as_ptr(), least: V::splat(least) }) }
    }
}

struct BiasAndCut<E, V> {
    biases: *const E,
    least: V,
}

impl<V: Vector> Ends<V> for BiasAndCut<V::Element, V> {
    #[inline(always)]
    unsafe fn start(&self, row: usize, _: usize) -> V {
        // SAFETY: each row has a bias.
        unsafe { V::splat(*self.biases.add(row)) }
    }

    #[inline(always)]
    unsafe fn finish(&self, sum: V, _: usize, _: usize) -> V {
        self.least.max(sum)
    }
}

/// `out[i] = derivative[i] · Σ_j weights[j, i] · delta[j]` for every sample.
pub(crate) fn downward<T: Float>(
    level: Level,
    layer: Layer,
    weights: &[T],
    delta: &[T],
    derivative: Derivative<'_, T>,
    out: &mut [T],
) {
    let Layer { samples, inputs, outputs } = layer;
    let (below, above) = (block_length::<T>(inputs, samples), block_length::<T>(outputs, samples));
    assert!(weights.len() == inputs * outputs && delta.len() >= above && out.len() >= below);
    if let Derivative::Relu(values) | Derivative::Tanh(values) = derivative {
        assert!(values.len() >= below);
    }
    T::layer_downward(level, Downward { layer, weights, delta, derivative, out });
}

pub struct Downward<'a, T> {
    layer: Layer,
    weights: &'a [T],
    delta: &'a [T],
    derivative: Derivative<'a, T>,
    out: &'a mut [T],
}

impl<T: Float> Kernel<T> for Downward<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let Layer { samples, inputs, outputs } = self.layer;
        let pitch = pitch::<T>(samples);
        let product = Product {
            rows: inputs,
            columns: samples.next_multiple_of(V::LANES),
            terms: outputs,
            left: Left { start: self.weights.as_ptr(), row: 1, term: inputs },
            right: self.delta.as_ptr(),
            right_term: pitch,
            out: self.out.as_mut_ptr(),
            out_row: pitch,
            adds: false,
        };
        // SAFETY: the caller says that the processor has the instruction set; `downward` checked the lengths.
        unsafe { product.compute::<V>(&TimesDerivative { derivative: self.derivative, pitch }) }
    }
}

struct TimesDerivative<'a, T> {
    derivative: Derivative<'a, T>,
    pitch: usize,
}

impl<T: Float, V: Vector<Element = T>> Ends<V> for TimesDerivative<'_, T> {
    #[inline(always)]
    unsafe fn start(&self, _: usize, _: usize) -> V {
        // SAFETY: as this function's.
        unsafe { V::splat(T::zero()) }
    }

    #[inline(always)]
    unsafe fn finish(&self, sum: V, row: usize, column: usize) -> V {
        let place = row * self.pitch + column;
        // SAFETY: the values are a block of the product's shape.
        unsafe {
            match self.derivative {
                Derivative::One => sum,
                Derivative::Relu(values) => {
                    let zero = V::splat(T::zero());
                    zero.select_less(V::load(values.as_ptr().add(place)), sum, zero)
                }
                Derivative::Tanh(values) => {
                    let value = V::load(values.as_ptr().add(place));
                    sum.mul(value.neg_mul_add(value, V::splat(T::one())))
                }
            }
        }
    }
}

/// Where the gradient of a layer goes.
pub(crate) struct LayerGradient<'a, T> {
    /// Of the weights, a row for each output, then of the biases.
    pub(crate) values: &'a mut [T],
    /// Whether it is added to what is there.
    pub(crate) adds: bool,
    /// The layer's parameters, if they move along the gradient at once; what is in `values` then does not count.
    pub(crate) moving: Option<Moving<'a, T>>,
}

/// The gradient Σ_s delta[j, s] · input[s, i] of weights and Σ_s delta[j, s] of biases. `input` has a sample per row;
/// `delta` is 0 in the columns beyond the samples.
pub(crate) fn weight_gradient<T: Float>(
    level: Level,
    layer: Layer,
    (delta, input): (&[T], &[T]),
    out: LayerGradient<'_, T>,
) {
    let Layer { samples, inputs, outputs } = layer;
    let parameters = (inputs + 1) * outputs;
    assert!(out.values.len() == parameters);
    assert!(out.moving.as_ref().is_none_or(|moving| moving.parameters.len() == parameters));
    assert!(delta.len() >= block_length::<T>(outputs, samples));
    assert!(input.len() >= block_length::<T>(samples, inputs));
    T::layer_gradient(level, WeightGradient { layer, delta, input, out });
}

pub struct WeightGradient<'a, T> {
    layer: Layer,
    delta: &'a [T],
    input: &'a [T],
    out: LayerGradient<'a, T>,
}

impl<T: Float> Kernel<T> for WeightGradient<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let Layer { samples, inputs, outputs } = self.layer;
        let LayerGradient { values, adds, moving } = self.out;
        let (weights, biases) = values.split_at_mut(inputs * outputs);
        let product = Product {
            rows: outputs,
            columns: inputs,
            terms: samples,
            left: Left { start: self.delta.as_ptr(), row: pitch::<T>(samples), term: 1 },
            right: self.input.as_ptr(),
            right_term: pitch::<T>(inputs),
            out: weights.as_mut_ptr(),
            out_row: inputs,
            adds,
        };
        let bias_gradient = BiasGradient { layer: self.layer, delta: self.delta.as_ptr() };
        // SAFETY: the caller says that the processor has the instruction set; `weight_gradient` checked the lengths.
        unsafe {
            let Some(moving) = moving else {
                product.compute::<V>(&Plain);
                for first in (0..outputs).step_by(V::LANES) {
                    let sum: V = bias_gradient.of_rows(first, biases, adds);
                    store_first(sum, biases.as_mut_ptr().add(first), outputs - first);
                }
                return;
            };
            let (mut moving, free) = moving.split_at(inputs * outputs);
            if inputs.is_multiple_of(V::LANES) {
                product.compute::<V>(&Moves { moves: moving.vectors(), row: inputs });
            } else {
                // Vectors go on from row to row.
                product.compute::<V>(&Plain);
                Update { gradient: weights, moving }.run::<V>();
            }
            let moves = free.free().vectors::<V>();
            for first in (0..outputs).step_by(V::LANES) {
                moves.lanes(first, outputs - first, bias_gradient.of_rows(first, biases, adds));
            }
        }
    }
}

/// The gradient of biases.
struct BiasGradient<E> {
    layer: Layer,
    delta: *const E,
}

impl<T: Float> BiasGradient<T> {
    /// That of the vector of outputs from `first` on, added to what `biases` holds if `adds`.
    ///
    /// # Safety
    /// The processor has the instruction set of V; delta can be read, and there is a bias for each output.
    #[inline(always)]
    unsafe fn of_rows<V: Vector<Element = T>>(&self, first: usize, biases: &[T], adds: bool) -> V {
        let Layer { samples, outputs, .. } = self.layer;
        let rows = V::LANES.min(outputs - first);
        // The vectors of each row are added, then turned so that rows lie in the lanes.
        let mut partial = [T::zero(); MOST_LANES * MOST_LANES];
        // SAFETY: as this function's.
        unsafe {
            for r in 0..rows {
                let row = self.delta.add((first + r) * pitch::<T>(samples));
                let mut sum = V::load(row);
                for column in (V::LANES..samples).step_by(V::LANES) {
                    sum = sum.add(V::load(row.add(column)));
                }
                sum.store(partial.as_mut_ptr().add(r * V::LANES));
            }
            let mut sum = match adds {
                true => load_first(biases.as_ptr().add(first), rows),
                false => V::splat(T::zero()),
            };
            for column in (0..V::LANES).step_by(T::COLUMNS) {
                let columns = V::load_columns(partial.as_ptr().add(column), V::LANES);
                for vector in &columns[..T::COLUMNS] {
                    sum = sum.add(*vector);
                }
            }
            sum
        }
    }
}

/// Moves parameters along the product; rows are whole vectors, `row` apart.
struct Moves<V: Vector> {
    moves: Move<V>,
    row: usize,
}

impl<V: Vector<Element: Float>> Ends<V> for Moves<V> {
    const KEEPS: bool = false;

    #[inline(always)]
    unsafe fn start(&self, _: usize, _: usize) -> V {
        // SAFETY: as this function's.
        unsafe { V::splat(V::Element::default()) }
    }

    #[inline(always)]
    unsafe fn finish(&self, sum: V, row: usize, column: usize) -> V {
        // SAFETY: as this function's; there is a parameter for each element of the product.
        unsafe { self.moves.vector(row * self.row + column, sum) };
        sum
    }
}

/// The product as it is.
struct Plain;

impl<V: Vector> Ends<V> for Plain {
    #[inline(always)]
    unsafe fn start(&self, _: usize, _: usize) -> V {
        // SAFETY: as this function's.
        unsafe { V::splat(V::Element::default()) }
    }

    #[inline(always)]
    unsafe fn finish(&self, sum: V, _: usize, _: usize) -> V {
        sum
    }
}

/// Makes `count` samples a block: `sample(i)` are the features of sample i. The columns beyond the samples, up to whole
/// vectors, repeat the first. `rows` holds them again, a sample per row.
pub(crate) fn gather<'a, T: Float>(
    level: Level,
    (features, count): (usize, usize),
    sample: impl Fn(usize) -> &'a [T],
    rows: &mut Buffer<T>,
    block: &mut Buffer<T>,
) {
    block.reserve(block_length::<T>(features, count));
    rows.reserve(block_length::<T>(count, features));
    let (rows, row) = (rows.slice_mut(), pitch::<T>(features));
    let padded = count.next_multiple_of(MOST_LANES);
    for (i, to) in rows.chunks_exact_mut(row).take(padded).enumerate() {
        to[..features].copy_from_slice(sample(if i < count { i } else { 0 }));
    }
    transpose(level, (padded, features), rows, (block.slice_mut(), pitch::<T>(count)));
}

/// Row c of `out` becomes column c of `block`: `rows` numbers of each of `columns` columns, `out_row` apart.
pub(crate) fn transpose<T: Float>(
    level: Level,
    (rows, columns): (usize, usize),
    block: &[T],
    (out, out_row): (&mut [T], usize),
) {
    assert!(columns == 0 || (out_row >= rows && out.len() >= (columns - 1) * out_row + rows));
    assert!(block.len() >= block_length::<T>(rows, columns));
    T::transpose(level, Transpose { rows, columns, block, out, out_row });
}

pub struct Transpose<'a, T> {
    rows: usize,
    columns: usize,
    block: &'a [T],
    out: &'a mut [T],
    out_row: usize,
}

impl<T: Float> Kernel<T> for Transpose<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let Transpose { rows, columns, out_row, .. } = self;
        let (block, pitch, out) = (self.block.as_ptr(), pitch::<T>(columns), self.out.as_mut_ptr());
        for first in (0..rows).step_by(V::LANES) {
            for column in (0..columns).step_by(T::COLUMNS) {
                // SAFETY: the caller says that the processor has the instruction set; a block holds whole vectors of
                // rows and of columns, and `transpose` checked the length of `out`.
                unsafe {
                    let vectors = V::load_columns(block.add(first * pitch + column), pitch);
                    let to = out.add(column * out_row + first);
                    // Whole groups of columns apart: a count that is known keeps the vectors in registers.
                    match columns - column {
                        rest if rest < T::COLUMNS => {
                            for (c, vector) in vectors[..rest].iter().enumerate() {
                                store_first(*vector, to.add(c * out_row), rows - first);
                            }
                        }
                        _ => {
                            for (c, vector) in vectors[..T::COLUMNS].iter().enumerate() {
                                store_first(*vector, to.add(c * out_row), rows - first);
                            }
                        }
                    }
                }
            }
        }
    }
}
