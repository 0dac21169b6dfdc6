//! Makes the calls about generators.

use crate::replay::of_information;
use crate::values::{count, data, integers, number, numbers, read, read_number, samples};
use lsmi::interaction::Information;
use lsmi::synthetic::{
    Circuit, CircuitCell, Dataset, KindMixture, LatentMixture, LatentState, MixedGaussian, agreement, xor,
    xor_mixture,
};
use lsmi::{Error, Result};
use serde_json::{Value, json};

pub fn compute(call: &str, input: &Value) -> Result<Value> {
    let float = |key: &str| read_number(&input[key]);
    let (n, seed) = (|| count(&input["samples"]), || input["seed"].as_u64().unwrap());
    let circuit = || Circuit::named(input["circuit"].as_str().unwrap());
    let gaussian = || MixedGaussian::new(count(&input["classes"]), float("rho"), float("noise"));
    let mixture = || {
        let shares = ["redundant", "unique1", "unique2", "synergistic"].map(float);
        KindMixture::new(shares, float("amplitude"))
    };
    match call {
        "synthetic_gaussian" => Ok(dataset(&gaussian()?.sample(n(), seed())?)),
        "synthetic_xor" => Ok(dataset(&xor(count(&input["dimension"]), float("amplitude"), n(), seed())?)),
        "synthetic_circuit" => Ok(dataset(&circuit()?.sample(n(), seed())?)),
        "synthetic_mixture" => {
            let (data, kinds) = mixture()?.sample(n(), seed())?;
            let mut out = dataset(&data);
            out["drawn"] = kinds.into_iter().map(|kind| kind as i64).collect();
            Ok(out)
        }
        "synthetic_latent" => {
            let (data, states) = latent(input)?.sample_with_states(n(), seed())?;
            let mut out = dataset(&data);
            out["drawn"] = json!(states);
            Ok(out)
        }
        "circuit_support" => Ok(support(circuit()?.support())),
        "gaussian_information" => {
            let gaussian = gaussian()?;
            exact(input, |x1, x2, y| gaussian.information(x1, x2, y))
        }
        "xor_information" => {
            let mixture = xor_mixture(count(&input["dimension"]), float("amplitude"), seed())?;
            exact(input, |x1, x2, y| mixture.information(x1, x2, y))
        }
        "mixture_information" => {
            let mixture = mixture()?;
            exact(input, |x1, x2, y| mixture.information(x1, x2, y))
        }
        "latent_information" => {
            let mixture = latent(input)?;
            exact(input, |x1, x2, y| mixture.information(x1, x2, y))
        }
        "agreement" => {
            let found = agreement(&read::<f64>(&input["estimate"]), &read::<f64>(&input["exact"]))?;
            Ok(json!({ "rmse": number(found.rmse), "correlation": number(found.corr) }))
        }
        other => panic!("{other}: no such call"),
    }
}

fn latent(input: &Value) -> Result<LatentMixture> {
    let state = |state: &Value| LatentState {
        weight: read_number(&state["weight"]),
        y: state["y"].as_i64().unwrap(),
        mean1: read(&state["mean1"]),
        mean2: read(&state["mean2"]),
        deviation1: read_number(&state["deviation1"]),
        deviation2: read_number(&state["deviation2"]),
    };
    let states: Vec<LatentState> = input["states"].as_array().unwrap().iter().map(state).collect();
    LatentMixture::new(&states)
}

/// The information of every given sample.
fn exact(input: &Value, of: impl Fn(&[f64], &[f64], i64) -> Result<Information>) -> Result<Value> {
    let (x1, x2) = (data::<f64>(&input["x1"]), data::<f64>(&input["x2"]));
    let (x1, x2) = (samples("x1", &input["x1"], &x1)?, samples("x2", &input["x2"], &x2)?);
    let y = integers(&input["y"]);
    let of_sample = |(row, y)| {
        of(x1.sample(row), x2.sample(row), y).map_err(|error| match error {
            // The bindings, which take all samples at once, tell which one it is.
            Error::Class { field, column, expected, got, .. } => {
                Error::Class { field, row, column, expected, got }
            }
            error => error,
        })
    };
    let information: Result<Vec<Information>> = y.into_iter().enumerate().map(of_sample).collect();
    Ok(of_information(&information?))
}

fn dataset(data: &Dataset) -> Value {
    json!({ "features1": data.features1, "features2": data.features2, "x1": numbers(&data.x1),
        "x2": numbers(&data.x2), "y": data.y, "truth": of_information(&data.truth) })
}

fn support(cells: &[CircuitCell]) -> Value {
    let bits = |of: fn(&CircuitCell) -> &'static [i64]| -> Value {
        cells.iter().flat_map(of).map(|bit| number(*bit as f64)).collect()
    };
    let information: Vec<Information> = cells.iter().map(|cell| cell.information).collect();
    json!({ "features1": cells[0].x1.len(), "features2": cells[0].x2.len(), "x1": bits(|cell| cell.x1),
        "x2": bits(|cell| cell.x2), "y": cells.iter().map(|cell| cell.y).collect::<Vec<_>>(),
        "truth": of_information(&information) })
}
