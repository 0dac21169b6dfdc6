//! `lsmi mi`: what two arrays tell of each other.

use crate::arguments::MutualInformation as Arguments;
use crate::features::{self, Features};
use crate::progress::Bar;
use crate::table::{nats, table};
use crate::uncertainty::{DRAWS, LEVEL};
use crate::{files, output};
use lsmi::estimator::{Reading, mutual_information_with_progress};
use lsmi::trust::{Interval, mean_interval};
use lsmi::{Config, Error, Float, Result, Samples};
use lsmi_report::words;
use serde::Serialize;
use std::ops::ControlFlow;

/// What is found, as JSON has it.
#[derive(Serialize)]
struct Findings {
    x: String,
    y: String,
    samples: usize,
    features: [usize; 2],
    by_ranks: bool,
    /// Columns of x and of y that never vary.
    dropped: [Vec<usize>; 2],
    is_limited: bool,
    /// Mean, nats.
    mutual_information: f64,
    interval: Interval,
    reading: Reading,
    seed: u64,
    version: &'static str,
    #[serde(skip)]
    information: Vec<f64>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let config = arguments.settings.config()?;
    output::check(&arguments.outputs, &arguments.data)?;
    let file = arguments.data.display().to_string();
    let archive = files::read(&arguments.data)?;
    let x = features::take(&file, &archive, ("--x", &arguments.x))?;
    let y = features::take(&file, &archive, ("--y", &arguments.y))?;
    let findings = match x.is_double() || y.is_double() {
        false => find::<f32>(arguments, [&x, &y], &config)?,
        true => find::<f64>(arguments, [&x, &y], &config)?,
    };
    if !output::is_standard_output(arguments.outputs.json.as_deref()) {
        show(&findings);
    }
    output::write(&arguments.outputs, ("i", &findings.information), &findings)
}

fn find<T: Float>(arguments: &Arguments, [x, y]: [&Features; 2], config: &Config) -> Result<Findings> {
    let Arguments { x: name_x, y: name_y, by_ranks, .. } = arguments;
    let name = |error: Error| {
        error.rename_field(|field| match field {
            "x" => Some(name_x.clone()),
            "y" => Some(name_y.clone()),
            _ => None,
        })
    };
    let numbers = [x.convert::<T>(name_x)?, y.convert::<T>(name_y)?];
    let samples = [
        Samples::new(name_x, &numbers[0], x.samples, x.features, x.features)?,
        Samples::new(name_y, &numbers[1], y.samples, y.features, y.features)?,
    ];
    let mut bar = Bar::counting("fitting", 0);
    let mut done = [(0, 1); 3];
    let found =
        mutual_information_with_progress(samples.into(), *by_ranks, config, &mut |which, progress| {
            done[which] = (progress.epoch, progress.epochs.max(1));
            let share = |(epoch, epochs): (usize, usize)| 100 * epoch / epochs;
            bar.set(done.map(share).iter().sum(), 300);
            ControlFlow::Continue(())
        });
    bar.finish();
    let found = found.map_err(name)?;
    Ok(Findings {
        x: name_x.clone(),
        y: name_y.clone(),
        samples: x.samples,
        features: [x.features, y.features],
        by_ranks: *by_ranks,
        dropped: [0, 1].map(|which| found.entropies[which].preprocessing.dropped()),
        is_limited: found.entropies.iter().any(|entropy| entropy.is_limited),
        mutual_information: found.mean(),
        interval: mean_interval(&found.information, DRAWS, LEVEL, config.seed)?,
        reading: found.reading,
        seed: config.seed,
        version: env!("CARGO_PKG_VERSION"),
        information: found.information,
    })
}

fn show(findings: &Findings) {
    let Findings { x, y, samples, features: [d1, d2], mutual_information, interval, .. } = findings;
    output::print(&format!("{x} and {y}: {samples} samples of {d1} and {d2} features"));
    let row = vec![
        words::reading(findings.reading).to_string(),
        nats(*mutual_information),
        format!("{} to {}", nats(interval.low), nats(interval.high)),
    ];
    output::print(&table(&["read", "mutual information, nats", "95 % interval"], [row]));
    output::print("the interval is of the chance in the samples; what the densities miss is not in it");
    output::fit_notes(findings.dropped.iter().map(Vec::len).sum(), findings.is_limited);
}
