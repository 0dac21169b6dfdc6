//! Kernels: products and updates on vectors, for the layers of networks, for Gaussian mixtures, which know a lower
//! triangle, and for Adam.

#![allow(
    clippy::needless_range_loop,
    reason = "iterators are not always inlined, and what is not inlined is not compiled for the instruction set"
)]

pub(crate) mod adam;
pub(crate) mod dense;
mod ends;
mod kernels;
pub(crate) mod mixture;
pub(crate) mod panels;
mod product;
pub(crate) mod softmax;
#[cfg(test)]
mod tests;
pub(crate) mod tile;
mod triangle;

pub use kernels::Kernels;
