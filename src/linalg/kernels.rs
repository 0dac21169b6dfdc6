//! The kernels of each number type, compiled once, in this crate: code that is generic over the number type calls them
//! here, or every crate and test that uses it would compile all of them again.

use super::mixture::{Backward, BackwardX, Forward, Scales, Score};
use crate::simd::{Constants, Level};

macro_rules! kernels {
    ($($(#[$doc:meta])* $name:ident: $kernel:ident -> $output:ty;)*) => {
        /// A number type with its kernels.
        pub trait Kernels: Constants {
            $($(#[$doc])* fn $name(level: Level, kernel: $kernel<'_, Self>) -> $output;)*
        }

        impl Kernels for f32 {
            $(fn $name(level: Level, kernel: $kernel<'_, f32>) -> $output {
                level.run(kernel)
            })*
        }

        impl Kernels for f64 {
            $(fn $name(level: Level, kernel: $kernel<'_, f64>) -> $output {
                level.run(kernel)
            })*
        }
    };
}

kernels! {
    /// Log-densities of a mixture.
    score: Score -> ();
    /// What a gradient needs of a block of samples.
    forward: Forward -> ();
    /// The gradient of a mode.
    backward: Backward -> f64;
    /// The gradient for x.
    backward_x: BackwardX -> ();
    /// σ and exp σ.
    scales: Scales -> ();
}
