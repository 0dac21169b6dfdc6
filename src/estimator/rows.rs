//! Samples recognised again: scores of samples that a model was fitted to flatter it.

use crate::{Float, Samples};
use alloc::vec::Vec;

/// Numbers that are mixed independently of each other, so that a processor does several at a time.
const LANES: usize = 4;

/// An odd number whose bits look random: 2⁶⁴ divided by the golden ratio (Knuth, "The Art of Computer Programming",
/// vol. 3, 1998, §6.4).
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// The training samples of a model, each as a number.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Rows {
    /// In the order of the samples.
    pub(super) in_order: Vec<i64>,
    /// Ascending.
    sorted: Vec<i64>,
}

impl Rows {
    pub(super) fn new(in_order: Vec<i64>) -> Self {
        let mut sorted = in_order.clone();
        sorted.sort_unstable();
        Rows { in_order, sorted }
    }

    /// How many of these samples have the features of a training sample.
    pub(super) fn count<T: Float>(&self, x: [Samples<'_, T>; 2]) -> usize {
        match self.sorted.is_empty() {
            true => 0,
            false => hashes(x).iter().filter(|row| self.sorted.binary_search(row).is_ok()).count(),
        }
    }
}

/// A number for every sample that depends on all its features: different samples share one with a probability of 2⁻⁶³.
pub(super) fn hashes<T: Float>([x1, x2]: [Samples<'_, T>; 2]) -> Vec<i64> {
    x1.iter().zip(x2.iter()).map(|(x1, x2)| hash([x1, x2])).collect()
}

fn hash<T: Float>(parts: [&[T]; 2]) -> i64 {
    let mut lanes = [1u64, 2, 3, 4];
    let mix = |lane: &mut u64, value: T| {
        *lane = (*lane ^ (value.f64() + 0.0).to_bits()).wrapping_mul(MULTIPLIER).rotate_left(29);
    };
    for part in parts {
        let chunks = part.chunks_exact(LANES);
        let rest = chunks.remainder();
        for chunk in chunks {
            lanes.iter_mut().zip(chunk).for_each(|(lane, &value)| mix(lane, value));
        }
        lanes.iter_mut().zip(rest).for_each(|(lane, &value)| mix(lane, value));
        lanes[0] = lanes[0].wrapping_add(part.len() as u64);
    }
    let join = |all: u64, lane: u64| (all ^ lane ^ (lane >> 32)).wrapping_mul(MULTIPLIER).rotate_left(31);
    (lanes.into_iter().fold(0, join) >> 1) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    #[test]
    fn every_feature_counts() {
        let x = [1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
        let mut seen = BTreeSet::from([hash([&x, &x[..2]])]);
        for i in 0..7 {
            let mut other = x;
            other[i] += 0.5;
            assert!(seen.insert(hash([&other, &x[..2]])), "x1, feature {i}");
        }
        assert!(seen.insert(hash([&x[..6], &[7.0, 1.0, 2.0]])), "another border");
        assert!(seen.insert(hash([&x, &[2.0, 1.0]])) && seen.insert(hash([&x[..2], &x])));
        assert_eq!(hash([&x, &x]), hash([&x.map(f64::from), &x.map(f64::from)]), "f32 as f64");
        let rows: Vec<f64> = (0..20_000).map(f64::from).collect();
        let many = Samples::from_rows("x", &rows, 2).unwrap();
        assert_eq!(hashes([many, many]).into_iter().collect::<BTreeSet<_>>().len(), 10_000);
    }
}
