//! Targets of every type that stands for classes.

use crate::support::*;
use safetensors::Dtype;
use serde_json::Value;

const N: usize = 40;

/// The report of a short fit to the toy with these training and validation targets.
fn report(train: Array, val: Array) -> Value {
    let folder = Folder::new();
    let mut data = toy(N, 10);
    data.set("train_targets", train);
    data.set("val_targets", val);
    data.write(&folder, "data");
    let text = folder.fit("data", "model", &["--json", "-"]).success();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn integers_booleans_and_one_hot_rows_are_the_same_targets() {
    let classes = |n: usize| (0..n).map(|i| i % 2);
    let both = |make: &dyn Fn(usize) -> Array| report(make(N), make(10));
    let expected = both(&|n| Array::i64(&[n], &classes(n).map(|y| y as i64).collect::<Vec<_>>()));
    assert_eq!(expected["splits"]["train"]["n"], N);
    let bytes = |n| classes(n).map(|y| y as u8).collect::<Vec<u8>>();
    let one_hot = |n| classes(n).flat_map(|y| [1 - y, y]).map(|v| v as f32).collect::<Vec<f32>>();
    let cases: [(&str, &dyn Fn(usize) -> Array); 9] = [
        ("int32", &|n| Array::i32(&[n], &classes(n).map(|y| y as i32).collect::<Vec<_>>())),
        ("uint8", &|n| Array::bytes(Dtype::U8, &[n], &bytes(n))),
        ("int8", &|n| Array::bytes(Dtype::I8, &[n], &bytes(n))),
        ("bool", &|n| Array::bytes(Dtype::BOOL, &[n], &bytes(n))),
        ("column", &|n| Array::bytes(Dtype::U8, &[n, 1], &bytes(n))),
        ("one-hot float32", &|n| Array::f32(&[n, 2], &one_hot(n))),
        ("one-hot float64", &|n| {
            Array::f64(&[n, 2], &one_hot(n).into_iter().map(f64::from).collect::<Vec<_>>())
        }),
        ("one-hot int32", &|n| {
            Array::i32(&[n, 2], &one_hot(n).into_iter().map(|v| v as i32).collect::<Vec<_>>())
        }),
        ("one-hot bool", &|n| {
            Array::bytes(Dtype::BOOL, &[n, 2], &one_hot(n).into_iter().map(|v| v as u8).collect::<Vec<_>>())
        }),
    ];
    for (name, make) in cases {
        assert_eq!(both(make), expected, "{name}");
    }
}

#[test]
fn one_hot_rows_tell_of_classes_that_no_sample_has() {
    let folder = Folder::new();
    let mut data = toy(N, 10);
    let wide = |n: usize| {
        let rows: Vec<f32> = (0..n).flat_map(|i| [0.0, 1.0 - (i % 2) as f32, (i % 2) as f32]).collect();
        Array::f32(&[n, 3], &rows)
    };
    data.set("train_targets", wide(N));
    data.set("val_targets", wide(10));
    data.write(&folder, "data");
    folder.fit("data", "model", &["--json", "fit.json"]).success();
    let note = "no training sample, cannot be scored: class 0";
    assert_eq!(folder.json("fit.json")["notes"], serde_json::json!([note]));
    assert!(folder.succeed(&["inspect", "model"]).contains(" 3 classes, "));
    data.targets("val", &[1, 2, 1, 0, 1, 1, 1, 1, 1, 1]);
    data.write(&folder, "unseen");
    folder
        .run(&["score", "model", "unseen"])
        .says(1, "val_targets: row 3, column 0: expected a class with training samples, got class 0");
}

#[test]
fn whole_numbers_and_single_columns_are_features() {
    let folder = Folder::new();
    let mut data = toy(N, 10);
    for (split, n) in [("train", N), ("val", 10)] {
        let values: Vec<i32> = (0..n as i32).map(|i| i % 2 * 3 + i * 7 % 5).collect();
        data.set(&format!("{split}_modal_1_features"), Array::i32(&[n], &values));
    }
    data.write(&folder, "data");
    folder.fit("data", "model", &[]).success();
    let said = folder.succeed(&["inspect", "model"]);
    assert!(said.starts_with("lsmi model (f32): 1 and 3 features, 2 classes, "), "{said}");
    folder.succeed(&["score", "model", "data", "-o", "scores.csv"]);
    folder.scores("scores.csv").assert_identities();
}

#[test]
fn fewer_samples_than_a_batch_are_fine() {
    let folder = Folder::new();
    toy(6, 2).write(&folder, "data");
    for preset in ["robust", "paper"] {
        folder.fit("data", "model", &["--preset", preset, "--json", "fit.json"]).success();
        assert_eq!(folder.json("fit.json")["splits"]["train"]["n"], 6);
        folder.succeed(&["score", "model", "data", "--split", "all", "-o", "scores.csv"]);
        folder.scores("scores.csv").assert_identities();
    }
}
