//! The network by its definition, one sample at a time in f64: what the kernels are tested against.

use super::{Activation, Layer};
use alloc::{vec, vec::Vec};

/// log p(y|x) for every class.
pub(crate) fn log_probabilities(layers: &[Layer<f64>], activation: Activation, x: &[f64]) -> Vec<f64> {
    let mut values = x.to_vec();
    for (index, layer) in layers.iter().enumerate() {
        let mut next = vec![0.0; layer.biases.len()];
        for (j, out) in next.iter_mut().enumerate() {
            let row = &layer.weights[j * values.len()..][..values.len()];
            *out = layer.biases[j] + row.iter().zip(&values).map(|(w, v)| w * v).sum::<f64>();
            if index + 1 < layers.len() {
                *out = match activation {
                    Activation::Relu => out.max(0.0),
                    Activation::Tanh => out.tanh(),
                };
            }
        }
        values = next;
    }
    let total = values.iter().map(|v| v.exp()).sum::<f64>().ln();
    values.iter().map(|v| v - total).collect()
}
