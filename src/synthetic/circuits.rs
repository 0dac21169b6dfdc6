//! Logic gates with fair input bits.

use alloc::format;
use alloc::vec::Vec;

use super::{Dataset, SAMPLE_STREAM, setting};
use crate::error::Result;
use crate::interaction::{Atoms, Information, discrete, joint_categories};
use crate::rng::Stream;

/// Bits of x1, bits of x2, y. All rows of a gate are equally probable.
type Row = (&'static [i64], &'static [i64], i64);

const GATES: [(&str, &[Row]); 6] = [
    ("xor", &[(&[0], &[0], 0), (&[0], &[1], 1), (&[1], &[0], 1), (&[1], &[1], 0)]),
    ("or", &[(&[0], &[0], 0), (&[0], &[1], 1), (&[1], &[0], 1), (&[1], &[1], 1)]),
    ("and", &[(&[0], &[0], 0), (&[0], &[1], 0), (&[1], &[0], 0), (&[1], &[1], 1)]),
    ("not_x2", &[(&[0], &[0], 1), (&[0], &[1], 0), (&[1], &[0], 1), (&[1], &[1], 0)]),
    ("copy", &[(&[0], &[0], 0), (&[1], &[1], 1)]),
    (
        "xor_not",
        &[
            (&[0, 0], &[0, 0], 1),
            (&[0, 0], &[1, 0], 0),
            (&[0, 1], &[0, 1], 0),
            (&[0, 1], &[1, 1], 1),
            (&[1, 0], &[0, 0], 1),
            (&[1, 0], &[1, 0], 0),
            (&[1, 1], &[0, 1], 1),
            (&[1, 1], &[1, 1], 0),
        ],
    ),
];

/// A logic gate as a distribution over x1, x2 and y.
///
/// | name | x1 | x2 | y |
/// |---|---|---|---|
/// | `xor`, `or`, `and` | bit | bit | the gate of both |
/// | `not_x2` | bit | bit | not x2 |
/// | `copy` | bit | x1 | x1 |
/// | `xor_not` | (a, c) | (b, c) | a xor b if c, else not b |
///
/// ```
/// use core::f64::consts::LN_2;
/// use lsmi::synthetic::Circuit;
///
/// let copy = Circuit::named("copy")?;
/// assert_eq!(copy.atoms().redundancy, LN_2);
/// # Ok::<(), lsmi::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Circuit {
    name: &'static str,
    support: Vec<CircuitCell>,
}

/// One combination of values that a [`Circuit`] takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CircuitCell {
    /// Bits of the first modality.
    pub x1: &'static [i64],
    /// Bits of the second modality.
    pub x2: &'static [i64],
    /// Target, 0 or 1.
    pub y: i64,
    /// Probability of the combination.
    pub probability: f64,
    /// Its exact pointwise information, in nats; h are surprisals of probabilities, not densities.
    pub information: Information,
}

impl Circuit {
    /// The names that [`named`](Self::named) knows.
    pub fn names() -> [&'static str; 6] {
        GATES.map(|(name, _)| name)
    }

    /// The gate of that name.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) for `circuit`, listing the names, if there is none.
    pub fn named(name: &str) -> Result<Self> {
        let (name, rows) = GATES
            .into_iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| setting("circuit", &format!("one of {}", Self::names().join(", ")), name))?;
        let x1 = numbered(rows.iter().map(|row| row.0))?;
        let x2 = numbered(rows.iter().map(|row| row.1))?;
        let y: Vec<i64> = rows.iter().map(|row| row.2).collect();
        let information = discrete(&x1, &x2, &y, None)?;
        let probability = 1.0 / rows.len() as f64;
        let support = rows
            .iter()
            .zip(information)
            .map(|(&(x1, x2, y), information)| CircuitCell { x1, x2, y, probability, information })
            .collect();
        Ok(Circuit { name, support })
    }

    /// Name of the gate.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// All combinations of positive probability.
    pub fn support(&self) -> &[CircuitCell] {
        &self.support
    }

    /// Mean information, in nats.
    pub fn information(&self) -> Information {
        let samples: Vec<Information> = self.support.iter().map(|cell| cell.information).collect();
        Information::mean(&samples)
    }

    /// Mean atoms, in nats, not shifted.
    pub fn atoms(&self) -> Atoms {
        let samples: Vec<Atoms> = self.support.iter().map(|cell| cell.information.atoms()).collect();
        Atoms::mean(&samples)
    }

    /// Draws `samples` samples; the features are the bits as 0 or 1.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) if `samples` is 0 or too large for the memory.
    pub fn sample(&self, samples: usize, seed: u64) -> Result<Dataset> {
        let cell = self.support[0];
        let mut data = Dataset::with_room(samples, cell.x1.len(), cell.x2.len(), 2)?;
        let mut stream = Stream::new(seed, SAMPLE_STREAM);
        for _ in 0..samples {
            let cell = self.support[stream.below(self.support.len())];
            data.x1.extend(cell.x1.iter().map(|bit| *bit as f64));
            data.x2.extend(cell.x2.iter().map(|bit| *bit as f64));
            data.y.push(cell.y);
            data.truth.push(cell.information);
        }
        Ok(data)
    }
}

/// Category number of each tuple of bits.
fn numbered(tuples: impl Iterator<Item = &'static [i64]> + Clone) -> Result<Vec<i64>> {
    let bits = tuples.clone().map(<[i64]>::len).max().unwrap_or(0);
    let columns: Vec<Vec<i64>> =
        (0..bits).map(|bit| tuples.clone().map(|tuple| tuple[bit]).collect()).collect();
    let columns: Vec<&[i64]> = columns.iter().map(Vec::as_slice).collect();
    joint_categories(&columns)
}
