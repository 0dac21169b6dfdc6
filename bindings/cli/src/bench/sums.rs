//! Log-sum-exp of rows.

use super::data::normals;
use super::timing::{Effort, median_seconds};
use super::{Timed, agree, tolerance};
use lsmi::rng::Stream;
use lsmi::simd::log_sum_exp_rows;
use lsmi::{Float, Result};

/// Rows that are checked.
const CHECKED: usize = 64;

pub fn log_sum_exp<T: Float>((rows, width): (usize, usize), effort: Effort) -> Result<Timed> {
    let values: Vec<T> = normals(&mut Stream::new(1, 0), rows * width, 1.0);
    let mut out = vec![T::zero(); rows];
    log_sum_exp_rows(&values, width, &mut out)?;
    for row in (0..rows).step_by(rows.div_ceil(CHECKED)) {
        let sum: f64 = values[row * width..][..width].iter().map(|v| v.f64().exp()).sum();
        agree(|| format!("row {row}"), out[row].f64(), sum.ln(), tolerance::<T>(1e-6, 1e-14))?;
    }
    let checksum = out.iter().map(|v| v.f64()).sum();
    let seconds = median_seconds(effort, || {
        log_sum_exp_rows(&values, width, &mut out).expect("the shapes fit, as above");
    });
    Ok(Timed { seconds, checksum })
}
