//! Scoring samples with a fitted model.

use super::config::{ClassifierForm, ShiftRule};
use super::model::Model;
use super::preprocess::join;
use super::summary::{Summary, Tally};
use crate::classifier::{Reserve, class_of};
use crate::interaction::{Atoms, Information};
use crate::matrix::check_count;
use crate::simd::Buffer;
use crate::{Error, Float, Result, Samples, parallel};
use alloc::string::ToString;
use alloc::{vec, vec::Vec};

/// Samples that are preprocessed and scored at a time: what scoring holds besides its input and output.
const BLOCK: usize = 1024;

/// The scores of a set of samples, in their order; all in nats.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Targets.
    pub y: Vec<i64>,
    /// i1, i2, i12, h1, h2 of every sample.
    pub information: Vec<Information>,
    /// Raw atoms of every sample.
    pub atoms: Vec<Atoms>,
    /// What is said of all samples together.
    pub summary: Summary,
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
        let mut information = Vec::new();
        let summary = self.score_into(x1, x2, y, shift_rule, &mut information)?;
        let atoms = information.iter().map(Information::atoms).collect();
        Ok(Scores { y: y.to_vec(), information, atoms, summary })
    }

    /// Scores samples into `information`, whose memory is used again: i1, i2, i12, h1, h2 of every sample, of which its
    /// atoms follow ([`Information::atoms`]), in place of what was there. After an error it means nothing.
    ///
    /// # Errors
    /// As [`Model::score`].
    pub fn score_into(
        &self,
        x1: Samples<'_, T>,
        x2: Samples<'_, T>,
        y: &[i64],
        shift_rule: ShiftRule,
        information: &mut Vec<Information>,
    ) -> Result<Summary> {
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
        x1.check_features("x1", self.features()[0])?;
        x2.check_features("x2", self.features()[1])?;
        check_counts(&x1, &x2, y)?;
        information.clear();
        information.resize(x1.samples(), Information::default());

        let mut tallies = vec![None; information.len().div_ceil(BLOCK)];
        let many = information.len() > BLOCK;
        let tasks = information.chunks_mut(BLOCK).zip(&mut tallies).enumerate();
        parallel::for_each_task(many, tasks, &mut Buffer::default(), |(block, (out, tally)), memory| {
            let (start, count) = (block * BLOCK, out.len());
            let x = [x1.range(start, count), x2.range(start, count)];
            *tally = self.read(x, &y[start..][..count], out, memory);
        });
        match tallies.into_iter().collect::<Option<Vec<_>>>() {
            Some(tallies) => Ok(Summary::new(information, &tallies, shift_rule, frozen)),
            None => Err(self.fault(&x1, &x2, y, information)),
        }
    }

    /// The first fault of samples of which a block could not be read.
    #[cold]
    fn fault(
        &self,
        x1: &Samples<'_, T>,
        x2: &Samples<'_, T>,
        y: &[i64],
        information: &[Information],
    ) -> Error {
        let inputs = x1.check_finite("x1").and_then(|()| x2.check_finite("x2"));
        let classes = || y.iter().enumerate().try_for_each(|(row, &y)| self.class(row, y).map(drop));
        let results = || {
            information.iter().enumerate().try_for_each(|(row, Information { i1, i2, i12, h1, h2 })| {
                let fields = [("h1", h1), ("h2", h2), ("i1", i1), ("i2", i2), ("i12", i12)];
                match fields.into_iter().find(|(_, value)| !value.is_finite()) {
                    Some((field, &got)) => {
                        Err(Error::NotFinite { field: field.to_string(), row, column: 0, got })
                    }
                    None => Ok(()),
                }
            })
        };
        inputs.and_then(|()| classes()).and_then(|()| results()).expect_err("a block has a fault")
    }

    /// The class of a target, which the model must have been trained with.
    fn class(&self, row: usize, y: i64) -> Result<usize> {
        let class = class_of(row, y, self.classes())?;
        match self.class_counts.get(class) {
            Some(0) => Err(Error::UnseenClass { field: "y".to_string(), row, got: class }),
            _ => Ok(class),
        }
    }

    /// What is left to the class frequencies of what classifiers say that were chosen.
    fn reserve(&self) -> Reserve<'_> {
        match self.config.classifier_form {
            ClassifierForm::Validated => Reserve::new(&self.class_counts),
            ClassifierForm::Given => Reserve::new(&[]),
        }
    }

    /// Reads one block of samples; none if features, targets or what comes of them are not as they should.
    fn read(
        &self,
        x: [Samples<'_, T>; 2],
        y: &[i64],
        out: &mut [Information],
        memory: &mut Buffer<T>,
    ) -> Option<Tally> {
        let is_known = |y: i64| self.class(0, y).is_ok();
        if !(x.iter().all(Samples::is_finite) && y.iter().all(|&y| is_known(y))) {
            return None;
        }
        let mut tally = Tally { seen: self.rows.count(x), ..Tally::default() };
        let (n, classes) = (y.len(), self.classes());
        let [d1, d2] = [0, 1].map(|modality| self.densities[modality].features());
        memory.reserve(n * (d1 + d2 + classes));
        let (rows, rest) = memory.slice_mut().split_at_mut(n * (d1 + d2));
        let log_probabilities = &mut rest[..n * classes];
        tally.clipped = join(&self.preprocessing, x, rows);
        let both = Samples::from_rows("x", rows, d1 + d2).expect("blocks are not empty");
        let inputs = [both.columns(0, d1), both.columns(d1, d2), both];

        let reserve = self.reserve();
        for (source, network) in self.networks.iter().enumerate() {
            network
                .log_probabilities(inputs[source], log_probabilities)
                .expect("preprocessing fits the network");
            for ((out, row), &y) in out.iter_mut().zip(log_probabilities.chunks_exact(classes)).zip(y) {
                let class = y as usize;
                let information = match source {
                    0 => &mut out.i1,
                    1 => &mut out.i2,
                    _ => &mut out.i12,
                };
                let log_p = reserve.log_probability(class, row[class].f64());
                *information = log_p - self.log_prior[class];
                tally.count(source, row, (class, log_p));
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
        let finite = |i: &Information| [i.i1, i.i2, i.i12, i.h1, i.h2].iter().all(|v| v.is_finite());
        out.iter().all(finite).then_some(tally)
    }
}

/// Refuses modalities and targets of different numbers of samples.
pub(super) fn check_counts<T>(x1: &Samples<'_, T>, x2: &Samples<'_, T>, y: &[i64]) -> Result<()> {
    x2.check_samples("x2", x1.samples())?;
    check_count("y", "samples", x1.samples(), y.len())
}
