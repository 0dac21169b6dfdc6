//! Scoring.

use super::arrays::{copy_out, input, optional_output, optional_structure_mut};
use super::config::{Coded, coded};
use super::handle;
use super::interaction::{LsmiAtoms, structures};
use super::matrix::{LsmiMatrix, Typed, samples};
use super::model::LsmiModel;
use super::report::shift_rule_of;
use super::status::{Failure, LSMI_ERROR_SETTING, LSMI_ERROR_SHAPE, Outcome};
use crate::Model;
use crate::estimator::{AnyModel, PerSource, Reading, ShiftRule, Summary};
use crate::interaction::{self, Information};
use alloc::vec::Vec;

/// Samples were read by the model, which did not see them.
pub const LSMI_READING_NEW: i32 = 0;
/// Samples were read by the model, which was fitted to some of them.
pub const LSMI_READING_IN_SAMPLE: i32 = 1;
/// Samples were read each by models that were fitted to other samples.
pub const LSMI_READING_CROSS_FITTED: i32 = 2;

coded!(Reading: LSMI_READING_NEW => Reading::New, LSMI_READING_IN_SAMPLE => Reading::InSample,
    LSMI_READING_CROSS_FITTED => Reading::CrossFitted);

/// Room for the scores of every sample, nats; arrays may be NULL where they are not wanted.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiScores {
    /// `sizeof(LsmiScores)`.
    pub struct_size: usize,
    /// Length of each array: the number of samples that are scored.
    pub samples: usize,
    /// i(x1; y).
    pub i1: *mut f64,
    /// i(x2; y).
    pub i2: *mut f64,
    /// i(x1, x2; y).
    pub i12: *mut f64,
    /// h(x1), in the entropy units of the model.
    pub h1: *mut f64,
    /// h(x2), in the entropy units of the model.
    pub h2: *mut f64,
    /// r, raw; adjusted it is r + shift.
    pub redundancy: *mut f64,
    /// u1, raw; adjusted it is u1 − shift.
    pub unique1: *mut f64,
    /// u2, raw; adjusted it is u2 − shift.
    pub unique2: *mut f64,
    /// s, raw; adjusted it is s + shift.
    pub synergy: *mut f64,
}

/// A number for each of the classifiers.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub struct LsmiPerSource {
    /// p(y|x1).
    pub x1: f64,
    /// p(y|x2).
    pub x2: f64,
    /// p(y|x1, x2).
    pub joint: f64,
}

impl From<PerSource> for LsmiPerSource {
    fn from(PerSource { x1, x2, joint }: PerSource) -> Self {
        LsmiPerSource { x1, x2, joint }
    }
}

impl From<LsmiPerSource> for PerSource {
    fn from(LsmiPerSource { x1, x2, joint }: LsmiPerSource) -> Self {
        PerSource { x1, x2, joint }
    }
}

/// Means over the samples that were scored, nats.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub struct LsmiSummary {
    /// `sizeof(LsmiSummary)`.
    pub struct_size: usize,
    /// Number of samples.
    pub samples: usize,
    /// Samples with a standardised feature beyond the model's limit, and therefore limited.
    pub clipped: usize,
    /// Mean i(x1; y).
    pub i1: f64,
    /// Mean i(x2; y).
    pub i2: f64,
    /// Mean i(x1, x2; y).
    pub i12: f64,
    /// Mean h(x1).
    pub h1: f64,
    /// Mean h(x2).
    pub h2: f64,
    /// S − R, which needs no surprisal.
    pub s_minus_r: f64,
    /// The constant that adjusts all samples' atoms.
    pub shift: f64,
    /// Mean atoms as they are.
    pub raw: LsmiAtoms,
    /// Mean atoms after the shift.
    pub adjusted: LsmiAtoms,
    /// Samples that the models which read them were fitted to: they flatter those.
    pub seen: usize,
    /// By which models the samples were read, `LSMI_READING_…`.
    pub reading: i32,
    /// Fraction of samples whose class each classifier finds.
    pub accuracy: LsmiPerSource,
    /// Mean −log p(y|x) of each classifier.
    pub log_loss: LsmiPerSource,
}

structures!(LsmiScores, LsmiSummary);

/// Scores samples: their information and raw atoms into `scores`, means into `summary` (each may be NULL; the caller
/// sets `struct_size` first).
///
/// `x1` and `x2` are of the model's type, `y` has `y_count` class numbers; `shift_rule` is one of the `LSMI_SHIFT_…`,
/// `LSMI_SHIFT_OF_MODEL` for that of the fit. Nothing is written if anything is wrong.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `SETTING`, `EMPTY`, `SHAPE`, `NOT_FINITE`, `CLASS`, `UNSEEN_CLASS`,
/// `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_score(
    model: *const LsmiModel,
    x1: *const LsmiMatrix,
    x2: *const LsmiMatrix,
    y: *const i64,
    y_count: usize,
    shift_rule: i32,
    scores: *mut LsmiScores,
    summary: *mut LsmiSummary,
) -> i32 {
    /// # Safety
    /// The matrices are readable.
    unsafe fn score<T: Typed>(
        model: &Model<T>,
        x1: *const LsmiMatrix,
        x2: *const LsmiMatrix,
        y: &[i64],
        rule: ShiftRule,
    ) -> Outcome<(Vec<Information>, Summary)> {
        // SAFETY: by contract.
        let (x1, x2) = unsafe { (samples("x1", x1)?, samples("x2", x2)?) };
        let mut information = Vec::new();
        let summary = model.score_into(x1, x2, y, rule, &mut information)?;
        Ok((information, summary))
    }
    // SAFETY: the caller gives a live handle, readable inputs, and structs with room as they state, or NULL.
    unsafe {
        handle::with(model, |any| {
            let y = input("y", y, y_count)?;
            let rule = shift_rule_of(any, shift_rule)?;
            let (scores, summary) = (optional_structure_mut(scores)?, optional_structure_mut(summary)?);
            let (information, of_all) = match any {
                AnyModel::F32(model) => score(model, x1, x2, y, rule)?,
                AnyModel::F64(model) => score(model, x1, x2, y, rule)?,
            };
            if let Some(scores) = scores {
                write_scores(&information, scores)?;
            }
            if let Some(summary) = summary {
                *summary = of_all.into();
            }
            Ok(())
        })
    }
}

/// The training samples as models read them that did not see them: fits to the other folds, with the same settings.
/// Their class numbers go to `y`, information and raw atoms to `scores`, means to `summary`, each of which may be NULL;
/// `y` and the arrays have `cross_fitted_samples` of `LsmiModelInfo` numbers.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `SETTING` if the model was fitted without folds, `SHAPE`, `HANDLE`,
/// `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_cross_fitted(
    model: *const LsmiModel,
    y: *mut i64,
    scores: *mut LsmiScores,
    summary: *mut LsmiSummary,
) -> i32 {
    // SAFETY: the caller gives a live handle, structs with room as they state, and a number per sample, or NULL.
    unsafe {
        handle::with(model, |any| {
            let known = any.cross_fitted().ok_or_else(|| {
                Failure::new(LSMI_ERROR_SETTING, "folds", "a model fitted with folds", any.config().folds)
            })?;
            let (scores, summary) = (optional_structure_mut(scores)?, optional_structure_mut(summary)?);
            copy_out("y", &known.y, y)?;
            if let Some(scores) = scores {
                write_scores(&known.information, scores)?;
            }
            if let Some(summary) = summary {
                *summary = known.summary.clone().into();
            }
            Ok(())
        })
    }
}

/// # Safety
/// The arrays of `out` are NULL or have the length it states.
unsafe fn write_scores(information: &[Information], out: &LsmiScores) -> Outcome {
    let n = information.len();
    if out.samples != n {
        return Err(Failure::new(LSMI_ERROR_SHAPE, "scores", &alloc::format!("{n} samples"), out.samples));
    }
    // All pointers are looked at before anything is written.
    // SAFETY: by contract.
    let column = |field: &str, pointer: *mut f64| unsafe { optional_output(field, pointer, n) };
    let columns = [
        column("i1", out.i1)?,
        column("i2", out.i2)?,
        column("i12", out.i12)?,
        column("h1", out.h1)?,
        column("h2", out.h2)?,
        column("redundancy", out.redundancy)?,
        column("unique1", out.unique1)?,
        column("unique2", out.unique2)?,
        column("synergy", out.synergy)?,
    ];
    Ok(interaction::score_columns(information, 0.0, columns)?)
}

impl From<Summary> for LsmiSummary {
    fn from(summary: Summary) -> Self {
        LsmiSummary {
            struct_size: size_of::<LsmiSummary>(),
            samples: summary.n,
            clipped: summary.clipped,
            i1: summary.i1,
            i2: summary.i2,
            i12: summary.i12,
            h1: summary.h1,
            h2: summary.h2,
            s_minus_r: summary.s_minus_r,
            shift: summary.shift,
            seen: summary.seen,
            reading: summary.reading.code(),
            raw: summary.raw.into(),
            adjusted: summary.adjusted.into(),
            accuracy: summary.accuracy.into(),
            log_loss: summary.log_loss.into(),
        }
    }
}
