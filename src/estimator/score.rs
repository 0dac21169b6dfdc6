//! Scoring samples with a fitted model.

use super::config::ShiftRule;
use super::model::Model;
use super::preprocess::join;
use crate::classifier::check_targets;
use crate::interaction::{Atoms, Information, means_by, shift};
use crate::matrix::check_count;
use crate::simd::Buffer;
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

/// What is said of all samples together, nats: see [`Scores`].
pub(crate) struct Summary {
    pub(crate) mean_information: Information,
    pub(crate) raw: Atoms,
    pub(crate) adjusted: Atoms,
    pub(crate) shift: f64,
    pub(crate) accuracy: PerSource,
    pub(crate) log_loss: PerSource,
    pub(crate) clipped: usize,
}

/// What is counted and summed over a block of samples, by classifier where there are three.
#[derive(Clone, Copy, Default)]
struct Tally {
    correct: [usize; 3],
    log_loss: [f64; 3],
    clipped: usize,
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
        let (information, summary) = self.information(x1, x2, y, shift_rule)?;
        Ok(Scores {
            y: y.to_vec(),
            atoms: information.iter().map(Information::atoms).collect(),
            information,
            mean_information: summary.mean_information,
            raw: summary.raw,
            adjusted: summary.adjusted,
            shift: summary.shift,
            shift_rule,
            accuracy: summary.accuracy,
            log_loss: summary.log_loss,
            clipped: summary.clipped,
        })
    }

    /// The information of every sample, of which its atoms follow, and what is said of all; else as
    /// [`Model::score_with_shift`].
    pub(crate) fn information(
        &self,
        x1: Samples<'_, T>,
        x2: Samples<'_, T>,
        y: &[i64],
        shift_rule: ShiftRule,
    ) -> Result<(Vec<Information>, Summary)> {
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
        let mut information = vec![Information::default(); targets.len()];
        let mut tallies = vec![Tally::default(); targets.len().div_ceil(BLOCK)];
        let tasks = information.chunks_mut(BLOCK).zip(&mut tallies).enumerate();
        let many = targets.len() > BLOCK;
        parallel::for_each_task(many, tasks, &mut Buffer::default(), |(block, (out, tally)), rows| {
            let (start, count) = (block * BLOCK, out.len());
            let x = [x1.range(start, count), x2.range(start, count)];
            *tally = self.read(x, &targets[start..][..count], out, rows);
        });
        for (row, Information { i1, i2, i12, h1, h2 }) in information.iter().enumerate() {
            for (field, value) in [("h1", h1), ("h2", h2), ("i1", i1), ("i2", i2), ("i12", i12)] {
                if !value.is_finite() {
                    return Err(Error::NotFinite { field: field.to_string(), row, column: 0, got: *value });
                }
            }
        }
        let summary = summarise(&information, &tallies, shift_rule, frozen);
        Ok((information, summary))
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

    /// Reads one block of samples; `rows` is memory for what they are preprocessed to.
    fn read(
        &self,
        x: [Samples<'_, T>; 2],
        targets: &[usize],
        out: &mut [Information],
        rows: &mut Buffer<T>,
    ) -> Tally {
        let mut tally = Tally::default();
        let n = targets.len();
        let [d1, d2] = [0, 1].map(|modality| self.densities[modality].features());
        rows.reserve(n * (d1 + d2));
        let rows = &mut rows.slice_mut()[..n * (d1 + d2)];
        tally.clipped = join(&self.preprocessing, x, rows);
        let both = Samples::from_rows("x", rows, d1 + d2).expect("blocks are not empty");
        let inputs = [both.columns(0, d1), both.columns(d1, d2), both];

        let classes = self.classes();
        let mut log_probabilities = vec![T::zero(); n * classes];
        for (source, network) in self.networks.iter().enumerate() {
            network
                .log_probabilities(inputs[source], &mut log_probabilities)
                .expect("preprocessing fits the network");
            for ((out, row), &class) in
                out.iter_mut().zip(log_probabilities.chunks_exact(classes)).zip(targets)
            {
                let log_probability = row[class].f64();
                let information = match source {
                    0 => &mut out.i1,
                    1 => &mut out.i2,
                    _ => &mut out.i12,
                };
                *information = log_probability - self.log_prior[class];
                tally.log_loss[source] -= log_probability;
                // The first class of the largest probability, as the released program has it.
                let mut others = row.iter().enumerate();
                let largest = others.all(|(k, &p)| if k < class { p < row[class] } else { p <= row[class] });
                tally.correct[source] += usize::from(largest);
            }
        }
        let log_density = &mut log_probabilities[..n];
        for (modality, density) in self.densities.iter().enumerate() {
            density.log_density(inputs[modality], log_density).expect("preprocessing fits the density");
            let offset = self.entropy_offsets()[modality];
            for (out, value) in out.iter_mut().zip(&*log_density) {
                let surprisal = if modality == 0 { &mut out.h1 } else { &mut out.h2 };
                *surprisal = offset - value.f64();
            }
        }
        tally
    }
}

fn summarise(information: &[Information], tallies: &[Tally], rule: ShiftRule, frozen: f64) -> Summary {
    let samples = information.len() as f64;
    let [redundancy, unique1, unique2, synergy] = means_by(information, |i| {
        let a = i.atoms();
        [a.redundancy, a.unique1, a.unique2, a.synergy]
    });
    let raw = Atoms { redundancy, unique1, unique2, synergy };
    let shift = match rule {
        ShiftRule::Frozen => frozen,
        ShiftRule::Batch => shift(raw),
        ShiftRule::None => 0.0,
    };
    let per_source = |total: &dyn Fn(usize) -> f64| {
        let [x1, x2, joint] = [0, 1, 2].map(|source| total(source) / samples);
        PerSource { x1, x2, joint }
    };
    Summary {
        mean_information: Information::mean(information),
        raw,
        adjusted: raw.shifted(shift),
        shift,
        accuracy: per_source(&|source| tallies.iter().map(|t| t.correct[source]).sum::<usize>() as f64),
        log_loss: per_source(&|source| tallies.iter().map(|t| t.log_loss[source]).sum()),
        clipped: tallies.iter().map(|t| t.clipped).sum(),
    }
}

/// Refuses modalities and targets of different numbers of samples.
pub(super) fn check_counts<T>(x1: &Samples<'_, T>, x2: &Samples<'_, T>, y: &[i64]) -> Result<()> {
    x2.check_samples("x2", x1.samples())?;
    check_count("y", "samples", x1.samples(), y.len())
}
