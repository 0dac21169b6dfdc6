//! Kernels of Gaussian mixtures: log-densities, responsibilities, and the sums that gradients are made of.
//!
//! With v = s ⊙ (x − μ) and z = (I + T) v, mode k has the exponent offset_k − ½|z|². No A_k is ever formed: T itself is
//! what products read and what training moves.

mod few;
mod gradient;
pub(crate) mod samplewise;
mod scale;
mod score;

pub(crate) use gradient::{BLOCK, ModeGradient, add_gradient_x, forward_block, forward_memory};
pub use gradient::{Backward, BackwardX, Forward};
pub(crate) use gradient::{mode_gradient, mode_gradient_memory, record};
pub use samplewise::Samplewise;
pub use scale::Scales;
pub(crate) use scale::scales;
pub use score::Score;
pub(crate) use score::log_density;

use super::panels;
use crate::Float;
use crate::simd::functions::{exp_negative, ln};
use crate::simd::{Constants, Lanes, Vector};
use core::ops::Range;

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

/// Lines of the cache that are asked for ahead.
const MOST_LINES: usize = 1024;

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

    /// Asks for one of `parts` equal parts of what these samples have in memory, while others are computed. With much
    /// memory for each, computing takes so long that waiting does not matter: then nothing is asked.
    #[inline(always)]
    fn fetch<V: Vector<Element = T>>(&self, samples: Range<usize>, part: usize, parts: usize) {
        let line = 64 / size_of::<T>();
        let [start, end] = [samples.start, samples.end]
            .map(|i| i.min(self.count).saturating_mul(self.stride).min(self.data.len()));
        let lines = (end - start) / line;
        if lines <= MOST_LINES {
            for at in lines * part / parts..lines * (part + 1) / parts {
                V::prefetch(&self.data[start + at * line]);
            }
        }
    }
}

/// The samples from `start` on, one per lane of `vectors` vectors: feature j at `out[j * stride..]`. Lanes without sample
/// are 0.
///
/// # Safety
/// The processor has the instruction set of V; the vectors of d rows can be written at `out`.
#[inline(always)]
unsafe fn transpose<V: Vector<Element: Float>>(
    d: usize,
    rows: &Rows<'_, V::Element>,
    start: usize,
    vectors: usize,
    out: *mut V::Element,
    stride: usize,
) {
    for n in 0..vectors {
        let start = start + n * V::LANES;
        if rows.in_pieces(d, start, V::LANES) {
            let first = rows.data[start * rows.stride..].as_ptr();
            for j in (0..d).step_by(V::Element::COLUMNS) {
                // SAFETY: as this function's; the pieces were found to be there.
                unsafe {
                    let columns = V::load_columns(first.add(j), rows.stride);
                    for c in 0..V::Element::COLUMNS.min(d - j) {
                        columns[c].store(out.add((j + c) * stride + n * V::LANES));
                    }
                }
            }
        } else {
            for lane in 0..V::LANES {
                let sample = match start + lane < rows.count {
                    true => Some(&rows.data[(start + lane) * rows.stride..][..d]),
                    false => None,
                };
                for j in 0..d {
                    let value = match sample {
                        Some(sample) => sample[j],
                        None => V::Element::default(),
                    };
                    // SAFETY: as this function's.
                    unsafe { out.add(j * stride + n * V::LANES + lane).write(value) };
                }
            }
        }
    }
}

/// Running log Σ exp of N vectors, side by side so that one does not wait for the other.
#[derive(Clone, Copy)]
struct LogSum<V, const N: usize> {
    maximum: [V; N],
    /// Σ exp(e − maximum).
    sum: [V; N],
}

impl<V: Vector<Element: Float>, const N: usize> LogSum<V, N> {
    /// Of the exponents of some modes: those of mode m are the vectors from `first + m * stride` on.
    ///
    /// # Safety
    /// The processor has the instruction set of V; all of them can be read.
    #[inline(always)]
    unsafe fn of(first: *const V::Element, stride: usize, modes: usize) -> Self {
        // SAFETY: as this function's.
        unsafe {
            let zero = V::splat(V::Element::default());
            // Finite, so that exponents of −∞ alone have the sum 0 rather than NaN.
            let mut maximum = [zero.sub(zero.like(V::Element::MAX)); N];
            for mode in 0..modes {
                for n in 0..N {
                    maximum[n] = maximum[n].max(V::load(first.add(mode * stride + n * V::LANES)));
                }
            }
            let mut sum = [zero; N];
            for mode in 0..modes {
                for n in 0..N {
                    let exponent = V::load(first.add(mode * stride + n * V::LANES));
                    sum[n] = sum[n].add(exp_negative(exponent.sub(maximum[n])));
                }
            }
            LogSum { maximum, sum }
        }
    }

    /// Of these and others.
    #[inline(always)]
    fn and(mut self, other: &Self) -> Self {
        for n in 0..N {
            let maximum = self.maximum[n].max(other.maximum[n]);
            let rest = other.sum[n].mul(exp_negative(other.maximum[n].sub(maximum)));
            let factor = exp_negative(self.maximum[n].sub(maximum));
            self.sum[n] = self.sum[n].mul_add(factor, rest);
            self.maximum[n] = maximum;
        }
        self
    }

    #[inline(always)]
    fn value(&self, n: usize) -> V {
        self.maximum[n].add(ln(self.sum[n]))
    }
}
