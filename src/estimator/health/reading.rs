//! What the reading of the training samples gives reason to doubt.

use super::Flag;
use crate::estimator::summary::{PerSource, Summary};
use crate::interaction::Information;
use crate::optim::Folds;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

/// Nats by which classifiers flatter samples that they were fitted to.
const GAP: f64 = 0.1;

/// The minimum of h1 and h2 always picks one side if it does for all but this share of the samples.
const NEVER: f64 = 0.01;

/// Standard errors that a fold's mean surprisal may be from that of all.
const STANDARD_ERRORS: f64 = 5.0;

/// Nats by which a single sample may move a mean.
const HEAVY: f64 = 0.05;

/// A mean is negative below this, nats.
const NEGATIVE: f64 = -0.01;

/// Samples from which on none should move a mean far.
const LEAST_SAMPLES: f64 = 200.0;

/// Atoms count from this on, nats.
const LEAST_ATOM: f64 = 0.05;

/// What is small beside something else.
const SMALL: f64 = 0.25;

/// How the reading came about.
pub(in crate::estimator) struct Course<'a> {
    /// Which samples were read together, by models that did not see them.
    pub(in crate::estimator) folds: Option<&'a Folds>,
    /// Log-losses of the same samples under the models that were fitted to them.
    pub(in crate::estimator) in_sample: &'a PerSource,
}

/// What these training samples as they were read, and their means, give reason to doubt.
pub(in crate::estimator) fn reading_flags(
    information: &[Information],
    summary: &Summary,
    course: &Course<'_>,
) -> Vec<Flag> {
    let mut flags = Vec::new();
    let mut flag = |name: &str, figure: f64, finding, advice: &str| {
        flags.push(Flag::new(name, "reading", figure, finding, advice));
    };
    let gap = summary.log_loss.joint - course.in_sample.joint;
    if course.folds.is_some() && gap > GAP {
        flag(
            "overfit_gap",
            gap,
            format!("the classifier of both is {gap:.3} nats better on samples that it was fitted to"),
            "read training samples by folds, as here, never in-sample; more samples or fewer features narrow the gap",
        );
    }
    if course.folds.is_none() {
        flag(
            "in_sample",
            information.len() as f64,
            "training samples are read by models that were fitted to them, which flatters".to_string(),
            "fit with folds, or judge by samples that the fit did not see",
        );
    }
    let n = information.len() as f64;
    let below = information.iter().filter(|i| i.h1 < i.h2).count() as f64 / n;
    if below <= NEVER || below >= 1.0 - NEVER {
        let (smaller, other) = if below > 0.5 { ("x1", "x2") } else { ("x2", "x1") };
        flag(
            "one_sided_surprisal",
            summary.h2 - summary.h1,
            format!(
                "h of {smaller} is below that of {other} in nearly all samples, {:.1} nats apart on average",
                (summary.h2 - summary.h1).abs()
            ),
            "R is then the information of one side alone: compare modalities of like dimension (principal components), and \
             rely on i1, i2, i12 and S − R",
        );
    }
    if let Some((fold, modality, errors)) = course.folds.and_then(|folds| strangest(information, folds)) {
        flag(
            "entropies_disagree",
            errors,
            format!(
                "the mean surprisal of {modality} in fold {fold} is {errors:.1} standard errors from that of all"
            ),
            "look for outliers and for clusters of near-copies: the density does not carry over between samples",
        );
    }
    if let Some((row, name, moves)) = heaviest(information, summary) {
        flag(
            "heavy_sample",
            moves,
            format!("training sample {row} alone moves the mean of {name} by {moves:.3} nats"),
            "look at its features: models that did not see it are sure of what is wrong, as they are far from where they \
             learned; where it is an error leave it out",
        );
    }
    for (name, mean) in [("i1", summary.i1), ("i2", summary.i2), ("i12", summary.i12)] {
        if mean < NEGATIVE {
            flag(
                "negative_information",
                mean,
                format!(
                    "{name} is {mean:.3} nats on average: the classifier is worse than the class frequencies"
                ),
                "let the data choose classifiers (classifier_form=validated), and compare the classes of the samples with \
                 those of the training",
            );
        }
    }
    let raw = &summary.raw;
    let both = raw.redundancy.abs().min(raw.synergy.abs());
    let difference = summary.s_minus_r.abs();
    if both > LEAST_ATOM && difference < SMALL * both {
        flag(
            "atoms_rest_on_surprisal",
            both,
            format!(
                "R and S are {:.3} and {:.3} nats, but S − R, which needs no surprisal, is {:.3}",
                raw.redundancy, raw.synergy, summary.s_minus_r
            ),
            "how much of either there is depends on the densities: see whether they agree between folds and units",
        );
    }
    let most = raw.redundancy.abs().max(raw.synergy.abs()).max(raw.unique1.abs()).max(raw.unique2.abs());
    let shift = summary.shift.abs();
    if shift > LEAST_ATOM && shift > SMALL * most {
        flag(
            "large_shift",
            summary.shift,
            format!(
                "the shift of {:.3} nats is large against the largest raw atom, {most:.3}",
                summary.shift
            ),
            "report raw atoms beside adjusted ones: a negative mean was moved, not explained",
        );
    }
    flags
}

/// The sample that moves a mean of information furthest, if it is too far: which, which mean, and by how much.
fn heaviest(information: &[Information], summary: &Summary) -> Option<(usize, &'static str, f64)> {
    let n = information.len() as f64;
    let of = |(row, i): (usize, &Information)| {
        [("i1", i.i1 - summary.i1), ("i2", i.i2 - summary.i2), ("i12", i.i12 - summary.i12)]
            .map(|(name, away)| (row, name, away / n))
    };
    let all = information.iter().enumerate().flat_map(of);
    let heaviest = all.reduce(|most, one| if one.2.abs() > most.2.abs() { one } else { most });
    // Of few samples each moves the mean.
    heaviest.filter(|(.., moves)| moves.abs() > HEAVY && n >= LEAST_SAMPLES)
}

/// The fold and the modality whose mean surprisal is furthest from that of all samples, if it is too far, and how many
/// standard errors.
fn strangest(information: &[Information], folds: &Folds) -> Option<(usize, &'static str, f64)> {
    let mut furthest: Option<(usize, &'static str, f64)> = None;
    for (name, read) in [("x1", (|i| i.h1) as fn(&Information) -> f64), ("x2", |i| i.h2)] {
        let n = information.len() as f64;
        let mean = information.iter().map(read).sum::<f64>() / n;
        let variance = information.iter().map(|i| (read(i) - mean) * (read(i) - mean)).sum::<f64>() / n;
        for fold in 0..folds.count() {
            let of_fold = information.iter().enumerate().filter(|(row, _)| folds.of(*row) == fold);
            let (sum, count) = of_fold.fold((0.0, 0.0), |(sum, count), (_, i)| (sum + read(i), count + 1.0));
            let errors = (sum / count - mean).abs() / libm::sqrt(variance / count);
            if errors > STANDARD_ERRORS && furthest.is_none_or(|(.., most)| errors > most) {
                furthest = Some((fold, name, errors));
            }
        }
    }
    furthest
}
