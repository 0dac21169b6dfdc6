//! The marginal density: evaluation and gradient.

use super::layout::Layout;
use super::prepared::{Chunk, Prepared};
use super::{MarginalOptions, MarginalParameters};
use crate::linalg::adam::Parameters;
use crate::matrix::{check_count, total_weight};
use crate::simd::{Buffer, Level};
use crate::{Error, Float, Result, Samples, parallel};
use alloc::string::ToString;
use alloc::{vec, vec::Vec};

/// Samples that one thread scores at a time.
const CHUNK: usize = 1024;

/// A Gaussian mixture of K modes in d dimensions.
///
/// With means μ\[K,d\], log-diagonal ℓ\[K,d\] (or shared \[1,d\]), strictly lower T\[K,d,d\] (or none) and logits
/// w\[K\]:
///
/// ```text
/// σ_k = tanh(ℓ_k) (bounded) or ℓ_k      A_k = (I + T_k)·diag(exp σ_k)      z_k = A_k (x − μ_k)
/// log p(x) = logsumexp_k( −½|z_k|² + Σ_j σ_kj + log softmax(w)_k ) − (d/2)·log 2π
/// ```
///
/// Log-densities are in nats per unit of the features. Source: Pichler et al., "A Differential Entropy Estimator for
/// Training Neural Networks", ICML 2022.
///
/// ```
/// use lsmi::knife::{Diagonal, Marginal, MarginalOptions, MarginalParameters, Triangle};
/// use lsmi::Samples;
///
/// let options = MarginalOptions {
///     modes: 1,
///     bounded: false,
///     diagonal: Diagonal::PerMode,
///     triangle: Triangle::None,
///     train_means: true,
///     train_weights: true,
/// };
/// let parameters =
///     MarginalParameters { means: vec![0.0], log_diagonal: vec![0.0], triangle: vec![], logits: vec![0.0] };
/// let normal = Marginal::from_parameters(options, 1, &parameters)?;
/// let mut log_density = [0.0f64];
/// normal.log_density(Samples::from_rows("x", &[1.0], 1)?, &mut log_density)?;
/// assert!((log_density[0] - (-0.5 - 0.5 * (2.0 * std::f64::consts::PI).ln())).abs() < 1e-15);
/// # Ok::<(), lsmi::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Marginal<T> {
    options: MarginalOptions,
    parameters: Vec<T>,
    prepared: Prepared<T>,
}

/// Loss and gradients of [`Marginal::gradient`].
#[derive(Debug, Clone, PartialEq)]
pub struct MarginalGradient<T> {
    /// −Σ wᵢ log p(xᵢ) / Σ wᵢ, nats.
    pub loss: f64,
    /// Gradient of the loss for every parameter.
    pub parameters: MarginalParameters<T>,
    /// Gradient of the loss for every feature, n×d in C order.
    pub x: Vec<T>,
}

impl<T: Float> Marginal<T> {
    /// A density of `features` dimensions with the given parameters.
    ///
    /// # Errors
    /// [`Error::Setting`] without modes, [`Error::Empty`] without features, [`Error::Shape`] where an array does
    /// not fit the options, [`Error::NotFinite`] for a parameter that is no finite number.
    pub fn from_parameters(
        options: MarginalOptions,
        features: usize,
        parameters: &MarginalParameters<T>,
    ) -> Result<Self> {
        let layout = Layout::new(&options, features)?;
        for (field, values) in [
            ("means", &parameters.means),
            ("log_diagonal", &parameters.log_diagonal),
            ("triangle", &parameters.triangle),
            ("logits", &parameters.logits),
        ] {
            if let Some(index) = values.iter().position(|v| !v.is_finite()) {
                let (row, column) =
                    if field == "logits" { (index, 0) } else { (index / features, index % features) };
                return Err(Error::NotFinite {
                    field: field.to_string(),
                    row,
                    column,
                    got: values[index].f64(),
                });
            }
        }
        let parameters = layout.pack(parameters)?;
        Ok(Marginal::from_packed(options, layout, parameters))
    }

    pub(super) fn from_packed(options: MarginalOptions, layout: Layout, parameters: Vec<T>) -> Self {
        let mut prepared = Prepared::new(&options, layout, Level::best());
        prepared.update(&parameters);
        Marginal { options, parameters, prepared }
    }

    /// The same density, evaluated by the kernels of `level`.
    #[must_use]
    pub fn with_level(mut self, level: Level) -> Self {
        self.prepared.level = level;
        self.prepared.update(&self.parameters);
        self
    }

    /// The instruction set that evaluates the density.
    pub fn level(&self) -> Level {
        self.prepared.level
    }

    pub(super) fn packed(&self) -> &[T] {
        &self.parameters
    }

    /// The density's form.
    pub fn options(&self) -> &MarginalOptions {
        &self.options
    }

    /// Number of features, d.
    pub fn features(&self) -> usize {
        self.prepared.layout.features
    }

    /// The parameters as dense arrays; T is zero on and above its diagonal.
    pub fn parameters(&self) -> MarginalParameters<T> {
        self.prepared.layout.unpack(&self.parameters, self.options.triangle)
    }

    /// log p of every sample into `out`, nats.
    ///
    /// A sample with NaN has log-density NaN; one with infinities −∞ or NaN.
    ///
    /// # Errors
    /// [`Error::Shape`] if the features differ from the density's or `out` from the samples.
    pub fn log_density(&self, x: Samples<'_, T>, out: &mut [T]) -> Result<()> {
        x.check_features("x", self.features())?;
        check_count("out", "elements", x.samples(), out.len())?;
        let prepared = &self.prepared;
        parallel::for_each_chunk(out, CHUNK, |start, out| {
            let x = x.range(start, out.len());
            prepared.log_density(&self.parameters, &x, out, &mut Buffer::default());
        });
        Ok(())
    }

    /// The weighted mean surprisal −Σ wᵢ log p(xᵢ) / Σ wᵢ and its gradient for every parameter and for x.
    ///
    /// Without weights every sample counts the same.
    ///
    /// # Errors
    /// [`Error::Shape`] if features or weights do not fit, [`Error::Weight`] for a negative or infinite weight,
    /// [`Error::Setting`] if all are 0.
    ///
    /// [`Error::Shape`]: crate::Error::Shape
    /// [`Error::Weight`]: crate::Error::Weight
    /// [`Error::Setting`]: crate::Error::Setting
    pub fn gradient(&self, x: Samples<'_, T>, weights: Option<&[T]>) -> Result<MarginalGradient<T>> {
        x.check_features("x", self.features())?;
        let total = total_weight(weights, x.samples())?;
        let share = |i: usize| T::of(weights.map_or(1.0, |w| w[i].f64()) / total);
        let shares: Vec<T> = (0..x.samples()).map(share).collect();
        Ok(self.weighted_gradient(x, &shares))
    }

    /// The gradient of −Σ gᵢ log p(xᵢ) for every parameter and for x, where the gᵢ may have any sign: what
    /// backpropagation through [`Marginal::log_density`] needs. The loss is that sum, nats.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) if features or `upstream` do not fit.
    pub fn weighted_sum_gradient(&self, x: Samples<'_, T>, upstream: &[T]) -> Result<MarginalGradient<T>> {
        x.check_features("x", self.features())?;
        check_count("upstream", "elements", x.samples(), upstream.len())?;
        Ok(self.weighted_gradient(x, upstream))
    }

    fn weighted_gradient(&self, x: Samples<'_, T>, weights: &[T]) -> MarginalGradient<T> {
        let mut gradient_x = vec![T::zero(); x.samples() * x.features()];
        let (sum, gradient) = self.pairwise(&x, weights, &mut self.prepared.chunk(), &mut gradient_x);
        let parameters = self.prepared.layout.unpack(&gradient, self.options.triangle);
        MarginalGradient { loss: sum, parameters, x: gradient_x }
    }

    /// Σ gᵢ log p(xᵢ) with gᵢ = −wᵢ, and the gradient for the parameters; adds that for x. Sums are added up by
    /// halves, so that rounding grows with the logarithm of the samples.
    fn pairwise(
        &self,
        x: &Samples<'_, T>,
        weights: &[T],
        memory: &mut Chunk<T>,
        gradient_x: &mut [T],
    ) -> (f64, Vec<T>) {
        let prepared = &self.prepared;
        if x.samples() <= prepared.chunk_samples() {
            let mut gradient = vec![T::zero(); prepared.layout.len()];
            let samples = (x.samples(), |i| x.sample(i), |i: usize| -weights[i]);
            let sum = prepared.forward(&self.parameters, samples, memory);
            prepared.add_gradient_x(&self.parameters, memory, gradient_x);
            let [means, triangles] = [&prepared.layout.means, &prepared.layout.triangle]
                .map(|range| &self.parameters[range.clone()]);
            prepared.backward(means, Parameters::Fixed(triangles), memory, (&mut gradient, false));
            return (sum, gradient);
        }
        let half = x.samples() / 2;
        let (first_x, second_x) = gradient_x.split_at_mut(half * x.features());
        let (first, mut gradient) = self.pairwise(&x.range(0, half), &weights[..half], memory, first_x);
        let rest = x.range(half, x.samples() - half);
        let (second, others) = self.pairwise(&rest, &weights[half..], memory, second_x);
        gradient.iter_mut().zip(&others).for_each(|(a, b)| *a += *b);
        (first + second, gradient)
    }
}
