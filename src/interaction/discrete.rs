//! Exact information of discrete samples, by counting.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use super::atoms::Information;
use crate::error::{Error, Result};

/// Pointwise information of every sample, in nats, where x1, x2 and y are category numbers (any integers).
///
/// Every probability is the share of the samples, or of their weight, that fall into a category: h(x) = −log p(x)
/// and i(x; y) = log p(y|x) − log p(y). This is exact for the distribution that the samples themselves make up,
/// and biased upwards for the one that they were drawn from. Several discrete variables become one by
/// [`joint_categories`].
///
/// `x1`, `x2`, `y` and `weights` hold one entry per sample. Weights need not add up to 1; `None` counts every
/// sample once. A sample of weight 0 takes no part in the counts but gets its values from them, which is why some
/// other sample with the same x1, x2 and y must have weight. All values are finite unless weights are more than
/// 300 orders of magnitude apart.
///
/// # Errors
/// - [`Error::Empty`]: no samples.
/// - [`Error::Shape`]: `x2`, `y` or `weights` is not as long as `x1`.
/// - [`Error::NotFinite`]: a weight is NaN or infinite.
/// - [`Error::Setting`] for `weights`: a negative weight, a sum that is 0 or overflows, or a sample of weight 0
///   whose x1, x2 and y occur in no sample that has weight.
///
/// ```
/// use lsmi::interaction::{Atoms, discrete};
///
/// let samples = discrete(&[0, 0, 1, 1], &[0, 1, 0, 1], &[0, 1, 1, 0], None)?;
/// let atoms: Vec<Atoms> = samples.iter().map(|sample| sample.atoms()).collect();
/// assert_eq!(Atoms::mean(&atoms).synergy, core::f64::consts::LN_2);
/// # Ok::<(), lsmi::Error>(())
/// ```
pub fn discrete(x1: &[i64], x2: &[i64], y: &[i64], weights: Option<&[f64]>) -> Result<Vec<Information>> {
    let samples = x1.len();
    if samples == 0 {
        return Err(Error::Empty { field: "x1".into(), what: "samples" });
    }
    check_length("x2", samples, x2.len())?;
    check_length("y", samples, y.len())?;
    let uniform;
    let weights = match weights {
        Some(weights) => weights,
        None => {
            uniform = vec![1.0; samples];
            &uniform
        }
    };
    check_length("weights", samples, weights.len())?;
    let total = total_weight(weights)?;

    let cell = category_weights(weights, |row| (x1[row], x2[row], y[row]));
    if let Some(row) = cell.iter().position(|weight| *weight == 0.0) {
        return Err(setting(
            "positive weight for some sample of every combination of x1, x2 and y",
            format!("weight 0 for all samples like row {row}"),
        ));
    }
    let target = category_weights(weights, |row| y[row]);
    let first = category_weights(weights, |row| x1[row]);
    let second = category_weights(weights, |row| x2[row]);
    let both = category_weights(weights, |row| (x1[row], x2[row]));
    let first_target = category_weights(weights, |row| (x1[row], y[row]));
    let second_target = category_weights(weights, |row| (x2[row], y[row]));

    let surprisal = |weight: f64| libm::log(total / weight);
    Ok((0..samples)
        .map(|row| {
            let prior = target[row] / total;
            Information {
                i1: libm::log(first_target[row] / first[row] / prior),
                i2: libm::log(second_target[row] / second[row] / prior),
                i12: libm::log(cell[row] / both[row] / prior),
                h1: surprisal(first[row]),
                h2: surprisal(second[row]),
            }
        })
        .collect())
}

/// One category number per sample for several discrete variables together: 0, 1, … number the tuples that occur, in
/// sorted order (by the first column, then the second, …). Each column holds one entry per sample.
///
/// # Errors
/// [`Error::Empty`] for no columns or no samples, [`Error::Shape`] naming the column (`columns[1]`, …) whose
/// length is not that of the first.
///
/// ```
/// let joint = lsmi::interaction::joint_categories(&[&[7, 7, -1], &[0, 1, 5]])?;
/// assert_eq!(joint, [1, 2, 0]);
/// # Ok::<(), lsmi::Error>(())
/// ```
pub fn joint_categories(columns: &[&[i64]]) -> Result<Vec<i64>> {
    let empty = |what| Error::Empty { field: "columns".into(), what };
    let samples = columns.first().ok_or_else(|| empty("features"))?.len();
    if samples == 0 {
        return Err(empty("samples"));
    }
    for (index, column) in columns.iter().enumerate() {
        check_length(&format!("columns[{index}]"), samples, column.len())?;
    }
    let tuple = |row: usize| columns.iter().map(move |column| column[row]);
    let mut order: Vec<usize> = (0..samples).collect();
    order.sort_unstable_by(|&a, &b| tuple(a).cmp(tuple(b)));
    let mut categories = vec![0; samples];
    for pair in order.windows(2) {
        let is_new = !tuple(pair[0]).eq(tuple(pair[1]));
        categories[pair[1]] = categories[pair[0]] + i64::from(is_new);
    }
    Ok(categories)
}

/// For every sample the weight of all samples with its key.
fn category_weights<K: Ord>(weights: &[f64], key: impl Fn(usize) -> K) -> Vec<f64> {
    let mut sums = BTreeMap::new();
    for (row, weight) in weights.iter().enumerate() {
        *sums.entry(key(row)).or_insert(0.0) += weight;
    }
    (0..weights.len()).map(|row| sums[&key(row)]).collect()
}

fn total_weight(weights: &[f64]) -> Result<f64> {
    for (row, &weight) in weights.iter().enumerate() {
        if !weight.is_finite() {
            return Err(Error::NotFinite { field: "weights".into(), row, column: 0, got: weight });
        }
        if weight < 0.0 {
            return Err(setting("weights of at least 0", format!("{weight} in row {row}")));
        }
    }
    let total: f64 = weights.iter().sum();
    if total > 0.0 && total.is_finite() {
        Ok(total)
    } else {
        Err(setting("a positive, finite sum", format!("a sum of {}", total)))
    }
}

fn setting(expected: &str, got: alloc::string::String) -> Error {
    Error::Setting { field: "weights".into(), expected: expected.into(), got }
}

fn check_length(field: &str, expected: usize, got: usize) -> Result<()> {
    if expected == got {
        Ok(())
    } else {
        Err(Error::Shape { field: field.into(), what: "samples", expected, got })
    }
}
