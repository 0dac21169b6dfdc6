//! Networks: evaluation, gradients, fits.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lsmi::classifier::{Activation, NetworkOptions, fit_network};
use lsmi::rng::Stream;
use lsmi::{Samples, Training, TrainingRun};
use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Duration;

const SAMPLES: usize = 1024;

/// Features, hidden widths and classes.
const FORMS: [(usize, &[usize], usize); 3] = [(10, &[64, 64], 2), (20, &[64, 64], 10), (512, &[256], 10)];

fn networks(c: &mut Criterion) {
    for (d, hidden, classes) in FORMS {
        let mut group = c.benchmark_group(format!("network/f32/{d} {hidden:?} {classes}"));
        group.throughput(Throughput::Elements(SAMPLES as u64));
        let mut stream = Stream::new(1, 0);
        let x: Vec<f32> = (0..SAMPLES * d).map(|_| stream.normal() as f32).collect();
        let x = Samples::from_rows("x", &x, d).unwrap();
        let y: Vec<i64> = (0..SAMPLES).map(|_| stream.below(classes) as i64).collect();
        let options = NetworkOptions { hidden: hidden.to_vec(), activation: Activation::Relu };
        let training = Training {
            epochs: 1,
            batch: 32,
            learning_rate: 1e-3,
            decay_every: 0,
            decay_factor: 1.0,
            weight_decay: 0.0,
            patience: 0,
            accumulate_gradients: false,
        };
        let mut fit = || {
            let run = TrainingRun {
                name: "classifier",
                training: &training,
                held_out: &[],
                stream: &mut stream,
                observer: &mut |_| ControlFlow::Continue(()),
            };
            fit_network(black_box(x), (&y, classes), None, &options, run)
        };
        let network = fit().unwrap().network;
        let mut out = vec![0.0; SAMPLES * classes];
        group.bench_function("log_probabilities", |b| {
            b.iter(|| network.log_probabilities(black_box(x), black_box(&mut out)))
        });
        group.bench_function("gradient", |b| b.iter(|| network.gradient(black_box(x), &y, None)));
        group.bench_function("an epoch of fit_network", |b| b.iter(&mut fit));
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1));
    targets = networks
}
criterion_main!(benches);
