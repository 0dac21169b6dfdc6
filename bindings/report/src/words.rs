//! Numbers and names in words, the same on the page and in a terminal.

use lsmi::Report;
use lsmi::classifier::{NetworkCandidate, NetworkKind};
use lsmi::estimator::{EntropyUnits, Reading};
use lsmi::knife::{Candidate, Diagonal, Triangle};
use lsmi::trust::{Control, ControlResult, Controls};

/// A number of nats.
pub fn nats(value: f64) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    if value.abs() >= 1e9 {
        return format!("{value:.4e}");
    }
    // No "-0.0000".
    let text = format!("{value:.4}");
    if text.trim_start_matches(['-', '0', '.']).is_empty() { "0.0000".into() } else { text }
}

/// By which models samples were read.
pub fn reading(reading: Reading) -> &'static str {
    match reading {
        Reading::New => "by the model",
        Reading::InSample => "in-sample",
        Reading::CrossFitted => "cross-fitted",
    }
}

/// What surprisals are in.
pub fn entropy_units(units: EntropyUnits) -> &'static str {
    match units {
        EntropyUnits::Input => "input units",
        EntropyUnits::Standardized => "standardised units",
    }
}

/// What a reader should know: of the splits, then of the fit.
pub fn notes(report: &Report) -> Vec<String> {
    let clipped = report.splits.iter().filter(|(_, split)| split.clipped > 0).map(|(name, split)| {
        format!("{name}: {} samples had features beyond the clip limit; they were limited", split.clipped)
    });
    let in_sample = report.splits.iter().filter(|(_, split)| split.reading == Reading::InSample);
    let flattered = in_sample.map(|(name, split)| {
        format!(
            "{name}: the model was fitted to {} of these samples (or to others of the same features), which flatters it; \
             the report of a fit with folds reads them by models that did not see them",
            split.seen
        )
    });
    clipped.chain(flattered).chain(report.notes.iter().cloned()).collect()
}

/// A control.
pub fn control(control: Control) -> &'static str {
    match control {
        Control::DuplicatedX1 => "x1 beside itself",
        Control::MappedX1 => "x1 beside its linear image",
        Control::DuplicatedX2 => "x2 beside itself",
        Control::MappedX2 => "x2 beside its linear image",
        Control::ShuffledLabels => "labels shuffled",
        Control::ShuffledPairing => "pairs shuffled within classes",
        Control::FirstHalf => "first half",
        Control::SecondHalf => "second half",
        Control::PlantedRedundancy => "planted redundancy",
        Control::PlantedSynergy => "planted synergy",
    }
}

/// What a control should find.
pub fn expected(result: &ControlResult) -> String {
    let planted = result.planted.map_or(String::new(), nats);
    match result.control {
        Control::DuplicatedX1 | Control::MappedX1 | Control::DuplicatedX2 | Control::MappedX2 => {
            "S 0, R i1".into()
        }
        Control::ShuffledLabels => "all 0".into(),
        Control::ShuffledPairing => "–".into(),
        Control::FirstHalf | Control::SecondHalf => "alike".into(),
        Control::PlantedRedundancy => format!("R {planted}"),
        Control::PlantedSynergy => format!("S {planted}"),
    }
}

/// What controls say of noise, and of the number of features, `most` being that of the larger modality.
pub fn controls(controls: &Controls, most: usize) -> Vec<String> {
    let mut sentences: Vec<String> = controls
        .left_out
        .iter()
        .map(|left_out| format!("left out, {}: {}", control(left_out.control), left_out.reason))
        .collect();
    let noise = format!(
        "synergy below {} nats is noise: so much was found where there is none",
        nats(controls.synergy_floor)
    );
    let features = match controls.trusted_features {
        0 => "a planted synergy was found among no number of features: collect more samples".to_string(),
        trusted if trusted >= most => {
            "a planted synergy is found among all features: that none is found means that there is none so plain"
                .to_string()
        }
        trusted => format!(
            "a planted synergy is found among up to {trusted} features of each modality: take no more of them (principal \
             components), or collect more samples"
        ),
    };
    if controls.results.iter().any(|result| result.control.is_without_synergy()) {
        sentences.push(noise);
    }
    if controls.results.iter().any(|result| result.control == Control::PlantedSynergy) {
        sentences.push(features);
    }
    sentences
}

/// What describes a form that was tried for a classifier, in the columns of [`classifier_form`].
pub const CLASSIFIER_COLUMNS: [&str; 7] =
    ["form", "of", "weight decay", "setting", "epochs", "held-out log-loss", "weight"];

/// A form that was tried for a classifier.
pub fn classifier_form(candidate: &NetworkCandidate) -> [String; 7] {
    let widths: Vec<String> = candidate.hidden.iter().map(usize::to_string).collect();
    let form = match candidate.kind {
        NetworkKind::Discriminant => "normal laws".to_string(),
        NetworkKind::Kernel => "radial units".to_string(),
        NetworkKind::Network if widths.is_empty() => "linear".to_string(),
        NetworkKind::Network => format!("network {}", widths.join(", ")),
    };
    let features = match candidate.directions {
        0 if candidate.canonical => "canonical".to_string(),
        0 => "all features".to_string(),
        count => format!("{count} directions"),
    };
    let is_trained = candidate.kind == NetworkKind::Network;
    let only = |wanted: bool, text: String| if wanted { text } else { "–".into() };
    [
        form,
        features,
        only(is_trained, candidate.weight_decay.to_string()),
        only(!is_trained, candidate.setting.to_string()),
        only(is_trained, candidate.epochs.to_string()),
        nats(candidate.held_out),
        if candidate.weight > 0.0 { format!("{:.2}", candidate.weight) } else { "left out".into() },
    ]
}

/// What describes a form that was tried for a density, in the columns of [`density_form`].
pub const DENSITY_COLUMNS: [&str; 6] =
    ["modes", "diagonal", "triangle", "parameters", "held-out log-density", ""];

/// A form that was tried for a density.
pub fn density_form(candidate: &Candidate) -> [String; 6] {
    let diagonal = match candidate.diagonal {
        Diagonal::PerMode => "per mode",
        Diagonal::Shared => "shared",
    };
    [
        candidate.modes.to_string(),
        diagonal.to_string(),
        if candidate.triangle == Triangle::Full { "full" } else { "none" }.to_string(),
        candidate.parameters.to_string(),
        nats(candidate.held_out),
        if candidate.chosen { "chosen" } else { "" }.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_short_and_have_no_negative_zero() {
        for (value, text) in [
            (-0.00001, "0.0000"),
            (-1.5, "-1.5000"),
            (f64::NAN, "–"),
            (f64::NEG_INFINITY, "–"),
            (-2.5e300, "-2.5000e300"),
        ] {
            assert_eq!(nats(value), text);
        }
    }
}
