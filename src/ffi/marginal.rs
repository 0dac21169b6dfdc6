//! KNIFE marginal densities on their own.

use super::arrays::{Room, input, optional_input, output, structure, structure_mut};
use super::config::{Coded, flag};
use super::handle::{self, opaque};
use super::interaction::structures;
use super::matrix::{LsmiMatrix, Typed, any_of_both, by_type, samples};
use super::status::{Failure, LSMI_ERROR_SETTING, LSMI_ERROR_TYPE, Outcome};
use crate::knife::{Diagonal, Marginal, MarginalFit, MarginalOptions, MarginalParameters, Triangle};
use crate::matrix::MOST_PARAMETERS;
use crate::{Error, Float, History, Samples};
use alloc::format;
use alloc::string::ToString;
use core::ffi::{c_char, c_void};

/// A density of either type, with the course of its training (empty if it was not trained here).
pub(super) enum AnyMarginal {
    F32(MarginalFit<f32>),
    F64(MarginalFit<f64>),
}

/// A KNIFE marginal density. Const handle: concurrent calls allowed. Free with `lsmi_marginal_free`.
pub struct LsmiMarginal(());

opaque!(LsmiMarginal, AnyMarginal, b"KNFm");

/// Runs the same expression on the density of either type.
macro_rules! either {
    ($any:expr, $density:ident => $result:expr) => {
        match $any {
            AnyMarginal::F32(MarginalFit { density: $density, .. }) => $result,
            AnyMarginal::F64(MarginalFit { density: $density, .. }) => $result,
        }
    };
}

/// The form of a marginal density.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiMarginalOptions {
    /// `sizeof(LsmiMarginalOptions)`.
    pub struct_size: usize,
    /// Number of modes, K.
    pub modes: usize,
    /// Number of features, d.
    pub features: usize,
    /// `LSMI_F32` or `LSMI_F64`.
    pub type_: i32,
    /// 1 for σ = tanh ℓ, 0 for σ = ℓ.
    pub bounded: i32,
    /// `LSMI_DIAGONAL_…`.
    pub diagonal: i32,
    /// `LSMI_TRIANGLE_…`.
    pub triangle: i32,
    /// 1 if training moves the means, else 0.
    pub train_means: i32,
    /// 1 if training moves the weights of the modes, else 0.
    pub train_weights: i32,
}

/// Parameters of a density to read, in C order and of the density's type.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiMarginalParameters {
    /// `sizeof(LsmiMarginalParameters)`.
    pub struct_size: usize,
    /// μ, K×d.
    pub means: *const c_void,
    /// ℓ, K×d, or 1×d if shared.
    pub log_diagonal: *const c_void,
    /// T, K×d×d, of which only the strict lower part counts; NULL without triangular part.
    pub triangle: *const c_void,
    /// w, K.
    pub logits: *const c_void,
}

/// Room for the parameters of a density, or for the gradient for them; each may be NULL if it is not wanted.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiMarginalBuffers {
    /// `sizeof(LsmiMarginalBuffers)`.
    pub struct_size: usize,
    /// μ, K×d.
    pub means: *mut c_void,
    /// ℓ, K×d, or 1×d if shared.
    pub log_diagonal: *mut c_void,
    /// T, K×d×d, zero on and above the diagonal.
    pub triangle: *mut c_void,
    /// w, K.
    pub logits: *mut c_void,
}

structures!(LsmiMarginalOptions, LsmiMarginalParameters, LsmiMarginalBuffers);

impl LsmiMarginalOptions {
    pub(super) fn of(form: &MarginalOptions, features: usize, type_: i32) -> Self {
        LsmiMarginalOptions {
            struct_size: size_of::<LsmiMarginalOptions>(),
            modes: form.modes,
            features,
            type_,
            bounded: i32::from(form.bounded),
            diagonal: form.diagonal.code(),
            triangle: form.triangle.code(),
            train_means: i32::from(form.train_means),
            train_weights: i32::from(form.train_weights),
        }
    }

    pub(super) fn options(&self) -> Outcome<MarginalOptions> {
        Ok(MarginalOptions {
            modes: self.modes,
            bounded: flag("bounded", self.bounded)?,
            diagonal: Diagonal::of_code("diagonal", self.diagonal)?,
            triangle: Triangle::of_code("triangle", self.triangle)?,
            train_means: flag("train_means", self.train_means)?,
            train_weights: flag("train_weights", self.train_weights)?,
        })
    }
}

any_of_both!(AnyMarginal, MarginalFit);

/// Refuses sizes that no density has, so that a stray number does not send a read past the caller's arrays.
fn check_size(form: &MarginalOptions, features: usize) -> Outcome {
    if features == 0 {
        return Err(Error::Empty { field: "density".to_string(), what: "features" }.into());
    }
    // The limit of `Marginal::from_parameters`.
    let per_feature = if form.triangle == Triangle::Full { features / 2 + 2 } else { 2 };
    let parameters = form.modes.checked_mul(features).and_then(|n| n.checked_mul(per_feature));
    if parameters.is_none_or(|n| n > MOST_PARAMETERS) {
        let expected = format!("so few that there are at most {MOST_PARAMETERS} parameters");
        let got = format!("{} of {features} features", form.modes);
        return Err(Failure::new(LSMI_ERROR_SETTING, "modes", &expected, got));
    }
    Ok(())
}

/// A density of given parameters, which are copied. Free it with `lsmi_marginal_free`.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `SETTING`, `EMPTY`, `SHAPE`, `NOT_FINITE`; `*out` is then NULL (in a
/// build without std: a handle that only tells its message and is freed). Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_marginal_new(
    options: *const LsmiMarginalOptions,
    parameters: *const LsmiMarginalParameters,
    out: *mut *mut LsmiMarginal,
) -> i32 {
    /// # Safety
    /// The arrays of `parameters` have the lengths that the options ask for.
    unsafe fn make<T: Typed>(
        options: &LsmiMarginalOptions,
        parameters: &LsmiMarginalParameters,
    ) -> Outcome<MarginalFit<T>> {
        let form = options.options()?;
        let (k, d) = (options.modes, options.features);
        check_size(&form, d)?;
        let diagonals = if form.diagonal == Diagonal::Shared { 1 } else { k };
        let triangle = if form.triangle == Triangle::Full { k * d * d } else { 0 };
        // SAFETY: by contract.
        let parameters = unsafe {
            MarginalParameters {
                means: input("means", parameters.means.cast::<T>(), k * d)?.to_vec(),
                log_diagonal: input("log_diagonal", parameters.log_diagonal.cast::<T>(), diagonals * d)?
                    .to_vec(),
                triangle: input("triangle", parameters.triangle.cast::<T>(), triangle)?.to_vec(),
                logits: input("logits", parameters.logits.cast::<T>(), k)?.to_vec(),
            }
        };
        let density = Marginal::from_parameters(form, d, &parameters)?;
        Ok(MarginalFit { density, history: History::default(), candidates: alloc::vec::Vec::new() })
    }
    // SAFETY: the caller gives readable structs whose arrays have the lengths that the options ask for, and room.
    unsafe {
        handle::create(out, || {
            let (options, parameters) = (structure(options)?, structure(parameters)?);
            by_type!(options.type_, T => make::<T>(options, parameters).map(AnyMarginal::from))
        })
    }
}

/// Frees a density; NULL is fine.
///
/// Errors: `HANDLE` for a handle of another kind. Exclusive use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_marginal_free(marginal: *mut LsmiMarginal) -> i32 {
    // SAFETY: the caller gives a handle of its own, or NULL, and uses it no more.
    unsafe { handle::free(marginal) }
}

/// The message of this handle's last failed call, as `lsmi_last_error_message` writes it.
///
/// Errors: `POINTER`, `HANDLE`, `BUFFER`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_marginal_error_message(
    marginal: *const LsmiMarginal,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> i32 {
    // SAFETY: the caller gives a live handle and a buffer of `capacity` bytes, or NULL.
    unsafe { handle::message(marginal, buffer, capacity, length) }
}

/// Fills in the form of a density; the caller sets `options->struct_size` first.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_marginal_options(
    marginal: *const LsmiMarginal,
    options: *mut LsmiMarginalOptions,
) -> i32 {
    // SAFETY: the caller gives a live handle and a writable struct, or NULL.
    unsafe {
        handle::with(marginal, |any| {
            let out = structure_mut(options)?;
            let type_ = match any {
                AnyMarginal::F32(_) => f32::TYPE,
                AnyMarginal::F64(_) => f64::TYPE,
            };
            *out = either!(any, density => {
                LsmiMarginalOptions::of(density.options(), density.features(), type_)
            });
            Ok(())
        })
    }
}

/// Room for the parameters of a density, all of which has been looked at.
struct ParameterRoom<T>([Room<T>; 4]);

impl<T: Float> ParameterRoom<T> {
    /// # Safety
    /// The buffers are NULL or have the lengths of the parameters.
    unsafe fn new(p: &MarginalParameters<T>, out: &LsmiMarginalBuffers) -> Outcome<Self> {
        // SAFETY: by contract.
        unsafe {
            Ok(ParameterRoom([
                Room::new("means", out.means.cast(), p.means.len())?,
                Room::new("log_diagonal", out.log_diagonal.cast(), p.log_diagonal.len())?,
                Room::new("triangle", out.triangle.cast(), p.triangle.len())?,
                Room::new("logits", out.logits.cast(), p.logits.len())?,
            ]))
        }
    }

    fn fill(self, p: &MarginalParameters<T>) {
        let values = [&p.means, &p.log_diagonal, &p.triangle, &p.logits];
        self.0.into_iter().zip(values).for_each(|(room, values)| room.fill(values));
    }
}

/// Copies the parameters out, in the density's type. Nothing is written if anything is wrong.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_marginal_parameters(
    marginal: *const LsmiMarginal,
    out: *const LsmiMarginalBuffers,
) -> i32 {
    // SAFETY: the caller gives a live handle and buffers of the parameters' lengths, or NULL.
    unsafe {
        handle::with(marginal, |any| {
            let out = structure(out)?;
            either!(any, density => {
                let parameters = density.parameters();
                ParameterRoom::new(&parameters, out)?.fill(&parameters);
            });
            Ok(())
        })
    }
}

/// log p of every sample into `out`, `x->samples` numbers of the density's type, nats.
///
/// A sample with NaN has log-density NaN.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_marginal_log_density(
    marginal: *const LsmiMarginal,
    x: *const LsmiMatrix,
    out: *mut c_void,
) -> i32 {
    /// # Safety
    /// `x` is readable, `out` writable for a number per sample.
    unsafe fn evaluate<T: Typed>(density: &Marginal<T>, x: *const LsmiMatrix, out: *mut c_void) -> Outcome {
        // SAFETY: by contract.
        let x: Samples<'_, T> = unsafe { samples("x", x) }?;
        // SAFETY: by contract.
        Ok(density.log_density(x, unsafe { output("out", out.cast(), x.samples()) }?)?)
    }
    // SAFETY: the caller gives a live handle, a readable matrix and room for a number per sample, or NULL.
    unsafe { handle::with(marginal, |any| either!(any, density => evaluate(density, x, out))) }
}

/// The weighted mean surprisal −Σ wᵢ log p(xᵢ) / Σ wᵢ (nats) and its gradient for every parameter and for x.
///
/// `weights` (may be NULL) has a number of the density's type per sample. `loss`, `gradient`, its members, and
/// `gradient_x` (samples × features, without gaps) may each be NULL. Nothing is written if anything is wrong.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `SETTING` (weights), `HANDLE`, `FAILED_HANDLE`.
/// Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_marginal_gradient(
    marginal: *const LsmiMarginal,
    x: *const LsmiMatrix,
    weights: *const c_void,
    loss: *mut f64,
    gradient: *const LsmiMarginalBuffers,
    gradient_x: *mut c_void,
) -> i32 {
    let of = Loss::Mean { weights };
    // SAFETY: the caller gives a live handle, readable inputs and buffers of the right lengths, or NULL.
    unsafe {
        handle::with(
            marginal,
            |any| either!(any, density => of.write(density, x, loss, gradient, gradient_x)),
        )
    }
}

/// −Σ gᵢ log p(xᵢ) (nats) and its gradient for every parameter and for x, where the gᵢ of `upstream` (a number of
/// the density's type per sample) may have any sign: what backpropagation through the log-density needs.
///
/// `sum`, `gradient`, its members, and `gradient_x` (samples × features, without gaps) may each be NULL. Nothing is
/// written if anything is wrong.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_marginal_weighted_sum_gradient(
    marginal: *const LsmiMarginal,
    x: *const LsmiMatrix,
    upstream: *const c_void,
    sum: *mut f64,
    gradient: *const LsmiMarginalBuffers,
    gradient_x: *mut c_void,
) -> i32 {
    let of = Loss::Sum { upstream };
    // SAFETY: the caller gives a live handle, readable inputs and buffers of the right lengths, or NULL.
    unsafe {
        handle::with(marginal, |any| either!(any, density => of.write(density, x, sum, gradient, gradient_x)))
    }
}

/// What is differentiated, with its factors of the samples' log-densities.
enum Loss {
    /// The weighted mean; NULL weighs all samples the same.
    Mean { weights: *const c_void },
    /// The sum, with factors of any sign.
    Sum { upstream: *const c_void },
}

impl Loss {
    /// # Safety
    /// `x` is readable; the factors have a number per sample; the results are NULL or have the lengths of the
    /// gradient's arrays.
    unsafe fn write<T: Typed>(
        &self,
        density: &Marginal<T>,
        x: *const LsmiMatrix,
        loss: *mut f64,
        gradient: *const LsmiMarginalBuffers,
        gradient_x: *mut c_void,
    ) -> Outcome {
        // SAFETY: by contract.
        unsafe {
            let x: Samples<'_, T> = samples("x", x)?;
            let of_loss = match *self {
                Loss::Mean { weights } => {
                    density.gradient(x, optional_input("weights", weights.cast(), x.samples())?)?
                }
                Loss::Sum { upstream } => {
                    density.weighted_sum_gradient(x, input("upstream", upstream.cast(), x.samples())?)?
                }
            };
            let to_loss = Room::new("loss", loss, 1)?;
            let to_parameters = match gradient.is_null() {
                true => None,
                false => Some(ParameterRoom::new(&of_loss.parameters, structure(gradient)?)?),
            };
            let to_x = Room::new("gradient_x", gradient_x.cast(), of_loss.x.len())?;
            to_loss.fill(&[of_loss.loss]);
            if let Some(room) = to_parameters {
                room.fill(&of_loss.parameters);
            }
            to_x.fill(&of_loss.x);
        }
        Ok(())
    }
}

/// The density behind a handle, if it is of type `T`.
///
/// # Safety
/// `marginal` is NULL or a live handle.
pub(super) unsafe fn density<'a, T: Typed>(
    field: &str,
    marginal: *const LsmiMarginal,
) -> Outcome<&'a Marginal<T>>
where
    for<'b> &'b MarginalFit<T>: TryFrom<&'b AnyMarginal>,
{
    // SAFETY: by contract.
    let fit = <&MarginalFit<T>>::try_from(unsafe { handle::value(marginal) }?);
    fit.map(|fit| &fit.density).map_err(|_| {
        Failure::new(LSMI_ERROR_TYPE, field, &alloc::format!("a density of {} numbers", T::NAME), "another")
    })
}
