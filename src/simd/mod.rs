//! Vectors: one trait that kernels are written over, a thin file for each instruction set, and the choice among them.
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
mod peak;
mod portable;
pub(crate) mod vector;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use buffer::Buffer;
pub(crate) use functions::Constants;
pub(crate) use level::Kernel;
pub use level::Level;
pub(crate) use log_sum_exp::{Rows, Softmax};
pub use log_sum_exp::{log_sum_exp, log_sum_exp_rows, log_sum_exp_rows_with, softmax_into};
pub use peak::multiply_adds;
pub(crate) use vector::{Lanes, Vector, sum};
