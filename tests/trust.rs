//! Intervals and nulls of fitted models.

use lsmi::estimator::ClassifierForm;
use lsmi::knife::Start;
use lsmi::synthetic::{Dataset, MixedGaussian, xor};
use lsmi::trust::{
    Quantities, continue_permutation_null, intervals, permutation_null, permutation_null_with_progress,
    spread, spread_with_progress,
};
use lsmi::{Config, Error, Model, Samples, fit};
use std::ops::ControlFlow;

fn samples<'a>(x: &'a [f64], features: usize) -> Samples<'a, f64> {
    Samples::from_rows("x", x, features).unwrap()
}

fn fitted(data: &Dataset, config: &Config) -> Model<f64> {
    fit(samples(&data.x1, data.features1), samples(&data.x2, data.features2), &data.y, config).unwrap()
}

/// Densities of a given form, which the labels' null does not touch.
fn quick() -> Config {
    Config { start: Start::Mixture, modes: 2, density_epochs: 0, classifier_epochs: 30, ..Config::robust() }
}

#[test]
fn labels_that_tell_something_are_told_from_shuffled_ones() {
    let data = xor(2, 3.0, 200, 1).unwrap();
    let model = fitted(&data, &quick());
    let (x1, x2) = (samples(&data.x1, 2), samples(&data.x2, 2));
    let null = permutation_null(&model, x1, x2, 19, 5).unwrap();
    assert_eq!((null.permutations, null.means.len()), (19, 19));
    // Nothing but both together tells of y.
    assert_eq!((null.p_values.i12, null.p_values.synergy), (0.05, 0.05));
    assert!(null.p_values.i1 > 0.05 && null.p_values.redundancy > 0.05, "{:?}", null.p_values);
    let observed = Quantities::means(&model.cross_fitted().unwrap().information);
    assert!(observed.synergy > 0.4, "{observed:?}");
    for (name, p) in null.p_values.named() {
        let of = |all: &Quantities<f64>| all.named().into_iter().find(|(n, _)| *n == name).unwrap().1;
        let as_large = null.means.iter().filter(|means| of(means) >= of(&observed)).count();
        assert_eq!(p, (as_large + 1) as f64 / 20.0, "{name}");
    }
    for means in &null.means {
        assert!(means.i12 < 0.1 && means.i12 > -0.1, "{means:?}");
    }
    assert_ne!(permutation_null(&model, x1, x2, 2, 6).unwrap().means, null.means[..2]);
    #[cfg(feature = "rayon")]
    for threads in [1, 7] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let again = pool.install(|| permutation_null(&model, x1, x2, 3, 5).unwrap());
        assert_eq!(again.means, null.means[..3], "{threads} threads");
    }
}

#[test]
fn a_null_goes_on_from_where_it_was_left() {
    let data = MixedGaussian::new(2, 0.5, 0.5).unwrap().sample(60, 1).unwrap();
    let given = Config { classifier_form: ClassifierForm::Given, hidden: vec![], ..quick() };
    let model = fitted(&data, &given);
    let (x1, x2) = (samples(&data.x1, 2), samples(&data.x2, 2));
    let mut seen = Vec::new();
    let stopped = continue_permutation_null(&model, (x1, x2), (5, 3), &[], &mut |means| {
        seen = means.to_vec();
        if means.len() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((stopped, seen.len()), (Err(Error::Cancelled), 2));
    let mut lengths = Vec::new();
    let went_on = continue_permutation_null(&model, (x1, x2), (5, 3), &seen, &mut |means| {
        lengths.push(means.len());
        ControlFlow::Continue(())
    });
    assert_eq!(lengths.first(), Some(&2));
    assert_eq!(went_on, permutation_null(&model, x1, x2, 5, 3));
    let go = &mut |_: &[Quantities<f64>]| ControlFlow::Continue(());
    let message = continue_permutation_null(&model, (x1, x2), (1, 3), &seen, go).unwrap_err().to_string();
    assert_eq!(message, "begun: expected at most 1 permutations, got 2");
}

#[test]
fn a_spread_is_that_of_fits_with_other_seeds() {
    let data = MixedGaussian::new(2, 0.5, 0.5).unwrap().sample(80, 1).unwrap();
    let given = Config { classifier_form: ClassifierForm::Given, hidden: vec![], ..quick() };
    let model = fitted(&data, &given);
    let (x1, x2) = (samples(&data.x1, 2), samples(&data.x2, 2));
    let mut seen = Vec::new();
    let found = spread_with_progress(&model, x1, x2, 3, 9, &mut |done| {
        seen.push(done);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(seen.is_sorted() && seen.last() == Some(&3));
    assert_eq!((found.repeats, found.means.len(), found.samples.len()), (3, 3, 80));
    let own = Quantities::means(&model.cross_fitted().unwrap().information);
    let i12: Vec<f64> = found.means.iter().chain([&own]).map(|means| means.i12).collect();
    let mean = i12.iter().sum::<f64>() / 4.0;
    let deviation = (i12.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 3.0).sqrt();
    assert!(deviation > 0.0);
    approx::assert_relative_eq!(found.deviation.i12, deviation, max_relative = 1e-9);
    let square = found.samples.iter().map(|of| of.synergy.powi(2)).sum::<f64>() / 80.0;
    approx::assert_relative_eq!(found.sample_deviation.synergy, square.sqrt(), max_relative = 1e-9);
    // A sample's values differ more than the means of all samples do.
    assert!(found.sample_deviation.i12 > found.deviation.i12);
    let cancelled = spread_with_progress(&model, x1, x2, 1, 9, &mut |_| ControlFlow::Break(()));
    assert_eq!(cancelled, Err(Error::Cancelled));
    let message = spread(&model, x1, x2, 0, 9).unwrap_err().to_string();
    assert_eq!(message, "repeats: expected a whole number from 1 to 1000, got 0");
    let others = "x1 and x2: expected the training samples of the model in their order, got others";
    assert_eq!(spread(&model, x2, x1, 1, 9).unwrap_err().to_string(), others);
}

#[test]
fn nulls_are_reported_and_cancel() {
    let data = MixedGaussian::new(2, 0.5, 0.5).unwrap().sample(60, 1).unwrap();
    let given = Config { classifier_form: ClassifierForm::Given, hidden: vec![], ..quick() };
    let model = fitted(&data, &given);
    let (x1, x2) = (samples(&data.x1, 2), samples(&data.x2, 2));
    let mut seen = Vec::new();
    let null = permutation_null_with_progress(&model, x1, x2, 4, 1, &mut |done| {
        seen.push(done);
        ControlFlow::Continue(())
    });
    assert!(seen.is_sorted() && seen.last() == Some(&4));
    let mut report = |_| ControlFlow::Break(());
    let cancelled = permutation_null_with_progress(&model, x1, x2, 4, 1, &mut report);
    assert_eq!(cancelled, Err(Error::Cancelled));
    // The densities stay as they are: all that moves R are the labels.
    assert!(null.unwrap().means.iter().all(|means| means.redundancy.is_finite()));
}

#[test]
fn nulls_are_of_the_training_samples_of_a_fit_with_folds() {
    let data = MixedGaussian::new(2, 0.5, 0.5).unwrap().sample(60, 1).unwrap();
    let (x1, x2) = (samples(&data.x1, 2), samples(&data.x2, 2));
    let model = fitted(&data, &quick());
    let message = |model: &Model<f64>, x1, x2, count| {
        permutation_null(model, x1, x2, count, 1).unwrap_err().to_string()
    };
    assert_eq!(message(&model, x1, x2, 0), "permutations: expected a whole number from 1 to 100000, got 0");
    assert_eq!(message(&model, x1.range(0, 59), x2, 1), "x1: expected 60 samples, got 59");
    let others = "x1 and x2: expected the training samples of the model in their order, got others";
    assert_eq!(message(&model, x2, x1, 1), others);
    let turned: Vec<f64> = data.x1.chunks(2).rev().flatten().copied().collect();
    assert_eq!(message(&model, samples(&turned, 2), x2, 1), others);
    let plain = fitted(&data, &Config { folds: 0, ..quick() });
    assert_eq!(message(&plain, x1, x2, 1), "folds: expected a model fitted with folds, got 0");
}

/// Nominal 95 % intervals against the exact means, of many data sets, and how far the means are from them. Takes minutes:
/// `cargo test --release --test trust -- --ignored --nocapture`.
#[test]
#[ignore = "takes minutes"]
fn intervals_cover_the_exact_means() {
    const SETS: u64 = 200;
    for classes in [2, 10] {
        let source = MixedGaussian::new(classes, 0.5, 0.5).unwrap();
        // The means over all samples there could be, and their atoms.
        let exact = Quantities::means(&source.sample(2_000_000, 1 << 40).unwrap().truth).named();
        // Sets whose interval covers, sums of errors and of their squares, sums of widths.
        let mut sums = [(0usize, 0.0f64, 0.0f64, 0.0f64); 8];
        for seed in 0..SETS {
            let data = source.sample(2000, seed).unwrap();
            let config =
                Config { seed, entropy_units: lsmi::estimator::EntropyUnits::Input, ..Config::robust() };
            let model = fitted(&data, &config);
            let read = &model.cross_fitted().unwrap().information;
            let intervals = intervals(&model, 1000, 0.95, seed).unwrap().of.named();
            let means = Quantities::means(read).named();
            for (q, sums) in sums.iter_mut().enumerate() {
                let ((_, exact), (_, interval), error) = (exact[q], intervals[q], means[q].1 - exact[q].1);
                sums.0 += usize::from(interval.low <= exact && exact <= interval.high);
                sums.1 += error;
                sums.2 += error * error;
                sums.3 += interval.high - interval.low;
            }
        }
        for ((name, _), (covered, errors, squares, widths)) in exact.into_iter().zip(sums) {
            let of = |sum: f64| sum / SETS as f64;
            let bias = of(errors);
            println!(
                "{classes} classes, {name}: {:.1} %; bias {bias:.4}, deviation {:.4}, that of the intervals {:.4}",
                100.0 * of(covered as f64),
                (of(squares) - bias * bias).sqrt(),
                of(widths) / (2.0 * 1.96),
            );
        }
    }
}

/// P(p ≤ α) for labels that tell nothing. Takes an hour of two cores: see above.
#[test]
#[ignore = "takes long"]
fn p_values_of_shuffled_labels_are_uniform() {
    const SETS: u64 = 200;
    let source = MixedGaussian::new(4, 0.5, 0.5).unwrap();
    let mut small = [[0usize; 3]; 8];
    const LEVELS: [f64; 3] = [0.01, 0.05, 0.1];
    for seed in 0..SETS {
        let mut data = source.sample(300, seed).unwrap();
        data.y = (0..300).map(|i| i % 2).collect();
        lsmi::rng::Stream::new(seed, 77).shuffle(&mut data.y);
        let single = |x: &[f64]| x.iter().map(|v| *v as f32).collect::<Vec<f32>>();
        let (x1, x2) = (single(&data.x1), single(&data.x2));
        let (x1, x2) = (Samples::from_rows("x1", &x1, 4).unwrap(), Samples::from_rows("x2", &x2, 4).unwrap());
        let model = fit(x1, x2, &data.y, &Config { seed, ..Config::robust() }).unwrap();
        let null = permutation_null(&model, x1, x2, 99, seed).unwrap();
        for (counts, (_, p)) in small.iter_mut().zip(null.p_values.named()) {
            for (count, level) in counts.iter_mut().zip(LEVELS) {
                *count += usize::from(p <= level);
            }
        }
    }
    for ((name, _), counts) in Quantities::<f64>::means(&[]).named().into_iter().zip(small) {
        for (count, level) in counts.into_iter().zip(LEVELS) {
            let share = count as f64 / SETS as f64;
            let most = level + 2.0 * (level * (1.0 - level) / SETS as f64).sqrt();
            println!("{name}: P(p ≤ {level}) = {share:.3}, at most {most:.3}");
            assert!(share <= most, "{name}");
        }
    }
}
