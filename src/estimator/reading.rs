//! Training samples as models read them that did not see them.

use super::config::ShiftRule;
use super::model::Model;
use super::score::Scores;
use super::summary::{Reading, Summary, Tally};
use super::training::OutOfFold;
use crate::interaction::Information;
use crate::{Error, Float, Result};
use alloc::string::ToString;
use alloc::vec::Vec;

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
                tally.count(source, of_sample, class);
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
