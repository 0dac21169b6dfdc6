//! Gradients of Σ gᵢ log p(xᵢ), in two passes: forward over blocks of samples, then over the columns of modes.
//!
//! With shares c = g · responsibility, the gradients of mode k are
//!
//! ```text
//! for T  G = −Σ c z vᵀ, strictly lower             for σ_j  Σ c + G_jj + Σ_{i > j} T_ij G_ij
//! for μ  s ⊙ (I + T)ᵀ Σ c z                        for x    −Σ_k c s ⊙ (I + T)ᵀ z
//! ```

use super::score::mode_exponents;
use super::{LogSum, Mixture, Rows, transpose};
use crate::Float;
use crate::linalg::adam::Parameters;
use crate::linalg::ends::MOST_LANES;
use crate::linalg::panels::{self, WIDTH};
use crate::linalg::triangle::{self, Blocks, Outer, PAIR};
use crate::simd::functions::exp_negative;
use crate::simd::{Buffer, Constants, Kernel, Level, Vector, sum};

/// Samples of a block: whole vectors of every instruction set.
pub(crate) const BLOCK: usize = 32;

/// Numbers of what is kept of a block: z of every mode (d×BLOCK), the shares of every mode (BLOCK), log p (BLOCK).
pub(crate) const fn record(d: usize, modes: usize) -> usize {
    (modes * (d + 1) + 1) * BLOCK
}

/// Fills the record of a block: `x` has BLOCK rows of padded d numbers (the padding 0), `upstream` a g for each.
/// Rows with g = 0 must be finite. A sample with log p = −∞ gets no shares.
pub(crate) fn forward_block<T: Float>(
    level: Level,
    mixture: Mixture<'_, T>,
    x: &[T],
    upstream: &[T; BLOCK],
    record: &mut [T],
    memory: &mut [T],
) {
    T::forward(level, Forward { mixture: mixture.checked(), x, upstream, record, memory });
}

/// Numbers that [`forward_block`] needs as memory.
pub(crate) fn forward_memory(d: usize) -> usize {
    2 * d * 2 * MOST_LANES
}

pub struct Forward<'a, T> {
    mixture: Mixture<'a, T>,
    x: &'a [T],
    upstream: &'a [T; BLOCK],
    record: &'a mut [T],
    memory: &'a mut [T],
}

impl<T: Float> Kernel<T> for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let Forward { mixture, x, upstream, record: kept, memory } = self;
        let (d, modes) = (mixture.features, mixture.modes);
        assert!(kept.len() == record(d, modes));
        let wide = 2 * V::LANES;
        let rows = Rows { data: x, count: BLOCK, stride: panels::padded(d) };
        let (samples, rest) = memory.split_at_mut(d * wide);
        let v = &mut rest[..d * wide];
        let (z, rest) = kept.split_at_mut(modes * d * BLOCK);
        let (shares, log_density) = rest.split_at_mut(modes * BLOCK);
        // SAFETY: as this function's; the mixture was checked, and lengths are checked by slices.
        unsafe {
            for start in (0..BLOCK).step_by(wide) {
                transpose::<V>(d, &rows, start, 2, samples.as_mut_ptr(), wide);
                for mode in 0..modes {
                    let z = &mut z[mode * d * BLOCK..][..d * BLOCK][start..];
                    let exponents = &mut shares[mode * BLOCK + start..][..wide];
                    mode_exponents::<V, 2>(&mixture, mode, samples, v, Some((z, BLOCK)), exponents);
                }
            }
            for start in (0..BLOCK).step_by(V::LANES) {
                let upstream = V::load(upstream[start..][..V::LANES].as_ptr());
                let shares = &mut shares[..(modes - 1) * BLOCK + start + V::LANES];
                let total = share_out::<V>(modes, upstream, &mut shares[start..]);
                total.store(log_density[start..][..V::LANES].as_mut_ptr());
            }
        }
    }
}

/// Turns the exponents of a vector of samples, BLOCK from mode to mode, into shares; gives log p.
///
/// # Safety
/// The processor has the instruction set of V.
#[inline(always)]
unsafe fn share_out<V: Vector<Element: Float>>(modes: usize, upstream: V, exponents: &mut [V::Element]) -> V {
    assert!(exponents.len() >= (modes - 1) * BLOCK + V::LANES);
    let first = exponents.as_mut_ptr();
    let zero = upstream.like(V::Element::default());
    // SAFETY: as this function's; the length was checked.
    unsafe {
        let mut maximum = zero.sub(zero.like(V::Element::MAX));
        for mode in 0..modes {
            maximum = maximum.max(V::load(first.add(mode * BLOCK)));
        }
        let mut total = zero;
        for mode in 0..modes {
            let share = exp_negative(V::load(first.add(mode * BLOCK)).sub(maximum));
            share.store(first.add(mode * BLOCK));
            total = total.add(share);
        }
        // The sum is 0 where all exponents are −∞, else at least 1.
        let scale = total.select_less(zero.like(V::Element::HALF), zero, upstream.div(total));
        let negligible = zero.like(V::Element::NEGLIGIBLE);
        for mode in 0..modes {
            let share = V::load(first.add(mode * BLOCK));
            let share = share.select_less(negligible, zero, share);
            share.mul(scale).store(first.add(mode * BLOCK));
        }
        LogSum { maximum: [maximum], sum: [total] }.value(0)
    }
}

/// Some columns of a mode, whole panels of them, and where their gradient goes.
pub struct ModeGradient<'a, T> {
    /// The mode.
    pub(crate) mode: usize,
    /// The first of the columns.
    pub(crate) first: usize,
    /// For their μ.
    pub(crate) means: &'a mut [T],
    /// For their σ of these samples; never added.
    pub(crate) sigma: &'a mut [T],
    /// Their panels of T, or empty.
    pub(crate) triangle: Parameters<'a, T>,
    /// For their panels of T, or empty. What moves T at once is not written here.
    pub(crate) of_triangle: &'a mut [T],
    /// Whether those for μ and T are added to what is there.
    pub(crate) adds: bool,
}

/// The gradient of some columns of a mode from the blocks' rows and records; gives Σ c of the mode. Of the mixture, T
/// is not read.
pub(crate) fn mode_gradient<T: Float>(
    level: Level,
    mixture: Mixture<'_, T>,
    (x, records): (&[T], &[T]),
    out: ModeGradient<'_, T>,
    memory: &mut [T],
) -> f64 {
    T::backward(level, Backward { mixture: mixture.checked(), x, records, out, memory })
}

/// Numbers that [`mode_gradient`] needs as memory for so many blocks.
pub(crate) fn mode_gradient_memory(d: usize, blocks: usize) -> usize {
    PAIR * blocks * BLOCK * WIDTH + 3 * panels::padded(d)
}

pub struct Backward<'a, T> {
    mixture: Mixture<'a, T>,
    x: &'a [T],
    records: &'a [T],
    out: ModeGradient<'a, T>,
    memory: &'a mut [T],
}

impl<T: Float> Kernel<T> for Backward<'_, T> {
    type Output = f64;

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) -> f64 {
        let Backward { mixture, x, records, out, memory } = self;
        let ModeGradient { mode, first, means, sigma, mut triangle, of_triangle: gradient, adds } = out;
        let d = mixture.features;
        let width = panels::padded(d);
        let size = record(d, mixture.modes);
        let blocks = records.len() / size;
        assert!(mode < mixture.modes && records.len() == blocks * size && x.len() == blocks * BLOCK * width);
        let columns = first..first + means.len();
        assert!(first.is_multiple_of(WIDTH) && means.len().is_multiple_of(WIDTH) && columns.end <= width);
        assert!(sigma.len() == means.len());
        let (mean, scale) = mixture.mean_and_scale(mode);
        let (w, rest) = memory.split_at_mut(PAIR * blocks * BLOCK * WIDTH);
        let (u, rest) = rest.split_at_mut(width);
        let (diagonal, rest) = rest.split_at_mut(width);
        let pulled = &mut rest[..width];
        let shares = |block: usize| &records[block * size + (mixture.modes * d + mode) * BLOCK..][..BLOCK];
        let z = |block: usize| &records[block * size + mode * d * BLOCK..][..d * BLOCK];
        // SAFETY: as this function's; all that is read and written lies within slices whose lengths were checked.
        unsafe {
            let zero = V::splat(T::default());
            let mut masses = zero;
            for block in 0..blocks {
                for start in (0..BLOCK).step_by(V::LANES) {
                    masses = masses.add(V::load(shares(block).as_ptr().add(start)));
                }
            }
            let mass = sum(masses);
            // Rows above the columns' have no part in them.
            for (i, u) in u.iter_mut().enumerate().skip(first) {
                let mut total = zero;
                for block in 0..if i < d { blocks } else { 0 } {
                    let (shares, z) = (shares(block).as_ptr(), z(block)[i * BLOCK..].as_ptr());
                    for start in (0..BLOCK).step_by(V::LANES) {
                        total = V::load(shares.add(start)).mul_add(V::load(z.add(start)), total);
                    }
                }
                *u = sum(total);
            }
            if !triangle.values().is_empty() {
                let begin = panels::offset(d, first / WIDTH);
                let length = panels::offset(d, columns.end / WIDTH) - begin;
                assert!(gradient.len() == length && triangle.values().len() == length);
                let (t, moves) = match &mut triangle {
                    Parameters::Fixed(t) => (t.as_ptr(), None),
                    Parameters::Moving(moving) => {
                        let moves = moving.vectors::<V>();
                        (moves.parameters(), Some(moves))
                    }
                };
                // Before T moves.
                triangle::transposed_vector::<V>(d, t, columns.clone(), u, pulled);
                let outer = Outer {
                    d,
                    first,
                    triangle: t,
                    gradient: gradient.as_mut_ptr(),
                    adds,
                    moves,
                    diagonal: diagonal.as_mut_ptr(),
                };
                for pair in columns.clone().step_by(PAIR * WIDTH) {
                    let end = columns.end.min(pair + PAIR * WIDTH);
                    for column in (pair..end).step_by(V::LANES) {
                        let mean = V::load(mean.as_ptr().add(column));
                        let scale = V::load(scale.as_ptr().add(column));
                        let panel = (column - pair) / WIDTH * blocks * BLOCK;
                        for block in 0..blocks {
                            for (s, share) in shares(block).iter().enumerate() {
                                let sample = block * BLOCK + s;
                                let x = V::load(x.as_ptr().add(sample * width + column));
                                let v = x.sub(mean).mul(scale);
                                let target = w.as_mut_ptr().add((panel + sample) * WIDTH + column % WIDTH);
                                v.mul(zero.sub(V::splat(*share))).store(target);
                            }
                        }
                    }
                    let blocks = Blocks {
                        count: blocks,
                        samples: BLOCK,
                        z: records.as_ptr().add(mode * d * BLOCK),
                        z_step: size,
                        w: w.as_ptr(),
                    };
                    triangle::outer::<V>(pair, end - pair > WIDTH, blocks, outer);
                }
            } else {
                for (i, diagonal) in diagonal.iter_mut().enumerate().take(columns.end).skip(first) {
                    let mut total = zero;
                    for block in 0..if i < d { blocks } else { 0 } {
                        let (shares, z) = (shares(block).as_ptr(), z(block)[i * BLOCK..].as_ptr());
                        for start in (0..BLOCK).step_by(V::LANES) {
                            let z = V::load(z.add(start));
                            total = V::load(shares.add(start)).mul(z).neg_mul_add(z, total);
                        }
                    }
                    *diagonal = sum(total);
                }
                pulled.copy_from_slice(u);
            }
            let mass_of_all = V::splat(mass);
            for place in columns.clone().step_by(V::LANES) {
                let load = |from: &[T]| V::load(from.as_ptr().add(place));
                let target = means.as_mut_ptr().add(place - first);
                let value = load(pulled).mul(load(scale));
                let value = if adds { value.add(V::load(target)) } else { value };
                value.store(target);
                load(diagonal).add(mass_of_all).store(sigma.as_mut_ptr().add(place - first));
            }
            // The padding's share of the mass is nobody's.
            if columns.end > d {
                sigma[d - first..].fill(T::default());
            }
            mass.f64()
        }
    }
}

/// Adds the gradient for x of the block whose record this is to `out`, whose rows of d numbers are those of the samples.
pub(crate) fn add_gradient_x<T: Float>(
    level: Level,
    mixture: Mixture<'_, T>,
    record: &[T],
    out: &mut [T],
    memory: &mut Buffer<T>,
) {
    T::backward_x(level, BackwardX { mixture: mixture.checked(), record, out, memory });
}

pub struct BackwardX<'a, T> {
    mixture: Mixture<'a, T>,
    record: &'a [T],
    out: &'a mut [T],
    memory: &'a mut Buffer<T>,
}

impl<T: Float> Kernel<T> for BackwardX<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let BackwardX { mixture, record: kept, out, memory } = self;
        let (d, modes) = (mixture.features, mixture.modes);
        assert!(kept.len() == record(d, modes));
        let wide = 2 * V::LANES;
        memory.reserve(2 * d * wide);
        let (gradient, pulled) = memory.slice_mut().split_at_mut(d * wide);
        for (i, out) in out.chunks_mut(d * wide).enumerate() {
            gradient.fill(T::default());
            for mode in 0..modes {
                let z = kept[mode * d * BLOCK..][..d * BLOCK][i * wide..].as_ptr();
                let shares = kept[(modes * d + mode) * BLOCK + i * wide..][..wide].as_ptr();
                let (_, scale) = mixture.mean_and_scale(mode);
                // SAFETY: as this function's; z has d rows BLOCK apart of which `wide` numbers are read, `pulled` and
                // `gradient` have d rows of `wide` numbers.
                unsafe {
                    let (rows, distance) = match mixture.triangle(mode) {
                        Some(triangle) => {
                            let target = pulled.as_mut_ptr();
                            triangle::transposed_product::<V, 2>(d, triangle.as_ptr(), z, BLOCK, target);
                            (pulled.as_ptr(), wide)
                        }
                        None => (z, BLOCK),
                    };
                    for (j, &scale) in scale.iter().enumerate().take(d) {
                        for n in [0, V::LANES] {
                            let pulled = V::load(rows.add(j * distance + n)).mul(V::splat(scale));
                            let target = gradient.as_mut_ptr().add(j * wide + n);
                            pulled.neg_mul_add(V::load(shares.add(n)), V::load(target)).store(target);
                        }
                    }
                }
            }
            for (lane, row) in out.chunks_exact_mut(d).enumerate() {
                for (j, out) in row.iter_mut().enumerate() {
                    *out += gradient[j * wide + lane];
                }
            }
        }
    }
}
