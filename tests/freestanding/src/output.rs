//! Output through the two system calls of `main.c`, and the panic handler.

use core::fmt::{self, Arguments, Write};
use core::panic::PanicInfo;

// SAFETY: these are the declarations of `main.c`; leaving needs nothing of its caller.
unsafe extern "C" {
    fn lsmi_freestanding_write(bytes: *const u8, length: usize);
    safe fn lsmi_freestanding_leave(status: i32) -> !;
}

struct StandardOutput;

impl Write for StandardOutput {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // SAFETY: pointer and length are those of a slice; the function only reads.
        unsafe { lsmi_freestanding_write(text.as_ptr(), text.len()) };
        Ok(())
    }
}

/// Writes one line.
pub fn say(line: Arguments<'_>) {
    // `write_str` never fails.
    let _ = writeln!(StandardOutput, "freestanding: {line}");
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    say(format_args!("{info}"));
    lsmi_freestanding_leave(101)
}
