//! What was fitted, and the result in a sentence.

use super::nats;
use crate::words;
use lsmi::Report;
use maud::{Markup, html};

/// The head of the page.
pub fn part(report: &Report) -> Markup {
    let counts: Vec<String> =
        report.splits.iter().map(|(name, split)| format!("{} {name}", split.n)).collect();
    let mut facts: Vec<(&str, String)> = Vec::new();
    if !counts.is_empty() {
        facts.push(("samples", counts.join(", ")));
    }
    if let Some(details) = &report.details {
        let [d1, d2] = details.features;
        facts.push(("features of x1 and x2", format!("{d1} and {d2}")));
        if !details.classes.is_empty() {
            facts.push(("classes", details.classes.len().to_string()));
        }
    }
    facts.extend([
        ("preset", format!("{:?}", report.preset).to_lowercase()),
        ("seed", report.seed.to_string()),
        ("lsmi", report.version.clone()),
    ]);
    if let Some(reading) = report.reading {
        facts.push(("train was read", words::reading(reading).into()));
    }
    html! {
        header {
            h1 { "Redundancy, uniqueness and synergy" }
            p.lead { "What two modalities, x1 and x2, tell about a target y, by LSMI." }
            dl.facts {
                @for (name, value) in &facts { div { dt { (name) } dd { (value) } } }
            }
            @if let Some(sentence) = sentence(report) { p style="margin-top:1.1rem" { (sentence) } }
        }
    }
}

/// How much of the target's entropy is told, and by what.
fn sentence(report: &Report) -> Option<String> {
    let (name, split) = report.splits.get_key_value("train").or_else(|| report.splits.iter().next())?;
    let entropy = split.i1 + split.log_loss.x1;
    // No share of an entropy of nothing, or of none.
    let share = split.i12 / entropy;
    if !(entropy.is_finite() && entropy > 1e-6 && share.abs() < 10.0) {
        return None;
    }
    let raw = split.raw;
    Some(format!(
        "Together x1 and x2 tell {} of the {} nats that the target's entropy amounts to ({:.0} %, {name}): R\u{a0}=\u{a0}{} told by \
         either, U1\u{a0}=\u{a0}{} by x1 alone, U2\u{a0}=\u{a0}{} by x2 alone, and S\u{a0}=\u{a0}{} only by both together.",
        nats(split.i12),
        nats(entropy),
        100.0 * share,
        nats(raw.redundancy),
        nats(raw.unique1),
        nats(raw.unique2),
        nats(raw.synergy),
    ))
}
