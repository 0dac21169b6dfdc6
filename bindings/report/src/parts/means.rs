//! The means of the splits: atoms and information with their intervals, what shuffled labels give, and the classifiers.

use super::{Part, cells, figure, legend, nats, section};
use crate::chart::{Axis, Chart, Colour, INK, MUTED, Mark, quantile, sorted};
use crate::colour::{ATOMS, SOURCES};
use crate::words;
use lsmi::estimator::Summary;
use lsmi::trust::{Interval, Quantities};
use lsmi::{Report, interaction::Atoms};
use maud::{Markup, html};

/// Quantities in the order of the table, and which of [`Quantities::named`] they are.
const ROWS: [(&str, usize); 8] = [
    ("R, redundancy", 3),
    ("U1, uniqueness of x1", 4),
    ("U2, uniqueness of x2", 5),
    ("S, synergy", 6),
    ("S − R, needs no surprisal", 7),
    ("i(x1; y)", 0),
    ("i(x2; y)", 1),
    ("i(x1, x2; y)", 2),
];

/// Bars and tables; nothing without splits.
pub fn part(report: &Report) -> Part {
    if report.splits.is_empty() {
        return Ok(None);
    }
    let splits = splits(report);
    let atoms = bars(report, &splits, &[("R", 3), ("U1", 4), ("U2", 5), ("S", 6)], &ATOMS);
    let information =
        bars(report, &splits, &[("i(x1; y)", 0), ("i(x2; y)", 1), ("i(x1, x2; y)", 2)], &SOURCES);
    let mut about = Vec::new();
    if let Some(intervals) = &report.intervals {
        about.push(format!(
            "Whiskers: {:.0} % intervals of train by {} bootstrap draws of its samples, with the chance of densities and \
             classifiers.",
            100.0 * intervals.level,
            intervals.draws
        ));
    }
    if let Some(null) = &report.null {
        about.push(format!(
            "Dashed: what {} shuffles of the labels stay below 95 % of the time.",
            null.permutations
        ));
    }
    let shades: Vec<(String, Colour)> = splits
        .iter()
        .enumerate()
        .map(|(place, (name, split))| {
            (format!("{name}, read {}", words::reading(split.reading)), shade(INK, opacity(place)))
        })
        .collect();
    let body = html! {
        (legend(&shades))
        div.grid.wide {
            (figure("Atoms", &atoms, "")?)
            (figure("Information about y", &information, "")?)
        }
        @if !about.is_empty() { p.lead style="font-size:.85rem" { (about.join(" ")) } }
        (quantities(report, &splits))
        (classifiers(&splits))
    };
    let how = "Means over samples, in nats: what either modality tells (R), what only one of them tells (U1, U2), and what \
               only both together tell (S). R + U1 = i(x1; y), R + U2 = i(x2; y), and all four sum to i(x1, x2; y).";
    Ok(Some(section("Means", how, body)))
}

/// Train first.
fn splits(report: &Report) -> Vec<(&str, &Summary)> {
    let mut splits: Vec<(&str, &Summary)> =
        report.splits.iter().map(|(name, s)| (name.as_str(), s)).collect();
    splits.sort_by_key(|(name, _)| *name != "train");
    splits
}

/// A mean by its place in [`Quantities::named`].
fn mean(split: &Summary, place: usize) -> f64 {
    let Atoms { redundancy, unique1, unique2, synergy } = split.raw;
    [split.i1, split.i2, split.i12, redundancy, unique1, unique2, synergy, split.s_minus_r][place]
}

fn value_of<V: Copy>(of: &Quantities<V>, place: usize) -> V {
    of.named()[place].1
}

fn opacity(place: usize) -> f64 {
    if place == 0 { 0.9 } else { 0.4 }
}

/// A colour on white.
fn shade(colour: Colour, opacity: f64) -> Colour {
    let mixed = |v: u8| (f64::from(v) * opacity + 255.0 * (1.0 - opacity)) as u8;
    plotters::style::RGBColor(mixed(colour.0), mixed(colour.1), mixed(colour.2))
}

/// The value that shuffled labels stay below 95 % of the time.
fn null_bound(report: &Report, place: usize) -> Option<f64> {
    let null = report.null.as_ref()?;
    quantile(&sorted(null.means.iter().map(|means| value_of(means, place))), 0.95)
}

fn bars(report: &Report, splits: &[(&str, &Summary)], of: &[(&str, usize)], colours: &[Colour]) -> Chart {
    let mut marks = Vec::new();
    let mut heights = vec![0.0];
    let width = 0.7 / splits.len() as f64;
    for (unit, (&(_, place), &colour)) in of.iter().zip(colours).enumerate() {
        for (of_split, (name, split)) in splits.iter().enumerate() {
            let left = unit as f64 + 0.15 + of_split as f64 * width;
            let (right, middle) = (left + 0.94 * width, left + 0.47 * width);
            let height = mean(split, place);
            heights.push(height);
            marks.push(Mark::Bar { x: [left, right], y: [0.0, height], colour, opacity: opacity(of_split) });
            if *name != "train" {
                continue;
            }
            if let Some(Interval { low, high }) = report.intervals.as_ref().map(|i| value_of(&i.of, place)) {
                heights.extend([low, high]);
                let cap = 0.12 * width;
                marks.push(Mark::line(&[(middle, low), (middle, high)], INK));
                marks.extend([low, high].map(|y| Mark::line(&[(middle - cap, y), (middle + cap, y)], INK)));
            }
            if let Some(bound) = null_bound(report, place) {
                heights.push(bound);
                marks.push(Mark::dashed(&[(left - 0.06, bound), (right + 0.06, bound)], INK));
            }
        }
    }
    marks.push(Mark::line(&[(0.0, 0.0), (of.len() as f64, 0.0)], MUTED));
    let names = of.iter().map(|(name, _)| name.to_string()).collect();
    let size = if of.len() == 4 { (620, 300) } else { (496, 300) };
    Chart { size, x: Axis::of_names("", names), y: Axis::of_bars("nats", heights), marks }
}

/// Means with all that is known of their uncertainty.
fn quantities(report: &Report, splits: &[(&str, &Summary)]) -> Markup {
    let (intervals, null, spread) = (&report.intervals, &report.null, &report.spread);
    let mut header: Vec<String> = vec!["nats".into()];
    let adjusted = |split: &Summary, place: usize| {
        let Atoms { redundancy, unique1, unique2, synergy } = split.adjusted;
        [redundancy, unique1, unique2, synergy].get(place.wrapping_sub(3)).map_or(String::new(), |&v| nats(v))
    };
    for (name, _) in splits {
        header.push((*name).into());
        if *name == "train" {
            header.extend(intervals.iter().map(|i| format!("{:.0} % interval", 100.0 * i.level)));
            header.extend(null.iter().map(|_| "p, one-sided".to_string()));
            header.extend(null.iter().map(|_| "95 % of shuffles below".to_string()));
            header.extend(spread.iter().map(|_| "spread".to_string()));
        }
        header.push(format!("{name}, adjusted"));
    }
    let range = |i: Interval| format!("{} to {}", nats(i.low), nats(i.high));
    let row = |name: &str,
               of: &dyn Fn(&Summary) -> f64,
               adjusted: &dyn Fn(&Summary) -> String,
               place: Option<usize>| {
        let mut row = vec![name.to_string()];
        for (name, split) in splits {
            row.push(nats(of(split)));
            if *name == "train" {
                let at = |f: &dyn Fn(usize) -> String| place.map_or(String::new(), f);
                row.extend(intervals.iter().map(|i| at(&|p| range(value_of(&i.of, p)))));
                row.extend(null.iter().map(|n| at(&|p| nats(value_of(&n.p_values, p)))));
                row.extend(null.iter().map(|_| at(&|p| null_bound(report, p).map_or(String::new(), nats))));
                row.extend(spread.iter().map(|s| at(&|p| format!("± {}", nats(value_of(&s.deviation, p))))));
            }
            row.push(adjusted(split));
        }
        row
    };
    let mut rows: Vec<Vec<String>> = ROWS
        .iter()
        .map(|&(name, place)| row(name, &|s| mean(s, place), &|s| adjusted(s, place), Some(place)))
        .collect();
    let mut shift = row("shift a of the adjusted atoms", &|s| s.shift, &|_| String::new(), None);
    if let (Some(intervals), Some(train)) = (intervals, splits.iter().position(|(name, _)| *name == "train"))
    {
        // Train comes first.
        shift[2 + train] = range(intervals.shift);
    }
    rows.push(shift);
    let units = words::entropy_units(report.entropy_units);
    rows.push(row(&format!("surprisal h(x1), {units}"), &|s| s.h1, &|_| String::new(), None));
    rows.push(row(&format!("surprisal h(x2), {units}"), &|s| s.h2, &|_| String::new(), None));
    html! {
        div.scroll {
            table {
                thead { tr { @for name in &header { th scope="col" { (name) } } } }
                tbody { @for row in &rows { (cells(row, "")) } }
            }
        }
        p.lead style="font-size:.85rem" {
            "Adjusted atoms are shifted by one constant, (R + a, U1 − a, U2 − a, S + a), that lifts the lower of R and S, or \
             else of U1 and U2, to 0 if it is negative; if |a| is not small beside i(x1, x2; y), distrust the four atoms."
            @if null.is_some() {
                " p = (b + 1) / (B + 1): how often shuffled labels, to which the classifiers were chosen and fitted anew, \
                 gave at least this mean."
            }
            @if let Some(spread) = spread {
                " Spread: the standard deviation over " (spread.repeats + 1) " fits with other folds, starts and batches; \
                 of a single sample's S it is " (nats(spread.sample_deviation.synergy)) ", of its R "
                (nats(spread.sample_deviation.redundancy)) "."
            }
        }
    }
}

/// How good the classifiers are.
fn classifiers(splits: &[(&str, &Summary)]) -> Markup {
    let mut header = vec!["classifiers".to_string()];
    header.extend(splits.iter().map(|(name, _)| (*name).to_string()));
    let row = |name: &str, of: &dyn Fn(&Summary) -> String| {
        let mut row = vec![name.to_string()];
        row.extend(splits.iter().map(|(_, split)| of(split)));
        row
    };
    let percent =
        |value: f64| if value.is_finite() { format!("{:.1} %", 100.0 * value) } else { "–".into() };
    let rows = [
        row("samples", &|s| s.n.to_string()),
        row("read", &|s| words::reading(s.reading).into()),
        row("entropy of the target H(y), nats", &|s| nats(s.i1 + s.log_loss.x1)),
        row("accuracy from x1", &|s| percent(s.accuracy.x1)),
        row("accuracy from x2", &|s| percent(s.accuracy.x2)),
        row("accuracy from both", &|s| percent(s.accuracy.joint)),
        row("log-loss from x1, nats", &|s| nats(s.log_loss.x1)),
        row("log-loss from x2, nats", &|s| nats(s.log_loss.x2)),
        row("log-loss from both, nats", &|s| nats(s.log_loss.joint)),
    ];
    html! {
        div.scroll {
            table {
                thead { tr { @for name in &header { th scope="col" { (name) } } } }
                tbody { @for row in &rows { (cells(row, "")) } }
            }
        }
    }
}
