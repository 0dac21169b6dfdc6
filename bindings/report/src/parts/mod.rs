//! The parts of the page, each of one subject, and what they are made of.

pub mod calibration;
pub mod classes;
pub mod controls;
pub mod distributions;
pub mod extremes;
pub mod headline;
pub mod means;
pub mod null;
pub mod rerun;
pub mod training;
pub mod warnings;

use crate::chart::{Axis, Chart, Colour, MUTED, Mark};
use crate::colour::css;
use crate::words;
use lsmi::Result;
use maud::{Markup, html};

/// A part of the page: nothing if the report has nothing for it.
pub type Part = Result<Option<Markup>>;

/// A section with a sentence on how to read it.
fn section(title: &str, how_to_read: &str, body: Markup) -> Markup {
    html! {
        section {
            h2 { (title) }
            p.lead { (how_to_read) }
            (body)
        }
    }
}

/// A chart with its title, and what there is to say of it.
fn figure(title: &str, chart: &Chart, caption: &str) -> Result<Markup> {
    let svg = chart.svg()?;
    Ok(html! {
        figure {
            @if !title.is_empty() { h3 { (title) } }
            div role="img" aria-label=(if title.is_empty() { &chart.y.name } else { title }) { (svg) }
            @if !caption.is_empty() { figcaption { (caption) } }
        }
    })
}

/// Names of colours.
fn legend(entries: &[(String, Colour)]) -> Markup {
    html! {
        ul.legend {
            @for (name, colour) in entries {
                li { i style={ "background:" (css(*colour)) } {} (name) }
            }
        }
    }
}

/// A table whose first column names the rows.
fn table(class: &str, header: &[&str], rows: &[Vec<String>]) -> Markup {
    html! {
        div.scroll {
            table class=(class) {
                thead { tr { @for name in header { th scope="col" { (name) } } } }
                tbody { @for row in rows { (cells(row, "")) } }
            }
        }
    }
}

/// A row of a table.
fn cells(row: &[String], class: &str) -> Markup {
    html! {
        tr class=[(!class.is_empty()).then_some(class)] {
            @for (column, cell) in row.iter().enumerate() {
                @if column == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
            }
        }
    }
}

/// A number of nats, with a minus sign.
fn nats(value: f64) -> String {
    words::nats(value).replace('-', "−")
}

/// A number of nats where there is little room.
fn short(value: f64) -> String {
    match value.is_finite() && value.abs() < 1e6 {
        true if value.abs() < 0.0005 => "0.000".into(),
        true => format!("{value:.3}").replace('-', "−"),
        false => nats(value),
    }
}

/// A histogram of the values that the axis holds, with lines at 0 and at marked values.
fn histogram(size: (u32, u32), x: Axis, values: &[f64], colour: Colour, marked: &[(f64, Colour)]) -> Chart {
    let bins = (values.len() / 4).clamp(24, 40);
    let width = (x.high - x.low) / bins as f64;
    let mut counts = vec![0usize; bins];
    for value in values.iter().filter(|&&v| x.holds(v)) {
        counts[(((value - x.low) / width) as usize).min(bins - 1)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let bars = counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(bin, &count)| {
        let left = x.low + bin as f64 * width;
        Mark::Bar { x: [left, left + width], y: [0.0, count as f64], colour, opacity: 0.8 }
    });
    let top = 1.08 * most;
    let mut marks: Vec<Mark> = bars.collect();
    if x.holds(0.0) {
        marks.push(Mark::line(&[(0.0, 0.0), (0.0, top)], MUTED));
    }
    for &(value, colour) in marked.iter().filter(|(value, _)| value.is_finite()) {
        marks.push(Mark::dashed(&[(value, 0.0), (value, top)], colour));
    }
    Chart { size, x, y: Axis::new("samples", 0.0, top), marks }
}

/// What to say of values that were left out; nothing if there are none.
fn left_out(count: usize, of: usize) -> String {
    match count {
        0 => String::new(),
        1 => format!("1 of {of} samples lies beyond the axes and is not drawn."),
        _ => format!("{count} of {of} samples lie beyond the axes and are not drawn."),
    }
}
