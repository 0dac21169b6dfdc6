//! One file per subcommand.

pub mod bench;
pub mod check;
pub mod demo;
pub mod fit;
pub mod import;
pub mod inspect;
pub mod report;
pub mod score;
pub mod synth;
