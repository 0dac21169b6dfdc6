//! Files of the wrong kind, damaged ones, and ones made to harm.

use crate::support::*;
use std::io::Write;
use zip::write::SimpleFileOptions;

/// A folder with the toy as `data` and a model of it as `model`.
fn fitted() -> Folder {
    let folder = Folder::new();
    toy(12, 6).write(&folder, "data");
    folder.fit("data", "model", &["--set", "hidden=4"]).success();
    folder
}

/// The complaints about the file `name` where data, a model or a checkpoint is wanted; nothing may be left behind.
fn complaints(folder: &Folder, name: &str) -> [String; 3] {
    let before = folder.files();
    let data = folder.fit(name, "out", &[]).failure(1).to_string();
    folder.run(&["score", "model", name, "-o", "out.csv"]).says(1, &data);
    let model = folder.run(&["score", name, "data", "-o", "out.csv"]).failure(1).to_string();
    let checkpoint = folder.run(&["import", name, "-o", "out"]).failure(1).to_string();
    assert_eq!(folder.files(), before);
    [data, model, checkpoint]
}

#[test]
fn files_of_the_wrong_kind_are_called_by_what_they_are() {
    let folder = fitted();
    for (bytes, got) in [
        (&b"a,b\n1,2\n"[..], "a text file"),
        (b"", "an empty file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG image"),
        (b"\x93NUMPY\x01\0", "a single .npy array (numpy.savez writes .npz files)"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "gzip data"),
        (
            b"\0\x01\x02\x03\xff\xfe\xfd\xfc\xfb",
            "a file of unknown kind that starts with bytes 00 01 02 03 ff fe fd fc",
        ),
    ] {
        folder.write("other", bytes);
        let archives = "expected a .pt, .npz or .safetensors file";
        let expected = [archives, "expected a model file of lsmi (the order is MODEL DATA)", archives];
        assert_eq!(complaints(&folder, "other"), expected.map(|e| format!("other: {e}, got {got}")));
        folder.run(&["inspect", "other"]).says(1, &format!("other: {archives}, got {got}"));
    }
}

#[test]
fn models_are_no_data_and_data_no_model() {
    let folder = fitted();
    folder.fit("model", "out", &[]).says(
        1,
        "model: expected arrays train_modal_1_features, train_modal_2_features, train_targets (or val_…), got \
         classifier.joint.0.bias, classifier.joint.0.weight, classifier.joint.1.bias, classifier.joint.1.weight, \
         classifier.x1.0.bias, classifier.x1.0.weight, classifier.x1.1.bias, classifier.x1.1.weight, … (29 arrays)",
    );
    let got = "got a safetensors file without lsmi header";
    folder.run(&["score", "data", "data"]).says(1, &format!("data: expected an lsmi model file, {got}"));
    folder.succeed(&["synth", "xor", "--samples", "9", "-o", "xor.npz"]);
    let outcome = folder.run(&["score", "xor.npz", "data"]);
    let got = "got a zip file (a PyTorch checkpoint or NumPy arrays?)";
    outcome.says(1, &format!("xor.npz: expected a model file of lsmi (the order is MODEL DATA), {got}"));
    let estimators = fixture("official/demo2_estimators.pt");
    let outcome = folder.fit(&estimators, "out", &[]);
    assert!(outcome.failure(1).contains("expected arrays train_modal_1_features, "), "{}", outcome.err);
    assert_eq!(folder.files(), ["data", "model", "xor.npz"]);
}

#[test]
fn truncated_files_are_refused_at_every_length() {
    let folder = fitted();
    folder.succeed(&["synth", "xor", "--samples", "9", "-o", "xor.npz"]);
    let checkpoint = std::fs::read(fixture("files/checkpoint.pt")).unwrap();
    folder.write("checkpoint.pt", checkpoint);
    for name in ["model", "data", "xor.npz", "checkpoint.pt"] {
        let bytes = folder.bytes(name);
        for part in 0..16 {
            let length = (bytes.len() - 1) * part / 15;
            folder.write("cut", &bytes[..length]);
            for words in [&["score", "cut", "data"][..], &["score", "model", "cut"], &["inspect", "cut"]] {
                let outcome = folder.run(words);
                let message = outcome.failure(1);
                assert!(message.starts_with("cut: "), "{name} cut to {length}: {message}");
                assert!(message.contains(": expected ") && message.contains(", got "), "{message}");
            }
        }
    }
    let bytes = folder.bytes("model");
    folder.write("cut", &bytes[..bytes.len() - 1]);
    let outcome = folder.run(&["score", "cut", "data"]);
    let message = outcome.failure(1);
    assert!(message.starts_with("cut: expected a whole and unaltered lsmi model file, got "), "{message}");
}

#[test]
fn altered_models_are_refused_wherever_the_change_is() {
    let folder = fitted();
    let bytes = folder.bytes("model");
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize + 8;
    let spread = |start: usize, end: usize| (0..40).map(move |i| start + i * (end - 1 - start) / 39);
    for place in (0..8).chain(spread(8, header)).chain(spread(header, bytes.len())) {
        let mut altered = bytes.clone();
        altered[place] ^= 1;
        folder.write("altered", &altered);
        let outcome = folder.run(&["score", "altered", "data", "-o", "out.csv"]);
        let message = outcome.failure(1);
        assert!(message.starts_with("altered: expected "), "byte {place}: {message}");
        if place >= header {
            let got = "got contents that do not fit their checksum";
            outcome.says(1, &format!("altered: expected a whole and unaltered lsmi model file, {got}"));
        }
    }
    assert_eq!(folder.files(), ["altered", "data", "model"]);
}

#[test]
fn models_of_a_newer_format_are_refused_as_such() {
    let folder = fitted();
    let bytes = folder.bytes("model");
    // In the JSON within the JSON of the header quotes carry a backslash.
    let (old, new) = (&br#"format_version\":3,"#[..], &br#"format_version\":9,"#[..]);
    let place = bytes.windows(old.len()).position(|window| window == old).unwrap();
    let newer = [&bytes[..place], new, &bytes[place + old.len()..]].concat();
    folder.write("newer", newer);
    let message = "newer: expected model format version 3 or older, got 9; a newer lsmi reads it";
    folder.run(&["score", "newer", "data", "-o", "out.csv"]).says(1, message);
    folder.run(&["inspect", "newer"]).says(1, message);
    assert_eq!(folder.files(), ["data", "model", "newer"]);
}

/// A checkpoint in PyTorch's layout whose pickle is this.
fn checkpoint(pickle: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("archive/data.pkl", SimpleFileOptions::default()).unwrap();
    archive.write_all(pickle).unwrap();
    archive.finish().unwrap().into_inner()
}

#[test]
fn pickles_that_name_other_globals_are_refused_by_name() {
    let folder = fitted();
    let touch = b"\x80\x02cos\nsystem\nX\x0e\0\0\0touch executed\x85R.";
    let evaluate = b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.";
    let expected = "expected only tensors and collections.OrderedDict in the pickle";
    for (bytes, global) in [
        (checkpoint(touch), "os.system"),
        (checkpoint(evaluate), "builtins.eval"),
        (touch.to_vec(), "os.system"),
        (
            checkpoint(b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n."),
            "numpy.core.multiarray._reconstruct",
        ),
    ] {
        folder.write("bad.pt", bytes);
        let [data, model, checkpoint] = complaints(&folder, "bad.pt");
        let message = format!("bad.pt: {expected}, got global {global}");
        assert_eq!([&data, &checkpoint], [&message, &message]);
        assert!(
            model.starts_with("bad.pt: expected a model file of lsmi (the order is MODEL DATA), got a "),
            "{model}"
        );
        folder.run(&["inspect", "bad.pt"]).says(1, &message);
    }
}
