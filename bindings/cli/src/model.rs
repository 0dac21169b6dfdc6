//! A model of either number type.

use crate::dataset::Split;
use crate::files;
use lsmi::estimator::{Report, ShiftRule, scalar_of_bytes};
use lsmi::{Config, Error, Model, Result, Scores};
use std::path::Path;

/// A model of either number type.
pub enum AnyModel {
    F32(Model<f32>),
    F64(Model<f64>),
}

/// Runs the same expression on the model of either type.
macro_rules! either {
    ($any:expr, $model:ident => $result:expr) => {
        match $any {
            AnyModel::F32($model) => $result,
            AnyModel::F64($model) => $result,
        }
    };
}

impl AnyModel {
    /// Reads a model file.
    pub fn load(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let bytes = files::bytes(path)?;
        files::require_safetensors(&name, &bytes, "a model file of lsmi")?;
        match scalar_of_bytes(&name, &bytes)?.as_str() {
            "f32" => Model::from_bytes(&name, &bytes).map(AnyModel::F32),
            "f64" => Model::from_bytes(&name, &bytes).map(AnyModel::F64),
            other => Err(Error::Format {
                field: name,
                expected: "a model of f32 or f64 numbers".into(),
                got: other.into(),
            }),
        }
    }

    pub fn save(&self, path: &Path) -> Result<()> {
        let bytes = either!(self, model => model.to_bytes())?;
        files::write_atomically(path, |out| out.write_all(&bytes))
    }

    pub fn scalar(&self) -> &'static str {
        match self {
            AnyModel::F32(_) => "f32",
            AnyModel::F64(_) => "f64",
        }
    }

    pub fn config(&self) -> &Config {
        either!(self, model => model.config())
    }

    pub fn features(&self) -> [usize; 2] {
        either!(self, model => model.features())
    }

    pub fn class_counts(&self) -> &[usize] {
        either!(self, model => model.class_counts())
    }

    pub fn log_prior(&self) -> &[f64] {
        either!(self, model => model.log_prior())
    }

    pub fn frozen_shift(&self) -> f64 {
        either!(self, model => model.frozen_shift())
    }

    pub fn histories(&self) -> &lsmi::estimator::Histories {
        either!(self, model => model.histories())
    }

    pub fn notes(&self) -> Vec<String> {
        either!(self, model => model.notes())
    }

    pub fn report(&self, shift: ShiftRule) -> Report {
        either!(self, model => Report::new(model, shift))
    }

    /// Scores a split.
    pub fn score(&self, split: &Split, shift: ShiftRule) -> Result<Scores> {
        either!(self, model => {
            let numbers = split.numbers()?;
            let [x1, x2] = numbers.samples()?;
            model.score_with_shift(x1, x2, &numbers.y, shift).map_err(|e| split.name_error(e))
        })
    }
}
