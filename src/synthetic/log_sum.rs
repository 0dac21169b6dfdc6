//! log Σ exp without overflow.

/// log Σ exp(term): −∞ without terms or if all are −∞, NaN if any is NaN.
pub(super) fn log_sum_exp(terms: impl Iterator<Item = f64> + Clone) -> f64 {
    let max = terms.clone().fold(f64::NEG_INFINITY, f64::max);
    let origin = if max.is_finite() { max } else { 0.0 };
    origin + libm::log(terms.map(|term| libm::exp(term - origin)).sum())
}
