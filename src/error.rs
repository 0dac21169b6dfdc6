//! The one error type of the library.

use alloc::string::String;
use core::fmt;

/// Result with [`Error`].
pub type Result<T> = core::result::Result<T, Error>;

/// What went wrong, where, what was expected and what was found.
///
/// Rows, columns and classes count from 0. `field` is the name of the argument (`x1`, `x2`, `y`) or of the array
/// or file it came from; see [`Error::rename_field`]. Every message is one line.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A size differs from what the other arguments or the model ask for.
    Shape {
        /// Argument or array.
        field: String,
        /// What was counted: `samples`, `features`, `elements`, `dimensions`, …
        what: &'static str,
        /// The count that fits.
        expected: usize,
        /// The count found.
        got: usize,
    },
    /// An argument has no samples or no features.
    Empty {
        /// Argument or array.
        field: String,
        /// What is missing: `samples` or `features`.
        what: &'static str,
    },
    /// A value is NaN, infinite, or too large for the model's number type.
    NotFinite {
        /// Argument or array.
        field: String,
        /// Sample.
        row: usize,
        /// Feature.
        column: usize,
        /// The value found.
        got: f64,
    },
    /// A target that is no class number of this problem.
    Class {
        /// Argument or array.
        field: String,
        /// Sample.
        row: usize,
        /// Position within a one-hot row, where targets are one-hot.
        column: Option<usize>,
        /// The values that are allowed.
        expected: String,
        /// The value found.
        got: String,
    },
    /// A class that no training sample has: nothing can be said about it.
    UnseenClass {
        /// Argument or array.
        field: String,
        /// Sample.
        row: usize,
        /// The class that training never saw.
        got: usize,
    },
    /// All training samples are of one class, so that no information about it can exist.
    OneClass {
        /// Argument or array.
        field: String,
        /// The only class.
        got: usize,
    },
    /// Fewer training samples than classes.
    TooFewSamples {
        /// Argument or array.
        field: String,
        /// The least number of samples.
        expected: usize,
        /// The number found.
        got: usize,
    },
    /// A setting or an argument of a call that does not exist or is out of range.
    Setting {
        /// Name of the setting or argument.
        field: String,
        /// What it may be.
        expected: String,
        /// What was given.
        got: String,
    },
    /// A sample's weight that is negative, NaN or infinite.
    Weight {
        /// Argument.
        field: String,
        /// Sample.
        row: usize,
        /// The weight found.
        got: String,
    },
    /// The loss left the finite numbers during training.
    Diverged {
        /// Which density or classifier.
        field: String,
        /// Epoch, from 0.
        epoch: usize,
        /// The loss found, in nats.
        got: f64,
    },
    /// The progress callback asked to stop.
    Cancelled,
    /// A file or buffer is not what it should be: wrong kind, truncated or altered.
    Format {
        /// File, array or entry.
        field: String,
        /// What a good one holds.
        expected: String,
        /// What was found.
        got: String,
    },
    /// A model file of a format that this version does not read.
    Version {
        /// File or buffer.
        field: String,
        /// The newest format version that this library reads.
        expected: u64,
        /// The file's format version.
        got: u64,
    },
    /// The operating system refused to read or write.
    Io {
        /// Path.
        field: String,
        /// What was tried: `read`, `write`, …
        action: &'static str,
        /// The system's reason.
        got: String,
    },
}

/// The field of whichever variant, by reference or by mutable reference.
macro_rules! field_of {
    ($error:expr) => {
        match $error {
            Error::Shape { field, .. }
            | Error::Empty { field, .. }
            | Error::NotFinite { field, .. }
            | Error::Class { field, .. }
            | Error::UnseenClass { field, .. }
            | Error::OneClass { field, .. }
            | Error::TooFewSamples { field, .. }
            | Error::Setting { field, .. }
            | Error::Weight { field, .. }
            | Error::Diverged { field, .. }
            | Error::Format { field, .. }
            | Error::Version { field, .. }
            | Error::Io { field, .. } => Some(field),
            Error::Cancelled => None,
        }
    };
}

impl Error {
    /// The argument, array, file or setting at fault, where there is one.
    pub fn field(&self) -> Option<&str> {
        field_of!(self).map(String::as_str)
    }

    /// Gives the field another name: a reader of files names the array that `x1` came from.
    #[must_use]
    pub fn rename_field(mut self, rename: impl FnOnce(&str) -> Option<String>) -> Self {
        if let Some(field) = field_of!(&mut self)
            && let Some(name) = rename(field)
        {
            *field = name;
        }
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Shape { field, what, expected, got } => {
                write!(f, "{field}: expected {expected} {what}, got {got}")
            }
            Error::Empty { field, what } => write!(f, "{field}: expected {what}, got none"),
            Error::NotFinite { field, row, column, got } => {
                write!(f, "{field}: row {row}, column {column}: expected a finite number, got {got}")
            }
            Error::Class { field, row, column: None, expected, got } => {
                write!(f, "{field}: row {row}, column 0: expected {expected}, got {got}")
            }
            Error::Class { field, row, column: Some(column), expected, got } => {
                write!(f, "{field}: row {row}, column {column}: expected {expected}, got {got}")
            }
            Error::UnseenClass { field, row, got } => {
                write!(
                    f,
                    "{field}: row {row}, column 0: expected a class with training samples, got class {got}"
                )
            }
            Error::OneClass { field, got } => {
                write!(f, "{field}: expected at least two classes, got only class {got}")
            }
            Error::TooFewSamples { field, expected, got } => {
                write!(f, "{field}: expected at least {expected} samples, one per class, got {got}")
            }
            Error::Setting { field, expected, got } => write!(f, "{field}: expected {expected}, got {got}"),
            Error::Weight { field, row, got } => {
                write!(f, "{field}: row {row}, column 0: expected a finite number, at least 0, got {got}")
            }
            Error::Diverged { field, epoch, got } => write!(
                f,
                "{field}: epoch {epoch}: expected a finite loss, got {got}; standardise the features or lower \
                 the learning rate"
            ),
            Error::Cancelled => write!(f, "cancelled"),
            Error::Format { field, expected, got } => write!(f, "{field}: expected {expected}, got {got}"),
            Error::Version { field, expected, got } => write!(
                f,
                "{field}: expected model format version {expected} or older, got {got}; a newer lsmi reads it"
            ),
            Error::Io { field, action, got } => write!(f, "{field}: cannot {action}: {got}"),
        }
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn messages_name_field_place_expected_and_got() {
        let error = Error::NotFinite { field: "x1".into(), row: 3, column: 7, got: f64::NAN };
        assert_eq!(error.to_string(), "x1: row 3, column 7: expected a finite number, got NaN");
        let renamed = error.rename_field(|f| (f == "x1").then(|| "train_modal_1_features".into()));
        assert_eq!(renamed.field(), Some("train_modal_1_features"));
        assert_eq!(Error::Cancelled.field(), None);
    }
}
