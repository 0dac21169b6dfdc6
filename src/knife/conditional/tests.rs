use super::*;
use crate::classifier::{Activation, Layer};
use crate::knife::Triangle;
use crate::knife::{MarginalParameters, reference};
use crate::optim::{Training, TrainingProgress, TrainingRun};
use crate::rng::Stream;
use core::ops::ControlFlow;

/// Layer after layer of one sample, as the formula states it.
fn outputs(options: &NetOptions, net: &NetParameters<f64>, c: &[f64]) -> Vec<f64> {
    let map = |layer: &Layer<f64>, v: &[f64]| -> Vec<f64> {
        let rows = layer.weights.chunks(v.len()).zip(&layer.biases);
        rows.map(|(row, bias)| bias + row.iter().zip(v).map(|(w, v)| w * v).sum::<f64>()).collect()
    };
    let mut v = c.to_vec();
    for layer in &net.hidden {
        let mut fed = v.clone();
        if options.layer_norm {
            let mean = v.iter().sum::<f64>() / v.len() as f64;
            let variance = v.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / v.len() as f64;
            let numbers = fed.iter_mut().zip(&layer.gain).zip(&layer.shift);
            numbers.for_each(|((v, gain), shift)| {
                *v = (*v - mean) / (variance + 1e-5).sqrt() * gain + shift;
            });
        }
        let mut next = map(&layer.affine, &fed);
        for value in &mut next {
            *value = match options.activation {
                Activation::Relu => value.max(0.0),
                Activation::Tanh => value.tanh(),
            };
        }
        if options.residual {
            next.iter_mut().zip(&v).for_each(|(next, v)| *next += v);
        }
        v = next;
    }
    map(&net.output, &v)
}

/// log p(x|c) by the plain marginal density with the parameters that plain nets give.
fn reference(options: &ConditionalOptions, p: &ConditionalParameters<f64>, c: &[f64], x: &[f64]) -> f64 {
    let of = |net: &NetParameters<f64>| outputs(&options.nets, net, c);
    let parameters = MarginalParameters {
        means: of(&p.means),
        log_diagonal: of(&p.log_diagonal),
        triangle: p.triangle.as_ref().map_or(vec![], of),
        logits: of(&p.logits),
    };
    reference::log_density(&options.marginal(), &parameters, x)
}

/// A density with random parameters: those of outputs are small, as numbers of a mixture are.
fn random(
    options: &ConditionalOptions,
    (conditions, features): (usize, usize),
    seed: u64,
) -> Conditional<f64> {
    let nets = Nets::new(options, (conditions, features)).unwrap();
    let mut stream = Stream::new(seed, 0);
    let parameters = (0..nets.len()).map(|_| 0.2 * stream.normal()).collect();
    Conditional::from_packed(options.clone(), nets, parameters)
}

fn rows(count: usize, seed: u64) -> Vec<f64> {
    let mut stream = Stream::new(seed, 1);
    (0..count).map(|_| stream.normal()).collect()
}

/// Nets of every kind: conditions, features, and the options.
fn cases() -> Vec<(usize, usize, ConditionalOptions)> {
    let nets = |hidden: &[usize], activation, layer_norm, residual| NetOptions {
        hidden: hidden.to_vec(),
        activation,
        layer_norm,
        residual,
    };
    let options = |modes, bounded, triangle, nets| ConditionalOptions { modes, bounded, triangle, nets };
    use Activation::{Relu, Tanh};
    vec![
        (1, 1, options(1, false, Triangle::Full, nets(&[], Relu, false, false))),
        (2, 3, options(2, false, Triangle::Full, nets(&[5], Tanh, false, false))),
        (3, 2, options(3, true, Triangle::None, nets(&[17, 4], Relu, true, false))),
        (4, 5, options(2, true, Triangle::Full, nets(&[4, 4], Tanh, true, true))),
        (16, 17, options(1, false, Triangle::Full, nets(&[16], Relu, false, true))),
    ]
}

#[test]
fn log_densities_are_those_of_the_reference_at_every_size() {
    for (number, (conditions, features, options)) in cases().into_iter().enumerate() {
        let density = random(&options, (conditions, features), number as u64);
        let parameters = density.parameters();
        let again =
            Conditional::from_parameters(options.clone(), (conditions, features), &parameters).unwrap();
        assert!(again == density, "case {number}");
        for n in [1, 2, 15, 16, 17, 63, 64, 65, 300] {
            let (c, x) = (rows(n * conditions, 1), rows(n * features, 2));
            let samples = |rows, width| Samples::from_rows("x", rows, width).unwrap();
            for level in Level::available() {
                let mut out = vec![0.0; n];
                let density = density.clone().with_level(level);
                density.log_density(samples(&c, conditions), samples(&x, features), &mut out).unwrap();
                for ((c, x), got) in c.chunks(conditions).zip(x.chunks(features)).zip(&out) {
                    let expected = reference(&options, &parameters, c, x);
                    approx::assert_relative_eq!(*got, expected, max_relative = 1e-11, epsilon = 1e-11);
                }
            }
        }
    }
}

#[test]
fn gradients_are_differences() {
    const N: usize = 7;
    for (number, (conditions, features, options)) in cases().into_iter().enumerate() {
        let density = random(&options, (conditions, features), number as u64);
        let (c, x) = (rows(N * conditions, 3), rows(N * features, 4));
        let upstream: Vec<f64> = rows(N, 5);
        let sum = |density: &Conditional<f64>, c: &[f64], x: &[f64]| {
            let (c, x) = (Samples::from_rows("c", c, conditions), Samples::from_rows("x", x, features));
            let mut out = vec![0.0; N];
            density.log_density(c.unwrap(), x.unwrap(), &mut out).unwrap();
            -out.iter().zip(&upstream).map(|(v, g)| v * g).sum::<f64>()
        };
        let samples = |rows, width| Samples::from_rows("x", rows, width).unwrap();
        let gradient =
            density.weighted_sum_gradient(samples(&c, conditions), samples(&x, features), &upstream).unwrap();
        approx::assert_relative_eq!(gradient.loss, sum(&density, &c, &x), max_relative = 1e-12);
        const STEP: f64 = 1e-5;
        // The gradient for some numbers, and what the sum is with a step in one of them.
        let check = |what: &str, gradient: &[f64], at: &dyn Fn(usize, f64) -> f64| {
            for (i, got) in gradient.iter().enumerate() {
                let expected = (at(i, STEP) - at(i, -STEP)) / (2.0 * STEP);
                assert!((got - expected).abs() < 1e-6 * (1.0 + expected.abs()), "{what}: {got} {expected}");
            }
        };
        let moved = |numbers: &[f64], i: usize, step: f64| {
            let mut numbers = numbers.to_vec();
            numbers[i] += step;
            numbers
        };
        check("c", &gradient.c, &|i, step| sum(&density, &moved(&c, i, step), &x));
        check("x", &gradient.x, &|i, step| sum(&density, &c, &moved(&x, i, step)));
        let packed = pack(&density.nets, &options, &gradient.parameters).unwrap();
        check("parameters", &packed, &|i, step| {
            let parameters = moved(&density.parameters, i, step);
            sum(&Conditional { parameters, ..density.clone() }, &c, &x)
        });
    }
}

#[test]
fn samples_that_are_no_numbers_and_bad_parts() {
    let (conditions, features, options) = cases().swap_remove(1);
    let density = random(&options, (conditions, features), 1);
    let (c, mut x) = (rows(3 * conditions, 1), rows(3 * features, 2));
    x[0] = f64::NAN;
    x[4] = f64::INFINITY;
    let c = Samples::from_rows("c", &c, conditions).unwrap();
    let mut out = [0.0; 3];
    density.log_density(c, Samples::from_rows("x", &x, features).unwrap(), &mut out).unwrap();
    assert!(out[0].is_nan() && !out[1].is_finite() && out[2].is_finite(), "{out:?}");
    let message = |result: Result<Conditional<f64>>| result.unwrap_err().to_string();
    let of = |change: &dyn Fn(&mut ConditionalOptions, &mut ConditionalParameters<f64>)| {
        let (mut options, mut parameters) = (options.clone(), density.parameters());
        change(&mut options, &mut parameters);
        message(Conditional::from_parameters(options, (conditions, features), &parameters))
    };
    assert_eq!(
        of(&|options, _| options.nets.residual = true),
        "hidden: expected widths of 2, as the condition has, since layers are residual, got [5]"
    );
    assert_eq!(
        of(&|options, _| options.nets.hidden = vec![0]),
        "hidden: expected widths of at least 1, got [0]"
    );
    assert_eq!(
        of(&|_, p| p.triangle = None),
        "triangle: expected a net where there is a triangular part, and none else, got none"
    );
    assert_eq!(
        of(&|_, p| p.means.hidden[0].affine.weights[3] = f64::INFINITY),
        "means layer 0 weights: row 1, column 1: expected a finite number, got inf"
    );
    assert_eq!(
        of(&|_, p| p.logits.output.biases.push(0.0)),
        "logits output biases: expected 2 elements, got 3"
    );
    assert!(
        of(&|options, _| options.modes = usize::MAX).starts_with("modes: expected at least 1, and so few")
    );
}

/// x = a c + noise, with noise of deviation `deviation`.
fn linear(n: usize, deviation: f64) -> (Vec<f64>, Vec<f64>) {
    let mut stream = Stream::new(3, 0);
    let c: Vec<f64> = (0..2 * n).map(|_| stream.normal()).collect();
    let x = c.chunks(2).flat_map(|c| [1.5 * c[0] - 0.5 * c[1], 0.3 * c[1]]).collect::<Vec<f64>>();
    (c, x.into_iter().map(|v| v + deviation * stream.normal()).collect())
}

fn options() -> ConditionalOptions {
    let nets =
        NetOptions { hidden: vec![16], activation: Activation::Tanh, layer_norm: false, residual: false };
    ConditionalOptions { modes: 1, bounded: false, triangle: Triangle::Full, nets }
}

fn training(epochs: usize) -> Training {
    Training { epochs, learning_rate: 5e-3, patience: 0, ..crate::Config::robust().density_training() }
}

#[test]
fn a_fit_learns_what_the_condition_tells() {
    let (n, deviation) = (2000, 0.5);
    let (c, x) = linear(n, deviation);
    let (c, x) = (Samples::from_rows("c", &c, 2).unwrap(), Samples::from_rows("x", &x, 2).unwrap());
    let fitted = |epochs| {
        let (training, mut stream) = (training(epochs), Stream::new(1, 0));
        let observer = &mut |_: TrainingProgress| ControlFlow::Continue(());
        let run =
            TrainingRun { name: "x", training: &training, held_out: &[], stream: &mut stream, observer };
        fit_conditional(c, x, None, &options(), run).unwrap()
    };
    let mean = |density: &Conditional<f64>| {
        let mut out = vec![0.0; n];
        density.log_density(c, x, &mut out).unwrap();
        -out.iter().sum::<f64>() / n as f64
    };
    // The entropy of two numbers with that deviation; and that of x without c.
    let log = 0.5 * (2.0 * core::f64::consts::PI * core::f64::consts::E).ln();
    let given = 2.0 * (log + deviation.ln());
    let covariance = [[0.25 + 2.5, -0.15], [-0.15, 0.25 + 0.09]];
    let determinant: f64 = covariance[0][0] * covariance[1][1] - covariance[0][1] * covariance[1][0];
    let alone = 2.0 * log + 0.5 * determinant.ln();
    approx::assert_abs_diff_eq!(mean(&fitted(0).density), alone, epsilon = 0.05);
    let fit = fitted(30);
    approx::assert_abs_diff_eq!(mean(&fit.density), given, epsilon = 0.05);
    assert_eq!(fit.history.losses.len(), 30);
    assert!(fitted(30) == fit, "one seed, one result");
}

#[test]
fn samples_of_no_weight_tell_nothing() {
    let (mut c, mut x) = linear(200, 0.5);
    let (mut weights, training) = (vec![1.0; 200], training(3));
    weights[100..].fill(0.0);
    let fitted = |c: &[f64], x: &[f64]| {
        let (c, x) = (Samples::from_rows("c", c, 2).unwrap(), Samples::from_rows("x", x, 2).unwrap());
        let observer = &mut |_: TrainingProgress| ControlFlow::Continue(());
        let stream = &mut Stream::new(1, 0);
        let run = TrainingRun { name: "x", training: &training, held_out: &[], stream, observer };
        fit_conditional(c, x, Some(&weights), &options(), run).unwrap()
    };
    let fit = fitted(&c, &x);
    c[200..].iter_mut().for_each(|v| *v += 3.0);
    x[200..].iter_mut().for_each(|v| *v -= 3.0);
    let other = fitted(&c, &x);
    for (a, b) in fit.density.parameters.iter().zip(&other.density.parameters) {
        approx::assert_abs_diff_eq!(*a, *b, epsilon = 1e-9);
    }
}
