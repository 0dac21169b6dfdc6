//! Exact information of discrete samples, by counting.

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
    let mut out = vec![Information::default(); samples];
    discrete_into(x1, x2, y, weights, &mut vec![Counting::default(); samples], &mut out)?;
    Ok(out)
}

/// Scratch of one sample for [`discrete_into`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Counting {
    row: usize,
    target: f64,
    first: f64,
    second: f64,
    both: f64,
    first_target: f64,
    second_target: f64,
    cell: f64,
}

/// [`discrete`] into the caller's buffers, without allocation: `scratch` and `out` hold one entry per sample.
///
/// # Errors
/// As [`discrete`]; [`Error::Shape`] too for `scratch` or `out`.
pub fn discrete_into(
    x1: &[i64],
    x2: &[i64],
    y: &[i64],
    weights: Option<&[f64]>,
    scratch: &mut [Counting],
    out: &mut [Information],
) -> Result<()> {
    let samples = x1.len();
    if samples == 0 {
        return Err(Error::Empty { field: "x1".into(), what: "samples" });
    }
    check_length("x2", samples, x2.len())?;
    check_length("y", samples, y.len())?;
    check_length("scratch", samples, scratch.len())?;
    check_length("out", samples, out.len())?;
    let total = match weights {
        Some(weights) => {
            check_length("weights", samples, weights.len())?;
            total_weight(weights)?
        }
        None => samples as f64,
    };
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    for (row, counting) in scratch.iter_mut().enumerate() {
        *counting = Counting { row, ..Counting::default() };
    }
    add_up(scratch, weight, |row| y[row], |c| &mut c.target);
    add_up(scratch, weight, |row| x1[row], |c| &mut c.first);
    add_up(scratch, weight, |row| x2[row], |c| &mut c.second);
    add_up(scratch, weight, |row| (x1[row], x2[row]), |c| &mut c.both);
    add_up(scratch, weight, |row| (x1[row], y[row]), |c| &mut c.first_target);
    add_up(scratch, weight, |row| (x2[row], y[row]), |c| &mut c.second_target);
    add_up(scratch, weight, |row| (x1[row], x2[row], y[row]), |c| &mut c.cell);
    if let Some(row) = scratch.iter().filter(|c| c.cell == 0.0).map(|c| c.row).min() {
        return Err(setting(
            "positive weight for some sample of every combination of x1, x2 and y",
            format!("weight 0 for all samples like row {row}"),
        ));
    }
    for c in &*scratch {
        let prior = c.target / total;
        out[c.row] = Information {
            i1: libm::log(c.first_target / c.first / prior),
            i2: libm::log(c.second_target / c.second / prior),
            i12: libm::log(c.cell / c.both / prior),
            h1: libm::log(total / c.first),
            h2: libm::log(total / c.second),
        };
    }
    Ok(())
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

/// Gives every sample, in the field that `sum` names, the weight of all samples with its key. Sorts the scratch.
fn add_up<K: Ord>(
    scratch: &mut [Counting],
    weight: impl Fn(usize) -> f64,
    key: impl Fn(usize) -> K,
    sum: impl Fn(&mut Counting) -> &mut f64,
) {
    // The row decides among equals, so that sums do not depend on the order before.
    scratch.sort_unstable_by(|a, b| key(a.row).cmp(&key(b.row)).then(a.row.cmp(&b.row)));
    for group in scratch.chunk_by_mut(|a, b| key(a.row) == key(b.row)) {
        let total = group.iter().map(|counting| weight(counting.row)).sum();
        group.iter_mut().for_each(|counting| *sum(counting) = total);
    }
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
