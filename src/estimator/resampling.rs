//! How much of the chance in mean atoms is that of the models.

use crate::classifier::Response;
use crate::interaction::{Atoms, Information, means_by};
use crate::knife::{Marginal, log_density_of_weighted};
use crate::rng::Stream;
use crate::{Float, Result, Samples, parallel};
use alloc::{vec, vec::Vec};

/// Resamples that the models are fitted to.
const DRAWS: usize = 50;

/// The streams of the draws, apart from those of fits.
const FIRST_STREAM: u64 = 6 << 32;

/// Samples at most, samples × modes × features² at most, and samples at least.
const MOST_SAMPLES: usize = 4096;
const MOST_NUMBERS: usize = 4_000_000;
const LEAST_SAMPLES: usize = 500;

/// By how much log p of a sample's class may move, root mean square, for what is said of classifiers to be used, nats.
const MOST_MOVED: f64 = 0.2;

/// By how much log p of every sample's class moves under the three classifiers; empty where that is not known.
type Moves = [Vec<f64>; 3];

/// How often each of so many samples was drawn.
fn counts<T: Float>(samples: usize, drawn: &[usize]) -> Vec<T> {
    let mut counts = vec![T::zero(); samples];
    drawn.iter().for_each(|&i| counts[i] += T::one());
    counts
}

/// Training samples, and what was read of them.
#[derive(Clone, Copy)]
pub(super) struct Read<'a, T> {
    /// Preprocessed features of x1 and x2 side by side.
    pub(super) both: Samples<'a, T>,
    pub(super) targets: &'a [usize],
    /// By models that did not see the samples.
    pub(super) information: &'a [Information],
    /// log p(y|x1), log p(y|x2), log p(y|x1, x2) by those, n×C each.
    pub(super) log_probabilities: [&'a [f64]; 3],
}

/// For each raw atom the deviation of its mean over resampled samples to which the densities are fitted anew, and to
/// which classifiers answer ([`Response`]), divided by that where all stay as they are. R feels every error of a density
/// at once, and as the models have learned from the very samples that are averaged, the other atoms may even vary less.
/// Of many samples a random choice: both deviations shrink alike with their number. Where resamples would move a classifier
/// far, as where classes lie apart, its chance is left out.
pub(super) fn deviation_ratios<T: Float>(
    densities: &[Marginal<T>; 2],
    read: Read<'_, T>,
    offsets: [f64; 2],
    seed: u64,
) -> Result<Atoms> {
    let [d1, d2] = [0, 1].map(|m| densities[m].features());
    let numbers = (densities[0].options().modes * d1 * d1).max(densities[1].options().modes * d2 * d2);
    let most = (MOST_NUMBERS / numbers.max(1)).clamp(LEAST_SAMPLES, MOST_SAMPLES);
    let n = read.targets.len();
    let mut chosen: Vec<usize> = (0..n).collect();
    if chosen.len() > most {
        Stream::new(seed, FIRST_STREAM).shuffle(&mut chosen);
        chosen.truncate(most);
        chosen.sort_unstable();
    }
    let rows: Vec<T> = chosen.iter().flat_map(|&i| read.both.sample(i)).copied().collect();
    let both = Samples::from_rows("x1 and x2", &rows, d1 + d2)?;
    let x = [both.columns(0, d1), both.columns(d1, d2)];
    let targets: Vec<usize> = chosen.iter().map(|&i| read.targets[i]).collect();
    let information: Vec<Information> = chosen.iter().map(|&i| read.information[i]).collect();
    let log_probabilities = read.log_probabilities.map(|log_p| -> Vec<f64> {
        let classes = log_p.len() / n;
        chosen.iter().flat_map(|&i| &log_p[i * classes..(i + 1) * classes]).copied().collect()
    });
    let draw = |number: usize| {
        let mut stream = Stream::new(seed, FIRST_STREAM + 1 + number as u64);
        (0..chosen.len()).map(|_| stream.below(chosen.len())).collect::<Vec<usize>>()
    };
    let inputs = [x[0], x[1], both];
    let responses =
        [0, 1, 2].map(|source| Response::new(inputs[source], &targets, &log_probabilities[source]));
    let mut moves: Vec<Moves> = vec![[const { Vec::new() }; 3]; DRAWS];
    parallel::for_each_chunk(&mut moves, 1, |number, out| {
        let counts = counts::<T>(chosen.len(), &draw(number));
        let of = |response: &Option<Response<'_>>| response.as_ref().map(|response| response.to(&counts));
        out[0] = responses.each_ref().map(|response| of(response).unwrap_or_default());
    });
    // Far from where it is at the maximum nothing can be said of a classifier to first order.
    let far = |source: usize| {
        let of_source = || moves.iter().flat_map(|moves| &moves[source]);
        let square: f64 = of_source().map(|v| v * v).sum();
        square.is_nan() || square > MOST_MOVED * MOST_MOVED * of_source().count() as f64
    };
    if (0..3).any(far) {
        moves = vec![[const { Vec::new() }; 3]; DRAWS];
    }
    let mut draws: Vec<Result<[[f64; 4]; 2]>> = vec![Ok([[0.0; 4]; 2]); DRAWS];
    parallel::for_each_chunk(&mut draws, 1, |number, out| {
        out[0] = means((densities, offsets), x, &moves[number], &draw(number), &information);
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

/// The mean raw atoms of drawn samples under models fitted to them, and under those that there are.
fn means<T: Float>(
    (densities, offsets): (&[Marginal<T>; 2], [f64; 2]),
    x: [Samples<'_, T>; 2],
    moves: &Moves,
    drawn: &[usize],
    information: &[Information],
) -> Result<[[f64; 4]; 2]> {
    let counts = counts(x[0].samples(), drawn);
    let log_density1 = log_density_of_weighted(&densities[0], x[0], &counts)?;
    let log_density2 = log_density_of_weighted(&densities[1], x[1], &counts)?;
    let moved = |source: usize, i: usize| moves[source].get(i).copied().unwrap_or(0.0);
    let of = |of_sample: Information| {
        let atoms = of_sample.atoms();
        [atoms.redundancy, atoms.unique1, atoms.unique2, atoms.synergy]
    };
    let anew = |i: usize| Information {
        i1: information[i].i1 + moved(0, i),
        i2: information[i].i2 + moved(1, i),
        i12: information[i].i12 + moved(2, i),
        h1: offsets[0] - log_density1[i],
        h2: offsets[1] - log_density2[i],
    };
    Ok([means_by(drawn, |&i| of(anew(i))), means_by(drawn, |&i| of(information[i]))])
}
