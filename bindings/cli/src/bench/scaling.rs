//! How cost grows with a size, and whether it jumps between neighbouring sizes.

use super::{Case, Effort, Session};
use lsmi::Result;
use serde::Serialize;

/// Dimensions, with the neighbours of lane and panel widths.
const D: [usize; 46] = [
    2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 24, 28, 31, 32, 33, 40, 48, 56, 63, 64,
    65, 80, 96, 112, 127, 128, 129, 160, 192, 224, 255, 256, 257, 384, 511, 512, 513, 1024,
];
const MODES: [usize; 30] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 20, 24, 31, 32, 33, 48, 63, 64, 65, 96, 127, 128, 129, 192,
    224, 255, 256,
];
const N: [usize; 42] = [
    1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 96, 127, 128, 129, 255, 256, 257,
    511, 512, 513, 1023, 1024, 1025, 2000, 4096, 10_000, 30_000, 65_536, 100_000, 200_000, 500_000,
    1_000_000,
];

/// Rounds over the sizes, of which the least median counts: other programs come and go.
pub const ROUNDS: usize = 3;

/// One size runs, all others stay.
pub struct Sweep {
    /// What stays.
    title: &'static str,
    /// The size that runs: `d`, `K` or `n`.
    axis: &'static str,
    /// From which size on the exponent is that of large ones.
    from: usize,
    /// The sizes, ascending.
    pub sizes: Vec<usize>,
    case: fn(usize) -> Case,
}

/// The sweeps, with small sizes alone if `quick`.
pub fn sweeps(quick: bool) -> Vec<Sweep> {
    let sweep = |title, axis, sizes: &[usize], from, case| {
        let sizes: Vec<usize> = sizes.iter().copied().filter(|&size| !quick || size <= 33).collect();
        let from = if quick { 16 } else { from };
        Sweep { title, axis, from, sizes, case }
    };
    vec![
        sweep("score, K=5, 2048 samples", "d", &D, 128, |d| Case::Score { d, modes: 5, n: 2048 }),
        sweep("score, d=10, 2048 samples", "K", &MODES, 16, |modes| Case::Score { d: 10, modes, n: 2048 }),
        sweep("score, d=64, 2048 samples", "K", &MODES, 16, |modes| Case::Score { d: 64, modes, n: 2048 }),
        sweep("score, d=10, K=5", "n", &N, 1023, |n| Case::Score { d: 10, modes: 5, n }),
        sweep("step, K=5, batch 64", "d", &D, 128, |d| Case::Step { d, modes: 5, batch: 64 }),
        sweep("step, d=10, batch 64", "K", &MODES, 16, |modes| Case::Step { d: 10, modes, batch: 64 }),
    ]
}

/// The course of a cost.
#[derive(Debug, Serialize)]
pub struct Scaling {
    pub title: &'static str,
    /// The size that runs.
    pub axis: &'static str,
    pub points: Vec<Point>,
    /// The size from which on [`Scaling::exponent`] is fitted.
    pub from: usize,
    /// Cost of a sample grows like size^exponent: least squares over logarithms.
    pub exponent: f64,
    /// The size with the largest [`Point::jump`], and that.
    pub largest_jump: (usize, f64),
}

/// The cost at a size.
#[derive(Debug, Serialize)]
pub struct Point {
    pub size: usize,
    pub ns_per_sample: f64,
    /// Growth since the size before, over the growth of the trend between sizes a quarter and four times as large:
    /// above 1 is a step up.
    pub jump: Option<f64>,
}

impl Sweep {
    /// Measures every size; `next` is told of each before.
    ///
    /// # Errors
    /// As [`Session::measure`].
    pub fn measure(&self, session: &Session, next: &mut dyn FnMut(Case)) -> Result<Scaling> {
        let effort = if session.quick { Effort::INSTANT } else { Effort::POINT };
        let mut costs: Vec<(f64, f64)> =
            self.sizes.iter().map(|size| (*size as f64, f64::INFINITY)).collect();
        for _ in 0..ROUNDS {
            for (&size, (_, least)) in self.sizes.iter().zip(&mut costs) {
                let case = (self.case)(size);
                next(case);
                let measured = session.measure_with(case, effort)?;
                let of_step = |us: f64| 1e3 * us / measured.batch.unwrap_or(1) as f64;
                let cost = measured.ns_per_sample.or(measured.us.map(of_step));
                *least = least.min(cost.unwrap_or(f64::NAN));
            }
        }
        let jump = |i: usize| {
            let ((before, cost_before), (size, cost)) = (costs[i - 1], costs[i]);
            let near = costs.iter().filter(|(other, _)| (before / 4.0..=size * 4.0).contains(other));
            cost / cost_before / (size / before).powf(exponent(near))
        };
        let mut points = Vec::new();
        let mut largest_jump = (0, 0.0);
        for (i, &size) in self.sizes.iter().enumerate() {
            let jump = (i > 0).then(|| jump(i));
            if let Some(jump) = jump
                && jump > largest_jump.1
            {
                largest_jump = (size, jump);
            }
            points.push(Point { size, ns_per_sample: costs[i].1, jump });
        }
        Ok(Scaling {
            title: self.title,
            axis: self.axis,
            points,
            from: self.from,
            exponent: exponent(costs.iter().filter(|(size, _)| *size >= self.from as f64)),
            largest_jump,
        })
    }
}

/// The slope of ln cost over ln size by least squares.
fn exponent<'a>(costs: impl Iterator<Item = &'a (f64, f64)>) -> f64 {
    let logs: Vec<(f64, f64)> = costs.map(|(size, cost)| (size.ln(), cost.ln())).collect();
    let mean = |value: fn(&(f64, f64)) -> f64| logs.iter().map(value).sum::<f64>() / logs.len() as f64;
    let (x, y) = (mean(|l| l.0), mean(|l| l.1));
    let covariance: f64 = logs.iter().map(|l| (l.0 - x) * (l.1 - y)).sum();
    covariance / logs.iter().map(|l| (l.0 - x).powi(2)).sum::<f64>()
}
