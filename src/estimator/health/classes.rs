//! What the classes alone give reason to doubt.

use super::Flag;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;

/// Classes of fewer samples can hardly be learned.
const FEW: usize = 20;

pub(super) fn of_classes(y: &[i64], flags: &mut Vec<Flag>) {
    let mut flag = |name: &str, figure: f64, finding, advice: &str| {
        flags.push(Flag::new(name, "y", figure, finding, advice));
    };
    let mut classes = BTreeMap::new();
    y.iter().for_each(|&class| *classes.entry(class).or_insert(0usize) += 1);
    if let (1, Some((class, _))) = (classes.len(), classes.first_key_value()) {
        flag(
            "one_class",
            1.0,
            format!("all samples are of class {class}: there is nothing to tell"),
            "give samples of at least two classes: a fit of these is refused",
        );
    }
    let small = classes.values().filter(|&&count| count < FEW).count();
    if small > 0 {
        flag(
            "small_classes",
            small as f64,
            format!("{small} of {} classes have fewer than {FEW} samples", classes.len()),
            "collect more of them, or join them to others: what is said of them is a guess",
        );
    }
    let numbers = classes.keys().max().map_or(0, |largest| largest.saturating_add(1));
    let empty = numbers.saturating_sub(classes.range(0..).count() as i64);
    if empty > 0 {
        flag(
            "empty_classes",
            empty as f64,
            format!("{empty} of the class numbers 0 to {} have no samples", numbers - 1),
            "nothing if other samples are of these classes; else count classes from 0 without gaps (NumPy: \
             `np.unique(y, return_inverse=True)`)",
        );
    }
}
