//! Data that cannot be fitted or scored: one line that names array, row and column, expected and got.

use crate::support::*;

type Spoil = fn(&mut Arrays);

/// Fails unless a fit to the toy, spoilt like this, is refused with this message and leaves nothing behind.
fn assert_refused(cases: &[(Spoil, &str)]) {
    for (spoil, message) in cases {
        let folder = Folder::new();
        let mut data = toy(12, 6);
        spoil(&mut data);
        data.write(&folder, "data");
        folder.fit("data", "model", &["--json", "out.json"]).says(1, message);
        assert_eq!(folder.files(), ["data"], "{message}");
    }
}

#[test]
fn numbers_that_are_not_finite() {
    assert_refused(&[
        (
            |data| data.put("train_modal_1_features", 7, 1, f64::NAN),
            "train_modal_1_features: row 7, column 1: expected a finite number, got NaN",
        ),
        (
            |data| data.put("train_modal_2_features", 0, 2, f64::INFINITY),
            "train_modal_2_features: row 0, column 2: expected a finite number, got inf",
        ),
        (
            |data| data.put("val_modal_1_features", 5, 0, f64::NEG_INFINITY),
            "val_modal_1_features: row 5, column 0: expected a finite number, got -inf",
        ),
        (
            |data| data.put("val_modal_2_features", 3, 2, f64::NAN),
            "val_modal_2_features: row 3, column 2: expected a finite number, got NaN",
        ),
        (
            |data| {
                *data = data.clone().double();
                data.put("val_modal_2_features", 4, 1, f64::INFINITY);
            },
            "val_modal_2_features: row 4, column 1: expected a finite number, got inf",
        ),
    ]);
}

#[test]
fn rows_that_disagree() {
    let wide: Spoil = |data| data.set("val_modal_1_features", Array::f32(&[6, 4], &[0.5; 24]));
    assert_refused(&[
        (
            |data| data.set("train_modal_2_features", Array::f32(&[11, 3], &[0.5; 33])),
            "train_modal_2_features: expected 12 samples, got 11",
        ),
        (|data| data.targets("train", &[0, 1, 0]), "train_targets: expected 12 samples, got 3"),
        (
            |data| data.set("val_modal_2_features", Array::f32(&[7, 3], &[0.5; 21])),
            "val_modal_2_features: expected 6 samples, got 7",
        ),
        (|data| data.targets("val", &[0, 1, 0]), "val_targets: expected 6 samples, got 3"),
        (wide, "val_modal_1_features: expected 2 features, got 4"),
    ]);
}

#[test]
fn nothing_to_learn_from() {
    assert_refused(&[
        (
            |data| data.set("train_modal_1_features", Array::f32(&[0, 2], &[])),
            "train_modal_1_features: expected samples, got none",
        ),
        (
            |data| {
                data.set("train_modal_1_features", Array::f32(&[0, 2], &[]));
                data.set("train_modal_2_features", Array::f32(&[0, 3], &[]));
                data.targets("train", &[]);
            },
            "train_modal_1_features: expected samples, got none",
        ),
        (
            |data| {
                data.set("val_modal_1_features", Array::f32(&[0, 2], &[]));
                data.set("val_modal_2_features", Array::f32(&[0, 3], &[]));
                data.targets("val", &[]);
            },
            "val_modal_1_features: expected samples, got none",
        ),
        (
            |data| {
                data.set("train_modal_2_features", Array::f32(&[12, 0], &[]));
                data.set("val_modal_2_features", Array::f32(&[6, 0], &[]));
            },
            "train_modal_2_features: expected features, got none",
        ),
        (
            |data| data.map("train_modal_2_features", |_, column, _| column as f64),
            "train_modal_2_features: expected features that vary between samples, got none",
        ),
        (
            |data| data.set("train_modal_1_features", Array::f32(&[12, 2, 1], &[0.5; 24])),
            "train_modal_1_features: expected a samples × features array, got shape [12, 2, 1]",
        ),
        (
            |data| data.remove("val_targets"),
            "data: expected an array val_targets, got train_modal_1_features, train_modal_2_features, \
             train_targets, val_modal_1_features, val_modal_2_features",
        ),
    ]);
}

#[test]
fn targets_that_are_no_classes() {
    assert_refused(&[
        (
            |data| data.targets("train", &[1; 12]),
            "train_targets: expected at least two classes, got only class 1",
        ),
        (
            |data| data.targets("train", &[0, 1, 0, -2, 1, 0, 1, 0, 1, 0, 1, 0]),
            "train_targets: row 3, column 0: expected a class number from 0 to 1, got -2",
        ),
        (
            |data| data.targets("train", &[0, 1, 0, 1, 1, 0, 1, 0, 1 << 40, 0, 1, 0]),
            "train_targets: row 8, column 0: expected a class number from 0 to 65535, got 1099511627776",
        ),
        (
            |data| data.targets("train", &[0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 99]),
            "train_targets: expected at least 100 samples, one per class, got 12",
        ),
        (
            |data| data.targets("val", &[0, 1, 0, 1, 2, 0]),
            "val_targets: row 4, column 0: expected a class with training samples, got class 2",
        ),
        (
            |data| data.targets("val", &[0, -1, 0, 1, 1, 0]),
            "val_targets: row 1, column 0: expected a class number of the training split, got -1",
        ),
        (
            |data| data.set("train_targets", Array::f32(&[12], &[0.0; 12])),
            "train_targets: expected integer class numbers, or one-hot rows (NumPy: `y.astype(int)`, or of names `np.unique(y, return_inverse=True)[1]`), got float32",
        ),
        (
            |data| data.set("train_targets", Array::i64(&[], &[1])),
            "train_targets: expected integer class numbers, or one-hot rows (NumPy: `y.astype(int)`, or of names `np.unique(y, return_inverse=True)[1]`), got shape []",
        ),
    ]);
}

#[test]
fn malformed_one_hot_rows() {
    fn rows(spoil: fn(&mut [f32])) -> Array {
        let mut values: Vec<f32> = (0..12).flat_map(|i| [(i % 2) as f32, (1 - i % 2) as f32, 0.0]).collect();
        spoil(&mut values[5 * 3..6 * 3]);
        Array::f32(&[12, 3], &values)
    }
    let wide: Spoil = |data| {
        let rows: Vec<f32> =
            (0..12).flat_map(|i| (0..13).map(move |j| f32::from(u8::from(i == j)))).collect();
        data.set("train_targets", Array::f32(&[12, 13], &rows));
    };
    assert_refused(&[
        (
            |data| data.set("train_targets", rows(|row| row.copy_from_slice(&[1.0, 0.0, 1.0]))),
            "train_targets: row 5, column 2: expected zeros and a single 1 (one-hot), got 1",
        ),
        (
            |data| data.set("train_targets", rows(|row| row.copy_from_slice(&[0.0, 0.5, 0.5]))),
            "train_targets: row 5, column 1: expected zeros and a single 1 (one-hot), got 0.5",
        ),
        (
            |data| data.set("train_targets", rows(|row| row.copy_from_slice(&[0.0, 1.0, f32::NAN]))),
            "train_targets: row 5, column 2: expected zeros and a single 1 (one-hot), got NaN",
        ),
        (
            |data| data.set("train_targets", rows(|row| row.fill(0.0))),
            "train_targets: row 5, column 0: expected zeros and a single 1 (one-hot), got zeros only",
        ),
        (wide, "train_targets: expected at least 13 samples, one per class, got 12"),
    ]);
}

#[test]
fn data_that_do_not_fit_the_model() {
    let folder = Folder::new();
    toy(12, 6).write(&folder, "data");
    folder.fit("data", "model", &[]).success();
    let cases: [(Spoil, &str); 7] = [
        (
            |data| data.set("val_modal_1_features", Array::f32(&[6, 5], &[0.5; 30])),
            "val_modal_1_features: expected 2 features, got 5",
        ),
        (
            |data| data.set("val_modal_2_features", Array::f32(&[6], &[0.5; 6])),
            "val_modal_2_features: expected 3 features, got 1",
        ),
        (
            |data| data.targets("val", &[0, 1, 2, 1, 0, 1]),
            "val_targets: row 2, column 0: expected a class number from 0 to 1, got 2",
        ),
        (
            |data| data.targets("val", &[0, 1, 1, 1, 0, -1]),
            "val_targets: row 5, column 0: expected a class number from 0 to 1, got -1",
        ),
        (|data| data.targets("val", &[0, 1]), "val_targets: expected 6 samples, got 2"),
        (
            |data| data.put("val_modal_2_features", 1, 2, f64::NAN),
            "val_modal_2_features: row 1, column 2: expected a finite number, got NaN",
        ),
        (
            |data| {
                *data = data.clone().double();
                data.put("val_modal_1_features", 2, 1, 1e300);
            },
            "val_modal_1_features: row 2, column 1: expected a number in the range of f32, got 1e300",
        ),
    ];
    for (spoil, message) in cases {
        let mut data = toy(12, 6);
        spoil(&mut data);
        data.write(&folder, "other");
        for output in ["scores.csv", "scores.npz", "scores.safetensors"] {
            folder.run(&["score", "model", "other", "-o", output, "--json", "out.json"]).says(1, message);
        }
        assert_eq!(folder.files(), ["data", "model", "other"], "{message}");
    }
}
