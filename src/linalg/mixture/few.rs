//! Log-densities in few dimensions: everything about a sample stays in its lane's registers, and nothing is allocated.

use super::{LogSum, Mixture, Rows, transpose};
use crate::Float;
use crate::linalg::panels::{self, WIDTH};
use crate::simd::{Constants, Kernel, Lanes, Vector};
use core::hint::black_box;
use core::mem::MaybeUninit;

/// Modes whose exponents are kept at a time.
const MODES: usize = 8;

/// Vectors of samples that go through each stage together: enough that the stages' latencies do not add up.
const VECTORS: usize = 8;

/// The body for numbers 0 to 15 below `$rows`, each a constant, so that arrays indexed by it live in registers.
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
        assert!(self.out.len() == self.x.count && !self.mixture.triangles.is_empty());
        // SAFETY: as this function's.
        unsafe { log_density::<V, D>(&self.mixture.checked(), &self.x, self.out) };
    }
}

/// # Safety
/// The processor has the instruction set of V. The mixture was checked.
#[inline(always)]
unsafe fn log_density<V: Vector<Element: Float>, const D: usize>(
    mixture: &Mixture<'_, V::Element>,
    x: &Rows<'_, V::Element>,
    out: &mut [V::Element],
) {
    let d = mixture.features;
    assert!(d == D || d + 1 == D);
    let wide = VECTORS * V::LANES;
    let mut samples = MaybeUninit::<[[V; VECTORS]; D]>::uninit();
    let mut exponents = MaybeUninit::<[[V; VECTORS]; MODES]>::uninit();
    let mut sums = MaybeUninit::<[LogSum<V, 2>; VECTORS / 2]>::uninit();
    let samples: *mut V::Element = samples.as_mut_ptr().cast();
    let exponents: *mut V::Element = exponents.as_mut_ptr().cast();
    let sums: *mut LogSum<V, 2> = sums.as_mut_ptr().cast();
    for (i, out) in out.chunks_mut(wide).enumerate() {
        let vectors = out.len().div_ceil(V::LANES).next_multiple_of(side_by_side::<V>(D));
        // SAFETY: as this function's; `vectors` is at most VECTORS, and what is read of the memory was written: that
        // many vectors of d samples' rows, of the modes' exponents, and of their sums.
        unsafe {
            transpose::<V>(d, x, i * wide, vectors, samples, wide);
            if d < D {
                samples.add(d * wide).write_bytes(0, wide);
            }
            for first in (0..mixture.modes).step_by(MODES) {
                let count = MODES.min(mixture.modes - first);
                // Modes within vectors: the other way round T would be kept in memory as vectors.
                for v in (0..vectors).step_by(side_by_side::<V>(D)) {
                    let (samples, exponents) = (samples.add(v * V::LANES), exponents.add(v * V::LANES));
                    match side_by_side::<V>(D) {
                        4 => mode_exponents::<V, D, 4>(mixture, (first, count), samples, exponents),
                        _ => mode_exponents::<V, D, 2>(mixture, (first, count), samples, exponents),
                    }
                }
                for v in 0..vectors / 2 {
                    let mut sum = LogSum::<V, 2>::of(exponents.add(2 * v * V::LANES), wide, count);
                    if first > 0 {
                        sum = sum.and(&*sums.add(v));
                    }
                    sums.add(v).write(sum);
                }
            }
            if out.len() == vectors * V::LANES {
                logarithms(vectors, sums, out.as_mut_ptr());
            } else {
                logarithms(vectors, sums, exponents);
                out.copy_from_slice(core::slice::from_raw_parts(exponents, out.len()));
            }
        }
    }
}

/// Writes the values of the sums, of which there are half as many as vectors.
///
/// # Safety
/// The sums can be read, and the vectors can be written at `out`.
#[inline(always)]
unsafe fn logarithms<V: Vector<Element: Float>>(
    vectors: usize,
    sums: *const LogSum<V, 2>,
    out: *mut V::Element,
) {
    for v in 0..vectors {
        // SAFETY: as this function's.
        unsafe { (*sums.add(v / 2)).value(v % 2).store(out.add(v * V::LANES)) };
    }
}

/// How many vectors of samples [`norm`] takes at once: four, if D rows of four fit into registers, else a pair.
const fn side_by_side<V: Vector>(features: usize) -> usize {
    if 4 * features + 4 <= V::REGISTERS { 4 } else { 2 }
}

/// Rows of a tile of pairs: all D if the registers hold them, else equal parts.
const fn tile_rows<V: Vector>(features: usize) -> usize {
    features.div_ceil(features.div_ceil(V::REGISTERS / 2 - 2))
}

/// Where the parameters of a mode are.
struct Mode<E> {
    mean: *const E,
    scale: *const E,
    triangle: *const E,
    /// The last row of T.
    last_row: *const E,
    /// All bits of row D − 1 of z, or none if there is one feature less.
    last: E,
    offset: E,
}

/// The exponents of `count` modes from `first` on, for N vectors of transposed samples.
///
/// # Safety
/// As [`log_density`]; N vectors can be read in each of D rows, VECTORS vectors apart, at `samples`, and written in
/// `count` rows at `exponents`.
#[inline(always)]
unsafe fn mode_exponents<V: Vector<Element: Float>, const D: usize, const N: usize>(
    mixture: &Mixture<'_, V::Element>,
    (first, count): (usize, usize),
    samples: *const V::Element,
    exponents: *mut V::Element,
) {
    let size = panels::size(mixture.features);
    let last = V::Element::from_bits(if mixture.features == D { u64::MAX } else { 0 });
    // SAFETY: the mixture was checked; as this function's.
    unsafe {
        for m in 0..count {
            let triangle = mixture.triangles.as_ptr().add((first + m) * size);
            let mode = Mode {
                mean: mixture.means.as_ptr().add((first + m) * WIDTH),
                scale: mixture.scales.as_ptr().add((first + m) * WIDTH),
                triangle,
                last_row: triangle.add((mixture.features - 1) * WIDTH),
                last,
                offset: *mixture.offsets.as_ptr().add(first + m),
            };
            let norm = norm::<V, D, N>(&mode, samples);
            finish::<V, N>(norm, mode.offset, exponents.add(m * VECTORS * V::LANES));
        }
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

/// |z|² of N vectors of samples, a tile of rows of z at a time.
///
/// # Safety
/// As [`mode_exponents`].
#[inline(always)]
unsafe fn norm<V: Vector<Element: Float>, const D: usize, const N: usize>(
    mode: &Mode<V::Element>,
    samples: *const V::Element,
) -> [V; N] {
    // SAFETY: as this function's; what is read of v was written for an earlier tile.
    unsafe {
        let zero = V::splat(V::Element::default());
        let height = if N == 2 { tile_rows::<V>(D) } else { D };
        let mut v = MaybeUninit::<[[V; N]; D]>::uninit();
        let v: *mut V::Element = v.as_mut_ptr().cast();
        let mut norm = [zero; N];
        unrolled!(TILE < D.div_ceil(height), {
            let start = TILE * height;
            let rows = if start + height < D { height } else { D - start };
            let mut z = [[zero; N]; D];
            for r in 0..rows {
                let row = start + r;
                let (mean, scale) = (V::splat(*mode.mean.add(row)), V::splat(*mode.scale.add(row)));
                for n in 0..N {
                    z[r][n] = V::load(samples.add((row * VECTORS + n) * V::LANES)).sub(mean).mul(scale);
                    if start + rows < D {
                        z[r][n].store(v.add((row * N + n) * V::LANES));
                    }
                }
            }
            // The tile's own columns, from the last one on: each row is still v where it is read.
            unrolled!(BACK < D - 1, {
                if BACK + 1 < rows {
                    let column = rows - 2 - BACK;
                    for r in column + 1..rows {
                        let t = V::splat(*mode.row::<D>(start + r).add(start + column));
                        for n in 0..N {
                            z[r][n] = t.mul_add(z[column][n], z[r][n]);
                        }
                    }
                }
            });
            // Tiles must not be mixed: then their sums would not fit into registers.
            let v = if TILE == 0 { v } else { black_box(v) };
            for column in 0..start {
                let mut factor = [zero; N];
                for n in 0..N {
                    factor[n] = V::load(v.add((column * N + n) * V::LANES));
                }
                for r in 0..rows {
                    let t = V::splat(*mode.row::<D>(start + r).add(column));
                    for n in 0..N {
                        z[r][n] = t.mul_add(factor[n], z[r][n]);
                    }
                }
            }
            if start + rows == D {
                for n in 0..N {
                    z[rows - 1][n] = z[rows - 1][n].bit_and(V::splat(mode.last));
                }
            }
            // Two sums, since all rows are ready at the same time.
            for n in 0..N {
                let mut sums = [z[0][n].mul(z[0][n]), zero];
                for r in 1..rows {
                    sums[r % 2] = match r {
                        1 => z[r][n].mul(z[r][n]),
                        _ => z[r][n].mul_add(z[r][n], sums[r % 2]),
                    };
                }
                let sum = if rows > 1 { sums[0].add(sums[1]) } else { sums[0] };
                norm[n] = if TILE == 0 { sum } else { norm[n].add(sum) };
            }
        });
        norm
    }
}

impl<E> Mode<E> {
    /// Row `row` of T; where it has one row less, any for the last.
    #[inline(always)]
    fn row<const D: usize>(&self, row: usize) -> *const E {
        if row + 1 == D { self.last_row } else { self.triangle.wrapping_add(row * WIDTH) }
    }
}
