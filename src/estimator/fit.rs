//! Fitting a model.

use super::calibration::Calibration;
use super::component::Component;
use super::config::{Config, LARGEST, ShiftRule};
use super::health::{Course, data_flags, reading_flags};
use super::model::{Model, log_prior};
use super::preprocess::{Preprocessing, join};
use super::resampling::{Read, deviation_ratios};
use super::rows::{Rows, hashes};
use super::score::check_counts;
use super::training::{Trained, Trainer, assemble};
use crate::classifier::{PresentClasses, check_targets, class_counts};
use crate::optim::{Folds, TrainingProgress};
use crate::rng::Stream;
use crate::{Error, Float, Result, Samples, parallel};
use alloc::string::ToString;
use alloc::{vec, vec::Vec};
use core::ops::ControlFlow;

/// The stream of random numbers that divides the samples into folds; stream 0 draws those held out, and the five models
/// have those after it.
const FOLDS_STREAM: u64 = 6;

/// How far the training of one of the models is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Which model.
    pub component: Component,
    /// How far.
    pub training: TrainingProgress,
}

/// Fits a model to samples of two modalities and their classes 0, …, C − 1.
///
/// ```
/// use lsmi::{Config, Samples, fit, synthetic::MixedGaussian};
///
/// let data = MixedGaussian::new(2, 0.5, 0.5)?.sample(200, 1)?;
/// let (x1, x2) = (Samples::from_rows("x1", &data.x1, 2)?, Samples::from_rows("x2", &data.x2, 2)?);
/// let model = fit(x1, x2, &data.y, &Config::default())?;
/// let scores = model.score(x1, x2, &data.y)?;
/// println!("redundancy of the first sample: {} nats", scores.atoms[0].redundancy);
/// # Ok::<(), lsmi::Error>(())
/// ```
///
/// # Errors
/// [`Error::Setting`] for settings out of range; [`Error::Shape`], [`Error::NotFinite`], [`Error::Class`] for data
/// that do not fit; [`Error::OneClass`] and [`Error::TooFewSamples`] where nothing can be learned;
/// [`Error::Empty`] if no feature of a modality varies; [`Error::Diverged`] if a loss leaves the finite numbers.
pub fn fit<T: Float>(x1: Samples<'_, T>, x2: Samples<'_, T>, y: &[i64], config: &Config) -> Result<Model<T>> {
    fit_with_progress(x1, x2, y, config, &mut |_| ControlFlow::Continue(()))
}

/// [`fit`] that reports its progress: `observer` is called after every epoch of each of the five models (after some, where
/// classifiers are chosen among many), always by the calling thread, and cancels the fit by a break.
///
/// # Errors
/// As [`fit`]; [`Error::Cancelled`] after a break.
pub fn fit_with_progress<T: Float>(
    x1: Samples<'_, T>,
    x2: Samples<'_, T>,
    y: &[i64],
    config: &Config,
    observer: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Model<T>> {
    config.check()?;
    check_counts(&x1, &x2, y)?;
    x1.check_finite("x1")?;
    x2.check_finite("x2")?;
    let (targets, class_counts) = check_classes(y, config.classes)?;
    let held_out = hold_out(&targets, &class_counts, config);
    let preprocess = |field: &str, x: &Samples<'_, T>| match config.standardize {
        true => Preprocessing::standardise(field, x, config.clip),
        false => Ok(Preprocessing::none(x.features())),
    };
    let preprocessing = [preprocess("x1", &x1)?, preprocess("x2", &x2)?];
    let (d1, d2) = (preprocessing[0].kept.len(), preprocessing[1].kept.len());
    let mut both = vec![T::zero(); x1.samples() * (d1 + d2)];
    let clipped = join(&preprocessing, [x1, x2], &mut both);
    let both = Samples::from_rows("x1 and x2", &both, d1 + d2)?;
    let parts = stratified(&targets, config);
    let trainer = Trainer {
        config,
        both,
        widths: [d1, d2],
        targets: &targets,
        classes: class_counts.len(),
        held_out: &held_out,
        folds: parts.as_ref(),
    };
    let train = |component: Component, report: &mut dyn FnMut(Progress) -> ControlFlow<()>| {
        trainer.train(component, &mut |training| report(Progress { component, training }))
    };
    let trained = parallel::map_observed(Component::ALL.to_vec(), train, observer).ok_or(Error::Cancelled)?;
    let trained: Vec<Trained<T>> = trained.into_iter().collect::<Result<_>>()?;
    let (networks, densities, histories, unseen) = assemble(trained);
    let mut model = Model {
        flags: data_flags(&x1, &x2, y),
        config: Config { classes: class_counts.len(), ..config.clone() },
        preprocessing,
        networks,
        densities,
        log_prior: log_prior(config.prior, &class_counts),
        class_counts,
        frozen_shift: None,
        histories,
        cross_fitted: None,
        calibration: None,
        deviation_ratios: None,
        rows: Rows::new(hashes([x1, x2])),
    };
    let in_sample = model.score_with_shift(x1, x2, y, ShiftRule::Batch)?;
    let course = Course { folds: parts.as_ref(), in_sample: &in_sample.summary.log_loss };
    let found = match unseen {
        Some(unseen) => {
            let (scores, shift) = model.read_out_of_fold(&unseen, &targets, clipped)?;
            let found = reading_flags(&scores.information, &scores.summary, &course);
            let [log_p1, log_p2, log_p12, ..] = unseen.each_ref().map(Vec::as_slice);
            let log_probabilities = [log_p1, log_p2, log_p12];
            model.calibration = Some(Calibration::new(log_probabilities, &targets, model.classes()));
            // Classes without samples are no concern of the classifiers.
            let present = PresentClasses::new(&model.class_counts);
            let log_probabilities = log_probabilities.map(|log_p| present.columns(log_p));
            let read = Read {
                both,
                targets: &present.places(&targets),
                information: &scores.information,
                log_probabilities: log_probabilities.each_ref().map(|log_p| &**log_p),
            };
            let ratios = deviation_ratios(&model.densities, read, model.entropy_offsets(), config.seed)?;
            model.deviation_ratios = Some(ratios);
            (model.frozen_shift, model.cross_fitted) = (Some(shift), Some(scores));
            found
        }
        None => {
            model.frozen_shift = Some(in_sample.summary.shift);
            reading_flags(&in_sample.information, &in_sample.summary, &course)
        }
    };
    model.flags.extend(found);
    Ok(model)
}

/// The targets as indices, and the number of samples of each class.
pub(crate) fn check_classes(y: &[i64], classes: usize) -> Result<(Vec<usize>, Vec<usize>)> {
    let field = || "y".to_string();
    let largest = y.iter().copied().max().unwrap_or(0);
    let classes = match (classes, usize::try_from(largest)) {
        (0, Ok(largest)) if largest < LARGEST => largest + 1,
        (0, _) => LARGEST,
        (classes, _) => classes,
    };
    let targets = check_targets(y, y.len(), classes)?;
    let counts = class_counts(&targets, classes);
    let present = counts.iter().filter(|&&count| count > 0).count();
    if present < 2 {
        return Err(Error::OneClass { field: field(), got: targets.first().copied().unwrap_or(0) });
    }
    if y.len() < classes {
        return Err(Error::TooFewSamples { field: field(), expected: classes, got: y.len() });
    }
    Ok((targets, counts))
}

/// The folds that the samples are read in, if there are any.
pub(super) fn stratified(targets: &[usize], config: &Config) -> Option<Folds> {
    (config.folds > 0).then(|| {
        let count = config.folds.min(targets.len());
        Folds::stratified(targets, count, &mut Stream::new(config.seed, FOLDS_STREAM))
    })
}

/// A fraction of every class, at random, but never all of a class; nothing if nobody waits for it.
pub(super) fn hold_out(targets: &[usize], class_counts: &[usize], config: &Config) -> Vec<usize> {
    let waits = config.density_patience > 0 || config.classifier_patience > 0;
    if !waits || config.held_out == 0.0 {
        return Vec::new();
    }
    let mut stream = Stream::new(config.seed, 0);
    let mut order: Vec<usize> = (0..targets.len()).collect();
    stream.shuffle(&mut order);
    // Rounded at random, so that many small classes together give the fraction asked for.
    let mut left: Vec<usize> = class_counts
        .iter()
        .map(|&count| {
            let exact = count as f64 * config.held_out;
            let whole = libm::floor(exact);
            let more = usize::from(stream.uniform(0.0, 1.0) < exact - whole);
            (whole as usize + more).min(count.saturating_sub(1))
        })
        .collect();
    order.retain(|&i| {
        let class = targets[i];
        let take = left[class] > 0;
        left[class] -= usize::from(take);
        take
    });
    order.sort_unstable();
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[cfg(feature = "rayon")]
    #[test]
    fn threads_change_no_bit_of_a_model() {
        let data = crate::synthetic::MixedGaussian::new(3, 0.5, 0.5).unwrap().sample(300, 1).unwrap();
        let [x1, x2] = [&data.x1, &data.x2].map(|x| Samples::from_rows("x", x, 3).unwrap());
        let mut config = Config::robust();
        for (key, value) in [("start", "mixture"), ("density_epochs", "3"), ("classifier_epochs", "3")] {
            config.set(key, value).unwrap();
        }
        let of = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| fit(x1, x2, &data.y, &config).unwrap().to_bytes().unwrap())
        };
        let one = of(1);
        assert!(of(2) == one && of(7) == one);
    }

    #[test]
    fn classes_are_counted_and_checked() {
        assert_eq!(check_classes(&[0, 2, 2], 0).unwrap().1, [1, 0, 2]);
        assert_eq!(check_classes(&[0, 1, 1, 0, 1], 4).unwrap().1, [2, 3, 0, 0]);
        let message = |y: &[i64], classes| check_classes(y, classes).unwrap_err().to_string();
        assert_eq!(message(&[0, -1], 0), "y: row 1, column 0: expected a class number from 0 to 0, got -1");
        assert_eq!(message(&[3, 3], 0), "y: expected at least two classes, got only class 3");
        assert_eq!(message(&[0, 9], 0), "y: expected at least 10 samples, one per class, got 2");
        assert!(message(&[0, 1, 1 << 40], 0).ends_with(&format!(
            "from 0 to {}, got {}",
            LARGEST - 1,
            1u64 << 40
        )));
        assert!(message(&[0, 1, 2], 2).contains("row 2"));
    }

    #[test]
    fn held_out_samples_are_a_fraction_of_every_class() {
        let targets: Vec<usize> = (0..1000).map(|i| usize::from(i % 10 == 0)).collect();
        let held_out = hold_out(&targets, &[900, 100], &Config::default());
        assert_eq!(held_out.iter().filter(|&&i| targets[i] == 0).count(), 180);
        assert_eq!(held_out.iter().filter(|&&i| targets[i] == 1).count(), 20);
        assert!(held_out.is_sorted());
        assert_ne!(held_out[..20], (0..20).collect::<Vec<_>>());
        assert!(hold_out(&targets, &[900, 100], &Config::paper()).is_empty());
        assert!(hold_out(&[0, 1], &[1, 1], &Config::default()).is_empty(), "never all of a class");
    }
}
