//! The results as one object, the same in every language.

mod details;

pub use details::{ClassMeans, Details, ExtremeSample, Extremes, SampleValues};

use crate::estimator::{AnyModel, EntropyUnits, Flag, Model, Preset, Reading, ShiftRule, Summary};
use crate::trust::{Controls, Intervals, Null, Spread};
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
    /// Bootstrap intervals of the cross-fitted means of the split `train`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intervals: Option<Intervals>,
    /// The null of shuffled labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub null: Option<Null>,
    /// How far readings by other folds and from other starts lie apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread: Option<Spread>,
    /// What was found in data made from the samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub controls: Option<Controls>,
    /// Samples, classes and the course of the fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Details>,
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
            intervals: None,
            null: None,
            spread: None,
            controls: None,
            details: None,
        }
    }

    /// Adds a split.
    #[must_use]
    pub fn with(mut self, split: &str, summary: &Summary) -> Self {
        self.add(split, summary);
        self
    }

    /// [`Report::with`] in place.
    pub(crate) fn add(&mut self, split: &str, summary: &Summary) {
        if split == TRAINING {
            self.reading = Some(summary.reading);
        }
        self.splits.insert(split.to_string(), summary.clone());
    }

    /// Adds what the model knows of its training samples and of its fit; see [`Details`].
    #[must_use]
    pub fn with_details<T: Float>(mut self, model: &Model<T>) -> Self {
        self.details = Some(Details::new(model));
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

    /// The report of [`Report::to_json`]; `name` is what the text is called in errors.
    ///
    /// # Errors
    /// [`crate::Error::Format`] for a text that is no report.
    pub fn from_json(name: &str, json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|e| crate::Error::Format {
            field: name.to_string(),
            expected: "the JSON of a report".to_string(),
            got: e.to_string(),
        })
    }
}

impl AnyModel {
    /// [`Report::new`].
    pub fn report(&self, shift: ShiftRule) -> Report {
        match self {
            AnyModel::F32(model) => Report::new(model, shift),
            AnyModel::F64(model) => Report::new(model, shift),
        }
    }
}
