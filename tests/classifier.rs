//! The classifier against the reference values from automatic differentiation.

mod common;

use common::Oracle;
use lsmi::classifier::{Activation, Layer, Network};
use lsmi::simd::Level;
use lsmi::{Float, Samples};

fn check<T: Float>(tolerance: f64) {
    let oracle = Oracle::open("classifier_d10_h16_c4");
    let layers: Vec<Layer<T>> = ["fc.0", "fc.2", "fc.4"]
        .iter()
        .map(|l| Layer {
            weights: oracle.get(&format!("{l}.weight")),
            biases: oracle.get(&format!("{l}.bias")),
        })
        .collect();
    let network = Network::from_layers(10, &layers, Activation::Relu).unwrap();
    assert_eq!((network.features(), network.classes()), (10, 4));
    assert_eq!(network.layers(), layers);
    let x = oracle.get::<T>("x");
    for level in Level::available() {
        check_level(&oracle, network.clone().with_level(level), &x, tolerance);
    }
}

fn check_level<T: Float>(oracle: &Oracle, network: Network<T>, x: &[T], tolerance: f64) {
    let x = Samples::from_rows("x", x, 10).unwrap();
    let y: Vec<i64> = oracle.f64("y").iter().map(|v| *v as i64).collect();
    let mut log_probabilities = vec![T::zero(); x.samples() * 4];
    network.log_probabilities(x, &mut log_probabilities).unwrap();
    oracle.assert_close("log_probs", &log_probabilities, tolerance);
    let gradient = network.gradient(x, &y, None).unwrap();
    oracle.assert_close("loss", &[gradient.loss], tolerance);
    for (name, layer) in ["grad.fc.0", "grad.fc.2", "grad.fc.4"].iter().zip(&gradient.layers) {
        oracle.assert_close(&format!("{name}.weight"), &layer.weights, tolerance);
        oracle.assert_close(&format!("{name}.bias"), &layer.biases, tolerance);
    }
    oracle.assert_close("grad_x", &gradient.x, tolerance);
}

#[test]
fn f64_matches_automatic_differentiation_to_1e_9() {
    check::<f64>(1e-9);
}

#[test]
fn f32_matches_automatic_differentiation_to_2e_5() {
    check::<f32>(2e-5);
}
