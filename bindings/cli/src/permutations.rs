//! The null of shuffled labels, kept in a file beside the model while it runs, so that a run that was stopped goes on.

use crate::files;
use crate::json;
use crate::progress::Bar;
use lsmi::trust::{Null, Quantities, continue_permutation_null};
use lsmi::{Error, Float, Model, Result, Samples};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often the file is written at most.
const PAUSE: Duration = Duration::from_secs(1);

/// The permutations so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Begun {
    /// CRC-32 of the model file.
    model: u32,
    seed: u64,
    means: Vec<Quantities<f64>>,
    /// CRC-32 of all that, as JSON.
    checksum: u32,
}

impl Begun {
    fn new(model: u32, seed: u64, means: &[Quantities<f64>]) -> Result<Self> {
        let content = json::text(&(model, seed, means))?;
        Ok(Begun { model, seed, means: means.to_vec(), checksum: crc32fast::hash(content.as_bytes()) })
    }

    /// What was begun of this null; what cannot go on, and why, is said.
    fn read(path: &Path, model: u32, seed: u64) -> Result<Vec<Quantities<f64>>> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => {
                let (field, got) = (path.display().to_string(), error.to_string());
                return Err(Error::Io { field, action: "read", got });
            }
        };
        let why = match serde_json::from_slice::<Begun>(&text) {
            Ok(begun) if begun != Begun::new(begun.model, begun.seed, &begun.means)? => "it is damaged",
            Ok(begun) if begun.model != model => "it is of another model",
            Ok(begun) if begun.seed != seed => "it is of another seed",
            Ok(begun) => return Ok(begun.means),
            Err(_) => "it is damaged",
        };
        // It may be hours of somebody's work, and so may be what was put aside before.
        let named = |number: usize| {
            let mut name = path.as_os_str().to_os_string();
            name.push(if number == 1 { ".old".into() } else { format!(".old{number}") });
            PathBuf::from(name)
        };
        let aside = (1..).map(named).find(|name| !name.exists()).unwrap_or_else(|| named(1));
        let kept = match fs::rename(path, &aside) {
            Ok(()) => format!("now {}", aside.display()),
            Err(error) => format!("replaced, as it cannot be renamed ({error})"),
        };
        say(&format!("not going on with {}: {why}; it is {kept}", path.display()));
        Ok(Vec::new())
    }
}

/// Where the permutations so far are kept of a fit to this model file.
pub fn path(model: &Path) -> PathBuf {
    let mut name = model.as_os_str().to_os_string();
    name.push(".permutations.json");
    name.into()
}

/// The null of shuffled labels with the seed of the fit, from where an earlier run was stopped.
pub fn null<T: Float>(
    model: &Model<T>,
    samples: [Samples<'_, T>; 2],
    count: usize,
    path: &Path,
) -> Result<Null> {
    let [x1, x2] = samples;
    let (seed, checksum) = (model.config().seed, crc32fast::hash(&model.to_bytes()?));
    let mut begun = Begun::read(path, checksum, seed)?;
    begun.truncate(count);
    if !begun.is_empty() {
        say(&format!("going on after {} permutations", begun.len()));
    }
    let mut bar = Bar::counting("permutations", count);
    bar.note(format!("kept in {}: the same command goes on from there", path.display()));
    // What the file holds, and since when; why it could not be written.
    let (mut written, mut last, mut failure) = (begun.len(), None, None);
    let null = continue_permutation_null(model, (x1, x2), (count, seed), &begun, &mut |means| {
        bar.set(means.len(), count);
        let is_due = last.is_none_or(|last: Instant| last.elapsed() >= PAUSE);
        if failure.is_none() && means.len() > written && (means.len() == count || is_due) {
            failure = write(path, checksum, seed, means).err();
            (written, last) = (means.len(), Some(Instant::now()));
        }
        ControlFlow::Continue(())
    });
    bar.finish();
    if let Some(error) = failure {
        say(&format!("the permutations so far were not kept: {error}"));
    }
    null
}

/// Removes what was kept, once what came of it is written.
pub fn forget(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            say(&format!("{} is of no more use but cannot be removed: {error}", path.display()));
        }
        _ => {}
    }
}

fn write(path: &Path, model: u32, seed: u64, means: &[Quantities<f64>]) -> Result<()> {
    let text = json::text(&Begun::new(model, seed, means)?)?;
    files::write_atomically(path, |out| writeln!(out, "{text}"))
}

/// Tells the user on standard error.
fn say(text: &str) {
    let line: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_whole_and_of_this_null_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder.path().join("model"));
        assert!(path.ends_with("model.permutations.json"));
        let information =
            [lsmi::interaction::Information { i1: 0.1, i2: 1.0 / 3.0, i12: 1e-17, h1: 1.0, h2: 2.0 }];
        let means = [Quantities::means(&information); 3];
        let read = |model, seed| Begun::read(&path, model, seed).unwrap();
        assert!(read(7, 1).is_empty(), "no file");
        write(&path, 7, 1, &means).unwrap();
        assert_eq!(read(7, 1), means);
        let text = fs::read_to_string(&path).unwrap();
        for (model, seed) in [(8, 1), (7, 2)] {
            assert!(read(model, seed).is_empty(), "another model or seed");
            assert!(!path.exists(), "it is put aside");
            fs::rename(folder.path().join("model.permutations.json.old"), &path).unwrap();
        }
        for damaged in [&text[..text.len() / 2], &text.replacen("0.1", "0.2", 1), "", "{}", "\u{0}"] {
            fs::write(&path, damaged).unwrap();
            assert!(read(7, 1).is_empty(), "{damaged}");
        }
        fs::write(&path, &text).unwrap();
        assert_eq!(read(7, 1), means);
    }
}
