//! The ends of rows: loads and stores of the first lanes only.

use crate::simd::{Lanes, Vector};

/// Lanes of the widest vector.
pub(crate) const MOST_LANES: usize = 16;

/// Copies `count` numbers, fewer than [`MOST_LANES`]. Pieces of fixed length become single moves.
///
/// # Safety
/// As many can be read and written, and they do not overlap.
#[inline(always)]
unsafe fn copy<E: Lanes>(from: *const E, to: *mut E, count: usize) {
    let mut at = 0;
    for piece in [8, 4, 2, 1] {
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
    const { assert!(V::LANES <= MOST_LANES) };
    // SAFETY: the caller says that the numbers can be read; `lanes` holds a vector.
    unsafe {
        if count >= V::LANES {
            return V::load(from);
        }
        let mut lanes = [V::Element::default(); MOST_LANES];
        copy(from, lanes.as_mut_ptr(), count);
        V::load(lanes.as_ptr())
    }
}

/// Writes the first `count` lanes of `vector` from `to` on; all if `count` exceeds them.
///
/// # Safety
/// That many numbers can be written.
#[inline(always)]
pub(crate) unsafe fn store_first<V: Vector>(vector: V, to: *mut V::Element, count: usize) {
    const { assert!(V::LANES <= MOST_LANES) };
    // SAFETY: the caller says that the numbers can be written; `lanes` holds a vector.
    unsafe {
        if count >= V::LANES {
            return vector.store(to);
        }
        let mut lanes = [V::Element::default(); MOST_LANES];
        vector.store(lanes.as_mut_ptr());
        copy(lanes.as_ptr(), to, count);
    }
}
