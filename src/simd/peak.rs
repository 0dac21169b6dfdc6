//! The rate against which kernels are measured: multiply-adds of numbers that stay in registers.

use super::level::{Kernel, Level};
use super::vector::{Vector, sum};
use crate::Float;
use core::hint::black_box;

/// Chains of multiply-adds side by side: enough for two units that take four or five cycles each, and with the two
/// factors fewer than the 16 registers of the plainer instruction sets.
const CHAINS: usize = 12;

/// Makes at least `count` multiply-adds of numbers in registers, as many at a time as the processor can; gives how
/// many, and what they came to. Divided by the time that it takes, this is the most that a kernel of this level can
/// reach on one core.
///
/// ```
/// use lsmi::simd::{Level, multiply_adds};
/// let begin = std::time::Instant::now();
/// let (count, _) = multiply_adds::<f32>(Level::best(), 1_000_000);
/// println!("{} GFLOP/s", 2e-9 * count as f64 / begin.elapsed().as_secs_f64());
/// ```
pub fn multiply_adds<T: Float>(level: Level, count: u64) -> (u64, f64) {
    match T::BYTES {
        4 => multiply_adds_f32(level, count),
        _ => multiply_adds_f64(level, count),
    }
}

// Not generic, so that they are compiled in this crate.

fn multiply_adds_f32(level: Level, count: u64) -> (u64, f64) {
    level.run::<f32, _>(MultiplyAdds { count, factor: 0.999f32 })
}

fn multiply_adds_f64(level: Level, count: u64) -> (u64, f64) {
    level.run::<f64, _>(MultiplyAdds { count, factor: 0.999f64 })
}

/// v ← f·v + (1 − f), which tends to 1 from any start.
struct MultiplyAdds<T> {
    count: u64,
    factor: T,
}

impl<T: Float> Kernel<T> for MultiplyAdds<T> {
    type Output = (u64, f64);

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) -> (u64, f64) {
        let round = (CHAINS * V::LANES) as u64;
        let rounds = self.count.div_ceil(round);
        // The compiler must not know the factor, nor that chains are alike.
        let factor = black_box(self.factor);
        // SAFETY: the caller says that the processor has the instruction set.
        let (factor, rest) = unsafe { (V::splat(factor), V::splat(T::one() - factor)) };
        let mut chains: [V; CHAINS] = core::array::from_fn(|i| factor.like(T::of(i as f64)));
        for _ in 0..rounds {
            for chain in &mut chains {
                *chain = chain.mul_add(factor, rest);
            }
        }
        let total = chains.into_iter().fold(T::zero(), |total, chain| total.plus(sum(chain)));
        (rounds * round, total.f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_makes_as_many_as_asked_for_and_gets_them_right() {
        fn check<T: Float>(tolerance: f64) {
            for level in Level::available() {
                let (count, total) = multiply_adds::<T>(level, 1000);
                assert!((1000..1400).contains(&count), "{level}: {count}");
                // In the chain that starts at i, 1 + fⁿ (i − 1) is left after n steps; there is one per lane.
                let mut expected = 0.0;
                let (lanes, steps) = lanes_and_steps::<T>(level, count);
                for i in 0..CHAINS {
                    expected += lanes * (1.0 + libm::pow(0.999, steps) * (i as f64 - 1.0));
                }
                approx::assert_relative_eq!(total, expected, max_relative = tolerance);
                assert_eq!(multiply_adds::<T>(level, 0).0, 0);
            }
        }
        fn lanes_and_steps<T: Float>(level: Level, count: u64) -> (f64, f64) {
            let (round, _) = multiply_adds::<T>(level, 1);
            (round as f64 / CHAINS as f64, (count / round) as f64)
        }
        check::<f32>(1e-5);
        check::<f64>(1e-12);
    }
}
