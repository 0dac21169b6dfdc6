//! The fitted model behind `lsmi.LSMI`.

use crate::arrays::{Matrix, Number, Rows, Targets, new_vector};
use crate::error::OrRaise;
use crate::knife::{AnyMarginal, Knife};
use crate::network::{AnyNetwork, Network};
use crate::training::{Watcher, configuration, history_dict};
use lsmi::estimator::{AnyModel, Component, ModelParts, ShiftRule};
use lsmi::{Config, Error, Model as Fitted, Samples, Scores, fit_with_progress};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use std::path::PathBuf;

/// A fitted model.
#[pyclass(frozen, module = "lsmi._lsmi")]
pub struct Model(pub AnyModel);

/// Both modalities in one type.
enum Pair<'py> {
    F32(Matrix<'py, f32>, Matrix<'py, f32>),
    F64(Matrix<'py, f64>, Matrix<'py, f64>),
}

impl<'py> Pair<'py> {
    /// float32 if both are, else float64.
    fn of(x1: &Bound<'py, PyAny>, x2: &Bound<'py, PyAny>) -> PyResult<Self> {
        match (Rows::of("x1", x1)?, Rows::of("x2", x2)?) {
            (Rows::F32(x1), Rows::F32(x2)) => Ok(Pair::F32(x1, x2)),
            (x1, x2) => Ok(Pair::F64(x1.into_f64("x1")?, x2.into_f64("x2")?)),
        }
    }
}

fn fit<T: Number>(
    py: Python<'_>,
    x1: &Matrix<'_, T>,
    x2: &Matrix<'_, T>,
    y: &[i64],
    config: &Config,
    progress: Option<&Py<PyAny>>,
) -> PyResult<Fitted<T>> {
    let (x1, x2) = (x1.samples("x1")?, x2.samples("x2")?);
    let mut watcher = Watcher::new(progress);
    let result = py.detach(|| {
        fit_with_progress(x1, x2, y, config, &mut |progress| {
            watcher.observe(|| progress.component.to_string(), progress.training)
        })
    });
    watcher.finish(result)
}

fn score<T: Number>(
    py: Python<'_>,
    model: &Fitted<T>,
    x1: &Bound<'_, PyAny>,
    x2: &Bound<'_, PyAny>,
    y: &Bound<'_, PyAny>,
    rule: ShiftRule,
) -> PyResult<Scores> {
    let (x1, x2, y) = (Matrix::<T>::of("x1", x1)?, Matrix::<T>::of("x2", x2)?, Targets::of(y)?);
    y.check_classes(model.classes())?;
    let (x1, x2, y): (Samples<'_, T>, Samples<'_, T>, _) = (x1.samples("x1")?, x2.samples("x2")?, y.slice());
    py.detach(|| model.score_with_shift(x1, x2, y, rule)).or_raise()
}

impl Model {
    fn rule(&self, shift: Option<&str>) -> PyResult<ShiftRule> {
        let mut config = self.0.config().clone();
        if let Some(shift) = shift {
            config.set("shift", shift).or_raise()?;
        }
        Ok(config.shift)
    }

    fn score(
        &self,
        py: Python<'_>,
        x1: &Bound<'_, PyAny>,
        x2: &Bound<'_, PyAny>,
        y: &Bound<'_, PyAny>,
        rule: ShiftRule,
    ) -> PyResult<Scores> {
        match &self.0 {
            AnyModel::F32(model) => score(py, model, x1, x2, y, rule),
            AnyModel::F64(model) => score(py, model, x1, x2, y, rule),
        }
    }
}

/// The JSON of a value of the library, as Python's.
fn json<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("json")?.call_method1("loads", (text,))
}

/// The settings of a configuration by name.
fn settings<'py>(py: Python<'py>, config: &Config) -> PyResult<Bound<'py, PyAny>> {
    let text = serde_json::to_string(config);
    json(py, &text.map_err(|error| pyo3::exceptions::PyRuntimeError::new_err(error.to_string()))?)
}

#[pymethods]
impl Model {
    /// Fits a model; `settings` is a dict of all settings on top of the preset.
    #[staticmethod]
    fn fit(
        py: Python<'_>,
        x1: &Bound<'_, PyAny>,
        x2: &Bound<'_, PyAny>,
        y: &Bound<'_, PyAny>,
        preset: &str,
        settings: &Bound<'_, PyDict>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let mut config = configuration(py, preset, Some(settings), "", &[])?;
        let (pair, y) = (Pair::of(x1, x2)?, Targets::of(y)?);
        match (config.classes, y.columns) {
            (0, Some(columns)) => config.classes = columns,
            (classes, _) => y.check_classes(classes)?,
        }
        let (y, progress) = (y.slice(), progress.as_ref());
        Ok(Model(match &pair {
            Pair::F32(x1, x2) => AnyModel::F32(fit(py, x1, x2, y, &config, progress)?),
            Pair::F64(x1, x2) => AnyModel::F64(fit(py, x1, x2, y, &config, progress)?),
        }))
    }

    /// A model of parameters that were trained elsewhere, of one type.
    #[staticmethod]
    fn from_parts(networks: Vec<PyRef<'_, Network>>, densities: Vec<PyRef<'_, Knife>>) -> PyResult<Self> {
        let count = |field: &str, expected: usize, got: usize| match expected == got {
            true => Ok(()),
            false => Err(Error::Shape { field: field.to_string(), what: "models", expected, got }).or_raise(),
        };
        count("classifiers", 3, networks.len())?;
        count("densities", 2, densities.len())?;
        let networks: Vec<&AnyNetwork> = networks.iter().map(|network| &network.network).collect();
        let densities: Vec<&AnyMarginal> = densities.iter().map(|density| &density.density).collect();
        let model = match (&networks[..], &densities[..]) {
            (
                [AnyNetwork::F32(a), AnyNetwork::F32(b), AnyNetwork::F32(c)],
                [AnyMarginal::F32(d), AnyMarginal::F32(e)],
            ) => AnyModel::F32(
                Fitted::from_parts(ModelParts {
                    networks: [a.clone(), b.clone(), c.clone()],
                    densities: [d.clone(), e.clone()],
                })
                .or_raise()?,
            ),
            (
                [AnyNetwork::F64(a), AnyNetwork::F64(b), AnyNetwork::F64(c)],
                [AnyMarginal::F64(d), AnyMarginal::F64(e)],
            ) => AnyModel::F64(
                Fitted::from_parts(ModelParts {
                    networks: [a.clone(), b.clone(), c.clone()],
                    densities: [d.clone(), e.clone()],
                })
                .or_raise()?,
            ),
            _ => {
                return Err(Error::Setting {
                    field: "parameters".to_string(),
                    expected: "all of float32 or all of float64".to_string(),
                    got: "both".to_string(),
                })
                .or_raise();
            }
        };
        Ok(Model(model))
    }

    /// Reads a model file.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        py.detach(|| AnyModel::load(path)).map(Model).or_raise()
    }

    /// The model of the bytes of a model file.
    #[staticmethod]
    fn from_bytes(data: &[u8]) -> PyResult<Self> {
        AnyModel::from_bytes("model", data).map(Model).or_raise()
    }

    /// The bytes of the model file.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.0.to_bytes().or_raise()?))
    }

    /// Writes the model file.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        py.detach(|| match &self.0 {
            AnyModel::F32(model) => model.save(path),
            AnyModel::F64(model) => model.save(path),
        })
        .or_raise()
    }

    /// i1, i2, i12, h1, h2, r, u1, u2, s of every sample, the atoms shifted by the rule `shift` (None: not).
    fn score_samples<'py>(
        &self,
        py: Python<'py>,
        x1: &Bound<'py, PyAny>,
        x2: &Bound<'py, PyAny>,
        y: &Bound<'py, PyAny>,
        shift: Option<&str>,
    ) -> PyResult<[Bound<'py, PyAny>; 9]> {
        let rule = self.rule(shift.or(Some("none")))?;
        let scores = self.score(py, x1, x2, y, rule)?;
        let (information, atoms, a) = (&scores.information, &scores.atoms, scores.shift);
        let columns = py.detach(|| {
            [
                information.iter().map(|i| i.i1).collect::<Vec<f64>>(),
                information.iter().map(|i| i.i2).collect(),
                information.iter().map(|i| i.i12).collect(),
                information.iter().map(|i| i.h1).collect(),
                information.iter().map(|i| i.h2).collect(),
                atoms.iter().map(|atoms| atoms.shifted(a).redundancy).collect(),
                atoms.iter().map(|atoms| atoms.shifted(a).unique1).collect(),
                atoms.iter().map(|atoms| atoms.shifted(a).unique2).collect(),
                atoms.iter().map(|atoms| atoms.shifted(a).synergy).collect(),
            ]
        });
        Ok(columns.map(|column| new_vector(py, column)))
    }

    /// The report on splits, each a name with its x1, x2 and y.
    #[allow(clippy::type_complexity, reason = "a list of four things each")]
    fn report<'py>(
        &self,
        py: Python<'py>,
        splits: Vec<(String, Bound<'py, PyAny>, Bound<'py, PyAny>, Bound<'py, PyAny>)>,
        shift: Option<&str>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let rule = self.rule(shift)?;
        let mut report = self.0.report(rule);
        for (name, x1, x2, y) in splits {
            report = report.with(&name, &self.score(py, &x1, &x2, &y, rule)?);
        }
        json(py, &report.to_json().or_raise()?)
    }

    /// The settings of the fit.
    fn config<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        settings(py, self.0.config())
    }

    /// The course of the five trainings by name; empty for imported parameters.
    fn history<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let histories = self.0.histories();
        let out = PyDict::new(py);
        for (component, history) in
            Component::ALL.iter().zip(histories.classifiers.iter().chain(&histories.densities))
        {
            if !history.losses.is_empty() || !history.validation_losses.is_empty() {
                out.set_item(component.to_string(), history_dict(py, history)?)?;
            }
        }
        Ok(out)
    }

    #[getter]
    fn dtype(&self) -> &'static str {
        match &self.0 {
            AnyModel::F32(_) => "float32",
            AnyModel::F64(_) => "float64",
        }
    }

    #[getter]
    fn features(&self) -> (usize, usize) {
        self.0.features().into()
    }

    #[getter]
    fn classes(&self) -> usize {
        self.0.classes()
    }

    #[getter]
    fn class_counts(&self) -> Vec<usize> {
        self.0.class_counts().to_vec()
    }

    #[getter]
    fn log_prior<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        new_vector(py, self.0.log_prior().to_vec())
    }

    #[getter]
    fn frozen_shift(&self) -> Option<f64> {
        self.0.frozen_shift()
    }

    #[getter]
    fn dropped(&self) -> (Vec<usize>, Vec<usize>) {
        self.0.dropped().into()
    }

    #[getter]
    fn notes(&self) -> Vec<String> {
        self.0.notes()
    }
}

/// All settings of a preset, with others on top, by name.
#[pyfunction]
pub fn configure<'py>(
    py: Python<'py>,
    preset: &str,
    given: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyAny>> {
    let config = configuration(py, preset, Some(given), "", &[])?;
    config.check().or_raise()?;
    settings(py, &config)
}

/// Refuses a name that is no setting, with the library's message.
#[pyfunction]
pub fn check_setting(name: &str) -> PyResult<()> {
    let mut config = Config::robust();
    match name != "preset" && config.settings().iter().any(|(key, _)| key == name) {
        true => Ok(()),
        false => config.set(name, "").or_raise(),
    }
}
