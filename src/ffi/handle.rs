//! What is behind an opaque pointer.

use super::arrays::write_text;
use super::status::{
    Failure, LSMI_ERROR_FAILED_HANDLE, LSMI_ERROR_HANDLE, LSMI_ERROR_PANIC, Outcome, catch, guard, settle,
};
use alloc::boxed::Box;
use alloc::string::String;
use core::cell::UnsafeCell;
use core::ffi::c_char;
use core::sync::atomic::{AtomicBool, Ordering};

/// A value behind an opaque pointer, with what went wrong last.
#[repr(C)]
pub(super) struct Handle<T> {
    /// Tells the kind of handle, and that it is one.
    mark: u32,
    failed: AtomicBool,
    error: Message,
    /// Nothing in a handle that could not be made (builds without std, where the message has no other home).
    value: Option<T>,
}

/// A text behind a spin lock: without std there is no other.
struct Message {
    locked: AtomicBool,
    text: UnsafeCell<String>,
}

// SAFETY: the text is only reached through `with`, by one thread at a time.
unsafe impl Sync for Message {}

impl Message {
    fn with<R>(&self, work: impl FnOnce(&mut String) -> R) -> R {
        while self.locked.swap(true, Ordering::Acquire) {
            core::hint::spin_loop();
        }
        // SAFETY: the lock is held, so nobody else has a reference.
        let result = work(unsafe { &mut *self.text.get() });
        self.locked.store(false, Ordering::Release);
        result
    }
}

/// An opaque type of the header: pointers to it point to a `Handle<Self::Value>`, and are only made here.
pub(super) trait Opaque: Sized {
    type Value;
    /// Different for each kind.
    const MARK: u32;
    /// The kind's name in messages.
    const NAME: &'static str;
}

/// Says what is behind an opaque type.
macro_rules! opaque {
    ($name:ident, $value:ty, $mark:literal) => {
        impl $crate::ffi::handle::Opaque for $name {
            type Value = $value;
            const MARK: u32 = u32::from_be_bytes(*$mark);
            const NAME: &'static str = stringify!($name);
        }
    };
}
pub(super) use opaque;

fn boxed<O: Opaque>(value: Option<O::Value>, message: String) -> *mut O {
    let error = Message { locked: AtomicBool::new(false), text: UnsafeCell::new(message) };
    let handle = Handle { mark: O::MARK, failed: AtomicBool::new(value.is_none()), error, value };
    Box::into_raw(Box::new(handle)).cast()
}

/// Runs `make` and hands its value out through `out`.
///
/// # Safety
/// `out` is NULL or writable.
pub(super) unsafe fn create<O: Opaque>(out: *mut *mut O, make: impl FnOnce() -> Outcome<O::Value>) -> i32 {
    guard(|| {
        // SAFETY: by contract.
        let [out] = unsafe { super::arrays::output("out", out, 1) }? else {
            return Err(Failure::null("out"));
        };
        *out = core::ptr::null_mut();
        match catch(make) {
            Ok(value) => {
                *out = boxed::<O>(Some(value), String::new());
                Ok(())
            }
            Err(failure) => {
                if cfg!(not(feature = "std")) {
                    *out = boxed::<O>(None, failure.message.clone());
                }
                Err(failure)
            }
        }
    })
}

/// The handle behind a pointer, if it is one of the right kind.
///
/// # Safety
/// `pointer` is NULL or was made by this library and not freed yet.
unsafe fn handle<'a, O: Opaque>(pointer: *const O) -> Outcome<&'a Handle<O::Value>> {
    if pointer.is_null() {
        return Err(Failure::null(O::NAME));
    }
    let pointer = pointer.cast::<Handle<O::Value>>();
    if !pointer.is_aligned() {
        return Err(Failure::new(LSMI_ERROR_HANDLE, O::NAME, "a handle", "a pointer to something else"));
    }
    // SAFETY: not NULL, aligned, and a handle by contract, which begins with its mark, whatever its kind.
    if unsafe { *pointer.cast::<u32>() } != O::MARK {
        return Err(Failure::new(LSMI_ERROR_HANDLE, O::NAME, "a handle of this kind", "another"));
    }
    // SAFETY: alive by contract, and of this kind by its mark.
    Ok(unsafe { &*pointer })
}

/// The value of a handle that can still be used.
///
/// # Safety
/// As [`handle`].
pub(super) unsafe fn value<'a, O: Opaque>(pointer: *const O) -> Outcome<&'a O::Value> {
    // SAFETY: by contract.
    let handle = unsafe { handle(pointer) }?;
    match &handle.value {
        Some(value) if !handle.failed.load(Ordering::Acquire) => Ok(value),
        _ => Err(Failure::new(
            LSMI_ERROR_FAILED_HANDLE,
            O::NAME,
            "a handle without fault",
            "one that failed inside the library; free it",
        )),
    }
}

/// Runs `work` on the value of a handle; a failure is also kept in the handle, and a panic spoils it.
///
/// # Safety
/// As [`handle`].
pub(super) unsafe fn with<O: Opaque>(pointer: *const O, work: impl FnOnce(&O::Value) -> Outcome) -> i32 {
    // SAFETY: by contract.
    let outcome = catch(|| work(unsafe { value(pointer) }?));
    if let Err(failure) = &outcome
        // SAFETY: by contract.
        && let Ok(handle) = unsafe { handle(pointer) }
    {
        handle.error.with(|text| text.clone_from(&failure.message));
        if failure.status == LSMI_ERROR_PANIC {
            handle.failed.store(true, Ordering::Release);
        }
    }
    settle(outcome)
}

/// Frees a handle; NULL is fine.
///
/// # Safety
/// As [`handle`], and nobody uses the handle any more.
pub(super) unsafe fn free<O: Opaque>(pointer: *mut O) -> i32 {
    if pointer.is_null() {
        return super::LSMI_OK;
    }
    guard(|| {
        // SAFETY: by contract.
        unsafe { handle(pointer) }?;
        // SAFETY: it came from `Box::into_raw` in `boxed`, with this type, and is given back once, by contract.
        drop(unsafe { Box::from_raw(pointer.cast::<Handle<O::Value>>()) });
        Ok(())
    })
}

/// Writes the message of a handle's last failed call.
///
/// # Safety
/// As [`handle`]; the buffer as in [`write_text`].
pub(super) unsafe fn message<O: Opaque>(
    pointer: *const O,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> i32 {
    guard(|| {
        // SAFETY: by contract.
        let text = unsafe { handle(pointer) }?.error.with(|text| text.clone());
        // SAFETY: by contract.
        unsafe { write_text(&text, buffer, capacity, length) }
    })
}
