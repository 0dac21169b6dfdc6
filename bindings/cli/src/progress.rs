//! Progress on standard error: a bar on a terminal, else a line now and then.

use indicatif::{ProgressBar, ProgressStyle};
use lsmi::estimator::{Component, Progress};
use std::io::{IsTerminal, stderr};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// How often a log hears of what takes long.
const PAUSE: Duration = Duration::from_secs(30);

/// Parts of the bar for each of the five models.
const PARTS: usize = 200;

/// How much of how much is done.
pub struct Bar {
    bar: ProgressBar,
    what: &'static str,
    said: Instant,
}

impl Bar {
    /// A bar for so many of what is counted.
    pub fn counting(what: &'static str, total: usize) -> Self {
        Bar::new(what, total, "{prefix} {bar:30} {pos}/{len}, {eta} left  {msg}")
    }

    fn new(what: &'static str, total: usize, template: &str) -> Self {
        let style = ProgressStyle::with_template(template).expect("the template is a good one");
        let bar = ProgressBar::new(total as u64).with_style(style).with_prefix(what);
        Bar { bar, what, said: Instant::now() }
    }

    /// Shows how many are done, of how many.
    pub fn set(&mut self, done: usize, total: usize) {
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
        if !stderr().is_terminal() && self.said.elapsed() >= PAUSE {
            self.said = Instant::now();
            eprintln!("{}: {done} of {total}", self.what);
        }
    }

    /// Shows that one more is done.
    pub fn step(&mut self) {
        let (done, total) = (self.bar.position() + 1, self.bar.length().unwrap_or(0));
        self.set(done as usize, total as usize);
    }

    /// Shows a text beside the bar.
    pub fn note(&self, text: String) {
        self.bar.set_message(text);
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// One bar for the five models of a fit.
pub struct FitBar {
    bar: Bar,
    done: [usize; 5],
}

impl FitBar {
    pub fn new() -> Self {
        let template = "{prefix} {bar:30} {percent} %, {eta} left  {msg}";
        FitBar { bar: Bar::new("fitting", 5 * PARTS, template), done: [0; 5] }
    }

    /// Takes note of an epoch.
    pub fn observe(&mut self, Progress { component, training }: Progress) -> ControlFlow<()> {
        let index = Component::ALL.iter().position(|c| *c == component).unwrap_or(0);
        self.done[index] = (training.epoch as f64 / training.epochs.max(1) as f64 * PARTS as f64) as usize;
        self.bar.set(self.done.iter().sum(), 5 * PARTS);
        self.bar.note(format!("{component}: loss {:.4}", training.loss));
        ControlFlow::Continue(())
    }

    pub fn finish(&self) {
        self.bar.finish();
    }
}
