//! What a model makes of features before its networks and densities see them.

use super::arrays::{copy_out, optional_structure_mut, output, write};
use super::handle;
use super::interaction::structures;
use super::matrix::{LsmiMatrix, Typed, samples};
use super::model::LsmiModel;
use super::status::{Failure, LSMI_ERROR_SETTING, Outcome};
use crate::estimator::{AnyModel, Preprocessing};
use core::ffi::c_void;

/// The place of a modality in arrays of both.
pub(super) fn index_of(modality: i32) -> Outcome<usize> {
    match modality {
        1 => Ok(0),
        2 => Ok(1),
        other => Err(Failure::new(LSMI_ERROR_SETTING, "modality", "1 or 2", other)),
    }
}

/// What a model makes of the features of one modality: z = (x − mean) / scale of the columns that vary in training,
/// limited to ±clip; or all features as they are.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiPreprocessing {
    /// `sizeof(LsmiPreprocessing)`.
    pub struct_size: usize,
    /// Features of the input.
    pub features: usize,
    /// Columns that are kept: features of what networks and densities see.
    pub kept: usize,
    /// Standardised values are limited to ± this; ∞ without standardisation.
    pub clip: f64,
    /// 1 if the kept columns are standardised, 0 if all features stay as they are.
    pub standardized: i32,
}

structures!(LsmiPreprocessing);

/// What the model makes of the features of a modality (1 or 2): sizes into `info` (the caller sets
/// `info->struct_size` first), the columns that are kept, ascending from 0, and the mean and the scale of each, into
/// arrays of `info->kept` elements. Means and scales are left alone where `info->standardized` is 0. Each pointer may
/// be NULL.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `SETTING` for another modality, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_preprocessing(
    model: *const LsmiModel,
    modality: i32,
    info: *mut LsmiPreprocessing,
    columns: *mut usize,
    means: *mut f64,
    scales: *mut f64,
) -> i32 {
    // SAFETY: the caller gives a live handle, a writable struct, and arrays of the kept columns' number, or NULL.
    unsafe {
        handle::with(model, |any| {
            let of: &Preprocessing = &any.preprocessing()[index_of(modality)?];
            if let Some(info) = optional_structure_mut(info)? {
                *info = LsmiPreprocessing {
                    struct_size: size_of::<LsmiPreprocessing>(),
                    features: of.features(),
                    kept: of.kept().len(),
                    clip: of.clip(),
                    standardized: i32::from(!of.scales().is_empty()),
                };
            }
            copy_out("columns", of.kept(), columns)?;
            copy_out("means", of.means(), means)?;
            copy_out("scales", of.scales(), scales)
        })
    }
}

/// The features of a modality (1 or 2) as the model's networks and densities take them: samples × kept columns, in C
/// order and of the model's type, into `out`. The classifier of both takes those of x1 and x2 side by side.
///
/// `x` is of the model's type. NaN stays NaN. Messages call it x1 or x2.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `SETTING` for another modality, `EMPTY`, `SHAPE`, `HANDLE`,
/// `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_preprocess(
    model: *const LsmiModel,
    modality: i32,
    x: *const LsmiMatrix,
    out: *mut c_void,
) -> i32 {
    /// # Safety
    /// `x` is readable, `out` writable for the kept columns of every sample.
    unsafe fn transform<T: Typed>(
        field: &str,
        of: &Preprocessing,
        x: *const LsmiMatrix,
        out: *mut T,
    ) -> Outcome {
        // SAFETY: by contract.
        let x = unsafe { samples::<T>(field, x) }?;
        x.check_features(field, of.features())?;
        // Not beyond the numbers of x.
        let length = x.samples() * of.kept().len();
        // SAFETY: by contract.
        Ok(of.transform_into(field, x, unsafe { output("out", out, length) }?)?)
    }
    // SAFETY: the caller gives a live handle, a readable matrix and room for the result, or NULL.
    unsafe {
        handle::with(model, |any| {
            let index = index_of(modality)?;
            let (field, of) = (["x1", "x2"][index], &any.preprocessing()[index]);
            match any {
                AnyModel::F32(_) => transform::<f32>(field, of, x, out.cast()),
                AnyModel::F64(_) => transform::<f64>(field, of, x, out.cast()),
            }
        })
    }
}

/// What h1 and h2 of the scores have above the surprisals −log p of preprocessed features, nats: 0, or Σ log scale
/// where the entropy units are those of the input. Each may be NULL.
///
/// Errors: `POINTER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_entropy_offsets(
    model: *const LsmiModel,
    offset1: *mut f64,
    offset2: *mut f64,
) -> i32 {
    // SAFETY: the caller gives a live handle and writable numbers, or NULL.
    unsafe {
        handle::with(model, |any| {
            let [first, second] = any.entropy_offsets();
            write("offset1", offset1, first)?;
            write("offset2", offset2, second)
        })
    }
}
