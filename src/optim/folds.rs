//! Samples divided into parts that are held out one after the other.

use super::Split;
use crate::rng::Stream;
use crate::{Error, Result, parallel};
use alloc::{vec, vec::Vec};
use core::ops::ControlFlow;

/// A part for every sample.
#[derive(Debug, Clone)]
pub(crate) struct Folds {
    /// The part of each sample.
    of: Vec<usize>,
    count: usize,
}

impl Folds {
    /// `count` parts of nearly equal size, drawn at random, with nearly as many samples of each class in each.
    pub(crate) fn stratified(targets: &[usize], count: usize, stream: &mut Stream) -> Self {
        let mut order: Vec<usize> = (0..targets.len()).collect();
        stream.shuffle(&mut order);
        order.sort_by_key(|&i| targets[i]);
        let mut of = vec![0; targets.len()];
        for (place, i) in order.into_iter().enumerate() {
            of[i] = place % count;
        }
        Folds { of, count }
    }

    /// How many parts.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The part of a sample.
    pub(crate) fn of(&self, sample: usize) -> usize {
        self.of[sample]
    }

    /// What `work` says of the samples of each part, `width` numbers of every sample, in the order of all samples.
    /// `work` gets the part's number, its split, and whom it asks whether to go on; `observer` learns how many parts are
    /// done.
    pub(crate) fn read(
        &self,
        width: usize,
        work: impl Fn(usize, &Split, &mut dyn FnMut() -> ControlFlow<()>) -> Result<Vec<f64>> + Sync,
        observer: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> Result<Vec<f64>> {
        let mut done = 0;
        let read = |fold: usize, report: &mut dyn FnMut(usize) -> ControlFlow<()>| {
            let split = self.split(fold);
            let values = work(fold, &split, &mut || report(0))?;
            // The results are asked for once more below: a break here is not lost.
            let _ = report(1);
            Ok((split.validation, values))
        };
        let mut observe = |more| {
            done += more;
            observer(done)
        };
        let parts = parallel::map_observed((0..self.count).collect(), read, &mut observe);
        let mut out = vec![0.0; self.of.len() * width];
        for part in parts.ok_or(Error::Cancelled)? {
            let (samples, values) = part?;
            for (&i, values) in samples.iter().zip(values.chunks(width)) {
                out[i * width..][..width].copy_from_slice(values);
            }
        }
        Ok(out)
    }

    /// All other samples, and those of part `fold`.
    pub(crate) fn split(&self, fold: usize) -> Split {
        let (validation, training) = (0..self.of.len()).partition(|&i| self.of[i] == fold);
        Split { training, validation }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_its_share_of_every_class() {
        let targets: Vec<usize> = (0..103).map(|i| usize::from(i % 10 == 0) + i % 3).collect();
        let folds = Folds::stratified(&targets, 5, &mut Stream::new(1, 0));
        let mut seen = vec![0; 103];
        for fold in 0..folds.count() {
            let Split { training, validation } = folds.split(fold);
            assert!(training.len() + validation.len() == 103 && (20..=21).contains(&validation.len()));
            for class in 0..4 {
                let all = targets.iter().filter(|&&t| t == class).count();
                let here = validation.iter().filter(|&&i| targets[i] == class).count();
                assert!(here.abs_diff(all / 5) <= 1, "{here} of {all}");
            }
            assert!(validation.iter().all(|&i| folds.of(i) == fold));
            validation.iter().for_each(|&i| seen[i] += 1);
        }
        assert!(seen.iter().all(|&times| times == 1));
        let again = Folds::stratified(&targets, 5, &mut Stream::new(2, 0));
        assert_ne!(again.of, folds.of);
    }
}
