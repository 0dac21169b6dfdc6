//! Features by their ranks.

use crate::{Float, Samples};
use alloc::{vec, vec::Vec};
use core::f64::consts::{FRAC_1_SQRT_2, PI};

/// Each feature by its rank among the samples, as the quantile of a standard normal law that is as far along: what no
/// increasing function of a feature changes, and is as smooth as can be. Equal values have the mean of their ranks.
///
/// ```text
/// z = Φ⁻¹((rank + ½) / n)
/// ```
pub(super) fn rank_to_normal<T: Float>(x: &Samples<'_, T>) -> Vec<T> {
    let (n, d) = (x.samples(), x.features());
    // Twice the ranks, as those of equal values lie half way between whole ones.
    let quantiles: Vec<f64> =
        (0..2 * n - 1).map(|twice| quantile((twice as f64 + 1.0) / (2 * n) as f64)).collect();
    let mut out = vec![T::zero(); n * d];
    for column in 0..d {
        let value = |&i: &usize| x.sample(i)[column].f64();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_unstable_by(|a, b| value(a).total_cmp(&value(b)));
        let mut first = 0;
        for equals in order.chunk_by(|a, b| value(a) == value(b)) {
            let z = quantiles[2 * first + equals.len() - 1];
            equals.iter().for_each(|i| out[i * d + column] = T::of(z));
            first += equals.len();
        }
    }
    out
}

/// Φ⁻¹(p), 0 < p < 1, by Newton's steps.
fn quantile(p: f64) -> f64 {
    // By symmetry on the left, where Φ is told without cancellation.
    if p > 0.5 {
        return -quantile(1.0 - p);
    }
    // Φ(z) ≤ exp(−z²/2) / 2 for z ≤ 0: the root is to the right, and from the left no step on the concave log Φ leads
    // beyond it.
    let mut z = -libm::sqrt(-2.0 * libm::log(p));
    let mut step = f64::INFINITY;
    for _ in 0..100 {
        let below = 0.5 * libm::erfc(-z * FRAC_1_SQRT_2);
        let density = libm::exp(-0.5 * z * z) / libm::sqrt(2.0 * PI);
        let next = (libm::log(below) - libm::log(p)) * below / density;
        if libm::fabs(next) >= libm::fabs(step) || next == 0.0 {
            break;
        }
        step = next;
        z -= step;
    }
    z
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_tables() {
        for (p, z) in [
            (0.5f64, 0.0f64),
            (0.975, 1.959_963_984_540_054),
            (0.025, -1.959_963_984_540_054),
            (0.841_344_746_068_543, 1.0),
            (1e-3, -3.090_232_306_167_813),
            (1e-10, -6.361_340_902_404_056),
            (1e-300, -37.047_096_299_361_2),
        ] {
            approx::assert_abs_diff_eq!(quantile(p), z, epsilon = 1e-12 * z.abs().max(1.0));
        }
    }

    #[test]
    fn only_the_order_counts_and_equals_stay_equal() {
        let rows = [3.0, 0.5, 1.0, 0.5, 2.0, 0.5, 2.0, -0.5, 9.0, 0.5];
        let z = rank_to_normal(&Samples::from_rows("x", &rows, 2).unwrap());
        let at = |rank: f64| quantile((rank + 0.5) / 5.0);
        let first = [at(3.0), at(0.0), at(1.5), at(1.5), at(4.0)];
        let second = [at(2.5), at(2.5), at(2.5), at(0.0), at(2.5)];
        for (i, (a, b)) in first.into_iter().zip(second).enumerate() {
            assert_eq!((z[2 * i], z[2 * i + 1]), (a, b));
        }
        let cubes = rows.map(|v: f64| v * v * v);
        assert_eq!(rank_to_normal(&Samples::from_rows("x", &cubes, 2).unwrap()), z);
    }
}
