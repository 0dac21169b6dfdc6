//! Model files, and scoring of a split with a model of either number type.

use crate::dataset::Split;
use crate::files;
use lsmi::estimator::{AnyModel, ShiftRule};
use lsmi::{Float, Model, Report, Result, Scores};
use std::path::Path;

/// Reads a model file.
pub fn load(path: &Path) -> Result<AnyModel> {
    let name = path.display().to_string();
    let bytes = files::bytes(path)?;
    files::require_safetensors(&name, &bytes, "a model file of lsmi (the order is MODEL DATA)")?;
    AnyModel::from_bytes(&name, &bytes)
}

/// Writes a model file.
pub fn save(model: &AnyModel, path: &Path) -> Result<()> {
    let bytes = model.to_bytes()?;
    files::write_atomically(path, |out| out.write_all(&bytes))
}

/// A report with what a model knows of its samples and of its fit.
pub fn with_details(report: Report, model: &AnyModel) -> Report {
    match model {
        AnyModel::F32(model) => report.with_details(model),
        AnyModel::F64(model) => report.with_details(model),
    }
}

/// Scores a split; errors carry the names of the file's arrays.
pub fn score(model: &AnyModel, split: &Split, shift: ShiftRule) -> Result<Scores> {
    fn typed<T: Float>(model: &Model<T>, split: &Split, shift: ShiftRule) -> Result<Scores> {
        let numbers = split.numbers()?;
        let [x1, x2] = numbers.samples()?;
        model.score_with_shift(x1, x2, &numbers.y, shift).map_err(|e| split.name_error(e))
    }
    match model {
        AnyModel::F32(model) => typed(model, split, shift),
        AnyModel::F64(model) => typed(model, split, shift),
    }
}
