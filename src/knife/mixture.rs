//! Expectation–maximisation: a Gaussian mixture as the start of training.
//!
//! KNIFE contains the Gaussian mixtures. With Σ = L Lᵀ, A = L⁻¹ is (I + T)·diag(exp σ) for σ_j = −log L_jj and, since
//! row i of A is B_i / L_ii with the unit lower triangle B = diag(L) L⁻¹, T_ij = B_ij exp(σ_i − σ_j). A diagonal that
//! all modes share takes B from every mode and σ from their mean.
//!
//! Sources: Arthur and Vassilvitskii, "k-means++: The Advantages of Careful Seeding", SODA 2007; Dempster, Laird and
//! Rubin, "Maximum Likelihood from Incomplete Data via the EM Algorithm", 1977; for the prior of covariances Fraley
//! and Raftery, "Bayesian Regularization for Normal Mixture Estimation and Model-Based Clustering", 2007.

use super::Diagonal;
use super::fit::{Data, Form};
use super::prepared::Prepared;
use crate::linalg::dense::{self, Layer, LayerGradient};
use crate::rng::Stream;
use crate::simd::Level;
use crate::{Float, Samples};
use alloc::{vec, vec::Vec};
use nalgebra::{Cholesky, DMatrix};

/// Expectation–maximisation ends after this many rounds,
pub(super) const ROUNDS: usize = 100;

/// or when a round gains less than this, nats per sample.
const LEAST_GAIN: f64 = 1e-4;

/// |σ| of a bounded density is at most this: beyond, tanh would leave no gradient.
const MOST_BOUNDED: f64 = 0.99;

/// Smaller parts in a mode are left out: with many features nearly all are smaller.
const LEAST_SHARE: f64 = 1e-8;

/// Samples whose scatter is summed at a time.
const BLOCK: usize = 256;

/// Samples whose means are summed at a time.
const LONG_BLOCK: usize = 1024;

/// Samples side by side, each with its weight: the mean of the weights is 1.
pub(super) struct Weighted<T> {
    features: usize,
    x: Vec<T>,
    pub(super) weights: Vec<f64>,
}

impl<T: Float> Weighted<T> {
    /// The samples with these numbers.
    pub(super) fn of(data: Data<'_, T>, numbers: &[usize]) -> Self {
        let x = numbers.iter().flat_map(|&i| data.x.sample(i)).copied().collect();
        let mut weights: Vec<f64> = numbers.iter().map(|&i| data.weight(i)).collect();
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        weights.iter_mut().for_each(|weight| *weight /= mean);
        Weighted { features: data.x.features(), x, weights }
    }

    pub(super) fn x(&self) -> Samples<'_, T> {
        Samples::from_rows("x", &self.x, self.features).expect("whole rows were gathered")
    }
}

/// The packed parameters of a mixture fitted to the samples, in the form that `options` ask for, and the samples' mean
/// log-density, nats.
pub(super) fn fit_mixture<T: Float>(
    form: &Form<'_>,
    samples: &Weighted<T>,
    stream: &mut Stream,
) -> (Vec<T>, f64) {
    let (_, layout, level) = form;
    let (x, modes) = (samples.x(), layout.modes);
    let prior = Prior::new(*level, samples, modes, !layout.triangle.is_empty());
    let centres = seeds(samples, &prior, modes, stream);
    // Responsibilities times weights, a mode per row.
    let shares = nearest(&centres, samples, &prior);
    let mut parameters = vec![T::zero(); layout.len()];
    // A mode that no sample is nearest to stays there until one comes.
    for (mean, &centre) in parameters[layout.means.clone()].chunks_exact_mut(layout.width()).zip(&centres) {
        mean[..layout.features].copy_from_slice(x.sample(centre));
    }
    rounds(form, samples, &prior, shares, parameters, LEAST_GAIN)
}

/// Rounds, the first of these shares, until one gains too little: the parameters, and the samples' mean log-density.
fn rounds<T: Float>(
    form: &Form<'_>,
    samples: &Weighted<T>,
    prior: &Prior,
    mut shares: Vec<T>,
    mut parameters: Vec<T>,
    least_gain: f64,
) -> (Vec<T>, f64) {
    let (options, layout, level) = form;
    let mut prepared = Prepared::new(options, layout.clone(), *level);
    let (x, mut memory) = (samples.x(), prepared.chunk());
    let mut before = f64::NEG_INFINITY;
    for _ in 0..ROUNDS {
        maximise(form, samples, prior, &shares, &mut parameters);
        prepared.update(&parameters);
        let upstream = |i: usize| T::of(samples.weights[i]);
        let total = prepared.shares(&parameters, (&x, upstream), &mut memory, &mut shares);
        let gain = total / x.samples() as f64 - before;
        before = total / x.samples() as f64;
        // Under the prior, and within a bound, a round may also lose.
        if gain.is_nan() || gain < least_gain {
            break;
        }
    }
    (parameters, before)
}

/// Rounds from these parameters on, with these samples, until one gains too little.
pub(super) fn go_on<T: Float>(
    form: &Form<'_>,
    samples: &Weighted<T>,
    parameters: Vec<T>,
    least_gain: f64,
) -> Vec<T> {
    let (options, layout, level) = form;
    let prior = Prior::new(*level, samples, layout.modes, !layout.triangle.is_empty());
    let mut prepared = Prepared::new(options, layout.clone(), *level);
    prepared.update(&parameters);
    let (x, mut memory) = (samples.x(), prepared.chunk());
    let mut shares = vec![T::zero(); layout.modes * x.samples()];
    prepared.shares(&parameters, (&x, |i: usize| T::of(samples.weights[i])), &mut memory, &mut shares);
    rounds(form, samples, &prior, shares, parameters, least_gain).0
}

/// What covariances are drawn to: `samples` samples of this covariance, so that Σ = (Σ c v vᵀ + samples · covariance) /
/// (Σ c + samples). The covariance is that of Fraley and Raftery; their prior weighs less, since it gives the mode of a
/// distribution, which a start does not need.
struct Prior {
    samples: f64,
    covariance: DMatrix<f64>,
    /// The data's means.
    means: Vec<f64>,
}

/// What the prior takes from the diagonal, so that features which are functions of others keep a variance of their own.
const OWN: f64 = 0.02;

impl Prior {
    /// The data's covariance, or only its variances, less by what K modes tell apart.
    fn new<T: Float>(level: Level, samples: &Weighted<T>, modes: usize, full: bool) -> Self {
        let d = samples.x().features();
        let everyone: Vec<T> = samples.weights.iter().map(|&w| T::of(w)).collect();
        let somewhere: Vec<f64> = samples.x().sample(0).iter().map(|v| v.f64()).collect();
        let means = Sums::new(samples, &everyone, &somewhere).means.as_slice().to_vec();
        let sums = Sums::new(samples, &everyone, &means);
        let mass = sums.masses[0];
        let parts = libm::pow(modes as f64, 2.0 / d as f64);
        let variances: Vec<f64> = sums.squares.iter().map(|square| square / mass).collect();
        let mut covariance = DMatrix::from_diagonal(&variances.clone().into());
        if full {
            let rounded: Vec<T> = means.iter().map(|&m| T::of(m)).collect();
            let all = scatter(level, samples, &rounded, &everyone) / mass;
            covariance = covariance * OWN + all * (1.0 - OWN);
        }
        covariance /= parts;
        for (j, (variance, mean)) in variances.iter().zip(&means).enumerate() {
            // A constant feature has no scale of its own, and its mean is rounded.
            if *variance <= 1e-20 * mean * mean {
                covariance[(j, j)] = 1.0;
            }
        }
        Prior { samples: (d + 2) as f64, covariance, means }
    }

    fn variance(&self, feature: usize) -> f64 {
        self.covariance[(feature, feature)]
    }
}

/// The samples that have a part in a mode, with their shares.
fn with_shares<'a, T: Float>(
    samples: &'a Weighted<T>,
    shares: &'a [T],
) -> impl Iterator<Item = (&'a [T], T)> {
    samples
        .x
        .chunks_exact(samples.features)
        .zip(shares.iter().copied())
        .filter(|(_, share)| share.f64() > LEAST_SHARE)
}

/// What samples with shares c of several modes amount to, a mode per column.
struct Sums {
    /// Σ c.
    masses: Vec<f64>,
    /// Means of the features.
    means: DMatrix<f64>,
    /// Σ c (x − mean)² of the features.
    squares: DMatrix<f64>,
}

impl Sums {
    /// Of shares, modes × samples, summed about a point that is about where the samples are.
    fn new<T: Float>(samples: &Weighted<T>, shares: &[T], about: &[f64]) -> Self {
        let (d, n) = (about.len(), samples.x().samples());
        let modes = shares.len() / n;
        let (mut masses, mut means) = (vec![0.0; modes], DMatrix::zeros(d, modes));
        let mut squares: DMatrix<f64> = DMatrix::zeros(d, modes);
        // A feature per row.
        let length = LONG_BLOCK.min(n);
        let (mut x, mut of_mode) = (vec![0.0; d * length], vec![0.0; length]);
        for first in (0..n).step_by(length) {
            let count = length.min(n - first);
            for (i, sample) in samples.x[first * d..].chunks_exact(d).take(count).enumerate() {
                for (j, (value, about)) in sample.iter().zip(about).enumerate() {
                    x[j * length + i] = value.f64() - about;
                }
            }
            for (mode, shares) in shares.chunks_exact(n).enumerate() {
                let of_mode = &mut of_mode[..count];
                of_mode.iter_mut().zip(&shares[first..]).for_each(|(to, share)| *to = share.f64());
                masses[mode] += of_mode.iter().sum::<f64>();
                for (j, x) in x.chunks_exact(length).enumerate() {
                    let (sum, square) = weighted_sums(of_mode, &x[..count]);
                    means[(j, mode)] += sum;
                    squares[(j, mode)] += square;
                }
            }
        }
        for (mode, &mass) in masses.iter().enumerate() {
            for j in 0..d {
                let away: f64 = means[(j, mode)] / mass;
                squares[(j, mode)] = (squares[(j, mode)] - mass * away * away).max(0.0);
                means[(j, mode)] = about[j] + away;
            }
        }
        Sums { masses, means, squares }
    }
}

/// Σ c v and Σ c v².
fn weighted_sums(weights: &[f64], values: &[f64]) -> (f64, f64) {
    // Sums side by side, so that vectors can be used.
    let (mut sums, mut squares) = ([0.0; 8], [0.0; 8]);
    let (chunks, rest) = weights.as_chunks::<8>();
    let (of_chunks, of_rest) = values.as_chunks::<8>();
    for (c, v) in chunks.iter().zip(of_chunks) {
        for lane in 0..8 {
            let product = c[lane] * v[lane];
            sums[lane] += product;
            squares[lane] += product * v[lane];
        }
    }
    let (mut sum, mut square) = (sums.iter().sum(), squares.iter().sum());
    for (c, v) in rest.iter().zip(of_rest) {
        sum += c * v;
        square += c * v * v;
    }
    (sum, square)
}

/// Squared distance in units of the prior's variances.
fn distance<T: Float>(a: &[T], b: &[T], prior: &Prior) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| (a.f64() - b.f64()) * (a.f64() - b.f64()));
    squares.enumerate().map(|(j, square)| square / prior.variance(j)).sum()
}

/// Samples as centres: each is drawn in proportion to its squared distance from those before.
fn seeds<T: Float>(samples: &Weighted<T>, prior: &Prior, modes: usize, stream: &mut Stream) -> Vec<usize> {
    let mut chances = samples.weights.clone();
    let mut distances = vec![f64::INFINITY; chances.len()];
    let mut centres = Vec::with_capacity(modes);
    for _ in 0..modes {
        let total: f64 = chances.iter().sum();
        // Where all samples are centres already, any will do.
        let centre = match total > 0.0 {
            true => drawn(&chances, stream.uniform(0.0, total)),
            false => drawn(&samples.weights, stream.uniform(0.0, samples.weights.iter().sum())),
        };
        centres.push(centre);
        for (i, (nearest, chance)) in distances.iter_mut().zip(&mut chances).enumerate() {
            *nearest = nearest.min(distance(samples.x().sample(i), samples.x().sample(centre), prior));
            *chance = samples.weights[i] * *nearest;
        }
    }
    centres
}

/// The first number whose chances, with those of all before, exceed `at`; the last with any if rounding hides it.
fn drawn(chances: &[f64], at: f64) -> usize {
    let mut sum = 0.0;
    let mut last = 0;
    for (i, &chance) in chances.iter().enumerate() {
        if chance > 0.0 {
            sum += chance;
            last = i;
            if sum > at {
                break;
            }
        }
    }
    last
}

/// Shares that give every sample to the nearest centre: modes × samples.
fn nearest<T: Float>(centres: &[usize], samples: &Weighted<T>, prior: &Prior) -> Vec<T> {
    let n = samples.x().samples();
    let mut shares = vec![T::zero(); centres.len() * n];
    for (i, x) in samples.x().iter().enumerate() {
        let mut best = (f64::INFINITY, 0);
        for (mode, &centre) in centres.iter().enumerate() {
            let distance = distance(x, samples.x().sample(centre), prior);
            if distance < best.0 {
                best = (distance, mode);
            }
        }
        shares[best.1 * n + i] = T::of(samples.weights[i]);
    }
    shares
}

/// The parameters of the modes that samples with these shares are most likely under.
fn maximise<T: Float>(
    (options, layout, level): &Form<'_>,
    samples: &Weighted<T>,
    prior: &Prior,
    shares: &[T],
    parameters: &mut [T],
) {
    let (d, width, n) = (layout.features, layout.width(), samples.x().samples());
    let full = !layout.triangle.is_empty();
    let mut total = 0.0;
    let mut modes = Vec::with_capacity(layout.modes);
    let sums = Sums::new(samples, shares, &prior.means);
    for (mode, (shares, &mass)) in shares.chunks_exact(n).zip(&sums.masses).enumerate() {
        let mean = &mut parameters[layout.means.clone()][mode * width..][..d];
        if mass > 0.0 {
            mean.iter_mut().zip(&sums.means.column(mode)).for_each(|(m, &value)| *m = T::of(value));
        }
        let mut covariance = match full {
            true => scatter(*level, samples, mean, shares),
            false if mass > 0.0 => DMatrix::from_diagonal(&sums.squares.column(mode)),
            false => DMatrix::zeros(d, d),
        };
        covariance = (covariance + &prior.covariance * prior.samples) / (mass + prior.samples);
        total += mass;
        modes.push((mass, Factors::of(covariance)));
    }

    let shared = options.diagonal == Diagonal::Shared;
    let mut sigma: Vec<Vec<f64>> = modes.iter().map(|(_, factors)| factors.sigma.clone()).collect();
    if shared {
        // The mean of variances, as the likelihood of one diagonal has it.
        let mut variances = vec![0.0; d];
        for (mass, factors) in &modes {
            for (variance, s) in variances.iter_mut().zip(&factors.sigma) {
                *variance += mass / total * libm::exp(-2.0 * s);
            }
        }
        sigma = vec![variances.iter().map(|v| -0.5 * libm::log(*v)).collect()];
    }
    if options.bounded {
        sigma.iter_mut().flatten().for_each(|s| *s = s.clamp(-MOST_BOUNDED, MOST_BOUNDED));
    }
    for (row, sigma) in parameters[layout.log_diagonal.clone()].chunks_exact_mut(width).zip(&sigma) {
        for (l, &s) in row.iter_mut().zip(sigma) {
            *l = T::of(if options.bounded { libm::atanh(s) } else { s });
        }
    }
    for (mode, (mass, factors)) in modes.iter().enumerate() {
        let sigma = &sigma[if shared { 0 } else { mode }];
        for i in 0..if full { d } else { 0 } {
            for j in 0..i {
                let t = factors.unit[(i, j)] * libm::exp(sigma[i] - sigma[j]);
                parameters[layout.triangle_element(mode, i, j)] = T::of(t);
            }
        }
        // A mode without samples keeps a weight from which it can come back.
        parameters[layout.logits.start + mode] = T::of(libm::log((mass / total).max(1e-6)));
    }
}

/// Σ c (x − μ)(x − μ)ᵀ.
fn scatter<T: Float>(level: Level, samples: &Weighted<T>, mean: &[T], shares: &[T]) -> DMatrix<f64> {
    let d = mean.len();
    let pitch = dense::pitch::<T>(d);
    let block = BLOCK.min(samples.x().samples());
    let rows = dense::block_length::<T>(block, d);
    let (mut centred, mut scaled) = (vec![T::zero(); rows], vec![T::zero(); rows]);
    let mut columns = vec![T::zero(); dense::block_length::<T>(d, block)];
    // The products, and sums of rows, which are not needed.
    let mut products = vec![T::zero(); d * (d + 1)];
    let mut scatter = DMatrix::zeros(d, d);
    let mut rest = with_shares(samples, shares);
    loop {
        let mut count = 0;
        for (s, (x, share)) in rest.by_ref().take(block).enumerate() {
            count = s + 1;
            for (j, (&x, &m)) in x.iter().zip(mean).enumerate() {
                centred[s * pitch + j] = x - m;
                scaled[s * pitch + j] = share * (x - m);
            }
        }
        if count == 0 {
            return scatter;
        }
        let layer = Layer { samples: count, inputs: d, outputs: d };
        columns.fill(T::zero());
        let to = (&mut columns[..], dense::pitch::<T>(count));
        dense::transpose(level, (count, d), &scaled, to);
        let out = LayerGradient { values: &mut products, adds: false, moving: None };
        dense::weight_gradient(level, layer, (&columns, &centred), out);
        for (sum, product) in scatter.iter_mut().zip(&products) {
            *sum += product.f64();
        }
    }
}

/// Σ⁻¹ = Bᵀ diag(exp 2σ) B with a unit lower triangle B.
struct Factors {
    sigma: Vec<f64>,
    unit: DMatrix<f64>,
}

impl Factors {
    fn of(covariance: DMatrix<f64>) -> Self {
        let d = covariance.nrows();
        let variances = covariance.diagonal();
        match Cholesky::new(covariance) {
            Some(cholesky) => {
                let lower = cholesky.unpack();
                let mut unit = DMatrix::identity(d, d);
                // Never fails: the factor's diagonal is positive.
                lower.solve_lower_triangular_mut(&mut unit);
                for i in 0..d {
                    unit.row_mut(i).scale_mut(lower[(i, i)]);
                }
                Factors { sigma: lower.diagonal().iter().map(|l| -libm::log(*l)).collect(), unit }
            }
            // Rounding of f32 sums can leave a matrix that is not positive; its diagonal is.
            None => Factors {
                sigma: variances.iter().map(|v| -0.5 * libm::log(*v)).collect(),
                unit: DMatrix::identity(d, d),
            },
        }
    }
}

#[cfg(test)]
mod tests;
