//! What expectation–maximisation finds.

use super::*;
use crate::knife::MarginalOptions;
use crate::knife::layout::Layout;
use crate::knife::{Marginal, Triangle};
use core::f64::consts::PI;
use nalgebra::{ComplexField, DVector};

fn options(modes: usize, bounded: bool, diagonal: Diagonal, triangle: Triangle) -> MarginalOptions {
    MarginalOptions { modes, bounded, diagonal, triangle, train_means: true, train_weights: true }
}

fn log_density(
    options: &MarginalOptions,
    layout: &Layout,
    parameters: Vec<f64>,
    x: Samples<'_, f64>,
) -> Vec<f64> {
    let mut out = vec![0.0; x.samples()];
    let density = Marginal::from_packed(options.clone(), layout.clone(), parameters);
    density.log_density(x, &mut out).unwrap();
    out
}

/// Samples of `modes` clouds whose features hang together, and the clouds' centres.
fn clouds(n: usize, d: usize, modes: usize, stream: &mut Stream) -> (Vec<f64>, Vec<f64>) {
    let centres: Vec<f64> = (0..modes * d).map(|_| 6.0 * stream.normal()).collect();
    let mut x = Vec::new();
    for i in 0..n {
        let common = stream.normal();
        let centre = &centres[i % modes * d..][..d];
        x.extend(centre.iter().enumerate().map(|(j, c)| c + 0.7 * common * j as f64 + stream.normal()));
    }
    (x, centres)
}

#[test]
fn maximisation_gives_the_weighted_gaussians() {
    let (n, d, modes) = (700, 5, 2);
    let mut stream = Stream::new(1, 0);
    let data = clouds(n, d, modes, &mut stream).0;
    let weights: Vec<f64> = (0..n).map(|_| stream.uniform(0.0, 2.0)).collect();
    let samples = Weighted { features: d, x: data.clone(), weights };
    let mut shares = vec![0.0; modes * n];
    for i in 0..n {
        let first = stream.uniform(0.0, 1.0);
        shares[i] = first * samples.weights[i];
        shares[n + i] = (1.0 - first) * samples.weights[i];
    }
    let prior = Prior::new(Level::best(), &samples, modes, false);
    // The formulas as they are in the books.
    let x = |i: usize| DVector::from_column_slice(samples.x().sample(i));
    let (mut weight, mut means, mut covariances) = (vec![], vec![], vec![]);
    for shares in shares.chunks(n) {
        let mass: f64 = shares.iter().sum();
        let mean = (0..n).fold(DVector::zeros(d), |sum, i| sum + shares[i] * x(i)) / mass;
        let scatter = (0..n).fold(DMatrix::zeros(d, d), |sum, i| {
            sum + shares[i] * (x(i) - &mean) * (x(i) - &mean).transpose()
        });
        covariances.push((scatter + prior.samples * &prior.covariance) / (mass + prior.samples));
        means.push(mean);
        weight.push(mass);
    }
    let total: f64 = weight.iter().sum();
    let expected = |covariances: &[DMatrix<f64>], i: usize| {
        let terms = (0..modes).map(|k| {
            let v = x(i) - &means[k];
            let norm = (v.transpose() * covariances[k].clone().try_inverse().unwrap() * &v)[0];
            let normaliser = covariances[k].determinant() * (2.0 * PI).powi(d as i32);
            weight[k] / total * (-0.5 * norm).exp() / normaliser.sqrt()
        });
        terms.sum::<f64>().ln()
    };
    for (diagonal, triangle) in [
        (Diagonal::PerMode, Triangle::Full),
        (Diagonal::PerMode, Triangle::None),
        (Diagonal::Shared, Triangle::None),
    ] {
        let form = options(modes, false, diagonal, triangle);
        let layout = Layout::new(&form, d).unwrap();
        let mut parameters = vec![0.0; layout.len()];
        maximise(&(&form, layout.clone(), Level::best()), &samples, &prior, &shares, &mut parameters);
        let got = log_density(&form, &layout, parameters, samples.x());
        let mut of_form = covariances.clone();
        if triangle == Triangle::None {
            of_form = covariances.iter().map(|c| DMatrix::from_diagonal(&c.diagonal())).collect();
        }
        if diagonal == Diagonal::Shared {
            let mean = (weight[0] * &of_form[0] + weight[1] * &of_form[1]) / total;
            of_form = vec![mean.clone(), mean];
        }
        for i in (0..n).step_by(50) {
            approx::assert_relative_eq!(got[i], expected(&of_form, i), max_relative = 1e-9);
        }
    }
}

#[test]
fn a_shared_diagonal_keeps_each_modes_regressions() {
    let (n, d) = (400, 3);
    let mut stream = Stream::new(2, 0);
    let data = clouds(n, d, 1, &mut stream).0;
    let samples = Weighted { features: d, x: data.clone(), weights: vec![1.0; n] };
    // With one mode a shared diagonal is its own.
    let mut got = Vec::new();
    for diagonal in [Diagonal::PerMode, Diagonal::Shared] {
        let form = options(1, false, diagonal, Triangle::Full);
        let layout = Layout::new(&form, d).unwrap();
        let (parameters, _) =
            fit_mixture(&(&form, layout.clone(), Level::best()), &samples, &mut Stream::new(3, 0));
        got.push(log_density(&form, &layout, parameters, samples.x()));
    }
    for (own, shared) in got[0].iter().zip(&got[1]) {
        approx::assert_relative_eq!(own, shared, max_relative = 1e-12);
    }
}

#[test]
fn finds_the_clouds() {
    let (n, d, modes) = (1200, 2, 6);
    for seed in 0..5 {
        let mut stream = Stream::new(seed, 0);
        let (data, centres) = clouds(n, d, modes, &mut stream);
        let samples = Weighted { features: d, x: data.clone(), weights: vec![1.0; n] };
        let form = options(modes, false, Diagonal::PerMode, Triangle::Full);
        let layout = Layout::new(&form, d).unwrap();
        let (parameters, _) = fit_mixture(&(&form, layout.clone(), Level::best()), &samples, &mut stream);
        let got = log_density(&form, &layout, parameters, samples.x()).iter().sum::<f64>() / n as f64;
        // The features of a cloud are independent, of variances 1 and 1.49.
        let truth = |x: &[f64]| {
            let clouds = centres.chunks(d).map(|c| {
                let norm = (x[0] - c[0]).powi(2) + (x[1] - c[1]).powi(2) / 1.49;
                (-0.5 * norm).exp() / (2.0 * PI * 1.49f64.sqrt() * modes as f64)
            });
            clouds.sum::<f64>().ln()
        };
        let exact = samples.x().iter().map(truth).sum::<f64>() / n as f64;
        // 35 parameters gain about 35 / 2n.
        approx::assert_abs_diff_eq!(got, exact + 0.015, epsilon = 0.02);
    }
}

#[test]
fn seeds_are_different_samples_as_long_as_there_are_any() {
    let data = [0.0, 0.0, 1.0, 2.0, 2.0, 2.0];
    let samples = Weighted { features: 1, x: data.to_vec(), weights: vec![1.0; 6] };
    for seed in 0..20 {
        let prior = Prior::new(Level::best(), &samples, 3, false);
        let chosen = seeds(&samples, &prior, 4, &mut Stream::new(seed, 0));
        let mut values: Vec<f64> = chosen[..3].iter().map(|&i| data[i]).collect();
        values.sort_by(f64::total_cmp);
        assert_eq!(values, [0.0, 1.0, 2.0], "then any: {chosen:?}");
    }
    let unseen = Weighted { features: 1, x: samples.x.clone(), weights: vec![0.0, 0.0, 3.0, 0.0, 3.0, 0.0] };
    let chosen = seeds(&unseen, &Prior::new(Level::best(), &unseen, 2, false), 2, &mut Stream::new(1, 0));
    assert!(chosen.contains(&2) && chosen.contains(&4), "only samples with weight: {chosen:?}");
}

#[test]
fn constant_and_repeated_samples_give_finite_parameters() {
    for (data, d) in [(vec![5.0; 40], 2), (vec![4.0, 5.0, 4.0, 5.0], 2), (vec![3.0, 4.0, 5.0], 1)] {
        for (bounded, modes) in [(false, 3), (true, 7)] {
            let n = data.len() / d;
            let samples = Weighted { features: d, x: data.clone(), weights: vec![1.0; n] };
            let form = options(modes, bounded, Diagonal::PerMode, Triangle::Full);
            let layout = Layout::new(&form, d).unwrap();
            let (parameters, _) =
                fit_mixture(&(&form, layout.clone(), Level::best()), &samples, &mut Stream::new(4, 0));
            assert!(parameters.iter().all(|p| p.is_finite()), "{data:?}");
            let means = parameters[layout.means.clone()].chunks(layout.width());
            let range = 2.999..=5.001;
            assert!(
                means.flat_map(|row| &row[..d]).all(|m| range.contains(m)),
                "{data:?}: among the samples"
            );
            let got = log_density(&form, &layout, parameters, samples.x());
            assert!(got.iter().all(|p| p.is_finite()), "{data:?}");
        }
    }
}

#[test]
fn the_prior_is_the_covariance_of_all_less_by_what_modes_tell_apart() {
    // Features of variance 1 and 4 with correlation 1, and a constant.
    let data: Vec<f64> = (0..10)
        .flat_map(|i| {
            let u = if i % 2 == 0 { 1.0 } else { -1.0 };
            [u, 2.0 * u, 3.0]
        })
        .collect();
    let samples = Weighted { features: 3, x: data.clone(), weights: vec![1.0; 10] };
    let prior = Prior::new(Level::best(), &samples, 8, true);
    // 8^(2/3) = 4. A constant feature has no scale of its own.
    let expected = [[0.25, 0.49, 0.0], [0.49, 1.0, 0.0], [0.0, 0.0, 1.0]];
    for (i, row) in expected.iter().enumerate() {
        for (j, &value) in row.iter().enumerate() {
            approx::assert_abs_diff_eq!(prior.covariance[(i, j)], value, epsilon = 1e-12);
        }
    }
    assert_eq!(prior.samples, 5.0);
    assert_eq!(Prior::new(Level::best(), &samples, 8, false).covariance[(0, 1)], 0.0);
}
