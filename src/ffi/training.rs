//! How a single density or network is fitted.

use super::arrays::{Structure, optional_input};
use super::config::flag;
use super::interaction::structures;
use super::progress::{LsmiProgressCallback, Observer};
use super::status::{Failure, LSMI_ERROR_STRUCT_SIZE, Outcome};
use crate::rng::Stream;
use crate::{Training, TrainingRun};
use core::ffi::c_void;

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
        let held_out = unsafe { optional_input("held_out", self.held_out, self.held_out_count) }?;
        let observer = Observer { callback: self.progress, user: self.user };
        Ok(fit(TrainingRun {
            name,
            training: &self.training.training()?,
            held_out: held_out.unwrap_or(&[]),
            stream: &mut Stream::new(self.seed, 0),
            observer: &mut |progress| observer.observe(-1, progress),
        })?)
    }
}
