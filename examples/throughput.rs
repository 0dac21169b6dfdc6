//! Prints a JSON line for every case of `lsmi bench`, for programs that compare:
//!
//! ```sh
//! cargo run --release --example throughput -- --threads 1 --only score,step
//! ```
//!
//! With `--scaling`, a line for every sweep over sizes.

#[path = "../bindings/cli/src/bench/mod.rs"]
mod bench;

use bench::scaling::sweeps;
use bench::{Case, Selection, Session};
use clap::Parser;
use std::process::ExitCode;

/// Prints a JSON line for every case that is timed.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// How cost grows with sizes, instead of the cases.
    #[arg(long)]
    scaling: bool,
}

fn run(Arguments { selection, scaling }: &Arguments) -> lsmi::Result<()> {
    let session = Session::new(selection)?;
    if *scaling {
        for sweep in sweeps(selection.quick) {
            println!("{}", json(&sweep.measure(&session, &mut |_| {})?));
        }
        return Ok(());
    }
    for case in Case::selected(selection) {
        println!("{}", json(&session.measure(case)?));
    }
    Ok(())
}

fn json(line: &impl serde::Serialize) -> String {
    serde_json::to_string(line).expect("only numbers and words")
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
