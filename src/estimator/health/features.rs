//! What features and classes alone give reason to doubt.

use super::{Flag, classes, relations};
use crate::{Float, Samples};
use alloc::format;
use alloc::vec::Vec;
use nalgebra::DMatrix;

/// A feature is nearly constant if this share of the samples has one value.
const NEARLY_ALL: f64 = 0.99;

/// Norms of samples are alike if they are within this of their mean, relatively.
const ALIKE: f64 = 1e-3;

/// Standard deviations further apart than this are of different scale.
const FAR_APART: f64 = 1e4;

/// Samples per feature below which classifiers see features as they are.
const FEW_PER_FEATURE: usize = 4;

/// Correlations are looked at of so many samples and features at most.
const MOST_SAMPLES: usize = 20_000;
const MOST_FEATURES: usize = 512;

/// What deviates by less of its size does not vary, but for rounding.
const NOTHING: f64 = 1e-12;

/// A value is far away if it is so many interquartile ranges from the median.
const FAR: f64 = 100.0;

/// What two modalities and classes, before any fit, give reason to doubt. Samples are those that a model will be fitted
/// to; their numbers are finite, and there are as many of x1, x2 and y.
///
/// | name | what it counts |
/// |---|---|
/// | `constant_features` | features that never vary |
/// | `near_constant_features` | features of which 99 % of the samples have one value |
/// | `far_values` | values more than 100 interquartile ranges from their feature's median |
/// | `duplicated_features` | features that are others, up to scale and offset |
/// | `rank_deficient` | features that are linear functions of others, besides those |
/// | `shared_features` | features of x2 that are features of x1, up to scale and offset |
/// | `different_scales` | how far apart the features' standard deviations are |
/// | `unit_norm` | the norm that all samples have |
/// | `few_samples` | samples per feature |
/// | `one_class` | 1 if all samples are of one class |
/// | `small_classes` | classes of fewer than 20 samples |
/// | `empty_classes` | class numbers up to the largest that no sample has |
///
/// Of large data every so manieth sample is looked at, and of more than 512 features not whether they are alike. Samples
/// with values far away are left out where features are compared.
pub fn data_flags<T: Float>(x1: &Samples<'_, T>, x2: &Samples<'_, T>, y: &[i64]) -> Vec<Flag> {
    let mut flags = Vec::new();
    let columns = [("x1", x1), ("x2", x2)].map(|(subject, x)| of_modality(subject, x, &mut flags));
    relations::between([&columns[0], &columns[1]], &mut flags);
    classes::of_classes(y, &mut flags);
    flags
}

fn of_modality<T: Float>(subject: &str, x: &Samples<'_, T>, flags: &mut Vec<Flag>) -> Columns {
    let (n, d) = (x.samples(), x.features());
    let mut flag = |name: &str, figure: f64, finding, advice: &str| {
        flags.push(Flag::new(name, subject, figure, finding, advice));
    };
    let commonest: Vec<usize> = (0..d).map(|column| majority(x, column)).collect();
    let count = |from: usize, to: usize| commonest.iter().filter(|&&c| c >= from && c < to).count();
    let least = libm::ceil(NEARLY_ALL * n as f64) as usize;
    let (constant, nearly) = (count(n, n + 1), count(least, n));
    if constant > 0 {
        flag(
            "constant_features",
            constant as f64,
            format!("{constant} of {d} features never vary"),
            match constant < d {
                true => "nothing: standardisation drops them",
                false => "give features that vary: a fit of these is refused",
            },
        );
    }
    if nearly > 0 && n > 1 {
        flag(
            "near_constant_features",
            nearly as f64,
            format!("{nearly} of {d} features have one value in 99 % of the samples"),
            "leave them out: a density is steep along them, and h then is about little else",
        );
    }
    if let Some(norm) = common_norm(x).filter(|_| d > 1 && constant < d) {
        flag(
            "unit_norm",
            norm,
            format!("all samples have the norm {norm:.4}: they lie on a sphere"),
            "take features from before the normalisation: on a sphere there is no density, and h1, h2 and R depend on the \
             model's form",
        );
    }
    if n < FEW_PER_FEATURE * (d - constant) {
        flag(
            "few_samples",
            n as f64 / (d - constant) as f64,
            format!("{n} samples of {} features", d - constant),
            "collect more samples or take fewer features (principal components): see `lsmi check` for what can be found",
        );
    }
    let varying: Vec<usize> = (0..d).filter(|&column| commonest[column] < n).collect();
    let columns = Columns::new(x, &varying);
    if columns.far_values > 0 {
        flag(
            "far_values",
            columns.far_values as f64,
            format!(
                "{} of the values are over {FAR} interquartile ranges from their feature's median, up to {:.3e}",
                columns.far_values, columns.farthest
            ),
            "see whether they mark what is missing, or have another unit; take logarithms of features with long tails: \
             densities have to reach as far as they do",
        );
    }
    let most = columns.deviations.iter().copied().fold(0.0, f64::max);
    let ratio = most / columns.deviations.iter().copied().fold(f64::INFINITY, f64::min);
    if ratio > FAR_APART && ratio.is_finite() {
        flag(
            "different_scales",
            ratio,
            format!("standard deviations of features are up to {ratio:.1e} times as large as others"),
            "nothing with standardised features, the default; else bring them to one scale",
        );
    }
    relations::within(subject, &columns, flags);
    columns
}

/// How many samples have the value of this feature that most have, if that is more than half of them; else no more than
/// half.
fn majority<T: Float>(x: &Samples<'_, T>, column: usize) -> usize {
    // Boyer and Moore's vote.
    let (mut candidate, mut votes) = (x.sample(0)[column], 0usize);
    for sample in x.iter() {
        match (sample[column] == candidate, votes) {
            (true, _) => votes += 1,
            (false, 0) => (candidate, votes) = (sample[column], 1),
            (false, _) => votes -= 1,
        }
    }
    x.iter().filter(|sample| sample[column] == candidate).count()
}

/// The norm of all samples, if it is one.
fn common_norm<T: Float>(x: &Samples<'_, T>) -> Option<f64> {
    let norm = |sample: &[T]| libm::sqrt(sample.iter().map(|v| v.f64() * v.f64()).sum::<f64>());
    let mean = x.iter().map(norm).sum::<f64>() / x.samples() as f64;
    let alike =
        mean > 0.0 && x.samples() > 1 && x.iter().all(|sample| (norm(sample) / mean - 1.0).abs() < ALIKE);
    alike.then_some(mean)
}

/// Some samples of the features of one modality that vary.
pub(super) struct Columns {
    /// Features of the modality, those that never vary included.
    pub(super) features: usize,
    /// A sample per row; values are relative to the largest of their feature. Without columns if there are too many.
    values: DMatrix<f64>,
    /// Which of these samples have a value far from its feature's median.
    pub(super) is_far: Vec<bool>,
    /// Values that are.
    far_values: usize,
    /// The largest of these, whatever its sign.
    farthest: f64,
    /// The features' standard deviations, of values that are not far away.
    deviations: Vec<f64>,
}

impl Columns {
    fn new<T: Float>(x: &Samples<'_, T>, columns: &[usize]) -> Self {
        let every = x.samples().div_ceil(MOST_SAMPLES);
        let rows: Vec<usize> = (0..x.samples()).step_by(every).collect();
        let (n, keep) = (rows.len(), columns.len() <= MOST_FEATURES);
        let mut out = Columns {
            features: x.features(),
            values: DMatrix::zeros(n, if keep { columns.len() } else { 0 }),
            is_far: alloc::vec![false; n],
            far_values: 0,
            farthest: 0.0,
            deviations: Vec::with_capacity(columns.len()),
        };
        for (j, &column) in columns.iter().enumerate() {
            let values = rows.iter().map(|&row| x.sample(row)[column].f64());
            // No square of a large number is finite.
            let scale = values.clone().map(f64::abs).fold(f64::MIN_POSITIVE, f64::max);
            let values: Vec<f64> = values.map(|value| value / scale).collect();
            let mut sorted = values.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            let [low, median, high] = [n / 4, n / 2, 3 * n / 4].map(|place| sorted[place]);
            let is_far = |value: f64| high > low && (value - median).abs() > FAR * (high - low);
            let near: Vec<f64> = values.iter().copied().filter(|&value| !is_far(value)).collect();
            out.deviations.push(deviation(&near) * scale);
            for (row, value) in values.iter().enumerate() {
                if is_far(*value) {
                    out.is_far[row] = true;
                    out.far_values += 1;
                    if value.abs() * scale > out.farthest.abs() {
                        out.farthest = value * scale;
                    }
                }
            }
            if keep {
                out.values.column_mut(j).copy_from_slice(&values);
            }
        }
        out
    }

    /// Features in units of their standard deviations, of the samples without values far away that are `wanted`; nothing
    /// without such, or of features too many.
    pub(super) fn standardised(&self, wanted: impl Fn(usize) -> bool) -> Option<DMatrix<f64>> {
        let rows: Vec<usize> =
            (0..self.is_far.len()).filter(|&row| !self.is_far[row] && wanted(row)).collect();
        let mut z = self.values.select_rows(&rows);
        // Without the samples that were left out a feature may not vary.
        let mut varying = Vec::new();
        for (j, mut column) in z.column_iter_mut().enumerate() {
            let (mean, deviation) = (column.mean(), deviation(column.as_slice()));
            if deviation > NOTHING * column.amax() {
                column.iter_mut().for_each(|value| *value = (*value - mean) / deviation);
                varying.push(j);
            }
        }
        Some(z.select_columns(&varying)).filter(|z| !z.is_empty())
    }
}

fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    libm::sqrt(values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n)
}
