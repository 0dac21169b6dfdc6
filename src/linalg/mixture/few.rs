//! Log-densities in few dimensions: everything about a sample stays in its lane's registers, and nothing is allocated.

use super::{LogSum, Mixture, Rows, transpose};
use crate::Float;
use crate::linalg::panels::{self, WIDTH};
use crate::linalg::triangle;
use crate::simd::{Constants, Kernel, Vector};
use core::mem::MaybeUninit;

/// Modes whose exponents are kept at a time.
const MODES: usize = 8;

/// Vectors of samples that are worked on together.
const VECTORS: usize = 4;

/// Numbers that so many vectors have at most.
const WIDE: usize = VECTORS * WIDTH;

/// The body for row numbers 0 to 15 below `$rows`, each a constant, so that arrays indexed by it live in registers.
macro_rules! unrolled {
    ($row:ident < $rows:expr, $body:expr) => {
        unrolled!(@ $row, $rows, $body, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    };
    (@ $row:ident, $rows:expr, $body:expr, $($number:literal)*) => {
        $({
            const $row: usize = $number;
            if $row < $rows {
                $body;
            }
        })*
    };
}

/// [`Score`](super::Score) of D features or one less, with a triangular part.
pub(super) struct Few<'a, T, const D: usize> {
    pub(super) mixture: Mixture<'a, T>,
    pub(super) x: Rows<'a, T>,
    pub(super) out: &'a mut [T],
}

impl<T: Float, const D: usize> Kernel<T> for Few<'_, T, D> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        assert!(self.out.len() == self.x.count);
        // SAFETY: as this function's.
        unsafe { log_density::<V, D>(&self.mixture.checked(), &self.x, self.out) };
    }
}

/// # Safety
/// The processor has the instruction set of V.
#[inline(always)]
unsafe fn log_density<V: Vector<Element: Float>, const D: usize>(
    mixture: &Mixture<'_, V::Element>,
    x: &Rows<'_, V::Element>,
    out: &mut [V::Element],
) {
    let d = mixture.features;
    assert!(d == D || d + 1 == D);
    let mut samples = MaybeUninit::<[[V::Element; WIDE]; D]>::uninit();
    let mut exponents = MaybeUninit::<[[V::Element; WIDE]; MODES]>::zeroed();
    let samples: *mut V::Element = samples.as_mut_ptr().cast();
    let exponents: *mut V::Element = exponents.as_mut_ptr().cast();
    for (i, out) in out.chunks_mut(VECTORS * V::LANES).enumerate() {
        let vectors = out.len().div_ceil(V::LANES);
        // SAFETY: as this function's; `vectors` is at most VECTORS, and what is read of the memory was written: the
        // vectors of d samples' rows, and those of the modes' exponents.
        unsafe {
            transpose::<V>(d, x, i * VECTORS * V::LANES, vectors, samples, WIDE);
            let mut total = None;
            for first in (0..mixture.modes).step_by(MODES) {
                let count = MODES.min(mixture.modes - first);
                // Modes within vectors: the other way round T would be kept in memory as vectors.
                for start in (0..vectors).step_by(2) {
                    for m in 0..count {
                        let place = start * V::LANES;
                        let exponents = exponents.add(m * WIDE + place);
                        mode_exponents::<V, D>(mixture, first + m, samples.add(place), exponents);
                    }
                }
                // Vectors without samples hold anything.
                let sum = LogSum::<V, VECTORS>::of(exponents, WIDE, count);
                total = match total {
                    None => Some(sum),
                    Some(total) => Some(sum.and(&total)),
                };
            }
            let Some(total) = total else { return };
            if vectors * V::LANES == out.len() {
                for v in 0..vectors {
                    total.value(v).store(out.as_mut_ptr().add(v * V::LANES));
                }
            } else {
                for v in 0..vectors {
                    total.value(v).store(exponents.add(v * V::LANES));
                }
                out.copy_from_slice(core::slice::from_raw_parts(exponents, out.len()));
            }
        }
    }
}

/// The exponents of a mode for two vectors of transposed samples.
///
/// # Safety
/// As [`log_density`]; two vectors of D rows WIDE apart can be read at `samples`, and one row written at `exponents`.
#[inline(always)]
unsafe fn mode_exponents<V: Vector<Element: Float>, const D: usize>(
    mixture: &Mixture<'_, V::Element>,
    mode: usize,
    samples: *const V::Element,
    exponents: *mut V::Element,
) {
    // SAFETY: as this function's.
    unsafe {
        // Does everything about two vectors fit into registers?
        if 2 * D + 6 <= V::REGISTERS {
            in_registers::<V, D, 2>(mixture, mode, samples, exponents);
        } else if mixture.features == D {
            in_tiles::<V, D>(D, mixture, mode, samples, exponents);
        } else {
            in_tiles::<V, D>(D - 1, mixture, mode, samples, exponents);
        }
    }
}

/// # Safety
/// As [`mode_exponents`]; d is the number of features.
#[inline(always)]
unsafe fn in_tiles<V: Vector<Element: Float>, const D: usize>(
    d: usize,
    mixture: &Mixture<'_, V::Element>,
    mode: usize,
    samples: *const V::Element,
    exponents: *mut V::Element,
) {
    let (mean, scale) = mixture.mean_and_scale(mode);
    let size = panels::size(d);
    let triangle = mixture.triangles[mode * size..][..size].as_ptr();
    let mut v = MaybeUninit::<[[V; 2]; D]>::uninit();
    let v: *mut V::Element = v.as_mut_ptr().cast();
    // SAFETY: as this function's; the rows of v are written before they are read.
    unsafe {
        for row in 0..d {
            let (mean, scale) = (V::splat(mean[row]), V::splat(scale[row]));
            for n in 0..2 {
                let value = V::load(samples.add(row * WIDE + n * V::LANES)).sub(mean).mul(scale);
                value.store(v.add((row * 2 + n) * V::LANES));
            }
        }
        let norm = triangle::product::<V, 2, false>(d, triangle, v, v, 0);
        finish::<V, 2>(norm, mixture.offsets[mode], exponents);
    }
}

/// Writes offset − ½ norm.
///
/// # Safety
/// The vectors can be written at `exponents`.
#[inline(always)]
pub(super) unsafe fn finish<V: Vector<Element: Float>, const N: usize>(
    norm: [V; N],
    offset: V::Element,
    exponents: *mut V::Element,
) {
    for n in 0..N {
        let (half, offset) = (norm[n].like(V::Element::HALF), norm[n].like(offset));
        // SAFETY: as this function's.
        unsafe { norm[n].neg_mul_add(half, offset).store(exponents.add(n * V::LANES)) };
    }
}

/// # Safety
/// As [`mode_exponents`], for N vectors.
#[inline(always)]
unsafe fn in_registers<V: Vector<Element: Float>, const D: usize, const N: usize>(
    mixture: &Mixture<'_, V::Element>,
    mode: usize,
    samples: *const V::Element,
    exponents: *mut V::Element,
) {
    let mean = mixture.means[mode * WIDTH..][..D].as_ptr();
    let scale = mixture.scales[mode * WIDTH..][..D].as_ptr();
    let size = panels::size(mixture.features);
    let triangle = mixture.triangles[mode * size..][..size].as_ptr();
    // SAFETY: the slices above hold what is read; as this function's.
    unsafe {
        let zero = V::splat(V::Element::default());
        let mut v = [[zero; N]; D];
        let mut norm = [zero; N];
        'rows: {
            unrolled!(ROW < D, {
                if ROW + 1 == D && mixture.features < D {
                    break 'rows;
                }
                let (mean, scale) = (V::splat(*mean.add(ROW)), V::splat(*scale.add(ROW)));
                let mut z = [zero; N];
                for n in 0..N {
                    z[n] = V::load(samples.add(ROW * WIDE + n * V::LANES)).sub(mean).mul(scale);
                    v[ROW][n] = z[n];
                }
                #[allow(clippy::reversed_empty_ranges, reason = "row 0 has no columns")]
                for column in 0..ROW {
                    let t = V::splat(*triangle.add(ROW * WIDTH + column));
                    for n in 0..N {
                        z[n] = t.mul_add(v[column][n], z[n]);
                    }
                }
                for n in 0..N {
                    norm[n] = z[n].mul_add(z[n], norm[n]);
                }
            });
        }
        finish::<V, N>(norm, mixture.offsets[mode], exponents);
    }
}
