//! Medians of repeated calls.

use std::time::{Duration, Instant};

/// How long a case is repeated.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Until this much time has gone by,
    pub budget: Duration,
    /// and so many times at least.
    pub least: usize,
}

impl Effort {
    /// For figures.
    pub const FULL: Effort = Effort { budget: Duration::from_millis(1000), least: 7 };
    /// For the points of a sweep.
    pub const POINT: Effort = Effort { budget: Duration::from_millis(30), least: 5 };
    /// For tests.
    pub const INSTANT: Effort = Effort { budget: Duration::from_millis(2), least: 1 };

    /// Whether `times` repetitions since `begin` suffice.
    pub fn suffices(self, times: usize, begin: Instant) -> bool {
        times >= self.least && begin.elapsed() >= self.budget
    }
}

/// The median seconds of a call, after a first one that does not count.
pub fn median_seconds(effort: Effort, mut call: impl FnMut()) -> f64 {
    call();
    let mut seconds = Vec::new();
    let first = Instant::now();
    while !effort.suffices(seconds.len(), first) {
        let begin = Instant::now();
        call();
        seconds.push(begin.elapsed().as_secs_f64());
    }
    median(&mut seconds)
}

/// The middle value, or the upper one of two.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
