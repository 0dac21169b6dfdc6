//! Calls that make no sense: exit code 2, one line, and nothing computed or written.

use crate::support::*;

#[test]
fn settings_are_refused_by_name() {
    let folder = Folder::new();
    toy(12, 6).write(&folder, "data");
    for (setting, message) in [
        ("modes", "--set: expected KEY=VALUE, got 'modes'"),
        ("modes=x", "modes: expected a whole number, at least 0, got 'x'"),
        ("modes=-1", "modes: expected a whole number, at least 0, got '-1'"),
        ("modes=0", "modes: expected a whole number from 1 to 65536, got 0"),
        ("modes=1000000000000", "modes: expected a whole number from 1 to 65536, got 1000000000000"),
        ("hidden=0", "hidden: expected widths from 1 to 65536, got [0]"),
        ("hidden=8,1000000000", "hidden: expected widths from 1 to 65536, got [8, 1000000000]"),
        ("hidden=8;8", "hidden: expected whole numbers separated by commas, or none, got '8;8'"),
        (
            "classes=100000000000",
            "classes: expected 0 (from the labels) or a whole number from 2 to 65536, got 100000000000",
        ),
        ("classes=1", "classes: expected 0 (from the labels) or a whole number from 2 to 65536, got 1"),
        ("bounded=maybe", "bounded: expected true or false, got 'maybe'"),
        ("clip=nan", "clip: expected a finite number, got 'nan'"),
        ("clip=0", "clip: expected a finite number above 0, got 0"),
        ("held_out=1", "held_out: expected a fraction from 0 to below 1, got 1"),
        ("classifier_batch=0", "classifier_batch: expected at least 1, got 0"),
        ("density_learning_rate=-1", "density_learning_rate: expected a finite number above 0, got -1"),
        ("shift=none\nelse", "shift: expected one of frozen, batch, none, got 'none\u{fffd}else'"),
        ("prior=flat", "prior: expected uniform or empirical, got 'flat'"),
    ] {
        for words in [&["fit", "data", "-o", "model", "--json", "out"][..], &["demo", "--json", "out"]] {
            folder.run(&[words, &["--set", setting]].concat()).says(2, message);
        }
        assert_eq!(folder.files(), ["data"]);
    }
    for key in ["mode", "preset", ""] {
        let outcome = folder.fit("data", "model", &["--set", &format!("{key}=3")]);
        let message = outcome.failure(2);
        assert!(message.starts_with("setting: expected one of accumulate_gradients, "), "{message}");
        assert!(message.contains(", modes, ") && message.ends_with(&format!(", got '{key}'")), "{message}");
    }
    let outcome = folder.fit("data", "model", &["--preset", "best"]);
    outcome.says(2, "preset: expected robust or paper, got best");
}

#[test]
fn words_that_are_not_understood() {
    let folder = Folder::new();
    for (words, message) in [
        (&["fit", "data"][..], "the following required arguments were not provided: --output <MODEL>"),
        (&["fit"], "the following required arguments were not provided: --output <MODEL> <DATA>"),
        (
            &["score", "model", "data", "--split", "both"],
            "invalid value 'both' for '--split <SPLIT>' [possible values: train, val, all]",
        ),
        (
            &["score", "model", "data", "--shift", "x"],
            "invalid value 'x' for '--shift <SHIFT>' [possible values: frozen, batch, none]",
        ),
        (&["demo", "--seed", "-1"], "unexpected argument '-1' found"),
        (
            &["demo", "--seed", "1.5"],
            "invalid value '1.5' for '--seed <SEED>': invalid digit found in string",
        ),
        (&["demo", "--frobnicate"], "unexpected argument '--frobnicate' found"),
        (
            &["inspects", "data"],
            "unrecognized subcommand 'inspects'; tip: a similar subcommand exists: 'inspect'",
        ),
        (
            &["demo", "--seeds", "1"],
            "unexpected argument '--seeds' found; tip: a similar argument exists: '--seed'",
        ),
    ] {
        folder.run(words).says(2, &format!("{message}; see --help"));
    }
    let help = folder.succeed(&["--help"]);
    assert!(["demo", "fit", "score", "import", "synth", "inspect"].iter().all(|word| help.contains(word)));
    assert_eq!(folder.succeed(&["--version"]), format!("lsmi {}\n", env!("CARGO_PKG_VERSION")));
    let bare = folder.run(&[]);
    assert_eq!(bare.code, Some(2));
    assert!(bare.err.contains("Usage: lsmi <COMMAND>"), "{}", bare.err);
}

#[test]
fn generators_and_demo_name_the_number_at_fault() {
    let folder = Folder::new();
    for (words, message) in [
        (&["gaussian", "--classes", "1"][..], "classes: expected at least 2, got 1"),
        (&["gaussian", "--rho", "-1"], "rho: expected a number above -1 and at most 1, got -1"),
        (
            &["gaussian", "--noise", "0"],
            "noise: expected a positive number whose square is positive and finite, got 0",
        ),
        (&["gaussian", "--samples", "0"], "samples: expected at least 1, got 0"),
        (
            &["gaussian", "--samples", "1000000000000000000"],
            "samples: expected an amount that fits into memory, got 1000000000000000000",
        ),
        (&["gaussian", "--validation", "1"], "--validation: expected a fraction from 0 to below 1, got 1"),
        (
            &["gaussian", "--validation", "nan"],
            "--validation: expected a fraction from 0 to below 1, got NaN",
        ),
        (&["xor", "--dimension", "0"], "dimension: expected at least 1, got 0"),
        (&["circuit", "nand"], "circuit: expected one of xor, or, and, not_x2, copy, xor_not, got nand"),
        (&["mixture", "--redundant=-1"], "proportions: expected finite numbers of at least 0, got -1"),
    ] {
        let words = [&["synth"], words, &["-o", "data.npz"]].concat();
        folder.run(&words).says(2, message);
    }
    for (words, message) in [
        (&["--rho", "1.5"][..], "rho: expected a number above -1 and at most 1, got 1.5"),
        (
            &["--classes", "1"],
            "classes: expected 0 (from the labels) or a whole number from 2 to 65536, got 1",
        ),
        (
            &["--classes", "100000000000"],
            "classes: expected 0 (from the labels) or a whole number from 2 to 65536, got 100000000000",
        ),
    ] {
        folder.run(&[&["demo"], words].concat()).says(2, message);
    }
    assert!(folder.files().is_empty());
}

#[test]
fn outputs_that_cannot_be_written_are_refused_before_anything_is_read() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("folder")).unwrap();
    let missing = |field: &str, path: &str| {
        format!("{field}: expected a path in an existing folder, got {path}, whose folder does not exist")
    };
    let is_folder = |field: &str| {
        format!("{field}: expected a path in an existing folder, got folder, which is a folder")
    };
    let ending = "-o: expected a file name ending in .csv, .npz or .safetensors, got scores.txt";
    // Neither data nor model exist: that would be the next complaint.
    for (words, message) in [
        (&["fit", "data", "-o", "no/model"][..], missing("-o", "no/model")),
        (&["fit", "data", "-o", "folder"], is_folder("-o")),
        (&["fit", "data", "-o", "model", "--json", "no/out"], missing("--json", "no/out")),
        (&["fit", "data", "-o", "model", "--json", "folder"], is_folder("--json")),
        (&["score", "model", "data", "-o", "no/scores.csv"], missing("-o", "no/scores.csv")),
        (&["score", "model", "data", "-o", "scores.txt"], ending.into()),
        (&["score", "model", "data", "--json", "no/out"], missing("--json", "no/out")),
        (&["import", "checkpoint", "-o", "no/model"], missing("-o", "no/model")),
        (&["demo", "--json", "no/out"], missing("--json", "no/out")),
        (&["synth", "xor", "-o", "no/data.npz"], missing("-o", "no/data.npz")),
        (
            &["synth", "xor", "-o", "data.csv"],
            "-o: expected a file name ending in .npz or .safetensors, got data.csv".into(),
        ),
    ] {
        folder.run(words).says(2, &message);
    }
    assert_eq!(folder.files(), ["folder"]);
}

#[test]
fn files_that_are_not_there() {
    let folder = Folder::new();
    toy(12, 6).write(&folder, "data");
    folder.fit("data", "model", &[]).success();
    let expected = "expected an existing file, got no such file";
    for (words, name) in [
        (&["fit", "none.pt", "-o", "out"][..], "none.pt"),
        (&["score", "none", "data", "-o", "out.csv"], "none"),
        (&["score", "model", "none.npz", "-o", "out.csv"], "none.npz"),
        (&["import", "none.pt", "-o", "out"], "none.pt"),
        (&["inspect", "none"], "none"),
        (&["inspect", "two\nlines"], "two\u{fffd}lines"),
    ] {
        folder.run(words).says(2, &format!("{name}: {expected}"));
    }
    folder.run(&["inspect", "."]).says(1, ".: cannot read: it is a folder");
    assert_eq!(folder.files(), ["data", "model"]);
}

#[test]
fn no_output_may_replace_another_file_of_the_call() {
    let folder = Folder::new();
    toy(12, 6).write(&folder, "data");
    folder.fit("data", "model", &[]).success();
    let before = (folder.bytes("data"), folder.bytes("model"));
    for (words, field, path) in [
        (&["fit", "data", "-o", "data"][..], "-o", "data"),
        (&["fit", "data", "-o", "other", "--json", "other"], "--json", "other"),
        (&["fit", "data", "-o", "other", "--json", "./data"], "--json", "./data"),
        (&["fit", "data", "-o", "other", "--json", "./other"], "--json", "./other"),
        (&["score", "model", "data", "--json", "model"], "--json", "model"),
        (&["import", "data", "-o", "data"], "-o", "data"),
    ] {
        let message =
            format!("{field}: expected a file of its own, got {path}, which the call also names elsewhere");
        folder.run(words).says(2, &message);
    }
    assert_eq!((folder.bytes("data"), folder.bytes("model")), before);
    assert_eq!(folder.files(), ["data", "model"]);
}
