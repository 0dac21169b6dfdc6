//! What the library does here, checked against the std build or against itself.

use crate::fixture::{SCORES, X1, X2, Y};
use crate::{memory, output::say};
use alloc::boxed::Box;
use alloc::vec::Vec;
use alloc::{format, vec};
use core::error::Error;
use lsmi::estimator::ClassifierForm;
use lsmi::knife::{Marginal, MarginalParameters, Start};
use lsmi::synthetic::MixedGaussian;
use lsmi::{Config, Model, Samples, fit};

type Outcome = Result<(), Box<dyn Error>>;
/// One of the arrays of a density's parameters.
type Array = fn(&mut MarginalParameters<f64>) -> &mut Vec<f64>;

/// Fitted by the std build, as `SCORES` were computed by it.
const MODEL: &[u8] = include_bytes!("../model.safetensors");

/// The mathematical functions come from another library here, and may differ in the last bits.
const LARGEST_DIFFERENCE: f64 = 1e-9;

/// Runs every check up to the first that fails.
pub fn all() -> Outcome {
    let model = Model::from_bytes("model", MODEL)?;
    scores(&model)?;
    gradient(&model.densities()[0])?;
    training()?;
    refusal(&model)?;
    say(format_args!("{} KiB of memory handed out", memory::used() / 1024));
    Ok(())
}

fn rows<'a>(field: &str, data: &'a [[f64; 2]]) -> lsmi::Result<Samples<'a, f64>> {
    Samples::from_rows(field, data.as_flattened(), 2)
}

/// The difference of two numbers in units of the larger one, or of 1.
fn difference(a: f64, b: f64) -> f64 {
    let difference = (a - b).abs() / a.abs().max(b.abs()).max(1.0);
    // A maximum would pass over NaN.
    if difference.is_nan() { f64::INFINITY } else { difference }
}

/// The scores are those of the std build.
fn scores(model: &Model<f64>) -> Outcome {
    let scores = model.score(rows("x1", &X1)?, rows("x2", &X2)?, &Y)?;
    if scores.y.len() != SCORES.len() {
        return Err(format!("{} samples scored of {}", scores.y.len(), SCORES.len()).into());
    }
    let mut largest: f64 = 0.0;
    for ((i, a), expected) in scores.information.iter().zip(&scores.atoms).zip(&SCORES) {
        let got = [i.i1, i.i2, i.i12, i.h1, i.h2, a.redundancy, a.unique1, a.unique2, a.synergy];
        largest = got.iter().zip(expected).fold(largest, |l, (&g, &e)| l.max(difference(g, e)));
    }
    say(format_args!("{} samples scored, largest difference {largest:.1e}", SCORES.len()));
    match largest <= LARGEST_DIFFERENCE {
        true => Ok(()),
        false => Err("the scores are not those of the std build".into()),
    }
}

/// The gradient of a density is that of finite differences, for every parameter.
fn gradient(density: &Marginal<f64>) -> Outcome {
    const STEP: f64 = 1e-5;
    let x = rows("x1", &X1)?;
    let gradient = density.gradient(x, None)?;
    let parameters = density.parameters();
    let loss = |changed: &MarginalParameters<f64>| -> lsmi::Result<f64> {
        let changed = Marginal::from_parameters(density.options().clone(), density.features(), changed)?;
        let mut log_density = vec![0.0; x.samples()];
        changed.log_density(x, &mut log_density)?;
        Ok(-log_density.iter().sum::<f64>() / x.samples() as f64)
    };
    if difference(gradient.loss, loss(&parameters)?) > 1e-12 {
        return Err("the loss of the gradient is not the mean surprisal".into());
    }
    let (mut largest, mut count): (f64, usize) = (0.0, 0);
    let arrays: [Array; 4] =
        [|p| &mut p.means, |p| &mut p.log_diagonal, |p| &mut p.triangle, |p| &mut p.logits];
    for array in arrays {
        let analytic = array(&mut gradient.parameters.clone()).clone();
        for (index, analytic) in analytic.into_iter().enumerate() {
            let moved = |step: f64| {
                let mut changed = parameters.clone();
                array(&mut changed)[index] += step;
                loss(&changed)
            };
            let numeric = (moved(STEP)? - moved(-STEP)?) / (2.0 * STEP);
            largest = largest.max(difference(analytic, numeric));
            count += 1;
        }
    }
    say(format_args!("gradient of {count} parameters, largest difference from finite ones {largest:.1e}"));
    match largest <= 1e-6 {
        true => Ok(()),
        false => Err("the gradient is not that of finite differences".into()),
    }
}

/// A fit lowers all five losses, and its model survives being written and read.
fn training() -> Outcome {
    const SAMPLES: usize = 40;
    let data = MixedGaussian::new(2, 0.5, 0.3)?.sample(SAMPLES, 7)?;
    let x1 = Samples::from_rows("x1", &data.x1, data.features1)?;
    let x2 = Samples::from_rows("x2", &data.x2, data.features2)?;
    // What is given need not be chosen, for which the arena, that takes nothing back, would be too small.
    let config = Config {
        classifier_form: ClassifierForm::Given,
        hidden: vec![4],
        start: Start::Samples,
        modes: 2,
        folds: 3,
        density_epochs: 8,
        density_batch: 8,
        classifier_epochs: 8,
        classifier_batch: 8,
        classifier_learning_rate: 1e-2,
        ..Config::default()
    };
    let model = fit(x1, x2, &data.y, &config)?;
    let histories = model.histories();
    for history in histories.classifiers.iter().chain(&histories.densities) {
        let (Some(first), Some(last)) = (history.losses.first(), history.losses.last()) else {
            return Err("a model was not trained".into());
        };
        if !last.is_finite() || last >= first {
            return Err(format!("training led from loss {first} to {last}").into());
        }
    }
    let scores = model.score(x1, x2, &data.y)?;
    if Model::from_bytes("copy", &model.to_bytes()?)? != model {
        return Err("the model read is not the one written".into());
    }
    say(format_args!("{SAMPLES} samples fitted, accuracy {:.2}", scores.summary.accuracy.joint));
    match scores.summary.accuracy.joint > 0.5 {
        true => Ok(()),
        false => Err("the fit is no better than chance".into()),
    }
}

/// What is wrong with an argument is said.
fn refusal(model: &Model<f64>) -> Outcome {
    let mut x1 = X1;
    x1[1][0] = f64::NAN;
    let Err(error) = model.score(rows("x1", &x1)?, rows("x2", &X2)?, &Y) else {
        return Err("NaN was scored".into());
    };
    say(format_args!("refused as it should be: {error}"));
    match error {
        lsmi::Error::NotFinite { ref field, row: 1, column: 0, .. } if field == "x1" => Ok(()),
        other => Err(other.into()),
    }
}
