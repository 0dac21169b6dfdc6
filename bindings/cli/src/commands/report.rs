//! `lsmi report`: a page about a model, or about what `lsmi fit --json` wrote.

use crate::arguments::Report as Arguments;
use crate::uncertainty::{DRAWS, LEVEL};
use crate::{files, model, output};
use lsmi::estimator::AnyModel;
use lsmi::trust::intervals;
use lsmi::{Error, Report, Result};

pub fn run(arguments: &Arguments) -> Result<()> {
    files::check_writable_folder("-o", &arguments.output)?;
    files::check_distinct("-o", &arguments.output, &[&arguments.source])?;
    let name = arguments.source.display().to_string();
    let bytes = files::bytes(&arguments.source)?;
    let report = match bytes.trim_ascii_start().first() {
        Some(b'{') => of_json(&name, &bytes)?,
        _ => of_model(&name, &bytes)?,
    };
    let page = lsmi_report::page(&report)?;
    files::write_atomically(&arguments.output, |out| out.write_all(page.as_bytes()))?;
    output::print(&format!("report written to {}", arguments.output.display()));
    Ok(())
}

fn of_json(name: &str, bytes: &[u8]) -> Result<Report> {
    let text = std::str::from_utf8(bytes).map_err(|e| Error::Format {
        field: name.into(),
        expected: "the JSON of `lsmi fit --json`".into(),
        got: e.to_string(),
    })?;
    Report::from_json(name, text)
}

/// What a model knows of its training samples, with intervals.
fn of_model(name: &str, bytes: &[u8]) -> Result<Report> {
    files::require_safetensors(name, bytes, "a model file of lsmi, or the JSON of `lsmi fit --json`")?;
    let model = AnyModel::from_bytes(name, bytes)?;
    let mut report = model::with_details(model.report(model.config().shift), &model);
    if let Some(scores) = model.cross_fitted() {
        report = report.with("train", &scores.summary);
        // None of samples that are no finite numbers: the page then does without.
        report.intervals = match &model {
            AnyModel::F32(model) => intervals(model, DRAWS, LEVEL, model.config().seed).ok(),
            AnyModel::F64(model) => intervals(model, DRAWS, LEVEL, model.config().seed).ok(),
        };
    }
    Ok(report)
}
