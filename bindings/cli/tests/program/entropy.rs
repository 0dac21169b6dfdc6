//! `lsmi entropy`.

use crate::support::*;

/// One array of a normal law whose features deviate by 3 and 0.5: 1 + log 2π + log 1.5 = 3.2433 nats.
fn normal() -> Arrays {
    let mut stream = lsmi::rng::Stream::new(5, 0);
    let values: Vec<f64> = (0..2000).map(|i| [3.0, 0.5][i % 2] * stream.normal()).collect();
    let mut arrays = Arrays::default();
    arrays.set("x", Array::f64(&[1000, 2], &values));
    arrays
}

#[test]
fn the_entropy_of_a_normal_law_in_its_own_units() {
    let folder = Folder::new();
    normal().write(&folder, "data");
    let said = folder.succeed(&["entropy", "data", "-o", "h.csv", "--json", "out.json"]);
    assert!(said.starts_with("x: 1000 samples of 2 features\n"), "{said}");
    assert!(said.contains("entropy, nats") && said.contains("cross-fitted"), "{said}");
    let found = folder.json("out.json");
    let entropy = number(&found, "entropy");
    assert!((entropy - 3.2433).abs() < 0.06, "{entropy}");
    assert!(number(&found, "interval.low") < entropy && entropy < number(&found, "interval.high"));
    assert!(number(&found, "interval.high") - number(&found, "interval.low") < 0.15);
    let table = String::from_utf8(folder.bytes("h.csv")).unwrap();
    let surprisals: Vec<f64> =
        table.lines().skip(1).map(|line| line.split_once(',').unwrap().1.parse().unwrap()).collect();
    assert_eq!((table.lines().next(), surprisals.len()), (Some("index,h"), 1000));
    let mean = surprisals.iter().sum::<f64>() / 1000.0;
    assert!((mean - entropy).abs() < 1e-12);
    // The same again, and of other files.
    folder.succeed(&["entropy", "data", "-o", "h.npz", "--json", "again.json"]);
    assert!(folder.bytes("out.json") == folder.bytes("again.json"));
    let inspected = folder.succeed(&["inspect", "h.npz"]);
    assert!(inspected.contains("│ h ") && inspected.contains("float64"), "{inspected}");
}

#[test]
fn one_of_several_arrays_and_features_that_never_vary() {
    let folder = Folder::new();
    let mut data = toy(200, 20);
    data.map("train_modal_2_features", |_, column, v| if column == 1 { 7.0 } else { v });
    data.write(&folder, "data");
    let words = ["entropy", "data", "--array", "train_modal_2_features", "--set", "modes=1", "--folds", "0"];
    let said = folder.succeed(&[&words[..], &["--set", "density_epochs=2"]].concat());
    assert!(said.contains("note: 1 of the features never vary and are left out\n"), "{said}");
    assert!(said.contains("in-sample"), "{said}");
    let names = "train_modal_1_features, train_modal_2_features, train_targets, val_modal_1_features, \
                 val_modal_2_features, val_targets";
    let expected = format!("--array: expected the name of one of data's arrays ({names}), got");
    folder.run(&["entropy", "data"]).says(2, &format!("{expected} none"));
    folder.run(&["entropy", "data", "--array", "x"]).says(2, &format!("{expected} 'x'"));
    data.put("train_modal_1_features", 4, 1, f64::NAN);
    data.map("val_modal_1_features", |_, _, _| 2.0);
    data.write(&folder, "bad");
    let message = "train_modal_1_features: row 4, column 1: expected a finite number, got NaN";
    folder.run(&["entropy", "bad", "--array", "train_modal_1_features"]).says(1, message);
    let message = "val_modal_1_features: expected features that vary between samples, got none";
    folder.run(&["entropy", "bad", "--array", "val_modal_1_features"]).says(1, message);
    let ending = "-o: expected a file name ending in .csv, .npz or .safetensors, got h";
    folder.run(&["entropy", "bad", "-o", "h"]).says(2, ending);
}
