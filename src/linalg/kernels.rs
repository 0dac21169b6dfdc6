//! The kernels of each number type, compiled once, in this crate: code that is generic over the number type calls them
//! here, or every crate and test that uses it would compile all of them again.

use super::adam::Update;
use super::dense::{Downward, Forward as LayerForward, Transpose, WeightGradient};
use super::mixture::{Backward, BackwardX, Forward, Samplewise, Scales, Score};
use super::softmax::{CrossEntropy, Exp, LogSoftmax, Tanh};
use crate::simd::{Constants, Level, Rows, Softmax};

macro_rules! kernels {
    ($($(#[$doc:meta])* $name:ident: $kernel:ident -> $output:ty = $run:path;)*) => {
        /// A number type with its kernels.
        pub trait Kernels: Constants {
            $($(#[$doc])* fn $name(level: Level, kernel: $kernel<'_, Self>) -> $output;)*
        }

        impl Kernels for f32 {
            $(fn $name(level: Level, kernel: $kernel<'_, f32>) -> $output {
                $run(level, kernel)
            })*
        }

        impl Kernels for f64 {
            $(fn $name(level: Level, kernel: $kernel<'_, f64>) -> $output {
                $run(level, kernel)
            })*
        }
    };
}

kernels! {
    /// log Σ exp of rows.
    log_sum_exp: Rows -> () = Level::run;
    /// exp(v − log Σ exp).
    softmax: Softmax -> () = Level::run;
    /// Adam's update.
    adam: Update -> () = Level::run;
    /// A layer's outputs.
    layer_forward: LayerForward -> () = Level::run;
    /// The gradient that a layer hands down.
    layer_downward: Downward -> () = Level::run;
    /// The gradient of a layer's weights and biases.
    layer_gradient: WeightGradient -> () = Level::run;
    /// Rows to columns.
    transpose: Transpose -> () = Level::run;
    /// tanh of a block.
    tanh_block: Tanh -> () = Level::run;
    /// exp of a block.
    exp_block: Exp -> () = Level::run;
    /// Logits to log-probabilities.
    log_softmax: LogSoftmax -> () = Level::run;
    /// Cross-entropies and their gradient.
    cross_entropy: CrossEntropy -> () = Level::run;
    /// Log-densities of a mixture.
    score: Score -> () = Score::run_on;
    /// What a gradient needs of a block of samples.
    forward: Forward -> () = Level::run;
    /// The gradient of a mode.
    backward: Backward -> f64 = Level::run;
    /// The gradient for x.
    backward_x: BackwardX -> () = Level::run;
    /// Log-densities of mixtures of other parameters for every sample, and their gradient.
    samplewise: Samplewise -> () = Level::run;
    /// σ and exp σ.
    scales: Scales -> () = Level::run;
}
