//! Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019).

use crate::Float;
use alloc::{vec, vec::Vec};
use core::ops::Range;

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// The moments of all parameters.
pub(super) struct Adam<T> {
    first: Vec<T>,
    second: Vec<T>,
    step: i32,
}

impl<T: Float> Adam<T> {
    pub(super) fn new(parameters: usize) -> Self {
        Adam { first: vec![T::zero(); parameters], second: vec![T::zero(); parameters], step: 0 }
    }

    /// Begins the next step: the bias corrections change once for all ranges.
    pub(super) fn advance(&mut self) {
        self.step = self.step.saturating_add(1);
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
        let correction1 = 1.0 - libm::pow(BETA1, f64::from(self.step));
        let correction2 = 1.0 - libm::pow(BETA2, f64::from(self.step));
        let rate = T::of(learning_rate / correction1);
        let root = T::of(1.0 / libm::sqrt(correction2));
        let keep = T::of(1.0 - learning_rate * decay);
        let (beta1, beta2, epsilon) = (T::of(BETA1), T::of(BETA2), T::of(EPSILON));
        let (rest1, rest2) = (T::of(1.0 - BETA1), T::of(1.0 - BETA2));
        let moments = self.first[range.clone()].iter_mut().zip(&mut self.second[range.clone()]);
        let values = parameters[range.clone()].iter_mut().zip(&gradient[range]);
        for ((value, &gradient), (first, second)) in values.zip(moments) {
            // Without gradient the moments would shrink into the subnormal numbers and stay there.
            *first = (beta1 * *first + rest1 * gradient).flushed();
            *second = (beta2 * *second + rest2 * gradient * gradient).flushed();
            *value = *value * keep - rate * *first / (second.sqrt() * root + epsilon);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_steps_by_hand() {
        let mut adam = Adam::<f64>::new(3);
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
