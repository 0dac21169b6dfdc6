//! Settings and presets.

use super::component::Component;
use crate::classifier::{Activation, NetworkOptions};
use crate::knife::{Diagonal, MarginalOptions, Start, Triangle};
use crate::optim::Training;
use crate::{Error, Result};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::{vec, vec::Vec};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The most modes, classes and units of a layer, so that a stray number cannot ask for more than the memory.
pub(super) const LARGEST: usize = 1 << 16;

/// The most folds: each is five fits.
const MOST_FOLDS: usize = 1000;

/// Where a configuration comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Settings for trustworthy estimates, the default.
    Robust,
    /// The settings of the program released with the paper.
    Paper,
    /// Parameters that were trained elsewhere.
    Imported,
}

/// The class prior p(y).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prior {
    /// 1/C.
    Uniform,
    /// Frequencies of the training labels.
    Empirical,
}

/// The space whose density gives h. Redundancy depends on it, since h1 and h2 are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntropyUnits {
    /// Features as given: the log-Jacobian of the standardisation is added back.
    Input,
    /// Standardised features: both modalities in comparable units.
    Standardized,
}

/// Which constant adjusts the atoms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShiftRule {
    /// The shift of the training split, kept in the model.
    Frozen,
    /// The shift of the samples that are scored.
    Batch,
    /// No shift.
    None,
}

/// Who decides what the classifiers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassifierForm {
    /// The settings `hidden`, `activation`, `classifier_learning_rate`, `classifier_weight_decay` and so on.
    Given,
    /// Samples that a fit did not see: linear classifiers, normal laws, radial units and networks of several forms and
    /// weight decays, of all features or a few directions of them, are trained on all folds but one; the weighted sum of their
    /// log-probabilities and the prior's that the left-out folds find likeliest is taken, and trained on all samples.
    /// The epochs (at most), the batch and the learning rate are those of the settings, the last for networks of all
    /// features.
    Validated,
}

/// All settings of a fit. Each field is also a key of [`Config::set`], the same in every language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The preset these settings began as.
    pub preset: Preset,
    /// The seed of everything random.
    pub seed: u64,
    /// Number of classes; 0 takes the largest label plus one.
    pub classes: usize,
    /// Whether features are brought to mean 0 and standard deviation 1 on the training split; constant ones are
    /// dropped then.
    pub standardize: bool,
    /// Standardised values are limited to ± this many standard deviations.
    pub clip: f64,
    /// The class prior.
    pub prior: Prior,
    /// The units of h1 and h2.
    pub entropy_units: EntropyUnits,
    /// The shift of the adjusted atoms.
    pub shift: ShiftRule,
    /// The fraction of the training samples (of each class) held out to decide when to stop.
    pub held_out: f64,
    /// Parts that the training samples are divided into, so that each is read by models that were fitted to the other
    /// parts; 0 for no such reading.
    pub folds: usize,
    /// What the choice of densities and classifiers may cost, in billions of multiply-adds, an equal share for each of the
    /// five models; 0 for no bound. Forms come simplest first: what is beyond is trained for fewer epochs or left out,
    /// and the model's notes say so.
    // Left out where there is none, as files from before have it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub budget: f64,
    /// Modes of each density, K. They, the diagonal and the triangular part are chosen by the data if `start` is
    /// [`Start::Validated`].
    pub modes: usize,
    /// σ = tanh ℓ rather than σ = ℓ. Without the bound a density can grow for ever along features that take few
    /// values.
    pub bounded: bool,
    /// One diagonal per mode or a shared one.
    pub diagonal: Diagonal,
    /// With or without triangular part.
    pub triangle: Triangle,
    /// Whether training moves the means.
    pub train_means: bool,
    /// Whether training moves the weights of the modes.
    pub train_weights: bool,
    /// Where the densities' training starts.
    pub start: Start,
    /// The quirk of the released program: the densities' gradients are never cleared.
    pub accumulate_gradients: bool,
    /// Epochs of the densities, at most.
    pub density_epochs: usize,
    /// Samples per step of the densities.
    pub density_batch: usize,
    /// Learning rate of the densities.
    pub density_learning_rate: f64,
    /// Epochs between reductions of the densities' learning rate; 0 keeps it.
    pub density_decay_every: usize,
    /// Factor of each reduction.
    pub density_decay_factor: f64,
    /// Weight decay of the triangular parts.
    pub density_weight_decay: f64,
    /// Epochs without improvement on the held-out samples before training stops; 0 runs all epochs.
    pub density_patience: usize,
    /// Who decides what the classifiers are. [`Config::set`] makes it [`ClassifierForm::Given`] when it sets `hidden` or
    /// `activation`.
    pub classifier_form: ClassifierForm,
    /// Widths of the classifiers' hidden layers; none for linear classifiers.
    pub hidden: Vec<usize>,
    /// What follows each hidden layer.
    pub activation: Activation,
    /// Epochs of the classifiers, at most.
    pub classifier_epochs: usize,
    /// Samples per step of the classifiers.
    pub classifier_batch: usize,
    /// Learning rate of the classifiers.
    pub classifier_learning_rate: f64,
    /// Epochs between reductions of the classifiers' learning rate; 0 keeps it.
    pub classifier_decay_every: usize,
    /// Factor of each reduction.
    pub classifier_decay_factor: f64,
    /// Weight decay of the classifiers' weights.
    pub classifier_weight_decay: f64,
    /// Epochs without improvement on the held-out samples before training stops; 0 runs all epochs.
    pub classifier_patience: usize,
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

impl Default for Config {
    fn default() -> Self {
        Config::robust()
    }
}

impl Config {
    /// Preset `robust`: standardised features, empirical prior, densities and classifiers chosen by samples that they did
    /// not see, and a reading of every training sample by such models.
    pub fn robust() -> Self {
        Config {
            preset: Preset::Robust,
            seed: 42,
            classes: 0,
            standardize: true,
            clip: 10.0,
            prior: Prior::Empirical,
            entropy_units: EntropyUnits::Standardized,
            shift: ShiftRule::Frozen,
            held_out: 0.2,
            folds: 5,
            budget: 0.0,
            modes: 5,
            bounded: true,
            diagonal: Diagonal::PerMode,
            triangle: Triangle::Full,
            train_means: true,
            train_weights: true,
            start: Start::Validated,
            accumulate_gradients: false,
            density_epochs: 100,
            density_batch: 64,
            density_learning_rate: 1e-2,
            density_decay_every: 15,
            density_decay_factor: 0.5,
            density_weight_decay: 0.0,
            density_patience: 10,
            classifier_form: ClassifierForm::Validated,
            hidden: vec![64, 64],
            activation: Activation::Relu,
            classifier_epochs: 100,
            classifier_batch: 32,
            classifier_learning_rate: 1e-3,
            classifier_decay_every: 15,
            classifier_decay_factor: 0.5,
            classifier_weight_decay: 0.1,
            classifier_patience: 10,
        }
    }

    /// Preset `paper`: the settings of the released program. Its accumulated gradients are off; set
    /// `accumulate_gradients` to have them.
    pub fn paper() -> Self {
        Config {
            preset: Preset::Paper,
            standardize: false,
            prior: Prior::Uniform,
            entropy_units: EntropyUnits::Input,
            shift: ShiftRule::Batch,
            held_out: 0.0,
            folds: 0,
            start: Start::Normal,
            density_epochs: 30,
            density_batch: 32,
            density_learning_rate: 1e-3,
            density_decay_every: 20,
            density_decay_factor: 0.1,
            density_patience: 0,
            classifier_form: ClassifierForm::Given,
            classifier_epochs: 30,
            classifier_decay_every: 15,
            classifier_decay_factor: 0.1,
            classifier_weight_decay: 0.0,
            classifier_patience: 0,
            ..Config::robust()
        }
    }

    /// The preset of that name.
    ///
    /// # Errors
    /// [`Error::Setting`] for a name other than `robust` and `paper`.
    pub fn preset(name: &str) -> Result<Self> {
        match name {
            "robust" => Ok(Config::robust()),
            "paper" => Ok(Config::paper()),
            _ => Err(Error::Setting {
                field: "preset".to_string(),
                expected: "robust or paper".to_string(),
                got: name.to_string(),
            }),
        }
    }

    /// Sets one field by name from text, as `modes` from `7`, `hidden` from `64,64` (or `none`).
    ///
    /// Who says what a model is to be does not want it chosen: with `modes`, `diagonal` or `triangle` a start of
    /// [`Start::Validated`] becomes [`Start::Mixture`], and with `hidden` or `activation` `classifier_form` becomes
    /// [`ClassifierForm::Given`].
    ///
    /// ```
    /// let mut config = lsmi::Config::default();
    /// config.set("modes", "7")?;
    /// config.set("entropy_units", "input")?;
    /// assert_eq!(config.modes, 7);
    /// assert!(config.set("mode", "7").is_err());
    /// # Ok::<(), lsmi::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] for an unknown key or a value that the key cannot have.
    pub fn set(&mut self, key: &str, value: &str) -> Result<()> {
        let fail =
            |expected: String| Error::Setting { field: key.to_string(), expected, got: format!("'{value}'") };
        let mut fields = self.fields();
        let settable = key != "preset";
        let Some(slot) = fields.get_mut(key).filter(|_| settable) else {
            let known: Vec<String> = fields.keys().filter(|k| *k != "preset").cloned().collect();
            let expected = format!("one of {}", known.join(", "));
            return Err(Error::Setting { field: "setting".to_string(), expected, got: format!("'{key}'") });
        };
        let text = value.trim();
        let list = |text: &str| -> Option<Value> {
            let items = text.split(',').filter(|_| text != "none" && !text.is_empty());
            items.map(|item| item.trim().parse::<u64>().ok().map(Value::from)).collect()
        };
        let (parsed, expected) = match slot {
            Value::Bool(_) => (text.parse().ok().map(Value::Bool), "true or false"),
            Value::Number(n) if n.is_f64() => (
                text.parse::<f64>().ok().and_then(serde_json::Number::from_f64).map(Value::Number),
                "a finite number",
            ),
            Value::Number(_) => (text.parse::<u64>().ok().map(Value::from), "a whole number, at least 0"),
            Value::Array(_) => (list(text), "whole numbers separated by commas, or none"),
            _ => (Some(Value::from(text.replace('-', "_"))), ""),
        };
        *slot = parsed.ok_or_else(|| fail(expected.to_string()))?;
        *self = serde_json::from_value(Value::Object(fields)).map_err(|e| {
            // Names of variants: "unknown variant `x`, expected `a` or `b`".
            let message = e.to_string().replace('`', "");
            fail(message.split_once("expected ").map_or(message.clone(), |(_, names)| names.to_string()))
        })?;
        match key {
            "modes" | "diagonal" | "triangle" if self.start == Start::Validated => {
                self.start = Start::Mixture
            }
            "hidden" | "activation" => self.classifier_form = ClassifierForm::Given,
            _ => {}
        }
        Ok(())
    }

    /// Every setting as key and text, in the form that [`Config::set`] takes.
    pub fn settings(&self) -> Vec<(String, String)> {
        let text = |value: &Value| match value {
            Value::String(name) => name.clone(),
            Value::Array(items) if items.is_empty() => "none".to_string(),
            Value::Array(items) => items.iter().map(Value::to_string).collect::<Vec<_>>().join(","),
            other => other.to_string(),
        };
        self.fields().iter().map(|(key, value)| (key.clone(), text(value))).collect()
    }

    /// The fields by name.
    fn fields(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(mut fields)) => {
                fields.entry("budget").or_insert(Value::from(self.budget));
                fields
            }
            _ => unreachable!("a struct of numbers, names and lists is a JSON object"),
        }
    }

    /// Refuses settings that no fit can use.
    ///
    /// # Errors
    /// [`Error::Setting`] naming the field.
    pub fn check(&self) -> Result<()> {
        self.density_training().check("density_")?;
        self.classifier_training().check("classifier_")?;
        let fail = |field: &str, expected: &str, got: String| {
            Err(Error::Setting { field: field.to_string(), expected: expected.to_string(), got })
        };
        if !(self.clip > 0.0 && self.clip.is_finite()) {
            return fail("clip", "a finite number above 0", self.clip.to_string());
        }
        if !(0.0..1.0).contains(&self.held_out) {
            return fail("held_out", "a fraction from 0 to below 1", self.held_out.to_string());
        }
        if self.folds == 1 || self.folds > MOST_FOLDS {
            let expected = format!("0 (none) or a whole number from 2 to {MOST_FOLDS}");
            return fail("folds", &expected, self.folds.to_string());
        }
        if !(self.budget >= 0.0 && self.budget.is_finite()) {
            return fail("budget", "a finite number, at least 0", self.budget.to_string());
        }
        if !(1..=LARGEST).contains(&self.modes) {
            return fail("modes", "a whole number from 1 to 65536", self.modes.to_string());
        }
        if self.hidden.iter().any(|width| !(1..=LARGEST).contains(width)) {
            return fail("hidden", "widths from 1 to 65536", format!("{:?}", self.hidden));
        }
        if self.classes == 1 || self.classes > LARGEST {
            let expected = "0 (from the labels) or a whole number from 2 to 65536";
            return fail("classes", expected, self.classes.to_string());
        }
        Ok(())
    }

    /// Multiply-adds that the choice of one of the five models may take.
    pub(super) fn budget_of_model(&self) -> f64 {
        match self.budget {
            0.0 => f64::INFINITY,
            budget => budget * 1e9 / Component::ALL.len() as f64,
        }
    }

    /// The densities' form.
    pub fn density_options(&self) -> MarginalOptions {
        MarginalOptions {
            modes: self.modes,
            bounded: self.bounded,
            diagonal: self.diagonal,
            triangle: self.triangle,
            train_means: self.train_means,
            train_weights: self.train_weights,
        }
    }

    /// How the densities are trained.
    pub fn density_training(&self) -> Training {
        Training {
            epochs: self.density_epochs,
            batch: self.density_batch,
            learning_rate: self.density_learning_rate,
            decay_every: self.density_decay_every,
            decay_factor: self.density_decay_factor,
            weight_decay: self.density_weight_decay,
            patience: self.density_patience,
            accumulate_gradients: self.accumulate_gradients,
        }
    }

    /// The classifiers' form.
    pub fn network_options(&self) -> NetworkOptions {
        NetworkOptions { hidden: self.hidden.clone(), activation: self.activation }
    }

    /// How the classifiers are trained.
    pub fn classifier_training(&self) -> Training {
        Training {
            epochs: self.classifier_epochs,
            batch: self.classifier_batch,
            learning_rate: self.classifier_learning_rate,
            decay_every: self.classifier_decay_every,
            decay_factor: self.classifier_decay_factor,
            weight_decay: self.classifier_weight_decay,
            patience: self.classifier_patience,
            accumulate_gradients: false,
        }
    }
}

#[cfg(test)]
mod tests;
