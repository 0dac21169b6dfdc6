//! The atoms of one sample, and the shift of their means.

use super::mean::means_by;
use serde::{Deserialize, Serialize};

/// Pointwise information of one sample, in nats.
///
/// i(x; y) = log p(y|x) − log p(y) and h(x) = −log p(x), where p is a density for continuous x. `i1` and `i2` may
/// be negative (the sample misleads about its target), and so may `h1` and `h2` for densities.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Information {
    /// i(x1; y), what the first modality tells about the target.
    pub i1: f64,
    /// i(x2; y), what the second modality tells about the target.
    pub i2: f64,
    /// i(x1, x2; y), what both together tell about the target.
    pub i12: f64,
    /// h(x1), the surprisal of the first modality.
    pub h1: f64,
    /// h(x2), the surprisal of the second modality.
    pub h2: f64,
}

/// Redundancy, uniqueness and synergy, in nats, of one sample or as means over samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Atoms {
    /// r: told by either modality.
    #[serde(rename = "r")]
    pub redundancy: f64,
    /// u1: told by the first modality alone.
    #[serde(rename = "u1")]
    pub unique1: f64,
    /// u2: told by the second modality alone.
    #[serde(rename = "u2")]
    pub unique2: f64,
    /// s: told only by both together.
    #[serde(rename = "s")]
    pub synergy: f64,
}

impl Information {
    /// The atoms: r = min(h1, h2) − min(h1 − i1, h2 − i2), u1 = i1 − r, u2 = i2 − r, s = i12 − i1 − i2 + r.
    ///
    /// r is computed from δ = h2 − h1 as max(i1, i2 − δ) where δ ≥ 0 and max(i1 + δ, i2) where δ < 0. That is the
    /// same number without a sum in which a large surprisal swamps the information. Where h1 and h2 are far apart,
    /// r is the information of the modality with the smaller surprisal.
    ///
    /// Never panics. That holds for one infinite surprisal too; two of the same sign leave δ undefined. NaN in `i1`,
    /// `i2` or δ makes every atom NaN; infinite information makes atoms infinite or NaN.
    ///
    /// ```
    /// use lsmi::interaction::Information;
    /// use core::f64::consts::LN_2;
    ///
    /// // y = x1 xor x2: neither bit tells anything, both together tell y.
    /// let atoms = Information { i1: 0.0, i2: 0.0, i12: LN_2, h1: LN_2, h2: LN_2 }.atoms();
    /// assert_eq!((atoms.redundancy, atoms.synergy), (0.0, LN_2));
    /// ```
    #[must_use]
    pub fn atoms(&self) -> Atoms {
        let Information { i1, i2, i12, h1, h2 } = *self;
        let delta = h2 - h1;
        let (a, b) = if delta < 0.0 { (i1 + delta, i2) } else { (i1, i2 - delta) };
        let redundancy = if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) };
        Atoms {
            redundancy,
            unique1: i1 - redundancy,
            unique2: i2 - redundancy,
            synergy: i12 - i1 - i2 + redundancy,
        }
    }

    /// s − r = i12 − i1 − i2, in nats: the part of the answer that needs no surprisal.
    #[must_use]
    pub fn synergy_minus_redundancy(&self) -> f64 {
        self.i12 - self.i1 - self.i2
    }

    /// Mean of each number over samples (see [`mean`](super::mean)); NaN without samples.
    #[must_use]
    pub fn mean(samples: &[Information]) -> Information {
        let [i1, i2, i12, h1, h2] = means_by(samples, |i| [i.i1, i.i2, i.i12, i.h1, i.h2]);
        Information { i1, i2, i12, h1, h2 }
    }
}

impl Atoms {
    /// (r + a, u1 − a, u2 − a, s + a): leaves i1, i2 and i12 as they are.
    #[must_use]
    pub fn shifted(self, a: f64) -> Atoms {
        Atoms {
            redundancy: self.redundancy + a,
            unique1: self.unique1 - a,
            unique2: self.unique2 - a,
            synergy: self.synergy + a,
        }
    }

    /// Mean of each atom over samples (see [`mean`](super::mean)); NaN without samples.
    #[must_use]
    pub fn mean(samples: &[Atoms]) -> Atoms {
        let [redundancy, unique1, unique2, synergy] =
            means_by(samples, |a| [a.redundancy, a.unique1, a.unique2, a.synergy]);
        Atoms { redundancy, unique1, unique2, synergy }
    }
}

/// The constant a, in nats, by which to shift all samples ([`Atoms::shifted`]) given the means R, U1, U2, S:
///
/// - −min(R, S) if R < 0 or S < 0,
/// - else min(U1, U2) if U1 < 0 or U2 < 0,
/// - else 0.
///
/// The rule makes the pair at fault non-negative; the other pair can become negative by it. The shift depends on
/// the samples averaged over, so report it next to the raw and the shifted values. NaN if any mean is NaN.
///
/// ```
/// use lsmi::interaction::{Atoms, shift};
///
/// let means = Atoms { redundancy: 0.5, unique1: -0.25, unique2: 0.0, synergy: 0.5 };
/// let a = shift(means);
/// assert_eq!(a, -0.25);
/// assert_eq!(means.shifted(a), Atoms { redundancy: 0.25, unique1: 0.0, unique2: 0.25, synergy: 0.25 });
/// ```
#[must_use]
pub fn shift(means: Atoms) -> f64 {
    let Atoms { redundancy, unique1, unique2, synergy } = means;
    if [redundancy, unique1, unique2, synergy].iter().any(|mean| mean.is_nan()) {
        f64::NAN
    } else if redundancy < 0.0 || synergy < 0.0 {
        -redundancy.min(synergy)
    } else if unique1 < 0.0 || unique2 < 0.0 {
        unique1.min(unique2)
    } else {
        0.0
    }
}
