//! Log-densities in few dimensions: everything about a sample stays in its lane's registers.

use super::{LogSum, Mixture, Rows};
use crate::Float;
use crate::linalg::panels::{self, WIDTH};
use crate::simd::{Constants, Lanes, Vector};

/// Modes whose exponents are kept at a time.
const MODES: usize = 8;

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

/// log p of all samples, for up to 16 features and a triangular part.
///
/// # Safety
/// The processor has the instruction set of V. The mixture was checked.
#[inline(always)]
pub(super) unsafe fn log_density<V: Vector<Element: Float>>(
    mixture: &Mixture<'_, V::Element>,
    x: &Rows<'_, V::Element>,
    out: &mut [V::Element],
) {
    // SAFETY: as this function's.
    unsafe {
        match mixture.features {
            1 | 2 => of_dimension::<V, 2>(mixture, x, out),
            3 | 4 => of_dimension::<V, 4>(mixture, x, out),
            5 | 6 => of_dimension::<V, 6>(mixture, x, out),
            7 | 8 => of_dimension::<V, 8>(mixture, x, out),
            9 | 10 => of_dimension::<V, 10>(mixture, x, out),
            11 | 12 => of_dimension::<V, 12>(mixture, x, out),
            13 | 14 => of_dimension::<V, 14>(mixture, x, out),
            15 | 16 => of_dimension::<V, 16>(mixture, x, out),
            d => unreachable!("{d} features have another path"),
        }
    }
}

/// # Safety
/// As [`log_density`], for D features or one less.
#[inline(always)]
unsafe fn of_dimension<V: Vector<Element: Float>, const D: usize>(
    mixture: &Mixture<'_, V::Element>,
    x: &Rows<'_, V::Element>,
    out: &mut [V::Element],
) {
    let d = mixture.features;
    assert!((d == D || d + 1 == D) && out.len() == x.count);
    for start in (0..x.count).step_by(V::LANES) {
        let count = V::LANES.min(x.count - start);
        let mut copies = [[V::Element::default(); WIDTH]; WIDTH];
        let (first, stride) = if x.in_pieces(d, start, V::LANES) {
            (x.data[start * x.stride..].as_ptr(), x.stride)
        } else {
            for (lane, copy) in copies.iter_mut().enumerate().take(count) {
                copy[..d].copy_from_slice(&x.data[(start + lane) * x.stride..][..d]);
            }
            (copies.as_ptr().cast(), WIDTH)
        };
        let mut lanes = [V::Element::default(); WIDTH];
        // SAFETY: as this function's; the rows at `first` hold d numbers, rounded up to whole pieces, and `lanes` has
        // room for a vector.
        unsafe {
            let mut samples = [V::splat(V::Element::default()); WIDTH];
            for j in (0..d).step_by(V::Element::COLUMNS) {
                let columns = V::load_columns(first.add(j), stride);
                for (c, column) in columns.iter().enumerate().take(V::Element::COLUMNS) {
                    if j + c < d {
                        samples[j + c] = *column;
                    }
                }
            }
            let value = of_vector::<V, D>(mixture, &samples);
            if count == V::LANES {
                value.store(out[start..][..V::LANES].as_mut_ptr());
            } else {
                value.store(lanes.as_mut_ptr());
                out[start..].copy_from_slice(&lanes[..count]);
            }
        }
    }
}

/// # Safety
/// As [`of_dimension`].
#[inline(always)]
unsafe fn of_vector<V: Vector<Element: Float>, const D: usize>(
    mixture: &Mixture<'_, V::Element>,
    samples: &[V; WIDTH],
) -> V {
    let mut total: Option<LogSum<V>> = None;
    let zero = samples[0].like(V::Element::default());
    for first in (0..mixture.modes).step_by(MODES) {
        let count = MODES.min(mixture.modes - first);
        let mut exponents = [zero; MODES];
        for (m, exponent) in exponents.iter_mut().enumerate().take(count) {
            let mode = first + m;
            let mean = mixture.means[mode * WIDTH..][..D].as_ptr();
            let scale = mixture.scales[mode * WIDTH..][..D].as_ptr();
            let size = panels::size(mixture.features);
            let triangle = mixture.triangles[mode * size..][..size].as_ptr();
            let mut v = [zero; WIDTH];
            let mut norm = zero;
            // SAFETY: the slices above hold what is read; as this function's.
            unsafe {
                'rows: {
                    unrolled!(ROW < D, {
                        if ROW + 1 == D && mixture.features < D {
                            break 'rows;
                        }
                        v[ROW] = samples[ROW].sub(V::splat(*mean.add(ROW))).mul(V::splat(*scale.add(ROW)));
                        let mut z = v[ROW];
                        for column in 0..ROW {
                            z = V::splat(*triangle.add(ROW * WIDTH + column)).mul_add(v[column], z);
                        }
                        norm = z.mul_add(z, norm);
                    });
                }
            }
            let half = zero.like(V::Element::HALF);
            *exponent = norm.neg_mul_add(half, zero.like(mixture.offsets[mode]));
        }
        let sum = LogSum::new(&mut exponents[..count]);
        total = Some(total.map_or(sum, |total| total.and(sum)));
    }
    total.map_or(zero, LogSum::value)
}
