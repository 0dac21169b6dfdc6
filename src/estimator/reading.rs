//! Training samples as models read them that did not see them.

use super::component::Component;
use super::config::{Config, ShiftRule};
use super::fit::{hold_out, stratified};
use super::model::Model;
use super::preprocess::join;
use super::rows::hashes;
use super::score::Scores;
use super::summary::{Reading, Summary, Tally};
use super::training::{OutOfFold, Trainer};
use crate::interaction::Information;
use crate::{Error, Float, Result, Samples};
use alloc::string::ToString;
use alloc::{vec, vec::Vec};
use core::ops::ControlFlow;

impl<T: Float> Model<T> {
    /// The scores of training samples from what models say of them that did not see them, of which `clipped` were
    /// limited, and the shift of these samples.
    pub(super) fn read_out_of_fold(
        &self,
        out_of_fold: &OutOfFold,
        targets: &[usize],
        clipped: usize,
    ) -> Result<(Scores, f64)> {
        let classes = self.classes();
        let [log_p1, log_p2, log_p12, log_density1, log_density2] = out_of_fold;
        let offsets = self.entropy_offsets();
        let mut tally = Tally { clipped, ..Tally::default() };
        let mut information = Vec::with_capacity(targets.len());
        for (row, &class) in targets.iter().enumerate() {
            let mut log_ratio = |source: usize, log_p: &[f64]| {
                let of_sample = &log_p[row * classes..][..classes];
                tally.count(source, of_sample, (class, of_sample[class]));
                of_sample[class] - self.log_prior()[class]
            };
            let of_sample = Information {
                i1: log_ratio(0, log_p1),
                i2: log_ratio(1, log_p2),
                i12: log_ratio(2, log_p12),
                h1: offsets[0] - log_density1[row],
                h2: offsets[1] - log_density2[row],
            };
            let Information { i1, i2, i12, h1, h2 } = of_sample;
            for (field, got) in [("i1", i1), ("i2", i2), ("i12", i12), ("h1", h1), ("h2", h2)] {
                if !got.is_finite() {
                    return Err(Error::NotFinite { field: field.to_string(), row, column: 0, got });
                }
            }
            information.push(of_sample);
        }
        let shift = Summary::new(&information, &[tally], ShiftRule::Batch, 0.0).shift;
        let summary = Summary::new(&information, &[tally], self.shift_rule(), shift);
        let scores = Scores {
            y: targets.iter().map(|&class| class as i64).collect(),
            atoms: information.iter().map(Information::atoms).collect(),
            information,
            summary: Summary { reading: Reading::CrossFitted, ..summary },
        };
        Ok((scores, shift))
    }
}

/// The cross-fitted reading of `model`, of which these are the training samples in their order.
pub(crate) fn same_samples<'m, T: Float>(
    model: &'m Model<T>,
    x1: Samples<'_, T>,
    x2: Samples<'_, T>,
) -> Result<&'m Scores> {
    let fail = |field: &str, expected: &str, got: &str| {
        Err(Error::Setting { field: field.to_string(), expected: expected.to_string(), got: got.to_string() })
    };
    let Some(observed) = &model.cross_fitted else {
        return fail("folds", "a model fitted with folds", "0");
    };
    x1.check_features("x1", model.features()[0])?;
    x2.check_features("x2", model.features()[1])?;
    x1.check_samples("x1", observed.y.len())?;
    x2.check_samples("x2", observed.y.len())?;
    match hashes([x1, x2]) == model.rows.in_order {
        true => Ok(observed),
        false => fail("x1 and x2", "the training samples of the model in their order", "others"),
    }
}

impl<T: Float> Model<T> {
    /// Reads the training samples with other labels; `x1` and `x2` are those samples, in their order.
    pub(crate) fn reader_of_labels<'m>(
        &'m self,
        x1: Samples<'_, T>,
        x2: Samples<'_, T>,
    ) -> Result<ReaderOfLabels<'m, T>> {
        let observed = same_samples(self, x1, x2)?;
        let widths = [0, 1].map(|modality: usize| self.densities[modality].features());
        let mut both = vec![T::zero(); observed.y.len() * (widths[0] + widths[1])];
        join(&self.preprocessing, [x1, x2], &mut both);
        Ok(ReaderOfLabels { model: self, observed, both, widths })
    }
}

/// Training samples whose labels may change.
pub(crate) struct ReaderOfLabels<'m, T> {
    model: &'m Model<T>,
    observed: &'m Scores,
    /// Preprocessed features side by side, and how many of each modality.
    both: Vec<T>,
    widths: [usize; 2],
}

impl<T: Float> ReaderOfLabels<'_, T> {
    /// What was read with the labels of the fit.
    pub(crate) fn observed(&self) -> &[Information] {
        &self.observed.information
    }

    /// The labels of the fit.
    pub(crate) fn targets(&self) -> Vec<usize> {
        self.observed.y.iter().map(|&class| class as usize).collect()
    }

    /// Information by classifiers that are fitted to these labels, each to other samples than it reads, as the fit did;
    /// the surprisals are those of the fit. Each class has as many samples as in the fit.
    pub(crate) fn read(
        &self,
        targets: &[usize],
        seed: u64,
        observer: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Vec<Information>> {
        let config = Config { seed, ..self.model.config.clone() };
        let classes = self.model.classes();
        let held_out = hold_out(targets, &self.model.class_counts, &config);
        let folds = stratified(targets, &config);
        let [d1, d2] = self.widths;
        let trainer = Trainer {
            config: &config,
            both: Samples::from_rows("x1 and x2", &self.both, d1 + d2)?,
            widths: self.widths,
            targets,
            classes,
            held_out: &held_out,
            folds: folds.as_ref(),
        };
        let mut information = self.observed.information.clone();
        let places: [fn(&mut Information) -> &mut f64; 3] = [|i| &mut i.i1, |i| &mut i.i2, |i| &mut i.i12];
        for (component, place) in Component::ALL.into_iter().zip(places) {
            let log_p = trainer.train(component, &mut |_| observer())?.out_of_fold;
            for ((of_sample, row), &class) in information.iter_mut().zip(log_p.chunks(classes)).zip(targets) {
                *place(of_sample) = row[class] - self.model.log_prior[class];
            }
        }
        Ok(information)
    }
}
