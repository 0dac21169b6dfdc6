//! The product that all others are made of: a tile of rows times vectors, held in registers.

use crate::simd::Vector;

/// Where the numbers of the left factor are: row r, term t at `start + r * row + t * term`.
#[derive(Clone, Copy)]
pub(crate) struct Left<E> {
    pub(crate) start: *const E,
    pub(crate) row: usize,
    pub(crate) term: usize,
}

/// Where the vectors of the right factor are: term t, vector v at `start + t * term + v * vector`.
#[derive(Clone, Copy)]
pub(crate) struct Right<E> {
    pub(crate) start: *const E,
    pub(crate) term: usize,
    pub(crate) vector: usize,
}

/// `sums[r][v] += Σ_{t < terms} left[r, t] · right[t, v]`.
///
/// # Safety
/// The processor has the instruction set of V; all elements can be read.
#[inline(always)]
pub(crate) unsafe fn accumulate<V: Vector, const R: usize, const N: usize>(
    terms: usize,
    left: Left<V::Element>,
    right: Right<V::Element>,
    sums: &mut [[V; N]; R],
) {
    let (mut a, mut b) = (left.start, right.start);
    for _ in 0..terms {
        // SAFETY: the caller says that row r of this term, and its vectors, can be read. The pointers leave the
        // elements only after the last term, and wrapping_add may.
        unsafe {
            let mut vectors = [sums[0][0]; N];
            for v in 0..N {
                vectors[v] = V::load(b.wrapping_add(v * right.vector));
            }
            for r in 0..R {
                let factor = V::splat(*a.wrapping_add(r * left.row));
                for v in 0..N {
                    sums[r][v] = factor.mul_add(vectors[v], sums[r][v]);
                }
            }
        }
        a = a.wrapping_add(left.term);
        b = b.wrapping_add(right.term);
    }
}

/// Calls `$work::<V, R, N>` for tiles of rows that cover `$rows`: as many rows as the registers hold, then fewer.
macro_rules! row_tiles {
    ($vector:ty, $start:expr, $end:expr, |$row:ident, $height:ident| $work:expr) => {{
        let mut $row = $start;
        let end = $end;
        if <$vector>::REGISTERS >= 32 {
            while $row + 8 <= end {
                const $height: usize = 8;
                $work;
                $row += 8;
            }
        } else {
            while $row + 6 <= end {
                const $height: usize = 6;
                $work;
                $row += 6;
            }
        }
        while $row + 4 <= end {
            const $height: usize = 4;
            $work;
            $row += 4;
        }
        while $row + 2 <= end {
            const $height: usize = 2;
            $work;
            $row += 2;
        }
        while $row < end {
            const $height: usize = 1;
            $work;
            $row += 1;
        }
    }};
}
pub(crate) use row_tiles;
