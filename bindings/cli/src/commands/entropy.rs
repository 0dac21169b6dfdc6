//! `lsmi entropy`: how surprising the samples of one array are.

use crate::arguments::Entropy as Arguments;
use crate::features::{self, Features};
use crate::progress::Bar;
use crate::table::{nats, table};
use crate::uncertainty::{DRAWS, LEVEL};
use crate::{files, output};
use lsmi::estimator::{Reading, entropy_with_progress};
use lsmi::knife::Candidate;
use lsmi::trust::{Interval, mean_interval};
use lsmi::{Config, Error, Float, Result, Samples};
use lsmi_report::words;
use serde::Serialize;
use std::ops::ControlFlow;

/// What is found, as JSON has it.
#[derive(Serialize)]
struct Findings {
    array: String,
    samples: usize,
    features: usize,
    /// Columns that never vary.
    dropped: Vec<usize>,
    /// Mean surprisal, nats.
    entropy: f64,
    interval: Interval,
    reading: Reading,
    candidates: Vec<Candidate>,
    is_limited: bool,
    seed: u64,
    version: &'static str,
    #[serde(skip)]
    surprisals: Vec<f64>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let config = arguments.settings.config()?;
    output::check(&arguments.outputs, &arguments.data)?;
    let file = arguments.data.display().to_string();
    let archive = files::read(&arguments.data)?;
    // The only array needs no name.
    let only = archive.tensors.keys().next().filter(|_| archive.tensors.len() == 1);
    let array = arguments.array.as_ref().or(only).cloned().unwrap_or_default();
    let features = features::take(&file, &archive, ("--array", &array))?;
    let findings = match features.is_double() {
        false => find::<f32>(array, &features, &config)?,
        true => find::<f64>(array, &features, &config)?,
    };
    if !output::is_standard_output(arguments.outputs.json.as_deref()) {
        show(&findings);
    }
    output::write(&arguments.outputs, ("h", &findings.surprisals), &findings)
}

fn find<T: Float>(array: String, features: &Features, config: &Config) -> Result<Findings> {
    let numbers = features.convert::<T>(&array)?;
    let name = |error: Error| error.rename_field(|field| (field == "x").then(|| array.clone()));
    let x = Samples::new(&array, &numbers, features.samples, features.features, features.features)?;
    let mut bar = Bar::counting("epochs", 0);
    let found = entropy_with_progress(x, config, &mut |progress| {
        bar.set(progress.epoch, progress.epochs);
        bar.note(format!("loss {:.4}", progress.loss));
        ControlFlow::Continue(())
    });
    bar.finish();
    let found = found.map_err(name)?;
    let interval = mean_interval(&found.surprisals, DRAWS, LEVEL, config.seed)?;
    Ok(Findings {
        samples: features.samples,
        features: features.features,
        dropped: found.preprocessing.dropped(),
        entropy: found.mean(),
        interval,
        reading: found.reading,
        candidates: found.candidates,
        is_limited: found.is_limited,
        seed: config.seed,
        version: env!("CARGO_PKG_VERSION"),
        surprisals: found.surprisals,
        array,
    })
}

fn show(findings: &Findings) {
    let Findings { array, samples, features, dropped, entropy, interval, .. } = findings;
    output::print(&format!("{array}: {samples} samples of {features} features"));
    let row = vec![nats(*entropy), format!("{} to {}", nats(interval.low), nats(interval.high))];
    let row = [vec![words::reading(findings.reading).to_string()], row].concat();
    output::print(&table(&["read", "entropy, nats", "95 % interval"], [row]));
    if let Some(chosen) = findings.candidates.iter().find(|candidate| candidate.chosen) {
        output::print(&format!("of {} forms this one was taken:", findings.candidates.len()));
        output::print(&table(&words::DENSITY_COLUMNS, [words::density_form(chosen).to_vec()]));
    }
    output::print(match findings.reading {
        Reading::CrossFitted => {
            "the mean surprisal is above the entropy by what the density misses; the interval is of the chance in the samples"
        }
        _ => "of samples that the density was fitted to, the mean surprisal may be below the entropy",
    });
    output::fit_notes(dropped.len(), findings.is_limited);
}
