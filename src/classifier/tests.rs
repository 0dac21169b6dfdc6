//! Kernels against the reference, gradients against differences, and fits.

use super::reference;
use super::*;
use crate::optim::{Training, TrainingRun};
use crate::rng::Stream;
use crate::simd::Level;
use crate::{Error, Samples};
use alloc::{vec, vec::Vec};
use core::ops::ControlFlow;

fn random_layers(sizes: &[usize], stream: &mut Stream) -> Vec<Layer<f64>> {
    let mut normals = |n: usize| (0..n).map(|_| stream.normal()).collect::<Vec<_>>();
    sizes.windows(2).map(|w| Layer { weights: normals(w[0] * w[1]), biases: normals(w[1]) }).collect()
}

/// Architectures with none, one and several hidden layers, at and around lane boundaries.
const SHAPES: [&[usize]; 6] =
    [&[1, 2], &[5, 3], &[3, 4, 2], &[7, 16, 17, 3], &[20, 64, 64, 10], &[33, 1, 15, 5]];

#[test]
fn log_probabilities_agree_with_the_reference() {
    let mut stream = Stream::new(1, 0);
    for sizes in SHAPES {
        for activation in [Activation::Relu, Activation::Tanh] {
            let layers = random_layers(sizes, &mut stream);
            let network = Network::from_layers(sizes[0], &layers, activation).unwrap();
            for n in [1, 15, 16, 17, 300] {
                let x: Vec<f64> = (0..n * sizes[0]).map(|_| stream.normal()).collect();
                let samples = Samples::from_rows("x", &x, sizes[0]).unwrap();
                for level in Level::available() {
                    let mut out = vec![0.0; n * network.classes()];
                    network.clone().with_level(level).log_probabilities(samples, &mut out).unwrap();
                    for (x, row) in x.chunks(sizes[0]).zip(out.chunks(network.classes())) {
                        let want = reference::log_probabilities(&layers, activation, x);
                        for (got, want) in row.iter().zip(want) {
                            approx::assert_relative_eq!(*got, want, max_relative = 1e-10, epsilon = 1e-10);
                        }
                        let total: f64 = row.iter().map(|p| p.exp()).sum();
                        approx::assert_relative_eq!(total, 1.0, epsilon = 1e-12);
                    }
                }
            }
        }
    }
}

#[test]
fn gradients_agree_with_differences() {
    let mut stream = Stream::new(2, 0);
    for sizes in &SHAPES[..3] {
        for activation in [Activation::Relu, Activation::Tanh] {
            let layers = random_layers(sizes, &mut stream);
            let (n, classes) = (9, sizes[sizes.len() - 1]);
            let x: Vec<f64> = (0..n * sizes[0]).map(|_| stream.normal()).collect();
            let y: Vec<i64> = (0..n).map(|i| (i % classes) as i64).collect();
            let weights: Vec<f64> = (0..n).map(|i| (i % 3) as f64).collect();
            let loss = |layers: &[Layer<f64>], x: &[f64]| {
                let terms = x.chunks(sizes[0]).zip(&y).zip(&weights);
                let sum: f64 = terms
                    .map(|((x, y), w)| -w * reference::log_probabilities(layers, activation, x)[*y as usize])
                    .sum();
                sum / weights.iter().sum::<f64>()
            };
            let network = Network::from_layers(sizes[0], &layers, activation).unwrap();
            let samples = Samples::from_rows("x", &x, sizes[0]).unwrap();
            let gradient = network.gradient(samples, &y, Some(&weights)).unwrap();
            approx::assert_relative_eq!(gradient.loss, loss(&layers, &x), max_relative = 1e-12);
            for level in Level::available() {
                let other = network.clone().with_level(level).gradient(samples, &y, Some(&weights)).unwrap();
                approx::assert_relative_eq!(other.loss, gradient.loss, max_relative = 1e-12);
                approx::assert_relative_eq!(other.x[..], gradient.x[..], epsilon = 1e-12);
                for (other, layer) in other.layers.iter().zip(&gradient.layers) {
                    approx::assert_relative_eq!(other.weights[..], layer.weights[..], epsilon = 1e-12);
                    approx::assert_relative_eq!(other.biases[..], layer.biases[..], epsilon = 1e-12);
                }
            }
            let step = 1e-6;
            let check = |got: f64, f: &dyn Fn(f64) -> f64| {
                approx::assert_abs_diff_eq!(got, (f(step) - f(-step)) / (2.0 * step), epsilon = 1e-6);
            };
            for l in 0..layers.len() {
                for i in 0..layers[l].weights.len() {
                    check(gradient.layers[l].weights[i], &|step| {
                        let mut moved = layers.clone();
                        moved[l].weights[i] += step;
                        loss(&moved, &x)
                    });
                }
                for i in 0..layers[l].biases.len() {
                    check(gradient.layers[l].biases[i], &|step| {
                        let mut moved = layers.clone();
                        moved[l].biases[i] += step;
                        loss(&moved, &x)
                    });
                }
            }
            for i in 0..x.len() {
                check(gradient.x[i], &|step| {
                    let mut moved = x.clone();
                    moved[i] += step;
                    loss(&layers, &moved)
                });
            }
        }
    }
}

#[test]
fn a_sample_has_the_same_bits_alone_and_among_others() {
    let mut stream = Stream::new(6, 0);
    for level in Level::available() {
        let layers = random_layers(&[5, 33, 17, 3], &mut stream);
        let network = Network::from_layers(5, &layers, Activation::Tanh).unwrap().with_level(level);
        let x: Vec<f64> = (0..5 * 2500).map(|_| stream.normal()).collect();
        let score = |x: &[f64]| {
            let mut out = vec![0.0; x.len() / 5 * 3];
            network.log_probabilities(Samples::from_rows("x", x, 5).unwrap(), &mut out).unwrap();
            out
        };
        let all = score(&x);
        for i in [0, 1, 31, 255, 256, 1023, 1024, 2499] {
            assert_eq!(score(&x[5 * i..][..5]), all[3 * i..][..3], "{level}, sample {i}");
        }
        #[cfg(feature = "rayon")]
        for threads in [1, 2, 7] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            assert!(pool.install(|| score(&x)) == all, "{level}, {threads} threads");
        }
    }
}

#[test]
fn gradients_of_many_samples_add_up() {
    // More samples than a block holds, each twice: the mean is that of one half.
    let mut stream = Stream::new(7, 0);
    let layers = random_layers(&[3, 9, 2], &mut stream);
    let network = Network::from_layers(3, &layers, Activation::Relu).unwrap();
    let half: Vec<f64> = (0..3 * 200).map(|_| stream.normal()).collect();
    let gradient = |x: &[f64]| {
        let y: Vec<i64> = (0..x.len() as i64 / 3).map(|i| i % 2).collect();
        network.gradient(Samples::from_rows("x", x, 3).unwrap(), &y, None).unwrap()
    };
    let (once, twice) = (gradient(&half), gradient(&[&half[..], &half].concat()));
    approx::assert_relative_eq!(once.loss, twice.loss, max_relative = 1e-13);
    for (once, twice) in once.layers.iter().zip(&twice.layers) {
        approx::assert_relative_eq!(once.weights[..], twice.weights[..], epsilon = 1e-13);
        approx::assert_relative_eq!(once.biases[..], twice.biases[..], epsilon = 1e-13);
    }
    assert_eq!(twice.x.len(), 1200);
    approx::assert_relative_eq!(twice.x[900], once.x[300] / 2.0, max_relative = 1e-13);
}

#[test]
fn huge_logits_stay_finite() {
    let layer = Layer { weights: vec![1e30f32, -1e30], biases: vec![0.0, 0.0] };
    let network = Network::from_layers(1, &[layer], Activation::Relu).unwrap();
    let mut out = [0.0; 2];
    network.log_probabilities(Samples::from_rows("x", &[1.0], 1).unwrap(), &mut out).unwrap();
    assert_eq!(out, [0.0, -2e30]);
}

fn training() -> Training {
    Training {
        epochs: 100,
        batch: 16,
        learning_rate: 0.02,
        decay_every: 0,
        decay_factor: 1.0,
        weight_decay: 0.0,
        patience: 0,
        accumulate_gradients: false,
    }
}

fn fitted(x: &[f64], y: &[i64], weights: Option<&[f64]>, hidden: &[usize]) -> crate::Result<NetworkFit<f64>> {
    fitted_as(x, y, weights, hidden, &training())
}

fn fitted_as(
    x: &[f64],
    y: &[i64],
    weights: Option<&[f64]>,
    hidden: &[usize],
    training: &Training,
) -> crate::Result<NetworkFit<f64>> {
    let options = NetworkOptions { hidden: hidden.to_vec(), activation: Activation::Tanh };
    let run = TrainingRun {
        name: "classifier",
        training,
        held_out: &[],
        stream: &mut Stream::new(4, 1),
        observer: &mut |_| ControlFlow::Continue(()),
    };
    fit_network(Samples::from_rows("x", x, 2)?, (y, 2), weights, &options, run)
}

/// The four corners of a square and the exclusive or of their signs.
fn exclusive_or(n: usize) -> (Vec<f64>, Vec<i64>) {
    let sign = |bit: usize| if bit == 0 { -1.0 } else { 1.0 };
    let x = (0..n).flat_map(|i| [sign(i & 1), sign(i >> 1 & 1)]).collect();
    (x, (0..n).map(|i| ((i ^ (i >> 1)) & 1) as i64).collect())
}

#[test]
fn networks_learn_what_linear_classifiers_cannot() {
    let (x, y) = exclusive_or(64);
    let loss = |hidden: &[usize]| *fitted(&x, &y, None, hidden).unwrap().history.losses.last().unwrap();
    assert!(loss(&[8]) < 0.05);
    approx::assert_abs_diff_eq!(loss(&[]), core::f64::consts::LN_2, epsilon = 0.02);
}

#[test]
fn sample_weights_count_whatever_the_batch() {
    // Without features that tell, p(y) follows the weights.
    let x = vec![0.0; 128];
    let y: Vec<i64> = (0..64).map(|i| i % 2).collect();
    let weights: Vec<f64> = y.iter().map(|y| if *y == 0 { 9.0 } else { 1.0 }).collect();
    for batch in [1, 2, 16, 64] {
        let epochs = 100 + 20 * batch;
        let training = Training { batch, epochs, decay_every: epochs / 5, decay_factor: 0.3, ..training() };
        let network = fitted_as(&x, &y, Some(&weights), &[], &training).unwrap().network;
        let mut out = [0.0; 2];
        network.log_probabilities(Samples::from_rows("x", &x[..2], 2).unwrap(), &mut out).unwrap();
        approx::assert_abs_diff_eq!(out[0].exp(), 0.9, epsilon = 0.01);
    }
    let zeros = [0.0; 64];
    let error = fitted(&x, &y, Some(&zeros), &[]).unwrap_err().to_string();
    assert_eq!(error, "weights: expected at least one above 0, got none");
}

#[test]
fn weights_that_move_with_their_gradient_move_as_all_else_does() {
    let mut stream = Stream::new(22, 0);
    // More than a block; layers whose rows are whole vectors, and others.
    let x: Vec<f64> = (0..300 * 16).map(|_| stream.normal()).collect();
    let y: Vec<i64> = (0..300).map(|i| i % 3).collect();
    let [at_once, after] = [false, true].map(|accumulate_gradients| {
        // The first gradient is the sum of all so far, but only without that quirk kernels move the parameters.
        let step = Training { epochs: 1, batch: 300, weight_decay: 0.1, accumulate_gradients, ..training() };
        let run = TrainingRun {
            name: "classifier",
            training: &step,
            held_out: &[],
            stream: &mut Stream::new(8, 1),
            observer: &mut |_| ControlFlow::Continue(()),
        };
        let options = NetworkOptions { hidden: vec![32, 7], activation: Activation::Tanh };
        fit_network(Samples::from_rows("x", &x, 16).unwrap(), (&y, 3), None, &options, run).unwrap()
    });
    assert!(at_once == after);
}

#[test]
fn bad_arguments_are_errors() {
    let layers = random_layers(&[2, 3, 2], &mut Stream::new(5, 0));
    let message = |features, layers: &[Layer<f64>]| {
        Network::from_layers(features, layers, Activation::Relu).unwrap_err().to_string()
    };
    assert_eq!(message(3, &layers), "layer 0 weights: expected 9 elements, got 6");
    assert_eq!(message(2, &[]), "network: expected layers, got none");
    let mut wild = layers.clone();
    wild[1].weights[4] = f64::INFINITY;
    assert_eq!(message(2, &wild), "layer 1 weights: row 1, column 1: expected a finite number, got inf");
    let network = Network::from_layers(2, &layers, Activation::Relu).unwrap();
    let x = [0.0; 4];
    let samples = Samples::from_rows("x", &x, 2).unwrap();
    let error = network.gradient(samples, &[0, 2], None).unwrap_err();
    assert_eq!(error.to_string(), "y: row 1, column 0: expected a class number from 0 to 1, got 2");
    let error = network.gradient(samples, &[0], None).unwrap_err();
    assert_eq!(error, Error::Shape { field: "y".into(), what: "samples", expected: 2, got: 1 });
    assert!(fitted(&x, &[0, 1], None, &[0]).unwrap_err().to_string().starts_with("hidden: expected widths"));
}
