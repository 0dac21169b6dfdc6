//! The means of each class.

use super::{Part, figure, legend, nats, section, table};
use crate::chart::{Axis, Chart, MUTED, Mark};
use crate::colour::ATOMS;
use lsmi::Report;
use lsmi::report::ClassMeans;
use maud::html;

/// Classes that bars are drawn of at most.
const DRAWN: usize = 40;

/// Rows of a table that is not folded up at most.
const SHOWN: usize = 12;

/// Nothing without classes.
pub fn part(report: &Report) -> Part {
    let Some(classes) = report.details.as_ref().map(|d| &d.classes).filter(|c| !c.is_empty()) else {
        return Ok(None);
    };
    let mut drawn: Vec<&ClassMeans> = classes.iter().collect();
    drawn.sort_by_key(|class| (std::cmp::Reverse(class.samples), class.class));
    drawn.truncate(DRAWN);
    drawn.sort_by_key(|class| class.class);
    let caption = match classes.len() > DRAWN {
        true => {
            format!("The {DRAWN} of {} classes that have most samples; the table has all.", classes.len())
        }
        false => String::new(),
    };
    let header = [
        "class",
        "samples",
        "R",
        "U1",
        "U2",
        "S",
        "S − R",
        "i(x1; y)",
        "i(x2; y)",
        "i(x1, x2; y)",
        "h(x1)",
        "h(x2)",
    ];
    let rows: Vec<Vec<String>> = classes.iter().map(row).collect();
    let names = ["R", "U1", "U2", "S"].map(String::from).into_iter().zip(ATOMS).collect::<Vec<_>>();
    let body = html! {
        (legend(&names))
        (figure("", &bars(&drawn), &caption)?)
        @if rows.len() > SHOWN {
            details { summary { "All " (rows.len()) " classes" } (table("", &header, &rows)) }
        } @else {
            (table("", &header, &rows))
        }
    };
    Ok(Some(section(
        "Classes",
        "Mean raw atoms of the samples of each class, nats: which classes need both modalities, and which need one.",
        body,
    )))
}

fn bars(classes: &[&ClassMeans]) -> Chart {
    let mut marks = Vec::new();
    let mut heights = vec![0.0];
    for (unit, class) in classes.iter().enumerate() {
        let means = &class.means;
        let atoms = [means.redundancy, means.unique1, means.unique2, means.synergy];
        heights.extend(atoms);
        for (place, (height, colour)) in atoms.into_iter().zip(ATOMS).enumerate() {
            let left = unit as f64 + 0.14 + 0.18 * place as f64;
            marks.push(Mark::Bar { x: [left, left + 0.17], y: [0.0, height], colour, opacity: 0.9 });
        }
    }
    marks.push(Mark::line(&[(0.0, 0.0), (classes.len() as f64, 0.0)], MUTED));
    let names = classes.iter().map(|class| class.class.to_string()).collect();
    Chart { size: (1096, 280), x: Axis::of_names("class", names), y: Axis::of_bars("nats", heights), marks }
}

fn row(class: &ClassMeans) -> Vec<String> {
    let m = &class.means;
    let numbers =
        [m.redundancy, m.unique1, m.unique2, m.synergy, m.s_minus_r, m.i1, m.i2, m.i12, class.h1, class.h2];
    let mut row = vec![class.class.to_string(), class.samples.to_string()];
    row.extend(numbers.map(nats));
    row
}
