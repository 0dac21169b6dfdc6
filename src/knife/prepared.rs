//! What evaluation needs of the parameters, and the gradient of a chunk of samples.

use super::MarginalOptions;
use super::columns::Columns;
use super::layout::Layout;
use crate::linalg::adam::Parameters;
use crate::linalg::mixture::{self, BLOCK, Mixture, ModeGradient, Rows};
use crate::linalg::panels::WIDTH;
use crate::parallel::{self, Parts};
use crate::simd::{Buffer, Level, softmax_into};
use crate::{Float, Samples};
use alloc::{vec, vec::Vec};

/// Numbers of a chunk's records, about: more would leave the caches.
const RECORDS: usize = 1 << 20;

/// Blocks of a chunk at most: enough that the gradient is not read too often, few enough for records of doubles to stay
/// in the second cache at 64 features.
const BLOCKS: usize = 4;

/// Products below this many terms are not worth a second thread.
const WORTH_THREADS: usize = 1 << 20;

/// Parts of a mode's columns that threads share.
const PARTS: usize = 8;

/// What is derived from the parameters once for many samples.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Prepared<T> {
    pub(crate) layout: Layout,
    pub(crate) level: Level,
    bounded: bool,
    /// σ, K×padded d.
    sigma: Vec<T>,
    /// exp σ, K×padded d.
    scales: Vec<T>,
    /// Σ_j σ_kj + log softmax(w)_k − (d/2) log 2π.
    offsets: Vec<T>,
    /// softmax(w).
    weights: Vec<T>,
}

/// Memory for the gradient of a chunk, reused from chunk to chunk.
pub(crate) struct Chunk<T> {
    /// Samples in padded rows, whole blocks.
    rows: Buffer<T>,
    /// What the forward pass keeps of each block.
    records: Buffer<T>,
    /// Gradient for σ, K×padded d.
    sigma: Buffer<T>,
    /// Σ c of each mode.
    masses: Vec<f64>,
    /// g of every sample.
    upstream: Vec<T>,
    /// Blocks of the chunk.
    blocks: usize,
    scratch: Buffer<T>,
}

impl<T: Float> Prepared<T> {
    pub(crate) fn new(options: &MarginalOptions, layout: Layout, level: Level) -> Self {
        let rows = layout.modes * layout.width();
        Prepared {
            bounded: options.bounded,
            sigma: vec![T::zero(); rows],
            scales: vec![T::zero(); rows],
            offsets: vec![T::zero(); layout.modes],
            weights: vec![T::zero(); layout.modes],
            layout,
            level,
        }
    }

    /// Takes over new parameters.
    pub(crate) fn update(&mut self, parameters: &[T]) {
        let layout = &self.layout;
        let (d, width) = (layout.features, layout.width());
        let log_diagonal = &parameters[layout.log_diagonal.clone()];
        let rows = log_diagonal.len();
        mixture::scales(
            self.level,
            self.bounded,
            log_diagonal,
            &mut self.sigma[..rows],
            &mut self.scales[..rows],
        );
        if rows < self.scales.len() {
            for mode in 1..layout.modes {
                self.sigma.copy_within(..width, mode * width);
                self.scales.copy_within(..width, mode * width);
            }
        }
        let logits = &parameters[layout.logits.clone()];
        let total = softmax_into(logits, &mut self.weights);
        let normaliser = T::of(0.5 * d as f64 * libm::log(2.0 * core::f64::consts::PI));
        for ((offset, sigma), &logit) in
            self.offsets.iter_mut().zip(self.sigma.chunks_exact(width)).zip(logits)
        {
            *offset = sigma[..d].iter().fold(T::zero(), |sum, &s| sum + s) + (logit - total) - normaliser;
        }
    }

    /// The mixture of these parameters.
    fn mixture<'a>(&'a self, parameters: &'a [T]) -> Mixture<'a, T> {
        let [means, triangles] =
            [&self.layout.means, &self.layout.triangle].map(|range| &parameters[range.clone()]);
        Mixture { triangles, ..self.without_triangles(means) }
    }

    /// The mixture of these means, and no triangular part.
    fn without_triangles<'a>(&'a self, means: &'a [T]) -> Mixture<'a, T> {
        Mixture {
            features: self.layout.features,
            modes: self.layout.modes,
            means,
            scales: &self.scales,
            triangles: &[],
            offsets: &self.offsets,
        }
    }

    /// log p of every sample.
    pub(crate) fn log_density(
        &self,
        parameters: &[T],
        x: &Samples<'_, T>,
        out: &mut [T],
        memory: &mut Buffer<T>,
    ) {
        let rows = Rows { data: x.data(), count: x.samples(), stride: x.stride() };
        mixture::log_density(self.level, self.mixture(parameters), rows, out, memory);
    }

    /// The shares gᵢ p(mode|xᵢ), modes × samples, of all samples; gives Σ gᵢ log p(xᵢ).
    pub(crate) fn shares(
        &self,
        parameters: &[T],
        (x, upstream): (&Samples<'_, T>, impl Fn(usize) -> T),
        memory: &mut Chunk<T>,
        out: &mut [T],
    ) -> f64 {
        let (n, modes) = (x.samples(), self.layout.modes);
        let record = mixture::record(self.layout.features, modes);
        let mut sum = 0.0;
        for start in (0..n).step_by(self.chunk_samples()) {
            let count = self.chunk_samples().min(n - start);
            let samples = (count, |i: usize| x.sample(start + i), |i: usize| upstream(start + i));
            sum += self.forward(parameters, samples, memory);
            for (record, first) in
                memory.records.slice().chunks_exact(record).zip((start..start + count).step_by(BLOCK))
            {
                let count = BLOCK.min(start + count - first);
                let shares = &record[record.len() - (modes + 1) * BLOCK..];
                for (of_mode, shares) in out.chunks_exact_mut(n).zip(shares.chunks_exact(BLOCK)) {
                    of_mode[first..][..count].copy_from_slice(&shares[..count]);
                }
            }
        }
        sum
    }

    /// Samples whose gradient is computed at a time.
    pub(crate) fn chunk_samples(&self) -> usize {
        let record = mixture::record(self.layout.features, self.layout.modes);
        (RECORDS / record).clamp(1, BLOCKS) * BLOCK
    }

    pub(crate) fn chunk(&self) -> Chunk<T> {
        Chunk {
            rows: Buffer::default(),
            records: Buffer::default(),
            sigma: Buffer::new(self.sigma.len()),
            masses: vec![0.0; self.layout.modes],
            upstream: Vec::new(),
            blocks: 0,
            scratch: Buffer::default(),
        }
    }

    /// Σ gᵢ log p(xᵢ) of a chunk; what [`Prepared::backward`] needs is left in `memory`.
    ///
    /// `sample` and `upstream` give xᵢ and gᵢ of the `count` samples, at most [`Prepared::chunk_samples`]. A sample
    /// with g = 0 may lie anywhere, and so may one that is beyond the range of the numbers (log p = −∞).
    pub(crate) fn forward<'x>(
        &self,
        parameters: &[T],
        (count, sample, upstream): (usize, impl Fn(usize) -> &'x [T], impl Fn(usize) -> T),
        memory: &mut Chunk<T>,
    ) -> f64 {
        let (d, width, modes) = (self.layout.features, self.layout.width(), self.layout.modes);
        let mixture = self.mixture(parameters);
        let blocks = count.div_ceil(BLOCK);
        let record = mixture::record(d, modes);
        let (threads, room) = (self.worth_threads(blocks), mixture::forward_memory(d));
        memory.reserve(blocks * BLOCK * width, blocks * record);
        memory.scratch.reserve(if threads { blocks * room } else { room });
        memory.blocks = blocks;
        let Chunk { rows, records, upstream: shares, scratch, .. } = memory;
        let rows = &mut rows.slice_mut()[..blocks * BLOCK * width];
        let records = &mut records.slice_mut()[..blocks * record];
        shares.clear();
        shares.extend((0..count).map(upstream));
        shares.resize(blocks * BLOCK, T::zero());
        for (i, (row, g)) in rows.chunks_exact_mut(width).zip(&*shares).enumerate() {
            match *g == T::zero() {
                true => row[..d].fill(T::zero()),
                false => row[..d].copy_from_slice(sample(i)),
            }
        }
        let rows = &*rows;
        let (upstream, _) = shares.as_chunks::<BLOCK>();
        let forward = |block: usize, record: &mut [T], scratch: &mut [T]| {
            let x = &rows[block * BLOCK * width..][..BLOCK * width];
            mixture::forward_block(self.level, mixture, x, &upstream[block], record, scratch);
        };
        parallel::for_each_record(threads, (records, record), (scratch.slice_mut(), room), forward);
        let mut sum = 0.0;
        for (record, upstream) in records.chunks_exact(record).zip(upstream) {
            for (&g, value) in upstream.iter().zip(&record[record.len() - BLOCK..]) {
                if g != T::zero() {
                    sum += g.f64() * value.f64();
                }
            }
        }
        sum
    }

    /// Adds the gradient of [`Prepared::forward`]'s sum for x to `out`, whose rows are those of the samples.
    pub(crate) fn add_gradient_x(&self, parameters: &[T], memory: &mut Chunk<T>, out: &mut [T]) {
        let d = self.layout.features;
        let record = mixture::record(d, self.layout.modes);
        let records = &memory.records.slice()[..memory.blocks * record];
        for (record, rows) in records.chunks_exact(record).zip(out.chunks_mut(BLOCK * d)) {
            let mixture = self.mixture(parameters);
            mixture::add_gradient_x(self.level, mixture, record, rows, &mut memory.scratch);
        }
    }

    /// Writes the gradient of [`Prepared::forward`]'s sum for all parameters to `gradient`, or adds it if `adds`. A
    /// triangular part that moves does so at once, and its gradient is not written.
    pub(crate) fn backward(
        &self,
        means: &[T],
        triangles: Parameters<'_, T>,
        memory: &mut Chunk<T>,
        (gradient, adds): (&mut [T], bool),
    ) {
        let (d, width, modes) = (self.layout.features, self.layout.width(), self.layout.modes);
        let mixture = self.without_triangles(means);
        let blocks = memory.blocks;
        let threads = self.worth_threads(blocks);
        // Modes alone would be too few to keep all threads at work to the end.
        let columns = if threads { (width / PARTS).next_multiple_of(WIDTH) } else { width };
        let (of_means, rest) = gradient.split_at_mut(self.layout.means.end);
        let (log_diagonal, rest) = rest.split_at_mut(self.layout.log_diagonal.len());
        let (of_triangles, logits) = rest.split_at_mut(self.layout.triangle.len());
        let Chunk { rows, records, sigma, masses, scratch, .. } = memory;
        let rows = &rows.slice()[..blocks * BLOCK * width];
        let records = &records.slice()[..blocks * mixture::record(d, modes)];
        let sigma = &mut sigma.slice_mut()[..modes * width];
        let parts = Columns::of_modes((d, columns), of_means, sigma, (triangles, of_triangles), masses);
        let room = mixture::mode_gradient_memory(d, blocks);
        scratch.reserve(if threads { parts.count() * room } else { room });
        parallel::for_each_part(
            threads,
            parts,
            (scratch.slice_mut(), room),
            &|part: Columns<'_, T>, memory| {
                let (mode, first) = part.place();
                let out = ModeGradient {
                    mode,
                    first,
                    means: part.means,
                    sigma: part.sigma,
                    triangle: part.triangles,
                    of_triangle: part.of_triangles,
                    adds,
                };
                let of_mode = mixture::mode_gradient(self.level, mixture, (rows, records), out, memory);
                // Every part of a mode finds its mass; the first one tells it.
                if let [mass] = part.masses {
                    *mass = of_mode;
                }
            },
        );
        self.finish(sigma, masses, (log_diagonal, logits), adds);
    }

    /// Whether so many blocks are worth several threads.
    fn worth_threads(&self, blocks: usize) -> bool {
        let d = self.layout.features;
        blocks * BLOCK * self.layout.modes * d * d / 2 >= WORTH_THREADS && parallel::several_threads()
    }

    /// From the gradients for σ and the masses to those for ℓ and the logits.
    fn finish(&self, sigma: &[T], masses: &[f64], (log_diagonal, logits): (&mut [T], &mut [T]), adds: bool) {
        let total: f64 = masses.iter().sum();
        for ((out, &mass), &weight) in logits.iter_mut().zip(masses).zip(&self.weights) {
            let value = T::of(mass - weight.f64() * total);
            *out = if adds { *out + value } else { value };
        }
        if !adds {
            log_diagonal.fill(T::zero());
        }
        let rows = log_diagonal.len();
        for (start, gradient) in (0..).step_by(rows).zip(sigma.chunks_exact(rows)) {
            for ((out, &g), &s) in log_diagonal.iter_mut().zip(gradient).zip(&self.sigma[start..]) {
                *out += if self.bounded { g * (T::one() - s * s) } else { g };
            }
        }
    }
}

impl<T: Float> Chunk<T> {
    /// Makes room; the padding of new rows is 0.
    fn reserve(&mut self, rows: usize, records: usize) {
        self.rows.reserve(rows);
        self.records.reserve(records);
    }
}
