//! The gradient of all modes, divided among threads by columns.

use crate::Float;
use crate::linalg::adam::Parameters;
use crate::linalg::panels::{self, WIDTH};
use crate::parallel::Parts;
use core::ops::Range;

/// How the columns of modes are divided.
#[derive(Clone, Copy)]
struct Division {
    d: usize,
    /// Columns of a mode.
    width: usize,
    /// Columns of a part; those of a mode's last one may be fewer.
    columns: usize,
    /// Parts of a mode.
    parts: usize,
}

impl Division {
    /// The mode of a part, and its first column.
    fn place(self, part: usize) -> (usize, usize) {
        (part / self.parts, part % self.parts * self.columns)
    }

    /// Where a part begins in padded rows, in triangles, and among the modes of which it is the first part.
    fn starts(self, part: usize) -> [usize; 3] {
        let (mode, column) = self.place(part);
        let in_triangles = mode * panels::size(self.d) + panels::offset(self.d, column / WIDTH);
        [mode * self.width + column, in_triangles, mode + usize::from(column > 0)]
    }
}

/// The gradient of a range of parts.
pub(super) struct Columns<'a, T> {
    division: Division,
    range: Range<usize>,
    /// Where the first part begins, as [`Division::starts`] says.
    starts: [usize; 3],
    /// For μ.
    pub(super) means: &'a mut [T],
    /// For σ.
    pub(super) sigma: &'a mut [T],
    /// T, empty if there is none.
    pub(super) triangles: Parameters<'a, T>,
    /// For T.
    pub(super) of_triangles: &'a mut [T],
    /// Of the modes whose first part is one of these.
    pub(super) masses: &'a mut [f64],
}

impl<'a, T: Float> Columns<'a, T> {
    /// Of all modes, so many columns a part.
    pub(super) fn of_modes(
        (d, columns): (usize, usize),
        means: &'a mut [T],
        sigma: &'a mut [T],
        (triangles, of_triangles): (Parameters<'a, T>, &'a mut [T]),
        masses: &'a mut [f64],
    ) -> Self {
        let width = panels::padded(d);
        let division = Division { d, width, columns, parts: width.div_ceil(columns) };
        let range = 0..masses.len() * division.parts;
        Columns { division, range, starts: [0; 3], means, sigma, triangles, of_triangles, masses }
    }

    /// The mode of the first part, and its first column.
    pub(super) fn place(&self) -> (usize, usize) {
        self.division.place(self.range.start)
    }
}

impl<T: Float> Parts for Columns<'_, T> {
    fn count(&self) -> usize {
        self.range.len()
    }

    fn split_at(self, count: usize) -> (Self, Self) {
        let middle = self.range.start + count;
        let (start, end) = (self.starts, self.division.starts(middle));
        let triangles = if self.of_triangles.is_empty() { 0 } else { end[1] - start[1] };
        let (means, means_after) = self.means.split_at_mut(end[0] - start[0]);
        let (sigma, sigma_after) = self.sigma.split_at_mut(end[0] - start[0]);
        let (of_triangles, of_triangles_after) = self.of_triangles.split_at_mut(triangles);
        let (triangles, triangles_after) = self.triangles.split_at(triangles);
        let (masses, masses_after) = self.masses.split_at_mut(end[2] - start[2]);
        let before = Columns {
            range: self.range.start..middle,
            means,
            sigma,
            triangles,
            of_triangles,
            masses,
            ..self
        };
        let after = Columns {
            division: self.division,
            starts: end,
            range: middle..self.range.end,
            means: means_after,
            sigma: sigma_after,
            triangles: triangles_after,
            of_triangles: of_triangles_after,
            masses: masses_after,
        };
        (before, after)
    }
}
