//! `lsmi import`: the released program's state dicts as a model.

use crate::arguments::Import;
use crate::files::{self, Archive, Tensor, Values};
use crate::model;
use crate::output;
use lsmi::classifier::{Activation, Layer, Network};
use lsmi::estimator::AnyModel;
use lsmi::estimator::ModelParts;
use lsmi::knife::{Diagonal, Marginal, MarginalOptions, MarginalParameters, Triangle};
use lsmi::{Error, Model, Result};

pub fn run(arguments: &Import) -> Result<()> {
    files::check_writable_folder("-o", &arguments.output)?;
    files::check_distinct("-o", &arguments.output, &[&arguments.checkpoint])?;
    let file = arguments.checkpoint.display().to_string();
    let archive = Checkpoint { archive: files::read(&arguments.checkpoint)?, file };
    let networks = [archive.network(0)?, archive.network(1)?, archive.network(2)?];
    let densities = [archive.density(0)?, archive.density(1)?];
    let model = AnyModel::F32(Model::from_parts(ModelParts { networks, densities })?);
    model::save(&model, &arguments.output)?;
    let [d1, d2] = model.features();
    let classes = model.log_prior().len();
    output::print(&format!(
        "model of {d1} and {d2} features and {classes} classes written to {}",
        arguments.output.display()
    ));
    Ok(())
}

struct Checkpoint {
    archive: Archive,
    file: String,
}

impl Checkpoint {
    fn get(&self, name: &str) -> Result<&Tensor> {
        self.archive.tensors.get(name).ok_or_else(|| Error::Format {
            field: self.file.clone(),
            expected: format!("state dicts of the released program, with {name}"),
            got: match self.archive.tensors.len() {
                0 => "no arrays".into(),
                n => format!("{n} arrays without it"),
            },
        })
    }

    fn numbers(&self, name: &str) -> Result<Vec<f32>> {
        match &self.get(name)?.values {
            Values::F32(values) => Ok(values.clone()),
            Values::F64(values) => Ok(values.iter().map(|v| *v as f32).collect()),
            Values::I64(_) => Err(self.bad(name, "floating-point numbers", "whole numbers".into())),
        }
    }

    fn bad(&self, name: &str, expected: &str, got: String) -> Error {
        Error::Format { field: format!("{}: {name}", self.file), expected: expected.into(), got }
    }

    /// Layers `fc.0`, `fc.2`, … with ReLU between them.
    fn network(&self, index: usize) -> Result<Network<f32>> {
        let prefix = format!("discriminator_state_dicts.{index}.fc");
        let name = |layer: usize, part: &str| format!("{prefix}.{}.{part}", 2 * layer);
        let features = match self.get(&name(0, "weight"))?.shape[..] {
            [_, features] => features,
            ref shape => {
                return Err(self.bad(
                    &name(0, "weight"),
                    "a matrix of outputs × inputs",
                    format!("{shape:?}"),
                ));
            }
        };
        let mut layers = Vec::new();
        while self.archive.tensors.contains_key(&name(layers.len(), "weight")) {
            let l = layers.len();
            let biases = self.numbers(&name(l, "bias"))?;
            layers.push(Layer { weights: self.numbers(&name(l, "weight"))?, biases });
        }
        Network::from_layers(features, &layers, Activation::Relu)
            .map_err(|e| e.rename_field(|field| Some(format!("{}: {prefix}: {field}", self.file))))
    }

    fn density(&self, index: usize) -> Result<Marginal<f32>> {
        let prefix = format!("entropy_state_dicts.{index}");
        let name = |part: &str| format!("{prefix}.{part}");
        let (modes, features) = match self.get(&name("means"))?.shape[..] {
            [modes, features] => (modes, features),
            ref shape => {
                return Err(self.bad(&name("means"), "a matrix of modes × features", format!("{shape:?}")));
            }
        };
        let log_diagonal = self.numbers(&name("logvar"))?;
        let has_triangle = self.archive.tensors.contains_key(&name("tri"));
        let options = MarginalOptions {
            modes,
            bounded: true,
            diagonal: match modes > 1 && log_diagonal.len() == features {
                true => Diagonal::Shared,
                false => Diagonal::PerMode,
            },
            triangle: if has_triangle { Triangle::Full } else { Triangle::None },
            train_means: true,
            train_weights: true,
        };
        let parameters = MarginalParameters {
            means: self.numbers(&name("means"))?,
            log_diagonal,
            triangle: if has_triangle { self.numbers(&name("tri"))? } else { Vec::new() },
            logits: self.numbers(&name("weigh"))?,
        };
        Marginal::from_parameters(options, features, &parameters)
            .map_err(|e| e.rename_field(|field| Some(format!("{}: {prefix}: {field}", self.file))))
    }
}
