//! Products: general ones through nalgebra, and those that know a lower triangle.

pub(crate) mod general;
pub(crate) mod lower;
pub(crate) mod tile;
