//! How much of the chance in mean atoms is that of the densities.

use crate::interaction::{Atoms, Information, means_by};
use crate::knife::{Marginal, log_density_of_weighted};
use crate::rng::Stream;
use crate::{Float, Result, Samples, parallel};
use alloc::{vec, vec::Vec};

/// Resamples that the densities are fitted to.
const DRAWS: usize = 50;

/// The streams of the draws, apart from those of fits.
const FIRST_STREAM: u64 = 6 << 32;

/// Samples at most, samples × modes × features² at most, and samples at least.
const MOST_SAMPLES: usize = 4096;
const MOST_NUMBERS: usize = 4_000_000;
const LEAST_SAMPLES: usize = 500;

/// For each raw atom the deviation of its mean over resampled samples to which the densities are fitted anew, divided by
/// that where the densities stay as they are. R feels every error of a density at once, and as the densities
/// have learned from the very samples that are averaged, the other atoms may even vary less. Of many samples a random
/// choice: both deviations shrink alike with their number.
pub(super) fn deviation_ratios<T: Float>(
    densities: &[Marginal<T>; 2],
    x: [Samples<'_, T>; 2],
    information: &[Information],
    offsets: [f64; 2],
    seed: u64,
) -> Result<Atoms> {
    let numbers = (0..2).map(|m| densities[m].options().modes * x[m].features() * x[m].features()).max();
    let most = (MOST_NUMBERS / numbers.unwrap_or(1).max(1)).clamp(LEAST_SAMPLES, MOST_SAMPLES);
    let mut chosen: Vec<usize> = (0..information.len()).collect();
    if chosen.len() > most {
        Stream::new(seed, FIRST_STREAM).shuffle(&mut chosen);
        chosen.truncate(most);
        chosen.sort_unstable();
    }
    let rows = [0, 1].map(|m| chosen.iter().flat_map(|&i| x[m].sample(i)).copied().collect::<Vec<T>>());
    let [x1, x2] = [0, 1].map(|m| Samples::from_rows("x", &rows[m], x[m].features()));
    let x = [x1?, x2?];
    let mut draws: Vec<Result<[[f64; 4]; 2]>> = vec![Ok([[0.0; 4]; 2]); DRAWS];
    parallel::for_each_chunk(&mut draws, 1, |draw, out| {
        let mut stream = Stream::new(seed, FIRST_STREAM + 1 + draw as u64);
        let drawn: Vec<usize> = (0..chosen.len()).map(|_| stream.below(chosen.len())).collect();
        out[0] = means((densities, offsets), x, &drawn, |i| information[chosen[i]]);
    });
    let draws = draws.into_iter().collect::<Result<Vec<_>>>()?;
    let deviation = |which: usize, atom: usize| {
        let mean = draws.iter().map(|draw| draw[which][atom]).sum::<f64>() / DRAWS as f64;
        libm::sqrt(draws.iter().map(|draw| (draw[which][atom] - mean) * (draw[which][atom] - mean)).sum())
    };
    let ratio = |atom: usize| match (deviation(0, atom), deviation(1, atom)) {
        (whole, fixed) if fixed > 0.0 && whole.is_finite() => whole / fixed,
        _ => 1.0,
    };
    let [redundancy, unique1, unique2, synergy] = [0, 1, 2, 3].map(ratio);
    Ok(Atoms { redundancy, unique1, unique2, synergy })
}

/// The mean raw atoms of drawn samples under densities fitted to them, and under those that there are.
fn means<T: Float>(
    (densities, offsets): (&[Marginal<T>; 2], [f64; 2]),
    x: [Samples<'_, T>; 2],
    drawn: &[usize],
    information: impl Fn(usize) -> Information,
) -> Result<[[f64; 4]; 2]> {
    let mut counts = vec![T::zero(); x[0].samples()];
    drawn.iter().for_each(|&i| counts[i] += T::one());
    let log_density1 = log_density_of_weighted(&densities[0], x[0], &counts)?;
    let log_density2 = log_density_of_weighted(&densities[1], x[1], &counts)?;
    let of = |of_sample: Information| {
        let atoms = of_sample.atoms();
        [atoms.redundancy, atoms.unique1, atoms.unique2, atoms.synergy]
    };
    let anew = |i: usize| Information {
        h1: offsets[0] - log_density1[i],
        h2: offsets[1] - log_density2[i],
        ..information(i)
    };
    Ok([means_by(drawn, |&i| of(anew(i))), means_by(drawn, |&i| of(information(i)))])
}
