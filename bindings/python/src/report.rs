//! The report of a model, with what Python adds to it.

use crate::error::OrRaise;
use crate::estimator::{Model, either_model};
use lsmi::Error;
use lsmi::estimator::Summary;
use pyo3::prelude::*;
use serde::de::DeserializeOwned;

/// What a split is given as.
#[derive(FromPyObject)]
pub enum Split<'py> {
    /// The JSON of its summary.
    #[pyo3(transparent)]
    Summary(String),
    /// x1, x2 and y, to be scored.
    Samples(Bound<'py, PyAny>, Bound<'py, PyAny>, Bound<'py, PyAny>),
}

/// What is no result of the model: its JSON, or none.
type Json = Option<String>;

/// A value of its JSON; `what` says in errors what the argument `name` is.
fn parsed<V: DeserializeOwned>(name: &str, what: &str, json: &str) -> PyResult<V> {
    serde_json::from_str(json)
        .map_err(|error| Error::Format {
            field: name.to_string(),
            expected: what.to_string(),
            got: error.to_string(),
        })
        .or_raise()
}

fn optional<V: DeserializeOwned>(name: &str, what: &str, json: Json) -> PyResult<Option<V>> {
    json.map(|json| parsed(name, what, &json)).transpose()
}

/// The report on splits by name as JSON, scored with the rule `shift` (None: that of the fit); with details, and with
/// intervals, null, spread and controls, each as JSON.
#[pyfunction]
pub fn report(
    py: Python<'_>,
    model: &Model,
    splits: Vec<(String, Split<'_>)>,
    shift: Option<&str>,
    details: bool,
    parts: [Json; 4],
) -> PyResult<String> {
    let rule = model.rule(shift)?;
    let mut report = model.0.report(rule);
    for (name, split) in splits {
        let summary: Summary = match split {
            Split::Summary(json) => parsed(&name, "a summary as score gives it", &json)?,
            Split::Samples(x1, x2, y) => model.score(py, &x1, &x2, &y, rule)?.1,
        };
        report = report.with(&name, &summary);
    }
    if details {
        report = py.detach(|| either_model!(&model.0, model => report.with_details(model)));
    }
    let [intervals, null, spread, controls] = parts;
    report.intervals = optional("intervals", "the intervals of a bootstrap", intervals)?;
    report.null = optional("null", "a null of permutations", null)?;
    report.spread = optional("spread", "a spread of fits", spread)?;
    report.controls = optional("controls", "the results of controls", controls)?;
    py.detach(|| report.to_json()).or_raise()
}
