//! Uses `lsmi` where there is neither std nor libc: `main.c` enters at [`lsmi_freestanding_check`].

#![no_std]
#![deny(missing_docs)]

extern crate alloc;

mod checks;
mod fixture;
mod memory;
mod output;

/// Runs all checks and says on standard output how they went; 0 if all passed.
// SAFETY: no other symbol of the program has this name.
#[unsafe(no_mangle)]
pub extern "C" fn lsmi_freestanding_check() -> i32 {
    match checks::all() {
        Ok(()) => 0,
        Err(reason) => {
            output::say(format_args!("failed: {reason}"));
            1
        }
    }
}
