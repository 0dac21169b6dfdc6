//! Tables for people.

use comfy_table::{CellAlignment, Table, presets};
use lsmi::Report;
use lsmi::estimator::{Flag, ShiftRule, Summary};
use lsmi_report::words;

pub use lsmi_report::words::nats;

/// A table whose first column is words and whose others are numbers.
pub fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY).set_header(header);
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

/// The results of a report, a column per split.
pub fn report(report: &Report) -> String {
    let splits = || report.splits.values();
    let row = |name: &str, value: &dyn Fn(&Summary) -> String| {
        let mut row = vec![name.to_string()];
        row.extend(splits().map(value));
        row
    };
    let number = |name: &str, value: fn(&Summary) -> f64| row(name, &|split| nats(value(split)));
    let units = words::entropy_units(report.entropy_units);
    let percent =
        |name: &str, value: fn(&Summary) -> f64| row(name, &|split| format!("{:.1} %", 100.0 * value(split)));
    let mut header = vec!["mean per sample, nats"];
    header.extend(report.splits.keys().map(String::as_str));
    let rule = match report.shift_rule {
        ShiftRule::Frozen => "shift a (of the training split)",
        ShiftRule::Batch => "shift a (of these samples)",
        ShiftRule::None => "shift a (none)",
    };
    let rows = vec![
        row("samples", &|split| split.n.to_string()),
        row("read", &|split| words::reading(split.reading).into()),
        number("entropy of the target H(y)", |s| s.i1 + s.log_loss.x1),
        number("R raw, redundancy", |s| s.raw.redundancy),
        number("U1 raw, uniqueness of x1", |s| s.raw.unique1),
        number("U2 raw, uniqueness of x2", |s| s.raw.unique2),
        number("S raw, synergy", |s| s.raw.synergy),
        number(rule, |s| s.shift),
        number("R adjusted (R + a)", |s| s.adjusted.redundancy),
        number("U1 adjusted (U1 − a)", |s| s.adjusted.unique1),
        number("U2 adjusted (U2 − a)", |s| s.adjusted.unique2),
        number("S adjusted (S + a)", |s| s.adjusted.synergy),
        number("S − R, needs no surprisal", |s| s.s_minus_r),
        number("information i(x1; y)", |s| s.i1),
        number("information i(x2; y)", |s| s.i2),
        number("information i(x1, x2; y)", |s| s.i12),
        number(&format!("surprisal h(x1), {units}"), |s| s.h1),
        number(&format!("surprisal h(x2), {units}"), |s| s.h2),
        percent("accuracy from x1", |s| s.accuracy.x1),
        percent("accuracy from x2", |s| s.accuracy.x2),
        percent("accuracy from both", |s| s.accuracy.joint),
        number("log-loss from x1", |s| s.log_loss.x1),
        number("log-loss from x2", |s| s.log_loss.x2),
        number("log-loss from both", |s| s.log_loss.joint),
    ];
    let mut text = table(&header, rows);
    for note in words::notes(report) {
        text += &format!("\nnote: {note}");
    }
    text + &flags(&report.flags)
}

/// A line for each flag, after a line break.
pub fn flags(flags: &[Flag]) -> String {
    let mut text = String::new();
    for Flag { name, subject, finding, advice, .. } in flags {
        text += &format!("\nflag {name}, {subject}: {finding}\n  what to do: {advice}");
    }
    text
}
