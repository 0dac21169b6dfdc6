//! Errors of the library as Python exceptions: `lsmi.Error` and its subclasses.

use lsmi::Error;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// A short name for each kind of error, the same as the status of the C interface in lower case.
fn kind(error: &Error) -> &'static str {
    match error {
        Error::Shape { .. } => "shape",
        Error::Empty { .. } => "empty",
        Error::NotFinite { .. } => "not_finite",
        Error::Class { .. } => "class",
        Error::UnseenClass { .. } => "unseen_class",
        Error::OneClass { .. } => "one_class",
        Error::TooFewSamples { .. } => "too_few_samples",
        Error::Setting { .. } | Error::Weight { .. } => "setting",
        Error::Diverged { .. } => "diverged",
        Error::Cancelled => "cancelled",
        Error::Format { .. } => "format",
        Error::Version { .. } => "version",
        Error::Io { .. } => "io",
        _ => "other",
    }
}

/// The exception of `lsmi._errors.make`.
pub fn raise(error: &Error) -> PyErr {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    Python::attach(|py| {
        let make = MAKE.import(py, "lsmi._errors", "make");
        match make.and_then(|make| make.call1((kind(error), error.to_string(), error.field()))) {
            Ok(exception) => PyErr::from_value(exception),
            Err(failure) => failure,
        }
    })
}

/// Results of the library as results of Python.
pub trait OrRaise<T> {
    /// The value, or the exception to raise.
    fn or_raise(self) -> PyResult<T>;
}

impl<T> OrRaise<T> for lsmi::Result<T> {
    fn or_raise(self) -> PyResult<T> {
        self.map_err(|error| raise(&error))
    }
}
