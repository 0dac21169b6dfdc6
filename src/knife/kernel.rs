//! The density's kernels, a tile of samples at a time.

use super::layout::Layout;
use super::{MarginalOptions, Triangle};
use crate::linalg::lower;
use crate::simd::{LANES, fold, log_sum_exp, softmax_into};
use crate::{Float, Samples};
use alloc::{vec, vec::Vec};

/// What evaluation needs of the parameters, computed once for many samples.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Prepared<T> {
    pub(crate) layout: Layout,
    bounded: bool,
    full: bool,
    means: Vec<T>,
    /// exp σ, K×d.
    scales: Vec<T>,
    /// A_k = (I + T_k) diag(exp σ_k), packed by rows; empty without triangular part.
    triangles: Vec<T>,
    /// Σ_j σ_kj + log softmax(w)_k − (d/2) log 2π.
    offsets: Vec<T>,
    /// softmax(w).
    weights: Vec<T>,
}

/// Memory for one tile of [`LANES`] samples, in one piece: scoring a single sample should not ask for many.
pub(crate) struct Tile<T> {
    memory: Vec<T>,
    features: usize,
    modes: usize,
    /// Modes whose numbers are kept: all for a gradient, else one at a time.
    kept: usize,
}

/// The parts of a tile's memory.
struct Parts<'a, T> {
    /// x − μ_k of each kept mode, ×d×LANES.
    centred: &'a mut [T],
    /// z_k = A_k (x − μ_k) likewise, then the gradient for it.
    whitened: &'a mut [T],
    /// Exponents of each mode, K×LANES.
    exponents: &'a mut [T],
    /// d×LANES, or K if that is more.
    scratch: &'a mut [T],
}

impl<T: Float> Tile<T> {
    fn new(features: usize, modes: usize, kept: usize) -> Self {
        let size = 2 * kept * features * LANES + modes * LANES + (features * LANES).max(modes);
        Tile { memory: vec![T::zero(); size], features, modes, kept }
    }

    fn parts(&mut self) -> Parts<'_, T> {
        let vectors = self.kept * self.features * LANES;
        let (centred, rest) = self.memory.split_at_mut(vectors);
        let (whitened, rest) = rest.split_at_mut(vectors);
        let (exponents, scratch) = rest.split_at_mut(self.modes * LANES);
        Parts { centred, whitened, exponents, scratch }
    }
}

/// Sums over samples from which the gradient of the parameters follows.
pub(crate) struct Sums<T> {
    /// Gradient for A_k (packed by rows), or for exp σ_k without triangular part.
    matrices: Vec<T>,
    /// Σ of the gradients for z_k, K×d.
    whitened: Vec<f64>,
    /// Σ gᵢ r_ik, K.
    masses: Vec<f64>,
    /// Σ gᵢ.
    total: f64,
}

impl<T: Float> Prepared<T> {
    pub(crate) fn new(options: &MarginalOptions, layout: Layout) -> Self {
        let (d, modes) = (layout.features, layout.modes);
        let full = options.triangle == Triangle::Full;
        Prepared {
            bounded: options.bounded,
            full,
            means: vec![T::zero(); modes * d],
            scales: vec![T::zero(); modes * d],
            triangles: vec![T::zero(); if full { modes * lower::packed(d) } else { 0 }],
            offsets: vec![T::zero(); modes],
            weights: vec![T::zero(); modes],
            layout,
        }
    }

    /// Takes over new parameters.
    pub(crate) fn update(&mut self, parameters: &[T]) {
        let layout = &self.layout;
        let d = layout.features;
        self.means.copy_from_slice(&parameters[layout.means.clone()]);
        let logits = &parameters[layout.logits.clone()];
        let total = softmax_into(logits, &mut self.weights);
        let normaliser = T::of(0.5 * d as f64 * libm::log(2.0 * core::f64::consts::PI));
        for mode in 0..layout.modes {
            let scales = &mut self.scales[mode * d..][..d];
            let mut sigma_sum = T::zero();
            for (scale, &l) in scales.iter_mut().zip(&parameters[layout.log_diagonal_of(mode)]) {
                let sigma = if self.bounded { l.tanh() } else { l };
                sigma_sum += sigma;
                *scale = sigma.exp();
            }
            self.offsets[mode] = sigma_sum + (logits[mode] - total) - normaliser;
            if self.full {
                let matrix = &mut self.triangles[mode * lower::packed(d)..][..lower::packed(d)];
                for i in 0..d {
                    let row = &mut matrix[lower::packed(i)..][..i + 1];
                    let below = &parameters[layout.triangle_row(mode, i)];
                    for ((out, &t), &scale) in row.iter_mut().zip(below).zip(&*scales) {
                        *out = t * scale;
                    }
                    row[i] = scales[i];
                }
            }
        }
    }

    /// Memory to evaluate the density.
    pub(crate) fn tile(&self) -> Tile<T> {
        Tile::new(self.layout.features, self.layout.modes, 1)
    }

    /// Memory to evaluate the density and its gradient.
    pub(crate) fn gradient_tile(&self) -> Tile<T> {
        Tile::new(self.layout.features, self.layout.modes, self.layout.modes)
    }

    pub(crate) fn sums(&self) -> Sums<T> {
        let (d, modes) = (self.layout.features, self.layout.modes);
        let matrices = if self.full { self.triangles.len() } else { modes * d };
        Sums {
            matrices: vec![T::zero(); matrices],
            whitened: vec![0.0; modes * d],
            masses: vec![0.0; modes],
            total: 0.0,
        }
    }

    /// log p of up to [`LANES`] samples of `x` from `start` on; lanes without sample hold the density at a mean.
    pub(crate) fn log_density(&self, x: &Samples<'_, T>, start: usize, tile: &mut Tile<T>) -> [T; LANES] {
        let (d, modes) = (self.layout.features, self.layout.modes);
        let count = LANES.min(x.samples() - start);
        let kept = tile.kept;
        let Parts { centred, whitened, exponents, scratch } = tile.parts();
        for mode in 0..modes {
            let slot = (mode % kept) * d * LANES;
            let centred = &mut centred[slot..][..d * LANES];
            let whitened = &mut whitened[slot..][..d * LANES];
            let mean = &self.means[mode * d..][..d];
            if count < LANES {
                centred.fill(T::zero());
            }
            for lane in 0..count {
                let sample = x.sample(start + lane);
                for ((out, &x), &mean) in centred.chunks_exact_mut(LANES).zip(sample).zip(mean) {
                    out[lane] = x - mean;
                }
            }
            let norm = if self.full {
                lower::product(d, self.triangle(mode), centred, whitened)
            } else {
                let mut norm = [T::zero(); LANES];
                let rows = whitened.chunks_exact_mut(LANES).zip(centred.chunks_exact(LANES));
                for ((z, v), &scale) in rows.zip(&self.scales[mode * d..][..d]) {
                    for lane in 0..LANES {
                        z[lane] = scale * v[lane];
                        norm[lane] += z[lane] * z[lane];
                    }
                }
                norm
            };
            for (lane, &norm) in norm.iter().enumerate() {
                exponents[mode * LANES + lane] = self.offsets[mode] - T::of(0.5) * norm;
            }
        }
        let mut out = [T::zero(); LANES];
        for (lane, out) in out.iter_mut().enumerate().take(count) {
            for mode in 0..modes {
                scratch[mode] = exponents[mode * LANES + lane];
            }
            *out = log_sum_exp(&scratch[..modes]);
        }
        out
    }

    /// Adds the gradient of Σ gᵢ log p(xᵢ) for the [gradient tile](Self::gradient_tile) that
    /// [`Prepared::log_density`] has just evaluated: to `sums`, and to `gradient_x`, whose rows are those of `x`.
    pub(crate) fn add_gradient(
        &self,
        log_density: &[T; LANES],
        upstream: &[T; LANES],
        count: usize,
        tile: &mut Tile<T>,
        sums: &mut Sums<T>,
        mut gradient_x: Option<&mut [T]>,
    ) {
        let (d, modes) = (self.layout.features, self.layout.modes);
        for &g in &upstream[..count] {
            sums.total += g.f64();
        }
        let Parts { centred, whitened, exponents, scratch } = tile.parts();
        let mut back = gradient_x.as_ref().map(|_| vec![T::zero(); d * LANES]);
        for mode in 0..modes {
            let centred = &centred[mode * d * LANES..][..d * LANES];
            let whitened = &mut whitened[mode * d * LANES..][..d * LANES];
            // gᵢ r_ik; a sample beyond the range of the numbers (log p = −∞) has no gradient.
            let mut share = [T::zero(); LANES];
            for lane in 0..count {
                if log_density[lane] != T::of(f64::NEG_INFINITY) {
                    let exponent = exponents[mode * LANES + lane] - log_density[lane];
                    share[lane] = upstream[lane] * exponent.exp().flushed();
                }
            }
            sums.masses[mode] += fold(share).f64();
            for (z, sum) in whitened.chunks_exact_mut(LANES).zip(&mut sums.whitened[mode * d..]) {
                let lanes = core::array::from_fn(|lane| -share[lane] * z[lane]);
                z.copy_from_slice(&lanes);
                *sum += fold(lanes).f64();
            }
            if self.full {
                let matrix = &mut sums.matrices[mode * lower::packed(d)..][..lower::packed(d)];
                lower::add_outer(d, whitened, centred, scratch, matrix);
                if let Some(back) = &mut back {
                    lower::add_transposed_product(d, self.triangle(mode), whitened, back);
                }
            } else {
                for j in 0..d {
                    let (z, v) = (&whitened[j * LANES..][..LANES], &centred[j * LANES..][..LANES]);
                    sums.matrices[mode * d + j] += fold(core::array::from_fn(|lane| z[lane] * v[lane]));
                    if let Some(back) = &mut back {
                        for lane in 0..LANES {
                            back[j * LANES + lane] += self.scales[mode * d + j] * z[lane];
                        }
                    }
                }
            }
        }
        if let (Some(rows), Some(back)) = (&mut gradient_x, back) {
            for (lane, row) in rows.chunks_exact_mut(d).enumerate().take(count) {
                for (j, out) in row.iter_mut().enumerate() {
                    *out += back[j * LANES + lane];
                }
            }
        }
    }

    /// Adds to `gradient` (packed) what the sums say about the parameters.
    pub(crate) fn finish(&self, sums: &Sums<T>, parameters: &[T], gradient: &mut [T]) {
        let layout = &self.layout;
        let d = layout.features;
        for mode in 0..layout.modes {
            let scales = &self.scales[mode * d..][..d];
            let whitened: Vec<T> = sums.whitened[mode * d..][..d].iter().map(|v| T::of(*v)).collect();
            let means = &mut gradient[layout.means.start + mode * d..][..d];
            // The gradient for σ: through A (or exp σ), and through Σσ.
            let mut sigma = vec![T::of(sums.masses[mode]); d];
            if self.full {
                lower::subtract_transposed_vector(d, self.triangle(mode), &whitened, means);
                let matrix = &sums.matrices[mode * lower::packed(d)..][..lower::packed(d)];
                for i in 0..d {
                    let (row, a) = (
                        &matrix[lower::packed(i)..][..i + 1],
                        &self.triangle(mode)[lower::packed(i)..][..i + 1],
                    );
                    for j in 0..=i {
                        sigma[j] += row[j] * a[j];
                    }
                    let below = &mut gradient[layout.triangle_row(mode, i)];
                    for ((out, &sum), &scale) in below.iter_mut().zip(row).zip(scales) {
                        *out += sum * scale;
                    }
                }
            } else {
                for j in 0..d {
                    means[j] -= scales[j] * whitened[j];
                    sigma[j] += sums.matrices[mode * d + j] * scales[j];
                }
            }
            let range = layout.log_diagonal_of(mode);
            for ((out, &l), &sigma) in gradient[range.clone()].iter_mut().zip(&parameters[range]).zip(&sigma)
            {
                let t = l.tanh();
                *out += if self.bounded { sigma * (T::one() - t * t) } else { sigma };
            }
            let expected = self.weights[mode].f64() * sums.total;
            gradient[layout.logits.start + mode] += T::of(sums.masses[mode] - expected);
        }
    }

    fn triangle(&self, mode: usize) -> &[T] {
        let size = lower::packed(self.layout.features);
        &self.triangles[mode * size..][..size]
    }
}

impl<T: Float> Sums<T> {
    pub(crate) fn clear(&mut self) {
        self.matrices.fill(T::zero());
        self.whitened.fill(0.0);
        self.masses.fill(0.0);
        self.total = 0.0;
    }

    /// Adds the sums over other samples.
    pub(crate) fn add(&mut self, other: &Self) {
        self.matrices.iter_mut().zip(&other.matrices).for_each(|(a, b)| *a += *b);
        self.whitened.iter_mut().zip(&other.whitened).for_each(|(a, b)| *a += b);
        self.masses.iter_mut().zip(&other.masses).for_each(|(a, b)| *a += b);
        self.total += other.total;
    }
}
