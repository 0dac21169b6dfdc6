//! Products: general ones, and those of Gaussian mixtures, which know a lower triangle.

#![allow(
    clippy::needless_range_loop,
    reason = "iterators are not always inlined, and what is not inlined is not compiled for the instruction set"
)]

pub(crate) mod general;
mod kernels;
pub(crate) mod mixture;
pub(crate) mod panels;
pub(crate) mod tile;
mod triangle;

pub use kernels::Kernels;
