//! Fits of single densities.

use super::arrays::{optional_input, structure};
use super::config::Coded;
use super::handle;
use super::marginal::{AnyMarginal, LsmiMarginal, LsmiMarginalOptions};
use super::matrix::{AnySamples, LsmiMatrix, Typed, any_samples, samples};
use super::status::Outcome;
use super::training::{LsmiFitOptions, write_history};
use crate::knife::{Marginal, MarginalFit, Start, fit_marginal, refine_marginal};
use crate::{Samples, TrainingRun};
use core::ffi::c_void;

/// Runs `fit` with what a fit takes besides its data.
///
/// # Safety
/// `weights` is NULL or has a number per sample; the members of `options` are as `LsmiFitOptions` says.
unsafe fn run<T: Typed>(
    x: Samples<'_, T>,
    weights: *const c_void,
    options: &LsmiFitOptions,
    fit: impl FnOnce(Option<&[T]>, TrainingRun<'_>) -> crate::Result<MarginalFit<T>>,
) -> Outcome<AnyMarginal>
where
    AnyMarginal: From<MarginalFit<T>>,
{
    // SAFETY: by contract.
    unsafe {
        let weights = optional_input("weights", weights.cast::<T>(), x.samples())?;
        Ok(options.run("density", |run| fit(weights, run))?.into())
    }
}

/// Fits a density by minimising the weighted mean surprisal of `x`; the matrix's type decides the density's
/// (`options->type_` and `options->features` are not read). `weights` (may be NULL) has a number of that type per
/// sample. `start` is one of the `LSMI_START_…`. Free the density with `lsmi_marginal_free`.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `SETTING`, `EMPTY`, `SHAPE`, `NOT_FINITE`, `DIVERGED`, `CANCELLED`;
/// `*out` is then NULL (in a build without std: a handle that only tells its message and is freed). Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_marginal_fit(
    x: *const LsmiMatrix,
    weights: *const c_void,
    options: *const LsmiMarginalOptions,
    start: i32,
    fit: *const LsmiFitOptions,
    out: *mut *mut LsmiMarginal,
) -> i32 {
    // SAFETY: the caller gives readable structs whose arrays have the lengths they state, and room for the handle.
    unsafe {
        handle::create(out, || {
            let (x, form) = (any_samples("x", x)?, structure(options)?.options()?);
            let (start, fit) = (Start::of_code("start", start)?, structure(fit)?);
            match x {
                AnySamples::F32(x) => run(x, weights, fit, |w, run| fit_marginal(x, w, &form, start, run)),
                AnySamples::F64(x) => run(x, weights, fit, |w, run| fit_marginal(x, w, &form, start, run)),
            }
        })
    }
}

/// Trains a density further on `x`, from its own parameters and in its own form, into a new one: with `train_means`
/// or `train_weights` off those stay as they are in `marginal`, which is not changed. `weights` (may be NULL) has a
/// number of the density's type per sample; the seed of `fit` only shuffles. Free the new density with
/// `lsmi_marginal_free`.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `SETTING`, `EMPTY`, `SHAPE`, `NOT_FINITE`, `DIVERGED`, `CANCELLED`,
/// `HANDLE`, `FAILED_HANDLE`; `*out` is then NULL (in a build without std: a handle that only tells its message and
/// is freed). Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_marginal_refine(
    marginal: *const LsmiMarginal,
    x: *const LsmiMatrix,
    weights: *const c_void,
    fit: *const LsmiFitOptions,
    out: *mut *mut LsmiMarginal,
) -> i32 {
    /// # Safety
    /// As `lsmi_marginal_refine`.
    unsafe fn refine<T: Typed>(
        density: &Marginal<T>,
        x: *const LsmiMatrix,
        weights: *const c_void,
        fit: *const LsmiFitOptions,
    ) -> Outcome<AnyMarginal>
    where
        AnyMarginal: From<MarginalFit<T>>,
    {
        // SAFETY: by contract.
        unsafe {
            let x = samples("x", x)?;
            run(x, weights, structure(fit)?, |weights, run| refine_marginal(density, x, weights, run))
        }
    }
    // SAFETY: the caller gives a live handle, readable structs whose arrays have the lengths they state, and room.
    unsafe {
        handle::create_from(marginal, out, |any| match any {
            AnyMarginal::F32(start) => refine(&start.density, x, weights, fit),
            AnyMarginal::F64(start) => refine(&start.density, x, weights, fit),
        })
    }
}

/// The course of the training that gave the density, nats: the mean loss of every epoch, and the loss of the held-out
/// samples before training and after every epoch (none without such samples). Each length may be NULL, each buffer
/// too; `best_epoch` (may be NULL) is the number of epochs after which the parameters were kept. A density of given
/// parameters or of an imported model has no course: lengths 0.
///
/// Errors: `POINTER`, `BUFFER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_marginal_history(
    marginal: *const LsmiMarginal,
    losses: *mut f64,
    losses_capacity: usize,
    losses_length: *mut usize,
    validation_losses: *mut f64,
    validation_losses_capacity: usize,
    validation_losses_length: *mut usize,
    best_epoch: *mut usize,
) -> i32 {
    // SAFETY: the caller gives a live handle and buffers of the capacities stated, or NULL.
    unsafe {
        handle::with(marginal, |any| {
            let history = match any {
                AnyMarginal::F32(fit) => &fit.history,
                AnyMarginal::F64(fit) => &fit.history,
            };
            write_history(
                history,
                (losses, losses_capacity, losses_length),
                (validation_losses, validation_losses_capacity, validation_losses_length),
                best_epoch,
            )
        })
    }
}
