//! What a page about a fit shows beyond means.

use crate::estimator::{Calibration, Config, Histories, Model, Preset};
use crate::interaction::{Information, means_by};
use crate::rng::Stream;
use crate::trust::{Quantities, of_sample};
use crate::{Float, Scores};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Samples whose values are kept at most.
const SAMPLES: usize = 1000;

/// The stream that draws them, apart from those of fits.
const STREAM: u64 = 4 << 32;

/// Samples that have most of an atom.
const EXTREMES: usize = 8;

/// Samples, classes and the course of a fit. All but settings and histories is of the cross-fitted reading
/// ([`Model::cross_fitted`]), and empty without one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Details {
    /// The command that repeats the fit.
    pub command: String,
    /// All settings.
    pub settings: BTreeMap<String, String>,
    /// Features of x1 and x2.
    pub features: [usize; 2],
    /// Classes that have samples.
    pub classes: Vec<ClassMeans>,
    /// All samples, or a thousand drawn from them, in their order.
    pub samples: SampleValues,
    /// The samples that have most of each atom, of all samples.
    pub extremes: Extremes,
    /// Whether the classifiers are right as often as they are sure.
    pub calibration: Option<Calibration>,
    /// The courses of the five trainings, and the forms that were tried.
    pub histories: Histories,
}

/// The means of a class, nats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassMeans {
    /// Its number.
    pub class: usize,
    /// Its samples.
    pub samples: usize,
    /// Mean information and raw atoms.
    #[serde(flatten)]
    pub means: Quantities<f64>,
    /// Mean surprisal of x1.
    pub h1: f64,
    /// Mean surprisal of x2.
    pub h2: f64,
}

/// Information and raw atoms of samples, in columns, to a millionth of a nat.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SampleValues {
    /// Which training sample.
    pub index: Vec<usize>,
    /// Class.
    pub y: Vec<i64>,
    /// i(x1; y).
    pub i1: Vec<f64>,
    /// i(x2; y).
    pub i2: Vec<f64>,
    /// i(x1, x2; y).
    pub i12: Vec<f64>,
    /// Surprisal of x1.
    pub h1: Vec<f64>,
    /// Surprisal of x2.
    pub h2: Vec<f64>,
    /// Redundancy.
    pub r: Vec<f64>,
    /// Uniqueness of x1.
    pub u1: Vec<f64>,
    /// Uniqueness of x2.
    pub u2: Vec<f64>,
    /// Synergy.
    pub s: Vec<f64>,
}

/// A sample that has much of an atom, nats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExtremeSample {
    /// Which training sample.
    pub index: usize,
    /// Class.
    pub y: i64,
    /// Information and raw atoms.
    #[serde(flatten)]
    pub values: Quantities<f64>,
}

/// The samples that have most of each raw atom, most first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Extremes {
    /// Of redundancy.
    pub redundant: Vec<ExtremeSample>,
    /// Of the uniqueness of x1.
    pub unique1: Vec<ExtremeSample>,
    /// Of the uniqueness of x2.
    pub unique2: Vec<ExtremeSample>,
    /// Of synergy.
    pub synergistic: Vec<ExtremeSample>,
}

impl Details {
    /// What `model` knows of its training samples and of its fit.
    pub fn new<T: Float>(model: &Model<T>) -> Self {
        let scores = model.cross_fitted();
        Details {
            command: command(model.config()),
            settings: model.config().settings().into_iter().collect(),
            features: model.features(),
            classes: scores.map(class_means).unwrap_or_default(),
            samples: scores.map(|scores| drawn(scores, model.config().seed)).unwrap_or_default(),
            extremes: scores.map(extremes).unwrap_or_default(),
            calibration: model.calibration().cloned(),
            histories: model.histories().clone(),
        }
    }
}

/// What repeats a fit with these settings; empty for parameters that were trained elsewhere.
fn command(config: &Config) -> String {
    let (name, preset) = match config.preset {
        Preset::Robust => ("robust", Config::robust()),
        Preset::Paper => ("paper", Config::paper()),
        Preset::Imported => return String::new(),
    };
    let mut text = format!("lsmi fit DATA -o MODEL --preset {name} --seed {}", config.seed);
    for ((key, value), (_, usual)) in config.settings().into_iter().zip(preset.settings()) {
        if value != usual && key != "seed" {
            text += &format!(" --set {key}={value}");
        }
    }
    text
}

fn class_means(scores: &Scores) -> Vec<ClassMeans> {
    let mut by_class: BTreeMap<i64, Vec<&Information>> = BTreeMap::new();
    for (&y, information) in scores.y.iter().zip(&scores.information) {
        by_class.entry(y).or_default().push(information);
    }
    let means = |(y, samples): (i64, Vec<&Information>)| {
        let [h1, h2] = means_by(&samples, |i| [i.h1, i.h2]);
        let means = Quantities::of(means_by(&samples, |i| of_sample(i)));
        ClassMeans { class: y as usize, samples: samples.len(), means, h1, h2 }
    };
    by_class.into_iter().map(means).collect()
}

fn drawn(scores: &Scores, seed: u64) -> SampleValues {
    let mut index: Vec<usize> = (0..scores.y.len()).collect();
    if index.len() > SAMPLES {
        Stream::new(seed, STREAM).shuffle(&mut index);
        index.truncate(SAMPLES);
        index.sort_unstable();
    }
    let column = |value: fn(&Information) -> f64| -> Vec<f64> {
        index.iter().map(|&i| libm::round(1e6 * value(&scores.information[i])) / 1e6).collect()
    };
    SampleValues {
        y: index.iter().map(|&i| scores.y[i]).collect(),
        i1: column(|i| i.i1),
        i2: column(|i| i.i2),
        i12: column(|i| i.i12),
        h1: column(|i| i.h1),
        h2: column(|i| i.h2),
        r: column(|i| i.atoms().redundancy),
        u1: column(|i| i.atoms().unique1),
        u2: column(|i| i.atoms().unique2),
        s: column(|i| i.atoms().synergy),
        index,
    }
}

fn extremes(scores: &Scores) -> Extremes {
    let most = |atom: fn(&Quantities<f64>) -> f64| {
        let mut samples: Vec<ExtremeSample> = scores
            .information
            .iter()
            .zip(&scores.y)
            .enumerate()
            .map(|(index, (i, &y))| ExtremeSample { index, y, values: Quantities::of(of_sample(i)) })
            .collect();
        // Stable: of equals the first.
        samples.sort_by(|a, b| atom(&b.values).total_cmp(&atom(&a.values)));
        samples.truncate(EXTREMES);
        samples
    };
    Extremes {
        redundant: most(|v| v.redundancy),
        unique1: most(|v| v.unique1),
        unique2: most(|v| v.unique2),
        synergistic: most(|v| v.synergy),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::MixedGaussian;
    use crate::{Report, Samples, fit};

    fn quick() -> Config {
        let mut config = Config::robust();
        for (key, value) in [("start", "mixture"), ("density_epochs", "0"), ("classifier_form", "given")] {
            config.set(key, value).unwrap();
        }
        config
    }

    #[test]
    fn details_are_those_of_the_cross_fitted_reading_and_survive_json() {
        let data = MixedGaussian::new(3, 0.5, 0.5).unwrap().sample(1300, 1).unwrap();
        let [x1, x2] = [&data.x1, &data.x2].map(|x| Samples::from_rows("x", x, data.features1).unwrap());
        let config = Config { classifier_epochs: 2, hidden: alloc::vec![], ..quick() };
        let model = fit(x1, x2, &data.y, &config).unwrap();
        let scores = model.cross_fitted().unwrap();
        let details = Details::new(&model);
        assert_eq!(details.classes.iter().map(|class| class.samples).sum::<usize>(), 1300);
        let total: f64 = details.classes.iter().map(|c| c.samples as f64 * c.means.synergy).sum();
        approx::assert_relative_eq!(total / 1300.0, scores.summary.raw.synergy, max_relative = 1e-9);
        let samples = &details.samples;
        assert_eq!((samples.index.len(), samples.s.len()), (1000, 1000));
        assert!(samples.index.is_sorted());
        for (place, &i) in samples.index.iter().enumerate() {
            assert_eq!(samples.y[place], scores.y[i]);
            approx::assert_abs_diff_eq!(samples.u2[place], scores.atoms[i].unique2, epsilon = 6e-7);
        }
        let most = scores.atoms.iter().map(|a| a.redundancy).fold(f64::NEG_INFINITY, f64::max);
        assert_eq!(details.extremes.redundant.len(), 8);
        assert_eq!(details.extremes.redundant[0].values.redundancy, most);
        assert_eq!(scores.atoms[details.extremes.redundant[0].index].redundancy, most);
        let calibration = details.calibration.as_ref().unwrap();
        let right: f64 = calibration.joint.iter().map(|bin| bin.samples as f64 * bin.accuracy).sum();
        approx::assert_relative_eq!(right / 1300.0, scores.summary.accuracy.joint, max_relative = 1e-12);
        let report = Report::new(&model, config.shift).with("train", &scores.summary).with_details(&model);
        let again = Report::from_json("report", &report.to_json().unwrap()).unwrap();
        assert_eq!(again, report);
        let loaded = Model::<f64>::from_bytes("model", &model.to_bytes().unwrap()).unwrap();
        assert_eq!(Details::new(&loaded), details);
    }

    #[test]
    fn the_command_names_what_differs_from_the_preset() {
        let config = Config { seed: 7, ..quick() };
        assert_eq!(
            command(&config),
            "lsmi fit DATA -o MODEL --preset robust --seed 7 --set classifier_form=given \
             --set density_epochs=0 --set start=mixture"
        );
        assert_eq!(command(&Config::paper()), "lsmi fit DATA -o MODEL --preset paper --seed 42");
    }

    #[test]
    fn text_that_is_no_report_is_refused() {
        let message = |json| Report::from_json("r.json", json).unwrap_err().to_string();
        assert!(message("{}").starts_with("r.json: expected the JSON of a report, got missing field"));
        assert!(message("").contains("EOF"));
    }
}
