//! `lsmi fit`.

use crate::arguments::{Fit, Precision};
use crate::dataset::{Dataset, Numbers};
use crate::model;
use crate::progress::FitBar;
use crate::{files, output, permutations, table, uncertainty};
use lsmi::estimator::AnyModel;
use lsmi::{Config, Float, Model, Result};

pub fn run(arguments: &Fit) -> Result<()> {
    let mut config = arguments.settings.config()?;
    uncertainty::check(&arguments.uncertainty, &config)?;
    files::check_writable_folder("-o", &arguments.output)?;
    files::check_distinct("-o", &arguments.output, &[&arguments.data])?;
    let begun = permutations::path(&arguments.output);
    if arguments.uncertainty.permutations > 0 {
        files::check_writable_folder("--permutations", &begun)?;
        files::check_distinct("--permutations", &begun, &[&arguments.data])?;
    }
    output::check_json(arguments.json.as_deref(), &[&arguments.data, &arguments.output, &begun])?;
    let data = Dataset::read(&arguments.data)?;
    data.check_for_fit()?;
    let train = data.training()?;
    if let (0, Some(classes)) = (config.classes, train.classes) {
        config.classes = classes;
    }
    let double = match arguments.precision {
        Precision::Data => data.is_double(),
        Precision::F32 => false,
        Precision::F64 => true,
    };
    let model = match double {
        false => AnyModel::F32(fit(&train.numbers()?, &config)?),
        true => AnyModel::F64(fit(&train.numbers()?, &config)?),
    };
    let mut report = model.report(config.shift);
    report = match model.cross_fitted() {
        Some(scores) => report.with(train.name, &scores.summary),
        None => report.with(train.name, &model::score(&model, train, config.shift)?.summary),
    };
    if let Some(split) = &data.val {
        report = report.with(split.name, &model::score(&model, split, config.shift)?.summary);
    }
    // Before what takes longer than the fit.
    model::save(&model, &arguments.output)?;
    let uncertainty = match &model {
        AnyModel::F32(model) => uncertainty::of(model, &train.numbers()?, &arguments.uncertainty, &begun)?,
        AnyModel::F64(model) => uncertainty::of(model, &train.numbers()?, &arguments.uncertainty, &begun)?,
    };
    uncertainty.add_to(&mut report);
    if arguments.json.is_some() {
        report = model::with_details(report, &model);
        if let Some(details) = &mut report.details {
            details.command = command();
        }
    }
    if !output::is_standard_output(arguments.json.as_deref()) {
        output::print(&table::report(&report));
        uncertainty.table().iter().for_each(|table| output::print(table));
        data.note().iter().for_each(|note| output::print(note));
        output::print(&format!("model written to {}", arguments.output.display()));
    }
    // A disk that is full by now takes neither the tables nor what goes on.
    output::write_json(arguments.json.as_deref(), &report)?;
    output::check_printed()?;
    if arguments.uncertainty.permutations > 0 {
        permutations::forget(&begun);
    }
    Ok(())
}

/// The words of this call, as a shell takes them.
fn command() -> String {
    let words: Vec<String> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let words = ["lsmi"].into_iter().chain(words.iter().map(String::as_str));
    // What a system hands over has no NUL, which is all that cannot be quoted.
    shlex::try_join(words).unwrap_or_default()
}

/// Fits with a progress bar; errors carry the names of the file's arrays.
pub fn fit<T: Float>(train: &Numbers<T>, config: &Config) -> Result<Model<T>> {
    let [x1, x2] = train.samples()?;
    let mut bar = FitBar::new();
    let model = lsmi::fit_with_progress(x1, x2, &train.y, config, &mut |progress| bar.observe(progress));
    bar.finish();
    model.map_err(|error| train.name_error(error))
}
