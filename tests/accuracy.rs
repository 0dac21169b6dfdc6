//! How near estimates come to exact values: medians over five seeds, printed and held to bounds. Minutes each, so they are
//! ignored: `cargo test --release --test accuracy -- --ignored --nocapture --test-threads 1`.

use lsmi::estimator::EntropyUnits;
use lsmi::interaction::{Information, mean_by};
use lsmi::rng::Stream;
use lsmi::synthetic::{Dataset, MixedGaussian, agreement, xor_mixture};
use lsmi::{Config, Model, Samples, fit};

const SEEDS: u64 = 5;

/// Data whose exact values are known, in single precision as a user would have them.
struct Data {
    x1: Vec<f32>,
    x2: Vec<f32>,
    features: [usize; 2],
    y: Vec<i64>,
    truth: Vec<Information>,
}

impl Data {
    fn of(data: Dataset) -> Self {
        let single = |x: &[f64]| x.iter().map(|v| *v as f32).collect();
        let (x1, x2) = (single(&data.x1), single(&data.x2));
        Data { x1, x2, features: [data.features1, data.features2], y: data.y, truth: data.truth }
    }

    fn samples(&self) -> [Samples<'_, f32>; 2] {
        let [d1, d2] = self.features;
        [Samples::from_rows("x1", &self.x1, d1).unwrap(), Samples::from_rows("x2", &self.x2, d2).unwrap()]
    }

    fn fit(&self, training: usize, seed: u64) -> Model<f32> {
        let config = Config { seed, entropy_units: EntropyUnits::Input, ..Config::robust() };
        let [x1, x2] = self.samples();
        fit(x1.range(0, training), x2.range(0, training), &self.y[..training], &config).unwrap()
    }

    /// The cross-fitted reading of all samples.
    fn read(&self, seed: u64) -> Vec<Information> {
        let model = self.fit(self.y.len(), seed);
        model.cross_fitted().unwrap().information.clone()
    }
}

/// The median of a figure over the seeds, which is printed.
fn median(what: &str, mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let median = figures[figures.len() / 2];
    println!("{what}: {median:.4} (from {:.4} to {:.4})", figures[0], figures[figures.len() - 1]);
    median
}

/// A name, and how to read its number off a sample's information.
type Quantity = (&'static str, fn(&Information) -> f64);

const INFORMATION: [Quantity; 3] = [("i1", |i| i.i1), ("i2", |i| i.i2), ("i12", |i| i.i12)];

#[test]
#[ignore = "takes minutes"]
fn the_demo() {
    let quantities: [Quantity; 3] =
        [("h", |i| i.h1), ("r", |i| i.atoms().redundancy), ("s", |i| i.atoms().synergy)];
    for (classes, bounds) in [(2, [0.10, 0.06, 0.10]), (10, [0.35, 0.25, 0.30])] {
        let mut errors = [const { Vec::new() }; 3];
        for seed in 1..=SEEDS {
            let data = Data::of(MixedGaussian::new(classes, 0.5, 0.5).unwrap().sample(2000, seed).unwrap());
            let (model, [x1, x2]) = (data.fit(1600, seed), data.samples());
            let scores = model.score(x1.range(1600, 400), x2.range(1600, 400), &data.y[1600..]).unwrap();
            for ((_, read), errors) in quantities.iter().zip(&mut errors) {
                let of = |all: &[Information]| all.iter().map(read).collect::<Vec<f64>>();
                errors.push(agreement(&of(&scores.information), &of(&data.truth[1600..])).unwrap().rmse);
            }
        }
        for (((name, _), errors), bound) in quantities.into_iter().zip(errors).zip(bounds) {
            assert!(median(&format!("{classes} classes, {name}, RMS error"), errors) <= bound);
        }
    }
}

#[test]
#[ignore = "takes minutes"]
fn mean_information_of_mixed_gaussians() {
    for classes in [2, 5, 10] {
        for rho in [-0.5, 0.0, 0.5, 0.9] {
            let source = MixedGaussian::new(classes, rho, 0.5).unwrap();
            let mut errors = [const { Vec::new() }; 3];
            for seed in 1..=SEEDS {
                let data = Data::of(source.sample(8000, seed).unwrap());
                let read = data.read(seed);
                for ((_, of), errors) in INFORMATION.iter().zip(&mut errors) {
                    errors.push(mean_by(&read, of) - mean_by(&data.truth, of));
                }
            }
            for ((name, _), errors) in INFORMATION.into_iter().zip(errors) {
                let what = format!("{classes} classes, ρ = {rho}, mean {name} less the exact one");
                assert!(median(&what, errors).abs() <= 0.03);
            }
        }
    }
}

/// The exact synergy of an exclusive or of amplitude 3.
const EXACT: f64 = 0.6855;

/// |S − exact| of an exclusive or with noise of deviation `nuisance` more in all directions but the signal's.
fn exclusive_or(dimension: usize, samples: usize, nuisance: f64, bound: f64) {
    let (mut errors, mut others) = (Vec::new(), Vec::new());
    for seed in 1..=SEEDS {
        let mut data = xor_mixture(dimension, 3.0, seed).unwrap().sample(samples, seed).unwrap();
        if nuisance > 0.0 {
            add_nuisance(&mut data, nuisance, seed);
        }
        let read = Data::of(data).read(seed);
        errors.push((mean_by(&read, |i| i.atoms().synergy) - EXACT).abs());
        let of: [fn(&Information) -> f64; 3] = [|i| i.i1, |i| i.i2, |i| i.atoms().redundancy];
        others.push(of.map(|of| mean_by(&read, of).abs()).into_iter().fold(0.0, f64::max));
    }
    let what = format!("exclusive or, d = {dimension}, n = {samples}, nuisance {nuisance}");
    assert!(median(&format!("{what}, |S − exact|"), errors) <= bound);
    assert!(median(&format!("{what}, the largest of |I1|, |I2|, |R|"), others) <= 0.03);
}

/// Adds normal noise that is orthogonal to the signal's direction: that of the largest second moment, which power iteration
/// finds.
fn add_nuisance(data: &mut Dataset, deviation: f64, seed: u64) {
    let mut stream = Stream::new(seed, 99);
    let d = data.features1;
    for x in [&mut data.x1, &mut data.x2] {
        let mut direction = vec![1.0; d];
        for _ in 0..200 {
            let mut next = vec![0.0; d];
            for row in x.chunks(d) {
                let along: f64 = row.iter().zip(&direction).map(|(a, b)| a * b).sum();
                next.iter_mut().zip(row).for_each(|(next, v)| *next += along * v);
            }
            let norm = next.iter().map(|v| v * v).sum::<f64>().sqrt();
            direction = next.into_iter().map(|v| v / norm).collect();
        }
        for row in x.chunks_mut(d) {
            let noise: Vec<f64> = (0..d).map(|_| deviation * stream.normal()).collect();
            let along: f64 = noise.iter().zip(&direction).map(|(a, b)| a * b).sum();
            for ((v, noise), direction) in row.iter_mut().zip(noise).zip(&direction) {
                *v += noise - along * direction;
            }
        }
    }
}

#[test]
#[ignore = "takes minutes"]
fn an_exclusive_or() {
    for (dimension, bound) in [(8, 0.06), (16, 0.08), (32, 0.10), (64, 0.12)] {
        exclusive_or(dimension, 579, 0.0, bound);
    }
    exclusive_or(64, 8000, 0.0, 0.03);
}

#[test]
#[ignore = "takes minutes"]
fn an_exclusive_or_in_nuisance() {
    exclusive_or(32, 8000, 6.0, 0.06);
    // The signal's variance is 10, 1 of it noise.
    exclusive_or(8, 8000, 3.0, 0.06);
}

#[test]
#[ignore = "takes minutes"]
fn classes_of_nine_to_one() {
    const N: usize = 4000;
    // x_k = ±m_k + noise in two dimensions each, independent given y.
    let means = [[1.0, 0.5], [0.2, 0.9]];
    let log_density = |x: &[f64], mean: [f64; 2], sign: f64| -> f64 {
        -x.iter().zip(mean).map(|(x, m)| (x - sign * m).powi(2)).sum::<f64>() / 2.0
    };
    let mut errors = [const { Vec::new() }; 3];
    for seed in 1..=SEEDS {
        let mut stream = Stream::new(seed, 5);
        let mut data =
            Data { x1: vec![], x2: vec![], features: [2, 2], y: vec![], truth: Vec::with_capacity(N) };
        for i in 0..N {
            let class = usize::from(i % 10 == 0);
            let signs = [-1.0, 1.0];
            let x = means.map(|mean| mean.map(|m| signs[class] * m + stream.normal()));
            let of = |use1: f64, use2: f64| {
                let log_p = |c: usize| {
                    use1 * log_density(&x[0], means[0], signs[c])
                        + use2 * log_density(&x[1], means[1], signs[c])
                };
                let (rare, common) = (log_p(1) + 0.1f64.ln(), log_p(0) + 0.9f64.ln());
                let largest = rare.max(common);
                let log_sum = largest + ((rare - largest).exp() + (common - largest).exp()).ln();
                log_p(class) - log_sum
            };
            data.truth.push(Information {
                i1: of(1.0, 0.0),
                i2: of(0.0, 1.0),
                i12: of(1.0, 1.0),
                h1: 0.0,
                h2: 0.0,
            });
            data.x1.extend(x[0].map(|v| v as f32));
            data.x2.extend(x[1].map(|v| v as f32));
            data.y.push(class as i64);
        }
        let read = data.read(seed);
        for ((_, of), errors) in INFORMATION.iter().zip(&mut errors) {
            errors.push(mean_by(&read, of) - mean_by(&data.truth, of));
        }
    }
    for ((name, _), errors) in INFORMATION.into_iter().zip(errors) {
        assert!(median(&format!("nine to one, mean {name} less the exact one"), errors).abs() <= 0.02);
    }
}
