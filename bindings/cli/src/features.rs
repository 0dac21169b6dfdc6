//! Features as a file holds them.

use crate::dataset::listed;
use crate::files::{Archive, NUMBERS, Tensor, Values};
use lsmi::{Error, Float, Result};

/// A number per sample and feature.
#[derive(Debug, Clone)]
pub struct Features {
    values: Values,
    pub samples: usize,
    pub features: usize,
}

/// The features of an array that an option names; numbers that are not finite are refused.
pub fn take(file: &str, archive: &Archive, (option, name): (&str, &str)) -> Result<Features> {
    if let Some(other) = archive.unreadable.get(name) {
        return Err(Error::Format { field: name.into(), expected: NUMBERS.into(), got: other.clone() });
    }
    let names: Vec<String> = archive.tensors.keys().cloned().collect();
    match archive.tensors.get(name) {
        Some(tensor) => {
            let features = Features::of(name, tensor.clone())?;
            features.check_finite(name)?;
            Ok(features)
        }
        None => Err(Error::Setting {
            field: option.into(),
            expected: format!("the name of one of {file}'s arrays ({})", listed(&names)),
            got: if name.is_empty() { "none".into() } else { format!("'{name}'") },
        }),
    }
}

impl Features {
    /// Rows of features, or a number per sample.
    pub fn of(field: &str, tensor: Tensor) -> Result<Self> {
        let (samples, features) = match tensor.shape[..] {
            [samples] => (samples, 1),
            [samples, features] => (samples, features),
            _ => {
                return Err(Error::Format {
                    field: field.into(),
                    expected: "a samples × features array".into(),
                    got: format!("shape {:?}", tensor.shape),
                });
            }
        };
        Ok(Features { values: tensor.values, samples, features })
    }

    /// Whether they are double precision, or whole numbers beyond single precision.
    pub fn is_double(&self) -> bool {
        match &self.values {
            Values::F32(_) => false,
            Values::F64(_) => true,
            Values::I64(values) => values.iter().any(|v| v.unsigned_abs() > 1 << 24),
        }
    }

    /// Refuses numbers that are not finite.
    pub fn check_finite(&self, field: &str) -> Result<()> {
        let bad = match &self.values {
            Values::F32(values) => {
                values.iter().position(|v| !v.is_finite()).map(|i| (i, f64::from(values[i])))
            }
            Values::F64(values) => values.iter().position(|v| !v.is_finite()).map(|i| (i, values[i])),
            Values::I64(_) => None,
        };
        match bad {
            None => Ok(()),
            Some((i, got)) => Err(Error::NotFinite {
                field: field.into(),
                row: i / self.features,
                column: i % self.features,
                got,
            }),
        }
    }

    /// Their numbers as `T`.
    pub fn convert<T: Float>(&self, field: &str) -> Result<Vec<T>> {
        let values: Vec<T> = match &self.values {
            Values::F32(values) => values.iter().map(|v| T::of(f64::from(*v))).collect(),
            Values::F64(values) => values.iter().map(|v| T::of(*v)).collect(),
            Values::I64(values) => values.iter().map(|v| T::of(*v as f64)).collect(),
        };
        let overflow = |(i, v): (usize, &T)| match &self.values {
            Values::F64(source) if source[i].is_finite() && !v.is_finite() => Some((i, source[i])),
            _ => None,
        };
        match values.iter().enumerate().find_map(overflow) {
            None => Ok(values),
            Some((i, got)) => Err(Error::Format {
                field: format!("{field}: row {}, column {}", i / self.features, i % self.features),
                expected: format!("a number in the range of {}", T::NAME),
                got: format!("{got:?}"),
            }),
        }
    }
}
