//! The calls that fail.

use crate::inputs::{Call, density, matrix, network, plain, small, states};
use crate::values::{number, numbers};
use serde_json::{Value, json};

pub fn add(calls: &mut Vec<Call>) {
    let mut add = |name: &str, call, input: Value| calls.push((format!("error_{name}"), call, 0.0, input));
    let x1 = plain(81, 12);
    let with = |index: usize, value: f64| {
        let mut changed = x1.clone();
        changed[index] = value;
        matrix(&changed, 2, 2)
    };
    let empty = json!({ "data": [], "samples": 0, "features": 2, "stride": 2 });
    let no_columns = json!({ "data": [], "samples": 6, "features": 0, "stride": 0 });
    let narrow = json!({ "data": numbers(&x1), "samples": 6, "features": 2, "stride": 1 });
    // Each changes one thing about a good call.
    let changes = [
        ("nan", "x1", with(7, f64::NAN)),
        ("infinity", "x1", with(2, f64::NEG_INFINITY)),
        ("rows_of_x2", "x2", matrix(&plain(82, 15), 3, 3)),
        ("rows_of_y", "y", json!([0, 1, 1, 0, 1])),
        ("no_rows", "x1", empty),
        ("no_columns", "x2", no_columns),
        ("stride", "x1", narrow),
        ("class_negative", "y", json!([0, 1, 1, -1, 1, 0])),
    ];
    let good = json!({ "x1": with(0, 0.5), "x2": matrix(&plain(82, 18), 3, 3), "y": [0, 1, 1, 0, 1, 0],
        "shift": "of_model" });
    let fit = |change: Option<(&str, Value)>, settings: &[[&str; 2]]| {
        let mut input = good.clone();
        input["type"] = json!("f64");
        input["preset"] = json!("robust");
        input["settings"] = small(settings);
        if let Some((key, value)) = change {
            input[key] = value;
        }
        input
    };
    let score = |key: &str, value: Value| {
        let mut input = good.clone();
        input["model"] = json!("fit_and_score_robust_f64");
        input[key] = value;
        input
    };
    for (name, key, value) in &changes {
        add(&format!("fit_{name}"), "fit_and_score", fit(Some((key, value.clone())), &[]));
        add(&format!("score_{name}"), "score", score(key, value.clone()));
    }
    let y = |values: [i64; 6]| Some(("y", json!(values)));
    add("fit_one_class", "fit_and_score", fit(y([1; 6]), &[]));
    add("fit_class_too_large", "fit_and_score", fit(y([0, 1, 2, 0, 1, 0]), &[["classes", "2"]]));
    add("fit_too_few_samples", "fit_and_score", fit(None, &[["classes", "7"]]));
    add("fit_setting", "fit_and_score", fit(None, &[["modes", "0"]]));
    let diverges = [["standardize", "false"], ["density_learning_rate", "1e300"]];
    add("fit_diverged", "fit_and_score", fit(Some(("x1", with(0, 1e300))), &diverges));
    add("score_class_too_large", "score", score("y", json!([0, 1, 2, 0, 1, 0])));
    add("score_other_features", "score", score("x2", matrix(&plain(82, 12), 2, 2)));
    let mut input = score("y", json!([0, 1, 2, 0, 2, 0]));
    input["model"] = json!("fit_without_class_1");
    add("score_unseen_class", "score", input);
    let input =
        json!({ "model": "fit_and_score_robust_f64", "modality": 2, "x": matrix(&plain(82, 4), 2, 2) });
    add("preprocess_features", "preprocess", input);
    for (name, edit) in [
        ("truncated", json!({ "keep": 200 })),
        ("cut_at_the_end", json!({ "drop": 1 })),
        ("empty", json!({ "keep": 0 })),
        ("altered", json!({ "invert_last": true })),
        ("newer", json!({ "find": "format_version\\\":3", "replace": "format_version\\\":9" })),
        ("other_kind", json!({ "text": "not a model file at all" })),
    ] {
        let input = json!({ "model": "fit_and_score_robust_f64", "edit": edit });
        add(&format!("model_{name}"), "model_from_bytes", input);
    }
    add("model_in_no_folder", "model_load", json!({ "path": "no/such/folder/model.lsmi" }));
    for (name, preset, key, value) in [
        ("setting_unknown", "robust", "mode", "7"),
        ("setting_not_a_number", "robust", "modes", "many"),
        ("setting_not_a_name", "paper", "prior", "flat"),
    ] {
        add(name, "config_text", json!({ "preset": preset, "settings": [[key, value]] }));
    }
    for (name, key, value) in [
        ("setting_clip", "clip", "-1"),
        ("setting_held_out", "held_out", "1"),
        ("setting_hidden", "hidden", "0"),
        ("setting_batch", "density_batch", "0"),
        ("setting_rate", "classifier_learning_rate", "-0.5"),
    ] {
        add(name, "config_check", json!({ "preset": "robust", "settings": [[key, value]] }));
    }
    let x = |features: usize| matrix(&plain(7, 2 * features), features, features);
    let mut bad = density(10, 3, 3, [true, false, true]);
    add("log_density_features", "log_density", json!({ "type": "f64", "density": bad, "x": x(2) }));
    let input = json!({ "type": "f32", "density": bad, "x": x(3), "weights": [1.0, -1.0] });
    add("gradient_weights", "gradient", input);
    let input = json!({ "type": "f64", "density": bad, "level": "sse9", "x": x(3) });
    add("log_density_at_no_level", "log_density_at", input);
    let input = json!({ "type": "f64", "level": "sse9", "x": x(3) });
    add("log_sum_exp_at_no_level", "log_sum_exp_at", input);
    bad["means"][4] = number(f64::NAN);
    add("density_not_finite", "log_density", json!({ "type": "f64", "density": bad, "x": x(3) }));
    let net = network(40, &[3, 4, 2], "relu");
    let input = json!({ "type": "f64", "network": net, "level": "sse9", "x": x(3) });
    add("log_probabilities_at_no_level", "log_probabilities_at", input);
    let input = json!({ "type": "f64", "network": net, "x": x(3), "y": [0, 2], "weights": null });
    add("network_class", "network_gradient", input);
    let input = json!({ "x1": [0, 1], "x2": [0, 1], "y": [0, 1], "weights": [1.0, -2.0] });
    add("discrete_weights", "discrete", input);
    let rows = json!([-0.25, -1.5, -0.75, "-Infinity"]);
    let input =
        json!({ "type": "f64", "log_probabilities": rows, "classes": 2, "y": [0, 1], "log_prior": null });
    add("information_not_finite", "information", input);
    let input =
        json!({ "type": "f64", "log_probabilities": rows, "classes": 2, "y": [0, 2], "log_prior": null });
    add("information_class", "information", input);
    let input = json!({ "classes": 1, "rho": 0.5, "noise": 0.5, "samples": 4, "seed": 1 });
    add("gaussian_classes", "synthetic_gaussian", input);
    add("circuit_name", "synthetic_circuit", json!({ "circuit": "nand", "samples": 4, "seed": 1 }));
    let input = json!({ "dimension": 0, "amplitude": 1.0, "samples": 4, "seed": 1 });
    add("xor_dimension", "synthetic_xor", input);
    let input = json!({ "redundant": 0.5, "unique1": 0.5, "unique2": 0.5, "synergistic": -0.5,
        "amplitude": 3.0, "samples": 4, "seed": 1 });
    add("mixture_shares", "synthetic_mixture", input);
    add("joint_categories_of_none", "joint_categories", json!({ "columns": [] }));
    add("agreement_of_none", "agreement", json!({ "estimate": [], "exact": [] }));
    add("support_name", "circuit_support", json!({ "circuit": "nand" }));
    let mut states = states();
    states[1]["deviation1"] = json!(0.0);
    add("latent_deviation", "synthetic_latent", json!({ "states": states, "samples": 4, "seed": 1 }));
    let gaussian = |features: usize, y: [i64; 2]| json!({ "classes": 3, "rho": 0.5, "noise": 0.5, "x1": x(features), "x2": x(3), "y": y });
    add("gaussian_information_class", "gaussian_information", gaussian(3, [0, 3]));
    add("gaussian_information_features", "gaussian_information", gaussian(2, [0, 1]));
    let input = json!({ "type": "f64", "density": density(10, 3, 2, [true, false, true]), "x": x(2), "weights": null,
        "training": { "epochs": 1, "batch": 0, "learning_rate": 0.0625, "decay_every": 0, "decay_factor": 1.0,
            "weight_decay": 0.0, "patience": 0, "accumulate_gradients": false }, "held_out": [], "seed": 3 });
    add("refine_batch", "refine", input);
}
