//! log Σ exp without overflow.

use crate::{Error, Float, Result};
use alloc::string::ToString;

/// log Σᵢ exp(vᵢ), shifted by the maximum.
///
/// −∞ for an empty slice or if all values are −∞; ∞ if one is ∞; NaN if one is NaN.
///
/// ```
/// use lsmi::simd::log_sum_exp;
/// assert_eq!(log_sum_exp(&[1000.0f64, 1000.0]), 1000.0 + 2f64.ln());
/// assert_eq!(log_sum_exp::<f64>(&[]), f64::NEG_INFINITY);
/// ```
pub fn log_sum_exp<T: Float>(values: &[T]) -> T {
    let infinity = T::of(f64::INFINITY);
    let mut maximum = -infinity;
    for &value in values {
        if value > maximum {
            maximum = value;
        }
    }
    // All −∞ (or nothing), or NaN among them: no shift is possible, and the plain sum has the right answer.
    let shift = if maximum.is_finite() { maximum } else { T::zero() };
    let sum = values.iter().fold(T::zero(), |sum, &value| sum + (value - shift).exp());
    if maximum == infinity && !sum.is_finite() {
        // ∞, unless a NaN went into the sum.
        return sum;
    }
    shift + sum.ln()
}

/// [`log_sum_exp`] of every row of `values`, which holds `out.len()` rows of `width` numbers.
///
/// # Errors
/// [`Error::Shape`] if `values` is not `out.len() * width` numbers.
pub fn log_sum_exp_rows<T: Float>(values: &[T], width: usize, out: &mut [T]) -> Result<()> {
    let expected = out.len().saturating_mul(width);
    if values.len() != expected {
        return Err(Error::Shape {
            field: "values".to_string(),
            what: "elements",
            expected,
            got: values.len(),
        });
    }
    for (row, out) in out.iter_mut().enumerate() {
        *out = log_sum_exp(&values[row * width..][..width]);
    }
    Ok(())
}

/// softmax(v) into `out` and log Σ exp(v) as result.
///
/// # Panics
/// If the lengths differ.
pub fn softmax_into<T: Float>(values: &[T], out: &mut [T]) -> T {
    assert_eq!(values.len(), out.len());
    let total = log_sum_exp(values);
    for (out, &value) in out.iter_mut().zip(values) {
        *out = (value - total).exp();
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// The formula as it stands.
    fn reference(values: &[f64]) -> f64 {
        values.iter().map(|v| v.exp()).sum::<f64>().ln()
    }

    #[test]
    fn agrees_with_the_formula_and_is_shift_invariant() {
        for n in [1, 2, 5, 15, 16, 17, 128] {
            let values: Vec<f64> = (0..n).map(|i| libm::sin(i as f64) * 3.0).collect();
            approx::assert_relative_eq!(log_sum_exp(&values), reference(&values), max_relative = 1e-14);
            for shift in [-1e6, -700.0, 700.0, 1e6] {
                let moved: Vec<f64> = values.iter().map(|v| v + shift).collect();
                approx::assert_relative_eq!(log_sum_exp(&moved) - shift, reference(&values), epsilon = 1e-9);
            }
        }
    }

    #[test]
    fn extremes_are_specified() {
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        assert_eq!(log_sum_exp(&[-inf, -inf]), -inf);
        assert_eq!(log_sum_exp::<f64>(&[]), -inf);
        assert_eq!(log_sum_exp(&[-inf, 2.0]), 2.0);
        assert_eq!(log_sum_exp(&[inf, 2.0]), inf);
        assert_eq!(log_sum_exp(&[inf, inf, -inf]), inf);
        for values in [[nan, 1.0], [1.0, nan], [inf, nan], [nan, inf], [-inf, nan], [nan, nan]] {
            assert!(log_sum_exp(&values).is_nan(), "{values:?}");
        }
        assert_eq!(log_sum_exp(&[f64::MAX, f64::MAX]), f64::MAX);
        assert_eq!(log_sum_exp(&[-f64::MAX]), -f64::MAX);
    }

    #[test]
    fn rows_and_softmax() {
        let values = [0.0f32, 0.0, 1.0, -1.0];
        let mut out = [0.0; 2];
        log_sum_exp_rows(&values, 2, &mut out).unwrap();
        approx::assert_relative_eq!(out[0], 2f32.ln());
        let mut soft = [0.0; 2];
        softmax_into(&values[2..], &mut soft);
        approx::assert_relative_eq!(soft[0] + soft[1], 1.0, epsilon = 1e-6);
        assert!(log_sum_exp_rows(&values, 3, &mut out).is_err());
    }
}
