//! The values of single samples: histograms, and one against another.

use super::{Part, figure, histogram, left_out, legend, nats, section};
use crate::chart::{Axis, Chart, INK, MUTED, Mark};
use crate::colour::{ATOMS, ClassColours, SOURCES};
use lsmi::report::{Details, SampleValues};
use lsmi::{Report, Result};
use maud::{Markup, html};

/// Nothing without samples.
pub fn part(report: &Report) -> Part {
    let Some(details) = &report.details else { return Ok(None) };
    let samples = &details.samples;
    // A report from elsewhere may have columns of other lengths: pairs end with the shorter one.
    if samples.index.is_empty() {
        return Ok(None);
    }
    let SampleValues { i1, i2, i12, r, u1, u2, s, .. } = samples;
    let atoms = [("R", r), ("U1", u1), ("U2", u2), ("S", s)];
    let information = [("i(x1; y)", i1), ("i(x2; y)", i2), ("i(x1, x2; y)", i12)];
    let body = html! {
        div.grid.four {
            @for ((name, values), colour) in atoms.into_iter().zip(ATOMS) {
                (distribution(name, values, colour, (274, 190), &atoms.map(|(_, v)| v))?)
            }
        }
        div.grid.three style="margin-top:1.2rem" {
            @for ((name, values), colour) in information.into_iter().zip(SOURCES) {
                (distribution(name, values, colour, (370, 190), &information.map(|(_, v)| v))?)
            }
        }
        (scatters(samples)?)
    };
    let how = format!(
        "Raw values of {}, as they were read by models that did not see them; dashed: the mean of what is kept here. Single \
         samples may well be negative: what a modality says of them misled.",
        which(details)
    );
    Ok(Some(section("Single samples", &how, body)))
}

/// How many samples are kept of how many.
fn which(details: &Details) -> String {
    let kept = details.samples.index.len();
    let all: usize = details.classes.iter().map(|class| class.samples).sum();
    match kept < all {
        true => format!("{kept} of the {all} training samples, drawn at random"),
        false => format!("all {kept} training samples"),
    }
}

fn distribution(
    name: &str,
    values: &[f64],
    colour: crate::chart::Colour,
    size: (u32, u32),
    beside: &[&Vec<f64>],
) -> Result<Markup> {
    // One scale for all that stand side by side.
    let x = Axis::over_most("nats", beside.iter().flat_map(|values| values.iter().copied()));
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let mean = finite.iter().sum::<f64>() / finite.len() as f64;
    let beyond = values.iter().filter(|&&v| !x.holds(v)).count();
    let caption = left_out(beyond, values.len());
    let title = if finite.is_empty() { name.to_string() } else { format!("{name}, mean {}", nats(mean)) };
    figure(&title, &histogram(size, x, values, colour, &[(mean, INK)]), &caption)
}

fn scatters(samples: &SampleValues) -> Result<Markup> {
    let SampleValues { y, i1, i2, h1, h2, r, u1, u2, s, .. } = samples;
    let colours = ClassColours::new(y);
    let pairs = [
        (
            "R against S",
            ("R, nats", r),
            ("S, nats", s),
            "To the right: either modality tells. Up: only both together tell.",
        ),
        (
            "U1 against U2",
            ("U1, nats", u1),
            ("U2, nats", u2),
            "To the right: x1 alone tells. Up: x2 alone tells.",
        ),
        (
            "i(x1; y) against i(x2; y)",
            ("i(x1; y), nats", i1),
            ("i(x2; y), nats", i2),
            "On the diagonal both tell as much.",
        ),
        (
            "h(x1) against h(x2)",
            ("h(x1), nats", h1),
            ("h(x2), nats", h2),
            "R follows the less surprising modality: above the diagonal x1, below it x2.",
        ),
    ];
    Ok(html! {
        h3 style="margin-top:1.8rem" { "One against another" }
        (legend(&colours.legend()))
        div.grid.two {
            @for (place, (title, (x_name, x), (y_name, y_values), caption)) in pairs.into_iter().enumerate() {
                (scatter(title, (x_name, x), (y_name, y_values), (y, &colours), (place >= 2, caption))?)
            }
        }
    })
}

fn scatter(
    title: &str,
    (x_name, x_values): (&str, &[f64]),
    (y_name, y_values): (&str, &[f64]),
    (classes, colours): (&[i64], &ClassColours),
    (has_diagonal, caption): (bool, &str),
) -> Result<Markup> {
    let x = Axis::over_most(x_name, x_values.iter().copied());
    let y = Axis::over_most(y_name, y_values.iter().copied());
    let mut marks = Vec::new();
    if x.holds(0.0) {
        marks.push(Mark::line(&[(0.0, y.low), (0.0, y.high)], MUTED));
    }
    if y.holds(0.0) {
        marks.push(Mark::line(&[(x.low, 0.0), (x.high, 0.0)], MUTED));
    }
    let (low, high) = (x.low.max(y.low), x.high.min(y.high));
    if has_diagonal && low < high {
        marks.push(Mark::dashed(&[(low, low), (high, high)], MUTED));
    }
    let mut beyond = 0;
    for ((&x_value, &y_value), &class) in x_values.iter().zip(y_values).zip(classes) {
        beyond += usize::from(!x.holds(x_value) || !y.holds(y_value));
        let colour = colours.of(class);
        marks.push(Mark::Dot { at: (x_value, y_value), radius: 2.5, colour, opacity: 0.65 });
    }
    let outside = if has_diagonal && low >= high { "The diagonal lies beyond the axes." } else { "" };
    let caption = [caption, outside, &left_out(beyond, x_values.len())].join(" ");
    figure(title, &Chart { size: (560, 400), x, y, marks }, caption.trim_end())
}
