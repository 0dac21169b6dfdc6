//! A general product, tile by tile.

use super::ends::{load_rows, store_rows};
use super::tile::{Left, Right, accumulate, row_tiles};
use crate::simd::{Lanes, Vector};

/// Bytes of the right factor that a column of tiles reads again and again: well within the first cache.
const PANEL: usize = 16 * 1024;

/// What the sums of a product begin with, and what becomes of them. A trait, since its functions can be told to be
/// inlined: a closure that the compiler leaves apart is compiled without the instruction set.
pub(crate) trait Ends<V: Vector> {
    /// Whether what [`Ends::finish`] gives is written.
    const KEEPS: bool = true;

    /// The sum before the first term, of the vector whose first lane is at this row and column.
    ///
    /// # Safety
    /// The processor has the instruction set of V; row and column are in the product.
    unsafe fn start(&self, row: usize, column: usize) -> V;

    /// What is written for this sum.
    ///
    /// # Safety
    /// As [`Ends::start`]'s.
    unsafe fn finish(&self, sum: V, row: usize, column: usize) -> V;
}

/// `out[r, c] = finish(start(r, c) + Σ_t left[r, t] · right[t, c])`, with columns in the lanes. Each sum runs over
/// the terms in their order, whatever its tile and its lane.
pub(crate) struct Product<E> {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) terms: usize,
    pub(crate) left: Left<E>,
    /// Term t, column c at `right + t * right_term + c`.
    pub(crate) right: *const E,
    pub(crate) right_term: usize,
    /// Row r, column c at `out + r * out_row + c`.
    pub(crate) out: *mut E,
    pub(crate) out_row: usize,
    /// Whether the product is added to what is in `out`, rather than to what [`Ends::start`] says.
    pub(crate) adds: bool,
}

/// Where a tile of a product begins, and its terms.
#[derive(Clone, Copy)]
struct At {
    row: usize,
    column: usize,
    term: usize,
    terms: usize,
}

impl<E: Lanes> Product<E> {
    /// Computes it.
    ///
    /// # Safety
    /// The processor has the instruction set of V. All elements of `left` can be read, all of `out` can be written
    /// (and read, if `adds`) and overlap nothing; `right` can be read up to the next whole vector of columns. `ends` is
    /// for this product.
    #[inline(always)]
    pub(crate) unsafe fn compute<V: Vector<Element = E>>(&self, ends: &impl Ends<V>) {
        let most_terms = const { PANEL / (2 * V::LANES * size_of::<V::Element>()) };
        let mut term = 0;
        while term < self.terms {
            let terms = most_terms.min(self.terms - term);
            let mut column = 0;
            while column < self.columns {
                let at = |row| At { row, column, term, terms };
                // SAFETY: as this function's; the tiles lie within the product.
                unsafe {
                    if self.columns - column > V::LANES {
                        row_tiles!(V, 0, self.rows, |row, ROWS| self.tile::<V, _, ROWS, 2>(at(row), ends));
                        column += 2 * V::LANES;
                    } else {
                        row_tiles!(V, 0, self.rows, |row, ROWS| self.tile::<V, _, ROWS, 1>(at(row), ends));
                        column += V::LANES;
                    }
                }
            }
            term += terms;
        }
    }

    /// Adds `at.terms` terms to the R rows and N vectors that begin at `at`.
    ///
    /// # Safety
    /// As [`Product::compute`]'s; the rows and the first lane of each vector are in the product.
    #[inline(always)]
    unsafe fn tile<V: Vector<Element = E>, F: Ends<V>, const R: usize, const N: usize>(
        &self,
        at: At,
        ends: &F,
    ) {
        let out = self.out.wrapping_add(at.row * self.out_row + at.column);
        let columns = self.columns - at.column;
        let left = Left {
            start: self.left.start.wrapping_add(at.row * self.left.row + at.term * self.left.term),
            ..self.left
        };
        let right = Right {
            start: self.right.wrapping_add(at.term * self.right_term + at.column),
            term: self.right_term,
            vector: V::LANES,
        };
        // SAFETY: the caller says what can be read and written. Of the last vector `out` holds the first lanes.
        unsafe {
            let mut sums = if at.term > 0 || self.adds {
                load_rows::<V, R, N>(out, self.out_row, columns)
            } else {
                let mut sums = [[V::splat(E::default()); N]; R];
                for r in 0..R {
                    for v in 0..N {
                        sums[r][v] = ends.start(at.row + r, at.column + v * V::LANES);
                    }
                }
                sums
            };
            accumulate(at.terms, left, right, &mut sums);
            if at.term + at.terms == self.terms {
                for r in 0..R {
                    for v in 0..N {
                        sums[r][v] = ends.finish(sums[r][v], at.row + r, at.column + v * V::LANES);
                    }
                }
            }
            if F::KEEPS || at.term + at.terms < self.terms {
                store_rows(sums, out, self.out_row, columns);
            }
        }
    }
}
