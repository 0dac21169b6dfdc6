//! The samples that have most of each atom.

use super::{Part, section, short, table};
use lsmi::Report;
use lsmi::report::ExtremeSample;
use maud::html;

/// What is read off a sample.
type Atom = fn(&ExtremeSample) -> f64;

/// Below that a value shows as 0.
const SMALLEST: f64 = 0.0005;

/// Nothing without samples.
pub fn part(report: &Report) -> Part {
    let Some(extremes) = report.details.as_ref().map(|d| &d.extremes) else { return Ok(None) };
    let lists: [(&str, &[ExtremeSample], Atom); 4] = [
        ("Most redundant", &extremes.redundant, |sample| sample.values.redundancy),
        ("Most synergistic", &extremes.synergistic, |sample| sample.values.synergy),
        ("Most unique to x1", &extremes.unique1, |sample| sample.values.unique1),
        ("Most unique to x2", &extremes.unique2, |sample| sample.values.unique2),
    ];
    if lists.iter().all(|(_, samples, _)| samples.is_empty()) {
        return Ok(None);
    }
    let header = ["sample", "y", "R", "U1", "U2", "S", "i1", "i2", "i12"];
    let rows = |samples: &[ExtremeSample], atom: Atom| -> Vec<Vec<String>> {
        samples.iter().filter(|sample| atom(sample) >= SMALLEST).map(row).collect()
    };
    let body = html! {
        div.grid.two {
            @for (title, samples, atom) in lists {
                @let rows = rows(samples, atom);
                div {
                    h3 { (title) }
                    @if rows.is_empty() { p.empty { "No sample has any." } } @else { (table("compact", &header, &rows)) }
                }
            }
        }
    };
    let how = "Training samples, by their number from 0, that have most of an atom: what they show is what the atom \
               is. Nats.";
    Ok(Some(section("Telling samples", how, body)))
}

fn row(sample: &ExtremeSample) -> Vec<String> {
    let v = &sample.values;
    let mut row = vec![sample.index.to_string(), sample.y.to_string()];
    row.extend([v.redundancy, v.unique1, v.unique2, v.synergy, v.i1, v.i2, v.i12].map(short));
    row
}
