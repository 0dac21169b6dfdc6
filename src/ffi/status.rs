//! Status codes, and the one guard behind which every function runs.

use super::arrays::write_text;
use crate::Error;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use core::ffi::{CStr, c_char};

/// Success.
pub const LSMI_OK: i32 = 0;
/// A size differs from what the other arguments or the model ask for.
pub const LSMI_ERROR_SHAPE: i32 = 1;
/// No samples, or no features.
pub const LSMI_ERROR_EMPTY: i32 = 2;
/// A value is NaN or infinite.
pub const LSMI_ERROR_NOT_FINITE: i32 = 3;
/// A target is no class number of this problem.
pub const LSMI_ERROR_CLASS: i32 = 4;
/// A class that no training sample has.
pub const LSMI_ERROR_UNSEEN_CLASS: i32 = 5;
/// All training samples are of one class.
pub const LSMI_ERROR_ONE_CLASS: i32 = 6;
/// Fewer training samples than classes.
pub const LSMI_ERROR_TOO_FEW_SAMPLES: i32 = 7;
/// A setting or argument that does not exist or is out of range.
pub const LSMI_ERROR_SETTING: i32 = 8;
/// The loss left the finite numbers.
pub const LSMI_ERROR_DIVERGED: i32 = 9;
/// The progress callback asked to stop.
pub const LSMI_ERROR_CANCELLED: i32 = 10;
/// A file or buffer is of the wrong kind, truncated or altered.
pub const LSMI_ERROR_FORMAT: i32 = 11;
/// A model file of a newer format.
pub const LSMI_ERROR_VERSION: i32 = 12;
/// The operating system refused to read or write.
pub const LSMI_ERROR_IO: i32 = 13;
/// A pointer that must not be NULL is NULL, or is not aligned for its type.
pub const LSMI_ERROR_POINTER: i32 = 20;
/// `struct_size` is not that of this library's header.
pub const LSMI_ERROR_STRUCT_SIZE: i32 = 21;
/// A type code that does not exist, or arrays of a type other than the model's.
pub const LSMI_ERROR_TYPE: i32 = 22;
/// A handle that is none, or of another kind.
pub const LSMI_ERROR_HANDLE: i32 = 23;
/// A handle whose earlier call failed inside the library; it can only be freed.
pub const LSMI_ERROR_FAILED_HANDLE: i32 = 24;
/// The buffer is too small; the length needed has been written.
pub const LSMI_ERROR_BUFFER: i32 = 25;
/// Text that is not UTF-8.
pub const LSMI_ERROR_TEXT: i32 = 26;
/// A fault inside the library. A handle that took part can only be freed.
pub const LSMI_ERROR_PANIC: i32 = 27;

/// What went wrong; behind a pointer, so that the results of the many calls that succeed stay small.
#[derive(Debug)]
pub(super) struct Failure(Box<Details>);

/// A status with its message, and the field at fault, which is empty if there is none.
#[derive(Debug)]
pub(super) struct Details {
    pub(super) status: i32,
    pub(super) field: String,
    pub(super) message: String,
}

impl core::ops::Deref for Failure {
    type Target = Details;
    fn deref(&self) -> &Details {
        &self.0
    }
}

pub(super) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    #[cold]
    pub(super) fn new(status: i32, field: &str, expected: &str, got: impl core::fmt::Display) -> Self {
        let message = format!("{field}: expected {expected}, got {got}");
        Failure(Box::new(Details { status, field: field.to_string(), message }))
    }

    #[cold]
    pub(super) fn null(field: &str) -> Self {
        Failure::new(LSMI_ERROR_POINTER, field, "a pointer", "NULL")
    }
}

impl From<Error> for Failure {
    #[cold]
    fn from(error: Error) -> Self {
        let status = match error {
            Error::Shape { .. } => LSMI_ERROR_SHAPE,
            Error::Empty { .. } => LSMI_ERROR_EMPTY,
            Error::NotFinite { .. } => LSMI_ERROR_NOT_FINITE,
            Error::Class { .. } => LSMI_ERROR_CLASS,
            Error::UnseenClass { .. } => LSMI_ERROR_UNSEEN_CLASS,
            Error::OneClass { .. } => LSMI_ERROR_ONE_CLASS,
            Error::TooFewSamples { .. } => LSMI_ERROR_TOO_FEW_SAMPLES,
            Error::Setting { .. } | Error::Weight { .. } => LSMI_ERROR_SETTING,
            Error::Diverged { .. } => LSMI_ERROR_DIVERGED,
            Error::Cancelled => LSMI_ERROR_CANCELLED,
            Error::Format { .. } => LSMI_ERROR_FORMAT,
            Error::Version { .. } => LSMI_ERROR_VERSION,
            Error::Io { .. } => LSMI_ERROR_IO,
        };
        let field = error.field().unwrap_or_default().to_string();
        Failure(Box::new(Details { status, field, message: error.to_string() }))
    }
}

/// Runs the body of a function of the interface: a failure becomes a status and the thread's last message, a panic
/// too (with std; without, it goes to the host's panic handler, which does not return).
#[inline]
pub(super) fn guard(work: impl FnOnce() -> Outcome) -> i32 {
    settle(catch(work))
}

/// The status of an outcome, whose message becomes the thread's last one.
#[inline]
pub(super) fn settle(outcome: Outcome) -> i32 {
    match outcome {
        Ok(()) => LSMI_OK,
        Err(failure) => {
            let status = failure.status;
            remember(failure);
            status
        }
    }
}

#[cfg(feature = "std")]
#[inline]
pub(super) fn catch<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    // Whoever shares state with `work` marks it as failed when this gives LSMI_ERROR_PANIC.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<&str>().map(|s| s.to_string());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
        let message = format!("fault inside the library: {text}");
        Err(Failure(Box::new(Details { status: LSMI_ERROR_PANIC, field: String::new(), message })))
    })
}

#[cfg(not(feature = "std"))]
#[inline]
pub(super) fn catch<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    work()
}

#[cfg(feature = "std")]
std::thread_local! {
    static LAST_ERROR: core::cell::RefCell<Option<Failure>> = const { core::cell::RefCell::new(None) };
}

#[cfg(feature = "std")]
#[cold]
fn remember(failure: Failure) {
    // Not while the thread is being torn down.
    let _ = LAST_ERROR.try_with(|last| *last.borrow_mut() = Some(failure));
}

#[cfg(not(feature = "std"))]
fn remember(_: Failure) {}

/// A text of this thread's last failure; empty if there is none.
#[cfg(feature = "std")]
fn last(of: fn(&Failure) -> &String) -> String {
    LAST_ERROR.try_with(|last| last.borrow().as_ref().map(of).cloned()).ok().flatten().unwrap_or_default()
}

#[cfg(not(feature = "std"))]
fn last(_: fn(&Failure) -> &String) -> String {
    String::new()
}

/// The message of this thread's last failed call: which field, which index, what was expected and what was found;
/// empty if no call has failed. Later successful calls leave it as it is.
///
/// Writes at most `capacity` bytes, the last one NUL, and the length of the whole message without NUL to `length`
/// (may be NULL). With `buffer` NULL only the length is written. In a build without std the message is always
/// empty: ask the handle, by `lsmi_model_error_message` and its like.
///
/// Returns `LSMI_OK`, or `LSMI_ERROR_BUFFER` if the message was cut. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_last_error_message(
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> i32 {
    // Not through the guard: asking must not change the answer.
    // SAFETY: the caller gives `capacity` writable bytes at `buffer` (or NULL), and a writable `length` (or NULL).
    unsafe { write_text(&last(|failure| &failure.message), buffer, capacity, length) }
        .map_or_else(|failure| failure.status, |()| LSMI_OK)
}

/// The field at fault in this thread's last failed call: the argument, array, setting, struct or file that its message
/// names; empty if it names none (as `CANCELLED` does), and if no call has failed. Later successful calls leave it as
/// it is.
///
/// Writes as `lsmi_last_error_message` does. In a build without std it is always empty.
///
/// Returns `LSMI_OK`, or `LSMI_ERROR_BUFFER` if the field was cut. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_last_error_field(
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> i32 {
    // Not through the guard: asking must not change the answer.
    // SAFETY: the caller gives `capacity` writable bytes at `buffer` (or NULL), and a writable `length` (or NULL).
    unsafe { write_text(&last(|failure| &failure.field), buffer, capacity, length) }
        .map_or_else(|failure| failure.status, |()| LSMI_OK)
}

/// A short name of a status code, such as "shape"; never NULL. The text is static and must not be freed.
///
/// Thread-safe.
#[unsafe(no_mangle)]
pub extern "C" fn lsmi_status_str(status: i32) -> *const c_char {
    let name: &CStr = match status {
        LSMI_OK => c"ok",
        LSMI_ERROR_SHAPE => c"shape",
        LSMI_ERROR_EMPTY => c"empty",
        LSMI_ERROR_NOT_FINITE => c"not finite",
        LSMI_ERROR_CLASS => c"class",
        LSMI_ERROR_UNSEEN_CLASS => c"unseen class",
        LSMI_ERROR_ONE_CLASS => c"one class",
        LSMI_ERROR_TOO_FEW_SAMPLES => c"too few samples",
        LSMI_ERROR_SETTING => c"setting",
        LSMI_ERROR_DIVERGED => c"diverged",
        LSMI_ERROR_CANCELLED => c"cancelled",
        LSMI_ERROR_FORMAT => c"format",
        LSMI_ERROR_VERSION => c"version",
        LSMI_ERROR_IO => c"io",
        LSMI_ERROR_POINTER => c"pointer",
        LSMI_ERROR_STRUCT_SIZE => c"struct size",
        LSMI_ERROR_TYPE => c"type",
        LSMI_ERROR_HANDLE => c"handle",
        LSMI_ERROR_FAILED_HANDLE => c"failed handle",
        LSMI_ERROR_BUFFER => c"buffer",
        LSMI_ERROR_TEXT => c"text",
        LSMI_ERROR_PANIC => c"fault",
        _ => c"unknown status",
    };
    name.as_ptr()
}
