//! A Gaussian mixture that has other parameters for every sample: a number per row, a sample per column (see
//! [`dense`](crate::linalg::dense)), as networks put them out.

use super::LogSum;
use crate::Float;
use crate::linalg::dense::{MOST_LANES, block_length, pitch};
use crate::simd::functions::{exp, exp_negative, tanh};
use crate::simd::{Buffer, Constants, Kernel, Level, Vector};
use core::f64::consts::TAU;

/// The numbers of the mixtures of a block of samples.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    pub(crate) samples: usize,
    pub(crate) features: usize,
    pub(crate) modes: usize,
    /// σ = tanh ℓ rather than σ = ℓ.
    pub(crate) bounded: bool,
    /// Whether there is a triangular part.
    pub(crate) triangular: bool,
}

impl Form {
    /// Elements below the diagonal of a triangle, row by row.
    pub(crate) fn triangle(&self) -> usize {
        if self.triangular { self.features * (self.features - 1) / 2 } else { 0 }
    }
}

/// Blocks of parameters, or of the gradient for them: μ (K·d rows), ℓ (K·d), T below its diagonals (see
/// [`Form::triangle`], K times), w (K).
pub(crate) struct Blocks<S> {
    pub(crate) means: S,
    pub(crate) log_diagonal: S,
    pub(crate) triangle: S,
    pub(crate) logits: S,
}

/// What is wanted besides log-densities: the gradient of −Σ gᵢ log p(xᵢ).
pub(crate) struct Gradients<'a, T> {
    /// gᵢ of every column, 0 for those beyond the samples.
    pub(crate) weights: &'a [T],
    pub(crate) parameters: Blocks<&'a mut [T]>,
    /// For x, d rows.
    pub(crate) x: &'a mut [T],
}

/// log p of every sample of the block `x` (d rows) into `out`, a number per column, those beyond the samples too.
///
/// # Panics
/// If a slice is too short.
pub(crate) fn log_density<T: Float>(
    level: Level,
    form: Form,
    (parameters, x): (Blocks<&[T]>, &[T]),
    out: &mut [T],
    gradients: Option<Gradients<'_, T>>,
    memory: &mut Buffer<T>,
) {
    let Form { samples, features, modes, .. } = form;
    let length = |rows: usize| block_length::<T>(rows, samples);
    let rows = [modes * features, modes * features, modes * form.triangle(), modes];
    let Blocks { means, log_diagonal, triangle, logits } = &parameters;
    for (block, rows) in [means, log_diagonal, triangle, logits].into_iter().zip(rows) {
        assert!(rows == 0 || block.len() >= length(rows));
    }
    let columns = samples.next_multiple_of(MOST_LANES);
    assert!(features > 0 && modes > 0 && x.len() >= length(features) && out.len() >= columns);
    if let Some(Gradients { weights, parameters, x }) = &gradients {
        let Blocks { means, log_diagonal, triangle, logits } = parameters;
        for (block, rows) in [means, log_diagonal, triangle, logits].into_iter().zip(rows) {
            assert!(rows == 0 || block.len() >= length(rows));
        }
        assert!(weights.len() >= columns && x.len() >= length(features));
    }
    // σ, exp σ, v and z of every mode and feature, and the modes' exponents, for one vector of samples.
    memory.reserve((4 * modes * features + modes + features) * MOST_LANES);
    T::samplewise(level, Samplewise { form, parameters, x, out, gradients, memory });
}

pub struct Samplewise<'a, T> {
    form: Form,
    parameters: Blocks<&'a [T]>,
    x: &'a [T],
    out: &'a mut [T],
    gradients: Option<Gradients<'a, T>>,
    memory: &'a mut Buffer<T>,
}

impl<T: Float> Kernel<T> for Samplewise<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let Samplewise { form, parameters, x, out, mut gradients, memory } = self;
        let memory = memory.slice_mut().as_mut_ptr();
        let size = form.modes * form.features * V::LANES;
        for column in (0..form.samples).step_by(V::LANES) {
            // SAFETY: the caller says that the processor has the instruction set; `log_density` checked the lengths,
            // and columns are whole vectors.
            unsafe {
                let parts = Parts::<V> {
                    form,
                    pitch: pitch::<T>(form.samples),
                    column,
                    sigma: memory,
                    scales: memory.add(size),
                    v: memory.add(2 * size),
                    z: memory.add(3 * size),
                    exponents: memory.add(4 * size),
                    along_v: memory.add(4 * size + form.modes * V::LANES),
                };
                let totals = parts.forward(&parameters, x);
                let constant = V::splat(T::of(0.5 * form.features as f64 * libm::log(TAU)));
                totals[0].sub(totals[1]).sub(constant).store(out.as_mut_ptr().add(column));
                if let Some(gradients) = &mut gradients {
                    parts.backward(&parameters, totals, gradients);
                }
            }
        }
    }
}

/// One vector of samples.
struct Parts<V: Vector> {
    form: Form,
    pitch: usize,
    column: usize,
    /// σ, exp σ, v = exp σ ⊙ (x − μ) and z = (I + T) v, K·d vectors each.
    sigma: *mut V::Element,
    scales: *mut V::Element,
    v: *mut V::Element,
    z: *mut V::Element,
    /// Σ σ − ½|z|² + w, K vectors.
    exponents: *mut V::Element,
    /// The gradient for v of a mode, d vectors.
    along_v: *mut V::Element,
}

impl<V: Vector<Element: Float>> Parts<V> {
    /// The place of this vector in row `row` of a block.
    #[inline(always)]
    fn at(&self, row: usize) -> usize {
        row * self.pitch + self.column
    }

    /// log Σ exp of the exponents and of w; leaves the parts of every mode.
    ///
    /// # Safety
    /// The processor has the instruction set of V; the lengths were checked.
    #[inline(always)]
    unsafe fn forward(&self, parameters: &Blocks<&[V::Element]>, x: &[V::Element]) -> [V; 2] {
        let Form { features, modes, bounded, triangular, .. } = self.form;
        // SAFETY: as this function's.
        unsafe {
            let zero = V::splat(V::Element::default());
            let half = V::splat(V::Element::HALF);
            let mut element = 0;
            for mode in 0..modes {
                let (mut sum, mut norm) = (zero, zero);
                for i in 0..features {
                    let row = mode * features + i;
                    let place = row * V::LANES;
                    let l = V::load(parameters.log_diagonal.as_ptr().add(self.at(row)));
                    let sigma = if bounded { tanh(l) } else { l };
                    let scale = exp(sigma);
                    let mean = V::load(parameters.means.as_ptr().add(self.at(row)));
                    let v = V::load(x.as_ptr().add(self.at(i))).sub(mean).mul(scale);
                    let mut z = v;
                    if triangular {
                        for j in 0..i {
                            let t = V::load(parameters.triangle.as_ptr().add(self.at(element)));
                            element += 1;
                            z = t.mul_add(V::load(self.v.add((mode * features + j) * V::LANES)), z);
                        }
                    }
                    sigma.store(self.sigma.add(place));
                    scale.store(self.scales.add(place));
                    v.store(self.v.add(place));
                    z.store(self.z.add(place));
                    sum = sum.add(sigma);
                    norm = z.mul_add(z, norm);
                }
                let logit = V::load(parameters.logits.as_ptr().add(self.at(mode)));
                half.neg_mul_add(norm, sum).add(logit).store(self.exponents.add(mode * V::LANES));
            }
            let logits = parameters.logits.as_ptr().add(self.column);
            let weights = LogSum::<V, 1>::of(logits, self.pitch, modes).value(0);
            [LogSum::<V, 1>::of(self.exponents, V::LANES, modes).value(0), weights]
        }
    }

    /// The gradient, after [`Parts::forward`].
    ///
    /// # Safety
    /// As that.
    #[inline(always)]
    unsafe fn backward(
        &self,
        parameters: &Blocks<&[V::Element]>,
        [total, log_weights]: [V; 2],
        gradients: &mut Gradients<'_, V::Element>,
    ) {
        let Form { features, modes, bounded, triangular, .. } = self.form;
        let Gradients { weights, parameters: out, x: out_x } = gradients;
        // SAFETY: as this function's.
        unsafe {
            let zero = V::splat(V::Element::default());
            let one = V::splat(V::Element::ONE);
            let weight = V::load(weights.as_ptr().add(self.column));
            for i in 0..features {
                zero.store(out_x.as_mut_ptr().add(self.at(i)));
            }
            for mode in 0..modes {
                let share = exp_negative(V::load(self.exponents.add(mode * V::LANES)).sub(total));
                let logit = V::load(parameters.logits.as_ptr().add(self.at(mode)));
                let prior = exp_negative(logit.sub(log_weights));
                prior.sub(share).mul(weight).store(out.logits.as_mut_ptr().add(self.at(mode)));
                // −gᵢ times the share of this mode, which is what a unit of its exponent counts for.
                let share = zero.sub(share.mul(weight));
                for j in 0..features {
                    let z = V::load(self.z.add((mode * features + j) * V::LANES));
                    zero.sub(share.mul(z)).store(self.along_v.add(j * V::LANES));
                }
                if triangular {
                    let first = mode * self.form.triangle();
                    // From the last row up, since the rows before it feel it.
                    for i in (0..features).rev() {
                        let z = V::load(self.z.add((mode * features + i) * V::LANES));
                        let along_z = zero.sub(share.mul(z));
                        let row = first + i * i.saturating_sub(1) / 2;
                        for j in 0..i {
                            let place = self.at(row + j);
                            let t = V::load(parameters.triangle.as_ptr().add(place));
                            let v = V::load(self.v.add((mode * features + j) * V::LANES));
                            along_z.mul(v).store(out.triangle.as_mut_ptr().add(place));
                            let along_v = self.along_v.add(j * V::LANES);
                            t.mul_add(along_z, V::load(along_v)).store(along_v);
                        }
                    }
                }
                for j in 0..features {
                    let row = mode * features + j;
                    let along_v = V::load(self.along_v.add(j * V::LANES));
                    let v = V::load(self.v.add(row * V::LANES));
                    let along_x = along_v.mul(V::load(self.scales.add(row * V::LANES)));
                    zero.sub(along_x).store(out.means.as_mut_ptr().add(self.at(row)));
                    let to_x = out_x.as_mut_ptr().add(self.at(j));
                    V::load(to_x).add(along_x).store(to_x);
                    let mut along_sigma = along_v.mul_add(v, share);
                    if bounded {
                        let sigma = V::load(self.sigma.add(row * V::LANES));
                        along_sigma = along_sigma.mul(sigma.neg_mul_add(sigma, one));
                    }
                    along_sigma.store(out.log_diagonal.as_mut_ptr().add(self.at(row)));
                }
            }
        }
    }
}
