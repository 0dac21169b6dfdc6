//! What labels that tell nothing would show.

use super::{Part, figure, histogram, nats, section};
use crate::chart::{Axis, Colour, INK};
use crate::colour::{ATOMS, BOTH, SOURCES};
use lsmi::trust::Null;
use lsmi::{Report, Result};
use maud::{Markup, html};

/// Quantities by their place among [`lsmi::trust::Quantities::named`].
const SHOWN: [(&str, usize); 8] = [
    ("R", 3),
    ("U1", 4),
    ("U2", 5),
    ("S", 6),
    ("i(x1; y)", 0),
    ("i(x2; y)", 1),
    ("i(x1, x2; y)", 2),
    ("S − R", 7),
];

/// Nothing without a null.
pub fn part(report: &Report) -> Part {
    let Some(null) = &report.null else { return Ok(None) };
    let observed = report.splits.get("train").map(|s| {
        let raw = s.raw;
        [s.i1, s.i2, s.i12, raw.redundancy, raw.unique1, raw.unique2, raw.synergy, s.s_minus_r]
    });
    let colours = ATOMS.into_iter().chain(SOURCES).chain([BOTH]);
    let body = html! {
        div.grid.four {
            @for ((name, place), colour) in SHOWN.into_iter().zip(colours) {
                (panel(null, name, place, colour, observed.map(|values| values[place]))?)
            }
        }
    };
    let how = format!(
        "Bars: the means under {} shuffles of the labels, for each of which the classifiers were chosen and fitted anew. \
         Dashed: what was observed. Far to the right of all bars: labels that tell nothing do not show this.",
        null.permutations
    );
    Ok(Some(section("Shuffled labels", &how, body)))
}

fn panel(null: &Null, name: &str, place: usize, colour: Colour, observed: Option<f64>) -> Result<Markup> {
    let values: Vec<f64> = null.means.iter().map(|means| means.named()[place].1).collect();
    let x = Axis::over("nats", values.iter().copied().chain(observed));
    let marked: Vec<(f64, Colour)> = observed.map(|value| (value, INK)).into_iter().collect();
    let mut chart = histogram((274, 180), x, &values, colour, &marked);
    chart.y.name = "shuffles".into();
    let p = null.p_values.named()[place].1;
    let seen = observed.map_or(String::new(), |value| format!("observed {}, ", nats(value)));
    figure(name, &chart, &format!("{seen}p = {}", nats(p)))
}
