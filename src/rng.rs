//! Seeded random streams.
//!
//! One seed gives every consumer a stream of its own, so that models can be fitted in any order or side by side
//! and see the same numbers.

use alloc::vec::Vec;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// A stream of random numbers; the same seed and stream number give the same numbers.
#[derive(Debug, Clone)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// Stream number `stream` of `seed`.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Stream(generator)
    }

    /// A draw from N(0, 1).
    pub fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }

    /// A draw from the uniform distribution on [low, high).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * rand::RngExt::random::<f64>(&mut self.0)
    }

    /// A draw from 0, …, `bound` − 1; `bound` must not be 0.
    pub fn below(&mut self, bound: usize) -> usize {
        rand::RngExt::random_range(&mut self.0, 0..bound)
    }

    /// Puts `items` into a random order.
    pub fn shuffle<I>(&mut self, items: &mut [I]) {
        items.shuffle(&mut self.0);
    }

    /// `amount` different numbers of 0, …, `bound` − 1 in random order (all of them if there are fewer).
    pub fn sample_without_replacement(&mut self, bound: usize, amount: usize) -> Vec<usize> {
        let mut chosen = rand::seq::index::sample(&mut self.0, bound, amount.min(bound)).into_vec();
        self.shuffle(&mut chosen);
        chosen
    }
}
