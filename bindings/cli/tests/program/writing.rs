//! Output files are whole or not there, and an old file stays until a whole new one takes its place.

use crate::support::*;

#[test]
fn a_failed_run_leaves_the_old_files_whole() {
    let folder = Folder::new();
    let mut data = toy(12, 6);
    data.put("val_modal_1_features", 2, 1, f64::NAN);
    data.write(&folder, "bad");
    toy(12, 6).write(&folder, "data");
    folder.fit("data", "kept.model", &[]).success();
    for name in ["model", "out.json", "scores.csv"] {
        folder.write(name, "old");
    }
    folder.fit("bad", "model", &["--json", "out.json"]).failure(1);
    folder.run(&["score", "kept.model", "bad", "-o", "scores.csv", "--json", "out.json"]).failure(1);
    folder.run(&["import", "bad", "-o", "model"]).failure(1);
    let files = ["bad", "data", "kept.model", "model", "out.json", "scores.csv"];
    assert_eq!(folder.files(), files);
    for name in &files[3..] {
        assert_eq!(folder.bytes(name), b"old", "{name}");
    }
    // And a run that succeeds replaces them.
    folder.fit("data", "model", &["--json", "out.json"]).success();
    folder.succeed(&["score", "model", "data", "-o", "scores.csv"]);
    assert_eq!(folder.files(), files);
    assert!(folder.bytes("model") == folder.bytes("kept.model"));
    assert_eq!(folder.scores("scores.csv").y.len(), 6);
}

/// Runs `lsmi` where no file may grow beyond two blocks, much as on a full disk.
#[cfg(unix)]
fn run_on_full_disk(folder: &Folder, words: &[&str]) -> Outcome {
    let mut command = std::process::Command::new("sh");
    let script = "trap '' XFSZ; ulimit -f 2; exec \"$0\" \"$@\"";
    command.args(["-c", script, env!("CARGO_BIN_EXE_lsmi")]).args(words).current_dir(folder.path(""));
    Outcome::of(command, words)
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_files_whole_and_no_part_of_the_new() {
    let folder = Folder::new();
    toy(100, 60).write(&folder, "data");
    folder.fit("data", "kept.model", &[]).success();
    let names = ["model", "scores.csv", "scores.npz", "scores.safetensors", "synth.npz"];
    for name in names {
        folder.write(name, "old");
    }
    let before = folder.files();
    let fit = [&["fit", "data", "-o", "model"][..], &QUICK].concat();
    run_on_full_disk(&folder, &fit).says(1, "model: cannot write: File too large (os error 27)");
    for name in &names[1..4] {
        let words = ["score", "kept.model", "data", "-o", name];
        let outcome = run_on_full_disk(&folder, &words);
        assert!(outcome.failure(1).starts_with(&format!("{name}: cannot write: ")), "{}", outcome.err);
    }
    let outcome = run_on_full_disk(&folder, &["synth", "xor", "-o", "synth.npz"]);
    assert!(outcome.failure(1).starts_with("synth.npz: cannot write: "), "{}", outcome.err);
    assert_eq!(folder.files(), before);
    for name in names {
        assert_eq!(folder.bytes(name), b"old", "{name}");
    }
}

#[cfg(unix)]
#[test]
fn links_and_permissions_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new();
    toy(12, 6).write(&folder, "data");
    folder.write("target", "old");
    symlink("target", folder.path("link")).unwrap();
    folder.fit("data", "link", &[]).success();
    assert!(folder.path("link").is_symlink());
    folder.succeed(&["inspect", "target"]);
    folder.fit("data", "new", &[]).success();
    let mode = |name| std::fs::metadata(folder.path(name)).unwrap().permissions().mode();
    assert_eq!(mode("new"), mode("data"));
}

#[test]
fn an_output_in_the_current_folder_or_by_an_absolute_path_is_fine() {
    let folder = Folder::new();
    toy(12, 6).write(&folder, "data");
    let absolute = folder.path("absolute.model");
    for model in ["plain.model", "./dotted.model", absolute.to_str().unwrap()] {
        let said = folder.fit("data", model, &[]).success();
        assert!(said.ends_with(&format!("model written to {model}\n")), "{said}");
    }
    assert_eq!(folder.files(), ["absolute.model", "data", "dotted.model", "plain.model"]);
}
