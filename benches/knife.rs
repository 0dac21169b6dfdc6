//! The density: evaluation at every level, gradients, fits.

#[path = "../bindings/cli/src/bench/data.rs"]
mod data;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use data::{density, normals};
use lsmi::knife::refine_marginal;
use lsmi::rng::Stream;
use lsmi::simd::Level;
use lsmi::{Samples, Training, TrainingRun};
use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Duration;

/// Features, modes and samples.
const SIZES: [(usize, usize, usize); 5] =
    [(2, 5, 4096), (10, 5, 4096), (64, 5, 1024), (64, 128, 256), (256, 5, 256)];

fn name((d, modes, n): (usize, usize, usize)) -> String {
    format!("d{d} K{modes} n{n}")
}

fn log_density(c: &mut Criterion) {
    let mut group = c.benchmark_group("log_density/f32");
    for size @ (d, modes, n) in SIZES {
        group.throughput(Throughput::Elements(n as u64));
        let mut stream = Stream::new(1, 0);
        let density = density::<f32>(&mut stream, d, modes).unwrap();
        let x: Vec<f32> = normals(&mut stream, n * d, 1.0);
        let x = Samples::from_rows("x", &x, d).unwrap();
        let mut out = vec![0.0; n];
        for level in Level::available() {
            let density = density.clone().with_level(level);
            group.bench_function(BenchmarkId::new(level.name(), name(size)), |b| {
                b.iter(|| density.log_density(black_box(x), black_box(&mut out)))
            });
        }
    }
}

fn gradient(c: &mut Criterion) {
    let mut group = c.benchmark_group("gradient/f32");
    for size @ (d, modes, n) in SIZES {
        group.throughput(Throughput::Elements(n as u64));
        let mut stream = Stream::new(1, 0);
        let density = density::<f32>(&mut stream, d, modes).unwrap();
        let x: Vec<f32> = normals(&mut stream, n * d, 1.0);
        let x = Samples::from_rows("x", &x, d).unwrap();
        group.bench_function(name(size), |b| b.iter(|| density.gradient(black_box(x), None)));
    }
}

/// An epoch of eight steps, with what a fit costs before and after.
fn fit(c: &mut Criterion) {
    let mut group = c.benchmark_group("refine_marginal/f32");
    for size @ (d, modes, n) in SIZES {
        let mut stream = Stream::new(1, 0);
        let density = density::<f32>(&mut stream, d, modes).unwrap();
        let x: Vec<f32> = normals(&mut stream, n * d, 1.0);
        let x = Samples::from_rows("x", &x, d).unwrap();
        let training = Training {
            epochs: 1,
            batch: n / 8,
            learning_rate: 1e-3,
            decay_every: 0,
            decay_factor: 1.0,
            weight_decay: 0.0,
            patience: 0,
            accumulate_gradients: false,
        };
        let mut fit = || {
            let run = TrainingRun {
                name: "density",
                training: &training,
                held_out: &[],
                stream: &mut stream,
                observer: &mut |_| ControlFlow::Continue(()),
            };
            refine_marginal(&density, black_box(x), None, run)
        };
        group.bench_function(name(size), |b| b.iter(&mut fit));
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1));
    targets = log_density, gradient, fit
}
criterion_main!(benches);
