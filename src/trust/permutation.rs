//! What labels that tell nothing would show.

use super::quantities::Quantities;
use crate::rng::Stream;
use crate::{Error, Float, Model, Result, Samples};
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::ops::ControlFlow;
use serde::{Deserialize, Serialize};

/// The streams of the permutations, apart from those of fits.
const FIRST_STREAM: u64 = 1 << 32;

/// The most permutations of a [`permutation_null`]: each takes as long as the classifiers of the fit.
pub const MOST_PERMUTATIONS: usize = 100_000;

/// The means under labels that were shuffled among the samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Null {
    /// Permutations, B.
    pub permutations: usize,
    /// Seed of the permutations and of the fits to them.
    pub seed: u64,
    /// (b + 1) / (B + 1) with the number b of permutations whose mean is at least the one observed: small where the labels
    /// tell more than none would. One-sided.
    pub p_values: Quantities<f64>,
    /// The means of every permutation, nats.
    pub means: Vec<Quantities<f64>>,
}

/// The null of labels that tell nothing: they are shuffled among the training samples `permutations` times, and the
/// classifiers are chosen and fitted anew each time, with the settings of `model`, each sample being read by classifiers
/// that did not see it; the densities, which know no labels, stay. Compared with [`Model::cross_fitted`].
///
/// `x1` and `x2` are the training samples of `model`, in their order. Each permutation takes as long as the classifiers
/// of the fit.
///
/// Source: Phipson and Smyth, "Permutation P-values Should Never Be Zero", 2010.
///
/// # Errors
/// [`Error::Setting`] for a number of permutations outside 1…100,000, a model that was fitted without folds, and other
/// samples than those of the fit, [`Error::Shape`] for another number of samples or features, and as
/// [`fit`](crate::fit).
pub fn permutation_null<T: Float>(
    model: &Model<T>,
    x1: Samples<'_, T>,
    x2: Samples<'_, T>,
    permutations: usize,
    seed: u64,
) -> Result<Null> {
    permutation_null_with_progress(model, x1, x2, permutations, seed, &mut |_| ControlFlow::Continue(()))
}

/// [`permutation_null`] that tells `observer` how many permutations are done, always by the calling thread; a break
/// cancels.
///
/// # Errors
/// As [`permutation_null`]; [`Error::Cancelled`] after a break.
pub fn permutation_null_with_progress<T: Float>(
    model: &Model<T>,
    x1: Samples<'_, T>,
    x2: Samples<'_, T>,
    permutations: usize,
    seed: u64,
    observer: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> Result<Null> {
    continue_permutation_null(model, (x1, x2), (permutations, seed), &[], &mut |means| observer(means.len()))
}

/// [`permutation_null`] that goes on from `begun`, the means of its first permutations that an earlier run with the same
/// model and seed told its observer, and tells `observer` the means so far, always by the calling thread; a break
/// cancels. What comes out is what one run gives.
///
/// # Errors
/// As [`permutation_null`]; [`Error::Setting`] if more permutations have begun than are asked for; [`Error::Cancelled`]
/// after a break.
pub fn continue_permutation_null<T: Float>(
    model: &Model<T>,
    (x1, x2): (Samples<'_, T>, Samples<'_, T>),
    (permutations, seed): (usize, u64),
    begun: &[Quantities<f64>],
    observer: &mut dyn FnMut(&[Quantities<f64>]) -> ControlFlow<()>,
) -> Result<Null> {
    if !(1..=MOST_PERMUTATIONS).contains(&permutations) {
        return Err(Error::Setting {
            field: "permutations".to_string(),
            expected: "a whole number from 1 to 100000".to_string(),
            got: permutations.to_string(),
        });
    }
    if begun.len() > permutations {
        return Err(Error::Setting {
            field: "begun".to_string(),
            expected: format!("at most {permutations} permutations"),
            got: begun.len().to_string(),
        });
    }
    let again = model.reader_of_labels(x1, x2)?;
    let observed = Quantities::means(again.observed());
    // One after the other: each has enough to do for all threads, and some memory.
    let mut means = begun.to_vec();
    for number in begun.len()..permutations {
        let mut stream = Stream::new(seed, FIRST_STREAM + number as u64);
        let mut targets = again.targets();
        stream.shuffle(&mut targets);
        let information = again.read(&targets, stream.below(1 << 31) as u64, &mut || observer(&means))?;
        means.push(Quantities::means(&information));
    }
    if observer(&means).is_break() {
        return Err(Error::Cancelled);
    }
    let p_value = |column: usize| {
        let value = |of: &Quantities<f64>| of.named()[column].1;
        let as_large = means.iter().filter(|of| value(of) >= value(&observed)).count();
        (as_large + 1) as f64 / (permutations + 1) as f64
    };
    Ok(Null { permutations, seed, p_values: Quantities::of(core::array::from_fn(p_value)), means })
}
