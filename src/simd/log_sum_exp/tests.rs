//! Against the formula in f64, at every level, width and lane.

use super::*;
use alloc::{vec, vec::Vec};
use core::fmt::Debug;

/// The formula as it stands.
fn reference(values: &[f64]) -> f64 {
    values.iter().map(|v| v.exp()).sum::<f64>().ln()
}

#[test]
fn agrees_with_the_formula_and_is_shift_invariant() {
    for n in [1, 2, 5, 15, 16, 17, 128] {
        let values: Vec<f64> = (0..n).map(|i| libm::sin(i as f64) * 3.0).collect();
        approx::assert_relative_eq!(log_sum_exp(&values), reference(&values), max_relative = 1e-14);
        for shift in [-1e6, -700.0, 700.0, 1e6] {
            let moved: Vec<f64> = values.iter().map(|v| v + shift).collect();
            approx::assert_relative_eq!(log_sum_exp(&moved) - shift, reference(&values), epsilon = 1e-9);
        }
    }
}

#[test]
fn extremes_are_specified() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    assert_eq!(log_sum_exp(&[-inf, -inf]), -inf);
    assert_eq!(log_sum_exp::<f64>(&[]), -inf);
    assert_eq!(log_sum_exp(&[-inf, 2.0]), 2.0);
    assert_eq!(log_sum_exp(&[inf, 2.0]), inf);
    assert_eq!(log_sum_exp(&[inf, inf, -inf]), inf);
    for values in [[nan, 1.0], [1.0, nan], [inf, nan], [nan, inf], [-inf, nan], [nan, nan]] {
        assert!(log_sum_exp(&values).is_nan(), "{values:?}");
    }
    assert_eq!(log_sum_exp(&[f64::MAX, f64::MAX]), f64::MAX);
    assert_eq!(log_sum_exp(&[-f64::MAX]), -f64::MAX);
}

#[test]
fn rows_and_softmax() {
    let values = [0.0f32, 0.0, 1.0, -1.0];
    let mut out = [0.0; 2];
    log_sum_exp_rows(&values, 2, &mut out).unwrap();
    approx::assert_relative_eq!(out[0], 2f32.ln());
    let mut soft = [0.0; 2];
    softmax_into(&values[2..], &mut soft);
    approx::assert_relative_eq!(soft[0] + soft[1], 1.0, epsilon = 1e-6);
    assert!(log_sum_exp_rows(&values, 3, &mut out).is_err());
}

/// Numbers between −1 and 1 without a pattern.
fn noise(i: usize) -> f64 {
    let mixed = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

/// Rows of different scale and offset.
fn rows<T: Float>(count: usize, width: usize) -> Vec<T> {
    let value =
        |row: usize, i: usize| noise(i) * [0.1, 3.0, 30.0, 1000.0][row % 4] + [0.0, -5.0, 1e4][row % 3];
    (0..count * width).map(|i| T::of(value(i / width, i))).collect()
}

/// log Σ exp in f64, with a compensated sum; and the greatest number.
fn exact<T: Float>(row: &[T]) -> (f64, f64) {
    let maximum = row.iter().fold(f64::NEG_INFINITY, |maximum, v| maximum.max(v.f64()));
    let (mut sum, mut lost) = (0.0, 0.0);
    for value in row {
        let term = libm::exp(value.f64() - maximum) - lost;
        let next = sum + term;
        (lost, sum) = ((next - sum) - term, next);
    }
    (maximum + libm::log(sum), maximum)
}

fn with_level<T: Float>(level: Level, values: &[T], width: usize, count: usize) -> Vec<T> {
    let mut out = vec![T::default(); count];
    log_sum_exp_rows_with(level, values, width, &mut out).unwrap();
    out
}

fn every_width_agrees<T: Float + Debug>() {
    let epsilon = 2.0 / (1u64 << (T::MANTISSA + 1)) as f64;
    for level in Level::available() {
        for width in (0..=70).chain(127..=130).chain([1000, 1023, 1024, 1025, 2047, 2048, 2049, 5000]) {
            let count = if width < 200 { 37 } else { 5 };
            let values = rows::<T>(count, width.max(1));
            let values = &values[..count * width];
            let got = with_level(level, values, width, count);
            for (row, &got) in got.iter().enumerate() {
                let values = &values[row * width..][..width];
                assert_eq!(with_level(level, values, width, 1), [got], "{level} {width}: a row alone");
                if width == 0 {
                    assert_eq!(got, T::NEG_INFINITY);
                    continue;
                }
                let (exact, maximum) = exact(values);
                let error =
                    (got.f64() - exact).abs() / (epsilon * (1.0 + maximum.abs() + libm::log(width as f64)));
                assert!(error < 1.25, "{level} {width} row {row}: {got:?}, {exact}, {error}");
            }
        }
    }
}

#[test]
fn every_width_agrees_with_the_formula() {
    every_width_agrees::<f32>();
    every_width_agrees::<f64>();
}

/// Bits, so that NaN equals NaN.
fn bits<T: Float>(values: &[T]) -> Vec<u64> {
    values.iter().map(|v| if v.f64().is_nan() { T::NAN.bits() } else { v.bits() }).collect()
}

fn specials_stay_in_their_row<T: Float + Debug>() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    for level in Level::available() {
        for width in [1, 2, 3, 4, 5, 8, 15, 16, 17, 31, 48, 49, 63, 64, 127, 130, 1030, 2500] {
            let count = if width < 200 { 21 } else { 3 };
            let plain = rows::<T>(count, width);
            let expected = with_level(level, &plain, width, count);
            for position in (0..width).filter(|p| width < 50 || p % 29 == 0 || p + 35 > width) {
                let row = position % count;
                for (special, result) in [(nan, nan), (inf, inf), (-inf, 0.0)] {
                    let mut values = plain.clone();
                    values[row * width + position] = T::of(special);
                    let mut expected = expected.clone();
                    expected[row] = if special == -inf {
                        // As if it were not there, or as good as 0 beside the others.
                        let mut row = values[row * width..][..width].to_vec();
                        row[position] = T::of(-1e6);
                        if width == 1 { T::NEG_INFINITY } else { with_level(level, &row, width, 1)[0] }
                    } else {
                        T::of(result)
                    };
                    let got = with_level(level, &values, width, count);
                    assert_eq!(bits(&got), bits(&expected), "{level} {width} {position} {special}");
                }
            }
            for (others, special, result) in [
                (-inf, -inf, -inf),
                (-inf, nan, nan),
                (inf, nan, nan),
                (-inf, inf, inf),
                (-inf, 2.5, 2.5),
                (nan, inf, nan),
            ] {
                let mut values = vec![T::of(others); width];
                values[width / 2] = T::of(special);
                let result = if width == 1 { special } else { result };
                let got = with_level(level, &values, width, 1);
                assert_eq!(bits(&got), bits(&[T::of(result)]), "{level} {width} {others} {special}");
            }
        }
        let largest = T::of(if T::MANTISSA == 23 { f64::from(f32::MAX) } else { f64::MAX });
        for width in [1, 2, 17, 130] {
            let values = vec![largest; width];
            assert_eq!(with_level(level, &values, width, 1), [largest]);
            let values: Vec<T> = values.iter().map(|v| -*v).collect();
            assert_eq!(with_level(level, &values, width, 1), [-largest]);
        }
    }
}

#[test]
fn specials_stay_in_their_row_wherever_they_are() {
    specials_stay_in_their_row::<f32>();
    specials_stay_in_their_row::<f64>();
}

#[test]
fn chunks_make_no_difference() {
    let width = 3;
    let count = CHUNK / width * 2 + 5;
    let values = rows::<f32>(count, width);
    let mut out = vec![0.0; count];
    Level::best().run(Rows { values: &values, width, out: &mut out });
    assert_eq!(with_level(Level::best(), &values, width, count), out);
    assert_eq!(out[count - 1], log_sum_exp(&values[(count - 1) * width..]));
}

#[test]
fn softmax_sums_to_one() {
    for width in [1, 2, 3, 8, 15, 16, 17, 40] {
        let values = rows::<f64>(1, width);
        let mut out = vec![0.0; width];
        let total = softmax_into(&values, &mut out);
        approx::assert_relative_eq!(total, exact(&values).0, max_relative = 1e-15);
        for (value, out) in values.iter().zip(&out) {
            approx::assert_relative_eq!(*out, libm::exp(value - total), max_relative = 1e-15);
        }
        approx::assert_relative_eq!(out.iter().sum::<f64>(), 1.0, epsilon = 1e-14);
    }
    let mut out = [0.0f32; 2];
    assert_eq!(softmax_into(&[f32::NEG_INFINITY, 1.0], &mut out), 1.0);
    assert_eq!(out, [0.0, 1.0]);
}
