//! A folder to run `lsmi` in, data to run it on, and readers of what it writes.

mod arrays;
mod scores;

pub use arrays::{Array, Arrays, toy};
pub use scores::{COLUMNS, Scores, npz};

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Settings of a fit that is over soon.
pub const QUICK: [&str; 4] = ["--set", "density_epochs=2", "--set", "classifier_epochs=2"];

/// A folder of its own for each test; `lsmi` runs in it, so that messages hold bare file names.
pub struct Folder(tempfile::TempDir);

/// What a run of `lsmi` left.
pub struct Outcome {
    words: String,
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Folder {
    pub fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs `lsmi` with these words.
    pub fn run(&self, words: &[&str]) -> Outcome {
        self.run_with(words, &[])
    }

    /// Runs `lsmi` with these words and environment variables.
    pub fn run_with(&self, words: &[&str], variables: &[(&str, &str)]) -> Outcome {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lsmi"));
        command.args(words).current_dir(self.0.path()).envs(variables.iter().copied());
        Outcome::of(command, words)
    }

    /// Runs `lsmi` where success is expected; gives what it printed.
    pub fn succeed(&self, words: &[&str]) -> String {
        self.run(words).success()
    }

    /// A short fit of `data` to `model`.
    pub fn fit(&self, data: &str, model: &str, more: &[&str]) -> Outcome {
        self.run(&[&["fit", data, "-o", model][..], &QUICK, more].concat())
    }

    /// Names of the files in the folder, sorted; hidden ones too.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.bytes(name)).unwrap()
    }

    pub fn scores(&self, name: &str) -> Scores {
        Scores::of_csv(&String::from_utf8(self.bytes(name)).unwrap())
    }
}

impl Outcome {
    pub fn of(mut command: Command, words: &[&str]) -> Self {
        let output = command.output().unwrap();
        Outcome {
            words: words.join(" "),
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// What was printed by a run that succeeded, without a word on stderr.
    #[track_caller]
    pub fn success(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "lsmi {}", self.words);
        self.out
    }

    /// The message of a run that failed with `code`: the only line on stderr, and nothing on stdout.
    #[track_caller]
    pub fn failure(&self, code: i32) -> &str {
        assert_eq!(self.code, Some(code), "lsmi {}: {}", self.words, self.err);
        assert_eq!(self.out, "", "lsmi {}", self.words);
        let message = self.err.strip_prefix("error: ").and_then(|rest| rest.strip_suffix('\n'));
        let message = message.unwrap_or_else(|| panic!("lsmi {}: {:?}", self.words, self.err));
        assert!(!message.contains(char::is_control), "lsmi {}: {message:?}", self.words);
        message
    }

    /// Fails unless the run failed with `code` and exactly this message.
    #[track_caller]
    pub fn says(&self, code: i32, message: &str) {
        assert_eq!(self.failure(code), message, "lsmi {}", self.words);
    }
}

/// A file of the repository's `tests/data`.
pub fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data").join(name);
    path.to_str().unwrap().to_string()
}

/// The names of a JSON object's entries, sorted.
pub fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

/// A number in a JSON object, named by its path as in `raw.r`.
#[track_caller]
pub fn number(object: &Value, path: &str) -> f64 {
    let found = path.split('.').fold(object, |value, key| &value[key]);
    found.as_f64().unwrap_or_else(|| panic!("{path} is {found}"))
}

#[track_caller]
pub fn assert_close(what: &str, got: f64, expected: f64, tolerance: f64) {
    assert!((got - expected).abs() <= tolerance, "{what}: {got} instead of {expected}");
}
