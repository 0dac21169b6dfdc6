//! A model of either number type, for callers who learn the type at run time.

use super::calibration::Calibration;
use super::config::Config;
use super::format::ModelFile;
use super::health::Flag;
use super::model::{Histories, Model};
use super::preprocess::Preprocessing;
use super::score::Scores;
use crate::interaction::Atoms;
use crate::{Error, Result};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A model of f32 or of f64 numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum AnyModel {
    /// Single precision.
    F32(Model<f32>),
    /// Double precision.
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
    /// The model of [`Model::to_bytes`], of whichever type it is; `name` is what the bytes are called in errors.
    ///
    /// # Errors
    /// As [`Model::from_bytes`].
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self> {
        let file = ModelFile::open(name, bytes)?;
        match file.scalar() {
            "f32" => file.model().map(AnyModel::F32),
            "f64" => file.model().map(AnyModel::F64),
            other => Err(Error::Format {
                field: name.to_string(),
                expected: "a model of f32 or f64 numbers".to_string(),
                got: other.to_string(),
            }),
        }
    }

    /// Reads a model file of whichever type.
    ///
    /// # Errors
    /// As [`Model::load`].
    #[cfg(feature = "std")]
    pub fn load(path: impl AsRef<std::path::Path>) -> Result<Self> {
        let path = path.as_ref();
        AnyModel::from_bytes(&path.display().to_string(), &super::file::read(path)?)
    }

    /// [`Model::to_bytes`].
    ///
    /// # Errors
    /// As [`Model::to_bytes`].
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        either!(self, model => model.to_bytes())
    }

    /// `f32` or `f64`.
    pub fn scalar(&self) -> &'static str {
        match self {
            AnyModel::F32(_) => "f32",
            AnyModel::F64(_) => "f64",
        }
    }

    /// [`Model::config`].
    pub fn config(&self) -> &Config {
        either!(self, model => model.config())
    }

    /// [`Model::features`].
    pub fn features(&self) -> [usize; 2] {
        either!(self, model => model.features())
    }

    /// [`Model::classes`].
    pub fn classes(&self) -> usize {
        either!(self, model => model.classes())
    }

    /// [`Model::class_counts`].
    pub fn class_counts(&self) -> &[usize] {
        either!(self, model => model.class_counts())
    }

    /// [`Model::log_prior`].
    pub fn log_prior(&self) -> &[f64] {
        either!(self, model => model.log_prior())
    }

    /// [`Model::frozen_shift`].
    pub fn frozen_shift(&self) -> Option<f64> {
        either!(self, model => model.frozen_shift())
    }

    /// [`Model::cross_fitted`].
    pub fn cross_fitted(&self) -> Option<&Scores> {
        either!(self, model => model.cross_fitted())
    }

    /// [`Model::calibration`].
    pub fn calibration(&self) -> Option<&Calibration> {
        either!(self, model => model.calibration())
    }

    /// [`Model::deviation_ratios`].
    pub fn deviation_ratios(&self) -> Option<&Atoms> {
        either!(self, model => model.deviation_ratios())
    }

    /// [`Model::histories`].
    pub fn histories(&self) -> &Histories {
        either!(self, model => model.histories())
    }

    /// [`Model::preprocessing`].
    pub fn preprocessing(&self) -> &[Preprocessing; 2] {
        either!(self, model => model.preprocessing())
    }

    /// [`Model::entropy_offsets`].
    pub fn entropy_offsets(&self) -> [f64; 2] {
        either!(self, model => model.entropy_offsets())
    }

    /// [`Model::dropped`].
    pub fn dropped(&self) -> [Vec<usize>; 2] {
        either!(self, model => model.dropped())
    }

    /// [`Model::notes`].
    pub fn notes(&self) -> Vec<String> {
        either!(self, model => model.notes())
    }

    /// [`Model::flags`].
    pub fn flags(&self) -> &[Flag] {
        either!(self, model => model.flags())
    }
}
