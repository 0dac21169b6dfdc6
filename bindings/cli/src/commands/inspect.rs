//! `lsmi inspect`: what a data or model file holds.

use crate::arguments::Inspect;
use crate::dataset::Dataset;
use crate::model;
use crate::table::{nats, table};
use crate::{files, output};
use lsmi::Result;
use lsmi::classifier::NetworkCandidate;
use lsmi::estimator::{AnyModel, ClassifierForm, Component};
use lsmi::knife::{Candidate, Start};
use lsmi_report::words;
use std::collections::BTreeMap;

pub fn run(arguments: &Inspect) -> Result<()> {
    let archive = files::read(&arguments.file)?;
    if archive.metadata.contains_key("lsmi") {
        return inspect_model(&model::load(&arguments.file)?);
    }
    let rows = archive.tensors.iter().map(|(name, tensor)| {
        let shape: Vec<String> = tensor.shape.iter().map(usize::to_string).collect();
        vec![name.clone(), shape.join(" × "), tensor.type_name.to_string()]
    });
    let others = archive.unreadable.iter().map(|(name, what)| vec![name.clone(), "–".into(), what.clone()]);
    output::print(&format!("{}: {}", arguments.file.display(), archive.kind));
    output::print(&table(&["array", "shape", "type"], rows.chain(others)));
    match Dataset::read(&arguments.file) {
        Ok(data) => {
            data.note().iter().for_each(|note| output::print(note));
            for split in data.train.iter().chain(&data.val) {
                let mut counts = BTreeMap::new();
                split.y.iter().for_each(|y| *counts.entry(y).or_insert(0usize) += 1);
                let counts: Vec<String> = counts.iter().map(|(y, n)| format!("{y}: {n}")).collect();
                let (shown, rest) = counts.split_at(counts.len().min(20));
                let more =
                    if rest.is_empty() { String::new() } else { format!(", … and {} more", rest.len()) };
                output::print(&format!("{} samples of each class: {}{more}", split.name, shown.join(", ")));
            }
            if let Err(error) = data.check_for_fit() {
                output::print(&format!("lsmi fit would refuse this: {error}"));
            }
        }
        Err(error) => output::print(&format!("no data for lsmi fit or score: {error}")),
    }
    Ok(())
}

fn inspect_model(model: &AnyModel) -> Result<()> {
    let [d1, d2] = model.features();
    let shift = model.frozen_shift().map_or("imported".into(), |a| format!("frozen shift {} nats", nats(a)));
    output::print(&format!(
        "lsmi model ({}): {d1} and {d2} features, {} classes, {shift}",
        model.scalar(),
        model.classes(),
    ));
    let histories = model.histories();
    let courses = histories.classifiers.iter().chain(&histories.densities);
    let rows = Component::ALL.iter().zip(courses).filter(|(_, h)| !h.losses.is_empty()).map(|(c, h)| {
        let loss = |losses: &[f64], index: usize| losses.get(index).map_or("–".into(), |l| nats(*l));
        vec![
            c.to_string(),
            h.losses.len().to_string(),
            h.best_epoch.to_string(),
            loss(&h.losses, h.best_epoch.saturating_sub(1)),
            loss(&h.validation_losses, h.best_epoch),
        ]
    });
    output::print(&table(&["trained", "epochs", "kept", "loss, nats", "held-out loss"], rows));
    for (component, candidates) in Component::ALL.iter().zip(&histories.classifier_candidates) {
        inspect_networks(*component, candidates);
    }
    for (modality, candidates) in ["x1", "x2"].iter().zip(&histories.candidates) {
        inspect_candidates(modality, candidates);
    }
    let prior = model.log_prior().iter().enumerate().map(|(class, log_prior)| {
        let count = model.class_counts().get(class).map_or("–".into(), usize::to_string);
        vec![class.to_string(), count, format!("{:.4}", log_prior.exp())]
    });
    output::print(&table(&["class", "training samples", "prior"], prior));
    let config = model.config();
    let settings = config.settings().into_iter().map(|(key, value)| {
        let is_chosen = match key.as_str() {
            "modes" | "diagonal" | "triangle" => config.start == Start::Validated,
            "hidden" | "activation" => config.classifier_form == ClassifierForm::Validated,
            _ => false,
        };
        vec![key, if is_chosen { "by the data, see above".into() } else { value }]
    });
    output::print(&table(&["setting", "value"], settings));
    for note in model.notes() {
        output::print(&format!("note: {note}"));
    }
    Ok(())
}

/// The forms that were tried for a classifier, and what share of its logits each has.
fn inspect_networks(component: Component, candidates: &[NetworkCandidate]) {
    if candidates.is_empty() {
        return;
    }
    let rows = candidates.iter().map(|candidate| words::classifier_form(candidate).to_vec());
    output::print(&format!("forms tried for the {component}:"));
    output::print(&table(&words::CLASSIFIER_COLUMNS, rows));
}

/// The forms that were tried for a density, the likeliest first.
fn inspect_candidates(modality: &str, candidates: &[Candidate]) {
    if candidates.is_empty() {
        return;
    }
    let mut ranked: Vec<&Candidate> = candidates.iter().collect();
    ranked.sort_by(|a, b| b.held_out.total_cmp(&a.held_out));
    let (first, rest) = ranked.split_at(ranked.len().min(5));
    let chosen = rest.iter().filter(|candidate| candidate.chosen);
    let rows = first.iter().chain(chosen).map(|candidate| words::density_form(candidate).to_vec());
    output::print(&format!("likeliest of {} forms for the density of {modality}:", candidates.len()));
    output::print(&table(&words::DENSITY_COLUMNS, rows));
}
