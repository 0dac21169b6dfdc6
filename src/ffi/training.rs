//! How a single density or network is fitted.

use super::arrays::{Structure, input, write, write_array};
use super::config::flag;
use super::interaction::structures;
use super::progress::{LsmiProgressCallback, Observer};
use super::status::{Failure, LSMI_ERROR_STRUCT_SIZE, Outcome};
use crate::rng::Stream;
use crate::{History, Training, TrainingRun};
use core::ffi::c_void;
use core::ptr;

/// How a single density or network is trained: Adam on mini-batches of a seeded shuffle, under a step schedule.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiTraining {
    /// `sizeof(LsmiTraining)`.
    pub struct_size: usize,
    /// Passes over the training samples, at most.
    pub epochs: usize,
    /// Samples per step.
    pub batch: usize,
    /// Step size of Adam.
    pub learning_rate: f64,
    /// Epochs between two reductions of the learning rate; 0 keeps it.
    pub decay_every: usize,
    /// Factor of each reduction.
    pub decay_factor: f64,
    /// Decoupled weight decay.
    pub weight_decay: f64,
    /// Epochs without a better validation loss after which training stops; 0 runs all epochs.
    pub patience: usize,
    /// 1 never clears the gradients (the released program's quirk), else 0.
    pub accumulate_gradients: i32,
}

structures!(LsmiTraining, LsmiFitOptions);

impl LsmiTraining {
    pub(super) fn of(training: &Training) -> Self {
        LsmiTraining {
            struct_size: size_of::<LsmiTraining>(),
            epochs: training.epochs,
            batch: training.batch,
            learning_rate: training.learning_rate,
            decay_every: training.decay_every,
            decay_factor: training.decay_factor,
            weight_decay: training.weight_decay,
            patience: training.patience,
            accumulate_gradients: i32::from(training.accumulate_gradients),
        }
    }

    fn training(&self) -> Outcome<Training> {
        Ok(Training {
            epochs: self.epochs,
            batch: self.batch,
            learning_rate: self.learning_rate,
            decay_every: self.decay_every,
            decay_factor: self.decay_factor,
            weight_decay: self.weight_decay,
            patience: self.patience,
            accumulate_gradients: flag("accumulate_gradients", self.accumulate_gradients)?,
        })
    }
}

/// What a fit of a single density or network takes besides its data.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiFitOptions {
    /// `sizeof(LsmiFitOptions)`.
    pub struct_size: usize,
    /// How to train.
    pub training: LsmiTraining,
    /// Numbers of the samples that are not trained on but decide when to stop; may be NULL.
    pub held_out: *const usize,
    /// How many there are.
    pub held_out_count: usize,
    /// Seed of the start and of the batches.
    pub seed: u64,
    /// Called after every epoch; may be NULL.
    pub progress: LsmiProgressCallback,
    /// Handed to `progress`.
    pub user: *mut c_void,
}

impl LsmiFitOptions {
    /// Runs a fit as these options say.
    ///
    /// # Safety
    /// `held_out` is NULL or has its count of readable numbers; the callback takes `user`.
    pub(super) unsafe fn run<R>(
        &self,
        name: &str,
        fit: impl FnOnce(TrainingRun<'_>) -> crate::Result<R>,
    ) -> Outcome<R> {
        if self.training.struct_size != size_of::<LsmiTraining>() {
            let expected = alloc::format!("struct_size {}", size_of::<LsmiTraining>());
            let got = self.training.struct_size;
            return Err(Failure::new(LSMI_ERROR_STRUCT_SIZE, LsmiTraining::NAME, &expected, got));
        }
        // SAFETY: by contract.
        let held_out = unsafe { input("held_out", self.held_out, self.held_out_count) }?;
        let observer = Observer { callback: self.progress, user: self.user };
        Ok(fit(TrainingRun {
            name,
            training: &self.training.training()?,
            held_out,
            stream: &mut Stream::new(self.seed, 0),
            // SAFETY: by contract.
            observer: &mut |progress| unsafe { observer.observe(-1, progress) },
        })?)
    }
}

/// A buffer of numbers, its capacity, and where its length goes.
type Room = (*mut f64, usize, *mut usize);

/// Writes the course of a training.
///
/// # Safety
/// The buffers have their capacities, or are NULL; the lengths and `best_epoch` are writable or NULL.
pub(super) unsafe fn write_history(
    history: &History,
    losses: Room,
    validation_losses: Room,
    best_epoch: *mut usize,
) -> Outcome {
    // SAFETY: by contract.
    unsafe {
        write("best_epoch", best_epoch, history.best_epoch)?;
        // Both lengths, even if the first buffer is too small.
        write("length", losses.2, history.losses.len())?;
        write("length", validation_losses.2, history.validation_losses.len())?;
        write_array(&history.losses, losses.0, losses.1, ptr::null_mut())?;
        write_array(&history.validation_losses, validation_losses.0, validation_losses.1, ptr::null_mut())
    }
}
