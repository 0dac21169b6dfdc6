//! `lsmi bench`: how fast this machine computes.

use crate::arguments::Bench;
use crate::bench::scaling::{ROUNDS, Scaling, sweeps};
use crate::bench::{Case, Measurement, Session};
use crate::output;
use crate::progress::Bar;
use crate::table::table;
use lsmi::Result;
use serde_json::{Value, json};
use sysinfo::{CpuRefreshKind, RefreshKind, System};

pub fn run(arguments: &Bench) -> Result<()> {
    output::check_json(arguments.json.as_deref(), &[])?;
    let session = Session::new(&arguments.selection)?;
    let machine = machine();
    let mut json = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "machine": machine,
        "level": session.level.name(),
        "threads": session.threads(),
        "type": session.type_name,
        "peak_gflops": session.peak,
    });
    let mut text = format!(
        "{machine}; {}, level {}, threads {}; multiply-adds of one core: {:.1} GFLOP/s\n",
        session.type_name,
        session.level,
        session.threads(),
        session.peak
    );
    if arguments.scaling {
        let measured = measure_sweeps(arguments, &session)?;
        text += &measured.iter().map(course).collect::<Vec<_>>().join("\n\n");
        json["sweeps"] = serde_json::to_value(measured).unwrap_or_default();
    } else {
        let measured = measure_cases(arguments, &session)?;
        let header = ["", "time", "useful GFLOP/s", "of the multiply-adds", "checksum"];
        text += &table(&header, measured.iter().map(|(case, measurement)| row(*case, measurement)));
        let measurements = measured.iter().map(|(_, m)| serde_json::to_value(m).unwrap_or_default());
        json["cases"] = measurements.collect::<Value>();
    }
    output::write_json(arguments.json.as_deref(), &json)?;
    if !output::is_standard_output(arguments.json.as_deref()) {
        output::print(&text);
    }
    Ok(())
}

/// The name of the processor.
fn machine() -> String {
    let system = System::new_with_specifics(RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing()));
    let brand = system.cpus().first().map_or("", |cpu| cpu.brand().trim());
    if brand.is_empty() { std::env::consts::ARCH.into() } else { brand.into() }
}

fn measure_cases(arguments: &Bench, session: &Session) -> Result<Vec<(Case, Measurement)>> {
    let cases = Case::selected(&arguments.selection);
    let mut bar = Bar::counting("measuring", cases.len());
    let measure = |case: Case| {
        bar.note(case.to_string());
        let measurement = session.measure(case)?;
        bar.step();
        Ok((case, measurement))
    };
    let measured = cases.into_iter().map(measure).collect();
    bar.finish();
    measured
}

fn measure_sweeps(arguments: &Bench, session: &Session) -> Result<Vec<Scaling>> {
    let sweeps = sweeps(arguments.selection.quick);
    let mut bar =
        Bar::counting("measuring", ROUNDS * sweeps.iter().map(|sweep| sweep.sizes.len()).sum::<usize>());
    let mut next = |case: Case| {
        bar.note(case.to_string());
        bar.step();
    };
    let measured = sweeps.iter().map(|sweep| sweep.measure(session, &mut next)).collect();
    bar.finish();
    measured
}

/// A row of the table of cases.
fn row(case: Case, measurement: &Measurement) -> Vec<String> {
    let times = [
        (measurement.ns_per_sample, "ns/sample"),
        (measurement.us, "µs/step"),
        (measurement.ns_per_element, "ns/number"),
    ];
    let time = times.into_iter().find_map(|(time, unit)| Some(format!("{} {unit}", digits(time?))));
    let rate = measurement.gflops_useful.or(measurement.gflops);
    let share = measurement.share_of_peak.map(|share| format!("{:.0} %", 100.0 * share));
    let rate = rate.map(|rate| format!("{rate:.1}"));
    let checksum = format!("{:.6e}", measurement.checksum);
    vec![
        case.to_string(),
        time.unwrap_or_default(),
        rate.unwrap_or_default(),
        share.unwrap_or_default(),
        checksum,
    ]
}

/// Three digits or more.
fn digits(value: f64) -> String {
    match value {
        value if value < 10.0 => format!("{value:.3}"),
        value if value < 100.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

/// The course of a cost: its exponent, its largest step up, and a table.
fn course(scaling: &Scaling) -> String {
    let Scaling { title, axis, points, from, exponent, largest_jump: (at, jump) } = scaling;
    let rows = points.iter().map(|point| {
        let jump = point.jump.map_or(String::new(), |jump| format!("{jump:.2}"));
        vec![point.size.to_string(), digits(point.ns_per_sample), jump]
    });
    format!(
        "{title}: from {axis}={from} on the time of a sample grows as {axis}^{exponent:.2}; \
         largest step up {jump:.2} times the trend, at {axis}={at}\n{}",
        table(&[axis, "ns/sample", "step over trend"], rows)
    )
}
