//! Options of the marginal density and where its parameters lie in memory.

use crate::linalg::lower::packed;
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

/// Ranges of the packed parameters: means, log-diagonal, strict lower triangles by rows, logits.
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
        let triangle = if options.triangle == Triangle::Full { modes * packed(features - 1) } else { 0 };
        let mut end = 0;
        let mut next = |length| {
            end += length;
            end - length..end
        };
        Ok(Layout {
            features,
            modes,
            means: next(modes * features),
            log_diagonal: next(diagonals * features),
            triangle: next(triangle),
            logits: next(modes),
        })
    }

    /// Number of packed parameters.
    pub(crate) fn len(&self) -> usize {
        self.logits.end
    }

    /// ℓ of a mode.
    pub(crate) fn log_diagonal_of(&self, mode: usize) -> Range<usize> {
        let shared = self.log_diagonal.len() == self.features;
        let start = self.log_diagonal.start + if shared { 0 } else { mode * self.features };
        start..start + self.features
    }

    /// Row `i` (elements 0..i) of a mode's strict lower triangle.
    pub(crate) fn triangle_row(&self, mode: usize, i: usize) -> Range<usize> {
        if self.triangle.is_empty() {
            return self.triangle.start..self.triangle.start;
        }
        let start = self.triangle.start + mode * packed(self.features - 1) + i * i.saturating_sub(1) / 2;
        start..start + i
    }

    /// Packs dense arrays; what lies on or above the diagonal of T is ignored.
    pub(crate) fn pack<T: Float>(&self, dense: &MarginalParameters<T>) -> Result<Vec<T>> {
        let d = self.features;
        let dense_triangle = if self.triangle.is_empty() { 0 } else { self.modes * d * d };
        for (field, expected, got) in [
            ("means", self.means.len(), dense.means.len()),
            ("log_diagonal", self.log_diagonal.len(), dense.log_diagonal.len()),
            // A density of one feature has no strict lower part, whatever is given.
            ("triangle", if d == 1 { dense.triangle.len() } else { dense_triangle }, dense.triangle.len()),
            ("logits", self.modes, dense.logits.len()),
        ] {
            check_count(field, "elements", expected, got)?;
        }
        let mut out = vec![T::zero(); self.len()];
        out[self.means.clone()].copy_from_slice(&dense.means);
        out[self.log_diagonal.clone()].copy_from_slice(&dense.log_diagonal);
        out[self.logits.clone()].copy_from_slice(&dense.logits);
        if !self.triangle.is_empty() {
            for mode in 0..self.modes {
                for i in 0..d {
                    let row = &dense.triangle[(mode * d + i) * d..][..i];
                    out[self.triangle_row(mode, i)].copy_from_slice(row);
                }
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
            for mode in 0..self.modes {
                for i in 0..d {
                    let row = self.triangle_row(mode, i);
                    dense[(mode * d + i) * d..][..row.len()].copy_from_slice(&packed[row]);
                }
            }
        }
        MarginalParameters {
            means: packed[self.means.clone()].to_vec(),
            log_diagonal: packed[self.log_diagonal.clone()].to_vec(),
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
            let packed: Vec<f64> = (0..layout.len()).map(|i| i as f64 + 1.0).collect();
            let dense = layout.unpack(&packed, triangle);
            assert_eq!(layout.pack(&dense).unwrap(), packed);
        }
    }
}
