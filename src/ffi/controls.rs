//! Controls: fits of data that are made from the user's own.

use super::arrays::{Room, input, structure, structure_mut};
use super::config::{Coded, LsmiConfig, coded, optional_config};
use super::interaction::structures;
use super::matrix::{AnyPair, LsmiMatrix, any_pair};
use super::progress::{Counter, LsmiCountCallback};
use super::status::{Failure, LSMI_ERROR_BUFFER, Outcome, guard};
use super::trust::LsmiQuantities;
use crate::trust::{Control, ControlResult, Controls, controls_with_progress};
use alloc::vec::Vec;
use core::ffi::c_void;
use core::ops::ControlFlow;

/// Control: x1 beside itself: no synergy, and as much redundancy as information.
pub const LSMI_CONTROL_DUPLICATED_X1: i32 = 0;
/// Control: x1 beside its image under an invertible linear map: the same.
pub const LSMI_CONTROL_MAPPED_X1: i32 = 1;
/// Control: x2 beside itself.
pub const LSMI_CONTROL_DUPLICATED_X2: i32 = 2;
/// Control: x2 beside its image under an invertible linear map.
pub const LSMI_CONTROL_MAPPED_X2: i32 = 3;
/// Control: labels shuffled among the samples: nothing at all.
pub const LSMI_CONTROL_SHUFFLED_LABELS: i32 = 4;
/// Control: x2 shuffled within each class: the pairs tell nothing of their own.
pub const LSMI_CONTROL_SHUFFLED_PAIRING: i32 = 5;
/// Control: one half of the samples.
pub const LSMI_CONTROL_FIRST_HALF: i32 = 6;
/// Control: the other half: how far it is from the first is the chance in the samples and in the fit.
pub const LSMI_CONTROL_SECOND_HALF: i32 = 7;
/// Control: a bit that both modalities tell, in a direction of each, in place of what was there.
pub const LSMI_CONTROL_PLANTED_REDUNDANCY: i32 = 8;
/// Control: an exclusive or of a bit in x1 and a bit in x2.
pub const LSMI_CONTROL_PLANTED_SYNERGY: i32 = 9;
/// Room that is enough for the results of all controls, whatever the number of features.
pub const LSMI_MAX_CONTROLS: usize = 80;

coded!(Control: LSMI_CONTROL_DUPLICATED_X1 => Control::DuplicatedX1, LSMI_CONTROL_MAPPED_X1 => Control::MappedX1,
    LSMI_CONTROL_DUPLICATED_X2 => Control::DuplicatedX2, LSMI_CONTROL_MAPPED_X2 => Control::MappedX2,
    LSMI_CONTROL_SHUFFLED_LABELS => Control::ShuffledLabels,
    LSMI_CONTROL_SHUFFLED_PAIRING => Control::ShuffledPairing,
    LSMI_CONTROL_FIRST_HALF => Control::FirstHalf, LSMI_CONTROL_SECOND_HALF => Control::SecondHalf,
    LSMI_CONTROL_PLANTED_REDUNDANCY => Control::PlantedRedundancy,
    LSMI_CONTROL_PLANTED_SYNERGY => Control::PlantedSynergy);

/// What a control found.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiControlResult {
    /// Which, `LSMI_CONTROL_…`.
    pub control: i32,
    /// Samples.
    pub samples: usize,
    /// Features of x1.
    pub features1: usize,
    /// Features of x2.
    pub features2: usize,
    /// The planted mean atom (R or S), nats; NaN where none was planted.
    pub planted: f64,
    /// Cross-fitted means, nats; atoms are raw.
    pub found: LsmiQuantities,
}

/// What all controls found.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiControls {
    /// `sizeof(LsmiControls)`.
    pub struct_size: usize,
    /// Structs that there is room for at `results`; `LSMI_MAX_CONTROLS` are enough.
    pub capacity: usize,
    /// One result after the other, planted synergy in more and more features; NULL where they are not wanted.
    pub results: *mut LsmiControlResult,
    /// Results; a control that the data do not allow has none.
    pub count: usize,
    /// The largest |S| of controls that hold no synergy, nats: what is below it is noise.
    pub synergy_floor: f64,
    /// The most features of each modality among which the planted synergy was found, to four fifths at least; 0 if it
    /// was found among none.
    pub trusted_features: usize,
    /// Seed of what was made and of the fits.
    pub seed: u64,
}

structures!(LsmiControls);

impl From<&ControlResult> for LsmiControlResult {
    fn from(result: &ControlResult) -> Self {
        let [features1, features2] = result.features;
        LsmiControlResult {
            control: result.control.code(),
            samples: result.samples,
            features1,
            features2,
            planted: result.planted.unwrap_or(f64::NAN),
            found: result.found.into(),
        }
    }
}

impl LsmiControlResult {
    fn result(&self) -> Outcome<ControlResult> {
        Ok(ControlResult {
            control: Coded::of_code("control", self.control)?,
            samples: self.samples,
            features: [self.features1, self.features2],
            planted: (!self.planted.is_nan()).then_some(self.planted),
            found: self.found.into(),
        })
    }
}

impl LsmiControls {
    /// # Safety
    /// `results` is NULL or has `count` readable structs.
    pub(super) unsafe fn controls(&self) -> Outcome<Controls> {
        // SAFETY: by contract.
        let results = unsafe { input("results", self.results.cast_const(), self.count) }?;
        Ok(Controls {
            results: results.iter().map(LsmiControlResult::result).collect::<Outcome<_>>()?,
            synergy_floor: self.synergy_floor,
            trusted_features: self.trusted_features,
            seed: self.seed,
            left_out: Vec::new(),
        })
    }
}

/// Fits data made from these samples, with these settings: duplicated modalities, shuffled labels and pairs, halves, and
/// planted redundancy and synergy, at the same number of samples and among the same features. They say what the method
/// would find if it were there, below what a synergy is noise, and among how many features one can be found. Some twelve
/// fits.
///
/// `x1` and `x2` are of the same type; `y` has `y_count` class numbers from 0; `config` may be NULL for preset robust;
/// `progress` may be NULL, and counts the fits. The caller sets `out->struct_size`, `out->results` and `out->capacity`
/// first. Nothing is written if anything is wrong.
///
/// A control that the data do not allow is left out, if others are not: features that never vary hold no planted bit.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `SETTING` (also for settings without folds), `EMPTY`, `SHAPE`,
/// `NOT_FINITE`, `CLASS`, `ONE_CLASS`, `TOO_FEW_SAMPLES`, `DIVERGED`, `CANCELLED`, `BUFFER` if `capacity` is less than
/// there may be results, before the first fit. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_controls(
    x1: *const LsmiMatrix,
    x2: *const LsmiMatrix,
    y: *const i64,
    y_count: usize,
    config: *const LsmiConfig,
    progress: LsmiCountCallback,
    user: *mut c_void,
    out: *mut LsmiControls,
) -> i32 {
    let counter = Counter { callback: progress, user };
    guard(|| {
        // SAFETY: the caller gives readable matrices, `y_count` targets, and a readable configuration and a writable
        // struct, or NULL.
        let (pair, y, config, LsmiControls { results, capacity, .. }) = unsafe {
            (any_pair(x1, x2)?, input("y", y, y_count)?, optional_config(config)?, *structure(out)?)
        };
        let mut needed = 0;
        let mut observer = |done: usize, total: usize| {
            needed = total;
            match !results.is_null() && total > capacity {
                true => ControlFlow::Break(()),
                // SAFETY: the callback keeps to its contract. While it may look at the struct, nobody else has a
                // reference to it.
                false => unsafe { counter.count(done, total) },
            }
        };
        let found = match pair {
            AnyPair::F32(x1, x2) => controls_with_progress(x1, x2, y, &config, &mut observer),
            AnyPair::F64(x1, x2) => controls_with_progress(x1, x2, y, &config, &mut observer),
        };
        if !results.is_null() && needed > capacity {
            let expected = alloc::format!("room for {needed}");
            return Err(Failure::new(LSMI_ERROR_BUFFER, "results", &expected, capacity));
        }
        let found = found?;
        // SAFETY: the caller gives a writable struct whose results have that capacity, or NULL.
        unsafe {
            let room = Room::new("results", results, found.results.len())?;
            found.results.iter().enumerate().for_each(|(place, result)| room.put(place, result.into()));
            let out = structure_mut(out)?;
            out.count = found.results.len();
            out.synergy_floor = found.synergy_floor;
            out.trusted_features = found.trusted_features;
            out.seed = found.seed;
        }
        Ok(())
    })
}
