//! Products with a unit lower triangle I + T, whose T lies in [`panels`](super::panels).
//!
//! Samples are in the lanes: d rows of `N * LANES` numbers. Half of a dense product's work, and the squared norm comes
//! from registers.

use super::adam::Move;
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
    /// w of the first sample, for one panel: 16 numbers per sample, blocks without gaps. That of the next panel follows.
    pub(super) w: *const E,
}

/// What [`outer`] reads and writes, from the panel of the first column on.
#[derive(Clone, Copy)]
pub(super) struct Outer<V: Vector> {
    pub(super) d: usize,
    /// The first column.
    pub(super) first: usize,
    /// T.
    pub(super) triangle: *const V::Element,
    /// G = Σ z wᵀ, strictly lower. It is written if it does not move T.
    pub(super) gradient: *mut V::Element,
    /// Whether G is added to what is there.
    pub(super) adds: bool,
    /// Moves T along G.
    pub(super) moves: Option<Move<V>>,
    /// G_jj + Σ_{i > j} T_ij G_ij of all columns, those before the first included.
    pub(super) diagonal: *mut V::Element,
}

/// Panels that [`outer`] can do at once: with two vectors of columns a product reads fewer numbers for each sum.
pub(super) const PAIR: usize = 2;

/// The gradient G = Σ z wᵀ over all samples for one panel of T, or a [`PAIR`], which may move T.
///
/// # Safety
/// The processor has the instruction set of V; `panel` is a multiple of 16, not before the first; it, and in a
/// pair the next, begin below d; all blocks can be read, and the panels in `out`, and what moves them, can be read and written.
#[inline(always)]
pub(super) unsafe fn outer<V: Vector<Element: Float>>(
    panel: usize,
    is_pair: bool,
    blocks: Blocks<V::Element>,
    out: Outer<V>,
) {
    let next = panel + WIDTH;
    // SAFETY: as this function's; the vectors cover the panels' columns.
    unsafe {
        let zero = V::splat(V::Element::default());
        if V::LANES < WIDTH {
            for (at, panel) in [panel, next].into_iter().enumerate().take(if is_pair { PAIR } else { 1 }) {
                for column in (0..WIDTH).step_by(2 * V::LANES) {
                    let w = blocks.w.add(at * blocks.count * blocks.samples * WIDTH + column);
                    let columns = Columns { panels: [panel; 2], column, w, vector: V::LANES };
                    outer_rows((panel, out.d), columns, blocks, out, [zero; 2]);
                }
            }
        } else if is_pair {
            let columns = Columns { panels: [panel], column: 0, w: blocks.w, vector: 0 };
            let diagonal = outer_rows((panel, next), columns, blocks, out, [zero]);
            let diagonal = [diagonal[0], zero];
            let vector = blocks.count * blocks.samples * WIDTH;
            let columns = Columns { panels: [panel, next], column: 0, w: blocks.w, vector };
            outer_rows((next, out.d), columns, blocks, out, diagonal);
        } else {
            let columns = Columns { panels: [panel], column: 0, w: blocks.w, vector: 0 };
            outer_rows((panel, out.d), columns, blocks, out, [zero]);
        }
    }
}

/// N vectors of columns.
#[derive(Clone, Copy)]
struct Columns<E, const N: usize> {
    /// The first column of the panel in which each lies.
    panels: [usize; N],
    /// Where the first vector begins in its panel.
    column: usize,
    /// w of the first vector, and from one vector's to the next.
    w: *const E,
    vector: usize,
}

/// [`outer`] for rows from the first to before the second. `diagonal` holds what earlier rows gave; what it becomes is
/// written, and given for later ones.
///
/// # Safety
/// As [`outer`].
#[inline(always)]
unsafe fn outer_rows<V: Vector<Element: Float>, const N: usize>(
    (first, end): (usize, usize),
    columns: Columns<V::Element, N>,
    blocks: Blocks<V::Element>,
    out: Outer<V>,
    mut diagonal: [V; N],
) -> [V; N] {
    let begin = panels::offset(out.d, out.first / WIDTH);
    // Of each vector its place in its panel, and that of its row 0, which is not there.
    let mut shift = [0; N];
    let mut within = [0; N];
    for n in 0..N {
        within[n] = if V::LANES < WIDTH { columns.column + n * V::LANES } else { 0 };
        let panel = columns.panels[n];
        let start = panels::offset(out.d, panel / WIDTH) - begin + within[n];
        shift[n] = start.wrapping_sub(panel * WIDTH);
    }
    // SAFETY: as this function's; the tiles cover the rows.
    unsafe {
        let zero = V::splat(V::Element::default());
        row_tiles!(V, first, end, |row, HEIGHT| {
            let mut sums = [[zero; N]; HEIGHT];
            for block in 0..blocks.count {
                let start = blocks.z.add(block * blocks.z_step + row * blocks.samples);
                let left = Left { start, row: blocks.samples, term: 1 };
                let start = columns.w.add(block * blocks.samples * WIDTH);
                let right = Right { start, term: WIDTH, vector: columns.vector };
                accumulate(blocks.samples, left, right, &mut sums);
            }
            for r in 0..HEIGHT {
                for n in 0..N {
                    let mut sum = sums[r][n];
                    let below = row + r - columns.panels[n];
                    let place = ((row + r) * WIDTH).wrapping_add(shift[n]);
                    if below < WIDTH {
                        let lane = WIDTH - below + within[n];
                        let on = V::load(V::Element::ON_DIAGONAL.as_ptr().add(lane));
                        diagonal[n] = diagonal[n].add(sum.bit_and(on));
                        sum = sum.bit_and(V::load(V::Element::BELOW_DIAGONAL.as_ptr().add(lane)));
                    }
                    diagonal[n] = V::load(out.triangle.add(place)).mul_add(sum, diagonal[n]);
                    let target = out.gradient.add(place);
                    let sum = if out.adds { sum.add(V::load(target)) } else { sum };
                    match out.moves {
                        Some(moves) => moves.vector(place, sum),
                        None => sum.store(target),
                    }
                }
            }
        });
        for n in 0..N {
            diagonal[n].store(out.diagonal.add(columns.panels[n] + within[n]));
        }
        diagonal
    }
}

/// `out = (I + T)ᵀ u` for one vector in these columns, whole panels; `u` and `out` are padded, and u is not read above
/// the columns.
///
/// # Safety
/// The processor has the instruction set of V; the columns' panels of T can be read at `triangle`.
#[inline(always)]
pub(super) unsafe fn transposed_vector<V: Vector<Element: Float>>(
    d: usize,
    triangle: *const V::Element,
    columns: Range<usize>,
    u: &[V::Element],
    out: &mut [V::Element],
) {
    assert!(u.len() == panels::padded(d) && out.len() == u.len() && columns.end <= u.len());
    let first = panels::offset(d, columns.start / WIDTH);
    for column in columns.step_by(V::LANES) {
        let panel = column / WIDTH * WIDTH;
        // SAFETY: as this function's; the vector lies within a panel and within u and out.
        unsafe {
            let start = triangle.add(panels::offset(d, panel / WIDTH) - first + column % WIDTH);
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
