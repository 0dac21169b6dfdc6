//! `lsmi fit`, then `lsmi score`.

use crate::demo::assert_split;
use crate::support::*;
use safetensors::SafeTensors;
use serde_json::Value;

/// Data and a model of them, with the report of the fit.
fn fitted(more: &[&str]) -> (Folder, Value) {
    let folder = Folder::new();
    folder.succeed(&["synth", "gaussian", "--classes", "3", "--samples", "300", "-o", "data.npz"]);
    folder.fit("data.npz", "model", &[&["--json", "fit.json"], more].concat()).success();
    let report = folder.json("fit.json");
    (folder, report)
}

fn score(folder: &Folder, more: &[&str]) -> Value {
    let words = ["score", "model", "data.npz", "--json", "-"];
    serde_json::from_str(&folder.succeed(&[&words[..], more].concat())).unwrap()
}

/// What scores have of the report of a fit.
fn without_details(fit: &Value) -> Value {
    let mut fit = fit.clone();
    assert!(fit.as_object_mut().unwrap().remove("details").is_some());
    fit
}

#[test]
fn a_score_of_the_training_split_reproduces_the_report_of_the_fit() {
    let (folder, fit) = fitted(&["--seed", "5", "--folds", "0"]);
    assert_eq!((&fit["seed"], &fit["preset"]), (&5.into(), &"robust".into()));
    let entries = [
        "details",
        "entropy_units",
        "flags",
        "notes",
        "preset",
        "reading",
        "seed",
        "shift_rule",
        "splits",
        "version",
    ];
    assert_eq!(keys(&fit), entries);
    assert_split(&fit["splits"]["train"], 240);
    assert_split(&fit["splits"]["val"], 60);
    let train = score(&folder, &["--split", "train", "--shift", "frozen"]);
    assert_eq!(keys(&train["splits"]), ["train"]);
    assert_eq!(train["splits"]["train"], fit["splits"]["train"]);
    let all = score(&folder, &["--split", "all"]);
    assert_eq!(all, without_details(&fit), "both splits, with the model's own shift rule");
    // By default the validation split.
    let val = score(&folder, &[]);
    assert_eq!(val, score(&folder, &["--split", "val"]));
    assert_eq!(keys(&val["splits"]), ["val"]);
    assert_eq!(val["splits"]["val"], fit["splits"]["val"]);
}

#[test]
fn training_samples_are_read_by_models_that_did_not_see_them() {
    let (folder, fit) = fitted(&[]);
    assert_eq!(
        (&fit["reading"], &fit["splits"]["train"]["reading"]),
        (&"cross-fitted".into(), &"cross-fitted".into())
    );
    assert_eq!((&fit["splits"]["val"]["reading"], &fit["splits"]["val"]["seen"]), (&"new".into(), &0.into()));
    assert_split(&fit["splits"]["train"], 240);
    // The model itself says what it is asked of them, and that it knows them.
    let own = score(&folder, &["--split", "train"]);
    assert_eq!((&own["reading"], &own["splits"]["train"]["seen"]), (&"in-sample".into(), &240.into()));
    assert_eq!(own["splits"]["train"]["shift"], fit["splits"]["train"]["shift"]);
    assert_ne!(own["splits"]["train"]["i12"], fit["splits"]["train"]["i12"]);
    let said = folder.succeed(&["score", "model", "data.npz", "--split", "all"]);
    assert!(said.contains("note: train: the model was fitted to 240 of these samples"), "{said}");
    assert!(!said.contains("note: val"), "{said}");
}

#[test]
fn intervals_and_p_values_of_the_cross_fitted_reading() {
    let (folder, fit) = fitted(&["--bootstrap", "200", "--permutations", "9"]);
    assert_eq!(
        (&fit["intervals"]["draws"], &fit["intervals"]["level"], &fit["null"]["permutations"]),
        (&200.into(), &0.95.into(), &9.into())
    );
    for (interval, split) in
        [("i1", "i1"), ("i12", "i12"), ("r", "raw.r"), ("s", "raw.s"), ("shift", "shift")]
    {
        let [low, high] = ["low", "high"].map(|end| number(&fit["intervals"][interval], end));
        let mean = number(&fit["splits"]["train"], split);
        assert!(low <= mean && mean <= high, "{interval}: {low} to {high}, {mean}");
    }
    assert_eq!(fit["null"]["means"].as_array().map(Vec::len), Some(9));
    // Nine shuffles of the labels tell less than the labels.
    assert_eq!(number(&fit["null"]["p_values"], "i12"), 0.1);
    let words = ["fit", "data.npz", "-o", "other"];
    let said =
        folder.run(&[&words[..], &["--bootstrap", "50", "--set", "classifier_epochs=2"]].concat()).success();
    assert!(said.contains("intervals: 50 bootstrap draws") && !said.contains("shuffles"), "{said}");
    let without = "0 without folds: it is about samples read by models that did not see them";
    folder
        .run(&[&words[..], &["--folds", "0", "--permutations", "3"]].concat())
        .says(2, &format!("--permutations: expected {without}, got 3"));
    folder
        .run(&[&words[..], &["--bootstrap", "1000001"]].concat())
        .says(2, "--bootstrap: expected a whole number from 0 to 1000000, got 1000001");
}

#[test]
fn shifts_are_those_of_the_rule_asked_for() {
    let (folder, fit) = fitted(&["--folds", "0"]);
    let frozen = number(&fit, "splits.train.shift");
    assert_eq!(number(&fit, "splits.val.shift"), frozen);
    for split in ["train", "val"] {
        let of = |rule| score(&folder, &["--split", split, "--shift", rule]);
        let (none, batch) = (of("none"), of("batch"));
        assert_eq!((&none["shift_rule"], &batch["shift_rule"]), (&"none".into(), &"batch".into()));
        let (none, batch) = (&none["splits"][split], &batch["splits"][split]);
        assert_eq!(number(none, "shift"), 0.0);
        assert_eq!(none["raw"], none["adjusted"]);
        assert_eq!(none["raw"], fit["splits"][split]["raw"]);
        let [r, u1, u2, s] = ["raw.r", "raw.u1", "raw.u2", "raw.s"].map(|path| number(batch, path));
        let expected = match (r < 0.0 || s < 0.0, u1 < 0.0 || u2 < 0.0) {
            (true, _) => -r.min(s),
            (false, true) => u1.min(u2),
            (false, false) => 0.0,
        };
        assert_eq!(number(batch, "shift"), expected);
        assert_split(batch, if split == "train" { 240 } else { 60 });
        if split == "train" {
            assert_eq!(number(batch, "shift"), frozen);
        }
    }
    // A model remembers the rule of its fit.
    let (folder, fit) = fitted(&["--preset", "paper"]);
    assert_eq!(fit["shift_rule"], "batch");
    assert_eq!(score(&folder, &["--split", "all"]), without_details(&fit));
    let frozen = score(&folder, &["--shift", "frozen"]);
    assert_eq!(number(&frozen, "splits.val.shift"), number(&fit, "splits.train.shift"));
}

#[test]
fn every_format_of_scores_holds_the_same_numbers() {
    let (folder, fit) = fitted(&[]);
    for name in ["scores.csv", "scores.npz", "scores.safetensors"] {
        let said = folder.succeed(&["score", "model", "data.npz", "--split", "all", "-o", name]);
        assert!(said.ends_with(&format!("scores written to {name}\n")), "{said}");
    }
    let csv = folder.scores("scores.csv");
    csv.assert_identities();
    assert_eq!(csv.y.len(), 300, "train first, then val");
    let arrays = npz(&folder.path("scores.npz"));
    let bytes = folder.bytes("scores.safetensors");
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!((arrays.len(), tensors.len()), (11, 11));
    let whole = |name| -> Vec<i64> {
        let view = tensors.tensor(name).unwrap();
        view.data().as_chunks().0.iter().map(|b| i64::from_le_bytes(*b)).collect()
    };
    assert_eq!(whole("index"), (0..300).collect::<Vec<i64>>());
    assert_eq!(whole("y"), csv.y);
    assert_eq!(arrays["index"], (0..300).map(f64::from).collect::<Vec<f64>>());
    assert_eq!(arrays["y"], csv.y.iter().map(|y| *y as f64).collect::<Vec<f64>>());
    for name in COLUMNS {
        let view = tensors.tensor(name).unwrap();
        assert_eq!(view.dtype(), safetensors::Dtype::F64);
        let column: Vec<f64> = view.data().as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect();
        assert_eq!(column, csv.column(name), "{name}");
        assert_eq!(arrays[name], csv.column(name), "{name}");
    }
    // The reported means are the means of the rows.
    folder.succeed(&["score", "model", "data.npz", "-o", "val.csv"]);
    let val = folder.scores("val.csv");
    assert_eq!(val.column("s"), &csv.column("s")[240..]);
    for name in COLUMNS {
        let path = if matches!(name, "r" | "u1" | "u2" | "s") { format!("raw.{name}") } else { name.into() };
        assert_close(name, val.mean(name), number(&fit["splits"]["val"], &path), 1e-12);
    }
}

#[test]
fn the_number_type_is_that_of_the_data_unless_asked_otherwise() {
    let folder = Folder::new();
    toy(40, 10).write(&folder, "single.safetensors");
    toy(40, 10).double().write(&folder, "double.safetensors");
    for (data, precision, expected) in [
        ("single", None, "f32"),
        ("double", None, "f64"),
        ("single", Some("f64"), "f64"),
        ("double", Some("f32"), "f32"),
        ("double", Some("data"), "f64"),
    ] {
        let data = format!("{data}.safetensors");
        let more = precision.map_or(vec![], |precision| vec!["--precision", precision]);
        folder.fit(&data, &format!("{expected}.model"), &more).success();
        let said = folder.succeed(&["inspect", &format!("{expected}.model")]);
        assert!(
            said.starts_with(&format!("lsmi model ({expected}): 2 and 3 features, 2 classes, ")),
            "{said}"
        );
    }
    // Either model scores either data: the toy's numbers are single precision, whatever their type.
    for model in ["f32.model", "f64.model"] {
        let words = |data| ["score", model, data, "--split", "all", "--json", "-"];
        let (single, double) =
            (folder.succeed(&words("single.safetensors")), folder.succeed(&words("double.safetensors")));
        assert_eq!(single, double);
    }
}

#[test]
fn one_split_is_enough_where_one_is_needed() {
    let folder = Folder::new();
    toy(40, 10).without("val").write(&folder, "train");
    toy(40, 10).without("train").write(&folder, "val");
    folder.fit("train", "model", &["--json", "fit.json"]).success();
    assert_eq!(keys(&folder.json("fit.json")["splits"]), ["train"]);
    for (data, split, n) in [("train", "train", 40), ("val", "val", 10)] {
        for more in [&[][..], &["--split", "all"], &["--split", split]] {
            let words = ["score", "model", data, "--json", "-"];
            let text = folder.succeed(&[&words[..], more].concat());
            let report: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(keys(&report["splits"]), [split]);
            assert_eq!(report["splits"][split]["n"], n);
        }
    }
    let wanted = |split| {
        format!("expected arrays {split}_modal_1_features, {split}_modal_2_features, {split}_targets")
    };
    let only = "got only the other split";
    folder
        .run(&["score", "model", "train", "--split", "val"])
        .says(1, &format!("train: {}, {only}", wanted("val")));
    folder
        .run(&["score", "model", "val", "--split", "train"])
        .says(1, &format!("val: {}, {only}", wanted("train")));
    folder.fit("val", "no", &[]).says(1, &format!("val: {}, {only}", wanted("train")));
    assert_eq!(folder.files(), ["fit.json", "model", "train", "val"]);
}
