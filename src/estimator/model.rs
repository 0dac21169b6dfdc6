//! A fitted model.

use super::calibration::Calibration;
use super::component::Component;
use super::config::{Config, EntropyUnits, Preset, Prior, ShiftRule};
use super::health::Flag;
use super::preprocess::Preprocessing;
use super::rows::Rows;
use super::score::Scores;
use crate::classifier::{Network, NetworkCandidate, NetworkOptions};
use crate::interaction::Atoms;
use crate::knife::{Candidate, Marginal, MarginalOptions};
use crate::matrix::check_count;
use crate::optim::History;
use crate::{Error, Float, Result};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::{vec, vec::Vec};
use serde::{Deserialize, Serialize};

/// How the five models of a fit came about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Histories {
    /// Classifiers of x1, of x2, and of both.
    pub classifiers: [History; 3],
    /// Densities of x1 and x2.
    pub densities: [History; 2],
    /// The forms that were tried for the densities, if they were chosen.
    // Left out where there are none, as files from before have it.
    #[serde(default, skip_serializing_if = "none_tried")]
    pub candidates: [Vec<Candidate>; 2],
    /// The forms that were tried for the classifiers, if they were chosen.
    #[serde(default, skip_serializing_if = "none_tried")]
    pub classifier_candidates: [Vec<NetworkCandidate>; 3],
    /// Of which of the five models, in the order of [`Component::ALL`], the budget left forms out or some of their epochs.
    #[serde(default, skip_serializing_if = "are_none")]
    pub limited: [bool; 5],
}

fn are_none(limited: &[bool; 5]) -> bool {
    *limited == [false; 5]
}

fn none_tried<C, const N: usize>(candidates: &[Vec<C>; N]) -> bool {
    candidates.iter().all(Vec::is_empty)
}

/// A fitted model: three classifiers, two densities, and what new samples need to be scored with them.
///
/// Its file ([`Model::to_bytes`]) is a safetensors file of these arrays:
///
/// | array | shape | type |
/// |---|---|---|
/// | `classifier.{x1,x2,joint}.{layer}.weight`, `.bias` | outputs × inputs, outputs | the model's |
/// | `classifier.….expansion.{e}.map`, `.offset`, `.lowest`, `.highest`, `.linear`, `.quadratic`, `.centres`, `.precision`, `.weights` | k×d, k, k or 0, k or 0, C×k or 0×k, C×k×k or 0×k×k, m×k, 1, C×m | the model's |
/// | `density.{x1,x2}.means`, `.log_diagonal`, `.triangle`, `.logits` | K×d, K×d or 1×d, K×d×d, K | the model's |
/// | `preprocessing.{x1,x2}.columns`, `.means`, `.scales` | kept | I64, F64 |
/// | `prior.log_probabilities`, `prior.class_counts` | C | F64, I64 |
/// | `reading.information` (i1, i2, i12, h1, h2), `reading.targets` of [`Model::cross_fitted`] | n×5, n | F64, I64 |
/// | `training.rows`: a number for every training sample, to know it again | n | I64 |
///
/// z = (x − means) / scales of the kept columns, limited to ± the setting `clip`, is what [`Network`] and [`Marginal`]
/// work on; without standardisation means and scales are empty and all columns are kept. The metadata entry `lsmi` is
/// JSON: format version, settings, frozen shift, histories, and a checksum of all.
#[derive(Debug, Clone, PartialEq)]
pub struct Model<T> {
    pub(super) config: Config,
    pub(super) preprocessing: [Preprocessing; 2],
    pub(super) networks: [Network<T>; 3],
    pub(super) densities: [Marginal<T>; 2],
    /// log p(y); −∞ for a class without training samples under the empirical prior.
    pub(super) log_prior: Vec<f64>,
    /// Training samples of each class; empty if unknown.
    pub(super) class_counts: Vec<usize>,
    /// The shift of the training split; an imported model has none.
    pub(super) frozen_shift: Option<f64>,
    pub(super) histories: Histories,
    /// The training samples as models that did not see them read them.
    pub(super) cross_fitted: Option<Scores>,
    /// How sure those models were of these samples' classes, and how often right.
    pub(super) calibration: Option<Calibration>,
    /// What the models' chance makes of the deviations of those samples' mean atoms.
    pub(super) deviation_ratios: Option<Atoms>,
    /// What the training samples and their reading give reason to doubt.
    pub(super) flags: Vec<Flag>,
    /// The training samples, to know them again; none in an imported model.
    pub(super) rows: Rows,
}

/// Parameters that were trained elsewhere, on raw features.
#[derive(Debug, Clone)]
pub struct ModelParts<T> {
    /// Classifiers of x1, of x2, and of the concatenation.
    pub networks: [Network<T>; 3],
    /// Densities of x1 and x2.
    pub densities: [Marginal<T>; 2],
}

impl<T: Float> Model<T> {
    /// A model of given parameters, as the released program saves them: raw features, uniform prior, shift of the
    /// batch.
    ///
    /// # Errors
    /// [`Error::Shape`] where the parts do not fit each other.
    pub fn from_parts(parts: ModelParts<T>) -> Result<Self> {
        let ModelParts { networks, densities } = parts;
        let features = [networks[0].features(), networks[1].features()];
        let classes = networks[0].classes();
        let options: (&NetworkOptions, &MarginalOptions) = (networks[0].options(), densities[0].options());
        let config = Config {
            preset: Preset::Imported,
            classes,
            hidden: options.0.hidden.clone(),
            activation: options.0.activation,
            modes: options.1.modes,
            bounded: options.1.bounded,
            diagonal: options.1.diagonal,
            triangle: options.1.triangle,
            ..Config::paper()
        };
        let model = Model {
            config,
            preprocessing: features.map(Preprocessing::none),
            networks,
            densities,
            log_prior: vec![-libm::log(classes as f64); classes],
            class_counts: Vec::new(),
            frozen_shift: None,
            histories: Histories::default(),
            cross_fitted: None,
            calibration: None,
            deviation_ratios: None,
            flags: Vec::new(),
            rows: Rows::default(),
        };
        model.check_parts()?;
        Ok(model)
    }

    /// Refuses parts that do not fit each other.
    pub(super) fn check_parts(&self) -> Result<()> {
        let kept = [self.preprocessing[0].kept.len(), self.preprocessing[1].kept.len()];
        check_count("classifier of x1", "features", kept[0], self.networks[0].features())?;
        check_count("classifier of x2", "features", kept[1], self.networks[1].features())?;
        check_count("classifier of both", "features", kept[0] + kept[1], self.networks[2].features())?;
        check_count("density of x1", "features", kept[0], self.densities[0].features())?;
        check_count("density of x2", "features", kept[1], self.densities[1].features())?;
        let classes = self.networks[0].classes();
        check_count("classifier of x2", "classes", classes, self.networks[1].classes())?;
        check_count("classifier of both", "classes", classes, self.networks[2].classes())?;
        check_count("prior", "classes", classes, self.log_prior.len())?;
        if !self.class_counts.is_empty() {
            check_count("class counts", "classes", classes, self.class_counts.len())?;
        }
        if classes < 2 {
            return Err(Error::OneClass { field: "classifier of x1".to_string(), got: 0 });
        }
        Ok(())
    }

    /// The settings of the fit.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Features of the input, d1 and d2.
    pub fn features(&self) -> [usize; 2] {
        [self.preprocessing[0].features, self.preprocessing[1].features]
    }

    /// Number of classes, C.
    pub fn classes(&self) -> usize {
        self.log_prior.len()
    }

    /// log p(y) of every class, nats.
    pub fn log_prior(&self) -> &[f64] {
        &self.log_prior
    }

    /// Training samples of every class; empty if the model was imported.
    pub fn class_counts(&self) -> &[usize] {
        &self.class_counts
    }

    /// The shift of the training split, nats; none in an imported model, which has not seen its training samples.
    pub fn frozen_shift(&self) -> Option<f64> {
        self.frozen_shift
    }

    /// The training samples as models read them that did not see them: fits to the other folds, with the same settings.
    /// The shift is that of these samples. None without folds, and in an imported model.
    ///
    /// [`Model::score`] of training samples reads them by the models that were fitted to them, which flatters.
    pub fn cross_fitted(&self) -> Option<&Scores> {
        self.cross_fitted.as_ref()
    }

    /// How sure the classifiers of [`Model::cross_fitted`] were, and how often right.
    pub fn calibration(&self) -> Option<&Calibration> {
        self.calibration.as_ref()
    }

    /// By how much the standard deviation of each mean raw atom of [`Model::cross_fitted`] is larger, or smaller, over
    /// resampled samples to which the densities are fitted anew, and to which classifiers answer to first order, than
    /// where all stay as they are: what
    /// [`trust::intervals`](crate::trust::intervals) widens or narrows the atoms' intervals by.
    pub fn deviation_ratios(&self) -> Option<&Atoms> {
        self.deviation_ratios.as_ref()
    }

    /// The courses of the five trainings.
    pub fn histories(&self) -> &Histories {
        &self.histories
    }

    /// Classifiers of x1, of x2, and of both, on preprocessed features. Where classifiers were chosen, scores leave
    /// 1 / (n + 2) of what these say to the class frequencies of the n training samples.
    pub fn networks(&self) -> &[Network<T>; 3] {
        &self.networks
    }

    /// Densities of x1 and x2, on preprocessed features.
    pub fn densities(&self) -> &[Marginal<T>; 2] {
        &self.densities
    }

    /// What becomes of the features of x1 and x2 before the networks and densities see them.
    pub fn preprocessing(&self) -> &[Preprocessing; 2] {
        &self.preprocessing
    }

    /// What h1 and h2 of the scores have above the surprisals of preprocessed features, nats: 0, or the log-Jacobian of
    /// the standardisation where the setting `entropy_units` is `input`.
    pub fn entropy_offsets(&self) -> [f64; 2] {
        [0, 1].map(|modality| match self.config.entropy_units {
            EntropyUnits::Input => self.preprocessing[modality].log_jacobian(),
            EntropyUnits::Standardized => 0.0,
        })
    }

    /// Columns of x1 and x2 that the model leaves out since they were constant in training.
    pub fn dropped(&self) -> [Vec<usize>; 2] {
        [self.preprocessing[0].dropped(), self.preprocessing[1].dropped()]
    }

    /// What a reader of the results should know about the fit, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for (name, dropped) in ["x1", "x2"].iter().zip(self.dropped()) {
            if !dropped.is_empty() {
                notes.push(format!(
                    "{name}: constant in training and dropped: {}",
                    listed("column", &dropped)
                ));
            }
        }
        let classes = |wanted: fn(usize) -> bool| -> Vec<usize> {
            (0..self.class_counts.len()).filter(|&class| wanted(self.class_counts[class])).collect()
        };
        let unseen = classes(|count| count == 0);
        if !unseen.is_empty() {
            notes.push(format!("no training sample, cannot be scored: {}", listed("class", &unseen)));
        }
        let few = classes(|count| (1..FEW).contains(&count));
        if !few.is_empty() {
            notes.push(format!(
                "fewer than {FEW} training samples, hardly to be learned: {}",
                listed("class", &few)
            ));
        }
        let limited =
            Component::ALL.iter().zip(&self.histories.limited).filter(|(_, is_limited)| **is_limited);
        let limited: Vec<String> = limited.map(|(component, _)| component.to_string()).collect();
        if !limited.is_empty() {
            notes.push(format!(
                "the budget left forms untried, or some of their epochs: {}",
                limited.join(", ")
            ));
        }
        notes
    }

    /// Signs that the results may mislead, found in the training samples and in their reading; none in an imported
    /// model.
    pub fn flags(&self) -> &[Flag] {
        &self.flags
    }

    /// The shift rule of the fit.
    pub fn shift_rule(&self) -> ShiftRule {
        self.config.shift
    }
}

/// A class of fewer training samples gets a note.
const FEW: usize = 5;

/// Numbers for a reader, the first ones only if there are many.
fn listed(what: &str, numbers: &[usize]) -> String {
    const SHOWN: usize = 8;
    let first: Vec<String> = numbers.iter().take(SHOWN).map(usize::to_string).collect();
    let rest = match numbers.len().checked_sub(SHOWN + 1) {
        Some(more) => format!(", … and {} more", more + 1),
        None => String::new(),
    };
    let plural = match (numbers.len(), what) {
        (1, _) => "",
        (_, "class") => "es",
        _ => "s",
    };
    format!("{what}{plural} {}{rest}", first.join(", "))
}

/// log p(y) under a prior rule.
pub(super) fn log_prior(rule: Prior, class_counts: &[usize]) -> Vec<f64> {
    let total: usize = class_counts.iter().sum();
    let log = |count: &usize| match rule {
        Prior::Uniform => -libm::log(class_counts.len() as f64),
        Prior::Empirical => libm::log(*count as f64 / total as f64),
    };
    class_counts.iter().map(log).collect()
}
