//! The results as one object, the same in every language.

use super::config::{EntropyUnits, Preset, ShiftRule};
use super::model::Model;
use super::score::{PerSource, Scores};
use crate::interaction::Atoms;
use crate::{Float, Result};
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What is reported of one split, nats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitReport {
    /// Number of samples.
    pub n: usize,
    /// Mean i(x1; y).
    pub i1: f64,
    /// Mean i(x2; y).
    pub i2: f64,
    /// Mean i(x1, x2; y).
    pub i12: f64,
    /// Mean surprisal of x1.
    pub h1: f64,
    /// Mean surprisal of x2.
    pub h2: f64,
    /// Mean atoms as they are.
    pub raw: Atoms,
    /// Mean atoms after the shift.
    pub adjusted: Atoms,
    /// The shift.
    pub shift: f64,
    /// S − R, which needs no surprisal.
    pub s_minus_r: f64,
    /// Fraction of samples whose class a classifier finds.
    pub accuracy: PerSource,
    /// Mean −log p(y|x).
    pub log_loss: PerSource,
    /// Samples whose standardised features were limited.
    pub clipped: usize,
}

/// Results and where they come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// By name of the split: `train`, `val`.
    pub splits: BTreeMap<String, SplitReport>,
    /// Seed of the fit.
    pub seed: u64,
    /// Preset of the fit.
    pub preset: Preset,
    /// Version of the library that made the report.
    pub version: String,
    /// Units of h1 and h2.
    pub entropy_units: EntropyUnits,
    /// Rule of the shift.
    pub shift_rule: ShiftRule,
    /// What a reader should know about the fit.
    pub notes: Vec<String>,
}

impl SplitReport {
    /// The summary of some scores.
    pub fn new(scores: &Scores) -> Self {
        let mean = &scores.mean_information;
        SplitReport {
            n: scores.y.len(),
            i1: mean.i1,
            i2: mean.i2,
            i12: mean.i12,
            h1: mean.h1,
            h2: mean.h2,
            raw: scores.raw,
            adjusted: scores.adjusted,
            shift: scores.shift,
            s_minus_r: mean.synergy_minus_redundancy(),
            accuracy: scores.accuracy,
            log_loss: scores.log_loss,
            clipped: scores.clipped,
        }
    }
}

impl Report {
    /// A report about `model` with no split yet; `shift_rule` is the one that its splits are scored with.
    pub fn new<T: Float>(model: &Model<T>, shift_rule: ShiftRule) -> Self {
        Report {
            splits: BTreeMap::new(),
            seed: model.config().seed,
            preset: model.config().preset,
            version: env!("CARGO_PKG_VERSION").to_string(),
            entropy_units: model.config().entropy_units,
            shift_rule,
            notes: model.notes(),
        }
    }

    /// Adds a split.
    #[must_use]
    pub fn with(mut self, split: &str, scores: &Scores) -> Self {
        self.splits.insert(split.to_string(), SplitReport::new(scores));
        self
    }

    /// The report as JSON, indented.
    ///
    /// # Errors
    /// [`crate::Error::Format`] if it cannot be written as JSON.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string_pretty(self).map_err(|e| crate::Error::Format {
            field: "report".to_string(),
            expected: "numbers and names".to_string(),
            got: e.to_string(),
        })
    }
}
