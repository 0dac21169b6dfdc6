//! `lsmi demo`.

use crate::support::*;
use serde_json::Value;

/// Entries of a split's report.
const SPLIT: [&str; 15] = [
    "accuracy",
    "adjusted",
    "clipped",
    "h1",
    "h2",
    "i1",
    "i12",
    "i2",
    "log_loss",
    "n",
    "raw",
    "reading",
    "s_minus_r",
    "seen",
    "shift",
];

/// What a report of a split must hold, whatever the numbers.
pub fn assert_split(split: &Value, n: usize) {
    assert_eq!(keys(split), SPLIT);
    assert_eq!(split["n"], n);
    for atoms in ["raw", "adjusted"] {
        assert_eq!(keys(&split[atoms]), ["r", "s", "u1", "u2"]);
    }
    for per_source in ["accuracy", "log_loss"] {
        assert_eq!(keys(&split[per_source]), ["joint", "x1", "x2"]);
    }
    let [i1, i2, i12, shift] = ["i1", "i2", "i12", "shift"].map(|name| number(split, name));
    for atoms in ["raw", "adjusted"] {
        let [r, u1, u2, s] = ["r", "u1", "u2", "s"].map(|name| number(split, &format!("{atoms}.{name}")));
        assert_close("r + u1", r + u1, i1, 1e-12);
        assert_close("r + u2", r + u2, i2, 1e-12);
        assert_close("r + u1 + u2 + s", r + u1 + u2 + s, i12, 1e-12);
        assert_close("s - r", s - r, number(split, "s_minus_r"), 1e-12);
    }
    for (atom, sign) in [("r", 1.0), ("u1", -1.0), ("u2", -1.0), ("s", 1.0)] {
        let [raw, adjusted] = ["raw", "adjusted"].map(|atoms| number(split, &format!("{atoms}.{atom}")));
        assert_close(atom, adjusted, raw + sign * shift, 1e-12);
    }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn json_holds_what_is_promised_and_nothing_else_is_printed() {
    let folder = Folder::new();
    let text = folder.succeed(&["demo", "--json", "-"]);
    let json = parse(&text);
    let entries = [
        "entropy_units",
        "flags",
        "notes",
        "preset",
        "reading",
        "seed",
        "shift_rule",
        "splits",
        "truth",
        "version",
    ];
    assert_eq!(keys(&json), entries);
    assert_eq!(json["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!((&json["preset"], &json["seed"]), (&"robust".into(), &42.into()));
    assert_eq!((&json["entropy_units"], &json["shift_rule"]), (&"input".into(), &"frozen".into()));
    assert_eq!(json["notes"], Value::Array(Vec::new()));
    assert_eq!(keys(&json["splits"]), ["train", "val"]);
    assert_split(&json["splits"]["train"], 1600);
    assert_split(&json["splits"]["val"], 400);
    assert_eq!(keys(&json["truth"]), ["val"]);
    let quantities = ["h1", "h2", "i1", "i12", "i2", "r", "s", "u1", "u2"];
    assert_eq!(keys(&json["truth"]["val"]), quantities);
    for quantity in quantities {
        let agreement = &json["truth"]["val"][quantity];
        assert_eq!(keys(agreement), ["corr", "rmse"]);
        assert!(number(agreement, "corr") > 0.9, "{quantity}: {agreement}");
        assert!(number(agreement, "rmse") < 0.25, "{quantity}: {agreement}");
    }
    // Exact means: 0.491 for one modality, 0.563 for both; a standard error is about 0.02.
    let val = &json["splits"]["val"];
    for (name, expected) in [("i1", 0.49), ("i2", 0.49), ("i12", 0.56)] {
        assert_close(name, number(val, name), expected, 0.1);
    }
    assert!(folder.files().is_empty());
}

#[test]
fn the_same_call_gives_the_same_bytes_on_any_number_of_threads() {
    let folder = Folder::new();
    let words = ["demo", "--samples", "400", "--classes", "3", "--seed", "7", "--json"];
    let run = |threads: &str, file: &str| {
        let outcome = folder.run_with(&[&words[..], &[file]].concat(), &[("RAYON_NUM_THREADS", threads)]);
        outcome.success()
    };
    let first = run("1", "-");
    assert_eq!(parse(&first)["seed"], 7);
    for threads in ["1", "2", "7"] {
        assert_eq!(run(threads, "-"), first, "{threads} threads");
    }
    // A file holds the same, and a person gets tables.
    let tables = run("2", "out.json");
    assert_eq!(folder.json("out.json"), parse(&first));
    for part in ["3 classes", "R adjusted (R + a)", "S − R", "accuracy from both", "RMS error"] {
        assert!(tables.contains(part), "{part}: {tables}");
    }
    assert_eq!(folder.files(), ["out.json"]);
    let other = folder.succeed(&["demo", "--samples", "400", "--classes", "3", "--seed", "8", "--json", "-"]);
    assert_ne!(number(&parse(&other)["splits"]["val"], "i1"), number(&parse(&first)["splits"]["val"], "i1"));
}

#[test]
fn presets_and_settings_are_heeded() {
    let folder = Folder::new();
    let quick = ["demo", "--samples", "200", "--preset", "paper", "--json", "-"];
    let paper = parse(&folder.succeed(&[&quick[..], &QUICK].concat()));
    assert_eq!((&paper["preset"], &paper["shift_rule"]), (&"paper".into(), &"batch".into()));
    let set = ["--set", "shift=none", "--set", "hidden=none", "--set", "modes=1"];
    let linear = parse(&folder.succeed(&[&quick[..], &QUICK, &set].concat()));
    assert_eq!(linear["shift_rule"], "none");
    assert_eq!(number(&linear, "splits.val.shift"), 0.0);
    assert_ne!(number(&linear, "splits.val.h1"), number(&paper, "splits.val.h1"));
    assert_ne!(number(&linear, "splits.val.i1"), number(&paper, "splits.val.i1"));
}

#[test]
fn few_samples_are_a_matter_of_the_call() {
    let folder = Folder::new();
    for samples in ["0", "1", "2"] {
        let expected = "at least 3, so that both splits have some";
        folder
            .run(&["demo", "--samples", samples])
            .says(2, &format!("--samples: expected {expected}, got {samples}"));
    }
    let expected = "enough for each class to be in the training split";
    folder
        .run(&["demo", "--samples", "8", "--classes", "10"])
        .says(2, &format!("--samples: expected {expected}, got 8"));
    let quick = ["demo", "--samples", "10", "--json", "-"];
    assert_split(&parse(&folder.succeed(&[&quick[..], &QUICK].concat()))["splits"]["val"], 2);
}
