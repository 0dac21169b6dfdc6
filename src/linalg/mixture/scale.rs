//! From the parameters ℓ to σ and exp σ.

use crate::Float;
use crate::linalg::panels::WIDTH;
use crate::simd::functions::{exp, tanh};
use crate::simd::{Kernel, Level, Vector};

/// σ = tanh ℓ (if bounded) or ℓ, and exp σ; all three of the same length, in whole panels.
pub(crate) fn scales<T: Float>(
    level: Level,
    bounded: bool,
    log_diagonal: &[T],
    sigma: &mut [T],
    scales: &mut [T],
) {
    assert!(log_diagonal.len().is_multiple_of(WIDTH));
    assert!(sigma.len() == log_diagonal.len() && scales.len() == log_diagonal.len());
    T::scales(level, Scales { bounded, log_diagonal, sigma, scales });
}

pub struct Scales<'a, T> {
    bounded: bool,
    log_diagonal: &'a [T],
    sigma: &'a mut [T],
    scales: &'a mut [T],
}

impl<T: Float> Kernel<T> for Scales<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        for place in (0..self.log_diagonal.len()).step_by(V::LANES) {
            // SAFETY: as this function's; the three slices have the same length, a multiple of LANES.
            unsafe {
                let l = V::load(self.log_diagonal.as_ptr().add(place));
                let sigma = if self.bounded { tanh(l) } else { l };
                sigma.store(self.sigma.as_mut_ptr().add(place));
                exp(sigma).store(self.scales.as_mut_ptr().add(place));
            }
        }
    }
}
