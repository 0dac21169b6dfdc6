//! The estimator as a whole: identities, settings, model files, determinism, errors.

use lsmi::classifier::{Expansion, ExpansionParameters};
use lsmi::estimator::ShiftRule;
use lsmi::estimator::{
    AnyModel, ClassifierForm, Component, EntropyUnits, FORMAT_VERSION, ModelParts, Prior, Reading, Summary,
};
use lsmi::interaction::{Information, mean, shift};
use lsmi::knife::Start;
use lsmi::synthetic::{Dataset, MixedGaussian, agreement, xor};
use lsmi::{Config, Error, Float, Model, Samples, fit, fit_with_progress};
use proptest::prelude::*;
use std::ops::ControlFlow;

fn data(classes: usize, n: usize) -> Dataset {
    MixedGaussian::new(classes, 0.5, 0.5).unwrap().sample(n, 7).unwrap()
}

fn samples<'a, T>(x: &'a [T], features: usize) -> Samples<'a, T> {
    Samples::from_rows("x", x, features).unwrap()
}

/// Settings that fit in a moment, of a form that is given, read by the model itself.
fn quick() -> Config {
    Config {
        density_epochs: 5,
        classifier_epochs: 5,
        start: Start::Samples,
        modes: 2,
        classifier_form: ClassifierForm::Given,
        hidden: vec![8],
        folds: 0,
        ..Config::robust()
    }
}

fn fitted<T: Float>(data: &Dataset, config: &Config) -> Model<T> {
    let (x1, x2) = cast::<T>(data);
    fit(samples(&x1, data.features1), samples(&x2, data.features2), &data.y, config).unwrap()
}

fn cast<T: Float>(data: &Dataset) -> (Vec<T>, Vec<T>) {
    let cast = |x: &[f64]| x.iter().map(|v| T::of(*v)).collect();
    (cast(&data.x1), cast(&data.x2))
}

#[test]
fn robust_finds_the_atoms_of_the_mixed_gaussian() {
    let data = data(2, 2000);
    let model = fitted::<f32>(&data, &Config { entropy_units: EntropyUnits::Input, ..Config::robust() });
    let (x1, x2) = cast::<f32>(&data);
    let scores = model.score(samples(&x1, 2), samples(&x2, 2), &data.y).unwrap();
    let compare = |read: fn(&Information) -> f64| {
        let estimate: Vec<f64> = scores.information.iter().map(read).collect();
        let exact: Vec<f64> = data.truth.iter().map(read).collect();
        (mean(&estimate) - mean(&exact), agreement(&estimate, &exact).unwrap())
    };
    // The released program has 0.35, 0.12 and 0.16 here.
    for (read, bound) in [
        ((|i| i.h1) as fn(&Information) -> f64, 0.2),
        (|i| i.h2, 0.2),
        (|i| i.atoms().redundancy, 0.1),
        (|i| i.atoms().synergy, 0.15),
        (|i| i.i12, 0.15),
    ] {
        let (bias, agreement) = compare(read);
        assert!(agreement.rmse < bound && agreement.corr > 0.95, "{agreement:?}");
        assert!(bias.abs() < 0.05, "{bias}");
    }
}

#[test]
fn robust_sees_synergy_alone_in_planted_xor() {
    let data = xor(4, 3.0, 2000, 3).unwrap();
    let model = fitted::<f32>(&data, &Config::robust());
    let (x1, x2) = cast::<f32>(&data);
    let scores = model.score(samples(&x1, 4), samples(&x2, 4), &data.y).unwrap();
    assert!((scores.summary.raw.synergy - 0.6855).abs() < 0.1, "{:?}", scores.summary.raw);
    assert!(scores.summary.raw.redundancy.abs() < 0.05, "{:?}", scores.summary.raw);
    assert!(scores.summary.accuracy.joint > 0.95 && scores.summary.accuracy.x1 < 0.6);
}

#[test]
fn a_modality_and_its_image_under_a_linear_map_hold_no_synergy() {
    let data = MixedGaussian::new(4, 0.5, 0.8).unwrap().sample(600, 5).unwrap();
    let d = data.features1;
    // A shear and scales far apart; the second has an offset besides.
    let image: Vec<f64> = data
        .x1
        .chunks(d)
        .flat_map(|x| {
            (0..d).map(|j| 10f64.powi(j as i32) * (x[j] + 2.0 * x[(j + 1) % d] * f64::from(j > 0)) + 5.0)
        })
        .collect();
    let config = Config { classifier_epochs: 30, start: Start::Mixture, modes: 2, ..Config::robust() };
    for x2 in [&data.x1, &image] {
        let model = fit(samples(&data.x1, d), samples(x2, d), &data.y, &config).unwrap();
        let Summary { i1, raw, .. } = model.cross_fitted().unwrap().summary.clone();
        assert!(i1 > 0.3 && raw.synergy.abs() < 0.005, "{i1} {raw:?}");
        assert!((raw.redundancy - i1).abs() < 0.005, "{i1} {raw:?}");
    }
}

#[test]
fn summaries_follow_from_the_samples() {
    let data = data(3, 300);
    let (x1, x2) = cast::<f64>(&data);
    let (x1, x2) = (samples(&x1, 3), samples(&x2, 3));
    for prior in [Prior::Uniform, Prior::Empirical] {
        let model = fitted::<f64>(&data, &Config { prior, ..quick() });
        let total: f64 = model.log_prior().iter().map(|p| p.exp()).sum();
        assert!((total - 1.0).abs() < 1e-12);
        let scores = model.score(x1, x2, &data.y).unwrap();
        // mean i = mean −log p(y) − log-loss, for each classifier.
        let surprise: f64 = data.y.iter().map(|y| -model.log_prior()[*y as usize]).sum::<f64>() / 300.0;
        let m = &scores.summary;
        for (i, loss) in [
            (m.i1, scores.summary.log_loss.x1),
            (m.i2, scores.summary.log_loss.x2),
            (m.i12, scores.summary.log_loss.joint),
        ] {
            assert!((i - (surprise - loss)).abs() < 1e-12);
        }
        assert_eq!(
            scores.summary.raw.synergy,
            mean(&scores.atoms.iter().map(|a| a.synergy).collect::<Vec<_>>())
        );
        // The shift was frozen on the very samples that are scored here.
        assert_eq!(scores.summary.shift, shift(scores.summary.raw));
        assert_eq!(Some(scores.summary.shift), model.frozen_shift());
        assert_eq!(scores.summary.adjusted, scores.summary.raw.shifted(scores.summary.shift));
        let part = model.score(x1.range(100, 40), x2.range(100, 40), &data.y[100..140]).unwrap();
        assert_eq!(part.information, scores.information[100..140]);
        assert_eq!(Some(part.summary.shift), model.frozen_shift());
        let rule =
            |rule| model.score_with_shift(x1.range(0, 40), x2.range(0, 40), &data.y[..40], rule).unwrap();
        let batch = rule(ShiftRule::Batch);
        assert_eq!(batch.summary.shift, shift(batch.summary.raw));
        let none = rule(ShiftRule::None).summary;
        assert_eq!(none.adjusted, none.raw);
    }
}

#[test]
fn entropy_units_differ_by_the_log_jacobian() {
    let mut data = data(2, 200);
    // Known scales: h in units of the input grows by log 1000 for each feature of x1.
    data.x1.iter_mut().for_each(|v| *v *= 1000.0);
    let score = |entropy_units| {
        let model = fitted::<f64>(&data, &Config { entropy_units, ..quick() });
        model.score(samples(&data.x1, 2), samples(&data.x2, 2), &data.y).unwrap()
    };
    let (input, standardized) = (score(EntropyUnits::Input), score(EntropyUnits::Standardized));
    let deviation = |x: &[f64], column: usize| {
        let values: Vec<f64> = x.iter().skip(column).step_by(2).copied().collect();
        mean(&values.iter().map(|v| (v - mean(&values)).powi(2)).collect::<Vec<_>>()).sqrt()
    };
    for (x, h) in [(&data.x1, (|i| i.h1) as fn(&Information) -> f64), (&data.x2, |i| i.h2)] {
        let jacobian = deviation(x, 0).ln() + deviation(x, 1).ln();
        for (a, b) in input.information.iter().zip(&standardized.information) {
            assert!((h(a) - h(b) - jacobian).abs() < 1e-9);
            assert_eq!((a.i1, a.i2, a.i12), (b.i1, b.i2, b.i12));
        }
    }
}

#[test]
fn standardised_scores_do_not_depend_on_scale_and_offset() {
    let data = data(2, 200);
    let mut moved = data.clone();
    moved.x1.iter_mut().for_each(|v| *v = *v * 4096.0 - 8.0);
    let score = |data: &Dataset| {
        let model = fitted::<f64>(data, &quick());
        model.score(samples(&data.x1, 2), samples(&data.x2, 2), &data.y).unwrap()
    };
    for (a, b) in score(&data).atoms.iter().zip(score(&moved).atoms) {
        assert!((a.redundancy - b.redundancy).abs() < 1e-6 && (a.synergy - b.synergy).abs() < 1e-6);
    }
}

#[test]
fn constant_columns_and_huge_values_do_not_break_robust() {
    let clean = data(2, 200);
    for (name, wild) in [("huge cell", 1e30), ("huge negative cell", -3e38)] {
        let mut x1: Vec<f32> = Vec::new();
        for (i, row) in clean.x1.chunks(2).enumerate() {
            let cell = if i == 5 { wild } else { row[0] as f32 };
            x1.extend([7.0, cell, row[1] as f32 * 1e30]);
        }
        let x2: Vec<f32> = clean.x2.iter().map(|v| *v as f32).collect();
        let (s1, s2) = (samples(&x1, 3), samples(&x2, 2));
        let model = fit(s1, s2, &clean.y, &quick()).unwrap();
        assert_eq!(model.dropped(), [vec![0], vec![]], "{name}");
        assert_eq!(model.notes(), ["x1: constant in training and dropped: column 0"]);
        let scores = model.score(s1, s2, &clean.y).unwrap();
        assert!(scores.atoms.iter().all(|a| a.redundancy.is_finite() && a.synergy.is_finite()));
        // A new sample far beyond all that was seen.
        let far = [7.0, 3e38, -3e38];
        let scores = model.score(samples(&far, 3), s2.range(0, 1), &clean.y[..1]).unwrap();
        assert_eq!(scores.summary.clipped, 1);
        assert!(scores.information[0].h1.is_finite());
    }
    // Without standardisation there is no such protection, but a clear error.
    let x1 = vec![3e38f32; 400];
    let x2: Vec<f32> = clean.x2.iter().map(|v| *v as f32).collect();
    let error = fit(samples(&x1, 2), samples(&x2, 2), &clean.y, &Config::paper()).unwrap_err();
    assert!(matches!(error, Error::Diverged { .. }), "{error}");
}

#[test]
fn model_files_give_the_same_model_and_notice_every_change() {
    let data = data(2, 60);
    let config = Config { hidden: vec![3], ..quick() };
    let model = fitted::<f64>(&data, &config);
    let bytes = model.to_bytes().unwrap();
    assert_eq!(bytes, fitted::<f64>(&data, &config).to_bytes().unwrap(), "one seed, one file");
    assert_ne!(bytes, fitted::<f64>(&data, &Config { seed: 1, ..config.clone() }).to_bytes().unwrap());
    assert_eq!(Model::<f64>::from_bytes("m", &bytes).unwrap(), model);
    assert_eq!(AnyModel::from_bytes("m", &bytes).unwrap(), AnyModel::F64(model.clone()));
    let error = Model::<f32>::from_bytes("m", &bytes).unwrap_err();
    assert_eq!(error.to_string(), "m: expected a model of f32 numbers, got f64");

    let folder = std::env::temp_dir().join(format!("lsmi-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("model.safetensors");
    model.save(&path).unwrap();
    assert_eq!(Model::<f64>::load(&path).unwrap(), model);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "no temporary file is left");
    assert!(matches!(model.save(folder.join("none/m")), Err(Error::Io { action: "write", .. })));
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(matches!(Model::<f64>::load(&path), Err(Error::Io { action: "read", .. })));

    // What a chosen classifier has beside its layers is kept.
    let parameters = ExpansionParameters {
        map: vec![0.5, -0.25, 1.0, 2.0],
        offset: vec![0.125, 3.0],
        lowest: vec![-1.0, 0.5],
        highest: vec![2.0, 4.0],
        linear: vec![0.25, -1.0, 0.5, 0.75],
        quadratic: vec![0.1, 0.2, 0.2, -0.3, 0.0, 0.5, 0.5, 0.25],
        centres: vec![1.0, 2.0, -1.0, 0.5, 0.0, 0.75],
        precision: 0.5,
        weights: vec![1.0, -1.0, 2.0, 0.0, 0.5, -0.5],
    };
    let [first, second, joint] = model.networks().clone();
    let expansion = Expansion::new(2, 2, parameters).unwrap();
    let parts = ModelParts {
        networks: [first, second.with_expansions(vec![expansion.clone(), expansion]).unwrap(), joint],
        densities: model.densities().clone(),
    };
    let more = Model::from_parts(parts).unwrap();
    assert_eq!(Model::from_bytes("m", &more.to_bytes().unwrap()).unwrap(), more);

    for length in 0..bytes.len() {
        let error = Model::<f64>::from_bytes("m", &bytes[..length]).unwrap_err();
        assert!(matches!(error, Error::Format { .. }), "{length}: {error}");
    }
    let mut altered = bytes.clone();
    for i in 0..bytes.len() {
        altered[i] ^= 0x04;
        // Only padding may change without changing the model.
        match Model::<f64>::from_bytes("m", &altered) {
            Err(error) => {
                assert!(matches!(error, Error::Format { .. } | Error::Version { .. }), "{i}: {error}")
            }
            Ok(same) => assert!(same == model && bytes[i] == b' ', "byte {i}"),
        }
        altered[i] = bytes[i];
    }
    let text = r#"\"format_version\":3"#.as_bytes();
    let at = bytes.windows(text.len()).position(|w| w == text).unwrap();
    altered[at + text.len() - 1] = b'9';
    let error = Model::<f64>::from_bytes("m", &altered).unwrap_err();
    assert_eq!(error, Error::Version { field: "m".into(), expected: FORMAT_VERSION, got: 9 });
}

#[test]
fn progress_is_reported_and_cancels() {
    let data = data(2, 100);
    let (x1, x2) = (samples(&data.x1, 2), samples(&data.x2, 2));
    let mut seen = Vec::new();
    let config = Config { density_patience: 0, classifier_patience: 0, ..quick() };
    let model = fit_with_progress(x1, x2, &data.y, &config, &mut |progress| {
        seen.push((progress.component, progress.training.epoch));
        assert!(progress.training.loss.is_finite());
        ControlFlow::Continue(())
    });
    assert_eq!(model.unwrap().histories().densities[1].losses.len(), 5);
    for component in Component::ALL {
        let epochs: Vec<usize> = seen.iter().filter(|(c, _)| *c == component).map(|(_, e)| *e).collect();
        assert_eq!(epochs, [1, 2, 3, 4, 5]);
    }
    let cancelled = fit_with_progress(x1, x2, &data.y, &quick(), &mut |_| ControlFlow::Break(()));
    assert_eq!(cancelled.unwrap_err(), Error::Cancelled);
}

#[test]
fn the_whole_of_a_default_fit_is_reported_and_cancels_at_any_time() {
    let data = data(2, 60);
    let (x1, x2) = (samples(&data.x1, 2), samples(&data.x2, 2));
    let config = Config { density_epochs: 3, classifier_epochs: 3, ..Config::robust() };
    let mut reports: Vec<(Component, usize, usize)> = Vec::new();
    fit_with_progress(x1, x2, &data.y, &config, &mut |progress| {
        assert!(progress.training.loss.is_finite() && progress.training.epoch <= progress.training.epochs);
        reports.push((progress.component, progress.training.epoch, progress.training.epochs));
        ControlFlow::Continue(())
    })
    .unwrap();
    for component in Component::ALL {
        let of: Vec<_> = reports.iter().filter(|(c, ..)| *c == component).collect();
        assert!(of.is_sorted_by_key(|(_, epoch, _)| *epoch), "{component}: {of:?}");
        let (_, epoch, epochs) = of[of.len() - 1];
        assert_eq!(epoch, epochs, "{component}");
    }
    for last in [0, 1, 10, reports.len() / 2, reports.len() - 10] {
        let mut count = 0;
        let cancelled = fit_with_progress(x1, x2, &data.y, &config, &mut |_| {
            count += 1;
            if count > last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((cancelled.unwrap_err(), count), (Error::Cancelled, last + 1));
    }
}

/// Noise of one class or another: nothing can be known of y.
fn unrelated(n: usize) -> Dataset {
    let mut data = data(2, n);
    data.y = (0..n as i64).map(|i| i * 7 % 11 % 2).collect();
    data
}

#[test]
fn cross_fitted_readings_do_not_flatter() {
    let data = unrelated(300);
    // A large network learns the labels by heart.
    let given = Config {
        classifier_form: ClassifierForm::Given,
        classifier_patience: 0,
        classifier_weight_decay: 0.0,
        classifier_decay_every: 0,
        classifier_learning_rate: 3e-3,
        ..Config::robust()
    };
    let model = fitted::<f64>(&data, &given);
    let (x1, x2) = cast::<f64>(&data);
    let own = model.score(samples(&x1, 2), samples(&x2, 2), &data.y).unwrap();
    let read = model.cross_fitted().unwrap();
    assert_eq!((own.summary.reading, own.summary.seen), (Reading::InSample, 300));
    assert_eq!((read.summary.reading, read.summary.seen), (Reading::CrossFitted, 0));
    let i12 = [own.summary.i12, read.summary.i12];
    assert!(i12[0] > 0.1 && i12[1] < 0.0, "{i12:?}");
    assert_eq!((read.y.clone(), read.atoms.len()), (data.y.clone(), 300));
    assert_eq!(read.summary.i12, mean(&read.information.iter().map(|i| i.i12).collect::<Vec<_>>()));
    assert_eq!(model.frozen_shift(), Some(shift(read.summary.raw)));
    assert!((read.summary.h1 - own.summary.h1).abs() < 0.1);

    // What is chosen knows that there is nothing to know.
    let model = fitted::<f64>(&data, &Config::robust());
    let read = &model.cross_fitted().unwrap().summary;
    for i in [read.i1, read.i2, read.i12] {
        assert!(i.abs() < 0.01, "{read:?}");
    }
    let new = self::data(2, 50);
    let (x1, x2) = cast::<f64>(&Dataset { x1: new.x1.iter().map(|v| v + 1e-9).collect(), ..new.clone() });
    let new = model.score(samples(&x1, 2), samples(&x2, 2), &new.y).unwrap().summary;
    assert_eq!((new.reading, new.seen), (Reading::New, 0));
}

#[test]
fn bad_data_are_errors_that_name_the_place() {
    let data = data(3, 60);
    let (x1, x2, y) = (samples(&data.x1, 3), samples(&data.x2, 3), &data.y[..]);
    let config = quick();
    let message = |x1, x2, y: &[i64]| fit(x1, x2, y, &config).unwrap_err().to_string();
    assert_eq!(message(x1, x2.range(0, 59), y), "x2: expected 60 samples, got 59");
    assert_eq!(message(x1, x2, &y[1..]), "y: expected 60 samples, got 59");
    assert_eq!(message(x1, x2, &[1; 60]), "y: expected at least two classes, got only class 1");
    let mut wild = data.x2.clone();
    wild[3 * 17 + 2] = f64::NAN;
    assert_eq!(message(x1, samples(&wild, 3), y), "x2: row 17, column 2: expected a finite number, got NaN");
    let constant = vec![1.0; 60];
    assert_eq!(
        message(x1, samples(&constant, 1), y),
        "x2: expected features that vary between samples, got none"
    );
    assert_eq!(
        message(x1.range(0, 2), x2.range(0, 2), &[0, 4]),
        "y: expected at least 5 samples, one per class, got 2"
    );

    // Class 1 of 4 never occurs in training.
    let gaps: Vec<i64> = y.iter().map(|y| [0, 2, 3][*y as usize]).collect();
    let model = fit(x1, x2, &gaps, &config).unwrap();
    assert_eq!(model.class_counts()[1], 0);
    assert_eq!(model.notes(), ["no training sample, cannot be scored: class 1"]);
    let score = |x1, x2, y: &[i64]| model.score(x1, x2, y).unwrap_err().to_string();
    assert_eq!(
        score(x1.range(0, 2), x2.range(0, 2), &[0, 1]),
        "y: row 1, column 0: expected a class with training samples, got class 1"
    );
    assert_eq!(
        score(x1.range(0, 2), x2.range(0, 2), &[0, 4]),
        "y: row 1, column 0: expected a class number from 0 to 3, got 4"
    );
    assert_eq!(score(samples(&data.x1, 9), x2, y), "x1: expected 3 features, got 9");
    assert_eq!(
        score(x1, samples(&wild, 3), &gaps),
        "x2: row 17, column 2: expected a finite number, got NaN"
    );
}

#[test]
fn the_first_fault_of_many_samples_is_told() {
    // Several blocks, that threads share.
    let data = data(2, 5000);
    let (x1, x2) = (samples(&data.x1, 2), samples(&data.x2, 2));
    let model = fit(x1.range(0, 200), x2.range(0, 200), &data.y[..200], &quick()).unwrap();
    let mut information = vec![Information::default(); 3];
    let summary = model.score_into(x1, x2, &data.y, ShiftRule::Batch, &mut information).unwrap();
    let scores = model.score_with_shift(x1, x2, &data.y, ShiftRule::Batch).unwrap();
    assert_eq!((&scores.information, &scores.summary), (&information, &summary));

    let mut score = |x1: &[f64], x2: &[f64], y: &[i64]| {
        let (x1, x2) = (samples(x1, 2), samples(x2, 2));
        model.score_into(x1, x2, y, ShiftRule::Batch, &mut information).unwrap_err().to_string()
    };
    let mut y = data.y.clone();
    y[1300] = -1;
    y[4500] = 2;
    let class = "y: row 1300, column 0: expected a class number from 0 to 1, got -1";
    assert_eq!(score(&data.x1, &data.x2, &y), class);
    let mut wild2 = data.x2.clone();
    wild2[2 * 2000 + 1] = f64::INFINITY;
    let infinite = "x2: row 2000, column 1: expected a finite number, got inf";
    assert_eq!(score(&data.x1, &wild2, &y), infinite);
    let mut wild1 = data.x1.clone();
    wild1[2 * 4999] = f64::NAN;
    let nan = "x1: row 4999, column 0: expected a finite number, got NaN";
    assert_eq!(score(&wild1, &wild2, &y), nan);
}

#[test]
fn fewer_samples_than_a_batch_are_enough() {
    let data = data(2, 6);
    let y = [0, 1, 0, 1, 0, 1];
    for config in [quick(), Config::paper()] {
        let model = fit(samples(&data.x1, 2), samples(&data.x2, 2), &y, &config).unwrap();
        let scores = model.score(samples(&data.x1, 2), samples(&data.x2, 2), &y).unwrap();
        assert!(scores.atoms.iter().all(|a| a.synergy.is_finite()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// r + u1 = i1, r + u2 = i2, r + u1 + u2 + s = i12, s − r = i12 − i1 − i2, for every sample of any fit.
    #[test]
    fn identities_hold_for_every_scored_sample(
        seed in 0u64..1000,
        classes in 2usize..5,
        rho in -0.9f64..1.0,
        noise in 0.1f64..3.0,
        n in 20usize..80,
        single in any::<bool>(),
        paper in any::<bool>(),
    ) {
        let data = MixedGaussian::new(classes, rho, noise).unwrap().sample(n, seed).unwrap();
        prop_assume!(data.y.iter().any(|y| *y != data.y[0]));
        let base = if paper { Config::paper() } else { Config::robust() };
        let config = Config { density_epochs: 2, classifier_epochs: 2, hidden: vec![5], classes, seed, ..base };
        let (x1, x2) = (samples(&data.x1, classes), samples(&data.x2, classes));
        let scores = if single {
            let (y1, y2) = cast::<f32>(&data);
            let (y1, y2) = (samples(&y1, classes), samples(&y2, classes));
            fit(y1, y2, &data.y, &config).unwrap().score(y1, y2, &data.y).unwrap()
        } else {
            fit(x1, x2, &data.y, &config).unwrap().score(x1, x2, &data.y).unwrap()
        };
        for (i, a) in scores.information.iter().zip(&scores.atoms) {
            let scale = 1e-12 * (1.0 + i.i1.abs() + i.i2.abs() + i.i12.abs() + a.redundancy.abs());
            prop_assert!((a.redundancy + a.unique1 - i.i1).abs() <= scale);
            prop_assert!((a.redundancy + a.unique2 - i.i2).abs() <= scale);
            let sum = a.redundancy + a.unique1 + a.unique2 + a.synergy;
            prop_assert!((sum - i.i12).abs() <= scale);
            prop_assert!((a.synergy - a.redundancy - i.synergy_minus_redundancy()).abs() <= scale);
            // The definition by minima, whose rounding grows with h.
            let r = i.h1.min(i.h2) - (i.h1 - i.i1).min(i.h2 - i.i2);
            prop_assert!((a.redundancy - r).abs() <= scale + 1e-12 * (i.h1.abs() + i.h2.abs()));
        }
    }
}

#[test]
fn a_budget_bounds_what_is_tried_and_says_so() {
    let data = data(2, 200);
    let of = |budget| fitted::<f64>(&data, &Config { budget, classifier_epochs: 40, ..Config::robust() });
    let (free, bound) = (of(0.0), of(0.02));
    assert!(free.notes().is_empty() && free.histories().limited == [false; 5]);
    assert_eq!(bound.histories().limited, [true; 5]);
    assert_eq!(
        bound.notes(),
        [
            "the budget left forms untried, or some of their epochs: classifier of x1, classifier of x2, classifier of both, \
          density of x1, density of x2"
        ]
    );
    let count = |model: &Model<f64>| {
        let histories = model.histories();
        let densities = histories.candidates.iter().map(Vec::len).sum::<usize>();
        densities + histories.classifier_candidates.iter().map(Vec::len).sum::<usize>()
    };
    assert!(count(&bound) < count(&free) && count(&bound) >= 5);
    // Enough for everything is as good as no bound.
    let ample = of(1e6);
    assert_eq!(ample.cross_fitted(), free.cross_fitted());
    let again = Model::<f64>::from_bytes("model", &bound.to_bytes().unwrap()).unwrap();
    assert_eq!(again, bound);
    let refused = Config { budget: -1.0, ..Config::robust() }.check().unwrap_err().to_string();
    assert_eq!(refused, "budget: expected a finite number, at least 0, got -1");
    let mut config = Config::robust();
    config.set("budget", "2.5").unwrap();
    assert_eq!(config.budget, 2.5);
}
