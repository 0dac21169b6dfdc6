//! The ends of rows: loads and stores of the first lanes only.
//!
//! A tile of rows goes through memory where it is ragged, all of it: vectors that are indexed by a variable would be
//! kept in memory even where it is not.

use crate::simd::{Lanes, Vector};
use core::mem::MaybeUninit;

/// Lanes of the widest vector.
pub(crate) const MOST_LANES: usize = 16;

/// Copies `count` numbers, fewer than twice [`MOST_LANES`]. Pieces of fixed length become single moves.
///
/// # Safety
/// As many can be read and written, and they do not overlap.
#[inline(always)]
unsafe fn copy<E: Lanes>(from: *const E, to: *mut E, count: usize) {
    let mut at = 0;
    for piece in [16, 8, 4, 2, 1] {
        if count & piece != 0 {
            // SAFETY: the pieces add up to `count`.
            unsafe { core::ptr::copy_nonoverlapping(from.add(at), to.add(at), piece) };
            at += piece;
        }
    }
}

/// A vector of the first `count` numbers from `from` on, 0 in its other lanes; the whole vector if `count` exceeds it.
///
/// # Safety
/// The processor has the instruction set of V; that many numbers can be read.
#[inline(always)]
pub(crate) unsafe fn load_first<V: Vector>(from: *const V::Element, count: usize) -> V {
    // SAFETY: as this function's.
    unsafe { load_rows::<V, 1, 1>(from, 0, count)[0][0] }
}

/// Writes the first `count` lanes of `vector` from `to` on; all if `count` exceeds them.
///
/// # Safety
/// That many numbers can be written.
#[inline(always)]
pub(crate) unsafe fn store_first<V: Vector>(vector: V, to: *mut V::Element, count: usize) {
    // SAFETY: as this function's.
    unsafe { store_rows([[vector]], to, 0, count) }
}

/// R rows of N vectors, `row` apart, of which `columns` numbers are there; 0 in the lanes beyond.
///
/// # Safety
/// The processor has the instruction set of V; that many numbers of each row can be read.
#[inline(always)]
pub(crate) unsafe fn load_rows<V: Vector, const R: usize, const N: usize>(
    from: *const V::Element,
    row: usize,
    columns: usize,
) -> [[V; N]; R] {
    const { assert!(N <= 2 && V::LANES <= MOST_LANES) };
    let mut memory = MaybeUninit::<[[V::Element; 2 * MOST_LANES]; R]>::uninit();
    // SAFETY: the caller says that the numbers can be read; the memory holds N vectors a row.
    unsafe {
        let (mut start, mut step) = (from, row);
        if columns < N * V::LANES {
            let memory = memory.write([[V::Element::default(); 2 * MOST_LANES]; R]);
            for r in 0..R {
                copy(from.add(r * row), memory[r].as_mut_ptr(), columns);
            }
            (start, step) = (memory.as_ptr().cast(), 2 * MOST_LANES);
        }
        let mut rows = [[V::splat(V::Element::default()); N]; R];
        for r in 0..R {
            for v in 0..N {
                rows[r][v] = V::load(start.add(r * step + v * V::LANES));
            }
        }
        rows
    }
}

/// Writes the first `columns` numbers of R rows of N vectors, `row` apart; all if `columns` exceeds them.
///
/// # Safety
/// That many numbers of each row can be written.
#[inline(always)]
pub(crate) unsafe fn store_rows<V: Vector, const R: usize, const N: usize>(
    rows: [[V; N]; R],
    to: *mut V::Element,
    row: usize,
    columns: usize,
) {
    const { assert!(N <= 2 && V::LANES <= MOST_LANES) };
    let mut memory = MaybeUninit::<[[V::Element; 2 * MOST_LANES]; R]>::uninit();
    let memory: *mut V::Element = memory.as_mut_ptr().cast();
    let whole = columns >= N * V::LANES;
    let (start, step) = if whole { (to, row) } else { (memory, 2 * MOST_LANES) };
    // SAFETY: the caller says that the numbers can be written; the memory holds N vectors a row.
    unsafe {
        for r in 0..R {
            for v in 0..N {
                rows[r][v].store(start.add(r * step + v * V::LANES));
            }
        }
        if !whole {
            for r in 0..R {
                copy(memory.add(r * step), to.add(r * row), columns);
            }
        }
    }
}
