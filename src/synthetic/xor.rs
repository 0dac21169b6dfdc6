//! Exclusive or in noise: synergy alone.

use alloc::vec::Vec;

use super::{Dataset, LatentMixture, LatentState, MODEL_STREAM, room, setting};
use crate::error::Result;
use crate::rng::Stream;

/// `samples` samples of [`xor_mixture`] with the same seed.
///
/// ```
/// use lsmi::interaction::Information;
///
/// let data = lsmi::synthetic::xor(8, 3.0, 500, 42)?;
/// let truth = Information::mean(&data.truth);
/// assert!(truth.i1.abs() < 1e-9 && truth.i2.abs() < 1e-9 && truth.i12 > 0.66);
/// # Ok::<(), lsmi::Error>(())
/// ```
///
/// # Errors
/// [`Error::Setting`](crate::Error::Setting) if `dimension` or `samples` is 0 or too large for the memory, or
/// `amplitude` is negative, NaN or infinite.
pub fn xor(dimension: usize, amplitude: f64, samples: usize, seed: u64) -> Result<Dataset> {
    xor_mixture(dimension, amplitude, seed)?.sample(samples, seed)
}

/// x_k = a(2b_k − 1)w_k + N(0, I) for k = 1, 2, with fair bits y and b1, b2 = b1 xor y, and random unit vectors w_k
/// drawn from `seed`; `dimension` features per modality, a = `amplitude`.
///
/// i1 = i2 = r = 0 for every sample; the mean synergy does not depend on the dimension and grows from 0 at a = 0
/// to log 2 (0.6855 nats at a = 3). Sample the mixture with several seeds for data sets with the same w_k.
///
/// # Errors
/// [`Error::Setting`](crate::Error::Setting) if `dimension` is 0 or too large for the memory, or `amplitude` is
/// negative, NaN or infinite.
pub fn xor_mixture(dimension: usize, amplitude: f64, seed: u64) -> Result<LatentMixture> {
    if dimension == 0 {
        return Err(setting("dimension", "at least 1", dimension));
    }
    if !(amplitude >= 0.0 && amplitude.is_finite()) {
        return Err(setting("amplitude", "a finite number of at least 0", amplitude));
    }
    let mut stream = Stream::new(seed, MODEL_STREAM);
    let direction1 = unit_vector(&mut stream, dimension)?;
    let direction2 = unit_vector(&mut stream, dimension)?;
    let mean = |bit: i64, direction: &[f64]| -> Vec<f64> {
        let sign = if bit == 1 { amplitude } else { -amplitude };
        direction.iter().map(|value| sign * value).collect()
    };
    let states = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(bit1, bit2)| LatentState {
        weight: 0.25,
        y: bit1 ^ bit2,
        mean1: mean(bit1, &direction1),
        mean2: mean(bit2, &direction2),
        deviation1: 1.0,
        deviation2: 1.0,
    });
    LatentMixture::new(&states)
}

fn unit_vector(stream: &mut Stream, dimension: usize) -> Result<Vec<f64>> {
    let mut vector: Vec<f64> = room("dimension", dimension, 1)?;
    loop {
        vector.clear();
        vector.extend((0..dimension).map(|_| stream.normal()));
        let norm = libm::sqrt(vector.iter().map(|value| value * value).sum());
        if norm > 0.0 {
            vector.iter_mut().for_each(|value| *value /= norm);
            return Ok(vector);
        }
    }
}
