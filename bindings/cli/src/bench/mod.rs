//! How fast the library is: the cases that `lsmi bench` shows a person, and the example `throughput` a program.
//!
//! Before a case is timed its results are checked against [`reference`], the formulas in plain f64. Times are medians
//! over many calls after the first. Floating-point operations count the useful half of the work only: with triangles
//! in full, a density costs K·d(d+1) of them per sample, and a training step twice that, once forward and once for the
//! gradient.

mod case;
mod classifiers;
mod data;
mod density;
mod reference;
pub mod scaling;
mod sums;
mod timing;
mod training;

pub use case::{Case, Measurement, Operation};

use lsmi::simd::{Level, multiply_adds};
use lsmi::{Error, Float, Result};
use std::time::Duration;
use timing::Effort;

/// What to measure, and how.
#[derive(Debug, clap::Args)]
pub struct Selection {
    /// Threads that work at a time.
    #[arg(long, default_value_t = 1)]
    pub threads: usize,
    /// Instruction set: portable, neon, avx2 or avx512 [default: the widest of this processor].
    #[arg(long)]
    pub level: Option<String>,
    /// Only these, as in `--only score,step`.
    #[arg(long, value_delimiter = ',', value_enum, value_name = "CASE")]
    pub only: Vec<Operation>,
    /// Numbers of 8 bytes rather than 4.
    #[arg(long)]
    pub f64: bool,
    /// Small cases only, each timed for an instant: whether it runs, not how fast.
    #[arg(long)]
    pub quick: bool,
}

/// Threads, level and number type of a measurement, and the multiply-add rate to hold it against.
pub struct Session {
    pool: rayon::ThreadPool,
    /// The level of all kernels.
    pub level: Level,
    /// `f32` or `f64`.
    pub type_name: &'static str,
    /// Multiply-adds of one core count as two operations each; 10⁹ of them per second.
    pub peak: f64,
    quick: bool,
}

impl Session {
    /// Chooses the level and starts the threads; to be called once, before anything else of the library.
    ///
    /// # Errors
    /// [`Error::Setting`] for a level that this processor has not, or no threads.
    pub fn new(selection: &Selection) -> Result<Session> {
        let setting = |field: &str, expected: String, got: String| Error::Setting {
            field: field.into(),
            expected,
            got,
        };
        if let Some(name) = &selection.level {
            let levels: Vec<&str> = Level::available().map(Level::name).collect();
            if !levels.contains(&name.as_str()) {
                let expected = format!("one of this processor's levels {}", levels.join(", "));
                return Err(setting("--level", expected, format!("'{name}'")));
            }
            // Trainings have no setting for it.
            // SAFETY: no other thread has been started.
            unsafe { std::env::set_var("LSMI_SIMD", name) };
        }
        let threads = selection.threads;
        let pool = match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
            Ok(pool) if (1..=1024).contains(&threads) => pool,
            _ => return Err(setting("--threads", "a number from 1 to 1024".into(), threads.to_string())),
        };
        let (type_name, rate): (_, fn(Level) -> f64) = match selection.f64 {
            false => ("f32", multiply_add_rate::<f32>),
            true => ("f64", multiply_add_rate::<f64>),
        };
        let level = Level::best();
        let peak = pool.install(|| rate(level));
        Ok(Session { pool, level, type_name, peak, quick: selection.quick })
    }

    /// Number of threads.
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Checks a case and times it.
    ///
    /// # Errors
    /// [`Error::Format`] if a result is not what the reference has.
    pub fn measure(&self, case: Case) -> Result<Measurement> {
        let effort = if self.quick { Effort::INSTANT } else { Effort::FULL };
        self.measure_with(case, effort)
    }

    fn measure_with(&self, case: Case, effort: Effort) -> Result<Measurement> {
        let measurement = self.pool.install(|| match self.type_name {
            "f32" => measure::<f32>(case, effort),
            _ => measure::<f64>(case, effort),
        })?;
        Ok(Measurement::new(case, measurement, self))
    }
}

/// What one case took.
struct Timed {
    /// Seconds of the call that is repeated: all samples of a score, one training step, …
    seconds: f64,
    /// Sum of the results that were checked.
    checksum: f64,
}

fn measure<T: Float>(case: Case, effort: Effort) -> Result<Timed> {
    match case {
        Case::MultiplyAdds => {
            let (at_a_time, _) = multiply_adds::<T>(Level::best(), 1);
            let (_, checksum) = multiply_adds::<T>(Level::best(), ADDS);
            // Every chain has come to 1. The rate is the session's.
            agree(|| "sum".into(), checksum, at_a_time as f64, tolerance::<T>(1e-4, 1e-12))
                .map(|()| Timed { seconds: 0.0, checksum })
        }
        Case::Score { d, modes, n } => density::score::<T>((d, modes, n), effort),
        Case::Step { d, modes, batch } => density::step::<T>((d, modes, batch), effort),
        Case::Classifiers { d, batch } => classifiers::step::<T>(d, batch, effort),
        Case::LogSumExp { rows, width } => sums::log_sum_exp::<T>((rows, width), effort),
    }
    .map_err(|error| error.rename_field(|field| Some(format!("{case}: {field}"))))
}

/// Multiply-adds of one repetition: about a millisecond.
const ADDS: u64 = 1 << 26;

/// Multiply-adds per second of one core, each two operations, in 10⁹.
fn multiply_add_rate<T: Float>(level: Level) -> f64 {
    let effort = Effort { budget: Duration::from_millis(300), least: 5 };
    let (count, _) = multiply_adds::<T>(level, ADDS);
    let seconds = timing::median_seconds(effort, || {
        std::hint::black_box(multiply_adds::<T>(level, ADDS));
    });
    2e-9 * count as f64 / seconds
}

/// Refuses a result that is further from the reference than `tolerance`, relative to 1 + |reference|.
fn agree(what: impl FnOnce() -> String, got: f64, reference: f64, tolerance: f64) -> Result<()> {
    match (got - reference).abs() <= tolerance * (1.0 + reference.abs()) {
        true => Ok(()),
        false => Err(Error::Format {
            field: what(),
            expected: format!("{reference} as the reference has it"),
            got: got.to_string(),
        }),
    }
}

/// `single` for f32, `double` for f64.
fn tolerance<T: Float>(single: f64, double: f64) -> f64 {
    if T::BYTES == 4 { single } else { double }
}
