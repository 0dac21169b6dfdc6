//! What this build is.

use core::ffi::{CStr, c_char};

/// The version of the binary interface that this header describes; compare it with `lsmi_abi_version()`.
pub const LSMI_ABI_VERSION: u32 = 1;

/// The version of the binary interface of the library that is linked. Thread-safe.
#[unsafe(no_mangle)]
pub extern "C" fn lsmi_abi_version() -> u32 {
    LSMI_ABI_VERSION
}

/// The library's version, such as "0.1.0". Static text, not to be freed. Thread-safe.
#[unsafe(no_mangle)]
pub extern "C" fn lsmi_version() -> *const c_char {
    const VERSION: &CStr =
        match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
            Ok(version) => version,
            Err(_) => panic!("a version has no NUL"),
        };
    VERSION.as_ptr()
}

/// The features of this build, separated by blanks, such as "std rayon". Static text, not to be freed. Thread-safe.
#[unsafe(no_mangle)]
pub extern "C" fn lsmi_build_features() -> *const c_char {
    let features: &CStr = match (cfg!(feature = "std"), cfg!(feature = "rayon")) {
        (_, true) => c"std rayon",
        (true, false) => c"std",
        (false, false) => c"",
    };
    features.as_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_features_are_those_of_the_library() {
        // SAFETY: a static text.
        let features = unsafe { CStr::from_ptr(lsmi_build_features()) };
        assert_eq!(features.to_str(), Ok(crate::build_features().join(" ").as_str()));
    }
}
