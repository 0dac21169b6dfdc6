//! What is known exactly about the generators, and how close estimates come to it.

use super::arrays::{input, structure, text, write};
use super::interaction::{LsmiInformationBuffers, check_room, spread};
use super::matrix::{LsmiMatrix, samples};
use super::status::{Failure, LSMI_ERROR_SHAPE, Outcome, guard};
use super::synthetic::{LsmiDataset, LsmiLatentState, copy_dataset, latent};
use crate::interaction::Information;
use crate::synthetic::{
    Circuit, CircuitCell, Dataset, KindMixture, LatentMixture, MixedGaussian, agreement, xor_mixture,
};
use crate::{Error, Samples};
use alloc::vec::Vec;
use core::ffi::c_char;

/// Samples to look at: x1, x2, y and its length.
type Points = (*const LsmiMatrix, *const LsmiMatrix, *const i64, usize);

/// Writes the exact information of given samples under what `make` gives.
///
/// # Safety
/// The matrices are readable, `y` has its length, `out` is a readable struct whose arrays have the lengths it states;
/// or they are NULL.
unsafe fn exact<G>(
    (x1, x2, y, y_count): Points,
    out: *const LsmiInformationBuffers,
    make: impl FnOnce() -> Outcome<G>,
    information: impl Fn(&G, &[f64], &[f64], i64) -> crate::Result<Information>,
) -> i32 {
    guard(|| {
        // SAFETY: by contract.
        unsafe {
            let generator = make()?;
            let (x1, x2): (Samples<'_, f64>, Samples<'_, f64>) = (samples("x1", x1)?, samples("x2", x2)?);
            let (y, out) = (input("y", y, y_count)?, structure(out)?);
            for (field, got) in [("x2", x2.samples()), ("y", y.len())] {
                if got != x1.samples() {
                    let expected = alloc::format!("{} samples", x1.samples());
                    return Err(Failure::new(LSMI_ERROR_SHAPE, field, &expected, got));
                }
            }
            check_room(x1.samples(), out.samples)?;
            let of_sample = |row: usize| {
                information(&generator, x1.sample(row), x2.sample(row), y[row])
                    .map_err(|error| at(row, error))
            };
            let values = (0..x1.samples()).map(of_sample).collect::<crate::Result<Vec<_>>>()?;
            spread(&values, out)
        }
    })
}

/// An error about one sample, told as that of a row.
fn at(row: usize, error: Error) -> Error {
    match error {
        Error::Class { field, column, expected, got, .. } => {
            Error::Class { field, row, column, expected, got }
        }
        other => other,
    }
}

/// The exact information of given samples under `lsmi_synthetic_gaussian`, nats: `x1` and `x2` are `double` with
/// `classes` features, `y` has a class number per sample, `out` room for as many. NaN gives NaN.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `CLASS`, `SETTING`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_synthetic_gaussian_information(
    classes: usize,
    rho: f64,
    noise: f64,
    x1: *const LsmiMatrix,
    x2: *const LsmiMatrix,
    y: *const i64,
    y_count: usize,
    out: *const LsmiInformationBuffers,
) -> i32 {
    let make = || Ok(MixedGaussian::new(classes, rho, noise)?);
    // SAFETY: the caller gives readable matrices, `y_count` targets and a readable struct as it states, or NULL.
    unsafe { exact((x1, x2, y, y_count), out, make, MixedGaussian::information) }
}

/// The exact information of given samples under `lsmi_synthetic_xor`, nats: `x1` and `x2` are `double` with
/// `dimension` features, `y` has a class number per sample, `out` room for as many. The seed decides the directions.
/// NaN gives NaN.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `CLASS`, `SETTING`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_synthetic_xor_information(
    dimension: usize,
    amplitude: f64,
    seed: u64,
    x1: *const LsmiMatrix,
    x2: *const LsmiMatrix,
    y: *const i64,
    y_count: usize,
    out: *const LsmiInformationBuffers,
) -> i32 {
    let make = || Ok(xor_mixture(dimension, amplitude, seed)?);
    // SAFETY: the caller gives readable matrices, `y_count` targets and a readable struct as it states, or NULL.
    unsafe { exact((x1, x2, y, y_count), out, make, LatentMixture::information) }
}

/// The exact information of given samples under `lsmi_synthetic_mixture`, nats: `x1` and `x2` are `double` with three
/// features, `y` has a class number per sample, `out` room for as many. NaN gives NaN.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `CLASS`, `SETTING`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_synthetic_mixture_information(
    redundant: f64,
    unique1: f64,
    unique2: f64,
    synergistic: f64,
    amplitude: f64,
    x1: *const LsmiMatrix,
    x2: *const LsmiMatrix,
    y: *const i64,
    y_count: usize,
    out: *const LsmiInformationBuffers,
) -> i32 {
    let shares = [redundant, unique1, unique2, synergistic];
    let make = || Ok(KindMixture::new(shares, amplitude)?);
    // SAFETY: the caller gives readable matrices, `y_count` targets and a readable struct as it states, or NULL.
    unsafe { exact((x1, x2, y, y_count), out, make, KindMixture::information) }
}

/// The exact information of given samples under `lsmi_synthetic_latent`, nats: `x1` and `x2` are `double` with the
/// states' features, `y` has a class number per sample, `out` room for as many. NaN gives NaN.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `NOT_FINITE` (means), `CLASS` (also for a class of no
/// state that occurs), `SETTING`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_synthetic_latent_information(
    states: *const LsmiLatentState,
    state_count: usize,
    x1: *const LsmiMatrix,
    x2: *const LsmiMatrix,
    y: *const i64,
    y_count: usize,
    out: *const LsmiInformationBuffers,
) -> i32 {
    // SAFETY: the caller gives readable structs whose arrays have the lengths they state, or NULL.
    unsafe { exact((x1, x2, y, y_count), out, || latent(states, state_count), LatentMixture::information) }
}

/// All combinations of inputs and output of a logic gate of `lsmi_synthetic_circuit`, which are equally probable, with
/// their exact information: `*cells` (may be NULL) gets their number, `out` (may be NULL) has room for as many
/// samples.
///
/// Errors: `POINTER`, `TEXT`, `STRUCT_SIZE`, `SHAPE`, `SETTING`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_synthetic_circuit_support(
    name: *const c_char,
    cells: *mut usize,
    out: *const LsmiDataset,
) -> i32 {
    guard(|| {
        // SAFETY: the caller gives a NUL-terminated text, a writable result and a readable struct as it states, or NULL.
        unsafe {
            let circuit = Circuit::named(text("name", name)?)?;
            write("cells", cells, circuit.support().len())?;
            match out.is_null() {
                true => Ok(()),
                false => copy_dataset(&as_samples(circuit.support()), structure(out)?),
            }
        }
    })
}

fn as_samples(support: &[CircuitCell]) -> Dataset {
    let bits = |of: fn(&CircuitCell) -> &'static [i64]| -> Vec<f64> {
        support.iter().flat_map(of).map(|bit| *bit as f64).collect()
    };
    let features = |bits: &[f64]| bits.len() / support.len();
    let (x1, x2) = (bits(|cell| cell.x1), bits(|cell| cell.x2));
    Dataset {
        samples: support.len(),
        features1: features(&x1),
        features2: features(&x2),
        classes: 2,
        x1,
        x2,
        y: support.iter().map(|cell| cell.y).collect(),
        truth: support.iter().map(|cell| cell.information).collect(),
    }
}

/// How close `count` estimates, one per sample, come to exact values: their root mean square error in the unit of the
/// values, and their Pearson correlation, NaN if all estimates or all exact values are the same. `rmse` and
/// `correlation` may each be NULL. NaN among the values gives NaN.
///
/// Errors: `POINTER`, `EMPTY`, `SHAPE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_agreement(
    estimate: *const f64,
    exact: *const f64,
    count: usize,
    rmse: *mut f64,
    correlation: *mut f64,
) -> i32 {
    guard(|| {
        // SAFETY: the caller gives `count` readable numbers twice and writable results, or NULL.
        unsafe {
            let found = agreement(input("estimate", estimate, count)?, input("exact", exact, count)?)?;
            write("rmse", rmse, found.rmse)?;
            write("correlation", correlation, found.corr)
        }
    })
}
