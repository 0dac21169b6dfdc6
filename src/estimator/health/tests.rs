use super::*;
use crate::Samples;
use crate::estimator::ShiftRule;
use crate::estimator::summary::{PerSource, Summary, Tally};
use crate::interaction::Information;
use crate::optim::Folds;
use crate::rng::Stream;
use alloc::vec;
use alloc::vec::Vec;

const SAMPLES: usize = 300;

fn noise(features: usize, seed: u64) -> Vec<f64> {
    let mut stream = Stream::new(seed, 0);
    (0..SAMPLES * features).map(|_| stream.normal()).collect()
}

/// The names and figures of what is found in x1.
fn found(rows: &[f64], features: usize) -> Vec<(alloc::string::String, f64)> {
    let samples = rows.len() / features;
    let other = noise(1, 9);
    let x1 = Samples::from_rows("x1", rows, features).unwrap();
    let x2 = Samples::from_rows("x2", &other[..samples], 1).unwrap();
    let y: Vec<i64> = (0..samples as i64).map(|i| i % 2).collect();
    data_flags(&x1, &x2, &y).into_iter().filter(|f| f.subject == "x1").map(|f| (f.name, f.figure)).collect()
}

/// Noise whose features are replaced by what `change` makes of a sample.
fn changed(features: usize, change: impl Fn(usize, &mut [f64])) -> Vec<f64> {
    let mut rows = noise(features, 1);
    rows.chunks_mut(features).enumerate().for_each(|(i, sample)| change(i, sample));
    rows
}

#[test]
fn features_without_fault_have_no_flag() {
    assert_eq!(found(&noise(5, 1), 5), []);
    // A single sample says nothing, but does no harm.
    assert!(found(&[1.0, 2.0], 2).iter().all(|(name, _)| name == "constant_features"));
}

#[test]
fn each_fault_of_features_has_its_flag() {
    let one = |rows: &[f64], name: &str, figure: f64| {
        let flags = found(rows, 5);
        assert_eq!(flags.len(), 1, "{flags:?}");
        assert_eq!(flags[0].0, name);
        approx::assert_relative_eq!(flags[0].1, figure, max_relative = 0.3);
    };
    one(&changed(5, |_, x| x[2] = 7.0), "constant_features", 1.0);
    one(&changed(5, |i, x| x[2] = if i == 17 { x[0] } else { 0.0 }), "near_constant_features", 1.0);
    one(&changed(5, |_, x| (x[3], x[4]) = (2.0 - 3.0 * x[0], x[1])), "duplicated_features", 2.0);
    one(&changed(5, |_, x| x[4] = x[0] - 2.0 * x[1] + x[3]), "rank_deficient", 1.0);
    one(&changed(5, |_, x| x[1] *= 1e6), "different_scales", 1e6);
    let unit = |_: usize, x: &mut [f64]| {
        let norm = x.iter().map(|v| v * v).sum::<f64>().sqrt();
        x.iter_mut().for_each(|v| *v *= 2.0 / norm);
    };
    one(&changed(5, unit), "unit_norm", 2.0);
    one(&changed(5, |i, x| x[2] = if i % 50 == 3 { -999.0 } else { x[2] }), "far_values", 6.0);
    one(
        &changed(5, |i, x| x.iter_mut().for_each(|x| *x = if i == 3 { 1e12 } else { *x })),
        "far_values",
        5.0,
    );
    let few = found(&noise(100, 1), 100);
    assert_eq!(few, [("few_samples".into(), 3.0)]);
}

#[test]
fn large_numbers_are_no_fault() {
    assert_eq!(found(&changed(5, |_, x| x.iter_mut().for_each(|x| *x *= 1e300)), 5), []);
    // Nor do they hide one.
    let copied = changed(5, |i, x| {
        x[3] = if i == 3 { 1e12 } else { x[1] };
        x.iter_mut().for_each(|x| *x *= 1e290);
    });
    let names: Vec<_> = found(&copied, 5).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["far_values", "duplicated_features"]);
}

#[test]
fn what_both_modalities_hold_is_seen() {
    let (x1, mut x2) = (noise(3, 1), noise(2, 2));
    x2.chunks_mut(2).zip(x1.chunks(3)).for_each(|(x2, x1)| x2[1] = 4.0 - 0.5 * x1[2]);
    x2[40] = 1e9;
    let [x1, x2] = [(&x1, 3), (&x2, 2)].map(|(x, d)| Samples::from_rows("x", x, d).unwrap());
    let y: Vec<i64> = (0..SAMPLES as i64).map(|i| i % 2).collect();
    let flags = data_flags(&x1, &x2, &y);
    let shared = flags.iter().find(|flag| flag.name == "shared_features").unwrap();
    assert_eq!((shared.subject.as_str(), shared.figure), ("x2", 1.0));
    assert_eq!(shared.finding, "1 of 2 features are copies of features of x1, up to scale and offset");
}

#[test]
fn small_classes_are_counted() {
    let x = noise(1, 1);
    let x = Samples::from_rows("x", &x, 1).unwrap();
    let y: Vec<i64> = (0..SAMPLES as i64).map(|i| if i < 19 { 4 } else { i % 2 }).collect();
    let flags = data_flags(&x, &x, &y);
    let classes: Vec<_> = flags.iter().filter(|flag| flag.subject == "y").collect();
    assert_eq!((classes[0].name.as_str(), classes[0].figure), ("small_classes", 1.0));
    assert_eq!(classes[0].finding, "1 of 3 classes have fewer than 20 samples");
    assert_eq!((classes[1].name.as_str(), classes[1].figure), ("empty_classes", 2.0));
    assert_eq!(classes[1].finding, "2 of the class numbers 0 to 4 have no samples");
    let flags = data_flags(&x, &x, &[1; SAMPLES]);
    let names: Vec<_> = flags.iter().map(|flag| flag.name.as_str()).collect();
    assert_eq!(names, ["shared_features", "one_class", "empty_classes"]);
}

/// The names of what is found in readings, by folds, of which samples `i` are `of(i)`.
fn read(of: impl Fn(usize) -> Information, in_sample: f64) -> Vec<alloc::string::String> {
    let information: Vec<Information> = (0..SAMPLES).map(of).collect();
    let log_loss = information.iter().map(|i| 0.7 - i.i12).sum::<f64>();
    let tally = Tally { log_loss: [0.0, 0.0, log_loss], ..Tally::default() };
    let summary = Summary::new(&information, &[tally], ShiftRule::Batch, 0.0);
    let folds = Folds::stratified(&vec![0; SAMPLES], 5, &mut Stream::new(1, 0));
    let in_sample = PerSource { joint: in_sample, ..PerSource::default() };
    let course = Course { folds: Some(&folds), in_sample: &in_sample };
    reading_flags(&information, &summary, &course).into_iter().map(|flag| flag.name).collect()
}

#[test]
fn each_fault_of_a_reading_has_its_flag() {
    let h = |i: usize| [(i * 7 % 11) as f64, (i * 5 % 13) as f64];
    let good = |i: usize| Information { i1: 0.3, i2: 0.2, i12: 0.25, h1: h(i)[0], h2: h(i)[1] };
    assert_eq!(read(good, 0.45), [""; 0]);
    assert_eq!(read(good, 0.3), ["overfit_gap"]);
    assert_eq!(read(|i| Information { h1: 100.0 + h(i)[0], ..good(i) }, 0.45), ["one_sided_surprisal"]);
    // A wild fold.
    let folds = Folds::stratified(&vec![0; SAMPLES], 5, &mut Stream::new(1, 0));
    let wild = |i: usize| Information { h2: h(i)[1] + if folds.of(i) == 3 { 9.0 } else { 0.0 }, ..good(i) };
    assert_eq!(read(wild, 0.45)[0], "entropies_disagree");
    assert_eq!(read(|i| Information { i2: -0.02, i12: 0.31, ..good(i) }, 0.39)[0], "negative_information");
    // R = i1 and S = i12 − i2, as h1 and h2 are far from each other in turn.
    let apart = |i: usize| Information { i1: 0.3, i2: 0.3, i12: 0.6, ..good(i) };
    assert_eq!(read(apart, 0.1), ["atoms_rest_on_surprisal"]);
    // One sample of 300, 30 nats away.
    let heavy = |i: usize| Information { i12: if i == 40 { -30.0 } else { 0.35 }, ..good(i) };
    assert_eq!(read(heavy, 0.45), ["heavy_sample"]);
    // R is −0.3.
    let negative = |i: usize| Information { i1: 0.3, i2: -0.3, i12: 0.1, h1: 0.0, h2: 1.0 * (i % 2) as f64 };
    assert!(read(negative, 0.6).iter().any(|name| name == "large_shift"));
}
