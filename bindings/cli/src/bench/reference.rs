//! The formulas as they stand, in plain f64, a sample at a time: what every case must agree with before it is timed.

use lsmi::Training;

/// A bounded mixture with triangles. Parameters are flat: means and log-diagonal K×d, T K×d×d, logits K.
#[derive(Clone, Copy)]
pub struct Mixture {
    pub d: usize,
    pub modes: usize,
}

/// Of one mode and one sample.
struct Term {
    /// exp(σ)·(x − μ).
    scaled: Vec<f64>,
    /// (I + T)·scaled.
    z: Vec<f64>,
    /// −½|z|² + Σσ + log softmax(w).
    exponent: f64,
}

impl Mixture {
    /// log p(x).
    pub fn log_density(self, parameters: &[f64], x: &[f64]) -> f64 {
        self.normalised(&self.terms(parameters, x))
    }

    /// Mean surprisal of the samples, and its gradient.
    pub fn gradient(self, parameters: &[f64], samples: &[Vec<f64>]) -> (f64, Vec<f64>) {
        let Mixture { d, modes } = self;
        let rows = modes * d;
        let sigma: Vec<f64> = parameters[rows..2 * rows].iter().map(|l| l.tanh()).collect();
        let weights = softmax(&parameters[2 * rows + rows * d..]);
        let mut gradient = vec![0.0; parameters.len()];
        let (means, rest) = gradient.split_at_mut(rows);
        let (log_diagonal, rest) = rest.split_at_mut(rows);
        let (triangle, logits) = rest.split_at_mut(rows * d);
        let share = 1.0 / samples.len() as f64;
        let mut loss = 0.0;
        for x in samples {
            let terms = self.terms(parameters, x);
            let log_density = self.normalised(&terms);
            loss -= share * log_density;
            let total = log_sum_exp(terms.iter().map(|t| t.exponent));
            for (k, Term { scaled, z, exponent }) in terms.iter().enumerate() {
                let r = share * (exponent - total).exp();
                logits[k] += share * weights[k] - r;
                // The gradient for `scaled`, through z.
                let mut back = z.clone();
                for i in 0..d {
                    let t = &parameters[2 * rows + (k * d + i) * d..][..i];
                    let out = &mut triangle[(k * d + i) * d..][..i];
                    for j in 0..i {
                        out[j] += r * z[i] * scaled[j];
                        back[j] += t[j] * z[i];
                    }
                }
                for j in 0..d {
                    let s = sigma[k * d + j];
                    means[k * d + j] -= r * back[j] * s.exp();
                    log_diagonal[k * d + j] += r * (back[j] * scaled[j] - 1.0) * (1.0 - s * s);
                }
            }
        }
        (loss, gradient)
    }

    fn terms(self, parameters: &[f64], x: &[f64]) -> Vec<Term> {
        let Mixture { d, modes } = self;
        let (means, rest) = parameters.split_at(modes * d);
        let (log_diagonal, rest) = rest.split_at(modes * d);
        let (triangle, logits) = rest.split_at(modes * d * d);
        let total = log_sum_exp(logits.iter().copied());
        let term = |k: usize| {
            let sigma: Vec<f64> = log_diagonal[k * d..][..d].iter().map(|l| l.tanh()).collect();
            let scaled: Vec<f64> = (0..d).map(|j| sigma[j].exp() * (x[j] - means[k * d + j])).collect();
            let row = |i: usize| &triangle[(k * d + i) * d..][..i];
            let z: Vec<f64> = (0..d).map(|i| scaled[i] + dot(row(i), &scaled)).collect();
            let exponent = -0.5 * dot(&z, &z) + sigma.iter().sum::<f64>() + logits[k] - total;
            Term { scaled, z, exponent }
        };
        (0..modes).map(term).collect()
    }

    fn normalised(self, terms: &[Term]) -> f64 {
        log_sum_exp(terms.iter().map(|t| t.exponent))
            - 0.5 * self.d as f64 * (2.0 * std::f64::consts::PI).ln()
    }
}

/// A network with ReLU between its layers. Parameters are flat: weights (outputs × inputs) and biases of each layer.
pub struct Perceptron {
    pub sizes: Vec<usize>,
}

impl Perceptron {
    /// Mean cross-entropy of the samples, and its gradient.
    pub fn gradient(&self, parameters: &[f64], samples: &[Vec<f64>], y: &[i64]) -> (f64, Vec<f64>) {
        let shapes: Vec<(usize, usize)> = self.sizes.windows(2).map(|w| (w[0], w[1])).collect();
        let mut gradient = vec![0.0; parameters.len()];
        let share = 1.0 / samples.len() as f64;
        let mut loss = 0.0;
        for (x, &class) in samples.iter().zip(y) {
            let mut values = vec![x.clone()];
            let mut start = 0;
            for (l, &(inputs, outputs)) in shapes.iter().enumerate() {
                let (weights, biases) = parameters[start..].split_at(inputs * outputs);
                let affine = |o: usize| biases[o] + dot(&weights[o * inputs..][..inputs], &values[l]);
                let hidden = l + 1 < shapes.len();
                let next = (0..outputs).map(|o| if hidden { affine(o).max(0.0) } else { affine(o) });
                values.push(next.collect());
                start += (inputs + 1) * outputs;
            }
            let logits = &values[shapes.len()];
            let class = class as usize;
            loss += share * (log_sum_exp(logits.iter().copied()) - logits[class]);
            let mut back = softmax(logits);
            back[class] -= 1.0;
            back.iter_mut().for_each(|g| *g *= share);
            for (l, &(inputs, outputs)) in shapes.iter().enumerate().rev() {
                start -= (inputs + 1) * outputs;
                let mut below = vec![0.0; inputs];
                for o in 0..outputs {
                    for i in 0..inputs {
                        gradient[start + o * inputs + i] += back[o] * values[l][i];
                        below[i] += back[o] * parameters[start + o * inputs + i];
                    }
                    gradient[start + inputs * outputs + o] += back[o];
                }
                below.iter_mut().zip(&values[l]).filter(|(_, v)| **v <= 0.0).for_each(|(g, _)| *g = 0.0);
                back = below;
            }
        }
        (loss, gradient)
    }
}

/// Adam from `start` on, a step per epoch: the loss before every step, and the parameters after the last.
pub fn train(
    start: &[f64],
    training: &Training,
    gradient: impl Fn(&[f64]) -> (f64, Vec<f64>),
) -> (Vec<f64>, Vec<f64>) {
    let mut parameters = start.to_vec();
    let mut moments = vec![(0.0, 0.0); start.len()];
    let mut losses = Vec::new();
    for step in 1..=training.epochs as i32 {
        let (loss, gradient) = gradient(&parameters);
        losses.push(loss);
        for ((value, (first, second)), g) in parameters.iter_mut().zip(&mut moments).zip(gradient) {
            *first = 0.9 * *first + 0.1 * g;
            *second = 0.999 * *second + 0.001 * g * g;
            let (first, second) = (*first / (1.0 - 0.9f64.powi(step)), *second / (1.0 - 0.999f64.powi(step)));
            *value -= training.learning_rate * first / (second.sqrt() + 1e-8);
        }
    }
    (losses, parameters)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let maximum = values.clone().fold(f64::NEG_INFINITY, f64::max);
    maximum + values.map(|v| (v - maximum).exp()).sum::<f64>().ln()
}

fn softmax(values: &[f64]) -> Vec<f64> {
    let total = log_sum_exp(values.iter().copied());
    values.iter().map(|v| (v - total).exp()).collect()
}
