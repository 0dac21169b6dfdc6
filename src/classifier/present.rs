//! Classes that have samples, of all class numbers.
//!
//! A class without any sample is impossible, and no classifier spends a logit on it: one is fitted to the classes that
//! there are, and then told of the others.

use super::{Expansion, ExpansionParameters, Layer, Network};
use crate::{Float, Result};
use alloc::borrow::Cow;
use alloc::{vec, vec::Vec};

/// A logit so low that exp of it is 0 beside any other.
const IMPOSSIBLE: f64 = -1e9;

/// Which class numbers have samples.
#[derive(Debug)]
pub(crate) struct PresentClasses {
    /// The number of each class that has samples.
    numbers: Vec<usize>,
    /// How many samples it has.
    counts: Vec<usize>,
    /// All class numbers.
    classes: usize,
}

impl PresentClasses {
    pub(crate) fn new(counts: &[usize]) -> Self {
        let numbers: Vec<usize> = (0..counts.len()).filter(|&class| counts[class] > 0).collect();
        PresentClasses {
            counts: numbers.iter().map(|&class| counts[class]).collect(),
            numbers,
            classes: counts.len(),
        }
    }

    /// How many samples each class has that has any.
    pub(crate) fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// Targets as places among the classes that have samples.
    pub(crate) fn places(&self, targets: &[usize]) -> Vec<usize> {
        let mut place = vec![0; self.classes];
        self.numbers.iter().enumerate().for_each(|(at, &number)| place[number] = at);
        targets.iter().map(|&target| place[target]).collect()
    }

    /// Rows of a number per class, of all classes; `missing` for those without samples.
    fn spread<V: Copy>(&self, rows: &[V], missing: V) -> Vec<V> {
        let mut out = vec![missing; rows.len() / self.numbers.len() * self.classes];
        for (to, from) in out.chunks_exact_mut(self.classes).zip(rows.chunks_exact(self.numbers.len())) {
            self.numbers.iter().zip(from).for_each(|(&number, value)| to[number] = *value);
        }
        out
    }

    /// Log-probabilities of samples, a row each, of all classes.
    pub(crate) fn log_probabilities(&self, rows: Vec<f64>) -> Vec<f64> {
        if self.numbers.len() == self.classes {
            return rows;
        }
        self.spread(&rows, IMPOSSIBLE)
    }

    /// Of rows of a number per class those of the classes that have samples.
    pub(crate) fn columns<'r>(&self, rows: &'r [f64]) -> Cow<'r, [f64]> {
        if self.numbers.len() == self.classes {
            return Cow::Borrowed(rows);
        }
        rows.chunks_exact(self.classes)
            .flat_map(|row| self.numbers.iter().map(|&number| row[number]))
            .collect()
    }

    /// `width` numbers of every class, of all classes.
    fn spread_blocks<T: Float>(&self, blocks: &[T], width: usize) -> Vec<T> {
        let mut out = vec![T::zero(); if blocks.is_empty() { 0 } else { self.classes * width }];
        for (&number, block) in self.numbers.iter().zip(blocks.chunks_exact(width.max(1))) {
            out[number * width..][..width].copy_from_slice(block);
        }
        out
    }

    /// The classifier of all classes.
    ///
    /// # Errors
    /// [`Error::NotFinite`](crate::Error::NotFinite) for weights that are no finite numbers.
    pub(crate) fn network<T: Float>(&self, network: Network<T>) -> Result<Network<T>> {
        if self.numbers.len() == self.classes {
            return Ok(network);
        }
        let mut layers = network.layers();
        let Some(Layer { weights, biases }) = layers.pop() else { unreachable!("a network has layers") };
        layers.push(Layer {
            weights: self.spread_blocks(&weights, weights.len() / biases.len()),
            biases: self.spread(&biases, T::of(IMPOSSIBLE)),
        });
        let expansion = |expansion: &Expansion<T>| {
            let (parameters, k) = (expansion.parameters(), expansion.coordinates());
            let parameters = ExpansionParameters {
                linear: self.spread_blocks(&parameters.linear, k),
                quadratic: self.spread_blocks(&parameters.quadratic, k * k),
                weights: self.spread_blocks(&parameters.weights, parameters.centres.len() / k),
                ..parameters.clone()
            };
            Expansion::new(expansion.features(), self.classes, parameters)
        };
        let of_all = Network::from_layers(network.features(), &layers, network.options().activation)?;
        of_all.with_expansions(network.expansions().iter().map(expansion).collect::<Result<_>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Samples;
    use crate::classifier::Activation;

    #[test]
    fn classes_without_samples_change_nothing_for_the_others() {
        let present = PresentClasses::new(&[0, 3, 0, 2, 1, 0]);
        assert_eq!(present.counts(), [3, 2, 1]);
        assert_eq!(present.places(&[1, 4, 3]), [0, 2, 1]);
        assert_eq!(PresentClasses::new(&[2, 1]).log_probabilities(vec![0.5, 1.5]), [0.5, 1.5]);

        let layers = [
            Layer { weights: vec![1.0, -0.5, 0.3, 0.8], biases: vec![0.1, -0.2] },
            Layer { weights: vec![0.4, 0.1, -0.7, 0.2, 0.9, -0.3], biases: vec![0.3, 0.2, -0.5] },
        ];
        let parameters = ExpansionParameters {
            map: vec![0.1, -0.2],
            offset: vec![0.5],
            linear: vec![0.2, -0.1, 0.4],
            quadratic: vec![-0.3, 0.1, 0.2],
            centres: vec![0.2, -0.4],
            precision: 0.7,
            weights: vec![1.0, -2.0, 0.5, 0.0, 0.3, 0.8],
            ..ExpansionParameters::default()
        };
        let network: Network<f64> = Network::from_layers(2, &layers, Activation::Relu).unwrap();
        let network = network.with_expansions(vec![Expansion::new(2, 3, parameters).unwrap()]).unwrap();
        let rows = [0.3, -1.2, 2.0, 0.7];
        let x = Samples::from_rows("x", &rows, 2).unwrap();
        let (mut few, mut all) = (vec![0.0; 6], vec![0.0; 12]);
        network.log_probabilities(x, &mut few).unwrap();
        let network = present.network(network).unwrap();
        assert_eq!(network.classes(), 6);
        network.log_probabilities(x, &mut all).unwrap();
        assert_eq!(present.columns(&all).chunks(3).count(), 2);
        assert_eq!(present.columns(&all)[3..], [all[7], all[9], all[10]]);
        for (few, all) in present.log_probabilities(few).chunks(6).zip(all.chunks(6)) {
            for class in 0..6 {
                approx::assert_relative_eq!(few[class], all[class], max_relative = 1e-7);
                assert_eq!(all[class].exp() == 0.0, [0, 2, 5].contains(&class));
            }
        }
    }
}
