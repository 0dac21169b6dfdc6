//! The Rust counterpart of `tests/c/overhead.c`: the log-density of one sample, d = 10, K = 5, the median of many
//! calls, in microseconds. `tests/c/run overhead` runs both and prints the difference.

use lsmi::Samples;
use lsmi::knife::{Diagonal, Marginal, MarginalOptions, MarginalParameters, Triangle};
use std::{hint::black_box, time::Instant};

const D: usize = 10;
const K: usize = 5;
const CALLS: usize = 1000;
const ROUNDS: usize = 501;

fn value(i: usize) -> f64 {
    (i * 37 % 64) as f64 / 64.0 - 0.5
}

fn main() -> lsmi::Result<()> {
    let options = MarginalOptions {
        modes: K,
        bounded: true,
        diagonal: Diagonal::PerMode,
        triangle: Triangle::Full,
        train_means: true,
        train_weights: true,
    };
    let values = |count: usize| (0..count).map(value).collect::<Vec<f64>>();
    let parameters = MarginalParameters {
        means: values(K * D),
        log_diagonal: values(K * D),
        triangle: values(K * D * D),
        logits: vec![0.0; K],
    };
    let density = Marginal::from_parameters(options, D, &parameters)?;
    let x: Vec<f64> = (0..D).map(|i| value(i + 5)).collect();
    let (mut out, mut sum, mut rounds) = ([0.0], 0.0, vec![0.0; ROUNDS]);
    for round in &mut rounds {
        let start = Instant::now();
        for _ in 0..CALLS {
            black_box(&density).log_density(Samples::new("x", black_box(&x), 1, D, D)?, &mut out)?;
            sum += out[0];
        }
        *round = start.elapsed().as_secs_f64() * 1e6 / CALLS as f64;
    }
    rounds.sort_by(f64::total_cmp);
    println!("{:.4} {}", rounds[ROUNDS / 2], sum / (CALLS * ROUNDS) as f64);
    Ok(())
}
