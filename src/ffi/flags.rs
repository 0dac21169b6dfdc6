//! Signs that results may mislead.

use super::arrays::{input, structure_mut, write_result};
use super::handle::{self, opaque};
use super::interaction::structures;
use super::matrix::{AnyPair, LsmiMatrix, any_pair};
use super::model::LsmiModel;
use super::status::{Failure, LSMI_ERROR_SHAPE, LSMI_ERROR_TEXT, Outcome};
use crate::estimator::{Flag, data_flags};
use crate::matrix::check_count;
use crate::{Float, Samples};
use alloc::ffi::CString;
use alloc::vec::Vec;
use core::ffi::c_char;

/// Signs that results may mislead. Const handle: concurrent calls allowed. Free with `lsmi_flags_free`.
pub struct LsmiFlags(());

opaque!(LsmiFlags, Vec<Texts>, b"LSFl");

/// A flag whose texts C can read.
pub(super) struct Texts {
    figure: f64,
    name: CString,
    subject: CString,
    finding: CString,
    advice: CString,
}

impl Texts {
    fn of(flag: &Flag) -> Outcome<Self> {
        // Those of a model file may be anything.
        let text = |field: &str, text: &str| {
            CString::new(text).map_err(|e| Failure::new(LSMI_ERROR_TEXT, field, "text without NUL", e))
        };
        Ok(Texts {
            figure: flag.figure,
            name: text("name", &flag.name)?,
            subject: text("subject", &flag.subject)?,
            finding: text("finding", &flag.finding)?,
            advice: text("advice", &flag.advice)?,
        })
    }
}

/// A sign that results may mislead. Its texts are UTF-8, NUL-terminated, and live as long as the `LsmiFlags`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiFlag {
    /// `sizeof(LsmiFlag)`.
    pub struct_size: usize,
    /// The number that gave rise to it.
    pub figure: f64,
    /// Which sign, such as "unit_norm".
    pub name: *const c_char,
    /// What it is about: "x1", "x2", "y", or "reading" for the samples as the fit read them.
    pub subject: *const c_char,
    /// What was found.
    pub finding: *const c_char,
    /// What to do about it.
    pub advice: *const c_char,
}

structures!(LsmiFlag);

/// The flags of a model, found in its training samples and in their reading; none of an imported model. Free them with
/// `lsmi_flags_free`.
///
/// Errors: `POINTER`, `TEXT` for a model file whose flags have NUL, `HANDLE`, `FAILED_HANDLE`; `*out` is then NULL (in
/// a build without std: a handle that only tells its message and is freed). Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_flags(model: *const LsmiModel, out: *mut *mut LsmiFlags) -> i32 {
    // SAFETY: the caller gives a live handle and room, or NULL.
    unsafe { handle::create_from(model, out, |any| any.flags().iter().map(Texts::of).collect()) }
}

/// What two modalities and classes, before any fit, give reason to doubt: constant, nearly constant, duplicated and
/// dependent features, different scales, samples on a sphere, few samples, small classes. Free the flags with
/// `lsmi_flags_free`.
///
/// `x1` and `x2` are of the same type; `y` has `y_count` class numbers.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `NOT_FINITE`; `*out` is then NULL (in a build without
/// std: a handle that only tells its message and is freed). Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_data_flags(
    x1: *const LsmiMatrix,
    x2: *const LsmiMatrix,
    y: *const i64,
    y_count: usize,
    out: *mut *mut LsmiFlags,
) -> i32 {
    fn checked<T: Float>(x1: Samples<'_, T>, x2: Samples<'_, T>, y: &[i64]) -> Outcome<Vec<Flag>> {
        x1.check_finite("x1")?;
        x2.check_finite("x2")?;
        x2.check_samples("x2", x1.samples())?;
        check_count("y", "samples", x1.samples(), y.len())?;
        Ok(data_flags(&x1, &x2, y))
    }
    // SAFETY: the caller gives readable matrices, `y_count` targets, and room, or NULL.
    unsafe {
        handle::create(out, || {
            let y = input("y", y, y_count)?;
            let flags = match any_pair(x1, x2)? {
                AnyPair::F32(x1, x2) => checked(x1, x2, y),
                AnyPair::F64(x1, x2) => checked(x1, x2, y),
            }?;
            flags.iter().map(Texts::of).collect()
        })
    }
}

/// Frees flags; NULL is fine.
///
/// Errors: `HANDLE` for a handle of another kind. Exclusive use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_flags_free(flags: *mut LsmiFlags) -> i32 {
    // SAFETY: the caller gives a handle of its own, or NULL, and uses it no more.
    unsafe { handle::free(flags) }
}

/// The message of this handle's last failed call, as `lsmi_last_error_message` writes it.
///
/// Errors: `POINTER`, `HANDLE`, `BUFFER`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_flags_error_message(
    flags: *const LsmiFlags,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> i32 {
    // SAFETY: the caller gives a live handle and a buffer of `capacity` bytes, or NULL.
    unsafe { handle::message(flags, buffer, capacity, length) }
}

/// How many flags there are. Allocates nothing.
///
/// Errors: `POINTER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_flags_count(flags: *const LsmiFlags, count: *mut usize) -> i32 {
    // SAFETY: the caller gives a live handle and a writable result, or NULL.
    unsafe { handle::with(flags, |flags| write_result("count", count, flags.len())) }
}

/// Fills in a flag, from 0; the caller sets `out->struct_size` first. Allocates nothing.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `SHAPE` if there is no such flag, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_flags_get(flags: *const LsmiFlags, index: usize, out: *mut LsmiFlag) -> i32 {
    // SAFETY: the caller gives a live handle and a writable struct, or NULL.
    unsafe {
        handle::with(flags, |flags| {
            let out = structure_mut(out)?;
            let flag = flags.get(index).ok_or_else(|| {
                let expected = alloc::format!("one of {} flags", flags.len());
                Failure::new(LSMI_ERROR_SHAPE, "index", &expected, index)
            })?;
            *out = LsmiFlag {
                struct_size: size_of::<LsmiFlag>(),
                figure: flag.figure,
                name: flag.name.as_ptr(),
                subject: flag.subject.as_ptr(),
                finding: flag.finding.as_ptr(),
                advice: flag.advice.as_ptr(),
            };
            Ok(())
        })
    }
}
