//! Log-densities of many samples.

use super::few::{Few, finish};
use super::{LogSum, Mixture, Rows, transpose};
use crate::Float;
use crate::linalg::triangle;
use crate::simd::{Buffer, Kernel, Level, Vector};

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

impl<T: Float> Score<'_, T> {
    /// Runs on the kernel that fits the number of features.
    pub(crate) fn run_on(level: Level, kernel: Self) {
        // Without registers to speak of, few dimensions have no kernel of their own: it would only be slow to compile.
        if kernel.mixture.triangles.is_empty() || level == Level::PORTABLE {
            return level.run(kernel);
        }
        let Score { mixture, x, out, memory } = kernel;
        match mixture.features {
            1 | 2 => level.run_native(Few::<T, 2> { mixture, x, out }),
            3 | 4 => level.run_native(Few::<T, 4> { mixture, x, out }),
            5 | 6 => level.run_native(Few::<T, 6> { mixture, x, out }),
            7 | 8 => level.run_native(Few::<T, 8> { mixture, x, out }),
            9 | 10 => level.run_native(Few::<T, 10> { mixture, x, out }),
            11 | 12 => level.run_native(Few::<T, 12> { mixture, x, out }),
            13 | 14 => level.run_native(Few::<T, 14> { mixture, x, out }),
            15 | 16 => level.run_native(Few::<T, 16> { mixture, x, out }),
            _ => level.run(Score { mixture, x, out, memory }),
        }
    }
}

impl<T: Float> Kernel<T> for Score<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let Score { mixture, x, out, memory } = self;
        // SAFETY: as this function's; the mixture was checked.
        unsafe {
            for (i, out) in out.chunks_mut(CHUNK).enumerate() {
                chunk::<V>(&mixture, &x, i * CHUNK, out, memory);
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
            transpose::<V>(d, x, start + i * wide, 2, samples.as_mut_ptr(), wide);
        }
        for mode in 0..mixture.modes {
            x.fetch::<V>(start + CHUNK..start + 2 * CHUNK, mode, mixture.modes);
            for (i, samples) in samples.chunks_exact(d * wide).enumerate() {
                let exponents = &mut exponents[mode * columns + i * wide..][..wide];
                mode_exponents::<V, 2>(mixture, mode, samples, v, None, exponents);
            }
        }
        for (i, out) in out.chunks_mut(wide).enumerate() {
            let total = LogSum::<V, 2>::of(exponents[i * wide..].as_ptr(), columns, mixture.modes);
            for n in 0..2 {
                total.value(n).store(v[n * V::LANES..][..V::LANES].as_mut_ptr());
            }
            out.copy_from_slice(&v[..out.len()]);
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
            for n in 0..N {
                let place = j * stride + n * V::LANES;
                let value = V::load(samples.as_ptr().add(place)).sub(mean).mul(scale);
                value.store(v.as_mut_ptr().add(place));
                if mixture.triangles.is_empty() {
                    norm[n] = value.mul_add(value, norm[n]);
                }
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
        finish::<V, N>(norm, mixture.offsets[mode], exponents.as_mut_ptr());
    }
}
