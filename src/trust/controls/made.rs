//! The data of controls, and their fits.

use super::{Control, ControlResult};
use crate::estimator::{Preprocessing, check_classes};
use crate::interaction::mean_by;
use crate::rng::Stream;
use crate::synthetic::{LatentMixture, LatentState};
use crate::trust::Quantities;
use crate::{Config, Float, Result, Samples, fit_with_progress};
use alloc::{vec, vec::Vec};
use core::ops::ControlFlow;

/// Distance of planted bits from 0, in standard deviations.
const AMPLITUDE: f64 = 3.0;

/// On which side of 0 the signals of x1 and x2 are, and y.
type State = ([f64; 2], i64);

/// Both modalities tell y.
const SHARED: [State; 2] = [([-1.0, -1.0], 0), ([1.0, 1.0], 1)];

/// y is whether the sides differ.
const EXCLUSIVE: [State; 4] = [([-1.0, -1.0], 0), ([-1.0, 1.0], 1), ([1.0, -1.0], 1), ([1.0, 1.0], 0)];

/// The user's data, and what is made of them.
pub(super) struct Maker<'a, T> {
    x: [Samples<'a, T>; 2],
    y: &'a [i64],
    clip: f64,
}

/// Data of a control.
pub(super) struct Made<T> {
    pub(super) x: [Vec<T>; 2],
    pub(super) widths: [usize; 2],
    pub(super) y: Vec<i64>,
    pub(super) planted: Option<f64>,
}

impl<'a, T: Float> Maker<'a, T> {
    pub(super) fn new(x1: Samples<'a, T>, x2: Samples<'a, T>, y: &'a [i64], config: &Config) -> Result<Self> {
        x1.check_finite("x1")?;
        x2.check_finite("x2")?;
        x2.check_samples("x2", x1.samples())?;
        crate::matrix::check_count("y", "samples", x1.samples(), y.len())?;
        check_classes(y, config.classes)?;
        Ok(Maker { x: [x1, x2], y, clip: config.clip })
    }

    /// Standardised features of a modality, and how many; without those that never vary.
    fn standardised(&self, modality: usize) -> Result<(Vec<T>, usize)> {
        let (field, x) = (["x1", "x2"][modality], self.x[modality]);
        let preprocessing = Preprocessing::standardise(field, &x, self.clip)?;
        Ok((preprocessing.transform(field, x)?, preprocessing.kept().len()))
    }

    /// The data of a control, of so many features at most where something is planted.
    pub(super) fn make(&self, control: Control, most: usize, stream: &mut Stream) -> Result<Made<T>> {
        let n = self.y.len();
        let all: Vec<usize> = (0..n).collect();
        let of = |m: usize, rows: &[usize]| -> Vec<T> {
            rows.iter().flat_map(|&i| self.x[m].sample(i)).copied().collect()
        };
        let own = [0, 1].map(|m| self.x[m].features());
        let plain =
            |x1: Vec<T>, x2: Vec<T>, widths, y: Vec<i64>| Made { x: [x1, x2], widths, y, planted: None };
        Ok(match control {
            Control::DuplicatedX1 | Control::DuplicatedX2 => {
                let m = usize::from(control == Control::DuplicatedX2);
                plain(of(m, &all), of(m, &all), [own[m]; 2], self.y.to_vec())
            }
            Control::MappedX1 | Control::MappedX2 => {
                let m = usize::from(control == Control::MappedX2);
                let (z, width) = self.standardised(m)?;
                let image = mapped(&z, width, stream);
                plain(z, image, [width; 2], self.y.to_vec())
            }
            Control::ShuffledLabels => {
                let mut y = self.y.to_vec();
                stream.shuffle(&mut y);
                plain(of(0, &all), of(1, &all), own, y)
            }
            Control::ShuffledPairing => {
                let partners = within_classes(self.y, stream);
                plain(of(0, &all), of(1, &partners), own, self.y.to_vec())
            }
            Control::FirstHalf | Control::SecondHalf => {
                // The same division for both.
                let rows = half_of_each_class(self.y, control == Control::SecondHalf);
                let y = rows.iter().map(|&i| self.y[i]).collect();
                plain(of(0, &rows), of(1, &rows), own, y)
            }
            Control::PlantedRedundancy => self.planted(most, &SHARED, stream)?,
            Control::PlantedSynergy => self.planted(most, &EXCLUSIVE, stream)?,
        })
    }

    /// Signals in a direction of each modality, in place of what was there, and the classes of their states.
    fn planted(&self, most: usize, states: &[State], stream: &mut Stream) -> Result<Made<T>> {
        let n = self.y.len();
        // Each state as often as the others.
        let mut order: Vec<usize> = (0..n).collect();
        stream.shuffle(&mut order);
        let drawn: Vec<State> = order.iter().map(|i| states[i % states.len()]).collect();
        let y: Vec<i64> = drawn.iter().map(|&(_, y)| y).collect();
        let mut signals = [Vec::with_capacity(n), Vec::with_capacity(n)];
        for (sides, _) in &drawn {
            for (signal, side) in signals.iter_mut().zip(sides) {
                signal.push(AMPLITUDE * side + stream.normal());
            }
        }
        let mut part = |m: usize| -> Result<(Vec<T>, usize)> {
            let (z, width) = self.standardised(m)?;
            Ok(with_signal(&z, width, most, &signals[m], stream))
        };
        let [(x1, width1), (x2, width2)] = [part(0)?, part(1)?];
        let truth = truth(states)?;
        let information = (0..n).map(|i| truth.information(&signals[0][i..=i], &signals[1][i..=i], y[i]));
        let information = information.collect::<Result<Vec<_>>>()?;
        // What both tell is as much as each does.
        let planted = match states.len() == SHARED.len() {
            true => mean_by(&information, |i| 0.5 * (i.i1 + i.i2)),
            false => mean_by(&information, |i| i.atoms().synergy),
        };
        Ok(Made { x: [x1, x2], widths: [width1, width2], y, planted: Some(planted) })
    }
}

impl<T: Float> Made<T> {
    /// What a fit finds.
    pub(super) fn fit(
        &self,
        control: Control,
        config: &Config,
        observer: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<ControlResult> {
        let [x1, x2] = [0, 1].map(|m| Samples::from_rows(["x1", "x2"][m], &self.x[m], self.widths[m]));
        // Planted bits have classes of their own.
        let classes = if self.planted.is_some() { 0 } else { config.classes };
        let config = Config { classes, ..config.clone() };
        let model = fit_with_progress(x1?, x2?, &self.y, &config, &mut |_| observer())?;
        let information = model.cross_fitted().map_or(&[][..], |scores| &scores.information);
        Ok(ControlResult {
            control,
            samples: self.y.len(),
            features: self.widths,
            planted: self.planted,
            found: Quantities::means(information),
        })
    }
}

/// The law of the planted signals and y.
fn truth(states: &[State]) -> Result<LatentMixture> {
    let state = |&([side1, side2], y): &State| LatentState {
        weight: 1.0,
        y,
        mean1: vec![AMPLITUDE * side1],
        mean2: vec![AMPLITUDE * side2],
        deviation1: 1.0,
        deviation2: 1.0,
    };
    LatentMixture::new(&states.iter().map(state).collect::<Vec<_>>())
}

/// Some features, at most so many, with `signal` in a random direction in place of what was there; and how many.
fn with_signal<T: Float>(
    z: &[T],
    width: usize,
    most: usize,
    signal: &[f64],
    stream: &mut Stream,
) -> (Vec<T>, usize) {
    let mut columns: Vec<usize> = (0..width).collect();
    stream.shuffle(&mut columns);
    columns.truncate(most);
    let mut direction: Vec<f64> = columns.iter().map(|_| stream.normal()).collect();
    let norm = libm::sqrt(direction.iter().map(|v| v * v).sum());
    direction.iter_mut().for_each(|v| *v /= norm);
    let mut out = Vec::with_capacity(signal.len() * columns.len());
    for (row, signal) in z.chunks_exact(width).zip(signal) {
        let along: f64 = columns.iter().zip(&direction).map(|(&j, w)| row[j].f64() * w).sum();
        out.extend(columns.iter().zip(&direction).map(|(&j, w)| T::of(row[j].f64() + (signal - along) * w)));
    }
    (out, columns.len())
}

/// The samples through a random linear map, which has an inverse but for a chance of 0.
fn mapped<T: Float>(z: &[T], width: usize, stream: &mut Stream) -> Vec<T> {
    let map: Vec<f64> = (0..width * width).map(|_| stream.normal()).collect();
    z.chunks_exact(width)
        .flat_map(|row| {
            map.chunks_exact(width)
                .map(|m| T::of(m.iter().zip(row).map(|(m, v)| m * v.f64()).sum()))
                .collect::<Vec<T>>()
        })
        .collect()
}

/// For every sample one of its class, so that each is taken once.
fn within_classes(y: &[i64], stream: &mut Stream) -> Vec<usize> {
    let mut order: Vec<usize> = (0..y.len()).collect();
    stream.shuffle(&mut order);
    let mut from = order.clone();
    // Both lists by class: the one in the samples' order, the other shuffled.
    from.sort_by_key(|&i| y[i]);
    let mut to: Vec<usize> = (0..y.len()).collect();
    to.sort_by_key(|&i| y[i]);
    let mut partners = vec![0; y.len()];
    to.iter().zip(&from).for_each(|(&to, &from)| partners[to] = from);
    partners
}

/// Every second sample of each class.
fn half_of_each_class(y: &[i64], second: bool) -> Vec<usize> {
    let mut seen = alloc::collections::BTreeMap::new();
    (0..y.len())
        .filter(|&i| {
            let count = seen.entry(y[i]).or_insert(0usize);
            *count += 1;
            count.is_multiple_of(2) == second
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maker<'a>(x: &'a [f64], y: &'a [i64]) -> Maker<'a, f64> {
        let samples = || Samples::from_rows("x", x, 3).unwrap();
        Maker::new(samples(), samples(), y, &Config::default()).unwrap()
    }

    fn data(n: usize) -> (Vec<f64>, Vec<i64>) {
        let mut stream = Stream::new(1, 0);
        ((0..3 * n).map(|_| stream.normal()).collect(), (0..n).map(|i| i64::from(i % 3 == 0)).collect())
    }

    #[test]
    fn pairs_change_within_their_class_and_halves_divide_every_class() {
        let (x, y) = data(40);
        let maker = maker(&x, &y);
        let made = maker.make(Control::ShuffledPairing, 9, &mut Stream::new(2, 0)).unwrap();
        assert_eq!(made.x[0], x);
        let row = |i: usize| &x[3 * i..3 * i + 3];
        let partners: Vec<usize> =
            made.x[1].chunks(3).map(|found| (0..40).find(|&i| row(i) == found).unwrap()).collect();
        let mut sorted = partners.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..40).collect::<Vec<_>>());
        assert!(partners.iter().enumerate().all(|(i, &partner)| y[i] == y[partner]));
        assert!(partners.iter().enumerate().filter(|(i, partner)| i == *partner).count() < 10);
        let halves = [Control::FirstHalf, Control::SecondHalf]
            .map(|control| maker.make(control, 9, &mut Stream::new(2, 0)).unwrap());
        assert_eq!(halves.each_ref().map(|half| half.y.iter().sum::<i64>()), [7, 7]);
        assert_eq!(halves.each_ref().map(|half| half.x[0].len() / 3), [20, 20]);
    }

    #[test]
    fn what_is_planted_is_what_was_asked_for() {
        let (x, y) = data(4000);
        let maker = maker(&x, &y);
        let synergy = maker.make(Control::PlantedSynergy, 2, &mut Stream::new(3, 0)).unwrap();
        assert_eq!(synergy.widths, [2, 2]);
        approx::assert_abs_diff_eq!(synergy.planted.unwrap(), 0.6855, epsilon = 0.01);
        let redundancy = maker.make(Control::PlantedRedundancy, 9, &mut Stream::new(3, 0)).unwrap();
        assert_eq!(redundancy.widths, [3, 3]);
        approx::assert_abs_diff_eq!(redundancy.planted.unwrap(), 0.6875, epsilon = 0.01);
        // The first bit is told by x1 alone: its variance along some direction is 1 + 9.
        let x1 = nalgebra::DMatrix::from_column_slice(3, 4000, &redundancy.x[0]);
        let eigenvalues = (&x1 * x1.transpose() / 4000.0).symmetric_eigenvalues();
        approx::assert_abs_diff_eq!(eigenvalues.max(), 10.0, epsilon = 0.5);
        assert!(eigenvalues.iter().filter(|value| **value < 1.2).count() == 2);
    }
}
