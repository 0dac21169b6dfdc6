//! Fits: what they find, what they leave, what they refuse.

use super::*;
use crate::optim::{Training, TrainingRun};
use core::ops::ControlFlow;

fn training() -> Training {
    Training {
        epochs: 60,
        batch: 32,
        learning_rate: 0.02,
        decay_every: 20,
        decay_factor: 0.3,
        weight_decay: 0.0,
        patience: 0,
        accumulate_gradients: false,
    }
}

fn fitted(
    x: &[f64],
    d: usize,
    options: &MarginalOptions,
    weights: Option<&[f64]>,
    start: Start,
) -> crate::Result<MarginalFit<f64>> {
    let run = TrainingRun {
        name: "density",
        training: &training(),
        held_out: &[],
        stream: &mut Stream::new(8, 1),
        observer: &mut |_| ControlFlow::Continue(()),
    };
    fit_marginal(Samples::from_rows("x", x, d)?, weights, options, start, run)
}

#[test]
fn fits_find_the_entropy_of_a_gaussian() {
    let mut stream = Stream::new(9, 0);
    // x2 = 0.8 x1 + 0.6 v: unit variances, correlation 0.8.
    let x: Vec<f64> = (0..2000)
        .flat_map(|_| {
            let (u, v) = (stream.normal(), stream.normal());
            [u, 0.8 * u + 0.6 * v]
        })
        .collect();
    let exact = 1.0 + (2.0 * core::f64::consts::PI).ln() + 0.5 * (1.0 - 0.64f64).ln();
    for start in [Start::Samples, Start::Normal, Start::Mixture] {
        let fit = fitted(&x, 2, &options(2, false, Diagonal::PerMode, Triangle::Full), None, start).unwrap();
        let mean = -densities(&fit.density, &x).iter().sum::<f64>() / 2000.0;
        approx::assert_abs_diff_eq!(mean, exact, epsilon = 0.05);
        assert!(fit.history.losses[59] < fit.history.losses[0]);
    }
    // Without the triangular part the correlation cannot be seen by one mode.
    let plain = options(1, false, Diagonal::PerMode, Triangle::None);
    let fit = fitted(&x, 2, &plain, None, Start::Samples).unwrap();
    let mean = -densities(&fit.density, &x).iter().sum::<f64>() / 2000.0;
    approx::assert_abs_diff_eq!(mean, 1.0 + (2.0 * core::f64::consts::PI).ln(), epsilon = 0.05);
}

#[test]
fn fixed_parameters_stay_and_weights_count() {
    let mut stream = Stream::new(10, 0);
    let x = normals(&mut stream, 100, 1.0);
    let fixed = MarginalOptions {
        train_means: false,
        train_weights: false,
        ..options(4, true, Diagonal::PerMode, Triangle::Full)
    };
    let fit = fitted(&x, 2, &fixed, None, Start::Samples).unwrap();
    let p = fit.density.parameters();
    assert!(p.means.chunks(2).all(|mean| x.chunks(2).any(|sample| sample == mean)));
    assert_eq!(p.logits, [0.0; 4]);
    assert!(p.log_diagonal.iter().all(|l| *l != 0.0));
    // Means that the caller chooses stay too.
    let mut chosen = p.clone();
    chosen.means = alloc::vec![-3.0, -3.0, 3.0, 3.0, -3.0, 3.0, 3.0, -3.0];
    let given = Marginal::from_parameters(fixed, 2, &chosen).unwrap();
    let run = TrainingRun {
        name: "density",
        training: &training(),
        held_out: &[],
        stream: &mut Stream::new(8, 1),
        observer: &mut |_| ControlFlow::Continue(()),
    };
    let refined = refine_marginal(&given, Samples::from_rows("x", &x, 2).unwrap(), None, run).unwrap();
    let q = refined.density.parameters();
    assert_eq!((&q.means, &q.logits), (&chosen.means, &chosen.logits));
    assert_ne!(q.log_diagonal, chosen.log_diagonal);
    assert!(refined.history.losses[59] < refined.history.losses[0]);
}

#[test]
fn sample_weights_count_whatever_the_batch() {
    let x: Vec<f64> = (0..400).map(|i| if i % 2 == 0 { 0.0 } else { 10.0 } + 0.1 * (i % 7) as f64).collect();
    let weights: Vec<f64> = (0..400).map(|i| if i % 2 == 0 { 9.0 } else { 1.0 }).collect();
    let exact = x.iter().zip(&weights).map(|(x, w)| x * w).sum::<f64>() / weights.iter().sum::<f64>();
    let one = options(1, false, Diagonal::PerMode, Triangle::None);
    for batch in [1, 2, 8, 400] {
        let epochs = if batch == 400 { 4000 } else { 300 };
        let training = Training {
            batch,
            epochs,
            decay_every: epochs / 5,
            decay_factor: 0.3,
            learning_rate: 0.02,
            ..training()
        };
        let run = TrainingRun {
            name: "density",
            training: &training,
            held_out: &[],
            stream: &mut Stream::new(8, 1),
            observer: &mut |_| ControlFlow::Continue(()),
        };
        let samples = Samples::from_rows("x", &x, 1).unwrap();
        let fit = fit_marginal(samples, Some(&weights), &one, Start::Normal, run).unwrap();
        approx::assert_abs_diff_eq!(fit.density.parameters().means[0], exact, epsilon = 0.05);
    }
}

#[test]
fn bad_arguments_are_errors() {
    let good = options(2, true, Diagonal::PerMode, Triangle::Full);
    let p = random_parameters(&good, 2, &mut Stream::new(11, 0));
    let shape = |field: &str, what, expected, got| Error::Shape { field: field.into(), what, expected, got };
    let make =
        |options: MarginalOptions, p: &MarginalParameters<f64>| Marginal::from_parameters(options, 2, p);
    let short = MarginalParameters { triangle: p.triangle[1..].to_vec(), ..p.clone() };
    assert_eq!(make(good.clone(), &short).unwrap_err(), shape("triangle", "elements", 8, 7));
    let mut wild = p.clone();
    wild.means[3] = f64::NAN;
    let error = make(good.clone(), &wild).unwrap_err().to_string();
    assert_eq!(error, "means: row 1, column 1: expected a finite number, got NaN");
    assert_eq!(make(MarginalOptions { modes: 0, ..good.clone() }, &p).unwrap_err().field(), Some("modes"));
    let huge = MarginalOptions { modes: usize::MAX, ..good.clone() };
    assert_eq!(make(huge, &p).unwrap_err().field(), Some("modes"));

    let density = make(good.clone(), &p).unwrap();
    let rows = [0.0; 6];
    let (two, three) =
        (Samples::from_rows("x", &rows, 2).unwrap(), Samples::from_rows("x", &rows, 3).unwrap());
    assert_eq!(density.log_density(three, &mut [0.0; 2]), Err(shape("x", "features", 2, 3)));
    assert_eq!(density.log_density(two, &mut [0.0; 2]), Err(shape("out", "elements", 3, 2)));
    assert_eq!(density.gradient(two, Some(&[1.0])).unwrap_err(), shape("weights", "elements", 3, 1));
    let message = |w: [f64; 3]| density.gradient(two, Some(&w)).unwrap_err().to_string();
    assert_eq!(
        message([1.0, -1.0, 0.0]),
        "weights: row 1, column 0: expected a finite number, at least 0, got -1"
    );
    assert_eq!(message([0.0; 3]), "weights: expected at least one above 0, got none");
    let nan = [0.0, f64::NAN];
    let error = fitted(&nan, 2, &good, None, Start::Samples).unwrap_err();
    assert!(matches!(error, Error::NotFinite { row: 0, column: 1, .. }));
}

#[test]
fn a_density_is_refined_on_its_own_level() {
    let options = options(3, true, Diagonal::PerMode, Triangle::Full);
    let mut stream = Stream::new(19, 0);
    let parameters = random_parameters(&options, 5, &mut stream);
    let density = Marginal::from_parameters(options, 5, &parameters).unwrap();
    let x = normals(&mut stream, 5 * 64, 1.0);
    let refined = |level| {
        let run = TrainingRun {
            name: "density",
            training: &Training { epochs: 2, ..training() },
            held_out: &[],
            stream: &mut Stream::new(8, 1),
            observer: &mut |_| ControlFlow::Continue(()),
        };
        let density = density.clone().with_level(level);
        refine_marginal(&density, Samples::from_rows("x", &x, 5).unwrap(), None, run).unwrap().density
    };
    let best = refined(Level::best());
    for level in Level::available() {
        let density = refined(level);
        assert_eq!(density.level(), level);
        // Adam divides a gradient by its size, and so makes rounding larger where one is near 0.
        let (got, want) = (density.parameters(), best.parameters());
        approx::assert_relative_eq!(got.means[..], want.means[..], epsilon = 1e-9);
        approx::assert_relative_eq!(got.triangle[..], want.triangle[..], epsilon = 1e-9);
    }
}

#[test]
fn triangles_that_move_with_their_gradient_move_as_all_else_does() {
    let mut stream = Stream::new(21, 0);
    for (d, triangle) in
        [(1, Triangle::Full), (17, Triangle::Full), (40, Triangle::Full), (17, Triangle::None)]
    {
        let options = options(3, true, Diagonal::PerMode, triangle);
        let start = random_parameters(&options, d, &mut stream);
        let start = Marginal::from_parameters(options, d, &start).unwrap();
        // More than a chunk.
        let x = normals(&mut stream, 200 * d, 1.0);
        let x = Samples::from_rows("x", &x, d).unwrap();
        for level in Level::available() {
            // The first gradient is the sum of all so far, but only without that quirk the kernel moves T.
            let [at_once, after] = [false, true].map(|accumulate_gradients| {
                let step =
                    Training { epochs: 1, batch: 200, weight_decay: 0.1, accumulate_gradients, ..training() };
                let run = TrainingRun {
                    name: "density",
                    training: &step,
                    held_out: &[],
                    stream: &mut Stream::new(8, 1),
                    observer: &mut |_| ControlFlow::Continue(()),
                };
                refine_marginal(&start.clone().with_level(level), x, None, run).unwrap()
            });
            assert!(at_once == after, "{level}, {d} features");
            assert_ne!(at_once.density.parameters().means, start.parameters().means);
        }
    }
}
