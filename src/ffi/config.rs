//! Settings as a C struct.

use super::arrays::{Structure, optional_structure_mut, structure, structure_mut, text, write_text};
use super::marginal::LsmiMarginalOptions;
use super::status::{
    Failure, LSMI_ERROR_POINTER, LSMI_ERROR_SETTING, LSMI_ERROR_STRUCT_SIZE, Outcome, guard,
};
use super::training::LsmiTraining;
use crate::Config;
use crate::classifier::Activation;
use crate::estimator::{ClassifierForm, EntropyUnits, Preset, Prior, ShiftRule};
use crate::knife::{Diagonal, Start, Triangle};
use alloc::format;
use alloc::string::String;
use core::ffi::c_char;

/// Preset: settings for trustworthy estimates.
pub const LSMI_PRESET_ROBUST: i32 = 0;
/// Preset: the released program's settings.
pub const LSMI_PRESET_PAPER: i32 = 1;
/// Not a preset: parameters that were trained elsewhere.
pub const LSMI_PRESET_IMPORTED: i32 = 2;
/// Class prior: 1/C.
pub const LSMI_PRIOR_UNIFORM: i32 = 0;
/// Class prior: frequencies of the training labels.
pub const LSMI_PRIOR_EMPIRICAL: i32 = 1;
/// Entropy units: those of the features as given.
pub const LSMI_UNITS_INPUT: i32 = 0;
/// Entropy units: standardised features.
pub const LSMI_UNITS_STANDARDIZED: i32 = 1;
/// Shift of the training split, kept in the model.
pub const LSMI_SHIFT_FROZEN: i32 = 0;
/// Shift of the samples that are scored.
pub const LSMI_SHIFT_BATCH: i32 = 1;
/// No shift.
pub const LSMI_SHIFT_NONE: i32 = 2;
/// Only as an argument of scoring: the shift rule of the model's settings.
pub const LSMI_SHIFT_OF_MODEL: i32 = -1;
/// A diagonal for every mode.
pub const LSMI_DIAGONAL_PER_MODE: i32 = 0;
/// One diagonal for all modes.
pub const LSMI_DIAGONAL_SHARED: i32 = 1;
/// With triangular part.
pub const LSMI_TRIANGLE_FULL: i32 = 0;
/// Without triangular part.
pub const LSMI_TRIANGLE_NONE: i32 = 1;
/// Training of a density starts at draws from N(0, 1).
pub const LSMI_START_NORMAL: i32 = 0;
/// Training of a density starts at samples.
pub const LSMI_START_SAMPLES: i32 = 1;
/// Training of a density starts at a Gaussian mixture that expectation-maximisation has fitted.
pub const LSMI_START_MIXTURE: i32 = 2;
/// As LSMI_START_MIXTURE, of the simplest form (modes, diagonal, triangular part) under which held-out samples are as
/// likely as under any; in the end fitted to all samples.
pub const LSMI_START_VALIDATED: i32 = 3;
/// The classifiers are what the settings say.
pub const LSMI_FORM_GIVEN: i32 = 0;
/// The classifiers are chosen by samples that a fit did not see, among linear ones and networks of several forms, and
/// weighted sums of them; in the end fitted to all samples.
pub const LSMI_FORM_VALIDATED: i32 = 1;
/// max(0, v).
pub const LSMI_ACTIVATION_RELU: i32 = 0;
/// tanh v.
pub const LSMI_ACTIVATION_TANH: i32 = 1;
/// Hidden layers that `LsmiConfig` has room for.
pub const LSMI_MAX_HIDDEN: usize = 8;

/// A setting that C knows by number.
pub(super) trait Coded: Copy + PartialEq + 'static {
    /// All values with their codes.
    const CODES: &'static [(i32, Self)];

    fn code(self) -> i32 {
        Self::CODES.iter().find(|(_, value)| *value == self).map_or(-1, |(code, _)| *code)
    }

    fn of_code(field: &str, code: i32) -> Outcome<Self> {
        Self::CODES.iter().find(|(known, _)| *known == code).map(|(_, value)| *value).ok_or_else(|| {
            let expected = format!("a code from 0 to {}", Self::CODES.len() - 1);
            Failure::new(LSMI_ERROR_SETTING, field, &expected, code)
        })
    }
}

macro_rules! coded {
    ($type:ty: $($code:ident => $value:expr),+) => {
        impl Coded for $type {
            const CODES: &'static [(i32, Self)] = &[$(($code, $value)),+];
        }
    };
}
pub(super) use coded;

coded!(Preset: LSMI_PRESET_ROBUST => Preset::Robust, LSMI_PRESET_PAPER => Preset::Paper,
    LSMI_PRESET_IMPORTED => Preset::Imported);
coded!(Prior: LSMI_PRIOR_UNIFORM => Prior::Uniform, LSMI_PRIOR_EMPIRICAL => Prior::Empirical);
coded!(EntropyUnits: LSMI_UNITS_INPUT => EntropyUnits::Input,
    LSMI_UNITS_STANDARDIZED => EntropyUnits::Standardized);
coded!(ShiftRule: LSMI_SHIFT_FROZEN => ShiftRule::Frozen, LSMI_SHIFT_BATCH => ShiftRule::Batch,
    LSMI_SHIFT_NONE => ShiftRule::None);
coded!(Diagonal: LSMI_DIAGONAL_PER_MODE => Diagonal::PerMode, LSMI_DIAGONAL_SHARED => Diagonal::Shared);
coded!(Triangle: LSMI_TRIANGLE_FULL => Triangle::Full, LSMI_TRIANGLE_NONE => Triangle::None);
coded!(Start: LSMI_START_NORMAL => Start::Normal, LSMI_START_SAMPLES => Start::Samples,
    LSMI_START_MIXTURE => Start::Mixture, LSMI_START_VALIDATED => Start::Validated);
coded!(ClassifierForm: LSMI_FORM_GIVEN => ClassifierForm::Given,
    LSMI_FORM_VALIDATED => ClassifierForm::Validated);
coded!(Activation: LSMI_ACTIVATION_RELU => Activation::Relu, LSMI_ACTIVATION_TANH => Activation::Tanh);

/// 0 or 1.
pub(super) fn flag(field: &str, value: i32) -> Outcome<bool> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(Failure::new(LSMI_ERROR_SETTING, field, "0 or 1", other)),
    }
}

/// All settings of a fit. Fill it by `lsmi_config_init`, then change fields, or set them by name with
/// `lsmi_config_set`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LsmiConfig {
    /// `sizeof(LsmiConfig)`.
    pub struct_size: usize,
    /// The seed of everything random.
    pub seed: u64,
    /// Number of classes; 0 takes the largest label plus one.
    pub classes: usize,
    /// Standardised values are limited to ± this many standard deviations.
    pub clip: f64,
    /// The fraction of the training samples (of each class) held out to decide when to stop.
    pub held_out: f64,
    /// Parts that the training samples are divided into, so that each is read by models that were fitted to the other
    /// parts; 0 for no such reading.
    pub folds: usize,
    /// What the choice of densities and classifiers may cost, in billions of multiply-adds; 0 for no bound.
    pub budget: f64,
    /// Modes of each density, K. They, the diagonal and the triangular part are chosen by the data if `start` is
    /// `LSMI_START_VALIDATED`.
    pub modes: usize,
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
    /// Epochs without improvement before training stops; 0 runs all epochs.
    pub density_patience: usize,
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
    /// Epochs without improvement before training stops; 0 runs all epochs.
    pub classifier_patience: usize,
    /// Widths of the classifiers' hidden layers, the first `hidden_layers` of them.
    pub hidden: [usize; LSMI_MAX_HIDDEN],
    /// Number of hidden layers; 0 for linear classifiers.
    pub hidden_layers: usize,
    /// 1 standardises the features on the training split and drops constant ones, else 0.
    pub standardize: i32,
    /// 1 bounds σ by tanh, else 0.
    pub bounded: i32,
    /// 1 trains the means, else 0.
    pub train_means: i32,
    /// 1 trains the weights of the modes, else 0.
    pub train_weights: i32,
    /// 1 never clears the densities' gradients (the released program's quirk), else 0.
    pub accumulate_gradients: i32,
    /// The preset that these settings began as, `LSMI_PRESET_…`.
    pub preset: i32,
    /// The class prior, `LSMI_PRIOR_…`.
    pub prior: i32,
    /// The units of h1 and h2, `LSMI_UNITS_…`.
    pub entropy_units: i32,
    /// The shift of the adjusted atoms, `LSMI_SHIFT_…`.
    pub shift: i32,
    /// `LSMI_DIAGONAL_…`.
    pub diagonal: i32,
    /// `LSMI_TRIANGLE_…`.
    pub triangle: i32,
    /// Where the densities' training starts, `LSMI_START_…`.
    pub start: i32,
    /// Who decides what the classifiers are, `LSMI_FORM_…`.
    pub classifier_form: i32,
    /// What follows each hidden layer, `LSMI_ACTIVATION_…`.
    pub activation: i32,
}

/// The conversions between `LsmiConfig` and `Config`, from the names of plain fields, flags and codes.
macro_rules! conversions {
    (plain: $($plain:ident),+; flags: $($flag:ident),+; codes: $($coded:ident),+) => {
        impl LsmiConfig {
            pub(super) fn of(config: &Config) -> Outcome<Self> {
                let layers = config.hidden.len();
                if layers > LSMI_MAX_HIDDEN {
                    let expected = format!("at most {LSMI_MAX_HIDDEN} layers");
                    return Err(Failure::new(LSMI_ERROR_SETTING, "hidden", &expected, layers));
                }
                let mut hidden = [0; LSMI_MAX_HIDDEN];
                hidden[..layers].copy_from_slice(&config.hidden);
                Ok(LsmiConfig {
                    struct_size: size_of::<LsmiConfig>(),
                    $($plain: config.$plain,)*
                    hidden,
                    hidden_layers: layers,
                    $($flag: i32::from(config.$flag),)*
                    $($coded: config.$coded.code(),)*
                })
            }

            pub(super) fn config(&self) -> Outcome<Config> {
                let hidden = self.hidden.get(..self.hidden_layers).ok_or_else(|| {
                    let expected = format!("at most {LSMI_MAX_HIDDEN}");
                    Failure::new(LSMI_ERROR_SETTING, "hidden_layers", &expected, self.hidden_layers)
                })?;
                Ok(Config {
                    $($plain: self.$plain,)*
                    hidden: hidden.to_vec(),
                    $($flag: flag(stringify!($flag), self.$flag)?,)*
                    $($coded: Coded::of_code(stringify!($coded), self.$coded)?,)*
                })
            }
        }
    };
}

conversions! {
    plain: seed, classes, clip, held_out, folds, budget, modes, density_epochs, density_batch, density_learning_rate, density_decay_every, density_decay_factor, density_weight_decay, density_patience, classifier_epochs, classifier_batch, classifier_learning_rate, classifier_decay_every, classifier_decay_factor, classifier_weight_decay, classifier_patience;
    flags: standardize, bounded, train_means, train_weights, accumulate_gradients;
    codes: preset, prior, entropy_units, shift, diagonal, triangle, start, classifier_form, activation
}

// SAFETY: repr(C), begins with its size; made of numbers and pointers, of which every pattern of bits is one.
unsafe impl Structure for LsmiConfig {
    const NAME: &'static str = "LsmiConfig";
}

/// The settings of a fit; NULL for those of preset robust.
///
/// # Safety
/// `config` is NULL or points to a readable struct.
pub(super) unsafe fn optional_config(config: *const LsmiConfig) -> Outcome<Config> {
    if config.is_null() {
        return Ok(Config::robust());
    }
    // SAFETY: by contract.
    unsafe { structure(config) }?.config()
}

/// Fills a configuration with a preset, `LSMI_PRESET_ROBUST` or `LSMI_PRESET_PAPER`. `struct_size` is
/// `sizeof(LsmiConfig)` of the caller's header.
///
/// Errors: `POINTER`, `STRUCT_SIZE` (nothing is written), `SETTING`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_config_init(config: *mut LsmiConfig, struct_size: usize, preset: i32) -> i32 {
    guard(|| {
        if config.is_null() {
            return Err(Failure::null("LsmiConfig"));
        }
        if !config.is_aligned() {
            return Err(Failure::new(LSMI_ERROR_POINTER, "LsmiConfig", "an aligned pointer", "another"));
        }
        if struct_size != size_of::<LsmiConfig>() {
            let expected = format!("struct_size {}", size_of::<LsmiConfig>());
            return Err(Failure::new(LSMI_ERROR_STRUCT_SIZE, "LsmiConfig", &expected, struct_size));
        }
        let preset = match Preset::of_code("preset", preset)? {
            Preset::Robust => Config::robust(),
            Preset::Paper => Config::paper(),
            Preset::Imported => {
                let expected = "LSMI_PRESET_ROBUST or LSMI_PRESET_PAPER";
                return Err(Failure::new(LSMI_ERROR_SETTING, "preset", expected, preset));
            }
        };
        let filled = LsmiConfig::of(&preset)?;
        // SAFETY: not NULL, aligned, and as large as the caller says, which is the struct's size.
        unsafe { config.write(filled) };
        Ok(())
    })
}

/// Sets one field by name from text, as `modes` from `7`, `hidden` from `64,64` (or `none`), `prior` from `uniform`.
/// With `modes`, `diagonal` or `triangle` a start of `LSMI_START_VALIDATED` becomes `LSMI_START_MIXTURE`, and with
/// `hidden` or `activation` `classifier_form` becomes `LSMI_FORM_GIVEN`: what is set is not chosen.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `TEXT`, `SETTING` for an unknown key (the message lists the keys) or a value
/// that the key cannot have; the configuration is then unchanged. Exclusive use of `config`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_config_set(
    config: *mut LsmiConfig,
    key: *const c_char,
    value: *const c_char,
) -> i32 {
    guard(|| {
        // SAFETY: the caller gives a configuration of its own and two NUL-terminated texts, or NULL.
        let (config, key, value) =
            unsafe { (structure_mut(config)?, text("key", key)?, text("value", value)?) };
        let mut changed = config.config()?;
        changed.set(key, value)?;
        *config = LsmiConfig::of(&changed)?;
        Ok(())
    })
}

/// Refuses settings that no fit can use, as `lsmi_fit` would.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `SETTING` naming the field. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_config_check(config: *const LsmiConfig) -> i32 {
    guard(|| {
        // SAFETY: the caller gives a readable configuration or NULL.
        let config = unsafe { structure(config) }?;
        Ok(config.config()?.check()?)
    })
}

/// Writes all settings as lines `key=value`, in the form that `lsmi_config_set` takes (but for `preset`, which only
/// `lsmi_config_init` sets), as NUL-terminated text. `length` (may be NULL) gets the length without NUL; with `buffer`
/// NULL only the length is written.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `SETTING`, `BUFFER`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_config_text(
    config: *const LsmiConfig,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> i32 {
    guard(|| {
        // SAFETY: the caller gives a readable configuration or NULL.
        let settings = unsafe { structure(config) }?.config()?.settings();
        let lines: String = settings.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
        // SAFETY: the caller gives `capacity` writable bytes (or NULL) and a writable length (or NULL).
        unsafe { write_text(&lines, buffer, capacity, length) }
    })
}

/// What a fit with these settings has its densities be and how it trains them, for `lsmi_marginal_fit`: the form,
/// whose `features` and `type_` stay as they are, and the training. Each may be NULL; the caller sets their
/// `struct_size` first.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `SETTING`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_config_density(
    config: *const LsmiConfig,
    options: *mut LsmiMarginalOptions,
    training: *mut LsmiTraining,
) -> i32 {
    guard(|| {
        // SAFETY: the caller gives a readable configuration and writable structs, or NULL.
        unsafe {
            let config = structure(config)?.config()?;
            let options = optional_structure_mut(options)?;
            if let Some(training) = optional_structure_mut(training)? {
                *training = LsmiTraining::of(&config.density_training());
            }
            if let Some(out) = options {
                *out = LsmiMarginalOptions::of(&config.density_options(), out.features, out.type_);
            }
        }
        Ok(())
    })
}

/// How a fit with these settings trains its classifiers, for `lsmi_network_fit`, whose other settings are `hidden`
/// and `activation` of the configuration; the caller sets `training->struct_size` first.
///
/// Errors: `POINTER`, `STRUCT_SIZE`, `SETTING`. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsmi_config_classifier(
    config: *const LsmiConfig,
    training: *mut LsmiTraining,
) -> i32 {
    guard(|| {
        // SAFETY: the caller gives a readable configuration and a writable struct, or NULL.
        let (config, training) = unsafe { (structure(config)?.config()?, structure_mut(training)?) };
        *training = LsmiTraining::of(&config.classifier_training());
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_survives_the_struct() {
        for config in [Config::robust(), Config { hidden: alloc::vec![], ..Config::paper() }] {
            assert_eq!(LsmiConfig::of(&config).unwrap().config().unwrap(), config);
        }
        let deep = Config { hidden: alloc::vec![1; 9], ..Config::robust() };
        assert_eq!(LsmiConfig::of(&deep).unwrap_err().status, LSMI_ERROR_SETTING);
        let mut bad = LsmiConfig::of(&Config::robust()).unwrap();
        bad.prior = 2;
        let failure = bad.config().unwrap_err();
        assert_eq!(failure.message, "prior: expected a code from 0 to 1, got 2");
        bad.prior = 0;
        bad.bounded = 7;
        assert_eq!(bad.config().unwrap_err().message, "bounded: expected 0 or 1, got 7");
    }
}
