//! Options of the marginal density and where its parameters lie in memory.

use crate::linalg::panels;
use crate::matrix::{MOST_PARAMETERS, check_count};
use crate::{Error, Float, Result};
use alloc::format;
use alloc::string::ToString;
use alloc::{vec, vec::Vec};
use core::ops::Range;
use serde::{Deserialize, Serialize};

/// Whether every mode has a diagonal of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Diagonal {
    /// ℓ is K×d.
    PerMode,
    /// ℓ is 1×d, the same for all modes.
    Shared,
}

/// Whether modes have a triangular part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Triangle {
    /// T is K×d×d, strictly lower.
    Full,
    /// No T: the modes' covariances are diagonal.
    None,
}

/// The form of a marginal density.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarginalOptions {
    /// Number of modes, K.
    pub modes: usize,
    /// σ = tanh ℓ rather than σ = ℓ: no conditional standard deviation below e⁻¹ or above e.
    pub bounded: bool,
    /// One diagonal per mode or a shared one.
    pub diagonal: Diagonal,
    /// With or without triangular part.
    pub triangle: Triangle,
    /// Whether training moves the means.
    pub train_means: bool,
    /// Whether training moves the weights.
    pub train_weights: bool,
}

/// The parameters of a marginal density, or the gradient for them, as dense arrays in C order.
#[derive(Debug, Clone, PartialEq)]
pub struct MarginalParameters<T> {
    /// μ, K×d.
    pub means: Vec<T>,
    /// ℓ, K×d or 1×d.
    pub log_diagonal: Vec<T>,
    /// T, K×d×d, of which only the strict lower part counts; empty without triangular part.
    pub triangle: Vec<T>,
    /// w, K.
    pub logits: Vec<T>,
}

/// Ranges of the packed parameters: means, log-diagonal, strict lower triangles, logits.
///
/// Rows of d numbers are padded with zeros and triangles lie in [`panels`], as the kernels read them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    pub(crate) features: usize,
    pub(crate) modes: usize,
    pub(crate) means: Range<usize>,
    pub(crate) log_diagonal: Range<usize>,
    pub(crate) triangle: Range<usize>,
    pub(crate) logits: Range<usize>,
}

impl Layout {
    /// # Errors
    /// [`Error::Setting`] if there are no modes or the parameters cannot be counted, [`Error::Empty`] without
    /// features.
    pub(crate) fn new(options: &MarginalOptions, features: usize) -> Result<Self> {
        let modes = options.modes;
        if features == 0 {
            return Err(Error::Empty { field: "density".to_string(), what: "features" });
        }
        // Two dense rows of K×d, and K triangles.
        let per_feature = if options.triangle == Triangle::Full { features / 2 + 2 } else { 2 };
        let parameters = modes.checked_mul(features).and_then(|n| n.checked_mul(per_feature));
        if modes == 0 || parameters.is_none_or(|n| n > MOST_PARAMETERS) {
            return Err(Error::Setting {
                field: "modes".to_string(),
                expected: format!(
                    "at least 1, and so few that there are at most {MOST_PARAMETERS} parameters"
                ),
                got: format!("{modes} of {features} features"),
            });
        }
        let diagonals = if options.diagonal == Diagonal::Shared { 1 } else { modes };
        let width = panels::padded(features);
        let triangle = if options.triangle == Triangle::Full { modes * panels::size(features) } else { 0 };
        let mut end = 0;
        let mut next = |length| {
            end += length;
            end - length..end
        };
        Ok(Layout {
            features,
            modes,
            means: next(modes * width),
            log_diagonal: next(diagonals * width),
            triangle: next(triangle),
            logits: next(modes),
        })
    }

    /// Number of packed parameters.
    pub(crate) fn len(&self) -> usize {
        self.logits.end
    }

    /// d, padded.
    pub(crate) fn width(&self) -> usize {
        panels::padded(self.features)
    }

    /// Where element (i, j), j < i, of a mode's triangle is.
    pub(crate) fn triangle_element(&self, mode: usize, i: usize, j: usize) -> usize {
        self.triangle.start + mode * panels::size(self.features) + panels::index(self.features, i, j)
    }

    /// The places of elements (i, j), j < i, of all triangles, mode by mode and row by row, with their places in a
    /// dense K×d×d array.
    pub(crate) fn triangle_places(&self) -> impl Iterator<Item = (usize, usize)> {
        let d = self.features;
        let modes = if self.triangle.is_empty() { 0 } else { self.modes };
        let rows = (0..modes).flat_map(move |mode| (0..d).map(move |i| (mode, i)));
        rows.flat_map(move |(mode, i)| {
            (0..i).map(move |j| (self.triangle_element(mode, i, j), (mode * d + i) * d + j))
        })
    }

    /// Packs dense arrays; what lies on or above the diagonal of T is ignored.
    pub(crate) fn pack<T: Float>(&self, dense: &MarginalParameters<T>) -> Result<Vec<T>> {
        let d = self.features;
        let dense_triangle = if self.triangle.is_empty() { 0 } else { self.modes * d * d };
        for (field, expected, got) in [
            ("means", self.modes * d, dense.means.len()),
            ("log_diagonal", self.log_diagonal.len() / self.width() * d, dense.log_diagonal.len()),
            // A density of one feature has no strict lower part, whatever is given.
            ("triangle", if d == 1 { dense.triangle.len() } else { dense_triangle }, dense.triangle.len()),
            ("logits", self.modes, dense.logits.len()),
        ] {
            check_count(field, "elements", expected, got)?;
        }
        let mut out = vec![T::zero(); self.len()];
        for (range, dense) in [(&self.means, &dense.means), (&self.log_diagonal, &dense.log_diagonal)] {
            for (row, dense) in out[range.clone()].chunks_exact_mut(self.width()).zip(dense.chunks_exact(d)) {
                row[..d].copy_from_slice(dense);
            }
        }
        out[self.logits.clone()].copy_from_slice(&dense.logits);
        if d > 1 {
            for (place, index) in self.triangle_places() {
                out[place] = dense.triangle[index];
            }
        }
        Ok(out)
    }

    /// The dense arrays of packed parameters; T is zero on and above its diagonal.
    pub(crate) fn unpack<T: Float>(&self, packed: &[T], triangle: Triangle) -> MarginalParameters<T> {
        let d = self.features;
        let mut dense = Vec::new();
        if triangle == Triangle::Full {
            dense = vec![T::zero(); self.modes * d * d];
            for (place, index) in self.triangle_places() {
                dense[index] = packed[place];
            }
        }
        let rows = |range: &Range<usize>| {
            packed[range.clone()].chunks_exact(self.width()).flat_map(|row| &row[..d]).copied().collect()
        };
        MarginalParameters {
            means: rows(&self.means),
            log_diagonal: rows(&self.log_diagonal),
            triangle: dense,
            logits: packed[self.logits.clone()].to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pack_and_unpack_are_inverse() {
        for (d, diagonal, triangle) in [
            (1, Diagonal::PerMode, Triangle::Full),
            (4, Diagonal::Shared, Triangle::Full),
            (3, Diagonal::PerMode, Triangle::None),
        ] {
            let options = MarginalOptions {
                modes: 3,
                bounded: true,
                diagonal,
                triangle,
                train_means: true,
                train_weights: true,
            };
            let layout = Layout::new(&options, d).unwrap();
            let mut dense = layout.unpack(&vec![0.0; layout.len()], triangle);
            let mut next = 0.0;
            let mut fill = |values: &mut [f64]| {
                values.iter_mut().for_each(|v| {
                    next += 1.0;
                    *v = next;
                })
            };
            fill(&mut dense.means);
            fill(&mut dense.log_diagonal);
            fill(&mut dense.logits);
            for (_, index) in layout.triangle_places() {
                fill(&mut dense.triangle[index..=index]);
            }
            let packed = layout.pack(&dense).unwrap();
            assert_eq!(layout.unpack(&packed, triangle), dense);
            assert_eq!(packed.iter().copied().fold(0.0, f64::max), next);
        }
    }
}
