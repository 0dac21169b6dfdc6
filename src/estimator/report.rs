//! The results as one object, the same in every language.

use super::config::{EntropyUnits, Preset, ShiftRule};
use super::health::Flag;
use super::model::Model;
use super::summary::{Reading, Summary};
use crate::{Float, Result};
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The name of the split that models are fitted to.
const TRAINING: &str = "train";

/// Results and where they come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// By name of the split: `train`, `val`.
    pub splits: BTreeMap<String, Summary>,
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
    /// By which models the split `train` was read, if there is one.
    pub reading: Option<Reading>,
    /// What a reader should know about the fit.
    pub notes: Vec<String>,
    /// Signs that the results may mislead.
    #[serde(default)]
    pub flags: Vec<Flag>,
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
            reading: None,
            notes: model.notes(),
            flags: model.flags().to_vec(),
        }
    }

    /// Adds a split.
    #[must_use]
    pub fn with(mut self, split: &str, summary: &Summary) -> Self {
        if split == TRAINING {
            self.reading = Some(summary.reading);
        }
        self.splits.insert(split.to_string(), summary.clone());
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
