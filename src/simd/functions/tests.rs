//! Errors against exact values, in units of the last place (ULP); special values; agreement of the levels.

use super::*;
use crate::simd::{Kernel, Level};
use alloc::{vec, vec::Vec};
use core::fmt::Debug;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Function {
    Exp,
    ExpNegative,
    Ln,
    Tanh,
}
use Function::*;

const FUNCTIONS: [Function; 4] = [Exp, ExpNegative, Ln, Tanh];

impl Function {
    /// The greatest error, and the greatest distance of levels, that the module's page allows: in ULP, for
    /// `exp_negative` in ε.
    fn budget(self) -> (f64, f64) {
        match self {
            Exp => (1.1, 1.0),
            ExpNegative => (1.2, 1.5),
            Ln => (0.9, 1.0),
            Tanh => (2.6, 3.0),
        }
    }

    fn exact(self, x: f64) -> f64 {
        match self {
            Exp | ExpNegative => libm::exp(x),
            Ln => libm::log(x),
            Tanh => libm::tanh(x),
        }
    }

    fn takes(self, x: f64) -> bool {
        self != ExpNegative || x.is_nan() || x <= 0.0
    }
}

/// `out = function(x)`.
struct Map<'a, T> {
    function: Function,
    x: &'a [T],
    out: &'a mut [T],
}

impl<T: Float> Kernel<T> for Map<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        for (x, out) in self.x.chunks(V::LANES).zip(self.out.chunks_mut(V::LANES)) {
            let mut lanes = [T::default(); 16];
            lanes[..x.len()].copy_from_slice(x);
            // SAFETY: the caller says that the processor has the instruction set; no vector has more than 16 lanes.
            unsafe {
                let v = V::load(lanes.as_ptr());
                let value = match self.function {
                    Exp => exp(v),
                    ExpNegative => exp_negative(v),
                    Ln => ln(v),
                    Tanh => tanh(v),
                };
                value.store(lanes.as_mut_ptr());
            }
            out.copy_from_slice(&lanes[..x.len()]);
        }
    }
}

fn map<T: Float>(level: Level, function: Function, x: &[T]) -> Vec<T> {
    let mut out = vec![T::default(); x.len()];
    level.run(Map { function, x, out: &mut out });
    out
}

/// 2ⁿ, exactly.
fn power(n: i32) -> f64 {
    f64::from_bits(if n >= -1022 { ((n + 1023) as u64) << 52 } else { 1 << (n + 1074) })
}

/// The distance of neighbouring numbers of type T at `value`.
fn spacing<T: Float>(value: f64) -> f64 {
    let exponent = ((value.to_bits() >> 52) & 0x7ff) as i32 - 1023;
    let lowest = 1 - (T::INTEGER_BIASED - T::INTEGER).f64() as i32;
    power(exponent.max(lowest) - T::MANTISSA as i32)
}

/// How far `got` is from `exact + rest` ULP: in ULP, for `exp_negative` in ε. Infinite where NaN or ∞ is due or got,
/// but not both.
fn error<T: Float>(function: Function, exact: f64, rest: f64, got: T) -> f64 {
    let (rounded, got) = (T::of(exact).f64(), got.f64());
    if !rounded.is_finite() || !got.is_finite() {
        let same = rounded == got || rounded.is_nan() && got.is_nan();
        return if same { 0.0 } else { f64::INFINITY };
    }
    let spacing = spacing::<T>(exact);
    let error = ((got - exact) / spacing - rest).abs();
    if function == ExpNegative { error * (spacing * power(T::MANTISSA as i32)) } else { error }
}

/// What was found at a level.
#[derive(Debug)]
struct Worst<T> {
    level: Level,
    /// The greatest error and where.
    error: f64,
    at: T,
    /// The greatest distance from the portable level.
    apart: f64,
    /// The greatest error in ULP/(1 + |x|), where that is told for `exp_negative`: for results that are not flushed.
    relative: f64,
}

impl<T: Float + Debug> Worst<T> {
    fn all() -> Vec<Worst<T>> {
        Level::available()
            .map(|level| Worst { level, error: 0.0, at: T::default(), apart: 0.0, relative: 0.0 })
            .collect()
    }

    /// Takes `x` with its exact results (and what these lack, in ULP) into account.
    fn update(worst: &mut [Worst<T>], function: Function, x: &[T], exact: &[(f64, f64)]) {
        let portable = map(Level::PORTABLE, function, x);
        for worst in worst {
            let got = map(worst.level, function, x);
            for ((&x, &got), (&portable, &(exact, rest))) in
                x.iter().zip(&got).zip(portable.iter().zip(exact))
            {
                let error = error(function, exact, rest, got);
                if error > worst.error {
                    (worst.error, worst.at) = (error, x);
                }
                let apart = self::error(function, portable.f64(), 0.0, got);
                worst.apart = worst.apart.max(apart);
                if function == ExpNegative && x.f64().is_finite() && exact > 2.0 * T::NORMAL.f64() {
                    let relative = self::error(Exp, exact, rest, got) / (1.0 + x.f64().abs());
                    worst.relative = worst.relative.max(relative);
                }
            }
        }
    }

    fn check(self, function: Function) {
        let (error, apart) = function.budget();
        let kept = self.error <= error && self.apart <= apart && self.relative <= 2.2;
        assert!(kept, "{function:?} of {}: {self:?}", T::NAME);
    }
}

/// Over every `step`-th of all f32.
fn check_f32(function: Function, step: usize) {
    let mut worst = Worst::<f32>::all();
    for first in (0..1usize << 32).step_by(4096 * step) {
        let bits = (first..(first + 4096 * step).min(1 << 32)).step_by(step);
        let x = bits.map(|bits| f32::from_bits(bits as u32)).filter(|x| function.takes(x.f64()));
        let x: Vec<f32> = x.collect();
        let exact: Vec<_> = x.iter().map(|x| (function.exact(x.f64()), 0.0)).collect();
        Worst::update(&mut worst, function, &x, &exact);
    }
    worst.into_iter().for_each(|worst| worst.check(function));
}

#[test]
fn f32_errors_are_within_the_budgets() {
    // 1009 is prime: all mantissas and exponents come up.
    FUNCTIONS.into_iter().for_each(|function| check_f32(function, 1009));
}

#[test]
#[ignore = "all 2³² numbers, minutes: cargo test --release -p lsmi --lib every_f32 -- --ignored"]
fn every_f32_is_within_the_budgets() {
    FUNCTIONS.into_iter().for_each(|function| check_f32(function, 1));
}

/// Arguments and results of tests/data/functions, as its script describes them.
fn records(function: Function) -> (Vec<f64>, Vec<(f64, f64)>) {
    let bytes: &[u8] = match function {
        Exp | ExpNegative => include_bytes!("../../../tests/data/functions/exp.bin"),
        Ln => include_bytes!("../../../tests/data/functions/ln.bin"),
        Tanh => include_bytes!("../../../tests/data/functions/tanh.bin"),
    };
    let number = |bytes: &[u8]| f64::from_le_bytes(bytes.try_into().unwrap());
    let records = bytes.chunks_exact(20).map(|record| {
        let rest = f32::from_le_bytes(record[16..].try_into().unwrap());
        (number(&record[..8]), (number(&record[8..16]), f64::from(rest)))
    });
    records.filter(|(x, _)| function.takes(*x)).unzip()
}

#[test]
fn f64_errors_are_within_the_budgets() {
    for function in FUNCTIONS {
        let (x, exact) = records(function);
        assert!(x.len() > 1000);
        let mut worst = Worst::all();
        Worst::update(&mut worst, function, &x, &exact);
        worst.into_iter().for_each(|worst| worst.check(function));
    }
}

/// What holds exactly: arguments and results.
fn special(function: Function) -> Vec<(f64, f64)> {
    let (infinity, nan) = (f64::INFINITY, f64::NAN);
    match function {
        Exp => {
            vec![(nan, nan), (infinity, infinity), (-infinity, 0.0), (0.0, 1.0), (-0.0, 1.0), (1e4, infinity)]
        }
        ExpNegative => vec![(nan, nan), (-infinity, 0.0), (0.0, 1.0), (-0.0, 1.0), (-1e4, 0.0)],
        Ln => vec![
            (nan, nan),
            (infinity, infinity),
            (-infinity, nan),
            (0.0, -infinity),
            (-0.0, -infinity),
            (-1.0, nan),
            (1.0, 0.0),
        ],
        Tanh => vec![(nan, nan), (infinity, 1.0), (-infinity, -1.0), (0.0, 0.0), (-0.0, -0.0), (-1e4, -1.0)],
    }
}

fn specials_hold_in_every_lane<T: Float + Debug>() {
    for (level, function) in Level::available().flat_map(|level| FUNCTIONS.map(|function| (level, function)))
    {
        let ordinary = map(level, function, &[T::of(-0.75)])[0];
        for ((x, expected), lane) in
            special(function).into_iter().flat_map(|case| (0..16).map(move |l| (case, l)))
        {
            let mut values = [T::of(-0.75); 16];
            values[lane] = T::of(x);
            let mut got = map(level, function, &values);
            let got_x = core::mem::replace(&mut got[lane], ordinary).f64();
            let same = got_x == expected && got_x.is_sign_negative() == expected.is_sign_negative();
            assert!(same || got_x.is_nan() && expected.is_nan(), "{level} {function:?} {x}: {got_x}");
            // ln of a negative number is NaN, which nothing equals.
            let beside = got.iter().all(|got| *got == ordinary || function == Ln);
            assert!(beside, "{level} {function:?} {x}: {got:?}");
        }
    }
}

#[test]
fn specials_hold_in_every_lane_of_both_types() {
    specials_hold_in_every_lane::<f32>();
    specials_hold_in_every_lane::<f64>();
}

#[test]
fn extreme_numbers_are_no_exception() {
    for level in Level::available() {
        let (smallest, largest) = (f32::from_bits(1), f32::MAX);
        assert_eq!(
            map(level, Exp, &[-largest, largest, smallest, -smallest]),
            [0.0, f32::INFINITY, 1.0, 1.0]
        );
        assert_eq!(map(level, Exp, &[-103.97, -104.0]), [smallest, 0.0], "{level}: the last number above 0");
        assert_eq!(map(level, ExpNegative, &[-largest, -88.0, -smallest]), [0.0, 0.0, 1.0]);
        assert!(map(level, Ln, &[-smallest])[0].is_nan());
        assert_eq!(
            map(level, Tanh, &[smallest, -smallest, 3e-39, largest]),
            [smallest, -smallest, 3e-39, 1.0]
        );

        let (smallest, largest) = (f64::from_bits(1), f64::MAX);
        assert_eq!(
            map(level, Exp, &[-largest, largest, smallest, -smallest]),
            [0.0, f64::INFINITY, 1.0, 1.0]
        );
        assert_eq!(map(level, Exp, &[-745.13, -745.14]), [smallest, 0.0], "{level}: the last number above 0");
        assert_eq!(map(level, ExpNegative, &[-largest, -709.0, -smallest]), [0.0, 0.0, 1.0]);
        assert!(map(level, Ln, &[-smallest])[0].is_nan());
        assert_eq!(
            map(level, Tanh, &[smallest, -smallest, 1e-310, largest]),
            [smallest, -smallest, 1e-310, 1.0]
        );
    }
}

#[test]
fn what_grows_keeps_growing() {
    for (level, function) in Level::available().flat_map(|level| FUNCTIONS.map(|function| (level, function)))
    {
        let mut x = records(function).0;
        x.sort_unstable_by(f64::total_cmp);
        assert!(map(level, function, &x).is_sorted(), "{level} {function:?}");
        let x: Vec<f32> = x.into_iter().map(|x| x as f32).filter(|x| function != Ln || *x > 0.0).collect();
        assert!(map(level, function, &x).is_sorted(), "{level} {function:?}");
    }
}
