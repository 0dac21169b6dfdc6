#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs, unsafe_op_in_unsafe_fn)]
//! placeholder
extern crate alloc;

pub mod classifier;
mod error;
pub mod estimator;
pub mod interaction;
pub mod knife;
mod linalg;
mod matrix;
mod optim;
mod parallel;
pub mod rng;
mod scalar;
pub mod simd;
pub mod synthetic;

pub use error::{Error, Result};
pub use estimator::{Config, Model, Report, Scores, fit, fit_with_progress};
pub use matrix::Samples;
pub use optim::{History, Training, TrainingProgress, TrainingRun};
pub use scalar::Float;
