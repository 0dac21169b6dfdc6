//! Constant columns and huge finite values under the default settings.

use crate::support::*;
use serde_json::{Value, json};

/// Fits and scores both splits; gives the report, and checks that each number of each sample is finite.
fn report(data: &Arrays, more: &[&str]) -> Value {
    let folder = Folder::new();
    data.write(&folder, "data");
    let set = ["--set", "density_epochs=10", "--set", "classifier_epochs=10"];
    let words = ["fit", "data", "-o", "model", "--json", "fit.json"];
    folder.succeed(&[&words[..], &set, more].concat());
    folder.succeed(&["score", "model", "data", "--split", "all", "-o", "scores.csv"]);
    folder.scores("scores.csv").assert_identities();
    folder.json("fit.json")
}

#[test]
fn constant_columns_are_dropped_and_said() {
    let mut data = toy(60, 20);
    data.map("train_modal_1_features", |_, column, v| if column == 1 { 0.1 } else { v });
    data.map("train_modal_2_features", |_, column, v| if column == 0 { v } else { -3.0 });
    let notes = json!([
        "x1: constant in training and dropped: column 1",
        "x2: constant in training and dropped: columns 1, 2"
    ]);
    let first = report(&data, &[]);
    assert_eq!(first["notes"], notes);
    // What a dropped column holds elsewhere does not matter.
    data.map("val_modal_1_features", |_, column, v| if column == 1 { 1e30 } else { v });
    assert_eq!(report(&data, &[]), first);
    let folder = Folder::new();
    data.write(&folder, "data");
    let said = folder.fit("data", "model", &[]).success();
    assert!(said.contains("\nnote: x1: constant in training and dropped: column 1\n"), "{said}");
    assert!(folder.succeed(&["score", "model", "data"]).contains("\nnote: x1: constant in training"));
}

#[test]
fn units_of_the_features_do_not_matter() {
    let plains = [report(&toy(60, 20), &[]), report(&toy(60, 20).double(), &[])];
    // Powers of two: then the standardised features are the same to the last bit.
    for (double, power) in [(false, 100), (false, -100), (true, 996), (true, -996)] {
        let factor = f64::powi(2.0, power);
        let plain = &plains[usize::from(double)];
        let mut data = if double { toy(60, 20).double() } else { toy(60, 20) };
        for split in ["train", "val"] {
            for (modality, column) in [(1, 0), (2, 2)] {
                let name = format!("{split}_modal_{modality}_features");
                data.map(&name, |_, c, v| if c == column { factor * v } else { v });
            }
        }
        let scaled = report(&data, &[]);
        for name in ["i1", "i2", "i12", "h1", "h2", "raw.r", "raw.s", "accuracy.joint"] {
            for split in ["train", "val"] {
                let [plain, scaled] = [plain, &scaled].map(|report| number(&report["splits"][split], name));
                assert_eq!(scaled, plain, "2^{power}: {split} {name}");
            }
        }
        let input = report(&data, &["--set", "entropy_units=input"]);
        let (h1, standard) = (number(&input, "splits.val.h1"), number(plain, "splits.val.h1"));
        assert!((h1 - standard - factor.ln()).abs() < 10.0, "{factor}: {h1}");
    }
}

#[test]
fn single_huge_values_cost_themselves_alone() {
    let clean = report(&toy(400, 100), &[]);
    for (double, value) in [(false, 1e30), (false, -3e38), (true, 1e300), (true, -1.7e308)] {
        for split in ["train", "val"] {
            let mut data = if double { toy(400, 100).double() } else { toy(400, 100) };
            // The columns that tell of the class.
            for (modality, column) in [(1, 0), (2, 0)] {
                data.put(&format!("{split}_modal_{modality}_features"), 11, column, value);
            }
            let report = report(&data, &[]);
            let clipped = ["train", "val"].map(|split| report["splits"][split]["clipped"].clone());
            assert_eq!(clipped, ["train", "val"].map(|s| json!(u8::from(s == split))), "{value} in {split}");
            for source in ["x1", "x2", "joint"] {
                let [spoilt, clean] =
                    [&report, &clean].map(|r| number(&r["splits"][split], &format!("accuracy.{source}")));
                assert!(spoilt > clean - 0.06, "{value} in {split}, {source}: {spoilt} after {clean}");
            }
        }
    }
}

#[test]
fn clipped_samples_are_said() {
    let folder = Folder::new();
    let mut data = toy(60, 20);
    data.put("val_modal_1_features", 3, 0, 1e30);
    data.write(&folder, "data");
    folder.fit("data", "model", &[]).success();
    let said = folder.succeed(&["score", "model", "data"]);
    assert!(
        said.contains("note: val: 1 samples had features beyond the clip limit; they were limited"),
        "{said}"
    );
}

#[test]
fn huge_values_that_raw_features_cannot_bear_are_said_in_a_line() {
    let diverged = "density of x1: epoch 0: expected a finite loss, got inf; standardise the features or lower the \
                    learning rate";
    let overflow = "h1 of the val split: row 7, column 0: expected a finite number, got inf";
    for (split, message) in [("train", diverged), ("val", overflow)] {
        let folder = Folder::new();
        let mut data = toy(60, 20);
        data.put(&format!("{split}_modal_1_features"), 7, 0, 1e30);
        data.write(&folder, "data");
        folder.fit("data", "model", &["--preset", "paper", "--json", "out.json"]).says(1, message);
        assert_eq!(folder.files(), ["data"]);
    }
}
