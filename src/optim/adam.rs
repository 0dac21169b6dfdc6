//! Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019).

use crate::linalg::adam::AdamStep;
use crate::simd::{Buffer, Level};
use crate::{Float, parallel};
use core::ops::Range;

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// Parameters that one thread updates at a time: below this a second thread costs more than it brings.
const CHUNK: usize = 1 << 15;

/// The moments of all parameters.
pub(super) struct Adam<T> {
    first: Buffer<T>,
    second: Buffer<T>,
    /// β₁ᵗ and β₂ᵗ after t steps.
    powers: [f64; 2],
    level: Level,
}

impl<T: Float> Adam<T> {
    pub(super) fn new(parameters: usize, level: Level) -> Self {
        Adam { first: Buffer::new(parameters), second: Buffer::new(parameters), powers: [1.0; 2], level }
    }

    /// Begins the next step: the bias corrections change once for all ranges.
    pub(super) fn advance(&mut self) {
        self.powers[0] *= BETA1;
        self.powers[1] *= BETA2;
    }

    /// Moves the parameters of `range` along `gradient`; `decay` scales them first.
    pub(super) fn update(
        &mut self,
        range: Range<usize>,
        parameters: &mut [T],
        gradient: &[T],
        learning_rate: f64,
        decay: f64,
    ) {
        let [correction1, correction2] = self.powers.map(|power| 1.0 - power);
        let step = AdamStep {
            beta1: T::of(BETA1),
            rest1: T::of(1.0 - BETA1),
            beta2: T::of(BETA2),
            rest2: T::of(1.0 - BETA2),
            rate: T::of(learning_rate / correction1),
            root: T::of(1.0 / libm::sqrt(correction2)),
            epsilon: T::of(EPSILON),
            keep: T::of(1.0 - learning_rate * decay),
        };
        let state = [
            &mut parameters[range.clone()],
            &mut self.first.slice_mut()[range.clone()],
            &mut self.second.slice_mut()[range.clone()],
        ];
        let level = self.level;
        parallel::zip_chunks(&gradient[range], state, CHUNK, |gradient, state| {
            step.update(level, gradient, state);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(feature = "rayon")]
    use alloc::vec::Vec;

    #[cfg(feature = "rayon")]
    #[test]
    fn threads_change_nothing() {
        let values = |shift: usize| -> Vec<f32> {
            (0..3 * CHUNK + 5).map(|i| ((i * 7 + shift) % 101) as f32 - 50.0).collect()
        };
        let updated = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (mut parameters, gradient) = (values(1), values(2));
            let mut adam = Adam::new(parameters.len(), Level::best());
            for _ in 0..3 {
                adam.advance();
                let all = 0..gradient.len();
                pool.install(|| adam.update(all, &mut parameters, &gradient, 0.1, 0.01));
            }
            parameters
        };
        let one = updated(1);
        assert!(updated(2) == one && updated(7) == one);
        approx::assert_relative_eq!(one[0], -49.0 * 0.999f32.powi(3) + 0.3, epsilon = 1e-3);
    }

    #[test]
    fn two_steps_by_hand() {
        let mut adam = Adam::<f64>::new(3, Level::best());
        let mut p = [1.0, 2.0, 5.0];
        adam.advance();
        adam.update(0..2, &mut p, &[0.5, -4.0, 9.0], 0.1, 0.0);
        // The first step is the learning rate against the gradient's sign.
        approx::assert_relative_eq!(p[0], 0.9, epsilon = 1e-8);
        approx::assert_relative_eq!(p[1], 2.1, epsilon = 1e-8);
        assert_eq!(p[2], 5.0, "outside the range");
        adam.advance();
        adam.update(0..1, &mut p, &[1.0, 0.0, 0.0], 0.1, 0.2);
        let (m, v): (f64, f64) = (0.9 * 0.05 + 0.1, 0.999 * 0.00025 + 0.001);
        let expected = 0.9 * 0.98 - 0.1 * (m / 0.19) / ((v / (1.0 - 0.998001f64)).sqrt() + 1e-8);
        approx::assert_relative_eq!(p[0], expected, epsilon = 1e-7);
    }
}
