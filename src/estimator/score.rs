//! Scoring samples with a fitted model.

use super::config::ShiftRule;
use super::model::Model;
use crate::classifier::check_targets;
use crate::interaction::{Atoms, Information, mean_by, shift};
use crate::matrix::check_count;
use crate::{Error, Float, Result, Samples, parallel};
use alloc::string::ToString;
use alloc::{vec, vec::Vec};
use serde::{Deserialize, Serialize};

/// Samples that are preprocessed and scored at a time: what scoring holds besides its input and output.
const BLOCK: usize = 1024;

/// A number for each of the classifiers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct PerSource {
    /// p(y|x1).
    pub x1: f64,
    /// p(y|x2).
    pub x2: f64,
    /// p(y|x1, x2).
    pub joint: f64,
}

/// The scores of a set of samples, in their order; all in nats.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Targets.
    pub y: Vec<i64>,
    /// i1, i2, i12, h1, h2 of every sample.
    pub information: Vec<Information>,
    /// Raw atoms of every sample.
    pub atoms: Vec<Atoms>,
    /// Mean information.
    pub mean_information: Information,
    /// Mean raw atoms.
    pub raw: Atoms,
    /// Mean raw atoms, shifted.
    pub adjusted: Atoms,
    /// The constant that shifts all samples' atoms: see [`shift`].
    pub shift: f64,
    /// Which shift that is.
    pub shift_rule: ShiftRule,
    /// Fraction of samples whose class a classifier finds.
    pub accuracy: PerSource,
    /// Mean −log p(y|x) of each classifier, nats.
    pub log_loss: PerSource,
    /// Samples with a standardised feature beyond the model's limit, and therefore limited.
    pub clipped: usize,
}

/// What is computed of one sample.
#[derive(Clone, Copy, Default)]
struct Reading {
    information: Information,
    log_probability: [f64; 3],
    correct: [bool; 3],
    clipped: bool,
}

impl<T: Float> Model<T> {
    /// Scores samples, with the shift rule of the fit.
    ///
    /// # Errors
    /// [`Error::Shape`] if features or counts differ from the model's or from each other, [`Error::NotFinite`] for
    /// a feature, or for a surprisal beyond the range of the numbers, [`Error::Class`] for a target outside the
    /// classes, [`Error::UnseenClass`] for a class without training samples, [`Error::Setting`] for the frozen shift
    /// of an imported model, which has none.
    pub fn score(&self, x1: Samples<'_, T>, x2: Samples<'_, T>, y: &[i64]) -> Result<Scores> {
        self.score_with_shift(x1, x2, y, self.shift_rule())
    }

    /// Scores samples, with a shift rule of your own.
    ///
    /// # Errors
    /// As [`Model::score`].
    pub fn score_with_shift(
        &self,
        x1: Samples<'_, T>,
        x2: Samples<'_, T>,
        y: &[i64],
        shift_rule: ShiftRule,
    ) -> Result<Scores> {
        let frozen = match (shift_rule, self.frozen_shift) {
            (ShiftRule::Frozen, None) => {
                return Err(Error::Setting {
                    field: "shift".to_string(),
                    expected: "batch or none, as the model was imported without its training samples"
                        .to_string(),
                    got: "frozen".to_string(),
                });
            }
            (_, frozen) => frozen.unwrap_or(0.0),
        };
        let targets = self.check(&x1, &x2, y)?;
        let mut readings = vec![Reading::default(); targets.len()];
        parallel::for_each_chunk(&mut readings, BLOCK, |start, out| {
            let (x1, x2) = (x1.range(start, out.len()), x2.range(start, out.len()));
            self.read(x1, x2, &targets[start..][..out.len()], out);
        });
        for (row, reading) in readings.iter().enumerate() {
            let Information { i1, i2, i12, h1, h2 } = reading.information;
            for (field, value) in [("h1", h1), ("h2", h2), ("i1", i1), ("i2", i2), ("i12", i12)] {
                if !value.is_finite() {
                    return Err(Error::NotFinite { field: field.to_string(), row, column: 0, got: value });
                }
            }
        }
        Ok(summarise(y.to_vec(), &readings, shift_rule, frozen))
    }

    fn check(&self, x1: &Samples<'_, T>, x2: &Samples<'_, T>, y: &[i64]) -> Result<Vec<usize>> {
        x1.check_features("x1", self.features()[0])?;
        x2.check_features("x2", self.features()[1])?;
        check_counts(x1, x2, y)?;
        x1.check_finite("x1")?;
        x2.check_finite("x2")?;
        let targets = check_targets(y, x1.samples(), self.classes())?;
        let unseen = |&class: &usize| self.class_counts.get(class) == Some(&0);
        match targets.iter().position(unseen) {
            Some(row) => Err(Error::UnseenClass { field: "y".to_string(), row, got: targets[row] }),
            None => Ok(targets),
        }
    }

    /// Reads one block of samples.
    fn read(&self, x1: Samples<'_, T>, x2: Samples<'_, T>, targets: &[usize], out: &mut [Reading]) {
        let n = targets.len();
        let mut inputs = [Vec::new(), Vec::new(), Vec::new()];
        for (i, reading) in out.iter_mut().enumerate() {
            let joint_start = inputs[2].len();
            for (modality, x) in [x1, x2].iter().enumerate() {
                reading.clipped |= self.preprocessing[modality].apply(x.sample(i), &mut inputs[2]);
            }
            let (first, second) = inputs[2][joint_start..].split_at(self.densities[0].features());
            let (first, second) = (first.to_vec(), second.to_vec());
            inputs[0].extend(first);
            inputs[1].extend(second);
        }
        let samples = |source: usize| {
            let features = self.networks[source].features();
            Samples::new("x", &inputs[source], n, features, features).expect("blocks are not empty")
        };
        let classes = self.classes();
        let mut log_probabilities = vec![T::zero(); n * classes];
        for (source, network) in self.networks.iter().enumerate() {
            network
                .log_probabilities(samples(source), &mut log_probabilities)
                .expect("preprocessing fits the network");
            for ((reading, row), &class) in
                out.iter_mut().zip(log_probabilities.chunks_exact(classes)).zip(targets)
            {
                reading.log_probability[source] = row[class].f64();
                // The first class of the largest probability, as the released program has it.
                reading.correct[source] = row
                    .iter()
                    .enumerate()
                    .all(|(other, &p)| if other < class { p < row[class] } else { p <= row[class] });
            }
        }
        let mut log_density = vec![T::zero(); n];
        for (modality, density) in self.densities.iter().enumerate() {
            density.log_density(samples(modality), &mut log_density).expect("preprocessing fits the density");
            let offset = self.entropy_offsets()[modality];
            for (reading, value) in out.iter_mut().zip(&log_density) {
                let surprisal = offset - value.f64();
                match modality {
                    0 => reading.information.h1 = surprisal,
                    _ => reading.information.h2 = surprisal,
                }
            }
        }
        for (reading, &class) in out.iter_mut().zip(targets) {
            let [i1, i2, i12] = reading.log_probability.map(|p| p - self.log_prior[class]);
            reading.information = Information { i1, i2, i12, ..reading.information };
        }
    }
}

fn summarise(y: Vec<i64>, readings: &[Reading], shift_rule: ShiftRule, frozen: f64) -> Scores {
    let information: Vec<Information> = readings.iter().map(|r| r.information).collect();
    let atoms: Vec<Atoms> = information.iter().map(Information::atoms).collect();
    let raw = Atoms::mean(&atoms);
    let shift = match shift_rule {
        ShiftRule::Frozen => frozen,
        ShiftRule::Batch => shift(raw),
        ShiftRule::None => 0.0,
    };
    let per_source = |f: &dyn Fn(&Reading, usize) -> f64| PerSource {
        x1: mean_by(readings, |r| f(r, 0)),
        x2: mean_by(readings, |r| f(r, 1)),
        joint: mean_by(readings, |r| f(r, 2)),
    };
    Scores {
        y,
        mean_information: Information::mean(&information),
        information,
        atoms,
        raw,
        adjusted: raw.shifted(shift),
        shift,
        shift_rule,
        accuracy: per_source(&|r, source| f64::from(u8::from(r.correct[source]))),
        log_loss: per_source(&|r, source| -r.log_probability[source]),
        clipped: readings.iter().filter(|r| r.clipped).count(),
    }
}

/// Refuses modalities and targets of different numbers of samples.
pub(super) fn check_counts<T>(x1: &Samples<'_, T>, x2: &Samples<'_, T>, y: &[i64]) -> Result<()> {
    x2.check_samples("x2", x1.samples())?;
    check_count("y", "samples", x1.samples(), y.len())
}
