//! Several networks as one: their weighted logits are its logits.

use super::passes::{layer_ranges, parameter_count};
use super::{Activation, Layer, Network, NetworkOptions};
use crate::Float;
use alloc::{vec, vec::Vec};

/// A network whose logits are the sum of the members' logits, times their weights, and of `biases`. Members are without
/// hidden layers, or all have ReLU. Their units lie side by side; what a shallow member has computed goes up through
/// the layers of the deeper ones unchanged, its logits as max(0, v) − max(0, −v). Expansions stay apart.
pub(super) fn join<T: Float>(members: &[(&Network<T>, f64)], features: usize, biases: &[f64]) -> Network<T> {
    let classes = biases.len();
    let expansions = members
        .iter()
        .flat_map(|(network, weight)| network.expansions().iter().map(|expansion| expansion.scaled(*weight)));
    let expansions = expansions.collect();
    // Of what is constant but for its expansions only the biases are left.
    let mut biases = biases.to_vec();
    let mut members = members.to_vec();
    members.retain(|(network, weight)| {
        let layers = network.layers();
        let is_constant = layers.len() == 1 && layers[0].weights.iter().all(|w| *w == T::zero());
        if is_constant {
            biases.iter_mut().zip(&layers[0].biases).for_each(|(to, bias)| *to += weight * bias.f64());
        }
        !is_constant
    });
    let depth = members.iter().map(|(network, _)| network.options().hidden.len()).max().unwrap_or(0);
    let branches: Vec<(Vec<Layer<T>>, f64)> =
        members.iter().map(|(network, weight)| (branch(network, depth), *weight)).collect();
    let mut hidden = Vec::new();
    for l in 0..depth {
        hidden.push(branches.iter().map(|(layers, _)| layers[l].biases.len()).sum());
    }
    let sizes = [&[features], &hidden[..], &[classes]].concat();
    let mut parameters = vec![T::zero(); parameter_count(&sizes)];
    let (last_weights, last_biases) = layer_ranges(&sizes, depth);
    for (to, bias) in parameters[last_biases.clone()].iter_mut().zip(biases) {
        *to = T::of(bias);
    }
    // Units of the members before.
    let mut first = vec![0; depth + 2];
    for (layers, weight) in &branches {
        for (l, layer) in layers.iter().enumerate() {
            let (weights, layer_biases) = layer_ranges(&sizes, l);
            let (outputs, inputs) = (layer.biases.len(), layer.weights.len() / layer.biases.len());
            let scale = if l == depth { T::of(*weight) } else { T::one() };
            for output in 0..outputs {
                let row = first[l + 1] + output;
                let at = weights.start + row * sizes[l] + first[l];
                let from = &layer.weights[output * inputs..][..inputs];
                for (to, &value) in parameters[at..at + inputs].iter_mut().zip(from) {
                    *to += scale * value;
                }
                parameters[layer_biases.start + row] += scale * layer.biases[output];
            }
        }
        for (l, layer) in layers[..depth].iter().enumerate() {
            first[l + 1] += layer.biases.len();
        }
    }
    debug_assert_eq!(last_weights.end, last_biases.start);
    let options = NetworkOptions { hidden, activation: Activation::Relu };
    let network = Network::from_flat(options, sizes, parameters);
    network.with_expansions(expansions).expect("the members' own features and classes")
}

/// The layers of a network with as many hidden layers as asked for.
fn branch<T: Float>(network: &Network<T>, depth: usize) -> Vec<Layer<T>> {
    let mut layers = network.layers();
    debug_assert!(layers.len() == 1 || network.options().activation == Activation::Relu);
    let Some(last) = layers.pop() else { unreachable!("a network has layers") };
    if layers.len() == depth {
        layers.push(last);
        return layers;
    }
    let classes = last.biases.len();
    let negative = |values: &[T]| -> Vec<T> { values.iter().map(|&v| -v).collect() };
    // Logits and their negatives.
    layers.push(Layer {
        weights: [last.weights.clone(), negative(&last.weights)].concat(),
        biases: [last.biases.clone(), negative(&last.biases)].concat(),
    });
    let identity = |size: usize| -> Vec<T> {
        (0..size * size).map(|i| if i % (size + 1) == 0 { T::one() } else { T::zero() }).collect()
    };
    while layers.len() < depth {
        layers.push(Layer { weights: identity(2 * classes), biases: vec![T::zero(); 2 * classes] });
    }
    let difference = (0..classes).flat_map(|class| {
        (0..2 * classes).map(move |i| match i {
            _ if i == class => T::one(),
            _ if i == class + classes => -T::one(),
            _ => T::zero(),
        })
    });
    layers.push(Layer { weights: difference.collect(), biases: vec![T::zero(); classes] });
    layers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Samples;
    use crate::classifier::{Expansion, ExpansionParameters};
    use crate::rng::Stream;

    fn network(hidden: &[usize], seed: u64) -> Network<f64> {
        let sizes = [&[3], hidden, &[4]].concat();
        let mut stream = Stream::new(seed, 0);
        let parameters = (0..parameter_count(&sizes)).map(|_| stream.normal()).collect();
        let options = NetworkOptions { hidden: hidden.to_vec(), activation: Activation::Relu };
        Network::from_flat(options, sizes, parameters)
    }

    /// A radial unit beside a network that has nothing but biases.
    fn radial() -> Network<f64> {
        let layer = Layer { weights: vec![0.0; 12], biases: vec![0.3, 0.2, 0.0, -0.5] };
        let parameters = ExpansionParameters {
            map: vec![0.1, -0.2, 0.3],
            offset: vec![0.5],
            centres: vec![0.2],
            precision: 0.7,
            weights: vec![1.0, -2.0, 0.5, 0.0],
            ..ExpansionParameters::default()
        };
        let network = Network::from_layers(3, &[layer], Activation::Relu).unwrap();
        network.with_expansions(vec![Expansion::new(3, 4, parameters).unwrap()]).unwrap()
    }

    #[test]
    fn logits_are_the_weighted_sums() {
        let members = [network(&[], 1), radial(), network(&[5], 2), network(&[7, 2], 3), network(&[3, 6], 4)];
        let weights = [0.5, 1.5, 2.0, 1.0, 0.25];
        let biases = [0.1, -0.2, 0.3, 0.0];
        let rows: Vec<f64> = (0..30).map(|i| f64::from((i * 7) % 11) - 5.0).collect();
        let x = Samples::from_rows("x", &rows, 3).unwrap();
        for count in 0..=members.len() {
            let list: Vec<_> = members.iter().zip(weights).take(count).collect();
            let joined = join(&list, 3, &biases);
            let (mut got, mut expected) = (vec![0.0; 40], vec![0.0; 40]);
            joined.log_probabilities(x, &mut got).unwrap();
            for (member, weight) in list {
                let mut log_p = vec![0.0; 40];
                member.log_probabilities(x, &mut log_p).unwrap();
                expected.iter_mut().zip(log_p).for_each(|(e, l)| *e += weight * l);
            }
            for (row, got) in expected.chunks_mut(4).zip(got.chunks(4)) {
                row.iter_mut().zip(biases).for_each(|(e, b)| *e += b);
                let sum = row.iter().map(|v| v.exp()).sum::<f64>().ln();
                for (e, g) in row.iter().zip(got) {
                    approx::assert_relative_eq!(e - sum, *g, epsilon = 1e-11);
                }
            }
            assert_eq!(joined.options().hidden.len(), [0, 0, 0, 1, 2, 2][count]);
        }
    }
}
