//! Which forms of a classifier, and how many of their epochs, a budget allows.

use super::forms::{NetworkKind, Shape, settings};
use super::kernel;
use alloc::vec::Vec;

/// What the forms are tried on.
pub(super) struct Sizes {
    /// Trainings of each form.
    pub(super) folds: usize,
    /// Samples of each.
    pub(super) samples: usize,
    pub(super) classes: usize,
    /// What forms of all features see: canonical coordinates, or the features as they are.
    pub(super) inputs: usize,
    /// Epochs of a network at most.
    pub(super) epochs: usize,
    /// Epochs of all trainings, and inputs at most, by which a projected form's directions are chosen.
    pub(super) screening: (usize, usize),
}

/// Multiply-adds of a form: once, and per epoch.
struct Cost {
    once: f64,
    epoch: f64,
}

impl Sizes {
    fn cost(&self, shape: &Shape) -> Cost {
        let trainings = self.folds as f64;
        let [samples, classes, k] = [self.samples, self.classes, self.inputs].map(|n| n as f64);
        let settings = settings(shape.kind).len() as f64;
        let solved = |once: f64| Cost { once: trainings * once, epoch: 0.0 };
        match shape.kind {
            NetworkKind::Discriminant => solved(samples * k * k + settings * classes * k * k * k),
            NetworkKind::Kernel => {
                let centres = kernel::centres(self.samples, self.inputs) as f64;
                let samples = samples.min(kernel::MOST_SAMPLES as f64);
                solved(settings * (samples * centres * (k + centres) + centres * centres * centres))
            }
            // Forwards, backwards, and the gradient.
            NetworkKind::Network => {
                let epoch =
                    |inputs: usize| 3.0 * trainings * samples * parameters(inputs, shape, self.classes);
                let (epochs, inputs) = self.screening;
                match shape.projected {
                    true => Cost { once: epochs as f64 * epoch(inputs), epoch: epoch(inputs) },
                    false => Cost { once: 0.0, epoch: epoch(self.inputs) },
                }
            }
        }
    }
}

fn parameters(inputs: usize, shape: &Shape, classes: usize) -> f64 {
    let mut widths = alloc::vec![inputs];
    widths.extend(&shape.hidden);
    widths.push(classes);
    widths.windows(2).map(|w| (w[0] + 1) as f64 * w[1] as f64).sum()
}

/// The shapes that so many multiply-adds allow, each with its epochs at most, and whether that is less than what would be
/// tried without a budget. The simplest come first; each may cost an equal share of what is left, and the first is
/// tried in any case, for one epoch at least.
pub(super) fn within(budget: f64, sizes: &Sizes, shapes: Vec<Shape>) -> (Vec<Shape>, bool) {
    let (mut left, mut is_limited) = (budget, false);
    let mut allowed: Vec<Shape> = Vec::with_capacity(shapes.len());
    let count = shapes.len();
    for (number, mut shape) in shapes.into_iter().enumerate() {
        let share = left.max(0.0) / (count - number) as f64;
        let cost = sizes.cost(&shape);
        let epochs = match shape.kind {
            NetworkKind::Network => ((share - cost.once).max(0.0) / cost.epoch).min(sizes.epochs as f64),
            _ if cost.once <= share => 1.0,
            _ => 0.0,
        };
        let epochs = (epochs as usize).max(usize::from(number == 0));
        is_limited |= match shape.kind {
            NetworkKind::Network => epochs < sizes.epochs,
            _ => epochs == 0,
        };
        if epochs > 0 {
            left -= cost.once + epochs as f64 * cost.epoch;
            shape.epochs = epochs;
            allowed.push(shape);
        }
    }
    (allowed, is_limited)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Samples;
    use crate::classifier::Reserve;
    use crate::classifier::forms::shapes;
    use crate::classifier::trials::Data;

    fn sizes() -> Sizes {
        Sizes { folds: 5, samples: 800, classes: 2, inputs: 4, epochs: 100, screening: (200, 8) }
    }

    fn all() -> Vec<Shape> {
        let x = Samples::from_rows("x", &[0.0; 4], 4).unwrap();
        let training = crate::Config::robust().classifier_training();
        let reserve = Reserve::new(&[1, 0]);
        shapes(Data { x, targets: &[0], classes: 2, widths: &[4], reserve }, &training, 4)
    }

    fn total(shapes: &[Shape]) -> f64 {
        shapes
            .iter()
            .map(|shape| (sizes().cost(shape), shape))
            .map(|(c, s)| c.once + s.epochs as f64 * c.epoch)
            .sum()
    }

    #[test]
    fn what_is_allowed_costs_no_more_than_the_budget() {
        let (everything, is_limited) = within(f64::INFINITY, &sizes(), all());
        assert_eq!((everything.len(), is_limited), (all().len(), false));
        assert!(everything.iter().all(|shape| shape.kind != NetworkKind::Network || shape.epochs == 100));
        let whole = total(&everything);
        let mut before = 0.0;
        for share in [0.01, 0.1, 0.3, 0.9] {
            let (allowed, is_limited) = within(share * whole, &sizes(), all());
            assert!(is_limited && !allowed.is_empty());
            let cost = total(&allowed);
            assert!(cost <= share * whole && cost > before, "{cost} of {}", share * whole);
            before = cost;
        }
        assert!(!within(whole * 6.0, &sizes(), all()).1);
    }

    #[test]
    fn the_first_form_is_tried_in_any_case() {
        let (allowed, is_limited) = within(0.0, &sizes(), all());
        assert_eq!((allowed.len(), allowed[0].epochs, is_limited), (1, 1, true));
        assert!(allowed[0].hidden.is_empty());
    }

    #[test]
    fn costs_are_those_of_the_layers() {
        let linear = &all()[0];
        // Five folds of 800 samples, three passes, 4 weights and a bias for each of 2 classes.
        assert_eq!(sizes().cost(linear).epoch, 5.0 * 800.0 * 3.0 * 10.0);
    }
}
