//! Data whose pointwise information is known exactly, per sample and in nats.
//!
//! What an estimator says about such data can be held against the truth ([`agreement`]). Every generator takes a
//! seed: the same seed gives the same samples, and fewer samples are the beginning of more.
//!
//! | | x1, x2 | what it shows |
//! |---|---|---|
//! | [`MixedGaussian`] | class marker in Gaussian noise, correlated between the modalities | mostly redundancy |
//! | [`xor`] | one bit each along a random direction, y their exclusive or | synergy alone |
//! | [`KindMixture`] | samples of four kinds in given proportions | each atom, sample by sample |
//! | [`LatentMixture`] | any finite mixture of Gaussian states | what you make of it |
//! | [`Circuit`] | bits of a logic gate | discrete data |
//!
//! ```
//! use lsmi::interaction::Information;
//! use lsmi::synthetic::MixedGaussian;
//!
//! let data = MixedGaussian::new(10, 0.5, 0.5)?.sample(1000, 42)?;
//! let truth = Information::mean(&data.truth);
//! assert!(truth.i12 > truth.i1 && truth.i1 > 1.2);
//! # Ok::<(), lsmi::Error>(())
//! ```

mod agreement;
mod circuits;
mod gaussian;
mod latent;
mod log_sum;
mod mixture;
mod xor;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

pub use agreement::{Agreement, agreement};
pub use circuits::{Circuit, CircuitCell};
pub use gaussian::MixedGaussian;
pub use latent::{LatentMixture, LatentState};
pub use mixture::{Kind, KindMixture};
pub use xor::{xor, xor_mixture};

use crate::error::{Error, Result};
use crate::interaction::Information;

/// Stream of the samples, far from the numbers that fitting counts up from 0: data and models may share a seed.
const SAMPLE_STREAM: u64 = 1 << 63;
/// Stream of what a generator itself draws before it samples.
const MODEL_STREAM: u64 = SAMPLE_STREAM + 1;

/// Samples with their exact pointwise information.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// First modality: sample i is `x1[i * features1..(i + 1) * features1]`.
    pub x1: Vec<f64>,
    /// Second modality: sample i is `x2[i * features2..(i + 1) * features2]`.
    pub x2: Vec<f64>,
    /// Target of each sample, a class number below `classes`.
    pub y: Vec<i64>,
    /// Number of samples n.
    pub samples: usize,
    /// Features of the first modality.
    pub features1: usize,
    /// Features of the second modality.
    pub features2: usize,
    /// Number of classes.
    pub classes: usize,
    /// Exact information of each sample, in nats.
    pub truth: Vec<Information>,
}

impl Dataset {
    /// No samples yet, room for `samples`.
    fn with_room(samples: usize, features1: usize, features2: usize, classes: usize) -> Result<Self> {
        if samples == 0 {
            return Err(setting("samples", "at least 1", 0));
        }
        Ok(Dataset {
            x1: room("samples", samples, features1)?,
            x2: room("samples", samples, features2)?,
            y: room("samples", samples, 1)?,
            samples,
            features1,
            features2,
            classes,
            truth: room("samples", samples, 1)?,
        })
    }
}

/// Room for `rows` × `columns` numbers, where `field` sets the amount.
fn room<T>(field: &str, rows: usize, columns: usize) -> Result<Vec<T>> {
    let mut buffer = Vec::new();
    match rows.checked_mul(columns).map(|length| buffer.try_reserve_exact(length)) {
        Some(Ok(())) => Ok(buffer),
        _ => Err(setting(field, "an amount that fits into memory", rows)),
    }
}

fn setting(field: &str, expected: &str, got: impl core::fmt::Display) -> Error {
    Error::Setting { field: field.into(), expected: expected.into(), got: format!("{got}") }
}

fn check_features(field: &str, expected: usize, got: usize) -> Result<()> {
    if expected == got {
        Ok(())
    } else {
        Err(Error::Shape { field: field.into(), what: "features", expected, got })
    }
}

/// Position of class `y` among `classes`.
fn class_index(y: i64, classes: usize) -> Result<usize> {
    usize::try_from(y)
        .ok()
        .filter(|class| *class < classes)
        .ok_or_else(|| class_error(format!("a class from 0 to {}", classes - 1), y))
}

fn class_error(expected: String, got: i64) -> Error {
    Error::Class { field: "y".into(), row: 0, column: None, expected, got: format!("{got}") }
}
