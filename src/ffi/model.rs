//! Models: fit, files, what they hold.

use super::arrays::{copy_out, input, output, structure_mut, write_array, write_text};
use super::config::{LsmiConfig, optional_config};
use super::handle::{self, opaque};
use super::interaction::structures;
use super::marginal::{AnyMarginal, LsmiMarginal, density};
use super::matrix::{AnyPair, LsmiMatrix, Typed, any_pair};
use super::network::{AnyNetwork, LsmiNetwork, network};
use super::preprocessing::index_of;
use super::progress::{LsmiProgressCallback, Observer};
use super::status::{Failure, LSMI_ERROR_SETTING, Outcome, catch, settle};
use super::training::write_history;
use crate::classifier::NetworkFit;
use crate::estimator::{AnyModel, Component, ModelParts};
use crate::knife::MarginalFit;
use crate::{Config, Model, Samples, fit_with_progress};
use core::ffi::{c_char, c_void};

/// A fitted model. Const handle: concurrent calls allowed. Free with `lsmi_model_free`.
pub struct LsmiModel(());

opaque!(LsmiModel, AnyModel, b"LSMo");

/// Fits a model to samples of two modalities and their class numbers.
///
/// `x1` and `x2` are of the same type, which becomes the model's; `y` has `y_count` class numbers from 0; `config`
/// may be NULL for preset robust; `progress` may be NULL. Free the model with `lsmi_model_free`.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `SETTING`, `EMPTY`, `SHAPE`, `NOT_FINITE`, `CLASS`, `ONE_CLASS`,
/// `TOO_FEW_SAMPLES`, `DIVERGED`, `CANCELLED`; `*out` is then NULL (in a build without std: a handle that only tells
/// its message and is freed). Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_fit(
    x1: *const LsmiMatrix,
    x2: *const LsmiMatrix,
    y: *const i64,
    y_count: usize,
    config: *const LsmiConfig,
    progress: LsmiProgressCallback,
    user: *mut c_void,
    out: *mut *mut LsmiModel,
) -> i32 {
    let observer = Observer { callback: progress, user };
    /// # Safety
    /// As [`Observer::observe`].
    unsafe fn run<T: Typed>(
        (x1, x2): (Samples<'_, T>, Samples<'_, T>),
        y: &[i64],
        config: &Config,
        observer: Observer,
    ) -> Outcome<Model<T>> {
        // A callback that is not there needs no messages.
        if observer.callback.is_none() {
            return Ok(crate::fit(x1, x2, y, config)?);
        }
        Ok(fit_with_progress(x1, x2, y, config, &mut |progress| {
            // SAFETY: by contract.
            unsafe { observer.observe(progress.component as i32, progress.training) }
        })?)
    }
    // SAFETY: the caller gives readable matrices, `y_count` targets, a readable configuration or NULL, and room.
    unsafe {
        handle::create(out, || {
            let x1_and_x2 = any_pair(x1, x2)?;
            let y = input("y", y, y_count)?;
            let config = optional_config(config)?;
            match x1_and_x2 {
                AnyPair::F32(x1, x2) => run((x1, x2), y, &config, observer).map(AnyModel::F32),
                AnyPair::F64(x1, x2) => run((x1, x2), y, &config, observer).map(AnyModel::F64),
            }
        })
    }
}

/// A model of given parameters, as the released program saves them: raw features, uniform prior, shift of the batch.
/// The parts are all of one type, and are copied: classifiers of x1, of x2 and of the concatenation, densities of x1
/// and x2.
///
/// Errors: `POINTER`, `TYPE`, `SHAPE`, `ONE_CLASS`, `HANDLE`, `FAILED_HANDLE`; `*out` is then NULL (in a build
/// without std: a handle that only tells its message and is freed). Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_from_parts(
    network1: *const LsmiNetwork,
    network2: *const LsmiNetwork,
    network_joint: *const LsmiNetwork,
    density1: *const LsmiMarginal,
    density2: *const LsmiMarginal,
    out: *mut *mut LsmiModel,
) -> i32 {
    // SAFETY: the caller gives live handles and room, or NULL.
    unsafe {
        let outcome = catch(|| {
            handle::place(out, || {
                macro_rules! parts {
                    ($T:ty, $variant:ident) => {
                        AnyModel::$variant(Model::from_parts(ModelParts::<$T> {
                            networks: [
                                network::<$T>("network1", network1)?.clone(),
                                network::<$T>("network2", network2)?.clone(),
                                network::<$T>("network_joint", network_joint)?.clone(),
                            ],
                            densities: [
                                density::<$T>("density1", density1)?.clone(),
                                density::<$T>("density2", density2)?.clone(),
                            ],
                        })?)
                    };
                }
                Ok(match handle::value(network1)? {
                    AnyNetwork::F32(_) => parts!(f32, F32),
                    AnyNetwork::F64(_) => parts!(f64, F64),
                })
            })
        });
        for network in [network1, network2, network_joint] {
            handle::keep(network, &outcome);
        }
        for density in [density1, density2] {
            handle::keep(density, &outcome);
        }
        settle(outcome)
    }
}

/// Frees a model; NULL is fine.
///
/// Errors: `HANDLE` for a handle of another kind. Exclusive use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_free(model: *mut LsmiModel) -> i32 {
    // SAFETY: the caller gives a handle of its own, or NULL, and uses it no more.
    unsafe { handle::free(model) }
}

/// The message of this handle's last failed call, as `lsmi_last_error_message` writes it.
///
/// Errors: `POINTER`, `HANDLE`, `BUFFER`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_error_message(
    model: *const LsmiModel,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> i32 {
    // SAFETY: the caller gives a live handle and a buffer of `capacity` bytes, or NULL.
    unsafe { handle::message(model, buffer, capacity, length) }
}

/// Writes the model file: first under another name, then renamed, so that `path` (UTF-8) holds the old file or the
/// whole new one. Not in a build without std.
///
/// Errors: `POINTER`, `TEXT`, `IO`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_save(model: *const LsmiModel, path: *const c_char) -> i32 {
    // SAFETY: the caller gives a live handle and a NUL-terminated text, or NULL.
    unsafe {
        handle::with(model, |any| {
            let path = super::arrays::text("path", path)?;
            let bytes = any.to_bytes()?;
            Ok(crate::estimator::write_atomically(path.as_ref(), |out| out.write_all(&bytes))?)
        })
    }
}

/// Reads a model file. Not in a build without std. Free the model with `lsmi_model_free`.
///
/// Errors: `POINTER`, `TEXT`, `IO`, `FORMAT`, `VERSION`; `*out` is then NULL. Thread-safe.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_load(path: *const c_char, out: *mut *mut LsmiModel) -> i32 {
    // SAFETY: the caller gives a NUL-terminated text and room, or NULL.
    unsafe { handle::create(out, || Ok(AnyModel::load(super::arrays::text("path", path)?)?)) }
}

/// The bytes of the model file into `buffer`, and their number into `length` (may be NULL); with `buffer` NULL only
/// the number.
///
/// Errors: `POINTER`, `BUFFER` if `capacity` is less, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_to_bytes(
    model: *const LsmiModel,
    buffer: *mut u8,
    capacity: usize,
    length: *mut usize,
) -> i32 {
    // SAFETY: the caller gives a live handle, `capacity` writable bytes, and a writable length, or NULL.
    unsafe { handle::with(model, |any| write_array(&any.to_bytes()?, buffer, capacity, length)) }
}

/// The model of the `length` bytes of a model file. Free it with `lsmi_model_free`.
///
/// Errors: `POINTER`, `FORMAT`, `VERSION`; `*out` is then NULL (in a build without std: a handle that only tells its
/// message and is freed). Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_from_bytes(
    bytes: *const u8,
    length: usize,
    out: *mut *mut LsmiModel,
) -> i32 {
    // SAFETY: the caller gives `length` readable bytes and room, or NULL.
    unsafe { handle::create(out, || Ok(AnyModel::from_bytes("model", input("bytes", bytes, length)?)?)) }
}

/// What a model is.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiModelInfo {
    /// `sizeof(LsmiModelInfo)`.
    pub struct_size: usize,
    /// Features of x1.
    pub features1: usize,
    /// Features of x2.
    pub features2: usize,
    /// Number of classes, C.
    pub classes: usize,
    /// The shift of the training split, nats; NaN for an imported model, which has none.
    pub frozen_shift: f64,
    /// Samples of `lsmi_model_cross_fitted`; 0 if there is no such reading.
    pub cross_fitted_samples: usize,
    /// `LSMI_F32` or `LSMI_F64`: the type of the matrices that it scores.
    pub type_: i32,
    /// 1 if the training samples of each class are known, 0 for an imported model.
    pub has_class_counts: i32,
}

structures!(LsmiModelInfo);

/// Fills in what a model is; the caller sets `info->struct_size` first.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_info(model: *const LsmiModel, info: *mut LsmiModelInfo) -> i32 {
    // SAFETY: the caller gives a live handle and a writable struct, or NULL.
    unsafe {
        handle::with(model, |any| {
            let [features1, features2] = any.features();
            *structure_mut(info)? = LsmiModelInfo {
                struct_size: size_of::<LsmiModelInfo>(),
                features1,
                features2,
                classes: any.classes(),
                frozen_shift: any.frozen_shift().unwrap_or(f64::NAN),
                cross_fitted_samples: any.cross_fitted().map_or(0, |scores| scores.y.len()),
                type_: if any.scalar() == "f32" { f32::TYPE } else { f64::TYPE },
                has_class_counts: i32::from(!any.class_counts().is_empty()),
            };
            Ok(())
        })
    }
}

/// Fills in the settings of the fit, with the number of classes that it found; the caller sets
/// `config->struct_size` first.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `SETTING` if the model has more hidden layers than `LSMI_MAX_HIDDEN` (nothing is
/// written then; `lsmi_model_network` has them), `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_config(model: *const LsmiModel, config: *mut LsmiConfig) -> i32 {
    // SAFETY: the caller gives a live handle and a writable struct, or NULL.
    unsafe {
        handle::with(model, |any| {
            *structure_mut(config)? = LsmiConfig::of(any.config())?;
            Ok(())
        })
    }
}

/// log p(y) of every class (C numbers, nats; −∞ for a class without training samples under the empirical prior) and
/// the training samples of every class (C numbers; zeros if unknown). Each may be NULL.
///
/// Errors: `POINTER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_classes(
    model: *const LsmiModel,
    log_prior: *mut f64,
    counts: *mut usize,
) -> i32 {
    // SAFETY: the caller gives a live handle and room for a number per class, or NULL.
    unsafe {
        handle::with(model, |any| {
            copy_out("log_prior", any.log_prior(), log_prior)?;
            match any.class_counts() {
                [] if counts.is_null() => Ok(()),
                [] => {
                    output("counts", counts, any.classes())?.fill(0);
                    Ok(())
                }
                known => copy_out("counts", known, counts),
            }
        })
    }
}

/// The columns of a modality (1 or 2) that were constant in training and are left out, ascending; their number into
/// `length` (may be NULL); with `buffer` NULL only the number.
///
/// Errors: `POINTER`, `SETTING` for another modality, `BUFFER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_dropped(
    model: *const LsmiModel,
    modality: i32,
    buffer: *mut usize,
    capacity: usize,
    length: *mut usize,
) -> i32 {
    // SAFETY: the caller gives a live handle and `capacity` writable elements, or NULL.
    unsafe {
        handle::with(model, |any| write_array(&any.dropped()[index_of(modality)?], buffer, capacity, length))
    }
}

/// What a reader of the results should know about the fit, a line each, as NUL-terminated text; `length` (may be
/// NULL) gets its length without NUL; with `buffer` NULL only the length.
///
/// Errors: `POINTER`, `BUFFER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_notes(
    model: *const LsmiModel,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> i32 {
    // SAFETY: the caller gives a live handle and `capacity` writable bytes, or NULL.
    unsafe { handle::with(model, |any| write_text(&any.notes().join("\n"), buffer, capacity, length)) }
}

/// The course of one training (`LSMI_COMPONENT_…`), nats: the mean loss of every epoch, and the loss of the held-out
/// samples before training and after every epoch. Each length may be NULL, each buffer too; `best_epoch` (may be NULL)
/// is the number of epochs after which the parameters were kept. Imported models have no course: lengths 0.
///
/// Errors: `POINTER`, `SETTING` for another component, `BUFFER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_history(
    model: *const LsmiModel,
    component: i32,
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
        handle::with(model, |any| {
            let histories = any.histories();
            let mut courses = histories.classifiers.iter().chain(&histories.densities);
            let course = usize::try_from(component).ok().and_then(|index| courses.nth(index));
            let course = course.ok_or_else(|| {
                let expected = alloc::format!("a component from 0 to {}", Component::ALL.len() - 1);
                Failure::new(LSMI_ERROR_SETTING, "component", &expected, component)
            })?;
            write_history(
                course,
                (losses, losses_capacity, losses_length),
                (validation_losses, validation_losses_capacity, validation_losses_length),
                best_epoch,
            )
        })
    }
}

/// A copy of one of the model's classifiers (`LSMI_COMPONENT_CLASSIFIER…`), which works on preprocessed features.
/// Free it with `lsmi_network_free`.
///
/// Errors: `POINTER`, `SETTING` for another component, `HANDLE`, `FAILED_HANDLE`; `*out` is then NULL (in a build
/// without std: a handle that only tells its message and is freed). Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_network(
    model: *const LsmiModel,
    component: i32,
    out: *mut *mut LsmiNetwork,
) -> i32 {
    fn pick<T: Typed>(model: &Model<T>, component: i32) -> Outcome<AnyNetwork>
    where
        AnyNetwork: From<NetworkFit<T>>,
    {
        let courses = &model.histories().classifiers;
        let mut parts = model.networks().iter().zip(courses);
        let part = usize::try_from(component).ok().and_then(|index| parts.nth(index));
        part.map(|(network, history)| {
            NetworkFit { network: network.clone(), history: history.clone() }.into()
        })
        .ok_or_else(|| Failure::new(LSMI_ERROR_SETTING, "component", "a classifier, from 0 to 2", component))
    }
    // SAFETY: the caller gives a live handle and room, or NULL.
    unsafe {
        handle::create_from(model, out, |model| match model {
            AnyModel::F32(model) => pick(model, component),
            AnyModel::F64(model) => pick(model, component),
        })
    }
}

/// A copy of one of the model's densities (`LSMI_COMPONENT_DENSITY…`), which works on preprocessed features. Free it
/// with `lsmi_marginal_free`.
///
/// Errors: `POINTER`, `SETTING` for another component, `HANDLE`, `FAILED_HANDLE`; `*out` is then NULL (in a build
/// without std: a handle that only tells its message and is freed). Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_model_density(
    model: *const LsmiModel,
    component: i32,
    out: *mut *mut LsmiMarginal,
) -> i32 {
    fn pick<T: Typed>(model: &Model<T>, component: i32) -> Outcome<AnyMarginal>
    where
        AnyMarginal: From<MarginalFit<T>>,
    {
        let index =
            component.checked_sub(super::LSMI_COMPONENT_DENSITY1).and_then(|i| usize::try_from(i).ok());
        let histories = model.histories();
        let parts = index.and_then(|index| {
            Some((
                model.densities().get(index)?,
                histories.densities.get(index)?,
                histories.candidates.get(index)?,
            ))
        });
        let fit = parts.map(|(density, history, candidates)| MarginalFit {
            density: density.clone(),
            history: history.clone(),
            candidates: candidates.clone(),
        });
        fit.map(AnyMarginal::from)
            .ok_or_else(|| Failure::new(LSMI_ERROR_SETTING, "component", "a density, 3 or 4", component))
    }
    // SAFETY: the caller gives a live handle and room, or NULL.
    unsafe {
        handle::create_from(model, out, |model| match model {
            AnyModel::F32(model) => pick(model, component),
            AnyModel::F64(model) => pick(model, component),
        })
    }
}
