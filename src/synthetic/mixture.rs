//! Samples of four kinds, one for each atom.

use alloc::vec::Vec;

use super::{Dataset, LatentMixture, LatentState, setting};
use crate::error::Result;
use crate::interaction::Information;

/// Standard deviation of a modality that carries no signal; 1 otherwise.
const QUIET: f64 = 0.1;

/// What a sample of a [`KindMixture`] shows: which of its atoms is near log 2 while the others are near 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Both modalities tell y.
    Redundant,
    /// The first modality tells y.
    Unique1,
    /// The second modality tells y.
    Unique2,
    /// Only both together tell y.
    Synergistic,
}

/// Redundant, unique and synergistic samples in given proportions; binary y, three features per modality.
///
/// Each kind signals on a feature of its own, at ±a in noise of deviation 1:
///
/// | kind | x1 | x2 |
/// |---|---|---|
/// | [`Redundant`](Kind::Redundant) | feature 0: sign by y | feature 0: sign by y |
/// | [`Unique1`](Kind::Unique1) | feature 1: sign by y | quiet |
/// | [`Unique2`](Kind::Unique2) | quiet | feature 1: sign by y |
/// | [`Synergistic`](Kind::Synergistic) | feature 2: sign by a fair bit b | feature 2: sign by b xor y |
///
/// A modality without signal is quiet: all its features are near 0, with deviation 0.1. Silence is thus less
/// surprising than a signal, and that is what makes the other modality's information unique: r follows the
/// modality of smaller surprisal. With noise as loud as in the other modality, which of the two is less surprising
/// would be up to chance, and so would redundancy.
#[derive(Clone, Debug)]
pub struct KindMixture {
    mixture: LatentMixture,
    kinds: Vec<Kind>,
}

impl KindMixture {
    /// An amplitude at which the kinds hardly overlap.
    pub const AMPLITUDE: f64 = 4.0;

    /// `proportions` of redundant, unique 1, unique 2 and synergistic samples, relative to their sum; a =
    /// `amplitude` in units of the noise (see [`AMPLITUDE`](Self::AMPLITUDE)).
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) unless the proportions are finite and at least 0 with a positive,
    /// finite sum, and `amplitude` is finite and positive.
    pub fn new(proportions: [f64; 4], amplitude: f64) -> Result<Self> {
        if let Some(wrong) = proportions.iter().find(|share| !(**share >= 0.0 && share.is_finite())) {
            return Err(setting("proportions", "finite numbers of at least 0", wrong));
        }
        let sum: f64 = proportions.iter().sum();
        if !(sum > 0.0 && sum.is_finite()) {
            return Err(setting("proportions", "numbers with a positive, finite sum", sum));
        }
        if !(amplitude > 0.0 && amplitude.is_finite()) {
            return Err(setting("amplitude", "a finite number above 0", amplitude));
        }
        let [redundant, unique1, unique2, synergistic] = proportions.map(|share| share / sum);
        let mut kinds = Vec::new();
        let mut states = Vec::new();
        let mut add = |kind, weight, y, signal1: Option<(usize, i64)>, signal2: Option<(usize, i64)>| {
            let mean = |signal: Option<(usize, i64)>| {
                let mut mean = [0.0; 3];
                if let Some((feature, bit)) = signal {
                    mean[feature] = if bit == 1 { amplitude } else { -amplitude };
                }
                mean.to_vec()
            };
            let deviation = |signal: Option<_>| if signal.is_some() { 1.0 } else { QUIET };
            kinds.push(kind);
            states.push(LatentState {
                weight,
                y,
                mean1: mean(signal1),
                mean2: mean(signal2),
                deviation1: deviation(signal1),
                deviation2: deviation(signal2),
            });
        };
        for y in [0, 1] {
            add(Kind::Redundant, redundant / 2.0, y, Some((0, y)), Some((0, y)));
            add(Kind::Unique1, unique1 / 2.0, y, Some((1, y)), None);
            add(Kind::Unique2, unique2 / 2.0, y, None, Some((1, y)));
            for bit in [0, 1] {
                add(Kind::Synergistic, synergistic / 4.0, y, Some((2, bit)), Some((2, bit ^ y)));
            }
        }
        Ok(KindMixture { mixture: LatentMixture::new(&states)?, kinds })
    }

    /// Draws `samples` samples with their exact information, and the kind of each.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) if `samples` is 0 or too large for the memory.
    ///
    /// ```
    /// use lsmi::synthetic::{Kind, KindMixture};
    ///
    /// let mixture = KindMixture::new([2.0, 1.0, 1.0, 2.0], KindMixture::AMPLITUDE)?;
    /// let (data, kinds) = mixture.sample(100, 42)?;
    /// let synergistic = kinds.iter().position(|kind| *kind == Kind::Synergistic).unwrap();
    /// assert!(data.truth[synergistic].atoms().synergy > 0.5);
    /// # Ok::<(), lsmi::Error>(())
    /// ```
    pub fn sample(&self, samples: usize, seed: u64) -> Result<(Dataset, Vec<Kind>)> {
        let (data, states) = self.mixture.sample_with_states(samples, seed)?;
        Ok((data, states.into_iter().map(|state| self.kinds[state]).collect()))
    }

    /// Exact information of one sample, in nats; `x1` and `x2` hold three features each.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) for another number of features,
    /// [`Error::Class`](crate::Error::Class) unless `y` is 0 or 1.
    pub fn information(&self, x1: &[f64], x2: &[f64], y: i64) -> Result<Information> {
        self.mixture.information(x1, x2, y)
    }
}
