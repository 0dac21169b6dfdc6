//! The form of a density that held-out samples choose.

use super::*;
use crate::knife::selection::Candidate;
use crate::optim::{Training, TrainingRun};
use crate::synthetic::MixedGaussian;
use core::ops::ControlFlow;

fn selected<T: Float>(
    x: &[T],
    d: usize,
    weights: Option<&[T]>,
    patience: usize,
) -> crate::Result<MarginalFit<T>> {
    let training = Training {
        epochs: if patience > 0 { 20 } else { 0 },
        batch: 64,
        learning_rate: 0.01,
        decay_every: 0,
        decay_factor: 1.0,
        weight_decay: 0.0,
        patience,
        accumulate_gradients: false,
    };
    let held_out: Vec<usize> = (0..x.len() / d).step_by(5).collect();
    let run = TrainingRun {
        name: "density",
        training: &training,
        held_out: if patience > 0 { &held_out } else { &[] },
        stream: &mut Stream::new(4, 1),
        observer: &mut |_| ControlFlow::Continue(()),
    };
    let form = options(7, false, Diagonal::PerMode, Triangle::Full);
    fit_marginal(Samples::from_rows("x", x, d)?, weights, &form, Start::Validated, run)
}

/// The one that was taken, which the density has.
fn chosen<T: Float>(fit: &MarginalFit<T>) -> &Candidate {
    let chosen: Vec<&Candidate> = fit.candidates.iter().filter(|c| c.chosen).collect();
    assert_eq!(chosen.len(), 1);
    let options = fit.density.options();
    assert_eq!(
        (options.modes, options.diagonal, options.triangle),
        (chosen[0].modes, chosen[0].diagonal, chosen[0].triangle)
    );
    let best = fit.candidates.iter().map(|c| c.held_out).fold(f64::NEG_INFINITY, f64::max);
    assert!(best - chosen[0].held_out < 0.05 && chosen[0].held_out.is_finite());
    chosen[0]
}

#[test]
fn the_modes_of_a_mixture_are_counted() {
    const CENTRES: [[f64; 2]; 3] = [[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]];
    let mut stream = Stream::new(5, 0);
    let x: Vec<f64> = (0..600).flat_map(|i| CENTRES[i % 3].map(|c| c + 0.5 * stream.normal())).collect();
    let exact: Vec<f64> = x
        .chunks_exact(2)
        .map(|x| {
            let of = |c: [f64; 2]| (-2.0 * ((x[0] - c[0]).powi(2) + (x[1] - c[1]).powi(2))).exp();
            (CENTRES.map(of).iter().sum::<f64>() / 3.0 / (0.5 * core::f64::consts::PI)).ln()
        })
        .collect();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / 600.0;
    let check = |fit: &MarginalFit<f64>| {
        let candidate = chosen(fit);
        assert_eq!((candidate.modes, candidate.diagonal), (3, Diagonal::Shared));
        assert_eq!((candidate.triangle, candidate.parameters), (Triangle::None, 10));
        // Likelier than the truth on its own samples, less likely on others.
        approx::assert_abs_diff_eq!(mean(&densities(&fit.density, &x)), mean(&exact), epsilon = 0.02);
        approx::assert_abs_diff_eq!(candidate.held_out, mean(&exact), epsilon = 0.02);
    };
    check(&selected(&x, 2, None, 0).unwrap());
    // Samples of weight 0 count nowhere.
    let more: Vec<f64> = x.iter().copied().chain((0..200).map(|i| f64::from(i % 17) * 9.0)).collect();
    let weights: Vec<f64> = (0..700).map(|i| if i < 600 { 2.0 } else { 0.0 }).collect();
    check(&selected(&more, 2, Some(&weights), 0).unwrap());
}

#[test]
fn a_correlated_gaussian_is_one_mode_with_a_triangular_part() {
    let mut stream = Stream::new(6, 0);
    let x: Vec<f32> = (0..500)
        .flat_map(|_| {
            let [u, v, w] = [(); 3].map(|()| stream.normal());
            [u, 0.9 * u + 0.436 * v, w - u].map(|value| value as f32)
        })
        .collect();
    for patience in [0, 3] {
        let fit = selected(&x, 3, None, patience).unwrap();
        assert_eq!((chosen(&fit).modes, chosen(&fit).triangle), (1, Triangle::Full));
        assert_eq!(fit.history.validation_losses.is_empty(), patience == 0);
    }
}

#[test]
fn entropies_of_many_classes_are_as_exact_as_the_data_allow() {
    let data = MixedGaussian::new(10, 0.5, 0.5).unwrap().sample(2000, 1).unwrap();
    let fit = selected(&data.x1[..16_000], 10, None, 0).unwrap();
    assert_eq!((chosen(&fit).modes, chosen(&fit).triangle), (10, Triangle::None));
    let got = densities(&fit.density, &data.x1[16_000..]);
    let errors = got.iter().zip(&data.truth[1600..]).map(|(log_density, truth)| -log_density - truth.h1);
    let rmse = (errors.map(|e| e * e).sum::<f64>() / 400.0).sqrt();
    // The released program is off by 4.5.
    assert!(rmse < 0.35, "{rmse}");
}

#[test]
fn few_samples_and_constant_features_have_a_form_too() {
    for n in [1, 2, 3, 7] {
        let x: Vec<f64> = (0..n).flat_map(|i| [f64::from(i), 1.0]).collect();
        let fit = selected(&x, 2, None, 0).unwrap();
        assert!(fit.candidates.iter().any(|c| c.chosen));
        assert!(densities(&fit.density, &x).iter().all(|value| value.is_finite()), "{n}");
    }
}

#[test]
fn numbers_too_large_to_square_have_no_density() {
    let x: Vec<f64> = (0..40).map(|i| if i % 4 < 2 { 1e200 } else { -1e200 }).collect();
    let error = selected(&x, 2, None, 0).unwrap_err();
    assert_eq!(error, Error::Diverged { field: "density".into(), epoch: 0, got: f64::INFINITY });
}

#[test]
fn a_break_cancels_the_choice() {
    let x: Vec<f64> = (0..100).map(|i| f64::from(i % 13)).collect();
    let training = Training {
        epochs: 1,
        batch: 8,
        learning_rate: 0.01,
        decay_every: 0,
        decay_factor: 1.0,
        weight_decay: 0.0,
        patience: 0,
        accumulate_gradients: false,
    };
    let mut calls = 0;
    let run = TrainingRun {
        name: "density",
        training: &training,
        held_out: &[],
        stream: &mut Stream::new(4, 1),
        observer: &mut |progress| {
            calls += 1;
            assert_eq!(progress.epoch, 0);
            ControlFlow::Break(())
        },
    };
    let form = options(1, false, Diagonal::PerMode, Triangle::Full);
    let error = fit_marginal(Samples::from_rows("x", &x, 1).unwrap(), None, &form, Start::Validated, run);
    assert_eq!(error.unwrap_err(), Error::Cancelled);
    assert_eq!(calls, 1);
}
