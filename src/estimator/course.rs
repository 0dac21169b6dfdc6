//! The progress of a training and of the folds that read after it.

use crate::optim::{Folds, TrainingProgress};
use core::ops::ControlFlow;

/// How far one of the models is, its own training and those of the folds together: to those who watch, each fold has as
/// many epochs as the training.
pub(super) struct Course<'a> {
    folds: usize,
    last: TrainingProgress,
    observer: &'a mut dyn FnMut(TrainingProgress) -> ControlFlow<()>,
}

impl<'a> Course<'a> {
    pub(super) fn new(
        folds: Option<&Folds>,
        observer: &'a mut dyn FnMut(TrainingProgress) -> ControlFlow<()>,
    ) -> Self {
        let last = TrainingProgress { epoch: 0, epochs: 0, loss: f64::NAN, validation_loss: None };
        Course { folds: folds.map_or(0, Folds::count), last, observer }
    }

    pub(super) fn training(&mut self, progress: TrainingProgress) -> ControlFlow<()> {
        self.last = progress;
        (self.observer)(TrainingProgress {
            epochs: progress.epochs.saturating_mul(1 + self.folds),
            ..progress
        })
    }

    pub(super) fn reading(&mut self, done: usize) -> ControlFlow<()> {
        let epochs = self.last.epochs;
        let (epoch, epochs) = (epochs.saturating_mul(1 + done), epochs.saturating_mul(1 + self.folds));
        (self.observer)(TrainingProgress { epoch, epochs, ..self.last })
    }
}
