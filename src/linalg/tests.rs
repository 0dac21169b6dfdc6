//! The kernels on blocks against plain loops, at and around lane boundaries, on every level.

use super::adam::{AdamStep, Moving};
use super::dense::{self, Cut, Derivative, Layer, LayerGradient, block_length, pitch};
use super::softmax;
use crate::Float;
use crate::simd::Level;
use alloc::{vec, vec::Vec};

const SIZES: [usize; 14] = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 130];

/// Small integers, whose products and sums are exact.
fn integer(i: usize, j: usize) -> f64 {
    ((i * 31 + j * 7) % 11) as f64 - 5.0
}

/// A block of these values with `fill` wherever nothing is.
fn block<T: Float>(rows: usize, columns: usize, fill: f64, value: impl Fn(usize, usize) -> f64) -> Vec<T> {
    let mut block = vec![T::of(fill); block_length::<T>(rows, columns)];
    for row in 0..rows {
        for column in 0..columns {
            block[row * pitch::<T>(columns) + column] = T::of(value(row, column));
        }
    }
    block
}

/// Each size once for samples, inputs and outputs, and more terms than a panel holds for each product.
fn layers() -> impl Iterator<Item = Layer> {
    let layer = |[samples, inputs, outputs]: [usize; 3]| Layer { samples, inputs, outputs };
    let around = SIZES.iter().flat_map(|&n| [[n, 5, 9], [33, n, 2], [9, 17, n], [n, n, n]]);
    around.chain([[700, 3, 5], [3, 700, 5], [5, 3, 700], [700, 64, 5]]).map(layer)
}

/// A step of Adam.
pub(super) fn step<T: Float>() -> AdamStep<T> {
    let [beta1, rest1, beta2, rest2] = [0.9, 0.1, 0.999, 0.001].map(T::of);
    let [rate, root, epsilon, keep] = [0.02, 3.0, 1e-8, 0.98].map(T::of);
    AdamStep { beta1, rest1, beta2, rest2, rate, root, epsilon, keep }
}

fn products_agree<T: Float>(level: Level) {
    let exactly = |got: T, want: f64| assert_eq!(got.f64(), want, "{level}");
    for layer in layers() {
        let Layer { samples, inputs, outputs } = layer;
        let weight = |j: usize, i: usize| integer(j, 3 * i + 1);
        let delta = |j: usize, s: usize| integer(2 * j, s);
        let weights: Vec<T> =
            (0..inputs * outputs).map(|at| T::of(weight(at / inputs, at % inputs))).collect();
        let biases: Vec<T> = (0..outputs).map(|j| T::of(integer(j, j))).collect();
        let nan = f64::NAN;

        let input = block::<T>(inputs, samples, nan, integer);
        for cut in [Cut::None, Cut::BelowZero] {
            let mut out = block::<T>(outputs, samples, nan, |_, _| nan);
            dense::forward(level, layer, (&weights, &biases, cut), &input, &mut out);
            for j in 0..outputs {
                for s in 0..samples {
                    let sum: f64 = (0..inputs).map(|i| weight(j, i) * integer(i, s)).sum();
                    let sum = integer(j, j) + sum;
                    let want = if cut == Cut::BelowZero { sum.max(0.0) } else { sum };
                    exactly(out[j * pitch::<T>(samples) + s], want);
                }
            }
        }

        let above = block::<T>(outputs, samples, nan, delta);
        for kind in 0..3 {
            let (derivative, factor): (_, fn(f64) -> f64) = match kind {
                0 => (Derivative::One, |_| 1.0),
                1 => (Derivative::Relu(&input[..]), |v| if v > 0.0 { 1.0 } else { 0.0 }),
                _ => (Derivative::Tanh(&input[..]), |v| 1.0 - v * v),
            };
            let mut out = block::<T>(inputs, samples, nan, |_, _| nan);
            dense::downward(level, layer, &weights, &above, derivative, &mut out);
            for i in 0..inputs {
                for s in 0..samples {
                    let sum: f64 = (0..outputs).map(|j| weight(j, i) * delta(j, s)).sum();
                    exactly(out[i * pitch::<T>(samples) + s], sum * factor(integer(i, s)));
                }
            }
        }

        let above = block::<T>(outputs, samples, 0.0, delta);
        let rows = block::<T>(samples, inputs, nan, |s, i| integer(i, s));
        for adds in [false, true] {
            let before = if adds { 3.0 } else { nan };
            let parameters = (inputs + 1) * outputs;
            // One number more, to see that nothing is written beyond.
            let mut values = vec![T::of(3.0); parameters + 1];
            values[..parameters].fill(T::of(before));
            let out = LayerGradient { values: &mut values[..parameters], adds, moving: None };
            dense::weight_gradient(level, layer, (&above, &rows), out);
            let start = if adds { 3.0 } else { 0.0 };
            for j in 0..outputs {
                for i in 0..inputs {
                    let sum: f64 = (0..samples).map(|s| delta(j, s) * integer(i, s)).sum();
                    exactly(values[j * inputs + i], start + sum);
                }
                let sum: f64 = (0..samples).map(|s| delta(j, s)).sum();
                exactly(values[weights.len() + j], start + sum);
            }
            exactly(values[parameters], 3.0);

            // What moves at once moves as it does along the gradient that is written.
            let mut states = [[0.5, 0.25, 2.0].map(|v| vec![T::of(v); parameters + 1]), Default::default()];
            states[1] = states[0].clone();
            let [at_once, after] = states.each_mut().map(|[p, m, v]| Moving {
                step: step(),
                parameters: &mut p[..parameters],
                first: &mut m[..parameters],
                second: &mut v[..parameters],
            });
            let (of_weights, of_biases) = after.split_at(weights.len());
            of_weights.along(level, &values[..weights.len()]);
            of_biases.free().along(level, &values[weights.len()..parameters]);
            values[..parameters].fill(T::of(before));
            let out = LayerGradient { values: &mut values[..parameters], adds, moving: Some(at_once) };
            dense::weight_gradient(level, layer, (&above, &rows), out);
            let [at_once, after] = &states;
            for (got, want) in at_once.iter().zip(after) {
                got.iter().zip(want).for_each(|(got, want)| exactly(*got, want.f64()));
            }
        }

        let out_row = inputs + samples % 3;
        let mut out = vec![T::of(-9.0); samples * out_row];
        dense::transpose(level, (inputs, samples), &input, (&mut out, out_row));
        for (s, row) in out.chunks(out_row).enumerate() {
            for (i, value) in row.iter().enumerate() {
                exactly(*value, if i < inputs { integer(i, s) } else { -9.0 });
            }
        }
    }
}

#[test]
fn products_agree_with_plain_loops() {
    for level in Level::available() {
        products_agree::<f32>(level);
        products_agree::<f64>(level);
    }
}

#[test]
fn a_cut_keeps_what_is_no_number() {
    for level in Level::available() {
        let layer = Layer { samples: 3, inputs: 1, outputs: 1 };
        let input = block::<f64>(1, 3, 0.0, |_, s| [f64::NAN, -1.0, 2.0][s]);
        let mut out = input.clone();
        dense::forward(level, layer, (&[1.0], &[0.0], Cut::BelowZero), &input, &mut out);
        assert!(out[0].is_nan());
        assert_eq!(out[1..3], [0.0, 2.0]);
        let mut down = input.clone();
        let ones = block::<f64>(1, 3, 1.0, |_, _| 1.0);
        dense::downward(level, layer, &[1.0], &ones, Derivative::Relu(&input), &mut down);
        assert_eq!(down[..3], [0.0, 0.0, 1.0]);
    }
}

fn softmax_agrees<T: Float>(level: Level, tolerance: f64) {
    let close = |got: T, want: f64| {
        approx::assert_abs_diff_eq!(got.f64(), want, epsilon = tolerance * (1.0 + want.abs()));
    };
    for samples in SIZES {
        for classes in [1, 2, 3, 10, 65] {
            let logit = |class: usize, s: usize| 0.25 * integer(class, s) + 4.0 * (s % 3) as f64;
            let logits = block::<T>(classes, samples, 0.0, logit);
            let pitch = pitch::<T>(samples);
            let total = |s: usize| (0..classes).map(|c| logit(c, s).exp()).sum::<f64>().ln();

            let mut out = logits.clone();
            softmax::log_softmax(level, (classes, samples), &mut out);
            let targets: Vec<usize> = (0..samples).map(|s| s % classes).collect();
            let mut weights = vec![T::of(0.0); pitch];
            weights[..samples].iter_mut().enumerate().for_each(|(s, w)| *w = T::of((s % 3) as f64));
            let (mut losses, mut delta) = (vec![T::of(0.0); pitch], logits.clone());
            softmax::cross_entropy(level, classes, &logits, (&targets, &weights), &mut losses, &mut delta);
            for s in 0..samples {
                close(losses[s], total(s) - logit(s % classes, s));
                for c in 0..classes {
                    let log_probability = logit(c, s) - total(s);
                    close(out[c * pitch + s], log_probability);
                    let one = if c == s % classes { 1.0 } else { 0.0 };
                    close(delta[c * pitch + s], (s % 3) as f64 * (log_probability.exp() - one));
                }
            }
        }
    }
}

#[test]
fn softmax_agrees_with_the_formula() {
    for level in Level::available() {
        softmax_agrees::<f32>(level, 2e-6);
        softmax_agrees::<f64>(level, 1e-13);
    }
}

#[test]
fn extreme_logits_are_specified() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let columns = [[1e30, -1e30], [inf, 2.0], [-inf, 2.0], [-inf, -inf], [nan, 0.0]];
    for level in Level::available() {
        let logits = block::<f64>(2, 5, 0.0, |class, s| columns[s][class]);
        let mut out = logits.clone();
        softmax::log_softmax(level, (2, 5), &mut out);
        let got = |s: usize| [out[s], out[pitch::<f64>(5) + s]];
        assert_eq!([got(0), got(2)], [[0.0, -2e30], [-inf, 0.0]]);
        assert!(got(1)[0].is_nan() && got(1)[1] == -inf);
        assert!([got(3), got(4)].as_flattened().iter().all(|v| v.is_nan()));
        // A sample of weight 0 has no gradient, whatever its logits.
        let (weights, mut losses) = ([0.0; 16], [0.0; 16]);
        let mut delta = vec![nan; logits.len()];
        softmax::cross_entropy(level, 2, &logits, (&[0; 5], &weights), &mut losses, &mut delta);
        assert_eq!(delta[..5], [0.0; 5]);
        assert!(losses[0] == 0.0 && losses[1].is_nan() && losses[2] == inf);
    }
}

#[test]
fn tanh_of_blocks() {
    for level in Level::available() {
        let mut values: Vec<f64> = (0..48).map(|i| f64::from(i) * 0.3 - 7.0).collect();
        let want: Vec<f64> = values.iter().map(|v| v.tanh()).collect();
        softmax::tanh_block(level, &mut values);
        approx::assert_relative_eq!(values[..], want[..], max_relative = 1e-15);
    }
}
