//! Products with a unit lower triangle I + T, whose T lies in [`panels`](super::panels).
//!
//! Samples are in the lanes: d rows of `N * LANES` numbers. Half of a dense product's work, and the squared norm comes
//! from registers.

use super::panels::{self, WIDTH};
use super::tile::{Left, Right, accumulate, row_tiles};
use crate::Float;
use crate::simd::{Constants, Vector};
use core::ops::Range;

/// |z|² of z = (I + T) v; z too if `STORE`, its rows `z_row` apart.
///
/// # Safety
/// The processor has the instruction set of V; T can be read at `triangle`, v at `v`, and with `STORE` the rows of z can
/// be written at `z`.
#[inline(always)]
pub(super) unsafe fn product<V: Vector<Element: Float>, const N: usize, const STORE: bool>(
    d: usize,
    triangle: *const V::Element,
    v: *const V::Element,
    z: *mut V::Element,
    z_row: usize,
) -> [V; N] {
    // SAFETY: as this function's; the tiles cover rows 0..d.
    unsafe {
        let mut norm = [V::splat(V::Element::default()); N];
        row_tiles!(V, 0, d, |row, HEIGHT| {
            let sums = rows_of_product::<V, HEIGHT, N>(d, triangle, v, row);
            for r in 0..HEIGHT {
                for n in 0..N {
                    norm[n] = sums[r][n].mul_add(sums[r][n], norm[n]);
                    if STORE {
                        sums[r][n].store(z.add((row + r) * z_row + n * V::LANES));
                    }
                }
            }
        });
        norm
    }
}

/// Rows `row..row + R` of (I + T) v.
///
/// # Safety
/// As [`product`]; row + R ≤ d.
#[inline(always)]
unsafe fn rows_of_product<V: Vector<Element: Float>, const R: usize, const N: usize>(
    d: usize,
    triangle: *const V::Element,
    v: *const V::Element,
    row: usize,
) -> [[V; N]; R] {
    let stride = N * V::LANES;
    // SAFETY: as this function's: all columns lie left of the diagonal, and v has d rows.
    unsafe {
        let vectors =
            |j: usize| -> [V; N] { core::array::from_fn(|n| V::load(v.add(j * stride + n * V::LANES))) };
        let mut sums: [[V; N]; R] = core::array::from_fn(|r| vectors(row + r));
        for start in (0..row).step_by(WIDTH) {
            let left = Left { start: triangle.add(panels::index(d, row, start)), row: WIDTH, term: 1 };
            let right = Right { start: v.add(start * stride), term: stride, vector: V::LANES };
            accumulate(WIDTH.min(row - start), left, right, &mut sums);
        }
        for t in 0..R - 1 {
            let column = triangle.add(panels::index(d, row + t + 1, row + t));
            for r in t + 1..R {
                let factor = V::splat(*column.add((r - t - 1) * WIDTH));
                for n in 0..N {
                    let vector = V::load(v.add((row + t) * stride + n * V::LANES));
                    sums[r][n] = factor.mul_add(vector, sums[r][n]);
                }
            }
        }
        sums
    }
}

/// Writes (I + T)ᵀ z; the rows of z are `z_row` apart, those of `out` without gaps.
///
/// # Safety
/// As [`product`], with z read and `out` written.
#[inline(always)]
pub(super) unsafe fn transposed_product<V: Vector<Element: Float>, const N: usize>(
    d: usize,
    triangle: *const V::Element,
    z: *const V::Element,
    z_row: usize,
    out: *mut V::Element,
) {
    let stride = N * V::LANES;
    for panel in (0..d).step_by(WIDTH) {
        // SAFETY: as this function's; the tiles cover the panel's columns.
        row_tiles!(V, panel, d.min(panel + WIDTH), |column, WIDE| unsafe {
            let mut sums = [[V::splat(V::Element::default()); N]; WIDE];
            for c in 0..WIDE {
                for n in 0..N {
                    sums[c][n] = V::load(z.add((column + c) * z_row + n * V::LANES));
                }
            }
            for i in column + 1..column + WIDE {
                for c in 0..i - column {
                    let factor = V::splat(*triangle.add(panels::index(d, i, column + c)));
                    for n in 0..N {
                        let vector = V::load(z.add(i * z_row + n * V::LANES));
                        sums[c][n] = factor.mul_add(vector, sums[c][n]);
                    }
                }
            }
            let below = column + WIDE;
            if below < d {
                let start = triangle.add(panels::index(d, below, column));
                let left = Left { start, row: 1, term: WIDTH };
                let right = Right { start: z.add(below * z_row), term: z_row, vector: V::LANES };
                accumulate(d - below, left, right, &mut sums);
            }
            for c in 0..WIDE {
                for n in 0..N {
                    sums[c][n].store(out.add((column + c) * stride + n * V::LANES));
                }
            }
        });
    }
}

/// Blocks of samples for [`outer`].
#[derive(Clone, Copy)]
pub(super) struct Blocks<E> {
    pub(super) count: usize,
    /// Samples of a block.
    pub(super) samples: usize,
    /// z of the first block: d rows of `samples` numbers.
    pub(super) z: *const E,
    /// From one block's z to the next.
    pub(super) z_step: usize,
    /// w of the first sample, for one panel: 16 numbers per sample, blocks without gaps.
    pub(super) w: *const E,
}

/// What [`outer`] writes for the columns of a panel.
#[derive(Clone, Copy)]
pub(super) struct Outer<E> {
    /// The panel of G = Σ z wᵀ, strictly lower.
    pub(super) gradient: *mut E,
    /// G_jj + Σ_{i > j} T_ij G_ij for the panel's columns.
    pub(super) diagonal: *mut E,
    /// Whether the gradient is added to what is there.
    pub(super) adds: bool,
}

/// The gradient G = Σ z wᵀ over all samples for one panel of T.
///
/// # Safety
/// The processor has the instruction set of V; `panel` is a multiple of 16 below d; the panel of T can be read at
/// `triangle`, all blocks can be read, and the parts of `out` can be read and written.
#[inline(always)]
pub(super) unsafe fn outer<V: Vector<Element: Float>>(
    d: usize,
    panel: usize,
    triangle: *const V::Element,
    blocks: Blocks<V::Element>,
    out: Outer<V::Element>,
) {
    // SAFETY: as this function's; the vectors cover the panel's columns.
    unsafe {
        if V::LANES == WIDTH {
            outer_columns::<V, 1>((d, panel, 0), triangle, blocks, out);
        } else {
            for column in (0..WIDTH).step_by(2 * V::LANES) {
                outer_columns::<V, 2>((d, panel, column), triangle, blocks, out);
            }
        }
    }
}

/// [`outer`] for the N vectors of columns from `panel + column` on.
///
/// # Safety
/// As [`outer`].
#[inline(always)]
unsafe fn outer_columns<V: Vector<Element: Float>, const N: usize>(
    (d, panel, column): (usize, usize, usize),
    triangle: *const V::Element,
    blocks: Blocks<V::Element>,
    out: Outer<V::Element>,
) {
    // SAFETY: as this function's; the tiles cover the rows from the panel's diagonal on.
    unsafe {
        let zero = V::splat(V::Element::default());
        let mut diagonal = [zero; N];
        row_tiles!(V, panel, d, |row, HEIGHT| {
            let mut sums = [[zero; N]; HEIGHT];
            for block in 0..blocks.count {
                let start = blocks.z.add(block * blocks.z_step + row * blocks.samples);
                let left = Left { start, row: blocks.samples, term: 1 };
                let start = blocks.w.add(block * blocks.samples * WIDTH + column);
                let right = Right { start, term: WIDTH, vector: V::LANES };
                accumulate(blocks.samples, left, right, &mut sums);
            }
            for r in 0..HEIGHT {
                let below = row + r - panel;
                for n in 0..N {
                    let mut sum = sums[r][n];
                    let place = below * WIDTH + column + n * V::LANES;
                    if below < WIDTH {
                        let lane = WIDTH - below + column + n * V::LANES;
                        let on = V::load(V::Element::ON_DIAGONAL.as_ptr().add(lane));
                        diagonal[n] = diagonal[n].add(sum.bit_and(on));
                        sum = sum.bit_and(V::load(V::Element::BELOW_DIAGONAL.as_ptr().add(lane)));
                    }
                    diagonal[n] = V::load(triangle.add(place)).mul_add(sum, diagonal[n]);
                    let target = out.gradient.add(place);
                    let sum = if out.adds { sum.add(V::load(target)) } else { sum };
                    sum.store(target);
                }
            }
        });
        for n in 0..N {
            diagonal[n].store(out.diagonal.add(column + n * V::LANES));
        }
    }
}

/// `out = (I + T)ᵀ u` for one vector in these columns, whole panels; `u` and `out` are padded, and u is not read above
/// the columns.
///
/// # Safety
/// The processor has the instruction set of V; T can be read at `triangle`.
#[inline(always)]
pub(super) unsafe fn transposed_vector<V: Vector<Element: Float>>(
    d: usize,
    triangle: *const V::Element,
    columns: Range<usize>,
    u: &[V::Element],
    out: &mut [V::Element],
) {
    assert!(u.len() == panels::padded(d) && out.len() == u.len() && columns.end <= u.len());
    for column in columns.step_by(V::LANES) {
        let panel = column / WIDTH * WIDTH;
        // SAFETY: as this function's; the vector lies within a panel and within u and out.
        unsafe {
            let start = triangle.add(panels::offset(d, panel / WIDTH) + column % WIDTH);
            // Several sums, so that one does not wait for the other.
            let mut sums = [V::splat(V::Element::default()); 4];
            sums[0] = V::load(u.as_ptr().add(column));
            for first in (panel..d).step_by(4) {
                let rows = 4.min(d - first);
                // A count that is known keeps the sums in registers.
                for r in 0..4 {
                    if r < rows {
                        let t = V::load(start.add((first + r - panel) * WIDTH));
                        sums[r] = t.mul_add(V::splat(u[first + r]), sums[r]);
                    }
                }
            }
            let sum = sums[0].add(sums[1]).add(sums[2].add(sums[3]));
            sum.store(out.as_mut_ptr().add(column));
        }
    }
}
