//! Products: general ones, and those of Gaussian mixtures, which know a lower triangle.

pub(crate) mod general;
mod kernels;
pub(crate) mod mixture;
pub(crate) mod panels;
pub(crate) mod tile;
mod triangle;

pub use kernels::Kernels;
