//! Scores in means, the same in every language.

use super::config::ShiftRule;
use crate::Float;
use crate::interaction::{Atoms, Information, means_by, shift};
use serde::{Deserialize, Serialize};

/// A number for each of the classifiers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct PerSource {
    /// p(y|x1).
    pub x1: f64,
    /// p(y|x2).
    pub x2: f64,
    /// p(y|x1, x2).
    pub joint: f64,
}

/// By which models samples were read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// By the model, which did not see them.
    #[default]
    New,
    /// By the model, which was fitted to some of them ([`Summary::seen`]): they flatter it.
    InSample,
    /// Each by models that were fitted to other samples.
    CrossFitted,
}

/// What is said of all samples of a split together, nats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Number of samples.
    pub n: usize,
    /// Mean i(x1; y).
    pub i1: f64,
    /// Mean i(x2; y).
    pub i2: f64,
    /// Mean i(x1, x2; y).
    pub i12: f64,
    /// Mean surprisal of x1.
    pub h1: f64,
    /// Mean surprisal of x2.
    pub h2: f64,
    /// Mean atoms as they are.
    pub raw: Atoms,
    /// Mean atoms after the shift.
    pub adjusted: Atoms,
    /// The constant that shifts all samples' atoms: see [`shift`].
    pub shift: f64,
    /// S − R, which needs no surprisal.
    pub s_minus_r: f64,
    /// Fraction of samples whose class a classifier finds.
    pub accuracy: PerSource,
    /// Mean −log p(y|x) of each classifier.
    pub log_loss: PerSource,
    /// Samples with a standardised feature beyond the model's limit, and therefore limited.
    pub clipped: usize,
    /// By which models the samples were read.
    pub reading: Reading,
    /// Samples with the features of samples that the model which read them was fitted to.
    pub seen: usize,
}

/// What is counted and summed over a block of samples, by classifier where there are three.
#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    pub correct: [usize; 3],
    pub log_loss: [f64; 3],
    pub clipped: usize,
    pub seen: usize,
}

impl Tally {
    /// Counts a sample of this class, which a classifier finds this likely, by its log-probabilities of all classes.
    pub fn count<T: Float>(&mut self, source: usize, log_probabilities: &[T], (class, log_p): (usize, f64)) {
        let of_class = log_probabilities[class];
        self.log_loss[source] -= log_p;
        // The first class of the largest probability, as the released program has it.
        let mut others = log_probabilities.iter().enumerate();
        let largest = others.all(|(k, &p)| if k < class { p < of_class } else { p <= of_class });
        self.correct[source] += usize::from(largest);
    }
}

impl Summary {
    pub(super) fn new(information: &[Information], tallies: &[Tally], rule: ShiftRule, frozen: f64) -> Self {
        let [redundancy, unique1, unique2, synergy] = means_by(information, |i| {
            let a = i.atoms();
            [a.redundancy, a.unique1, a.unique2, a.synergy]
        });
        let raw = Atoms { redundancy, unique1, unique2, synergy };
        let shift = match rule {
            ShiftRule::Frozen => frozen,
            ShiftRule::Batch => shift(raw),
            ShiftRule::None => 0.0,
        };
        let per_source = |total: &dyn Fn(usize) -> f64| {
            let [x1, x2, joint] = [0, 1, 2].map(|source| total(source) / information.len() as f64);
            PerSource { x1, x2, joint }
        };
        let mean = Information::mean(information);
        let seen = tallies.iter().map(|t| t.seen).sum();
        Summary {
            reading: if seen > 0 { Reading::InSample } else { Reading::New },
            seen,
            n: information.len(),
            i1: mean.i1,
            i2: mean.i2,
            i12: mean.i12,
            h1: mean.h1,
            h2: mean.h2,
            raw,
            adjusted: raw.shifted(shift),
            shift,
            s_minus_r: mean.synergy_minus_redundancy(),
            accuracy: per_source(&|source| tallies.iter().map(|t| t.correct[source]).sum::<usize>() as f64),
            log_loss: per_source(&|source| tallies.iter().map(|t| t.log_loss[source]).sum()),
            clipped: tallies.iter().map(|t| t.clipped).sum(),
        }
    }
}
