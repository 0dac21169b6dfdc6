//! Standardisation of one modality, learned on the training split.

use crate::matrix::check_count;
use crate::{Error, Float, Result, Samples};
use alloc::string::ToString;
use alloc::{vec, vec::Vec};

/// What a model makes of the features of one modality before its networks and densities see them.
///
/// z = (x − mean) / scale of the features that vary in training, limited to ±`clip`; the others are dropped. Without
/// standardisation all features are kept as they are.
///
/// ```
/// use lsmi::{Config, Samples, fit, synthetic::MixedGaussian};
///
/// let data = MixedGaussian::new(2, 0.5, 0.5)?.sample(100, 1)?;
/// let (x1, x2) = (Samples::from_rows("x1", &data.x1, 2)?, Samples::from_rows("x2", &data.x2, 2)?);
/// let model = fit(x1, x2, &data.y, &Config { density_epochs: 1, classifier_epochs: 1, ..Config::default() })?;
///
/// // The surprisals h1 of the scores.
/// let z1 = model.preprocessing()[0].transform("x1", x1)?;
/// let mut log_density = vec![0.0; 100];
/// model.densities()[0].log_density(Samples::from_rows("x1", &z1, 2)?, &mut log_density)?;
/// let scores = model.score(x1, x2, &data.y)?;
/// assert_eq!(scores.information[7].h1, model.entropy_offsets()[0] - log_density[7]);
/// # Ok::<(), lsmi::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Preprocessing {
    /// Features of the input.
    pub(crate) features: usize,
    /// Columns that are kept, ascending.
    pub(crate) kept: Vec<usize>,
    /// Mean and standard deviation of each kept column; empty without standardisation.
    pub(crate) means: Vec<f64>,
    pub(crate) scales: Vec<f64>,
    pub(crate) clip: f64,
}

impl Preprocessing {
    /// Keeps everything as it is.
    pub(crate) fn none(features: usize) -> Self {
        let kept = (0..features).collect();
        Preprocessing { features, kept, means: Vec::new(), scales: Vec::new(), clip: f64::INFINITY }
    }

    /// Learns mean and standard deviation (divisor n) of every column, from values limited to the [`fences`] of the
    /// column: a single wild value must not make all others look alike.
    ///
    /// # Errors
    /// [`Error::Empty`] if no column varies.
    pub(crate) fn standardise<T: Float>(field: &str, x: &Samples<'_, T>, clip: f64) -> Result<Self> {
        let mut result = Preprocessing { clip, kept: Vec::new(), ..Preprocessing::none(x.features()) };
        let mut values = Vec::with_capacity(x.samples());
        for column in 0..x.features() {
            values.clear();
            values.extend(x.iter().map(|sample| sample[column].f64()));
            let (low, high) = fences(&mut values);
            // Relative to the largest magnitude, so that squares of huge values stay finite.
            let unit = low.abs().max(high.abs());
            if low == high {
                continue;
            }
            let n = x.samples() as f64;
            let limited = || values.iter().map(|v| v.clamp(low, high) / unit);
            let mean = limited().sum::<f64>() / n;
            let variance = limited().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
            let scale = unit * libm::sqrt(variance);
            if scale > 0.0 && scale.is_finite() {
                result.kept.push(column);
                result.means.push(mean * unit);
                result.scales.push(scale);
            }
        }
        match result.kept.is_empty() {
            false => Ok(result),
            true => {
                Err(Error::Empty { field: field.to_string(), what: "features that vary between samples" })
            }
        }
    }

    /// Columns that are not kept.
    pub fn dropped(&self) -> Vec<usize> {
        (0..self.features).filter(|column| self.kept.binary_search(column).is_err()).collect()
    }

    /// Features of the input.
    pub fn features(&self) -> usize {
        self.features
    }

    /// Columns that are kept, ascending.
    pub fn kept(&self) -> &[usize] {
        &self.kept
    }

    /// Mean of each kept column; empty without standardisation.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// Standard deviation of each kept column; empty without standardisation.
    pub fn scales(&self) -> &[f64] {
        &self.scales
    }

    /// Standardised values are limited to ± this; ∞ without standardisation.
    pub fn clip(&self) -> f64 {
        self.clip
    }

    /// The preprocessed samples, n × kept columns in C order; `field` is what errors call `x`. NaN stays NaN.
    ///
    /// # Errors
    /// [`Error::Shape`] if the features differ from those of the training.
    pub fn transform<T: Float>(&self, field: &str, x: Samples<'_, T>) -> Result<Vec<T>> {
        x.check_features(field, self.features)?;
        let mut out = vec![T::zero(); x.samples() * self.kept.len()];
        self.transform_into(field, x, &mut out)?;
        Ok(out)
    }

    /// [`Preprocessing::transform`] into `out`, n × kept columns.
    ///
    /// # Errors
    /// As [`Preprocessing::transform`], and [`Error::Shape`] for another length of `out`.
    pub fn transform_into<T: Float>(&self, field: &str, x: Samples<'_, T>, out: &mut [T]) -> Result<()> {
        x.check_features(field, self.features)?;
        check_count("out", "elements", x.samples() * self.kept.len(), out.len())?;
        for (sample, out) in x.iter().zip(out.chunks_exact_mut(self.kept.len())) {
            self.apply(sample, out);
        }
        Ok(())
    }

    /// Σ log scale, nats: what a surprisal of standardised features lacks to one of the input.
    pub fn log_jacobian(&self) -> f64 {
        // An empty sum of floats is −0.
        self.scales.iter().fold(0.0, |sum, &scale| sum + libm::log(scale))
    }

    /// Writes the preprocessed sample; says whether a value was limited.
    fn apply<T: Float>(&self, sample: &[T], out: &mut [T]) -> bool {
        match self.kept.len() == self.features {
            true => out.copy_from_slice(sample),
            false => out.iter_mut().zip(&self.kept).for_each(|(out, &column)| *out = sample[column]),
        }
        let mut limited = false;
        for ((out, mean), scale) in out.iter_mut().zip(&self.means).zip(&self.scales) {
            let z = (out.f64() - mean) / scale;
            limited |= z.abs() > self.clip;
            *out = T::of(z.clamp(-self.clip, self.clip));
        }
        limited
    }
}

/// Writes the preprocessed samples of both modalities side by side, in rows of as many numbers as both keep, of which
/// each modality's are columns. Gives the number of samples of which a value was limited.
pub(crate) fn join<T: Float>(
    [first, second]: &[Preprocessing; 2],
    [x1, x2]: [Samples<'_, T>; 2],
    rows: &mut [T],
) -> usize {
    let (d1, d2) = (first.kept.len(), second.kept.len());
    let mut limited = 0;
    for ((x1, x2), row) in x1.iter().zip(x2.iter()).zip(rows.chunks_exact_mut(d1 + d2)) {
        let (out1, out2) = row.split_at_mut(d1);
        limited += usize::from(first.apply(x1, out1) | second.apply(x2, out2));
    }
    limited
}

/// Limits for the values of a column (whose order is lost): the 1 % and 99 % quantiles, at least the second smallest
/// and second largest values, widened by their distance; about ±7 standard deviations of Gaussian values. A column
/// with hardly any other value than one is limited by its extremes, that is not at all.
fn fences(values: &mut [f64]) -> (f64, f64) {
    let n = values.len();
    let order = |a: &f64, b: &f64| a.total_cmp(b);
    let extreme = |values: &[f64]| {
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)))
    };
    let (least, most) = extreme(values);
    let rank = (n / 100).max(1);
    if 2 * rank >= n {
        return (least, most);
    }
    let low = *values.select_nth_unstable_by(rank, order).1;
    let high = *values.select_nth_unstable_by(n - 1 - rank, order).1;
    let reach = high - low;
    match reach > 0.0 && reach.is_finite() {
        true => ((low - reach).max(least), (high + reach).min(most)),
        false => (least, most),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standardises_drops_constants_and_limits() {
        let rows = [1.0f64, 7.0, 10.0, 3.0, 7.0, 20.0, 5.0, 7.0, 60.0, 7.0, 7.0, -90.0];
        let x = Samples::from_rows("x1", &rows, 3).unwrap();
        let p = Preprocessing::standardise("x1", &x, 1.5).unwrap();
        assert_eq!((p.kept.clone(), p.dropped()), (vec![0, 2], vec![1]));
        approx::assert_relative_eq!(p.scales[0], 5f64.sqrt());
        approx::assert_relative_eq!(p.means[0], 4.0);
        approx::assert_relative_eq!(p.log_jacobian(), p.scales[0].ln() + p.scales[1].ln());
        let mut out = [0.0; 4];
        assert!(!p.apply(x.sample(0), &mut out[..2]));
        approx::assert_relative_eq!(out[0], -3.0 / 5f64.sqrt());
        assert!(p.apply(x.sample(3), &mut out[2..]));
        assert_eq!(out[3], -1.5);
        let whole = p.transform("x1", x).unwrap();
        assert_eq!((&whole[..2], &whole[6..]), (&out[..2], &out[2..]));
        let mut both = [0.0; 20];
        let limited = join(&[p.clone(), Preprocessing::none(3)], [x, x], &mut both);
        assert_eq!(limited, 2, "60 and -90 are beyond the fences of 0 and 30");
        for (i, row) in both.chunks(5).enumerate() {
            assert_eq!(row, [&whole[2 * i..][..2], x.sample(i)].concat());
        }
        let error = p.transform_into("x1", x, &mut [0.0; 7]).unwrap_err();
        assert_eq!(error.to_string(), "out: expected 8 elements, got 7");
        let narrow = Samples::from_rows("x1", &rows, 2).unwrap();
        let error = p.transform("x1", narrow).unwrap_err();
        assert_eq!(error.to_string(), "x1: expected 3 features, got 2");
    }

    #[test]
    fn wild_values_do_not_hide_the_others() {
        let mut rows: Vec<f64> = (0..400).map(|i| f64::from(i % 20)).collect();
        let plain = |rows: &[f64]| {
            Preprocessing::standardise("x1", &Samples::from_rows("x1", rows, 1).unwrap(), 10.0).unwrap()
        };
        let clean = plain(&rows).scales[0];
        for wild in [1e3, -1e9, 1e30, -1e300] {
            rows[7] = wild;
            let p = plain(&rows);
            // At its fence the wild value still adds a little.
            approx::assert_relative_eq!(p.scales[0], clean, max_relative = 0.05);
            let mut out = [0.0];
            assert!(p.apply(&rows[7..8], &mut out), "limited, and said");
            assert_eq!(out, [if wild > 0.0 { 10.0 } else { -10.0 }]);
        }
        // Hardly any value but 0: nothing is wild about the others.
        let mut rare = vec![0.0; 400];
        rare[5] = 3.0;
        approx::assert_relative_eq!(
            plain(&rare).scales[0],
            3.0 * (399.0f64).sqrt() / 400.0,
            max_relative = 1e-12
        );
    }

    #[test]
    fn huge_values_have_finite_scales_and_constant_modalities_are_refused() {
        let rows = [1e30f32, -1e30, 3e38, 2.0];
        let p =
            Preprocessing::standardise("x1", &Samples::from_rows("x1", &rows, 1).unwrap(), 100.0).unwrap();
        // 3e38 is limited to 2e30.
        approx::assert_relative_eq!(p.scales[0], 1.118e30, max_relative = 1e-3);
        let rows = [1e300f64, -1e300, 1.7e308, -1.7e308];
        let p =
            Preprocessing::standardise("x1", &Samples::from_rows("x1", &rows, 1).unwrap(), 100.0).unwrap();
        approx::assert_relative_eq!(p.scales[0], 5f64.sqrt() * 1e300, max_relative = 1e-12);
        let rows = [0.1f32; 6];
        let error = Preprocessing::standardise("x2", &Samples::from_rows("x2", &rows, 2).unwrap(), 100.0);
        assert_eq!(error.unwrap_err().field(), Some("x2"));
    }
}
