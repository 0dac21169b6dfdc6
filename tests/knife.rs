//! The marginal density against the reference values from automatic differentiation.

mod common;

use common::Oracle;
use lsmi::knife::{Diagonal, Marginal, MarginalOptions, MarginalParameters, Triangle};
use lsmi::simd::Level;
use lsmi::{Float, Samples};

const FILES: [&str; 9] = [
    "marginal_d1_k1",
    "marginal_d2_k5",
    "marginal_d6_k9_shared_diag",
    "marginal_d6_k9_shared_diag_full",
    "marginal_d10_k5",
    "marginal_d10_k5_tails",
    "marginal_d10_k5_unbounded",
    "marginal_d10_k7_diag",
    "marginal_d33_k3",
];

fn density<T: Float>(oracle: &Oracle) -> Marginal<T> {
    let features = oracle.shape("x")[1];
    let options = MarginalOptions {
        modes: oracle.shape("logits")[0],
        bounded: oracle.option("bounded_tanh") == "true",
        diagonal: if oracle.option("diag") == "shared" { Diagonal::Shared } else { Diagonal::PerMode },
        triangle: if oracle.option("off_diag") == "full" { Triangle::Full } else { Triangle::None },
        train_means: true,
        train_weights: true,
    };
    let parameters = MarginalParameters {
        means: oracle.get("means"),
        log_diagonal: oracle.get("logdiag"),
        triangle: if oracle.has("tri") { oracle.get("tri") } else { Vec::new() },
        logits: oracle.get("logits"),
    };
    Marginal::from_parameters(options, features, &parameters).unwrap()
}

fn check<T: Float>(file: &str, tolerance: f64) {
    let oracle = Oracle::open(file);
    for level in Level::available() {
        check_level(&oracle, density::<T>(&oracle).with_level(level), tolerance);
    }
}

fn check_level<T: Float>(oracle: &Oracle, density: Marginal<T>, tolerance: f64) {
    let x = oracle.get::<T>("x");
    let x = Samples::from_rows("x", &x, density.features()).unwrap();
    let mut log_density = vec![T::zero(); x.samples()];
    density.log_density(x, &mut log_density).unwrap();
    oracle.assert_close("logpdf", &log_density, tolerance);
    let gradient = density.gradient(x, Some(&oracle.get::<T>("sample_weight"))).unwrap();
    oracle.assert_close("loss", &[gradient.loss], tolerance);
    oracle.assert_close("grad_means", &gradient.parameters.means, tolerance);
    oracle.assert_close("grad_logdiag", &gradient.parameters.log_diagonal, tolerance);
    if oracle.has("grad_tri") {
        oracle.assert_close("grad_tri", &gradient.parameters.triangle, tolerance);
    }
    oracle.assert_close("grad_logits", &gradient.parameters.logits, tolerance);
    oracle.assert_close("grad_x", &gradient.x, tolerance);
}

#[test]
fn f64_matches_automatic_differentiation_to_1e_9() {
    FILES.iter().for_each(|file| check::<f64>(file, 1e-9));
}

#[test]
fn f32_matches_automatic_differentiation_to_2e_5() {
    FILES.iter().for_each(|file| check::<f32>(file, 2e-5));
}

/// d = 33 goes through chunks, d = 10 through registers.
#[test]
fn gaps_between_samples_change_no_bit() {
    for file in ["marginal_d10_k5", "marginal_d33_k3"] {
        let oracle = Oracle::open(file);
        let density = density::<f32>(&oracle);
        let (d, x) = (density.features(), oracle.get::<f32>("x"));
        // More than two chunks.
        let samples = 300;
        let x: Vec<f32> = x.iter().copied().cycle().take(samples * d).collect();
        let mut expected = vec![0.0; samples];
        density.log_density(Samples::from_rows("x", &x, d).unwrap(), &mut expected).unwrap();
        for gap in [1, 64] {
            let mut apart = Vec::new();
            for row in x.chunks(d) {
                apart.extend_from_slice(row);
                apart.extend(vec![f32::NAN; gap]);
            }
            let mut got = vec![0.0; samples];
            density.log_density(Samples::new("x", &apart, samples, d, d + gap).unwrap(), &mut got).unwrap();
            assert_eq!(got, expected, "{file}, gap {gap}");
        }
        // The distance to a second sample that is not there.
        let mut alone = [0.0];
        density.log_density(Samples::new("x", &x[..d], 1, d, usize::MAX).unwrap(), &mut alone).unwrap();
        assert_eq!(alone[0], expected[0], "{file}");
    }
}
