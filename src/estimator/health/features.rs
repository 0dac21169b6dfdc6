//! What features and classes alone give reason to doubt.

use super::Flag;
use crate::{Float, Samples};
use alloc::format;
use alloc::vec::Vec;
use nalgebra::{ColPivQR, DMatrix};

/// A feature is nearly constant if this share of the samples has one value.
const NEARLY_ALL: f64 = 0.99;

/// Norms of samples are alike if they are within this of their mean, relatively.
const ALIKE: f64 = 1e-3;

/// Standard deviations further apart than this are of different scale.
const FAR_APART: f64 = 1e4;

/// Classes of fewer samples can hardly be learned.
const FEW: usize = 20;

/// Samples per feature below which classifiers see features as they are.
const FEW_PER_FEATURE: usize = 4;

/// Correlations are looked at of so many samples and features at most.
const MOST_SAMPLES: usize = 20_000;
const MOST_FEATURES: usize = 512;

/// Features are the same, up to scale and offset, if their correlation is within this of ±1; and a function of others
/// if this is left of their variance.
const NOTHING: f64 = 1e-9;

/// What two modalities and classes, before any fit, give reason to doubt. Samples are those that a model will be fitted
/// to; their numbers are finite, and there are as many of x1, x2 and y.
///
/// | name | what it counts |
/// |---|---|
/// | `constant_features` | features that never vary |
/// | `near_constant_features` | features of which 99 % of the samples have one value |
/// | `duplicated_features` | features that are others, up to scale and offset |
/// | `rank_deficient` | features that are linear functions of others, besides those |
/// | `different_scales` | how far apart the features' standard deviations are |
/// | `unit_norm` | the norm that all samples have |
/// | `few_samples` | samples per feature |
/// | `small_classes` | classes of fewer than 20 samples |
pub fn data_flags<T: Float>(x1: &Samples<'_, T>, x2: &Samples<'_, T>, y: &[i64]) -> Vec<Flag> {
    let mut flags = Vec::new();
    for (subject, x) in [("x1", x1), ("x2", x2)] {
        of_modality(subject, x, &mut flags);
    }
    let mut classes = alloc::collections::BTreeMap::new();
    y.iter().for_each(|class| *classes.entry(class).or_insert(0usize) += 1);
    let small = classes.values().filter(|&&count| count < FEW).count();
    if small > 0 {
        flags.push(Flag::new(
            "small_classes",
            "y",
            small as f64,
            format!("{small} of {} classes have fewer than {FEW} samples", classes.len()),
            "collect more of them, or join them to others: what is said of them is a guess",
        ));
    }
    flags
}

fn of_modality<T: Float>(subject: &str, x: &Samples<'_, T>, flags: &mut Vec<Flag>) {
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
            "nothing: standardisation drops them",
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
    let (z, deviations) = standardised(x, &varying);
    let most = deviations.iter().copied().fold(0.0, f64::max);
    let ratio = most / deviations.iter().copied().fold(f64::INFINITY, f64::min);
    if ratio > FAR_APART && ratio.is_finite() {
        flag(
            "different_scales",
            ratio,
            format!("standard deviations of features are up to {ratio:.1e} times as large as others"),
            "nothing with standardised features, the default; else bring them to one scale",
        );
    }
    if (2..=MOST_FEATURES).contains(&varying.len()) && z.nrows() > varying.len() {
        let correlations = z.transpose() * &z / z.nrows() as f64;
        let copies = (1..varying.len())
            .filter(|&j| (0..j).any(|i| correlations[(i, j)].abs() > 1.0 - NOTHING))
            .count();
        if copies > 0 {
            flag(
                "duplicated_features",
                copies as f64,
                format!("{copies} of {d} features are copies of others, up to scale and offset"),
                "leave them out: h counts what they say twice",
            );
        }
        let pivots = ColPivQR::new(correlations).r().diagonal();
        let rank = pivots.iter().filter(|pivot| pivot.abs() > NOTHING * pivots[0].abs()).count();
        let dependent = varying.len().saturating_sub(rank + copies);
        if dependent > 0 {
            flag(
                "rank_deficient",
                dependent as f64,
                format!("{dependent} of {d} features are linear functions of others"),
                "leave them out, or take principal components: there is no density in that space, and h depends on the \
                 model's form",
            );
        }
    }
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

/// Some samples of some features, in units of their standard deviations, a sample per row; and these deviations.
fn standardised<T: Float>(x: &Samples<'_, T>, columns: &[usize]) -> (DMatrix<f64>, Vec<f64>) {
    let every = x.samples().div_ceil(MOST_SAMPLES);
    let rows: Vec<usize> = (0..x.samples()).step_by(every).collect();
    let keep = columns.len() <= MOST_FEATURES;
    let mut z = DMatrix::zeros(if keep { rows.len() } else { 0 }, columns.len());
    let mut deviations = Vec::with_capacity(columns.len());
    for (j, &column) in columns.iter().enumerate() {
        let value = |&row: &usize| x.sample(row)[column].f64();
        let mean = rows.iter().map(value).sum::<f64>() / rows.len() as f64;
        let squares = rows.iter().map(|row| (value(row) - mean) * (value(row) - mean));
        let deviation = libm::sqrt(squares.sum::<f64>() / rows.len() as f64);
        deviations.push(deviation);
        if keep && deviation > 0.0 {
            z.column_mut(j).iter_mut().zip(&rows).for_each(|(z, row)| *z = (value(row) - mean) / deviation);
        }
    }
    (z, deviations)
}
