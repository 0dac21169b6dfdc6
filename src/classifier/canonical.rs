//! Coordinates of the features that no invertible linear map of them changes.
//!
//! Scales and mixtures of features tell nothing about a target, but a network learns another function of other
//! mixtures, and of three classifiers that see one thing through three maps each would find another number. So
//! classifiers see canonical coordinates: features are whitened; then turned, so that the directions along which the
//! classes' means differ most come first (Fisher's discriminants), and, where means do not differ, those along which
//! covariances do; then scaled, so that the variance within classes is 1. A modality and its image under a map, and the
//! two of them side by side, have the same coordinates, up to rounding.
//!
//! Source: Fukunaga, "Introduction to Statistical Pattern Recognition", 1990, ch. 10 (simultaneous diagonalisation).

use super::projection::{Moments, Projection, leading, symmetric};
use alloc::vec::Vec;
use nalgebra::{DMatrix, DVector};

/// Smallest eigenvalue of a covariance that is a direction, relative to the largest: features in single precision are
/// known to 10⁻⁷ of their size.
const LEAST_VARIANCE: f64 = 1e-10;

/// How much of the whole variance the variance within classes is thought to have: with few samples of many features
/// there may be a direction without any.
const LEAST_WITHIN: f64 = 0.1;

/// Samples per coordinate without which a covariance is not known well enough to whiten by it.
const SAMPLES_PER_COORDINATE: f64 = 4.0;

/// Directions of variance, as columns that whiten, and how much they have.
fn whitening(covariance: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let eigen = symmetric(covariance.clone())?;
    let least = LEAST_VARIANCE * eigen.eigenvalues.max();
    let kept: Vec<usize> =
        (0..eigen.eigenvalues.len()).filter(|&i| eigen.eigenvalues[i] > least.max(0.0)).collect();
    let mut directions = eigen.eigenvectors.select_columns(&kept);
    for (mut column, &i) in directions.column_iter_mut().zip(&kept) {
        column /= libm::sqrt(eigen.eigenvalues[i]);
    }
    Some(directions)
}

/// Whether so many samples tell the covariance of features with these moments well enough for [`coordinates`].
pub(super) fn are_enough(moments: &Moments, samples: f64) -> bool {
    whitening(moments.covariance())
        .is_some_and(|w| w.ncols() > 0 && samples >= SAMPLES_PER_COORDINATE * w.ncols() as f64)
}

/// The canonical coordinates of features with these moments; none if no feature varies.
pub(super) fn coordinates(moments: &Moments) -> Option<Projection> {
    let whitening = whitening(moments.covariance())?;
    let k = whitening.ncols();
    if k == 0 {
        return None;
    }
    // Means of the classes, weighted, in whitened coordinates: the variance between classes.
    let mut between = DMatrix::zeros(k, k);
    for (share, mean) in moments.means() {
        let away: DVector<f64> = whitening.transpose() * (mean - moments.mean());
        between += &away * away.transpose() * *share;
    }
    let ranks = moments.means().len().saturating_sub(1).min(k);
    let discriminants = leading(between.clone());
    let scales = DVector::from_fn(k, |i, _| match i < ranks {
        true => {
            let direction = discriminants.column(i);
            let of_means = direction.dot(&(&between * direction)).clamp(0.0, 1.0);
            1.0 / libm::sqrt(1.0 - (1.0 - LEAST_WITHIN) * of_means)
        }
        false => 1.0,
    });
    let rest = discriminants.columns(ranks, k - ranks).into_owned();
    let mut turned = discriminants;
    if k > ranks {
        let to_rest = &whitening * &rest;
        let mut differences = DMatrix::zeros(k - ranks, k - ranks);
        for (share, difference) in moments.differences() {
            let block = to_rest.transpose() * difference * &to_rest;
            differences += &block * &block * *share;
        }
        turned.columns_mut(ranks, k - ranks).copy_from(&(rest * leading(differences)));
    }
    let mut matrix = (whitening * turned).transpose();
    for (mut row, scale) in matrix.row_iter_mut().zip(scales.iter()) {
        row *= *scale;
    }
    Some(Projection::new(matrix, moments.mean()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Samples;
    use crate::rng::Stream;

    const SAMPLES: usize = 400;
    const CLASSES: usize = 3;

    /// Three classes of different means and covariances, five features; and the classes.
    fn data() -> (DMatrix<f64>, Vec<usize>) {
        let mut stream = Stream::new(4, 0);
        let mut x = DMatrix::from_fn(5, SAMPLES, |_, _| stream.normal());
        let targets: Vec<usize> = (0..SAMPLES).map(|i| i % CLASSES).collect();
        for (mut sample, &class) in x.column_iter_mut().zip(&targets) {
            sample[3] *= 1.0 + class as f64;
            sample[4] += 0.7 * sample[3];
            sample[0] += 2.0 * class as f64;
            sample[1] += [0.0, 1.0, -1.0][class];
        }
        (x, targets)
    }

    fn moments(x: &DMatrix<f64>, targets: &[usize]) -> Moments {
        let samples = Samples::from_rows("x", x.as_slice(), x.nrows()).unwrap();
        Moments::new(samples, (targets, CLASSES), &(0..SAMPLES).collect::<Vec<_>>()).unwrap()
    }

    fn projected(x: &DMatrix<f64>, targets: &[usize]) -> DMatrix<f64> {
        let projection = coordinates(&moments(x, targets)).unwrap();
        let samples = Samples::from_rows("x", x.as_slice(), x.nrows()).unwrap();
        DMatrix::from_vec(projection.directions(), SAMPLES, projection.apply(samples))
    }

    #[test]
    fn no_invertible_map_changes_the_coordinates_but_their_signs() {
        let (x, targets) = data();
        let z = projected(&x, &targets);
        let mut stream = Stream::new(5, 0);
        let map = DMatrix::from_fn(5, 5, |_, _| stream.normal());
        let image = &map * &x;
        let both =
            DMatrix::from_fn(10, SAMPLES, |row, i| if row < 5 { x[(row, i)] } else { image[(row - 5, i)] });
        for other in [image.add_scalar(3.0), both] {
            let other = projected(&other, &targets);
            assert_eq!(other.nrows(), 5, "what says the same twice counts once");
            for (a, b) in z.row_iter().zip(other.row_iter()) {
                let sign = a.dot(&b).signum();
                approx::assert_abs_diff_eq!(a.into_owned(), b * sign, epsilon = 1e-6);
            }
        }
    }

    #[test]
    fn variance_within_classes_is_one_and_means_differ_along_the_first() {
        let (x, targets) = data();
        let z = projected(&x, &targets);
        approx::assert_abs_diff_eq!(z.column_mean().norm(), 0.0, epsilon = 1e-10);
        let moments = moments(&z, &targets);
        let mut within = moments.covariance().clone();
        for (share, mean) in moments.means() {
            within -= mean * mean.transpose() * *share;
            // Three means lie in a plane.
            assert!(mean.rows(2, 3).norm() < 1e-10, "{mean}");
        }
        let regular = within * (1.0 - LEAST_WITHIN) + moments.covariance() * LEAST_WITHIN;
        approx::assert_abs_diff_eq!(regular, DMatrix::identity(5, 5), epsilon = 1e-10);
        assert!(are_enough(&moments, 20.0) && !are_enough(&moments, 19.0));
        assert!(coordinates(&self::moments(&DMatrix::zeros(2, SAMPLES), &targets)).is_none());
    }
}
