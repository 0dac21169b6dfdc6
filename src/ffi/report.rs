//! The report: the results as JSON, the same in every language.

use super::arrays::{Structure, structure, structure_array, text, write_text};
use super::config::{Coded, LSMI_SHIFT_OF_MODEL};
use super::controls::LsmiControls;
use super::handle::{self, opaque};
use super::interaction::structures;
use super::model::LsmiModel;
use super::score::LsmiSummary;
use super::status::{Failure, LSMI_ERROR_STRUCT_SIZE, Outcome, catch, settle};
use super::trust::{LsmiIntervals, LsmiNull, LsmiSpread};
use crate::estimator::{AnyModel, PerSource, ShiftRule, Summary};
use crate::report::{Details, Report};
use core::ffi::c_char;

/// A split of a report.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiReportSplit {
    /// `sizeof(LsmiReportSplit)`.
    pub struct_size: usize,
    /// What the split is called, such as "train" or "val", in UTF-8.
    pub name: *const c_char,
    /// The means of its samples, as `lsmi_model_score` gives them.
    pub summary: LsmiSummary,
}

structures!(LsmiReportSplit);

impl LsmiSummary {
    fn split(&self) -> Outcome<Summary> {
        if self.struct_size != size_of::<LsmiSummary>() {
            let expected = alloc::format!("struct_size {}", size_of::<LsmiSummary>());
            return Err(Failure::new(LSMI_ERROR_STRUCT_SIZE, LsmiSummary::NAME, &expected, self.struct_size));
        }
        Ok(Summary {
            n: self.samples,
            i1: self.i1,
            i2: self.i2,
            i12: self.i12,
            h1: self.h1,
            h2: self.h2,
            raw: self.raw.into(),
            adjusted: self.adjusted.into(),
            shift: self.shift,
            s_minus_r: self.s_minus_r,
            seen: self.seen,
            reading: Coded::of_code("reading", self.reading)?,
            accuracy: PerSource::from(self.accuracy),
            log_loss: PerSource::from(self.log_loss),
            clipped: self.clipped,
        })
    }
}

/// The shift rule of a code, which may stand for that of the model.
pub(super) fn shift_rule_of(model: &AnyModel, code: i32) -> Outcome<ShiftRule> {
    match code {
        LSMI_SHIFT_OF_MODEL => Ok(model.config().shift),
        code => ShiftRule::of_code("shift_rule", code),
    }
}

/// The report on splits that the model has scored, as indented JSON, which is the same in every language and in the
/// command `lsmi`: seed, preset and entropy units of the fit, the notes, the library's version, the shift rule, and
/// the means of every split by name. Of splits of one name the last one counts. A number that is not finite is `null`.
///
/// `splits` has `split_count` structs, none of which is fine; `shift_rule` is the rule that they were scored with, one
/// of the `LSMI_SHIFT_…`. The text is NUL-terminated; `length` (may be NULL) gets its length without NUL; with `buffer`
/// NULL only the length is written.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TEXT`, `SETTING`, `BUFFER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_report(
    model: *const LsmiModel,
    shift_rule: i32,
    splits: *const LsmiReportSplit,
    split_count: usize,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> i32 {
    // SAFETY: the caller gives a live handle, readable structs whose names end with NUL, and a buffer of `capacity`
    // bytes, or NULL.
    unsafe {
        handle::with(model, |any| {
            let mut report = any.report(shift_rule_of(any, shift_rule)?);
            for split in structure_array("splits", splits, split_count)? {
                let LsmiReportSplit { name, summary, .. } = structure(split)?;
                report = report.with(text("name", *name)?, &summary.split()?);
            }
            write_text(&report.to_json()?, buffer, capacity, length)
        })
    }
}

/// Results that are put together for one text. Exclusive use while something is added; else as a const handle. Free
/// with `lsmi_report_free`.
pub struct LsmiReport(());

opaque!(LsmiReport, Report, b"LSRe");

/// A report about a model, with its settings, notes and flags, and no split yet; `shift_rule` is the rule that its
/// splits are scored with, one of the `LSMI_SHIFT_…`. What is added later takes the place of what was there; a failure
/// leaves the report as it is. Free it with `lsmi_report_free`.
///
/// Errors: `POINTER`, `SETTING`, `HANDLE`, `FAILED_HANDLE`; `*out` is then NULL (in a build without std: a handle that
/// only tells its message and is freed). Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_report_new(
    model: *const LsmiModel,
    shift_rule: i32,
    out: *mut *mut LsmiReport,
) -> i32 {
    // SAFETY: the caller gives a live handle and room, or NULL.
    unsafe { handle::create_from(model, out, |any| Ok(any.report(shift_rule_of(any, shift_rule)?))) }
}

/// Frees a report; NULL is fine.
///
/// Errors: `HANDLE` for a handle of another kind. Exclusive use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_report_free(report: *mut LsmiReport) -> i32 {
    // SAFETY: the caller gives a handle of its own, or NULL, and uses it no more.
    unsafe { handle::free(report) }
}

/// The message of this handle's last failed call, as `lsmi_last_error_message` writes it.
///
/// Errors: `POINTER`, `HANDLE`, `BUFFER`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_report_error_message(
    report: *const LsmiReport,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> i32 {
    // SAFETY: the caller gives a live handle and a buffer of `capacity` bytes, or NULL.
    unsafe { handle::message(report, buffer, capacity, length) }
}

/// Adds a split, of which a later one of the same name takes the place.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TEXT`, `SETTING`, `HANDLE`, `FAILED_HANDLE`. Exclusive use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_report_add_split(
    report: *mut LsmiReport,
    split: *const LsmiReportSplit,
) -> i32 {
    // SAFETY: the caller gives a handle of its own, and a readable struct whose name ends with NUL, or NULL.
    unsafe {
        handle::change(report, |report| {
            let LsmiReportSplit { name, summary, .. } = structure(split)?;
            report.add(text("name", *name)?, &summary.split()?);
            Ok(())
        })
    }
}

/// Adds what the model knows of its training samples and of its fit: all settings and the command that repeats the fit,
/// the means of every class, up to a thousand samples, those that have most of each atom, calibration, and the courses
/// of the trainings. Samples and classes are those of `lsmi_model_cross_fitted`.
///
/// Errors: `POINTER`, `HANDLE`, `FAILED_HANDLE`. Exclusive use of the report.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_report_add_details(report: *mut LsmiReport, model: *const LsmiModel) -> i32 {
    // SAFETY: the caller gives a report of its own and a live model, or NULL.
    unsafe {
        let outcome = catch(|| {
            let report = handle::value_mut(report)?;
            report.details = Some(match handle::value(model)? {
                AnyModel::F32(model) => Details::new(model),
                AnyModel::F64(model) => Details::new(model),
            });
            Ok(())
        });
        handle::keep(report, &outcome);
        handle::keep(model, &outcome);
        settle(outcome)
    }
}

/// Adds intervals, of the cross-fitted means of the split "train", as `lsmi_model_intervals` or
/// `lsmi_bootstrap` gives them.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `HANDLE`, `FAILED_HANDLE`. Exclusive use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_report_add_intervals(
    report: *mut LsmiReport,
    intervals: *const LsmiIntervals,
) -> i32 {
    // SAFETY: the caller gives a handle of its own and a readable struct, or NULL.
    unsafe {
        handle::change(report, |report| {
            report.intervals = Some((*structure(intervals)?).into());
            Ok(())
        })
    }
}

/// Adds the null of shuffled labels, as `lsmi_permutation_null` gives it, with the means of every permutation.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `HANDLE`, `FAILED_HANDLE`. Exclusive use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_report_add_null(report: *mut LsmiReport, null: *const LsmiNull) -> i32 {
    // SAFETY: the caller gives a handle of its own, and a readable struct with means as it states, or NULL.
    unsafe {
        handle::change(report, |report| {
            report.null = Some(structure(null)?.null()?);
            Ok(())
        })
    }
}

/// Adds a spread, as `lsmi_spread` gives it, with the means of every further fit; of `samples` nothing is read.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `HANDLE`, `FAILED_HANDLE`. Exclusive use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_report_add_spread(report: *mut LsmiReport, spread: *const LsmiSpread) -> i32 {
    // SAFETY: as in `lsmi_report_add_null`.
    unsafe {
        handle::change(report, |report| {
            report.spread = Some(structure(spread)?.spread()?);
            Ok(())
        })
    }
}

/// Adds what controls found, as `lsmi_controls` gives it, with all results.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `SETTING` for a control that there is not, `HANDLE`, `FAILED_HANDLE`. Exclusive
/// use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_report_add_controls(
    report: *mut LsmiReport,
    controls: *const LsmiControls,
) -> i32 {
    // SAFETY: as in `lsmi_report_add_null`, with results.
    unsafe {
        handle::change(report, |report| {
            report.controls = Some(structure(controls)?.controls()?);
            Ok(())
        })
    }
}

/// The report as indented JSON, as `lsmi_model_report` writes it; what was not added is left out.
///
/// Errors: `POINTER`, `BUFFER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_report_json(
    report: *const LsmiReport,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> i32 {
    // SAFETY: the caller gives a live handle and a buffer of `capacity` bytes, or NULL.
    unsafe { handle::with(report, |report| write_text(&report.to_json()?, buffer, capacity, length)) }
}
