#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs, unsafe_op_in_unsafe_fn)]
//! How much do two modalities tell about a target: together, each alone, or only in combination?
//!
//! For every sample of two modalities x1, x2 and a class y, libLSMI estimates redundancy r, uniqueness u1 and u2,
//! and synergy s, in nats (LSMI: Yang, Wang and Hu, ICML 2025). Data flow one way:
//!
//! ```text
//! features ─ preprocessing ┬ densities p(x1), p(x2)                   ─ h1, h2      ┬ atoms r, u1, u2, s ─ summaries
//!                          └ classifiers p(y|x1), p(y|x2), p(y|x1,x2) ─ i1, i2, i12 ┘
//! ```
//!
//! ```
//! use lsmi::{Config, Samples, fit, synthetic::MixedGaussian};
//!
//! // 500 samples with known truth; your own data are slices of f32 or f64, a sample after the other.
//! let data = MixedGaussian::new(2, 0.5, 0.5)?.sample(500, 42)?;
//! let (x1, x2) = (Samples::from_rows("x1", &data.x1, 2)?, Samples::from_rows("x2", &data.x2, 2)?);
//!
//! let model = fit(x1, x2, &data.y, &Config::default())?;
//! let scores = model.score(x1, x2, &data.y)?;
//! println!("on average {:?}, the first sample {:?}", scores.summary.adjusted, scores.atoms[0]);
//! # assert!(scores.summary.adjusted.redundancy > 0.2);
//! # Ok::<(), lsmi::Error>(())
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`estimator`] | presets, preprocessing, [`fit`], scoring, the model file |
//! | [`interaction`] | from information to atoms, the shift, exact counting for discrete sources |
//! | [`knife`] | KNIFE, the density, alone or given a condition: evaluation, gradients, fit |
//! | [`classifier`] | networks for p(y\|x): evaluation, gradients, fit |
//! | [`trust`] | intervals of means, nulls, spread and controls |
//! | [`report`] | the results as one JSON object |
//! | [`synthetic`] | generators with known truth |
//! | [`simd`] | which instruction set the kernels run on; log-sum-exp of rows |
//! | [`rng`] | seeded streams |
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `std` | yes | model files on disk; without it the crate is `no_std` with `alloc` |
//! | `rayon` | yes | threads; results do not depend on their number |
//! | `capi` | no | the C interface of `include/lsmi.h` (module `ffi`) |
//! | `header` | no | generation of that header at build time, for `bindings/c/header` |
//!
//! All logarithms are natural: every quantity is in nats. One seed gives one result on one machine, whatever the number
//! of threads; machines with other instruction sets may differ in the last digits.

extern crate alloc;

pub mod classifier;
mod error;
pub mod estimator;
#[cfg(feature = "capi")]
pub mod ffi;
pub mod interaction;
pub mod knife;
mod linalg;
mod matrix;
mod optim;
mod parallel;
pub mod report;
pub mod rng;
mod scalar;
pub mod simd;
pub mod synthetic;
pub mod trust;

pub use error::{Error, Result};
pub use estimator::{Config, Model, Scores, fit, fit_with_progress};
pub use matrix::Samples;
pub use optim::{History, Training, TrainingProgress, TrainingRun};
pub use report::Report;
pub use scalar::Float;

/// The optional parts that this build has, of `std` and `rayon`.
pub const fn build_features() -> &'static [&'static str] {
    match (cfg!(feature = "std"), cfg!(feature = "rayon")) {
        (_, true) => &["std", "rayon"],
        (true, false) => &["std"],
        (false, false) => &[],
    }
}

/// The README's Rust, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
