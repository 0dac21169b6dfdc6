//! What is behind an opaque pointer.

use super::arrays::{write_result, write_text};
use super::status::{
    Failure, LSMI_ERROR_BUFFER, LSMI_ERROR_FAILED_HANDLE, LSMI_ERROR_HANDLE, LSMI_ERROR_PANIC, Outcome,
    catch, guard, settle,
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
    // Its own frame, never on the way of a success: tools that know no atomics can be told of this lock alone.
    #[inline(never)]
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
    // SAFETY: by contract.
    settle(catch(|| unsafe { place(out, make) }))
}

/// As [`create`], of the value of another handle, in which a failure is kept as [`with`] keeps it.
///
/// # Safety
/// `source` as [`handle`]; `out` as [`create`].
pub(super) unsafe fn create_from<S: Opaque, O: Opaque>(
    source: *const S,
    out: *mut *mut O,
    make: impl FnOnce(&S::Value) -> Outcome<O::Value>,
) -> i32 {
    // SAFETY: by contract.
    unsafe {
        let outcome = catch(|| place(out, || make(value(source)?)));
        keep(source, &outcome);
        settle(outcome)
    }
}

/// The body of [`create`], for those that make a handle of several others and keep its failure in each.
///
/// # Safety
/// As [`create`].
pub(super) unsafe fn place<O: Opaque>(out: *mut *mut O, make: impl FnOnce() -> Outcome<O::Value>) -> Outcome {
    // SAFETY: by contract.
    unsafe { write_result("out", out, core::ptr::null_mut()) }?;
    let (handle, outcome) = match catch(make) {
        Ok(value) => (boxed::<O>(Some(value), String::new()), Ok(())),
        Err(failure) if cfg!(feature = "std") => return Err(failure),
        Err(failure) => (boxed::<O>(None, failure.message.clone()), Err(failure)),
    };
    // SAFETY: written before.
    unsafe { out.write(handle) };
    outcome
}

/// The handle behind a pointer, if it is one of the right kind.
///
/// # Safety
/// `pointer` is NULL or was made by this library and not freed yet.
#[inline]
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
#[inline]
pub(super) unsafe fn value<'a, O: Opaque>(pointer: *const O) -> Outcome<&'a O::Value> {
    // SAFETY: by contract.
    let handle = unsafe { handle(pointer) }?;
    match &handle.value {
        Some(value) if !handle.failed.load(Ordering::Acquire) => Ok(value),
        _ => Err(failed::<O>()),
    }
}

#[cold]
fn failed<O: Opaque>() -> Failure {
    let got = "one that failed inside the library; free it";
    Failure::new(LSMI_ERROR_FAILED_HANDLE, O::NAME, "a handle without fault", got)
}

/// As [`value`], to be changed.
///
/// # Safety
/// As [`handle`], and nobody else uses the handle for `'a`.
pub(super) unsafe fn value_mut<'a, O: Opaque>(pointer: *mut O) -> Outcome<&'a mut O::Value> {
    // SAFETY: by contract.
    unsafe { value(pointer.cast_const()) }?;
    // SAFETY: alive and of this kind, as was just seen; unshared by contract.
    let handle = unsafe { &mut *pointer.cast::<Handle<O::Value>>() };
    handle.value.as_mut().ok_or_else(failed::<O>)
}

/// Runs `work` on the value of a handle; a failure is also kept in the handle, and a panic spoils it.
///
/// # Safety
/// As [`handle`].
#[inline]
pub(super) unsafe fn with<O: Opaque>(pointer: *const O, work: impl FnOnce(&O::Value) -> Outcome) -> i32 {
    // SAFETY: by contract.
    let outcome = catch(|| work(unsafe { value(pointer) }?));
    // SAFETY: by contract.
    unsafe { keep(pointer, &outcome) };
    settle(outcome)
}

/// As [`with`], on a value that `work` may change.
///
/// # Safety
/// As [`value_mut`].
pub(super) unsafe fn change<O: Opaque>(pointer: *mut O, work: impl FnOnce(&mut O::Value) -> Outcome) -> i32 {
    // SAFETY: by contract.
    let outcome = catch(|| work(unsafe { value_mut(pointer) }?));
    // SAFETY: by contract.
    unsafe { keep(pointer, &outcome) };
    settle(outcome)
}

/// Keeps a failure in a handle that took part, if it is one; a panic spoils the handle, and stays its last message.
///
/// # Safety
/// As [`handle`].
#[inline]
pub(super) unsafe fn keep<O: Opaque>(pointer: *const O, outcome: &Outcome) {
    if let Err(failure) = outcome
        // SAFETY: by contract.
        && let Ok(handle) = unsafe { handle(pointer) }
        && !handle.failed.load(Ordering::Acquire)
    {
        handle.error.with(|text| text.clone_from(&failure.message));
        if failure.status == LSMI_ERROR_PANIC {
            handle.failed.store(true, Ordering::Release);
        }
    }
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
    let outcome = catch(|| {
        // SAFETY: by contract.
        let text = unsafe { handle(pointer) }?.error.with(|text| text.clone());
        // SAFETY: by contract.
        unsafe { write_text(&text, buffer, capacity, length) }
    });
    match outcome {
        // Asking how long the message is must not change the thread's answer.
        Err(failure) if failure.status == LSMI_ERROR_BUFFER => LSMI_ERROR_BUFFER,
        outcome => settle(outcome),
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use crate::ffi::{LSMI_ERROR_POINTER, LSMI_OK, lsmi_last_error_message};
    use alloc::vec;
    use std::string::ToString;

    struct Number(());
    opaque!(Number, u64, b"TEST");
    struct Other(());
    opaque!(Other, u64, b"OTHR");

    fn number(value: u64) -> *mut Number {
        let mut out = core::ptr::null_mut();
        // SAFETY: a writable result.
        assert_eq!(unsafe { create(&mut out, || Ok(value)) }, LSMI_OK);
        out
    }

    fn text(read: impl Fn(*mut c_char, usize, *mut usize) -> i32) -> String {
        let mut length = 0;
        assert_eq!(read(core::ptr::null_mut(), 0, &mut length), LSMI_OK);
        let mut bytes = vec![0u8; length + 1];
        assert_eq!(read(bytes.as_mut_ptr().cast(), bytes.len(), &mut length), LSMI_OK);
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    }

    fn thread_message() -> String {
        // SAFETY: the buffers of `text`.
        text(|buffer, capacity, length| unsafe { lsmi_last_error_message(buffer, capacity, length) })
    }

    // No call from C is known to reach a fault, so that faults are made here.
    #[test]
    fn a_handle_that_took_part_in_a_fault_can_only_be_freed() {
        let handle = number(7);
        // SAFETY: a live handle throughout.
        unsafe {
            let mut seen = 0;
            let look = |value: &u64| {
                seen = *value;
                Ok(())
            };
            assert_eq!((with(handle, look), seen), (LSMI_OK, 7));
            let failing = |_: &u64| Err(Failure::null("x"));
            assert_eq!(with(handle, failing), LSMI_ERROR_POINTER);
            assert_eq!(with(handle, |_| Ok(())), LSMI_OK, "an ordinary error leaves it usable");

            assert_eq!(with(handle, |value| panic!("lost count at {value}")), LSMI_ERROR_PANIC);
            assert_eq!(thread_message(), "fault inside the library: lost count at 7");
            let own = |b: *mut c_char, c, l: *mut usize| message(handle, b, c, l);
            assert_eq!(text(own), "fault inside the library: lost count at 7");

            let mut ran = false;
            let used = with(handle, |_| {
                ran = true;
                Ok(())
            });
            assert_eq!((used, ran), (LSMI_ERROR_FAILED_HANDLE, false));
            let expected =
                "Number: expected a handle without fault, got one that failed inside the library; free it";
            assert_eq!(thread_message(), expected);
            assert_eq!(text(own), "fault inside the library: lost count at 7", "the refusal is not its own");
            assert_eq!(value(handle).unwrap_err().status, LSMI_ERROR_FAILED_HANDLE);
            assert_eq!(free(handle), LSMI_OK);
        }
    }

    #[test]
    fn a_fault_while_a_value_is_changed_spoils_its_handle() {
        let handle = number(7);
        // SAFETY: a live handle throughout, used by nobody else.
        unsafe {
            let add = |value: &mut u64| {
                *value += 1;
                Ok(())
            };
            assert_eq!((change(handle, add), value(handle).unwrap()), (LSMI_OK, &8));
            assert_eq!(change(handle, |_| Err(Failure::null("x"))), LSMI_ERROR_POINTER);
            assert_eq!((change(handle, add), value(handle).unwrap()), (LSMI_OK, &9));
            assert_eq!(change(handle.cast::<Other>(), add), LSMI_ERROR_HANDLE);
            assert_eq!(change(handle, |value| panic!("lost {value}")), LSMI_ERROR_PANIC);
            assert_eq!(change(handle, add), LSMI_ERROR_FAILED_HANDLE);
            assert_eq!(free(handle), LSMI_OK);
        }
    }

    #[test]
    fn a_fault_while_a_handle_is_made_of_another_spoils_that_one() {
        let source = number(7);
        let mut out: *mut Other = core::ptr::null_mut();
        // SAFETY: live handles and a writable result throughout.
        unsafe {
            assert_eq!(create_from(source, &mut out, |value| Ok(value + 1)), LSMI_OK);
            assert_eq!(value(out).unwrap(), &8);
            assert_eq!(free(out), LSMI_OK);

            let own = |b: *mut c_char, c, l: *mut usize| message(source, b, c, l);
            assert_eq!(create_from(source, &mut out, |_| Err(Failure::null("x"))), LSMI_ERROR_POINTER);
            assert!(out.is_null());
            assert_eq!(text(own), "x: expected a pointer, got NULL");
            assert_eq!(create_from(source, &mut out, |value| panic!("lost {value}")), LSMI_ERROR_PANIC);
            assert_eq!(text(own), "fault inside the library: lost 7");
            out = core::ptr::NonNull::dangling().as_ptr();
            assert_eq!(create_from(source, &mut out, |value| Ok(*value)), LSMI_ERROR_FAILED_HANDLE);
            assert!(out.is_null());
            assert_eq!(text(own), "fault inside the library: lost 7");
            assert_eq!(free(source), LSMI_OK);
        }
    }

    #[test]
    fn a_message_that_is_too_long_for_the_buffer_is_not_the_last_error() {
        let handle = number(7);
        let mut length = 0;
        let mut bytes = [0u8; 4];
        // SAFETY: a live handle, and a buffer of that size.
        unsafe {
            assert_eq!(with(handle, |_| Err(Failure::null("x"))), LSMI_ERROR_POINTER);
            assert_eq!(message(handle, bytes.as_mut_ptr().cast(), 4, &mut length), LSMI_ERROR_BUFFER);
            assert_eq!((&bytes, length), (b"x: \0", 31));
            assert_eq!(thread_message(), "x: expected a pointer, got NULL");
            assert_eq!(free(handle), LSMI_OK);
        }
    }

    #[test]
    fn a_fault_while_a_handle_is_made_gives_none() {
        let mut out = core::ptr::NonNull::<Number>::dangling().as_ptr();
        // SAFETY: a writable result.
        let status = unsafe { create(&mut out, || panic!("{}", 1.to_string())) };
        assert_eq!(status, LSMI_ERROR_PANIC);
        assert!(out.is_null());
        assert_eq!(thread_message(), "fault inside the library: 1");
    }

    #[test]
    fn handles_of_another_kind_are_refused_and_stay_alive() {
        let handle = number(7);
        // SAFETY: a live handle, of another kind.
        unsafe {
            assert_eq!(with(handle.cast::<Other>(), |_| Ok(())), LSMI_ERROR_HANDLE);
            assert_eq!(free(handle.cast::<Other>()), LSMI_ERROR_HANDLE);
            assert_eq!(free(handle), LSMI_OK);
            assert_eq!(free::<Number>(core::ptr::null_mut()), LSMI_OK);
        }
    }
}
