//! Generators against published values, plain formulas and Monte Carlo.

use std::f64::consts::{LN_2, PI};

use approx::{assert_abs_diff_eq, assert_relative_eq};
use lsmi::Error;
use lsmi::interaction::{Atoms, Information, mean, shift};
use lsmi::synthetic::{
    Circuit, Dataset, Kind, KindMixture, LatentMixture, LatentState, MixedGaussian, agreement, xor,
    xor_mixture,
};
use serde_json::Value;

fn setting(field: &str, expected: &str, got: &str) -> Error {
    Error::Setting { field: field.into(), expected: expected.into(), got: got.into() }
}

fn assert_information(got: Information, expected: Information, epsilon: f64) {
    assert_relative_eq!(got.i1, expected.i1, epsilon = epsilon, max_relative = epsilon);
    assert_relative_eq!(got.i2, expected.i2, epsilon = epsilon, max_relative = epsilon);
    assert_relative_eq!(got.i12, expected.i12, epsilon = epsilon, max_relative = epsilon);
    assert_relative_eq!(got.h1, expected.h1, epsilon = epsilon, max_relative = epsilon);
    assert_relative_eq!(got.h2, expected.h2, epsilon = epsilon, max_relative = epsilon);
}

/// Sizes, and that `information` says of every sample what is attached to it.
fn assert_consistent(data: &Dataset, information: impl Fn(&[f64], &[f64], i64) -> Information) {
    assert_eq!(data.x1.len(), data.samples * data.features1);
    assert_eq!(data.x2.len(), data.samples * data.features2);
    assert_eq!((data.y.len(), data.truth.len()), (data.samples, data.samples));
    let (x1, x2) = (data.x1.chunks_exact(data.features1), data.x2.chunks_exact(data.features2));
    for (row, (x1, x2)) in x1.zip(x2).enumerate() {
        assert!((0..data.classes as i64).contains(&data.y[row]));
        assert_eq!(information(x1, x2, data.y[row]), data.truth[row]);
    }
}

/// Same seed, same samples; another seed, others; fewer samples are the beginning of more.
fn assert_seeded(sample: impl Fn(usize, u64) -> Dataset) {
    let data = sample(50, 7);
    assert_eq!(data, sample(50, 7));
    assert_ne!(data, sample(50, 8));
    let part = sample(20, 7);
    assert_eq!(part.x1[..], data.x1[..20 * data.features1]);
    assert_eq!(part.x2[..], data.x2[..20 * data.features2]);
    assert_eq!((&part.y[..], &part.truth[..]), (&data.y[..20], &data.truth[..20]));
}

fn normal(x: f64, mean: f64, deviation: f64) -> f64 {
    (-0.5 * ((x - mean) / deviation).powi(2)).exp() / (deviation * (2.0 * PI).sqrt())
}

/// Density of two correlated normals with common deviation.
fn correlated(x: [f64; 2], mean: f64, deviation: f64, rho: f64) -> f64 {
    let [a, b] = [(x[0] - mean) / deviation, (x[1] - mean) / deviation];
    let spread = 1.0 - rho * rho;
    (-0.5 * (a * a - 2.0 * rho * a * b + b * b) / spread).exp()
        / (2.0 * PI * deviation * deviation * spread.sqrt())
}

/// log p(x|y) − log p(x) for classes of equal probability.
fn from_class_densities(densities: &[f64], y: i64) -> (f64, f64) {
    let density = densities.iter().sum::<f64>() / densities.len() as f64;
    ((densities[y as usize] / density).ln(), -density.ln())
}

#[test]
fn gaussian_means_match_the_reference() {
    let truth: Vec<Value> = serde_json::from_str(include_str!("data/gaussian_truth.json")).unwrap();
    for case in &truth {
        let of = |key: &str| case[key].as_f64().unwrap();
        let model = MixedGaussian::new(of("n_class") as usize, of("rho"), of("noise")).unwrap();
        let data = model.sample(40_000, 1).unwrap();
        for (key, value) in [
            ("i1", (|sample| sample.i1) as fn(&Information) -> f64),
            ("i2", |sample| sample.i2),
            ("i12", |sample| sample.i12),
        ] {
            let values: Vec<f64> = data.truth.iter().map(value).collect();
            let average = mean(&values);
            let variance = mean(&values.iter().map(|v| (v - average).powi(2)).collect::<Vec<_>>());
            // The reference is itself a mean over 2,000,000 samples.
            let error = (variance * (1.0 / 40_000.0 + 1.0 / 2e6)).sqrt();
            assert_abs_diff_eq!(average, of(key), epsilon = 4.0 * error);
        }
    }
}

#[test]
fn gaussian_matches_plain_densities() {
    for (classes, rho, noise) in [(2, 0.5, 0.5), (3, -0.7, 0.8), (5, 0.0, 1.3)] {
        let model = MixedGaussian::new(classes, rho, noise).unwrap();
        let data = model.sample(200, 3).unwrap();
        assert_consistent(&data, |x1, x2, y| model.information(x1, x2, y).unwrap());
        let mark = |feature: usize, class: usize| if feature == class { 1.0 } else { 0.0 };
        for row in 0..data.samples {
            let at = row * classes;
            let per_class = |density: &dyn Fn(usize, f64) -> f64| -> Vec<f64> {
                (0..classes).map(|c| (0..classes).map(|j| density(at + j, mark(j, c))).product()).collect()
            };
            let y = data.y[row];
            let (i1, h1) = from_class_densities(&per_class(&|k, m| normal(data.x1[k], m, noise)), y);
            let (i2, h2) = from_class_densities(&per_class(&|k, m| normal(data.x2[k], m, noise)), y);
            let joint = per_class(&|k, m| correlated([data.x1[k], data.x2[k]], m, noise, rho));
            let (i12, _) = from_class_densities(&joint, y);
            assert_information(data.truth[row], Information { i1, i2, i12, h1, h2 }, 1e-10);
        }
    }
}

#[test]
fn gaussian_with_one_common_noise_is_redundant() {
    let data = MixedGaussian::new(3, 1.0, 0.5).unwrap().sample(100, 5).unwrap();
    assert_eq!(data.x1, data.x2);
    for sample in &data.truth {
        let atoms = sample.atoms();
        assert_abs_diff_eq!(atoms.redundancy, sample.i12, epsilon = 1e-12);
        assert_abs_diff_eq!(atoms.synergy, 0.0, epsilon = 1e-12);
    }
    // Far out, where every plain density is 0.
    let far = MixedGaussian::new(2, 0.0, 0.5).unwrap().information(&[1e3, -1e3], &[0.0, 0.0], 0).unwrap();
    assert_abs_diff_eq!(far.i1, LN_2, epsilon = 1e-12);
    assert!(far.h1 > 1e6 && far.h1.is_finite());
}

#[test]
fn gaussian_errors() {
    let error = |classes, rho, noise| MixedGaussian::new(classes, rho, noise).unwrap_err();
    let (rho, noise) =
        ("a number above -1 and at most 1", "a positive number whose square is positive and finite");
    assert_eq!(error(1, 0.5, 0.5), setting("classes", "at least 2", "1"));
    assert_eq!(error(2, -1.0, 0.5), setting("rho", rho, "-1"));
    assert_eq!(error(2, 1.5, 0.5), setting("rho", rho, "1.5"));
    assert_eq!(error(2, f64::NAN, 0.5), setting("rho", rho, "NaN"));
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-200, 1e200] {
        assert_eq!(error(2, 0.5, bad), setting("noise", noise, &bad.to_string()));
    }
    let model = MixedGaussian::new(2, 0.5, 0.5).unwrap();
    assert_eq!(model.sample(0, 1).unwrap_err(), setting("samples", "at least 1", "0"));
    assert_eq!(
        model.sample(usize::MAX, 1).unwrap_err(),
        setting("samples", "an amount that fits into memory", &usize::MAX.to_string())
    );
    assert_eq!(
        model.information(&[0.0; 2], &[0.0; 3], 0).unwrap_err(),
        Error::Shape { field: "x2".into(), what: "features", expected: 2, got: 3 }
    );
    let (expected, got) = ("a class from 0 to 1".into(), "2".into());
    assert_eq!(
        model.information(&[0.0; 2], &[0.0; 2], 2).unwrap_err(),
        Error::Class { field: "y".into(), row: 0, column: None, expected, got }
    );
}

fn states() -> Vec<LatentState> {
    let state = |weight, y, mean1: [f64; 2], mean2: f64, deviation1, deviation2| LatentState {
        weight,
        y,
        mean1: mean1.to_vec(),
        mean2: vec![mean2],
        deviation1,
        deviation2,
    };
    vec![
        state(1.0, 0, [0.0, 0.0], 0.5, 1.0, 0.5),
        state(0.0, 3, [9.0, 9.0], 9.0, 1.0, 1.0),
        state(2.0, 1, [1.0, -1.0], 0.5, 1.0, 0.5),
        state(0.5, 1, [0.0, 0.0], -1.0, 1.0, 0.7),
        state(1.5, 2, [0.0, 0.0], 0.5, 0.3, 0.7),
    ]
}

#[test]
fn latent_matches_plain_densities() {
    let model = LatentMixture::new(&states()).unwrap();
    let (data, drawn) = model.sample_with_states(300, 11).unwrap();
    assert_eq!((data.features1, data.features2, data.classes), (2, 1, 4));
    assert_consistent(&data, |x1, x2, y| model.information(x1, x2, y).unwrap());
    for (row, &state) in drawn.iter().enumerate() {
        let (x1, x2, y) = (&data.x1[2 * row..2 * row + 2], data.x2[row], data.y[row]);
        assert_eq!(states()[state].y, y);
        let first = |s: &LatentState| {
            normal(x1[0], s.mean1[0], s.deviation1) * normal(x1[1], s.mean1[1], s.deviation1)
        };
        let second = |s: &LatentState| normal(x2, s.mean2[0], s.deviation2);
        let probability = |density: &dyn Fn(&LatentState) -> f64, class: Option<i64>| -> f64 {
            let states = states().into_iter().filter(|s| class.is_none_or(|class| s.y == class));
            states.map(|s| s.weight / 5.0 * density(&s)).sum()
        };
        let information = |density: &dyn Fn(&LatentState) -> f64| {
            let posterior = probability(density, Some(y)) / probability(density, None);
            (posterior / probability(&|_| 1.0, Some(y))).ln()
        };
        let expected = Information {
            i1: information(&first),
            i2: information(&second),
            i12: information(&|s| first(s) * second(s)),
            h1: -probability(&first, None).ln(),
            h2: -probability(&second, None).ln(),
        };
        assert_information(data.truth[row], expected, 1e-10);
    }
}

#[test]
fn latent_frequencies_follow_the_weights() {
    let (_, drawn) = LatentMixture::new(&states()).unwrap().sample_with_states(20_000, 2).unwrap();
    for (index, state) in states().iter().enumerate() {
        let share = drawn.iter().filter(|drawn| **drawn == index).count() as f64 / 20_000.0;
        assert_abs_diff_eq!(share, state.weight / 5.0, epsilon = 0.015);
    }
    assert!(!drawn.contains(&1));
}

#[test]
fn latent_is_finite_where_densities_underflow() {
    let model = LatentMixture::new(&states()).unwrap();
    let far = model.information(&[1e6, 1e6], &[-1e6], 0).unwrap();
    assert!([far.i1, far.i2, far.i12, far.h1, far.h2].iter().all(|value| value.is_finite()));
    assert!(far.h1 > 1e11);
}

#[test]
fn latent_errors() {
    let error = |change: fn(&mut LatentState)| {
        let mut states = states();
        change(&mut states[2]);
        LatentMixture::new(&states).unwrap_err()
    };
    let deviation = "a positive number whose square is positive and finite";
    assert_eq!(
        LatentMixture::new(&[]).unwrap_err(),
        Error::Empty { field: "states".into(), what: "samples" }
    );
    assert_eq!(
        error(|s| s.weight = -1.0),
        setting("weight", "a finite number of at least 0", "-1 in state 2")
    );
    assert_eq!(
        error(|s| s.weight = f64::NAN),
        setting("weight", "a finite number of at least 0", "NaN in state 2")
    );
    assert_eq!(error(|s| s.y = -1), setting("y", "a class number from 0", "-1 in state 2"));
    assert_eq!(
        error(|s| s.mean1 = vec![1.0]),
        Error::Shape { field: "mean1".into(), what: "features", expected: 2, got: 1 }
    );
    assert_eq!(
        error(|s| s.mean1[1] = f64::INFINITY),
        Error::NotFinite { field: "mean1".into(), row: 2, column: 1, got: f64::INFINITY }
    );
    assert_eq!(error(|s| s.deviation2 = 0.0), setting("deviation2", deviation, "0 in state 2"));
    let no_weight: Vec<_> = states().into_iter().map(|s| LatentState { weight: 0.0, ..s }).collect();
    assert_eq!(
        LatentMixture::new(&no_weight).unwrap_err(),
        setting("weight", "weights with a positive, finite sum", "0")
    );
    let no_features: Vec<_> = states().into_iter().map(|s| LatentState { mean2: vec![], ..s }).collect();
    assert_eq!(
        LatentMixture::new(&no_features).unwrap_err(),
        Error::Empty { field: "mean2".into(), what: "features" }
    );
    // Class 3 has a state, but one of weight 0.
    let model = LatentMixture::new(&states()).unwrap();
    let (expected, got) = ("a class of positive probability".into(), "3".into());
    assert_eq!(
        model.information(&[0.0; 2], &[0.0], 3).unwrap_err(),
        Error::Class { field: "y".into(), row: 0, column: None, expected, got }
    );
    assert_eq!(
        model.information(&[0.0], &[0.0], 0).unwrap_err(),
        Error::Shape { field: "x1".into(), what: "features", expected: 2, got: 1 }
    );
}

#[test]
fn xor_is_synergy_alone() {
    for dimension in [1, 10] {
        let data = xor(dimension, 3.0, 20_000, 42).unwrap();
        let model = xor_mixture(dimension, 3.0, 42).unwrap();
        assert_consistent(&data, |x1, x2, y| model.information(x1, x2, y).unwrap());
        for sample in &data.truth {
            let atoms = sample.atoms();
            assert_abs_diff_eq!(sample.i1, 0.0, epsilon = 1e-12);
            assert_abs_diff_eq!(sample.i2, 0.0, epsilon = 1e-12);
            assert_abs_diff_eq!(atoms.redundancy, 0.0, epsilon = 1e-12);
        }
        assert_abs_diff_eq!(Information::mean(&data.truth).i12, 0.6855, epsilon = 0.004);
    }
    assert_abs_diff_eq!(Information::mean(&xor(4, 0.0, 50, 1).unwrap().truth).i12, 0.0, epsilon = 1e-12);
}

#[test]
fn xor_errors() {
    assert_eq!(xor(0, 3.0, 10, 1).unwrap_err(), setting("dimension", "at least 1", "0"));
    assert_eq!(xor(2, 3.0, 0, 1).unwrap_err(), setting("samples", "at least 1", "0"));
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        let expected = setting("amplitude", "a finite number of at least 0", &bad.to_string());
        assert_eq!(xor(2, bad, 10, 1).unwrap_err(), expected);
    }
    assert_eq!(
        xor(usize::MAX, 3.0, 1, 1).unwrap_err(),
        setting("dimension", "an amount that fits into memory", &usize::MAX.to_string())
    );
}

#[test]
fn every_kind_shows_its_atom() {
    let model = KindMixture::new([4.0, 2.0, 1.0, 3.0], KindMixture::AMPLITUDE).unwrap();
    let (data, kinds) = model.sample(20_000, 9).unwrap();
    assert_consistent(&data, |x1, x2, y| model.information(x1, x2, y).unwrap());
    for (kind, share, expected) in [
        (Kind::Redundant, 0.4, [LN_2, 0.0, 0.0, 0.0]),
        (Kind::Unique1, 0.2, [0.0, LN_2, 0.0, 0.0]),
        (Kind::Unique2, 0.1, [0.0, 0.0, LN_2, 0.0]),
        (Kind::Synergistic, 0.3, [0.0, 0.0, 0.0, LN_2]),
    ] {
        let of_kind = data.truth.iter().zip(&kinds).filter(|(_, other)| **other == kind);
        let atoms: Vec<Atoms> = of_kind.map(|(sample, _)| sample.atoms()).collect();
        assert_abs_diff_eq!(atoms.len() as f64 / 20_000.0, share, epsilon = 0.015);
        let means = Atoms::mean(&atoms);
        let means = [means.redundancy, means.unique1, means.unique2, means.synergy];
        for (got, expected) in means.into_iter().zip(expected) {
            assert_abs_diff_eq!(got, expected, epsilon = 0.03);
        }
    }
}

#[test]
fn kind_mixture_errors() {
    let error = |proportions, amplitude| KindMixture::new(proportions, amplitude).unwrap_err();
    let at_least = |got| setting("proportions", "finite numbers of at least 0", got);
    assert_eq!(error([1.0, -1.0, 1.0, 1.0], 4.0), at_least("-1"));
    assert_eq!(error([1.0, 1.0, 1.0, f64::NAN], 4.0), at_least("NaN"));
    assert_eq!(error([0.0; 4], 4.0), setting("proportions", "numbers with a positive, finite sum", "0"));
    assert_eq!(error([1.0; 4], 0.0), setting("amplitude", "a finite number above 0", "0"));
    let only = KindMixture::new([0.0, 0.0, 0.0, 1.0], 4.0).unwrap();
    assert!(only.sample(50, 1).unwrap().1.iter().all(|kind| *kind == Kind::Synergistic));
    assert_eq!(only.sample(0, 1).unwrap_err(), setting("samples", "at least 1", "0"));
}

#[test]
fn circuits_match_the_table() {
    let table: Vec<Value> = serde_json::from_str(include_str!("data/circuits.json")).unwrap();
    assert_eq!(
        table.iter().map(|circuit| circuit["name"].as_str().unwrap()).collect::<Vec<_>>(),
        Circuit::names()
    );
    let bits = |value: &Value| match value {
        Value::Array(bits) => bits.iter().map(|bit| bit.as_i64().unwrap()).collect(),
        bit => vec![bit.as_i64().unwrap()],
    };
    for expected in &table {
        let circuit = Circuit::named(expected["name"].as_str().unwrap()).unwrap();
        let close = |got: f64, expected: &Value| {
            assert_abs_diff_eq!(got, expected.as_f64().unwrap(), epsilon = 1e-12)
        };
        let close_atoms = |got: Atoms, expected: &Value| {
            close(got.redundancy, &expected["r"]);
            close(got.unique1, &expected["u1"]);
            close(got.unique2, &expected["u2"]);
            close(got.synergy, &expected["s"]);
        };
        let cells = expected["support"].as_array().unwrap();
        assert_eq!(cells.len(), circuit.support().len());
        for (cell, expected) in circuit.support().iter().zip(cells) {
            assert_eq!((cell.x1, cell.x2), (&bits(&expected["x1"])[..], &bits(&expected["x2"])[..]));
            assert_eq!(cell.y, expected["y"].as_i64().unwrap());
            close(cell.probability, &expected["p"]);
            close(cell.information.h1, &expected["h1"]);
            close(cell.information.h2, &expected["h2"]);
            close(cell.information.i12, &expected["i12"]);
            close_atoms(cell.information.atoms(), expected);
        }
        close(circuit.information().i1, &expected["mean"]["i1"]);
        close_atoms(circuit.atoms(), &expected["mean"]);
        close(shift(circuit.atoms()), &expected["shift"]);

        let data = circuit.sample(4000, 3).unwrap();
        assert_eq!((data.samples, data.classes), (4000, 2));
        assert_consistent(&data, |x1, x2, y| {
            let same = |bits: &[i64], x: &[f64]| bits.iter().map(|bit| *bit as f64).eq(x.iter().copied());
            let cell =
                circuit.support().iter().find(|cell| same(cell.x1, x1) && same(cell.x2, x2) && cell.y == y);
            cell.unwrap().information
        });
        assert_abs_diff_eq!(Information::mean(&data.truth).i1, circuit.information().i1, epsilon = 0.05);
    }
    let names = "one of xor, or, and, not_x2, copy, xor_not";
    assert_eq!(Circuit::named("nand").unwrap_err(), setting("circuit", names, "nand"));
    assert_eq!(Circuit::named("or").unwrap().name(), "or");
    assert_eq!(
        Circuit::named("or").unwrap().sample(0, 1).unwrap_err(),
        setting("samples", "at least 1", "0")
    );
}

#[test]
fn samples_follow_the_seed() {
    assert_seeded(|n, seed| MixedGaussian::new(3, 0.5, 0.5).unwrap().sample(n, seed).unwrap());
    assert_seeded(|n, seed| LatentMixture::new(&states()).unwrap().sample(n, seed).unwrap());
    assert_seeded(|n, seed| xor(3, 2.0, n, seed).unwrap());
    assert_seeded(|n, seed| KindMixture::new([1.0; 4], 4.0).unwrap().sample(n, seed).unwrap().0);
    assert_seeded(|n, seed| Circuit::named("and").unwrap().sample(n, seed).unwrap());
}

#[test]
fn agreement_of_known_values() {
    let close = agreement(&[1.0, 2.0, 3.0, 6.0], &[1.0, 2.0, 4.0, 5.0]).unwrap();
    assert_abs_diff_eq!(close.rmse, 0.5f64.sqrt(), epsilon = 1e-15);
    assert_abs_diff_eq!(close.corr, 11.0 / 140f64.sqrt(), epsilon = 1e-12);
    assert_eq!(agreement(&[-1.0, 0.0, 1.0], &[1.0, 0.0, -1.0]).unwrap().corr, -1.0);
    let constant = agreement(&[0.1; 3], &[1.0, 2.0, 3.0]).unwrap();
    assert!(constant.corr.is_nan() && constant.rmse > 0.0);
    assert!(agreement(&[1.0], &[1.0]).unwrap().corr.is_nan());
    let nan = agreement(&[f64::NAN, 1.0, 2.0], &[1.0, 2.0, 3.0]).unwrap();
    assert!(nan.corr.is_nan() && nan.rmse.is_nan());
    assert_eq!(agreement(&[], &[]).unwrap_err(), Error::Empty { field: "estimate".into(), what: "samples" });
    assert_eq!(
        agreement(&[1.0], &[]).unwrap_err(),
        Error::Shape { field: "exact".into(), what: "samples", expected: 1, got: 0 }
    );
}
