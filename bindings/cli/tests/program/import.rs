//! `lsmi import` against what the released program computed with the same parameters on the same samples.

use crate::support::*;

const TOLERANCE: f64 = 2e-4;

#[test]
fn imported_models_score_as_the_released_program_did() {
    for (name, data, classes) in [
        ("demo2", "demo2_data.pt", 2),
        ("demo2_as_released", "demo2_data.pt", 2),
        ("demo10", "demo10_val.npz", 10),
    ] {
        let folder = Folder::new();
        let checkpoint = fixture(&format!("official/{name}_estimators.pt"));
        let data = fixture(&format!("official/{data}"));
        let said = folder.succeed(&["import", &checkpoint, "-o", "model"]);
        let features = format!("model of {classes} and {classes} features and {classes} classes");
        assert_eq!(said, format!("{features} written to model\n"));
        let words = ["score", "model", &data, "--split", "val", "-o", "scores.csv", "--json", "out.json"];
        folder.succeed(&words);
        let (scores, report) = (folder.scores("scores.csv"), folder.json("out.json"));
        assert_eq!((&report["preset"], &report["shift_rule"]), (&"imported".into(), &"batch".into()));
        scores.assert_identities();
        let expected = npz(std::path::Path::new(&fixture(&format!("official/{name}_val_output.npz"))));
        let shift = number(&report, "splits.val.shift");
        for column in COLUMNS {
            let got = scores.column(column);
            let sign = match column {
                "r" | "s" => Some(1.0),
                "u1" | "u2" => Some(-1.0),
                _ => None,
            };
            assert_eq!((got.len(), expected[column].len()), (400, 400));
            for row in 0..400 {
                let what = || format!("{name}: {column} of row {row}");
                assert_close(&what(), got[row], expected[column][row], TOLERANCE);
                if let Some(sign) = sign {
                    let adjusted = expected[&format!("{column}_adjusted")][row];
                    assert_close(&what(), got[row] + sign * shift, adjusted, TOLERANCE);
                }
            }
        }
        for (atom, mean) in ["r", "u1", "u2", "s"].iter().zip(&expected["means"]) {
            let got = number(&report, &format!("splits.val.adjusted.{atom}"));
            assert_close(&format!("{name}: mean {atom}"), got, *mean, TOLERANCE);
        }
        let said = folder.succeed(&["inspect", "model"]);
        assert!(said.starts_with("lsmi model (f32): "), "{said}");
    }
}

#[test]
fn what_is_no_checkpoint_of_the_released_program_is_refused() {
    let folder = Folder::new();
    toy(4, 4).write(&folder, "data");
    let expected =
        "expected state dicts of the released program, with discriminator_state_dicts.0.fc.0.weight";
    folder
        .run(&["import", "data", "-o", "model"])
        .says(1, &format!("data: {expected}, got 6 arrays without it"));
    let data = fixture("official/demo2_data.pt");
    let outcome = folder.run(&["import", &data, "-o", "model"]);
    assert!(outcome.failure(1).ends_with(&format!("{expected}, got 6 arrays without it")));
    let outcome = folder.run(&["import", "missing.pt", "-o", "model"]);
    outcome.says(2, "missing.pt: expected an existing file, got no such file");
    let outcome = folder.run(&["import", &data, "-o", "no/model"]);
    outcome.says(2, "-o: expected a path in an existing folder, got no/model, whose folder does not exist");
    assert_eq!(folder.files(), ["data"]);
}
