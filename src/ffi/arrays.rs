//! Arrays and texts that lie in the caller's memory.

use super::status::{
    Failure, LSMI_ERROR_BUFFER, LSMI_ERROR_POINTER, LSMI_ERROR_STRUCT_SIZE, LSMI_ERROR_TEXT, Outcome,
};
use core::ffi::{CStr, c_char};

/// Checks that `pointer` may be the start of `length` elements.
#[inline]
pub(super) fn check<T>(field: &str, pointer: *const T, length: usize) -> Outcome {
    if pointer.is_null() {
        return Err(Failure::null(field));
    }
    if !pointer.is_aligned() {
        let expected = "a pointer aligned for its type";
        return Err(Failure::new(LSMI_ERROR_POINTER, field, expected, format_args!("{pointer:p}")));
    }
    match length.checked_mul(size_of::<T>()).is_some_and(|bytes| bytes <= isize::MAX as usize) {
        true => Ok(()),
        false => Err(Failure::new(
            super::LSMI_ERROR_SHAPE,
            field,
            "a size that can be addressed",
            format_args!("{length} elements"),
        )),
    }
}

/// `length` elements to read; nothing may be NULL only if there are none.
///
/// # Safety
/// `pointer` is NULL or points to `length` readable elements that nobody changes for `'a`.
#[inline]
pub(super) unsafe fn input<'a, T>(field: &str, pointer: *const T, length: usize) -> Outcome<&'a [T]> {
    if length == 0 {
        return Ok(&[]);
    }
    check(field, pointer, length)?;
    // SAFETY: not NULL, aligned, of addressable size; readable by this function's contract.
    Ok(unsafe { core::slice::from_raw_parts(pointer, length) })
}

/// As [`input`], but NULL means nothing is given.
///
/// # Safety
/// As [`input`].
pub(super) unsafe fn optional_input<'a, T>(
    field: &str,
    pointer: *const T,
    length: usize,
) -> Outcome<Option<&'a [T]>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: this function's contract is that of `input`.
    unsafe { input(field, pointer, length) }.map(Some)
}

/// Numbers of which every pattern of bits is one: memory of C that nobody has written yet holds some of them.
///
/// # Safety
/// No implementor has a pattern of bits that is no value of it.
pub(super) unsafe trait Plain: Copy {}

macro_rules! plain {
    ($($type:ty),+) => {$(
        // SAFETY: every pattern of bits is such a number.
        unsafe impl Plain for $type {}
    )+};
}
plain!(u8, i32, i64, usize, f32, f64);

/// `length` numbers to write.
///
/// # Safety
/// `pointer` is NULL or points to `length` writable numbers that nobody else uses for `'a`.
#[inline]
pub(super) unsafe fn output<'a, T: Plain>(
    field: &str,
    pointer: *mut T,
    length: usize,
) -> Outcome<&'a mut [T]> {
    if length == 0 {
        return Ok(&mut []);
    }
    check(field, pointer, length)?;
    // SAFETY: not NULL, aligned, of addressable size; writable and unshared by this function's contract. The caller
    // need not have written the numbers: whatever bits come over the boundary of C are values of a plain type.
    Ok(unsafe { core::slice::from_raw_parts_mut(pointer, length) })
}

/// As [`output`], but NULL means that nothing is wanted.
///
/// # Safety
/// As [`output`].
pub(super) unsafe fn optional_output<'a, T: Plain>(
    field: &str,
    pointer: *mut T,
    length: usize,
) -> Outcome<Option<&'a mut [T]>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: this function's contract is that of `output`.
    unsafe { output(field, pointer, length) }.map(Some)
}

/// A place for `length` elements that has been looked at, or none where nothing is wanted: what is written in several
/// places is written when all of them are good.
pub(super) struct Room<T> {
    pointer: *mut T,
    length: usize,
}

impl<T: Copy> Room<T> {
    /// # Safety
    /// `pointer` is NULL or points to `length` writable elements that nobody else uses while the room lives.
    pub(super) unsafe fn new(field: &str, pointer: *mut T, length: usize) -> Outcome<Self> {
        if !pointer.is_null() && length > 0 {
            check(field, pointer, length)?;
        }
        Ok(Room { pointer, length })
    }

    /// Writes one element, whatever the others are.
    pub(super) fn put(&self, index: usize, value: T) {
        assert!(index < self.length);
        if !self.pointer.is_null() {
            // SAFETY: aligned, within the size, writable and unshared, by the contract of `new`; nothing is read.
            unsafe { self.pointer.add(index).write(value) }
        }
    }

    /// Writes the elements, of which there are as many as there is room for.
    pub(super) fn fill(self, values: &[T]) {
        assert_eq!(values.len(), self.length);
        if !self.pointer.is_null() && self.length > 0 {
            // SAFETY: aligned, of that size, writable and unshared, by the contract of `new`; nothing is read.
            unsafe { core::ptr::copy_nonoverlapping(values.as_ptr(), self.pointer, self.length) }
        }
    }
}

/// Copies values into a buffer of exactly their number, where one is given.
///
/// # Safety
/// As [`Room::new`] for `values.len()` elements.
pub(super) unsafe fn copy_out<T: Copy>(field: &str, values: &[T], pointer: *mut T) -> Outcome {
    // SAFETY: by contract.
    unsafe { Room::new(field, pointer, values.len()) }?.fill(values);
    Ok(())
}

/// Writes a single value where it is wanted.
///
/// # Safety
/// `pointer` is NULL or points to a writable value.
pub(super) unsafe fn write<T: Copy>(field: &str, pointer: *mut T, value: T) -> Outcome {
    // SAFETY: one element, by contract.
    unsafe { copy_out(field, &[value], pointer) }
}

/// Writes a single value.
///
/// # Safety
/// As [`write`]; NULL is refused.
pub(super) unsafe fn write_result<T: Copy>(field: &str, pointer: *mut T, value: T) -> Outcome {
    check(field, pointer, 1)?;
    // SAFETY: by contract.
    unsafe { write(field, pointer, value) }
}

/// A struct whose first member is its size.
///
/// # Safety
/// Implementors are `repr(C)`, begin with `struct_size: usize`, and have no pattern of bits that is no value of them:
/// what the caller has not written holds some bits.
pub(super) unsafe trait Structure {
    /// The name in the header.
    const NAME: &'static str;
}

#[inline]
fn check_size<T: Structure>(got: usize) -> Outcome {
    match got == size_of::<T>() {
        true => Ok(()),
        false => Err(Failure::new(
            LSMI_ERROR_STRUCT_SIZE,
            T::NAME,
            &alloc::format!("struct_size {}", size_of::<T>()),
            got,
        )),
    }
}

/// A struct to read, after a look at its size.
///
/// # Safety
/// `pointer` is NULL or points to a readable size, and to a whole struct if that size is right.
#[inline]
pub(super) unsafe fn structure<'a, T: Structure>(pointer: *const T) -> Outcome<&'a T> {
    check(T::NAME, pointer, 1)?;
    // SAFETY: not NULL and aligned; the first member is the size, which is readable by contract.
    check_size::<T>(unsafe { *pointer.cast::<usize>() })?;
    // SAFETY: the size is right, so the struct is whole by contract.
    Ok(unsafe { &*pointer })
}

/// `length` structs to read; none may be NULL only if there are none. The first one's size is looked at before it is
/// known where the others are; theirs are looked at by [`structure`] when they are read.
///
/// # Safety
/// `pointer` is NULL or points to a readable size, and to `length` readable structs if that size is right.
pub(super) unsafe fn structure_array<'a, T: Structure>(
    field: &str,
    pointer: *const T,
    length: usize,
) -> Outcome<&'a [T]> {
    if length == 0 {
        return Ok(&[]);
    }
    check(field, pointer, length)?;
    // SAFETY: by contract.
    unsafe { structure(pointer) }?;
    // SAFETY: not NULL, aligned, of addressable size; structs of this size are whole by contract.
    Ok(unsafe { core::slice::from_raw_parts(pointer, length) })
}

/// A struct to write, after a look at its size.
///
/// # Safety
/// As [`structure`], and nobody else uses the struct for `'a`.
pub(super) unsafe fn structure_mut<'a, T: Structure>(pointer: *mut T) -> Outcome<&'a mut T> {
    check(T::NAME, pointer.cast_const(), 1)?;
    // SAFETY: not NULL and aligned; the first member is the size, which is readable by contract.
    check_size::<T>(unsafe { *pointer.cast::<usize>() })?;
    // SAFETY: the size is right, so the struct is whole, and unshared by contract.
    Ok(unsafe { &mut *pointer })
}

/// As [`structure_mut`], but NULL means that nothing is wanted.
///
/// # Safety
/// As [`structure_mut`].
pub(super) unsafe fn optional_structure_mut<'a, T: Structure>(pointer: *mut T) -> Outcome<Option<&'a mut T>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: this function's contract is that of `structure_mut`.
    unsafe { structure_mut(pointer) }.map(Some)
}

/// A NUL-terminated text.
///
/// # Safety
/// `pointer` is NULL or points to a text that ends with NUL and that nobody changes for `'a`.
pub(super) unsafe fn text<'a>(field: &str, pointer: *const c_char) -> Outcome<&'a str> {
    if pointer.is_null() {
        return Err(Failure::null(field));
    }
    // SAFETY: not NULL; NUL-terminated by contract.
    let text = unsafe { CStr::from_ptr(pointer) };
    text.to_str().map_err(|e| Failure::new(LSMI_ERROR_TEXT, field, "UTF-8 text", e))
}

/// Writes a text of any length into a buffer, NUL-terminated, and its length without NUL.
///
/// # Safety
/// `buffer` is NULL or has `capacity` writable bytes; `length` is NULL or writable.
pub(super) unsafe fn write_text(
    text: &str,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Outcome {
    // SAFETY: by contract.
    unsafe { write("length", length, text.len()) }?;
    if buffer.is_null() || capacity == 0 {
        return match buffer.is_null() {
            true => Ok(()),
            false => Err(too_small(text.len() + 1, capacity)),
        };
    }
    // SAFETY: `capacity` writable bytes by contract.
    let out = unsafe { output("buffer", buffer.cast::<u8>(), capacity) }?;
    let mut fits = text.len().min(capacity - 1);
    while !text.is_char_boundary(fits) {
        fits -= 1;
    }
    out[..fits].copy_from_slice(&text.as_bytes()[..fits]);
    out[fits] = 0;
    match fits == text.len() {
        true => Ok(()),
        false => Err(too_small(text.len() + 1, capacity)),
    }
}

/// Writes an array of any length into a buffer, and its length.
///
/// # Safety
/// `buffer` is NULL or has `capacity` writable elements; `length` is NULL or writable.
pub(super) unsafe fn write_array<T: Copy>(
    values: &[T],
    buffer: *mut T,
    capacity: usize,
    length: *mut usize,
) -> Outcome {
    // SAFETY: by contract.
    unsafe { write("length", length, values.len()) }?;
    if buffer.is_null() {
        return Ok(());
    }
    if capacity < values.len() {
        return Err(too_small(values.len(), capacity));
    }
    // SAFETY: `capacity` writable elements by contract, which are enough.
    unsafe { copy_out("buffer", values, buffer) }
}

fn too_small(needed: usize, capacity: usize) -> Failure {
    Failure::new(LSMI_ERROR_BUFFER, "buffer", &alloc::format!("room for {needed}"), capacity)
}
