//! Intervals of given information, and reports with all that trust can tell.

use crate::replay::{config, model};
use crate::values::{count, data, integers, number, read, read_number, samples};
use lsmi::estimator::AnyModel;
use lsmi::interaction::Information;
use lsmi::trust::{Interval, bootstrap, controls, permutation_null, spread};
use lsmi::{Float, Model, Report, Result};
use serde_json::{Value, json};

pub fn compute(cases: &[Value], call: &str, input: &Value) -> Option<Result<Value>> {
    match call {
        "bootstrap" => Some(bounds(input)),
        "trust_report" => Some(report(cases, input)),
        _ => None,
    }
}

/// Draws, level and seed, of some information.
fn drawn(information: &[Information], input: &Value) -> Result<lsmi::trust::Intervals> {
    let seed = input["seed"].as_u64().unwrap();
    bootstrap(information, count(&input["draws"]), read_number(&input["level"]), seed)
}

fn bounds(input: &Value) -> Result<Value> {
    let [i1, i2, i12, h1, h2] = ["i1", "i2", "i12", "h1", "h2"].map(|key| read::<f64>(&input[key]));
    let sample = |n: usize| Information { i1: i1[n], i2: i2[n], i12: i12[n], h1: h1[n], h2: h2[n] };
    let information: Vec<Information> = (0..i1.len()).map(sample).collect();
    let intervals = drawn(&information, input)?;
    let all = intervals.of.named().map(|(_, interval)| interval).into_iter().chain([intervals.shift]);
    let bounds: Value = all.flat_map(|Interval { low, high }| [number(low), number(high)]).collect();
    Ok(json!({ "bounds": bounds }))
}

fn report(cases: &[Value], input: &Value) -> Result<Value> {
    let case = cases.iter().find(|case| case["name"] == input["model"]).unwrap();
    let report = match model(cases, input)? {
        AnyModel::F32(model) => full(&model, &case["input"], input),
        AnyModel::F64(model) => full(&model, &case["input"], input),
    }?;
    Ok(json!({ "report": report.to_json()? }))
}

/// Of the samples that the model was fitted to.
fn full<T: Float>(model: &Model<T>, fitted: &Value, input: &Value) -> Result<Report> {
    let (x1, x2) = (data::<T>(&fitted["x1"]), data::<T>(&fitted["x2"]));
    let (x1, x2) = (samples("x1", &fitted["x1"], &x1)?, samples("x2", &fitted["x2"], &x2)?);
    let (y, seed) = (integers(&fitted["y"]), input["seed"].as_u64().unwrap());
    let unseen = model.cross_fitted().unwrap();
    let mut report = Report::new(model, model.config().shift).with("train", &unseen.summary);
    report.intervals = Some(drawn(&unseen.information, input)?);
    report.null = Some(permutation_null(model, x1, x2, count(&input["permutations"]), seed)?);
    report.spread = Some(spread(model, x1, x2, count(&input["repeats"]), seed)?);
    report.controls = Some(controls(x1, x2, &y, &config(input)?)?);
    Ok(report)
}
