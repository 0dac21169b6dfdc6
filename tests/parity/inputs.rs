//! The calls whose results the vectors hold.

use crate::errors;
use crate::values::numbers;
use lsmi::synthetic::{KindMixture, MixedGaussian};
use serde_json::{Value, json};

/// Name, call, what another machine's result may differ by, input.
pub type Call = (String, &'static str, f64, Value);

/// Sums and products in f64 that pass through exp, ln or tanh of the machine's libm, and in f32.
const F64: f64 = 1e-12;
const F32: f64 = 1e-5;
/// Training carries such differences through many steps.
const FIT_F64: f64 = 1e-7;
const FIT_F32: f64 = 1e-3;

/// Multiples of 1/64 between −2 and 2: short in decimals, and the same in f32 and f64.
pub fn plain(seed: u64, count: usize) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % 257) as f64 / 64.0 - 2.0
    };
    (0..count).map(|_| next()).collect()
}

/// A matrix whose rows lie `stride` apart; what lies between them is 1000, which no result may show.
pub fn matrix(values: &[f64], features: usize, stride: usize) -> Value {
    let samples = values.len().checked_div(features).unwrap_or(0);
    let mut data = vec![1000.0; (samples.max(1) - 1) * stride + if samples > 0 { features } else { 0 }];
    for (i, row) in values.chunks(features.max(1)).enumerate() {
        data[i * stride..][..row.len()].copy_from_slice(row);
    }
    json!({ "data": numbers(&data), "samples": samples, "features": features, "stride": stride })
}

pub fn density(seed: u64, modes: usize, features: usize, [bounded, shared, full]: [bool; 3]) -> Value {
    let diagonals = if shared { 1 } else { modes };
    let mut triangle = plain(seed + 2, if full { modes * features * features } else { 0 });
    for (i, value) in triangle.iter_mut().enumerate() {
        let (row, column) = (i / features % features, i % features);
        // What lies on and above the diagonal does not count.
        *value = if column < row { *value / 2.0 } else { 5.0 };
    }
    json!({
        "modes": modes, "features": features, "bounded": bounded,
        "diagonal": if shared { "shared" } else { "per_mode" },
        "triangle": if full { "full" } else { "none" },
        "means": numbers(&plain(seed, modes * features)),
        "log_diagonal": numbers(&plain(seed + 1, diagonals * features)),
        "triangle_values": numbers(&triangle),
        "logits": numbers(&plain(seed + 3, modes)),
    })
}

pub fn network(seed: u64, sizes: &[usize], activation: &str) -> Value {
    let layer = |(l, w): (usize, &[usize])| {
        let weights: Vec<f64> = plain(seed + 2 * l as u64, w[0] * w[1]).iter().map(|v| v / 2.0).collect();
        json!({ "weights": numbers(&weights), "biases": numbers(&plain(seed + 2 * l as u64 + 1, w[1])) })
    };
    let layers: Value = sizes.windows(2).enumerate().map(layer).collect();
    json!({ "features": sizes[0], "activation": activation, "layers": layers })
}

pub fn all() -> Vec<Call> {
    let mut calls = Vec::new();
    kernels(&mut calls);
    pure(&mut calls);
    generators(&mut calls);
    exact(&mut calls);
    density_fits(&mut calls);
    fits(&mut calls);
    errors::add(&mut calls);
    calls
}

fn kernels(calls: &mut Vec<Call>) {
    for (kind, tolerance) in [("f64", F64), ("f32", F32)] {
        let mut add = |name: &str, call, input: Value| {
            let mut input = input;
            input["type"] = json!(kind);
            calls.push((format!("{name}_{kind}"), call, tolerance, input));
        };
        let x = |features, stride| matrix(&plain(7, 5 * features), features, stride);
        let forms = [
            ("full", density(10, 3, 3, [true, false, true]), 3),
            ("shared_diagonal", density(20, 4, 2, [false, true, false]), 2),
            ("one_feature", density(30, 2, 1, [true, false, true]), 1),
        ];
        for (form, density, features) in &forms {
            let gaps = x(*features, features + 2);
            add(&format!("log_density_{form}"), "log_density", json!({ "density": density, "x": gaps }));
            let input = json!({ "density": density, "x": gaps, "weights": [1.0, 0.5, 0.0, 2.0, 1.25] });
            add(&format!("gradient_{form}"), "gradient", input);
        }
        for level in ["portable", "avx512"] {
            let input = json!({ "density": forms[0].1, "level": level, "x": x(3, 4) });
            add(&format!("log_density_at_{level}"), "log_density_at", input);
        }
        for level in ["portable", "avx512"] {
            let net = network(50, &[3, 5, 4, 3], "tanh");
            let input = json!({ "network": net, "level": level, "x": x(3, 4) });
            add(&format!("log_probabilities_at_{level}"), "log_probabilities_at", input);
            let input = json!({ "level": level, "x": matrix(&plain(9, 7 * 5), 5, 5) });
            add(&format!("log_sum_exp_at_{level}"), "log_sum_exp_at", input);
        }
        let plain_x = x(3, 3);
        add(
            "gradient_unweighted",
            "gradient",
            json!({ "density": forms[0].1, "x": plain_x, "weights": null }),
        );
        let input = json!({ "density": forms[0].1, "x": plain_x, "upstream": [1.0, -0.5, 0.0, 2.0, -1.25] });
        add("weighted_sum_gradient", "weighted_sum_gradient", input);
        let mut odd = plain(8, 6);
        (odd[0], odd[3]) = (f64::NAN, 1e6);
        let input = json!({ "density": forms[1].1, "x": matrix(&odd, 2, 2) });
        add("log_density_nan_and_far", "log_density", input);
        for (form, network) in [
            ("relu", network(40, &[3, 4, 2], "relu")),
            ("tanh", network(50, &[3, 5, 4, 3], "tanh")),
            ("linear", network(60, &[3, 2], "relu")),
        ] {
            let input = json!({ "network": network, "x": x(3, 4) });
            add(&format!("log_probabilities_{form}"), "log_probabilities", input);
            let input = json!({ "network": network, "x": x(3, 4), "y": [0, 1, 1, 0, 1],
                "weights": [1.0, 0.5, 0.0, 2.0, 1.25] });
            add(&format!("network_gradient_{form}"), "network_gradient", input);
        }
        let mut rows = plain(9, 5 * 19);
        rows[..19].fill(f64::NEG_INFINITY);
        rows[20] = f64::NAN;
        rows[40] = f64::INFINITY;
        rows[60] = 700.0;
        add("log_sum_exp", "log_sum_exp", json!({ "x": matrix(&rows, 19, 20) }));
        add("log_sum_exp_without_gaps", "log_sum_exp", json!({ "x": matrix(&rows, 19, 19) }));
        let input = json!({ "log_probabilities": [-0.25, -1.5, -0.75, -0.625, -3.0, -0.0625], "classes": 2,
            "y": [0, 1, 0], "log_prior": null });
        add("information_uniform", "information", input);
        let input = json!({ "log_probabilities": [-0.25, -1.5, -0.75, -0.625, -3.0, -0.0625], "classes": 3,
            "y": [2, 0], "log_prior": [-0.5, -1.25, -1.75] });
        add("information_with_prior", "information", input);
    }
}

fn pure(calls: &mut Vec<Call>) {
    let mut add =
        |name: &str, call, tolerance, input: Value| calls.push((name.into(), call, tolerance, input));
    let column = |seed| numbers(&plain(seed, 12));
    let mut large = plain(75, 12);
    large.iter_mut().for_each(|h| *h += 1e9);
    add(
        "atoms",
        "atoms",
        0.0,
        json!({ "i1": column(71), "i2": column(72), "i12": column(73), "h1": column(74), "h2": column(75) }),
    );
    add(
        "atoms_of_large_surprisal",
        "atoms",
        0.0,
        json!({ "i1": column(71), "i2": column(72), "i12": column(73), "h1": numbers(&large), "h2": numbers(&large) }),
    );
    for (name, [r, u1, u2, s]) in [
        ("no_shift", [0.25, 0.5, 0.75, 1.0]),
        ("shift_of_negative_synergy", [0.25, 0.5, 0.75, -0.5]),
        ("shift_of_negative_redundancy", [-0.125, 0.5, 0.75, 0.5]),
        ("shift_of_negative_uniqueness", [0.25, -0.375, 0.75, 0.5]),
    ] {
        let input = json!({ "redundancy": r, "unique1": u1, "unique2": u2, "synergy": s });
        add(name, "shift", 0.0, input);
    }
    let tenths: Vec<f64> = (0..1000).map(|i| f64::from(i % 37) / 10.0).collect();
    add("mean", "mean", 0.0, json!({ "values": numbers(&tenths[..300]) }));
    add("mean_of_nothing", "mean", 0.0, json!({ "values": [] }));
    let bits =
        json!({ "x1": [0, 0, 1, 1, 5], "x2": [0, 1, 0, 1, -3], "y": [0, 1, 1, 0, 0], "weights": null });
    add("discrete", "discrete", F64, bits.clone());
    let mut weighted = bits;
    weighted["weights"] = json!([1.0, 2.0, 0.5, 0.25, 1.25]);
    add("discrete_weighted", "discrete", F64, weighted);
    let columns = json!([[7, 7, -1, 7, -1], [0, 1, 5, 0, 4], [3, 3, 3, 3, -9]]);
    add("joint_categories", "joint_categories", 0.0, json!({ "columns": columns }));
    add("joint_categories_of_one", "joint_categories", 0.0, json!({ "columns": [[5, -5, 5]] }));
    add("agreement", "agreement", F64, json!({ "estimate": column(76), "exact": column(77) }));
    let constant = json!({ "estimate": column(76), "exact": numbers(&[0.5; 12]) });
    add("agreement_with_a_constant", "agreement", F64, constant);
    let mut information = json!({ "i1": column(71), "i2": column(72), "i12": column(73), "h1": column(74),
        "h2": column(75), "draws": 200, "level": 0.875, "seed": 5 });
    add("bootstrap", "bootstrap", 0.0, information.clone());
    information["level"] = json!(1.0);
    add("error_bootstrap_level", "bootstrap", 0.0, information);
    for preset in ["robust", "paper"] {
        let name = format!("config_text_{preset}");
        add(&name, "config_text", 0.0, json!({ "preset": preset, "settings": [] }));
    }
    let settings = json!([["modes", "7"], ["hidden", "none"], ["prior", "empirical"], ["bounded", "true"]]);
    add("config_text_changed", "config_text", 0.0, json!({ "preset": "paper", "settings": settings }));
}

fn generators(calls: &mut Vec<Call>) {
    let mut add = |name: &str, call, input: Value| calls.push((name.into(), call, F64, input));
    let (samples, seed) = (8, 11);
    let input = json!({ "classes": 3, "rho": 0.5, "noise": 0.5, "samples": samples, "seed": seed });
    add("synthetic_gaussian", "synthetic_gaussian", input);
    let input = json!({ "dimension": 4, "amplitude": 2.0, "samples": samples, "seed": seed });
    add("synthetic_xor", "synthetic_xor", input);
    for circuit in ["xor", "or", "and", "not_x2", "copy", "xor_not"] {
        let name = format!("synthetic_circuit_{circuit}");
        let input = json!({ "circuit": circuit, "samples": samples, "seed": seed });
        add(&name, "synthetic_circuit", input);
        let name = format!("circuit_support_{circuit}");
        add(&name, "circuit_support", json!({ "circuit": circuit }));
    }
    let input = json!({ "redundant": 0.25, "unique1": 0.25, "unique2": 0.25, "synergistic": 0.25,
        "amplitude": 3.0, "samples": samples, "seed": seed });
    add("synthetic_mixture", "synthetic_mixture", input);
    let input = json!({ "states": states(), "samples": samples, "seed": seed });
    add("synthetic_latent", "synthetic_latent", input);
}

/// Three states of two and of one features, one of which never occurs.
pub fn states() -> Value {
    json!([
        { "weight": 3.0, "y": 0, "mean1": [0.0, 1.0], "mean2": [-1.0], "deviation1": 0.5, "deviation2": 1.0 },
        { "weight": 1.0, "y": 2, "mean1": [0.0, 1.0], "mean2": [2.0], "deviation1": 0.5, "deviation2": 0.25 },
        { "weight": 0.0, "y": 1, "mean1": [4.0, 4.0], "mean2": [4.0], "deviation1": 1.0, "deviation2": 1.0 },
        { "weight": 2.0, "y": 2, "mean1": [-1.5, 0.5], "mean2": [-1.0], "deviation1": 2.0, "deviation2": 1.0 },
    ])
}

/// The exact information of given samples.
fn exact(calls: &mut Vec<Call>) {
    let mut add = |name: &str, call, input: Value| calls.push((name.into(), call, F64, input));
    let x = |seed, features, stride| matrix(&plain(seed, 4 * features), features, stride);
    let given = |input: Value, features: [usize; 2], y: [i64; 4]| {
        let mut input = input;
        input["x1"] = x(83, features[0], features[0]);
        input["x2"] = x(84, features[1], features[1] + 2);
        input["y"] = json!(y);
        input
    };
    let gaussian = json!({ "classes": 3, "rho": 0.5, "noise": 0.5 });
    add("gaussian_information", "gaussian_information", given(gaussian, [3, 3], [0, 2, 1, 1]));
    let xor = json!({ "dimension": 4, "amplitude": 2.0, "seed": 11 });
    add("xor_information", "xor_information", given(xor, [4, 4], [0, 1, 1, 0]));
    let mixture =
        json!({ "redundant": 0.5, "unique1": 0.25, "unique2": 0.0, "synergistic": 0.25, "amplitude": 3.0 });
    add("mixture_information", "mixture_information", given(mixture, [3, 3], [0, 1, 1, 0]));
    let latent = json!({ "states": states() });
    add("latent_information", "latent_information", given(latent, [2, 1], [0, 2, 2, 0]));
}

/// A density that is trained, from a start or from its own parameters.
fn density_fits(calls: &mut Vec<Call>) {
    for (kind, tolerance) in [("f64", FIT_F64), ("f32", FIT_F32)] {
        let training = json!({ "epochs": 4, "batch": 8, "learning_rate": 0.0625, "decay_every": 2,
            "decay_factor": 0.5, "weight_decay": 0.125, "patience": 4, "accumulate_gradients": false });
        let mut input = json!({ "type": kind, "density": density(10, 3, 2, [true, false, true]),
            "x": matrix(&plain(85, 2 * 20), 2, 3), "weights": null, "training": training,
            "held_out": [1, 4, 19], "seed": 3 });
        calls.push((format!("refine_{kind}"), "refine", tolerance, input.clone()));
        input["weights"] = numbers(&(0..20).map(|i| f64::from(i % 4)).collect::<Vec<_>>());
        input["held_out"] = json!([]);
        calls.push((format!("refine_weighted_{kind}"), "refine", tolerance, input.clone()));
        let form = json!({ "modes": 2, "bounded": false, "diagonal": "shared", "triangle": "full" });
        for start in ["normal", "samples", "mixture"] {
            let mut input = json!({ "type": kind, "form": form, "start": start, "x": input["x"],
                "weights": null, "training": input["training"], "held_out": [1, 4, 19], "seed": 3 });
            if start != "normal" {
                input["weights"] = numbers(&[0.5; 20]);
            }
            calls.push((format!("fit_density_{start}_{kind}"), "fit_density", tolerance, input));
        }
    }
}

/// Numbers as f32 has them: the same in both types.
fn rounded(values: &[f64]) -> Vec<f64> {
    values.iter().map(|v| f64::from((v * 1024.0).round() as f32 / 1024.0)).collect()
}

/// Settings that make a fit small.
pub fn small(extra: &[[&str; 2]]) -> Value {
    let mut settings = vec![
        ["seed", "5"],
        ["modes", "2"],
        ["hidden", "6"],
        ["density_epochs", "4"],
        ["density_batch", "16"],
        ["classifier_epochs", "4"],
        ["classifier_batch", "16"],
    ];
    settings.extend(extra);
    json!(settings)
}

fn fits(calls: &mut Vec<Call>) {
    let gaussian = MixedGaussian::new(2, 0.5, 0.5).and_then(|m| m.sample(60, 3)).unwrap();
    let mixture = KindMixture::new([0.25; 4], 3.0).and_then(|m| m.sample(60, 3)).unwrap().0;
    // A third, constant column that `robust` drops.
    let with_constant: Vec<f64> =
        rounded(&gaussian.x2).chunks(2).flat_map(|row| [row[0], 0.5, row[1]]).collect();
    let robust = json!({
        "type": "f64", "x1": matrix(&rounded(&gaussian.x1), 2, 3), "x2": matrix(&with_constant, 3, 3),
        "y": gaussian.y, "preset": "robust", "settings": small(&[["prior", "empirical"]]), "shift": "of_model",
    });
    calls.push(("fit_and_score_robust_f64".into(), "fit_and_score", FIT_F64, robust));
    let paper = json!({
        "type": "f32", "x1": matrix(&rounded(&mixture.x1), 3, 3), "x2": matrix(&rounded(&mixture.x2), 3, 3),
        "y": mixture.y, "preset": "paper", "settings": small(&[]), "shift": "none",
    });
    calls.push(("fit_and_score_paper_f32".into(), "fit_and_score", FIT_F32, paper));
    let with_jacobian = json!({
        "type": "f32", "x1": matrix(&with_constant, 3, 3), "x2": matrix(&rounded(&mixture.x2), 3, 4),
        "y": gaussian.y, "preset": "robust", "settings": small(&[["entropy_units", "input"], ["clip", "1.5"]]),
        "shift": "of_model",
    });
    calls.push(("fit_and_score_input_units_f32".into(), "fit_and_score", FIT_F32, with_jacobian));
    for (name, model, modality, features, tolerance) in [
        ("all", "fit_and_score_robust_f64", 1, 2, F64),
        ("without_constant", "fit_and_score_robust_f64", 2, 3, F64),
        ("with_jacobian", "fit_and_score_input_units_f32", 1, 3, F32),
        ("raw", "fit_and_score_paper_f32", 2, 3, F32),
    ] {
        let x = matrix(&plain(93, 4 * features), features, features + 1);
        let input = json!({ "model": model, "modality": modality, "x": x });
        calls.push((format!("preprocess_{name}"), "preprocess", tolerance, input));
    }
    let score = json!({ "model": "fit_and_score_robust_f64", "x1": matrix(&plain(91, 12), 2, 2),
        "x2": matrix(&plain(92, 18), 3, 3), "y": [0, 1, 1, 0, 1, 0], "shift": "batch" });
    calls.push(("score_other_samples".into(), "score", FIT_F64, score.clone()));
    let mut report = score;
    report["splits"] = json!(["train", "größer \"3\"", "all"]);
    calls.push(("report".into(), "report", FIT_F64, report.clone()));
    report["splits"] = json!([]);
    report["shift"] = json!("of_model");
    calls.push(("report_without_splits".into(), "report", 0.0, report));
    let trust = json!({ "model": "fit_and_score_robust_f64", "draws": 50, "level": 0.875, "permutations": 2, "repeats": 1,
        "seed": 4, "preset": "robust", "settings": small(&[["folds", "2"]]) });
    calls.push(("trust_report".into(), "trust_report", FIT_F64, trust));
    let unseen = json!({ "type": "f64", "x1": matrix(&plain(81, 12), 2, 2), "x2": matrix(&plain(82, 18), 3, 3),
        "y": [0, 2, 2, 0, 2, 0], "preset": "robust", "settings": small(&[["prior", "empirical"]]),
        "shift": "frozen" });
    calls.push(("fit_without_class_1".into(), "fit_and_score", FIT_F64, unseen));
    let input = json!({ "model": "fit_and_score_robust_f64", "edit": {} });
    calls.push(("model_from_bytes".into(), "model_from_bytes", 0.0, input));
}
