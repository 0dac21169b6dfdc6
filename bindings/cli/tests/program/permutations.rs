//! `lsmi fit --permutations` that was stopped goes on.

use crate::support::*;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const BEGUN: &str = "model.permutations.json";

fn words(count: &str) -> Vec<&str> {
    let words = ["fit", "data", "-o", "model", "--json", "out", "--folds", "2", "--permutations", count];
    [&words[..], &QUICK, &["--set", "hidden=none", "--set", "modes=1"]].concat()
}

/// A folder in which such a fit was killed after it had kept some permutations.
fn killed(count: &str) -> Folder {
    let folder = Folder::new();
    toy(40, 10).write(&folder, "data");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_lsmi"))
        .args(words(count))
        .current_dir(folder.path(""))
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while !folder.path(BEGUN).exists() {
        assert!(start.elapsed() < Duration::from_secs(120), "nothing is kept");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    folder
}

#[test]
fn a_run_that_was_killed_goes_on_and_ends_as_one_run_does() {
    let folder = killed("20000");
    assert!(!folder.files().contains(&"out".to_string()));
    let kept = folder.json(BEGUN)["means"].as_array().unwrap().len();
    assert!(kept >= 1);
    // The file that killing may have left half written is hidden, and of no use.
    let count = (kept + 5).to_string();
    let outcome = folder.run(&words(&count));
    assert_eq!((outcome.code, outcome.err), (Some(0), format!("going on after {kept} permutations\n")));
    assert!(!folder.files().contains(&BEGUN.to_string()), "it is of no more use");
    let again = Folder::new();
    toy(40, 10).write(&again, "data");
    again.succeed(&words(&count));
    assert!(folder.bytes("out") == again.bytes("out"));
    assert!(folder.bytes("model") == again.bytes("model"));
    // Fewer than were kept are a part of them.
    let outcome = killed("20000");
    let fewer = outcome.run(&words("1"));
    assert_eq!((fewer.code, fewer.err.as_str()), (Some(0), "going on after 1 permutations\n"));
}

#[test]
fn what_is_of_another_fit_or_damaged_is_put_aside() {
    let folder = killed("20000");
    let begun = folder.json(BEGUN);
    let means = |begun: &Value| begun["means"].clone();
    let mut other = begun.clone();
    other["means"][0]["i12"] = json!(7.0);
    let expected = {
        let plain = Folder::new();
        toy(40, 10).write(&plain, "data");
        plain.succeed(&words("2"));
        plain.bytes("out")
    };
    let texts = [other.to_string(), "{}".into(), String::new(), means(&begun).to_string()];
    for (text, number) in texts.into_iter().zip(["", "2", "3", "4"]) {
        folder.write(BEGUN, &text);
        let outcome = folder.run(&words("2"));
        let said = format!("not going on with {BEGUN}: it is damaged; it is now {BEGUN}.old{number}\n");
        assert_eq!((outcome.code, outcome.err), (Some(0), said), "{text}");
        assert!(folder.bytes("out") == expected);
    }
    folder.write(BEGUN, begun.to_string());
    let outcome = folder.run(&[&words("2")[..], &["--seed", "3"]].concat());
    let said = format!("not going on with {BEGUN}: it is of another model; it is now {BEGUN}.old5\n");
    assert_eq!((outcome.code, outcome.err), (Some(0), said));
    assert!(folder.json(&format!("{BEGUN}.old5")) == begun, "somebody's work is kept");
    std::fs::create_dir(folder.path(BEGUN)).unwrap();
    let message =
        format!("--permutations: expected a path in an existing folder, got {BEGUN}, which is a folder");
    folder.run(&words("2")).says(2, &message);
}

/// A disk that is full at the end costs no permutations.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_at_the_end_is_said_and_nothing_is_lost() {
    let folder = Folder::new();
    toy(40, 10).write(&folder, "data");
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_lsmi"))
        .args(words("3"))
        .current_dir(folder.path(""))
        .stdout(std::fs::File::options().write(true).open("/dev/full").unwrap())
        .output()
        .unwrap();
    let said = String::from_utf8(child.stderr).unwrap();
    assert_eq!(child.status.code(), Some(1));
    assert!(said.starts_with("error: standard output: cannot write: No space left"), "{said}");
    assert_eq!(folder.json(BEGUN)["means"].as_array().unwrap().len(), 3);
    let outcome = folder.run(&words("3"));
    assert_eq!((outcome.code, outcome.err), (Some(0), "going on after 3 permutations\n".into()));
    assert!(!folder.files().contains(&BEGUN.to_string()));
}

#[test]
fn what_is_asked_for_without_folds_is_refused() {
    let folder = Folder::new();
    let without = "0 without folds: it is about samples read by models that did not see them";
    for option in ["--permutations", "--repeats"] {
        let message = format!("{option}: expected {without}, got 3");
        folder.run(&["fit", "data", "-o", "model", "--folds", "0", option, "3"]).says(2, &message);
    }
    let most = "--repeats: expected a whole number from 0 to 1000, got 1001";
    folder.run(&["fit", "data", "-o", "model", "--repeats", "1001"]).says(2, most);
}
