//! What intervals and p-values are given of.

use crate::interaction::{Atoms, Information, means_by};
use serde::{Deserialize, Serialize};

/// Something of each mean: itself (nats), its interval, its p-value. Atoms are raw.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quantities<V> {
    /// i(x1; y).
    pub i1: V,
    /// i(x2; y).
    pub i2: V,
    /// i(x1, x2; y).
    pub i12: V,
    /// R.
    #[serde(rename = "r")]
    pub redundancy: V,
    /// U1.
    #[serde(rename = "u1")]
    pub unique1: V,
    /// U2.
    #[serde(rename = "u2")]
    pub unique2: V,
    /// S.
    #[serde(rename = "s")]
    pub synergy: V,
    /// S − R, which needs no surprisal.
    pub s_minus_r: V,
}

impl<V: Copy> Quantities<V> {
    /// From numbers in the order of the fields.
    pub(crate) fn of([i1, i2, i12, redundancy, unique1, unique2, synergy, s_minus_r]: [V; 8]) -> Self {
        Quantities { i1, i2, i12, redundancy, unique1, unique2, synergy, s_minus_r }
    }

    /// In the order of the fields.
    pub(super) fn values(&self) -> [V; 8] {
        self.named().map(|(_, value)| value)
    }

    /// With their names, in the order of the fields.
    pub fn named(&self) -> [(&'static str, V); 8] {
        [
            ("i1", self.i1),
            ("i2", self.i2),
            ("i12", self.i12),
            ("r", self.redundancy),
            ("u1", self.unique1),
            ("u2", self.unique2),
            ("s", self.synergy),
            ("s_minus_r", self.s_minus_r),
        ]
    }
}

impl Quantities<f64> {
    /// The means over samples, nats.
    pub fn means(information: &[Information]) -> Self {
        Quantities::of(means_by(information, of_sample))
    }

    /// The mean raw atoms.
    pub(super) fn atoms(&self) -> Atoms {
        let Quantities { redundancy, unique1, unique2, synergy, .. } = *self;
        Atoms { redundancy, unique1, unique2, synergy }
    }
}

/// The numbers of one sample.
pub(crate) fn of_sample(information: &Information) -> [f64; 8] {
    let Information { i1, i2, i12, .. } = *information;
    let a = information.atoms();
    let s_minus_r = information.synergy_minus_redundancy();
    [i1, i2, i12, a.redundancy, a.unique1, a.unique2, a.synergy, s_minus_r]
}
