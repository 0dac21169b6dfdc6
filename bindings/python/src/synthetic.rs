//! Generators with known truth.

use crate::arrays::{array, new_vector, vector};
use crate::error::OrRaise;
use crate::functions::{fill_atoms, fill_information};
use lsmi::synthetic::{self, Circuit, Dataset, KindMixture, MixedGaussian};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// x1, x2, y, the number of classes, and the exact information and atoms.
type Parts<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>, Bound<'py, PyAny>, usize, Bound<'py, PyDict>);

fn parts<'py>(py: Python<'py>, make: impl FnOnce() -> lsmi::Result<Dataset> + Send) -> PyResult<Parts<'py>> {
    let data = py.detach(make).or_raise()?;
    let truth = PyDict::new(py);
    fill_information(&truth, &data.truth)?;
    fill_atoms(&truth, &data.truth)?;
    let x1 = array(py, data.x1, [data.samples, data.features1])?;
    let x2 = array(py, data.x2, [data.samples, data.features2])?;
    Ok((x1, x2, new_vector(py, data.y), data.classes, truth))
}

#[pyfunction]
pub fn mixed_gaussian(
    py: Python<'_>,
    samples: usize,
    classes: usize,
    rho: f64,
    noise: f64,
    seed: u64,
) -> PyResult<Parts<'_>> {
    parts(py, || MixedGaussian::new(classes, rho, noise)?.sample(samples, seed))
}

#[pyfunction]
pub fn planted_xor(
    py: Python<'_>,
    samples: usize,
    dimension: usize,
    amplitude: f64,
    seed: u64,
) -> PyResult<Parts<'_>> {
    parts(py, || synthetic::xor(dimension, amplitude, samples, seed))
}

#[pyfunction]
pub fn circuit<'py>(py: Python<'py>, name: &str, samples: usize, seed: u64) -> PyResult<Parts<'py>> {
    parts(py, || Circuit::named(name)?.sample(samples, seed))
}

/// The names of the circuits.
#[pyfunction]
pub fn circuits() -> Vec<&'static str> {
    Circuit::names().to_vec()
}

/// The samples, and the kind of each.
#[pyfunction]
pub fn kind_mixture(
    py: Python<'_>,
    samples: usize,
    proportions: [f64; 4],
    amplitude: f64,
    seed: u64,
) -> PyResult<(Parts<'_>, Bound<'_, PyAny>)> {
    let mut numbers: Vec<i64> = Vec::new();
    let parts = parts(py, || {
        let (data, kinds) = KindMixture::new(proportions, amplitude)?.sample(samples, seed)?;
        numbers = kinds.into_iter().map(|kind| kind as i64).collect();
        Ok(data)
    })?;
    Ok((parts, new_vector(py, numbers)))
}

/// How close estimates come to exact values: (root mean square error, Pearson correlation).
#[pyfunction]
pub fn agreement(estimate: &Bound<'_, PyAny>, exact: &Bound<'_, PyAny>) -> PyResult<(f64, f64)> {
    let (estimate, exact) = (vector::<f64>("estimate", estimate)?, vector::<f64>("exact", exact)?);
    let agreement = synthetic::agreement(estimate.slice(), exact.slice()).or_raise()?;
    Ok((agreement.rmse, agreement.corr))
}
