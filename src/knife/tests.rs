//! Kernels against the reference, gradients against differences, invariances, and tails.

mod fits;
mod selection;
#[cfg(feature = "rayon")]
mod threads;

use super::reference;
use super::*;
use crate::rng::Stream;
use crate::simd::Level;
use crate::{Error, Float, Samples};
use alloc::string::ToString;
use alloc::vec::Vec;

fn options(modes: usize, bounded: bool, diagonal: Diagonal, triangle: Triangle) -> MarginalOptions {
    MarginalOptions { modes, bounded, diagonal, triangle, train_means: true, train_weights: true }
}

/// Every form of a density with `modes` modes.
fn forms(modes: usize) -> Vec<MarginalOptions> {
    let mut forms = Vec::new();
    for bounded in [true, false] {
        for diagonal in [Diagonal::PerMode, Diagonal::Shared] {
            for triangle in [Triangle::Full, Triangle::None] {
                forms.push(options(modes, bounded, diagonal, triangle));
            }
        }
    }
    forms
}

fn normals(stream: &mut Stream, n: usize, scale: f64) -> Vec<f64> {
    (0..n).map(|_| scale * stream.normal()).collect()
}

fn random_parameters(options: &MarginalOptions, d: usize, stream: &mut Stream) -> MarginalParameters<f64> {
    let diagonals = if options.diagonal == Diagonal::Shared { 1 } else { options.modes };
    let mut triangle = Vec::new();
    if options.triangle == Triangle::Full {
        triangle = normals(stream, options.modes * d * d, 0.3);
        // Only the strict lower part counts; the rest is what a packed copy gives back.
        for (i, t) in triangle.iter_mut().enumerate() {
            *t *= f64::from(u8::from(i % d < i / d % d));
        }
    }
    MarginalParameters {
        means: normals(stream, options.modes * d, 1.0),
        log_diagonal: normals(stream, diagonals * d, 0.5),
        triangle,
        logits: normals(stream, options.modes, 1.0),
    }
}

fn densities(density: &Marginal<f64>, x: &[f64]) -> Vec<f64> {
    let x = Samples::from_rows("x", x, density.features()).unwrap();
    let mut out = alloc::vec![0.0; x.samples()];
    density.log_density(x, &mut out).unwrap();
    out
}

#[test]
fn an_infinite_feature_has_no_density_at_any_level() {
    let mut stream = Stream::new(4, 0);
    for (d, options) in
        [1, 2, 3, 7, 16, 17].into_iter().flat_map(|d| forms(2).into_iter().map(move |form| (d, form)))
    {
        let parameters = random_parameters(&options, d, &mut stream);
        let density = Marginal::from_parameters(options, d, &parameters).unwrap();
        let mut x = normals(&mut stream, d, 1.0);
        x[d - 1] = f64::INFINITY;
        for level in Level::available() {
            assert_eq!(
                densities(&density.clone().with_level(level), &x),
                [f64::NEG_INFINITY],
                "d={d} {level}"
            );
        }
    }
}

#[test]
fn log_density_agrees_with_the_reference_at_lane_boundaries() {
    let mut stream = Stream::new(3, 0);
    let sizes = [
        (1, 1),
        (2, 15),
        (3, 16),
        (6, 70),
        (7, 17),
        (10, 40),
        (12, 129),
        (15, 31),
        (16, 33),
        (17, 5),
        (33, 48),
    ];
    for (d, n) in sizes {
        for options in forms(3) {
            let parameters = random_parameters(&options, d, &mut stream);
            let density = Marginal::from_parameters(options.clone(), d, &parameters).unwrap();
            assert_eq!(density.parameters(), parameters);
            let x = normals(&mut stream, n * d, 2.0);
            for (x, got) in x.chunks(d).zip(densities(&density, &x)) {
                let want = reference::log_density(&options, &parameters, x);
                approx::assert_relative_eq!(got, want, max_relative = 1e-12, epsilon = 1e-12);
            }
        }
    }
}

/// Largest difference, relative to the largest magnitude or to `scale`, if that is more.
fn distance(got: &[f64], want: &[f64], scale: f64) -> f64 {
    assert_eq!(got.len(), want.len());
    let largest = want.iter().fold(scale.max(1e-300), |m, v| m.max(v.abs()));
    got.iter().zip(want).fold(0.0f64, |m, (g, w)| m.max((g - w).abs())) / largest
}

fn widened(p: &MarginalParameters<f32>) -> MarginalParameters<f64> {
    let wide = |v: &[f32]| v.iter().map(|v| f64::from(*v)).collect();
    MarginalParameters {
        means: wide(&p.means),
        log_diagonal: wide(&p.log_diagonal),
        triangle: wide(&p.triangle),
        logits: wide(&p.logits),
    }
}

/// Log-densities and gradients of `density` on `level` against the formulas, within `tolerance`.
fn check_level<T: Float>(
    density: &Marginal<T>,
    p: &MarginalParameters<f64>,
    (x, g): (&[T], &[T]),
    wide: impl Fn(&MarginalParameters<T>) -> MarginalParameters<f64>,
    tolerance: f64,
) {
    let (d, options) = (density.features(), density.options());
    let samples = Samples::from_rows("x", x, d).unwrap();
    let mut out = alloc::vec![T::zero(); samples.samples()];
    density.log_density(samples, &mut out).unwrap();
    let got = density.weighted_sum_gradient(samples, g).unwrap();
    let wide_of = |v: &[T]| v.iter().map(|v| v.f64()).collect::<Vec<f64>>();
    let (x, g, out) = (wide_of(x), wide_of(g), wide_of(&out));
    let want: Vec<f64> = x.chunks(d).map(|x| reference::log_density(options, p, x)).collect();
    let what = alloc::format!("{}, d = {d}, n = {}, {options:?}", density.level(), g.len());
    assert!(distance(&out, &want, 0.0) < tolerance, "{what}: log p");
    let mut gradient = MarginalParameters {
        means: alloc::vec![0.0; p.means.len()],
        log_diagonal: alloc::vec![0.0; p.log_diagonal.len()],
        triangle: alloc::vec![0.0; p.triangle.len()],
        logits: alloc::vec![0.0; p.logits.len()],
    };
    let gradient_x: Vec<f64> = x
        .chunks(d)
        .zip(&g)
        .flat_map(|(x, g)| reference::add_gradient(options, p, x, -g, &mut gradient))
        .collect();
    let parameters = wide(&got.parameters);
    // Those for the weights and σ are differences of masses, which add up to this.
    let mass = g.iter().map(|g| g.abs()).sum();
    for (name, got, want, scale) in [
        ("means", &parameters.means, &gradient.means, 0.0),
        ("ℓ", &parameters.log_diagonal, &gradient.log_diagonal, mass),
        ("T", &parameters.triangle, &gradient.triangle, 0.0),
        ("w", &parameters.logits, &gradient.logits, mass),
        ("x", &wide_of(&got.x), &gradient_x, 0.0),
    ] {
        let distance = distance(got, want, scale);
        assert!(distance < tolerance, "{what}: gradient for {name}: {distance}");
    }
}

#[test]
fn every_level_agrees_with_the_formulas_at_lane_and_panel_boundaries() {
    let mut stream = Stream::new(14, 0);
    let sizes =
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 23, 31, 32, 33, 49, 64, 65, 130];
    for (case, d) in sizes.into_iter().enumerate() {
        for (modes, triangle) in [(1 + case % 3, Triangle::Full), (9, Triangle::Full), (3, Triangle::None)] {
            let diagonal = if case % 4 == 3 { Diagonal::Shared } else { Diagonal::PerMode };
            let options = options(modes, case % 2 == 0, diagonal, triangle);
            let n = [1, 3, 15, 16, 17, 31, 32, 33, 63, 65, 130][(case + modes) % 11];
            let mut p = random_parameters(&options, d, &mut stream);
            // Modes that overlap in many dimensions, so that each has a share.
            p.means.iter_mut().for_each(|m| *m *= 2.0 / (d as f64).sqrt());
            p.triangle.iter_mut().for_each(|t| *t *= 1.0 / (d as f64).sqrt());
            let single = |v: &[f64]| v.iter().map(|v| *v as f32).collect::<Vec<f32>>();
            let narrow = MarginalParameters {
                means: single(&p.means),
                log_diagonal: single(&p.log_diagonal),
                triangle: single(&p.triangle),
                logits: single(&p.logits),
            };
            let (x, g) = (normals(&mut stream, n * d, 1.0), normals(&mut stream, n, 1.0));
            let (x32, g32) = (single(&x), single(&g));
            let density = Marginal::from_parameters(options.clone(), d, &p).unwrap();
            let density32 = Marginal::from_parameters(options, d, &narrow).unwrap();
            for level in Level::available() {
                check_level(&density.clone().with_level(level), &p, (&x, &g), |p| p.clone(), 1e-12);
                let density = density32.clone().with_level(level);
                check_level(&density, &widened(&narrow), (&x32, &g32), widened, 1e-4);
            }
        }
    }
}

#[test]
fn samples_without_gaps_between_them_score_as_those_with_gaps() {
    let mut stream = Stream::new(15, 0);
    for d in [2, 3, 10, 17, 40] {
        let options = options(3, true, Diagonal::PerMode, Triangle::Full);
        let p = random_parameters(&options, d, &mut stream);
        let density = Marginal::from_parameters(options, d, &p).unwrap();
        for n in [1, 5, 40, 65] {
            let x = normals(&mut stream, n * (d + 3), 1.0);
            let gaps = Samples::new("x", &x[..(n - 1) * (d + 3) + d], n, d, d + 3).unwrap();
            let mut out = alloc::vec![0.0; n];
            density.log_density(gaps, &mut out).unwrap();
            let dense: Vec<f64> = gaps.iter().flatten().copied().collect();
            assert_eq!(out, densities(&density, &dense));
        }
    }
}

/// Central difference of `f` for element `i` of `values`.
fn difference(values: &[f64], i: usize, mut f: impl FnMut(&[f64]) -> f64) -> f64 {
    let step = 1e-5;
    let mut moved = values.to_vec();
    moved[i] += step;
    let up = f(&moved);
    moved[i] -= 2.0 * step;
    (up - f(&moved)) / (2.0 * step)
}

#[test]
fn gradients_agree_with_differences() {
    let mut stream = Stream::new(4, 0);
    let (d, n) = (3, 18);
    for options in forms(2) {
        let parameters = random_parameters(&options, d, &mut stream);
        let x = normals(&mut stream, n * d, 1.5);
        let weights: Vec<f64> = (0..n).map(|i| (i % 4) as f64).collect();
        let loss = |p: &MarginalParameters<f64>, x: &[f64]| {
            let density = Marginal::from_parameters(options.clone(), d, p).unwrap();
            let values = densities(&density, x);
            -values.iter().zip(&weights).map(|(v, w)| v * w).sum::<f64>() / weights.iter().sum::<f64>()
        };
        let density = Marginal::from_parameters(options.clone(), d, &parameters).unwrap();
        let gradient = density.gradient(Samples::from_rows("x", &x, d).unwrap(), Some(&weights)).unwrap();
        approx::assert_relative_eq!(gradient.loss, loss(&parameters, &x), max_relative = 1e-12);
        let check = |name: &str, got: &[f64], values: &[f64], loss: &dyn Fn(&[f64]) -> f64| {
            assert_eq!(got.len(), values.len(), "{name}");
            for (i, got) in got.iter().enumerate() {
                let want = difference(values, i, loss);
                assert!((got - want).abs() < 1e-7, "{name}[{i}]: {got} against {want} for {options:?}");
            }
        };
        let p = &parameters;
        let with = |change: &dyn Fn(&mut MarginalParameters<f64>)| {
            let mut p = p.clone();
            change(&mut p);
            loss(&p, &x)
        };
        let g = &gradient.parameters;
        check("means", &g.means, &p.means, &|v| with(&|p| p.means = v.to_vec()));
        check("ℓ", &g.log_diagonal, &p.log_diagonal, &|v| with(&|p| p.log_diagonal = v.to_vec()));
        check("T", &g.triangle, &p.triangle, &|v| with(&|p| p.triangle = v.to_vec()));
        check("w", &g.logits, &p.logits, &|v| with(&|p| p.logits = v.to_vec()));
        check("x", &gradient.x, &x, &|v| loss(p, v));
    }
}

#[test]
fn rounding_does_not_grow_with_the_samples() {
    let options = options(5, true, Diagonal::PerMode, Triangle::Full);
    let mut stream = Stream::new(13, 0);
    let p = random_parameters(&options, 4, &mut stream);
    let x = normals(&mut stream, 4 * 100_003, 1.0);
    let exact = Marginal::from_parameters(options.clone(), 4, &p).unwrap();
    let exact = exact.gradient(Samples::from_rows("x", &x, 4).unwrap(), None).unwrap();
    let single = |v: &[f64]| v.iter().map(|v| *v as f32).collect::<Vec<f32>>();
    let p = MarginalParameters {
        means: single(&p.means),
        log_diagonal: single(&p.log_diagonal),
        triangle: single(&p.triangle),
        logits: single(&p.logits),
    };
    let x = single(&x);
    let rounded = Marginal::from_parameters(options, 4, &p).unwrap();
    let rounded = rounded.gradient(Samples::from_rows("x", &x, 4).unwrap(), None).unwrap();
    let (e, r) = (&exact.parameters, &rounded.parameters);
    for (exact, rounded) in [
        (&e.means, &r.means),
        (&e.log_diagonal, &r.log_diagonal),
        (&e.triangle, &r.triangle),
        (&e.logits, &r.logits),
    ] {
        let largest = exact.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        for (exact, rounded) in exact.iter().zip(rounded) {
            approx::assert_abs_diff_eq!(*exact, f64::from(*rounded), epsilon = 2e-5 * largest);
        }
    }
}

#[test]
fn density_ignores_what_it_should() {
    let mut stream = Stream::new(5, 0);
    let (d, options) = (4, options(3, true, Diagonal::PerMode, Triangle::Full));
    let p = random_parameters(&options, d, &mut stream);
    let x = normals(&mut stream, 20 * d, 1.0);
    let of = |p: &MarginalParameters<f64>, x: &[f64]| {
        densities(&Marginal::from_parameters(options.clone(), d, p).unwrap(), x)
    };
    let close = |a: &[f64], b: &[f64]| {
        a.iter().zip(b).for_each(|(a, b)| approx::assert_relative_eq!(a, b, max_relative = 1e-12))
    };
    let plain = of(&p, &x);
    let shifted_logits: Vec<f64> = p.logits.iter().map(|w| w + 300.0).collect();
    close(&of(&MarginalParameters { logits: shifted_logits, ..p.clone() }, &x), &plain);
    // Everything moved by the same offset.
    let offset = |v: &[f64]| v.iter().map(|v| v + 0.25).collect::<Vec<_>>();
    close(&of(&MarginalParameters { means: offset(&p.means), ..p.clone() }, &offset(&x)), &plain);
    // Modes in another order.
    let turned = |v: &[f64]| {
        let mut v = v.to_vec();
        let third = v.len() / 3;
        v.rotate_left(third);
        v
    };
    let rotated = MarginalParameters {
        means: turned(&p.means),
        log_diagonal: turned(&p.log_diagonal),
        triangle: turned(&p.triangle),
        logits: turned(&p.logits),
    };
    close(&of(&rotated, &x), &plain);
    // What lies on and above the diagonal of T.
    let mut full = p.clone();
    full.triangle.iter_mut().for_each(|t| *t += if *t == 0.0 { 9.0 } else { 0.0 });
    assert_eq!(of(&full, &x), plain);
    // Neighbours in a batch.
    for (i, sample) in x.chunks(d).enumerate() {
        assert_eq!(of(&p, sample), plain[i..=i]);
    }
}

#[test]
fn a_density_integrates_to_one() {
    let mut stream = Stream::new(6, 0);
    for options in forms(3) {
        let p = random_parameters(&options, 1, &mut stream);
        let density = Marginal::from_parameters(options, 1, &p).unwrap();
        let grid: Vec<f64> = (-40_000..=40_000).map(|i| f64::from(i) * 1e-3).collect();
        let sum: f64 = densities(&density, &grid).iter().map(|v| v.exp()).sum();
        approx::assert_relative_eq!(sum * 1e-3, 1.0, epsilon = 1e-6);
    }
}

#[test]
fn tails_and_bad_numbers_are_specified() {
    let options = options(2, true, Diagonal::PerMode, Triangle::Full);
    let p = random_parameters(&options, 3, &mut Stream::new(7, 0));
    let density = Marginal::from_parameters(options, 3, &p).unwrap();
    assert!(densities(&density, &[1e8; 3])[0].is_finite());
    assert_eq!(densities(&density, &[1e200; 3])[0], f64::NEG_INFINITY);
    assert!(densities(&density, &[0.0, f64::NAN, 0.0])[0].is_nan());
    let infinite = densities(&density, &[f64::INFINITY, 0.0, 0.0])[0];
    assert!(infinite.is_nan() || infinite == f64::NEG_INFINITY);
    // A sample without weight may lie anywhere.
    let x = [0.1, 0.2, 0.3, 1e200, 1e200, 1e200];
    let x = Samples::from_rows("x", &x, 3).unwrap();
    let alone = density.gradient(x.range(0, 1), None).unwrap();
    let both = density.gradient(x, Some(&[1.0, 0.0])).unwrap();
    assert_eq!(both.loss, alone.loss);
    assert_eq!(both.parameters, alone.parameters);
    assert_eq!(both.x[3..], [0.0; 3]);
}

#[test]
fn sums_of_any_sign_are_linear_in_their_weights() {
    let options = options(3, false, Diagonal::PerMode, Triangle::Full);
    let mut stream = Stream::new(12, 0);
    let p = random_parameters(&options, 4, &mut stream);
    let density = Marginal::from_parameters(options, 4, &p).unwrap();
    let x = normals(&mut stream, 4 * 20, 1.0);
    let x = Samples::from_rows("x", &x, 4).unwrap();
    let all = density.weighted_sum_gradient(x, &[0.05; 20]).unwrap();
    assert_eq!(all.x, density.gradient(x, None).unwrap().x);
    let signs: Vec<f64> = (0..20).map(|i| if i % 3 == 0 { -2.0 } else { 0.5 }).collect();
    let mixed = density.weighted_sum_gradient(x, &signs).unwrap();
    for (i, sign) in signs.iter().enumerate() {
        let alone = density.weighted_sum_gradient(x.range(i, 1), &[1.0]).unwrap();
        for (a, b) in alone.x.iter().zip(&mixed.x[4 * i..]) {
            approx::assert_relative_eq!(sign * a, b, max_relative = 1e-12);
        }
    }
    let error = density.weighted_sum_gradient(x, &[1.0]).unwrap_err();
    assert_eq!(error.to_string(), "upstream: expected 20 elements, got 1");
}
