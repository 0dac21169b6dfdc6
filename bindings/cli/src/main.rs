//! `lsmi`: redundancy, uniqueness and synergy of two modalities about a target, from the command line.

mod arguments;
mod bench;
mod commands;
mod dataset;
mod features;
mod files;
mod json;
mod model;
mod output;
mod permutations;
mod progress;
mod table;
mod uncertainty;

use arguments::{Arguments, Command};
use clap::Parser;
use clap::error::ErrorKind;
use lsmi::{Error, Result};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if is_bad_call(&error) => {
            eprintln!("{}", one_line(&bad_call(&error.render().to_string())));
            return ExitCode::from(2);
        }
        Err(help) => help.exit(),
    };
    match run(&arguments).and_then(|()| output::check_printed()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", one_line(&error.to_string()));
            ExitCode::from(exit_code(&error))
        }
    }
}

/// Whether the words cannot be understood; help and the version come as errors too.
fn is_bad_call(error: &clap::Error) -> bool {
    error.use_stderr() && error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
}

/// What is wrong with the words, on one line, without the usage that follows it.
fn bad_call(message: &str) -> String {
    let said = message.split("\nUsage:").next().unwrap_or_default();
    let said = said.split("\nFor more information").next().unwrap_or_default();
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines.collect::<Vec<_>>().join(" ").replace(" tip: ", "; tip: ");
    format!("{line}; see --help")
}

/// Paths and settings may hold line breaks and terminal codes: messages do not repeat those.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.command {
        Command::Bench(bench) => commands::bench::run(bench),
        Command::Check(check) => commands::check::run(check),
        Command::Demo(demo) => commands::demo::run(demo),
        Command::Entropy(entropy) => commands::entropy::run(entropy),
        Command::Mi(mi) => commands::mi::run(mi),
        Command::Fit(fit) => commands::fit::run(fit),
        Command::Score(score) => commands::score::run(score),
        Command::Import(import) => commands::import::run(import),
        Command::Synth(synth) => commands::synth::run(synth),
        Command::Inspect(inspect) => commands::inspect::run(inspect),
        Command::Report(report) => commands::report::run(report),
    }
}

/// 2 for a bad call (a setting, a path that is not there), 1 for bad data and for a system that refuses.
fn exit_code(error: &Error) -> u8 {
    match error {
        Error::Setting { .. } => 2,
        _ => 1,
    }
}
