//! What the commands write: score tables, JSON, text.

use crate::arguments::Outputs;
use crate::files::{self, Format, Tensor, Values};
use crate::json;
use lsmi::{Error, Result, Scores};
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;
use std::sync::OnceLock;

/// Columns of a score table after `index` and `y`.
const COLUMNS: [&str; 9] = ["i1", "i2", "i12", "h1", "h2", "r", "u1", "u2", "s"];

/// The numbers of one sample in the order of [`COLUMNS`].
fn row(scores: &Scores, sample: usize) -> [f64; 9] {
    let (i, a) = (&scores.information[sample], &scores.atoms[sample]);
    [i.i1, i.i2, i.i12, i.h1, i.h2, a.redundancy, a.unique1, a.unique2, a.synergy]
}

/// Writes a row per sample of all `scores`, one set after the other.
pub fn write_scores(path: &Path, scores: &[&Scores]) -> Result<()> {
    let rows = || scores.iter().flat_map(|s| (0..s.y.len()).map(move |i| (s.y[i], row(s, i))));
    match Format::of(path)? {
        Format::Csv => files::write_atomically(path, |out| {
            writeln!(out, "index,y,{}", COLUMNS.join(","))?;
            for (index, (y, numbers)) in rows().enumerate() {
                write!(out, "{index},{y}")?;
                for number in numbers {
                    write!(out, ",{number}")?;
                }
                writeln!(out)?;
            }
            Ok(())
        }),
        format => {
            let n = rows().count();
            let whole = |values| Tensor { shape: vec![n], values: Values::I64(values), type_name: "int64" };
            let mut tensors = vec![
                ("index", whole((0..n as i64).collect())),
                ("y", whole(rows().map(|(y, _)| y).collect())),
            ];
            for (column, name) in COLUMNS.iter().enumerate() {
                tensors.push((name, vector(rows().map(|(_, numbers)| numbers[column]).collect())));
            }
            write_tensors(path, format, &tensors)
        }
    }
}

/// Refuses, before anything is computed, what cannot be written.
pub fn check(Outputs { output, json }: &Outputs, data: &Path) -> Result<()> {
    let mut others = vec![data];
    if let Some(path) = output {
        files::check_writable_folder("-o", path)?;
        files::check_distinct("-o", path, &others)?;
        Format::of(path)?;
        others.push(path);
    }
    check_json(json.as_deref(), &others)
}

/// Writes the number of every sample, by its name, and the findings.
pub fn write(
    Outputs { output, json }: &Outputs,
    (name, values): (&str, &[f64]),
    findings: &impl Serialize,
) -> Result<()> {
    if let Some(path) = output {
        write_values(path, name, values)?;
    }
    write_json(json.as_deref(), findings)
}

/// Writes a number per sample.
fn write_values(path: &Path, name: &str, values: &[f64]) -> Result<()> {
    match Format::of(path)? {
        Format::Csv => files::write_atomically(path, |out| {
            writeln!(out, "index,{name}")?;
            values.iter().enumerate().try_for_each(|(index, value)| writeln!(out, "{index},{value}"))
        }),
        format => write_tensors(path, format, &[(name, vector(values.to_vec()))]),
    }
}

/// A vector of f64 as an array.
pub fn vector(values: Vec<f64>) -> Tensor {
    Tensor { shape: vec![values.len()], values: Values::F64(values), type_name: "float64" }
}

/// Writes arrays as `.npz` or `.safetensors`.
pub fn write_tensors(path: &Path, format: Format, tensors: &[(&str, Tensor)]) -> Result<()> {
    files::write_atomically(path, |out| match format {
        Format::Safetensors => files::write_safetensors(out, tensors),
        Format::Npz | Format::Csv => files::write_npz(out, tensors),
    })
}

/// Whether `--json` asks for standard output.
pub fn is_standard_output(path: Option<&Path>) -> bool {
    path == Some(Path::new("-"))
}

/// Refuses, before anything is computed, a `--json` that cannot be written or that is one of the call's other files.
pub fn check_json(path: Option<&Path>, others: &[&Path]) -> Result<()> {
    match path {
        Some(path) if !is_standard_output(Some(path)) => {
            files::check_writable_folder("--json", path)?;
            files::check_distinct("--json", path, others)
        }
        _ => Ok(()),
    }
}

/// Writes JSON where `--json` wants it.
pub fn write_json(path: Option<&Path>, value: &impl Serialize) -> Result<()> {
    let Some(path) = path else { return Ok(()) };
    let json = json::text(value)?;
    match is_standard_output(Some(path)) {
        true => {
            print(&json);
            Ok(())
        }
        false => files::write_atomically(path, |out| writeln!(out, "{json}")),
    }
}

/// What a reader should know of the fit of a density.
pub fn fit_notes(dropped: usize, is_limited: bool) {
    if dropped > 0 {
        print(&format!("note: {dropped} of the features never vary and are left out"));
    }
    if is_limited {
        print("note: the budget left some forms out (`--set budget=…`)");
    }
}

/// Why standard output took something no more.
static REFUSAL: OnceLock<String> = OnceLock::new();

/// Prints text and a newline; a reader that has gone away is none of our business, for the rest see [`check_printed`].
pub fn print(text: &str) {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            REFUSAL.get_or_init(|| error.to_string());
        }
        _ => {}
    }
}

/// Refuses, after all is printed, that standard output did not take it.
pub fn check_printed() -> Result<()> {
    match REFUSAL.get() {
        Some(got) => Err(Error::Io { field: "standard output".into(), action: "write", got: got.clone() }),
        None => Ok(()),
    }
}
