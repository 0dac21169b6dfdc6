use super::*;
use crate::Samples;
use crate::classifier::{Activation, Layer, Network};
use crate::rng::Stream;

const FEATURES: usize = 5;
const CLASSES: usize = 3;

fn numbers(count: usize, stream: &mut Stream) -> Vec<f64> {
    (0..count).map(|_| 0.5 * stream.normal()).collect()
}

fn parameters(k: usize, units: usize, quadratic: bool, stream: &mut Stream) -> ExpansionParameters<f64> {
    ExpansionParameters {
        map: numbers(k * FEATURES, stream),
        offset: numbers(k, stream),
        lowest: (0..k).map(|_| -0.6).collect(),
        highest: (0..k).map(|_| 0.4).collect(),
        linear: if quadratic { numbers(CLASSES * k, stream) } else { Vec::new() },
        quadratic: if quadratic { numbers(CLASSES * k * k, stream) } else { Vec::new() },
        centres: numbers(units * k, stream),
        precision: 0.3,
        weights: numbers(CLASSES * units, stream),
    }
}

fn linear(stream: &mut Stream) -> Network<f64> {
    let layer = Layer { weights: numbers(CLASSES * FEATURES, stream), biases: numbers(CLASSES, stream) };
    Network::from_layers(FEATURES, &[layer], Activation::Relu).unwrap()
}

/// The formula, term by term.
fn added(p: &ExpansionParameters<f64>, x: &[f64]) -> Vec<f64> {
    let k = p.offset.len();
    let z: Vec<f64> = (0..k)
        .map(|r| p.offset[r] + (0..FEATURES).map(|j| p.map[r * FEATURES + j] * x[j]).sum::<f64>())
        .enumerate()
        .map(|(r, z)| if p.lowest.is_empty() { z } else { z.clamp(p.lowest[r], p.highest[r]) })
        .collect();
    let units = p.centres.len() / k;
    let class = |y: usize| {
        let form = (0..k).flat_map(|r| (0..k).map(move |c| (r, c)));
        let form = form.map(|(r, c)| p.quadratic.get((y * k + r) * k + c).map_or(0.0, |q| q * z[r] * z[c]));
        let radial = (0..units).map(|j| {
            let square: f64 = (0..k).map(|r| (z[r] - p.centres[j * k + r]).powi(2)).sum();
            p.weights[y * units + j] * (-p.precision * square).exp()
        });
        let linear = (0..k).map(|r| p.linear.get(y * k + r).map_or(0.0, |l| l * z[r]));
        linear.sum::<f64>() + form.sum::<f64>() + radial.sum::<f64>()
    };
    (0..CLASSES).map(class).collect()
}

fn log_softmax(logits: &[f64]) -> Vec<f64> {
    let sum = logits.iter().map(|l| l.exp()).sum::<f64>().ln();
    logits.iter().map(|l| l - sum).collect()
}

#[test]
fn log_probabilities_are_those_of_the_formula() {
    let mut stream = Stream::new(1, 0);
    for (n, k, units, quadratic) in [(1, 1, 1, true), (17, 5, 0, true), (33, 3, 40, false), (300, 2, 7, true)]
    {
        let (network, p) = (linear(&mut stream), parameters(k, units, quadratic, &mut stream));
        let rows = numbers(n * FEATURES, &mut stream);
        let x = Samples::from_rows("x", &rows, FEATURES).unwrap();
        let (mut plain, mut got) = (vec![0.0; n * CLASSES], vec![0.0; n * CLASSES]);
        network.log_probabilities(x, &mut plain).unwrap();
        let expansion = Expansion::new(FEATURES, CLASSES, p.clone()).unwrap();
        let twice = network.with_expansions(vec![expansion.scaled(0.5), expansion.scaled(1.5)]).unwrap();
        for level in Level::available() {
            twice.clone().with_level(level).log_probabilities(x, &mut got).unwrap();
            for ((x, plain), got) in x.iter().zip(plain.chunks(CLASSES)).zip(got.chunks(CLASSES)) {
                let logits: Vec<f64> = plain.iter().zip(added(&p, x)).map(|(l, a)| l + 2.0 * a).collect();
                for (e, g) in log_softmax(&logits).iter().zip(got) {
                    approx::assert_relative_eq!(e, g, epsilon = 1e-12, max_relative = 1e-12);
                }
            }
        }
    }
}

#[test]
fn the_gradient_for_x_is_the_slope_of_the_loss() {
    let mut stream = Stream::new(2, 0);
    let expansions = [(3, 6, false), (4, 2, true)].map(|(k, units, quadratic)| {
        Expansion::new(FEATURES, CLASSES, parameters(k, units, quadratic, &mut stream)).unwrap()
    });
    let network = linear(&mut stream).with_expansions(expansions.to_vec()).unwrap();
    let (n, y) = (4, [0, 2, 1, 1]);
    let rows = numbers(n * FEATURES, &mut stream);
    let gradient = |rows: &[f64]| {
        let x = Samples::from_rows("x", rows, FEATURES).unwrap();
        network.gradient(x, &y, Some(&[1.0, 2.0, 0.5, 1.0])).unwrap()
    };
    let found = gradient(&rows).x;
    for i in 0..rows.len() {
        let at = |step: f64| {
            let mut moved = rows.clone();
            moved[i] += step;
            gradient(&moved).loss
        };
        approx::assert_abs_diff_eq!(found[i], (at(1e-5) - at(-1e-5)) / 2e-5, epsilon = 1e-9);
    }
}

#[test]
fn arrays_that_do_not_fit_are_refused() {
    let good = parameters(2, 3, true, &mut Stream::new(3, 0));
    let message = |change: &dyn Fn(&mut ExpansionParameters<f64>)| {
        let mut parameters = good.clone();
        change(&mut parameters);
        Expansion::new(FEATURES, CLASSES, parameters).unwrap_err().to_string()
    };
    assert_eq!(message(&|p| p.offset.clear()), "expansion: expected coordinates, got none");
    assert_eq!(message(&|p| p.map.truncate(9)), "expansion map: expected 10 elements, got 9");
    assert_eq!(message(&|p| p.quadratic.truncate(4)), "expansion quadratic: expected 12 elements, got 4");
    assert_eq!(message(&|p| p.centres.truncate(5)), "expansion centres: expected 4 elements, got 5");
    assert_eq!(message(&|p| p.weights.push(0.0)), "expansion weights: expected 9 elements, got 10");
    assert_eq!(message(&|p| p.highest.clear()), "expansion highest: expected 2 elements, got 0");
    assert_eq!(message(&|p| p.linear.truncate(5)), "expansion linear: expected 6 elements, got 5");
    assert_eq!(message(&|p| p.lowest[1] = 0.5), "expansion lowest: expected at most the highest, got 0.5");
    assert_eq!(message(&|p| p.precision = -1.0), "expansion precision: expected at least 0, got -1");
    assert!(message(&|p| p.centres[4] = f64::NAN).starts_with("expansion centres: row 4"));
    let expansion = Expansion::new(FEATURES, CLASSES, good.clone()).unwrap();
    let layer = Layer { weights: vec![0.0; 12], biases: vec![0.0; 3] };
    let other = Network::from_layers(4, &[layer], Activation::Relu).unwrap();
    let error = other.with_expansions(vec![expansion]).unwrap_err();
    assert_eq!(error.to_string(), "expansion: expected 4 features, got 5");
}
