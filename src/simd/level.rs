//! Which instruction set the kernels run on: detected once, and only ever lowered.

use super::vector::{Lanes, Vector};
use crate::{Error, Float, Result};
use alloc::string::ToString;
use core::fmt;
use core::str::FromStr;

/// An instruction set that this processor has.
///
/// The best one is used unless something asks for less: a density or a network by its `with_level`, a process by the
/// environment variable `LSMI_SIMD` (in the build with std). A level can only be got from this processor, so that one
/// that exists can be run.
///
/// ```
/// use lsmi::simd::Level;
/// println!("kernels run on {}", Level::best());
/// assert!(Level::available().any(|level| level == Level::PORTABLE));
/// assert_eq!("portable".parse(), Ok(Level::PORTABLE));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(Set);

/// From the plainest to the widest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Set {
    Portable,
    #[cfg(target_arch = "aarch64")]
    Neon,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

#[cfg(target_arch = "x86_64")]
cpufeatures::new!(has_avx2, "avx2", "fma");
#[cfg(target_arch = "x86_64")]
cpufeatures::new!(has_avx512, "avx512f", "avx2", "fma");

/// Names of all levels of all processors, for messages.
const NAMES: [&str; 4] = ["portable", "neon", "avx2", "avx512"];

impl Level {
    /// Plain Rust: on every processor.
    pub const PORTABLE: Level = Level(Set::Portable);

    /// The levels of this processor, the plainest first.
    pub fn available() -> impl Iterator<Item = Level> {
        let sets = [
            Some(Set::Portable),
            #[cfg(target_arch = "aarch64")]
            Some(Set::Neon),
            #[cfg(target_arch = "x86_64")]
            has_avx2::get().then_some(Set::Avx2),
            #[cfg(target_arch = "x86_64")]
            has_avx512::get().then_some(Set::Avx512),
        ];
        sets.into_iter().flatten().map(Level)
    }

    /// The widest level of this processor, or the one that the environment variable `LSMI_SIMD` named when this was
    /// first asked, if it is lower.
    ///
    /// A name that no processor has is passed over: a program tells its user by `Level::from_environment`.
    pub fn best() -> Level {
        #[cfg(feature = "std")]
        {
            static BEST: std::sync::OnceLock<Level> = std::sync::OnceLock::new();
            *BEST.get_or_init(|| Level::from_environment().unwrap_or(Level::widest()))
        }
        #[cfg(not(feature = "std"))]
        Level::widest()
    }

    /// The level that the environment variable `LSMI_SIMD` asks for, as by [`str::parse`]; without it, the widest.
    ///
    /// # Errors
    /// [`Error::Setting`] for a name that no processor has.
    #[cfg(feature = "std")]
    pub fn from_environment() -> Result<Level> {
        match std::env::var_os("LSMI_SIMD") {
            Some(name) => Level::asked(&name.to_string_lossy()),
            None => Ok(Level::widest()),
        }
    }

    #[cfg(feature = "std")]
    fn asked(name: &str) -> Result<Level> {
        name.parse().map_err(|error: Error| error.rename_field(|_| Some("LSMI_SIMD".to_string())))
    }

    fn widest() -> Level {
        Level::available().last().unwrap_or(Level::PORTABLE)
    }

    /// `portable`, `neon`, `avx2` or `avx512`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Set::Portable => "portable",
            #[cfg(target_arch = "aarch64")]
            Set::Neon => "neon",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "avx512",
        }
    }

    /// Runs `kernel` on this level.
    #[inline]
    pub(crate) fn run<T: Float, K: Kernel<T>>(self, kernel: K) -> K::Output {
        match self.0 {
            // SAFETY: plain Rust runs everywhere.
            Set::Portable => unsafe { kernel.run::<<T as Lanes>::Portable>() },
            #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
            _ => self.run_native(kernel),
        }
    }

    /// [`Level::run`] of a kernel that has nothing for the portable level.
    ///
    /// # Panics
    /// On the portable level.
    #[inline]
    pub(crate) fn run_native<T: Float, K: Kernel<T>>(self, kernel: K) -> K::Output {
        match self.0 {
            Set::Portable => unreachable!("{} has no portable form", core::any::type_name_of_val(&kernel)),
            // SAFETY: every 64-bit Arm processor that Rust supports by default has NEON.
            #[cfg(target_arch = "aarch64")]
            Set::Neon => unsafe { kernel.run::<<T as Lanes>::Neon>() },
            // SAFETY: a level comes from `available`, which asked the processor.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { run_avx2(kernel) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => unsafe { run_avx512(kernel) },
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Level {
    type Err = Error;

    /// The level of this name, or the next lower one that this processor has.
    ///
    /// # Errors
    /// [`Error::Setting`] for a name that no processor has.
    fn from_str(name: &str) -> Result<Level> {
        let asked = NAMES.iter().position(|known| *known == name).ok_or_else(|| Error::Setting {
            field: "simd".to_string(),
            expected: NAMES.join(", "),
            got: name.to_string(),
        })?;
        let allowed = |level: &Level| NAMES.iter().position(|known| *known == level.name()) <= Some(asked);
        Ok(Level::available().filter(allowed).last().unwrap_or(Level::PORTABLE))
    }
}

/// A computation written over [`Vector`], with its arguments.
///
/// `run` and all that it calls with vectors must be inlined, so that everything is compiled for the instruction set
/// of the function that [`Level::run`] calls.
pub(crate) trait Kernel<T: Float> {
    /// What it gives.
    type Output;

    /// Computes.
    ///
    /// # Safety
    /// The processor has the instruction set of V.
    unsafe fn run<V: Vector<Element = T>>(self) -> Self::Output;
}

/// # Safety
/// The processor has AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2<T: Float, K: Kernel<T>>(kernel: K) -> K::Output {
    // SAFETY: as this function's.
    unsafe { kernel.run::<<T as Lanes>::Avx2>() }
}

/// # Safety
/// The processor has AVX-512F, AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
unsafe fn run_avx512<T: Float, K: Kernel<T>>(kernel: K) -> K::Output {
    // SAFETY: as this function's.
    unsafe { kernel.run::<<T as Lanes>::Avx512>() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_named_and_only_lowered() {
        let levels: alloc::vec::Vec<Level> = Level::available().collect();
        assert_eq!(levels[0], Level::PORTABLE);
        assert!(levels.is_sorted());
        for level in &levels {
            assert_eq!(level.name().parse(), Ok(*level));
        }
        assert_eq!(
            "avx512".parse::<Level>().ok(),
            levels.last().copied(),
            "the widest name is never too low"
        );
        let error = "sse9".parse::<Level>().unwrap_err().to_string();
        assert_eq!(error, "simd: expected portable, neon, avx2, avx512, got sse9");
        #[cfg(feature = "std")]
        assert_eq!(Level::asked("portable"), Ok(Level::PORTABLE));
        #[cfg(feature = "std")]
        assert_eq!(Level::asked("").unwrap_err().field(), Some("LSMI_SIMD"));
    }
}
