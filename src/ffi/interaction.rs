//! The pure functions, on the caller's buffers.

use super::arrays::{check, input, optional_input, output, structure, text, write, write_result};
use super::matrix::{AnySamples, LsmiMatrix, Typed, any_samples};
use super::status::{Failure, LSMI_ERROR_SHAPE, Outcome, guard};
use crate::Samples;
use crate::interaction::{self, AtomSlices, Atoms, Counting, Information, InformationSlices};
use crate::simd::{Level, log_sum_exp_rows_with};
use alloc::vec::Vec;
use core::ffi::{c_char, c_void};
use core::slice::from_raw_parts_mut;

/// Redundancy, uniqueness and synergy, nats.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub struct LsmiAtoms {
    /// r: told by either modality.
    pub redundancy: f64,
    /// u1: told by the first modality alone.
    pub unique1: f64,
    /// u2: told by the second modality alone.
    pub unique2: f64,
    /// s: told only by both together.
    pub synergy: f64,
}

impl From<Atoms> for LsmiAtoms {
    fn from(atoms: Atoms) -> Self {
        let Atoms { redundancy, unique1, unique2, synergy } = atoms;
        LsmiAtoms { redundancy, unique1, unique2, synergy }
    }
}

impl From<LsmiAtoms> for Atoms {
    fn from(atoms: LsmiAtoms) -> Self {
        let LsmiAtoms { redundancy, unique1, unique2, synergy } = atoms;
        Atoms { redundancy, unique1, unique2, synergy }
    }
}

/// Five arrays of `samples` numbers to read: the pointwise information of every sample, nats.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiInformationArrays {
    /// `sizeof(LsmiInformationArrays)`.
    pub struct_size: usize,
    /// Length of each array.
    pub samples: usize,
    /// i(x1; y).
    pub i1: *const f64,
    /// i(x2; y).
    pub i2: *const f64,
    /// i(x1, x2; y).
    pub i12: *const f64,
    /// h(x1).
    pub h1: *const f64,
    /// h(x2).
    pub h2: *const f64,
}

/// Five arrays of `samples` numbers to write: the pointwise information of every sample, nats. None may be NULL.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiInformationBuffers {
    /// `sizeof(LsmiInformationBuffers)`.
    pub struct_size: usize,
    /// Length of each array.
    pub samples: usize,
    /// i(x1; y).
    pub i1: *mut f64,
    /// i(x2; y).
    pub i2: *mut f64,
    /// i(x1, x2; y).
    pub i12: *mut f64,
    /// h(x1).
    pub h1: *mut f64,
    /// h(x2).
    pub h2: *mut f64,
}

/// Four arrays of `samples` numbers to write: the atoms of every sample, nats. None may be NULL.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiAtomBuffers {
    /// `sizeof(LsmiAtomBuffers)`.
    pub struct_size: usize,
    /// Length of each array.
    pub samples: usize,
    /// r.
    pub redundancy: *mut f64,
    /// u1.
    pub unique1: *mut f64,
    /// u2.
    pub unique2: *mut f64,
    /// s.
    pub synergy: *mut f64,
}

macro_rules! structures {
    ($($name:ident),+) => {$(
        // SAFETY: repr(C), begins with its size; made of numbers and pointers, of which every pattern of bits is one.
        unsafe impl super::arrays::Structure for $name {
            const NAME: &'static str = stringify!($name);
        }
    )+};
}
pub(super) use structures;
structures!(LsmiInformationArrays, LsmiInformationBuffers, LsmiAtomBuffers);

/// The arrays to read, which have one length.
///
/// # Safety
/// `information` is NULL or points to a readable struct whose arrays have the length that it states and that nobody
/// changes for `'a`.
pub(super) unsafe fn information_slices<'a>(
    information: *const LsmiInformationArrays,
) -> Outcome<InformationSlices<'a>> {
    // SAFETY: by contract.
    unsafe {
        let i = structure(information)?;
        Ok(InformationSlices {
            i1: input("i1", i.i1, i.samples)?,
            i2: input("i2", i.i2, i.samples)?,
            i12: input("i12", i.i12, i.samples)?,
            h1: input("h1", i.h1, i.samples)?,
            h2: input("h2", i.h2, i.samples)?,
        })
    }
}

/// r = min(h1, h2) − min(h1 − i1, h2 − i2), u1 = i1 − r, u2 = i2 − r, s = i12 − i1 − i2 + r of every sample, nats.
/// Allocates nothing.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `SHAPE` if the two lengths differ. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_atoms(
    information: *const LsmiInformationArrays,
    out: *const LsmiAtomBuffers,
) -> i32 {
    guard(|| {
        // SAFETY: the caller gives readable structs (or NULL) whose arrays have the lengths they state.
        let (slices, out) = unsafe {
            let (slices, o) = (information_slices(information)?, structure(out)?);
            let out = AtomSlices {
                redundancy: output("redundancy", o.redundancy, o.samples)?,
                unique1: output("unique1", o.unique1, o.samples)?,
                unique2: output("unique2", o.unique2, o.samples)?,
                synergy: output("synergy", o.synergy, o.samples)?,
            };
            (slices, out)
        };
        Ok(interaction::atoms(slices, out)?)
    })
}

/// The constant that adjusts all samples' atoms, from their means, nats: −min(R, S) if R < 0 or S < 0, else
/// min(U1, U2) if U1 < 0 or U2 < 0, else 0; and the means adjusted by it, (R + a, U1 − a, U2 − a, S + a).
/// `shift` and `adjusted` may each be NULL.
///
/// Errors: `POINTER`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_shift(
    means: *const LsmiAtoms,
    shift: *mut f64,
    adjusted: *mut LsmiAtoms,
) -> i32 {
    guard(|| {
        // SAFETY: the caller gives readable means (or NULL) and writable results (or NULL).
        unsafe {
            let [means] = input("means", means, 1)? else { return Err(Failure::null("means")) };
            let means = Atoms::from(*means);
            let a = interaction::shift(means);
            write("shift", shift, a)?;
            write("adjusted", adjusted, means.shifted(a).into())
        }
    })
}

/// The mean of `count` numbers by pairwise summation; NaN if there are none. Errors: `POINTER`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_mean(values: *const f64, count: usize, mean: *mut f64) -> i32 {
    guard(|| {
        // SAFETY: the caller gives `count` readable numbers and a writable result, or NULL.
        unsafe {
            let values = input("values", values, count)?;
            write_result("mean", mean, interaction::mean(values))
        }
    })
}

/// What counting needs for a sample.
type WorkspaceOfSample = (Counting, Information);

/// Bytes of workspace, aligned as for `double`, that `lsmi_discrete` needs for `samples` samples. Thread-safe.
///
/// Errors: `POINTER`, `SHAPE` if the size cannot be addressed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_discrete_workspace(samples: usize, bytes: *mut usize) -> i32 {
    guard(|| {
        let needed = samples.checked_mul(size_of::<WorkspaceOfSample>());
        let needed = needed.filter(|bytes| *bytes <= isize::MAX as usize).ok_or_else(|| {
            Failure::new(LSMI_ERROR_SHAPE, "samples", "a size that can be addressed", samples)
        })?;
        // SAFETY: the caller gives a writable result or NULL.
        unsafe { write_result("bytes", bytes, needed) }
    })
}

/// Exact pointwise information of discrete sources by counting, nats: `x1`, `x2`, `y` are category numbers (any
/// integers), one per sample; `weights` (may be NULL) counts samples. Allocates nothing: `workspace` has the bytes
/// that `lsmi_discrete_workspace` tells.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `EMPTY`, `SHAPE`, `NOT_FINITE`, `SETTING` (weights). Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_discrete(
    x1: *const i64,
    x2: *const i64,
    y: *const i64,
    weights: *const f64,
    samples: usize,
    workspace: *mut c_void,
    out: *const LsmiInformationBuffers,
) -> i32 {
    guard(|| {
        // SAFETY: the caller gives arrays of `samples` elements, a workspace of the size told, and readable buffers.
        unsafe {
            let out = structure(out)?;
            check_room(samples, out.samples)?;
            let (x1, x2, y) = (input("x1", x1, samples)?, input("x2", x2, samples)?, input("y", y, samples)?);
            let weights = optional_input("weights", weights, samples)?;
            // Looked at before anything is written: each array could be addressed where this could not.
            if samples > 0 {
                check("workspace", workspace.cast_const().cast::<WorkspaceOfSample>(), samples)?;
            }
            let (scratch, information) = match samples {
                0 => Default::default(),
                _ => {
                    // Written before they are references, as their types ask for.
                    let scratch = workspace.cast::<Counting>();
                    let information = scratch.add(samples).cast::<Information>();
                    for row in 0..samples {
                        scratch.add(row).write(Counting::default());
                        information.add(row).write(Information::default());
                    }
                    (from_raw_parts_mut(scratch, samples), from_raw_parts_mut(information, samples))
                }
            };
            interaction::discrete_into(x1, x2, y, weights, scratch, information)?;
            spread(information, out)
        }
    })
}

/// One category number per sample for several discrete variables together, as `lsmi_discrete` takes it: 0, 1, …
/// number the tuples that occur, in sorted order (by the first column, then the second, …). `columns` has
/// `column_count` arrays of `samples` category numbers (any integers), `out` room for a number per sample.
///
/// Errors: `POINTER`, `EMPTY`, `SHAPE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_joint_categories(
    columns: *const *const i64,
    column_count: usize,
    samples: usize,
    out: *mut i64,
) -> i32 {
    guard(|| {
        // SAFETY: the caller gives `column_count` arrays of `samples` numbers and room for as many, or NULL.
        unsafe {
            let columns = input("columns", columns, column_count)?.iter().enumerate();
            let columns = columns
                .map(|(index, column)| input(&alloc::format!("columns[{index}]"), *column, samples))
                .collect::<Outcome<Vec<_>>>()?;
            let out = output("out", out, samples)?;
            out.copy_from_slice(&interaction::joint_categories(&columns)?);
        }
        Ok(())
    })
}

/// Refuses buffers for another number of samples.
pub(super) fn check_room(expected: usize, got: usize) -> Outcome {
    match expected == got {
        true => Ok(()),
        false => Err(Failure::new(LSMI_ERROR_SHAPE, "out", &alloc::format!("{expected} samples"), got)),
    }
}

/// Writes information sample by sample into its five arrays.
///
/// # Safety
/// The buffers are writable for `information.len()` numbers each.
pub(super) unsafe fn spread(information: &[Information], out: &LsmiInformationBuffers) -> Outcome {
    // SAFETY: by contract.
    let column = |field: &str, pointer: *mut f64| unsafe { output(field, pointer, information.len()) };
    // All pointers are looked at before anything is written.
    let columns = [
        column("i1", out.i1)?,
        column("i2", out.i2)?,
        column("i12", out.i12)?,
        column("h1", out.h1)?,
        column("h2", out.h2)?,
    ];
    let [i1, i2, i12, h1, h2] = columns.map(Some);
    Ok(interaction::score_columns(information, 0.0, [i1, i2, i12, h1, h2, None, None, None, None])?)
}

/// log Σ exp of every row of `values` (a row per sample) into `out`, `values->samples` numbers of the matrix's type.
/// All −∞ gives −∞, any NaN gives NaN. Allocates nothing unless the numbers are so many that threads share them.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_log_sum_exp(values: *const LsmiMatrix, out: *mut c_void) -> i32 {
    // SAFETY: the caller gives a readable matrix and a number's room per row.
    guard(|| unsafe { log_sum_exp(Level::best(), values, out) })
}

/// As `lsmi_log_sum_exp`, by the instruction set of this name ("portable", "neon", "avx2", "avx512"), or by the next
/// lower one that the processor has. Results differ in the last digits.
///
/// Errors: `POINTER`, `TEXT`, `SETTING` for another name, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_log_sum_exp_with_level(
    values: *const LsmiMatrix,
    level: *const c_char,
    out: *mut c_void,
) -> i32 {
    // SAFETY: the caller gives a readable matrix, a NUL-terminated text and a number's room per row.
    guard(|| unsafe { log_sum_exp(text("level", level)?.parse()?, values, out) })
}

/// # Safety
/// `values` is NULL or readable; `out` is NULL or writable for a number per row.
unsafe fn log_sum_exp(level: Level, values: *const LsmiMatrix, out: *mut c_void) -> Outcome {
    /// # Safety
    /// `out` is NULL or writable for a number per row.
    unsafe fn rows<T: Typed>(level: Level, values: Samples<'_, T>, out: *mut c_void) -> Outcome {
        let width = values.features();
        // SAFETY: by contract.
        let out = unsafe { output("out", out.cast::<T>(), values.samples()) }?;
        if values.stride() == width {
            return Ok(log_sum_exp_rows_with(level, values.data(), width, out)?);
        }
        // A row has the same value alone.
        for (out, row) in out.iter_mut().zip(values.iter()) {
            log_sum_exp_rows_with(level, row, width, core::slice::from_mut(out))?;
        }
        Ok(())
    }
    // SAFETY: by contract.
    unsafe {
        match any_samples("values", values)? {
            AnySamples::F32(values) => rows(level, values, out),
            AnySamples::F64(values) => rows(level, values, out),
        }
    }
}

/// i = log p(y|x) − log p(y) of every sample, nats, from the log-probabilities of any classifier: a row of C numbers
/// per sample. `y` has a class number per sample, `log_prior` (may be NULL for a uniform prior) C numbers, `out` room
/// for a number per sample. Call it once each for p(y|x1), p(y|x2), p(y|x1, x2); then `lsmi_atoms`, with any h1, h2.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `CLASS`, `NOT_FINITE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_information_from_log_probabilities(
    log_probabilities: *const LsmiMatrix,
    y: *const i64,
    y_count: usize,
    log_prior: *const f64,
    out: *mut f64,
) -> i32 {
    guard(|| {
        // SAFETY: the caller gives a readable matrix, `y_count` targets, a prior per class or NULL, and room.
        unsafe {
            let rows = any_samples("log_probabilities", log_probabilities)?;
            let y = input("y", y, y_count)?;
            let prior = optional_input("log_prior", log_prior, (*log_probabilities).features)?;
            let out = output("out", out, y_count)?;
            match rows {
                AnySamples::F32(rows) => {
                    interaction::information_from_log_probabilities(rows, y, prior, out)?;
                }
                AnySamples::F64(rows) => {
                    interaction::information_from_log_probabilities(rows, y, prior, out)?;
                }
            }
            Ok(())
        }
    })
}
