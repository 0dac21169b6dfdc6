//! Finite mixtures of Gaussian states: the general generator behind [`xor`](super::xor) and
//! [`KindMixture`](super::KindMixture).

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::f64::consts::TAU;

use super::log_sum::log_sum_exp;
use super::{Dataset, SAMPLE_STREAM, check_features, class_error, setting};
use crate::error::{Error, Result};
use crate::interaction::Information;
use crate::rng::Stream;

/// One state of a [`LatentMixture`].
#[derive(Clone, Debug, PartialEq)]
pub struct LatentState {
    /// How often the state occurs, relative to the others; 0 for never.
    pub weight: f64,
    /// Target in this state, a class number from 0.
    pub y: i64,
    /// Mean of x1.
    pub mean1: Vec<f64>,
    /// Mean of x2.
    pub mean2: Vec<f64>,
    /// Standard deviation of every feature of x1.
    pub deviation1: f64,
    /// Standard deviation of every feature of x2.
    pub deviation2: f64,
}

/// x1 ~ N(mean1, deviation1² I) and x2 ~ N(mean2, deviation2² I), independent of each other given a state z that is
/// drawn by weight and sets y.
///
/// With p(x1) = Σ_z p(z) N(x1; mean1_z, deviation1_z² I) and so on, h(x) = −log p(x) and
/// i(x; y) = log p(x|y) − log p(x) = log p(y|x) − log p(y). A sample costs one density per distinct component (mean
/// and deviation) and one sum over the states.
#[derive(Clone, Debug)]
pub struct LatentMixture {
    features1: usize,
    features2: usize,
    classes: usize,
    components1: Vec<Component>,
    components2: Vec<Component>,
    states: Vec<State>,
    /// Sum of the probabilities up to and with each state.
    cumulative: Vec<f64>,
    /// Distinct (component, y) of x1, of x2, and (component 1, component 2, y) with their log probabilities.
    terms1: Vec<Term<usize>>,
    terms2: Vec<Term<usize>>,
    terms12: Vec<Term<(usize, usize)>>,
    /// log p(y) of every class that occurs.
    log_prior: BTreeMap<i64, f64>,
}

#[derive(Clone, Debug)]
struct Component {
    mean: Vec<f64>,
    deviation: f64,
}

#[derive(Clone, Copy, Debug)]
struct State {
    y: i64,
    component1: usize,
    component2: usize,
}

#[derive(Clone, Debug)]
struct Term<K> {
    component: K,
    y: i64,
    log_probability: f64,
}

impl LatentMixture {
    /// The mixture of `states`; classes are 0, …, the largest y among them.
    ///
    /// # Errors
    /// - [`Error::Empty`]: no states, or means without features.
    /// - [`Error::Shape`]: means of different length.
    /// - [`Error::NotFinite`]: an infinite or NaN mean (row: state).
    /// - [`Error::Setting`]: a negative or infinite weight, weights whose sum is 0 or overflows, a negative y, or a
    ///   deviation that is not positive with a positive, finite square.
    pub fn new(states: &[LatentState]) -> Result<Self> {
        let first = states.first().ok_or_else(|| empty("states", "samples"))?;
        let (features1, features2) = (first.mean1.len(), first.mean2.len());
        let (mut components1, mut components2) = (Components::default(), Components::default());
        let mut inner = Vec::with_capacity(states.len());
        let mut classes = 0;
        for (row, state) in states.iter().enumerate() {
            if !(state.weight >= 0.0 && state.weight.is_finite()) {
                return Err(setting("weight", "a finite number of at least 0", in_state(state.weight, row)));
            }
            let class = usize::try_from(state.y)
                .map_err(|_| setting("y", "a class number from 0", in_state(state.y, row)))?;
            classes = classes.max(class.saturating_add(1));
            check_component(["mean1", "deviation1"], row, features1, &state.mean1, state.deviation1)?;
            check_component(["mean2", "deviation2"], row, features2, &state.mean2, state.deviation2)?;
            inner.push(State {
                y: state.y,
                component1: components1.index(&state.mean1, state.deviation1),
                component2: components2.index(&state.mean2, state.deviation2),
            });
        }
        let total: f64 = states.iter().map(|state| state.weight).sum();
        if !(total > 0.0 && total.is_finite()) {
            return Err(setting("weight", "weights with a positive, finite sum", total));
        }
        let probability = |row: usize| states[row].weight / total;
        let mut sum = 0.0;
        let cumulative = (0..states.len())
            .map(|row| {
                sum += probability(row);
                sum
            })
            .collect();
        Ok(LatentMixture {
            features1,
            features2,
            classes,
            terms1: terms(&inner, probability, |state| state.component1),
            terms2: terms(&inner, probability, |state| state.component2),
            terms12: terms(&inner, probability, |state| (state.component1, state.component2)),
            log_prior: terms(&inner, probability, |_| ())
                .into_iter()
                .map(|term| (term.y, term.log_probability))
                .collect(),
            components1: components1.list,
            components2: components2.list,
            states: inner,
            cumulative,
        })
    }

    /// Draws `samples` samples and their exact information.
    ///
    /// # Errors
    /// [`Error::Setting`] if `samples` is 0 or too large for the memory.
    pub fn sample(&self, samples: usize, seed: u64) -> Result<Dataset> {
        Ok(self.sample_with_states(samples, seed)?.0)
    }

    /// [`sample`](Self::sample), and for each sample the position of its state in the list given to
    /// [`new`](Self::new).
    ///
    /// # Errors
    /// As for [`sample`](Self::sample).
    pub fn sample_with_states(&self, samples: usize, seed: u64) -> Result<(Dataset, Vec<usize>)> {
        let mut data = Dataset::with_room(samples, self.features1, self.features2, self.classes)?;
        let mut drawn = super::room("samples", samples, 1)?;
        let mut stream = Stream::new(seed, SAMPLE_STREAM);
        let last = self.states.len() - 1;
        let total = self.cumulative[last];
        for row in 0..samples {
            let at = stream.uniform(0.0, total);
            let index = self.cumulative.partition_point(|sum| *sum <= at).min(last);
            let state = self.states[index];
            self.components1[state.component1].draw(&mut stream, &mut data.x1);
            self.components2[state.component2].draw(&mut stream, &mut data.x2);
            let (x1, x2) = (&data.x1[row * self.features1..], &data.x2[row * self.features2..]);
            data.truth.push(self.exact(x1, x2, state.y, self.log_prior[&state.y]));
            data.y.push(state.y);
            drawn.push(index);
        }
        Ok((data, drawn))
    }

    /// Exact information of one sample, in nats.
    ///
    /// # Errors
    /// [`Error::Shape`] for a wrong number of features, [`Error::Class`] if no state of positive weight has target
    /// `y`.
    pub fn information(&self, x1: &[f64], x2: &[f64], y: i64) -> Result<Information> {
        check_features("x1", self.features1, x1.len())?;
        check_features("x2", self.features2, x2.len())?;
        let log_prior = *self
            .log_prior
            .get(&y)
            .ok_or_else(|| class_error("a class of positive probability".into(), y))?;
        Ok(self.exact(x1, x2, y, log_prior))
    }

    fn exact(&self, x1: &[f64], x2: &[f64], y: i64, log_prior: f64) -> Information {
        let (density1, peak1) = log_densities(&self.components1, x1);
        let (density2, peak2) = log_densities(&self.components2, x2);
        let (h1, i1) = surprisal_and_information(&self.terms1, y, log_prior, |k| density1[*k]);
        let (h2, i2) = surprisal_and_information(&self.terms2, y, log_prior, |k| density2[*k]);
        let (_, i12) =
            surprisal_and_information(&self.terms12, y, log_prior, |(k1, k2)| density1[*k1] + density2[*k2]);
        Information { i1, i2, i12, h1: h1 - peak1, h2: h2 - peak2 }
    }
}

/// Distinct components in order of appearance.
#[derive(Default)]
struct Components {
    list: Vec<Component>,
    index: BTreeMap<Vec<u64>, usize>,
}

impl Components {
    fn index(&mut self, mean: &[f64], deviation: f64) -> usize {
        let key = mean.iter().chain([&deviation]).map(|value| value.to_bits()).collect();
        *self.index.entry(key).or_insert_with(|| {
            self.list.push(Component { mean: mean.into(), deviation });
            self.list.len() - 1
        })
    }
}

impl Component {
    fn draw(&self, stream: &mut Stream, out: &mut Vec<f64>) {
        out.extend(self.mean.iter().map(|mean| mean + self.deviation * stream.normal()));
    }

    /// log N(x; mean, deviation² I).
    fn log_density(&self, x: &[f64]) -> f64 {
        let variance = self.deviation * self.deviation;
        let distance: f64 =
            self.mean.iter().zip(x).map(|(mean, value)| (value - mean) * (value - mean)).sum();
        -0.5 * (distance / variance + x.len() as f64 * libm::log(TAU * variance))
    }
}

/// Log density of every component at x, less the greatest of them (so that it cannot swamp the information), and
/// that greatest one.
fn log_densities(components: &[Component], x: &[f64]) -> (Vec<f64>, f64) {
    let mut densities: Vec<f64> = components.iter().map(|component| component.log_density(x)).collect();
    let peak = densities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    densities.iter_mut().for_each(|density| *density -= peak);
    (densities, peak)
}

/// −log p(x), from densities that may share a factor, and log p(x, y) − log p(x) − log p(y).
fn surprisal_and_information<K>(
    terms: &[Term<K>],
    y: i64,
    log_prior: f64,
    log_density: impl Fn(&K) -> f64,
) -> (f64, f64) {
    let log_joint = |term: &Term<K>| term.log_probability + log_density(&term.component);
    let log_x = log_sum_exp(terms.iter().map(log_joint));
    let log_xy = log_sum_exp(terms.iter().filter(|term| term.y == y).map(log_joint));
    (-log_x, log_xy - log_x - log_prior)
}

/// The distinct (component, y) of the states with their probabilities; those that never occur left out.
fn terms<K: Ord>(
    states: &[State],
    probability: impl Fn(usize) -> f64,
    component: impl Fn(&State) -> K,
) -> Vec<Term<K>> {
    let mut sums = BTreeMap::new();
    for (row, state) in states.iter().enumerate() {
        *sums.entry((component(state), state.y)).or_insert(0.0) += probability(row);
    }
    sums.into_iter()
        .filter(|(_, sum)| *sum > 0.0)
        .map(|((component, y), sum)| Term { component, y, log_probability: libm::log(sum) })
        .collect()
}

fn check_component(
    fields: [&str; 2],
    row: usize,
    features: usize,
    mean: &[f64],
    deviation: f64,
) -> Result<()> {
    let [mean_field, deviation_field] = fields;
    if features == 0 {
        return Err(empty(mean_field, "features"));
    }
    check_features(mean_field, features, mean.len())?;
    if let Some(column) = mean.iter().position(|value| !value.is_finite()) {
        return Err(Error::NotFinite { field: mean_field.into(), row, column, got: mean[column] });
    }
    if !(deviation > 0.0 && (deviation * deviation).is_normal()) {
        let expected = "a positive number whose square is positive and finite";
        return Err(setting(deviation_field, expected, in_state(deviation, row)));
    }
    Ok(())
}

fn in_state(value: impl core::fmt::Display, row: usize) -> String {
    format!("{value} in state {row}")
}

fn empty(field: &str, what: &'static str) -> Error {
    Error::Empty { field: field.into(), what }
}
