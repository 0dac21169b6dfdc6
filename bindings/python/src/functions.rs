//! Pure functions: atoms, shift, counting, log-sum-exp, information from given log-probabilities.

use crate::any::either;
use crate::arrays::{
    Matrix, Number, Rows, Targets, categories, new_vector, optional_vector, vector, without_gaps,
};
use crate::error::OrRaise;
use lsmi::interaction::{
    self, AtomSlices, Atoms, Information, InformationSlices, information_from_log_probabilities,
};
use lsmi::simd::{Level, log_sum_exp as log_sum_exp_of, log_sum_exp_rows_with};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// i1, i2, i12, h1, h2 of every sample as arrays.
pub fn fill_information(out: &Bound<'_, PyDict>, samples: &[Information]) -> PyResult<()> {
    let py = out.py();
    let column = |of: fn(&Information) -> f64| new_vector(py, samples.iter().map(of).collect::<Vec<f64>>());
    out.set_item("i1", column(|i| i.i1))?;
    out.set_item("i2", column(|i| i.i2))?;
    out.set_item("i12", column(|i| i.i12))?;
    out.set_item("h1", column(|i| i.h1))?;
    out.set_item("h2", column(|i| i.h2))
}

/// r, u1, u2, s of every sample as arrays.
pub fn fill_atoms(out: &Bound<'_, PyDict>, samples: &[Information]) -> PyResult<()> {
    let py = out.py();
    let atoms: Vec<Atoms> = samples.iter().map(Information::atoms).collect();
    let column = |of: fn(&Atoms) -> f64| new_vector(py, atoms.iter().map(of).collect::<Vec<f64>>());
    out.set_item("r", column(|a| a.redundancy))?;
    out.set_item("u1", column(|a| a.unique1))?;
    out.set_item("u2", column(|a| a.unique2))?;
    out.set_item("s", column(|a| a.synergy))
}

/// The atoms of every sample, in nats, as a dict of float64 arrays r, u1, u2, s.
///
/// i1, i2, i12, h1, h2: pointwise information and surprisals of n samples, vectors of one length, or five numbers,
/// which give a dict of numbers.
///
///     r = min(h1, h2) - min(h1 - i1, h2 - i2)    u1 = i1 - r    u2 = i2 - r    s = i12 - i1 - i2 + r
#[pyfunction]
pub fn atoms<'py>(
    py: Python<'py>,
    i1: &Bound<'py, PyAny>,
    i2: &Bound<'py, PyAny>,
    i12: &Bound<'py, PyAny>,
    h1: &Bound<'py, PyAny>,
    h2: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyDict>> {
    let out = PyDict::new(py);
    let number = |value: &Bound<'py, PyAny>| value.extract::<f64>();
    if let (Ok(i1), Ok(i2), Ok(i12), Ok(h1), Ok(h2)) =
        (number(i1), number(i2), number(i12), number(h1), number(h2))
    {
        let Atoms { redundancy, unique1, unique2, synergy } = Information { i1, i2, i12, h1, h2 }.atoms();
        for (name, value) in [("r", redundancy), ("u1", unique1), ("u2", unique2), ("s", synergy)] {
            out.set_item(name, value)?;
        }
        return Ok(out);
    }
    let (i1, i2, i12) = (vector::<f64>("i1", i1)?, vector::<f64>("i2", i2)?, vector::<f64>("i12", i12)?);
    let (h1, h2) = (vector::<f64>("h1", h1)?, vector::<f64>("h2", h2)?);
    let n = i1.slice().len();
    let [mut r, mut u1, mut u2, mut s] = [(); 4].map(|()| vec![0.0; n]);
    let information = InformationSlices {
        i1: i1.slice(),
        i2: i2.slice(),
        i12: i12.slice(),
        h1: h1.slice(),
        h2: h2.slice(),
    };
    let slices = AtomSlices { redundancy: &mut r, unique1: &mut u1, unique2: &mut u2, synergy: &mut s };
    py.detach(|| interaction::atoms(information, slices)).or_raise()?;
    for (name, values) in [("r", r), ("u1", u1), ("u2", u2), ("s", s)] {
        out.set_item(name, new_vector(py, values))?;
    }
    Ok(out)
}

/// The constant a, in nats, that shifts the mean atoms to (r + a, u1 - a, u2 - a, s + a): -min(r, s) if r or s is
/// negative, else min(u1, u2) if u1 or u2 is, else 0.
#[pyfunction]
pub fn shift(r: f64, u1: f64, u2: f64, s: f64) -> f64 {
    interaction::shift(Atoms { redundancy: r, unique1: u1, unique2: u2, synergy: s })
}

/// The arithmetic mean of a vector by pairwise summation, the same in every language; NaN without numbers.
#[pyfunction]
pub fn mean(values: &Bound<'_, PyAny>) -> PyResult<f64> {
    Ok(interaction::mean(vector::<f64>("values", values)?.slice()))
}

/// Exact information of discrete samples by counting: a dict of float64 arrays i1, i2, i12, h1, h2, in nats.
///
/// x1, x2 and y hold a category number of any integer type per sample, or a row of them (several variables, which
/// become one); weights a number of at least 0 per sample.
#[pyfunction]
#[pyo3(signature = (x1, x2, y, weights = None))]
pub fn discrete<'py>(
    py: Python<'py>,
    x1: &Bound<'py, PyAny>,
    x2: &Bound<'py, PyAny>,
    y: &Bound<'py, PyAny>,
    weights: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let (x1, x2, y) = (categories("x1", x1)?, categories("x2", x2)?, categories("y", y)?);
    let weights = optional_vector::<f64>("weights", weights)?;
    let (x1, x2, y) = (x1.slice(), x2.slice(), y.slice());
    let weights = weights.as_ref().map(|weights| weights.slice());
    let samples = py.detach(|| interaction::discrete(x1, x2, y, weights)).or_raise()?;
    let out = PyDict::new(py);
    fill_information(&out, &samples)?;
    Ok(out)
}

/// One category number per sample for several variables together; `columns` is a list of vectors.
#[pyfunction]
pub fn joint_categories<'py>(
    py: Python<'py>,
    columns: Vec<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let columns = columns.iter().enumerate();
    let columns = columns.map(|(i, column)| categories(&format!("columns[{i}]"), column));
    let columns = columns.collect::<PyResult<Vec<_>>>()?;
    let slices: Vec<&[i64]> = columns.iter().map(|column| column.slice()).collect();
    let joint = py.detach(|| interaction::joint_categories(&slices)).or_raise()?;
    Ok(new_vector(py, joint))
}

/// log(sum(exp(row))) of every row of an n by m array, in its type (float32 or float64; others become one of them).
/// Rows of -inf, and rows of no numbers, give -inf; rows with NaN give NaN. level names the instruction set, as of
/// Knife.with_level.
#[pyfunction]
#[pyo3(signature = (rows, level = None))]
pub fn log_sum_exp<'py>(
    py: Python<'py>,
    rows: &Bound<'py, PyAny>,
    level: Option<&str>,
) -> PyResult<Bound<'py, PyAny>> {
    fn of<'py, T: Number>(
        py: Python<'py>,
        rows: &Matrix<'py, T>,
        level: Option<Level>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (_, n, width, stride) = rows.place();
        let mut out = vec![T::default(); n];
        let data = rows.data();
        let fill = || match level {
            // To the bit what the rows give together.
            None if stride > width => {
                data.chunks(stride).zip(&mut out).for_each(|(row, out)| *out = log_sum_exp_of(&row[..width]));
                Ok(())
            }
            level => {
                let level = level.unwrap_or_else(Level::best);
                log_sum_exp_rows_with(level, &without_gaps(data, width, stride), width, &mut out)
            }
        };
        py.detach(fill).or_raise()?;
        Ok(new_vector(py, out))
    }
    let level = level.map(str::parse).transpose().or_raise()?;
    either!(Rows::of("rows", rows)?, rows => of(py, &rows, level))
}

/// i = log p(y|x) - log p(y) of every sample, float64, in nats, from the log-probabilities of any model.
///
/// log_probabilities is n by C, float32 or float64; y holds class numbers or one-hot rows; log_prior holds log p(y) of
/// every class (None: uniform). Call it for p(y|x1), p(y|x2) and p(y|x1, x2), and give the results, with any surprisals
/// h1 and h2, to atoms.
#[pyfunction]
#[pyo3(signature = (log_probabilities, y, log_prior = None))]
pub fn information<'py>(
    py: Python<'py>,
    log_probabilities: &Bound<'py, PyAny>,
    y: &Bound<'py, PyAny>,
    log_prior: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    fn of<'py, T: Number>(
        py: Python<'py>,
        rows: &Matrix<'py, T>,
        y: &Targets<'py>,
        log_prior: Option<&[f64]>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (_, n, classes, _) = rows.place();
        y.check_classes(classes)?;
        let targets = y.slice();
        if targets.len() != n {
            let (field, what) = ("y".to_string(), "samples");
            return Err(lsmi::Error::Shape { field, what, expected: n, got: targets.len() }).or_raise();
        }
        let (samples, mut out) = (rows.samples("log_probabilities")?, vec![0.0; n]);
        py.detach(|| information_from_log_probabilities(samples, targets, log_prior, &mut out)).or_raise()?;
        Ok(new_vector(py, out))
    }
    let y = Targets::of(y)?;
    let log_prior = optional_vector::<f64>("log_prior", log_prior)?;
    let log_prior = log_prior.as_ref().map(|prior| prior.slice());
    either!(Rows::of("log_probabilities", log_probabilities)?, rows => of(py, &rows, &y, log_prior))
}

/// Where the library reads an array of samples: address, samples, features, elements from sample to sample.
#[pyfunction]
pub fn place(name: &str, x: &Bound<'_, PyAny>) -> PyResult<(usize, usize, usize, usize)> {
    Ok(either!(Rows::of(name, x)?, rows => rows.place()))
}
