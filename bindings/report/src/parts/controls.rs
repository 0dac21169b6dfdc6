//! What was found in data made from the samples.

use super::{Part, nats, section, table};
use crate::words;
use lsmi::Report;
use lsmi::trust::ControlResult;
use maud::html;

/// Nothing without controls.
pub fn part(report: &Report) -> Part {
    let Some(controls) = &report.controls else { return Ok(None) };
    let header = [
        "control, nats",
        "samples",
        "features",
        "i(x1; y)",
        "i(x2; y)",
        "i(x1, x2; y)",
        "R",
        "S",
        "should be",
    ];
    let rows: Vec<Vec<String>> = controls
        .results
        .iter()
        .map(|result| {
            let ControlResult { control, samples, features: [d1, d2], found, .. } = result;
            let mut row =
                vec![words::control(*control).to_string(), samples.to_string(), format!("{d1}, {d2}")];
            row.extend([found.i1, found.i2, found.i12, found.redundancy, found.synergy].map(nats));
            row.push(words::expected(result));
            row
        })
        .collect();
    let most = controls.results.iter().flat_map(|result| result.features).max().unwrap_or(0);
    let said = words::controls(controls, most);
    let body = html! {
        ul.notes { @for sentence in &said { li { (sentence) } } }
        (table("", &header, &rows))
    };
    let how = "Fits of data that were made from these samples, so that what they hold is known: what the method finds where \
               there is nothing, and whether it finds what is there.";
    Ok(Some(section("Controls", how, body)))
}
