//! Directions of the features, found without or with the classes, for networks of few inputs.
//!
//! With few samples of many features a network fits noise. Two kinds of directions are offered. Principal components
//! are those of the largest variance. Interactions are those along which covariances differ between classes: with the
//! covariance S_c of class c (about its own mean) and their mean S, D_c = S_c − S, they are the first eigenvectors of
//! Σ_c p_c D_c², of whitened features or as they are. Of several modalities only the blocks of D_c between them count:
//! then it is pairs of directions, one in each modality, whose correlation depends on the class, and that is all that a
//! target tells about them jointly in second order. An exclusive or has no other sign.
//!
//! Source: Cook and Weisberg, "Sliced Inverse Regression for Dimension Reduction: Comment", 1991 (the eigenvectors for
//! one modality).

use super::expansion::ExpansionParameters;
use super::{Layer, Network};
use crate::{Float, Samples};
use alloc::{vec, vec::Vec};
use core::ops::Range;
use nalgebra::{DMatrix, DVector, Dyn, SymmetricEigen};

/// Features beyond which no directions are looked for: the matrices would cost more than the networks.
const MOST_FEATURES: usize = 512;

/// Numbers of all classes' covariances beyond which none are looked for.
const MOST_NUMBERS: usize = 1 << 24;

/// Samples that directions are found from, at most.
const MOST_SAMPLES: usize = 20_000;

/// Smallest eigenvalue of a covariance that is whitened, relative to the largest.
const LEAST_VARIANCE: f64 = 1e-6;

/// How directions are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The first canonical coordinates, of all modalities together.
    Canonical,
    /// Principal components.
    Principal,
    /// Interactions, of features as they are or whitened.
    Interaction { whitened: bool },
}

impl Kind {
    /// Those that are tried: with canonical coordinates such as no invertible linear map of the features changes.
    pub(super) fn of(canonical: bool) -> &'static [Kind] {
        match canonical {
            true => &[Kind::Canonical, Kind::Interaction { whitened: true }],
            false => &[
                Kind::Principal,
                Kind::Interaction { whitened: false },
                Kind::Interaction { whitened: true },
            ],
        }
    }
}

/// v = M x + o: directions, or other coordinates, of mean 0 where they were found.
#[derive(Debug, Clone)]
pub(super) struct Projection {
    /// Directions × features.
    matrix: DMatrix<f64>,
    offset: DVector<f64>,
    /// The least and the greatest that each counts as in an expansion, if there are limits.
    limits: Option<[DVector<f64>; 2]>,
}

/// All directions of one kind, the best first, of each modality.
pub(super) struct Directions {
    mean: DVector<f64>,
    covariance: DMatrix<f64>,
    /// A direction per column, of each modality.
    parts: Vec<(Range<usize>, DMatrix<f64>)>,
}

impl Directions {
    /// The first `count` of each modality, nothing if that is no fewer than there are.
    pub(super) fn first(&self, count: usize) -> Option<Projection> {
        if self.parts.iter().all(|(_, directions)| count >= directions.ncols()) {
            return None;
        }
        let counts = self.parts.iter().map(|(_, directions)| count.min(directions.ncols()));
        let mut matrix = DMatrix::zeros(counts.sum(), self.mean.len());
        let mut row = 0;
        for (range, directions) in &self.parts {
            for direction in directions.column_iter().take(count) {
                let covariance = self.covariance.view((range.start, range.start), (range.len(), range.len()));
                let variance = direction.dot(&(covariance * direction));
                let least = LEAST_VARIANCE * covariance.diagonal().max() * direction.norm_squared();
                let scale = if variance > least { 1.0 / libm::sqrt(variance) } else { 0.0 };
                matrix
                    .view_mut((row, range.start), (1, range.len()))
                    .copy_from(&(direction.transpose() * scale));
                row += 1;
            }
        }
        Some(Projection::new(matrix, &self.mean))
    }
}

/// Means and covariances of samples, together and by class.
pub(super) struct Moments {
    mean: DVector<f64>,
    covariance: DMatrix<f64>,
    /// p_c and D_c of every class that has samples.
    differences: Vec<(f64, DMatrix<f64>)>,
    /// p_c and the mean of every class that has samples.
    means: Vec<(f64, DVector<f64>)>,
}

impl Moments {
    /// Those of the samples with these numbers, if that is not too much work.
    pub(super) fn new<T: Float>(
        x: Samples<'_, T>,
        (targets, classes): (&[usize], usize),
        samples: &[usize],
    ) -> Option<Self> {
        let d = x.features();
        if d > MOST_FEATURES || classes.saturating_mul(d * d) > MOST_NUMBERS {
            return None;
        }
        let every = samples.len().div_ceil(MOST_SAMPLES).max(1);
        let samples: Vec<usize> = samples.iter().copied().step_by(every).collect();
        let (mut within, mut differences) = (DMatrix::zeros(d, d), Vec::new());
        let mut means: Vec<(f64, DVector<f64>)> = Vec::new();
        for class in 0..classes {
            let members: Vec<usize> = samples.iter().copied().filter(|&i| targets[i] == class).collect();
            if members.is_empty() {
                continue;
            }
            let mut centred =
                DMatrix::from_fn(d, members.len(), |row, column| x.sample(members[column])[row].f64());
            let mean = centred.column_mean();
            centred.column_iter_mut().for_each(|mut column| column -= &mean);
            let share = members.len() as f64 / samples.len() as f64;
            let covariance = &centred * centred.transpose() / members.len() as f64;
            within += &covariance * share;
            means.push((share, mean));
            differences.push((share, covariance));
        }
        let mean: DVector<f64> =
            means.iter().fold(DVector::zeros(d), |sum, (share, mean)| sum + mean * *share);
        let mut covariance = within.clone();
        for (share, class_mean) in &means {
            let away = class_mean - &mean;
            covariance += &away * away.transpose() * *share;
        }
        differences.iter_mut().for_each(|(_, of_class)| *of_class -= &within);
        Some(Moments { mean, covariance, differences, means })
    }

    pub(super) fn mean(&self) -> &DVector<f64> {
        &self.mean
    }

    pub(super) fn covariance(&self) -> &DMatrix<f64> {
        &self.covariance
    }

    pub(super) fn differences(&self) -> &[(f64, DMatrix<f64>)] {
        &self.differences
    }

    pub(super) fn means(&self) -> &[(f64, DVector<f64>)] {
        &self.means
    }

    /// The directions of one kind, of modalities of these widths side by side.
    pub(super) fn directions(&self, kind: Kind, widths: &[usize]) -> Directions {
        let end = |count: usize| widths[..count].iter().sum::<usize>();
        let modalities: Vec<Range<usize>> = (0..widths.len()).map(|i| end(i)..end(i + 1)).collect();
        let parts = match kind {
            // Canonical coordinates are found elsewhere.
            Kind::Principal | Kind::Canonical => {
                modalities.iter().map(|range| (range.clone(), self.principal(range))).collect()
            }
            Kind::Interaction { whitened } => self.interactions(whitened, &modalities),
        };
        Directions { mean: self.mean.clone(), covariance: self.covariance.clone(), parts }
    }

    /// The rows of a projection as directions.
    pub(super) fn along(&self, projection: Projection) -> Directions {
        let parts = vec![(0..self.mean.len(), projection.matrix.transpose())];
        Directions { mean: self.mean.clone(), covariance: self.covariance.clone(), parts }
    }

    fn block(&self, matrix: &DMatrix<f64>, rows: &Range<usize>, columns: &Range<usize>) -> DMatrix<f64> {
        matrix.view((rows.start, columns.start), (rows.len(), columns.len())).into_owned()
    }

    fn principal(&self, range: &Range<usize>) -> DMatrix<f64> {
        leading(self.block(&self.covariance, range, range))
    }

    fn interactions(&self, whitened: bool, modalities: &[Range<usize>]) -> Vec<(Range<usize>, DMatrix<f64>)> {
        let roots: Vec<DMatrix<f64>> = modalities
            .iter()
            .map(|range| match whitened {
                true => inverse_root(self.block(&self.covariance, range, range)),
                false => DMatrix::identity(range.len(), range.len()),
            })
            .collect();
        let mut parts = Vec::new();
        for (i, rows) in modalities.iter().enumerate() {
            let mut sum = DMatrix::zeros(rows.len(), rows.len());
            for (j, columns) in modalities.iter().enumerate() {
                if i == j && modalities.len() > 1 {
                    continue;
                }
                for (share, difference) in &self.differences {
                    let block = &roots[i] * self.block(difference, rows, columns) * &roots[j];
                    sum += &block * block.transpose() * *share;
                }
            }
            parts.push((rows.clone(), &roots[i] * leading(sum)));
        }
        parts
    }
}

/// Rounds that eigenvectors are sought for.
const ROUNDS: usize = 100_000;

/// Eigenvalues and eigenvectors of a symmetric matrix, if they are found.
pub(super) fn symmetric(matrix: DMatrix<f64>) -> Option<SymmetricEigen<f64, Dyn>> {
    SymmetricEigen::try_new(matrix, f64::EPSILON, ROUNDS)
}

/// Eigenvectors of a symmetric matrix, that of the largest eigenvalue first; the axes if none are found.
pub(super) fn leading(matrix: DMatrix<f64>) -> DMatrix<f64> {
    let d = matrix.nrows();
    let Some(eigen) = symmetric(matrix) else { return DMatrix::identity(d, d) };
    let mut order: Vec<usize> = (0..eigen.eigenvalues.len()).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    eigen.eigenvectors.select_columns(&order)
}

/// V^(−½) of a covariance; directions without variance get none.
fn inverse_root(covariance: DMatrix<f64>) -> DMatrix<f64> {
    let d = covariance.nrows();
    let Some(eigen) = symmetric(covariance) else { return DMatrix::identity(d, d) };
    let least = LEAST_VARIANCE * eigen.eigenvalues.max();
    let scales = eigen.eigenvalues.map(|value| if value > least { 1.0 / libm::sqrt(value) } else { 0.0 });
    &eigen.eigenvectors * DMatrix::from_diagonal(&scales) * eigen.eigenvectors.transpose()
}

/// Samples that are projected together.
const BLOCK: usize = 256;

impl Projection {
    /// M (x − mean).
    pub(super) fn new(matrix: DMatrix<f64>, mean: &DVector<f64>) -> Self {
        let offset = -(&matrix * mean);
        Projection { matrix, offset, limits: None }
    }

    /// The same, limited to what these samples, a column each, have: along directions of little variance a single sample
    /// may lie far out, where nothing was learned.
    pub(super) fn limited_to(&self, z: &DMatrix<f64>) -> Self {
        let of = |fold: fn(f64, f64) -> f64, start: f64| {
            DVector::from_iterator(z.nrows(), z.row_iter().map(|row| row.iter().copied().fold(start, fold)))
        };
        let limits = Some([of(f64::min, f64::INFINITY), of(f64::max, f64::NEG_INFINITY)]);
        Projection { limits, ..self.clone() }
    }

    /// M and o.
    pub(super) fn parts(&self) -> (&DMatrix<f64>, &DVector<f64>) {
        (&self.matrix, &self.offset)
    }

    /// An expansion of these coordinates that adds nothing yet.
    pub(super) fn expansion_parameters<T: Float>(&self) -> ExpansionParameters<T> {
        let numbers = |values: &DVector<f64>| values.iter().map(|&v| T::of(v)).collect();
        let [lowest, highest] = match &self.limits {
            Some(limits) => limits.each_ref().map(numbers),
            None => [Vec::new(), Vec::new()],
        };
        ExpansionParameters {
            map: self.matrix.transpose().iter().map(|&m| T::of(m)).collect(),
            offset: numbers(&self.offset),
            lowest,
            highest,
            ..ExpansionParameters::default()
        }
    }

    /// Number of directions.
    pub(super) fn directions(&self) -> usize {
        self.matrix.nrows()
    }

    /// The projected samples, n × directions in C order.
    pub(super) fn apply<T: Float>(&self, x: Samples<'_, T>) -> Vec<T> {
        let mut out = Vec::with_capacity(x.samples() * self.directions());
        for first in (0..x.samples()).step_by(BLOCK) {
            let block = BLOCK.min(x.samples() - first);
            let rows = DMatrix::from_fn(x.features(), block, |row, i| x.sample(first + i)[row].f64());
            let mut projected = &self.matrix * rows;
            projected.column_iter_mut().for_each(|mut column| column += &self.offset);
            out.extend(projected.iter().map(|&v| T::of(v)));
        }
        out
    }

    /// The network on all features that does what `network` does on the projected ones.
    pub(super) fn unfold<T: Float>(&self, network: &Network<T>) -> Network<T> {
        let mut layers = network.layers();
        let Layer { weights, biases } = &layers[0];
        let outputs = biases.len();
        let inner = DMatrix::from_row_iterator(outputs, self.directions(), weights.iter().map(|w| w.f64()));
        let moved = &inner * &self.offset;
        let biases = biases.iter().zip(moved.iter()).map(|(b, m)| T::of(b.f64() + m)).collect();
        let outer = (inner * &self.matrix).transpose();
        layers[0] = Layer { weights: outer.iter().map(|&w| T::of(w)).collect(), biases };
        let options = network.options().clone();
        let sizes = [&[self.matrix.ncols()], &options.hidden[..], &[network.classes()]].concat();
        let parameters =
            layers.into_iter().flat_map(|layer| [layer.weights, layer.biases].concat()).collect();
        Network::from_flat(options, sizes, parameters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::{Activation, NetworkOptions};
    use crate::rng::Stream;
    use crate::synthetic::xor_mixture;

    #[test]
    fn an_exclusive_or_is_found_in_nuisance() {
        // The signal has a variance of 10, the nuisance one of 36.
        let (d, n) = (8, 4000);
        let data = xor_mixture(d, 3.0, 1).unwrap().sample(n, 2).unwrap();
        let direction = |x: &[f64]| {
            let x = Samples::from_rows("x", x, d).unwrap();
            let all: Vec<usize> = (0..n).collect();
            Moments::new(x, (&vec![0; n], 1), &all).unwrap().principal(&(0..d)).column(0).into_owned()
        };
        let truth = [direction(&data.x1), direction(&data.x2)];
        let mut stream = Stream::new(1, 0);
        let mut rows = Vec::<f64>::new();
        for i in 0..n {
            for (x, w) in [&data.x1, &data.x2].into_iter().zip(&truth) {
                let signal = DVector::from_column_slice(&x[i * d..][..d]);
                let noise = DVector::from_fn(d, |_, _| 6.0 * stream.normal());
                let along = w.dot(&noise);
                rows.extend((signal + noise - w * along).iter());
            }
        }
        let x = Samples::from_rows("x", &rows, 2 * d).unwrap();
        let targets: Vec<usize> = data.y.iter().map(|&y| y as usize).collect();
        let all: Vec<usize> = (0..n).collect();
        let moments = Moments::new(x, (&targets, 2), &all).unwrap();
        let of = |kind| {
            let directions = moments.directions(kind, &[d, d]);
            [0, 1].map(|m| directions.parts[m].1.column(0).normalize().dot(&truth[m]).abs())
        };
        assert!(of(Kind::Principal)[0] < 0.9);
        for overlap in of(Kind::Interaction { whitened: true }) {
            assert!(overlap > 0.99, "{overlap}");
        }
    }

    #[test]
    fn projected_features_are_uncorrelated_and_a_network_on_them_unfolds() {
        let rows: Vec<f64> = (0..60).map(|i| f64::from((i * i * 7) % 23)).collect();
        let x = Samples::from_rows("x", &rows, 4).unwrap();
        let all: Vec<usize> = (0..15).collect();
        let targets: Vec<usize> = (0..15).map(|i| i % 3).collect();
        let moments = Moments::new(x, (&targets, 3), &all).unwrap();
        let directions = moments.directions(Kind::Principal, &[4]);
        assert!(directions.first(4).is_none(), "nothing is left out");
        let projection = directions.first(2).unwrap();
        let projected = projection.apply(x);
        let v = DMatrix::from_row_slice(15, 2, &projected);
        approx::assert_relative_eq!(v.transpose() * &v / 15.0, DMatrix::identity(2, 2), epsilon = 1e-12);
        approx::assert_relative_eq!(v.row_mean().norm(), 0.0, epsilon = 1e-12);

        let mut stream = Stream::new(2, 0);
        let options = NetworkOptions { hidden: vec![5], activation: Activation::Relu };
        let parameters = (0..(3 * 5 + 6 * 3)).map(|_| stream.normal()).collect();
        let network = Network::from_flat(options, vec![2, 5, 3], parameters);
        let (mut inner, mut outer) = (vec![0.0; 45], vec![0.0; 45]);
        network.log_probabilities(Samples::from_rows("v", &projected, 2).unwrap(), &mut inner).unwrap();
        projection.unfold(&network).log_probabilities(x, &mut outer).unwrap();
        approx::assert_relative_eq!(DVector::from(inner), DVector::from(outer), epsilon = 1e-11);
    }
}
