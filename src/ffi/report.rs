//! The report: the results as JSON, the same in every language.

use super::arrays::{Structure, structure, structure_array, text, write_text};
use super::config::{Coded, LSMI_SHIFT_OF_MODEL};
use super::handle;
use super::interaction::structures;
use super::model::LsmiModel;
use super::score::LsmiSummary;
use super::status::{Failure, LSMI_ERROR_STRUCT_SIZE, Outcome};
use crate::estimator::{AnyModel, PerSource, ShiftRule, Summary};
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
