//! Progress and cancellation.

use crate::optim::TrainingProgress;
use core::ffi::c_void;
use core::ops::ControlFlow;

/// What is trained: the classifier of x1.
pub const LSMI_COMPONENT_CLASSIFIER1: i32 = 0;
/// What is trained: the classifier of x2.
pub const LSMI_COMPONENT_CLASSIFIER2: i32 = 1;
/// What is trained: the classifier of both.
pub const LSMI_COMPONENT_CLASSIFIER_JOINT: i32 = 2;
/// What is trained: the density of x1.
pub const LSMI_COMPONENT_DENSITY1: i32 = 3;
/// What is trained: the density of x2.
pub const LSMI_COMPONENT_DENSITY2: i32 = 4;

/// How far a training is.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiProgress {
    /// `sizeof(LsmiProgress)`.
    pub struct_size: usize,
    /// One of the `LSMI_COMPONENT_…`; −1 in the fit of a single density or network.
    pub component: i32,
    /// Epochs done.
    pub epoch: usize,
    /// Epochs at most.
    pub epochs: usize,
    /// Mean training loss of this epoch, nats.
    pub loss: f64,
    /// Mean loss of the held-out samples, nats; NaN without such samples, and without patience.
    pub validation_loss: f64,
}

/// Called after every epoch (after some, where classifiers are chosen among many), always by the thread that called the
/// fit; returns 0 to go on, anything else to cancel.
/// It must return: neither an exception nor a long jump may leave it.
pub type LsmiProgressCallback =
    Option<unsafe extern "C" fn(user: *mut c_void, progress: *const LsmiProgress) -> i32>;

/// Called with how many of how many steps of a long computation are done, always by the thread that called, several
/// times a step; returns 0 to go on, anything else to cancel. It must return: neither an exception nor a long jump may
/// leave it.
pub type LsmiCountCallback =
    Option<unsafe extern "C" fn(user: *mut c_void, done: usize, total: usize) -> i32>;

/// A callback that counts, with the pointer that it gets.
#[derive(Clone, Copy)]
pub(super) struct Counter {
    pub(super) callback: LsmiCountCallback,
    pub(super) user: *mut c_void,
}

impl Counter {
    /// # Safety
    /// As [`Observer::observe`].
    pub(super) unsafe fn count(&self, done: usize, total: usize) -> ControlFlow<()> {
        let Some(callback) = self.callback else { return ControlFlow::Continue(()) };
        // SAFETY: by contract.
        match unsafe { callback(self.user, done, total) } {
            0 => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    }
}

/// A callback with the pointer that it gets.
#[derive(Clone, Copy)]
pub(super) struct Observer {
    pub(super) callback: LsmiProgressCallback,
    pub(super) user: *mut c_void,
}

impl Observer {
    /// # Safety
    /// The callback, if there is one, may be called with `user` and keeps to what `LsmiProgressCallback` asks of it.
    pub(super) unsafe fn observe(&self, component: i32, progress: TrainingProgress) -> ControlFlow<()> {
        let Some(callback) = self.callback else { return ControlFlow::Continue(()) };
        let progress = LsmiProgress {
            struct_size: size_of::<LsmiProgress>(),
            component,
            epoch: progress.epoch,
            epochs: progress.epochs,
            loss: progress.loss,
            validation_loss: progress.validation_loss.unwrap_or(f64::NAN),
        };
        // SAFETY: by contract.
        match unsafe { callback(self.user, &progress) } {
            0 => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    }
}
