//! `lsmi inspect`.

use crate::support::*;

fn assert_lines(text: &str, words: &[&[&str]]) {
    for words in words {
        let found = text.lines().any(|line| {
            let line: Vec<&str> = line.split([' ', '│']).filter(|word| !word.is_empty()).collect();
            line == *words
        });
        assert!(found, "{words:?}:\n{text}");
    }
}

#[test]
fn data_are_described_by_shapes_types_and_classes() {
    let folder = Folder::new();
    toy(5, 4).write(&folder, "toy");
    let said = folder.succeed(&["inspect", "toy"]);
    assert!(said.starts_with("toy: safetensors file\n"), "{said}");
    assert!(said.contains("\ntrain samples of each class: 0: 3, 1: 2\n"), "{said}");
    assert!(said.contains("\nval samples of each class: 0: 2, 1: 2\n"), "{said}");
    assert_lines(
        &said,
        &[
            &["train_modal_1_features", "5", "×", "2", "float32"],
            &["val_modal_2_features", "4", "×", "3", "float32"],
            &["train_targets", "5", "int64"],
        ],
    );
    folder.succeed(&["synth", "circuit", "copy", "--samples", "10", "-o", "copy.npz"]);
    let said = folder.succeed(&["inspect", "copy.npz"]);
    assert!(said.starts_with("copy.npz: NumPy .npz archive\n"), "{said}");
    assert_lines(&said, &[&["train_exact_r", "8", "float64"], &["val_targets", "2", "int64"]]);
    let said = folder.succeed(&["inspect", &fixture("official/demo2_data.pt")]);
    assert!(said.contains("demo2_data.pt: PyTorch checkpoint\n"), "{said}");
    assert_lines(&said, &[&["train_modal_1_features", "1600", "×", "2", "float32"]]);
}

#[test]
fn other_archives_are_described_too() {
    let folder = Folder::new();
    let said = folder.succeed(&["inspect", &fixture("official/demo2_estimators.pt")]);
    assert_lines(&said, &[&["entropy_state_dicts.0.means", "5", "×", "2", "float32"]]);
    assert!(said.contains("\nno data for lsmi fit or score: "), "{said}");
    let mut data = toy(4, 4);
    data.put("val_modal_2_features", 0, 0, f64::NAN);
    data.targets("train", &[0, 1, 0]);
    data.write(&folder, "faulty");
    let said = folder.succeed(&["inspect", "faulty"]);
    assert_lines(&said, &[&["train_targets", "3", "int64"]]);
}

#[test]
fn models_are_described_by_their_settings_and_training() {
    let folder = Folder::new();
    let mut data = toy(20, 4);
    data.map("train_modal_2_features", |_, column, v| if column == 1 { 7.0 } else { v });
    data.write(&folder, "data");
    folder.fit("data", "model", &["--seed", "17", "--set", "modes=3", "--set", "hidden=8,4"]).success();
    let said = folder.succeed(&["inspect", "model"]);
    let start = "lsmi model (f32): 2 and 3 features, 2 classes, frozen shift ";
    assert!(said.starts_with(start), "{said}");
    assert_lines(
        &said,
        &[
            &["modes", "3"],
            &["hidden", "8,4"],
            &["seed", "17"],
            &["preset", "robust"],
            &["density_epochs", "2"],
            &["entropy_units", "standardized"],
            &["0", "10", "0.5000"],
            &["1", "10", "0.5000"],
            &["note:", "x2:", "constant", "in", "training", "and", "dropped:", "column", "1"],
        ],
    );
    for component in ["classifier of x1", "classifier of both", "density of x2"] {
        assert!(said.contains(component), "{said}");
    }
}

#[test]
fn forms_of_densities_that_were_tried_are_listed() {
    let folder = Folder::new();
    let train = fixture("official/demo2_data.pt");
    let short = ["--set", "classifier_epochs=1", "--folds", "0"];
    folder.run(&[&["fit", &train, "-o", "model"][..], &short].concat()).success();
    let said = folder.succeed(&["inspect", "model"]);
    for modality in ["x1", "x2"] {
        assert!(said.contains(&format!(" forms for the density of {modality}:\n")), "{said}");
    }
    // Two classes: two modes of one diagonal.
    let chosen: Vec<&str> = said.lines().filter(|line| line.contains("chosen")).collect();
    assert_eq!(chosen.len(), 2, "{said}");
    assert_lines(
        &said,
        &[
            &["hidden", "by", "the", "data,", "see", "above"],
            &["diagonal", "by", "the", "data,", "see", "above"],
        ],
    );
    for line in chosen {
        let words: Vec<&str> = line.split([' ', '│']).filter(|word| !word.is_empty()).collect();
        assert_eq!(words[..4], ["2", "shared", "none", "7"], "{said}");
    }
}
