//! `lsmi`: redundancy, uniqueness and synergy of two modalities about a target, from the command line.

mod arguments;
mod commands;
mod dataset;
mod files;
mod model;
mod output;
mod progress;
mod table;

use arguments::{Arguments, Command};
use clap::Parser;
use lsmi::{Error, Result};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(exit_code(&error))
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.command {
        Command::Demo(demo) => commands::demo::run(demo),
        Command::Fit(fit) => commands::fit::run(fit),
        Command::Score(score) => commands::score::run(score),
        Command::Import(import) => commands::import::run(import),
        Command::Synth(synth) => commands::synth::run(synth),
        Command::Inspect(inspect) => commands::inspect::run(inspect),
    }
}

/// 2 for a bad call (a setting, a path that is not there), 1 for bad data and for a system that refuses.
fn exit_code(error: &Error) -> u8 {
    match error {
        Error::Setting { .. } => 2,
        _ => 1,
    }
}
