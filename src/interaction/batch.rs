//! Atoms of many samples, in the caller's buffers.

use super::atoms::{Atoms, Information};
use super::mean::mean;
use crate::error::{Error, Result};

/// Pointwise information of n samples, one array of length n for each number of [`Information`], in nats.
#[derive(Clone, Copy, Debug)]
pub struct InformationSlices<'a> {
    /// i(x1; y).
    pub i1: &'a [f64],
    /// i(x2; y).
    pub i2: &'a [f64],
    /// i(x1, x2; y).
    pub i12: &'a [f64],
    /// h(x1).
    pub h1: &'a [f64],
    /// h(x2).
    pub h2: &'a [f64],
}

/// The caller's buffers for the atoms of n samples, each of length n, in nats.
#[derive(Debug)]
pub struct AtomSlices<'a> {
    /// r.
    pub redundancy: &'a mut [f64],
    /// u1.
    pub unique1: &'a mut [f64],
    /// u2.
    pub unique2: &'a mut [f64],
    /// s.
    pub synergy: &'a mut [f64],
}

impl AtomSlices<'_> {
    /// Adds the shift to every sample: (r + a, u1 − a, u2 − a, s + a).
    pub fn shift(&mut self, a: f64) {
        for (atoms, a) in [
            (&mut *self.redundancy, a),
            (&mut *self.unique1, -a),
            (&mut *self.unique2, -a),
            (&mut *self.synergy, a),
        ] {
            atoms.iter_mut().for_each(|value| *value += a);
        }
    }

    /// Mean of each atom (see [`mean`]); NaN for an empty buffer.
    #[must_use]
    pub fn mean(&self) -> Atoms {
        Atoms {
            redundancy: mean(self.redundancy),
            unique1: mean(self.unique1),
            unique2: mean(self.unique2),
            synergy: mean(self.synergy),
        }
    }
}

/// Writes the atoms of every sample ([`Information::atoms`]) into the buffers of `out`; allocates nothing.
///
/// No samples is fine: nothing is written.
///
/// # Errors
/// [`Error::Shape`] naming the array (`i2`, …, `synergy`) whose length is not that of `i1`; `out` is then untouched.
///
/// ```
/// use lsmi::interaction::{AtomSlices, InformationSlices, atoms};
///
/// let (mut redundancy, mut unique1, mut unique2, mut synergy) = ([0.0], [0.0], [0.0], [0.0]);
/// let information = InformationSlices { i1: &[0.5], i2: &[0.25], i12: &[1.0], h1: &[2.0], h2: &[2.0] };
/// let out = AtomSlices {
///     redundancy: &mut redundancy,
///     unique1: &mut unique1,
///     unique2: &mut unique2,
///     synergy: &mut synergy,
/// };
/// atoms(information, out)?;
/// assert_eq!((redundancy, unique1, unique2, synergy), ([0.5], [0.0], [-0.25], [0.75]));
/// # Ok::<(), lsmi::Error>(())
/// ```
pub fn atoms(information: InformationSlices<'_>, out: AtomSlices<'_>) -> Result<()> {
    let InformationSlices { i1, i2, i12, h1, h2 } = information;
    let AtomSlices { redundancy, unique1, unique2, synergy } = out;
    let lengths = [
        ("i2", i2.len()),
        ("i12", i12.len()),
        ("h1", h1.len()),
        ("h2", h2.len()),
        ("redundancy", redundancy.len()),
        ("unique1", unique1.len()),
        ("unique2", unique2.len()),
        ("synergy", synergy.len()),
    ];
    if let Some(&(field, got)) = lengths.iter().find(|(_, length)| *length != i1.len()) {
        return Err(Error::Shape { field: field.into(), what: "samples", expected: i1.len(), got });
    }
    for row in 0..i1.len() {
        let sample = Information { i1: i1[row], i2: i2[row], i12: i12[row], h1: h1[row], h2: h2[row] };
        let atoms = sample.atoms();
        redundancy[row] = atoms.redundancy;
        unique1[row] = atoms.unique1;
        unique2[row] = atoms.unique2;
        synergy[row] = atoms.synergy;
    }
    Ok(())
}

/// Writes scores sample by sample into arrays, those that are wanted of i1, i2, i12, h1, h2, r, u1, u2, s, the atoms
/// shifted by `shift`; allocates nothing.
///
/// # Errors
/// [`Error::Shape`] for an array of another length than `information`; nothing is then written.
///
/// ```
/// use lsmi::interaction::{Information, score_columns};
///
/// let information = [Information { i1: 0.5, i2: 0.25, i12: 1.0, h1: 2.0, h2: 2.0 }];
/// let (mut h1, mut synergy) = ([0.0], [0.0]);
/// score_columns(
///     &information,
///     0.125,
///     [None, None, None, Some(&mut h1), None, None, None, None, Some(&mut synergy)],
/// )?;
/// assert_eq!((h1, synergy), ([2.0], [0.875]));
/// # Ok::<(), lsmi::Error>(())
/// ```
pub fn score_columns(information: &[Information], shift: f64, out: [Option<&mut [f64]>; 9]) -> Result<()> {
    /// Samples whose atoms are held at a time.
    const RUN: usize = 128;
    const NAMES: [&str; 9] = ["i1", "i2", "i12", "h1", "h2", "redundancy", "unique1", "unique2", "synergy"];
    let wrong = |column: &Option<&mut [f64]>| column.as_ref().is_some_and(|c| c.len() != information.len());
    if let Some(column) = out.iter().position(wrong) {
        let (field, got) = (NAMES[column].into(), out[column].as_ref().map_or(0, |c| c.len()));
        return Err(Error::Shape { field, what: "samples", expected: information.len(), got });
    }
    let [i1, i2, i12, h1, h2, redundancy, unique1, unique2, synergy] =
        out.map(|column| column.unwrap_or_default());
    let mut atoms = [Atoms::default(); RUN];
    for (run, information) in information.chunks(RUN).enumerate() {
        let atoms = &mut atoms[..information.len()];
        atoms.iter_mut().zip(information).for_each(|(a, i)| *a = i.atoms().shifted(shift));
        let at = run * RUN;
        fill(i1, at, information, |i| i.i1);
        fill(i2, at, information, |i| i.i2);
        fill(i12, at, information, |i| i.i12);
        fill(h1, at, information, |i| i.h1);
        fill(h2, at, information, |i| i.h2);
        fill(redundancy, at, atoms, |a| a.redundancy);
        fill(unique1, at, atoms, |a| a.unique1);
        fill(unique2, at, atoms, |a| a.unique2);
        fill(synergy, at, atoms, |a| a.synergy);
    }
    Ok(())
}

/// Writes a number of each item from place `at` on, unless nothing is wanted.
fn fill<T>(out: &mut [f64], at: usize, items: &[T], value: impl Fn(&T) -> f64) {
    if let Some(out) = out.get_mut(at..) {
        out.iter_mut().zip(items).for_each(|(out, item)| *out = value(item));
    }
}
