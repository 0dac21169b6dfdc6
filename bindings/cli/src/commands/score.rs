//! `lsmi score`.

use crate::arguments::{Score, SplitChoice};
use crate::dataset::{Dataset, Split};
use crate::files::{self, Format};
use crate::model;
use crate::{output, table};
use lsmi::Result;

pub fn run(arguments: &Score) -> Result<()> {
    if let Some(path) = &arguments.output {
        Format::of(path)?;
        files::check_writable_folder("-o", path)?;
        files::check_distinct("-o", path, &[&arguments.model, &arguments.data])?;
    }
    let mut files = vec![arguments.model.as_path(), &arguments.data];
    files.extend(arguments.output.as_deref());
    output::check_json(arguments.json.as_deref(), &files)?;
    let model = model::load(&arguments.model)?;
    let data = Dataset::read(&arguments.data)?;
    let shift = arguments.shift.map_or(model.config().shift, Into::into);
    let splits: Vec<&Split> = match arguments.split {
        Some(SplitChoice::Train) => vec![data.training()?],
        Some(SplitChoice::Val) => vec![data.validation()?],
        Some(SplitChoice::All) => data.train.iter().chain(&data.val).collect(),
        None => data.val.iter().chain(&data.train).take(1).collect(),
    };
    let scores = splits.iter().map(|split| model::score(&model, split, shift)).collect::<Result<Vec<_>>>()?;
    let mut report = model.report(shift);
    for (split, scores) in splits.iter().zip(&scores) {
        report = report.with(split.name, &scores.summary);
    }
    if let Some(path) = &arguments.output {
        output::write_scores(path, &scores.iter().collect::<Vec<_>>())?;
    }
    output::write_json(arguments.json.as_deref(), &report)?;
    if !output::is_standard_output(arguments.json.as_deref()) {
        output::print(&table::report(&report));
        if let Some(path) = &arguments.output {
            output::print(&format!("scores written to {}", path.display()));
        }
    }
    Ok(())
}
