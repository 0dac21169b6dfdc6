//! The fitted model behind `lsmi.LSMI`.

use crate::any::Any;
use crate::arrays::{Matrix, Number, Rows, Targets, array, new_vector};
use crate::error::OrRaise;
use crate::knife::{AnyMarginal, Knife};
use crate::network::{AnyNetwork, Network};
use crate::training::{Watcher, configuration, history_dict};
use lsmi::classifier::Network as Classifier;
use lsmi::estimator::{AnyModel, Component, ModelParts, Preprocessing, ShiftRule, Summary};
use lsmi::interaction::{Information, score_columns};
use lsmi::knife::Marginal;
use lsmi::{Config, Error, History, Model as Fitted, Samples, fit_with_progress};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use std::path::PathBuf;

/// A fitted model.
#[pyclass(frozen, module = "lsmi._lsmi")]
pub struct Model(pub AnyModel);

/// Both modalities in one type.
pub type Pair<'py> = Any<[Matrix<'py, f32>; 2], [Matrix<'py, f64>; 2]>;

/// float32 if both are, else float64.
pub fn pair<'py>(x1: &Bound<'py, PyAny>, x2: &Bound<'py, PyAny>) -> PyResult<Pair<'py>> {
    match (Rows::of("x1", x1)?, Rows::of("x2", x2)?) {
        (Any::F32(x1), Any::F32(x2)) => Ok(Any::F32([x1, x2])),
        (x1, x2) => Ok(Any::F64([x1.into_f64("x1")?, x2.into_f64("x2")?])),
    }
}

/// What a fit takes, read from Python; one-hot rows tell the number of classes.
pub fn asked<'py>(
    py: Python<'py>,
    [x1, x2, y]: [&Bound<'py, PyAny>; 3],
    preset: &str,
    settings: &Bound<'py, PyDict>,
) -> PyResult<(Config, Pair<'py>, Targets<'py>)> {
    let mut config = configuration(py, preset, Some(settings), "", &[])?;
    let (pair, y) = (pair(x1, x2)?, Targets::of(y)?);
    match (config.classes, y.columns) {
        (0, Some(columns)) => config.classes = columns,
        (classes, _) => y.check_classes(classes)?,
    }
    Ok((config, pair, y))
}

/// [`either`] for a model.
macro_rules! either_model {
    ($any:expr, $model:ident => $result:expr) => {
        match $any {
            lsmi::estimator::AnyModel::F32($model) => $result,
            lsmi::estimator::AnyModel::F64($model) => $result,
        }
    };
}

pub(crate) use either_model;

fn fit<T: Number>(
    py: Python<'_>,
    [x1, x2]: &[Matrix<'_, T>; 2],
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
) -> PyResult<(Vec<Information>, Summary)> {
    let (x1, x2, y) = (Matrix::<T>::of("x1", x1)?, Matrix::<T>::of("x2", x2)?, Targets::of(y)?);
    y.check_classes(model.classes())?;
    let (x1, x2, y): (Samples<'_, T>, Samples<'_, T>, _) = (x1.samples("x1")?, x2.samples("x2")?, y.slice());
    let mut information = Vec::new();
    let summary = py.detach(|| model.score_into(x1, x2, y, rule, &mut information)).or_raise()?;
    Ok((information, summary))
}

impl Model {
    /// The rule of that name; that of the fit without one.
    pub fn rule(&self, shift: Option<&str>) -> PyResult<ShiftRule> {
        let mut config = self.0.config().clone();
        if let Some(shift) = shift {
            config.set("shift", shift).or_raise()?;
        }
        Ok(config.shift)
    }

    /// What the model says of each sample, and of all.
    pub fn score(
        &self,
        py: Python<'_>,
        x1: &Bound<'_, PyAny>,
        x2: &Bound<'_, PyAny>,
        y: &Bound<'_, PyAny>,
        rule: ShiftRule,
    ) -> PyResult<(Vec<Information>, Summary)> {
        either_model!(&self.0, model => score(py, model, x1, x2, y, rule))
    }
}

/// The modality's samples as networks and densities see them.
fn preprocess<'py, T: Number>(
    py: Python<'py>,
    model: &Fitted<T>,
    (modality, name): (usize, &str),
    x: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let x = Matrix::<T>::of(name, x)?;
    let (samples, preprocessing) = (x.samples(name)?, &model.preprocessing()[modality]);
    let z = py.detach(|| preprocessing.transform(name, samples)).or_raise()?;
    array(py, z, [samples.samples(), preprocessing.kept().len()])
}

fn from_parts<T: Number>(networks: [&Classifier<T>; 3], densities: [&Marginal<T>; 2]) -> PyResult<Fitted<T>> {
    let parts = ModelParts { networks: networks.map(Clone::clone), densities: densities.map(Clone::clone) };
    Fitted::from_parts(parts).or_raise()
}

/// The course of a training; none for parameters that were imported.
fn course(history: &History) -> Option<History> {
    let trained = !history.losses.is_empty() || !history.validation_losses.is_empty();
    trained.then(|| history.clone())
}

/// The settings of a configuration by name.
fn settings<'py>(py: Python<'py>, config: &Config) -> PyResult<Bound<'py, PyAny>> {
    let text = serde_json::to_string(config)
        .map_err(|error| pyo3::exceptions::PyRuntimeError::new_err(error.to_string()))?;
    let settings = py.import("json")?.call_method1("loads", (text,))?;
    // Files leave it out where there is none.
    settings.set_item("budget", config.budget)?;
    Ok(settings)
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
        let (config, pair, y) = asked(py, [x1, x2, y], preset, settings)?;
        let (y, progress) = (y.slice(), progress.as_ref());
        Ok(Model(match &pair {
            Any::F32(pair) => AnyModel::F32(fit(py, pair, y, &config, progress)?),
            Any::F64(pair) => AnyModel::F64(fit(py, pair, y, &config, progress)?),
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
            ([Any::F32(a), Any::F32(b), Any::F32(c)], [Any::F32(d), Any::F32(e)]) => {
                AnyModel::F32(from_parts([a, b, c], [d, e])?)
            }
            ([Any::F64(a), Any::F64(b), Any::F64(c)], [Any::F64(d), Any::F64(e)]) => {
                AnyModel::F64(from_parts([a, b, c], [d, e])?)
            }
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
    fn from_bytes(py: Python<'_>, data: &[u8]) -> PyResult<Self> {
        py.detach(|| AnyModel::from_bytes("model", data)).map(Model).or_raise()
    }

    /// The bytes of the model file.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &py.detach(|| self.0.to_bytes()).or_raise()?))
    }

    /// Writes the model file.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        py.detach(|| either_model!(&self.0, model => model.save(path))).or_raise()
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
        let (information, summary) = self.score(py, x1, x2, y, rule)?;
        let mut values = [(); 9].map(|()| vec![0.0; information.len()]);
        let out = values.each_mut().map(|column| Some(column.as_mut_slice()));
        py.detach(|| score_columns(&information, summary.shift, out)).or_raise()?;
        Ok(values.map(|column| new_vector(py, column)))
    }

    /// y and i1, i2, i12, h1, h2, r, u1, u2, s of every training sample by models that did not see it, and the summary
    /// as JSON; None without folds.
    #[allow(clippy::type_complexity, reason = "three things, each said above")]
    fn cross_fitted<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Option<(Bound<'py, PyAny>, [Bound<'py, PyAny>; 9], String)>> {
        let Some(scores) = self.0.cross_fitted() else { return Ok(None) };
        let mut values = [(); 9].map(|()| vec![0.0; scores.y.len()]);
        let out = values.each_mut().map(|column| Some(column.as_mut_slice()));
        score_columns(&scores.information, 0.0, out).or_raise()?;
        let report = self.0.report(self.0.config().shift).with("train", &scores.summary);
        let text = report.to_json().or_raise()?;
        Ok(Some((new_vector(py, scores.y.clone()), values.map(|column| new_vector(py, column)), text)))
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
            if let Some(history) = course(history) {
                out.set_item(component.to_string(), history_dict(py, &history)?)?;
            }
        }
        Ok(out)
    }

    /// The classifiers of x1, of x2, and of both.
    fn networks(&self) -> [Network; 3] {
        let histories = &self.0.histories().classifiers;
        [0, 1, 2].map(|i| Network {
            network: match &self.0 {
                AnyModel::F32(model) => Any::F32(model.networks()[i].clone()),
                AnyModel::F64(model) => Any::F64(model.networks()[i].clone()),
            },
            history: course(&histories[i]),
        })
    }

    /// The densities of x1 and x2.
    fn densities(&self) -> [Knife; 2] {
        let histories = &self.0.histories().densities;
        [0, 1].map(|i| Knife {
            density: match &self.0 {
                AnyModel::F32(model) => Any::F32(model.densities()[i].clone()),
                AnyModel::F64(model) => Any::F64(model.densities()[i].clone()),
            },
            history: course(&histories[i]),
        })
    }

    /// The features of modality 0 or 1 (`x1` or `x2`), as networks and densities see them.
    fn preprocess<'py>(
        &self,
        py: Python<'py>,
        modality: usize,
        x: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(name) = ["x1", "x2"].get(modality) else {
            let (field, expected, got) = ("modality".into(), "0 or 1".into(), modality.to_string());
            return Err(Error::Setting { field, expected, got }).or_raise();
        };
        either_model!(&self.0, model => preprocess(py, model, (modality, name), x))
    }

    /// What is done to the features of x1 and x2: columns, means, scales, clip.
    fn preprocessing<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let dict = |p: &Preprocessing| {
            let out = PyDict::new(py);
            let columns: Vec<i64> = p.kept().iter().map(|&column| column as i64).collect();
            out.set_item("columns", new_vector(py, columns))?;
            out.set_item("means", new_vector(py, p.means().to_vec()))?;
            out.set_item("scales", new_vector(py, p.scales().to_vec()))?;
            out.set_item("clip", p.clip())?;
            Ok(out)
        };
        self.0.preprocessing().iter().map(dict).collect()
    }

    #[getter]
    fn entropy_offsets(&self) -> (f64, f64) {
        self.0.entropy_offsets().into()
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
