//! The samples that have most of each atom.

use super::{Part, nats, section, table};
use lsmi::Report;
use lsmi::report::ExtremeSample;
use maud::html;

/// Nothing without samples.
pub fn part(report: &Report) -> Part {
    let Some(extremes) = report.details.as_ref().map(|d| &d.extremes) else { return Ok(None) };
    let lists = [
        ("Most redundant", &extremes.redundant),
        ("Most synergistic", &extremes.synergistic),
        ("Most unique to x1", &extremes.unique1),
        ("Most unique to x2", &extremes.unique2),
    ];
    if lists.iter().all(|(_, samples)| samples.is_empty()) {
        return Ok(None);
    }
    let header = ["sample", "y", "R", "U1", "U2", "S", "i(x1; y)", "i(x2; y)", "i(x1, x2; y)"];
    let body = html! {
        div.grid.two {
            @for (title, samples) in lists {
                div {
                    h3 { (title) }
                    (table("compact", &header, &samples.iter().map(row).collect::<Vec<_>>()))
                }
            }
        }
    };
    let how = "Training samples, by their number from 0, that have most of an atom: what they show is what the atom is. Nats.";
    Ok(Some(section("Telling samples", how, body)))
}

fn row(sample: &ExtremeSample) -> Vec<String> {
    let v = &sample.values;
    let mut row = vec![sample.index.to_string(), sample.y.to_string()];
    row.extend([v.redundancy, v.unique1, v.unique2, v.synergy, v.i1, v.i2, v.i12].map(nats));
    row
}
