//! Products: general ones, and those of Gaussian mixtures, which know a lower triangle.

pub(crate) mod general;
mod kernels;
pub(crate) mod mixture;
pub(crate) mod panels;
#[allow(clippy::needless_range_loop)]
pub(crate) mod tile;
#[allow(clippy::needless_range_loop)]
mod triangle;

pub use kernels::Kernels;
