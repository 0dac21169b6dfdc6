//! Log-densities of many samples.

use super::{LogSum, Mixture, Rows, small, transpose};
use crate::Float;
use crate::linalg::panels::WIDTH;
use crate::linalg::triangle;
use crate::simd::{Buffer, Constants, Kernel, Level, Vector};

/// Samples whose exponents are kept at a time: each mode's T is then read once for all of them.
const CHUNK: usize = 128;

/// log p of all samples into `out`, with memory for it.
pub(crate) fn log_density<T: Float>(
    level: Level,
    mixture: Mixture<'_, T>,
    x: Rows<'_, T>,
    out: &mut [T],
    memory: &mut Buffer<T>,
) {
    assert!(out.len() == x.count);
    T::score(level, Score { mixture: mixture.checked(), x, out, memory });
}

pub struct Score<'a, T> {
    mixture: Mixture<'a, T>,
    x: Rows<'a, T>,
    out: &'a mut [T],
    memory: &'a mut Buffer<T>,
}

impl<T: Float> Kernel<T> for Score<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let Score { mixture, x, out, memory } = self;
        // SAFETY: as this function's; the mixture was checked.
        unsafe {
            if mixture.features <= WIDTH && !mixture.triangles.is_empty() {
                small::log_density::<V>(&mixture, &x, out);
            } else {
                for (i, out) in out.chunks_mut(CHUNK).enumerate() {
                    chunk::<V>(&mixture, &x, i * CHUNK, out, memory);
                }
            }
        }
    }
}

/// log p of the samples from `start` on.
///
/// # Safety
/// The processor has the instruction set of V. The mixture was checked.
#[inline(always)]
unsafe fn chunk<V: Vector<Element: Float>>(
    mixture: &Mixture<'_, V::Element>,
    x: &Rows<'_, V::Element>,
    start: usize,
    out: &mut [V::Element],
    memory: &mut Buffer<V::Element>,
) {
    let d = mixture.features;
    let wide = 2 * V::LANES;
    let columns = out.len().next_multiple_of(wide);
    memory.reserve(d * columns + d * wide + mixture.modes * columns);
    let (samples, rest) = memory.slice_mut().split_at_mut(d * columns);
    let (v, exponents) = rest.split_at_mut(d * wide);
    // SAFETY: as this function's; the memory was reserved.
    unsafe {
        for (i, samples) in samples.chunks_exact_mut(d * wide).enumerate() {
            transpose::<V, 2>(d, x, start + i * wide, samples);
        }
        for mode in 0..mixture.modes {
            for (i, samples) in samples.chunks_exact(d * wide).enumerate() {
                let exponents = &mut exponents[mode * columns + i * wide..][..wide];
                mode_exponents::<V, 2>(mixture, mode, samples, v, None, exponents);
            }
        }
        let lanes = &mut samples[..V::LANES];
        for (i, out) in out.chunks_mut(V::LANES).enumerate() {
            let first = exponents[i * V::LANES..].as_ptr();
            let mut total: Option<LogSum<V>> = None;
            for mode in (0..mixture.modes).step_by(8) {
                let mut block = [V::splat(V::Element::default()); 8];
                let count = 8.min(mixture.modes - mode);
                for (m, exponent) in block.iter_mut().enumerate().take(count) {
                    *exponent = V::load(first.add((mode + m) * columns));
                }
                let sum = LogSum::new(&mut block[..count]);
                total = Some(total.map_or(sum, |total| total.and(sum)));
            }
            if let Some(total) = total {
                total.value().store(lanes.as_mut_ptr());
                out.copy_from_slice(&lanes[..out.len()]);
            }
        }
    }
}

/// Exponents of one mode for `N * LANES` transposed samples; with `z` (and the distance of its rows) also z.
/// `v` is memory for as many numbers as `samples` has.
///
/// # Safety
/// The processor has the instruction set of V. The mixture was checked.
#[inline(always)]
pub(super) unsafe fn mode_exponents<V: Vector<Element: Float>, const N: usize>(
    mixture: &Mixture<'_, V::Element>,
    mode: usize,
    samples: &[V::Element],
    v: &mut [V::Element],
    z: Option<(&mut [V::Element], usize)>,
    exponents: &mut [V::Element],
) {
    let d = mixture.features;
    let stride = N * V::LANES;
    assert!(samples.len() >= d * stride && v.len() >= d * stride && exponents.len() >= stride);
    if let Some((z, row)) = &z {
        assert!(z.len() >= (d - 1) * row + stride);
    }
    let (mean, scale) = mixture.mean_and_scale(mode);
    // SAFETY: as this function's; the lengths were checked.
    unsafe {
        let zero = V::splat(V::Element::default());
        let mut norm = [zero; N];
        for j in 0..d {
            let (mean, scale) = (V::splat(mean[j]), V::splat(scale[j]));
            for (n, norm) in norm.iter_mut().enumerate() {
                let place = j * stride + n * V::LANES;
                let value = V::load(samples.as_ptr().add(place)).sub(mean).mul(scale);
                value.store(v.as_mut_ptr().add(place));
                *norm = value.mul_add(value, *norm);
            }
        }
        match (mixture.triangle(mode), z) {
            (Some(triangle), Some((z, row))) => {
                norm = triangle::product::<V, N, true>(d, triangle.as_ptr(), v.as_ptr(), z.as_mut_ptr(), row);
            }
            (Some(triangle), None) => {
                let nowhere = v.as_mut_ptr();
                norm = triangle::product::<V, N, false>(d, triangle.as_ptr(), v.as_ptr(), nowhere, 0);
            }
            (None, Some((z, row))) => {
                for j in 0..d {
                    z[j * row..][..stride].copy_from_slice(&v[j * stride..][..stride]);
                }
            }
            (None, None) => {}
        }
        let (half, offset) = (zero.like(V::Element::HALF), zero.like(mixture.offsets[mode]));
        for (n, norm) in norm.into_iter().enumerate() {
            norm.neg_mul_add(half, offset).store(exponents.as_mut_ptr().add(n * V::LANES));
        }
    }
}
