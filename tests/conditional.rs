//! The conditional density against the reference values from automatic differentiation.

mod common;

use common::Oracle;
use lsmi::classifier::{Activation, Layer};
use lsmi::knife::{
    Conditional, ConditionalOptions, ConditionalParameters, HiddenLayer, NetOptions, NetParameters, Triangle,
};
use lsmi::simd::Level;
use lsmi::{Float, Samples};

const FILES: [&str; 3] =
    ["conditional_dc3_d4_k5", "conditional_dc4_d4_k6_diag_ln", "conditional_dc5_d2_k3_residual"];

/// The arrays of a net: of each hidden layer those of the norm, if there is one, and of the affine map; then the outputs.
fn net<T: Float>(oracle: &Oracle, name: &str) -> NetParameters<T> {
    let layers: usize = oracle.option("layers").parse().unwrap();
    let affine = |place: String| Layer {
        weights: oracle.get(&format!("{place}.weight")),
        biases: oracle.get(&format!("{place}.bias")),
    };
    let hidden = (0..layers).map(|l| match oracle.option("layer_norm") {
        "true" => HiddenLayer {
            gain: oracle.get(&format!("{name}.{l}.0.weight")),
            shift: oracle.get(&format!("{name}.{l}.0.bias")),
            affine: affine(format!("{name}.{l}.1")),
        },
        _ => HiddenLayer { gain: vec![], shift: vec![], affine: affine(format!("{name}.{l}.0")) },
    });
    NetParameters { hidden: hidden.collect(), output: affine(format!("{name}.{layers}")) }
}

fn parameters<T: Float>(oracle: &Oracle) -> ConditionalParameters<T> {
    ConditionalParameters {
        means: net(oracle, "means"),
        log_diagonal: net(oracle, "logdiag"),
        triangle: (oracle.option("off_diag") == "full").then(|| net(oracle, "tri")),
        logits: net(oracle, "logits"),
    }
}

fn density<T: Float>(oracle: &Oracle) -> Conditional<T> {
    let parameters = parameters::<T>(oracle);
    let options = ConditionalOptions {
        modes: parameters.logits.output.biases.len(),
        bounded: oracle.option("bounded_tanh") == "true",
        triangle: if parameters.triangle.is_some() { Triangle::Full } else { Triangle::None },
        nets: NetOptions {
            hidden: parameters.means.hidden.iter().map(|layer| layer.affine.biases.len()).collect(),
            activation: if oracle.option("activation") == "relu" {
                Activation::Relu
            } else {
                Activation::Tanh
            },
            layer_norm: oracle.option("layer_norm") == "true",
            residual: oracle.option("residual") == "true",
        },
    };
    Conditional::from_parameters(options, (oracle.shape("c")[1], oracle.shape("x")[1]), &parameters).unwrap()
}

fn assert_net<T: Float>(oracle: &Oracle, name: &str, got: &NetParameters<T>, tolerance: f64) {
    let affine = |place: String, layer: &Layer<T>| {
        oracle.assert_close(&format!("grad.{place}.weight"), &layer.weights, tolerance);
        oracle.assert_close(&format!("grad.{place}.bias"), &layer.biases, tolerance);
    };
    for (l, layer) in got.hidden.iter().enumerate() {
        let normed = !layer.gain.is_empty();
        if normed {
            oracle.assert_close(&format!("grad.{name}.{l}.0.weight"), &layer.gain, tolerance);
            oracle.assert_close(&format!("grad.{name}.{l}.0.bias"), &layer.shift, tolerance);
        }
        affine(format!("{name}.{l}.{}", usize::from(normed)), &layer.affine);
    }
    affine(format!("{name}.{}", got.hidden.len()), &got.output);
}

fn check<T: Float>(tolerance: f64) {
    for file in FILES {
        let oracle = Oracle::open(file);
        let (c, x) = (oracle.get::<T>("c"), oracle.get::<T>("x"));
        let c = Samples::from_rows("c", &c, oracle.shape("c")[1]).unwrap();
        let x = Samples::from_rows("x", &x, oracle.shape("x")[1]).unwrap();
        for level in Level::available() {
            let density = density::<T>(&oracle).with_level(level);
            let mut log_density = vec![T::zero(); x.samples()];
            density.log_density(c, x, &mut log_density).unwrap();
            oracle.assert_close("logpdf", &log_density, tolerance);
            let gradient = density.gradient(c, x, None).unwrap();
            oracle.assert_close("loss", &[gradient.loss], tolerance);
            oracle.assert_close("grad_c", &gradient.c, tolerance);
            oracle.assert_close("grad_x", &gradient.x, tolerance);
            let ConditionalParameters { means, log_diagonal, triangle, logits } = &gradient.parameters;
            assert_net(&oracle, "means", means, tolerance);
            assert_net(&oracle, "logdiag", log_diagonal, tolerance);
            assert_net(&oracle, "logits", logits, tolerance);
            if let Some(triangle) = triangle {
                assert_net(&oracle, "tri", triangle, tolerance);
            }
        }
    }
}

#[test]
fn f64_matches_automatic_differentiation_to_1e_9() {
    check::<f64>(1e-9);
}

#[test]
fn f32_matches_automatic_differentiation_to_2e_5() {
    check::<f32>(2e-5);
}
