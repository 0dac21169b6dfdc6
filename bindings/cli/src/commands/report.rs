//! `lsmi report`: a page about a model, or about what `lsmi fit --json` wrote.

use crate::arguments::Report as Arguments;
use crate::uncertainty::{DRAWS, LEVEL};
use crate::{files, model, output};
use lsmi::estimator::AnyModel;
use lsmi::trust::{Controls, intervals};
use lsmi::{Error, Report, Result};
use serde::Deserialize;
use std::path::Path;

pub fn run(arguments: &Arguments) -> Result<()> {
    files::check_writable_folder("-o", &arguments.output)?;
    let check = arguments.check.as_deref();
    let sources: Vec<&Path> = check.into_iter().chain([arguments.source.as_path()]).collect();
    files::check_distinct("-o", &arguments.output, &sources)?;
    let name = arguments.source.display().to_string();
    let bytes = files::bytes(&arguments.source)?;
    let mut report = match bytes.trim_ascii_start().first() {
        Some(b'{') => of_json(&name, &bytes)?,
        _ => of_model(&name, &bytes)?,
    };
    if let Some(path) = check {
        report.controls = Some(controls(&path.display().to_string(), &files::bytes(path)?)?);
    }
    let page = lsmi_report::page(&report)?;
    files::write_atomically(&arguments.output, |out| out.write_all(page.as_bytes()))?;
    output::print(&format!("report written to {}", arguments.output.display()));
    Ok(())
}

fn of_json(name: &str, bytes: &[u8]) -> Result<Report> {
    serde_json::from_slice(bytes).map_err(|error| Error::Format {
        field: name.into(),
        expected: "the JSON of `lsmi fit --json` (that of `lsmi check --json` goes with --check)".into(),
        got: error.to_string(),
    })
}

/// The controls of what `lsmi check --json` wrote.
fn controls(name: &str, bytes: &[u8]) -> Result<Controls> {
    #[derive(Deserialize)]
    struct Findings {
        controls: Controls,
    }
    let findings: Findings = serde_json::from_slice(bytes).map_err(|error| Error::Format {
        field: name.into(),
        expected: "the JSON of `lsmi check --json`, with controls".into(),
        got: error.to_string(),
    })?;
    Ok(findings.controls)
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
