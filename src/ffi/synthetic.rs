//! Generators with known truth.

use super::arrays::{output, structure, text};
use super::interaction::{LsmiInformationBuffers, spread, structures};
use super::status::{Failure, LSMI_ERROR_SHAPE, Outcome, guard};
use crate::synthetic::{Circuit, Dataset, KindMixture, MixedGaussian, xor};
use core::ffi::c_char;

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

structures!(LsmiDataset);

/// Makes the samples and copies them out.
///
/// # Safety
/// `out` is NULL or a readable struct whose arrays have the lengths it states.
unsafe fn generate(out: *const LsmiDataset, make: impl FnOnce(usize) -> crate::Result<Dataset>) -> i32 {
    guard(|| {
        // SAFETY: by contract.
        unsafe {
            let out = structure(out)?;
            let data = make(out.samples)?;
            let same = |field: &str, expected: usize, got: usize| match expected == got {
                true => Ok(()),
                false => {
                    Err(Failure::new(LSMI_ERROR_SHAPE, field, &alloc::format!("{expected} features"), got))
                }
            };
            same("features1", data.features1, out.features1)?;
            same("features2", data.features2, out.features2)?;
            let truth = if out.truth.is_null() { None } else { Some(structure(out.truth)?) };
            if let Some(truth) = truth
                && truth.samples != data.samples
            {
                let expected = alloc::format!("{} samples", data.samples);
                return Err(Failure::new(LSMI_ERROR_SHAPE, "truth", &expected, truth.samples));
            }
            let x1 = output("x1", out.x1, data.x1.len())?;
            let x2 = output("x2", out.x2, data.x2.len())?;
            output("y", out.y, data.samples)?.copy_from_slice(&data.y);
            x1.copy_from_slice(&data.x1);
            x2.copy_from_slice(&data.x2);
            truth.map_or(Ok(()), |truth| spread(&data.truth, truth))
        }
    })
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
    unsafe { generate(out, |n| MixedGaussian::new(classes, rho, noise)?.sample(n, seed)) }
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
    unsafe { generate(out, |n| xor(dimension, amplitude, n, seed)) }
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
    unsafe {
        let mut circuit = None;
        let named = guard(|| {
            circuit = Some(Circuit::named(text("name", name)?)?);
            Outcome::Ok(())
        });
        match circuit {
            Some(circuit) => generate(out, |n| circuit.sample(n, seed)),
            None => named,
        }
    }
}

/// Samples that are redundant, unique to x1, unique to x2, or synergistic in the given shares; three features each;
/// signals at `amplitude` standard deviations.
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
) -> i32 {
    let shares = [redundant, unique1, unique2, synergistic];
    // SAFETY: the caller gives a readable struct whose arrays have the lengths it states, or NULL.
    unsafe { generate(out, |n| Ok(KindMixture::new(shares, amplitude)?.sample(n, seed)?.0)) }
}
