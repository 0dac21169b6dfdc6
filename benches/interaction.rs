//! From information to atoms, and exact counting.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lsmi::interaction::{Atoms, Information, discrete, joint_categories, shift};
use lsmi::rng::Stream;
use std::hint::black_box;
use std::time::Duration;

const SAMPLES: usize = 10_000;

fn atoms(c: &mut Criterion) {
    let mut group = c.benchmark_group("atoms");
    group.throughput(Throughput::Elements(SAMPLES as u64));
    let mut stream = Stream::new(1, 0);
    let mut information = || {
        let [i1, i2, i12, h1, h2] = std::array::from_fn(|_| stream.normal());
        Information { i1, i2, i12, h1, h2 }
    };
    let information: Vec<Information> = (0..SAMPLES).map(|_| information()).collect();
    group.bench_function("of information", |b| {
        b.iter(|| black_box(&information).iter().map(Information::atoms).collect::<Vec<Atoms>>())
    });
    let atoms: Vec<Atoms> = information.iter().map(Information::atoms).collect();
    group.bench_function("mean and shift", |b| b.iter(|| shift(Atoms::mean(black_box(&atoms)))));
}

fn counting(c: &mut Criterion) {
    let mut group = c.benchmark_group("discrete");
    group.throughput(Throughput::Elements(SAMPLES as u64));
    let mut stream = Stream::new(2, 0);
    for categories in [2, 30] {
        let [x1, x2, y]: [Vec<i64>; 3] =
            std::array::from_fn(|_| (0..SAMPLES).map(|_| stream.below(categories) as i64).collect());
        group.bench_function(format!("{categories} categories each"), |b| {
            b.iter(|| discrete(black_box(&x1), &x2, &y, None))
        });
        group.bench_function(format!("tuples of 3 of {categories}"), |b| {
            b.iter(|| joint_categories(black_box(&[&x1, &x2, &y])))
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1));
    targets = atoms, counting
}
criterion_main!(benches);
