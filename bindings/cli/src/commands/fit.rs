//! `lsmi fit`.

use crate::arguments::{Fit, Precision};
use crate::dataset::{Dataset, Numbers, Split};
use crate::model;
use crate::progress::FitBar;
use crate::{files, output, table};
use lsmi::estimator::AnyModel;
use lsmi::{Config, Error, Float, Model, Result};
use std::collections::BTreeSet;

pub fn run(arguments: &Fit) -> Result<()> {
    let mut config = arguments.settings.config()?;
    files::check_writable_folder("-o", &arguments.output)?;
    files::check_distinct("-o", &arguments.output, &[&arguments.data])?;
    output::check_json(arguments.json.as_deref(), &[&arguments.data, &arguments.output])?;
    let data = Dataset::read(&arguments.data)?;
    let train = data.training()?;
    if let (0, Some(classes)) = (config.classes, train.classes) {
        config.classes = classes;
    }
    if let Some(val) = &data.val {
        check_validation(train, val)?;
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
    for split in [Some(train), data.val.as_ref()].into_iter().flatten() {
        report = report.with(split.name, &model::score(&model, split, config.shift)?);
    }
    model::save(&model, &arguments.output)?;
    output::write_json(arguments.json.as_deref(), &report.to_json()?)?;
    if !output::is_standard_output(arguments.json.as_deref()) {
        output::print(&table::report(&report));
        output::print(&format!("model written to {}", arguments.output.display()));
    }
    Ok(())
}

/// Fits with a progress bar; errors carry the names of the file's arrays.
pub fn fit<T: Float>(train: &Numbers<T>, config: &Config) -> Result<Model<T>> {
    let [x1, x2] = train.samples()?;
    let mut bar = FitBar::new(config);
    let model = lsmi::fit_with_progress(x1, x2, &train.y, config, &mut |progress| bar.observe(progress));
    bar.finish();
    model.map_err(|error| train.name_error(error))
}

/// Says before the fit what would fail after it: other shapes or classes in the validation split.
fn check_validation(train: &Split, val: &Split) -> Result<()> {
    let classes: BTreeSet<i64> = train.y.iter().copied().collect();
    let empty = train.modalities.iter().any(|features| matches!(features.shape(), (0, _) | (_, 0)));
    if classes.len() < 2 || empty {
        // The fit refuses the training split at once: the validation split is not to blame.
        return Ok(());
    }
    for (index, field) in ["x1", "x2"].into_iter().enumerate() {
        let (expected, got) = (train.modalities[index].shape().1, val.modalities[index].shape().1);
        if expected != got {
            let error = Error::Shape { field: field.into(), what: "features", expected, got };
            return Err(val.name_error(error));
        }
    }
    let numbers = val.numbers::<f64>()?;
    let [x1, x2] = numbers.samples()?;
    for (field, got) in [("x2", x2.samples()), ("y", val.y.len())] {
        if got != x1.samples() {
            let error = Error::Shape { field: field.into(), what: "samples", expected: x1.samples(), got };
            return Err(val.name_error(error));
        }
    }
    x1.check_finite("x1").and_then(|()| x2.check_finite("x2")).map_err(|e| val.name_error(e))?;
    let unseen = val.y.iter().position(|class| !classes.contains(class));
    match unseen.map(|row| (row, usize::try_from(val.y[row]))) {
        None => Ok(()),
        Some((row, Ok(got))) => Err(val.name_error(Error::UnseenClass { field: "y".into(), row, got })),
        Some((row, Err(_))) => Err(val.name_error(Error::Class {
            field: "y".into(),
            row,
            column: None,
            expected: "a class number of the training split".into(),
            got: val.y[row].to_string(),
        })),
    }
}
