//! Means by pairwise summation.

/// Longest run that is summed from left to right.
const RUN: usize = 64;

/// Arithmetic mean; NaN if `values` is empty.
///
/// Sums in pairs of halves, so that the rounding error grows with the logarithm of the length. The order of
/// additions depends on the length alone: equal input, equal bits.
///
/// ```
/// assert_eq!(lsmi::interaction::mean(&[1.0, 2.0, 6.0]), 3.0);
/// assert!(lsmi::interaction::mean(&[]).is_nan());
/// ```
#[must_use]
pub fn mean(values: &[f64]) -> f64 {
    mean_by(values, |value| *value)
}

/// [`mean`] of a number taken from each item.
#[must_use]
pub fn mean_by<T>(items: &[T], value: impl Fn(&T) -> f64) -> f64 {
    sum_by(items, &value) / items.len() as f64
}

fn sum_by<T>(items: &[T], value: &impl Fn(&T) -> f64) -> f64 {
    if items.len() <= RUN {
        return items.iter().map(value).sum();
    }
    let (left, right) = items.split_at(items.len() / 2);
    sum_by(left, value) + sum_by(right, value)
}
