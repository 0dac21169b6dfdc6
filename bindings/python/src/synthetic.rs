//! Generators with known truth.

use crate::arrays::{Matrix, Targets, array, new_vector, optional_vector, vector};
use crate::error::OrRaise;
use crate::functions::{fill_atoms, fill_information};
use lsmi::interaction::Information;
use lsmi::synthetic::{
    self, Circuit, Dataset, KindMixture, LatentMixture as Mixture, LatentState, MixedGaussian, xor_mixture,
};
use lsmi::{Error, Result};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};

/// The exact information and atoms of samples.
fn truth_dict<'py>(py: Python<'py>, samples: &[Information]) -> PyResult<Bound<'py, PyDict>> {
    let truth = PyDict::new(py);
    fill_information(&truth, samples)?;
    fill_atoms(&truth, samples)?;
    Ok(truth)
}

/// Samples as `lsmi.Dataset`.
fn dataset<'py>(py: Python<'py>, data: Dataset) -> PyResult<Bound<'py, PyAny>> {
    static DATASET: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let truth = truth_dict(py, &data.truth)?;
    let x1 = array(py, data.x1, [data.samples, data.features1])?;
    let x2 = array(py, data.x2, [data.samples, data.features2])?;
    let parts = (x1, x2, new_vector(py, data.y), data.classes, truth);
    DATASET.import(py, "lsmi._dataset", "Dataset")?.call1(parts)
}

/// Positions as NumPy has them.
fn numbers<'py, N>(py: Python<'py>, values: Vec<N>, number: impl Fn(N) -> i64) -> Bound<'py, PyAny> {
    new_vector(py, values.into_iter().map(number).collect::<Vec<i64>>())
}

/// The truth about given samples, by a function for one sample.
fn truth<'py>(
    x1: &Bound<'py, PyAny>,
    x2: &Bound<'py, PyAny>,
    y: &Bound<'py, PyAny>,
    information: impl Fn(&[f64], &[f64], i64) -> Result<Information> + Sync,
) -> PyResult<Bound<'py, PyDict>> {
    let py = x1.py();
    let (x1, x2, y) = (Matrix::of("x1", x1)?, Matrix::of("x2", x2)?, Targets::of(y)?);
    let (x1, x2, y) = (x1.samples("x1")?, x2.samples("x2")?, y.slice());
    for (field, got) in [("x2", x2.samples()), ("y", y.len())] {
        same(field, "samples", x1.samples(), got)?;
    }
    let of_sample = |row: usize| {
        information(x1.sample(row), x2.sample(row), y[row]).map_err(|error| match error {
            Error::Class { field, column, expected, got, .. } => {
                Error::Class { field, row, column, expected, got }
            }
            error => error,
        })
    };
    let samples: Vec<Information> =
        py.detach(|| (0..x1.samples()).map(of_sample).collect::<Result<_>>()).or_raise()?;
    truth_dict(py, &samples)
}

fn same(field: &str, what: &'static str, expected: usize, got: usize) -> PyResult<()> {
    match expected == got {
        true => Ok(()),
        false => Err(Error::Shape { field: field.to_string(), what, expected, got }).or_raise(),
    }
}

/// y uniform over C classes, x1 = onehot(y) + noise u, x2 = onehot(y) + noise (rho u + sqrt(1 - rho^2) v), with u, v
/// standard normal: mostly redundancy.
#[pyfunction]
#[pyo3(signature = (samples, classes = 2, rho = 0.5, noise = 0.5, seed = 42))]
pub fn mixed_gaussian(
    py: Python<'_>,
    samples: usize,
    classes: usize,
    rho: f64,
    noise: f64,
    seed: u64,
) -> PyResult<Bound<'_, PyAny>> {
    let data = py.detach(|| MixedGaussian::new(classes, rho, noise)?.sample(samples, seed)).or_raise()?;
    dataset(py, data)
}

/// The truth of mixed_gaussian about any samples: x1 and x2 are n by C, y holds n class numbers. A dict as
/// Dataset.truth, in nats.
#[pyfunction]
#[pyo3(signature = (x1, x2, y, rho = 0.5, noise = 0.5))]
pub fn mixed_gaussian_truth<'py>(
    x1: &Bound<'py, PyAny>,
    x2: &Bound<'py, PyAny>,
    y: &Bound<'py, PyAny>,
    rho: f64,
    noise: f64,
) -> PyResult<Bound<'py, PyDict>> {
    let (_, _, classes, _) = Matrix::<f64>::of("x1", x1)?.place();
    let generator = MixedGaussian::new(classes, rho, noise).or_raise()?;
    truth(x1, x2, y, |x1, x2, y| generator.information(x1, x2, y))
}

/// One bit each along a random direction in dimension features of noise, y their exclusive or: synergy alone. The seed
/// draws the directions too; LatentMixture.planted_xor samples the same ones again.
#[pyfunction]
#[pyo3(signature = (samples, dimension = 2, amplitude = 3.0, seed = 42))]
pub fn planted_xor(
    py: Python<'_>,
    samples: usize,
    dimension: usize,
    amplitude: f64,
    seed: u64,
) -> PyResult<Bound<'_, PyAny>> {
    let data = py.detach(|| synthetic::xor(dimension, amplitude, samples, seed)).or_raise()?;
    dataset(py, data)
}

/// The truth of planted_xor with this seed about any samples: x1 and x2 are n by dimension, y holds n class numbers. A
/// dict as Dataset.truth, in nats.
#[pyfunction]
#[pyo3(signature = (x1, x2, y, amplitude = 3.0, seed = 42))]
pub fn planted_xor_truth<'py>(
    x1: &Bound<'py, PyAny>,
    x2: &Bound<'py, PyAny>,
    y: &Bound<'py, PyAny>,
    amplitude: f64,
    seed: u64,
) -> PyResult<Bound<'py, PyDict>> {
    let (_, _, dimension, _) = Matrix::<f64>::of("x1", x1)?.place();
    let mixture = xor_mixture(dimension, amplitude, seed).or_raise()?;
    truth(x1, x2, y, |x1, x2, y| mixture.information(x1, x2, y))
}

/// Bits of a logic gate: xor, or, and, not_x2, copy (a bit each), xor_not (two bits each).
///
/// The surprisals are of probabilities, not densities.
#[pyfunction]
#[pyo3(signature = (name, samples, seed = 42))]
pub fn circuit<'py>(py: Python<'py>, name: &str, samples: usize, seed: u64) -> PyResult<Bound<'py, PyAny>> {
    let data = py.detach(|| Circuit::named(name)?.sample(samples, seed)).or_raise()?;
    dataset(py, data)
}

/// The names of the circuits.
#[pyfunction]
pub fn circuits() -> Vec<&'static str> {
    Circuit::names().to_vec()
}

/// Every combination of bits that a circuit takes, once, with its exact information: (Dataset, probabilities).
///
/// The weighted means of the truth are the exact atoms of the circuit.
#[pyfunction]
pub fn circuit_support<'py>(py: Python<'py>, name: &str) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    let circuit = Circuit::named(name).or_raise()?;
    let cells = circuit.support();
    let bits = |of: fn(&synthetic::CircuitCell) -> &'static [i64]| {
        cells.iter().flat_map(of).map(|&bit| bit as f64).collect::<Vec<f64>>()
    };
    let data = Dataset {
        x1: bits(|cell| cell.x1),
        x2: bits(|cell| cell.x2),
        y: cells.iter().map(|cell| cell.y).collect(),
        samples: cells.len(),
        features1: cells[0].x1.len(),
        features2: cells[0].x2.len(),
        classes: 2,
        truth: cells.iter().map(|cell| cell.information).collect(),
    };
    let probabilities: Vec<f64> = cells.iter().map(|cell| cell.probability).collect();
    Ok((dataset(py, data)?, new_vector(py, probabilities)))
}

/// Redundant, unique (x1, then x2) and synergistic samples in given proportions, in that order; three features each, and
/// the kind of each sample as a number (lsmi.KINDS names them): (Dataset, kinds).
#[pyfunction]
#[pyo3(
    signature = (samples, proportions = [1.0; 4], amplitude = KindMixture::AMPLITUDE, seed = 42),
    text_signature = "(samples, proportions=(1.0, 1.0, 1.0, 1.0), amplitude=4.0, seed=42)"
)]
pub fn kind_mixture(
    py: Python<'_>,
    samples: usize,
    proportions: [f64; 4],
    amplitude: f64,
    seed: u64,
) -> PyResult<(Bound<'_, PyAny>, Bound<'_, PyAny>)> {
    let draw = || KindMixture::new(proportions, amplitude)?.sample(samples, seed);
    let (data, kinds) = py.detach(draw).or_raise()?;
    Ok((dataset(py, data)?, numbers(py, kinds, |kind| kind as i64)))
}

/// The truth of kind_mixture about any samples: x1 and x2 are n by 3, y holds n class numbers. A dict as Dataset.truth,
/// in nats.
#[pyfunction]
#[pyo3(
    signature = (x1, x2, y, proportions = [1.0; 4], amplitude = KindMixture::AMPLITUDE),
    text_signature = "(x1, x2, y, proportions=(1.0, 1.0, 1.0, 1.0), amplitude=4.0)"
)]
pub fn kind_mixture_truth<'py>(
    x1: &Bound<'py, PyAny>,
    x2: &Bound<'py, PyAny>,
    y: &Bound<'py, PyAny>,
    proportions: [f64; 4],
    amplitude: f64,
) -> PyResult<Bound<'py, PyDict>> {
    let generator = KindMixture::new(proportions, amplitude).or_raise()?;
    truth(x1, x2, y, |x1, x2, y| generator.information(x1, x2, y))
}

/// Any finite mixture of Gaussian states: state z occurs with a probability proportional to weights[z], has the target
/// y[z], and draws x1 ~ N(means1[z], deviations1[z]^2 I) and x2 ~ N(means2[z], deviations2[z]^2 I) independently.
///
///     h(x) = -log p(x)        i(x; y) = log p(x|y) - log p(x)
///
/// means1 is Z by d1, means2 is Z by d2; y holds Z class numbers; deviations and weights Z numbers, None for ones.
#[pyclass(frozen, module = "lsmi", name = "LatentMixture")]
pub struct LatentMixture {
    mixture: Mixture,
    origin: Origin,
}

/// What a mixture was made of, for pickles.
enum Origin {
    States(Vec<LatentState>),
    PlantedXor(usize, f64, u64),
}

#[pymethods]
impl LatentMixture {
    #[new]
    #[pyo3(signature = (y, means1, means2, deviations1 = None, deviations2 = None, weights = None))]
    fn new(
        y: &Bound<'_, PyAny>,
        means1: &Bound<'_, PyAny>,
        means2: &Bound<'_, PyAny>,
        deviations1: Option<&Bound<'_, PyAny>>,
        deviations2: Option<&Bound<'_, PyAny>>,
        weights: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let y = Targets::of(y)?;
        let (means1, means2) = (Matrix::<f64>::of("means1", means1)?, Matrix::<f64>::of("means2", means2)?);
        let states = y.slice().len();
        for (field, means) in [("means1", &means1), ("means2", &means2)] {
            same(field, "states", states, means.place().1)?;
        }
        let per_state = |field: &str, values: Option<&Bound<'_, PyAny>>| -> PyResult<Vec<f64>> {
            let values = optional_vector::<f64>(field, values)?;
            let values = values.map_or(vec![1.0; states], |values| values.slice().to_vec());
            same(field, "states", states, values.len())?;
            Ok(values)
        };
        let deviations1 = per_state("deviations1", deviations1)?;
        let deviations2 = per_state("deviations2", deviations2)?;
        let weights = per_state("weights", weights)?;
        let (rows1, rows2) = (means1.samples("means1")?, means2.samples("means2")?);
        let state = |z: usize| LatentState {
            weight: weights[z],
            y: y.slice()[z],
            mean1: rows1.sample(z).to_vec(),
            mean2: rows2.sample(z).to_vec(),
            deviation1: deviations1[z],
            deviation2: deviations2[z],
        };
        let states: Vec<LatentState> = (0..states).map(state).collect();
        Ok(LatentMixture { mixture: Mixture::new(&states).or_raise()?, origin: Origin::States(states) })
    }

    /// The mixture behind planted_xor, its directions drawn by the seed: several seeds of sample give several data sets
    /// of it.
    #[staticmethod]
    #[pyo3(signature = (dimension = 2, amplitude = 3.0, seed = 42))]
    fn planted_xor(dimension: usize, amplitude: f64, seed: u64) -> PyResult<Self> {
        let mixture = xor_mixture(dimension, amplitude, seed).or_raise()?;
        Ok(LatentMixture { mixture, origin: Origin::PlantedXor(dimension, amplitude, seed) })
    }

    /// Draws samples, and for each the number of its state: (Dataset, states).
    #[pyo3(signature = (samples, seed = 42))]
    fn sample<'py>(
        &self,
        py: Python<'py>,
        samples: usize,
        seed: u64,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let (data, states) = py.detach(|| self.mixture.sample_with_states(samples, seed)).or_raise()?;
        Ok((dataset(py, data)?, numbers(py, states, |state| state as i64)))
    }

    /// The truth about any samples: x1 is n by d1, x2 n by d2, y holds n class numbers. A dict as Dataset.truth, in
    /// nats.
    fn truth<'py>(
        &self,
        x1: &Bound<'py, PyAny>,
        x2: &Bound<'py, PyAny>,
        y: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyDict>> {
        truth(x1, x2, y, |x1, x2, y| self.mixture.information(x1, x2, y))
    }

    /// Nothing changes a mixture: it is its own copy.
    fn __copy__(mixture: Py<Self>) -> Py<Self> {
        mixture
    }

    fn __deepcopy__(mixture: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        mixture
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let class = py.get_type::<Self>();
        let states = match &self.origin {
            Origin::States(states) => states,
            &Origin::PlantedXor(dimension, amplitude, seed) => {
                let call = ("planted_xor", dimension, amplitude, seed);
                let make = py.import("operator")?.getattr("methodcaller")?.call1(call)?;
                return Ok((make, PyTuple::new(py, [class])?));
            }
        };
        let means = |of: fn(&LatentState) -> &[f64]| {
            let rows = states.iter().flat_map(of).copied().collect();
            array(py, rows, [states.len(), of(&states[0]).len()])
        };
        let column =
            |of: fn(&LatentState) -> f64| new_vector(py, states.iter().map(of).collect::<Vec<f64>>());
        let arguments = [
            new_vector(py, states.iter().map(|state| state.y).collect::<Vec<i64>>()),
            means(|state| &state.mean1)?,
            means(|state| &state.mean2)?,
            column(|state| state.deviation1),
            column(|state| state.deviation2),
            column(|state| state.weight),
        ];
        Ok((class.into_any(), PyTuple::new(py, arguments)?))
    }
}

/// How close estimates come to exact values: (root mean square error, Pearson correlation).
#[pyfunction]
pub fn agreement(estimate: &Bound<'_, PyAny>, exact: &Bound<'_, PyAny>) -> PyResult<(f64, f64)> {
    let (estimate, exact) = (vector::<f64>("estimate", estimate)?, vector::<f64>("exact", exact)?);
    let agreement = synthetic::agreement(estimate.slice(), exact.slice()).or_raise()?;
    Ok((agreement.rmse, agreement.corr))
}
