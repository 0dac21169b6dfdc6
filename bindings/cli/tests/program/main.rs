//! The binary `lsmi` as a user calls it: what it computes, what it writes, and how it refuses.

mod bad_calls;
mod bad_data;
mod bad_files;
mod bench;
mod check;
mod demo;
mod entropy;
mod generators;
mod import;
mod inspect;
mod mi;
mod permutations;
mod report;
mod robust;
mod round_trip;
mod support;
mod targets;
mod threads;
mod writing;
