//! `lsmi check`: what can be said of data before a fit, and what a fit would find if it were there.

use crate::arguments::Check;
use crate::dataset::{Dataset, Numbers, Split};
use crate::output;
use crate::progress::Bar;
use crate::table::{self, nats};
use lsmi::estimator::{Flag, data_flags};
use lsmi::trust::{ControlResult, Controls, controls_with_progress};
use lsmi::{Config, Error, Float, Result};
use lsmi_report::words;
use serde::Serialize;
use std::ops::ControlFlow;

/// What is found, as JSON has it.
#[derive(Serialize)]
struct Findings {
    samples: usize,
    features: [usize; 2],
    classes: usize,
    flags: Vec<Flag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    controls: Option<Controls>,
    version: &'static str,
}

pub fn run(arguments: &Check) -> Result<()> {
    let mut config = arguments.settings.config()?;
    if config.folds == 0 && !arguments.no_controls {
        return Err(Error::Setting {
            field: "--folds".into(),
            expected: "at least 2, as controls are read by models that did not see them (or --no-controls)"
                .into(),
            got: "0".into(),
        });
    }
    output::check_json(arguments.json.as_deref(), &[&arguments.data])?;
    let data = Dataset::read(&arguments.data)?;
    data.check_for_fit()?;
    let train = data.training()?;
    if let (0, Some(classes)) = (config.classes, train.classes) {
        config.classes = classes;
    }
    match data.is_double() {
        false => check(&data, train, &train.numbers::<f32>()?, &config, arguments),
        true => check(&data, train, &train.numbers::<f64>()?, &config, arguments),
    }
}

fn check<T: Float>(
    data: &Dataset,
    split: &Split,
    numbers: &Numbers<T>,
    config: &Config,
    arguments: &Check,
) -> Result<()> {
    let [x1, x2] = numbers.samples()?;
    let classes: std::collections::BTreeSet<i64> = numbers.y.iter().copied().collect();
    let mut findings = Findings {
        samples: numbers.y.len(),
        features: [x1.features(), x2.features()],
        classes: classes.len(),
        flags: data_flags(&x1, &x2, &numbers.y),
        controls: None,
        version: env!("CARGO_PKG_VERSION"),
    };
    let is_shown = !output::is_standard_output(arguments.json.as_deref());
    // Whatever becomes of the controls.
    if is_shown {
        show_data(&findings);
    }
    if !arguments.no_controls {
        let mut bar = Bar::counting("controls", 0);
        let found = controls_with_progress(x1, x2, &numbers.y, config, &mut |done, total| {
            bar.set(done, total);
            ControlFlow::Continue(())
        });
        bar.finish();
        findings.controls = Some(found.map_err(|error| split.name_error(error))?);
    }
    if is_shown {
        findings.controls.iter().for_each(|controls| show_controls(controls, findings.features));
        data.note().iter().for_each(|note| output::print(note));
    }
    output::write_json(arguments.json.as_deref(), &findings)
}

fn show_data(findings: &Findings) {
    let [d1, d2] = findings.features;
    output::print(&format!(
        "train: {} samples, {d1} and {d2} features, {} classes",
        findings.samples, findings.classes
    ));
    match findings.flags.is_empty() {
        true => output::print("no flags: nothing about features and classes gives reason to doubt"),
        false => output::print(table::flags(&findings.flags).trim_start()),
    }
}

fn show_controls(controls: &Controls, [d1, d2]: [usize; 2]) {
    let header = ["control, nats", "features", "i1", "i2", "i12", "R", "S", "should be"];
    let rows = controls.results.iter().map(|result| {
        let ControlResult { control, features: [d1, d2], found, .. } = result;
        vec![
            words::control(*control).into(),
            format!("{d1}, {d2}"),
            nats(found.i1),
            nats(found.i2),
            nats(found.i12),
            nats(found.redundancy),
            nats(found.synergy),
            words::expected(result),
        ]
    });
    output::print(&table::table(&header, rows));
    for sentence in words::controls(controls, d1.max(d2)) {
        output::print(&sentence);
    }
}
