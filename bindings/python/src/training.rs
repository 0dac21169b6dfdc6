//! Fits as Python sees them: progress, interrupts, and the settings of single trainings.

use crate::arrays::sample_numbers;
use crate::error::OrRaise;
use lsmi::rng::Stream;
use lsmi::{Config, Error, History, Training, TrainingProgress, TrainingRun};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// How often a fit without callback asks for signals: the interpreter lock may have to be waited for.
const BETWEEN_SIGNAL_CHECKS: Duration = Duration::from_millis(20);

/// Watches a fit: calls back, and stops it at an exception or a signal.
pub struct Watcher<'a> {
    callback: Option<&'a Py<PyAny>>,
    failure: Option<PyErr>,
    checked: Instant,
}

impl<'a> Watcher<'a> {
    /// A watcher that calls `callback`, if there is one.
    pub fn new(callback: Option<&'a Py<PyAny>>) -> Self {
        Watcher { callback, failure: None, checked: Instant::now() }
    }

    /// What happens after an epoch. The library calls it on the thread that called the fit.
    pub fn observe(
        &mut self,
        component: impl FnOnce() -> String,
        progress: TrainingProgress,
    ) -> ControlFlow<()> {
        let TrainingProgress { epoch, epochs, loss, validation_loss } = progress;
        self.tell(|py| (component(), epoch, epochs, loss, validation_loss).into_pyobject(py))
    }

    /// Calls back with these arguments, where there is a callback.
    pub fn tell(
        &mut self,
        arguments: impl for<'py> FnOnce(Python<'py>) -> PyResult<Bound<'py, PyTuple>>,
    ) -> ControlFlow<()> {
        if self.callback.is_none() && self.checked.elapsed() < BETWEEN_SIGNAL_CHECKS {
            return ControlFlow::Continue(());
        }
        let result = Python::attach(|py| {
            py.check_signals()?;
            let Some(callback) = self.callback else { return Ok(false) };
            let answer = callback.bind(py).call1(arguments(py)?)?;
            Ok(answer.is(pyo3::types::PyBool::new(py, true)))
        });
        self.checked = Instant::now();
        match result {
            Ok(false) => ControlFlow::Continue(()),
            Ok(true) => ControlFlow::Break(()),
            Err(failure) => {
                self.failure = Some(failure);
                ControlFlow::Break(())
            }
        }
    }

    /// The result of the fit, or the exception that stopped it.
    pub fn finish<R>(self, result: lsmi::Result<R>) -> PyResult<R> {
        match self.failure {
            Some(failure) => Err(failure),
            None => result.or_raise(),
        }
    }
}

/// The configuration of a preset with settings on top, which `lsmi._settings` turns into text.
pub fn configuration(
    py: Python<'_>,
    preset: &str,
    settings: Option<&Bound<'_, PyDict>>,
    prefix: &str,
    allowed: &[&str],
) -> PyResult<Config> {
    static PAIRS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let mut config = Config::preset(preset).or_raise()?;
    let Some(settings) = settings else { return Ok(config) };
    let pairs = PAIRS.import(py, "lsmi._settings", "pairs")?.call1((settings,))?;
    for (key, text) in pairs.extract::<Vec<(String, String)>>()? {
        if !allowed.is_empty() && !allowed.contains(&key.as_str()) {
            let expected = format!("one of {}", allowed.join(", "));
            let (field, got) = ("setting".to_string(), format!("'{key}'"));
            return Err(Error::Setting { field, expected, got }).or_raise();
        }
        match TRAINING.contains(&key.as_str()) {
            true => config.set(&format!("{prefix}{key}"), &text).or_raise()?,
            false => config.set(&key, &text).or_raise()?,
        }
    }
    Ok(config)
}

/// Settings that densities and classifiers have under the same name, after a prefix.
pub const TRAINING: [&str; 7] =
    ["batch", "decay_every", "decay_factor", "epochs", "learning_rate", "patience", "weight_decay"];

/// What a fit of a single density or network takes besides its data and its form.
pub struct SingleFit {
    /// Of errors and of the callback.
    pub name: &'static str,
    /// How to train.
    pub training: Training,
    /// Seed of the start and of the batches.
    pub seed: u64,
    /// Samples that are not trained on.
    pub held_out: Vec<usize>,
    /// The callback.
    pub progress: Option<Py<PyAny>>,
}

/// Numbers of samples.
fn held_out(rows: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<usize>> {
    let Some(rows) = rows else { return Ok(Vec::new()) };
    let index = |&row: &i64| {
        usize::try_from(row).map_err(|_| Error::Setting {
            field: "held_out".to_string(),
            expected: "sample numbers from 0".to_string(),
            got: row.to_string(),
        })
    };
    sample_numbers("held_out", rows)?.slice().iter().map(index).collect::<lsmi::Result<_>>().or_raise()
}

impl SingleFit {
    /// A training as Python describes it.
    pub fn new(
        name: &'static str,
        training: Training,
        seed: u64,
        rows: Option<&Bound<'_, PyAny>>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        Ok(SingleFit { name, training, seed, held_out: held_out(rows)?, progress })
    }

    /// Runs the fit with the interpreter lock released.
    pub fn run<R: Send>(
        &self,
        py: Python<'_>,
        fit: impl FnOnce(TrainingRun<'_>) -> lsmi::Result<R> + Send,
    ) -> PyResult<R> {
        let mut watcher = Watcher::new(self.progress.as_ref());
        let result = py.detach(|| {
            fit(TrainingRun {
                name: self.name,
                training: &self.training,
                held_out: &self.held_out,
                stream: &mut Stream::new(self.seed, 0),
                observer: &mut |progress| watcher.observe(|| self.name.to_string(), progress),
            })
        });
        watcher.finish(result)
    }
}

/// The course of a training as `losses`, `validation_losses` and `best_epoch`.
pub fn history_dict<'py>(py: Python<'py>, history: &History) -> PyResult<Bound<'py, PyDict>> {
    let out = PyDict::new(py);
    out.set_item("losses", &history.losses)?;
    out.set_item("validation_losses", &history.validation_losses)?;
    out.set_item("best_epoch", history.best_epoch)?;
    Ok(out)
}
