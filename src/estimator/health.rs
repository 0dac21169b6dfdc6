//! Signs that the results of a fit may mislead, each with what to do about it.

mod classes;
mod features;
mod reading;
mod relations;

pub use features::data_flags;
pub(super) use reading::{Course, reading_flags};

use alloc::string::{String, ToString};
use serde::{Deserialize, Serialize};

/// A sign that results may mislead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flag {
    /// Which sign, such as `unit_norm`.
    pub name: String,
    /// What it is about: `x1`, `x2`, `y`, or `reading` for the samples as the fit read them.
    pub subject: String,
    /// The number that gave rise to it.
    pub figure: f64,
    /// What was found.
    pub finding: String,
    /// What to do about it.
    pub advice: String,
}

impl Flag {
    fn new(name: &str, subject: &str, figure: f64, finding: String, advice: &str) -> Self {
        let (name, subject, advice) = (name.to_string(), subject.to_string(), advice.to_string());
        Flag { name, subject, figure, finding, advice }
    }
}

#[cfg(test)]
mod tests;
