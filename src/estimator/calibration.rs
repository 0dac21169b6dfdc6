//! Whether classifiers are right as often as they are sure.

use alloc::{vec, vec::Vec};
use serde::{Deserialize, Serialize};

/// Bins of equal width between 0 and 1.
const BINS: usize = 10;

/// Samples that a classifier was about equally sure of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// How many.
    pub samples: usize,
    /// The mean probability of the class found.
    pub confidence: f64,
    /// The fraction whose class was found.
    pub accuracy: f64,
}

/// How sure each classifier was of the class that it found, and how often it was right: ten bins of equal width of that
/// probability, those without samples left out.
///
/// Source: Niculescu-Mizil and Caruana, "Predicting Good Probabilities with Supervised Learning", 2005.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// p(y|x1).
    pub x1: Vec<CalibrationBin>,
    /// p(y|x2).
    pub x2: Vec<CalibrationBin>,
    /// p(y|x1, x2).
    pub joint: Vec<CalibrationBin>,
}

impl Calibration {
    /// Of log-probabilities (n×C) of the three classifiers.
    pub(super) fn new(log_probabilities: [&[f64]; 3], targets: &[usize], classes: usize) -> Self {
        let [x1, x2, joint] = log_probabilities.map(|log_p| bins(log_p, targets, classes));
        Calibration { x1, x2, joint }
    }
}

fn bins(log_probabilities: &[f64], targets: &[usize], classes: usize) -> Vec<CalibrationBin> {
    // Samples, sums of probabilities, and samples whose class was found.
    let mut sums = vec![(0usize, 0.0f64, 0usize); BINS];
    for (log_p, &target) in log_probabilities.chunks(classes).zip(targets) {
        // The first class of the largest probability.
        let (found, largest) = log_p
            .iter()
            .enumerate()
            .fold((0, f64::NEG_INFINITY), |best, (class, &v)| if v > best.1 { (class, v) } else { best });
        let confidence = libm::exp(largest);
        let bin = &mut sums[((confidence * BINS as f64) as usize).min(BINS - 1)];
        *bin = (bin.0 + 1, bin.1 + confidence, bin.2 + usize::from(found == target));
    }
    let mean = |(samples, confidence, right): (usize, f64, usize)| CalibrationBin {
        samples,
        confidence: confidence / samples as f64,
        accuracy: right as f64 / samples as f64,
    };
    sums.into_iter().filter(|sums| sums.0 > 0).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_lie_in_the_bin_of_their_largest_probability() {
        let log = |p: [f64; 2]| p.map(f64::ln);
        let log_p: Vec<f64> =
            [log([0.9, 0.1]), log([0.95, 0.05]), log([0.35, 0.65]), log([0.0, 1.0])].concat();
        let calibration = Calibration::new([&log_p, &log_p[..4], &[]], &[0, 1, 1, 1], 2);
        let [middle, top] = calibration.x1[..] else { panic!("two bins, not {}", calibration.x1.len()) };
        assert_eq!((middle.samples, middle.accuracy), (1, 1.0));
        approx::assert_relative_eq!(middle.confidence, 0.65, max_relative = 1e-12);
        assert_eq!(top.samples, 3);
        approx::assert_relative_eq!(top.accuracy, 2.0 / 3.0, max_relative = 1e-12);
        approx::assert_relative_eq!(top.confidence, 2.85 / 3.0, max_relative = 1e-12);
        assert_eq!(calibration.x2.len(), 1);
        assert!(calibration.joint.is_empty());
    }
}
