//! `lsmi check`: flags, and controls.

use crate::support::*;
use serde_json::{Value, json};

fn names(flags: &Value) -> Vec<&str> {
    flags.as_array().unwrap().iter().map(|flag| flag["name"].as_str().unwrap()).collect()
}

#[test]
fn faults_of_the_data_are_flagged_before_and_after_a_fit() {
    let folder = Folder::new();
    let mut data = toy(100, 20);
    data.map("train_modal_1_features", |_, column, v| if column == 1 { 0.1 } else { v });
    data.write(&folder, "data");
    let said = folder.succeed(&["check", "data", "--no-controls", "--json", "check.json"]);
    assert!(said.contains("flag constant_features, x1: 1 of"), "{said}");
    assert!(said.contains("what to do: nothing: standardisation drops them"), "{said}");
    let found = folder.json("check.json");
    assert_eq!(found["samples"], 100);
    assert_eq!(names(&found["flags"]), ["constant_features"]);
    assert_eq!(found["flags"][0]["figure"], 1.0);
    assert!(found.get("controls").is_none());

    let said = folder.fit("data", "model", &["--folds", "0", "--json", "fit.json"]).success();
    assert!(
        said.contains("flag constant_features, x1") && said.contains("flag in_sample, reading"),
        "{said}"
    );
    let report = folder.json("fit.json");
    assert!(names(&report["flags"]).starts_with(&["constant_features", "in_sample"]), "{}", report["flags"]);
    assert!(
        folder.succeed(&["score", "model", "data"]).contains("flag constant_features"),
        "the model keeps them"
    );
}

#[test]
fn a_control_that_the_data_do_not_allow_is_left_out() {
    let folder = Folder::new();
    let mut data = toy(60, 20);
    data.map("train_modal_2_features", |_, _, _| 0.25);
    data.write(&folder, "data");
    let settings = ["--folds", "2", "--set", "modes=1", "--set", "hidden=none"];
    let said = folder.succeed(&[&["check", "data", "--json", "check.json"][..], &settings, &QUICK].concat());
    let sentence = "left out, planted synergy: x2: expected features that vary between samples, got none\n";
    assert!(said.contains(sentence), "{said}");
    assert!(said.contains("what to do: give features that vary: a fit of these is refused"), "{said}");
    assert!(said.contains("is noise") && !said.contains("a planted synergy"), "{said}");
    let controls = &folder.json("check.json")["controls"];
    let results = controls["results"].as_array().unwrap();
    let found: Vec<_> = results.iter().map(|result| result["control"].as_str().unwrap()).collect();
    assert_eq!(found, ["duplicated_x1", "mapped_x1"]);
    assert_eq!(controls["left_out"].as_array().map(Vec::len), Some(8));

    // Of one class nothing can be said, but that.
    let mut data = toy(60, 20);
    data.targets("train", &[1; 60]);
    data.write(&folder, "one");
    let outcome = folder.run(&["check", "one"]);
    assert!(outcome.out.contains("flag one_class, y: all samples are of class 1"), "{}", outcome.out);
    let message = "error: train_targets: expected at least two classes, got only class 1\n";
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(1), message));
}

#[test]
fn controls_find_what_is_planted_and_nothing_where_nothing_is() {
    let folder = Folder::new();
    toy(240, 20).write(&folder, "data");
    let settings =
        ["--folds", "3", "--set", "modes=1", "--set", "density_epochs=3", "--set", "classifier_epochs=20"];
    let words = [&["check", "data", "--json", "check.json"][..], &settings].concat();
    let said = folder.succeed(&words);
    assert!(said.contains("synergy below") && said.contains("is noise"), "{said}");
    let controls = folder.json("check.json")["controls"].clone();
    let results = controls["results"].as_array().unwrap().clone();
    let of = |name: &str| results.iter().find(|result| result["control"] == name).unwrap();
    for name in ["duplicated_x1", "mapped_x1", "duplicated_x2", "mapped_x2", "shuffled_labels"] {
        assert!(number(of(name), "found.s").abs() <= number(&controls, "synergy_floor"), "{name}");
    }
    assert!(number(&controls, "synergy_floor") < 0.05, "{controls}");
    assert!(number(of("shuffled_labels"), "found.i12").abs() < 0.05);
    for (name, atom) in [("planted_redundancy", "r"), ("planted_synergy", "s")] {
        let (planted, found) = (number(of(name), "planted"), number(of(name), &format!("found.{atom}")));
        assert!(
            (planted - 0.68).abs() < 0.03 && (found - planted).abs() < 0.15,
            "{name}: {found} of {planted}"
        );
    }
    assert_eq!(
        (&of("planted_synergy")["features"], &controls["trusted_features"]),
        (&json!([2, 3]), &json!(3))
    );
    assert_eq!(of("first_half")["samples"], 120);
    // The same again.
    folder.succeed(&[&["check", "data", "--json", "again.json"][..], &settings].concat());
    assert_eq!(folder.json("again.json")["controls"], controls);

    let message = "--folds: expected at least 2, as controls are read by models that did not see them (or --no-controls), got 0";
    folder.run(&["check", "data", "--folds", "0"]).says(2, message);
    folder.run(&["check", "nothing"]).says(2, "nothing: expected an existing file, got no such file");
}
