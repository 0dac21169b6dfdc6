//! The Rust side of `bindings/benchmark/run`, against which the other languages are held.
//!
//! `benchmark prepare FOLDER` writes what all of them read: parameters and a sample of a density, samples to score, and
//! models. `benchmark FOLDER` answers requests `log_density|score f32|f64 ROUNDS`, a line each, with the median seconds
//! of a call and a number that it computed.

use lsmi::knife::{Diagonal, Marginal, MarginalOptions, MarginalParameters, Triangle};
use lsmi::rng::Stream;
use lsmi::synthetic::{LatentMixture, LatentState};
use lsmi::{Config, Float, Model, Samples, fit};
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::io::{Write, stdin, stdout};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Features and modes of the density.
const D: usize = 10;
const K: usize = 5;
/// Calls in a round of the density.
const CALLS: usize = 1000;
/// Samples that are scored, and the features of each modality.
const SAMPLES: usize = 100_000;
const FEATURES: usize = 64;
const CLASSES: usize = 4;

type Outcome<R> = Result<R, Box<dyn Error>>;

fn file(folder: &Path, name: &str, scalar: &str) -> PathBuf {
    folder.join(format!("{name}-{scalar}"))
}

fn write<T: Float>(folder: &Path, name: &str, values: &[f64]) -> Outcome<Vec<T>> {
    let values: Vec<T> = values.iter().map(|&value| T::of(value)).collect();
    let mut bytes = Vec::new();
    values.iter().for_each(|value| value.write_le(&mut bytes));
    fs::write(file(folder, name, T::NAME), bytes)?;
    Ok(values)
}

fn read<T: Float>(folder: &Path, name: &str) -> Outcome<Vec<T>> {
    Ok(fs::read(file(folder, name, T::NAME))?.chunks_exact(T::BYTES).map(T::read_le).collect())
}

fn prepare<T: Float>(folder: &Path) -> Outcome<()> {
    let mut stream = Stream::new(1, 0);
    let mut normal = |count: usize| (0..count).map(|_| stream.normal()).collect::<Vec<f64>>();
    let density: Vec<f64> = normal(2 * K * D + K * D * D + K + D).iter().map(|value| 0.3 * value).collect();
    write::<T>(folder, "density", &density)?;
    let state = |y: usize| LatentState {
        weight: 1.0,
        y: y as i64,
        mean1: normal(FEATURES),
        mean2: normal(FEATURES),
        deviation1: 2.0,
        deviation2: 2.0,
    };
    let states: Vec<LatentState> = (0..CLASSES).map(state).collect();
    let data = LatentMixture::new(&states)?.sample(SAMPLES, 1)?;
    let (x1, x2) = (write::<T>(folder, "x1", &data.x1)?, write::<T>(folder, "x2", &data.x2)?);
    let y: Vec<u8> = data.y.iter().flat_map(|class| class.to_le_bytes()).collect();
    fs::write(folder.join("y"), y)?;
    // What the model has learned does not matter for the time.
    let config = Config { density_epochs: 2, classifier_epochs: 2, ..Config::default() };
    let (x1, x2) = (Samples::from_rows("x1", &x1, FEATURES)?, Samples::from_rows("x2", &x2, FEATURES)?);
    let model = fit(x1.range(0, 2000), x2.range(0, 2000), &data.y[..2000], &config)?;
    Ok(model.save(file(folder, "model", T::NAME))?)
}

/// What the requests of one number type work on.
struct Cases<T> {
    density: Marginal<T>,
    x: Vec<T>,
    model: Model<T>,
    x1: Vec<T>,
    x2: Vec<T>,
    y: Vec<i64>,
}

impl<T: Float> Cases<T> {
    fn load(folder: &Path) -> Outcome<Self> {
        let options = MarginalOptions {
            modes: K,
            bounded: true,
            diagonal: Diagonal::PerMode,
            triangle: Triangle::Full,
            train_means: true,
            train_weights: true,
        };
        let numbers: Vec<T> = read(folder, "density")?;
        let mut rest = &numbers[..];
        let mut next = |count: usize| {
            let (values, others) = rest.split_at(count);
            rest = others;
            values.to_vec()
        };
        let parameters = MarginalParameters {
            means: next(K * D),
            log_diagonal: next(K * D),
            triangle: next(K * D * D),
            logits: next(K),
        };
        let y = fs::read(folder.join("y"))?;
        Ok(Cases {
            density: Marginal::from_parameters(options, D, &parameters)?,
            x: next(D),
            model: Model::load(file(folder, "model", T::NAME))?,
            x1: read(folder, "x1")?,
            x2: read(folder, "x2")?,
            y: y.chunks_exact(8)
                .map(|bytes| i64::from_le_bytes(bytes.try_into().expect("8 bytes")))
                .collect(),
        })
    }

    fn log_density(&self, rounds: usize) -> Outcome<(f64, f64)> {
        let mut out = [T::zero()];
        let seconds = median(rounds, || {
            for _ in 0..CALLS {
                let x = Samples::new("x", black_box(&self.x), 1, D, D)?;
                black_box(&self.density).log_density(x, &mut out)?;
                black_box(&mut out);
            }
            Ok(())
        })?;
        Ok((seconds / CALLS as f64, out[0].f64()))
    }

    fn score(&self, rounds: usize) -> Outcome<(f64, f64)> {
        let mut synergy = 0.0;
        let seconds = median(rounds, || {
            let x1 = Samples::from_rows("x1", &self.x1, FEATURES)?;
            let x2 = Samples::from_rows("x2", &self.x2, FEATURES)?;
            synergy = black_box(self.model.score(x1, x2, &self.y)?).summary.raw.synergy;
            Ok(())
        })?;
        Ok((seconds, synergy))
    }
}

/// The median seconds of some rounds.
fn median(rounds: usize, mut round: impl FnMut() -> lsmi::Result<()>) -> Outcome<f64> {
    let mut seconds = Vec::new();
    for _ in 0..rounds {
        let begin = Instant::now();
        round()?;
        seconds.push(begin.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[rounds / 2])
}

fn answer(folder: &Path) -> Outcome<()> {
    let (single, double) = (Cases::<f32>::load(folder)?, Cases::<f64>::load(folder)?);
    for line in stdin().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let [case, scalar, rounds] = words[..] else { return Err(format!("no request: {line}").into()) };
        let rounds = rounds.parse()?;
        let (seconds, value) = match (case, scalar) {
            ("log_density", "f32") => single.log_density(rounds),
            ("log_density", "f64") => double.log_density(rounds),
            ("score", "f32") => single.score(rounds),
            ("score", "f64") => double.score(rounds),
            _ => Err(format!("no request: {line}").into()),
        }?;
        println!("{seconds:e} {value:e}");
        stdout().flush()?;
    }
    Ok(())
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [command, folder] if command == "prepare" => {
            prepare::<f32>(Path::new(folder))?;
            prepare::<f64>(Path::new(folder))
        }
        [folder] => answer(Path::new(folder)),
        _ => Err("usage: benchmark [prepare] FOLDER".into()),
    }
}
