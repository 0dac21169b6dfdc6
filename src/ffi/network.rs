//! Classifier networks on their own.

use super::arrays::{Room, input, optional_input, output, structure, structure_array, write, write_result};
use super::config::Coded;
use super::handle::{self, opaque};
use super::interaction::structures;
use super::matrix::{AnySamples, LsmiMatrix, Typed, any_of_both, any_samples, by_type, samples};
use super::status::{Failure, LSMI_ERROR_SETTING, LSMI_ERROR_SHAPE, LSMI_ERROR_TYPE, Outcome};
use super::training::{LsmiFitOptions, write_history};
use crate::classifier::{
    Activation, Layer, Network, NetworkFit, NetworkGradient, NetworkOptions, fit_network,
};
use crate::matrix::MOST_PARAMETERS;
use crate::{History, Samples};
use alloc::format;
use alloc::vec::Vec;
use core::ffi::{c_char, c_void};

/// A network of either type, with the course of its training (empty if it was not trained here).
pub(super) enum AnyNetwork {
    F32(NetworkFit<f32>),
    F64(NetworkFit<f64>),
}

any_of_both!(AnyNetwork, NetworkFit);

/// A classifier network for p(y|x). Const handle: concurrent calls allowed. Free with `lsmi_network_free`.
pub struct LsmiNetwork(());

opaque!(LsmiNetwork, AnyNetwork, b"NETc");

/// Runs the same expression on the network of either type.
macro_rules! either {
    ($any:expr, $network:ident => $result:expr) => {
        match $any {
            AnyNetwork::F32(NetworkFit { network: $network, .. }) => $result,
            AnyNetwork::F64(NetworkFit { network: $network, .. }) => $result,
        }
    };
}

/// A layer's parameters to read, in C order and of the network's type.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiLayer {
    /// `sizeof(LsmiLayer)`.
    pub struct_size: usize,
    /// Number of outputs.
    pub outputs: usize,
    /// outputs × inputs numbers.
    pub weights: *const c_void,
    /// `outputs` numbers.
    pub biases: *const c_void,
}

/// Room for a layer's parameters, or for the gradient for them; each may be NULL if it is not wanted.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiLayerBuffers {
    /// `sizeof(LsmiLayerBuffers)`.
    pub struct_size: usize,
    /// outputs × inputs numbers.
    pub weights: *mut c_void,
    /// `outputs` numbers.
    pub biases: *mut c_void,
}

structures!(LsmiLayer, LsmiLayerBuffers);

fn too_many() -> Failure {
    let expected = format!("at most {MOST_PARAMETERS} parameters");
    Failure::new(LSMI_ERROR_SETTING, "layers", &expected, "more")
}

/// Refuses stray sizes before they send a read past the caller's arrays; the limit is that of `lsmi_network_fit`.
fn check_sizes(features: usize, layers: &[LsmiLayer]) -> Outcome {
    let (mut inputs, mut parameters) = (features, 0usize);
    for layer in layers {
        // SAFETY: a readable layer.
        unsafe { structure(layer) }?;
        let of_layer = inputs.checked_add(1).and_then(|n| n.checked_mul(layer.outputs));
        parameters = of_layer
            .and_then(|n| n.checked_add(parameters))
            .filter(|&n| n <= MOST_PARAMETERS)
            .ok_or_else(too_many)?;
        inputs = layer.outputs;
    }
    Ok(())
}

/// A network of `layer_count` layers from `features` inputs to as many classes as the last layer has outputs, with
/// `activation` (`LSMI_ACTIVATION_…`) after each layer but the last. `type_` is `LSMI_F32` or `LSMI_F64`; parameters
/// are copied. Free it with `lsmi_network_free`.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `SETTING`, `EMPTY`, `SHAPE`, `NOT_FINITE`; `*out` is then NULL (in a
/// build without std: a handle that only tells its message and is freed). Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_network_new(
    type_: i32,
    features: usize,
    layers: *const LsmiLayer,
    layer_count: usize,
    activation: i32,
    out: *mut *mut LsmiNetwork,
) -> i32 {
    /// # Safety
    /// The arrays of the layers have the lengths that they state.
    unsafe fn make<T: Typed>(
        features: usize,
        layers: &[LsmiLayer],
        activation: Activation,
    ) -> Outcome<NetworkFit<T>> {
        check_sizes(features, layers)?;
        let mut inputs = features;
        let mut read = |layer: &LsmiLayer| {
            let weights = inputs * layer.outputs;
            inputs = layer.outputs;
            // SAFETY: by contract.
            unsafe {
                Ok(Layer {
                    weights: input("weights", layer.weights.cast::<T>(), weights)?.to_vec(),
                    biases: input("biases", layer.biases.cast::<T>(), layer.outputs)?.to_vec(),
                })
            }
        };
        let layers = layers.iter().map(&mut read).collect::<Outcome<Vec<_>>>()?;
        let network = Network::from_layers(features, &layers, activation)?;
        Ok(NetworkFit { network, history: History::default() })
    }
    // SAFETY: the caller gives `layer_count` readable layers whose arrays have the lengths they state, and room.
    unsafe {
        handle::create(out, || {
            // Every layer has parameters.
            if layer_count > MOST_PARAMETERS {
                return Err(too_many());
            }
            let layers = structure_array("layers", layers, layer_count)?;
            let activation = Activation::of_code("activation", activation)?;
            by_type!(type_, T => make::<T>(features, layers, activation).map(AnyNetwork::from))
        })
    }
}

/// Frees a network; NULL is fine.
///
/// Errors: `HANDLE` for a handle of another kind. Exclusive use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_network_free(network: *mut LsmiNetwork) -> i32 {
    // SAFETY: the caller gives a handle of its own, or NULL, and uses it no more.
    unsafe { handle::free(network) }
}

/// The message of this handle's last failed call, as `lsmi_last_error_message` writes it.
///
/// Errors: `POINTER`, `HANDLE`, `BUFFER`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_network_error_message(
    network: *const LsmiNetwork,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> i32 {
    // SAFETY: the caller gives a live handle and a buffer of `capacity` bytes, or NULL.
    unsafe { handle::message(network, buffer, capacity, length) }
}

/// The form of a network: type, features, classes, number of layers, activation; each may be NULL.
///
/// Errors: `POINTER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_network_form(
    network: *const LsmiNetwork,
    type_: *mut i32,
    features: *mut usize,
    classes: *mut usize,
    layer_count: *mut usize,
    activation: *mut i32,
) -> i32 {
    // SAFETY: the caller gives a live handle and writable results, or NULL.
    unsafe {
        handle::with(network, |any| {
            write("type", type_, if matches!(any, AnyNetwork::F32(_)) { f32::TYPE } else { f64::TYPE })?;
            either!(any, network => {
                write("features", features, network.features())?;
                write("classes", classes, network.classes())?;
                write("layer_count", layer_count, network.options().hidden.len() + 1)?;
                write("activation", activation, network.options().activation.code())
            })
        })
    }
}

/// Copies out layer `index` (from 0), in the network's type: its sizes (each may be NULL) and, with `out` not NULL,
/// its parameters. A classifier that a fit chose may add quadratic forms and radial units to the logits, which its
/// log-probabilities and its gradient for x have in them and its layers do not.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `SHAPE` for a layer that does not exist, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_network_layer(
    network: *const LsmiNetwork,
    index: usize,
    inputs: *mut usize,
    outputs: *mut usize,
    out: *const LsmiLayerBuffers,
) -> i32 {
    // SAFETY: the caller gives a live handle, writable results, and buffers of the layer's lengths, or NULL.
    unsafe {
        handle::with(network, |any| {
            either!(any, network => {
                let layers = network.layers();
                let layer = layers.get(index).ok_or_else(|| {
                    let expected = format!("a layer below {}", layers.len());
                    Failure::new(LSMI_ERROR_SHAPE, "index", &expected, index)
                })?;
                let rooms = layer_rooms(core::slice::from_ref(layer), out)?;
                write("inputs", inputs, layer.weights.len() / layer.biases.len())?;
                write("outputs", outputs, layer.biases.len())?;
                fill_layers(rooms, core::slice::from_ref(layer));
                Ok(())
            })
        })
    }
}

/// How many functions a classifier that a fit chose adds to the logits of its layers: 0 for what layers alone make.
///
/// Errors: `POINTER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_network_expansion_count(network: *const LsmiNetwork, count: *mut usize) -> i32 {
    // SAFETY: the caller gives a live handle and a writable result, or NULL.
    unsafe {
        handle::with(
            network,
            |any| either!(any, network => write_result("count", count, network.expansions().len())),
        )
    }
}

/// Room for weights and biases of layers, all of which has been looked at; none where nothing is wanted.
///
/// # Safety
/// `out` is NULL or has a readable struct per layer, whose buffers are NULL or have the layer's lengths.
unsafe fn layer_rooms<T: Copy>(
    layers: &[Layer<T>],
    out: *const LsmiLayerBuffers,
) -> Outcome<Vec<[Room<T>; 2]>> {
    // SAFETY: by contract.
    let room = |(layer, out): (&Layer<T>, &LsmiLayerBuffers)| unsafe {
        structure(out)?;
        Ok([
            Room::new("weights", out.weights.cast(), layer.weights.len())?,
            Room::new("biases", out.biases.cast(), layer.biases.len())?,
        ])
    };
    // SAFETY: by contract.
    let out = if out.is_null() { &[] } else { unsafe { structure_array("layers", out, layers.len()) }? };
    layers.iter().zip(out).map(room).collect()
}

fn fill_layers<T: Copy>(rooms: Vec<[Room<T>; 2]>, layers: &[Layer<T>]) {
    for ([weights, biases], layer) in rooms.into_iter().zip(layers) {
        weights.fill(&layer.weights);
        biases.fill(&layer.biases);
    }
}

/// log p(y|x) of every sample and class into `out`, samples × classes numbers of the network's type, nats.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_network_log_probabilities(
    network: *const LsmiNetwork,
    x: *const LsmiMatrix,
    out: *mut c_void,
) -> i32 {
    /// # Safety
    /// `x` is readable, `out` writable for a number per sample and class.
    unsafe fn evaluate<T: Typed>(network: &Network<T>, x: *const LsmiMatrix, out: *mut c_void) -> Outcome {
        // SAFETY: by contract.
        let x: Samples<'_, T> = unsafe { samples("x", x) }?;
        let length = x.samples().saturating_mul(network.classes());
        // SAFETY: by contract.
        Ok(network.log_probabilities(x, unsafe { output("out", out.cast(), length) }?)?)
    }
    // SAFETY: the caller gives a live handle, a readable matrix and room, or NULL.
    unsafe { handle::with(network, |any| either!(any, network => evaluate(network, x, out))) }
}

/// The weighted mean cross-entropy −Σ wᵢ log p(yᵢ|xᵢ) / Σ wᵢ (nats) and its gradient for all parameters and for x.
///
/// `y` has a class number per sample; `weights` (may be NULL) a number of the network's type. `loss`, `layers` (one
/// struct per layer, whose members may be NULL) and `gradient_x` (samples × features, without gaps) may be NULL.
/// Nothing is written if anything is wrong.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `CLASS`, `SETTING` (weights), `HANDLE`,
/// `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_network_gradient(
    network: *const LsmiNetwork,
    x: *const LsmiMatrix,
    y: *const i64,
    y_count: usize,
    weights: *const c_void,
    loss: *mut f64,
    layers: *const LsmiLayerBuffers,
    gradient_x: *mut c_void,
) -> i32 {
    /// # Safety
    /// As `lsmi_network_gradient`.
    unsafe fn evaluate<T: Typed>(
        network: &Network<T>,
        x: *const LsmiMatrix,
        y: &[i64],
        weights: *const c_void,
    ) -> Outcome<NetworkGradient<T>> {
        // SAFETY: by contract.
        let x: Samples<'_, T> = unsafe { samples("x", x) }?;
        // SAFETY: by contract.
        let weights = unsafe { optional_input("weights", weights.cast::<T>(), x.samples()) }?;
        Ok(network.gradient(x, y, weights)?)
    }
    // SAFETY: the caller gives a live handle, readable inputs and buffers of the right lengths, or NULL.
    unsafe {
        handle::with(network, |any| {
            let y = input("y", y, y_count)?;
            either!(any, network => {
                let gradient = evaluate(network, x, y, weights)?;
                let to_loss = Room::new("loss", loss, 1)?;
                let to_layers = layer_rooms(&gradient.layers, layers)?;
                let to_x = Room::new("gradient_x", gradient_x.cast(), gradient.x.len())?;
                to_loss.fill(&[gradient.loss]);
                fill_layers(to_layers, &gradient.layers);
                to_x.fill(&gradient.x);
                Ok(())
            })
        })
    }
}

/// Fits a network with `hidden_count` hidden layers of the widths `hidden` (none: a linear classifier) to class
/// numbers 0, …, `classes` − 1; the matrix's type decides the network's. `weights` (may be NULL) has a number of that
/// type per sample. Free it with `lsmi_network_free`.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `SETTING`, `EMPTY`, `SHAPE`, `CLASS`, `NOT_FINITE`, `DIVERGED`,
/// `CANCELLED`; `*out` is then NULL (in a build without std: a handle that only tells its message and is freed).
/// Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_network_fit(
    x: *const LsmiMatrix,
    y: *const i64,
    y_count: usize,
    classes: usize,
    weights: *const c_void,
    hidden: *const usize,
    hidden_count: usize,
    activation: i32,
    fit: *const LsmiFitOptions,
    out: *mut *mut LsmiNetwork,
) -> i32 {
    /// # Safety
    /// As `lsmi_network_fit`.
    unsafe fn run<T: Typed>(
        x: Samples<'_, T>,
        targets: (&[i64], usize),
        weights: *const c_void,
        options: &NetworkOptions,
        fit: &LsmiFitOptions,
    ) -> Outcome<AnyNetwork>
    where
        AnyNetwork: From<NetworkFit<T>>,
    {
        // SAFETY: by contract.
        unsafe {
            let weights = optional_input("weights", weights.cast::<T>(), x.samples())?;
            Ok(fit.run("classifier", |run| fit_network(x, targets, weights, options, run))?.into())
        }
    }
    // SAFETY: the caller gives readable structs whose arrays have the lengths they state, and room for the handle.
    unsafe {
        handle::create(out, || {
            let (x, targets) = (any_samples("x", x)?, (input("y", y, y_count)?, classes));
            let hidden = input("hidden", hidden, hidden_count)?.to_vec();
            let options =
                NetworkOptions { hidden, activation: Activation::of_code("activation", activation)? };
            let fit = structure(fit)?;
            match x {
                AnySamples::F32(x) => run(x, targets, weights, &options, fit),
                AnySamples::F64(x) => run(x, targets, weights, &options, fit),
            }
        })
    }
}

/// The course of the training that gave the network, nats: the mean loss of every epoch, and the loss of the held-out
/// samples before training and after every epoch (none without such samples). Each length may be NULL, each buffer
/// too; `best_epoch` (may be NULL) is the number of epochs after which the parameters were kept. A network of given
/// parameters or of an imported model has no course: lengths 0.
///
/// Errors: `POINTER`, `BUFFER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_network_history(
    network: *const LsmiNetwork,
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
        handle::with(network, |any| {
            let history = match any {
                AnyNetwork::F32(fit) => &fit.history,
                AnyNetwork::F64(fit) => &fit.history,
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

/// The network behind a handle, if it is of type `T`.
///
/// # Safety
/// `network` is NULL or a live handle.
pub(super) unsafe fn network<'a, T: Typed>(
    field: &str,
    network: *const LsmiNetwork,
) -> Outcome<&'a Network<T>>
where
    for<'b> &'b NetworkFit<T>: TryFrom<&'b AnyNetwork>,
{
    // SAFETY: by contract.
    let fit = <&NetworkFit<T>>::try_from(unsafe { handle::value(network) }?);
    fit.map(|fit| &fit.network).map_err(|_| {
        Failure::new(LSMI_ERROR_TYPE, field, &format!("a network of {} numbers", T::NAME), "another")
    })
}
