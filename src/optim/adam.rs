//! Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019).

use super::Training;
use crate::linalg::adam::{AdamStep, Moving};
use crate::simd::{Buffer, Level};
use crate::{Float, parallel};
use alloc::vec::Vec;
use core::ops::Range;

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// Parameters that one thread updates at a time: below this a second thread costs more than it brings.
const CHUNK: usize = 1 << 15;

/// Parameters that are trained together; those in no group stay as they are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    pub(crate) range: Range<usize>,
    /// Whether weight decay acts on them.
    pub(crate) decays: bool,
}

/// The gradient of all parameters, their moments, and how they move.
pub(crate) struct Adam<T> {
    groups: Vec<Group>,
    parameters: usize,
    gradient: Buffer<T>,
    first: Buffer<T>,
    second: Buffer<T>,
    /// β₁ᵗ and β₂ᵗ after t steps.
    powers: [f64; 2],
    learning_rate: f64,
    weight_decay: f64,
    accumulates: bool,
    level: Level,
}

impl<T: Float> Adam<T> {
    /// For so many parameters, of which those of the groups are trained.
    pub(super) fn new(parameters: usize, groups: Vec<Group>, training: &Training, level: Level) -> Self {
        // Neighbours that are treated alike move as one.
        let mut merged: Vec<Group> = Vec::new();
        for group in groups {
            match merged.last_mut() {
                Some(last)
                    if last.range.end == group.range.start
                        && (last.decays == group.decays || training.weight_decay == 0.0) =>
                {
                    last.range.end = group.range.end
                }
                _ => merged.push(group),
            }
        }
        Adam {
            groups: merged,
            parameters,
            gradient: Buffer::new(parameters),
            first: Buffer::new(parameters),
            second: Buffer::new(parameters),
            powers: [1.0; 2],
            learning_rate: training.learning_rate,
            weight_decay: training.weight_decay,
            accumulates: training.accumulate_gradients,
            level,
        }
    }

    /// Begins the next step: the bias corrections change once for all parameters.
    pub(super) fn advance(&mut self, learning_rate: f64) {
        self.powers[0] *= BETA1;
        self.powers[1] *= BETA2;
        self.learning_rate = learning_rate;
    }

    /// Whether each step follows the sum of all gradients so far: then those of a step are added to what is there.
    pub(crate) fn accumulates(&self) -> bool {
        self.accumulates
    }

    /// The gradient of all parameters.
    pub(crate) fn gradient(&mut self) -> &mut [T] {
        &mut self.gradient.slice_mut()[..self.parameters]
    }

    /// The gradient of all parameters, and what moves `parameters`, those of `range`, with weight decay: for whoever
    /// moves them as soon as their gradient is known. [`Adam::finish`] moves the others.
    pub(crate) fn moving<'a>(
        &'a mut self,
        parameters: &'a mut [T],
        range: Range<usize>,
    ) -> (&'a mut [T], Moving<'a, T>) {
        let moving = Moving {
            step: self.step(self.weight_decay),
            parameters,
            first: &mut self.first.slice_mut()[range.clone()],
            second: &mut self.second.slice_mut()[range],
        };
        (&mut self.gradient.slice_mut()[..self.parameters], moving)
    }

    /// Moves the parameters of all groups but those of `moved`.
    pub(crate) fn finish(&mut self, parameters: &mut [T], moved: Range<usize>) {
        for group in 0..self.groups.len() {
            let Group { range, decays } = self.groups[group].clone();
            let step = self.step(if decays { self.weight_decay } else { 0.0 });
            for range in [range.start..range.end.min(moved.start), range.start.max(moved.end)..range.end] {
                if !range.is_empty() {
                    self.update(range, step, parameters);
                }
            }
        }
    }

    fn step(&self, decay: f64) -> AdamStep<T> {
        let [correction1, correction2] = self.powers.map(|power| 1.0 - power);
        AdamStep {
            beta1: T::of(BETA1),
            rest1: T::of(1.0 - BETA1),
            beta2: T::of(BETA2),
            rest2: T::of(1.0 - BETA2),
            rate: T::of(self.learning_rate / correction1),
            root: T::of(1.0 / libm::sqrt(correction2)),
            epsilon: T::of(EPSILON),
            keep: T::of(1.0 - self.learning_rate * decay),
        }
    }

    fn update(&mut self, range: Range<usize>, step: AdamStep<T>, parameters: &mut [T]) {
        let state = [
            &mut parameters[range.clone()],
            &mut self.first.slice_mut()[range.clone()],
            &mut self.second.slice_mut()[range.clone()],
        ];
        let level = self.level;
        let gradient = &self.gradient.slice()[range];
        parallel::zip_chunks(gradient, state, CHUNK, |gradient, [parameters, first, second]| {
            Moving { step, parameters, first, second }.along(level, gradient);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn adam<T: Float>(parameters: usize, groups: Vec<Group>, weight_decay: f64) -> Adam<T> {
        let training = Training {
            epochs: 1,
            batch: 1,
            learning_rate: 0.1,
            decay_every: 0,
            decay_factor: 1.0,
            weight_decay,
            patience: 0,
            accumulate_gradients: false,
        };
        Adam::new(parameters, groups, &training, Level::best())
    }

    #[cfg(feature = "rayon")]
    #[test]
    fn threads_change_nothing() {
        let values = |shift: usize| -> Vec<f32> {
            (0..3 * CHUNK + 5).map(|i| ((i * 7 + shift) % 101) as f32 - 50.0).collect()
        };
        let updated = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (mut parameters, gradient) = (values(1), values(2));
            let all = vec![Group { range: 0..gradient.len(), decays: true }];
            let mut adam = adam(parameters.len(), all, 0.01);
            for _ in 0..3 {
                adam.advance(0.1);
                adam.gradient().copy_from_slice(&gradient);
                pool.install(|| adam.finish(&mut parameters, 0..0));
            }
            parameters
        };
        let one = updated(1);
        assert!(updated(2) == one && updated(7) == one);
        approx::assert_relative_eq!(one[0], -49.0 * 0.999f32.powi(3) + 0.3, epsilon = 1e-3);
    }

    #[test]
    fn two_steps_by_hand() {
        let groups = vec![Group { range: 0..1, decays: true }, Group { range: 1..3, decays: false }];
        let mut adam = adam::<f64>(4, groups, 0.2);
        let mut p = [1.0, 2.0, 3.0, 5.0];
        adam.advance(0.1);
        adam.gradient().copy_from_slice(&[0.5, -4.0, 9.0, 9.0]);
        adam.finish(&mut p, 2..3);
        // The first step is the learning rate against the gradient's sign; the first parameter decays too.
        approx::assert_relative_eq!(p[0], 0.88, epsilon = 1e-8);
        approx::assert_relative_eq!(p[1], 2.1, epsilon = 1e-8);
        assert_eq!(p[2..], [3.0, 5.0], "moved by others, and in no group");
        adam.advance(0.1);
        adam.gradient()[0] = 1.0;
        let (gradient, moving) = adam.moving(&mut p[..1], 0..1);
        moving.along(Level::best(), &gradient[..1]);
        let (m, v): (f64, f64) = (0.9 * 0.05 + 0.1, 0.999 * 0.00025 + 0.001);
        let expected = 0.88 * 0.98 - 0.1 * (m / 0.19) / ((v / (1.0 - 0.998001f64)).sqrt() + 1e-8);
        approx::assert_relative_eq!(p[0], expected, epsilon = 1e-7);
    }
}
