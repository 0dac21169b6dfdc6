//! The C interface of `lsmi` for hosts that have neither Rust's std nor an operating system: see the README.

#![no_std]
#![deny(missing_docs)]

// Its functions are the library's; nothing here calls them.
extern crate lsmi as _;

use core::alloc::{GlobalAlloc, Layout};
use core::fmt::{self, Write};
use core::panic::PanicInfo;

// SAFETY: these are the declarations of include/lsmi_host.h.
unsafe extern "C" {
    fn lsmi_host_alloc(size: usize, alignment: usize) -> *mut u8;
    fn lsmi_host_free(memory: *mut u8, size: usize, alignment: usize);
    fn lsmi_host_panic(message: *const u8, length: usize);
}

/// The host's memory.
struct Host;

#[global_allocator]
static HOST: Host = Host;

// SAFETY: the host promises memory of this size and alignment, that nobody else has, or NULL.
unsafe impl GlobalAlloc for Host {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: any size and alignment may be asked for.
        unsafe { lsmi_host_alloc(layout.size(), layout.align()) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the memory came from `alloc` with this layout, by contract.
        unsafe { lsmi_host_free(memory, layout.size(), layout.align()) }
    }
}

// The compiled alloc crate cleans up while unwinding, which never happens here: what it asks an unwinder for ends at a
// trap. Labels of this object alone, so that a host's own unwinder (of C++, say) is left as it is; the release profile
// makes one object of everything.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
core::arch::global_asm!("_Unwind_Resume:", "rust_eh_personality:", "ud2");
#[cfg(any(target_arch = "aarch64", target_arch = "arm"))]
core::arch::global_asm!("_Unwind_Resume:", "rust_eh_personality:", "udf #0");

/// A message of bounded length: a panic may be for want of memory.
struct Message {
    bytes: [u8; 512],
    length: usize,
}

impl Write for Message {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut fits = text.len().min(self.bytes.len() - self.length);
        while !text.is_char_boundary(fits) {
            fits -= 1;
        }
        self.bytes[self.length..][..fits].copy_from_slice(&text.as_bytes()[..fits]);
        self.length += fits;
        if fits == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let mut message = Message { bytes: [0; 512], length: 0 };
    // What does not fit is left out.
    let _ = write!(message, "{info}");
    // SAFETY: pointer and length are those of the message, which outlives the call.
    unsafe { lsmi_host_panic(message.bytes.as_ptr(), message.length) };
    trap()
}

/// Ends the program where the processor has an instruction for that, and stays here where it has none.
fn trap() -> ! {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    // SAFETY: does not return, touches nothing.
    unsafe {
        core::arch::asm!("ud2", options(noreturn, nomem, nostack))
    }
    #[cfg(any(target_arch = "aarch64", target_arch = "arm"))]
    // SAFETY: does not return, touches nothing.
    unsafe {
        core::arch::asm!("udf #0", options(noreturn, nomem, nostack))
    }
    #[allow(unreachable_code)]
    loop {
        core::hint::spin_loop();
    }
}
