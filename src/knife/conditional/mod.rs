//! The conditional density: the mixture of KNIFE whose parameters are nets of a condition.

mod fit;
mod net;
mod parameters;
mod passes;
#[cfg(test)]
mod tests;

pub use fit::{ConditionalFit, fit_conditional};
pub use parameters::{ConditionalOptions, ConditionalParameters, HiddenLayer, NetOptions, NetParameters};

use crate::linalg::dense;
use crate::matrix::{check_count, total_weight};
use crate::simd::Level;
use crate::{Float, Result, Samples, parallel};
use alloc::{vec, vec::Vec};
use parameters::{Nets, pack, unpack};
use passes::{BLOCK, Form, Memory};

/// Samples that one thread scores with the same memory.
const CHUNK: usize = 4 * BLOCK;

/// The density p(x|c): a Gaussian mixture each of whose parameters is a feed-forward net of c.
///
/// ```text
/// μ, ℓ, T, w = nets of c      log p(x|c) as that of the marginal density with these parameters
/// ```
///
/// x has d features, c has d_c, and there are K modes. The net for T has an output for each element below a diagonal only.
/// Log-densities are in nats per unit of the features of x. Source: Pichler et al., "A Differential Entropy Estimator for
/// Training Neural Networks", ICML 2022.
///
/// ```
/// use lsmi::classifier::{Activation, Layer};
/// use lsmi::knife::{Conditional, ConditionalOptions, ConditionalParameters, NetOptions, NetParameters, Triangle};
/// use lsmi::Samples;
///
/// // One feature given one number: a normal law with mean c and deviation 1.
/// let nets = NetOptions { hidden: vec![], activation: Activation::Relu, layer_norm: false, residual: false };
/// let options = ConditionalOptions { modes: 1, bounded: false, triangle: Triangle::None, nets };
/// let affine = |weight: f64| NetParameters {
///     hidden: vec![],
///     output: Layer { weights: vec![weight], biases: vec![0.0] },
/// };
/// let parameters = ConditionalParameters {
///     means: affine(1.0),
///     log_diagonal: affine(0.0),
///     triangle: None,
///     logits: affine(0.0),
/// };
/// let normal = Conditional::from_parameters(options, (1, 1), &parameters)?;
/// let (c, x) = (Samples::from_rows("c", &[2.0], 1)?, Samples::from_rows("x", &[3.0], 1)?);
/// let mut log_density = [0.0];
/// normal.log_density(c, x, &mut log_density)?;
/// assert!((log_density[0] - (-0.5 - 0.5 * (2.0 * std::f64::consts::PI).ln())).abs() < 1e-15);
/// # Ok::<(), lsmi::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Conditional<T> {
    options: ConditionalOptions,
    nets: Nets,
    parameters: Vec<T>,
    level: Level,
}

/// Densities are equal if their forms and parameters are; the level does not count.
impl<T: PartialEq> PartialEq for Conditional<T> {
    fn eq(&self, other: &Self) -> bool {
        (&self.options, &self.nets, &self.parameters) == (&other.options, &other.nets, &other.parameters)
    }
}

/// Loss and gradients of [`Conditional::gradient`].
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionalGradient<T> {
    /// −Σ wᵢ log p(xᵢ|cᵢ) / Σ wᵢ, nats.
    pub loss: f64,
    /// Gradient of the loss for every parameter.
    pub parameters: ConditionalParameters<T>,
    /// Gradient of the loss for every number of the conditions, n×d_c in C order.
    pub c: Vec<T>,
    /// Gradient of the loss for every feature, n×d in C order.
    pub x: Vec<T>,
}

impl<T: Float> Conditional<T> {
    /// A density of `features` dimensions given `conditions` numbers, with the given parameters; the two counts come as
    /// `(conditions, features)`.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) without modes and for nets that cannot be, [`Error::Empty`](crate::Error::Empty) without features or conditions,
    /// [`Error::Shape`](crate::Error::Shape) where an array does not fit the options, [`Error::NotFinite`](crate::Error::NotFinite) for a parameter that is no finite
    /// number.
    pub fn from_parameters(
        options: ConditionalOptions,
        (conditions, features): (usize, usize),
        parameters: &ConditionalParameters<T>,
    ) -> Result<Self> {
        let nets = Nets::new(&options, (conditions, features))?;
        let packed = pack(&nets, &options, parameters)?;
        Ok(Conditional::from_packed(options, nets, packed))
    }

    fn from_packed(options: ConditionalOptions, nets: Nets, parameters: Vec<T>) -> Self {
        Conditional { options, nets, parameters, level: Level::best() }
    }

    /// The same density, evaluated by the kernels of `level`.
    #[must_use]
    pub fn with_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// The instruction set that evaluates the density.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The density's form.
    pub fn options(&self) -> &ConditionalOptions {
        &self.options
    }

    /// Number of features, d.
    pub fn features(&self) -> usize {
        self.nets.features
    }

    /// Numbers of a condition, d_c.
    pub fn conditions(&self) -> usize {
        self.nets.nets[0].inputs()
    }

    /// The parameters; those of outputs on or above a diagonal of T are 0.
    pub fn parameters(&self) -> ConditionalParameters<T> {
        unpack(&self.nets, &self.options, &self.parameters)
    }

    fn form(&self) -> Form<'_> {
        Form { nets: &self.nets, options: &self.options, level: self.level }
    }

    fn check(&self, c: &Samples<'_, T>, x: &Samples<'_, T>) -> Result<()> {
        c.check_features("c", self.conditions())?;
        x.check_features("x", self.features())?;
        c.check_samples("c", x.samples())
    }

    /// log p(x|c) of every sample into `out`, nats.
    ///
    /// A sample with NaN has log-density NaN; one with infinities −∞ or NaN.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) if features or conditions differ from the density's, or `out` or `c` from the samples.
    pub fn log_density(&self, c: Samples<'_, T>, x: Samples<'_, T>, out: &mut [T]) -> Result<()> {
        self.check(&c, &x)?;
        check_count("out", "elements", x.samples(), out.len())?;
        parallel::for_each_chunk(out, CHUNK, |start, out| {
            let mut memory = Memory::default();
            for (block, out) in out.chunks_mut(BLOCK).enumerate() {
                let first = start + block * BLOCK;
                memory.gather(self.form(), [&c, &x], out.len(), |i| first + i);
                memory.log_density(self.form(), &self.parameters);
                out.copy_from_slice(&memory.log_density.slice()[..out.len()]);
            }
        });
        Ok(())
    }

    /// The weighted mean surprisal −Σ wᵢ log p(xᵢ|cᵢ) / Σ wᵢ and its gradient for every parameter, for c and for x.
    ///
    /// Without weights every sample counts the same.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) if features, conditions or weights do not fit, [`Error::Weight`](crate::Error::Weight) for a negative or infinite
    /// weight, [`Error::Setting`](crate::Error::Setting) if all are 0.
    pub fn gradient(
        &self,
        c: Samples<'_, T>,
        x: Samples<'_, T>,
        weights: Option<&[T]>,
    ) -> Result<ConditionalGradient<T>> {
        self.check(&c, &x)?;
        let total = total_weight(weights, x.samples())?;
        let share = |i: usize| T::of(weights.map_or(1.0, |w| w[i].f64()) / total);
        let shares: Vec<T> = (0..x.samples()).map(share).collect();
        Ok(self.weighted_gradient(c, x, &shares))
    }

    /// The gradient of −Σ gᵢ log p(xᵢ|cᵢ) for every parameter, for c and for x, where the gᵢ may have any sign: what
    /// backpropagation through [`Conditional::log_density`] needs. The loss is that sum, nats.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) if features, conditions or `upstream` do not fit.
    pub fn weighted_sum_gradient(
        &self,
        c: Samples<'_, T>,
        x: Samples<'_, T>,
        upstream: &[T],
    ) -> Result<ConditionalGradient<T>> {
        self.check(&c, &x)?;
        check_count("upstream", "elements", x.samples(), upstream.len())?;
        Ok(self.weighted_gradient(c, x, upstream))
    }

    fn weighted_gradient(
        &self,
        c: Samples<'_, T>,
        x: Samples<'_, T>,
        weights: &[T],
    ) -> ConditionalGradient<T> {
        let (n, form) = (x.samples(), self.form());
        let mut gradient = vec![T::zero(); self.parameters.len()];
        let mut of_c = vec![T::zero(); n * self.conditions()];
        let mut of_x = vec![T::zero(); n * self.features()];
        let (mut memory, mut loss) = (Memory::default(), 0.0);
        for first in (0..n).step_by(BLOCK) {
            let count = BLOCK.min(n - first);
            memory.gather(form, [&c, &x], count, |i| first + i);
            loss += memory.gradient(form, &self.parameters, |i| weights[first + i]);
            memory.backward(form, &self.parameters, (&mut gradient, true), true);
            let parts = [(&mut of_c, self.conditions()), (&mut of_x, self.features())];
            for ((out, width), block) in parts.into_iter().zip([&memory.to_condition, &memory.to_x]) {
                let out = &mut out[first * width..][..count * width];
                dense::transpose(self.level, (width, count), block.slice(), (out, width));
            }
        }
        let parameters = unpack(&self.nets, &self.options, &gradient);
        ConditionalGradient { loss, parameters, c: of_c, x: of_x }
    }
}
