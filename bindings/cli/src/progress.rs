//! Progress on standard error.

use indicatif::{ProgressBar, ProgressStyle};
use lsmi::estimator::{Component, Progress};
use std::ops::ControlFlow;

/// Parts of the bar for each of the five models.
const PARTS: u64 = 200;

/// One bar for the five models of a fit; not shown where standard error is no terminal.
pub struct FitBar {
    bar: ProgressBar,
    done: [u64; 5],
}

impl FitBar {
    pub fn new() -> Self {
        let bar = ProgressBar::new(5 * PARTS);
        let style = ProgressStyle::with_template("fitting {bar:30} {percent} %, {eta} left  {msg}");
        bar.set_style(style.expect("the template is a good one"));
        FitBar { bar, done: [0; 5] }
    }

    /// Takes note of an epoch.
    pub fn observe(&mut self, Progress { component, training }: Progress) -> ControlFlow<()> {
        let index = Component::ALL.iter().position(|c| *c == component).unwrap_or(0);
        self.done[index] = (training.epoch as f64 / training.epochs.max(1) as f64 * PARTS as f64) as u64;
        self.bar.set_position(self.done.iter().sum::<u64>());
        self.bar.set_message(format!("{component}: loss {:.4}", training.loss));
        ControlFlow::Continue(())
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A bar for so many of what is counted.
pub fn counting(what: &str, count: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len}, {eta} left  {msg}");
    let bar = ProgressBar::new(count as u64).with_style(style.expect("the template is a good one"));
    bar.with_prefix(what.to_string())
}
