//! `lsmi synth`.

use super::demo::QUANTITIES;
use crate::arguments::{Generator, Synth, SynthOutput};
use crate::files::{self, Format, Tensor, Values};
use crate::output::{self, vector};
use lsmi::interaction::{Atoms, Information};
use lsmi::synthetic::{Circuit, Dataset, KindMixture, MixedGaussian, xor};
use lsmi::{Error, Result};

pub fn run(arguments: &Synth) -> Result<()> {
    let (Generator::Gaussian { output, .. }
    | Generator::Xor { output, .. }
    | Generator::Circuit { output, .. }
    | Generator::Mixture { output, .. }) = &arguments.generator;
    let format = match Format::of(&output.output) {
        Ok(format @ (Format::Npz | Format::Safetensors)) => format,
        _ => {
            return Err(Error::Setting {
                field: "-o".into(),
                expected: "a file name ending in .npz or .safetensors".into(),
                got: output.output.display().to_string(),
            });
        }
    };
    files::check_writable_folder("-o", &output.output)?;
    if !(0.0..1.0).contains(&output.validation) {
        return Err(Error::Setting {
            field: "--validation".into(),
            expected: "a fraction from 0 to below 1".into(),
            got: output.validation.to_string(),
        });
    }
    let (samples, seed) = (output.samples, output.seed);
    let data = match &arguments.generator {
        Generator::Gaussian { classes, rho, noise, .. } => {
            MixedGaussian::new(*classes, *rho, *noise)?.sample(samples, seed)?
        }
        Generator::Xor { dimension, amplitude, .. } => xor(*dimension, *amplitude, samples, seed)?,
        Generator::Circuit { gate, .. } => Circuit::named(gate)?.sample(samples, seed)?,
        Generator::Mixture { redundant, unique1, unique2, synergistic, amplitude, .. } => {
            let proportions = [*redundant, *unique1, *unique2, *synergistic];
            KindMixture::new(proportions, *amplitude)?.sample(samples, seed)?.0
        }
    };
    write(&data, output, format)?;
    let atoms: Vec<Atoms> = data.truth.iter().map(Information::atoms).collect();
    let (i, a) = (Information::mean(&data.truth), Atoms::mean(&atoms));
    output::print(&format!(
        "{} samples written to {}\nexact means, nats: i1 {:.4}, i2 {:.4}, i12 {:.4}; R {:.4}, U1 {:.4}, U2 {:.4}, S {:.4}",
        data.samples,
        output.output.display(),
        i.i1,
        i.i2,
        i.i12,
        a.redundancy,
        a.unique1,
        a.unique2,
        a.synergy
    ));
    Ok(())
}

/// Samples of `0..validation_start` train, the others validate.
pub fn validation_start(samples: usize, fraction: f64) -> usize {
    samples - ((samples as f64 * fraction).round() as usize).min(samples - 1)
}

fn write(data: &Dataset, output: &SynthOutput, format: Format) -> Result<()> {
    let start = validation_start(data.samples, output.validation);
    let mut tensors: Vec<(String, Tensor)> = Vec::new();
    for (split, range) in [("train", 0..start), ("val", start..data.samples)] {
        let n = range.len();
        if n == 0 {
            continue;
        }
        let mut push = |name: &str, tensor| tensors.push((format!("{split}_{name}"), tensor));
        let features = |x: &[f64], d: usize| Tensor {
            shape: vec![n, d],
            values: Values::F64(x[range.start * d..range.end * d].to_vec()),
            type_name: "float64",
        };
        push("modal_1_features", features(&data.x1, data.features1));
        push("modal_2_features", features(&data.x2, data.features2));
        let targets = Values::I64(data.y[range.clone()].to_vec());
        push("targets", Tensor { shape: vec![n], values: targets, type_name: "int64" });
        let truth = &data.truth[range];
        for (name, value) in QUANTITIES {
            push(&format!("exact_{name}"), vector(truth.iter().map(value).collect()));
        }
    }
    let named: Vec<(&str, Tensor)> = tensors.iter().map(|(n, t)| (n.as_str(), t.clone())).collect();
    output::write_tensors(&output.output, format, &named)
}
