#![warn(missing_docs)]
//! The extension module behind the Python package `lsmi`: the Rust API on arrays of NumPy.

mod arrays;
mod benchmark;
mod error;
mod estimator;
mod functions;
mod knife;
mod network;
mod synthetic;
mod training;

use pyo3::prelude::*;

#[pymodule]
mod _lsmi {
    #[pymodule_export]
    use crate::benchmark::{time_log_density, time_score};
    #[pymodule_export]
    use crate::estimator::{Model, check_setting, configure};
    #[pymodule_export]
    use crate::functions::{atoms, discrete, information, joint_categories, log_sum_exp, mean, place, shift};
    #[pymodule_export]
    use crate::knife::Knife;
    #[pymodule_export]
    use crate::network::Network;
    #[pymodule_export]
    use crate::synthetic::{agreement, circuit, circuits, kind_mixture, mixed_gaussian, planted_xor};

    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "the name that Python expects")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
