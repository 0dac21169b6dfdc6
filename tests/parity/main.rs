//! One set of calls and results that every language replays; see `tests/data/parity/README.md`.
//!
//! `cargo test --test parity` replays the committed file. `cargo test --test parity -- --ignored regenerate` writes
//! it anew, or with `LSMI_PARITY_OUT=file` writes what this machine computes there, for bit-exact replays.

mod errors;
mod inputs;
mod replay;
mod synthetic;
mod trust;
mod values;

use replay::compute;
use serde_json::{Value, json};
use std::{env, fs};

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/parity/vectors.json");

/// The output of a call, an error being an output too.
fn output(cases: &[Value], call: &str, input: &Value) -> Value {
    compute(cases, call, input).unwrap_or_else(|error| values::error(&error))
}

fn generated() -> Vec<Value> {
    let mut cases: Vec<Value> = Vec::new();
    for (name, call, tolerance, input) in inputs::all() {
        assert!(cases.iter().all(|case| case["name"] != name), "{name} is taken");
        let output = output(&cases, call, &input);
        // Words are the same everywhere.
        let tolerance = if output.get("error").is_some() { 0.0 } else { tolerance };
        cases.push(
            json!({ "name": name, "call": call, "tolerance": tolerance, "input": input, "output": output }),
        );
    }
    cases
}

/// The committed file, or the one that `LSMI_PARITY` names, in which every bit counts.
#[test]
fn the_vectors_hold() {
    let exact = env::var("LSMI_PARITY").ok();
    let path = exact.clone().unwrap_or_else(|| COMMITTED.into());
    let file: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(file["format"], 1);
    let cases = file["cases"].as_array().unwrap();
    for case in cases {
        let got = output(cases, case["call"].as_str().unwrap(), &case["input"]);
        let tolerance = if exact.is_some() { 0.0 } else { case["tolerance"].as_f64().unwrap() };
        values::assert_same(case["name"].as_str().unwrap(), &case["output"], &got, tolerance);
    }
}

#[test]
fn the_committed_calls_are_those_of_this_program() {
    let file: Value = serde_json::from_str(&fs::read_to_string(COMMITTED).unwrap()).unwrap();
    let committed = file["cases"].as_array().unwrap();
    let calls = inputs::all();
    assert_eq!(committed.len(), calls.len(), "regenerate the vectors");
    for (case, (name, call, _, input)) in committed.iter().zip(&calls) {
        assert_eq!((&case["name"], &case["call"]), (&json!(name), &json!(call)));
        // Generated inputs go through libm, whose last bits may differ.
        values::assert_same(name, &case["input"], input, 1e-12);
    }
}

#[test]
#[ignore = "writes tests/data/parity/vectors.json, or the file LSMI_PARITY_OUT"]
fn regenerate() {
    let lines: Vec<String> = generated().iter().map(Value::to_string).collect();
    let text = format!("{{\"format\":1,\"cases\":[\n{}\n]}}\n", lines.join(",\n"));
    fs::write(env::var("LSMI_PARITY_OUT").unwrap_or_else(|_| COMMITTED.into()), text).unwrap();
}
