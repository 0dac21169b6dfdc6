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
    let [mean] = means_by(items, |item| [value(item)]);
    mean
}

/// [`mean_by`] of several numbers, in one pass.
#[must_use]
pub(crate) fn means_by<T, const N: usize>(items: &[T], values: impl Fn(&T) -> [f64; N]) -> [f64; N] {
    sums_by(items, &values).map(|sum| sum / items.len() as f64)
}

fn sums_by<T, const N: usize>(items: &[T], values: &impl Fn(&T) -> [f64; N]) -> [f64; N] {
    let add = |a: [f64; N], b: [f64; N]| core::array::from_fn(|i| a[i] + b[i]);
    if items.len() <= RUN {
        // What leaves every number as it is.
        return items.iter().map(values).fold([-0.0; N], add);
    }
    let (left, right) = items.split_at(items.len() / 2);
    add(sums_by(left, values), sums_by(right, values))
}
