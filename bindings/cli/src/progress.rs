//! Progress on standard error.

use indicatif::{ProgressBar, ProgressStyle};
use lsmi::Config;
use lsmi::estimator::{Component, Progress};
use std::ops::ControlFlow;

/// One bar for the five models of a fit; not shown where standard error is no terminal.
pub struct FitBar {
    bar: ProgressBar,
    done: [usize; 5],
}

impl FitBar {
    pub fn new(config: &Config) -> Self {
        let epochs = config
            .classifier_epochs
            .saturating_mul(3)
            .saturating_add(config.density_epochs.saturating_mul(2));
        let bar = ProgressBar::new(epochs as u64);
        let style = ProgressStyle::with_template("fitting {bar:30} {pos}/{len} epochs, {eta} left  {msg}");
        bar.set_style(style.expect("the template is a good one"));
        FitBar { bar, done: [0; 5] }
    }

    /// Takes note of an epoch.
    pub fn observe(&mut self, progress: Progress) -> ControlFlow<()> {
        let index = Component::ALL.iter().position(|c| *c == progress.component).unwrap_or(0);
        self.done[index] = progress.training.epoch;
        self.bar.set_position(self.done.iter().sum::<usize>() as u64);
        self.bar.set_message(format!("{}: loss {:.4}", progress.component, progress.training.loss));
        ControlFlow::Continue(())
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A bar for measurements.
pub fn measuring(count: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("measuring {bar:30} {pos}/{len}  {msg}");
    ProgressBar::new(count as u64).with_style(style.expect("the template is a good one"))
}
