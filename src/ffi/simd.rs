//! The instruction set that kernels run on.

use super::arrays::{text, write_result};
use super::handle;
use super::marginal::{AnyMarginal, LsmiMarginal};
use super::network::{AnyNetwork, LsmiNetwork};
use crate::classifier::NetworkFit;
use crate::knife::MarginalFit;
use crate::simd::Level;
use core::ffi::{CStr, c_char};

fn name(level: Level) -> &'static CStr {
    match level.name() {
        "avx512" => c"avx512",
        "avx2" => c"avx2",
        "neon" => c"neon",
        _ => c"portable",
    }
}

/// The instruction set that the kernels use unless a density or a network is given another: "portable", "neon", "avx2" or
/// "avx512", the widest of this processor, or what the environment variable LSMI_SIMD names, if that is lower (not
/// read in a build without std). Static text, not to be freed. Thread-safe.
#[unsafe(no_mangle)]
pub extern "C" fn lsmi_simd_level() -> *const c_char {
    name(Level::best()).as_ptr()
}

/// The instruction sets of this processor, the plainest first, separated by blanks, such as "portable avx2". Static
/// text, not to be freed. Thread-safe.
#[unsafe(no_mangle)]
pub extern "C" fn lsmi_simd_levels() -> *const c_char {
    let names: &CStr = match Level::available().last().map(Level::name) {
        Some("avx512") => c"portable avx2 avx512",
        Some("avx2") => c"portable avx2",
        Some("neon") => c"portable neon",
        _ => c"portable",
    };
    names.as_ptr()
}

/// A copy of a density that is evaluated by the instruction set of this name, or by the next lower one that the
/// processor has. Results differ in the last digits. What is refined from it keeps the level. Free it with
/// `lsmi_marginal_free`.
///
/// Errors: `POINTER`, `TEXT`, `SETTING` for another name, `HANDLE`, `FAILED_HANDLE`; `*out` is then NULL (in a build
/// without std: a handle that only tells its message and is freed). Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_marginal_with_level(
    marginal: *const LsmiMarginal,
    level: *const c_char,
    out: *mut *mut LsmiMarginal,
) -> i32 {
    macro_rules! at_level {
        ($fit:expr, $level:expr) => {
            MarginalFit { density: $fit.density.clone().with_level($level), ..$fit.clone() }
        };
    }
    // SAFETY: the caller gives a live handle, a NUL-terminated text and room, or NULL.
    unsafe {
        handle::create_from(marginal, out, |any| {
            let level: Level = text("level", level)?.parse()?;
            Ok(match any {
                AnyMarginal::F32(fit) => AnyMarginal::F32(at_level!(fit, level)),
                AnyMarginal::F64(fit) => AnyMarginal::F64(at_level!(fit, level)),
            })
        })
    }
}

/// The name of the instruction set that evaluates a density, into `*level`. Static text, not to be freed.
///
/// Errors: `POINTER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_marginal_level(
    marginal: *const LsmiMarginal,
    level: *mut *const c_char,
) -> i32 {
    // SAFETY: the caller gives a live handle and a writable pointer, or NULL.
    unsafe {
        handle::with(marginal, |any| {
            let found = match any {
                AnyMarginal::F32(fit) => fit.density.level(),
                AnyMarginal::F64(fit) => fit.density.level(),
            };
            write_result("level", level, name(found).as_ptr())
        })
    }
}

/// A copy of a network that is evaluated by the instruction set of this name, or by the next lower one that the
/// processor has. Results differ in the last digits. Free it with `lsmi_network_free`.
///
/// Errors: `POINTER`, `TEXT`, `SETTING` for another name, `HANDLE`, `FAILED_HANDLE`; `*out` is then NULL (in a build
/// without std: a handle that only tells its message and is freed). Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_network_with_level(
    network: *const LsmiNetwork,
    level: *const c_char,
    out: *mut *mut LsmiNetwork,
) -> i32 {
    macro_rules! at_level {
        ($fit:expr, $level:expr) => {
            NetworkFit { network: $fit.network.clone().with_level($level), history: $fit.history.clone() }
        };
    }
    // SAFETY: the caller gives a live handle, a NUL-terminated text and room, or NULL.
    unsafe {
        handle::create_from(network, out, |any| {
            let level: Level = text("level", level)?.parse()?;
            Ok(match any {
                AnyNetwork::F32(fit) => AnyNetwork::F32(at_level!(fit, level)),
                AnyNetwork::F64(fit) => AnyNetwork::F64(at_level!(fit, level)),
            })
        })
    }
}

/// The name of the instruction set that evaluates a network, into `*level`. Static text, not to be freed.
///
/// Errors: `POINTER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_network_level(network: *const LsmiNetwork, level: *mut *const c_char) -> i32 {
    // SAFETY: the caller gives a live handle and a writable pointer, or NULL.
    unsafe {
        handle::with(network, |any| {
            let found = match any {
                AnyNetwork::F32(fit) => fit.network.level(),
                AnyNetwork::F64(fit) => fit.network.level(),
            };
            write_result("level", level, name(found).as_ptr())
        })
    }
}
