//! Times of the library's own calls, to hold those of Python against.

use crate::arrays::{Matrix, Number, Targets};
use crate::error::OrRaise;
use crate::estimator::Model;
use crate::knife::{AnyMarginal, Knife};
use lsmi::Model as Fitted;
use lsmi::estimator::{AnyModel, SplitReport};
use lsmi::knife::Marginal;
use pyo3::prelude::*;
use std::hint::black_box;
use std::time::Instant;

/// Mean seconds of a call over `calls`.
fn seconds(calls: usize, mut call: impl FnMut() -> lsmi::Result<()>) -> lsmi::Result<f64> {
    let begin = Instant::now();
    for _ in 0..calls {
        call()?;
    }
    Ok(begin.elapsed().as_secs_f64() / calls as f64)
}

/// Mean seconds of log_density in Rust, with the result's allocation.
#[pyfunction]
pub fn time_log_density(knife: &Knife, x: &Bound<'_, PyAny>, calls: usize) -> PyResult<f64> {
    fn of<T: Number>(density: &Marginal<T>, x: &Bound<'_, PyAny>, calls: usize) -> PyResult<f64> {
        let x = Matrix::<T>::of("x", x)?;
        let samples = x.samples("x")?;
        seconds(calls, || {
            let mut out = vec![T::default(); samples.samples()];
            density.log_density(black_box(samples), &mut out)?;
            black_box(out);
            Ok(())
        })
        .or_raise()
    }
    match &knife.density {
        AnyMarginal::F32(density) => of(density, x, calls),
        AnyMarginal::F64(density) => of(density, x, calls),
    }
}

/// Mean seconds of scoring with its summary in Rust.
#[pyfunction]
pub fn time_score(
    py: Python<'_>,
    model: &Model,
    x1: &Bound<'_, PyAny>,
    x2: &Bound<'_, PyAny>,
    y: &Bound<'_, PyAny>,
    calls: usize,
) -> PyResult<f64> {
    fn of<T: Number>(
        py: Python<'_>,
        model: &Fitted<T>,
        (x1, x2, y): (&Bound<'_, PyAny>, &Bound<'_, PyAny>, &Bound<'_, PyAny>),
        calls: usize,
    ) -> PyResult<f64> {
        let (x1, x2, y) = (Matrix::<T>::of("x1", x1)?, Matrix::<T>::of("x2", x2)?, Targets::of(y)?);
        let (x1, x2, y) = (x1.samples("x1")?, x2.samples("x2")?, y.slice());
        py.detach(|| {
            seconds(calls, || {
                black_box(SplitReport::new(&model.score(black_box(x1), x2, y)?));
                Ok(())
            })
        })
        .or_raise()
    }
    match &model.0 {
        AnyModel::F32(model) => of(py, model, (x1, x2, y), calls),
        AnyModel::F64(model) => of(py, model, (x1, x2, y), calls),
    }
}
