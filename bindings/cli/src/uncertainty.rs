//! Intervals, p-values and spread of the cross-fitted reading.

use crate::arguments::Uncertainty as Arguments;
use crate::dataset::Numbers;
use crate::permutations;
use crate::progress::Bar;
use crate::table::{nats, table};
use lsmi::trust::{
    Intervals, MOST_DRAWS, MOST_PERMUTATIONS, MOST_REPEATS, Null, Quantities, Spread, intervals,
    spread_with_progress,
};
use lsmi::{Config, Error, Float, Model, Report, Result};
use std::ops::ControlFlow;
use std::path::Path;

/// The probability that an interval covers.
pub const LEVEL: f64 = 0.95;

/// Bootstrap draws, if nothing else is asked for.
pub const DRAWS: usize = 1000;

/// What was asked for of it.
#[derive(Default)]
pub struct Uncertainty {
    means: Option<Quantities<f64>>,
    intervals: Option<Intervals>,
    null: Option<Null>,
    spread: Option<Spread>,
}

/// Refuses, before the fit, what cannot be told after it.
pub fn check(arguments: &Arguments, config: &Config) -> Result<()> {
    let asked = [
        ("--bootstrap", arguments.bootstrap.unwrap_or(0), MOST_DRAWS),
        ("--permutations", arguments.permutations, MOST_PERMUTATIONS),
        ("--repeats", arguments.repeats, MOST_REPEATS),
    ];
    for (field, count, most) in asked {
        let expected = match config.folds {
            0 if count > 0 => {
                "0 without folds: it is about samples read by models that did not see them".into()
            }
            _ if count > most => format!("a whole number from 0 to {most}"),
            _ => continue,
        };
        return Err(Error::Setting { field: field.into(), expected, got: count.to_string() });
    }
    Ok(())
}

/// What was asked for of a fitted model; `begun` is where the permutations so far are kept.
pub fn of<T: Float>(
    model: &Model<T>,
    train: &Numbers<T>,
    arguments: &Arguments,
    begun: &Path,
) -> Result<Uncertainty> {
    let Some(read) = model.cross_fitted() else { return Ok(Uncertainty::default()) };
    let seed = model.config().seed;
    let means = Some(Quantities::means(&read.information));
    let intervals = match arguments.bootstrap.unwrap_or(DRAWS) {
        0 => None,
        draws => Some(intervals(model, draws, LEVEL, seed)?),
    };
    let spread = match arguments.repeats {
        0 => None,
        count => {
            let [x1, x2] = train.samples()?;
            let mut bar = Bar::counting("repeats", count);
            let spread = spread_with_progress(model, x1, x2, count, seed, &mut |done| {
                bar.set(done, count);
                ControlFlow::Continue(())
            });
            bar.finish();
            Some(spread?)
        }
    };
    let null = match arguments.permutations {
        0 => None,
        count => Some(permutations::null(model, train.samples()?, count, begun)?),
    };
    Ok(Uncertainty { means, intervals, null, spread })
}

impl Uncertainty {
    /// Puts it into a report.
    pub fn add_to(&self, report: &mut Report) {
        report.intervals = self.intervals.clone();
        report.null = self.null.clone();
        report.spread = self.spread.clone();
    }

    /// A table; nothing if nothing was asked for.
    pub fn table(&self) -> Option<String> {
        let means = self.means.as_ref()?;
        let Uncertainty { intervals, null, spread, .. } = self;
        if intervals.is_none() && null.is_none() && spread.is_none() {
            return None;
        }
        let mut header = vec!["train, raw means, nats", "mean"];
        header.extend(intervals.iter().map(|_| "95 % interval"));
        header.extend(null.iter().map(|_| "p, one-sided"));
        header.extend(spread.iter().map(|_| "spread"));
        let rows = means.named().into_iter().enumerate().map(|(row, (name, mean))| {
            let mut cells = vec![name.to_string(), nats(mean)];
            cells.extend(intervals.iter().map(|intervals| {
                let interval = intervals.of.named()[row].1;
                format!("{} to {}", nats(interval.low), nats(interval.high))
            }));
            cells.extend(null.iter().map(|null| format!("{:.4}", null.p_values.named()[row].1)));
            cells.extend(spread.iter().map(|spread| nats(spread.deviation.named()[row].1)));
            cells
        });
        let mut text = table(&header, rows);
        if let Some(Intervals { draws, .. }) = intervals {
            text += &format!(
                "\nintervals: {draws} bootstrap draws of the samples, with the chance of densities and \
                 classifiers"
            );
        }
        if let Some(Null { permutations, .. }) = null {
            text += &format!(
                "\np: how often {permutations} shuffles of the labels, to which the classifiers were chosen and fitted \
                 anew, gave at least this mean, (b + 1) / (B + 1): {:.4} at least",
                1.0 / (*permutations as f64 + 1.0)
            );
        }
        if let Some(Spread { repeats, .. }) = spread {
            text += &format!(
                "\nspread: the standard deviation over {} fits with other folds, starts and batches",
                repeats + 1
            );
        }
        Some(text)
    }
}
