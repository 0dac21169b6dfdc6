//! How far estimates can be trusted: intervals, nulls, spread, controls and flags, as `lsmi._trust` takes them.

use crate::any::either;
use crate::arrays::{Matrix, Number, Targets, new_vector, vector};
use crate::error::OrRaise;
use crate::estimator::{Model, asked, either_model, pair};
use crate::training::Watcher;
use lsmi::estimator::{AnyModel, Flag};
use lsmi::interaction::Information;
use lsmi::trust::{self, Interval, Null, Quantities, Spread};
use lsmi::{Config, Error, Model as Fitted, Samples};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// x1 and x2.
type Modalities<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

/// Name, subject, figure, finding and advice.
type FlagFields<'a> = (&'a str, &'a str, f64, &'a str, &'a str);

fn fields(flag: &Flag) -> FlagFields<'_> {
    (&flag.name, &flag.subject, flag.figure, &flag.finding, &flag.advice)
}

/// A dict of numbers.
fn numbers<'py>(py: Python<'py>, of: &Quantities<f64>) -> PyResult<Bound<'py, PyDict>> {
    let out = PyDict::new(py);
    of.named().into_iter().try_for_each(|(name, value)| out.set_item(name, value))?;
    Ok(out)
}

/// A dict of arrays.
fn columns<'py>(py: Python<'py>, rows: &[Quantities<f64>]) -> PyResult<Bound<'py, PyDict>> {
    let out = PyDict::new(py);
    for (place, (name, ())) in from_row([(); 8]).named().into_iter().enumerate() {
        let values: Vec<f64> = rows.iter().map(|row| row.named()[place].1).collect();
        out.set_item(name, new_vector(py, values))?;
    }
    Ok(out)
}

/// In the order of the names.
fn from_row<V>([i1, i2, i12, redundancy, unique1, unique2, synergy, s_minus_r]: [V; 8]) -> Quantities<V> {
    Quantities { i1, i2, i12, redundancy, unique1, unique2, synergy, s_minus_r }
}

/// The intervals by name, and that of the shift, each its two ends.
#[pyfunction]
#[allow(clippy::type_complexity, reason = "two things, said above")]
pub fn bootstrap<'py>(
    py: Python<'py>,
    information: [Bound<'py, PyAny>; 5],
    draws: usize,
    level: f64,
    seed: u64,
) -> PyResult<(Bound<'py, PyDict>, (f64, f64))> {
    let names = ["i1", "i2", "i12", "h1", "h2"];
    let mut read = Vec::with_capacity(names.len());
    for (name, column) in names.iter().zip(&information) {
        read.push(vector::<f64>(name, column)?);
    }
    let samples = read[0].slice().len();
    for (name, column) in names.iter().zip(&read) {
        same_count(name, samples, column.slice().len())?;
    }
    let at = |column: usize, row: usize| read[column].slice()[row];
    let information: Vec<Information> = (0..samples)
        .map(|i| Information { i1: at(0, i), i2: at(1, i), i12: at(2, i), h1: at(3, i), h2: at(4, i) })
        .collect();
    let found = py.detach(|| trust::bootstrap(&information, draws, level, seed)).or_raise()?;
    by_name(py, &found)
}

/// The intervals of a model's cross-fitted reading, in the same form.
#[pyfunction]
#[allow(clippy::type_complexity, reason = "two things, said above")]
pub fn intervals<'py>(
    py: Python<'py>,
    model: &Model,
    draws: usize,
    level: f64,
    seed: u64,
) -> PyResult<(Bound<'py, PyDict>, (f64, f64))> {
    let found = py.detach(|| match &model.0 {
        AnyModel::F32(model) => trust::intervals(model, draws, level, seed),
        AnyModel::F64(model) => trust::intervals(model, draws, level, seed),
    });
    by_name(py, &found.or_raise()?)
}

#[allow(clippy::type_complexity, reason = "two things, said above")]
fn by_name<'py>(py: Python<'py>, found: &trust::Intervals) -> PyResult<(Bound<'py, PyDict>, (f64, f64))> {
    let ends = |interval: Interval| (interval.low, interval.high);
    let of = PyDict::new(py);
    found.of.named().into_iter().try_for_each(|(name, interval)| of.set_item(name, ends(interval)))?;
    Ok((of, ends(found.shift)))
}

fn same_count(field: &str, expected: usize, got: usize) -> PyResult<()> {
    match expected == got {
        true => Ok(()),
        false => Err(Error::Shape { field: field.to_string(), what: "samples", expected, got }).or_raise(),
    }
}

fn null_of<T: Number>(
    py: Python<'_>,
    model: &Fitted<T>,
    (x1, x2): &Modalities<'_>,
    (permutations, seed): (usize, u64),
    begun: &[Quantities<f64>],
    progress: Option<&Py<PyAny>>,
) -> PyResult<Null> {
    let (x1, x2) = (Matrix::<T>::of("x1", x1)?, Matrix::<T>::of("x2", x2)?);
    let x: (Samples<'_, T>, Samples<'_, T>) = (x1.samples("x1")?, x2.samples("x2")?);
    let mut watcher = Watcher::new(progress);
    let result = py.detach(|| {
        trust::continue_permutation_null(model, x, (permutations, seed), begun, &mut |means| {
            watcher.tell(|py| (means.len(), permutations, columns(py, means)?).into_pyobject(py))
        })
    });
    watcher.finish(result)
}

/// The p-values, and the means of every permutation, by name. `begun` has a row for each permutation that is done.
#[pyfunction]
#[allow(clippy::type_complexity, reason = "two things, said above")]
pub fn permutation_null<'py>(
    py: Python<'py>,
    model: &Model,
    x: Modalities<'py>,
    permutations: usize,
    seed: u64,
    begun: Vec<[f64; 8]>,
    progress: Option<Py<PyAny>>,
) -> PyResult<(Bound<'py, PyDict>, Bound<'py, PyDict>)> {
    let begun: Vec<Quantities<f64>> = begun.into_iter().map(from_row).collect();
    let of = (permutations, seed);
    let null = either_model!(&model.0, model => null_of(py, model, &x, of, &begun, progress.as_ref()))?;
    Ok((numbers(py, &null.p_values)?, columns(py, &null.means)?))
}

fn spread_of<T: Number>(
    py: Python<'_>,
    model: &Fitted<T>,
    (x1, x2): &Modalities<'_>,
    (repeats, seed): (usize, u64),
    progress: Option<&Py<PyAny>>,
) -> PyResult<Spread> {
    let (x1, x2) = (Matrix::<T>::of("x1", x1)?, Matrix::<T>::of("x2", x2)?);
    let (x1, x2): (Samples<'_, T>, Samples<'_, T>) = (x1.samples("x1")?, x2.samples("x2")?);
    let mut watcher = Watcher::new(progress);
    let result = py.detach(|| {
        trust::spread_with_progress(model, x1, x2, repeats, seed, &mut |done| {
            watcher.tell(|py| (done, repeats).into_pyobject(py))
        })
    });
    watcher.finish(result)
}

/// The means of each further fit, the deviations of means and of a sample's values, and those of every sample.
#[pyfunction]
#[allow(clippy::type_complexity, reason = "four things, said above")]
pub fn spread<'py>(
    py: Python<'py>,
    model: &Model,
    x: Modalities<'py>,
    repeats: usize,
    seed: u64,
    progress: Option<Py<PyAny>>,
) -> PyResult<(Bound<'py, PyDict>, Bound<'py, PyDict>, Bound<'py, PyDict>, Bound<'py, PyDict>)> {
    let of = (repeats, seed);
    let found = either_model!(&model.0, model => spread_of(py, model, &x, of, progress.as_ref()))?;
    Ok((
        columns(py, &found.means)?,
        numbers(py, &found.deviation)?,
        numbers(py, &found.sample_deviation)?,
        columns(py, &found.samples)?,
    ))
}

fn controls_of<T: Number>(
    py: Python<'_>,
    [x1, x2]: &[Matrix<'_, T>; 2],
    y: &[i64],
    config: &Config,
    progress: Option<&Py<PyAny>>,
) -> PyResult<trust::Controls> {
    let (x1, x2) = (x1.samples("x1")?, x2.samples("x2")?);
    let mut watcher = Watcher::new(progress);
    let result = py.detach(|| {
        trust::controls_with_progress(x1, x2, y, config, &mut |done, total| {
            watcher.tell(|py| (done, total).into_pyobject(py))
        })
    });
    watcher.finish(result)
}

/// What all controls found, as JSON.
#[pyfunction]
pub fn controls(
    py: Python<'_>,
    x1: &Bound<'_, PyAny>,
    x2: &Bound<'_, PyAny>,
    y: &Bound<'_, PyAny>,
    preset: &str,
    settings: &Bound<'_, PyDict>,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let (config, pair, y) = asked(py, [x1, x2, y], preset, settings)?;
    let (y, progress) = (y.slice(), progress.as_ref());
    let found = either!(&pair, pair => controls_of(py, pair, y, &config, progress))?;
    serde_json::to_string(&found)
        .map_err(|error| pyo3::exceptions::PyRuntimeError::new_err(error.to_string()))
}

fn data_flags_of<T: Number>(py: Python<'_>, [x1, x2]: &[Matrix<'_, T>; 2], y: &[i64]) -> PyResult<Vec<Flag>> {
    let (x1, x2) = (x1.samples("x1")?, x2.samples("x2")?);
    same_count("x2", x1.samples(), x2.samples())?;
    same_count("y", x1.samples(), y.len())?;
    py.detach(|| {
        x1.check_finite("x1")?;
        x2.check_finite("x2")?;
        Ok(lsmi::estimator::data_flags(&x1, &x2, y))
    })
    .or_raise()
}

/// What features and classes alone give reason to doubt.
#[pyfunction]
pub fn data_flags<'py>(
    py: Python<'py>,
    x1: &Bound<'py, PyAny>,
    x2: &Bound<'py, PyAny>,
    y: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let (pair, y) = (pair(x1, x2)?, Targets::of(y)?);
    let found = either!(&pair, pair => data_flags_of(py, pair, y.slice()))?;
    found.iter().map(fields).collect::<Vec<_>>().into_pyobject(py)
}

/// What the fit gave reason to doubt.
#[pyfunction]
pub fn flags<'py>(py: Python<'py>, model: &'py Model) -> PyResult<Bound<'py, PyAny>> {
    model.0.flags().iter().map(fields).collect::<Vec<_>>().into_pyobject(py)
}
