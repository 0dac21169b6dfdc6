//! The cases, and what is said of each.

use super::{Selection, Session, Timed};
use serde::Serialize;
use std::fmt;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Operation {
    /// Multiply-adds in registers: what the processor can do.
    FmaPeak,
    /// Log-densities of samples.
    Score,
    /// Training steps of a density: forward, backward and Adam on a batch.
    Step,
    /// Training steps of the three classifiers.
    Classifiers,
    /// Log-sum-exp of rows.
    #[value(name = "logsumexp")]
    LogSumExp,
}

/// An operation and its sizes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Case {
    /// Multiply-adds in registers.
    MultiplyAdds,
    /// `n` samples under a density.
    Score { d: usize, modes: usize, n: usize },
    /// A training step of a density.
    Step { d: usize, modes: usize, batch: usize },
    /// A training step of each of three networks, of d, d and 2d features.
    Classifiers { d: usize, batch: usize },
    /// Rows of `width` numbers.
    LogSumExp { rows: usize, width: usize },
}

impl Case {
    /// All cases; with `--quick` the small ones; with `--only` the ones asked for.
    pub fn selected(selection: &Selection) -> Vec<Case> {
        let score = [
            (2, 5, 100_000),
            (10, 5, 100_000),
            (64, 5, 20_000),
            (64, 5, 100_000),
            (256, 5, 4096),
            (512, 5, 2048),
            (64, 128, 4096),
        ];
        let step = [
            (2, 5, 32),
            (10, 5, 32),
            (64, 5, 32),
            (64, 5, 256),
            (256, 5, 256),
            (512, 5, 256),
            (64, 128, 128),
        ];
        // 1 MiB and 100 MiB in f32.
        let rows = [2048, 204_800];
        let mut cases = vec![Case::MultiplyAdds];
        cases.extend(score.map(|(d, modes, n)| Case::Score { d, modes, n }));
        cases.extend(step.map(|(d, modes, batch)| Case::Step { d, modes, batch }));
        cases.push(Case::Classifiers { d: 10, batch: 32 });
        cases.extend(rows.map(|rows| Case::LogSumExp { rows, width: 128 }));
        cases.retain(|case| {
            let asked = selection.only.is_empty() || selection.only.contains(&case.operation());
            asked && (case.is_small() || !selection.quick)
        });
        cases
    }

    pub fn operation(self) -> Operation {
        match self {
            Case::MultiplyAdds => Operation::FmaPeak,
            Case::Score { .. } => Operation::Score,
            Case::Step { .. } => Operation::Step,
            Case::Classifiers { .. } => Operation::Classifiers,
            Case::LogSumExp { .. } => Operation::LogSumExp,
        }
    }

    fn is_small(self) -> bool {
        match self {
            Case::MultiplyAdds | Case::Classifiers { .. } => true,
            Case::Score { d, modes, n } => d * modes * n <= 10_000_000,
            Case::Step { d, modes, .. } => d * modes <= 320,
            Case::LogSumExp { rows, .. } => rows <= 2048,
        }
    }

    /// Useful floating-point operations of the call that is timed; see the page of this module.
    fn operations(self) -> Option<f64> {
        let triangles = |d: usize, modes: usize| (modes * d * (d + 1)) as f64;
        match self {
            Case::Score { d, modes, n } => Some(n as f64 * triangles(d, modes)),
            Case::Step { d, modes, batch } => Some(2.0 * batch as f64 * triangles(d, modes)),
            _ => None,
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Case::MultiplyAdds => write!(f, "multiply-adds"),
            Case::Score { d, modes, n } => write!(f, "score d={d} K={modes}, {n} samples"),
            Case::Step { d, modes, batch } => write!(f, "step d={d} K={modes}, batch {batch}"),
            Case::Classifiers { d, batch } => {
                write!(f, "step of classifiers {d}, {d}, {}, batch {batch}", 2 * d)
            }
            Case::LogSumExp { rows, width } => write!(f, "log-sum-exp, {rows} rows of {width}"),
        }
    }
}

/// The figures of a case.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Measurement {
    /// `score`, `step`, …
    pub op: &'static str,
    /// Features.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub d: Option<usize>,
    /// Modes.
    #[serde(rename = "K", skip_serializing_if = "Option::is_none")]
    pub modes: Option<usize>,
    /// Samples, or numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<usize>,
    /// Samples of a step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<usize>,
    /// Threads.
    pub threads: usize,
    /// `f32` or `f64`.
    #[serde(rename = "type")]
    pub type_name: &'static str,
    /// Of a score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ns_per_sample: Option<f64>,
    /// Of a step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub us: Option<f64>,
    /// Of log-sum-exp.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ns_per_element: Option<f64>,
    /// Of multiply-adds, on one core.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gflops: Option<f64>,
    /// Useful operations per second, in 10⁹.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gflops_useful: Option<f64>,
    /// That as a part of the multiply-add rate of as many cores as there are threads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_of_peak: Option<f64>,
    /// Instruction set.
    pub level: &'static str,
    /// Sum of the results that were checked.
    pub checksum: f64,
}

impl Measurement {
    pub(super) fn new(case: Case, Timed { seconds, checksum }: Timed, session: &Session) -> Self {
        let useful = case.operations().map(|operations| 1e-9 * operations / seconds);
        let common = Measurement {
            threads: session.threads(),
            type_name: session.type_name,
            level: session.level.name(),
            gflops_useful: useful,
            share_of_peak: useful.map(|rate| rate / (session.peak * session.threads() as f64)),
            checksum,
            ..Measurement::default()
        };
        match case {
            Case::MultiplyAdds => Measurement { op: "fma_peak", gflops: Some(session.peak), ..common },
            Case::Score { d, modes, n } => Measurement {
                op: "score",
                d: Some(d),
                modes: Some(modes),
                n: Some(n),
                ns_per_sample: Some(1e9 * seconds / n as f64),
                ..common
            },
            Case::Step { d, modes, batch } => Measurement {
                op: "step",
                d: Some(d),
                modes: Some(modes),
                batch: Some(batch),
                us: Some(1e6 * seconds),
                ..common
            },
            Case::Classifiers { d, batch } => Measurement {
                op: "classifiers",
                d: Some(d),
                batch: Some(batch),
                us: Some(1e6 * seconds),
                ..common
            },
            Case::LogSumExp { rows, width } => Measurement {
                op: "logsumexp",
                n: Some(rows * width),
                ns_per_element: Some(1e9 * seconds / (rows * width) as f64),
                ..common
            },
        }
    }
}
