//! The same bits whatever the number of threads.

use crate::support::*;

#[test]
fn models_reports_and_scores_do_not_depend_on_the_number_of_threads() {
    let folder = Folder::new();
    folder.succeed(&["synth", "gaussian", "--classes", "4", "--samples", "1500", "-o", "data.npz"]);
    for threads in ["1", "2", "7"] {
        let (model, report, scores) =
            (format!("{threads}.model"), format!("{threads}.json"), format!("{threads}.csv"));
        let run = |words: &[&str]| folder.run_with(words, &[("RAYON_NUM_THREADS", threads)]).success();
        let set = ["--set", "density_epochs=5", "--set", "classifier_epochs=5"];
        // The report names the call: it is the same call each time.
        run(&[&["fit", "data.npz", "-o", "model", "--json", "report"][..], &set].concat());
        std::fs::rename(folder.path("model"), folder.path(&model)).unwrap();
        std::fs::rename(folder.path("report"), folder.path(&report)).unwrap();
        run(&["score", &model, "data.npz", "--split", "all", "-o", &scores]);
        for (name, what) in [(&model, "model"), (&report, "json"), (&scores, "csv")] {
            assert!(folder.bytes(name) == folder.bytes(&format!("1.{what}")), "{name}");
        }
    }
    // Another seed gives another model.
    folder.fit("data.npz", "other.model", &["--seed", "43"]).success();
    folder.fit("data.npz", "same.model", &["--seed", "43"]).success();
    assert!(folder.bytes("other.model") == folder.bytes("same.model"));
    folder.fit("data.npz", "default.model", &[]).success();
    assert!(folder.bytes("other.model") != folder.bytes("default.model"));
}
