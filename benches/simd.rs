//! Log-sum-exp by the length of rows, and the multiply-add rate.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lsmi::Float;
use lsmi::rng::Stream;
use lsmi::simd::{Level, log_sum_exp_rows, multiply_adds};
use std::hint::black_box;
use std::time::Duration;

/// Numbers of a call: 1 MiB in f32.
const NUMBERS: usize = 1 << 18;

fn log_sum_exp<T: Float>(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("log_sum_exp_rows/{}", T::NAME));
    group.throughput(Throughput::Elements(NUMBERS as u64));
    let mut stream = Stream::new(1, 0);
    let values: Vec<T> = (0..NUMBERS).map(|_| T::of(stream.normal())).collect();
    for width in [4, 16, 128, 4096] {
        let mut out = vec![T::zero(); NUMBERS / width];
        group.bench_function(BenchmarkId::from_parameter(width), |b| {
            b.iter(|| log_sum_exp_rows(black_box(&values), width, black_box(&mut out)))
        });
    }
}

/// What all kernels are held against.
fn multiply_add_rate(c: &mut Criterion) {
    let mut group = c.benchmark_group("multiply_adds/f32");
    for level in Level::available() {
        let (count, _) = multiply_adds::<f32>(level, 1 << 20);
        group.throughput(Throughput::Elements(count));
        group.bench_function(level.name(), |b| b.iter(|| multiply_adds::<f32>(level, black_box(1 << 20))));
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1));
    targets = log_sum_exp::<f32>, log_sum_exp::<f64>, multiply_add_rate
}
criterion_main!(benches);
