//! Fitting a marginal density: its start, and its objective for the training loop.

use super::layout::Layout;
use super::mixture::{Weighted, fit_mixture};
use super::prepared::{Chunk, Prepared};
use super::selection::{Candidate, fit_selected};
use super::{Marginal, MarginalOptions};
use crate::linalg::adam::Parameters;
use crate::matrix::total_weight;
use crate::optim::{Adam, Group, History, Objective, Split, TrainingRun, mean_weight, train};
use crate::rng::Stream;
use crate::simd::{Buffer, Level};
use crate::{Float, Result, Samples};
use alloc::{vec, vec::Vec};
use serde::{Deserialize, Serialize};

/// Where training starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// Means, ℓ and T from N(0, 1), logits 1: the released start.
    Normal,
    /// Means at different samples drawn at random, ℓ and T zero, logits equal: for standardised features.
    Samples,
    /// A Gaussian mixture fitted by expectation–maximisation, whose means start at samples far apart (k-means++).
    Mixture,
    /// Such a mixture of a form that is chosen too, whatever the options say: the number of modes, the diagonal and the
    /// triangular part are those of the simplest form under which samples that a fit did not see are, within a standard
    /// error, as likely as under any. With patience, held-out samples decide how many epochs training goes on from
    /// there; the density is then fitted to all samples, those held out too.
    Validated,
}

/// A fitted density and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct MarginalFit<T> {
    /// The density.
    pub density: Marginal<T>,
    /// Its losses; with [`Start::Validated`] those of the training that decided when to stop.
    pub history: History,
    /// The forms that [`Start::Validated`] tried.
    pub candidates: Vec<Candidate>,
}

/// Samples and their weights.
#[derive(Clone, Copy)]
pub(super) struct Data<'a, T> {
    pub(super) x: Samples<'a, T>,
    pub(super) weights: Option<&'a [T]>,
}

impl<T: Float> Data<'_, T> {
    /// The weight of sample `i`: without weights every sample counts the same.
    pub(super) fn weight(&self, i: usize) -> f64 {
        self.weights.map_or(1.0, |w| w[i].f64())
    }

    fn mean_weight(&self, split: &Split) -> Result<f64> {
        mean_weight(self.weights, split)
    }
}

/// The form of a density: its options, where its parameters are, and the level.
pub(super) type Form<'a> = (&'a MarginalOptions, Layout, Level);

/// Fits a density by minimising the weighted mean surprisal of `x`.
///
/// # Errors
/// [`Error::Setting`](crate::Error::Setting) for settings out of range or a held-out index outside the samples,
/// [`Error::Shape`](crate::Error::Shape) if the weights do not fit,
/// [`Error::NotFinite`](crate::Error::NotFinite) for a feature that is no finite number,
/// [`Error::Diverged`](crate::Error::Diverged), [`Error::Cancelled`](crate::Error::Cancelled).
pub fn fit_marginal<T: Float>(
    x: Samples<'_, T>,
    weights: Option<&[T]>,
    options: &MarginalOptions,
    start: Start,
    run: TrainingRun<'_>,
) -> Result<MarginalFit<T>> {
    fit_marginal_within(x, weights, options, start, run, f64::INFINITY).map(|(fit, _)| fit)
}

/// [`fit_marginal`] that takes at most so many multiply-adds to choose a form, and whether that left something out.
pub(crate) fn fit_marginal_within<T: Float>(
    x: Samples<'_, T>,
    weights: Option<&[T]>,
    options: &MarginalOptions,
    start: Start,
    run: TrainingRun<'_>,
    budget: f64,
) -> Result<(MarginalFit<T>, bool)> {
    run.training.check("density_")?;
    x.check_finite("x")?;
    total_weight(weights, x.samples())?;
    let split = Split::new(x.samples(), run.held_out)?;
    let data = Data { x, weights };
    data.mean_weight(&split)?;
    if start == Start::Validated {
        return fit_selected(data, options, &split, run, budget);
    }
    let form = (options, Layout::new(options, x.features())?, Level::best());
    let parameters = starting(start, &form, data, &split.training, run.stream);
    Ok((fit_from(parameters, form, data, split, run)?, false))
}

/// The parameters that training starts from, with these samples.
pub(super) fn starting<T: Float>(
    start: Start,
    form: &Form<'_>,
    data: Data<'_, T>,
    samples: &[usize],
    stream: &mut Stream,
) -> Vec<T> {
    match start {
        Start::Normal => normal(&form.1, stream),
        Start::Samples => at_samples(&form.1, data.x, samples, stream),
        Start::Mixture | Start::Validated => fit_mixture(form, &Weighted::of(data, samples), stream).0,
    }
}

/// Trains a density further, from its own parameters, in its own form and on its own level: with `train_means` or
/// `train_weights` off those stay as they are in `density`.
///
/// # Errors
/// As [`fit_marginal`]; [`Error::Shape`](crate::Error::Shape) if the features differ from the density's.
pub fn refine_marginal<T: Float>(
    density: &Marginal<T>,
    x: Samples<'_, T>,
    weights: Option<&[T]>,
    run: TrainingRun<'_>,
) -> Result<MarginalFit<T>> {
    run.training.check("density_")?;
    x.check_features("x", density.features())?;
    x.check_finite("x")?;
    total_weight(weights, x.samples())?;
    let split = Split::new(x.samples(), run.held_out)?;
    let layout = Layout::new(density.options(), x.features())?;
    let form = (density.options(), layout, density.level());
    fit_from(density.packed().to_vec(), form, Data { x, weights }, split, run)
}

/// Trains from these parameters on.
pub(super) fn fit_from<T: Float>(
    start: Vec<T>,
    (options, layout, level): Form<'_>,
    data: Data<'_, T>,
    split: Split,
    run: TrainingRun<'_>,
) -> Result<MarginalFit<T>> {
    let mean_weight = data.mean_weight(&split)?;
    let prepared = Prepared::new(options, layout.clone(), level);
    let mut objective = MeanSurprisal {
        options: options.clone(),
        mean_weight,
        chunk: prepared.chunk(),
        gathered: Vec::new(),
        values: Vec::new(),
        scratch: Buffer::default(),
        prepared,
        data,
    };
    let mut parameters = Buffer::new(start.len());
    let parameters = &mut parameters.slice_mut()[..start.len()];
    parameters.copy_from_slice(&start);
    let history = train(&mut objective, parameters, &split, run)?;
    let density = Marginal::from_packed(options.clone(), layout, parameters.to_vec()).with_level(level);
    Ok(MarginalFit { density, history, candidates: Vec::new() })
}

/// Parameters from N(0, 1).
fn normal<T: Float>(layout: &Layout, stream: &mut Stream) -> Vec<T> {
    let mut parameters = vec![T::zero(); layout.len()];
    for row in parameters[..layout.triangle.start].chunks_exact_mut(layout.width()) {
        row[..layout.features].iter_mut().for_each(|v| *v = T::of(stream.normal()));
    }
    for (place, _) in layout.triangle_places() {
        parameters[place] = T::of(stream.normal());
    }
    parameters[layout.logits.clone()].fill(T::one());
    parameters
}

/// Parameters with means at different samples of those with these numbers.
fn at_samples<T: Float>(
    layout: &Layout,
    x: Samples<'_, T>,
    numbers: &[usize],
    stream: &mut Stream,
) -> Vec<T> {
    let mut parameters = vec![T::zero(); layout.len()];
    let chosen = stream.sample_without_replacement(numbers.len(), layout.modes);
    // With more modes than samples some share a start.
    let means = parameters[layout.means.clone()].chunks_exact_mut(layout.width());
    for (mode, mean) in means.enumerate() {
        mean[..layout.features].copy_from_slice(x.sample(numbers[chosen[mode % chosen.len()]]));
    }
    parameters
}

/// Held-out samples that are scored at a time.
const SCORED: usize = 1024;

/// The mean surprisal of the samples as an objective.
struct MeanSurprisal<'a, T> {
    options: MarginalOptions,
    data: Data<'a, T>,
    mean_weight: f64,
    prepared: Prepared<T>,
    chunk: Chunk<T>,
    /// Samples side by side.
    gathered: Vec<T>,
    values: Vec<T>,
    scratch: Buffer<T>,
}

impl<T: Float> Objective<T> for MeanSurprisal<'_, T> {
    fn groups(&self) -> Vec<Group> {
        let layout = &self.prepared.layout;
        let mut groups = vec![
            Group { range: layout.log_diagonal.clone(), decays: false },
            Group { range: layout.triangle.clone(), decays: true },
        ];
        if self.options.train_means {
            groups.push(Group { range: layout.means.clone(), decays: false });
        }
        if self.options.train_weights {
            groups.push(Group { range: layout.logits.clone(), decays: false });
        }
        groups
    }

    fn level(&self) -> Level {
        self.prepared.level
    }

    fn step(&mut self, parameters: &mut [T], batch: &[usize], adam: &mut Adam<T>) -> f64 {
        let data = self.data;
        let total = batch.len() as f64 * self.mean_weight;
        let (chunk, triangle) = (self.prepared.chunk_samples(), self.prepared.layout.triangle.clone());
        self.prepared.update(parameters);
        let mut sum = 0.0;
        for (i, of_chunk) in batch.chunks(chunk).enumerate() {
            let upstream = |i: usize| T::of(-data.weight(of_chunk[i]) / total);
            let samples = (of_chunk.len(), |i: usize| data.x.sample(of_chunk[i]), upstream);
            sum += self.prepared.forward(parameters, samples, &mut self.chunk);
            let (means, rest) = parameters.split_at_mut(triangle.start);
            let (means, triangles) =
                (&means[self.prepared.layout.means.clone()], &mut rest[..triangle.len()]);
            let adds = adam.accumulates() || i > 0;
            let is_last = (i + 1) * chunk >= batch.len();
            // The triangles, most of the parameters, move with the last chunk.
            let (gradient, triangles) = match is_last && !adam.accumulates() {
                true => {
                    let (gradient, moving) = adam.moving(triangles, triangle.clone());
                    (gradient, Parameters::Moving(moving))
                }
                false => (adam.gradient(), Parameters::Fixed(triangles)),
            };
            self.prepared.backward(means, triangles, &mut self.chunk, (gradient, adds));
        }
        adam.finish(parameters, if adam.accumulates() { 0..0 } else { triangle });
        sum
    }

    fn loss(&mut self, parameters: &[T], samples: &[usize]) -> f64 {
        self.prepared.update(parameters);
        let (mut sum, mut total) = (0.0, 0.0);
        let d = self.data.x.features();
        for batch in samples.chunks(SCORED) {
            self.gathered.clear();
            for &i in batch {
                self.gathered.extend_from_slice(self.data.x.sample(i));
            }
            let x =
                Samples::new("x", &self.gathered, batch.len(), d, d).expect("the batch was just gathered");
            self.values.resize(batch.len(), T::zero());
            self.prepared.log_density(parameters, &x, &mut self.values, &mut self.scratch);
            for (&i, value) in batch.iter().zip(&self.values) {
                let weight = self.data.weight(i);
                if weight > 0.0 {
                    sum -= weight * value.f64();
                    total += weight;
                }
            }
        }
        sum / total
    }
}
