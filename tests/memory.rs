//! Memory: what scoring holds above its input and output, and that training takes none from step to step.

#[path = "../bindings/cli/src/bench/data.rs"]
mod data;

use allocation_counter::{AllocationInfo, measure};
use data::{density, normals};
use lsmi::classifier::{Activation, NetworkOptions, fit_network};
use lsmi::estimator::ShiftRule;
use lsmi::interaction::Information;
use lsmi::knife::refine_marginal;
use lsmi::rng::Stream;
use lsmi::synthetic::MixedGaussian;
use lsmi::{Config, Samples, Training, TrainingRun, fit};
use std::ops::ControlFlow;

/// What `work` allocates, all of it on one thread.
fn allocations(work: impl FnOnce() + Send) -> AllocationInfo {
    allocations_of_one_of(1, work)
}

/// What one of so many threads, the one that begins, allocates for `work`.
fn allocations_of_one_of(threads: usize, work: impl FnOnce() + Send) -> AllocationInfo {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| measure(work))
}

fn trained(epochs: usize, fit: impl Fn(TrainingRun<'_>)) {
    let training = Training {
        epochs,
        batch: 32,
        learning_rate: 0.01,
        decay_every: 1,
        decay_factor: 0.99,
        weight_decay: 0.0,
        patience: 0,
        accumulate_gradients: false,
    };
    fit(TrainingRun {
        name: "model",
        training: &training,
        held_out: &[],
        stream: &mut Stream::new(1, 0),
        observer: &mut |_| ControlFlow::Continue(()),
    });
}

/// Allocations of `fit` over 64 epochs less those over 32: eight steps an epoch.
fn growth(threads: usize, fit: impl Fn(TrainingRun<'_>) + Sync) -> i64 {
    let of = |epochs| allocations_of_one_of(threads, || trained(epochs, &fit)).count_total as i64;
    of(64) - of(32)
}

#[test]
fn steps_of_training_allocate_nothing_after_the_first() {
    // A history that grows by doubling is what 32 more epochs may cost.
    const HISTORY: i64 = 4;
    // Steps of 130 features are worth two threads.
    for (d, threads) in [(2, 1), (10, 1), (33, 1), (70, 1), (130, 1), (130, 2)] {
        let mut stream = Stream::new(3, 0);
        let start = density::<f32>(&mut stream, d, 5).unwrap();
        let x = normals(&mut stream, d * 256, 1.0);
        let x = Samples::from_rows("x", &x, d).unwrap();
        let grown = growth(threads, |run| {
            refine_marginal(&start, x, None, run).unwrap();
        });
        assert!(grown <= HISTORY, "density of {d} features, {threads} threads: {grown} more allocations");
        let y: Vec<i64> = (0..256).map(|i| i % 3).collect();
        let grown = growth(threads, |run| {
            let options = NetworkOptions { hidden: vec![64, 64], activation: Activation::Relu };
            fit_network(x, (&y, 3), None, &options, run).unwrap();
        });
        assert!(grown <= HISTORY, "classifier of {d} features: {grown} more allocations");
    }
}

/// Bytes that the log-densities of `n` samples take above their input and output, at most at one time.
fn log_density_bytes(n: usize, d: usize) -> u64 {
    let mut stream = Stream::new(3, 0);
    let density = density::<f32>(&mut stream, d, 5).unwrap();
    let x = normals::<f32>(&mut stream, n.min(1 << 16) * d, 1.0).repeat(n.div_ceil(1 << 16));
    let x = Samples::new("x", &x, n, d, d).unwrap();
    let mut out = vec![0.0; n];
    let used = allocations(|| density.log_density(x, &mut out).unwrap());
    assert!(out.iter().all(|value| value.is_finite()));
    used.bytes_max
}

#[test]
fn log_densities_take_no_memory_that_grows_with_the_samples() {
    for d in [2, 10, 16, 17, 64] {
        let (few, many) = (log_density_bytes(5_000, d), log_density_bytes(50_000, d));
        // Pieces of work for the pool grow by their logarithm.
        assert!(many < few + 4096 && many < 1 << 20, "d = {d}: {few} and {many} bytes");
    }
}

/// `cargo test --release --test memory -- --ignored`: 1 GiB of samples.
#[test]
#[ignore = "takes 2 GiB of memory, and a release build"]
fn a_million_samples_of_256_features_stream() {
    let used = log_density_bytes(1_000_000, 256);
    println!("{used} bytes above the input and output");
    assert!(used < 64 << 20, "{used} bytes");
}

#[test]
fn scores_take_little_above_what_they_give() {
    let data = MixedGaussian::new(2, 0.5, 0.5).unwrap().sample(50_000, 1).unwrap();
    let x1 = Samples::from_rows("x1", &data.x1, data.features1).unwrap();
    let x2 = Samples::from_rows("x2", &data.x2, data.features2).unwrap();
    let config = Config { density_epochs: 1, classifier_epochs: 1, ..Config::default() };
    let model = fit(x1.range(0, 500), x2.range(0, 500), &data.y[..500], &config).unwrap();
    let used = allocations(|| drop(model.score(x1, x2, &data.y).unwrap()));
    // Nine numbers and a class number are the result; a block of rows comes on top.
    let per_sample = used.bytes_max as f64 / 50_000.0;
    assert!(per_sample < 84.0, "{per_sample} bytes per sample");

    let bytes = |n: usize| {
        let (x1, x2, mut out) = (x1.range(0, n), x2.range(0, n), vec![Information::default(); n]);
        let mut score = || model.score_into(x1, x2, &data.y[..n], ShiftRule::None, &mut out);
        allocations(|| assert_eq!(score().unwrap().n, n)).bytes_max
    };
    let (few, many) = (bytes(5_000), bytes(50_000));
    assert!(many < few + 16_384, "{few} and {many} bytes");
}
