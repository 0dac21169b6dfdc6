//! Kernels over short vectors: log-sum-exp, and the lanes in which samples travel.
//!
//! Sums over lanes are folded in a fixed order, so that a result does not depend on how the compiler vectorises.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod buffer;
pub(crate) mod functions;
mod level;
mod log_sum_exp;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
pub(crate) mod vector;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use buffer::Buffer;
pub(crate) use level::Kernel;
pub use level::Level;
pub use log_sum_exp::{log_sum_exp, log_sum_exp_rows, log_sum_exp_rows_with, softmax_into};
pub(crate) use vector::{Lanes, Vector};

/// Samples that a tile holds side by side.
pub(crate) const LANES: usize = 16;

/// The sum of all lanes, by halves.
#[inline(always)]
pub(crate) fn fold<T: crate::Float>(mut sums: [T; LANES]) -> T {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            let upper = sums[lane + width];
            sums[lane] += upper;
        }
        width /= 2;
    }
    sums[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fold_adds_every_lane_once() {
        let lanes: [f64; LANES] = core::array::from_fn(|i| (1u32 << i) as f64);
        assert_eq!(fold(lanes), f64::from((1u32 << LANES) - 1));
    }
}
