//! Adam's update of many parameters, in one pass.

use super::ends::{load_first, store_first};
use crate::Float;
use crate::simd::{Kernel, Level, Vector};

/// The numbers of a step, the same for all its parameters: with gradient g, moments m, v and parameter p
///
/// ```text
/// m ← beta1 m + rest1 g      v ← beta2 v + rest2 g²      p ← keep p − rate m / (root √v + epsilon)
/// ```
#[derive(Debug, Clone, Copy)]
pub(crate) struct AdamStep<T> {
    pub(crate) beta1: T,
    pub(crate) rest1: T,
    pub(crate) beta2: T,
    pub(crate) rest2: T,
    pub(crate) rate: T,
    pub(crate) root: T,
    pub(crate) epsilon: T,
    pub(crate) keep: T,
}

impl<T: Float> AdamStep<T> {
    /// Updates parameters and moments. Negligible moments become 0 ([`Float::flushed`]): without gradient they would
    /// shrink into the subnormal numbers and stay there.
    ///
    /// # Panics
    /// If the lengths differ.
    pub(crate) fn update(&self, level: Level, gradient: &[T], [parameters, first, second]: [&mut [T]; 3]) {
        assert!([parameters.len(), first.len(), second.len()] == [gradient.len(); 3]);
        T::adam(level, Update { step: self, gradient, parameters, first, second });
    }
}

/// Arguments of equal length.
pub struct Update<'a, T> {
    step: &'a AdamStep<T>,
    gradient: &'a [T],
    parameters: &'a mut [T],
    first: &'a mut [T],
    second: &'a mut [T],
}

impl<T: Float> Kernel<T> for Update<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let length = self.gradient.len();
        let gradient = self.gradient.as_ptr();
        let (parameters, first, second) =
            (self.parameters.as_mut_ptr(), self.first.as_mut_ptr(), self.second.as_mut_ptr());
        let whole = length / V::LANES * V::LANES;
        // SAFETY: the caller says that the processor has the instruction set; all slices have this length, and no
        // vector reaches beyond.
        unsafe {
            let constants = Constants::<V>::new(self.step);
            for at in (0..whole).step_by(V::LANES) {
                let [p, m, v] = [parameters.add(at), first.add(at), second.add(at)];
                let new = constants.update(V::load(gradient.add(at)), [V::load(p), V::load(m), V::load(v)]);
                new[0].store(p);
                new[1].store(m);
                new[2].store(v);
            }
            let rest = length - whole;
            if rest > 0 {
                let [p, m, v] = [parameters.add(whole), first.add(whole), second.add(whole)];
                let old = [load_first(p, rest), load_first(m, rest), load_first(v, rest)];
                let new = constants.update(load_first(gradient.add(whole), rest), old);
                store_first(new[0], p, rest);
                store_first(new[1], m, rest);
                store_first(new[2], v, rest);
            }
        }
    }
}

/// The step's numbers in all lanes.
struct Constants<V> {
    beta1: V,
    rest1: V,
    beta2: V,
    rest2: V,
    rate: V,
    root: V,
    epsilon: V,
    keep: V,
    negligible: V,
    magnitude: V,
}

impl<T: Float, V: Vector<Element = T>> Constants<V> {
    /// # Safety
    /// The processor has the instruction set of V.
    #[inline(always)]
    unsafe fn new(step: &AdamStep<T>) -> Self {
        // SAFETY: as this function's.
        unsafe {
            Constants {
                beta1: V::splat(step.beta1),
                rest1: V::splat(step.rest1),
                beta2: V::splat(step.beta2),
                rest2: V::splat(step.rest2),
                rate: V::splat(step.rate),
                root: V::splat(step.root),
                epsilon: V::splat(step.epsilon),
                keep: V::splat(step.keep),
                negligible: V::splat(T::NEGLIGIBLE),
                magnitude: V::splat(T::from_bits((1 << (8 * T::BYTES - 1)) - 1)),
            }
        }
    }

    #[inline(always)]
    fn flushed(&self, vector: V) -> V {
        let zero = vector.like(T::default());
        vector.bit_and(self.magnitude).select_less(self.negligible, zero, vector)
    }

    /// Parameters and moments after the step.
    #[inline(always)]
    fn update(&self, gradient: V, [parameters, first, second]: [V; 3]) -> [V; 3] {
        let first = self.flushed(self.beta1.mul_add(first, self.rest1.mul(gradient)));
        let second = self.flushed(self.beta2.mul_add(second, self.rest2.mul(gradient).mul(gradient)));
        let step = self.rate.mul(first).div(self.root.mul_add(second.sqrt(), self.epsilon));
        [self.keep.mul(parameters).sub(step), first, second]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;
    use alloc::vec::Vec;

    /// The formula, one parameter after the other.
    fn reference<T: Float>(s: &AdamStep<T>, gradient: &[T], [parameters, first, second]: [&mut [T]; 3]) {
        for (i, &gradient) in gradient.iter().enumerate() {
            first[i] = (s.beta1 * first[i] + s.rest1 * gradient).flushed();
            second[i] = (s.beta2 * second[i] + s.rest2 * gradient * gradient).flushed();
            parameters[i] =
                parameters[i] * s.keep - s.rate * first[i] / (second[i].sqrt() * s.root + s.epsilon);
        }
    }

    fn check<T: Float>(tolerance: f64) {
        let [beta1, rest1, beta2, rest2] = [0.9, 0.1, 0.999, 0.001].map(T::of);
        let [rate, root, epsilon, keep] = [0.02, 3.0, 1e-8, 0.98].map(T::of);
        let step = AdamStep { beta1, rest1, beta2, rest2, rate, root, epsilon, keep };
        let mut stream = Stream::new(1, 0);
        for length in [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 130] {
            let mut normals = || (0..length).map(|_| T::of(stream.normal())).collect::<Vec<T>>();
            let (mut gradient, parameters, mut first, mut second) =
                (normals(), normals(), normals(), normals());
            second.iter_mut().for_each(|v| *v = *v * *v);
            if length > 3 {
                // Moments that become negligible, and a gradient that is no number.
                (gradient[0], first[0], second[0]) = (T::zero(), T::NEGLIGIBLE, T::NEGLIGIBLE);
                (gradient[1], first[1], second[1]) = (T::zero(), -T::NEGLIGIBLE, T::zero());
                gradient[2] = T::of(f64::NAN);
            }
            for level in Level::available() {
                let [mut p, mut m, mut v] = [&parameters, &first, &second].map(Vec::clone);
                let [mut want_p, mut want_m, mut want_v] = [&parameters, &first, &second].map(Vec::clone);
                step.update(level, &gradient, [&mut p, &mut m, &mut v]);
                reference(&step, &gradient, [&mut want_p, &mut want_m, &mut want_v]);
                for (got, want) in [(&p, &want_p), (&m, &want_m), (&v, &want_v)] {
                    for (got, want) in got.iter().zip(want) {
                        let close = (got.f64() - want.f64()).abs() <= tolerance * (1.0 + want.f64().abs());
                        assert!(
                            close || (got.f64().is_nan() && want.f64().is_nan()),
                            "{level}: {got} {want}"
                        );
                    }
                }
                if length > 3 {
                    assert_eq!([m[0], m[1], v[0], v[1]], [T::zero(); 4], "negligible");
                }
            }
        }
    }

    #[test]
    fn updates_agree_with_the_formula_at_lane_boundaries() {
        check::<f32>(4.0 * f64::from(f32::EPSILON));
        check::<f64>(4.0 * f64::EPSILON);
    }
}
