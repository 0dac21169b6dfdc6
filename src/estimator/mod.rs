//! The estimator: fit a model to two modalities and a target, score samples with it.

mod any;
mod calibration;
mod component;
mod config;
mod course;
mod density;
mod entropy;
#[cfg(feature = "std")]
mod file;
mod fit;
mod format;
mod health;
mod model;
mod mutual;
mod preprocess;
mod ranks;
mod reading;
mod resampling;
mod rows;
mod score;
mod summary;
mod training;

pub use any::AnyModel;
pub use calibration::{Calibration, CalibrationBin};
pub use component::Component;
pub use config::{ClassifierForm, Config, EntropyUnits, Preset, Prior, ShiftRule};
pub use entropy::{Entropy, entropy, entropy_with_progress};
#[cfg(feature = "std")]
pub use file::write_atomically;
pub(crate) use fit::check_classes;
pub use fit::{Progress, fit, fit_with_progress};
pub use format::FORMAT_VERSION;
pub use health::{Flag, data_flags};
pub use model::{Histories, Model, ModelParts};
pub use mutual::{MutualInformation, mutual_information, mutual_information_with_progress};
pub use preprocess::Preprocessing;
pub(crate) use reading::same_samples;
pub use score::Scores;
pub use summary::{PerSource, Reading, Summary};
