//! The C interface (feature `capi`); its header is `include/lsmi.h`.
//!
//! Conventions: every function that can fail returns a status and writes results through pointers; numbers that come
//! from C are checked, never trusted; inputs are borrowed for the call; handles are opaque, made by `…_new`, `…_fit`
//! or `…_from_…` and freed by `…_free`; global are the message of a thread's last error, the
//! chosen instruction set and rayon's threads; nothing prints.

// Every function's contract with C stands in its own words; a `# Safety` heading would only repeat it in the header.
#![allow(clippy::missing_safety_doc)]

mod arrays;
mod config;
mod controls;
mod flags;
mod handle;
mod information;
mod interaction;
mod marginal;
mod marginal_fit;
mod matrix;
mod model;
mod network;
mod preprocessing;
mod progress;
mod report;
mod score;
mod simd;
mod status;
mod synthetic;
mod synthetic_truth;
mod training;
mod trust;

pub use config::*;
pub use controls::*;
pub use flags::*;
pub use information::*;
pub use interaction::*;
pub use marginal::*;
pub use marginal_fit::*;
pub use matrix::*;
pub use model::*;
pub use network::*;
pub use preprocessing::*;
pub use progress::*;
pub use report::*;
pub use score::*;
pub use simd::*;
pub use status::*;
pub use synthetic::*;
pub use synthetic_truth::*;
pub use training::*;
pub use trust::*;
