//! Adam's update of many parameters: in one pass, or by the kernel that finds their gradient.

use super::ends::{load_first, store_first};
use crate::Float;
use crate::simd::{Kernel, Level, Vector};
use core::ops::Range;

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

/// Parameters that stay, or that a kernel moves along the gradient that it finds.
pub(crate) enum Parameters<'a, T> {
    Fixed(&'a [T]),
    Moving(Moving<'a, T>),
}

impl<T: Float> Parameters<'_, T> {
    /// Their values.
    pub(crate) fn values(&self) -> &[T] {
        match self {
            Parameters::Fixed(values) => values,
            Parameters::Moving(moving) => moving.parameters,
        }
    }

    /// Those before `count`, and the rest.
    pub(crate) fn split_at(self, count: usize) -> (Self, Self) {
        match self {
            Parameters::Fixed(values) => {
                let (before, after) = values.split_at(count);
                (Parameters::Fixed(before), Parameters::Fixed(after))
            }
            Parameters::Moving(moving) => {
                let (before, after) = moving.split_at(count);
                (Parameters::Moving(before), Parameters::Moving(after))
            }
        }
    }
}

/// Parameters with their moments, and the step that moves them.
pub(crate) struct Moving<'a, T> {
    pub(crate) step: AdamStep<T>,
    pub(crate) parameters: &'a mut [T],
    pub(crate) first: &'a mut [T],
    pub(crate) second: &'a mut [T],
}

impl<T: Float> Moving<'_, T> {
    /// Some of them.
    pub(crate) fn part(&mut self, range: Range<usize>) -> Moving<'_, T> {
        Moving {
            step: self.step,
            parameters: &mut self.parameters[range.clone()],
            first: &mut self.first[range.clone()],
            second: &mut self.second[range],
        }
    }

    /// Without weight decay.
    pub(crate) fn free(mut self) -> Self {
        self.step.keep = T::one();
        self
    }

    /// Those before `count`, and the rest.
    pub(crate) fn split_at(self, count: usize) -> (Self, Self) {
        let step = self.step;
        let (parameters, parameters_after) = self.parameters.split_at_mut(count);
        let (first, first_after) = self.first.split_at_mut(count);
        let (second, second_after) = self.second.split_at_mut(count);
        let after = Moving { step, parameters: parameters_after, first: first_after, second: second_after };
        (Moving { step, parameters, first, second }, after)
    }

    /// Moves them. Negligible moments become 0 ([`Float::flushed`]): without gradient they would shrink into the
    /// subnormal numbers and stay there.
    ///
    /// # Panics
    /// If the lengths differ.
    pub(crate) fn along(self, level: Level, gradient: &[T]) {
        assert_eq!(self.parameters.len(), gradient.len());
        T::adam(level, Update { gradient, moving: self });
    }

    /// What kernels move vectors with.
    ///
    /// # Safety
    /// The processor has the instruction set of V.
    #[inline(always)]
    pub(super) unsafe fn vectors<V: Vector<Element = T>>(&mut self) -> Move<V> {
        let length = self.parameters.len();
        assert!(self.first.len() == length && self.second.len() == length);
        Move {
            // SAFETY: as this function's.
            constants: unsafe { Constants::new(&self.step) },
            parameters: self.parameters.as_mut_ptr(),
            first: self.first.as_mut_ptr(),
            second: self.second.as_mut_ptr(),
        }
    }
}

/// A gradient and what it moves, of equal length.
pub struct Update<'a, T> {
    pub(super) gradient: &'a [T],
    pub(super) moving: Moving<'a, T>,
}

impl<T: Float> Kernel<T> for Update<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(mut self) {
        let length = self.gradient.len();
        let gradient = self.gradient.as_ptr();
        let whole = length / V::LANES * V::LANES;
        // SAFETY: the caller says that the processor has the instruction set; all slices have this length, and no
        // vector reaches beyond.
        unsafe {
            let moves = self.moving.vectors::<V>();
            for at in (0..whole).step_by(V::LANES) {
                moves.vector(at, V::load(gradient.add(at)));
            }
            if whole < length {
                let rest = length - whole;
                moves.lanes(whole, rest, load_first(gradient.add(whole), rest));
            }
        }
    }
}

/// Where the parameters and moments of a [`Moving`] are, for kernels that find the gradient vector by vector.
#[derive(Clone, Copy)]
pub(super) struct Move<V: Vector> {
    constants: Constants<V>,
    parameters: *mut V::Element,
    first: *mut V::Element,
    second: *mut V::Element,
}

impl<V: Vector<Element: Float>> Move<V> {
    /// Where the parameters are.
    pub(super) fn parameters(&self) -> *const V::Element {
        self.parameters
    }

    /// Moves the vector of parameters from `place` on.
    ///
    /// # Safety
    /// The processor has the instruction set of V, and the vector lies within the parameters.
    #[inline(always)]
    pub(super) unsafe fn vector(&self, place: usize, gradient: V) {
        // SAFETY: as this function's.
        unsafe {
            let [p, m, v] = [self.parameters.add(place), self.first.add(place), self.second.add(place)];
            let new = self.constants.update(gradient, [V::load(p), V::load(m), V::load(v)]);
            new[0].store(p);
            new[1].store(m);
            new[2].store(v);
        }
    }

    /// Moves the first `count` parameters from `place` on.
    ///
    /// # Safety
    /// The processor has the instruction set of V, and so many lie within the parameters.
    #[inline(always)]
    pub(super) unsafe fn lanes(&self, place: usize, count: usize, gradient: V) {
        // SAFETY: as this function's.
        unsafe {
            let [p, m, v] = [self.parameters.add(place), self.first.add(place), self.second.add(place)];
            let old = [load_first(p, count), load_first(m, count), load_first(v, count)];
            let new = self.constants.update(gradient, old);
            store_first(new[0], p, count);
            store_first(new[1], m, count);
            store_first(new[2], v, count);
        }
    }
}

/// The step's numbers in all lanes.
#[derive(Clone, Copy)]
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
        let step = crate::linalg::tests::step::<T>();
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
                let moving = Moving { step, parameters: &mut p, first: &mut m, second: &mut v };
                moving.along(level, &gradient);
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
