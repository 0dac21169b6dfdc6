//! Intervals, nulls and spreads: how far estimates can be trusted.

use super::arrays::{Room, input, structure, structure_mut};
use super::handle;
use super::interaction::{LsmiInformationArrays, information_slices, structures};
use super::matrix::{LsmiMatrix, Typed, samples};
use super::model::LsmiModel;
use super::progress::{Counter, LsmiCountCallback};
use super::status::{Failure, LSMI_ERROR_SETTING, Outcome, guard};
use crate::Model;
use crate::estimator::AnyModel;
use crate::interaction::Information;
use crate::trust::{
    self, Interval, Intervals, Null, Quantities, Spread, continue_permutation_null, spread_with_progress,
};
use alloc::vec::Vec;
use core::ffi::c_void;
use core::ops::ControlFlow;

/// The most draws of `lsmi_bootstrap`.
pub const LSMI_MAX_DRAWS: usize = 1_000_000;
/// The most permutations of `lsmi_permutation_null`.
pub const LSMI_MAX_PERMUTATIONS: usize = 100_000;
/// The most repeats of `lsmi_spread`.
pub const LSMI_MAX_REPEATS: usize = 1000;

const _: () = assert!(
    LSMI_MAX_DRAWS == trust::MOST_DRAWS
        && LSMI_MAX_PERMUTATIONS == trust::MOST_PERMUTATIONS
        && LSMI_MAX_REPEATS == trust::MOST_REPEATS
);

/// Something of each mean: itself (nats), its deviation (nats), its p-value. Atoms are raw.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub struct LsmiQuantities {
    /// i(x1; y).
    pub i1: f64,
    /// i(x2; y).
    pub i2: f64,
    /// i(x1, x2; y).
    pub i12: f64,
    /// R.
    pub redundancy: f64,
    /// U1.
    pub unique1: f64,
    /// U2.
    pub unique2: f64,
    /// S.
    pub synergy: f64,
    /// S − R, which needs no surprisal.
    pub s_minus_r: f64,
}

impl From<Quantities<f64>> for LsmiQuantities {
    fn from(of: Quantities<f64>) -> Self {
        let Quantities { i1, i2, i12, redundancy, unique1, unique2, synergy, s_minus_r } = of;
        LsmiQuantities { i1, i2, i12, redundancy, unique1, unique2, synergy, s_minus_r }
    }
}

impl From<LsmiQuantities> for Quantities<f64> {
    fn from(of: LsmiQuantities) -> Self {
        let LsmiQuantities { i1, i2, i12, redundancy, unique1, unique2, synergy, s_minus_r } = of;
        Quantities { i1, i2, i12, redundancy, unique1, unique2, synergy, s_minus_r }
    }
}

/// Between two quantiles, nats.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub struct LsmiInterval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl From<Interval> for LsmiInterval {
    fn from(Interval { low, high }: Interval) -> Self {
        LsmiInterval { low, high }
    }
}

impl From<LsmiInterval> for Interval {
    fn from(LsmiInterval { low, high }: LsmiInterval) -> Self {
        Interval { low, high }
    }
}

/// Bootstrap intervals of means over samples.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiIntervals {
    /// `sizeof(LsmiIntervals)`.
    pub struct_size: usize,
    /// Resamples drawn.
    pub draws: usize,
    /// The nominal probability that an interval covers the mean over all samples there could be.
    pub level: f64,
    /// Seed of the draws.
    pub seed: u64,
    /// Of i(x1; y).
    pub i1: LsmiInterval,
    /// Of i(x2; y).
    pub i2: LsmiInterval,
    /// Of i(x1, x2; y).
    pub i12: LsmiInterval,
    /// Of R.
    pub redundancy: LsmiInterval,
    /// Of U1.
    pub unique1: LsmiInterval,
    /// Of U2.
    pub unique2: LsmiInterval,
    /// Of S.
    pub synergy: LsmiInterval,
    /// Of S − R.
    pub s_minus_r: LsmiInterval,
    /// Of the shift that adjusts the atoms.
    pub shift: LsmiInterval,
}

/// The means under labels that were shuffled among the samples.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiNull {
    /// `sizeof(LsmiNull)`.
    pub struct_size: usize,
    /// Permutations, B.
    pub permutations: usize,
    /// Seed of the permutations and of the fits to them.
    pub seed: u64,
    /// (b + 1) / (B + 1) with the number b of permutations whose mean is at least the one observed: small where the
    /// labels tell more than none would. One-sided.
    pub p_values: LsmiQuantities,
    /// The means of every permutation, nats: room for B structs, or NULL where they are not wanted.
    pub means: *mut LsmiQuantities,
}

/// What differs when nothing but chance does: the division into folds, what is held out, starts and batches.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiSpread {
    /// `sizeof(LsmiSpread)`.
    pub struct_size: usize,
    /// Further fits.
    pub repeats: usize,
    /// The seed that their seeds were drawn with.
    pub seed: u64,
    /// The standard deviation of the means of all fits, that of the model among them, nats.
    pub deviation: LsmiQuantities,
    /// The same of a sample's values: the root of the mean square over the samples, nats.
    pub sample_deviation: LsmiQuantities,
    /// The means of each further fit, nats: room for `repeats` structs, or NULL where they are not wanted.
    pub means: *mut LsmiQuantities,
    /// The standard deviation of every sample's values, nats: room for `cross_fitted_samples` of `LsmiModelInfo`
    /// structs, or NULL where they are not wanted.
    pub samples: *mut LsmiQuantities,
}

structures!(LsmiIntervals, LsmiNull, LsmiSpread);

impl From<Intervals> for LsmiIntervals {
    fn from(Intervals { level, draws, seed, of, shift }: Intervals) -> Self {
        LsmiIntervals {
            struct_size: size_of::<LsmiIntervals>(),
            draws,
            level,
            seed,
            i1: of.i1.into(),
            i2: of.i2.into(),
            i12: of.i12.into(),
            redundancy: of.redundancy.into(),
            unique1: of.unique1.into(),
            unique2: of.unique2.into(),
            synergy: of.synergy.into(),
            s_minus_r: of.s_minus_r.into(),
            shift: shift.into(),
        }
    }
}

impl From<LsmiIntervals> for Intervals {
    fn from(c: LsmiIntervals) -> Self {
        let of = [c.i1, c.i2, c.i12, c.redundancy, c.unique1, c.unique2, c.synergy, c.s_minus_r];
        let of = Quantities::of(of.map(Interval::from));
        Intervals { level: c.level, draws: c.draws, seed: c.seed, of, shift: c.shift.into() }
    }
}

impl LsmiNull {
    /// # Safety
    /// `means` is NULL or has `permutations` readable structs.
    pub(super) unsafe fn null(&self) -> Outcome<Null> {
        // SAFETY: by contract.
        let means = unsafe { input("means", self.means.cast_const(), self.permutations) }?;
        let means = means.iter().map(|&means| means.into()).collect();
        Ok(Null { permutations: self.permutations, seed: self.seed, p_values: self.p_values.into(), means })
    }
}

impl LsmiSpread {
    /// Without those of every sample, which no report has.
    ///
    /// # Safety
    /// `means` is NULL or has `repeats` readable structs.
    pub(super) unsafe fn spread(&self) -> Outcome<Spread> {
        // SAFETY: by contract.
        let means = unsafe { input("means", self.means.cast_const(), self.repeats) }?;
        Ok(Spread {
            repeats: self.repeats,
            seed: self.seed,
            means: means.iter().map(|&means| means.into()).collect(),
            deviation: self.deviation.into(),
            sample_deviation: self.sample_deviation.into(),
            samples: Vec::new(),
        })
    }
}

/// Percentile intervals of the means of information and raw atoms, and of the shift, by the bootstrap: the samples are
/// drawn anew with replacement `draws` times (1 to `LSMI_MAX_DRAWS`), and an interval has the probability `level`
/// (between 0 and 1). The caller sets `out->struct_size` first.
///
/// They tell how means move with the samples at hand, whose information is taken as it is: what other samples would
/// have taught the models is not in them; see `lsmi_model_intervals`. Of samples that the models were fitted to they flatter: give what
/// `lsmi_model_cross_fitted` gives.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `EMPTY`, `SETTING`, `NOT_FINITE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_bootstrap(
    information: *const LsmiInformationArrays,
    draws: usize,
    level: f64,
    seed: u64,
    out: *mut LsmiIntervals,
) -> i32 {
    guard(|| {
        // SAFETY: the caller gives readable structs (or NULL) whose arrays have the lengths they state.
        let (i, out) = unsafe { (information_slices(information)?, structure_mut(out)?) };
        let sample =
            |n: usize| Information { i1: i.i1[n], i2: i.i2[n], i12: i.i12[n], h1: i.h1[n], h2: i.h2[n] };
        let information: Vec<Information> = (0..i.i1.len()).map(sample).collect();
        *out = trust::bootstrap(&information, draws, level, seed)?.into();
        Ok(())
    })
}

/// The intervals of `lsmi_bootstrap` for the cross-fitted reading of a model, with the chance of its models in them:
/// those of the atoms are as much wider, or narrower, as resamples showed to which the densities were fitted anew, and to
/// which classifiers answered to first order. What another choice of forms would have given is not in them. The caller
/// sets `out->struct_size` first.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `SETTING` (also for a model that was fitted without folds), `HANDLE`,
/// `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_intervals(
    model: *const LsmiModel,
    draws: usize,
    level: f64,
    seed: u64,
    out: *mut LsmiIntervals,
) -> i32 {
    // SAFETY: the caller gives a live handle and a writable struct, or NULL.
    unsafe {
        handle::with(model, |any| {
            let out = structure_mut(out)?;
            *out = match any {
                AnyModel::F32(model) => trust::intervals(model, draws, level, seed),
                AnyModel::F64(model) => trust::intervals(model, draws, level, seed),
            }?
            .into();
            Ok(())
        })
    }
}

/// The null of labels that tell nothing: they are shuffled among the training samples `permutations` times (1 to
/// `LSMI_MAX_PERMUTATIONS`), and the classifiers are chosen and fitted anew each time, with the settings of the model,
/// each sample being read by classifiers that did not see it; the densities, which know no labels, stay. Compared with
/// `lsmi_model_cross_fitted`. Each permutation takes as long as the classifiers of the fit.
///
/// `x1` and `x2` are the training samples of the model, in their order; `progress` may be NULL. The caller sets
/// `out->struct_size` and `out->means` first. Each permutation's means are written as soon as they are known, before
/// `progress` counts it: after a failure `means` has those that were counted last. To go on from there, give the same
/// model, seed and `means`, and as `begun` how many of them there are; else `begun` is 0. What comes out is what one
/// run gives.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `SETTING` (also for a model that was fitted without folds, and for other samples
/// than those of the fit), `TYPE`, `EMPTY`, `SHAPE`, `NOT_FINITE`, `DIVERGED`, `CANCELLED`, `HANDLE`, `FAILED_HANDLE`.
/// Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_permutation_null(
    model: *const LsmiModel,
    x1: *const LsmiMatrix,
    x2: *const LsmiMatrix,
    permutations: usize,
    seed: u64,
    begun: usize,
    progress: LsmiCountCallback,
    user: *mut c_void,
    out: *mut LsmiNull,
) -> i32 {
    /// # Safety
    /// The matrices are readable.
    unsafe fn run<T: Typed>(
        model: &Model<T>,
        x1: *const LsmiMatrix,
        x2: *const LsmiMatrix,
        asked: (usize, u64),
        begun: &[Quantities<f64>],
        observer: &mut dyn FnMut(&[Quantities<f64>]) -> ControlFlow<()>,
    ) -> Outcome<Null> {
        // SAFETY: by contract.
        let pair = unsafe { (samples("x1", x1)?, samples("x2", x2)?) };
        Ok(continue_permutation_null(model, pair, asked, begun, observer)?)
    }
    let counter = Counter { callback: progress, user };
    // SAFETY: the caller gives a live handle, readable matrices, and a writable struct with room for the means, or
    // NULL; the callback keeps to its contract. While it may look at the struct, nobody else has a reference to it.
    unsafe {
        handle::with(model, |any| {
            let pointer = structure(out)?.means;
            if begun > permutations {
                let expected = alloc::format!("at most {permutations} permutations");
                return Err(Failure::new(LSMI_ERROR_SETTING, "begun", &expected, begun));
            }
            let room = Room::new("means", pointer, permutations)?;
            let begun: Vec<Quantities<f64>> =
                input("means", pointer.cast_const(), begun)?.iter().map(|&means| means.into()).collect();
            let mut written = begun.len();
            let mut observer = |means: &[Quantities<f64>]| {
                for (number, &of) in means.iter().enumerate().skip(written) {
                    room.put(number, of.into());
                }
                written = means.len();
                counter.count(written, permutations)
            };
            let asked = (permutations, seed);
            let null = match any {
                AnyModel::F32(model) => run(model, x1, x2, asked, &begun, &mut observer),
                AnyModel::F64(model) => run(model, x1, x2, asked, &begun, &mut observer),
            }?;
            let out = structure_mut(out)?;
            (out.permutations, out.seed, out.p_values) = (permutations, seed, null.p_values.into());
            Ok(())
        })
    }
}

/// Fits the training samples of the model again, `repeats` times (1 to `LSMI_MAX_REPEATS`), with its settings and other
/// seeds, so that folds, starts and batches differ, and compares the cross-fitted readings. Each repeat takes as long as
/// the fit.
///
/// `x1` and `x2` are those samples, in their order; `progress` may be NULL. The caller sets `out->struct_size`,
/// `out->means` and `out->samples` first. Nothing is written if anything is wrong.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `SETTING` (also for a model that was fitted without folds, and for other samples
/// than those of the fit), `TYPE`, `EMPTY`, `SHAPE`, `NOT_FINITE`, `DIVERGED`, `CANCELLED`, `HANDLE`, `FAILED_HANDLE`.
/// Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_spread(
    model: *const LsmiModel,
    x1: *const LsmiMatrix,
    x2: *const LsmiMatrix,
    repeats: usize,
    seed: u64,
    progress: LsmiCountCallback,
    user: *mut c_void,
    out: *mut LsmiSpread,
) -> i32 {
    /// # Safety
    /// The matrices are readable.
    unsafe fn run<T: Typed>(
        model: &Model<T>,
        x1: *const LsmiMatrix,
        x2: *const LsmiMatrix,
        (repeats, seed): (usize, u64),
        observer: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> Outcome<Spread> {
        // SAFETY: by contract.
        let (x1, x2) = unsafe { (samples("x1", x1)?, samples("x2", x2)?) };
        Ok(spread_with_progress(model, x1, x2, repeats, seed, observer)?)
    }
    let counter = Counter { callback: progress, user };
    // SAFETY: as in `lsmi_permutation_null`.
    unsafe {
        handle::with(model, |any| {
            let LsmiSpread { means, samples, .. } = *structure(out)?;
            let means = Room::new("means", means, repeats)?;
            let samples = Room::new("samples", samples, any.cross_fitted().map_or(0, |read| read.y.len()))?;
            let mut observer = |done: usize| counter.count(done, repeats);
            let spread = match any {
                AnyModel::F32(model) => run(model, x1, x2, (repeats, seed), &mut observer),
                AnyModel::F64(model) => run(model, x1, x2, (repeats, seed), &mut observer),
            }?;
            let columns =
                |of: &[Quantities<f64>]| -> Vec<LsmiQuantities> { of.iter().map(|&of| of.into()).collect() };
            means.fill(&columns(&spread.means));
            samples.fill(&columns(&spread.samples));
            let out = structure_mut(out)?;
            (out.repeats, out.seed) = (repeats, seed);
            out.deviation = spread.deviation.into();
            out.sample_deviation = spread.sample_deviation.into();
            Ok(())
        })
    }
}
