//! Fits of data that are made from the user's own, so that what they hold is known.

mod made;

use super::quantities::Quantities;
use crate::rng::Stream;
use crate::{Config, Error, Float, Result, Samples, fit_with_progress};
use alloc::string::ToString;
use alloc::{vec, vec::Vec};
use core::ops::ControlFlow;
use made::{Made, Maker};
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

    /// Whether it holds no synergy.
    fn is_without_synergy(self) -> bool {
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
}

/// Fits data made from these samples, with these settings: duplicated modalities, shuffled labels and pairs, halves, and
/// planted redundancy and synergy, at the same number of samples and among the same features. They say what the method
/// would find if it were there, below what a synergy is noise, and among how many features one can be found.
///
/// Planted bits are clear: three standard deviations from 0, as in [`xor`](crate::synthetic::xor). Some twelve fits.
///
/// # Errors
/// [`Error::Setting`] for settings without folds, and as [`fit`](crate::fit).
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
    let (mut results, mut trusted_features) = (Vec::with_capacity(tasks.len()), 0);
    for (done, &(control, most)) in tasks.iter().enumerate() {
        // What is found among many features is found among few.
        if control == Control::PlantedSynergy && trusted_features > 0 {
            break;
        }
        let mut stream = Stream::new(config.seed, FIRST_STREAM + done as u64);
        let Made { x, widths, y, planted } = maker.make(control, most, &mut stream)?;
        let [x1, x2] = [0, 1].map(|m| Samples::from_rows(["x1", "x2"][m], &x[m], widths[m]));
        let mut observe = |_| observer(done, tasks.len());
        // Planted bits have classes of their own.
        let classes = if planted.is_some() { 0 } else { config.classes };
        let config = Config { classes, ..config.clone() };
        let model = fit_with_progress(x1?, x2?, &y, &config, &mut observe)?;
        let information = model.cross_fitted().map_or(&[][..], |scores| &scores.information);
        let found = Quantities::means(information);
        if control == Control::PlantedSynergy && planted.is_some_and(|s| found.synergy >= FOUND * s) {
            trusted_features = widths[0].max(widths[1]);
        }
        results.push(ControlResult { control, samples: y.len(), features: widths, planted, found });
    }
    if observer(tasks.len(), tasks.len()).is_break() {
        return Err(Error::Cancelled);
    }
    let noise = results.iter().filter(|result| result.control.is_without_synergy());
    let synergy_floor = noise.map(|result| result.found.synergy.abs()).fold(0.0, f64::max);
    Ok(Controls { results, synergy_floor, trusted_features, seed: config.seed })
}
