//! One file per subcommand.

pub mod bench;
pub mod check;
pub mod demo;
pub mod entropy;
pub mod fit;
pub mod import;
pub mod inspect;
pub mod mi;
pub mod report;
pub mod score;
pub mod synth;
