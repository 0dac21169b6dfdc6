//! The command line's words.

use crate::bench::Selection;
use clap::{Args, Parser, Subcommand, ValueEnum};
use lsmi::Config;
use lsmi::estimator::ShiftRule;
use std::path::PathBuf;

/// Redundancy, uniqueness and synergy of two modalities about a target, for every sample, in nats.
#[derive(Debug, Parser)]
#[command(name = "lsmi", version, propagate_version = true, max_term_width = 100)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make data with known truth, fit, and compare.
    Demo(Demo),
    /// Say, before a fit, what is wrong with data and what could be found in them.
    Check(Check),
    /// Fit a model to a data file and report on its splits.
    Fit(Fit),
    /// Score the samples of a data file with a model.
    Score(Score),
    /// Estimate the entropy of one array, and how surprising each of its samples is.
    Entropy(Entropy),
    /// Estimate the mutual information of two arrays, and what each sample has of it.
    Mi(MutualInformation),
    /// Make a model of a checkpoint that the released program saved.
    Import(Import),
    /// Make a data file with known truth.
    Synth(Synth),
    /// Say what a data or model file holds.
    Inspect(Inspect),
    /// Make a page (HTML) of a model or of the JSON of a fit.
    Report(Report),
    /// Measure how fast this machine computes.
    Bench(Bench),
}

/// Settings of a fit.
#[derive(Debug, Args)]
pub struct Settings {
    /// Settings to begin from: `robust` or `paper` (the released program's).
    #[arg(long, default_value = "robust")]
    pub preset: String,
    /// Seed of everything random.
    #[arg(long, default_value_t = 42)]
    pub seed: u64,
    /// Parts of the training split, each read by models fitted to the others; 0 reads it by the model itself
    /// [default: that of the preset].
    #[arg(long)]
    pub folds: Option<usize>,
    /// One setting, as in `--set modes=7`; see the list below.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

impl Settings {
    /// The configuration that these words ask for.
    pub fn config(&self) -> lsmi::Result<Config> {
        let mut config = Config { seed: self.seed, ..Config::preset(&self.preset)? };
        config.folds = self.folds.unwrap_or(config.folds);
        for setting in &self.set {
            let (key, value) = setting.split_once('=').ok_or_else(|| lsmi::Error::Setting {
                field: "--set".into(),
                expected: "KEY=VALUE".into(),
                got: format!("'{setting}'"),
            })?;
            config.set(key.trim(), value)?;
        }
        config.check()?;
        Ok(config)
    }
}

/// The settings and what the presets make of them, for the end of a help text.
fn settings_help() -> String {
    let mut text = "Settings for --set, as preset robust (and paper) has them:\n".to_string();
    for ((key, robust), (_, paper)) in Config::robust().settings().iter().zip(Config::paper().settings()) {
        let other = if *robust == paper { String::new() } else { format!("  ({paper})") };
        if key != "preset" && key != "seed" {
            text += &format!("  {key}={robust}{other}\n");
        }
    }
    text + "The documentation of lsmi::Config explains each."
}

/// `lsmi demo`.
#[derive(Debug, Args)]
#[command(after_help = settings_help())]
pub struct Demo {
    /// Classes of the mixed Gaussian.
    #[arg(long, default_value_t = 2)]
    pub classes: usize,
    /// Samples, of which the last fifth validates.
    #[arg(long, default_value_t = 2000)]
    pub samples: usize,
    /// Correlation of the modalities' noise.
    #[arg(long, default_value_t = 0.5, allow_negative_numbers = true)]
    pub rho: f64,
    /// Standard deviation of the noise.
    #[arg(long, default_value_t = 0.5)]
    pub noise: f64,
    /// Settings.
    #[command(flatten)]
    pub settings: Settings,
    /// Writes the results as JSON (`-` for standard output, without the tables).
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// How far the estimates can be trusted.
#[derive(Debug, Args)]
pub struct Uncertainty {
    /// Bootstrap draws of the intervals of the cross-fitted means; 0 for none [default: 1000 with folds].
    #[arg(long, value_name = "DRAWS")]
    pub bootstrap: Option<usize>,
    /// Shuffles of the labels for p-values; each fits the classifiers again. What was stopped goes on in the next call.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub permutations: usize,
    /// Further fits with other folds and starts, for the spread between them; each takes as long as the fit.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub repeats: usize,
}

/// The number type of a fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Precision {
    /// As the features in the file.
    Data,
    /// Single.
    F32,
    /// Double.
    F64,
}

/// `lsmi check`.
#[derive(Debug, Args)]
#[command(after_help = settings_help())]
pub struct Check {
    /// Data, as for `lsmi fit`; the train split counts.
    pub data: PathBuf,
    /// Only looks at features and classes, and fits nothing.
    #[arg(long)]
    pub no_controls: bool,
    /// Settings of the fits.
    #[command(flatten)]
    pub settings: Settings,
    /// Writes the findings as JSON (`-` for standard output, without the tables).
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// What commands write that tell a number of every sample.
#[derive(Debug, Args)]
pub struct Outputs {
    /// Writes the number of every sample (.csv, .npz or .safetensors).
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Writes the findings as JSON (`-` for standard output, without the tables).
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// `lsmi entropy`.
#[derive(Debug, Args)]
#[command(after_help = settings_help())]
pub struct Entropy {
    /// Data: .pt, .npz or .safetensors.
    pub data: PathBuf,
    /// The array, samples × features; not needed where there is but one.
    #[arg(long, value_name = "NAME")]
    pub array: Option<String>,
    /// Settings; those of densities count.
    #[command(flatten)]
    pub settings: Settings,
    /// What is written.
    #[command(flatten)]
    pub outputs: Outputs,
}

/// `lsmi mi`.
#[derive(Debug, Args)]
#[command(after_help = settings_help())]
pub struct MutualInformation {
    /// Data: .pt, .npz or .safetensors.
    pub data: PathBuf,
    /// The one array, samples × features.
    #[arg(long, value_name = "NAME", default_value = "x")]
    pub x: String,
    /// The other array, samples × features.
    #[arg(long, value_name = "NAME", default_value = "y")]
    pub y: String,
    /// Replaces features by normal quantiles of their ranks: for long tails, or features with bounds.
    #[arg(long)]
    pub by_ranks: bool,
    /// Settings; those of densities count.
    #[command(flatten)]
    pub settings: Settings,
    /// What is written.
    #[command(flatten)]
    pub outputs: Outputs,
}

/// `lsmi fit`.
#[derive(Debug, Args)]
#[command(after_help = settings_help())]
pub struct Fit {
    /// Data: .pt, .npz or .safetensors with train_modal_1_features, train_modal_2_features, train_targets and,
    /// if at hand, val_….
    pub data: PathBuf,
    /// Where the model goes (a safetensors file).
    #[arg(short, long, value_name = "MODEL")]
    pub output: PathBuf,
    /// Settings.
    #[command(flatten)]
    pub settings: Settings,
    /// Intervals and p-values.
    #[command(flatten)]
    pub uncertainty: Uncertainty,
    /// Number type of the fit and of the model.
    #[arg(long, value_enum, default_value = "data")]
    pub precision: Precision,
    /// Writes the results as JSON (`-` for standard output, without the tables).
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// Which samples of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SplitChoice {
    /// train_….
    Train,
    /// val_….
    Val,
    /// Both, train first.
    All,
}

/// Which shift adjusts the atoms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shift {
    /// That of the training split, kept in the model.
    Frozen,
    /// That of the samples scored.
    Batch,
    /// None.
    None,
}

impl From<Shift> for ShiftRule {
    fn from(shift: Shift) -> Self {
        match shift {
            Shift::Frozen => ShiftRule::Frozen,
            Shift::Batch => ShiftRule::Batch,
            Shift::None => ShiftRule::None,
        }
    }
}

/// `lsmi score`.
#[derive(Debug, Args)]
pub struct Score {
    /// A model of `lsmi fit` or `lsmi import`.
    pub model: PathBuf,
    /// Data, as for `lsmi fit`.
    pub data: PathBuf,
    /// Which samples [default: val if the file has it, else train].
    #[arg(long, value_enum)]
    pub split: Option<SplitChoice>,
    /// Which shift adjusts the atoms [default: as the model was fitted].
    #[arg(long, value_enum)]
    pub shift: Option<Shift>,
    /// Writes a row per sample: index,y,i1,i2,i12,h1,h2,r,u1,u2,s (raw); .csv, .npz or .safetensors.
    #[arg(short, long, value_name = "SCORES")]
    pub output: Option<PathBuf>,
    /// Writes the summary as JSON (`-` for standard output, without the tables).
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// `lsmi import`.
#[derive(Debug, Args)]
pub struct Import {
    /// State dicts saved by the released program.
    pub checkpoint: PathBuf,
    /// Where the model goes (a safetensors file).
    #[arg(short, long, value_name = "MODEL")]
    pub output: PathBuf,
}

/// What every generator takes.
#[derive(Debug, Args)]
pub struct SynthOutput {
    /// Samples.
    #[arg(long, default_value_t = 2000)]
    pub samples: usize,
    /// Fraction of the samples, the last ones, that go to the val split.
    #[arg(long, default_value_t = 0.2)]
    pub validation: f64,
    /// Seed.
    #[arg(long, default_value_t = 42)]
    pub seed: u64,
    /// Where the data go: .npz or .safetensors.
    #[arg(short, long, value_name = "DATA")]
    pub output: PathBuf,
}

/// `lsmi synth`.
#[derive(Debug, Args)]
pub struct Synth {
    /// Which generator.
    #[command(subcommand)]
    pub generator: Generator,
}

/// Which generator.
#[derive(Debug, Subcommand)]
pub enum Generator {
    /// The released program's demo: classes as corners, in noise correlated between the modalities.
    Gaussian {
        /// Classes.
        #[arg(long, default_value_t = 2)]
        classes: usize,
        /// Correlation of the modalities' noise.
        #[arg(long, default_value_t = 0.5, allow_negative_numbers = true)]
        rho: f64,
        /// Standard deviation of the noise.
        #[arg(long, default_value_t = 0.5)]
        noise: f64,
        /// Samples and output.
        #[command(flatten)]
        output: SynthOutput,
    },
    /// Planted exclusive or: synergy alone.
    Xor {
        /// Features of each modality.
        #[arg(long, default_value_t = 8)]
        dimension: usize,
        /// Distance of the signal from 0, in standard deviations of the noise.
        #[arg(long, default_value_t = 3.0)]
        amplitude: f64,
        /// Samples and output.
        #[command(flatten)]
        output: SynthOutput,
    },
    /// Bits of a logic gate: xor, or, and, not_x2, copy, xor_not.
    Circuit {
        /// The gate.
        gate: String,
        /// Samples and output.
        #[command(flatten)]
        output: SynthOutput,
    },
    /// Redundant, unique and synergistic samples in given proportions.
    Mixture {
        /// Share of redundant samples.
        #[arg(long, default_value_t = 1.0)]
        redundant: f64,
        /// Share of samples that only x1 tells about.
        #[arg(long, default_value_t = 1.0)]
        unique1: f64,
        /// Share of samples that only x2 tells about.
        #[arg(long, default_value_t = 1.0)]
        unique2: f64,
        /// Share of synergistic samples.
        #[arg(long, default_value_t = 1.0)]
        synergistic: f64,
        /// Distance of the signals from 0, in standard deviations of the noise.
        #[arg(long, default_value_t = 4.0)]
        amplitude: f64,
        /// Samples and output.
        #[command(flatten)]
        output: SynthOutput,
    },
}

/// `lsmi inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// A data or model file.
    pub file: PathBuf,
}

/// `lsmi report`.
#[derive(Debug, Args)]
pub struct Report {
    /// A model, or what `lsmi fit --json` wrote.
    #[arg(value_name = "MODEL|JSON")]
    pub source: PathBuf,
    /// What `lsmi check --json` wrote of the same data: the page then has its controls.
    #[arg(long, value_name = "JSON")]
    pub check: Option<PathBuf>,
    /// Where the page goes.
    #[arg(short, long, value_name = "PAGE")]
    pub output: PathBuf,
}

/// `lsmi bench`.
#[derive(Debug, Args)]
pub struct Bench {
    /// What to measure.
    #[command(flatten)]
    pub selection: Selection,
    /// How cost grows with dimension, modes and samples, instead of the cases.
    #[arg(long, conflicts_with = "only")]
    pub scaling: bool,
    /// Writes the results as JSON (`-` for standard output, without the tables).
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}
