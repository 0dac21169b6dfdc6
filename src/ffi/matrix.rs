//! Samples in the caller's memory.

use super::arrays::{Plain, Structure, input, structure};
use super::status::{Failure, LSMI_ERROR_SHAPE, LSMI_ERROR_TYPE, Outcome};
use crate::{Float, Samples};
use core::ffi::c_void;

/// Type code of `float`.
pub const LSMI_F32: i32 = 0;
/// Type code of `double`.
pub const LSMI_F64: i32 = 1;

/// A borrowed set of samples: sample i is the `features` numbers from `data + i * stride` on (in elements).
///
/// That is a row-major samples × features array, and a column-major features × samples matrix.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiMatrix {
    /// `sizeof(LsmiMatrix)`.
    pub struct_size: usize,
    /// The first number: `const float *` or `const double *`, by `type_`.
    pub data: *const c_void,
    /// Number of samples, at least 1.
    pub samples: usize,
    /// Features of a sample, at least 1.
    pub features: usize,
    /// Elements from one sample to the next, at least `features`.
    pub stride: usize,
    /// `LSMI_F32` or `LSMI_F64`.
    pub type_: i32,
}

// SAFETY: repr(C), begins with its size; made of numbers and pointers, of which every pattern of bits is one.
unsafe impl Structure for LsmiMatrix {
    const NAME: &'static str = "LsmiMatrix";
}

/// Samples of either type.
#[derive(Clone, Copy)]
pub(super) enum AnySamples<'a> {
    F32(Samples<'a, f32>),
    F64(Samples<'a, f64>),
}

/// A number type as C knows it.
pub(super) trait Typed: Float + Plain {
    const TYPE: i32;
}

impl Typed for f32 {
    const TYPE: i32 = LSMI_F32;
}

impl Typed for f64 {
    const TYPE: i32 = LSMI_F64;
}

/// Runs an expression with `T` standing for the type that a code names.
macro_rules! by_type {
    ($code:expr, $T:ident => $result:expr) => {
        match $code {
            $crate::ffi::LSMI_F32 => {
                type $T = f32;
                $result
            }
            $crate::ffi::LSMI_F64 => {
                type $T = f64;
                $result
            }
            other => Err($crate::ffi::matrix::bad_type(other)),
        }
    };
}
pub(super) use by_type;

/// Conversions between an enum of `F32` and `F64` and what it holds.
macro_rules! any_of_both {
    ($any:ident, $held:ident) => {
        impl From<$held<f32>> for $any {
            fn from(held: $held<f32>) -> Self {
                $any::F32(held)
            }
        }

        impl From<$held<f64>> for $any {
            fn from(held: $held<f64>) -> Self {
                $any::F64(held)
            }
        }

        impl<'a> TryFrom<&'a $any> for &'a $held<f32> {
            type Error = ();
            fn try_from(any: &'a $any) -> core::result::Result<Self, ()> {
                if let $any::F32(held) = any { Ok(held) } else { Err(()) }
            }
        }

        impl<'a> TryFrom<&'a $any> for &'a $held<f64> {
            type Error = ();
            fn try_from(any: &'a $any) -> core::result::Result<Self, ()> {
                if let $any::F64(held) = any { Ok(held) } else { Err(()) }
            }
        }
    };
}
pub(super) use any_of_both;

pub(super) fn bad_type(code: i32) -> Failure {
    Failure::new(LSMI_ERROR_TYPE, "type", "LSMI_F32 (0) or LSMI_F64 (1)", code)
}

/// # Safety
/// The numbers of `matrix` are readable, of type `T`, and unchanged for `'a`.
#[inline]
unsafe fn typed<'a, T: Float>(field: &str, matrix: &LsmiMatrix) -> Outcome<Samples<'a, T>> {
    let LsmiMatrix { samples, features, stride, .. } = *matrix;
    // What the shape itself has wrong comes before any look at the memory.
    let length = match samples.checked_sub(1) {
        None => 0,
        Some(rest) => rest.checked_mul(stride).and_then(|n| n.checked_add(features)).ok_or_else(|| {
            let got = alloc::format!("{samples} samples {stride} apart");
            Failure::new(LSMI_ERROR_SHAPE, field, "a size that can be addressed", got)
        })?,
    };
    if samples > 0 && features > 0 && stride >= features {
        // SAFETY: by contract.
        let data = unsafe { input(field, matrix.data.cast::<T>(), length) }?;
        return Ok(Samples::new(field, data, samples, features, stride)?);
    }
    Ok(Samples::new(field, &[], samples, features, stride)?)
}

/// The samples that a matrix describes; `field` names them in messages.
///
/// # Safety
/// `matrix` is NULL or points to a readable struct whose numbers are readable and unchanged for `'a`.
#[inline]
pub(super) unsafe fn any_samples<'a>(field: &str, matrix: *const LsmiMatrix) -> Outcome<AnySamples<'a>> {
    // SAFETY: by contract.
    let matrix = unsafe { described(field, matrix) }?;
    match matrix.type_ {
        // SAFETY: by contract; the type is the one that the code names.
        LSMI_F32 => unsafe { typed(field, matrix) }.map(AnySamples::F32),
        // SAFETY: as above.
        LSMI_F64 => unsafe { typed(field, matrix) }.map(AnySamples::F64),
        other => Err(bad_type(other)),
    }
}

/// Samples of both modalities, of one type.
#[derive(Clone, Copy)]
pub(super) enum AnyPair<'a> {
    F32(Samples<'a, f32>, Samples<'a, f32>),
    F64(Samples<'a, f64>, Samples<'a, f64>),
}

/// The samples of x1 and x2.
///
/// # Safety
/// As [`any_samples`], of both.
pub(super) unsafe fn any_pair<'a>(x1: *const LsmiMatrix, x2: *const LsmiMatrix) -> Outcome<AnyPair<'a>> {
    // SAFETY: by contract.
    match unsafe { (any_samples("x1", x1)?, any_samples("x2", x2)?) } {
        (AnySamples::F32(x1), AnySamples::F32(x2)) => Ok(AnyPair::F32(x1, x2)),
        (AnySamples::F64(x1), AnySamples::F64(x2)) => Ok(AnyPair::F64(x1, x2)),
        (AnySamples::F32(_), AnySamples::F64(_)) => Err(other_type_of_x2(f32::NAME, f64::NAME)),
        (AnySamples::F64(_), AnySamples::F32(_)) => Err(other_type_of_x2(f64::NAME, f32::NAME)),
    }
}

#[cold]
fn other_type_of_x2(of_x1: &str, of_x2: &str) -> Failure {
    Failure::new(LSMI_ERROR_TYPE, "x2", &alloc::format!("{of_x1} numbers, as in x1"), of_x2)
}

/// The samples of a matrix that must be of type `T`.
///
/// # Safety
/// As [`any_samples`].
#[inline]
pub(super) unsafe fn samples<'a, T: Typed>(
    field: &str,
    matrix: *const LsmiMatrix,
) -> Outcome<Samples<'a, T>> {
    // SAFETY: by contract.
    let matrix = unsafe { described(field, matrix) }?;
    match matrix.type_ {
        // SAFETY: by contract; the type is the one that the code names.
        code if code == T::TYPE => unsafe { typed(field, matrix) },
        LSMI_F32 => Err(other_type::<T>(field, f32::NAME)),
        LSMI_F64 => Err(other_type::<T>(field, f64::NAME)),
        other => Err(bad_type(other)),
    }
}

/// The struct of a matrix.
///
/// # Safety
/// `matrix` is NULL or points to a readable struct.
#[inline]
unsafe fn described<'a>(field: &str, matrix: *const LsmiMatrix) -> Outcome<&'a LsmiMatrix> {
    if matrix.is_null() {
        return Err(Failure::null(field));
    }
    // SAFETY: by contract.
    unsafe { structure(matrix) }
}

#[cold]
fn other_type<T: Typed>(field: &str, got: &str) -> Failure {
    Failure::new(LSMI_ERROR_TYPE, field, &alloc::format!("{} numbers", T::NAME), got)
}
