//! How a strictly lower triangle lies in memory: in panels of sixteen columns.
//!
//! Panel p holds columns 16p, …, 16p + 15 of the rows from 16p on, row after row, so that a product reads it along its
//! rows, its gradient has the same form, and neither is packed again. What lies on or above the diagonal within a
//! panel's first sixteen rows, and beyond column d, is 0. Vectors of d numbers are padded likewise.

/// Columns of a panel.
pub(crate) const WIDTH: usize = 16;

/// d rounded up to whole panels.
pub(crate) const fn padded(d: usize) -> usize {
    d.next_multiple_of(WIDTH)
}

/// Where panel `panel` begins.
pub(crate) const fn offset(d: usize, panel: usize) -> usize {
    // Σ_{q < panel} 16 (d − 16 q)
    WIDTH * panel * d - WIDTH * WIDTH / 2 * panel * panel.saturating_sub(1)
}

/// Numbers of a triangle of `d` rows.
pub(crate) const fn size(d: usize) -> usize {
    offset(d, d.div_ceil(WIDTH))
}

/// Where element (i, j), j < i, is.
pub(crate) const fn index(d: usize, i: usize, j: usize) -> usize {
    let panel = j / WIDTH;
    offset(d, panel) + (i - panel * WIDTH) * WIDTH + j % WIDTH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_has_a_place_of_its_own() {
        for d in [1, 2, 15, 16, 17, 33, 64, 100] {
            let mut taken = alloc::vec![false; size(d)];
            for i in 0..d {
                for j in 0..i {
                    assert!(!core::mem::replace(&mut taken[index(d, i, j)], true), "{d}: {i}, {j}");
                }
            }
            assert!(size(d) <= d * (d + 1) / 2 + 8 * padded(d));
        }
    }
}
