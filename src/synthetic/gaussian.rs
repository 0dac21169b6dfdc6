//! Class markers in Gaussian noise that is correlated between the modalities.

use core::f64::consts::TAU;

use super::log_sum::log_sum_exp;
use super::{Dataset, SAMPLE_STREAM, check_features, class_index, setting};
use crate::error::Result;
use crate::interaction::Information;
use crate::rng::Stream;

/// x1 = e_y + σu and x2 = e_y + σ(ρu + √(1−ρ²)v) with u, v ~ N(0, I), y uniform over C classes and e_y its unit
/// vector; both modalities have C features.
///
/// ```text
/// h(x) = −log( (1/C) Σ_c N(x; e_c, σ² I) )
/// i1   = log C + log softmax(x1 / σ²)[y],  i2 likewise
/// i12  = log C + log softmax((x1 + x2) / (σ² (1 + ρ)))[y]
/// ```
///
/// With ρ = 0.5 and σ = 0.5 this is the demonstration data of LSMI.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MixedGaussian {
    classes: usize,
    rho: f64,
    noise: f64,
}

impl MixedGaussian {
    /// C = `classes`, correlation ρ = `rho` and standard deviation σ = `noise`.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) unless `classes` ≥ 2, −1 < `rho` ≤ 1, and `noise` and its square
    /// are positive and finite.
    pub fn new(classes: usize, rho: f64, noise: f64) -> Result<Self> {
        if classes < 2 {
            return Err(setting("classes", "at least 2", classes));
        }
        if !(rho > -1.0 && rho <= 1.0) {
            return Err(setting("rho", "a number above -1 and at most 1", rho));
        }
        if !(noise > 0.0 && (noise * noise).is_normal()) {
            return Err(setting("noise", "a positive number whose square is positive and finite", noise));
        }
        Ok(MixedGaussian { classes, rho, noise })
    }

    /// Draws `samples` samples and their exact information.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) if `samples` is 0 or too large for the memory.
    pub fn sample(&self, samples: usize, seed: u64) -> Result<Dataset> {
        let features = self.classes;
        let mut data = Dataset::with_room(samples, features, features, self.classes)?;
        let mut stream = Stream::new(seed, SAMPLE_STREAM);
        let independent = libm::sqrt((1.0 - self.rho) * (1.0 + self.rho));
        for row in 0..samples {
            let class = stream.below(self.classes);
            for feature in 0..features {
                let (u, v) = (stream.normal(), stream.normal());
                let marker = f64::from(u8::from(feature == class));
                data.x1.push(marker + self.noise * u);
                data.x2.push(marker + self.noise * (self.rho * u + independent * v));
            }
            let begin = row * features;
            data.truth.push(self.exact(&data.x1[begin..], &data.x2[begin..], class));
            data.y.push(class as i64);
        }
        Ok(data)
    }

    /// Exact information of one sample, in nats; `x1` and `x2` hold C features each.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) for another number of features,
    /// [`Error::Class`](crate::Error::Class) if `y` is no class.
    pub fn information(&self, x1: &[f64], x2: &[f64], y: i64) -> Result<Information> {
        check_features("x1", self.classes, x1.len())?;
        check_features("x2", self.classes, x2.len())?;
        Ok(self.exact(x1, x2, class_index(y, self.classes)?))
    }

    fn exact(&self, x1: &[f64], x2: &[f64], class: usize) -> Information {
        let precision = 1.0 / (self.noise * self.noise);
        let log_classes = libm::log(self.classes as f64);
        let surprisal = |x: &[f64]| {
            // −|x − e_c|²/2σ² is this shared part plus x_c/σ².
            let shared = -0.5 * precision * (1.0 + x.iter().map(|value| value * value).sum::<f64>());
            let log_norm = 0.5 * self.classes as f64 * libm::log(TAU / precision);
            log_classes + log_norm - shared - log_sum_exp(x.iter().map(|value| precision * value))
        };
        let information = |scores: &dyn Fn(usize) -> f64| {
            log_classes + scores(class) - log_sum_exp((0..self.classes).map(scores))
        };
        let joint_precision = precision / (1.0 + self.rho);
        Information {
            i1: information(&|c| precision * x1[c]),
            i2: information(&|c| precision * x2[c]),
            i12: information(&|c| joint_precision * (x1[c] + x2[c])),
            h1: surprisal(x1),
            h2: surprisal(x2),
        }
    }
}
