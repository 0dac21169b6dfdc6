//! What the library was built with, and the instruction set that kernels run on.

use lsmi::simd::Level;
use pyo3::prelude::*;

/// The instruction set that the kernels use unless a Knife or a Network is given another (with_level): portable, neon,
/// avx2 or avx512. It is the widest of this processor, or what the environment variable LSMI_SIMD names, if that is
/// lower.
#[pyfunction]
pub fn simd_level() -> &'static str {
    Level::best().name()
}

/// The instruction sets of this processor, the plainest first.
#[pyfunction]
pub fn simd_levels() -> Vec<&'static str> {
    Level::available().map(Level::name).collect()
}

/// The optional parts that the library was built with, such as ["std", "rayon"].
#[pyfunction]
pub fn build_features() -> Vec<&'static str> {
    lsmi::build_features().to_vec()
}
