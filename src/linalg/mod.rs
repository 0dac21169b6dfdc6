//! Products and updates on vectors: the layers of networks, those that know a lower triangle, and Adam.

pub(crate) mod adam;
pub(crate) mod dense;
mod ends;
pub(crate) mod lower;
mod product;
pub(crate) mod softmax;
#[cfg(test)]
mod tests;
pub(crate) mod tile;
