//! Kernels of Gaussian mixtures: log-densities, responsibilities, and the sums that gradients are made of.
//!
//! With v = s ⊙ (x − μ) and z = (I + T) v, mode k has the exponent offset_k − ½|z|². No A_k is ever formed: T itself is
//! what products read and what training moves.

mod gradient;
mod scale;
mod score;
mod small;

pub(crate) use gradient::{BLOCK, ModeGradient, add_gradient_x, forward_block, mode_gradient, record};
pub use gradient::{Backward, BackwardX, Forward};
pub use scale::Scales;
pub(crate) use scale::scales;
pub use score::Score;
pub(crate) use score::log_density;

use super::panels;
use crate::Float;
use crate::simd::functions::{exp_negative, ln};
use crate::simd::{Constants, Lanes, Vector};

/// A mixture as the kernels read it. Vectors of d numbers are padded to whole panels; the padding of means is 0.
#[derive(Clone, Copy)]
pub struct Mixture<'a, T> {
    pub(crate) features: usize,
    pub(crate) modes: usize,
    /// μ, K×padded d.
    pub(crate) means: &'a [T],
    /// exp σ, K×padded d.
    pub(crate) scales: &'a [T],
    /// T in panels, K of them; empty if there is none.
    pub(crate) triangles: &'a [T],
    /// Σ_j σ_kj + log softmax(w)_k − (d/2) log 2π, K.
    pub(crate) offsets: &'a [T],
}

impl<'a, T: Float> Mixture<'a, T> {
    /// The mixture, with its arrays' lengths checked: what the kernels' safety rests on.
    fn checked(self) -> Self {
        let width = panels::padded(self.features);
        let triangle = panels::size(self.features);
        assert!(self.modes > 0 && self.features > 0);
        assert!(self.means.len() == self.modes * width && self.scales.len() == self.modes * width);
        assert!(self.triangles.is_empty() || self.triangles.len() == self.modes * triangle);
        assert!(self.offsets.len() == self.modes);
        self
    }

    /// μ and exp σ of a mode.
    fn mean_and_scale(&self, mode: usize) -> (&'a [T], &'a [T]) {
        let width = panels::padded(self.features);
        (&self.means[mode * width..][..width], &self.scales[mode * width..][..width])
    }

    /// T of a mode, if there is any.
    fn triangle(&self, mode: usize) -> Option<&'a [T]> {
        let size = panels::size(self.features);
        (!self.triangles.is_empty()).then(|| &self.triangles[mode * size..][..size])
    }
}

/// Samples that a kernel reads: sample i at `data[i * stride..]`.
#[derive(Clone, Copy)]
pub struct Rows<'a, T> {
    pub(crate) data: &'a [T],
    pub(crate) count: usize,
    pub(crate) stride: usize,
}

impl<T: Float> Rows<'_, T> {
    /// Whether `rows` rows from `start` on exist and can be read in whole pieces of [`Lanes::COLUMNS`] numbers.
    fn in_pieces(&self, d: usize, start: usize, rows: usize) -> bool {
        start + rows <= self.count
            && (start + rows - 1) * self.stride + d.next_multiple_of(T::COLUMNS) <= self.data.len()
    }
}

/// The `N * LANES` samples from `start` on, one per lane: feature j at `out[j * N * LANES..]`. Lanes without sample are 0.
///
/// # Safety
/// The processor has the instruction set of V.
#[inline(always)]
unsafe fn transpose<V: Vector<Element: Float>, const N: usize>(
    d: usize,
    rows: &Rows<'_, V::Element>,
    start: usize,
    out: &mut [V::Element],
) {
    let stride = N * V::LANES;
    let out = &mut out[..d * stride];
    for n in 0..N {
        let start = start + n * V::LANES;
        if rows.in_pieces(d, start, V::LANES) {
            let first = rows.data[start * rows.stride..].as_ptr();
            for j in (0..d).step_by(V::Element::COLUMNS) {
                // SAFETY: the pieces were found to be there, and `out` has d rows.
                unsafe {
                    let columns = V::load_columns(first.add(j), rows.stride);
                    for (c, column) in columns.into_iter().enumerate().take(V::Element::COLUMNS.min(d - j)) {
                        column.store(out.as_mut_ptr().add((j + c) * stride + n * V::LANES));
                    }
                }
            }
        } else {
            for lane in 0..V::LANES {
                let sample =
                    (start + lane < rows.count).then(|| &rows.data[(start + lane) * rows.stride..][..d]);
                for j in 0..d {
                    out[j * stride + n * V::LANES + lane] = sample.map_or(V::Element::default(), |s| s[j]);
                }
            }
        }
    }
}

/// A running log Σ exp of vectors.
#[derive(Clone, Copy)]
struct LogSum<V> {
    maximum: V,
    /// Σ exp(e − maximum).
    sum: V,
}

impl<V: Vector<Element: Float>> LogSum<V> {
    /// Of the first exponents. Each is replaced by its share exp(e − maximum) of the sum.
    #[inline(always)]
    fn new(exponents: &mut [V]) -> Self {
        let zero = exponents[0].like(V::Element::default());
        // Finite, so that exponents of −∞ alone have the sum 0 rather than NaN.
        let mut maximum = zero.sub(zero.like(V::Element::MAX));
        for &exponent in exponents.iter() {
            maximum = maximum.max(exponent);
        }
        let mut sum = zero;
        for exponent in exponents {
            *exponent = exp_negative(exponent.sub(maximum));
            sum = sum.add(*exponent);
        }
        LogSum { maximum, sum }
    }

    /// Of this one and another.
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        let maximum = self.maximum.max(other.maximum);
        let sum = other.sum.mul(exp_negative(other.maximum.sub(maximum)));
        LogSum { maximum, sum: self.sum.mul_add(exp_negative(self.maximum.sub(maximum)), sum) }
    }

    #[inline(always)]
    fn value(self) -> V {
        self.maximum.add(ln(self.sum))
    }
}
