//! Information from log-probabilities that any model gives.

use crate::error::{Error, Result};
use crate::matrix::Samples;
use crate::scalar::Float;
use alloc::format;
use alloc::string::ToString;

/// What a log-probability may be above 0, since those of half precision are rounded.
const ROUNDING: f64 = 0.01;

/// i = log p(y|x) − log p(y) of every sample, nats, from the log-probabilities of any model: `log_probabilities` holds
/// a row of a number per class for every sample, `y` the class numbers, `log_prior` log p(y) of every class (none:
/// uniform).
///
/// Call it once each for p(y|x1), p(y|x2) and p(y|x1, x2); with any surprisals h1 and h2 the results go into
/// [`atoms`](super::atoms()).
///
/// # Errors
/// [`Error::Shape`] if the lengths do not fit, [`Error::Class`] for a target outside the classes,
/// [`Error::NotFinite`] where the log-probability or the log-prior of a sample's class is not finite,
/// [`Error::Setting`] where it is above 0 by more than rounding, as probabilities and logits are.
///
/// ```
/// use lsmi::{Samples, interaction::information_from_log_probabilities};
///
/// let log_probabilities = [0.9f32.ln(), 0.1f32.ln(), 0.2f32.ln(), 0.8f32.ln()];
/// let log_probabilities = Samples::from_rows("log_probabilities", &log_probabilities, 2)?;
/// let mut i1 = [0.0; 2];
/// information_from_log_probabilities(log_probabilities, &[0, 1], None, &mut i1)?;
/// assert!((i1[0] - (0.9f64 / 0.5).ln()).abs() < 1e-6);
/// # Ok::<(), lsmi::Error>(())
/// ```
pub fn information_from_log_probabilities<T: Float>(
    log_probabilities: Samples<'_, T>,
    y: &[i64],
    log_prior: Option<&[f64]>,
    out: &mut [f64],
) -> Result<()> {
    let shape = |field: &str, what, expected, got| match expected == got {
        true => Ok(()),
        false => Err(Error::Shape { field: field.to_string(), what, expected, got }),
    };
    let classes = log_probabilities.features();
    shape("y", "samples", log_probabilities.samples(), y.len())?;
    shape("out", "samples", y.len(), out.len())?;
    if let Some(log_prior) = log_prior {
        shape("log_prior", "classes", classes, log_prior.len())?;
    }
    let uniform = -libm::log(classes as f64);
    for (row, ((out, &y), values)) in out.iter_mut().zip(y).zip(log_probabilities.iter()).enumerate() {
        let class = usize::try_from(y).ok().filter(|class| *class < classes).ok_or_else(|| Error::Class {
            field: "y".to_string(),
            row,
            column: None,
            expected: format!("a class number from 0 to {}", classes - 1),
            got: y.to_string(),
        })?;
        let (conditional, prior) = (values[class].f64(), log_prior.map_or(uniform, |p| p[class]));
        for (field, got) in [("log_probabilities", conditional), ("log_prior", prior)] {
            if !got.is_finite() {
                return Err(Error::NotFinite { field: field.to_string(), row, column: class, got });
            }
            if got > ROUNDING {
                return Err(Error::Setting {
                    field: field.to_string(),
                    expected: "log-probabilities, at most 0".to_string(),
                    got: format!("{got} for row {row}, column {class}"),
                });
            }
        }
        *out = conditional - prior;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subtracts_the_prior_and_names_what_is_wrong() {
        // The third number of a row is a gap.
        let rows = [-0.5f64, -1.0, 7.0, f64::NEG_INFINITY, 0.0];
        let rows = Samples::new("log_probabilities", &rows, 2, 2, 3).unwrap();
        let mut out = [0.0; 2];
        information_from_log_probabilities(rows, &[1, 1], Some(&[-2.0, -0.25]), &mut out).unwrap();
        assert_eq!(out, [-0.75, 0.25]);
        let mut message = |y: &[i64], prior: Option<&[f64]>| {
            information_from_log_probabilities(rows, y, prior, &mut out).unwrap_err().to_string()
        };
        let expected = "log_probabilities: row 1, column 0: expected a finite number, got -inf";
        assert_eq!(message(&[0, 0], None), expected);
        assert_eq!(message(&[0, 2], None), "y: row 1, column 0: expected a class number from 0 to 1, got 2");
        assert_eq!(message(&[0], None), "y: expected 2 samples, got 1");
        assert_eq!(message(&[0, 1], Some(&[0.0])), "log_prior: expected 2 classes, got 1");
        let expected = "log_prior: expected log-probabilities, at most 0, got 0.5 for row 0, column 1";
        assert_eq!(message(&[1, 1], Some(&[-1.0, 0.5])), expected);
        let probabilities = Samples::from_rows("log_probabilities", &[0.9f32, 0.5], 2).unwrap();
        let error = information_from_log_probabilities(probabilities, &[1], None, &mut [0.0]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "log_probabilities: expected log-probabilities, at most 0, got 0.5 for row 0, column 1"
        );
    }
}
