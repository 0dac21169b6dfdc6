//! tanh and exp, and log-softmax with its cross-entropy, on blocks with a sample per column (see [`super::dense`]).

use super::dense::{block_length, pitch};
use super::ends::MOST_LANES;
use crate::Float;
use crate::simd::functions::{exp, exp_negative, ln, tanh};
use crate::simd::{Kernel, Level, Vector};

/// tanh of every element of a block.
///
/// # Panics
/// If the block is no whole number of vectors.
pub(crate) fn tanh_block<T: Float>(level: Level, block: &mut [T]) {
    assert!(block.len().is_multiple_of(MOST_LANES));
    T::tanh_block(level, Tanh(block));
}

pub struct Tanh<'a, T>(&'a mut [T]);

impl<T: Float> Kernel<T> for Tanh<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let values = self.0.as_mut_ptr();
        for at in (0..self.0.len()).step_by(V::LANES) {
            // SAFETY: the caller says that the processor has the instruction set; the length is a whole number of
            // vectors.
            unsafe { tanh(V::load(values.add(at))).store(values.add(at)) };
        }
    }
}

/// eᵛ of every element of a block, none above 0 by more than rounding.
///
/// # Panics
/// If the block is no whole number of vectors.
pub(crate) fn exp_block<T: Float>(level: Level, block: &mut [T]) {
    assert!(block.len().is_multiple_of(MOST_LANES));
    T::exp_block(level, Exp(block));
}

pub struct Exp<'a, T>(&'a mut [T]);

impl<T: Float> Kernel<T> for Exp<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let values = self.0.as_mut_ptr();
        for at in (0..self.0.len()).step_by(V::LANES) {
            // SAFETY: the caller says that the processor has the instruction set; the length is a whole number of
            // vectors.
            unsafe { exp_negative(V::load(values.add(at))).store(values.add(at)) };
        }
    }
}

/// Subtracts from the logits of each sample, a class per row, their log-sum-exp.
///
/// # Panics
/// If the block is too short.
pub(crate) fn log_softmax<T: Float>(level: Level, (classes, samples): (usize, usize), logits: &mut [T]) {
    assert!(logits.len() >= block_length::<T>(classes, samples));
    T::log_softmax(level, LogSoftmax { classes, samples, logits });
}

pub struct LogSoftmax<'a, T> {
    classes: usize,
    samples: usize,
    logits: &'a mut [T],
}

impl<T: Float> Kernel<T> for LogSoftmax<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let LogSoftmax { classes, samples, logits } = self;
        let pitch = pitch::<T>(samples);
        for column in (0..samples).step_by(V::LANES) {
            // SAFETY: the caller says that the processor has the instruction set; `log_softmax` checked the length.
            unsafe {
                let logits = logits.as_mut_ptr().add(column);
                let total = log_total::<V>(classes, pitch, logits, None).0;
                for class in 0..classes {
                    let to = logits.add(class * pitch);
                    V::load(to).sub(total).store(to);
                }
            }
        }
    }
}

/// log Σ_c exp(logits[c]), and the sum itself of exp(logits[c] − shift) for the shift that kept it finite; these terms
/// are written to `terms` if it is there.
///
/// # Safety
/// The processor has the instruction set of V; vectors of all classes, `pitch` apart, can be read, and written.
#[inline(always)]
unsafe fn log_total<V: Vector<Element: Float>>(
    classes: usize,
    pitch: usize,
    logits: *const V::Element,
    terms: Option<*mut V::Element>,
) -> (V, V) {
    // SAFETY: as this function's.
    unsafe {
        let zero = V::splat(V::Element::of(0.0));
        let infinite = V::splat(V::Element::of(f64::INFINITY));
        let lowest = V::splat(V::Element::of(f64::NEG_INFINITY));
        let mut most = lowest;
        for class in 0..classes {
            most = V::load(logits.add(class * pitch)).max(most);
        }
        // Where no shift is possible the plain sum has the right answer: all −∞, or ∞ or NaN among them.
        let shift = lowest.select_less(most, most.select_less(infinite, most, zero), zero);
        let mut sum = zero;
        for class in 0..classes {
            let term = exp(V::load(logits.add(class * pitch)).sub(shift));
            if let Some(terms) = terms {
                term.store(terms.add(class * pitch));
            }
            sum = sum.add(term);
        }
        (shift.add(ln(sum)), sum)
    }
}

/// The cross-entropy of each sample, −log softmax(logits)_target, into `losses`, and w times its gradient for the
/// logits into `delta`, where w is the sample's weight. Where the weight is 0 so is `delta`, whatever the logits;
/// beyond the samples the weights must be 0.
///
/// # Panics
/// If a slice is too short or a target is no class.
pub(crate) fn cross_entropy<T: Float>(
    level: Level,
    classes: usize,
    logits: &[T],
    (targets, weights): (&[usize], &[T]),
    losses: &mut [T],
    delta: &mut [T],
) {
    let samples = targets.len();
    let (length, pitch) = (block_length::<T>(classes, samples), pitch::<T>(samples));
    assert!(logits.len() >= length && delta.len() >= length);
    assert!(weights.len() >= pitch && losses.len() >= pitch);
    T::cross_entropy(level, CrossEntropy { classes, samples, logits, weights, losses, delta });
    for (sample, &target) in targets.iter().enumerate() {
        assert!(target < classes);
        let place = target * pitch + sample;
        losses[sample] -= logits[place];
        if weights[sample] > T::zero() {
            delta[place] -= weights[sample];
        }
    }
}

pub struct CrossEntropy<'a, T> {
    classes: usize,
    samples: usize,
    logits: &'a [T],
    weights: &'a [T],
    losses: &'a mut [T],
    delta: &'a mut [T],
}

impl<T: Float> Kernel<T> for CrossEntropy<'_, T> {
    type Output = ();

    /// What does not depend on the targets: log-sum-exp and softmax.
    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let CrossEntropy { classes, samples, .. } = self;
        let pitch = pitch::<T>(samples);
        for column in (0..samples).step_by(V::LANES) {
            // SAFETY: the caller says that the processor has the instruction set; `cross_entropy` checked the lengths.
            unsafe {
                let zero = V::splat(T::zero());
                let delta = self.delta.as_mut_ptr().add(column);
                let logits = self.logits.as_ptr().add(column);
                let (total, sum) = log_total::<V>(classes, pitch, logits, Some(delta));
                total.store(self.losses.as_mut_ptr().add(column));
                let weight = V::load(self.weights.as_ptr().add(column));
                let scale = weight.div(sum);
                for class in 0..classes {
                    let to = delta.add(class * pitch);
                    zero.select_less(weight, V::load(to).mul(scale), zero).store(to);
                }
            }
        }
    }
}
