use super::*;
use crate::classifier::Reserve;
use crate::classifier::forms::shapes;
use crate::classifier::trials::Look;
use crate::rng::Stream;
use crate::synthetic::{Dataset, xor};
use crate::{Samples, Training};

fn training(epochs: usize) -> Training {
    Training {
        epochs,
        batch: 32,
        learning_rate: 1e-3,
        decay_every: 0,
        decay_factor: 1.0,
        weight_decay: 0.1,
        patience: 10,
        accumulate_gradients: false,
    }
}

/// Both modalities side by side, and the classes.
fn joined(data: &Dataset) -> (Vec<f64>, Vec<usize>) {
    let (rows1, rows2) = (data.x1.chunks(data.features1), data.x2.chunks(data.features2));
    let rows = rows1.zip(rows2).flat_map(|(a, b)| [a, b].concat()).collect();
    (rows, data.y.iter().map(|&y| y as usize).collect())
}

fn selected(x: Samples<'_, f64>, targets: &[usize], widths: &[usize], epochs: usize) -> SelectedNetwork<f64> {
    let folds = Folds::stratified(targets, 4, &mut Stream::new(1, 0));
    let training = training(epochs);
    let run = TrainingRun {
        name: "c",
        training: &training,
        held_out: &[],
        stream: &mut Stream::new(2, 0),
        observer: &mut |_| ControlFlow::Continue(()),
    };
    let counts = [0, 1].map(|class| targets.iter().filter(|&&target| target == class).count());
    let data = Data { x, targets, classes: 2, widths, reserve: Reserve::new(&counts) };
    fit_selected(data, &folds, run, f64::INFINITY).unwrap()
}

#[test]
fn without_epochs_there_are_the_class_frequencies() {
    let rows: Vec<f64> = (0..40).map(f64::from).collect();
    let x = Samples::from_rows("x", &rows, 1).unwrap();
    let targets: Vec<usize> = (0..40).map(|i| usize::from(i % 4 == 0)).collect();
    let fit = selected(x, &targets, &[1], 0);
    assert!(fit.candidates.is_empty() && fit.history.losses.is_empty());
    let mut log_p = vec![0.0; 80];
    fit.network.log_probabilities(x, &mut log_p).unwrap();
    for row in log_p.chunks(2).chain(fit.out_of_fold.chunks(2)) {
        approx::assert_relative_eq!(libm::exp(row[0]), 0.75, max_relative = 1e-12);
        approx::assert_relative_eq!(libm::exp(row[1]), 0.25, max_relative = 1e-12);
    }
}

#[test]
fn an_exclusive_or_among_many_features_is_seen_through_few_directions() {
    let data = xor(32, 3.0, 300, 1).unwrap();
    let (rows, targets) = joined(&data);
    let x = Samples::from_rows("x", &rows, 64).unwrap();
    let fit = selected(x, &targets, &[32, 32], 60);
    let loss = |log_p: &[f64]| {
        log_p.chunks(2).zip(&targets).map(|(row, &y)| -row[y]).sum::<f64>() / targets.len() as f64
    };
    assert!(loss(&fit.out_of_fold) < 0.2, "{}", loss(&fit.out_of_fold));
    let projected = fit.candidates.iter().find(|c| c.hidden == [32, 32]).unwrap();
    let linear = fit.candidates.iter().find(|c| c.hidden.is_empty()).unwrap();
    assert!(projected.weight > 0.0 && projected.directions >= 2, "{projected:?}");
    assert!(linear.weight == 0.0 && linear.held_out > 0.6, "{linear:?}");
    // The one network does what its members do together, on the samples it was fitted to.
    let mut log_p = vec![0.0; 600];
    fit.network.log_probabilities(x, &mut log_p).unwrap();
    assert!(loss(&log_p) < 0.1, "{}", loss(&log_p));
    assert!(fit.history.losses.len() >= projected.epochs.min(60) || projected.weight < 1.0);
}

#[test]
fn a_sample_far_from_all_others_does_not_outweigh_them() {
    let mut stream = Stream::new(4, 0);
    let n = 300;
    let targets: Vec<usize> = (0..n).map(|i| i % 2).collect();
    let mut rows: Vec<f64> = (0..2 * n).map(|_| stream.normal()).collect();
    rows.iter_mut().step_by(2).zip(&targets).for_each(|(x, &class)| *x += 3.0 * class as f64);
    // The second feature nearly copies the first: what whitens their difference makes much of a little.
    (0..n).for_each(|i| rows[2 * i + 1] = rows[2 * i] + 1e-3 * rows[2 * i + 1]);
    let loss = |rows: &[f64]| {
        let fit = selected(Samples::from_rows("x", rows, 2).unwrap(), &targets, &[2], 20);
        let losses: Vec<f64> =
            fit.out_of_fold.chunks(2).zip(&targets).map(|(log_p, &class)| -log_p[class]).collect();
        // ε p(y), where p(y) is one half.
        assert!(losses.iter().all(|&loss| loss <= libm::log(2.0 * (n + 2) as f64) + 1e-12));
        losses.iter().sum::<f64>() / n as f64
    };
    let without = loss(&rows);
    // A sample of class 0 with the features of class 1, beyond all.
    (rows[0], rows[1]) = (30.0, -30.0);
    let with = loss(&rows);
    assert!(without < 0.3 && with < without + 0.1, "{without} {with}");
}

#[test]
fn labels_that_come_once_tell_nothing() {
    let (n, classes) = (40, 40);
    let mut stream = Stream::new(6, 0);
    let rows: Vec<f64> = (0..2 * n).map(|_| stream.normal()).collect();
    let x = Samples::from_rows("x", &rows, 2).unwrap();
    let mut targets: Vec<usize> = (0..n).collect();
    stream.shuffle(&mut targets);
    let folds = Folds::stratified(&targets, 4, &mut stream);
    let training = training(10);
    let observer = &mut |_| ControlFlow::Continue(());
    let run = TrainingRun { name: "c", training: &training, held_out: &[], stream: &mut stream, observer };
    let counts = vec![1; n];
    let data = Data { x, targets: &targets, classes, widths: &[2], reserve: Reserve::new(&counts) };
    let fit = fit_selected(data, &folds, run, f64::INFINITY).unwrap();
    // No classifier has seen the class of a sample that it reads.
    for (row, &class) in fit.out_of_fold.chunks(classes).zip(&targets) {
        approx::assert_relative_eq!(row[class], -libm::log(n as f64), max_relative = 1e-12);
    }
}

#[test]
fn forms_that_diverge_are_left_out() {
    let data = Samples::from_rows("x", &[0.0; 4], 1).unwrap();
    let reserve = Reserve::new(&[2, 2]);
    let data = Data { x: data, targets: &[0, 1, 0, 1], classes: 2, widths: &[1], reserve };
    let shapes = || shapes(data, &training(5), 0);
    let diverged = |epoch| Err(Error::Diverged { field: "c".into(), epoch, got: f64::NAN });
    let good = || Ok((Vec::<Look<f64>>::new(), vec![0.5]));
    let kept = |tried: Vec<Result<Fold<f64>>>| {
        those_that_converged(shapes(), tried, 2).map(|(shapes, folds)| {
            shapes.iter().map(|s| s.hidden.len()).zip(folds.iter().map(Vec::len)).collect()
        })
    };
    let one: Result<Vec<(usize, usize)>> = kept(vec![diverged(1), good(), good(), good(), good(), good()]);
    assert_eq!(one, Ok(vec![(2, 2), (2, 2)]), "the linear one");
    let infinite = Ok((Vec::new(), vec![f64::INFINITY]));
    assert_eq!(kept(vec![good(), infinite, good(), good(), good(), diverged(0)]), Ok(vec![(2, 2)]));
    let all = (0..6).map(diverged).collect();
    assert!(matches!(kept(all), Err(Error::Diverged { epoch: 0, .. })));
    assert_eq!(
        kept(vec![good(), good(), good(), Err(Error::Cancelled), good(), good()]),
        Err(Error::Cancelled)
    );
}
