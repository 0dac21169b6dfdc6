//! Sets of samples, as every language holds them.
//!
//! A sample is `features` contiguous numbers; sample i begins at `data[i * stride]`. That is a C or NumPy row-major
//! n×d array, and a Julia or nalgebra column-major d×n matrix, so no binding has to copy.

use crate::{Error, Float, Result};
use alloc::string::ToString;
use nalgebra::{Const, DMatrix, DMatrixView, Dyn, MatrixView};

/// A borrowed set of samples whose shape has been checked.
///
/// ```
/// use lsmi::Samples;
/// let rows = [1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0];
/// let x = Samples::from_rows("x1", &rows, 3)?;
/// assert_eq!((x.samples(), x.features()), (2, 3));
/// assert_eq!(x.sample(1), [4.0, 5.0, 6.0]);
/// # Ok::<(), lsmi::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Samples<'a, T> {
    data: &'a [T],
    samples: usize,
    features: usize,
    stride: usize,
}

impl<'a, T> Samples<'a, T> {
    /// `samples` samples of `features` numbers each, `stride` apart (in elements); `field` names them in errors.
    ///
    /// # Errors
    /// [`Error::Empty`] without samples or features, [`Error::Shape`] if `stride < features` or `data` is shorter
    /// than the last sample needs.
    #[inline]
    pub fn new(field: &str, data: &'a [T], samples: usize, features: usize, stride: usize) -> Result<Self> {
        let empty = |what| Err(Error::Empty { field: field.to_string(), what });
        if samples == 0 {
            return empty("samples");
        }
        if features == 0 {
            return empty("features");
        }
        if stride < features {
            return Err(Error::Shape {
                field: field.to_string(),
                what: "elements of stride",
                expected: features,
                got: stride,
            });
        }
        let needed = (samples - 1).checked_mul(stride).and_then(|n| n.checked_add(features));
        match needed {
            Some(needed) if needed <= data.len() => Ok(Samples { data, samples, features, stride }),
            _ => Err(Error::Shape {
                field: field.to_string(),
                what: "elements",
                expected: needed.unwrap_or(usize::MAX),
                got: data.len(),
            }),
        }
    }

    /// Samples without gaps: as many as `data` holds.
    ///
    /// # Errors
    /// As [`Samples::new`]; [`Error::Shape`] too if the last sample is incomplete.
    pub fn from_rows(field: &str, data: &'a [T], features: usize) -> Result<Self> {
        let samples = data.len().checked_div(features).unwrap_or(0);
        let whole = Samples::new(field, data, samples, features, features)?;
        match data.len() - samples * features {
            0 => Ok(whole),
            _ => Err(Error::Shape {
                field: field.to_string(),
                what: "elements",
                expected: (samples + 1) * features,
                got: data.len(),
            }),
        }
    }

    /// Number of samples, at least 1.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Number of features of a sample, at least 1.
    pub fn features(&self) -> usize {
        self.features
    }

    /// The numbers from the first sample on.
    pub(crate) fn data(&self) -> &'a [T] {
        self.data
    }

    /// Elements from one sample to the next.
    pub(crate) fn stride(&self) -> usize {
        self.stride
    }

    /// Sample `index`.
    ///
    /// # Panics
    /// If `index` is not below [`Samples::samples`].
    pub fn sample(&self, index: usize) -> &'a [T] {
        assert!(index < self.samples);
        &self.data[index * self.stride..][..self.features]
    }

    /// All samples in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a [T]> + use<'a, T> {
        let Samples { data, features, stride, .. } = *self;
        (0..self.samples).map(move |i| &data[i * stride..][..features])
    }

    /// The samples `start..start + count`.
    ///
    /// # Panics
    /// If the range is empty or exceeds the samples.
    pub fn range(&self, start: usize, count: usize) -> Self {
        assert!(count > 0 && start + count <= self.samples);
        Samples { data: &self.data[start * self.stride..], samples: count, ..*self }
    }

    /// `count` features of every sample, from feature `start` on.
    pub(crate) fn columns(&self, start: usize, count: usize) -> Self {
        assert!(count > 0 && start + count <= self.features);
        Samples { data: &self.data[start..], features: count, ..*self }
    }
}

impl<'a, T> Samples<'a, T> {
    /// Refuses another number of features than `expected`.
    pub(crate) fn check_features(&self, field: &str, expected: usize) -> Result<()> {
        check_count(field, "features", expected, self.features)
    }

    /// Refuses another number of samples than `expected`.
    pub(crate) fn check_samples(&self, field: &str, expected: usize) -> Result<()> {
        check_count(field, "samples", expected, self.samples)
    }
}

/// Refuses a count of `what` other than the one expected.
#[inline]
pub(crate) fn check_count(field: &str, what: &'static str, expected: usize, got: usize) -> Result<()> {
    match expected == got {
        true => Ok(()),
        false => Err(Error::Shape { field: field.to_string(), what, expected, got }),
    }
}

impl<'a, T: Float> Samples<'a, T> {
    /// The same numbers as a nalgebra view of d rows and n columns.
    pub fn view(&self) -> DMatrixView<'a, T, Const<1>, Dyn> {
        MatrixView::from_slice_with_strides_generic(
            self.data,
            Dyn(self.features),
            Dyn(self.samples),
            Const,
            Dyn(self.stride),
        )
    }

    /// The columns of a nalgebra d×n matrix as samples.
    ///
    /// # Errors
    /// [`Error::Empty`] if the matrix has no element.
    pub fn from_columns(field: &str, matrix: &'a DMatrix<T>) -> Result<Self> {
        Samples::new(field, matrix.as_slice(), matrix.ncols(), matrix.nrows(), matrix.nrows().max(1))
    }

    /// Whether there is no NaN and no infinity.
    pub(crate) fn is_finite(&self) -> bool {
        self.iter().all(|sample| is_finite(sample))
    }

    /// Refuses NaN and infinities.
    ///
    /// # Errors
    /// [`Error::NotFinite`] with the first such row and column.
    pub fn check_finite(&self, field: &str) -> Result<()> {
        for (row, sample) in self.iter().enumerate() {
            if is_finite(sample) {
                continue;
            }
            if let Some(column) = sample.iter().position(|v| !v.is_finite()) {
                return Err(Error::NotFinite {
                    field: field.to_string(),
                    row,
                    column,
                    got: sample[column].f64(),
                });
            }
        }
        Ok(())
    }
}

fn is_finite<T: Float>(sample: &[T]) -> bool {
    // Without a way out in its midst the loop is one over vectors.
    sample.iter().fold(true, |all, v| all & v.is_finite())
}

/// Parameters that a density or a network may have: beyond this a stray setting is likelier than a wish.
pub(crate) const MOST_PARAMETERS: usize = 1 << 28;

/// The sum of the samples' weights; without weights each sample counts 1.
///
/// # Errors
/// [`Error::Shape`] if there is not one weight per sample, [`Error::Weight`] if one is negative or not finite,
/// [`Error::Setting`] if all are 0.
pub(crate) fn total_weight<T: Float>(weights: Option<&[T]>, samples: usize) -> Result<f64> {
    let Some(weights) = weights else { return Ok(samples as f64) };
    check_count("weights", "elements", samples, weights.len())?;
    if let Some(row) = weights.iter().position(|w| !w.is_finite() || *w < T::zero()) {
        return Err(Error::Weight { field: "weights".to_string(), row, got: weights[row].to_string() });
    }
    match weights.iter().map(|w| w.f64()).sum::<f64>() {
        total if !total.is_finite() => Err(Error::Setting {
            field: "weights".to_string(),
            expected: "a finite sum".to_string(),
            got: total.to_string(),
        }),
        0.0 => Err(Error::Setting {
            field: "weights".to_string(),
            expected: "at least one above 0".to_string(),
            got: "none".to_string(),
        }),
        total => Ok(total),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_checked_and_strides_honoured() {
        let data: [f64; 8] = core::array::from_fn(|i| i as f64);
        let x = Samples::new("x1", &data, 2, 3, 5).unwrap();
        assert_eq!(x.sample(1), [5.0, 6.0, 7.0]);
        assert_eq!(x.range(1, 1).sample(0), [5.0, 6.0, 7.0]);
        assert_eq!(x.view()[(2, 1)], 7.0);
        assert_eq!(x.iter().len(), 2);
        let shape = |expected, got, what| Error::Shape { field: "x1".into(), what, expected, got };
        assert_eq!(Samples::new("x1", &data, 3, 3, 5).unwrap_err(), shape(13, 8, "elements"));
        assert_eq!(Samples::new("x1", &data, 2, 3, 2).unwrap_err(), shape(3, 2, "elements of stride"));
        assert_eq!(
            Samples::new("x1", &data, usize::MAX, 3, 5).unwrap_err(),
            shape(usize::MAX, 8, "elements")
        );
        assert_eq!(Samples::from_rows("x1", &data, 3).unwrap_err(), shape(9, 8, "elements"));
        let empty = |what| Error::Empty { field: "x1".into(), what };
        assert_eq!(Samples::from_rows("x1", &data[..0], 3).unwrap_err(), empty("samples"));
        assert_eq!(Samples::new("x1", &data, 2, 0, 5).unwrap_err(), empty("features"));
    }

    #[test]
    fn first_value_that_is_not_finite_is_named() {
        let data = [0.0f32, 1.0, 2.0, f32::INFINITY];
        let x = Samples::from_rows("x2", &data, 2).unwrap();
        let error = Error::NotFinite { field: "x2".into(), row: 1, column: 1, got: f64::INFINITY };
        assert_eq!(x.check_finite("x2").unwrap_err(), error);
    }
}
