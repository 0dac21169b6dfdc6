//! Features that say what others say.

use super::Flag;
use super::features::Columns;
use alloc::format;
use alloc::vec::Vec;
use nalgebra::{ColPivQR, DMatrix};

/// Features are the same, up to scale and offset, if their correlation is within this of ±1; and a function of others
/// if this is left of their variance.
const NOTHING: f64 = 1e-9;

/// Of fewer samples features may be alike by chance.
const LEAST_SAMPLES: usize = 10;

/// Whether a correlation is of features that are the same.
fn is_copy(correlation: f64) -> bool {
    correlation.abs() > 1.0 - NOTHING
}

/// Features of one modality that others of it make superfluous.
pub(super) fn within(subject: &str, columns: &Columns, flags: &mut Vec<Flag>) {
    let Some(z) = columns.standardised(|_| true).filter(|z| z.nrows() > z.ncols()) else { return };
    let (all, varying) = (columns.features, z.ncols());
    let correlations = z.transpose() * &z / z.nrows() as f64;
    let copies = (1..varying).filter(|&j| (0..j).any(|i| is_copy(correlations[(i, j)]))).count();
    if copies > 0 {
        flags.push(Flag::new(
            "duplicated_features",
            subject,
            copies as f64,
            format!("{copies} of {all} features are copies of others, up to scale and offset"),
            "leave them out: h counts what they say twice",
        ));
    }
    let pivots = ColPivQR::new(correlations).r().diagonal();
    let rank = pivots.iter().filter(|pivot| pivot.abs() > NOTHING * pivots[0].abs()).count();
    let dependent = varying.saturating_sub(rank + copies);
    if dependent > 0 {
        flags.push(Flag::new(
            "rank_deficient",
            subject,
            dependent as f64,
            format!("{dependent} of {all} features are linear functions of others"),
            "leave them out, or take principal components: there is no density in that space, and h depends on the \
             model's form",
        ));
    }
}

/// Features of one modality that are also the other's.
pub(super) fn between(columns: [&Columns; 2], flags: &mut Vec<Flag>) {
    let [first, second] = columns;
    if first.is_far.len() != second.is_far.len() {
        return;
    }
    let is_near = |row: usize| !first.is_far[row] && !second.is_far[row];
    let [Some(z1), Some(z2)] = [first, second].map(|columns| columns.standardised(is_near)) else { return };
    if z1.nrows() < LEAST_SAMPLES {
        return;
    }
    let correlations: DMatrix<f64> = z1.transpose() * &z2 / z1.nrows() as f64;
    let shared = correlations.column_iter().filter(|of_one| of_one.iter().any(|c| is_copy(*c))).count();
    if shared > 0 {
        flags.push(Flag::new(
            "shared_features",
            "x2",
            shared as f64,
            format!(
                "{shared} of {} features are copies of features of x1, up to scale and offset",
                second.features
            ),
            "see whether both modalities were meant to hold them: what they tell of y is redundant",
        ));
    }
}
