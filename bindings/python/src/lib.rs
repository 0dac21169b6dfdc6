#![warn(missing_docs)]
//! The extension module behind the Python package `lsmi`: the Rust API on arrays of NumPy.

mod any;
mod arrays;
mod error;
mod estimator;
mod functions;
mod knife;
mod network;
mod report;
mod simd;
mod synthetic;
mod training;
mod trust;

use pyo3::prelude::*;

#[pymodule]
mod _lsmi {
    #[pymodule_export]
    use crate::estimator::{Model, check_setting, configure};
    #[pymodule_export]
    use crate::functions::{atoms, discrete, information, joint_categories, log_sum_exp, mean, place, shift};
    #[pymodule_export]
    use crate::knife::Knife;
    #[pymodule_export]
    use crate::network::Network;
    #[pymodule_export]
    use crate::report::report;
    #[pymodule_export]
    use crate::simd::{build_features, simd_level, simd_levels};
    #[pymodule_export]
    use crate::synthetic::{
        LatentMixture, agreement, circuit, circuit_support, circuits, kind_mixture, kind_mixture_truth,
        mixed_gaussian, mixed_gaussian_truth, planted_xor, planted_xor_truth,
    };
    #[pymodule_export]
    use crate::trust::{bootstrap, controls, data_flags, flags, intervals, permutation_null, spread};

    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "the name that Python expects")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
