//! Whole models: fit, scoring, the model file.

use criterion::{Criterion, criterion_group, criterion_main};
use lsmi::synthetic::MixedGaussian;
use lsmi::{Config, Model, Samples, fit};
use std::hint::black_box;
use std::time::Duration;

fn models(c: &mut Criterion) {
    let mut group = c.benchmark_group("model/f32");
    for classes in [2, 10] {
        let data = MixedGaussian::new(classes, 0.5, 0.5).unwrap().sample(2000, 1).unwrap();
        let single = |x: &[f64]| x.iter().map(|v| *v as f32).collect::<Vec<f32>>();
        let (x1, x2) = (single(&data.x1), single(&data.x2));
        let x1 = Samples::from_rows("x1", &x1, classes).unwrap();
        let x2 = Samples::from_rows("x2", &x2, classes).unwrap();
        let config = Config { density_epochs: 2, classifier_epochs: 2, ..Config::paper() };
        group.bench_function(format!("fit 2 epochs, {classes} classes"), |b| {
            b.iter(|| fit(black_box(x1), x2, &data.y, &config))
        });
        let model = fit(x1, x2, &data.y, &config).unwrap();
        group.bench_function(format!("score 2000 samples, {classes} classes"), |b| {
            b.iter(|| model.score(black_box(x1), x2, &data.y))
        });
        let bytes = model.to_bytes().unwrap();
        group.bench_function(format!("to_bytes, {classes} classes"), |b| b.iter(|| model.to_bytes()));
        group.bench_function(format!("from_bytes, {classes} classes"), |b| {
            b.iter(|| Model::<f32>::from_bytes("model", black_box(&bytes)))
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1));
    targets = models
}
criterion_main!(benches);
