//! Makes a call of the vectors.

use crate::values::{count, data, integers, number, numbers, read, read_number, read_optional, samples};
use crate::{synthetic, trust};
use core::ops::ControlFlow;
use lsmi::classifier::{Activation, Layer, Network};
use lsmi::estimator::{AnyModel, PerSource, ShiftRule, Summary};
use lsmi::interaction::{
    AtomSlices, Atoms, Information, InformationSlices, atoms, discrete, information_from_log_probabilities,
    joint_categories, mean, shift,
};
use lsmi::knife::{
    Diagonal, Marginal, MarginalFit, MarginalGradient, MarginalOptions, MarginalParameters, Triangle,
    fit_marginal, refine_marginal,
};
use lsmi::rng::Stream;
use lsmi::simd::{Level, log_sum_exp, log_sum_exp_rows_with};
use lsmi::{Config, Float, History, Model, Report, Result, Scores, Training, TrainingRun, fit};
use serde_json::{Value, json};

pub fn compute(cases: &[Value], call: &str, input: &Value) -> Result<Value> {
    match input["type"].as_str() {
        Some("f32") => typed::<f32>(call, input),
        Some("f64") => typed::<f64>(call, input),
        _ => untyped(cases, call, input),
    }
}

fn typed<T: Float>(call: &str, input: &Value) -> Result<Value>
where
    AnyModel: From<Holder<T>>,
{
    match call {
        "log_density" => {
            let (density, x) = (marginal::<T>(&input["density"])?, data::<T>(&input["x"]));
            let x = samples("x", &input["x"], &x)?;
            let mut out = vec![T::zero(); x.samples()];
            density.log_density(x, &mut out)?;
            Ok(json!({ "log_density": numbers(&out) }))
        }
        "log_density_at" => {
            let (density, x) = (marginal::<T>(&input["density"])?, data::<T>(&input["x"]));
            let density = density.with_level(level(input)?);
            let x = samples("x", &input["x"], &x)?;
            let mut out = vec![T::zero(); x.samples()];
            density.log_density(x, &mut out)?;
            Ok(json!({ "log_density": numbers(&out) }))
        }
        "gradient" => {
            let (density, x) = (marginal::<T>(&input["density"])?, data::<T>(&input["x"]));
            let weights = read_optional::<T>(&input["weights"]);
            Ok(gradient(&density.gradient(samples("x", &input["x"], &x)?, weights.as_deref())?))
        }
        "weighted_sum_gradient" => {
            let (density, x) = (marginal::<T>(&input["density"])?, data::<T>(&input["x"]));
            let upstream = read::<T>(&input["upstream"]);
            Ok(gradient(&density.weighted_sum_gradient(samples("x", &input["x"], &x)?, &upstream)?))
        }
        "refine" => {
            let (density, x) = (marginal::<T>(&input["density"])?, data::<T>(&input["x"]));
            let (x, weights) = (samples("x", &input["x"], &x)?, read_optional::<T>(&input["weights"]));
            trained(input, |run| refine_marginal(&density, x, weights.as_deref(), run))
        }
        "fit_density" => {
            let x = data::<T>(&input["x"]);
            let (x, weights) = (samples("x", &input["x"], &x)?, read_optional::<T>(&input["weights"]));
            let start = serde_json::from_value(input["start"].clone()).expect("the name of a start");
            let form = form(&input["form"]);
            trained(input, |run| fit_marginal(x, weights.as_deref(), &form, start, run))
        }
        "log_probabilities" => {
            let (network, x) = (network::<T>(&input["network"])?, data::<T>(&input["x"]));
            let x = samples("x", &input["x"], &x)?;
            let mut out = vec![T::zero(); x.samples() * network.classes()];
            network.log_probabilities(x, &mut out)?;
            Ok(json!({ "log_probabilities": numbers(&out) }))
        }
        "log_probabilities_at" => {
            let (network, x) = (network::<T>(&input["network"])?, data::<T>(&input["x"]));
            let network = network.with_level(level(input)?);
            let x = samples("x", &input["x"], &x)?;
            let mut out = vec![T::zero(); x.samples() * network.classes()];
            network.log_probabilities(x, &mut out)?;
            Ok(json!({ "log_probabilities": numbers(&out) }))
        }
        "network_gradient" => {
            let (network, x) = (network::<T>(&input["network"])?, data::<T>(&input["x"]));
            let (y, weights) = (integers(&input["y"]), read_optional::<T>(&input["weights"]));
            let g = network.gradient(samples("x", &input["x"], &x)?, &y, weights.as_deref())?;
            let layer =
                |l: &Layer<T>| json!({ "weights": numbers(&l.weights), "biases": numbers(&l.biases) });
            let layers: Value = g.layers.iter().map(layer).collect();
            Ok(json!({ "loss": number(g.loss), "layers": layers, "x": numbers(&g.x) }))
        }
        "log_sum_exp" => {
            let x = data::<T>(&input["x"]);
            let rows: Vec<T> = samples("values", &input["x"], &x)?.iter().map(log_sum_exp).collect();
            Ok(json!({ "log_sum_exp": numbers(&rows) }))
        }
        "log_sum_exp_at" => {
            let (x, level) = (data::<T>(&input["x"]), level(input)?);
            let x = samples("values", &input["x"], &x)?;
            let mut rows = vec![T::zero(); x.samples()];
            for (row, out) in x.iter().zip(rows.chunks_mut(1)) {
                log_sum_exp_rows_with(level, row, row.len(), out)?;
            }
            Ok(json!({ "log_sum_exp": numbers(&rows) }))
        }
        "information" => {
            let (rows, y) = (read::<T>(&input["log_probabilities"]), integers(&input["y"]));
            let (classes, prior) = (count(&input["classes"]), read_optional::<f64>(&input["log_prior"]));
            let rows = lsmi::Samples::from_rows("log_probabilities", &rows, classes)?;
            let mut out = vec![0.0; y.len()];
            information_from_log_probabilities(rows, &y, prior.as_deref(), &mut out)?;
            Ok(json!({ "information": numbers(&out) }))
        }
        "fit_and_score" => {
            let (x1, x2) = (data::<T>(&input["x1"]), data::<T>(&input["x2"]));
            let (x1, x2) = (samples("x1", &input["x1"], &x1)?, samples("x2", &input["x2"], &x2)?);
            let y = integers(&input["y"]);
            let model = fit(x1, x2, &y, &config(input)?)?;
            let scores = model.score_with_shift(x1, x2, &y, rule(input, model.config().shift))?;
            let any = AnyModel::from(Holder(model));
            let histories = any.histories();
            let courses: Value =
                histories.classifiers.iter().chain(&histories.densities).map(course).collect();
            Ok(json!({
                "scores": per_sample(&scores),
                "summary": summary(&scores.summary),
                "history": courses,
                "log_prior": numbers(any.log_prior()),
                "class_counts": any.class_counts(),
                "dropped": any.dropped(),
                "frozen_shift": number(any.frozen_shift().unwrap_or(f64::NAN)),
                "notes": any.notes().join("\n"),
            }))
        }
        other => panic!("{other}: no such call"),
    }
}

fn untyped(cases: &[Value], call: &str, input: &Value) -> Result<Value> {
    let float = |key: &str| read_number(&input[key]);
    match call {
        "atoms" => {
            let [i1, i2, i12, h1, h2] = ["i1", "i2", "i12", "h1", "h2"].map(|key| read::<f64>(&input[key]));
            let mut out = [(); 4].map(|()| vec![0.0; i1.len()]);
            let [redundancy, unique1, unique2, synergy] = &mut out;
            let slices = InformationSlices { i1: &i1, i2: &i2, i12: &i12, h1: &h1, h2: &h2 };
            atoms(slices, AtomSlices { redundancy, unique1, unique2, synergy })?;
            let [redundancy, unique1, unique2, synergy] = out.map(|values| numbers(&values));
            Ok(
                json!({ "redundancy": redundancy, "unique1": unique1, "unique2": unique2, "synergy": synergy }),
            )
        }
        "shift" => {
            let [redundancy, unique1, unique2, synergy] =
                ["redundancy", "unique1", "unique2", "synergy"].map(float);
            let means = Atoms { redundancy, unique1, unique2, synergy };
            let a = shift(means);
            Ok(json!({ "shift": number(a), "adjusted": of_atoms(means.shifted(a)) }))
        }
        "mean" => Ok(json!({ "mean": number(mean(&read::<f64>(&input["values"]))) })),
        "discrete" => {
            let [x1, x2, y] = ["x1", "x2", "y"].map(|key| integers(&input[key]));
            let weights = read_optional::<f64>(&input["weights"]);
            Ok(of_information(&discrete(&x1, &x2, &y, weights.as_deref())?))
        }
        "joint_categories" => {
            let columns: Vec<Vec<i64>> = input["columns"].as_array().unwrap().iter().map(integers).collect();
            let columns: Vec<&[i64]> = columns.iter().map(Vec::as_slice).collect();
            Ok(json!({ "categories": joint_categories(&columns)? }))
        }
        "config_text" => {
            let settings = config(input)?.settings();
            let text: String = settings.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
            Ok(json!({ "text": text }))
        }
        "config_check" => config(input)?.check().map(|()| json!({})),
        "score" => match model(cases, input)? {
            AnyModel::F32(model) => score(&model, input),
            AnyModel::F64(model) => score(&model, input),
        },
        "report" => match model(cases, input)? {
            AnyModel::F32(model) => report(&model, input),
            AnyModel::F64(model) => report(&model, input),
        },
        "preprocess" => match model(cases, input)? {
            AnyModel::F32(model) => preprocess(&model, input),
            AnyModel::F64(model) => preprocess(&model, input),
        },
        "model_from_bytes" => {
            let bytes = edited(model(cases, input)?.to_bytes()?, &input["edit"]);
            let again = AnyModel::from_bytes("model", &bytes)?;
            Ok(json!({ "same_bytes": again.to_bytes()? == bytes }))
        }
        "model_load" => AnyModel::load(input["path"].as_str().unwrap()).map(|_| json!({})),
        _ => trust::compute(cases, call, input).unwrap_or_else(|| synthetic::compute(call, input)),
    }
}

/// A model on its way into `AnyModel`.
pub struct Holder<T>(Model<T>);

impl From<Holder<f32>> for AnyModel {
    fn from(Holder(model): Holder<f32>) -> Self {
        AnyModel::F32(model)
    }
}

impl From<Holder<f64>> for AnyModel {
    fn from(Holder(model): Holder<f64>) -> Self {
        AnyModel::F64(model)
    }
}

fn marginal<T: Float>(density: &Value) -> Result<Marginal<T>> {
    let parameters = MarginalParameters {
        means: read(&density["means"]),
        log_diagonal: read(&density["log_diagonal"]),
        triangle: read(&density["triangle_values"]),
        logits: read(&density["logits"]),
    };
    Marginal::from_parameters(form(density), count(&density["features"]), &parameters)
}

fn form(density: &Value) -> MarginalOptions {
    let text = |key: &str| density[key].as_str().unwrap();
    MarginalOptions {
        modes: count(&density["modes"]),
        bounded: density["bounded"].as_bool().unwrap(),
        diagonal: if text("diagonal") == "shared" { Diagonal::Shared } else { Diagonal::PerMode },
        triangle: if text("triangle") == "full" { Triangle::Full } else { Triangle::None },
        train_means: true,
        train_weights: true,
    }
}

/// The parameters and the course of a fit as `input` says.
fn trained<T: Float>(
    input: &Value,
    fit: impl FnOnce(TrainingRun<'_>) -> Result<MarginalFit<T>>,
) -> Result<Value> {
    let training = &input["training"];
    let [epochs, batch, decay_every, patience] =
        ["epochs", "batch", "decay_every", "patience"].map(|key| count(&training[key]));
    let [learning_rate, decay_factor, weight_decay] =
        ["learning_rate", "decay_factor", "weight_decay"].map(|key| read_number(&training[key]));
    let accumulate_gradients = training["accumulate_gradients"].as_bool().unwrap();
    let held_out: Vec<usize> = input["held_out"].as_array().unwrap().iter().map(count).collect();
    let MarginalFit { density, history, .. } = fit(TrainingRun {
        name: "density",
        training: &Training {
            epochs,
            batch,
            learning_rate,
            decay_every,
            decay_factor,
            weight_decay,
            patience,
            accumulate_gradients,
        },
        held_out: &held_out,
        stream: &mut Stream::new(input["seed"].as_u64().unwrap(), 0),
        observer: &mut |_| ControlFlow::Continue(()),
    })?;
    let mut out = arrays(&density.parameters());
    out["history"] = course(&history);
    Ok(out)
}

fn course(history: &History) -> Value {
    json!({ "losses": numbers(&history.losses), "validation_losses": numbers(&history.validation_losses),
        "best_epoch": history.best_epoch })
}

fn arrays<T: Float>(p: &MarginalParameters<T>) -> Value {
    json!({ "means": numbers(&p.means), "log_diagonal": numbers(&p.log_diagonal),
        "triangle": numbers(&p.triangle), "logits": numbers(&p.logits) })
}

fn gradient<T: Float>(g: &MarginalGradient<T>) -> Value {
    let mut out = arrays(&g.parameters);
    out["loss"] = number(g.loss);
    out["x"] = numbers(&g.x);
    out
}

fn network<T: Float>(network: &Value) -> Result<Network<T>> {
    let layer = |l: &Value| Layer { weights: read(&l["weights"]), biases: read(&l["biases"]) };
    let layers: Vec<Layer<T>> = network["layers"].as_array().unwrap().iter().map(layer).collect();
    let tanh = network["activation"] == "tanh";
    let activation = if tanh { Activation::Tanh } else { Activation::Relu };
    Network::from_layers(count(&network["features"]), &layers, activation)
}

pub fn config(input: &Value) -> Result<Config> {
    let mut config = Config::preset(input["preset"].as_str().unwrap())?;
    for pair in input["settings"].as_array().unwrap() {
        config.set(pair[0].as_str().unwrap(), pair[1].as_str().unwrap())?;
    }
    Ok(config)
}

fn rule(input: &Value, of_model: ShiftRule) -> ShiftRule {
    match input["shift"].as_str().unwrap() {
        "of_model" => of_model,
        "frozen" => ShiftRule::Frozen,
        "batch" => ShiftRule::Batch,
        "none" => ShiftRule::None,
        other => panic!("{other}: no such shift"),
    }
}

/// Fits the model of another case.
pub fn model(cases: &[Value], input: &Value) -> Result<AnyModel> {
    fn fitted<T: Float>(input: &Value) -> Result<Model<T>> {
        let (x1, x2) = (data::<T>(&input["x1"]), data::<T>(&input["x2"]));
        let (x1, x2) = (samples("x1", &input["x1"], &x1)?, samples("x2", &input["x2"], &x2)?);
        fit(x1, x2, &integers(&input["y"]), &config(input)?)
    }
    let case = cases.iter().find(|case| case["name"] == input["model"]).unwrap();
    let input = &case["input"];
    Ok(match input["type"].as_str() {
        Some("f32") => AnyModel::F32(fitted(input)?),
        _ => AnyModel::F64(fitted(input)?),
    })
}

fn scored<T: Float>(model: &Model<T>, input: &Value) -> Result<(Scores, ShiftRule)> {
    let (x1, x2) = (data::<T>(&input["x1"]), data::<T>(&input["x2"]));
    let (x1, x2) = (samples("x1", &input["x1"], &x1)?, samples("x2", &input["x2"], &x2)?);
    let y = integers(&input["y"]);
    let rule = rule(input, model.config().shift);
    Ok((model.score_with_shift(x1, x2, &y, rule)?, rule))
}

fn score<T: Float>(model: &Model<T>, input: &Value) -> Result<Value> {
    let (scores, _) = scored(model, input)?;
    Ok(json!({ "scores": per_sample(&scores), "summary": summary(&scores.summary) }))
}

fn report<T: Float>(model: &Model<T>, input: &Value) -> Result<Value> {
    let (scores, rule) = scored(model, input)?;
    let names = input["splits"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    let report = names.fold(Report::new(model, rule), |report, name| report.with(name, &scores.summary));
    Ok(json!({ "report": report.to_json()? }))
}

fn level(input: &Value) -> Result<Level> {
    input["level"].as_str().unwrap().parse()
}

fn preprocess<T: Float>(model: &Model<T>, input: &Value) -> Result<Value> {
    let (modality, x) = (count(&input["modality"]), data::<T>(&input["x"]));
    let (field, of) = (format!("x{modality}"), &model.preprocessing()[modality - 1]);
    let z = of.transform(&field, samples(&field, &input["x"], &x)?)?;
    Ok(json!({ "z": numbers(&z), "columns": of.kept(), "means": numbers(of.means()),
        "scales": numbers(of.scales()), "clip": number(of.clip()),
        "entropy_offset": number(model.entropy_offsets()[modality - 1]) }))
}

/// The bytes of a model file, changed as `edit` says.
fn edited(mut bytes: Vec<u8>, edit: &Value) -> Vec<u8> {
    if let Some(text) = edit["text"].as_str() {
        bytes = text.into();
    }
    if let Some(from) = edit["find"].as_str() {
        let to = edit["replace"].as_str().unwrap();
        let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        bytes.splice(at..at + from.len(), to.bytes());
    }
    if let Some(keep) = edit["keep"].as_u64() {
        bytes.truncate(keep as usize);
    }
    if let Some(drop) = edit["drop"].as_u64() {
        bytes.truncate(bytes.len() - drop as usize);
    }
    if edit["invert_last"] == true {
        *bytes.last_mut().unwrap() ^= 0xff;
    }
    bytes
}

fn of_atoms(atoms: Atoms) -> Value {
    json!({ "redundancy": number(atoms.redundancy), "unique1": number(atoms.unique1),
        "unique2": number(atoms.unique2), "synergy": number(atoms.synergy) })
}

pub fn of_information(information: &[Information]) -> Value {
    let column =
        |value: fn(&Information) -> f64| -> Value { information.iter().map(|i| number(value(i))).collect() };
    json!({ "i1": column(|i| i.i1), "i2": column(|i| i.i2), "i12": column(|i| i.i12), "h1": column(|i| i.h1),
        "h2": column(|i| i.h2) })
}

fn per_sample(scores: &Scores) -> Value {
    let mut columns = of_information(&scores.information);
    let atoms =
        |value: fn(&Atoms) -> f64| -> Value { scores.atoms.iter().map(|a| number(value(a))).collect() };
    columns["redundancy"] = atoms(|a| a.redundancy);
    columns["unique1"] = atoms(|a| a.unique1);
    columns["unique2"] = atoms(|a| a.unique2);
    columns["synergy"] = atoms(|a| a.synergy);
    columns
}

fn summary(of: &Summary) -> Value {
    let sources = |s: PerSource| json!({ "x1": s.x1, "x2": s.x2, "joint": s.joint });
    json!({ "samples": of.n, "clipped": of.clipped, "i1": of.i1, "i2": of.i2, "i12": of.i12, "h1": of.h1, "h2": of.h2,
        "s_minus_r": of.s_minus_r, "shift": of.shift, "raw": of_atoms(of.raw), "adjusted": of_atoms(of.adjusted),
        "accuracy": sources(of.accuracy), "log_loss": sources(of.log_loss) })
}
