//! Fits of data that are made from the user's own, so that what they hold is known.

mod made;

use super::quantities::Quantities;
use crate::rng::Stream;
use crate::{Config, Error, Float, Result, Samples};
use alloc::string::{String, ToString};
use alloc::{vec, vec::Vec};
use core::ops::ControlFlow;
use made::Maker;
use serde::{Deserialize, Serialize};

/// The streams of what is made, apart from those of fits.
const FIRST_STREAM: u64 = 3 << 32;

/// A planted synergy is found if this share of it is.
const FOUND: f64 = 0.8;

/// What a control fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// x1 beside itself: no synergy, and as much redundancy as information.
    DuplicatedX1,
    /// x1 beside its image under an invertible linear map: the same.
    MappedX1,
    /// x2 beside itself.
    DuplicatedX2,
    /// x2 beside its image under an invertible linear map.
    MappedX2,
    /// Labels shuffled among the samples: nothing at all.
    ShuffledLabels,
    /// x2 shuffled within each class: each modality tells what it did, but the pairs tell nothing of their own.
    ShuffledPairing,
    /// One half of the samples.
    FirstHalf,
    /// The other half: how far it is from the first is the chance in the samples and in the fit.
    SecondHalf,
    /// A bit that both modalities tell, in a direction of each, in place of what was there.
    PlantedRedundancy,
    /// An exclusive or of a bit in x1 and a bit in x2.
    PlantedSynergy,
}

impl Control {
    const ALL: [Control; 10] = [
        Control::DuplicatedX1,
        Control::MappedX1,
        Control::DuplicatedX2,
        Control::MappedX2,
        Control::ShuffledLabels,
        Control::ShuffledPairing,
        Control::FirstHalf,
        Control::SecondHalf,
        Control::PlantedRedundancy,
        Control::PlantedSynergy,
    ];

    /// Whether it holds no synergy, so that what is found is noise.
    pub fn is_without_synergy(self) -> bool {
        use Control::{DuplicatedX1, DuplicatedX2, MappedX1, MappedX2, ShuffledLabels};
        matches!(self, DuplicatedX1 | MappedX1 | DuplicatedX2 | MappedX2 | ShuffledLabels)
    }
}

/// What a control found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ControlResult {
    /// Which.
    pub control: Control,
    /// Samples.
    pub samples: usize,
    /// Features of x1 and x2.
    pub features: [usize; 2],
    /// The planted mean atom (R or S), nats, where one was planted.
    pub planted: Option<f64>,
    /// Cross-fitted means, nats; atoms are raw.
    pub found: Quantities<f64>,
}

/// A control that these data do not allow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ControlLeftOut {
    /// Which.
    pub control: Control,
    /// What a fit of its data says.
    pub reason: String,
}

/// What all controls found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Controls {
    /// One after the other; planted synergy in more and more features.
    pub results: Vec<ControlResult>,
    /// The largest |S| of controls that hold no synergy, nats: what is below it is noise.
    pub synergy_floor: f64,
    /// The most features of each modality among which the planted synergy was found, to four fifths at least; 0 if it
    /// was found among none.
    pub trusted_features: usize,
    /// Seed of what was made and of the fits.
    pub seed: u64,
    /// Controls that the data do not allow: features that never vary hold no planted bit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<ControlLeftOut>,
}

/// Fits data made from these samples, with these settings: duplicated modalities, shuffled labels and pairs, halves, and
/// planted redundancy and synergy, at the same number of samples and among the same features. They say what the method
/// would find if it were there, below what a synergy is noise, and among how many features one can be found.
///
/// Planted bits are clear: three standard deviations from 0, as in [`xor`](crate::synthetic::xor). Some twelve fits.
///
/// # Errors
/// [`Error::Setting`] for settings without folds, and as [`fit`](crate::fit); but a control that the data do not allow
/// is left out, if others are not.
pub fn controls<T: Float>(
    x1: Samples<'_, T>,
    x2: Samples<'_, T>,
    y: &[i64],
    config: &Config,
) -> Result<Controls> {
    controls_with_progress(x1, x2, y, config, &mut |_, _| ControlFlow::Continue(()))
}

/// [`controls`] that tells `observer` how many of how many fits are done, always by the calling thread; a break cancels.
///
/// # Errors
/// As [`controls`]; [`Error::Cancelled`] after a break.
pub fn controls_with_progress<T: Float>(
    x1: Samples<'_, T>,
    x2: Samples<'_, T>,
    y: &[i64],
    config: &Config,
    observer: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<Controls> {
    if config.folds == 0 {
        return Err(Error::Setting {
            field: "folds".to_string(),
            expected: "at least 2, as controls are read by models that did not see them".to_string(),
            got: "0".to_string(),
        });
    }
    config.check()?;
    let maker = Maker::new(x1, x2, y, config)?;
    // Of the planted synergy, all features, then half of them, and so on.
    let mut counts = vec![usize::MAX];
    let mut most = x1.features().max(x2.features());
    while most > 2 {
        most = most.div_ceil(2);
        counts.push(most);
    }
    let tasks: Vec<(Control, usize)> = Control::ALL
        .into_iter()
        .flat_map(|control| match control {
            Control::PlantedSynergy => counts.iter().map(|&count| (control, count)).collect(),
            _ => vec![(control, usize::MAX)],
        })
        .collect();
    let (mut results, mut left_out, mut trusted_features) = (Vec::with_capacity(tasks.len()), Vec::new(), 0);
    let mut first_error = None;
    for (done, &(control, most)) in tasks.iter().enumerate() {
        // What is found among many features is found among few.
        if control == Control::PlantedSynergy && trusted_features > 0 {
            break;
        }
        let mut stream = Stream::new(config.seed, FIRST_STREAM + done as u64);
        let found = maker.make(control, most, &mut stream);
        match found.and_then(|made| made.fit(control, config, &mut || observer(done, tasks.len()))) {
            Ok(result) => {
                let synergy = result.found.synergy;
                if control == Control::PlantedSynergy && result.planted.is_some_and(|s| synergy >= FOUND * s)
                {
                    trusted_features = result.features[0].max(result.features[1]);
                }
                results.push(result);
            }
            Err(Error::Cancelled) => return Err(Error::Cancelled),
            Err(error) => {
                left_out.push(ControlLeftOut { control, reason: error.to_string() });
                first_error = first_error.or(Some(error));
            }
        }
    }
    if let (true, Some(error)) = (results.is_empty(), first_error) {
        return Err(error);
    }
    if observer(tasks.len(), tasks.len()).is_break() {
        return Err(Error::Cancelled);
    }
    let noise = results.iter().filter(|result| result.control.is_without_synergy());
    let synergy_floor = noise.map(|result| result.found.synergy.abs()).fold(0.0, f64::max);
    left_out.dedup();
    Ok(Controls { results, synergy_floor, trusted_features, seed: config.seed, left_out })
}
