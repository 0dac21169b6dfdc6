//! Generators with known truth.

use super::arrays::{Room, input, output, structure, structure_array, text};
use super::interaction::{LsmiInformationBuffers, spread, structures};
use super::status::{Failure, LSMI_ERROR_SHAPE, Outcome, guard};
use crate::synthetic::{Circuit, Dataset, KindMixture, LatentMixture, LatentState, MixedGaussian, xor};
use alloc::vec::Vec;
use core::ffi::c_char;

/// A sample in which both modalities tell the class.
pub const LSMI_KIND_REDUNDANT: i32 = 0;
/// A sample in which x1 tells the class.
pub const LSMI_KIND_UNIQUE1: i32 = 1;
/// A sample in which x2 tells the class.
pub const LSMI_KIND_UNIQUE2: i32 = 2;
/// A sample in which only both together tell the class.
pub const LSMI_KIND_SYNERGISTIC: i32 = 3;

/// Room for generated samples.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiDataset {
    /// `sizeof(LsmiDataset)`.
    pub struct_size: usize,
    /// Number of samples to make.
    pub samples: usize,
    /// Features of x1, as the generator has them.
    pub features1: usize,
    /// Features of x2, as the generator has them.
    pub features2: usize,
    /// samples × features1 numbers.
    pub x1: *mut f64,
    /// samples × features2 numbers.
    pub x2: *mut f64,
    /// Class numbers, one per sample.
    pub y: *mut i64,
    /// The exact information of every sample, nats; NULL if it is not wanted.
    pub truth: *const LsmiInformationBuffers,
}

/// A state of a mixture: x1 ~ N(mean1, deviation1² I) and x2 ~ N(mean2, deviation2² I), independent of each other,
/// and the class y.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiLatentState {
    /// `sizeof(LsmiLatentState)`.
    pub struct_size: usize,
    /// How often the state occurs, relative to the others; 0 for never.
    pub weight: f64,
    /// Class number, from 0.
    pub y: i64,
    /// Features of x1, the same in all states.
    pub features1: usize,
    /// Features of x2, the same in all states.
    pub features2: usize,
    /// `features1` numbers.
    pub mean1: *const f64,
    /// `features2` numbers.
    pub mean2: *const f64,
    /// Standard deviation of every feature of x1.
    pub deviation1: f64,
    /// Standard deviation of every feature of x2.
    pub deviation2: f64,
}

structures!(LsmiDataset, LsmiLatentState);

/// Makes the samples and copies them out.
///
/// # Safety
/// `out` is NULL or a readable struct whose arrays have the lengths it states.
unsafe fn generate(out: *const LsmiDataset, make: impl FnOnce(usize) -> Outcome<Dataset>) -> i32 {
    guard(|| {
        // SAFETY: by contract.
        unsafe {
            let out = structure(out)?;
            copy_dataset(&make(out.samples)?, out)
        }
    })
}

/// # Safety
/// The arrays of `out` have the lengths it states.
pub(super) unsafe fn copy_dataset(data: &Dataset, out: &LsmiDataset) -> Outcome {
    let same = |field: &str, what: &str, expected: usize, got: usize| match expected == got {
        true => Ok(()),
        false => Err(Failure::new(LSMI_ERROR_SHAPE, field, &alloc::format!("{expected} {what}"), got)),
    };
    same("out", "samples", data.samples, out.samples)?;
    same("features1", "features", data.features1, out.features1)?;
    same("features2", "features", data.features2, out.features2)?;
    // SAFETY: by contract; the sizes are those of the data.
    unsafe {
        let truth = if out.truth.is_null() { None } else { Some(structure(out.truth)?) };
        if let Some(truth) = truth {
            same("truth", "samples", data.samples, truth.samples)?;
        }
        let x1 = output("x1", out.x1, data.x1.len())?;
        let x2 = output("x2", out.x2, data.x2.len())?;
        let y = output("y", out.y, data.samples)?;
        if let Some(truth) = truth {
            // Writes nothing, either, where a pointer is wrong.
            spread(&data.truth, truth)?;
        }
        x1.copy_from_slice(&data.x1);
        x2.copy_from_slice(&data.x2);
        y.copy_from_slice(&data.y);
        Ok(())
    }
}

/// The mixed Gaussian: y uniform over `classes` classes, x1 = onehot(y) + noise·u, x2 = onehot(y) +
/// noise·(ρu + √(1−ρ²)v) with u, v standard normal; `classes` features each.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `SHAPE`, `SETTING`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_synthetic_gaussian(
    classes: usize,
    rho: f64,
    noise: f64,
    seed: u64,
    out: *const LsmiDataset,
) -> i32 {
    // SAFETY: the caller gives a readable struct whose arrays have the lengths it states, or NULL.
    unsafe { generate(out, |n| Ok(MixedGaussian::new(classes, rho, noise)?.sample(n, seed)?)) }
}

/// Planted exclusive or: x_k = amplitude·(2b_k − 1)·w_k + N(0, I), b2 = b1 xor y, random unit w_k; `dimension`
/// features each.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `SHAPE`, `SETTING`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_synthetic_xor(
    dimension: usize,
    amplitude: f64,
    seed: u64,
    out: *const LsmiDataset,
) -> i32 {
    // SAFETY: the caller gives a readable struct whose arrays have the lengths it states, or NULL.
    unsafe { generate(out, |n| Ok(xor(dimension, amplitude, n, seed)?)) }
}

/// The names of the logic gates of `lsmi_synthetic_circuit`, separated by blanks. Static text, not to be freed.
/// Thread-safe.
#[unsafe(no_mangle)]
pub extern "C" fn lsmi_synthetic_circuit_names() -> *const c_char {
    c"xor or and not_x2 copy xor_not".as_ptr()
}

/// Bits of a logic gate: `xor`, `or`, `and`, `not_x2`, `copy` (one feature each), `xor_not` (two each).
///
/// Errors: `POINTER`, `TEXT`, `STRUCT_SIZE`, `SHAPE`, `SETTING`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_synthetic_circuit(
    name: *const c_char,
    seed: u64,
    out: *const LsmiDataset,
) -> i32 {
    // SAFETY: the caller gives a NUL-terminated text and a readable struct as it states, or NULL.
    unsafe { generate(out, |n| Ok(Circuit::named(text("name", name)?)?.sample(n, seed)?)) }
}

/// Samples that are redundant, unique to x1, unique to x2, or synergistic in the given shares; three features each;
/// signals at `amplitude` standard deviations. `kinds` (may be NULL) gets which of them each sample is, one of the
/// `LSMI_KIND_…`.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `SHAPE`, `SETTING`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_synthetic_mixture(
    redundant: f64,
    unique1: f64,
    unique2: f64,
    synergistic: f64,
    amplitude: f64,
    seed: u64,
    out: *const LsmiDataset,
    kinds: *mut i32,
) -> i32 {
    let shares = [redundant, unique1, unique2, synergistic];
    // SAFETY: the caller gives a readable struct whose arrays have the lengths it states, and a number's room per
    // sample, or NULL.
    unsafe {
        guard(|| {
            let out = structure(out)?;
            let kinds = Room::new("kinds", kinds, out.samples)?;
            let (data, drawn) = KindMixture::new(shares, amplitude)?.sample(out.samples, seed)?;
            copy_dataset(&data, out)?;
            kinds.fill(&drawn.into_iter().map(|kind| kind as i32).collect::<Vec<_>>());
            Ok(())
        })
    }
}

/// Samples of any finite mixture of Gaussian states: a state is drawn by weight, x1 and x2 around its means.
/// `drawn` (may be NULL) gets the number of each sample's state, from 0.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `EMPTY`, `SHAPE`, `NOT_FINITE`, `SETTING`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_synthetic_latent(
    states: *const LsmiLatentState,
    state_count: usize,
    seed: u64,
    out: *const LsmiDataset,
    drawn: *mut usize,
) -> i32 {
    // SAFETY: the caller gives readable structs whose arrays have the lengths they state, and a number's room per
    // sample, or NULL.
    unsafe {
        guard(|| {
            let out = structure(out)?;
            let drawn = Room::new("drawn", drawn, out.samples)?;
            let (data, of_samples) = latent(states, state_count)?.sample_with_states(out.samples, seed)?;
            copy_dataset(&data, out)?;
            drawn.fill(&of_samples);
            Ok(())
        })
    }
}

/// # Safety
/// `states` is NULL or has its count of readable structs whose arrays have the lengths they state.
pub(super) unsafe fn latent(states: *const LsmiLatentState, count: usize) -> Outcome<LatentMixture> {
    let read = |state: &LsmiLatentState| {
        // SAFETY: a readable struct; its arrays by contract.
        unsafe {
            structure(state)?;
            Ok(LatentState {
                weight: state.weight,
                y: state.y,
                mean1: input("mean1", state.mean1, state.features1)?.to_vec(),
                mean2: input("mean2", state.mean2, state.features2)?.to_vec(),
                deviation1: state.deviation1,
                deviation2: state.deviation2,
            })
        }
    };
    // SAFETY: by contract.
    let states = unsafe { structure_array("states", states, count) }?;
    Ok(LatentMixture::new(&states.iter().map(read).collect::<Outcome<Vec<_>>>()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::ffi::CStr;

    #[test]
    fn the_names_of_the_gates_are_those_of_the_library() {
        // SAFETY: a static text.
        let names = unsafe { CStr::from_ptr(lsmi_synthetic_circuit_names()) };
        assert_eq!(names.to_str(), Ok(Circuit::names().join(" ").as_str()));
    }
}
