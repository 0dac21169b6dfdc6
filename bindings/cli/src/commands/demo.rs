//! `lsmi demo`: data with known truth, fitted and compared.

use super::synth::validation_start;
use crate::arguments::Demo;
use crate::progress::FitBar;
use crate::table::nats;
use crate::{output, table};
use lsmi::estimator::EntropyUnits;
use lsmi::interaction::{Information, mean};
use lsmi::synthetic::{Agreement, Dataset, MixedGaussian, agreement};
use lsmi::{Error, Report, Result, Samples, Scores};
use serde_json::{Map, Value, json};

/// A name, and how to read its number off a sample's information.
pub type Quantity = (&'static str, fn(&Information) -> f64);

/// What is known exactly of synthetic samples.
pub const QUANTITIES: [Quantity; 9] = [
    ("h1", |i| i.h1),
    ("h2", |i| i.h2),
    ("i1", |i| i.i1),
    ("i2", |i| i.i2),
    ("i12", |i| i.i12),
    ("r", |i| i.atoms().redundancy),
    ("u1", |i| i.atoms().unique1),
    ("u2", |i| i.atoms().unique2),
    ("s", |i| i.atoms().synergy),
];

pub fn run(arguments: &Demo) -> Result<()> {
    let mut config = arguments.settings.config()?;
    for (key, instead) in [("classes", "--classes"), ("entropy_units", "units of the input, always")] {
        if arguments.settings.set.iter().any(|set| set.split('=').next().is_some_and(|k| k.trim() == key)) {
            return Err(Error::Setting {
                field: "--set".into(),
                expected: format!("no {key} in a demo ({instead})"),
                got: key.into(),
            });
        }
    }
    // The exact values are those of the features as given.
    config.entropy_units = EntropyUnits::Input;
    config.classes = arguments.classes;
    config.check()?;
    output::check_json(arguments.json.as_deref(), &[])?;
    let start = validation_start(arguments.samples.max(1), 0.2);
    if start == 0 || start >= arguments.samples {
        return Err(too_few("at least 3, so that both splits have some", arguments.samples));
    }
    let source = MixedGaussian::new(arguments.classes, arguments.rho, arguments.noise)?;
    let data = source.sample(arguments.samples, config.seed)?;
    let features = |x: &[f64]| x.iter().map(|v| *v as f32).collect::<Vec<f32>>();
    let (x1, x2) = (features(&data.x1), features(&data.x2));
    let whole =
        [Samples::from_rows("x1", &x1, data.features1)?, Samples::from_rows("x2", &x2, data.features2)?];
    let train = whole.map(|x| x.range(0, start));
    let val = whole.map(|x| x.range(start, data.samples - start));

    let mut bar = FitBar::new();
    let model =
        lsmi::fit_with_progress(train[0], train[1], &data.y[..start], &config, &mut |p| bar.observe(p));
    bar.finish();
    // The data are drawn here: a class that is missing from them is a matter of their number.
    let enough = |error| match error {
        Error::OneClass { .. } | Error::TooFewSamples { .. } | Error::UnseenClass { .. } => {
            too_few("enough for each class to be in the training split", arguments.samples)
        }
        other => other,
    };
    let model = model.map_err(enough)?;
    let train_summary = match model.cross_fitted() {
        Some(scores) => scores.summary.clone(),
        None => model.score(train[0], train[1], &data.y[..start])?.summary,
    };
    let val_scores = model.score(val[0], val[1], &data.y[start..]).map_err(enough)?;
    let report =
        Report::new(&model, config.shift).with("train", &train_summary).with("val", &val_scores.summary);

    let truth = compare(&data, &val_scores, start)?;
    let mut json = serde_json::to_value(&report).unwrap_or_default();
    let entries =
        truth.iter().map(|t| (t.name.into(), json!({"rmse": t.agreement.rmse, "corr": t.agreement.corr})));
    json["truth"] = json!({ "val": entries.collect::<Map<String, Value>>() });
    output::write_json(arguments.json.as_deref(), &json)?;
    if !output::is_standard_output(arguments.json.as_deref()) {
        output::print(&format!(
            "mixed Gaussian: {} classes, correlation {}, noise {}; preset {}, seed {}",
            arguments.classes, arguments.rho, arguments.noise, arguments.settings.preset, config.seed
        ));
        output::print(&table::report(&report));
        output::print("\nval against the exact values (raw), nats");
        let header = ["", "mean", "exact mean", "RMS error", "correlation"];
        let rows = truth.iter().map(|t| {
            vec![
                t.name.into(),
                nats(t.mean),
                nats(t.exact_mean),
                nats(t.agreement.rmse),
                format!("{:.3}", t.agreement.corr),
            ]
        });
        output::print(&table::table(&header, rows));
    }
    Ok(())
}

fn too_few(expected: &str, samples: usize) -> Error {
    Error::Setting { field: "--samples".into(), expected: expected.into(), got: samples.to_string() }
}

/// One quantity against its exact values.
struct Comparison {
    name: &'static str,
    mean: f64,
    exact_mean: f64,
    agreement: Agreement,
}

fn compare(data: &Dataset, scores: &Scores, start: usize) -> Result<Vec<Comparison>> {
    QUANTITIES
        .iter()
        .map(|(name, read)| {
            let exact: Vec<f64> = data.truth[start..].iter().map(read).collect();
            let estimate: Vec<f64> = scores.information.iter().map(read).collect();
            Ok(Comparison {
                name,
                mean: mean(&estimate),
                exact_mean: mean(&exact),
                agreement: agreement(&estimate, &exact)?,
            })
        })
        .collect()
}
